// What is kept of one side of a comparison: enough to measure drift against it without the rows.
import Foundation
public import Statistics

/// A column of numbers in short: counts, moments, quantiles, frozen bins, and its values in order or a sample of them.
public struct NumericProfile: Codable, Hashable, Sendable {
    /// The probabilities of `quantiles`.
    public static let probabilities = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]
    /// Nulls.
    public let nulls: Int
    /// Infinite values.
    public let infinities: Int
    /// Moments of the finite values.
    public let moments: Moments
    /// Linear quantiles at `probabilities`; empty without values.
    public let quantiles: [Double]
    /// How many distinct values; nil when they were sketched.
    public let unique: Int?
    /// Bins over the deciles of the reference.
    public let deciles: NumericAccumulator.FrozenBins
    /// Ten bins of equal width over the reference's range.
    public let widths: NumericAccumulator.FrozenBins
    /// The finite values in ascending order, or a sample of equal weights.
    public let ordered: [Double]
    /// How far ranks in `ordered` are off, in values; 0 when all values are there.
    public let rankErrorMax: Int

    /// How many finite values.
    public var count: Int { moments.count }
    /// The ranks of `ordered` are those of the values.
    public var isExact: Bool { rankErrorMax == 0 && ordered.count == count }

    /// From values, null as NaN.
    ///
    /// - Parameter reference: the profile whose bins are used; nil for the reference itself.
    public init(values: [Double], against reference: NumericProfile? = nil) {
        var finite = values
        var scratch: [UInt64] = []
        self.init(consuming: &finite, scratch: &scratch, reference: reference)
    }

    /// From values that are sorted in place.
    init(consuming values: inout [Double], scratch: inout [UInt64], reference: NumericProfile?) {
        var nulls = 0
        var infinities = 0
        let all = values.count
        values.withUnsafeMutableBufferPointer { buffer in
            var kept = 0
            for i in buffer.indices {
                let value = buffer[i]
                buffer[kept] = value
                if value.isFinite { kept += 1 } else if value.isNaN { nulls += 1 } else { infinities += 1 }
            }
        }
        values.removeLast(nulls + infinities)
        assert(values.count + nulls + infinities == all)
        var moments = Moments()
        moments.add(values)
        Sorting.sort(&values, scratch: &scratch)
        self.init(nulls: nulls, infinities: infinities, moments: moments, sorted: values, reference: reference)
    }

    private init(nulls: Int, infinities: Int, moments: Moments, sorted: [Double], reference: NumericProfile?) {
        self.nulls = nulls
        self.infinities = infinities
        self.moments = moments
        quantiles = sorted.isEmpty ? [] : Self.probabilities.map { Quantiles.linear(sorted, $0) }
        unique = sorted.withUnsafeBufferPointer { sorted in
            var unique = sorted.isEmpty ? 0 : 1
            for i in sorted.indices.dropFirst() { unique &+= sorted[i] != sorted[i - 1] ? 1 : 0 }
            return unique
        }
        var deciles = NumericAccumulator.FrozenBins(edges: reference?.deciles.edges ?? .quantiles(ofSorted: sorted))
        var widths = NumericAccumulator.FrozenBins(edges: reference?.widths.edges ?? Self.widths(moments))
        deciles.counts = deciles.edges.counts(ofSorted: sorted)
        widths.counts = widths.edges.counts(ofSorted: sorted)
        self.deciles = deciles
        self.widths = widths
        ordered = sorted
        rankErrorMax = 0
    }

    /// From an accumulator. Its first two frozen bins must be the deciles and widths of the reference; without any, this
    /// is the reference, and its bins follow from its own values (approximately, when they were sketched).
    public init(_ accumulator: NumericAccumulator) {
        let (sorted, error) = accumulator.ordered()
        nulls = accumulator.nulls
        infinities = accumulator.infinities
        moments = accumulator.moments
        quantiles = sorted.isEmpty ? [] : Self.probabilities.map { Quantiles.linear(sorted, $0) }
        unique = accumulator.isExact ? Set(sorted).count : nil
        ordered = sorted
        rankErrorMax = error
        if accumulator.bins.count >= 2 {
            deciles = accumulator.bins[0]
            widths = accumulator.bins[1]
        } else {
            let scale = sorted.isEmpty ? 0 : Double(accumulator.moments.count) / Double(sorted.count)
            func counted(_ edges: BinEdges) -> NumericAccumulator.FrozenBins {
                var bins = NumericAccumulator.FrozenBins(edges: edges)
                bins.counts = edges.counts(ofSorted: sorted).map { Int((Double($0) * scale).rounded()) }
                return bins
            }
            deciles = counted(.quantiles(ofSorted: sorted))
            widths = counted(Self.widths(accumulator.moments))
        }
    }

    private static func widths(_ moments: Moments) -> BinEdges {
        moments.count == 0 ? BinEdges([]) : .widths(minimum: moments.minimum, maximum: moments.maximum)
    }

    /// The same with at most so many ordered values: what a baseline keeps. Ranks are then off by at most half a step.
    public func compressed(pointsMax: Int = 4_096) -> NumericProfile {
        guard ordered.count > pointsMax * 2 else { return self }
        return NumericProfile(self, sampled: pointsMax)
    }

    private init(_ other: NumericProfile, sampled points: Int) {
        nulls = other.nulls
        infinities = other.infinities
        moments = other.moments
        quantiles = other.quantiles
        unique = other.unique
        deciles = other.deciles
        widths = other.widths
        let step = Double(other.ordered.count) / Double(points)
        ordered = (0..<points).map { other.ordered[Int((Double($0) + 0.5) * step)] }
        rankErrorMax = other.rankErrorMax + Int((step / 2).rounded(.up))
    }
}

/// A column of categories in short.
public struct CategoryProfile: Codable, Hashable, Sendable {
    /// Nulls.
    public let nulls: Int
    /// The categories in order of their bytes.
    public let categories: [String]
    /// One count per category.
    public let counts: [Int]
    /// Values of categories beyond the limit, which are told apart no more.
    public let others: Int

    /// How many values that are not null.
    public var count: Int { counts.reduce(others, +) }

    /// From a column of codes.
    public init(_ column: Column) {
        self.init(categories: column.categories, counts: column.categoryCounts(), nulls: column.nulls)
    }

    /// From an accumulator.
    public init(_ accumulator: CategoryAccumulator) {
        let categories = accumulator.categories
        nulls = accumulator.nulls
        self.categories = categories
        counts = categories.map { accumulator.counts[$0] ?? 0 }
        others = accumulator.others
    }

    /// From categories and their counts.
    public init(categories: [String], counts: [Int], nulls: Int) {
        self.nulls = nulls
        if categories.count > CategoryAccumulator.categoriesMax {
            let kept = CategoryAccumulator.categoriesMax
            self.categories = Array(categories.prefix(kept))
            self.counts = Array(counts.prefix(kept))
            others = counts.dropFirst(kept).reduce(0, +)
        } else {
            self.categories = categories
            self.counts = counts
            others = 0
        }
    }
}
