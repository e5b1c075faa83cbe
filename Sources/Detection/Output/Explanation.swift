// Why a rule matches an event or does not: each part of its detection with its answer, and the values that were found.

/// Explains one rule on one event.
public enum Explanation {
    /// One line for each part, indented as the detection nests; `+` holds, `-` does not.
    /// - Parameters:
    ///   - json: One event: JSON, or a line of auditd or syslog.
    ///   - now: Milliseconds since 1970, by which the year of a time without one is told.
    public static func lines(
        _ rule: SigmaRule, event json: String, profiles: SourceProfiles?, now: Int64? = nil
    ) throws -> [String] {
        let event = Event()
        let text = Array(json.trimmingPrefix(while: \.isWhitespace).utf8)
        let bytes = text.withUnsafeBufferPointer(TextLine(now: now).json) ?? text
        return try bytes.withUnsafeBufferPointer { text in
            try event.read(text)
            let matcher = Matcher(rules: [rule], profiles: profiles?.all ?? [])
            var matched: [Int] = []
            matcher.recogniserRoute.map(RouteState.init)?.run(event, into: &matched)
            let found = matcher.profile(of: matched, fixed: -1)
            matcher.profile(found.profile)?.extract(event)
            let evaluator = matcher.evaluator(profile: found.profile)
            var lines = [
                "rule: \(rule.header.title) (\(rule.header.id)), for \(rule.logSource)",
                "event: "
                    + (found.profile < 0
                        ? "no profile recognises it"
                        : "\(matcher.profile(found.profile)?.name ?? ""), \(found.labels.map(\.description).joined(separator: " "))"),
            ]
            if found.profile >= 0, !found.labels.contains(where: { $0.satisfies(rule.logSource) }) {
                lines.append("- the log source is another one: in a run the rule would not see this event")
            }
            explain(rule.detection, event, evaluator, 0, &lines)
            lines.append(evaluator.holds(rule.detection, event) ? "the rule matches" : "the rule does not match")
            return lines
        }
    }

    private static func explain(
        _ detection: Detection, _ event: Event, _ evaluator: Evaluator, _ depth: Int, _ lines: inout [String]
    ) {
        func add(_ text: String) {
            let sign = evaluator.holds(detection, event) ? "+ " : "- "
            lines.append(String(repeating: "  ", count: depth) + sign + text)
        }
        func inside(_ parts: [Detection]) {
            for part in parts { explain(part, event, evaluator, depth + 1, &lines) }
        }
        switch detection {
        case .all(let parts):
            add("all of")
            inside(parts)
        case .any(let parts):
            add("any of")
            inside(parts)
        case .atLeast(let count, let parts):
            add("at least \(count) of")
            inside(parts)
        case .not(let part):
            add("not")
            inside([part])
        case .named(let name, let part):
            add(name)
            inside([part])
        case .match(let match):
            var text = "\(match.field ?? "any field") \(words(match.test)) (line \(match.line))"
            if let field = match.field {
                let values = evaluator.values(field, event).map { value in
                    value.kind == .text ? "“\(value.string)”" : value.string
                }
                text += values.isEmpty ? ": the event has no such field" : ": " + values.joined(separator: ", ")
            }
            add(text)
        }
    }

    private static func words(_ test: ValueTest) -> String {
        switch test {
        case .text(let pattern): "is “\(pattern.written)”" + (pattern.isCased ? ", case counts" : "")
        case .regex(let pattern): "has a match of /\(pattern.text)/" + String(pattern.flags.sorted())
        case .network(let network): "is an address in a network of \(network.prefix) bits"
        case .number(let comparison, let operand): "\(comparison.rawValue) \(operand)"
        case .timePart(let part, let comparison, let operand): "\(part.rawValue) \(comparison.rawValue) \(operand)"
        case .exists(let flag): flag ? "is there" : "is not there"
        case .null: "is null or not there"
        case .fieldReference(let reference): "holds against the field \(reference.field) (\(reference.place.rawValue))"
        }
    }
}
