// `concord measure`: drift, performance, calibration, fairness, estimates without labels and data quality of files.
// It opens no store and asks no server.
import ArgumentParser
import Foundation
import Monitoring
import Statistics

struct MeasureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure",
        abstract: "Measures AI systems: drift, performance, calibration, fairness, data quality.",
        discussion: """
            Exit status: 0 measured and within the thresholds given, 1 a threshold given by --fail-on is breached, \
            2 bad input.
            """,
        subcommands: [
            Drift.self, Performance.self, Calibration.self, Fairness.self, Estimate.self, Quality.self,
            Explain.self, BaselineCommand.self,
        ])

    enum Format: String, ExpressibleByArgument, CaseIterable { case json, table, html }

    /// Names with commas between them.
    static func names(_ text: String?) -> [String]? {
        text.map { $0.split(separator: ",").map(String.init) }
    }

    /// How files are read.
    struct ReadingOptions: ParsableArguments {
        @Option(name: .customLong("null"), help: "A text that means null besides the empty one; may be repeated.")
        var nulls: [String] = []
        @Flag(help: "Drop spaces around names and texts.") var trim = false

        func table(_ path: String, role: (String) -> ColumnRole) throws -> Table {
            try TableReader(nullSpellings: nulls, trims: trim).read(path: path, role: role)
        }
    }

    /// How results are written and judged.
    struct OutputOptions: ParsableArguments {
        @Option(help: "json, table or html.") var format = Format.json
        @Option(help: "The file to write to; standard output without it.") var output: String?
        @Option(
            name: .customLong("fail-on"),
            help: "Rules with commas between them, measure[.column or group] (<|>|<=|>=) number: a breach exits with 1."
        )
        var failOn: String?

        func rules() throws -> [DecisionRule] { try failOn.map { try DecisionRule.list($0) } ?? [] }

        func finish(_ measurement: MeasurementReport) throws {
            let text =
                switch format {
                case .json: measurement.report.json(isPretty: true)
                case .table: TextReport.text(measurement)
                case .html: HTMLReport.html(measurement)
                }
            if let output {
                do { try Data((text + "\n").utf8).write(to: URL(fileURLWithPath: output)) } catch {
                    throw MeasureError("\(output) cannot be written")
                }
            } else {
                print(text)
            }
            if measurement.isBreached { throw ExitStatus.no }
        }
    }

    /// Label, decision and score of a classifier.
    struct ClassifierOptions: ParsableArguments {
        @Option(help: "The column of the true label.") var label: String
        @Option(help: "The column of the decision; without it the score decides at 0.5.") var prediction: String?
        @Option(help: "The column of the score, 0 to 1.") var score: String?
        @Option(help: "The value of label and decision that counts as positive.") var favourable: String?

        func columns(_ table: Table) throws -> BinaryColumns {
            try BinaryColumns(
                table: table, label: label, prediction: prediction, score: score, favourable: favourable)
        }

        func role(_ name: String) -> ColumnRole {
            name == score ? .numeric : name == label || name == prediction ? .inferred : .ignored
        }
    }
}

extension MeasureCommand {
    /// `DriftSuite` as an argument.
    enum Suite: String, ExpressibleByArgument, CaseIterable {
        case all, standard, psi

        var suite: DriftSuite {
            switch self {
            case .all: .all
            case .standard: .standard
            case .psi: .psi
            }
        }
    }

    struct Drift: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Measures how far current data are from a reference.")
        @Option(help: "The reference, CSV or NDJSON.") var reference: String?
        @Option(help: "A saved baseline in place of the reference.") var baseline: String?
        @Option(help: "The current data; - is standard input.") var current: String?
        @Option(help: "COLUMN=REF:CUR: both sides are rows of the one file given.") var split: String?
        @Option(help: "Columns measured as numbers, with commas between them.") var numeric: String?
        @Option(help: "Columns measured as categories, with commas between them.") var categorical: String?
        @Option(help: "Columns not measured, with commas between them.") var ignore: String?
        @Option(help: "all, standard (no tests that rank every value) or psi.") var measures = Suite.all
        @Option(
            name: .customLong("memory-megabytes"),
            help: "Read the current data as a stream, and sketch values beyond so much memory.")
        var memoryMegabytes: Int?
        @OptionGroup var reading: ReadingOptions
        @OptionGroup var output: OutputOptions

        mutating func validate() throws {
            if split != nil {
                guard baseline == nil, (reference == nil) != (current == nil) else {
                    throw ValidationError("--split takes one file, by --reference or by --current.")
                }
            } else {
                guard (reference == nil) != (baseline == nil) else {
                    throw ValidationError("Either --reference or --baseline is needed.")
                }
                guard current != nil else { throw ValidationError("--current is needed.") }
            }
            guard (1...1_000_000).contains(memoryMegabytes ?? 1) else {
                throw ValidationError("--memory-megabytes must be 1 to 1000000.")
            }
        }

        func run() throws {
            let request = DriftRequest(
                numeric: names(numeric), categorical: names(categorical), ignored: names(ignore) ?? [],
                suite: measures.suite, streamBytesMax: memoryMegabytes.map { $0 << 20 })
            let rules = try output.rules()
            let reader = TableReader(nullSpellings: reading.nulls, trims: reading.trim)
            let inputs: [MeasurementReport.Input]
            let result: ReportObject
            if let split {
                let (column, first, second) = try Self.parts(split)
                (inputs, result) = try request.run(
                    file: reference ?? current ?? "", splitBy: column, reference: first, current: second,
                    reader: reader)
            } else {
                let source: DriftRequest.Reference =
                    if let baseline { .baseline(try Baseline(contentsOf: baseline)) } else { .file(reference ?? "") }
                (inputs, result) = try request.run(reference: source, current: current ?? "", reader: reader)
            }
            try output.finish(MeasurementReport(measure: "drift", inputs: inputs, result: result, rules: rules))
        }

        /// The parts of COLUMN=REF:CUR. The column's name may hold anything but an equals sign.
        private static func parts(_ split: String) throws -> (String, String, String) {
            let sides = split.split(separator: "=", maxSplits: 1)
            let values = (sides.last ?? "").split(separator: ":", maxSplits: 1)
            guard sides.count == 2, values.count == 2 else {
                throw ValidationError("--split is COLUMN=REF:CUR, such as month=2026-03:2026-04.")
            }
            return (String(sides[0]), String(values[0]), String(values[1]))
        }
    }

    struct Performance: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Measures a classifier or a regression against the truth.")
        @Option(help: "The data.") var data: String
        @Option(help: "binary, multiclass or regression.") var kind = Kind.binary
        @Option(help: "Columns whose worst subgroups are searched, with commas between them (binary).")
        var subgroups: String?
        @OptionGroup var columns: ClassifierOptions
        @OptionGroup var reading: ReadingOptions
        @OptionGroup var output: OutputOptions

        enum Kind: String, ExpressibleByArgument, CaseIterable { case binary, multiclass, regression }

        func run() throws {
            let rules = try output.rules()
            let table: Table
            let result: ReportObject
            switch kind {
            case .binary:
                let searched = names(subgroups) ?? []
                table = try reading.table(data) { name in
                    let role = columns.role(name)
                    return role == .ignored && searched.contains(name) ? .inferred : role
                }
                let found = try columns.columns(table)
                var object = Monitoring.Performance.binary(found.sample)
                if !searched.isEmpty {
                    object["worst_subgroups"] = .object(
                        try Subgroups.report(table: table, columns: found, names: searched))
                }
                result = object
            case .multiclass, .regression:
                guard let prediction = columns.prediction else {
                    throw ValidationError("--prediction is needed for \(kind.rawValue).")
                }
                let role: ColumnRole = kind == .multiclass ? .category : .numeric
                table = try reading.table(data) { $0 == columns.label || $0 == prediction ? role : .ignored }
                result =
                    kind == .multiclass
                    ? try Monitoring.Performance.multiclass(table: table, label: columns.label, prediction: prediction)
                    : try Monitoring.Performance.regression(table: table, label: columns.label, prediction: prediction)
            }
            try output.finish(
                MeasurementReport(measure: "performance", inputs: [.init(table)], result: result, rules: rules))
        }
    }

    struct Calibration: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Measures whether scores mean what they say.")
        @Option(help: "The data.") var data: String
        @OptionGroup var columns: ClassifierOptions
        @OptionGroup var reading: ReadingOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let rules = try output.rules()
            let table = try reading.table(data) { columns.role($0) }
            let result = try CalibrationReport.binary(try columns.columns(table).sample)
            try output.finish(
                MeasurementReport(measure: "calibration", inputs: [.init(table)], result: result, rules: rules))
        }
    }

    struct Fairness: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Measures how decisions differ between groups of people.")
        @Option(help: "The data.") var data: String
        @Option(
            help: "Attributes with commas between them; a+b is an intersection.") var protected: String
        @Option(name: .customLong("minimum-size"), help: "Smaller groups are shown but not judged.")
        var minimumSize = 30
        @OptionGroup var columns: ClassifierOptions
        @OptionGroup var reading: ReadingOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let rules = try output.rules()
            let attributes = names(protected) ?? []
            let parts = Set(attributes + attributes.flatMap { $0.split(separator: "+").map(String.init) })
            let table = try reading.table(data) { name in
                guard parts.contains(name) else { return columns.role(name) }
                return columns.role(name) == .ignored ? .category : .numericAndCategory
            }
            let result = try FairnessReport.reports(
                table: table, columns: try columns.columns(table), attributes: attributes, minimumSize: minimumSize)
            try output.finish(
                MeasurementReport(measure: "fairness", inputs: [.init(table)], result: result, rules: rules))
        }
    }

    struct Estimate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Estimates the performance on data whose labels are not known yet.")
        @Option(help: "The reference, with labels.") var reference: String
        @Option(help: "The current data; its label is not read.") var current: String
        @Option(help: "Rows per chunk.") var chunk: Int?
        @OptionGroup var columns: ClassifierOptions
        @OptionGroup var reading: ReadingOptions
        @OptionGroup var output: OutputOptions

        mutating func validate() throws {
            guard columns.score != nil else { throw ValidationError("--score is needed.") }
            guard chunk ?? 1 > 0 else { throw ValidationError("--chunk must be at least 1.") }
        }

        func run() throws {
            let rules = try output.rules()
            let first = try reading.table(reference) { columns.role($0) }
            let second = try reading.table(current) { $0 == columns.label ? .ignored : columns.role($0) }
            let unlabelled = try Monitoring.Estimate.Unlabelled(
                table: second, prediction: columns.prediction, score: columns.score ?? "",
                favourable: columns.favourable)
            let result = try Monitoring.Estimate.report(
                reference: try columns.columns(first).sample, current: unlabelled, chunk: chunk)
            try output.finish(
                MeasurementReport(
                    measure: "estimate", inputs: [.init(first), .init(second)], result: result, rules: rules))
        }
    }

    struct Quality: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Measures nulls, duplicates, constants and correlations.")
        @Option(help: "The data.") var data: String
        @Option(help: "The label, to look for columns that give it away.") var label: String?
        @OptionGroup var reading: ReadingOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let rules = try output.rules()
            let table = try reading.table(data) { _ in .inferred }
            let result = Monitoring.Quality.report(table, label: label)
            try output.finish(
                MeasurementReport(measure: "quality", inputs: [.init(table)], result: result, rules: rules))
        }
    }

    /// `ExplanationMethod` as an argument.
    enum Method: String, ExpressibleByArgument, CaseIterable {
        case exact, sampled
        case treePath = "tree-path"
        case treeInterventional = "tree-interventional"

        var method: ExplanationMethod {
            switch self {
            case .exact: .exact
            case .sampled: .sampled
            case .treePath: .treePath
            case .treeInterventional: .treeInterventional
            }
        }
    }

    struct Explain: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Explains scores of a declared model: Shapley values, importance, flip test, robustness.")
        @Option(help: "The data.") var data: String
        @Option(help: "The model, logistic or trees in JSON.") var model: String
        @Option(help: "Rows that stand for what is not known.") var background: String
        @Option(help: "The rows to explain, from 0, with commas between them.") var rows = "0"
        @Option(help: "A protected feature whose values are exchanged.") var flip: String?
        @Option(help: "exact, sampled, tree-path or tree-interventional.") var method: Method?
        @OptionGroup var reading: ReadingOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let rules = try output.rules()
            let chosen = try rows.split(separator: ",").map { text in
                guard let row = Int(text) else { throw ValidationError("--rows: \(text) is not a row.") }
                return row
            }
            let model = try DeclaredModel(contentsOf: model)
            let wanted = Set(model.features)
            let role: (String) -> ColumnRole = { wanted.contains($0) ? .numeric : .ignored }
            let first = try reading.table(data, role: role)
            let second = try reading.table(background, role: role)
            let usual: ExplanationMethod =
                model.ensemble != nil ? .treeInterventional : model.features.count <= 12 ? .exact : .sampled
            let result = try Explanation.report(
                model: model, data: try Explanation.rows(first, model: model),
                background: try Explanation.rows(second, model: model), backgroundName: background, chosen: chosen,
                method: method?.method ?? usual, flip: flip)
            try output.finish(
                MeasurementReport(
                    measure: "explain", inputs: [.init(first), .init(second)], result: result, rules: rules))
        }
    }

    struct BaselineCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "baseline", abstract: "Freezes a reference in a file, for --baseline.")
        @Option(help: "The reference.") var reference: String
        @Option(help: "The file to write.") var output: String
        @Option(help: "The baseline's name; the reference's file name without it.") var name: String?
        @Option(help: "Columns measured as numbers, with commas between them.") var numeric: String?
        @Option(help: "Columns measured as categories, with commas between them.") var categorical: String?
        @Option(help: "Columns not measured, with commas between them.") var ignore: String?
        @OptionGroup var reading: ReadingOptions

        func run() throws {
            let request = DriftRequest(
                numeric: names(numeric), categorical: names(categorical), ignored: names(ignore) ?? [], suite: .all)
            let baseline = try request.baseline(
                reference: reference, name: name ?? URL(fileURLWithPath: reference).lastPathComponent,
                reader: TableReader(nullSpellings: reading.nulls, trims: reading.trim))
            let data = try baseline.encoded()
            do { try data.write(to: URL(fileURLWithPath: output)) } catch {
                throw MeasureError("\(output) cannot be written")
            }
            print("\(output): \(baseline.rows) rows, \(data.count) bytes")
        }
    }
}

/// Names with commas between them.
private func names(_ text: String?) -> [String]? { MeasureCommand.names(text) }
