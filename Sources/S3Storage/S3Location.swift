// Where the files of an installation lie, as an operator writes it: s3://bucket/prefix?region=…&endpoint=…
import Foundation

/// Why a location, or what proves that one may use it, cannot be read. The words repeat no secret.
package enum S3SettingError: Error, Sendable, Hashable, CustomStringConvertible {
    case location(String)
    case noCredentials
    case credentials(path: String, String)

    package var description: String {
        switch self {
        case .location(let why): "the location of files: \(why)"
        case .noCredentials:
            "no keys for S3: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a file of credentials in "
                + "AWS_SHARED_CREDENTIALS_FILE"
        case .credentials(let path, let why): "the credentials \(path): \(why)"
        }
    }
}

/// A bucket of an S3-compatible store, and the beginning of the names in it.
package struct S3Location: Sendable, Hashable {
    package let bucket: String
    /// Without a slash at either end; empty for the whole bucket.
    package let prefix: String
    package let region: String
    /// Whether the bucket stands in the path or before the host's name.
    package let isPathStyle: Bool
    /// `https` or `http`.
    let scheme: String
    /// The host to speak to, with the bucket if it stands there, and the port unless it is the scheme's own.
    let host: String

    static let scheme = "s3://"
    private static let bucketCharacters = Set("abcdefghijklmnopqrstuvwxyz0123456789.-")
    private static let prefixCharactersMax = 200

    /// Whether the text names a bucket, and not a folder.
    package static func isLocation(_ text: String) -> Bool { text.lowercased().hasPrefix(scheme) }

    /// - Parameters:
    ///   - text: `s3://bucket/prefix`, with the parameters `region`, `endpoint` (a URL) and `style` (`path` or `host`).
    ///   - region: Where `text` names none.
    /// - Throws: ``S3SettingError``.
    package init(_ text: String, region given: String? = nil) throws(S3SettingError) {
        guard Self.isLocation(text), let parts = URLComponents(string: text), let bucket = parts.host else {
            throw .location("it must read s3://bucket/prefix?region=…")
        }
        guard parts.user == nil, parts.password == nil else {
            throw .location("it must hold no keys; they belong into the environment or a file")
        }
        guard parts.port == nil, parts.fragment == nil else {
            throw .location("a port belongs to the endpoint: s3://bucket/prefix?endpoint=https://host:port")
        }
        guard (3...63).contains(bucket.count), bucket.allSatisfy(Self.bucketCharacters.contains) else {
            throw .location("“\(bucket)” is no name of a bucket: 3 to 63 of a to z, 0 to 9, dot and hyphen")
        }
        let prefix = parts.path.split(separator: "/", omittingEmptySubsequences: true).joined(separator: "/")
        let isText = prefix.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        guard prefix.utf8.count <= Self.prefixCharactersMax, isText else {
            throw .location("the prefix has more than \(Self.prefixCharactersMax) bytes, or control characters")
        }
        let parameters = try Self.parameters(parts.queryItems ?? [])
        let region = parameters["region"] ?? given ?? "us-east-1"
        guard !region.isEmpty, region.utf8.allSatisfy({ $0 == 0x2D || Self.isLetterOrDigit($0) }) else {
            throw .location("“\(region)” is no name of a region")
        }
        let endpoint = try Self.endpoint(parameters["endpoint"] ?? "https://s3.\(region).amazonaws.com")
        switch parameters["style"] {
        case "path": isPathStyle = true
        case "host": isPathStyle = false
        // The certificate of a host covers one label before it: a bucket with dots has more.
        case nil: isPathStyle = parameters["endpoint"] != nil || bucket.contains(".")
        case let other?: throw .location("the style is path or host, not “\(other)”")
        }
        (self.bucket, self.prefix, self.region) = (bucket, prefix, region)
        scheme = endpoint.scheme
        host = isPathStyle ? endpoint.host : "\(bucket).\(endpoint.host)"
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
    }

    private static func parameters(_ items: [URLQueryItem]) throws(S3SettingError) -> [String: String] {
        var found: [String: String] = [:]
        for item in items {
            guard ["region", "endpoint", "style"].contains(item.name) else {
                throw .location("“\(item.name)” is no parameter; there are region, endpoint and style")
            }
            guard found[item.name] == nil, let value = item.value else {
                throw .location("\(item.name) must have one value")
            }
            found[item.name] = value
        }
        return found
    }

    private static func endpoint(_ text: String) throws(S3SettingError) -> (scheme: String, host: String) {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            ["https", "http"].contains(scheme), let host = parts.host, !host.isEmpty,
            parts.path.isEmpty || parts.path == "/", parts.query == nil, parts.fragment == nil, parts.user == nil,
            parts.password == nil
        else { throw .location("the endpoint must read https://host or https://host:port") }
        let own = scheme == "https" ? 443 : 80
        guard let port = parts.port, port != own else { return (scheme, host) }
        return (scheme, "\(host):\(port)")
    }

    /// The key of a name below the prefix.
    func key(_ name: String) -> String { prefix.isEmpty ? name : "\(prefix)/\(name)" }

    /// The path of a key, or of the bucket, as it is sent and signed.
    func path(_ key: String) -> String {
        let own = isPathStyle ? "/\(bucket)" : ""
        return own + "/" + URIText.path(key)
    }

    /// For messages: bucket and key.
    func shown(_ key: String) -> String { key.isEmpty ? bucket : "\(bucket)/\(key)" }
}
