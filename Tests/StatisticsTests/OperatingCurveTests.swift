// The curves behind ROC AUC and average precision: the same areas, whatever the order of rows.
import Statistics
import Testing

private func sample(_ seed: Int, _ n: Int, steps: Double) -> BinarySample {
    var generator = Generator(seed)
    var out = BinarySample()
    for _ in 0..<n {
        let raw = generator.next()
        let score = steps > 0 ? (raw * steps).rounded(.down) / steps : raw
        out.add(label: generator.next() < 0.2 + 0.5 * raw, prediction: score >= 0.5, score: score)
    }
    return out
}

private func rocArea(_ curve: OperatingCurve) -> Double {
    zip(curve.points, curve.points.dropFirst()).reduce(0) { sum, pair in
        let width = curve.falsePositiveRate(pair.1) - curve.falsePositiveRate(pair.0)
        return sum + width * (curve.truePositiveRate(pair.1) + curve.truePositiveRate(pair.0)) / 2
    }
}

private func averagePrecision(_ curve: OperatingCurve) -> Double {
    zip(curve.points, curve.points.dropFirst()).reduce(0) { sum, pair in
        sum + (curve.truePositiveRate(pair.1) - curve.truePositiveRate(pair.0)) * pair.1.precision
    }
}

@Suite struct OperatingCurveTests {
    @Test func theAreasAreThoseOfTheRanking() throws {
        for (seed, steps) in [(1, 0.0), (2, 10), (3, 100), (4, 2)] {
            let rows = sample(seed, 2_000, steps: steps)
            let curve = try #require(rows.operatingCurve())
            let ranking = try #require(rows.ranking())
            #expect(agrees(rocArea(curve), ranking.auc, 1e-12))
            #expect(agrees(averagePrecision(curve), ranking.averagePrecision, 1e-12))
            #expect(curve.points.count == Set(rows.scores).count + 1 && curve.thresholds == Set(rows.scores).count)
        }
    }

    /// scikit-learn 1.x: roc_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], drop_intermediate=False) and
    /// precision_recall_curve of the same, the example in both functions' documentation.
    @Test func theExampleOfScikitLearn() throws {
        let rows = BinarySample(
            labels: [false, false, true, true], predictions: [false, false, false, true], scores: [0.1, 0.4, 0.35, 0.8])
        let curve = try #require(rows.operatingCurve())
        #expect(curve.points.map(\.threshold) == [.infinity, 0.8, 0.4, 0.35, 0.1])
        #expect(curve.points.map(curve.falsePositiveRate) == [0, 0, 0.5, 0.5, 1])
        #expect(curve.points.map(curve.truePositiveRate) == [0, 0.5, 0.5, 1, 1])
        #expect(curve.points.map(\.precision) == [1, 1, 0.5, 2.0 / 3, 0.5])
    }

    @Test func leavingPointsOutMovesTheAreaByNoMoreThanStated() throws {
        let rows = sample(7, 20_000, steps: 0)
        let all = try #require(rows.operatingCurve())
        for steps in [1, 5, 50, 200] {
            let some = try #require(rows.operatingCurve(steps: steps))
            #expect(some.points.count <= 2 * steps + 2 && some.thresholds == all.thresholds)
            #expect(some.points.first == all.points.first && some.points.last == all.points.last)
            #expect(abs(rocArea(some) - rocArea(all)) <= 1 / Double(steps))
            #expect(Set(some.points).isSubset(of: Set(all.points)), "a point of the curve is never made up")
        }
        #expect(try #require(rows.operatingCurve(steps: 200)).points.count > 200)
    }

    @Test func theOrderOfRowsDoesNotMatter() throws {
        let rows = sample(9, 500, steps: 20)
        let turned = BinarySample(
            labels: rows.labels.reversed(), predictions: rows.predictions.reversed(), scores: rows.scores.reversed())
        #expect(rows.operatingCurve() == turned.operatingCurve())
    }

    @Test func oneClassOrNoScoresHaveNoCurve() {
        #expect(BinarySample(labels: [true], predictions: [true], scores: [1]).operatingCurve() == nil)
        #expect(BinarySample(labels: [true, false], predictions: [true, true], scores: []).operatingCurve() == nil)
    }
}
