// Erasure: content and salt leave every revision that holds them, the commitments stay, and a leaf for each revision
// says so. What cannot happen inside the transaction is written down in it as work.
package import Foundation
package import RecordKit

/// What is to be erased of one record.
package struct Erasure: Sendable {
    package let schema: AnySchema
    package let record: UUID
    /// Wire names; `nil` erases the whole record.
    package let fields: Set<String>?
    /// The record is archived with it.
    package let archives: Bool
    package init(schema: AnySchema, record: UUID, fields: Set<String>?, archives: Bool) {
        self.schema = schema
        self.record = record
        self.fields = fields
        self.archives = archives
    }
}

/// What an erasure did.
package struct ErasureOutcome: Sendable, Hashable {
    /// The versions whose content is gone, in ascending order.
    package var versions: [Int] = []
    /// SHA-256 of the files that no record holds any more.
    package var files: [String] = []
    package init() {}
}

/// A revision whose content was removed, named by ids and its commitment.
package struct ErasedRevision: Sendable, Hashable {
    package let organisation: UUID
    package let type: RecordType
    package let record: UUID
    package let version: Int
    package let commitment: String
    /// Wire names in ascending order; `nil` if the whole record was erased.
    package let fields: [String]?
    package let at: Instant
    package init(
        organisation: UUID, type: RecordType, record: UUID, version: Int, commitment: String, fields: [String]?,
        at: Instant
    ) {
        self.organisation = organisation
        self.type = type
        self.record = record
        self.version = version
        self.commitment = commitment
        self.fields = fields
        self.at = at
    }
}

/// What is left to do after an erasure was committed. It stays written down until it is done.
package struct ErasureWork: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        /// Write the erased revisions of a record to the journal.
        case journal
        /// Remove a file that no record holds.
        case file
        /// Overwrite what the database file still has in free pages.
        case scrub
    }
    package let kind: Kind
    /// The record's id or the file's SHA-256; empty for `scrub`.
    package let subject: String
    package init(_ kind: Kind, _ subject: String = "") {
        self.kind = kind
        self.subject = subject
    }
}

/// What a store tells of erasures.
package protocol ErasureReader {
    /// Revisions without content in the order of record and version, after the given one, at most `limit`.
    /// - Parameter record: Only this record's.
    func erasures(
        in organisation: UUID, of record: UUID?, after: ErasedRevision?, limit: Int
    ) throws -> [ErasedRevision]
    /// Whether this very revision, with this commitment, is here and was not erased.
    func isContentThere(_ erased: ErasedRevision) throws -> Bool
    func erasureWork(in organisation: UUID, limit: Int) throws -> [ErasureWork]
    /// Whether any revision of any record of the organisation holds the file.
    func isHeld(file sha256: String, in organisation: UUID) throws -> Bool
    /// Whether the file is being removed: no record may begin to hold it before that is done.
    func isGoing(file sha256: String, in organisation: UUID) throws -> Bool
    /// Whether anything was erased at an index of the organisation's ledger, or later.
    func hasErasures(in organisation: UUID, from index: Int) throws -> Bool
}

/// What a transaction does for erasures.
package protocol ErasureWriter {
    /// Removes content, salt, reason, search words, links and files of every revision that holds content in the
    /// fields, with a leaf `erase` for each, and saves a new present revision with what remains. For a whole record
    /// it is the sign that something stood there; an erased person's account ends with it.
    /// - Throws: ``StoreError/notFound(type:id:)`` unless the record is the organisation's own.
    func erase(_ erasure: Erasure, by change: Change) throws -> ErasureOutcome
    func finishErasureWork(_ work: ErasureWork) throws
}

extension Erasure {
    /// Revisions that are looked at together.
    package static let revisionsAtOnceMax = 100
    /// What an erasure leaves to be done.
    package func work(_ outcome: ErasureOutcome) -> [ErasureWork] {
        guard !outcome.versions.isEmpty else { return [] }
        return [ErasureWork(.journal, record.lowercased), ErasureWork(.scrub)]
            + outcome.files.map { ErasureWork(.file, $0) }
    }
    /// Wire names as they are kept; `nil` for a whole record.
    package var fieldList: [String]? { fields.map { $0.sorted() } }
}

extension ErasureReader {
    /// Refuses to let a record begin to hold a file that is being removed.
    /// - Throws: ``StoreError/away(_:)``: once it is removed, it can be uploaded again.
    package func checkStays(_ files: Set<String>, in organisation: UUID) throws {
        for sha256 in files where try isGoing(file: sha256, in: organisation) {
            throw StoreError.away("the file \(sha256) is being removed; send it again in a moment")
        }
    }
}

extension Sequence<FieldValue> {
    /// SHA-256 of the files among the values.
    package var fileDigests: [String] { compactMap { if case .file(let file) = $0 { file.sha256 } else { nil } } }
}

extension StoredRecord {
    /// The same revision, marked as erased at a time.
    package func markedErased(at time: Instant) -> StoredRecord {
        StoredRecord(schema: schema, id: id, meta: meta.erased(at: time), values: values)
    }
    /// SHA-256 of the files in its fields.
    package var fileDigests: [String] { values.fileDigests }
}

extension Revision {
    /// The same entry of a history over another form of its record.
    package func holding(_ record: StoredRecord, reason: String?) -> Revision {
        Revision(
            record: record, action: action, actorKind: actorKind, person: person, auth: auth, at: at, reason: reason,
            index: index, request: request)
    }
}
