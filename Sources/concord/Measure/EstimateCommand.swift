// `concord measure estimate`: what can be said before the labels come.
import ArgumentParser
import Foundation
import Monitoring
import Statistics

extension MeasureCommand {
    struct Estimate: MeasuringCommand {
        static let configuration = CommandConfiguration(
            abstract: "Estimates the performance on data whose labels are not known yet.")
        @Option(help: "The reference, with labels.") var reference: String?
        @Option(help: "A saved baseline, made with label and scores, in place of the reference (not regression).")
        var baseline: String?
        @Option(help: "The current data; its label is not read; - is standard input (not regression).") var current:
            String
        @Option(help: "binary or multiclass (CBPE), or regression (DLE).") var kind = Kind.binary
        @Option(help: "CLASS=COLUMN of each class's score, 0 to 1, with commas between them (multiclass).")
        var scores: String?
        @Option(help: "What the loss of a regression is learnt from, with commas between; all columns without it.")
        var features: String?
        @Option(help: "Columns a regression's loss is not learnt from, such as ids, with commas between them.")
        var ignore: String?
        @OptionGroup var chunks: ChunkOptions
        @OptionGroup var alarms: AlarmOptions
        @OptionGroup var columns: ClassifierOptions
        @OptionGroup var streaming: StreamOptions
        @OptionGroup var reading: ReadingOptions
        @OptionGroup var output: OutputOptions

        enum Kind: String, ExpressibleByArgument, CaseIterable { case binary, multiclass, regression }

        mutating func validate() throws {
            guard (reference == nil) != (baseline == nil) else {
                throw ValidationError("Either --reference or --baseline is needed.")
            }
            guard reference != "-" else { throw ValidationError("--reference is a file, not standard input.") }
            guard kind == .multiclass || scores == nil else {
                throw ValidationError("--scores belongs to --kind multiclass.")
            }
            switch kind {
            case .multiclass:
                guard scores != nil, columns.score == nil, columns.favourable == nil else {
                    throw ValidationError("--kind multiclass needs --scores, without --score and --favourable.")
                }
                guard features == nil, ignore == nil else {
                    throw ValidationError("--features and --ignore belong to --kind regression.")
                }
                _ = try classes()
            case .binary:
                guard columns.score != nil else { throw ValidationError("--score is needed.") }
                guard features == nil, ignore == nil else {
                    throw ValidationError("--features and --ignore belong to --kind regression.")
                }
            case .regression:
                guard baseline == nil else { throw ValidationError("A regression's losses are learnt: --reference.") }
                guard columns.prediction != nil else {
                    throw ValidationError("--prediction is needed for regression.")
                }
                guard current != "-" else {
                    throw ValidationError("--kind regression reads --current twice: not from standard input.")
                }
            }
            try alarms.validate(chunks)
        }

        func measure() throws {
            let rules = try output.rules()
            let (inputs, result) =
                switch kind {
                case .binary: try classifier()
                case .multiclass: try multiclass()
                case .regression: try regression()
                }
            try output.finish(
                MeasurementReport(
                    measure: "estimate", inputs: inputs, result: result, rules: rules,
                    hysteresis: try alarms.hysteresis()))
        }

        private func classes() throws -> ClassEstimate {
            try MeasureCommand.classes(scores ?? "", label: columns.label, prediction: columns.prediction)
        }

        private func multiclass() throws -> ([MeasurementReport.Input], ReportObject) {
            let request = try classes()
            let isStream = streaming.isStream(current)
            let reader = reading.reader(chunks)
            let first: (input: MeasurementReport.Input, reference: ClassEstimate.Reference)
            if let baseline {
                let frozen = try Baseline(contentsOf: baseline)
                first = (.init(frozen), try request.reference(frozen))
            } else if isStream {
                first = try request.reference(path: reference ?? "", bytesMax: streaming.bytesMax, reader: reader)
            } else {
                let table = try reading.table(reference ?? "") { request.role($0, isLabelled: true) }
                first = (.init(table), try request.reference(table))
            }
            if isStream {
                let found = try request.report(
                    first.reference, current: current, chunking: chunks.chunking, reader: reader)
                return ([first.input, found.input], found.result)
            }
            let second = try reading.table(current, chunks) { request.role($0, isLabelled: false) }
            let result = try request.report(first.reference, current: second, chunks: try chunks.chunks(second))
            return ([first.input, .init(second)], result)
        }

        private func stream() throws -> ([MeasurementReport.Input], ReportObject) {
            let stream = EstimateStream(
                prediction: columns.prediction, score: columns.score ?? "", favourable: columns.favourable,
                chunking: chunks.chunking, bytesMax: streaming.bytesMax)
            let reader = reading.reader(chunks)
            let first: MeasurementReport.Input
            let map: CalibrationMap
            let truth: ReportObject
            if let baseline {
                let frozen = try Baseline(contentsOf: baseline)
                (map, truth) = try Monitoring.Estimate.realised(frozen)
                first = .init(frozen)
            } else {
                let found = try stream.reference(path: reference ?? "", label: columns.label, reader: reader)
                (first, map) = (found.input, try CalibrationMap(found.counted))
                truth = Monitoring.Estimate.realised(found.counted)
            }
            let found = try stream.report(map: map, realised: truth, current: current, reader: reader)
            return ([first, found.input], found.result)
        }

        private func classifier() throws -> ([MeasurementReport.Input], ReportObject) {
            if streaming.isStream(current) { return try stream() }
            let second = try reading.table(current, chunks) { $0 == columns.label ? .ignored : columns.role($0) }
            let unlabelled = try Monitoring.Estimate.Unlabelled(
                table: second, prediction: columns.prediction, score: columns.score ?? "",
                favourable: columns.favourable)
            let parts = try chunks.chunks(second)
            if let baseline {
                let frozen = try Baseline(contentsOf: baseline)
                let result = try Monitoring.Estimate.report(baseline: frozen, current: unlabelled, chunks: parts)
                return ([.init(frozen), .init(second)], result)
            }
            let first = try reading.table(reference ?? "") { columns.role($0) }
            let result = try Monitoring.Estimate.report(
                reference: try columns.columns(first).sample, current: unlabelled, chunks: parts)
            return ([.init(first), .init(second)], result)
        }

        private func regression() throws -> ([MeasurementReport.Input], ReportObject) {
            let prediction = columns.prediction ?? ""
            let ignored = (MeasureCommand.names(ignore) ?? []) + [chunks.time].compactMap { $0 }
            let wanted = MeasureCommand.names(features)
            let role: (String) -> ColumnRole = { name in
                if name == prediction { return .numeric }
                if name == columns.label || ignored.contains(name) { return .ignored }
                return wanted?.contains(name) ?? true ? .inferred : .ignored
            }
            let first = try taken(reference ?? "") { $0 == columns.label ? .numeric : role($0) }
            let second = try taken(current, chunks, role: role)
            var result = try LossEstimate.report(
                reference: first.table, current: second.table, label: columns.label, prediction: prediction,
                features: wanted ?? first.table.columns.map(\.name).filter { $0 != columns.label && $0 != prediction },
                chunks: try chunks.chunking.map { try Chunks(second, by: $0, timeZone: chunks.zone) },
                of: (first.input.rows, second.input.rows))
            if first.places.count < first.input.rows || second.places.count < second.input.rows {
                result["rows_taken"] = .object(
                    ReportObject([
                        ("reference", .integer(first.places.count)), ("current", .integer(second.places.count)),
                    ]))
            }
            return ([first.input, second.input], result)
        }

        /// Rows of a file: all of them, or as many, evenly taken, as fit into the memory given.
        private func taken(
            _ path: String, _ chunks: ChunkOptions? = nil, role: (String) -> ColumnRole
        ) throws -> SelectedRows.Selection {
            guard streaming.memoryMegabytes != nil else { return .init(try reading.table(path, chunks, role: role)) }
            let own = { (name: String) -> ColumnRole in chunks?.role(name, role(name)) ?? role(name) }
            return try SelectedRows(reader: reading.reader(chunks)).read(path: path, role: own) {
                Explanation.evenPlaces(
                    of: $0.rows, LossEstimate.rowsMax(bytes: streaming.bytesMax, columns: $0.columns))
            }
        }
    }
}
