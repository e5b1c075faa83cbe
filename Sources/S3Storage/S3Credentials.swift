// The keys for S3: from the environment, or from a file as the tools of AWS write it.
import Foundation

/// What proves who asks. It describes itself without its secrets, so that no log can hold them.
package struct S3Credentials: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package let accessKey: String
    let secretKey: String
    /// Of keys that are good for a time only.
    let sessionToken: String?

    /// A file of credentials is no longer than this.
    private static let fileBytesMax = 1_048_576

    package init(accessKey: String, secretKey: String, sessionToken: String? = nil) {
        (self.accessKey, self.secretKey, self.sessionToken) = (accessKey, secretKey, sessionToken)
    }

    package var description: String { "S3 key \(accessKey)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["accessKey": accessKey]) }

    /// Finds the keys: the variables AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; else the profile
    /// AWS_PROFILE (`default`) of the file AWS_SHARED_CREDENTIALS_FILE (`~/.aws/credentials`).
    /// - Throws: ``S3SettingError``.
    package static func found(in environment: [String: String]) throws(S3SettingError) -> S3Credentials {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let access = value("AWS_ACCESS_KEY_ID"), let secret = value("AWS_SECRET_ACCESS_KEY") {
            return S3Credentials(accessKey: access, secretKey: secret, sessionToken: value("AWS_SESSION_TOKEN"))
        }
        let profile = value("AWS_PROFILE") ?? "default"
        if let path = value("AWS_SHARED_CREDENTIALS_FILE") { return try read(path, profile) }
        guard let home = value("HOME") else { throw .noCredentials }
        let path = home + "/.aws/credentials"
        guard FileManager.default.fileExists(atPath: path) else { throw .noCredentials }
        return try read(path, profile)
    }

    private static func read(_ path: String, _ profile: String) throws(S3SettingError) -> S3Credentials {
        guard let bytes = FileManager.default.contents(atPath: path), bytes.count <= fileBytesMax else {
            throw .credentials(path: path, "the file cannot be read, or is far too long")
        }
        var values: [String: String] = [:]
        var isOurs = false
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let text = line.trimmingCharacters(in: .whitespaces)
            if text.hasPrefix("[") {
                isOurs = text == "[\(profile)]"
            } else if isOurs, !text.hasPrefix("#"), let equals = text.firstIndex(of: "=") {
                let name = text[..<equals].trimmingCharacters(in: .whitespaces).lowercased()
                values[name] = text[text.index(after: equals)...].trimmingCharacters(in: .whitespaces)
            }
        }
        guard let access = values["aws_access_key_id"], let secret = values["aws_secret_access_key"] else {
            throw .credentials(
                path: path, "the profile \(profile) has no aws_access_key_id and aws_secret_access_key")
        }
        return S3Credentials(accessKey: access, secretKey: secret, sessionToken: values["aws_session_token"])
    }
}
