// The groups of one correlation, found by the bytes of their key. Keys lie together in one array and windows in another, so
// that a group costs no more than its window and its key.

/// Groups by their key.
struct GroupTable {
    private struct Group {
        let hash: Int
        let keyStart: Int
        let keyCount: Int
        var last: Int64
        var window: GroupWindow
    }

    private var groups: [Group] = []
    private var keys: [UInt8] = []
    /// For each place the number of its group; -1 is an empty place.
    private var slots = [Int32](repeating: -1, count: 64)
    private var sweepAt = 1_024

    var count: Int { groups.count }

    /// Whether there are so many groups that those that are over should go.
    var wantsSweep: Bool { groups.count >= sweepAt }

    /// Takes a signal into the window of its group; the number that the condition is about.
    mutating func take(
        _ key: UnsafeBufferPointer<UInt8>, _ limits: GroupWindow.Limits, time: Int64, position: Int, value: [UInt8]?,
        number: Double?, overflow: inout Int
    ) -> Double? {
        let group = group(key, limits, time)
        groups[group].last = time
        return groups[group].window.take(
            limits, time: time, position: position, value: value, number: number, overflow: &overflow)
    }

    private mutating func group(_ key: UnsafeBufferPointer<UInt8>, _ limits: GroupWindow.Limits, _ time: Int64) -> Int {
        // Swift's own hash has another seed in every process: no sender of events can choose keys that collide.
        var hasher = Hasher()
        hasher.combine(bytes: UnsafeRawBufferPointer(key))
        let hash = hasher.finalize()
        let mask = slots.count - 1
        var at = hash & mask
        while true {
            let number = Int(slots[at])
            if number < 0 { break }
            if groups[number].hash == hash, isKey(number, key) { return number }
            at = (at + 1) & mask
        }
        slots[at] = Int32(truncatingIfNeeded: groups.count)
        groups.append(
            Group(
                hash: hash, keyStart: keys.count, keyCount: key.count, last: time, window: GroupWindow(limits)))
        keys.append(contentsOf: key)
        if groups.count * 2 > slots.count { place(slots: slots.count * 2) }
        return groups.count - 1
    }

    private func isKey(_ number: Int, _ key: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = groups[number].keyStart
        guard groups[number].keyCount == key.count else { return false }
        return keys.withUnsafeBufferPointer { keys in
            for at in 0..<key.count where keys[start + at] != key[at] { return false }
            return true
        }
    }

    private mutating func place(slots count: Int) {
        slots = [Int32](repeating: -1, count: count)
        let mask = count - 1
        for (number, group) in groups.enumerated() {
            var at = group.hash & mask
            while slots[at] >= 0 { at = (at + 1) & mask }
            slots[at] = Int32(truncatingIfNeeded: number)
        }
    }

    /// Forgets groups whose window is over; if too many are left, those that were quiet longest.
    /// - Returns: How many were given up that were not over.
    mutating func sweep(before start: Int64, most: Int) -> Int {
        defer { sweepAt = min(most, max(1_024, groups.count * 2)) }
        // While groups are young there is nothing to forget, and nothing is moved.
        guard groups.count >= most || groups.contains(where: { $0.last < start }) else { return 0 }
        keep { $0.last >= start }
        var lost = 0
        if groups.count >= most {
            let times = groups.map(\.last).sorted()
            let limit = times[times.count / 10]
            let before = groups.count
            keep { $0.last > limit }
            lost = before - groups.count
        }
        var size = 64
        while size < groups.count * 2 { size *= 2 }
        place(slots: size)
        return lost
    }

    private mutating func keep(_ isKept: (Group) -> Bool) {
        var left: [Group] = []
        var leftKeys: [UInt8] = []
        for group in groups where isKept(group) {
            left.append(
                Group(
                    hash: group.hash, keyStart: leftKeys.count, keyCount: group.keyCount, last: group.last,
                    window: group.window))
            leftKeys += keys[group.keyStart..<(group.keyStart + group.keyCount)]
        }
        groups = left
        keys = leftKeys
    }
}
