// Accepting what is projected on an item: a person's decision, with a reason, that keeps the paths on which it rests.
import Foundation
import RecordKit
package import Records

/// What somebody accepts.
package struct Acceptance: Sendable {
    package static let reasonCharactersMin = 10
    package static let reasonCharactersMax = 2_000
    /// Sources that the answer's basis names; more are counted.
    static let sourcesNamedMax = 12
    package let result: Answer.Result
    package let reason: String
    /// The version of the answer that the caller saw, by framework key; 0 if there was none.
    package let versions: [String: Int]
    package init(result: Answer.Result, reason: String, versions: [String: Int]) {
        (self.result, self.reason, self.versions) = (result, reason, versions)
    }

    /// The basis of the answer in words.
    /// - Throws: ``ServiceError`` if this may not be accepted now.
    func originNote(
        _ key: String, _ row: RowView, _ view: AssessmentView, _ snapshot: CrosswalkSnapshot,
        _ library: FrameworkLibrary
    ) throws -> String {
        let reason = reason.trimmingCharacters(in: .whitespacesAndNewlines)
        guard (Self.reasonCharactersMin...Self.reasonCharactersMax).contains(reason.count) else {
            throw ServiceError.invalid(
                "reason", "must have \(Self.reasonCharactersMin) to \(Self.reasonCharactersMax) characters")
        }
        guard library.framework(key) != nil,
            let part = row.partsInScope.first(where: { $0.item.frameworkKey == key })
        else { throw ServiceError.invalid("part", "\(key) is no framework of this row in scope") }
        guard row.partsInScope.count == 1 || !row.isOneAnswer else {
            throw ServiceError.invalid(
                "part", "one answer fills both standards of this row: answer it, or split it first")
        }
        guard part.assessed == .unknown else {
            throw ServiceError.conflict(.state("it is answered; a projection says nothing about it any more"))
        }
        var walk = ItemProjection(view: view, snapshot: snapshot, library: library)
        let projected = walk.item(part.item)
        guard projected.offered.contains(result) else {
            let offered = projected.offered.map(\.rawValue.asLabel).joined(separator: ", ").lowercased()
            throw ServiceError.invalid(
                "result",
                offered.isEmpty
                    ? "nothing can be accepted: no assessed item says enough about it"
                    : "says more than its sources do, which allow: \(offered)")
        }
        let speaking = projected.sources.filter(\.state.speaks)
        var lines = speaking.prefix(Self.sourcesNamedMax).map { $0.words(to: projected.item, snapshot, library) }
        if speaking.count > lines.count { lines.append("And \(speaking.count - lines.count) more.") }
        return "Reason: \(reason)\n\nProjected as \(projected.word.name.asLabel.lowercased()) from:\n\n"
            + lines.map { "- \($0)" }.joined(separator: "\n")
    }
}

extension ProjectedItem.Source {
    /// "ISO/IEC 27001:2022 A.5.1 (conform) is superset of NIST CSF 2.0 GV.PO-01, strength 8, mapped", or over the items in between.
    func words(to target: LibraryItem, _ snapshot: CrosswalkSnapshot, _ library: FrameworkLibrary) -> String {
        func name(_ item: LibraryItem) -> String {
            "\(library.framework(item.frameworkKey)?.name ?? item.frameworkKey) \(item.reference)"
        }
        let between = snapshot.graph.nodes(along: path).dropFirst().dropLast().compactMap {
            library.item(snapshot.graph.nodes[$0].id).map(name)
        }
        let how = path.isInferred ? "inferred over \(between.joined(separator: " and "))" : "mapped"
        return "\(name(item)) (\(String(describing: state).asLabel.lowercased())): \(path.relation.relationship.words) "
            + "\(name(target)), strength \(path.strength), \(how)"
    }
}

extension Mapping.Relationship {
    /// As it stands between two items.
    var words: String {
        switch self {
        case .equal: "equal to"
        case .superset: "superset of"
        case .subset: "subset of"
        case .intersects: "intersects"
        }
    }
}

extension CrosswalkGraph {
    /// The nodes of a path, from its source to its target.
    package func nodes(along path: CrosswalkPath) -> [Int] {
        path.edges.reduce(into: [path.source]) { nodes, edge in
            let (a, b) = edges[edge].ends
            nodes.append(nodes.last == a ? b : a)
        }
    }
}
