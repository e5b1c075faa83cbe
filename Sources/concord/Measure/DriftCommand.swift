// `concord measure drift` and `concord measure baseline`.
import ArgumentParser
import Foundation
import Monitoring
import Statistics

extension MeasureCommand {
    /// `DriftSuite` as an argument.
    enum Suite: String, ExpressibleByArgument, CaseIterable {
        case all, standard, psi

        var suite: DriftSuite {
            switch self {
            case .all: .all
            case .standard: .standard
            case .psi: .psi
            }
        }
    }

    struct Drift: MeasuringCommand {
        static let configuration = CommandConfiguration(
            abstract: "Measures how far current data are from a reference.")
        @Option(help: "The reference, CSV or NDJSON.") var reference: String?
        @Option(help: "A saved baseline in place of the reference.") var baseline: String?
        @Option(help: "The current data; - is standard input.") var current: String?
        @Option(help: "COLUMN=REF:CUR: both sides are rows of the one file given.") var split: String?
        @Option(help: "Columns measured as numbers, with commas between them.") var numeric: String?
        @Option(help: "Columns measured as categories, with commas between them.") var categorical: String?
        @Option(help: "Columns not measured, with commas between them.") var ignore: String?
        @Option(help: "all, standard (no tests that rank every value) or psi.") var measures = Suite.all
        @Option(
            name: .customLong("memory-megabytes"),
            help: "Read the current data as a stream, and sketch values beyond so much memory.")
        var memoryMegabytes: Int?
        @Flag(help: "Measure columns together, too: principal components and correlations, in chunks of --chunk rows.")
        var multivariate = false
        @OptionGroup var chunks: ChunkOptions
        @OptionGroup var alarms: AlarmOptions
        @OptionGroup var reading: ReadingOptions
        @OptionGroup var output: OutputOptions

        mutating func validate() throws {
            if split != nil {
                guard baseline == nil, (reference == nil) != (current == nil) else {
                    throw ValidationError("--split takes one file, by --reference or by --current.")
                }
                guard chunks.chunking == nil else { throw ValidationError("Chunks are not made of --split.") }
            } else {
                guard (reference == nil) != (baseline == nil) else {
                    throw ValidationError("Either --reference or --baseline is needed.")
                }
                guard current != nil else { throw ValidationError("--current is needed.") }
            }
            try StreamOptions.check(memoryMegabytes)
            guard multivariate || chunks.chunking != nil || alarms.alarm == nil else {
                throw ValidationError("--alarm needs --chunk, --period or --multivariate.")
            }
            guard !multivariate || (baseline == nil && memoryMegabytes == nil && current != "-") else {
                throw ValidationError(
                    "--multivariate needs both files whole: no --baseline, --memory-megabytes or standard input.")
            }
        }

        func measure() throws {
            var request = DriftRequest(
                numeric: MeasureCommand.names(numeric), categorical: MeasureCommand.names(categorical),
                ignored: MeasureCommand.names(ignore) ?? [],
                suite: measures.suite, streamBytesMax: memoryMegabytes.map { $0 << 20 }, chunking: chunks.chunking)
            request.multivariateChunk = multivariate ? chunks.chunk ?? 0 : nil
            var rules = try output.rules()
            let reader = reading.reader(chunks)
            let inputs: [MeasurementReport.Input]
            let result: ReportObject
            if let split {
                let (column, first, second) = try Self.parts(split)
                (inputs, result) = try request.run(
                    file: reference ?? current ?? "", splitBy: column, reference: first, current: second,
                    reader: reader)
            } else {
                let source: DriftRequest.Reference
                if let baseline {
                    let frozen = try Baseline(contentsOf: baseline)
                    for rule in frozen.rules where !rules.contains(where: { $0.text == rule }) {
                        rules.append(try DecisionRule(rule, source: "the baseline \(frozen.name)"))
                    }
                    source = .baseline(frozen)
                } else {
                    source = .file(reference ?? "")
                }
                (inputs, result) = try request.run(reference: source, current: current ?? "", reader: reader)
            }
            try output.finish(
                MeasurementReport(
                    measure: "drift", inputs: inputs, result: result, rules: rules,
                    hysteresis: try alarms.hysteresis()))
        }

        /// The parts of COLUMN=REF:CUR. The column's name may hold anything but an equals sign.
        private static func parts(_ split: String) throws -> (String, String, String) {
            let sides = split.split(separator: "=", maxSplits: 1)
            let values = (sides.last ?? "").split(separator: ":", maxSplits: 1)
            guard sides.count == 2, values.count == 2 else {
                throw ValidationError("--split is COLUMN=REF:CUR, such as month=2026-03:2026-04.")
            }
            return (String(sides[0]), String(values[0]), String(values[1]))
        }
    }

    struct BaselineCommand: MeasuringCommand {
        static let configuration = CommandConfiguration(
            commandName: "baseline", abstract: "Freezes a reference in a file, for --baseline.")
        @Option(help: "The reference.") var reference: String
        @Option(help: "The file to write.") var output: String
        @Option(help: "The baseline's name; the reference's file name without it.") var name: String?
        @Option(help: "Columns measured as numbers, with commas between them.") var numeric: String?
        @Option(help: "Columns measured as categories, with commas between them.") var categorical: String?
        @Option(help: "Columns not measured, with commas between them.") var ignore: String?
        @Option(help: "The column of the true label, for estimates without labels; with --score or --scores.")
        var label: String?
        @Option(help: "The column of the decision; without it the score decides at 0.5.") var prediction: String?
        @Option(help: "The column of the score, 0 to 1.") var score: String?
        @Option(help: "CLASS=COLUMN of each class's score, 0 to 1, with commas between them (multiclass).")
        var scores: String?
        @Option(help: "The value of label and decision that counts as positive.") var favourable: String?
        @Option(
            name: .customLong("fail-on"),
            help: "Rules about drift that go with the baseline: they are judged wherever drift is measured against it.")
        var failOn: String?
        @Option(
            name: .customLong("memory-megabytes"),
            help: "Read the reference as a stream, twice; sketch numbers and count scores beyond so much memory.")
        var memoryMegabytes: Int?
        @OptionGroup var reading: ReadingOptions

        func validate() throws {
            try StreamOptions.check(memoryMegabytes)
            guard score == nil || scores == nil else { throw ValidationError("Either --score or --scores.") }
            guard (label == nil) == (score == nil && scores == nil) else {
                throw ValidationError("--label and --score, or --scores, go together.")
            }
            guard scores == nil || favourable == nil else {
                throw ValidationError("--scores goes without --favourable.")
            }
            _ = try classes()
            guard label != nil || (prediction == nil && favourable == nil) else {
                throw ValidationError("--prediction and --favourable need --label.")
            }
        }

        /// Labels and scores of the reference; nil when they are not named.
        private func scored() throws -> CalibrationAccumulator? {
            guard let label, let score else { return nil }
            if let memoryMegabytes {
                let stream = EstimateStream(
                    prediction: prediction, score: score, favourable: favourable, bytesMax: memoryMegabytes << 20)
                return try stream.reference(path: reference, label: label, reader: reading.reader()).counted
            }
            let table = try reading.table(reference) {
                $0 == score ? .numeric : $0 == label || $0 == prediction ? .inferred : .ignored
            }
            return CalibrationAccumulator(
                try BinaryColumns(
                    table: table, label: label, prediction: prediction, score: score, favourable: favourable
                ).sample)
        }

        private func classes() throws -> ClassEstimate? {
            guard let label, let scores else { return nil }
            return try MeasureCommand.classes(scores, label: label, prediction: prediction)
        }

        /// The calibrations of several classes; nil when their scores are not named.
        private func frozenClasses() throws -> ClassEstimate.Frozen? {
            guard let classes = try classes() else { return nil }
            if let memoryMegabytes {
                return classes.frozen(
                    try classes.reference(
                        path: reference, bytesMax: memoryMegabytes << 20, reader: reading.reader()
                    ).reference)
            }
            let table = try reading.table(reference) { classes.role($0, isLabelled: true) }
            return classes.frozen(try classes.reference(table))
        }

        func measure() throws {
            let rules = try failOn.map { try DecisionRule.list($0) } ?? []
            let request = DriftRequest(
                numeric: MeasureCommand.names(numeric), categorical: MeasureCommand.names(categorical),
                ignored: MeasureCommand.names(ignore) ?? [], suite: .all,
                streamBytesMax: memoryMegabytes.map { $0 << 20 })
            let baseline = try request.baseline(
                reference: reference, name: name ?? URL(fileURLWithPath: reference).lastPathComponent,
                reader: reading.reader(), scored: try scored(), classes: try frozenClasses(), rules: rules)
            let data = try baseline.encoded()
            do { try data.write(to: URL(fileURLWithPath: output)) } catch {
                throw MeasureError("\(output) cannot be written")
            }
            print("\(output): \(baseline.rows) rows, \(data.count) bytes")
            let sketched = baseline.sketched
            if let worst = sketched.values.max() {
                let share = (worst * 1e5).rounded(.up) / 1e3
                print("sketched: \(sketched.count) columns, ranks off by at most \(share) % of the values")
            }
            let maps = (baseline.classes?.maps ?? []) + [baseline.calibration].compactMap { $0 }
            if maps.contains(where: { $0.bounds != nil }) {
                print("calibrated from a grid of \(CalibrationGrid.cells) scores")
            }
        }
    }
}
