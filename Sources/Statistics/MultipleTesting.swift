// Many p-values at once: what they are worth together.
import Foundation

/// Adjusted p-values, in the order given. Values are cut at 1.
public enum MultipleTesting {
    /// p × number of tests.
    public static func bonferroni(_ p: [Double]) -> [Double] { p.map { min(1, $0 * Double(p.count)) } }

    /// Holm's step-down (1979).
    public static func holm(_ p: [Double]) -> [Double] {
        let order = p.indices.sorted { (p[$0], $0) < (p[$1], $1) }
        var out = p
        var running = 0.0
        for (rank, index) in order.enumerated() {
            running = max(running, p[index] * Double(p.count - rank))
            out[index] = min(1, running)
        }
        return out
    }

    /// Benjamini & Hochberg's step-up (1995): the false discovery rate under independence.
    public static func benjaminiHochberg(_ p: [Double]) -> [Double] { stepUp(p, factor: 1) }

    /// Benjamini & Yekutieli (2001): the false discovery rate under any dependence.
    public static func benjaminiYekutieli(_ p: [Double]) -> [Double] {
        stepUp(p, factor: p.indices.reduce(0.0) { $0 + 1 / Double($1 + 1) })
    }

    private static func stepUp(_ p: [Double], factor: Double) -> [Double] {
        let order = p.indices.sorted { (p[$0], $0) < (p[$1], $1) }
        var out = p
        var running = 1.0
        for (rank, index) in order.enumerated().reversed() {
            running = min(running, p[index] * Double(p.count) / Double(rank + 1) * factor)
            out[index] = min(1, running)
        }
        return out
    }
}
