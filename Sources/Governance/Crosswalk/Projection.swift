// What the answers of the assessed standards say about the items of another framework. A projection is a word of its
// own and never a conformity: it moves no count of the posture.
package import Records

/// What the items that reach an item say about it, taken together.
package enum ProjectedWord: UInt8, Sendable, CaseIterable {
    /// Everything that covers it is conform.
    case supported
    /// Something that covers it is met in part, or not all of it is known to be met.
    case partlySupported
    /// Something that covers it, or is a part of it, is nonconform.
    case contradicted
    /// Only items that overlap it or are a part of it have an answer.
    case touched
    /// Items reach it, and none of them is assessed.
    case unknown
    /// Nothing in scope reaches it.
    case noPath
    /// It has an answer of its own, so nothing is projected.
    case answered

    /// The wire name.
    package var name: String { String(describing: self) }
    package init?(name: String) {
        guard let word = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = word
    }
}

/// What is known of an item as a source.
package enum SourceState: UInt8, Sendable {
    case outOfScope, unknown, notApplicable, conform, partlyConform, nonconform
    /// Its answer was itself accepted from a projection: it carries nothing on, or results would support themselves.
    case accepted

    package init(_ shown: Conformity, isAccepted: Bool) {
        self =
            switch shown {
            case _ where isAccepted && shown != .unknown: .accepted
            case .conform: .conform
            case .partlyConform: .partlyConform
            case .nonconform: .nonconform
            case .notApplicable: .notApplicable
            case .unknown: .unknown
            }
    }
    /// The wire name.
    package var name: String { String(describing: self) }
    package static let names = [
        outOfScope, unknown, notApplicable, conform, partlyConform, nonconform, accepted,
    ].map(\.name)
    /// The item has an answer of its own.
    package var isAnswered: Bool { self != .outOfScope && self != .unknown }
    /// It says something about what it reaches.
    package var speaks: Bool { self == .conform || self == .partlyConform || self == .nonconform }
    /// It is listed among the sources: it says something, or will once it is assessed.
    package var isSource: Bool { self != .outOfScope }
}

/// Counts of a framework's items by projected word; unknown stands apart from zero.
package struct ProjectionCounts: Sendable, Hashable {
    private var byWord = [Int](repeating: 0, count: ProjectedWord.allCases.count)
    package init() {}
    package subscript(_ word: ProjectedWord) -> Int { byWord[Int(word.rawValue)] }
    package var total: Int { byWord.reduce(0, +) }
    mutating func add(_ word: ProjectedWord, _ change: Int = 1) { byWord[Int(word.rawValue)] += change }
}

/// Gathers what sources say about one item.
package struct ProjectionTally: Sendable {
    private var reaches = 0
    private var covering = 0
    private var coveringKnown = 0
    private var coveringConform = 0
    private var isContradicted = false
    private var isPartly = false
    private var touching = 0
    private(set) var touchingConform = 0
    package init() {}

    package mutating func add(_ relation: SetRelation, _ state: SourceState) {
        guard state.isSource else { return }
        reaches += 1
        if relation != .intersects, state == .nonconform { isContradicted = true }
        if relation.covers {
            // What does not apply asks for nothing, so it says nothing either.
            guard state != .notApplicable else { return }
            covering += 1
            if state.speaks { coveringKnown += 1 }
            if state == .conform { coveringConform += 1 }
        } else {
            if state.speaks { touching += 1 }
            if state == .conform { touchingConform += 1 }
            if relation == .subset, state == .partlyConform { isPartly = true }
        }
    }

    package var word: ProjectedWord {
        if isContradicted { return .contradicted }
        if coveringKnown > 0 { return coveringConform == covering && !isPartly ? .supported : .partlySupported }
        if touching > 0 { return .touched }
        return reaches > 0 ? .unknown : .noPath
    }

    /// The results that a person may accept: none says more than the sources do. What only overlaps shows a part, if
    /// it is conform.
    package var offered: [Answer.Result] {
        switch word {
        case .supported: [.conform, .partlyConform, .nonconform]
        case .partlySupported: [.partlyConform, .nonconform]
        case .contradicted: [.nonconform]
        case .touched: touchingConform > 0 ? [.partlyConform, .nonconform] : []
        case .unknown, .noPath, .answered: []
        }
    }
}

/// The projected words of every assessable item, kept true answer by answer. A whole computation costs a walk for each
/// item; one answer costs a walk for each item that it reaches.
package struct Projector: Sendable {
    package let graph: CrosswalkGraph
    private(set) var states: [SourceState]
    private var words: [ProjectedWord]
    /// By framework, in the order of the graph.
    package private(set) var counts: [ProjectionCounts]

    /// - Parameter states: By node.
    package init(_ graph: CrosswalkGraph, states: [SourceState]) {
        precondition(states.count == graph.nodes.count, "\(states.count) states for \(graph.nodes.count) nodes")
        self.graph = graph
        self.states = states
        words = Array(repeating: .noPath, count: states.count)
        counts = Array(
            repeating: ProjectionCounts(), count: graph.frameworkCount)
        var walker = CrosswalkWalker(graph)
        for node in graph.nodes.indices where graph.nodes[node].isAssessable {
            words[node] = Self.word(of: node, graph, states, &walker)
            counts[graph.nodes[node].framework].add(words[node])
        }
    }

    package func word(of node: Int) -> ProjectedWord { words[node] }

    /// Takes in one answer.
    /// - Returns: How many items were computed anew.
    @discardableResult
    package mutating func set(_ state: SourceState, of node: Int, with walker: inout CrosswalkWalker) -> Int {
        guard states[node] != state else { return 0 }
        states[node] = state
        let touched = walker.reached(from: node, in: graph).union([node])
        for other in touched where graph.nodes[other].isAssessable {
            let word = Self.word(of: other, graph, states, &walker)
            guard words[other] != word else { continue }
            counts[graph.nodes[other].framework].add(words[other], -1)
            counts[graph.nodes[other].framework].add(word)
            words[other] = word
        }
        return touched.count
    }

    private static func word(
        of node: Int, _ graph: CrosswalkGraph, _ states: [SourceState], _ walker: inout CrosswalkWalker
    ) -> ProjectedWord {
        if states[node].isAnswered { return .answered }
        var tally = ProjectionTally()
        let framework = graph.nodes[node].framework
        walker.reaching(node, in: graph) { label in
            guard graph.nodes[Int(label.node)].framework != framework else { return }
            tally.add(label.relation, states[Int(label.node)])
        }
        return tally.word
    }
}
