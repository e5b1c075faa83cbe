// The answer that is a kept file: sent piece by piece, so that memory does not grow with it.
package import Foundation
import HTTPTypes
package import Hummingbird
package import Logging
import NIOCore
package import RecordKit
package import Storage

/// How a file of a record is answered.
package enum FileAnswer {
    /// A file up to this length is read before it is answered: if it is damaged, the answer says so.
    private static let wholeBytesMax = 1_048_576
    /// Nothing of ours runs in what somebody uploaded.
    private static let policy = "sandbox; default-src 'none'; frame-ancestors 'none'"

    /// A file to be saved under its name, and shown by what opens it, never by a browser in this origin. If a longer one is
    /// found damaged on the way, the connection breaks before its end.
    /// - Returns: `nil` if the file is not there.
    /// - Throws: ``BlobError``, and what the files' place throws.
    package static func response(
        _ file: FileReference, for organisation: UUID, from blobs: any BlobStore, logger: Logger
    ) async throws -> Response? {
        guard let pieces = try await blobs.open(file.sha256, for: organisation) else { return nil }
        var first = ByteBuffer()
        var isWhole = false
        while first.readableBytes <= wholeBytesMax, !isWhole {
            if let piece = try await pieces.next() { first.writeBytes(piece) } else { isWhole = true }
        }
        var headers = HTTPFields()
        headers[.contentType] = "application/octet-stream"
        headers[.contentDisposition] = disposition(file.name)
        headers[.contentSecurityPolicy] = policy
        headers[.cacheControl] = "private, no-store"
        if isWhole { return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: first)) }
        let body = ResponseBody(contentLength: file.bytes) { [first] writer in
            do {
                // Each piece is sent once the next is there: the last one only after the digest was compared.
                var ready = first
                while let piece = try await pieces.next() {
                    try await writer.write(ready)
                    ready = ByteBuffer(bytes: piece)
                }
                try await writer.write(ready)
            } catch {
                logger.error(
                    "A file was not sent to its end", metadata: ["sha256": "\(file.sha256)", "error": "\(error)"])
                throw error
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    /// To be saved under this name (RFC 6266, with the encoding of RFC 8187).
    package static func disposition(_ name: String) -> String {
        "attachment; filename*=UTF-8''\(name.addingPercentEncoding(withAllowedCharacters: plain) ?? "file")"
    }
    /// RFC 8187, attr-char without what is rarely needed.
    private static let plain = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}
