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

    /// The database holds records or accounts already.
    package struct NotEmpty: Error {}

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

    /// Fills a database that holds nothing yet, whole or not at all. Nodes that start meanwhile wait.
    /// - Parameter body: Fills it, and may read what it wrote.
    /// - Throws: ``NotEmpty``, ``StoreError/unavailable(_:)``, and what the body throws.
    package func fill(_ body: (any SQLConnection) throws -> Void) throws {
        do {
            try connection.begin(isReading: false)
            do {
                try connection.run(BoundSQL("SET LOCAL statement_timeout = 0"))
                try connection.run(BoundSQL("SET LOCAL lock_timeout = 0"))
                try connection.run(BoundSQL("SELECT pg_advisory_xact_lock(?)", [.integer(PostgresMigrations.lock)]))
                connection.enter(.server)
                let known = try connection.fetch(
                    BoundSQL("SELECT EXISTS (SELECT 1 FROM \"record\")::int, EXISTS (SELECT 1 FROM \"account\")::int"))
                guard try known.next(), !(known[0] as Bool), !(known[1] as Bool) else {
                    throw NotEmpty()
                }
                try body(connection)
                try connection.commit()
            } catch {
                if !connection.isBroken { try connection.rollback() }
                throw error
            }
            // Without statistics the first lists are slow.
            try run("ANALYZE")
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
