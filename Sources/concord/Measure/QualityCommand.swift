// `concord measure quality`.
import ArgumentParser
import Foundation
import Monitoring
import Statistics

extension MeasureCommand {
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
}
