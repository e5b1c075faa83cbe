// JSON read once into a flat list of nodes that point into the text: nothing is copied, no field is lost.
//
// Source of the grammar: RFC 8259. Duplicate keys are kept, each with its value, and all of them are seen by rules.
import Foundation

/// What is wrong with a JSON text, and in which byte of it.
public struct JSONProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The byte, counted from 1.
    public let column: Int
    /// What is wrong.
    public let reason: String

    /// `column N: reason`.
    public var description: String { "column \(column): \(reason)" }
}

/// One value or key in a JSON text.
struct JSONNode {
    enum Kind: UInt8 { case object, array, string, number, yes, no, null, key }

    var kind: Kind
    /// Has escapes.
    var isEscaped: Bool
    /// Has bytes beyond ASCII.
    var isWide: Bool
    /// The bytes of the value: of a text without its quotes, of an object or array with its brackets.
    var start: UInt32
    var end: UInt32
    /// The node behind this one and all that is in it.
    var next: UInt32
}

/// The nodes of one JSON text in their order. A key is followed by its value. Used again for each text, by one worker; no
/// two functions hold the same property at once, so that accesses need no check.
final class JSONTape {
    static let nestingMax = 256
    static let bytesMax = 256 << 20

    @exclusivity(unchecked) private(set) var nodes: UnsafeMutablePointer<JSONNode>
    @exclusivity(unchecked) private(set) var count = 0
    @exclusivity(unchecked) private var capacity = 256
    @exclusivity(unchecked) private(set) var text = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    @exclusivity(unchecked) private var open: [UInt32] = []
    /// Whether any text has bytes beyond ASCII.
    @exclusivity(unchecked) private(set) var isWide = false

    init() { nodes = .allocate(capacity: capacity) }

    deinit { nodes.deallocate() }

    /// The bytes of a node as they are written.
    func bytes(_ node: JSONNode) -> UnsafeBufferPointer<UInt8> {
        // Nodes are made by `read` alone, and lie inside the text.
        UnsafeBufferPointer(start: text.baseAddress.map { $0 + Int(node.start) }, count: Int(node.end - node.start))
    }

    @inline(__always)
    private func append(_ kind: JSONNode.Kind, _ start: Int, _ end: Int, isEscaped: Bool = false, isWide: Bool = false)
    {
        if count == capacity { grow() }
        nodes[count] = JSONNode(
            kind: kind, isEscaped: isEscaped, isWide: isWide, start: UInt32(truncatingIfNeeded: start),
            end: UInt32(truncatingIfNeeded: end), next: UInt32(truncatingIfNeeded: count + 1))
        count += 1
    }

    private func grow() {
        let larger = UnsafeMutablePointer<JSONNode>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: nodes, count: count)
        nodes.deallocate()
        nodes = larger
        capacity *= 2
    }

    /// Reads one value; the text must stay where it is while the nodes are used.
    func read(_ text: UnsafeBufferPointer<UInt8>) throws(JSONProblem) {
        self.text = text
        count = 0
        isWide = false
        open.removeAll(keepingCapacity: true)
        guard text.count <= Self.bytesMax, let base = text.baseAddress else {
            throw JSONProblem(column: 1, reason: text.isEmpty ? "empty" : "longer than \(Self.bytesMax) bytes")
        }
        let size = text.count
        var at = 0
        /// What may come next.
        var wantsKey = false
        var wantsValue = true
        var mayClose = false
        while true {
            while at < size, base[at] <= 0x20 {
                guard base[at] == 0x20 || base[at] == 0x0A || base[at] == 0x0D || base[at] == 0x09 else {
                    throw JSONProblem(column: at + 1, reason: "a control character")
                }
                at += 1
            }
            guard at < size else {
                if open.isEmpty, !wantsValue { return }
                throw JSONProblem(column: at + 1, reason: "the text ends too early")
            }
            let byte = base[at]
            if open.isEmpty, !wantsValue { throw JSONProblem(column: at + 1, reason: "something behind the value") }
            if wantsKey {
                if byte == UInt8(ascii: "}"), mayClose {
                    at += 1
                    close(at)
                    wantsKey = false
                } else {
                    guard byte == UInt8(ascii: "\"") else {
                        throw JSONProblem(column: at + 1, reason: "a key is missing")
                    }
                    at = try string(base, at, size, .key)
                    while at < size, base[at] == 0x20 || base[at] == 0x09 || base[at] == 0x0A || base[at] == 0x0D {
                        at += 1
                    }
                    guard at < size, base[at] == UInt8(ascii: ":") else {
                        throw JSONProblem(column: at + 1, reason: "a colon is missing")
                    }
                    at += 1
                    wantsKey = false
                    wantsValue = true
                    mayClose = false
                }
                continue
            }
            if wantsValue {
                switch byte {
                case UInt8(ascii: "\""):
                    at = try string(base, at, size, .string)
                    wantsValue = false
                case UInt8(ascii: "{"), UInt8(ascii: "["):
                    guard open.count < Self.nestingMax else {
                        throw JSONProblem(column: at + 1, reason: "nests deeper than \(Self.nestingMax)")
                    }
                    let isObject = byte == UInt8(ascii: "{")
                    open.append(UInt32(truncatingIfNeeded: count))
                    append(isObject ? .object : .array, at, at)
                    at += 1
                    wantsKey = isObject
                    wantsValue = !isObject
                    mayClose = true
                case UInt8(ascii: "]"):
                    guard mayClose, let last = open.last, nodes[Int(last)].kind == .array else {
                        throw JSONProblem(column: at + 1, reason: "a value is missing")
                    }
                    at += 1
                    close(at)
                    wantsValue = false
                case UInt8(ascii: "t"):
                    at = try word("true", .yes, base, at, size)
                    wantsValue = false
                case UInt8(ascii: "f"):
                    at = try word("false", .no, base, at, size)
                    wantsValue = false
                case UInt8(ascii: "n"):
                    at = try word("null", .null, base, at, size)
                    wantsValue = false
                case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    at = try number(base, at, size)
                    wantsValue = false
                default: throw JSONProblem(column: at + 1, reason: "a value is missing")
                }
                if !wantsValue || wantsKey { continue }
                // An array was opened: its first value or its end comes next.
                continue
            }
            // Behind a value, inside an object or an array.
            let isObject = open.last.map { nodes[Int($0)].kind == .object } ?? false
            switch byte {
            case UInt8(ascii: ","):
                at += 1
                wantsKey = isObject
                wantsValue = !isObject
                mayClose = false
            case UInt8(ascii: "}") where isObject, UInt8(ascii: "]") where !isObject:
                at += 1
                close(at)
            default:
                throw JSONProblem(column: at + 1, reason: "a comma is missing")
            }
        }
    }

    @inline(__always)
    private func close(_ end: Int) {
        guard let index = open.popLast() else { return }
        nodes[Int(index)].end = UInt32(truncatingIfNeeded: end)
        nodes[Int(index)].next = UInt32(truncatingIfNeeded: count)
    }

    private func word(
        _ word: StaticString, _ kind: JSONNode.Kind, _ base: UnsafePointer<UInt8>, _ at: Int, _ size: Int
    ) throws(JSONProblem) -> Int {
        let length = word.utf8CodeUnitCount
        guard at + length <= size else { throw JSONProblem(column: at + 1, reason: "the text ends too early") }
        for index in 0..<length where base[at + index] != word.utf8Start[index] {
            throw JSONProblem(column: at + 1, reason: "an unknown word")
        }
        append(kind, at, at + length)
        return at + length
    }

    private func number(_ base: UnsafePointer<UInt8>, _ start: Int, _ size: Int) throws(JSONProblem) -> Int {
        var at = start
        func digits() -> Bool {
            let from = at
            while at < size, base[at] &- UInt8(ascii: "0") < 10 { at += 1 }
            return at > from
        }
        if base[at] == UInt8(ascii: "-") { at += 1 }
        let first = at
        guard digits() else { throw JSONProblem(column: at + 1, reason: "a digit is missing") }
        if base[first] == UInt8(ascii: "0"), at > first + 1 {
            throw JSONProblem(column: first + 1, reason: "a number that begins with 0")
        }
        if at < size, base[at] == UInt8(ascii: ".") {
            at += 1
            guard digits() else { throw JSONProblem(column: at + 1, reason: "a digit is missing") }
        }
        if at < size, base[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            if at < size, base[at] == UInt8(ascii: "+") || base[at] == UInt8(ascii: "-") { at += 1 }
            guard digits() else { throw JSONProblem(column: at + 1, reason: "a digit is missing") }
        }
        append(.number, start, at)
        return at
    }

    /// Eight bytes at a time while none of them is a quote, a backslash, a control character or beyond ASCII.
    private func string(
        _ base: UnsafePointer<UInt8>, _ quote: Int, _ size: Int, _ kind: JSONNode.Kind
    ) throws(JSONProblem) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        let start = quote + 1
        var at = start
        var isEscaped = false
        var isWide = false
        let raw = UnsafeRawPointer(base)
        while true {
            while at + 8 <= size {
                let word = raw.loadUnaligned(fromByteOffset: at, as: UInt64.self)
                let quotes = word ^ (ones &* 0x22)
                let slashes = word ^ (ones &* 0x5C)
                let special =
                    ((quotes &- ones) & ~quotes) | ((slashes &- ones) & ~slashes) | ((word &- ones &* 0x20) & ~word)
                    | word
                if special & highs != 0 { break }
                at += 8
            }
            guard at < size else { throw JSONProblem(column: start, reason: "a text does not end") }
            // What stopped the fast loop is among the next eight bytes, or the end is.
            let stop = min(size, at + 8)
            while at < stop {
                let byte = base[at]
                if byte == 0x22 {
                    if isWide { self.isWide = true }
                    append(kind, start, at, isEscaped: isEscaped, isWide: isWide)
                    return at + 1
                }
                if byte == 0x5C {
                    isEscaped = true
                    at += try escape(base, at, size)
                    break
                }
                guard byte >= 0x20 else { throw JSONProblem(column: at + 1, reason: "a control character in a text") }
                if byte >= 0x80 { isWide = true }
                at += 1
            }
        }
    }

    private func escape(_ base: UnsafePointer<UInt8>, _ at: Int, _ size: Int) throws(JSONProblem) -> Int {
        guard at + 1 < size else { throw JSONProblem(column: at + 1, reason: "a text does not end") }
        switch base[at + 1] {
        case 0x22, 0x5C, UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            return 2
        case UInt8(ascii: "u"):
            guard at + 6 <= size else { throw JSONProblem(column: at + 1, reason: "a text does not end") }
            for index in 2..<6 where JSONText.hexadecimal(base[at + index]) == nil {
                throw JSONProblem(column: at + 1, reason: "an escape that is no number")
            }
            return 6
        default: throw JSONProblem(column: at + 1, reason: "an unknown escape")
        }
    }
}

/// Texts of JSON: escapes undone, escapes made, whitespace left out.
enum JSONText {
    static func hexadecimal(_ byte: UInt8) -> UInt32? {
        if byte &- UInt8(ascii: "0") < 10 { return UInt32(byte - UInt8(ascii: "0")) }
        let lower = byte | 0x20
        return lower &- UInt8(ascii: "a") < 6 ? UInt32(lower - UInt8(ascii: "a") + 10) : nil
    }

    /// Writes the text of an escaped string; the room must be as long as the string. Half of a surrogate pair becomes
    /// U+FFFD.
    static func unescape(_ bytes: UnsafeBufferPointer<UInt8>, into output: UnsafeMutablePointer<UInt8>) -> Int {
        var at = 0
        var length = 0
        func unit(_ at: Int) -> UInt32? {
            guard at + 4 <= bytes.count else { return nil }
            var value: UInt32 = 0
            for index in 0..<4 {
                guard let digit = hexadecimal(bytes[at + index]) else { return nil }
                value = value << 4 | digit
            }
            return value
        }
        guard let base = bytes.baseAddress else { return 0 }
        while at < bytes.count {
            // What stands up to the next escape is copied as a whole.
            let found = memchr(base + at, 0x5C, bytes.count - at)
            var run = found.map { UnsafeRawPointer(base + at).distance(to: UnsafeRawPointer($0)) } ?? bytes.count - at
            // A backslash in the end escapes nothing.
            if at + run + 1 == bytes.count { run += 1 }
            (output + length).update(from: base + at, count: run)
            length += run
            at += run
            guard at < bytes.count else { break }
            let kind = bytes[at + 1]
            at += 2
            switch kind {
            case UInt8(ascii: "b"): output[length] = 8
            case UInt8(ascii: "f"): output[length] = 12
            case UInt8(ascii: "n"): output[length] = 10
            case UInt8(ascii: "r"): output[length] = 13
            case UInt8(ascii: "t"): output[length] = 9
            case UInt8(ascii: "u"):
                var value = unit(at) ?? 0xFFFD
                at += 4
                if (0xD800..<0xDC00).contains(value), at + 6 <= bytes.count, bytes[at] == 0x5C,
                    bytes[at + 1] == UInt8(ascii: "u"), let low = unit(at + 2), (0xDC00..<0xE000).contains(low)
                {
                    value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
                    at += 6
                }
                let scalar = Unicode.Scalar(value) ?? "\u{FFFD}"
                for unit in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
                    output[length] = unit
                    length += 1
                }
                continue
            default: output[length] = kind
            }
            length += 1
        }
        return length
    }

    /// Whether there is whitespace outside of texts.
    static func isCompact(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var inside = false
        var at = 0
        while at < bytes.count {
            let byte = bytes[at]
            if byte == 0x22 {
                inside.toggle()
            } else if inside, byte == 0x5C {
                at += 1
            } else if !inside, byte <= 0x20 {
                return false
            }
            at += 1
        }
        return true
    }

    /// Leaves out whitespace outside of texts; the room must be as long as the text.
    static func compact(_ bytes: UnsafeBufferPointer<UInt8>, into output: UnsafeMutablePointer<UInt8>) -> Int {
        var inside = false
        var at = 0
        var length = 0
        while at < bytes.count {
            let byte = bytes[at]
            if inside, byte == 0x5C, at + 1 < bytes.count {
                output[length] = byte
                output[length + 1] = bytes[at + 1]
                length += 2
                at += 2
                continue
            }
            if byte == 0x22 { inside.toggle() }
            if inside || byte > 0x20 {
                output[length] = byte
                length += 1
            }
            at += 1
        }
        return length
    }

    /// A JSON string with its quotes.
    static func append(_ text: String, to output: inout [UInt8]) {
        var text = text
        output.append(0x22)
        text.withUTF8 { bytes in
            // Runs of what needs no escape are copied as a whole.
            var start = 0
            for at in bytes.indices {
                let byte = bytes[at]
                guard byte < 0x20 || byte == 0x22 || byte == 0x5C else { continue }
                output.append(contentsOf: bytes[start..<at])
                escape(byte, to: &output)
                start = at + 1
            }
            output.append(contentsOf: bytes[start...])
        }
        output.append(0x22)
    }

    private static func escape(_ byte: UInt8, to output: inout [UInt8]) {
        output.append(0x5C)
        switch byte {
        case 0x0A: output.append(UInt8(ascii: "n"))
        case 0x0D: output.append(UInt8(ascii: "r"))
        case 0x09: output.append(UInt8(ascii: "t"))
        case ..<0x20:
            for digit in [0x75, 0x30, 0x30, 0x30 + (byte >> 4), hexadecimalDigit(byte & 15)] { output.append(digit) }
        default: output.append(byte)
        }
    }

    private static func hexadecimalDigit(_ number: UInt8) -> UInt8 {
        number < 10 ? 0x30 + number : UInt8(ascii: "a") + number - 10
    }
}
