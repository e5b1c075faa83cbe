// Confidence based performance estimation of a stream: expected counts, and their order by score on a grid.
import Foundation

/// What calibrated scores lead one to expect of a binary classifier, in bounded memory; mergeable.
///
/// Counts and what follows from them are exact for the calibration given; the AUC comes from a grid of scores. Where the
/// calibration is known within an error only, every value says how far it can be off (`…ErrorMax`). The encoded form
/// (JSON) has at most `encodedBytesMax` bytes.
public struct ExpectedAccumulator: Codable, Hashable, Sendable {
    /// The usual number of cells of the grid.
    public static let cells = 4_096
    /// The format of the encoded form.
    public static let version = 1
    private var version = ExpectedAccumulator.version
    /// The expected counts.
    public private(set) var performance = ExpectedPerformance()
    private var hits: [Double]
    private var misses: [Double]
    /// Σ of the errors by cell; empty while there is none.
    private var errors: [Double] = []
    /// Σ of the errors of rows decided positive and negative.
    private var selectedError = 0.0
    private var notSelectedError = 0.0

    /// Of nothing.
    ///
    /// - Precondition: at least one cell.
    public init(cells: Int = ExpectedAccumulator.cells) {
        precondition(cells >= 1, "a grid needs a cell")
        hits = [Double](repeating: 0, count: cells)
        misses = hits
    }

    /// The most bytes of the encoded form (JSON).
    public static func encodedBytesMax(cells: Int = ExpectedAccumulator.cells) -> Int { 3 * cells * 26 + 1_000 }

    /// Adds a row.
    ///
    /// - Parameters:
    ///   - score: within 0 … 1.
    ///   - c: its probability by the calibration.
    ///   - errorMax: how far that can be off.
    public mutating func add(score: Double, calibrated c: Double, errorMax: Double = 0, prediction: Bool) {
        performance.add(calibrated: c, prediction: prediction)
        let cell = max(0, min(hits.count - 1, Int(score * Double(hits.count))))
        hits[cell] += c
        misses[cell] += 1 - c
        guard errorMax > 0 else { return }
        if errors.isEmpty { errors = [Double](repeating: 0, count: hits.count) }
        errors[cell] += errorMax
        if prediction { selectedError += errorMax } else { notSelectedError += errorMax }
    }

    /// Joins another part.
    ///
    /// - Precondition: both have as many cells.
    public mutating func merge(_ other: ExpectedAccumulator) {
        precondition(hits.count == other.hits.count, "grids of other cells cannot be merged")
        performance.merge(other.performance)
        for i in hits.indices {
            hits[i] += other.hits[i]
            misses[i] += other.misses[i]
        }
        if errors.isEmpty {
            errors = other.errors
        } else {
            for i in other.errors.indices { errors[i] += other.errors[i] }
        }
        selectedError += other.selectedError
        notSelectedError += other.notSelectedError
    }

    /// The calibration was known within an error only.
    public var isApproximate: Bool { !errors.isEmpty }

    // MARK: Order

    /// Concordant pairs, ties half, of expected positives and negatives.
    private static func pairs(_ upper: [Double], _ lower: [Double], ties: Double) -> Double {
        var below = 0.0
        var wins = 0.0
        for i in upper.indices {
            wins += upper[i] * (below + lower[i] * ties)
            below += lower[i]
        }
        return wins
    }

    /// The expected AUC, scores of one cell being ties; nil when no pair is expected.
    public var auc: Double? {
        let wins = Self.pairs(hits, misses, ties: 0.5)
        let all = hits.reduce(0, +) * misses.reduce(0, +)
        return all > 0 ? wins / all : nil
    }

    /// How far `auc` can be from that of the scores themselves and the calibration of the rows; nil without one.
    public var aucErrorMax: Double? {
        guard let auc else { return nil }
        func moved(_ values: [Double], _ sign: Double) -> [Double] {
            errors.isEmpty ? values : values.indices.map { max(0, values[$0] + sign * errors[$0]) }
        }
        let (hitsUp, hitsDown) = (moved(hits, 1), moved(hits, -1))
        let (missesUp, missesDown) = (moved(misses, 1), moved(misses, -1))
        // Wins with every tie of a cell won, losses with every tie lost; and the other way round.
        let winsUp = Self.pairs(hitsUp, missesUp, ties: 1)
        let winsDown = Self.pairs(hitsDown, missesDown, ties: 0)
        let lossesUp = Self.pairs(missesUp, hitsUp, ties: 1)
        let lossesDown = Self.pairs(missesDown, hitsDown, ties: 0)
        let high = winsUp + lossesDown > 0 ? winsUp / (winsUp + lossesDown) : 1
        let low = winsDown + lossesUp > 0 ? winsDown / (winsDown + lossesUp) : 0
        return max(high - auc, auc - low)
    }

    // MARK: Counts

    /// How far a value that rises with `tp` and `tn` and falls with `fp` and `fn` can be off.
    private func errorMax(_ value: (_ tp: Double, _ fp: Double, _ tn: Double, _ fn: Double) -> Double?) -> Double? {
        let p = performance
        guard let here = value(p.truePositives, p.falsePositives, p.trueNegatives, p.falseNegatives) else { return nil }
        let (e, f) = (selectedError, notSelectedError)
        let ends = [
            value(p.truePositives + e, max(0, p.falsePositives - e), p.trueNegatives + f, max(0, p.falseNegatives - f)),
            value(max(0, p.truePositives - e), p.falsePositives + e, max(0, p.trueNegatives - f), p.falseNegatives + f),
        ]
        return ends.map { $0.map { abs($0 - here) } ?? 1 }.max()
    }

    private static func ratio(_ a: Double, _ b: Double) -> Double? { b > 0 ? a / b : nil }

    /// How far the accuracy can be off; nil without one.
    public var accuracyErrorMax: Double? { errorMax { Self.ratio($0 + $2, $0 + $1 + $2 + $3) } }
    /// How far the precision can be off; nil without one.
    public var precisionErrorMax: Double? { errorMax { tp, fp, _, _ in Self.ratio(tp, tp + fp) } }
    /// How far the recall can be off; nil without one.
    public var recallErrorMax: Double? { errorMax { tp, _, _, fn in Self.ratio(tp, tp + fn) } }
    /// How far the specificity can be off; nil without one.
    public var specificityErrorMax: Double? { errorMax { _, fp, tn, _ in Self.ratio(tn, tn + fp) } }
    /// How far F1 can be off; nil without one.
    public var f1ErrorMax: Double? { errorMax { tp, fp, _, fn in Self.ratio(2 * tp, 2 * tp + fp + fn) } }
}
