// Where a server's address and a token come from: the environment first, else a file that only its owner reads.
package import Foundation

/// A server and the token by which it knows the caller.
package struct Credentials: Sendable, Equatable {
    package let base: URL
    package let token: String

    /// - Throws: ``ClientError`` for what is no address or no token.
    package init(url: String, token: String) throws(ClientError) {
        base = try HTTPTransport.base(url)
        let token = token.trimmingCharacters(in: .whitespacesAndNewlines)
        let isPlain = token.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard (1...Self.tokenBytesMax).contains(token.utf8.count), isPlain else {
            throw .badCredentials(path: "token", why: "it is empty, too long or has characters that no token has")
        }
        self.token = token
    }

    private static let tokenBytesMax = 1_024
}

/// The file `credentials.json` in the user's folder of settings.
package struct CredentialsFile: Sendable {
    package let path: String
    private let environment: [String: String]

    /// - Parameter environment: The process's variables: `XDG_CONFIG_HOME`, `HOME`, `CONCORD_URL`, `CONCORD_TOKEN`.
    package init(environment: [String: String]) {
        self.environment = environment
        let configured = environment["XDG_CONFIG_HOME"] ?? ""
        // The base directory specification: a relative path is as good as none.
        let folder = configured.hasPrefix("/") ? configured : (environment["HOME"] ?? "/") + "/.config"
        path = folder + "/concord/credentials.json"
    }

    private struct Contents: Codable {
        let url: String
        let token: String
    }

    /// The credentials to use. A variable wins over the file; both variables together need none.
    /// - Throws: ``ClientError/notSignedIn`` if nothing says which server and which token.
    package func credentials() throws(ClientError) -> Credentials {
        let url = environment["CONCORD_URL"].flatMap { $0.isEmpty ? nil : $0 }
        let token = environment["CONCORD_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
        if let url, let token { return try Credentials(url: url, token: token) }
        guard let kept = try read() else { throw .notSignedIn }
        // A token that was kept for one server is not for another one.
        if let url, try HTTPTransport.base(url) != HTTPTransport.base(kept.url) { throw .notSignedIn }
        return try Credentials(url: kept.url, token: token ?? kept.token)
    }

    /// - Returns: `nil` if there is no file.
    private func read() throws(ClientError) -> Contents? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw .badCredentials(path: path, why: String(cString: strerror(errno)))
        }
        guard status.st_mode & 0o077 == 0 else {
            throw .badCredentials(path: path, why: "others may read it; make another token, then “concord login”")
        }
        do {
            return try JSONDecoder().decode(Contents.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw .badCredentials(path: path, why: "it is not what “concord login” writes; sign in again")
        }
    }

    /// Keeps credentials, readable by their owner only from the first byte on.
    package func save(_ credentials: Credentials) throws(ClientError) {
        let folder = (path as NSString).deletingLastPathComponent
        let temporary = path + ".\(getpid())"
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let contents = Contents(url: credentials.base.absoluteString, token: credentials.token)
            let bytes = [UInt8](try encoder.encode(contents)) + [UInt8(ascii: "\n")]
            unlink(temporary)
            let file = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
            guard file >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
            let written = write(file, bytes, bytes.count)
            guard close(file) == 0, written == bytes.count, rename(temporary, path) == 0 else {
                let number = errno
                unlink(temporary)
                throw POSIXError(POSIXErrorCode(rawValue: number) ?? .EIO)
            }
        } catch {
            throw .badCredentials(path: path, why: "it cannot be written: \((error as NSError).localizedDescription)")
        }
    }

    /// - Returns: Whether there was one.
    package func remove() throws(ClientError) -> Bool {
        if unlink(path) == 0 { return true }
        guard errno == ENOENT || errno == ENOTDIR else {
            throw .badCredentials(path: path, why: String(cString: strerror(errno)))
        }
        return false
    }
}
