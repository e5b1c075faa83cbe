// Where the crosswalk does not agree with itself. Nothing is refused for it: a person has to decide, and until then the
// more careful reading counts.
import Foundation
import Records

/// One disagreement.
package struct CrosswalkConflict: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        /// Several mappings of one pair say different things.
        case disagreement
        /// A way through other items says more than the mapping of the pair itself, or the opposite.
        case pathSaysMore
        /// Somebody disputes it.
        case disputed
        /// An end is no item of a framework at hand, or both are the same item.
        case dangling
    }
    package let kind: Kind
    /// The mappings in question.
    package let mappings: [CrosswalkMapping]
    /// Only of ``Kind/pathSaysMore``.
    package let path: CrosswalkPath?
}

extension CrosswalkGraph {
    /// Strengths of one pair that lie so far apart disagree.
    package static let strengthGapMin = 4
    /// The same thing is not linked as weakly as this.
    package static let equalStrengthMin = 4

    /// Every conflict, in a stable order. Costs a walk for each item.
    package func conflicts() -> [CrosswalkConflict] {
        var found: [CrosswalkConflict] = []
        var byPair: [[UUID]: [CrosswalkMapping]] = [:]
        for mapping in mappings {
            byPair[[mapping.source, mapping.target].sorted(), default: []].append(mapping)
        }
        for (pair, all) in byPair.sorted(by: { ($0.key[0], $0.key[1]) < ($1.key[0], $1.key[1]) }) {
            let disputed = all.filter { $0.reviewState == .disputed }
            if !disputed.isEmpty { found.append(CrosswalkConflict(kind: .disputed, mappings: disputed, path: nil)) }
            if Self.disagree(all, from: pair[0]) {
                found.append(CrosswalkConflict(kind: .disagreement, mappings: all, path: nil))
            }
        }
        found += dangling.map { CrosswalkConflict(kind: .dangling, mappings: [mappings[$0]], path: nil) }
        return found + pathConflicts()
    }

    /// "Equal" needs strength, one pair needs one relation, and strengths that are near each other.
    private static func disagree(_ mappings: [CrosswalkMapping], from item: UUID) -> Bool {
        let strengths = mappings.map(\.strength)
        let (low, high) = (strengths.min() ?? 0, strengths.max() ?? 0)
        let relations = Set(mappings.map { $0.relation(from: item) })
        return relations.count > 1 || high - low >= strengthGapMin
            || (relations.contains(.equal) && low < equalStrengthMin)
    }

    private func pathConflicts() -> [CrosswalkConflict] {
        var walker = CrosswalkWalker(self)
        var found: [CrosswalkConflict] = []
        for target in nodes.indices {
            for path in walker.indirect(in: self, to: target).sorted(by: { $0.source < $1.source })
            where path.source < target {
                guard let at = edge(path.source, target) else { continue }
                let direct = edges[at]
                let said = direct.ends.0 == path.source ? direct.relation : direct.relation.inverse
                guard path.relation < said || (path.relation == .superset) != (said == .superset) && said != .equal
                else { continue }
                found.append(
                    CrosswalkConflict(
                        kind: .pathSaysMore, mappings: direct.mappings.map { mappings[$0] }, path: path))
            }
        }
        return found
    }
}
