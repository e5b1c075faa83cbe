// Quantiles of a stream without end, in bounded memory, with an error that the sketch itself certifies.
import Foundation

/// A deterministic compactor sketch of ranks, in the line of Manku, Rajagopalan & Lindsay (1998) and KLL (Karnin, Lang &
/// Liberty 2016), with alternating instead of random choices.
///
/// Level h holds items of weight 2^h. A full level is sorted and every second item moves up; this changes the rank of any
/// value by at most 2^h, and `rankErrorMax` adds those up: it is a bound that always holds, not one that holds with some
/// probability. For n items it is at most about n log₂(n / k) / k, with k = `capacity`. At most `capacity` items a
/// level are kept, so at most capacity × (1 + log₂(n / capacity)) numbers altogether.
public struct QuantileSketch: Codable, Hashable, Sendable {
    /// Items per level before it is compacted.
    public static let capacity = 2_048
    /// The format of the encoded form.
    public static let version = 1
    private var version = QuantileSketch.version
    private var levels: [[Double]] = [[]]
    private var keepsOdd: [Bool] = [false]
    /// How many numbers were added.
    public private(set) var count = 0
    /// How far the rank of any value can be off, in numbers of items.
    public private(set) var rankErrorMax = 0

    /// Of nothing.
    public init() {}

    /// Adds a finite number.
    public mutating func add(_ value: Double) {
        levels[0].append(value + 0.0)
        count += 1
        if levels[0].count >= Self.capacity { compact() }
    }

    /// Adds finite numbers.
    public mutating func add(_ values: some Sequence<Double>) {
        for value in values { add(value) }
    }

    /// Joins another part; the bounds add up.
    public mutating func merge(_ other: QuantileSketch) {
        while levels.count < other.levels.count {
            levels.append([])
            keepsOdd.append(false)
        }
        for (level, items) in other.levels.enumerated() { levels[level] += items }
        count += other.count
        rankErrorMax += other.rankErrorMax
        compact()
    }

    private mutating func compact() {
        var level = 0
        while level < levels.count {
            if levels[level].count >= Self.capacity {
                levels[level].sort()
                var items = levels[level]
                // An odd item stays, so that weights add up exactly.
                let left = items.count % 2 == 1 ? [items.removeLast()] : []
                var up: [Double] = []
                up.reserveCapacity(items.count / 2)
                var i = keepsOdd[level] ? 1 : 0
                while i < items.count {
                    up.append(items[i])
                    i += 2
                }
                keepsOdd[level].toggle()
                rankErrorMax += 1 << level
                levels[level] = left
                if level + 1 == levels.count {
                    levels.append([])
                    keepsOdd.append(false)
                }
                levels[level + 1] += up
            }
            level += 1
        }
    }

    /// How many numbers the sketch holds.
    public var itemCount: Int { levels.reduce(0) { $0 + $1.count } }

    /// The items in ascending order with their weights.
    public func weightedItems() -> [(value: Double, weight: Int)] {
        var all: [(value: Double, weight: Int)] = []
        all.reserveCapacity(itemCount)
        for (level, items) in levels.enumerated() {
            for item in items { all.append((item, 1 << level)) }
        }
        return all.sorted { $0.value < $1.value }
    }

    /// How many numbers are at most `value`, within `rankErrorMax`.
    public func rank(of value: Double) -> Int {
        levels.enumerated().reduce(0) { sum, level in
            sum + level.element.reduce(0) { $0 + ($1 <= value ? 1 : 0) } << level.offset
        }
    }

    /// A number whose rank is within `rankErrorMax` (and half the largest weight) of the one asked for; nil when empty.
    public func quantile(_ probability: Double) -> Double? {
        let items = weightedItems()
        guard let last = items.last else { return nil }
        let wanted = probability * Double(count)
        var before = 0
        for item in items {
            before += item.weight
            if Double(before) >= wanted { return item.value }
        }
        return last.value
    }
}
