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

/// Assessments over time through the router: delegation, the next round, comparison, windows of rows.
@Suite("Pages of assessments over time", .serialized)
struct RoundPageTests {
    private static let installation = _Concurrency.Task { try await PagesUnderTest.installation() }
    let harness: RouterHarness
    let lead: PersonBrowser
    let ai = FrameworkLibrary.ai
    let security = FrameworkLibrary.security

    init() async throws {
        harness = try await Self.installation.value
        lead = try await PersonBrowser(harness, harness.meridian.founder)
    }

    private var founder: Caller { caller(harness.meridian.founder) }
    private func caller(_ member: RouterHarness.Member) -> Caller {
        Caller(
            account: member.account.id, organisation: member.organisation, person: member.person, roles: member.roles)
    }
    private func latest() async throws -> UUID {
        try #require(try await harness.services.assessments.latest(as: founder))
    }
    private func row(_ key: String, of id: UUID) async throws -> RowView {
        let view = try await harness.services.assessments.view(id, as: founder)
        return try #require(view.rows.first { $0.row.key == key })
    }
    private func answer(_ key: String, _ result: String, of id: UUID, by browser: PersonBrowser) async throws -> Int {
        let row = try await row(key, of: id)
        return try await browser.post(
            Link.answerRow(id, key: key).href, [("result", result), ("version", row.versions(row.partsInScope))],
            byScript: true
        ).status
    }

    @Test func aSectionGoesThroughTwoPairsOfHands() async throws {
        let id = try await latest()
        let member = harness.meridian[.employee]
        let employee = try await PersonBrowser(harness, member)
        #expect(try await employee.get(Link.assessment(id).href).status == 404)
        let page = try await lead.get(Link.sections(id).href)
        #expect(page.text.contains("name=\"assignee.clause:5\""))
        #expect(PageCheck(page.text).problems.isEmpty, "\(PageCheck(page.text).problems)")
        let sent = try await lead.post(
            Link.sections(id).href,
            [("assignee.clause:5", member.person.lowercased), ("assignee.clause:6", ""), ("dueOn", "2030-01-31")])
        #expect(sent.status == 303, "\(sent.text)")

        let own = try await employee.get(Link.assessment(id).href)
        #expect(PageCheck(own.text).problems.isEmpty, "\(PageCheck(own.text).problems)")
        #expect(own.text.contains("id=\"own-sections\"") || own.text.contains("h-own-sections"))
        #expect(own.text.row("clause:5.1") != nil && own.text.row("clause:6.3") == nil)
        #expect(try await employee.get(Link.row(id, key: "clause:5.1").href).status == 200)
        #expect(try await answer("clause:5.1", "conform", of: id, by: employee) == 200)
        #expect(try await answer("clause:6.3", "conform", of: id, by: employee) == 404)

        func step(_ name: String, _ browser: PersonBrowser, _ reason: String? = nil) async throws -> Int {
            let record = try #require(
                try await harness.services.records.list(
                    SectionAssignment.schema.erased, ListFilter(), as: founder
                ).records.first)
            return try await browser.post(
                Link.sectionStep(id).href,
                [
                    ("delegation", record.id.lowercased), ("version", String(record.version)), ("step", name),
                    ("reason", reason ?? ""),
                ]
            ).status
        }
        #expect(try await step("submit", employee) == 303)
        let frozen = try await employee.get(Link.assessment(id).href)
        #expect(frozen.text.row("clause:5.1")?.contains("disabled") == true)
        #expect(try await answer("clause:5.1", "nonconform", of: id, by: employee) == 409)
        #expect(try await step("return", lead) == 422, "a reason is missing")
        #expect(try await step("accept", employee) == 403)
        #expect(try await step("return", lead, "Name the policy.") == 303)
        #expect(try await answer("clause:5.1", "partly", of: id, by: employee) == 200)
        #expect(try await step("submit", employee) == 303)
        #expect(try await step("accept", lead) == 303)
        #expect(try await answer("clause:5.1", "conform", of: id, by: lead) == 409)
        let twice = try await lead.post(
            Link.sections(id).href, [("assignee.clause:5", member.person.lowercased)])
        #expect(twice.status == 422 && twice.text.contains("role=\"alert\""))
        #expect(try await lead.post(Link.sections(id).href, [("dueOn", "")]).status == 422)
        let list = try await employee.get(
            Link.list("sectionAssignments", ["assignee": member.person.lowercased, "status": "accepted"]).href)
        #expect(list.status == 200 && list.text.contains("5 Leadership"))
    }

    @Test func theNextAssessmentSaysOnEveryRowWhereItsResultComesFrom() async throws {
        let earlier = try await latest()
        #expect(try await answer("clause:7.2", "conform", of: earlier, by: lead) == 200)
        #expect(try await answer("\(security):A.5.1", "partly", of: earlier, by: lead) == 200)
        #expect(try await lead.get(Link.nextAssessment(earlier).href).status == 200)
        #expect(try await lead.post(Link.nextAssessment(earlier).href, [("title", "")]).status == 422)
        let employee = try await PersonBrowser(harness, harness.meridian[.controlOwner])
        #expect(try await employee.get(Link.nextAssessment(earlier).href).status == 403)
        let started = try await lead.post(
            Link.nextAssessment(earlier).href, [("title", "Round <2>"), ("dueOn", "2031-01-01")])
        #expect(started.status == 303, "\(started.text)")
        let id = try await latest()
        #expect(started.headers[.location] == Link.assessment(id).href)

        let page = try await lead.get(Link.assessment(id).href)
        #expect(PageCheck(page.text).problems.isEmpty, "\(PageCheck(page.text).problems)")
        let old = try #require(page.text.row("clause:7.2"))
        #expect(old.contains("Carried over from “") && old.contains("data-confirm"))
        #expect(page.text.row("clause:7.3")?.contains("Carried over") == false)
        let only = try await lead.get(Link.assessment(id, ["shown": "carriedOver"]).href)
        #expect(only.text.row("clause:7.2") != nil && only.text.row("clause:7.3") == nil)

        let row = try await row("clause:7.2", of: id)
        let confirmed = try await lead.post(
            Link.answerRow(id, key: "clause:7.2").href,
            [("result", "conform"), ("confirm", "true"), ("version", row.versions(row.partsInScope))], byScript: true)
        #expect(confirmed.status == 200, "\(confirmed.text)")
        #expect(confirmed.text.row("clause:7.2")?.contains("Re-assessed") == true)
        #expect(confirmed.text.contains("data-swap=\"#live-origins\""))
        let again = try await lead.get(Link.assessment(id, ["shown": "reassessed"]).href)
        #expect(again.text.row("clause:7.2") != nil && again.text.row("\(security):A.5.1") == nil)
        let control = try await self.row("\(security):A.5.1", of: id)
        let detail = try await lead.get(Link.row(id, key: "\(security):A.5.1").href)
        #expect(detail.text.contains("Carried over from “"))
        #expect(PageCheck(detail.text).problems.isEmpty, "\(PageCheck(detail.text).problems)")
        let stale = try await lead.post(
            Link.answerRow(id, key: control.row.key).href,
            [("confirm", "true"), ("version", "\(security)=0.0")], byScript: true)
        #expect(stale.status == 409)

        #expect(try await answer("\(security):A.5.1", "nonconform", of: id, by: lead) == 200)
        let compared = try await lead.get(Link.comparison(id).href)
        #expect(compared.status == 200 && compared.text.contains("Worse"))
        #expect(PageCheck(compared.text).problems.isEmpty, "\(PageCheck(compared.text).problems)")
        let better = try await lead.get(Link.comparison(id, ["change": "better"]).href)
        #expect(!better.text.contains("A.5.1 Policies"))
        #expect(try await lead.get(Link.comparison(id, ["change": "purple"]).href).status == 422)
        #expect(try await lead.get(Link.comparison(id, ["with": "x"]).href).status == 422)
        let csv = try await lead.get(Link.comparisonCSV(id).href)
        #expect(csv.text.hasPrefix("framework,reference,title,section,then,now,change,origin\r\n"))
        #expect(csv.text.contains(",partlyConform,nonconform,worse,assessed\r\n"))
        #expect(csv.text.count(of: "\r\n") == 194)
        let alone = try await lead.get(Link.comparison(earlier).href)
        #expect(alone.status == 200 && alone.text.contains("Nothing to compare with"))
    }

    @Test func aLockedAssessmentShowsItsRowsWithoutControlsToAnswer() async throws {
        let id = try await latest()
        let schema = Assessment.schema.erased
        func take(_ step: String) async throws {
            let record = try await harness.services.records.get(schema, id, as: founder)
            _ = try await harness.services.records.take(
                step, schema, id, over: record.version, as: founder, reason: "Review")
        }
        try await take("lock")
        let page = try await lead.get(Link.assessment(id).href)
        #expect(page.text.contains("Locked"))
        #expect(page.text.row("clause:7.4")?.contains("disabled") == true)
        #expect(try await answer("clause:7.4", "conform", of: id, by: lead) == 409)
        try await take("unlock")
        #expect(try await answer("clause:7.4", "conform", of: id, by: lead) == 200)
    }

    @Test func rowsComeInWindowsThatContinueByKey() async throws {
        let library = try await harness.services.library.current(for: harness.meridian.id)
        let others = library.frameworks.filter { ![ai, security].contains($0.key) }
        var scope: [UUID] = []
        for framework in others {
            let made = try await harness.services.records.create(
                FrameworkAdoption.schema.erased,
                ["name": .text(framework.name), "framework": .reference(framework.id)], as: founder)
            scope.append(made.id)
        }
        let id = try await harness.services.records.create(
            Assessment.schema.erased, ["title": .text("Laws"), "scope": .links(scope)], as: founder
        ).id
        let keys = try await harness.services.assessments.view(id, as: founder).rows.map(\.row.key)
        try #require(keys.count > 300)
        let first = try await lead.get(Link.assessment(id).href)
        #expect(first.text.count(of: "<li data-row ") == 200)
        #expect(first.text.contains("data-more") && !first.text.contains("data-before"))
        let second = try await lead.get(Link.assessment(id, ["from": keys[200]]).href)
        #expect(second.text.count(of: "<li data-row ") == min(200, keys.count - 200))
        #expect(second.text.contains("data-before") && second.text.row(keys[200]) != nil)
        #expect(second.text.row(keys[199]) == nil)
        #expect(PageCheck(second.text).problems.isEmpty, "\(PageCheck(second.text).problems)")
        let part = try await lead.get(Link.assessment(id, ["from": keys[200]]).href, byScript: true)
        #expect(part.text.hasPrefix("<div>") && !part.text.contains("<nav"))
        #expect(part.text.count(of: "<li data-row ") == min(200, keys.count - 200))
        // A row that fits the filters no more is still a place to go on from.
        let filtered = try await lead.get(Link.assessment(id, ["from": keys[150], "shown": "unknown"]).href)
        #expect(filtered.text.row(keys[150]) != nil && filtered.text.row(keys[149]) == nil)
        #expect(try await lead.get(Link.assessment(id, ["from": "nothing"]).href).status == 422)
        // The other tests go on with the assessment of both standards.
        let record = try await harness.services.records.get(Assessment.schema.erased, id, as: founder)
        _ = try await harness.services.records.setArchived(
            true, Assessment.schema.erased, id, over: record.version, as: founder, reason: nil)
    }

    @Test func aFrameworkWithoutImplementationGroupsOffersNone() async throws {
        let id = try await latest()
        let page = try await lead.get(Link.implementationGroups(id).href)
        #expect(page.status == 200 && page.text.contains("No framework of this assessment has implementation groups."))
        let sent = try await lead.post(
            Link.implementationGroups(id).href, [("version", "1"), ("groups.\(ai)", "IG1")])
        #expect(sent.status == 422)
    }
}
