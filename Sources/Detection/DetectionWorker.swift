// One worker: reads the events of a block, knows their source, holds them against the rules for it.
import Foundation

/// What one block of events led to.
struct BlockResult: Sendable {
    var findings: [Finding] = []
    /// Signals for correlations; the time is missing where the event has none.
    var signals: [(signal: Signal, hasTime: Bool)] = []
    var accesses: [Access] = []
    /// Events in OCSF, if they are asked for.
    var converted: [String] = []
    var problems: [InputProblem] = []
    var counts = DetectionCounts()
}

/// An event as access control and baselines see it.
struct Access: Sendable {
    let event: EventReference
    let time: Int64?
    let roles: EventRoles
    let size: Double?
}

/// Holds events against rules. Each worker has its own; it learns as it goes.
final class DetectionWorker {
    private let matcher: Matcher
    private let plan: CorrelationPlan
    private let options: DetectionOptions
    private let wantsAccesses: Bool
    private let event = Event()
    private let fixedProfile: Int
    private var recogniser: RouteState?
    private var version: Int
    private var ways: [WayKey: Way] = [:]
    /// Sets of log sources by the bytes with which wrapped events write them.
    private var written: [[UInt8]: Int] = [:]
    private var labelSets: [[LogSource]] = []
    private var recognised: [Int] = []
    private var matched: [Int] = []
    private var result = BlockResult()
    private let controls: ControlMapping
    /// Readers of posture findings by the name of the profile.
    private var postures: [String: PostureReader] = [:]
    private static let writtenMax = 10_000

    init(
        matcher: Matcher, plan: CorrelationPlan, options: DetectionOptions, wantsAccesses: Bool,
        controls: ControlMapping = ControlMapping()
    ) {
        self.controls = controls
        self.matcher = matcher
        self.plan = plan
        self.options = options
        self.wantsAccesses = wantsAccesses
        fixedProfile = options.source.flatMap { matcher.profileNumber($0) } ?? -1
        recogniser = matcher.recogniserRoute.map(RouteState.init)
        version = matcher.version
    }

    func run(_ block: EventBlock) -> BlockResult {
        result = BlockResult()
        result.problems = block.problems
        result.counts.broken = block.problems.count
        if matcher.version != version {
            version = matcher.version
            ways.removeAll()
        }
        block.bytes.withUnsafeBufferPointer { bytes in
            if let records = block.records {
                for record in records {
                    read(UnsafeBufferPointer(rebasing: bytes[record.start..<record.end]), block.file, record.line)
                }
            } else {
                lines(bytes, block)
            }
        }
        let done = result
        result = BlockResult()
        return done
    }

    private func lines(_ bytes: UnsafeBufferPointer<UInt8>, _ block: EventBlock) {
        guard let base = bytes.baseAddress else { return }
        var line = block.firstLine
        var start = 0
        while start < bytes.count {
            let found = memchr(base + start, 0x0A, bytes.count - start)
            let end = found.map { UnsafeRawPointer(base).distance(to: UnsafeRawPointer($0)) } ?? bytes.count
            var from = start
            // A byte order mark may stand before the first line.
            if line == 1, bytes[from..<end].starts(with: [0xEF, 0xBB, 0xBF]) { from += 3 }
            while from < end, base[from] <= 0x20 { from += 1 }
            if from < end { read(UnsafeBufferPointer(rebasing: bytes[from..<end]), block.file, line) }
            start = end + 1
            line += 1
        }
    }

    private func read(_ text: UnsafeBufferPointer<UInt8>, _ file: String, _ line: Int) {
        if text[0] != UInt8(ascii: "{"), let object = TextLine(now: options.now).json(text) {
            if String(validating: text, as: UTF8.self) == nil { result.counts.repaired += 1 }
            object.withUnsafeBufferPointer { readObject($0, file, line) }
        } else {
            readObject(text, file, line)
        }
    }

    private func readObject(_ text: UnsafeBufferPointer<UInt8>, _ file: String, _ line: Int) {
        do throws(JSONProblem) {
            try event.read(text)
        } catch {
            problem(file, line, error.description)
            return
        }
        guard event.tape.isWide, String(validating: text, as: UTF8.self) == nil else {
            take(file, line)
            return
        }
        // What is no UTF-8 is replaced, not dropped: an attacker could hide behind one wrong byte.
        result.counts.repaired += 1
        let repaired = Array(String(decoding: text, as: UTF8.self).utf8)
        repaired.withUnsafeBufferPointer { text in
            do throws(JSONProblem) {
                try event.read(text)
                take(file, line)
            } catch {
                problem(file, line, error.description)
            }
        }
    }

    private func problem(_ file: String, _ line: Int, _ reason: String) {
        result.counts.broken += 1
        result.problems.append(InputProblem(file: file, line: line, reason: reason))
    }

    /// The event, or each of those in an envelope such as CloudTrail's `Records`.
    private func take(_ file: String, _ line: Int) {
        let nodes = event.tape.nodes
        if nodes[0].kind == .array {
            var at = 1
            while at < event.tape.count {
                takeOne(at, file, line)
                at = Int(event.tape.nodes[at].next)
            }
            return
        }
        guard nodes[0].kind == .object else {
            problem(file, line, "column 1: an event must be an object")
            return
        }
        var at = 1
        while at < event.tape.count {
            let key = event.tape.bytes(nodes[at])
            let child = at + 1
            if nodes[child].kind == .array, key.elementsEqual("Records".utf8) || key.elementsEqual("records".utf8),
                nodes[child].next > UInt32(child + 1), nodes[child + 1].kind == .object
            {
                var element = child + 1
                while element < Int(nodes[child].next) {
                    takeOne(element, file, line)
                    element = Int(nodes[element].next)
                }
                return
            }
            at = Int(nodes[child].next)
        }
        takeOne(0, file, line)
    }

    private func takeOne(_ node: Int, _ file: String, _ line: Int) {
        guard event.tape.nodes[node].kind == .object else {
            problem(file, line, "column \(event.tape.nodes[node].start + 1): an event must be an object")
            return
        }
        event.root = node
        event.added.removeAll(keepingCapacity: true)
        result.counts.events += 1
        let labels = options.logSource != nil ? -1 : options.logSourcePath.map(labelNumber) ?? -1
        if let path = options.eventPath {
            var inner: Int?
            event.nodes(path) { inner = inner ?? $0 }
            guard let inner, event.tape.nodes[inner].kind == .object else {
                problem(file, line, "there is no object at \(path)")
                return
            }
            event.root = inner
        }
        recognised.removeAll(keepingCapacity: true)
        recogniser?.run(event, into: &recognised)
        let way = way(labels)
        way.profile?.extract(event)
        matched.removeAll(keepingCapacity: true)
        if let state = way.state { state.run(event, into: &matched) } else { result.counts.unrecognised += 1 }
        let isPosture = way.profile?.posture.map { Evaluator().holds($0, event) } ?? false
        if !matched.isEmpty || wantsAccesses || isPosture || options.converts {
            finish(way, outer: node, file, line, isPosture: isPosture)
        }
    }

    /// How events that look alike are judged.
    private struct Way {
        let profile: SourceProfile?
        /// `nil`: no log source is known.
        let state: RouteState?
    }

    private struct WayKey: Hashable {
        let recognised: [Int]
        let labels: Int
    }

    private func way(_ labels: Int) -> Way {
        let key = WayKey(recognised: recognised, labels: labels)
        if let known = ways[key] { return known }
        let found = matcher.profile(of: recognised, fixed: fixedProfile)
        let sources = options.logSource.map { [$0] } ?? (labels >= 0 ? labelSets[labels] : found.labels)
        let made = Way(
            profile: matcher.profile(found.profile),
            state: sources.isEmpty ? nil : RouteState(matcher.route(sources, profile: found.profile)))
        if ways.count >= Matcher.routesMax { ways.removeAll() }
        ways[key] = made
        return made
    }

    private func finish(_ way: Way, outer: Int, _ file: String, _ line: Int, isPosture: Bool) {
        // What a collector wrote around the event is read only where it is needed.
        let inner = event.root
        event.root = outer
        var time: Int64?
        var isTimeWritten = false
        if let path = options.timePath, let value = event.first(path) {
            isTimeWritten = true
            time = TimeText.parse(value)
        }
        let id = options.eventPath == nil ? nil : event.first(options.idPath)?.string
        event.root = inner
        if !isTimeWritten { time = self.time(way.profile) }
        if time == nil {
            result.counts.withoutTime += 1
        } else if let now = options.now, let moment = time, moment > now + 86_400_000 {
            result.counts.inFuture += 1
            // In a stream it would make all that follows late; where all is put in order it does no harm.
            if options.lateness != nil { time = nil }
        }
        let roles = self.roles(way.profile)
        let reference = EventReference(file: file, line: line, id: id ?? role(way.profile, .id))
        if wantsAccesses {
            let size = way.profile?.roles[.size]?.lazy.compactMap { self.event.first($0)?.number }.first
            result.accesses.append(Access(event: reference, time: time, roles: roles, size: size))
        }
        if options.converts { convert(way.profile, roles, reference, time) }
        if isPosture, let profile = way.profile { posture(profile, reference, time, roles) }
        guard let state = way.state else { return }
        for number in matched { report(number, state, time, roles, reference) }
    }

    private func report(
        _ number: Int, _ state: RouteState, _ time: Int64?, _ roles: EventRoles, _ reference: EventReference
    ) {
        guard let rule = matcher.rule(state.route.rules[number]) else { return }
        if let base = plan.bases[rule.header.id] {
            let values = plan.needs[base].map { field in
                state.route.evaluator.values(field, event).first { $0.kind != .null }.map { Array($0.bytes) }
            }
            result.signals.append(
                (Signal(base: base, time: time ?? 0, values: values, event: reference), time != nil))
        }
        guard !plan.silent.contains(rule.header.id) else { return }
        result.findings.append(
            Finding(
                kind: .detection, rule: rule.header, event: reference, time: time, group: [],
                matched: state.route.evaluator.evidence(rule.detection, event), roles: roles,
                json: options.keepsEvents ? event.json() : nil, message: nil))
    }

    private func convert(
        _ profile: SourceProfile?, _ roles: EventRoles, _ reference: EventReference, _ time: Int64?
    ) {
        // What has a posture is OCSF itself.
        if profile?.posture != nil {
            result.converted.append(OCSFEvent.normalised(event))
        } else if let profile,
            let line = OCSFEvent.line(event, profile: profile, roles: roles, reference: reference, time: time)
        {
            result.converted.append(line)
        } else {
            result.counts.notConverted += 1
        }
    }

    private func posture(_ profile: SourceProfile, _ reference: EventReference, _ time: Int64?, _ roles: EventRoles) {
        var roles = roles
        // Who ran the scanner is not who did it.
        roles.actor = nil
        roles.address = nil
        var reader =
            postures[profile.name]
            ?? PostureReader(
                mapping: controls,
                evaluator: Evaluator(mapping: profile.mapping, prefixes: profile.prefixes))
        switch reader.read(event, reference: reference, time: time, roles: roles, keepsEvent: options.keepsEvents) {
        case .findings(let findings): result.findings += findings
        case .passed: result.counts.passed += 1
        case .closed: result.counts.closed += 1
        }
        postures[profile.name] = reader
    }

    // MARK: Parts of an event

    /// The number of a set of log sources as it is written in the event; each way of writing is read once.
    private func labelNumber(_ path: String) -> Int {
        var found: [Int] = []
        event.nodes(path) { found.append($0) }
        guard !found.isEmpty else { return -1 }
        var bytes: [UInt8] = []
        for node in found { bytes += event.tape.bytes(event.tape.nodes[node]) }
        if let known = written[bytes] { return known }
        var values: [FieldValue] = []
        for node in found { event.collect(node, into: &values) }
        if labelSets.count >= Self.writtenMax {
            written.removeAll()
            labelSets.removeAll()
            ways.removeAll()
        }
        labelSets.append(values.compactMap { LogSource(label: $0.string) })
        written[bytes] = labelSets.count - 1
        return labelSets.count - 1
    }

    private func time(_ profile: SourceProfile?) -> Int64? {
        for path in profile?.roles[.time] ?? [] {
            if let value = event.first(path), let time = TimeText.parse(value) { return time }
        }
        return nil
    }

    private func role(_ profile: SourceProfile?, _ role: SourceProfile.Role) -> String? {
        for path in profile?.roles[role] ?? [] {
            if let value = event.first(path), value.count > 0 { return value.string }
        }
        return nil
    }

    private func roles(_ profile: SourceProfile?) -> EventRoles {
        var roles = EventRoles()
        roles.profile = profile?.name
        roles.actor = role(profile, .actor)
        roles.object = role(profile, .object)
        roles.action = role(profile, .action)
        roles.outcome = role(profile, .outcome)
        roles.address = role(profile, .address)
        return roles
    }
}
