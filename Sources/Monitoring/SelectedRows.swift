// Some rows of a file, read without keeping the others: what explains, compares or learns from few rows needs no more.
import Foundation

/// Reads rows by their places in bounded memory.
///
/// The file is read twice: to count its rows, and to take some of them.
public struct SelectedRows: Sendable {
    /// How files are read.
    public let reader: TableReader

    /// Reads as a reader does.
    public init(reader: TableReader = TableReader()) { self.reader = reader }

    /// Rows of a file.
    public struct Selection: Sendable {
        /// The file as a whole.
        public let input: MeasurementReport.Input
        /// The rows that were taken, in the order of the file.
        public let table: Table
        /// The places of the rows in the file, from 0, ascending.
        public let places: [Int]

        /// Where rows of the file stand in the table.
        ///
        /// - Precondition: the rows were taken.
        public func indices(_ rows: [Int]) -> [Int] {
            rows.map { row in
                var low = 0
                var high = places.count
                while low < high {
                    let middle = (low + high) / 2
                    if places[middle] < row { low = middle + 1 } else { high = middle }
                }
                precondition(low < places.count && places[low] == row, "row \(row) was not taken")
                return low
            }
        }

        /// All rows of a table.
        public init(_ table: Table) {
            self.init(input: .init(table), table: table, places: Array(0..<table.rows))
        }

        init(input: MeasurementReport.Input, table: Table, places: [Int]) {
            self.input = input
            self.table = table
            self.places = places
        }
    }

    /// Takes rows.
    ///
    /// - Parameters:
    ///   - role: what a column is read as. One whose kind is open holds what its first values are.
    ///   - choose: the places that are wanted of a file of so many rows and columns, in any order.
    /// - Throws: `TableError` with line and column, for standard input, and when the file changes while it is read.
    public func read(
        path: String, role: (String) -> ColumnRole, choose: (MeasurementReport.Input) -> [Int]
    ) throws(TableError) -> Selection {
        guard path != "-" else {
            throw TableError(path: path, reason: "rows are taken from a file, not from standard input")
        }
        let input = try TableBlocks(reader: reader, wanted: nil).read(path: path) { _ in
            .ignored
        } body: { _, _ throws(TableError) in
        }
        let places = Set(choose(input)).sorted()
        precondition(places.first ?? 0 >= 0 && places.last ?? 0 < input.rows, "rows of the file are wanted")
        var columns: [String: Kept] = [:]
        var header: [String] = []
        var next = 0
        let again = try TableBlocks(reader: reader, wanted: nil).read(path: path, role: role) {
            block, rowsBefore throws(TableError) in
            header = block.header
            var own: [Int32] = []
            let before = next
            while next < places.count, places[next] < rowsBefore + block.rows {
                own.append(Int32(places[next] - rowsBefore))
                next += 1
            }
            let table = try reader.table(block, path: path).filtered(own)
            for column in table.columns { columns[column.name, default: Kept()].add(column, after: before) }
        }
        guard again == input else { throw TableError(path: path, reason: "the file has changed while it was read") }
        let table = Table(
            path: path, sha256: input.sha256, rows: places.count, header: header,
            columns: header.compactMap { name in columns[name]?.column(name, rows: places.count) })
        return Selection(input: input, table: table, places: places)
    }

    /// The rows of one column so far.
    private struct Kept {
        private var numbers: [Double]?
        private var texts: [String?]?

        /// - Parameter count: how many rows were taken before these.
        mutating func add(_ column: Column, after count: Int) {
            if let values = column.numbers {
                var own = numbers ?? []
                own += [Double](repeating: .nan, count: count - own.count)
                numbers = own + values
            }
            if let codes = column.codes {
                // What had no values so far was taken for numbers.
                if column.numbers == nil { numbers = nil }
                var own = texts ?? []
                own += [String?](repeating: nil, count: count - own.count)
                texts = own + codes.map { $0 < 0 ? nil : column.categories[Int($0)] }
            }
        }

        /// A member of NDJSON that later objects lack is null in them.
        func column(_ name: String, rows: Int) -> Column {
            let numbers = self.numbers.map { $0 + [Double](repeating: .nan, count: rows - $0.count) }
            guard let texts else { return Column(name: name, numbers: numbers ?? []) }
            var out = Column(name: name, categories: texts + [String?](repeating: nil, count: rows - texts.count))
            out.numbers = numbers
            out.infinities = (numbers ?? []).count { $0.isInfinite }
            return out
        }
    }
}
