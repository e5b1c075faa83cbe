// `concord measure quality`.
import ArgumentParser
import Foundation
import Monitoring
import Statistics

extension MeasureCommand {
    struct Quality: MeasuringCommand {
        static let configuration = CommandConfiguration(
            abstract: "Measures nulls, duplicates, constants, correlations, and what is expected of columns.")
        @Option(help: "The data; - is standard input.") var data: String
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
        @OptionGroup var chunks: ChunkOptions
        @OptionGroup var alarms: AlarmOptions
        @OptionGroup var streaming: StreamOptions
        @OptionGroup var reading: ReadingOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            try alarms.validate(chunks)
            let isExpecting = ![allowed, pattern, range, freshness].joined().isEmpty || volume != nil
            guard !isExpecting || !streaming.isStream(data) else {
                throw ValidationError("What is expected of columns needs the data in a file that is read whole.")
            }
        }

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
            let input: MeasurementReport.Input
            var result: ReportObject
            if streaming.isStream(data) {
                (input, result) = try QualityStream(
                    label: label, chunking: chunks.chunking, bytesMax: streaming.bytesMax
                )
                .report(path: data, reader: reading.reader(chunks))
            } else {
                (input, result) = try whole(expectations, now)
            }
            try output.finish(
                MeasurementReport(
                    measure: "quality", inputs: [input], result: result, rules: rules,
                    hysteresis: try alarms.hysteresis()))
        }

        private func whole(
            _ expectations: Expectations, _ now: Date
        ) throws -> (MeasurementReport.Input, ReportObject) {
            let table = try reading.table(data, chunks) { _ in .inferred }
            let parts = try chunks.chunks(table)
            // Times are how rows are put into chunks, not what is measured.
            let measured = chunks.time.map { table.without($0) } ?? table
            var result: ReportObject
            if expectations.isEmpty {
                result = Monitoring.Quality.report(measured, label: label)
            } else {
                let expected = try reading.table(data) { expectations.role($0) ?? .ignored }
                result = try Monitoring.Quality.report(
                    measured, label: label, expectations: expectations, expected: expected, now: now)
            }
            if let parts {
                result["chunking"] = parts.report
                result["chunks"] = Monitoring.Quality.chunks(parts, table: measured)
            }
            return (.init(table), result)
        }
    }
}
