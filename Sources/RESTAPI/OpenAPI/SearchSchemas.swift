// Schemas of what search, saved views, bulk edits and taking back answer.
import Governance
import MerkleLog
import RecordKit

extension RESTRoutes {
    static let searchSchemas: [String: JSONValue] = [
        "Found": JSONSchema.object([
            "query": JSONSchema.text, "recent": JSONSchema.boolean,
            "requirements": JSONSchema.list(
                JSONSchema.object([
                    "id": JSONSchema.id, "reference": JSONSchema.text, "title": JSONSchema.text,
                    "framework": JSONSchema.text, "frameworkName": JSONSchema.text,
                ])),
            "groups": JSONSchema.list(
                JSONSchema.object([
                    "type": JSONSchema.text, "collection": JSONSchema.text, "label": JSONSchema.text,
                    "more": JSONSchema.boolean,
                    "records": JSONSchema.list(
                        JSONSchema.object([
                            "id": JSONSchema.id, "version": JSONSchema.integer, "title": JSONSchema.text,
                            "belongsTo": JSONSchema.nullable(JSONSchema.text),
                            "state": JSONSchema.nullable(JSONSchema.text),
                        ])),
                ])),
            "views": JSONSchema.list(JSONSchema.reference("View")),
        ]),
        "View": JSONSchema.object(
            [
                "id": JSONSchema.id, "type": JSONSchema.text, "name": JSONSchema.text, "query": JSONSchema.text,
                "shared": JSONSchema.boolean, "default": JSONSchema.boolean,
            ], required: ["id", "type", "name", "query", "shared"]),
        "Views": JSONSchema.object(["items": JSONSchema.list(JSONSchema.reference("View"))]),
        "ViewCreate": JSONSchema.object(
            [
                "type": JSONSchema.text, "name": JSONSchema.text, "query": JSONSchema.nullable(JSONSchema.text),
                "shared": JSONSchema.nullable(JSONSchema.boolean), "default": JSONSchema.nullable(JSONSchema.boolean),
            ], required: ["type", "name"]),
        "ViewChange": JSONSchema.object(
            [
                "name": JSONSchema.nullable(JSONSchema.text), "query": JSONSchema.nullable(JSONSchema.text),
                "default": JSONSchema.nullable(JSONSchema.boolean),
            ], required: []),
        "Undone": JSONSchema.object([
            "restored": JSONSchema.list(JSONSchema.object(place)),
            "refused": JSONSchema.list(JSONSchema.object(place + [("detail", JSONSchema.text)])),
        ]),
        "BulkEditResult": JSONSchema.object([
            "written": JSONSchema.boolean, "changed": JSONSchema.integer, "refused": JSONSchema.integer,
            "unchanged": JSONSchema.integer, "ledgerIndex": JSONSchema.nullable(JSONSchema.integer),
            "rows": JSONSchema.list(
                JSONSchema.object(
                    [
                        "id": JSONSchema.id, "outcome": JSONSchema.choice(["changed", "unchanged", "refused"]),
                        "version": JSONSchema.nullable(JSONSchema.integer), "archived": JSONSchema.boolean,
                        "changes": JSONSchema.list(
                            JSONSchema.object(["field": JSONSchema.text, "from": [:], "to": [:]])),
                        "problem": ["type": "object"],
                    ], required: ["id", "outcome", "version"])),
        ]),
    ]

    /// One change of many records of a type.
    static func bulkEdit(_ schema: AnySchema) -> JSONValue {
        let seen = JSONSchema.object([
            "id": JSONSchema.id,
            "version": ["type": "integer", "minimum": 1, "maximum": .integer(JSONValue.integerMax)],
        ])
        let members = JSONSchema.object(
            [
                "records": JSONSchema.with(JSONSchema.list(seen), ["maxItems": .integer(BulkEdit.recordsMax)]),
                "set": JSONSchema.reference("\(schema.componentName)Patch"),
                "archive": ["type": "boolean", "const": true], "restore": ["type": "boolean", "const": true],
                "transition": JSONSchema.text, "reason": JSONSchema.nullable(JSONSchema.text),
                "allOrNothing": JSONSchema.nullable(JSONSchema.boolean),
                "preview": JSONSchema.nullable(JSONSchema.boolean),
            ], required: [])
        let actions: [JSONValue] = ["set", "archive", "restore", "transition"].map { ["required": [.string($0)]] }
        return JSONSchema.with(
            members, ["oneOf": .array(actions), "description": "Just one of set, archive, restore and transition."])
    }

    /// Where a record is found.
    private static let place: [(String, JSONValue)] = [
        ("type", JSONSchema.text), ("collection", JSONSchema.text), ("id", JSONSchema.id),
        ("version", JSONSchema.integer), ("title", JSONSchema.text),
    ]
}
