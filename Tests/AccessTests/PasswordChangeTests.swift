import Access
import Foundation
import RecordKit
import Storage
import Testing

@Suite struct LinkTests {
    private let new = "another long password"

    @Test func aLinkSetsThePasswordOnceAndEndsSessionsAndThrottling() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        let (_, secret) = try await world.begin(ada)
        for _ in 0..<5 { #expect(try await world.refusal(ada.email) == .notSignedIn) }
        let link = try await world.signIn.createLink(for: ada.account.id, by: .system(organisation: nil))
        #expect(try await world.signIn.linkAccount(link) == .some(ada.account.id))
        try await world.signIn.setPassword(link: link, password: new)
        #expect(try await world.caller(secret) == nil)
        #expect(try await world.refusal(ada.email, new) == nil)
        #expect(try await world.refusal(ada.email, World.password) == .notSignedIn)
        await #expect(throws: AccessError.linkNotValid) {
            try await world.signIn.setPassword(link: link, password: "a third long password")
        }
        #expect(try await world.signIn.linkAccount(link) == nil)
    }

    @Test func aLinkIsGoodForADay() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        let link = try await world.signIn.createLink(for: ada.account.id, by: .system(organisation: nil))
        world.clock.advance(seconds: 24 * 3600 - 1)
        #expect(try await world.signIn.linkAccount(link) != nil)
        world.clock.advance(seconds: 1)
        #expect(try await world.signIn.linkAccount(link) == nil)
        await #expect(throws: AccessError.linkNotValid) {
            try await world.signIn.setPassword(link: link, password: new)
        }
    }

    @Test(arguments: ["short", "ADA@EXAMPLE.ORG", "password1234"])
    func aPasswordThatIsRefusedLeavesTheLinkGood(_ bad: String) async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        let link = try await world.signIn.createLink(for: ada.account.id, by: .system(organisation: nil))
        await #expect(throws: Invalid.self) { try await world.signIn.setPassword(link: link, password: bad) }
        try await world.signIn.setPassword(link: link, password: new)
        #expect(try await world.refusal(ada.email, new) == nil)
    }

    @Test func aLinkThatWasAlteredToNameAnotherAccountIsRefused() async throws {
        let world = try World()
        let organisation = try await world.organisation()
        let ada = try await world.member(in: organisation)
        let bob = try await world.member("bob@example.org", in: organisation)
        let (one, two) = (
            try await world.signIn.createLink(for: ada.account.id, by: .system(organisation: nil)),
            try await world.signIn.createLink(for: bob.account.id, by: .system(organisation: nil))
        )
        // 16 bytes of id are 21 characters and a bit.
        let forged = String(two.prefix(21)) + String(one.dropFirst(21))
        for link in [forged, "", "x", String(repeating: "A", count: 64), one + "A"] {
            #expect(try await world.signIn.linkAccount(link) == nil)
            await #expect(throws: AccessError.linkNotValid) {
                try await world.signIn.setPassword(link: link, password: new)
            }
        }
    }

    @Test func aDisabledAccountGetsNoPasswordByALink() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        let link = try await world.signIn.createLink(for: ada.account.id, by: .system(organisation: nil))
        var account = ada.account
        account.isDisabled = true
        try await world.accounts.save(account)
        await #expect(throws: AccessError.linkNotValid) {
            try await world.signIn.setPassword(link: link, password: new)
        }
        #expect(await world.accounts.account(ada.account.id) == account)
    }

    @Test func oneOfTwoAtOnceUsesTheLink() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        let link = try await world.signIn.createLink(for: ada.account.id, by: .system(organisation: nil))
        let successes = await withTaskGroup(of: Bool.self) { group in
            for n in 0..<4 {
                group.addTask {
                    do {
                        try await world.signIn.setPassword(link: link, password: "long password no. \(n)")
                        return true
                    } catch { return false }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(successes == 1)
    }

    @Test func theSetUpLinkMakesTheFirstAdministratorAndNoSecond() async throws {
        let world = try World()
        let (link, spare) = (
            try await world.signIn.createLink(for: nil, by: .system(organisation: nil)),
            try await world.signIn.createLink(for: nil, by: .system(organisation: nil))
        )
        #expect(try await world.signIn.linkAccount(link) == .some(nil))
        await #expect(throws: AccessError.linkNotValid) {
            try await world.signIn.setPassword(link: link, password: new)
        }
        await #expect(throws: Invalid("email", "must be an email address")) {
            try await world.signIn.setUpAdministrator(link: link, email: "nonsense", password: new)
        }
        let account = try await world.signIn.setUpAdministrator(link: link, email: "Root@Example.org", password: new)
        #expect(account.isServerAdministrator && account.email == "root@example.org")
        let (_, secret) = try await world.signIn.signIn(email: account.email, password: new, address: World.address)
        let caller = try #require(try await world.caller(secret))
        #expect(caller.isServerAdministrator && caller.organisation == nil)
        for used in [link, spare] {
            await #expect(throws: AccessError.linkNotValid) {
                try await world.signIn.setUpAdministrator(link: used, email: "two@example.org", password: new)
            }
        }
        #expect(await world.accounts.accountCount() == 1)
    }

    @Test func anInvitationMakesNoAdministrator() async throws {
        let world = try World()
        let link = try await world.signIn.createLink(for: world.environment.id(), by: .system(organisation: nil))
        await #expect(throws: AccessError.linkNotValid) {
            try await world.signIn.setUpAdministrator(link: link, email: "two@example.org", password: new)
        }
    }
}

@Suite struct ChangePasswordTests {
    private let new = "another long password"

    @Test func aChangeEndsTheOtherSessionsOnly() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        let (one, two) = (try await world.begin(ada).secret, try await world.begin(ada).secret)
        try await world.signIn.changePassword(one, current: World.password, new: new, address: World.address)
        #expect(try await world.caller(one) != nil)
        #expect(try await world.caller(two) == nil)
        #expect(try await world.refusal(ada.email, new) == nil)
        #expect(try await world.refusal(ada.email, World.password) == .notSignedIn)
    }

    @Test func theCurrentPasswordIsAskedForAndGuessingItIsThrottled() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        let (_, secret) = try await world.begin(ada)
        for _ in 0..<5 {
            await #expect(throws: Invalid("currentPassword", "is wrong")) {
                try await world.signIn.changePassword(secret, current: "wrong", new: new, address: World.address)
            }
        }
        await #expect(throws: AccessError.throttled(seconds: 890)) {
            try await world.signIn.changePassword(secret, current: World.password, new: new, address: World.address)
        }
        #expect(await world.accounts.account(ada.account.id) == ada.account)
    }

    @Test func aWeakPasswordAndAnEndedSessionAreRefused() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        let (_, secret) = try await world.begin(ada)
        await #expect(throws: Invalid.self) {
            try await world.signIn.changePassword(
                secret, current: World.password, new: "password1234", address: World.address)
        }
        try await world.signIn.signOut(secret)
        await #expect(throws: AccessError.unauthenticated) {
            try await world.signIn.changePassword(secret, current: World.password, new: new, address: World.address)
        }
    }
}
