// Principal components of standardised columns, and how well they give rows back.
import Foundation

/// The components that hold most of the variance of a reference, after each column is standardised.
///
/// Source: Jolliffe, Principal Component Analysis, 2002; the share of variance is that of scikit-learn's `PCA` with a
/// fraction for `n_components`.
public struct PrincipalComponents: Codable, Hashable, Sendable {
    /// The mean of each column.
    public let means: [Double]
    /// The standard deviation (ddof 0) of each column, 1 for a constant one.
    public let scales: [Double]
    /// The share of the variance that the kept components hold.
    public let explained: Double
    /// Components as unit vectors, the one with most variance first.
    public let components: [[Double]]

    /// Keeps the fewest components that hold more than a share of the variance.
    ///
    /// - Parameters:
    ///   - columns: of one length, finite.
    ///   - correlations: their correlation matrix; a constant column has zeros, also on the diagonal.
    ///   - share: 0 … 1.
    public init(means: [Double], scales: [Double], correlations: [[Double]], share: Double) {
        self.means = means
        self.scales = scales.map { $0 > 0 ? $0 : 1 }
        let (values, vectors) = LinearAlgebra.symmetricEigen(correlations)
        let order = values.indices.sorted { (-values[$0], $0) < (-values[$1], $1) }
        let total = values.reduce(0) { $0 + max(0, $1) }
        var kept: [[Double]] = []
        var held = 0.0
        for index in order {
            kept.append(vectors.map { $0[index] })
            held += max(0, values[index])
            if held > share * total { break }
        }
        components = kept
        explained = total > 0 ? held / total : 0
    }

    /// The distance between a row, standardised, and what the components keep of it.
    public func reconstructionError(_ row: [Double]) -> Double {
        var residual = row.indices.map { (row[$0] - means[$0]) / scales[$0] }
        let standardised = residual
        for component in components {
            var weight = 0.0
            for i in component.indices { weight += component[i] * standardised[i] }
            for i in component.indices { residual[i] -= weight * component[i] }
        }
        return residual.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
}

/// Differences between correlations of independent samples.
public enum CorrelationComparison {
    /// Correlations nearer to ±1 count as this, so that Fisher's transformation stays finite.
    public static let largest = 1 - 1e-12

    /// Cohen's q: the difference after Fisher's transformation (Cohen 1988, chapter 4).
    public static func cohensQ(_ a: Double, _ b: Double) -> Double {
        atanh(min(largest, max(-largest, a))) - atanh(min(largest, max(-largest, b)))
    }

    /// The two-sided p-value that the two samples have one correlation (Fisher 1921); nil when a sample has fewer than
    /// four pairs.
    public static func p(_ a: Double, pairs n: Int, _ b: Double, pairs m: Int) -> Double? {
        guard n > 3, m > 3 else { return nil }
        let z = cohensQ(a, b) / (1 / Double(n - 3) + 1 / Double(m - 3)).squareRoot()
        return erfc(abs(z) / 2.0.squareRoot())
    }
}
