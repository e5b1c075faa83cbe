// Declared against observed access: who may do what to which object, and every event that is outside of it.
//
// ISO/IEC 27001 A.5.15 and A.8.3 ask that access is restricted to what is granted, A.5.18 that rights are reviewed: an
// access without a grant is a violation, and a grant that nobody used is told as well.

/// One grant: a subject may do some actions on some objects, for a purpose and a time.
public struct AccessGrant: Sendable {
    /// A subject, or `group:` and the name of a group; with wildcards.
    public let subject: String
    /// The objects, with wildcards.
    public let object: String
    /// The actions, with wildcards.
    public let actions: [String]
    /// What the access is for.
    public let purpose: String?
    /// From when to when it holds, in milliseconds since 1970; both included.
    public let from: Int64?
    /// The last moment.
    public let until: Int64?
    /// The line in the file.
    public let line: Int
}

/// The declared access to the objects that are governed.
public struct DeclaredAccess: Sendable {
    /// The grants in the order of the file.
    public let grants: [AccessGrant]
    let file: String
    /// Objects whose access is declared; access to others is not judged.
    private let objects: [TextPattern]
    private let rows: [Row]

    private struct Row: Sendable {
        let subjects: [TextPattern]
        let object: TextPattern
        let actions: [TextPattern]
    }

    /// Reads `objects`, `groups` and `grants` from YAML or JSON.
    public init(text: String, file: String) throws {
        self.file = file
        do throws(RuleError) {
            let documents = try RuleYAML.documents(text)
            guard let root = documents.first, root.mapping != nil else {
                throw RuleError(1, "declared access must be a mapping with grants")
            }
            for (key, _) in root.mapping ?? [] where !["objects", "groups", "grants"].contains(key.written) {
                throw RuleError(key.line, "declared access has no \(key.written)")
            }
            var groups: [String: [String]] = [:]
            for (key, value) in root["groups"]?.mapping ?? [] {
                guard let members = value.texts else { throw RuleError(value.line, "a group is a list of subjects") }
                groups[key.written] = members
            }
            guard let items = root["grants"]?.list else { throw RuleError(root.line, "grants is missing") }
            var grants: [AccessGrant] = []
            var rows: [Row] = []
            for item in items {
                let grant = try Self.grant(item)
                var subjects = [grant.subject]
                if grant.subject.hasPrefix("group:") {
                    let name = String(grant.subject.dropFirst(6))
                    guard let members = groups[name] else { throw RuleError(item.line, "there is no group \(name)") }
                    subjects = members
                }
                grants.append(grant)
                rows.append(
                    Row(
                        subjects: subjects.map { TextPattern($0).folded }, object: TextPattern(grant.object).folded,
                        actions: grant.actions.map { TextPattern($0).folded }))
            }
            self.grants = grants
            self.rows = rows
            if let node = root["objects"] {
                guard let names = node.texts else { throw RuleError(node.line, "objects is a list of patterns") }
                objects = names.map { TextPattern($0).folded }
            } else {
                objects = rows.map(\.object)
            }
        } catch {
            throw UnreadableFile(path: "\(file):\(error.line)", reason: error.problem.description)
        }
    }

    private static func grant(_ item: RuleYAML) throws(RuleError) -> AccessGrant {
        let known: Set<String> = ["subject", "object", "actions", "purpose", "from", "until"]
        for (key, _) in item.mapping ?? [] where !known.contains(key.written) {
            throw RuleError(key.line, "a grant has no \(key.written)")
        }
        guard let subject = item["subject"]?.text, let object = item["object"]?.text,
            let actions = item["actions"]?.texts, !actions.isEmpty
        else { throw RuleError(item.line, "a grant needs subject, object and actions") }
        func time(_ name: String, _ atEnd: Bool) throws(RuleError) -> Int64? {
            guard let node = item[name], !node.isNull else { return nil }
            let text = Array((node.text ?? "").utf8)
            guard let time = text.withUnsafeBufferPointer(TimeText.parse) else {
                throw RuleError(node.line, "\(name) must be a day or a time")
            }
            // A day is meant to its end.
            return atEnd && text.count == 10 ? time + 86_399_999 : time
        }
        return AccessGrant(
            subject: subject, object: object, actions: actions, purpose: item["purpose"]?.text,
            from: try time("from", false), until: try time("until", true), line: item.line)
    }

    /// What an access is measured by.
    enum Judgement: Equatable {
        /// The object is not governed, or the event does not say who, what or on what.
        case notJudged
        case granted(Int)
        /// A grant fits but for its time.
        case outsideTime(Int)
        case missing
    }

    func judge(_ roles: EventRoles, _ time: Int64?) -> Judgement {
        guard let actor = roles.actor, let object = roles.object, let action = roles.action else { return .notJudged }
        let folded = [actor, object, action].map { CaseFolding.fold(Array($0.utf8)) }
        func holds(_ pattern: TextPattern, _ index: Int) -> Bool {
            folded[index].withUnsafeBufferPointer(pattern.matches)
        }
        guard objects.contains(where: { holds($0, 1) }) else { return .notJudged }
        var outside: Int?
        for (index, row) in rows.enumerated() {
            guard holds(row.object, 1), row.subjects.contains(where: { holds($0, 0) }),
                row.actions.contains(where: { holds($0, 2) })
            else { continue }
            let grant = grants[index]
            if let time, time < grant.from ?? .min || time > grant.until ?? .max {
                outside = outside ?? index
                continue
            }
            return .granted(index)
        }
        return outside.map { .outsideTime($0) } ?? .missing
    }

    static let violation = RuleHeader(
        id: "concord-access-without-grant", name: nil, title: "Access without a grant", level: .high, status: "stable",
        author: "Concord", description: "Somebody did something to a governed object that no grant allows.",
        tags: ["iso27001.a.5.15", "iso27001.a.5.18", "iso27001.a.8.3"], references: [], falsePositives: [], fields: [],
        license: nil, source: SourceLocation(file: "grants", line: 1),
        controls: ["iso27001:A.5.15", "iso27001:A.5.18", "iso27001:A.8.3"])

    static let unused = RuleHeader(
        id: "concord-grant-unused", name: nil, title: "Grant without use", level: .informational, status: "stable",
        author: "Concord",
        description: "A right that nobody used in the time that was looked at; review whether it is needed.",
        tags: ["iso27001.a.5.18"], references: [], falsePositives: [], fields: [], license: nil,
        source: SourceLocation(file: "grants", line: 1), controls: ["iso27001:A.5.15", "iso27001:A.5.18"])

    /// The violation that an access is; `nil` if it is none.
    func violation(_ access: Access, used: inout Set<Int>) -> Finding? {
        let message: String
        switch judge(access.roles, access.time) {
        case .notJudged: return nil
        case .granted(let index):
            used.insert(index)
            return nil
        case .outsideTime(let index):
            message = words(access.roles) + "; the grant of line \(grants[index].line) holds at another time"
        case .missing: message = words(access.roles) + "; no grant allows it"
        }
        return Finding(
            kind: .violation, rule: Self.violation, event: access.event, time: access.time, group: [],
            matched: [
                MatchedField(field: "actor", value: access.roles.actor ?? ""),
                MatchedField(field: "action", value: access.roles.action ?? ""),
                MatchedField(field: "object", value: access.roles.object ?? ""),
            ], roles: access.roles, json: nil, message: message)
    }

    private func words(_ roles: EventRoles) -> String {
        "\(roles.actor ?? "") did \(roles.action ?? "") on \(roles.object ?? "")"
    }

    /// A finding for each grant that was not used.
    func unusedFindings(_ used: Set<Int>) -> [Finding] {
        grants.indices.filter { !used.contains($0) }.map { index in
            let grant = grants[index]
            return Finding(
                kind: .violation, rule: Self.unused, event: EventReference(file: file, line: grant.line, id: nil),
                time: nil, group: [],
                matched: [
                    MatchedField(field: "subject", value: grant.subject),
                    MatchedField(field: "object", value: grant.object),
                    MatchedField(field: "actions", value: grant.actions.joined(separator: ", ")),
                ], roles: EventRoles(), json: nil,
                message: "\(grant.subject) did not use the right to \(grant.actions.joined(separator: ", ")) on "
                    + grant.object)
        }
    }
}
