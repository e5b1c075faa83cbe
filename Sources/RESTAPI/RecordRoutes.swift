// What can be done with the records of any type.
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
    // MARK: Reading

    func list(_ resource: Resource, _ call: Call) async throws -> Response {
        let parameters = try QueryParameters(call.request, allowed: QueryParameters.ofLists, repeatable: "filter")
        let filter = try parameters.listFilter(resource.schema)
        let selection = try FieldSelection(parameters, resource.schema)
        let asOf = try await moment(parameters, call)
        let page = try await services.records.list(resource.schema, filter, as: call.caller, asOf: asOf)
        var total: Int?
        if try parameters.bool("count") {
            total = try await services.records.count(resource.schema, filter, as: call.caller, asOf: asOf)
        }
        return Response(json: resource.bytes(of: page, total: total, for: call.caller, selection))
    }

    func get(_ resource: Resource, _ id: UUID, _ call: Call) async throws -> Response {
        let parameters = try QueryParameters(call.request, allowed: ["asOf", "fields"])
        let selection = try FieldSelection(parameters, resource.schema)
        let asOf = try await moment(parameters, call)
        let record = try await services.records.get(resource.schema, id, as: call.caller, asOf: asOf)
        return Response(
            json: resource.bytes(of: record, for: call.caller, selection), headers: [.eTag: Self.tag(record)])
    }

    /// The moment that `asOf` names: a ledger index or a time (RFC 3339).
    func moment(_ parameters: QueryParameters, _ call: Call) async throws -> AsOf? {
        guard let text = parameters["asOf"] else { return nil }
        if let index = Int(text) { return try await services.records.moment(index: index, as: call.caller) }
        guard let time = Instant(text) else {
            throw Failure.invalid("asOf", "must be an index of the ledger or a time such as 2026-01-31T12:00:00Z")
        }
        return try await services.records.moment(at: time, as: call.caller)
    }

    func history(_ resource: Resource, _ id: UUID, _ call: Call) async throws -> Response {
        let parameters = try QueryParameters(call.request, allowed: ["before", "limit"])
        let limit = try parameters.integer("limit", in: 1...RecordService.historyEntriesMax) ?? 50
        let before = try parameters.integer("before", in: 1...Int.max)
        let entries = try await services.records.history(
            resource.schema, id, as: call.caller, before: before, limit: limit)
        var json = JSONWriter(reservingBytes: 512 * (entries.count + 1))
        json.object { json in
            json.array("items", entries) { json, entry in
                json.object { Self.append(entry, to: &$0) }
            }
            // Versions have no gaps: below the oldest one shown there are as many as its number says.
            let oldest = entries.last?.revision.record.version ?? 1
            json.integer("next", entries.count == limit && oldest > 1 ? oldest : nil)
        }
        return Response(json: json.bytes)
    }

    private static func append(_ entry: HistoryEntry, to json: inout JSONWriter) {
        let revision = entry.revision
        json.integer("version", revision.record.version)
        json.string("action", revision.action)
        json.value("at") { $0.append(.time(revision.at)) }
        json.string("actor", revision.actorKind.rawValue)
        json.id("person", revision.person)
        json.string("personName", entry.personName)
        json.string("reason", revision.reason)
        json.integer("ledgerIndex", revision.index)
        json.bool("archived", revision.record.meta.isArchived)
        json.value("erasedAt") { $0.append(revision.record.meta.erasedAt.map { .time($0) } ?? .null) }
        json.array("changes", entry.changes) { json, change in
            json.object { json in
                json.string("field", change.field.name)
                json.value("from") { $0.append(change.old) }
                json.value("to") { $0.append(change.new) }
            }
        }
    }

    func links(_ resource: Resource, _ id: UUID, _ call: Call) async throws -> Response {
        let parameters = try QueryParameters(call.request, allowed: ["asOf"])
        let asOf = try await moment(parameters, call)
        let groups = try await services.records.links(resource.schema, id, as: call.caller, asOf: asOf)
        var json = JSONWriter()
        func append(_ name: String, isIncoming: Bool, to json: inout JSONWriter) {
            json.array(name, groups.filter { $0.isIncoming == isIncoming }) { json, group in
                json.object { json in
                    json.string("type", group.schema.type.name)
                    json.string("collection", group.schema.plural)
                    json.string("label", group.fieldLabel)
                    json.array("records", group.records) { json, record in
                        json.object {
                            $0.id("id", record.id)
                            $0.string("title", record.title)
                            $0.bool("archived", record.meta.isArchived)
                        }
                    }
                }
            }
        }
        json.object { json in
            append("outgoing", isIncoming: false, to: &json)
            append("incoming", isIncoming: true, to: &json)
        }
        return Response(json: json.bytes)
    }

    func transitions(_ resource: Resource, _ id: UUID, _ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let record = try await services.records.get(resource.schema, id, as: call.caller)
        let possible = try await services.records.transitions(record, as: call.caller)
        var json = JSONWriter()
        json.object { json in
            json.array("items", possible) { json, item in
                json.object { json in
                    json.string("name", item.transition.name)
                    json.string("label", item.transition.label)
                    json.string("to", item.transition.to)
                    json.bool("needsReason", item.transition.needsReason)
                    json.strings("requires", item.transition.requires)
                    json.bool("allowed", item.refusal == nil)
                    json.string("refusal", item.refusal)
                }
            }
        }
        return Response(json: json.bytes, headers: [.eTag: Self.tag(record)])
    }

    // MARK: Writing

    func create(_ resource: Resource, _ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let body = try await JSONBody(call.request)
        let input = try body.values(resource.schema)
        let record = try await services.records.create(
            resource.schema, input, as: call.caller, reason: try call.request.changeReason(), request: call.id,
            keeping: call.claim)
        return Self.response(record, resource, call, isNew: true)
    }

    /// Replaces all fields; what is left out becomes blank. What `get` showed of the system's own members may be sent
    /// back as it was.
    func replace(_ resource: Resource, _ id: UUID, _ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let version = try call.request.versionSeen()
        let body = try await JSONBody(call.request)
        let sent = Set(Resource.systemMembers.filter { body.members[$0] != nil })
        if !sent.isEmpty { try await checkSystemMembers(sent, body, resource, id, version, call) }
        let input = try body.values(resource.schema, without: sent)
        let record = try await services.records.update(
            resource.schema, id, over: version, input, keepsMissing: false, as: call.caller,
            reason: try call.request.changeReason(), request: call.id)
        return Self.response(record, resource, call)
    }

    func setArchived(_ isArchived: Bool, _ resource: Resource, _ id: UUID, _ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let version = try call.request.versionSeen()
        let reason = try await JSONBody(call.request, isOptional: true).reason()
        let record = try await services.records.setArchived(
            isArchived, resource.schema, id, over: version, as: call.caller, reason: reason, request: call.id,
            keeping: call.claim)
        return Self.response(record, resource, call)
    }

    func take(_ name: String, _ resource: Resource, _ id: UUID, _ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let version = try call.request.versionSeen()
        let reason = try await JSONBody(call.request, isOptional: true).reason()
        let record = try await services.records.take(
            name, resource.schema, id, over: version, as: call.caller, reason: reason, request: call.id,
            keeping: call.claim)
        return Self.response(record, resource, call)
    }

    /// Refuses a change of what only the system sets. A version that is no longer the present one is refused later,
    /// with both versions.
    private func checkSystemMembers(
        _ sent: Set<String>, _ body: JSONBody, _ resource: Resource, _ id: UUID, _ version: Int, _ call: Call
    ) async throws {
        let present = try await services.records.get(resource.schema, id, as: call.caller)
        guard present.version == version else { return }
        let shown = try JSONValue.parse(resource.bytes(of: present, for: call.caller))
        guard case .object(let members) = shown else { return }
        let changed = sent.filter { members[$0] != body.members[$0] }.sorted()
        guard changed.isEmpty else {
            throw Failure(ServiceError.invalid(Invalid(changed.map { Problem($0, "is set by the system") })))
        }
    }

    // MARK: Answers

    private static func tag(_ record: StoredRecord) -> String { "\"\(record.version)\"" }

    static func location(_ record: StoredRecord, _ schema: AnySchema) -> String {
        "/api/v1/\(schema.plural)/\(record.id.lowercased)"
    }

    static func response(
        _ record: StoredRecord, _ resource: Resource, _ call: Call, isNew: Bool = false
    ) -> Response {
        var response = Response(
            json: resource.bytes(of: record, for: call.caller), status: isNew ? .created : .ok,
            headers: [.eTag: tag(record)])
        if isNew { response.headers[.location] = location(record, resource.schema) }
        return response
    }
}
