// Bulk edit, undo, saved views and search by forms and links alone, as a browser without script has them.
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import RecordKit
import Records
import Storage
import Testing
import WebUI

@Suite struct BulkPageTests {
    private func control(_ code: String, _ title: String, _ world: WebWorld) async throws -> StoredRecord {
        try await world.create(
            Control.self, ["code": .text(code), "title": .text(title), "type": .text("preventive")], as: world.lead)
    }
    private func pick(_ record: StoredRecord) -> (String, String) {
        ("pick", "\(record.id.lowercased):\(record.version)")
    }
    private func hidden(_ name: String, in page: String) -> String? {
        page.components(separatedBy: "name=\"\(name)\" value=\"").dropFirst().first.map {
            String($0.prefix { $0 != "\"" })
        }
    }

    @Test func chosenRowsAreChangedAfterAPreviewAndTakenBack() async throws {
        let world = try await WebWorld.shared.value
        let records = [try await control("BP-1", "Gate", world), try await control("BP-2", "Fence", world)]
        let list = try await world.get("/controls?q=BP", as: world.lead).text
        for record in records { #expect(list.contains("value=\"\(pick(record).1)\" form=\"bulk\"")) }
        let asked = try await world.post("/controls/bulk", records.map(pick) + [("query", "q=BP")], as: world.lead)
        #expect(asked.status == 200 && PageCheck(asked.text).problems == [])
        #expect(asked.text.contains("name=\"change\" value=\"frequency\""))
        let said =
            records.map(pick) + [
                ("query", "q=BP"), ("form.partial", "1"), ("action", "set"), ("change", "frequency"),
                ("frequency", "weekly"), ("form.reason", "a round"),
            ]
        let preview = try await world.post("/controls/bulk", said + [("step", "preview")], as: world.lead)
        #expect(preview.text.contains("<ins>Weekly</ins>") && PageCheck(preview.text).problems == [])
        #expect(try await world.find(Control.schema.erased, records[0].id).version == 1, "a preview changes nothing")
        let done = try await world.post("/controls/bulk", said + [("step", "apply")], as: world.lead)
        let changed = try await world.find(Control.schema.erased, records[1].id)
        #expect(changed["frequency"] == .text("weekly") && changed.version == 2)
        let index = try #require(hidden("index", in: done.text))
        let undone = try await world.post("/undo", [("index", index), ("return", "/controls?q=BP")], as: world.lead)
        #expect(undone.status == 303 && undone.location == "/controls?q=BP")
        for record in records {
            let now = try await world.find(Control.schema.erased, record.id)
            #expect(now["frequency"] == .null && now.version == 3)
        }
    }

    @Test func whatIsRefusedIsNamedAndWhatIsNotTickedStays() async throws {
        let world = try await WebWorld.shared.value
        let record = try await control("BQ-1", "Gate", world)
        let none = try await world.post(
            "/controls/bulk", [pick(record), ("action", "set"), ("step", "preview"), ("frequency", "daily")],
            as: world.lead)
        #expect(none.status == 422, "no field is ticked")
        let refused = try await world.post(
            "/controls/bulk", [pick(record), ("action", "take.implement"), ("step", "preview")], as: world.lead)
        #expect(
            refused.text.contains("Owner: must be filled in first") || refused.text.contains("Must be filled in first"))
        let wrong = try await world.post(
            "/controls/bulk",
            [
                pick(record), ("form.partial", "1"), ("action", "set"), ("step", "preview"), ("change", "costPerYear"),
                ("costPerYear", "much"),
            ],
            as: world.lead)
        #expect(wrong.status == 422 && wrong.text.contains("f-costPerYear-error"))
        #expect(try await world.post("/controls/bulk", [("step", "preview")], as: world.lead).status == 422)
    }

    @Test func whoMayChangeNothingGetsNoBoxesAndNoForm() async throws {
        let world = try await WebWorld.shared.value
        let record = try await control("BR-1", "Gate", world)
        let auditor = try world.member(.externalAuditor)
        #expect(!(try await world.get("/controls", as: auditor).text.contains("class=\"pick\"")))
        let tried = try await world.post(
            "/controls/bulk", [pick(record), ("action", "archive"), ("step", "apply")], as: auditor)
        #expect(!tried.text.contains("action=\"/undo\""))
        #expect(try await world.find(Control.schema.erased, record.id).meta.isArchived == false)
    }

    @Test func aRecordOffersToTakeTheLastChangeBackAndOlderValuesToReturn() async throws {
        let world = try await WebWorld.shared.value
        let record = try await control("BS-1", "Gate", world)
        let page = Link.record("controls", record.id).href
        #expect(
            !(try await world.get(page, as: world.lead).text.contains("action=\"/undo\"")), "a creation is not undone")
        let edited = try await world.services.records.update(
            Control.schema.erased, record.id, over: 1, ["title": .text("Gateway")], keepsMissing: true,
            as: world.lead.caller)
        let shown = try await world.get(page, as: world.lead).text
        #expect(shown.contains("action=\"/undo\"") && PageCheck(shown).problems == [])
        #expect(shown.contains("data-live-record=\"\(record.id.lowercased)\" data-version=\"2\""))
        let officer = try world.member(.aiRiskOfficer)
        #expect(!(try await world.get(page, as: officer).text.contains("action=\"/undo\"")), "somebody else's change")
        let restored = try await world.post(
            "\(page)/restore-values", [("version", String(edited.version)), ("former", "1")], as: officer)
        #expect(restored.status == 303)
        #expect(try await world.find(Control.schema.erased, record.id).title == "Gate")
        let late = try await world.post(
            "/undo", [("index", String(edited.meta.since)), ("return", page)], as: world.lead)
        #expect(late.status == 409, "it was changed since")
    }

    @Test func anAnswerIsTakenBackByItsPersonAlone() async throws {
        let world = try await WebWorld()
        let lead = world.lead
        let adoptions = try await world.services.store.read {
            try $0.all(FrameworkAdoption.self, in: world.organisation, limit: 10).map(\.id.raw)
        }
        let assessment = try await world.create(
            Assessment.self, ["title": .text("Round"), "scope": .links(adoptions)], as: lead)
        let rows = Link.assessment(assessment.id).href
        let sent = try await world.post(
            Link.answerRow(assessment.id, key: "clause:5.1").href,
            [("result", "conform"), ("version", "iso42001-2023=0,iso27001-2022=0")], as: lead)
        let page = try await world.get(try #require(sent.location), as: lead).text
        let index = try #require(hidden("index", in: page))
        let officer = try world.member(.aiRiskOfficer)
        #expect(try await world.post("/undo", [("index", index)], as: officer).status == 404)
        let undone = try await world.post("/undo", [("index", index), ("return", rows)], as: lead)
        #expect(undone.status == 303)
        let view = try await world.services.assessments.view(assessment.id, as: lead.caller)
        let row = try #require(view.rows.first { $0.row.key == "clause:5.1" })
        #expect(row.partsInScope.map(\.assessed) == [.unknown, .unknown], "both standards")
        #expect(row.partsInScope.map { $0.answer?.version } == [2, 2])
    }

    @Test func aViewIsSavedShownBegunWithAndRemoved() async throws {
        let world = try await WebWorld()
        let lead = world.lead
        let page = try await world.get("/views?type=tasks&query=status%3Dopen", as: lead)
        #expect(page.status == 200 && PageCheck(page.text).problems == [])
        let saved = try await world.post(
            "/views", [("type", "tasks"), ("query", "status=open"), ("name", "Open <tasks>"), ("default", "1")],
            as: lead)
        let target = try #require(saved.location)
        let list = try await world.get(target, as: lead).text
        #expect(list.contains("aria-current=\"true\">Open &lt;tasks&gt;") && PageCheck(list).problems == [])
        let begun = try await world.get("/tasks", as: lead)
        #expect(begun.status == 303 && begun.location == target)
        #expect(try await world.get("/tasks?view=plain", as: lead).status == 200)
        let id = try #require(LinkQuery(String(target.split(separator: "?")[1]))?["view"])
        let search = try await world.get("/search?q=open+tas", as: lead).text
        #expect(search.contains("view=\(id)"))
        #expect(try await world.post("/views/\(id)", [("type", "tasks"), ("do", "remove")], as: lead).status == 303)
        #expect(try await world.get("/tasks", as: lead).status == 200)
    }

    @Test func theSearchDialogGetsItsListAndThePageWorksByItself() async throws {
        let world = try await WebWorld.shared.value
        let record = try await control("BT-77", "Flamingo pond", world)
        let name = try #require(HTTPField.Name("X-Requested-With"))
        let fragment = try await world.get("/search?q=flam", as: world.lead, headers: [name: "concord"])
        #expect(fragment.text.hasPrefix("<div role=\"group\""))
        #expect(fragment.text.contains("href=\"\(Link.record("controls", record.id).href)\""))
        let page = try await world.get("/search?q=ledger", as: world.lead)
        #expect(page.text.contains("href=\"/ledger\"") && PageCheck(page.text).problems == [])
        #expect(try await world.get("/search", as: world.lead).text.contains("Changed last"))
    }
}
