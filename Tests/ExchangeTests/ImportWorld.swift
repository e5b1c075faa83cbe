// A store with every record type there is and those of the tests, and people who import into it.
import Access
import Exchange
import Foundation
import Governance
import RecordKit
import Records
import SQLiteStorage
import Storage
import Synchronization
import TestKit
import Testing

/// One organisation over a database of its own.
final class ImportWorld: Sendable {
    static let schemas = Registry.schemas + SampleRegistry.schemas
    private let folder: URL
    let store: SQLiteStore
    let records: RecordService
    let organisation = UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16))
    let person: UUID
    private let fixtures = Mutex(Fixtures(seed: 17))
    var imports: ImportService { records.imports }

    /// Compliance lead.
    let lead: Caller

    init() async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("concord-import-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        store = try SQLiteStore(path: folder.appendingPathComponent("concord.sqlite").path, schemas: Self.schemas)
        let source = Mutex(Fixtures(seed: 23))
        let environment = Access.Environment(
            clock: Clock { source.withLock { $0.tick(milliseconds: 1_000) } },
            random: RandomSource { count in source.withLock { $0.bytes(count) } })
        records = RecordService(
            store: store, environment: environment, posture: PostureEngine(), schemas: Self.schemas)
        let system = Caller.system(organisation: organisation)
        person = try await records.create(
            Person.schema.erased, ["name": .text("Ines"), "email": .text("ines@example.org")], as: system
        ).id
        lead = Caller(
            account: nil, organisation: organisation, person: person, personName: "Ines",
            roles: [.complianceLead, .administrator])
    }

    deinit {
        do { try FileManager.default.removeItem(at: folder) } catch { print("left behind: \(folder.path): \(error)") }
    }

    /// Somebody else with these roles.
    func member(_ name: String, _ roles: Set<Role>) async throws -> Caller {
        let person = try await records.create(
            Person.schema.erased, ["name": .text(name), "email": .text("\(name.lowercased())@example.org")], as: lead)
        return Caller(
            account: nil, organisation: organisation, person: person.id, personName: name, roles: roles)
    }

    /// Random valid records of a type, saved as they are.
    func fill(
        _ schema: AnySchema, _ count: Int, targets: [RecordType: [UUID]], overrides: [String: FieldValue] = [:]
    ) async throws -> [UUID] {
        var ids: [UUID] = []
        for number in 0..<count {
            let overrides = Self.overrides(schema, number, targets).merging(overrides) { _, given in given }
            let (record, id, change) = fixtures.withLock { fixtures in
                (
                    fixtures.validRecord(schema, targets: targets, overrides: overrides), fixtures.id(),
                    fixtures.change()
                )
            }
            let owner: UUID? = organisation
            try await store.write(owner) { transaction in
                _ = try transaction.save(record, id: id, over: nil, isArchived: false, by: change)
            }
            ids.append(id)
        }
        return ids
    }

    /// What chance does not find for some types: addresses, time zones, references that no two records share.
    private static func overrides(
        _ schema: AnySchema, _ number: Int, _ targets: [RecordType: [UUID]]
    ) -> [String: FieldValue] {
        func target(_ type: RecordType) -> FieldValue {
            targets[type].flatMap { $0.indices.contains(number) ? .reference($0[number]) : nil } ?? .null
        }
        return switch schema.type {
        case Person.type: ["email": .text("p\(number)@example.org")]
        case Organisation.type: ["timeZone": .text("Europe/Berlin")]
        case FrameworkAdoption.type: ["framework": target(Framework.type)]
        case Applicability.type: ["requirement": target(Requirement.type)]
        case Answer.type: ["result": .null]
        default: [:]
        }
    }

    func stage(
        _ schema: AnySchema, _ text: String, as caller: Caller? = nil, delimiter: Delimiter? = nil
    ) async throws -> ImportJob {
        let bytes = Array(text.utf8)
        return try await imports.stage(
            schema, TableFile(.csv, delimiter: delimiter), named: "table.csv", as: caller ?? lead
        ) { push in try await push(bytes) }
    }

    /// Stages and plans.
    func plan(
        _ schema: AnySchema, _ text: String, as caller: Caller? = nil,
        _ change: (inout ImportJob.Settings) -> Void = { _ in }
    ) async throws -> ImportJob {
        let job = try await stage(schema, text, as: caller)
        var settings = job.settings
        change(&settings)
        return try await imports.plan(job.id, settings, as: caller ?? lead)
    }

    /// What stands in the way, as "line heading: message".
    func problems(_ job: ImportJob, as caller: Caller? = nil) async throws -> [String] {
        try await imports.preview(job.id, .error, limit: 100, as: caller ?? lead).flatMap { shown in
            shown.row.problems.map { problem in
                "\(shown.row.line) \(problem.column.map { job.header[$0] } ?? problem.field): \(problem.message)"
            }
        }
    }

    /// The records of a type as the list exports them.
    func export(_ schema: AnySchema, as caller: Caller? = nil) async throws -> String {
        let records = records
        let asking = caller ?? lead
        var bytes: [UInt8] = []
        try await CSVRecords(schema).export(
            read: { cursor in
                var filter = ListFilter()
                filter.archived = .include
                filter.limit = CSVRecords.pageRecordsMax
                filter.cursor = cursor
                return try await records.list(schema, filter, as: asking)
            }, write: { bytes += $0 })
        return String(decoding: bytes, as: UTF8.self)
    }

    func ledgerSize() async throws -> Int {
        let organisation = organisation
        return try await store.read { try $0.ledgerSize(organisation) }
    }

    func all(_ schema: AnySchema) async throws -> [StoredRecord] {
        var filter = ListFilter()
        filter.limit = 1_000
        return try await records.list(schema, filter, as: lead).records
    }
}
