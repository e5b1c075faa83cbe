// The calls of the guided path from ISO/IEC 27001 to ISO/IEC 42001: where it stands, and the rest as tasks. A shared row
// is confirmed by answering it.
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import Hummingbird
import MerkleLog
import RecordKit
import Records

extension RESTRoutes {
    static func pathEndpoints() -> [Endpoint] {
        let root = "/api/v1/paths/iso27001-to-42001"
        return [
            Endpoint(
                .get, root,
                Operation(
                    id: "getPath", tag: "Assessment", summary: "Read the path from ISO/IEC 27001 to ISO/IEC 42001",
                    words: "Computed from your records. What is inferred by the crosswalk changes no result.",
                    answers: [.init(words: "Where you stand.", schema: JSONSchema.reference("StandardPath"))])
            ) { try await $0.path($1) },
            Endpoint(
                .post, root + "/tasks",
                Operation(
                    id: "createPathTasks", tag: "Assessment", summary: "Make tasks of open items of ISO/IEC 42001",
                    words: "All in one transaction. An item with an open task gets no second one; where one answer "
                        + "fills both standards, the task is about both.",
                    body: .init(
                        schema: JSONSchema.reference("PathTasks"),
                        example: ["requirements": ["019cd79e-4600-7000-8000-000000000001"], "dueOn": "2030-03-31"]),
                    answers: [
                        .init(words: "How many were made.", schema: JSONSchema.object(["made": JSONSchema.integer]))
                    ], problems: [409])
            ) { try await $0.pathTasks($1) },
        ]
    }

    private var pathService: PathService {
        PathService(records: services.records, assessments: services.assessments)
    }

    func path(_ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let view = try await pathService.view(as: call.caller)
        var json = JSONWriter(reservingBytes: 65_536)
        json.object { json in
            json.id("assessment", view.assessment?.assessment.id.raw)
            json.array("steps", PathView.Step.allCases) { json, step in
                json.object { json in
                    json.string("step", step.rawValue)
                    json.bool("isDone", view.isDone(step))
                }
            }
            json.string("next", view.next.rawValue)
            json.integer("decisions", view.decisions)
            json.integer("controls", view.controls)
            json.integer("risks", view.risks)
            json.integer("findings", view.findings)
            json.integer("confirmed", view.confirmed)
            json.array("waiting", view.waiting) { json, row in
                json.object { json in
                    json.string("row", row.row.key)
                    json.string("title", row.row.title)
                    json.string("difference", row.row.difference)
                    json.string(
                        "result", row.part(of: FrameworkLibrary.security)?.answer?.value.result?.rawValue ?? "")
                }
            }
            json.array("additions", view.additions) { $0.append($1) }
            json.bool("isPartial", view.isPartial)
            json.array("gaps", view.gaps) { json, gap in
                json.object { json in
                    json.string("row", gap.row.row.key)
                    json.id("requirement", gap.part.item.id)
                    json.string("reference", gap.part.item.reference)
                    json.string("title", gap.part.item.title)
                    json.string("shown", gap.part.shown.rawValue)
                    json.bool("hasOpenTask", gap.hasOpenTask)
                }
            }
        }
        return Response(json: json.bytes)
    }

    func pathTasks(_ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let body = try await JSONBody(call.request)
        try body.expectOnly(["requirements", "assignee", "dueOn"])
        var problems: [Problem] = []
        func value(_ name: String) -> FieldValue? {
            guard let value = body.members[name], let field = Records.Task.schema.erased.field(name) else { return nil }
            do { return try FieldInput.value(value, for: field) } catch {
                problems.append(error)
                return nil
            }
        }
        let requirements: [UUID] = if case .links(let ids) = value("requirements") { ids } else { [] }
        let assignee: UUID? = if case .reference(let id) = value("assignee") { id } else { nil }
        let dueOn: Day? = if case .day(let day) = value("dueOn") { day } else { nil }
        guard problems.isEmpty else { throw Failure(ServiceError.invalid(Invalid(problems))) }
        let made = try await pathService.makeTasks(
            requirements, assignee: assignee, dueOn: dueOn, as: call.caller, request: call.id)
        var json = JSONWriter()
        json.object { $0.integer("made", made) }
        return Response(json: json.bytes)
    }

    static let pathSchemas: [String: JSONValue] = [
        "StandardPath": JSONSchema.object([
            "assessment": JSONSchema.nullable(JSONSchema.id),
            "steps": JSONSchema.list(JSONSchema.object(["step": step, "isDone": JSONSchema.boolean])), "next": step,
            "decisions": JSONSchema.integer, "controls": JSONSchema.integer, "risks": JSONSchema.integer,
            "findings": JSONSchema.integer, "confirmed": JSONSchema.integer,
            "waiting": JSONSchema.list(
                JSONSchema.object([
                    "row": JSONSchema.text, "title": JSONSchema.text,
                    "difference": JSONSchema.nullable(JSONSchema.text), "result": JSONSchema.text,
                ])),
            "additions": JSONSchema.list(
                JSONSchema.object([
                    "row": JSONSchema.text, "requirement": JSONSchema.id, "reference": JSONSchema.text,
                    "title": JSONSchema.text, "reason": JSONSchema.choice(["ownPart", "newClause", "control"]),
                    "difference": JSONSchema.nullable(JSONSchema.text), "shown": JSONSchema.nullable(shown),
                    "serving": serving,
                    "related": JSONSchema.list(
                        JSONSchema.object([
                            "requirement": JSONSchema.id, "reference": JSONSchema.text,
                            "relationship": JSONSchema.text, "strength": JSONSchema.integer,
                        ])), "inferred": serving,
                ])), "isPartial": JSONSchema.boolean,
            "gaps": JSONSchema.list(
                JSONSchema.object([
                    "row": JSONSchema.text, "requirement": JSONSchema.id, "reference": JSONSchema.text,
                    "title": JSONSchema.text, "shown": shown, "hasOpenTask": JSONSchema.boolean,
                ])),
        ]),
        "PathTasks": JSONSchema.object(
            [
                "requirements": JSONSchema.ids, "assignee": JSONSchema.nullable(JSONSchema.id),
                "dueOn": JSONSchema.nullable(JSONSchema.day),
            ], required: ["requirements"]),
    ]
    private static let step = JSONSchema.choice(PathView.Step.allCases.map(\.rawValue))
    private static let shown = JSONSchema.choice(Conformity.allCases.map(\.rawValue))
    private static let serving = JSONSchema.list(
        JSONSchema.object(["type": JSONSchema.text, "id": JSONSchema.id, "title": JSONSchema.text]))
}

extension JSONWriter {
    fileprivate mutating func append(_ addition: PathAddition) {
        object { json in
            json.string("row", addition.row.key)
            json.id("requirement", addition.item.id)
            json.string("reference", addition.item.reference)
            json.string("title", addition.item.title)
            switch addition.reason {
            case .ownPart: json.string("reason", "ownPart")
            case .newClause: json.string("reason", "newClause")
            case .control: json.string("reason", "control")
            }
            json.string("difference", addition.row.difference)
            json.string("shown", addition.shown?.rawValue)
            json.append("serving", addition.serving)
            json.array("related", addition.related) { json, related in
                json.object { json in
                    json.id("requirement", related.item.id)
                    json.string("reference", related.item.reference)
                    json.string("relationship", related.relationship.rawValue)
                    json.integer("strength", related.strength)
                }
            }
            json.append("inferred", addition.inferred)
        }
    }

    private mutating func append(_ name: String, _ records: [ServingRecord]) {
        array(name, records) { json, record in
            json.object { json in
                json.string("type", record.schema.plural)
                json.id("id", record.id)
                json.string("title", record.title)
            }
        }
    }
}
