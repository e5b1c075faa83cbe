// What the frozen migrations build is what the record types ask for.
import Foundation
import GRDB
import Records
import SQLiteStorage
import Testing

@Suite struct MigrationTests {
    /// A difference means that a record type changed: print `concord schema` and write the next migration.
    @Test func migrationsBuildTheTablesThatTheRecordTypesAskFor() throws {
        let migrated = try DatabaseQueue()
        try Migrations.migrator().migrate(migrated)
        let derived = try DatabaseQueue()
        try derived.write { db in
            for statement in SQLiteStore.definition(Registry.schemas) { try db.execute(sql: statement) }
        }
        let (built, wanted) = (try objects(migrated), try objects(derived))
        #expect(built.subtracting(wanted) == [])
        #expect(wanted.subtracting(built) == [])
        #expect(wanted.count > 100)
    }

    @Test func everyMigrationHasAFileAndEveryFileIsAMigration() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Sources/SQLiteStorage/Migrations")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(files.sorted() == Migrations.names.map { $0 + ".sql" })
    }

    /// Tables and indexes as they were created, without differences in white space.
    private func objects(_ queue: DatabaseQueue) throws -> Set<String> {
        let statements = try queue.read { db in
            try String.fetchAll(
                db,
                sql: "SELECT \"sql\" FROM sqlite_master WHERE \"sql\" IS NOT NULL AND \"name\" <> 'grdb_migrations'")
        }
        return Set(statements.map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") })
    }
}
