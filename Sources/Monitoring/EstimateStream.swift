// Performance without labels of streams: the reference is kept up to a budget and counted in grids beyond, the current rows
// are counted as they come.
import Foundation
public import Statistics

/// Confidence based performance estimation of a binary classifier over rows that are not kept.
public struct EstimateStream: Sendable {
    /// Cells of the grid of scores of one chunk.
    public static let chunkCells = 512

    /// The column of the decision; nil to decide by score ≥ 0.5.
    public var prediction: String?
    /// The column of the score, 0 … 1.
    public var score: String
    /// The value of label and decision that counts as positive; nil for `1`, `true` or `yes`.
    public var favourable: String?
    /// How the current rows are put into chunks; nil for none.
    public var chunking: Chunking?
    /// The memory that rows of the reference may take, in bytes.
    public var bytesMax: Int

    /// A request.
    public init(
        prediction: String?, score: String, favourable: String? = nil, chunking: Chunking? = nil,
        bytesMax: Int = DriftRequest.streamBytesMaxUsual
    ) {
        self.prediction = prediction
        self.score = score
        self.favourable = favourable
        self.chunking = chunking
        self.bytesMax = bytesMax
    }

    private func role(_ name: String, _ label: String?) -> ColumnRole {
        let isCategory = name == label || name == prediction
        if name == score { return isCategory ? .numericAndCategory : .numeric }
        return isCategory ? .category : .ignored
    }

    /// Counts a reference with labels.
    ///
    /// - Throws: `TableError` for what is wrong with the rows, and when no row has label, decision and score.
    public func reference(
        path: String, label: String, reader: TableReader = TableReader()
    ) throws(TableError) -> (input: MeasurementReport.Input, counted: CalibrationAccumulator) {
        var counted = CalibrationAccumulator(exactMax: max(1, bytesMax / CalibrationAccumulator.rowBytes))
        var scored = ScoredRows(label: label, prediction: prediction, score: score, favourable: favourable)
        let wanted = Set([label, score] + [prediction].compactMap { $0 })
        let input = try TableBlocks(reader: reader, wanted: wanted).read(path: path) {
            role($0, label)
        } body: { block, _ throws(TableError) in
            guard block.rows > 0, let rows = try scored.complete(try reader.table(block, path: path)) else { return }
            counted.add(labels: rows.labels, predictions: rows.predictions, scores: rows.scores)
        }
        try scored.check(path)
        guard counted.count > 0 else { throw TableError(path: path, reason: "no row has label, prediction and score") }
        return (input, counted)
    }

    /// Estimates over a file, or standard input for `-`, without reading its labels.
    ///
    /// - Throws: `TableError` for what is wrong with the rows, and when no row has decision and score.
    public func report(
        map: CalibrationMap, realised: ReportObject, current path: String, reader: TableReader = TableReader()
    ) throws(TableError) -> (input: MeasurementReport.Input, result: ReportObject) {
        var scored = ScoredRows(label: nil, prediction: prediction, score: score, favourable: favourable)
        var whole = ExpectedAccumulator()
        var parts: [Int: ExpectedAccumulator] = [:]
        var chunks = chunking.map { StreamedChunks($0, timeZone: reader.timeZone) }
        let time = chunking?.column
        let wanted = Set([score] + [prediction, time].compactMap { $0 })
        var incomplete = 0
        let input = try TableBlocks(reader: reader, wanted: wanted).read(path: path) {
            $0 == time ? .time : role($0, nil)
        } body: { block, rowsBefore throws(TableError) in
            guard block.rows > 0 else { return }
            let table = try reader.table(block, path: path)
            let places = try chunks?.places(
                rows: table.rows, rowsBefore: rowsBefore, times: time.flatMap { table[$0]?.numbers } ?? [], path: path)
            guard let rows = try scored.complete(table) else { return }
            incomplete += table.rows - rows.kept.count
            let calibrated = rows.scores.map { map($0) }
            func add(_ range: Range<Int>, _ expected: inout ExpectedAccumulator) {
                for i in range {
                    expected.add(
                        score: rows.scores[i], calibrated: calibrated[i],
                        errorMax: map.errorMax(score: rows.scores[i], probability: calibrated[i]),
                        prediction: rows.predictions[i])
                }
            }
            add(calibrated.indices, &whole)
            guard let places else { return }
            for run in StreamedDecisions.runs(rows.kept, places) {
                var part = parts.removeValue(forKey: run.chunk) ?? ExpectedAccumulator(cells: Self.chunkCells)
                add(run.range, &part)
                parts[run.chunk] = part
            }
        }
        try scored.check(path)
        guard whole.performance.rows > 0 else {
            throw TableError(path: path, reason: "no row has prediction and score")
        }
        var out = Estimate.head(map, n: whole.performance.rows, incomplete: incomplete)
        out["estimated"] = .object(Self.object(whole))
        out["realised_reference"] = .object(realised)
        if let chunks {
            out["chunking"] = chunks.report
            out["chunks"] = .array(
                try chunks.heads(path).map { number, head in
                    var object = head
                    let own = Self.object(parts[number] ?? ExpectedAccumulator(cells: Self.chunkCells))
                    for member in own.members { object[member.key] = member.value }
                    return .object(object)
                })
        }
        return (input, out)
    }

    private static func object(_ expected: ExpectedAccumulator) -> ReportObject {
        var out = Estimate.counts(expected.performance)
        out.set("roc_auc", expected.auc, reason: Estimate.oneClass)
        out["roc_auc_error_max"] = expected.aucErrorMax.map { .number($0) }
        guard expected.isApproximate else { return out }
        let errors = [
            ("accuracy", expected.accuracyErrorMax), ("precision", expected.precisionErrorMax),
            ("recall", expected.recallErrorMax), ("specificity", expected.specificityErrorMax),
            ("f1", expected.f1ErrorMax),
        ]
        for (name, error) in errors { out[name + "_error_max"] = error.map { .number($0) } }
        return out
    }
}

extension Estimate {
    /// What was realised on a reference that was counted.
    public static func realised(_ reference: CalibrationAccumulator) -> ReportObject {
        let truth = reference.performance.map { Performance.binary($0) } ?? Performance.ratesAndAUC(reference.sample)
        var out = ReportObject()
        for key in realisedKeys {
            for name in [key, key + "_reason", key + "_error_max"] { out[name] = truth[name] }
        }
        return out
    }

    /// What was realised on the reference of a baseline.
    ///
    /// - Throws: `MeasureError` for a baseline that was made without label and score.
    public static func realised(_ baseline: Baseline) throws(MeasureError) -> (map: CalibrationMap, truth: ReportObject)
    {
        guard let map = baseline.calibration else {
            throw MeasureError("the baseline \"\(baseline.name)\" was made without label and score")
        }
        var truth = ReportObject()
        for key in realisedKeys { truth.set(key, baseline.realised?[key], reason: "the baseline does not hold it") }
        return (map, truth)
    }
}
