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
            Explain.self, TransparencyCommand.self, BaselineCommand.self, MonitorBenchmark.self,
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

        /// The reader that these options mean.
        func reader(_ chunks: ChunkOptions? = nil) -> TableReader {
            var reader = TableReader(nullSpellings: nulls, trims: trim)
            reader.progress = { MeasureCommand.meter.read($0) }
            if let chunks { reader.timeZone = chunks.zone }
            return reader
        }

        func table(_ path: String, _ chunks: ChunkOptions? = nil, role: (String) -> ColumnRole) throws -> Table {
            try reader(chunks).read(path: path) { name in chunks?.role(name, role(name)) ?? role(name) }
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
                case .html: HTMLReport.html(measurement, made: .present)
                }
            MeasureCommand.meter.close()
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

    /// How several chunks are judged.
    struct AlarmOptions: ParsableArguments {
        @Option(
            help: "M/N: chunks raise an alarm when M of the last N breach a rule, until N in a row do not; it decides.")
        var alarm: String?

        mutating func validate() throws { _ = try hysteresis() }

        func hysteresis() throws -> Hysteresis? {
            guard let alarm else { return nil }
            let parts = alarm.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
            guard parts.count == 2, let needed = parts[0], let window = parts[1], needed >= 1, needed <= window,
                window <= 1_000
            else { throw ValidationError("--alarm is M/N with 1 <= M <= N <= 1000, such as 2/3.") }
            return Hysteresis(needed: needed, of: window)
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

    struct Drift: MeasuringCommand {
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
        @Flag(help: "Measure columns together, too: principal components and correlations, in chunks of --chunk rows.")
        var multivariate = false
        @OptionGroup var chunks: ChunkOptions
        @OptionGroup var alarms: AlarmOptions
        @OptionGroup var reading: ReadingOptions
        @OptionGroup var output: OutputOptions

        mutating func validate() throws {
            if split != nil {
                guard baseline == nil, (reference == nil) != (current == nil) else {
                    throw ValidationError("--split takes one file, by --reference or by --current.")
                }
                guard chunks.chunking == nil else { throw ValidationError("Chunks are not made of --split.") }
            } else {
                guard (reference == nil) != (baseline == nil) else {
                    throw ValidationError("Either --reference or --baseline is needed.")
                }
                guard current != nil else { throw ValidationError("--current is needed.") }
            }
            guard (1...1_000_000).contains(memoryMegabytes ?? 1) else {
                throw ValidationError("--memory-megabytes must be 1 to 1000000.")
            }
            guard multivariate || alarms.alarm == nil else {
                throw ValidationError("--alarm belongs to --multivariate.")
            }
            guard !multivariate || (baseline == nil && memoryMegabytes == nil && current != "-") else {
                throw ValidationError(
                    "--multivariate needs both files whole: no --baseline, --memory-megabytes or standard input.")
            }
        }

        func measure() throws {
            var request = DriftRequest(
                numeric: names(numeric), categorical: names(categorical), ignored: names(ignore) ?? [],
                suite: measures.suite, streamBytesMax: memoryMegabytes.map { $0 << 20 }, chunking: chunks.chunking)
            request.multivariateChunk = multivariate ? chunks.chunk ?? 0 : nil
            let rules = try output.rules()
            let reader = reading.reader(chunks)
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
            try output.finish(
                MeasurementReport(
                    measure: "drift", inputs: inputs, result: result, rules: rules,
                    hysteresis: try alarms.hysteresis()))
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

    struct Performance: MeasuringCommand {
        static let configuration = CommandConfiguration(
            abstract: "Measures a classifier or a regression against the truth.")
        @Option(help: "The data.") var data: String
        @Option(help: "binary, multiclass or regression.") var kind = Kind.binary
        @Option(help: "Columns whose worst subgroups are searched, with commas between them (binary).")
        var subgroups: String?
        @OptionGroup var columns: ClassifierOptions
        @OptionGroup var later: LabelOptions
        @OptionGroup var chunks: ChunkOptions
        @OptionGroup var alarms: AlarmOptions
        @OptionGroup var reading: ReadingOptions
        @OptionGroup var output: OutputOptions

        enum Kind: String, ExpressibleByArgument, CaseIterable { case binary, multiclass, regression }

        func validate() throws {
            guard alarms.alarm == nil || chunks.chunking != nil else {
                throw ValidationError("--alarm needs --chunk or --period.")
            }
        }

        func measure() throws {
            let rules = try output.rules()
            let searched = names(subgroups) ?? []
            let read = try reading.table(data, chunks) { name in
                let role = later.role(name, role(name))
                return role == .ignored && kind == .binary && searched.contains(name) ? .inferred : role
            }
            let join = try later.joined(read, label: columns.label, reading: reading)
            let result = try measured(join?.table ?? read, searched)
            let inputs = [MeasurementReport.Input(read)] + (join.map { [$0.input] } ?? [])
            try output.finish(
                MeasurementReport(
                    measure: "performance", inputs: inputs, result: result, rules: rules,
                    hysteresis: try alarms.hysteresis(), labelJoin: join?.report))
        }

        private func role(_ name: String) -> ColumnRole {
            switch kind {
            case .binary: columns.role(name)
            case .multiclass: name == columns.label || name == columns.prediction ? .category : .ignored
            case .regression: name == columns.label || name == columns.prediction ? .numeric : .ignored
            }
        }

        private func measured(_ table: Table, _ searched: [String]) throws -> ReportObject {
            let parts = try chunks.chunks(table)
            var result: ReportObject
            let measuredChunks: ReportValue?
            if kind == .binary {
                let found = try columns.columns(table)
                result = Monitoring.Performance.binary(found.sample)
                result["incomplete"] = .integer(found.incomplete)
                result["curves"] = .object(Monitoring.Performance.curves(found.sample))
                if !searched.isEmpty {
                    result["worst_subgroups"] = .object(
                        try Subgroups.report(table: table, columns: found, names: searched))
                }
                measuredChunks = parts.map { Monitoring.Performance.chunks($0, columns: found) }
            } else {
                guard let prediction = columns.prediction else {
                    throw ValidationError("--prediction is needed for \(kind.rawValue).")
                }
                typealias Measure = Monitoring.Performance
                let label = columns.label
                if kind == .multiclass {
                    result = try Measure.multiclass(table: table, label: label, prediction: prediction)
                    measuredChunks = try parts.map {
                        try Measure.multiclassChunks($0, table: table, label: label, prediction: prediction)
                    }
                } else {
                    result = try Measure.regression(table: table, label: label, prediction: prediction)
                    measuredChunks = try parts.map {
                        try Measure.regressionChunks($0, table: table, label: label, prediction: prediction)
                    }
                }
            }
            result["chunking"] = parts?.report
            result["chunks"] = measuredChunks
            return result
        }
    }

    struct Calibration: MeasuringCommand {
        static let configuration = CommandConfiguration(abstract: "Measures whether scores mean what they say.")
        @Option(help: "The data.") var data: String
        @OptionGroup var columns: ClassifierOptions
        @OptionGroup var later: LabelOptions
        @OptionGroup var reading: ReadingOptions
        @OptionGroup var output: OutputOptions

        func measure() throws {
            let rules = try output.rules()
            let read = try reading.table(data) { later.role($0, columns.role($0)) }
            let join = try later.joined(read, label: columns.label, reading: reading)
            let result = try CalibrationReport.binary(try columns.columns(join?.table ?? read).sample)
            let inputs = [MeasurementReport.Input(read)] + (join.map { [$0.input] } ?? [])
            try output.finish(
                MeasurementReport(
                    measure: "calibration", inputs: inputs, result: result, rules: rules, labelJoin: join?.report))
        }
    }

    struct Fairness: MeasuringCommand {
        static let configuration = CommandConfiguration(
            abstract: "Measures how decisions differ between groups of people.")
        @Option(help: "The data.") var data: String
        @Option(
            help: "Attributes with commas between them; a+b is an intersection.") var protected: String
        @Option(name: .customLong("minimum-size"), help: "Smaller groups are shown but not judged.")
        var minimumSize = 30
        @OptionGroup var columns: ClassifierOptions
        @OptionGroup var later: LabelOptions
        @OptionGroup var reading: ReadingOptions
        @OptionGroup var output: OutputOptions

        func measure() throws {
            let rules = try output.rules()
            let attributes = names(protected) ?? []
            let parts = Set(attributes + attributes.flatMap { $0.split(separator: "+").map(String.init) })
            let read = try reading.table(data) { name in
                guard parts.contains(name) else { return later.role(name, columns.role(name)) }
                return columns.role(name) == .ignored ? .category : .numericAndCategory
            }
            let join = try later.joined(read, label: columns.label, reading: reading)
            let table = join?.table ?? read
            let result = try FairnessReport.reports(
                table: table, columns: try columns.columns(table), attributes: attributes, minimumSize: minimumSize)
            let inputs = [MeasurementReport.Input(read)] + (join.map { [$0.input] } ?? [])
            try output.finish(
                MeasurementReport(
                    measure: "fairness", inputs: inputs, result: result, rules: rules, labelJoin: join?.report))
        }
    }

    struct Estimate: MeasuringCommand {
        static let configuration = CommandConfiguration(
            abstract: "Estimates the performance on data whose labels are not known yet.")
        @Option(help: "The reference, with labels.") var reference: String
        @Option(help: "The current data; its label is not read.") var current: String
        @Option(help: "binary (CBPE) or regression (DLE).") var kind = Kind.binary
        @Option(help: "What the loss of a regression is learnt from, with commas between; all columns without it.")
        var features: String?
        @Option(help: "Columns a regression's loss is not learnt from, such as ids, with commas between them.")
        var ignore: String?
        @OptionGroup var chunks: ChunkOptions
        @OptionGroup var alarms: AlarmOptions
        @OptionGroup var columns: ClassifierOptions
        @OptionGroup var reading: ReadingOptions
        @OptionGroup var output: OutputOptions

        enum Kind: String, ExpressibleByArgument, CaseIterable { case binary, regression }

        mutating func validate() throws {
            switch kind {
            case .binary:
                guard columns.score != nil else { throw ValidationError("--score is needed.") }
                guard features == nil, ignore == nil else {
                    throw ValidationError("--features and --ignore belong to --kind regression.")
                }
            case .regression:
                guard columns.prediction != nil else {
                    throw ValidationError("--prediction is needed for regression.")
                }
            }
            guard alarms.alarm == nil || chunks.chunking != nil else {
                throw ValidationError("--alarm needs --chunk or --period.")
            }
        }

        func measure() throws {
            let rules = try output.rules()
            let (inputs, result) = try kind == .binary ? classifier() : regression()
            try output.finish(
                MeasurementReport(
                    measure: "estimate", inputs: inputs, result: result, rules: rules,
                    hysteresis: try alarms.hysteresis()))
        }

        private func classifier() throws -> ([MeasurementReport.Input], ReportObject) {
            let first = try reading.table(reference) { columns.role($0) }
            let second = try reading.table(current, chunks) { $0 == columns.label ? .ignored : columns.role($0) }
            let unlabelled = try Monitoring.Estimate.Unlabelled(
                table: second, prediction: columns.prediction, score: columns.score ?? "",
                favourable: columns.favourable)
            let result = try Monitoring.Estimate.report(
                reference: try columns.columns(first).sample, current: unlabelled,
                chunks: try chunks.chunks(second))
            return ([.init(first), .init(second)], result)
        }

        private func regression() throws -> ([MeasurementReport.Input], ReportObject) {
            let prediction = columns.prediction ?? ""
            let ignored = (names(ignore) ?? []) + [chunks.time].compactMap { $0 }
            let wanted = names(features)
            let role: (String) -> ColumnRole = { name in
                if name == prediction { return .numeric }
                if name == columns.label || ignored.contains(name) { return .ignored }
                return wanted?.contains(name) ?? true ? .inferred : .ignored
            }
            let first = try reading.table(reference) { $0 == columns.label ? .numeric : role($0) }
            let second = try reading.table(current, chunks, role: role)
            let result = try LossEstimate.report(
                reference: first, current: second, label: columns.label, prediction: prediction,
                features: wanted ?? first.columns.map(\.name).filter { $0 != columns.label && $0 != prediction },
                chunks: try chunks.chunks(second))
            return ([.init(first), .init(second)], result)
        }
    }

    struct Quality: MeasuringCommand {
        static let configuration = CommandConfiguration(
            abstract: "Measures nulls, duplicates, constants, correlations, and what is expected of columns.")
        @Option(help: "The data.") var data: String
        @Option(help: "The label, to look for columns that give it away.") var label: String?
        @Option(help: "COLUMN=a|b: the values a column may have; may be repeated.") var allowed: [String] = []
        @Option(help: "COLUMN=EXPRESSION that each value matches as a whole; may be repeated.")
        var pattern: [String] = []
        @Option(help: "COLUMN=LOW:HIGH, both included, either may be left out; may be repeated.")
        var range: [String] = []
        @Option(help: "COLUMN=DAYS: how old the newest time may be; may be repeated.") var freshness: [String] = []
        @Option(name: .customLong("rows"), help: "LEAST:MOST rows; either may be left out.") var volume: String?
        @Option(name: .customLong("as-of"), help: "The time, ISO 8601, at which freshness is told; now without it.")
        var asOf: String?
        @OptionGroup var reading: ReadingOptions
        @OptionGroup var output: OutputOptions

        func measure() throws {
            let rules = try output.rules()
            var expectations = Expectations()
            let given = [
                (Expectations.Kind.allowed, allowed), (.pattern, pattern), (.range, range), (.freshness, freshness),
            ]
            for (kind, texts) in given {
                for text in texts { try expectations.add(kind, text) }
            }
            if let volume { try expectations.setRows(volume) }
            let now = try MeasureCommand.time(asOf)
            let table = try reading.table(data) { _ in .inferred }
            let result: ReportObject
            if expectations.isEmpty {
                result = Monitoring.Quality.report(table, label: label)
            } else {
                let expected = try reading.table(data) { expectations.role($0) ?? .ignored }
                result = try Monitoring.Quality.report(
                    table, label: label, expectations: expectations, expected: expected, now: now)
            }
            try output.finish(
                MeasurementReport(measure: "quality", inputs: [.init(table)], result: result, rules: rules))
        }
    }

    struct TransparencyCommand: MeasuringCommand {
        static let configuration = CommandConfiguration(
            commandName: "transparency",
            abstract: "Measures explanation of decisions, information of people, and documents of an AI system.")
        @Option(help: "A record of decisions, one a row.") var decisions: String?
        @Option(help: "The column of the explanation or reason code.") var explanation: String?
        @Option(help: "The column that says whether or when the explanation was delivered.") var delivered: String?
        @Option(help: "The column that says whether or when the person was told that AI is used.")
        var informed: String?
        @Option(help: "The column of the affected person.") var person: String?
        @Option(help: "The column of groups whose shares are compared.") var group: String?
        @Option(name: .customLong("minimum-size"), help: "Smaller groups are shown but not compared.")
        var minimumSize = 30
        @Option(name: .customLong("model-card"), help: "The model card, Markdown or JSON.") var modelCard: String?
        @Option(name: .customLong("user-information"), help: "The information for users, Markdown or JSON.")
        var userInformation: String?
        @Option(name: .customLong("as-of"), help: "The day, YYYY-MM-DD, on which ages are told; today without it.")
        var asOf: String?
        @Option(help: "A model, logistic or trees in JSON, whose explanations are to be steady.") var model: String?
        @Option(help: "The rows whose explanations are looked at twice.") var data: String?
        @Option(help: "Rows that stand for what is not known.") var background: String?
        @Option(help: "exact, sampled, tree-path or tree-interventional.") var method: Method?
        @OptionGroup var reading: ReadingOptions
        @OptionGroup var output: OutputOptions

        mutating func validate() throws {
            guard decisions != nil || modelCard != nil || userInformation != nil || model != nil else {
                throw ValidationError("--decisions, --model-card, --user-information or --model is needed.")
            }
            guard decisions != nil || [explanation, delivered, informed, person, group].allSatisfy({ $0 == nil })
            else { throw ValidationError("Columns need --decisions.") }
            guard (model == nil) == (data == nil), (model == nil) == (background == nil) else {
                throw ValidationError("--model, --data and --background go together.")
            }
        }

        func measure() throws {
            let rules = try output.rules()
            guard let today = asOf.map({ CivilDate($0) }) ?? CivilDate(.present) else {
                throw ValidationError("--as-of is a day, YYYY-MM-DD.")
            }
            var inputs: [MeasurementReport.Input] = []
            var result = ReportObject()
            if let decisions {
                let columns = Transparency.Columns(
                    explanation: explanation, delivered: delivered, informed: informed, person: person, group: group)
                let table = try reading.table(decisions) { columns.names.contains($0) ? .category : .ignored }
                inputs.append(.init(table))
                result = try Transparency.report(table: table, columns: columns, minimumSize: minimumSize)
            }
            if let model, let data, let background {
                let model = try DeclaredModel(contentsOf: model)
                let wanted = Set(model.features)
                let tables = try [data, background].map { path in
                    try reading.table(path) { wanted.contains($0) ? .numeric : .ignored }
                }
                inputs += tables.map { .init($0) }
                result["stability"] = .object(
                    try Transparency.stability(
                        model: model, data: try Explanation.rows(tables[0], model: model),
                        background: try Explanation.rows(tables[1], model: model),
                        method: method?.method ?? Explain.usualMethod(model)))
            }
            let documents: [(TransparencyDocument.Kind, String?)] = [
                (.modelCard, modelCard), (.userInformation, userInformation),
            ]
            for (kind, path) in documents {
                guard let path else { continue }
                let document = try TransparencyDocument(contentsOf: path)
                inputs.append(
                    .init(path: path, sha256: document.sha256, rows: document.sectionCount, columns: 1))
                result[kind.rawValue] = .object(document.report(kind, today: today))
            }
            try output.finish(
                MeasurementReport(measure: "transparency", inputs: inputs, result: result, rules: rules))
        }
    }

    /// A time in ISO 8601, or now.
    static func time(_ text: String?) throws -> Date {
        guard let text else { return .present }
        guard let time = Date(timestamp: text) else { throw ValidationError("--as-of: \(text) is not a time.") }
        return time
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

    struct Explain: MeasuringCommand {
        static let configuration = CommandConfiguration(
            abstract: "Explains scores of a model: Shapley values, importance, flip test, robustness.")
        @Option(help: "The data.") var data: String
        @Option(help: "A declared model, logistic or trees in JSON.") var model: String?
        @Option(help: "Rows that stand for what is not known.") var background: String
        @Option(help: "The rows to explain, from 0, with commas between them.") var rows = "0"
        @Option(help: "A protected feature whose values are exchanged.") var flip: String?
        @Option(help: "exact, sampled, tree-path or tree-interventional.") var method: Method?
        @Option(help: "Rows whose attributions those of the data are compared with.") var reference: String?
        @OptionGroup var endpoint: EndpointOptions
        @OptionGroup var reading: ReadingOptions
        @OptionGroup var output: OutputOptions

        /// Trees have a method of their own; few features are computed exactly.
        static func usualMethod(_ model: some ScoringModel) -> ExplanationMethod {
            model.ensemble != nil ? .treeInterventional : model.features.count <= 12 ? .exact : .sampled
        }

        func validate() throws {
            guard (model == nil) != (endpoint.endpoint == nil) else {
                throw ValidationError("Either --model or --endpoint is needed.")
            }
        }

        func measure() throws {
            let rules = try output.rules()
            let chosen = try rows.split(separator: ",").map { text in
                guard let row = Int(text) else { throw ValidationError("--rows: \(text) is not a row.") }
                return row
            }
            let (inputs, result) = try model.map { try declared($0, chosen) } ?? asked(chosen)
            try output.finish(MeasurementReport(measure: "explain", inputs: inputs, result: result, rules: rules))
        }

        private func declared(_ path: String, _ chosen: [Int]) throws -> ([MeasurementReport.Input], ReportObject) {
            let model = try DeclaredModel(contentsOf: path)
            let wanted = Set(model.features)
            let tables = try paths.map { try reading.table($0) { wanted.contains($0) ? .numeric : .ignored } }
            let rows = try tables.map { try Explanation.rows($0, model: model) }
            return (tables.map { .init($0) }, try explained(model, rows, chosen, rowsMax: nil))
        }

        private func asked(_ chosen: [Int]) throws -> ([MeasurementReport.Input], ReportObject) {
            let wanted = names(endpoint.features)
            let second = try reading.table(background) { wanted?.contains($0) ?? true ? .inferred : .ignored }
            let features = wanted ?? second.header
            let tables = try paths.enumerated().map { place, path in
                place == 1 ? second : try reading.table(path) { features.contains($0) ? .inferred : .ignored }
            }
            let space = try FeatureSpace(features: features, tables: tables)
            let model = try endpoint.model(space)
            let rows = try tables.map { try space.rows($0) }
            var result = try explained(model, rows, chosen, rowsMax: endpoint.sampleRows)
            result["model"] = model.report
            return (tables.map { .init($0) }, result)
        }

        /// The files in order: data, background and, if there is one, the reference of attributions.
        private var paths: [String] { [data, background] + (reference.map { [$0] } ?? []) }

        private func explained(
            _ model: some ScoringModel, _ rows: [[[Double]]], _ chosen: [Int], rowsMax: Int?
        ) throws -> ReportObject {
            let method = method?.method ?? Self.usualMethod(model)
            var result = try Explanation.report(
                model: model, data: rows[0], background: rows[1], backgroundName: background, chosen: chosen,
                method: method, flip: flip, rowsMax: rowsMax)
            if rows.count > 2 {
                result["attribution_drift"] = .object(
                    try AttributionDrift.report(
                        model: model, reference: rows[2], current: rows[0], background: rows[1], method: method))
            }
            return result
        }
    }

    struct BaselineCommand: MeasuringCommand {
        static let configuration = CommandConfiguration(
            commandName: "baseline", abstract: "Freezes a reference in a file, for --baseline.")
        @Option(help: "The reference.") var reference: String
        @Option(help: "The file to write.") var output: String
        @Option(help: "The baseline's name; the reference's file name without it.") var name: String?
        @Option(help: "Columns measured as numbers, with commas between them.") var numeric: String?
        @Option(help: "Columns measured as categories, with commas between them.") var categorical: String?
        @Option(help: "Columns not measured, with commas between them.") var ignore: String?
        @OptionGroup var reading: ReadingOptions

        func measure() throws {
            let request = DriftRequest(
                numeric: names(numeric), categorical: names(categorical), ignored: names(ignore) ?? [], suite: .all)
            let baseline = try request.baseline(
                reference: reference, name: name ?? URL(fileURLWithPath: reference).lastPathComponent,
                reader: reading.reader())
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
