// The calls that every record type has.
import Governance
import HTTPServing
import HTTPTypes
import MerkleLog
import RecordKit
import Storage

extension RESTRoutes {
    static func recordEndpoints(_ resource: Resource) -> [Endpoint] {
        reads(resource) + changes(resource) + states(resource)
    }

    private static func reads(_ resource: Resource) -> [Endpoint] {
        let schema = resource.schema
        let (name, many) = (schema.componentName, schema.manyName)
        let root = "/api/v1/\(schema.plural)"
        let label = schema.label.lowercased()
        return [
            Endpoint(
                .get, root,
                Operation(
                    id: "list\(many)", tag: schema.pluralLabel, summary: "List \(schema.pluralLabel.lowercased())",
                    words:
                        "Only what you may see. Pages continue by cursor, so that the last one costs what the first one does.",
                    parameters: [.filter(schema), .sort(schema), .fields(schema)] + Operation.Parameter.lists,
                    answers: [.init(words: "One page.", schema: JSONSchema.reference("\(name)Page"))])
            ) { try await $0.list(resource, $1) },
            Endpoint(
                .get, root + "/{id}",
                Operation(
                    id: "get\(name)", tag: schema.pluralLabel, summary: "Read one \(label)",
                    parameters: [.fields(schema), .asOf],
                    answers: [
                        .init(words: "The record.", schema: JSONSchema.reference("\(name)Selection"), headers: ["ETag"])
                    ])
            ) { try await $0.get(resource, $1.path.id(), $1) },
            Endpoint(
                .get, root + "/{id}/history",
                Operation(
                    id: "get\(name)History", tag: schema.pluralLabel, summary: "Read the history of one \(label)",
                    words: "Revisions with what each changed, newest first.",
                    parameters: [
                        .init(
                            name: "before", words: "Only versions below this one: `next` of the former page.",
                            schema: ["type": "integer", "minimum": 1]),
                        .limit(RecordService.historyEntriesMax, standard: 50),
                    ], answers: [.init(words: "The history.", schema: JSONSchema.reference("History"))])
            ) { try await $0.history(resource, $1.path.id(), $1) },
            Endpoint(
                .get, root + "/{id}/links",
                Operation(
                    id: "get\(name)Links", tag: schema.pluralLabel, summary: "Read what one \(label) is linked with",
                    words: "Records that it names and that name it, as far as you may see them.",
                    parameters: [.asOf], answers: [.init(words: "Both ways.", schema: JSONSchema.reference("Links"))])
            ) { try await $0.links(resource, $1.path.id(), $1) },
        ]
    }

    private static func changes(_ resource: Resource) -> [Endpoint] {
        let schema = resource.schema
        let (name, many) = (schema.componentName, schema.manyName)
        let root = "/api/v1/\(schema.plural)"
        let label = schema.label.lowercased()
        func changed(_ words: String) -> Operation.Answer {
            .init(words: words, schema: JSONSchema.reference(name), headers: ["ETag"])
        }
        return [
            Endpoint(
                .post, root,
                Operation(
                    id: "create\(name)", tag: schema.pluralLabel, summary: "Create one \(label)",
                    words: "What is left out is blank. The state is the first one of the type.", parameters: [.reason],
                    body: .init(
                        schema: JSONSchema.reference("\(name)Create"), example: schema.exampleOfCreation),
                    answers: [
                        .init(
                            status: 201, words: "Created.", schema: JSONSchema.reference(name),
                            headers: ["ETag", "Location"])
                    ], problems: [409]), takesKey: true
            ) { try await $0.create(resource, $1) },
            Endpoint(
                .post, root + "/bulk",
                Operation(
                    id: "createMany\(many)", tag: schema.pluralLabel,
                    summary: "Create up to \(RecordService.bulkLinesMax) \(schema.pluralLabel.lowercased())",
                    words: "One transaction. Each line has a result of its own, with its place in the array. With "
                        + "atomic=true one refused line refuses all, with 422.",
                    parameters: [
                        .init(
                            name: "atomic", words: "All or nothing.",
                            schema: JSONSchema.with(JSONSchema.boolean, ["default": false])), .reason,
                    ],
                    body: .init(
                        schema: [
                            "type": "array", "minItems": 1, "maxItems": .integer(RecordService.bulkLinesMax),
                            "items": JSONSchema.reference("\(name)Create"),
                        ], example: [schema.exampleOfCreation]),
                    answers: [.init(words: "What became of each line.", schema: JSONSchema.reference("BulkResult"))],
                    problems: [409]), takesKey: true, bodyBytesMax: bulkBodyBytesMax
            ) { try await $0.createMany(resource, $1) },
            Endpoint(
                .put, root + "/{id}",
                Operation(
                    id: "replace\(name)", tag: schema.pluralLabel, summary: "Replace one \(label)",
                    words: "Sets all fields; what is left out becomes blank. What an answer showed of the system's own "
                        + "members may be sent back as it was. If nothing changes, no version is made.",
                    parameters: [.ifMatch, .reason],
                    body: .init(
                        schema: JSONSchema.reference("\(name)Replace"), example: schema.exampleOfReplacement),
                    answers: [changed("As it is now.")], problems: [409, 412, 428])
            ) { try await $0.replace(resource, $1.path.id(), $1) },
            Endpoint(
                .patch, root + "/{id}",
                Operation(
                    id: "patch\(name)", tag: schema.pluralLabel, summary: "Change some fields of one \(label)",
                    words: "A JSON merge patch (RFC 7396): what is named changes, null takes the value away, all else "
                        + "stays. States change by transitions only.", parameters: [.ifMatch, .reason],
                    body: .init(
                        mediaType: JSONBody.mergePatch, schema: JSONSchema.reference("\(name)Patch"),
                        example: schema.exampleOfPatch),
                    answers: [changed("As it is now.")], problems: [409, 412, 428])
            ) { try await $0.patch(resource, $1.path.id(), $1) },
            archiving("archive", "Archive one \(label)", "Nothing is deleted: it keeps its history.", true, resource),
            archiving("restore", "Take one \(label) back from the archive", "", false, resource),
        ]
    }

    private static func archiving(
        _ word: String, _ summary: String, _ words: String, _ isArchived: Bool, _ resource: Resource
    ) -> Endpoint {
        let schema = resource.schema
        return Endpoint(
            .post, "/api/v1/\(schema.plural)/{id}/\(word)",
            Operation(
                id: "\(word)\(schema.componentName)", tag: schema.pluralLabel, summary: summary, words: words,
                parameters: [.ifMatch], body: .reason,
                answers: [
                    .init(
                        words: "As it is now.", schema: JSONSchema.reference(schema.componentName), headers: ["ETag"])
                ], problems: [409, 412, 428]), takesKey: true
        ) { try await $0.setArchived(isArchived, resource, $1.path.id(), $1) }
    }

    private static func states(_ resource: Resource) -> [Endpoint] {
        let schema = resource.schema
        let name = schema.componentName
        let root = "/api/v1/\(schema.plural)/{id}/transitions"
        let label = schema.label.lowercased()
        let possible = Endpoint(
            .get, root,
            Operation(
                id: "get\(name)Transitions", tag: schema.pluralLabel, summary: "Read the next steps of one \(label)",
                words: "Transitions from its present state, each with why you may not take it, if so.",
                answers: [
                    .init(words: "The steps.", schema: JSONSchema.reference("Transitions"), headers: ["ETag"])
                ])
        ) { try await $0.transitions(resource, $1.path.id(), $1) }
        // A type without states still answers with 404 to a name.
        let names = schema.lifecycle?.transitions.map(\.name) ?? []
        let take = Endpoint(
            .post, root + "/{name}",
            Operation(
                id: "take\(name)Transition", tag: schema.pluralLabel, summary: "Take one \(label) a step further",
                words: names.isEmpty ? "This type has no states." : "Steps: \(names.joined(separator: ", ")).",
                parameters: [.ifMatch], textChoices: names, body: .reason,
                answers: [.init(words: "As it is now.", schema: JSONSchema.reference(name), headers: ["ETag"])],
                problems: [409, 412, 428]), takesKey: true
        ) { try await $0.take($1.path.text(), resource, $1.path.id(), $1) }
        return [possible, take]
    }
}

extension Operation.Body {
    static let reason = Self(
        schema: JSONSchema.reference("Reason"), example: ["reason": "Agreed in the meeting of 3 March."],
        isRequired: false)
}

extension AnySchema {
    /// `Controls`, `Evidence`, for the names of operations.
    var manyName: String { plural.prefix(1).uppercased() + plural.dropFirst() }
}
