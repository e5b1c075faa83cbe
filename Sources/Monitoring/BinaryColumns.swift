// The columns of a binary classifier in a table: truth, decision and score as the measures want them.
public import Statistics

/// A column that a measure needs is missing, or holds what it cannot hold.
public struct MeasureError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let description: String

    /// An error.
    public init(_ description: String) { self.description = description }
}

/// Labels, decisions and scores of a table, without the rows where one of them is null.
public struct BinaryColumns: Sendable {
    /// The complete rows.
    public let sample: BinarySample
    /// Their places in the table; nil when all rows are complete.
    public let rows: [Int32]?
    /// Rows that were left out because a value is null.
    public let incomplete: Int

    /// - Parameters:
    ///   - favourable: the value of label and decision that counts as positive; nil for `1`, `true` or `yes`.
    ///   - prediction: nil to decide by score ≥ 0.5.
    /// - Throws: `MeasureError` when a column is missing, has more than two values, or a score is outside 0 … 1.
    public init(
        table: Table, label: String, prediction: String?, score: String?, favourable: String? = nil
    ) throws(MeasureError) {
        func column(_ name: String) throws(MeasureError) -> Column {
            guard let column = table[name] else { throw MeasureError("\(table.path): there is no column \"\(name)\"") }
            return column
        }
        let truthColumn = try column(label)
        let decision: Column? = if let prediction { try column(prediction) } else { nil }
        let scores: [Double]? = if let score { try Self.scores(try column(score), table.path) } else { nil }
        guard decision != nil || scores != nil else { throw MeasureError("a prediction or a score is needed") }
        let outcomes = try attempted(2) { i throws(MeasureError) -> [Int8] in
            if i == 0 { return try Self.binary(truthColumn, favourable, table.path) }
            if let decision { return try Self.binary(decision, favourable, table.path) }
            return (scores ?? []).map { $0.isNaN ? -1 : $0 >= 0.5 ? 1 : 0 }
        }
        let (truth, decided) = (outcomes[0], outcomes[1])
        func isComplete(_ i: Int) -> Bool { truth[i] >= 0 && decided[i] >= 0 && !(scores?[i].isNaN ?? false) }
        let complete = (0..<table.rows).reduce(0) { $0 + (isComplete($1) ? 1 : 0) }
        incomplete = table.rows - complete
        guard complete > 0 else { throw MeasureError("\(table.path): no row has label, prediction and score") }
        if incomplete == 0 {
            rows = nil
            sample = BinarySample(
                labels: truth.map { $0 == 1 }, predictions: decided.map { $0 == 1 }, scores: scores ?? [])
        } else {
            let kept = (0..<table.rows).filter(isComplete).map { Int32($0) }
            rows = kept
            sample = BinarySample(
                labels: kept.map { truth[Int($0)] == 1 }, predictions: kept.map { decided[Int($0)] == 1 },
                scores: scores.map { scores in kept.map { scores[Int($0)] } } ?? [])
        }
    }

    private static func scores(_ column: Column, _ path: String) throws(MeasureError) -> [Double] {
        guard let numbers = column.numbers else {
            throw MeasureError("\(path): the score \"\(column.name)\" is not numeric")
        }
        guard !numbers.contains(where: { $0 < 0 || $0 > 1 }) else {
            throw MeasureError("\(path): the score \"\(column.name)\" is not within 0 … 1")
        }
        return numbers
    }

    /// 1 for the positive value, 0 for the other, −1 for null.
    static func binary(_ column: Column, _ favourable: String?, _ path: String) throws(MeasureError) -> [Int8] {
        func many() -> MeasureError {
            MeasureError("\(path): \"\(column.name)\" has more than two values, or none that counts as positive")
        }
        if let numbers = column.numbers {
            let positive: Double
            if let favourable {
                guard let value = Double(favourable) else { throw many() }
                positive = value
            } else {
                positive = 1
            }
            var other: Double?
            var out = [Int8](repeating: -1, count: numbers.count)
            for i in numbers.indices {
                let value = numbers[i]
                if value == positive {
                    out[i] = 1
                } else if !value.isNaN {
                    if let other, other != value { throw many() }
                    other = value
                    out[i] = 0
                }
            }
            return out
        }
        let used = column.categories
        let positive = favourable ?? used.first { ["1", "true", "yes"].contains($0.lowercased()) }
        guard used.count <= 2, let positive, used.contains(positive) || used.count <= 1 else { throw many() }
        let code = used.firstIndex(of: positive).map(Int32.init) ?? -2
        return (column.codes ?? []).map { $0 < 0 ? -1 : $0 == code ? 1 : 0 }
    }
}
