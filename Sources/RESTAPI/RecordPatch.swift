// PATCH of a record of any type.
import Foundation
import Governance
import HTTPServing
import Hummingbird
import MerkleLog
import RecordKit
import Storage

extension RESTRoutes {
    /// Changes the fields that are named. What only the system sets, or only a transition, cannot be named at all.
    func patch(_ resource: Resource, _ id: UUID, _ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let version = try call.request.versionSeen()
        let schema = resource.schema
        let body = try await JSONBody(call.request, mediaType: JSONBody.mergePatch)
        try Self.checkPatchable(body, schema)
        let merged = try await merged(body, resource, id, version, call)
        let input = try merged.values(schema)
        let record = try await services.records.update(
            schema, id, over: version, input, keepsMissing: true, as: call.caller,
            reason: try call.request.changeReason(), request: call.id)
        return Self.response(record, resource, call)
    }

    private static func checkPatchable(_ body: JSONBody, _ schema: AnySchema) throws {
        let problems = body.members.keys.sorted().compactMap { name -> Problem? in
            guard let field = schema.field(name) else { return nil }
            if name == schema.lifecycle?.field { return Problem(name, "changes only by a transition") }
            return field.isWritable ? nil : Problem(name, "is set by the system")
        }
        guard problems.isEmpty else { throw Failure(ServiceError.invalid(Invalid(problems))) }
    }

    /// A patch reaches into what a field holds, if that is an object: a file's name, a member of a JSON document.
    /// If the version seen is no longer the present one, the patch is not merged with it, and the update is refused.
    private func merged(
        _ body: JSONBody, _ resource: Resource, _ id: UUID, _ version: Int, _ call: Call
    ) async throws -> JSONBody {
        let nested = body.members.filter { name, value in
            guard case .object = value else { return false }
            return switch resource.schema.field(name)?.kind {
            case .json, .file: true
            default: false
            }
        }
        guard !nested.isEmpty else { return body }
        let present = try await services.records.get(resource.schema, id, as: call.caller)
        guard present.version == version,
            case .object(let shown) = try JSONValue.parse(resource.bytes(of: present, for: call.caller))
        else { return body }
        var members = body.members
        for (name, patch) in nested { members[name] = (shown[name] ?? .null).merged(with: patch) }
        return JSONBody(members: members)
    }
}
