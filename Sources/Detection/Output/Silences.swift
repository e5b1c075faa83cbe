// Findings that an organisation has decided not to be told, for a time, with an owner and a reason. A silence is a
// decision like any other: without owner, reason and end it is refused, and when its end has come it ends.

/// Decisions not to be told of some findings.
public struct Silences: Sendable {
    /// One decision.
    public struct Silence: Sendable {
        /// The rule whose findings are held back.
        public let rule: String
        /// Who decided.
        public let owner: String
        /// Why.
        public let reason: String
        /// The last moment, in milliseconds since 1970.
        public let until: Int64
        /// The line in the file.
        public let line: Int
        fileprivate let conditions: [(role: String, patterns: [TextPattern])]
    }

    /// All that are written, ended or not.
    public let all: [Silence]

    /// No silences.
    public init() { all = [] }

    /// Reads a list of `rule`, `owner`, `reason`, `until` and optionally `actor`, `object`, `action`, `address`, which
    /// are patterns.
    public init(text: String, file: String) throws {
        var all: [Silence] = []
        do throws(RuleError) {
            for document in try RuleYAML.documents(text) {
                guard let items = document.list else { throw RuleError(document.line, "silences must be a list") }
                for item in items { all.append(try Self.silence(item)) }
            }
        } catch {
            throw UnreadableFile(path: "\(file):\(error.line)", reason: error.problem.description)
        }
        self.all = all
    }

    private static let roles = ["actor", "object", "action", "address"]

    private static func silence(_ item: RuleYAML) throws(RuleError) -> Silence {
        guard let pairs = item.mapping else { throw RuleError(item.line, "a silence must be a mapping") }
        for (key, _) in pairs where !(["rule", "owner", "reason", "until"] + roles).contains(key.written) {
            throw RuleError(key.line, "a silence has no \(key.written)")
        }
        func text(_ name: String) throws(RuleError) -> String {
            guard let text = item[name]?.text, !text.isEmpty else {
                throw RuleError(item.line, "a silence needs \(name)")
            }
            return text
        }
        let end = Array(try text("until").utf8)
        guard let until = end.withUnsafeBufferPointer(TimeText.parse) else {
            throw RuleError(item["until"]?.line ?? item.line, "until must be a day or a time")
        }
        var conditions: [(role: String, patterns: [TextPattern])] = []
        for role in roles {
            guard let node = item[role] else { continue }
            guard let texts = node.texts, !texts.isEmpty else { throw RuleError(node.line, "\(role) must be patterns") }
            conditions.append((role, texts.map { TextPattern($0).folded }))
        }
        return Silence(
            rule: try text("rule"), owner: try text("owner"), reason: try text("reason"),
            // A day is meant to its end.
            until: end.count == 10 ? until + 86_399_999 : until, line: item.line, conditions: conditions)
    }

    /// The silence that holds a finding back at a moment.
    public func silence(of finding: Finding, now: Int64) -> Silence? {
        all.first { silence in
            guard silence.rule == finding.rule.id, now <= silence.until else { return false }
            return silence.conditions.allSatisfy { role, patterns in
                let value: String? =
                    switch role {
                    case "actor": finding.roles.actor
                    case "object": finding.roles.object
                    case "action": finding.roles.action
                    default: finding.roles.address
                    }
                guard let value else { return false }
                let folded = CaseFolding.fold(Array(value.utf8))
                return patterns.contains { folded.withUnsafeBufferPointer($0.matches) }
            }
        }
    }

    /// Those that have ended at a moment.
    public func ended(now: Int64) -> [Silence] { all.filter { $0.until < now } }
}
