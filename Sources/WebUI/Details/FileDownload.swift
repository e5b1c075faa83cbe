// Files leave only through a record that holds them and that the caller may see, and never run in Concord's name.
import Access
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import Hummingbird
import NIOCore
import RecordKit
import Storage

/// The download of a record's file.
enum FileDownload {
    /// A file is shown by whatever opens it, not by the browser in this origin.
    static let policy = "sandbox; default-src 'none'; frame-ancestors 'none'"

    /// - Parameter query: `record` as `plural/id`, and `asOf` for a record of the past.
    static func response(
        _ sha256: String, _ query: LinkQuery, _ reading: RecordScreens.Reading, _ caller: Caller
    ) async throws -> Response {
        let missing = ServiceError.notFound(text(.fileLabel))
        let parts = (query["record"] ?? "").split(separator: "/")
        guard parts.count == 2, let schema = reading.ordered.first(where: { $0.plural == parts[0] }),
            let id = UUID(uuidString: String(parts[1]))
        else { throw missing }
        let moment = try await Moment.read(query["asOf"], reading, caller)
        let record = try await reading.records.get(schema, id, as: caller, asOf: moment?.asOf)
        let files = record.values.compactMap { if case .file(let file) = $0 { file } else { nil } }
        guard let file = files.first(where: { $0.sha256 == sha256 }), let organisation = record.meta.organisation,
            let bytes = try await reading.services.blobs.get(sha256, for: organisation)
        else { throw missing }
        var headers = HTTPFields()
        headers[.contentType] = "application/octet-stream"
        headers[.contentDisposition] = disposition(file.name)
        headers[.contentSecurityPolicy] = policy
        headers[.cacheControl] = "private, no-store"
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// To be saved under this name (RFC 6266, with the encoding of RFC 8187).
    static func disposition(_ name: String) -> String { "attachment; filename*=UTF-8''\(LinkQuery.encoded(name))" }
}
