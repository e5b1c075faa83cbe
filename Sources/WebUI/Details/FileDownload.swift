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
    /// - Parameter query: `record` as `plural/id`, and `asOf` for a record of the past.
    static func response(
        _ sha256: String, _ query: LinkQuery, _ reading: RecordScreens.Reading, _ caller: Caller,
        _ context: ConcordContext
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
            let response = try await FileAnswer.response(
                file, for: organisation, from: reading.services.blobs, logger: context.logger)
        else { throw missing }
        return response
    }
}
