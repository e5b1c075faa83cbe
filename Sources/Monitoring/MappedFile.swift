// The bytes of a file, read in pieces as they are needed; what is small, and standard input, is held whole.
import Crypto
import Foundation

/// A file of a fixed length, open as long as this lives.
///
/// Pieces are read (`pread`), not mapped: a file that another process cuts while it is read gives an error and not the
/// end of this process, and a replaced file stays the one that was opened.
///
/// `@unchecked Sendable`: nothing but `spare` changes after `init`, and `lock` guards it; reading by place moves no shared
/// position, and memory and descriptor are freed only with the last reference.
public final class MappedFile: @unchecked Sendable {
    /// Files of at most so many bytes are held whole.
    static let wholeMax = 16 << 20
    /// So many bytes of a longer file are held: its header and a sample of its rows are in them.
    static let headBytes = 4 << 20
    /// How much is read at a time by what looks at every byte once: it fits into the caches of a core.
    static let blockBytes = 256 << 10

    /// The path as given.
    public let path: String
    /// How many bytes there are.
    public let count: Int
    /// The first bytes: all of them in a file of at most 16 MB, in standard input and in given contents, else 4 MB.
    public let head: UnsafeRawBufferPointer
    private let descriptor: Int32
    /// Buffers that are not in use, so that not every piece makes the system find and clear new pages.
    private var spare: [UnsafeMutableRawBufferPointer] = []
    private let lock = NSLock()

    /// Opens a file, or reads standard input for the path `-`.
    ///
    /// - Throws: `TableError` when the file cannot be read, is a folder, or is empty.
    public convenience init(path: String) throws(TableError) { try self.init(path: path, named: path) }

    private init(path: String, named name: String) throws(TableError) {
        self.path = name
        if path == "-" {
            head = try Self.standardInput()
            count = head.count
            descriptor = -1
            return
        }
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw TableError(path: path, reason: errno == ENOENT ? "there is no such file" : "the file cannot be read")
        }
        var status = stat()
        let isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        count = isFile ? Int(status.st_size) : 0
        let start = UnsafeMutableRawBufferPointer.allocate(
            byteCount: count <= Self.wholeMax ? count : Self.headBytes, alignment: 16)
        head = UnsafeRawBufferPointer(start)
        guard isFile else { throw TableError(path: path, reason: "this is not a file") }
        guard count > 0 else { throw TableError(path: path, reason: "the file is empty") }
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
        try Self.fill(start, descriptor, 0, name)
    }

    /// Opens a file that errors call by another name.
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
        head = UnsafeRawBufferPointer(copy)
        count = contents.count
        descriptor = -1
    }

    deinit {
        releaseSpare()
        head.deallocate()
        if descriptor >= 0 { close(descriptor) }
    }

    private static func standardInput() throws(TableError) -> UnsafeRawBufferPointer {
        var data: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = block.withUnsafeMutableBytes { Foundation.read(STDIN_FILENO, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw TableError(path: "-", reason: "standard input cannot be read")
            }
            if count == 0 { break }
            data += block[0..<count]
        }
        guard !data.isEmpty else { throw TableError(path: "-", reason: "the input is empty") }
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: data.count, alignment: 16)
        copy.copyBytes(from: data)
        return UnsafeRawBufferPointer(copy)
    }

    /// Fills a buffer from a place in the file on.
    private static func fill(
        _ target: UnsafeMutableRawBufferPointer, _ descriptor: Int32, _ place: Int, _ path: String
    ) throws(TableError) {
        var filled = 0
        while filled < target.count {
            let count = pread(
                descriptor, target.baseAddress.map { $0 + filled }, target.count - filled, off_t(place + filled))
            if count < 0 {
                if errno == EINTR { continue }
                throw TableError(path: path, reason: "the file cannot be read")
            }
            guard count > 0 else {
                throw TableError(path: path, reason: "the file was cut to \(place + filled) bytes while it was read")
            }
            filled += count
        }
    }

    /// The file is held whole.
    var isWhole: Bool { head.count == count }

    /// Copies bytes from a place on.
    ///
    /// - Throws: `TableError` when the file is shorter than it was, or cannot be read.
    func read(_ target: UnsafeMutableRawBufferPointer, from place: Int) throws(TableError) {
        precondition(place >= 0 && place + target.count <= count, "bytes behind the end of the file")
        if isWhole {
            target.copyMemory(from: UnsafeRawBufferPointer(rebasing: head[place..<place + target.count]))
        } else {
            try Self.fill(target, descriptor, place, path)
        }
    }

    /// Gives the bytes of a range to a closure; they are copied only if the file is not held whole.
    ///
    /// - Throws: `TableError` when the file is shorter than it was, or cannot be read.
    func withBytes<Result>(
        _ range: Range<Int>, _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) throws(TableError) -> Result {
        if isWhole { return body(UnsafeRawBufferPointer(rebasing: head[range]).bindMemory(to: UInt8.self)) }
        let buffer = takeSpare(range.count)
        defer { lock.withLock { spare.append(buffer) } }
        let copy = UnsafeMutableRawBufferPointer(rebasing: buffer[0..<range.count])
        try read(copy, from: range.lowerBound)
        return body(UnsafeRawBufferPointer(copy).bindMemory(to: UInt8.self))
    }

    private func takeSpare(_ size: Int) -> UnsafeMutableRawBufferPointer {
        let found: UnsafeMutableRawBufferPointer? = lock.withLock {
            spare.firstIndex { $0.count >= size }.map { spare.remove(at: $0) }
        }
        // A little more, because pieces end at records and differ in length.
        return found ?? .allocate(byteCount: size + size / 16, alignment: 16)
    }

    /// Frees the memory of pieces that were read.
    func releaseSpare() {
        lock.withLock {
            for buffer in spare { buffer.deallocate() }
            spare = []
        }
    }

    /// Gives the bytes of a range to a closure block by block, until it returns false.
    ///
    /// - Throws: `TableError` when the file is shorter than it was, or cannot be read.
    func forEachBlock(
        _ range: Range<Int>, _ body: (_ block: UnsafeBufferPointer<UInt8>, _ place: Int) -> Bool
    ) throws(TableError) {
        if isWhole {
            _ = try withBytes(range) { body($0, range.lowerBound) }
            return
        }
        let block = UnsafeMutableRawBufferPointer.allocate(
            byteCount: min(Self.blockBytes, range.count), alignment: 16)
        defer { block.deallocate() }
        var place = range.lowerBound
        while place < range.upperBound {
            let part = UnsafeMutableRawBufferPointer(
                rebasing: block[0..<min(block.count, range.upperBound - place)])
            try read(part, from: place)
            if !body(UnsafeRawBufferPointer(part).bindMemory(to: UInt8.self), place) { return }
            place += part.count
        }
    }

    /// All bytes.
    ///
    /// - Throws: `TableError` when the file is shorter than it was, or cannot be read.
    func contents() throws(TableError) -> Data {
        if isWhole { return Data(head) }
        return try withBytes(0..<count) { Data($0) }
    }

    /// The SHA-256 of all bytes, in lower case hexadecimal.
    ///
    /// - Throws: `TableError` when the file is shorter than it was, or cannot be read.
    public func sha256() throws(TableError) -> String {
        var hash = SHA256()
        try forEachBlock(0..<count) { block, _ in
            hash.update(bufferPointer: UnsafeRawBufferPointer(block))
            return true
        }
        return hash.finalize().map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
    }
}
