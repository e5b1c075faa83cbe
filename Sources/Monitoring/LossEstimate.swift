// The errors of a regression without labels: its loss is learnt on the reference and predicted for the current rows.
import Foundation
public import Statistics

/// Direct loss estimation (DLE) of a regression as a report object.
///
/// Boosted trees learn the loss of each row of the reference from its features and its prediction; the mean of what they
/// predict for rows without labels is the expected error. Source: NannyML's description of DLE. It sees errors that
/// follow from where rows lie, not a changed relation between features and truth: that needs labels.
public enum LossEstimate {
    /// At most so many rows of the reference, taken evenly, are learnt from.
    public static let fitRowsMax = 25_000
    /// Fewer rows of the reference are too few to learn from.
    public static let fitRowsMin = 100
    /// Categories with fewer rows in the reference count as missing.
    static let categoryRowsMin = 20
    /// Chunks of the reference that a threshold from their spread needs.
    static let referenceChunksMin = 3

    /// What is estimated of a row.
    private enum Loss: String, CaseIterable {
        case absolute, square, relative, signed

        func callAsFunction(_ truth: Double, _ prediction: Double) -> Double {
            switch self {
            case .absolute: abs(prediction - truth)
            case .square: (prediction - truth) * (prediction - truth)
            case .relative: abs((prediction - truth) / truth)
            case .signed: prediction - truth
            }
        }
    }

    /// How many rows of so many columns fit into so many bytes, with what is predicted of them.
    public static func rowsMax(bytes: Int, columns: Int) -> Int {
        max(fitRowsMin, bytes / (8 * (3 * columns + 16)))
    }

    /// The losses of the reference, and what predicts them.
    private struct Fit {
        var model: [Loss: BoostedRegression] = [:]
        var deviation: [Loss: Double] = [:]
        var mean: [Loss: Double] = [:]
    }

    /// Estimates over all rows and, when asked for, over chunks.
    ///
    /// - Parameters:
    ///   - reference: label, prediction and features; rows without label or prediction are left out and counted.
    ///   - current: prediction and features.
    ///   - features: names of numeric or categorical columns; missing values may occur.
    ///   - chunks: chunks of the current table; nil for none.
    ///   - settings: how the loss is learnt.
    ///   - all: the rows that the tables were evenly taken of, when they do not hold all: then estimates have the standard
    ///     error of a sample beside them (`…_sampling_se`); nil for whole tables.
    /// - Throws: `MeasureError` for a missing column, one of another type on the other side, or too small a reference.
    public static func report(
        reference: Table, current: Table, label: String, prediction: String, features: [String], chunks: Chunks? = nil,
        settings: BoostingSettings = BoostingSettings(), of all: (reference: Int, current: Int)? = nil
    ) throws(MeasureError) -> ReportObject {
        let truth = try numbers(reference, label)
        let predicted = try numbers(reference, prediction)
        let kept = truth.indices.filter { truth[$0].isFinite && predicted[$0].isFinite }
        guard kept.count >= fitRowsMin else {
            throw MeasureError(
                "\(reference.path): \(kept.count) rows with label and prediction, at least \(fitRowsMin) are needed")
        }
        let unlabelled = try numbers(current, prediction)
        let rows = unlabelled.indices.filter { unlabelled[$0].isFinite }
        guard !rows.isEmpty else { throw MeasureError("\(current.path): no row has a prediction") }

        let learnt = evenly(kept, fitRowsMax)
        let absolute = learnt.map { Loss.absolute(truth[$0], predicted[$0]) }
        var columns: [[Double]] = []
        var currentColumns: [[Double]] = []
        for name in [prediction] + features.filter({ $0 != prediction }) {
            let pair = try coded(name, reference, learnt, absolute, current, rows)
            columns.append(pair.reference)
            currentColumns.append(pair.current)
        }
        let fit = fitted(truth, predicted, kept, learnt, columns, settings)
        let losses = Loss.allCases.filter { fit.model[$0] != nil }
        let estimates = Dictionary(
            uniqueKeysWithValues: zip(
                losses, concurrently(losses.count) { fit.model[losses[$0]]?.predictions(currentColumns) ?? [] }))

        let sampled = all.flatMap { all -> Double? in
            current.rows < all.current ? (1 - Double(current.rows) / Double(all.current)).squareRoot() : nil
        }
        var out = ReportObject()
        out["method"] = .string("DLE")
        out["n"] = .integer(rows.count)
        out["incomplete"] = .integer(unlabelled.count - rows.count)
        out["features"] = .array(([prediction] + features.filter { $0 != prediction }).map { .string($0) })
        out["reference_rows"] = .integer(kept.count)
        out["reference_incomplete"] = .integer(truth.count - kept.count)
        out["learnt_rows"] = .integer(learnt.count)
        out["estimated"] = .object(estimate(estimates, fit, Array(0..<rows.count), sampled))
        out["realised_reference"] = .object(realised(fit))
        out["held_out"] = .object(heldOut(columns, absolute, settings))
        if let chunks {
            let places = Places(kept: rows.count == unlabelled.count ? nil : rows.map { Int32($0) })
            out["chunking"] = chunks.report
            out["chunks"] = .array(
                concurrently(chunks.list.count) { i -> ReportValue in
                    var object = chunks.head(chunks.list[i])
                    let own = estimate(estimates, fit, places.of(chunks.list[i].rows), sampled)
                    for member in own.members { object[member.key] = member.value }
                    return .object(object)
                })
            if let all, reference.rows < all.reference {
                out["reference_chunks"] = .null
                out["reference_chunks_reason"] = .string("the reference was taken in part")
            } else if case .rows(let size) = chunks.chunking {
                out["reference_chunks"] = .object(spread(kept.map { Loss.absolute(truth[$0], predicted[$0]) }, size))
            }
        }
        return out
    }

    private static func numbers(_ table: Table, _ name: String) throws(MeasureError) -> [Double] {
        guard let column = table[name] else { throw MeasureError("\(table.path): there is no column \"\(name)\"") }
        guard let numbers = column.numbers else { throw MeasureError("\(table.path): \"\(name)\" is not numeric") }
        return numbers
    }

    private static func evenly(_ rows: [Int], _ limit: Int) -> [Int] {
        guard rows.count > limit else { return rows }
        return (0..<limit).map { rows[$0 * rows.count / limit] }
    }

    /// A feature of both sides as numbers. Categories are put in the order of their mean loss in the reference, in which
    /// the best split of categories is one of neighbours (Breiman and others, Classification and Regression Trees, 1984).
    private static func coded(
        _ name: String, _ reference: Table, _ learnt: [Int], _ losses: [Double], _ current: Table, _ rows: [Int]
    ) throws(MeasureError) -> (reference: [Double], current: [Double]) {
        guard let first = reference[name] else {
            throw MeasureError("\(reference.path): there is no column \"\(name)\"")
        }
        guard let second = current[name] else { throw MeasureError("\(current.path): there is no column \"\(name)\"") }
        if let a = first.numbers, let b = second.numbers { return (learnt.map { a[$0] }, rows.map { b[$0] }) }
        guard let a = first.codes, let b = second.codes else {
            throw MeasureError("\(current.path): \"\(name)\" is not of the same type as in \(reference.path)")
        }
        var sums = [Double](repeating: 0, count: first.categories.count)
        var counts = [Int](repeating: 0, count: first.categories.count)
        for (row, loss) in zip(learnt, losses) where a[row] >= 0 {
            sums[Int(a[row])] += loss
            counts[Int(a[row])] += 1
        }
        let order = counts.indices.filter { counts[$0] >= categoryRowsMin }.sorted {
            (sums[$0] / Double(counts[$0]), $0) < (sums[$1] / Double(counts[$1]), $1)
        }
        var rank: [String: Double] = [:]
        for (place, code) in order.enumerated() { rank[first.categories[code]] = Double(place) }
        let own = first.categories.map { rank[$0] ?? .nan }
        let other = second.categories.map { rank[$0] ?? .nan }
        return (
            learnt.map { a[$0] < 0 ? .nan : own[Int(a[$0])] }, rows.map { b[$0] < 0 ? .nan : other[Int(b[$0])] }
        )
    }

    private static func fitted(
        _ truth: [Double], _ predicted: [Double], _ kept: [Int], _ learnt: [Int], _ columns: [[Double]],
        _ settings: BoostingSettings
    ) -> Fit {
        let losses = Loss.allCases
        let results = concurrently(losses.count) { i -> (BoostedRegression?, Moments) in
            let loss = losses[i]
            // A relative error of a truth of zero is none.
            let isRelative = loss == .relative
            var moments = Moments()
            moments.add(kept.filter { !isRelative || truth[$0] != 0 }.map { loss(truth[$0], predicted[$0]) })
            let places = learnt.indices.filter { !isRelative || truth[learnt[$0]] != 0 }
            let targets = places.map { loss(truth[learnt[$0]], predicted[learnt[$0]]) }
            let own = places.count == learnt.count ? columns : columns.map { column in places.map { column[$0] } }
            return (BoostedRegression(features: own, targets: targets, settings: settings), moments)
        }
        var fit = Fit()
        for (loss, (model, moments)) in zip(losses, results) {
            fit.model[loss] = model
            fit.mean[loss] = moments.count > 0 ? moments.mean : nil
            fit.deviation[loss] = moments.populationVariance?.squareRoot()
        }
        return fit
    }

    /// The expected errors of some rows, each with the standard error of what would be seen on so many rows of the
    /// reference.
    ///
    /// - Parameter sampled: √ of the share of rows that were left out; nil for none.
    private static func estimate(
        _ estimates: [Loss: [Double]], _ fit: Fit, _ rows: [Int], _ sampled: Double?
    ) -> ReportObject {
        let n = Double(rows.count)
        func mean(_ loss: Loss) -> Double? {
            guard !rows.isEmpty else { return nil }
            return estimates[loss].map { values in rows.reduce(0) { $0 + values[$1] } / n }
        }
        func error(_ loss: Loss) -> Double? {
            guard !rows.isEmpty else { return nil }
            return fit.deviation[loss].map { $0 / n.squareRoot() }
        }
        var out = ReportObject()
        out["n"] = .integer(rows.count)
        // Absolute and square errors are not negative, but trees may go below.
        let absolute = mean(.absolute).map { max(0, $0) }
        out.set("mae", absolute, reason: "there are no rows")
        out.set("mae_se", error(.absolute), reason: "there are no rows")
        let root = mean(.square).map { max(0, $0).squareRoot() }
        out.set("rmse", root, reason: "there are no rows")
        // By the delta method, at the reference's error.
        let known = fit.mean[.square].map { $0.squareRoot() } ?? 0
        let rootError = error(.square).flatMap { known > 0 ? $0 / (2 * known) : nil }
        let noErrors = rows.isEmpty ? "there are no rows" : "the reference has no errors"
        out.set("rmse_se", rootError, reason: noErrors)
        let undefined = rows.isEmpty ? "there are no rows" : "every true value is zero"
        out.set("mape", mean(.relative).map { max(0, $0) }, reason: undefined)
        out.set("mape_se", error(.relative), reason: undefined)
        out.set("mean_error", mean(.signed), reason: "there are no rows")
        out.set("mean_error_se", error(.signed), reason: "there are no rows")
        if let sampled {
            func sampling(_ loss: Loss) -> Double? {
                var moments = Moments()
                moments.add(rows.compactMap { row in estimates[loss].map { $0[row] } })
                return moments.sampleVariance.map { ($0 / n).squareRoot() * sampled }
            }
            let few = "fewer than two rows"
            out.set("mae_sampling_se", sampling(.absolute), reason: few)
            let squares = sampling(.square)
            out.set("rmse_sampling_se", root.flatMap { r in r > 0 ? squares.map { $0 / (2 * r) } : nil }, reason: few)
            out.set("mape_sampling_se", sampling(.relative), reason: few)
            out.set("mean_error_sampling_se", sampling(.signed), reason: few)
        }
        var ratio = ReportObject()
        let usual = fit.mean[.absolute] ?? 0
        ratio.set(
            "value", absolute.flatMap { usual > 0 ? $0 / usual : nil }, reason: noErrors)
        if let absolute, let spread = error(.absolute), spread > 0 {
            ratio["pvalue"] = .number(erfc(abs(absolute - usual) / spread / 2.0.squareRoot()))
        }
        out["mae_ratio"] = .object(ratio)
        return out
    }

    private static func realised(_ fit: Fit) -> ReportObject {
        var out = ReportObject()
        out.set("mae", fit.mean[.absolute], reason: "there are no rows")
        out.set("rmse", fit.mean[.square]?.squareRoot(), reason: "there are no rows")
        out.set("mape", fit.mean[.relative], reason: "every true value is zero")
        out.set("mean_error", fit.mean[.signed], reason: "there are no rows")
        return out
    }

    /// How well the loss of one half of the reference is predicted by what was learnt on the other half.
    private static func heldOut(_ columns: [[Double]], _ losses: [Double], _ settings: BoostingSettings) -> ReportObject
    {
        let halves = [0, 1].map { half in stride(from: half, to: losses.count, by: 2).map { $0 } }
        let predicted = concurrently(2) { half -> [Double] in
            let own = halves[half]
            let model = BoostedRegression(
                features: columns.map { column in own.map { column[$0] } }, targets: own.map { losses[$0] },
                settings: settings)
            return model?.predictions(columns.map { column in halves[1 - half].map { column[$0] } }) ?? []
        }
        let seen = (halves[1] + halves[0]).map { losses[$0] }
        var truth = Moments()
        truth.add(seen)
        let residual = zip(predicted.joined(), seen).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        var out = ReportObject()
        out["mae_estimated"] = .number(predicted.joined().reduce(0, +) / Double(losses.count))
        out["mae_realised"] = .number(truth.mean)
        out.set(
            "loss_r2",
            truth.populationVariance.flatMap { $0 > 0 ? 1 - residual / Double(losses.count) / $0 : nil },
            reason: "the losses do not vary")
        return out
    }

    /// The mean absolute error of whole chunks of the reference: what is usual is their mean ± 3 standard deviations
    /// (ddof 0, as NannyML's thresholds).
    private static func spread(_ losses: [Double], _ chunk: Int) -> ReportObject {
        var chunks = Moments()
        chunks.add(
            (0..<losses.count / chunk).map { losses[$0 * chunk..<($0 + 1) * chunk].reduce(0, +) / Double(chunk) })
        let isEnough = chunks.count >= referenceChunksMin
        let deviation = isEnough ? chunks.populationVariance?.squareRoot() : nil
        let reason = "the reference has \(chunks.count) whole chunks, at least \(referenceChunksMin) are needed"
        var out = ReportObject()
        out["chunks"] = .integer(chunks.count)
        out.set("mae_lower", deviation.map { max(0, chunks.mean - 3 * $0) }, reason: reason)
        out.set("mae_upper", deviation.map { chunks.mean + 3 * $0 }, reason: reason)
        return out
    }
}
