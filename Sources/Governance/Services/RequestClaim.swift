// A request that must not be carried out twice. The change and the key under which it was asked for are committed
// together: after a crash there are both or neither.
package import Access
package import Foundation
package import RecordKit
package import Storage

/// What a repetition of a request is answered with.
package enum KeptAnswer: Codable, Sendable, Hashable {
    /// The revision that the change made; it is read again, so that nothing is shown that was erased meanwhile.
    case revision(type: String, id: UUID, version: Int, isNew: Bool)
    /// The lines of a bulk creation: ids, versions and refusals.
    case lines(String)
}

/// The key of a request on its way to the change that it asks for.
package struct RequestClaim: Sendable {
    package let key: RequestKey
    package let fingerprint: [UInt8]
    package init(key: RequestKey, fingerprint: [UInt8]) {
        self.key = key
        self.fingerprint = fingerprint
    }

    /// Keeps the answer, in the transaction of the change.
    /// - Throws: ``ServiceError/conflict`` if another request was carried out under the key meanwhile.
    package func keep(_ answer: KeptAnswer, in transaction: any Transaction, at now: Instant) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = String(decoding: try encoder.encode(answer), as: UTF8.self)
        do {
            try transaction.keep(KeptRequest(key: key, fingerprint: fingerprint, answer: text, at: now))
        } catch StoreError.taken {
            throw ServiceError.conflict(.state("another request with this Idempotency-Key was carried out meanwhile"))
        }
    }

    func keep(_ record: StoredRecord, isNew: Bool = false, in transaction: any Transaction, at now: Instant) throws {
        try keep(
            .revision(type: record.schema.type.name, id: record.id, version: record.version, isNew: isNew),
            in: transaction, at: now)
    }
}

/// What is known of a request's key.
package enum KeyState: Sendable {
    case unused
    /// Carried out, with these words.
    case carriedOut(KeptAnswer)
    /// Carried out, with other words.
    case usedOtherwise
}

extension RecordService {
    package func state(of claim: RequestClaim) async throws -> KeyState {
        let now = environment.now()
        guard let kept = try await store.read({ try $0.keptRequest(claim.key, at: now) }) else { return .unused }
        guard kept.fingerprint == claim.fingerprint else { return .usedOtherwise }
        return .carriedOut(try JSONDecoder().decode(KeptAnswer.self, from: Data(kept.answer.utf8)))
    }

    /// One revision of a record, as far as the caller may still see it.
    package func revision(
        _ schema: AnySchema, _ id: UUID, version: Int, as caller: Caller
    ) async throws -> StoredRecord {
        let found = try await store.read {
            try $0.revisions(of: id, schema, in: caller.organisation, before: version + 1, limit: 1)
        }
        guard let record = found.first?.record, record.version == version, Authorisation.may(caller, .read, record)
        else { throw ServiceError.notFound(schema.label) }
        return redacted(record, caller)
    }
}
