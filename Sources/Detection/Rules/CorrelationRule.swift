// Rules about several events: so many, so many different values, several kinds close together, sums and averages.
//
// Source: Sigma specification 2.1.0, sigma-correlation-rules-specification.

/// What a correlation asks of the events in its window.
public enum CorrelationType: String, Sendable, CaseIterable {
    case eventCount = "event_count"
    case valueCount = "value_count"
    case temporal
    case temporalOrdered = "temporal_ordered"
    case valueSum = "value_sum"
    case valueAverage = "value_avg"
    case valuePercentile = "value_percentile"
    /// Not in version 2.1 of the specification; pySigma, its reference implementation, has it.
    case valueMedian = "value_median"

    var needsField: Bool {
        switch self {
        case .valueCount, .valueSum, .valueAverage, .valuePercentile, .valueMedian: true
        case .eventCount, .temporal, .temporalOrdered: false
        }
    }

    var isTemporal: Bool { self == .temporal || self == .temporalOrdered }
}

/// A rule that looks at the matches of other rules within a span of time.
public struct CorrelationRule: Sendable {
    /// What the rule says of itself.
    public let header: RuleHeader
    /// What it asks of the events in its window.
    public let type: CorrelationType
    /// The rules whose matches it takes, by id or name, in their order.
    public let rules: [String]
    /// Fields whose values must be the same for all events of a window.
    public let groupBy: [String]
    /// For each alias, by rule, the field that it stands for.
    public let aliases: [String: [String: String]]
    /// The length of the window in milliseconds; both ends belong to it.
    public let timespan: Int64
    /// All of these must hold for the count, the sum or the average.
    public let conditions: [Condition]
    /// The fields whose values are counted or added.
    public let fields: [String]
    /// The percentile of the window's numbers that the conditions are about, from 0 to 100: 50 for a median, and what a
    /// `value_percentile` names as `percentile`. `nil` for all others.
    public let percentile: Double?
    /// Whether the rules that it takes report their own matches as well.
    public let generates: Bool
    /// Examples written with the rule (`concord detect test`).
    public let examples: [RuleExample]

    /// One comparison with a number.
    public struct Condition: Sendable, Hashable {
        /// How the number found is compared.
        public let comparison: Comparison
        /// What it is compared with.
        public let operand: Double
    }

    /// What the contents of its windows depend on; not where it is written, nor what it is called.
    struct Windows: Hashable {
        let id: String
        let type: CorrelationType
        let rules: [String]
        let groupBy: [String]
        let aliases: [String: [String: String]]
        let timespan: Int64
        let conditions: [Condition]
        let fields: [String]
        let percentile: Double?
    }
    var windows: Windows {
        Windows(
            id: header.id, type: type, rules: rules, groupBy: groupBy, aliases: aliases, timespan: timespan,
            conditions: conditions, fields: fields, percentile: percentile)
    }

    /// The field that stands for a name of `group-by` or `field` in events of a rule.
    func field(_ name: String, of rule: RuleHeader) -> String {
        guard let alias = aliases[name] else { return name }
        return rule.name.flatMap { alias[$0] } ?? alias[rule.id] ?? name
    }
}

/// A filter: a condition that is added to rules without changing their files.
///
/// Source: Sigma specification 2.1.0, sigma-filters-specification. The condition is added as it is written: a filter
/// that leaves events out says `not selection` itself.
public struct FilterRule: Sendable {
    /// What the filter says of itself.
    public let header: RuleHeader
    /// Filters apply to rules for the same log source.
    public let logSource: LogSource
    /// The rules by id or name; `nil` is any rule of the log source.
    public let rules: [String]?
    /// What must hold besides.
    public let detection: Detection
}
