// The pages of imports, sent as a browser without script does.
import Foundation
import Governance
import RecordKit
import Records
import Storage
import Testing
import WebUI

@Suite struct ImportPageTests {
    private func upload(_ world: WebWorld, _ name: String, _ text: String, as member: WebWorld.Member) async throws
        -> WebWorld.Answer
    {
        try await world.upload(
            Link.newImport().href, [("type", "controls"), ("delimiter", ""), ("encoding", ""), ("sheet", "")],
            file: ("file", name, Array(text.utf8)), as: member)
    }

    @Test func aFileGoesFromUploadToRecords() async throws {
        let world = try await WebWorld(withCatalogue: false)
        let list = try await world.get(Link.list("controls").href, as: world.lead)
        #expect(list.text.contains(Link.newImport(["type": "controls"]).href))
        let form = try await world.get(Link.newImport(["type": "controls"]).href, as: world.lead)
        #expect(PageCheck(form.text).problems == [])
        let sent = try await upload(
            world, "own.csv", "Code,Bezeichnung\nA-1,<b>One</b>\nA-2,=1+1\n", as: world.lead)
        #expect(sent.status == 303)
        let address = try #require(sent.location)
        let mapping = try await world.get(address, as: world.lead)
        #expect(mapping.status == 200 && PageCheck(mapping.text).problems == [])
        #expect(mapping.text.contains("&lt;b&gt;One&lt;/b&gt;"))
        let open = try await world.post(
            address, [("column-0", "code"), ("column-1", ""), ("key", "code"), ("emptyCells", "leave")], as: world.lead)
        #expect(open.status == 422 && open.text.contains("choose one, or ignore the column"))
        #expect(PageCheck(open.text).problems == [])
        let settled = try await world.post(
            address, [("column-0", "code"), ("column-1", "title"), ("key", "code"), ("emptyCells", "leave")],
            as: world.lead)
        #expect(settled.status == 303)
        let job = try #require(settled.location)
        let preview = try await world.get(job, as: world.lead)
        #expect(PageCheck(preview.text).problems == [])
        #expect(preview.text.contains("2 new, 0 changed"))
        let applied = try await world.post("\(job)/apply", [], as: world.lead)
        #expect(applied.status == 303)
        let done = try await world.get(job, as: world.lead)
        #expect(done.text.contains("2 records were made") && PageCheck(done.text).problems == [])
        let again = try await world.post("\(job)/apply", [], as: world.lead)
        #expect(again.status == 409 && PageCheck(again.text).problems == [])
        let csv = try await world.get(Link.csv("controls").href, as: world.lead)
        #expect(csv.text.contains("'=1+1"))
        let imports = try await world.get(Link.imports.href, as: world.lead)
        #expect(imports.text.contains("own.csv") && PageCheck(imports.text).problems == [])
    }

    @Test func rowsWithErrorsAreShownByLineAndHeading() async throws {
        let world = try await WebWorld(withCatalogue: false)
        let sent = try await upload(world, "own.csv", "code,title,owner\nA-1,One,Nobody\nA-2,Two,\n", as: world.lead)
        let address = try #require(sent.location)
        let settled = try await world.post(
            address,
            [
                ("column-0", "code"), ("column-1", "title"), ("column-2", "owner"), ("key", "code"),
                ("emptyCells", "leave"),
            ],
            as: world.lead)
        let job = try #require(settled.location)
        let page = try await world.get("\(job)?show=error", as: world.lead)
        #expect(page.text.contains("1 row with errors") && page.text.contains("owner: “Nobody” is no person"))
        #expect(!page.text.contains("\(job)/apply"))
        #expect(try await world.get("\(job)/report.csv", as: world.lead).text.contains("2,error,"))
        #expect(try await world.post("\(job)/apply", [], as: world.lead).status == 409)
        #expect(try await world.get(job, as: world.stranger).status == 404)
        #expect(try await world.post("\(job)/discard", [], as: world.lead).location == Link.imports.href)
        #expect(try await world.get(job, as: world.lead).status == 404)
    }

    @Test func whatIsNoTableComesBackInTheForm() async throws {
        let world = try await WebWorld(withCatalogue: false)
        let broken = try await upload(world, "own.csv", "code,title\n\"A\n", as: world.lead)
        #expect(broken.status == 422 && broken.text.contains("on line 2 that is never closed"))
        #expect(PageCheck(broken.text).problems == [])
        let none = try await world.post(Link.newImport().href, [("type", "controls")], as: world.lead)
        #expect(none.status == 422 && none.text.contains("Choose a file"))
        let auditor = try world.member(.externalAuditor)
        #expect(try await world.get(Link.newImport().href, as: auditor).status == 403)
    }
}
