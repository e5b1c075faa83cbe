// Two-way tables of counts: chi-square and G tests of independence, Fisher's exact test for two by two.
import Foundation

/// A table of counts, rows × columns. Rows and columns without a count are left out of the tests.
public struct ContingencyTable: Codable, Hashable, Sendable {
    /// The counts, row by row, all rows of one length.
    public let rows: [[Int]]

    /// A table; nil when a row has another length or a count is negative.
    public init?(rows: [[Int]]) {
        guard let width = rows.first?.count, rows.allSatisfy({ $0.count == width && $0.allSatisfy { $0 >= 0 } })
        else { return nil }
        self.rows = rows
    }

    /// What a test of independence gives.
    public struct Independence: Codable, Hashable, Sendable {
        /// The statistic.
        public let statistic: Double
        /// The p-value.
        public let p: Probability
        /// (rows − 1) (columns − 1).
        public let degreesOfFreedom: Int
        /// Cramér's V, √(χ² / (n min(rows − 1, columns − 1))).
        public let cramersV: Double
        /// The smallest expected count: below 5 the p-value is rough.
        public let minimumExpected: Double
    }

    private var trimmed: [[Int]] {
        let kept = rows.filter { $0.contains { $0 > 0 } }
        guard let width = kept.first?.count else { return [] }
        let columns = (0..<width).filter { column in kept.contains { $0[column] > 0 } }
        return kept.map { row in columns.map { row[$0] } }
    }

    private func test(_ term: (Double, Double) -> Double) -> Independence? {
        let table = trimmed
        guard table.count > 1, table[0].count > 1 else { return nil }
        let rowSums = table.map { Double($0.reduce(0, +)) }
        let columnSums = table[0].indices.map { column in Double(table.reduce(0) { $0 + $1[column] }) }
        let total = rowSums.reduce(0, +)
        var statistic = 0.0
        var least = Double.infinity
        for (r, row) in table.enumerated() {
            for (c, count) in row.enumerated() {
                let expected = rowSums[r] * columnSums[c] / total
                least = min(least, expected)
                statistic += term(Double(count), expected)
            }
        }
        let degrees = (table.count - 1) * (table[0].count - 1)
        let smaller = Double(min(table.count, table[0].count) - 1)
        return Independence(
            statistic: statistic,
            p: Distributions.chiSquareSurvival(statistic, degreesOfFreedom: Double(degrees)),
            degreesOfFreedom: degrees, cramersV: (max(0, statistic) / (total * smaller)).squareRoot(),
            minimumExpected: least)
    }

    /// Pearson's chi-square without correction; nil when fewer than two rows or columns have counts.
    public func chiSquare() -> Independence? {
        test { observed, expected in (observed - expected) * (observed - expected) / expected }
    }

    /// Yates' corrected chi-square, for two by two; the correction never exceeds the difference itself.
    public func yates() -> Independence? {
        guard trimmed.count == 2, trimmed[0].count == 2 else { return nil }
        return test { observed, expected in
            let difference = abs(observed - expected)
            let corrected = difference - min(0.5, difference)
            return corrected * corrected / expected
        }
    }

    /// The likelihood ratio test G = 2 Σ O ln(O / E).
    public func gTest() -> Independence? {
        test { observed, expected in observed > 0 ? 2 * observed * log(observed / expected) : 0 }
    }

    /// Fisher's exact test, two-sided by probability, of a two by two table; the odds ratio is nil where a
    /// denominator is zero.
    public func fisher() -> (oddsRatio: Double?, p: Probability)? {
        guard rows.count == 2, rows[0].count == 2 else { return nil }
        let a = rows[0][0]
        let b = rows[0][1]
        let c = rows[1][0]
        let d = rows[1][1]
        let below = Double(b) * Double(c)
        let odds = below > 0 ? Double(a) * Double(d) / below : nil
        let n1 = a + b
        let n2 = c + d
        let k = a + c
        guard n1 > 0, n2 > 0, k > 0, b + d > 0 else { return (odds, .one) }
        let hypergeometric = Hypergeometric(first: n1, second: n2, draws: k)
        return (odds, hypergeometric.twoSided(a))
    }
}

/// How many of the first kind are among `draws` from `first` + `second` things.
struct Hypergeometric {
    let first: Int
    let second: Int
    let draws: Int
    private let base: Double

    init(first: Int, second: Int, draws: Int) {
        self.first = first
        self.second = second
        self.draws = draws
        base = Self.logChoose(first + second, draws)
    }

    private static func logChoose(_ n: Int, _ k: Int) -> Double {
        SpecialFunctions.logGamma(Double(n) + 1) - SpecialFunctions.logGamma(Double(k) + 1)
            - SpecialFunctions.logGamma(Double(n - k) + 1)
    }

    var low: Int { max(0, draws - second) }
    var high: Int { min(first, draws) }

    func logMass(_ k: Int) -> Double {
        Self.logChoose(first, k) + Self.logChoose(second, draws - k) - base
    }

    /// P(k + 1) / P(k).
    private func ratio(_ k: Int) -> Double {
        Double(first - k) * Double(draws - k) / (Double(k + 1) * Double(second - draws + k + 1))
    }

    /// The sum of all probabilities that are not larger than that of what was seen. Ties are told from rounding by a
    /// relative 1e-11.
    func twoSided(_ seen: Int) -> Probability {
        let seenLog = logMass(seen)
        let limit = seenLog + 1e-11 * max(1, abs(seenLog))
        let mode = min(
            high, max(low, Int((Double(first + 1) * Double(draws + 1) / Double(first + second + 2)).rounded(.down))))
        // The last k left of the mode, and the first k right of it, that are not likelier than what was seen.
        var left = low - 1
        if logMass(low) <= limit {
            var a = low
            var b = mode
            while a < b {
                let middle = (a + b + 1) / 2
                if logMass(middle) <= limit { a = middle } else { b = middle - 1 }
            }
            left = a
        }
        var right = high + 1
        if logMass(high) <= limit {
            var a = max(mode, left + 1)
            var b = high
            while a < b {
                let middle = (a + b) / 2
                if logMass(middle) <= limit { b = middle } else { a = middle + 1 }
            }
            right = a
        }
        if right <= left + 1 { return .one }
        // Sums relative to what was seen: every term is at most about one.
        var sum = 0.0
        if left >= low {
            var term = exp(logMass(left) - seenLog)
            var k = left
            while k >= low, term > 1e-22 * max(sum, 1e-300) {
                sum += term
                k -= 1
                if k >= low { term /= ratio(k) }
            }
        }
        if right <= high {
            var term = exp(logMass(right) - seenLog)
            var k = right
            while k <= high, term > 1e-22 * max(sum, 1e-300) {
                sum += term
                if k < high { term *= ratio(k) }
                k += 1
            }
        }
        return Probability(naturalLogarithm: seenLog + log(sum))
    }
}
