// Rates that are looked at again and again: intervals and evidence from counts, which hold at every look.
import Foundation

/// A confidence sequence for a rate from counts: at every look, and for all looks together, the rate is inside with
/// probability 1 − α as long as it stays the same.
///
/// Against each candidate a gambler bets by the predictions of a Beta(½, ½) prior; a candidate is out for good once its
/// gambler has made 1 / α of each unit (Ville's inequality). For rows of 0 and 1 that product is a ratio of likelihoods
/// (Robbins, Ann. Math. Stat. 41, 1970), so that counts are enough and the order of rows between two looks does not matter.
public struct RateConfidenceSequence: Codable, Hashable, Sendable {
    /// The format of the encoded form.
    public static let version = 1
    private var version = RateConfidenceSequence.version
    /// The probability that the rate is ever outside.
    public let alpha: Double
    /// How many rows.
    public private(set) var count = 0
    /// How many of them count.
    public private(set) var successes = 0
    private var low = 0.0
    private var high = 1.0

    /// - Precondition: 0 < α < 1.
    public init(alpha: Double) {
        precondition(alpha > 0 && alpha < 1, "alpha within 0 and 1")
        self.alpha = alpha
    }

    /// Adds the rows since the last look.
    ///
    /// - Precondition: 0 ≤ successes ≤ count.
    public mutating func add(successes k: Int, of n: Int) {
        precondition(k >= 0 && k <= n, "successes among the rows")
        guard n > 0 else { return }
        successes += k
        count += n
        let hits = Double(successes)
        let misses = Double(count - successes)
        let half = SpecialFunctions.logGamma(0.5)
        let predicted =
            SpecialFunctions.logGamma(hits + 0.5) + SpecialFunctions.logGamma(misses + 0.5)
            - SpecialFunctions.logGamma(hits + misses + 1) - 2 * half
        let limit = -log(alpha)
        func isOut(_ candidate: Double) -> Bool {
            let own = (hits > 0 ? hits * log(candidate) : 0) + (misses > 0 ? misses * log1p(-candidate) : 0)
            return predicted - own >= limit
        }
        let seen = hits / (hits + misses)
        if hits > 0 { low = max(low, Self.edge(from: seen, to: 0, isOut)) }
        if misses > 0 { high = min(high, Self.edge(from: seen, to: 1, isOut)) }
    }

    /// Where candidates begin to be out, on the side of those that are.
    private static func edge(from inside: Double, to outside: Double, _ isOut: (Double) -> Bool) -> Double {
        var inside = inside
        var outside = outside
        for _ in 0..<60 {
            let middle = (inside + outside) / 2
            if isOut(middle) { outside = middle } else { inside = middle }
        }
        return outside
    }

    /// The candidates that are left; nil when none is: then the rate has changed, which is wrong with probability α at most.
    public var interval: Interval? { low <= high ? Interval(low, high) : nil }
}

/// Evidence against "the rate is at least (or at most) the threshold at every row": reject when `value` reaches 1 / α, at
/// any look.
///
/// The product of the likelihood ratios of a rate beyond the threshold against the threshold has an expectation of at most
/// 1 whatever the rates of the rows are, as long as each is on the threshold's good side. Its mean over several rates
/// beyond, and over starts at every look with weights 1 / (t (t + 1)), has, too; the starts find a rate that was good for
/// long and then fell (Shin, Ramdas & Rinaldo, E-detectors, New Engl. J. Stat. Data Sci. 2, 2023).
public struct RateEvidence: Codable, Hashable, Sendable {
    /// The format of the encoded form.
    public static let version = 1
    /// Rates beyond the threshold.
    private static let rates = 32
    private var version = RateEvidence.version
    /// The threshold.
    public let threshold: Double
    /// Rates below the threshold are looked for, else rates above it.
    public let isBelow: Bool
    private var logs = [Double](repeating: -.infinity, count: RateEvidence.rates)
    private var looks = 0
    /// ln of the e-value.
    public private(set) var logValue = 0.0

    /// - Precondition: 0 < threshold < 1.
    public init(threshold: Double, isBelow: Bool) {
        precondition(threshold > 0 && threshold < 1, "a threshold within 0 and 1")
        self.threshold = threshold
        self.isBelow = isBelow
    }

    /// Adds the rows since the last look.
    ///
    /// - Precondition: 0 ≤ successes ≤ count.
    public mutating func add(successes k: Int, of n: Int) {
        precondition(k >= 0 && k <= n, "successes among the rows")
        guard n > 0 else { return }
        looks += 1
        let t = Double(looks)
        let start = -log(t * (t + 1))
        var terms: [Double] = []
        for i in logs.indices {
            let part = (Double(i) + 0.5) / Double(Self.rates)
            let rate = isBelow ? threshold * part : threshold + (1 - threshold) * part
            let ratio =
                Double(k) * log(rate / threshold) + Double(n - k) * (log1p(-rate) - log1p(-threshold))
            logs[i] = ratio + Self.sum(logs[i], start)
            terms.append(logs[i] - log(Double(Self.rates)))
        }
        // The starts that are still to come are worth what was put on them.
        logValue = terms.reduce(-log(t + 1), Self.sum)
    }

    /// ln (eᵃ + eᵇ).
    private static func sum(_ a: Double, _ b: Double) -> Double {
        let (low, high) = (min(a, b), max(a, b))
        return low == -.infinity ? high : high + log1p(exp(low - high))
    }

    /// The threshold is given up at level α, whenever and however often one looks.
    public func isRejected(alpha: Double) -> Bool { logValue >= -log(alpha) }
}

/// An e-process against "all groups have one and the same rate": reject when it reaches 1 / α, at any look.
///
/// `EqualProportionsTest` for any number of groups, from counts: each group is predicted from its own past, the denominator
/// is the likelihood under the best common rate in hindsight (Wasserman, Ramdas & Balakrishnan, PNAS 117, 2020).
public enum EqualRates {
    /// ln of the e-value; nil with fewer than two groups that have rows.
    public static func logEValue(_ groups: [(successes: Int, of: Int)]) -> Double? {
        let used = groups.filter { $0.of > 0 }
        guard used.count > 1 else { return nil }
        let half = SpecialFunctions.logGamma(0.5)
        let predicted = used.reduce(0.0) { sum, group in
            let (k, n) = (Double(group.successes), Double(group.of))
            return sum + SpecialFunctions.logGamma(k + 0.5) + SpecialFunctions.logGamma(n - k + 0.5)
                - SpecialFunctions.logGamma(n + 1) - 2 * half
        }
        let k = Double(used.reduce(0) { $0 + $1.successes })
        let n = Double(used.reduce(0) { $0 + $1.of })
        return predicted - ((k > 0 ? k * log(k / n) : 0) + (n > k ? (n - k) * log((n - k) / n) : 0))
    }
}
