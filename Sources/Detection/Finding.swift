// What a run finds: matches of rules and correlations, violations of grants, anomalies; and their forms for programs.

/// One thing found.
public struct Finding: Sendable {
    /// What found it.
    public enum Kind: String, Sendable { case detection, correlation, violation, anomaly, posture }

    /// What found it.
    public let kind: Kind
    /// The rule; for violations and anomalies one of the engine's own.
    public let rule: RuleHeader
    /// The event; for a correlation the one that completed it.
    public let event: EventReference
    /// When it happened, in milliseconds since 1970; `nil` if the event has no time that can be read.
    public let time: Int64?
    /// The fields of a correlation's group and their values.
    public let group: [(field: String, value: String?)]
    /// The fields that matched.
    public let matched: [MatchedField]
    /// What the profile knows of the event.
    public let roles: EventRoles
    /// The event as JSON, if the output shows it.
    public let json: String?
    /// Words on what is wrong, where the rule alone does not say it.
    public let message: String?
    /// Why the finding concerns its controls.
    public internal(set) var reasons: [ControlReason]
    /// What a scanner says, for findings of its making.
    public let posture: Posture?

    init(
        kind: Kind, rule: RuleHeader, event: EventReference, time: Int64?, group: [(field: String, value: String?)],
        matched: [MatchedField], roles: EventRoles, json: String?, message: String?, reasons: [ControlReason] = [],
        posture: Posture? = nil
    ) {
        self.kind = kind
        self.rule = rule
        self.event = event
        self.time = time
        self.group = group
        self.matched = matched
        self.roles = roles
        self.json = json
        self.message = message
        self.reasons = reasons
        self.posture = posture
    }

    /// One line of JSON, as `concord detect run` prints it.
    public var line: String { line(of: nil) }

    /// The line of the finding, or of the group of which it is the first.
    func line(of findings: FindingGroup?) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(1_024)
        func text(_ key: String, _ value: String?) {
            JSONText.append(key, to: &output)
            output.append(UInt8(ascii: ":"))
            if let value { JSONText.append(value, to: &output) } else { output.append(contentsOf: "null".utf8) }
        }
        func raw(_ text: String) { output.append(contentsOf: text.utf8) }
        raw("{")
        text("kind", kind.rawValue)
        raw(",\"rule\":{")
        text("id", rule.id)
        raw(",")
        text("title", rule.title)
        raw(",")
        text("level", rule.level.rawValue)
        raw(",")
        text("author", rule.author)
        raw(",")
        text("source", rule.source.description)
        raw(",\"tags\":[")
        for (index, tag) in rule.tags.enumerated() {
            if index > 0 { raw(",") }
            JSONText.append(tag, to: &output)
        }
        raw("]},")
        text("key", key)
        raw(",\"event\":{")
        text("file", event.file)
        raw(",\"line\":\(event.line),")
        text("id", event.id)
        raw("},")
        text("time", time.map(TimeText.format))
        raw(",\"group\":{")
        for (index, (field, value)) in group.enumerated() {
            if index > 0 { raw(",") }
            text(field, value)
        }
        raw("},\"matched\":[")
        for (index, item) in matched.enumerated() {
            raw(index > 0 ? ",{" : "{")
            text("field", item.field)
            raw(",")
            text("value", item.value)
            raw("}")
        }
        raw("],\"controls\":[")
        for (index, control) in rule.controls.enumerated() {
            if index > 0 { raw(",") }
            JSONText.append(control, to: &output)
        }
        raw("],\"why\":{")
        for (index, reason) in reasons.enumerated() {
            if index > 0 { raw(",") }
            text(reason.control, reason.reason)
        }
        raw("}")
        if let posture {
            raw(",")
            text("status", posture.status.rawValue)
            raw(",")
            text("remediation", posture.remediation)
        }
        if let message {
            raw(",")
            text("message", message)
        }
        if let findings {
            raw(",\"count\":\(findings.count),")
            text("first_seen", findings.firstSeen.map(TimeText.format))
            raw(",")
            text("last_seen", findings.lastSeen.map(TimeText.format))
        }
        raw("}")
        return String(decoding: output, as: UTF8.self)
    }
}

/// Who did what to what, as far as the event's profile says.
public struct EventRoles: Sendable, Hashable {
    /// The name of the profile.
    public var profile: String?
    /// Who acted.
    public var actor: String?
    /// On what.
    public var object: String?
    /// What was done.
    public var action: String?
    /// How it went.
    public var outcome: String?
    /// From where.
    public var address: String?

    /// Nothing known.
    public init() {}
}
