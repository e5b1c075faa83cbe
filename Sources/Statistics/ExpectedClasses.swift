// Confidence based performance estimation of several classes: expected confusion, and each class against all others.
import Foundation

/// What calibrated probabilities of several classes lead one to expect, in bounded memory; mergeable.
///
/// A row that was decided to be of class j counts in the cells (k, j) by its probabilities of the classes k. The encoded
/// form (JSON) has at most `encodedBytesMax(classes:)` bytes besides the names.
public struct ExpectedClasses: Codable, Hashable, Sendable {
    /// The format of the encoded form.
    public static let version = 1
    private var version = ExpectedClasses.version
    /// The names of the classes.
    public let classes: [String]
    /// Expected rows by true class, then by decided class.
    public private(set) var confusion: [[Double]]
    /// Each class against all others.
    public private(set) var oneAgainstRest: [ExpectedAccumulator]
    /// How many rows.
    public private(set) var count = 0
    /// Σ c (1 − c) over the probabilities of the decided classes.
    private var variance = 0.0
    private var decidedError = 0.0

    /// Of nothing.
    ///
    /// - Parameter cells: cells of the grid of scores of each class.
    /// - Precondition: at least one class.
    public init(classes: [String], cells: Int = ExpectedAccumulator.cells) {
        precondition(!classes.isEmpty, "a class is needed")
        self.classes = classes
        confusion = [[Double]](repeating: [Double](repeating: 0, count: classes.count), count: classes.count)
        oneAgainstRest = [ExpectedAccumulator](repeating: ExpectedAccumulator(cells: cells), count: classes.count)
    }

    /// The most bytes of the encoded form (JSON) besides the names.
    public static func encodedBytesMax(classes: Int, cells: Int = ExpectedAccumulator.cells) -> Int {
        classes * (ExpectedAccumulator.encodedBytesMax(cells: cells) + classes * 26 + 10) + 500
    }

    /// Adds rows, in columns of one length, one column a class.
    ///
    /// - Parameters:
    ///   - rows: the places of the rows in the columns.
    ///   - scores: the scores of each class, within 0 … 1.
    ///   - calibrated: the probabilities of each class; those of a row add up to 1.
    ///   - errors: how far these can be off; empty for not at all.
    ///   - predictions: the decided classes, as places among `classes`.
    public mutating func add(
        rows: some Sequence<Int>, scores: [[Double]], calibrated: [[Double]], errors: [[Double]] = [],
        predictions: [Int]
    ) {
        for row in rows {
            let decided = predictions[row]
            for k in classes.indices {
                let c = calibrated[k][row]
                confusion[k][decided] += c
                oneAgainstRest[k].add(
                    score: scores[k][row], calibrated: c, errorMax: errors.isEmpty ? 0 : errors[k][row],
                    prediction: k == decided)
            }
            let own = calibrated[decided][row]
            variance += own * (1 - own)
            if !errors.isEmpty { decidedError += errors[decided][row] }
            count += 1
        }
    }

    /// Joins another part.
    ///
    /// - Precondition: both have the same classes and as many cells.
    public mutating func merge(_ other: ExpectedClasses) {
        precondition(classes == other.classes, "expectations of other classes cannot be merged")
        for k in classes.indices {
            for j in classes.indices { confusion[k][j] += other.confusion[k][j] }
            oneAgainstRest[k].merge(other.oneAgainstRest[k])
        }
        variance += other.variance
        decidedError += other.decidedError
        count += other.count
    }

    /// The calibration was known within an error only.
    public var isApproximate: Bool { oneAgainstRest.contains(where: \.isApproximate) }

    /// Expected accuracy; nil for no rows.
    public var accuracy: Double? {
        count > 0 ? classes.indices.reduce(0) { $0 + confusion[$1][$1] } / Double(count) : nil
    }
    /// The standard error of the accuracy that would be seen, given the probabilities.
    public var accuracyError: Double? { count > 0 ? variance.squareRoot() / Double(count) : nil }
    /// How far the accuracy can be off for the error of the calibration.
    public var accuracyErrorMax: Double? { count > 0 ? decidedError / Double(count) : nil }

    /// The mean over classes of a metric of each against all others; one that is undefined counts as 0, as in
    /// `MulticlassCounts.average`. Nil for no rows.
    public func macro(_ metric: (ExpectedPerformance) -> Double?) -> Double? {
        guard count > 0 else { return nil }
        return oneAgainstRest.reduce(0) { $0 + (metric($1.performance) ?? 0) } / Double(classes.count)
    }

    /// How far such a mean can be off, from how far the metric of each class can be.
    public func macroErrorMax(_ error: (ExpectedAccumulator) -> Double?) -> Double? {
        guard count > 0 else { return nil }
        return oneAgainstRest.reduce(0) { $0 + (error($1) ?? 0) } / Double(classes.count)
    }

    /// The mean of the expected AUC of each class against all others; nil when a class has none.
    public var auc: Double? { Self.mean(oneAgainstRest.map(\.auc)) }
    /// How far it can be off; nil without one.
    public var aucErrorMax: Double? { Self.mean(oneAgainstRest.map(\.aucErrorMax)) }

    private static func mean(_ values: [Double?]) -> Double? {
        let known = values.compactMap { $0 }
        return known.count == values.count ? known.reduce(0, +) / Double(known.count) : nil
    }
}
