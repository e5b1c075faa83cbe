// Labels that came later than the predictions: joined to them by an id.

/// Gives the rows of a table the labels of another file by an id that both have.
///
/// A row whose label has not come yet keeps a null and is counted as waiting, and measures leave it out as incomplete.
public struct LabelJoin: Sendable {
    /// Ids that are named in a message.
    public static let idsNamedMax = 3

    /// The table with the label as a further column.
    public let table: Table
    /// The file of labels.
    public let input: MeasurementReport.Input
    /// Rows that have a label now.
    public let joined: Int
    /// Rows whose id is not among the labels yet, or whose label there is null.
    public let waiting: Int
    /// Rows without an id, which can never get a label.
    public let withoutID: Int
    /// Lines of the labels whose id no row has.
    public let unknown: Int
    /// Lines of the labels that say again what was said of an id before.
    public let repeated: Int
    /// Lines of the labels without an id.
    public let labelsWithoutID: Int
    /// Some of the ids that no row has, in order of their bytes.
    public let unknownNamed: [String]

    /// Joins.
    ///
    /// - Parameters:
    ///   - data: a table whose column `id` was read as categories.
    ///   - labels: a table whose columns `id` and `label` were read as categories.
    ///   - role: what the label is in the result: numbers if all labels are numbers, else categories, or either.
    /// - Throws: `TableError` when a column is missing, an id stands twice in the data, two labels contradict each
    ///   other, or no label belongs to any row.
    public init(data: Table, labels: Table, id: String, label: String) throws(TableError) {
        let own = try Self.column(data, id)
        let theirs = try Self.column(labels, id)
        let given = try Self.column(labels, label)
        guard data[label] == nil else {
            throw TableError(path: data.path, reason: "the column \"\(label)\" is in the data and in the labels")
        }
        let rowOfID = try Self.rows(own, data.path)
        // Both lists of ids are in order of their bytes: one walk finds those that both have.
        let idOfLabel = Self.places(theirs.column.categories, in: own.column.categories)
        var labelOfRow = [Int32](repeating: -1, count: data.rows)
        var seen = [Int32](repeating: -2, count: theirs.column.categories.count)
        var unknown = 0
        var unknownCodes: Set<Int32> = []
        var repeated = 0
        var nameless = 0
        var contradicted: Set<Int32> = []
        for line in 0..<labels.rows {
            let code = theirs.codes[line]
            guard code >= 0 else {
                nameless += 1
                continue
            }
            let before = seen[Int(code)]
            let value = given.codes[line]
            if before >= 0, value >= 0 {
                if before == value { repeated += 1 } else { contradicted.insert(code) }
            } else if before == -1, value == -1 {
                repeated += 1
            }
            seen[Int(code)] = max(before, value)
            let place = idOfLabel[Int(code)]
            guard place >= 0 else {
                unknown += 1
                unknownCodes.insert(code)
                continue
            }
            if value >= 0 { labelOfRow[Int(rowOfID[Int(place)])] = value }
        }
        func named(_ codes: Set<Int32>) -> [String] {
            codes.sorted().prefix(Self.idsNamedMax).map { theirs.column.categories[Int($0)] }
        }
        guard contradicted.isEmpty else {
            throw TableError(
                path: labels.path, name: id,
                reason: "labels contradict each other for \(contradicted.count) ids: \(Self.list(named(contradicted)))")
        }
        let found = labelOfRow.count { $0 >= 0 }
        guard found > 0 else {
            throw TableError(path: labels.path, name: id, reason: "no label belongs to a row of \(data.path)")
        }
        joined = found
        withoutID = own.column.nulls
        waiting = data.rows - found - own.column.nulls
        self.unknown = unknown
        self.repeated = repeated
        labelsWithoutID = nameless
        unknownNamed = named(unknownCodes)
        input = MeasurementReport.Input(labels)
        var table = data
        table.columns.append(Self.labelColumn(label, given.column, labelOfRow))
        self.table = table
    }

    private static func column(
        _ table: Table, _ name: String
    ) throws(TableError) -> (column: Column, codes: [Int32]) {
        guard let column = table[name], let codes = column.codes else {
            throw TableError(path: table.path, reason: "there is no column \"\(name)\"")
        }
        return (column, codes)
    }

    /// The row of each id.
    private static func rows(
        _ ids: (column: Column, codes: [Int32]), _ path: String
    ) throws(TableError) -> [Int32] {
        var rows = [Int32](repeating: -1, count: ids.column.categories.count)
        var twice: Set<Int32> = []
        for (row, code) in ids.codes.enumerated() where code >= 0 {
            if rows[Int(code)] >= 0 { twice.insert(code) }
            rows[Int(code)] = Int32(row)
        }
        guard twice.isEmpty else {
            let named = twice.sorted().prefix(idsNamedMax).map { ids.column.categories[Int($0)] }
            throw TableError(
                path: path, name: ids.column.name, reason: "\(twice.count) ids stand twice: \(list(named))")
        }
        return rows
    }

    private static func list(_ names: [String]) -> String {
        names.map { "\"\($0)\"" }.joined(separator: ", ") + (names.count == idsNamedMax ? ", …" : "")
    }

    /// Where each of the first names stands among the second ones; −1 where it does not. Both are in order of their
    /// bytes.
    private static func places(_ names: [String], in others: [String]) -> [Int32] {
        var out = [Int32](repeating: -1, count: names.count)
        var k = 0
        for (i, name) in names.enumerated() {
            while k < others.count, others[k].utf8.lexicographicallyPrecedes(name.utf8) { k += 1 }
            if k < others.count, others[k].utf8.elementsEqual(name.utf8) { out[i] = Int32(k) }
        }
        return out
    }

    private static func labelColumn(_ name: String, _ given: Column, _ codes: [Int32]) -> Column {
        var column = Column(name: name)
        column.nulls = codes.count { $0 < 0 }
        column.categories = given.categories
        column.codes = codes
        let numbers = given.categories.map { text in
            Array(text.utf8).withUnsafeBufferPointer { DecimalParser.parse($0) }
        }
        if !numbers.contains(where: { $0 == nil }) {
            column.numbers = codes.map { $0 < 0 ? .nan : numbers[Int($0)] ?? .nan }
            column.infinities = column.numbers?.count { $0.isInfinite } ?? 0
        }
        return column
    }

    /// The counts, for a report.
    public var report: ReportValue {
        .object(
            ReportObject([
                ("joined", .integer(joined)), ("waiting", .integer(waiting)), ("rows_without_id", .integer(withoutID)),
                ("unknown_ids", .integer(unknown)), ("repeated_labels", .integer(repeated)),
                ("labels_without_id", .integer(labelsWithoutID)),
                ("unknown_ids_named", .array(unknownNamed.map { .string($0) })),
            ]))
    }
}
