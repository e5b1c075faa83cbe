// The key that seals files at rest. It lies apart from what it seals: whoever takes the data away has not the key.
import Crypto
package import Foundation

/// Why a key of files cannot be used.
package enum FileKeyError: Error, Sendable, Hashable, CustomStringConvertible {
    case missing(path: String)
    case cannotRead(path: String, String)
    case cannotWrite(path: String, String)
    case exists(path: String)
    case damaged(path: String)
    /// Everybody on the machine may read it.
    case open(path: String)
    /// It lies with what it seals.
    case inside(path: String, folder: String)
    /// The files are sealed, and no key was named.
    case needed(key: String)
    /// The files are sealed with another key.
    case other(key: String, given: String)

    package var description: String {
        switch self {
        case .missing(let path): "there is no key of files at \(path)"
        case .cannotRead(let path, let why): "the key of files \(path) cannot be read: \(why)"
        case .cannotWrite(let path, let why): "the key of files \(path) cannot be written: \(why)"
        case .exists(let path):
            "\(path) is there already; a key is never replaced, since what it sealed would be lost"
        case .damaged(let path): "\(path) does not hold a key of 32 bytes in Base64"
        case .open(let path): "everybody on this machine may read the key of files \(path); chmod 600 it"
        case .inside(let path, let folder):
            "the key of files \(path) lies in \(folder), with what it seals; keep it elsewhere"
        case .needed(let key):
            "the files of this installation are sealed with the key \(key): name it with --file-key or CONCORD_FILE_KEY"
        case .other(let key, let given):
            "the files of this installation are sealed with the key \(key), and the one that was named is \(given)"
        }
    }
}

/// A secret of 32 bytes that seals files, known by a name that tells nothing of it.
package struct FileKey: Sendable {
    /// Bytes of the name.
    static let nameBytes = 8
    private static let bytes = 32
    /// A file that holds a key is no longer than this.
    private static let fileBytesMax = 1_024
    let secret: SymmetricKey
    /// Derived from the secret: the same for the same key.
    let nameDigest: [UInt8]

    /// - Parameter secret: 32 bytes.
    package init(secret: [UInt8]) {
        precondition(secret.count == Self.bytes, "a key of files has 32 bytes")
        let key = SymmetricKey(data: secret)
        self.secret = key
        nameDigest = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key, info: Data("concord file key name".utf8), outputByteCount: Self.nameBytes
        ).withUnsafeBytes { Array($0) }
    }

    /// 16 lower-case hexadecimal digits by which operators tell keys apart.
    package var name: String { Self.text(nameDigest) }

    static func text(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// Reads a key: 32 bytes in Base64, and nothing else.
    /// - Parameter folder: Where the files are; the key must not be in it.
    /// - Throws: ``FileKeyError``.
    package init(file: URL, outside folder: URL) throws(FileKeyError) {
        let path = file.path
        let (real, inside) = (file.resolvingSymlinksInPath().path, folder.resolvingSymlinksInPath().path)
        guard !real.hasPrefix(inside + "/") else { throw .inside(path: path, folder: folder.path) }
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { throw .missing(path: path) }
            throw .cannotRead(path: path, String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        var found = stat()
        guard fstat(descriptor, &found) == 0, found.st_mode & S_IFMT == S_IFREG else {
            throw .cannotRead(path: path, "it is no file")
        }
        guard found.st_mode & 0o007 == 0 else { throw .open(path: path) }
        guard found.st_size <= Self.fileBytesMax else { throw .damaged(path: path) }
        var bytes = [UInt8](repeating: 0, count: Self.fileBytesMax)
        let count = read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw .cannotRead(path: path, String(cString: strerror(errno))) }
        let text = String(decoding: bytes.prefix(count), as: UTF8.self)
        guard let secret = Data(base64Encoded: text.trimmingCharacters(in: .whitespacesAndNewlines)),
            secret.count == Self.bytes
        else { throw .damaged(path: path) }
        self.init(secret: Array(secret))
    }

    /// Writes a new key, readable by its owner only.
    /// - Parameter secret: 32 random bytes.
    /// - Throws: ``FileKeyError``; what is there is never replaced.
    package static func make(_ file: URL, secret: [UInt8]) throws(FileKeyError) -> FileKey {
        let key = FileKey(secret: secret)
        let descriptor = Foundation.open(file.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            if errno == EEXIST { throw .exists(path: file.path) }
            throw .cannotWrite(path: file.path, String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        let line = Array((Data(secret).base64EncodedString() + "\n").utf8)
        guard write(descriptor, line, line.count) == line.count, fsync(descriptor) == 0 else {
            let why = String(cString: strerror(errno))
            unlink(file.path)
            throw .cannotWrite(path: file.path, why)
        }
        return key
    }
}
