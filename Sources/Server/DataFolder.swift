// The folder in which an installation keeps everything: database, files, key, lock.
package import Foundation

/// An opened data folder. Only one process holds it at a time, unless the database is elsewhere.
package final class DataFolder: Sendable {
    package let url: URL
    /// -1 where nothing is locked.
    private let lock: Int32

    package var databasePath: String { url.appendingPathComponent("concord.sqlite").path }
    /// The list of what was erased. It must outlive the database: keep the newest with every backup.
    package var erasures: URL { url.appendingPathComponent("erasures") }
    package var blobs: URL { url.appendingPathComponent("files", isDirectory: true) }
    /// Where uploads wait on their way to a bucket.
    package var uploads: URL { url.appendingPathComponent("uploads", isDirectory: true) }

    /// Creates the folder if need be, readable by its owner only, and takes its lock.
    /// - Parameter isShared: The records are in a database of their own: what is here, keys and files, is read and added
    ///   to by several processes at once, and nothing is locked.
    /// - Throws: ``DataFolderError``.
    package init(_ url: URL, isShared: Bool = false) throws {
        self.url = url
        try FileManager.default.createDirectory(
            at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        guard !isShared else {
            lock = -1
            return
        }
        let path = url.appendingPathComponent("lock").path
        lock = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw DataFolderError.cannotOpen(path, String(cString: strerror(errno))) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            close(lock)
            throw DataFolderError.inUse(url.path)
        }
    }

    deinit { if lock >= 0 { close(lock) } }

    /// The 32 secret bytes of the key that signs checkpoints, made at the first start. The file stays outside the
    /// database and is readable by its owner only.
    package func signingSeed(random: (Int) -> [UInt8]) throws -> [UInt8] {
        let folder = url.appendingPathComponent("keys", isDirectory: true)
        let file = folder.appendingPathComponent("ledger.key")
        if let kept = try seed(in: file) { return kept }
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let contents = Data((Data(random(32)).base64EncodedString() + "\n").utf8)
        try keepFirst(contents, at: file)
        guard let kept = try seed(in: file) else { throw DataFolderError.cannotOpen(file.path, "cannot be read") }
        return kept
    }

    /// Writes a file unless it is there: nodes that start at once agree on the one that was there first, and none reads
    /// half of it.
    private func keepFirst(_ contents: Data, at file: URL) throws {
        let made = file.deletingLastPathComponent().appendingPathComponent("new-\(UUID().uuidString)").path
        guard
            FileManager.default.createFile(
                atPath: made, contents: contents, attributes: [.posixPermissions: 0o600])
        else { throw DataFolderError.cannotOpen(made, "cannot be written") }
        defer { unlink(made) }
        // A link never replaces a file.
        if link(made, file.path) != 0, errno != EEXIST {
            // A file system without links; moving refuses to replace, too, if not at the same instant.
            try FileManager.default.moveItem(atPath: made, toPath: file.path)
        }
    }

    private func seed(in file: URL) throws -> [UInt8]? {
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        let text = try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let seed = Data(base64Encoded: text), seed.count == 32 else {
            throw DataFolderError.damagedKey(file.path)
        }
        return [UInt8](seed)
    }

    /// The name under which the ledgers are signed. It is kept at the first start, since auditors hold keys by it.
    package func ledgerHost(proposed: String?) throws -> String {
        let file = url.appendingPathComponent("ledger-host")
        if let kept = try host(in: file, proposed) { return kept }
        let host = proposed ?? "concord.localhost"
        let isName = host.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x2E
        }
        guard (1...253).contains(host.utf8.count), isName else { throw DataFolderError.badHost(host) }
        try keepFirst(Data((host + "\n").utf8), at: file)
        guard let kept = try self.host(in: file, proposed) else {
            throw DataFolderError.cannotOpen(file.path, "cannot be read")
        }
        return kept
    }

    private func host(in file: URL, _ proposed: String?) throws -> String? {
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        let kept = try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        guard proposed == nil || proposed == kept else {
            throw DataFolderError.otherHost(kept: kept, proposed: proposed ?? "")
        }
        return kept
    }
}

/// Why a data folder cannot be used.
package enum DataFolderError: Error, Sendable, CustomStringConvertible {
    case cannotOpen(String, String)
    case inUse(String)
    case damagedKey(String)
    case badHost(String)
    case otherHost(kept: String, proposed: String)

    package var description: String {
        switch self {
        case .cannotOpen(let path, let why): "\(path): \(why)"
        case .inUse(let path): "\(path) is in use by a running server; stop it first, or speak to it over the API"
        case .damagedKey(let path): "\(path) does not hold a key of 32 bytes in Base64"
        case .badHost(let host): "\(host) is not a host name in lower case"
        case .otherHost(let kept, let proposed):
            "the ledgers of this folder are signed as \(kept), not \(proposed); auditors hold keys under that name"
        }
    }
}
