// Writes into a file without a name of its own and gives it its name in the end. The disk is waited for on a queue of
// its own, never on a thread that others need.
import Foundation
import Synchronization

final class FolderBlobWriter: RawBlobWriter {
    private let temporary: URL
    /// Where the file belongs, by its name.
    private let target: @Sendable (BlobName) throws -> URL
    /// `nil` once it is over.
    private let file: Mutex<FileHandle?>
    private let disk = Disk()

    /// - Throws: ``BlobError/cannotWrite(_:)``.
    init(temporary: URL, reserving: Int, target: @escaping @Sendable (BlobName) throws -> URL) throws {
        guard FileManager.default.createFile(atPath: temporary.path, contents: nil) else {
            throw BlobError.cannotWrite(temporary.path)
        }
        (self.temporary, self.target) = (temporary, target)
        let handle = try FileHandle(forWritingTo: temporary)
        if reserving > 0 { try handle.write(contentsOf: Data(count: reserving)) }
        file = Mutex(handle)
    }

    func append(_ bytes: Data) async throws { try await orForget { [self] in try write(bytes) } }

    func finish(as name: BlobName, head: [UInt8]) async throws {
        try await orForget { [self] in try move(to: try target(name), head: head) }
    }

    func abandon() async { await disk.run { [self] in forget() } }

    /// Waits for the disk. What fails leaves nothing behind.
    private func orForget(_ body: @escaping @Sendable () throws -> Void) async throws {
        try await disk.run { [self] in
            do { try body() } catch {
                forget()
                throw error
            }
        }
    }

    private func forget() {
        file.withLock { file in
            guard file != nil else { return }
            file = nil
            unlink(temporary.path)
        }
    }

    func write(_ bytes: Data) throws {
        try file.withLock { file in
            guard let file else { throw BlobError.cannotWrite(temporary.path) }
            try file.write(contentsOf: bytes)
        }
    }

    func move(to target: URL, head: [UInt8]) throws {
        try file.withLock { file in
            guard let open = file else { throw BlobError.cannotWrite(temporary.path) }
            if !head.isEmpty {
                try open.seek(toOffset: 0)
                try open.write(contentsOf: Data(head))
            }
            try open.synchronize()
            try open.close()
            try rename(to: target)
            file = nil
        }
    }

    private func rename(to target: URL) throws {
        try FileManager.default.createDirectory(
            at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        // The same bytes may be there already, or come by another request just now: then nothing is lost.
        guard Foundation.rename(temporary.path, target.path) == 0 else { throw BlobError.cannotWrite(target.path) }
        // The name, too, is to survive a power cut.
        let folder = open(target.deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw BlobError.cannotWrite(target.path) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw BlobError.cannotWrite(target.path) }
    }
}
