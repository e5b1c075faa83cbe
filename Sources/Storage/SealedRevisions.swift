// Revisions as the ledger knows them: the bytes and the salt that an entry's commitment was made of.
package import Foundation
package import RecordKit

/// The content that an entry commits to.
package struct SealedRevision: Sendable, Hashable {
    /// The index of its entry.
    package let index: Int
    package let type: RecordType
    package let record: UUID
    package let version: Int
    package let commitment: String
    /// `nil` once the content was erased.
    package let content: Content?

    /// Salt and canonical JSON; neither is of use without the other.
    package struct Content: Sendable, Hashable {
        package let salt: [UInt8]
        package let body: [UInt8]
        package init(salt: [UInt8], body: [UInt8]) {
            self.salt = salt
            self.body = body
        }
    }

    package init(index: Int, type: RecordType, record: UUID, version: Int, commitment: String, content: Content?) {
        self.index = index
        self.type = type
        self.record = record
        self.version = version
        self.commitment = commitment
        self.content = content
    }
}

/// What a store tells of sealed revisions.
package protocol SealedRevisionReader {
    /// Revisions of an organisation's ledger in the order of their entries, from an index on, at most `limit`.
    /// - Parameter records: Only revisions of these records.
    func sealedRevisions(
        in organisation: UUID?, from index: Int, of records: [UUID]?, limit: Int
    ) throws -> [SealedRevision]
}

extension MemoryReader: SealedRevisionReader {
    func sealedRevisions(
        in organisation: UUID?, from index: Int, of records: [UUID]?, limit: Int
    ) throws -> [SealedRevision] {
        let wanted = records.map { Set($0) }
        var found: [SealedRevision] = []
        for (id, history) in state.histories where history.organisation == organisation {
            guard wanted?.contains(id) ?? true else { continue }
            for (place, revision) in history.revisions.enumerated() where revision.index >= index {
                let body = try RevisionBody.make(
                    type: history.schema.type, id: id, version: revision.record.version,
                    isArchived: revision.record.meta.isArchived, reason: revision.reason,
                    values: revision.record.values, schema: history.schema)
                found.append(
                    SealedRevision(
                        index: revision.index, type: history.schema.type, record: id,
                        version: revision.record.version, commitment: history.commitments[place],
                        content: revision.record.meta.erasedAt == nil
                            ? SealedRevision.Content(salt: history.salts[place], body: body) : nil))
            }
        }
        return Array(found.sorted { $0.index < $1.index }.prefix(limit))
    }
}
