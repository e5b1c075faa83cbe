// Forms and what follows them: creating, editing, two people at once, files, transitions, the archive, the past.
import Access
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import RecordKit
import Records
import Storage
import Testing
import WebUI

@Suite struct RecordFormTests {
    private let world: WebWorld
    init() async throws { world = try await WebWorld.shared.value }

    private func control(_ code: String, _ more: [String: FieldValue] = [:]) async throws -> StoredRecord {
        let values = more.merging(["code": .text(code), "title": .text("Title of \(code)")]) { own, _ in own }
        return try await world.create(Control.self, values, as: world.lead)
    }
    private var controls: AnySchema { Control.schema.erased }

    // MARK: Creating

    @Test func aFormMakesARecordAndLeadsToIt() async throws {
        let lead = world.lead
        let answer = try await world.post(
            "/controls/new",
            [
                ("code", "NEW-1"), ("title", "Made by a form"), ("type", "detective"), ("costPerYear", "12.50"),
                ("description", "Line one\r\nLine two"), ("owner", lead.caller.person?.lowercased ?? ""),
            ], as: lead)
        #expect(answer.status == 303)
        let link = try #require(answer.location.flatMap { Link($0) })
        guard case .record("controls", let id, _) = link else {
            Issue.record("\(link)")
            return
        }
        let record = try await world.find(controls, id)
        #expect(record["type"] == .text("detective"))
        #expect(record["costPerYear"].text == "12.5")
        #expect(record["description"] == .text("Line one\nLine two"))
        let page = try await world.get(link.href, as: lead)
        #expect(page.text.contains("Made by a form") && page.text.contains("Version 1: created"))
    }

    @Test func whatIsWrongStandsBesideItsFieldAndNothingTypedIsLost() async throws {
        let lead = world.lead
        let answer = try await world.post(
            "/controls/new",
            [("code", ""), ("title", "Kept <title>"), ("costPerYear", "many"), ("description", "Kept text")], as: lead)
        #expect(answer.status == 422)
        #expect(PageCheck(answer.text).problems == [])
        #expect(answer.text.contains("Not saved: 2 fields need a change"))
        #expect(answer.text.contains("href=\"#f-code\"") && answer.text.contains("id=\"f-code-error\""))
        #expect(answer.text.contains("href=\"#f-costPerYear\"") && answer.text.contains("Must be a decimal number."))
        #expect(answer.text.contains("value=\"Kept &lt;title&gt;\"") && answer.text.contains("Kept text</textarea>"))
        #expect(answer.text.contains("value=\"many\""))
    }

    @Test func aValueThatIsTakenIsAProblemOfItsField() async throws {
        _ = try await control("TAKEN-1")
        let answer = try await world.post(
            "/controls/new", [("code", "TAKEN-1"), ("title", "Second")], as: world.lead)
        #expect(answer.status == 409)
        #expect(answer.text.contains("id=\"f-code-error\""))
    }

    @Test func aRuleOverSeveralFieldsIsShownToo() async throws {
        let answer = try await world.post(
            "/evidence/new",
            [("title", "No file"), ("kind", "file"), ("periodFrom", "2026-02-01"), ("periodTo", "2026-01-01")],
            as: world.lead)
        #expect(answer.status == 422)
        #expect(answer.text.contains("id=\"f-file-error\"") && answer.text.contains("id=\"f-periodTo-error\""))
    }

    @Test func aLinkFillsANewFormIn() async throws {
        let page = try await world.get(
            "/tasks/new?title=Close%20the%20gap&kind=correctiveAction&status=verified", as: world.lead)
        #expect(page.text.contains("value=\"Close the gap\""))
        #expect(page.text.contains("value=\"correctiveAction\" checked"))
        #expect(!page.text.contains("value=\"verified\""))
    }

    @Test func aStateCannotBeSetByAForm() async throws {
        let answer = try await world.post(
            "/controls/new", [("code", "ST-1"), ("title", "State"), ("status", "implemented")],
            as: world.lead)
        #expect(answer.status == 303)
        guard case .record(_, let id, _) = try #require(answer.location.flatMap { Link($0) }) else { return }
        #expect(try await world.find(controls, id)["status"] == .text("planned"))
    }

    @Test func manyTargetsAreFoundByWordsWithoutScript() async throws {
        let lead = world.lead
        let fields = [("code", "FIND-1"), ("title", "Finds requirements")]
        let found = try await world.post(
            "/controls/new", fields + [("requirements.search", "incident response"), ("find", "requirements")],
            as: lead)
        #expect(found.status == 200)
        #expect(PageCheck(found.text).problems == [])
        #expect(found.text.contains("value=\"FIND-1\""))
        let choice = try #require(
            found.text.firstMatch(of: /type="checkbox" name="requirements" value="([0-9a-f-]{36})"/)?.1)
        // The words stay in their box; they do not keep the form from being saved.
        #expect(found.text.contains("name=\"requirements.searched\" value=\"incident response\""))
        let saved = try await world.post(
            "/controls/new",
            fields + [
                ("requirements", String(choice)), ("requirements.search", "incident response"),
                ("requirements.searched", "incident response"),
            ], as: lead)
        #expect(saved.status == 303)
        guard case .record(_, let id, _) = try #require(saved.location.flatMap { Link($0) }) else { return }
        #expect(try await world.find(controls, id)["requirements"].text == choice)
        let form = try await world.get("/controls/\(id.lowercased)/edit", as: lead)
        #expect(form.text.contains("value=\"\(choice)\" checked"))
    }

    // MARK: Editing, and two at once

    @Test func anEditKeepsItsReasonAndWhatTheFormDoesNotHave() async throws {
        let lead = world.lead
        let record = try await control("ED-1", ["frequency": .text("daily"), "procedure": .text("Steps")])
        let answer = try await world.post(
            "/controls/\(record.id.lowercased)/edit",
            [("form.version", "1"), ("code", "ED-1"), ("title", "Renamed"), ("form.reason", "a clearer name")],
            as: lead)
        #expect(answer.status == 303)
        let saved = try await world.find(controls, record.id)
        #expect(saved["title"] == .text("Renamed") && saved["procedure"] == .text("Steps"))
        let page = try await world.get(answer.location ?? "", as: lead)
        #expect(page.text.contains("<del>Title of ED-1</del> <ins>Renamed</ins>"))
        #expect(page.text.contains("a clearer name"))
    }

    @Test func aStaleEditShowsBothVersionsAndSavesWhatWasChosen() async throws {
        let lead = world.lead
        let officer = try world.member(.aiRiskOfficer)
        let record = try await control("CF-1", ["description": .text("Base text"), "frequency": .text("daily")])
        let path = "/controls/\(record.id.lowercased)/edit"
        func fields(_ version: Int, title: String, description: String, frequency: String) -> [(String, String)] {
            [
                ("form.version", String(version)), ("code", "CF-1"), ("title", title), ("description", description),
                ("frequency", frequency), ("type", "preventive"),
            ]
        }
        let theirs = try await world.post(
            path, fields(1, title: "Their title", description: "Their text", frequency: "daily"), as: officer)
        #expect(theirs.status == 303)
        let mine = try await world.post(
            path, fields(1, title: "My title", description: "My text", frequency: "weekly"), as: lead)
        #expect(mine.status == 409)
        #expect(PageCheck(mine.text).problems == [])
        for text in ["Title of CF-1", "My title", "Their title", "Base text", "My text", "Their text", "Weekly"] {
            #expect(mine.text.contains(text), "\(text)")
        }
        #expect(mine.text.contains("name=\"take.title\"") && mine.text.contains("name=\"take.description\""))
        #expect(!mine.text.contains("name=\"take.frequency\""))
        #expect(try await world.find(controls, record.id).version == 2, "nothing is saved yet")
        // The choice is sent with what the page carries along.
        var chosen = mine.text.matches(of: /<input type="hidden" name="([^"]+)" value="([^"]*)">/)
            .map { (String($0.1), String($0.2)) }.filter { $0.0 != "return" && $0.0 != "csrf" }
        chosen += [("take.title", "mine"), ("take.description", "theirs")]
        let saved = try await world.post(path, chosen, as: lead)
        #expect(saved.status == 303)
        let merged = try await world.find(controls, record.id)
        #expect(merged.version == 3)
        #expect(merged["title"] == .text("My title"))
        #expect(merged["description"] == .text("Their text"))
        #expect(merged["frequency"] == .text("weekly"))
    }

    @Test func aConflictMayBeEndedByAnotherOne() async throws {
        let lead = world.lead
        let record = try await control("CF-2")
        let path = "/controls/\(record.id.lowercased)/edit"
        func save(_ version: Int, _ title: String, _ more: [(String, String)] = []) async throws -> Int {
            try await world.post(
                path, [("form.version", String(version)), ("code", "CF-2"), ("title", title)] + more, as: lead
            ).status
        }
        #expect(try await save(1, "Two") == 303)
        #expect(try await save(1, "Mine") == 409)
        #expect(try await save(2, "Three") == 303)
        #expect(try await save(2, "Mine", [("form.partial", "1"), ("take.title", "mine")]) == 409)
        #expect(try await world.find(controls, record.id)["title"] == .text("Three"))
    }

    @Test func linksThatAreAllTakenAwayAreGone() async throws {
        let lead = world.lead
        let asset = try await world.create(Asset.self, ["name": .text("Linked asset")], as: lead)
        let record = try await control("LK-1", ["assets": .links([asset.id])])
        let answer = try await world.post(
            "/controls/\(record.id.lowercased)/edit",
            [("form.version", "1"), ("code", "LK-1"), ("title", "Title of LK-1")], as: lead)
        #expect(answer.status == 303)
        #expect(try await world.find(controls, record.id)["assets"] == .links([]))
    }

    @Test func linksAreShownFromBothEnds() async throws {
        let lead = world.lead
        let asset = try await world.create(Asset.self, ["name": .text("Two-ended asset")], as: lead)
        let record = try await control("LB-1", ["assets": .links([asset.id])])
        let forth = try await world.get("/controls/\(record.id.lowercased)", as: lead)
        #expect(forth.text.contains("href=\"/assets/\(asset.id.lowercased)\""))
        let back = try await world.get("/assets/\(asset.id.lowercased)", as: lead)
        #expect(back.text.contains("href=\"/controls/\(record.id.lowercased)\""))
        #expect(back.text.contains("What points here"))
    }

    // MARK: Transitions, archive, past

    @Test func aTransitionIsAButtonOrSaysWhyNot() async throws {
        let lead = world.lead
        let record = try await control("TR-1")
        let path = "/controls/\(record.id.lowercased)"
        let before = try await world.get(path, as: lead)
        #expect(before.text.contains("disabled aria-describedby=\"why\">Mark as implemented"))
        #expect(before.text.contains("“Mark as implemented” needs to be filled in first: Owner."))
        let refused = try await world.post(path + "/transitions/implement", [("version", "1")], as: lead)
        #expect(refused.status == 422)
        #expect(refused.text.contains("Owner: must be filled in first."))
        _ = try await world.services.records.update(
            controls, record.id, over: 1, ["owner": .reference(try #require(lead.caller.person))],
            keepsMissing: true, as: lead.caller)
        let after = try await world.get(path, as: lead)
        #expect(after.text.contains("action=\"\(path)/transitions/implement\""))
        let taken = try await world.post(path + "/transitions/implement", [("version", "2")], as: lead)
        #expect(taken.status == 303)
        #expect(try await world.find(controls, record.id)["status"] == .text("implemented"))
        let retire = try await world.post(path + "/transitions/retire", [("version", "3")], as: lead)
        #expect(retire.status == 422, "a reason is required")
        let stale = try await world.post(
            path + "/transitions/retire", [("version", "2"), ("reason", "old")], as: lead)
        #expect(stale.status == 409)
        #expect(try await world.post(path + "/transitions/nonsense", [("version", "3")], as: lead).status == 404)
    }

    @Test func whoMayNotTakeATransitionReadsWhy() async throws {
        let record = try await control("TR-2")
        let auditor = try world.member(.internalAuditor)
        let page = try await world.get("/controls/\(record.id.lowercased)", as: auditor)
        #expect(page.text.contains("“Retire” is for the compliance lead"))
        let answer = try await world.post(
            "/controls/\(record.id.lowercased)/transitions/retire", [("version", "1"), ("reason", "x")], as: auditor)
        #expect(answer.status == 403)
    }

    @Test func theArchiveTakesARecordOutOfListsAndGivesItBack() async throws {
        let lead = world.lead
        let record = try await control("AR-1")
        let path = "/controls/\(record.id.lowercased)"
        #expect(
            try await world.post(path + "/archive", [("version", "1"), ("reason", "done")], as: lead).status == 303)
        #expect(try await !world.get("/controls?q=AR", as: lead).text.contains("Title of AR-1"))
        #expect(try await world.get("/controls?q=AR&archived=only", as: lead).text.contains("Title of AR-1"))
        let page = try await world.get(path, as: lead)
        #expect(page.text.contains("cannot be changed until it is restored"))
        #expect(!page.text.contains("\(path)/edit\""))
        #expect(try await world.get(path + "/edit", as: lead).status == 409)
        #expect(try await world.post(path + "/restore", [("version", "2")], as: lead).status == 303)
        #expect(try await world.get("/controls?q=AR", as: lead).text.contains("Title of AR-1"))
    }

    @Test func thePastIsShownWithItsBandAndNothingToChange() async throws {
        let lead = world.lead
        let record = try await control("PAST-1")
        _ = try await world.services.records.update(
            controls, record.id, over: 1, ["title": .text("Present title")], keepsMissing: true, as: lead.caller)
        let index = try await world.find(controls, record.id).meta.since - 1
        let path = "/controls/\(record.id.lowercased)"
        let past = try await world.get("\(path)?asOf=\(index)", as: lead)
        #expect(past.status == 200)
        #expect(PageCheck(past.text).problems == [])
        #expect(past.text.contains("Title of PAST-1") && !past.text.contains("Present title"))
        #expect(past.text.contains("class=\"asof-band\"") && !past.text.contains("\(path)/edit\""))
        #expect(!past.text.contains("/transitions/"))
        let list = try await world.get("/controls?q=PAST&asOf=\(index)", as: lead)
        #expect(list.text.contains("Title of PAST-1") && list.text.contains("asof-band"))
        #expect(list.text.contains("\(path)?asOf=\(index)"))
        #expect(try await world.get("\(path)?asOf=99999999", as: lead).status == 422)
        #expect(try await world.get("\(path)?asOf=yesterday", as: lead).status == 422)
        #expect(try await world.get("\(path)?asOf=2020-01-01", as: lead).status == 404)
        #expect(try await world.get("\(path)?asOf=2999-01-01", as: lead).text.contains("Present title"))
    }

    // MARK: Files

    private func evidence(
        _ title: String, _ more: [(String, String)] = [], name: String = "log.html", bytes: [UInt8]
    ) async throws -> WebWorld.Answer {
        try await world.upload(
            "/evidence/new",
            [("title", title), ("kind", "file"), ("periodFrom", "2026-01-01"), ("periodTo", "2026-03-31")] + more,
            file: ("file", name, bytes), as: world.lead)
    }

    @Test func aFileLeavesOnlyThroughARecordThatHoldsItAndRunsNowhere() async throws {
        let lead = world.lead
        let bytes = Array("<script>alert(1)</script>".utf8)
        let answer = try await evidence("With a file", name: "Prüf bericht.html", bytes: bytes)
        #expect(answer.status == 303)
        guard case .record(_, let id, _) = try #require(answer.location.flatMap { Link($0) }),
            case .file(let file) = try await world.find(Evidence.schema.erased, id)["file"]
        else {
            Issue.record("no file")
            return
        }
        #expect(file.bytes == bytes.count && file.name == "Prüf bericht.html")
        let page = try await world.get("/evidence/\(id.lowercased)", as: lead)
        let path = Link.file(sha256: file.sha256, ["record": "evidence/\(id.lowercased)"]).href
        #expect(page.text.contains("href=\"\(path)\""))
        let got = try await world.get(path, as: lead)
        #expect(got.status == 200 && got.body == bytes)
        #expect(got.headers[.contentDisposition] == "attachment; filename*=UTF-8''Pr%C3%BCf%20bericht.html")
        #expect(got.headers[.contentSecurityPolicy]?.hasPrefix("sandbox") == true)
        #expect(got.headers[.contentType] == "application/octet-stream")
        #expect(try await world.get(path, as: world.stranger).status == 404)
        #expect(try await world.get(path, as: try world.member(.employee)).status == 404)
        let other = try await control("FILE-1")
        for record in ["controls/\(other.id.lowercased)", "evidence/\(other.id.lowercased)", "evidence", ""] {
            #expect(
                try await world.get(Link.file(sha256: file.sha256, ["record": record]).href, as: lead).status == 404)
        }
        let wrong = String(repeating: "0", count: 64)
        #expect(
            try await world.get(Link.file(sha256: wrong, ["record": "evidence/\(id.lowercased)"]).href, as: lead).status
                == 404)
    }

    @Test func aFileIsKeptWhenTheFormComesBackAndCannotBeClaimedByItsDigest() async throws {
        let lead = world.lead
        let again = try await evidence("", bytes: Array("kept bytes".utf8))
        #expect(again.status == 422)
        #expect(again.text.contains("Now: log.html"))
        let sealed = try #require(again.text.firstMatch(of: /name="file.kept" value="([^"]+)"/)?.1)
            .replacingOccurrences(of: "&amp;", with: "&")
        let fields = [
            ("title", "Kept"), ("kind", "file"), ("periodFrom", "2026-01-01"), ("periodTo", "2026-03-31"),
        ]
        let saved = try await world.post("/evidence/new", fields + [("file.kept", sealed)], as: lead)
        #expect(saved.status == 303)
        var forged = sealed
        forged.removeFirst()
        forged = "0" + forged
        for kept in [forged, sealed.replacingOccurrences(of: "log", with: "lag"), "x", "a&b&c&d&e"] {
            #expect(try await world.post("/evidence/new", fields + [("file.kept", kept)], as: lead).status == 422)
        }
        let officer = try world.member(.aiRiskOfficer)
        let stolen = try await world.post("/evidence/new", fields + [("file.kept", sealed)], as: officer)
        #expect(stolen.status == 422, "another session's seal is no seal")
    }

    @Test func anEmptyFileIsRefused() async throws {
        let answer = try await evidence("Empty", bytes: [])
        #expect(answer.status == 422)
        #expect(answer.text.contains("id=\"f-file-error\""))
    }

    // MARK: Errors and assets

    @Test func refusalsArePagesWithTheirStatus() async throws {
        let lead = world.lead
        let missing = try await world.get("/controls/\(UUID().uuidString)", as: lead)
        #expect(missing.status == 404)
        #expect(PageCheck(missing.text).problems == [])
        #expect(missing.text.contains("There is no such control"))
        #expect(try await world.get("/no/such/page/at-all", as: lead).status == 404)
        #expect(try await world.get("/controls/not-an-id", as: lead).status == 404)
        let headers: HTTPFields = [HTTPField.Name("X-Requested-With") ?? .accept: "concord"]
        #expect(try await world.get("/controls", as: nil, headers: headers).status == 401)
        #expect(try await world.post("/controls/new", [("title", "x")], as: nil).status == 401)
        #expect(try await world.get("/controls?q=%zz", as: lead).status == 422)
    }

    @Test func assetsAreKeptForEverUnderTheHashOfTheirContent() async throws {
        let page = try await world.get("/people", as: world.lead)
        for name in ["concord.css", "concord.js", "favicon.svg"] {
            let path = try #require(
                page.text.firstMatch(of: try Regex("/static/\(name)\\?v=[0-9a-f]{16}", as: Substring.self)))
            let asset = try await world.get(String(path.output), as: nil)
            #expect(asset.status == 200 && !asset.body.isEmpty)
            #expect(asset.headers[.cacheControl]?.contains("immutable") == true)
            let old = try await world.get("/static/\(name)?v=0000000000000000", as: nil)
            #expect(old.headers[.cacheControl] == "no-cache")
            let tag = try #require(asset.headers[.eTag])
            #expect(try await world.get("/static/\(name)", as: nil, headers: [.ifNoneMatch: tag]).status == 304)
        }
    }
}
