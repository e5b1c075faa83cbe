// Posture findings of others as findings of ours: OCSF Compliance Findings and Vulnerability Findings, and the Detection
// Findings in which Prowler writes its checks. Source: OCSF schema 1.5.0, classes 2002, 2003 and 2004.

/// What a scanner found, beyond what every finding has.
public struct Posture: Sendable, Hashable {
    /// What the scanner says of its check.
    public enum Status: String, Sendable { case fail = "Fail", warning = "Warning", manual = "Manual" }

    /// How it came out.
    public let status: Status
    /// The product that looked.
    public let product: String
    /// The product's own name for the check.
    public let check: String
    /// The weakness, as `CVE-2024-3094`, if it is one.
    public let vulnerability: String?
    /// What to do, in the words of the product.
    public let remediation: String?
}

/// Reads posture findings out of events.
struct PostureReader {
    /// What became of an event.
    enum Outcome {
        case findings([Finding])
        /// The check passed.
        case passed
        /// The finding is suppressed, resolved or closed.
        case closed
    }

    private let mapping: ControlMapping
    private let evaluator: Evaluator
    private let state: RouteState?
    private var matched: [Int] = []

    /// - Parameter evaluator: How the fields of the mapping are found in events.
    init(mapping: ControlMapping, evaluator: Evaluator) {
        self.mapping = mapping
        self.evaluator = evaluator
        state =
            mapping.lines.isEmpty
            ? nil
            : RouteState(
                Route(rules: Array(mapping.lines.indices), detections: mapping.lines.map(\.when), evaluator: evaluator))
    }

    mutating func read(
        _ event: Event, reference: EventReference, time: Int64?, roles: EventRoles, keepsEvent: Bool
    ) -> Outcome {
        func text(_ paths: String...) -> String? {
            for path in paths {
                if let value = event.first(path), value.count > 0 { return value.string }
            }
            return nil
        }
        // Status: 3 suppressed, 4 resolved, 5 archived, 6 deleted; activity: 3 closed.
        if let status = text("status_id"), ["3", "4", "5", "6"].contains(status) { return .closed }
        if text("activity_id") == "3" { return .closed }
        guard let status = status(text) else { return .passed }
        let product = text("metadata.product.name", "metadata.product.vendor_name") ?? "unknown"
        let check =
            text(
                "metadata.event_code", "compliance.checks.uid", "compliance.control", "finding_info.analytic.uid",
                "finding_info.title", "message") ?? "unknown"
        let title = text("finding_info.title", "message") ?? check
        let remediation = text("remediation.desc")
        let level = Self.level(text("severity_id"), text("severity"))
        var reasons = namedControls(event)
        matched.removeAll(keepingCapacity: true)
        state?.run(event, into: &matched)
        for number in matched {
            let line = mapping.lines[number]
            for control in line.controls where !reasons.contains(where: { $0.control == control }) {
                reasons.append(ControlReason(control: control, reason: line.reason))
            }
        }
        let json = keepsEvent ? event.json() : nil
        func finding(
            _ check: String, _ title: String, _ level: Level, vulnerability: String?, _ matched: [MatchedField]
        ) -> Finding {
            let header = RuleHeader(
                id: "\(product.lowercased())/\(check)", name: nil, title: title, level: level, status: nil,
                author: product, description: text("finding_info.desc"), tags: [], references: [], falsePositives: [],
                fields: [], license: nil, source: SourceLocation(file: reference.file, line: reference.line),
                controls: reasons.map(\.control))
            return Finding(
                kind: .posture, rule: header, event: reference, time: time, group: [], matched: matched, roles: roles,
                json: json, message: text("status_detail", "message"), reasons: reasons,
                posture: Posture(
                    status: status, product: product, check: check, vulnerability: vulnerability,
                    remediation: remediation))
        }
        let weaknesses = vulnerabilities(event)
        guard !weaknesses.isEmpty else {
            var matched = [MatchedField(field: "check", value: check)]
            if let object = roles.object { matched.append(MatchedField(field: "resource", value: object)) }
            return .findings([finding(check, title, level, vulnerability: nil, matched)])
        }
        return .findings(
            weaknesses.map { weakness in
                finding(
                    weakness.id, weakness.title ?? title, weakness.severity.map { Self.level(nil, $0) } ?? level,
                    vulnerability: weakness.id,
                    [MatchedField(field: "vulnerability", value: weakness.id)]
                        + weakness.packages.map { MatchedField(field: "package", value: $0) })
            })
    }

    /// `nil`: the check passed. `compliance.status_id`: 1 pass, 2 warning, 3 fail. Prowler writes `status_code`.
    private func status(_ text: (String...) -> String?) -> Posture.Status? {
        switch text("compliance.status_id") {
        case "1": return nil
        case "2": return .warning
        case "3": return .fail
        default: break
        }
        switch text("compliance.status", "status_code")?.lowercased() {
        case "pass", "passed", "compliant", "success": return nil
        case "warning", "warn": return .warning
        case "manual", "info": return .manual
        default: return .fail
        }
    }

    /// `severity_id`: 1 informational to 5 critical, 6 fatal; where it is 0 or 99 the words count.
    private static func level(_ number: String?, _ words: String?) -> Level {
        switch number {
        case "1": return .informational
        case "2": return .low
        case "3": return .medium
        case "4": return .high
        case "5", "6": return .critical
        default: return words.flatMap { Level(rawValue: $0.lowercased()) } ?? .medium
        }
    }

    private struct Weakness {
        let id: String
        let title: String?
        let severity: String?
        let packages: [String]
    }

    private func vulnerabilities(_ event: Event) -> [Weakness] {
        var lists: [Int] = []
        event.nodes("vulnerabilities") { lists.append($0) }
        let outer = event.root
        defer { event.root = outer }
        var found: [Weakness] = []
        for list in lists where event.tape.nodes[list].kind == .array {
            var element = list + 1
            while element < Int(event.tape.nodes[list].next) {
                event.root = element
                element = Int(event.tape.nodes[element].next)
                guard event.tape.nodes[event.root].kind == .object else { continue }
                guard
                    let id = ["cve.uid", "advisory.uid", "cwe.uid", "title"].lazy.compactMap({ event.first($0)?.string }
                    )
                    .first
                else { continue }
                found.append(
                    Weakness(
                        id: id, title: (event.first("title") ?? event.first("cve.title"))?.string,
                        severity: event.first("severity")?.string,
                        packages: (event.values("affected_packages.name") + event.values("packages.name")).map(\.string)
                    ))
            }
        }
        return found
    }

    /// Controls that the scanner itself names: in OCSF's own attributes, or as Prowler does under `unmapped.compliance`.
    /// Only editions whose numbers are those of ours are read.
    private func namedControls(_ event: Event) -> [ControlReason] {
        var found: [ControlReason] = []
        func take(_ standard: String, _ requirement: String) {
            guard let name = Self.standard(standard), let number = Self.number(requirement) else { return }
            let control = "\(name):\(number)"
            guard !found.contains(where: { $0.control == control }) else { return }
            found.append(ControlReason(control: control, reason: "Named by the finding itself (\(standard))"))
        }
        let standards = event.values("compliance.standards").map(\.string).filter { Self.standard($0) != nil }
        if let standard = standards.first, standards.count == 1 {
            for value in event.values("compliance.requirements") + event.values("compliance.control") {
                take(standard, value.string)
            }
        }
        event.nodes("unmapped.compliance") { object in
            guard event.tape.nodes[object].kind == .object else { return }
            var at = object + 1
            while at < Int(event.tape.nodes[object].next) {
                var values: [FieldValue] = []
                event.collect(at + 1, into: &values)
                for value in values { take(event.value(at).string, value.string) }
                at = Int(event.tape.nodes[at + 1].next)
            }
        }
        return found
    }

    /// `ISO27001-2022` and its relatives; the edition of 2013 has other numbers and is not read.
    private static func standard(_ name: String) -> String? {
        if name.contains("42001") { return "iso42001" }
        return name.contains("27001") && name.contains("2022") ? "iso27001" : nil
    }

    /// `A.8.15`, also where it is written without the A or with a title behind it.
    private static func number(_ requirement: String) -> String? {
        var text = Substring(requirement.split(whereSeparator: { $0 == " " || $0 == "_" || $0 == ":" }).first ?? "")
        if text.uppercased().hasPrefix("A.") { text = text.dropFirst(2) }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts.allSatisfy({ Int($0) != nil }) else { return nil }
        return "A." + parts.joined(separator: ".")
    }
}
