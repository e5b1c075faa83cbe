// Calibration and expected performance in bounded memory: certified errors, merges, stated sizes.
import Foundation
import Statistics
import Testing

private struct Scored {
    var scores: [Double] = []
    var labels: [Bool] = []
    var predictions: [Bool] = []

    /// Rows whose rate is a given function of the score; scores are multiples of 2⁻²⁰, so that their sums are exact.
    init(_ n: Int, seed: Int, rate: (Double) -> Double) {
        var generator = Generator(seed)
        for _ in 0..<n {
            let score = (generator.next() * 1_048_576).rounded(.down) / 1_048_576
            scores.append(score)
            labels.append(generator.next() < rate(score))
            predictions.append(score >= 0.5)
        }
    }
}

/// Rates of well and badly calibrated scores, with steps, and with falls that the fit must pool.
private let rates: [@Sendable (Double) -> Double] = [
    { $0 }, { $0 * $0 }, { $0 < 0.3 ? 0.05 : 0.9 }, { 0.5 + 0.4 * sin(40 * $0) }, { _ in 0.02 },
    // Within every cell of a grid the positives come first: the hardest order for it.
    { ($0 * 64).truncatingRemainder(dividingBy: 1) < 0.4 ? 1 : 0 },
]

@Suite struct CalibrationAccumulatorTests {
    @Test(arguments: rates.indices, [64, 1_000, 16_384])
    func theFitOfTheRowsLiesWithinTheBoundsOfTheGrid(_ shape: Int, _ cells: Int) throws {
        let rows = Scored(6_000, seed: 31 + shape, rate: rates[shape])
        var grid = CalibrationGrid(cells: cells)
        for i in rows.scores.indices { grid.add(score: rows.scores[i], label: rows.labels[i]) }
        let exact = try #require(IsotonicMap(scores: rows.scores, labels: rows.labels))
        let fit = try #require(grid.isotonic)
        let bounds = try #require(grid.bounds)
        var generator = Generator(5)
        let elsewhere = (0..<3_000).map { _ in generator.next() } + [0, 1]
        var widest = 0.0
        for score in rows.scores + elsewhere {
            let probability = fit(score)
            let error = bounds.errorMax(score: score, probability: probability)
            #expect(abs(exact(score) - probability) <= error + 1e-12, "\(score)")
            widest = max(widest, error)
        }
        #expect(widest > 0 && widest <= 1)
    }

    @Test func theBoundsAreNarrowForManyRows() throws {
        let rows = Scored(200_000, seed: 3, rate: { 0.1 + 0.8 * $0 })
        var grid = CalibrationGrid()
        for i in rows.scores.indices { grid.add(score: rows.scores[i], label: rows.labels[i]) }
        let fit = try #require(grid.isotonic)
        let bounds = try #require(grid.bounds)
        let errors = rows.scores.map { bounds.errorMax(score: $0, probability: fit($0)) }
        #expect(errors.reduce(0, +) / Double(errors.count) < 0.02)
    }

    @Test func binsOfEqualMassAreThoseOfTheRows() throws {
        // Scores that are the middles of cells are not changed by the grid.
        var generator = Generator(8)
        let scores = (0..<5_000).map { _ in (Double(generator.below(64)) + 0.5) / 64 }
        let labels = scores.map { generator.next() < $0 * $0 }
        var grid = CalibrationGrid(cells: 64)
        for i in scores.indices { grid.add(score: scores[i], label: labels[i]) }
        var exact = ReliabilityBins(edges: .quantiles(ofSorted: scores.sorted()))
        for i in scores.indices { exact.add(score: scores[i], label: labels[i]) }
        #expect(grid.bins().edges == exact.edges && grid.bins().counts == exact.counts)
        #expect(abs((grid.bins().expectedError ?? 1) - (exact.expectedError ?? 0)) < 1e-12)
        #expect(grid.isotonic == IsotonicMap(scores: scores, labels: labels))
        #expect(CalibrationGrid().isotonic == nil && CalibrationGrid().bounds == nil)
    }

    @Test(arguments: [7, 1_000, 5_001], [100, 4_000, Int.max])
    func partsMergeAsIfTheirRowsStoodBehindEachOther(_ cut: Int, _ exactMax: Int) {
        let rows = Scored(9_000, seed: 12, rate: { $0 })
        func counted(_ range: Range<Int>) -> CalibrationAccumulator {
            var out = CalibrationAccumulator(exactMax: exactMax)
            out.add(
                labels: Array(rows.labels[range]), predictions: Array(rows.predictions[range]),
                scores: Array(rows.scores[range]))
            return out
        }
        let whole = counted(0..<9_000)
        var parts = counted(0..<cut)
        parts.merge(counted(cut..<9_000))
        #expect(parts.halves == whole.halves && parts.sample == whole.sample && parts.count == 9_000)
        #expect(parts.isExact == (exactMax == .max) && parts.performance?.confusion == whole.performance?.confusion)
        // Rows of even numbers are counted in the first half, whatever part they came in.
        if let first = whole.halves.first { #expect(first.count == 4_500) }
    }

    @Test func theEncodedFormIsBounded() throws {
        var counted = CalibrationAccumulator(exactMax: 1_000)
        for seed in 0..<6 {
            let rows = Scored(40_000, seed: seed, rate: { $0 })
            counted.add(labels: rows.labels, predictions: rows.predictions, scores: rows.scores.map { $0.nextUp })
        }
        let bytes = try JSONEncoder().encode(counted).count
        #expect(counted.count == 240_000 && bytes <= CalibrationAccumulator.encodedBytesMax)
        #expect(try JSONDecoder().decode(CalibrationAccumulator.self, from: JSONEncoder().encode(counted)) == counted)
        let bounds = try #require(counted.halves.first?.bounds)
        #expect(try JSONEncoder().encode(bounds).count <= 2 * CalibrationBounds.stretches * 26 + 100)
    }

    // MARK: Expectation

    private func metrics(_ p: ExpectedPerformance, _ auc: Double?) -> [Double] {
        [p.accuracy, p.precision, p.recall, p.specificity, p.f1, auc].map { $0 ?? .nan }
    }

    private func auc(_ rows: Scored, _ calibrated: [Double]) -> Double? {
        let order = rows.scores.indices.sorted { rows.scores[$0] < rows.scores[$1] }.map { Int32($0) }
        return ExpectedPerformance.auc(scores: rows.scores, calibrated: calibrated, order: order)
    }

    @Test(arguments: [0, 0.02, 0.3])
    func everyValueIsWithinItsError(_ error: Double) throws {
        let rows = Scored(4_000, seed: 77, rate: { $0 })
        var generator = Generator(2)
        let given = rows.scores.map { min(1, max(0, 0.1 + 0.8 * $0)) }
        var counted = ExpectedAccumulator(cells: 100)
        for i in given.indices {
            counted.add(
                score: rows.scores[i], calibrated: given[i], errorMax: error, prediction: rows.predictions[i])
        }
        let found = metrics(counted.performance, counted.auc)
        let errors = [
            counted.accuracyErrorMax, counted.precisionErrorMax, counted.recallErrorMax, counted.specificityErrorMax,
            counted.f1ErrorMax, counted.aucErrorMax,
        ].map { $0 ?? .nan }
        #expect(counted.isApproximate == (error > 0))
        // What the probabilities may be in truth: all up, all down, each at random, apart by decision or by rank.
        let moves: [(Int) -> Double] = [
            { _ in 1 }, { _ in -1 }, { _ in generator.next() * 2 - 1 }, { rows.predictions[$0] ? 1 : -1 },
            { rows.predictions[$0] ? -1 : 1 }, { rows.scores[$0] > 0.8 ? 1 : -1 },
        ]
        for move in moves {
            let truth = given.indices.map { min(1, max(0, given[$0] + error * move($0))) }
            var exact = ExpectedPerformance()
            for i in truth.indices { exact.add(calibrated: truth[i], prediction: rows.predictions[i]) }
            for (place, value) in metrics(exact, auc(rows, truth)).enumerated() {
                #expect(abs(value - found[place]) <= errors[place] + 1e-9, "\(place)")
            }
        }
        // Without an error of the calibration only the AUC has one: that of the grid.
        if error == 0 { #expect(errors.dropLast().allSatisfy { $0 == 0 } && (errors.last ?? 1) < 0.02) }
    }

    @Test func expectationsOfPartsAreThoseOfTheWhole() throws {
        let rows = Scored(3_000, seed: 6, rate: { $0 })
        func counted(_ range: Range<Int>) -> ExpectedAccumulator {
            var out = ExpectedAccumulator()
            for i in range {
                out.add(
                    score: rows.scores[i], calibrated: rows.scores[i], errorMax: i % 2 == 0 ? 0.125 : 0,
                    prediction: rows.predictions[i])
            }
            return out
        }
        var parts = counted(0..<0)
        for part in 0..<3 { parts.merge(counted(part * 1_000..<(part + 1) * 1_000)) }
        let whole = counted(0..<3_000)
        // Scores are multiples of 2⁻²⁰: sums do not round, whatever their order.
        #expect(parts.auc == whole.auc && parts.aucErrorMax == whole.aucErrorMax)
        #expect(parts.performance.truePositives == whole.performance.truePositives)
        #expect(parts.accuracyErrorMax == whole.accuracyErrorMax && whole.accuracyErrorMax == 0.0625)
        #expect(try JSONEncoder().encode(whole).count <= ExpectedAccumulator.encodedBytesMax())
        #expect(ExpectedAccumulator().auc == nil && ExpectedAccumulator().aucErrorMax == nil)
        #expect(ExpectedAccumulator().accuracyErrorMax == nil)
    }
}
