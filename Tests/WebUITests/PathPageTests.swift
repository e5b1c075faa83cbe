// The guided path from ISO/IEC 27001 to ISO/IEC 42001, sent as a browser without script does.
import HTTPServing
import Access
import Foundation
import Governance
import RecordKit
import Records
import Storage
import Testing

@testable import WebUI

@Suite struct PathPageTests {
    private func href(_ step: PathView.Step, row: String? = nil) -> String {
        Link.path(["step": step.rawValue, "row": row]).href
    }
    private func view(_ world: WebWorld) async throws -> AssessmentView {
        let id = try #require(try await world.services.assessments.latest(as: world.lead.caller))
        return try await world.services.assessments.view(id, as: world.lead.caller)
    }
    private func scope(_ world: WebWorld, _ includesAI: Bool) async throws {
        let assessment = try await view(world).assessment
        let answer = try await world.post(
            Link.pathScope.href,
            [
                ("assessment", assessment.id.raw.lowercased), ("version", String(assessment.version)),
                ("ai", includesAI ? "true" : "false"),
            ], as: world.lead)
        #expect(answer.status == 303)
    }
    private func answer(_ world: WebWorld, _ key: String) async throws {
        let current = try await view(world)
        let row = try #require(current.rows.first { $0.row.key == key })
        var input = AnswerInput()
        input.result = .conform
        input.versions = Dictionary(
            uniqueKeysWithValues: row.parts.map { ($0.item.frameworkKey, $0.answer?.version ?? 0) })
        _ = try await world.services.assessments.answer(
            current.assessment.id.raw, row: key, input, as: world.lead.caller)
    }

    @Test func aPersonGoesFrom27001To42001WithoutScript() async throws {
        let world = try await WebWorld()
        let start = try await world.get(Link.path().href, as: world.lead)
        #expect(start.status == 200 && PageCheck(start.text).problems == [])
        #expect(start.text.contains("Take ISO/IEC 42001 out of the scope for now"), "\(start.text.suffix(6000))")
        try await scope(world, false)
        #expect(try await view(world).frameworks.map(\.key) == [FrameworkLibrary.security])
        for key in ["clause:5.3", "clause:6.1.2"] { try await answer(world, key) }
        try await scope(world, true)
        #expect(try await view(world).counts[FrameworkLibrary.ai]?[.unknown] == 70)

        for step in PathView.Step.allCases {
            let page = try await world.get(href(step), as: world.lead)
            #expect(page.status == 200 && PageCheck(page.text).problems == [], "\(step)")
        }
        let waiting = try await world.get(href(.confirmation), as: world.lead)
        #expect(waiting.text.contains("2 to confirm") && waiting.text.contains("Holds for AI: conform"))
        func versions(_ key: String) async throws -> String {
            let row = try #require(try await view(world).rows.first { $0.row.key == key })
            return row.versions(row.partsInScope)
        }
        let same = try await world.post(
            Link.pathConfirm.href,
            [("row", "clause:5.3"), ("version", try await versions("clause:5.3")), ("confirm", "true"), ("next", "")],
            as: world.lead)
        #expect(same.status == 303)
        let none = try await world.post(
            Link.pathConfirm.href, [("row", "clause:6.1.2"), ("version", try await versions("clause:6.1.2"))],
            as: world.lead)
        #expect(none.status == 422 && none.text.contains("Choose the result for ISO/IEC 42001"))
        #expect(PageCheck(none.text).problems == [])
        let differs = try await world.post(
            Link.pathConfirm.href,
            [
                ("row", "clause:6.1.2"), ("version", try await versions("clause:6.1.2")), ("result", "partly"),
                ("note", "Effects on people are missing"),
            ], as: world.lead)
        #expect(differs.status == 303)
        let counts = try await view(world).counts
        #expect(counts[FrameworkLibrary.ai]?[.conform] == 1 && counts[FrameworkLibrary.ai]?[.partlyConform] == 1)
        #expect(counts[FrameworkLibrary.security]?[.conform] == 2)

        let plan = try await world.get(href(.plan), as: world.lead)
        #expect(plan.text.contains("69 open items, 0 with an open task"))
        let first = try #require(
            try await view(world).rows.last { $0.part(FrameworkLibrary.ai) != nil }?.parts[0].item.id)
        let late = try await world.post(
            Link.pathTasks.href, [("pick", first.lowercased), ("dueOn", "2020-01-01"), ("assignee", "")], as: world.lead
        )
        #expect(late.status == 422 && late.text.contains("must not be in the past"))
        let empty = try await world.post(Link.pathTasks.href, [("dueOn", ""), ("assignee", "")], as: world.lead)
        #expect(empty.status == 422 && empty.text.contains("Choose at least one item"))
        let one = try await world.post(
            Link.pathTasks.href, [("pick", first.lowercased), ("dueOn", ""), ("assignee", "")], as: world.lead)
        #expect(one.status == 303 && one.location?.contains("made=1") == true)
        let rest = try await world.post(
            Link.pathTasks.href, [("all", "true"), ("dueOn", ""), ("assignee", "")], as: world.lead)
        #expect(rest.location?.contains("made=68") == true)
        let done = try await world.get(try #require(rest.location), as: world.lead)
        #expect(done.text.contains("68 tasks were made") && PageCheck(done.text).problems == [])
    }

    @Test func whoMayNotChangeAnythingSeesThePathWithoutItsButtons() async throws {
        let world = try await WebWorld()
        let auditor = try world.member(.externalAuditor)
        for step in PathView.Step.allCases {
            let page = try await world.get(href(step), as: auditor)
            #expect(page.status == 200 && PageCheck(page.text).problems == [], "\(step)")
            for action in [Link.pathScope, .pathConfirm, .pathTasks] {
                #expect(!page.text.contains("action=\"\(action.href)\""), "\(step)")
            }
        }
        let item = try #require(try await view(world).rows.first?.parts.first?.item.id)
        let tasks = try await world.post(Link.pathTasks.href, [("pick", item.lowercased)], as: auditor)
        #expect(tasks.status == 403)
        let employee = try world.member(.employee)
        #expect(try await world.get(Link.path().href, as: employee).status == 200)
    }

    @Test func whatMeansNothingIsRefusedByName() async throws {
        let world = try await WebWorld()
        #expect(try await world.get(Link.path(["step": "six"]).href, as: world.lead).status == 422)
        #expect(try await world.post(Link.pathTasks.href, [("pick", "x")], as: world.lead).status == 422)
        #expect(try await world.post(Link.pathScope.href, [("assessment", "x")], as: world.lead).status == 422)
        #expect(try await world.post(Link.pathConfirm.href, [("result", "conform")], as: world.lead).status == 422)
        #expect(
            try await world.post(Link.pathConfirm.href, [("row", "clause:99"), ("confirm", "true")], as: world.lead)
                .status == 404)
        #expect(try await world.post(Link.pathScope.href, [("csrf", "wrong")], as: world.lead).status == 403)
    }

    @Test func theEmptyTableOfDecisionsHasEachControlOfTheStandard() async throws {
        let world = try await WebWorld()
        let soa = try await world.get(
            Link.importTemplate("applicabilities", ["standard": FrameworkLibrary.security]).href, as: world.lead)
        #expect(soa.status == 200)
        let lines = soa.text.split(whereSeparator: \.isNewline)
        #expect(lines.count == 94)
        #expect(lines[0].hasPrefix("requirement,isApplicable,justification") && lines[1].hasPrefix("A.5.1,"))
        let findings = try await world.get(Link.importTemplate("findings").href, as: world.lead)
        #expect(findings.text.hasPrefix("code,title,kind,source,description,requirements,controls"))
        #expect(!findings.text.contains("status"), "a state is no column to fill in")
        for plural in ["requirements", "nothing"] {
            #expect(try await world.get(Link.importTemplate(plural).href, as: world.lead).status == 404)
        }
        let form = try await world.get(
            Link.newImport(["type": "applicabilities", "standard": FrameworkLibrary.security]).href, as: world.lead)
        #expect(form.text.contains("name=\"standard\"") && PageCheck(form.text).problems == [])
        let unknown = try await world.get(Link.newImport(["standard": "iso9001"]).href, as: world.lead)
        #expect(unknown.status == 422)
    }

    @Test func theChosenStandardGoesThroughTheImport() async throws {
        let world = try await WebWorld()
        let library = try await world.services.library.current(for: nil)
        let standard = try #require(library.framework(FrameworkLibrary.security)?.id.lowercased)
        let sent = try await world.upload(
            Link.newImport().href, [("type", "applicabilities"), ("standard", standard)],
            file: (
                "file", "soa.csv",
                Array("requirement,isApplicable,justification\nA.5.2,yes,In writing since 2024\n".utf8)
            ),
            as: world.lead)
        let address = try #require(sent.location)
        let mapping = try await world.get(address, as: world.lead)
        #expect(mapping.text.contains("Standard of references") && PageCheck(mapping.text).problems == [])
        let fields = [
            ("column-0", "requirement"), ("column-1", "isApplicable"), ("column-2", "justification"),
            ("key", "requirement"), ("emptyCells", "leave"),
        ]
        let job = try #require(
            try await world.post(address, fields + [("standard", "")], as: world.lead).location)
        #expect(try await world.get(job, as: world.lead).text.contains("is the name of 2 records"))
        _ = try await world.post(address, fields + [("standard", standard)], as: world.lead)
        #expect(try await world.get(job, as: world.lead).text.contains("1 new, 0 changed"))
        #expect(try await world.post("\(job)/apply", [], as: world.lead).status == 303)
        let decided = try await view(world).rows.flatMap(\.parts).filter { $0.applicability != nil }
        #expect(decided.map(\.item.frameworkKey) == [FrameworkLibrary.security])
    }
}
