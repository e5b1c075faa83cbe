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
        guard let coded = CodedTrees(trees, featureCount: featureCount) else {
            return (0..<rows).map { row in self(features.map { $0[row] }) }
        }
        var out = [Double](repeating: base, count: rows)
        out.withUnsafeMutableBufferPointer { coded.add(features, to: $0) }
        return out
    }
}

/// Trees over codes of one byte: many rows go down a tree together, one question after the other, without a branch.
private struct CodedTrees {
    private typealias Lanes = SIMD16<UInt8>
    private static let missing = UInt8(255)
    private static let blockRows = 512

    private struct Question {
        let place: UInt8
        let feature: Int
        /// Codes up to this one go left, `shift` added to both: with 1 a missing value is the least of all.
        let last: UInt8
        let shift: UInt8
        let left: UInt8
    }

    private struct Tree {
        let questions: [Question]
        /// What is added at each place.
        let values: [Double]
    }

    private let thresholds: [[Double]]
    private let trees: [Tree]

    /// Nil for trees or features with more places than a byte can tell apart.
    init?(_ trees: [BoostedRegression.Tree], featureCount: Int) {
        var found = [Set<Double>](repeating: [], count: featureCount)
        for tree in trees {
            guard tree.nodes.count <= 256 else { return nil }
            for node in tree.nodes where node.feature >= 0 && node.threshold < .greatestFiniteMagnitude {
                found[Int(node.feature)].insert(node.threshold)
            }
        }
        guard found.allSatisfy({ $0.count <= 254 }) else { return nil }
        let thresholds = found.map { $0.sorted() }
        let codes = thresholds.map { Dictionary(uniqueKeysWithValues: zip($0, $0.indices)) }
        self.thresholds = thresholds
        self.trees = trees.map { tree in
            // A node stands before those that it leads to.
            let questions = tree.nodes.enumerated().filter { $0.element.feature >= 0 }.map { place, node in
                let feature = Int(node.feature)
                let shift: UInt8 = node.missingGoesLeft ? 1 : 0
                // Behind the last threshold only missing values go right.
                let last = codes[feature][node.threshold].map { UInt8($0) } ?? 254
                return Question(
                    place: UInt8(place), feature: feature, last: last + shift, shift: shift, left: UInt8(node.left))
            }
            return Tree(questions: questions, values: tree.nodes.map(\.value))
        }
    }

    /// Adds what all trees say of columns of one length.
    func add(_ features: [[Double]], to out: UnsafeMutableBufferPointer<Double>) {
        let width = Self.blockRows
        let lanes = width / Lanes.scalarCount
        var codes = [UInt8](repeating: 0, count: width * max(1, features.count))
        var places = [Lanes](repeating: .zero, count: lanes)
        for start in stride(from: 0, to: out.count, by: width) {
            let count = min(width, out.count - start)
            for (feature, column) in features.enumerated() {
                code(column, start, count, thresholds[feature], &codes, feature * width)
            }
            codes.withUnsafeBytes { codes in
                places.withUnsafeMutableBufferPointer { places in
                    for tree in trees {
                        for i in 0..<lanes { places[i] = .zero }
                        for question in tree.questions {
                            let base = question.feature * width
                            let here = Lanes(repeating: question.place)
                            let last = Lanes(repeating: question.last)
                            let shift = Lanes(repeating: question.shift)
                            let left = Lanes(repeating: question.left)
                            let right = Lanes(repeating: question.left + 1)
                            for i in 0..<lanes {
                                let own = codes.loadUnaligned(
                                    fromByteOffset: base + i * Lanes.scalarCount, as: Lanes.self)
                                let next = right.replacing(with: left, where: (own &+ shift) .<= last)
                                places[i] = places[i].replacing(with: next, where: places[i] .== here)
                            }
                        }
                        tree.values.withUnsafeBufferPointer { values in
                            UnsafeRawBufferPointer(places).withMemoryRebound(to: UInt8.self) { places in
                                for i in 0..<count { out[start + i] += values[Int(places[i])] }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The number of thresholds below each value.
    private func code(
        _ column: [Double], _ start: Int, _ count: Int, _ thresholds: [Double], _ codes: inout [UInt8], _ place: Int
    ) {
        thresholds.withUnsafeBufferPointer { thresholds in
            column.withUnsafeBufferPointer { column in
                for i in 0..<count {
                    let value = column[start + i]
                    guard value.isFinite else {
                        codes[place + i] = Self.missing
                        continue
                    }
                    // Steps of halving length, without a branch that could be foreseen wrongly.
                    var low = 0
                    var length = thresholds.count
                    while length > 1 {
                        let half = length / 2
                        low += thresholds[low + half - 1] < value ? half : 0
                        length -= half
                    }
                    if length == 1, thresholds[low] < value { low += 1 }
                    codes[place + i] = UInt8(low)
                }
            }
        }
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
    /// The sum of gradients and the number of rows of a bin, added to at once.
    struct Cell {
        var sums = SIMD2<Double>.zero
        var gradient: Double { sums.x }
        var rows: Double { sums.y }
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
                    // Gradients are looked up once for all features.
                    let own = rows.map { gradients[Int(order[$0])] }
                    own.withUnsafeBufferPointer { own in
                        for feature in bins.indices {
                            let start = feature * Self.binsPerFeature
                            bins[feature].codes.withUnsafeBufferPointer { codes in
                                for (i, place) in rows.enumerated() {
                                    cells[start + Int(codes[Int(order[place])])].sums += SIMD2(own[i], 1)
                                }
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
                    left.sums += cells[start + bin].sums
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
        for i in large.indices { large[i].sums -= small[i].sums }
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
