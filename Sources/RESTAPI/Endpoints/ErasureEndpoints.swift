// What an erasure asks beyond the calls that every record type has.
import HTTPTypes
import MerkleLog
import RecordKit
import Records

extension RESTRoutes {
    static func erasureEndpoints() -> [Endpoint] {
        [
            Endpoint(
                .get, "/api/v1/\(ErasureRequest.schema.erased.plural)/{id}/preview",
                Operation(
                    id: "getErasurePreview", tag: ErasureRequest.schema.erased.pluralLabel,
                    summary: "Read what carrying out an erasure would remove",
                    words: "Content goes for good; who changed what and when stays, and everything still verifies.",
                    answers: [.init(words: "The preview.", schema: JSONSchema.reference("ErasurePreview"))],
                    problems: [409])
            ) { try await $0.erasurePreview($1.path.id(), $1) }
        ]
    }

    static let erasureSchemas: [String: JSONValue] = [
        "ErasurePreview": JSONSchema.object([
            "type": JSONSchema.text, "record": JSONSchema.id, "revisions": JSONSchema.integer,
            "revisionsInAll": JSONSchema.integer, "files": JSONSchema.integer, "linksOut": JSONSchema.integer,
            "linksIn": JSONSchema.integer, "allowed": JSONSchema.boolean,
            "refusal": JSONSchema.nullable(JSONSchema.text),
            "holds": JSONSchema.list(
                JSONSchema.object([
                    "id": JSONSchema.id, "kind": JSONSchema.text, "name": JSONSchema.text, "reason": JSONSchema.text,
                ])),
        ])
    ]
}
