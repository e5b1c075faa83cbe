// `concord backup`: everything of an installation in one file, while it goes on working.
package import Foundation
package import RecordKit
import SQLiteStorage
package import Storage

/// How far a backup or a restoration is.
package enum BackupProgress: Sendable, Hashable {
    case records
    /// Files of evidence so far.
    case files(Int)
    /// Bytes of the backup that were read, of all.
    case reading(Int, of: Int)
    case verifying
}

/// Makes backups.
///
/// Cost: the database is copied once into the data folder, and everything once into the file; memory is constant. First
/// come the records as of one moment, then the files of evidence, last the list of erasures: all that a record names was
/// there before it, and the list may only be newer than the records.
package struct Backup: Sendable {
    /// What is taken in, and how.
    package struct Options: Sendable {
        /// The file to write.
        package var output: String
        /// `nil`: everybody who has the file can read it.
        package var passphrase: String?
        package var includesKey: Bool
        package var includesFiles: Bool
        /// The version of Concord.
        package var version: String

        package init(
            output: String, passphrase: String?, includesKey: Bool, includesFiles: Bool, version: String
        ) {
            self.output = output
            self.passphrase = passphrase
            self.includesKey = includesKey
            self.includesFiles = includesFiles
            self.version = version
        }
    }

    /// What is in the backup.
    package struct Report: Sendable {
        package let manifest: BackupManifest
        /// Bytes of the file.
        package let bytes: Int
        package internal(set) var files = 0
        package internal(set) var fileBytes = 0
        /// Files that do not have their digest any more, as `organisation/digest`: they are left out.
        package internal(set) var damaged: [String] = []
    }

    static let databaseName = "database.sqlite"
    static let hostName = "ledger-host"
    static let keyName = "keys/ledger.key"
    static let erasuresName = "erasures"
    static let filesFolder = "files"

    private let folder: URL
    private let records: RecordPlace
    private let blobs: any BlobStore

    /// - Parameter folder: The data folder. Its lock is not taken: a server may hold it.
    package init(folder: URL, records: RecordPlace, blobs: any BlobStore) {
        self.folder = folder
        self.records = records
        self.blobs = blobs
    }

    /// - Throws: ``BackupError``, ``StoreError``; no file is left then.
    package func make(
        _ options: Options, at time: Instant, random: (Int) -> [UInt8],
        progress: @Sendable (BackupProgress) -> Void = { _ in }
    ) async throws -> Report {
        let writer = try BackupWriter(
            path: options.output, seconds: Int(time.millisecondsSince1970 / 1_000), passphrase: options.passphrase,
            salt: random(SealedStream.saltBytes))
        do {
            return try await StagingFolder.with(in: folder) { staging in
                try await write(options, at: time, to: writer, staging, progress)
            }
        } catch {
            writer.abandon()
            throw error
        }
    }

    private func write(
        _ options: Options, at time: Instant, to writer: BackupWriter, _ staging: URL,
        _ progress: @Sendable (BackupProgress) -> Void
    ) async throws -> Report {
        progress(.records)
        let copy = staging.appendingPathComponent(Self.databaseName)
        try records.snapshot(to: copy.path)
        let key = folder.appendingPathComponent(Self.keyName)
        let hasKey = options.includesKey && FileManager.default.fileExists(atPath: key.path)
        let manifest = BackupManifest(
            madeAt: time, version: options.version, store: records.store,
            migrations: try DatabaseFile.migrations(of: copy.path), hasKey: hasKey, hasFiles: options.includesFiles,
            ledgers: try RecordPlace.ends(of: copy.path))
        try writer.add(BackupManifest.name, try manifest.bytes)
        try writer.add(Self.databaseName, contentsOf: copy)
        try FileManager.default.removeItem(at: copy)
        let host = folder.appendingPathComponent(Self.hostName)
        if FileManager.default.fileExists(atPath: host.path) { try writer.add(Self.hostName, contentsOf: host) }
        if hasKey { try writer.add(Self.keyName, contentsOf: key) }
        var (files, fileBytes) = (0, 0)
        var damaged: [String] = []
        if options.includesFiles {
            let spool = try Spool(in: staging)
            try await blobs.forEach { name in
                // One that was erased meanwhile is no longer wanted.
                guard let pieces = try await blobs.open(name.sha256, for: name.organisation) else { return }
                let path = "\(name.organisation.lowercased)/\(name.sha256)"
                do { try await spool.take(pieces) } catch BlobError.damaged {
                    damaged.append(path)
                    return
                }
                try writer.begin("\(Self.filesFolder)/\(path)", bytes: spool.bytes)
                try spool.hand { try writer.append($0) }
                try writer.end()
                files += 1
                fileBytes += spool.bytes
                progress(.files(files))
            }
        }
        let erasures = folder.appendingPathComponent(Self.erasuresName)
        if FileManager.default.fileExists(atPath: erasures.path) {
            try writer.add(Self.erasuresName, contentsOf: erasures)
        }
        try writer.finish()
        return Report(
            manifest: manifest, bytes: writer.writtenBytes, files: files, fileBytes: fileBytes, damaged: damaged)
    }
}

/// Holds one file at a time, so that it is known to be whole before it is written: in memory if it is short, else in a
/// file without a name.
private final class Spool {
    private static let memoryBytesMax = 1 << 20
    private let file: FileHandle
    private var memory = Data()
    private(set) var bytes = 0

    init(in folder: URL) throws {
        let path = folder.appendingPathComponent("spool").path
        let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw BackupError.cannotWrite(path: path, reason: String(cString: strerror(errno)))
        }
        unlink(path)
        file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    /// Takes a file in the place of the one before.
    /// - Throws: ``BlobError/damaged(sha256:)`` if it no longer has its digest.
    func take(_ pieces: any BlobPieces) async throws {
        memory = Data()
        bytes = 0
        try file.truncate(atOffset: 0)
        try file.seek(toOffset: 0)
        while let piece = try await pieces.next() {
            bytes += piece.count
            memory.append(contentsOf: piece)
            if memory.count > Self.memoryBytesMax {
                try file.write(contentsOf: memory)
                memory = Data()
            }
        }
    }

    /// Hands the bytes out once more.
    func hand(_ body: (Data) throws -> Void) throws {
        try file.seek(toOffset: 0)
        while let part = try file.read(upToCount: Self.memoryBytesMax), !part.isEmpty { try body(part) }
        if !memory.isEmpty { try body(memory) }
    }
}
