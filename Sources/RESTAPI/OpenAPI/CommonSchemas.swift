// Schemas that belong to no record type: problems, files, history, links, transitions, bulk results.
import HTTPServing
import MerkleLog
import RecordKit
import Storage

extension OpenAPIDocument {
    static let commonSchemas: [String: JSONValue] = [
        "Problem": JSONSchema.with(
            JSONSchema.object(
                [
                    "type": ["type": "string", "format": "uri"], "title": JSONSchema.text,
                    "status": JSONSchema.integer, "detail": JSONSchema.text,
                    "instance": ["type": "string", "format": "uri"],
                    "traceId": ["type": "string", "pattern": "^[0-9a-f]{32}$"],
                    "errors": JSONSchema.list(JSONSchema.reference("FieldProblem")),
                    "present": ["type": "object"], "yours": ["type": "object"],
                    "lines": JSONSchema.list(JSONSchema.reference("RefusedLine")),
                ], required: ["type", "title", "status", "detail"]),
            [
                "description": .string(
                    "A problem document (RFC 9457). `errors` says which field, `present` and `yours` show both versions "
                        + "of a record that was changed meanwhile, `lines` says which lines of a bulk creation, "
                        + "`traceId` the trace of the request (W3C Trace Context).")
            ]),
        "FieldProblem": JSONSchema.object(["field": JSONSchema.text, "message": JSONSchema.text]),
        "RefusedLine": JSONSchema.object([
            "index": ["type": "integer", "minimum": 0], "status": JSONSchema.integer,
            "problem": JSONSchema.reference("Problem"),
        ]),
        "CreatedLine": JSONSchema.object([
            "index": ["type": "integer", "minimum": 0], "status": ["type": "integer", "const": 201],
            "id": JSONSchema.id, "version": JSONSchema.integer, "location": JSONSchema.text,
        ]),
        "BulkResult": JSONSchema.object([
            "created": ["type": "integer", "minimum": 0], "refused": ["type": "integer", "minimum": 0],
            "lines": JSONSchema.list([
                "anyOf": [JSONSchema.reference("CreatedLine"), JSONSchema.reference("RefusedLine")]
            ]),
        ]),
        "File": JSONSchema.with(
            JSONSchema.object([
                "sha256": ["type": "string", "pattern": "^[0-9a-f]{64}$"],
                "name": ["type": "string", "minLength": 1, "pattern": "^[^/\\u0000-\\u001F]*$"],
                "mediaType": JSONSchema.text,
                "bytes": ["type": "integer", "minimum": 0],
            ]), ["description": "A file that is kept, named by its content. It is uploaded before a record names it."]),
        "Reason": JSONSchema.object(
            ["reason": JSONSchema.nullable(["type": "string", "maxLength": 2_000])], required: []),
        "History": JSONSchema.object([
            "items": JSONSchema.list(JSONSchema.reference("HistoryEntry")),
            "next": JSONSchema.nullable(JSONSchema.integer),
        ]),
        "HistoryEntry": JSONSchema.object([
            "version": JSONSchema.integer, "action": JSONSchema.text, "at": JSONSchema.time,
            "actor": JSONSchema.choice(["person", "token", "system", "operator"]),
            "person": JSONSchema.nullable(JSONSchema.id), "personName": JSONSchema.nullable(JSONSchema.text),
            "reason": JSONSchema.nullable(JSONSchema.text), "ledgerIndex": JSONSchema.integer,
            "archived": JSONSchema.boolean, "erasedAt": JSONSchema.nullable(JSONSchema.time),
            "changes": JSONSchema.list(
                JSONSchema.object(["field": JSONSchema.text, "from": [:], "to": [:]])),
        ]),
        "Links": JSONSchema.object([
            "outgoing": JSONSchema.list(JSONSchema.reference("LinkedRecords")),
            "incoming": JSONSchema.list(JSONSchema.reference("LinkedRecords")),
        ]),
        "LinkedRecords": JSONSchema.object([
            "type": JSONSchema.text, "collection": JSONSchema.text, "label": JSONSchema.text,
            "records": JSONSchema.list(
                JSONSchema.object(["id": JSONSchema.id, "title": JSONSchema.text, "archived": JSONSchema.boolean])),
        ]),
        "Transitions": JSONSchema.object([
            "items": JSONSchema.list(
                JSONSchema.object([
                    "name": JSONSchema.text, "label": JSONSchema.text, "to": JSONSchema.text,
                    "needsReason": JSONSchema.boolean, "requires": JSONSchema.texts, "allowed": JSONSchema.boolean,
                    "refusal": JSONSchema.nullable(JSONSchema.text),
                ]))
        ]),
    ]

    /// What the headers of answers say.
    static let headers: [String: JSONValue] = [
        "ETag": [
            "description": .string(
                "A record's version, in quotes: send it back as If-Match to change the record. Of a file its digest."),
            "schema": ["type": "string"],
        ],
        "Content-Disposition": [
            "description": "Under which name the content is to be saved (RFC 6266).", "schema": ["type": "string"],
        ],
        "Repr-Digest": ["description": "The SHA-256 of the content (RFC 9530).", "schema": ["type": "string"]],
        "Cache-Control": ["description": "How long the answer may be kept.", "schema": ["type": "string"]],
        "Location": ["description": "Where the new record is.", "schema": ["type": "string"]],
        "Idempotency-Replayed": [
            "description": "`true` if this is the answer to an earlier request with the same key.",
            "schema": JSONSchema.choice(["true"]),
        ],
        "RateLimit-Policy": [
            "description": "The limit: `q` requests in `w` seconds.", "schema": ["type": "string"],
        ],
        "RateLimit": [
            "description": "What is left of it: `r` requests; all are there again in `t` seconds.",
            "schema": ["type": "string"],
        ],
        "Retry-After": ["description": "Seconds after which to try again.", "schema": ["type": "string"]],
        "Allow": ["description": "The methods that this path knows.", "schema": ["type": "string"]],
        "X-Request-Id": ["description": "The request's id in the server's log.", "schema": JSONSchema.id],
    ]

    /// Statuses of problems, with what they mean here.
    static let problems: [Int: String] = [
        400: "Malformed: not JSON, a header or an address that cannot be read.",
        401: "Not signed in, or a token that is not good.",
        403: "Your roles do not allow it.",
        404: "There is none, or it is not yours to see.",
        405: "The path does not know this method.",
        406: "Accept leaves out what the call can answer with.",
        409: "It cannot stand beside what is there: a value is taken, a state does not allow it.",
        412: "Somebody saved a newer version meanwhile. Both are shown.",
        413: "The body is too long.",
        414: "The query is too long.",
        415: "The body comes in a form that the call does not read.",
        422: "Understood but not possible: `errors` says which fields.",
        428: "If-Match is missing.",
        429: "Too many requests; try again after Retry-After.",
        500: "A fault of the server; the log knows more under the request's id.",
        503: "Too much is waiting, or the database is away: nothing was done; try again after Retry-After.",
    ]
}
