// One JSON object on one line (RFC 8259), read without making a tree.
import Foundation

/// A value of a member, as it stands in the line.
enum JSONLineValue {
    case null
    case number(UnsafeBufferPointer<UInt8>)
    /// `true` or `false`.
    case word(UnsafeBufferPointer<UInt8>)
    /// Without its quotes, escapes resolved.
    case string(UnsafeBufferPointer<UInt8>)
    case nested
}

/// Bytes of a text whose escapes are resolved. Whoever makes one must call `free`.
struct ByteScratch {
    private let capacity: Int
    private var start: UnsafeMutablePointer<UInt8>?
    private var count = 0

    init(capacity: Int) { self.capacity = capacity }

    func free() { start?.deallocate() }

    mutating func clear() { count = 0 }

    mutating func append(_ byte: UInt8) {
        precondition(count < capacity, "a text is longer than its line")
        let place = start ?? .allocate(capacity: capacity)
        start = place
        place[count] = byte
        count += 1
    }

    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }
}

/// Reads the members of one object.
struct JSONLine {
    /// Why a nested value is refused.
    static let nestedReason = "a nested object or array cannot be measured"
    /// Why a name is refused.
    static let nameReason = "the name is not UTF-8"

    let base: UnsafePointer<UInt8>
    var position: Int
    let end: Int

    mutating func skipSpace() {
        while position < end, [32, 9, 13].contains(base[position]) { position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard position < end, base[position] == byte else { return false }
        position += 1
        return true
    }

    /// Gives every member to `body`, which may refuse it. Returns what is wrong, and where.
    mutating func members(
        _ body: (UnsafeBufferPointer<UInt8>, JSONLineValue, Int) -> String?
    ) -> (offset: Int, reason: String)? {
        guard take(UInt8(ascii: "{")) else { return (position, "the line is not a JSON object") }
        // No text without its escapes is longer than the line.
        var nameScratch = ByteScratch(capacity: end - position + 1)
        var valueScratch = ByteScratch(capacity: end - position + 1)
        defer {
            nameScratch.free()
            valueScratch.free()
        }
        if !take(UInt8(ascii: "}")) {
            repeat {
                skipSpace()
                let nameAt = position
                guard let name = string(&nameScratch) else { return (nameAt, "a name in quotes is missing") }
                guard take(UInt8(ascii: ":")) else { return (position, "a colon is missing") }
                skipSpace()
                let valueAt = position
                guard let value = value(&valueScratch) else { return (valueAt, "this is not a JSON value") }
                // The scratch of an escaped name is not touched by the value.
                if let reason = body(name, value, valueAt) { return (valueAt, reason) }
            } while take(UInt8(ascii: ","))
            guard take(UInt8(ascii: "}")) else { return (position, "a comma or the closing brace is missing") }
        }
        skipSpace()
        return position == end ? nil : (position, "text follows the object")
    }

    private mutating func value(_ scratch: inout ByteScratch) -> JSONLineValue? {
        guard position < end else { return nil }
        switch base[position] {
        case UInt8(ascii: "\""): return string(&scratch).map { .string($0) }
        case UInt8(ascii: "{"), UInt8(ascii: "["): return .nested
        case UInt8(ascii: "n"): return word("null") == nil ? nil : .null
        case UInt8(ascii: "t"): return word("true").map { .word($0) }
        case UInt8(ascii: "f"): return word("false").map { .word($0) }
        default:
            let start = position
            while position < end, isNumberByte(base[position]) { position += 1 }
            let text = UnsafeBufferPointer(start: base + start, count: position - start)
            guard isNumber(text) else { return nil }
            return .number(text)
        }
    }

    private func isNumberByte(_ byte: UInt8) -> Bool {
        byte &- 48 < 10 || byte == 43 || byte == 45 || byte == 46 || byte | 0x20 == UInt8(ascii: "e")
    }

    /// The grammar of RFC 8259, section 6.
    private func isNumber(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var i = 0
        func digits() -> Int {
            let start = i
            while i < text.count, text[i] &- 48 < 10 { i += 1 }
            return i - start
        }
        if i < text.count, text[i] == 45 { i += 1 }
        let first = i
        let count = digits()
        guard count > 0, count == 1 || text[first] != 48 else { return false }
        if i < text.count, text[i] == 46 {
            i += 1
            guard digits() > 0 else { return false }
        }
        if i < text.count, text[i] | 0x20 == UInt8(ascii: "e") {
            i += 1
            if i < text.count, text[i] == 43 || text[i] == 45 { i += 1 }
            guard digits() > 0 else { return false }
        }
        return i == text.count
    }

    private mutating func word(_ expected: StaticString) -> UnsafeBufferPointer<UInt8>? {
        let count = expected.utf8CodeUnitCount
        guard position + count <= end, memcmp(base + position, expected.utf8Start, count) == 0 else { return nil }
        defer { position += count }
        return UnsafeBufferPointer(start: base + position, count: count)
    }

    /// A string. The result lies in the line or, with escapes, in `scratch`, and is good until `scratch` changes.
    private mutating func string(_ scratch: inout ByteScratch) -> UnsafeBufferPointer<UInt8>? {
        guard position < end, base[position] == UInt8(ascii: "\"") else { return nil }
        position += 1
        let start = position
        var hasEscapes = false
        while position < end, base[position] != UInt8(ascii: "\"") {
            guard base[position] >= 32 else { return nil }
            if base[position] == UInt8(ascii: "\\") {
                hasEscapes = true
                position += 1
            }
            position += 1
        }
        guard position < end else { return nil }
        let raw = UnsafeBufferPointer(start: base + start, count: position - start)
        position += 1
        guard hasEscapes else { return raw }
        scratch.clear()
        return unescape(raw, into: &scratch) ? scratch.bytes : nil
    }

    private func unescape(_ raw: UnsafeBufferPointer<UInt8>, into scratch: inout ByteScratch) -> Bool {
        func unit(_ at: Int) -> UInt16? {
            guard at + 4 <= raw.count else { return nil }
            var value: UInt16 = 0
            for k in 0..<4 {
                guard let digit = Character(UnicodeScalar(raw[at + k])).hexDigitValue else { return nil }
                value = value << 4 | UInt16(digit)
            }
            return value
        }
        var i = 0
        while i < raw.count {
            guard raw[i] == UInt8(ascii: "\\") else {
                scratch.append(raw[i])
                i += 1
                continue
            }
            guard i + 1 < raw.count else { return false }
            let kind = raw[i + 1]
            i += 2
            switch kind {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scratch.append(kind)
            case UInt8(ascii: "b"): scratch.append(8)
            case UInt8(ascii: "f"): scratch.append(12)
            case UInt8(ascii: "n"): scratch.append(10)
            case UInt8(ascii: "r"): scratch.append(13)
            case UInt8(ascii: "t"): scratch.append(9)
            case UInt8(ascii: "u"):
                guard let first = unit(i) else { return false }
                i += 4
                var code = UInt32(first)
                if first & 0xFC00 == 0xD800 {
                    guard i + 1 < raw.count, raw[i] == UInt8(ascii: "\\"), raw[i + 1] == UInt8(ascii: "u"),
                        let second = unit(i + 2), second & 0xFC00 == 0xDC00
                    else { return false }
                    i += 6
                    code = 0x10000 + (UInt32(first & 0x3FF) << 10 | UInt32(second & 0x3FF))
                }
                guard let scalar = UnicodeScalar(code) else { return false }
                for byte in String(Character(scalar)).utf8 { scratch.append(byte) }
            default: return false
            }
        }
        return true
    }
}
