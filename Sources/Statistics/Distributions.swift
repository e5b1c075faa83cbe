// Tail probabilities and quantiles. A tail comes as `Probability`, which keeps the logarithm beside the value.
import Foundation

/// A p-value that does not vanish: its value, and its decimal logarithm for what is smaller than a Double can say.
public struct Probability: Codable, Hashable, Sendable {
    /// The probability, 0 when it is below the smallest Double.
    public let value: Double
    /// The decimal logarithm of the probability.
    public let log10: Double

    /// From a natural logarithm.
    public init(naturalLogarithm: Double) {
        let capped = Swift.min(0, naturalLogarithm)
        value = exp(capped)
        log10 = capped / 2.302_585_092_994_045_7
    }

    /// From a plain probability, cut to 0 … 1.
    public init(_ probability: Double) {
        value = Swift.min(1, Swift.max(0, probability))
        log10 = Foundation.log10(value)
    }

    /// Nothing unusual at all.
    public static let one = Probability(1)
}

/// The distributions behind the tests.
public enum Distributions {
    /// P(Z > z) of the standard normal distribution.
    public static func normalSurvival(_ z: Double) -> Probability {
        if z < 30 { return Probability(0.5 * erfc(z / 2.0.squareRoot())) }
        return Probability(naturalLogarithm: SpecialFunctions.logGammaQ(0.5, z * z / 2) - log(2))
    }

    /// P(|Z| > |z|).
    public static func normalTwoSided(_ z: Double) -> Probability {
        let magnitude = abs(z)
        if magnitude < 30 { return Probability(erfc(magnitude / 2.0.squareRoot())) }
        return Probability(naturalLogarithm: SpecialFunctions.logGammaQ(0.5, magnitude * magnitude / 2))
    }

    /// The z with P(Z ≤ z) = p: bisection on erfc refined by Newton, exact to the last digits.
    public static func normalQuantile(_ p: Double) -> Double {
        guard p > 0, p < 1 else { return p == 0 ? -.infinity : p == 1 ? .infinity : .nan }
        if p == 0.5 { return 0 }
        if p > 0.5 { return -normalQuantile(1 - p) }
        var low = -40.0
        var high = 0.0
        for _ in 0..<40 {
            let middle = (low + high) / 2
            if 0.5 * erfc(-middle / 2.0.squareRoot()) < p { low = middle } else { high = middle }
        }
        var z = (low + high) / 2
        for _ in 0..<3 {
            let density = exp(-z * z / 2) / (2 * Double.pi).squareRoot()
            z -= (0.5 * erfc(-z / 2.0.squareRoot()) - p) / density
        }
        return z
    }

    /// P(X > x) of chi-square with the degrees of freedom given.
    public static func chiSquareSurvival(_ x: Double, degreesOfFreedom: Double) -> Probability {
        guard degreesOfFreedom > 0, x > 0 else { return .one }
        return Probability(naturalLogarithm: SpecialFunctions.logGammaQ(degreesOfFreedom / 2, x / 2))
    }

    /// P(|T| > |t|) of Student's t.
    public static func studentTwoSided(_ t: Double, degreesOfFreedom: Double) -> Probability {
        guard t.isFinite else { return Probability(0) }
        return Probability(
            naturalLogarithm: SpecialFunctions.logBetaI(
                degreesOfFreedom / 2, 0.5, degreesOfFreedom / (degreesOfFreedom + t * t),
                complement: t * t / (degreesOfFreedom + t * t)))
    }

    // MARK: Kolmogorov

    /// P(D_n ≥ d) of the two-sided one-sample Kolmogorov statistic for n observations; with n = round(n₁ n₂ / (n₁ + n₂))
    /// it is the asymptotic p-value of the two-sample test.
    ///
    /// The choice of method follows Simard & L'Ecuyer, "Computing the two-sided Kolmogorov-Smirnov distribution",
    /// J. Stat. Softw. 39 (2011): the matrix of Marsaglia, Tsang & Wang for small n d², Pelz & Good's expansion in the
    /// middle, twice Smirnov's exact one-sided sum in the tail.
    public static func kolmogorovSurvival(_ d: Double, n: Int) -> Probability {
        guard n > 0, !d.isNaN else { return .one }
        let count = Double(n)
        let t = count * d
        if t <= 0.5 { return .one }
        if d >= 1 { return Probability(0) }
        if t <= 1 {
            let logPower = SpecialFunctions.logGamma(count + 1) - count * log(count) + count * log(2 * t - 1)
            return Probability(-expm1(logPower))
        }
        let scaled = t * d
        let useTail = d >= 0.5 || t >= count - 1 || (n <= 140 ? scaled > 4 : scaled >= 2.2)
        if useTail { return Probability(naturalLogarithm: log(2) + logSmirnovSurvival(d, n: n)) }
        let useMatrix = n <= 140 || (n <= 100_000 && count * pow(d, 1.5) <= 1.4)
        return Probability(1 - (useMatrix ? marsagliaTsangWang(d, n: n) : pelzGood(d, n: n)))
    }

    /// ln P(D⁺_n ≥ d), Smirnov's exact sum d Σ C(n, j) (d + j/n)^(j−1) (1 − d − j/n)^(n−j), summed outwards from its
    /// largest term until the rest is below 1e-18 of it.
    static func logSmirnovSurvival(_ d: Double, n: Int) -> Double {
        let count = Double(n)
        let last = Int((count * (1 - d)).rounded(.down))
        let logFactorial = SpecialFunctions.logGamma(count + 1)
        func logTerm(_ j: Int) -> Double {
            let share = Double(j) / count
            let rest = 1 - d - share
            if rest <= 0 { return j == n ? (Double(j) - 1) * log(d + share) : -.infinity }
            let choose =
                logFactorial - SpecialFunctions.logGamma(Double(j) + 1)
                - SpecialFunctions.logGamma(count - Double(j) + 1)
            return choose + (Double(j) - 1) * log(d + share) + (count - Double(j)) * log(rest)
        }
        // The terms rise to one maximum near j = n (1 − d) / 2 and fall again, but for the first ones.
        var low = 1
        var high = Swift.max(1, last)
        while high - low > 3 {
            let third = (high - low) / 3
            if logTerm(low + third) < logTerm(high - third) { low += third } else { high -= third }
        }
        var top = low
        for j in low...high where logTerm(j) > logTerm(top) { top = j }
        let largest = Swift.max(logTerm(top), logTerm(0))
        var sum = 0.0
        for j in stride(from: top, through: 1, by: -1) {
            let term = exp(logTerm(j) - largest)
            sum += term
            if term < 1e-20 { break }
        }
        if top < last {
            for j in (top + 1)...last {
                let term = exp(logTerm(j) - largest)
                sum += term
                if term < 1e-20 { break }
            }
        }
        sum += exp(logTerm(0) - largest)
        return Swift.min(0, log(d) + largest + log(sum))
    }

    /// P(D_n < d) by the matrix power of Marsaglia, Tsang & Wang (J. Stat. Softw. 8, 2003).
    private static func marsagliaTsangWang(_ d: Double, n: Int) -> Double {
        let k = Int((Double(n) * d).rounded(.down)) + 1
        let h = Double(k) - Double(n) * d
        let size = 2 * k - 1
        var matrix = [Double](repeating: 0, count: size * size)
        for row in 0..<size {
            for column in 0..<size where row - column + 1 >= 0 { matrix[row * size + column] = 1 }
        }
        for i in 0..<size {
            matrix[i * size] -= pow(h, Double(i + 1))
            matrix[(size - 1) * size + i] -= pow(h, Double(size - i))
        }
        if 2 * h - 1 > 0 { matrix[(size - 1) * size] += pow(2 * h - 1, Double(size)) }
        for row in 0..<size {
            for column in 0..<size where row - column + 1 > 0 {
                for g in 1...(row - column + 1) { matrix[row * size + column] /= Double(g) }
            }
        }
        var power = [Double](repeating: 0, count: size * size)
        for i in 0..<size { power[i * size + i] = 1 }
        var base = matrix
        var exponent = 0
        var baseExponent = 0
        let middle = (k - 1) * size + (k - 1)
        var left = n
        while left > 0 {
            if left & 1 == 1 {
                power = multiply(power, base, size)
                exponent += baseExponent
                rescale(&power, at: middle, &exponent)
            }
            base = multiply(base, base, size)
            baseExponent *= 2
            rescale(&base, at: middle, &baseExponent)
            left >>= 1
        }
        // n! / n^n without leaving the range of a Double.
        let logFactor = SpecialFunctions.logGamma(Double(n) + 1) - Double(n) * log(Double(n))
        return Swift.min(1, exp(log(power[middle]) + logFactor + Double(exponent) * 140 * 2.302_585_092_994_045_7))
    }

    private static func rescale(_ matrix: inout [Double], at middle: Int, _ exponent: inout Int) {
        guard matrix[middle] > 1e140 else { return }
        for i in matrix.indices { matrix[i] *= 1e-140 }
        exponent += 1
    }

    private static func multiply(_ a: [Double], _ b: [Double], _ size: Int) -> [Double] {
        var out = [Double](repeating: 0, count: size * size)
        for i in 0..<size {
            for k in 0..<size {
                let factor = a[i * size + k]
                if factor == 0 { continue }
                for j in 0..<size { out[i * size + j] += factor * b[k * size + j] }
            }
        }
        return out
    }

    /// P(D_n < d) by Pelz & Good (J. R. Stat. Soc. B 38, 1976): four terms in powers of n^(−1/2).
    private static func pelzGood(_ d: Double, n: Int) -> Double {
        let count = Double(n)
        let z = count.squareRoot() * d
        let z2 = z * z
        let z4 = z2 * z2
        let z6 = z4 * z2
        let pi2 = Double.pi * Double.pi
        let pi4 = pi2 * pi2
        let pi6 = pi4 * pi2
        let terms = Int((16 * z / Double.pi).rounded(.up)) + 1
        var k0 = 0.0
        var k1 = 0.0
        var k2 = 0.0
        var k3 = 0.0
        for k in 1...terms {
            let m2 = Double((2 * k - 1) * (2 * k - 1))
            let weight = exp(-m2 * pi2 / (8 * z2))
            k0 += weight
            k1 += weight * (pi2 / 4 * m2 - z2)
            k2 +=
                weight
                * (6 * z6 + 2 * z4 + (2 * z4 - 5 * z2) * pi2 / 4 * m2 + pi4 * (1 - 2 * z2) / 16 * m2 * m2)
            let quadratic = pi2 * (135 * z4 - 96 * z6) / 4 * m2
            let quartic = pi4 * (212 * z4 - 60 * z2) / 16 * m2 * m2
            k3 +=
                weight
                * (pi6 * (5 - 30 * z2) / 64 * m2 * m2 * m2 + quartic + quadratic - 30 * z6 - 90 * z4 * z4)
        }
        let root = (2 * Double.pi).squareRoot()
        k0 *= root / z
        k1 *= root / (6 * z4)
        k2 *= root / (72 * z6 * z)
        k3 *= root / (6480 * z6 * z4)
        var extra2 = 0.0
        var extra3 = 0.0
        for k in 1...terms {
            let square = Double(k * k)
            let weight = exp(-square * pi2 / (2 * z2))
            extra2 += square * weight
            extra3 += (3 * z2 - pi2 * square) * square * weight
        }
        k2 -= pi2 * root / (36 * z2 * z) * extra2
        k3 += pi2 * root / (216 * z6) * extra3
        return k0 + k1 / count.squareRoot() + k2 / count + k3 / (count * count.squareRoot())
    }

    // MARK: Cramér-von Mises

    /// P(T ≤ x) of the limiting Cramér-von Mises distribution (Csörgő & Faraway 1996, formula 1.2).
    ///
    /// The series stops after its first term below 1e-7, as SciPy's does, so that far tails agree with it.
    static func cramerVonMisesLimit(_ x: Double) -> Double {
        var sum = 0.0
        for k in 0..<1_000 {
            let index = Double(k)
            let factor =
                exp(SpecialFunctions.logGamma(index + 0.5) - SpecialFunctions.logGamma(index + 1))
                / (pow(Double.pi, 1.5) * x.squareRoot())
            let y = 4 * index + 1
            let q = y * y / (16 * x)
            let term = factor * y.squareRoot() * exp(-q) * SpecialFunctions.besselK(0.25, q)
            sum += term
            if abs(term) < 1e-7 { break }
        }
        return sum
    }
}
