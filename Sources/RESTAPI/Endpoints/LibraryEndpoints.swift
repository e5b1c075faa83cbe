// The calls of framework libraries, beside those that the record type Imported library has.
import Governance
import HTTPTypes
import MerkleLog
import RecordKit
import Records

extension RESTRoutes {
    static func libraryEndpoints() -> [Endpoint] {
        let tag = ImportedLibrary.schema.erased.pluralLabel
        let one = "/api/v1/\(ImportedLibrary.schema.erased.plural)/{id}"
        let apply = Operation.Parameter(
            name: "apply", words: "Do it, instead of only showing what it would do.", schema: JSONSchema.boolean)
        let limit = Operation.Parameter.limit(libraryChangesMax, standard: 100)
        let plan = Operation.Answer(
            words: "What changes, or what changed.", schema: JSONSchema.reference("LibraryPlan"))
        return [
            Endpoint(
                .post, "/api/v1/libraries",
                Operation(
                    id: "importLibrary", tag: tag, summary: "Import a framework library, or see what it would do",
                    words: "The body is the file as it is: a library in the form of CISO Assistant, or a framework of "
                        + "your own in YAML or CSV. All of it is imported, or nothing; each fault comes with its line.",
                    parameters: [
                        apply,
                        .init(
                            name: "name", words: "The file's name; one that ends with .csv is a table.",
                            schema: JSONSchema.text, example: "library.yaml"), limit, .reason,
                    ],
                    body: .init(
                        mediaType: "application/yaml",
                        otherMediaTypes: ["text/csv", "text/plain", "application/octet-stream"],
                        schema: ["type": "string", "format": "binary"],
                        example:
                            "framework: house-rules\nname: House rules\nversion: 1\nitems:\n  - id: '1'\n    title: Lock up\n"
                    ),
                    answers: [plan], problems: [409]), bodyBytesMax: LibraryFile.bytesMax
            ) { try await $0.importLibrary($1) },
            Endpoint(
                .get, one + "/versions",
                Operation(
                    id: "listLibraryVersions", tag: tag, summary: "List the versions that a library can go back to",
                    answers: [.init(words: "The newest first.", schema: JSONSchema.reference("LibraryVersions"))])
            ) { try await $0.libraryVersions($1.path.id(), $1) },
            Endpoint(
                .post, one + "/roll-back",
                Operation(
                    id: "rollBackLibrary", tag: tag,
                    summary: "Go back to an earlier version, or see what that would do",
                    words: "Without an earlier version the whole library is taken back. Answers stay. If-Match is "
                        + "needed to do it.",
                    parameters: [
                        apply,
                        .init(
                            name: "to", words: "The version to go back to; the one before if not given.",
                            schema: ["type": "integer", "minimum": 0, "maximum": 1_000_000_000]), limit,
                        .init(
                            name: "If-Match", place: .header, words: "The ETag of the library that you saw.",
                            schema: ["type": "string", "pattern": "^\"[1-9][0-9]{0,9}\"$"], example: "\"1\""), .reason,
                    ], answers: [plan], problems: [409, 412, 428])
            ) { try await $0.rollBackLibrary($1.path.id(), $1) },
        ]
    }

    static let librarySchemas: [String: JSONValue] = [
        "LibraryPlan": JSONSchema.object([
            "id": JSONSchema.id, "applied": JSONSchema.boolean, "name": JSONSchema.text, "urn": JSONSchema.text,
            "version": JSONSchema.integer, "presentVersion": JSONSchema.nullable(JSONSchema.integer),
            "status": JSONSchema.text, "format": JSONSchema.text, "provider": JSONSchema.nullable(JSONSchema.text),
            "sha256": JSONSchema.text,
            "counts": counts, "missingDependencies": JSONSchema.texts, "changes": JSONSchema.list(change),
            "remarks": JSONSchema.list(remark), "remarksInAll": JSONSchema.integer,
        ]),
        "LibraryVersions": JSONSchema.object([
            "items": JSONSchema.list(
                JSONSchema.object([
                    "version": JSONSchema.integer, "file": JSONSchema.text, "sha256": JSONSchema.text,
                ]))
        ]),
    ]
    private static let kinds = LibraryChange.Kind.allCases.map(\.rawValue)
    private static let counts = JSONSchema.object(
        (kinds + ["unchanged", "answered", "keptOut"]).map { ($0, JSONSchema.integer) })
    private static let change = JSONSchema.object([
        "action": JSONSchema.choice(kinds), "type": JSONSchema.text, "record": JSONSchema.id,
        "title": JSONSchema.text, "answered": JSONSchema.boolean,
        "fields": JSONSchema.list(JSONSchema.object(["field": JSONSchema.text, "from": [:], "to": [:]])),
    ])
    private static let remark = JSONSchema.object([
        "kind": JSONSchema.choice(["keptOut", "normalised"]), "line": JSONSchema.nullable(JSONSchema.integer),
        "urn": JSONSchema.text, "message": JSONSchema.text,
    ])
}
