// A measurement as one HTML file that can be handed to an auditor: no scripts, nothing loaded from elsewhere, light and
// dark by the reader's setting, readable on a phone and on paper.
public import Foundation

/// A self-contained page of a measurement: what was measured on which bytes, charts, decisions, what was not evaluable,
/// and by which methods.
public enum HTMLReport {
    /// Columns that have a chart of their own; the others stand in the table only.
    public static let chartsMax = 200

    /// The page.
    ///
    /// - Parameter made: when the measurement was made; nil to leave it out.
    public static func html(_ measurement: MeasurementReport, made: Date? = nil) -> String {
        let title = "Concord: \(measurement.measure)"
        var out = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>\(escaped(title))</title><style>\(style)</style></head><body>\(HTMLCharts.definitions)<main>
            <h1>\(escaped(title))</h1>
            """
        out += summary(measurement)
        var facts = [["definitions", "version \(MeasurementReport.version)"]]
        if let made { facts.append(["measured", made.formatted(.iso8601)]) }
        out += table(["", ""], facts, mono: [])
        out += "<h2>Inputs</h2>"
        out += table(
            ["file", "rows", "columns", "SHA-256"],
            measurement.inputs.map { [$0.path, "\($0.rows)", "\($0.columns)", $0.sha256] }, mono: [3])
        if let join = measurement.labelJoin?.object {
            out += "<h2>Labels that came later</h2>"
            out += table(["", ""], join.members.map { [words($0.key), cell($0.value)] }, mono: [])
        }
        out += decisions(measurement.decisions)
        out += HTMLSections.charts(measurement) + chunkCharts(measurement.result)
        out += notEvaluable(measurement)
        out += methods(measurement)
        out += "<h2>All results</h2>" + values(measurement.result)
        return out + "</main></body></html>\n"
    }

    private static let style = """
        :root{color-scheme:light dark;--ink:#1b1f24;--soft:#59636e;--line:#d1d9e0;--paper:#fff;--ref:#aab4bf;--cur:#0b62d6;\
        --bad:#b42318;--good:#1a7f37;--calm:#eef2f6;--warm:#f7dc94;--hot:#f0aaa2;--band:#0b62d633}
        @media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9198a1;--line:#3d444d;--paper:#0d1117;\
        --ref:#545d68;--cur:#58a6ff;--bad:#ff8178;--good:#56d364;--calm:#1c232c;--warm:#5c4300;--hot:#7c221a;\
        --band:#58a6ff40}}
        body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
        main{max-width:72rem;margin:0 auto;padding:1.5rem;box-sizing:border-box}
        h1{font-size:1.6rem;margin-top:0}h2{font-size:1.25rem;margin-top:2.2rem}h3{font-size:1.05rem}
        table{border-collapse:collapse;display:block;overflow-x:auto}th,td{text-align:left;padding:.25rem .7rem;\
        border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:break-word;max-width:26rem}
        th{color:var(--soft);font-weight:600}td{font-variant-numeric:tabular-nums}
        .mono{font-family:ui-monospace,monospace;font-size:.85em;min-width:12rem;overflow-wrap:anywhere}
        .long{min-width:14rem}.whole{white-space:nowrap}.breached{color:var(--bad);font-weight:600}.within{color:var(--good)}.not_evaluable{color:var(--soft)}
        .charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(18rem,100%),1fr));gap:1rem}
        figure{margin:0 0 1rem;padding:.6rem;border:1px solid var(--line);border-radius:6px;min-width:0}
        .charts figure{margin:0}.charts svg:not(.long){max-width:24rem}
        figcaption{font-weight:600;overflow-wrap:anywhere}svg{display:block}svg:not([width]){width:100%;height:auto}
        svg.definitions{position:absolute}
        svg text{fill:var(--soft);font-size:10px}svg text.on{fill:var(--ink);font-size:11px}
        .map{display:flex}.map svg{flex:none}.scroll{overflow-x:auto;min-width:0;flex:1}
        .ref{fill:var(--ref)}.cur{fill:var(--cur);fill-opacity:.75}
        .outline{fill:none;stroke:var(--cur);stroke-width:2}.hollow{fill:url(#hatch);stroke:var(--soft);stroke-width:.7}
        .hatching{stroke:var(--soft);stroke-width:1;opacity:.6}
        .calm{fill:var(--calm)}.warm{fill:var(--warm)}.hot{fill:var(--hot)}.band{fill:var(--band)}
        .axis{stroke:var(--soft)}.grid{stroke:var(--line);stroke-width:.6}
        .mark{stroke:var(--cur);stroke-width:2;fill:none;stroke-linejoin:round}.dot{fill:var(--cur)}
        .whisker{stroke:var(--ink);stroke-width:1.5}.ideal{stroke:var(--soft);stroke-dasharray:4 3}
        .key{display:inline-block;width:.9rem;height:.9rem;vertical-align:-.1rem;margin:0 .3rem;box-sizing:border-box}
        .key.k-ref{background:var(--ref)}.key.k-cur{border:2px solid var(--cur)}.key.k-warm{background:var(--warm)}
        .key.k-hot{background:var(--hot)}summary{cursor:pointer}
        @media(min-width:70rem){.long{min-width:8rem}}
        @media print{main{max-width:none}figure,tr{break-inside:avoid}.scroll,table{overflow:visible}}
        """

    // MARK: Decisions

    private static func summary(_ measurement: MeasurementReport) -> String {
        func count(_ outcome: Decision.Outcome) -> Int { measurement.decisions.count { $0.outcome == outcome } }
        guard !measurement.decisions.isEmpty else { return "<p>No thresholds were judged.</p>" }
        return "<p><span class=\"breached\">\(count(.breached)) breached</span>, "
            + "<span class=\"within\">\(count(.within)) within</span>, "
            + "<span class=\"not_evaluable\">\(count(.notEvaluable)) not evaluable</span>.</p>"
    }

    private static func decisions(_ decisions: [Decision]) -> String {
        guard !decisions.isEmpty else { return "" }
        var out = "<h2>Decisions</h2><table><thead><tr>"
        for heading in ["outcome", "rule", "subject", "value", "adjusted p", "reason", "source of the threshold"] {
            out += "<th>\(heading)</th>"
        }
        out += "</tr></thead><tbody>"
        let order: [Decision.Outcome] = [.breached, .notEvaluable, .within]
        for outcome in order {
            for decision in decisions where decision.outcome == outcome {
                out += "<tr><td class=\"\(outcome.rawValue) whole\">\(words(outcome.rawValue))</td>"
                for text in [decision.rule.text, decision.subject] {
                    out += "<td class=\"\(isLong(text) ? "long" : "whole")\">\(escaped(text))</td>"
                }
                out += "<td>\(decision.value.map(TextReport.short) ?? "–")</td>"
                out += "<td>\(decision.adjustedP.map(probability) ?? "–")</td>"
                for text in [decision.reason ?? "", decision.rule.isGiven ? "given" : decision.rule.source] {
                    out += "<td\(isLong(text) ? " class=\"long\"" : "")>\(escaped(text))</td>"
                }
                out += "</tr>"
            }
        }
        return out + "</tbody></table>"
    }

    /// A p-value below the smallest number is not zero.
    private static func probability(_ p: Double) -> String { p == 0 ? "&lt; 1e-300" : TextReport.short(p) }

    // MARK: What is not known

    /// Values that are null, with where they stand and why; one row for all that share place and reason.
    private static func notEvaluable(_ measurement: MeasurementReport) -> String {
        var reasons: [(place: String, names: [String], reason: String)] = []
        gather(measurement.result, [], &reasons)
        let judged = measurement.decisions.filter { $0.outcome == .notEvaluable }
        var out = "<h2>Not evaluable</h2>"
        guard !reasons.isEmpty || !judged.isEmpty else { return out + "<p>Everything could be evaluated.</p>" }
        if !judged.isEmpty {
            out += table(
                ["threshold not judged", "subject", "reason"],
                judged.map { [$0.rule.text, $0.subject, $0.reason ?? ""] }, mono: [], whole: [0, 1])
        }
        if !reasons.isEmpty {
            let shown = reasons.prefix(reasonsMax)
            out += table(
                ["where", "undefined", "reason"],
                shown.map { [$0.place, $0.names.joined(separator: ", "), $0.reason] }, mono: [])
            if reasons.count > reasonsMax { out += "<p>\(reasons.count - reasonsMax) more stand in the results.</p>" }
        }
        return out
    }

    /// Reasons that are listed; all of them stand beside their values in the results.
    private static let reasonsMax = 300

    private static func gather(
        _ object: ReportObject, _ path: [String], _ out: inout [(place: String, names: [String], reason: String)]
    ) {
        let place = path.isEmpty ? "all" : path.joined(separator: " › ")
        var own: [String: Int] = [:]
        for member in object.members {
            switch member.value {
            case .object(let child): gather(child, path + [member.key], &out)
            case .array(let values):
                for (i, value) in values.enumerated() {
                    guard let child = value.object else { continue }
                    var name = "\(i + 1)"
                    if case .string(let label)? = child["label"] { name = label }
                    gather(child, path + [member.key, name], &out)
                }
            case .string(let reason) where member.key == "reason" || member.key.hasSuffix("_reason"):
                let name = member.key == "reason" ? "the rest" : String(member.key.dropLast(7))
                if object[name] != .null, member.key != "reason" { continue }
                if let known = own[reason] {
                    out[known].names.append(name)
                } else {
                    own[reason] = out.count
                    out.append((place, [name], reason))
                }
            default: break
            }
        }
    }

    private static func methods(_ measurement: MeasurementReport) -> String {
        let used = Method.all(measurement)
        guard !used.isEmpty else { return "" }
        return "<h2>Methods</h2><p>As defined in version \(MeasurementReport.version) of the definitions.</p>"
            + table(["measure", "method", "source"], used.map { [$0.name, $0.definition, $0.source] }, mono: [])
    }

    // MARK: Values

    private static func values(_ object: ReportObject) -> String {
        var rows: [[String]] = []
        var inner = ""
        for member in object.members {
            switch member.value {
            case .object(let child):
                inner += "<details><summary>\(escaped(member.key))</summary>\(values(child))</details>"
            case .array(let list) where list.contains(where: { $0.object != nil }):
                inner += "<details><summary>\(escaped(member.key))</summary>"
                for (i, value) in list.enumerated() {
                    guard let child = value.object else { continue }
                    var name = "\(i + 1)"
                    if case .string(let label)? = child["label"] { name = label }
                    inner += "<details><summary>\(escaped(name))</summary>\(values(child))</details>"
                }
                inner += "</details>"
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

    /// - Parameter whole: columns whose short texts are not broken.
    static func table(
        _ headings: [String], _ rows: [[String]], mono: Set<Int>, whole: Set<Int> = []
    ) -> String {
        var out = "<table>"
        if headings.contains(where: { !$0.isEmpty }) {
            out += "<thead><tr>" + headings.map { "<th>\(escaped($0))</th>" }.joined() + "</tr></thead>"
        }
        out += "<tbody>"
        for row in rows {
            out += "<tr>"
            for (i, cell) in row.enumerated() {
                let kind =
                    mono.contains(i)
                    ? " class=\"mono\""
                    : isLong(cell) ? " class=\"long\"" : whole.contains(i) ? " class=\"whole\"" : ""
                out += "<td\(kind)>\(escaped(cell))</td>"
            }
            out += "</tr>"
        }
        return out + "</tbody></table>"
    }

    /// Texts that need a wider column, so that on a phone a table scrolls rather than grows tall.
    private static func isLong(_ text: String) -> Bool { text.utf8.count > 40 }

    private static func words(_ key: String) -> String { key.replacingOccurrences(of: "_", with: " ") }

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
