// Two frameworks side by side: their sections, the pairs between them, and which of them are only inferred.
import Foundation
import Governance
import RecordKit
import Records

/// A part of a framework, small enough to be read at once.
struct CrosswalkSection: Sendable {
    /// Names it in an address: the place among the sections.
    let number: Int
    let label: String
    let title: String
    let items: [LibraryItem]
}

/// The relation of two items.
struct CrosswalkPair: Sendable {
    let relation: Mapping.Relationship
    let strength: Int
    /// `nil` if it is inferred.
    let mapping: UUID?
    var isInferred: Bool { mapping == nil }
}

/// Sections of two frameworks with the pairs between their items. Costs a walk for each item of the second.
struct CrosswalkTable: Sendable {
    /// A framework with more topmost items than this is cut by number instead.
    static let sectionsMax = 40
    static let itemsPerSectionMax = 60
    let from: LibraryFramework
    let to: LibraryFramework
    let rows: [CrosswalkSection]
    let columns: [CrosswalkSection]
    /// By the item of the row, then that of the column.
    let pairs: [UUID: [UUID: CrosswalkPair]]

    init(_ from: LibraryFramework, _ to: LibraryFramework, _ graph: CrosswalkGraph) {
        (self.from, self.to) = (from, to)
        let own = Set(from.items.map(\.id))
        var pairs: [UUID: [UUID: CrosswalkPair]] = [:]
        var mapped: Set<UUID> = []
        var walker = CrosswalkWalker(graph)
        for item in to.items {
            guard let node = graph.node(item.id) else { continue }
            for path in walker.paths(to: node, in: graph) {
                let source = graph.nodes[path.source].id
                guard own.contains(source) else { continue }
                mapped.formUnion([source, item.id])
                pairs[source, default: [:]][item.id] = CrosswalkPair(
                    relation: path.relation.relationship, strength: path.strength,
                    mapping: path.isInferred
                        ? nil : graph.edges[path.edges[0]].mappings.first.map { graph.mappings[$0].id })
            }
        }
        self.pairs = pairs
        rows = Self.sections(of: from, mapped)
        columns = Self.sections(of: to, mapped)
    }

    /// By topmost parent, cut where one is long; headings stand among the items only where something is mapped to them.
    private static func sections(of framework: LibraryFramework, _ mapped: Set<UUID>) -> [CrosswalkSection] {
        let byID = Dictionary(framework.items.map { ($0.id, $0) }) { a, _ in a }
        func top(_ item: LibraryItem) -> LibraryItem {
            var at = item
            // No deeper than there are items, whatever the parents say.
            for _ in framework.items {
                guard let parent = at.parent.flatMap({ byID[$0] }) else { break }
                at = parent
            }
            return at
        }
        var groups: [(top: LibraryItem, items: [LibraryItem])] = []
        for item in framework.items where item.isAssessable || mapped.contains(item.id) {
            let top = top(item)
            if groups.last?.top.id == top.id {
                groups[groups.count - 1].items.append(item)
            } else {
                groups.append((top, [item]))
            }
        }
        if groups.count > sectionsMax, let first = groups.first {
            groups = [(first.top, groups.flatMap(\.items))]
        }
        var sections: [CrosswalkSection] = []
        for group in groups {
            let isWhole = group.items.count <= itemsPerSectionMax
            for start in stride(from: 0, to: group.items.count, by: itemsPerSectionMax) {
                let part = Array(group.items[start..<min(start + itemsPerSectionMax, group.items.count)])
                let (first, last) = (part.first?.reference ?? "", part.last?.reference ?? "")
                sections.append(
                    CrosswalkSection(
                        number: sections.count, label: isWhole ? group.top.reference : "\(first) – \(last)",
                        title: isWhole && group.top.title != group.top.reference ? group.top.title : "", items: part))
            }
        }
        return sections
    }

    /// Mapped and inferred pairs between two sections.
    func count(_ row: CrosswalkSection, _ column: CrosswalkSection) -> (mapped: Int, inferred: Int) {
        var (mapped, inferred) = (0, 0)
        for item in row.items {
            guard let others = pairs[item.id] else { continue }
            for other in column.items {
                guard let pair = others[other.id] else { continue }
                if pair.isInferred { inferred += 1 } else { mapped += 1 }
            }
        }
        return (mapped, inferred)
    }
}
