// Random operations on a store, remembered well enough to check the ledger and every former moment.
import Foundation
import RecordKit
import Storage
import TestKit

/// Creates, edits, archives and restores records of three types at random.
struct RandomHistory {
    /// A revision by its record and version.
    struct Key: Hashable {
        let id: UUID
        let version: Int
    }
    let organisation: UUID
    /// The salt of every revision, which the store need not hand out.
    private(set) var salts: [Key: [UInt8]] = [:]
    private(set) var records: [RecordType: [StoredRecord]] = [:]
    private(set) var eventCount = 0

    init(organisation: UUID) { self.organisation = organisation }

    /// Runs operations in transactions of one to five.
    mutating func run(_ scene: Scene, operations: Int) async throws {
        var done = 0
        while done < operations {
            if scene.fixtures.random.chance(5) {
                let change = scene.fixtures.change("export")
                let event = LedgerEvent(objectType: "export", objectID: scene.fixtures.id().lowercased)
                try await scene.store.write(organisation) { _ = try $0.append(event, by: change) }
                eventCount += 1
                done += 1
                continue
            }
            let isShared = scene.fixtures.random.chance(10)
            let steps = (0..<scene.fixtures.random.pick(1...5)).compactMap { _ in step(scene, isShared: isShared) }
            // Two steps of one transaction may not write the same record: the second would be stale.
            let distinct = steps.enumerated().filter { n, step in !steps[..<n].contains { $0.id == step.id } }.map(
                \.element)
            let saved = try await scene.store.write(isShared ? nil : organisation) { transaction in
                try distinct.map {
                    try transaction.save(
                        $0.record, id: $0.id, over: $0.version, isArchived: $0.isArchived, by: $0.change)
                }
            }
            for (step, record) in zip(distinct, saved) { remember(record, step.change) }
            done += distinct.count
        }
    }

    private struct Step: Sendable {
        let record: ValidRecord
        let id: UUID
        let version: Int?
        let isArchived: Bool
        let change: Change
    }

    private mutating func remember(_ record: StoredRecord, _ change: Change) {
        salts[Key(id: record.id, version: record.version)] = change.salt
        let type = record.schema.type
        if let at = records[type, default: []].firstIndex(where: { $0.id == record.id }) {
            records[type]?[at] = record
        } else {
            records[type, default: []].append(record)
        }
    }

    private func step(_ scene: Scene, isShared: Bool) -> Step? {
        let companions = records[Companion.type] ?? []
        var schema = Standard.schema.erased
        if !isShared {
            schema =
                companions.isEmpty || scene.fixtures.random.chance(30)
                ? Companion.schema.erased : Specimen.schema.erased
        }
        let targets = isShared ? records.filter { $0.key == Standard.type } : records
        let valid = scene.fixtures.validRecord(schema, targets: targets.mapValues { $0.map(\.id) })
        let person = scene.fixtures.random.chance(50) ? scene.fixtures.id() : nil
        let existing = records[schema.type] ?? []
        guard !existing.isEmpty, scene.fixtures.random.chance(60) else {
            return Step(
                record: valid, id: scene.fixtures.id(), version: nil, isArchived: false,
                change: scene.fixtures.change(by: person))
        }
        let old = scene.fixtures.random.pick(existing)
        let flips = scene.fixtures.random.chance(30)
        let action = flips ? (old.meta.isArchived ? "restore" : "archive") : "update"
        return Step(
            record: valid, id: old.id, version: old.version, isArchived: old.meta.isArchived != flips,
            change: scene.fixtures.change(action, by: person, reason: person == nil ? nil : "weil \(action)"))
    }
}
