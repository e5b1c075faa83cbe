// The server's administrator founds organisations, and people who lost their password get a new link.
import Access
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import MerkleLog
import RecordKit
import Records
import Storage
import TestKit
import Testing
import WebUI

@Suite(.serialized) struct HostedPageTests {
    private let harness: RouterHarness
    init() async throws { harness = try await PagesUnderTest.access.value }

    /// Somebody who administers the server and, at first, belongs to no organisation.
    private func serverAdministrator(_ email: String) async throws -> PersonBrowser {
        let account = try await harness.services.signIn.newAccount(
            email: email, password: RouterHarness.password, isServerAdministrator: true)
        try await harness.services.accounts.save(account)
        return try await PersonBrowser(harness, email: email)
    }

    private func leaves(_ organisation: UUID?) async throws -> [Leaf] {
        try await harness.store.read { reader in
            let size = try reader.ledgerSize(organisation)
            return try reader.leaves(organisation, from: max(0, size - 50), limit: 50).map {
                try Leaf(canonicalBytes: $0.data)
            }
        }
    }

    @Test func anAdministratorWithoutAnOrganisationFoundsOneAndHandsOverALinkThatIsShownOnce() async throws {
        let browser = try await serverAdministrator("root@server.example")
        let home = try await browser.get("/")
        #expect(home.status == 303 && home.headers[.location] == Link.hosted().href)
        let list = try await browser.get(Link.hosted().href)
        #expect(list.status == 200 && list.text.contains("Meridian") && list.text.contains("Hospital"))
        let bad = try await browser.post(
            Link.hosted().href, [("organisation", ""), ("timeZone", "Nowhere"), ("name", ""), ("email", "x")])
        #expect(bad.status == 422)
        for field in ["organisation", "name", "email"] {
            #expect(bad.text.contains("id=\"f-\(field)-error\""), "\(field)")
        }
        let nowhere = try await browser.post(
            Link.hosted().href,
            [("organisation", "Third"), ("timeZone", "Nowhere"), ("name", "Cléo"), ("email", "cleo@third.example")])
        #expect(nowhere.status == 422 && nowhere.text.contains("id=\"f-timeZone-error\""))
        #expect(nowhere.text.contains("value=\"cleo@third.example\""), "what was typed stays")
        let fields = [
            ("organisation", "Third <Bank>"), ("timeZone", "Europe/Paris"), ("name", "Cléo Marchand"),
            ("email", "Cleo@Third.example"),
        ]
        let made = try await browser.post(Link.hosted().href, fields)
        #expect(made.status == 200 && made.text.contains("Third &lt;Bank&gt; is founded"))
        let secret = try #require(made.text.between("/welcome/", "\""))
        #expect(try await !browser.get(Link.hosted().href).text.contains(secret))
        // The founder chooses a password and is in an organisation of their own, with both standards to assess.
        let welcome = try await PersonBrowser.post(
            harness, Link.invitation(secret: secret).href, [("password", "seven small blue boats")])
        #expect(welcome.status == 303)
        let cookie = try #require(welcome.headers[values: .setCookie].first?.split(separator: ";").first)
        let overview = try await harness.send(.get, "/", headers: PersonBrowser.headers(cookie: String(cookie)))
        #expect(overview.status == 200 && overview.text.contains("Third &lt;Bank&gt;"))
        #expect(!overview.text.contains("Meridian"), "organisations see nothing of each other")
        let account = try #require(try await harness.services.accounts.account(email: "cleo@third.example"))
        let organisation = try #require(
            try await harness.services.accounts.memberships(of: account.id).first?.organisation)
        let own = try await leaves(organisation)
        #expect(own.first.map { "\($0.object.type) \($0.action)" } == "ledger start")
        #expect(own.contains { $0.object.type == "membership" && $0.action == "join" })
        let server = try await leaves(nil)
        for (type, action, id) in [
            ("account", "create", account.id), ("organisation", "found", organisation),
            ("account", "makeLink", account.id), ("account", "setPassword", account.id),
        ] {
            #expect(
                server.contains {
                    $0.object.type == type && $0.action == action && $0.object.id == id.lowercased
                }, "\(type) \(action)")
        }
        // Founding again with somebody who has a password makes no link.
        let again = try await browser.post(
            Link.hosted().href,
            [("organisation", "Fourth"), ("timeZone", "UTC"), ("name", "Cléo"), ("email", "cleo@third.example")])
        #expect(again.status == 200 && !again.text.contains("/welcome/"))
        #expect(try await harness.services.accounts.memberships(of: account.id).count == 2)
    }

    @Test func nobodyElseSeesOrFoundsOrganisations() async throws {
        let browser = try await PersonBrowser(harness, harness.meridian.founder)
        let page = try await browser.get(Link.hosted().href)
        #expect(page.status == 403 && !page.text.contains("Hospital"))
        let sent = try await browser.post(
            Link.hosted().href,
            [("organisation", "Mine"), ("timeZone", "UTC"), ("name", "Me"), ("email", "me@mine.example")])
        #expect(sent.status == 403)
        #expect(try await harness.services.accounts.account(email: "me@mine.example") == nil)
        let forged = try await serverAdministrator("root2@server.example").post(
            Link.hosted().href,
            [("organisation", "Mine"), ("timeZone", "UTC"), ("name", "Me"), ("email", "me@mine.example")],
            secret: "forged")
        #expect(forged.status == 403)
        #expect(try await harness.send(.get, Link.hosted().href).status == 303)
    }

    // MARK: A lost password

    @Test func theAdministratorMakesANewLinkAndTheLedgerTells() async throws {
        let admin = try await PersonBrowser(harness, harness.meridian.founder)
        let member = harness.meridian[.aiSystemOwner]
        let page = try await admin.get(Link.members.href).text
        #expect(page.contains("id=\"reset-\(member.account.id.lowercased)\""))
        let made = try await admin.post(Link.resetLink.href, [("account", member.account.id.lowercased)])
        #expect(made.status == 200)
        let secret = try #require(made.text.between("/welcome/", "\""))
        let note = try #require(try await leaves(harness.meridian.id).last { $0.action == "makeLink" })
        #expect(note.object.id == member.account.id.lowercased)
        #expect(note.actor.id == harness.meridian.founder.person.lowercased)
        let welcome = try await PersonBrowser.post(
            harness, Link.invitation(secret: secret).href, [("password", "eight small blue boats")])
        #expect(welcome.status == 303)
    }

    @Test func theServersAdministratorMakesANewLinkForAnyAccountButTheirOwn() async throws {
        let browser = try await serverAdministrator("root3@server.example")
        for wrong in ["nobody@server.example", "root3@server.example", ""] {
            let sent = try await browser.post(Link.resetAnyLink.href, [("account", wrong)])
            #expect(sent.status == 422 && sent.text.contains("id=\"f-account-error\""), "\(wrong)")
            #expect(!sent.text.contains("/welcome/"))
        }
        let member = harness.hospital[.aiSystemOwner]
        let made = try await browser.post(Link.resetAnyLink.href, [("account", member.account.email)])
        let secret = try #require(made.text.between("/welcome/", "\""))
        #expect(try await harness.send(.get, Link.invitation(secret: secret).href).status == 200)
        let note = try #require(try await leaves(nil).last { $0.action == "makeLink" })
        #expect(note.object.id == member.account.id.lowercased)
        let admin = try await PersonBrowser(harness, harness.meridian.founder)
        let refused = try await admin.post(Link.resetAnyLink.href, [("account", member.account.email)])
        #expect(refused.status == 403 && !refused.text.contains("/welcome/"))
    }

    @Test func accountsThatAreUsedElsewhereOrAdministerTheServerAreNotTheirs() async throws {
        let admin = try await PersonBrowser(harness, harness.meridian.founder)
        // A consultant of both organisations.
        let shared = harness.meridian[.dataSecurityOfficer]
        try await harness.services.accounts.save(
            Membership(
                account: shared.account.id, organisation: harness.hospital.id,
                person: harness.hospital[.dataSecurityOfficer].person,
                from: SteppedClock.start.day(in: .gmt), until: nil))
        #expect(try await !admin.get(Link.members.href).text.contains("reset-\(shared.account.id.lowercased)"))
        let refused = try await admin.post(Link.resetLink.href, [("account", shared.account.id.lowercased)])
        #expect(refused.status == 403 && !refused.text.contains("/welcome/"))
        let foreign = harness.hospital[.employee].account.id.lowercased
        #expect(try await admin.post(Link.resetLink.href, [("account", foreign)]).status == 404)
        let own = harness.meridian.founder.account.id.lowercased
        #expect(try await admin.post(Link.resetLink.href, [("account", own)]).status == 409)
        let lead = try await PersonBrowser(harness, harness.meridian[.complianceLead])
        let employee = harness.meridian[.employee].account.id.lowercased
        #expect(try await lead.post(Link.resetLink.href, [("account", employee)]).status == 403, "no administrator")
        var account = harness.meridian[.humanOverseer].account
        account.isServerAdministrator = true
        try await harness.services.accounts.save(account)
        let root = try await admin.post(Link.resetLink.href, [("account", account.id.lowercased)])
        #expect(root.status == 403, "it would make them administrator of the server")
    }
}
