// Schemas of what is no record: who asks, the ledger's end, the assessment's rows, the posture.
import Governance
import MerkleLog
import RecordKit
import Records

extension OpenAPIDocument {
    static let answerSchemas: [String: JSONValue] = [
        "Me": JSONSchema.object([
            "account": JSONSchema.nullable(JSONSchema.id),
            "organisation": JSONSchema.nullable(
                JSONSchema.object([
                    "id": JSONSchema.id, "name": JSONSchema.text, "timeZone": JSONSchema.text, "today": JSONSchema.day,
                ])),
            "person": JSONSchema.object(["id": JSONSchema.nullable(JSONSchema.id), "name": JSONSchema.text]),
            "roles": JSONSchema.list(
                JSONSchema.object([
                    "role": JSONSchema.choice(Role.allCases.map(\.rawValue)),
                    "scope": JSONSchema.nullable(JSONSchema.ids),
                ])),
            "actor": JSONSchema.choice(["person", "token"]), "mayWrite": JSONSchema.boolean,
            "isServerAdministrator": JSONSchema.boolean,
        ]),
        "LedgerEnd": JSONSchema.object([
            "origin": JSONSchema.text, "size": count, "verifierKey": JSONSchema.text,
            "checkpoint": JSONSchema.nullable(
                JSONSchema.object(["size": count, "at": JSONSchema.time, "note": JSONSchema.text])),
        ]),
        "AssessmentHead": JSONSchema.object([
            "id": JSONSchema.id, "title": JSONSchema.text,
            "status": JSONSchema.choice(Assessment.Status.allCases.map(\.rawValue)), "version": JSONSchema.integer,
        ]),
        "Counts": JSONSchema.object(
            Conformity.allCases.map { ($0.rawValue, count) } + [
                ("total", count), ("answered", count), ("lowered", count),
            ]),
        "FrameworkCounts": JSONSchema.object([
            "id": JSONSchema.id, "key": JSONSchema.text, "name": JSONSchema.text,
            "counts": JSONSchema.reference("Counts"),
        ]),
        "SectionCounts": JSONSchema.object([
            "id": JSONSchema.text, "parent": JSONSchema.nullable(JSONSchema.text), "label": JSONSchema.text,
            "title": JSONSchema.text, "counts": JSONSchema.reference("Counts"), "rows": JSONSchema.texts,
        ]),
        "AreaCounts": JSONSchema.object([
            "id": JSONSchema.text, "title": JSONSchema.text, "help": JSONSchema.text,
            "counts": JSONSchema.reference("Counts"),
        ]),
        "AssessmentRows": JSONSchema.object(
            head + counts + [
                ("rows", JSONSchema.list(JSONSchema.reference("AssessmentRow"))),
                ("next", JSONSchema.nullable(JSONSchema.text)),
            ]),
        "Posture": JSONSchema.object(
            head + counts + [
                ("formula", JSONSchema.text),
                ("projections", JSONSchema.list(JSONSchema.reference("ProjectedFramework"))),
            ]),
        "AnsweredRow": JSONSchema.object([("row", JSONSchema.reference("AssessmentRow"))] + head + counts),
        "AssessmentRow": JSONSchema.object([
            "key": JSONSchema.text, "section": JSONSchema.text, "title": JSONSchema.text,
            "difference": JSONSchema.nullable(JSONSchema.text),
            "sharing": JSONSchema.choice(["equal", "shared", "own"]),
            "relationship": JSONSchema.nullable(JSONSchema.text), "strength": JSONSchema.nullable(JSONSchema.integer),
            "rationale": JSONSchema.nullable(JSONSchema.text), "closestControl": JSONSchema.nullable(JSONSchema.text),
            "isSplit": JSONSchema.boolean, "isOneAnswer": JSONSchema.boolean, "worst": conformity,
            "mayAnswer": JSONSchema.boolean,
            "versions": ["type": "object", "additionalProperties": count],
            "applicabilityVersions": ["type": "object", "additionalProperties": count],
            "delegation": JSONSchema.nullable(
                JSONSchema.object([
                    "id": JSONSchema.id, "section": JSONSchema.text,
                    "status": JSONSchema.choice(SectionAssignment.Status.allCases.map(\.rawValue)),
                    "assignee": JSONSchema.id,
                ])),
            "parts": JSONSchema.list(JSONSchema.reference("RowPart")),
        ]),
        "RowPart": JSONSchema.object([
            "framework": JSONSchema.text, "frameworkName": JSONSchema.text, "requirement": JSONSchema.id,
            "reference": JSONSchema.text, "title": JSONSchema.text, "text": JSONSchema.nullable(JSONSchema.text),
            "kind": JSONSchema.choice(Requirement.Kind.allCases.map(\.rawValue)),
            "theme": JSONSchema.nullable(JSONSchema.text), "areas": JSONSchema.texts, "questions": JSONSchema.texts,
            "typicalEvidence": JSONSchema.texts, "inScope": JSONSchema.boolean, "assessed": conformity,
            "measured": JSONSchema.nullable(JSONSchema.choice(Measured.allCases.map(\.rawValue))),
            "shown": conformity, "answeredOnlyFor": JSONSchema.nullable(JSONSchema.text),
            "origin": JSONSchema.nullable(JSONSchema.choice(Answer.Origin.allCases.map(\.rawValue))),
            "originNote": JSONSchema.nullable(JSONSchema.text),
            "answer": JSONSchema.nullable(
                JSONSchema.object([
                    "id": JSONSchema.id, "version": JSONSchema.integer,
                    "result": JSONSchema.nullable(JSONSchema.choice(Answer.Result.allCases.map(\.rawValue))),
                    "maturity": JSONSchema.nullable(JSONSchema.integer), "note": JSONSchema.nullable(JSONSchema.text),
                    "owner": JSONSchema.nullable(JSONSchema.id), "dueOn": JSONSchema.nullable(JSONSchema.day),
                    "isSeparate": JSONSchema.boolean, "answeredOn": JSONSchema.nullable(JSONSchema.day),
                    "answeredBy": JSONSchema.nullable(JSONSchema.id),
                ])),
            "applicability": JSONSchema.nullable(
                JSONSchema.object([
                    "id": JSONSchema.id, "version": JSONSchema.integer, "isApplicable": JSONSchema.boolean,
                    "justification": JSONSchema.nullable(JSONSchema.text),
                ])),
            "status": JSONSchema.nullable(
                JSONSchema.object([
                    "controls": count, "evidence": count, "evidenceStale": count, "tasksOpen": count,
                    "tasksOverdue": count, "nonconformities": count, "nonconformitiesMajor": count,
                ])),
        ]),
        "RowAnswer": JSONSchema.object(
            [
                "part": ["type": "string", "description": "The key of one standard; without it the whole row."],
                "result": JSONSchema.choice(AnswerInput.Result.allCases.map(\.rawValue)),
                "maturity": input("maturity"), "note": input("note"), "owner": input("owner"),
                "dueOn": input("dueOn"), "justification": JSONSchema.text, "isSeparate": JSONSchema.boolean,
                "confirm": [
                    "type": "boolean",
                    "description": "What was carried over still holds: it becomes an answer of this round.",
                ],
                "versions": [
                    "type": "object", "additionalProperties": count,
                    "description": "By framework key, the version that you saw; 0 for none.",
                ],
                "applicabilityVersions": [
                    "type": "object", "additionalProperties": count,
                    "description":
                        "The same for the decisions on applicability, where the answer takes a requirement out.",
                ],
            ], required: []),
    ]

    /// No larger than what every JSON reader keeps exactly (RFC 8259, section 6).
    private static let count: JSONValue = ["type": "integer", "minimum": 0, "maximum": 9_007_199_254_740_991]
    private static let conformity = JSONSchema.choice(Conformity.allCases.map(\.rawValue))
    private static let head: [(String, JSONValue)] = [
        ("assessment", JSONSchema.reference("AssessmentHead")), ("asOf", JSONSchema.nullable(JSONSchema.integer)),
        ("ledgerSize", count),
    ]
    private static let counts: [(String, JSONValue)] = [
        ("total", JSONSchema.reference("Counts")),
        ("frameworks", JSONSchema.list(JSONSchema.reference("FrameworkCounts"))),
        ("sections", JSONSchema.list(JSONSchema.reference("SectionCounts"))),
        ("areas", JSONSchema.list(JSONSchema.reference("AreaCounts"))),
        (
            "origins",
            JSONSchema.nullable(JSONSchema.object(["reassessed": count, "carriedOver": count]))
        ),
        (
            "workSaved",
            JSONSchema.object(["answeredOnce": count, "split": count, "sharePart": count, "own": count])
        ),
    ]

    private static func input(_ name: String) -> JSONValue {
        Answer.schema.erased.field(name)?.inputSchema(takesNull: true) ?? [:]
    }
}
