// The best path from each item that reaches another. A walk begins at the target and goes outwards.

/// How one item reaches another: the relation read from it, the weakest strength on the way, and the steps.
package struct CrosswalkPath: Sendable, Hashable {
    /// The node from which the path leads to the target.
    package let source: Int
    /// "The source is … of the target."
    package let relation: SetRelation
    /// Of the weakest step.
    package let strength: Int
    /// Edges from the source to the target.
    package let edges: [Int]
    /// No mapping says it: it follows from several.
    package var isInferred: Bool { edges.count > 1 }
}

/// Walks over one graph. It keeps its arrays from walk to walk, so that a walk costs what it visits and not what there
/// is; therefore one walker serves one thread.
///
/// Kept of each node and relation is the strongest way and of equals the shortest. That is enough: what a longer way
/// adds never turns a weaker relation into a stronger one, so a way through a cycle is at best as good as the one
/// without it, and longer.
package struct CrosswalkWalker {
    /// How a node was reached.
    package struct Label {
        package let node: Int32
        package let relation: SetRelation
        package let strength: UInt8
        let steps: UInt8
        let edge: Int32
        /// The label from which it was reached; -1 at the target.
        let previous: Int32
    }
    private static let kinds = SetRelation.allCases.count
    /// For each node and relation the best label of this walk, if its mark is that of this walk.
    private var best: [Int32]
    private var marks: [UInt32]
    /// Neighbours of the target in this walk.
    private var isDirect: [UInt32]
    private var walk: UInt32 = 0
    private var labels: [Label] = []

    package init(_ graph: CrosswalkGraph) {
        best = Array(repeating: -1, count: graph.nodes.count * Self.kinds)
        marks = Array(repeating: 0, count: graph.nodes.count * Self.kinds)
        isDirect = Array(repeating: 0, count: graph.nodes.count)
    }

    /// Visits whatever reaches the target.
    /// - Parameter prefersDirect: A pair with a mapping of its own is not reached by way of others, neither as an end
    ///   nor as a step: a mapping always wins over what is inferred.
    private mutating func run(to target: Int, in graph: CrosswalkGraph, prefersDirect: Bool) {
        walk += 1
        labels.removeAll(keepingCapacity: true)
        labels.append(
            Label(node: Int32(target), relation: .equal, strength: 10, steps: 0, edge: -1, previous: -1))
        if prefersDirect { for step in graph.steps(of: target) { isDirect[Int(step.neighbour)] = walk } }
        var at = 0
        while at < labels.count {
            let label = labels[at]
            defer { at += 1 }
            guard Int(label.steps) < CrosswalkGraph.stepsMax else { continue }
            // A stronger way to the same node was found after this label: that one goes on.
            if at > 0, best[Int(label.node) * Self.kinds + Int(label.relation.rawValue)] != Int32(at),
                labels[Int(best[Int(label.node) * Self.kinds + Int(label.relation.rawValue)])].steps == label.steps
            {
                continue
            }
            for step in graph.steps(of: Int(label.node)) where Int(step.neighbour) != target {
                guard let relation = step.relation.followed(by: label.relation) else { continue }
                let node = Int(step.neighbour)
                if prefersDirect, at > 0, isDirect[node] == walk { continue }
                let strength = min(step.strength, label.strength)
                let place = node * Self.kinds + Int(relation.rawValue)
                if marks[place] == walk, labels[Int(best[place])].strength >= strength { continue }
                marks[place] = walk
                best[place] = Int32(labels.count)
                labels.append(
                    Label(
                        node: step.neighbour, relation: relation, strength: strength, steps: label.steps + 1,
                        edge: step.edge, previous: Int32(at)))
            }
        }
    }

    /// The best label of each node that reaches the target, in no particular order: the stronger relation, then the
    /// greater strength, then the fewer steps.
    package mutating func reaching(_ target: Int, in graph: CrosswalkGraph, _ body: (Label) -> Void) {
        run(to: target, in: graph, prefersDirect: true)
        for at in labels.indices.dropFirst() {
            let place = Int(labels[at].node) * Self.kinds
            let relation = Int(labels[at].relation.rawValue)
            guard best[place + relation] == Int32(at) else { continue }
            let isBeaten = (0..<relation).contains { marks[place + $0] == walk }
            if !isBeaten { body(labels[at]) }
        }
    }

    /// The best path of each node that reaches the target: what covers it first, then by strength and length.
    package mutating func paths(to target: Int, in graph: CrosswalkGraph) -> [CrosswalkPath] {
        var found: [CrosswalkPath] = []
        reaching(target, in: graph) { _ in }
        for at in labels.indices.dropFirst() where isBest(at) { found.append(path(at)) }
        return found.sorted {
            ($0.relation.rawValue, -$0.strength, $0.edges.count, $0.source)
                < ($1.relation.rawValue, -$1.strength, $1.edges.count, $1.source)
        }
    }

    /// Every node whose best paths may go through or begin at a node: more than these an answer does not touch.
    package mutating func reached(from node: Int, in graph: CrosswalkGraph) -> Set<Int> {
        run(to: node, in: graph, prefersDirect: false)
        return Set(labels.dropFirst().map { Int($0.node) })
    }

    /// The strongest way between two nodes that does not use their own mapping, if there is one of at least two steps
    /// that says more than that they overlap.
    mutating func indirect(in graph: CrosswalkGraph, to target: Int) -> [CrosswalkPath] {
        run(to: target, in: graph, prefersDirect: false)
        var found: [Int: CrosswalkPath] = [:]
        for at in labels.indices.dropFirst() where labels[at].steps > 1 && labels[at].relation < .intersects {
            let path = path(at)
            if let other = found[path.source], (other.relation, -other.strength) <= (path.relation, -path.strength) {
                continue
            }
            found[path.source] = path
        }
        return Array(found.values)
    }

    private func isBest(_ at: Int) -> Bool {
        let place = Int(labels[at].node) * Self.kinds
        let relation = Int(labels[at].relation.rawValue)
        return best[place + relation] == Int32(at) && !(0..<relation).contains { marks[place + $0] == walk }
    }

    private func path(_ at: Int) -> CrosswalkPath {
        var edges: [Int] = []
        var label = labels[at]
        while label.previous >= 0 {
            edges.append(Int(label.edge))
            label = labels[Int(label.previous)]
        }
        return CrosswalkPath(
            source: Int(labels[at].node), relation: labels[at].relation, strength: Int(labels[at].strength),
            edges: edges)
    }
}
