// Findings that are the same thing again, told once: with a key that is the same in every run, how many there were, and
// when the first and the last were seen.

extension Finding {
    /// What makes two findings the same thing: the rule, and who did it to what, or the group of a correlation. Parts
    /// are divided by `|`; a part that is not known is empty. The key rests on nothing but the finding, so that it is the
    /// same in every run and on every machine.
    ///
    /// The address stands for the actor where none is known. A violation is another one for another action. A grant that
    /// nobody used is known by what it grants.
    public var key: String {
        var parts = [rule.id, roles.profile ?? "", roles.actor ?? roles.address ?? "", roles.object ?? ""]
        if kind == .violation { parts.append(roles.action ?? "") }
        parts += group.map { "\($0.field)=\($0.value ?? "")" }
        if rule.id == DeclaredAccess.unused.id { parts += matched.map(\.value) }
        return parts.map(Self.keyPart).joined(separator: "|")
    }

    /// `|` and `%` are written as `%7C` and `%25`, so that no value can pass for two parts.
    private static func keyPart(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "|") || $0 == UInt8(ascii: "%") }) else { return text }
        return text.replacing("%", with: "%25").replacing("|", with: "%7C")
    }
}

/// Findings with the same key.
public struct FindingGroup: Sendable {
    /// The first finding that came.
    public let finding: Finding
    /// How many there are.
    public private(set) var count = 1
    /// When the earliest happened, in milliseconds since 1970; `nil` if none has a time.
    public private(set) var firstSeen: Int64?
    /// When the latest happened.
    public private(set) var lastSeen: Int64?

    /// A group of one.
    public init(_ finding: Finding) {
        self.finding = finding
        firstSeen = finding.time
        lastSeen = finding.time
    }

    mutating func add(_ finding: Finding) {
        count += 1
        guard let time = finding.time else { return }
        firstSeen = min(firstSeen ?? time, time)
        lastSeen = max(lastSeen ?? time, time)
    }

    /// ``firstSeen`` in RFC 3339; empty if there is none.
    public var firstText: String { firstSeen.map(TimeText.format) ?? "" }

    /// ``lastSeen`` in RFC 3339; empty if there is none.
    public var lastText: String { lastSeen.map(TimeText.format) ?? "" }

    /// One line of JSON: that of the first finding with `count`, `first_seen` and `last_seen`.
    public var line: String { finding.line(of: self) }

    /// One line of OCSF JSON: that of the first finding with the number of all, and when the first and last were seen.
    /// - Parameter now: For findings whose event has no time.
    public func ocsf(now: Int64) -> String { finding.ocsf(now: now, of: self) }
}

/// Groups findings while they come. Memory is bounded: there are at most so many open groups, and what finds no place is
/// told at once as a group of one.
public struct FindingGroups: Sendable {
    /// How many groups are open at most.
    public static let openMax = 100_000

    /// Milliseconds between two findings of a group at most; `nil` has no end.
    public let span: Int64?
    private let limit: Int
    private var open: [String: (group: FindingGroup, number: Int)] = [:]
    private var number = 0
    private var newest = Int64.min
    private var checked = Int64.min
    /// Findings that were told alone because too many groups were open.
    public private(set) var alone = 0

    /// No findings.
    /// - Parameter span: Milliseconds between two findings of a group at most; `nil` makes one group of all.
    public init(span: Int64?) { self.init(span: span, limit: Self.openMax) }

    init(span: Int64?, limit: Int) {
        self.span = span
        self.limit = limit
    }

    /// Takes a finding in; what it returns are groups to which nothing more can come, in the order of their first
    /// findings. The time is that of the findings, so that a run over a file makes the same groups as a stream did.
    public mutating func take(_ finding: Finding) -> [FindingGroup] {
        let key = finding.key
        var ended: [(group: FindingGroup, number: Int)] = []
        if let time = finding.time { newest = max(newest, time) }
        if let span, let known = open[key], let time = finding.time, let last = known.group.lastSeen, time - last > span
        {
            ended.append(known)
            open[key] = nil
        }
        // All are looked through when half a span has gone by, not at each finding.
        if let span, newest > Int64.min, checked == Int64.min || newest - checked > span / 2 {
            checked = newest
            let over = open.filter { _, item in item.group.lastSeen.map { newest - $0 > span } ?? false }
            for (key, item) in over {
                ended.append(item)
                open[key] = nil
            }
        }
        if open[key] != nil {
            open[key]?.group.add(finding)
        } else if open.count < limit {
            open[key] = (FindingGroup(finding), number)
            number += 1
        } else {
            alone += 1
            ended.append((FindingGroup(finding), Int.max))
        }
        return ended.sorted { $0.number < $1.number }.map(\.group)
    }

    /// Nothing more comes: the groups that are open, in the order of their first findings.
    public mutating func finish() -> [FindingGroup] {
        defer { open.removeAll() }
        return open.values.sorted { $0.number < $1.number }.map(\.group)
    }
}
