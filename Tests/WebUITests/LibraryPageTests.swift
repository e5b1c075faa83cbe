// The pages of libraries, sent as a browser without script does.
import Foundation
import Governance
import RecordKit
import Records
import Storage
import Testing
import WebUI

@Suite struct LibraryPageTests {
    private func framework(_ version: Int, _ title: String) -> [UInt8] {
        Array(
            """
            framework: house
            name: <b>House</b> rules
            version: \(version)
            items:
            - id: '1'
              title: \(title)
            """.utf8)
    }

    private func hidden(_ name: String, in page: String) -> String {
        guard let range = page.range(of: "name=\"\(name)\" value=\"") else { return "" }
        return String(page[range.upperBound...].prefix { $0 != "\"" }).replacing("&amp;", with: "&")
            .replacing("&#39;", with: "'").replacing("&#43;", with: "+")
    }

    @Test func aFileGoesFromUploadToLibraryAndBack() async throws {
        let world = try await WebWorld(withCatalogue: false)
        let empty = try await world.get(Link.libraries.href, as: world.lead)
        #expect(empty.text.contains(Link.newLibrary.href) && PageCheck(empty.text).problems == [])
        let form = try await world.get(Link.newLibrary.href, as: world.lead)
        #expect(PageCheck(form.text).problems == [])
        var library = ""
        for (version, title) in [(1, "Lock up"), (2, "Lock up twice")] {
            let preview = try await world.upload(
                Link.newLibrary.href, [], file: ("file", "house.yaml", framework(version, title)), as: world.lead)
            #expect(preview.status == 200 && PageCheck(preview.text).problems == [], "\(preview.text)")
            #expect(preview.text.contains("&lt;b&gt;House&lt;/b&gt; rules"))
            let kept = hidden("kept", in: preview.text)
            #expect(!kept.isEmpty)
            let wrong = try await world.post(Link.applyLibrary.href, [("kept", kept + "x")], as: world.lead)
            #expect(wrong.status == 422)
            let applied = try await world.post(Link.applyLibrary.href, [("kept", kept)], as: world.lead)
            #expect(applied.status == 303, "\(applied.text)")
            library = try #require(applied.location)
        }
        let page = try await world.get(library, as: world.lead)
        #expect(PageCheck(page.text).problems == [] && page.text.contains("Back to version 1"))
        let preview = try await world.get(library + "/roll-back?to=1", as: world.lead)
        #expect(PageCheck(preview.text).problems == [])
        #expect(preview.text.contains("<del>") && preview.text.contains("Lock up twice"))
        let fields = [("version", hidden("version", in: preview.text)), ("to", "1")]
        #expect(try await world.post(library + "/roll-back", fields, as: world.lead).status == 303)
        let again = try await world.post(library + "/roll-back", fields, as: world.lead)
        #expect(again.status == 422, "it is at that version already")
        let list = try await world.get(Link.libraries.href, as: world.lead)
        #expect(PageCheck(list.text).problems == [] && list.text.contains(library))
        #expect(try await world.get(library, as: world.stranger).status == 404)
    }

    @Test func aFaultyFileComesBackWithItsFaults() async throws {
        let world = try await WebWorld(withCatalogue: false)
        let sent = try await world.upload(
            Link.newLibrary.href, [], file: ("file", "house.yaml", Array("framework: house\nitems: []\n".utf8)),
            as: world.lead)
        #expect(sent.status == 422 && PageCheck(sent.text).problems == [])
        #expect(sent.text.contains("the framework has no items"))
        let none = try await world.post(Link.newLibrary.href, [], as: world.lead)
        #expect(none.status == 422)
    }
}
