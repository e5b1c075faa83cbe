// What each test means, one value at a time; and a detection evaluated without any index. The matcher decides with its
// indexes what it can and asks here for the rest; explanations and the tests of the matcher use nothing else.

/// How fields of rules are found in an event, and tests of values.
struct Evaluator: Sendable {
    /// For a field of a rule the paths in the event, if they are not the field itself (source profile).
    let mapping: [String: [String]]
    /// Put before fields that the mapping does not name.
    let prefixes: [String]

    init(mapping: [String: [String]] = [:], prefixes: [String] = []) {
        self.mapping = mapping
        self.prefixes = prefixes
    }

    func paths(_ field: String) -> [String] {
        if let paths = mapping[field] { return paths }
        return prefixes.isEmpty ? [field] : [field] + prefixes.map { $0 + field }
    }

    /// All values of a rule's field.
    func values(_ field: String, _ event: Event) -> [FieldValue] {
        paths(field).flatMap { event.values($0) }
    }

    /// The first value of a rule's field that is not null.
    func first(_ field: String, _ event: Event) -> FieldValue? {
        if mapping.isEmpty, prefixes.isEmpty { return event.first(field) }
        for path in paths(field) {
            if let found = event.first(path) { return found }
        }
        return nil
    }

    func exists(_ field: String, _ event: Event) -> Bool { paths(field).contains { event.exists($0) } }

    /// Whether a detection holds for an event.
    func holds(_ detection: Detection, _ event: Event) -> Bool {
        switch detection {
        case .all(let parts): parts.allSatisfy { holds($0, event) }
        case .any(let parts): parts.contains { holds($0, event) }
        case .not(let part): !holds(part, event)
        case .atLeast(let count, let parts): parts.lazy.filter { holds($0, event) }.prefix(count).count >= count
        case .named(_, let part): holds(part, event)
        case .match(let match): !matching(match, event).isEmpty || holdsWithoutValue(match, event)
        }
    }

    /// Tests that a missing field can meet.
    private func holdsWithoutValue(_ match: FieldMatch, _ event: Event) -> Bool {
        guard let field = match.field else { return false }
        switch match.test {
        case .exists(let flag): return exists(field, event) == flag
        case .null: return !exists(field, event)
        default: return false
        }
    }

    /// The values that pass the test.
    func matching(_ match: FieldMatch, _ event: Event) -> [FieldValue] {
        guard let field = match.field else {
            return event.scalars().filter { Self.holds(match.test, $0) }
        }
        let values = values(field, event)
        switch match.test {
        case .exists: return []
        case .fieldReference(let reference):
            let others = self.values(reference.field, event)
            return values.filter { value in others.contains { Self.holds(reference, value, $0) } }
        default: return values.filter { Self.holds(match.test, $0) }
        }
    }

    /// Whether one value passes a test. Tests of presence and of other fields are not asked here.
    static func holds(_ test: ValueTest, _ value: FieldValue) -> Bool {
        switch test {
        case .null: return value.kind == .null
        case .exists, .fieldReference: return false
        case .text(let pattern):
            guard value.kind != .null else { return false }
            return matches(pattern.isCased ? pattern : pattern.folded, value)
        case .regex(let pattern):
            guard value.kind != .null, let program = try? RegexProgram(pattern.tree) else { return false }
            return RegexMatcher(program).matches(value.bytes)
        case .network(let network): return holds(network, value)
        case .number(let comparison, let operand):
            return value.number.map { comparison.holds($0, operand) } ?? false
        case .timePart(let part, let comparison, let operand):
            return TimeText.parse(value).map { comparison.holds(Double(CalendarTime($0).part(part)), operand) } ?? false
        }
    }

    /// A pattern in lower case, or one where case counts, against a value.
    static func matches(_ folded: TextPattern, _ value: FieldValue) -> Bool {
        guard value.kind != .null else { return false }
        if folded.isCased { return folded.matches(value.bytes) }
        var bytes: [UInt8] = []
        CaseFolding.fold(value.bytes, into: &bytes)
        return bytes.withUnsafeBufferPointer(folded.matches)
    }

    static func holds(_ network: Network, _ value: FieldValue) -> Bool {
        guard value.kind == .text, let address = Network.Address(value.bytes) else { return false }
        return network.contains(address)
    }

    static func holds(_ reference: FieldReference, _ value: FieldValue, _ other: FieldValue) -> Bool {
        guard value.kind != .null, other.kind != .null else { return false }
        var left = Array(value.bytes)
        var right = Array(other.bytes)
        if !reference.isCased {
            left = CaseFolding.fold(left)
            right = CaseFolding.fold(right)
        }
        switch reference.place {
        case .whole: return left == right
        case .start: return left.starts(with: right)
        case .end: return left.count >= right.count && left[(left.count - right.count)...].elementsEqual(right)
        case .inside:
            guard !right.isEmpty else { return true }
            var pattern = TextPattern(literal: right)
            pattern.open(start: true, end: true)
            return left.withUnsafeBufferPointer(pattern.matches)
        }
    }

    /// The fields and values by which a detection holds, in the order of the rule; nothing under a `not`.
    func evidence(_ detection: Detection, _ event: Event) -> [MatchedField] {
        var found: [MatchedField] = []
        func look(_ detection: Detection) {
            switch detection {
            case .all(let parts), .any(let parts), .atLeast(_, let parts):
                for part in parts where holds(part, event) { look(part) }
            case .named(_, let part): look(part)
            case .not: return
            case .match(let match):
                for value in matching(match, event) {
                    let item = MatchedField(field: match.field, value: value.string)
                    if !found.contains(item) { found.append(item) }
                }
            }
        }
        look(detection)
        return found
    }
}

/// A field of an event that a rule matched, with its value.
public struct MatchedField: Sendable, Hashable {
    /// The field as the rule names it; `nil` for a keyword.
    public let field: String?
    /// The value in the event.
    public let value: String
}
