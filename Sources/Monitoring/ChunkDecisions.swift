// Rules over several chunks in order: each chunk by itself, and the alarm that neither one bad chunk raises nor one good
// chunk ends.
import Statistics

/// Judges results that have chunks.
enum ChunkDecisions {
    /// One decision per chunk that has the measure and, with a hysteresis, the alarm after the last of them.
    ///
    /// A chunk that cannot be judged is no breach, and does not count among the chunks of the alarm. p-values are adjusted
    /// over the chunks.
    static func decide(
        _ rule: DecisionRule, _ result: ReportObject, _ hysteresis: Hysteresis?, subject: String = "",
        probability: ([String], ReportObject) -> Double? = Decisions.probability
    ) -> [Decision] {
        guard let (chunks, path) = chunks(rule.path, result) else { return [] }
        let found = chunks.enumerated().compactMap { index, chunk in
            Decisions.look(path, chunk).map { (subject: subject + name(chunk, index), chunk: chunk, value: $0) }
        }
        let raw = found.map { probability(path, $0.chunk) }
        let adjusted = adjusted(raw)
        return judged(
            rule,
            found.indices.map {
                (found[$0].subject, found[$0].value, adjusted[$0], Decisions.rows(path, found[$0].chunk))
            },
            hysteresis, subject)
    }

    private static func adjusted(_ raw: [Double?]) -> [Double?] {
        let adjusted = MultipleTesting.benjaminiHochberg(raw.map { $0 ?? 1 })
        return raw.indices.map { i in raw[i].map { _ in adjusted[i] } }
    }

    private static func judged(
        _ rule: DecisionRule,
        _ found: [(subject: String, value: (value: Double?, reason: String?), adjusted: Double?, rows: Int?)],
        _ hysteresis: Hysteresis?, _ subject: String
    ) -> [Decision] {
        guard !found.isEmpty else { return [] }
        var out = found.map { one -> Decision in
            var decision = Decisions.judge(rule, one.subject, one.value, one.adjusted, rows: one.rows)
            decision.isDeciding = hysteresis == nil
            return decision
        }
        if let hysteresis { out.append(alarm(rule, out, hysteresis, subject)) }
        return out
    }

    // MARK: Drift

    /// The members of a chunk's column, by the names of the measures of whole columns.
    private static let driftKeys = [
        "psi": "psi", "psi_q10": "psi", "psi_cat": "psi", "js_distance_q10_base2": "js_distance_base2",
        "js_distance_base2": "js_distance_base2", "null_rate": "null_rate",
        "log_e_value": "log_e_value",
    ]

    /// Every column chunk by chunk. p-values, of the chi-square test of a chunk's bins against those of the reference, are
    /// adjusted over all chunks and columns.
    ///
    /// A rule that was given has a decision per column and chunk; of a default rule only the chunk of a column that is
    /// furthest off is told.
    static func drift(_ rule: DecisionRule, _ result: ReportObject, _ hysteresis: Hysteresis?) -> [Decision] {
        guard case .array(let values)? = result["chunks"] else { return [] }
        let chunks = values.compactMap(\.object)
        let names = chunks.first?["columns"]?.object?.keys ?? []
        // The names that a rule may use for columns of this kind.
        let columns = names.compactMap { name -> (name: String, key: String)? in
            guard let path = Decisions.pathFor(name, rule.path) else { return nil }
            let isNumeric = result["numeric"]?[name] != nil
            let rest = path.count > 1 && path[1] == "value" ? 1 : path.count
            guard rest == 1, let first = path.first, let key = driftKeys[first] else { return nil }
            if isNumeric, first == "psi_cat" || first == "js_distance_base2" { return nil }
            if !isNumeric, first == "psi_q10" || first == "js_distance_q10_base2" { return nil }
            return (name, key)
        }
        guard !columns.isEmpty else { return [] }
        let cells = columns.map { column in chunks.map { $0["columns"]?[column.name]?.object ?? ReportObject() } }
        let raw = zip(columns, cells).flatMap { column, cells in
            cells.map { ["null_rate", "log_e_value"].contains(column.key) ? nil : $0["chi2_pvalue"]?.number }
        }
        let adjusted = adjusted(raw)
        var out: [Decision] = []
        for (place, column) in columns.enumerated() {
            let found = chunks.indices.compactMap { i in
                Decisions.look([column.key], cells[place][i]).map { value in
                    (
                        subject: "\(column.name), \(name(chunks[i], i))", value: value,
                        adjusted: adjusted[place * chunks.count + i],
                        rows: ["null_rate", "log_e_value"].contains(column.key)
                            ? chunks[i]["rows"]?.number.map { Int($0) } : cells[place][i]["n"]?.number.map { Int($0) }
                    )
                }
            }
            let decisions = judged(rule, found, hysteresis, "\(column.name), ")
            if rule.isGiven { out += decisions } else { out += summarised(rule, decisions, hysteresis) }
        }
        return out
    }

    /// The furthest of a column's chunks, and its alarm.
    private static func summarised(
        _ rule: DecisionRule, _ decisions: [Decision], _ hysteresis: Hysteresis?
    ) -> [Decision] {
        let alarms = hysteresis == nil ? [] : decisions.suffix(1)
        let single = decisions.dropLast(alarms.count)
        let isUp = rule.comparison == .above || rule.comparison == .atLeast
        func isFurther(_ a: Decision, _ b: Decision) -> Bool {
            let first = (a.outcome == .breached ? 1 : 0, a.value.map { isUp ? $0 : -$0 } ?? -.infinity)
            let second = (b.outcome == .breached ? 1 : 0, b.value.map { isUp ? $0 : -$0 } ?? -.infinity)
            return first < second
        }
        return [single.filter { $0.outcome != .notEvaluable }.max(by: isFurther) ?? single.first].compactMap { $0 }
            + alarms
    }

    // MARK: Fairness

    /// Every attribute chunk by chunk, over the groups that are large enough in that chunk.
    static func fairness(_ rule: DecisionRule, _ result: ReportObject, _ hysteresis: Hysteresis?) -> [Decision] {
        attributes(rule, result).flatMap { name, object, path -> [Decision] in
            decide(DecisionRule(rule, path: path), object, hysteresis, subject: "\(name), ") { _, chunk in
                Decisions.isSelection(path[0]) ? chunk["chi2_selection"]?["pvalue"]?.number : nil
            }
        }
    }

    /// The attributes with chunks that a rule is about, and its path within each.
    static func attributes(
        _ rule: DecisionRule, _ result: ReportObject
    ) -> [(name: String, object: ReportObject, path: [String])] {
        result.members.compactMap { attribute in
            guard let object = attribute.value.object, object["chunks"] != nil else { return nil }
            var path = rule.path
            if path.first == attribute.key {
                path.removeFirst()
            } else if path.last == attribute.key {
                path.removeLast()
            }
            return path.count == 1 ? (attribute.key, object, path) : nil
        }
    }

    private static func alarm(
        _ rule: DecisionRule, _ decisions: [Decision], _ hysteresis: Hysteresis, _ subject: String
    ) -> Decision {
        var hysteresis = hysteresis
        let judged = decisions.filter { $0.outcome != .notEvaluable }
        let raised = judged.filter { hysteresis.update(isBreached: $0.outcome == .breached) }
        let subject = subject + "alarm, \(hysteresis.needed) of \(hysteresis.window)"
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

    static func name(_ chunk: ReportObject, _ index: Int) -> String {
        if let first = chunk["first_row"]?.number { return "chunk \(index) from row \(Int(first))" }
        if case .string(let label)? = chunk["label"] { return "chunk \(label)" }
        return "chunk \(index)"
    }
}
