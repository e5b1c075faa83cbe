// `concord move`: the records of an installation from one store to the other. Files and keys stay in the data folder.
package import Foundation
package import PostgresStorage
import Records
package import SQLiteStorage
import Storage

/// Moves records, whole or not at all: what arrived is compared with the ledgers before it is committed.
package struct Move: Sendable {
    private let folder: URL
    private let database: PostgresAddress
    private let keys: [String]

    package init(folder: URL, database: PostgresAddress, keys: [String]) {
        self.folder = folder
        self.database = database
        self.keys = keys
    }

    /// From the file in the data folder to an empty database. No server may hold the folder. The file gets another name
    /// afterwards, so that nobody goes on with it.
    /// - Returns: What was found in the database, and the new path of the file.
    package func toPostgres() async throws -> (found: LedgerVerification, kept: String) {
        let locked = try DataFolder(folder)
        guard FileManager.default.fileExists(atPath: locked.databasePath) else {
            throw BackupError.cannotRead(path: locked.databasePath, reason: "no such file")
        }
        let kept = locked.databasePath + ".moved"
        guard !FileManager.default.fileExists(atPath: kept) else {
            throw BackupError.cannotWrite(path: kept, reason: "it exists already")
        }
        return try await StagingFolder.with(in: folder) { staging in
            try DatabaseFile.update(locked.databasePath, migrator: try Migrations.migrator())
            let ends = try RecordPlace.ends(of: locked.databasePath)
            let found = try RecordPlace.load(
                locked.databasePath, into: database, in: staging, keys: try keys(of: ends))
            try RecordPlace.compare(found, with: ends)
            guard rename(locked.databasePath, kept) == 0 else {
                throw BackupError.cannotWrite(path: kept, reason: String(cString: strerror(errno)))
            }
            return (found, kept)
        }
    }

    /// From the database to a file in the data folder. No node may be running.
    package func toFile() async throws -> LedgerVerification {
        let locked = try DataFolder(folder)
        guard !FileManager.default.fileExists(atPath: locked.databasePath) else {
            throw BackupError.notEmpty("\(locked.databasePath) is there already")
        }
        let nodes = try PostgresSession(database).run(
            "SELECT count(*) FROM \"node\" WHERE \"seen_at\" > now() - interval '\(Dialect.nodeSecondsMax) seconds'")
        guard nodes.first?.first == "0" else {
            throw BackupError.notEmpty("nodes are running on the database: stop them, and wait half a minute")
        }
        return try await StagingFolder.with(in: folder) { staging in
            let copy = staging.appendingPathComponent(Backup.databaseName).path
            try RecordPlace.postgres(database).snapshot(to: copy)
            let found = try RecordPlace.verified(copy, keys: try keys(of: try RecordPlace.ends(of: copy)))
            // Nothing was flushed while it was filled.
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: copy))
            try file.synchronize()
            try file.close()
            guard rename(copy, locked.databasePath) == 0 else {
                throw BackupError.cannotWrite(path: locked.databasePath, reason: String(cString: strerror(errno)))
            }
            return found
        }
    }

    /// Those that were given, and those of the folder's own key.
    private func keys(of ledgers: [BackupManifest.LedgerEnd]) throws -> [String] {
        try keys + (LedgerKeys.found(in: folder)?.verifierKeys(of: ledgers) ?? [])
    }
}
