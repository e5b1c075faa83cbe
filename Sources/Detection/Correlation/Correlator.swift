// Correlations over the matches of other rules.
//
// Time is the events' own. Signals wait until no earlier one can come: for the allowed lateness, or until so many wait
// that the earliest must go on. What comes after that is late; it takes no part, and is counted. So every window is
// exact, and memory does not grow with the number of events.

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
    final class Path: Sendable {
        /// The correlation, and where the rule below stands in its list.
        let correlation: Int
        let position: Int
        /// Where in the signal's values the group and the value are.
        let group: [Int]
        let value: [Int]
        /// The ways that go on from here.
        let onward: [Path]
        let limits: GroupWindow.Limits

        init(
            correlation: Int, position: Int, group: [Int], value: [Int], onward: [Path], limits: GroupWindow.Limits
        ) {
            self.correlation = correlation
            self.position = position
            self.group = group
            self.value = value
            self.onward = onward
            self.limits = limits
        }
    }

    let correlations: [CorrelationRule]
    private var pathCount = 0
    /// For a rule of one event, by its id: the fields that correlations need of its events, and the ways that begin
    /// with it.
    private(set) var bases: [String: Int] = [:]
    private(set) var needs: [[String]] = []
    private(set) var starts: [[Path]] = []
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
    ) -> [Path] {
        var made: [Path] = []
        for (index, position) in users[header.id] ?? [] {
            guard pathCount < Self.pathsMax else { break }
            pathCount += 1
            let correlation = correlations[index]
            func place(_ name: String) -> Int {
                // From the correlation down to the event, each correlation on the way may call the field otherwise.
                var field = correlation.field(name, of: header)
                for (passed, below) in chain.reversed() { field = correlations[passed].field(field, of: below) }
                if let found = needs[base].firstIndex(of: field) { return found }
                needs[base].append(field)
                return needs[base].count - 1
            }
            let group = correlation.groupBy.map(place)
            let value = correlation.fields.map(place)
            made.append(
                Path(
                    correlation: index, position: position, group: group, value: value,
                    onward: follow(correlation.header, chain + [(index, header)], base, users),
                    limits: GroupWindow.Limits(correlation)))
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

    private struct Waiting: BitwiseCopyable {
        let time: Int64
        let number: Int
        /// Where its signal is kept.
        let place: Int
    }

    private(set) var plan: CorrelationPlan
    /// Milliseconds that a signal may come after a later one; `nil` waits for all, up to `waitingMax`.
    let lateness: Int64?
    let waitingMax: Int
    let groupsMax: Int
    private(set) var losses = Losses()
    private var groups: [GroupTable]
    /// Signals that came in the order of their times, and those that did not.
    private var queue = TimedQueue<Waiting>()
    private var heap: [Waiting] = []
    private var kept: [Signal?] = []
    private var free: [Int] = []
    private var waitingCount: Int { queue.count + heap.count }
    private var arrivals = 0
    private var newest = Int64.min
    /// Nothing before this time is taken any more.
    private var released = Int64.min
    private var key: [UInt8] = []
    private var value: [UInt8] = []

    init(plan: CorrelationPlan, lateness: Int64?, waitingMax: Int = 200_000, groupsMax: Int = 500_000) {
        self.plan = plan
        self.lateness = lateness
        self.waitingMax = max(1, waitingMax)
        self.groupsMax = max(1, groupsMax)
        groups = plan.correlations.map { _ in GroupTable() }
    }

    /// Takes a signal; the matches of those that need wait no longer.
    mutating func take(_ signal: Signal, into matches: inout [CorrelationMatch]) {
        signal.packed.withUnsafeBufferPointer { packed in
            take(base: signal.base, time: signal.time, packed: packed, event: { signal.event }, into: &matches)
        }
    }

    /// Takes a signal whose values lie elsewhere (see ``Signal/packed``); the event is asked for only where it is needed.
    mutating func take(
        base: Int, time: Int64, packed: UnsafeBufferPointer<UInt8>, event: () -> EventReference,
        into matches: inout [CorrelationMatch]
    ) {
        guard time >= released else {
            losses.late += 1
            return
        }
        newest = max(newest, time)
        if lateness == 0 {
            released = newest
            run(base, time, packed, event, into: &matches)
            return
        }
        push(Signal(base: base, time: time, packed: Array(packed), event: event()))
        // So early a time that the lateness leads before all times lets nothing go.
        let due = lateness.map { lateness in
            let (time, overflow) = newest.subtractingReportingOverflow(lateness)
            return overflow ? Int64.min : time
        }
        while let first = first, waitingCount > waitingMax || due.map({ first.time <= $0 }) ?? false {
            release(into: &matches)
        }
    }

    /// Nothing more will come.
    mutating func finish(into matches: inout [CorrelationMatch]) {
        while waitingCount > 0 { release(into: &matches) }
    }

    /// Goes on with other correlations. Those that stay as they are keep what their windows hold. Signals that wait for
    /// earlier ones are decided before: an earlier one that comes afterwards is late.
    mutating func use(_ next: CorrelationPlan, into matches: inout [CorrelationMatch]) {
        finish(into: &matches)
        let known = Dictionary(zip(plan.correlations.map(\.windows), groups)) { first, _ in first }
        groups = next.correlations.map { known[$0.windows] ?? GroupTable() }
        plan = next
    }

    private mutating func release(into matches: inout [CorrelationMatch]) {
        guard let signal = pop() else { return }
        released = max(released, signal.time)
        signal.packed.withUnsafeBufferPointer {
            run(signal.base, signal.time, $0, { signal.event }, into: &matches)
        }
    }

    // MARK: Windows

    private mutating func run(
        _ base: Int, _ time: Int64, _ packed: UnsafeBufferPointer<UInt8>, _ event: () -> EventReference,
        into matches: inout [CorrelationMatch]
    ) {
        for path in plan.starts[base] { run(path, time, packed, event, into: &matches) }
    }

    private mutating func run(
        _ path: CorrelationPlan.Path, _ time: Int64, _ packed: UnsafeBufferPointer<UInt8>,
        _ event: () -> EventReference, into matches: inout [CorrelationMatch]
    ) {
        // Taken out, so that it can be read while the groups change.
        var key: [UInt8] = []
        swap(&key, &self.key)
        key.removeAll(keepingCapacity: true)
        for place in path.group { Signal.append(place, of: packed, to: &key) }
        var value: [UInt8]?
        var number: Double?
        if !path.value.isEmpty, path.value.allSatisfy({ Signal.value($0, of: packed) != nil }) {
            self.value.removeAll(keepingCapacity: true)
            for place in path.value { Signal.append(place, of: packed, to: &self.value) }
            value = self.value
            if path.value.count == 1, let bytes = Signal.value(path.value[0], of: packed) {
                let text = String(decoding: bytes, as: UTF8.self)
                if NumberText.isNumber(text) { number = Double(text) }
            }
        }
        var overflow = 0
        let found = key.withUnsafeBufferPointer { key in
            groups[path.correlation].take(
                key, path.limits, time: time, position: path.position, value: value, number: number,
                overflow: &overflow)
        }
        self.key = key
        losses.signals += overflow
        if groups[path.correlation].wantsSweep {
            losses.groups += groups[path.correlation].sweep(before: time - path.limits.timespan, most: groupsMax)
        }
        guard let found, path.limits.holds(found) else { return }
        let rule = plan.correlations[path.correlation]
        matches.append(
            CorrelationMatch(
                correlation: path.correlation, time: time, event: event(),
                group: zip(rule.groupBy, path.group).map { name, place in
                    (name, Signal.value(place, of: packed).map { String(decoding: $0, as: UTF8.self) })
                }, number: found))
        for next in path.onward { run(next, time, packed, event, into: &matches) }
    }

    // MARK: Waiting

    private static func isBefore(_ left: Waiting, _ right: Waiting) -> Bool {
        (left.time, left.number) < (right.time, right.number)
    }

    /// The one that goes on next.
    private var first: Waiting? {
        guard let queued = queue.first?.value else { return heap.first }
        guard let other = heap.first else { return queued }
        return Self.isBefore(other, queued) ? other : queued
    }

    private mutating func push(_ signal: Signal) {
        let place = free.popLast() ?? kept.count
        if place == kept.count { kept.append(signal) } else { kept[place] = signal }
        let waiting = Waiting(time: signal.time, number: arrivals, place: place)
        arrivals += 1
        if queue.last.map({ $0.time <= signal.time }) ?? true {
            queue.append(signal.time, waiting)
        } else {
            pushHeap(waiting)
        }
    }

    private mutating func pop() -> Signal? {
        let waiting: Waiting
        if let queued = queue.first?.value, heap.first.map({ !Self.isBefore($0, queued) }) ?? true {
            waiting = queue.removeFirst().value
        } else if !heap.isEmpty {
            waiting = popHeap()
        } else {
            return nil
        }
        let signal = kept[waiting.place]
        kept[waiting.place] = nil
        free.append(waiting.place)
        return signal
    }

    private mutating func pushHeap(_ waiting: Waiting) {
        heap.append(waiting)
        var at = heap.count - 1
        while at > 0, Self.isBefore(heap[at], heap[(at - 1) / 2]) {
            heap.swapAt(at, (at - 1) / 2)
            at = (at - 1) / 2
        }
    }

    private mutating func popHeap() -> Waiting {
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
