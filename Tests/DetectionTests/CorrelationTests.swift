// One case for each kind of correlation, windows held against a count by hand over random events, and what is refused.
import Testing

@testable import Detection

private func rules(_ correlation: String, more: String = "") -> String {
    """
    title: Correlation
    id: c
    level: high
    correlation:
    \(correlation.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n"))
    \(more)
    ---
    title: Kind a
    id: ida
    name: a
    logsource: {product: test}
    detection: {selection: {k: a}, condition: selection}
    ---
    title: Kind b
    name: b
    logsource: {product: test}
    detection: {selection: {k: b}, condition: selection}
    ---
    title: Kind c
    name: c3
    logsource: {product: test}
    detection: {selection: {k: c}, condition: selection}
    """
}

/// `kind second user value`, one after the other.
private func event(_ text: String) -> String {
    let parts = text.split(separator: " ").map(String.init)
    var json = "{\"k\":\"\(parts[0])\",\"t\":\(1_700_000_000 + (Int(parts[1]) ?? 0))"
    if parts.count > 2 { json += ",\"u\":\"\(parts[2])\"" }
    if parts.count > 3 { json += ",\"v\":\(parts[3])" }
    return json + "}"
}

/// The lines of the events at which the correlation matched.
private func lines(_ correlation: String, _ events: [String], lateness: Int64? = nil) throws -> [Int] {
    var options = DetectionOptions()
    options.lateness = lateness
    // Rules that the correlation does not name report for themselves.
    return try findings(rules(correlation), events.map(event), options: options).filter { $0.kind == .correlation }.map
    {
        finding in
        #expect(finding.rule.id == "c")
        return finding.event.line
    }
}

@Suite struct CorrelationTests {
    @Test func eventCount() throws {
        let three = "type: event_count\nrules: [a]\ngroup-by: [u]\ntimespan: 10s\ncondition: {gte: 3}"
        #expect(try lines(three, ["a 0 x", "a 5 x", "a 10 x"]) == [3], "both ends belong to the window")
        #expect(try lines(three, ["a 0 x", "a 5 x", "a 11 x"]) == [])
        #expect(try lines(three, ["a 0 x", "a 5 y", "a 10 x"]) == [], "groups are counted apart")
        #expect(try lines(three, ["a 0 x", "a 1 x", "b 2 x", "a 3 x", "a 4 x"]) == [4, 5], "nothing is used up")
        #expect(try lines(three, ["a 0", "a 1", "a 2"]) == [3], "a missing field is a group")
        #expect(try lines(three, ["a 8 x", "a 9 x", "a 11 x"]) == [3], "windows are not cut at the clock")
        let range = "type: event_count\nrules: [a]\ngroup-by: [u]\ntimespan: 10s\ncondition: {gte: 2, lt: 4}"
        #expect(try lines(range, ["a 0 x", "a 1 x", "a 2 x", "a 3 x", "a 20 x", "a 21 x"]) == [2, 3, 6])
        let exact = "type: event_count\nrules: [a, b]\ngroup-by: [u]\ntimespan: 10s\ncondition: {eq: 2}"
        #expect(try lines(exact, ["a 0 x", "b 1 x", "a 2 x"]) == [2])
        let other = "type: event_count\nrules: [a]\ngroup-by: [u]\ntimespan: 10s\ncondition: {neq: 2}"
        #expect(try lines(other, ["a 0 x", "a 1 x", "a 2 x"]) == [1, 3])
        let more = "type: event_count\nrules: [a]\ngroup-by: [u]\ntimespan: 1m\ncondition: {gt: 2}"
        #expect(try lines(more, ["a 0 x", "a 30 x", "a 60 x"]) == [3])
        let less = "type: event_count\nrules: [a]\ngroup-by: [u]\ntimespan: 1m\ncondition: {lte: 1}"
        #expect(try lines(less, ["a 0 x", "a 30 x"]) == [1])
    }

    @Test func valueCount() throws {
        let two = "type: value_count\nrules: [a]\ngroup-by: [u]\ntimespan: 10s\ncondition: {field: v, gte: 2}"
        #expect(try lines(two, ["a 0 x 1", "a 1 x 1", "a 2 x 2", "a 3 x 1"]) == [3, 4])
        #expect(try lines(two, ["a 0 x 1", "a 11 x 2"]) == [])
        #expect(try lines(two, ["a 0 x 1", "a 5 x"]) == [], "a missing value is no value")
        let pair = "type: value_count\nrules: [a]\ntimespan: 10s\ncondition: {field: [u, v], gte: 3}"
        #expect(try lines(pair, ["a 0 x 1", "a 1 y 1", "a 2 x 1", "a 3 x 2"]) == [4])
    }

    @Test func temporal() throws {
        let both = "type: temporal\nrules: [a, b]\ngroup-by: [u]\ntimespan: 10s"
        #expect(try lines(both, ["b 0 x", "a 10 x"]) == [2])
        #expect(try lines(both, ["b 0 x", "a 11 x"]) == [])
        #expect(try lines(both, ["a 0 x", "b 1 y"]) == [])
        let some = "type: temporal\nrules: [a, b, c3]\ngroup-by: [u]\ntimespan: 10s\ncondition: {gte: 2}"
        #expect(try lines(some, ["a 0 x", "c 1 x", "b 2 x"]) == [2, 3])
    }

    @Test func temporalOrdered() throws {
        let order = "type: temporal_ordered\nrules: [a, b, c3]\ngroup-by: [u]\ntimespan: 10s"
        #expect(try lines(order, ["a 0 x", "b 1 x", "c 10 x"]) == [3])
        #expect(try lines(order, ["a 0 x", "b 1 x", "c 11 x"]) == [])
        #expect(try lines(order, ["b 0 x", "a 1 x", "c 2 x"]) == [])
        #expect(try lines(order, ["a 0 x", "b 1 x", "a 9 x", "b 11 x", "c 12 x"]) == [5])
        #expect(try lines(order, ["a 0 x", "c 1 x", "b 2 x", "c 3 x"]) == [4])
    }

    @Test func sumsAveragesAndPercentiles() throws {
        let sum = "type: value_sum\nrules: [a]\ngroup-by: [u]\ntimespan: 10s\ncondition: {field: v, gt: 10}"
        #expect(try lines(sum, ["a 0 x 5", "a 1 x 5", "a 2 x 1", "a 11 x 4", "a 12 x 7"]) == [3, 5])
        let average = "type: value_avg\nrules: [a]\ngroup-by: [u]\ntimespan: 10s\ncondition: {field: v, gte: 3.5}"
        #expect(try lines(average, ["a 0 x 3", "a 1 x 4", "a 2 x 2"]) == [2])
        let rank = "type: value_percentile\nrules: [a]\ngroup-by: [u]\ntimespan: 100s\ncondition: {field: v, lte: 30}"
        // Of 5, 6, 7 the last is above all; 1 is then the least of four (25 %).
        #expect(try lines(rank, ["a 0 x 5", "a 1 x 6", "a 2 x 7", "a 3 x 1"]) == [4])
        let rare = "type: value_percentile\nrules: [a]\ngroup-by: [u]\ntimespan: 100s\ncondition: {field: v, lte: 25}"
        let names = ["a 0 x \"p\"", "a 1 x \"p\"", "a 2 x \"p\"", "a 3 x \"q\"", "a 4 x \"p\""]
        #expect(try lines(rare, names) == [4])
        let median = "type: value_median\nrules: [a]\ngroup-by: [u]\ntimespan: 10s\ncondition: {field: v, gte: 4}"
        let amounts = ["a 0 x 1", "a 1 x 7", "a 2 x 3", "a 3 x 6", "a 11 x 9", "a 12 x \"p\""]
        #expect(try lines(median, amounts) == [2, 4, 5])
        let ninth =
            "type: value_percentile\nrules: [a]\ngroup-by: [u]\ntimespan: 10s\n"
            + "condition: {field: v, percentile: 90, gte: 4.5}"
        #expect(try lines(ninth, ["a 0 x 1", "a 1 x 5", "a 2 x 2", "a 3 x 6"]) == [2, 4])
    }

    @Test func groupsCarryTheirFields() throws {
        let three = "type: event_count\nrules: [a]\ngroup-by: [u, w]\ntimespan: 10s\ncondition: {gte: 1}"
        let found = try findings(rules(three), [event("a 0 x")])
        #expect(found.first?.group.map(\.field) == ["u", "w"])
        #expect(found.first?.group.map(\.value) == ["x", nil])
        #expect(
            found.first?.line
                == #"{"kind":"correlation","rule":{"id":"c","title":"Correlation","level":"high","author":null,"#
                + #""source":"test.yml:1","tags":[]},"key":"c||||u=x|w=","event":{"file":"events","line":1,"id":null},"#
                + #""time":"2023-11-14T22:13:20.000Z","group":{"u":"x","w":null},"matched":[],"controls":[],"why":{}}"#)
    }

    @Test func aliasesNameTheFieldOfEachRule() throws {
        let alias = """
            type: temporal
            rules: [a, b]
            group-by: [who]
            timespan: 10s
            aliases:
                who:
                    a: u
                    b: w
            """
        let found = try findings(
            rules(alias),
            [#"{"k":"a","t":1,"u":"x"}"#, #"{"k":"b","t":2,"w":"x","u":"y"}"#, #"{"k":"b","t":3,"w":"z"}"#])
        #expect(found.map(\.event.line) == [2])
    }

    @Test func correlationsOfCorrelations() throws {
        let text = """
            title: Guessed and then in
            id: outer
            correlation: {type: temporal_ordered, rules: [many, b], group-by: [u], timespan: 1m}
            ---
            title: Many
            name: many
            correlation: {type: event_count, rules: [a], group-by: [h], timespan: 10s, condition: {gte: 2}}
            ---
            title: Kind a
            name: a
            logsource: {product: test}
            detection: {selection: {k: a}, condition: selection}
            ---
            title: Kind b
            name: b
            logsource: {product: test}
            detection: {selection: {k: b}, condition: selection}
            """
        func event(_ kind: String, _ time: Int, _ user: String, _ host: String) -> String {
            "{\"k\":\"\(kind)\",\"t\":\(time),\"u\":\"\(user)\",\"h\":\"\(host)\"}"
        }
        let found = try findings(
            text, [event("a", 0, "x", "h"), event("a", 5, "y", "h"), event("b", 8, "x", "i"), event("b", 9, "y", "i")])
        #expect(found.map(\.rule.id) == ["outer"], "only the outermost reports")
        #expect(found.map(\.event.line) == [4], "the outer one groups by its own field")
    }

    @Test func theRulesBelowReportOnlyIfTheCorrelationSaysSo() throws {
        let count = "type: event_count\nrules: [a]\ntimespan: 10s\ncondition: {gte: 2}"
        let events = [event("a 0"), event("a 1"), event("b 2")]
        #expect(try findings(rules(count), events).map(\.rule.id) == ["b", "c"])
        #expect(
            try findings(rules(count, more: "generate: true"), events).map(\.rule.id) == ["ida", "ida", "b", "c"])
    }

    @Test func lateEventsTakeTheirPlaceWithinTheLatenessAndAreCountedBeyondIt() throws {
        let two = "type: event_count\nrules: [a]\ngroup-by: [u]\ntimespan: 10s\ncondition: {gte: 2}"
        let events = ["a 100 x", "a 95 x", "a 200 x", "a 92 x"]
        #expect(try lines(two, events) == [2, 1], "all in order: 92 and 95, then 95 and 100")
        #expect(try lines(two, events, lateness: 0) == [])
        #expect(try lines(two, events, lateness: 10_000) == [1])
        var options = DetectionOptions()
        options.lateness = 10_000
        options.logSource = LogSource(product: "test")
        options.timePath = "t"
        let run = DetectionRun(rules: loaded(rules(two)), options: options)
        try run.run(
            text: events.map(event).joined(separator: "\n"), file: "e", finding: { _ in }, problem: { _ in })
        try run.finish { _ in }
        #expect(run.counts.late == 1)
    }

    @Test func eventsWithoutATimeOrFromTheFutureAreCountedAndKeepNobodyOut() throws {
        let text = rules("type: event_count\nrules: [a]\ngroup-by: [u]\ntimespan: 10s\ncondition: {gte: 2}")
        let now: Int64 = 1_700_000_100_000
        func run(_ events: [String], lateness: Int64?) throws -> (lines: [Int], counts: DetectionCounts) {
            var options = DetectionOptions()
            options.logSource = LogSource(product: "test")
            options.timePath = "t"
            options.now = now
            options.lateness = lateness
            let run = DetectionRun(rules: loaded(text), options: options)
            var lines: [Int] = []
            func take(_ finding: Finding) { if finding.kind == .correlation { lines.append(finding.event.line) } }
            try run.run(text: events.joined(separator: "\n"), file: "e", finding: take, problem: { _ in })
            try run.finish(take)
            return (lines, run.counts)
        }
        let timeless = #"{"k":"a","u":"x"}"#
        let wrong = #"{"k":"a","u":"x","t":"yesterday"}"#
        let (lines, counts) = try run([event("a 0 x"), timeless, wrong], lateness: 0)
        #expect(lines == [2, 3], "an event without a time has that of the newest before it")
        #expect(counts.withoutTime == 2)
        // A week in the future: of a stream it is not believed, or all that follows would be late.
        let future = event("a 604800 x")
        let stream = try run([future, event("a 1 x"), event("a 2 x")], lateness: 0)
        #expect(stream.lines.contains(3))
        #expect(stream.counts.inFuture == 1 && stream.counts.late == 0)
        let ordered = try run([future, event("a 1 x"), event("a 2 x")], lateness: nil)
        #expect(ordered.lines == [3])
        #expect(ordered.counts.inFuture == 1)
    }

    /// Each window counted anew from all events, which is what the counts must agree with.
    @Test(arguments: 0..<40) func windowsAreExact(_ seed: Int) throws {
        var random = Numbers(seed: UInt64(seed) + 1)
        var time = 0
        typealias Row = (kind: String, time: Int, user: String, value: Int)
        let events = (0..<120).map { _ -> Row in
            time += random.next(4)
            return (["a", "b", "c"][random.next(3)], time, ["x", "y"][random.next(2)], random.next(4))
        }
        let texts = events.map { "\($0.kind) \($0.time) \($0.user) \($0.value)" }
        let span = 1 + random.next(12)
        func window(_ index: Int) -> [Row] {
            events[...index].filter { $0.user == events[index].user && $0.time >= events[index].time - span }
        }
        let threshold = 2 + random.next(3)
        let head = "group-by: [u]\ntimespan: \(span)s\n"
        func expected(_ holds: (Int) -> Bool) -> [Int] { events.indices.filter(holds).map { $0 + 1 } }
        let counted = expected { index in
            events[index].kind == "a" && window(index).filter { $0.kind == "a" }.count >= threshold
        }
        #expect(try lines("type: event_count\nrules: [a]\n\(head)condition: {gte: \(threshold)}", texts) == counted)
        let different = expected { index in
            let values = window(index).filter { $0.kind != "c" }.map(\.value)
            return events[index].kind != "c" && Set(values).count < threshold
        }
        let valueCount = "type: value_count\nrules: [a, b]\n\(head)condition: {field: v, lt: \(threshold)}"
        #expect(try lines(valueCount, texts) == different)
        let near = expected { index in Set(window(index).map(\.kind)).count == 3 }
        #expect(try lines("type: temporal\nrules: [a, b, c3]\n\(head)", texts) == near)
        let ordered = expected { index in
            guard events[index].kind == "c" else { return false }
            let kinds = Array(window(index).dropLast().map(\.kind))
            guard let first = kinds.firstIndex(of: "a") else { return false }
            return kinds[first...].contains("b")
        }
        #expect(try lines("type: temporal_ordered\nrules: [a, b, c3]\n\(head)", texts) == ordered)
        let sums = expected { index in
            let sum = window(index).filter { $0.kind == "a" }.reduce(0) { $0 + $1.value }
            return events[index].kind == "a" && sum >= threshold
        }
        let valueSum = "type: value_sum\nrules: [a]\n\(head)condition: {field: v, gte: \(threshold)}"
        #expect(try lines(valueSum, texts) == sums)
    }

    @Test func memoryDoesNotGrowWithTheEvents() throws {
        let set = loaded(rules("type: event_count\nrules: [a]\ngroup-by: [u]\ntimespan: 1d\ncondition: {gte: 3}"))
        var correlator = Correlator(plan: CorrelationPlan(set), lateness: 0, groupsMax: 2_000)
        var matches: [CorrelationMatch] = []
        let reference = EventReference(file: "e", line: 1, id: nil)
        for number in 0..<50_000 {
            correlator.take(
                Signal(base: 0, time: Int64(number), values: [Array("\(number % 10_000)".utf8)], event: reference),
                into: &matches)
        }
        #expect(correlator.losses.groups > 0, "groups are given up beyond the bound, and counted")
        #expect(correlator.losses.groups < 50_000)
    }

    @Test(arguments: [
        ("type: wrong\nrules: [a]\ntimespan: 1s", "no correlation of type"),
        ("rules: [a]\ntimespan: 1s", "the type is missing"),
        ("type: temporal\nrules: []\ntimespan: 1s", "names no rules"),
        ("type: temporal\nrules: [a, nowhere]\ntimespan: 1s", "nowhere, which is not loaded"),
        ("type: temporal\nrules: [a, a]\ntimespan: 1s", "twice"),
        ("type: temporal\nrules: [a, b]", "the timespan is missing"),
        ("type: temporal\nrules: [a, b]\ntimespan: 5x", "the timespan must be"),
        ("type: temporal\nrules: [a, b]\ntimespan: 99999999999999999d", "the timespan must be"),
        ("type: event_count\nrules: [a]\ntimespan: 5m", "needs a condition"),
        ("type: event_count\nrules: [a]\ntimespan: 5m\ncondition: {field: x, gte: 1}", "takes no field"),
        ("type: value_count\nrules: [a]\ntimespan: 5m\ncondition: {gte: 1}", "needs a field"),
        ("type: value_sum\nrules: [a]\ntimespan: 5m\ncondition: {field: [x, y], gte: 1}", "takes one field"),
        ("type: event_count\nrules: [a]\ntimespan: 5m\ncondition: {near: 1}", "no comparison near"),
        ("type: event_count\nrules: [a]\ntimespan: 5m\ncondition: {percentile: 1, gte: 1}", "no comparison percentile"),
        (
            "type: value_percentile\nrules: [a]\ntimespan: 5m\ncondition: {field: v, percentile: 101, gte: 1}",
            "from 0 to 100"
        ),
        ("type: event_count\nrules: [a]\ntimespan: 5m\ncondition: {gte: x}", "must be a number"),
        ("type: temporal\nrules: [a, b]\ntimespan: 5m\naliases: {x: {c3: u}}", "not among the rules"),
        ("type: temporal\nrules: [a, c]\ntimespan: 5m", "depends on itself"),
    ])
    func whatIsNoCorrelationIsRefused(_ correlation: String, _ reason: String) {
        let set = loaded(rules(correlation))
        #expect(set.correlations.isEmpty)
        #expect(set.refused.count == 1)
        let told = set.refused.first?.problem.description ?? ""
        #expect(told.contains(reason), "\(told)")
        #expect(set.rules.count == 3, "the others load")
    }
}
