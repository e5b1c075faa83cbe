// Thresholds and what they say: within, breached, or not evaluable with the reason.
import Foundation
public import Statistics

/// A rule `measure[.column or group] operator number`, such as `psi_q10>0.25` or `sex.disparate_impact<0.8`: what it
/// names is a breach.
public struct DecisionRule: Hashable, Sendable {
    /// How a value is compared.
    public enum Comparison: String, Sendable, CaseIterable {
        /// At most.
        case atMost = "<="
        /// At least.
        case atLeast = ">="
        /// Less.
        case below = "<"
        /// More.
        case above = ">"

        func holds(_ value: Double, _ threshold: Double) -> Bool {
            switch self {
            case .below: value < threshold
            case .above: value > threshold
            case .atMost: value <= threshold
            case .atLeast: value >= threshold
            }
        }
    }

    /// The rule as written.
    public let text: String
    /// Column, attribute, group or measure names, in the order written.
    public let path: [String]
    /// The comparison that means a breach.
    public let comparison: Comparison
    /// The threshold.
    public let threshold: Double
    /// The rule was given by the user: it decides the exit status, and by the value alone.
    public let isGiven: Bool
    /// Where the threshold comes from; empty for one given by the user.
    public let source: String

    /// Parses a rule.
    ///
    /// - Throws: `MeasureError` when it is not one.
    public init(_ text: String, isGiven: Bool = true, source: String = "") throws(MeasureError) {
        let trimmed = text.trimmingCharacters(in: .whitespaces)
        guard
            let found = Comparison.allCases.compactMap({ comparison in
                trimmed.range(of: comparison.rawValue).map { (comparison, $0) }
            }).min(by: { ($0.1.lowerBound, $1.0.rawValue.count) < ($1.1.lowerBound, $0.0.rawValue.count) }),
            let threshold = Double(trimmed[found.1.upperBound...].trimmingCharacters(in: .whitespaces)),
            threshold.isFinite
        else {
            throw MeasureError("\"\(text)\" is not a rule: measure[.column or group] (<|>|<=|>=) number")
        }
        let name = trimmed[..<found.1.lowerBound].trimmingCharacters(in: .whitespaces)
        guard !name.isEmpty else { throw MeasureError("\"\(text)\" names no measure") }
        self.text = trimmed
        path = name.split(separator: ".").map(String.init)
        comparison = found.0
        self.threshold = threshold
        self.isGiven = isGiven
        self.source = source
    }

    /// A rule of this system's own, whose path may hold names of columns with any characters.
    init(path: [String], comparison: Comparison, threshold: Double, source: String) {
        text = path.joined(separator: ".") + comparison.rawValue + TextReport.short(threshold)
        self.path = path
        self.comparison = comparison
        self.threshold = threshold
        isGiven = false
        self.source = source
    }

    /// The same rule about what a path leads to within one subject.
    init(_ rule: DecisionRule, path: [String]) {
        text = rule.text
        self.path = path
        comparison = rule.comparison
        threshold = rule.threshold
        isGiven = rule.isGiven
        source = rule.source
    }

    /// Parses rules with commas between them.
    public static func list(_ text: String) throws(MeasureError) -> [DecisionRule] {
        var rules: [DecisionRule] = []
        for part in text.split(separator: ",") { rules.append(try DecisionRule(String(part))) }
        return rules
    }
}

/// What a rule says of one subject.
public struct Decision: Hashable, Sendable {
    /// The outcomes.
    public enum Outcome: String, Sendable {
        /// Not a breach.
        case within
        /// A breach.
        case breached
        /// There is no value to judge, or not enough behind it.
        case notEvaluable = "not_evaluable"
    }

    /// The rule.
    public let rule: DecisionRule
    /// The column, attribute or group; `all` for the whole table.
    public let subject: String
    /// The value, if there is one.
    public let value: Double?
    /// The outcome.
    public let outcome: Outcome
    /// The p-value over all columns, by Benjamini & Hochberg, where one belongs to the value.
    public let adjustedP: Double?
    /// Why it is not evaluable, or why a value over the threshold is no breach.
    public let reason: String?
    /// A breach of a rule given by the user ends with the status of a breach. What is judged chunk by chunk does not when
    /// an alarm is raised over several chunks.
    public var isDeciding = true

    /// As a member of `decisions`.
    public var report: ReportValue {
        .object(
            ReportObject([
                ("rule", .string(rule.text)), ("subject", .string(subject)), ("threshold", .number(rule.threshold)),
                ("value", ReportValue(value)), ("outcome", .string(outcome.rawValue)),
                ("adjusted_p", ReportValue(adjustedP)), ("reason", reason.map { .string($0) } ?? .null),
                ("source", .string(rule.source)), ("given", .bool(rule.isGiven)), ("deciding", .bool(isDeciding)),
            ]))
    }
}

/// Applies rules to results.
public enum Decisions {
    /// The level at which an adjusted p-value counts as significant.
    public static let significance = 0.05

    /// Default rules of a measure, each with where it comes from.
    public static func defaults(_ measure: String) -> [DecisionRule] {
        let rules: [(String, String)] =
            switch measure {
            case "drift":
                [
                    ("psi_q10>0.25", "Siddiqi, Credit Risk Scorecards, 2006: 0.10 small, 0.25 large shift"),
                    ("psi_cat>0.25", "Siddiqi, Credit Risk Scorecards, 2006: 0.10 small, 0.25 large shift"),
                    ("ks.statistic>0.1", "common practice: a tenth of the mass has moved"),
                    ("chi2.cramers_v>0.1", "Cohen 1988: 0.1 is a small effect"),
                    ("null_test.difference>0.02", "two points of additional nulls, with a test of proportions"),
                    (
                        "multivariate.reconstruction.relative_change>0.1",
                        "common practice: rows are a tenth worse or better given back"
                    ),
                    ("multivariate.correlation.max_cohens_q>0.3", "Cohen 1988: a q of 0.3 is a medium difference"),
                ]
            case "performance": [("roc_auc<0.6", "Hosmer, Lemeshow & Sturdivant 2013: below 0.7 poor, 0.5 chance")]
            case "calibration":
                [("width10.ece>0.05", "common practice: five points of expected calibration error")]
            case "fairness":
                [
                    ("disparate_impact<0.8", "29 CFR § 1607.4(D), the four-fifths rule"),
                    ("equal_opportunity_difference>0.1", "common practice: ten points of TPR"),
                    ("equalized_odds_difference>0.1", "common practice: ten points of TPR or FPR"),
                ]
            case "estimate":
                [("estimated.mae_ratio>1.1", "common practice: errors a tenth larger than in the reference")]
            case "changes":
                [("adwin.alarms>0", "Bifet & Gavaldà 2007: rare without a change, by delta")]
            case "explain":
                [("attribution_drift.ndcg<0.9", "Amazon SageMaker Clarify: an alert below 0.90")]
            case "transparency":
                [
                    ("explained.share<0.95", "common practice; 12 CFR § 1002.9 wants reasons for every adverse action"),
                    ("delivered.share<0.95", "common practice; 12 CFR § 1002.9 wants reasons for every adverse action"),
                    ("informed.share<0.95", "common practice; Article 26(11) of Regulation (EU) 2024/1689 wants all"),
                    ("groups.explained_difference>0.05", "common practice: five points between groups"),
                    ("groups.delivered_difference>0.05", "common practice: five points between groups"),
                    ("groups.informed_difference>0.05", "common practice: five points between groups"),
                    ("stability.rank_correlation<0.8", "common practice: most reasons keep their order"),
                    ("model_card.completeness<1", "Mitchell and others 2019; ISO/IEC 42001, A.6.2.7"),
                    ("model_card.age_days>365", "a yearly review; ISO/IEC 42001, A.6.2.7"),
                    ("user_information.completeness<1", "ISO/IEC 42001, A.8.2"),
                    ("user_information.age_days>365", "a yearly review; ISO/IEC 42001, A.8.2"),
                ]
            default: []
            }
        return rules.map { text, source in
            do { return try DecisionRule(text, isGiven: false, source: source) } catch {
                preconditionFailure("the default rule \(text) is none: \(error)")
            }
        }
    }

    /// Names under which a value may be asked for besides its own.
    static let aliases = [
        "disparate_impact": "disparate_impact_min_over_max", "psi": "psi_q10", "auc": "roc_auc", "ece": "ece",
    ]

    /// Applies rules to the result of a measure.
    ///
    /// - Parameter hysteresis: what is judged in several chunks raises an alarm by this; nil for each chunk by itself.
    /// - Throws: `MeasureError` for a rule that names nothing in the result.
    public static func decide(
        _ rules: [DecisionRule], measure: String, result: ReportObject, hysteresis: Hysteresis? = nil
    ) throws(MeasureError) -> [Decision] {
        var out: [Decision] = []
        for rule in rules {
            let found = try Anytime.judged(
                decide(rule, measure, result, hysteresis), rule, measure: measure, result: result)
            let isKnown = measure == "drift" && rule.path.contains { numericNames.union(categoricalNames).contains($0) }
            if found.isEmpty, rule.isGiven, !isKnown || rule.path.count > 1 {
                throw MeasureError("the rule \"\(rule.text)\" names no measure or subject of this result")
            }
            out += found
        }
        return out
    }

    private static func decide(
        _ rule: DecisionRule, _ measure: String, _ result: ReportObject, _ hysteresis: Hysteresis?
    ) -> [Decision] {
        switch measure {
        case "drift" where rule.path.first != "multivariate":
            return whole(drift(rule, result), ChunkDecisions.drift(rule, result, hysteresis), hysteresis)
        case "fairness":
            return whole(fairness(rule, result), ChunkDecisions.fairness(rule, result, hysteresis), hysteresis)
        default:
            // The test beside every measure of calibration is that of the Brier score.
            let byChunk =
                measure == "calibration"
                ? ChunkDecisions.decide(rule, result, hysteresis) { $1["spiegelhalter"]?["pvalue"]?.number }
                : ChunkDecisions.decide(rule, result, hysteresis)
            var whole = single(rule, result)
            if whole.isEmpty, measure == "estimate", let estimated = result["estimated"]?.object {
                whole = single(rule, estimated)
            }
            return self.whole(whole, byChunk, hysteresis)
        }
    }

    /// Decisions on all rows and on chunks: where an alarm is raised over chunks, it alone decides.
    private static func whole(_ whole: [Decision], _ byChunk: [Decision], _ hysteresis: Hysteresis?) -> [Decision] {
        var whole = whole
        if hysteresis != nil, !byChunk.isEmpty { for i in whole.indices { whole[i].isDeciding = false } }
        return whole + byChunk
    }

    /// The value a path leads to: nil when there is no such name, a nil value when it is null.
    static func look(_ path: [String], _ object: ReportObject) -> (value: Double?, reason: String?)? {
        var path = path
        guard !path.isEmpty else { return nil }
        let name = path.removeFirst()
        let key = object[name] != nil ? name : aliases[name] ?? name
        guard let value = object[key] else { return nil }
        if let inner = value.object {
            return look(path.isEmpty ? [inner["value"] != nil ? "value" : "statistic"] : path, inner)
        }
        if value == .null {
            if case .string(let text)? = object[key + "_reason"] { return (nil, text) }
            return (nil, "the value is undefined")
        }
        guard path.isEmpty else { return nil }
        return value.number.map { ($0, nil) }
    }

    private static func single(_ rule: DecisionRule, _ result: ReportObject) -> [Decision] {
        guard let found = look(rule.path, result) else { return [] }
        return [judge(rule, "all", found, probability(rule.path, result), rows: rows(rule.path, result))]
    }

    private static let byColumn: Set = [
        "nulls", "null_rate", "unique_nonnull", "infinities", "mean", "minimum", "maximum", "pearson", "spearman",
    ]

    /// The rows behind the value that a path leads to.
    static func rows(_ path: [String], _ result: ReportObject) -> Int? {
        // Where members are columns, one of them may be named n.
        if let first = path.first, byColumn.contains(first) { return result["n"]?.number.map { Int($0) } }
        let inner = path.dropLast().reduce(result as ReportObject?) { $0?[$1]?.object }
        return (inner?["n"] ?? result["n"])?.number.map { Int($0) }
    }

    /// Judges a value that needs enough rows behind it.
    static func judge(
        _ rule: DecisionRule, _ subject: String, _ found: (value: Double?, reason: String?), _ adjusted: Double?,
        rows: Int?
    ) -> Decision {
        if let rows, rows < Drift.rowsMin {
            return Decision(
                rule: rule, subject: subject, value: found.value, outcome: .notEvaluable, adjustedP: nil,
                reason: "insufficient data: \(rows) rows, at least \(Drift.rowsMin) are needed")
        }
        return judge(rule, subject, found, adjusted)
    }

    /// The p-value beside the value that a path leads to, if there is one.
    static func probability(_ path: [String], _ object: ReportObject) -> Double? {
        let inner = path.reduce(object as ReportObject?) { $0?[$1]?.object }
        return inner?["value"] == nil ? nil : (inner?["fdr_bh"] ?? inner?["pvalue"])?.number
    }

    private static func judge(
        _ rule: DecisionRule, _ subject: String, _ found: (value: Double?, reason: String?), _ adjusted: Double?
    ) -> Decision {
        guard let value = found.value else {
            return Decision(
                rule: rule, subject: subject, value: nil, outcome: .notEvaluable, adjustedP: adjusted,
                reason: found.reason)
        }
        let isOver = rule.comparison.holds(value, rule.threshold)
        if isOver, !rule.isGiven, let adjusted, adjusted > significance {
            return Decision(
                rule: rule, subject: subject, value: value, outcome: .within, adjustedP: adjusted,
                reason: "the effect is over the threshold, but chance explains it")
        }
        return Decision(
            rule: rule, subject: subject, value: value, outcome: isOver ? .breached : .within, adjustedP: adjusted,
            reason: nil)
    }

    /// Every column that has the measure, or the one named.
    private static func drift(_ rule: DecisionRule, _ result: ReportObject) -> [Decision] {
        var adjusted: [String: [String: Double]] = ["numeric": [:], "categorical": [:]]
        let testing = result["multiple_testing_ks_chi2"]
        if case .array(let names)? = testing?["columns"], case .array(let values)? = testing?["fdr_bh"] {
            let numericCount = (result["numeric"]?.object?.members ?? []).count { $0.value["ks"] != nil }
            for (i, (name, value)) in zip(names, values).enumerated() {
                if case .string(let name) = name {
                    adjusted[i < numericCount ? "numeric" : "categorical"]?[name] = value.number
                }
            }
        }
        let nullPath = rule.path.contains("null_test")
        var nullP: [Double] = []
        if nullPath {
            for kind in ["numeric", "categorical"] {
                for member in result[kind]?.object?.members ?? [] {
                    nullP.append(member.value["null_test"]?["pvalue"]?.number ?? 1)
                }
            }
            nullP = MultipleTesting.benjaminiHochberg(nullP)
        }
        var out: [Decision] = []
        var position = 0
        for kind in ["numeric", "categorical"] {
            for member in result[kind]?.object?.members ?? [] {
                defer { position += 1 }
                guard let column = member.value.object, let path = pathFor(member.key, rule.path) else { continue }
                let known = kind == "numeric" ? numericNames : categoricalNames
                var found = look(path, column)
                if found == nil {
                    let name = aliases[path[0]] ?? path[0]
                    guard known.contains(name), case .string(let reason)? = column["reason"] else { continue }
                    found = (nil, reason)
                }
                guard let found else { continue }
                let n = Int(column["n_ref"]?.number ?? 0)
                let m = Int(column["n_cur"]?.number ?? 0)
                let p = nullPath ? nullP[position] : adjusted[kind]?[member.key]
                if !nullPath, min(n, m) < Drift.rowsMin {
                    out.append(
                        Decision(
                            rule: rule, subject: member.key, value: found.value, outcome: .notEvaluable, adjustedP: p,
                            reason: found.reason
                                ?? "insufficient data: \(min(n, m)) values, at least \(Drift.rowsMin) are needed"))
                } else {
                    out.append(judge(rule, member.key, found, p))
                }
            }
        }
        return out
    }

    private static let numericNames: Set<String> = [
        "psi_q10", "psi_w10", "js_distance_q10_base2", "hellinger_q10", "tvd_q10", "ks", "wasserstein",
        "wasserstein_norm", "energy_distance", "cramer_von_mises", "anderson_ksamp_midrank", "mann_whitney", "welch_t",
        "epps_singleton", "cohens_d_pooled", "range", "stats_ref", "stats_cur",
    ]
    private static let categoricalNames: Set<String> = [
        "psi_cat", "psi_cat_null", "chi2", "chi2_yates", "fisher_exact", "g_test", "js_distance_base2",
        "js_distance_nat", "hellinger", "tvd", "l_infinity",
    ]

    /// The path within a subject: the subject may be named first, last, or after the measure, or not at all.
    static func pathFor(_ subject: String, _ path: [String]) -> [String]? {
        let parts = subject.split(separator: ".").map(String.init)
        if path.count > parts.count {
            if path.starts(with: parts) { return Array(path.dropFirst(parts.count)) }
            if Array(path.suffix(parts.count)) == parts { return Array(path.dropLast(parts.count)) }
        }
        let measures = numericNames.union(categoricalNames).union(aliases.keys).union([
            "null_test", "null_rate", "log_e_value",
        ])
        if let first = path.first, measures.contains(first) { return path.count <= 2 ? path : nil }
        return path.count == 1 ? path : nil
    }

    /// Every attribute, or the one named: its evaluable groups, or one group of it.
    private static func fairness(_ rule: DecisionRule, _ result: ReportObject) -> [Decision] {
        var out: [Decision] = []
        // Attributes are tests of their own: their p-values are adjusted together.
        let raw = result.members.map { $0.value["chi2_selection"]?["pvalue"]?.number ?? 1 }
        let adjusted = MultipleTesting.benjaminiHochberg(raw)
        for (position, member) in result.members.enumerated() {
            guard let attribute = member.value.object else { continue }
            var path = rule.path
            let isNamed = path.first == member.key
            if isNamed { path.removeFirst() } else if path.last == member.key { path.removeLast() }
            guard let first = path.first else { continue }
            let p = attribute["chi2_selection"]?["pvalue"]?.number == nil ? nil : adjusted[position]
            if path.count == 1, let evaluable = attribute["evaluable"]?.object, let found = look(path, evaluable) {
                var decision = judge(rule, member.key, found, isSelection(first) ? p : nil)
                let small = names(evaluable["not_evaluable"])
                if decision.outcome != .notEvaluable, decision.reason == nil, !small.isEmpty {
                    decision = Decision(
                        rule: rule, subject: decision.subject, value: decision.value, outcome: decision.outcome,
                        adjustedP: decision.adjustedP,
                        reason: "too small to be judged: \(small.joined(separator: ", "))")
                }
                out.append(decision)
                for group in small {
                    out.append(
                        Decision(
                            rule: rule, subject: "\(member.key)=\(group)", value: nil, outcome: .notEvaluable,
                            adjustedP: nil,
                            reason: "the group has fewer than \(Int(evaluable["minimum_size"]?.number ?? 0)) rows"))
                }
            } else if path.count == 2, let groups = attribute["groups"]?.object {
                for (group, measure) in [(path[0], path[1]), (path[1], path[0])] {
                    guard let object = groups[group]?.object, let found = look([measure], object) else { continue }
                    let isSmall = names(attribute["evaluable"]?["not_evaluable"]).contains(group)
                    out.append(
                        isSmall
                            ? Decision(
                                rule: rule, subject: "\(member.key)=\(group)", value: found.value,
                                outcome: .notEvaluable, adjustedP: nil, reason: "the group is too small")
                            : judge(rule, "\(member.key)=\(group)", found, nil))
                    break
                }
            }
        }
        return out
    }

    static func isSelection(_ name: String) -> Bool {
        name.hasPrefix("disparate_impact") || name.hasPrefix("demographic_parity") || name.hasPrefix("selection_rate")
    }

    private static func names(_ value: ReportValue?) -> [String] {
        guard case .array(let values)? = value else { return [] }
        return values.compactMap { if case .string(let text) = $0 { text } else { nil } }
    }
}
