// The assessment in the terminal as a machine of states: keys in, answers and a picture out. It knows no terminal.
import MerkleLog
import Terminal

/// What stands on the screen, and what keys do to it.
struct AssessmentScreen {
    /// What a key asks for beyond the screen.
    enum Effect {
        case none, quit, reload
        /// The members of an answer to the current row, without its versions.
        case answer(row: String, [String: JSONValue])
    }

    /// What the keys are for at the moment.
    enum Mode: Equatable {
        case rows, help, maturity
        case search(LineInput)
        case note(LineInput)
        /// Why a control does not apply.
        case justification(LineInput)
    }

    private(set) var board: AssessmentBoard
    private(set) var mode = Mode.rows
    private(set) var search = ""
    private(set) var isOpenOnly = false
    /// Positions in the board of the rows that are shown.
    private(set) var shown: [Int]
    /// The place in `shown`.
    private(set) var current = 0
    /// Which standard's part is meant in a row with a part for each.
    private(set) var part = 0
    /// The first line of the detail that is shown.
    var detailTop = 0
    /// What happened last, in one line.
    var message = "? shows the keys."

    init(_ board: AssessmentBoard) {
        self.board = board
        shown = Array(board.rows.indices)
    }

    var row: AssessmentBoard.Row? { shown.indices.contains(current) ? board.rows[shown[current]] : nil }

    /// The part that an answer is for; `nil` if one answer is for the whole row.
    var chosenPart: AssessmentBoard.Part? {
        guard let row, !row.isOneAnswer, row.partsInScope.indices.contains(part) else { return nil }
        return row.partsInScope[part]
    }

    /// The part whose note and maturity an edit begins from.
    private var editedPart: AssessmentBoard.Part? { chosenPart ?? row?.partsInScope.first }

    // MARK: From the server

    /// Takes over a board that was read anew, and stays on the row.
    mutating func replace(_ fresh: AssessmentBoard) {
        let key = row?.key
        board = fresh
        filter(keeping: key)
    }

    /// Takes over what an answer changed.
    mutating func update(_ value: JSONValue) {
        board.update(value)
        message = "Saved."
    }

    // MARK: Keys

    mutating func press(_ key: Key) -> Effect {
        switch mode {
        case .rows: return pressInRows(key)
        case .help:
            mode = .rows
            return .none
        case .maturity: return pressMaturity(key)
        case .search(let line):
            return typed(key, line) {
                .search($0)
            } done: {
                $0.find($1)
            }
        case .note(let line):
            return typed(key, line) {
                .note($0)
            } done: { screen, text in
                screen.answer(["note": text.isEmpty ? .null : .string(text)])
            }
        case .justification(let line):
            return typed(key, line) {
                .justification($0)
            } done: { screen, text in
                screen.answer(["result": .string("notApplicable"), "justification": .string(text)])
            }
        }
    }

    private mutating func pressInRows(_ key: Key) -> Effect {
        switch key {
        case .character("q"): return .quit
        case .character("?"), .character("h"): mode = .help
        case .character("j"), .down: move(1)
        case .character("k"), .up: move(-1)
        case .pageDown: move(10)
        case .pageUp: move(-10)
        case .character("g"), .home: move(-shown.count)
        case .character("G"), .end: move(shown.count)
        case .character("J"): detailTop += 3
        case .character("K"): detailTop = max(0, detailTop - 3)
        case .tab: nextPart()
        case .character("/"): mode = .search(LineInput(search))
        case .escape: return find("")
        case .character("f"):
            isOpenOnly.toggle()
            filter(keeping: row?.key)
            message = isOpenOnly ? "Only rows with something unknown." : "All rows."
        case .character("r"): return .reload
        case .character("1"): return answer(["result": .string("conform")])
        case .character("2"): return answer(["result": .string("partlyConform")])
        case .character("3"): return answer(["result": .string("nonconform")])
        case .character("4"): return answer(["result": .string("notAssessed")])
        case .character("5"): return begin { .justification(LineInput($0.editedPart?.justification ?? "")) }
        case .character("n"): return begin { .note(LineInput($0.editedPart?.note ?? "")) }
        case .character("m"): return begin { _ in .maturity }
        case .character("u"): return split()
        case .character("c"): return answer(["confirm": .bool(true)])
        default: break
        }
        return .none
    }

    /// A key while a line is typed.
    private mutating func typed(
        _ key: Key, _ line: LineInput, mode make: (LineInput) -> Mode,
        done: (inout AssessmentScreen, String) -> Effect
    ) -> Effect {
        switch key {
        case .enter:
            mode = .rows
            return done(&self, line.text)
        case .escape:
            mode = .rows
            message = "Left as it was."
        default:
            var line = line
            line.press(key)
            mode = make(line)
        }
        return .none
    }

    private mutating func pressMaturity(_ key: Key) -> Effect {
        mode = .rows
        switch key {
        case .character(let character):
            guard let level = character.wholeNumberValue, (0...5).contains(level) else { break }
            return answer(["maturity": .integer(level)])
        case .backspace, .delete: return answer(["maturity": .null])
        default: break
        }
        message = "Left as it was."
        return .none
    }

    // MARK: Steps

    private mutating func move(_ steps: Int) {
        guard !shown.isEmpty else { return }
        current = min(max(current + steps, 0), shown.count - 1)
        part = 0
        detailTop = 0
        message = ""
    }

    private mutating func nextPart() {
        guard let row else { return }
        guard !row.isOneAnswer, row.partsInScope.count > 1 else {
            message = "One answer is for the whole row."
            return
        }
        part = (part + 1) % row.partsInScope.count
        message = "Answering for \(row.partsInScope[part].frameworkName)."
    }

    private mutating func find(_ text: String) -> Effect {
        search = text
        filter(keeping: row?.key)
        message = text.isEmpty ? "All rows." : "\(shown.count) rows with “\(text)”."
        return .none
    }

    private mutating func filter(keeping key: String?) {
        let wanted = AssessmentBoard.Row.folded(search).split(separator: " ")
        shown = board.rows.indices.filter { at in
            let row = board.rows[at]
            if isOpenOnly, !row.partsInScope.contains(where: { $0.shown == .unknown }) { return false }
            guard !wanted.isEmpty else { return true }
            let words = row.words
            return wanted.allSatisfy { words.contains($0) }
        }
        current = key.flatMap { key in shown.firstIndex { board.rows[$0].key == key } } ?? 0
        part = 0
        detailTop = 0
    }

    /// Whether the current row may be answered; if not, the message says why.
    private mutating func mayAnswer() -> Bool {
        guard let row else { return false }
        if board.head.asOf != nil {
            message = "This is the past: it is only shown."
        } else if board.head.status != "open" {
            message = "The assessment is \(board.head.status)."
        } else if !row.mayAnswer {
            message = "This row is not yours to answer."
        } else {
            return true
        }
        return false
    }

    private mutating func begin(_ make: (AssessmentScreen) -> Mode) -> Effect {
        guard mayAnswer() else { return .none }
        mode = make(self)
        return .none
    }

    private mutating func answer(_ members: [String: JSONValue]) -> Effect {
        guard mayAnswer(), let row else { return .none }
        var members = members
        if let chosenPart { members["part"] = .string(chosenPart.framework) }
        return .answer(row: row.key, members)
    }

    private mutating func split() -> Effect {
        guard mayAnswer(), let row else { return .none }
        guard row.sharing == "equal", row.partsInScope.count > 1 else {
            message = "Only a row that one answer fills for both standards can be split."
            return .none
        }
        return .answer(row: row.key, ["isSeparate": .bool(!row.isSplit)])
    }
}
