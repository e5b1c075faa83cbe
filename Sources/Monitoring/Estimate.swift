// Performance without labels: calibration learnt on the reference, expectations over chunks of the current data.
import Foundation
public import Statistics

/// The map from score to probability of a reference.
public struct CalibrationMap: Codable, Hashable, Sendable {
    /// The isotonic fit; nil when the scores themselves are better calibrated.
    public let isotonic: IsotonicMap?
    /// Expected calibration error of the scores over ten bins of equal mass.
    public let errorBefore: Double
    /// The same after the fit, on the rows that were not used to fit; nil when there were too few rows to tell.
    public let errorAfter: Double?
    /// Where the fit of the rows themselves lies, when it was made from a grid of their scores; nil for an exact one.
    public let bounds: CalibrationBounds?

    /// From what was counted of a reference: as of its rows while they were kept, else from grids of their scores, with
    /// bounds on how far the fit is from that of the rows.
    ///
    /// - Throws: `MeasureError` without scores.
    public init(_ reference: CalibrationAccumulator) throws(MeasureError) {
        self = try Self.fitted(reference)
    }

    private static func fitted(_ reference: CalibrationAccumulator) throws(MeasureError) -> CalibrationMap {
        guard let even = reference.halves.first, let odd = reference.halves.last else {
            return try CalibrationMap(reference: reference.sample)
        }
        var whole = even
        whole.merge(odd)
        let before = whole.bins().expectedError ?? 0
        guard let fit = even.isotonic, whole.count >= rowsMin else {
            return CalibrationMap(isotonic: nil, errorBefore: before, errorAfter: nil, bounds: nil)
        }
        let after = odd.bins(map: fit).expectedError ?? 0
        let isBetter = after < odd.bins().expectedError ?? 0
        return CalibrationMap(
            isotonic: isBetter ? whole.isotonic : nil, errorBefore: before, errorAfter: after,
            bounds: isBetter ? whole.bounds : nil)
    }

    /// What was read from a file fits together.
    var isConsistent: Bool { isotonic?.isConsistent ?? true && bounds?.isConsistent ?? true }

    private init(isotonic: IsotonicMap?, errorBefore: Double, errorAfter: Double?, bounds: CalibrationBounds?) {
        self.isotonic = isotonic
        self.errorBefore = errorBefore
        self.errorAfter = errorAfter
        self.bounds = bounds
    }

    /// Fewer rows are too few to tell whether a fit is better.
    private static let rowsMin = 100

    /// Fits on every second row and keeps the fit, made on all rows, only if it lowers the error on the other rows.
    ///
    /// - Throws: `MeasureError` without scores.
    public init(reference: BinarySample) throws(MeasureError) {
        guard reference.hasScores else { throw MeasureError("the estimate needs a score") }
        let scores = reference.scores
        let labels = reference.labels
        let (whole, held) = both(
            { (error: Self.error(scores, labels), fit: IsotonicMap(scores: scores, labels: labels)) },
            { Self.heldOut(scores, labels) })
        errorBefore = whole.error
        errorAfter = held?.after
        isotonic = held.flatMap { $0.after < $0.before ? whole.fit : nil }
        bounds = nil
    }

    /// The errors on every second row before and after a fit on the others; nil when there are too few rows to tell.
    private static func heldOut(_ scores: [Double], _ labels: [Bool]) -> (before: Double, after: Double)? {
        let even = stride(from: 0, to: scores.count, by: 2)
        let fit = IsotonicMap(scores: even.map { scores[$0] }, labels: even.map { labels[$0] })
        guard let fit, scores.count >= rowsMin else { return nil }
        let odd = stride(from: 1, to: scores.count, by: 2)
        let raw = odd.map { scores[$0] }
        let truth = odd.map { labels[$0] }
        return (error(raw, truth), error(raw.map { fit($0) }, truth))
    }

    private static func error(_ scores: [Double], _ labels: [Bool]) -> Double {
        var bins = ReliabilityBins(edges: .quantiles(ofSorted: Sorting.sorted(scores)))
        for i in scores.indices { bins.add(score: scores[i], label: labels[i]) }
        return bins.expectedError ?? 0
    }

    /// The probability of a score.
    public func callAsFunction(_ score: Double) -> Double { isotonic?(score) ?? score }

    /// How far the probability of a score can be from that of the fit of the rows; 0 for an exact fit.
    public func errorMax(score: Double, probability: Double) -> Double {
        bounds?.errorMax(score: score, probability: probability) ?? 0
    }
}

/// Confidence based performance estimation as a report object.
public enum Estimate {
    /// Scores and decisions without labels.
    public struct Unlabelled: Sendable {
        /// The scores.
        public let scores: [Double]
        /// The decisions.
        public let predictions: [Bool]
        /// Rows without a score or decision, which are left out.
        public let incomplete: Int
        /// The places of the complete rows in the table; nil when all are complete.
        public let rows: [Int32]?

        /// From columns of a table.
        ///
        /// - Throws: `MeasureError` for a missing column or a score outside 0 … 1.
        public init(
            table: Table, prediction: String?, score: String, favourable: String? = nil
        ) throws(MeasureError) {
            guard let column = table[score] else {
                throw MeasureError("\(table.path): there is no column \"\(score)\"")
            }
            guard let numbers = column.numbers else {
                throw MeasureError("\(table.path): the score \"\(score)\" is not numeric")
            }
            guard !numbers.contains(where: { $0 < 0 || $0 > 1 }) else {
                throw MeasureError("\(table.path): the score \"\(score)\" is not within 0 … 1")
            }
            let decided: [Int8]
            if let prediction {
                guard let column = table[prediction] else {
                    throw MeasureError("\(table.path): there is no column \"\(prediction)\"")
                }
                decided = try BinaryColumns.binary(column, favourable, table.path)
            } else {
                decided = numbers.map { Int8($0.isNaN ? -1 : $0 >= 0.5 ? 1 : 0) }
            }
            let isWhole = numbers.indices.allSatisfy { !numbers[$0].isNaN && decided[$0] >= 0 }
            if isWhole {
                (scores, predictions, rows, incomplete) = (numbers, decided.map { $0 == 1 }, nil, 0)
            } else {
                let kept = numbers.indices.filter { !numbers[$0].isNaN && decided[$0] >= 0 }
                scores = kept.map { numbers[$0] }
                predictions = kept.map { decided[$0] == 1 }
                rows = kept.map { Int32($0) }
                incomplete = numbers.count - kept.count
            }
            guard !scores.isEmpty else { throw MeasureError("\(table.path): no row has prediction and score") }
        }
    }

    /// The estimate over all rows, over chunks when asked for, and what was realised on the reference.
    ///
    /// - Parameter chunks: chunks of the table that `current` was made from.
    public static func report(
        reference: BinarySample, current: Unlabelled, chunks: Chunks? = nil
    ) throws(MeasureError) -> ReportObject {
        let truth = realised(CalibrationAccumulator(reference))
        return report(
            map: try CalibrationMap(reference: reference), realised: truth, current: current, chunks: chunks)
    }

    /// The same against a saved reference.
    ///
    /// - Throws: `MeasureError` for a baseline that was made without label and score.
    public static func report(
        baseline: Baseline, current: Unlabelled, chunks: Chunks? = nil
    ) throws(MeasureError) -> ReportObject {
        let (map, truth) = try realised(baseline)
        return report(map: map, realised: truth, current: current, chunks: chunks)
    }

    /// What is told of the reference.
    static let realisedKeys = ["roc_auc", "accuracy", "precision", "recall", "specificity", "f1"]

    private static func report(
        map: CalibrationMap, realised: ReportObject, current: Unlabelled, chunks: Chunks?
    ) -> ReportObject {
        let count = current.scores.count
        let pieces = concurrently(max(1, (count + 65_535) / 65_536)) { piece -> [Double] in
            (piece * 65_536..<min(count, (piece + 1) * 65_536)).map { map(current.scores[$0]) }
        }
        let calibrated = Array(pieces.joined())
        var out = head(map, n: count, incomplete: current.incomplete)
        let place = Places(kept: current.rows)
        let list = chunks?.list ?? []
        let estimates = concurrently(1 + list.count) {
            estimate(current, calibrated, $0 == 0 ? Array(0..<count) : place.of(list[$0 - 1].rows))
        }
        out["estimated"] = .object(estimates[0])
        out["realised_reference"] = .object(realised)
        if let chunks {
            out["chunking"] = chunks.report
            out["chunks"] = .array(
                zip(list, estimates.dropFirst()).map { chunk, estimate in
                    var object = chunks.head(chunk)
                    for member in estimate.members { object[member.key] = member.value }
                    return .object(object)
                })
        }
        return out
    }

    /// What every estimate begins with.
    static func head(_ map: CalibrationMap, n: Int, incomplete: Int) -> ReportObject {
        var out = ReportObject()
        out["method"] = .string("CBPE")
        out["n"] = .integer(n)
        out["incomplete"] = .integer(incomplete)
        out["calibration"] = .object(calibration(map))
        return out
    }

    /// How a calibration was made.
    static func calibration(_ map: CalibrationMap) -> ReportObject {
        var out = ReportObject([
            ("isotonic", .bool(map.isotonic != nil)), ("ece_mass10_before", .number(map.errorBefore)),
            ("ece_mass10_held_out", ReportValue(map.errorAfter)),
        ])
        if map.bounds != nil { out["from"] = .string("a grid of \(CalibrationGrid.cells) scores") }
        return out
    }

    private static func estimate(_ data: Unlabelled, _ calibrated: [Double], _ rows: [Int]) -> ReportObject {
        var expected = ExpectedPerformance()
        for i in rows { expected.add(calibrated: calibrated[i], prediction: data.predictions[i]) }
        var out = counts(expected)
        let scores = rows.map { data.scores[$0] }
        let own = rows.map { calibrated[$0] }
        out.set("roc_auc", expectedAUC(scores, own), reason: oneClass)
        return out
    }

    static let oneClass = "one class only is expected"

    /// What follows from the expected counts.
    static func counts(_ expected: ExpectedPerformance) -> ReportObject {
        var out = ReportObject()
        out["n"] = .integer(expected.rows)
        out["tp"] = .number(expected.truePositives)
        out["fp"] = .number(expected.falsePositives)
        out["tn"] = .number(expected.trueNegatives)
        out["fn"] = .number(expected.falseNegatives)
        out.set("accuracy", expected.accuracy, reason: "there are no rows")
        out.set("accuracy_se", expected.accuracyError, reason: "there are no rows")
        out.set("precision", expected.precision, reason: "nobody is expected to be decided positive")
        out.set("recall", expected.recall, reason: "no positives are expected")
        out.set("specificity", expected.specificity, reason: "no negatives are expected")
        out.set("f1", expected.f1, reason: "no positives are expected")
        return out
    }

    /// The expected AUC, by bits of the scores in ascending order with their places.
    static func expectedAUC(_ scores: [Double], _ calibrated: [Double]) -> Double? {
        ExpectedPerformance.auc(scores: scores, calibrated: calibrated, order: Sorting.order(scores))
    }
}
