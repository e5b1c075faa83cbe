// The special functions that every p-value and interval here rests on: gamma, incomplete gamma and beta, Bessel K.
// Each has its logarithm, too, so that a p-value of a million rows that is smaller than any Double is still told.
import Foundation

/// Special functions of real arguments. All are pure; an argument outside the domain gives NaN, never a trap.
public enum SpecialFunctions {
    /// ln Γ(x) for x > 0, to about 1e-15 relative: Stirling's series (Abramowitz & Stegun 6.1.41) after shifting the
    /// argument above 15 by Γ(x + 1) = x Γ(x).
    public static func logGamma(_ x: Double) -> Double {
        guard x > 0 else { return .nan }
        var shifted = x
        var product = 1.0
        while shifted < 15 {
            product *= shifted
            shifted += 1
        }
        let inverse = 1 / shifted
        let square = inverse * inverse
        // B(2k) / (2k (2k − 1)), k = 1 … 8.
        let series =
            inverse
            * (1.0 / 12
                + square
                * (-1.0 / 360
                    + square
                    * (1.0 / 1260
                        + square
                        * (-1.0 / 1680
                            + square * (1.0 / 1188 + square * (-691.0 / 360_360 + square * (1.0 / 156)))))))
        return (shifted - 0.5) * log(shifted) - shifted + 0.918_938_533_204_672_74 + series - log(product)
    }

    /// ln of the upper regularised incomplete gamma function Q(a, x) = Γ(a, x) / Γ(a), for a > 0 and x ≥ 0.
    ///
    /// Power series below a + 1, Lentz's continued fraction above (A&S 6.5.29 and 6.5.31): the tail is then relatively
    /// exact however small it is.
    public static func logGammaQ(_ a: Double, _ x: Double) -> Double {
        guard a > 0, x >= 0 else { return .nan }
        if x == 0 { return 0 }
        if x == .infinity { return -.infinity }
        let front = a * log(x) - x - logGamma(a)
        if x < a + 1 { return log1p(-min(1, exp(front) * gammaSeries(a, x))) }
        var b = x + 1 - a
        var c = 1e300
        var d = 1 / b
        var h = d
        for i in 1...100_000 {
            let term = -Double(i) * (Double(i) - a)
            b += 2
            d = term * d + b
            if abs(d) < 1e-300 { d = 1e-300 }
            c = b + term / c
            if abs(c) < 1e-300 { c = 1e-300 }
            d = 1 / d
            let delta = d * c
            h *= delta
            if abs(delta - 1) < 1e-16 { break }
        }
        return front + log(h)
    }

    /// Σ x^k / (a (a + 1) … (a + k)), k ≥ 0.
    private static func gammaSeries(_ a: Double, _ x: Double) -> Double {
        var term = 1 / a
        var sum = term
        var denominator = a
        for _ in 0..<100_000 {
            denominator += 1
            term *= x / denominator
            sum += term
            if term < sum * 1e-17 { break }
        }
        return sum
    }

    /// ln of the regularised incomplete beta function I_x(a, b), for a, b > 0 and 0 ≤ x ≤ 1.
    ///
    /// Continued fraction of A&S 26.5.8 on the side where it converges fast.
    public static func logBetaI(_ a: Double, _ b: Double, _ x: Double) -> Double {
        logBetaI(a, b, x, complement: 1 - x)
    }

    /// The same for an x so near to 1 that 1 − x must be given apart.
    static func logBetaI(_ a: Double, _ b: Double, _ x: Double, complement y: Double) -> Double {
        guard a > 0, b > 0, x >= 0, x <= 1 else { return .nan }
        if x == 0 { return -.infinity }
        if y == 0 { return 0 }
        let logX = x < 0.5 ? log(x) : log1p(-y)
        let logY = y < 0.5 ? log(y) : log1p(-x)
        let front = logGamma(a + b) - logGamma(a) - logGamma(b) + a * logX + b * logY
        if x < (a + 1) / (a + b + 2) { return front + log(betaFraction(a, b, x) / a) }
        return log1p(-min(1, exp(front) * betaFraction(b, a, y) / b))
    }

    /// The regularised incomplete beta function I_x(a, b).
    public static func betaI(_ a: Double, _ b: Double, _ x: Double) -> Double { exp(logBetaI(a, b, x)) }

    private static func betaFraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
        var c = 1.0
        var d = 1 - (a + b) * x / (a + 1)
        if abs(d) < 1e-300 { d = 1e-300 }
        d = 1 / d
        var h = d
        for i in 1...100_000 {
            let m = Double(i)
            for term in [
                m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
            ] {
                d = 1 + term * d
                if abs(d) < 1e-300 { d = 1e-300 }
                c = 1 + term / c
                if abs(c) < 1e-300 { c = 1e-300 }
                d = 1 / d
                h *= d * c
            }
            if abs(d * c - 1) < 1e-16 { break }
        }
        return h
    }

    /// The x with I_x(a, b) = p, by bisection with secant steps; relative error about 1e-14.
    public static func inverseBetaI(_ a: Double, _ b: Double, _ p: Double) -> Double {
        guard a > 0, b > 0, p >= 0, p <= 1 else { return .nan }
        if p == 0 { return 0 }
        if p == 1 { return 1 }
        var low = 0.0
        var high = 1.0
        var x = a / (a + b)
        for _ in 0..<300 {
            let value = betaI(a, b, x)
            if value < p { low = x } else { high = x }
            // Newton, kept inside the bracket.
            let density = exp(
                logGamma(a + b) - logGamma(a) - logGamma(b) + (a - 1) * log(x) + (b - 1) * log1p(-x))
            var next = x - (value - p) / density
            if !(next > low && next < high) { next = (low + high) / 2 }
            if abs(next - x) <= 1e-16 * x || next == low || next == high { return next }
            x = next
        }
        return x
    }

    /// The modified Bessel function K_ν(x), x > 0: trapezoid rule on ∫ exp(−x cosh t) cosh(νt) dt (A&S 9.6.24), which
    /// converges faster than any power of the step.
    public static func besselK(_ order: Double, _ x: Double) -> Double {
        guard x > 0 else { return .nan }
        let step = 1.0 / 32
        var sum = 0.5 * exp(-x)
        var t = step
        while true {
            let term = exp(-x * cosh(t)) * cosh(order * t)
            sum += term
            if term < sum * 1e-18 { break }
            t += step
        }
        return sum * step
    }
}
