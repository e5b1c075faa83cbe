// The stores that the contract holds to the same answers, and the shorthand of its tests.
import Foundation
import MerkleLog
import PostgresStorage
import RecordKit
import SQLiteStorage
import Storage
import TestKit
import Testing

/// The tests of what every store must do. Each runs on every store.
@Suite struct StoreContract {}

/// One kind of store, and how to open an empty one.
struct StoreUnderTest: Sendable, CustomTestStringConvertible {
    let name: String
    let open: @Sendable (_ folder: URL) throws -> any Store
    var testDescription: String { name }

    static let memory = StoreUnderTest(name: "memory") { _ in MemoryStore() }
    static let sqlite = StoreUnderTest(name: "sqlite") { folder in
        try SQLiteStore(path: folder.appendingPathComponent("contract.sqlite").path, schemas: schemas)
    }
    /// Reads lists as of any moment in the way that is meant for moments long past.
    static let sqliteOfThePast = StoreUnderTest(name: "sqlite, long past") { folder in
        try SQLiteStore(
            path: folder.appendingPathComponent("contract.sqlite").path, schemas: schemas, replacedReadMax: 0)
    }
    static let postgres = StoreUnderTest(name: "postgres") { _ in try openPostgres() }
    static let postgresOfThePast = StoreUnderTest(name: "postgres, long past") { _ in
        try openPostgres(replacedReadMax: 0)
    }
    static let all = [memory, sqlite, postgres]

    private static func openPostgres(
        replacedReadMax: Int = SQLGenerator.replacedReadMaxUsual
    ) throws -> PostgresStore {
        let server = try PostgresServer.shared()
        return try PostgresStore(
            server.address(server.makeDatabase()), schemas: schemas, isDerived: true, connectionsMax: 2,
            replacedReadMax: replacedReadMax)
    }

    static let schemas = SampleRegistry.schemas + [Workplace.schema.erased]

    /// Runs a test on an empty store, which is gone afterwards.
    /// - Parameter types: `.forged` where the test writes what no ledger says.
    func run(types: WorldFolder.Types = .own, _ test: (Scene) async throws -> Void) async throws {
        let folder = try WorldFolder("contract-\(name)", types: types)
        let store = try open(folder.url)
        try await test(Scene(store: store))
        if let store = store as? PostgresStore { try store.close() }
        withExtendedLifetime(folder) {}
    }
}

/// The organisation's own record, by which a store knows that the organisation is on this server.
struct Workplace: Record {
    var name = ""
    static let type: RecordType = "organisation"
    static let schema = Schema<Workplace>(
        plural: "organisations", title: "name", help: "An organisation.", permissions: Permissions(.allowAll(.read))
    ) {
        Section("Organisation") { Field(\.name, "name", .listed, .searchable) }
    }
}

/// A store with two organisations, and the fixtures that a test draws from.
final class Scene {
    let store: any Store
    var fixtures: Fixtures
    let here: UUID
    let elsewhere: UUID

    init(store: any Store, seed: UInt64 = 20_260_101) {
        self.store = store
        var fixtures = Fixtures(seed: seed)
        here = fixtures.id()
        elsewhere = fixtures.id()
        self.fixtures = fixtures
    }

    /// A new organisation of its own, where a test counts what is there.
    func anotherOrganisation() -> UUID { fixtures.id() }

    @discardableResult
    func save(
        _ record: ValidRecord, id: UUID, over version: Int? = nil, isArchived: Bool = false, in organisation: UUID?,
        by change: Change? = nil
    ) async throws -> StoredRecord {
        let change = change ?? fixtures.change(version == nil ? "create" : "update")
        return try await store.write(organisation) {
            try $0.save(record, id: id, over: version, isArchived: isArchived, by: change)
        }
    }

    /// Validates and saves a new record.
    func create<R: Record>(_ record: R, in organisation: UUID?, by person: UUID? = nil) async throws -> Stored<R> {
        let valid = try R.schema.validated(record)
        return try await save(valid.erased, id: fixtures.id(), in: organisation, by: fixtures.change(by: person))
            .decoded()
    }

    /// Saves a changed record over the version that it has.
    func update<R: Record>(
        _ stored: Stored<R>, isArchived: Bool? = nil, in organisation: UUID?, reason: String? = nil
    ) async throws -> Stored<R> {
        try await save(
            R.schema.validated(stored.value).erased, id: stored.id.raw, over: stored.version,
            isArchived: isArchived ?? stored.meta.isArchived, in: organisation,
            by: fixtures.change("update", reason: reason)
        ).decoded()
    }

    /// A specimen that differs from others in name and code only.
    func specimen(_ name: String, companion: Stored<Companion>) -> Specimen {
        var specimen = Specimen()
        specimen.name = name
        specimen.code = "S-\(fixtures.random.next())"
        specimen.summary = "none"
        specimen.companion = companion.id
        return specimen
    }

    func find<R: Record>(_ id: ID<R>, in organisation: UUID?, asOf: AsOf? = nil) async throws -> Stored<R>? {
        try await store.read { try $0.find(id, in: organisation, asOf: asOf) }
    }

    func page(_ query: Query, in organisation: UUID?, asOf: AsOf? = nil) async throws -> RecordPage {
        try await store.read { try $0.page(query, in: organisation, asOf: asOf) }
    }

    /// The titles that a predicate finds, in order.
    func titles<R: Record>(
        _ type: R.Type, where predicate: Criteria, archived: Archived = .exclude, in organisation: UUID?,
        asOf: AsOf? = nil
    ) async throws -> [String] {
        let query = Query(R.schema.erased, where: predicate, archived: archived, limit: Query.limitMax)
        return try await page(query, in: organisation, asOf: asOf).records.map(\.title)
    }

    /// The present position: what is read as of it is what is read now.
    func position(_ organisation: UUID) async throws -> AsOf {
        try await store.read { reader in
            AsOf(index: try reader.ledgerSize(organisation) - 1, sharedIndex: try reader.ledgerSize(nil) - 1)
        }
    }

    /// The whole ledger of an organisation.
    func leaves(_ organisation: UUID?) async throws -> [StoredLeaf] {
        try await store.read { reader in try reader.leaves(organisation, from: 0, limit: 1_000_000) }
    }
}

extension StoredRecord {
    /// What two stores must agree on, floating keys and the like left aside.
    var content: String { "\(id) v\(version) \(meta) \(values)" }
}
