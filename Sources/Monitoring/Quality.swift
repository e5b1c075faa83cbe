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
        var duplicates = 0
        var orders: [Order] = []
        for found in concurrently(table.columns.count + 1, { found(table, $0) }) {
            switch found {
            case .duplicates(let count): duplicates = count
            case .order(let order): orders.append(order)
            }
        }
        out["unique_nonnull"] = .object(
            ReportObject(zip(table.columns, orders).map { ($0.name, .integer($1.unique)) }))
        out["duplicate_rows_extra"] = .integer(duplicates)
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

    /// What is found out in one piece of work.
    private enum Found {
        case duplicates(Int)
        case order(Order)
    }

    /// Piece 0 is the longest.
    private static func found(_ table: Table, _ piece: Int) -> Found {
        piece == 0 ? .duplicates(duplicates(table)) : .order(order(table.columns[piece - 1]))
    }

    private struct Order {
        var unique: Int
        var topCount: Int
        /// The place of each row's number among the distinct numbers, −1 for null; empty for categories.
        var codes: [Int32] = []
        /// Twice the midrank of each distinct number.
        var doubledRanks: [Int32] = []

        var ranks: CorrelatedColumn { .ranks(codes: codes, doubled: doubledRanks) }

        /// The ranks among rows where another column has a number too.
        func ranks(among present: [Double]) -> CorrelatedColumn {
            var counts = [Int32](repeating: 0, count: unique)
            for row in codes.indices where !present[row].isNaN && codes[row] >= 0 { counts[Int(codes[row])] += 1 }
            return .ranks(codes: codes, doubled: CorrelatedColumn.doubledMidranks(counts: counts))
        }
    }

    private static func order(_ column: Column) -> Order {
        guard let numbers = column.numbers else {
            let counts = column.categoryCounts()
            return Order(unique: counts.count { $0 > 0 }, topCount: counts.max() ?? 0)
        }
        var codes = [Int32](repeating: -1, count: numbers.count)
        var counts: [Int32] = []
        func place(_ order: [Int32], _ row: (Int32) -> Int) {
            var last = Double.nan
            for place in order {
                let row = row(place)
                if numbers[row] != last {
                    last = numbers[row]
                    counts.append(0)
                }
                counts[counts.count - 1] += 1
                codes[row] = Int32(counts.count - 1)
            }
        }
        if column.nulls == 0 {
            place(Sorting.order(numbers)) { Int($0) }
        } else {
            let present = numbers.indices.filter { !numbers[$0].isNaN }
            place(Sorting.order(present.map { numbers[$0] })) { present[Int($0)] }
        }
        return Order(
            unique: counts.count, topCount: Int(counts.max() ?? 0), codes: codes,
            doubledRanks: CorrelatedColumn.doubledMidranks(counts: counts))
    }

    /// Ranks from 1 of values that are not NaN, ties averaged.
    static func midranks(_ values: [Double]) -> (ranks: [Double], unique: Int, topCount: Int) {
        let rows = Sorting.order(values)
        var unique = 0
        var topCount = 0
        var ranks = [Double](repeating: .nan, count: values.count)
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

    /// Pairs of columns that are correlated over the same rows, by their numbers or by their ranks.
    private struct Pairs {
        /// These …
        var firsts: [Int]
        /// … with each of those.
        var others: [Int]
        /// The rows where this column has a number; nil for all.
        var present: Int?
        var isRanked: Bool
    }

    /// As many complete columns are taken together with all before them.
    private static let firstsMax = 32
    /// As many columns are ranked anew together.
    private static let rankedMax = 7

    /// Complete columns all have the same rows. One with nulls is taken with the complete ones over its own rows, and two
    /// with nulls over the rows that both have.
    private static func pieces(_ columns: [Column]) -> [Pairs] {
        let complete = columns.indices.filter { columns[$0].nulls == 0 }
        let partial = columns.indices.filter { columns[$0].nulls > 0 }
        var out: [Pairs] = []
        for isRanked in [false, true] {
            for start in stride(from: 0, to: complete.count, by: firstsMax) {
                let firsts = complete[start..<min(complete.count, start + firstsMax)]
                out.append(
                    Pairs(
                        firsts: Array(firsts), others: Array(complete[..<firsts.endIndex]), isRanked: isRanked))
            }
            for column in partial {
                for others in [complete.filter { $0 < column } + [column], complete.filter { $0 > column }] {
                    for start in stride(from: 0, to: others.count, by: rankedMax) {
                        out.append(
                            Pairs(
                                firsts: [column], others: Array(others[start..<min(others.count, start + rankedMax)]),
                                present: column, isRanked: isRanked))
                    }
                }
                for other in partial where other > column {
                    out.append(Pairs(firsts: [column], others: [other], present: nil, isRanked: isRanked))
                }
            }
        }
        return out
    }

    private static func correlations(
        _ columns: [Column], _ orders: [Order], rows: Int
    ) -> (pearson: [[Double?]], spearman: [[Double?]]) {
        let pieces = pieces(columns)
        let results = concurrently(pieces.count) { correlations(columns, orders, pieces[$0], rows) }
        let none = [[Double?]](repeating: [Double?](repeating: nil, count: columns.count), count: columns.count)
        var pearson = none
        var spearman = none
        for (piece, found) in zip(pieces, results) {
            for pair in found {
                if piece.isRanked {
                    spearman[pair.x][pair.y] = pair.correlation
                    spearman[pair.y][pair.x] = pair.correlation
                } else {
                    pearson[pair.x][pair.y] = pair.correlation
                    pearson[pair.y][pair.x] = pair.correlation
                }
            }
        }
        return (pearson, spearman)
    }

    /// The correlations of pairs: the later column is `x` of numbers, the earlier one of ranks.
    private static func correlations(
        _ columns: [Column], _ orders: [Order], _ pairs: Pairs, _ rows: Int
    ) -> [(x: Int, y: Int, correlation: Double?)] {
        let numbers = { (column: Int) in columns[column].numbers ?? [] }
        guard let first = pairs.firsts.first, let other = pairs.others.first else { return [] }
        if let present = pairs.present {
            let own = pairs.others + [first]
            let isX = (other <= first) != pairs.isRanked
            var pass = CorrelationPass(
                own.map { column in
                    guard pairs.isRanked else { return .numbers(numbers(column)) }
                    return column == present
                        ? orders[column].ranks : orders[column].ranks(among: numbers(present))
                }, firsts: pairs.others.count..<own.count, isX: isX)
            pass.add(rows: rows, where: numbers(present))
            return pairs.others.enumerated().map { place, other in
                (max(first, other), min(first, other), pass.correlation(pairs.others.count, place))
            }
        }
        if columns[first].nulls > 0 {
            return [(other, first, correlation(columns, orders, other, first, pairs.isRanked))]
        }
        let start = pairs.others.count - pairs.firsts.count
        var pass = CorrelationPass(
            pairs.others.map { pairs.isRanked ? orders[$0].ranks : .numbers(numbers($0)) },
            firsts: start..<pairs.others.count, isX: !pairs.isRanked)
        pass.add(rows: rows)
        var out: [(x: Int, y: Int, correlation: Double?)] = []
        for i in start..<pairs.others.count {
            for j in 0...i { out.append((pairs.others[i], pairs.others[j], pass.correlation(i, j))) }
        }
        return out
    }

    /// The correlation of two columns with nulls over the rows that both have.
    private static func correlation(
        _ columns: [Column], _ orders: [Order], _ later: Int, _ earlier: Int, _ isRanked: Bool
    ) -> Double? {
        guard let x = columns[later].numbers, let y = columns[earlier].numbers else { return nil }
        var pair = RunningPair()
        if isRanked, case .ranks(let first, let firstRanks) = orders[later].ranks(among: y),
            case .ranks(let second, let secondRanks) = orders[earlier].ranks(among: x)
        {
            for row in x.indices where first[row] >= 0 && second[row] >= 0 {
                pair.add(Double(secondRanks[Int(second[row])]) / 2, Double(firstRanks[Int(first[row])]) / 2)
            }
        } else {
            for row in x.indices where !x[row].isNaN && !y[row].isNaN { pair.add(x[row], y[row]) }
        }
        return pair.correlation
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
        func take(_ row: Int, _ bits: UInt64) {
            first[row] = mix(first[row], bits, 0x9E37_79B9_7F4A_7C15)
            second[row] = mix(second[row], ~bits, 0xC2B2_AE3D_27D4_EB4F)
        }
        for column in table.columns {
            if let numbers = column.numbers {
                for row in 0..<table.rows {
                    let value = numbers[row]
                    take(row, value.isNaN ? .max : (value + 0.0).bitPattern)
                }
            } else if let codes = column.codes {
                for row in 0..<table.rows { take(row, UInt64(bitPattern: Int64(codes[row]))) }
            }
        }
        // Rows by their first hash, at the next free place, at most half of which are taken.
        let places = 1 << (Int.bitWidth - max(1, 2 * table.rows).leadingZeroBitCount)
        var seen = [Int32](repeating: -1, count: places)
        var extra = 0
        for row in 0..<table.rows {
            var place = Int(truncatingIfNeeded: first[row]) & (places - 1)
            var isNew = true
            while isNew, seen[place] >= 0 {
                let other = Int(seen[place])
                isNew = first[other] != first[row] || second[other] != second[row]
                place = (place + 1) & (places - 1)
            }
            if isNew { seen[place] = Int32(row) } else { extra += 1 }
        }
        return extra
    }
}
