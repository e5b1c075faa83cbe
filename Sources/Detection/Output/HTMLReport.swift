// Findings as one page: how many of which level and when, who and what stands out, and each finding with what matched.
// The page needs nothing but itself; everything from events is escaped.

/// A report that is filled finding by finding.
public struct HTMLReport: Sendable {
    /// More groups of findings than this are counted, and only these are shown one by one.
    public static let shownMax = 2_000
    private var groups: FindingGroups?
    private var shown: [FindingGroup] = []
    private var groupCount = 0
    private var count = 0
    private var levels: [Level: Int] = [:]
    private var hours: [Int64: Int] = [:]
    private var actors: [String: Int] = [:]
    private var objects: [String: Int] = [:]
    private var threats: [ThreatTag: Int] = [:]
    private var byRule: [String: (title: String, level: Level, count: Int, controls: [String])] = [:]

    /// An empty report.
    /// - Parameter groups: Which findings are shown as one; `nil` shows each.
    public init(groups: FindingGroups? = FindingGroups(span: nil)) { self.groups = groups }

    /// Takes a finding in.
    public mutating func add(_ finding: Finding) {
        count += 1
        levels[finding.rule.level, default: 0] += 1
        if let time = finding.time { hours[time / 3_600_000, default: 0] += 1 }
        if let actor = finding.roles.actor { actors[actor, default: 0] += 1 }
        if let object = finding.roles.object { objects[object, default: 0] += 1 }
        for threat in finding.rule.threats { threats[threat, default: 0] += 1 }
        byRule[
            finding.rule.id, default: (finding.rule.title, finding.rule.level, 0, finding.rule.controls)
        ].count += 1
        show(groups?.take(finding) ?? [FindingGroup(finding)])
    }

    private mutating func show(_ ended: [FindingGroup]) {
        groupCount += ended.count
        shown += ended.prefix(Self.shownMax - shown.count)
    }

    static func escape(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }

    /// The page. Nothing may be added afterwards.
    public mutating func page(counts: DetectionCounts, rules: RuleSet) -> String {
        show(groups?.finish() ?? [])
        // The gravest first, then those that were seen first.
        shown.sort { left, right in
            let (one, other) = (left.finding.rule.level, right.finding.rule.level)
            return one != other ? one > other : (left.firstSeen ?? .max) < (right.firstSeen ?? .max)
        }
        var html = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>Detection report</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <style>
            :root{color-scheme:light dark;--ink:#1c2127;--ground:#ffffff;--line:#d8dde3;--grave:#a3121b;--mark:#ffe08a}
            @media(prefers-color-scheme:dark){
            :root{--ink:#e6e9ed;--ground:#14181d;--line:#39424d;--grave:#ff9b8e;--mark:#6b5200}}
            body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:var(--ink);
            background:var(--ground);overflow-wrap:anywhere}
            table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}
            th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
            td.n,th.n{text-align:right;overflow-wrap:normal}mark{background:var(--mark);color:inherit}
            pre{white-space:pre-wrap}.critical,.high{color:var(--grave);font-weight:600}
            </style></head><body><h1>Detection report</h1>

            """
        html +=
            "<p>\(count) findings (\(groupCount) different ones) in \(counts.events) events; \(rules.rules.count) rules and "
        html += "\(rules.correlations.count) correlations in use, \(rules.refused.count) not used.</p>\n"
        html += table(
            "Levels", ["level", "findings"],
            Level.allCases.reversed().compactMap { level in levels[level].map { [level.rawValue, String($0)] } })
        html += table(
            "Timeline", ["hour (UTC)", "findings"],
            hours.sorted { $0.key < $1.key }.map { hour, count in
                [String(TimeText.format(hour * 3_600_000).prefix(13)) + ":00", String(count)]
            })
        html += table("Actors", ["actor", "findings"], top(actors))
        html += table("Objects", ["object", "findings"], top(objects))
        for framework in [ThreatTag.Framework.attack, .atlas] {
            for isTactic in [true, false] {
                let found = threats.filter { $0.key.framework == framework && $0.key.isTactic == isTactic }
                let kind = isTactic ? "tactic" : "technique"
                html += table(
                    "\(framework.rawValue) \(kind)s", [kind, "findings"],
                    top(Dictionary(found.map { ($0.key.words, $0.value) }, uniquingKeysWith: +)))
            }
        }
        html += table(
            "Rules", ["rule", "level", "controls", "findings"],
            byRule.values.sorted { ($0.level, $0.count, $1.title) > ($1.level, $1.count, $0.title) }.map {
                [$0.title, $0.level.rawValue, $0.controls.joined(separator: ", "), String($0.count)]
            })
        html += "<h2>Findings</h2>\n"
        if groupCount > shown.count { html += "<p>\(shown.count) of \(groupCount) different ones.</p>\n" }
        for group in shown { html += details(group) }
        return html + "</body></html>"
    }

    private func top(_ counts: [String: Int]) -> [[String]] {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(10).map { [$0.key, String($0.value)] }
    }

    private func table(_ title: String, _ headings: [String], _ rows: [[String]]) -> String {
        guard !rows.isEmpty else { return "" }
        var html = "<h2>\(Self.escape(title))</h2>\n<table><thead><tr>"
        for heading in headings {
            html += "<th scope=\"col\"\(heading == "findings" ? " class=\"n\"" : "")>\(heading)</th>"
        }
        html += "</tr></thead><tbody>\n"
        for row in rows {
            html += "<tr>"
            for (index, cell) in row.enumerated() {
                html += "<td\(headings[index] == "findings" ? " class=\"n\"" : "")>\(Self.escape(cell))</td>"
            }
            html += "</tr>\n"
        }
        return html + "</tbody></table>\n"
    }

    private func details(_ group: FindingGroup) -> String {
        let finding = group.finding
        let level = finding.rule.level.rawValue
        var html = "<details><summary><span class=\"\(level)\">\(level)</span> "
        html += "\(Self.escape(group.firstSeen.map(TimeText.format) ?? "")) "
        if group.count > 1 { html += "\(group.count) times: " }
        html += "\(Self.escape(finding.message ?? finding.rule.title))</summary>\n"
        html += "<p>Rule \(Self.escape(finding.rule.id))"
        if let author = finding.rule.author { html += " by \(Self.escape(author))" }
        html +=
            ", \(group.count > 1 ? "first " : "")\(Self.escape("\(finding.event.file):\(finding.event.line)")).</p>\n"
        if group.count > 1, let last = group.lastSeen {
            html += "<p>Last seen \(Self.escape(TimeText.format(last))).</p>\n"
        }
        if let description = finding.rule.description { html += "<p>\(Self.escape(description))</p>\n" }
        let threats = finding.rule.threats.map { "\($0.framework.rawValue) \($0.words)" }
        if !threats.isEmpty { html += "<p>\(Self.escape(threats.joined(separator: ", ")))</p>\n" }
        let reasons = Dictionary(
            finding.reasons.map { ($0.control, $0.reason) }, uniquingKeysWith: { first, _ in first })
        if !finding.rule.controls.isEmpty {
            html += "<p>Controls concerned:</p><ul>\n"
            for control in finding.rule.controls {
                html += "<li>\(Self.escape(control))"
                if let reason = reasons[control] { html += ": \(Self.escape(reason))" }
                html += "</li>\n"
            }
            html += "</ul>\n"
        }
        if let posture = finding.posture {
            html += "<p>\(Self.escape("\(posture.product): \(posture.status.rawValue)"))</p>\n"
            if let remediation = posture.remediation { html += "<p>What to do: \(Self.escape(remediation))</p>\n" }
        }
        for (field, value) in finding.group {
            html += "<p>\(Self.escape(field)): <mark>\(Self.escape(value ?? "missing"))</mark></p>\n"
        }
        for item in finding.matched {
            html += "<p>\(Self.escape(item.field ?? "any field")): <mark>\(Self.escape(item.value))</mark></p>\n"
        }
        if let json = finding.json { html += "<pre>\(MarkedEvent.html(json, finding.matched))</pre>\n" }
        return html + "</details>\n"
    }
}

extension Finding {
    /// The time in RFC 3339; empty if there is none.
    public var timeText: String { time.map(TimeText.format) ?? "" }
}

extension DetectionOptions {
    /// Reads a span such as `10m`, in milliseconds.
    public static func span(_ text: String) -> Int64? { text == "0" ? 0 : RuleParser.timespan(text) }
}
