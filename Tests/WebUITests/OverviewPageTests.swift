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

/// Overview, frameworks and ledger through the router: every number is that of the rows it leads to.
@Suite("Overview pages", .serialized)
struct OverviewPageTests {
    let harness: RouterHarness
    let browser: PersonBrowser
    let tenant: RouterHarness.Tenant

    init() async throws {
        harness = try await PagesUnderTest.overview.value
        tenant = harness.meridian
        browser = try await PersonBrowser(harness, tenant.founder)
    }

    private var founder: Caller {
        Caller(
            account: tenant.founder.account.id, organisation: tenant.id, person: tenant.founder.person,
            roles: tenant.founder.roles)
    }

    /// Answers rows as the posture needs them, once.
    private func answerSome() async throws {
        let assessments = harness.services.assessments
        let id = try #require(try await assessments.latest(as: founder))
        let view = try await assessments.view(id, as: founder)
        let results: [AnswerInput.Result] = [.conform, .partlyConform, .nonconform]
        for (n, row) in view.rows.filter({ $0.row.key.contains(":A.6") && $0.worst == .unknown }).prefix(6).enumerated()
        {
            var input = AnswerInput()
            input.result = results[n % 3]
            for part in row.partsInScope { input.versions[part.item.frameworkKey] = part.answer?.version ?? 0 }
            _ = try await assessments.answer(id, row: row.row.key, input, as: founder)
        }
    }

    /// The linked numbers of the posture table: address and number.
    private func numbers(_ page: String) throws -> [(href: String, number: Int)] {
        let table = try #require(page.between("<table class=\"table posture\"", "</table>"))
        return table.matches(of: /href="([^"]+)">([0-9,]+)<span/).compactMap { match in
            Int(match.2.filter { $0 != "," }).map {
                (match.1.replacingOccurrences(of: "&amp;", with: "&"), $0)
            }
        }
    }

    @Test func everyNumberOfThePostureOpensSoManyRows() async throws {
        try await answerSome()
        let numbers = try numbers(try await browser.get("/").text)
        // Two standards, each with its clauses and its annex: the items and five results of each.
        #expect(numbers.count == 36)
        #expect(Set(numbers.map(\.href)).count == 36)
        for (href, number) in numbers {
            let page = try await browser.get(href).text
            #expect(page.count(of: "<li data-row ") == number, "\(href)")
            #expect(page.contains(">\(Text.rowsShown(number, 163).string)<"), "\(href)")
        }
    }

    @Test func everyNumberOfACertificateOpensSoManyRows() async throws {
        try await answerSome()
        let page = try await browser.get("/").text
        let cards = page.components(separatedBy: "class=\"card certificate\"").dropFirst()
            .map { $0.components(separatedBy: "</section>")[0] }
        #expect(cards.count == 2)
        var numbers: [(href: String, number: Int)] = []
        for card in cards {
            for match in card.matches(
                of: /<a href="([^"]+)">(?:<b>|<span class="status [a-z]+"><svg.*?<\/svg>)?([0-9]+)/)
            {
                numbers.append((match.1.replacingOccurrences(of: "&amp;", with: "&"), try #require(Int(match.2))))
            }
        }
        #expect(numbers.count >= 8)
        for (href, number) in numbers {
            #expect(try await browser.get(href).text.count(of: "<li data-row ") == number, "\(href)")
        }
    }

    @Test func theDaysLeftAreThoseToTheDayThatIsWanted() async throws {
        let today = founder.today(at: harness.services.environment.now())
        let adoption = try #require(
            try await harness.store.read {
                try $0.all(FrameworkAdoption.self, in: tenant.id, limit: 10).first { $0.value.name.contains("42001") }
            })
        _ = try await harness.services.records.update(
            FrameworkAdoption.schema.erased, adoption.id.raw, over: adoption.version,
            ["certificationTarget": .day(today.adding(days: 40))], keepsMissing: true, as: founder)
        let page = try await browser.get("/").text
        #expect(page.contains(Text.wantedBy(today.adding(days: 40)).string) && page.contains("<b>40 days left</b>"))
        #expect(page.contains(Text.noTargetDay.string), "the other standard has none")
    }

    @Test func aReportIsChosenShownAndDownloaded() async throws {
        let page = try await browser.get(Link.reports().href).text
        #expect(PageCheck(page).problems.isEmpty)
        #expect(page.contains("action=\"/reports/document\"") && page.contains("value=\"strengths\""))
        let id = try #require(try await harness.services.assessments.latest(as: founder)).lowercased
        let shown = try await browser.get(Link.report(["assessment": id, "sections": "summary"]).href)
        #expect(shown.status == 200 && shown.headers[.contentDisposition] == nil)
        let policy = try #require(shown.headers[.contentSecurityPolicy])
        #expect(policy.contains("style-src 'sha256-") && !policy.contains("unsafe"))
        #expect(!shown.text.contains(" style=\"") && !shown.text.contains("<script"))
        let file = try await browser.get(Link.report(["assessment": id, "format": "html"]).href)
        #expect(file.headers[.contentDisposition]?.hasPrefix("attachment") == true)
        for wrong in [
            ["assessment": "x"], ["assessment": id, "format": "odt"], ["assessment": id, "sections": "all"],
        ] {
            var query: LinkQuery = [:]
            for (name, value) in wrong { query.add(name, value) }
            #expect(try await browser.get(Link.report(query).href).status == 422)
        }
    }

    @Test func theResultsOfAStandardAddUpToItsItems() async throws {
        let numbers = try numbers(try await browser.get("/").text).map(\.number)
        for row in stride(from: 0, to: numbers.count, by: 6) {
            #expect(numbers[row] == numbers[(row + 1)..<(row + 6)].reduce(0, +))
        }
        #expect(numbers[0] == 70 && numbers[18] == 123)
    }

    @Test func nothingAssessedIsUnknownNeitherNoneNorAll() async throws {
        let fresh = try await PagesUnderTest.installation()
        let page = try await PersonBrowser(fresh, fresh.meridian.founder).get("/").text
        #expect(try numbers(page).map(\.number).prefix(6) == [70, 0, 0, 0, 0, 70])
        #expect(!page.contains("%</") && page.contains(Text.nothingAnsweredYet.string))
        #expect(page.contains(Text.beginAssessment.string))
        #expect(page.contains(Text.nothingAnswered.string) && page.contains(Text.toBeAnswered(70).string))
        #expect(page.contains(Text.nothingToCompare.string) && !page.contains(Text.noClauseInTheWay.string))
    }

    @Test func withoutAnAssessmentTheOverviewSaysWhatToDo() async throws {
        let fresh = try await PagesUnderTest.installation(withCatalogue: false)
        let member = fresh.meridian.founder
        let caller = Caller(
            account: member.account.id, organisation: member.organisation, person: member.person, roles: member.roles)
        let id = try #require(try await fresh.services.assessments.latest(as: caller))
        _ = try await fresh.services.records.setArchived(
            true, Assessment.schema.erased, id, over: 1, as: caller, reason: nil)
        let page = try await PersonBrowser(fresh, member).get("/").text
        #expect(page.contains(Text.noAssessmentYet.string) && page.contains("href=\"/assessments/new\""))
        #expect(!page.contains("class=\"table posture\""))
    }

    @Test func aLoweredResultIsListedWithItsReasonAndLink() async throws {
        let assessments = harness.services.assessments
        let id = try #require(try await assessments.latest(as: founder))
        let key = "\(FrameworkLibrary.security):A.8.24"
        var input = AnswerInput()
        input.result = .conform
        input.versions = [FrameworkLibrary.security: 0]
        let view = try await assessments.answer(id, row: key, input, as: founder)
        let item = try #require(view.rows.first { $0.row.key == key }?.partsInScope.first?.item)
        let yesterday = founder.today(at: harness.services.environment.now()).adding(days: -1)
        _ = try await harness.services.records.create(
            Task.schema.erased,
            [
                "title": .text("Rotate <keys>"), "dueOn": .day(yesterday), "requirements": .links([item.id]),
                "assignee": .reference(tenant.founder.person),
            ], as: founder)
        let page = try await browser.get("/").text
        #expect(page.contains("answered “conform”, lowered because a task is overdue"))
        #expect(page.contains("Rotate &lt;keys&gt;") && !page.contains("Rotate <keys>"))
        let rows = try await browser.get(Link.assessment(id, ["shown": "lowered"]).href).text
        #expect(rows.contains("id=\"row-\(RowPresenter.elementID(key))\""))
        let card = try #require(page.between("id=\"h-lowered\"", "</section>"))
        #expect(card.contains(">\(Text.rowCount(rows.count(of: "<li data-row ")).string)<"))
    }

    @Test func theWorkSavedIsTheServicesCount() async throws {
        let id = try #require(try await harness.services.assessments.latest(as: founder))
        let work = try await harness.services.assessments.view(id, as: founder).workSaved
        #expect(work.answeredOnce + work.split == 16 && work.sharePart == 14 && work.own == 133)
        let words = Text.workSaved(once: work.answeredOnce, share: work.sharePart, split: work.split, own: work.own)
        #expect(try await browser.get("/").text.contains(words.string))
    }

    @Test func noLinkOfTheOverviewIsDead() async throws {
        let page = try await browser.get("/").text
        let hrefs = Set(page.matches(of: /<a[^>]* href="(\/[^"#]*)"/).map { String($0.1) })
        #expect(hrefs.count > 30)
        for href in hrefs {
            let answer = try await browser.get(href.replacingOccurrences(of: "&amp;", with: "&"))
            #expect(answer.status == 200 || answer.status == 303, "\(href)")
        }
    }

    @Test func aFrameworkShowsItsItemsItsRelationsAndItsOrigin() async throws {
        let page = try await browser.get(Link.framework(key: FrameworkLibrary.ai).href).text
        let library = try await harness.services.library.current(for: nil)
        let framework = try #require(library.framework(FrameworkLibrary.ai))
        #expect(page.count(of: " id=\"item-") == framework.items.count)
        #expect(page.contains(framework.contentSHA256))
        #expect(page.contains("class=\"chip isms\"") && page.contains("/frameworks/iso27001-2022#item-"))
        #expect(try await browser.get("/frameworks/\(framework.id.lowercased)").status == 200)
        #expect(try await browser.get("/frameworks/iso99999").status == 404)
    }

    @Test func theLedgerShowsItsLastEntriesAndTheirObjects() async throws {
        let page = try await browser.get(Link.ledger().href).text
        let size = try await harness.store.read { try $0.ledgerSize(tenant.id) }
        #expect(page.count(of: " id=\"entry-") == min(size, LedgerScreens.leavesShownMax))
        #expect(page.contains("id=\"entry-\(size - 1)\""))
        #expect(page.contains(try harness.services.ledger.verifierKey(tenant.id)))
        let leaf = try #require(
            try await harness.store.read { try $0.leaves(tenant.id, from: size - 1, limit: 1) }.first)
        #expect(page.contains(LedgerPage.hexadecimal(leaf.hash)))
        let employee = try await PersonBrowser(harness, tenant[.employee])
        #expect(try await !employee.get(Link.ledger().href).text.contains(" id=\"entry-"))
    }
}
