// What differs between databases in the statements of the store. Everything else is written once.
import Foundation
package import RecordKit

/// The database that statements are made for. Every statement marks its values with `?`; a connection writes them in the
/// way of its database.
package enum Dialect: Sendable, Hashable {
    /// SQLite 3.40: identifiers are 16-byte blobs, booleans 0 and 1, tables are strict.
    case sqlite
    /// PostgreSQL 15 and later: identifiers are `uuid`, booleans 0 and 1 in a `bigint`, texts compare bytewise.
    case postgres

    // MARK: Types

    package var identifierType: String { self == .sqlite ? "BLOB" : "uuid" }
    package var integerType: String { self == .sqlite ? "INTEGER" : "bigint" }
    package var realType: String { self == .sqlite ? "REAL" : "double precision" }
    package var textType: String { self == .sqlite ? "TEXT" : "text COLLATE \"C\"" }
    package var bytesType: String { self == .sqlite ? "BLOB" : "bytea" }
    /// What ends the statement that makes a table.
    package var tableEnd: String { self == .sqlite ? " STRICT" : "" }

    /// A statement of the fixed tables in this database's types. It is written with `IDENTIFIER`, `BYTES`, `INTEGER`,
    /// `TEXT` and the ends of SQLite's tables; names of tables and columns are in lower case.
    func definition(_ template: String) -> String {
        let types = template.replacing("IDENTIFIER", with: identifierType).replacing("BYTES", with: bytesType)
        guard self == .postgres else { return types }
        return types.replacing("INTEGER", with: integerType).replacing("TEXT", with: textType)
            .replacing(") STRICT, WITHOUT ROWID", with: ")").replacing(") STRICT", with: ")")
            .replacing("\"owner\", x''", with: "\"owner\", \(Self.unset)").replacing("ifnull(", with: "coalesce(")
    }

    // MARK: Expressions

    /// The identifier that stands for none where a key must not be null.
    private static let unset = "'00000000-0000-0000-0000-000000000000'::uuid"

    /// A nullable identifier as a part of a unique key, in which shared records share one value.
    func keyOf(_ expression: String) -> String {
        self == .sqlite ? "ifnull(\(expression), x'')" : "coalesce(\(expression), \(Self.unset))"
    }
    /// The value of ``keyOf(_:)``.
    func key(_ id: UUID?) -> SQLValue {
        id.map { .identifier($0) } ?? (self == .sqlite ? .bytes([]) : .identifier(.unset))
    }

    /// A condition that the text in a column has another text in it, which is bound.
    func isPart(of column: String) -> String {
        self == .sqlite ? "instr(\(column), ?) > 0" : "strpos(\(column), ?) > 0"
    }

    /// How many octal digits `until - since` has, as indexes and statements write it.
    /// - Parameter alias: What a statement calls the table.
    func lifetimeClass(of alias: String? = nil) -> String {
        let table = alias.map { $0 + "." } ?? ""
        return self == .sqlite ? "length(printf('%o', \(table)\"until\" - \(table)\"since\"))" : "\(table)\"lifetime\""
    }

    /// The column of every record table that holds ``lifetimeClass(of:)``. PostgreSQL searches an index by no expression
    /// that might tell what row-level security hides, but by a column.
    var lifetimeColumn: String? {
        guard self == .postgres else { return nil }
        let bounds = (0...20).map { "\(1 << (3 * $0))" }.joined(separator: ",")
        return "\"lifetime\" integer GENERATED ALWAYS AS "
            + "(width_bucket(\"until\" - \"since\", '{\(bounds)}'::bigint[])) STORED"
    }

    /// How a statement is held to an index; PostgreSQL chooses by its statistics.
    func hint(_ text: String) -> String { self == .sqlite ? text : "" }

    /// Seconds after which a node that says nothing is taken for gone.
    package static let nodeSecondsMax = 30

    /// The further condition that no node works on an import any more. One node's store was stopped if it starts.
    var isAbandonedImport: String {
        self == .sqlite
            ? ""
            : " AND NOT EXISTS (SELECT 1 FROM \"import_node\" i JOIN \"node\" n ON n.\"id\" = i.\"node\" "
                + "WHERE i.\"import\" = \"import\".\"id\" "
                + "AND n.\"seen_at\" > now() - interval '\(Self.nodeSecondsMax) seconds')"
    }

    /// Running jobs that nobody works on any more. Where there is only one process, these are all, at its start.
    var isAbandonedJob: String {
        self == .sqlite
            ? ""
            : " AND NOT EXISTS (SELECT 1 FROM \"node\" n WHERE n.\"id\" = \"job\".\"node\" "
                + "AND n.\"seen_at\" > now() - interval '\(Self.nodeSecondsMax) seconds')"
    }

    /// What keeps the rows of a query as they are until the end of the transaction; SQLite has one writer at a time.
    var rowLock: String { self == .sqlite ? "" : " FOR UPDATE" }

    /// The same, leaving out rows that somebody else keeps.
    var skippingLockedRows: String { self == .sqlite ? "" : " FOR UPDATE SKIP LOCKED" }

    // MARK: Search

    /// Revision numbers whose words begin with each of the words.
    /// - Parameter ledgers: Whose revisions; SQLite's index does not know and leaves it to the rest of the statement.
    func search(_ words: some Collection<String>, in ledgers: [UUID]) -> BoundSQL {
        switch self {
        case .sqlite:
            return BoundSQL("SELECT rowid FROM \"search\" WHERE \"search\" MATCH ?", [.text(Self.match(words))])
        case .postgres:
            return words.enumerated().reduce(BoundSQL("")) { sql, each in
                sql + BoundSQL(each.offset > 0 ? " INTERSECT " : "") + Self.revisions(each.element, in: ledgers)
            }
        }
    }

    /// What FTS5 is asked for.
    static func match(_ words: some Collection<String>) -> String {
        words.map { "\"\($0)\" *" }.joined(separator: " ")
    }

    private static func revisions(_ word: String, in ledgers: [UUID]) -> BoundSQL {
        let first = Self.indexed(word)
        // No word has the last of all characters: it is not assigned.
        return BoundSQL(
            "SELECT w.\"revision\" FROM \"search_word\" w WHERE w.\"ledger\" IN (\(marks(ledgers.count))) "
                + "AND w.\"word\" >= ? AND w.\"word\" < ?",
            ledgers.map { .identifier($0) } + [.text(first), .text(first + "\u{10FFFF}")])
    }

    /// Bytes of a word in PostgreSQL's index; an entry of a B-tree holds some 2,700.
    static let wordBytesMax = 500

    /// A word as PostgreSQL's index has it.
    static func indexed(_ word: String) -> String {
        guard word.utf8.count > wordBytesMax else { return word }
        var end = word.utf8.index(word.utf8.startIndex, offsetBy: wordBytesMax)
        while String.Index(end, within: word.unicodeScalars) == nil { end = word.utf8.index(before: end) }
        return String(word[..<end])
    }

    /// Puts the words of a revision into the index.
    func indexing(_ words: [String], revision number: Int64, ledger: UUID) -> (insertion: Insertion, row: [SQLValue]) {
        switch self {
        case .sqlite: (.search, [.integer(number), .text(words.joined(separator: " "))])
        case .postgres:
            (
                .searchWords,
                [
                    .identifier(ledger), .integer(number),
                    .text(Set(words.map(Self.indexed)).sorted().joined(separator: " ")),
                ]
            )
        }
    }

    /// Takes the words of a revision out of the index. SQLite's keeps no content: they must be said once more.
    func unindexing(_ words: [String], revision number: Int64, ledger: UUID) -> BoundSQL {
        switch self {
        case .sqlite:
            BoundSQL(
                "INSERT INTO \"search\" (\"search\", rowid, \"words\") VALUES ('delete', ?, ?)",
                [.integer(number), .text(words.joined(separator: " "))])
        case .postgres:
            BoundSQL(
                "DELETE FROM \"search_word\" WHERE \"ledger\" = ? AND \"revision\" = ? "
                    + "AND \"word\" = ANY (string_to_array(?, ' '))",
                [
                    .identifier(ledger), .integer(number),
                    .text(Set(words.map(Self.indexed)).sorted().joined(separator: " ")),
                ])
        }
    }
}

extension Dialect {
    package func columnType(_ kind: FieldKind) -> String {
        switch kind {
        case .text, .choice, .json, .file, .decimal: textType
        case .integer, .bool, .day, .time: integerType
        case .reference: identifierType
        case .links: bytesType
        }
    }
    package func keyType(_ kind: FieldKind) -> String {
        switch kind {
        case .choice: integerType
        case .decimal: realType
        default: textType
        }
    }
}
