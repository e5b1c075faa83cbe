// The one file of a backup, read front to back. Nothing is believed before it was compared with its digest.
import Crypto
import Foundation
import Storage

/// Reads an archive, opening what a passphrase seals.
final class BackupReader {
    private static let partBytes = 1 << 20
    /// Digests that are kept to say which file does not fit; names of evidence say their digests themselves.
    private static let digestsKept = 1_000

    private let path: String
    private let file: FileHandle
    private var opener: SealedStream.Opener?
    /// Bytes of the archive that were read, and where the next one stands among them.
    private var buffer = Data()
    private var position = 0
    private var isAtEnd = false
    private var current: (header: TarHeader, left: Int, hash: SHA256)?
    /// Over the lines that the list of digests must have.
    private var wantedSums = SHA256()
    private var digests: [String: String] = [:]
    let fileBytes: Int
    /// Bytes of the file that were read, for whoever waits.
    private(set) var readBytes = 0

    /// What the passphrase stands for; `nil` for an open archive.
    let secret: SymmetricKey?

    /// - Parameter known: ``secret`` of an earlier reader of the same file, since it takes long to work out.
    /// - Throws: ``BackupError``: no such file, not a backup, no passphrase or the wrong one.
    init(path: String, passphrase: String?, secret known: SymmetricKey? = nil) throws {
        self.path = path
        do {
            file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            fileBytes = Int(try file.seekToEnd())
            try file.seek(toOffset: 0)
        } catch { throw BackupError.cannotRead(path: path, reason: (error as NSError).localizedDescription) }
        let start = try file.read(upToCount: BackupSeal.lineBytesMax) ?? Data()
        guard start.starts(with: BackupSeal.magic.utf8) else {
            secret = nil
            try file.seek(toOffset: 0)
            return
        }
        guard let end = start.firstIndex(of: 0x0A) else {
            throw BackupError.notABackup("\(path): its first line does not end")
        }
        let seal = try BackupSeal(line: Array(start[..<end]), path: path)
        guard let passphrase else { throw BackupError.needsPassphrase(path: path) }
        let secret = try known ?? seal.secret(passphrase)
        self.secret = secret
        opener = SealedStream.Opener(
            secret: secret, salt: seal.salt, header: Array(start[...end]),
            pieceBytes: BackupSeal.pieceBytes)
        try file.seek(toOffset: UInt64(end + 1))
    }

    /// Goes on to the next file. What was not read of the one before is read and compared, too.
    /// - Returns: `nil` at the end of a whole and unchanged archive.
    /// - Throws: ``BackupError``.
    func next() throws -> TarHeader? {
        if current != nil { while try read() != nil {} }
        guard let header = try header() else {
            guard lastName != nil else { throw BackupError.notABackup("\(path) is no archive") }
            throw BackupError.damaged("the head of a file behind \(lastName ?? "") does not fit")
        }
        if header.name == BackupWriter.sumsName {
            try compareSums(header)
            return nil
        }
        lastName = header.name
        current = (header, header.bytes, SHA256())
        return header
    }
    private var lastName: String?

    /// The head of the next file; `nil` if there is none, or if what stands there is none.
    private func header() throws -> TarHeader? {
        try fill(TarHeader.blockBytes)
        if lastName == nil, buffer.count - position < TarHeader.blockBytes { return nil }
        return TarHeader(block: [UInt8](try take(TarHeader.blockBytes)))
    }

    /// The next bytes of the file; `nil` at its end, once its digest is known.
    func read() throws -> Data? {
        guard let (header, left, hash) = current else { return nil }
        guard left > 0 else {
            guard try take(header.paddingBytes).allSatisfy({ $0 == 0 }) else {
                throw BackupError.damaged("something stands behind \(header.name)")
            }
            let sha256 = BlobName.text(hash.finalize())
            wantedSums.update(data: Data("\(sha256)  \(header.name)\n".utf8))
            if digests.count < Self.digestsKept { digests[header.name] = sha256 }
            digest = sha256
            current = nil
            return nil
        }
        let part = try take(min(left, Self.partBytes))
        current?.hash.update(data: part)
        current?.left -= part.count
        return part
    }
    /// Of the file that was read last, in lower-case hexadecimal digits.
    private(set) var digest = ""

    /// The whole file, which must not be larger than so many bytes.
    func readAll(bytesMax: Int) throws -> Data {
        guard let header = current?.header else { return Data() }
        guard header.bytes <= bytesMax else { throw BackupError.damaged("\(header.name) is too large") }
        var all = Data()
        while let part = try read() { all.append(part) }
        return all
    }

    private func compareSums(_ header: TarHeader) throws {
        var found = SHA256()
        var left = header.bytes
        var start = Data()
        while left > 0 {
            let part = try take(min(left, Self.partBytes))
            found.update(data: part)
            if start.isEmpty { start = part }
            left -= part.count
        }
        guard found.finalize() == wantedSums.finalize() else {
            // The first line that says something else.
            for line in String(decoding: start, as: UTF8.self).split(separator: "\n") {
                let parts = line.split(separator: " ", maxSplits: 1)
                guard parts.count == 2 else { break }
                let name = parts[1].drop { $0 == " " }
                if let sha256 = digests[String(name)], sha256 != parts[0] {
                    throw BackupError.damaged("\(name) does not have its digest")
                }
            }
            throw BackupError.damaged("\(BackupWriter.sumsName) does not fit the files")
        }
        let rest = try take(header.paddingBytes + 2 * TarHeader.blockBytes)
        try fill(1)
        guard rest.allSatisfy({ $0 == 0 }), isAtEnd, position == buffer.count else {
            throw BackupError.damaged("something stands behind its end")
        }
    }

    private func take(_ count: Int) throws -> Data {
        try fill(count)
        guard buffer.count - position >= count else {
            throw BackupError.damaged("it ends in the middle of \(lastName ?? "the first file")")
        }
        defer { position += count }
        return buffer.subdata(in: position..<position + count)
    }

    /// Reads until so many bytes wait, or there are no more.
    private func fill(_ count: Int) throws {
        while buffer.count - position < count, !isAtEnd {
            buffer = buffer.subdata(in: position..<buffer.count)
            position = 0
            let part: Data
            do { part = try file.read(upToCount: Self.partBytes) ?? Data() } catch {
                throw BackupError.cannotRead(path: path, reason: (error as NSError).localizedDescription)
            }
            readBytes += part.count
            isAtEnd = part.isEmpty
            guard opener != nil else {
                buffer.append(part)
                continue
            }
            do {
                if let opened = try isAtEnd ? opener?.finish() : opener?.append(part) { buffer.append(opened) }
            } catch SealedStreamError.damaged(piece: 0) {
                throw BackupError.wrongPassphrase(path: path)
            } catch let error as SealedStreamError { throw BackupError.damaged("\(error)") }
        }
    }
}
