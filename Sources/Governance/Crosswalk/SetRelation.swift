// The relations of a crosswalk as relations of sets (NIST IR 8477), and what follows when one stands behind another.
package import Records

/// How what one item asks for relates to what another asks for, read as "the first is … of the second". The first case
/// says the most.
package enum SetRelation: UInt8, Sendable, CaseIterable, Comparable {
    case equal, superset, subset, intersects

    package init(_ relationship: Mapping.Relationship) {
        self =
            switch relationship {
            case .equal: .equal
            case .superset: .superset
            case .subset: .subset
            case .intersects: .intersects
            }
    }

    package var relationship: Mapping.Relationship {
        switch self {
        case .equal: .equal
        case .superset: .superset
        case .subset: .subset
        case .intersects: .intersects
        }
    }

    /// The one that says more is less.
    package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

    /// The same read from the second.
    package var inverse: Self {
        switch self {
        case .superset: .subset
        case .subset: .superset
        case .equal, .intersects: self
        }
    }

    /// Whoever meets the first whole meets the second whole.
    package var covers: Bool { self == .equal || self == .superset }

    /// What follows for A and C from "A self B" and "B next C"; `nil` where nothing does, so that the path ends.
    ///
    /// | A to B | B to C | follows | because |
    /// |---|---|---|---|
    /// | equal | x | x | they are the same set |
    /// | x | equal | x | the same |
    /// | superset | superset | superset | containing is transitive |
    /// | subset | subset | subset | the same |
    /// | superset | subset | intersects | B lies in both, and asks for something |
    /// | superset | intersects | intersects | what B and C share lies in A too |
    /// | intersects | subset | intersects | what A and B share lies in C too |
    /// | subset | superset | nothing | A and C may be different parts of B |
    /// | subset | intersects | nothing | the shared part of B may lie outside A |
    /// | intersects | superset | nothing | C may be another part of B |
    /// | intersects | intersects | nothing | A and C may meet different parts of B |
    package func followed(by next: Self) -> Self? {
        switch (self, next) {
        case (.equal, _): next
        case (_, .equal): self
        case (.superset, .superset): .superset
        case (.subset, .subset): .subset
        case (.superset, .subset), (.superset, .intersects), (.intersects, .subset): .intersects
        case (.subset, .superset), (.subset, .intersects), (.intersects, .superset), (.intersects, .intersects): nil
        }
    }

    /// What two mappings of one pair agree on: what both say, and that they overlap where one contains and the other is
    /// contained.
    package func agreed(with other: Self) -> Self {
        switch (self, other) {
        case (.superset, .subset), (.subset, .superset): .intersects
        default: max(self, other)
        }
    }
}
