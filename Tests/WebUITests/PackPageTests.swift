import AuditPack
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import MerkleLog
import RecordKit
import Records
import Storage
import Testing

@testable import WebUI

/// Exporting a pack from the ledger's page, and the page that explains a proof.
@Suite(.serialized) struct PackPageTests {
    private func verify(_ bytes: [UInt8], _ key: String) throws -> PackReport {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("web-\(UUID().uuidString).zip").path
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        defer { unlink(path) }
        return PackVerifier(keys: [try NoteVerifier(vkey: key)]).verify(path: path)
    }

    @Test func thePageSendsAPackThatVerifies() async throws {
        let world = try await WebWorld.shared.value
        let page = try await world.get(Link.ledger().href, as: world.lead)
        #expect(page.text.contains("action=\"/ledger/pack\""))
        let answer = try await world.post(Link.pack.href, [("asOf", ""), ("since", "")], as: world.lead)
        #expect(answer.status == 200)
        #expect(answer.headers[.contentType] == "application/zip")
        #expect((answer.headers[.contentDisposition] ?? "").hasPrefix("attachment; filename=\"audit-pack-meridian-"))
        let key = try world.services.ledger.verifierKey(world.organisation)
        let report = try verify(answer.body, key)
        #expect(report.verdict == .good, "\(report.problem?.description ?? "")")
        // An earlier moment, and the checkpoint of the first one.
        let organisation = world.organisation
        let note = try #require(try await world.services.store.read { try $0.lastCheckpoint(organisation) }).note
        let fields = [("asOf", "5"), ("since", note.replacingOccurrences(of: "\n", with: "\r\n"))]
        let second = try verify(try await world.post(Link.pack.href, fields, as: world.lead).body, key)
        #expect(second.verdict == .good && second.statement?.asOf == 5, "\(second.problem?.description ?? "")")
        #expect(second.passed.contains(.consistency))
        #expect(second.revisions <= 6)
    }

    @Test func whoMayNotExportSeesNoFormAndIsRefused() async throws {
        let world = try await WebWorld.shared.value
        for role in [Role.employee, .controlOwner, .administrator] {
            let member = try world.member(role)
            #expect(try await !world.get(Link.ledger().href, as: member).text.contains("/ledger/pack"))
            #expect(try await world.post(Link.pack.href, [], as: member).status == 403, "\(role)")
        }
        let forged = try await world.post(Link.pack.href, [("csrf", "wrong")], as: world.lead)
        #expect(forged.status == 403)
    }

    @Test func aWishThatMeansNothingIsExplained() async throws {
        let world = try await WebWorld.shared.value
        for fields in [[("asOf", "yesterday")], [("since", "no note")], [("records", "control/1")]] {
            #expect(try await world.post(Link.pack.href, fields, as: world.lead).status == 422, "\(fields)")
        }
    }

    @Test func theProofOfARecordIsExplainedAndDownloaded() async throws {
        let world = try await WebWorld.shared.value
        let record = try await world.create(
            Asset.self, ["name": .text("Safe “& Co”"), "kind": .text("information")], as: world.lead)
        let detail = try await world.get(Link.record(record.schema, record.id).href, as: world.lead).text
        let entry = Link.entry(record.meta.since)
        #expect(
            detail.components(separatedBy: "href=\"\(entry.href)\"").count == 3, "the record and its history lead there"
        )
        let early = try await world.get(entry.href, as: world.lead)
        #expect(early.text.contains("Not signed yet") && early.text.contains("Content fits"))
        #expect(try await world.get(Link.entryProof(record.meta.since).href, as: world.lead).status == 409)
        _ = try await world.services.ledger.checkpoint(world.organisation)
        let page = try await world.get(entry.href, as: world.lead)
        #expect(page.status == 200 && page.text.contains("In the signed tree"))
        #expect(page.text.contains("Safe “&amp; Co”") && page.text.contains("What this does not prove"))
        let check = PageCheck(page.text)
        #expect(check.problems.isEmpty, "\(check.problems)")
        // Both downloads together are a proof that needs no server.
        let leaf = try await world.get(Link.entryLeaf(record.meta.since).href, as: world.lead).body
        let file = try await world.get(Link.entryProof(record.meta.since).href, as: world.lead)
        let proof = try InclusionProofFile(parsing: file.text)
        let key = try NoteVerifier(vkey: try world.services.ledger.verifierKey(world.organisation))
        let checkpoint = try Checkpoint.open(
            Array(proof.checkpoint.utf8), origin: world.services.ledger.origin(world.organisation), logKeys: [key]
        ).checkpoint
        #expect(
            MerkleTree.verifyInclusion(
                leafHash: MerkleTree.leafHash(leaf), index: proof.index, size: checkpoint.size, root: checkpoint.root,
                proof: proof.hashes))
        #expect(try Leaf(canonicalBytes: leaf).object.id == record.id.lowercased)
    }

    @Test func anEntryIsForThoseWhoMaySeeItsRecord() async throws {
        let world = try await WebWorld.shared.value
        let control = try await world.create(
            Control.self, ["title": .text("Hidden"), "code": .text("H-\(UUID().uuidString.prefix(6))")], as: world.lead)
        let href = Link.entry(control.meta.since).href
        #expect(try await world.get(href, as: world.lead).status == 200)
        #expect(try await world.get(href, as: try world.member(.externalAuditor)).status == 200)
        #expect(try await world.get(href, as: try world.member(.employee)).status == 404)
        let stranger = try await world.get(href, as: world.stranger)
        #expect(!stranger.text.contains("Hidden"), "the same number is another entry there, or none")
        #expect(try await world.get(Link.entry(9_999_999).href, as: world.lead).status == 404)
        #expect(try await world.get("/ledger/entries/x", as: world.lead).status == 404)
    }
}
