// Drift of numbers: against SciPy, and the laws of ranks, merges and bins.
import Foundation
import Statistics
import Testing

private func distances(_ x: [Double], _ y: [Double]) throws -> (ks: KolmogorovSmirnov, wasserstein: Double) {
    let a = Sorting.sorted(x)
    let b = Sorting.sorted(y)
    return try a.withUnsafeBufferPointer { a in
        try b.withUnsafeBufferPointer { b in
            try #require(TwoSample(sortedReference: a, sortedCurrent: b)).distances()
        }
    }
}

@Suite struct TwoSampleTests {
    @Test func allStatisticsAgreeWithSciPy() throws {
        let rows = try Reference.load()["two_sample"].list
        #expect(rows.count == 6)
        for row in rows {
            let x = sample(seed: row["seed"].int, n: row["n"].int, shift: 0, steps: row["steps"].number)
            let y = sample(
                seed: row["seed"].int + 100, n: row["m"].int, shift: row["shift"].number, steps: row["steps"].number)
            let a = Sorting.sorted(x)
            let b = Sorting.sorted(y)
            try a.withUnsafeBufferPointer { a in
                try b.withUnsafeBufferPointer { b in
                    let pair = try #require(TwoSample(sortedReference: a, sortedCurrent: b))
                    let (ks, wasserstein) = pair.distances()
                    let ranked = pair.ranked()
                    let epps = try #require(pair.eppsSingleton())
                    let andersonDarling = try #require(ranked.andersonDarling)
                    var first = Moments()
                    first.add(x)
                    var second = Moments()
                    second.add(y)
                    let welch = try #require(MeanComparison.welch(first, second))
                    let exact: [(String, Double?)] = [
                        ("ks", ks.statistic), ("ks_sign", Double(ks.sign)),
                        ("wasserstein", wasserstein), ("energy", ranked.energyDistance),
                        ("cvm", ranked.cramerVonMises.statistic), ("ad", andersonDarling.statistic),
                        ("u", ranked.mannWhitney.statistic), ("t", welch.t), ("df", welch.degreesOfFreedom),
                        ("es", epps.statistic), ("mean", first.mean), ("sd", first.sampleVariance?.squareRoot()),
                        ("skew", first.skewness), ("kurtosis", first.excessKurtosis),
                    ]
                    for (key, value) in exact {
                        #expect(agrees(value, row[key].number, 1e-9), "seed \(row["seed"].int) \(key) \(value ?? .nan)")
                    }
                    // Where several places share the distance, rounding decides which one SciPy names.
                    func distance(at place: Double) -> Double {
                        Double(x.count { $0 <= place }) / Double(x.count)
                            - Double(y.count { $0 <= place }) / Double(y.count)
                    }
                    #expect(agrees(distance(at: ks.location), distance(at: row["ks_location"].number), 1e-12))
                    let p: [(String, Double?)] = [
                        ("ks_p", ks.asymptotic.value), ("ks_exact", ks.exact()?.value),
                        ("cvm_p", ranked.cramerVonMises.p.value), ("ad_p", andersonDarling.p.value),
                        ("u_p", ranked.mannWhitney.p.value), ("t_p", welch.p?.value), ("es_p", epps.p.value),
                    ]
                    for (key, value) in p {
                        #expect(
                            agrees(value, row[key].number, 1e-6, floor: 1e-250),
                            "seed \(row["seed"].int) \(key) \(value ?? .nan) \(row[key].number)")
                    }
                    for (probability, expected) in zip(
                        [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99], row["quantiles"].numbers)
                    {
                        #expect(agrees(Quantiles.linear(Array(a), probability), expected, 1e-12))
                    }
                }
            }
        }
    }

    @Test func exactProbabilityOfAllSmallSamplesIsThatOfAllOrders() throws {
        // Every way to place n among n + m, by brute force.
        for n in 1...4 {
            for m in 1...5 {
                var statistics: [Double] = []
                for bits in 0..<(1 << (n + m)) where bits.nonzeroBitCount == n {
                    let x = (0..<(n + m)).filter { bits >> $0 & 1 == 1 }.map(Double.init)
                    let y = (0..<(n + m)).filter { bits >> $0 & 1 == 0 }.map(Double.init)
                    statistics.append(try distances(x, y).ks.statistic)
                }
                for d in Set(statistics) {
                    let expected = Double(statistics.count { $0 >= d - 1e-12 }) / Double(statistics.count)
                    let ks = KolmogorovSmirnov(statistic: d, location: 0, sign: 1, n: n, m: m)
                    #expect(agrees(ks.exact()?.value, expected, 1e-12), "\(n) \(m) \(d)")
                }
            }
        }
    }

    @Test func monotoneTransformsLeaveKolmogorovSmirnovAlone() throws {
        for seed in 1...20 {
            let x = sample(seed: seed, n: 300, shift: 0, steps: seed % 2 == 0 ? 10 : 0)
            let y = sample(seed: seed + 500, n: 200, shift: 0.2, steps: seed % 2 == 0 ? 10 : 0)
            let plain = try distances(x, y).ks
            for transform: (Double) -> Double in [{ exp($0) }, { $0 * $0 * $0 }, { 7 * $0 - 3 }, { atan($0) }] {
                let other = try distances(x.map(transform), y.map(transform)).ks
                #expect(other.statistic == plain.statistic && other.sign == plain.sign)
                #expect(other.location == transform(plain.location))
            }
        }
    }

    @Test func theFastWalkIsThatOfTheDefinition() throws {
        for seed in 1...60 {
            var generator = Generator(seed)
            let steps = Double([2, 3, 10, 1_000][seed % 4])
            let x = (0..<(1 + generator.below(40))).map { _ in (generator.next() * steps).rounded() }
            let y = (0..<(1 + generator.below(40))).map { _ in (generator.next() * steps).rounded() + Double(seed % 3) }
            let points = Set(x + y).sorted()
            func share(_ values: [Double], _ at: Double) -> Double {
                Double(values.count { $0 <= at }) / Double(values.count)
            }
            let largest = points.map { abs(share(x, $0) - share(y, $0)) }.max() ?? 0
            let area = zip(points, points.dropFirst()).reduce(0.0) {
                $0 + abs(share(x, $1.0) - share(y, $1.0)) * ($1.1 - $1.0)
            }
            let found = try distances(x, y)
            #expect(agrees(found.ks.statistic, largest, 1e-12) && abs(found.wasserstein - area) <= 1e-9 * (1 + area))
            let at = share(x, found.ks.location) - share(y, found.ks.location)
            #expect(agrees(abs(at), largest, 1e-12) && (at == 0 || (at > 0) == (found.ks.sign > 0)))
        }
    }

    @Test func aConstantHasNoAndersonDarlingAndNoEppsSingleton() throws {
        let values = [Double](repeating: 5, count: 20)
        try values.withUnsafeBufferPointer { values in
            let pair = try #require(TwoSample(sortedReference: values, sortedCurrent: values))
            #expect(pair.ranked().andersonDarling == nil && pair.eppsSingleton() == nil)
            #expect(pair.distances().ks.statistic == 0 && pair.distances().ks.asymptotic.value == 1)
            #expect(pair.ranked().mannWhitney.p.value == 1)
        }
        #expect(
            TwoSample(
                sortedReference: UnsafeBufferPointer(start: nil, count: 0),
                sortedCurrent: UnsafeBufferPointer(start: nil, count: 0)) == nil)
    }
}

@Suite struct BinningTests {
    @Test func oneOutlierDoesNotHideAShift() throws {
        // Half a standard deviation, and one value of 1e6: bins over the joint range see nothing of it.
        let x = sample(seed: 1, n: 5_000, shift: 0, steps: 0)
        var y = sample(seed: 2, n: 5_000, shift: 0.25, steps: 0)
        y[0] = 1e6
        let edges = BinEdges.quantiles(ofSorted: Sorting.sorted(x))
        let psi = try #require(
            Divergence.populationStability(
                reference: x.withUnsafeBufferPointer { edges.counts($0) },
                current: y.withUnsafeBufferPointer { edges.counts($0) }))
        #expect(psi > 0.2)
        let joint = BinEdges.widths(minimum: 0, maximum: 1e6)
        let naive = try #require(
            Divergence.populationStability(
                reference: x.withUnsafeBufferPointer { joint.counts($0) },
                current: y.withUnsafeBufferPointer { joint.counts($0) }))
        #expect(naive < 0.01, "this is why the edges come from the reference")
    }

    @Test func bothWaysOfCountingAndTheBinOfAValueAgree() {
        for seed in 1...40 {
            var generator = Generator(seed)
            let steps = [0.0, 4, 20][seed % 3]
            let x = sample(seed: seed, n: 1 + generator.below(9_000), shift: 0, steps: steps)
            let y = sample(seed: seed + 50, n: generator.below(9_000), shift: 0.1, steps: steps)
            for edges in [
                BinEdges.quantiles(ofSorted: Sorting.sorted(x)), .widths(minimum: 0.5, maximum: 2.5),
                .quantiles(ofSorted: Sorting.sorted(x), bins: 40), BinEdges([]),
            ] {
                let fast = y.withUnsafeBufferPointer { edges.counts($0) }
                #expect(fast == edges.counts(ofSorted: Sorting.sorted(y)))
                var slow = [Int](repeating: 0, count: edges.count)
                for value in y { slow[edges.bin(of: value)] += 1 }
                #expect(fast == slow)
            }
        }
    }

    @Test func divergencesAreZeroForEqualSharesAndSymmetricWhereTheyMustBe() throws {
        #expect(Divergence.populationStability(reference: [10, 20], current: [100, 200]) == 0)
        #expect(Divergence.jensenShannonDistance(reference: [1, 0], current: [0, 1], base2: true) == 1)
        #expect(Divergence.hellinger(reference: [1, 0], current: [0, 1]) == 1)
        let a = [5, 9, 0, 3]
        let b = [1, 4, 4, 9]
        for distance in [Divergence.hellinger, Divergence.totalVariation, Divergence.populationStability] {
            let there = try #require(distance(a, b))
            #expect(agrees(distance(b, a), there, 1e-14))
        }
        #expect(Divergence.populationStability(reference: [0, 0], current: [1, 2]) == nil)
        #expect(Divergence.entropy([]) == nil)
    }

    @Test func chiSquareIsTwoSample() throws {
        // Against fixed shares of the reference the statistic would be twice as large.
        let table = try #require(ContingencyTable(rows: [[500, 500], [550, 450]]))
        #expect(agrees(table.chiSquare()?.statistic, 5.012_531_328_320_802, 1e-12))
    }
}

@Suite struct SortingTests {
    @Test func radixSortSortsEverything() {
        for seed in 1...12 {
            var generator = Generator(seed)
            let n = seed < 4 ? seed * 3 : 1_500 + generator.below(4_000)
            var values = (0..<n).map { _ -> Double in
                switch generator.below(6) {
                case 0: return 0
                case 1: return -0.0
                case 2: return -generator.next() * 1e300
                case 3: return generator.next() * 1e-300 * 1e-10
                case 4: return generator.next() < 0.5 ? .infinity : -.infinity
                default: return Double(generator.below(100)) - 50
                }
            }
            let expected = values.sorted()
            let order = Sorting.order(values)
            #expect(order.map { values[Int($0)] } == expected)
            var scratch: [UInt64] = []
            Sorting.sort(&values, scratch: &scratch)
            #expect(values == expected)
        }
    }
}
