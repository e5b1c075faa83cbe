// Merging: any split and any order of the parts gives the whole; sketches keep what they certify.
import Foundation
import Statistics
import Testing

@Suite struct MergeTests {
    private func split(_ values: [Double], seed: Int) -> [[Double]] {
        var generator = Generator(seed)
        var parts: [[Double]] = []
        var start = 0
        while start < values.count {
            let end = min(values.count, start + generator.below(values.count / 3 + 2))
            parts.append(Array(values[start..<end]))
            start = end
        }
        // Another order.
        for i in parts.indices.reversed() { parts.swapAt(i, generator.below(i + 1)) }
        return parts
    }

    @Test func momentsOfPartsAreThoseOfTheWhole() throws {
        for seed in 1...30 {
            let offset = seed % 3 == 0 ? 1e9 : 0
            let values = sample(seed: seed, n: 2_000, shift: offset, steps: 0)
            var whole = Moments()
            whole.add(values)
            var joined = Moments()
            for part in split(values, seed: seed) {
                var own = Moments()
                own.add(part)
                joined.merge(own)
            }
            #expect(joined.count == whole.count && joined.minimum == whole.minimum && joined.maximum == whole.maximum)
            #expect(agrees(joined.mean, whole.mean, 1e-14))
            let tolerance = offset > 0 ? 1e-6 : 1e-10
            #expect(agrees(joined.sampleVariance, try #require(whole.sampleVariance), tolerance))
            #expect(abs(try #require(joined.skewness) - (try #require(whole.skewness))) < tolerance)
            #expect(abs(try #require(joined.excessKurtosis) - (try #require(whole.excessKurtosis))) < tolerance)
        }
    }

    @Test func exactAccumulatorsMergeToTheWholeAndSurviveCoding() throws {
        for seed in 1...20 {
            let values = sample(seed: seed, n: 900, shift: 0, steps: seed % 2 == 0 ? 7 : 0).enumerated().map {
                $0.offset % 50 == 3 ? .nan : $0.offset % 97 == 5 ? .infinity : $0.element
            }
            let edges = [BinEdges([0.5, 1, 1.5]), BinEdges([1])]
            var whole = NumericAccumulator(edges: edges)
            whole.add(values)
            var joined = NumericAccumulator(edges: edges)
            for part in split(values, seed: seed) {
                var own = NumericAccumulator(edges: edges)
                own.add(part)
                joined.merge(try JSONDecoder().decode(NumericAccumulator.self, from: JSONEncoder().encode(own)))
            }
            #expect(joined.ordered().values == whole.ordered().values && joined.nulls == whole.nulls)
            #expect(joined.infinities == whole.infinities && joined.bins == whole.bins)
            #expect(whole.nulls == 18 && whole.infinities > 0)
        }
    }

    @Test func anEmptyAccumulatorSurvivesCoding() throws {
        let empty = NumericAccumulator(exactMax: 10)
        let back = try JSONDecoder().decode(NumericAccumulator.self, from: JSONEncoder().encode(empty))
        #expect(back == empty && back.moments.minimum == .infinity)
    }

    @Test func countsMergeInAnyOrder() {
        var generator = Generator(5)
        let names = (0..<1_000).map { _ in "c\(generator.below(30))" }
        var whole = CategoryAccumulator()
        for name in names { whole.add(name) }
        var parts: [CategoryAccumulator] = []
        for start in stride(from: 0, to: 1_000, by: 130) {
            var part = CategoryAccumulator()
            for name in names[start..<min(1_000, start + 130)] { part.add(name) }
            part.addNulls(2)
            parts.append(part)
        }
        var forwards = CategoryAccumulator()
        for part in parts { forwards.merge(part) }
        var backwards = CategoryAccumulator()
        for part in parts.reversed() { backwards.merge(part) }
        #expect(forwards == backwards && forwards.counts == whole.counts && forwards.nulls == 16)
        var many = CategoryAccumulator()
        for i in 0..<12_000 { many.add("n\(i)") }
        #expect(many.others == 2_000 && many.counts.count == CategoryAccumulator.categoriesMax && many.count == 12_000)
    }

    @Test func confusionAndHistogramsMerge() throws {
        var generator = Generator(9)
        var whole = ScoreHistogram()
        var parts = [ScoreHistogram](repeating: ScoreHistogram(), count: 5)
        var exact = BinarySample()
        for i in 0..<20_000 {
            let score = generator.next()
            let label = generator.next() < score
            whole.add(label: label, prediction: score > 0.5, score: score)
            parts[i % 5].add(label: label, prediction: score > 0.5, score: score)
            exact.add(label: label, prediction: score > 0.5, score: score)
        }
        whole.add(label: true, prediction: true, score: 7)
        var joined = ScoreHistogram()
        for part in parts.reversed() {
            joined.merge(try JSONDecoder().decode(ScoreHistogram.self, from: JSONEncoder().encode(part)))
        }
        #expect(joined.auc == whole.auc && joined.confusion == whole.confusion && whole.refused == 1)
        let error = try #require(whole.aucErrorMax)
        let auc = try #require(exact.ranking()?.auc)
        #expect(abs(try #require(whole.auc) - auc) <= error && error < 0.001)
        #expect(agrees(whole.logLoss, try #require(exact.logLoss()), 1e-9))
        #expect(agrees(whole.brier, try #require(exact.brier()), 1e-9))
        #expect(whole.confusion == exact.confusion)
    }
}

@Suite struct SketchTests {
    @Test(arguments: [1_000, 5_000, 100_000, 700_000])
    func ranksStayWithinTheCertifiedBoundAndTheBoundWithinTheStatedOne(_ n: Int) throws {
        for kind in 0..<4 {
            var generator = Generator(n + kind)
            var values = (0..<n).map { i -> Double in
                switch kind {
                case 0: return generator.next()
                case 1: return Double(i)
                case 2: return Double(n - i)
                default: return (generator.next() * 20).rounded()
                }
            }
            var sketch = QuantileSketch()
            sketch.add(values)
            #expect(sketch.count == n)
            #expect(sketch.weightedItems().reduce(0) { $0 + $1.weight } == n, "weights add up to the number of values")
            let k = Double(QuantileSketch.capacity)
            let levels = max(0, log2(Double(n) / k)) + 1
            #expect(Double(sketch.itemCount) <= k * (levels + 1))
            #expect(Double(sketch.rankErrorMax) <= Double(n) * levels / k * 1.5 + 1)
            values.sort()
            for _ in 0..<200 {
                let value = values[generator.below(n)]
                let rank = values.partitionIndex { $0 > value }
                #expect(abs(sketch.rank(of: value) - rank) <= sketch.rankErrorMax)
            }
            for probability in [0.01, 0.25, 0.5, 0.9] {
                let value = try #require(sketch.quantile(probability))
                let low = values.partitionIndex { $0 >= value }
                let high = values.partitionIndex { $0 > value }
                let wanted = probability * Double(n)
                let slack = Double(sketch.rankErrorMax) * 2 + 1
                #expect(Double(low) - slack <= wanted && wanted <= Double(high) + slack)
            }
        }
    }

    @Test func sixtyFourPartsMergeWithinTheBoundAndAreBounded() throws {
        var generator = Generator(3)
        var all: [Double] = []
        var joined = NumericAccumulator(exactMax: 1_000)
        for part in 0..<64 {
            let values = (0..<3_000).map { _ in generator.next() * Double(part + 1) }
            all += values
            var own = NumericAccumulator(exactMax: 1_000)
            own.add(values)
            #expect(!own.isExact)
            let data = try JSONEncoder().encode(own)
            #expect(data.count < 25 * QuantileSketch.capacity * 3, "bounded in the sketch, not in the rows")
            joined.merge(try JSONDecoder().decode(NumericAccumulator.self, from: data))
        }
        all.sort()
        let (ordered, error) = joined.ordered()
        #expect(joined.moments.count == all.count && error > 0 && Double(error) < 0.02 * Double(all.count))
        for (i, value) in ordered.enumerated() where i % 100 == 7 {
            let rank = all.partitionIndex { $0 > value }
            let wanted = (Double(i) + 0.5) / Double(ordered.count) * Double(all.count)
            #expect(abs(Double(rank) - wanted) <= 2 * Double(error) + 64)
        }
    }

    @Test func theSameValuesMakeTheSameSketch() throws {
        let values = sample(seed: 8, n: 50_000, shift: 0, steps: 0)
        var first = QuantileSketch()
        first.add(values)
        var second = QuantileSketch()
        second.add(values)
        #expect(first == second)
        #expect(QuantileSketch().quantile(0.5) == nil)
    }
}

extension Array {
    /// The first index from which `belongs` holds, by search.
    fileprivate func partitionIndex(_ belongs: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if belongs(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

@Suite struct HysteresisTests {
    @Test func twoOfThreeRaiseAndThreeGoodOnesEnd() {
        var alarm = Hysteresis(needed: 2, of: 3)
        let outcomes = [true, false, false, true, true, false, true, false, false, false, false]
        let expected = [false, false, false, false, true, true, true, true, true, false, false]
        let found = outcomes.map { alarm.update(isBreached: $0) }
        #expect(found == expected)
    }
}
