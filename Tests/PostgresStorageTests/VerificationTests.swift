// A copy of a PostgreSQL database as of one moment, verified like a file: what fits, and what somebody changed.
import Foundation
import PostgresStorage
import RecordKit
import SQLiteStorage
import Storage
import TestKit
import Testing

@Suite struct VerificationTests {
    private func verified(_ world: PostgresWorld) throws -> LedgerVerification {
        let folder = try WorldFolder("postgres-copy", types: .forged)
        let path = folder.url.appendingPathComponent("copy.sqlite").path
        let session = try PostgresSession(world.address)
        try session.snapshot { source in
            try DatabaseFile.fill(path: path, schemas: SampleRegistry.schemas) { target in
                try SQLCopy.copy(from: source, to: target, schemas: SampleRegistry.schemas)
            }
        }
        return try withExtendedLifetime(folder) {
            try LedgerVerifier(path: path, schemas: SampleRegistry.schemas, verifierKeys: []).verify()
        }
    }

    @Test func whatWasWrittenFitsAndWhatWasChangedIsNamed() async throws {
        let world = try PostgresWorld()
        let store = try world.node()
        var fixtures = Fixtures(seed: 8)
        let organisation = fixtures.id()
        let (first, second) = (fixtures.id(), fixtures.id())
        try await store.add("a first name", id: first, in: organisation, by: fixtures.change("create"))
        try await store.add("a second name", id: second, in: organisation, by: fixtures.change("create"))
        // A tile is full, too.
        for _ in 0..<300 {
            try await store.add("one of many", id: fixtures.id(), in: organisation, by: fixtures.change("create"))
        }
        let valid = try Companion.schema.validated(Companion(name: "another name", rating: 3)).erased
        let (change, erasing) = (fixtures.change("update"), fixtures.change("erase"))
        _ = try await store.write(organisation) {
            try $0.save(valid, id: first, over: 1, isArchived: false, by: change)
        }
        try await store.write(organisation) {
            _ = try $0.erase(
                Erasure(schema: Companion.schema.erased, record: second, fields: nil, archives: true), by: erasing)
        }
        try store.close()

        let found = try verified(world)
        #expect(found.firstProblem == nil)
        #expect(found.records == 302)
        #expect(found.erased > 0)
        #expect(found.tiles == 1)
        #expect(found.searched > 0)

        try world.server.execute(
            "UPDATE companion SET name = 'a forged name' WHERE name = 'another name'", database: world.database)
        let problem = try #require(try verified(world).firstProblem)
        #expect(problem.table == "companion")
        #expect(problem.column == "name")
        #expect(problem.record == first)
    }
}
