// The crosswalk graphs in memory, one for each organisation that asked lately. Nobody resets them: a graph knows up to
// which leaf of which ledger it was made, and looks at what was written since.
package import Foundation
import RecordKit
import Records
package import Storage

/// A graph, and where in the ledgers it was read.
package struct CrosswalkSnapshot: Sendable {
    package let graph: CrosswalkGraph
    /// The frameworks whose items are its nodes, in the order of the nodes.
    package let frameworks: [LibraryFramework]
    /// Sizes of the organisation's ledger and the server's when it was found to be true.
    var sizes: (own: Int, shared: Int)
    /// Tells this graph from others of the organisation.
    let number: Int
}

/// Graphs by organisation.
package actor CrosswalkCache {
    /// Graphs kept; whoever asked longest ago goes first.
    static let graphsMax = 64
    /// Entries looked through for a change of the crosswalk; after more the graph is made anew.
    static let entriesReadMax = 2_000
    /// Types whose change changes the graph.
    private static let types: Set<RecordType> = [Mapping.type, Requirement.type, Framework.type]

    /// More answers than this since the last look, and all is computed anew.
    static let answersMax = 500

    private struct Kept {
        var snapshot: CrosswalkSnapshot
        var usedAt: Int
        /// The projection of the assessment that was looked at last.
        var projector: Projector?
        var walker: CrosswalkWalker?
        var assessment: UUID?
    }
    private var kept: [UUID: Kept] = [:]
    private var uses = 0
    package init() {}

    /// The projection of an assessment on every framework. Only what the answers since the last look reach is computed
    /// anew.
    func projector(of view: AssessmentView, _ organisation: UUID, _ snapshot: CrosswalkSnapshot) -> Projector {
        let states = view.states(snapshot.graph)
        let assessment = view.assessment.id.raw
        if var entry = kept[organisation], entry.snapshot.number == snapshot.number, entry.assessment == assessment,
            var projector = entry.projector, var walker = entry.walker
        {
            let changed = states.indices.filter { states[$0] != projector.states[$0] }
            if changed.count <= Self.answersMax {
                for node in changed { projector.set(states[node], of: node, with: &walker) }
                (entry.projector, entry.walker) = (projector, walker)
                kept[organisation] = entry
                return projector
            }
        }
        let made = Projector(snapshot.graph, states: states)
        if kept[organisation]?.snapshot.number == snapshot.number {
            kept[organisation]?.projector = made
            kept[organisation]?.walker = CrosswalkWalker(snapshot.graph)
            kept[organisation]?.assessment = assessment
        }
        return made
    }

    /// The graph of an organisation. Cost: two look-ups if nothing was written since, a read of the entries since then
    /// if nothing of the crosswalk was; otherwise all mappings are read.
    package func snapshot(
        of organisation: UUID, library: FrameworkLibrary, store: any Store
    ) async throws -> CrosswalkSnapshot {
        let known = kept[organisation]?.snapshot
        uses += 1
        let number = uses
        let usable = known.flatMap { Self.fits($0, library) ? $0 : nil }
        let snapshot = try await store.read { reader in
            if let usable, let sizes = try Self.sizes(ifCurrent: usable, in: organisation, reader) {
                var same = usable
                same.sizes = sizes
                return same
            }
            return try Self.make(organisation, library, reader, number: number)
        }
        if kept[organisation]?.snapshot.number == snapshot.number {
            kept[organisation]?.snapshot = snapshot
            kept[organisation]?.usedAt = number
        } else {
            kept[organisation] = Kept(snapshot: snapshot, usedAt: number)
        }
        if kept.count > Self.graphsMax, let oldest = kept.min(by: { $0.value.usedAt < $1.value.usedAt })?.key {
            kept[oldest] = nil
        }
        return snapshot
    }

    private static func fits(_ snapshot: CrosswalkSnapshot, _ library: FrameworkLibrary) -> Bool {
        snapshot.frameworks.count == library.frameworks.count
            && zip(snapshot.frameworks, library.frameworks).allSatisfy {
                $0.key == $1.key && $0.contentSHA256 == $1.contentSHA256 && $0.items.count == $1.items.count
            }
    }

    /// The present sizes of both ledgers, if nothing of the crosswalk was written since the snapshot.
    static func sizes(
        ifCurrent snapshot: CrosswalkSnapshot, in organisation: UUID, _ reader: any Reader
    ) throws -> (own: Int, shared: Int)? {
        let sizes = (own: try reader.ledgerSize(organisation), shared: try reader.ledgerSize(nil))
        for (ledger, from, to) in [
            (organisation, snapshot.sizes.own, sizes.own), (nil, snapshot.sizes.shared, sizes.shared),
        ] as [(UUID?, Int, Int)] where to > from {
            guard to - from <= entriesReadMax else { return nil }
            let entries = try reader.revisionEntries(in: ledger, from: from, isBackwards: false, limit: to - from)
            guard !entries.contains(where: { types.contains($0.type) }) else { return nil }
        }
        return sizes
    }

    /// Mappings without those that wait: an end is an item of a framework that was imported and is not followed.
    private static func awake(
        _ mappings: [CrosswalkMapping], _ nodes: [CrosswalkNode], _ organisation: UUID, _ reader: any Reader
    ) throws -> [CrosswalkMapping] {
        let known = Set(nodes.map(\.id))
        let others = Set(mappings.flatMap { [$0.source, $0.target] }).subtracting(known)
        var waiting: Set<UUID> = []
        for part in others.sorted(by: <).chunks(of: 500) {
            let query = Query(Requirement.schema.erased, where: .ids(part), limit: part.count)
            waiting.formUnion(try reader.page(query, in: organisation, asOf: nil).records.map(\.id))
        }
        return mappings.filter { mapping in
            let away = [mapping.source, mapping.target].filter { !known.contains($0) }
            return away.isEmpty || away.contains { !waiting.contains($0) }
        }
    }

    static func make(
        _ organisation: UUID, _ library: FrameworkLibrary, _ reader: any Reader, number: Int
    ) throws -> CrosswalkSnapshot {
        let sizes = (own: try reader.ledgerSize(organisation), shared: try reader.ledgerSize(nil))
        var mappings: [CrosswalkMapping] = []
        var cursor: String?
        repeat {
            let page = try reader.page(
                Query(Mapping.schema.erased, cursor: cursor, limit: Query.limitMax), in: organisation, asOf: nil)
            mappings += try page.records.map { CrosswalkMapping(try $0.decoded(as: Mapping.self)) }
            cursor = page.next
        } while cursor != nil
        let nodes = library.frameworks.enumerated().flatMap { n, framework in
            framework.items.map { CrosswalkNode(id: $0.id, framework: n, isAssessable: $0.isAssessable) }
        }
        mappings = try awake(mappings, nodes, organisation, reader)
        return CrosswalkSnapshot(
            graph: CrosswalkGraph(nodes: nodes, mappings: mappings), frameworks: library.frameworks, sizes: sizes,
            number: number)
    }
}
