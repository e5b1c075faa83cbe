// A file that comes in piece by piece: its digest is computed as it comes, and it has no name before it is whole.
import Crypto
package import Foundation
import RecordKit
import Synchronization

/// Takes a file's bytes in order. It is used by one request alone.
package protocol BlobWriter: Sendable {
    /// Adds bytes to the end.
    /// - Throws: ``BlobError/tooLarge(bytesMax:)``: nothing of the file is kept then.
    func append(_ bytes: Data) async throws
    /// Keeps the file under its digest.
    /// - Returns: The lower-case hexadecimal SHA-256 and the length in bytes.
    func finish() async throws -> (sha256: String, bytes: Int)
    /// Forgets what came so far; a file that is finished stays.
    func abandon() async
}

/// Writes into a file without a name of its own and gives it the name of its digest in the end. The disk is waited for
/// on a queue of its own, never on a thread that others need.
final class FolderBlobWriter: BlobWriter {
    private struct State {
        var hash = SHA256()
        var count = 0
        var file: FileHandle?
    }
    private let temporary: URL
    private let bytesMax: Int
    /// Where the file belongs, by its digest.
    private let target: @Sendable (String) throws -> URL
    private let state: Mutex<State>
    private let disk = DispatchQueue(label: "concord.blob")

    /// - Throws: ``BlobError/cannotWrite(_:)``.
    init(temporary: URL, bytesMax: Int, target: @escaping @Sendable (String) throws -> URL) throws {
        guard FileManager.default.createFile(atPath: temporary.path, contents: nil) else {
            throw BlobError.cannotWrite(temporary.path)
        }
        (self.temporary, self.bytesMax, self.target) = (temporary, bytesMax, target)
        state = Mutex(State(file: try FileHandle(forWritingTo: temporary)))
    }

    func append(_ bytes: Data) async throws {
        do {
            try await onDisk { [self] in
                try state.withLock { state in
                    guard let file = state.file else { throw BlobError.cannotWrite(temporary.path) }
                    guard bytes.count <= bytesMax - state.count else { throw BlobError.tooLarge(bytesMax: bytesMax) }
                    try file.write(contentsOf: bytes)
                    state.hash.update(data: bytes)
                    state.count += bytes.count
                }
            }
        } catch {
            await abandon()
            throw error
        }
    }

    func finish() async throws -> (sha256: String, bytes: Int) {
        do {
            return try await onDisk { [self] in
                try state.withLock { state in
                    guard let file = state.file else { throw BlobError.cannotWrite(temporary.path) }
                    try file.synchronize()
                    try file.close()
                    let sha256 = state.hash.finalize().map {
                        String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)
                    }.joined()
                    try move(to: try target(sha256))
                    state.file = nil
                    return (sha256, state.count)
                }
            }
        } catch {
            await abandon()
            throw error
        }
    }

    private func move(to target: URL) throws {
        try FileManager.default.createDirectory(
            at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        // The same bytes may be there already, or come by another request just now: then nothing is lost.
        guard rename(temporary.path, target.path) == 0 else { throw BlobError.cannotWrite(target.path) }
        // The name, too, is to survive a power cut.
        let folder = open(target.deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw BlobError.cannotWrite(target.path) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw BlobError.cannotWrite(target.path) }
    }

    func abandon() async {
        let work: @Sendable () -> Void = { [self] in
            state.withLock { state in
                guard state.file != nil else { return }
                state.file = nil
                unlink(temporary.path)
            }
        }
        await withCheckedContinuation { continuation in
            disk.async {
                work()
                continuation.resume()
            }
        }
    }

    private func onDisk<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            disk.async { continuation.resume(with: Result { try body() }) }
        }
    }
}
