// `concord measure performance`, `calibration` and `fairness`: what labels say about a model.
import ArgumentParser
import Foundation
import Monitoring
import Statistics

extension MeasureCommand {
    struct Performance: MeasuringCommand {
        static let configuration = CommandConfiguration(
            abstract: "Measures a classifier or a regression against the truth.")
        @Option(help: "The data; - is standard input.") var data: String
        @Option(help: "binary, multiclass or regression.") var kind = Kind.binary
        @Option(help: "Columns whose worst subgroups are searched, with commas between them (binary).")
        var subgroups: String?
        @OptionGroup var columns: ClassifierOptions
        @OptionGroup var later: LabelOptions
        @OptionGroup var chunks: ChunkOptions
        @OptionGroup var alarms: AlarmOptions
        @OptionGroup var anytime: AnytimeOptions
        @OptionGroup var streaming: StreamOptions
        @OptionGroup var reading: ReadingOptions
        @OptionGroup var output: OutputOptions

        enum Kind: String, ExpressibleByArgument, CaseIterable { case binary, multiclass, regression }

        func validate() throws {
            try alarms.validate(chunks)
            try anytime.validate(chunks, alarms)
            guard anytime.anytime == nil || kind != .regression else {
                throw ValidationError("--anytime judges rates: a regression has none.")
            }
            try later.validate(isStream: streaming.isStream(data))
            guard subgroups == nil || !streaming.isStream(data) else {
                throw ValidationError("--subgroups needs the data in a file that is read whole.")
            }
        }

        func measure() throws {
            let rules = try output.rules()
            if streaming.isStream(data) {
                let kind: ClassifierStream.Kind =
                    switch kind {
                    case .binary: .binary
                    case .multiclass: .multiclass
                    case .regression: .regression
                    }
                guard kind == .binary || columns.prediction != nil else { throw missingPrediction }
                let found = try columns.stream(kind, chunking: chunks.chunking)
                    .read(path: data, reader: reading.reader(chunks))
                return try output.finish(
                    MeasurementReport(
                        measure: "performance", inputs: [found.input], result: try found.performance(), rules: rules,
                        hysteresis: try alarms.hysteresis(), anytime: anytime.anytime))
            }
            let searched = MeasureCommand.names(subgroups) ?? []
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
                    hysteresis: try alarms.hysteresis(), anytime: anytime.anytime, labelJoin: join?.report))
        }

        private var missingPrediction: ValidationError {
            ValidationError("--prediction is needed for \(kind.rawValue).")
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
                let (measures, curves) = Monitoring.Performance.binaryAndCurves(found.sample)
                result = measures
                result["incomplete"] = .integer(found.incomplete)
                result["curves"] = .object(curves)
                if !searched.isEmpty {
                    result["worst_subgroups"] = .object(
                        try Subgroups.report(table: table, columns: found, names: searched))
                }
                measuredChunks = parts.map { Monitoring.Performance.chunks($0, columns: found) }
            } else {
                guard let prediction = columns.prediction else { throw missingPrediction }
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
        @Option(help: "The data; - is standard input.") var data: String
        @OptionGroup var columns: ClassifierOptions
        @OptionGroup var later: LabelOptions
        @OptionGroup var chunks: ChunkOptions
        @OptionGroup var alarms: AlarmOptions
        @OptionGroup var streaming: StreamOptions
        @OptionGroup var reading: ReadingOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            try alarms.validate(chunks)
            try later.validate(isStream: streaming.isStream(data))
            guard columns.score != nil else { throw ValidationError("--score is needed.") }
        }

        func measure() throws {
            let rules = try output.rules()
            var result: ReportObject
            var inputs: [MeasurementReport.Input]
            var join: LabelJoin?
            if streaming.isStream(data) {
                let found = try columns.stream(chunking: chunks.chunking)
                    .read(path: data, reader: reading.reader(chunks))
                inputs = [found.input]
                result = try found.calibration()
            } else {
                let read = try reading.table(data, chunks) { later.role($0, columns.role($0)) }
                join = try later.joined(read, label: columns.label, reading: reading)
                let table = join?.table ?? read
                let found = try columns.columns(table)
                inputs = [MeasurementReport.Input(read)] + (join.map { [$0.input] } ?? [])
                result = try CalibrationReport.binary(found.sample)
                if let parts = try chunks.chunks(table) {
                    result["chunking"] = parts.report
                    result["chunks"] = try CalibrationReport.chunks(parts, columns: found)
                }
            }
            try output.finish(
                MeasurementReport(
                    measure: "calibration", inputs: inputs, result: result, rules: rules,
                    hysteresis: try alarms.hysteresis(), labelJoin: join?.report))
        }
    }

    struct Fairness: MeasuringCommand {
        static let configuration = CommandConfiguration(
            abstract: "Measures how decisions differ between groups of people.")
        @Option(help: "The data; - is standard input.") var data: String
        @Option(
            help: "Attributes with commas between them; a+b is an intersection.") var protected: String
        @Option(name: .customLong("minimum-size"), help: "Smaller groups are shown but not judged.")
        var minimumSize = 30
        @OptionGroup var columns: ClassifierOptions
        @OptionGroup var later: LabelOptions
        @OptionGroup var chunks: ChunkOptions
        @OptionGroup var alarms: AlarmOptions
        @OptionGroup var anytime: AnytimeOptions
        @OptionGroup var streaming: StreamOptions
        @OptionGroup var reading: ReadingOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            try alarms.validate(chunks)
            try anytime.validate(chunks, alarms)
            try later.validate(isStream: streaming.isStream(data))
        }

        func measure() throws {
            let rules = try output.rules()
            let attributes = MeasureCommand.names(protected) ?? []
            var inputs: [MeasurementReport.Input]
            let result: ReportObject
            var join: LabelJoin?
            if streaming.isStream(data) {
                let found = try columns.stream(attributes: attributes, chunking: chunks.chunking)
                    .read(path: data, reader: reading.reader(chunks))
                inputs = [found.input]
                result = try found.fairness(minimumSize: minimumSize)
            } else {
                let parts = Set(attributes + attributes.flatMap { $0.split(separator: "+").map(String.init) })
                let read = try reading.table(data, chunks) { name in
                    guard parts.contains(name) else { return later.role(name, columns.role(name)) }
                    return columns.role(name) == .ignored ? .category : .numericAndCategory
                }
                join = try later.joined(read, label: columns.label, reading: reading)
                let table = join?.table ?? read
                result = try FairnessReport.reports(
                    table: table, columns: try columns.columns(table), attributes: attributes,
                    minimumSize: minimumSize, chunks: try chunks.chunks(table))
                inputs = [MeasurementReport.Input(read)] + (join.map { [$0.input] } ?? [])
            }
            try output.finish(
                MeasurementReport(
                    measure: "fairness", inputs: inputs, result: result, rules: rules,
                    hysteresis: try alarms.hysteresis(), anytime: anytime.anytime, labelJoin: join?.report))
        }
    }
}
