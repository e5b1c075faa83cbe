// Performance, calibration and fairness: against scikit-learn and fairlearn, and what must not depend on row order.
import Foundation
import Statistics
import Testing

private struct Rows {
    var scores: [Double] = []
    var labels: [Bool] = []
    var groups: [Int] = []

    init(seed: Int, n: Int, steps: Double) {
        var generator = Generator(seed)
        for _ in 0..<n {
            let s = generator.next()
            scores.append(steps > 0 ? (s * steps).rounded(.down) / steps : s)
            labels.append(generator.next() < 0.2 + 0.5 * s)
            groups.append(generator.below(3))
        }
    }

    var sample: BinarySample {
        BinarySample(labels: labels, predictions: scores.map { $0 >= 0.5 }, scores: scores)
    }

    var groupCounts: [GroupCounts] {
        (0..<3).map { group in
            var counts = GroupCounts()
            for i in labels.indices where groups[i] == group {
                counts.confusion.add(label: labels[i], prediction: scores[i] >= 0.5)
            }
            return counts
        }
    }
}

@Suite struct ClassificationTests {
    @Test func everythingAgreesWithScikitLearnAndFairlearn() throws {
        let cases = try Reference.load()["binary"].list
        #expect(cases.count == 4)
        for row in cases {
            let rows = Rows(seed: row["seed"].int, n: row["n"].int, steps: row["steps"].number)
            let sample = rows.sample
            let ranking = try #require(sample.ranking())
            let counts = sample.confusion
            let fairness = FairnessSummary(rows.groupCounts, undefined: .zero)
            let values: [(String, Double?)] = [
                ("auc", ranking.auc), ("average_precision", ranking.averagePrecision),
                ("pr_auc", ranking.precisionRecallArea), ("log_loss", sample.logLoss()), ("brier", sample.brier()),
                ("mcc", counts.matthews), ("kappa", counts.kappa), ("f2", counts.fScore(beta: 2)),
                ("balanced_accuracy", counts.balancedAccuracy), ("jaccard", counts.jaccard),
                ("dp_difference", fairness.difference(\.selectionRate)), ("dp_ratio", fairness.ratio(\.selectionRate)),
                ("eo_difference", fairness.equalizedOddsDifference), ("eo_ratio", fairness.equalizedOddsRatio),
            ]
            for (key, value) in values {
                #expect(agrees(value, row[key].number, 1e-9), "seed \(row["seed"].int) \(key) \(value ?? .nan)")
            }
            let map = try #require(IsotonicMap(scores: rows.scores, labels: rows.labels))
            for i in rows.scores.indices {
                // Between the points both are linear: the same points give the same map.
                let x = row["isotonic_x"].numbers
                let y = row["isotonic_y"].numbers
                guard let place = x.firstIndex(of: rows.scores[i]) else { continue }
                #expect(agrees(map(rows.scores[i]), y[place], 1e-9, floor: 1e-9))
            }
            let points = row["isotonic_x"].numbers
            #expect(map.x.count == points.count && zip(map.x, points).allSatisfy { agrees($0, $1, 1e-12) })
        }
    }

    @Test func severalClassesAndRegressionAgree() throws {
        let reference = try Reference.load()
        var generator = Generator(21)
        var counts = MulticlassCounts()
        let names = ["a", "b", "c", "d"]
        for _ in 0..<500 {
            let truth = generator.below(4)
            let decided = generator.next() < 0.6 ? truth : generator.below(4)
            counts.add(label: names[truth], prediction: names[decided])
        }
        let row = reference["multiclass"]
        let values: [(String, Double?)] = [
            ("accuracy", counts.accuracy), ("balanced", counts.balancedAccuracy),
            ("f1_macro", counts.average(weighted: false) { $0.fScore(beta: 1) }),
            ("f1_weighted", counts.average(weighted: true) { $0.fScore(beta: 1) }),
            ("precision_macro", counts.average(weighted: false, \.precision)), ("kappa", counts.kappa),
            ("mcc", counts.matthews),
        ]
        for (key, value) in values { #expect(agrees(value, row[key].number, 1e-9), "\(key) \(value ?? .nan)") }

        generator = Generator(22)
        let truth = (0..<400).map { _ in generator.next() * 10 - 3 }
        let decided = truth.map { $0 + generator.next() - 0.4 }
        var errors = RegressionErrors()
        errors.add(labels: truth, predictions: decided)
        var joined = RegressionErrors()
        for start in [200, 0] {
            var part = RegressionErrors()
            part.add(labels: Array(truth[start..<(start + 200)]), predictions: Array(decided[start..<(start + 200)]))
            joined.merge(part)
        }
        for found in [errors, joined] {
            let regression: [(String, Double?)] = [
                ("mae", found.meanAbsoluteError), ("rmse", found.rootMeanSquareError),
                ("mape", found.meanAbsolutePercentageError), ("r2", found.rSquared),
            ]
            for (key, value) in regression { #expect(agrees(value, reference["regression"][key].number, 1e-9)) }
        }
    }

    @Test func theOrderOfRowsNeverMatters() throws {
        let rows = Rows(seed: 31, n: 600, steps: 8)
        let order = Array(rows.scores.indices.reversed())
        let there = try #require(BinarySample.ranking(scores: rows.scores, labels: rows.labels))
        let back = try #require(
            BinarySample.ranking(scores: order.map { rows.scores[$0] }, labels: order.map { rows.labels[$0] }))
        #expect(there == back)
        // CBPE, too: ties in the score with different labels.
        let map = try #require(IsotonicMap(scores: rows.scores, labels: rows.labels))
        let calibrated = rows.scores.map { map($0) }
        let first = try #require(
            ExpectedPerformance.auc(scores: rows.scores, calibrated: calibrated, order: Sorting.order(rows.scores)))
        let turned = order.map { rows.scores[$0] }
        let second = try #require(
            ExpectedPerformance.auc(
                scores: turned, calibrated: order.map { calibrated[$0] }, order: Sorting.order(turned)))
        #expect(agrees(first, second, 1e-12))
    }

    @Test func aucIsTheShareOfPairs() throws {
        for seed in 40...50 {
            let rows = Rows(seed: seed, n: 60, steps: Double(seed % 4) * 5)
            var wins = 0.0
            var pairs = 0.0
            for i in rows.scores.indices where rows.labels[i] {
                for j in rows.scores.indices where !rows.labels[j] {
                    pairs += 1
                    wins += rows.scores[i] > rows.scores[j] ? 1 : rows.scores[i] == rows.scores[j] ? 0.5 : 0
                }
            }
            #expect(agrees(rows.sample.ranking()?.auc, wins / pairs, 1e-12))
        }
    }

    @Test func undefinedRatesAreNilAndNotZero() {
        var none = ConfusionCounts()
        #expect(none.accuracy == nil && none.precision == nil && none.matthews == nil && none.kappa == nil)
        none.add(label: false, prediction: false)
        #expect(none.truePositiveRate == nil && none.falsePositiveRate == 0 && none.precision == nil)
        #expect(BinarySample.ranking(scores: [0.1, 0.2], labels: [true, true]) == nil)
        #expect(BinarySample().brier() == nil && BinarySample().topDecileLift() == nil)
        #expect(MulticlassCounts().accuracy == nil && RegressionErrors().rSquared == nil)
        #expect(Calibration.logisticRecalibration(scores: [0.2, 0.4], labels: [true, true]) == nil)
        #expect(Calibration.logisticRecalibration(scores: [0.2, 0.2], labels: [true, false]) == nil)
        #expect(
            Calibration.logisticRecalibration(scores: [0.1, 0.2, 0.8, 0.9], labels: [false, false, true, true]) == nil)
        #expect(Calibration.spiegelhalter(scores: [0, 1], labels: [false, true]) == nil)
        #expect(IsotonicMap(scores: [], labels: []) == nil)
    }

    @Test func aGroupWithoutPositivesTakesNoPartUnlessAskedTo() throws {
        var first = GroupCounts()
        first.confusion = ConfusionCounts(
            truePositives: 40, falsePositives: 10, trueNegatives: 40, falseNegatives: 10)
        var second = GroupCounts()
        second.confusion = ConfusionCounts(
            truePositives: 35, falsePositives: 12, trueNegatives: 38, falseNegatives: 15)
        var empty = GroupCounts()
        empty.confusion = ConfusionCounts(truePositives: 0, falsePositives: 3, trueNegatives: 2, falseNegatives: 0)
        let left = FairnessSummary([first, second, empty], undefined: .leftOut)
        #expect(agrees(left.difference(\.truePositiveRate), 0.1, 1e-12))
        let zero = FairnessSummary([first, second, empty], undefined: .zero)
        #expect(agrees(zero.difference(\.truePositiveRate), 0.8, 1e-12))
        #expect(FairnessSummary([first], undefined: .leftOut).difference(\.truePositiveRate) == nil)
    }

    @Test func reliabilityBinsMerge() throws {
        let rows = Rows(seed: 60, n: 500, steps: 0)
        var whole = ReliabilityBins(edges: .unit(bins: 10))
        var a = whole
        var b = whole
        for i in rows.scores.indices {
            whole.add(score: rows.scores[i], label: rows.labels[i])
            if i % 3 == 0 {
                a.add(score: rows.scores[i], label: rows.labels[i])
            } else {
                b.add(score: rows.scores[i], label: rows.labels[i])
            }
        }
        b.merge(a)
        let error = try #require(whole.expectedError)
        #expect(b.counts == whole.counts && agrees(b.expectedError, error, 1e-12))
        let parts = try #require(whole.brierDecomposition)
        #expect(parts.uncertainty > 0 && parts.resolution >= 0 && parts.reliability >= 0)
    }

    @Test func perfectCalibrationExpectsWhatHappens() {
        var expected = ExpectedPerformance()
        var other = ExpectedPerformance()
        for i in 0..<1_000 {
            let c = Double(i) / 1_000
            if i % 2 == 0 {
                expected.add(calibrated: c, prediction: c >= 0.5)
            } else {
                other.add(calibrated: c, prediction: c >= 0.5)
            }
        }
        expected.merge(other)
        #expect(expected.rows == 1_000 && agrees(expected.accuracy, 0.75, 0.01))
        #expect(
            agrees(
                expected.truePositives + expected.falsePositives + expected.trueNegatives + expected.falseNegatives,
                1_000,
                1e-12))
        #expect(ExpectedPerformance().accuracy == nil)
    }
}
