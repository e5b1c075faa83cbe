// Shapley values: they add up, and every quick way gives what the definition gives.
import Foundation
import Statistics
import Testing

/// A random tree over `features` features whose covers add up.
private func randomTree(_ generator: inout Generator, features: Int, depth: Int) -> TreeEnsemble.Tree {
    var left: [Int] = []
    var right: [Int] = []
    var feature: [Int] = []
    var threshold: [Double] = []
    var value: [Double] = []
    var cover: [Double] = []
    func grow(_ depth: Int, _ rows: Double, _ generator: inout Generator) -> Int {
        let node = left.count
        left.append(-1)
        right.append(-1)
        feature.append(-1)
        threshold.append(0)
        value.append(generator.next() * 2 - 1)
        cover.append(rows)
        guard depth > 0, rows >= 2, generator.next() < 0.9 else { return node }
        feature[node] = generator.below(features)
        threshold[node] = generator.next()
        let part = max(1, (rows * generator.next()).rounded(.down))
        left[node] = grow(depth - 1, min(part, rows - 1), &generator)
        right[node] = grow(depth - 1, rows - min(part, rows - 1), &generator)
        return node
    }
    _ = grow(depth, 100, &generator)
    return TreeEnsemble.Tree(
        left: left, right: right, feature: feature, threshold: threshold, value: value, cover: cover)
}

/// The expectation when only the features of a coalition are known, by the definition of path dependence.
private func expectation(_ tree: TreeEnsemble.Tree, _ node: Int, _ row: [Double], _ known: Int) -> Double {
    if tree.left[node] < 0 { return tree.value[node] }
    if known >> tree.feature[node] & 1 == 1 {
        return expectation(
            tree, row[tree.feature[node]] <= tree.threshold[node] ? tree.left[node] : tree.right[node], row, known)
    }
    return
        (tree.cover[tree.left[node]] * expectation(tree, tree.left[node], row, known)
        + tree.cover[tree.right[node]] * expectation(tree, tree.right[node], row, known)) / tree.cover[node]
}

private func factorial(_ n: Int) -> Double { (0..<n).reduce(1.0) { $0 * Double($1 + 1) } }

@Suite struct ShapleyTests {
    private func rows(_ generator: inout Generator, _ n: Int, _ d: Int) -> [[Double]] {
        (0..<n).map { _ in (0..<d).map { _ in generator.next() } }
    }

    @Test func exactValuesAddUpAndALinearModelHasItsOwn() throws {
        var generator = Generator(1)
        let background = rows(&generator, 20, 5)
        let row = rows(&generator, 1, 5)[0]
        let weights = [2.0, -1, 0, 3, 0.5]
        func linear(_ rows: [[Double]]) -> [Double] {
            rows.map { row in zip(row, weights).reduce(0) { $0 + $1.0 * $1.1 } }
        }
        let found = try #require(Shapley.exact(row: row, background: background, score: linear))
        for feature in 0..<5 {
            let mean = background.reduce(0) { $0 + $1[feature] } / 20
            #expect(abs(found.values[feature] - weights[feature] * (row[feature] - mean)) < 1e-12)
        }
        func curved(_ rows: [[Double]]) -> [Double] { rows.map { exp($0[0] * $0[1]) + $0[2] * $0[3] - $0[4] * $0[0] } }
        let other = try #require(Shapley.exact(row: row, background: background, score: curved))
        #expect(abs(other.values.reduce(0, +) - (other.score - other.base)) < 1e-12)
        let sampled = try #require(
            Shapley.sampled(row: row, background: background, passes: 200, score: curved))
        #expect(abs(sampled.values.reduce(0, +) - (sampled.score - sampled.base)) < 1e-12)
        #expect(abs(sampled.base - other.base) < 1e-12)
        for feature in 0..<5 {
            let error = sampled.standardErrors[feature]
            #expect(abs(sampled.values[feature] - other.values[feature]) <= 4.5 * error + 1e-12)
            #expect(error < 0.02)
        }
        #expect(sampled == Shapley.sampled(row: row, background: background, passes: 200, score: curved))
        #expect(Shapley.exact(row: [], background: background, score: linear) == nil)
        #expect(Shapley.exact(row: row, background: [], score: linear) == nil)
        let wide = [Double](repeating: 0, count: 13)
        #expect(Shapley.exact(row: wide, background: [wide], score: linear) == nil)
    }

    @Test func quickTreesGiveWhatTheDefinitionGives() throws {
        var generator = Generator(2)
        let d = 4
        for _ in 0..<40 {
            let trees = (0..<3).map { _ in randomTree(&generator, features: d, depth: 5) }
            let model = try #require(TreeEnsemble(featureCount: d, base: 0.3, trees: trees))
            let row = rows(&generator, 1, d)[0]
            let background = rows(&generator, 7, d)
            let quick = try #require(model.interventional(row: row, background: background))
            let exact = try #require(
                Shapley.exact(row: row, background: background) { rows in rows.map { model($0) } })
            #expect(abs(quick.base - exact.base) < 1e-12 && abs(quick.score - exact.score) < 1e-12)
            for feature in 0..<d { #expect(abs(quick.values[feature] - exact.values[feature]) < 1e-10) }

            let path = try #require(model.pathDependent(row: row))
            #expect(abs(path.values.reduce(0, +) - (path.score - path.base)) < 1e-10)
            for feature in 0..<d {
                var expected = 0.0
                for coalition in 0..<(1 << d) where coalition >> feature & 1 == 0 {
                    let size = coalition.nonzeroBitCount
                    let weight = factorial(size) * factorial(d - size - 1) / factorial(d)
                    for tree in trees {
                        expected +=
                            weight
                            * (expectation(tree, 0, row, coalition | 1 << feature)
                                - expectation(tree, 0, row, coalition))
                    }
                }
                #expect(abs(path.values[feature] - expected) < 1e-10)
            }
        }
    }

    @Test func treesThatContradictThemselvesAreRefused() {
        func tree(_ left: [Int], _ right: [Int], _ feature: [Int], cover: [Double] = [2, 1, 1]) -> TreeEnsemble.Tree {
            TreeEnsemble.Tree(
                left: left, right: right, feature: feature, threshold: [0.5, 0, 0], value: [0, 1, 2], cover: cover)
        }
        func model(_ tree: TreeEnsemble.Tree) -> TreeEnsemble? { TreeEnsemble(featureCount: 2, base: 0, trees: [tree]) }
        #expect(model(tree([1, -1, -1], [2, -1, -1], [1, -1, -1])) != nil)
        #expect(model(tree([0, -1, -1], [2, -1, -1], [1, -1, -1])) == nil, "a circle")
        #expect(model(tree([1, -1, -1], [3, -1, -1], [1, -1, -1])) == nil, "a node that is not there")
        #expect(model(tree([1, -1, -1], [2, -1, -1], [2, -1, -1])) == nil, "a feature that is not there")
        #expect(model(tree([1, -1, -1], [1, -1, -1], [1, -1, -1])) == nil, "one child twice")
        #expect(model(tree([1, -1], [2, -1], [1, -1])) == nil, "arrays of other lengths")
        #expect(model(tree([1, -1, -1], [2, -1, -1], [1, -1, -1], cover: [0, 0, 0])) == nil, "no rows")
    }
}
