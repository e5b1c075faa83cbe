// Requests that were carried out: kept with their change, for a day, and not without end.
import Foundation
import RecordKit
import Storage
import TestKit
import Testing

extension StoreContract {
    private static func request(_ key: RequestKey, _ answer: String = "a", at: Instant) -> KeptRequest {
        KeptRequest(key: key, fingerprint: Array(repeating: 1, count: 32), answer: answer, at: at)
    }

    /// An account, where the store knows any.
    private static func account(_ scene: Scene, _ name: String) async throws -> UUID {
        let id = scene.fixtures.id()
        try await (scene.store as? any AccountStore)?.save(
            Account(
                id: id, email: "\(name)@example.org", passwordHash: nil, isDisabled: false,
                isServerAdministrator: false,
                createdAt: scene.fixtures.now))
        return id
    }

    @Test(arguments: StoreUnderTest.all)
    func aRequestIsKeptWithItsChangeOrNotAtAll(_ store: StoreUnderTest) async throws {
        struct Stop: Error {}
        try await store.run { scene in
            let account = try await Self.account(scene, "ada")
            let (here, now) = (scene.here, scene.fixtures.now)
            let key = RequestKey(account: account, organisation: here, key: "k")
            let kept = Self.request(key, at: now)
            await #expect(throws: Stop.self) {
                try await scene.store.write(here) { transaction in
                    try transaction.keep(kept)
                    throw Stop()
                }
            }
            #expect(try await scene.store.read { try $0.keptRequest(key, at: now) } == nil)
            try await scene.store.write(here) { try $0.keep(kept) }
            #expect(try await scene.store.read { try $0.keptRequest(key, at: now) } == kept)
            await #expect(throws: StoreError.taken(type: "request", field: "key")) {
                try await scene.store.write(here) { try $0.keep(Self.request(key, "b", at: now)) }
            }
            for other in [
                RequestKey(account: account, organisation: scene.elsewhere, key: "k"),
                RequestKey(account: account, organisation: here, key: "K"),
                RequestKey(account: scene.fixtures.id(), organisation: here, key: "k"),
            ] {
                #expect(try await scene.store.read { try $0.keptRequest(other, at: now) } == nil)
            }
        }
    }

    @Test(arguments: StoreUnderTest.all)
    func aKeyIsFreeAgainAfterItsTime(_ store: StoreUnderTest) async throws {
        try await store.run { scene in
            let account = try await Self.account(scene, "ada")
            let (here, now) = (scene.here, scene.fixtures.now)
            let key = RequestKey(account: account, organisation: here, key: "k")
            try await scene.store.write(here) { try $0.keep(Self.request(key, at: now)) }
            let almost = now.adding(seconds: KeptRequest.hoursMax * 3_600 - 1)
            #expect(try await scene.store.read { try $0.keptRequest(key, at: almost) } != nil)
            let late = now.adding(seconds: KeptRequest.hoursMax * 3_600)
            #expect(try await scene.store.read { try $0.keptRequest(key, at: late) } == nil)
            try await scene.store.write(here) { try $0.keep(Self.request(key, "b", at: late)) }
            #expect(try await scene.store.read { try $0.keptRequest(key, at: late) }?.answer == "b")
        }
    }

    @Test(arguments: StoreUnderTest.all)
    func theOldestKeysOfAnAccountGiveWay(_ store: StoreUnderTest) async throws {
        try await store.run { scene in
            let account = try await Self.account(scene, "ada")
            let neighbour = try await Self.account(scene, "grace")
            let (here, now) = (scene.here, scene.fixtures.now)
            func key(_ n: Int, _ account: UUID) -> RequestKey {
                RequestKey(account: account, organisation: here, key: "k\(n)")
            }
            let other = key(0, neighbour)
            let all = (0..<(KeptRequest.perAccountMax + 2)).map { key($0, account) }
            // The memory store copies much for each: most are kept at one time, which orders them by key.
            try await scene.store.write(here) { transaction in
                try transaction.keep(Self.request(other, at: now))
                for n in [0, 1] { try transaction.keep(Self.request(all[n], at: now)) }
            }
            if store.name == "memory" { return }
            try await scene.store.write(here) { transaction in
                for n in 2..<all.count { try transaction.keep(Self.request(all[n], at: now.adding(seconds: n))) }
            }
            let end = now.adding(seconds: all.count)
            let found = try await scene.store.read { reader in
                try (
                    all.prefix(3).map { try reader.keptRequest($0, at: end) != nil },
                    reader.keptRequest(all[all.count - 1], at: end) != nil, reader.keptRequest(other, at: end) != nil
                )
            }
            #expect(found.0 == [false, false, true])
            #expect(found.1 && found.2)
        }
    }
}
