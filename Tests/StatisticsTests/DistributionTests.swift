// Special functions and distributions against SciPy, and the laws that hold without it.
import Foundation
import Statistics
import Testing

@Suite struct DistributionTests {
    let reference: Reference

    init() throws { reference = try Reference.load() }

    @Test func kolmogorovAgreesInAllItsRegions() {
        let rows = reference["kolmogorov"].list
        #expect(rows.count == 28)
        for row in rows {
            let p = Distributions.kolmogorovSurvival(row[0].number, n: row[1].int).value
            #expect(
                agrees(p, row[2].number, 1e-6, floor: 1e-300),
                "d \(row[0].number) n \(row[1].int): \(p) \(row[2].number)")
        }
    }

    @Test func chiSquareKeepsItsTailInTheLogarithm() {
        for row in reference["chi_square"].list {
            let p = Distributions.chiSquareSurvival(row[0].number, degreesOfFreedom: row[1].number)
            #expect(agrees(p.value, row[2].number, 1e-10, floor: 1e-300))
            #expect(agrees(p.log10, row[3].number, 1e-10))
        }
        let far = Distributions.chiSquareSurvival(2_000, degreesOfFreedom: 1)
        #expect(far.value == 0 && far.log10 < -430 && far.log10.isFinite)
    }

    @Test func normalAndStudentAgree() {
        for row in reference["normal"].list {
            #expect(agrees(Distributions.normalSurvival(row[0].number).value, row[1].number, 1e-11, floor: 1e-300))
        }
        for row in reference["normal_quantile"].list {
            #expect(agrees(Distributions.normalQuantile(row[0].number), row[1].number, 1e-12))
        }
        for row in reference["student"].list {
            let p = Distributions.studentTwoSided(row[0].number, degreesOfFreedom: row[1].number).value
            #expect(agrees(p, row[2].number, 1e-8, floor: 1e-300), "t \(row[0].number) df \(row[1].number)")
        }
    }

    @Test func specialFunctionsAgree() {
        for row in reference["log_gamma"].list {
            #expect(agrees(SpecialFunctions.logGamma(row[0].number), row[1].number, 1e-13))
        }
        for row in reference["beta"].list {
            let p = SpecialFunctions.betaI(row[0].number, row[1].number, row[2].number)
            #expect(agrees(p, row[3].number, 1e-8), "\(row[0].number) \(row[1].number) \(row[2].number)")
        }
        for row in reference["bessel_quarter"].list {
            #expect(agrees(SpecialFunctions.besselK(0.25, row[0].number), row[1].number, 1e-12, floor: 1e-300))
        }
    }

    @Test func outsideTheirDomainFunctionsGiveNaNAndDoNotTrap() {
        for bad in [-1.0, .nan, -Double.infinity] {
            #expect(SpecialFunctions.logGamma(bad).isNaN)
            #expect(SpecialFunctions.logGammaQ(bad, 1).isNaN)
            #expect(SpecialFunctions.logBetaI(bad, 1, 0.5).isNaN)
            #expect(SpecialFunctions.besselK(0.25, bad).isNaN)
        }
        #expect(Distributions.kolmogorovSurvival(.nan, n: 10).value == 1)
        #expect(Distributions.normalQuantile(0) == -.infinity && Distributions.normalQuantile(2).isNaN)
    }

    @Test func tailsFallWithTheStatistic() {
        for n in [5, 50, 140, 141, 5_000, 200_000] {
            var last = 1.0
            for step in 1...400 {
                let p = Distributions.kolmogorovSurvival(Double(step) / 400, n: n).value
                #expect(p <= last + 1e-9, "n \(n) d \(Double(step) / 400)")
                last = p
            }
        }
    }
}

@Suite struct ProportionTests {
    let reference: Reference

    init() throws { reference = try Reference.load() }

    @Test func intervalsAgree() throws {
        for row in reference["proportion"].list {
            let wilson = try #require(Proportions.wilson(row[0].int, of: row[1].int))
            #expect(agrees(wilson.low, row[2][0].number, 1e-9) && agrees(wilson.high, row[2][1].number, 1e-9))
            let exact = try #require(Proportions.clopperPearson(row[0].int, of: row[1].int))
            #expect(agrees(exact.low, row[3][0].number, 1e-9) && agrees(exact.high, row[3][1].number, 1e-9))
        }
        #expect(Proportions.wilson(0, of: 0) == nil && Proportions.clopperPearson(0, of: 0) == nil)
        #expect(Proportions.wilson(3, of: 2) == nil && Proportions.katz(0, of: 5, against: 1, of: 5) == nil)
    }

    @Test func twoProportionsAgree() throws {
        for row in reference["two_proportion"].list {
            let test = try #require(
                Proportions.twoProportion(row[0].int, of: row[1].int, against: row[2].int, of: row[3].int))
            #expect(
                agrees(test.statistic, row[4].number, 1e-9) && agrees(test.p.value, row[5].number, 1e-6, floor: 1e-300))
        }
    }

    @Test func fisherAgrees() throws {
        for row in reference["fisher"].list {
            let table = try #require(ContingencyTable(rows: row[0].list.map { $0.list.map(\.int) }))
            #expect(agrees(table.fisher()?.p.value, row[1].number, 1e-6, floor: 1e-300), "\(table.rows)")
        }
    }

    @Test func fisherOfAllSmallTablesIsTheSumOfWhatIsNotLikelier() throws {
        // By brute force over all tables with the same margins.
        for a in 0...5 {
            for b in 0...5 {
                for c in 0...4 {
                    for d in 0...4 where a + b > 0 && c + d > 0 && a + c > 0 && b + d > 0 {
                        func weight(_ k: Int) -> Double {
                            func choose(_ n: Int, _ k: Int) -> Double {
                                k < 0 || k > n ? 0 : (0..<k).reduce(1.0) { $0 * Double(n - $1) / Double($1 + 1) }
                            }
                            return choose(a + b, k) * choose(c + d, a + c - k)
                        }
                        let all = (0...(a + c)).map(weight)
                        let seen = weight(a)
                        let expected = all.filter { $0 <= seen * (1 + 1e-9) }.reduce(0, +) / all.reduce(0, +)
                        let table = try #require(ContingencyTable(rows: [[a, b], [c, d]]))
                        #expect(agrees(table.fisher()?.p.value, expected, 1e-9), "\(a) \(b) \(c) \(d)")
                    }
                }
            }
        }
    }

    @Test func adjustedValuesAgree() {
        var generator = Generator(7)
        let p = (0..<25).map { _ in pow(generator.next(), 4) }
        let all: [(String, [Double])] = [
            ("bonferroni", MultipleTesting.bonferroni(p)), ("holm", MultipleTesting.holm(p)),
            ("fdr_bh", MultipleTesting.benjaminiHochberg(p)), ("fdr_by", MultipleTesting.benjaminiYekutieli(p)),
        ]
        for (name, values) in all {
            let expected = reference["multiple"][name].numbers
            #expect(expected.count == 25)
            for (value, other) in zip(values, expected) { #expect(agrees(value, other, 1e-12), "\(name)") }
        }
        #expect(MultipleTesting.benjaminiHochberg([]).isEmpty)
    }
}
