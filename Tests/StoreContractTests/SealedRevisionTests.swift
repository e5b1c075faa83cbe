// What a pack is made of: content and salt give the commitment of the entry, in every store.
import Foundation
import MerkleLog
import RecordKit
import Storage
import TestKit
import Testing

extension StoreContract {
    @Suite struct SealedRevisions {
        @Test(arguments: StoreUnderTest.all)
        func contentAndSaltGiveTheCommitmentOfTheEntry(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                var ids: [UUID] = []
                for number in 0..<6 {
                    let valid = scene.fixtures.validRecord(Companion.schema.erased, targets: [:])
                    let id = scene.fixtures.id()
                    let place = number == 4 ? scene.elsewhere : scene.here
                    let change = scene.fixtures.change(reason: number == 2 ? "because “ä”" : nil)
                    let saved = try await scene.save(valid, id: id, in: place, by: change)
                    if number == 1 {
                        try await scene.save(valid, id: id, over: saved.version, isArchived: true, in: place)
                    }
                    if place == scene.here { ids.append(id) }
                }
                let here = scene.here
                let (sealed, leaves) = try await scene.store.read { reader in
                    (
                        try reader.sealedRevisions(in: here, from: 0, of: nil, limit: 100),
                        try reader.leaves(here, from: 0, limit: 100)
                    )
                }
                #expect(sealed.map(\.index) == Array(0..<6) && leaves.count == 6, "none of the other organisation")
                for (revision, stored) in zip(sealed, leaves) {
                    let leaf = try Leaf(canonicalBytes: stored.data)
                    let content = try #require(revision.content)
                    #expect(leaf.after == revision.commitment)
                    #expect(try Commitment.make(salt: content.salt, revision: content.body) == revision.commitment)
                    #expect(leaf.object.id == revision.record.lowercased && leaf.object.version == revision.version)
                }
                let wanted = [ids[1], ids[3]]
                let (some, first) = try await scene.store.read { reader in
                    (
                        try reader.sealedRevisions(in: here, from: 2, of: wanted, limit: 100).map(\.index),
                        try reader.sealedRevisions(in: here, from: 0, of: nil, limit: 2).map(\.index)
                    )
                }
                #expect(some == sealed.filter { $0.index >= 2 && wanted.contains($0.record) }.map(\.index))
                #expect(first == [0, 1])
            }
        }

        /// A revision from before a type gained its links says nothing of them, and still opens.
        @Test(arguments: StoreUnderTest.all)
        func laterLinksAreInTheContentOnlyWhereThereAreAny(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let schema = Specimen.schema.erased
                let companion = try await scene.save(
                    scene.fixtures.validRecord(Companion.schema.erased, targets: [:]), id: scene.fixtures.id(),
                    in: scene.here)
                var bodies: [String] = []
                for mentions in [[], [companion.id]] {
                    let targets = [Companion.type: [companion.id]]
                    var values = scene.fixtures.validRecord(schema, targets: targets).values
                    values[try #require(schema.position["mentions"])] = .links(mentions)
                    let saved = try await scene.save(
                        try schema.validated(values), id: scene.fixtures.id(), in: scene.here)
                    let (here, from) = (scene.here, saved.meta.since)
                    let sealed = try await scene.store.read {
                        try $0.sealedRevisions(in: here, from: from, of: nil, limit: 1)
                    }
                    bodies.append(String(decoding: try #require(sealed.first?.content?.body), as: UTF8.self))
                }
                #expect(!bodies[0].contains("mentions") && bodies[0].contains("\"standards\":"))
                #expect(bodies[1].contains("\"mentions\":[\"\(companion.id.lowercased)\"]"))
            }
        }
    }
}
