// A regression by boosted trees on binned features: what learns the loss of a model where no label is known.
import Foundation

/// How a boosted regression is grown.
public struct BoostingSettings: Codable, Hashable, Sendable {
    /// Trees.
    public var rounds = 100
    /// The share of each tree's prediction that is added.
    public var learningRate = 0.1
    /// The most leaves of a tree.
    public var leavesMax = 31
    /// The fewest rows of a leaf.
    public var leafRowsMin = 20
    /// The most bins of a feature, 2 … 255.
    public var binsMax = 255

    /// The settings that LightGBM and scikit-learn have by default.
    public init() {}
}

/// Gradient boosting of regression trees with squared error (Friedman, Annals of Statistics 29, 2001), grown best leaf
/// first on binned features as in LightGBM (Ke and others, NeurIPS 2017). The same rows give the same trees.
///
/// A missing value (not finite) has a bin of its own and goes to the side where it lowers the error more.
public struct BoostedRegression: Codable, Hashable, Sendable {
    /// A place in a tree: a leaf, or a question.
    struct Node: Codable, Hashable, Sendable {
        /// What a leaf adds.
        var value: Double
        /// Values up to this one go left.
        var threshold = 0.0
        /// −1 in a leaf.
        var feature: Int32 = -1
        /// Where the left side goes on; the right one follows it.
        var left: Int32 = -1
        var missingGoesLeft = false
    }

    /// Node 0 is the root.
    struct Tree: Codable, Hashable, Sendable {
        var nodes: [Node] = []

        mutating func addLeaf(_ value: Double) -> Int {
            nodes.append(Node(value: value))
            return nodes.count - 1
        }

        @inline(__always)
        func value(_ row: UnsafeBufferPointer<Double>) -> Double {
            nodes.withUnsafeBufferPointer { nodes in
                var node = nodes[0]
                while node.feature >= 0 {
                    let value = row[Int(node.feature)]
                    let goesLeft = value.isFinite ? value <= node.threshold : node.missingGoesLeft
                    node = nodes[Int(node.left) + (goesLeft ? 0 : 1)]
                }
                return node.value
            }
        }
    }

    /// The mean of the targets, from which the trees start.
    public let base: Double
    private let trees: [Tree]
    /// How many features.
    public let featureCount: Int

    /// Fits.
    ///
    /// - Parameters:
    ///   - features: columns of one length, missing values as NaN or infinite.
    ///   - targets: finite numbers, one a row.
    /// - Returns: nil without rows.
    public init?(features: [[Double]], targets: [Double], settings: BoostingSettings = BoostingSettings()) {
        guard !targets.isEmpty else { return nil }
        precondition(features.allSatisfy { $0.count == targets.count }, "features and targets need one length")
        precondition((2...255).contains(settings.binsMax), "2 to 255 bins")
        base = targets.reduce(0, +) / Double(targets.count)
        featureCount = features.count
        let bins = features.map { FeatureBins($0, binsMax: settings.binsMax) }
        var predictions = [Double](repeating: base, count: targets.count)
        var gradients = [Double](repeating: 0, count: targets.count)
        var grown: [Tree] = []
        for _ in 0..<settings.rounds {
            for i in targets.indices { gradients[i] = predictions[i] - targets[i] }
            var grower = TreeGrower(bins: bins, gradients: gradients, settings: settings)
            grown.append(grower.grow(adding: &predictions))
        }
        trees = grown
    }

    /// The prediction of a row.
    public func callAsFunction(_ row: [Double]) -> Double {
        precondition(row.count == featureCount, "as many features as in the fit are needed")
        return row.withUnsafeBufferPointer { row in trees.reduce(base) { $0 + $1.value(row) } }
    }

    /// The predictions of columns of one length.
    public func predictions(_ features: [[Double]]) -> [Double] {
        precondition(features.count == featureCount, "as many features as in the fit are needed")
        guard let rows = features.first?.count else { return [] }
        // Block by block, tree by tree: a tree stays in the cache for many rows.
        let block = 256
        var out = [Double](repeating: base, count: rows)
        var buffer = [Double](repeating: 0, count: block * featureCount)
        for start in stride(from: 0, to: rows, by: block) {
            let count = min(block, rows - start)
            for (feature, column) in features.enumerated() {
                for i in 0..<count { buffer[i * featureCount + feature] = column[start + i] }
            }
            buffer.withUnsafeBufferPointer { buffer in
                for tree in trees {
                    for i in 0..<count {
                        let row = buffer[i * featureCount..<(i + 1) * featureCount]
                        out[start + i] += tree.value(UnsafeBufferPointer(rebasing: row))
                    }
                }
            }
        }
        return out
    }
}

/// A feature in bins: values up to the first threshold are in bin 0, missing ones in `FeatureBins.missing`.
private struct FeatureBins {
    static let missing = 255
    let thresholds: [Double]
    let codes: [UInt8]
    let hasMissing: Bool

    /// Thresholds between all distinct values when they are few, else at quantiles.
    init(_ values: [Double], binsMax: Int) {
        let sorted = Sorting.sorted(values.filter(\.isFinite))
        var distinct: [Double] = []
        for value in sorted {
            if distinct.count > binsMax { break }
            if distinct.last != value { distinct.append(value) }
        }
        var found: [Double]
        if distinct.count <= binsMax {
            found = zip(distinct, distinct.dropFirst()).map { $0 * 0.5 + $1 * 0.5 }
        } else {
            found = (1..<binsMax).map { step in
                // The inverse of the distribution function, averaged where it is flat.
                let place = Double(step) / Double(binsMax) * Double(sorted.count)
                let below = sorted[max(0, Int(place.rounded(.up)) - 1)]
                let above = sorted[min(sorted.count - 1, Int(place.rounded(.down)))]
                return place == place.rounded() ? below * 0.5 + above * 0.5 : below
            }
        }
        var kept: [Double] = []
        for value in found where kept.last != value { kept.append(value) }
        let edges = BinEdges(kept)
        thresholds = kept
        codes = values.map { $0.isFinite ? UInt8(edges.bin(of: $0)) : UInt8(Self.missing) }
        hasMissing = sorted.count < values.count
    }
}

/// Grows one tree.
private struct TreeGrower {
    /// The sum of gradients and the number of rows of a bin.
    struct Cell {
        var gradient = 0.0
        var rows = 0.0
    }

    struct Split {
        var gain = 0.0
        var feature = -1
        var bin = 0
        var missingGoesLeft = false
    }

    /// A leaf that may be split.
    struct Node {
        let index: Int
        let rows: Range<Int>
        let gradient: Double
        let histogram: [Cell]
        let split: Split
    }

    static let binsPerFeature = 256
    let bins: [FeatureBins]
    let gradients: [Double]
    let settings: BoostingSettings
    private var order: [Int32]
    private var tree = BoostedRegression.Tree()

    init(bins: [FeatureBins], gradients: [Double], settings: BoostingSettings) {
        self.bins = bins
        self.gradients = gradients
        self.settings = settings
        order = (0..<Int32(gradients.count)).map { $0 }
    }

    /// The tree, whose leaves are also added to the predictions of their rows.
    mutating func grow(adding predictions: inout [Double]) -> BoostedRegression.Tree {
        let all = 0..<order.count
        let total = gradients.reduce(0, +)
        var open: [Node] = []
        var closed: [(index: Int, rows: Range<Int>)] = []
        func place(_ node: Node) {
            if node.split.feature >= 0 { open.append(node) } else { closed.append((node.index, node.rows)) }
        }
        place(node(tree.addLeaf(leafValue(total, all.count)), all, total, histogram(all)))
        var leaves = 1
        while leaves < settings.leavesMax, let best = Self.best(open) {
            let node = open.remove(at: best)
            let (left, right) = divide(node)
            place(left)
            place(right)
            leaves += 1
        }
        closed += open.map { ($0.index, $0.rows) }
        for (index, rows) in closed {
            for place in rows { predictions[Int(order[place])] += tree.nodes[index].value }
        }
        return tree
    }

    /// The first of those that gain most.
    private static func best(_ nodes: [Node]) -> Int? {
        var best: Int?
        for i in nodes.indices where best.map({ nodes[i].split.gain > nodes[$0].split.gain }) ?? true { best = i }
        return best
    }

    private func leafValue(_ gradient: Double, _ rows: Int) -> Double {
        rows > 0 ? -settings.learningRate * gradient / Double(rows) : 0
    }

    private func node(_ index: Int, _ rows: Range<Int>, _ gradient: Double, _ histogram: [Cell]) -> Node {
        let split = rows.count >= 2 * settings.leafRowsMin ? bestSplit(histogram, gradient, rows.count) : Split()
        return Node(index: index, rows: rows, gradient: gradient, histogram: histogram, split: split)
    }

    private func histogram(_ rows: Range<Int>) -> [Cell] {
        var cells = [Cell](repeating: Cell(), count: bins.count * Self.binsPerFeature)
        cells.withUnsafeMutableBufferPointer { cells in
            gradients.withUnsafeBufferPointer { gradients in
                order.withUnsafeBufferPointer { order in
                    for feature in bins.indices {
                        let start = feature * Self.binsPerFeature
                        bins[feature].codes.withUnsafeBufferPointer { codes in
                            for place in rows {
                                let row = Int(order[place])
                                let cell = start + Int(codes[row])
                                cells[cell].gradient += gradients[row]
                                cells[cell].rows += 1
                            }
                        }
                    }
                }
            }
        }
        return cells
    }

    /// The split that lowers the squared error most: G² / n of both sides less that of the whole.
    private func bestSplit(_ cells: [Cell], _ gradient: Double, _ rows: Int) -> Split {
        var best = Split()
        let all = Double(rows)
        let whole = gradient * gradient / all
        let least = Double(settings.leafRowsMin)
        for feature in bins.indices {
            let start = feature * Self.binsPerFeature
            let thresholds = bins[feature].thresholds.count
            let missing = cells[start + FeatureBins.missing]
            let sides = missing.rows > 0 ? [Cell(), missing] : [Cell()]
            for (side, first) in sides.enumerated() {
                var left = first
                // With missing values on the right, also all others against them.
                let last = missing.rows > 0 && side == 0 ? thresholds : thresholds - 1
                for bin in stride(from: 0, through: last, by: 1) {
                    left.gradient += cells[start + bin].gradient
                    left.rows += cells[start + bin].rows
                    let rightRows = all - left.rows
                    if left.rows < least { continue }
                    if rightRows < least { break }
                    let right = gradient - left.gradient
                    let gain = left.gradient * left.gradient / left.rows + right * right / rightRows - whole
                    if gain > best.gain {
                        best = Split(
                            gain: gain, feature: feature, bin: bin,
                            missingGoesLeft: missing.rows > 0 ? side == 1 : left.rows > rightRows)
                    }
                }
            }
        }
        return best
    }

    /// Splits a leaf: its rows are ordered by side, and the larger side's histogram is what the smaller one leaves.
    private mutating func divide(_ node: Node) -> (left: Node, right: Node) {
        let split = node.split
        let codes = bins[split.feature].codes
        var left: [Int32] = []
        var right: [Int32] = []
        var leftGradient = 0.0
        for place in node.rows {
            let row = order[place]
            let code = Int(codes[Int(row)])
            if code == FeatureBins.missing ? split.missingGoesLeft : code <= split.bin {
                left.append(row)
                leftGradient += gradients[Int(row)]
            } else {
                right.append(row)
            }
        }
        let middle = node.rows.lowerBound + left.count
        order.replaceSubrange(node.rows, with: left + right)
        let leftRows = node.rows.lowerBound..<middle
        let rightRows = middle..<node.rows.upperBound
        let isLeftSmaller = leftRows.count < rightRows.count
        let small = histogram(isLeftSmaller ? leftRows : rightRows)
        var large = node.histogram
        for i in large.indices {
            large[i].gradient -= small[i].gradient
            large[i].rows -= small[i].rows
        }
        let rightGradient = node.gradient - leftGradient
        let leftIndex = tree.addLeaf(leafValue(leftGradient, leftRows.count))
        let rightIndex = tree.addLeaf(leafValue(rightGradient, rightRows.count))
        let thresholds = bins[split.feature].thresholds
        tree.nodes[node.index].left = Int32(leftIndex)
        tree.nodes[node.index].feature = Int32(split.feature)
        // Behind the last threshold only missing values are left for the other side.
        tree.nodes[node.index].threshold =
            split.bin < thresholds.count ? thresholds[split.bin] : .greatestFiniteMagnitude
        tree.nodes[node.index].missingGoesLeft = split.missingGoesLeft
        return (
            self.node(leftIndex, leftRows, leftGradient, isLeftSmaller ? small : large),
            self.node(rightIndex, rightRows, rightGradient, isLeftSmaller ? large : small)
        )
    }
}
