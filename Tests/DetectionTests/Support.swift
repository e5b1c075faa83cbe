// What the tests of detection share: one rule against one event, by the compiled matcher and by plain evaluation, which
// must agree.
import Foundation
import Testing

@testable import Detection

/// A rule for the log source test with this detection (indented by four).
func ruleText(_ detection: String, more: String = "") -> String {
    """
    title: A rule
    id: r
    logsource:
        product: test
    detection:
    \(detection.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n"))
    \(more)
    """
}

func loaded(_ text: String, placeholders: [String: [String]] = [:]) -> RuleSet {
    RuleSet(text: text, file: "test.yml", placeholders: placeholders)
}

/// Whether the rule matches the event; matcher and evaluator must say the same.
func matches(
    _ detection: String, _ json: String, placeholders: [String: [String]] = [:], more: String = "",
    sourceLocation: Testing.SourceLocation = #_sourceLocation
) throws -> Bool {
    let rules = loaded(ruleText(detection, more: more), placeholders: placeholders)
    let rule = try #require(
        rules.rules.first, "\(rules.refused.map { "\($0.location) \($0.problem)" })", sourceLocation: sourceLocation)
    let route = Route(rules: [0], detections: [rule.detection], evaluator: Evaluator())
    let state = RouteState(route)
    let event = Event()
    let bytes = Array(json.utf8)
    return try bytes.withUnsafeBufferPointer { text in
        try event.read(text)
        var matched: [Int] = []
        state.run(event, into: &matched)
        let plain = Evaluator().holds(rule.detection, event)
        #expect(plain == !matched.isEmpty, "matcher and evaluator differ", sourceLocation: sourceLocation)
        return !matched.isEmpty
    }
}

/// Why a rule is refused; `nil` if it is not.
func refusal(_ text: String, placeholders: [String: [String]] = [:]) -> RefusedRule? {
    loaded(text, placeholders: placeholders).refused.first
}

/// All that a run says to events, one JSON text each.
func findings(
    _ rules: String, _ events: [String], options: DetectionOptions? = nil
) throws -> [Finding] {
    var options = options ?? DetectionOptions()
    if options.logSource == nil { options.logSource = LogSource(product: "test") }
    if options.timePath == nil { options.timePath = "t" }
    options.workers = 1
    let set = loaded(rules)
    #expect(set.refused.isEmpty, "\(set.refused.map { "\($0.location) \($0.problem)" })")
    let run = DetectionRun(rules: set, options: options)
    var found: [Finding] = []
    try run.run(
        text: events.joined(separator: "\n"), file: "events", finding: { found.append($0) },
        problem: { Issue.record("\($0)") })
    try run.finish { found.append($0) }
    return found
}

/// The folder of public rules and events beside a checkout, which a user's machine has not; the environment may name it.
let sharedFolder: URL? = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    let named = ProcessInfo.processInfo.environment["CONCORD_SHARED"].map { URL(fileURLWithPath: $0) }
    let folder = (named ?? root.deletingLastPathComponent().appendingPathComponent("shared"))
        .appendingPathComponent("security")
    guard FileManager.default.fileExists(atPath: folder.path) else {
        FileHandle.standardError.write(
            Data("NOT RUN: tests on public rules and events, because \(folder.path) is missing.\n".utf8))
        return nil
    }
    return folder
}()
