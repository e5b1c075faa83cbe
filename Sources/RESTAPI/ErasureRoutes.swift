// What an erasure would remove, before it is carried out.
import Access
import Foundation
import Governance
import HTTPServing
import Hummingbird
import RecordKit
import Records

extension RESTRoutes {
    /// The preview of an open request.
    func erasurePreview(_ id: UUID, _ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let preview = try await services.erasure.preview(id, as: call.caller)
        var json = JSONWriter()
        json.object { json in
            json.string("type", preview.subject.schema.type.name)
            json.id("record", preview.subject.id)
            json.integer("revisions", preview.revisions)
            json.integer("revisionsInAll", preview.revisionsAll)
            json.integer("files", preview.files)
            json.integer("linksOut", preview.linksOut)
            json.integer("linksIn", preview.linksIn)
            json.bool("allowed", preview.refusal == nil && preview.holds.isEmpty)
            json.string("refusal", preview.refusal)
            json.array("holds", preview.holds) { json, hold in
                json.object { json in
                    json.id("id", hold.id.raw)
                    json.string("kind", hold.value.kind.rawValue)
                    json.string("name", hold.value.name)
                    json.string("reason", hold.value.reason)
                }
            }
        }
        return Response(json: json.bytes)
    }
}
