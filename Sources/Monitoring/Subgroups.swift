// The worst subgroups of a classifier's errors, from the columns of a table.
import Statistics

/// Worst slices as a report object.
public enum Subgroups {
    /// Numeric columns with more values than this are cut at their quartiles.
    public static let valuesMax = 8
    /// Categorical columns with more values than this are refused.
    public static let categoriesMax = 1_000

    /// Searches subgroups of the columns named for the highest rate of wrong decisions.
    ///
    /// - Throws: `MeasureError` for a column that is missing or has too many categories.
    public static func report(
        table: Table, columns: BinaryColumns, names: [String], sizeMin: Int = 30
    ) throws(MeasureError) -> ReportObject {
        var features: [SubgroupSearch.Feature] = []
        for name in names {
            guard let column = table[name] else { throw MeasureError("\(table.path): there is no column \"\(name)\"") }
            features.append(try feature(column, columns.rows, table.path))
        }
        let sample = columns.sample
        let wrong = zip(sample.labels, sample.predictions).map { $0 != $1 }
        guard let search = SubgroupSearch(features: features, outcome: wrong) else {
            throw MeasureError("\(table.path): there are no rows to search")
        }
        let result = search.worst(sizeMin: sizeMin)
        return ReportObject([
            ("outcome", .string("wrong decision")), ("overall_rate", .number(result.overallRate)),
            ("tests", .integer(result.tests)), ("minimum_size", .integer(sizeMin)),
            (
                "worst",
                .array(
                    result.worst.map { group in
                        .object(
                            ReportObject([
                                (
                                    "conditions",
                                    .array(group.conditions.map { .string("\($0.feature)=\($0.value)") })
                                ), ("n", .integer(group.count)), ("rate", .number(group.rate)),
                                ("lower_bound_simultaneous95", .number(group.lowerBound)),
                                ("adjusted_p", .number(group.adjustedP)),
                            ]))
                    })
            ),
        ])
    }

    private static func feature(
        _ column: Column, _ rows: [Int32]?, _ path: String
    ) throws(MeasureError) -> SubgroupSearch.Feature {
        func chosen<Value>(_ values: [Value]) -> [Value] { rows.map { rows in rows.map { values[Int($0)] } } ?? values }
        if let codes = column.codes {
            guard column.categories.count <= categoriesMax else {
                throw MeasureError("\(path): \"\(column.name)\" has more than \(categoriesMax) categories")
            }
            return SubgroupSearch.Feature(name: column.name, categories: column.categories, codes: chosen(codes))
        }
        let values = chosen(column.numbers ?? [])
        let sorted = Sorting.sorted(values.filter { !$0.isNaN })
        var distinct: [Double] = []
        for value in sorted where distinct.last != value && distinct.count <= valuesMax { distinct.append(value) }
        if distinct.count <= valuesMax {
            return SubgroupSearch.Feature(
                name: column.name, categories: distinct.map { "\($0)" },
                codes: values.map { value in distinct.firstIndex(of: value).map(Int32.init) ?? -1 })
        }
        let edges = BinEdges.quantiles(ofSorted: sorted, bins: 4)
        let labels =
            edges.edges.indices.map { i in
                i == 0 ? "≤ \(edges.edges[0])" : "\(edges.edges[i - 1]) … \(edges.edges[i])"
            } + [edges.edges.last.map { "> \($0)" } ?? "all"]
        return SubgroupSearch.Feature(
            name: column.name, categories: labels,
            codes: values.map { $0.isNaN ? -1 : Int32(edges.bin(of: $0)) })
    }
}
