// Writes JSON as RFC 8785 demands. The pieces are public because other writers of JSON (HTTP answers) want them fast.

/// Appends canonical JSON (RFC 8785) to a byte array.
public enum CanonicalWriter {
    /// Appends `string` in quotes, escaped as ECMAScript does (RFC 8785, section 3.2.2.2): `\b \t \n \f \r \" \\`,
    /// other characters below U+0020 as `\u00xx`, everything else as it is.
    public static func appendJSONString(_ string: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        var string = string
        string.withUTF8 { appendEscaped($0, to: &output) }
        output.append(UInt8(ascii: "\""))
    }

    /// Appends a whole number.
    /// - Throws: `JSONError.integerOutOfRange` beyond ±(2^53 − 1).
    public static func appendInteger(_ value: Int, to output: inout [UInt8]) throws(JSONError) {
        guard value.magnitude <= JSONValue.integerMax.magnitude else { throw .integerOutOfRange(value) }
        output.append(contentsOf: String(value).utf8)
    }

    /// Appends a number as ECMAScript's `Number::toString` writes it (RFC 8785, section 3.2.2.3): the shortest digits
    /// that read back as the same double, with an exponent from 10^21 and below 10^-6.
    /// - Throws: `JSONError.notFinite`.
    public static func appendNumber(_ value: Double, to output: inout [UInt8]) throws(JSONError) {
        guard value.isFinite else { throw .notFinite }
        guard value != 0 else { return output.append(UInt8(ascii: "0")) }
        if value < 0 { output.append(UInt8(ascii: "-")) }
        let (digits, point) = shortestDigits(value.magnitude)
        let zero = UInt8(ascii: "0")
        switch point {
        case digits.count...21:
            output.append(contentsOf: digits)
            output.append(contentsOf: repeatElement(zero, count: point - digits.count))
        case 1...21:
            output.append(contentsOf: digits[..<point])
            output.append(UInt8(ascii: "."))
            output.append(contentsOf: digits[point...])
        case -5...0:
            output.append(contentsOf: [zero, UInt8(ascii: ".")])
            output.append(contentsOf: repeatElement(zero, count: -point))
            output.append(contentsOf: digits)
        default:
            output.append(digits[0])
            if digits.count > 1 {
                output.append(UInt8(ascii: "."))
                output.append(contentsOf: digits[1...])
            }
            output.append(UInt8(ascii: "e"))
            output.append(point > 0 ? UInt8(ascii: "+") : UInt8(ascii: "-"))
            output.append(contentsOf: String((point - 1).magnitude).utf8)
        }
    }

    /// Appends any value.
    /// - Throws: `JSONError` for what RFC 8785 cannot write, or more than `JSONValue.nestingLevelsMax` levels.
    public static func append(_ value: JSONValue, to output: inout [UInt8]) throws(JSONError) {
        try append(value, level: 0, to: &output)
    }

    private static func append(_ value: JSONValue, level: Int, to output: inout [UInt8]) throws(JSONError) {
        switch value {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): try appendInteger(value, to: &output)
        case .number(let value): try appendNumber(value, to: &output)
        case .string(let value): appendJSONString(value, to: &output)
        case .array(let elements):
            guard level < JSONValue.nestingLevelsMax else { throw .tooDeep(levelsMax: JSONValue.nestingLevelsMax) }
            output.append(UInt8(ascii: "["))
            for (position, element) in elements.enumerated() {
                if position > 0 { output.append(UInt8(ascii: ",")) }
                try append(element, level: level + 1, to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let members):
            guard level < JSONValue.nestingLevelsMax else { throw .tooDeep(levelsMax: JSONValue.nestingLevelsMax) }
            output.append(UInt8(ascii: "{"))
            let sorted = members.sorted { precedes($0.key, $1.key) }
            for (position, member) in sorted.enumerated() {
                if position > 0 { output.append(UInt8(ascii: ",")) }
                appendJSONString(member.key, to: &output)
                output.append(UInt8(ascii: ":"))
                try append(member.value, level: level + 1, to: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
    }

    /// Whether `first` comes before `second` by UTF-16 code units (RFC 8785, section 3.2.3).
    ///
    /// UTF-8 bytes sort the same but for one case: a character beyond U+FFFF begins with 0xF0 or more in UTF-8 and with
    /// a surrogate in UTF-16, which is below U+E000 to U+FFFF (lead bytes 0xEE and 0xEF).
    static func precedes(_ first: String, _ second: String) -> Bool {
        var others = second.utf8.makeIterator()
        for byte in first.utf8 {
            guard let other = others.next() else { return false }
            if byte == other { continue }
            let isOneAstral = byte >= 0xee && other >= 0xee && (byte >= 0xf0) != (other >= 0xf0)
            return isOneAstral ? byte > other : byte < other
        }
        return others.next() != nil
    }

    // The digits d₁d₂… without zeros at either end, and n such that the value is 0.d₁d₂… × 10ⁿ. Swift prints the
    // shortest digits that read back as the same double, and of those the closest, as ECMAScript does.
    private static func shortestDigits(_ value: Double) -> (digits: [UInt8], point: Int) {
        var digits: [UInt8] = []
        var point: Int?
        var exponent = 0
        var text = value.description.utf8.makeIterator()
        while let character = text.next() {
            switch character {
            case UInt8(ascii: "."): point = digits.count
            case UInt8(ascii: "e"):
                var isNegative = false
                while let part = text.next() {
                    switch part {
                    case UInt8(ascii: "-"): isNegative = true
                    case UInt8(ascii: "+"): continue
                    default: exponent = exponent * 10 + Int(part - UInt8(ascii: "0"))
                    }
                }
                if isNegative { exponent = -exponent }
            default: digits.append(character)
            }
        }
        let zero = UInt8(ascii: "0")
        let leading = digits.prefix { $0 == zero }.count
        let place = (point ?? digits.count) + exponent - leading
        digits.removeFirst(leading)
        while digits.last == zero { digits.removeLast() }
        return (digits, place)
    }

    // Copies whole runs between characters that need an escape; the search looks at eight bytes at a time.
    private static func appendEscaped(_ bytes: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        var start = 0
        while start < bytes.count {
            let end = plainEnd(bytes, from: start)
            output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start..<end]))
            guard end < bytes.count else { return }
            appendEscape(bytes[end], to: &output)
            start = end + 1
        }
    }

    private static func plainEnd(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highBits: UInt64 = 0x8080_8080_8080_8080
        let raw = UnsafeRawBufferPointer(bytes)
        var position = start
        while position + 8 <= bytes.count {
            let word = raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5c)
            // A byte below the subtrahend borrows into its high bit; one that had the bit before is masked out.
            let found =
                ((word &- ones &* 0x20) & ~word) | ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
            if found & highBits != 0 { break }
            position += 8
        }
        while position < bytes.count, !needsEscape(bytes[position]) { position += 1 }
        return position
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private static func appendEscape(_ byte: UInt8, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: output.append(UInt8(ascii: "b"))
        case 0x09: output.append(UInt8(ascii: "t"))
        case 0x0a: output.append(UInt8(ascii: "n"))
        case 0x0c: output.append(UInt8(ascii: "f"))
        case 0x0d: output.append(UInt8(ascii: "r"))
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): output.append(byte)
        default:
            output.append(contentsOf: "u00".utf8)
            Hex.append(CollectionOfOne(byte), to: &output)
        }
    }
}
