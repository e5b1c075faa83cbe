// What ledgers tell of accounts, links, passwords and tokens.
import Access
import Foundation
import RecordKit
import Storage
import Testing

@Suite struct LedgerNoteTests {
    private func words(_ event: AccountEvent) -> String { "\(event.event.objectType) \(event.change.action)" }

    @Test func aLinkAndThePasswordSetByItAreNotedInTheServersLedger() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        let link = try await world.signIn.createLink(for: ada.account.id, by: .system(organisation: nil))
        try await world.signIn.setPassword(link: link, password: "another long password")
        let events = await world.accounts.events
        #expect(events.map(words) == ["account makeLink", "account setPassword"])
        #expect(events.allSatisfy { $0.organisation == nil && $0.event.objectID == ada.account.id.lowercased })
        #expect(events.map(\.change.auth) == ["system", "link"])
        #expect(events.map(\.change.person) == [nil, ada.account.id], "the account itself, by the link")
    }

    @Test func whoMakesALinkInAnOrganisationIsNamedInItsLedger() async throws {
        let world = try World()
        let organisation = try await world.organisation()
        let ada = try await world.member(in: organisation, roles: [.administrator])
        let bob = try await world.member("bob@example.org", in: organisation)
        let caller = try #require(try await world.caller(try await world.begin(ada).secret))
        _ = try await world.signIn.createLink(for: bob.account.id, by: caller, request: "r-1")
        let event = try #require(await world.accounts.events.last)
        #expect(event.organisation == organisation && event.change.person == ada.person)
        #expect(event.event.objectID == bob.account.id.lowercased && event.change.request == "r-1")
    }

    @Test func theFirstAdministratorsAccountIsNoted() async throws {
        let world = try World()
        let link = try await world.signIn.createLink(for: nil, by: .system(organisation: nil))
        let account = try await world.signIn.setUpAdministrator(
            link: link, email: "ada@example.org", password: "a fine long password")
        let events = await world.accounts.events
        #expect(events.map(words) == ["account makeLink", "account create"])
        #expect(events.last?.event.objectID == account.id.lowercased)
    }

    @Test func aChangedPasswordIsNotedAndARenewedHashIsNot() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        let (_, secret) = try await world.begin(ada)
        #expect(await world.accounts.events.isEmpty, "signing in is no leaf")
        try await world.signIn.changePassword(
            secret, current: World.password, new: "another long password", address: World.address)
        let event = try #require(await world.accounts.events.last)
        #expect(words(event) == "account changePassword" && event.organisation == nil)
        #expect(event.change.person == ada.account.id && event.change.auth == "session")
        // Refused ones leave nothing.
        await #expect(throws: Invalid.self) {
            try await world.signIn.changePassword(
                secret, current: "wrong password", new: "one more long password", address: World.address)
        }
        #expect(await world.accounts.events.count == 1)
    }

    @Test func tokensAreNotedInTheirOrganisationsLedger() async throws {
        let world = try World()
        let ada = try await world.member(in: try await world.organisation())
        let caller = try #require(try await world.caller(try await world.begin(ada).secret))
        let (token, text) = try await world.signIn.createToken(
            "Nightly", mayWrite: false, expiresAt: world.clock.now.adding(seconds: 86_400), by: caller)
        try await world.signIn.revokeToken(token.id, by: caller)
        try await world.signIn.revokeToken(token.id, by: caller)
        let events = await world.accounts.events
        #expect(events.map(words) == ["token create", "token revoke"], "once, although it was revoked twice")
        #expect(events.allSatisfy { $0.organisation == ada.organisation && $0.change.person == ada.person })
        #expect(events.allSatisfy { $0.event.objectID == token.id.lowercased })
        #expect(!"\(events)".contains(text) && !"\(events)".contains("Nightly"), "neither secret nor name")
    }
}
