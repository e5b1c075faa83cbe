// The one file of a backup, written front to back.
import Crypto
import Foundation
import Storage

/// Writes files into an archive, sealed if there is a passphrase. The archive has no name before it is whole.
final class BackupWriter {
    static let sumsName = "SHA256SUMS"
    private static let bufferBytes = 1 << 20

    private let path: String
    private let partial: String
    private let file: FileHandle
    private let seconds: Int
    private var sealer: SealedStream.Sealer?
    private var buffer = Data()
    /// The file under way.
    private var current: (header: TarHeader, left: Int, hash: SHA256)?
    /// One line for each file, as `sha256sum` writes it. In a file without a name, since there may be a million.
    private let sums: FileHandle
    private var sumsBytes = 0
    private(set) var writtenBytes = 0

    /// - Parameters:
    ///   - seconds: When the backup is made, since 1970.
    ///   - salt: ``SealedStream/saltBytes`` random bytes.
    ///   - passphrase: `nil` for an archive that is open to everybody.
    ///   - rounds: What a guess at the passphrase costs, see ``BackupSeal``.
    /// - Throws: ``BackupError/cannotWrite(path:reason:)``, also if the file exists.
    init(path: String, seconds: Int, passphrase: String?, salt: [UInt8], rounds: Int = BackupSeal.usualRounds) throws {
        self.path = path
        self.seconds = seconds
        partial = path + ".partial"
        guard !FileManager.default.fileExists(atPath: path) else {
            throw BackupError.cannotWrite(path: path, reason: "it exists already")
        }
        file = try Self.made(partial)
        let sumsPath = path + ".sums"
        sums = try Self.made(sumsPath)
        unlink(sumsPath)
        guard let passphrase else { return }
        let seal = BackupSeal(salt: salt, rounds: rounds)
        let line = try seal.line
        try write(Data(line))
        sealer = SealedStream.Sealer(
            secret: try seal.secret(passphrase), salt: salt, header: line, pieceBytes: BackupSeal.pieceBytes)
    }

    private static func made(_ path: String) throws -> FileHandle {
        let descriptor = open(path, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw BackupError.cannotWrite(path: path, reason: String(cString: strerror(errno)))
        }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    /// Begins a file of so many bytes.
    func begin(_ name: String, bytes: Int) throws {
        precondition(current == nil, "a file is under way")
        let header = TarHeader(name: name, bytes: bytes)
        try put(Data(header.block(seconds: seconds)))
        current = (header, bytes, SHA256())
    }

    /// Adds bytes to the file that was begun.
    func append(_ bytes: Data) throws {
        guard current != nil else { preconditionFailure("no file was begun") }
        current?.hash.update(data: bytes)
        current?.left -= bytes.count
        guard let left = current?.left, left >= 0 else {
            throw BackupError.cannotWrite(path: path, reason: "a file grew while it was copied")
        }
        try put(bytes)
    }

    /// Ends the file that was begun.
    func end() throws {
        guard let (header, left, hash) = current else { preconditionFailure("no file was begun") }
        guard left == 0 else {
            throw BackupError.cannotWrite(path: path, reason: "\(header.name) became shorter while it was copied")
        }
        try put(Data(count: header.paddingBytes))
        current = nil
        let sha256 = BlobName.text(hash.finalize())
        let line = Data("\(sha256)  \(header.name)\n".utf8)
        try sums.write(contentsOf: line)
        sumsBytes += line.count
    }

    func add(_ name: String, _ bytes: Data) throws {
        try begin(name, bytes: bytes.count)
        try append(bytes)
        try end()
    }

    /// Adds a file of the disk.
    func add(_ name: String, contentsOf url: URL) throws {
        let source: FileHandle
        let count: UInt64
        do {
            source = try FileHandle(forReadingFrom: url)
            count = try source.seekToEnd()
            try source.seek(toOffset: 0)
        } catch { throw BackupError.cannotRead(path: url.path, reason: "\(error)") }
        defer { source.closeFile() }
        // What others add meanwhile is not part of it.
        var left = Int(count)
        try begin(name, bytes: left)
        while left > 0, let part = try source.read(upToCount: min(left, Self.bufferBytes)), !part.isEmpty {
            try append(part)
            left -= part.count
        }
        try end()
    }

    /// Adds the digests and the end, waits for the disk, and gives the archive its name.
    func finish() throws {
        try sums.seek(toOffset: 0)
        let header = TarHeader(name: Self.sumsName, bytes: sumsBytes)
        try put(Data(header.block(seconds: seconds)))
        while let part = try sums.read(upToCount: Self.bufferBytes), !part.isEmpty { try put(part) }
        try put(Data(count: header.paddingBytes))
        try put(Data(count: 2 * TarHeader.blockBytes))
        try flush()
        if var sealer {
            try write(try sealer.finish())
            self.sealer = sealer
        }
        try file.synchronize()
        try file.close()
        guard !FileManager.default.fileExists(atPath: path) else {
            throw BackupError.cannotWrite(path: path, reason: "it exists already")
        }
        guard rename(partial, path) == 0 else {
            throw BackupError.cannotWrite(path: path, reason: String(cString: strerror(errno)))
        }
    }

    /// Leaves nothing behind.
    func abandon() { unlink(partial) }

    private func put(_ bytes: Data) throws {
        buffer.append(bytes)
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    private func flush() throws {
        let waiting = buffer
        buffer = Data()
        if sealer != nil {
            try write(sealer?.append(waiting) ?? Data())
        } else {
            try write(waiting)
        }
    }

    private func write(_ bytes: Data) throws {
        do { try file.write(contentsOf: bytes) } catch {
            throw BackupError.cannotWrite(path: partial, reason: "\((error as NSError).localizedDescription)")
        }
        writtenBytes += bytes.count
    }
}
