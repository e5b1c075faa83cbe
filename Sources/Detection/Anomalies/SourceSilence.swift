// A source that says nothing is a finding: whoever switches logging off is not in the log afterwards.

/// Watches for each source how long it says nothing, by the times of its events.
struct SourceSilence {
    /// Milliseconds without an event after which a source is silent.
    let span: Int64
    private var last: [String: Int64] = [:]

    init(span: Int64) { self.span = span }

    static let rule = RuleHeader(
        id: "concord-source-silent", name: nil, title: "Source silent", level: .high, status: "stable",
        author: "Concord",
        description: "A source that writes all the time wrote nothing for longer than it may. "
            + "Logging may be off, or the system may be down.",
        tags: ["attack.t1562.008", "iso27001.a.8.15", "iso27001.a.8.16", "iso42001.a.6.2.8"], references: [],
        falsePositives: ["Announced maintenance"], fields: [], license: nil,
        source: SourceLocation(file: "silence", line: 1),
        controls: ["iso27001:A.8.15", "iso27001:A.8.16", "iso42001:A.6.2.8"])

    /// Takes an event in; a finding if its source was silent before it. An event that comes late ends no silence.
    mutating func take(_ access: Access) -> Finding? {
        guard let profile = access.roles.profile, let time = access.time else { return nil }
        guard let before = last[profile] else {
            last[profile] = time
            return nil
        }
        last[profile] = max(before, time)
        guard time - before > span else { return nil }
        return finding(profile, from: before, to: time, event: access.event)
    }

    /// The sources that were silent up to a moment, which is the present for a stream.
    func finish(now: Int64) -> [Finding] {
        last.sorted { $0.key < $1.key }.filter { now - $0.value > span }.map { profile, time in
            finding(profile, from: time, to: now, event: EventReference(file: "-", line: 0, id: nil))
        }
    }

    private func finding(_ profile: String, from: Int64, to: Int64, event: EventReference) -> Finding {
        Finding(
            kind: .anomaly, rule: Self.rule, event: event, time: to, group: [("source", profile)], matched: [],
            roles: EventRoles(), json: nil,
            message: "\(profile) was silent from \(TimeText.format(from)) for \((to - from) / 60_000) minutes")
    }
}
