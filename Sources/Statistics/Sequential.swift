// Repeated looks: tests that may be looked at after every row and still keep their false-alarm rate, and the classical
// detectors beside them.
import Foundation

/// A confidence sequence for the mean of values in 0 … 1, by betting: at every time, and for all times together, the true
/// mean is inside with probability 1 − α.
///
/// For each candidate mean a gambler bets against it; a candidate is out once its gambler has made 1 / α of each unit
/// (Ville's inequality). The bets are the predictable plug-in of Waudby-Smith & Ramdas ("Estimating means of bounded
/// random variables by betting", J. R. Stat. Soc. B 86, 2024, section 4.2), hedged half upwards and half downwards.
/// Memory is that of the grid of candidates, whatever the number of values.
public struct BettingConfidenceSequence: Codable, Hashable, Sendable {
    /// The format of the encoded form.
    public static let version = 1
    private var version = BettingConfidenceSequence.version
    /// The probability that the true mean is ever outside.
    public let alpha: Double
    private let gridSize: Int
    private var up: [Double]
    private var down: [Double]
    private var isOut: [Bool]
    /// How many values.
    public private(set) var count = 0
    private var sum = 0.0
    private var squares = 0.0

    /// - Parameters:
    ///   - alpha: 0 < α < 1.
    ///   - gridSize: candidates between 0 and 1; the ends are known to 1 / gridSize.
    /// - Precondition: the ranges above, and at least two candidates.
    public init(alpha: Double, gridSize: Int = 200) {
        precondition(alpha > 0 && alpha < 1 && gridSize >= 2, "alpha within 0 and 1, at least two candidates")
        self.alpha = alpha
        self.gridSize = gridSize
        up = [Double](repeating: 0, count: gridSize + 1)
        down = up
        isOut = [Bool](repeating: false, count: gridSize + 1)
    }

    /// Adds a value; one outside 0 … 1 is cut to it.
    public mutating func add(_ value: Double) {
        guard !value.isNaN else { return }
        let x = min(1, max(0, value))
        // Both estimates know the past only.
        let past = Double(count)
        let mean = (0.5 + sum) / (past + 1)
        let variance = max(1e-4, (0.25 + squares) / (past + 1))
        let bet = (2 * log(2 / alpha) / (variance * (past + 1) * log(past + 2))).squareRoot()
        for i in isOut.indices where !isOut[i] {
            let candidate = Double(i) / Double(gridSize)
            // At most half of what could be lost.
            let upBet = min(bet, 0.5 / max(candidate, 1e-12))
            let downBet = min(bet, 0.5 / max(1 - candidate, 1e-12))
            up[i] += log1p(upBet * (x - candidate))
            down[i] += log1p(-downBet * (x - candidate))
            if max(up[i], down[i]) >= log(2 / alpha) { isOut[i] = true }
        }
        count += 1
        sum += x
        squares += (x - mean) * (x - mean)
    }

    /// The candidates that are left, from the lowest to the highest; nil when none is, which has probability α at most
    /// for independent values of one mean.
    public var interval: Interval? {
        guard let low = isOut.firstIndex(of: false), let high = isOut.lastIndex(of: false) else { return nil }
        let step = 1 / Double(gridSize)
        return Interval(max(0, Double(low) * step - step), min(1, Double(high) * step + step))
    }
}

/// An e-process against "both groups have the same proportion": reject when `value` reaches 1 / α, at any time.
///
/// Rows come in any order of groups. The numerator predicts each row from the past of its own group (Beta(½, ½) priors),
/// the denominator is the likelihood of all rows under the best common proportion in hindsight: universal inference
/// (Wasserman, Ramdas & Balakrishnan, PNAS 117, 2020). Under equality the expectation is at most 1 at every stopping time.
public struct EqualProportionsTest: Codable, Hashable, Sendable {
    /// The format of the encoded form.
    public static let version = 1
    private var version = EqualProportionsTest.version
    private var logNumerator = 0.0
    private var successes = [0, 0]
    private var trials = [0, 0]

    /// Of no rows.
    public init() {}

    /// Adds a row of the first or the second group.
    public mutating func add(isSecond: Bool, success: Bool) {
        let group = isSecond ? 1 : 0
        let p = (Double(successes[group]) + 0.5) / (Double(trials[group]) + 1)
        logNumerator += log(success ? p : 1 - p)
        trials[group] += 1
        if success { successes[group] += 1 }
    }

    /// ln of the e-value.
    public var logValue: Double {
        let k = Double(successes[0] + successes[1])
        let n = Double(trials[0] + trials[1])
        guard n > 0 else { return 0 }
        let best = (k > 0 ? k * log(k / n) : 0) + (n > k ? (n - k) * log((n - k) / n) : 0)
        return logNumerator - best
    }

    /// Equality is rejected at level α, whenever and however often one looks.
    public func isRejected(alpha: Double) -> Bool { logValue >= -log(alpha) }
}

/// An e-process against "the stream falls into the same bins as the reference, in the same shares": reject when it reaches
/// 1 / α, at any time, with a reference of any size.
///
/// Both sides are predicted from their own past (Dirichlet(½) priors); the denominator is the likelihood of all rows under
/// the best common shares in hindsight: universal inference (Wasserman, Ramdas & Balakrishnan, PNAS 117, 2020), for several
/// bins what `EqualProportionsTest` is for two. The order of rows does not matter, so that counts are enough.
public enum EqualDistributions {
    /// ln of the e-value of a stream that has these counts so far; nil when a side is empty.
    ///
    /// - Precondition: as many counts on both sides. Bins must not be chosen by the stream; deciles of the reference keep the
    ///   level in simulation.
    public static func logEValue(reference: [Int], current: [Int]) -> Double? {
        precondition(reference.count == current.count, "both sides need the same bins")
        let n = reference.reduce(0, +)
        let m = current.reduce(0, +)
        guard n > 0, m > 0 else { return nil }
        var best = 0.0
        for (a, b) in zip(reference, current) where a + b > 0 {
            best += Double(a + b) * log(Double(a + b) / Double(n + m))
        }
        return predicted(reference, n) + predicted(current, m) - best
    }

    /// ln of the probability that a Dirichlet(½) prior gives rows of these counts in one order.
    private static func predicted(_ counts: [Int], _ n: Int) -> Double {
        let half = Double(counts.count) / 2
        let all = SpecialFunctions.logGamma(half) - SpecialFunctions.logGamma(Double(n) + half)
        let none = SpecialFunctions.logGamma(0.5)
        return counts.reduce(all) { $0 + ($1 > 0 ? SpecialFunctions.logGamma(Double($1) + 0.5) - none : 0) }
    }
}

/// An e-process against "the stream falls into the bins as the reference says": reject when it reaches 1 / α.
///
/// The reference's shares are taken as known, so that they must come from much more data than the stream. The stream's
/// shares are predicted from its own past with a Dirichlet(½) prior; the product of ratios is a martingale of
/// expectation 1 under the reference (Ville 1939). Bins that the reference never saw have the share of half a row.
public struct DistributionShiftTest: Codable, Hashable, Sendable {
    /// The format of the encoded form.
    public static let version = 1
    private var version = DistributionShiftTest.version
    private let shares: [Double]
    private var counts: [Int]
    private var total = 0
    /// ln of the e-value.
    public private(set) var logValue = 0.0

    /// From the reference's counts; nil when there are none.
    public init?(referenceCounts: [Int]) {
        let sum = referenceCounts.reduce(0) { $0 + Double($1) + 0.5 }
        guard referenceCounts.contains(where: { $0 > 0 }), referenceCounts.allSatisfy({ $0 >= 0 }) else { return nil }
        shares = referenceCounts.map { (Double($0) + 0.5) / sum }
        counts = [Int](repeating: 0, count: referenceCounts.count)
    }

    /// Adds a row of a bin.
    ///
    /// - Precondition: the bin exists.
    public mutating func add(bin: Int) {
        precondition(counts.indices.contains(bin), "there is no such bin")
        let predicted = (Double(counts[bin]) + 0.5) / (Double(total) + Double(counts.count) / 2)
        logValue += log(predicted / shares[bin])
        counts[bin] += 1
        total += 1
    }

    /// The reference is rejected at level α, whenever and however often one looks.
    public func isRejected(alpha: Double) -> Bool { logValue >= -log(alpha) }
}

/// Page's cumulative sum (Biometrika 41, 1954) for a shift of the mean in either direction, in units of the standard
/// deviation.
public struct CumulativeSum: Codable, Hashable, Sendable {
    /// The mean in control.
    public let mean: Double
    /// The standard deviation in control.
    public let deviation: Double
    /// Half of the shift to find, in standard deviations.
    public let allowance: Double
    /// The alarm limit, in standard deviations.
    public let limit: Double
    private var high = 0.0
    private var low = 0.0

    /// - Precondition: a positive standard deviation.
    public init(mean: Double, deviation: Double, allowance: Double = 0.5, limit: Double = 5) {
        precondition(deviation > 0, "a positive standard deviation")
        self.mean = mean
        self.deviation = deviation
        self.allowance = allowance
        self.limit = limit
    }

    /// Adds a value and tells whether the alarm is on; the sums start again after an alarm.
    public mutating func add(_ value: Double) -> Bool {
        guard value.isFinite else { return false }
        let z = (value - mean) / deviation
        high = max(0, high + z - allowance)
        low = max(0, low - z - allowance)
        guard max(high, low) > limit else { return false }
        high = 0
        low = 0
        return true
    }

    /// The average number of values in control until a false alarm, for independent normal values: Siegmund's
    /// approximation (1985), two-sided. 469 for allowance ½ and limit 5 (exact: 465).
    public var averageRunLength: Double {
        let b = limit + 1.166
        let k = allowance
        let oneSided = k == 0 ? b * b : (exp(2 * k * b) - 2 * k * b - 1) / (2 * k * k)
        return oneSided / 2
    }
}

/// The test of Page and Hinkley for a rise of the mean, as data streams use it (Gama et al., ACM Comput. Surv. 46, 2014).
public struct PageHinkley: Codable, Hashable, Sendable {
    /// How much of a rise is tolerated.
    public let tolerance: Double
    /// The alarm limit.
    public let limit: Double
    private var count = 0
    private var mean = 0.0
    private var sum = 0.0
    private var lowest = 0.0

    /// From its parameters.
    public init(tolerance: Double = 0.005, limit: Double = 50) {
        self.tolerance = tolerance
        self.limit = limit
    }

    /// Adds a value and tells whether the alarm is on; all starts again after an alarm.
    public mutating func add(_ value: Double) -> Bool {
        guard value.isFinite else { return false }
        count += 1
        mean += (value - mean) / Double(count)
        sum += value - mean - tolerance
        lowest = min(lowest, sum)
        guard sum - lowest > limit else { return false }
        self = PageHinkley(tolerance: tolerance, limit: limit)
        return true
    }
}

/// Adaptive windowing (ADWIN, Bifet & Gavaldà, SDM 2007): the longest recent window of values in 0 … 1 whose mean does not
/// change, in buckets of exponential size.
public struct AdaptiveWindow: Codable, Hashable, Sendable {
    /// The confidence parameter δ.
    public let delta: Double
    /// Buckets of one size before two are joined.
    private static let bucketsMax = 5
    /// Values between two looks.
    private static let looksEvery = 32

    private struct Bucket: Codable, Hashable, Sendable {
        var sum: Double
        var variance: Double
        var count: Int

        mutating func append(_ other: Bucket) {
            let a = Double(count)
            let b = Double(other.count)
            let difference = sum / a - other.sum / b
            variance += other.variance + a * b / (a + b) * difference * difference
            sum += other.sum
            count += other.count
        }
    }

    /// Oldest first.
    private var buckets: [Bucket] = []
    private var seen = 0

    /// - Precondition: 0 < δ < 1.
    public init(delta: Double = 0.002) {
        precondition(delta > 0 && delta < 1, "delta within 0 and 1")
        self.delta = delta
    }

    /// How many values the window holds.
    public var count: Int { buckets.reduce(0) { $0 + $1.count } }
    /// The mean of the window; nil when it is empty.
    public var mean: Double? {
        let n = count
        return n > 0 ? buckets.reduce(0) { $0 + $1.sum } / Double(n) : nil
    }

    /// Adds a value, cut to 0 … 1, and tells whether older values were dropped because the mean has changed.
    public mutating func add(_ value: Double) -> Bool {
        guard !value.isNaN else { return false }
        buckets.append(Bucket(sum: min(1, max(0, value)), variance: 0, count: 1))
        compress()
        seen += 1
        guard seen % Self.looksEvery == 0 else { return false }
        var hasChanged = false
        while shrink() { hasChanged = true }
        return hasChanged
    }

    private mutating func compress() {
        var end = buckets.count
        while end > 0 {
            let size = buckets[end - 1].count
            var start = end
            while start > 0, buckets[start - 1].count == size { start -= 1 }
            guard end - start > Self.bucketsMax else { return }
            buckets[start].append(buckets[start + 1])
            buckets.remove(at: start + 1)
            // The joined bucket may now be one too many of its size.
            end = start + 1
        }
    }

    private mutating func shrink() -> Bool {
        guard var whole = buckets.first, buckets.count > 1 else { return false }
        for bucket in buckets.dropFirst() { whole.append(bucket) }
        let n = Double(whole.count)
        let variance = whole.variance / n
        let confidence = log(2 * log(n) / delta)
        var old = buckets[0]
        for bucket in buckets.dropFirst() {
            let a = Double(old.count)
            let b = n - a
            if a >= 5, b >= 5 {
                let harmonic = 1 / (1 / a + 1 / b)
                let cut = (2 / harmonic * variance * confidence).squareRoot() + 2 / (3 * harmonic) * confidence
                if abs(old.sum / a - (whole.sum - old.sum) / b) > cut {
                    buckets.removeFirst()
                    return true
                }
            }
            old.append(bucket)
        }
        return false
    }
}
