// Writes JSON straight into bytes. Answers are made by it, member by member, without a value in between.
import Foundation
import MerkleLog

/// A JSON text in the making. Commas come by themselves: whatever does not follow an opening bracket or a colon is
/// separated from what stands before it.
struct JSONWriter {
    var bytes: [UInt8] = []

    init(reservingBytes capacity: Int = 1_024) { bytes.reserveCapacity(capacity) }

    /// Writes ASCII that needs no escape, as it is.
    mutating func raw(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Begins a value: with its name inside an object, without inside an array.
    private mutating func begin(_ name: String?) {
        switch bytes.last {
        case nil, UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"): break
        default: bytes.append(UInt8(ascii: ","))
        }
        guard let name else { return }
        CanonicalWriter.appendJSONString(name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
    }

    mutating func object(_ name: String? = nil, _ members: (inout JSONWriter) throws -> Void) rethrows {
        begin(name)
        raw("{")
        try members(&self)
        raw("}")
    }

    mutating func array<Items: Sequence>(
        _ name: String? = nil, _ items: Items, _ element: (inout JSONWriter, Items.Element) throws -> Void
    ) rethrows {
        begin(name)
        raw("[")
        for item in items { try element(&self, item) }
        raw("]")
    }

    mutating func null(_ name: String? = nil) {
        begin(name)
        raw("null")
    }

    mutating func string(_ name: String? = nil, _ value: String?) {
        guard let value else { return null(name) }
        begin(name)
        CanonicalWriter.appendJSONString(value, to: &bytes)
    }

    mutating func strings(_ name: String, _ values: [String]) {
        array(name, values) { $0.string(nil, $1) }
    }

    mutating func integer(_ name: String? = nil, _ value: Int?) {
        guard let value else { return null(name) }
        begin(name)
        appendInteger(value)
    }

    mutating func bool(_ name: String? = nil, _ value: Bool) {
        begin(name)
        if value { raw("true") } else { raw("false") }
    }

    mutating func id(_ name: String? = nil, _ value: UUID?) {
        guard let value else { return null(name) }
        begin(name)
        appendID(value)
    }

    /// Writes what the closure appends to ``bytes`` as one value.
    mutating func value(_ name: String? = nil, _ append: (inout JSONWriter) throws -> Void) rethrows {
        begin(name)
        try append(&self)
    }

    // MARK: Pieces, without a comma or a name

    mutating func appendInteger(_ value: Int) {
        bytes.append(contentsOf: String(value).utf8)
    }

    /// The 36 lower-case characters of a UUID, in quotes.
    mutating func appendID(_ id: UUID) {
        // Put together on the stack and appended at once: a list of 50 has hundreds of them.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 38) { text in
            withUnsafeBytes(of: id.uuid) { octets in
                text[0] = UInt8(ascii: "\"")
                var at = 1
                for position in 0..<16 {
                    if position == 4 || position == 6 || position == 8 || position == 10 {
                        text[at] = UInt8(ascii: "-")
                        at += 1
                    }
                    text[at] = Self.digit(octets[position] >> 4)
                    text[at + 1] = Self.digit(octets[position] & 15)
                    at += 2
                }
                text[at] = UInt8(ascii: "\"")
            }
            bytes.append(contentsOf: text)
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }
}
