// A measurement for the terminal: one line per column or group, then what the rules say.
import Foundation

/// Plain text of a measurement. Names come from files and may hold anything: control characters are replaced.
public enum TextReport {
    /// The text, without a last newline.
    public static func text(_ measurement: MeasurementReport) -> String {
        var lines: [String] = []
        for input in measurement.inputs {
            lines.append("\(clean(input.path)): \(input.rows) rows, \(input.columns) columns, sha256 \(input.sha256)")
        }
        if let join = measurement.labelJoin?.object {
            let counts = join.members.compactMap { member in
                member.value.number.map { "\(member.key.replacingOccurrences(of: "_", with: " ")) \(Int($0))" }
            }
            lines.append("labels: " + counts.joined(separator: ", "))
        }
        lines.append("")
        switch measurement.measure {
        case "drift": lines += drift(measurement.result)
        case "fairness": lines += fairness(measurement.result)
        case "quality": lines += quality(measurement.result)
        case "changes": lines += changes(measurement.result)
        default: lines += flat(measurement.result, "")
        }
        lines += chunks(measurement)
        let told = measurement.decisions
        if !told.isEmpty {
            lines += ["", "Decisions"]
            lines += table(
                [["rule", "subject", "value", "outcome", "adjusted p", "reason"]]
                    + told.map { decision in
                        [
                            decision.rule.text, decision.subject, decision.value.map(short) ?? "–",
                            decision.outcome.rawValue.replacingOccurrences(of: "_", with: " "),
                            decision.adjustedP.map(short) ?? "–", decision.reason ?? "",
                        ]
                    })
        }
        return lines.joined(separator: "\n")
    }

    // MARK: Changes

    /// Rows of alarms that are shown of each detector.
    private static let alarmsShown = 8

    /// What was watched, and a line for each detector.
    private static func changes(_ result: ReportObject) -> [String] {
        var watched = ReportObject()
        var rows: [[String]] = []
        for member in result.members where !member.key.hasSuffix("_reason") {
            guard ChangeStream.Detector(rawValue: member.key) != nil else {
                if member.key != "course" { watched[member.key] = member.value }
                continue
            }
            let name = member.key.replacingOccurrences(of: "_", with: " ")
            guard case .array(let alarms)? = member.value["rows"] else {
                rows.append([name, "–", text(result[member.key + "_reason"])])
                continue
            }
            let shown = alarms.prefix(alarmsShown).map { number($0) }.joined(separator: ", ")
            rows.append([name, number(member.value["alarms"]), alarms.count > alarmsShown ? shown + ", …" : shown])
        }
        return flat(watched, "") + [""] + table([["detector", "alarms", "at rows"]] + rows)
    }

    // MARK: Chunks

    private static let chunked: [String: [(name: String, key: [String])]] = [
        "performance": [
            ("accuracy", ["accuracy"]), ("precision", ["precision"]), ("recall", ["recall"]), ("AUC", ["roc_auc"]),
            ("F1, macro", ["f1_macro"]), ("MAE", ["mae"]), ("RMSE", ["rmse"]),
            ("accuracy ≥", ["anytime", "accuracy", "low"]), ("accuracy ≤", ["anytime", "accuracy", "high"]),
            ("selected ≥", ["anytime", "selection_rate", "low"]),
            ("selected ≤", ["anytime", "selection_rate", "high"]),
        ],
        "estimate": [
            ("accuracy", ["accuracy"]), ("precision", ["precision"]), ("recall", ["recall"]), ("AUC", ["roc_auc"]),
            ("F1, macro", ["f1_macro"]), ("AUC, macro", ["roc_auc_ovr_macro"]), ("MAE", ["mae"]), ("RMSE", ["rmse"]),
        ],
        "calibration": [
            ("ECE", ["width10", "ece"]), ("mean score", ["mean_score"]), ("base rate", ["base_rate"]),
            ("Brier", ["brier"]),
        ],
        "fairness": [
            ("disparate impact", ["disparate_impact_min_over_max"]),
            ("equal opportunity", ["equal_opportunity_difference"]),
            ("equalized odds", ["equalized_odds_difference"]), ("AUC difference", ["auc_difference"]),
            ("ECE difference", ["calibration_ece_difference"]),
            ("impact ≥", ["anytime", "disparate_impact_min_over_max", "low"]),
            ("impact ≤", ["anytime", "disparate_impact_min_over_max", "high"]), ("ln e-value", ["log_e_value"]),
        ],
    ]

    /// A line for each chunk.
    private static func chunks(_ measurement: MeasurementReport) -> [String] {
        let result = measurement.result
        let list = { (value: ReportValue?) -> [ReportValue] in
            if case .array(let values)? = value { values } else { [] }
        }
        if measurement.measure == "fairness" {
            return result.members.flatMap { chunks(list($0.value["chunks"]), "fairness", $0.key) }
        }
        let all = list(result["chunks"])
        guard !all.isEmpty, ["drift", "quality"].contains(measurement.measure) else {
            return chunks(all, measurement.measure, "chunk")
        }
        let isDrift = measurement.measure == "drift"
        let rows = all.map { chunk -> [String] in
            let columns = (isDrift ? chunk["columns"] : chunk["null_rate"])?.object?.members ?? []
            let values = columns.compactMap { column in
                (isDrift ? column.value["psi"] : column.value)?.number.map { (name: column.key, value: $0) }
            }
            let most = values.max { ($0.value, $1.name) < ($1.value, $0.name) }
            return [
                text(chunk["label"]), number(chunk["rows"]), most?.name ?? "–", most.map { short($0.value) } ?? "–",
            ]
        }
        return ["", "Chunks"]
            + table([["chunk", "rows", isDrift ? "moved most" : "most nulls", isDrift ? "psi" : "share"]] + rows)
    }

    private static func chunks(_ all: [ReportValue], _ measure: String, _ heading: String) -> [String] {
        func value(_ chunk: ReportValue, _ path: [String]) -> ReportValue? {
            path.reduce(chunk as ReportValue?) { $0?[$1] }
        }
        let keys = (chunked[measure] ?? []).filter { key in all.contains { value($0, key.key) != nil } }
        guard !all.isEmpty, !keys.isEmpty else { return [] }
        let rows = all.map { chunk in
            [text(chunk["label"]), number(chunk["n"])]
                + keys.map { number(value(chunk, $0.key)) }
        }
        return ["", "Chunks"] + table([[heading, "n"] + keys.map(\.name)] + rows)
    }

    private static func drift(_ result: ReportObject) -> [String] {
        var lines: [String] = []
        let numeric = result["numeric"]?.object?.members ?? []
        if !numeric.isEmpty {
            lines += table(
                [["numeric", "psi", "ks", "p", "wasserstein", "mean", "→", "nulls", "→", ""]]
                    + numeric.map { member in
                        let value = member.value
                        return [
                            member.key, number(value["psi_q10"]?["value"]), number(value["ks"]?["statistic"]),
                            number(value["ks"]?["pvalue_asymp"]), number(value["wasserstein"]),
                            number(value["stats_ref"]?["mean"]), number(value["stats_cur"]?["mean"]),
                            number(value["null_test"]?["rate_ref"]), number(value["null_test"]?["rate_cur"]),
                            text(value["reason"]),
                        ]
                    })
            lines.append("")
        }
        let categorical = result["categorical"]?.object?.members ?? []
        if !categorical.isEmpty {
            lines += table(
                [["categorical", "psi", "Cramér's V", "p", "tvd", "new", "vanished", "nulls", "→", ""]]
                    + categorical.map { member in
                        let value = member.value
                        return [
                            member.key, number(value["psi_cat"]), number(value["chi2"]?["cramers_v"]),
                            number(value["chi2"]?["pvalue"]), number(value["tvd"]), count(value["new"]),
                            count(value["vanished"]), number(value["null_test"]?["rate_ref"]),
                            number(value["null_test"]?["rate_cur"]), text(value["reason"]),
                        ]
                    })
        }
        return lines
    }

    private static func fairness(_ result: ReportObject) -> [String] {
        var lines: [String] = []
        for attribute in result.members {
            let groups = attribute.value["groups"]?.object?.members ?? []
            lines += table(
                [[attribute.key, "n", "base rate", "selected", "TPR", "FPR", "precision", "AUC"]]
                    + groups.map { group in
                        let value = group.value
                        return [
                            group.key, number(value["n"]), number(value["base_rate"]),
                            number(value["selection_rate"]), number(value["tpr"]), number(value["fpr"]),
                            number(value["ppv"]), number(value["roc_auc"]),
                        ]
                    })
            let evaluable = attribute.value["evaluable"]
            lines.append(
                "  disparate impact \(number(evaluable?["disparate_impact_min_over_max"])), equalized odds difference "
                    + "\(number(evaluable?["equalized_odds_difference"])), unknown \(number(attribute.value["unknown"]))"
            )
            lines.append("")
        }
        return lines
    }

    private static func quality(_ result: ReportObject) -> [String] {
        let nulls = result["nulls"]?.object?.members ?? []
        return table(
            [["column", "nulls", "distinct"]]
                + nulls.map { [$0.key, number($0.value), number(result["unique_nonnull"]?[$0.key])] }) + [
                "", "duplicate rows: \(number(result["duplicate_rows_extra"]))",
                "constant: \(list(result["constant_columns"]))",
                "almost constant: \(list(result["almost_constant_columns"]))",
            ]
    }

    private static func flat(_ object: ReportObject, _ prefix: String) -> [String] {
        object.members.flatMap { member -> [String] in
            switch member.value {
            case .object(let inner): return flat(inner, prefix + member.key + ".")
            case .array(let values):
                return values.count <= 2 ? [clean(prefix + member.key) + ": " + list(member.value)] : []
            default: return [clean(prefix + member.key) + ": " + cell(member.value)]
            }
        }
    }

    private static func cell(_ value: ReportValue) -> String {
        switch value {
        case .null: "–"
        case .bool(let truth): truth ? "yes" : "no"
        case .string(let text): clean(text)
        default: number(value)
        }
    }

    private static func list(_ value: ReportValue?) -> String {
        guard case .array(let values)? = value else { return "–" }
        return values.isEmpty ? "none" : values.map(cell).joined(separator: ", ")
    }

    private static func count(_ value: ReportValue?) -> String {
        if case .array(let values)? = value { String(values.count) } else { "–" }
    }

    private static func text(_ value: ReportValue?) -> String {
        if case .string(let text)? = value { clean(text) } else { "" }
    }

    private static func number(_ value: ReportValue?) -> String {
        switch value {
        case .integer(let value)?: String(value)
        case .number(let value)?: short(value)
        default: "–"
        }
    }

    /// Four significant digits.
    static func short(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        if value == 0 { return "0" }
        let magnitude = Int(log10(abs(value)).rounded(.down))
        if magnitude < -4 || magnitude > 9 {
            let mantissa = value / pow(10, Double(magnitude))
            return "\((mantissa * 100).rounded() / 100)e\(magnitude)"
        }
        let scale = pow(10, Double(max(0, 3 - magnitude)))
        let text = "\((value * scale).rounded() / scale)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    private static func clean(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : Character($0) })
    }

    /// Columns as wide as their widest cell.
    private static func table(_ rows: [[String]]) -> [String] {
        let cleaned = rows.map { $0.map(clean) }
        let width = cleaned.map(\.count).max() ?? 0
        let widths = (0..<width).map { column in cleaned.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        return cleaned.map { row in
            let cells = row.enumerated().map { column, cell in
                cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            var line = "  " + cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
