// The gap assessment report in every format: what it says, as of which moment, and what may not be its logo.
import Access
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import MerkleLog
import RESTAPI
import RecordKit
import Records
import Storage
import TestKit
import Testing
import WebUI

@Suite(.serialized) struct GapReportTests {
    private static let world = _Concurrency.Task {
        try await RouterHarness(withCatalogue: true, documents: try DocumentMaker(environment: .system)) {
            services, router in
            RESTRoutes(services: services).add(to: router)
            try WebRoutes(services: services).add(to: router)
        }
    }
    private let harness: RouterHarness
    private let founder: Member
    private let caller: Caller
    private let assessment: UUID

    init() async throws {
        harness = try await Self.world.value
        founder = harness.meridian.founder
        caller = Caller(
            account: founder.account.id, organisation: founder.organisation, person: founder.person,
            roles: founder.roles)
        assessment = try #require(try await harness.services.assessments.latest(as: caller))
    }

    private func report(_ query: String = "", as member: Member? = nil) async throws -> Reply {
        try await harness.send(
            .get, "/api/v1/assessments/\(assessment.lowercased)/report?\(query)", as: member ?? founder)
    }
    private func size() async throws -> Int {
        let id = founder.organisation
        return try await harness.store.read { try $0.ledgerSize(id) }
    }
    private func answer(
        _ key: String, _ result: AnswerInput.Result, note: String? = nil
    ) async throws {
        let view = try await harness.services.assessments.view(assessment, as: caller)
        let row = try #require(view.rows.first { $0.row.key == key })
        var input = AnswerInput()
        input.result = result
        input.note = .some(note)
        for part in row.partsInScope { input.versions[part.item.frameworkKey] = part.answer?.version ?? 0 }
        _ = try await harness.services.assessments.answer(assessment, row: key, input, as: caller)
    }

    /// What a program of the system prints about a file.
    private func output(_ program: String, _ arguments: [String], over bytes: [UInt8], after: [String] = []) throws
        -> String
    {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("concord-report-\(UUID().uuidString)")
        try Data(bytes).write(to: file)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: file) } }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments + [file.path] + after
        let said = Pipe()
        process.standardOutput = said
        try process.run()
        let text = String(decoding: said.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return text
    }

    private static let png =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"

    /// Uploads a file and makes it the logo.
    private func setLogo(_ bytes: Data, name: String) async throws -> Reply {
        let headers: HTTPFields = [
            .contentType: "image/png", .contentDisposition: "attachment; filename=\"\(name)\"",
        ]
        let file = try await harness.send(
            .post, "/api/v1/files", as: founder, bytes: [UInt8](bytes), headers: headers)
        #expect(file.status == 201)
        return try await patch("{\"logo\":\(file.text)}")
    }
    private func patch(_ json: String) async throws -> Reply {
        let path = "/api/v1/organisations/\(founder.organisation.lowercased)"
        let present = try await harness.send(.get, path, as: founder)
        return try await harness.send(
            .patch, path, as: founder, json: json,
            headers: [.contentType: "application/merge-patch+json", .ifMatch: present.etag])
    }

    // MARK: What it says

    @Test func aReportKeepsGapsAndWhatIsUnknownApart() async throws {
        try await answer("clause:5.1", .nonconform, note: "No <policy> is signed.")
        try await answer("iso27001-2022:A.8.24", .partlyConform, note: "Keys are rotated by hand.")
        let html = try await report("sections=summary,gaps,clauses").text
        let gaps = try #require(html.components(separatedBy: "<section id=\"gaps\">").last)
            .components(separatedBy: "</section>")[0]
        let parts = gaps.components(separatedBy: "Not known yet")
        #expect(parts.count == 2)
        #expect(parts[0].contains("No &lt;policy&gt; is signed.") && !html.contains("No <policy>"))
        #expect(parts[0].contains("Keys are rotated by hand.") && parts[0].contains("in the way of a certificate"))
        #expect(!parts[1].contains("27001 A.8.24") && parts[1].contains("27001 A.8.23"))
        let view = try await harness.services.assessments.view(assessment, as: caller)
        for framework in view.frameworks {
            let counts = try #require(view.counts[framework.key])
            let words = Text.reportSentence(
                conform: counts[.conform], partly: counts[.partlyConform], nonconform: counts[.nonconform],
                notApplicable: counts[.notApplicable], unknown: counts[.unknown])
            #expect(html.contains(words.string))
        }
        // Each row says what is asked, not only what it is called.
        let item = try #require(view.rows.first { $0.row.key == "iso27001-2022:A.8.24" }?.partsInScope.first?.item)
        #expect(html.contains(item.title) && html.contains(item.text.prefix(40)))
    }

    @Test func theReportCanBeReadByArea() async throws {
        try await answer("iso27001-2022:A.5.19", .partlyConform, note: "No list of suppliers.")
        let html = try await report("sections=areas").text
        let view = try await harness.services.assessments.view(assessment, as: caller)
        #expect(!view.areas.isEmpty)
        for area in view.areas {
            let counts = try #require(view.areaCounts[area.id])
            let text = try #require(html.components(separatedBy: "<h3>\(area.title)</h3>").last)
                .components(separatedBy: "<h3>")[0]
            let isSuppliers = area.id == "suppliers"
            #expect(text.contains("27001 A.5.19") == isSuppliers, "\(area.id)")
            let hasGap = view.rows.contains { row in
                row.partsInScope.contains { GapReport.isGap($0) && $0.item.areas.contains(area.id) }
            }
            #expect(hasGap || !isSuppliers)
            #expect(text.contains("Nothing of this area") == !hasGap, "\(area.id)")
            #expect(html.contains("<th scope=\"row\">\(area.title)</th>") && counts.total > 0)
        }
    }

    @Test func onlyTheChosenSectionsAreWritten() async throws {
        let html = try await report("sections=ledger,method").text
        let written = html.matches(of: /<section id="([a-z]+)">/).map { String($0.1) }
        #expect(written == ["method", "ledger"])
        let all = try await report().text.matches(of: /<section id="([a-z]+)">/).count
        #expect(all == GapReport.Part.allCases.count)
    }

    @Test(arguments: [
        ("sections=summary,budget", "sections", "budget"), ("format=odt", "format", "html, pdf, docx"),
        ("asOf=soon", "asOf", "index of the ledger"), ("section=summary", "section", "sections"),
    ])
    func whatIsUnknownInARequestIsNamed(_ query: String, _ field: String, _ word: String) async throws {
        let reply = try await report(query)
        #expect(reply.status == 422)
        #expect(try reply.fields == [field])
        #expect(reply.text.contains(word))
    }

    @Test func aReportOfThePastShowsWhatStoodThen() async throws {
        let before = try await size() - 1
        try await answer("iso27001-2022:A.7.1", .nonconform, note: "The fence has a hole.")
        let now = try await report("sections=gaps").text
        let then = try await report("sections=gaps&asOf=\(before)").text
        #expect(now.contains("The fence has a hole.") && !then.contains("The fence has a hole."))
        #expect(then.contains("ledger entry \(Text.count(before))"))
    }

    @Test func aDownloadIsAnEntryAndItsCheckpointCoversWhatIsShown() async throws {
        let before = try await size()
        let reply = try await report("sections=ledger")
        #expect(reply.headers[.contentDisposition] == "attachment; filename=\"gap-report-entry-\(before - 1).html\"")
        #expect(try await size() == before + 1)
        let id = founder.organisation
        let (leaf, checkpoint) = try await harness.store.read {
            (try $0.leaves(id, from: before, limit: 1)[0].data, try #require(try $0.lastCheckpoint(id)))
        }
        let object = try Leaf(canonicalBytes: leaf).object
        #expect(object.type == "export")
        #expect(object.id == "gapReport/\(assessment.lowercased)/\(before - 1)/html")
        #expect(checkpoint.size == before + 1)
        let root = checkpoint.root.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        #expect(reply.text.contains(root))
        #expect(reply.text.contains(try harness.services.ledger.verifierKey(id)))
    }

    @Test func nobodyReadsTheReportOfAnotherOrganisationOrOneThatTheyMayNotSee() async throws {
        let before = try await size()
        #expect(try await report(as: harness.hospital.founder).status == 404)
        #expect(try await report(as: harness.meridian[.employee]).status == 404)
        #expect(try await size() == before, "what was refused is no export")
        #expect(try await report("sections=scope", as: harness.meridian[.externalAuditor]).status == 200)
    }

    // MARK: Files

    @Test func aPDFHasItsTextItsPagesAndItsName() async throws {
        try await answer("iso27001-2022:A.8.1", .partlyConform, note: "Grüße, naïve 東")
        let reply = try await report("format=pdf")
        #expect(reply.status == 200 && reply.headers[.contentType] == "application/pdf")
        let text = try output("/usr/bin/pdftotext", ["-layout"], over: reply.body, after: ["-"])
        for words in ["Meridian", "Management summary", "Grüße, naïve", "Not known yet", "Verifier key"] {
            #expect(text.contains(words), "\(words)")
        }
        let pages = try #require(
            try output("/usr/bin/pdfinfo", [], over: reply.body).firstMatch(of: /Pages: +([0-9]+)/)
                .flatMap { Int($0.1) })
        #expect(pages > 3 && text.contains("2 / \(pages)"))
    }

    @Test func aDOCXHasItsTextAndItsChartsAsImages() async throws {
        #expect(try await setLogo(try #require(Data(base64Encoded: Self.png)), name: "logo.png").status == 200)
        let reply = try await report("format=docx&sections=summary,gaps,areas,ledger")
        #expect(reply.status == 200, "\(reply.text.prefix(400))")
        let text = try output("/usr/bin/pandoc", ["--from=docx", "--to=plain"], over: reply.body)
        #expect(text.contains("Management summary") && text.contains("Results by standard"))
        let images = try output(
            "/usr/bin/python3",
            ["-c", "import sys,zipfile;print([n for n in zipfile.ZipFile(sys.argv[1]).namelist() if 'media/' in n])"],
            over: reply.body)
        #expect(images.count(of: ".png") == 4, "three charts and the logo: \(images)")
        #expect(!images.contains(".svg"))
    }

    // MARK: The logo

    @Test func onlyAnImageBecomesALogo() async throws {
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"
        for (content, name) in [(svg, "logo.svg"), ("<!doctype html><p>x", "logo.png"), ("", "empty.png")] {
            let refused = try await setLogo(Data(content.utf8), name: name)
            #expect(refused.status == 422, "\(name)")
            #expect(try refused.fields == ["logo"])
            #expect(refused.text.contains("PNG or JPEG"))
        }
        // Not more pixels than a page could show, and no file that is not there.
        var large = [UInt8](try #require(Data(base64Encoded: Self.png)))
        large.replaceSubrange(16..<24, with: [0, 0, 0x20, 0, 0, 0, 0x20, 0])
        let tooLarge = try await setLogo(Data(large), name: "large.png")
        #expect(tooLarge.status == 422 && tooLarge.text.contains("8192 × 8192 pixels"))
        let digest = String(repeating: "0", count: 64)
        let missing = try await patch(
            #"{"logo":{"sha256":"\#(digest)","name":"a.png","mediaType":"image/png","bytes":9}}"#)
        #expect(missing.status == 422 && missing.text.contains("not uploaded"), "\(missing.text)")
    }

    @Test func theLogoStandsInTheReport() async throws {
        let image = try #require(Data(base64Encoded: Self.png))
        #expect(try await setLogo(image, name: "logo.png").status == 200)
        let html = try await report("sections=scope").text
        #expect(html.contains("src=\"data:image/png;base64,\(image.base64EncodedString())\""))
        #expect(html.contains("alt=\"Meridian\""))
    }
}

extension String {
    fileprivate func count(of text: String) -> Int { components(separatedBy: text).count - 1 }
}
