// Rows on their way into a table: one by one, or several of one transaction in one statement.

/// An insertion into one table of rows that nothing reads before the end of the change, made once and used for each row.
package struct Insertion: Sendable, Equatable {
    /// Most rows of one statement: a database that prepares statements keeps as many forms of each.
    package static let rowsMax = 16
    /// Where a row's values name the organisation or the ledger that it belongs to.
    package let owner: Int?
    /// Others refer to its rows, which are there before them.
    package let isReferredTo: Bool
    private let head: String
    /// The places of a row's values.
    private let row: String
    private let tail: String

    /// - Parameters:
    ///   - head: The statement up to the first row of values.
    ///   - columns: Names of the values.
    ///   - owner: The value that names the organisation or the ledger.
    ///   - isReferredTo: Foreign keys of other tables lead to the rows.
    ///   - tail: What follows the last row.
    package init(_ head: String, _ columns: [String], owner: String?, isReferredTo: Bool = false, tail: String = "") {
        self.owner = columns.firstIndex { $0 == owner }
        self.isReferredTo = isReferredTo
        self.head = head
        self.tail = tail
        row = "(\(marks(columns.count)))"
    }

    /// An insertion of whole rows; names are quoted.
    package init(into table: String, _ columns: [String], owner: String, isReferredTo: Bool = false) {
        self.init(
            "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES ", columns, owner: owner,
            isReferredTo: isReferredTo)
    }

    /// The statements that insert rows, in their order.
    package func statements(_ rows: [[SQLValue]]) -> [BoundSQL] {
        stride(from: 0, to: rows.count, by: Self.rowsMax).map { start in
            let part = rows[start..<min(start + Self.rowsMax, rows.count)]
            let places = Array(repeating: row, count: part.count).joined(separator: ", ")
            return BoundSQL(head + places + tail, Array(part.joined()))
        }
    }
    /// The statement that inserts one row.
    package func statement(_ values: [SQLValue]) -> BoundSQL { BoundSQL(head + row + tail, values) }
}

extension Insertion {
    static let record = Insertion(
        core: "record", ["id", "organisation", "type", "version", "archived"], isReferredTo: true)
    static let revision = Insertion(
        core: "revision",
        [
            "number", "ledger", "index", "record", "type", "version", "action", "at", "actor_kind", "person", "auth",
            "reason", "request", "commitment", "salt", "body",
        ])
    static let link = Insertion(
        core: "link", ["from_id", "field", "to_id", "since", "from_type", "organisation", "to_organisation"])
    static let leaf = Insertion(core: "leaf", ["ledger", "index", "at", "hash", "data"])
    /// Words of a revision, separated by spaces, into SQLite's index.
    static let search = Insertion("INSERT INTO \"search\" (rowid, \"words\") VALUES ", ["rowid", "words"], owner: nil)
    /// Words of revisions, separated by spaces, into PostgreSQL's.
    static let searchWords = Insertion(
        "INSERT INTO \"search_word\" (\"ledger\", \"word\", \"revision\") SELECT r.\"ledger\", w, r.\"number\" FROM (VALUES ",
        ["ledger", "number", "words"], owner: "ledger",
        tail: ") r (\"ledger\", \"number\", \"words\"), unnest(string_to_array(r.\"words\", ' ')) w")

    private init(core table: String, _ columns: [String], isReferredTo: Bool = false) {
        let owner = columns.contains("ledger") ? "ledger" : "organisation"
        self.init(into: quoted(table), columns.map(quoted), owner: quoted(owner), isReferredTo: isReferredTo)
    }
}
