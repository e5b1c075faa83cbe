// Category texts to small numbers, straight from the bytes of the file.
import Foundation

/// Numbers byte strings 0, 1, 2 … in the order of their first occurrence. Raw storage, so that the inner loop of a
/// reader neither counts references nor copies; whoever makes one must call `free`.
struct ByteDictionary {
    private var slots: UnsafeMutablePointer<Int32>
    private var slotMask: Int
    private var hashes: UnsafeMutablePointer<UInt64>
    private var offsets: UnsafeMutablePointer<Int>
    private var capacity: Int
    private var arena: UnsafeMutablePointer<UInt8>
    private var arenaCapacity: Int
    private(set) var count = 0

    init() {
        slotMask = 63
        slots = .allocate(capacity: 64)
        slots.initialize(repeating: -1, count: 64)
        capacity = 32
        hashes = .allocate(capacity: capacity)
        offsets = .allocate(capacity: capacity + 1)
        offsets[0] = 0
        arenaCapacity = 512
        arena = .allocate(capacity: arenaCapacity)
    }

    func free() {
        slots.deallocate()
        hashes.deallocate()
        offsets.deallocate()
        arena.deallocate()
    }

    /// The number of a byte string.
    @inline(__always)
    mutating func code(_ p: UnsafePointer<UInt8>, _ length: Int) -> Int32 {
        let hash = Self.hash(p, length)
        var slot = Int(truncatingIfNeeded: hash) & slotMask
        while true {
            let code = slots[slot]
            if code < 0 { return insert(p, length, hash, slot) }
            let index = Int(code)
            if hashes[index] == hash, offsets[index + 1] - offsets[index] == length,
                memcmp(arena + offsets[index], p, length) == 0
            {
                return code
            }
            slot = (slot + 1) & slotMask
        }
    }

    @inline(__always)
    private static func hash(_ p: UnsafePointer<UInt8>, _ length: Int) -> UInt64 {
        var hash = UInt64(truncatingIfNeeded: length) &* 0x9E37_79B9_7F4A_7C15
        var left = length
        var q = UnsafeRawPointer(p)
        while left >= 8 {
            hash = mix(hash ^ q.loadUnaligned(as: UInt64.self))
            q += 8
            left -= 8
        }
        var tail: UInt64 = 0
        while left > 0 {
            tail = tail << 8 | UInt64(q.load(as: UInt8.self))
            q += 1
            left -= 1
        }
        return mix(hash ^ tail)
    }

    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }

    @inline(never)
    private mutating func insert(_ p: UnsafePointer<UInt8>, _ length: Int, _ hash: UInt64, _ slot: Int) -> Int32 {
        if count == capacity {
            let larger = UnsafeMutablePointer<UInt64>.allocate(capacity: capacity * 2)
            larger.update(from: hashes, count: count)
            hashes.deallocate()
            hashes = larger
            let further = UnsafeMutablePointer<Int>.allocate(capacity: capacity * 2 + 1)
            further.update(from: offsets, count: count + 1)
            offsets.deallocate()
            offsets = further
            capacity *= 2
        }
        let start = offsets[count]
        if start + length > arenaCapacity {
            let size = max(arenaCapacity * 2, start + length)
            let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
            larger.update(from: arena, count: start)
            arena.deallocate()
            arena = larger
            arenaCapacity = size
        }
        (arena + start).update(from: p, count: length)
        offsets[count + 1] = start + length
        hashes[count] = hash
        slots[slot] = Int32(count)
        count += 1
        if count * 2 > slotMask {
            slots.deallocate()
            slotMask = slotMask * 2 + 1
            slots = .allocate(capacity: slotMask + 1)
            slots.initialize(repeating: -1, count: slotMask + 1)
            for index in 0..<count {
                var place = Int(truncatingIfNeeded: hashes[index]) & slotMask
                while slots[place] >= 0 { place = (place + 1) & slotMask }
                slots[place] = Int32(index)
            }
        }
        return Int32(count - 1)
    }

    /// The byte string of a number.
    func bytes(_ code: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: arena + offsets[code], count: offsets[code + 1] - offsets[code])
    }
}
