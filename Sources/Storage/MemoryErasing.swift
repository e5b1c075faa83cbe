// Erasure in memory: the reference for what every store must leave.
import Foundation
import MerkleLog
import RecordKit

extension MemoryReader {
    func erasures(
        in organisation: UUID, of record: UUID?, after: ErasedRevision?, limit: Int
    ) throws -> [ErasedRevision] {
        let found = state.erasures.filter { erased in
            erased.organisation == organisation && (record == nil || erased.record == record)
                && after.map { $0.precedes(erased) } ?? true
        }
        return Array(found.sorted { $0.precedes($1) }.prefix(limit))
    }

    func isContentThere(_ erased: ErasedRevision) throws -> Bool {
        guard let history = state.histories[erased.record], history.organisation == erased.organisation,
            let at = history.revisions.firstIndex(where: { $0.record.version == erased.version })
        else { return false }
        return history.commitments[at] == erased.commitment && history.revisions[at].record.meta.erasedAt == nil
    }

    func erasureWork(in organisation: UUID, limit: Int) throws -> [ErasureWork] {
        let work = state.erasureWork[organisation] ?? []
        return Array(work.sorted { ($0.kind.rawValue, $0.subject) < ($1.kind.rawValue, $1.subject) }.prefix(limit))
    }

    func isHeld(file sha256: String, in organisation: UUID) throws -> Bool {
        state.histories.values.contains { history in
            history.organisation == organisation
                && history.revisions.contains { $0.record.fileDigests.contains(sha256) }
        }
    }

    func isGoing(file sha256: String, in organisation: UUID) throws -> Bool {
        state.erasureWork[organisation]?.contains(ErasureWork(.file, sha256)) ?? false
    }

    func hasErasures(in organisation: UUID, from index: Int) throws -> Bool {
        state.lastErasure[organisation].map { $0 >= index } ?? false
    }
}

extension MemoryTransaction {
    func erase(_ erasure: Erasure, by change: Change) throws -> ErasureOutcome {
        try whole { try eraseWhole(erasure, by: change) }
    }

    private func eraseWhole(_ erasure: Erasure, by change: Change) throws -> ErasureOutcome {
        let (schema, id) = (erasure.schema, erasure.record)
        guard let organisation, var history = state.histories[id], history.organisation == organisation,
            history.schema == schema, let present = history.revisions.last?.record
        else { throw StoreError.notFound(type: schema.type.name, id: id) }
        var outcome = ErasureOutcome()
        guard present.meta.erasedAt == nil else { return outcome }
        var files: Set<String> = []
        for (at, revision) in history.revisions.enumerated() {
            let old = revision.record
            let isGone = state.erasures.contains { $0.record == id && $0.version == old.version }
            guard !isGone, schema.hasContent(old.values, in: erasure.fields, of: id) else { continue }
            let values = try schema.withDerived(schema.erasedValues(old.values, fields: nil, of: id))
            let rest = StoredRecord(schema: schema, id: id, meta: old.meta, values: values)
            history.revisions[at] = revision.holding(rest.markedErased(at: change.at), reason: nil)
            append(
                try makeLeaf(
                    organisation: organisation, change: change, objectType: schema.type.name, objectID: id.lowercased,
                    version: old.version, before: history.commitments[at], after: nil, evidence: []), at: change.at)
            state.erasures.append(
                ErasedRevision(
                    organisation: organisation, type: schema.type, record: id, version: old.version,
                    commitment: history.commitments[at], fields: erasure.fieldList, at: change.at))
            state.lastErasure[organisation] = try ledgerSize(organisation) - 1
            files.formUnion(old.fileDigests)
            outcome.versions.append(old.version)
        }
        state.histories[id] = history
        if outcome.versions.last == present.version {
            try save(
                schema.erasedRecord(present.values, fields: erasure.fields, of: id), id: id, over: present.version,
                isArchived: erasure.archives || present.meta.isArchived, by: change)
            if erasure.fields == nil, var last = state.histories[id]?.revisions.popLast() {
                last = last.holding(last.record.markedErased(at: change.at), reason: nil)
                state.histories[id]?.revisions.append(last)
            }
        }
        outcome.files = try files.sorted().filter { try !isHeld(file: $0, in: organisation) }
        state.erasureWork[organisation, default: []].formUnion(erasure.work(outcome))
        return outcome
    }

    func finishErasureWork(_ work: ErasureWork) throws {
        guard let organisation else { preconditionFailure("work of an erasure belongs to an organisation") }
        state.erasureWork[organisation]?.remove(work)
    }
}

extension ErasedRevision {
    fileprivate func precedes(_ other: ErasedRevision) -> Bool {
        record == other.record ? version < other.version : record < other.record
    }
}
