// The pages of the Statements of Applicability: shown, decided on, submitted, approved by somebody else, downloaded.
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import RecordKit
import Records
import Storage
import Testing

@testable import WebUI

@Suite(.serialized) struct StatementPageTests {
    private static let made = _Concurrency.Task { try await WebWorld() }
    private static let security = FrameworkLibrary.security
    private static let ai = FrameworkLibrary.ai
    private let page = Link.statement(key: security).href

    private func adopted(_ key: String, _ world: WebWorld) async throws {
        let framework = try #require(try await world.services.library.current(for: nil).framework(key))
        let (organisation, schema) = (world.organisation, FrameworkAdoption.schema.erased)
        let found = try await world.services.store.read {
            try $0.all(FrameworkAdoption.self, where: .linked("framework", [framework.id]), in: organisation, limit: 5)
        }
        let adoption = try #require(found.first)
        guard adoption.value.status != .inScope else { return }
        _ = try await world.services.records.take(
            "adopt", schema, adoption.id.raw, over: adoption.version, as: world.lead.caller, reason: nil)
    }

    private func run(_ program: String, _ arguments: [String], over bytes: [UInt8], after: [String] = []) throws
        -> String
    {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("concord-soa-\(UUID().uuidString)")
        try Data(bytes).write(to: file)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments + [file.path] + after
        let said = Pipe()
        process.standardOutput = said
        try process.run()
        let text = String(decoding: said.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try FileManager.default.removeItem(at: file)
        try #require(process.terminationStatus == 0)
        return text
    }

    @Test func bothStatementsStandSideBySideWithCountsThatOpen() async throws {
        let world = try await Self.made.value
        let answer = try await world.get(Link.statements.href, as: world.lead)
        #expect(answer.status == 200)
        for key in StatementService.frameworks {
            #expect(answer.text.contains(Link.statement(key: key, ["show": "undecided"]).href))
        }
        #expect(answer.text.contains("93 of 93 rows"))
        #expect(try await world.get(Link.statements.href, as: world.member(.employee)).status == 404)
        #expect(try await world.get(page + "?show=nonsense", as: world.lead).status == 422)
        #expect(try await world.get("/statements/gdpr", as: world.lead).status == 404)
        #expect(try await world.get(page + "?version=7", as: world.lead).status == 404)
    }

    @Test func aDecisionIsMadeOnItsPageAndMendedWhereItIsRefused() async throws {
        let world = try await Self.made.value
        try await adopted(Self.security, world)
        let form = Link.statementDecision(key: Self.security, reference: "A.5.1").href
        let shown = try await world.get(form, as: world.lead).text
        let requirement = try #require(
            shown.firstMatch(of: /name="requirement" value="([0-9a-f-]{36})"/)?.output.1
        ).description
        let short = [("requirement", requirement), ("isApplicable", "true"), ("justification", "short")]
        let refused = try await world.post(form, short, as: world.lead)
        #expect(refused.status == 422 && refused.text.contains("f-justification-error"))
        let good = [
            ("requirement", requirement), ("isApplicable", "true"), ("justification", "=1+1 is how the board sees it"),
            ("reasons", "@SUM of all contracts"),
        ]
        let saved = try await world.post(form, good, as: world.lead)
        #expect(saved.status == 303 && saved.location == "\(page)#row-A-5-1")
        let row = try await world.get(page + "?show=included", as: world.lead).text
        #expect(row.contains("=1+1 is how the board sees it") && row.contains("1 of 93 rows"))
        // Over the version that was seen, and no other.
        let later = Array(good.dropLast()) + [("reasons", "The contracts of all customers"), (FormInput.version, "1")]
        let second = try await world.post(form, later, as: world.lead)
        #expect(second.status == 303, "\(second.text.suffix(5000))")
        let late = try await world.post(form, good + [(FormInput.version, "1")], as: world.lead)
        #expect(late.status == 409, "\(late.status)")
        let audited = try await world.post(form, good + [(FormInput.version, "2")], as: world.member(.internalAuditor))
        #expect(audited.status == 403, "\(audited.status)")
        #expect(try await world.get(form, as: world.member(.internalAuditor)).text.contains("f-justification") == false)
        let nowhere = Link.statementDecision(key: Self.security, reference: "A.99").href
        #expect(try await world.get(nowhere, as: world.lead).status == 404)
    }

    @Test func submittedByOneApprovedByAnotherAndPrinted() async throws {
        let world = try await Self.made.value
        try await adopted(Self.ai, world)
        let page = Link.statement(key: Self.ai).href
        let items = try #require(try await world.services.library.current(for: nil).framework(Self.ai)).items
        for item in items where item.kind == .control && item.isAssessable {
            _ = try await world.services.records.create(
                Applicability.schema.erased,
                [
                    "requirement": .reference(item.id), "isApplicable": .bool(true),
                    "justification": .text("Needed for our systems"), "reasons": .text("=HYPERLINK(\"x\") by law"),
                ], as: world.lead.caller)
        }
        let submit = Link.statementVerb(key: Self.ai, name: "submit").href
        #expect(try await world.get(page, as: world.lead).text.contains("action=\"\(submit)\""))
        #expect(try await world.post(submit, [("csrf", "wrong")], as: world.lead).status == 403)
        #expect(try await world.post(submit, [("note", "First")], as: world.member(.controlOwner)).status == 403)
        #expect(try await world.post(submit, [("note", "First")], as: world.lead).location == page)
        #expect(try await world.post(submit, [], as: world.lead).status == 409)

        let organisation = world.organisation
        let waiting = try #require(
            try await world.services.store.read {
                try $0.all(StatementOfApplicability.self, in: organisation, limit: 10)
            }.first)
        let fields = [("id", waiting.id.raw.lowercased), ("version", String(waiting.version))]
        let approve = Link.statementVerb(key: Self.ai, name: "approve").href
        let own = try await world.post(approve, fields, as: world.lead)
        #expect(own.status == 403 && own.text.contains("somebody else must look at it"))
        #expect(try await !world.get(page, as: world.lead).text.contains("action=\"\(approve)\""))
        let head = try world.member(.topManagement)
        #expect(try await world.get(page, as: head).text.contains("action=\"\(approve)\""))
        #expect(try await world.post(approve, fields, as: head).location == page)
        #expect(try await world.get(page, as: head).text.contains("Version 1, approved by The topManagement"))
        let kept = try await world.get(page + "?version=1", as: head)
        #expect(kept.status == 200 && kept.text.contains("It does not change"))
        let same = try await world.get(Link.statementDifferences(key: Self.ai, ["from": "1"]).href, as: head)
        #expect(same.text.contains("Nothing differs"))

        let pdf = try await world.get(
            Link.statementFile(key: Self.ai, format: "pdf", ["version": "1"]).href, as: head)
        #expect(pdf.headers[.contentType] == "application/pdf")
        let text = try run("/usr/bin/pdftotext", ["-layout"], over: pdf.body, after: ["-"])
        #expect(text.contains("A.10.4") && text.contains("First") && text.contains("does not require"))
        #expect(try run("/usr/bin/pdfinfo", [], over: pdf.body).contains("Meridian"))

        let book = try await world.get(Link.statementFile(key: "both", format: "xlsx").href, as: head)
        let script = """
            import openpyxl, sys
            book = openpyxl.load_workbook(open(sys.argv[1], "rb"))
            print([sheet.title for sheet in book], [sheet.max_row for sheet in book])
            print({cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value})
            """
        let cells = try run("/usr/bin/python3", ["-c", script], over: book.body)
        #expect(cells.contains("['ISO-IEC 27001-2022', 'ISO-IEC 42001-2023'] [94, 39]"), "\(cells)")
        #expect(cells.contains("{'s'}"), "\(cells)")
        let csv = try await world.get(Link.statementFile(key: Self.ai, format: "csv").href, as: head)
        #expect(
            csv.text.contains("Stated: =HYPERLINK") && !csv.text.contains("\n=") && !csv.text.contains(",=")
                && !csv.text.contains(",\"="))
        let print = try await world.get(Link.statementPrint(key: "both").href, as: head)
        #expect(print.status == 200 && print.text.contains("A.5.1") && print.text.contains("/static/print.css"))
        #expect(!print.text.contains("<style") && !print.text.contains("style="))
        #expect(try await world.get(Link.statementFile(key: "both", format: "zip").href, as: head).status == 404)
    }

    @Test func aDocumentThatIsHandedOutAsHTMLNeedsNothingElse() async throws {
        let world = try await Self.made.value
        let html = try await world.get(Link.statementFile(key: "both", format: "html").href, as: world.lead)
        #expect(html.text.contains("href=\"data:text/css;base64,") && !html.text.contains("/static/"))
    }
}
