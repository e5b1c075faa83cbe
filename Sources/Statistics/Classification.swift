// Performance of classifiers: the confusion counts and everything that follows from them, and from the order of scores.
import Foundation

/// The four counts of a binary decision against the truth. An undefined rate is nil, never 0.
public struct ConfusionCounts: Codable, Hashable, Sendable {
    /// Truly positive, decided positive.
    public var truePositives = 0
    /// Truly negative, decided positive.
    public var falsePositives = 0
    /// Truly negative, decided negative.
    public var trueNegatives = 0
    /// Truly positive, decided negative.
    public var falseNegatives = 0

    /// No decisions.
    public init() {}

    /// From the four counts.
    public init(truePositives: Int, falsePositives: Int, trueNegatives: Int, falseNegatives: Int) {
        self.truePositives = truePositives
        self.falsePositives = falsePositives
        self.trueNegatives = trueNegatives
        self.falseNegatives = falseNegatives
    }

    /// Adds one decision.
    public mutating func add(label: Bool, prediction: Bool) {
        if label {
            if prediction { truePositives += 1 } else { falseNegatives += 1 }
        } else {
            if prediction { falsePositives += 1 } else { trueNegatives += 1 }
        }
    }

    /// Joins another part.
    public mutating func merge(_ other: ConfusionCounts) {
        truePositives += other.truePositives
        falsePositives += other.falsePositives
        trueNegatives += other.trueNegatives
        falseNegatives += other.falseNegatives
    }

    /// All decisions.
    public var count: Int { truePositives + falsePositives + trueNegatives + falseNegatives }
    /// The truly positive.
    public var positives: Int { truePositives + falseNegatives }
    /// The truly negative.
    public var negatives: Int { trueNegatives + falsePositives }
    /// Those decided positive.
    public var selected: Int { truePositives + falsePositives }
    /// Those decided negative.
    public var notSelected: Int { trueNegatives + falseNegatives }
    /// Those decided rightly.
    public var correct: Int { truePositives + trueNegatives }

    private static func ratio(_ a: Int, _ b: Int) -> Double? { b > 0 ? Double(a) / Double(b) : nil }

    /// Share of the truly positive.
    public var baseRate: Double? { Self.ratio(positives, count) }
    /// Share decided positive.
    public var selectionRate: Double? { Self.ratio(selected, count) }
    /// Share decided rightly.
    public var accuracy: Double? { Self.ratio(correct, count) }
    /// TP / (TP + FN), also called recall or sensitivity.
    public var truePositiveRate: Double? { Self.ratio(truePositives, positives) }
    /// FN / (TP + FN).
    public var falseNegativeRate: Double? { Self.ratio(falseNegatives, positives) }
    /// FP / (TN + FP).
    public var falsePositiveRate: Double? { Self.ratio(falsePositives, negatives) }
    /// TN / (TN + FP), specificity.
    public var trueNegativeRate: Double? { Self.ratio(trueNegatives, negatives) }
    /// TP / (TP + FP), also called positive predictive value.
    public var precision: Double? { Self.ratio(truePositives, selected) }
    /// FP / (TP + FP).
    public var falseDiscoveryRate: Double? { Self.ratio(falsePositives, selected) }
    /// TN / (TN + FN).
    public var negativePredictiveValue: Double? { Self.ratio(trueNegatives, notSelected) }
    /// FN / (TN + FN).
    public var falseOmissionRate: Double? { Self.ratio(falseNegatives, notSelected) }
    /// FN / FP, treatment equality.
    public var treatmentRatio: Double? { Self.ratio(falseNegatives, falsePositives) }
    /// TP / (TP + FP + FN).
    public var jaccard: Double? { Self.ratio(truePositives, truePositives + falsePositives + falseNegatives) }

    /// The mean of recall and specificity.
    public var balancedAccuracy: Double? {
        guard let a = truePositiveRate, let b = trueNegativeRate else { return nil }
        return (a + b) / 2
    }

    /// (1 + β²) TP / ((1 + β²) TP + β² FN + FP).
    public func fScore(beta: Double) -> Double? {
        let b = beta * beta
        let below = (1 + b) * Double(truePositives) + b * Double(falseNegatives) + Double(falsePositives)
        return below > 0 ? (1 + b) * Double(truePositives) / below : nil
    }

    /// Matthews' correlation coefficient; nil when a margin is empty.
    public var matthews: Double? {
        let product = Double(selected) * Double(positives) * Double(negatives) * Double(notSelected)
        guard product > 0 else { return nil }
        return (Double(truePositives) * Double(trueNegatives) - Double(falsePositives) * Double(falseNegatives))
            / product.squareRoot()
    }

    /// Cohen's kappa; nil when chance alone explains all.
    public var kappa: Double? {
        guard let observed = accuracy else { return nil }
        let n = Double(count)
        let expected =
            (Double(selected) * Double(positives) + Double(notSelected) * Double(negatives)) / (n * n)
        return expected < 1 ? (observed - expected) / (1 - expected) : nil
    }
}

/// What the order of scores says about labels. Ties count half, so that the order of rows never matters.
public struct Ranking: Codable, Hashable, Sendable {
    /// The area under the ROC curve.
    public let auc: Double
    /// Its standard error by DeLong, DeLong & Clarke-Pearson (1988); nil with fewer than two of a class.
    public let deLongError: Double?
    /// Σ (Rₖ − Rₖ₋₁) Pₖ over falling thresholds.
    public let averagePrecision: Double
    /// The area under the precision-recall curve by trapezoids, from (0, 1).
    public let precisionRecallArea: Double
    /// The largest distance between the distribution functions of the two classes.
    public let kolmogorovSmirnov: Double

    /// - Parameters:
    ///   - positives: the scores of the positive class, ascending.
    ///   - negatives: the scores of the negative class, ascending.
    /// - Returns: nil when a class is empty.
    public init?(sortedPositives positives: [Double], sortedNegatives negatives: [Double]) {
        guard !positives.isEmpty, !negatives.isEmpty else { return nil }
        let p = Double(positives.count)
        let n = Double(negatives.count)
        var i = positives.count
        var j = negatives.count
        var wins = 0.0
        var positiveSquares = 0.0
        var negativeSquares = 0.0
        var average = 0.0
        var area = 0.0
        var distance = 0.0
        var recall = 0.0
        var precision = 1.0
        while i > 0 || j > 0 {
            let value = max(i > 0 ? positives[i - 1] : -.infinity, j > 0 ? negatives[j - 1] : -.infinity)
            let startI = i
            let startJ = j
            while i > 0 && positives[i - 1] == value { i -= 1 }
            while j > 0 && negatives[j - 1] == value { j -= 1 }
            let a = Double(startI - i)
            let b = Double(startJ - j)
            let placement = (Double(j) + b / 2) / n
            wins += a * placement
            positiveSquares += a * placement * placement
            let other = (p - Double(startI) + a / 2) / p
            negativeSquares += b * other * other
            let newRecall = (p - Double(i)) / p
            let newPrecision = (p - Double(i)) / (p - Double(i) + n - Double(j))
            average += (newRecall - recall) * newPrecision
            area += (newRecall - recall) * (newPrecision + precision) / 2
            recall = newRecall
            precision = newPrecision
            distance = max(distance, abs(newRecall - (n - Double(j)) / n))
        }
        auc = wins / p
        if positives.count > 1, negatives.count > 1 {
            let first = max(0, (positiveSquares - p * auc * auc) / (p - 1))
            let second = max(0, (negativeSquares - n * auc * auc) / (n - 1))
            deLongError = (first / p + second / n).squareRoot()
        } else {
            deLongError = nil
        }
        averagePrecision = average
        precisionRecallArea = area
        kolmogorovSmirnov = distance
    }
}

/// Labels, decisions and scores of a binary classifier, row by row: the exact accumulator of performance, calibration
/// and estimation.
///
/// Memory is 10 bytes a row; for streams without end see `ScoreHistogram`.
public struct BinarySample: Codable, Hashable, Sendable {
    /// The format of the encoded form.
    public static let version = 1
    /// The truth of each row.
    public private(set) var labels: [Bool] = []
    /// The decision of each row.
    public private(set) var predictions: [Bool] = []
    /// The score of each row; empty when there are none.
    public private(set) var scores: [Double] = []
    /// The version that wrote this.
    public private(set) var version = BinarySample.version

    /// Of nothing.
    public init() {}

    /// From columns of one length; scores may be empty.
    public init(labels: [Bool], predictions: [Bool], scores: [Double]) {
        self.labels = labels
        self.predictions = predictions
        self.scores = scores
    }

    /// Adds a row.
    public mutating func add(label: Bool, prediction: Bool, score: Double?) {
        labels.append(label)
        predictions.append(prediction)
        if let score { scores.append(score) }
    }

    /// Joins the rows of another part behind these.
    public mutating func merge(_ other: BinarySample) {
        labels += other.labels
        predictions += other.predictions
        scores += other.scores
    }

    /// How many rows.
    public var count: Int { labels.count }
    /// Every row has a score.
    public var hasScores: Bool { !scores.isEmpty && scores.count == labels.count }

    /// The confusion counts.
    public var confusion: ConfusionCounts {
        var counts = [Int](repeating: 0, count: 4)
        for i in labels.indices { counts[(labels[i] ? 2 : 0) + (predictions[i] ? 1 : 0)] += 1 }
        return ConfusionCounts(
            truePositives: counts[3], falsePositives: counts[1], trueNegatives: counts[0], falseNegatives: counts[2])
    }

    /// The order statistics; nil without scores or with one class only.
    public func ranking() -> Ranking? {
        guard hasScores else { return nil }
        return Self.ranking(scores: scores, labels: labels)
    }

    /// The order statistics of scores and labels; nil with one class only.
    public static func ranking(scores: [Double], labels: [Bool]) -> Ranking? {
        let sorted = sorted(scores: scores, labels: labels)
        return Ranking(sortedPositives: sorted.positives, sortedNegatives: sorted.negatives)
    }

    /// The scores of both classes, ascending.
    public static func sorted(scores: [Double], labels: [Bool]) -> (positives: [Double], negatives: [Double]) {
        var positives: [Double] = []
        var negatives: [Double] = []
        positives.reserveCapacity(scores.count)
        negatives.reserveCapacity(scores.count)
        for i in scores.indices {
            if labels[i] { positives.append(scores[i]) } else { negatives.append(scores[i]) }
        }
        var scratch: [UInt64] = []
        Sorting.sort(&positives, scratch: &scratch)
        Sorting.sort(&negatives, scratch: &scratch)
        return (positives, negatives)
    }

    /// −mean ln of the probability given to the truth, clipped to 1e-15 … 1 − 1e-15; nil without scores.
    public func logLoss() -> Double? {
        guard hasScores else { return nil }
        var sum = 0.0
        for i in scores.indices {
            let p = min(1 - 1e-15, max(1e-15, scores[i]))
            sum -= labels[i] ? log(p) : log1p(-p)
        }
        return sum / Double(count)
    }

    /// mean (score − label)²; nil without scores.
    public func brier() -> Double? {
        guard hasScores else { return nil }
        var sum = 0.0
        for i in scores.indices {
            let delta = scores[i] - (labels[i] ? 1 : 0)
            sum += delta * delta
        }
        return sum / Double(count)
    }

    /// The base rate among the highest tenth of scores over the base rate of all. Among equal scores the earlier rows
    /// come first, so that the tenth is a whole number of rows. Nil without scores, rows or positives.
    public func topDecileLift() -> Double? {
        let take = count / 10
        guard hasScores, take > 0, let base = confusion.baseRate, base > 0 else { return nil }
        let sorted = Sorting.sorted(scores)
        let limit = sorted[count - take]
        var left = take
        for score in scores where score > limit { left -= 1 }
        var hits = 0
        for i in scores.indices {
            if scores[i] > limit {
                hits += labels[i] ? 1 : 0
            } else if scores[i] == limit, left > 0 {
                left -= 1
                hits += labels[i] ? 1 : 0
            }
        }
        return Double(hits) / Double(take) / base
    }
}

/// Scores in 0 … 1 of both classes on a fixed grid: performance of a stream without end in constant memory.
///
/// AUC from the grid differs from the exact one by at most `aucErrorMax`, half the share of pairs that share a cell.
public struct ScoreHistogram: Codable, Hashable, Sendable {
    /// The usual number of cells of the grid.
    public static let cells = 4_096
    /// The most bytes of a whole number and the comma behind it in JSON.
    static let numberBytesMax = 21
    /// The format of the encoded form.
    public static let version = 1
    private var version = ScoreHistogram.version
    /// Positives by cell, from the lowest scores on.
    public private(set) var positives: [Int]
    /// Negatives by cell, from the lowest scores on.
    public private(set) var negatives: [Int]
    /// The confusion counts so far.
    public private(set) var confusion = ConfusionCounts()
    /// Scores outside 0 … 1 or not finite, which are counted nowhere else.
    public private(set) var refused = 0
    private var logLossSum = 0.0
    private var brierSum = 0.0

    /// Of nothing.
    ///
    /// - Precondition: at least one cell.
    public init(cells: Int = ScoreHistogram.cells) {
        precondition(cells >= 1, "a grid needs a cell")
        positives = [Int](repeating: 0, count: cells)
        negatives = positives
    }

    /// The most bytes of the encoded form (JSON), whatever the number of rows.
    public static func encodedBytesMax(cells: Int = ScoreHistogram.cells) -> Int {
        2 * cells * numberBytesMax + 500
    }

    /// Adds one scored decision.
    public mutating func add(label: Bool, prediction: Bool, score: Double) {
        guard score >= 0, score <= 1 else {
            refused += 1
            return
        }
        let cell = min(positives.count - 1, Int(score * Double(positives.count)))
        if label { positives[cell] += 1 } else { negatives[cell] += 1 }
        confusion.add(label: label, prediction: prediction)
        let p = min(1 - 1e-15, max(1e-15, score))
        logLossSum -= label ? log(p) : log1p(-p)
        let delta = score - (label ? 1 : 0)
        brierSum += delta * delta
    }

    /// Joins another part.
    ///
    /// - Precondition: both have as many cells.
    public mutating func merge(_ other: ScoreHistogram) {
        precondition(positives.count == other.positives.count, "grids of other cells cannot be merged")
        for i in positives.indices {
            positives[i] += other.positives[i]
            negatives[i] += other.negatives[i]
        }
        confusion.merge(other.confusion)
        refused += other.refused
        logLossSum += other.logLossSum
        brierSum += other.brierSum
    }

    /// Mean log loss; nil for no rows.
    public var logLoss: Double? { confusion.count > 0 ? logLossSum / Double(confusion.count) : nil }
    /// Mean squared error of the scores; nil for no rows.
    public var brier: Double? { confusion.count > 0 ? brierSum / Double(confusion.count) : nil }

    /// The area under the ROC curve, scores of one cell being ties; nil with one class only.
    public var auc: Double? {
        let p = Double(confusion.positives)
        let n = Double(confusion.negatives)
        guard p > 0, n > 0 else { return nil }
        var below = 0.0
        var wins = 0.0
        for i in positives.indices {
            wins += Double(positives[i]) * (below + Double(negatives[i]) / 2)
            below += Double(negatives[i])
        }
        return wins / (p * n)
    }

    /// How far `auc` can be from that of the scores themselves; nil with one class only.
    public var aucErrorMax: Double? {
        let p = Double(confusion.positives)
        let n = Double(confusion.negatives)
        guard p > 0, n > 0 else { return nil }
        return zip(positives, negatives).reduce(0) { $0 + Double($1.0) * Double($1.1) } / 2 / (p * n)
    }

    /// The largest distance between the distribution functions of the two classes at the edges of cells: at most that of
    /// the scores themselves; nil with one class only.
    public var kolmogorovSmirnov: Double? {
        let p = Double(confusion.positives)
        let n = Double(confusion.negatives)
        guard p > 0, n > 0 else { return nil }
        var distance = 0.0
        var a = 0
        var b = 0
        for i in positives.indices {
            a += positives[i]
            b += negatives[i]
            distance = max(distance, abs(Double(a) / p - Double(b) / n))
        }
        return distance
    }

    /// How far `kolmogorovSmirnov` can be below that of the scores themselves: within a cell the distance changes by at
    /// most the larger share of a class that is there; nil with one class only.
    public var kolmogorovSmirnovErrorMax: Double? {
        let p = Double(confusion.positives)
        let n = Double(confusion.negatives)
        guard p > 0, n > 0 else { return nil }
        return zip(positives, negatives).reduce(0) { max($0, Double($1.0) / p, Double($1.1) / n) }
    }
}

/// The confusion matrix of any number of classes.
public struct MulticlassCounts: Codable, Hashable, Sendable {
    private var counts: [String: [String: Int]] = [:]

    /// No decisions.
    public init() {}

    /// Adds decisions.
    public mutating func add(label: String, prediction: String, times: Int = 1) {
        counts[label, default: [:]][prediction, default: 0] += times
    }

    /// Joins another part.
    public mutating func merge(_ other: MulticlassCounts) {
        for (label, row) in other.counts {
            for (prediction, count) in row { add(label: label, prediction: prediction, times: count) }
        }
    }

    /// All classes that occur as truth or decision, sorted.
    public var classes: [String] {
        Set(counts.keys).union(counts.values.flatMap(\.keys)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// How many decisions have this truth and this prediction.
    public func count(label: String, prediction: String) -> Int { counts[label]?[prediction] ?? 0 }

    /// One class against all others.
    public func oneAgainstRest(_ name: String) -> ConfusionCounts {
        var out = ConfusionCounts()
        for (label, row) in counts {
            for (prediction, count) in row {
                switch (label == name, prediction == name) {
                case (true, true): out.truePositives += count
                case (true, false): out.falseNegatives += count
                case (false, true): out.falsePositives += count
                case (false, false): out.trueNegatives += count
                }
            }
        }
        return out
    }

    /// All decisions.
    public var count: Int { counts.values.reduce(0) { $0 + $1.values.reduce(0, +) } }

    /// Share decided rightly; nil for none.
    public var accuracy: Double? {
        let n = count
        return n > 0 ? Double(counts.reduce(0) { $0 + ($1.value[$1.key] ?? 0) }) / Double(n) : nil
    }

    /// The mean recall of the classes that occur as truth.
    public var balancedAccuracy: Double? {
        let recalls = classes.compactMap { oneAgainstRest($0).truePositiveRate }
        return recalls.isEmpty ? nil : recalls.reduce(0, +) / Double(recalls.count)
    }

    /// The mean over classes of a metric, plain (macro) or weighted by how often the class is the truth. Classes for
    /// which the metric is undefined count as 0, as scikit-learn does.
    public func average(weighted: Bool, _ metric: (ConfusionCounts) -> Double?) -> Double? {
        let parts = classes.map(oneAgainstRest)
        let weights = parts.map { weighted ? Double($0.positives) : 1 }
        let total = weights.reduce(0, +)
        guard total > 0 else { return nil }
        return zip(parts, weights).reduce(0) { $0 + (metric($1.0) ?? 0) * $1.1 } / total
    }

    /// Cohen's kappa over all classes; nil when chance alone explains all.
    public var kappa: Double? {
        guard let observed = accuracy else { return nil }
        let n = Double(count)
        let expected =
            classes.map(oneAgainstRest).reduce(0.0) { $0 + Double($1.positives) * Double($1.selected) } / (n * n)
        return expected < 1 ? (observed - expected) / (1 - expected) : nil
    }

    /// Gorodkin's multiclass correlation (2004), Matthews' for two classes; nil when a side does not vary.
    public var matthews: Double? {
        let parts = classes.map(oneAgainstRest)
        let n = Double(count)
        let correct = Double(parts.reduce(0) { $0 + $1.truePositives })
        let cross = parts.reduce(0.0) { $0 + Double($1.positives) * Double($1.selected) }
        let truth = parts.reduce(0.0) { $0 + Double($1.positives) * Double($1.positives) }
        let decided = parts.reduce(0.0) { $0 + Double($1.selected) * Double($1.selected) }
        let below = ((n * n - decided) * (n * n - truth)).squareRoot()
        return below > 0 ? (correct * n - cross) / below : nil
    }
}

/// Errors of a regression, mergeable.
public struct RegressionErrors: Codable, Hashable, Sendable {
    private var errors = Moments()
    private var truth = Moments()
    private var absolute = 0.0
    private var relative = 0.0
    /// Rows whose truth is zero: they have no relative error.
    public private(set) var zeroTruths = 0

    /// Of nothing.
    public init() {}

    /// Adds finite values, in columns of one length.
    public mutating func add(labels: [Double], predictions: [Double]) {
        var differences: [Double] = []
        differences.reserveCapacity(labels.count)
        for (label, prediction) in zip(labels, predictions) {
            let error = prediction - label
            differences.append(error)
            absolute += abs(error)
            if label == 0 { zeroTruths += 1 } else { relative += abs(error / label) }
        }
        errors.add(differences)
        truth.add(labels)
    }

    /// Joins another part.
    public mutating func merge(_ other: RegressionErrors) {
        errors.merge(other.errors)
        truth.merge(other.truth)
        absolute += other.absolute
        relative += other.relative
        zeroTruths += other.zeroTruths
    }

    /// How many rows.
    public var count: Int { errors.count }
    /// mean (prediction − truth).
    public var meanError: Double? { count > 0 ? errors.mean : nil }
    /// mean |prediction − truth|.
    public var meanAbsoluteError: Double? { count > 0 ? absolute / Double(count) : nil }

    private var meanSquare: Double? { errors.populationVariance.map { $0 + errors.mean * errors.mean } }

    /// √ mean (prediction − truth)².
    public var rootMeanSquareError: Double? { meanSquare?.squareRoot() }
    /// mean |error / truth| over rows whose truth is not zero.
    public var meanAbsolutePercentageError: Double? {
        count > zeroTruths ? relative / Double(count - zeroTruths) : nil
    }
    /// 1 − residual over total sum of squares; nil when the truth does not vary.
    public var rSquared: Double? {
        guard let error = meanSquare, let spread = truth.populationVariance, spread > 0, !truth.isConstant else {
            return nil
        }
        return 1 - error / spread
    }
}
