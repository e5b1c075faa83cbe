// One line of text being typed.

/// A text with a place in it, changed by keys.
package struct LineInput: Sendable, Equatable {
    private var characters: [Character]
    private var cursor: Int
    package var text: String { String(characters) }

    package init(_ text: String = "") {
        characters = Array(text)
        cursor = characters.count
    }

    /// Changes the text by a key; keys that mean nothing here change nothing.
    package mutating func press(_ key: Key) {
        switch key {
        case .character(let character):
            characters.insert(character, at: cursor)
            cursor += 1
        case .backspace where cursor > 0:
            cursor -= 1
            characters.remove(at: cursor)
        case .delete where cursor < characters.count: characters.remove(at: cursor)
        case .left: cursor = max(0, cursor - 1)
        case .right: cursor = min(characters.count, cursor + 1)
        case .home, .control("a"): cursor = 0
        case .end, .control("e"): cursor = characters.count
        case .control("u"):
            characters.removeFirst(cursor)
            cursor = 0
        case .control("k"): characters.removeLast(characters.count - cursor)
        case .control("w"):
            while cursor > 0, characters[cursor - 1] == " " { press(.backspace) }
            while cursor > 0, characters[cursor - 1] != " " { press(.backspace) }
        // A line break inside the text: Enter ends it.
        case .control("n"): press(.character("\n"))
        default: break
        }
    }

    /// What is shown in so many columns: the part around the cursor, a line break as ⏎.
    /// - Returns: The text and the column of the cursor in it.
    package func shown(columns: Int) -> (text: String, cursor: Int) {
        let safe = characters.map { $0 == "\n" || $0 == "\r\n" ? "⏎" : DisplayText.safe(String($0)) }
        var start = 0
        func width(_ from: Int, _ to: Int) -> Int { safe[from..<to].reduce(0) { $0 + DisplayText.width($1) } }
        while start < cursor, width(start, cursor) > columns - 1 { start += 1 }
        var end = cursor
        while end < safe.count, width(start, end + 1) <= columns - 1 { end += 1 }
        return (safe[start..<end].joined(), width(start, cursor))
    }
}
