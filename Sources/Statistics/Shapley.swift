// Shapley values: how much each feature of a row moved a score away from the average of a background.
import Foundation

/// What an explanation of one row gives.
public struct Attribution: Codable, Hashable, Sendable {
    /// The mean score of the background.
    public let base: Double
    /// The score of the row.
    public let score: Double
    /// One value per feature; together they are score − base.
    public let values: [Double]
    /// The standard error of each value; zero where values are exact.
    public let standardErrors: [Double]
}

/// Interventional Shapley values of any scoring function (Lundberg & Lee 2017; Janzing et al. 2020): features that are
/// not known come from the rows of a background, independently of those that are.
public enum Shapley {
    /// More features than this are too many for `exact`: the number of coalitions doubles with each.
    public static let exactFeaturesMax = 12
    /// About so many rows are scored in one call.
    private static let rowsAtOnce = 4_096

    /// By all coalitions: 2^features × background rows are scored.
    ///
    /// - Parameters:
    ///   - row: the features of the row.
    ///   - background: rows of as many features, at least one.
    ///   - score: the scores of rows.
    /// - Returns: nil for more than `exactFeaturesMax` features, an empty background, or rows of another length.
    /// - Throws: what `score` throws.
    public static func exact<Failure: Error>(
        row: [Double], background: [[Double]], score: ([[Double]]) throws(Failure) -> [Double]
    ) throws(Failure) -> Attribution? {
        let d = row.count
        guard d >= 1, d <= exactFeaturesMax, !background.isEmpty, background.allSatisfy({ $0.count == d }) else {
            return nil
        }
        var means: [Double] = []
        means.reserveCapacity(1 << d)
        // Several coalitions at a time, so that a model that is asked over a network is asked seldom.
        let atOnce = max(1, rowsAtOnce / background.count)
        for start in stride(from: 0, to: 1 << d, by: atOnce) {
            let coalitions = start..<min(1 << d, start + atOnce)
            let scores = try score(
                coalitions.flatMap { coalition in
                    background.map { other in (0..<d).map { coalition >> $0 & 1 == 1 ? row[$0] : other[$0] } }
                })
            for place in 0..<coalitions.count {
                let own = scores[place * background.count..<(place + 1) * background.count]
                means.append(own.reduce(0, +) / Double(background.count))
            }
        }
        // |S|! (d − |S| − 1)! / d!
        var weights = [Double](repeating: 0, count: d)
        for size in 0..<d {
            weights[size] = exp(
                SpecialFunctions.logGamma(Double(size) + 1) + SpecialFunctions.logGamma(Double(d - size))
                    - SpecialFunctions.logGamma(Double(d) + 1))
        }
        var values = [Double](repeating: 0, count: d)
        for coalition in 0..<(1 << d) {
            for feature in 0..<d where coalition >> feature & 1 == 0 {
                values[feature] +=
                    weights[coalition.nonzeroBitCount] * (means[coalition | 1 << feature] - means[coalition])
            }
        }
        return Attribution(
            base: means[0], score: means[(1 << d) - 1], values: values,
            standardErrors: [Double](repeating: 0, count: d))
    }

    /// By random orders of the features, each with its reverse (Štrumbelj & Kononenko 2014; antithetic pairs as in
    /// Mitchell et al. 2022). Every background row is used equally often, so that the values add up to score − base
    /// exactly. The same seed gives the same values.
    ///
    /// - Parameter passes: orders per background row.
    /// - Returns: nil for no features, an empty background, or rows of another length.
    /// - Throws: what `score` throws.
    public static func sampled<Failure: Error>(
        row: [Double], background: [[Double]], passes: Int = 8, seed: UInt64 = 1,
        score: ([[Double]]) throws(Failure) -> [Double]
    ) throws(Failure) -> Attribution? {
        let d = row.count
        guard d >= 1, passes >= 1, !background.isEmpty, background.allSatisfy({ $0.count == d }) else { return nil }
        var state = seed
        func below(_ limit: Int) -> Int {
            // SplitMix64 (Steele et al. 2014), reduced by multiplication.
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int((z ^ (z >> 31)).multipliedFullWidth(by: UInt64(limit)).high)
        }
        var sums = [Double](repeating: 0, count: d)
        var squares = sums
        var base = 0.0
        var top = 0.0
        var pairs = 0.0
        for other in background {
            // Every pass is an order and its reverse, and each of them starts at the background row.
            var turns: [[Int]] = []
            for _ in 0..<passes {
                var order = Array(0..<d)
                for i in stride(from: d - 1, to: 0, by: -1) { order.swapAt(i, below(i + 1)) }
                turns += [order, order.reversed()]
            }
            let scores = try score(
                turns.flatMap { turn in
                    var mixed = other
                    return [other]
                        + turn.map { feature in
                            mixed[feature] = row[feature]
                            return mixed
                        }
                })
            for pass in 0..<passes {
                var changes = [Double](repeating: 0, count: d)
                for k in [2 * pass, 2 * pass + 1] {
                    let start = k * (d + 1)
                    for (step, feature) in turns[k].enumerated() {
                        changes[feature] += (scores[start + step + 1] - scores[start + step]) / 2
                    }
                    base += scores[start] / 2
                    top += scores[start + d] / 2
                }
                pairs += 1
                for feature in 0..<d {
                    sums[feature] += changes[feature]
                    squares[feature] += changes[feature] * changes[feature]
                }
            }
        }
        let means = sums.map { $0 / pairs }
        return Attribution(
            base: base / pairs, score: top / pairs, values: means,
            standardErrors: (0..<d).map { feature in
                pairs > 1
                    ? (max(0, squares[feature] / pairs - means[feature] * means[feature]) / (pairs - 1)).squareRoot()
                    : 0
            })
    }
}

/// Boosted or bagged regression trees whose outputs are added.
public struct TreeEnsemble: Codable, Hashable, Sendable {
    /// One tree in arrays, node 0 at the root. A node without children is a leaf.
    public struct Tree: Codable, Hashable, Sendable {
        /// The child for values at most the threshold; −1 at a leaf.
        public let left: [Int]
        /// The other child; −1 at a leaf.
        public let right: [Int]
        /// The feature that a node asks for; any number at a leaf.
        public let feature: [Int]
        /// The threshold.
        public let threshold: [Double]
        /// What a leaf adds.
        public let value: [Double]
        /// How many rows of the training data came by.
        public let cover: [Double]

        /// From its arrays.
        public init(
            left: [Int], right: [Int], feature: [Int], threshold: [Double], value: [Double], cover: [Double]
        ) {
            self.left = left
            self.right = right
            self.feature = feature
            self.threshold = threshold
            self.value = value
            self.cover = cover
        }

        func isLeaf(_ node: Int) -> Bool { left[node] < 0 }

        /// Where a row goes. A missing value (NaN) goes right, as every comparison with it fails.
        func next(_ node: Int, _ row: [Double]) -> Int {
            row[feature[node]] <= threshold[node] ? left[node] : right[node]
        }

        /// Arrays of one length, children behind their parents, features that exist, finite numbers.
        func isSound(features: Int) -> Bool {
            let n = left.count
            guard n > 0,
                [right.count, feature.count, threshold.count, value.count, cover.count].allSatisfy({ $0 == n })
            else { return false }
            var parents = [Int](repeating: 0, count: n)
            for node in 0..<n {
                guard value[node].isFinite, cover[node].isFinite, cover[node] >= 0 else { return false }
                if left[node] < 0 {
                    guard right[node] < 0 else { return false }
                    continue
                }
                guard left[node] > node, right[node] > node, left[node] < n, right[node] < n,
                    left[node] != right[node], feature[node] >= 0, feature[node] < features,
                    !threshold[node].isNaN, cover[node] > 0
                else { return false }
                parents[left[node]] += 1
                parents[right[node]] += 1
            }
            return parents.allSatisfy { $0 <= 1 }
        }
    }

    /// The number of features.
    public let featureCount: Int
    /// Added to the trees.
    public let base: Double
    /// The trees.
    public let trees: [Tree]

    /// Nil when a tree contradicts itself.
    public init?(featureCount: Int, base: Double, trees: [Tree]) {
        guard base.isFinite, trees.allSatisfy({ $0.isSound(features: featureCount) }) else { return nil }
        self.featureCount = featureCount
        self.base = base
        self.trees = trees
    }

    /// The sum of the trees for a row.
    public func callAsFunction(_ row: [Double]) -> Double {
        trees.reduce(base) { sum, tree in
            var node = 0
            while !tree.isLeaf(node) { node = tree.next(node, row) }
            return sum + tree.value[node]
        }
    }

    // MARK: Interventional

    /// Exact interventional Shapley values of the sum of trees: each background row is walked together with the row; a
    /// leaf that needs the features A from the row and B from the background gives to each of A
    /// value (|A| − 1)! |B|! / (|A| + |B|)!, and takes from each of B value |A|! (|B| − 1)! / (|A| + |B|)!.
    /// Any number of features. Nil for an empty background or rows of another length.
    public func interventional(row: [Double], background: [[Double]]) -> Attribution? {
        guard !background.isEmpty, row.count == featureCount, background.allSatisfy({ $0.count == featureCount })
        else { return nil }
        var values = [Double](repeating: 0, count: featureCount)
        for other in background {
            for tree in trees {
                var sides = [Int8](repeating: 0, count: featureCount)
                var fromRow: [Int] = []
                var fromOther: [Int] = []
                Self.walk(tree, 0, row, other, &sides, &fromRow, &fromOther, &values)
            }
        }
        let n = Double(background.count)
        return Attribution(
            base: background.reduce(0) { $0 + self($1) } / n, score: self(row), values: values.map { $0 / n },
            standardErrors: [Double](repeating: 0, count: featureCount))
    }

    private static func walk(
        _ tree: Tree, _ node: Int, _ row: [Double], _ other: [Double], _ sides: inout [Int8], _ fromRow: inout [Int],
        _ fromOther: inout [Int], _ values: inout [Double]
    ) {
        if tree.isLeaf(node) {
            let a = Double(fromRow.count)
            let b = Double(fromOther.count)
            let all = SpecialFunctions.logGamma(a + b + 1)
            if a > 0 {
                let weight = exp(SpecialFunctions.logGamma(a) + SpecialFunctions.logGamma(b + 1) - all)
                for feature in fromRow { values[feature] += weight * tree.value[node] }
            }
            if b > 0 {
                let weight = exp(SpecialFunctions.logGamma(a + 1) + SpecialFunctions.logGamma(b) - all)
                for feature in fromOther { values[feature] -= weight * tree.value[node] }
            }
            return
        }
        let feature = tree.feature[node]
        let mine = tree.next(node, row)
        let theirs = tree.next(node, other)
        if mine == theirs || sides[feature] == 1 {
            walk(tree, mine, row, other, &sides, &fromRow, &fromOther, &values)
        } else if sides[feature] == 2 {
            walk(tree, theirs, row, other, &sides, &fromRow, &fromOther, &values)
        } else {
            sides[feature] = 1
            fromRow.append(feature)
            walk(tree, mine, row, other, &sides, &fromRow, &fromOther, &values)
            fromRow.removeLast()
            sides[feature] = 2
            fromOther.append(feature)
            walk(tree, theirs, row, other, &sides, &fromRow, &fromOther, &values)
            fromOther.removeLast()
            sides[feature] = 0
        }
    }

    // MARK: Path dependent

    /// Shapley values of the sum of trees where unknown features follow the training rows down the tree, by the
    /// polynomial algorithm of Lundberg et al. (Nat. Mach. Intell. 2, 2020). Nil for a row of another length.
    public func pathDependent(row: [Double]) -> Attribution? {
        guard row.count == featureCount else { return nil }
        var values = [Double](repeating: 0, count: featureCount)
        for tree in trees { Self.descend(tree, 0, row, [], 1, 1, -1, &values) }
        return Attribution(
            base: trees.reduce(base) { $0 + Self.expectation($1, 0) }, score: self(row), values: values,
            standardErrors: [Double](repeating: 0, count: featureCount))
    }

    /// One feature on the path: the share of unknown rows and whether the row itself goes on, and the sum of
    /// permutation weights of coalitions of each size.
    private struct Step {
        let feature: Int
        let unknown: Double
        let known: Double
        var weight: Double
    }

    private static func expectation(_ tree: Tree, _ node: Int) -> Double {
        if tree.isLeaf(node) { return tree.value[node] }
        let left = tree.cover[tree.left[node]] / tree.cover[node]
        let right = tree.cover[tree.right[node]] / tree.cover[node]
        return left * expectation(tree, tree.left[node]) + right * expectation(tree, tree.right[node])
    }

    private static func extended(_ path: [Step], _ feature: Int, _ unknown: Double, _ known: Double) -> [Step] {
        var path = path
        let length = path.count
        path.append(Step(feature: feature, unknown: unknown, known: known, weight: length == 0 ? 1 : 0))
        for i in stride(from: length - 1, through: 0, by: -1) {
            path[i + 1].weight += known * path[i].weight * Double(i + 1) / Double(length + 1)
            path[i].weight *= unknown * Double(length - i) / Double(length + 1)
        }
        return path
    }

    /// The path as if the step had never been taken.
    private static func unwound(_ path: [Step], _ at: Int) -> [Step] {
        let length = path.count - 1
        let step = path[at]
        var weights = path.map(\.weight)
        var carried = weights[length]
        for i in stride(from: length - 1, through: 0, by: -1) {
            if step.known != 0 {
                let old = weights[i]
                weights[i] = carried * Double(length + 1) / (Double(i + 1) * step.known)
                carried = old - weights[i] * step.unknown * Double(length - i) / Double(length + 1)
            } else {
                weights[i] = weights[i] * Double(length + 1) / (step.unknown * Double(length - i))
            }
        }
        var out = path
        out.remove(at: at)
        for i in out.indices { out[i].weight = weights[i] }
        return out
    }

    private static func descend(
        _ tree: Tree, _ node: Int, _ row: [Double], _ path: [Step], _ unknown: Double, _ known: Double, _ feature: Int,
        _ values: inout [Double]
    ) {
        let path = extended(path, feature, unknown, known)
        if tree.isLeaf(node) {
            for i in path.indices.dropFirst() {
                let weight = unwound(path, i).reduce(0) { $0 + $1.weight }
                values[path[i].feature] += weight * (path[i].known - path[i].unknown) * tree.value[node]
            }
            return
        }
        let own = tree.next(node, row)
        let other = own == tree.left[node] ? tree.right[node] : tree.left[node]
        var shorter = path
        var incomingUnknown = 1.0
        var incomingKnown = 1.0
        if let at = path.firstIndex(where: { $0.feature == tree.feature[node] }) {
            incomingUnknown = path[at].unknown
            incomingKnown = path[at].known
            shorter = unwound(path, at)
        }
        for (child, isOwn) in [(own, true), (other, false)] {
            let share = tree.cover[child] / tree.cover[node]
            // A branch that no training row and not this row takes has no weight.
            guard incomingUnknown * share > 0 || (isOwn && incomingKnown > 0) else { continue }
            descend(
                tree, child, row, shorter, incomingUnknown * share, isOwn ? incomingKnown : 0, tree.feature[node],
                &values)
        }
    }
}
