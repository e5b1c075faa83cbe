// The frozen migrations of a PostgreSQL database, in order. A migration that has shipped is never changed.
import Foundation
package import RecordKit
import Storage

/// The steps from an empty database to the present tables.
package enum PostgresMigrations {
    package static let names = [
        "0001_foundation", "0002_jobs", "0003_fewer_indexes", "0004_fewer_writes", "0005_lists_of_the_past",
        "0006_request_budgets",
    ]
    /// What holds up a second node that migrates at the same time; "concord" in ASCII.
    static let lock: Int64 = 0x63_6F6E_636F_7264

    /// Every statement that an empty database needs.
    package static func definition(_ schemas: [AnySchema]) -> [String] {
        let layouts = Layouts(schemas, .postgres)
        return layouts.definition + RowSecurity.statements(layouts)
    }

    /// The text of a migration.
    /// - Throws: if the file is missing from the installation.
    package static func text(_ name: String) throws -> String {
        guard
            let file = Bundle.module.url(
                forResource: name, withExtension: "sql", subdirectory: "Migrations")
        else {
            throw CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: "Migrations/\(name).sql"])
        }
        return try String(contentsOf: file, encoding: .utf8)
    }

    /// Brings a database up to date; nodes that do it at the same time wait for each other.
    /// - Parameter schemas: If given, an empty database gets the tables that these ask for instead of those of the
    ///   migrations, as tests with record types of their own need it.
    /// - Returns: The names of the migrations that were carried out.
    /// - Throws: ``StoreError/unavailable(_:)``, also for a database of a later version of Concord, and for a role that
    ///   row-level security does not hold.
    @discardableResult
    package static func migrate(_ address: PostgresAddress, schemas: [AnySchema]? = nil) throws
        -> [String]
    {
        do {
            let worker = PostgresWorker(address, node: nil)
            defer { worker.close() }
            let connection = try worker.connection()
            return try connection.outside { try migrate($0, connection.serverVersion, schemas) }
        } catch let error as PostgresError { throw error.named }
    }

    /// - Throws: ``StoreError/unavailable(_:)`` unless the tables are those of this version.
    package static func check(_ address: PostgresAddress) throws {
        do {
            let worker = PostgresWorker(address, node: nil)
            defer { worker.close() }
            let known = try worker.connection().outside { run in
                let isThere = try run("SELECT to_regclass('migration')").first?[0] != nil
                return isThere ? Set(try run("SELECT \"name\" FROM \"migration\"").compactMap { $0[0] }) : []
            }
            if let missing = names.first(where: { !known.contains($0) }) {
                throw StoreError.unavailable("the database lacks the migration \(missing): run concord migrate first")
            }
            if let later = known.subtracting(names).min() {
                throw StoreError.unavailable("the database has the migration \(later) of a later version of Concord")
            }
        } catch let error as PostgresError { throw error.named }
    }

    private static func migrate(
        _ run: (String) throws -> [[String?]], _ version: Int, _ schemas: [AnySchema]?
    ) throws -> [String] {
        guard version >= 150_000 else {
            throw StoreError.unavailable(
                "PostgreSQL 15 or later is needed; this server is \(version / 10_000)")
        }
        guard try run("SHOW server_encoding").first?[0] == "UTF8" else {
            throw StoreError.unavailable("the encoding of the database must be UTF8")
        }
        let role = try run(
            "SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        guard role.first?[1] == "f" else {
            throw StoreError.unavailable(
                "the role \(role.first?[0] ?? "") is not held by row-level security: connect as a role "
                    + "that is neither superuser nor BYPASSRLS")
        }
        _ = try run("SET lock_timeout = 0; SET statement_timeout = 0")
        _ = try run("BEGIN; SELECT pg_advisory_xact_lock(\(lock))")
        do {
            let done = try step(run, schemas)
            _ = try run("COMMIT")
            return done
        } catch {
            _ = try run("ROLLBACK")
            throw error
        }
    }

    private static func step(_ run: (String) throws -> [[String?]], _ schemas: [AnySchema]?) throws
        -> [String]
    {
        if let schemas {
            let known = try run("SELECT to_regclass('record')")
            guard known.first?[0] == nil else { return [] }
            for statement in definition(schemas) { _ = try run(statement) }
            return ["definition"]
        }
        _ = try run(
            "CREATE TABLE IF NOT EXISTS \"migration\" (\"name\" text PRIMARY KEY, \"at\" timestamptz NOT NULL)"
        )
        let known = Set(try run("SELECT \"name\" FROM \"migration\"").compactMap { $0[0] })
        if let later = known.subtracting(names).min() {
            throw StoreError.unavailable(
                "the database has the migration \(later) of a later version of Concord")
        }
        let missing = names.filter { !known.contains($0) }
        for name in missing {
            _ = try run(try text(name))
            // Names are ours and have no quotation marks.
            _ = try run("INSERT INTO \"migration\" (\"name\", \"at\") VALUES ('\(name)', now())")
        }
        return missing
    }
}
