// Files by content: evidence and, later, packs. The name of a file is the SHA-256 of its bytes.
package import Foundation
package import Crypto
import RecordKit

/// Keeps files under the SHA-256 of their content, each organisation's apart: to know a digest is not to have the
/// file.
package protocol BlobStore: Sendable {
    /// Keeps the bytes and returns the lower-case hexadecimal SHA-256. Keeping the same bytes again is no change.
    func put(_ bytes: Data, for organisation: UUID) async throws -> String
    /// Begins a file that comes piece by piece.
    func writer(for organisation: UUID, bytesMax: Int) async throws -> any BlobWriter
    /// - Returns: `nil` if there is no such file.
    /// - Throws: ``BlobError/damaged`` if the bytes no longer have their digest.
    func get(_ sha256: String, for organisation: UUID) async throws -> Data?
    /// The content piece by piece, for files of any length; whether it still has its digest, the caller finds out.
    /// - Returns: `nil` if there is no such file.
    func open(_ sha256: String, for organisation: UUID) throws -> BlobPieces?
    /// Removes the file, if it is there.
    func remove(_ sha256: String, for organisation: UUID) throws
    /// Every file of every organisation, in no stated order.
    func forEach(_ body: (BlobName) async throws -> Void) async throws
}

/// A file's organisation and digest.
package struct BlobName: Hashable, Sendable {
    package let organisation: UUID
    package let sha256: String
    package init(organisation: UUID, sha256: String) {
        self.organisation = organisation
        self.sha256 = sha256
    }
    package static func text(_ digest: SHA256.Digest) -> String {
        digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

package enum BlobError: Error, Sendable, Equatable {
    case damaged(sha256: String)
    case badName(String)
    case cannotWrite(String)
    case tooLarge(bytesMax: Int)
}

/// Files in a folder for each organisation, by the first two digits of the digest. A file appears under its name only once it is whole and flushed.
package struct FolderBlobStore: BlobStore {
    /// A file that was not written to for so long is no longer on its way.
    private static let unfinishedSecondsMax = 3_600
    private let folder: URL
    package init(folder: URL) throws {
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

    package func put(_ bytes: Data, for organisation: UUID) async throws -> String {
        let sha256 = SHA256.hash(data: bytes).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        let target = try path(sha256, organisation)
        if FileManager.default.fileExists(atPath: target.path) { return sha256 }
        let writer = try await writer(for: organisation, bytesMax: bytes.count)
        do {
            try await writer.append(bytes)
            return try await writer.finish().sha256
        } catch {
            await writer.abandon()
            throw error
        }
    }

    package func writer(for organisation: UUID, bytesMax: Int) async throws -> any BlobWriter {
        try FolderBlobWriter(
            temporary: folder.appendingPathComponent(".new-\(UUID().uuidString)"), bytesMax: bytesMax
        ) { sha256 in try path(sha256, organisation) }
    }

    package func get(_ sha256: String, for organisation: UUID) async throws -> Data? {
        let file = try path(sha256, organisation)
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        let bytes = try Data(contentsOf: file)
        let found = SHA256.hash(data: bytes)
        guard sha256 == found.map({ String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }).joined() else {
            throw BlobError.damaged(sha256: sha256)
        }
        return bytes
    }

    package func remove(_ sha256: String, for organisation: UUID) throws {
        let file = try path(sha256, organisation)
        guard FileManager.default.fileExists(atPath: file.path) else { return }
        try FileManager.default.removeItem(at: file)
    }

    package func forEach(_ body: (BlobName) async throws -> Void) async throws {
        let names = FileManager.default.contentsOfDirectory(atPath:)
        for organisation in try names(folder.path) {
            guard let id = UUID(uuidString: organisation) else { continue }
            let own = folder.appendingPathComponent(organisation)
            for part in try names(own.path) {
                for sha256 in try names(own.appendingPathComponent(part).path) {
                    try await body(BlobName(organisation: id, sha256: sha256))
                }
            }
        }
    }

    func path(_ sha256: String, _ organisation: UUID) throws -> URL {
        guard sha256.utf8.count == 64,
            sha256.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { throw BlobError.badName(sha256) }
        return folder.appendingPathComponent(organisation.lowercased).appendingPathComponent(String(sha256.prefix(2)))
            .appendingPathComponent(sha256)
    }
}
