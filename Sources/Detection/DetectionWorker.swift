// One worker: reads the events of a block, knows their source, holds them against the rules for it.
import Foundation

/// What one block of events led to.
struct BlockResult: Sendable {
    /// The file of the block.
    var file = ""
    var findings: [Finding] = []
    /// Signals for correlations.
    var signals = SignalBatch()
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
    private var plan: CorrelationPlan
    private let options: DetectionOptions
    private let wantsAccesses: Bool
    private let event = Event()
    private let fixedProfile: Int
    private let recogniser: RouteState?
    private var version: Int
    private var ways: [WayKey: Way] = [:]
    /// The way of the event before, which is mostly that of the next.
    @exclusivity(unchecked) private var lastWay: Way?
    @exclusivity(unchecked) private var notes: [RuleNote?] = []
    /// Sets of log sources by the bytes with which wrapped events write them.
    private var written: [[UInt8]: Int] = [:]
    private var labelSets: [[LogSource]] = []
    @exclusivity(unchecked) private var recognised: [Int] = []
    @exclusivity(unchecked) private var matched: [Int] = []
    @exclusivity(unchecked) private var result = BlockResult()
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

    /// Other correlations take the matches of rules from now on.
    func use(_ plan: CorrelationPlan) {
        self.plan = plan
        notes.removeAll()
    }

    func run(_ block: EventBlock) -> BlockResult {
        result = BlockResult()
        result.file = block.file
        result.problems = block.problems
        result.counts.broken = block.problems.count
        if matcher.version != version {
            version = matcher.version
            ways.removeAll()
            lastWay = nil
            notes.removeAll()
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
        var labels = -1
        if options.logSource == nil, let path = options.logSourcePath { labels = labelNumber(path) }
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
        if !way.extractions.isEmpty { SourceProfile.extract(way.extractions, event) }
        matched.removeAll(keepingCapacity: true)
        if let state = way.state { state.run(event, into: &matched) } else { result.counts.unrecognised += 1 }
        var isPosture = false
        if let posture = way.posture { isPosture = Evaluator().holds(posture, event) }
        if !matched.isEmpty || wantsAccesses || isPosture || options.converts {
            finish(way, outer: node, file, line, isPosture: isPosture)
        }
    }

    /// How events that look alike are judged.
    private final class Way {
        let key: WayKey
        let profile: SourceProfile?
        /// Parts of the profile that are asked for every event.
        let extractions: [SourceProfile.Extraction]
        let posture: Detection?
        /// `nil`: no log source is known.
        let state: RouteState?

        init(key: WayKey, profile: SourceProfile?, state: RouteState?) {
            self.key = key
            self.profile = profile
            extractions = profile?.extractions ?? []
            posture = profile?.posture
            self.state = state
        }
    }

    private struct WayKey: Hashable {
        let recognised: [Int]
        let labels: Int
    }

    private func way(_ labels: Int) -> Way {
        if let last = lastWay, last.key.labels == labels, last.key.recognised == recognised { return last }
        let key = WayKey(recognised: recognised, labels: labels)
        if let known = ways[key] {
            lastWay = known
            return known
        }
        let found = matcher.profile(of: recognised, fixed: fixedProfile)
        let sources = options.logSource.map { [$0] } ?? (labels >= 0 ? labelSets[labels] : found.labels)
        let made = Way(
            key: key, profile: matcher.profile(found.profile),
            state: sources.isEmpty ? nil : RouteState(matcher.route(sources, profile: found.profile)))
        if ways.count >= Matcher.routesMax { ways.removeAll() }
        ways[key] = made
        lastWay = made
        return made
    }

    /// What a match of a rule leads to, looked up once.
    private final class RuleNote {
        let header: RuleHeader
        /// The rule's number among those that correlations take; -1 is none.
        let base: Int
        /// The fields that correlations need of its events.
        let needs: [String]
        let isSilent: Bool

        init(_ header: RuleHeader, _ plan: CorrelationPlan) {
            self.header = header
            base = plan.bases[header.id] ?? -1
            needs = base >= 0 ? plan.needs[base] : []
            isSilent = plan.silent.contains(header.id)
        }
    }

    /// `nil` if the rule has been taken away.
    private func note(_ rule: Int) -> RuleNote? {
        if rule < notes.count, let known = notes[rule] { return known }
        guard let found = matcher.rule(rule) else { return nil }
        while notes.count <= rule { notes.append(nil) }
        let made = RuleNote(found.header, plan)
        notes[rule] = made
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
        if let state = way.state {
            var isTold = false
            for number in matched {
                guard let note = note(state.route.rules[number]) else { continue }
                if note.base >= 0 { signal(note, way, state, time, id, line) }
                isTold = isTold || !note.isSilent
            }
            // Most events of a correlation lead to nothing more.
            if !isTold, !wantsAccesses, !isPosture, !options.converts { return }
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
        for number in matched {
            guard let note = note(state.route.rules[number]), !note.isSilent else { continue }
            result.findings.append(
                Finding(
                    kind: .detection, rule: note.header, event: reference, time: time, group: [],
                    matched: state.evidence(number, event), roles: roles,
                    json: options.keepsEvents ? event.json() : nil, message: nil))
        }
    }

    private func signal(_ note: RuleNote, _ way: Way, _ state: RouteState, _ time: Int64?, _ id: String?, _ line: Int) {
        result.signals.begin(base: note.base, time: time, line: line)
        for field in note.needs { result.signals.add(state.route.evaluator.first(field, event)) }
        if var id {
            id.withUTF8 { result.signals.end(id: $0) }
        } else {
            result.signals.end(id: roleValue(way.profile, .id)?.bytes)
        }
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
            lastWay = nil
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
        roleValue(profile, role)?.string
    }

    private func roleValue(_ profile: SourceProfile?, _ role: SourceProfile.Role) -> FieldValue? {
        for path in profile?.roles[role] ?? [] {
            if let value = event.first(path), value.count > 0 { return value }
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
