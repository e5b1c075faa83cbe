// Small dense linear algebra: systems of a few equations, and eigenvalues of small symmetric matrices.
import Foundation

/// Dense matrices as arrays of rows.
public enum LinearAlgebra {
    /// Solves n equations given as rows of n coefficients and a right side, by elimination with row pivots; nil when
    /// they are singular.
    public static func solve(_ augmented: [[Double]]) -> [Double]? {
        var rows = augmented
        let n = rows.count
        for column in 0..<n {
            var pivot = column
            for row in column..<n where abs(rows[row][column]) > abs(rows[pivot][column]) { pivot = row }
            guard abs(rows[pivot][column]) > 0, rows[pivot][column].isFinite else { return nil }
            rows.swapAt(pivot, column)
            for row in 0..<n where row != column {
                let factor = rows[row][column] / rows[column][column]
                if factor == 0 { continue }
                for k in column...n { rows[row][k] -= factor * rows[column][k] }
            }
        }
        return (0..<n).map { rows[$0][n] / rows[$0][$0] }
    }

    /// Eigenvalues and eigenvectors (as columns) of a symmetric matrix, by Jacobi's rotations.
    public static func symmetricEigen(_ matrix: [[Double]]) -> (values: [Double], vectors: [[Double]]) {
        var a = matrix
        let n = a.count
        var vectors = (0..<n).map { row in (0..<n).map { row == $0 ? 1.0 : 0.0 } }
        for _ in 0..<100 {
            var off = 0.0
            var all = 0.0
            for i in 0..<n {
                for j in 0..<n {
                    all += a[i][j] * a[i][j]
                    if i != j { off += a[i][j] * a[i][j] }
                }
            }
            if off <= all * 1e-36 { break }
            for p in 0..<n {
                for q in (p + 1)..<max(n, p + 1) where abs(a[p][q]) > 1e-300 {
                    let theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
                    let t = (theta >= 0 ? 1.0 : -1.0) / (abs(theta) + (theta * theta + 1).squareRoot())
                    let c = 1 / (t * t + 1).squareRoot()
                    let s = t * c
                    for k in 0..<n {
                        let x = a[k][p]
                        let y = a[k][q]
                        a[k][p] = c * x - s * y
                        a[k][q] = s * x + c * y
                    }
                    for k in 0..<n {
                        let x = a[p][k]
                        let y = a[q][k]
                        a[p][k] = c * x - s * y
                        a[q][k] = s * x + c * y
                    }
                    for k in 0..<n {
                        let x = vectors[k][p]
                        let y = vectors[k][q]
                        vectors[k][p] = c * x - s * y
                        vectors[k][q] = s * x + c * y
                    }
                }
            }
        }
        return ((0..<n).map { a[$0][$0] }, vectors)
    }
}
