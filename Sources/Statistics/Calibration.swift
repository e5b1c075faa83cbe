// Do scores mean what they say: reliability bins, recalibration, and the tests of calibration.
import Foundation

/// Counts, mean scores and observed rates in bins of the score; mergeable for equal edges.
public struct ReliabilityBins: Codable, Hashable, Sendable {
    /// The edges, closed on the right.
    public let edges: BinEdges
    /// Rows per bin.
    public private(set) var counts: [Int]
    private var scoreSums: [Double]
    private var positives: [Int]

    /// The most bytes of the encoded form (JSON) of up to sixteen bins.
    static let encodedBytesMax = 4 * 16 * 26 + 200

    /// Empty bins.
    public init(edges: BinEdges) {
        self.edges = edges
        counts = [Int](repeating: 0, count: edges.count)
        scoreSums = [Double](repeating: 0, count: edges.count)
        positives = [Int](repeating: 0, count: edges.count)
    }

    /// Adds one scored row.
    public mutating func add(score: Double, label: Bool) {
        let bin = edges.bin(of: score)
        counts[bin] += 1
        scoreSums[bin] += score
        positives[bin] += label ? 1 : 0
    }

    /// Adds rows of one score.
    mutating func add(score: Double, rows: Int, positives hits: Int) {
        let bin = edges.bin(of: score)
        counts[bin] += rows
        scoreSums[bin] += score * Double(rows)
        positives[bin] += hits
    }

    /// Joins another part with the same edges.
    ///
    /// - Precondition: the edges are equal.
    public mutating func merge(_ other: ReliabilityBins) {
        precondition(edges == other.edges, "bins with other edges cannot be merged")
        for i in counts.indices {
            counts[i] += other.counts[i]
            scoreSums[i] += other.scoreSums[i]
            positives[i] += other.positives[i]
        }
    }

    /// All rows.
    public var count: Int { counts.reduce(0, +) }
    /// The mean score of each bin; nil where it is empty.
    public var confidence: [Double?] {
        counts.indices.map { counts[$0] > 0 ? scoreSums[$0] / Double(counts[$0]) : nil }
    }
    /// The observed rate of each bin; nil where it is empty.
    public var observed: [Double?] {
        counts.indices.map { counts[$0] > 0 ? Double(positives[$0]) / Double(counts[$0]) : nil }
    }

    /// The sum of all scores.
    public var scoreSum: Double { scoreSums.reduce(0, +) }

    private var gaps: [(weight: Double, gap: Double)] {
        let n = Double(count)
        return counts.indices.compactMap { i in
            guard counts[i] > 0 else { return nil }
            let rows = Double(counts[i])
            return (rows / n, abs(scoreSums[i] / rows - Double(positives[i]) / rows))
        }
    }

    /// Expected calibration error Σ share |score − rate| (Naeini et al. 2015); nil without rows.
    public var expectedError: Double? { count > 0 ? gaps.reduce(0) { $0 + $1.weight * $1.gap } : nil }
    /// The largest gap of a bin.
    public var maximumError: Double? { gaps.map(\.gap).max() }
    /// √ Σ share gap².
    public var rootMeanSquareError: Double? {
        count > 0 ? gaps.reduce(0) { $0 + $1.weight * $1.gap * $1.gap }.squareRoot() : nil
    }

    /// Murphy's decomposition of the Brier score (1973): reliability − resolution + uncertainty.
    public var brierDecomposition: (reliability: Double, resolution: Double, uncertainty: Double)? {
        guard count > 0 else { return nil }
        let n = Double(count)
        let base = Double(positives.reduce(0, +)) / n
        var reliability = 0.0
        var resolution = 0.0
        for i in counts.indices where counts[i] > 0 {
            let rows = Double(counts[i])
            let rate = Double(positives[i]) / rows
            reliability += rows * (scoreSums[i] / rows - rate) * (scoreSums[i] / rows - rate)
            resolution += rows * (rate - base) * (rate - base)
        }
        return (reliability / n, resolution / n, base * (1 - base))
    }

    /// Hosmer & Lemeshow's statistic over the bins that have rows, with two degrees of freedom less than bins; nil for
    /// fewer than three bins or a bin that expects nothing.
    public var hosmerLemeshow: (result: TestResult, degreesOfFreedom: Int)? {
        let used = counts.indices.filter { counts[$0] > 0 }
        guard used.count > 2 else { return nil }
        var sum = 0.0
        for i in used {
            let rows = Double(counts[i])
            let mean = scoreSums[i] / rows
            let variance = rows * mean * (1 - mean)
            guard variance > 0 else { return nil }
            let delta = Double(positives[i]) - scoreSums[i]
            sum += delta * delta / variance
        }
        let degrees = used.count - 2
        return (
            TestResult(
                statistic: sum, p: Distributions.chiSquareSurvival(sum, degreesOfFreedom: Double(degrees))), degrees
        )
    }
}

/// What Spiegelhalter's test needs of the rows; mergeable.
public struct SpiegelhalterSums: Codable, Hashable, Sendable {
    private var above = 0.0
    private var below = 0.0

    /// Of nothing.
    public init() {}

    /// Adds one scored row.
    public mutating func add(score: Double, label: Bool) {
        let weight = 1 - 2 * score
        above += ((label ? 1 : 0) - score) * weight
        below += weight * weight * score * (1 - score)
    }

    /// Joins another part.
    public mutating func merge(_ other: SpiegelhalterSums) {
        above += other.above
        below += other.below
    }

    /// Spiegelhalter's z (1986), two-sided; nil when no score leaves room for chance.
    public var result: TestResult? {
        guard below > 0 else { return nil }
        let z = above / below.squareRoot()
        return TestResult(statistic: z, p: Distributions.normalTwoSided(z))
    }
}

/// Tests and fits of calibration on scores and labels of one length.
public enum Calibration {
    /// Spiegelhalter's z (1986), two-sided; nil when no score leaves room for chance.
    public static func spiegelhalter(scores: [Double], labels: [Bool]) -> TestResult? {
        var sums = SpiegelhalterSums()
        for i in scores.indices { sums.add(score: scores[i], label: labels[i]) }
        return sums.result
    }

    /// Cox's recalibration (1958): a logistic regression of the label on the logit of the score, clipped to
    /// 1e-6 … 1 − 1e-6. Perfect scores have intercept 0 and slope 1.
    public struct LogisticRecalibration: Codable, Hashable, Sendable {
        /// The intercept.
        public let intercept: Double
        /// The slope.
        public let slope: Double
        /// The standard errors of both.
        public let standardErrors: [Double]
    }

    /// Newton's method; nil when the fit does not exist (one class, one score, or classes fully separated).
    public static func logisticRecalibration(scores: [Double], labels: [Bool]) -> LogisticRecalibration? {
        let logits = scores.map { score in
            let p = min(1 - 1e-6, max(1e-6, score))
            return log(p / (1 - p))
        }
        guard labels.contains(true), labels.contains(false), let first = logits.first,
            logits.contains(where: { $0 != first })
        else { return nil }
        var a = 0.0
        var b = 1.0
        for _ in 0..<50 {
            var g0 = 0.0
            var g1 = 0.0
            var h00 = 0.0
            var h01 = 0.0
            var h11 = 0.0
            for i in logits.indices {
                let x = logits[i]
                let p = 1 / (1 + exp(-(a + b * x)))
                let residual = (labels[i] ? 1 : 0) - p
                let weight = p * (1 - p)
                g0 += residual
                g1 += residual * x
                h00 += weight
                h01 += weight * x
                h11 += weight * x * x
            }
            let determinant = h00 * h11 - h01 * h01
            guard determinant > 0, determinant.isFinite else { return nil }
            let stepA = (h11 * g0 - h01 * g1) / determinant
            let stepB = (h00 * g1 - h01 * g0) / determinant
            a += stepA
            b += stepB
            guard a.isFinite, b.isFinite, abs(a) < 1e6, abs(b) < 1e6 else { return nil }
            if abs(stepA) < 1e-12 * (1 + abs(a)), abs(stepB) < 1e-12 * (1 + abs(b)) {
                return LogisticRecalibration(
                    intercept: a, slope: b,
                    standardErrors: [(h11 / determinant).squareRoot(), (h00 / determinant).squareRoot()])
            }
        }
        return nil
    }
}

/// A rising step-free map from score to probability, fitted by pooling adjacent violators (Ayer et al. 1955).
public struct IsotonicMap: Codable, Hashable, Sendable {
    /// Scores, ascending.
    public let x: [Double]
    /// Probabilities, never falling.
    public let y: [Double]

    /// The least squares fit; equal scores are averaged first, and inner points of flat stretches are dropped. Nil
    /// without rows.
    public init?(scores: [Double], labels: [Bool]) {
        guard !scores.isEmpty, scores.count == labels.count else { return nil }
        var positives: [Double] = []
        var negatives: [Double] = []
        for i in scores.indices {
            if labels[i] { positives.append(scores[i]) } else { negatives.append(scores[i]) }
        }
        var scratch: [UInt64] = []
        Sorting.sort(&positives, scratch: &scratch)
        Sorting.sort(&negatives, scratch: &scratch)
        var values: [Double] = []
        var rows: [Int] = []
        var hits: [Int] = []
        var i = 0
        var j = 0
        while i < positives.count || j < negatives.count {
            let value = min(
                i < positives.count ? positives[i] : .infinity, j < negatives.count ? negatives[j] : .infinity)
            let startI = i
            let startJ = j
            while i < positives.count && positives[i] == value { i += 1 }
            while j < negatives.count && negatives[j] == value { j += 1 }
            values.append(value)
            rows.append(i - startI + j - startJ)
            hits.append(i - startI)
        }
        self.init(ascending: values, rows: rows, positives: hits)
    }

    /// The least squares fit of what was counted at distinct scores. Nil without rows.
    ///
    /// - Parameters:
    ///   - values: scores, ascending, without repetition.
    ///   - rows: how many rows have each score, at least one.
    ///   - positives: how many of them are positive.
    public init?(ascending values: [Double], rows: [Int], positives: [Int]) {
        guard !values.isEmpty, values.count == rows.count, values.count == positives.count else { return nil }
        // Blocks: number of values, rows, positives.
        var blocks: [(values: Int, rows: Double, hits: Double)] = []
        for i in values.indices {
            var block = (values: 1, rows: Double(rows[i]), hits: Double(positives[i]))
            while let last = blocks.last, last.hits * block.rows >= block.hits * last.rows {
                block = (last.values + block.values, last.rows + block.rows, last.hits + block.hits)
                blocks.removeLast()
            }
            blocks.append(block)
        }
        var keptX: [Double] = []
        var keptY: [Double] = []
        var start = 0
        for block in blocks {
            let mean = block.hits / block.rows
            keptX.append(values[start])
            keptY.append(mean)
            if block.values > 1 {
                keptX.append(values[start + block.values - 1])
                keptY.append(mean)
            }
            start += block.values
        }
        x = keptX
        y = keptY
    }

    /// What was decoded fits together.
    public var isConsistent: Bool {
        !x.isEmpty && x.count == y.count && zip(x, x.dropFirst()).allSatisfy { $0 < $1 }
    }

    /// The probability of a score: linear between the points, flat outside.
    public func callAsFunction(_ score: Double) -> Double {
        var low = 0
        var high = x.count
        while low < high {
            let middle = (low + high) / 2
            if x[middle] < score { low = middle + 1 } else { high = middle }
        }
        if low == 0 { return y[0] }
        if low == x.count { return y[x.count - 1] }
        if x[low] == score { return y[low] }
        let span = x[low] - x[low - 1]
        return y[low - 1] + (y[low] - y[low - 1]) * (score - x[low - 1]) / span
    }
}
