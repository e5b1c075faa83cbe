// Performance of a classifier of several classes without labels: one calibration a class, learnt on the reference.
import Foundation
import Statistics

/// Calibrations of several classes, each against all others, whose probabilities are made to add up to 1.
public struct ClassCalibration: Hashable, Sendable {
    /// The map of each class.
    public let maps: [CalibrationMap]

    /// From the map of each class.
    public init(_ maps: [CalibrationMap]) { self.maps = maps }

    /// The probabilities of rows, and how far they can be off; the errors are empty for exact maps.
    ///
    /// A row whose maps all say 0 is of each class with the same probability, as in NannyML.
    ///
    /// - Parameter scores: one column a class.
    public func callAsFunction(_ scores: [[Double]]) -> (probabilities: [[Double]], errors: [[Double]]) {
        var values = concurrently(maps.count) { k in scores[k].map { maps[k]($0) } }
        let isExact = maps.allSatisfy { $0.bounds == nil }
        var errors =
            isExact
            ? []
            : concurrently(maps.count) { k in
                scores[k].indices.map { maps[k].errorMax(score: scores[k][$0], probability: values[k][$0]) }
            }
        for row in scores.first?.indices ?? 0..<0 {
            let total = maps.indices.reduce(0) { $0 + values[$1][row] }
            let low = isExact ? [] : maps.indices.map { max(0, values[$0][row] - errors[$0][row]) }
            let high = isExact ? [] : maps.indices.map { min(1, values[$0][row] + errors[$0][row]) }
            let (lowSum, highSum) = (low.reduce(0, +), high.reduce(0, +))
            for k in maps.indices {
                let own = total > 0 ? values[k][row] / total : 1 / Double(maps.count)
                values[k][row] = own
                guard !isExact else { continue }
                let above = high[k] + lowSum - low[k]
                let below = low[k] + highSum - high[k]
                errors[k][row] = max(
                    (above > 0 ? high[k] / above : 1) - own, own - (below > 0 ? low[k] / below : 0), 0)
            }
        }
        return (values, errors)
    }
}

/// Confidence based performance estimation of a classifier of several classes.
public struct ClassEstimate: Sendable {
    /// More classes are refused.
    public static let classesMax = 1_000

    /// The column of the true class, read from the reference only.
    public var label: String
    /// The column of the decided class; nil to decide for the class with the largest score.
    public var prediction: String?
    /// Each class with the column of its score, 0 … 1.
    public var scores: [(name: String, column: String)]

    /// A request.
    ///
    /// - Throws: `MeasureError` for fewer than two classes, more than can be told apart, or a name or column that stands twice.
    public init(label: String, prediction: String?, scores: [(name: String, column: String)]) throws(MeasureError) {
        guard (2...Self.classesMax).contains(scores.count) else {
            throw MeasureError("2 to \(Self.classesMax) classes need a score each, there are \(scores.count)")
        }
        for (place, score) in scores.enumerated() {
            for other in scores[..<place] where other.name == score.name || other.column == score.column {
                throw MeasureError("a class or its column stands twice: \(score.name)=\(score.column)")
            }
        }
        self.label = label
        self.prediction = prediction
        self.scores = scores
    }

    private var classes: [String] { scores.map(\.name) }

    /// What a column is read as.
    ///
    /// - Parameter isLabelled: of the reference, whose label is read.
    public func role(_ name: String, isLabelled: Bool) -> ColumnRole {
        let isCategory = name == prediction || (isLabelled && name == label)
        if scores.contains(where: { $0.column == name }) { return isCategory ? .numericAndCategory : .numeric }
        return isCategory ? .category : .ignored
    }

    // MARK: Rows

    /// Rows that lack nothing.
    private struct Rows {
        /// Their places in the table.
        var kept: [Int32] = []
        /// Places among the classes; empty without labels.
        var labels: [Int] = []
        var predictions: [Int] = []
        /// One column a class.
        var scores: [[Double]] = []
    }

    private func rows(_ table: Table, isLabelled: Bool) throws(TableError) -> Rows {
        func column(_ name: String) throws(TableError) -> Column {
            guard let column = table[name] else {
                throw TableError(path: table.path, reason: "there is no column \"\(name)\"")
            }
            return column
        }
        func codes(_ name: String) throws(TableError) -> [Int] {
            let column = try column(name)
            var map: [Int] = []
            for (text, count) in zip(column.categories, column.categoryCounts()) {
                let place = classes.firstIndex(of: text)
                guard place != nil || count == 0 else {
                    throw TableError(
                        path: table.path, name: name,
                        reason: "\"\(name)\" has the class \"\(text)\", which has no score")
                }
                map.append(place ?? -1)
            }
            return (column.codes ?? []).map { $0 < 0 ? -1 : map[Int($0)] }
        }
        var columns: [[Double]] = []
        for score in scores {
            guard let numbers = try column(score.column).numbers else {
                throw TableError(path: table.path, name: score.column, reason: "the score is not numeric")
            }
            guard !numbers.contains(where: { $0 < 0 || $0 > 1 }) else {
                throw TableError(path: table.path, name: score.column, reason: "the score is not within 0 … 1")
            }
            columns.append(numbers)
        }
        let labels = isLabelled ? try codes(label) : []
        let decided = try prediction.map { name throws(TableError) in try codes(name) }
        var out = Rows()
        out.kept = (0..<table.rows).filter { row in
            (labels.isEmpty || labels[row] >= 0) && (decided?[row] ?? 0) >= 0
                && columns.allSatisfy { !$0[row].isNaN }
        }.map { Int32($0) }
        out.labels = labels.isEmpty ? [] : out.kept.map { labels[Int($0)] }
        out.scores = columns.map { column in out.kept.map { column[Int($0)] } }
        out.predictions = out.kept.map { row in
            if let decided { return decided[Int(row)] }
            // Of equal scores the first.
            return columns.indices.dropFirst().reduce(0) { columns[$1][Int(row)] > columns[$0][Int(row)] ? $1 : $0 }
        }
        return out
    }

    // MARK: Reference

    /// A reference that was counted: exactly, or in grids beyond a budget.
    public struct Reference: Sendable {
        /// The calibrations.
        public let calibration: ClassCalibration
        /// What was realised.
        public let realised: ReportObject
    }

    /// What a baseline keeps of a reference.
    public struct Frozen: Codable, Hashable, Sendable {
        /// The classes.
        public let classes: [String]
        /// The calibration of each.
        public let maps: [CalibrationMap]
        /// What was realised, by the keys of the report.
        public let realised: [String: Double]
        /// What was read from a file fits together.
        var isConsistent: Bool {
            classes.count == maps.count && Set(classes).count == classes.count && maps.allSatisfy(\.isConsistent)
        }
    }

    /// What a baseline keeps of a reference of these classes.
    public func frozen(_ reference: Reference) -> Frozen {
        let known = reference.realised.members.compactMap { member in member.value.number.map { (member.key, $0) } }
        return Frozen(
            classes: classes, maps: reference.calibration.maps,
            realised: Dictionary(uniqueKeysWithValues: known))
    }

    /// The reference of a baseline.
    ///
    /// - Throws: `MeasureError` for a baseline that was made without scores of these classes.
    public func reference(_ baseline: Baseline) throws(MeasureError) -> Reference {
        guard let frozen = baseline.classes else {
            throw MeasureError("the baseline \"\(baseline.name)\" was made without scores of several classes")
        }
        let maps = Dictionary(uniqueKeysWithValues: zip(frozen.classes, frozen.maps))
        guard Set(classes) == Set(frozen.classes) else {
            throw MeasureError(
                "the baseline \"\(baseline.name)\" has the classes \(frozen.classes.joined(separator: ", "))")
        }
        var realised = ReportObject()
        for key in Self.realisedKeys {
            realised.set(key, frozen.realised[key], reason: "the baseline does not hold it")
            realised[key + "_error_max"] = frozen.realised[key + "_error_max"].map { .number($0) }
        }
        return Reference(calibration: ClassCalibration(classes.compactMap { maps[$0] }), realised: realised)
    }

    private static let realisedKeys = ["accuracy", "precision_macro", "recall_macro", "f1_macro", "roc_auc_ovr_macro"]

    private struct Counted {
        var counts = MulticlassCounts()
        /// Each class against all others.
        var classes: [CalibrationAccumulator]
        var rows = 0
    }

    private func add(_ rows: Rows, _ counted: inout Counted) {
        var cells: [Int: Int] = [:]
        for (label, prediction) in zip(rows.labels, rows.predictions) {
            cells[label * classes.count + prediction, default: 0] += 1
        }
        for (cell, times) in cells {
            counted.counts.add(
                label: classes[cell / classes.count], prediction: classes[cell % classes.count], times: times)
        }
        let names = classes.indices
        counted.classes.withUnsafeMutableBufferPointer { buffer in
            _ = concurrently(names.count) { k in
                buffer[k].add(
                    labels: rows.labels.map { $0 == k }, predictions: rows.predictions.map { $0 == k },
                    scores: rows.scores[k])
            }
        }
        counted.rows += rows.kept.count
    }

    private func reference(_ counted: Counted, _ path: String) throws -> Reference {
        guard counted.rows > 0 else { throw TableError(path: path, reason: "no row has label, prediction and scores") }
        var maps: [CalibrationMap] = []
        for own in counted.classes { maps.append(try CalibrationMap(own)) }
        let truth = Performance.multiclass(counted.counts)
        var out = ReportObject()
        for key in Self.realisedKeys.dropLast() { out[key] = truth[key] }
        let each = counted.classes.map { Estimate.realised($0) }
        let known = each.compactMap { $0["roc_auc"]?.number }
        out.set(
            "roc_auc_ovr_macro", known.count == each.count ? known.reduce(0, +) / Double(each.count) : nil,
            reason: "a class does not occur in the reference")
        let errors = each.compactMap { $0["roc_auc_error_max"]?.number }
        if errors.count == each.count {
            out["roc_auc_ovr_macro_error_max"] = .number(errors.reduce(0, +) / Double(each.count))
        }
        return Reference(calibration: ClassCalibration(maps), realised: out)
    }

    /// Counts a reference that is there.
    ///
    /// - Throws: `TableError` for what is wrong with its columns, and when no row is complete.
    public func reference(_ table: Table) throws -> Reference {
        var counted = Counted(classes: classes.map { _ in CalibrationAccumulator() })
        add(try rows(table, isLabelled: true), &counted)
        return try reference(counted, table.path)
    }

    /// Counts a reference as a stream.
    ///
    /// - Parameter bytesMax: the memory that its rows may take; beyond it scores are counted in grids.
    /// - Throws: as above.
    public func reference(
        path: String, bytesMax: Int, reader: TableReader = TableReader()
    ) throws -> (input: MeasurementReport.Input, reference: Reference) {
        let exactMax = max(1, bytesMax / CalibrationAccumulator.rowBytes / classes.count)
        var counted = Counted(classes: classes.map { _ in CalibrationAccumulator(exactMax: exactMax) })
        let wanted = Set([label] + [prediction].compactMap { $0 } + scores.map(\.column))
        let input = try TableBlocks(reader: reader, wanted: wanted).read(path: path) {
            role($0, isLabelled: true)
        } body: { block, _ throws(TableError) in
            guard block.rows > 0 else { return }
            add(try rows(try reader.table(block, path: path), isLabelled: true), &counted)
        }
        return (input, try reference(counted, path))
    }

    // MARK: Current rows

    /// The estimate over rows that are there, and over chunks of them when asked for.
    ///
    /// - Throws: `TableError` for what is wrong with the columns, and when no row is complete.
    public func report(_ reference: Reference, current: Table, chunks: Chunks? = nil) throws -> ReportObject {
        let found = try rows(current, isLabelled: false)
        guard !found.kept.isEmpty else { throw none(current.path) }
        let (calibrated, errors) = reference.calibration(found.scores)
        func estimate(_ places: [Int]) -> ReportObject {
            // The grids are not needed: the AUC comes from the rows.
            var expected = ExpectedClasses(classes: classes, cells: 1)
            expected.add(
                rows: places, scores: found.scores, calibrated: calibrated, errors: errors,
                predictions: found.predictions)
            let own = classes.indices.map { k in
                Estimate.expectedAUC(places.map { found.scores[k][$0] }, places.map { calibrated[k][$0] })
            }
            return object(expected, exact: own)
        }
        var out = head(reference, n: found.kept.count, incomplete: current.rows - found.kept.count)
        out["estimated"] = .object(estimate(Array(found.kept.indices)))
        out["realised_reference"] = .object(reference.realised)
        if let chunks {
            let place = Places(kept: found.kept.count == current.rows ? nil : found.kept)
            out["chunking"] = chunks.report
            out["chunks"] = .array(
                concurrently(chunks.list.count) { i -> ReportValue in
                    var object = chunks.head(chunks.list[i])
                    for member in estimate(place.of(chunks.list[i].rows)).members { object[member.key] = member.value }
                    return .object(object)
                })
        }
        return out
    }

    /// The same over a file, or standard input for `-`, as a stream: the AUC comes from grids.
    ///
    /// - Throws: as above.
    public func report(
        _ reference: Reference, current path: String, chunking: Chunking? = nil, reader: TableReader = TableReader()
    ) throws -> (input: MeasurementReport.Input, result: ReportObject) {
        var whole = ExpectedClasses(classes: classes)
        var parts: [Int: ExpectedClasses] = [:]
        var chunks = chunking.map { StreamedChunks($0, timeZone: reader.timeZone) }
        let time = chunking?.column
        let wanted = Set(scores.map(\.column) + [prediction, time].compactMap { $0 })
        var incomplete = 0
        let empty = ExpectedClasses(classes: classes, cells: EstimateStream.chunkCells)
        let input = try TableBlocks(reader: reader, wanted: wanted).read(path: path) {
            $0 == time ? .time : role($0, isLabelled: false)
        } body: { block, rowsBefore throws(TableError) in
            guard block.rows > 0 else { return }
            let table = try reader.table(block, path: path)
            let places = try chunks?.places(
                rows: table.rows, rowsBefore: rowsBefore, times: time.flatMap { table[$0]?.numbers } ?? [], path: path)
            let found = try rows(table, isLabelled: false)
            incomplete += table.rows - found.kept.count
            let (calibrated, errors) = reference.calibration(found.scores)
            func add(_ range: Range<Int>, _ expected: inout ExpectedClasses) {
                expected.add(
                    rows: range, scores: found.scores, calibrated: calibrated, errors: errors,
                    predictions: found.predictions)
            }
            add(found.kept.indices, &whole)
            guard let places else { return }
            for run in StreamedDecisions.runs(found.kept, places) {
                var part = parts.removeValue(forKey: run.chunk) ?? empty
                add(run.range, &part)
                parts[run.chunk] = part
            }
            guard parts.count * classes.count <= ClassifierStream.groupsMax / 10 else {
                throw TableError(
                    path: path, reason: "the classes of all chunks need too much memory: make chunks larger")
            }
        }
        guard whole.count > 0 else { throw none(path) }
        var out = head(reference, n: whole.count, incomplete: incomplete)
        out["estimated"] = .object(object(whole, exact: nil))
        out["realised_reference"] = .object(reference.realised)
        if let chunks {
            out["chunking"] = chunks.report
            out["chunks"] = .array(
                try chunks.heads(path).map { number, head in
                    var object = head
                    for member in self.object(parts[number] ?? empty, exact: nil).members {
                        object[member.key] = member.value
                    }
                    return .object(object)
                })
        }
        return (input, out)
    }

    private func none(_ path: String) -> TableError {
        TableError(path: path, reason: "no row has prediction and scores")
    }

    // MARK: Reports

    private func head(_ reference: Reference, n: Int, incomplete: Int) -> ReportObject {
        var out = ReportObject()
        out["method"] = .string("CBPE")
        out["n"] = .integer(n)
        out["incomplete"] = .integer(incomplete)
        out["classes"] = .array(classes.map { .string($0) })
        out["calibration"] = .object(
            ReportObject(
                zip(classes, reference.calibration.maps).map { ($0, .object(Estimate.calibration($1))) }))
        return out
    }

    /// - Parameter exact: the AUC of each class from the rows; nil for that of the grids.
    private func object(_ expected: ExpectedClasses, exact: [Double?]?) -> ReportObject {
        let empty = "there are no rows"
        let oneClass = "a class is not expected, or no other is"
        let isApproximate = expected.isApproximate
        var out = ReportObject()
        out["n"] = .integer(expected.count)
        out.set("accuracy", expected.accuracy, reason: empty)
        out.set("accuracy_se", expected.accuracyError, reason: empty)
        out.set("precision_macro", expected.macro(\.precision), reason: empty)
        out.set("recall_macro", expected.macro(\.recall), reason: empty)
        out.set("f1_macro", expected.macro(\.f1), reason: empty)
        if let exact {
            let known = exact.compactMap { $0 }
            out.set(
                "roc_auc_ovr_macro",
                known.count == exact.count ? known.reduce(0, +) / Double(known.count) : nil, reason: oneClass)
        } else {
            out.set("roc_auc_ovr_macro", expected.auc, reason: oneClass)
            out["roc_auc_ovr_macro_error_max"] = expected.aucErrorMax.map { .number($0) }
        }
        if isApproximate {
            let errors = [
                ("accuracy", expected.accuracyErrorMax),
                ("precision_macro", expected.macroErrorMax(\.precisionErrorMax)),
                ("recall_macro", expected.macroErrorMax(\.recallErrorMax)),
                ("f1_macro", expected.macroErrorMax(\.f1ErrorMax)),
            ]
            for (key, error) in errors { out[key + "_error_max"] = error.map { .number($0) } }
        }
        out["confusion"] = .array(expected.confusion.map { .array($0.map { .number($0) }) })
        var each = ReportObject()
        for (k, name) in classes.enumerated() {
            let own = expected.oneAgainstRest[k]
            var object = ReportObject()
            object["expected"] = .number(own.performance.truePositives + own.performance.falseNegatives)
            object.set("precision", own.performance.precision, reason: "the class was never decided")
            object.set("recall", own.performance.recall, reason: "the class is not expected")
            object.set("f1", own.performance.f1, reason: "the class is not expected")
            object.set("roc_auc", exact.map { $0[k] } ?? own.auc, reason: oneClass)
            if exact == nil { object["roc_auc_error_max"] = own.aucErrorMax.map { .number($0) } }
            each[name] = .object(object)
        }
        out["per_class"] = .object(each)
        return out
    }
}
