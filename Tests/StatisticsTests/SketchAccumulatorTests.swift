// Performance and fairness in bounded memory: parts of other processes, certified errors, stated sizes.
import Foundation
import Statistics
import Testing

private struct Row {
    let group: String?
    let label: Bool
    let prediction: Bool
    let score: Double
}

/// Rows of one part, scores on a grid that is no multiple of the accumulators' for every second part.
private func rows(part: Int, _ n: Int) -> [Row] {
    var generator = Generator(1_000 + part)
    return (0..<n).map { _ in
        let raw = generator.next()
        let score = part % 2 == 0 ? raw : (raw * 97).rounded() / 97
        let choice = generator.below(20)
        let group = choice == 0 ? nil : choice < 8 ? "a" : choice < 19 ? "b, \"ü\"" : "rare"
        return Row(
            group: group, label: generator.next() < 0.2 + 0.6 * score, prediction: score > (group == "a" ? 0.4 : 0.5),
            score: score)
    }
}

private struct Part: Codable {
    var performance = PerformanceAccumulator()
    var fairness = FairnessAccumulator()

    mutating func add(_ rows: [Row]) {
        for row in rows {
            performance.add(label: row.label, prediction: row.prediction, score: row.score)
            fairness.add(group: row.group, label: row.label, prediction: row.prediction, score: row.score)
        }
    }

    mutating func merge(_ other: Part) {
        performance.merge(other.performance)
        fairness.merge(other.fairness)
    }
}

@Suite struct SketchAccumulatorTests {
    private static let parts = 64
    private static let rowsPerPart = 500

    @Test func sixtyFourPartsOfOtherProcessesMakeTheWhole() async throws {
        var joined = Part()
        for part in 0..<Self.parts {
            let process = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
                [part = part as Int] in
                var own = Part()
                own.add(rows(part: part, 500))
                let line = "part " + (try JSONEncoder().encode(own)).base64EncodedString() + "\n"
                try FileHandle.standardOutput.write(contentsOf: Data(line.utf8))
            }
            let result = try #require(process)
            let lines = String(decoding: result.standardOutputContent, as: UTF8.self).split(separator: "\n")
            let line = try #require(lines.first { $0.hasPrefix("part ") }, "the process of part \(part) gave nothing")
            let data = try #require(Data(base64Encoded: String(line.dropFirst(5))))
            joined.merge(try JSONDecoder().decode(Part.self, from: data))
        }
        var whole = Part()
        for part in 0..<Self.parts { whole.add(rows(part: part, Self.rowsPerPart)) }
        #expect(joined.performance.confusion == whole.performance.confusion)
        #expect(joined.performance.confusion.count == Self.parts * Self.rowsPerPart)
        #expect(joined.performance.grid.positives == whole.performance.grid.positives)
        #expect(joined.performance.grid.auc == whole.performance.grid.auc)
        #expect(agrees(joined.performance.grid.logLoss, try #require(whole.performance.grid.logLoss), 1e-12))
        #expect(
            agrees(
                joined.performance.width15.expectedError, try #require(whole.performance.width15.expectedError), 1e-12))
        let found = joined.fairness.results()
        let expected = whole.fairness.results()
        #expect(found.map(\.name) == ["a", "b, \"ü\"", "rare"])
        for (a, b) in zip(found, expected) {
            #expect(a.counts.confusion == b.counts.confusion && a.counts.auc == b.counts.auc)
            #expect(a.counts.aboveMedian == b.counts.aboveMedian && a.name == b.name)
            #expect(agrees(a.counts.brierSum, b.counts.brierSum, 1e-12))
        }
        #expect(joined.fairness.unknown == whole.fairness.unknown && joined.fairness.count == whole.fairness.count)
    }

    @Test func theOrderOfPartsDoesNotMatter() {
        let parts = (0..<8).map { part in
            var own = Part()
            own.add(rows(part: part, 300))
            return own
        }
        var forwards = Part()
        var backwards = Part()
        for part in parts { forwards.merge(part) }
        for part in parts.reversed() { backwards.merge(part) }
        #expect(forwards.performance.grid.positives == backwards.performance.grid.positives)
        #expect(
            forwards.fairness.results().map(\.counts.confusion) == backwards.fairness.results().map(\.counts.confusion))
        #expect(forwards.fairness.results().map(\.counts.auc) == backwards.fairness.results().map(\.counts.auc))
    }

    @Test func errorsStayWithinWhatIsCertified() throws {
        for seed in 0..<12 {
            let all = rows(part: seed, 4_000)
            var accumulator = Part()
            accumulator.add(all)
            let exact = BinarySample(
                labels: all.map(\.label), predictions: all.map(\.prediction), scores: all.map(\.score))
            let ranking = try #require(exact.ranking())
            let grid = accumulator.performance.grid
            #expect(abs(try #require(grid.auc) - ranking.auc) <= (try #require(grid.aucErrorMax)) + 1e-12)
            let distance = try #require(grid.kolmogorovSmirnov)
            #expect(distance <= ranking.kolmogorovSmirnov + 1e-12)
            #expect(ranking.kolmogorovSmirnov <= distance + (try #require(grid.kolmogorovSmirnovErrorMax)) + 1e-12)
            #expect(accumulator.performance.confusion == exact.confusion)
            // With 98 distinct scores, ties alone are one pair in about a hundred, half of which counts.
            #expect(try #require(grid.aucErrorMax) < (seed % 2 == 0 ? 0.001 : 0.01))
            #expect(agrees(grid.brier, try #require(exact.brier()), 1e-9))
            let median = Quantiles.linear(Sorting.sorted(all.map(\.score)), 0.5)
            for result in accumulator.fairness.results() {
                let own = all.filter { $0.group == result.name }
                let sample = BinarySample(
                    labels: own.map(\.label), predictions: own.map(\.prediction), scores: own.map(\.score))
                #expect(result.counts.confusion == sample.confusion)
                let auc = try #require(sample.ranking()?.auc)
                #expect(abs(try #require(result.counts.auc) - auc) <= (try #require(result.aucErrorMax)) + 1e-12)
                let above = own.count { $0.score > median }
                #expect(abs(result.counts.aboveMedian - above) <= result.aboveMedianErrorMax)
                #expect(result.aboveMedianErrorMax <= own.count / 20 + 2, "the bound says something")
            }
        }
    }

    @Test func theMedianBetweenTwoCellsIsExact() {
        var accumulator = FairnessAccumulator()
        for (group, score) in [("a", 0.1), ("a", 0.9), ("b", 0.2), ("b", 0.8)] {
            accumulator.add(group: group, label: score > 0.5, prediction: score > 0.5, score: score)
        }
        #expect(accumulator.results().map(\.counts.aboveMedian) == [1, 1])
        #expect(accumulator.results().map(\.aboveMedianErrorMax) == [0, 0])
        #expect(FairnessAccumulator().results().isEmpty)
    }

    @Test func encodedSizesAreBoundedWhateverTheRows() throws {
        var part = Part()
        for i in 0..<40 { part.add(rows(part: i, 2_500)) }
        let performance = try JSONEncoder().encode(part.performance).count
        #expect(performance <= PerformanceAccumulator.encodedBytesMax)
        // The worst case: counts of nineteen digits in every cell.
        var worst = try JSONSerialization.jsonObject(with: JSONEncoder().encode(part.performance)) as? [String: Any]
        var grid = worst?["grid"] as? [String: Any]
        let huge = [Int](repeating: .max, count: ScoreHistogram.cells)
        grid?["positives"] = huge
        grid?["negatives"] = huge
        worst?["grid"] = grid
        let text = try JSONSerialization.data(withJSONObject: try #require(worst))
        let decoded = try JSONDecoder().decode(PerformanceAccumulator.self, from: text)
        #expect(decoded.grid.positives == huge)
        let size = try JSONEncoder().encode(decoded).count
        #expect(
            size <= PerformanceAccumulator.encodedBytesMax && size > PerformanceAccumulator.encodedBytesMax * 8 / 10)
        var many = FairnessAccumulator()
        for i in 0..<5_000 {
            let score = Double(i % 100) / 100
            many.add(group: "g\(i % 1_500)", label: i % 3 == 0, prediction: i % 2 == 0, score: score)
        }
        #expect(many.results().count == FairnessAccumulator.groupsMax && many.others > 0 && many.count == 5_000)
        let names = many.results().reduce(0) { $0 + $1.name.utf8.count + 3 }
        let encoded = try JSONEncoder().encode(many).count
        #expect(encoded <= FairnessAccumulator.encodedBytesMax(groups: FairnessAccumulator.groupsMax) + names)
        let few = FairnessAccumulator.encodedBytesMax(groups: 3)
        #expect(try JSONEncoder().encode(part.fairness).count <= few + 30)
    }

    @Test func scoresThatAreNoneAreCountedApart() {
        var accumulator = PerformanceAccumulator()
        accumulator.add(label: true, prediction: true, score: nil)
        accumulator.add(label: true, prediction: false, score: .nan)
        accumulator.add(label: false, prediction: false, score: 2)
        accumulator.add(label: false, prediction: true, score: 0.5)
        #expect(accumulator.confusion.count == 4 && accumulator.grid.refused == 2)
        #expect(accumulator.width10.count == 1 && accumulator.grid.confusion.count == 1 && accumulator.grid.auc == nil)
    }
}
