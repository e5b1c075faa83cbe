// The calls of the crosswalk: what is projected on a framework, where mappings disagree, accepting a projected result.
import Governance
import HTTPServing
import HTTPTypes
import MerkleLog
import RecordKit
import Records

extension RESTRoutes {
    static let projectedItemsMax = 200
    static let conflictsMax = 500

    static func crosswalkEndpoints() -> [Endpoint] {
        [
            Endpoint(
                .get, "/api/v1/frameworks/{id}/projection",
                Operation(
                    id: "getFrameworkProjection", tag: "Crosswalk", summary: "Read what is projected on a framework",
                    words: "What the answers of the frameworks in scope say about its items, through the crosswalk, "
                        + "each with its paths and their mappings. A projection is no conformity: no count of the "
                        + "posture moves by it. Items that have an answer of their own say “answered”.",
                    parameters: [
                        .init(
                            name: "assessment", words: "Which one; without it the latest that you may see.",
                            schema: JSONSchema.id),
                        .init(
                            name: "word", words: "Only items with this word.",
                            schema: JSONSchema.choice(ProjectedWord.allCases.map(\.name))),
                        .init(
                            name: "after", words: "Go on behind this item: `next` of the former page.",
                            schema: JSONSchema.id), .limit(projectedItemsMax, standard: 50),
                    ],
                    answers: [.init(words: "Counts and items.", schema: JSONSchema.reference("FrameworkProjection"))],
                    problems: [404])
            ) { try await $0.projection($1.path.id(), $1) },
            Endpoint(
                .get, "/api/v1/crosswalk/conflicts",
                Operation(
                    id: "getCrosswalkConflicts", tag: "Crosswalk", summary: "Read where the crosswalk disagrees",
                    words:
                        "Mappings of one pair that say different things, paths that say more than the mapping of the "
                        + "pair, disputed mappings, and ends that lead nowhere. At most \(conflictsMax) are shown; "
                        + "`total` counts all.",
                    answers: [.init(words: "The conflicts.", schema: JSONSchema.reference("CrosswalkConflicts"))])
            ) { try await $0.conflicts($1) },
            Endpoint(
                .post, "/api/v1/assessments/{id}/rows/{key}/accept",
                Operation(
                    id: "acceptProjection", tag: "Crosswalk", summary: "Accept a projected result",
                    words:
                        "Writes an answer that keeps the paths on which it rests, and your reason. No result is taken "
                        + "that says more than the sources do: `offered` of the item names those that are.",
                    body: .init(
                        schema: JSONSchema.reference("ProjectionAcceptance"),
                        example: [
                            "framework": "nist-csf-2.0", "result": "partlyConform",
                            "reason": "The control covers it; seen in the internal audit.",
                            "versions": ["nist-csf-2.0": 0],
                        ]),
                    answers: [
                        .init(
                            words: "The row as it is now, with the counts.", schema: JSONSchema.reference("AnsweredRow")
                        )
                    ], problems: [409])
            ) { try await $0.acceptProjection($1.path.text(), $1.path.id(), $1) },
        ]
    }

    static let crosswalkSchemas: [String: JSONValue] = {
        let count: JSONValue = ["type": "integer", "minimum": 0]
        let relation = JSONSchema.choice(Mapping.Relationship.allCases.map(\.rawValue))
        let item = JSONSchema.object([
            "id": JSONSchema.id, "framework": JSONSchema.text, "reference": JSONSchema.text, "title": JSONSchema.text,
        ])
        return [
            "CrosswalkItem": item,
            "ProjectionCounts": JSONSchema.object(
                ProjectedWord.allCases.map { ($0.name, count) } + [("total", count)]),
            "ProjectedFramework": JSONSchema.object([
                "id": JSONSchema.id, "key": JSONSchema.text, "name": JSONSchema.text, "inScope": JSONSchema.boolean,
                "counts": JSONSchema.reference("ProjectionCounts"),
            ]),
            "CrosswalkMapping": JSONSchema.object([
                "id": JSONSchema.id, "own": JSONSchema.boolean, "source": JSONSchema.id, "target": JSONSchema.id,
                "relationship": relation, "strength": JSONSchema.integer, "set": JSONSchema.text,
                "basis": JSONSchema.choice(Mapping.Basis.allCases.map(\.rawValue)), "rationale": JSONSchema.text,
                "origin": JSONSchema.nullable(JSONSchema.text), "author": JSONSchema.nullable(JSONSchema.text),
                "reviewState": JSONSchema.nullable(JSONSchema.choice(Mapping.ReviewState.allCases.map(\.rawValue))),
            ]),
            "CrosswalkStep": JSONSchema.object([
                "from": JSONSchema.reference("CrosswalkItem"), "to": JSONSchema.reference("CrosswalkItem"),
                "relationship": relation, "strength": JSONSchema.integer,
                "mappings": JSONSchema.list(JSONSchema.reference("CrosswalkMapping")),
            ]),
            "CrosswalkPath": JSONSchema.object([
                "relationship": relation, "strength": JSONSchema.integer, "inferred": JSONSchema.boolean,
                "steps": JSONSchema.list(JSONSchema.reference("CrosswalkStep")),
            ]),
            "ProjectedItem": JSONSchema.object([
                "id": JSONSchema.id, "reference": JSONSchema.text, "title": JSONSchema.text,
                "word": JSONSchema.choice(ProjectedWord.allCases.map(\.name)),
                "row": JSONSchema.nullable(JSONSchema.text),
                "shown": JSONSchema.nullable(JSONSchema.choice(Conformity.allCases.map(\.rawValue))),
                "accepted": JSONSchema.boolean,
                "offered": JSONSchema.list(JSONSchema.choice(Answer.Result.allCases.map(\.rawValue))),
                "sources": JSONSchema.list(
                    JSONSchema.object([
                        "item": JSONSchema.reference("CrosswalkItem"), "state": JSONSchema.choice(SourceState.names),
                        "path": JSONSchema.reference("CrosswalkPath"),
                    ])),
            ]),
            "FrameworkProjection": JSONSchema.object([
                "assessment": JSONSchema.reference("AssessmentHead"), "framework": JSONSchema.id,
                "key": JSONSchema.text, "name": JSONSchema.text, "inScope": JSONSchema.boolean,
                "counts": JSONSchema.reference("ProjectionCounts"),
                "items": JSONSchema.list(JSONSchema.reference("ProjectedItem")),
                "next": JSONSchema.nullable(JSONSchema.id),
            ]),
            "CrosswalkConflicts": JSONSchema.object([
                "total": count,
                "items": JSONSchema.list(
                    JSONSchema.object([
                        "kind": JSONSchema.choice(CrosswalkConflict.Kind.allCases.map(\.rawValue)),
                        "mappings": JSONSchema.list(JSONSchema.reference("CrosswalkMapping")),
                        "path": JSONSchema.nullable(JSONSchema.reference("CrosswalkPath")),
                    ])),
            ]),
            "ProjectionAcceptance": JSONSchema.object([
                "framework": ["type": "string", "description": "The key of the framework whose part is meant."],
                "result": JSONSchema.choice(Answer.Result.allCases.map(\.rawValue)),
                "reason": ["type": "string", "description": "Why it holds here: 10 to 2000 characters."],
                "versions": [
                    "type": "object", "additionalProperties": count,
                    "description": "By framework key, the version of the answer that you saw; 0 for none.",
                ],
            ]),
        ]
    }()
}
