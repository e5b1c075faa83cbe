// What is measured about a requirement: computed from evidence and tasks, never typed in.

/// What the records around a requirement say, apart from anybody's answer.
package enum Measured: String, Sendable, CaseIterable {
    /// Fresh evidence, and nothing overdue.
    case supported
    /// All evidence is too old, a task is overdue, or a minor nonconformity is open.
    case weakened
    /// A corrective action is overdue, or a major nonconformity is open.
    case failing
}

/// What is shown of a requirement.
package enum Conformity: String, Sendable, CaseIterable, Hashable {
    case conform, partlyConform, nonconform, notApplicable, unknown
}

extension Conformity {
    /// The assessed result, lowered where the measured one is worse; without an answer it is unknown. A measurement
    /// never makes a requirement conform.
    package func lowered(by measured: Measured?) -> Conformity {
        switch (self, measured) {
        case (.conform, .weakened): .partlyConform
        case (.conform, .failing), (.partlyConform, .failing): .nonconform
        default: self
        }
    }
}

/// Counts of requirements by what is shown of them. There is no single score: a percentage over unknowns would lie.
package struct ConformityCounts: Sendable, Hashable {
    package private(set) var byConformity: [Conformity: Int] = [:]
    /// Results that stand lower than assessed because of a measurement.
    package private(set) var lowered = 0
    package init() {}
    package subscript(_ conformity: Conformity) -> Int { byConformity[conformity] ?? 0 }
    package var total: Int { byConformity.values.reduce(0, +) }
    package var answered: Int { total - self[.unknown] }
    package mutating func add(_ shown: Conformity, assessed: Conformity) {
        byConformity[shown, default: 0] += 1
        if shown != assessed { lowered += 1 }
    }
    package static func + (a: Self, b: Self) -> Self {
        var sum = a
        sum.byConformity.merge(b.byConformity, uniquingKeysWith: +)
        sum.lowered += b.lowered
        return sum
    }
}
