// The second wall between organisations: what a connection sees that goes past the application.
import Foundation
import PostgresStorage
import RecordKit
import Storage
import Synchronization
import TestKit
import Testing

/// A value that several tasks change.
final class Shared<Value: Sendable>: Sendable {
    private let value: Mutex<Value>
    init(_ value: Value) { self.value = Mutex(value) }
    func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result { value.withLock { body(&$0) } }
}

/// A store on an empty database, and the way to it.
struct PostgresWorld: Sendable {
    let server: PostgresServer
    let database: String
    var address: PostgresAddress { get throws { try server.address(database) } }

    init(_ server: PostgresServer? = nil) throws {
        self.server = try server ?? PostgresServer.shared()
        database = try self.server.makeDatabase()
    }

    /// A node over the database.
    func node(connectionsMax: Int = 4) throws -> PostgresStore {
        try PostgresStore(
            address, schemas: SampleRegistry.schemas, isDerived: true, connectionsMax: connectionsMax)
    }
}

extension PostgresStore {
    /// Saves a new record of the simplest type.
    @discardableResult
    func add(
        _ name: String, id: UUID, in organisation: UUID, by change: Change, isBrief: Bool = true
    ) async throws -> StoredRecord {
        let valid = try Companion.schema.validated(Companion(name: name)).erased
        return try await write(organisation, isBrief: isBrief) {
            try $0.save(valid, id: id, over: nil, isArchived: false, by: change)
        }
    }
}

@Suite struct RowSecurityTests {
    @Test func aRawConnectionReadsNoOtherOrganisation() async throws {
        let world = try PostgresWorld()
        let store = try world.node()
        var fixtures = Fixtures(seed: 1)
        let (here, elsewhere) = (fixtures.id(), fixtures.id())
        try await store.add("ours", id: fixtures.id(), in: here, by: fixtures.change("create"))
        try await store.add("theirs", id: fixtures.id(), in: elsewhere, by: fixtures.change("create"))
        try store.close()

        let session = try PostgresSession(world.address)
        let tables = ["companion", "record", "revision", "leaf", "search_word"]
        for table in tables {
            // Nothing is said of an organisation: nothing is seen.
            #expect(try session.run("SELECT 1 FROM \"\(table)\"").isEmpty)
        }
        try session.run("SELECT set_config('concord.organisation', '\(here.uuidString)', false)")
        #expect(try session.run("SELECT \"name\" FROM \"companion\"") == [["ours"]])
        for table in tables {
            let column = ["companion", "record"].contains(table) ? "organisation" : "ledger"
            let owners = Set(try session.run("SELECT \"\(column)\" FROM \"\(table)\"").compactMap { $0[0] })
            #expect(owners == [here.uuidString.lowercased()])
        }
        // Nor is anything of another organisation written, changed or removed.
        #expect(throws: StoreError.self) {
            try session.run("UPDATE \"companion\" SET \"organisation\" = '\(elsewhere.uuidString)'")
        }
        try session.run("DELETE FROM \"search_word\" WHERE \"ledger\" = '\(elsewhere.uuidString)'")
        try session.run("SELECT set_config('concord.organisation', '\(elsewhere.uuidString)', false)")
        #expect(try session.run("SELECT count(*) FROM \"search_word\"") == [["1"]])
    }

    @Test func everyTableOfAnOrganisationIsBehindTheWallForItsOwnerToo() throws {
        let world = try PostgresWorld()
        try world.node().close()
        let session = try PostgresSession(world.address)
        let open = try session.run(
            """
            SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
            AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid
            AND a.attname IN ('organisation', 'ledger')) AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
            ORDER BY 1
            """
        ).map { $0[0] }
        // Who may sign in where is known before any organisation is.
        #expect(open == ["membership", "session", "token"])
    }

    @Test func aRoleThatNoWallHoldsIsRefused() throws {
        let world = try PostgresWorld()
        let error = #expect(throws: StoreError.self) {
            _ = try PostgresStore(
                world.server.address(world.database, role: "postgres"), schemas: SampleRegistry.schemas,
                isDerived: true)
        }
        #expect("\(error, default: "")".contains("row-level security"))
    }
}
