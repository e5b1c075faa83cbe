// The charts that belong to each measure.
import Foundation
import Statistics

enum HTMLSections {
    /// The charts of a measurement, each under its heading.
    static func charts(_ measurement: MeasurementReport) -> String {
        let result = measurement.result
        return switch measurement.measure {
        case "drift": heatMap(result) + distributions(result)
        case "performance": curves(result) + trends(result) + everyLook(result)
        case "calibration": reliability(result) + trends(result)
        case "fairness": groups(result) + fairnessTrends(result) + everyLook(result)
        case "quality": nullRates(result)
        case "estimate": trends(result)
        case "changes": course(result)
        default: ""
        }
    }

    private static func escaped(_ text: String) -> String { HTMLReport.escaped(text) }

    private static func numbers(_ value: ReportValue?) -> [Double]? {
        guard case .array(let values)? = value else { return nil }
        let found = values.compactMap(\.number)
        return found.count == values.count ? found : nil
    }

    private static func optionals(_ value: ReportValue?) -> [Double?] {
        guard case .array(let values)? = value else { return [] }
        return values.map(\.number)
    }

    private static func names(_ value: ReportValue?) -> [String] {
        guard case .array(let values)? = value else { return [] }
        return values.compactMap { if case .string(let text) = $0 { text } else { nil } }
    }

    private static func objects(_ value: ReportValue?) -> [ReportObject] {
        guard case .array(let values)? = value else { return [] }
        return values.compactMap(\.object)
    }

    private static func short(_ value: ReportValue?) -> String { value?.number.map(TextReport.short) ?? "–" }

    private static func text(_ value: ReportValue?) -> String? {
        if case .string(let text)? = value { text } else { nil }
    }

    // MARK: Drift

    private static func distributions(_ result: ReportObject) -> String {
        var out = "<h2>Distributions</h2><p>Shares of rows. <span class=\"key k-ref\"></span>filled: the reference, "
        out += "<span class=\"key k-cur\"></span>outline: the current data.</p><div class=\"charts\">"
        let members = (result["numeric"]?.object?.members ?? []) + (result["categorical"]?.object?.members ?? [])
        var left = HTMLReport.chartsMax
        for member in members {
            guard left > 0 else { break }
            guard let shown = Shown(member.value) else { continue }
            left -= 1
            let psi = member.value["psi_q10"]?["value"] ?? member.value["psi_cat"]
            out += "<figure><figcaption>\(escaped(member.key))</figcaption>"
            out += HTMLCharts.distributions(
                "shares of \(member.key)", reference: shown.reference, current: shown.current, labels: shown.labels)
            out += "<div>\(shown.kind), PSI \(short(psi))</div></figure>"
        }
        return out + "</div>"
    }

    /// What a chart of a column shows.
    private struct Shown {
        let reference: [Double]
        let current: [Double]
        let labels: [String]
        let kind: String

        /// Categories shown on their own.
        private static let categoriesMax = 12
        /// With more of the reference in one bin, bins of equal width show nothing.
        private static let shareMax = 0.9

        init?(_ column: ReportValue) {
            if let widths = Shown(bins: column["psi_w10"], "bins of equal width"),
                widths.reference.max() ?? 1 <= Self.shareMax
            {
                self = widths
            } else if let deciles = Shown(bins: column["psi_q10"], "deciles of the reference") {
                self = deciles
            } else if let categories = Shown(categories: column) {
                self = categories
            } else {
                return nil
            }
        }

        private init?(bins: ReportValue?, _ kind: String) {
            guard let edges = numbers(bins?["edges"]), let first = edges.first, let last = edges.last,
                let r = numbers(bins?["ref"]), let c = numbers(bins?["cur"]), let shares = Self.shares(r, c)
            else { return nil }
            (reference, current) = shares
            labels =
                ["≤ \(TextReport.short(first))"] + edges.dropFirst().map { "≤ \(TextReport.short($0))" }
                + ["> \(TextReport.short(last))"]
            self.kind = kind
        }

        private init?(categories column: ReportValue) {
            let names = HTMLSections.names(column["categories"])
            guard let r = numbers(column["ref"]), let c = numbers(column["cur"]), r.count == names.count,
                let (first, second) = Self.shares(r, c)
            else { return nil }
            let order = names.indices.sorted { (first[$0] + second[$0], $1) > (first[$1] + second[$1], $0) }
            let kept = order.prefix(Self.categoriesMax)
            let rest = order.dropFirst(Self.categoriesMax)
            func folded(_ shares: [Double]) -> [Double] {
                kept.map { shares[$0] } + (rest.isEmpty ? [] : [rest.reduce(0) { $0 + shares[$1] }])
            }
            reference = folded(first)
            current = folded(second)
            labels = kept.map { names[$0] } + (rest.isEmpty ? [] : ["\(rest.count) others"])
            kind = "\(names.count) categories"
        }

        private static func shares(_ r: [Double], _ c: [Double]) -> ([Double], [Double])? {
            let n = r.reduce(0, +)
            let m = c.reduce(0, +)
            guard n > 0, m > 0 else { return nil }
            return (r.map { $0 / n }, c.map { $0 / m })
        }
    }

    private static func heatMap(_ result: ReportObject) -> String {
        let names = objects(result["chunks"]).first?["columns"]?.object?.keys ?? []
        return heatMap(
            result, names, levels: (0.1, 0.25), title: "Drift over time", label: "PSI by column and chunk",
            words: "PSI of every chunk against the reference"
        ) { chunk, name in
            let cell = chunk["columns"]?[name]
            return (cell?["psi"]?.number, text(cell?["psi_reason"]))
        }
    }

    private static func nullRates(_ result: ReportObject) -> String {
        let names =
            objects(result["chunks"]).first?["null_rate"]?.object?.keys.filter { !$0.hasSuffix("_reason") } ?? []
        return heatMap(
            result, names, levels: (0.05, 0.2), title: "Nulls over time", label: "share of nulls by column and chunk",
            words: "The share of nulls in every chunk"
        ) { chunk, name in
            let rates = chunk["null_rate"]
            return (rates?[name]?.number, text(rates?[name + "_reason"]))
        }
    }

    private static func heatMap(
        _ result: ReportObject, _ columns: [String], levels: (Double, Double), title: String, label: String,
        words: String, value: (ReportObject, String) -> (Double?, String?)
    ) -> String {
        let chunks = objects(result["chunks"]).suffix(HTMLCharts.chunksShownMax)
        guard !chunks.isEmpty, !columns.isEmpty else { return "" }
        let rows = columns.map { name -> (name: String, cells: [HTMLCharts.Cell], most: Double) in
            let cells = chunks.map { chunk -> HTMLCharts.Cell in
                let (number, reason) = value(chunk, name)
                return number.map { .value($0) } ?? .unknown(reason ?? "undefined")
            }
            let known = cells.compactMap { if case .value(let number) = $0 { number } else { nil } }
            return (name, cells, known.max() ?? -1)
        }
        // The columns that moved most come first.
        let order = rows.indices.sorted { (rows[$0].most, $1) > (rows[$1].most, $0) }.prefix(HTMLReport.chartsMax)
        let (warm, hot) = (String(format: "%.2f", levels.0), String(format: "%.2f", levels.1))
        var out = "<h2>\(title)</h2><p>\(words), the columns with the most first. <span class=\"key k-warm\"></span>"
        out += "over \(warm), <span class=\"key k-hot\"></span>over \(hot), hatched: not evaluable. "
        out += "\(escaped(chunking(result["chunking"])))</p><figure>"
        out += HTMLCharts.heatMap(
            label, rows: order.map { rows[$0].name }, columns: chunks.map { text($0["label"]) ?? "" },
            cells: order.map { rows[$0].cells }, levels: levels)
        out += "</figure>"
        if rows.count > order.count {
            out += "<p>\(rows.count - order.count) columns with less are left out.</p>"
        }
        return out
    }

    /// How the chunks were made, in words.
    private static func chunking(_ value: ReportValue?) -> String {
        guard let by = text(value?["by"]) else { return "" }
        if by == "rows" { return "Chunks of \(Int(value?["size"]?.number ?? 0)) rows." }
        let without = Int(value?["rows_without_time"]?.number ?? 0)
        let rest = without > 0 ? " \(without) rows have no time and are in no chunk." : ""
        return "One chunk a \(by) of \(text(value?["column"]) ?? ""), by the clock of "
            + "\(text(value?["time_zone"]) ?? "UTC").\(rest)"
    }

    // MARK: Changes

    /// The mean along the rows, and under it where each detector raised alarms.
    private static func course(_ result: ReportObject) -> String {
        let means = optionals(result["course"]?["mean"])
        guard !means.isEmpty, let rowsEach = result["course"]?["rows_each"]?.number.map({ Int($0) }) else { return "" }
        let last = ["n", "incomplete", "infinities"].reduce(0) { $0 + Int(result[$1]?.number ?? 0) }
        let steps = means.enumerated().map { i, mean in
            let end = min(last, (i + 1) * rowsEach)
            return HTMLCharts.Step(
                label: rowsEach == 1 ? "row \(end)" : "rows \(i * rowsEach + 1) to \(end)", value: mean)
        }
        let rows = Double(means.count * rowsEach)
        let events = ChangeStream.Detector.allCases.compactMap { detector -> HTMLCharts.Events? in
            guard let found = result[detector.rawValue]?.object, let listed = numbers(found["rows"]),
                let count = found["alarms"]?.number
            else { return nil }
            let alarms = count == 0 ? "no alarm" : count == 1 ? "one alarm" : "\(Int(count)) alarms"
            let rest = Int(count) - listed.count
            return HTMLCharts.Events(
                label: "\(detector.title): \(alarms)\(rest > 0 ? ", the first \(listed.count) shown" : "")",
                places: listed.map { ($0 - 0.5) / rows })
        }
        let what = text(result["value"]) ?? "share of errors"
        let stretch = rowsEach == 1 ? "each row" : "each \(rowsEach) rows"
        var out = "<h2>Course</h2><p>The mean of \(stretch) in their order, and under it the alarms.</p>"
        out += "<div class=\"charts\"><figure><figcaption>\(escaped(what))</figcaption>"
        out += HTMLCharts.trend("\(what) along the rows", steps, spreadMin: 0, events: events)
        return out + "</figure></div>"
    }

    // MARK: Performance and estimates

    private static func curves(_ result: ReportObject) -> String {
        let curve = result["curves"]?["operating_points"]
        guard let tpr = numbers(curve?["tpr"]), let fpr = numbers(curve?["fpr"]),
            let precision = numbers(curve?["precision"]), tpr.count == fpr.count, tpr.count == precision.count
        else { return "" }
        let base = result["base_rate"]?.number ?? 0
        let recall = result["recall"]?.number
        let specificity = result["specificity"]?.number
        var out = "<h2>Curves</h2><p>Every threshold of the score; the dot is the decisions in the data, dashed is a "
        out += "classifier without skill.</p><div class=\"charts\"><figure><figcaption>ROC, AUC "
        out += "\(short(result["roc_auc"]))\(interval(result["delong"]))</figcaption>"
        out += HTMLCharts.curve(
            "ROC curve", x: "false positive rate", y: "true positive rate",
            zip(fpr, tpr).map { HTMLCharts.Point($0, $1) },
            chance: (HTMLCharts.Point(0, 0), HTMLCharts.Point(1, 1)),
            chosen: recall.flatMap { recall in specificity.map { HTMLCharts.Point(1 - $0, recall) } })
        out += "</figure><figure><figcaption>Precision and recall, average precision "
        out += "\(short(result["average_precision"]))</figcaption>"
        out += HTMLCharts.curve(
            "precision-recall curve", x: "recall", y: "precision", zip(tpr, precision).map { HTMLCharts.Point($0, $1) },
            chance: (HTMLCharts.Point(0, base), HTMLCharts.Point(1, base)),
            chosen: recall.flatMap { recall in
                result["precision"]?.number.map { HTMLCharts.Point(recall, $0) }
            })
        out += "</figure></div>"
        let thresholds = optionals(curve?["threshold"])
        let step = max(1, tpr.count / 20)
        let rows = stride(from: 0, to: tpr.count, by: step).map { i in
            [
                (i < thresholds.count ? thresholds[i] : nil).map(TextReport.short) ?? "above all",
                TextReport.short(tpr[i]), TextReport.short(fpr[i]), TextReport.short(precision[i]),
            ]
        }
        out += "<details><summary>Thresholds</summary>"
        out += HTMLReport.table(
            ["threshold", "true positive rate", "false positive rate", "precision"], rows, mono: [])
        return out + "</details>"
    }

    private static func interval(_ delong: ReportValue?) -> String {
        guard let low = delong?["lo95"]?.number, let high = delong?["hi95"]?.number else { return "" }
        return " (\(TextReport.short(low)) to \(TextReport.short(min(1, high))))"
    }

    /// Measures over chunks, as far as the result has them: name, key, where the interval stands, and whether it is
    /// from 0 to 1.
    private static let trended: [(name: String, key: String, interval: String?, isRate: Bool)] = [
        ("ROC AUC", "roc_auc", "delong", true), ("accuracy", "accuracy", "wilson95_accuracy", true),
        ("precision", "precision", "wilson95_precision", true), ("recall", "recall", "wilson95_recall", true),
        ("selection rate", "selection_rate", "wilson95_selection_rate", true), ("base rate", "base_rate", nil, true),
        ("F1", "f1", nil, true), ("F1, macro", "f1_macro", nil, true),
        ("precision, macro", "precision_macro", nil, true),
        ("recall, macro", "recall_macro", nil, true), ("ROC AUC, macro", "roc_auc_ovr_macro", nil, true),
        ("Brier score", "brier", nil, true),
        ("MAE", "mae", nil, false), ("RMSE", "rmse", nil, false), ("mean error", "mean_error", nil, false),
        ("R²", "r2", nil, true), ("ECE, ten bins of equal width", "width10.ece", nil, true),
        ("mean score", "mean_score", nil, true), ("calibration in the large", "calibration_in_the_large", nil, true),
    ]
    private static let trendedFairness: [(name: String, key: String, interval: String?, isRate: Bool)] = [
        ("disparate impact", "disparate_impact_min_over_max", nil, true),
        ("equal opportunity difference", "equal_opportunity_difference", nil, true),
        ("equalized odds difference", "equalized_odds_difference", nil, true),
        ("AUC difference", "auc_difference", nil, true), ("ECE difference", "calibration_ece_difference", nil, true),
    ]

    private static func trends(_ result: ReportObject) -> String {
        // Chunks that are held against those of the reference are drawn with what is usual there.
        guard result["reference_chunks"] == nil else { return "" }
        let charts = Self.charts(result, trended, "")
        guard !charts.isEmpty else { return "" }
        return "<h2>Over time</h2><p>\(escaped(chunking(result["chunking"]))) A band is the 95 % interval where one "
            + "is known; chunks without a value leave a gap.</p><div class=\"charts\">\(charts)</div>"
    }

    private static func fairnessTrends(_ result: ReportObject) -> String {
        let charts = result.members.map { attribute in
            attribute.value.object.map { Self.charts($0, trendedFairness, attribute.key + ": ") } ?? ""
        }.joined()
        guard !charts.isEmpty else { return "" }
        return
            "<h2>Over time</h2><p>\(escaped(chunking(result.members.first?.value["chunking"]))) Between the groups that "
            + "are large enough in a chunk; chunks without a value leave a gap.</p><div class=\"charts\">\(charts)</div>"
    }

    private static let followed: [(name: String, key: String, interval: String?, isRate: Bool)] = [
        ("accuracy so far", "anytime.accuracy.value", nil, true),
        ("selection rate so far", "anytime.selection_rate.value", nil, true),
        ("base rate so far", "anytime.base_rate.value", nil, true),
        ("precision so far", "anytime.precision.value", nil, true),
        ("recall so far", "anytime.recall.value", nil, true),
        ("disparate impact so far", "anytime.disparate_impact_min_over_max.value", nil, true),
        ("difference of selection rates so far", "anytime.selection_rate_difference.value", nil, true),
    ]

    /// Rates with intervals that hold at every look.
    private static func everyLook(_ result: ReportObject) -> String {
        let attributes = result.members.compactMap { member in member.value.object.map { (member.key, $0) } }
        let own = result["anytime"]?["alpha"]
        let parts = own == nil ? attributes.filter { $0.1["anytime"]?["alpha"] != nil } : [("", result)]
        let charts = parts.map { Self.charts($0.1, followed, $0.0.isEmpty ? "" : $0.0 + ": ") }.joined()
        guard !charts.isEmpty, let alpha = own ?? parts.first?.1["anytime"]?["alpha"] else { return "" }
        return
            "<h2>At every look</h2><p>Rates of all chunks up to each. The band holds the rate at all looks together with "
            + "a probability of \(escaped(TextReport.short(1 - (alpha.number ?? 0)))), as long as the rate stays the same; where "
            + "the band ends no one rate fits: it has changed.</p><div class=\"charts\">\(charts)</div>"
    }

    private static func charts(
        _ result: ReportObject, _ measures: [(name: String, key: String, interval: String?, isRate: Bool)],
        _ prefix: String
    ) -> String {
        let chunks = objects(result["chunks"]).suffix(HTMLCharts.chunksShownMax)
        guard chunks.count > 1 else { return "" }
        var out = ""
        for measure in measures {
            let path = measure.key.split(separator: ".").map(String.init)
            let steps = chunks.map { chunk in
                let ends = interval(chunk, measure.key, measure.interval)
                let value = path.reduce(ReportValue.object(chunk) as ReportValue?) { $0?[$1] }?.number
                return HTMLCharts.Step(
                    label: text(chunk["label"]) ?? "", value: value, low: ends?.low, high: ends?.high)
            }
            let name = prefix + measure.name
            let chart = HTMLCharts.trend("\(name) over time", steps, spreadMin: measure.isRate ? 0.1 : 0)
            guard !chart.isEmpty else { continue }
            out += "<figure><figcaption>\(escaped(name))</figcaption>\(chart)</figure>"
        }
        return out
    }

    private static func interval(
        _ chunk: ReportObject, _ key: String, _ name: String?
    ) -> (low: Double, high: Double)? {
        let path = key.split(separator: ".").map(String.init)
        if path.count == 3, path[0] == "anytime", let own = chunk["anytime"]?[path[1]] {
            guard let low = own["low"]?.number, let high = own["high"]?.number else { return nil }
            return (low, high)
        }
        if let name, let ends = numbers(chunk[name]), ends.count == 2 { return (ends[0], ends[1]) }
        if let name, let low = chunk[name]?["lo95"]?.number, let high = chunk[name]?["hi95"]?.number {
            return (low, min(1, high))
        }
        if let value = chunk[key]?.number, let error = chunk[key + "_se"]?.number {
            return (value - Proportions.z95 * error, value + Proportions.z95 * error)
        }
        return nil
    }

    // MARK: Calibration

    private static let binned = [
        ("width10", "Ten bins of equal width"), ("mass10", "Ten bins of equal mass"),
        ("width15", "Fifteen bins of equal width"),
    ]

    private static func reliability(_ result: ReportObject) -> String {
        var out = "<h2>Reliability</h2><p>The observed rate of each bin over its mean score, with the 95 % interval of "
        out +=
            "Wilson; on the dashed line scores mean what they say. Bars are shares of rows.</p><div class=\"charts\">"
        for (key, name) in binned {
            let bins = result[key]
            let scores = optionals(bins?["confidence"])
            let rates = optionals(bins?["observed"])
            guard let counts = numbers(bins?["count"]), scores.count == counts.count, rates.count == counts.count
            else { continue }
            let all = max(1, counts.reduce(0, +))
            var points: [HTMLCharts.Point] = []
            var shares: [(x: Double, share: Double)] = []
            for i in counts.indices {
                guard let x = scores[i], let y = rates[i] else { continue }
                let ends = Proportions.wilson(Int((y * counts[i]).rounded()), of: Int(counts[i]))
                points.append(HTMLCharts.Point(x, y, low: ends?.low, high: ends?.high))
                shares.append((x, counts[i] / all))
            }
            out += "<figure><figcaption>\(name), ECE \(short(bins?["ece"]))</figcaption>"
            out += HTMLCharts.reliability("reliability curve", points, shares: shares) + "</figure>"
        }
        return out + "</div>"
    }

    // MARK: Fairness

    private static let groupsMax = 40

    private static let rates = [
        ("selection_rate", "selected"), ("tpr", "true positive rate"), ("fpr", "false positive rate"),
    ]

    private static func groups(_ result: ReportObject) -> String {
        var out =
            "<h2>Groups</h2><p>Rates with the 95 % interval of Wilson. A hatched bar is a group that is too small to "
        out += "be judged: it is not called fair or unfair.</p><div class=\"charts\">"
        for attribute in result.members {
            let groups = attribute.value["groups"]?.object?.members ?? []
            guard !groups.isEmpty else { continue }
            let small = Set(names(attribute.value["evaluable"]?["not_evaluable"]))
            for (key, name) in rates {
                let bars = groups.prefix(groupsMax).map { group -> HTMLCharts.Bar in
                    let ends = numbers(group.value["wilson95_\(key)"]) ?? []
                    return HTMLCharts.Bar(
                        name: group.key, count: Int(group.value["n"]?.number ?? 0), value: group.value[key]?.number,
                        interval: ends.count == 2 ? (ends[0], ends[1]) : nil, isEvaluable: !small.contains(group.key))
                }
                out += "<figure><figcaption>\(escaped(attribute.key)): \(name)</figcaption>"
                out += HTMLCharts.groups("\(name) by \(attribute.key)", bars)
                if groups.count > groupsMax {
                    out += "<div>\(groups.count - groupsMax) more stand in the results.</div>"
                }
                out += "</figure>"
            }
        }
        return out + "</div>"
    }
}
