// Labelled scores of a reference in bounded memory: all rows up to a budget, a grid of scores beyond it, with a bound on how
// far a calibration from the grid can be from one of the rows themselves.
import Foundation

/// Labelled scores in 0 … 1 counted in cells of equal width: enough for a calibration in constant memory.
///
/// The encoded form (JSON) has at most `encodedBytesMax` bytes, whatever the number of rows.
public struct CalibrationGrid: Codable, Hashable, Sendable {
    /// The usual number of cells.
    public static let cells = 16_384
    /// The format of the encoded form.
    public static let version = 1
    private var version = CalibrationGrid.version
    /// Rows by cell, from the lowest scores on.
    public private(set) var rows: [Int]
    /// Truly positive rows by cell.
    public private(set) var positives: [Int]
    private var scoreSums: [Double]

    /// Of nothing.
    ///
    /// - Precondition: at least one cell.
    public init(cells: Int = CalibrationGrid.cells) {
        precondition(cells >= 1, "a grid needs a cell")
        rows = [Int](repeating: 0, count: cells)
        positives = rows
        scoreSums = [Double](repeating: 0, count: cells)
    }

    /// The most bytes of the encoded form (JSON).
    public static func encodedBytesMax(cells: Int = CalibrationGrid.cells) -> Int {
        cells * (2 * ScoreHistogram.numberBytesMax + 26) + 500
    }

    /// Adds a row; one with a score outside 0 … 1 is not counted.
    public mutating func add(score: Double, label: Bool) {
        guard score >= 0, score <= 1 else { return }
        let cell = min(rows.count - 1, Int(score * Double(rows.count)))
        rows[cell] += 1
        positives[cell] += label ? 1 : 0
        scoreSums[cell] += score
    }

    /// Joins another part.
    ///
    /// - Precondition: both have as many cells.
    public mutating func merge(_ other: CalibrationGrid) {
        precondition(rows.count == other.rows.count, "grids of other cells cannot be merged")
        for i in rows.indices {
            rows[i] += other.rows[i]
            positives[i] += other.positives[i]
            scoreSums[i] += other.scoreSums[i]
        }
    }

    /// All rows.
    public var count: Int { rows.reduce(0, +) }

    /// The cells that have rows.
    private var used: [Int] { rows.indices.filter { rows[$0] > 0 } }

    /// The isotonic fit of the cells at their mean scores; nil without rows.
    public var isotonic: IsotonicMap? {
        let used = used
        return IsotonicMap(
            ascending: used.map { scoreSums[$0] / Double(rows[$0]) }, rows: used.map { rows[$0] },
            positives: used.map { positives[$0] })
    }

    /// Bins of equal mass of the cells' mean scores, or of what a map makes of them; cells are not divided.
    ///
    /// - Parameter map: a map that never falls; nil for the scores themselves.
    public func bins(_ count: Int = 10, map: IsotonicMap? = nil) -> ReliabilityBins {
        let used = used
        let values = used.map { cell -> Double in
            let score = scoreSums[cell] / Double(rows[cell])
            return map?(score) ?? score
        }
        var before: [Int] = []
        var total = 0
        for cell in used {
            total += rows[cell]
            before.append(total)
        }
        func value(_ rank: Int) -> Double {
            var low = 0
            var high = before.count - 1
            while low < high {
                let middle = (low + high) / 2
                if before[middle] > rank { high = middle } else { low = middle + 1 }
            }
            return values[low]
        }
        var edges: [Double] = []
        if total > 0 {
            for k in 1..<count {
                let place = Double(k) / Double(count) * Double(total - 1)
                let low = Int(place)
                let a = value(low)
                let b = value(min(total - 1, low + 1))
                edges.append(Quantiles.interpolate(a, b, place - Double(low)))
            }
        }
        var bins = ReliabilityBins(edges: BinEdges(edges))
        for (value, cell) in zip(values, used) { bins.add(score: value, rows: rows[cell], positives: positives[cell]) }
        return bins
    }

    /// Where the isotonic fit of the rows themselves lies, whatever their order within the cells; nil without rows.
    public var bounds: CalibrationBounds? {
        let used = used
        guard !used.isEmpty else { return nil }
        let n = used.map { rows[$0] }
        let upper = Self.upper(n, used.map { positives[$0] })
        let lower = Self.upper(n.reversed(), used.reversed().map { rows[$0] - positives[$0] }).reversed().map { 1 - $0 }
        return CalibrationBounds(cells: rows.count, used: used, lower: lower, upper: upper)
    }

    /// Cells between ends at which the upper bound is looked for.
    private static let endsEvery = 8

    /// The most that the isotonic fit can be in each cell.
    ///
    /// At a row i the fit is min over b ≥ i of max over a ≤ i of the mean of the rows a … b (Robertson, Wright & Dykstra,
    /// Order Restricted Statistical Inference, 1988, theorem 1.4.4), so that any one b gives an upper bound. With b at
    /// the end of a cell, the mean is largest for an a behind which only the positives of its cell stand.
    private static func upper(_ rows: [Int], _ positives: [Int]) -> [Double] {
        let count = rows.count
        var out = [Double](repeating: 1, count: count)
        for end in stride(from: 0, through: count + endsEvery, by: endsEvery).map({ min($0, count - 1) }) {
            // Rows and positives of the cells behind `cell` up to `end`.
            var restRows = 0.0
            var restPositives = 0.0
            for cell in 0...end {
                restRows += Double(rows[cell])
                restPositives += Double(positives[cell])
            }
            var most = 0.0
            for cell in 0...end {
                restRows -= Double(rows[cell])
                restPositives -= Double(positives[cell])
                let own = Double(positives[cell])
                let below = own + restRows
                if below > 0 { most = max(most, (own + restPositives) / below) }
                if most < out[cell] { out[cell] = most }
            }
        }
        // The fit never falls.
        for cell in out.indices.dropLast().reversed() { out[cell] = min(out[cell], out[cell + 1]) }
        return out
    }
}

/// Between which values a calibration of rows lies, of which only the cells of their scores are known.
public struct CalibrationBounds: Codable, Hashable, Sendable {
    /// Stretches of 0 … 1 that have bounds of their own.
    public static let stretches = 1_024
    private let lower: [Double]
    private let upper: [Double]

    /// - Parameters:
    ///   - used: the cells that have rows, ascending, with the bounds of the fit at their rows.
    init(cells: Int, used: [Int], lower: [Double], upper: [Double]) {
        let count = min(Self.stretches, cells)
        var low: [Double] = []
        var high: [Double] = []
        // Between rows the fit is linear: a score lies between the rows of the cells before and behind its own.
        var before = 0
        var behind = 0
        for stretch in 0..<count {
            let first = stretch * cells / count
            let last = (stretch + 1) * cells / count - 1
            while before < used.count, used[before] < first { before += 1 }
            while behind < used.count, used[behind] <= last { behind += 1 }
            low.append(lower[max(0, before - 1)])
            high.append(upper[min(used.count - 1, behind)])
        }
        self.lower = low
        self.upper = high
    }

    /// What was decoded fits together.
    public var isConsistent: Bool { !lower.isEmpty && lower.count == upper.count }

    /// How far a probability given to a score can be from that of the calibration of the rows.
    public func errorMax(score: Double, probability: Double) -> Double {
        let stretch = max(0, min(lower.count - 1, Int(score * Double(lower.count))))
        return max(0, upper[stretch] - probability, probability - lower[stretch])
    }
}

/// Labels, decisions and scores of a reference: all of them up to `exactMax` rows, grids beyond.
///
/// Even and odd rows are counted apart, so that a calibration can be fitted on one half and tried on the other; parts
/// merge as if their rows stood behind each other. The encoded form (JSON) has at most `encodedBytesMax` bytes beyond
/// `exactMax` rows.
public struct CalibrationAccumulator: Codable, Hashable, Sendable {
    /// The format of the encoded form.
    public static let version = 1
    /// The most bytes of the encoded form once rows are counted in grids.
    public static let encodedBytesMax =
        PerformanceAccumulator.encodedBytesMax + 2 * CalibrationGrid.encodedBytesMax() + 500
    /// What a row takes while the rows are kept and calibrated, in bytes.
    public static let rowBytes = 100
    private var version = CalibrationAccumulator.version
    /// More rows than this are counted in grids.
    public let exactMax: Int
    /// The rows while they are kept; empty beyond.
    public private(set) var sample = BinarySample()
    /// Rows with even and with odd numbers, from 0, beyond the budget; empty before.
    public private(set) var halves: [CalibrationGrid] = []
    /// Performance beyond the budget; nil before.
    public private(set) var performance: PerformanceAccumulator?

    /// - Parameter exactMax: how many rows are kept.
    public init(exactMax: Int = .max) { self.exactMax = exactMax }

    /// Of rows that are kept.
    public init(_ sample: BinarySample) {
        exactMax = .max
        self.sample = sample
    }

    /// All rows.
    public var count: Int { performance?.confusion.count ?? sample.count }
    /// The rows are all kept.
    public var isExact: Bool { performance == nil }

    /// Adds rows, in columns of one length.
    ///
    /// - Parameter scores: within 0 … 1.
    public mutating func add(labels: [Bool], predictions: [Bool], scores: [Double]) {
        if performance == nil {
            sample.merge(BinarySample(labels: labels, predictions: predictions, scores: scores))
            spill()
        } else {
            count(labels, predictions, scores)
        }
    }

    private mutating func count(_ labels: [Bool], _ predictions: [Bool], _ scores: [Double]) {
        var place = count
        for i in labels.indices {
            performance?.add(label: labels[i], prediction: predictions[i], score: scores[i])
            halves[place % 2].add(score: scores[i], label: labels[i])
            place += 1
        }
    }

    private mutating func spill() {
        guard sample.count > exactMax else { return }
        performance = PerformanceAccumulator()
        halves = [CalibrationGrid(), CalibrationGrid()]
        let kept = sample
        sample = BinarySample()
        count(kept.labels, kept.predictions, kept.scores)
    }

    /// Joins another part, whose rows come behind these.
    public mutating func merge(_ other: CalibrationAccumulator) {
        guard let theirs = other.performance else {
            add(labels: other.sample.labels, predictions: other.sample.predictions, scores: other.sample.scores)
            return
        }
        if performance == nil {
            performance = PerformanceAccumulator()
            halves = [CalibrationGrid(), CalibrationGrid()]
            let kept = sample
            sample = BinarySample()
            count(kept.labels, kept.predictions, kept.scores)
        }
        // Behind an odd number of rows their even rows are odd ones.
        let turn = count % 2
        performance?.merge(theirs)
        for half in 0..<2 { halves[(half + turn) % 2].merge(other.halves[half]) }
    }
}
