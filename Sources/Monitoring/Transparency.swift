// Transparency of an AI system as numbers: which decisions were explained, who was told, how steady explanations are.
import Foundation
import Statistics

/// Shares of decisions and people as a report object (ISO/IEC 42001, A.6.2.7 and A.8.2).
public enum Transparency {
    /// The columns of a record of decisions, one decision a row.
    public struct Columns: Sendable {
        /// The explanation or reason code that was made.
        public var explanation: String?
        /// Whether, or when, the explanation was delivered to the person.
        public var delivered: String?
        /// Whether, or when, the person was told that AI is used.
        public var informed: String?
        /// Who is affected; without it each decision counts as one person.
        public var person: String?
        /// Groups whose shares are compared.
        public var group: String?

        /// No columns.
        public init(
            explanation: String? = nil, delivered: String? = nil, informed: String? = nil, person: String? = nil,
            group: String? = nil
        ) {
            self.explanation = explanation
            self.delivered = delivered
            self.informed = informed
            self.person = person
            self.group = group
        }

        /// All names.
        public var names: [String] { [explanation, delivered, informed, person, group].compactMap { $0 } }
    }

    /// Measures a record of decisions.
    ///
    /// In a column that holds nothing but 0 and 1, true and false, or yes and no, these mean what they say; in any other
    /// one a value means yes, such as a reason code or a time. What was not recorded counts as not done, because nothing
    /// shows that it was, and is counted apart. A person is informed when every decision about them says so.
    ///
    /// - Parameters:
    ///   - table: the columns as categories.
    ///   - minimumSize: smaller groups are shown but not compared.
    /// - Throws: `MeasureError` when a column is missing or none is named.
    public static func report(
        table: Table, columns: Columns, minimumSize: Int = 30
    ) throws(MeasureError) -> ReportObject {
        guard columns.explanation != nil || columns.informed != nil else {
            throw MeasureError("a column of explanations or of information of people is needed")
        }
        guard columns.delivered == nil || columns.explanation != nil else {
            throw MeasureError("delivery needs a column of explanations")
        }
        var out = ReportObject()
        out["decisions"] = .integer(table.rows)
        var flags: [(name: String, done: [Bool], isCounted: [Bool])] = []
        let all = [Bool](repeating: true, count: table.rows)
        if let name = columns.explanation {
            let column = try found(table, name)
            let made = flagged(column)
            var object = share(made, all)
            object["not_recorded"] = .integer(column.nulls)
            // One text for all decisions explains none of them.
            let counts = column.categoryCounts()
            object["distinct"] = .integer(counts.count { $0 > 0 })
            let top = counts.max() ?? 0
            let recorded = table.rows - column.nulls
            object.set(
                "most_frequent_share", recorded > 0 ? Double(top) / Double(recorded) : nil,
                reason: "nothing was recorded")
            out["explained"] = .object(object)
            flags.append(("explained", made, all))
            if let name = columns.delivered {
                let column = try found(table, name)
                let arrived = flagged(column)
                let both = zip(made, arrived).map { $0 && $1 }
                var object = share(both, all)
                object["not_recorded"] = .integer(column.nulls)
                object["without_explanation"] = .integer(zip(made, arrived).count { !$0 && $1 })
                out["delivered"] = .object(object)
                flags.append(("delivered", both, all))
            }
        }
        if let name = columns.informed {
            let column = try found(table, name)
            var done = flagged(column)
            var counted = all
            var unknown = 0
            if let name = columns.person {
                (done, counted, unknown) = people(done, try found(table, name))
            }
            var object = share(done, counted)
            object["per"] = .string(columns.person == nil ? "decision" : "person")
            object["not_recorded"] = .integer(column.nulls)
            if columns.person != nil { object["unknown_people"] = .integer(unknown) }
            out["informed"] = .object(object)
            flags.append(("informed", done, counted))
        }
        if let name = columns.group {
            out["groups"] = .object(groups(try found(table, name), flags, minimumSize))
        }
        return out
    }

    private static func found(_ table: Table, _ name: String) throws(MeasureError) -> Column {
        guard let column = table[name], column.codes != nil else {
            throw MeasureError("\(table.path): there is no column \"\(name)\"")
        }
        return column
    }

    private static let yes: Set<String> = ["1", "true", "yes"]
    private static let no: Set<String> = ["0", "false", "no"]

    /// Yes or no of each row; null is no.
    private static func flagged(_ column: Column) -> [Bool] {
        let words = column.categories.map { $0.lowercased() }
        let isBoolean = words.allSatisfy { yes.contains($0) || no.contains($0) }
        let isYes = words.map { !isBoolean || yes.contains($0) }
        return (column.codes ?? []).map { $0 >= 0 && isYes[Int($0)] }
    }

    /// Each person once, at their first row: informed if all their rows say so. Rows of nobody known are not counted.
    private static func people(_ done: [Bool], _ column: Column) -> (done: [Bool], counted: [Bool], unknown: Int) {
        let codes = column.codes ?? []
        var isInformed = [Bool](repeating: true, count: column.categories.count)
        for (row, code) in codes.enumerated() where code >= 0 && !done[row] { isInformed[Int(code)] = false }
        var isSeen = [Bool](repeating: false, count: column.categories.count)
        var out = done
        var counted = [Bool](repeating: false, count: done.count)
        for (row, code) in codes.enumerated() where code >= 0 && !isSeen[Int(code)] {
            isSeen[Int(code)] = true
            counted[row] = true
            out[row] = isInformed[Int(code)]
        }
        return (out, counted, column.nulls)
    }

    private static func share(_ done: [Bool], _ counted: [Bool]) -> ReportObject {
        let n = counted.count { $0 }
        let k = zip(done, counted).count { $0 && $1 }
        var out = ReportObject()
        out["n"] = .integer(n)
        out["count"] = .integer(k)
        out.set("share", n > 0 ? Double(k) / Double(n) : nil, reason: "nobody is known")
        out["wilson95"] = ReportValue(Proportions.wilson(k, of: n))
        return out
    }

    /// Shares by group, their largest difference among groups that are large enough, and whether chance explains it.
    private static func groups(
        _ column: Column, _ flags: [(name: String, done: [Bool], isCounted: [Bool])], _ minimumSize: Int
    ) -> ReportObject {
        let codes = column.codes ?? []
        var out = ReportObject()
        for (name, done, isCounted) in flags {
            var n = [Int](repeating: 0, count: column.categories.count)
            var k = n
            for (row, code) in codes.enumerated() where code >= 0 && isCounted[row] {
                n[Int(code)] += 1
                k[Int(code)] += done[row] ? 1 : 0
            }
            var object = ReportObject()
            var shares = ReportObject()
            for group in n.indices where n[group] > 0 {
                shares[column.categories[group]] = .object(
                    ReportObject([
                        ("n", .integer(n[group])), ("share", .number(Double(k[group]) / Double(n[group]))),
                        ("wilson95", ReportValue(Proportions.wilson(k[group], of: n[group]))),
                    ]))
            }
            object["shares"] = .object(shares)
            let large = n.indices.filter { n[$0] >= max(1, minimumSize) }
            object["not_evaluable"] = .array(
                n.indices.filter { n[$0] > 0 && n[$0] < minimumSize }.map { .string(column.categories[$0]) })
            let values = large.map { Double(k[$0]) / Double(n[$0]) }
            let difference = values.count > 1 ? (values.max() ?? 0) - (values.min() ?? 0) : nil
            object.set("value", difference, reason: "fewer than two groups have \(minimumSize) rows")
            let test = ContingencyTable(rows: [large.map { k[$0] }, large.map { n[$0] - k[$0] }])?.chiSquare()
            object["pvalue"] = .number(test?.p.value ?? 1)
            out[name + "_difference"] = .object(object)
        }
        let adjusted = MultipleTesting.benjaminiHochberg(out.members.map { $0.value["pvalue"]?.number ?? 1 })
        for (key, p) in zip(out.keys, adjusted) {
            guard var object = out[key]?.object else { continue }
            object["fdr_bh"] = .number(p)
            out[key] = .object(object)
        }
        return out
    }
}

extension Transparency {
    /// Rows whose explanations are looked at twice.
    public static let stabilityRowsMax = 50
    /// How far each feature moves, in standard deviations.
    public static let stabilityStep = 0.05

    /// How steady explanations are: the rank correlation (Spearman) between the Shapley values of a row and those of the
    /// same row with each feature moved by a twentieth of its standard deviation, up or down in a fixed pattern, which is
    /// the local stability of Alvarez-Melis & Jaakkola (2018) measured in ranks.
    ///
    /// - Throws: `MeasureError` without rows, or when the method does not fit the model.
    public static func stability(
        model: some ScoringModel, data: [[Double]], background: [[Double]], method: ExplanationMethod
    ) throws(MeasureError) -> ReportObject {
        let rows = Explanation.evenly(data, stabilityRowsMax)
        let deviations = model.features.indices.map { feature -> Double in
            var moments = Moments()
            moments.add(data.map { $0[feature] }.filter(\.isFinite))
            return moments.populationVariance?.squareRoot() ?? 0
        }
        let moved = Explanation.nudged(rows, by: deviations.map { $0 * stabilityStep })
        let first = try Explanation.attributions(model: model, rows: rows, background: background, method: method)
        let second = try Explanation.attributions(model: model, rows: moved, background: background, method: method)
        let correlations = zip(first, second).compactMap { a, b -> Double? in
            guard let a, let b else { return nil }
            return a == b ? 1 : Quality.pearson(Quality.midranks(b).ranks, Quality.midranks(a).ranks)
        }
        var out = ReportObject()
        out["method"] = .string(method.rawValue)
        out["step_sd"] = .number(stabilityStep)
        out["n"] = .integer(correlations.count)
        let mean = correlations.isEmpty ? nil : correlations.reduce(0, +) / Double(correlations.count)
        out.set("rank_correlation", mean, reason: "no row has values that differ between features")
        out.set("rank_correlation_min", correlations.min(), reason: "no row has values that differ between features")
        return out
    }
}
