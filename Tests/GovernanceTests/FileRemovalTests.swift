// A file that no record holds any more is removed outside a transaction: no record begins to hold what goes, and
// whatever ends a node in between, the removal is done in the end.
import Access
import Foundation
import Governance
import RecordKit
import Records
import Storage
import Synchronization
import TestKit
import Testing

@Suite struct FileRemovalTests {
    /// Files in a folder, with something that happens around a call.
    private final class WatchedBlobs: BlobStore {
        typealias Watcher = @Sendable () async throws -> Void
        let kept: FolderBlobStore
        let beforeRemoval = Mutex<Watcher?>(nil)
        let afterRemoval = Mutex<Watcher?>(nil)
        let afterLook = Mutex<Watcher?>(nil)
        let removals = Atomic<Int>(0)

        init(_ kept: FolderBlobStore) { self.kept = kept }

        /// Once only.
        private func call(_ watcher: borrowing Mutex<Watcher?>) async throws {
            let taken = watcher.withLock { watcher in
                defer { watcher = nil }
                return watcher
            }
            try await taken?()
        }

        func put(_ bytes: Data, for organisation: UUID) async throws -> String {
            try await kept.put(bytes, for: organisation)
        }
        func writer(for organisation: UUID, bytesMax: Int) async throws -> any BlobWriter {
            try await kept.writer(for: organisation, bytesMax: bytesMax)
        }
        func get(_ sha256: String, for organisation: UUID) async throws -> Data? {
            try await kept.get(sha256, for: organisation)
        }
        func open(_ sha256: String, for organisation: UUID) async throws -> (any BlobPieces)? {
            try await kept.open(sha256, for: organisation)
        }
        func count(_ sha256: String, for organisation: UUID) async throws -> Int? {
            let count = try await kept.count(sha256, for: organisation)
            try await call(afterLook)
            return count
        }
        func remove(_ sha256: String, for organisation: UUID) async throws {
            try await call(beforeRemoval)
            removals.add(1, ordering: .relaxed)
            try await kept.remove(sha256, for: organisation)
            try await call(afterRemoval)
        }
        func forEach(_ body: (BlobName) async throws -> Void) async throws { try await kept.forEach(body) }
    }

    /// A piece of evidence with a file, erased, and the file not yet removed.
    private struct Scene: Sendable {
        let world: World
        let officer: Caller
        let blobs: WatchedBlobs
        let records: RecordService
        let service: ErasureService
        let bytes = Data("a list of names".utf8)
        let sha256: String

        init() async throws {
            world = try await World()
            officer = try await world.member("Katarzyna", [.dataSecurityOfficer])
            blobs = WatchedBlobs(try FolderBlobStore(folder: world.folder.appendingPathComponent("files")))
            records = RecordService(
                store: world.store, environment: world.environment, posture: world.posture, blobs: blobs)
            service = ErasureService(records: records, blobs: blobs, journal: NoErasureJournal())
            sha256 = try await blobs.put(bytes, for: world.organisation)
        }

        func hold(_ title: String) async throws -> StoredRecord {
            let today = world.clock.today
            let file = try FileReference(
                sha256: sha256, name: "list.txt", mediaType: "text/plain", bytes: bytes.count)
            return try await records.create(
                Evidence.schema.erased,
                [
                    "title": .text(title), "kind": .text("file"), "file": .file(file), "periodFrom": .day(today),
                    "periodTo": .day(today),
                ], as: world.lead)
        }

        func erase(_ record: StoredRecord) async throws {
            let schema = ErasureRequest.schema.erased
            let asked = try await records.create(
                schema,
                [
                    "subjectType": .text("evidence"), "subjectID": .text(record.id.lowercased),
                    "scope": .text("record"),
                    "legalBasis": .text("consentWithdrawn"), "reason": .text("Asked for by letter"),
                ], as: world.lead)
            _ = try await records.take("carryOut", schema, asked.id, over: asked.version, as: officer, reason: nil)
        }

        /// What is not told apart from being busy: the same may succeed in a moment.
        func isAway(_ body: () async throws -> Void) async throws -> Bool {
            do {
                try await body()
                return false
            } catch StoreError.away { return true }
        }

        var isThere: Bool {
            get async throws { try await blobs.kept.get(sha256, for: world.organisation) != nil }
        }
    }

    @Test func noRecordBeginsToHoldAFileThatIsBeingRemoved() async throws {
        let scene = try await Scene()
        try await scene.erase(scene.hold("First"))
        #expect(try await scene.isAway { _ = try await scene.hold("Before the removal") })
        let during: WatchedBlobs.Watcher = {
            let isAway = try await scene.isAway { _ = try await scene.hold("During") }
            #expect(isAway)
        }
        scene.blobs.beforeRemoval.withLock { $0 = during }
        scene.blobs.afterRemoval.withLock { $0 = during }
        try await scene.service.finish(scene.world.organisation)
        #expect(try await !scene.isThere && scene.blobs.removals.load(ordering: .relaxed) == 1)
        await #expect(throws: ServiceError.self, "it was not uploaded") { _ = try await scene.hold("After") }
        _ = try await scene.blobs.put(scene.bytes, for: scene.world.organisation)
        _ = try await scene.hold("Sent again")
        #expect(try await !scene.service.finish(scene.world.organisation))
        #expect(try await scene.isThere)
    }

    /// It looked before the erasure and saves after the removal was done: what it saw is not there any more.
    @Test func aRecordThatLookedBeforeTheRemovalIsRefusedAfterIt() async throws {
        let scene = try await Scene()
        let first = try await scene.hold("First")
        scene.blobs.afterLook.withLock { watcher in
            watcher = {
                try await scene.erase(first)
                try await scene.service.finish(scene.world.organisation)
            }
        }
        #expect(try await scene.isAway { _ = try await scene.hold("Looked before") })
        #expect(try await !scene.isThere)
        await #expect(throws: ServiceError.self, "it was not uploaded") { _ = try await scene.hold("Tries again") }
    }

    @Test func aFileThatAnotherRecordHoldsStays() async throws {
        let scene = try await Scene()
        let first = try await scene.hold("First")
        _ = try await scene.hold("Second")
        try await scene.erase(first)
        try await scene.service.finish(scene.world.organisation)
        #expect(try await scene.isThere && scene.blobs.removals.load(ordering: .relaxed) == 0)
        _ = try await scene.hold("Third")
    }

    private struct Ended: Error {}

    /// The node ends before the removal, or after it and before that is written down.
    @Test(arguments: [true, false]) func aNodeThatEndsInBetweenLeavesTheRestToTheNext(_ isBefore: Bool) async throws {
        let scene = try await Scene()
        try await scene.erase(scene.hold("First"))
        if isBefore {
            scene.blobs.beforeRemoval.withLock { $0 = { throw Ended() } }
        } else {
            scene.blobs.afterRemoval.withLock { $0 = { throw Ended() } }
        }
        await #expect(throws: Ended.self) { try await scene.service.finish(scene.world.organisation) }
        #expect(try await scene.isThere == isBefore)
        #expect(try await scene.isAway { _ = try await scene.hold("Meanwhile") }, "it still goes")
        #expect(try await scene.service.finish(scene.world.organisation))
        #expect(try await !scene.isThere)
        #expect(try await !scene.service.finish(scene.world.organisation))
    }

    /// Another node has taken the job over: this one must not remove what may be held again.
    @Test func aNodeThatLostTheJobRemovesNothing() async throws {
        let scene = try await Scene()
        try await scene.erase(scene.hold("First"))
        let now = scene.world.environment.now()
        let lost = Job(
            id: UUID(), organisation: scene.world.organisation, kind: .erasure, subject: "", state: .running,
            createdAt: now, dueAt: now, attempts: 1, failedAt: nil, failure: nil, lease: UUID())
        await #expect(throws: LeaseLost.self) {
            try await scene.service.finish(scene.world.organisation, holding: lost)
        }
        #expect(try await scene.isThere && scene.blobs.removals.load(ordering: .relaxed) == 0)
    }
}
