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
        @Option(
            name: .customLong("memory-megabytes"),
            help:
                "Keep only the rows that are needed; importance, robustness and flips on as many, evenly taken, as fit."
        )
        var memoryMegabytes: Int?
        @OptionGroup var endpoint: EndpointOptions
        @OptionGroup var reading: ReadingOptions
        @OptionGroup var output: OutputOptions

        /// Trees have a method of their own; few features are computed exactly.
        static func usualMethod(_ model: some ScoringModel) -> ExplanationMethod {
            model.ensemble != nil ? .treeInterventional : model.features.count <= 12 ? .exact : .sampled
        }

        func validate() throws {
            try StreamOptions.check(memoryMegabytes)
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
            let rowsMax = rowsMax(features: model.features.count)
            let found = try paths.enumerated().map { place, path in
                try taken(path, place, chosen, rowsMax) { wanted.contains($0) ? .numeric : .ignored }
            }
            let rows = try found.map { try Explanation.rows($0.table, model: model) }
            return (found.map(\.input), try explained(model, found, rows, chosen, rowsMax))
        }

        private func asked(_ chosen: [Int]) throws -> ([MeasurementReport.Input], ReportObject) {
            let wanted = MeasureCommand.names(endpoint.features)
            let second = try taken(background, 1, chosen, 0) { wanted?.contains($0) ?? true ? .inferred : .ignored }
            let features = wanted ?? second.table.header
            let rowsMax = min(endpoint.sampleRows, rowsMax(features: features.count))
            let found = try paths.enumerated().map { place, path in
                guard place != 1 else { return second }
                return try taken(path, place, chosen, rowsMax) { features.contains($0) ? .inferred : .ignored }
            }
            let space = try FeatureSpace(features: features, tables: found.map(\.table))
            let model = try endpoint.model(space)
            let rows = try found.map { try space.rows($0.table) }
            var result = try explained(model, found, rows, chosen, rowsMax)
            result["model"] = model.report
            return (found.map(\.input), result)
        }

        /// The files in order: data, background and, if there is one, the reference of attributions.
        private var paths: [String] { [data, background] + (reference.map { [$0] } ?? []) }

        /// How many rows of the data fit into the memory given: with each go copies in which one feature is another.
        private func rowsMax(features: Int) -> Int {
            memoryMegabytes.map { Explanation.rowsMax(bytes: $0 << 20, features: features) } ?? .max
        }

        /// Rows of a file: all of them, or those that are needed when memory is bounded.
        private func taken(
            _ path: String, _ place: Int, _ chosen: [Int], _ rowsMax: Int, role: (String) -> ColumnRole
        ) throws -> SelectedRows.Selection {
            guard memoryMegabytes != nil else { return .init(try reading.table(path, role: role)) }
            return try SelectedRows(reader: reading.reader()).read(path: path, role: role) { input in
                let count = input.rows
                return switch place {
                case 0:
                    chosen.filter { (0..<count).contains($0) } + Explanation.evenPlaces(of: count, rowsMax)
                        + (reference == nil ? [] : Explanation.evenPlaces(of: count, AttributionDrift.rowsMax))
                case 1: Explanation.evenPlaces(of: count, Explanation.backgroundRowsMax)
                default: Explanation.evenPlaces(of: count, AttributionDrift.rowsMax)
                }
            }
        }

        private func explained(
            _ model: some ScoringModel, _ found: [SelectedRows.Selection], _ rows: [[[Double]]], _ chosen: [Int],
            _ rowsMax: Int
        ) throws -> ReportObject {
            let method = method?.method ?? Self.usualMethod(model)
            let all = found[0].input.rows
            try Explanation.check(chosen, of: all)
            func of(_ places: [Int]) -> [[Double]] { found[0].indices(places).map { rows[0][$0] } }
            var result = try Explanation.report(
                model: model, data: of(Explanation.evenPlaces(of: all, rowsMax)), of: all, background: rows[1],
                backgroundName: background, explained: zip(chosen, of(chosen)).map { ($0, $1) }, method: method,
                flip: flip)
            if rows.count > 2 {
                result["attribution_drift"] = .object(
                    try AttributionDrift.report(
                        model: model, reference: rows[2],
                        current: of(Explanation.evenPlaces(of: all, AttributionDrift.rowsMax)), background: rows[1],
                        method: method))
            }
            return result
        }
    }
}
