// Erasure on the pages: proposed from a record's page, looked at before it is confirmed, shown as erased afterwards.
import Foundation
import RecordKit
import Records
import Storage
import TestKit
import Testing
import WebUI

@Suite struct ErasurePageTests {
    @Test func twoPeopleEraseARecordAndThePagesSaySo() async throws {
        let world = try await WebWorld.shared.value
        let officer = try world.member(.dataSecurityOfficer)
        let subject = try await world.create(
            Records.Task.self, ["title": .text("Call Vreni Amstutz"), "priority": .text("high")], as: world.lead)
        let page = "/tasks/\(subject.id.lowercased)"
        // Whoever may not propose has no way to it.
        let form = "/erasureRequests/new?subjectType=task&amp;subjectID=\(subject.id.lowercased)"
        #expect(try await world.get(page, as: world.lead).text.contains(form))
        #expect(try await !world.get(page, as: try world.member(.controlOwner)).text.contains(form))
        let filled = try await world.get(form.replacingOccurrences(of: "&amp;", with: "&"), as: world.lead)
        #expect(filled.status == 200 && PageCheck(filled.text).problems == [])
        #expect(filled.text.contains("value=\"\(subject.id.lowercased)\"") && filled.text.contains("value=\"task\""))
        let sent = try await world.post(
            "/erasureRequests/new",
            [
                ("subjectType", "task"), ("subjectID", subject.id.lowercased), ("scope", "record"),
                ("legalBasis", "recordedInError"), ("reason", "Not ours"),
            ], as: world.lead)
        let request = try #require(sent.location)
        #expect(sent.status == 303)
        let shown = try await world.get(request, as: officer)
        #expect(PageCheck(shown.text).problems == [])
        #expect(shown.text.contains("href=\"\(page)\"") && shown.text.contains("href=\"\(request)/carry-out\""))
        // The one who proposed sees what would go, but no button.
        let own = try await world.get("\(request)/carry-out", as: world.lead)
        #expect(own.status == 200 && !own.text.contains("/transitions/carryOut"))
        let preview = try await world.get("\(request)/carry-out", as: officer)
        #expect(PageCheck(preview.text).problems == [])
        #expect(preview.text.contains("Vreni Amstutz") && preview.text.contains("1 of 1"))
        #expect(preview.text.contains("action=\"\(request)/transitions/carryOut\""))
        let done = try await world.post("\(request)/transitions/carryOut", [("version", "1")], as: officer)
        #expect(done.status == 303)
        let erased = try await world.get(page, as: world.lead)
        #expect(PageCheck(erased.text).problems == [])
        #expect(erased.text.contains("Erased on ") && !erased.text.contains("Vreni"))
        #expect(!erased.text.contains("/restore\"") && !erased.text.contains(form))
        #expect(erased.text.contains("Version 1: created"))
        let past = try await world.get("\(page)?asOf=\(subject.meta.since)", as: world.lead)
        #expect(past.text.contains("Erased on ") && !past.text.contains("Vreni"))
        let list = try await world.get("/tasks?archived=only", as: world.lead)
        #expect(list.text.contains("Erased on ") && !list.text.contains("Vreni"))
        let csv = try await world.get("/tasks.csv?archived=only", as: world.lead)
        #expect(csv.text.contains("erased on ") && !csv.text.contains("Vreni"))
        // It is done once.
        #expect(try await world.get("\(request)/carry-out", as: officer).status == 409)
    }

    @Test func aHoldIsShownInPlaceOfTheButton() async throws {
        let world = try await WebWorld.shared.value
        let officer = try world.member(.dataSecurityOfficer)
        let subject = try await world.create(Records.Task.self, ["title": .text("Keep this")], as: world.lead)
        let about: [String: FieldValue] = [
            "subjectType": .text("task"), "subjectID": .text(subject.id.lowercased), "scope": .text("record"),
        ]
        _ = try await world.create(
            Hold.self,
            about.merging([
                "name": .text("Incident 4"), "kind": .text("incident"), "reason": .text("Still looked into"),
                "from": .day(Day(daysSince1970: 20_000)),
            ]) { $1 }, as: world.lead)
        let request = try await world.create(
            ErasureRequest.self, about.merging(["reason": .text("Asked for")]) { $1 }, as: world.lead)
        let path = "/erasureRequests/\(request.id.lowercased)"
        let preview = try await world.get("\(path)/carry-out", as: officer)
        #expect(PageCheck(preview.text).problems == [])
        #expect(
            preview.text.contains("Incident 4: Still looked into") && !preview.text.contains("/transitions/carryOut"))
        let refused = try await world.post("\(path)/transitions/carryOut", [("version", "1")], as: officer)
        #expect(refused.status == 409 && refused.text.contains("Still looked into"))
    }
}
