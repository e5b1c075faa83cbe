// Reading a `MemoryState`: lists, history, the graph, the ledger.
import Foundation
import MerkleLog
import RecordKit

/// Answers from one state; a transaction is a reader whose state changes.
class MemoryReader: Reader {
    var state: MemoryState
    init(_ state: MemoryState) { self.state = state }

    func find(_ schema: AnySchema, _ id: UUID, in organisation: UUID?, asOf: AsOf?) throws -> StoredRecord? {
        let record = state.visible(id, in: organisation, asOf: asOf)
        return record?.schema == schema ? record : nil
    }

    func page(_ query: Query, in organisation: UUID?, asOf: AsOf?) throws -> RecordPage {
        let schema = query.schema
        let order = try MemoryOrder(query.sort, schema)
        let cursor = try query.cursor.map { text throws(StoreError) in try Cursor(text, for: query.sort) }
        let rows = try matching(schema, query.predicate, query.archived, in: organisation, asOf: asOf)
            .map { (key: order.key(of: $0), record: $0) }
            .sorted { order.precedes(($0.key, $0.record.id), ($1.key, $1.record.id)) }
        var shown = rows.indices
        if let cursor {
            let position = (cursor.key, cursor.id)
            if cursor.isBackwards {
                let end = rows.firstIndex { !order.precedes(($0.key, $0.record.id), position) } ?? rows.endIndex
                shown = max(0, end - query.limit)..<end
            } else {
                let start = rows.firstIndex { order.precedes(position, ($0.key, $0.record.id)) } ?? rows.endIndex
                shown = start..<rows.endIndex
            }
        }
        shown = shown.prefix(query.limit)
        func cursorText(_ at: Int, isBackwards: Bool) -> String {
            Cursor(key: rows[at].key, id: rows[at].record.id, isBackwards: isBackwards, sort: query.sort).text
        }
        return RecordPage(
            records: rows[shown].map(\.record),
            next: shown.isEmpty || shown.upperBound == rows.endIndex
                ? nil : cursorText(shown.upperBound - 1, isBackwards: false),
            previous: shown.isEmpty || shown.lowerBound == 0 ? nil : cursorText(shown.lowerBound, isBackwards: true))
    }

    func count(
        _ schema: AnySchema, where predicate: Criteria, archived: Archived, in organisation: UUID?, asOf: AsOf?
    ) throws -> Int {
        try matching(schema, predicate, archived, in: organisation, asOf: asOf).count
    }

    func counts(
        _ schema: AnySchema, by field: String, where predicate: Criteria, in organisation: UUID?, asOf: AsOf?
    ) throws -> [String: Int] {
        let (_, position) = try schema.stored(field)
        return try matching(schema, predicate, .exclude, in: organisation, asOf: asOf)
            .reduce(into: [:]) { counts, record in counts[record.values[position].text, default: 0] += 1 }
    }

    private func matching(
        _ schema: AnySchema, _ predicate: Criteria, _ archived: Archived, in organisation: UUID?, asOf: AsOf?
    ) throws -> [StoredRecord] {
        let matches = try predicate.evaluator(schema)
        return state.visible(schema, in: organisation, asOf: asOf).filter { record in
            switch archived {
            case .exclude where record.meta.isArchived: false
            case .only where !record.meta.isArchived: false
            default: matches(record)
            }
        }
    }

    func revisions(
        of id: UUID, _ schema: AnySchema, in organisation: UUID?, before version: Int?, limit: Int
    ) throws -> [Revision] {
        guard try find(schema, id, in: organisation, asOf: nil) != nil, let history = state.histories[id] else {
            return []
        }
        return Array(
            history.revisions.reversed().drop { revision in version.map { revision.record.version >= $0 } ?? false }
                .prefix(limit))
    }

    func links(from ids: [UUID], in organisation: UUID?, asOf: AsOf?, limit: Int) throws -> [Link] {
        let found = Set(ids).compactMap { state.visible($0, in: organisation, asOf: asOf) }.flatMap(\.links)
        return Array(found.sorted { $0.precedes($1) }.prefix(limit))
    }

    func links(to ids: [UUID], in organisation: UUID?, asOf: AsOf?, limit: Int) throws -> [Link] {
        let targets = Set(ids)
        let starts = targets.reduce(into: Set<UUID>()) { $0.formUnion(state.pointing[$1] ?? []) }
        let found = starts.compactMap { state.visible($0, in: organisation, asOf: asOf) }.flatMap(\.links)
            .filter { targets.contains($0.to) }
        return Array(found.sorted { $0.precedes($1) }.prefix(limit))
    }

    func titles(_ schema: AnySchema, _ ids: [UUID], in organisation: UUID?) throws -> [UUID: String] {
        try Set(ids).reduce(into: [:]) { titles, id in
            titles[id] = try find(schema, id, in: organisation, asOf: nil)?.title
        }
    }
}

// The ledger and what is kept beside the records.
extension MemoryReader {
    private func ledger(_ organisation: UUID?) -> MemoryState.Ledger {
        state.ledgers[organisation] ?? MemoryState.Ledger()
    }

    func ledgerSize(_ organisation: UUID?) throws -> Int { ledger(organisation).entries.count }

    func position(at time: Instant, in organisation: UUID?) throws -> AsOf? {
        guard let index = ledger(organisation).times.lastIndex(where: { $0 <= time }) else { return nil }
        return AsOf(index: index, sharedIndex: ledger(nil).times.lastIndex { $0 <= time } ?? -1)
    }

    func position(index: Int, in organisation: UUID?) throws -> AsOf? {
        let times = ledger(organisation).times
        guard times.indices.contains(index) else { return nil }
        if organisation == nil { return AsOf(index: index, sharedIndex: index) }
        return AsOf(index: index, sharedIndex: ledger(nil).times.lastIndex { $0 <= times[index] } ?? -1)
    }

    func leaves(_ organisation: UUID?, from index: Int, limit: Int) throws -> [StoredLeaf] {
        Array(ledger(organisation).entries.dropFirst(max(0, index)).prefix(limit))
    }

    func hashes(_ organisation: UUID?) -> any HashSource { ledger(organisation).hashes }

    func lastCheckpoint(_ organisation: UUID?) throws -> StoredCheckpoint? { ledger(organisation).checkpoints.last }

    func statuses(in organisation: UUID) throws -> [StatusRow] {
        (state.statuses[organisation] ?? [:]).values.sorted { $0.requirement < $1.requirement }
    }

    func statusesDue(by day: Day, in organisation: UUID, limit: Int) throws -> [UUID] {
        let due = (state.statuses[organisation] ?? [:]).values.compactMap { row in
            row.changesOn.flatMap { $0 <= day ? (day: $0, requirement: row.requirement) : nil }
        }
        let ordered = due.sorted { $0.day == $1.day ? $0.requirement < $1.requirement : $0.day < $1.day }
        return ordered.prefix(limit).map(\.requirement)
    }

    func loadedSource(_ name: String) throws -> String? { state.loadedSources[name] }

    func organisations(after: UUID?, limit: Int) throws -> [UUID] {
        // An organisation's own record has the organisation's id; ids are in the order of creation.
        let own = state.histories.filter { id, history in
            history.schema.type == "organisation" && history.organisation == id
        }
        return Array(own.keys.filter { $0 > (after ?? .unset) }.sorted(by: <).prefix(limit))
    }

    func keptRequest(_ key: RequestKey, at now: Instant) throws -> KeptRequest? {
        state.keptRequests[key].flatMap { $0.at > KeptRequest.horizon(at: now) ? $0 : nil }
    }
}

extension Link {
    /// By start, field, end.
    fileprivate func precedes(_ other: Link) -> Bool {
        if from != other.from { return from < other.from }
        return field == other.field ? to < other.to : field < other.field
    }
}
