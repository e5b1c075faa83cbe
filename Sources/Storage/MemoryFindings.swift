// Search over all types, the ledger's revisions, and saved views in memory.
import Foundation
import RecordKit

extension MemoryReader {
    func search(_ text: String, in organisation: UUID?) throws -> [SearchHit] {
        guard !SearchText.words(text).isEmpty else { return [] }
        let criteria = Criteria.search(text)
        var found: [(at: Instant, hit: SearchHit)] = []
        for (id, history) in state.histories {
            guard let record = state.visible(id, in: organisation, asOf: nil), !record.meta.isArchived,
                try criteria.evaluator(history.schema)(record)
            else { continue }
            found.append((record.meta.updatedAt, SearchHit(type: history.schema.type, id: id)))
        }
        var counts: [RecordType: Int] = [:]
        return found.sorted { ($0.at, $1.hit.id.uuidString) > ($1.at, $0.hit.id.uuidString) }.map(\.hit).filter { hit in
            counts[hit.type, default: 0] += 1
            return counts[hit.type, default: 0] <= SearchLimit.hitsPerTypeMax
        }
    }

    func revisionEntries(
        in organisation: UUID?, from index: Int, isBackwards: Bool, limit: Int
    ) throws -> [RevisionEntry] {
        let entries = state.histories.values.filter { $0.organisation == organisation }.flatMap { history in
            history.revisions.filter { isBackwards ? $0.index <= index : $0.index >= index }.map { revision in
                RevisionEntry(
                    index: revision.index, type: history.schema.type, id: revision.record.id,
                    version: revision.record.version, action: revision.action, actorKind: revision.actorKind,
                    person: revision.person, request: revision.request)
            }
        }
        return Array(
            entries.sorted { isBackwards ? $0.index > $1.index : $0.index < $1.index }.prefix(max(0, limit)))
    }

    func views(in organisation: UUID, of person: UUID?, limit: Int) throws -> [StoredView] {
        let found = state.views.values.filter {
            $0.organisation == organisation && ($0.owner == nil || $0.owner == person)
        }
        func key(_ view: StoredView) -> [String] { [view.type.name, view.name, view.id.lowercased] }
        return Array(
            found.sorted { a, b in
                key(a).map { Array($0.utf8) }.lexicographicallyPrecedes(key(b).map { Array($0.utf8) }) {
                    $0.lexicographicallyPrecedes($1)
                }
            }.prefix(max(0, limit)))
    }

    func defaultViews(in organisation: UUID, of person: UUID) throws -> [RecordType: UUID] {
        state.defaultViews[organisation]?[person] ?? [:]
    }
}

extension MemoryTransaction {
    func saveView(_ view: StoredView) throws {
        let isTaken = state.views.values.contains {
            $0.id != view.id && $0.organisation == view.organisation && $0.owner == view.owner
                && $0.type == view.type && $0.name.utf8.elementsEqual(view.name.utf8)
        }
        guard !isTaken else { throw StoreError.taken(type: "view", field: "name") }
        state.views[view.id] = view
    }

    func removeView(_ id: UUID) throws {
        guard let organisation, state.views[id]?.organisation == organisation else { return }
        state.views[id] = nil
        for (person, types) in state.defaultViews[organisation] ?? [:] {
            state.defaultViews[organisation]?[person] = types.filter { $0.value != id }
        }
    }

    func setDefaultView(_ view: UUID?, of person: UUID, type: RecordType) throws {
        guard let organisation else { return }
        state.defaultViews[organisation, default: [:]][person, default: [:]][type] = view
    }
}
