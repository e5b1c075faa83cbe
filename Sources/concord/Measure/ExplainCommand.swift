// `concord measure explain`.
import ArgumentParser
import Foundation
import Monitoring
import Statistics

extension MeasureCommand {
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
            let wanted = MeasureCommand.names(endpoint.features)
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
}
