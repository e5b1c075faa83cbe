// Calls that belong to no record type: who asks, the ledger, the document itself.
import HTTPServing
import HTTPTypes
import Hummingbird
import MerkleLog
import NIOCore
import RecordKit
import Storage

extension RESTRoutes {
    static func installationEndpoints() -> [Endpoint] {
        [
            Endpoint(
                .get, OpenAPIDocument.path,
                Operation(
                    id: "getOpenAPI", tag: "Installation", summary: "Read this document",
                    words: "The same bytes for everybody; If-None-Match saves sending them again.",
                    answers: [
                        .init(
                            words: "The OpenAPI 3.1 document.", schema: ["type": "object"], headers: ["ETag"])
                    ]), access: .anybody
            ) { try $0.openAPI($1) },
            Endpoint(
                .get, "/api/v1/me",
                Operation(
                    id: "getMe", tag: "Installation", summary: "Read who asks",
                    words: "The account, its place in the organisation, and its roles.",
                    answers: [.init(words: "You.", schema: JSONSchema.reference("Me"))]), access: .account
            ) { try $0.me($1) },
            Endpoint(
                .get, "/api/v1/ledger",
                Operation(
                    id: "getLedger", tag: "Installation", summary: "Read the end of the organisation's ledger",
                    words: "Its size, what was signed last, and the key to check it with.",
                    answers: [.init(words: "The end.", schema: JSONSchema.reference("LedgerEnd"))])
            ) { try await $0.ledger($1) },
        ]
    }

    static func assessmentEndpoints() -> [Endpoint] {
        let rows = "/api/v1/assessments/{id}/rows"
        return [
            Endpoint(
                .get, "/api/v1/posture",
                Operation(
                    id: "getPosture", tag: "Assessment", summary: "Read the posture",
                    words: formula,
                    parameters: [
                        .init(
                            name: "assessment", words: "Which one; without it the latest that you may see.",
                            schema: JSONSchema.id), .asOf,
                    ],
                    answers: [
                        .init(words: "Counts by standard, section and area.", schema: JSONSchema.reference("Posture"))
                    ],
                    problems: [404])
            ) { try await $0.posture($1) },
            Endpoint(
                .get, rows,
                Operation(
                    id: "getAssessmentRows", tag: "Assessment", summary: "Read the rows of an assessment",
                    words: "All of them, or a window: `next` is the key of the row after it.",
                    parameters: [
                        .asOf,
                        .init(name: "from", words: "The key of the first row to read.", schema: JSONSchema.text),
                        .init(
                            name: "limit", words: "How many rows at most; without it all.",
                            schema: ["type": "integer", "minimum": 1, "maximum": .integer(Query.limitMax)]),
                    ],
                    answers: [
                        .init(words: "Rows with their parts.", schema: JSONSchema.reference("AssessmentRows"))
                    ]
                )
            ) { try await $0.rows($1.path.id(), $1) },
            Endpoint(
                .put, rows + "/{key}",
                Operation(
                    id: "answerAssessmentRow", tag: "Assessment", summary: "Answer a row",
                    words: "One answer fills both standards where the row says so. What is left out stays; null clears "
                        + "maturity, note, owner and due date. `versions` says what you saw.",
                    body: .init(
                        schema: JSONSchema.reference("RowAnswer"),
                        example: ["result": "conform", "note": "Shown in the audit of 3 March."]),
                    answers: [
                        .init(
                            words: "The row as it is now, with the counts.", schema: JSONSchema.reference("AnsweredRow")
                        )
                    ], problems: [409])
            ) { try await $0.answerRow($1.path.text(), $1.path.id(), $1) },
        ]
    }

    /// The document, which says nothing that is secret.
    func openAPI(_ call: Call) throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let sent = try document.sent()
        var headers: HTTPFields = [.eTag: sent.tag, .cacheControl: "no-cache"]
        if call.request.headers[.ifNoneMatch] == sent.tag {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = "application/json"
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: sent.bytes)))
    }
}
