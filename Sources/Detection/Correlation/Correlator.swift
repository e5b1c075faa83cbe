// Correlations over the matches of other rules.
//
// Time is the events' own. Signals wait until no earlier one can come: for the allowed lateness, or until so many wait
// that the earliest must go on. What comes after that is late; it takes no part, and is counted. So every window is
// exact, and memory does not grow with the number of events.

/// A match of a rule of one event, as correlations take it.
struct Signal: Sendable {
    /// The path in the plan of correlations.
    let base: Int
    let time: Int64
    /// The fields that the plan asks for, in its order; `nil` is missing.
    let values: [[UInt8]?]
    let event: EventReference
}

/// Which event it was.
public struct EventReference: Sendable, Hashable {
    /// The file as it was given, `-` for standard input.
    public let file: String
    /// The line, counted from 1.
    public let line: Int
    /// The event's own id, if its source has one.
    public let id: String?

    /// A place in a file.
    public init(file: String, line: Int, id: String?) {
        self.file = file
        self.line = line
        self.id = id
    }
}

/// How correlations depend on rules and on each other, worked out once for a set of rules.
struct CorrelationPlan: Sendable {
    /// A way from a rule of one event to a correlation.
    struct Path: Sendable {
        /// The correlation, and where the rule below stands in its list.
        let correlation: Int
        let position: Int
        /// Where in the signal's values the group and the value are.
        let group: [Int]
        let value: [Int]
        /// The ways that go on from here.
        var onward: [Int] = []
    }

    let correlations: [CorrelationRule]
    private(set) var paths: [Path] = []
    /// For a rule of one event, by its id: the fields that correlations need of its events, and the ways that begin
    /// with it.
    private(set) var bases: [String: Int] = [:]
    private(set) var needs: [[String]] = []
    private(set) var starts: [[Int]] = []
    /// Rules that report only through a correlation.
    private(set) var silent: Set<String> = []
    /// Refused rather than followed: as many ways as this come only of a mistake.
    static let pathsMax = 100_000

    init(_ rules: RuleSet) {
        correlations = rules.correlations
        var generating: Set<String> = []
        var headers: [String: RuleHeader] = [:]
        for header in rules.rules.map(\.header) + rules.correlations.map(\.header) {
            headers[header.id] = header
            if let name = header.name { headers[name] = header }
        }
        for correlation in correlations {
            for name in correlation.rules {
                guard let header = headers[name] else { continue }
                if correlation.generates { generating.insert(header.id) } else { silent.insert(header.id) }
            }
        }
        silent.subtract(generating)
        // For each rule the correlations that take it, and at which position.
        var users: [String: [(correlation: Int, position: Int)]] = [:]
        for (index, correlation) in correlations.enumerated() {
            for (position, name) in correlation.rules.enumerated() {
                guard let header = headers[name] else { continue }
                users[header.id, default: []].append((index, position))
            }
        }
        for rule in rules.rules where users[rule.header.id] != nil {
            let base = needs.count
            bases[rule.header.id] = base
            needs.append([])
            starts.append([])
            starts[base] = follow(rule.header, [], base, users)
        }
    }

    /// Adds the ways up from a rule. The chain has the correlations passed, with the rule below each.
    private mutating func follow(
        _ header: RuleHeader, _ chain: [(correlation: Int, below: RuleHeader)], _ base: Int,
        _ users: [String: [(correlation: Int, position: Int)]]
    ) -> [Int] {
        var made: [Int] = []
        for (index, position) in users[header.id] ?? [] {
            guard paths.count < Self.pathsMax else { break }
            let correlation = correlations[index]
            func place(_ name: String) -> Int {
                // From the correlation down to the event, each correlation on the way may call the field otherwise.
                var field = correlation.field(name, of: header)
                for (passed, below) in chain.reversed() { field = correlations[passed].field(field, of: below) }
                if let found = needs[base].firstIndex(of: field) { return found }
                needs[base].append(field)
                return needs[base].count - 1
            }
            let path = paths.count
            paths.append(
                Path(
                    correlation: index, position: position, group: correlation.groupBy.map(place),
                    value: correlation.fields.map(place)))
            made.append(path)
            paths[path].onward = follow(correlation.header, chain + [(index, header)], base, users)
        }
        return made
    }
}

/// A correlation that matched.
struct CorrelationMatch: Sendable {
    let correlation: Int
    let time: Int64
    let event: EventReference
    /// The fields of the group and their values.
    let group: [(field: String, value: String?)]
    /// The number that met the condition.
    let number: Double
}

/// Runs correlations over signals.
struct Correlator {
    /// What was left out, so that nothing is left out silently.
    struct Losses: Sendable, Equatable {
        /// Signals that came too late.
        var late = 0
        /// Groups that were given up because there were too many.
        var groups = 0
        /// Signals beyond the greatest number of one window.
        var signals = 0
    }

    private struct Group {
        var window: GroupWindow
        var last: Int64

        mutating func take(
            _ rule: CorrelationRule, time: Int64, position: Int, value: [UInt8]?, number: Double?, overflow: inout Int
        ) -> Double? {
            last = time
            return window.take(
                rule, time: time, position: position, value: value, number: number, overflow: &overflow)
        }
    }

    private struct Waiting {
        let signal: Signal
        let number: Int
    }

    let plan: CorrelationPlan
    /// Milliseconds that a signal may come after a later one; `nil` waits for all, up to `waitingMax`.
    let lateness: Int64?
    let waitingMax: Int
    let groupsMax: Int
    private(set) var losses = Losses()
    private var groups: [[[UInt8]: Group]]
    private var sweepAt: [Int]
    private var heap: [Waiting] = []
    private var arrivals = 0
    private var newest = Int64.min
    /// Nothing before this time is taken any more.
    private var released = Int64.min

    init(plan: CorrelationPlan, lateness: Int64?, waitingMax: Int = 200_000, groupsMax: Int = 500_000) {
        self.plan = plan
        self.lateness = lateness
        self.waitingMax = max(1, waitingMax)
        self.groupsMax = max(1, groupsMax)
        groups = Array(repeating: [:], count: plan.correlations.count)
        sweepAt = Array(repeating: 1_024, count: plan.correlations.count)
    }

    /// Takes a signal; the matches of those that need wait no longer.
    mutating func take(_ signal: Signal, into matches: inout [CorrelationMatch]) {
        guard signal.time >= released else {
            losses.late += 1
            return
        }
        newest = max(newest, signal.time)
        if lateness == 0 {
            released = newest
            run(signal, into: &matches)
            return
        }
        push(Waiting(signal: signal, number: arrivals))
        arrivals += 1
        let due = lateness.map { newest.subtractingReportingOverflow($0).partialValue }
        while let first = heap.first, heap.count > waitingMax || due.map({ first.signal.time <= $0 }) ?? false {
            let next = pop()
            released = max(released, next.signal.time)
            run(next.signal, into: &matches)
        }
    }

    /// Nothing more will come.
    mutating func finish(into matches: inout [CorrelationMatch]) {
        while !heap.isEmpty {
            let next = pop()
            released = max(released, next.signal.time)
            run(next.signal, into: &matches)
        }
    }

    // MARK: Windows

    private mutating func run(_ signal: Signal, into matches: inout [CorrelationMatch]) {
        for path in plan.starts[signal.base] { run(signal, path, into: &matches) }
    }

    private mutating func run(_ signal: Signal, _ index: Int, into matches: inout [CorrelationMatch]) {
        let path = plan.paths[index]
        let rule = plan.correlations[path.correlation]
        var key: [UInt8] = []
        for place in path.group { Self.append(signal.values[place], to: &key) }
        var value: [UInt8]?
        var number: Double?
        if !path.value.isEmpty, path.value.allSatisfy({ signal.values[$0] != nil }) {
            var joined: [UInt8] = []
            for place in path.value { Self.append(signal.values[place], to: &joined) }
            value = joined
            if path.value.count == 1, let bytes = signal.values[path.value[0]] {
                let text = String(decoding: bytes, as: UTF8.self)
                if NumberText.isNumber(text) { number = Double(text) }
            }
        }
        var overflow = 0
        let found = groups[path.correlation][key, default: Group(window: GroupWindow(rule), last: signal.time)].take(
            rule, time: signal.time, position: path.position, value: value, number: number, overflow: &overflow)
        losses.signals += overflow
        if groups[path.correlation].count >= sweepAt[path.correlation] { sweep(path.correlation, rule, signal.time) }
        guard let found, rule.holds(found) else { return }
        matches.append(
            CorrelationMatch(
                correlation: path.correlation, time: signal.time, event: signal.event,
                group: zip(rule.groupBy, path.group).map { name, place in
                    (name, signal.values[place].map { String(decoding: $0, as: UTF8.self) })
                }, number: found))
        for next in path.onward { run(signal, next, into: &matches) }
    }

    /// A missing value is a value of its own, and not the empty text.
    private static func append(_ value: [UInt8]?, to key: inout [UInt8]) {
        guard let value else {
            key.append(0)
            return
        }
        let count = UInt32(truncatingIfNeeded: value.count)
        key += [
            1, UInt8(count & 255), UInt8(count >> 8 & 255), UInt8(count >> 16 & 255), UInt8(count >> 24 & 255),
        ]
        key += value
    }

    /// Forgets groups whose window is over; if too many are left, those that were quiet longest.
    private mutating func sweep(_ correlation: Int, _ rule: CorrelationRule, _ time: Int64) {
        let start = time - rule.timespan
        groups[correlation] = groups[correlation].filter { $0.value.last >= start }
        if groups[correlation].count >= groupsMax {
            let times = groups[correlation].values.map(\.last).sorted()
            let limit = times[times.count / 10]
            let before = groups[correlation].count
            groups[correlation] = groups[correlation].filter { $0.value.last > limit }
            losses.groups += before - groups[correlation].count
        }
        sweepAt[correlation] = min(groupsMax, max(1_024, groups[correlation].count * 2))
    }

    // MARK: Waiting

    private static func isBefore(_ left: Waiting, _ right: Waiting) -> Bool {
        (left.signal.time, left.number) < (right.signal.time, right.number)
    }

    private mutating func push(_ waiting: Waiting) {
        heap.append(waiting)
        var at = heap.count - 1
        while at > 0, Self.isBefore(heap[at], heap[(at - 1) / 2]) {
            heap.swapAt(at, (at - 1) / 2)
            at = (at - 1) / 2
        }
    }

    private mutating func pop() -> Waiting {
        heap.swapAt(0, heap.count - 1)
        let first = heap.removeLast()
        var at = 0
        while true {
            var least = at
            for child in [2 * at + 1, 2 * at + 2]
            where child < heap.count && Self.isBefore(heap[child], heap[least]) {
                least = child
            }
            guard least != at else { return first }
            heap.swapAt(at, least)
            at = least
        }
    }
}
