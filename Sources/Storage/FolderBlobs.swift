// Files in a folder. The disk is waited for on a queue of its own, never on a thread that others need.
package import Foundation
import RecordKit
import Synchronization

/// Bytes in a folder for each organisation, by the first two digits of their name. They appear under it only once they
/// are whole and flushed.
package struct FolderBlobs: RawBlobs {
    /// A file that was not written to for so long is no longer on its way.
    private static let unfinishedSecondsMax = 3_600
    /// The line about the whole.
    private static let noteName = ".sealed"
    private let folder: URL
    private let disk = Disk(isConcurrent: true)

    package init(_ folder: URL) throws {
        self.folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // What was under way when a server was killed never got its name, and nobody knows of it. What was written to
        // within the hour may be on its way to another node.
        // The time is that of the disk, which all nodes share.
        let probe = folder.appendingPathComponent(".new-\(UUID().uuidString)").path
        var now = stat()
        guard FileManager.default.createFile(atPath: probe, contents: nil), lstat(probe, &now) == 0, unlink(probe) == 0
        else { throw BlobError.cannotWrite(probe) }
        let old = now.st_mtim.tv_sec - Self.unfinishedSecondsMax
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name.hasPrefix(".new-") {
            let path = folder.appendingPathComponent(name).path
            var found = stat()
            // Another node may have finished or removed it just now.
            guard lstat(path, &found) == 0, found.st_mtim.tv_sec < old else { continue }
            guard unlink(path) == 0 || errno == ENOENT else { throw BlobError.cannotWrite(path) }
        }
    }

    package func writer(reserving: Int) async throws -> any RawBlobWriter {
        let temporary = folder.appendingPathComponent(".new-\(UUID().uuidString)")
        return try await disk.run { [self] in
            try FolderBlobWriter(temporary: temporary, reserving: reserving) { name in try path(name) }
        }
    }

    package func look(_ name: BlobName, first: Int) async throws -> (first: [UInt8], count: Int)? {
        let path = try path(name).path
        return try await disk.run {
            guard let file = try FolderFile(path) else { return nil }
            var found = stat()
            guard fstat(file.descriptor, &found) == 0 else { throw BlobError.cannotRead(path) }
            return (try file.read(first), Int(found.st_size))
        }
    }

    package func open(_ name: BlobName) async throws -> (any BlobPieces)? {
        let path = try path(name).path
        let disk = Disk()
        return try await disk.run {
            guard let file = try FolderFile(path) else { return nil }
            return FolderBlobPieces(file, on: disk)
        }
    }

    package func remove(_ name: BlobName) async throws {
        let path = try path(name).path
        try await disk.run {
            guard unlink(path) == 0 || errno == ENOENT else { throw BlobError.cannotWrite(path) }
        }
    }

    package func forEach(_ body: (BlobName) async throws -> Void) async throws {
        for first in try await names(in: folder) {
            guard let organisation = UUID(uuidString: first), organisation.lowercased == first else { continue }
            let own = folder.appendingPathComponent(first, isDirectory: true)
            for digits in try await names(in: own) {
                // There are 256 of these folders: the names in one of them are few beside those of the whole.
                for name in try await names(in: own.appendingPathComponent(digits, isDirectory: true))
                where BlobName.isDigest(name) && name.hasPrefix(digits) {
                    try await body(BlobName(organisation: organisation, sha256: name))
                }
            }
        }
    }

    /// Names in a folder; none if it is gone or is no folder.
    private func names(in folder: URL) async throws -> [String] {
        try await disk.run {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue else {
                return []
            }
            return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        }
    }

    package func note() async throws -> String? {
        let file = folder.appendingPathComponent(Self.noteName)
        return try await disk.run {
            guard FileManager.default.fileExists(atPath: file.path) else { return nil }
            return try String(contentsOf: file, encoding: .utf8)
        }
    }

    package func setNote(_ note: String?) async throws {
        let file = folder.appendingPathComponent(Self.noteName)
        let temporary = folder.appendingPathComponent(".new-\(UUID().uuidString)")
        try await disk.run {
            guard let note else {
                guard unlink(file.path) == 0 || errno == ENOENT else { throw BlobError.cannotWrite(file.path) }
                return
            }
            let writer = try FolderBlobWriter(temporary: temporary, reserving: 0) { _ in file }
            try writer.write(Data(note.utf8))
            try writer.move(to: file, head: [])
        }
    }

    private func path(_ name: BlobName) throws(BlobError) -> URL {
        try BlobName.check(name.sha256)
        return folder.appendingPathComponent(name.organisation.lowercased)
            .appendingPathComponent(String(name.sha256.prefix(2))).appendingPathComponent(name.sha256)
    }
}

/// A file that is open to be read.
private final class FolderFile: Sendable {
    let descriptor: Int32
    private let path: String

    /// - Returns: `nil` if there is no such file.
    /// - Throws: ``BlobError/cannotRead(_:)``.
    init?(_ path: String) throws(BlobError) {
        self.path = path
        descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .cannotRead(path)
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// As many bytes as were asked for, unless the file ends.
    func read(_ wanted: Int) throws(BlobError) -> [UInt8] {
        var isGood = true
        let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
            while count < wanted {
                let got = Foundation.read(descriptor, buffer.baseAddress.map { $0 + count }, wanted - count)
                if got < 0, errno == EINTR { continue }
                if got <= 0 {
                    isGood = got == 0
                    return
                }
                count += got
            }
        }
        guard isGood else { throw .cannotRead(path) }
        return bytes
    }
}

/// A file of a folder, piece by piece.
private final class FolderBlobPieces: BlobPieces {
    private let file: FolderFile
    private let disk: Disk

    init(_ file: FolderFile, on disk: Disk) { (self.file, self.disk) = (file, disk) }

    func next() async throws -> [UInt8]? {
        try await disk.run { [file] in
            let piece = try file.read(BlobPiece.bytes)
            return piece.isEmpty ? nil : piece
        }
    }
}
