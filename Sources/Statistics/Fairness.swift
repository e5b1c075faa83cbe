// Fairness between groups: what each group gets, how far groups are apart, and whether chance explains it.
import Foundation

/// What one group got. Mergeable; the scores for the group's AUC are kept apart by the caller.
public struct GroupCounts: Codable, Hashable, Sendable {
    /// The decisions.
    public var confusion = ConfusionCounts()
    /// Σ score.
    public var scoreSum = 0.0
    /// Σ (score − label)².
    public var brierSum = 0.0
    /// Rows with a score above the median of the whole sample.
    public var aboveMedian = 0
    /// Ten equal-width bins of the score.
    public var bins = ReliabilityBins(edges: .unit(bins: 10))
    /// The group's area under the ROC curve; nil with one class only.
    public var auc: Double?

    /// Of nobody.
    public init() {}
}

/// Differences and ratios between groups.
public struct FairnessSummary: Sendable {
    /// What counts for a group whose rate is undefined.
    public enum Undefined: Sendable {
        /// The group is left out of that comparison.
        case leftOut
        /// The rate counts as 0, which is what fairlearn does.
        case zero
    }

    private let groups: [GroupCounts]
    private let undefined: Undefined

    /// Over the groups given, in any order.
    public init(_ groups: [GroupCounts], undefined: Undefined) {
        self.groups = groups
        self.undefined = undefined
    }

    private func rates(_ rate: (ConfusionCounts) -> Double?) -> [Double] {
        groups.compactMap { rate($0.confusion) ?? (undefined == .zero ? 0 : nil) }
    }

    private static func difference(_ values: [Double]) -> Double? {
        guard values.count > 1, let low = values.min(), let high = values.max() else { return nil }
        return high - low
    }

    /// The largest difference of a rate between two groups; nil with fewer than two.
    public func difference(_ rate: (ConfusionCounts) -> Double?) -> Double? { Self.difference(rates(rate)) }

    /// The smallest rate over the largest; nil with fewer than two groups, or when the largest is 0.
    public func ratio(_ rate: (ConfusionCounts) -> Double?) -> Double? {
        let values = rates(rate)
        guard values.count > 1, let low = values.min(), let high = values.max(), high > 0 else { return nil }
        return low / high
    }

    /// The larger of the differences in TPR and FPR (Hardt et al. 2016).
    public var equalizedOddsDifference: Double? {
        pair(difference(\.truePositiveRate), difference(\.falsePositiveRate), max)
    }
    /// The mean of both.
    public var equalizedOddsMean: Double? {
        pair(difference(\.truePositiveRate), difference(\.falsePositiveRate)) { ($0 + $1) / 2 }
    }
    /// The smaller of both ratios.
    public var equalizedOddsRatio: Double? { pair(ratio(\.truePositiveRate), ratio(\.falsePositiveRate), min) }

    private func pair(_ a: Double?, _ b: Double?, _ join: (Double, Double) -> Double) -> Double? {
        guard let a, let b else { return nil }
        return join(a, b)
    }

    /// The largest difference in AUC between groups that have one.
    public var aucDifference: Double? { Self.difference(groups.compactMap(\.auc)) }
    /// The largest difference in expected calibration error.
    public var calibrationDifference: Double? { Self.difference(groups.compactMap(\.bins.expectedError)) }

    /// The generalized entropy index of the benefit b = decision − label + 1 (Speicher et al. 2018); α = 1 is Theil's
    /// index. Nil when nobody has a benefit.
    public func generalizedEntropy(alpha: Double) -> Double? {
        var total = ConfusionCounts()
        for group in groups { total.merge(group.confusion) }
        let n = Double(total.count)
        guard n > 0 else { return nil }
        let ones = Double(total.correct)
        let twos = Double(total.falsePositives)
        let mean = (ones + 2 * twos) / n
        guard mean > 0 else { return nil }
        if alpha == 1 { return (ones / mean * log(1 / mean) + twos * 2 / mean * log(2 / mean)) / n }
        let zeros = Double(total.falseNegatives)
        return (ones * pow(1 / mean, alpha) + twos * pow(2 / mean, alpha) - (ones + twos + zeros))
            / (n * alpha * (alpha - 1))
    }
}
