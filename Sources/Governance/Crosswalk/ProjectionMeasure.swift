// How long the projection takes on a made-up crosswalk of a chosen size: what the hidden command measures.
import Foundation

/// Figures of one run, in milliseconds.
package struct ProjectionMeasure: Sendable {
    package let items: Int
    package let mappings: Int
    package let build: Double
    package let whole: Double
    /// Middle and worst of many single answers.
    package let oneAnswer: (median: Double, worst: Double)
    /// Items computed anew by the worst of them.
    package let touchedMax: Int

    /// Frameworks in a ring, each mapped to the next two as published crosswalks are: most pairs overlap, some contain,
    /// few are equal. Half of the frameworks are assessed.
    package init(frameworks: Int, itemsEach: Int, mappingsPerItem: Int = 2, answers: Int = 2_000) {
        var state: UInt64 = 42
        func draw(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        func id(_ kind: UInt8, _ n: Int) -> UUID {
            UUID(
                uuid: (
                    kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, UInt8(n >> 24 & 255), UInt8(n >> 16 & 255),
                    UInt8(n >> 8 & 255), UInt8(n & 255)
                ))
        }
        let nodes = (0..<frameworks * itemsEach).map {
            CrosswalkNode(id: id(1, $0), framework: $0 / itemsEach, isAssessable: true)
        }
        var mappings: [CrosswalkMapping] = []
        for node in nodes.indices {
            for _ in 0..<mappingsPerItem {
                for next in [1, 2] {
                    let other = (nodes[node].framework + next) % frameworks * itemsEach + draw(itemsEach)
                    guard nodes[other].framework != nodes[node].framework else { continue }
                    let relation: SetRelation =
                        switch draw(20) {
                        case 0, 1: .equal
                        case 2, 3, 4: .superset
                        case 5, 6, 7: .subset
                        default: .intersects
                        }
                    mappings.append(
                        CrosswalkMapping(
                            id: id(2, mappings.count), source: nodes[node].id, target: nodes[other].id,
                            relation: relation, strength: 1 + draw(10)))
                }
            }
        }
        let answered: [SourceState] = [.conform, .partlyConform, .nonconform, .unknown, .notApplicable]
        let states = nodes.map { $0.framework < frameworks / 2 ? answered[draw(answered.count)] : .outOfScope }
        let clock = ContinuousClock()
        func milliseconds(_ body: () -> Void) -> Double {
            let taken = clock.measure(body).components
            return Double(taken.seconds) * 1e3 + Double(taken.attoseconds) / 1e15
        }
        var graph = CrosswalkGraph(nodes: [], mappings: [])
        build = milliseconds { graph = CrosswalkGraph(nodes: nodes, mappings: mappings) }
        var projector = Projector(CrosswalkGraph(nodes: [], mappings: []), states: [])
        whole = milliseconds { projector = Projector(graph, states: states) }
        var walker = CrosswalkWalker(graph)
        var times: [Double] = []
        var touchedMax = 0
        for _ in 0..<answers {
            let node = draw(frameworks / 2 * itemsEach)
            let state = answered[draw(answered.count)]
            times.append(
                milliseconds { touchedMax = max(touchedMax, projector.set(state, of: node, with: &walker)) })
        }
        times.sort()
        items = nodes.count
        self.mappings = mappings.count
        oneAnswer = (times.isEmpty ? 0 : times[times.count / 2], times.last ?? 0)
        self.touchedMax = touchedMax
    }
}
