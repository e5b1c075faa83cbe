import Access
import Foundation
import RecordKit
import Storage
import Testing

@Suite struct ThrottleTests {
    @Test func theSixthAttemptOnAnAccountWaitsEvenWithTheRightPassword() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        for _ in 0..<5 { #expect(try await world.refusal(ada.email) == .notSignedIn) }
        // 12:00:10; the minute of the failures leaves the window at 12:15:00.
        let wait = 14 * 60 + 50
        #expect(try await world.refusal(ada.email, World.password) == .throttled(seconds: wait))
        world.clock.advance(seconds: wait - 1)
        #expect(try await world.refusal(ada.email, World.password) == .throttled(seconds: 1))
        world.clock.advance(seconds: 1)
        #expect(try await world.refusal(ada.email, World.password) == nil)
    }

    @Test func anUnknownAccountIsThrottledAlike() async throws {
        let world = try World()
        for _ in 0..<5 { #expect(try await world.refusal("nobody@example.org") == .notSignedIn) }
        #expect(try await world.refusal("nobody@example.org") == .throttled(seconds: 890))
        #expect(try await world.refusal("Nobody@Example.org") == .throttled(seconds: 890))
    }

    @Test func theWaitEndsWhenEnoughMinutesHaveLeftTheWindow() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        for minute in 0..<5 {
            if minute > 0 { world.clock.advance(seconds: 120) }
            #expect(try await world.refusal(ada.email) == .notSignedIn)
        }
        // 12:08:10 now; the first failure, of 12:00, leaves at 12:15:00.
        #expect(try await world.refusal(ada.email) == .throttled(seconds: 6 * 60 + 50))
        world.clock.advance(seconds: 6 * 60 + 50)
        #expect(try await world.refusal(ada.email) == .notSignedIn)
        #expect(try await world.refusal(ada.email) == .throttled(seconds: 2 * 60), "that failure counts in turn")
    }

    @Test func refusedAttemptsDoNotLengthenTheWait() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        for _ in 0..<5 { #expect(try await world.refusal(ada.email) == .notSignedIn) }
        for _ in 0..<10 {
            world.clock.advance(seconds: 60)
            guard case .throttled = try await world.refusal(ada.email) else {
                Issue.record("not throttled")
                return
            }
        }
        world.clock.advance(seconds: 290)
        #expect(try await world.refusal(ada.email, World.password) == nil)
    }

    @Test func aSuccessClearsTheAccountsFailuresButNotTheAddresss() async throws {
        let world = try World()
        let organisation = try await world.organisation()
        let ada = try await world.member(in: organisation)
        for _ in 0..<4 {
            for _ in 0..<4 { #expect(try await world.refusal(ada.email) == .notSignedIn) }
            #expect(try await world.refusal(ada.email, World.password) == nil)
        }
        for n in 0..<4 { #expect(try await world.refusal("nobody\(n)@example.org") == .notSignedIn) }
        #expect(try await world.refusal(ada.email, World.password) == .throttled(seconds: 890))
        #expect(try await world.refusal(ada.email, World.password, address: "192.0.2.8") == nil)
    }

    @Test func manyAttemptsAtOnceDoNotSlipThrough() async throws {
        let world = try World(parameters: .init(n: 1_024, r: 8, p: 1))
        let ada = try await world.member(in: try await world.organisation())
        let outcomes = try await withThrowingTaskGroup(of: AccessError?.self) { group in
            for n in 0..<16 {
                group.addTask { try await world.refusal(ada.email, "wrong \(n)", address: "192.0.2.\(n)") }
            }
            var outcomes: [AccessError?] = []
            for try await outcome in group { outcomes.append(outcome) }
            return outcomes
        }
        #expect(outcomes.count { $0 == .notSignedIn } <= 5)
        #expect(!outcomes.contains(nil))
    }

    @Test func aNetworkOf64BitsIsOneAddress() async throws {
        let world = try World()
        let addresses = ["2001:db8:1:2::1", "2001:DB8:1:2:ffff::9", "2001:db8:1:2:0:0:0:3"]
        for n in 0..<20 {
            #expect(
                try await world.refusal("n\(n)@example.org", address: addresses[n % 3]) == .notSignedIn)
        }
        #expect(try await world.refusal("x@example.org", address: "2001:db8:1:2::77") == .throttled(seconds: 890))
        #expect(try await world.refusal("x@example.org", address: "2001:db8:1:3::77") == .notSignedIn)
        for n in 0..<20 {
            #expect(try await world.refusal("m\(n)@example.org", address: "::ffff:192.0.2.1") == .notSignedIn)
        }
        #expect(try await world.refusal("y@example.org", address: "192.0.2.1") == .throttled(seconds: 890))
    }

    @Test func theTableOfFailuresHoldsNoEmailAndIsPruned() async throws {
        let world = try World()
        _ = try await world.refusal("secret.name@example.org")
        let keys = await world.accounts.failureKeys
        #expect(keys.count == 2)
        #expect(!keys.contains { $0.contains("secret") || $0.contains("example") })
        world.clock.advance(seconds: 16 * 60)
        try await world.signIn.tidy()
        #expect(await world.accounts.failureKeys.isEmpty)
    }
}

@Suite struct SignInFailureTests {
    private struct Leaf: Decodable {
        struct Object: Decodable {
            let type: String
            let id: String
        }
        let object: Object
    }

    private func leaves(_ world: World) async throws -> [Leaf] {
        try await world.store.read { try $0.leaves(nil, from: 0, limit: 100) }
            .map { try JSONDecoder().decode(Leaf.self, from: Data($0.data)) }
    }

    @Test func thereIsOneLeafPerAccountAndMinuteWithACount() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        for _ in 0..<7 { #expect(try await world.refusal(ada.email) != nil) }
        for n in 0..<3 { #expect(try await world.refusal("nobody\(n)@example.org") != nil) }
        #expect(try await leaves(world).isEmpty, "the minute is not over")
        world.clock.advance(seconds: 60)
        #expect(try await world.refusal(ada.email) != nil)
        let zero = "00000000-0000-0000-0000-000000000000"
        let first = try await leaves(world)
        #expect(
            first.map(\.object.id) == [
                "\(zero)/2026-03-10T12:00:00.000Z/3",
                "\(ada.account.id.lowercased)/2026-03-10T12:00:00.000Z/7",
            ])
        #expect(first.allSatisfy { $0.object.type == "signInFailure" })
        world.clock.advance(seconds: 60)
        try await world.signIn.tidy()
        #expect(try await leaves(world).count == 3)
        try await world.signIn.tidy(isStopping: true)
        #expect(try await leaves(world).count == 3)
    }

    @Test func whatWasCountedIsAppendedBeforeTheServerStops() async throws {
        let world = try World()
        _ = try await world.refusal("nobody@example.org")
        try await world.signIn.tidy()
        #expect(try await leaves(world).isEmpty)
        try await world.signIn.tidy(isStopping: true)
        #expect(try await leaves(world).count == 1)
    }

    @Test func noLeafHasAnAddressOrAnEmail() async throws {
        let world = try World()
        _ = try await world.refusal("secret.name@example.org", address: "192.0.2.99")
        try await world.signIn.tidy(isStopping: true)
        let entries = try await world.store.read { try $0.leaves(nil, from: 0, limit: 100) }
        #expect(entries.count == 1)
        for entry in entries {
            let text = String(decoding: entry.data, as: UTF8.self)
            #expect(!text.contains("secret") && !text.contains("192.0.2"))
        }
    }

    @Test func aSignInThatSucceedsLeavesNoLeaf() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        _ = try await world.begin(ada)
        try await world.signIn.tidy(isStopping: true)
        #expect(try await leaves(world).isEmpty)
    }
}
