// Search over everything, saved views, and taking back the last change.
import Access
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import Hummingbird
import MerkleLog
import RecordKit
import Storage

extension RESTRoutes {
    // MARK: Search

    /// `GET /search?q=`: without words, the records that were changed last.
    func search(_ call: Call) async throws -> Response {
        let parameters = try QueryParameters(call.request, allowed: ["q", "limit"])
        let limit = try parameters.integer("limit", in: 1...SearchService.recordsPerTypeMax) ?? 5
        let words = parameters["q"] ?? ""
        let results = try await services.search.find(words, perType: limit, as: call.caller)
        var json = JSONWriter(reservingBytes: 4_096)
        json.object { json in
            json.string("query", words)
            json.bool("recent", results.isRecent)
            json.array("requirements", results.requirements) { json, found in
                json.object { json in
                    json.id("id", found.item.id)
                    json.string("reference", found.item.reference)
                    json.string("title", found.item.title)
                    json.string("framework", found.item.frameworkKey)
                    json.string("frameworkName", found.frameworkName)
                }
            }
            json.array("groups", results.groups) { json, group in
                json.object { json in
                    json.string("type", group.schema.type.name)
                    json.string("collection", group.schema.plural)
                    json.string("label", group.schema.pluralLabel)
                    json.bool("more", group.hasMore)
                    json.array("records", group.records) { json, record in
                        json.object { json in
                            json.id("id", record.id)
                            json.integer("version", record.version)
                            json.string("title", record.title)
                            json.string("belongsTo", results.places[record.id])
                            json.string("state", group.schema.lifecycle.map { record[$0.field].text })
                        }
                    }
                }
            }
            json.array("views", results.views) { json, view in
                json.object { append(view, isDefault: nil, to: &$0) }
            }
        }
        return Response(json: json.bytes)
    }

    // MARK: Saved views

    func views(_ call: Call) async throws -> Response {
        let parameters = try QueryParameters(call.request, allowed: ["type"])
        let type = parameters["type"].map { RecordType($0) }
        let views = try await services.views.list(type, as: call.caller)
        let defaults = try await services.views.defaults(as: call.caller)
        var json = JSONWriter(reservingBytes: 256 * (views.count + 1))
        json.object { json in
            json.array("items", views) { json, view in
                json.object { append(view, isDefault: defaults[view.type] == view.id, to: &$0) }
            }
        }
        return Response(json: json.bytes)
    }

    func createView(_ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let body = try await JSONBody(call.request)
        try body.expectOnly(["type", "name", "query", "shared", "default"])
        let type = RecordType(try body.string("type", isRequired: true) ?? "")
        let view = try await services.views.create(
            type, name: try body.string("name", isRequired: true) ?? "", query: try body.string("query") ?? "",
            isShared: try body.bool("shared") ?? false, as: call.caller)
        let isDefault = try body.bool("default") ?? false
        if isDefault { try await services.views.setDefault(view.id, for: view.type, as: call.caller) }
        return respond(view, isDefault: isDefault, status: .created)
    }

    /// Changes what is sent of name, query and whether the caller's lists begin with it.
    func changeView(_ id: UUID, _ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let body = try await JSONBody(call.request)
        try body.expectOnly(["name", "query", "default"])
        let name = try body.string("name")
        let query = try body.string("query")
        let known = try await services.views.list(as: call.caller).first { $0.id == id }
        guard var view = known else { throw Failure(ServiceError.notFound("view")) }
        if name != nil || query != nil {
            view = try await services.views.update(id, name: name, query: query, as: call.caller)
        }
        let present = try await services.views.defaults(as: call.caller)[view.type] == id
        let wanted = try body.bool("default") ?? present
        if wanted != present { try await services.views.setDefault(wanted ? id : nil, for: view.type, as: call.caller) }
        return respond(view, isDefault: wanted, status: .ok)
    }

    func removeView(_ id: UUID, _ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        try await services.views.remove(id, as: call.caller)
        return Response(status: .noContent)
    }

    private func respond(_ view: StoredView, isDefault: Bool, status: HTTPResponse.Status) -> Response {
        var json = JSONWriter()
        json.object { append(view, isDefault: isDefault, to: &$0) }
        return Response(json: json.bytes, status: status)
    }

    private func append(_ view: StoredView, isDefault: Bool?, to json: inout JSONWriter) {
        json.id("id", view.id)
        json.string("type", view.type.name)
        json.string("name", view.name)
        json.string("query", view.query)
        json.bool("shared", view.owner == nil)
        if let isDefault { json.bool("default", isDefault) }
    }

    // MARK: Taking back

    /// `POST /undo` with the ledger index of a change of the caller's own.
    func undo(_ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let body = try await JSONBody(call.request)
        try body.expectOnly(["ledgerIndex"])
        guard case .integer(let index)? = body.members["ledgerIndex"], index >= 0 else {
            throw Failure.invalid("ledgerIndex", "must be the ledger index of your change")
        }
        let report = try await services.records.undo(upTo: index, as: call.caller, request: call.id)
        var json = JSONWriter()
        json.object { json in
            json.array("restored", report.restored) { json, record in
                json.object { Self.appendPlace(record, to: &$0) }
            }
            json.array("refused", report.refused) { json, refused in
                json.object { json in
                    Self.appendPlace(refused.record, to: &json)
                    json.string("detail", Failure(refused.why).detail)
                }
            }
        }
        return Response(json: json.bytes)
    }

    private static func appendPlace(_ record: StoredRecord, to json: inout JSONWriter) {
        json.string("type", record.schema.type.name)
        json.string("collection", record.schema.plural)
        json.id("id", record.id)
        json.integer("version", record.version)
        json.string("title", record.title)
    }

    /// `POST /{plural}/{id}/restore-values` with the version whose values come back.
    func restoreValues(_ resource: Resource, _ id: UUID, _ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let version = try call.request.versionSeen()
        let body = try await JSONBody(call.request)
        try body.expectOnly(["version"])
        guard case .integer(let former)? = body.members["version"], former >= 1 else {
            throw Failure.invalid("version", "must be the version whose values come back")
        }
        let record = try await services.records.restoreValues(
            resource.schema, id, of: former, over: version, as: call.caller, request: call.id)
        return Self.response(record, resource, call)
    }
}

extension JSONBody {
    /// A member that is text; `nil` if it is missing or null.
    func string(_ name: String, isRequired: Bool = false) throws -> String? {
        switch members[name] {
        case .string(let text): return text
        case nil, .null:
            if isRequired { throw Failure.invalid(name, "is required") }
            return nil
        default: throw Failure.invalid(name, "must be text")
        }
    }
    /// A member that is true or false; `nil` if it is missing or null.
    func bool(_ name: String) throws -> Bool? {
        switch members[name] {
        case .bool(let flag): return flag
        case nil, .null: return nil
        default: throw Failure.invalid(name, "must be true or false")
        }
    }
}
