// Pearson's correlation of many pairs of columns over the same rows in one pass.

/// A column to correlate, as numbers or as ranks.
enum CorrelatedColumn {
    /// One number a row.
    case numbers([Double])
    /// One place among the distinct values a row, −1 for none, and twice the midrank of each distinct value.
    case ranks(codes: [Int32], doubled: [Int32])

    /// Twice the midranks, from 1, of distinct values in ascending order, each with how often it occurs.
    static func doubledMidranks(counts: [Int32]) -> [Int32] {
        var before: Int32 = 0
        return counts.map { count in
            defer { before += count }
            return 2 * before + count + 1
        }
    }
}

/// The sums of `RunningPair`, bit by bit, for many pairs: over the same rows a column has the same running mean in all
/// of its pairs, so that it is kept once. Eight columns are added to side by side.
struct CorrelationPass {
    private typealias Lanes = SIMD8<Double>
    private static let blockRows = 128

    private let columns: [CorrelatedColumn]
    private let firsts: Range<Int>
    private let isX: Bool
    /// Columns in whole lanes.
    private let width: Int
    private var count = 0.0
    private var means: [Lanes]
    private var squares: [Lanes]
    /// By first column, then by the other.
    private var products: [Lanes]

    /// - Parameters:
    ///   - columns: of one length.
    ///   - firsts: the columns of which correlations are wanted: with all columns up to themselves when they are `x`, else
    ///     with all.
    ///   - isX: whether they are `x` or `y` of a `RunningPair`.
    init(_ columns: [CorrelatedColumn], firsts: Range<Int>, isX: Bool) {
        self.columns = columns
        self.firsts = firsts
        self.isX = isX
        width = (columns.count + Lanes.scalarCount - 1) / Lanes.scalarCount
        means = [Lanes](repeating: .zero, count: width)
        squares = means
        products = [Lanes](repeating: .zero, count: firsts.count * width)
    }

    /// Takes the first `rows` rows, or those of them where a column has a number.
    mutating func add(rows: Int, where present: [Double]? = nil) {
        let size = Self.blockRows
        withUnsafeTemporaryAllocation(of: Lanes.self, capacity: 2 * size * width) { lanes in
            withUnsafeTemporaryAllocation(of: Int.self, capacity: size) { kept in
                guard let before = lanes.baseAddress else { return }
                lanes.initialize(repeating: .zero)
                let after = before + size * width
                for start in stride(from: 0, to: rows, by: size) {
                    let block = start..<min(rows, start + size)
                    var taken = 0
                    if let present {
                        for row in block {
                            kept[taken] = row
                            taken += present[row].isNaN ? 0 : 1
                        }
                    } else {
                        for row in block { kept[row - start] = row }
                        taken = block.count
                    }
                    gather(UnsafeBufferPointer(rebasing: kept[..<taken]), after)
                    deviate(before, after, taken)
                    multiply(before, after, taken)
                }
            }
        }
    }

    /// The values of some rows, a row after the other.
    private func gather(_ rows: UnsafeBufferPointer<Int>, _ lanes: UnsafeMutablePointer<Lanes>) {
        let step = width * Lanes.scalarCount
        lanes.withMemoryRebound(to: Double.self, capacity: Self.blockRows * step) { target in
            for (place, column) in columns.enumerated() {
                switch column {
                case .numbers(let numbers):
                    numbers.withUnsafeBufferPointer { numbers in
                        for k in 0..<rows.count { target[k * step + place] = numbers[rows[k]] }
                    }
                case .ranks(let codes, let doubled):
                    codes.withUnsafeBufferPointer { codes in
                        doubled.withUnsafeBufferPointer { doubled in
                            for k in 0..<rows.count {
                                target[k * step + place] = Double(doubled[Int(codes[rows[k]])]) / 2
                            }
                        }
                    }
                }
            }
        }
    }

    /// Values in `after` become deviations from the mean before and after their row.
    private mutating func deviate(
        _ before: UnsafeMutablePointer<Lanes>, _ after: UnsafeMutablePointer<Lanes>, _ rows: Int
    ) {
        for place in 0..<width {
            var mean = means[place]
            var sum = squares[place]
            for k in 0..<rows {
                let value = after[k * width + place]
                let deviation = value - mean
                mean += Lanes(repeating: 1 / (count + Double(k + 1))) * deviation
                before[k * width + place] = deviation
                after[k * width + place] = value - mean
                sum += (value - mean) * deviation
            }
            means[place] = mean
            squares[place] = sum
        }
        count += Double(rows)
    }

    private mutating func multiply(
        _ before: UnsafeMutablePointer<Lanes>, _ after: UnsafeMutablePointer<Lanes>, _ rows: Int
    ) {
        let step = width * Lanes.scalarCount
        let others = isX ? before : after
        let own = isX ? after : before
        own.withMemoryRebound(to: Double.self, capacity: Self.blockRows * step) { own in
            for first in firsts {
                let last = isX ? first / Lanes.scalarCount : width - 1
                for place in 0...last {
                    let sum = (first - firsts.lowerBound) * width + place
                    var total = products[sum]
                    for k in 0..<rows { total += Lanes(repeating: own[k * step + first]) * others[k * width + place] }
                    products[sum] = total
                }
            }
        }
    }

    /// The correlation of one of the first columns with another; nil where a side does not vary.
    func correlation(_ first: Int, _ other: Int) -> Double? {
        func value(_ lanes: [Lanes], _ column: Int) -> Double {
            lanes[column / Lanes.scalarCount][column % Lanes.scalarCount]
        }
        let product = value(products, (first - firsts.lowerBound) * width * Lanes.scalarCount + other)
        return RunningPair.correlation(
            count: count, squares: value(squares, first) * value(squares, other), products: product)
    }
}
