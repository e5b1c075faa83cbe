// What happens when connections and servers go away, and what errors say then.
import Foundation
import PostgresStorage
import RecordKit
import Storage
import TestKit
import Testing

@Suite(.serialized) struct FailureTests {
    @Test func noErrorSaysThePassword() async throws {
        let password = PostgresServer.password
        let world = try PostgresWorld()
        for text in [
            "postgres://concord:\(password)@127.0.0.1:1/none", "host=127.0.0.1 port=1 password=\(password)",
            "postgres://concord:\(password)@127.0.0.1:notaport/none", "postgres://concord:\(password)@[::1/none",
            "password=\(password) nonsense", "host='\(password)",
        ] {
            let error = #expect(throws: (any Error).self) {
                try PostgresMigrations.migrate(PostgresAddress(text), schemas: SampleRegistry.schemas)
            }
            #expect(!"\(error, default: "")".contains(password))
            #expect(error is StoreError)
        }
        let none = #expect(throws: StoreError.self) {
            try PostgresMigrations.migrate(world.server.address("nothing_here"))
        }
        #expect("\(none, default: "")".contains("nothing_here"))
    }

    @Test func aConnectionKilledInMidTransactionLosesNothingAndTheStoreGoesOn() async throws {
        let world = try PostgresWorld()
        let store = try world.node()
        var fixtures = Fixtures(seed: 2)
        let organisation = fixtures.id()
        let (server, database) = (world.server, world.database)
        let attempts = Shared(0)
        let valid = try Companion.schema.validated(Companion(name: "through")).erased
        let (id, change) = (fixtures.id(), fixtures.change("create"))
        // The first attempt loses its connection after it has written; the next one is the same again.
        try await store.write(organisation) { transaction in
            try transaction.save(valid, id: id, over: nil, isArchived: false, by: change)
            let isFirst = attempts.withLock { count in
                count += 1
                return count == 1
            }
            if isFirst {
                try server.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(database)'")
                _ = try transaction.ledgerSize(nil)
            }
        }
        #expect(attempts.withLock { $0 } == 2)
        let leaves = try await store.read { try $0.leaves(organisation, from: 0, limit: 10) }
        #expect(leaves.map(\.index) == [0])
        try await store.add("next", id: fixtures.id(), in: organisation, by: fixtures.change("create"))
        #expect(try await store.read { try $0.ledgerSize(organisation) } == 2)
        try store.close()
    }

    @Test func aServerKilledUnderLoadLosesNoAcknowledgedWrite() async throws {
        let server = try PostgresServer()
        let world = try PostgresWorld(server)
        let nodes = [try world.node(), try world.node()]
        var fixtures = Fixtures(seed: 3)
        let organisations = (0..<4).map { _ in fixtures.id() }
        let acknowledged = Shared<[UUID: Set<UUID>]>([:])
        let refused = Shared(0)
        let isOver = Shared(false)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in 0..<8 {
                let (node, organisation) = (nodes[client % 2], organisations[client % 4])
                group.addTask {
                    var own = Fixtures(seed: 100 + UInt64(client))
                    while !isOver.withLock({ $0 }) {
                        let id = own.id()
                        do {
                            try await node.add("x", id: id, in: organisation, by: own.change("create"))
                            acknowledged.withLock { _ = $0[organisation, default: []].insert(id) }
                        } catch StoreError.away, StoreError.unavailable {
                            refused.withLock { $0 += 1 }
                            try await Task.sleep(for: .milliseconds(20))
                        }
                    }
                }
            }
            try await Task.sleep(for: .milliseconds(700))
            try server.kill()
            try await Task.sleep(for: .milliseconds(300))
            try server.start()
            // By itself, within seconds.
            let before = acknowledged.withLock { $0.values.reduce(0) { $0 + $1.count } }
            let end = ContinuousClock.now + .seconds(20)
            while acknowledged.withLock({ $0.values.reduce(0) { $0 + $1.count } }) < before + 40,
                ContinuousClock.now < end
            {
                try await Task.sleep(for: .milliseconds(50))
            }
            isOver.withLock { $0 = true }
            try await group.waitForAll()
            let after = acknowledged.withLock { $0.values.reduce(0) { $0 + $1.count } }
            #expect(after >= before + 40)
        }
        for organisation in organisations {
            let leaves = try await nodes[0].read { try $0.leaves(organisation, from: 0, limit: 1_000_000) }
            #expect(leaves.map(\.index) == Array(0..<leaves.count))
            let wanted = acknowledged.withLock { $0[organisation] ?? [] }
            let found = try await nodes[1].read { reader in
                try reader.revisionEntries(in: organisation, from: 0, isBackwards: false, limit: 1_000_000).map(\.id)
            }
            #expect(wanted.isSubset(of: Set(found)))
            #expect(found.count == leaves.count)
        }
        for node in nodes { try node.close() }
    }
}
