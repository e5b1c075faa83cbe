import Access
import AuditPack
import Foundation
import Governance
import MerkleLog
import RecordKit
import Records
import SQLiteStorage
import Storage
import Testing

/// A file in the making.
private final class Collected: ByteSink {
    private(set) var bytes: [UInt8] = []
    func write(_ bytes: [UInt8]) async throws { self.bytes += bytes }
}

@Suite struct PackTests {
    private func service(_ world: World, _ ledger: LedgerService) throws -> PackService {
        PackService(
            store: world.store, blobs: try FolderBlobStore(folder: world.folder.appendingPathComponent("files")),
            environment: world.environment, ledger: ledger, assessments: world.assessments)
    }
    private func ledger(_ world: World) -> LedgerService {
        LedgerService(
            store: world.store, environment: world.environment, host: "test", seed: [UInt8](repeating: 4, count: 32))
    }
    private func evidence(_ world: World, _ content: String) async throws -> String {
        let blobs = try FolderBlobStore(folder: world.folder.appendingPathComponent("files"))
        let sha256 = try await blobs.put(Data(content.utf8), for: world.organisation)
        let file = try FileReference(
            sha256: sha256, name: "f.txt", mediaType: "text/plain", bytes: content.utf8.count)
        _ = try await world.records.create(
            Evidence.schema.erased,
            [
                "title": .text(content), "kind": .text("file"), "file": .file(file),
                "periodFrom": .day(Day(daysSince1970: 20_000)), "periodTo": .day(Day(daysSince1970: 20_100)),
            ], as: world.lead)
        return sha256
    }
    private func report(_ pack: PreparedPack, _ world: World) async throws -> (PackReport, [UInt8]) {
        let sink = Collected()
        try await pack.write(to: sink)
        let path = world.folder.appendingPathComponent("\(UUID().uuidString).zip")
        try Data(sink.bytes).write(to: path)
        let key = try NoteVerifier(vkey: try ledger(world).verifierKey(world.organisation))
        return (PackVerifier(keys: [key]).verify(path: path.path), sink.bytes)
    }

    @Test func aPackShowsTheMomentThatItIsAskedFor() async throws {
        let world = try await World()
        try await world.answer("clause:5.1", .conform)
        let size = try await world.store.read { try $0.ledgerSize(world.organisation) }
        let then = try await world.records.moment(index: size - 1, as: world.lead)
        let before = try await world.view().counts
        try await world.answer("clause:5.1", .nonconform)
        _ = try await evidence(world, "later")
        let pack = try await service(world, ledger(world)).prepare(PackRequest(asOf: then), as: world.lead)
        #expect(pack.statement.asOf == size - 1 && pack.statement.evidence == 0)
        let (report, bytes) = try await report(pack, world)
        #expect(report.verdict == .good, "\(report.problem?.description ?? "")")
        let recorded = try await world.store.read { try $0.leaves(world.organisation, from: 0, limit: size) }
            .filter { try Leaf(canonicalBytes: $0.data).type == "record" }
        #expect(report.revisions == recorded.count && report.revisions > 5)
        let page = String(decoding: bytes, as: UTF8.self)
        let counts = try #require(before["iso42001-2023"])
        let cells = [Conformity.conform, .partlyConform, .nonconform, .notApplicable, .unknown]
            .map { "<td>\(counts[$0])</td>" }.joined()
        #expect(page.contains("ISO/IEC 42001") && page.contains(cells), "the posture of that moment")
        // The export is an entry, and is signed.
        let leaf = try await world.store.read { try $0.leaves(world.organisation, from: pack.exportIndex, limit: 1)[0] }
        #expect(try Leaf(canonicalBytes: leaf.data).action == "export.pack")
        let signed = try await world.store.read { try $0.lastCheckpoint(world.organisation) }
        #expect((signed?.size ?? 0) > pack.exportIndex)
    }

    @Test func evidenceThatIsGoneOrDamagedIsSaidToBe() async throws {
        let world = try await World()
        let gone = try await evidence(world, "gone")
        let damaged = try await evidence(world, "damaged")
        _ = try await evidence(world, "good")
        let folder = world.folder.appendingPathComponent("files").appendingPathComponent(world.organisation.lowercased)
        func file(_ sha256: String) -> URL { folder.appendingPathComponent("\(sha256.prefix(2))/\(sha256)") }
        let pack = try await service(world, ledger(world)).prepare(PackRequest(), as: world.lead)
        #expect(try await report(pack, world).0.evidence == 3)
        try FileManager.default.removeItem(at: file(gone))
        try Data("damagEd".utf8).write(to: file(damaged))
        await #expect(throws: PackError.self) { try await pack.write(to: Collected()) }
        let second = try await service(world, ledger(world)).prepare(PackRequest(), as: world.lead)
        #expect(Set(second.statement.notIncluded.compactMap { $0.file?.hex }) == [gone, damaged])
        let (report, _) = try await report(second, world)
        #expect(report.verdict == .incomplete && report.evidence == 1)
        #expect(try #require(report.problem).description.contains("on the server when the pack was made, and 1 more"))
    }

    @Test func anOperatorExportsUnderTheirName() async throws {
        let world = try await World()
        let caller = Caller.operator(user: "root", organisation: world.organisation)
        let pack = try await service(world, ledger(world)).prepare(PackRequest(), as: caller)
        let leaf = try await world.store.read { try $0.leaves(world.organisation, from: pack.exportIndex, limit: 1)[0] }
        #expect(try Leaf(canonicalBytes: leaf.data).actor.auth == "operator:root")
        #expect(try await report(pack, world).0.verdict == .good)
    }

    @Test func aCheckpointOfAnotherHistoryIsRefused() async throws {
        let world = try await World()
        let ledger = ledger(world)
        let origin = ledger.origin(world.organisation)
        let signer = try NoteSigner(name: origin, seed: [UInt8](repeating: 4, count: 32))
        let note = try Checkpoint(origin: origin, size: 3, root: .sha256([1])).signed(by: [signer]).encoded
        await #expect(throws: ServiceError.self) {
            try await service(world, ledger).prepare(PackRequest(since: note), as: world.lead)
        }
    }
}
