// The statements of the store on a connection of GRDB.
import Foundation
import GRDB
import RecordKit
import Storage

/// One connection to the file, within one transaction.
final class SQLiteConnection: SQLConnection {
    private let db: Database
    init(_ db: Database) { self.db = db }

    let dialect = Dialect.sqlite
    /// The file has one node: what it left behind when it stopped is nobody else's.
    let node: UUID? = nil

    /// A statement names the organisation; nothing else holds it back.
    func enter(_ scope: SQLScope) {}

    func rows(_ sql: BoundSQL, isAlone: Bool) throws -> any SQLRows {
        try StatementRows(db, sql, isAlone: isAlone)
    }

    func rows(of statements: [BoundSQL]) throws -> [any SQLRows] {
        var texts: Set<String> = []
        var open: [any SQLRows] = []
        do {
            for sql in statements { open.append(try rows(sql, isAlone: texts.insert(sql.text).inserted)) }
        } catch {
            for rows in open { rows.end() }
            throw error
        }
        return open
    }

    func run(_ sql: BoundSQL) throws {
        let rows = try StatementRows(db, sql)
        defer { rows.end() }
        while try rows.next() {}
    }

    func inSavepoint(_ body: () throws -> Void) throws {
        try db.inSavepoint {
            try body()
            return .commit
        }
    }

    func nextRevisionNumber() throws -> Int64? { nil }
    var lastRevisionNumber: Int64 { db.lastInsertedRowID }

    func named(_ error: any Error) -> any Error { StoreError.from(error) }
}

extension StoreError {
    /// A database error in the words of the store; `StoreError`s and errors of verbs pass as they are.
    static func from(_ error: any Error) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        // "UNIQUE constraint failed: index 'control__unique_code'"
        if error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE, let message = error.message,
            let name = message.split(separator: "'").dropFirst().first,
            let taken = StoreError.refusal(byIndex: String(name))
        {
            return taken
        }
        let passing: [ResultCode] = [.SQLITE_FULL, .SQLITE_IOERR, .SQLITE_BUSY, .SQLITE_NOMEM]
        return passing.contains(error.resultCode)
            ? StoreError.away("database: \(error)") : StoreError.unavailable("database: \(error)")
    }
}
