// Texts of rules with wildcards, and how they are matched.
//
// Source: Sigma specification 2.1.0, “String Wildcard” and “Escape Character”: `*` is any run of characters, `?` one
// character; a backslash takes its meaning from a following wildcard or backslash and is plain before anything else.

/// A text with wildcards, compared without case unless it is cased.
public struct TextPattern: Sendable, Hashable {
    enum Element: Sendable, Hashable {
        case literal([UInt8])
        /// `?`
        case one
        /// `*`
        case any
    }

    var elements: [Element]
    /// Whether case counts (modifier `cased`).
    var isCased = false

    /// A text as a rule writes it.
    init(_ text: String) {
        var elements: [Element] = []
        var literal: [UInt8] = []
        func flush() {
            if !literal.isEmpty { elements.append(.literal(literal)) }
            literal = []
        }
        let bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\\"):
                if index + 1 < bytes.count, [UInt8(ascii: "*"), UInt8(ascii: "?"), byte].contains(bytes[index + 1]) {
                    index += 1
                    literal.append(bytes[index])
                } else {
                    literal.append(byte)
                }
            case UInt8(ascii: "*"):
                flush()
                if elements.last != .any { elements.append(.any) }
            case UInt8(ascii: "?"):
                flush()
                elements.append(.one)
            default: literal.append(byte)
            }
            index += 1
        }
        flush()
        self.elements = elements
    }

    init(literal: [UInt8]) { elements = literal.isEmpty ? [] : [.literal(literal)] }

    /// The bytes of a pattern without wildcards.
    var plain: [UInt8]? {
        switch elements.count {
        case 0: []
        case 1: if case .literal(let bytes) = elements[0] { bytes } else { nil }
        default: nil
        }
    }

    /// Puts a wildcard before, behind or on both sides (modifiers `endswith`, `startswith`, `contains`).
    mutating func open(start: Bool, end: Bool) {
        if start, elements.first != .any { elements.insert(.any, at: 0) }
        if end, elements.last != .any { elements.append(.any) }
    }

    /// The pattern in lower case, to be held against values in lower case.
    var folded: TextPattern {
        var pattern = self
        pattern.elements = elements.map { element in
            if case .literal(let bytes) = element { .literal(CaseFolding.fold(bytes)) } else { element }
        }
        return pattern
    }

    /// The pattern as a rule would write it.
    var written: String {
        var text = ""
        for element in elements {
            switch element {
            case .any: text += "*"
            case .one: text += "?"
            case .literal(let bytes):
                for character in String(decoding: bytes, as: UTF8.self) {
                    if character == "*" || character == "?" { text += "\\" }
                    text.append(character)
                }
            }
        }
        return text
    }

    /// Whether a value of the same case has this form. One star at a time is taken back, so that the time is at most
    /// the product of both lengths.
    func matches(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
        var element = 0
        var position = 0
        var star: (element: Int, position: Int)?
        while true {
            if element == elements.count {
                if position == value.count { return true }
            } else {
                switch elements[element] {
                case .any:
                    element += 1
                    if element == elements.count { return true }
                    star = (element, position)
                    continue
                case .one:
                    if position < value.count {
                        position += CaseFolding.scalarLength(value, position)
                        element += 1
                        continue
                    }
                case .literal(let bytes):
                    if bytes.count <= value.count - position, Self.equal(bytes, value, position) {
                        position += bytes.count
                        element += 1
                        continue
                    }
                }
            }
            guard let (next, from) = star, from < value.count else { return false }
            let moved = from + CaseFolding.scalarLength(value, from)
            star = (next, moved)
            element = next
            position = moved
        }
    }

    private static func equal(_ bytes: [UInt8], _ value: UnsafeBufferPointer<UInt8>, _ position: Int) -> Bool {
        for index in bytes.indices where bytes[index] != value[position + index] { return false }
        return true
    }
}

/// Comparison without case: each character is replaced by its lower-case mapping, by Unicode and without locale.
enum CaseFolding {
    static func fold(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBufferPointer { source in
            var folded: [UInt8] = []
            fold(source, into: &folded)
            return folded
        }
    }

    static func fold(_ bytes: UnsafeBufferPointer<UInt8>, into output: inout [UInt8]) {
        output.removeAll(keepingCapacity: true)
        output.reserveCapacity(bytes.count)
        if !bytes.contains(where: { $0 >= 0x80 }) {
            for byte in bytes { output.append(lower(byte)) }
            return
        }
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            if scalar.isASCII {
                output.append(lower(UInt8(truncatingIfNeeded: scalar.value)))
            } else {
                output.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
            }
        }
    }

    @inline(__always) static func lower(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }

    /// How many bytes the character has that begins here.
    @inline(__always) static func scalarLength(_ bytes: UnsafeBufferPointer<UInt8>, _ position: Int) -> Int {
        let byte = bytes[position]
        let length = byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
        return min(length, bytes.count - position)
    }
}
