// Writing to a `MemoryState`: the checks that a database makes, then revision, links and leaf.
import Foundation
import MerkleLog
import RecordKit

/// One change of one organisation's ledger, on a copy of the state that becomes the state if the body succeeds.
final class MemoryTransaction: MemoryReader, Transaction {
    let organisation: UUID?
    /// What this transaction saved, in order.
    private(set) var committed: [CommittedChange] = []

    init(_ state: MemoryState, organisation: UUID?) {
        self.organisation = organisation
        super.init(state)
    }

    /// Runs a part of which nothing is left if it throws.
    func whole<T>(_ body: () throws -> T) throws -> T {
        let (before, count) = (state, committed.count)
        do { return try body() } catch {
            state = before
            committed.removeLast(committed.count - count)
            throw error
        }
    }

    @discardableResult
    func save(
        _ record: ValidRecord, id: UUID, over version: Int?, isArchived: Bool, by change: Change
    ) throws -> StoredRecord {
        let schema = record.schema
        precondition(organisation != nil || schema.isCatalogue, "\(schema.type.name) without an organisation")
        let old = try present(schema, id, over: version)
        try checkReferences(of: record, id)
        if !isArchived { try checkUnique(record, id) }
        if let organisation {
            try checkStays(
                Set(record.values.fileDigests).subtracting(old?.fileDigests ?? []), in: organisation)
        }

        let next = (version ?? 0) + 1
        let index = try ledgerSize(organisation)
        let meta = RecordMeta(
            version: next, isArchived: isArchived, organisation: organisation, since: index, until: nil,
            createdAt: old?.meta.createdAt ?? change.at, createdBy: old == nil ? change.person : old?.meta.createdBy,
            updatedAt: change.at, updatedBy: change.person)
        let stored = StoredRecord(schema: schema, id: id, meta: meta, values: record.values)
        let body = try RevisionBody.make(
            type: schema.type, id: id, version: next, isArchived: isArchived, reason: change.reason,
            values: record.values, schema: schema)
        let commitment = try Commitment.make(salt: change.salt, revision: body)
        let leaf = try makeLeaf(
            organisation: organisation, change: change, objectType: schema.type.name, objectID: id.lowercased,
            version: next, before: state.histories[id]?.commitments.last, after: commitment,
            evidence: Leaf.Evidence.files(in: record.values))

        var history = state.histories[id] ?? MemoryState.History(schema: schema, organisation: organisation)
        if let last = history.revisions.popLast() { history.revisions.append(last.replaced(at: index)) }
        history.revisions.append(
            Revision(
                record: stored, action: change.action, actorKind: change.actorKind, person: change.person,
                auth: change.auth, at: change.at, reason: change.reason, index: index, request: change.request))
        history.commitments.append(commitment)
        history.salts.append(change.salt)
        state.histories[id] = history
        if old == nil {
            state.places[MemoryState.Place(organisation: organisation, type: schema.type), default: []].append(id)
        }
        for link in stored.links { state.pointing[link.to, default: []].insert(id) }
        append(leaf, at: change.at)
        committed.append(
            CommittedChange(
                record: stored, action: change.action, person: change.person, personName: change.personName))
        return stored
    }

    @discardableResult
    func append(_ event: LedgerEvent, by change: Change) throws -> Int {
        let index = try ledgerSize(organisation)
        append(
            try makeLeaf(
                organisation: organisation, change: change, objectType: event.objectType, objectID: event.objectID,
                version: nil, before: nil, after: nil, evidence: event.evidence), at: change.at)
        return index
    }

    func append(_ leaf: [UInt8], at time: Instant) {
        let hash = MerkleTree.leafHash(leaf)
        var ledger = state.ledgers[organisation] ?? MemoryState.Ledger()
        ledger.entries.append(StoredLeaf(index: ledger.entries.count, data: leaf, hash: hash.bytes))
        // A clock that was set back must not hide a leaf from those who ask for its time's position.
        ledger.times.append(max(time, ledger.times.last ?? time))
        ledger.hashes.append(hash)
        state.ledgers[organisation] = ledger
    }

    /// The record that is written over, which must be the organisation's own and at the version that the editor saw.
    private func present(_ schema: AnySchema, _ id: UUID, over version: Int?) throws(StoreError) -> StoredRecord? {
        guard let history = state.histories[id] else {
            guard version == nil else { throw .notFound(type: schema.type.name, id: id) }
            return nil
        }
        guard history.organisation == organisation, history.schema == schema, let last = history.revisions.last else {
            throw .notFound(type: schema.type.name, id: id)
        }
        guard last.record.version == version else {
            throw .changedMeanwhile(type: schema.type.name, id: id, present: last.record.version)
        }
        return last.record
    }

    /// What a record points to must be of the right type, and in the organisation or shared; it may be the record.
    private func checkReferences(of record: ValidRecord, _ id: UUID) throws(StoreError) {
        for (field, value) in zip(record.schema.fields, record.values) where !field.isDerived {
            guard let type = field.kind.target else { continue }
            for target in value.targets where !(target == id && type == record.schema.type) {
                guard let history = state.histories[target], history.schema.type == type,
                    history.organisation == organisation || history.organisation == nil
                else { throw .unknownReference(type: record.schema.type.name, field: field.name, id: target) }
            }
        }
    }

    private func checkUnique(_ record: ValidRecord, _ id: UUID) throws(StoreError) {
        let place = MemoryState.Place(organisation: organisation, type: record.schema.type)
        let others = (state.places[place] ?? []).filter { $0 != id }.compactMap { state.histories[$0]?.revisions.last }
        for (position, field) in record.schema.fields.enumerated() where field.has(.unique) {
            let value = record.values[position]
            guard value != .null else { continue }
            let isTaken = others.contains {
                !$0.record.meta.isArchived && $0.record.values[position].isStoredLike(value)
            }
            if isTaken { throw .taken(type: record.schema.type.name, field: field.name) }
        }
    }

    func saveCheckpoint(_ checkpoint: StoredCheckpoint, organisation: UUID?) throws {
        var ledger = state.ledgers[organisation] ?? MemoryState.Ledger()
        ledger.checkpoints.removeAll { $0.size == checkpoint.size }
        ledger.checkpoints.append(checkpoint)
        ledger.checkpoints.sort { $0.size < $1.size }
        state.ledgers[organisation] = ledger
    }

    func saveStatuses(_ rows: [StatusRow]) throws {
        guard let organisation else { preconditionFailure("statuses belong to an organisation") }
        for row in rows { state.statuses[organisation, default: [:]][row.requirement] = row }
    }

    func removeStatuses() throws {
        guard let organisation else { preconditionFailure("statuses belong to an organisation") }
        state.statuses[organisation] = nil
    }

    func countControl(_ requirements: [UUID]) throws {
        guard let organisation else { preconditionFailure("statuses belong to an organisation") }
        for requirement in requirements {
            state.statuses[organisation, default: [:]][
                requirement, default: StatusRow(requirement: requirement)
            ].controls += 1
        }
    }

    func keep(_ request: KeptRequest) throws {
        let horizon = KeptRequest.horizon(at: request.at)
        state.keptRequests = state.keptRequests.filter { $0.value.at > horizon }
        guard state.keptRequests[request.key] == nil else { throw StoreError.taken(type: "request", field: "key") }
        state.keptRequests[request.key] = request
        let own = state.keptRequests.values.filter { $0.key.account == request.key.account }
        let newestFirst = own.sorted { ($0.at, $0.key.key) > ($1.at, $1.key.key) }
        for old in newestFirst.dropFirst(KeptRequest.perAccountMax) { state.keptRequests[old.key] = nil }
    }

    func saveLoadedSource(_ name: String, sha256: String) throws { state.loadedSources[name] = sha256 }
}

extension Revision {
    /// The same revision, no longer the present one.
    fileprivate func replaced(at index: Int) -> Revision {
        let meta = RecordMeta(
            version: record.meta.version, isArchived: record.meta.isArchived, organisation: record.meta.organisation,
            since: record.meta.since, until: index, createdAt: record.meta.createdAt,
            createdBy: record.meta.createdBy, updatedAt: record.meta.updatedAt, updatedBy: record.meta.updatedBy,
            erasedAt: record.meta.erasedAt)
        return Revision(
            record: StoredRecord(schema: record.schema, id: record.id, meta: meta, values: record.values),
            action: action, actorKind: actorKind, person: person, auth: auth, at: at, reason: reason, index: self.index,
            request: request)
    }
}
