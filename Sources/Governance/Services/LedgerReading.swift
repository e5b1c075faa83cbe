// What outsiders' programs read of a ledger: checkpoint, tiles, entries, proofs. Everybody of an organisation may read
// its hashes, which say nothing; entries say who changed what, so they have a narrower circle.
package import Access
import Foundation
package import MerkleLog
import RecordKit
import Records
package import Storage

/// Reads ledgers for callers.
package struct LedgerReading: Sendable {
    private let store: any Store
    private let ledger: LedgerService

    package init(store: any Store, ledger: LedgerService) {
        self.store = store
        self.ledger = ledger
    }

    /// Which ledger is meant.
    package enum Place: Sendable, Hashable {
        /// That of the caller's organisation.
        case own
        /// The server's, for its administrators.
        case server
    }

    /// Whether the caller may read who changed what everywhere: anybody with a role beyond that of an employee.
    package static func seesEntries(_ caller: Caller) -> Bool {
        caller.hasEveryPermission || caller.roles.contains { $0 != .employee }
    }

    /// The last signed checkpoint.
    /// - Throws: ``ServiceError/notFound(_:)`` if nothing is signed yet.
    package func checkpoint(_ place: Place, as caller: Caller) async throws -> StoredCheckpoint {
        let organisation = try organisation(place, caller)
        guard let found = try await store.read({ try $0.lastCheckpoint(organisation) }) else {
            throw ServiceError.notFound("checkpoint")
        }
        return found
    }

    /// The bytes of a tile or of a bundle of entries (C2SP tlog-tiles).
    /// - Throws: ``ServiceError``: not found for what the ledger does not have yet, forbidden for entries.
    package func tile(_ path: TilePath, _ place: Place, as caller: Caller) async throws -> [UInt8] {
        let organisation = try organisation(place, caller)
        if path.kind == .entries { try requireEntries(place, caller) }
        return try await store.read { reader in
            let size = try reader.ledgerSize(organisation)
            let level = if case .hashes(let level) = path.kind { level } else { 0 }
            guard path.width <= TileGeometry.width(level: level, tile: path.index, size: size) else {
                throw ServiceError.notFound("tile")
            }
            guard path.kind == .entries else {
                return TileBytes.encode(
                    try reader.hashes(organisation).hashes(level: level, tile: path.index, count: path.width))
            }
            let leaves = try reader.leaves(
                organisation, from: path.index * TileGeometry.widthHashes, limit: path.width)
            return try TileBytes.encodeBundle(leaves.map(\.data))
        }
    }

    /// A path from an entry to a root.
    package struct Inclusion: Sendable {
        package let index: Int
        package let size: Int
        package let leafHash: Hash
        package let root: Hash
        package let hashes: [Hash]
    }

    /// - Parameter size: The tree that it is proved for; `nil` for that of the last checkpoint.
    package func inclusion(
        of index: Int, size: Int?, _ place: Place, as caller: Caller
    ) async throws -> Inclusion {
        let organisation = try organisation(place, caller)
        return try await store.read { reader in
            let size = try size ?? reader.lastCheckpoint(organisation)?.size ?? 0
            try Self.check("size", size, isAtMost: try reader.ledgerSize(organisation))
            guard index >= 0, index < size else {
                throw ServiceError.invalid("index", "must be 0 to \(size - 1) in a tree of \(size) entries")
            }
            return try inclusion(of: index, size: size, organisation, reader)
        }
    }

    private func inclusion(
        of index: Int, size: Int, _ organisation: UUID?, _ reader: any Reader
    ) throws -> Inclusion {
        let source = KeptHashes(reader.hashes(organisation), of: organisation, ledger.tileRoots)
        let (tile, place) = index.quotientAndRemainder(dividingBy: TileGeometry.widthHashes)
        let width = TileGeometry.width(level: 0, tile: tile, size: size)
        return Inclusion(
            index: index, size: size, leafHash: try source.hashes(level: 0, tile: tile, count: width)[place],
            root: try MerkleTree.root(size: size, source: source),
            hashes: try MerkleTree.inclusionProof(index: index, size: size, source: source))
    }

    /// A step from an older tree to a newer one.
    package struct Consistency: Sendable {
        package let from: Int
        package let to: Int
        package let oldRoot: Hash
        package let root: Hash
        package let hashes: [Hash]
    }

    /// - Parameter size: The newer tree; `nil` for that of the last checkpoint.
    package func consistency(
        from old: Int, to size: Int?, _ place: Place, as caller: Caller
    ) async throws -> Consistency {
        let organisation = try organisation(place, caller)
        return try await store.read { reader in
            let size = try size ?? reader.lastCheckpoint(organisation)?.size ?? 0
            try Self.check("to", size, isAtMost: try reader.ledgerSize(organisation))
            try Self.check("from", old, isAtMost: size)
            let source = KeptHashes(reader.hashes(organisation), of: organisation, ledger.tileRoots)
            return Consistency(
                from: old, to: size, oldRoot: try MerkleTree.root(size: old, source: source),
                root: try MerkleTree.root(size: size, source: source),
                hashes: try MerkleTree.consistencyProof(oldSize: old, newSize: size, source: source))
        }
    }

    /// An entry with all that a page needs to explain its proof.
    package struct Entry: Sendable {
        package let index: Int
        package let bytes: [UInt8]
        package let leaf: Leaf
        /// The name of the person who acted, if there is one.
        package let actorName: String?
        /// The record's title at present, if the caller may see it.
        package let title: String?
        package let content: Content
        /// `nil` while no checkpoint covers the entry.
        package let proof: Proof?

        /// What the store still has of what the entry commits to.
        package enum Content: Sendable, Hashable {
            /// Content and salt give the commitment, computed just now.
            case fits
            case differs
            case erased
            /// The entry records no revision.
            case none
        }
        package struct Proof: Sendable {
            package let path: Inclusion
            package let checkpoint: StoredCheckpoint
        }
    }

    /// One entry of the caller's organisation, for whoever sees all entries or may see its record.
    package func entry(_ index: Int, as caller: Caller) async throws -> Entry {
        let organisation = try organisation(.own, caller)
        return try await store.read { reader in
            let missing = ServiceError.notFound("entry")
            guard index >= 0, let stored = try reader.leaves(organisation, from: index, limit: 1).first,
                stored.index == index
            else { throw missing }
            let leaf = try Leaf(canonicalBytes: stored.data)
            let record = try Self.record(leaf, reader, caller)
            guard Self.seesEntries(caller) || record != nil else { throw missing }
            let actor = UUID(uuidString: leaf.actor.id)
            let names = try reader.titles(Person.schema.erased, actor.map { [$0] } ?? [], in: organisation)
            let checkpoint = try reader.lastCheckpoint(organisation)
            let proof = try checkpoint.flatMap { checkpoint -> Entry.Proof? in
                guard index < checkpoint.size else { return nil }
                return Entry.Proof(
                    path: try inclusion(of: index, size: checkpoint.size, organisation, reader),
                    checkpoint: checkpoint)
            }
            return Entry(
                index: index, bytes: stored.data, leaf: leaf, actorName: actor.flatMap { names[$0] },
                title: record?.title, content: try Self.content(index, leaf, organisation, reader), proof: proof)
        }
    }

    private static func record(_ leaf: Leaf, _ reader: any Reader, _ caller: Caller) throws -> StoredRecord? {
        guard let schema = Registry.schema(named: leaf.object.type), let id = UUID(uuidString: leaf.object.id),
            let found = try reader.find(schema, id, in: caller.organisation, asOf: nil),
            Authorisation.may(caller, .read, found)
        else { return nil }
        return found
    }

    private static func content(
        _ index: Int, _ leaf: Leaf, _ organisation: UUID?, _ reader: any Reader
    ) throws -> Entry.Content {
        guard let commitment = leaf.after else { return .none }
        guard let sealed = try reader.sealedRevisions(in: organisation, from: index, of: nil, limit: 1).first,
            sealed.index == index
        else { return .differs }
        guard let content = sealed.content else { return .erased }
        return try Commitment.make(salt: content.salt, revision: content.body) == commitment ? .fits : .differs
    }

    private func organisation(_ place: Place, _ caller: Caller) throws -> UUID? {
        switch place {
        case .own:
            guard let organisation = caller.organisation else {
                throw ServiceError.forbidden("You have no current place in an organisation.")
            }
            return organisation
        case .server:
            guard caller.isServerAdministrator || caller.hasEveryPermission else {
                throw ServiceError.forbidden("The server's own ledger is for its administrators.")
            }
            return nil
        }
    }

    private func requireEntries(_ place: Place, _ caller: Caller) throws {
        guard place == .server || Self.seesEntries(caller) else {
            throw ServiceError.forbidden("Entries say who changed what; they are not for the employee role.")
        }
    }

    private static func check(_ name: String, _ value: Int, isAtMost size: Int) throws {
        guard (0...size).contains(value) else { throw ServiceError.invalid(name, "must be 0 to \(size)") }
    }
}
