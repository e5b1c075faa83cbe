import Access
import Foundation
import RecordKit
import Records
import Storage
import Testing

@Suite struct TokenTests {
    private let day = 86_400

    private func signedIn(_ world: World, roles: [Role] = [.complianceLead]) async throws -> (Member, Caller) {
        let ada = try await world.member(in: try await world.organisation(), roles: roles)
        let (_, secret) = try await world.begin(ada)
        return (ada, try #require(try await world.caller(secret)))
    }

    @Test func aTokenActsForItsOwnerInItsOrganisation() async throws {
        let world = try World()
        let (ada, owner) = try await signedIn(world)
        let (token, text) = try await world.signIn.createToken(
            "CI", mayWrite: true, expiresAt: world.clock.now.adding(seconds: 30 * day), by: owner)
        #expect(text.hasPrefix("concord_") && text.utf8.count == 51)
        let caller = try #require(try await world.signIn.authenticate(token: text))
        #expect(caller.account == ada.account.id && caller.person == ada.person)
        #expect(caller.organisation == ada.organisation && caller.roles == [.complianceLead])
        #expect(caller.actorKind == .token && caller.auth == "token:\(token.id.lowercased)")
        #expect(caller.mayWrite)
    }

    @Test func aReadingTokenMayNotWrite() async throws {
        let world = try World()
        let (_, owner) = try await signedIn(world)
        let text = try await world.signIn.createToken(
            "Dashboard", mayWrite: false, expiresAt: world.clock.now.adding(seconds: day), by: owner
        ).text
        let caller = try #require(try await world.signIn.authenticate(token: text))
        #expect(!caller.mayWrite)
        #expect(!Authorisation.mayCreate(caller, Control.schema.erased))
        #expect(Authorisation.mayCreate(owner, Control.schema.erased))
    }

    @Test func aTokenOfAServerAdministratorDoesNotAdministerTheServer() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation(), isServerAdministrator: true)
        let owner = try #require(try await world.caller(try await world.begin(ada).secret))
        #expect(owner.isServerAdministrator)
        let text = try await world.signIn.createToken(
            "CI", mayWrite: true, expiresAt: world.clock.now.adding(seconds: day), by: owner
        ).text
        #expect(try await world.signIn.authenticate(token: text)?.isServerAdministrator == false)
    }

    @Test func aTokenExpiresToTheSecondThoughRemembered() async throws {
        let world = try World()
        let (_, owner) = try await signedIn(world)
        let text = try await world.signIn.createToken(
            "CI", mayWrite: true, expiresAt: world.clock.now.adding(seconds: 20), by: owner
        ).text
        world.clock.advance(seconds: 19)
        #expect(try await world.signIn.authenticate(token: text) != nil)
        world.clock.advance(seconds: 1)
        #expect(try await world.signIn.authenticate(token: text) == nil)
    }

    @Test func aRevokedTokenIsDeadAtOnce() async throws {
        let world = try World()
        let (_, owner) = try await signedIn(world)
        let (token, text) = try await world.signIn.createToken(
            "CI", mayWrite: true, expiresAt: world.clock.now.adding(seconds: day), by: owner)
        #expect(try await world.signIn.authenticate(token: text) != nil)
        try await world.signIn.revokeToken(token.id, by: owner)
        #expect(try await world.signIn.authenticate(token: text) == nil)
        let listed = try await world.signIn.tokens(of: owner)
        #expect(listed.map(\.revokedAt) == [world.clock.now])
        world.clock.advance(seconds: 60)
        try await world.signIn.revokeToken(token.id, by: owner)
        #expect(try await world.signIn.tokens(of: owner) == listed, "the first revocation stays")
    }

    @Test func nobodyListsOrRevokesAnothersToken() async throws {
        let world = try World()
        let (ada, owner) = try await signedIn(world)
        let (token, text) = try await world.signIn.createToken(
            "CI", mayWrite: true, expiresAt: world.clock.now.adding(seconds: day), by: owner)
        let bob = try await world.member("bob@example.org", in: ada.organisation, roles: [.administrator])
        let other = try #require(try await world.caller(try await world.begin(bob).secret))
        #expect(try await world.signIn.tokens(of: other).isEmpty)
        await #expect(throws: AccessError.unknownToken(token.id)) {
            try await world.signIn.revokeToken(token.id, by: other)
        }
        #expect(try await world.signIn.authenticate(token: text) != nil)
    }

    @Test func aTokenMakesNoTokens() async throws {
        let world = try World()
        let (_, owner) = try await signedIn(world)
        let expiresAt = world.clock.now.adding(seconds: day)
        let text = try await world.signIn.createToken("CI", mayWrite: true, expiresAt: expiresAt, by: owner).text
        let program = try #require(try await world.signIn.authenticate(token: text))
        await #expect(throws: AccessError.needsSession) {
            try await world.signIn.createToken("More", mayWrite: true, expiresAt: expiresAt, by: program)
        }
        await #expect(throws: AccessError.needsSession) { try await world.signIn.tokens(of: program) }
    }

    @Test(arguments: [(0, false), (-1, false), (1, true), (365 * 86_400, true), (365 * 86_400 + 1, false)])
    func aTokenLastsAtMost365Days(_ seconds: Int, _ isGood: Bool) async throws {
        let world = try World()
        let (_, owner) = try await signedIn(world)
        let expiresAt = world.clock.now.adding(seconds: seconds)
        if isGood {
            _ = try await world.signIn.createToken("CI", mayWrite: true, expiresAt: expiresAt, by: owner)
        } else {
            await #expect(throws: Invalid("expiresAt", "must lie in the future, at most 365 days ahead")) {
                try await world.signIn.createToken("CI", mayWrite: true, expiresAt: expiresAt, by: owner)
            }
        }
        #expect(try await world.signIn.tokens(of: owner).count == (isGood ? 1 : 0))
    }

    @Test(arguments: ["", String(repeating: "x", count: 101), "two\nlines"])
    func aTokenNeedsANameInOneLine(_ name: String) async throws {
        let world = try World()
        let (_, owner) = try await signedIn(world)
        await #expect(throws: Invalid("name", "must have 1 to 100 characters in one line")) {
            try await world.signIn.createToken(
                name, mayWrite: true, expiresAt: world.clock.now.adding(seconds: 60), by: owner)
        }
    }

    @Test func aTokenEndsWithItsOwnersPlaceOrAccount() async throws {
        let world = try World()
        let (ada, owner) = try await signedIn(world)
        let text = try await world.signIn.createToken(
            "CI", mayWrite: true, expiresAt: world.clock.now.adding(seconds: day), by: owner
        ).text
        #expect(try await world.signIn.authenticate(token: text) != nil)
        var account = ada.account
        account.isDisabled = true
        try await world.accounts.save(account)
        #expect(try await world.signIn.authenticate(token: text) == nil)
        try await world.accounts.save(ada.account)
        #expect(try await world.signIn.authenticate(token: text) != nil)
        try await world.accounts.removeMembership(account: ada.account.id, organisation: ada.organisation)
        #expect(try await world.signIn.authenticate(token: text) == nil)
    }
}
