// Classifiers and regressions as streams: counted by accumulators as the rows come, in memory that does not grow with them.
import Foundation
import Statistics

/// What is read of a stream of decisions, and how.
public struct ClassifierStream: Sendable {
    /// What the model does.
    public enum Kind: Sendable {
        /// Decides between two.
        case binary
        /// Decides between several classes.
        case multiclass
        /// Predicts a number.
        case regression
    }

    /// Cells of the grid of scores of one chunk.
    public static let chunkCells = 512
    /// Cells of the grid of scores of one group in a chunk.
    public static let chunkGroupCells = 128
    /// A group with a grid counts for so many without.
    static let scoredGroupSize = 16
    /// More groups, or pairs of classes, of all chunks together are refused.
    public static let groupsMax = 1_000_000

    /// What the model does.
    public var kind: Kind
    /// The column of the truth.
    public var label: String
    /// The column of the decision; nil to decide by score ≥ 0.5.
    public var prediction: String?
    /// The column of the score, 0 … 1.
    public var score: String?
    /// The value of label and decision that counts as positive; nil for `1`, `true` or `yes`.
    public var favourable: String?
    /// Attributes and intersections `A+B`.
    public var attributes: [String] = []
    /// How rows are put into chunks; nil for none.
    public var chunking: Chunking?

    /// Of a kind, with the columns of truth, decision and score.
    public init(kind: Kind = .binary, label: String, prediction: String?, score: String?) {
        self.kind = kind
        self.label = label
        self.prediction = prediction
        self.score = score
    }

    private func role(_ name: String) -> ColumnRole {
        if name == chunking?.column { return .time }
        let isCategory = name == label || name == prediction || attributeParts.contains(name)
        if kind == .regression { return name == label || name == prediction ? .numeric : .ignored }
        if name == score, kind == .binary { return isCategory ? .numericAndCategory : .numeric }
        return isCategory ? .category : .ignored
    }

    /// A name with a plus sign may be a column's own, which is known only when the header is read: both are looked for.
    private var attributeParts: Set<String> {
        Set(attributes + attributes.flatMap { $0.split(separator: "+").map(String.init) })
    }

    private func wanted() -> Set<String> {
        var wanted = Set([label, prediction, kind == .binary ? score : nil, chunking?.column].compactMap { $0 })
        wanted.formUnion(attributes.flatMap { $0.split(separator: "+").map(String.init) })
        return wanted
    }

    /// Reads a file, or standard input for `-`, as a stream.
    ///
    /// - Throws: `TableError` with line and column for what is wrong with the rows, and for columns that are missing, hold
    ///   more than two values or a score outside 0 … 1.
    public func read(path: String, reader: TableReader = TableReader()) throws(TableError) -> StreamedDecisions {
        guard kind == .binary || prediction != nil, prediction != nil || score != nil else {
            throw TableError(path: path, reason: "a prediction or a score is needed")
        }
        var out = StreamedDecisions(self, timeZone: reader.timeZone)
        let input = try TableBlocks(reader: reader, wanted: wanted()).read(path: path, role: role) {
            block, rowsBefore throws(TableError) in
            guard block.rows > 0 else { return }
            try out.add(try reader.table(block, path: path), rowsBefore: rowsBefore, reader.timeZone)
        }
        out.input = input
        try out.close(path)
        return out
    }
}

/// Two values of a stream, of which one counts as positive: by the same rules as in a file.
struct TwoValues: Sendable {
    let name: String
    let favourable: String?
    private var known: [String: Int8] = [:]
    private var positive: String?
    private var other: String?

    init(_ name: String, _ favourable: String?) {
        self.name = name
        self.favourable = favourable
    }

    private func error(_ path: String) -> TableError {
        TableError(
            path: path, name: name, reason: "\"\(name)\" has more than two values, or none that counts as positive")
    }

    /// 1 for the positive value, 0 for the other, −1 for null.
    mutating func codes(_ column: Column, _ path: String) throws(TableError) -> [Int8] {
        var map: [Int8] = []
        for text in column.categories {
            if known[text] == nil {
                let number = Double(text).flatMap { $0.isFinite ? $0 : nil }
                let value = number.map { "\($0)" } ?? text
                let isPositive =
                    if let favourable {
                        text == favourable || (number != nil && number == Double(favourable))
                    } else {
                        number == 1 || ["true", "yes"].contains(text.lowercased())
                    }
                let before = isPositive ? positive : other
                guard before == nil || before == value else { throw error(path) }
                if isPositive { positive = value } else { other = value }
                known[text] = isPositive ? 1 : 0
            }
            map.append(known[text] ?? 0)
        }
        return (column.codes ?? []).map { $0 < 0 ? -1 : map[Int($0)] }
    }

    /// A text that is not the positive one says nothing without another.
    func check(_ path: String) throws(TableError) {
        if positive == nil, favourable == nil, let other, Double(other) == nil { throw error(path) }
    }
}

/// The complete rows of a binary classifier, block by block: truth, decision and score.
struct ScoredRows: Sendable {
    private let label: String?
    private let prediction: String?
    private let score: String?
    private var truth: TwoValues
    private var decision: TwoValues

    /// Rows of a block that lack nothing.
    struct Complete {
        /// Their places in the block.
        let kept: [Int32]
        /// Empty without labels.
        let labels: [Bool]
        let predictions: [Bool]
        /// Empty without scores.
        let scores: [Double]
    }

    /// - Parameters:
    ///   - label: nil for rows without a truth.
    ///   - prediction: nil to decide by score ≥ 0.5.
    init(label: String?, prediction: String?, score: String?, favourable: String?) {
        self.label = label
        self.prediction = prediction
        self.score = score
        truth = TwoValues(label ?? "", favourable)
        decision = TwoValues(prediction ?? "", favourable)
    }

    /// The complete rows of a block; nil when its label was not read.
    mutating func complete(_ table: Table) throws(TableError) -> Complete? {
        var truths: [Int8]?
        if let label {
            guard let column = table[label] else { return nil }
            truths = try truth.codes(column, table.path)
        }
        let numbers = score.flatMap { table[$0]?.numbers }
        if let numbers, let score, numbers.contains(where: { $0 < 0 || $0 > 1 }) {
            throw TableError(path: table.path, name: score, reason: "the score is not within 0 … 1")
        }
        let decided: [Int8]
        if let prediction, let column = table[prediction] {
            decided = try decision.codes(column, table.path)
        } else {
            decided = (numbers ?? []).map { $0.isNaN ? -1 : $0 >= 0.5 ? 1 : 0 }
        }
        let kept = (0..<table.rows).filter { row in
            truths?[row] ?? 0 >= 0 && decided[row] >= 0 && !(numbers?[row].isNaN ?? false)
        }.map { Int32($0) }
        return Complete(
            kept: kept, labels: truths.map { truths in kept.map { truths[Int($0)] == 1 } } ?? [],
            predictions: kept.map { decided[Int($0)] == 1 },
            scores: numbers.map { numbers in kept.map { numbers[Int($0)] } } ?? [])
    }

    /// At the end of the rows.
    func check(_ path: String) throws(TableError) {
        if label != nil { try truth.check(path) }
        if prediction != nil { try decision.check(path) }
    }
}

/// What is left of a stream of decisions.
public struct StreamedDecisions: Sendable {
    /// The input.
    public fileprivate(set) var input = MeasurementReport.Input(path: "", sha256: "", rows: 0, columns: 0)
    private let request: ClassifierStream
    private var whole = Counted()
    private var fairness: [String: FairnessAccumulator] = [:]
    private var chunks: StreamedChunks?
    private var parts: [Int: Counted] = [:]
    private var scored: ScoredRows
    /// Rows that were left out because a value is null.
    public private(set) var incomplete = 0

    private struct Counted: Sendable {
        var binary: PerformanceAccumulator
        var classes = MulticlassCounts()
        var errors = RegressionErrors()
        /// By attribute.
        var groups: [String: FairnessAccumulator] = [:]
        var complete = 0
        /// Groups, one with a grid of scores for as many as its cells take memory of one without.
        var size: Int {
            groups.values.reduce(1) { $0 + $1.groupCount * ($1.hasScores ? ClassifierStream.scoredGroupSize : 1) }
        }

        init(cells: Int = ScoreHistogram.cells) { binary = PerformanceAccumulator(cells: cells) }
    }

    fileprivate init(_ request: ClassifierStream, timeZone: TimeZone) {
        self.request = request
        chunks = request.chunking.map { StreamedChunks($0, timeZone: timeZone) }
        scored = ScoredRows(
            label: request.label, prediction: request.prediction, score: request.score, favourable: request.favourable)
        for attribute in request.attributes { fairness[attribute] = FairnessAccumulator() }
    }

    // MARK: Reading

    fileprivate mutating func add(_ table: Table, rowsBefore: Int, _ zone: TimeZone) throws(TableError) {
        let times = request.chunking?.column.flatMap { table[$0]?.numbers } ?? []
        let places = try chunks?.places(rows: table.rows, rowsBefore: rowsBefore, times: times, path: table.path)
        switch request.kind {
        case .binary: try addBinary(table, places)
        case .multiclass: try addClasses(table, places)
        case .regression: addErrors(table, places)
        }
        guard parts.values.reduce(0, { $0 + $1.size }) <= ClassifierStream.groupsMax else {
            throw TableError(
                path: table.path, reason: "the groups of all chunks need too much memory: make chunks larger")
        }
    }

    /// Runs of neighbours that are in one chunk.
    static func runs(_ rows: [Int32], _ places: [Int]) -> [(chunk: Int, range: Range<Int>)] {
        var out: [(chunk: Int, range: Range<Int>)] = []
        var start = 0
        while start < rows.count {
            let chunk = places[Int(rows[start])]
            var end = start + 1
            while end < rows.count, places[Int(rows[end])] == chunk { end += 1 }
            if chunk != .min { out.append((chunk, start..<end)) }
            start = end
        }
        return out
    }

    private mutating func addBinary(_ table: Table, _ places: [Int]?) throws(TableError) {
        guard let rows = try scored.complete(table) else { return }
        let (kept, labels, predictions, own) = (rows.kept, rows.labels, rows.predictions, rows.scores)
        incomplete += table.rows - kept.count
        for i in kept.indices {
            whole.binary.add(label: labels[i], prediction: predictions[i], score: own.isEmpty ? nil : own[i])
        }
        whole.complete += kept.count
        var groups: [String: FairnessReport.Groups] = [:]
        for attribute in request.attributes {
            do throws(MeasureError) {
                groups[attribute] = try FairnessReport.groups(table, attribute, kept)
            } catch { throw TableError(path: table.path, reason: error.description) }
        }
        for (attribute, found) in groups {
            fairness[attribute]?.add(
                codes: found.codes, names: found.names, labels: labels, predictions: predictions, scores: own)
        }
        guard let places else { return }
        for run in Self.runs(kept, places) {
            var part = parts.removeValue(forKey: run.chunk) ?? Counted(cells: ClassifierStream.chunkCells)
            part.complete += run.range.count
            for i in run.range {
                part.binary.add(label: labels[i], prediction: predictions[i], score: own.isEmpty ? nil : own[i])
            }
            for (attribute, found) in groups {
                var counted =
                    part.groups.removeValue(forKey: attribute)
                    ?? FairnessAccumulator(cells: own.isEmpty ? 1 : ClassifierStream.chunkGroupCells)
                counted.add(
                    codes: Array(found.codes[run.range]), names: found.names, labels: Array(labels[run.range]),
                    predictions: Array(predictions[run.range]), scores: own.isEmpty ? [] : Array(own[run.range]))
                part.groups[attribute] = counted
            }
            parts[run.chunk] = part
        }
    }

    private mutating func addClasses(_ table: Table, _ places: [Int]?) throws(TableError) {
        guard let truth = table[request.label], let decided = request.prediction.flatMap({ table[$0] }),
            let first = truth.codes, let second = decided.codes
        else { return }
        let kept = (0..<table.rows).filter { first[$0] >= 0 && second[$0] >= 0 }.map { Int32($0) }
        incomplete += table.rows - kept.count
        whole.complete += kept.count
        func count(_ rows: ArraySlice<Int32>, _ counts: inout MulticlassCounts) {
            var cells: [Int: Int] = [:]
            for row in rows { cells[Int(first[Int(row)]) << 32 | Int(second[Int(row)]), default: 0] += 1 }
            for (cell, times) in cells {
                counts.add(
                    label: truth.categories[cell >> 32], prediction: decided.categories[cell & 0xFFFF_FFFF],
                    times: times)
            }
        }
        count(kept[...], &whole.classes)
        if let places {
            for run in Self.runs(kept, places) {
                var part = parts.removeValue(forKey: run.chunk) ?? Counted(cells: 1)
                part.complete += run.range.count
                count(kept[run.range], &part.classes)
                parts[run.chunk] = part
            }
        }
        let classes = whole.classes.classes.count
        guard classes * classes * max(1, parts.count) <= ClassifierStream.groupsMax * 10 else {
            throw TableError(path: table.path, reason: "too many classes: \(classes)")
        }
    }

    private mutating func addErrors(_ table: Table, _ places: [Int]?) {
        guard let first = table[request.label]?.numbers,
            let second = request.prediction.flatMap({ table[$0]?.numbers })
        else { return }
        let kept = (0..<table.rows).filter { first[$0].isFinite && second[$0].isFinite }.map { Int32($0) }
        incomplete += table.rows - kept.count
        whole.complete += kept.count
        func count(_ rows: ArraySlice<Int32>, _ errors: inout RegressionErrors) {
            errors.add(labels: rows.map { first[Int($0)] }, predictions: rows.map { second[Int($0)] })
        }
        count(kept[...], &whole.errors)
        guard let places else { return }
        for run in Self.runs(kept, places) {
            var part = parts.removeValue(forKey: run.chunk) ?? Counted(cells: 1)
            part.complete += run.range.count
            count(kept[run.range], &part.errors)
            parts[run.chunk] = part
        }
    }

    fileprivate func close(_ path: String) throws(TableError) {
        guard whole.complete > 0 else { throw TableError(path: path, reason: "no row has label, prediction and score") }
        if request.kind == .binary { try scored.check(path) }
        _ = try chunks?.heads(path)
    }

    // MARK: Reports

    /// Each chunk with what it begins its report with; nil when none were asked for.
    private func measured(_ body: (ReportObject, Counted) -> ReportObject) throws(TableError) -> ReportValue? {
        guard let chunks else { return nil }
        let heads = try chunks.heads(input.path)
        return .array(heads.map { .object(body($0.head, parts[$0.number] ?? Counted(cells: 1))) })
    }

    /// The performance: the objects of files, without what needs every score.
    ///
    /// - Throws: `TableError` when no row is in a chunk.
    public func performance() throws(TableError) -> ReportObject {
        var out: ReportObject
        switch request.kind {
        case .binary:
            out = Performance.binary(whole.binary)
            for name in ["average_precision", "pr_auc_trapezoid", "delong", "lift_top10pct_stable_order", "curves"] {
                out[name] = .null
                out[name + "_reason"] = .string("every score is needed, and a stream keeps none")
            }
        case .multiclass: out = Performance.multiclass(whole.classes)
        case .regression: out = Performance.regression(whole.errors)
        }
        out["incomplete"] = .integer(incomplete)
        out["chunking"] = chunks?.report
        out["chunks"] = try measured { head, part in
            let own: ReportObject =
                switch request.kind {
                case .binary: Performance.binary(part.binary)
                case .multiclass: Performance.multiclass(part.classes)
                case .regression: Performance.regression(part.errors)
                }
            let rows = Int(head["rows"]?.number ?? 0)
            return Performance.picked(Performance.keys(request.kind), own, head, rows - part.complete)
        }
        return out
    }

    /// The calibration: the objects of files, without what needs every score.
    ///
    /// - Throws: `MeasureError` without scores, or when no row is in a chunk.
    public func calibration() throws(MeasureError) -> ReportObject {
        var out = try CalibrationReport.binary(whole.binary)
        out["incomplete"] = .integer(incomplete)
        out["chunking"] = chunks?.report
        do throws(TableError) {
            out["chunks"] = try measured { head, part in CalibrationReport.chunk(head, part.binary) }
        } catch { throw MeasureError(error.description) }
        return out
    }

    /// The fairness of every attribute.
    ///
    /// - Throws: `TableError` when no row is in a chunk.
    public func fairness(minimumSize: Int = 30) throws(TableError) -> ReportObject {
        var out = ReportObject()
        for attribute in request.attributes {
            guard let counted = fairness[attribute] else { continue }
            var report = FairnessReport.report(counted, minimumSize: minimumSize)
            report["chunking"] = chunks?.report
            report["chunks"] = try measured { head, part in
                let groups = (part.groups[attribute]?.results() ?? []).map {
                    FairnessReport.ChunkGroup(name: $0.name, counts: $0.counts, aucErrorMax: $0.aucErrorMax)
                }
                return FairnessReport.chunk(
                    head, groups, complete: part.complete, minimumSize: minimumSize, hasScores: counted.hasScores)
            }
            out[attribute] = .object(report)
        }
        return out
    }
}
