// The ledger: contiguous, complete, the same bytes from every store, and every commitment opens.
import Foundation
import MerkleLog
import RecordKit
import Storage
import TestKit
import Testing

extension StoreContract {
    @Suite struct Ledgers {
        @Test(arguments: StoreUnderTest.all)
        func everyRevisionHasALeafWhoseCommitmentOpens(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                var history = RandomHistory(organisation: scene.here)
                try await history.run(scene, operations: 700)
                var recordLeaves = 0
                for organisation in [scene.here, nil] as [UUID?] {
                    let entries = try await scene.leaves(organisation)
                    #expect(entries.map(\.index) == Array(entries.indices))
                    let leaves = try entries.map { try Leaf(canonicalBytes: $0.data) }
                    let ofRecords = leaves.filter { $0.type == "record" }
                    recordLeaves += ofRecords.count
                    #expect(leaves.allSatisfy { $0.organisation == organisation?.lowercased ?? "server" })
                    if organisation != nil { #expect(leaves.count - ofRecords.count == history.eventCount) }
                    try await checkTree(scene, organisation, entries)
                    try await checkCommitments(scene, organisation, leaves, history)
                }
                #expect(recordLeaves == history.salts.count)
            }
        }

        /// Roots and proofs from the store's tiles are those of the leaves.
        private func checkTree(_ scene: Scene, _ organisation: UUID?, _ entries: [StoredLeaf]) async throws {
            let hashes = entries.map { MerkleTree.leafHash($0.data) }
            #expect(entries.map(\.hash) == hashes.map(\.bytes))
            let sizes = Set([0, 1, 2, 255, 256, 257, 511, 512, 513, hashes.count].filter { $0 <= hashes.count })
            let root = MerkleTree.root(of: hashes)
            try await scene.store.read { reader throws in
                #expect(try reader.ledgerSize(organisation) == hashes.count)
                let source = reader.hashes(organisation)
                for size in sizes {
                    #expect(
                        try MerkleTree.root(size: size, source: source) == MerkleTree.root(of: Array(hashes[..<size])))
                    let proof = try MerkleTree.consistencyProof(oldSize: size, newSize: hashes.count, source: source)
                    #expect(
                        MerkleTree.verifyConsistency(
                            oldSize: size, oldRoot: MerkleTree.root(of: Array(hashes[..<size])), newSize: hashes.count,
                            newRoot: root, proof: proof))
                }
                for index in stride(from: 0, to: hashes.count, by: 37) {
                    let proof = try MerkleTree.inclusionProof(index: index, size: hashes.count, source: source)
                    #expect(
                        MerkleTree.verifyInclusion(
                            leafHash: hashes[index], index: index, size: hashes.count, root: root, proof: proof))
                }
                let part = try reader.leaves(organisation, from: 3, limit: 4)
                #expect(part.map(\.data) == entries.dropFirst(3).prefix(4).map(\.data))
            }
        }

        /// `after` opens with the revision as it is read back and the salt of its change; `before` is what the
        /// revision before said.
        private func checkCommitments(
            _ scene: Scene, _ organisation: UUID?, _ leaves: [Leaf], _ history: RandomHistory
        ) async throws {
            var revisionCount = 0
            for record in history.records.values.joined() where record.meta.organisation == organisation {
                let (schema, id) = (record.schema, record.id)
                let revisions = try await scene.store.read {
                    try $0.revisions(of: id, schema, in: organisation, before: nil, limit: 1_000)
                }
                #expect(revisions.count == record.version)
                revisionCount += revisions.count
                var before: String?
                for revision in revisions.reversed() {
                    let leaf = leaves[revision.index]
                    let salt = try #require(history.salts[RandomHistory.Key(id: id, version: revision.record.version)])
                    let body = try RevisionBody.make(
                        type: schema.type, id: id, version: revision.record.version,
                        isArchived: revision.record.meta.isArchived, reason: revision.reason,
                        values: revision.record.values, schema: schema)
                    let commitment = try Commitment.make(salt: salt, revision: body)
                    #expect(leaf.after == commitment, "\(schema.type.name) \(String(decoding: body, as: UTF8.self))")
                    #expect(leaf.before == before)
                    before = leaf.after
                    #expect(
                        leaf.object
                            == Leaf.Object(type: schema.type.name, id: id.lowercased, version: revision.record.version))
                    #expect(
                        leaf.action == revision.action && leaf.timeMilliseconds == revision.at.millisecondsSince1970)
                    #expect(leaf.actor.kind == revision.actorKind.rawValue && leaf.actor.auth == revision.auth)
                    #expect(leaf.actor.id == revision.person?.lowercased ?? "")
                    #expect(try leaf.evidence == Leaf.Evidence.files(in: revision.record.values))
                }
            }
            #expect(revisionCount == leaves.filter { $0.type == "record" }.count)
        }

        @Test func allStoresWriteTheSameLeavesForTheSameChanges() async throws {
            var ledgers: [[[UInt8]]] = []
            for subject in StoreUnderTest.all {
                try await subject.run { scene in
                    var history = RandomHistory(organisation: scene.here)
                    try await history.run(scene, operations: 200)
                    ledgers.append(try await scene.leaves(scene.here).map(\.data) + scene.leaves(nil).map(\.data))
                }
            }
            #expect(ledgers.count > 1)
            for ledger in ledgers { #expect(ledger == ledgers[0] && ledger.count >= 200) }
        }

        @Test(arguments: StoreUnderTest.all)
        func concurrentWritersLoseNothing(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let (writers, rounds) = (6, 20)
                var counters: [(organisation: UUID, id: ID<Companion>)] = []
                for organisation in [scene.here, scene.elsewhere] {
                    let counter = try await scene.create(Companion(name: "counter", rating: 0), in: organisation)
                    counters.append((organisation, counter.id))
                }
                let store = scene.store
                try await withThrowingTaskGroup { group in
                    for writer in 0..<writers {
                        let (organisation, id) = counters[writer % 2]
                        var fixtures = Fixtures(seed: UInt64(writer))
                        let changes = (0..<rounds).map { _ in fixtures.change("update") }
                        group.addTask {
                            for change in changes {
                                try await store.write(organisation) { transaction in
                                    guard var counter = try transaction.find(id, in: organisation) else {
                                        throw StoreError.notFound(type: "companion", id: id.raw)
                                    }
                                    counter.value.rating = (counter.value.rating ?? 0) + 1
                                    try transaction.save(
                                        Companion.schema.validated(counter.value), id: id, over: counter.version,
                                        by: change)
                                }
                                // Readers meanwhile see the revision and its leaf, or neither.
                                let fits = try await store.read { reader in
                                    try reader.find(id, in: organisation)?.meta.since == reader.ledgerSize(organisation)
                                        - 1
                                }
                                #expect(fits)
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                for (organisation, id) in counters {
                    let counter = try await scene.find(id, in: organisation)
                    #expect(
                        counter?.value.rating == writers / 2 * rounds && counter?.version == writers / 2 * rounds + 1)
                    let entries = try await scene.leaves(organisation)
                    #expect(entries.map(\.index) == Array(0...(writers / 2 * rounds)))
                    #expect(
                        try entries.map { try Leaf(canonicalBytes: $0.data).object.version }
                            == entries.map { $0.index + 1 })
                }
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func anEventIsALeafWithoutCommitments(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let change = Change(
                    actorKind: .operator, person: nil, auth: "operator:root", action: "export",
                    at: scene.fixtures.tick(),
                    reason: "must not be in the leaf", request: "r1", salt: scene.fixtures.bytes(32))
                let evidence = Leaf.Evidence(sha256: Hash.sha256([1]), bytes: 1, mediaType: "text/csv")
                let event = LedgerEvent(objectType: "export", objectID: "all", evidence: [evidence])
                let index = try await scene.store.write(nil) { try $0.append(event, by: change) }
                let entry = try #require(try await scene.leaves(Optional<UUID>.none).first)
                let leaf = try Leaf(canonicalBytes: entry.data)
                #expect(index == 0 && entry.index == 0)
                #expect(leaf.before == nil && leaf.after == nil && leaf.evidence == [evidence])
                #expect(leaf.actor == Leaf.Actor(kind: "operator", id: "", auth: "operator:root"))
                #expect(leaf.object == Leaf.Object(type: "export", id: "all", version: 0))
                #expect(leaf.action == "export" && leaf.request == "r1" && leaf.type == "event")
                #expect(!String(decoding: entry.data, as: UTF8.self).contains("must not be"))
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func aTimeIsTheLastPositionAtOrBeforeIt(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                func event(_ organisation: UUID?, at milliseconds: Int64) async throws {
                    let change = Change(
                        actorKind: .system, person: nil, auth: "system", action: "note",
                        at: Instant(millisecondsSince1970: milliseconds), salt: scene.fixtures.bytes(32))
                    let event = LedgerEvent(objectType: "note", objectID: "n")
                    try await scene.store.write(organisation) { _ = try $0.append(event, by: change) }
                }
                func position(_ milliseconds: Int64) async throws -> AsOf? {
                    let here = scene.here
                    return try await scene.store.read {
                        try $0.position(at: Instant(millisecondsSince1970: milliseconds), in: here)
                    }
                }
                #expect(try await position(1_000) == nil)
                for time in [1_000, 2_000, 2_000, 3_000] as [Int64] { try await event(scene.here, at: time) }
                try await event(nil, at: 2_500)
                #expect(try await position(999) == nil)
                #expect(try await position(1_000) == AsOf(index: 0, sharedIndex: -1))
                #expect(try await position(2_000) == AsOf(index: 2, sharedIndex: -1))
                #expect(try await position(2_999) == AsOf(index: 2, sharedIndex: 0))
                #expect(try await position(3_000) == AsOf(index: 3, sharedIndex: 0))
                // A clock that was set back hides nothing: a leaf is never before the leaves that it follows, so that
                // now is the end of the ledger whatever the clock said.
                try await event(scene.here, at: 2_600)
                #expect(try await position(2_999) == AsOf(index: 2, sharedIndex: 0))
                #expect(try await position(3_000) == AsOf(index: 4, sharedIndex: 0))
                #expect(try await position(9_000) == AsOf(index: 4, sharedIndex: 0))
                var last = -1
                for time in stride(from: Int64(1_000), through: 4_000, by: 100) {
                    let index = try #require(try await position(time)).index
                    #expect(index >= last)
                    last = index
                }
            }
        }
    }
}
