// What the statements of the store need of a database: a connection that runs them, and rows that are read by column.
package import Foundation
import RecordKit

/// Whose rows a statement may touch. A database with row-level security holds every statement to it.
package enum SQLScope: Sendable, Hashable {
    /// One organisation and what is shared; `nil` is what is shared alone.
    case organisation(UUID?)
    /// Everything: only what the server does for itself.
    case server
}

/// One connection, within one transaction. It is used by one thread at a time.
package protocol SQLConnection: AnyObject {
    var dialect: Dialect { get }
    /// Whose rows the statements that follow are about.
    func enter(_ scope: SQLScope)
    /// Runs a statement and hands out its rows.
    /// - Parameter isAlone: `false` for a text that may be under way already: the same prepared statement cannot run
    ///   twice at once, so that it gets one of its own.
    /// - Throws: the error of the database.
    func rows(_ sql: BoundSQL, isAlone: Bool) throws -> any SQLRows
    /// Runs statements whose rows are read side by side, in as few round trips as will do.
    /// - Returns: the rows of each.
    /// - Throws: the error of the database; nothing is open then.
    func rows(of statements: [BoundSQL]) throws -> [any SQLRows]
    /// Runs a statement whose rows nobody wants. It may wait until the next rows are asked for, or the end of the
    /// transaction; so may its error.
    func run(_ sql: BoundSQL) throws
    /// Inserts a row that nothing of another organisation can see before the end of the transaction. It may wait for
    /// others, to go with them in one statement.
    func insert(_ row: [SQLValue], _ insertion: Insertion) throws
    /// Runs a part that is undone by itself if it throws.
    func inSavepoint(_ body: () throws -> Void) throws
    /// The number of the next revision; `nil` where the database gives it on insertion.
    func nextRevisionNumber() throws -> Int64?
    /// The number that the database gave last.
    var lastRevisionNumber: Int64 { get }
    /// A database error in the words of the store; other errors pass as they are.
    func named(_ error: any Error) -> any Error
    /// What imports that are under way are marked with: the node that works on them; `nil` where there is only one.
    var node: UUID? { get }
}

extension SQLConnection {
    package func insert(_ row: [SQLValue], _ insertion: Insertion) throws { try run(insertion.statement(row)) }

    /// Puts the words of a revision into the index.
    func indexWords(_ words: [String], revision number: Int64, ledger: UUID) throws {
        guard !words.isEmpty else { return }
        let (insertion, row) = dialect.indexing(words, revision: number, ledger: ledger)
        try insert(row, insertion)
    }
}

/// The rows of one run of a statement, and the row at hand. Whoever asked for it ends it: a statement that is under way
/// may hold its snapshot.
package protocol SQLRows: AnyObject {
    /// Goes to the next row.
    /// - Returns: `false` at the end.
    /// - Throws: the error of the database, and what ``check()`` throws for the row before.
    func next() throws -> Bool
    /// Frees what the statement holds.
    func end()
    func isNull(_ column: Int) -> Bool
    func integer(_ column: Int) -> Int64
    func real(_ column: Int) -> Double
    /// The bytes of a text, an identifier or bytes, good until the next row.
    func bytes(_ column: Int) -> UnsafeRawBufferPointer
    /// How a column stands to that of another statement's row, in the order in which the database sorts both.
    func compare(_ column: Int, with other: any SQLRows) -> Int
    /// A column held something that its type cannot be read from.
    var damagedColumn: Int? { get set }
    /// The statement, for errors.
    var text: String { get }
}

extension SQLRows {
    /// A column of the row at hand as a type of Swift.
    package subscript<T: ColumnValue>(_ column: Int) -> T { T.read(self, column) }

    /// - Throws: ``StoreError/unavailable(_:)`` if a column of the row at hand could not be read as its type.
    package func check() throws(StoreError) {
        if let damagedColumn { throw .unavailable("column \(damagedColumn) is damaged: \(text)") }
    }
}

/// A type that a column is read as.
package protocol ColumnValue {
    static func read(_ rows: some SQLRows, _ column: Int) -> Self
}

extension Int: ColumnValue {
    package static func read(_ rows: some SQLRows, _ column: Int) -> Int { Int(rows.integer(column)) }
}
extension Int64: ColumnValue {
    package static func read(_ rows: some SQLRows, _ column: Int) -> Int64 { rows.integer(column) }
}
extension Bool: ColumnValue {
    package static func read(_ rows: some SQLRows, _ column: Int) -> Bool { rows.integer(column) != 0 }
}
extension String: ColumnValue {
    package static func read(_ rows: some SQLRows, _ column: Int) -> String {
        String(decoding: rows.bytes(column), as: UTF8.self)
    }
}
extension [UInt8]: ColumnValue {
    package static func read(_ rows: some SQLRows, _ column: Int) -> [UInt8] { Array(rows.bytes(column)) }
}
extension UUID: ColumnValue {
    package static func read(_ rows: some SQLRows, _ column: Int) -> UUID {
        let bytes = rows.bytes(column)
        guard bytes.count == 16 else {
            rows.damagedColumn = column
            return .unset
        }
        return UUID(uuid: bytes.loadUnaligned(as: uuid_t.self))
    }
}
extension Optional: ColumnValue where Wrapped: ColumnValue {
    package static func read(_ rows: some SQLRows, _ column: Int) -> Wrapped? {
        rows.isNull(column) ? nil : Wrapped.read(rows, column)
    }
}
