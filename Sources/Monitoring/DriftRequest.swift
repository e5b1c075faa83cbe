// Drift of files: which columns are measured as what, and the way from two files, or a file and a baseline, to a result.
import Foundation
public import Statistics

/// What is asked of a measurement of drift.
public struct DriftRequest: Sendable {
    /// What the current data are compared with.
    public enum Reference: Sendable {
        /// A file.
        case file(String)
        /// A frozen reference.
        case baseline(Baseline)
    }

    /// Columns measured as numbers; nil to infer.
    public var numeric: [String]?
    /// Columns measured as categories; nil to infer.
    public var categorical: [String]?
    /// Columns not measured.
    public var ignored: [String]
    /// Which measures.
    public var suite: DriftSuite
    /// The current data are read as a stream, and values beyond so many bytes are sketched; nil to read files whole.
    /// Standard input is always read as a stream.
    public var streamBytesMax: Int?
    /// How the current rows are put into chunks that are measured one by one, too; nil for none. In a stream the counts of
    /// all chunks are kept.
    public var chunking: Chunking?
    /// Many columns are measured together, too, in chunks of so many rows, 0 for a tenth of the reference; nil not to.
    /// This needs both files whole.
    public var multivariateChunk: Int?
    /// What a stream may keep when nothing else is said.
    public static let streamBytesMaxUsual = 1 << 30

    /// A request. With neither list, kinds are inferred; with either, only the columns named are measured.
    public init(
        numeric: [String]? = nil, categorical: [String]? = nil, ignored: [String] = [], suite: DriftSuite = .all,
        streamBytesMax: Int? = nil, chunking: Chunking? = nil
    ) {
        self.numeric = numeric
        self.categorical = categorical
        self.ignored = ignored
        self.suite = suite
        self.streamBytesMax = streamBytesMax
        self.chunking = chunking
    }

    private func role(_ name: String) -> ColumnRole {
        if isUnmeasured(name) { return .ignored }
        let isNumeric = numeric?.contains(name) ?? false
        let isCategorical = categorical?.contains(name) ?? false
        if isNumeric { return isCategorical ? .numericAndCategory : .numeric }
        if isCategorical { return .category }
        return numeric == nil && categorical == nil ? .inferred : .ignored
    }

    /// What a column of the current data is read as: its times, if chunks are made of them.
    private func currentRole(_ name: String) -> ColumnRole {
        name == chunking?.column ? .time : role(name)
    }

    private func isUnmeasured(_ name: String) -> Bool { ignored.contains(name) || name == chunking?.column }

    /// The chunks of the current data as members of a result; none when none are asked for.
    private func chunked(
        _ table: Table, _ reference: DriftSide, _ numeric: [String], _ categorical: [String], _ reader: TableReader
    ) throws(TableError) -> [(String, ReportValue)] {
        guard let chunking else { return [] }
        let chunks = try Chunks(table, by: chunking, timeZone: reader.timeZone)
        return [
            ("chunking", chunks.report),
            (
                "chunks",
                Drift.chunks(chunks, table: table, reference: reference, numeric: numeric, categorical: categorical)
            ),
        ]
    }

    /// Measures one part of a file against another: rows whose `column` has the value `reference` against those that have
    /// `current`. The column itself is not measured.
    ///
    /// - Throws: `TableError` for what is wrong with the file, a column that is not there, or a value without rows.
    public func run(
        file path: String, splitBy column: String, reference: String, current: String,
        reader: TableReader = TableReader()
    ) throws(TableError) -> (inputs: [MeasurementReport.Input], result: ReportObject) {
        let table = try read(path, reader) { $0 == column ? .category : role($0) }
        try check(table, (numeric ?? []) + (categorical ?? []) + ignored + [column])
        guard let split = table[column], let codes = split.codes else {
            throw TableError(path: path, reason: "there is no column \"\(column)\"")
        }
        var sides: [Table] = []
        for value in [reference, current] {
            let code = split.categories.firstIndex(of: value).map(Int32.init) ?? -2
            let rows = codes.indices.filter { codes[$0] == code }.map(Int32.init)
            guard !rows.isEmpty else {
                throw TableError(path: path, reason: "no row has \"\(value)\" in column \"\(column)\"")
            }
            sides.append(table.filtered(rows))
        }
        let others = table.columns.filter { $0.name != column }
        let numericNames = numeric ?? others.filter { $0.numbers != nil }.map(\.name)
        let categoricalNames = categorical ?? others.filter { $0.codes != nil }.map(\.name)
        let inputs = sides.map { MeasurementReport.Input($0) }
        let measured = numericNames.filter { $0 != column && !ignored.contains($0) }
        let measuredCategories = categoricalNames.filter { $0 != column && !ignored.contains($0) }
        let together = multivariate(sides[0], sides[1], measured, measuredCategories)
        let first = DriftSide(consuming: &sides[0])
        let second = DriftSide(consuming: &sides[1], against: first)
        var result = Drift.report(
            numeric: measured, categorical: measuredCategories, reference: first, current: second, suite: suite)
        result["multivariate"] = together
        return (inputs, result)
    }

    private func multivariate(
        _ reference: Table, _ current: Table, _ numeric: [String], _ categorical: [String]
    ) -> ReportValue? {
        multivariateChunk.map { chunk in
            // A column may be read as numbers and as categories: it counts once.
            .object(
                MultivariateDrift.report(
                    reference: reference, current: current, numeric: numeric,
                    categorical: categorical.filter { !numeric.contains($0) }, chunk: chunk > 0 ? chunk : nil))
        }
    }

    private func check(_ table: Table, _ wanted: [String]) throws(TableError) {
        for name in wanted where !table.header.contains(name) {
            throw TableError(path: table.path, reason: "there is no column \"\(name)\"")
        }
    }

    /// Columns that only one side has: both are told.
    private func checkSame(_ first: [String], _ second: [String], _ path: String, _ other: String) throws(TableError) {
        let missing = first.filter { !second.contains($0) && !isUnmeasured($0) }
        let added = second.filter { !first.contains($0) && !isUnmeasured($0) }
        guard missing.isEmpty, added.isEmpty else {
            var parts: [String] = []
            if !missing.isEmpty { parts.append("without \(missing.joined(separator: ", "))") }
            if !added.isEmpty { parts.append("with \(added.joined(separator: ", ")) besides") }
            throw TableError(
                path: path, reason: "the columns differ from those of \(other): \(parts.joined(separator: ", "))")
        }
    }

    /// Measures.
    ///
    /// - Throws: `TableError` for what is wrong with a file.
    public func run(
        reference: Reference, current: String, reader: TableReader = TableReader()
    ) throws(TableError) -> (inputs: [MeasurementReport.Input], result: ReportObject) {
        switch reference {
        case .baseline(let baseline): return try run(baseline, current, reader)
        case .file(let path):
            var first = try read(path, reader, role)
            try check(first, (numeric ?? []) + (categorical ?? []) + ignored)
            if current == "-" || streamBytesMax != nil {
                let input = MeasurementReport.Input(first)
                let numericNames = numeric ?? first.columns.filter { $0.numbers != nil }.map(\.name)
                let categoricalNames = categorical ?? first.columns.filter { $0.codes != nil }.map(\.name)
                let side = DriftSide(consuming: &first)
                return try stream(
                    current, input, side, numericNames.filter { !isUnmeasured($0) },
                    categoricalNames.filter { !isUnmeasured($0) }, reader)
            }
            var second = try read(current, reader, currentRole)
            if numeric == nil, categorical == nil {
                try checkSame(first.header, second.header, current, path)
            } else {
                try check(second, (numeric ?? []) + (categorical ?? []))
            }
            // Numbers on one side and categories on the other are compared as categories.
            let mixed = Set(
                first.columns.filter { column in
                    guard let other = second[column.name] else { return false }
                    return column.isNumeric != other.isNumeric
                }.map(\.name))
            if !mixed.isEmpty {
                let again: (String) -> ColumnRole = { mixed.contains($0) ? .category : .ignored }
                replace(&first, try read(path, reader, again))
                replace(&second, try read(current, reader, again))
            }
            let inputs = [MeasurementReport.Input(first), MeasurementReport.Input(second)]
            let numericNames = (numeric ?? first.columns.filter { $0.numbers != nil }.map(\.name))
                .filter { !isUnmeasured($0) }
            let categoricalNames = (categorical ?? first.columns.filter { $0.codes != nil }.map(\.name))
                .filter { !isUnmeasured($0) }
            let together = multivariate(first, second, numericNames, categoricalNames)
            let firstSide = DriftSide(consuming: &first)
            let chunks = try chunked(second, firstSide, numericNames, categoricalNames, reader)
            let secondSide = DriftSide(consuming: &second, against: firstSide)
            var result = Drift.report(
                numeric: numericNames, categorical: categoricalNames, reference: firstSide, current: secondSide,
                suite: suite)
            for (key, value) in chunks { result[key] = value }
            result["multivariate"] = together
            if !mixed.isEmpty {
                result["type_changes"] = .array(mixed.sorted().map { .string($0) })
            }
            return (inputs, result)
        }
    }

    private func run(
        _ baseline: Baseline, _ current: String, _ reader: TableReader
    ) throws(TableError) -> (inputs: [MeasurementReport.Input], result: ReportObject) {
        let numericNames = (numeric ?? baseline.numericNames).filter { !isUnmeasured($0) }
        let categoricalNames = (categorical ?? baseline.categoricalNames).filter { !isUnmeasured($0) }
        for name in numericNames + categoricalNames
        where !baseline.numericNames.contains(name) && !baseline.categoricalNames.contains(name) {
            throw TableError(path: current, reason: "the baseline has no column \"\(name)\"")
        }
        if current == "-" || streamBytesMax != nil {
            return try stream(
                current, MeasurementReport.Input(baseline), baseline.side, numericNames, categoricalNames, reader)
        }
        var table = try read(current, reader) { name in
            if name == chunking?.column { return .time }
            return switch (numericNames.contains(name), categoricalNames.contains(name)) {
            case (true, true): .numericAndCategory
            case (true, false): .numeric
            case (false, true): .category
            case (false, false): .ignored
            }
        }
        try check(table, numericNames + categoricalNames)
        let inputs = [MeasurementReport.Input(baseline), MeasurementReport.Input(table)]
        let side = baseline.side
        let chunks = try chunked(table, side, numericNames, categoricalNames, reader)
        let currentSide = DriftSide(consuming: &table, against: side)
        var result = Drift.report(
            numeric: numericNames, categorical: categoricalNames, reference: side, current: currentSide, suite: suite)
        for (key, value) in chunks { result[key] = value }
        return (inputs, result)
    }

    /// Measures a stream against a side whose columns say what is read as what.
    private func stream(
        _ path: String, _ reference: MeasurementReport.Input, _ side: DriftSide, _ numericNames: [String],
        _ categoricalNames: [String], _ reader: TableReader
    ) throws(TableError) -> (inputs: [MeasurementReport.Input], result: ReportObject) {
        let bytes = streamBytesMax ?? Self.streamBytesMaxUsual
        let stream = TableStream(
            reader: reader,
            numeric: Dictionary(
                numericNames.compactMap { name in
                    side.numeric[name].map { (name, [$0.deciles.edges, $0.widths.edges]) }
                }, uniquingKeysWith: { first, _ in first }), categorical: Set(categoricalNames),
            // Growing and sorting an array takes up to three times its size.
            exactMax: bytes / 8 / 3 / max(1, numericNames.count))
        let chunks = chunking.map {
            DriftStreamChunks(
                $0, timeZone: reader.timeZone, reference: side, numeric: numericNames, categorical: categoricalNames)
        }
        let found = try stream.read(path: path, chunks: chunks)
        var result = Drift.report(
            numeric: numericNames, categorical: categoricalNames, reference: side, current: found.side, suite: suite)
        for (key, value) in found.chunks { result[key] = value }
        return ([reference, found.input], result)
    }

    /// Freezes a reference.
    ///
    /// With `streamBytesMax` the file is read as a stream: numbers beyond so many bytes are sketched, and the file is then
    /// read once more to count the bins of the sketch exactly.
    ///
    /// - Parameters:
    ///   - scored: labels and scores of the reference, for estimates without labels; nil for none.
    ///   - classes: the same of a classifier of several classes.
    ///   - rules: rules about drift that go with it.
    /// - Throws: `TableError` for what is wrong with the file, `MeasureError` for labels without scores.
    public func baseline(
        reference path: String, name: String, reader: TableReader = TableReader(),
        scored: CalibrationAccumulator? = nil, classes: ClassEstimate.Frozen? = nil, rules: [DecisionRule] = []
    ) throws -> Baseline {
        let input: MeasurementReport.Input
        let names: [String]
        let side: DriftSide
        if let streamBytesMax {
            let found = try ReferenceStream(role: role, bytesMax: streamBytesMax, reader: reader).read(path: path)
            (input, names, side) = (found.input, found.names, found.side)
            for name in (numeric ?? []) + (categorical ?? []) + ignored where !found.header.contains(name) {
                throw TableError(path: path, reason: "there is no column \"\(name)\"")
            }
        } else {
            var table = try read(path, reader, role)
            try check(table, (numeric ?? []) + (categorical ?? []) + ignored)
            input = MeasurementReport.Input(table)
            names = table.columns.map(\.name)
            side = DriftSide(consuming: &table)
        }
        var calibration: CalibrationMap?
        var realised: [String: Double]?
        if let scored {
            let truth = Estimate.realised(scored)
            let known = Estimate.realisedKeys.compactMap { key in truth[key]?.number.map { (key, $0) } }
            calibration = try CalibrationMap(scored)
            realised = Dictionary(uniqueKeysWithValues: known)
        }
        return Baseline(
            name: name, input: input, columns: names, side: side, calibration: calibration, realised: realised,
            classes: classes, rules: rules.map(\.text))
    }

    private func read(
        _ path: String, _ reader: TableReader, _ role: (String) -> ColumnRole
    ) throws(TableError) -> Table {
        try reader.read(path: path, role: role)
    }

    private func replace(_ table: inout Table, _ other: Table) {
        for column in other.columns {
            if let index = table.columns.firstIndex(where: { $0.name == column.name }) {
                table.columns[index] = column
            }
        }
    }
}
