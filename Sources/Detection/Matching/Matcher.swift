// The rules of a run, and for each kind of event the compiled matcher that they make. Rules come and go while it runs:
// only what they are part of is compiled again, when the next such event comes.
import Foundation

/// Rules, ready to be held against events. Safe to share: workers only ask for routes.
public final class Matcher: @unchecked Sendable {
    // Unchecked: the lock guards everything that changes.
    private let lock = NSLock()
    private var rules: [SigmaRule?]
    private var numbers: [String: Int] = [:]
    private var routes: [RouteKey: Route] = [:]
    private var versionNow = 0
    private let profiles: [SourceProfile]
    private let overrides: [String: [String]]
    private let recogniser: Route?
    /// For each rule of the recogniser its profile, and the number of the log source; -1 is the profile itself.
    private let recognised: [(profile: Int, source: Int)]
    static let routesMax = 2_000

    struct RouteKey: Hashable {
        let labels: [LogSource]
        let profile: Int
    }

    /// - Parameter mapping: for a field of rules the paths in events, whatever the profile says.
    public init(rules: [SigmaRule], profiles: [SourceProfile] = [], mapping: [String: [String]] = [:]) {
        self.rules = rules
        self.profiles = profiles
        overrides = mapping
        for (index, rule) in rules.enumerated() { numbers[rule.header.id] = index }
        var detections: [Detection] = []
        var recognised: [(profile: Int, source: Int)] = []
        for (index, profile) in profiles.enumerated() {
            detections.append(profile.recognise)
            recognised.append((index, -1))
            for (number, source) in profile.logSources.enumerated() {
                guard let when = source.when else { continue }
                detections.append(when)
                recognised.append((index, number))
            }
        }
        self.recognised = recognised
        recogniser =
            detections.isEmpty
            ? nil : Route(rules: Array(detections.indices), detections: detections, evaluator: Evaluator())
    }

    /// Changes whenever a rule comes or goes.
    var version: Int { lock.withLock { versionNow } }

    /// Adds a rule, or puts it in the place of the one with its id.
    public func add(_ rule: SigmaRule) {
        lock.withLock {
            if let number = numbers[rule.header.id] {
                forget(rules[number])
                rules[number] = rule
            } else {
                numbers[rule.header.id] = rules.count
                rules.append(rule)
            }
            forget(rule)
        }
    }

    /// Takes a rule away.
    public func remove(id: String) {
        lock.withLock {
            guard let number = numbers.removeValue(forKey: id) else { return }
            forget(rules[number])
            rules[number] = nil
        }
    }

    /// Takes these rules in place of all others. What is compiled of rules that stay as they are is kept.
    func replace(with rules: [SigmaRule]) {
        let wanted = Dictionary(rules.map { ($0.header.id, $0) }) { $1 }
        let gone = lock.withLock { numbers.keys.filter { wanted[$0] == nil } }
        for id in gone { remove(id: id) }
        for rule in rules {
            let known = lock.withLock { numbers[rule.header.id].flatMap { self.rules[$0] } }
            if known != rule { add(rule) }
        }
    }

    private func forget(_ rule: SigmaRule?) {
        guard let rule else { return }
        versionNow += 1
        routes = routes.filter { key, _ in !key.labels.contains { $0.satisfies(rule.logSource) } }
    }

    func rule(_ number: Int) -> SigmaRule? { lock.withLock { rules[number] } }

    func profile(_ number: Int) -> SourceProfile? { profiles.indices.contains(number) ? profiles[number] : nil }

    func profileNumber(_ name: String) -> Int? { profiles.firstIndex { $0.name == name } }

    var recogniserRoute: Route? { recogniser }

    /// How a rule's fields are found in events of a profile.
    func evaluator(profile: Int) -> Evaluator {
        var mapping = overrides
        guard let profile = self.profile(profile) else { return Evaluator(mapping: mapping) }
        for (field, paths) in profile.mapping where mapping[field] == nil { mapping[field] = paths }
        return Evaluator(mapping: mapping, prefixes: profile.prefixes)
    }

    /// The profile of an event by what the recogniser found, and its log sources.
    func profile(of matched: [Int], fixed: Int) -> (profile: Int, labels: [LogSource]) {
        var found = fixed
        if found < 0 { found = matched.lazy.map { self.recognised[$0] }.first { $0.source < 0 }?.profile ?? -1 }
        guard found >= 0 else { return (-1, []) }
        var labels: [LogSource] = []
        for (number, source) in profiles[found].logSources.enumerated() {
            if source.when == nil
                || matched.contains(where: { recognised[$0].profile == found && recognised[$0].source == number })
            {
                labels.append(source.source)
            }
        }
        return (found, labels)
    }

    /// The compiled rules for events with these labels.
    func route(_ labels: [LogSource], profile: Int) -> Route {
        lock.withLock {
            let key = RouteKey(labels: labels, profile: profile)
            if let found = routes[key] { return found }
            var numbers: [Int] = []
            var detections: [Detection] = []
            for (number, rule) in rules.enumerated() {
                guard let rule, labels.contains(where: { $0.satisfies(rule.logSource) }) else { continue }
                numbers.append(number)
                detections.append(rule.detection)
            }
            // Labels of hostile events must not fill the memory.
            if routes.count >= Self.routesMax { routes.removeAll() }
            // Labels that lead to the same rules share one matcher.
            let same = routes.first { $0.key.profile == profile && $0.value.rules == numbers }?.value
            let made =
                same ?? Route(rules: numbers, detections: detections, evaluator: evaluator(profile: profile))
            routes[key] = made
            return made
        }
    }
}
