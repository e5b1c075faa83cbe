// What the rest of the system asks of a database, in the rest of the system's words. Every method names an
// organisation; none reads an unbounded list. SQLite is the default, memory the reference for the contract suite.
package import Foundation
package import MerkleLog
package import RecordKit

/// A database that keeps records with their history, their links and the ledger.
package protocol Store: Sendable {
    /// Runs the body on one consistent snapshot. The body is synchronous and must not wait for anything else.
    func read<T: Sendable>(_ body: @escaping @Sendable (any Reader) throws -> T) async throws -> T

    /// Runs the body in one transaction of one organisation's ledger, or of the server's (`nil`). Row, revision,
    /// links, search words and leaf are committed together, or nothing is. Returns after the commit is on disk.
    /// Changes that wait may share one commit: a body that throws undoes only itself. It may run more than once.
    /// - Parameter isBrief: The body saves a record or two and is done: it may share a commit with other organisations'.
    func write<T: Sendable>(
        _ organisation: UUID?, isBrief: Bool, _ body: @escaping @Sendable (any Transaction) throws -> T
    ) async throws -> T

    /// Overwrites what erased content left behind in files of the store, beyond any search in them. Writers wait.
    func scrub() async throws
    /// Hears of every commit, after it.
    var changes: ChangeHub { get }
}

extension Store {
    /// Writes whatever may take long.
    package func write<T: Sendable>(
        _ organisation: UUID?, _ body: @escaping @Sendable (any Transaction) throws -> T
    ) async throws -> T {
        try await write(organisation, isBrief: false, body)
    }
}

/// The records of one organisation, or the shared ones if `organisation` is `nil`, at one moment.
package protocol Reader: SealedRevisionReader, ErasureReader, ImportReader {
    /// The record at its present revision, or as it was as of a ledger index. An organisation also sees shared
    /// framework content.
    func find(_ schema: AnySchema, _ id: UUID, in organisation: UUID?, asOf: AsOf?) throws -> StoredRecord?
    /// Cost: one index seek and `limit` rows, at the end of a list as at its beginning.
    func page(_ query: Query, in organisation: UUID?, asOf: AsOf?) throws -> RecordPage
    func count(
        _ schema: AnySchema, where predicate: Criteria, archived: Archived, in organisation: UUID?, asOf: AsOf?
    ) throws -> Int
    /// Counts by the words of a choice field; a null counts under the empty word.
    func counts(
        _ schema: AnySchema, by field: String, where predicate: Criteria, in organisation: UUID?, asOf: AsOf?
    ) throws -> [String: Int]
    /// Revisions of a record, newest first, at most `limit`, older than `version` if given.
    func revisions(
        of id: UUID, _ schema: AnySchema, in organisation: UUID?, before version: Int?, limit: Int
    ) throws -> [Revision]
    /// Links and references that start (or end) at any of the records, at most `limit`, in ascending order.
    func links(from ids: [UUID], in organisation: UUID?, asOf: AsOf?, limit: Int) throws -> [Link]
    func links(to ids: [UUID], in organisation: UUID?, asOf: AsOf?, limit: Int) throws -> [Link]
    /// Title fields of records of one type, by id; what is not visible to the organisation is left out.
    func titles(_ schema: AnySchema, _ ids: [UUID], in organisation: UUID?) throws -> [UUID: String]

    /// Number of leaves of a ledger; `nil` is the server's.
    func ledgerSize(_ organisation: UUID?) throws -> Int
    /// The last position at or before a time, and the server's position then; `nil` before the first leaf.
    func position(at time: Instant, in organisation: UUID?) throws -> AsOf?
    /// The position of a ledger index, with the server's position at that leaf's time.
    func position(index: Int, in organisation: UUID?) throws -> AsOf?
    /// Leaves from an index on, at most `limit`.
    func leaves(_ organisation: UUID?, from index: Int, limit: Int) throws -> [StoredLeaf]
    /// A hash source over the ledger's tiles and leaf rows.
    func hashes(_ organisation: UUID?) -> any HashSource
    func lastCheckpoint(_ organisation: UUID?) throws -> StoredCheckpoint?

    /// The computed status of requirements: a cache, see `PostureService`.
    func statuses(in organisation: UUID) throws -> [StatusRow]
    /// Ids of requirements whose status changes by the clock on or before a day, at most `limit`.
    func statusesDue(by day: Day, in organisation: UUID, limit: Int) throws -> [UUID]
    /// SHA-256 of the framework file that was loaded last under this name.
    func loadedSource(_ name: String) throws -> String?
    /// Organisations on this server, in the order of their creation, after the given one.
    func organisations(after: UUID?, limit: Int) throws -> [UUID]
    /// The request that was carried out under this key and is not yet forgotten.
    func keptRequest(_ key: RequestKey, at now: Instant) throws -> KeptRequest?

    /// Present records of any type, not archived, of which every word of the text begins a word: of each type the
    /// newest that were found, at most ``SearchLimit/hitsPerTypeMax``. Words that stand nearly everywhere may find
    /// fewer, see ``SearchLimit/entriesScannedMax``.
    func search(_ text: String, in organisation: UUID?) throws -> [SearchHit]
    /// Revisions of a ledger from an index on, in the order of the ledger; or from the index back to the beginning.
    func revisionEntries(
        in organisation: UUID?, from index: Int, isBackwards: Bool, limit: Int
    ) throws -> [RevisionEntry]
    /// The views of the organisation and those of one person, at most `limit`, by name.
    func views(in organisation: UUID, of person: UUID?, limit: Int) throws -> [StoredView]
    /// Which view a person begins with, by type.
    func defaultViews(in organisation: UUID, of person: UUID) throws -> [RecordType: UUID]
}

/// What a transaction may do beside reading.
package protocol Transaction: Reader, ErasureWriter, ImportWriter, JobWriter {
    /// Writes a new revision: row, revision, links, search words and leaf.
    /// - Parameter version: The version that the editor saw; `nil` creates.
    /// - Throws: ``StoreError/changedMeanwhile``, ``StoreError/taken``, ``StoreError/unknownReference``.
    @discardableResult
    func save(
        _ record: ValidRecord, id: UUID, over version: Int?, isArchived: Bool, by change: Change
    ) throws -> StoredRecord
    /// A leaf that is not a record's revision: an evidence file, an export, a key, a catalogue load.
    @discardableResult
    func append(_ event: LedgerEvent, by change: Change) throws -> Int
    func saveCheckpoint(_ checkpoint: StoredCheckpoint, organisation: UUID?) throws
    func saveStatuses(_ rows: [StatusRow]) throws
    func removeStatuses() throws
    /// Counts one more control for each of the requirements.
    func countControl(_ requirements: [UUID]) throws
    func saveLoadedSource(_ name: String, sha256: String) throws
    /// Keeps a request in the transaction of its change, and forgets what is too old or too much.
    /// - Throws: ``StoreError/taken`` if the key is in use.
    func keep(_ request: KeptRequest) throws
    /// Writes a view of this transaction's organisation, new or over the one with its id.
    func saveView(_ view: StoredView) throws
    /// Removes a view of this transaction's organisation, also from those who begin with it.
    func removeView(_ id: UUID) throws
    /// - Parameter view: `nil` lets the person begin with the plain list again.
    func setDefaultView(_ view: UUID?, of person: UUID, type: RecordType) throws
    /// Says that what follows takes long, though the change was announced as brief. Where it shares a commit, that is
    /// undone, and each change runs again alone.
    func takesLong() throws
}

extension Transaction {
    package func takesLong() throws {}
}

/// A moment in an organisation's ledger: every revision with a leaf below `end` is visible. What is shown as of a
/// moment is exactly what the ledger proves, whatever the clocks did.
package struct AsOf: Sendable, Hashable {
    /// The ledger index of the last visible leaf; -1 shows nothing.
    package let index: Int
    /// The index of the server's ledger at that time: shared framework content is read as of it.
    package let sharedIndex: Int
    package init(index: Int, sharedIndex: Int) {
        self.index = index
        self.sharedIndex = sharedIndex
    }
}

/// Who changed something, how they signed in, when and why.
package struct Change: Sendable {
    package enum ActorKind: String, Sendable { case person, token, system, `operator` }
    package let actorKind: ActorKind
    /// The Person of the organisation; `nil` for the system.
    package let person: UUID?
    /// As others are told who changed something; never stored.
    package let personName: String?
    /// How the actor proved who they are: "session", "token:<id>", "operator:<user>", "system".
    package let auth: String
    /// create, update, archive, restore, or a transition's name.
    package let action: String
    package let at: Instant
    /// Why, in the actor's words; part of the revision, never of the leaf.
    package let reason: String?
    package let request: String?
    /// 32 random bytes for the commitment.
    package let salt: [UInt8]
    package init(
        actorKind: ActorKind, person: UUID?, personName: String? = nil, auth: String, action: String, at: Instant,
        reason: String? = nil, request: String? = nil, salt: [UInt8]
    ) {
        precondition(salt.count == 32, "a commitment needs 32 bytes of salt")
        self.actorKind = actorKind
        self.person = person
        self.personName = personName
        self.auth = auth
        self.action = action
        self.at = at
        self.reason = reason
        self.request = request
        self.salt = salt
    }
}

/// One revision in a record's history.
package struct Revision: Sendable {
    package let record: StoredRecord
    package let action: String
    package let actorKind: Change.ActorKind
    package let person: UUID?
    package let auth: String
    package let at: Instant
    package let reason: String?
    /// The index of its leaf.
    package let index: Int
    package let request: String?
    package init(
        record: StoredRecord, action: String, actorKind: Change.ActorKind, person: UUID?, auth: String, at: Instant,
        reason: String?, index: Int, request: String?
    ) {
        self.record = record
        self.action = action
        self.actorKind = actorKind
        self.person = person
        self.auth = auth
        self.at = at
        self.reason = reason
        self.index = index
        self.request = request
    }
}

/// An edge of the assurance graph: a reference or one entry of a set of links.
package struct Link: Sendable, Hashable {
    package let from: UUID
    package let fromType: RecordType
    package let field: String
    package let to: UUID
    package init(from: UUID, fromType: RecordType, field: String, to: UUID) {
        self.from = from
        self.fromType = fromType
        self.field = field
        self.to = to
    }
}

/// What a leaf says that is not a revision of a record.
package struct LedgerEvent: Sendable {
    package let objectType: String
    package let objectID: String
    package let evidence: [Leaf.Evidence]
    package init(objectType: String, objectID: String, evidence: [Leaf.Evidence] = []) {
        self.objectType = objectType
        self.objectID = objectID
        self.evidence = evidence
    }
}

/// A leaf as it is stored.
package struct StoredLeaf: Sendable {
    package let index: Int
    package let data: [UInt8]
    package let hash: [UInt8]
    package init(index: Int, data: [UInt8], hash: [UInt8]) {
        self.index = index
        self.data = data
        self.hash = hash
    }
}

/// A signed tree head.
package struct StoredCheckpoint: Sendable, Hashable {
    package let size: Int
    package let root: [UInt8]
    package let note: String
    package let at: Instant
    package init(size: Int, root: [UInt8], note: String, at: Instant) {
        self.size = size
        self.root = root
        self.note = note
        self.at = at
    }
}

/// What is known of one requirement: a person's statement and what is measured, side by side, with the counts that
/// the measured one was computed from.
package struct StatusRow: Sendable, Hashable {
    package let requirement: UUID
    package var controls = 0
    package var evidence = 0
    package var evidenceStale = 0
    package var tasksOpen = 0
    package var tasksOverdue = 0
    /// Open major and minor nonconformities.
    package var nonconformities = 0
    package var nonconformitiesMajor = 0
    /// The word of `Measured`; `nil` while nothing is measured.
    package var measured: String?
    /// The next day on which the clock alone changes it.
    package var changesOn: Day?
    package init(requirement: UUID) { self.requirement = requirement }
}

/// What a store refuses.
package enum StoreError: Error, Sendable, Equatable {
    /// Somebody saved after the version that the editor saw; `present` is the version now.
    case changedMeanwhile(type: String, id: UUID, present: Int)
    /// Another record that is not archived has this value.
    case taken(type: String, field: String)
    /// A reference or link to nothing in this organisation.
    case unknownReference(type: String, field: String, id: UUID)
    case notFound(type: String, id: UUID)
    case badCursor
    case unknownField(type: String, field: String)
    /// The field is not declared `.sortable` or `.filterable`.
    case notSupported(type: String, field: String, use: String)
    /// The database cannot be reached, has no room, or is too busy. Nothing was saved, and the same may succeed later.
    case away(String)
    /// Something that a caller cannot act on: logged in full, shown as an internal error.
    case unavailable(String)
}

/// One page of a list.
package struct RecordPage: Sendable {
    package let records: [StoredRecord]
    /// Where the next page begins; `nil` at the end.
    package let next: String?
    /// Where the page before ends; `nil` at the beginning.
    package let previous: String?
    package init(records: [StoredRecord], next: String?, previous: String?) {
        self.records = records
        self.next = next
        self.previous = previous
    }
}

extension Reader {
    /// Counts records that are not archived.
    package func count(
        _ schema: AnySchema, where predicate: Criteria, in organisation: UUID?, asOf: AsOf?
    ) throws -> Int {
        try count(schema, where: predicate, archived: .exclude, in: organisation, asOf: asOf)
    }
    /// The record as its own Swift type.
    package func find<R: Record>(_ id: ID<R>, in organisation: UUID?, asOf: AsOf? = nil) throws -> Stored<R>? {
        try find(R.schema.erased, id.raw, in: organisation, asOf: asOf)?.decoded()
    }
    /// Every record that a predicate finds, at most `limit`, oldest first; more than that is an error, not a cut.
    package func all<R: Record>(
        _ type: R.Type = R.self, where predicate: Criteria = .all, in organisation: UUID?, asOf: AsOf? = nil,
        limit: Int
    ) throws -> [Stored<R>] {
        let page = try page(
            Query(R.schema.erased, where: predicate, limit: limit), in: organisation, asOf: asOf)
        guard page.next == nil else {
            throw StoreError.unavailable("more than \(limit) \(R.schema.erased.plural) where a bound was promised")
        }
        return try page.records.map { try $0.decoded() }
    }
}

extension Transaction {
    /// Saves a record of a known type.
    @discardableResult
    package func save<R: Record>(
        _ record: Valid<R>, id: ID<R>, over version: Int?, by change: Change
    ) throws -> Stored<R> {
        try save(record.erased, id: id.raw, over: version, isArchived: false, by: change).decoded()
    }
}
