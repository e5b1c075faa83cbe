// `POST /{plural}/bulk-edit`: one change of many records, with what became of each.
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
    private static let bulkActions = ["set", "archive", "restore", "transition"]

    /// The records are named in the body, or are those that the filters in the address find.
    func bulkEdit(_ resource: Resource, _ call: Call) async throws -> Response {
        let allowed: Set<String> = ["filter", "q", "archived"]
        let parameters = try QueryParameters(call.request, allowed: allowed, repeatable: "filter")
        let body = try await JSONBody(call.request)
        try body.expectOnly(Set(Self.bulkActions + ["records", "reason", "allOrNothing", "preview"]))
        let action = try action(body, resource)
        let hasFilter = parameters["filter"] != nil || parameters["q"] != nil
        let records: [SeenRecord]
        switch (body.members["records"], hasFilter) {
        case (let named?, false): records = try Self.records(named)
        case (nil, true):
            let filter = try parameters.listFilter(resource.schema)
            records = try await services.records.seen(resource.schema, filter, as: call.caller)
        default:
            throw Failure.invalid("records", "must be named in the body, or found by a filter in the address, not both")
        }
        let edit = BulkEdit(
            records: records, action: action, reason: try body.string("reason"),
            isAllOrNothing: try body.bool("allOrNothing") ?? false)
        let report = try await services.records.bulkEdit(
            resource.schema, edit, isPreview: try body.bool("preview") ?? false, as: call.caller, request: call.id)
        return Response(json: Self.json(report))
    }

    private func action(_ body: JSONBody, _ resource: Resource) throws -> BulkAction {
        let given = Self.bulkActions.filter { body.members[$0] != nil }
        guard given.count == 1 else {
            throw Failure.invalid("set", "say one of \(Self.bulkActions.joined(separator: ", "))")
        }
        switch (given[0], body.members[given[0]]) {
        case ("set", .object(let members)?):
            var values: [String: FieldValue] = [:]
            var problems: [Problem] = []
            for (name, value) in members {
                guard let field = resource.schema.field(name) else {
                    problems.append(Problem(name, "is not a field of \(resource.schema.label)"))
                    continue
                }
                do { values[name] = try FieldInput.value(value, for: field) } catch { problems.append(error) }
            }
            guard problems.isEmpty else {
                throw Failure(ServiceError.invalid(Invalid(problems.sorted { $0.field < $1.field })))
            }
            return .set(values)
        case ("archive", .bool(true)?): return .archive
        case ("restore", .bool(true)?): return .restore
        case ("transition", .string(let name)?): return .transition(name)
        case ("set", _): throw Failure.invalid("set", "must be an object of fields")
        case ("transition", _): throw Failure.invalid("transition", "must be the name of a transition")
        default: throw Failure.invalid(given[0], "must be true")
        }
    }

    private static func records(_ value: JSONValue) throws -> [SeenRecord] {
        guard case .array(let items) = value else { throw Failure.invalid("records", "must be a list") }
        return try items.enumerated().map { number, item in
            guard case .object(let members) = item, members.count == 2,
                case .string(let text)? = members["id"], let id = UUID(uuidString: text),
                case .integer(let version)? = members["version"]
            else { throw Failure.invalid("records", "\(number): must have id and version") }
            return SeenRecord(id: id, version: version)
        }
    }

    private static func json(_ report: BulkReport) -> [UInt8] {
        var json = JSONWriter(reservingBytes: 256 * (report.rows.count + 1))
        json.object { json in
            json.bool("written", report.isWritten)
            json.integer("changed", report.changedCount)
            json.integer("refused", report.refusedCount)
            json.integer("unchanged", report.rows.count - report.changedCount - report.refusedCount)
            json.integer("ledgerIndex", report.isWritten ? report.lastIndex : nil)
            json.array("rows", report.rows) { json, row in
                json.object { append(row, to: &$0) }
            }
        }
        return json.bytes
    }

    private static func append(_ row: BulkReport.Row, to json: inout JSONWriter) {
        json.id("id", row.id)
        switch row.outcome {
        case .changed(let old, let new):
            json.string("outcome", "changed")
            json.integer("version", new.version)
            json.bool("archived", new.meta.isArchived)
            json.array("changes", new.schema.changes(from: old.values, to: new.values)) { json, change in
                json.object { json in
                    json.string("field", change.field.name)
                    json.value("from") { $0.append(change.old) }
                    json.value("to") { $0.append(change.new) }
                }
            }
        case .unchanged(let record):
            json.string("outcome", "unchanged")
            json.integer("version", record.version)
        case .refused(let error, let present):
            let failure = Failure(error)
            json.string("outcome", "refused")
            json.integer("version", present?.version)
            json.object("problem") { json in
                json.integer("status", failure.status.code)
                json.string("title", failure.title)
                json.string("detail", failure.detail)
                json.array("errors", failure.problems) { json, problem in
                    json.object { json in
                        json.string("field", problem.field)
                        json.string("message", problem.message)
                    }
                }
            }
        }
    }
}
