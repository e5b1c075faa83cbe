// Rules that change while a run goes on: what stays the same goes on as if nothing had happened.
import Foundation
import Testing

@testable import Detection

private let base = """
    title: Kind a
    name: a
    id: ida
    level: low
    logsource: {product: test}
    detection: {selection: {k: a}, condition: selection}
    """
private let three = """
    title: Three
    id: c
    level: high
    correlation: {type: event_count, rules: [a], group-by: [u], timespan: 10s, condition: {gte: 3}}
    """
private let other = """
    title: Kind b
    id: idb
    level: low
    logsource: {product: test}
    detection: {selection: {k: b}, condition: selection}
    """
private let filter = """
    title: Not y
    id: f
    logsource: {product: test}
    filter:
        rules: [a]
        selection: {u: y}
        condition: not selection
    """

/// A run to which blocks of events and rules come in turns.
private struct Turns {
    let run: DetectionRun
    private(set) var found: [String] = []
    private var line = 0

    init(_ rules: [String], lateness: Int64? = 0) throws {
        var options = DetectionOptions()
        options.logSource = LogSource(product: "test")
        options.timePath = "t"
        options.workers = 1
        options.lateness = lateness
        run = DetectionRun(rules: try Self.set(rules), options: options)
    }

    private static func set(_ rules: [String]) throws -> RuleSet {
        let set = loaded(rules.joined(separator: "\n---\n"))
        #expect(set.refused.isEmpty, "\(set.refused.map { "\($0.location) \($0.problem)" })")
        return set
    }

    func use(_ rules: [String]) throws { run.next.put(try Self.set(rules)) }

    /// `kind second user` for each event; what it found since, as `rule@second`.
    mutating func take(_ events: String...) throws -> [String] {
        found = []
        let texts = events.map { event in
            let parts = event.split(separator: " ")
            return #"{"k":"\#(parts[0])","t":\#(1_700_000_000 + (Int(parts[1]) ?? 0)),"u":"\#(parts[2])"}"#
        }
        try run.run(
            text: texts.joined(separator: "\n"), file: "events", finding: { keep($0) },
            problem: { Issue.record("\($0)") })
        return found
    }

    mutating func finish() throws -> [String] {
        found = []
        try run.finish { keep($0) }
        return found
    }

    private mutating func keep(_ finding: Finding) {
        found.append("\(finding.rule.id)@\(((finding.time ?? 0) - 1_700_000_000_000) / 1000)")
    }
}

@Suite struct NextRulesTests {
    @Test func aCorrelationThatStaysKeepsItsWindows() throws {
        var turns = try Turns([three, base])
        #expect(try turns.take("a 0 x", "a 5 x") == [])
        try turns.use([other, three, base])
        #expect(try turns.take("a 10 x", "b 10 x") == ["idb@10", "c@10"])
    }

    @Test func aCorrelationThatChangedBeginsAnew() throws {
        var turns = try Turns([three, base])
        #expect(try turns.take("a 0 x", "a 1 x") == [])
        try turns.use([three.replacing("gte: 3", with: "gte: 2"), base])
        #expect(try turns.take("a 2 x") == [])
        #expect(try turns.take("a 3 x") == ["c@3"])
    }

    @Test func correlationsAndFiltersComeAndGo() throws {
        var turns = try Turns([base])
        #expect(try turns.take("a 0 x", "b 0 x") == ["ida@0"])
        try turns.use([base, three])
        // A rule that a correlation takes reports through it alone.
        #expect(try turns.take("a 1 x", "a 2 x", "a 3 x") == ["c@3"])
        try turns.use([base, filter])
        #expect(try turns.take("a 4 x", "a 4 y") == ["ida@4"])
        try turns.use([other])
        #expect(try turns.take("a 5 x", "b 5 x") == ["idb@5"])
    }

    @Test func signalsThatWaitAreDecidedByTheRulesBefore() throws {
        var turns = try Turns([three, base], lateness: nil)
        #expect(try turns.take("a 3 x", "a 1 x", "a 2 x") == [])
        try turns.use([base])
        #expect(try turns.take("a 9 x") == ["c@3", "ida@9"])
        #expect(try turns.finish() == [])
        #expect(turns.run.counts.late == 0)
    }

    @Test func theLastOfSeveralChangesCounts() throws {
        var turns = try Turns([base])
        try turns.use([three, base])
        try turns.use([other])
        #expect(try turns.take("a 0 x", "b 0 x") == ["idb@0"])
    }
}
