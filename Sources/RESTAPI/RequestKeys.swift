// `Idempotency-Key`: a request that is sent again, because its answer was lost, is answered again and not done again.
import Access
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import Hummingbird
import MerkleLog
import NIOCore
import Storage
import Synchronization

/// The keys of requests that are being carried out.
final class RequestsUnderWay: Sendable {
    private let keys = Mutex<Set<RequestKey>>([])
    func begin(_ key: RequestKey) -> Bool { keys.withLock { $0.insert(key).inserted } }
    func end(_ key: RequestKey) { _ = keys.withLock { $0.remove(key) } }
}

extension RESTRoutes {
    static let keyCharactersMax = 255

    /// Carries a request out unless it was already, under its key. Only what was carried out is kept: a refused
    /// request changed nothing and may be sent again with the same key, mended.
    func answerOnce(_ endpoint: Endpoint, _ call: Call, _ underWay: RequestsUnderWay) async throws -> Response {
        guard endpoint.takesKey else {
            throw Failure(
                .badRequest, "invalid", "Idempotency-Key is not taken", "This call does not take Idempotency-Key.")
        }
        guard let account = call.caller.account, let organisation = call.caller.organisation else {
            throw Failure.unauthenticated
        }
        let key = RequestKey(account: account, organisation: organisation, key: try Self.key(call.request))
        guard underWay.begin(key) else {
            throw Failure(
                .conflict, "conflict", "Conflict", "A request with this Idempotency-Key is being carried out.",
                retryAfterSeconds: 1)
        }
        defer { underWay.end(key) }
        let body = try await FormBody.bytes(call.request, endpoint.bodyBytesMax)
        let claim = RequestClaim(key: key, fingerprint: Self.fingerprint(call.request, body))
        switch try await services.records.state(of: claim) {
        case .unused:
            var request = call.request
            request.body = RequestBody(buffer: ByteBuffer(bytes: body))
            return try await endpoint.answer(
                self,
                Call(
                    request: request, caller: call.caller, id: call.id, context: call.context, path: call.path,
                    claim: claim))
        case .usedOtherwise:
            throw Failure(
                .unprocessableContent, "invalid", "Key already used",
                "This Idempotency-Key was sent with another request. Give every request a key of its own.")
        case .carriedOut(let kept):
            var response = try await replay(kept, call)
            response.headers[.idempotencyReplayed] = "true"
            return response
        }
    }

    private func replay(_ kept: KeptAnswer, _ call: Call) async throws -> Response {
        switch kept {
        case .revision(let type, let id, let version, let isNew):
            guard let resource = resource(named: type) else { throw ServiceError.notFound("record") }
            let record = try await services.records.revision(resource.schema, id, version: version, as: call.caller)
            return Self.response(record, resource, call, isNew: isNew)
        case .lines(let text): return Response(json: Array(text.utf8))
        }
    }

    private static func key(_ request: Request) throws -> String {
        let header = request.headers[.idempotencyKey] ?? ""
        // The IETF draft has it as a quoted string, most clients send it bare.
        let isQuoted = header.utf8.count > 2 && header.hasPrefix("\"") && header.hasSuffix("\"")
        let key = isQuoted ? String(header.dropFirst().dropLast()) : header
        guard (1...keyCharactersMax).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw Failure(
                .badRequest, "invalid", "Malformed header",
                "Idempotency-Key must have 1 to \(keyCharactersMax) visible ASCII characters, such as a UUID.")
        }
        return key
    }

    /// SHA-256 over method, address, the headers that change what is done, and the body's own SHA-256.
    private static func fingerprint(_ request: Request, _ body: Data) -> [UInt8] {
        let head = [
            request.method.rawValue, request.uri.string, request.headers[.ifMatch] ?? "",
            request.headers[.changeReason] ?? "",
        ]
        return Hash.sha256(Array(head.joined(separator: "\n").utf8) + [0x0A] + Hash.sha256([UInt8](body)).bytes).bytes
    }
}
