// Orders held against each other.
import Foundation

/// Measures of orders.
public enum Ranks {
    /// The normalised discounted cumulative gain: gains in the order of falling scores, discounted by log₂ of the place
    /// plus one, over what the best order gives. Tied scores share the mean of their gains, so that their order does not
    /// matter (McSherry & Najork 2008, and scikit-learn).
    ///
    /// - Parameter gains: not negative, one per score.
    /// - Returns: nil when all gains are zero.
    public static func discountedGain(_ gains: [Double], by scores: [Double]) -> Double? {
        precondition(gains.count == scores.count, "as many gains as scores are needed")
        let order = scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
        var reached = 0.0
        var start = 0
        while start < order.count {
            var end = start
            var sum = 0.0
            var discount = 0.0
            while end < order.count, scores[order[end]] == scores[order[start]] {
                sum += gains[order[end]]
                discount += 1 / log2(Double(end + 2))
                end += 1
            }
            reached += sum / Double(end - start) * discount
            start = end
        }
        let best = gains.sorted(by: >).enumerated().reduce(0) { $0 + $1.element / log2(Double($1.offset + 2)) }
        return best > 0 ? reached / best : nil
    }
}
