import HTTPTypes
import Access
import Foundation
import Governance
import HTTPServing
import RecordKit
import Records
import Storage
import TestKit
import Testing

@testable import WebUI

/// Gaps, plan and library of controls through the router: forms work without script, numbers open what they count.
@Suite("Gap pages", .serialized)
struct GapPageTests {
    let harness: RouterHarness
    let tenant: RouterHarness.Tenant
    let browser: PersonBrowser

    init() async throws {
        harness = try await PagesUnderTest.gaps.value
        tenant = harness.meridian
        browser = try await PersonBrowser(harness, tenant.founder)
    }

    private var founder: Caller {
        Caller(
            account: tenant.founder.account.id, organisation: tenant.id, person: tenant.founder.person,
            roles: tenant.founder.roles)
    }

    @Test func theGapsOfTheLatestAssessmentAreOneLinkAway() async throws {
        let id = try #require(try await harness.services.assessments.latest(as: founder))
        let answer = try await browser.get("/gaps?measure=IS-06")
        #expect(answer.headers[.location] == Link.gaps(id, ["measure": "IS-06"]).href)
    }

    @Test func aNumberOfAMeasureOpensTheRequirementsThatItCounts() async throws {
        let id = try #require(try await harness.services.assessments.latest(as: founder))
        let list = try await harness.services.gaps.list(id, as: founder)
        let measure = try #require(list.measures.first { $0.requirements.count > 2 })
        let page = try await browser.get(Link.gaps(id, ["measure": measure.suggestion.id]).href).text
        let card = try #require(page.between("id=\"h-measure\"", "</section>"))
        #expect(card.matches(of: /<li>/).count == measure.requirements.count)
        let measures = try await browser.get(Link.gaps(id, ["show": "measures"]).href).text
        let words = text(.measureCloses(measure.requirements.count, measure.frameworks.count))
        #expect(measures.contains(words))
    }

    @Test func gapsAreReadByAreaAndEachNumberOpensItsGaps() async throws {
        let id = try #require(try await harness.services.assessments.latest(as: founder))
        let list = try await harness.services.gaps.list(id, as: founder)
        let area = try #require(list.view.areas.first { list.count(.unknown, inArea: $0.id) > 0 })
        let counted = list.count(.unknown, inArea: area.id)
        let card = try #require(
            try await browser.get(Link.gaps(id).href).text.between("id=\"h-counts\"", "</section>"))
        var asked = GapQuery()
        asked.filter.area = area.id
        asked.filter.severity = .unknown
        let href = Link.gaps(id, asked.query).href
        #expect(card.contains("<a href=\"\(href.replacing("&", with: "&amp;"))\">\(Text.count(counted))</a>"))
        let page = try await browser.get(href).text
        #expect(page.contains(text(.gapsShown(1, min(counted, GapQuery.pageSize), counted))))
        #expect(page.contains("<option value=\"\(area.id)\" selected>"))
    }

    @Test func oneButtonMakesATaskAndTheSecondSaysThatThereIsOne() async throws {
        let id = try #require(try await harness.services.assessments.latest(as: founder))
        let gap = try #require(try await harness.services.gaps.list(id, as: founder).gaps.first { $0.tasks.isEmpty })
        let form = [("one", "gap:\(gap.key)"), ("query", "sort=effort")]
        let first = try await browser.post(Link.gapTasks(id).href, form)
        #expect(first.headers[.location] == "/assessments/\(id.lowercased)/gaps?sort=effort&made=1&open=0&gone=0")
        let second = try await browser.post(Link.gapTasks(id).href, form)
        #expect(second.headers[.location]?.hasSuffix("made=0&open=1&gone=0") == true)
        let page = try await browser.get(Link.gaps(id, ["made": "0", "open": "1", "gone": "0"]).href).text
        #expect(page.contains(text(.tasksMade(0, open: 1, gone: 0))))
        #expect(try await browser.post(Link.gapTasks(id).href, []).status == 422)
    }

    @Test(arguments: ["show=x", "severity=x", "certification=x", "owner=x", "task=x", "from=-1", "sort=x"])
    func aQueryThatMeansNothingIsRefused(_ query: String) async throws {
        let id = try #require(try await harness.services.assessments.latest(as: founder))
        #expect((400...422).contains(try await browser.get(Link.gaps(id).href + "?\(query)").status))
    }

    @Test func theBurnDownHasATableForEachChart() async throws {
        let id = try #require(try await harness.services.assessments.latest(as: founder))
        let page = try await browser.get(Link.gaps(id, ["show": "burndown"]).href).text
        #expect(page.matches(of: /<svg class="chart long"/).count == 3)
        #expect(page.matches(of: /<table class="table bare"/).count == 3)
    }

    @Test func thePlanShowsMilestonesWithTheirTasks() async throws {
        let milestone = try await harness.services.records.create(
            Milestone.schema.erased, ["title": .text("Ready for stage 1"), "dueOn": .day(Day(daysSince1970: 20_900))],
            as: founder)
        _ = try await harness.services.records.create(
            Records.Task.schema.erased,
            ["title": .text("Write the plan"), "milestone": .reference(milestone.id), "effortDays": .decimal(1.5)],
            as: founder)
        let page = try await browser.get("/plan").text
        let card = try #require(page.between("id=\"h-m-\(milestone.id.lowercased)\"", "</section>"))
        #expect(card.contains("Write the plan") && card.contains("1.5 days"))
        #expect(page.contains("<svg class=\"chart\""))
    }

    @Test func aSuggestionIsTakenOverAndDoublesAreMerged() async throws {
        let page = try await browser.get("/controls/library").text
        #expect(page.contains("id=\"s-IS-38\""))
        let made = try await browser.post("/controls/library/adopt", [("one", "IS-38")])
        #expect(made.headers[.location]?.contains("made=1") == true)
        let schema = Control.schema.erased
        let double = try await harness.services.records.create(
            schema, ["code": .text("DBL-9"), "title": .text("Protection during audits and tests")], as: founder)
        let pairs = try await browser.get("/controls/library?show=duplicates").text
        #expect(pairs.contains("DBL-9"))
        let library = try await harness.services.controlLibrary.library(as: founder)
        let keep = try #require(library.controls.first { $0.value.template == "IS-38" })
        let form = [
            ("keep", "\(keep.id.raw.lowercased):\(keep.version)"),
            ("drop", "\(double.id.lowercased):\(double.version)"),
        ]
        let refused = try await browser.post("/controls/library/merge", form)
        #expect(refused.status == 422 && refused.text.contains("role=\"alert\""))
        let merged = try await browser.post("/controls/library/merge", form + [("reason", "Typed twice.")])
        #expect(merged.headers[.location] == "/controls/library?show=duplicates&moved=0")
    }

    @Test func theCoverageOpensTheRequirementsOfASection() async throws {
        let library = try await harness.services.controlLibrary.library(as: founder)
        let section = try #require(library.coverage.first)
        let page = try await browser.get(
            Link.controlLibrary(["show": "coverage", "section": section.section.id]).href
        ).text
        let card = try #require(page.between("id=\"h-covered\"", "</section>"))
        #expect(card.matches(of: /<li>/).count == library.items(in: section.section).count)
    }

    @Test func anExternalAuditorSeesNoButtonsAndMayNotPost() async throws {
        let id = try #require(try await harness.services.assessments.latest(as: founder))
        let auditor = try await PersonBrowser(harness, tenant[.externalAuditor])
        let page = try await auditor.get(Link.gaps(id).href).text
        #expect(!page.contains("id=\"gap-tasks\"") && !page.contains("name=\"one\""))
        let posted = try await auditor.post(Link.gapTasks(id).href, [("one", "gap:clause:5.3")])
        #expect(posted.status == 403)
        #expect(try await auditor.post("/controls/library/adopt", [("one", "IS-01")]).status == 403)
    }
}
