import Foundation
import PostgresStorage
import Records

import Server
import Storage
import Synchronization
import TestKit
import Testing

/// A store that counts reads, and answers them when it is let.
private final class CountingStore: Storage.Store {
    private let store = MemoryStore()
    private let count = Atomic<Int>(0)
    var reads: Int { count.load(ordering: .relaxed) }
    var changes: ChangeHub { store.changes }
    func read<T: Sendable>(_ body: @escaping @Sendable (any Reader) throws -> T) async throws -> T {
        count.add(1, ordering: .relaxed)
        return try await store.read(body)
    }
    func write<T: Sendable>(
        _ organisation: UUID?, isBrief: Bool, _ body: @escaping @Sendable (any Transaction) throws -> T
    ) async throws -> T { try await store.write(organisation, isBrief: isBrief, body) }
    func scrub() async throws { try await store.scrub() }
}

@Suite struct ReadinessTests {
    @Test func aNodeThatIsToldToStopIsNotReady() async {
        let stopping = Stopping()
        let readiness = Readiness(store: CountingStore(), stopping: stopping)
        #expect(await readiness.reasons().isEmpty)
        stopping.signal()
        #expect(await readiness.reasons() == ["the node is draining"])
        stopping.signal()
        stopping.signal()
        #expect(await readiness.reasons() == ["the node is draining"])
    }

    @Test func askingOftenReadsTheStoreOnceASecond() async {
        let store = CountingStore()
        let readiness = Readiness(store: store, stopping: Stopping())
        let time = await ContinuousClock().measure {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask { for _ in 0..<500 { #expect(await readiness.reasons().isEmpty) } }
                }
            }
        }
        #expect(store.reads <= 1 + Int(time / .seconds(1)), "\(store.reads) reads in \(time)")
    }

    @Test func aDatabaseThatIsAwayIsAReasonUntilItIsBack() async throws {
        let server = try PostgresServer()
        let database = try server.makeDatabase()
        let store = try PostgresStore(try server.address(database), schemas: Registry.schemas)
        let readiness = Readiness(store: store, stopping: Stopping())
        #expect(await readiness.reasons().isEmpty)
        #expect(try await store.liveNodes() == 1)
        try server.kill()
        try await wait(readiness) { $0 == ["the store does not answer"] }
        try server.start()
        try await wait(readiness) { $0.isEmpty }
        try store.close()
    }

    /// An answer is good for a second.
    private func wait(_ readiness: Readiness, until isMeant: ([String]) -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(60)
        var last = await readiness.reasons()
        while !isMeant(last), ContinuousClock.now < end {
            try await _Concurrency.Task.sleep(for: .milliseconds(100))
            last = await readiness.reasons()
        }
        #expect(isMeant(last), "\(last)")
    }
}
