// Intervals and tests of proportions.
import Foundation

/// Two ends of an interval.
public struct Interval: Codable, Hashable, Sendable {
    /// The lower end.
    public let low: Double
    /// The upper end.
    public let high: Double

    /// From its ends.
    public init(_ low: Double, _ high: Double) {
        self.low = low
        self.high = high
    }
}

/// Proportions: `successes` of `trials`.
public enum Proportions {
    /// The 97.5 % point of the normal distribution.
    public static let z95 = 1.959_963_984_540_054

    /// Wilson's score interval (1927); nil without trials.
    public static func wilson(_ successes: Int, of trials: Int, z: Double = z95) -> Interval? {
        guard trials > 0, successes >= 0, successes <= trials else { return nil }
        let n = Double(trials)
        let p = Double(successes) / n
        let center = (p + z * z / (2 * n)) / (1 + z * z / n)
        let half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
        return Interval(successes == 0 ? 0 : center - half, successes == trials ? 1 : center + half)
    }

    /// Clopper & Pearson's exact interval (1934) by quantiles of the beta distribution; nil without trials.
    public static func clopperPearson(_ successes: Int, of trials: Int, level: Double = 0.95) -> Interval? {
        guard trials > 0, successes >= 0, successes <= trials else { return nil }
        let tail = (1 - level) / 2
        let k = Double(successes)
        let n = Double(trials)
        return Interval(
            successes == 0 ? 0 : SpecialFunctions.inverseBetaI(k, n - k + 1, tail),
            successes == trials ? 1 : SpecialFunctions.inverseBetaI(k + 1, n - k, 1 - tail))
    }

    /// Two proportions with pooled variance: z is positive when the first is larger; nil when a side is empty or
    /// neither varies.
    public static func twoProportion(_ a: Int, of n: Int, against b: Int, of m: Int) -> TestResult? {
        guard n > 0, m > 0 else { return nil }
        let p = Double(a) / Double(n)
        let q = Double(b) / Double(m)
        let pooled = Double(a + b) / Double(n + m)
        let error = (pooled * (1 - pooled) * (1 / Double(n) + 1 / Double(m))).squareRoot()
        guard error > 0 else { return nil }
        let z = (p - q) / error
        return TestResult(statistic: z, p: Distributions.normalTwoSided(z))
    }

    /// Katz's interval of a ratio of two proportions (1978); nil when a count is zero.
    public static func katz(_ a: Int, of n: Int, against b: Int, of m: Int, z: Double = z95) -> Interval? {
        guard a > 0, b > 0, n > 0, m > 0 else { return nil }
        let ratio = Double(a) / Double(n) / (Double(b) / Double(m))
        let error = (1 / Double(a) - 1 / Double(n) + 1 / Double(b) - 1 / Double(m)).squareRoot()
        return Interval(ratio * exp(-z * error), ratio * exp(z * error))
    }

    /// Cohen's h, 2 arcsin √p − 2 arcsin √q.
    public static func cohensH(_ p: Double, _ q: Double) -> Double {
        2 * asin(p.squareRoot()) - 2 * asin(q.squareRoot())
    }
}
