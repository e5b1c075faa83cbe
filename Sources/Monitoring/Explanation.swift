// Explanation of a model: Shapley values and reason codes of rows, importance and partial dependence of
// features, the flip test of a protected attribute, and robustness.
import Foundation
import Statistics

/// How Shapley values are computed.
public enum ExplanationMethod: String, Sendable, CaseIterable {
    /// All coalitions, for at most twelve features; on the score.
    case exact
    /// Random orders; on the score.
    case sampled
    /// Trees, unknown features as the training rows; on the sum of trees.
    case treePath = "tree-path"
    /// Trees, unknown features from the background; on the sum of trees.
    case treeInterventional = "tree-interventional"
}

/// Explanations as report objects.
public enum Explanation {
    /// Rows of the background that are used; further ones are left out evenly.
    public static let backgroundRowsMax = 200
    /// Reasons named per row.
    public static let reasonsMax = 4
    /// Decisions change at this score.
    public static let decisionThreshold = 0.5

    /// The rows of a table in the order of the model's features.
    ///
    /// - Throws: `MeasureError` when a feature is missing or not numeric.
    public static func rows(_ table: Table, model: some ScoringModel) throws(MeasureError) -> [[Double]] {
        var columns: [[Double]] = []
        for name in model.features {
            guard let column = table[name] else { throw MeasureError("\(table.path): there is no column \"\(name)\"") }
            guard let numbers = column.numbers else { throw MeasureError("\(table.path): \"\(name)\" is not numeric") }
            guard column.infinities == 0 else { throw MeasureError("\(table.path): \"\(name)\" has infinite values") }
            columns.append(numbers)
        }
        return (0..<table.rows).map { row in columns.map { $0[row] } }
    }

    /// How many rows can be measured in so many bytes: each is there a few times, with one feature changed.
    public static func rowsMax(bytes: Int, features: Int) -> Int {
        max(backgroundRowsMax, bytes / (8 * (8 * features + 64)))
    }

    /// Explains.
    ///
    /// - Parameters:
    ///   - chosen: the rows whose Shapley values are given, from 0.
    ///   - flip: a feature whose values are exchanged for each other in all rows.
    ///   - rowsMax: importance, robustness and flips are measured on so many rows, evenly taken; nil for all.
    /// - Throws: `MeasureError` for rows, features or methods that the model or the data do not have, and when the
    ///   model cannot be asked.
    public static func report(
        model: some ScoringModel, data: [[Double]], background: [[Double]], backgroundName: String, chosen: [Int],
        method: ExplanationMethod, flip: String? = nil, rowsMax: Int? = nil
    ) throws(MeasureError) -> ReportObject {
        try check(chosen, of: data.count)
        return try report(
            model: model, data: rowsMax.map { evenly(data, $0) } ?? data, of: data.count, background: background,
            backgroundName: backgroundName, explained: zip(chosen, chosen.map { data[$0] }).map { ($0, $1) },
            method: method, flip: flip)
    }

    /// The rows to explain are there.
    ///
    /// - Throws: `MeasureError` for one that is not.
    public static func check(_ chosen: [Int], of count: Int) throws(MeasureError) {
        for row in chosen where row < 0 || row >= count {
            throw MeasureError("there is no row \(row): rows are 0 to \(count - 1)")
        }
    }

    /// Explains rows of data that are not all there.
    ///
    /// - Parameters:
    ///   - data: the rows on which importance, robustness and flips are measured, evenly taken of `all`. When they are
    ///     fewer, each mean has the standard error of a sample of so many rows beside it (`…_se`).
    ///   - explained: the rows whose Shapley values are given, with their numbers in the data.
    /// - Throws: as above.
    public static func report(
        model: some ScoringModel, data: [[Double]], of all: Int, background: [[Double]], backgroundName: String,
        explained chosen: [(number: Int, row: [Double])], method: ExplanationMethod, flip: String? = nil
    ) throws(MeasureError) -> ReportObject {
        guard !data.isEmpty, !background.isEmpty else { throw MeasureError("there are no rows to explain") }
        // What is drawn without replacement errs less the more of all it is.
        let sampled = data.count < all ? (1 - Double(data.count) / Double(all)).squareRoot() : nil
        let used = evenly(background, backgroundRowsMax)
        var out = ReportObject()
        out["method"] = .string(method.rawValue)
        out["scale"] = .string(method == .exact || method == .sampled ? "score" : model.marginScale)
        out["background"] = .object(
            ReportObject([("path", .string(backgroundName)), ("rows", .integer(used.count))]))
        out["features"] = .array(model.features.map { .string($0) })
        let rows = chosen.map(\.row)
        let results = try explain(model: model, rows: rows, background: background, method: method)
        let own = try model.scores(rows)
        out["rows"] = .array(
            chosen.indices.map { explained(model, chosen[$0].number, score: own[$0], results[$0]) })
        out["rows_measured"] = .integer(data.count)
        if sampled != nil { out["rows_in_data"] = .integer(all) }
        let scores = try model.scores(data)
        let (values, errors) = try importance(model, data, scores, sampled)
        out["importance"] = .object(values)
        if sampled != nil { out["importance_se"] = .object(errors) }
        out["partial_dependence"] = .object(try partialDependence(model, used))
        out["robustness"] = .object(try robustness(model, data, scores, sampled))
        if let flip { out["flip"] = .object(try flipTest(model, data, scores, flip)) }
        return out
    }

    /// Shapley values of rows; nil where the method does not fit the row.
    private static func explain(
        model: some ScoringModel, rows: [[Double]], background: [[Double]], method: ExplanationMethod
    ) throws(MeasureError) -> [Attribution?] {
        if method == .exact, model.features.count > Shapley.exactFeaturesMax {
            throw MeasureError(
                "exact values need at most \(Shapley.exactFeaturesMax) features, the model has "
                    + "\(model.features.count): use sampled")
        }
        if method == .treePath || method == .treeInterventional, model.ensemble == nil {
            throw MeasureError("\(method.rawValue) needs a model of trees")
        }
        let used = evenly(background, backgroundRowsMax)
        return try attempted(rows.count) { i throws(MeasureError) -> Attribution? in
            switch method {
            case .exact: return try Shapley.exact(row: rows[i], background: used, score: model.scores)
            case .sampled: return try Shapley.sampled(row: rows[i], background: used, score: model.scores)
            case .treePath: return model.ensemble?.pathDependent(row: rows[i])
            case .treeInterventional: return model.ensemble?.interventional(row: rows[i], background: used)
            }
        }
    }

    /// The Shapley values of rows, in the order of the model's features.
    ///
    /// - Throws: `MeasureError` without rows, or when the method does not fit the model.
    static func attributions(
        model: some ScoringModel, rows: [[Double]], background: [[Double]], method: ExplanationMethod
    ) throws(MeasureError) -> [[Double]?] {
        guard !rows.isEmpty, !background.isEmpty else { throw MeasureError("there are no rows to explain") }
        return try explain(model: model, rows: rows, background: background, method: method).map { $0?.values }
    }

    /// Rows with each feature moved, up or down in a fixed pattern: signs from the bits of the place, so that rows and
    /// features differ.
    static func nudged(_ rows: [[Double]], by steps: [Double]) -> [[Double]] {
        rows.indices.map { row in
            rows[row].indices.map { feature in
                let sign = (row &* 0x9E37_79B9 &+ feature &* 0x85EB_CA6B).nonzeroBitCount % 2 == 0 ? 1.0 : -1
                return rows[row][feature] + sign * steps[feature]
            }
        }
    }

    /// At most so many rows: one of each of as many stretches of equal length, at a place that follows no period of the
    /// data. The same rows give the same choice.
    static func evenly(_ rows: [[Double]], _ limit: Int) -> [[Double]] {
        guard rows.count > limit else { return rows }
        return evenPlaces(of: rows.count, limit).map { rows[$0] }
    }

    /// The places, ascending, at which at most `limit` of so many rows are taken evenly.
    public static func evenPlaces(of count: Int, _ limit: Int) -> [Int] {
        guard count > limit else { return Array(0..<count) }
        return (0..<limit).map { i in
            let start = i * count / limit
            let length = (i + 1) * count / limit - start
            // Weyl's sequence of the golden ratio: places spread evenly over the stretches.
            let mixed = (UInt64(i) &+ 1) &* 0x9E37_79B9_7F4A_7C15
            return start + Int(mixed.multipliedFullWidth(by: UInt64(length)).high)
        }
    }

    private static func explained(
        _ model: some ScoringModel, _ row: Int, score: Double, _ result: Attribution?
    ) -> ReportValue {
        var out = ReportObject()
        out["row"] = .integer(row)
        out["score"] = .number(score)
        guard let result else {
            out["values"] = .null
            out["values_reason"] = .string("the method does not fit the row")
            return .object(out)
        }
        out["base"] = .number(result.base)
        out["explained"] = .number(result.score)
        out["values"] = .object(
            ReportObject(zip(model.features, result.values).map { ($0, .number($1)) }))
        if result.standardErrors.contains(where: { $0 > 0 }) {
            out["standard_errors"] = .object(
                ReportObject(zip(model.features, result.standardErrors).map { ($0, .number($1)) }))
        }
        // What lowered the score most: the reasons that an adverse decision must name (12 CFR § 1002.9).
        let adverse = result.values.indices.filter { result.values[$0] < 0 }.sorted {
            (result.values[$0], $0) < (result.values[$1], $1)
        }
        out["reason_codes"] = .array(adverse.prefix(reasonsMax).map { .string(model.features[$0]) })
        return .object(out)
    }

    /// The mean change of the score when a column is rotated by a sixth, two sixths … of the rows: a permutation that
    /// is the same on every run.
    private static func importance(
        _ model: some ScoringModel, _ data: [[Double]], _ scores: [Double], _ sampled: Double?
    ) throws(MeasureError) -> (values: ReportObject, errors: ReportObject) {
        let n = data.count
        let results = try attempted(model.features.count) { feature throws(MeasureError) -> (Double, Double?)? in
            guard n > 1 else { return nil }
            var sum = 0.0
            var changes = [Double](repeating: 0, count: n)
            let turns = min(5, n - 1)
            for turn in 1...turns {
                let offset = max(1, turn * n / (turns + 1))
                let rows = data.indices.map { i in
                    var row = data[i]
                    row[feature] = data[(i + offset) % n][feature]
                    return row
                }
                for (i, new) in try model.scores(rows).enumerated() {
                    let change = abs(new - scores[i])
                    sum += change
                    guard sampled != nil else { continue }
                    // A row has its part in the change of its own score and in that of the row it gives its value to.
                    changes[i] += change / Double(turns)
                    changes[(i + offset) % n] += change / Double(turns)
                }
            }
            return (sum / Double(turns * n), standardError(changes, sampled))
        }
        var values = ReportObject()
        var errors = ReportObject()
        for (name, found) in zip(model.features, results) {
            values.set(name, found?.0, reason: "there is one row only")
            errors.set(name, found?.1, reason: "there is one row only")
        }
        return (values, errors)
    }

    /// The standard error of a mean over rows that were taken of more.
    private static func standardError(_ values: [Double], _ sampled: Double?) -> Double? {
        guard let sampled, values.count > 1 else { return nil }
        var moments = Moments()
        moments.add(values)
        return moments.sampleVariance.map { ($0 / Double(values.count)).squareRoot() * sampled }
    }

    /// The mean score of the background with a feature set to each of its deciles (Friedman 2001).
    private static func partialDependence(
        _ model: some ScoringModel, _ background: [[Double]]
    ) throws(MeasureError) -> ReportObject {
        let results = try attempted(model.features.count) { feature throws(MeasureError) -> ReportValue in
            let grid = grid(model, feature, Sorting.sorted(background.map { $0[feature] }.filter(\.isFinite)))
            let rows = grid.flatMap { value in
                background.map { row in
                    var row = row
                    row[feature] = value
                    return row
                }
            }
            let scores = try model.scores(rows)
            let means = grid.indices.map { place in
                scores[place * background.count..<(place + 1) * background.count].reduce(0, +)
                    / Double(background.count)
            }
            let isCategorical = model.isCategorical(feature)
            return .object(
                ReportObject([
                    (
                        "x",
                        .array(
                            grid.map {
                                isCategorical ? .string(model.name($0, feature: feature)) : .number($0)
                            })
                    ), ("y", .array(means.map { .number($0) })),
                ]))
        }
        return ReportObject(Array(zip(model.features, results)))
    }

    /// The most categories that partial dependence is computed at.
    private static let categoriesMax = 20

    /// Where the dependence on a feature is computed: its deciles, or its most frequent categories.
    private static func grid(_ model: some ScoringModel, _ feature: Int, _ sorted: [Double]) -> [Double] {
        guard !sorted.isEmpty else { return [] }
        if model.isCategorical(feature) {
            var counts: [Double: Int] = [:]
            for value in sorted { counts[value, default: 0] += 1 }
            let kept = counts.sorted { (-$0.value, $0.key) < (-$1.value, $1.key) }.prefix(categoriesMax)
            return kept.map(\.key).sorted()
        }
        var grid: [Double] = []
        for step in 0...10 {
            let value = Quantiles.linear(sorted, Double(step) / 10)
            if grid.last != value { grid.append(value) }
        }
        return grid
    }

    /// How scores and decisions change when every numeric feature moves by a tenth of its standard deviation, is rounded to two
    /// digits, or is missing; and in which slice of the rows scores move most.
    private static func robustness(
        _ model: some ScoringModel, _ data: [[Double]], _ scores: [Double], _ sampled: Double?
    ) throws(MeasureError) -> ReportObject {
        func change(_ rows: [[Double]]) throws(MeasureError) -> ReportObject {
            var sum = 0.0
            var largest = 0.0
            var changed = 0
            var changes: [Double] = []
            for (new, old) in zip(try model.scores(rows), scores) {
                sum += abs(new - old)
                if sampled != nil { changes.append(abs(new - old)) }
                largest = max(largest, abs(new - old))
                changed += (new >= decisionThreshold) != (old >= decisionThreshold) ? 1 : 0
            }
            let n = Double(scores.count)
            var out = ReportObject([
                ("mean_change", .number(sum / n)), ("max_change", .number(largest)),
                ("decisions_changed", .number(Double(changed) / n)),
            ])
            if sampled != nil {
                out["mean_change_se"] = ReportValue(standardError(changes, sampled))
                out["wilson95_decisions_changed"] = ReportValue(Proportions.wilson(changed, of: scores.count))
            }
            return out
        }
        let deviations = model.features.indices.map { feature -> Double in
            guard !model.isCategorical(feature) else { return 0 }
            var moments = Moments()
            moments.add(data.map { $0[feature] }.filter(\.isFinite))
            return moments.populationVariance?.squareRoot() ?? 0
        }
        let noisy = nudged(data, by: deviations.map { 0.1 * $0 })
        var out = ReportObject()
        out["noise_tenth_sd"] = .object(try change(noisy))
        let rounded = data.map { row in
            row.indices.map { model.isCategorical($0) ? row[$0] : twoDigits(row[$0]) }
        }
        out["rounding_two_digits"] = .object(try change(rounded))
        let moved = zip(try model.scores(noisy), scores).map { abs($0 - $1) }
        out["worst_slice"] = worstSlice(model, data, moved)
        var missing = ReportObject()
        for (feature, name) in model.features.enumerated() {
            missing[name] = .object(
                try change(
                    data.map { row in
                        var row = row
                        row[feature] = .nan
                        return row
                    }))
        }
        out["missing"] = .object(missing)
        return out
    }

    /// A number with two digits, as somebody might write it down.
    static func twoDigits(_ value: Double) -> Double {
        guard value.isFinite, value != 0 else { return value }
        let scale = pow(10, (log10(abs(value))).rounded(.down) - 1)
        let rounded = (value / scale).rounded(.toNearestOrEven) * scale
        return rounded.isFinite ? rounded : value
    }

    /// The slice whose scores move most under noise: a quarter of a numeric feature or a value of another, with enough rows.
    private static func worstSlice(_ model: some ScoringModel, _ data: [[Double]], _ moved: [Double]) -> ReportValue {
        var worst: (mean: Double, out: ReportObject)?
        for (feature, name) in model.features.enumerated() {
            let values = data.map { $0[feature] }
            let sorted = Sorting.sorted(values.filter(\.isFinite))
            guard !sorted.isEmpty else { continue }
            let isCategorical = model.isCategorical(feature)
            let edges =
                isCategorical
                ? BinEdges(Array(Set(sorted).sorted().dropLast().prefix(1_000)))
                : BinEdges.quantiles(ofSorted: sorted, bins: 4)
            var sums = [Double](repeating: 0, count: edges.count)
            var counts = [Int](repeating: 0, count: edges.count)
            var range = [(low: Double, high: Double)](repeating: (.infinity, -.infinity), count: edges.count)
            for (value, change) in zip(values, moved) where value.isFinite {
                let bin = edges.bin(of: value)
                sums[bin] += change
                counts[bin] += 1
                range[bin] = (min(range[bin].low, value), max(range[bin].high, value))
            }
            for bin in counts.indices where counts[bin] >= Drift.rowsMin {
                let mean = sums[bin] / Double(counts[bin])
                guard mean > worst?.mean ?? 0 else { continue }
                var out = ReportObject([("feature", .string(name))])
                if isCategorical {
                    out["value"] = .string(model.name(range[bin].low, feature: feature))
                } else {
                    out["from"] = .number(range[bin].low)
                    out["to"] = .number(range[bin].high)
                }
                out["n"] = .integer(counts[bin])
                out["mean_change"] = .number(mean)
                worst = (mean, out)
            }
        }
        let none = ReportObject([
            ("mean_change", .null),
            ("mean_change_reason", .string("no slice has \(Drift.rowsMin) rows whose scores move")),
        ])
        return .object(worst?.out ?? none)
    }

    /// What happens to every row when the attribute has each of its other values.
    private static func flipTest(
        _ model: some ScoringModel, _ data: [[Double]], _ scores: [Double], _ name: String
    ) throws(MeasureError) -> ReportObject {
        guard let feature = model.features.firstIndex(of: name) else {
            throw MeasureError("the model has no feature \"\(name)\" to flip")
        }
        let values = Set(data.map { $0[feature] }.filter(\.isFinite)).sorted()
        guard values.count <= 100 else {
            throw MeasureError("\"\(name)\" has \(values.count) values: a flip test needs at most 100")
        }
        var out = ReportObject()
        out["feature"] = .string(name)
        out["values"] = .array(
            values.map { model.isCategorical(feature) ? .string(model.name($0, feature: feature)) : .number($0) })
        guard values.count > 1 else {
            out["decisions_changed"] = .null
            out["decisions_changed_reason"] = .string("the attribute has one value only")
            return out
        }
        var changed = [Bool](repeating: false, count: data.count)
        var largest = [Double](repeating: 0, count: data.count)
        var to = ReportObject()
        for value in values {
            let rows = data.map { row in
                var row = row
                row[feature] = value
                return row
            }
            var sum = 0.0
            var count = 0
            for (i, score) in try model.scores(rows).enumerated() where data[i][feature] != value {
                if (score >= decisionThreshold) != (scores[i] >= decisionThreshold) { changed[i] = true }
                largest[i] = max(largest[i], abs(score - scores[i]))
                sum += score - scores[i]
                count += 1
            }
            to[model.name(value, feature: feature)] = ReportValue(count > 0 ? sum / Double(count) : nil)
        }
        let n = Double(data.count)
        let flips = changed.count { $0 }
        out["decisions_changed"] = .number(Double(flips) / n)
        out["wilson95_decisions_changed"] = ReportValue(Proportions.wilson(flips, of: data.count))
        out["mean_largest_change"] = .number(largest.reduce(0, +) / n)
        out["mean_change_to"] = .object(to)
        return out
    }
}
