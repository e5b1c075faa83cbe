// Rates over chunks with intervals and decisions that hold at every look: who looks after each chunk, and stops when it suits
// them, is misled with the stated probability only.
import Foundation
import Statistics

/// Anytime-valid monitoring of the chunks of a result.
enum Anytime {
    /// The rates that are followed: how many rows of a chunk count, and of how many.
    private static let rates: [(name: String, of: @Sendable (ReportObject) -> (Int, Int)?)] = [
        ("accuracy", { counts($0, "accuracy", $0["n"]?.number) }),
        (
            "error_rate",
            { chunk in counts(chunk, "accuracy", chunk["n"]?.number).map { ($0.1 - $0.0, $0.1) } }
        ),
        ("selection_rate", { counts($0, "selection_rate", $0["n"]?.number) }),
        ("base_rate", { counts($0, "base_rate", $0["n"]?.number) }),
        ("precision", { counts($0, "precision", times($0, "selection_rate")) }),
        ("recall", { counts($0, "recall", times($0, "base_rate")) }),
        (
            "specificity",
            { chunk in
                counts(
                    chunk, "specificity", times(chunk, "base_rate").flatMap { p in chunk["n"]?.number.map { $0 - p } })
            }
        ),
    ]

    /// Names of rates that rules may be about.
    static let names = rates.map(\.name)

    private static func times(_ chunk: ReportObject, _ key: String) -> Double? {
        chunk[key]?.number.flatMap { rate in chunk["n"]?.number.map { (rate * $0).rounded() } }
    }

    /// Rates are quotients of counts, which come back by rounding. A rate that is undefined has no rows.
    private static func counts(_ chunk: ReportObject, _ key: String, _ of: Double?) -> (Int, Int)? {
        guard chunk[key] != nil else { return nil }
        guard let rate = chunk[key]?.number, let of else { return (0, 0) }
        return (Int((rate * of).rounded()), Int(of))
    }

    /// A result whose chunks have the intervals that hold at every look, under `anytime`.
    ///
    /// - Throws: `MeasureError` for a measure or a result without rates over chunks.
    static func added(to result: ReportObject, measure: String, alpha: Double) throws(MeasureError) -> ReportObject {
        var out = result
        if measure == "fairness" {
            for member in result.members {
                guard let attribute = member.value.object else { continue }
                out[member.key] = .object(try groups(attribute, alpha))
            }
            return out
        }
        guard measure == "performance", case .array(let values)? = result["chunks"] else {
            throw MeasureError("rates over chunks are needed, of performance or fairness")
        }
        let chunks = values.compactMap(\.object)
        let used = rates.filter { rate in chunks.contains { rate.of($0) != nil } }
        guard !used.isEmpty else { throw MeasureError("the chunks have no rates: a regression has none") }
        var sequences = used.map { _ in RateConfidenceSequence(alpha: alpha) }
        out["anytime"] = .object(ReportObject([("alpha", .number(alpha))]))
        out["chunks"] = .array(
            chunks.map { chunk in
                var chunk = chunk
                var own = ReportObject()
                for (place, rate) in used.enumerated() {
                    let (k, n) = rate.of(chunk) ?? (0, 0)
                    sequences[place].add(successes: k, of: n)
                    own[rate.name] = .object(object(sequences[place]))
                }
                chunk["anytime"] = .object(own)
                return .object(chunk)
            })
        return out
    }

    private static func object(_ sequence: RateConfidenceSequence) -> ReportObject {
        var out = ReportObject()
        let n = sequence.count
        out.set("value", n > 0 ? Double(sequence.successes) / Double(n) : nil, reason: "there are no rows so far")
        let changed = "no one rate fits all rows so far: it has changed"
        out.set("low", sequence.interval?.low, reason: changed)
        out.set("high", sequence.interval?.high, reason: changed)
        out["has_changed"] = .bool(sequence.interval == nil)
        out["n"] = .integer(n)
        return out
    }

    // MARK: Groups

    /// The selection rates of the groups of an attribute. The levels α / (g (g + 1)), by the order in which groups appear,
    /// add up to at most α, so that all intervals hold together.
    private static func groups(_ attribute: ReportObject, _ alpha: Double) throws(MeasureError) -> ReportObject {
        guard case .array(let values)? = attribute["chunks"] else {
            throw MeasureError("rates over chunks are needed, of performance or fairness")
        }
        let least = Int(attribute["evaluable"]?["minimum_size"]?.number ?? 1)
        var names: [String] = []
        var sequences: [String: RateConfidenceSequence] = [:]
        var out = attribute
        out["anytime"] = .object(ReportObject([("alpha", .number(alpha))]))
        out["chunks"] = .array(
            values.compactMap(\.object).map { chunk in
                for group in chunk["groups"]?.object?.members ?? [] {
                    let n = Int(group.value["n"]?.number ?? 0)
                    let k = Int(((group.value["selection_rate"]?.number ?? 0) * Double(n)).rounded())
                    if sequences[group.key] == nil {
                        names.append(group.key)
                        let g = Double(names.count)
                        sequences[group.key] = RateConfidenceSequence(alpha: alpha / (g * (g + 1)))
                    }
                    sequences[group.key]?.add(successes: k, of: n)
                }
                var chunk = chunk
                let known = names.compactMap { name in sequences[name].map { (name: name, sequence: $0) } }
                let counts = known.filter { $0.sequence.count >= least }.map {
                    ($0.sequence.successes, $0.sequence.count)
                }
                chunk.set(
                    "log_e_value", EqualRates.logEValue(counts),
                    reason: "fewer than two groups have \(least) rows so far")
                chunk["anytime"] = .object(between(known, least))
                return .object(chunk)
            })
        return out
    }

    /// How far the groups are apart at most and at least.
    private static func between(_ groups: [(name: String, sequence: RateConfidenceSequence)], _ least: Int)
        -> ReportObject
    {
        var out = ReportObject()
        let large = groups.filter { $0.sequence.count >= least }
        let intervals = large.compactMap(\.sequence.interval)
        let rates = large.map { Double($0.sequence.successes) / Double(max(1, $0.sequence.count)) }
        let changed = large.filter { $0.sequence.interval == nil }.map(\.name)
        let reason =
            changed.isEmpty
            ? "fewer than two groups have \(least) rows so far"
            : "no one rate fits all rows so far of \(changed.joined(separator: ", ")): it has changed"
        let isKnown = large.count > 1 && changed.isEmpty
        let (lows, highs) = (intervals.map(\.low), intervals.map(\.high))
        let (lowMax, lowMin) = (lows.max() ?? 0, lows.min() ?? 0)
        let (highMax, highMin) = (highs.max() ?? 1, highs.min() ?? 1)
        let (most, fewest) = (rates.max() ?? 0, rates.min() ?? 0)
        let ends: [(String, Double?, Double, Double)] = [
            ("selection_rate_difference", most - fewest, max(0, lowMax - highMin), highMax - lowMin),
            (
                "disparate_impact_min_over_max", most > 0 ? fewest / most : nil, highMax > 0 ? lowMin / highMax : 0,
                lowMax > 0 ? min(1, highMin / lowMax) : 1
            ),
        ]
        for (name, value, low, high) in ends {
            var object = ReportObject()
            object.set("value", large.count > 1 ? value : nil, reason: large.count > 1 ? "nobody was selected" : reason)
            object.set("low", isKnown ? low : nil, reason: reason)
            object.set("high", isKnown ? high : nil, reason: reason)
            object["n"] = .integer(large.reduce(0) { $0 + $1.sequence.count })
            out[name] = .object(object)
        }
        var each = ReportObject()
        for group in groups { each[group.name] = .object(object(group.sequence)) }
        out["groups"] = .object(each)
        return out
    }

    // MARK: Decisions

    /// Decisions of a rule on a result that is followed: what holds at every look is told, too, and alone decides.
    ///
    /// - Throws: `MeasureError` for a rule that was given and is about no rate, as its decisions would not hold.
    static func judged(
        _ found: [Decision], _ rule: DecisionRule, measure: String, result: ReportObject
    ) throws(MeasureError) -> [Decision] {
        let isFairness = measure == "fairness"
        let isFollowed =
            isFairness
            ? result.members.contains { $0.value["anytime"]?["alpha"] != nil } : result["anytime"]?["alpha"] != nil
        guard isFollowed else { return found }
        let own =
            isFairness
            ? ChunkDecisions.attributes(rule, result).compactMap { name, object, path in
                decide(rule, path: path, object, subject: "\(name), ")
            } : [decide(rule, path: rule.path, result, subject: "")].compactMap { $0 }
        guard !own.isEmpty else {
            // Intervals and evidence hold at every look themselves.
            guard found.isEmpty || !rule.isGiven || rule.path.contains("anytime") || rule.path.contains("log_e_value")
            else {
                let named = isFairness ? "disparate_impact, selection_rate_difference" : names.joined(separator: ", ")
                throw MeasureError(
                    "the rule \"\(rule.text)\" cannot be judged at every look: with an anytime level rules are about "
                        + "\(named)")
            }
            return found
        }
        var out = found
        for i in out.indices { out[i].isDeciding = false }
        return out + own
    }

    private static let aliases = [
        "disparate_impact": "disparate_impact_min_over_max",
        "demographic_parity_ratio": "disparate_impact_min_over_max",
        "demographic_parity_difference": "selection_rate_difference",
    ]

    /// What a rule says of all chunks together, so that it holds at every look; nil for a rule about anything but rates, or
    /// a result that is not followed.
    ///
    /// - Parameter path: within the object that has the chunks.
    static func decide(
        _ rule: DecisionRule, path: [String], _ object: ReportObject, subject: String
    ) -> Decision? {
        guard let alpha = object["anytime"]?["alpha"]?.number, case .array(let values)? = object["chunks"],
            path.count == 1,
            let first = path.first
        else { return nil }
        let chunks = values.compactMap(\.object)
        let subject = subject + "every look, alpha \(TextReport.short(alpha))"
        let isBelow = rule.comparison == .below || rule.comparison == .atMost
        func decision(_ value: Double?, _ outcome: Decision.Outcome, _ reason: String) -> Decision {
            Decision(rule: rule, subject: subject, value: value, outcome: outcome, adjustedP: nil, reason: reason)
        }
        let name = aliases[first] ?? first
        if let rate = rates.first(where: { $0.name == name }), chunks.contains(where: { rate.of($0) != nil }) {
            guard rule.threshold > 0, rule.threshold < 1 else {
                return decision(nil, .notEvaluable, "evidence about a rate needs a threshold within 0 and 1")
            }
            var evidence = RateEvidence(threshold: rule.threshold, isBelow: isBelow)
            var reached: String?
            var most = 0.0
            var (hits, rows) = (0, 0)
            for (place, chunk) in chunks.enumerated() {
                let (k, n) = rate.of(chunk) ?? (0, 0)
                evidence.add(successes: k, of: n)
                (hits, rows) = (hits + k, rows + n)
                most = max(most, evidence.logValue)
                if reached == nil, evidence.isRejected(alpha: alpha) { reached = ChunkDecisions.name(chunk, place) }
            }
            let value = rows > 0 ? Double(hits) / Double(rows) : nil
            let told = "evidence up to \(TextReport.short(exp(min(most, 700))))"
            guard let reached else {
                return decision(
                    value, rows > 0 ? .within : .notEvaluable, "\(told), \(TextReport.short(1 / alpha)) is needed")
            }
            return decision(value, .breached, "\(told), \(TextReport.short(1 / alpha)) reached with \(reached)")
        }
        guard chunks.contains(where: { $0["anytime"]?[name]?["n"] != nil }) else { return nil }
        // The intervals hold together: one that is beyond the threshold as a whole decides.
        for (place, chunk) in chunks.enumerated() {
            let own = chunk["anytime"]?[name]
            guard let low = own?["low"]?.number, let high = own?["high"]?.number else { continue }
            let isBeyond = rule.comparison.holds(low, rule.threshold) && rule.comparison.holds(high, rule.threshold)
            guard isBeyond else { continue }
            let ends = "\(TextReport.short(low)) to \(TextReport.short(high))"
            return decision(own?["value"]?.number, .breached, "\(ends) with \(ChunkDecisions.name(chunk, place))")
        }
        let last = chunks.last?["anytime"]?[name]
        guard let low = last?["low"]?.number, let high = last?["high"]?.number else {
            var reason = "there is no interval"
            if case .string(let text)? = last?["low_reason"] { reason = text }
            return decision(last?["value"]?.number, .notEvaluable, reason)
        }
        return decision(
            last?["value"]?.number, .within,
            "\(TextReport.short(low)) to \(TextReport.short(high)) after the last chunk")
    }
}
