// Mean, variance, skewness and kurtosis of a stream, mergeable: any split of the rows gives the same result but for
// the last digits of the sum.
import Foundation

/// Count, central moments and extremes of numbers.
///
/// A block is summed in two passes, blocks are joined by the update formulas of Pébay (Sandia report SAND2008-6212), so
/// that values around 1e15 with a spread of 1e3 keep their variance.
public struct Moments: Codable, Hashable, Sendable {
    /// How many numbers.
    public private(set) var count = 0
    /// The arithmetic mean; 0 when there are none.
    public private(set) var mean = 0.0
    private var second = 0.0
    private var third = 0.0
    private var fourth = 0.0
    /// The smallest number; +∞ when there are none.
    public private(set) var minimum = Double.infinity
    /// The largest number; −∞ when there are none.
    public private(set) var maximum = -Double.infinity
    /// How many are zero.
    public private(set) var zeros = 0
    /// How many are below zero.
    public private(set) var negatives = 0

    /// Of nothing.
    public init() {}

    private enum CodingKeys: String, CodingKey {
        case count, mean, second, third, fourth, minimum, maximum, zeros, negatives
    }

    /// Decodes; the extremes of no numbers, which JSON cannot hold, come back as infinities.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        count = try container.decode(Int.self, forKey: .count)
        mean = try container.decode(Double.self, forKey: .mean)
        second = try container.decode(Double.self, forKey: .second)
        third = try container.decode(Double.self, forKey: .third)
        fourth = try container.decode(Double.self, forKey: .fourth)
        minimum = try container.decodeIfPresent(Double.self, forKey: .minimum) ?? .infinity
        maximum = try container.decodeIfPresent(Double.self, forKey: .maximum) ?? -.infinity
        zeros = try container.decode(Int.self, forKey: .zeros)
        negatives = try container.decode(Int.self, forKey: .negatives)
    }

    /// Encodes, leaving out the extremes of no numbers.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(count, forKey: .count)
        try container.encode(mean, forKey: .mean)
        try container.encode(second, forKey: .second)
        try container.encode(third, forKey: .third)
        try container.encode(fourth, forKey: .fourth)
        if count > 0 {
            try container.encode(minimum, forKey: .minimum)
            try container.encode(maximum, forKey: .maximum)
        }
        try container.encode(zeros, forKey: .zeros)
        try container.encode(negatives, forKey: .negatives)
    }

    /// Adds finite numbers. Numbers that are not finite must be counted elsewhere; here they would spoil every moment.
    public mutating func add(_ values: UnsafeBufferPointer<Double>) {
        guard !values.isEmpty else { return }
        let n = Double(values.count)
        var block = Moments()
        let sum = pairwiseSum(values)
        let mean = sum / n
        var m2 = SIMD8<Double>.zero
        var m3 = SIMD8<Double>.zero
        var m4 = SIMD8<Double>.zero
        var low = SIMD8<Double>(repeating: .infinity)
        var high = SIMD8<Double>(repeating: -.infinity)
        var zeros = 0
        var negatives = 0
        var i = 0
        let center = SIMD8<Double>(repeating: mean)
        while i + 8 <= values.count {
            var lane = SIMD8<Double>.zero
            for k in 0..<8 { lane[k] = values[i + k] }
            let delta = lane - center
            let square = delta * delta
            m2 += square
            m3 += square * delta
            m4 += square * square
            low = pointwiseMin(low, lane)
            high = pointwiseMax(high, lane)
            for k in 0..<8 {
                zeros += values[i + k] == 0 ? 1 : 0
                negatives += values[i + k] < 0 ? 1 : 0
            }
            i += 8
        }
        block.minimum = low.min()
        block.maximum = high.max()
        block.second = m2.sum()
        block.third = m3.sum()
        block.fourth = m4.sum()
        while i < values.count {
            let value = values[i]
            let delta = value - mean
            let square = delta * delta
            block.second += square
            block.third += square * delta
            block.fourth += square * square
            block.minimum = min(block.minimum, value)
            block.maximum = max(block.maximum, value)
            zeros += value == 0 ? 1 : 0
            negatives += value < 0 ? 1 : 0
            i += 1
        }
        block.count = values.count
        block.mean = mean
        block.zeros = zeros
        block.negatives = negatives
        merge(block)
    }

    /// Adds finite numbers.
    public mutating func add(_ values: [Double]) {
        values.withUnsafeBufferPointer { add($0) }
    }

    /// Joins what another part of the rows gave.
    public mutating func merge(_ other: Moments) {
        guard other.count > 0 else { return }
        guard count > 0 else {
            self = other
            return
        }
        let a = Double(count)
        let b = Double(other.count)
        let n = a + b
        let delta = other.mean - mean
        let d2 = delta * delta
        let newSecond = second + other.second + d2 * a * b / n
        let newThird =
            third + other.third + d2 * delta * a * b * (a - b) / (n * n)
            + 3 * delta * (a * other.second - b * second) / n
        let newFourth =
            fourth + other.fourth + d2 * d2 * a * b * (a * a - a * b + b * b) / (n * n * n)
            + 6 * d2 * (a * a * other.second + b * b * second) / (n * n)
            + 4 * delta * (a * other.third - b * third) / n
        mean += delta * b / n
        second = newSecond
        third = newThird
        fourth = newFourth
        count += other.count
        minimum = min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
        zeros += other.zeros
        negatives += other.negatives
    }

    /// Σx.
    public var sum: Double { mean * Double(count) }

    /// The variance with n − 1 below (`ddof` 1); nil for fewer than two numbers.
    public var sampleVariance: Double? { count > 1 ? second / Double(count - 1) : nil }

    /// The variance with n below (`ddof` 0); nil for none.
    public var populationVariance: Double? { count > 0 ? second / Double(count) : nil }

    /// All numbers are the same, up to rounding of their mean.
    public var isConstant: Bool { count > 0 && minimum == maximum }

    /// Fisher's skewness without bias correction, m₃ / m₂^1.5; nil when all are the same.
    public var skewness: Double? {
        guard count > 0, !isConstant, second > 0 else { return nil }
        let n = Double(count)
        return (third / n) / pow(second / n, 1.5)
    }

    /// Excess kurtosis without bias correction, m₄ / m₂² − 3; nil when all are the same.
    public var excessKurtosis: Double? {
        guard count > 0, !isConstant, second > 0 else { return nil }
        let n = Double(count)
        return (fourth / n) / ((second / n) * (second / n)) - 3
    }
}

/// The sum in blocks of 128 with eight lanes, joined pairwise: the error grows with log n, not n.
func pairwiseSum(_ values: UnsafeBufferPointer<Double>) -> Double {
    let n = values.count
    if n < 8 {
        var sum = 0.0
        for value in values { sum += value }
        return sum
    }
    if n <= 128 {
        var lanes = SIMD8<Double>.zero
        for k in 0..<8 { lanes[k] = values[k] }
        var i = 8
        while i + 8 <= n {
            var next = SIMD8<Double>.zero
            for k in 0..<8 { next[k] = values[i + k] }
            lanes += next
            i += 8
        }
        var sum =
            ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))
        while i < n {
            sum += values[i]
            i += 1
        }
        return sum
    }
    var half = n / 2
    half -= half % 8
    return pairwiseSum(UnsafeBufferPointer(rebasing: values[0..<half]))
        + pairwiseSum(UnsafeBufferPointer(rebasing: values[half..<n]))
}
