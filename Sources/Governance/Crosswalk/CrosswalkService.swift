// The crosswalk for callers: what the assessed standards say about another framework, item by item with every path, the
// matrix of two frameworks, and the conflicts.
package import Access
package import Foundation
import RecordKit
package import Records
package import Storage

/// An item of a framework with what is projected on it.
package struct ProjectedItem: Sendable {
    /// One item that reaches it, with the way.
    package struct Source: Sendable {
        package let item: LibraryItem
        package let state: SourceState
        package let path: CrosswalkPath
    }
    package let item: LibraryItem
    package let word: ProjectedWord
    /// What people answered for it, lowered by what is measured; `nil` if its framework is not in the scope.
    package let shown: Conformity?
    /// What covers it first, then by strength and length.
    package let sources: [Source]
    /// Results that a person may accept.
    package let offered: [Answer.Result]
    /// Its row in the assessment; `nil` if its framework is not in the scope.
    package let rowKey: String?
    /// The answer came about by accepting a projection.
    package let isAccepted: Bool
}

/// One framework as the assessed standards see it.
package struct FrameworkProjection: Sendable {
    package let framework: LibraryFramework
    package let view: AssessmentView
    package let snapshot: CrosswalkSnapshot
    /// Every assessable item with its word, in the framework's order.
    package let items: [(item: LibraryItem, word: ProjectedWord)]
    package let counts: ProjectionCounts
    /// The framework is part of the assessment, so that results may be accepted.
    package let isInScope: Bool
    private let library: FrameworkLibrary

    /// One look-up for each item.
    init(
        _ framework: LibraryFramework, view: AssessmentView, snapshot: CrosswalkSnapshot, library: FrameworkLibrary,
        projector: Projector
    ) {
        (self.framework, self.view, self.snapshot, self.library) = (framework, view, snapshot, library)
        isInScope = view.frameworks.contains { $0.key == framework.key }
        items = framework.items.filter(\.isAssessable).map { item in
            (item, snapshot.graph.node(item.id).map { projector.word(of: $0) } ?? .noPath)
        }
        let place = snapshot.frameworks.firstIndex { $0.key == framework.key }
        counts =
            place.flatMap { $0 < projector.counts.count ? projector.counts[$0] : nil } ?? ProjectionCounts()
    }

    /// Items with all that reaches them: one walk for each.
    package func projected(_ items: some Sequence<LibraryItem>) -> [ProjectedItem] {
        var walk = ItemProjection(view: view, snapshot: snapshot, library: library)
        return items.map { walk.item($0) }
    }

    package func item(_ id: UUID) -> ProjectedItem? {
        items.first { $0.item.id == id }.flatMap { projected([$0.item]).first }
    }
}

/// Works out what reaches single items of an assessment.
struct ItemProjection {
    private let parts: [UUID: (row: String, part: PartView)]
    private let graph: CrosswalkGraph
    private let library: FrameworkLibrary
    private var walker: CrosswalkWalker

    init(view: AssessmentView, snapshot: CrosswalkSnapshot, library: FrameworkLibrary) {
        parts = view.partsByItem
        (graph, self.library) = (snapshot.graph, library)
        walker = CrosswalkWalker(snapshot.graph)
    }

    /// One item with every source. Costs a walk.
    mutating func item(_ item: LibraryItem) -> ProjectedItem {
        let found = sources(of: item)
        var tally = ProjectionTally()
        for source in found { tally.add(source.path.relation, source.state) }
        let own = parts[item.id]
        let isAnswered = own.map { SourceState($0.part.shown, isAccepted: $0.part.isAccepted).isAnswered } ?? false
        return ProjectedItem(
            item: item, word: isAnswered ? .answered : tally.word, shown: own?.part.shown, sources: found,
            offered: isAnswered || own == nil ? [] : tally.offered, rowKey: own?.row,
            isAccepted: own?.part.isAccepted ?? false)
    }

    private mutating func sources(of item: LibraryItem) -> [ProjectedItem.Source] {
        guard let node = graph.node(item.id) else { return [] }
        return walker.paths(to: node, in: graph).compactMap { path in
            let id = graph.nodes[path.source].id
            guard let part = parts[id]?.part, let source = library.item(id), source.frameworkKey != item.frameworkKey
            else { return nil }
            return ProjectedItem.Source(
                item: source, state: SourceState(part.shown, isAccepted: part.isAccepted), path: path)
        }
    }
}

extension PartView {
    /// The present result was accepted from a projection.
    package var isAccepted: Bool { answer?.value.origin == .acceptedProjection }
}

extension AssessmentView {
    /// Every part in scope with the key of its row, by requirement.
    var partsByItem: [UUID: (row: String, part: PartView)] {
        var parts: [UUID: (row: String, part: PartView)] = [:]
        for row in rows { for part in row.partsInScope { parts[part.item.id] = (row.row.key, part) } }
        return parts
    }

    /// What each node of a graph is as a source.
    func states(_ graph: CrosswalkGraph) -> [SourceState] {
        var states = [SourceState](repeating: .outOfScope, count: graph.nodes.count)
        for row in rows {
            for part in row.partsInScope {
                guard let node = graph.node(part.item.id) else { continue }
                states[node] = SourceState(part.shown, isAccepted: part.isAccepted)
            }
        }
        return states
    }
}

/// Reads the crosswalk.
package struct CrosswalkService: Sendable {
    private let store: any Store
    private let library: LibraryHolder
    private let assessments: AssessmentService
    package init(store: any Store, library: LibraryHolder, assessments: AssessmentService) {
        (self.store, self.library, self.assessments) = (store, library, assessments)
    }

    /// The graph that an organisation sees. Mappings are readable for every role.
    package func snapshot(as caller: Caller) async throws -> CrosswalkSnapshot {
        guard let organisation = caller.organisation,
            Authorisation.visible(caller, .read, Mapping.schema.erased) == .all
        else { throw ServiceError.notFound(Mapping.schema.erased.pluralLabel) }
        return try await library.crosswalks.snapshot(
            of: organisation, library: try await library.current(for: organisation), store: store)
    }

    /// What the latest assessment, or the one that is named, says about a framework. Costs what the answers since the
    /// last look reach.
    /// - Parameter key: The framework's key or id.
    package func projection(
        of key: String, assessment: UUID? = nil, as caller: Caller
    ) async throws -> FrameworkProjection {
        let library = try await library.current(for: caller.organisation)
        guard let framework = library.framework(key) ?? UUID(uuidString: key).flatMap({ library.framework(id: $0) })
        else { throw ServiceError.notFound(Framework.schema.erased.label) }
        var id = assessment
        if id == nil { id = try await assessments.latest(as: caller) }
        guard let id, let organisation = caller.organisation else {
            throw ServiceError.notFound(Assessment.schema.erased.label)
        }
        let view = try await assessments.view(id, as: caller)
        let snapshot = try await snapshot(as: caller)
        let projector = await self.library.crosswalks.projector(of: view, organisation, snapshot)
        return FrameworkProjection(framework, view: view, snapshot: snapshot, library: library, projector: projector)
    }

    /// What an assessment projects on every framework at hand, in the library's order. Costs what the answers since the
    /// last look reach.
    package func counts(
        _ view: AssessmentView, as caller: Caller
    ) async throws -> [(framework: LibraryFramework, counts: ProjectionCounts)] {
        guard let organisation = caller.organisation else { return [] }
        let snapshot = try await snapshot(as: caller)
        let projector = await library.crosswalks.projector(of: view, organisation, snapshot)
        return zip(snapshot.frameworks, projector.counts).map { ($0, $1) }
    }

    /// Every conflict of the crosswalk that the caller sees.
    package func conflicts(as caller: Caller) async throws -> (snapshot: CrosswalkSnapshot, [CrosswalkConflict]) {
        let snapshot = try await snapshot(as: caller)
        return (snapshot, snapshot.graph.conflicts())
    }
}
