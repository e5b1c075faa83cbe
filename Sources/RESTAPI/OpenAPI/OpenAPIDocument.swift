// The OpenAPI 3.1 document, made from the endpoints and the record types, once and when first asked for.
import Foundation
import HTTPServing
import HTTPTypes
import MerkleLog
import RecordKit
import Synchronization

/// The document with its bytes.
final class OpenAPIDocument: Sendable {
    /// What is sent.
    struct Sent: Sendable {
        let bytes: [UInt8]
        let tag: String
    }

    static let path = "/api/openapi.json"
    static let mediaType = "application/vnd.oai.openapi+json;version=3.1"

    private let endpoints: [Endpoint]
    private let resources: [Resource]
    private let made = Mutex<Sent?>(nil)

    init(endpoints: [Endpoint], resources: [Resource]) {
        self.endpoints = endpoints
        self.resources = resources
    }

    func sent() throws -> Sent {
        try made.withLock { made in
            if let made { return made }
            let bytes = try value.canonical()
            let sent = Sent(bytes: bytes, tag: "\"\(Hash.sha256(bytes).hex.prefix(16))\"")
            made = sent
            return sent
        }
    }

    var value: JSONValue {
        [
            "openapi": "3.1.1",
            "jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/base",
            "info": [
                "title": "Concord", "version": "0.1.0",
                "summary": "ISO/IEC 42001 and ISO/IEC 27001 as one management system.",
                "description": .string(Self.words),
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [["url": "/", "description": "This server."]],
            "security": [["token": []], ["session": []]],
            "tags": .array(tags),
            "paths": .object(paths),
            "components": [
                "schemas": .object(
                    resources.reduce(Self.ownSchemas) {
                        $0.merging($1.schema.components) { a, _ in a }
                    }),
                "headers": .object(Self.headers),
                "responses": .object(
                    Dictionary(
                        uniqueKeysWithValues: Self.problems.map {
                            ("Problem\($0.key)", Self.response(problem: $0.key, $0.value))
                        })),
                "securitySchemes": [
                    "token": [
                        "type": "http", "scheme": "bearer",
                        "description": "An API token, made under Settings, API tokens. It acts for its owner.",
                    ],
                    "session": [
                        "type": "apiKey", "in": "cookie", "name": .string(AuthenticationMiddleware.cookieName),
                        "description": "A signed-in browser. Changes also need the form secret.",
                    ],
                    "formSecret": [
                        "type": "apiKey", "in": "header", "name": "X-Concord-Form",
                        "description": "The secret of the session's forms, so that no other site can change anything.",
                    ],
                ],
            ],
        ]
    }

    /// The schemas of what is no record, from beside the code that writes it.
    private static let ownSchemas = [
        answerSchemas, RESTRoutes.ledgerSchemas, RESTRoutes.erasureSchemas, RESTRoutes.searchSchemas,
        RESTRoutes.importSchemas, RESTRoutes.gapSchemas, RESTRoutes.crosswalkSchemas, RESTRoutes.librarySchemas,
        RESTRoutes.statementSchemas, RESTRoutes.roundSchemas, RESTRoutes.pathSchemas,
    ].reduce(commonSchemas) {
        $0.merging($1) { a, _ in a }
    }

    private static let words = """
        Records of every type are listed, read, created, changed, archived and moved through their states in the same \
        way. What you may see and do follows from your roles. Every change leaves a revision and a leaf in the ledger.

        Unknown parameters and members are refused, so that nothing misspelt passes. Errors are problem documents \
        (RFC 9457). A change names the version that it saw (If-Match), or is refused with 428.
        """

    private var tags: [JSONValue] {
        var seen: Set<String> = []
        return endpoints.map(\.operation.tag).filter { seen.insert($0).inserted }.map { tag in
            let help = resources.first { $0.schema.pluralLabel == tag }?.schema.help
            return ["name": .string(tag), "description": .string(help ?? Self.tagWords[tag] ?? tag)]
        }
    }
    static let tagWords = [
        "Installation": "Who asks, the organisation's ledger, and this document.",
        "Ledger": "What an auditor checks without trusting this server: checkpoint, tiles, proofs and whole packs.",
        "Crosswalk": "What answers say about other frameworks, by which paths, and where mappings disagree.",
        "Search": "Finding anything, saved views, live changes, and taking back.",
        "Imports": "Tables that become records: send a file, see what it would do, settle its columns, apply it.",
        "Files": "Files that records name as evidence.",
        "Assessment": "The integrated assessment of both ISO standards, and the posture that follows.",
    ]

    private var paths: [String: JSONValue] {
        Dictionary(grouping: endpoints, by: \.path.text).mapValues { endpoints in
            .object(Dictionary(uniqueKeysWithValues: endpoints.map { ($0.method.rawValue.lowercased(), $0.described) }))
        }
    }

    private static func response(problem status: Int, _ words: String) -> JSONValue {
        let name = status == 429 ? ["Retry-After"] : status == 405 ? ["Allow"] : []
        return [
            "description": .string(words), "headers": headers(name),
            "content": ["application/problem+json": ["schema": JSONSchema.reference("Problem")]],
        ]
    }

    static func headers(_ names: [String]) -> JSONValue {
        .object(
            Dictionary(
                uniqueKeysWithValues: (names + ["X-Request-Id"]).map {
                    ($0, ["$ref": .string("#/components/headers/\($0)")])
                }))
    }
}

extension Endpoint {
    /// Whether it changes something.
    var isWrite: Bool { method != .get }

    /// Statuses of problems that this call may answer with.
    var problemStatuses: [Int] {
        var statuses: Set<Int> = [400, 406, 422, 429, 500, 503]
        if access != .anybody { statuses.formUnion([401, 403]) }
        if access == .anybody { statuses.insert(401) }
        if !isWrite || operation.parameters.contains(where: { $0.place == .query }) { statuses.insert(414) }
        if path.segments.contains(where: { if case .literal = $0 { false } else { true } }) { statuses.insert(404) }
        if operation.body != nil { statuses.formUnion([413, 415]) }
        return statuses.union(operation.problems).sorted()
    }

    /// Parameters that are not its own: path, key, reason.
    var everyParameter: [Operation.Parameter] {
        operation.parameters + (takesKey ? [.idempotencyKey] : [])
    }

    /// The operation as the document has it.
    var described: JSONValue {
        var members: [String: JSONValue] = [
            "operationId": .string(operation.id), "tags": [.string(operation.tag)],
            "summary": .string(operation.summary),
        ]
        if !operation.words.isEmpty { members["description"] = .string(operation.words) }
        let parameters = pathParameters + everyParameter.map(\.described)
        if !parameters.isEmpty { members["parameters"] = .array(parameters) }
        if let body = operation.body {
            var content: [String: JSONValue] = ["schema": body.schema]
            if let example = body.example { content["example"] = example }
            var types = [body.mediaType: JSONValue.object(content)]
            for type in body.otherMediaTypes { types[type] = ["schema": body.schema] }
            members["requestBody"] = ["required": .bool(body.isRequired), "content": .object(types)]
        }
        var responses: [String: JSONValue] = [:]
        // One answer may come in several media types.
        var contents: [Int: [String: JSONValue]] = [:]
        for answer in operation.answers {
            let replayed = takesKey ? ["Idempotency-Replayed"] : []
            var response: [String: JSONValue] = [
                "description": .string(answer.words),
                "headers": OpenAPIDocument.headers(answer.headers + replayed + ["RateLimit", "RateLimit-Policy"]),
            ]
            if answer.hasContent {
                contents[answer.status, default: [:]][answer.mediaType] = ["schema": answer.schema]
                response["content"] = .object(contents[answer.status] ?? [:])
            }
            responses[String(answer.status)] = .object(response)
        }
        for status in problemStatuses {
            responses[String(status)] = ["$ref": .string("#/components/responses/Problem\(status)")]
        }
        members["responses"] = .object(responses)
        if access == .anybody {
            members["security"] = []
        } else if isWrite {
            members["security"] = [["token": []], ["session": [], "formSecret": []]]
        }
        return .object(members)
    }

    private var pathParameters: [JSONValue] {
        path.segments.compactMap { segment in
            switch segment {
            case .literal: nil
            case .id: Self.pathParameter("id", JSONSchema.id)
            case .text(let name), .rest(let name):
                Self.pathParameter(
                    name,
                    operation.textChoices.isEmpty
                        ? ["type": "string", "minLength": 1] : JSONSchema.choice(operation.textChoices))
            }
        }
    }
    private static func pathParameter(_ name: String, _ schema: JSONValue) -> JSONValue {
        ["name": .string(name), "in": "path", "required": true, "schema": schema]
    }
}

extension Operation.Parameter {
    var described: JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(name), "in": .string(place.rawValue), "description": .string(words),
            "schema": isRepeated ? JSONSchema.list(schema) : schema,
        ]
        if isRequired { members["required"] = true }
        if isRepeated { members["explode"] = true }
        if let example { members["example"] = isRepeated ? [example] : example }
        return .object(members)
    }
}
