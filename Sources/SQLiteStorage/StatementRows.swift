// Rows read through SQLite's own interface: a list of fifty records has a thousand columns, and a value in between for
// each of them costs more than the search for the rows.
import Foundation
import GRDB
import GRDBSQLite
import RecordKit
import Storage

/// A type that a column is read as.
protocol ColumnValue {
    static func read(_ rows: StatementRows, _ column: Int32) -> Self
}

/// One run of a statement, and the row at hand. Whoever makes it ends it: a statement that is under way holds its
/// snapshot.
final class StatementRows {
    fileprivate let statement: OpaquePointer
    private let connection: OpaquePointer
    /// Keeps the statement.
    private let owner: Statement
    private let sql: String
    /// A column held something that its type cannot be read from.
    fileprivate var damagedColumn: Int32?

    /// - Parameter isAlone: `false` for a text that may be under way already: the same statement cannot run twice at
    ///   once, so that it gets one of its own.
    init(_ db: Database, _ sql: BoundSQL, isAlone: Bool = true) throws {
        owner = isAlone ? try db.cachedStatement(sql: sql.text) : try db.makeStatement(sql: sql.text)
        guard let connection = db.sqliteConnection else { throw StoreError.unavailable("the database is closed") }
        self.connection = connection
        self.sql = sql.text
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

    /// - Throws: ``StoreError/unavailable`` if a column of the row at hand could not be read as its type.
    func check() throws {
        if let damagedColumn { throw StoreError.unavailable("column \(damagedColumn) is damaged: \(sql)") }
    }

    /// Frees the snapshot, and the memory of what was bound.
    func end() {
        sqlite3_reset(statement)
        sqlite3_clear_bindings(statement)
    }

    private func error(_ code: Int32) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(connection)), sql: sql)
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

    subscript<T: ColumnValue>(_ column: Int) -> T { T.read(self, Int32(column)) }

    func isNull(_ column: Int) -> Bool { sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL }

    /// The bytes of a text or blob, good until the next row.
    func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        let start = sqlite3_column_blob(statement, column)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column)))
    }

    /// How a column stands to that of another statement's row, in the order in which SQLite sorts both.
    func compare(_ column: Int, with other: StatementRows) -> Int {
        let column = Int32(column)
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER:
            let (a, b) = (sqlite3_column_int64(statement, column), sqlite3_column_int64(other.statement, column))
            return a == b ? 0 : a < b ? -1 : 1
        case SQLITE_FLOAT:
            let (a, b) = (sqlite3_column_double(statement, column), sqlite3_column_double(other.statement, column))
            return a == b ? 0 : a < b ? -1 : 1
        default:
            let (a, b) = (bytes(column), other.bytes(column))
            if let first = a.baseAddress, let second = b.baseAddress {
                let order = Int(memcmp(first, second, min(a.count, b.count)))
                if order != 0 { return order }
            }
            return a.count - b.count
        }
    }
}

extension Int: ColumnValue {
    static func read(_ rows: StatementRows, _ column: Int32) -> Int {
        Int(sqlite3_column_int64(rows.statement, column))
    }
}
extension Int64: ColumnValue {
    static func read(_ rows: StatementRows, _ column: Int32) -> Int64 { sqlite3_column_int64(rows.statement, column) }
}
extension Bool: ColumnValue {
    static func read(_ rows: StatementRows, _ column: Int32) -> Bool {
        sqlite3_column_int64(rows.statement, column) != 0
    }
}
extension String: ColumnValue {
    static func read(_ rows: StatementRows, _ column: Int32) -> String {
        String(decoding: rows.bytes(column), as: UTF8.self)
    }
}
extension [UInt8]: ColumnValue {
    static func read(_ rows: StatementRows, _ column: Int32) -> [UInt8] { Array(rows.bytes(column)) }
}
extension UUID: ColumnValue {
    static func read(_ rows: StatementRows, _ column: Int32) -> UUID {
        let bytes = rows.bytes(column)
        guard bytes.count == 16 else {
            rows.damagedColumn = column
            return .unset
        }
        return UUID(uuid: bytes.loadUnaligned(as: uuid_t.self))
    }
}
extension Optional: ColumnValue where Wrapped: ColumnValue {
    static func read(_ rows: StatementRows, _ column: Int32) -> Wrapped? {
        sqlite3_column_type(rows.statement, column) == SQLITE_NULL ? nil : Wrapped.read(rows, column)
    }
}
