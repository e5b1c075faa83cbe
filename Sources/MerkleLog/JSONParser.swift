// A strict JSON reader over bytes. Foundation's would do neither: it keeps the last of duplicate keys and rounds
// integers.

/// Reads JSON from a buffer that outlives it. `Leaf` uses the pieces, `JSONValue.parse` the whole.
struct JSONParser {
    private let bytes: UnsafeBufferPointer<UInt8>
    private(set) var offset = 0
    /// Whether a string so far was written with a backslash.
    private(set) var hasEscapes = false

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    private var next: UInt8? {
        offset < bytes.count ? bytes[offset] : nil
    }

    mutating func skipWhiteSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { offset += 1 }
    }

    func expectEnd() throws(JSONError) {
        guard offset == bytes.count else { throw .unexpected(offset: offset, expected: "the end") }
    }

    /// Whether `literal` stood next; then it is behind the reader.
    mutating func take(_ literal: StaticString) -> Bool {
        let count = literal.utf8CodeUnitCount
        guard bytes.count - offset >= count else { return false }
        for position in 0..<count where bytes[offset + position] != literal.utf8Start[position] { return false }
        offset += count
        return true
    }

    mutating func expect(_ literal: StaticString) throws(JSONError) {
        guard take(literal) else { throw .unexpected(offset: offset, expected: "\(literal)") }
    }

    mutating func value(level: Int) throws(JSONError) -> JSONValue {
        switch next {
        case UInt8(ascii: "{"): return .object(try members(level: level + 1))
        case UInt8(ascii: "["): return .array(try elements(level: level + 1))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), (UInt8(ascii: "0")...UInt8(ascii: "9"))?: return try number()
        default:
            if take("null") { return .null }
            if take("true") { return .bool(true) }
            if take("false") { return .bool(false) }
            throw .unexpected(offset: offset, expected: "a value")
        }
    }

    private mutating func elements(level: Int) throws(JSONError) -> [JSONValue] {
        guard level <= JSONValue.nestingLevelsMax else { throw .tooDeep(levelsMax: JSONValue.nestingLevelsMax) }
        try expect("[")
        var elements: [JSONValue] = []
        skipWhiteSpace()
        if take("]") { return elements }
        while true {
            skipWhiteSpace()
            elements.append(try value(level: level))
            skipWhiteSpace()
            if take("]") { return elements }
            guard take(",") else { throw .unexpected(offset: offset, expected: "“,” or “]”") }
        }
    }

    private mutating func members(level: Int) throws(JSONError) -> [String: JSONValue] {
        guard level <= JSONValue.nestingLevelsMax else { throw .tooDeep(levelsMax: JSONValue.nestingLevelsMax) }
        try expect("{")
        var members: [String: JSONValue] = [:]
        skipWhiteSpace()
        if take("}") { return members }
        while true {
            skipWhiteSpace()
            let start = offset
            let key = try string()
            skipWhiteSpace()
            try expect(":")
            skipWhiteSpace()
            guard members.updateValue(try value(level: level), forKey: key) == nil else {
                throw .duplicateKey(key, offset: start)
            }
            skipWhiteSpace()
            if take("}") { return members }
            guard take(",") else { throw .unexpected(offset: offset, expected: "“,” or “}”") }
        }
    }

    mutating func string() throws(JSONError) -> String {
        let start = offset
        try expect("\"")
        let first = offset
        while let byte = next, byte >= 0x20, byte != UInt8(ascii: "\\") {
            if byte == UInt8(ascii: "\"") {
                let plain = UnsafeBufferPointer(rebasing: bytes[first..<offset])
                guard let string = String(validating: plain, as: UTF8.self) else { throw .invalidUTF8(offset: start) }
                offset += 1
                return string
            }
            offset += 1
        }
        hasEscapes = true
        return try escapedString(start: start, plain: bytes[first..<offset])
    }

    private mutating func escapedString(start: Int, plain: Slice<UnsafeBufferPointer<UInt8>>) throws(JSONError)
        -> String
    {
        var utf8 = Array(plain)
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: utf8, as: UTF8.self) else { throw .invalidUTF8(offset: start) }
                offset += 1
                return string
            case UInt8(ascii: "\\"):
                try appendEscape(to: &utf8)
            case 0x20...:
                utf8.append(byte)
                offset += 1
            default:
                throw .unexpected(offset: offset, expected: "an escape instead of a control character")
            }
        }
        throw .unexpected(offset: offset, expected: "the end of the string that begins at byte \(start)")
    }

    private mutating func appendEscape(to utf8: inout [UInt8]) throws(JSONError) {
        let start = offset
        try expect("\\")
        guard let byte = next else { throw .unexpected(offset: offset, expected: "an escape") }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): utf8.append(byte)
        case UInt8(ascii: "b"): utf8.append(0x08)
        case UInt8(ascii: "t"): utf8.append(0x09)
        case UInt8(ascii: "n"): utf8.append(0x0a)
        case UInt8(ascii: "f"): utf8.append(0x0c)
        case UInt8(ascii: "r"): utf8.append(0x0d)
        case UInt8(ascii: "u"):
            let unit = try codeUnit()
            var code = UInt32(unit)
            if UTF16.isLeadSurrogate(unit) {
                guard take("\\u") else { throw .loneSurrogate(offset: start) }
                let trail = try codeUnit()
                guard UTF16.isTrailSurrogate(trail) else { throw .loneSurrogate(offset: start) }
                code = 0x1_0000 + (UInt32(unit) - 0xd800) << 10 + (UInt32(trail) - 0xdc00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw .loneSurrogate(offset: start) }
            utf8.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        default:
            throw .unexpected(offset: start, expected: "an escape that JSON knows")
        }
    }

    private mutating func codeUnit() throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch next {
            case .some(let byte) where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte):
                digit = byte - UInt8(ascii: "0")
            case .some(let byte) where (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20):
                digit = (byte | 0x20) - UInt8(ascii: "a") + 10
            default:
                throw .unexpected(offset: offset, expected: "four hexadecimal digits")
            }
            unit = unit << 4 | UInt16(digit)
            offset += 1
        }
        return unit
    }

    /// A whole number of at most ±(2^53 − 1) without fraction and exponent.
    mutating func integer() throws(JSONError) -> Int {
        let start = offset
        guard case .integer(let value) = try number() else { throw .unexpected(offset: start, expected: "an integer") }
        return value
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = offset
        let isNegative = take("-")
        var magnitude: Int? = 0
        if !take("0") {
            try digits { digit in
                // Beyond the limit the value is not needed: it is not an exact integer.
                magnitude = magnitude.flatMap { $0 <= JSONValue.integerMax / 10 ? $0 * 10 + digit : nil }
            }
        }
        var isInteger = true
        if take(".") {
            isInteger = false
            try digits { _ in }
        }
        if take("e") || take("E") {
            isInteger = false
            _ = take("+") || take("-")
            try digits { _ in }
        }
        if isInteger, let magnitude, magnitude <= JSONValue.integerMax {
            return .integer(isNegative ? -magnitude : magnitude)
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        guard let value = Double(text), value.isFinite else { throw .inexactNumber(text, offset: start) }
        if isInteger {
            var canonical: [UInt8] = []
            try CanonicalWriter.appendNumber(value, to: &canonical)
            guard canonical.elementsEqual(text.utf8) else { throw .inexactNumber(text, offset: start) }
        }
        return .number(value)
    }

    private mutating func digits(_ body: (Int) -> Void) throws(JSONError) {
        let start = offset
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            body(Int(byte - UInt8(ascii: "0")))
            offset += 1
        }
        guard offset > start else { throw .unexpected(offset: offset, expected: "a digit") }
    }
}
