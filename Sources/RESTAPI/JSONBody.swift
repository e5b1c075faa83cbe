// Bodies of requests: one JSON object, read strictly. Whatever cannot be read is named, with its place.
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import Hummingbird
import MerkleLog
import RecordKit

extension HTTPField.Name {
    /// Why a record is created or replaced: UTF-8, percent-encoded, since headers are ASCII.
    static let changeReason: HTTPField.Name = {
        guard let name = HTTPField.Name("X-Concord-Reason") else { preconditionFailure("not a name of a header") }
        return name
    }()
}

/// The members of a request's body.
struct JSONBody {
    let members: [String: JSONValue]

    /// JSON merge patches (RFC 7396).
    static let mergePatch = "application/merge-patch+json"

    /// - Parameter isOptional: Nothing at all stands for an object without members.
    /// - Throws: ``Failure``: 415 for another media type, 413 over the limit, 400 for what is not one JSON object.
    init(_ request: Request, isOptional: Bool = false, mediaType: String = "application/json") async throws {
        if request.headers[.contentType] != nil || !isOptional { try request.checkContent(mediaType) }
        let bytes = [UInt8](try await FormBody.bytes(request, HTTPLimit.bodyBytesMax))
        if bytes.isEmpty, isOptional {
            members = [:]
            return
        }
        // What was left out for nothing must be there for something.
        if isOptional { try request.checkContent(mediaType) }
        guard case .object(let members) = try Self.parse(bytes) else {
            throw Failure(.badRequest, "invalid", "Malformed JSON", "The body must be a JSON object.")
        }
        self.members = members
    }

    init(members: [String: JSONValue]) { self.members = members }

    /// - Throws: ``Failure``: 400 with the place of what is not JSON.
    static func parse(_ bytes: [UInt8]) throws -> JSONValue {
        do { return try JSONValue.parse(bytes) } catch {
            throw Failure(.badRequest, "invalid", "Malformed JSON", error.description)
        }
    }

    /// - Throws: ``Failure`` that names every member beyond the known ones.
    func expectOnly(_ known: Set<String>) throws {
        let unknown = members.keys.filter { !known.contains($0) }.sorted()
        guard unknown.isEmpty else {
            throw Failure(ServiceError.invalid(Invalid(unknown.map { Problem($0, "is not a member here") })))
        }
    }

    /// The reason of an archiving or a transition.
    func reason() throws -> String? {
        try expectOnly(["reason"])
        switch members["reason"] {
        case nil, .null: return nil
        case .string(let text): return text
        default: throw Failure.invalid("reason", "must be text")
        }
    }

    /// Values of a type's fields.
    /// - Throws: ``Failure`` with every member that is no field or does not fit its field.
    func values(_ schema: AnySchema, without ignored: Set<String> = []) throws -> [String: FieldValue] {
        var input: [String: FieldValue] = [:]
        var problems: [Problem] = []
        for (name, value) in members where !ignored.contains(name) {
            guard let field = schema.field(name) else {
                let isSystems = Resource.systemMembers.contains(name)
                problems.append(
                    Problem(name, isSystems ? "is set by the system" : "is not a field of \(schema.label)"))
                continue
            }
            do { input[name] = try FieldInput.value(value, for: field) } catch { problems.append(error) }
        }
        guard problems.isEmpty else {
            throw Failure(ServiceError.invalid(Invalid(problems.sorted { $0.field < $1.field })))
        }
        return input
    }
}

extension Request {
    /// The version that the caller saw, from `If-Match: "3"`.
    /// - Throws: ``Failure``: 428 without the header (RFC 6585), 400 if it is not one strong ETag of a record.
    func versionSeen() throws -> Int {
        guard let header = headers[.ifMatch], !header.isEmpty else {
            throw Failure(
                .preconditionRequired, "invalid", "If-Match is missing",
                "Send If-Match with the ETag of the version that you saw, so that nobody's change is lost.")
        }
        let text = header.trimmingCharacters(in: .whitespaces)
        guard text.hasPrefix("\""), text.hasSuffix("\""), text.utf8.count > 2,
            let version = Int(text.dropFirst().dropLast())
        else {
            throw Failure(
                .badRequest, "invalid", "If-Match is not an ETag",
                "If-Match must be the one ETag that came with the record, such as \"3\" with its quotes.")
        }
        return version
    }

    /// The reason in `X-Concord-Reason`.
    func changeReason() throws -> String? {
        guard let header = headers[.changeReason] else { return nil }
        let isASCII = header.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        guard isASCII, let reason = header.removingPercentEncoding else {
            throw Failure(
                .badRequest, "invalid", "Malformed header",
                "X-Concord-Reason must be UTF-8, percent-encoded into ASCII.")
        }
        return reason
    }
}
