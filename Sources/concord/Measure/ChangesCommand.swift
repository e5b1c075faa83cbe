// `concord measure changes`.
import ArgumentParser
import Foundation
import Monitoring
import Statistics

extension MeasureCommand {
    struct Changes: MeasuringCommand {
        static let configuration = CommandConfiguration(
            abstract: "Finds where a mean or a rate of errors changes, row by row: ADWIN, CUSUM, Page-Hinkley.",
            discussion: "Rows are taken to be in the order of time. Memory does not grow with them.")
        @Option(help: "The data; - is standard input.") var data: String
        @Option(help: "The column whose mean is watched.") var value: String?
        @Option(help: "The column of the true label: errors are watched.") var label: String?
        @Option(help: "The column of the decision.") var prediction: String?
        @Option(help: "A file with the same columns that says what the values are like in control, for CUSUM.")
        var reference: String?
        @Option(help: "adwin, cusum, page-hinkley, with commas between them; all without it.")
        var detectors: String?
        @Option(help: "ADWIN: confidence parameter, above 0 and below 1.") var delta = 0.002
        @Option(help: "CUSUM: half of the shift to find, in standard deviations.") var allowance = 0.5
        @Option(help: "CUSUM: alarm limit in standard deviations.") var limit = 5.0
        @Option(help: "Page-Hinkley: the rise that is tolerated.") var tolerance = 0.005
        @Option(name: .customLong("rise-limit"), help: "Page-Hinkley: alarm limit.") var riseLimit = 50.0
        @OptionGroup var reading: ReadingOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard (label == nil) == (prediction == nil), (value == nil) != (label == nil) else {
                throw ValidationError("Either --value is needed, or --label and --prediction.")
            }
            guard delta > 0, delta < 1 else { throw ValidationError("--delta must be above 0 and below 1.") }
            guard allowance >= 0, allowance.isFinite else { throw ValidationError("--allowance must be at least 0.") }
            guard limit > 0, limit.isFinite else { throw ValidationError("--limit must be above 0.") }
            guard tolerance >= 0, tolerance.isFinite else { throw ValidationError("--tolerance must be at least 0.") }
            guard riseLimit > 0, riseLimit.isFinite else { throw ValidationError("--rise-limit must be above 0.") }
            guard reference != "-" || data != "-" else {
                throw ValidationError("Only one of --reference and --data can be standard input.")
            }
            guard try reference == nil || chosen().contains(.cusum) else {
                throw ValidationError("--reference is for cusum, which --detectors leaves out.")
            }
        }

        private func chosen() throws -> Set<ChangeStream.Detector> {
            guard let names = MeasureCommand.names(detectors) else { return Set(ChangeStream.Detector.allCases) }
            let found = try names.map { name in
                guard let detector = ChangeStream.Detector(rawValue: name.replacingOccurrences(of: "-", with: "_"))
                else { throw ValidationError("--detectors: \(name) is not adwin, cusum or page-hinkley.") }
                return detector
            }
            guard !found.isEmpty else { throw ValidationError("--detectors names none.") }
            return Set(found)
        }

        func measure() throws {
            let rules = try output.rules()
            let watched: ChangeStream.Watched
            if let value {
                watched = .value(column: value)
            } else if let label, let prediction {
                watched = .errors(label: label, prediction: prediction)
            } else {
                preconditionFailure("validated")
            }
            var stream = ChangeStream(watched)
            stream.detectors = try chosen()
            (stream.delta, stream.allowance, stream.limit) = (delta, allowance, limit)
            (stream.tolerance, stream.riseLimit) = (tolerance, riseLimit)
            let control = try reference.map { try stream.control(path: $0, reader: reading.reader()) }
            let found = try stream.report(path: data, control: control?.moments, reader: reading.reader())
            try output.finish(
                MeasurementReport(
                    measure: "changes", inputs: (control.map { [$0.input] } ?? []) + [found.input],
                    result: found.result, rules: rules))
        }
    }
}
