// The ROC and the precision-recall curve: what a classifier does at every threshold.

/// The confusion of a classifier when everything from a threshold up is decided positive.
public struct OperatingPoint: Codable, Hashable, Sendable {
    /// The lowest score that is decided positive; infinite for the point where nothing is.
    public let threshold: Double
    /// Truly positive rows at or above the threshold.
    public let truePositives: Int
    /// Truly negative rows at or above the threshold.
    public let falsePositives: Int

    /// TP / (TP + FP); 1 where nothing is decided positive, as the curve of precision and recall begins there.
    public var precision: Double {
        let selected = truePositives + falsePositives
        return selected > 0 ? Double(truePositives) / Double(selected) : 1
    }
}

/// The operating points of a classifier over falling thresholds, from nothing decided positive to everything.
///
/// Equal scores make one point, so that the curve does not depend on the order of rows (Fawcett 2006, algorithm 1).
public struct OperatingCurve: Codable, Hashable, Sendable {
    /// Points in order of falling thresholds.
    public let points: [OperatingPoint]
    /// Distinct scores in the data; `points` has one more when none was left out.
    public let thresholds: Int
    /// Truly positive rows.
    public let positives: Int
    /// Truly negative rows.
    public let negatives: Int

    /// From sorted scores.
    ///
    /// - Parameters:
    ///   - positives: the scores of the positive class, ascending.
    ///   - negatives: the scores of the negative class, ascending.
    ///   - steps: points are left out where neither rate has moved by 1 / steps since the last one that was kept, which
    ///     leaves at most 2 × steps + 2; nil to keep all. The area under a straight line over what was left out is off
    ///     by at most 1 / steps in all.
    /// - Returns: nil when a class is empty.
    public init?(sortedPositives positives: [Double], sortedNegatives negatives: [Double], steps: Int? = nil) {
        guard !positives.isEmpty, !negatives.isEmpty else { return nil }
        var kept = [OperatingPoint(threshold: .infinity, truePositives: 0, falsePositives: 0)]
        let p = Double(positives.count)
        let n = Double(negatives.count)
        let least = steps.map { 1 / Double(max(1, $0)) } ?? 0
        var last = kept[0]
        var i = positives.count
        var j = negatives.count
        var distinct = 0
        while i > 0 || j > 0 {
            let value = max(i > 0 ? positives[i - 1] : -.infinity, j > 0 ? negatives[j - 1] : -.infinity)
            while i > 0 && positives[i - 1] == value { i -= 1 }
            while j > 0 && negatives[j - 1] == value { j -= 1 }
            distinct += 1
            let point = OperatingPoint(
                threshold: value, truePositives: positives.count - i, falsePositives: negatives.count - j)
            let isFar =
                Double(point.truePositives - last.truePositives) >= least * p
                || Double(point.falsePositives - last.falsePositives) >= least * n
            if isFar || (i == 0 && j == 0) {
                kept.append(point)
                last = point
            }
        }
        points = kept
        thresholds = distinct
        self.positives = positives.count
        self.negatives = negatives.count
    }

    /// TP / (TP + FN) of a point.
    public func truePositiveRate(_ point: OperatingPoint) -> Double {
        Double(point.truePositives) / Double(positives)
    }

    /// FP / (FP + TN) of a point.
    public func falsePositiveRate(_ point: OperatingPoint) -> Double {
        Double(point.falsePositives) / Double(negatives)
    }
}

extension BinarySample {
    /// The operating points of the scores; nil without scores or with one class only.
    ///
    /// - Parameter steps: as in `OperatingCurve`.
    public func operatingCurve(steps: Int? = nil) -> OperatingCurve? {
        guard hasScores else { return nil }
        let sorted = Self.sorted(scores: scores, labels: labels)
        return OperatingCurve(
            sortedPositives: sorted.positives, sortedNegatives: sorted.negatives, steps: steps)
    }
}
