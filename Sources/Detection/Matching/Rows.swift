// Lists of plain values, one behind the other in memory: what is read for every event is read without counting references.

/// Rows of values; whoever makes them frees them.
struct Rows<Element: BitwiseCopyable> {
    private let starts: UnsafeMutablePointer<Int32>
    private let items: UnsafeMutablePointer<Element>

    init(_ rows: [[Element]]) {
        let all = rows.flatMap { $0 }
        starts = .allocate(capacity: rows.count + 1)
        items = .allocate(capacity: max(1, all.count))
        items.initialize(from: all, count: all.count)
        var start: Int32 = 0
        for (index, row) in rows.enumerated() {
            (starts + index).initialize(to: start)
            start += Int32(row.count)
        }
        (starts + rows.count).initialize(to: start)
    }

    func free() {
        starts.deallocate()
        items.deallocate()
    }

    /// The values of a row.
    @inline(__always) subscript(_ row: Int) -> UnsafeBufferPointer<Element> {
        let start = Int(starts[row])
        return UnsafeBufferPointer(start: items + start, count: Int(starts[row + 1]) - start)
    }
}

extension UnsafeMutablePointer where Pointee: BitwiseCopyable {
    /// A copy of values; whoever makes it frees it.
    static func copy(of values: [Pointee]) -> Self {
        let copy = Self.allocate(capacity: max(1, values.count))
        copy.initialize(from: values, count: values.count)
        return copy
    }
}
