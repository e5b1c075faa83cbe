import Access
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import RecordKit
import Records
import Storage
import TestKit
import Testing

@testable import WebUI

/// Doors and settings through the router.
@Suite("Access pages", .serialized)
struct AccessPageTests {
    let harness: RouterHarness
    init() async throws { harness = try await PagesUnderTest.access.value }

    private func signIn(_ fields: [(String, String)]) async throws -> RouterHarness.Reply {
        try await PersonBrowser.post(harness, Link.signIn().href, fields)
    }

    @Test func theSessionCookieIsOutOfReachOfScriptsAndOtherSites() async throws {
        let member = harness.meridian[.controlOwner]
        let answer = try await signIn([
            ("email", member.account.email), ("password", RouterHarness.password), ("next", "/ledger"),
        ])
        #expect(answer.status == 303 && answer.headers[.location] == "/ledger")
        let cookie = try #require(answer.headers[values: .setCookie].first)
        #expect(cookie.hasPrefix("concord_session="))
        for attribute in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] { #expect(cookie.contains("; \(attribute)")) }
    }

    @Test(arguments: [
        "https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\r\nb", "",
    ])
    func afterSigningInOneNeverLeavesTheServer(_ next: String) async throws {
        let member = harness.meridian[.controlOwner]
        let answer = try await signIn([
            ("email", member.account.email), ("password", RouterHarness.password), ("next", next),
        ])
        #expect(answer.headers[.location] == "/")
    }

    @Test func aWrongPasswordIsRefusedWithoutSayingWhatIsWrong() async throws {
        let known = try await signIn([("email", harness.meridian[.employee].account.email), ("password", "wrong one")])
        let unknown = try await signIn([("email", "nobody@example.org"), ("password", "wrong one")])
        #expect(known.status == 401 && unknown.status == 401)
        let notice = { (answer: RouterHarness.Reply) in answer.text.between("role=\"alert\">", "</div>") }
        #expect(notice(known) != nil && notice(known) == notice(unknown))
        #expect(!known.text.contains("wrong one"))
    }

    @Test func tooManyFailuresSayHowManySecondsToWait() async throws {
        var answer = try await signIn([("email", "guessed@example.org"), ("password", "x")])
        for _ in 0..<40 where answer.status == 401 {
            answer = try await signIn([("email", "guessed@example.org"), ("password", "x")])
        }
        #expect(answer.status == 429)
        let seconds = try #require(answer.headers[.retryAfter])
        #expect(answer.text.contains("Try again in \(Text.count(Int(seconds) ?? 0)) second"))
    }

    @Test func aSignInFromAnotherSiteIsRefused() async throws {
        var headers = HTTPFields()
        headers[try #require(HTTPField.Name("Sec-Fetch-Site"))] = "cross-site"
        let answer = try await PersonBrowser.post(
            harness, Link.signIn().href, [("email", "a@b.example"), ("password", "x")], headers: headers)
        #expect(answer.status == 403)
    }

    @Test func signingOutEndsTheSession() async throws {
        let browser = try await PersonBrowser(harness, harness.meridian[.controlOwner])
        let forged = try await browser.post(Link.signOut.href, [], secret: "forged")
        #expect(forged.status == 403)
        #expect(try await browser.get(Link.ledger().href).status == 200)
        let answer = try await browser.post(Link.signOut.href, [])
        #expect(answer.status == 303)
        #expect(answer.headers[values: .setCookie].first?.contains("Max-Age=0") == true)
        #expect(try await browser.get(Link.ledger().href).status == 303)
    }

    @Test func theAppearanceIsKeptInACookie() async throws {
        let browser = try await PersonBrowser(harness, harness.meridian[.controlOwner])
        let answer = try await browser.post(Link.theme.href, [("theme", "dark"), ("return", "/ledger")])
        #expect(answer.status == 303 && answer.headers[.location] == "/ledger")
        #expect(answer.headers[values: .setCookie].first?.hasPrefix("concord_theme=dark;") == true)
        #expect(try await browser.post(Link.theme.href, [("theme", "pink")]).status == 422)
    }

    @Test func aSecretThatIsNoLinkIsNotFound() async throws {
        for link in [Link.setUp(secret: "nothing"), .invitation(secret: "nothing")] {
            #expect(try await harness.send(.get, link.href).status == 404)
        }
    }

    @Test func theFirstAdministratorSetsUpAnOrganisationAndIsSignedIn() async throws {
        // Of its own: set-up works only on a server without accounts.
        let store = try EmptyServer()
        let link = Link.setUp(
            secret: try await store.services.signIn.createLink(for: nil, by: .system(organisation: nil))
        ).href
        #expect(try await store.get(link).text.contains("name=\"organisation\""))
        let bad = try await store.post(
            link, [("organisation", ""), ("timeZone", "Nowhere"), ("name", ""), ("email", ""), ("password", "short")])
        #expect(bad.status == 422)
        for field in ["organisation", "name", "email"] {
            #expect(bad.text.contains("id=\"f-\(field)-error\""), "\(field)")
        }
        let nowhere = try await store.post(
            link,
            [
                ("organisation", "Firm"), ("timeZone", "Nowhere"), ("name", "Ada"), ("email", "ada@firm.example"),
                ("password", "four words of mine"),
            ])
        #expect(nowhere.status == 422 && nowhere.text.contains("id=\"f-timeZone-error\""))
        let weak = try await store.post(
            link,
            [
                ("organisation", "Firm"), ("timeZone", "UTC"), ("name", "Ada"), ("email", "ada@firm.example"),
                ("password", "short"),
            ])
        #expect(weak.status == 422 && weak.text.contains("id=\"f-password-error\""))
        #expect(weak.text.contains("value=\"ada@firm.example\"") && !weak.text.contains("short\""))
        let good = try await store.post(
            link,
            [
                ("organisation", "Firm"), ("timeZone", "UTC"), ("name", "Ada"), ("email", "ada@firm.example"),
                ("password", "four words of mine"),
            ])
        #expect(good.status == 303)
        let cookie = try #require(good.headers[values: .setCookie].first?.split(separator: ";").first)
        let overview = try await store.get("/", cookie: String(cookie))
        #expect(overview.status == 200 && overview.text.contains("Firm"))
        #expect(try await store.get(link).status == 404)
    }

    // MARK: Settings

    @Test func anInvitedPersonChoosesAPasswordByALinkThatWorksOnce() async throws {
        let admin = try await PersonBrowser(harness, harness.meridian.founder)
        let caller = Caller(
            account: harness.meridian.founder.account.id, organisation: harness.meridian.id,
            person: harness.meridian.founder.person, roles: [.administrator, .complianceLead])
        let person = try await harness.services.records.create(
            Person.schema.erased, ["name": .text("New <One>"), "email": .text("new.one@meridian.example")], as: caller)
        let made = try await admin.post(Link.invite.href, [("person", person.id.lowercased)])
        #expect(made.status == 200)
        let secret = try #require(made.text.between("/welcome/", "\""))
        #expect(made.text.contains("New &lt;One&gt;") && !made.text.contains("New <One>"))
        #expect(try await !admin.get(Link.members.href).text.contains(secret))
        let link = Link.invitation(secret: secret).href
        #expect(try await harness.send(.get, link).status == 200)
        #expect(try await PersonBrowser.post(harness, link, [("password", "short")]).status == 422)
        let welcome = try await PersonBrowser.post(harness, link, [("password", "seven small blue boats")])
        #expect(welcome.status == 303 && welcome.headers[values: .setCookie].count == 1)
        #expect(try await harness.send(.get, link).status == 404)
        let members = try await admin.get(Link.members.href).text
        let account = try #require(members.between("New &lt;One&gt;?", "</form>")?.hidden("account"))
        #expect(try await admin.post(Link.endAccess.href, [("account", account)]).status == 303)
        #expect(try await !admin.get(Link.members.href).text.contains("new.one@meridian.example"))
    }

    @Test func onlyTheAdministratorSeesWhoHasAccessAndOthersReadWhy() async throws {
        let browser = try await PersonBrowser(harness, harness.meridian[.aiRiskOfficer])
        let page = try await browser.get(Link.members.href)
        #expect(page.status == 403 && page.text.contains("Access is managed by the administrator."))
        let person = harness.meridian[.employee].person.lowercased
        #expect(try await browser.post(Link.invite.href, [("person", person)]).status == 403)
    }

    @Test func aTokenIsShownOnceWorksAndIsRevoked() async throws {
        let browser = try await PersonBrowser(harness, harness.meridian[.dataSecurityOfficer])
        let wrong = try await browser.post(
            Link.tokens.href, [("name", ""), ("rights", "read"), ("expiresAt", "2099-01-01")])
        #expect(wrong.status == 422)
        #expect(wrong.text.contains("id=\"f-name-error\"") && wrong.text.contains("id=\"f-expiresAt-error\""))
        let made = try await browser.post(
            Link.tokens.href, [("name", "Export"), ("rights", "read"), ("expiresAt", "2026-04-01")])
        let secret = "concord_" + (try #require(made.text.between("value=\"concord_", "\"")))
        #expect(try await harness.send(.get, Link.ledger().href, as: secret).status == 200)
        let list = try await browser.get(Link.tokens.href).text
        #expect(list.contains("Export") && !list.contains(secret))
        let id = try #require(
            try await harness.services.signIn.authenticate(token: secret)?.auth.split(separator: ":").last)
        let revoke = Link.revokeToken(try #require(UUID(uuidString: String(id)))).href
        #expect(try await browser.post(revoke, []).status == 303)
        #expect(try await harness.services.signIn.authenticate(token: secret) == nil)
    }

    @Test func aPasswordIsChangedOnlyWithThePresentOne() async throws {
        let browser = try await PersonBrowser(harness, harness.hospital[.humanOverseer])
        let wrong = try await browser.post(
            Link.account.href, [("currentPassword", "not mine at all"), ("password", "five new words of mine")])
        #expect(wrong.status == 422 && wrong.text.contains("id=\"f-currentPassword-error\""))
        let right = try await browser.post(
            Link.account.href,
            [("currentPassword", RouterHarness.password), ("password", "five new words of mine")])
        #expect(right.status == 200 && right.text.contains(Text.passwordChanged.string))
    }
}
