// The crosswalk as a graph: items are nodes, mappings are edges that can be walked both ways. Small numbers in flat
// arrays, so that a walk from one item touches nothing that it does not need.
package import Foundation
package import RecordKit
package import Records

/// One mapping with its provenance, and its ends as nodes.
package struct CrosswalkMapping: Sendable {
    package let id: UUID
    /// The organisation's own judgement; else it comes from a set, shipped or imported.
    package let isOwn: Bool
    package let source: UUID
    package let target: UUID
    package let relation: SetRelation
    package let strength: Int
    package let set: String
    package let basis: Mapping.Basis
    package let rationale: String
    package let origin: String?
    package let author: String?
    package let reviewState: Mapping.ReviewState?

    package init(_ stored: Stored<Mapping>) {
        let value = stored.value
        id = stored.id.raw
        isOwn = stored.meta.organisation != nil && value.set == Mapping.ownSet
        (source, target) = (value.source.raw, value.target.raw)
        relation = SetRelation(value.relationship)
        (strength, set, basis) = (value.strength, value.set, value.basis)
        (rationale, origin, author) = (value.rationale, value.origin, value.author)
        reviewState = value.reviewState
    }

    /// For mappings that stand in no database.
    package init(
        id: UUID, isOwn: Bool = false, source: UUID, target: UUID, relation: SetRelation, strength: Int,
        set: String = "", reviewState: Mapping.ReviewState? = nil
    ) {
        (self.id, self.isOwn, self.source, self.target) = (id, isOwn, source, target)
        (self.relation, self.strength, self.set, self.reviewState) = (relation, strength, set, reviewState)
        (basis, rationale, origin, author) = (.judgement, "", nil, nil)
    }

    /// The relation read from one of the two ends.
    package func relation(from item: UUID) -> SetRelation { item == source ? relation : relation.inverse }
}

/// One pair of items with what its mappings say together.
package struct CrosswalkEdge: Sendable {
    /// Nodes; the first has the smaller number.
    package let ends: (Int, Int)
    /// Read from the first end.
    package let relation: SetRelation
    package let strength: Int
    /// Those that count, in the order of `CrosswalkGraph.mappings`.
    package let mappings: [Int]
}

/// One item of a framework in the graph.
package struct CrosswalkNode: Sendable {
    package let id: UUID
    /// Place of the framework among those given.
    package let framework: Int
    package let isAssessable: Bool
    package init(id: UUID, framework: Int, isAssessable: Bool) {
        (self.id, self.framework, self.isAssessable) = (id, framework, isAssessable)
    }
}

/// All items and mappings that one organisation sees.
///
/// Of each pair of items its own mappings count before those of sets: what an organisation says of a pair stands in the
/// place of what was shipped or imported. If several count, the weakest relation and strength on which they agree does. A disputed
/// mapping carries nothing, and an own disputed one takes its pair out. Building costs one sort of the mappings.
package struct CrosswalkGraph: Sendable {
    /// Steps of the longest path; more than these say nothing that anybody would defend.
    package static let stepsMax = 3
    package let nodes: [CrosswalkNode]
    package let mappings: [CrosswalkMapping]
    package let edges: [CrosswalkEdge]
    /// Mappings that are left out because an end is no item of a framework at hand, or both are the same one.
    package let dangling: [Int]
    private let nodeByID: [UUID: Int32]
    /// Where the steps of each node begin in `steps`, and after the last node their end.
    private let starts: [Int32]
    private let steps: [Step]

    /// One way out of a node.
    struct Step: Sendable {
        let neighbour: Int32
        let edge: Int32
        /// The neighbour's to the node, read from the neighbour.
        let relation: SetRelation
        let strength: UInt8
    }

    package init(nodes: [CrosswalkNode], mappings: [CrosswalkMapping]) {
        self.nodes = nodes
        let byID = Dictionary(nodes.enumerated().map { ($1.id, Int32($0)) }) { a, _ in a }
        nodeByID = byID
        let mappings = mappings.sorted { $0.id < $1.id }
        self.mappings = mappings
        var pairs: [(a: Int32, b: Int32, mapping: Int)] = []
        var dangling: [Int] = []
        pairs.reserveCapacity(mappings.count)
        for (n, mapping) in mappings.enumerated() {
            guard let a = byID[mapping.source], let b = byID[mapping.target], a != b else {
                dangling.append(n)
                continue
            }
            pairs.append((min(a, b), max(a, b), n))
        }
        pairs.sort { ($0.a, $0.b, $0.mapping) < ($1.a, $1.b, $1.mapping) }
        var edges: [CrosswalkEdge] = []
        var at = 0
        while at < pairs.count {
            let (a, b) = (pairs[at].a, pairs[at].b)
            var end = at
            while end < pairs.count, pairs[end].a == a, pairs[end].b == b { end += 1 }
            let all = pairs[at..<end].map(\.mapping)
            at = end
            let own = all.filter { mappings[$0].isOwn }
            let counting = (own.isEmpty ? all : own).filter { mappings[$0].reviewState != .disputed }
            guard let first = counting.first else { continue }
            let from = nodes[Int(a)].id
            edges.append(
                CrosswalkEdge(
                    ends: (Int(a), Int(b)),
                    relation: counting.dropFirst().reduce(mappings[first].relation(from: from)) {
                        $0.agreed(with: mappings[$1].relation(from: from))
                    }, strength: counting.reduce(10) { min($0, mappings[$1].strength) }, mappings: counting))
        }
        self.edges = edges
        self.dangling = dangling
        var starts = [Int32](repeating: 0, count: nodes.count + 1)
        for edge in edges {
            starts[edge.ends.0 + 1] += 1
            starts[edge.ends.1 + 1] += 1
        }
        for n in 1..<max(1, starts.count) { starts[n] += starts[n - 1] }
        var next = starts
        var steps = [Step](
            repeating: Step(neighbour: 0, edge: 0, relation: .equal, strength: 0), count: edges.count * 2)
        for (n, edge) in edges.enumerated() {
            let strength = UInt8(clamping: edge.strength)
            let (a, b) = edge.ends
            steps[Int(next[a])] = Step(
                neighbour: Int32(b), edge: Int32(n), relation: edge.relation.inverse, strength: strength)
            steps[Int(next[b])] = Step(
                neighbour: Int32(a), edge: Int32(n), relation: edge.relation, strength: strength)
            next[a] += 1
            next[b] += 1
        }
        self.starts = starts
        self.steps = steps
    }

    /// Frameworks that have a node, and those before them.
    package var frameworkCount: Int { (nodes.map(\.framework).max() ?? -1) + 1 }
    package func node(_ id: UUID) -> Int? { nodeByID[id].map(Int.init) }
    func steps(of node: Int) -> ArraySlice<Step> { steps[Int(starts[node])..<Int(starts[node + 1])] }

    /// The edge of a pair, if it has one that counts.
    package func edge(_ a: Int, _ b: Int) -> Int? {
        steps(of: a).first { $0.neighbour == Int32(b) }.map { Int($0.edge) }
    }
}
