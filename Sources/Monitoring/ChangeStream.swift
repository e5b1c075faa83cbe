// Changes of values one by one: classical detectors over the rows of a file or stream, in their order.
import Foundation
public import Statistics

/// Where the mean of a column, or the rate of errors, changes from row to row. Rows are taken to be in the order of time.
///
/// It costs a pass over the rows, in memory that does not grow with them.
public struct ChangeStream: Sendable {
    /// What is watched.
    public enum Watched: Hashable, Sendable {
        /// A numeric column.
        case value(column: String)
        /// 1 where the prediction is not the label, 0 where it is.
        case errors(label: String, prediction: String)

        var columns: Set<String> {
            switch self {
            case .value(let column): [column]
            case .errors(let label, let prediction): [label, prediction]
            }
        }
    }

    /// The detectors, by their names in results.
    public enum Detector: String, Sendable, CaseIterable {
        /// ``AdaptiveWindow``.
        case adwin
        /// ``CumulativeSum``.
        case cusum
        /// ``PageHinkley``.
        case pageHinkley = "page_hinkley"

        /// As people call it.
        var title: String {
            switch self {
            case .adwin: "ADWIN"
            case .cusum: "CUSUM"
            case .pageHinkley: "Page-Hinkley"
            }
        }
    }

    /// Rows of alarms that are listed for each detector; the others are counted.
    public static let listedMax = 1_000

    /// What is watched.
    public var watched: Watched
    /// The detectors that look.
    public var detectors = Set(Detector.allCases)
    /// Confidence parameter of ADWIN, within 0 and 1.
    public var delta = 0.002
    /// Allowance of the cumulative sum, in standard deviations.
    public var allowance = 0.5
    /// Alarm limit of the cumulative sum, in standard deviations.
    public var limit = 5.0
    /// Rise that the test of Page and Hinkley tolerates.
    public var tolerance = 0.005
    /// Its alarm limit.
    public var riseLimit = 50.0

    /// Of what is watched, with the usual detectors.
    public init(_ watched: Watched) { self.watched = watched }

    private func role(_ name: String) -> ColumnRole {
        guard watched.columns.contains(name) else { return .ignored }
        if case .value = watched { return .numeric }
        return .category
    }

    /// Hands out the values row by row; NaN where one is missing.
    private func read(
        _ path: String, _ reader: TableReader, _ body: ([Double], _ rowsBefore: Int) -> Void
    ) throws(TableError) -> MeasurementReport.Input {
        try TableBlocks(reader: reader, wanted: watched.columns).read(path: path, role: role) {
            block, rowsBefore throws(TableError) in
            guard block.rows > 0 else { return }
            body(values(try reader.table(block, path: path)), rowsBefore)
        }
    }

    private func values(_ table: Table) -> [Double] {
        switch watched {
        case .value(let column): return table[column]?.numbers ?? []
        case .errors(let label, let prediction):
            guard let truth = table[label], let decided = table[prediction], let first = truth.codes,
                let second = decided.codes
            else { return [] }
            var known: [String: Int] = [:]
            func keys(_ column: Column) -> [Int] {
                column.categories.map { text in
                    let name = Self.className(text)
                    let key = known[name] ?? known.count
                    known[name] = key
                    return key
                }
            }
            let (labels, predictions) = (keys(truth), keys(decided))
            return first.indices.map { i in
                guard first[i] >= 0, second[i] >= 0 else { return .nan }
                return labels[Int(first[i])] == predictions[Int(second[i])] ? 0 : 1
            }
        }
    }

    /// A class however it is written: 1, 1.0, true and yes are one, as are 0, -0.0, false and no; nothing else is equal that is
    /// not written so.
    private static func className(_ text: String) -> String {
        switch text.lowercased() {
        case "true", "yes": return "1"
        case "false", "no": return "0"
        default: break
        }
        let sign = text.hasPrefix("-") ? "-" : ""
        let parts = text.dropFirst(sign.count).split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } })
        else {
            return text
        }
        var fraction = parts.count == 2 ? parts[1] : ""
        while fraction.hasSuffix("0") { fraction.removeLast() }
        let number = parts[0] + (fraction.isEmpty ? "" : "." + fraction)
        return number == "0" ? "0" : sign + number
    }

    /// Mean and deviation of the rows of a file, or of standard input for `-`: what a process is like in control.
    ///
    /// - Throws: `TableError` with line and column.
    public func control(
        path: String, reader: TableReader = TableReader()
    ) throws(TableError) -> (input: MeasurementReport.Input, moments: Moments) {
        var moments = Moments()
        let input = try read(path, reader) { values, _ in Self.add(values, &moments) }
        return (input, moments)
    }

    /// Infinite values are left out, as missing ones are.
    private static func add(_ values: [Double], _ moments: inout Moments) {
        moments.add(values.filter(\.isFinite))
    }

    /// Alarms so far.
    private struct Alarms {
        var count = 0
        var rows: [Int] = []

        mutating func add(_ row: Int) {
            count += 1
            if rows.count < ChangeStream.listedMax { rows.append(row) }
        }

        /// The members that every detector has.
        func set(_ out: inout ReportObject) {
            out["alarms"] = .integer(count)
            out["rows"] = .array(rows.map { .integer($0) })
            if count > rows.count { out["rows_not_listed"] = .integer(count - rows.count) }
        }
    }

    /// Reads a file, or standard input for `-`, and tells at which rows each detector raised an alarm; the first row is 1.
    ///
    /// - Parameter control: what the values are like in control; without it there is no cumulative sum.
    /// - Throws: `TableError` with line and column, and for columns that are missing.
    public func report(
        path: String, control: Moments? = nil, reader: TableReader = TableReader()
    ) throws(TableError) -> (input: MeasurementReport.Input, result: ReportObject) {
        var moments = Moments()
        var infinities = 0
        var window = AdaptiveWindow(delta: delta)
        var sum = control.flatMap(self.sum)
        var rise = PageHinkley(tolerance: tolerance, limit: riseLimit)
        var alarms: [Detector: Alarms] = [:]
        var course = RowCourse()
        let input = try read(path, reader) { values, rowsBefore in
            Self.add(values, &moments)
            course.add(values, rowsBefore: rowsBefore)
            infinities += values.count(where: \.isInfinite)
            for (i, value) in values.enumerated() where value.isFinite {
                let row = rowsBefore + i + 1
                if detectors.contains(.adwin), window.add(value) { alarms[.adwin, default: Alarms()].add(row) }
                if detectors.contains(.cusum), sum?.add(value) ?? false { alarms[.cusum, default: Alarms()].add(row) }
                if detectors.contains(.pageHinkley), rise.add(value) {
                    alarms[.pageHinkley, default: Alarms()].add(row)
                }
            }
        }
        guard moments.count > 0 else {
            throw TableError(path: path, reason: "no row has \(watched.columns.sorted().joined(separator: " and "))")
        }
        var out = ReportObject()
        switch watched {
        case .value(let column): out["value"] = .string(column)
        case .errors(let label, let prediction): out["errors"] = .string("\(prediction) is not \(label)")
        }
        out["n"] = .integer(moments.count)
        out["incomplete"] = .integer(input.rows - moments.count - infinities)
        out["infinities"] = .integer(infinities)
        out.set("mean", moments.mean, reason: "the values are too large")
        out["course"] = .object(course.report)
        for detector in Detector.allCases where detectors.contains(detector) {
            let found = alarms[detector] ?? Alarms()
            let object: ReportObject?
            let reason: String
            switch detector {
            case .adwin:
                object = moments.minimum >= 0 && moments.maximum <= 1 ? adaptive(window, found) : nil
                reason = "it is for values within 0 and 1"
            case .cusum:
                object = sum.map { cumulative($0, found, moments.count) }
                reason =
                    switch control?.count {
                    case nil: "no reference says what the values are like in control"
                    case 0: "the reference has no values"
                    default: "the reference does not vary, or its values are too large"
                    }
            case .pageHinkley:
                object = self.rise(found)
                reason = ""
            }
            out[detector.rawValue] = object.map { .object($0) } ?? .null
            if object == nil { out[detector.rawValue + "_reason"] = .string(reason) }
        }
        return (input, out)
    }

    /// None where the reference does not vary.
    private func sum(_ control: Moments) -> CumulativeSum? {
        guard let variance = control.sampleVariance, variance > 0, variance.isFinite else { return nil }
        let deviation = variance.squareRoot()
        return CumulativeSum(mean: control.mean, deviation: deviation, allowance: allowance, limit: limit)
    }

    private func adaptive(_ window: AdaptiveWindow, _ alarms: Alarms) -> ReportObject {
        var out = ReportObject()
        out["delta"] = .number(delta)
        alarms.set(&out)
        out["window"] = .integer(window.count)
        out.set("window_mean", window.mean, reason: "there are no values")
        return out
    }

    private func cumulative(_ sum: CumulativeSum, _ alarms: Alarms, _ count: Int) -> ReportObject {
        var out = ReportObject()
        out["mean"] = .number(sum.mean)
        out["deviation"] = .number(sum.deviation)
        out["allowance"] = .number(allowance)
        out["limit"] = .number(limit)
        out["average_run_length"] = .number(sum.averageRunLength)
        out["false_alarms_expected"] = .number(Double(count) / sum.averageRunLength)
        alarms.set(&out)
        return out
    }

    private func rise(_ alarms: Alarms) -> ReportObject {
        var out = ReportObject()
        out["tolerance"] = .number(tolerance)
        out["limit"] = .number(riseLimit)
        alarms.set(&out)
        return out
    }
}

/// The mean over stretches of rows that are as long as each other: twice as long whenever there would be too many.
struct RowCourse {
    /// The most stretches; there are more than half as many once there are so many rows.
    static let stretchesMax = 60
    private var stretches: [Moments] = []
    private(set) var rowsEach = 1

    /// Adds the values of the rows after `rowsBefore`; those that are not finite are left out.
    mutating func add(_ values: [Double], rowsBefore: Int) {
        var i = 0
        while i < values.count {
            let stretch = (rowsBefore + i) / rowsEach
            guard stretch < Self.stretchesMax else {
                double()
                continue
            }
            let end = min(values.count, (stretch + 1) * rowsEach - rowsBefore)
            while stretches.count <= stretch { stretches.append(Moments()) }
            stretches[stretch].add(values[i..<end].filter(\.isFinite))
            i = end
        }
    }

    private mutating func double() {
        rowsEach *= 2
        stretches = stride(from: 0, to: stretches.count, by: 2).map { i in
            var both = stretches[i]
            if i + 1 < stretches.count { both.merge(stretches[i + 1]) }
            return both
        }
    }

    /// The length of a stretch, and the mean of each; null where it has no values.
    var report: ReportObject {
        ReportObject([
            ("rows_each", .integer(rowsEach)),
            ("mean", .array(stretches.map { $0.count > 0 && $0.mean.isFinite ? .number($0.mean) : .null })),
        ])
    }
}
