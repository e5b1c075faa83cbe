// What others changed, for one listener: the commits of an organisation, filtered by what the caller may see at that
// moment, after what was missed since a ledger index.
package import Access
package import Foundation
package import RecordKit
import Records
package import Storage

/// One change that the caller may know of.
package struct VisibleChange: Sendable {
    package let schema: AnySchema
    package let id: UUID
    package let version: Int
    package let isArchived: Bool
    package let action: String
    package let person: UUID?
    package let personName: String?
    /// The ledger index of the change: what a listener names to go on from here.
    package let index: Int
}

/// Live changes for callers.
package struct ChangeFeed: Sendable {
    /// Ledger entries that are caught up with; who missed more renews everything.
    package static let missedEntriesMax = 500
    let store: any Store
    private let byType: [RecordType: AnySchema]

    package init(store: any Store, schemas: [AnySchema] = Registry.schemas) {
        self.store = store
        byType = Dictionary(uniqueKeysWithValues: schemas.map { ($0.type, $0) })
    }

    /// Listens to the caller's organisation.
    /// - Throws: ``ChangeHubError``, ``ServiceError``.
    package func subscribe(as caller: Caller) throws -> ChangeHub.Subscription {
        guard let organisation = caller.organisation else { throw ServiceError.notFound("organisation") }
        return try store.changes.subscribe(to: organisation, account: caller.account)
    }

    /// The index of the last entry of the caller's ledger; -1 before the first.
    package func lastIndex(as caller: Caller) async throws -> Int {
        try await store.read { try $0.ledgerSize(caller.organisation) } - 1
    }

    /// Those of the commits that the caller may see.
    package func visible(_ changes: [CommittedChange], to caller: Caller) -> [VisibleChange] {
        changes.filter { Authorisation.may(caller, .read, $0.record) }.map { change in
            VisibleChange(
                schema: change.record.schema, id: change.record.id, version: change.record.version,
                isArchived: change.record.meta.isArchived, action: change.action, person: change.person,
                personName: change.personName, index: change.record.meta.since)
        }
    }

    /// What was changed after a ledger index, one entry a record, oldest first; `nil` if that is too much to tell.
    package func missed(since index: Int, as caller: Caller) async throws -> [VisibleChange]? {
        guard let organisation = caller.organisation else { return [] }
        return try await store.read { reader in
            let entries = try reader.revisionEntries(
                in: organisation, from: index + 1, isBackwards: false, limit: Self.missedEntriesMax + 1)
            guard entries.count <= Self.missedEntriesMax else { return nil }
            let latest = Dictionary(entries.map { ($0.id, $0) }) { $1 }
            let names = try reader.titles(
                Person.schema.erased, Array(Set(latest.values.compactMap(\.person))), in: organisation)
            var found: [VisibleChange] = []
            for (type, entries) in Dictionary(grouping: latest.values, by: \.type) {
                guard let schema = byType[type] else { continue }
                let query = Query(
                    schema, where: .both(.ids(entries.map(\.id)), Authorisation.visible(caller, .read, schema)),
                    archived: .include, limit: entries.count)
                for record in try reader.page(query, in: organisation, asOf: nil).records {
                    guard let entry = latest[record.id] else { continue }
                    found.append(
                        VisibleChange(
                            schema: schema, id: record.id, version: entry.version,
                            isArchived: record.meta.isArchived, action: entry.action, person: entry.person,
                            personName: entry.person.flatMap { names[$0] }, index: entry.index))
                }
            }
            return found.sorted { $0.index < $1.index }
        }
    }
}
