// Binned comparison of two samples: edges frozen on the reference, counts, and the distances between the shares.
import Foundation

/// Interior edges; the outer bins are open. A value belongs to the bin whose number is the count of edges below it, so
/// bins are closed on the right.
public struct BinEdges: Codable, Hashable, Sendable {
    /// Ascending, without repetition.
    public let edges: [Double]

    /// From edges in any order; repetitions are dropped.
    public init(_ edges: [Double]) {
        var kept: [Double] = []
        for edge in edges.sorted() where kept.last != edge { kept.append(edge) }
        self.edges = kept
    }

    /// Deciles of the reference, or another number of bins of equal mass.
    ///
    /// - Parameter sorted: the reference, ascending; without numbers there are no edges.
    public static func quantiles(ofSorted sorted: [Double], bins: Int = 10) -> BinEdges {
        guard !sorted.isEmpty else { return BinEdges([]) }
        return BinEdges((1..<bins).map { Quantiles.linear(sorted, Double($0) / Double(bins)) })
    }

    /// Bins of equal width over a range.
    public static func widths(minimum: Double, maximum: Double, bins: Int = 10) -> BinEdges {
        BinEdges((1..<bins).map { minimum + (maximum - minimum) * Double($0) / Double(bins) })
    }

    /// Ten equal bins of 0 … 1 and the like, at the multiples of 1 / bins.
    public static func unit(bins: Int) -> BinEdges {
        let step = 1 / Double(bins)
        return BinEdges((1..<bins).map { Double($0) * step })
    }

    /// The number of bins.
    public var count: Int { edges.count + 1 }

    /// The bin of a value.
    public func bin(of value: Double) -> Int {
        if edges.count <= 16 {
            var bin = 0
            for edge in edges { bin &+= edge < value ? 1 : 0 }
            return bin
        }
        var low = 0
        var high = edges.count
        while low < high {
            let middle = (low + high) / 2
            if edges[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// How many values fall into each bin, in one pass over values in any order.
    public func counts(_ values: UnsafeBufferPointer<Double>) -> [Int] {
        // Counts of values above each edge, lane by lane: no branch, no table.
        let limit = edges.count
        guard limit > 0 else { return [values.count] }
        var above = [Int](repeating: 0, count: limit)
        edges.withUnsafeBufferPointer { edges in
            above.withUnsafeMutableBufferPointer { above in
                var start = 0
                while start < values.count {
                    let end = min(values.count, start + 4_096)
                    for e in 0..<limit {
                        let edge = SIMD8<Double>(repeating: edges[e])
                        var lanes = SIMD8<Int64>.zero
                        var i = start
                        while i + 8 <= end {
                            var lane = SIMD8<Double>.zero
                            for k in 0..<8 { lane[k] = values[i + k] }
                            lanes = lanes &- SIMD8<Int64>.zero.replacing(with: -1, where: edge .< lane)
                            i += 8
                        }
                        var total = Int(lanes.wrappedSum())
                        while i < end {
                            total += edges[e] < values[i] ? 1 : 0
                            i += 1
                        }
                        above[e] += total
                    }
                    start = end
                }
            }
        }
        var counts = [Int](repeating: 0, count: limit + 1)
        counts[0] = values.count - above[0]
        for e in 1..<max(1, limit) { counts[e] = above[e - 1] - above[e] }
        counts[limit] = above[limit - 1]
        return counts
    }

    /// How many of ascending values fall into each bin, by search.
    public func counts(ofSorted sorted: [Double]) -> [Int] {
        var counts: [Int] = []
        var before = 0
        for edge in edges {
            var low = before
            var high = sorted.count
            while low < high {
                let middle = (low + high) / 2
                if sorted[middle] <= edge { low = middle + 1 } else { high = middle }
            }
            counts.append(low - before)
            before = low
        }
        counts.append(sorted.count - before)
        return counts
    }
}

/// Distances between two sets of counts over the same bins or categories. All give nil when a side is empty.
public enum Divergence {
    /// An empty share counts as this much in the population stability index.
    public static let emptyShare = 1e-4

    private static func shares(_ a: [Int], _ b: [Int]) -> [(Double, Double)]? {
        let n = a.reduce(0, +)
        let m = b.reduce(0, +)
        guard n > 0, m > 0, a.count == b.count else { return nil }
        return zip(a, b).map { (Double($0) / Double(n), Double($1) / Double(m)) }
    }

    /// The population stability index Σ (c − r) ln(c / r), an empty share counted as 1e-4 without renormalising
    /// (Siddiqi, Credit Risk Scorecards, 2006).
    public static func populationStability(reference: [Int], current: [Int]) -> Double? {
        shares(reference, current)?.reduce(0) { sum, pair in
            let r = pair.0 == 0 ? emptyShare : pair.0
            let c = pair.1 == 0 ? emptyShare : pair.1
            return sum + (c - r) * log(c / r)
        }
    }

    /// The square root of the Jensen-Shannon divergence; natural logarithms, or base 2 when asked for.
    public static func jensenShannonDistance(reference: [Int], current: [Int], base2: Bool) -> Double? {
        guard let pairs = shares(reference, current) else { return nil }
        var sum = 0.0
        for (p, q) in pairs {
            let middle = (p + q) / 2
            if p > 0 { sum += p * log(p / middle) }
            if q > 0 { sum += q * log(q / middle) }
        }
        let divergence = max(0, sum / 2)
        return (base2 ? divergence / log(2) : divergence).squareRoot()
    }

    /// The Hellinger distance √(Σ (√p − √q)²) / √2.
    public static func hellinger(reference: [Int], current: [Int]) -> Double? {
        shares(reference, current).map { pairs in
            (pairs.reduce(0) { sum, pair in
                let delta = pair.0.squareRoot() - pair.1.squareRoot()
                return sum + delta * delta
            } / 2).squareRoot()
        }
    }

    /// The total variation distance, half of Σ |p − q|.
    public static func totalVariation(reference: [Int], current: [Int]) -> Double? {
        shares(reference, current).map { $0.reduce(0) { $0 + abs($1.0 - $1.1) } / 2 }
    }

    /// The largest difference of a share.
    public static func maximumDifference(reference: [Int], current: [Int]) -> Double? {
        shares(reference, current)?.map { abs($0.0 - $0.1) }.max()
    }

    /// Shannon's entropy in nats; nil for no counts.
    public static func entropy(_ counts: [Int]) -> Double? {
        let n = counts.reduce(0, +)
        guard n > 0 else { return nil }
        return counts.reduce(0) { sum, count in
            guard count > 0 else { return sum }
            let p = Double(count) / Double(n)
            return sum - p * log(p)
        }
    }
}
