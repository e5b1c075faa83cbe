// Calls of assessments over time: sections in other hands, the next round, comparison, implementation groups.
import Governance
import HTTPTypes
import MerkleLog
import RecordKit
import Records

extension RESTRoutes {
    static func roundEndpoints() -> [Endpoint] {
        let root = "/api/v1/assessments/{id}"
        return [
            Endpoint(
                .post, root + "/delegations",
                Operation(
                    id: "delegateSections", tag: "Assessment", summary: "Put sections into people's hands",
                    words:
                        "All or none. A section inside a delegated one may go to somebody else: the innermost counts. "
                        + "Submit, return and accept are transitions of the records that are made.",
                    body: .init(
                        schema: JSONSchema.reference("Delegations"),
                        example: [
                            "sections": [
                                [
                                    "section": "clause:5", "assignee": .string(FieldDescription.exampleID),
                                    "dueOn": "2026-12-15",
                                ]
                            ]
                        ]),
                    answers: [
                        .init(
                            status: 201, words: "The delegated sections.",
                            schema: JSONSchema.reference("\(SectionAssignment.schema.erased.componentName)Page"))
                    ], problems: [404, 409])
            ) { try await $0.delegate($1.path.id(), $1) },
            Endpoint(
                .post, root + "/next",
                Operation(
                    id: "startNextAssessment", tag: "Assessment", summary: "Start the next assessment from this one",
                    words: "The same scope; every answer is carried over and says so until somebody looks again.",
                    body: .init(
                        schema: JSONSchema.reference("NextAssessment"), example: ["title": "Gap assessment 2027"]),
                    answers: [
                        .init(
                            status: 201, words: "The new assessment.",
                            schema: JSONSchema.reference(Assessment.schema.erased.componentName),
                            headers: ["ETag", "Location"])
                    ], problems: [404, 409]), takesKey: true
            ) { try await $0.startNext($1.path.id(), $1) },
            Endpoint(
                .get, root + "/comparison",
                Operation(
                    id: "compareAssessments", tag: "Assessment", summary: "Compare an assessment with an earlier one",
                    words: "What people found, then and now. One that is closed or locked is taken as it stood then.",
                    parameters: [
                        .init(
                            name: "with", words: "The other one; without it the one that it continues.",
                            schema: JSONSchema.id),
                        .init(
                            name: "change", words: "Only requirements that changed so.",
                            schema: JSONSchema.choice(AssessedChange.allCases.map(\.rawValue))),
                    ],
                    answers: [.init(words: "Both.", schema: JSONSchema.reference("AssessmentComparison"))],
                    problems: [404])
            ) { try await $0.compare($1.path.id(), $1) },
            Endpoint(
                .put, root + "/groups",
                Operation(
                    id: "setImplementationGroups", tag: "Assessment",
                    summary: "Choose the implementation groups that are assessed",
                    words: "By framework key; a framework that is not named is assessed whole.",
                    parameters: [.ifMatch],
                    body: .init(
                        schema: JSONSchema.object([
                            "groups": [
                                "type": "object",
                                "additionalProperties": JSONSchema.with(JSONSchema.texts, ["maxItems": 100]),
                            ]
                        ]), example: ["groups": [:]]),
                    answers: [
                        .init(
                            words: "The assessment.",
                            schema: JSONSchema.reference(Assessment.schema.erased.componentName), headers: ["ETag"])
                    ], problems: [404, 409, 412, 428])
            ) { try await $0.setGroups($1.path.id(), $1) },
        ]
    }

    private static let counts = JSONSchema.reference("Counts")
    private static let side = JSONSchema.object(["id": JSONSchema.id, "title": JSONSchema.text])
    private static let result = JSONSchema.nullable(JSONSchema.choice(Conformity.allCases.map(\.rawValue)))
    private static let comparedCounts = JSONSchema.list(
        JSONSchema.object([
            "key": JSONSchema.text, "title": JSONSchema.text, "then": JSONSchema.nullable(counts),
            "now": JSONSchema.nullable(counts),
        ]))

    private static func input(_ schema: AnySchema, _ name: String) -> JSONValue {
        schema.field(name)?.inputSchema(takesNull: true) ?? [:]
    }

    static let roundSchemas: [String: JSONValue] = [
        "Delegations": JSONSchema.object([
            "sections": [
                "type": "array", "minItems": 1, "maxItems": .integer(RoundLimit.sectionsMax),
                "items": JSONSchema.object(
                    [
                        "section": JSONSchema.text, "assignee": JSONSchema.id,
                        "reviewer": input(SectionAssignment.schema.erased, "reviewer"),
                        "dueOn": input(SectionAssignment.schema.erased, "dueOn"),
                        "note": input(SectionAssignment.schema.erased, "note"),
                    ], required: ["section", "assignee"]),
            ]
        ]),
        "NextAssessment": JSONSchema.object(
            [
                "title": Assessment.schema.erased.field("title")?.inputSchema(takesNull: false) ?? [:],
                "lead": input(Assessment.schema.erased, "lead"),
                "reviewer": input(Assessment.schema.erased, "reviewer"),
                "startedOn": input(Assessment.schema.erased, "startedOn"),
                "dueOn": input(Assessment.schema.erased, "dueOn"),
            ], required: ["title"]),
        "AssessmentComparison": JSONSchema.object([
            "then": side, "now": side,
            "changes": JSONSchema.object(AssessedChange.allCases.map { ($0.rawValue, JSONSchema.integer) }),
            "frameworks": comparedCounts, "sections": comparedCounts,
            "items": JSONSchema.list(
                JSONSchema.object([
                    "requirement": JSONSchema.id, "framework": JSONSchema.text, "reference": JSONSchema.text,
                    "title": JSONSchema.text, "row": JSONSchema.text, "section": JSONSchema.text, "then": result,
                    "now": result, "change": JSONSchema.choice(AssessedChange.allCases.map(\.rawValue)),
                    "origin": JSONSchema.nullable(JSONSchema.choice(Answer.Origin.allCases.map(\.rawValue))),
                ])),
        ]),
    ]
}

/// Limits of the calls of assessments over time.
enum RoundLimit {
    static let sectionsMax = 500
}
