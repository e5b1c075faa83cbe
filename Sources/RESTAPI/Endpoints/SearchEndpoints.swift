// The calls behind search, saved views, live changes and taking back.
import Governance
import HTTPTypes
import MerkleLog
import RecordKit

extension RESTRoutes {
    static func searchEndpoints() -> [Endpoint] {
        let view = Operation.Answer(words: "As it is now.", schema: JSONSchema.reference("View"))
        return [
            Endpoint(
                .get, "/api/v1/search",
                Operation(
                    id: "search", tag: "Search", summary: "Find records of every type",
                    words: "Every word begins a word of what is found, as far as you may see it. Without words, what "
                        + "was changed last.",
                    parameters: [
                        .init(name: "q", words: "The words.", schema: JSONSchema.text, example: "access review"),
                        .limit(SearchService.recordsPerTypeMax, standard: 5),
                    ], answers: [.init(words: "What was found, by type.", schema: JSONSchema.reference("Found"))])
            ) { try await $0.search($1) },
            Endpoint(
                .get, "/api/v1/events",
                Operation(
                    id: "getEvents", tag: "Search", summary: "Hear of changes as they happen",
                    words: "Server-sent events: which records changed, by whom, as far as you may see them. The id of "
                        + "an event is its ledger index; a stream that is taken up again names the last one that it saw.",
                    parameters: [
                        .init(
                            name: "since", words: "The last ledger index that you know; without it only what comes.",
                            schema: ["type": "integer", "minimum": -1, "maximum": .integer(JSONValue.integerMax)]),
                        .init(
                            name: "Last-Event-ID", place: .header,
                            words: "The id of the last event that was received; it goes before since.",
                            schema: ["type": "string", "pattern": "^(-1|0|[1-9][0-9]{0,15})$"]),
                    ],
                    answers: [
                        .init(words: "The stream.", mediaType: "text/event-stream", schema: JSONSchema.text)
                    ])
            ) { try await $0.events($1) },
            Endpoint(
                .get, "/api/v1/views",
                Operation(
                    id: "listViews", tag: "Search", summary: "List saved views",
                    parameters: [.init(name: "type", words: "Of this record type only.", schema: JSONSchema.text)],
                    answers: [.init(words: "Your own and the organisation's.", schema: JSONSchema.reference("Views"))])
            ) { try await $0.views($1) },
            Endpoint(
                .post, "/api/v1/views",
                Operation(
                    id: "createView", tag: "Search", summary: "Save a view of a list",
                    body: .init(
                        schema: JSONSchema.reference("ViewCreate"),
                        example: ["type": "control", "name": "Implemented", "query": "status=implemented"]),
                    answers: [.init(status: 201, words: "Saved.", schema: JSONSchema.reference("View"))],
                    problems: [404, 409])
            ) { try await $0.createView($1) },
            Endpoint(
                .patch, "/api/v1/views/{id}",
                Operation(
                    id: "changeView", tag: "Search", summary: "Change a saved view",
                    body: .init(schema: JSONSchema.reference("ViewChange"), example: ["default": true]),
                    answers: [view], problems: [409])
            ) { try await $0.changeView($1.path.id(), $1) },
            Endpoint(
                .delete, "/api/v1/views/{id}",
                Operation(
                    id: "removeView", tag: "Search", summary: "Remove a saved view",
                    answers: [.nothing("Removed.")])
            ) { try await $0.removeView($1.path.id(), $1) },
            Endpoint(
                .post, "/api/v1/undo",
                Operation(
                    id: "undo", tag: "Search", summary: "Take back your last change",
                    words: "Restores the former values as a new revision, within 15 minutes, unless somebody changed "
                        + "the record since.",
                    body: .init(
                        schema: JSONSchema.object([
                            "ledgerIndex": [
                                "type": "integer", "minimum": 0, "maximum": .integer(JSONValue.integerMax),
                            ]
                        ]),
                        example: ["ledgerIndex": 12]),
                    answers: [.init(words: "What came of it.", schema: JSONSchema.reference("Undone"))],
                    problems: [404, 409])
            ) { try await $0.undo($1) },
        ]
    }

    /// Changes of many records, and older values of one.
    static func changeEndpoints(_ resource: Resource) -> [Endpoint] {
        let schema = resource.schema
        let root = "/api/v1/\(schema.plural)"
        return [
            Endpoint(
                .post, root + "/bulk-edit",
                Operation(
                    id: "changeMany\(schema.manyName)", tag: schema.pluralLabel,
                    summary: "Change many \(schema.pluralLabel.lowercased()) at once",
                    words: "The records are named in the body, or are those that the filters in the address find. One "
                        + "transaction; with preview=true nothing is written.",
                    parameters: [.filter(schema), .search, .archived],
                    body: .init(
                        schema: bulkEdit(schema),
                        example: [
                            "records": [["id": .string(FieldDescription.exampleID), "version": 1]], "archive": true,
                            "preview": true,
                        ]),
                    answers: [
                        .init(words: "What became of each record.", schema: JSONSchema.reference("BulkEditResult"))
                    ], problems: [409])
            ) { try await $0.bulkEdit(resource, $1) },
            Endpoint(
                .post, root + "/{id}/restore-values",
                Operation(
                    id: "restore\(schema.componentName)Values", tag: schema.pluralLabel,
                    summary: "Bring back the values of an older version",
                    words: "As a new version; states stay as they are.", parameters: [.ifMatch],
                    body: .init(
                        schema: JSONSchema.object([
                            "version": ["type": "integer", "minimum": 1, "maximum": .integer(JSONValue.integerMax)]
                        ]),
                        example: ["version": 1]),
                    answers: [
                        .init(
                            words: "As it is now.", schema: JSONSchema.reference(schema.componentName),
                            headers: ["ETag"])
                    ], problems: [409, 412, 428])
            ) { try await $0.restoreValues(resource, $1.path.id(), $1) },
        ]
    }
}
