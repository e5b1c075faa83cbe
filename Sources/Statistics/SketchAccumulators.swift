// Performance and fairness of streams without end: what workers count and send, bounded whatever the number of rows.
import Foundation

/// Performance and calibration of a binary classifier in bounded memory.
///
/// Counts, log loss, Brier score and calibration over bins of equal width are exact; AUC and the KS of scores come from a
/// grid, which says how far they can be off. The encoded form (JSON) has at most `encodedBytesMax` bytes.
public struct PerformanceAccumulator: Codable, Hashable, Sendable {
    /// The format of the encoded form.
    public static let version = 2
    /// The most bytes of the encoded form.
    public static let encodedBytesMax = ScoreHistogram.encodedBytesMax() + 2 * ReliabilityBins.encodedBytesMax + 1_000
    private var version = PerformanceAccumulator.version
    /// All decisions, also those without a score.
    public private(set) var confusion = ConfusionCounts()
    /// The scored decisions.
    public private(set) var grid: ScoreHistogram
    /// Ten bins of equal width.
    public private(set) var width10 = ReliabilityBins(edges: .unit(bins: 10))
    /// Fifteen bins of equal width.
    public private(set) var width15 = ReliabilityBins(edges: .unit(bins: 15))
    /// What Spiegelhalter's test needs.
    public private(set) var spiegelhalter = SpiegelhalterSums()

    /// Of nothing.
    ///
    /// - Parameter cells: cells of the grid; fewer take less memory and leave a larger error.
    /// - Precondition: at least one cell.
    public init(cells: Int = ScoreHistogram.cells) { grid = ScoreHistogram(cells: cells) }

    /// Adds a decision. A score outside 0 … 1 is counted in `grid.refused`, and its decision in `confusion` only.
    public mutating func add(label: Bool, prediction: Bool, score: Double?) {
        confusion.add(label: label, prediction: prediction)
        guard let score else { return }
        grid.add(label: label, prediction: prediction, score: score)
        guard score >= 0, score <= 1 else { return }
        width10.add(score: score, label: label)
        width15.add(score: score, label: label)
        spiegelhalter.add(score: score, label: label)
    }

    /// Joins another part.
    public mutating func merge(_ other: PerformanceAccumulator) {
        confusion.merge(other.confusion)
        grid.merge(other.grid)
        width10.merge(other.width10)
        width15.merge(other.width15)
        spiegelhalter.merge(other.spiegelhalter)
    }
}

/// What the groups of one attribute got, in bounded memory.
///
/// Counts, Brier scores and calibration are exact; AUC and the rows above the median come from a grid, which says how far
/// they can be off. The encoded form (JSON) has at most `encodedBytesMax(groups:)` bytes besides the names of the groups,
/// and at most `groupsMax` groups are told apart.
public struct FairnessAccumulator: Codable, Hashable, Sendable {
    /// The format of the encoded form.
    public static let version = 1
    /// The most groups that are told apart; rows of further ones are counted in `others`.
    public static let groupsMax = 1_000
    /// Cells of the grid of a group.
    public static let cells = 512
    private var version = FairnessAccumulator.version
    private var groups: [String: Group] = [:]
    private var whole: ScoreHistogram
    /// Rows whose group is not known.
    public private(set) var unknown = 0
    /// Rows of groups beyond the limit: which those are depends on the order of the rows.
    public private(set) var others = 0

    private struct Group: Codable, Hashable {
        var counts = GroupCounts()
        var grid: ScoreHistogram

        init(cells: Int) { grid = ScoreHistogram(cells: cells) }

        mutating func add(_ label: Bool, _ prediction: Bool, _ score: Double?) {
            counts.confusion.add(label: label, prediction: prediction)
            guard let score, score >= 0, score <= 1 else { return }
            counts.scoreSum += score
            let delta = score - (label ? 1 : 0)
            counts.brierSum += delta * delta
            counts.bins.add(score: score, label: label)
            grid.add(label: label, prediction: prediction, score: score)
        }

        mutating func merge(_ other: Group) {
            counts.confusion.merge(other.counts.confusion)
            counts.scoreSum += other.counts.scoreSum
            counts.brierSum += other.counts.brierSum
            counts.bins.merge(other.counts.bins)
            grid.merge(other.grid)
        }
    }

    /// What a group got.
    public struct Result: Hashable, Sendable {
        /// Its name.
        public let name: String
        /// Its counts, with AUC and rows above the median from the grid.
        public let counts: GroupCounts
        /// How far the AUC can be off; nil with one class only.
        public let aucErrorMax: Double?
        /// How far `counts.aboveMedian` can be off, in rows.
        public let aboveMedianErrorMax: Int
    }

    /// Of nobody.
    ///
    /// - Parameter cells: cells of the grid of a group; fewer take less memory and leave a larger error.
    /// - Precondition: at least one cell.
    public init(cells: Int = FairnessAccumulator.cells) { whole = ScoreHistogram(cells: cells) }

    /// How many groups are told apart.
    public var groupCount: Int { groups.count }

    private var cellCount: Int { whole.positives.count }

    /// The most bytes of the encoded form (JSON) besides the names of the groups.
    public static func encodedBytesMax(groups: Int) -> Int {
        let grid = ScoreHistogram.encodedBytesMax(cells: cells)
        return (groups + 1) * (grid + ReliabilityBins.encodedBytesMax + 500) + 500
    }

    /// Adds a decision about somebody.
    ///
    /// - Parameters:
    ///   - group: nil when it is not known.
    ///   - score: nil when there are none; within 0 … 1.
    public mutating func add(group: String?, label: Bool, prediction: Bool, score: Double?) {
        if let score { whole.add(label: label, prediction: prediction, score: score) }
        guard let group else {
            unknown += 1
            return
        }
        guard groups[group] != nil || groups.count < Self.groupsMax else {
            others += 1
            return
        }
        let cells = cellCount
        groups[group, default: Group(cells: cells)].add(label, prediction, score)
    }

    /// Adds decisions about many, in columns of one length.
    ///
    /// - Parameters:
    ///   - codes: places in `names`, −1 where the group is not known.
    ///   - scores: empty when there are none; within 0 … 1.
    public mutating func add(
        codes: [Int32], names: [String], labels: [Bool], predictions: [Bool], scores: [Double]
    ) {
        var own = names.map { groups.removeValue(forKey: $0) }
        var room = Self.groupsMax - groups.count - own.count { $0 != nil }
        for row in codes.indices {
            let score = scores.isEmpty ? nil : scores[row]
            if let score { whole.add(label: labels[row], prediction: predictions[row], score: score) }
            let code = Int(codes[row])
            guard code >= 0 else {
                unknown += 1
                continue
            }
            if own[code] == nil {
                guard room > 0 else {
                    others += 1
                    continue
                }
                room -= 1
                own[code] = Group(cells: cellCount)
            }
            own[code]?.add(labels[row], predictions[row], score)
        }
        for (name, group) in zip(names, own) { groups[name] = group }
    }

    /// Joins another part.
    ///
    /// - Precondition: both have as many cells.
    public mutating func merge(_ other: FairnessAccumulator) {
        let cells = cellCount
        for (name, group) in other.groups.sorted(by: { $0.key < $1.key }) {
            if groups[name] != nil || groups.count < Self.groupsMax {
                groups[name, default: Group(cells: cells)].merge(group)
            } else {
                others += group.counts.confusion.count
            }
        }
        whole.merge(other.whole)
        unknown += other.unknown
        others += other.others
    }

    /// All rows.
    public var count: Int { groups.values.reduce(unknown + others) { $0 + $1.counts.confusion.count } }

    /// Rows had scores.
    public var hasScores: Bool { whole.confusion.count > 0 }

    /// The groups in order of the bytes of their names.
    public func results() -> [Result] {
        let middle = medianCells()
        return groups.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { name, group in
            var counts = group.counts
            counts.auc = group.grid.auc
            let cells = zip(group.grid.positives, group.grid.negatives).map { $0 + $1 }
            guard let middle else {
                return Result(name: name, counts: counts, aucErrorMax: group.grid.aucErrorMax, aboveMedianErrorMax: 0)
            }
            counts.aboveMedian = cells[middle.high...].reduce(0, +)
            var error = 0
            if middle.low == middle.high {
                // The median is in this cell: which of the group's rows there are above it is not known.
                error = cells[middle.high]
                counts.aboveMedian -= error - error / 2
            }
            return Result(
                name: name, counts: counts, aucErrorMax: group.grid.aucErrorMax, aboveMedianErrorMax: error - error / 2)
        }
    }

    /// The cells of the lower and the upper middle row of all.
    private func medianCells() -> (low: Int, high: Int)? {
        let n = whole.confusion.count
        guard n > 0 else { return nil }
        var low: Int?
        var before = 0
        for cell in whole.positives.indices {
            before += whole.positives[cell] + whole.negatives[cell]
            if low == nil, before > (n - 1) / 2 { low = cell }
            if before > n / 2 { return (low ?? cell, cell) }
        }
        return nil
    }
}
