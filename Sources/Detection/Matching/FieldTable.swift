// Which fields of an event any rule asks for. The event is walked once; at each key one look-up says whether rules want
// the value, whether they want something inside it, or neither, and then all of it is skipped.
import Foundation

/// Paths of fields by their parts. Immutable once made; whoever makes it frees it.
struct FieldTable {

    /// A key under a path, and the path that both make. As `a.b.c` may stand in an event as `c` in `b` in `a`, as `b.c` in
    /// `a` and as one key, every way to divide a path is a step.
    private struct Step {
        let parent: Int32
        /// -1 is an empty place.
        let entry: Int32
        let start: UInt32
        let count: UInt32
    }

    private let slots: UnsafeMutablePointer<Step>
    private let mask: Int
    private let keys: UnsafeMutablePointer<UInt8>
    /// For each path the fields of rules that it is.
    private let fields: Rows<Int32>
    private let more: UnsafeMutablePointer<Bool>

    /// For each field of rules the paths that it may stand at.
    init(_ paths: [[String]]) {
        var entries: [(path: [UInt8], fields: [Int32], hasMore: Bool)] = []
        var byPath: [[UInt8]: Int] = [:]
        func entry(_ path: [UInt8]) -> Int {
            if let found = byPath[path] { return found }
            byPath[path] = entries.count
            entries.append((path, [], false))
            return entries.count - 1
        }
        for (field, alternatives) in paths.enumerated() {
            for path in alternatives {
                let bytes = Array(path.utf8)
                let index = entry(bytes)
                if !entries[index].fields.contains(Int32(field)) { entries[index].fields.append(Int32(field)) }
                for (at, byte) in bytes.enumerated() where byte == UInt8(ascii: ".") {
                    entries[entry(Array(bytes[..<at]))].hasMore = true
                }
            }
        }
        var pool: [UInt8] = []
        var steps: [Step] = []
        func step(_ parent: Int, _ entry: Int, _ key: ArraySlice<UInt8>) {
            steps.append(
                Step(
                    parent: Int32(parent), entry: Int32(entry), start: UInt32(pool.count), count: UInt32(key.count)))
            pool += key
        }
        for (index, entry) in entries.enumerated() {
            step(-1, index, entry.path[...])
            for (at, byte) in entry.path.enumerated() where byte == UInt8(ascii: ".") {
                guard let parent = byPath[Array(entry.path[..<at])] else { continue }
                step(parent, index, entry.path[(at + 1)...])
            }
        }
        var size = 16
        while size < steps.count * 4 { size *= 2 }
        slots = .allocate(capacity: size)
        slots.initialize(repeating: Step(parent: 0, entry: -1, start: 0, count: 0), count: size)
        mask = size - 1
        keys = .copy(of: pool)
        fields = Rows(entries.map(\.fields))
        more = .copy(of: entries.map(\.hasMore))
        for step in steps {
            var at = place(step.parent, UnsafePointer(keys + Int(step.start)), Int(step.count))
            while slots[at].entry >= 0 { at = (at + 1) & mask }
            slots[at] = step
        }
    }

    func free() {
        slots.deallocate()
        keys.deallocate()
        fields.free()
        more.deallocate()
    }

    /// The fields that a path is.
    @inline(__always) func fields(of entry: Int32) -> UnsafeBufferPointer<Int32> { fields[Int(entry)] }

    /// Whether some longer path begins with that of an entry and a dot.
    @inline(__always) func hasMore(_ entry: Int32) -> Bool { more[Int(entry)] }

    /// Where to begin to look. The length and both ends of a key tell almost all keys of products apart.
    @inline(__always)
    private func place(_ parent: Int32, _ key: UnsafePointer<UInt8>, _ count: Int) -> Int {
        let raw = UnsafeRawPointer(key)
        var first: UInt64 = 0
        var last: UInt64 = 0
        if count >= 8 {
            first = raw.loadUnaligned(as: UInt64.self)
            last = raw.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
        } else if count >= 4 {
            first = UInt64(raw.loadUnaligned(as: UInt32.self))
            last = UInt64(raw.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
        } else if count > 0 {
            first = UInt64(key[0])
            last = UInt64(key[count / 2]) << 8 | UInt64(key[count - 1])
        }
        var hash = (first ^ UInt64(truncatingIfNeeded: count)) &* 0x9E37_79B9_7F4A_7C15
        hash = (hash ^ (hash >> 32) ^ last) &* 0xC2B2_AE3D_27D4_EB4F
        hash = (hash ^ (hash >> 29) ^ UInt64(truncatingIfNeeded: parent)) &* 0x1656_67B1_9E37_79F9
        return Int(truncatingIfNeeded: hash >> 32) & mask
    }

    /// The path of a key under another path (-1 is the event itself); -1 if no rule asks for it.
    @inline(__always)
    func find(parent: Int32, key: UnsafePointer<UInt8>, count: Int) -> Int32 {
        var at = place(parent, key, count)
        while true {
            let step = slots[at]
            if step.entry < 0 { return -1 }
            if step.parent == parent, Int(step.count) == count, memcmp(keys + Int(step.start), key, count) == 0 {
                return step.entry
            }
            at = (at + 1) & mask
        }
    }
}
