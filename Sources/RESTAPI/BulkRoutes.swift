// Many new records in one request, with a result for each line.
import Access
import Foundation
import Governance
import HTTPServing
import Hummingbird
import MerkleLog
import RecordKit
import Storage

extension RESTRoutes {
    /// The longest body of a bulk creation.
    static let bulkBodyBytesMax = 8_388_608

    func createMany(_ resource: Resource, _ call: Call) async throws -> Response {
        let isAtomic = try QueryParameters(call.request, allowed: ["atomic"]).bool("atomic")
        let lines = try await Self.lines(call.request)
        let schema = resource.schema
        let read = try lines.map { try Self.line($0, schema) }
        let answer: @Sendable ([BulkOutcome]) -> String = { outcomes in
            String(decoding: Self.bytes(of: outcomes, schema), as: UTF8.self)
        }
        let outcomes = try await services.records.createMany(
            schema, read, isAtomic: isAtomic, as: call.caller, reason: try call.request.changeReason(),
            request: call.id, keeping: call.claim, answer: answer)
        return Response(json: Array(answer(outcomes).utf8))
    }

    /// - Throws: ``Failure``: 400 for what is not an array, 422 for too many lines or none.
    private static func lines(_ request: Request) async throws -> [JSONValue] {
        try request.checkContent("application/json")
        let bytes = [UInt8](try await FormBody.bytes(request, bulkBodyBytesMax))
        guard case .array(let lines) = try JSONBody.parse(bytes) else {
            throw Failure(.badRequest, "invalid", "Malformed JSON", "The body must be a JSON array of objects.")
        }
        guard (1...RecordService.bulkLinesMax).contains(lines.count) else {
            throw Failure.invalid(
                "", "the array must have 1 to \(RecordService.bulkLinesMax) lines, has \(lines.count)")
        }
        return lines
    }

    private static func line(_ value: JSONValue, _ schema: AnySchema) throws -> BulkLine {
        guard case .object(let members) = value else {
            return .failure(.invalid("", "the line must be a JSON object"))
        }
        do {
            return .success(try JSONBody(members: members).values(schema))
        } catch let failure as Failure where !failure.problems.isEmpty {
            return .failure(.invalid(Invalid(failure.problems)))
        }
    }

    private static func bytes(of outcomes: [BulkOutcome], _ schema: AnySchema) -> [UInt8] {
        let refusals = outcomes.map { if case .failure(let error) = $0 { error } else { ServiceError?.none } }
        let refused = refusals.count { $0 != nil }
        var json = JSONWriter(reservingBytes: 256 + 128 * outcomes.count)
        json.object { json in
            json.integer("created", outcomes.count - refused)
            json.integer("refused", refused)
            json.array("lines", outcomes.enumerated()) { json, line in
                json.object { json in
                    json.integer("index", line.offset)
                    switch line.element {
                    case .success(let record):
                        json.integer("status", 201)
                        json.id("id", record.id)
                        json.integer("version", record.version)
                        json.string("location", location(record, schema))
                    case .failure(let error):
                        let failure = Failure(error)
                        json.integer("status", failure.status.code)
                        json.object("problem") { ProblemDocument.append(failure, failure.status, to: &$0) }
                    }
                }
            }
        }
        return json.bytes
    }
}

extension BulkRefused {
    var failure: Failure {
        let count = refusals.count { $0 != nil }
        return Failure(
            .unprocessableContent, "invalid", count == 1 ? "One line was refused" : "\(count) lines were refused",
            "Nothing was created, as atomic=true asks for. “lines” says what is wrong with which.")
    }
}
