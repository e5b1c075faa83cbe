// A reference that is frozen without being kept: columns are counted by accumulators, and sketched beyond a budget.
import Foundation
import Statistics

/// Reads a reference as a stream.
struct ReferenceStream {
    /// What a column is read as. One whose kind is open holds what its first values are.
    let role: (String) -> ColumnRole
    /// The memory that values may take, in bytes.
    let bytesMax: Int
    let reader: TableReader

    /// What is left of the stream.
    struct Result {
        let input: MeasurementReport.Input
        /// All names.
        let header: [String]
        /// The names of columns that were read, in the order of the file.
        let names: [String]
        let side: DriftSide
    }

    private struct Counted {
        var numbers: NumericAccumulator?
        var categories: CategoryAccumulator?
    }

    /// Reads a file; once more when values were sketched, to count the bins of the sketch.
    ///
    /// - Throws: `TableError` with line and column, for standard input, and when the file changes while it is read.
    func read(path: String) throws(TableError) -> Result {
        guard path != "-" else {
            throw TableError(path: path, reason: "a reference is read twice: not from standard input")
        }
        var columns: [String: Counted] = [:]
        var header: [String] = []
        let input = try TableBlocks(reader: reader, wanted: nil).read(path: path, role: role) {
            block, rowsBefore throws(TableError) in
            header = block.header
            let table = try reader.table(block, path: path)
            // Growing and sorting an array takes up to three times its size.
            let exactMax = bytesMax / 8 / 3 / max(1, table.columns.count)
            var taken = table.columns.map { columns.removeValue(forKey: $0.name) ?? Counted() }
            taken.withUnsafeMutableBufferPointer { taken in
                _ = concurrently(table.columns.count) { i in
                    Self.add(table.columns[i], rowsBefore, exactMax, &taken[i])
                }
            }
            for (column, counted) in zip(table.columns, taken) { columns[column.name] = counted }
        }
        let names = header.filter { columns[$0] != nil }
        let all = names.map { columns[$0] ?? Counted() }
        let profiles = concurrently(names.count) { i in all[i].numbers.map { NumericProfile($0) } }
        var side = DriftSide(
            numeric: Dictionary(
                uniqueKeysWithValues: zip(names, profiles).compactMap { name, profile in profile.map { (name, $0) } }),
            categorical: Dictionary(
                uniqueKeysWithValues: zip(names, all).compactMap { name, counted in
                    counted.categories.map { (name, CategoryProfile($0)) }
                }))
        let sketched = names.filter { columns[$0]?.numbers.map { !$0.isExact } ?? false }
        guard !sketched.isEmpty else { return Result(input: input, header: header, names: names, side: side) }
        let again = TableStream(
            reader: reader,
            numeric: Dictionary(
                uniqueKeysWithValues: sketched.map { name in
                    (name, [side.numeric[name]?.deciles.edges, side.numeric[name]?.widths.edges].compactMap { $0 })
                }), categorical: [], exactMax: 0)
        let second = try again.read(path: path)
        guard second.input == input else {
            throw TableError(path: path, reason: "the file has changed while it was read")
        }
        // The sketch is the same again, now with exact counts over its own bins.
        for name in sketched { side.numeric[name] = second.side.numeric[name] }
        return Result(input: input, header: header, names: names, side: side)
    }

    private static func add(_ column: Column, _ rowsBefore: Int, _ exactMax: Int, _ counted: inout Counted) {
        if let numbers = column.numbers {
            var own = counted.numbers ?? NumericAccumulator(exactMax: exactMax)
            // Rows before the first one that has the member.
            let missing = rowsBefore - own.moments.count - own.nulls - own.infinities
            if missing > 0 { own.add([Double](repeating: .nan, count: missing)) }
            own.add(numbers)
            counted.numbers = own
        }
        if column.codes != nil {
            // What had no values so far was taken for numbers.
            if column.numbers == nil { counted.numbers = nil }
            var own = counted.categories ?? CategoryAccumulator()
            own.addNulls(max(0, rowsBefore - own.count - own.nulls))
            own.addNulls((column.codes ?? []).count { $0 < 0 })
            for (category, count) in zip(column.categories, column.categoryCounts()) where count > 0 {
                own.add(category, times: count)
            }
            counted.categories = own
        }
    }
}
