// What a table is expected to hold: lists of values, patterns, ranges, how fresh and how many.
public import Foundation

/// Expectations of data quality (ISO/IEC 5259-2 calls them accuracy, consistency, currentness and completeness).
public struct Expectations: Sendable {
    /// What a column is expected to hold. Nulls meet every expectation: their share is measured by itself.
    public enum Rule: Hashable, Sendable {
        /// One of these texts.
        case allowed([String])
        /// Texts that match a regular expression as a whole.
        case pattern(String)
        /// Numbers within ends, which are included; nil for an open end.
        case range(low: Double?, high: Double?)
        /// Times of which the newest is at most so many days old.
        case freshness(days: Double)

        /// Its name in results.
        var name: String {
            switch self {
            case .allowed: "allowed"
            case .pattern: "pattern"
            case .range: "range"
            case .freshness: "freshness"
            }
        }
    }

    /// Rules by column, in the order given.
    public private(set) var columns: [(name: String, rule: Rule)] = []
    /// The fewest rows; nil for any number.
    public var rowsMin: Int?
    /// The most rows; nil for any number.
    public var rowsMax: Int?
    /// Distinct values against an expectation that are shown.
    public static let examplesMax = 5

    /// None.
    public init() {}

    /// There is none.
    public var isEmpty: Bool { columns.isEmpty && rowsMin == nil && rowsMax == nil }

    /// The role a column must be read in, if there are expectations of it.
    public func role(_ name: String) -> ColumnRole? {
        columns.contains { $0.name == name } ? .category : nil
    }

    /// Adds an expectation of a column.
    ///
    /// - Throws: `MeasureError` for a second one of its kind, or a pattern that is none.
    public mutating func add(_ rule: Rule, of column: String) throws(MeasureError) {
        guard !columns.contains(where: { $0.name == column && $0.rule.name == rule.name }) else {
            throw MeasureError("\"\(column)\" has two expectations of \(rule.name)")
        }
        if case .pattern(let text) = rule, (try? Regex(text)) == nil {
            throw MeasureError("\"\(text)\" is not a regular expression")
        }
        columns.append((column, rule))
    }

    /// Reads `COLUMN=a|b`, `COLUMN=expression`, `COLUMN=low:high` or `COLUMN=days`.
    ///
    /// - Throws: `MeasureError` when the text is not one.
    public mutating func add(_ kind: Kind, _ text: String) throws(MeasureError) {
        guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
            throw MeasureError("\"\(text)\" is not an expectation: COLUMN=\(kind.form)")
        }
        let column = String(text[..<sign])
        let value = String(text[text.index(after: sign)...])
        let bad = MeasureError("\"\(text)\" is not an expectation: COLUMN=\(kind.form)")
        switch kind {
        case .allowed:
            let values = value.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            try add(.allowed(values), of: column)
        case .pattern: try add(.pattern(value), of: column)
        case .range:
            guard let (low, high) = Self.ends(value) else { throw bad }
            try add(.range(low: low, high: high), of: column)
        case .freshness:
            guard let days = Double(value), days.isFinite, days >= 0 else { throw bad }
            try add(.freshness(days: days), of: column)
        }
    }

    /// Reads `least:most` rows; one of them may be missing.
    ///
    /// - Throws: `MeasureError` when the text is not that.
    public mutating func setRows(_ text: String) throws(MeasureError) {
        guard let (low, high) = Self.ends(text),
            [low, high].allSatisfy({ $0.map { $0 >= 0 && $0 == $0.rounded() && $0 < 1e15 } ?? true })
        else { throw MeasureError("\"\(text)\" is not a number of rows: least:most") }
        rowsMin = low.map { Int($0) }
        rowsMax = high.map { Int($0) }
    }

    private static func ends(_ text: String) -> (Double?, Double?)? {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, parts != ["", ""] else { return nil }
        let ends = parts.map { $0.isEmpty ? nil : Double($0) }
        guard zip(parts, ends).allSatisfy({ $0.isEmpty || $1?.isFinite ?? false }) else { return nil }
        if let low = ends[0], let high = ends[1], low > high { return nil }
        return (ends[0], ends[1])
    }

    /// How an expectation of a column is written.
    public enum Kind: String, Sendable, CaseIterable {
        /// A list of values.
        case allowed
        /// A regular expression.
        case pattern
        /// Ends of numbers.
        case range
        /// Days.
        case freshness

        var form: String {
            switch self {
            case .allowed: "value|value"
            case .pattern: "expression"
            case .range: "low:high"
            case .freshness: "days"
            }
        }
    }
}

extension Expectations {
    /// Holds a table against the expectations.
    ///
    /// - Parameters:
    ///   - table: the columns of the expectations read as categories.
    ///   - now: the time at which freshness is told.
    /// - Throws: `MeasureError` for a column that is not there.
    public func report(_ table: Table, now: Date) throws(MeasureError) -> ReportObject {
        var out = ReportObject()
        var byColumn = ReportObject()
        for (name, rule) in columns {
            guard let column = table[name], column.codes != nil else {
                throw MeasureError("\(table.path): there is no column \"\(name)\"")
            }
            var object = byColumn[name]?.object ?? ReportObject()
            object[rule.name] = .object(Self.hold(column, rule, now))
            byColumn[name] = .object(object)
        }
        out["columns"] = .object(byColumn)
        if rowsMin != nil || rowsMax != nil {
            let missing = max(0, (rowsMin ?? 0) - table.rows)
            let excess = max(0, table.rows - (rowsMax ?? .max))
            out["volume"] = .object(
                ReportObject([
                    ("rows", .integer(table.rows)), ("minimum", rowsMin.map { .integer($0) } ?? .null),
                    ("maximum", rowsMax.map { .integer($0) } ?? .null), ("outside", .integer(missing + excess)),
                ]))
        }
        return out
    }

    /// One decision per expectation: none may be broken. They do not end with the status of a breach by themselves; a
    /// rule given on `expectations.broken` does.
    static func rules(_ result: ReportObject) -> [DecisionRule] {
        guard let found = result["expectations"] else { return [] }
        var rules: [DecisionRule] = []
        for column in found["columns"]?.object?.members ?? [] {
            for kind in column.value.object?.keys ?? [] {
                let key = kind == "freshness" ? "days_over" : "share"
                rules.append(
                    DecisionRule(
                        path: ["expectations", "columns", column.key, kind, key], comparison: .above, threshold: 0,
                        source: "an expectation of the column"))
            }
        }
        if found["volume"] != nil {
            rules.append(
                DecisionRule(
                    path: ["expectations", "volume", "outside"], comparison: .above, threshold: 0,
                    source: "an expectation of the table"))
        }
        return rules
    }

    /// How many expectations a result breaks.
    static func broken(_ expectations: ReportObject) -> Int {
        let columns = (expectations["columns"]?.object?.members ?? []).flatMap { $0.value.object?.members ?? [] }
        let broken = columns.count { rule in
            // What has no value, such as the age of no time at all, does not meet an expectation.
            (rule.value[rule.key == "freshness" ? "days_over" : "share"]?.number ?? 1) > 0
        }
        return broken + ((expectations["volume"]?["outside"]?.number ?? 0) > 0 ? 1 : 0)
    }

    private static func hold(_ column: Column, _ rule: Rule, _ now: Date) -> ReportObject {
        let counts = column.categoryCounts()
        switch rule {
        case .allowed(let values):
            let allowed = Set(values)
            return violations(column, counts) { allowed.contains($0) }
        case .pattern(let text):
            guard let regex = try? Regex(text) else { preconditionFailure("the pattern was checked when it was added") }
            return violations(column, counts) { (try? regex.wholeMatch(in: $0)) != nil }
        case .range(let low, let high):
            var below = 0
            var above = 0
            var other = 0
            var out = violations(column, counts) { text in
                guard let value = Double(text), !value.isNaN else { return false }
                return value >= low ?? -.infinity && value <= high ?? .infinity
            }
            for (text, count) in zip(column.categories, counts) where count > 0 {
                guard let value = Double(text), !value.isNaN else {
                    other += count
                    continue
                }
                below += value < low ?? -.infinity ? count : 0
                above += value > high ?? .infinity ? count : 0
            }
            out["below"] = .integer(below)
            out["above"] = .integer(above)
            out["not_numeric"] = .integer(other)
            return out
        case .freshness(let days): return freshness(column, counts, days, now)
        }
    }

    private static func violations(_ column: Column, _ counts: [Int], _ isMet: (String) -> Bool) -> ReportObject {
        let broken = counts.indices.filter { counts[$0] > 0 && !isMet(column.categories[$0]) }
        let n = counts.reduce(0, +)
        let violations = broken.reduce(0) { $0 + counts[$1] }
        var out = ReportObject()
        out["values"] = .integer(n)
        out["violations"] = .integer(violations)
        out.set("share", n > 0 ? Double(violations) / Double(n) : nil, reason: "the column has no values")
        let examples = broken.sorted { (-counts[$0], $0) < (-counts[$1], $1) }.prefix(examplesMax)
        out["examples"] = .object(ReportObject(examples.map { (column.categories[$0], .integer(counts[$0])) }))
        return out
    }

    private static func freshness(_ column: Column, _ counts: [Int], _ days: Double, _ now: Date) -> ReportObject {
        var newest: Double?
        var unread = 0
        var future = 0
        for (text, count) in zip(column.categories, counts) where count > 0 {
            guard let time = Timestamp.seconds(text) else {
                unread += count
                continue
            }
            if time > now.timeIntervalSince1970 { future += count } else { newest = max(newest ?? time, time) }
        }
        let age = newest.map { (now.timeIntervalSince1970 - $0) / 86_400 }
        let reason = "the column has no time that is read and past"
        var out = ReportObject()
        out["values"] = .integer(counts.reduce(0, +))
        out["limit_days"] = .number(days)
        out.set("age_days", age, reason: reason)
        out.set("days_over", age.map { max(0, $0 - days) }, reason: reason)
        out["future"] = .integer(future)
        out["not_times"] = .integer(unread)
        return out
    }
}

extension Date {
    /// A time in a text: a day with or without a time (RFC 3339; UTC without an offset), or seconds since 1970; nil for
    /// anything else.
    public init?(timestamp text: String) {
        guard let seconds = Timestamp.seconds(text) else { return nil }
        self.init(timeIntervalSince1970: seconds)
    }
}

/// Times in texts.
enum Timestamp {
    /// Seconds since 1970 of `YYYY-MM-DD` with or without a time and an offset (RFC 3339; UTC without one), or of a
    /// number of seconds or, from 10¹¹ on, milliseconds; nil for anything else.
    static func seconds(_ text: String) -> Double? {
        if let number = Double(text) {
            guard number.isFinite, number >= 0 else { return nil }
            return number >= 1e11 ? number / 1_000 : number
        }
        guard let day = CivilDate(String(text.prefix(10))) else { return nil }
        var rest = text.dropFirst(10)
        let midnight = Double(day.dayNumber) * 86_400
        if rest.isEmpty { return midnight }
        guard let mark = rest.first, mark == "T" || mark == "t" || mark == " " else { return nil }
        rest = rest.dropFirst()
        var offset = 0.0
        if let zone = rest.last, zone == "Z" || zone == "z" {
            rest = rest.dropLast()
        } else if let sign = rest.lastIndex(where: { $0 == "+" || $0 == "-" }) {
            guard let found = clock(rest[rest.index(after: sign)...]), found < 86_400 else { return nil }
            offset = rest[sign] == "-" ? -found : found
            rest = rest[..<sign]
        }
        return clock(rest).map { midnight + $0 - offset }
    }

    /// The seconds of `hh:mm`, `hh:mm:ss` or `hh:mm:ss.f`.
    private static func clock(_ text: Substring) -> Double? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts[0].count == 2, parts[1].count == 2,
            parts.allSatisfy({ $0.allSatisfy { "0123456789.".contains($0) } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
        else { return nil }
        guard parts.count == 3 else { return Double(hour * 3_600 + minute * 60) }
        guard parts[2].prefix(2).count == 2, let second = Double(parts[2]), second < 61 else { return nil }
        return Double(hour * 3_600 + minute * 60) + second
    }
}
