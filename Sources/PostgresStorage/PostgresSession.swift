// A plain connection, for what is no business of the store: looking after the database, and trying its walls.
import Foundation
package import Storage

/// A connection that runs statements as they are written.
package final class PostgresSession {
    private let connection: PostgresConnection

    /// - Throws: ``StoreError/unavailable(_:)``, without any password.
    package init(_ address: PostgresAddress) throws {
        do {
            connection = try PostgresConnection(address, node: nil, application: "concord-session")
        } catch let error as PostgresError {
            throw error.named
        }
    }
    deinit { connection.close() }

    /// Reads everything as of one moment, over all organisations.
    /// - Throws: ``StoreError/unavailable(_:)``, and what the body throws.
    package func snapshot(_ body: (any SQLConnection) throws -> Void) throws {
        do {
            try connection.begin(isReading: true)
            // A large table takes longer than any request may.
            try connection.run(BoundSQL("SET LOCAL statement_timeout = 0"))
            try body(connection)
            try connection.rollback()
        } catch let error as PostgresError { throw error.named }
    }

    /// Runs statements; the last one's rows are returned as text.
    @discardableResult
    package func run(_ statements: String) throws -> [[String?]] {
        do { return try connection.outside { try $0(statements) } } catch let error as PostgresError {
            throw error.named
        }
    }
}
