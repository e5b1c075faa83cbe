// A stream of scored and labelled predictions under constant watch, in constant memory.

/// What is known of a stream of predictions after every row: performance, quantiles of the score, and whether the scores
/// still come from the reference's distribution, at a level that holds however often one looks.
public struct PredictionMonitor: Codable, Hashable, Sendable {
    /// The format of the encoded form.
    public static let version = 1
    private var version = PredictionMonitor.version
    /// Confusion counts, AUC, log loss and Brier score.
    public private(set) var performance = ScoreHistogram()
    /// Quantiles of the score.
    public private(set) var quantiles = QuantileSketch()
    /// The test against the reference's bins.
    public private(set) var shift: DistributionShiftTest
    private let edges: BinEdges
    /// The level of the drift alarm.
    public let alpha: Double
    /// Rows until the drift alarm; nil while there is none.
    public private(set) var driftAfter: Int?

    /// - Parameters:
    ///   - edges: the bins of the reference's scores.
    ///   - referenceCounts: rows of the reference in each bin.
    ///   - alpha: the probability of a false alarm over the whole run.
    /// - Returns: nil when the counts do not fit the edges or are empty.
    public init?(edges: BinEdges, referenceCounts: [Int], alpha: Double = 0.05) {
        guard referenceCounts.count == edges.count, alpha > 0, alpha < 1,
            let shift = DistributionShiftTest(referenceCounts: referenceCounts)
        else { return nil }
        self.edges = edges
        self.shift = shift
        self.alpha = alpha
    }

    /// Adds a prediction; a score outside 0 … 1 is counted as refused and used nowhere.
    public mutating func add(label: Bool, prediction: Bool, score: Double) {
        performance.add(label: label, prediction: prediction, score: score)
        guard score >= 0, score <= 1 else { return }
        quantiles.add(score)
        shift.add(bin: edges.bin(of: score))
        if driftAfter == nil, shift.isRejected(alpha: alpha) { driftAfter = performance.confusion.count }
    }
}
