// A small model declared in a file: logistic regression or trees, to be explained without a server.
import Foundation
public import Statistics

/// A model that can score rows.
public struct DeclaredModel: Sendable {
    /// The most bytes of a model file.
    public static let bytesMax = 256 << 20

    private enum Kind: Sendable {
        case logistic(mean: [Double], deviation: [Double], coefficients: [Double], intercept: Double)
        case trees(TreeEnsemble, isLogit: Bool)
    }

    private struct File: Decodable {
        let kind: String
        let features: [String]
        let mean: [Double]?
        let sd: [Double]?
        let coefficients: [Double]?
        let intercept: Double?
        let base: Double?
        let link: String?
        let trees: [TreeEnsemble.Tree]?
    }

    /// The names of the features, in the order of rows.
    public let features: [String]
    private let kind: Kind

    /// Reads a model.
    ///
    /// - Throws: `TableError` saying what the file lacks.
    public init(contentsOf path: String) throws(TableError) {
        let file = try MappedFile(path: path)
        func bad(_ reason: String) -> TableError { TableError(path: path, reason: reason) }
        guard file.count <= Self.bytesMax else { throw bad("the model is too large") }
        let read: File
        let data = try file.contents()
        do { read = try JSONDecoder().decode(File.self, from: data) } catch {
            throw bad("this is not a model: kind, features and the arrays of its kind are needed")
        }
        let d = read.features.count
        guard d > 0, Set(read.features).count == d else { throw bad("the features need one name each") }
        features = read.features
        switch read.kind {
        case "logistic":
            guard let coefficients = read.coefficients, let intercept = read.intercept, coefficients.count == d,
                (coefficients + [intercept]).allSatisfy(\.isFinite)
            else { throw bad("a logistic model needs an intercept and a coefficient per feature") }
            let mean = read.mean ?? [Double](repeating: 0, count: d)
            let deviation = read.sd ?? [Double](repeating: 1, count: d)
            guard mean.count == d, deviation.count == d, mean.allSatisfy(\.isFinite),
                deviation.allSatisfy({ $0.isFinite && $0 > 0 })
            else { throw bad("mean and sd need a number per feature, and each sd must be above 0") }
            kind = .logistic(mean: mean, deviation: deviation, coefficients: coefficients, intercept: intercept)
        case "trees":
            let link = read.link ?? "identity"
            guard link == "logit" || link == "identity" else { throw bad("the link is logit or identity") }
            guard let trees = read.trees, !trees.isEmpty,
                let ensemble = TreeEnsemble(featureCount: d, base: read.base ?? 0, trees: trees)
            else {
                throw bad("the trees contradict themselves: arrays of one length, children behind their parents")
            }
            kind = .trees(ensemble, isLogit: link == "logit")
        default: throw bad("the kind is logistic or trees")
        }
    }

    /// The trees, if it is made of trees.
    public var ensemble: TreeEnsemble? {
        if case .trees(let ensemble, _) = kind { ensemble } else { nil }
    }

    /// What the sum of trees is measured in.
    public var marginScale: String {
        if case .trees(_, let isLogit) = kind, !isLogit { "score" } else { "log-odds" }
    }

    /// The scores of rows. A missing value (NaN) counts as the mean in a logistic model, and goes right in a tree.
    public func scores(_ rows: [[Double]]) -> [Double] {
        rows.map { row in
            switch kind {
            case .logistic(let mean, let deviation, let coefficients, let intercept):
                var sum = intercept
                for i in row.indices where !row[i].isNaN {
                    sum += coefficients[i] * (row[i] - mean[i]) / deviation[i]
                }
                return 1 / (1 + exp(-sum))
            case .trees(let ensemble, let isLogit): return isLogit ? 1 / (1 + exp(-ensemble(row))) : ensemble(row)
            }
        }
    }
}
