// What can be explained: anything that scores rows, declared in a file or asked over the network.
public import Statistics

/// A model that scores rows of its features.
public protocol ScoringModel: Sendable {
    /// The names of the features, in the order of rows.
    var features: [String] { get }
    /// The categories of each feature, in the order of their codes; empty for a feature of numbers. A row holds the
    /// code of a category as a number.
    var categories: [[String]] { get }
    /// The trees, if it is made of trees.
    var ensemble: TreeEnsemble? { get }
    /// What the sum of trees is measured in.
    var marginScale: String { get }
    /// The scores of rows; NaN in a row is a missing value.
    ///
    /// - Throws: `MeasureError` when the model cannot be asked or does not answer with one score per row.
    func scores(_ rows: [[Double]]) throws(MeasureError) -> [Double]
}

extension ScoringModel {
    /// No categories.
    public var categories: [[String]] { features.map { _ in [] } }
    /// No trees.
    public var ensemble: TreeEnsemble? { nil }
    /// Scores.
    public var marginScale: String { "score" }

    /// The name of a value of a feature: a category by its name, a number as it is.
    func name(_ value: Double, feature: Int) -> String {
        let known = categories[feature]
        guard !known.isEmpty, value >= 0, value < Double(known.count) else { return "\(value)" }
        return known[Int(value)]
    }

    /// Whether a feature holds categories.
    func isCategorical(_ feature: Int) -> Bool { !categories[feature].isEmpty }
}

extension DeclaredModel: ScoringModel {}

/// Features of several tables in one numbering: numbers as they are, categories as codes that mean the same everywhere.
public struct FeatureSpace: Sendable {
    /// The names of the features.
    public let features: [String]
    /// The categories of each feature in order of their bytes; empty for a feature of numbers.
    public let categories: [[String]]

    /// The space of tables.
    ///
    /// - Throws: `MeasureError` when a table lacks a feature, or one has infinite values.
    public init(features: [String], tables: [Table]) throws(MeasureError) {
        var categories: [[String]] = []
        for name in features {
            var names: Set<String> = []
            var isText = false
            for table in tables {
                guard let column = table[name] else {
                    throw MeasureError("\(table.path): there is no column \"\(name)\"")
                }
                guard column.infinities == 0 else {
                    throw MeasureError("\(table.path): \"\(name)\" has infinite values")
                }
                if column.numbers == nil { isText = true }
                names.formUnion(column.categories)
            }
            if isText, let table = tables.first(where: { $0[name]?.codes == nil }) {
                throw MeasureError("\(table.path): \"\(name)\" is numeric here and not in the other file")
            }
            categories.append(
                isText ? names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } : [])
        }
        self.features = features
        self.categories = categories
    }

    /// The rows of a table; null is NaN.
    ///
    /// - Throws: `MeasureError` when the table is none of those that the space was made of.
    public func rows(_ table: Table) throws(MeasureError) -> [[Double]] {
        var columns: [[Double]] = []
        for (name, known) in zip(features, categories) {
            guard let column = table[name] else { throw MeasureError("\(table.path): there is no column \"\(name)\"") }
            if known.isEmpty {
                guard let numbers = column.numbers else {
                    throw MeasureError("\(table.path): \"\(name)\" is not numeric")
                }
                columns.append(numbers)
            } else {
                let code = Dictionary(uniqueKeysWithValues: zip(known, known.indices.map { Double($0) }))
                let map = column.categories.map { code[$0] ?? .nan }
                columns.append((column.codes ?? []).map { $0 < 0 ? .nan : map[Int($0)] })
            }
        }
        return (0..<table.rows).map { row in columns.map { $0[row] } }
    }
}
