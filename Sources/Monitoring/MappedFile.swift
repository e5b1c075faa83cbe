// The bytes of a file, mapped and not copied; standard input is read whole.
import Crypto
import Foundation

/// Bytes that stay where they are while this lives.
///
/// `@unchecked Sendable`: the bytes are never written after `init`, and are freed only with the last reference.
public final class MappedFile: @unchecked Sendable {
    /// The path as given.
    public let path: String
    /// The bytes. A file that another process shortens while it is read ends the process, as with any mapping.
    public let bytes: UnsafeRawBufferPointer
    private let isMapped: Bool

    /// Maps a file, or reads standard input for the path `-`.
    ///
    /// - Throws: `TableError` when the file cannot be read, is a folder, or is empty.
    public convenience init(path: String) throws(TableError) { try self.init(path: path, named: path) }

    private init(path: String, named name: String) throws(TableError) {
        self.path = name
        if path == "-" {
            var data: [UInt8] = []
            var block = [UInt8](repeating: 0, count: 1 << 20)
            while true {
                let count = block.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, $0.count) }
                if count < 0 { throw TableError(path: path, reason: "standard input cannot be read") }
                if count == 0 { break }
                data += block[0..<count]
            }
            guard !data.isEmpty else { throw TableError(path: path, reason: "the input is empty") }
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: data.count, alignment: 16)
            copy.copyBytes(from: data)
            bytes = UnsafeRawBufferPointer(copy)
            isMapped = false
            return
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw TableError(path: path, reason: errno == ENOENT ? "there is no such file" : "the file cannot be read")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw TableError(path: path, reason: "this is not a file")
        }
        guard status.st_size > 0 else { throw TableError(path: path, reason: "the file is empty") }
        guard let address = mmap(nil, Int(status.st_size), PROT_READ, MAP_PRIVATE, descriptor, 0),
            address != MAP_FAILED
        else { throw TableError(path: path, reason: "the file cannot be mapped") }
        madvise(address, Int(status.st_size), Int32(MADV_SEQUENTIAL))
        bytes = UnsafeRawBufferPointer(start: address, count: Int(status.st_size))
        isMapped = true
    }

    /// Maps a file that errors call by another name.
    convenience init(path: String, as name: String) throws(TableError) {
        do throws(TableError) { try self.init(path: path, named: name) } catch {
            throw TableError(path: name, reason: error.reason)
        }
    }

    /// Bytes in memory under a name, for tests and for what another process gave.
    public init(path: String, contents: [UInt8]) throws(TableError) {
        guard !contents.isEmpty else { throw TableError(path: path, reason: "the input is empty") }
        self.path = path
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: contents.count, alignment: 16)
        copy.copyBytes(from: contents)
        bytes = UnsafeRawBufferPointer(copy)
        isMapped = false
    }

    deinit {
        if isMapped {
            munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
        } else {
            bytes.deallocate()
        }
    }

    /// The SHA-256 of all bytes, in lower case hexadecimal.
    public func sha256() -> String {
        var hash = SHA256()
        hash.update(bufferPointer: bytes)
        return hash.finalize().map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
    }
}
