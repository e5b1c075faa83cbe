import AuditPack
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import MerkleLog
import RecordKit
import Records
import TestKit
import Testing

/// The ledger as programs read it, checked as an outsider would.
@Suite struct LedgerReadingTests {
    private func signed(_ harness: RouterHarness, _ tenant: Tenant) async throws -> (Checkpoint, NoteVerifier) {
        _ = try await harness.services.ledger.checkpoint(tenant.id)
        let key = try NoteVerifier(vkey: try harness.services.ledger.verifierKey(tenant.id))
        let reply = try await harness.get("ledger/checkpoint", as: tenant[.externalAuditor])
        #expect(reply.status == 200 && reply.headers[.contentType] == "text/plain; charset=utf-8")
        let origin = harness.services.ledger.origin(tenant.id)
        return (try Checkpoint.open(reply.body, origin: origin, logKeys: [key]).checkpoint, key)
    }

    @Test func aProgramRebuildsTheSignedRootFromEntriesAndTiles() async throws {
        let harness = try await RouterHarness.api()
        // More than one full tile, and a partial one.
        for number in 0..<260 {
            var asset = Asset()
            asset.name = "Asset \(number)"
            asset.kind = .information
            try await harness.save(try Asset.schema.validated(asset).erased, in: harness.meridian.id)
        }
        let auditor = harness.meridian[.externalAuditor]
        let (checkpoint, _) = try await signed(harness, harness.meridian)
        var edge = TreeEdge()
        for tile in 0..<2 {
            let width = TileGeometry.width(level: 0, tile: tile, size: checkpoint.size)
            let entries = try #require(TilePath(.entries, index: tile, width: width))
            let hashes = try #require(TilePath(.hashes(level: 0), index: tile, width: width))
            let bundle = try await harness.get("ledger/" + String(entries.text), as: auditor)
            let tileReply = try await harness.get("ledger/" + String(hashes.text), as: auditor)
            #expect(bundle.headers[.contentType] == "application/octet-stream")
            #expect((bundle.headers[.cacheControl] ?? "").contains("immutable") == (width == 256), "full tiles alone")
            let leaves = try TileBytes.decodeBundle(bundle.body, width: width)
            #expect(try TileBytes.decode(tileReply.body, width: width) == leaves.map { MerkleTree.leafHash($0) })
            for leaf in leaves { _ = edge.append(MerkleTree.leafHash(leaf)) }
        }
        #expect(edge.root() == checkpoint.root)
        let upper = try await harness.get("ledger/tile/1/000.p/1", as: auditor)
        #expect(upper.status == 200 && upper.body.count == 32)
    }

    @Test func proofsLeadToTheSignedRoot() async throws {
        let harness = try await RouterHarness.api()
        let auditor = harness.meridian[.internalAuditor]
        let (checkpoint, _) = try await signed(harness, harness.meridian)
        let inclusion = try await harness.get("ledger/proof/inclusion?index=3", as: auditor).json
        let hashes = inclusion["hashes"].items.compactMap { $0.string.flatMap { Hash(base64: $0) } }
        let leafHash = try #require(inclusion["leafHash"].string.flatMap { Hash(base64: $0) })
        #expect(inclusion["size"].int == checkpoint.size)
        #expect(
            MerkleTree.verifyInclusion(
                leafHash: leafHash, index: 3, size: checkpoint.size, root: checkpoint.root, proof: hashes))
        let step = try await harness.get("ledger/proof/consistency?from=5&to=\(checkpoint.size)", as: auditor).json
        let path = step["hashes"].items.compactMap { $0.string.flatMap { Hash(base64: $0) } }
        let old = try #require(step["oldRoot"].string.flatMap { Hash(base64: $0) })
        #expect(
            MerkleTree.verifyConsistency(
                oldSize: 5, oldRoot: old, newSize: checkpoint.size, newRoot: checkpoint.root, proof: path))
    }

    @Test(arguments: [
        ("ledger/proof/inclusion", 422), ("ledger/proof/inclusion?index=-1", 422),
        ("ledger/proof/inclusion?index=9999999", 422), ("ledger/proof/inclusion?index=0&size=9999999", 422),
        ("ledger/proof/consistency?to=3", 422), ("ledger/proof/consistency?from=9&to=3", 422),
        ("ledger/proof/inclusion?index=1&leaf=2", 422), ("ledger/tile/0/999", 404), ("ledger/tile/0/000", 404),
        ("ledger/tile/0/0", 404), ("ledger/tile/entries/000.p/255", 404), ("ledger/nothing", 404),
        ("ledger/tile/0/000.p/9?x=1", 422), ("ledger/server/nothing", 404),
    ])
    func whatThereIsNotIsRefused(_ sample: (path: String, status: Int)) async throws {
        let harness = try await RouterHarness.shared.value
        _ = try await harness.services.ledger.checkpoint(harness.meridian.id)
        let reply = try await harness.get(sample.path, as: harness.meridian[.internalAuditor])
        #expect(reply.status == sample.status, "\(reply.text)")
        #expect(reply.headers[.contentType] == "application/problem+json")
    }

    @Test func eachOrganisationReadsItsOwnAndTheServersIsForItsAdministrators() async throws {
        let harness = try await RouterHarness.api()
        let (one, _) = try await signed(harness, harness.meridian)
        let (two, _) = try await signed(harness, harness.hospital)
        #expect(one.origin != two.origin && one.root != two.root)
        for member in harness.meridian.people {
            #expect(try await harness.get("ledger/checkpoint", as: member).status == 200)
            let entries = try await harness.get("ledger/tile/entries/000.p/3", as: member)
            #expect(entries.status == (member.roles == [.employee] ? 403 : 200), "\(member.roles)")
            #expect(try await harness.get("ledger/tile/0/000.p/3", as: member).status == 200)
            #expect(try await harness.get("ledger/server/checkpoint", as: member).status == 403)
        }
    }
}

@Suite struct PackRouteTests {
    private func verify(_ bytes: [UInt8], _ key: String) throws -> PackReport {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("rest-\(UUID().uuidString).zip").path
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        defer { unlink(path) }
        return PackVerifier(keys: [try NoteVerifier(vkey: key)]).verify(path: path)
    }

    @Test func aPackComesAsAFileAndVerifies() async throws {
        let harness = try await RouterHarness.api()
        let tenant = harness.meridian
        let key = try harness.services.ledger.verifierKey(tenant.id)
        let reply = try await harness.send(.post, "/api/v1/packs", as: tenant.founder)
        #expect(reply.status == 200, "\(reply.text.prefix(300))")
        #expect(reply.headers[.contentType] == "application/zip")
        let report = try verify(reply.body, key)
        #expect(report.verdict == .good, "\(report.problem?.description ?? "")")
        #expect(report.revisions > 20)
        // The next one proves that it continues this one, and holds one record.
        let note = try await harness.get("ledger/checkpoint", as: tenant.founder).text
        let body = try JSONValue.object([
            "since": .string(note), "records": .array([.string("people/\(tenant.founder.person.lowercased)")]),
        ]).text
        let next = try verify(try await harness.post("packs", body, as: tenant.founder).body, key)
        #expect(next.verdict == .good && next.passed.contains(.consistency), "\(next.problem?.description ?? "")")
        #expect(next.statement?.records == ["person/\(tenant.founder.person.lowercased)"])
    }

    @Test func onlyThoseWhoAnswerOrAuditExport() async throws {
        let harness = try await RouterHarness.api()
        let key = try harness.services.ledger.verifierKey(harness.meridian.id)
        for member in harness.meridian.people {
            let reply = try await harness.send(.post, "/api/v1/packs", as: member)
            let may = !member.roles.isDisjoint(with: [.complianceLead, .internalAuditor, .externalAuditor])
            #expect(reply.status == (may ? 200 : 403), "\(member.roles)")
            guard may else { continue }
            let report = try verify(reply.body, key)
            #expect(report.verdict == .good, "\(member.roles): \(report.problem?.description ?? "")")
            // Addresses of people are for those who may edit them.
            let hidden = report.statement?.notIncluded.count ?? 0
            #expect((hidden > 0) == member.roles.isDisjoint(with: [.complianceLead]), "\(member.roles)")
        }
    }

    @Test(arguments: [
        #"{"asOf":99999999}"#, #"{"asOf":"yesterday"}"#, #"{"asOf":true}"#, #"{"records":[]}"#, #"{"records":"x"}"#,
        #"{"records":["control/1"]}"#, #"{"records":["nothing/0b0e0000-0000-7000-8000-000000000001"]}"#,
        #"{"records":["control/0b0e0000-0000-7000-8000-000000000001"]}"#, #"{"since":"no note"}"#, #"{"since":7}"#,
        #"{"other":1}"#,
    ])
    func aWishThatMeansNothingIsRefused(_ body: String) async throws {
        let harness = try await RouterHarness.shared.value
        let reply = try await harness.post("packs", body, as: harness.meridian.founder)
        #expect(reply.status == 422, "\(reply.text)")
        #expect(try reply.fields.count == 1)
    }
}
