// The crosswalk without a database: what follows from what, paths, cycles, disagreements, and the projection answer by
// answer against the whole.
import Foundation
import Governance
import Records
import Testing

/// A small crosswalk made by hand: items are letters, the framework of an item is its place in `frameworks`.
struct SmallCrosswalk {
    private(set) var mappings: [CrosswalkMapping] = []
    let frameworks: [String]
    init(_ frameworks: String...) { self.frameworks = frameworks }

    static func id(_ letter: Character) -> UUID {
        UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, letter.asciiValue ?? 0))
    }

    mutating func map(
        _ source: Character, _ relation: SetRelation, _ target: Character, _ strength: Int = 8, isOwn: Bool = false,
        _ state: Mapping.ReviewState? = nil
    ) {
        let n = UInt8(mappings.count + 1)
        mappings.append(
            CrosswalkMapping(
                id: UUID(uuid: (1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, n)), isOwn: isOwn, source: Self.id(source),
                target: Self.id(target), relation: relation, strength: strength, reviewState: state))
    }

    var graph: CrosswalkGraph {
        CrosswalkGraph(
            nodes: frameworks.enumerated().flatMap { n, letters in
                letters.map { CrosswalkNode(id: Self.id($0), framework: n, isAssessable: true) }
            }, mappings: mappings)
    }

    /// The best paths to an item as "source relation strength/steps".
    func paths(to letter: Character) -> [String] {
        let graph = graph
        var walker = CrosswalkWalker(graph)
        guard let node = graph.node(Self.id(letter)) else { return [] }
        return walker.paths(to: node, in: graph).map { path in
            let source = frameworks.joined().first { graph.node(Self.id($0)) == path.source } ?? "?"
            return "\(source) \(path.relation) \(path.strength)/\(path.edges.count)"
        }
    }

    func word(of letter: Character, _ states: [Character: SourceState]) -> ProjectedWord? {
        let graph = graph
        let all = frameworks.joined().map { states[$0] ?? .outOfScope }
        return graph.node(Self.id(letter)).map { Projector(graph, states: all).word(of: $0) }
    }
}

@Suite struct SetRelationTests {
    /// Sets of up to three things, none empty: enough to tell all relations apart.
    private static let sets: [Set<Int>] = (1..<16).map { bits in Set((0..<4).filter { bits >> $0 & 1 == 1 }) }

    private func holds(_ relation: SetRelation, _ a: Set<Int>, _ b: Set<Int>) -> Bool {
        switch relation {
        case .equal: a == b
        case .superset: a.isSuperset(of: b)
        case .subset: a.isSubset(of: b)
        case .intersects: !a.isDisjoint(with: b)
        }
    }

    @Test func whatIsSaidToFollowHoldsForAllSetsAndWhereNothingIsSaidNothingDoes() {
        for first in SetRelation.allCases {
            for next in SetRelation.allCases {
                var always = Set(SetRelation.allCases)
                for a in Self.sets {
                    for b in Self.sets where holds(first, a, b) {
                        for c in Self.sets where holds(next, b, c) { always = always.filter { holds($0, a, c) } }
                    }
                }
                // The strongest of what always holds; a set that equals also contains, so the first says all.
                #expect(first.followed(by: next) == always.min(), "\(first) then \(next)")
            }
        }
    }

    @Test func theOrderOfComposingDoesNotMatterAndThePathMayBeReadFromEitherEnd() {
        for a in SetRelation.allCases {
            #expect(a.inverse.inverse == a)
            for b in SetRelation.allCases {
                #expect(a.followed(by: b)?.inverse == b.inverse.followed(by: a.inverse))
                for c in SetRelation.allCases {
                    let left = a.followed(by: b).flatMap { $0.followed(by: c) }
                    let right = b.followed(by: c).flatMap { a.followed(by: $0) }
                    #expect(left == right, "\(a) \(b) \(c)")
                }
            }
        }
    }
}

@Suite struct CrosswalkGraphTests {
    @Test func aPathTellsItsRelationAndItsWeakestStrength() {
        var small = SmallCrosswalk("a", "b", "c")
        small.map("a", .superset, "b", 9)
        small.map("b", .equal, "c", 6)
        #expect(small.paths(to: "c") == ["b equal 6/1", "a superset 6/2"])
        #expect(small.paths(to: "a") == ["b subset 9/1", "c subset 6/2"], "read backwards, it is the other way round")
    }

    @Test func aMappingAlwaysWinsOverWhatIsInferred() {
        var small = SmallCrosswalk("a", "b", "c")
        small.map("a", .equal, "b", 10)
        small.map("b", .equal, "c", 10)
        small.map("a", .intersects, "c", 2)
        #expect(small.paths(to: "c") == ["b equal 10/1", "a intersects 2/1"])
    }

    @Test func whereNothingFollowsThereIsNoPath() {
        var small = SmallCrosswalk("a", "b", "c")
        small.map("a", .intersects, "b")
        small.map("b", .intersects, "c")
        #expect(small.paths(to: "c") == ["b intersects 8/1"])
    }

    @Test func theStrongerOfTwoWaysIsTakenAndOfEqualsTheShorter() {
        var small = SmallCrosswalk("a", "bx", "cy", "d")
        small.map("a", .equal, "b", 5)
        small.map("b", .equal, "d", 5)
        small.map("a", .equal, "x", 7)
        small.map("x", .equal, "y", 7)
        small.map("y", .equal, "d", 7)
        #expect(small.paths(to: "d").contains("a equal 7/3"))
        small.map("x", .equal, "d", 7)
        #expect(small.paths(to: "d").contains("a equal 7/2"))
    }

    @Test func aPathHasThreeStepsAtMost() {
        var small = SmallCrosswalk("a", "b", "c", "d", "e")
        for (x, y) in [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e")] as [(Character, Character)] {
            small.map(x, .equal, y)
        }
        #expect(small.paths(to: "e") == ["d equal 8/1", "c equal 8/2", "b equal 8/3"])
    }

    @Test func cyclesEndAndAddNothing() {
        var small = SmallCrosswalk("a", "b", "c")
        small.map("a", .superset, "b", 9)
        small.map("b", .superset, "c", 9)
        let open = small.paths(to: "c")
        small.map("c", .superset, "a", 3)
        #expect(small.paths(to: "b").count == 2)
        #expect(open == ["b superset 9/1", "a superset 9/2"])
        #expect(
            small.paths(to: "c") == ["b superset 9/1", "a subset 3/1"], "the mapping between the two is the word now")
    }

    @Test func aMappingToItselfOrToNowhereIsLeftOutAndNamed() {
        var small = SmallCrosswalk("a", "b")
        small.map("a", .equal, "a")
        small.map("a", .equal, "z")
        #expect(small.graph.edges.isEmpty)
        #expect(small.graph.dangling.count == 2)
        #expect(small.graph.conflicts().map(\.kind) == [.dangling, .dangling])
        #expect(small.paths(to: "a").isEmpty)
    }

    @Test func ofTwoSetsThatDisagreeTheWeakerReadingCounts() {
        var small = SmallCrosswalk("a", "b")
        small.map("a", .superset, "b", 9)
        small.map("b", .superset, "a", 4)
        #expect(small.paths(to: "b") == ["a intersects 4/1"])
        let conflicts = small.graph.conflicts()
        #expect(conflicts.map(\.kind) == [.disagreement])
        #expect(conflicts.first?.mappings.count == 2)
    }

    @Test func anOwnMappingStandsInThePlaceOfThoseOfSetsAndTheDisagreementIsShown() {
        var small = SmallCrosswalk("a", "b")
        small.map("a", .intersects, "b", 4)
        small.map("a", .equal, "b", 9, isOwn: true)
        #expect(small.paths(to: "b") == ["a equal 9/1"])
        #expect(small.graph.conflicts().map(\.kind) == [.disagreement])
    }

    @Test func aDisputedMappingOfOnesOwnTakesThePairOut() {
        var small = SmallCrosswalk("a", "b")
        small.map("a", .equal, "b", 9)
        small.map("a", .equal, "b", 9, isOwn: true, .disputed)
        #expect(small.paths(to: "b").isEmpty)
        #expect(small.graph.conflicts().map(\.kind) == [.disputed])
    }

    @Test func equalWithoutStrengthIsAConflictInItself() {
        var small = SmallCrosswalk("a", "b")
        small.map("a", .equal, "b", 3)
        #expect(small.graph.conflicts().map(\.kind) == [.disagreement])
    }

    @Test func aWayThatSaysMoreThanTheMappingIsAConflictAndOneThatSaysLessIsNot() throws {
        var small = SmallCrosswalk("a", "b", "c")
        small.map("a", .equal, "b")
        small.map("b", .equal, "c")
        small.map("a", .intersects, "c")
        let conflict = try #require(small.graph.conflicts().first)
        #expect(conflict.kind == .pathSaysMore)
        #expect(conflict.path?.relation == .equal && conflict.path?.edges.count == 2)
        #expect(small.graph.conflicts().count == 1)
        var quiet = SmallCrosswalk("a", "b", "c")
        quiet.map("a", .superset, "b")
        quiet.map("b", .superset, "c")
        quiet.map("a", .equal, "c")
        let loud = quiet.graph.conflicts().filter { $0.kind == .pathSaysMore && $0.path?.relation == .superset }
        #expect(loud.isEmpty)
    }
}

@Suite struct ProjectionTests {
    /// "a" and "b" are assessed, "t" is projected on.
    private func word(_ a: (SetRelation, SourceState), _ b: (SetRelation, SourceState)? = nil) -> ProjectedWord? {
        var small = SmallCrosswalk("ab", "t")
        small.map("a", a.0, "t")
        if let b { small.map("b", b.0, "t") }
        var states: [Character: SourceState] = ["a": a.1]
        if let b { states["b"] = b.1 }
        return small.word(of: "t", states)
    }

    @Test func onlyWhatCoversAnItemSupportsItAndAllOfItMustBeConform() {
        #expect(word((.equal, .conform)) == .supported)
        #expect(word((.superset, .conform)) == .supported)
        #expect(word((.superset, .partlyConform)) == .partlySupported)
        #expect(word((.superset, .conform), (.equal, .unknown)) == .partlySupported)
        #expect(word((.superset, .conform), (.subset, .partlyConform)) == .partlySupported)
        #expect(word((.superset, .conform), (.intersects, .nonconform)) == .supported)
        #expect(word((.subset, .conform)) == .touched)
        #expect(word((.intersects, .conform)) == .touched)
    }

    @Test func aNonconformOneThatCoversOrIsAPartContradicts() {
        for relation in [SetRelation.equal, .superset, .subset] {
            #expect(word((relation, .nonconform), (.equal, .conform)) == .contradicted, "\(relation)")
        }
        #expect(word((.intersects, .nonconform)) == .touched)
    }

    @Test func notAssessedIsUnknownAndNoSourceIsNoPath() {
        #expect(word((.equal, .unknown)) == .unknown)
        #expect(word((.equal, .notApplicable)) == .unknown, "what does not apply says nothing")
        #expect(word((.equal, .outOfScope)) == .noPath)
        #expect(word((.equal, .accepted)) == .unknown, "an accepted projection carries nothing on")
    }

    @Test func nothingIsProjectedOnAnItemWithAnAnswerOfItsOwn() {
        var small = SmallCrosswalk("a", "t")
        small.map("a", .equal, "t")
        #expect(small.word(of: "t", ["a": .conform, "t": .nonconform]) == .answered)
        #expect(small.word(of: "t", ["a": .conform, "t": .unknown]) == .supported)
    }

    @Test func offeredResultsNeverExceedWhatTheSourcesSay() {
        func offered(_ relation: SetRelation, _ state: SourceState) -> [Answer.Result] {
            var tally = ProjectionTally()
            tally.add(relation, state)
            return tally.offered
        }
        #expect(offered(.equal, .conform).contains(.conform))
        for state in [SourceState.partlyConform, .nonconform, .unknown, .notApplicable, .accepted] {
            for relation in SetRelation.allCases { #expect(!offered(relation, state).contains(.conform)) }
        }
        #expect(offered(.intersects, .conform) == [.partlyConform, .nonconform])
        #expect(offered(.equal, .nonconform) == [.nonconform])
        #expect(offered(.intersects, .partlyConform).isEmpty)
        #expect(offered(.equal, .unknown).isEmpty)
    }

    @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6])
    func answerByAnswerGivesWhatTheWholeGives(_ seed: UInt64) {
        var random = StateBox(seed)
        let perFramework = 12
        let nodes = (0..<5).flatMap { framework in
            (0..<perFramework).map { n in
                CrosswalkNode(
                    id: UUID(uuid: (2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, UInt8(framework), UInt8(n))),
                    framework: framework,
                    isAssessable: n % 7 != 6)
            }
        }
        let states: [SourceState] = [.unknown, .conform, .partlyConform, .nonconform, .notApplicable, .accepted]
        let mappings = (0..<160).compactMap { n -> CrosswalkMapping? in
            guard let a = nodes.randomElement(using: &random), let b = nodes.randomElement(using: &random) else {
                return nil
            }
            return CrosswalkMapping(
                id: UUID(uuid: (3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, UInt8(n / 256), UInt8(n % 256))),
                isOwn: n % 9 == 0, source: a.id, target: b.id,
                relation: SetRelation.allCases.randomElement(using: &random) ?? .intersects,
                strength: Int.random(in: 1...10, using: &random),
                reviewState: n % 27 == 0 ? .disputed : nil)
        }
        let graph = CrosswalkGraph(nodes: nodes, mappings: mappings)
        var now = nodes.map { $0.framework < 3 ? SourceState.unknown : .outOfScope }
        var projector = Projector(graph, states: now)
        var walker = CrosswalkWalker(graph)
        var moved = 0
        for _ in 0..<200 {
            let node = Int.random(in: 0..<nodes.count, using: &random)
            guard nodes[node].framework < 3, let state = states.randomElement(using: &random) else { continue }
            now[node] = state
            let before = nodes.indices.map(projector.word)
            projector.set(state, of: node, with: &walker)
            let whole = Projector(graph, states: now)
            #expect(nodes.indices.map(projector.word) == nodes.indices.map(whole.word))
            #expect(projector.counts == whole.counts)
            if before != nodes.indices.map(projector.word) { moved += 1 }
        }
        #expect(moved > 50, "the histories moved hardly anything: \(moved)")
    }
}
