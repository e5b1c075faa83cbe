// Rules over several chunks in order: each chunk by itself, and the alarm that neither one bad chunk raises nor one good
// chunk ends.
import Statistics

/// Judges results that have chunks.
enum ChunkDecisions {
    /// One decision per chunk that has the measure and, with a hysteresis, the alarm after the last of them.
    ///
    /// A chunk that cannot be judged is no breach, and does not count among the chunks of the alarm. p-values are adjusted
    /// over the chunks.
    static func decide(_ rule: DecisionRule, _ result: ReportObject, _ hysteresis: Hysteresis?) -> [Decision] {
        guard let (chunks, path) = chunks(rule.path, result) else { return [] }
        let found = chunks.enumerated().compactMap { index, chunk in
            Decisions.look(path, chunk).map { (subject: name(chunk, index), chunk: chunk, value: $0) }
        }
        guard !found.isEmpty else { return [] }
        let raw = found.map { Decisions.probability(path, $0.chunk) }
        let adjusted = MultipleTesting.benjaminiHochberg(raw.map { $0 ?? 1 })
        var out = found.indices.map { i -> Decision in
            var decision = Decisions.judge(
                rule, found[i].subject, found[i].value, raw[i].map { _ in adjusted[i] },
                rows: Decisions.rows(path, found[i].chunk))
            decision.isDeciding = hysteresis == nil
            return decision
        }
        if let hysteresis { out.append(alarm(rule, out, hysteresis)) }
        return out
    }

    private static func alarm(_ rule: DecisionRule, _ decisions: [Decision], _ hysteresis: Hysteresis) -> Decision {
        var hysteresis = hysteresis
        let judged = decisions.filter { $0.outcome != .notEvaluable }
        let raised = judged.filter { hysteresis.update(isBreached: $0.outcome == .breached) }
        let subject = "alarm, \(hysteresis.needed) of \(hysteresis.window)"
        let last = judged.suffix(hysteresis.window)
        guard judged.count >= hysteresis.needed else {
            return Decision(
                rule: rule, subject: subject, value: nil, outcome: .notEvaluable, adjustedP: nil,
                reason: "\(judged.count) chunks can be judged, at least \(hysteresis.needed) are needed")
        }
        let history =
            raised.isEmpty
            ? "never raised" : "on after \(raised.map(\.subject).joined(separator: ", "))"
        return Decision(
            rule: rule, subject: subject, value: Double(last.count { $0.outcome == .breached }),
            outcome: hysteresis.isRaised ? .breached : .within, adjustedP: nil,
            reason: "\(last.count { $0.outcome == .breached }) of the last \(last.count) chunks breached; \(history)")
    }

    /// The chunks that a path leads into, and the path within each of them.
    private static func chunks(_ path: [String], _ result: ReportObject) -> ([ReportObject], [String])? {
        var path = path
        var object = result
        while true {
            // What has chunks itself goes before what is beside its chunks.
            if let first = path.first, let next = object[first]?.object,
                next["chunks"] != nil || object["chunks"] == nil || first == "multivariate"
            {
                object = next
                path.removeFirst()
                continue
            }
            guard case .array(let values)? = object["chunks"] else { return nil }
            let inner = path.first == "estimated" ? Array(path.dropFirst()) : path
            return inner.isEmpty ? nil : (values.compactMap(\.object), inner)
        }
    }

    private static func name(_ chunk: ReportObject, _ index: Int) -> String {
        if let first = chunk["first_row"]?.number { return "chunk \(index) from row \(Int(first))" }
        if case .string(let label)? = chunk["label"] { return "chunk \(label)" }
        return "chunk \(index)"
    }
}
