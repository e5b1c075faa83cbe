// How much each actor takes from each object, hour by hour, and an alarm when it is far more than before.
//
// The hours before, by their median and median absolute deviation (which one attack cannot move), bound the usual rate.
// The alarm is a Shiryaev-Roberts e-detector: while the rate stays within the bound, the expected number of hours to a
// false alarm is at least the threshold, however often one looks. Sources: A. N. Shiryaev, “On optimum methods in
// quickest detection problems” (1963); J. Shin, A. Ramdas, A. Rinaldo, “E-detectors: a nonparametric framework for
// sequential change detection” (2024).
import Foundation

/// Counts accesses by actor and object in hours of event time.
struct VolumeWatch {
    /// Hours of baseline before the first judgement, and how many are kept.
    static let hoursMin = 6
    static let hoursMax = 168
    /// The mean number of hours between false alarms is at least this.
    static let threshold = 10_000.0
    static let pairsMax = 50_000

    private struct Pair {
        var hour: Int64
        var count = 0
        var history: [Int] = []
        var statistic = 0.0
        var event: EventReference
    }

    private var pairs: [String: Pair] = [:]
    /// Pairs that found no place.
    private(set) var givenUp = 0

    static let rule = RuleHeader(
        id: "concord-volume", name: nil, title: "Far more access than before", level: .medium, status: "stable",
        author: "Concord",
        description: "An actor did far more to an object within an hour than in the hours before.",
        tags: ["attack.exfiltration", "iso27001.a.8.12", "iso27001.a.8.16"], references: [],
        falsePositives: ["A new use of the data that was agreed"], fields: [], license: nil,
        source: SourceLocation(file: "volume", line: 1), controls: ["iso27001:A.8.12", "iso27001:A.8.16"])

    /// Takes an event in; a finding for each hour that ends with an alarm.
    mutating func take(_ access: Access) -> Finding? {
        guard let actor = access.roles.actor, let object = access.roles.object, let time = access.time else {
            return nil
        }
        let key = actor + "\u{0}" + object
        let hour = time / 3_600_000
        guard var pair = pairs[key] else {
            guard pairs.count < Self.pairsMax else {
                givenUp += 1
                return nil
            }
            pairs[key] = Pair(hour: hour, count: 1, event: access.event)
            return nil
        }
        var found: Finding?
        if hour > pair.hour {
            found = close(&pair, actor, object)
            // Hours without an access are hours too.
            for _ in 0..<min(Int64(Self.hoursMax), hour - pair.hour - 1) {
                pair.count = 0
                _ = close(&pair, actor, object)
            }
            pair.hour = hour
            pair.count = 0
        }
        pair.count += 1
        pair.event = access.event
        pairs[key] = pair
        return found
    }

    /// The hours that are still open end.
    mutating func finish() -> [Finding] {
        var found: [Finding] = []
        for key in pairs.keys.sorted() {
            guard var pair = pairs[key] else { continue }
            let names = key.split(separator: "\u{0}", omittingEmptySubsequences: false).map(String.init)
            if let finding = close(&pair, names.first ?? "", names.last ?? "") { found.append(finding) }
            pairs[key] = pair
        }
        return found
    }

    private func close(_ pair: inout Pair, _ actor: String, _ object: String) -> Finding? {
        defer {
            pair.history.append(pair.count)
            if pair.history.count > Self.hoursMax { pair.history.removeFirst() }
        }
        guard pair.history.count >= Self.hoursMin else { return nil }
        let usual = Self.usualRate(pair.history)
        // A bet on twice the usual rate: its mean is at most one while counts are Poisson with a rate up to the usual.
        let likelihood = exp(log(2) * Double(pair.count) - usual)
        pair.statistic = min(1e300, (1 + pair.statistic) * likelihood)
        guard pair.statistic >= Self.threshold else { return nil }
        pair.statistic = 0
        var roles = EventRoles()
        roles.actor = actor
        roles.object = object
        return Finding(
            kind: .anomaly, rule: Self.rule, event: pair.event, time: pair.hour * 3_600_000,
            group: [("actor", actor), ("object", object)], matched: [], roles: roles, json: nil,
            message: "\(actor) accessed \(object) \(pair.count) times within an hour, "
                + "where up to \(Int(usual.rounded(.up))) are usual")
    }

    /// Three robust standard deviations above the median; at least one an hour.
    static func usualRate(_ history: [Int]) -> Double {
        func median(_ values: [Double]) -> Double {
            let sorted = values.sorted()
            let middle = sorted.count / 2
            return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        }
        let values = history.map(Double.init)
        let center = median(values)
        let spread = 1.4826 * median(values.map { abs($0 - center) })
        return max(1, center + 3 * max(spread, center.squareRoot() / 3))
    }
}
