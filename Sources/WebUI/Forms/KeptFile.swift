// A file that was uploaded with a form that had to come back: it stays in the blob store, and the form holds a sealed
// note of it, so that nobody can claim a file by its digest alone.
import Crypto
import Foundation
import RecordKit

/// Seals what is known of an uploaded file with the secret of the session that sent it.
enum KeptFile {
    /// - Returns: `nil` without a session.
    static func seal(_ file: FileReference, _ field: String, secret: String) -> String? {
        guard !secret.isEmpty else { return nil }
        let note = [file.sha256, String(file.bytes), file.mediaType, file.name].map(LinkQuery.encoded)
            .joined(separator: "&")
        return "\(note)&\(code(note, field, secret))"
    }

    /// - Returns: `nil` unless this session sealed it for this field.
    static func open(_ sealed: String, _ field: String, secret: String) -> FileReference? {
        guard !secret.isEmpty, let end = sealed.lastIndex(of: "&") else { return nil }
        let note = String(sealed[..<end])
        guard let given = Data(base64Encoded: String(sealed[sealed.index(after: end)...])),
            HMAC<SHA256>.isValidAuthenticationCode(
                given, authenticating: message(note, field), using: SymmetricKey(data: Data(secret.utf8)))
        else { return nil }
        let parts = note.split(separator: "&", omittingEmptySubsequences: false).map {
            String($0).removingPercentEncoding ?? ""
        }
        guard parts.count == 4, let bytes = Int(parts[1]) else { return nil }
        do { return try FileReference(sha256: parts[0], name: parts[3], mediaType: parts[2], bytes: bytes) } catch {
            return nil
        }
    }

    private static func code(_ note: String, _ field: String, _ secret: String) -> String {
        Data(
            HMAC<SHA256>.authenticationCode(
                for: message(note, field), using: SymmetricKey(data: Data(secret.utf8)))
        ).base64EncodedString()
    }
    private static func message(_ note: String, _ field: String) -> Data { Data("kept file\n\(field)\n\(note)".utf8) }
}
