// Framework libraries over the API: shown, imported, brought up to date, taken back.
import Foundation
import Governance
import HTTPTypes
import MerkleLog
import RecordKit
import Records
import TestKit
import Testing

@Suite struct LibraryRouteTests {
    private func framework(_ version: Int, _ items: [String]) -> String {
        "framework: house\nname: House rules\nversion: \(version)\nitems:\n"
            + items.map { "- {id: '\($0)', title: Rule \($0)}\n" }.joined()
    }

    private func send(
        _ harness: RouterHarness, _ query: String, _ file: String, as member: Member,
        type: String = "application/yaml"
    ) async throws -> Reply {
        try await harness.send(
            .post, "/api/v1/libraries?\(query)", as: member, json: file, headers: [.contentType: type])
    }

    @Test func aLibraryIsShownImportedBroughtUpToDateAndTakenBack() async throws {
        let harness = try await RouterHarness.api()
        let lead = harness.meridian.founder
        let shown = try await send(harness, "", framework(1, ["1", "2"]), as: lead)
        #expect(try shown.status == 200 && shown.json["counts"]["create"].int == 3, "\(shown.text)")
        #expect(try shown.json["applied"].text == "false")
        #expect(try await harness.get("importedLibraries", as: lead).json["items"].items.isEmpty)
        let done = try await send(harness, "apply=true&name=house.yaml", framework(1, ["1", "2"]), as: lead)
        #expect(try done.status == 200 && done.json["applied"].text == "true", "\(done.text)")
        let id = try #require(try done.json["id"].string)
        let next = try await send(harness, "apply=true", framework(2, ["2", "3"]), as: lead)
        #expect(try next.json["presentVersion"].int == 1)
        #expect(try next.json["changes"].items.map { $0["action"].string } == ["archive", "update", "create"])
        let older = try await send(harness, "", framework(1, ["1"]), as: lead)
        #expect(older.status == 409)
        let versions = try await harness.get("importedLibraries/\(id)/versions", as: lead)
        #expect(try versions.json["items"].items.map { $0["version"].int } == [1])

        let path = "/api/v1/importedLibraries/\(id)/roll-back"
        let preview = try await harness.send(.post, path, as: lead)
        #expect(try preview.status == 200 && preview.json["counts"]["restore"].int == 1, "\(preview.text)")
        #expect(try await harness.send(.post, path + "?apply=true", as: lead).status == 428)
        let back = try await harness.send(.post, path + "?apply=true", as: lead, headers: [.ifMatch: "\"2\""])
        #expect(try back.status == 200 && back.json["version"].int == 1, "\(back.text)")
        let stale = try await harness.send(.post, path + "?apply=true", as: lead, headers: [.ifMatch: "\"2\""])
        #expect(stale.status == 409)
        #expect(try await harness.send(.post, path + "?to=9", as: lead).fields == ["to"])
    }

    @Test func whatIsNoLibraryIsRefusedWithItsPlace() async throws {
        let harness = try await RouterHarness.api()
        let lead = harness.meridian.founder
        let faulty = try await send(harness, "", framework(1, ["1", "1"]), as: lead)
        #expect(try faulty.status == 422 && faulty.fields == ["file"])
        #expect(faulty.text.contains("line 6: urn:concord:own:req_node:house:1: is used twice; first on line 5"))
        #expect(try await send(harness, "", "", as: lead).status == 422)
        #expect(try await send(harness, "", "x", as: lead, type: "image/png").status == 415)
        #expect(try await send(harness, "colour=red", "x", as: lead).status == 422)
        #expect(try await send(harness, "apply=perhaps", "x", as: lead).status == 422)
        let employee = harness.meridian[.employee]
        #expect(try await send(harness, "", framework(1, ["1"]), as: employee).status == 403)
        #expect(try await harness.get("importedLibraries/\(lead.person)/versions", as: lead).status == 404)
        let strange = try await harness.send(.post, "/api/v1/importedLibraries/\(lead.person)/roll-back", as: lead)
        #expect(strange.status == 404)
    }
}
