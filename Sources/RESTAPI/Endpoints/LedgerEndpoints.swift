// The calls with which an outsider checks a ledger: C2SP tlog-tiles, proofs, and whole packs.
import Governance
import HTTPServing
import HTTPTypes
import MerkleLog
import RecordKit

extension RESTRoutes {
    private static let most = JSONValue.integer(JSONValue.integerMax)

    static func ledgerEndpoints() -> [Endpoint] {
        ledgerEndpoints(.own, "/api/v1/ledger", "", "organisation's", .place)
            + ledgerEndpoints(.server, "/api/v1/ledger/server", "Server", "server's", .account) + [packs]
    }

    private static func ledgerEndpoints(
        _ place: LedgerReading.Place, _ root: String, _ name: String, _ whose: String, _ access: Endpoint.Access
    ) -> [Endpoint] {
        func tile(_ path: String, _ id: String, _ summary: String) -> Endpoint {
            Endpoint(
                .get, "\(root)/\(path)/{+tile}",
                Operation(
                    id: id, tag: "Ledger", summary: summary,
                    words: "The path goes on as C2SP tlog-tiles has it, with slashes: x001/234 or 67.p/12.",
                    answers: [
                        .init(
                            words: "The tile. A full one never changes.", mediaType: "application/octet-stream",
                            schema: ["type": "string", "format": "binary"])
                    ]), access: access
            ) { try await $0.ledgerPart("\(path)/\($1.path.text())", of: place, $1) }
        }
        let size = Operation.Parameter(
            name: "size", words: "Of this tree; without it the one that was signed last.",
            schema: ["type": "integer", "minimum": 1, "maximum": most])
        return [
            Endpoint(
                .get, root + "/checkpoint",
                Operation(
                    id: "get\(name)Checkpoint", tag: "Ledger", summary: "Read the \(whose) signed checkpoint",
                    answers: [
                        .init(
                            words: "A signed note (C2SP tlog-checkpoint).", mediaType: "text/plain",
                            schema: JSONSchema.text)
                    ], problems: [404]), access: access
            ) { try await $0.ledgerPart("checkpoint", of: place, $1) },
            tile("tile/entries", "get\(name)Entries", "Read entries of the \(whose) ledger"),
            Endpoint(
                .get, root + "/tile/{level}/{+tile}",
                Operation(
                    id: "get\(name)Tile", tag: "Ledger", summary: "Read hashes of the \(whose) ledger",
                    words: "The path goes on as C2SP tlog-tiles has it, with slashes: x001/234 or 67.p/12.",
                    answers: [
                        .init(
                            words: "The tile. A full one never changes.", mediaType: "application/octet-stream",
                            schema: ["type": "string", "format": "binary"])
                    ]), access: access
            ) {
                let path = try $1.path.texts(2)
                return try await $0.ledgerPart("tile/\(path[0])/\(path[1])", of: place, $1)
            },
            Endpoint(
                .get, root + "/proof/inclusion",
                Operation(
                    id: "get\(name)InclusionProof", tag: "Ledger", summary: "Prove that an entry is in the ledger",
                    words: "Take the size from a checkpoint whose signature you checked.",
                    parameters: [
                        .init(
                            name: "index", isRequired: true, words: "The entry, from 0.",
                            schema: ["type": "integer", "minimum": 0, "maximum": most], example: .integer(0)), size,
                    ],
                    answers: [.init(words: "The proof (RFC 6962).", schema: JSONSchema.reference("InclusionProof"))]),
                access: access
            ) { try await $0.ledgerPart("proof/inclusion", of: place, $1) },
            Endpoint(
                .get, root + "/proof/consistency",
                Operation(
                    id: "get\(name)ConsistencyProof", tag: "Ledger",
                    summary: "Prove that the ledger only grew since an older checkpoint",
                    parameters: [
                        .init(
                            name: "from", isRequired: true, words: "The size of the older tree.",
                            schema: ["type": "integer", "minimum": 0, "maximum": most], example: .integer(1)),
                        .init(
                            name: "to", words: "The size of the newer tree; without it the one that was signed last.",
                            schema: ["type": "integer", "minimum": 0, "maximum": most]),
                    ],
                    answers: [.init(words: "The proof (RFC 6962).", schema: JSONSchema.reference("ConsistencyProof"))]),
                access: access
            ) { try await $0.ledgerPart("proof/consistency", of: place, $1) },
        ]
    }

    private static let packs = Endpoint(
        .post, "/api/v1/packs",
        Operation(
            id: "exportPack", tag: "Ledger", summary: "Export an audit pack",
            words: "Records, evidence and proofs in one ZIP that `concord verify pack` checks offline. The export is "
                + "an entry of the ledger itself.",
            body: .init(schema: JSONSchema.reference("PackRequest"), example: [:], isRequired: false),
            answers: [
                .init(
                    words: "The pack.", mediaType: "application/zip", schema: ["type": "string", "format": "binary"],
                    headers: ["Content-Disposition"])
            ], problems: [404, 409])
    ) { try await $0.exportPack($1) }

    static let ledgerSchemas: [String: JSONValue] = [
        "InclusionProof": JSONSchema.object([
            "index": JSONSchema.integer, "size": JSONSchema.integer, "leafHash": JSONSchema.text,
            "root": JSONSchema.text, "hashes": JSONSchema.texts,
        ]),
        "ConsistencyProof": JSONSchema.object([
            "from": JSONSchema.integer, "to": JSONSchema.integer, "oldRoot": JSONSchema.text,
            "root": JSONSchema.text, "hashes": JSONSchema.texts,
        ]),
        "PackRequest": JSONSchema.object(
            [
                "asOf": [
                    "description": "An index of the ledger, or a time; without it now.",
                    "anyOf": [["type": "integer", "minimum": 0, "maximum": most], JSONSchema.time, ["type": "null"]],
                ],
                "records": JSONSchema.nullable(JSONSchema.texts),
                "since": JSONSchema.nullable(JSONSchema.text),
            ], required: []),
    ]
}
