// Looking ten thousand times: the anytime-valid tests keep their level where the usual one does not, and find a change.
import Foundation
import Statistics
import Testing

@Suite struct SequentialTests {
    private let looks = 10_000
    private let runs = 200

    @Test func theConfidenceSequenceKeepsItsLevelAndTheNaiveIntervalDoesNot() throws {
        var misses = 0
        var naive = 0
        for run in 0..<100 {
            var generator = Generator(1_000 + run)
            var sequence = BettingConfidenceSequence(alpha: 0.05, gridSize: 50)
            var hasMissed = false
            var naiveHasMissed = false
            var sum = 0
            for i in 1...looks {
                let value = generator.next() < 0.3
                sequence.add(value ? 1 : 0)
                sum += value ? 1 : 0
                let interval = sequence.interval
                if interval == nil || (interval?.low ?? 0) > 0.3 || (interval?.high ?? 1) < 0.3 { hasMissed = true }
                if i >= 30, let wilson = Proportions.wilson(sum, of: i), wilson.low > 0.3 || wilson.high < 0.3 {
                    naiveHasMissed = true
                }
            }
            misses += hasMissed ? 1 : 0
            naive += naiveHasMissed ? 1 : 0
        }
        #expect(misses <= 5, "\(misses) of 100 at level 0.05")
        #expect(naive >= 30, "the naive interval misses in \(naive) of 100 runs")
    }

    @Test func theConfidenceSequenceCloses() throws {
        var generator = Generator(5)
        var sequence = BettingConfidenceSequence(alpha: 0.05)
        for _ in 0..<looks { sequence.add(generator.next() < 0.3 ? 1 : 0) }
        let interval = try #require(sequence.interval)
        #expect(interval.low > 0.26 && interval.high < 0.34)
        let back = try JSONDecoder().decode(BettingConfidenceSequence.self, from: JSONEncoder().encode(sequence))
        #expect(back == sequence)
    }

    @Test func equalProportionsRaiseNoAlarmAndDifferentOnesDo() {
        var alarms = 0
        var naive = 0
        for run in 0..<runs {
            var generator = Generator(2_000 + run)
            var test = EqualProportionsTest()
            var counts = [[0, 0], [0, 0]]
            var isRejected = false
            var naiveIsRejected = false
            for i in 0..<looks {
                let isSecond = generator.next() < 0.4
                let success = generator.next() < 0.2
                test.add(isSecond: isSecond, success: success)
                counts[isSecond ? 1 : 0][success ? 0 : 1] += 1
                if test.isRejected(alpha: 0.05) { isRejected = true }
                if i > 60 {
                    let p = Proportions.twoProportion(
                        counts[0][0], of: counts[0][0] + counts[0][1], against: counts[1][0],
                        of: counts[1][0] + counts[1][1])?.p.value
                    if (p ?? 1) < 0.05 { naiveIsRejected = true }
                }
            }
            alarms += isRejected ? 1 : 0
            naive += naiveIsRejected ? 1 : 0
        }
        #expect(alarms <= 10, "\(alarms) of \(runs) at level 0.05")
        #expect(naive >= 60, "the naive test alarms in \(naive) of \(runs) runs")
        var generator = Generator(77)
        var test = EqualProportionsTest()
        var found = 0
        for i in 1...looks where found == 0 {
            let isSecond = i % 2 == 0
            test.add(isSecond: isSecond, success: generator.next() < (isSecond ? 0.35 : 0.2))
            if test.isRejected(alpha: 0.05) { found = i }
        }
        #expect(found > 0 && found < 3_000, "found after \(found) rows")
    }

    @Test func theDistributionTestKeepsItsLevelAndFindsAShift() throws {
        var alarms = 0
        for run in 0..<runs {
            var generator = Generator(3_000 + run)
            var test = try #require(DistributionShiftTest(referenceCounts: [Int](repeating: 100_000, count: 10)))
            var isRejected = false
            for _ in 0..<looks {
                test.add(bin: generator.below(10))
                if test.isRejected(alpha: 0.05) { isRejected = true }
            }
            alarms += isRejected ? 1 : 0
        }
        #expect(alarms <= 15, "\(alarms) of \(runs) at level 0.05")
        var generator = Generator(4)
        var test = try #require(DistributionShiftTest(referenceCounts: [Int](repeating: 100_000, count: 10)))
        var found = 0
        for i in 1...looks where found == 0 {
            test.add(bin: min(9, Int(pow(generator.next(), 1.5) * 10)))
            if test.isRejected(alpha: 0.05) { found = i }
        }
        #expect(found > 0 && found < 1_000, "found after \(found) rows")
        #expect(DistributionShiftTest(referenceCounts: [0, 0]) == nil)
    }

    @Test func evidenceAgainstEqualSharesKeepsItsLevelWithASmallReference() throws {
        // Looks at 40 rows more each time, against the deciles of a reference of 300: chi-square at every look is misled often.
        var generator = Generator(99)
        func alarms(_ shift: Double, _ runs: Int) throws -> (evidence: Int, naive: Int) {
            var found = (evidence: 0, naive: 0)
            for _ in 0..<runs {
                let values = (0..<300).map { _ in generator.next() }
                let edges = BinEdges.quantiles(ofSorted: values.sorted())
                let reference = edges.counts(ofSorted: values.sorted())
                var current = [Int](repeating: 0, count: edges.count)
                var (isRaised, isNaive) = (false, false)
                for _ in 0..<50 {
                    for _ in 0..<40 { current[edges.bin(of: generator.next() + shift)] += 1 }
                    let value = try #require(EqualDistributions.logEValue(reference: reference, current: current))
                    isRaised = isRaised || value >= log(20)
                    let test = ContingencyTable(rows: [reference, current])?.chiSquare()
                    isNaive = isNaive || (test?.p.value ?? 1) < 0.05
                }
                found.evidence += isRaised ? 1 : 0
                found.naive += isNaive ? 1 : 0
            }
            return found
        }
        let none = try alarms(0, 200)
        #expect(none.evidence <= 10 && none.naive > 20, "\(none)")
        #expect(try alarms(0.2, 20).evidence == 20)
        #expect(EqualDistributions.logEValue(reference: [1, 2], current: [0, 0]) == nil)
        // For two bins it is the test of proportions, row by row.
        var rows = EqualProportionsTest()
        for i in 0..<50 { rows.add(isSecond: false, success: i % 3 == 0) }
        for i in 0..<70 { rows.add(isSecond: true, success: i % 2 == 0) }
        let counts = try #require(EqualDistributions.logEValue(reference: [17, 33], current: [35, 35]))
        #expect(abs(rows.logValue - counts) < 1e-9)
    }

    @Test func theCumulativeSumHasTheRunLengthItStates() {
        let sum = CumulativeSum(mean: 0, deviation: 1)
        #expect(agrees(sum.averageRunLength, 469, 0.01))
        var generator = Generator(6)
        func normal() -> Double { Distributions.normalQuantile(max(1e-12, generator.next())) }
        var detector = sum
        var alarms = 0
        let length = 200_000
        for _ in 0..<length where detector.add(normal()) { alarms += 1 }
        #expect(agrees(Double(length) / Double(alarms), 465, 0.2), "one in \(length / max(1, alarms))")
        detector = sum
        var delay = 0
        while delay < 1_000, !detector.add(1 + normal()) { delay += 1 }
        #expect(delay < 30, "a shift of one standard deviation after \(delay)")
        let isAlarm = detector.add(.nan)
        #expect(!isAlarm)
    }

    @Test func adaptiveWindowAndPageHinkleyFindAChangeAndLittleElse() throws {
        var generator = Generator(7)
        var window = AdaptiveWindow()
        var hinkley = PageHinkley()
        var early = 0
        for _ in 0..<5_000 {
            let value = generator.next() < 0.2 ? 1.0 : 0.0
            if window.add(value) { early += 1 }
            if hinkley.add(value) { early += 1 }
        }
        #expect(early <= 2 && window.count > 3_000)
        var windowFound = 0
        var hinkleyFound = 0
        for i in 1...2_000 {
            let value = generator.next() < 0.6 ? 1.0 : 0.0
            if window.add(value), windowFound == 0 { windowFound = i }
            if hinkley.add(value), hinkleyFound == 0 { hinkleyFound = i }
        }
        #expect(windowFound > 0 && windowFound < 300 && hinkleyFound > 0 && hinkleyFound < 600)
        #expect(abs(try #require(window.mean) - 0.6) < 0.05)
    }
}

@Suite struct PredictionMonitorTests {
    @Test func theMonitorKnowsPerformanceAndDrift() throws {
        let edges = BinEdges.unit(bins: 10)
        #expect(PredictionMonitor(edges: edges, referenceCounts: [1]) == nil)
        var monitor = try #require(
            PredictionMonitor(edges: edges, referenceCounts: [Int](repeating: 10_000, count: 10)))
        var generator = Generator(12)
        for _ in 0..<20_000 {
            let score = generator.next()
            monitor.add(label: generator.next() < score, prediction: score > 0.5, score: score)
        }
        #expect(monitor.driftAfter == nil)
        #expect(abs(try #require(monitor.performance.auc) - 5.0 / 6) < 0.02)
        #expect(abs(try #require(monitor.quantiles.quantile(0.5)) - 0.5) < 0.02)
        let back = try JSONDecoder().decode(PredictionMonitor.self, from: JSONEncoder().encode(monitor))
        #expect(back == monitor)
        for _ in 0..<5_000 {
            let score = generator.next() * generator.next()
            monitor.add(label: false, prediction: false, score: score)
        }
        monitor.add(label: true, prediction: true, score: .nan)
        #expect(try #require(monitor.driftAfter) > 20_000 && monitor.performance.refused == 1)
    }
}
