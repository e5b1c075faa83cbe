// The ledger for programs: checkpoint, tiles and entries as C2SP tlog-tiles has them, proofs, and whole packs.
import Access
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import Hummingbird
import MerkleLog
import NIOCore
import RecordKit
import Storage

extension RESTRoutes {
    /// Full tiles never change.
    private static let cacheForever = "private, max-age=31536000, immutable"

    /// - Parameter path: What follows `/api/v1/ledger/` or `/api/v1/ledger/server/`.
    func ledgerPart(_ path: String, of place: LedgerReading.Place, _ call: Call) async throws -> Response {
        switch path {
        case "checkpoint":
            _ = try QueryParameters(call.request, allowed: [])
            let checkpoint = try await services.ledgerReading.checkpoint(place, as: call.caller)
            return Self.bytes(Array(checkpoint.note.utf8), "text/plain; charset=utf-8")
        case "proof/inclusion": return try await inclusion(place, call)
        case "proof/consistency": return try await consistency(place, call)
        default:
            guard let tile = TilePath(path) else {
                throw Failure(.notFound, "not-found", "Not found", "The ledger has no such path.")
            }
            _ = try QueryParameters(call.request, allowed: [])
            let bytes = try await services.ledgerReading.tile(tile, place, as: call.caller)
            let isFull = tile.width == TileGeometry.widthHashes
            return Self.bytes(bytes, "application/octet-stream", caching: isFull ? Self.cacheForever : nil)
        }
    }

    private func inclusion(_ place: LedgerReading.Place, _ call: Call) async throws -> Response {
        let parameters = try QueryParameters(call.request, allowed: ["index", "size"])
        guard let index = try parameters.integer("index", in: 0...JSONValue.integerMax) else {
            throw Failure.invalid("index", "is required: the entry that is to be proved")
        }
        let proof = try await services.ledgerReading.inclusion(
            of: index, size: try parameters.integer("size", in: 1...JSONValue.integerMax), place, as: call.caller)
        var json = JSONWriter()
        json.object { json in
            json.integer("index", proof.index)
            json.integer("size", proof.size)
            json.string("leafHash", proof.leafHash.base64)
            json.string("root", proof.root.base64)
            json.strings("hashes", proof.hashes.map(\.base64))
        }
        return Response(json: json.bytes)
    }

    private func consistency(_ place: LedgerReading.Place, _ call: Call) async throws -> Response {
        let parameters = try QueryParameters(call.request, allowed: ["from", "to"])
        guard let from = try parameters.integer("from", in: 0...JSONValue.integerMax) else {
            throw Failure.invalid("from", "is required: the size of the older tree")
        }
        let proof = try await services.ledgerReading.consistency(
            from: from, to: try parameters.integer("to", in: 0...JSONValue.integerMax), place, as: call.caller)
        var json = JSONWriter()
        json.object { json in
            json.integer("from", proof.from)
            json.integer("to", proof.to)
            json.string("oldRoot", proof.oldRoot.base64)
            json.string("root", proof.root.base64)
            json.strings("hashes", proof.hashes.map(\.base64))
        }
        return Response(json: json.bytes)
    }

    /// Exports a pack and sends it.
    func exportPack(_ call: Call) async throws -> Response {
        _ = try QueryParameters(call.request, allowed: [])
        let body = try await JSONBody(call.request, isOptional: true)
        try body.expectOnly(["asOf", "records", "since"])
        var request = PackRequest()
        switch body.members["asOf"] {
        case nil, .null: break
        case .integer(let index): request.asOf = try await services.records.moment(index: index, as: call.caller)
        case .string(let text):
            guard let time = Instant(text) else {
                throw Failure.invalid("asOf", "must be an index of the ledger or a time such as 2026-01-31T12:00:00Z")
            }
            request.asOf = try await services.records.moment(at: time, as: call.caller)
        default: throw Failure.invalid("asOf", "must be an index of the ledger or a time")
        }
        switch body.members["records"] {
        case nil, .null: break
        case .array(let items):
            request.records = try items.map { item in
                guard case .string(let text) = item else {
                    throw Failure.invalid("records", "must be texts such as control/…")
                }
                return text
            }
        default: throw Failure.invalid("records", "must be a list of type and id, as control/…")
        }
        switch body.members["since"] {
        case nil, .null: break
        case .string(let note): request.since = note
        default: throw Failure.invalid("since", "must be the text of a checkpoint")
        }
        let pack = try await services.packs.prepare(request, as: call.caller, request: call.id)
        return PackAnswer.response(pack, logger: call.context.logger)
    }

    private static func bytes(_ bytes: [UInt8], _ mediaType: String, caching: String? = nil) -> Response {
        var headers: HTTPFields = [.contentType: mediaType]
        if let caching { headers[.cacheControl] = caching }
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
