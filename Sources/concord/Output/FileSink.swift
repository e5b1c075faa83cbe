// A file that is there whole or not at all.
import Foundation
import Synchronization
import Terminal

/// Writes beside the file and takes its place at the end.
final class FileSink: Sendable {
    private let path: String
    private let partial: String
    private let device: TerminalDevice
    private let written = Mutex(0)
    var writtenBytes: Int { written.withLock { $0 } }

    init(_ path: String) throws(CommandError) {
        self.path = path
        partial = path + ".partial"
        let descriptor = open(partial, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .badInput("\(partial): \(String(cString: strerror(errno)))") }
        device = TerminalDevice(descriptor: descriptor)
    }

    func write(_ bytes: [UInt8]) throws {
        try device.write(bytes)
        written.withLock { $0 += bytes.count }
    }

    /// The file is complete.
    func finish() throws(CommandError) {
        guard fsync(device.descriptor) == 0, close(device.descriptor) == 0, rename(partial, path) == 0 else {
            let number = errno
            unlink(partial)
            throw .badInput("\(path): \(String(cString: strerror(number)))")
        }
    }

    /// Nothing is left.
    func abandon() {
        close(device.descriptor)
        unlink(partial)
    }

    /// Runs the body with a file, which is there afterwards only if all went well.
    static func write(to path: String, _ body: (FileSink) async throws -> Void) async throws {
        let sink = try FileSink(path)
        do { try await body(sink) } catch {
            sink.abandon()
            throw error
        }
        try sink.finish()
    }
}
