// Which fields of an event any rule asks for. The event is walked once; at each key one look-up says whether rules want
// the value, whether they want something inside it, or neither, and then all of it is skipped.

/// Paths of fields by the hash of their bytes. Immutable once made.
final class FieldTable: @unchecked Sendable {
    // Unchecked: what the pointers lead to is written by the initialiser alone.
    struct Entry: Sendable {
        let path: [UInt8]
        /// The fields of rules that this path is.
        var fields: [Int32] = []
        /// Whether some longer path begins with this one and a dot.
        var hasMore = false
    }

    let entries: [Entry]
    private let slots: UnsafeMutablePointer<Int32>
    private let mask: Int
    /// The fields of all entries one after the other, and for each entry where its own begin; the last is the end.
    private let fields: UnsafeMutablePointer<Int32>
    private let starts: UnsafeMutablePointer<Int32>
    private let more: UnsafeMutablePointer<Bool>
    static let seed: UInt64 = 0xCBF2_9CE4_8422_2325

    @inline(__always) static func step(_ hash: UInt64, _ byte: UInt8) -> UInt64 {
        (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }

    static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(seed) { step($0, $1) }
    }

    /// For each field of rules the paths that it may stand at.
    init(_ paths: [[String]]) {
        var entries: [Entry] = []
        var byPath: [[UInt8]: Int] = [:]
        func entry(_ path: [UInt8]) -> Int {
            if let found = byPath[path] { return found }
            byPath[path] = entries.count
            entries.append(Entry(path: path))
            return entries.count - 1
        }
        for (field, alternatives) in paths.enumerated() {
            for path in alternatives {
                let bytes = Array(path.utf8)
                let index = entry(bytes)
                if !entries[index].fields.contains(Int32(field)) { entries[index].fields.append(Int32(field)) }
                for (at, byte) in bytes.enumerated() where byte == UInt8(ascii: ".") {
                    let prefix = entry(Array(bytes[..<at]))
                    entries[prefix].hasMore = true
                }
            }
        }
        var size = 16
        while size < entries.count * 4 { size *= 2 }
        var slots = [Int32](repeating: -1, count: size)
        for (index, entry) in entries.enumerated() {
            var at = Int(truncatingIfNeeded: Self.mix(Self.hash(entry.path))) & (size - 1)
            while slots[at] >= 0 { at = (at + 1) & (size - 1) }
            slots[at] = Int32(index)
        }
        self.entries = entries
        self.slots = .allocate(capacity: size)
        self.slots.initialize(from: slots, count: size)
        mask = size - 1
        let all = entries.flatMap(\.fields)
        fields = .allocate(capacity: max(1, all.count))
        fields.initialize(from: all, count: all.count)
        starts = .allocate(capacity: entries.count + 1)
        more = .allocate(capacity: max(1, entries.count))
        var start: Int32 = 0
        for (index, entry) in entries.enumerated() {
            (starts + index).initialize(to: start)
            (more + index).initialize(to: entry.hasMore)
            start += Int32(entry.fields.count)
        }
        (starts + entries.count).initialize(to: start)
    }

    deinit {
        slots.deallocate()
        fields.deallocate()
        starts.deallocate()
        more.deallocate()
    }

    /// Where the fields of an entry stand.
    @inline(__always) func places(_ entry: Int) -> Range<Int> { Int(starts[entry])..<Int(starts[entry + 1]) }

    /// The field at a place.
    @inline(__always) func field(_ place: Int) -> Int { Int(fields[place]) }

    /// Whether some longer path begins with that of an entry and a dot.
    @inline(__always) func hasMore(_ entry: Int) -> Bool { more[entry] }

    @inline(__always) private static func mix(_ hash: UInt64) -> UInt64 { hash ^ (hash >> 29) }

    /// The entry of a key under a parent (-1 is the event itself), and the hash of its path.
    @inline(__always)
    func find(parent: Int, hash: UInt64, key: UnsafeBufferPointer<UInt8>) -> (entry: Int, hash: UInt64) {
        var hash = hash
        if parent >= 0 { hash = Self.step(hash, UInt8(ascii: ".")) }
        for byte in key { hash = Self.step(hash, byte) }
        var at = Int(truncatingIfNeeded: Self.mix(hash)) & mask
        while true {
            let index = Int(self.slots[at])
            if index < 0 { return (-1, hash) }
            if isPath(index, parent, key) { return (index, hash) }
            at = (at + 1) & mask
        }
    }

    private func isPath(_ index: Int, _ parent: Int, _ key: UnsafeBufferPointer<UInt8>) -> Bool {
        entries[index].path.withUnsafeBufferPointer { path in
            let before = parent < 0 ? 0 : entries[parent].path.count + 1
            guard path.count == before + key.count else { return false }
            for at in 0..<key.count where path[before + at] != key[at] { return false }
            guard parent >= 0 else { return true }
            return entries[parent].path.withUnsafeBufferPointer { prefix in
                path[before - 1] == UInt8(ascii: ".") && path[..<(before - 1)].elementsEqual(prefix)
            }
        }
    }
}
