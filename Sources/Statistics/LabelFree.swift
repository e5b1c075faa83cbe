// Performance without labels: what calibrated scores lead one to expect.
import Foundation

/// Confidence based performance estimation (CBPE) of a binary classifier.
///
/// A row with calibrated score c that was decided positive is a true positive with probability c and a false positive
/// with 1 − c. Source: NannyML's description of CBPE; the AUC is the expected concordance with weights c and 1 − c, ties
/// counted half.
public struct ExpectedPerformance: Codable, Hashable, Sendable {
    /// Expected true positives.
    public private(set) var truePositives = 0.0
    /// Expected false positives.
    public private(set) var falsePositives = 0.0
    /// Expected true negatives.
    public private(set) var trueNegatives = 0.0
    /// Expected false negatives.
    public private(set) var falseNegatives = 0.0
    /// Σ c (1 − c): the variance of each count of right decisions.
    private var variance = 0.0
    private var count = 0

    /// Of nothing.
    public init() {}

    /// Adds a row with its calibrated score.
    public mutating func add(calibrated c: Double, prediction: Bool) {
        if prediction {
            truePositives += c
            falsePositives += 1 - c
        } else {
            falseNegatives += c
            trueNegatives += 1 - c
        }
        variance += c * (1 - c)
        count += 1
    }

    /// Joins another part.
    public mutating func merge(_ other: ExpectedPerformance) {
        truePositives += other.truePositives
        falsePositives += other.falsePositives
        trueNegatives += other.trueNegatives
        falseNegatives += other.falseNegatives
        variance += other.variance
        count += other.count
    }

    private static func ratio(_ a: Double, _ b: Double) -> Double? { b > 0 ? a / b : nil }

    /// How many rows.
    public var rows: Int { count }
    /// Expected accuracy.
    public var accuracy: Double? { Self.ratio(truePositives + trueNegatives, Double(count)) }
    /// The standard error of the accuracy that would be seen, given the calibrated scores.
    public var accuracyError: Double? { count > 0 ? variance.squareRoot() / Double(count) : nil }
    /// Expected precision.
    public var precision: Double? { Self.ratio(truePositives, truePositives + falsePositives) }
    /// Expected recall.
    public var recall: Double? { Self.ratio(truePositives, truePositives + falseNegatives) }
    /// Expected specificity.
    public var specificity: Double? { Self.ratio(trueNegatives, trueNegatives + falsePositives) }
    /// Expected F1.
    public var f1: Double? { Self.ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives) }

    /// The expected AUC of scores whose calibrated values are given; nil when no pair is expected.
    ///
    /// - Parameters:
    ///   - order: indices of the rows by ascending score.
    public static func auc(scores: [Double], calibrated: [Double], order: [Int32]) -> Double? {
        var below = 0.0
        var wins = 0.0
        var positives = 0.0
        var start = 0
        while start < order.count {
            let value = scores[Int(order[start])]
            var hit = 0.0
            var miss = 0.0
            var end = start
            while end < order.count && scores[Int(order[end])] == value {
                hit += calibrated[Int(order[end])]
                miss += 1 - calibrated[Int(order[end])]
                end += 1
            }
            wins += hit * (below + miss / 2)
            below += miss
            positives += hit
            start = end
        }
        return positives > 0 && below > 0 ? wins / (positives * below) : nil
    }
}
