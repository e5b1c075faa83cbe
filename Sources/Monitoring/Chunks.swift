// Rows in chunks, by count or by calendar period: what is measured over time.
public import Foundation

/// How rows are put into chunks.
public enum Chunking: Hashable, Sendable {
    /// So many rows each, in the order of the file; the last chunk may be smaller.
    case rows(Int)
    /// One chunk for every period of a column of times.
    case period(Period, column: String)

    /// A calendar period on the clock of the reader's time zone.
    public enum Period: String, Sendable, CaseIterable {
        /// From midnight to midnight.
        case day
        /// From Monday to Sunday, numbered as in ISO 8601.
        case week
        /// A calendar month.
        case month
    }

    /// The column of times, if one is needed.
    public var column: String? {
        if case .period(_, let column) = self { column } else { nil }
    }
}

/// The chunks of a table.
public struct Chunks: Sendable {
    /// More chunks are refused.
    public static let countMax = 10_000

    /// One chunk.
    public struct Chunk: Sendable {
        /// `2026-03-01`, `2026-W09`, `2026-03`, or the first row, from 0.
        public let label: String
        /// The first day and the day after the last; nil for chunks by count.
        public let days: (first: String, end: String)?
        /// Places in the table, ascending.
        public let rows: [Int32]
        /// The row of the data with which a chunk by count begins, from 0.
        var firstRow = 0
    }

    /// The chunks in order. Periods without rows between others are there, and empty.
    public let list: [Chunk]
    /// How they were made.
    public let chunking: Chunking
    /// The zone whose clock says where a period ends.
    public let timeZone: TimeZone
    /// Rows that are in no chunk because they have no time.
    public let withoutTime: Int

    /// The chunks of a table.
    ///
    /// - Parameter timeZone: the zone by which the table was read.
    /// - Throws: `TableError` for chunks without rows, more than `countMax` chunks, or a column of times that was not
    ///   read.
    public init(_ table: Table, by chunking: Chunking, timeZone: TimeZone = .gmt) throws(TableError) {
        try self.init(table, by: chunking, timeZone: timeZone, places: nil, of: table.rows)
    }

    /// The chunks of rows that were taken of a file: those of the file, each with the rows of it that were taken.
    ///
    /// - Throws: as above.
    public init(
        _ selection: SelectedRows.Selection, by chunking: Chunking, timeZone: TimeZone = .gmt
    ) throws(TableError) {
        let isWhole = selection.places.count == selection.input.rows
        try self.init(
            selection.table, by: chunking, timeZone: timeZone, places: isWhole ? nil : selection.places,
            of: selection.input.rows)
    }

    private init(
        _ table: Table, by chunking: Chunking, timeZone: TimeZone, places: [Int]?, of all: Int
    ) throws(TableError) {
        self.chunking = chunking
        self.timeZone = timeZone
        switch chunking {
        case .rows(let size):
            guard size > 0 else { throw TableError(path: table.path, reason: "a chunk needs at least one row") }
            let count = (all + size - 1) / size
            try Self.check(count, table.path, "make chunks larger")
            if let places {
                var rows = [[Int32]](repeating: [], count: count)
                for (row, place) in places.enumerated() { rows[place / size].append(Int32(row)) }
                list = rows.enumerated().map { i, rows in
                    Chunk(label: "\(i * size)", days: nil, rows: rows, firstRow: i * size)
                }
            } else {
                list = (0..<count).map { i in
                    Chunk(
                        label: "\(i * size)", days: nil,
                        rows: (i * size..<min(table.rows, (i + 1) * size)).map { Int32($0) }, firstRow: i * size)
                }
            }
            withoutTime = 0
        case .period(let period, let column):
            guard let times = table[column]?.numbers else {
                throw TableError(path: table.path, reason: "there is no column \"\(column)\"")
            }
            let numbers = times.map { $0.isNaN ? nil : period.number(ofDay: Int(($0 / 86_400).rounded(.down))) }
            guard let first = numbers.lazy.compactMap({ $0 }).min(), let last = numbers.lazy.compactMap({ $0 }).max()
            else { throw TableError(path: table.path, reason: "no row has a time in \"\(column)\"") }
            try Self.check(last - first + 1, table.path, "choose a longer period than a \(period.rawValue)")
            var rows = [[Int32]](repeating: [], count: last - first + 1)
            for (row, number) in numbers.enumerated() {
                if let number { rows[number - first].append(Int32(row)) }
            }
            list = rows.enumerated().map { i, rows in
                let number = first + i
                return Chunk(
                    label: period.label(number),
                    days: (Self.text(period.firstDay(number)), Self.text(period.firstDay(number + 1))), rows: rows)
            }
            withoutTime = table.rows - rows.reduce(0) { $0 + $1.count }
        }
    }

    static func check(_ count: Int, _ path: String, _ advice: String) throws(TableError) {
        guard count <= countMax else {
            throw TableError(
                path: path, reason: "\(count) chunks, at most \(countMax) are measured: \(advice)")
        }
    }

    static func text(_ day: Int) -> String {
        let date = TimeParser.date(day)
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
    }

    static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }

    /// How the chunks were made, for a report.
    public var report: ReportValue { Self.report(chunking, timeZone, withoutTime) }

    static func report(_ chunking: Chunking, _ timeZone: TimeZone, _ withoutTime: Int) -> ReportValue {
        switch chunking {
        case .rows(let size): .object(ReportObject([("by", .string("rows")), ("size", .integer(size))]))
        case .period(let period, let column):
            .object(
                ReportObject([
                    ("by", .string(period.rawValue)), ("column", .string(column)),
                    ("time_zone", .string(timeZone.identifier)), ("rows_without_time", .integer(withoutTime)),
                ]))
        }
    }

    /// What a chunk begins its report with: label, days or first row, and rows.
    func head(_ chunk: Chunk) -> ReportObject {
        Self.head(chunk.label, chunk.days, firstRow: chunk.firstRow, rows: chunk.rows.count)
    }

    static func head(
        _ label: String, _ days: (first: String, end: String)?, firstRow: Int, rows: Int
    ) -> ReportObject {
        var out = ReportObject([("label", .string(label))])
        if let days {
            out["first_day"] = .string(days.first)
            out["end_day"] = .string(days.end)
        } else {
            out["first_row"] = .integer(firstRow)
        }
        out["rows"] = .integer(rows)
        return out
    }
}

/// The chunks of a stream, told row by row as the rows come: memory is that of the chunks, not of the rows.
struct StreamedChunks {
    let chunking: Chunking
    let timeZone: TimeZone
    /// Rows by the number of their chunk.
    private var rows: [Int: Int] = [:]
    private(set) var withoutTime = 0

    init(_ chunking: Chunking, timeZone: TimeZone) {
        self.chunking = chunking
        self.timeZone = timeZone
    }

    /// The column of times, if chunks are made of one.
    var time: String? { chunking.column }

    /// The number of the chunk of each row; `Int.min` for rows without a time, which are in none.
    ///
    /// - Parameter times: the times of the rows; empty for chunks by count.
    /// - Throws: `TableError` for more than `Chunks.countMax` chunks.
    mutating func places(
        rows count: Int, rowsBefore: Int, times: [Double], path: String
    ) throws(TableError) -> [Int] {
        var out = [Int](repeating: .min, count: count)
        switch chunking {
        case .rows(let size):
            guard size > 0 else { throw TableError(path: path, reason: "a chunk needs at least one row") }
            for row in 0..<count { out[row] = (rowsBefore + row) / size }
        case .period(let period, _):
            for row in 0..<count where !times[row].isNaN {
                out[row] = period.number(ofDay: Int((times[row] / 86_400).rounded(.down)))
            }
        }
        var start = 0
        while start < count {
            // Neighbours are mostly of one chunk.
            var end = start + 1
            while end < count, out[end] == out[start] { end += 1 }
            if out[start] == .min { withoutTime += end - start } else { rows[out[start], default: 0] += end - start }
            start = end
        }
        if let first = rows.keys.min(), let last = rows.keys.max() {
            let advice: String
            switch chunking {
            case .rows: advice = "make chunks larger"
            case .period(let period, _): advice = "choose a longer period than a \(period.rawValue)"
            }
            try Chunks.check(last - first + 1, path, advice)
        }
        return out
    }

    /// The numbers of the chunks in order, with what each begins its report with. Periods without rows are among them.
    ///
    /// - Throws: `TableError` when no row has a time.
    func heads(_ path: String) throws(TableError) -> [(number: Int, head: ReportObject)] {
        guard let first = rows.keys.min(), let last = rows.keys.max() else {
            throw TableError(path: path, reason: "no row has a time in \"\(time ?? "")\"")
        }
        return (first...last).map { number in
            let count = rows[number] ?? 0
            switch chunking {
            case .rows(let size):
                return (number, Chunks.head("\(number * size)", nil, firstRow: number * size, rows: count))
            case .period(let period, _):
                let days = (Chunks.text(period.firstDay(number)), Chunks.text(period.firstDay(number + 1)))
                return (number, Chunks.head(period.label(number), days, firstRow: 0, rows: count))
            }
        }
    }

    /// How the chunks were made, for a report.
    var report: ReportValue { Chunks.report(chunking, timeZone, withoutTime) }
}

extension Chunking.Period {
    /// The period that a day since 1970-01-01 lies in, counted so that the next period has the next number.
    func number(ofDay day: Int) -> Int {
        switch self {
        case .day: return day
        // 1970-01-01 was a Thursday.
        case .week: return (day + 3 - ((day + 3) % 7 + 7) % 7) / 7
        case .month:
            let date = TimeParser.date(day)
            return date.year * 12 + date.month - 1
        }
    }

    /// The first day of a period, in days since 1970-01-01.
    func firstDay(_ number: Int) -> Int {
        switch self {
        case .day: return number
        case .week: return number * 7 - 3
        case .month:
            let month = (number % 12 + 12) % 12
            return TimeParser.dayNumber((number - month) / 12, month + 1, 1)
        }
    }

    /// `2026-03-01`, `2026-W09` or `2026-03`.
    func label(_ number: Int) -> String {
        let first = firstDay(number)
        let date = TimeParser.date(first)
        switch self {
        case .day:
            return "\(Chunks.padded(date.year, 4))-\(Chunks.padded(date.month, 2))-\(Chunks.padded(date.day, 2))"
        case .week:
            // A week belongs to the year of its Thursday (ISO 8601, 3.1.1.23).
            let year = TimeParser.date(first + 3).year
            let week = (first + 3 - TimeParser.dayNumber(year, 1, 1)) / 7 + 1
            return "\(Chunks.padded(year, 4))-W\(Chunks.padded(week, 2))"
        case .month: return "\(Chunks.padded(date.year, 4))-\(Chunks.padded(date.month, 2))"
        }
    }
}
