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
        @Option(help: "A saved baseline, made with --label and --score, in place of the reference (binary).")
        var baseline: String?
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
            guard (reference == nil) != (baseline == nil) else {
                throw ValidationError("Either --reference or --baseline is needed.")
            }
            switch kind {
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
            }
            try alarms.validate(chunks)
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
            let first = try reading.table(reference ?? "") { $0 == columns.label ? .numeric : role($0) }
            let second = try reading.table(current, chunks, role: role)
            let result = try LossEstimate.report(
                reference: first, current: second, label: columns.label, prediction: prediction,
                features: wanted ?? first.columns.map(\.name).filter { $0 != columns.label && $0 != prediction },
                chunks: try chunks.chunks(second))
            return ([.init(first), .init(second)], result)
        }
    }
}
