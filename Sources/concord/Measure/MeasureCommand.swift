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
            Changes.self, Explain.self, TransparencyCommand.self, BaselineCommand.self, MonitorBenchmark.self,
        ])

    enum Format: String, ExpressibleByArgument, CaseIterable { case json, table, html }

    /// Names with commas between them.
    static func names(_ text: String?) -> [String]? {
        text.map { $0.split(separator: ",").map(String.init) }
    }

    /// The classes of `--scores`, with the columns of their scores.
    static func classes(_ scores: String, label: String, prediction: String?) throws -> ClassEstimate {
        let named = try scores.split(separator: ",").map { text in
            // The column's name may hold anything but a comma.
            let parts = text.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else {
                throw ValidationError("--scores is CLASS=COLUMN,CLASS=COLUMN, such as a=p_a,b=p_b; not \(text).")
            }
            return (name: String(parts[0]), column: String(parts[1]))
        }
        do {
            return try ClassEstimate(label: label, prediction: prediction, scores: named)
        } catch { throw ValidationError("--scores: \(error)") }
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

        func validate(_ chunks: ChunkOptions) throws {
            guard alarm == nil || chunks.chunking != nil else {
                throw ValidationError("--alarm needs --chunk or --period.")
            }
        }

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

        /// The same of a stream.
        func stream(
            _ kind: ClassifierStream.Kind = .binary, attributes: [String] = [], chunking: Chunking?
        ) -> ClassifierStream {
            var stream = ClassifierStream(kind: kind, label: label, prediction: prediction, score: score)
            stream.favourable = favourable
            stream.attributes = attributes
            stream.chunking = chunking
            return stream
        }

        func role(_ name: String) -> ColumnRole {
            name == score ? .numeric : name == label || name == prediction ? .inferred : .ignored
        }
    }
}
