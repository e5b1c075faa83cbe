// Drift of files: which columns are measured as what, and the way from two files, or a file and a baseline, to a result.
import Foundation
import Statistics

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
    /// What a stream may keep when nothing else is said.
    public static let streamBytesMaxUsual = 1 << 30

    /// A request. With neither list, kinds are inferred; with either, only the columns named are measured.
    public init(
        numeric: [String]? = nil, categorical: [String]? = nil, ignored: [String] = [], suite: DriftSuite = .all,
        streamBytesMax: Int? = nil
    ) {
        self.numeric = numeric
        self.categorical = categorical
        self.ignored = ignored
        self.suite = suite
        self.streamBytesMax = streamBytesMax
    }

    private func role(_ name: String) -> ColumnRole {
        if ignored.contains(name) { return .ignored }
        let isNumeric = numeric?.contains(name) ?? false
        let isCategorical = categorical?.contains(name) ?? false
        if isNumeric { return isCategorical ? .numericAndCategory : .numeric }
        if isCategorical { return .category }
        return numeric == nil && categorical == nil ? .inferred : .ignored
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
        let first = DriftSide(consuming: &sides[0])
        let second = DriftSide(consuming: &sides[1], against: first)
        let result = Drift.report(
            numeric: numericNames.filter { $0 != column && !ignored.contains($0) },
            categorical: categoricalNames.filter { $0 != column && !ignored.contains($0) }, reference: first,
            current: second, suite: suite)
        return (inputs, result)
    }

    private func check(_ table: Table, _ wanted: [String]) throws(TableError) {
        for name in wanted where !table.header.contains(name) {
            throw TableError(path: table.path, reason: "there is no column \"\(name)\"")
        }
    }

    /// Columns that only one side has: both are told.
    private func checkSame(_ first: [String], _ second: [String], _ path: String, _ other: String) throws(TableError) {
        let missing = first.filter { !second.contains($0) && !ignored.contains($0) }
        let added = second.filter { !first.contains($0) && !ignored.contains($0) }
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
                    current, input, side, numericNames.filter { !ignored.contains($0) },
                    categoricalNames.filter { !ignored.contains($0) }, reader)
            }
            var second = try read(current, reader, role)
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
            let numericNames = numeric ?? first.columns.filter { $0.numbers != nil }.map(\.name)
            let categoricalNames = categorical ?? first.columns.filter { $0.codes != nil }.map(\.name)
            let firstSide = DriftSide(consuming: &first)
            let secondSide = DriftSide(consuming: &second, against: firstSide)
            var result = Drift.report(
                numeric: numericNames.filter { !ignored.contains($0) },
                categorical: categoricalNames.filter { !ignored.contains($0) }, reference: firstSide,
                current: secondSide, suite: suite)
            if !mixed.isEmpty {
                result["type_changes"] = .array(mixed.sorted().map { .string($0) })
            }
            return (inputs, result)
        }
    }

    private func run(
        _ baseline: Baseline, _ current: String, _ reader: TableReader
    ) throws(TableError) -> (inputs: [MeasurementReport.Input], result: ReportObject) {
        let numericNames = (numeric ?? baseline.numericNames).filter { !ignored.contains($0) }
        let categoricalNames = (categorical ?? baseline.categoricalNames).filter { !ignored.contains($0) }
        for name in numericNames + categoricalNames
        where !baseline.numericNames.contains(name) && !baseline.categoricalNames.contains(name) {
            throw TableError(path: current, reason: "the baseline has no column \"\(name)\"")
        }
        if current == "-" || streamBytesMax != nil {
            return try stream(
                current, MeasurementReport.Input(baseline), baseline.side, numericNames, categoricalNames, reader)
        }
        var table = try read(current, reader) { name in
            switch (numericNames.contains(name), categoricalNames.contains(name)) {
            case (true, true): .numericAndCategory
            case (true, false): .numeric
            case (false, true): .category
            case (false, false): .ignored
            }
        }
        try check(table, numericNames + categoricalNames)
        let inputs = [MeasurementReport.Input(baseline), MeasurementReport.Input(table)]
        let side = baseline.side
        let currentSide = DriftSide(consuming: &table, against: side)
        return (
            inputs,
            Drift.report(
                numeric: numericNames, categorical: categoricalNames, reference: side, current: currentSide,
                suite: suite)
        )
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
        var descriptor = STDIN_FILENO
        if path != "-" {
            descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw TableError(path: path, reason: "the file cannot be read") }
        }
        defer { if path != "-" { close(descriptor) } }
        let found = try stream.read(descriptor, path: path)
        let result = Drift.report(
            numeric: numericNames, categorical: categoricalNames, reference: side, current: found.side, suite: suite)
        return ([reference, found.input], result)
    }

    /// Freezes a reference.
    ///
    /// - Throws: `TableError` for what is wrong with the file.
    public func baseline(
        reference path: String, name: String, reader: TableReader = TableReader()
    ) throws(TableError) -> Baseline {
        var table = try read(path, reader, role)
        try check(table, (numeric ?? []) + (categorical ?? []) + ignored)
        let side = DriftSide(consuming: &table)
        return Baseline(name: name, table: table, side: side)
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
