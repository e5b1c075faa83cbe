// The Statements of Applicability over REST.
import Foundation
import Governance
import HTTPServing
import Hummingbird
import MerkleLog
import RecordKit
import Records
import Storage

extension RESTRoutes {
    private static let versionMax = 100_000

    func statement(_ call: Call) async throws -> Response {
        let parameters = try QueryParameters(call.request, allowed: ["version", "asOf"])
        let asOf = try await moment(parameters, call)
        let number = try parameters.integer("version", in: 1...Self.versionMax)
        let key = try call.path.text()
        let view = try await services.statements.view(key, as: call.caller, asOf: asOf)
        let report =
            try await number == nil
            ? StatementReport(content: view.content, version: nil)
            : services.statements.report(key, version: number, as: call.caller)
        let json: JSONValue = [
            "version": report.version.map(Self.json) ?? .null, "content": try Self.json(report.content),
            "blocking": .array(report.content.blocking.map { .string($0.key) }),
            "changed": .array(view.changes.compactMap { $0.row.map { .string($0.key) } }),
            "versions": .array(view.versions.map(Self.json)),
        ]
        return Response(json: try json.canonical())
    }

    func statementDifferences(_ call: Call) async throws -> Response {
        let parameters = try QueryParameters(call.request, allowed: ["from", "to"])
        let from = try parameters.integer("from", in: 1...Self.versionMax)
        let to = try parameters.integer("to", in: 1...Self.versionMax)
        let found = try await services.statements.differences(
            try call.path.text(), from: from, to: to, as: call.caller)
        let rows: [JSONValue] = try found.rows.map { difference in
            [
                "key": .string(difference.row?.key ?? ""),
                "parts": .array(difference.parts.map { .string($0.rawValue) }),
                "before": try difference.before.map(Self.json) ?? .null,
                "after": try difference.after.map(Self.json) ?? .null,
            ]
        }
        let json: JSONValue = [
            "from": from.map { .integer($0) } ?? .null, "to": to.map { .integer($0) } ?? .null, "rows": .array(rows),
        ]
        return Response(json: try json.canonical())
    }

    func submitStatement(_ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let body = try await JSONBody(call.request, isOptional: true)
        try body.expectOnly(["note"])
        let note: String? =
            switch body.members["note"] {
            case nil, .null: nil
            case .string(let text): text
            default: throw Failure.invalid("note", "must be text")
            }
        let saved = try await services.statements.submit(
            try call.path.text(), note: note, as: call.caller, request: call.id, keeping: call.claim)
        guard let resource = resource(named: saved.schema.type.name) else { throw ServiceError.notFound("statement") }
        return Self.response(saved, resource, call, isNew: true)
    }

    func statementFile(_ format: DocumentFormat, _ call: Call) async throws -> Response {
        let parameters = try QueryParameters(call.request, allowed: ["version", "asOf"])
        let asOf = try await moment(parameters, call)
        let number = try parameters.integer("version", in: 1...Self.versionMax)
        let key = try call.path.text()
        var reports: [StatementReport] = []
        for key in key == Self.everyStatement ? StatementService.frameworks : [key] {
            reports.append(
                try await services.statements.report(key, version: number, as: call.caller, asOf: asOf))
        }
        let data = try await services.documents.document(.statements(reports), format)
        return DocumentAnswer.response(data, format, name: "statement-of-applicability-\(key)")
    }

    // MARK: JSON

    private static func json(_ value: some Encodable) throws -> JSONValue {
        try JSONValue.parse(Array(JSONEncoder().encode(value)), bytesMax: Int.max)
    }

    private static func json(_ version: StatementVersion) -> JSONValue {
        func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
        return [
            "id": .string(version.id.lowercased), "version": .integer(version.version),
            "number": .integer(version.number), "status": .string(version.status.rawValue),
            "preparedBy": text(version.preparedBy), "submittedOn": text(version.submittedOn?.description),
            "approvedBy": text(version.approvedBy), "approvedOn": text(version.approvedOn?.description),
            "blocking": text(version.blocking), "note": text(version.note), "sha256": .string(version.sha256),
        ]
    }
}
