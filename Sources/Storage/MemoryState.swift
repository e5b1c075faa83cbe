// What a `MemoryStore` holds, as one value.
import Foundation
import MerkleLog
import RecordKit

/// All records with all their revisions, the ledgers, and what is kept beside them.
struct MemoryState: Sendable {
    /// One record's revisions, oldest first, with the commitment of each.
    struct History: Sendable {
        let schema: AnySchema
        /// `nil` for shared framework content.
        let organisation: UUID?
        var revisions: [Revision] = []
        var commitments: [String] = []
        var salts: [[UInt8]] = []
    }
    /// One type's records in one organisation.
    struct Place: Hashable, Sendable {
        let organisation: UUID?
        let type: RecordType
    }
    /// The leaves of an organisation, or of the server.
    struct Ledger: Sendable {
        var entries: [StoredLeaf] = []
        /// The time of each leaf, or that of the leaf before if it is later: never falling.
        var times: [Instant] = []
        var hashes = MemoryHashSource()
        var checkpoints: [StoredCheckpoint] = []
    }

    var histories: [UUID: History] = [:]
    /// Ids in the order of creation.
    var places: [Place: [UUID]] = [:]
    /// For each record, those that point to it or once did.
    var pointing: [UUID: Set<UUID>] = [:]
    var ledgers: [UUID?: Ledger] = [:]
    var statuses: [UUID: [UUID: StatusRow]] = [:]
    var loadedSources: [String: String] = [:]
    var keptRequests: [RequestKey: KeptRequest] = [:]
    var erasures: [ErasedRevision] = []
    /// The index of the last erasure, by organisation.
    var lastErasure: [UUID: Int] = [:]
    var erasureWork: [UUID: Set<ErasureWork>] = [:]
    var views: [UUID: StoredView] = [:]
    /// By organisation, person and type.
    var defaultViews: [UUID: [UUID: [RecordType: UUID]]] = [:]
    var imports: [UUID: Import] = [:]
    var jobs: [UUID: QueuedJob] = [:]
    var importTargets: [ImportKind: [String: String]] = [:]

    /// The revision of a record that an organisation sees now or at a moment: its own, and shared content.
    func visible(_ id: UUID, in organisation: UUID?, asOf: AsOf?) -> StoredRecord? {
        guard let history = histories[id], history.organisation == organisation || history.organisation == nil else {
            return nil
        }
        guard let asOf else { return history.revisions.last?.record }
        let index = history.organisation == nil ? asOf.sharedIndex : asOf.index
        return history.revisions.last { $0.record.meta.since <= index }?.record
    }

    /// Every record of a type that an organisation sees.
    func visible(_ schema: AnySchema, in organisation: UUID?, asOf: AsOf?) -> [StoredRecord] {
        var ids = places[Place(organisation: organisation, type: schema.type)] ?? []
        if organisation != nil { ids += places[Place(organisation: nil, type: schema.type)] ?? [] }
        return ids.compactMap { visible($0, in: organisation, asOf: asOf) }
    }
}

extension StoredRecord {
    /// The references and links that start at this revision.
    var links: [Link] {
        zip(schema.fields, values).filter { !$0.0.isDerived }.flatMap { field, value in
            value.targets.map { Link(from: id, fromType: schema.type, field: field.name, to: $0) }
        }
    }
}

extension FieldValue {
    /// The records that a reference or links name.
    var targets: [UUID] {
        switch self {
        case .reference(let id): id == .unset ? [] : [id]
        case .links(let ids): ids
        default: []
        }
    }

    /// Equal as a database compares: texts byte by byte, where Swift's `==` takes composed and decomposed letters for
    /// the same.
    func isStoredLike(_ other: FieldValue) -> Bool {
        guard self == other else { return false }
        return switch (self, other) {
        case (.text(let a), .text(let b)), (.json(let a), .json(let b)): a.utf8.elementsEqual(b.utf8)
        default: true
        }
    }
}
