// Examples that stand with rules, run: each must match or must not, as it says.

/// What one example of a rule came to.
public struct ExampleResult: Sendable {
    /// The rule.
    public let rule: RuleHeader
    /// The example.
    public let example: RuleExample
    /// Whether the rule matched.
    public let matched: Bool
    /// What is wrong with the example itself, if something is.
    public let problem: String?

    /// Whether the rule did as the example says.
    public var isGood: Bool { problem == nil && matched == example.matches }
}

/// Runs the examples of rules.
public enum RuleExamples {
    /// Every example of every rule of the set. The events are those of the rule's own log source.
    public static func run(_ rules: RuleSet, profiles: SourceProfiles?) throws -> [ExampleResult] {
        var results: [ExampleResult] = []
        for rule in rules.rules {
            for example in rule.examples {
                results.append(try run(example, rule.header, rules, profiles))
            }
        }
        for rule in rules.correlations {
            for example in rule.examples {
                results.append(try run(example, rule.header, rules, profiles))
            }
        }
        return results
    }

    private static func run(
        _ example: RuleExample, _ header: RuleHeader, _ rules: RuleSet, _ profiles: SourceProfiles?
    ) throws -> ExampleResult {
        var options = DetectionOptions()
        options.workers = 1
        let run = DetectionRun(rules: rules, profiles: profiles, options: options)
        var matched = false
        var problem: String?
        for (number, event) in example.events.enumerated() {
            // One event a line, however it is laid out in the file.
            let text = event.split(whereSeparator: \.isNewline).joined(separator: " ")
            try run.run(
                text: text, file: "example \(number + 1)",
                finding: { if $0.rule.id == header.id { matched = true } }, problem: { problem = $0.reason })
        }
        try run.finish { if $0.rule.id == header.id { matched = true } }
        if run.counts.unrecognised > 0 { problem = problem ?? "no profile recognises the event" }
        return ExampleResult(rule: header, example: example, matched: matched, problem: problem)
    }
}
