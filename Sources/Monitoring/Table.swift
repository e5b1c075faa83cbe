// A table in memory, column by column: what every reader makes and every measure takes.

/// What a column is read as.
public enum ColumnRole: Sendable {
    /// Not at all.
    case ignored
    /// Numbers; anything else is an error.
    case numeric
    /// Categories.
    case category
    /// Both.
    case numericAndCategory
    /// Numbers if all values that are not null are numbers, else categories.
    case inferred
    /// Times, as seconds since 1970-01-01 00:00 on the clock of the reader's time zone; anything else is an error.
    case time
}

/// One column, row by row.
public struct Column: Sendable {
    /// Its name in the header.
    public let name: String
    /// Numbers, null as NaN; nil when the column was not read as numbers.
    public internal(set) var numbers: [Double]?
    /// Indices into `categories`, −1 for null; nil when the column was not read as categories.
    public internal(set) var codes: [Int32]?
    /// The categories in order of their bytes.
    public internal(set) var categories: [String]
    /// How many values are null.
    public internal(set) var nulls: Int
    /// How many numbers are infinite.
    public internal(set) var infinities: Int

    /// A category that is not UTF-8, decoded as well as can be.
    var invalidText: String?

    /// A column of numbers, null as NaN.
    public init(name: String, numbers: [Double]) {
        self.name = name
        self.numbers = numbers
        categories = []
        nulls = numbers.reduce(0) { $0 + ($1.isNaN ? 1 : 0) }
        infinities = numbers.reduce(0) { $0 + ($1.isInfinite ? 1 : 0) }
    }

    /// A column of categories.
    public init(name: String, categories values: [String?]) {
        self.name = name
        let sorted = Set(values.compactMap { $0 }).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let index = Dictionary(uniqueKeysWithValues: zip(sorted, sorted.indices.map { Int32($0) }))
        categories = sorted
        codes = values.map { $0.flatMap { index[$0] } ?? -1 }
        nulls = values.reduce(0) { $0 + ($1 == nil ? 1 : 0) }
        infinities = 0
    }

    init(name: String) {
        self.name = name
        categories = []
        nulls = 0
        infinities = 0
    }

    /// The same column with some of its rows.
    func filtered(_ rows: [Int32]) -> Column {
        var out = Column(name: name)
        out.categories = categories
        out.numbers = numbers.map { numbers in rows.map { numbers[Int($0)] } }
        out.codes = codes.map { codes in rows.map { codes[Int($0)] } }
        if let numbers = out.numbers {
            out.nulls = numbers.reduce(0) { $0 + ($1.isNaN ? 1 : 0) }
            out.infinities = numbers.reduce(0) { $0 + ($1.isInfinite ? 1 : 0) }
        } else {
            out.nulls = (out.codes ?? []).reduce(0) { $0 + ($1 < 0 ? 1 : 0) }
        }
        return out
    }

    /// The column was read as numbers.
    public var isNumeric: Bool { numbers != nil }

    /// How often each category occurs, in the order of `categories`.
    public func categoryCounts() -> [Int] {
        var counts = [Int](repeating: 0, count: categories.count)
        for code in codes ?? [] where code >= 0 { counts[Int(code)] += 1 }
        return counts
    }
}

/// A table.
public struct Table: Sendable {
    /// Where it came from.
    public let path: String
    /// The SHA-256 of the file, in hexadecimal.
    public let sha256: String
    /// How many rows.
    public let rows: Int
    /// All names of the header, also of columns that were not read.
    public let header: [String]
    /// The columns that were read, in the order of the header.
    public internal(set) var columns: [Column]

    /// A table from columns of one length.
    public init(path: String, sha256: String, rows: Int, header: [String], columns: [Column]) {
        self.path = path
        self.sha256 = sha256
        self.rows = rows
        self.header = header
        self.columns = columns
    }

    /// The table with some of its rows.
    func filtered(_ rows: [Int32]) -> Table {
        Table(
            path: path, sha256: sha256, rows: rows.count, header: header, columns: columns.map { $0.filtered(rows) })
    }

    /// The table without one of its columns.
    public func without(_ name: String) -> Table {
        Table(path: path, sha256: sha256, rows: rows, header: header, columns: columns.filter { $0.name != name })
    }

    /// The column of a name, if it was read.
    public subscript(_ name: String) -> Column? { columns.first { $0.name == name } }
}
