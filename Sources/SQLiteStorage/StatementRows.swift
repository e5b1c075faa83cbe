// Rows read through SQLite's own interface: a list of fifty records has a thousand columns, and a value in between for
// each of them costs more than the search for the rows.
import Foundation
import GRDB
import GRDBSQLite
import RecordKit
import Storage

/// One run of a statement, and the row at hand. Whoever makes it ends it: a statement that is under way holds its
/// snapshot.
final class StatementRows: SQLRows {
    private let statement: OpaquePointer
    private let connection: OpaquePointer
    /// Keeps the statement.
    private let owner: Statement
    let text: String
    var damagedColumn: Int?

    /// - Parameter isAlone: `false` for a text that may be under way already: the same statement cannot run twice at
    ///   once, so that it gets one of its own.
    init(_ db: Database, _ sql: BoundSQL, isAlone: Bool = true) throws {
        owner = isAlone ? try db.cachedStatement(sql: sql.text) : try db.makeStatement(sql: sql.text)
        guard let connection = db.sqliteConnection else { throw StoreError.unavailable("the database is closed") }
        self.connection = connection
        text = sql.text
        statement = owner.sqliteStatement
        sqlite3_reset(statement)
        let wanted = Int(sqlite3_bind_parameter_count(statement))
        precondition(wanted == sql.values.count, "\(sql.values.count) values for \(wanted) places: \(sql.text)")
        for (position, value) in sql.values.enumerated() {
            let code = bind(value, Int32(position + 1))
            guard code == SQLITE_OK else { throw error(code) }
        }
    }

    /// Goes to the next row.
    /// - Returns: `false` at the end.
    func next() throws -> Bool {
        try check()
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw error(code)
        }
    }

    /// Frees the snapshot, and the memory of what was bound.
    func end() {
        sqlite3_reset(statement)
        sqlite3_clear_bindings(statement)
    }

    private func error(_ code: Int32) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(connection)), sql: text)
    }

    private func bind(_ value: SQLValue, _ at: Int32) -> Int32 {
        // SQLite copies the bytes before it returns.
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        switch value {
        case .null: return sqlite3_bind_null(statement, at)
        case .integer(let number): return sqlite3_bind_int64(statement, at, number)
        case .real(let number): return sqlite3_bind_double(statement, at, number)
        case .text(var text):
            let count = Int32(text.utf8.count)
            guard count > 0 else { return sqlite3_bind_text(statement, at, "", 0, copied) }
            return text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    sqlite3_bind_text(statement, at, $0.baseAddress, count, copied)
                }
            }
        case .identifier(let id):
            return withUnsafeBytes(of: id.uuid) { sqlite3_bind_blob(statement, at, $0.baseAddress, 16, copied) }
        case .bytes(let bytes):
            guard !bytes.isEmpty else { return sqlite3_bind_zeroblob(statement, at, 0) }
            return bytes.withUnsafeBytes {
                sqlite3_bind_blob(statement, at, $0.baseAddress, Int32($0.count), copied)
            }
        }
    }

    // MARK: The row at hand

    func isNull(_ column: Int) -> Bool { sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL }

    func integer(_ column: Int) -> Int64 { sqlite3_column_int64(statement, Int32(column)) }

    func real(_ column: Int) -> Double { sqlite3_column_double(statement, Int32(column)) }

    func bytes(_ column: Int) -> UnsafeRawBufferPointer {
        let column = Int32(column)
        let start = sqlite3_column_blob(statement, column)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column)))
    }

    func compare(_ position: Int, with rows: any SQLRows) -> Int {
        guard let other = rows as? StatementRows else { preconditionFailure("rows of two databases") }
        let column = Int32(position)
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER:
            let (a, b) = (sqlite3_column_int64(statement, column), sqlite3_column_int64(other.statement, column))
            return a == b ? 0 : a < b ? -1 : 1
        case SQLITE_FLOAT:
            let (a, b) = (sqlite3_column_double(statement, column), sqlite3_column_double(other.statement, column))
            return a == b ? 0 : a < b ? -1 : 1
        default:
            let (a, b) = (bytes(position), other.bytes(position))
            if let first = a.baseAddress, let second = b.baseAddress {
                let order = Int(memcmp(first, second, min(a.count, b.count)))
                if order != 0 { return order }
            }
            return a.count - b.count
        }
    }
}
