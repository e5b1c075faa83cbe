// The calls of an import.
import Exchange
import Governance
import HTTPTypes
import MerkleLog
import RecordKit
import Storage

extension RESTRoutes {
    static func importEndpoints() -> [Endpoint] {
        let root = "/api/v1/imports"
        let job = Operation.Answer(words: "The import.", schema: JSONSchema.reference("Import"))
        return [
            Endpoint(
                .get, root,
                Operation(
                    id: "listImports", tag: "Imports", summary: "List your imports",
                    answers: [.init(words: "The newest first.", schema: JSONSchema.reference("Imports"))])
            ) { try await $0.imports(.all, $1) },
            Endpoint(
                .post, root,
                Operation(
                    id: "createImport", tag: "Imports", summary: "Send a table and see what it would do",
                    words: "The body is the file as it is: CSV or XLSX. Nothing is changed before it is applied.",
                    parameters: fileParameters,
                    body: .init(
                        mediaType: "text/csv",
                        otherMediaTypes: [
                            "text/plain", "text/tab-separated-values",
                            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                        ], schema: ["type": "string", "format": "binary"], example: "code,title\nAC-1,Review access\n"),
                    answers: [
                        .init(
                            status: 201, words: "Worked out.", schema: JSONSchema.reference("Import"),
                            headers: ["Location"])
                    ], problems: [409])
            ) { try await $0.imports(.all, $1) },
            Endpoint(
                .get, root + "/{id}",
                Operation(
                    id: "getImport", tag: "Imports", summary: "Read an import with its rows",
                    parameters: [
                        .init(
                            name: "action", words: "Rows that would do this; without it errors first, else all.",
                            schema: JSONSchema.choice(["create", "update", "unchanged", "error"])),
                        .limit(ImportService.previewRowsMax, standard: 50),
                        .init(name: "after", words: "`next` of the former page.", schema: JSONSchema.text),
                    ], answers: [job])
            ) { try await $0.imports(.one($1.path.id()), $1) },
            Endpoint(
                .delete, root + "/{id}",
                Operation(
                    id: "discardImport", tag: "Imports", summary: "Forget an import that was not applied",
                    answers: [.nothing("Forgotten.")], problems: [409])
            ) { try await $0.imports(.one($1.path.id()), $1) },
            Endpoint(
                .post, root + "/{id}/plan",
                Operation(
                    id: "planImport", tag: "Imports", summary: "Settle the columns, and see what it would do then",
                    body: .init(schema: JSONSchema.reference("ImportSettings"), example: ["emptyCells": "clear"]),
                    answers: [job], problems: [409])
            ) { try await $0.imports(.plan($1.path.id()), $1) },
            Endpoint(
                .post, root + "/{id}/apply",
                Operation(
                    id: "applyImport", tag: "Imports", summary: "Carry an import out, all or nothing", body: .reason,
                    answers: [job], problems: [409])
            ) { try await $0.imports(.apply($1.path.id()), $1) },
            Endpoint(
                .get, root + "/{id}/report.csv",
                Operation(
                    id: "getImportReport", tag: "Imports", summary: "Read what became of each row",
                    answers: [.init(words: "A line for each row.", mediaType: "text/csv", schema: JSONSchema.text)])
            ) { try await $0.imports(.report($1.path.id()), $1) },
        ]
    }

    private static let fileParameters: [Operation.Parameter] = [
        .init(
            name: "type", isRequired: true, words: "The plural of a record type.", schema: JSONSchema.text,
            example: "controls"),
        .init(name: "name", words: "The file's name, for the list of imports.", schema: JSONSchema.text),
        .init(
            name: "format", words: "Without it, what Content-Type says.", schema: JSONSchema.choice(["csv", "xlsx"])),
        .init(
            name: "delimiter", words: "Without it, what the file suggests.",
            schema: JSONSchema.choice(Delimiter.allCases.map(\.rawValue))),
        .init(
            name: "encoding", words: "Without it, what the file's first bytes say, else UTF-8.",
            schema: JSONSchema.choice(TableEncoding.allCases.map(\.rawValue))),
        .init(name: "sheet", words: "Of a workbook; without it the first.", schema: JSONSchema.text),
        .init(
            name: "key", words: "The field that decides whether a row is a new record; none if all are.",
            schema: JSONSchema.text),
        .init(
            name: "emptyCells", words: "What an empty cell does to a record that has a value.",
            schema: JSONSchema.choice(ImportJob.EmptyCells.allCases.map(\.rawValue))),
        .init(
            name: "standard", words: "The key of the framework in which references such as A.5.1 are looked up.",
            schema: JSONSchema.text, example: "iso27001-2022"),
        .init(
            name: "map", isRepeated: true, words: "Heading:field; nothing after the colon ignores the column.",
            schema: JSONSchema.text, example: "Code:code"),
    ]

    static let importSchemas: [String: JSONValue] = [
        "Import": JSONSchema.object(
            job + [
                ("preview", JSONSchema.list(JSONSchema.reference("ImportRow"))),
                ("next", JSONSchema.nullable(JSONSchema.text)),
            ]),
        "Imports": JSONSchema.object(["items": JSONSchema.list(JSONSchema.object(job))]),
        "ImportSettings": JSONSchema.object(
            [
                "mapping": ["type": ["object", "null"], "additionalProperties": JSONSchema.nullable(JSONSchema.text)],
                "key": JSONSchema.nullable(JSONSchema.text),
                "emptyCells": JSONSchema.nullable(JSONSchema.choice(ImportJob.EmptyCells.allCases.map(\.rawValue))),
                "standard": JSONSchema.nullable(JSONSchema.text),
            ], required: []),
        "ImportRow": JSONSchema.object([
            "line": JSONSchema.integer, "action": JSONSchema.nullable(JSONSchema.text),
            "record": JSONSchema.nullable(JSONSchema.id), "title": JSONSchema.nullable(JSONSchema.text),
            "changes": JSONSchema.list(JSONSchema.object(["field": JSONSchema.text, "from": [:], "to": [:]])),
            "problems": JSONSchema.list(remark), "notices": JSONSchema.list(remark),
        ]),
    ]

    private static let remark = JSONSchema.object([
        "column": JSONSchema.nullable(JSONSchema.text), "field": JSONSchema.nullable(JSONSchema.text),
        "message": JSONSchema.text,
    ])

    private static let job: [(String, JSONValue)] = [
        ("id", JSONSchema.id), ("type", JSONSchema.text), ("state", JSONSchema.text),
        (
            "file",
            JSONSchema.object([
                "name": JSONSchema.text, "format": JSONSchema.text, "bytes": JSONSchema.integer,
                "sha256": JSONSchema.text,
            ])
        ),
        (
            "columns",
            JSONSchema.list(
                JSONSchema.object(["heading": JSONSchema.text, "target": JSONSchema.nullable(JSONSchema.text)]))
        ), ("key", JSONSchema.text), ("emptyCells", JSONSchema.text),
        ("standard", JSONSchema.nullable(JSONSchema.id)),
        (
            "problems",
            JSONSchema.list(JSONSchema.object(["heading": JSONSchema.text, "message": JSONSchema.text]))
        ),
        (
            "counts",
            JSONSchema.object([
                "rows": JSONSchema.integer, "creates": JSONSchema.integer, "updates": JSONSchema.integer,
                "unchanged": JSONSchema.integer, "errors": JSONSchema.integer, "notices": JSONSchema.integer,
            ])
        ), ("asOf", JSONSchema.nullable(JSONSchema.integer)), ("createdAt", JSONSchema.text),
        ("appliedAt", JSONSchema.nullable(JSONSchema.text)),
    ]
}
