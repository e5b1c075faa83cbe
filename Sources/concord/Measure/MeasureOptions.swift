// Options that several measures share: chunks over time, and labels that come later.
import ArgumentParser
import Foundation
import Monitoring

/// A measure as a command: the line of progress is taken away whatever happens.
protocol MeasuringCommand: ParsableCommand {
    func measure() throws
}

extension MeasuringCommand {
    func run() throws {
        defer { MeasureCommand.meter.close() }
        try measure()
    }
}

extension MeasureCommand {
    /// Progress on standard error, made when the first file is read.
    static let meter = ProgressMeter()

    /// `Chunking.Period` as an argument.
    enum Period: String, ExpressibleByArgument, CaseIterable {
        case day, week, month

        var period: Chunking.Period {
            switch self {
            case .day: .day
            case .week: .week
            case .month: .month
            }
        }
    }

    /// How rows are put into chunks.
    struct ChunkOptions: ParsableArguments {
        @Option(help: "Also measure chunks of so many rows.") var chunk: Int?
        @Option(help: "Also measure every day, week (from Monday) or month of the column --time.") var period: Period?
        @Option(help: "The column of times, ISO 8601 or Unix time.") var time: String?
        @Option(name: .customLong("time-zone"), help: "The zone whose clock ends a period, such as Europe/Berlin.")
        var timeZone = "UTC"

        func validate() throws {
            guard chunk ?? 1 > 0 else { throw ValidationError("--chunk must be at least 1.") }
            guard chunk == nil || period == nil else {
                throw ValidationError("Chunks are made by --chunk or by --period, not by both.")
            }
            guard (period == nil) == (time == nil) else { throw ValidationError("--period and --time go together.") }
            guard TimeZone(identifier: timeZone) != nil else {
                throw ValidationError("--time-zone: \(timeZone) is not a time zone.")
            }
        }

        var zone: TimeZone { TimeZone(identifier: timeZone) ?? .gmt }

        var chunking: Chunking? {
            if let chunk { return .rows(chunk) }
            if let period, let time { return .period(period.period, column: time) }
            return nil
        }

        /// The chunks of a table; nil when none are asked for.
        func chunks(_ table: Table) throws -> Chunks? {
            try chunking.map { try Chunks(table, by: $0, timeZone: zone) }
        }

        /// The role of a column: that of times goes before every other.
        func role(_ name: String, _ other: ColumnRole) -> ColumnRole { name == time ? .time : other }
    }

    /// Decisions over chunks that hold at every look.
    struct AnytimeOptions: ParsableArguments {
        @Option(
            help:
                "ALPHA, such as 0.05: rates over chunks with intervals, and rules about them, that are wrong at any look with at most this probability."
        )
        var anytime: Double?

        func validate() throws {
            guard anytime.map({ $0 > 0 && $0 < 1 }) ?? true else {
                throw ValidationError("--anytime must be above 0 and below 1, such as 0.05.")
            }
        }

        func validate(_ chunks: ChunkOptions, _ alarms: AlarmOptions) throws {
            guard anytime != nil else { return }
            guard chunks.chunking != nil else { throw ValidationError("--anytime needs --chunk or --period.") }
            guard alarms.alarm == nil else {
                throw ValidationError("--anytime and --alarm both decide over chunks: give one.")
            }
        }
    }

    /// Whether data are read as a stream.
    struct StreamOptions: ParsableArguments {
        @Option(
            name: .customLong("memory-megabytes"),
            help: "Read the data as a stream, in bounded memory; standard input (-) is always read so.")
        var memoryMegabytes: Int?

        func validate() throws { try Self.check(memoryMegabytes) }

        static func check(_ megabytes: Int?) throws {
            guard (1...1_000_000).contains(megabytes ?? 1) else {
                throw ValidationError("--memory-megabytes must be 1 to 1000000.")
            }
        }

        /// The memory that what is kept may take, in bytes.
        var bytesMax: Int { memoryMegabytes.map { $0 << 20 } ?? DriftRequest.streamBytesMaxUsual }

        /// A file of this path is read as a stream.
        func isStream(_ path: String) -> Bool { path == "-" || memoryMegabytes != nil }
    }

    /// Labels in a file of their own.
    struct LabelOptions: ParsableArguments {
        @Option(help: "A file with the column --label and the column --id, joined to the data by the id.")
        var labels: String?
        @Option(help: "The column of the id, in the data and in the labels.") var id: String?

        func validate() throws {
            guard (labels == nil) == (id == nil) else { throw ValidationError("--labels and --id go together.") }
        }

        /// Labels are joined to rows that are all there.
        func validate(isStream: Bool) throws {
            if isStream, labels != nil {
                throw ValidationError("--labels needs the data in a file that is read whole.")
            }
        }

        /// The role of a column of the data: the id is read as it stands.
        func role(_ name: String, _ other: ColumnRole) -> ColumnRole { name == id ? .category : other }

        /// The data with labels; nil when they are not in a file of their own.
        func joined(_ data: Table, label: String, reading: ReadingOptions) throws -> LabelJoin? {
            guard let labels, let id else { return nil }
            let table = try reading.table(labels) { $0 == id || $0 == label ? .category : .ignored }
            return try LabelJoin(data: data, labels: table, id: id, label: label)
        }
    }
}
