// `concord measure transparency`.
import ArgumentParser
import Foundation
import Monitoring
import Statistics

extension MeasureCommand {
    struct TransparencyCommand: MeasuringCommand {
        static let configuration = CommandConfiguration(
            commandName: "transparency",
            abstract: "Measures explanation of decisions, information of people, and documents of an AI system.")
        @Option(help: "A record of decisions, one a row; - is standard input.") var decisions: String?
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
        @Option(
            name: .customLong("memory-megabytes"),
            help: "Read decisions as a stream and rows of --data in part: people, texts and rows in so much memory.")
        var memoryMegabytes: Int?
        @OptionGroup var reading: ReadingOptions
        @OptionGroup var output: OutputOptions

        mutating func validate() throws {
            try StreamOptions.check(memoryMegabytes)
            guard memoryMegabytes == nil || decisions != nil || model != nil else {
                throw ValidationError("--memory-megabytes needs --decisions or --model.")
            }
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
                if decisions == "-" || memoryMegabytes != nil {
                    let found = try Transparency.report(
                        path: decisions, columns: columns, minimumSize: minimumSize,
                        bytesMax: memoryMegabytes.map { $0 << 20 } ?? DriftRequest.streamBytesMaxUsual,
                        reader: reading.reader())
                    inputs.append(found.input)
                    result = found.result
                } else {
                    let table = try reading.table(decisions) { columns.names.contains($0) ? .category : .ignored }
                    inputs.append(.init(table))
                    result = try Transparency.report(table: table, columns: columns, minimumSize: minimumSize)
                }
            }
            if let model, let data, let background {
                let (read, stability) = try steadiness(try DeclaredModel(contentsOf: model), data, background)
                inputs += read
                result["stability"] = .object(stability)
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

        /// How steady explanations are, with the files that were read for it.
        private func steadiness(
            _ model: DeclaredModel, _ data: String, _ background: String
        ) throws -> ([MeasurementReport.Input], ReportObject) {
            let wanted = Set(model.features)
            let rowsMax =
                memoryMegabytes.map { Explanation.rowsMax(bytes: $0 << 20, features: wanted.count) } ?? .max
            func taken(_ path: String, _ choose: (MeasurementReport.Input) -> [Int]) throws -> SelectedRows.Selection {
                let role = { (name: String) -> ColumnRole in wanted.contains(name) ? .numeric : .ignored }
                guard memoryMegabytes != nil else { return .init(try reading.table(path, role: role)) }
                return try SelectedRows(reader: reading.reader()).read(path: path, role: role, choose: choose)
            }
            let first = try taken(data) {
                Explanation.evenPlaces(of: $0.rows, rowsMax)
                    + Explanation.evenPlaces(of: $0.rows, Transparency.stabilityRowsMax)
            }
            let second = try taken(background) { Explanation.evenPlaces(of: $0.rows, Explanation.backgroundRowsMax) }
            let rows = try Explanation.rows(first.table, model: model)
            func of(_ limit: Int) -> [[Double]] {
                first.indices(Explanation.evenPlaces(of: first.input.rows, limit)).map { rows[$0] }
            }
            let stability = try Transparency.stability(
                model: model, data: of(rowsMax), rows: of(Transparency.stabilityRowsMax),
                background: try Explanation.rows(second.table, model: model),
                method: method?.method ?? Explain.usualMethod(model))
            return ([first.input, second.input], stability)
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
}
