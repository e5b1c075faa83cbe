// A measurement as one HTML file that can be handed to an auditor: no scripts, nothing loaded from elsewhere, light and
// dark by the reader's setting.
import Foundation

/// A self-contained page of a measurement: what was measured on which bytes, charts, decisions, what was not evaluable.
public enum HTMLReport {
    /// Columns that have a chart of their own; the others stand in the table only.
    public static let chartsMax = 200

    /// The page.
    public static func html(_ measurement: MeasurementReport) -> String {
        let title = "Concord: \(measurement.measure)"
        var out = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>\(escaped(title))</title><style>\(style)</style></head><body><main>
            <h1>\(escaped(title))</h1>
            <p>Definitions version \(escaped(MeasurementReport.version)).</p>
            <h2>Inputs</h2>
            """
        out += table(
            ["file", "rows", "columns", "SHA-256"],
            measurement.inputs.map { [$0.path, "\($0.rows)", "\($0.columns)", $0.sha256] }, mono: [3])
        out += decisions(measurement.decisions)
        switch measurement.measure {
        case "drift": out += drift(measurement.result)
        case "fairness": out += fairness(measurement.result)
        case "calibration": out += calibration(measurement.result)
        default: break
        }
        out += "<h2>All results</h2>" + values(measurement.result, level: 3)
        return out + "</main></body></html>\n"
    }

    private static let style = """
        :root{color-scheme:light dark;--ink:#1b1f24;--soft:#59636e;--line:#d1d9e0;--paper:#fff;--ref:#6e7b8a;--cur:#0b62d6;\
        --bad:#b42318;--good:#1a7f37}
        @media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9198a1;--line:#3d444d;--paper:#0d1117;\
        --ref:#8b949e;--cur:#58a6ff;--bad:#ff8178;--good:#56d364}}
        body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
        main{max-width:72rem;margin:0 auto;padding:1.5rem}
        h1{font-size:1.6rem}h2{font-size:1.25rem;margin-top:2.2rem}h3{font-size:1.05rem}
        table{border-collapse:collapse;display:block;overflow-x:auto}th,td{text-align:left;padding:.25rem .7rem;\
        border-bottom:1px solid var(--line);vertical-align:top}th{color:var(--soft);font-weight:600}
        .mono{font-family:ui-monospace,monospace;font-size:.85em;word-break:break-all}
        .breached{color:var(--bad);font-weight:600}.within{color:var(--good)}.not_evaluable{color:var(--soft)}
        .charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr));gap:1rem}
        figure{margin:0;padding:.6rem;border:1px solid var(--line);border-radius:6px}
        figcaption{font-weight:600;overflow-wrap:anywhere}svg{width:100%;height:auto}
        svg text{fill:var(--soft);font-size:10px}.ref{fill:var(--ref)}.cur{fill:var(--cur)}
        .axis{stroke:var(--line)}.mark{stroke:var(--cur);stroke-width:2;fill:none}.ideal{stroke:var(--ref);\
        stroke-dasharray:4 3}summary{cursor:pointer}
        @media print{main{max-width:none}figure{break-inside:avoid}}
        """

    // MARK: Decisions

    private static func decisions(_ decisions: [Decision]) -> String {
        guard !decisions.isEmpty else { return "" }
        var out = "<h2>Decisions</h2><table><thead><tr>"
        for heading in ["rule", "subject", "value", "outcome", "adjusted p", "reason", "source"] {
            out += "<th>\(heading)</th>"
        }
        out += "</tr></thead><tbody>"
        let order: [Decision.Outcome] = [.breached, .notEvaluable, .within]
        for outcome in order {
            for decision in decisions where decision.outcome == outcome {
                let words = outcome.rawValue.replacingOccurrences(of: "_", with: " ")
                out += "<tr><td>\(escaped(decision.rule.text))</td><td>\(escaped(decision.subject))</td>"
                out += "<td>\(decision.value.map(TextReport.short) ?? "–")</td>"
                out += "<td class=\"\(outcome.rawValue)\">\(words)</td>"
                out += "<td>\(decision.adjustedP.map(TextReport.short) ?? "–")</td>"
                out += "<td>\(escaped(decision.reason ?? ""))</td>"
                out += "<td>\(escaped(decision.rule.isGiven ? "given" : decision.rule.source))</td></tr>"
            }
        }
        return out + "</tbody></table>"
    }

    // MARK: Charts

    private static func drift(_ result: ReportObject) -> String {
        var out = "<h2>Distributions</h2><p>Shares of the <span style=\"color:var(--ref)\">reference</span> and the "
        out += "<span style=\"color:var(--cur)\">current</span> data.</p><div class=\"charts\">"
        var count = 0
        for member in (result["numeric"]?.object?.members ?? []) + (result["categorical"]?.object?.members ?? [])
        where count < chartsMax {
            let bins = member.value["psi_w10"] ?? member.value
            guard let reference = numbers(bins["ref"]), let current = numbers(bins["cur"]),
                reference.count > 0, reference.reduce(0, +) > 0, current.reduce(0, +) > 0
            else { continue }
            count += 1
            let psi = member.value["psi_q10"]?["value"]?.number ?? member.value["psi_cat"]?.number
            let labels = edges(bins["edges"]) ?? names(member.value["categories"])
            out += "<figure><figcaption>\(escaped(member.key))</figcaption>"
            out += bars(
                Array(reference.prefix(20)), Array(current.prefix(20)), labels,
                totals: (reference.reduce(0, +), current.reduce(0, +)))
            out += "<div>PSI \(psi.map(TextReport.short) ?? "–")</div></figure>"
        }
        return out + "</div>"
    }

    private static func edges(_ value: ReportValue?) -> [String]? {
        guard let edges = numbers(value), let first = edges.first, let last = edges.last else { return nil }
        return ["≤ \(TextReport.short(first))"]
            + edges.dropLast().indices.map { "≤ \(TextReport.short(edges[$0 + 1]))" }
            + ["> \(TextReport.short(last))"]
    }

    private static func bars(
        _ reference: [Double], _ current: [Double], _ labels: [String], totals: (Double, Double)
    ) -> String {
        let width = 280.0
        let height = 110.0
        let r = reference.map { $0 / totals.0 }
        let c = current.map { $0 / totals.1 }
        let top = max(r.max() ?? 0, c.max() ?? 0, 1e-9)
        let step = width / Double(max(1, r.count))
        var out = "<svg viewBox=\"0 0 280 125\" role=\"img\" aria-label=\"shares per bin\">"
        for i in r.indices {
            for (value, offset, kind) in [(r[i], 0.1, "ref"), (c[i], 0.5, "cur")] {
                let size = value / top * height
                let label = i < labels.count ? labels[i] : ""
                out +=
                    "<rect class=\"\(kind)\" x=\"\(digits((Double(i) + offset) * step))\" y=\"\(digits(height - size))\" "
                out += "width=\"\(digits(step * 0.38))\" height=\"\(digits(size))\"><title>\(escaped(label)): "
                out += "\(TextReport.short(value))</title></rect>"
            }
        }
        out += "<line class=\"axis\" x1=\"0\" x2=\"280\" y1=\"110\" y2=\"110\"/>"
        if let first = labels.first, let last = labels.last {
            out += "<text x=\"0\" y=\"122\">\(escaped(String(first.prefix(20))))</text>"
            out += "<text x=\"280\" y=\"122\" text-anchor=\"end\">\(escaped(String(last.prefix(20))))</text>"
        }
        return out + "</svg>"
    }

    private static func fairness(_ result: ReportObject) -> String {
        var out =
            "<h2>Selection by group</h2><p>Share selected with the 95 % interval of Wilson.</p><div class=\"charts\">"
        for attribute in result.members {
            let groups = attribute.value["groups"]?.object?.members ?? []
            guard !groups.isEmpty else { continue }
            let shown = groups.prefix(40)
            out += "<figure><figcaption>\(escaped(attribute.key))</figcaption>"
            out += "<svg viewBox=\"0 0 280 \(18 * shown.count + 16)\" role=\"img\" aria-label=\"selection rates\">"
            for (i, group) in shown.enumerated() {
                let y = Double(18 * i)
                let rate = group.value["selection_rate"]?.number ?? 0
                out += "<text x=\"0\" y=\"\(digits(y + 12))\">\(escaped(String(group.key.prefix(18))))</text>"
                out +=
                    "<rect class=\"cur\" x=\"100\" y=\"\(digits(y + 3))\" width=\"\(digits(rate * 175))\" height=\"11\">"
                out += "<title>\(escaped(group.key)): \(TextReport.short(rate))</title></rect>"
                if let ends = numbers(group.value["wilson95_selection_rate"]), ends.count == 2 {
                    out += "<line class=\"ideal\" style=\"stroke-dasharray:none;stroke-width:2\" "
                    out += "x1=\"\(digits(100 + ends[0] * 175))\" x2=\"\(digits(100 + ends[1] * 175))\" "
                    out += "y1=\"\(digits(y + 8.5))\" y2=\"\(digits(y + 8.5))\"/>"
                }
            }
            let bottom = 18 * shown.count
            out += "<line class=\"axis\" x1=\"100\" x2=\"275\" y1=\"\(bottom)\" y2=\"\(bottom)\"/>"
            out += "<text x=\"100\" y=\"\(bottom + 12)\">0</text>"
            out += "<text x=\"275\" y=\"\(bottom + 12)\" text-anchor=\"end\">1</text></svg></figure>"
        }
        return out + "</div>"
    }

    private static func calibration(_ result: ReportObject) -> String {
        var out = "<h2>Reliability</h2><div class=\"charts\">"
        for key in ["width10", "mass10"] {
            guard let bins = result[key], case .array(let scores)? = bins["confidence"],
                case .array(let rates)? = bins["observed"]
            else { continue }
            out += "<figure><figcaption>\(key), ECE \(bins["ece"]?.number.map(TextReport.short) ?? "–")</figcaption>"
            out += "<svg viewBox=\"-4 -4 208 224\" role=\"img\" aria-label=\"reliability curve\">"
            out +=
                "<line class=\"axis\" x1=\"0\" x2=\"200\" y1=\"200\" y2=\"200\"/><line class=\"axis\" x1=\"0\" x2=\"0\" "
            out += "y1=\"0\" y2=\"200\"/><line class=\"ideal\" x1=\"0\" x2=\"200\" y1=\"200\" y2=\"0\"/>"
            let points = zip(scores, rates).compactMap { score, rate -> String? in
                guard let x = score.number, let y = rate.number else { return nil }
                return "\(digits(x * 200)),\(digits(200 - y * 200))"
            }
            out += "<polyline class=\"mark\" points=\"\(points.joined(separator: " "))\"/>"
            out +=
                "<text x=\"0\" y=\"214\">score 0</text><text x=\"200\" y=\"214\" text-anchor=\"end\">1</text></svg></figure>"
        }
        return out + "</div>"
    }

    // MARK: Values

    private static func values(_ object: ReportObject, level: Int) -> String {
        var rows: [[String]] = []
        var inner = ""
        for member in object.members {
            switch member.value {
            case .object(let child):
                inner +=
                    "<details><summary>\(escaped(member.key))</summary>\(values(child, level: level + 1))</details>"
            default: rows.append([member.key, cell(member.value)])
            }
        }
        return (rows.isEmpty ? "" : table(["", ""], rows, mono: [])) + inner
    }

    private static func cell(_ value: ReportValue) -> String {
        switch value {
        case .null: return "undefined"
        case .bool(let truth): return truth ? "yes" : "no"
        case .string(let text): return text
        case .integer(let value): return "\(value)"
        case .number(let value): return value.isFinite ? "\(value)" : "undefined"
        case .array(let values):
            let shown = values.prefix(50).map(cell).joined(separator: ", ")
            return values.count > 50 ? shown + " … (\(values.count))" : shown
        case .object: return value.json()
        }
    }

    private static func table(_ headings: [String], _ rows: [[String]], mono: Set<Int>) -> String {
        var out = "<table>"
        if headings.contains(where: { !$0.isEmpty }) {
            out += "<thead><tr>" + headings.map { "<th>\(escaped($0))</th>" }.joined() + "</tr></thead>"
        }
        out += "<tbody>"
        for row in rows {
            out += "<tr>"
            for (i, cell) in row.enumerated() {
                out += mono.contains(i) ? "<td class=\"mono\">\(escaped(cell))</td>" : "<td>\(escaped(cell))</td>"
            }
            out += "</tr>"
        }
        return out + "</tbody></table>"
    }

    private static func numbers(_ value: ReportValue?) -> [Double]? {
        guard case .array(let values)? = value else { return nil }
        let found = values.compactMap(\.number)
        return found.count == values.count ? found : nil
    }

    private static func names(_ value: ReportValue?) -> [String] {
        guard case .array(let values)? = value else { return [] }
        return values.compactMap { if case .string(let text) = $0 { text } else { nil } }
    }

    private static func digits(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

    /// Text between and in tags: names come from files and may hold anything.
    static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            case _ where scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t":
                out += "\u{FFFD}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
