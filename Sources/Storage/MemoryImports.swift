// Staged imports in a `MemoryState`.
import Foundation
import RecordKit

extension MemoryState {
    /// An import with its rows by position.
    struct Import: Sendable {
        var job: ImportJob
        var rows: [Int: ImportRow] = [:]
    }
    struct ImportKind: Hashable, Sendable {
        let organisation: UUID
        let type: RecordType
    }
}

extension MemoryReader {
    func importJob(_ id: UUID, in organisation: UUID) throws -> ImportJob? {
        state.imports[id].flatMap { $0.job.organisation == organisation ? $0.job : nil }
    }

    func importJobs(of person: UUID?, in organisation: UUID, limit: Int) throws -> [ImportJob] {
        let own = state.imports.values.map(\.job).filter { $0.organisation == organisation && $0.person == person }
        return Array(own.sorted { $0.id > $1.id }.prefix(limit))
    }

    func importRows(
        _ id: UUID, _ action: ImportRow.Action?, after: ImportPlace?, limit: Int
    ) throws -> [ImportRow] {
        func key(_ place: ImportPlace) -> (Int, Int) { (action == nil ? 0 : place.rank, place.position) }
        let rows = (state.imports[id]?.rows ?? [:]).values.filter { row in
            (action == nil || row.action == action) && (after.map { key(row.place) > key($0) } ?? true)
        }
        return Array(rows.sorted { key($0.place) < key($1.place) }.prefix(limit))
    }

    func importTargets(_ type: RecordType, in organisation: UUID) throws -> [String: String] {
        state.importTargets[MemoryState.ImportKind(organisation: organisation, type: type)] ?? [:]
    }

    func records(
        _ schema: AnySchema, whose field: String, isOneOf values: [FieldValue], in organisation: UUID?, limit: Int
    ) throws -> [StoredRecord] {
        let (_, position) = try schema.stored(field)
        let found = state.visible(schema, in: organisation, asOf: nil).filter { record in
            !record.meta.isArchived && values.contains { record.values[position].isStoredLike($0) }
        }
        return Array(found.sorted { $0.id < $1.id }.prefix(limit))
    }
}

extension MemoryTransaction {
    func save(_ job: ImportJob) throws { state.imports[job.id, default: MemoryState.Import(job: job)].job = job }

    func save(_ rows: [ImportRow], of id: UUID) throws {
        for row in rows { state.imports[id]?.rows[row.position] = row }
    }

    func removeImportRows(_ id: UUID) throws { state.imports[id]?.rows = [:] }
    func removeImport(_ id: UUID) throws { state.imports[id] = nil }

    func saveImportTargets(_ targets: [String: String], _ type: RecordType, in organisation: UUID) throws {
        state.importTargets[MemoryState.ImportKind(organisation: organisation, type: type), default: [:]]
            .merge(targets) { _, new in new }
    }

    func removeImports(before: Instant) throws {
        state.imports = state.imports.filter { $0.value.job.createdAt >= before }
    }

    func interruptImports() throws {
        state.imports = state.imports.filter { $0.value.job.state != .receiving }
        for (id, each) in state.imports where each.job.state == .applying {
            state.imports[id]?.job.state = .interrupted
        }
    }
}
