// Matches of rules on their way to correlations: for each the fields that correlations ask for, packed into bytes.

/// A match of a rule of one event, as correlations take it.
struct Signal: Sendable {
    /// The rule's number in the plan of correlations.
    let base: Int
    let time: Int64
    /// The fields that the plan asks for, in its order: 0 for a missing one, else 1, the number of bytes as four bytes, and
    /// the bytes. So a missing value is not the empty text, and values one behind the other are one key of a group.
    let packed: [UInt8]
    let event: EventReference

    init(base: Int, time: Int64, packed: [UInt8], event: EventReference) {
        self.base = base
        self.time = time
        self.packed = packed
        self.event = event
    }

    init(base: Int, time: Int64, values: [[UInt8]?], event: EventReference) {
        var packed: [UInt8] = []
        for value in values {
            if let value {
                value.withUnsafeBufferPointer { Self.pack($0, to: &packed) }
            } else {
                Self.pack(nil, to: &packed)
            }
        }
        self.init(base: base, time: time, packed: packed, event: event)
    }

    static func pack(_ value: UnsafeBufferPointer<UInt8>?, to bytes: inout [UInt8]) {
        guard let value else {
            bytes.append(0)
            return
        }
        bytes.append(1)
        let count = UInt32(truncatingIfNeeded: value.count)
        for shift: UInt32 in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: count >> shift)) }
        bytes.append(contentsOf: value)
    }

    /// The bytes of a packed value, with what stands before them.
    private static func range(_ place: Int, of packed: UnsafeBufferPointer<UInt8>) -> Range<Int> {
        var start = 0
        var left = place
        while true {
            var length = 1
            if packed[start] == 1 {
                var count = 0
                for index in 0..<4 { count |= Int(packed[start + 1 + index]) << (8 * index) }
                length = 5 + count
            }
            if left == 0 { return start..<(start + length) }
            left -= 1
            start += length
        }
    }

    /// Puts a packed value behind others.
    static func append(_ place: Int, of packed: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: packed[range(place, of: packed)]))
    }

    /// A value; `nil` if it is missing.
    static func value(_ place: Int, of packed: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
        let range = range(place, of: packed)
        return packed[range.lowerBound] == 0
            ? nil : UnsafeBufferPointer(rebasing: packed[(range.lowerBound + 5)..<range.upperBound])
    }
}

/// The signals of one block of events, in their order; their bytes are kept together.
struct SignalBatch: Sendable {
    private struct Item: Sendable, BitwiseCopyable {
        let base: Int32
        let hasTime: Bool
        /// Whether the event has an id, which stands behind the values.
        var hasID = false
        let time: Int64
        let line: Int
        let start: Int
        var valuesEnd = 0
        var end = 0
    }

    private var items: [Item] = []
    private var bytes: [UInt8] = []

    var isEmpty: Bool { items.isEmpty }

    /// Begins a signal; then come its values, then its end.
    mutating func begin(base: Int, time: Int64?, line: Int) {
        items.append(
            Item(
                base: Int32(truncatingIfNeeded: base), hasTime: time != nil, time: time ?? 0, line: line,
                start: bytes.count))
    }

    mutating func add(_ value: FieldValue?) { Signal.pack(value?.bytes, to: &bytes) }

    mutating func end(id: UnsafeBufferPointer<UInt8>?) {
        let last = items.count - 1
        items[last].valuesEnd = bytes.count
        if let id {
            items[last].hasID = true
            bytes.append(contentsOf: id)
        }
        items[last].end = bytes.count
    }

    /// Hands each signal on: the rule's number, the time or `nil`, the packed values, and how to name the event.
    func forEach(
        file: String,
        _ body: (
            _ base: Int, _ time: Int64?, _ packed: UnsafeBufferPointer<UInt8>, _ event: () -> EventReference
        ) -> Void
    ) {
        bytes.withUnsafeBufferPointer { bytes in
            for item in items {
                body(
                    Int(item.base), item.hasTime ? item.time : nil,
                    UnsafeBufferPointer(rebasing: bytes[item.start..<item.valuesEnd])
                ) {
                    EventReference(
                        file: file, line: item.line,
                        id: item.hasID ? String(decoding: bytes[item.valuesEnd..<item.end], as: UTF8.self) : nil)
                }
            }
        }
    }
}
