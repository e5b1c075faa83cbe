// Two samples of numbers against each other: one walk through both in order gives every rank based statistic.
import Foundation

/// A statistic with its p-value.
public struct TestResult: Codable, Hashable, Sendable {
    /// The test statistic.
    public let statistic: Double
    /// The p-value.
    public let p: Probability

    /// A result.
    public init(statistic: Double, p: Probability) {
        self.statistic = statistic
        self.p = p
    }
}

/// The two-sample Kolmogorov-Smirnov statistic.
public struct KolmogorovSmirnov: Codable, Hashable, Sendable {
    /// sup |F − G|.
    public let statistic: Double
    /// Where the distance is reached.
    public let location: Double
    /// 1 when the reference's distribution function is the larger one there, −1 otherwise.
    public let sign: Int
    /// The number of reference values.
    public let n: Int
    /// The number of current values.
    public let m: Int

    /// From its parts.
    public init(statistic: Double, location: Double, sign: Int, n: Int, m: Int) {
        self.statistic = statistic
        self.location = location
        self.sign = sign
        self.n = n
        self.m = m
    }

    /// The asymptotic p-value: the one-sample distribution at the effective size n m / (n + m).
    public var asymptotic: Probability {
        let a = Double(n)
        let b = Double(m)
        return Distributions.kolmogorovSurvival(statistic, n: Int((a * b / (a + b)).rounded(.toNearestOrEven)))
    }

    /// The exact p-value, by counting lattice paths in probabilities so that nothing overflows or cancels; nil when
    /// the samples are larger than `sizeMax`. O(n m) time, O(min(n, m)) memory.
    public func exact(sizeMax: Int = 10_000) -> Probability? {
        guard n > 0, m > 0, max(n, m) <= sizeMax else { return nil }
        let (long, short) = n >= m ? (n, m) : (m, n)
        var divisor = long
        var rest = short
        while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
        let longStep = long / divisor
        let shortStep = short / divisor
        // |i / long − j / short| ≥ d in whole numbers: |i shortStep − j longStep| ≥ h.
        let h = Int((statistic * Double(long) * Double(shortStep)).rounded())
        if h == 0 { return .one }
        // outside[j] = P(a random path to (i, j) has left the band).
        var outside = [Double](repeating: 1, count: short + 1)
        for j in 0...short { outside[j] = j * longStep >= h ? 1 : 0 }
        for i in 1...long {
            let low = max(0, (i * shortStep - h) / longStep - 1)
            let high = min(short, (i * shortStep + h) / longStep + 1)
            if low > 0 { outside[low - 1] = 1 }
            for j in low...high {
                if abs(i * shortStep - j * longStep) >= h {
                    outside[j] = 1
                } else if j == 0 {
                    continue
                } else {
                    let a = Double(i)
                    let b = Double(j)
                    outside[j] = (outside[j] * a + outside[j - 1] * b) / (a + b)
                }
            }
        }
        return Probability(outside[short])
    }
}

/// Every two-sample statistic of numbers that an order gives.
///
/// Both sides must be ascending, finite and not empty. Memory: no copies.
public struct TwoSample {
    let x: UnsafeBufferPointer<Double>
    let y: UnsafeBufferPointer<Double>

    /// The reference and the current values, both ascending; nil when one is empty.
    public init?(sortedReference x: UnsafeBufferPointer<Double>, sortedCurrent y: UnsafeBufferPointer<Double>) {
        guard !x.isEmpty, !y.isEmpty else { return nil }
        self.x = x
        self.y = y
    }

    /// Kolmogorov-Smirnov and first order Wasserstein distance, in one walk without unpredictable branches.
    public func distances() -> (ks: KolmogorovSmirnov, wasserstein: Double) {
        let n = x.count
        let m = y.count
        var i = 0
        var j = 0
        var highest = 0
        var lowest = 0
        var highestAt = x[0]
        var lowestAt = x[0]
        var area = 0.0
        let step = 1 / Double(n)
        let otherStep = 1 / Double(m)
        var value = min(x[0], y[0])
        while i < n && j < m {
            i &+= x[i] <= value ? 1 : 0
            j &+= y[j] <= value ? 1 : 0
            if i == n || j == m { break }
            let next = min(x[i], y[j])
            let difference = i &* m &- j &* n
            let isNew = next > value
            area += abs(Double(i) * step - Double(j) * otherStep) * (next - value)
            if isNew && difference > highest {
                highest = difference
                highestAt = value
            }
            if isNew && difference < lowest {
                lowest = difference
                lowestAt = value
            }
            value = next
        }
        // One side is used up; the other goes on alone.
        while i < n || j < m {
            while i < n && x[i] <= value { i += 1 }
            while j < m && y[j] <= value { j += 1 }
            let difference = i * m - j * n
            if difference > highest {
                highest = difference
                highestAt = value
            }
            if difference < lowest {
                lowest = difference
                lowestAt = value
            }
            guard i < n || j < m else { break }
            let next = min(i < n ? x[i] : .infinity, j < m ? y[j] : .infinity)
            area += abs(Double(i) * step - Double(j) * otherStep) * (next - value)
            value = next
        }
        let below = -lowest > highest
        if below, let shared = firstSharedValue(withDifference: lowest) { lowestAt = shared }
        let extreme = below ? lowest : highest
        return (
            KolmogorovSmirnov(
                statistic: abs(Double(extreme)) / (Double(n) * Double(m)), location: below ? lowestAt : highestAt,
                sign: below ? -1 : 1, n: n, m: m), area
        )
    }

    /// Where several places share the lowest difference, a value of the reference is named first, as SciPy does.
    private func firstSharedValue(withDifference wanted: Int) -> Double? {
        var i = 0
        var j = 0
        while i < x.count {
            let value = x[i]
            while i < x.count && x[i] == value { i += 1 }
            while j < y.count && y[j] <= value { j += 1 }
            if i * y.count - j * x.count == wanted { return value }
        }
        return nil
    }

    /// Statistics from midranks and from the squared difference of the distribution functions.
    public struct Ranked {
        /// √(2 ∫ (F − G)²), Székely's energy distance in one dimension.
        public let energyDistance: Double
        /// Cramér-von Mises with midranks (Anderson 1962) and its limiting p-value.
        public let cramerVonMises: TestResult
        /// Anderson-Darling for two samples with midranks (Scholz & Stephens 1987), normalised; its p-value is
        /// interpolated and lies in 0.001 … 0.25. Nil when all values are the same.
        public let andersonDarling: TestResult?
        /// Mann-Whitney U of the reference; normal approximation with tie and continuity correction.
        public let mannWhitney: TestResult
    }

    /// Walks once through the distinct values of both sides.
    public func ranked() -> Ranked {
        let n = x.count
        let m = y.count
        let a = Double(n)
        let b = Double(m)
        let all = a + b
        var i = 0
        var j = 0
        var rankSum = 0.0
        var ties = 0.0
        var squaresX = 0.0
        var squaresY = 0.0
        var energy = 0.0
        var inner = (0.0, 0.0)
        var value = min(x[0], y[0])
        while i < n || j < m {
            let startI = i
            let startJ = j
            while i < n && x[i] == value { i += 1 }
            while j < m && y[j] == value { j += 1 }
            let countX = Double(i - startI)
            let countY = Double(j - startJ)
            let count = countX + countY
            let before = Double(startI + startJ)
            let rank = before + (count + 1) / 2
            rankSum += countX * rank
            ties += count * count * count - count
            // Σ (rank − index)² over a run of indices.
            let offsetX = rank - (Double(startI) + (countX + 1) / 2)
            squaresX += countX * offsetX * offsetX + (countX * countX * countX - countX) / 12
            let offsetY = rank - (Double(startJ) + (countY + 1) / 2)
            squaresY += countY * offsetY * offsetY + (countY * countY * countY - countY) / 12
            let middle = before + count / 2
            let denominator = middle * (all - middle) - all * count / 4
            if denominator > 0 {
                let deviationX = all * (Double(startI) + countX / 2) - middle * a
                let deviationY = all * (Double(startJ) + countY / 2) - middle * b
                inner.0 += count / all * deviationX * deviationX / denominator
                inner.1 += count / all * deviationY * deviationY / denominator
            }
            guard i < n || j < m else { break }
            let next = min(i < n ? x[i] : .infinity, j < m ? y[j] : .infinity)
            let difference = Double(i) / a - Double(j) / b
            energy += difference * difference * (next - value)
            value = next
        }
        let constant = min(x[0], y[0]) == max(x[n - 1], y[m - 1])
        return Ranked(
            energyDistance: (2 * energy).squareRoot(),
            cramerVonMises: Self.cramerVonMises(a * squaresX + b * squaresY, a, b),
            andersonDarling: constant
                ? nil : Self.andersonDarling((inner.0 / a + inner.1 / b) * (all - 1) / all, n, m),
            mannWhitney: Self.mannWhitney(rankSum - a * (a + 1) / 2, ties, a, b))
    }

    private static func cramerVonMises(_ u: Double, _ a: Double, _ b: Double) -> TestResult {
        let all = a + b
        let product = a * b
        let statistic = u / (product * all) - (4 * product - 1) / (6 * all)
        let expected = (1 + 1 / all) / 6
        let variance =
            (all + 1) * (4 * product * all - 3 * (a * a + b * b) - 2 * product) / (45 * all * all * 4 * product)
        let normalised = 1.0 / 6 + (statistic - expected) / (45 * variance).squareRoot()
        let p = normalised < 0.003 ? 1 : 1 - Distributions.cramerVonMisesLimit(normalised)
        return TestResult(statistic: statistic, p: Probability(p))
    }

    private static func mannWhitney(_ u: Double, _ ties: Double, _ a: Double, _ b: Double) -> TestResult {
        let all = a + b
        let variance = a * b / 12 * ((all + 1) - ties / (all * (all - 1)))
        let larger = max(u, a * b - u)
        let z = (larger - a * b / 2 - 0.5) / variance.squareRoot()
        guard z.isFinite, z > 0 else { return TestResult(statistic: u, p: .one) }
        return TestResult(statistic: u, p: Distributions.normalTwoSided(z))
    }

    private static func andersonDarling(_ raw: Double, _ n: Int, _ m: Int) -> TestResult? {
        let count = n + m
        guard count > 3 else { return nil }
        let all = Double(count)
        let reciprocals = 1 / Double(n) + 1 / Double(m)
        var harmonic = 0.0
        var g = 0.0
        for i in stride(from: count - 1, to: 1, by: -1) {
            harmonic += 1 / Double(i)
            g += harmonic / Double(count - i + 1)
        }
        let h = harmonic + 1
        // Scholz & Stephens, equation 4, for k = 2.
        let c3 = (4 * g - 6) + (10 - 6 * g) * reciprocals
        let c2 = (2 * g - 4) * 4 + 8 * h * 2 + (2 * g - 14 * h - 4) * reciprocals - 8 * h + 4 * g - 6
        let c1 = (6 * h + 2 * g - 2) * 4 + (4 * h - 4 * g + 6) * 2 + (2 * h - 6) * reciprocals + 4 * h
        let c0 = (2 * h + 6) * 4 - 4 * h * 2
        let variance =
            (c3 * all * all * all + c2 * all * all + c1 * all + c0) / ((all - 1) * (all - 2) * (all - 3))
        let statistic = (raw - 1) / variance.squareRoot()
        return TestResult(statistic: statistic, p: Probability(andersonTail(statistic)))
    }

    /// Their table 1 for m = 1: ln of the level is fitted by a parabola in the critical value.
    private static func andersonTail(_ statistic: Double) -> Double {
        let critical = zip(
            [0.675, 1.281, 1.645, 1.96, 2.326, 2.573, 3.085],
            zip(
                [-0.245, 0.25, 0.678, 1.149, 1.822, 2.364, 3.615],
                [-0.105, -0.305, -0.362, -0.391, -0.396, -0.345, -0.154])
        ).map { $0 + $1.0 + $1.1 }
        let levels = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001]
        if statistic < critical[0] { return 0.25 }
        if statistic > critical[6] { return 0.001 }
        var normal = [[Double]](repeating: [0, 0, 0, 0], count: 3)
        for (value, level) in zip(critical, levels) {
            let powers = [1, value, value * value]
            for row in 0..<3 {
                for column in 0..<3 { normal[row][column] += powers[row] * powers[column] }
                normal[row][3] += powers[row] * log(level)
            }
        }
        let fit = LinearAlgebra.solve(normal) ?? [0, 0, 0]
        return exp(fit[0] + fit[1] * statistic + fit[2] * statistic * statistic)
    }

    /// The test of Epps & Singleton (1986) on the empirical characteristic functions at 0.4 and 0.8 half interquartile
    /// ranges, with the pseudo-inverse of Goerg & Kaiser (2009). Nil when it is not defined (no spread).
    public func eppsSingleton() -> TestResult? {
        let n = Double(x.count)
        let m = Double(y.count)
        guard x.count > 1, y.count > 1 else { return nil }
        let pooled = merged()
        let sigma = (Quantiles.linear(pooled, 0.75) - Quantiles.linear(pooled, 0.25)) / 2
        guard sigma > 0, sigma.isFinite else { return nil }
        let first = Self.characteristic(x, sigma)
        let second = Self.characteristic(y, sigma)
        let all = n + m
        var covariance = [[Double]](repeating: [0, 0, 0, 0], count: 4)
        for row in 0..<4 {
            for column in 0..<4 {
                covariance[row][column] =
                    all / n * first.covariance[row][column] + all / m * second.covariance[row][column]
            }
        }
        let (values, vectors) = LinearAlgebra.symmetricEigen(covariance)
        let largest = values.map(abs).max() ?? 0
        guard largest > 0 else { return nil }
        let difference = (0..<4).map { first.mean[$0] - second.mean[$0] }
        var statistic = 0.0
        var rank = 0
        for k in 0..<4 where abs(values[k]) > largest * 1e-14 {
            rank += 1
            let projection = (0..<4).reduce(0.0) { $0 + difference[$1] * vectors[$1][k] }
            statistic += projection * projection / values[k]
        }
        statistic *= all
        if max(n, m) < 25 { statistic /= 1 + pow(all, -0.45) + 10.1 * (pow(n, -1.7) + pow(m, -1.7)) }
        return TestResult(
            statistic: statistic, p: Distributions.chiSquareSurvival(statistic, degreesOfFreedom: Double(rank)))
    }

    private static func characteristic(
        _ values: UnsafeBufferPointer<Double>, _ sigma: Double
    ) -> (mean: [Double], covariance: [[Double]]) {
        // The second point is twice the first, also in floating point: the double angle saves three of four sines.
        let t = 0.4 / sigma
        let n = Double(values.count)
        func at(_ angle: SIMD2<Double>) -> SIMD4<Double> {
            let c = angle[0]
            let s = angle[1]
            return SIMD4(c, c * c - s * s, s, 2 * s * c)
        }
        var angles: [SIMD2<Double>] = []
        angles.reserveCapacity(values.count)
        var sums = SIMD4<Double>.zero
        for value in values {
            let angle = SIMD2(cos(t * value), sin(t * value))
            angles.append(angle)
            sums += at(angle)
        }
        let mean = sums / n
        var products = [SIMD4<Double>](repeating: .zero, count: 4)
        products.withUnsafeMutableBufferPointer { products in
            for angle in angles {
                let delta = at(angle) - mean
                for k in 0..<4 { products[k] += delta * delta[k] }
            }
        }
        return ((0..<4).map { mean[$0] }, products.map { row in (0..<4).map { row[$0] / n } })
    }

    private func merged() -> [Double] {
        var out: [Double] = []
        out.reserveCapacity(x.count + y.count)
        var i = 0
        var j = 0
        while i < x.count || j < y.count {
            if j == y.count || (i < x.count && x[i] <= y[j]) {
                out.append(x[i])
                i += 1
            } else {
                out.append(y[j])
                j += 1
            }
        }
        return out
    }
}

/// Comparisons of means from moments alone.
public enum MeanComparison {
    /// Welch's t of the reference against the current side, with Welch-Satterthwaite degrees of freedom; t is nil when
    /// neither side varies.
    public static func welch(_ reference: Moments, _ current: Moments) -> (
        t: Double?, p: Probability?, degreesOfFreedom: Double
    )? {
        guard let first = reference.sampleVariance, let second = current.sampleVariance else { return nil }
        let a = first / Double(reference.count)
        let b = second / Double(current.count)
        guard a + b > 0 else { return (nil, nil, 1) }
        let degrees =
            (a + b) * (a + b) / (a * a / Double(reference.count - 1) + b * b / Double(current.count - 1))
        let t = (reference.mean - current.mean) / (a + b).squareRoot()
        return (t, Distributions.studentTwoSided(t, degreesOfFreedom: degrees), degrees)
    }

    /// Cohen's d with the pooled standard deviation, positive when the current mean is larger; nil without variation.
    public static func cohensD(_ reference: Moments, _ current: Moments) -> Double? {
        guard let first = reference.sampleVariance, let second = current.sampleVariance else { return nil }
        let a = Double(reference.count - 1)
        let b = Double(current.count - 1)
        let pooled = ((a * first + b * second) / (a + b)).squareRoot()
        return pooled > 0 ? (current.mean - reference.mean) / pooled : nil
    }
}
