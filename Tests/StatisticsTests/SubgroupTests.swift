// The search for the worst subgroup: it finds a planted one, names no other, and keeps its level when there is none.
import Foundation
import Statistics
import Testing

@Suite struct SubgroupTests {
    private func features(_ generator: inout Generator, _ rows: Int) -> [SubgroupSearch.Feature] {
        [3, 2, 4, 5].enumerated().map { index, width in
            SubgroupSearch.Feature(
                name: "f\(index)", categories: (0..<width).map { "v\($0)" },
                codes: (0..<rows).map { _ in generator.next() < 0.02 ? -1 : Int32(generator.below(width)) })
        }
    }

    @Test func aPlantedSubgroupOfThreeConditionsIsFound() throws {
        var generator = Generator(1)
        let features = features(&generator, 20_000)
        let outcome = (0..<20_000).map { row in
            let isPlanted = features[0].codes[row] == 1 && features[1].codes[row] == 0 && features[2].codes[row] == 3
            return generator.next() < (isPlanted ? 0.6 : 0.1)
        }
        let result = try #require(SubgroupSearch(features: features, outcome: outcome)).worst(5)
        let first = try #require(result.worst.first)
        #expect(first.conditions.map { "\($0.feature)=\($0.value)" } == ["f0=v1", "f1=v0", "f2=v3"])
        #expect(first.lowerBound > 0.45 && first.lowerBound < first.rate && first.adjustedP < 1e-6)
        #expect(result.tests > 100 && result.worst.count == 5)
        let members = (0..<20_000).filter {
            features[0].codes[$0] == 1 && features[1].codes[$0] == 0 && features[2].codes[$0] == 3
        }
        #expect(first.count == members.count && first.outcomes == members.count { outcome[$0] })
        let shallow = try #require(SubgroupSearch(features: features, outcome: outcome)).worst(3, depth: 1)
        #expect(shallow.worst.allSatisfy { $0.conditions.count == 1 } && shallow.tests == 14)
    }

    @Test func noiseHasNoWorstSubgroup() throws {
        var alarms = 0
        var naive = 0
        for seed in 1...60 {
            var generator = Generator(seed)
            let features = features(&generator, 3_000)
            let outcome = (0..<3_000).map { _ in generator.next() < 0.2 }
            let result = try #require(SubgroupSearch(features: features, outcome: outcome)).worst(50)
            if result.worst.contains(where: { $0.lowerBound > 0.2 }) { alarms += 1 }
            if result.worst.contains(where: { $0.adjustedP / Double(result.tests) < 0.05 }) { naive += 1 }
        }
        #expect(alarms <= 5, "\(alarms) of 60 bounds above the true rate")
        #expect(naive > 50, "without correction \(naive) of 60 would be accused")
    }

    @Test func nothingToSearchIsNoSubgroup() throws {
        #expect(SubgroupSearch(features: [], outcome: []) == nil)
        let one = SubgroupSearch.Feature(name: "f", categories: ["a"], codes: [0, 0])
        #expect(SubgroupSearch(features: [one], outcome: [true]) == nil)
        #expect(try #require(SubgroupSearch(features: [one], outcome: [true, false])).worst().tests == 0)
        #expect(try #require(SubgroupSearch(features: [], outcome: [true, false])).worst().worst.isEmpty)
    }
}
