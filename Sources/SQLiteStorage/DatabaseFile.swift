// A database file that no server has open: a copy that is made, read, moved, and thrown away or put into place.
import Foundation
package import GRDB
package import RecordKit
package import Storage

/// Work on whole database files.
package enum DatabaseFile {
    private static func queue(_ path: String, readonly: Bool = false) throws -> DatabaseQueue {
        var configuration = GRDB.Configuration()
        configuration.foreignKeysEnabled = false
        configuration.readonly = readonly
        configuration.busyMode = .timeout(30)
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Writes a consistent copy of a database that another process may have open and write to: as of one moment, and
    /// without what was deleted. Writers do not wait; the write-ahead log grows until the copy is made.
    /// - Throws: ``StoreError`` if it is not a database, is busy, or the disk is full.
    package static func copy(from path: String, to copy: String) throws {
        guard FileManager.default.fileExists(atPath: path) else {
            throw StoreError.unavailable("\(path): no such file")
        }
        do {
            let queue = try queue(path, readonly: true)
            try queue.writeWithoutTransaction { db in try db.execute(sql: "VACUUM INTO ?", arguments: [copy]) }
            try queue.close()
        } catch { throw StoreError.from(error) }
    }

    /// Makes a new file with the tables of the present version and fills it, without flushes and without looking at
    /// foreign keys: a file that is not whole is thrown away.
    /// - Parameter migrator: The frozen migrations; without them the tables are what the schemas ask for, and the file
    ///   is good for reading only.
    /// - Throws: a `DatabaseError`, and what the body throws.
    package static func fill(
        path: String, schemas: [AnySchema], migrator: DatabaseMigrator? = nil,
        _ body: (any SQLConnection) throws -> Void
    ) throws {
        let queue = try queue(path)
        try queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; PRAGMA cache_size = -64000")
        }
        try migrator?.migrate(queue)
        try queue.write { db in
            if migrator == nil {
                for statement in SQLiteStore.definition(schemas) { try db.execute(sql: statement) }
            }
            try body(SQLiteConnection(db))
        }
        try queue.close()
    }

    /// Reads a file as of one moment.
    package static func read<T>(_ path: String, _ body: (any SQLConnection) throws -> T) throws -> T {
        let queue = try queue(path, readonly: true)
        let result = try queue.read { db in try body(SQLiteConnection(db)) }
        try queue.close()
        return result
    }

    /// Brings a file up to date, changes it in one transaction, and leaves nothing beside it.
    /// - Throws: ``StoreError/unavailable(_:)`` for a file of a later version of Concord; a `DatabaseError`.
    package static func update(
        _ path: String, migrator: DatabaseMigrator, _ body: (any SQLConnection) throws -> Void = { _ in }
    ) throws {
        let queue = try queue(path)
        guard try !queue.read({ try migrator.hasBeenSuperseded($0) }) else {
            throw StoreError.unavailable("the database is of a later version of Concord")
        }
        try migrator.migrate(queue)
        try queue.write { db in try body(SQLiteConnection(db)) }
        try queue.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA journal_mode = DELETE") }
        try queue.close()
    }

    /// The migrations that a file has been through.
    package static func migrations(of path: String) throws -> [String] {
        try queue(path, readonly: true).read { db in
            try String.fetchAll(db, sql: "SELECT identifier FROM grdb_migrations ORDER BY rowid")
        }
    }
}
