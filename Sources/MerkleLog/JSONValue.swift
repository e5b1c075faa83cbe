// JSON as the ledger sees it: values, and what can be wrong with their text. Reading is in JSONParser.swift, writing in
// CanonicalWriter.swift.

/// A JSON value (RFC 8259) within the limits of I-JSON (RFC 7493): unique keys, valid Unicode, exact integers.
///
/// Swift holds canonically equivalent strings to be equal, so an object cannot have two keys that differ only in how
/// an accent is composed; the parser refuses such an object as having a duplicate key.
public enum JSONValue: Hashable, Sendable {
    /// The literal `null`.
    case null
    /// The literals `true` and `false`.
    case bool(Bool)
    /// A whole number of at most ±(2^53 − 1).
    case integer(Int)
    /// Any other finite number.
    case number(Double)
    /// Text; any Unicode but lone surrogates.
    case string(String)
    /// Values in order.
    case array([JSONValue])
    /// Values by unique key; the order is that of RFC 8785 on writing.
    case object([String: JSONValue])

    /// The largest whole number that every JSON reader keeps exact, 2^53 − 1 (RFC 7493, section 2.2).
    public static let integerMax = 9_007_199_254_740_991
    /// How many arrays and objects may stand inside each other.
    public static let nestingLevelsMax = 128
    /// The longest text that `parse` takes unless told otherwise, in bytes.
    public static let textBytesMax = 16 << 20

    /// The value as RFC 8785 (JCS) writes it: no white space, keys in the order of their UTF-16 code units, numbers as
    /// ECMAScript writes them.
    /// - Throws: `JSONError` for an integer beyond ±(2^53 − 1), a number that is not finite, or too deep nesting.
    public func canonical() throws(JSONError) -> [UInt8] {
        var bytes: [UInt8] = []
        try CanonicalWriter.append(self, to: &bytes)
        return bytes
    }

    /// Reads one JSON text (RFC 8259) strictly: duplicate keys, invalid UTF-8, lone surrogates, a byte order mark and
    /// anything after the value are refused. A whole number without fraction and exponent becomes `integer`; one
    /// beyond ±(2^53 − 1) is refused unless it is exactly what RFC 8785 writes for some double.
    /// - Parameter bytesMax: the longest text to accept.
    /// - Throws: `JSONError` with the offset in bytes.
    public static func parse(_ bytes: [UInt8], bytesMax: Int = textBytesMax) throws(JSONError) -> JSONValue {
        guard bytes.count <= bytesMax else { throw .tooLong(bytes: bytes.count, bytesMax: bytesMax) }
        return try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in
            var parser = JSONParser(buffer)
            parser.skipWhiteSpace()
            let value = try parser.value(level: 0)
            parser.skipWhiteSpace()
            try parser.expectEnd()
            return value
        }
    }
}

/// Why a JSON text was refused or a value could not be written. Offsets are in bytes from the beginning of the text.
public enum JSONError: Error, Hashable, Sendable {
    /// Something else stands where `expected` had to be.
    case unexpected(offset: Int, expected: String)
    /// A string is not valid UTF-8.
    case invalidUTF8(offset: Int)
    /// Half of a surrogate pair stands alone.
    case loneSurrogate(offset: Int)
    /// A key occurs twice in one object.
    case duplicateKey(String, offset: Int)
    /// A number has no exact value here: beyond ±(2^53 − 1), or too large for a double.
    case inexactNumber(String, offset: Int)
    /// Arrays and objects stand too deep inside each other.
    case tooDeep(levelsMax: Int)
    /// The text is longer than the caller allows.
    case tooLong(bytes: Int, bytesMax: Int)
    /// An integer to be written is beyond ±(2^53 − 1).
    case integerOutOfRange(Int)
    /// A number to be written is infinite or not a number.
    case notFinite
}

extension JSONError: CustomStringConvertible {
    /// The reason as a sentence for people.
    public var description: String {
        switch self {
        case .unexpected(let offset, let expected): "Expected \(expected) at byte \(offset)."
        case .invalidUTF8(let offset): "The string at byte \(offset) is not valid UTF-8."
        case .loneSurrogate(let offset): "Half a surrogate pair stands alone at byte \(offset)."
        case .duplicateKey(let key, let offset): "The key “\(key)” occurs a second time at byte \(offset)."
        case .inexactNumber(let text, let offset): "The number \(text) at byte \(offset) cannot be kept exactly."
        case .tooDeep(let levels): "More than \(levels) arrays and objects stand inside each other."
        case .tooLong(let bytes, let bytesMax): "The text has \(bytes) bytes; at most \(bytesMax) are read."
        case .integerOutOfRange(let value): "The integer \(value) is beyond ±\(JSONValue.integerMax)."
        case .notFinite: "JSON has no infinite numbers and no NaN."
        }
    }
}
