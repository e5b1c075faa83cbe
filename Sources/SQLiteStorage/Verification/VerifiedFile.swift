// The file under verification, opened read-only through SQLite's own interface: a damaged file may hold anything in any
// column, and millions of rows are compared in place, without a value made of each.
import Foundation
import GRDBSQLite
import RecordKit

/// A connection that cannot write.
final class VerifiedFile {
    private let handle: OpaquePointer
    /// `nil` if the pages can be read through SQLite alone.
    private(set) var pages: PageFile?

    /// Opens a database file, as it is at the first statement and until ``close()``.
    ///
    /// A file without a `-wal` beside it is open nowhere else and is read without leaving anything beside it, from a
    /// read-only medium, too.
    /// - Throws: ``LedgerVerifierError``.
    init(path: String) throws(LedgerVerifierError) {
        let isAlone = !FileManager.default.fileExists(atPath: path + "-wal")
        let allowed = CharacterSet.urlPathAllowed.subtracting(CharacterSet(charactersIn: "?#%"))
        guard let escaped = path.addingPercentEncoding(withAllowedCharacters: allowed) else {
            throw .notADatabase(path: path, reason: "its path cannot be written as an address")
        }
        // An absolute path needs an empty authority before it.
        let address = "file:\(escaped.hasPrefix("/") ? "//" : "")\(escaped)" + (isAlone ? "?immutable=1" : "")
        handle = try Self.open(address, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, path)
        try execute("PRAGMA trusted_schema = OFF; PRAGMA cache_size = -16000; BEGIN")
        if isAlone { pages = PageFile(path: path) }
    }

    /// An empty database in memory.
    init() throws(LedgerVerifierError) {
        handle = try Self.open(":memory:", SQLITE_OPEN_READWRITE, ":memory:")
    }

    deinit { sqlite3_close_v2(handle) }

    private static func open(_ name: String, _ flags: Int32, _ path: String) throws(LedgerVerifierError)
        -> OpaquePointer
    {
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(name, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let opened else {
            let reason = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(opened)
            throw code == SQLITE_NOTADB
                ? .notADatabase(path: path, reason: reason) : .cannotRead(code: code, reason: reason)
        }
        sqlite3_busy_timeout(opened, 5_000)
        return opened
    }

    /// - Throws: ``LedgerVerifierError``.
    func execute(_ sql: String) throws(LedgerVerifierError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code) }
    }

    /// - Throws: ``LedgerVerifierError``.
    func cursor(_ sql: String) throws(LedgerVerifierError) -> RowCursor {
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v2(handle, sql, -1, &statement, nil)
        guard code == SQLITE_OK, let statement else { throw error(code) }
        return RowCursor(statement, of: self)
    }

    /// The first column of the first row.
    /// - Throws: ``LedgerVerifierError``.
    func number(_ sql: String) throws(LedgerVerifierError) -> Int {
        let cursor = try cursor(sql)
        return try cursor.next() ? cursor.integer(0) ?? 0 : 0
    }

    fileprivate func error(_ code: Int32) -> LedgerVerifierError {
        let reason = String(cString: sqlite3_errmsg(handle))
        return switch code & 0xFF {
        case SQLITE_CORRUPT, SQLITE_NOTADB: .damaged(reason: reason)
        // "no such table: leaf"
        case SQLITE_ERROR: .otherTables(reason: reason)
        default: .cannotRead(code: code, reason: reason)
        }
    }
}

/// The rows of one statement, one at a time; bytes of a column are good until the next row.
final class RowCursor {
    private let statement: OpaquePointer
    private let file: VerifiedFile
    /// There is a row at hand.
    private(set) var hasRow = false
    // After its last row, SQLite would begin again.
    private var isAtEnd = false

    fileprivate init(_ statement: OpaquePointer, of file: VerifiedFile) {
        self.statement = statement
        self.file = file
    }
    deinit { sqlite3_finalize(statement) }

    /// Starts again with these values.
    func restart(_ values: [BoundValue]) {
        sqlite3_reset(statement)
        hasRow = false
        isAtEnd = false
        for (position, value) in values.enumerated() {
            let at = Int32(position + 1)
            // SQLite copies the bytes before it returns.
            let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
            switch value {
            case .integer(let number): sqlite3_bind_int64(statement, at, Int64(number))
            case .text(let text): sqlite3_bind_text(statement, at, text, -1, copied)
            case .bytes(let bytes):
                _ = bytes.withUnsafeBytes { sqlite3_bind_blob(statement, at, $0.baseAddress, Int32($0.count), copied) }
            }
        }
    }

    /// Goes to the next row.
    /// - Returns: `false` at the end.
    /// - Throws: ``LedgerVerifierError``.
    @discardableResult
    func next() throws(LedgerVerifierError) -> Bool {
        guard !isAtEnd else { return false }
        let code = sqlite3_step(statement)
        hasRow = code == SQLITE_ROW
        isAtEnd = !hasRow
        guard hasRow || code == SQLITE_DONE else { throw file.error(code) }
        return hasRow
    }

    /// The value itself: one call into SQLite, after which kind and content cost little.
    private func raw(_ column: Int) -> OpaquePointer? { sqlite3_column_value(statement, Int32(column)) }

    func isNull(_ column: Int) -> Bool { sqlite3_value_type(raw(column)) == SQLITE_NULL }

    /// `nil` for anything but a whole number.
    func integer(_ column: Int) -> Int? {
        let value = raw(column)
        return sqlite3_value_type(value) == SQLITE_INTEGER ? Int(sqlite3_value_int64(value)) : nil
    }

    /// `nil` for anything but a floating-point number.
    func real(_ column: Int) -> Double? {
        let value = raw(column)
        return sqlite3_value_type(value) == SQLITE_FLOAT ? sqlite3_value_double(value) : nil
    }

    /// The bytes of a text or blob; `nil` for anything else.
    func bytes(_ column: Int) -> UnsafeRawBufferPointer? {
        let value = raw(column)
        let type = sqlite3_value_type(value)
        return type == SQLITE_TEXT || type == SQLITE_BLOB ? Self.content(value) : nil
    }

    private static func content(_ value: OpaquePointer?) -> UnsafeRawBufferPointer {
        let start = sqlite3_value_blob(value)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_value_bytes(value)))
    }

    /// The bytes of a text; `nil` for anything else.
    func textBytes(_ column: Int) -> UnsafeRawBufferPointer? {
        let value = raw(column)
        return sqlite3_value_type(value) == SQLITE_TEXT ? Self.content(value) : nil
    }

    /// `nil` for anything but text; bytes that are no UTF-8 become U+FFFD.
    func text(_ column: Int) -> String? {
        textBytes(column).map { String(decoding: $0, as: UTF8.self) }
    }

    /// `nil` for anything but 16 bytes.
    func key(_ column: Int) -> Key? {
        guard let bytes = bytes(column), bytes.count == 16 else { return nil }
        return Key(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }

    /// The column as an entry of an index holds it; bytes are good until the next row.
    func value(_ column: Int) -> IndexEntries.Value {
        let raw = raw(column)
        var value = IndexEntries.Value()
        let type = sqlite3_value_type(raw)
        switch type {
        case SQLITE_NULL: break
        case SQLITE_INTEGER:
            value.kind = .number
            value.integer = sqlite3_value_int64(raw)
        case SQLITE_FLOAT: value.setReal(sqlite3_value_double(raw))
        default:
            value.kind = type == SQLITE_TEXT ? .text : .blob
            value.bytes = Self.content(raw)
        }
        return value
    }

    /// Appends a value so that bytes sort as SQLite sorts values: nothing, numbers, text, blobs. A column of a strict
    /// table has whole numbers or others, never both.
    func appendInOrder(_ column: Int, to output: inout [UInt8]) {
        let raw = raw(column)
        let type = sqlite3_value_type(raw)
        switch type {
        case SQLITE_NULL: output.append(0)
        case SQLITE_INTEGER:
            output.append(1)
            output.appendBigEndian(UInt64(bitPattern: sqlite3_value_int64(raw)) ^ 1 << 63)
        case SQLITE_FLOAT:
            output.append(1)
            let bits = sqlite3_value_double(raw).bitPattern
            output.appendBigEndian(bits >> 63 == 1 ? ~bits : bits ^ 1 << 63)
        default:
            output.append(type == SQLITE_TEXT ? 2 : 3)
            let bytes = Self.content(raw)
            if let start = bytes.baseAddress, memchr(start, 0, bytes.count) != nil {
                for byte in bytes {
                    output.append(byte)
                    if byte == 0 { output.append(0xFF) }
                }
            } else {
                output.append(contentsOf: bytes)
            }
            // Ends a value: one that goes on sorts behind.
            output.append(0)
            output.append(0)
        }
    }

    /// Whether the column is text or blob with exactly these bytes.
    func has(_ column: Int, _ wanted: [UInt8]) -> Bool {
        guard let bytes = bytes(column) else { return false }
        return wanted.withUnsafeBytes { bytes.isSame(as: $0) }
    }

    /// Whether the column is text or blob with exactly these bytes.
    func has(_ column: Int, _ wanted: String) -> Bool {
        guard let bytes = bytes(column) else { return false }
        var wanted = wanted
        return wanted.withUTF8 { bytes.isSame(as: UnsafeRawBufferPointer($0)) }
    }
}

extension UnsafeRawBufferPointer {
    func isSame(as other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        guard let own = baseAddress, let theirs = other.baseAddress else { return count == 0 }
        return memcmp(own, theirs, count) == 0
    }

    /// Where other bytes stand last.
    func lastPlace(of wanted: [UInt8]) -> Int? {
        wanted.withUnsafeBytes { wanted in
            var place = count - wanted.count
            while place >= 0 {
                if self[place] == wanted[0],
                    UnsafeRawBufferPointer(rebasing: self[place..<(place + wanted.count)]).isSame(as: wanted)
                {
                    return place
                }
                place -= 1
            }
            return nil
        }
    }
}

/// A value to bind.
enum BoundValue {
    case integer(Int)
    case text(String)
    case bytes([UInt8])
}

/// A UUID as two numbers: compared as SQLite compares the 16 bytes, without a call per byte.
struct Key: Hashable, Comparable {
    let high: UInt64
    let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
    init(_ id: UUID) {
        self = withUnsafeBytes(of: id.uuid) { bytes in
            Key(
                high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }
    /// The ledger of the server.
    static let server = Key(high: 0, low: 0)

    var bytes: [UInt8] {
        withUnsafeBytes(of: high.bigEndian) { Array($0) } + withUnsafeBytes(of: low.bigEndian) { Array($0) }
    }
    var id: UUID {
        var raw = UUID.unset.uuid
        withUnsafeMutableBytes(of: &raw) { $0.copyBytes(from: bytes) }
        return UUID(uuid: raw)
    }
    static func < (a: Key, b: Key) -> Bool { a.high != b.high ? a.high < b.high : a.low < b.low }
}
