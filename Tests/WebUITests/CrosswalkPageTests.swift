// The pages of the crosswalk: matrix, items, conflicts, projections, and accepting a result by the form.
import Access
import Foundation
import Governance
import HTTPServing
import RecordKit
import Records
import Storage
import Testing

@testable import WebUI

@Suite(.serialized) struct CrosswalkPageTests {
    private static let world = _Concurrency.Task { try await WebWorld() }
    private let csf = "nist-csf-2.0"

    private func page(_ link: WebUI.Link, _ world: WebWorld) async throws -> String {
        let answer = try await world.get(link.href, as: world.lead)
        #expect(answer.status == 200, "\(link.href)")
        #expect(PageCheck(answer.text).problems == [], "\(link.href)")
        return answer.text
    }

    @Test func twoFrameworksAreComparedBySectionAndByItem() async throws {
        let world = try await Self.world.value
        let sections = try await page(.crosswalk(["from": csf, "to": "iso27001-2022"]), world)
        #expect(
            sections.contains("crosswalk-matrix")
                && sections.contains("role=\"img\" aria-labelledby=\"xw-title xw-desc\""))
        #expect(sections.contains("row=0&amp;column=0"))
        let items = try await page(.crosswalk(["from": csf, "to": "iso27001-2022", "row": "0", "column": "0"]), world)
        #expect(items.contains("GV.OC-02, equal, 4.2: strength 8"))
        #expect(items.contains("/mappings/new?source="), "an empty cell leads to a mapping with both ends")
        _ = try await page(.crosswalk(["from": csf, "to": csf]), world)
        for query in ["row=99", "row=-1", "column=x"] {
            #expect(try await world.get("/crosswalk?\(query)", as: world.lead).status == 422, "\(query)")
        }
        #expect(try await world.get("/crosswalk?from=nothing", as: world.lead).status == 404)
    }

    @Test func aMappingOfOnesOwnIsMadeFromTheMatrixAndItsConflictShown() async throws {
        let world = try await Self.world.value
        let library = try await world.services.library.current(for: world.organisation)
        func id(_ key: String, _ reference: String) throws -> String {
            try #require(library.framework(key)?.items.first { $0.reference == reference }).id.lowercased
        }
        let ends = [("source", try id("gdpr", "Art.32")), ("target", try id("iso27001-2022", "A.5.34"))]
        let form = try await page(.new("mappings", ["source": ends[0].1, "target": ends[1].1]), world)
        #expect(form.contains("Privacy and protection") || form.contains("(iso27001-2022)"))
        let fields =
            ends + [
                ("relationship", "equal"), ("strength", "2"), ("rationale", "We think so."), ("basis", "judgement"),
            ]
        let made = try await world.post("/mappings/new", fields, as: world.lead)
        #expect(made.status == 303, "\(made.text.suffix(2_000))")
        let again = try await world.post("/mappings/new", fields, as: world.lead)
        #expect(again.status == 422 && again.text.contains("mapped with the source already"))
        #expect(try await page(.crosswalkConflicts, world).contains("Mappings disagree"))
    }

    @Test func aProjectionShowsItsProvenanceAndIsAcceptedWithAReason() async throws {
        let world = try await Self.world.value
        let (caller, services) = (world.lead.caller, world.services)
        let assessment = try #require(try await services.assessments.latest(as: caller))
        var input = AnswerInput()
        input.result = .conform
        input.versions = [FrameworkLibrary.ai: 0, FrameworkLibrary.security: 0]
        _ = try await services.assessments.answer(assessment, row: "clause:4.2", input, as: caller)
        let list = try await page(.projection(key: csf, ["word": "supported"]), world)
        #expect(list.contains("A projection is not a conformity") && list.contains("GV.OC-02"))
        let found = try await services.crosswalk.projection(of: csf, as: caller)
        let item = try #require(found.items.first { $0.item.reference == "GV.OC-02" }).item.id
        let closed = try await page(.projectedItem(key: csf, item), world)
        #expect(closed.contains("is not in the scope of the assessment") && !closed.contains("name=\"reason\""))
        #expect(closed.contains("Both ask who the stakeholders are"), "the rationale of the mapping")

        let adoption = try await services.records.create(
            FrameworkAdoption.schema.erased,
            ["name": .text("CSF"), "framework": .reference(found.framework.id)], as: caller)
        _ = try await services.records.take(
            "adopt", FrameworkAdoption.schema.erased, adoption.id, over: 1, as: caller, reason: nil)
        let whole = try await services.records.get(Assessment.schema.erased, assessment, as: caller)
        guard case .links(let scope) = whole["scope"] else { return }
        _ = try await services.records.update(
            Assessment.schema.erased, assessment, over: whole.version, ["scope": .links(scope + [adoption.id])],
            keepsMissing: true, as: caller)
        #expect(try await page(.projectedItem(key: csf, item), world).contains("name=\"reason\""))
        let link = WebUI.Link.acceptProjection(assessment, key: "\(csf):GV.OC-02").href
        func send(_ reason: String, version: String = "0") async throws -> (Int, String) {
            let answer = try await world.post(
                link,
                [
                    ("framework", csf), ("item", item.lowercased), ("version", version), ("result", "conform"),
                    ("reason", reason),
                ], as: world.lead)
            return (answer.status, answer.text)
        }
        let short = try await send("short")
        #expect(short.0 == 422 && short.1.contains("10 to 2000 characters") && PageCheck(short.1).problems == [])
        #expect(try await send("One register serves both.").0 == 303)
        #expect(try await send("One register serves both.").0 == 409)
        let after = try await page(.projectedItem(key: csf, item), world)
        #expect(after.contains("Accepted from a projection") && after.contains("One register serves both."))
    }
}
