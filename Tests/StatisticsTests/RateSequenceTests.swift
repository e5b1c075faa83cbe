// Rates from counts at every look: levels in simulation, agreement with the tests row by row, and power after a change.
import Foundation
import Statistics
import Testing

@Suite struct RateSequenceTests {
    private func count(_ generator: inout Generator, _ n: Int, _ rate: Double) -> Int {
        (0..<n).reduce(0) { sum, _ in sum + (generator.next() < rate ? 1 : 0) }
    }

    @Test(arguments: [0.5, 0.9])
    func theIntervalHoldsAtEveryLookAndTheUsualOneDoesNot(_ rate: Double) throws {
        var (misses, naive) = (0, 0)
        for run in 0..<400 {
            var generator = Generator(10_000 + run)
            var sequence = RateConfidenceSequence(alpha: 0.1)
            var (hasMissed, naiveHasMissed) = (false, false)
            for _ in 0..<60 {
                sequence.add(successes: count(&generator, 40, rate), of: 40)
                let ends = sequence.interval
                if ends.map({ rate < $0.low || rate > $0.high }) ?? true { hasMissed = true }
                let usual = try #require(Proportions.wilson(sequence.successes, of: sequence.count))
                if rate < usual.low || rate > usual.high { naiveHasMissed = true }
            }
            misses += hasMissed ? 1 : 0
            naive += naiveHasMissed ? 1 : 0
        }
        #expect(misses <= 40, "\(misses) of 400 at level 0.1")
        #expect(naive >= 100, "the usual interval of level 0.05 misses in \(naive) of 400")
    }

    @Test func theIntervalClosesAndEndsWithAChange() throws {
        var sequence = RateConfidenceSequence(alpha: 0.05)
        #expect(sequence.interval == Interval(0, 1))
        for _ in 0..<50 { sequence.add(successes: 60, of: 200) }
        let ends = try #require(sequence.interval)
        #expect(ends.low > 0.27 && ends.low < 0.3 && ends.high > 0.3 && ends.high < 0.33)
        let data = try JSONEncoder().encode(sequence)
        #expect(try JSONDecoder().decode(RateConfidenceSequence.self, from: data) == sequence)
        for _ in 0..<50 { sequence.add(successes: 120, of: 200) }
        #expect(sequence.interval == nil && sequence.count == 20_000)
        var none = RateConfidenceSequence(alpha: 0.05)
        none.add(successes: 0, of: 0)
        none.add(successes: 0, of: 100)
        let least = try #require(none.interval)
        #expect(least.low == 0 && least.high > 0.03 && least.high < 0.08)
        var all = RateConfidenceSequence(alpha: 0.05)
        all.add(successes: 100, of: 100)
        let most = try #require(all.interval)
        #expect(most.high == 1 && abs(most.low - (1 - least.high)) < 1e-12)
    }

    /// The evidence in a plain sum over starts and rates, for few counts.
    private func byHand(_ looks: [(Int, Int)], _ threshold: Double, isBelow: Bool) -> Double {
        var value = 1 / Double(looks.count + 1)
        for start in looks.indices {
            let weight = 1 / Double((start + 1) * (start + 2))
            for i in 0..<32 {
                let part = (Double(i) + 0.5) / 32
                let rate = isBelow ? threshold * part : threshold + (1 - threshold) * part
                var ratio = 1.0
                for (k, n) in looks[start...] {
                    ratio *= pow(rate / threshold, Double(k)) * pow((1 - rate) / (1 - threshold), Double(n - k))
                }
                value += weight * ratio / 32
            }
        }
        return value
    }

    @Test(arguments: [true, false])
    func theEvidenceIsThatByHand(_ isBelow: Bool) {
        let looks = [(3, 5), (0, 4), (6, 6), (2, 7)]
        var evidence = RateEvidence(threshold: 0.7, isBelow: isBelow)
        #expect(evidence.logValue == 0)
        for end in looks.indices {
            evidence.add(successes: looks[end].0, of: looks[end].1)
            evidence.add(successes: 0, of: 0)
            let expected = log(byHand(Array(looks[...end]), 0.7, isBelow: isBelow))
            #expect(abs(evidence.logValue - expected) < 1e-10, "\(end)")
        }
    }

    @Test func aRateOnTheThresholdOrBetterRaisesNoAlarmAndAFallDoes() {
        var alarms = 0
        for run in 0..<400 {
            var generator = Generator(20_000 + run)
            var evidence = RateEvidence(threshold: 0.8, isBelow: true)
            var isRaised = false
            for look in 0..<60 {
                // On the threshold, or above it in turns: a rate that changes is no alarm while it is good.
                let rate = run % 2 == 0 || look % 3 == 0 ? 0.8 : 0.9
                evidence.add(successes: count(&generator, 40, rate), of: 40)
                isRaised = isRaised || evidence.isRejected(alpha: 0.1)
            }
            alarms += isRaised ? 1 : 0
        }
        #expect(alarms <= 40, "\(alarms) of 400 at level 0.1")
        // A long good time does not hide a fall, though the rate of all rows is still above the threshold.
        var generator = Generator(5)
        var evidence = RateEvidence(threshold: 0.8, isBelow: true)
        var (hits, rows, found) = (0, 0, 0)
        for look in 1...120 where found == 0 {
            let k = count(&generator, 100, look <= 100 ? 0.9 : 0.7)
            evidence.add(successes: k, of: 100)
            (hits, rows) = (hits + k, rows + 100)
            if evidence.isRejected(alpha: 0.05) { found = look }
        }
        #expect(found > 100 && found <= 110 && Double(hits) / Double(rows) > 0.8, "found at look \(found)")
        var above = RateEvidence(threshold: 0.2, isBelow: false)
        for _ in 0..<5 { above.add(successes: 60, of: 100) }
        #expect(above.isRejected(alpha: 0.001))
    }

    @Test func evidenceAgainstEqualRatesKeepsItsLevelAndIsThatOfTwoGroups() throws {
        var rows = EqualProportionsTest()
        for i in 0..<50 { rows.add(isSecond: false, success: i % 3 == 0) }
        for i in 0..<70 { rows.add(isSecond: true, success: i % 2 == 0) }
        let value = try #require(EqualRates.logEValue([(17, 50), (0, 0), (35, 70)]))
        #expect(abs(value - rows.logValue) < 1e-9)
        #expect(EqualRates.logEValue([(17, 50), (0, 0)]) == nil)
        var alarms = 0
        for run in 0..<400 {
            var generator = Generator(30_000 + run)
            var groups: [(successes: Int, of: Int)] = [(0, 0), (0, 0), (0, 0)]
            var isRaised = false
            for _ in 0..<60 {
                for (group, n) in [40, 20, 5].enumerated() {
                    groups[group].successes += count(&generator, n, 0.3)
                    groups[group].of += n
                }
                isRaised = isRaised || (EqualRates.logEValue(groups) ?? 0) >= log(10)
            }
            alarms += isRaised ? 1 : 0
        }
        #expect(alarms <= 40, "\(alarms) of 400 at level 0.1")
        #expect((EqualRates.logEValue([(320, 1_000), (200, 1_000), (250, 1_000)]) ?? 0) > log(20))
    }
}
