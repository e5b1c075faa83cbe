// What a stream of values leaves behind: mergeable, versioned, exact up to a budget and bounded beyond it.
import Foundation

/// Numbers of one column: moments, bins on frozen edges, and order, kept exactly up to `exactMax` values and by a
/// `QuantileSketch` beyond.
///
/// The encoded form holds at most `exactMax` numbers in exact mode, and at most
/// `QuantileSketch.capacity` × (1 + log₂(n / capacity)) in sketch mode.
public struct NumericAccumulator: Codable, Hashable, Sendable {
    /// The format of the encoded form.
    public static let version = 1
    private var version = NumericAccumulator.version
    /// More values than this are sketched.
    public let exactMax: Int
    /// Moments and extremes of the finite values.
    public private(set) var moments = Moments()
    /// Values that are null.
    public private(set) var nulls = 0
    /// Values that are infinite; they are counted nowhere else.
    public private(set) var infinities = 0
    /// Bins whose edges were frozen before, with their counts.
    public private(set) var bins: [FrozenBins]
    private var values: [Double] = []
    private var sketch: QuantileSketch?

    /// Counts over frozen edges.
    public struct FrozenBins: Codable, Hashable, Sendable {
        /// The edges.
        public let edges: BinEdges
        /// One count per bin.
        public var counts: [Int]

        /// Empty bins.
        public init(edges: BinEdges) {
            self.edges = edges
            counts = [Int](repeating: 0, count: edges.count)
        }
    }

    /// - Parameters:
    ///   - exactMax: how many values are kept.
    ///   - edges: edges to count over, such as those of a baseline.
    public init(exactMax: Int = .max, edges: [BinEdges] = []) {
        self.exactMax = exactMax
        bins = edges.map(FrozenBins.init)
    }

    /// Adds values; NaN is null.
    public mutating func add(_ batch: UnsafeBufferPointer<Double>) {
        var finite: [Double] = []
        finite.reserveCapacity(batch.count)
        for value in batch {
            if value.isFinite { finite.append(value) } else if value.isNaN { nulls += 1 } else { infinities += 1 }
        }
        finite.withUnsafeBufferPointer { buffer in
            moments.add(buffer)
            for i in bins.indices {
                let counts = bins[i].edges.counts(buffer)
                for k in counts.indices { bins[i].counts[k] += counts[k] }
            }
        }
        if sketch != nil {
            sketch?.add(finite)
        } else if values.isEmpty {
            values = finite
        } else {
            values += finite
        }
        spill()
    }

    /// Adds values; NaN is null.
    public mutating func add(_ batch: [Double]) {
        batch.withUnsafeBufferPointer { add($0) }
    }

    private mutating func spill() {
        guard values.count > exactMax else { return }
        var sketch = sketch ?? QuantileSketch()
        sketch.add(values)
        self.sketch = sketch
        values = []
    }

    /// Joins another part.
    ///
    /// - Precondition: both count over the same edges.
    public mutating func merge(_ other: NumericAccumulator) {
        precondition(bins.map(\.edges) == other.bins.map(\.edges), "accumulators with other edges cannot be merged")
        moments.merge(other.moments)
        nulls += other.nulls
        infinities += other.infinities
        for i in bins.indices {
            for k in bins[i].counts.indices { bins[i].counts[k] += other.bins[i].counts[k] }
        }
        if let theirs = other.sketch {
            var joined = sketch ?? QuantileSketch()
            joined.merge(theirs)
            joined.add(values)
            joined.add(other.values)
            sketch = joined
            values = []
        } else if sketch != nil {
            sketch?.add(other.values)
        } else {
            values += other.values
            spill()
        }
    }

    /// The values are all kept.
    public var isExact: Bool { sketch == nil }

    /// The finite values in ascending order: all of them in exact mode, else a sample of equal weights whose ranks are
    /// off by at most `rankErrorMax` of all values.
    public func ordered() -> (values: [Double], rankErrorMax: Int) {
        guard let sketch else { return (Sorting.sorted(values), 0) }
        let points = 4_096
        let items = sketch.weightedItems()
        var out: [Double] = []
        out.reserveCapacity(points)
        var before = 0
        var index = 0
        for k in 0..<points {
            let wanted = (Double(k) + 0.5) / Double(points) * Double(sketch.count)
            while index < items.count - 1, Double(before + items[index].weight) < wanted {
                before += items[index].weight
                index += 1
            }
            out.append(items[index].value)
        }
        return (out, sketch.rankErrorMax + sketch.count / points)
    }
}

/// Categories of one column with their counts.
public struct CategoryAccumulator: Codable, Hashable, Sendable {
    /// The format of the encoded form.
    public static let version = 1
    /// The most categories that are told apart; further ones are counted together in `others`.
    public static let categoriesMax = 10_000
    private var version = CategoryAccumulator.version
    /// How often each category occurs.
    public private(set) var counts: [String: Int] = [:]
    /// Values that are null.
    public private(set) var nulls = 0
    /// Values of categories beyond the limit: which those are depends on the order of the rows.
    public private(set) var others = 0

    /// Of nothing.
    public init() {}

    /// Adds a category so many times.
    public mutating func add(_ category: String, times: Int = 1) {
        if let count = counts[category] {
            counts[category] = count + times
        } else if counts.count < Self.categoriesMax {
            counts[category] = times
        } else {
            others += times
        }
    }

    /// Adds nulls.
    public mutating func addNulls(_ times: Int) { nulls += times }

    /// Joins another part.
    public mutating func merge(_ other: CategoryAccumulator) {
        for (category, count) in other.counts.sorted(by: { $0.key < $1.key }) { add(category, times: count) }
        nulls += other.nulls
        others += other.others
    }

    /// Values that are not null.
    public var count: Int { counts.values.reduce(others, +) }
    /// The categories in order of their bytes.
    public var categories: [String] { counts.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }
}

/// "m of the last n": an alarm that neither one bad batch raises nor one good batch ends.
public struct Hysteresis: Codable, Hashable, Sendable {
    /// How many breaches raise the alarm.
    public let needed: Int
    /// Among how many outcomes.
    public let window: Int
    private var recent: [Bool] = []
    /// The alarm is on.
    public private(set) var isRaised = false

    /// - Precondition: 1 ≤ needed ≤ window.
    public init(needed: Int, of window: Int) {
        precondition(needed >= 1 && needed <= window, "m of n needs 1 ≤ m ≤ n")
        self.needed = needed
        self.window = window
    }

    /// Takes the next outcome and tells whether the alarm is on. It goes on with `needed` breaches in the window and off
    /// when the window has none.
    public mutating func update(isBreached: Bool) -> Bool {
        recent.append(isBreached)
        if recent.count > window { recent.removeFirst() }
        let breaches = recent.count { $0 }
        if breaches >= needed { isRaised = true } else if breaches == 0 { isRaised = false }
        return isRaised
    }
}
