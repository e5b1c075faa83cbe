// Data quality of one table: nulls, distinct values, duplicates, constants, correlations.
public import Foundation
import Statistics

/// Data quality as a report object.
public enum Quality {
    /// A column whose most frequent value has at least this share is almost constant.
    public static let almostConstantShare = 0.99
    /// With a correlation of at least this with the label a column is suspected of leaking it.
    public static let leakageCorrelation = 0.95

    /// What a table is, and how far it holds what is expected of it.
    ///
    /// - Parameters:
    ///   - expected: the same rows with the columns of the expectations as categories.
    ///   - now: the time at which freshness is told.
    /// - Throws: `MeasureError` for a column that is not there.
    public static func report(
        _ table: Table, label: String? = nil, expectations: Expectations, expected: Table, now: Date
    ) throws(MeasureError) -> ReportObject {
        var out = report(table, label: label)
        var found = try expectations.report(expected, now: now)
        found["broken"] = .integer(Expectations.broken(found))
        out["expectations"] = .object(found)
        return out
    }

    /// - Parameters:
    ///   - table: all columns, numbers where they are numbers and categories elsewhere.
    ///   - label: the column to look for leaks of, if any.
    public static func report(_ table: Table, label: String? = nil) -> ReportObject {
        var out = ReportObject()
        out["rows"] = .integer(table.rows)
        out["columns"] = .integer(table.columns.count)
        out["nulls"] = .object(ReportObject(table.columns.map { ($0.name, .integer($0.nulls)) }))
        out["null_rate"] = .object(
            ReportObject(table.columns.map { ($0.name, .number(Double($0.nulls) / Double(max(1, table.rows)))) }))
        // Sorted once: distinct values, ranks and the most frequent value come from there.
        let orders = concurrently(table.columns.count) { order(table.columns[$0]) }
        out["unique_nonnull"] = .object(
            ReportObject(zip(table.columns, orders).map { ($0.name, .integer($1.unique)) }))
        out["duplicate_rows_extra"] = .integer(duplicates(table))
        out["constant_columns"] = .array(
            zip(table.columns, orders).filter { $1.unique <= 1 }.map { .string($0.0.name) })
        out["almost_constant_columns"] = .array(
            zip(table.columns, orders).filter { column, order in
                let values = table.rows - column.nulls
                return order.unique > 1 && Double(order.topCount) >= almostConstantShare * Double(values)
            }.map { .string($0.0.name) })
        out["infinities"] = .object(
            ReportObject(
                table.columns.filter { $0.infinities > 0 }.map { ($0.name, .integer($0.infinities)) }))
        let numeric = zip(table.columns, orders).filter { column, _ in
            column.numbers != nil && column.nulls < table.rows && column.infinities == 0
        }
        let (pearson, spearman) = correlations(numeric.map(\.0), numeric.map(\.1), rows: table.rows)
        let names = numeric.map(\.0.name)
        out["pearson"] = matrix(names, pearson)
        out["spearman"] = matrix(names, spearman)
        if let label, let index = names.firstIndex(of: label) {
            out["label_leakage"] = .array(
                names.indices.filter { other in
                    other != index
                        && max(abs(pearson[index][other] ?? 0), abs(spearman[index][other] ?? 0)) >= leakageCorrelation
                }.map { .string(names[$0]) })
        }
        return out
    }

    private struct Order {
        var unique: Int
        var topCount: Int
        /// Rows of numbers by ascending value, without nulls; empty for categories.
        var rows: [Int32] = []
        /// Midranks of a column without nulls.
        var ranks: [Double]?
    }

    private static func order(_ column: Column) -> Order {
        guard let numbers = column.numbers else {
            let counts = column.categoryCounts()
            return Order(unique: counts.count { $0 > 0 }, topCount: counts.max() ?? 0)
        }
        let present = numbers.indices.filter { !numbers[$0].isNaN }
        let rows = Sorting.order(present.map { numbers[$0] }).map { Int32(present[Int($0)]) }
        let ranks = midranks(numbers, rows)
        return Order(
            unique: ranks.unique, topCount: ranks.topCount, rows: rows, ranks: column.nulls == 0 ? ranks.ranks : nil)
    }

    /// Ranks from 1 of values that are not NaN, ties averaged.
    static func midranks(_ values: [Double]) -> (ranks: [Double], unique: Int, topCount: Int) {
        midranks(values, Sorting.order(values))
    }

    /// Ranks from 1 of some rows in ascending order, ties averaged; of other rows NaN.
    static func midranks(_ values: [Double], _ rows: [Int32]) -> (ranks: [Double], unique: Int, topCount: Int) {
        var ranks = [Double](repeating: .nan, count: values.count)
        var unique = 0
        var topCount = 0
        var start = 0
        while start < rows.count {
            let value = values[Int(rows[start])]
            var end = start + 1
            while end < rows.count, values[Int(rows[end])] == value { end += 1 }
            let rank = Double(start + end + 1) / 2
            for k in start..<end { ranks[Int(rows[k])] = rank }
            unique += 1
            topCount = max(topCount, end - start)
            start = end
        }
        return (ranks, unique, topCount)
    }

    private static func correlations(
        _ columns: [Column], _ orders: [Order], rows: Int
    ) -> (pearson: [[Double?]], spearman: [[Double?]]) {
        let size = columns.count
        var pairs: [(Int, Int)] = []
        for i in 0..<size {
            for j in i..<size { pairs.append((i, j)) }
        }
        let values = columns.map { $0.numbers ?? [] }
        let results = concurrently(pairs.count) { k -> (Double?, Double?) in
            let (i, j) = pairs[k]
            if columns[i].nulls == 0, columns[j].nulls == 0, let first = orders[i].ranks, let second = orders[j].ranks {
                return (pearson(values[j], values[i]), pearson(first, second))
            }
            // Ranks among the rows that have both, from the order that is known.
            let both = (0..<rows).filter { !values[i][$0].isNaN && !values[j][$0].isNaN }
            let first = midranks(values[i], orders[i].rows.filter { !values[j][Int($0)].isNaN }).ranks
            let second = midranks(values[j], orders[j].rows.filter { !values[i][Int($0)].isNaN }).ranks
            return (
                pearson(both.map { values[j][$0] }, both.map { values[i][$0] }),
                pearson(both.map { first[$0] }, both.map { second[$0] })
            )
        }
        var first = [[Double?]](repeating: [Double?](repeating: nil, count: size), count: size)
        var second = first
        for (k, (i, j)) in pairs.enumerated() {
            first[i][j] = results[k].0
            first[j][i] = results[k].0
            second[i][j] = results[k].1
            second[j][i] = results[k].1
        }
        return (first, second)
    }

    /// Pearson's correlation of complete pairs; nil when a side does not vary.
    ///
    /// One pass with running means (Welford, Technometrics 4, 1962), the later column of a table as `x`, as pandas does:
    /// columns around 1e15 then have its value, which differs from the exact one in the fourth digit.
    static func pearson(_ x: [Double], _ y: [Double]) -> Double? {
        guard x.count > 1, x.contains(where: { $0 != x[0] }), y.contains(where: { $0 != y[0] }) else { return nil }
        var pair = RunningPair()
        for i in x.indices { pair.add(x[i], y[i]) }
        return pair.correlation
    }

    private static func matrix(_ names: [String], _ values: [[Double?]]) -> ReportValue {
        .object(
            ReportObject(
                names.indices.map { i in
                    (names[i], .object(ReportObject(names.indices.map { (names[$0], ReportValue(values[i][$0])) })))
                }))
    }

    /// Rows that are the same as an earlier one in every column: by 128 bits of hash of the values, so that a false
    /// match among a billion rows has a chance below 1e-20.
    private static func duplicates(_ table: Table) -> Int {
        var first = [UInt64](repeating: 0x243F_6A88_85A3_08D3, count: table.rows)
        var second = [UInt64](repeating: 0x1319_8A2E_0370_7344, count: table.rows)
        func mix(_ a: UInt64, _ b: UInt64, _ factor: UInt64) -> UInt64 {
            let product = (a ^ b).multipliedFullWidth(by: factor)
            return product.high ^ product.low &+ a
        }
        for column in table.columns {
            for row in 0..<table.rows {
                let bits: UInt64
                if let numbers = column.numbers {
                    let value = numbers[row]
                    bits = value.isNaN ? .max : (value + 0.0).bitPattern
                } else if let codes = column.codes {
                    bits = UInt64(bitPattern: Int64(codes[row]))
                } else {
                    continue
                }
                first[row] = mix(first[row], bits, 0x9E37_79B9_7F4A_7C15)
                second[row] = mix(second[row], ~bits, 0xC2B2_AE3D_27D4_EB4F)
            }
        }
        struct Key: Hashable {
            let a: UInt64
            let b: UInt64
        }
        var seen = Set<Key>(minimumCapacity: table.rows)
        for row in 0..<table.rows { seen.insert(Key(a: first[row], b: second[row])) }
        return table.rows - seen.count
    }
}
