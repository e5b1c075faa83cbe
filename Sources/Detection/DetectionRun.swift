// A run: blocks of events to the workers, their results in the order of the events, signals to the correlations.
import Foundation
import Synchronization

/// Rules that are to take the place of those of a run. Any thread may put some there while the run goes on.
public final class NextRules: Sendable {
    private let rules = Mutex<RuleSet?>(nil)
    init() {}
    var isThere: Bool { rules.withLock { $0 != nil } }
    func take() -> RuleSet? {
        rules.withLock { rules in
            defer { rules = nil }
            return rules
        }
    }

    /// Puts rules there, instead of what may still lie there.
    public func put(_ rules: RuleSet) { self.rules.withLock { $0 = rules } }
}

/// Rules held against events, from files or from a stream; findings come in the order of the events.
public final class DetectionRun {
    private let matcher: Matcher
    private var plan: CorrelationPlan
    /// Takes other rules, correlations and filters in place of the present ones, from the next block of events on. Only
    /// what changed is compiled again, and correlations that stay as they are keep their windows. Signals that wait for
    /// earlier ones are decided before.
    public let next = NextRules()
    private let options: DetectionOptions
    private var correlator: Correlator
    private let workers: [WorkerBox]
    /// What has been seen so far.
    public private(set) var counts = DetectionCounts()
    private var newest: Int64?
    /// Takes events in OCSF, if the options ask for them, in their order.
    public var converted: ((String) throws -> Void)?
    /// Called whenever all is told of what has come so far, so that findings of a stream need not wait for more.
    public var told: (() throws -> Void)?
    private let declared: DeclaredAccess?
    private var usedGrants: Set<Int> = []
    private let silences: Silences
    private let controls: ControlMapping
    private var sourceSilence: SourceSilence?
    private var volume: VolumeWatch?
    /// The networks of actors, and what has been learned of them.
    public private(set) var networks: NetworkWatch?

    /// Each worker is used by one thread at a time.
    private struct WorkerBox: @unchecked Sendable {
        // Unchecked: `run(paths:)` gives each worker one block and waits for all.
        let worker: DetectionWorker
    }

    /// Blocks that the workers have, and one place for each block's result.
    private final class Batch: @unchecked Sendable {
        // Unchecked: the lock guards the results, and the group is made to be shared.
        private let lock = NSLock()
        private var results: [Int: BlockResult] = [:]
        private let group = DispatchGroup()

        /// Each worker has at most one block.
        init(_ blocks: [EventBlock], _ workers: [WorkerBox]) {
            for (index, (block, worker)) in zip(blocks, workers).enumerated() {
                DispatchQueue.global().async(group: group) {
                    let result = worker.worker.run(block)
                    self.lock.withLock { self.results[index] = result }
                }
            }
        }

        /// Waits for the workers; they may then have other blocks.
        func wait() { group.wait() }

        /// The results in the order of the blocks.
        func taken() -> [BlockResult] {
            wait()
            return lock.withLock { results.sorted { $0.key < $1.key }.map(\.value) }
        }
    }

    /// Prepares a run.
    public init(
        rules: RuleSet, profiles: SourceProfiles? = nil, options: DetectionOptions = DetectionOptions(),
        declared: DeclaredAccess? = nil, silences: Silences = Silences(), controls: ControlMapping = ControlMapping(),
        networks: NetworkWatch? = nil
    ) {
        self.networks = networks
        self.controls = controls
        self.options = options
        self.declared = declared
        self.silences = silences
        sourceSilence = options.silentAfter.map(SourceSilence.init)
        volume = options.watchesVolume ? VolumeWatch() : nil
        matcher = Matcher(rules: rules.rules, profiles: profiles?.all ?? [], mapping: options.mapping)
        plan = CorrelationPlan(rules)
        correlator = Correlator(plan: plan, lateness: options.lateness)
        let (matcher, plan) = (matcher, plan)
        let wantsAccesses =
            declared != nil || networks != nil || options.silentAfter != nil || options.watchesVolume
        workers = (0..<max(1, options.workers)).map { _ in
            WorkerBox(
                worker: DetectionWorker(
                    matcher: matcher, plan: plan, options: options, wantsAccesses: wantsAccesses, controls: controls))
        }
    }

    /// The matcher, to which rules of single events can be added while the run goes on.
    public var rules: Matcher { matcher }

    /// Between blocks, while no worker is busy.
    private func change(_ finding: (Finding) throws -> Void) throws {
        guard let rules = next.take() else { return }
        let made = CorrelationPlan(rules)
        var matches: [CorrelationMatch] = []
        correlator.use(made, into: &matches)
        try report(matches, finding)
        plan = made
        matcher.replace(with: rules.rules)
        for box in workers { box.worker.use(made) }
    }

    /// Runs over files; `-` is standard input. Findings and problems are handed on as they come.
    public func run(
        paths: [String], finding: (Finding) throws -> Void, problem: (InputProblem) throws -> Void
    ) throws {
        // While the workers have a batch, the results of the one before are told and the one behind it is read.
        var running: Batch?
        defer { running?.wait() }
        for path in paths {
            let reader = try EventReader(path: path)
            while true {
                // What a stream has said is answered before more is waited for.
                if let batch = running, reader.isWaiting || next.isThere {
                    try take(batch.taken(), finding, problem)
                    running = nil
                }
                var blocks: [EventBlock] = []
                while blocks.count < workers.count, let block = try reader.next() {
                    blocks.append(block)
                    // What came in small pieces comes from a stream.
                    if block.bytes.count < EventReader.blockBytes / 2 { break }
                }
                guard !blocks.isEmpty else { break }
                // What came while these were waited for: the blocks before are told by the rules that they were held against.
                if next.isThere, let batch = running {
                    try take(batch.taken(), finding, problem)
                    running = nil
                }
                running?.wait()
                let before = running
                if before == nil { try change(finding) }
                running = Batch(blocks, workers)
                if let before { try take(before.taken(), finding, problem) }
            }
        }
        if let batch = running {
            running = nil
            try take(batch.taken(), finding, problem)
        }
        try finish(finding)
    }

    /// Runs over events in memory, one a line.
    public func run(
        text: String, file: String, finding: (Finding) throws -> Void, problem: (InputProblem) throws -> Void
    ) throws {
        try change(finding)
        try take(
            [workers[0].worker.run(EventBlock(file: file, bytes: Array(text.utf8), firstLine: 1))], finding, problem)
    }

    private func take(
        _ results: [BlockResult], _ finding: (Finding) throws -> Void, _ problem: (InputProblem) throws -> Void
    ) throws {
        var matches: [CorrelationMatch] = []
        for result in results {
            counts += result.counts
            for item in result.problems { try problem(item) }
            for line in result.converted { try converted?(line) }
            for item in result.findings { try tell(item, finding) }
            for access in result.accesses {
                if let item = declared?.violation(access, used: &usedGrants) { try tell(item, finding) }
                if let item = sourceSilence?.take(access) { try tell(item, finding) }
                if let item = volume?.take(access) { try tell(item, finding) }
                if let item = networks?.take(access) { try tell(item, finding) }
            }
            result.signals.forEach(file: result.file) { base, time, packed, event in
                if let time { newest = max(newest ?? time, time) }
                // An event without a time is taken as one of the newest time before it.
                correlator.take(
                    base: base, time: time ?? newest ?? 0, packed: packed, event: event, into: &matches)
            }
        }
        try report(matches, finding)
        try told?()
    }

    /// Nothing more comes: correlations that waited for late events are decided.
    public func finish(_ finding: (Finding) throws -> Void) throws {
        var matches: [CorrelationMatch] = []
        correlator.finish(into: &matches)
        try report(matches, finding)
        for item in volume?.finish() ?? [] { try tell(item, finding) }
        if let now = options.now {
            for item in sourceSilence?.finish(now: now) ?? [] { try tell(item, finding) }
        }
        for item in declared?.unusedFindings(usedGrants) ?? [] { try tell(item, finding) }
        counts.late = correlator.losses.late
        counts.groupsGivenUp = correlator.losses.groups
        counts.signalsGivenUp = correlator.losses.signals
    }

    private func report(_ matches: [CorrelationMatch], _ finding: (Finding) throws -> Void) throws {
        for match in matches {
            let rule = plan.correlations[match.correlation]
            guard !plan.silent.contains(rule.header.id) else { continue }
            try tell(
                Finding(
                    kind: .correlation, rule: rule.header, event: match.event, time: match.time, group: match.group,
                    matched: [], roles: EventRoles(), json: nil, message: nil), finding)
        }
    }

    /// Hands a finding on, unless it is silenced.
    private func tell(_ item: Finding, _ finding: (Finding) throws -> Void) throws {
        if let now = options.now, silences.silence(of: item, now: now) != nil {
            counts.silenced += 1
            return
        }
        var item = item
        if item.reasons.isEmpty { item.reasons = controls.reasons(for: item.rule.controls) }
        try finding(item)
    }
}
