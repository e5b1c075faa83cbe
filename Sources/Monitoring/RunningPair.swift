// Pearson's correlation of two columns in one pass.

/// Two columns of numbers as they come (Welford, Technometrics 4, 1962).
struct RunningPair {
    private(set) var count = 0.0
    private var meanX = 0.0
    private var meanY = 0.0
    private var squaresX = 0.0
    private var squaresY = 0.0
    private var products = 0.0

    /// Takes a row in which both are there.
    mutating func add(_ x: Double, _ y: Double) {
        count += 1
        let dx = x - meanX
        let dy = y - meanY
        meanX += 1 / count * dx
        meanY += 1 / count * dy
        squaresX += (x - meanX) * dx
        squaresY += (y - meanY) * dy
        products += (x - meanX) * dy
    }

    /// `nil` while there is one row, or one of the two does not vary.
    var correlation: Double? { Self.correlation(count: count, squares: squaresX * squaresY, products: products) }

    /// From the product of both sums of squares.
    static func correlation(count: Double, squares: Double, products: Double) -> Double? {
        let divisor = squares.squareRoot()
        return count > 1 && divisor > 0 ? max(-1, min(1, products / divisor)) : nil
    }
}
