// Rows of PostgreSQL: fetched whole, in its binary form, and read in place.
import CPostgres
import Foundation
import RecordKit
import Storage

/// The rows of one statement.
final class PostgresRows: SQLRows {
    private let result: OpaquePointer
    private let count: Int32
    private var row: Int32 = -1
    let text: String
    var damagedColumn: Int?

    /// Takes the result over.
    init(_ result: OpaquePointer, _ text: String) {
        self.result = result
        self.text = text
        count = PQntuples(result)
    }
    deinit { PQclear(result) }

    func next() throws -> Bool {
        try check()
        row += 1
        return row < count
    }

    func end() {}

    func isNull(_ column: Int) -> Bool { PQgetisnull(result, row, Int32(column)) != 0 }

    func integer(_ column: Int) -> Int64 {
        let bytes = bytes(column)
        switch bytes.count {
        case 8: return Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
        case 4: return Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
        case 2: return Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
        case 1: return Int64(bytes[0])
        case 0 where isNull(column): return 0
        default:
            damagedColumn = column
            return 0
        }
    }

    func bytes(_ column: Int) -> UnsafeRawBufferPointer {
        let column = Int32(column)
        return UnsafeRawBufferPointer(
            start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column)))
    }

    func compare(_ column: Int, with rows: any SQLRows) -> Int {
        guard let other = rows as? PostgresRows else { preconditionFailure("rows of two databases") }
        switch PQftype(result, Int32(column)) {
        case PostgresType.integer:
            let (a, b) = (integer(column), other.integer(column))
            return a == b ? 0 : a < b ? -1 : 1
        case PostgresType.real:
            let (a, b) = (real(column), other.real(column))
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

    func real(_ column: Int) -> Double {
        Double(bitPattern: UInt64(bitPattern: integer(column)))
    }
}

/// Object ids of the types that values are sent as (`pg_type.dat`).
enum PostgresType {
    static let unknown: Oid = 0
    static let bytes: Oid = 17
    static let integer: Oid = 20
    static let text: Oid = 25
    static let real: Oid = 701
    static let identifier: Oid = 2950
}
