// `concord restore`: an installation out of a backup, whole or not at all.
import Crypto
package import Foundation
package import PostgresStorage
import RecordKit
package import SQLiteStorage
package import Storage

/// Reads a backup.
///
/// The file is read twice: first everything is compared with its digests, and the records with their ledgers; only then
/// is anything written that stays.
package struct Restoration: Sendable {
    /// What was read.
    package struct Report: Sendable {
        package let manifest: BackupManifest
        package let verification: LedgerVerification
        package internal(set) var files = 0
        package internal(set) var fileBytes = 0
        package let isEncrypted: Bool
    }

    private let path: String
    private let passphrase: String?
    /// Public keys to check the ledgers' signatures with, beside the one in the backup.
    private let keys: [String]

    package init(path: String, passphrase: String?, keys: [String]) {
        self.path = path
        self.passphrase = passphrase
        self.keys = keys
    }

    // MARK: Checking

    /// Reads and compares everything; nothing stays.
    /// - Parameter folder: Where the records may be unpacked meanwhile.
    /// - Throws: ``BackupError``.
    package func check(
        in folder: URL, progress: @Sendable (BackupProgress) -> Void = { _ in }
    ) async throws -> Report {
        try await StagingFolder.with(in: folder) { try unpacked($0, progress).report }
    }

    private struct Unpacked {
        var report: Report
        let database: String
        let keys: [String]
        let secret: SymmetricKey?
        /// Whose files and ledgers are in it.
        let organisations: Set<UUID>
    }

    /// Compares everything, and leaves the records in a folder, brought up to date.
    private func unpacked(_ staging: URL, _ progress: @Sendable (BackupProgress) -> Void) throws -> Unpacked {
        let reader = try BackupReader(path: path, passphrase: passphrase)
        guard let first = try reader.next(), first.name == BackupManifest.name else {
            throw BackupError.notABackup("\(path) does not begin with \(BackupManifest.name)")
        }
        let manifest = try BackupManifest(try reader.readAll(bytesMax: BackupManifest.bytesMax))
        if let later = manifest.migrations.first(where: { !Migrations.names.contains($0) }) {
            throw BackupError.later(
                "the backup was made by Concord \(manifest.version), which is later: this version does not know \(later)"
            )
        }
        let database = staging.appendingPathComponent(Backup.databaseName)
        var (files, fileBytes, hasDatabase) = (0, 0, false)
        // One that came while the backup was made may have files in it, but no ledger yet.
        var organisations = Set(manifest.ledgers.compactMap { UUID(uuidString: $0.ledger) })
        var (host, key) = (Data?.none, Data?.none)
        while let header = try reader.next() {
            progress(.reading(reader.readBytes, of: reader.fileBytes))
            switch header.name {
            case Backup.databaseName:
                try Self.write(reader, to: database)
                hasDatabase = true
            case Backup.hostName: host = try reader.readAll(bytesMax: 1_024)
            case Backup.keyName: key = try reader.readAll(bytesMax: 1_024)
            case Backup.erasuresName: try Self.write(reader, to: staging.appendingPathComponent(header.name))
            default:
                let name = try Self.blob(header.name)
                while try reader.read() != nil {
                    progress(.reading(reader.readBytes, of: reader.fileBytes))
                }
                guard reader.digest == name.sha256 else {
                    throw BackupError.damaged("\(header.name) does not have its digest")
                }
                files += 1
                fileBytes += header.bytes
                organisations.insert(name.organisation)
            }
        }
        guard hasDatabase else { throw BackupError.notABackup("\(path) has no records") }
        try DatabaseFile.update(database.path, migrator: try Migrations.migrator()) { connection in
            // People sign in again: a session that was ended since must not come back.
            try connection.run(BoundSQL("DELETE FROM \"session\""))
        }
        progress(.verifying)
        var keys = keys
        if let key, let host {
            guard let own = LedgerKeys(host: host, key: key) else {
                throw BackupError.damaged("\(Backup.keyName) does not hold a key of 32 bytes in Base64")
            }
            keys += try own.verifierKeys(of: manifest.ledgers)
        }
        let verification = try RecordPlace.verified(database.path, keys: keys)
        try RecordPlace.compare(verification, with: manifest.ledgers)
        return Unpacked(
            report: Report(
                manifest: manifest, verification: verification, files: files, fileBytes: fileBytes,
                isEncrypted: reader.secret != nil), database: database.path, keys: keys, secret: reader.secret,
            organisations: organisations)
    }

    private static func blob(_ name: String) throws(BackupError) -> BlobName {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == Backup.filesFolder, let organisation = UUID(uuidString: String(parts[1])),
            parts[2].utf8.count == 64
        else { throw .damaged("it has a file \(name), which no backup has") }
        return BlobName(organisation: organisation, sha256: String(parts[2]))
    }

    private static func write(_ reader: BackupReader, to url: URL) throws {
        let descriptor = open(url.path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw BackupError.cannotWrite(path: url.path, reason: String(cString: strerror(errno)))
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            while let part = try reader.read() { try file.write(contentsOf: part) }
            try file.synchronize()
            try file.close()
        } catch let error as BackupError { throw error } catch {
            throw BackupError.cannotWrite(path: url.path, reason: (error as NSError).localizedDescription)
        }
    }

    // MARK: Restoring

    /// Fills an empty installation.
    /// - Parameters:
    ///   - folder: Its data folder, which holds nothing yet; it is locked meanwhile.
    ///   - database: An empty PostgreSQL database; `nil` for a file in the folder.
    ///   - blobs: Where files of evidence go.
    ///   - erasures: A list of erasures that is newer than the one in the backup; what it names is erased at the start.
    /// - Throws: ``BackupError``, ``StoreError``.
    package func restore(
        to folder: URL, database: PostgresAddress?, blobs: any BlobStore, erasures: URL? = nil,
        progress: @Sendable (BackupProgress) -> Void = { _ in }
    ) async throws -> Report {
        let locked = try DataFolder(folder, isShared: database != nil)
        try Self.requireEmpty(locked, hasDatabase: database == nil)
        let report = try await StagingFolder.with(in: folder) { staging in
            let unpacked = try unpacked(staging, progress)
            try await Self.requireOwn(blobs, unpacked.organisations)
            if let erasures { try await Self.append(erasures, to: staging.appendingPathComponent(Backup.erasuresName)) }
            var report = unpacked.report
            try await unpackFiles(staging, blobs, unpacked.secret, progress)
            var verification = report.verification
            if let database {
                progress(.records)
                verification = try RecordPlace.load(
                    unpacked.database, into: database, in: staging, keys: unpacked.keys)
            }
            report = Report(
                manifest: report.manifest, verification: verification, files: report.files,
                fileBytes: report.fileBytes, isEncrypted: report.isEncrypted)
            // The records last: with them the installation is there.
            for name in [Backup.erasuresName, Backup.hostName, Backup.keyName] {
                try Self.place(staging.appendingPathComponent(name), at: folder.appendingPathComponent(name))
            }
            if database == nil {
                try Self.place(
                    URL(fileURLWithPath: unpacked.database), at: URL(fileURLWithPath: locked.databasePath))
            }
            return report
        }
        withExtendedLifetime(locked) {}
        return report
    }

    private static func requireEmpty(_ folder: DataFolder, hasDatabase: Bool) throws(BackupError) {
        let names = [Backup.erasuresName, Backup.hostName, Backup.keyName]
        let paths =
            names.map { folder.url.appendingPathComponent($0).path } + (hasDatabase ? [folder.databasePath] : [])
        if let path = paths.first(where: FileManager.default.fileExists(atPath:)) {
            throw .notEmpty("\(path) is there already")
        }
    }

    /// Files of an organisation that the backup does not have mean that another installation keeps its files there. Those of
    /// the same may be there, from an attempt that failed. It costs a look at each name.
    private static func requireOwn(_ blobs: any BlobStore, _ own: Set<UUID>) async throws {
        try await blobs.forEach { name in
            guard own.contains(name.organisation) else {
                let owner = name.organisation.lowercased
                throw BackupError.notEmpty("files of the organisation \(owner), which is not in the backup, are there")
            }
        }
    }

    /// Puts files of evidence where they belong, and what else is small into the folder. They were compared before; a
    /// store of files does so again as it takes them.
    private func unpackFiles(
        _ staging: URL, _ blobs: any BlobStore, _ secret: SymmetricKey?,
        _ progress: @Sendable (BackupProgress) -> Void
    ) async throws {
        let reader = try BackupReader(path: path, passphrase: passphrase, secret: secret)
        try FileManager.default.createDirectory(
            at: staging.appendingPathComponent("keys"), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        var files = 0
        while let header = try reader.next() {
            switch header.name {
            case BackupManifest.name, Backup.databaseName, Backup.erasuresName: continue
            case Backup.hostName, Backup.keyName:
                try Self.write(reader, to: staging.appendingPathComponent(header.name))
            default:
                let name = try Self.blob(header.name)
                let writer = try await blobs.writer(for: name.organisation, bytesMax: header.bytes)
                do {
                    while let part = try reader.read() { try await writer.append(part) }
                    let kept = try await writer.finish()
                    guard kept.sha256 == name.sha256 else {
                        throw BackupError.damaged("\(header.name) changed while it was read")
                    }
                } catch {
                    await writer.abandon()
                    throw error
                }
                files += 1
                progress(.files(files))
            }
        }
    }

    /// Adds the lines of a newer list; the same erasure may stand in it twice.
    private static func append(_ newer: URL, to list: URL) async throws {
        guard FileManager.default.fileExists(atPath: newer.path) else {
            throw BackupError.cannotRead(path: newer.path, reason: "no such file")
        }
        let target = FileErasureJournal(list)
        try await FileErasureJournal(newer).forEach(partsOf: 200) { try await target.append($0) }
    }

    private static func place(_ source: URL, at target: URL) throws(BackupError) {
        guard FileManager.default.fileExists(atPath: source.path) else { return }
        let parent = target.deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(
                at: parent, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch { throw .cannotWrite(path: parent.path, reason: (error as NSError).localizedDescription) }
        guard rename(source.path, target.path) == 0 else {
            throw .cannotWrite(path: target.path, reason: String(cString: strerror(errno)))
        }
        // The name, too, is to survive a power cut.
        let folder = open(parent.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw .cannotWrite(path: parent.path, reason: String(cString: strerror(errno))) }
        defer { close(folder) }
        guard fsync(folder) == 0 else {
            throw .cannotWrite(path: parent.path, reason: String(cString: strerror(errno)))
        }
    }
}
