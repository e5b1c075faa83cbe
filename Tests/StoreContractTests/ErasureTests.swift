// Erasure: both stores remove the same, keep the same, and say so in the same leaves.
import Foundation
import MerkleLog
import RecordKit
import Storage
import TestKit
import Testing

extension StoreContract {
    @Suite struct Erasures {
        private struct Made {
            let specimen: Stored<Specimen>
            let companion: Stored<Companion>
            let others: Stored<Companion>
        }

        /// A specimen of three revisions: the second has a remark and a file, the third has links.
        private func make(_ scene: Scene) async throws -> Made {
            let companion = try await scene.create(Companion(name: "Nadia"), in: scene.here)
            let others = try await scene.create(Companion(name: "Omar"), in: scene.here)
            var stored = try await scene.create(scene.specimen("Quibber wock", companion: companion), in: scene.here)
            stored.value.remark = "rare words"
            stored.value.attachment = try FileReference(
                sha256: String(repeating: "ab", count: 32), name: "scan.pdf", mediaType: "application/pdf", bytes: 7)
            stored = try await scene.update(stored, in: scene.here, reason: "a reason with a name")
            stored.value.remark = nil
            stored.value.companions = Links([others.id])
            stored = try await scene.update(stored, in: scene.here)
            return Made(specimen: stored, companion: companion, others: others)
        }

        private func erase(
            _ scene: Scene, _ id: UUID, _ fields: Set<String>? = nil, _ schema: AnySchema = Specimen.schema.erased
        ) async throws -> ErasureOutcome {
            let change = scene.fixtures.change("erase")
            let erasure = Erasure(schema: schema, record: id, fields: fields, archives: fields == nil)
            return try await scene.store.write(scene.here) { try $0.erase(erasure, by: change) }
        }

        /// What is left of the record's code is another's already, which is found when its leaves are written.
        @Test(arguments: StoreUnderTest.all)
        func anErasureThatFailsHalfwayLeavesNothingEvenIfTheRestIsKept(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let made = try await make(scene)
                let (id, here) = (made.specimen.id.raw, scene.here)
                var other = scene.specimen("Other", companion: made.companion)
                other.code = "Erased \(id.lowercased.suffix(12))"
                _ = try await scene.create(other, in: here)
                let size = try await scene.store.read { try $0.ledgerSize(here) }
                let erasure = Erasure(schema: Specimen.schema.erased, record: id, fields: nil, archives: false)
                let (erase, create) = (scene.fixtures.change("erase"), scene.fixtures.change("create"))
                let companion = try Companion.schema.validated(Companion(name: "Later"))
                let later = ID<Companion>(UUID())
                let refusal = try await scene.store.write(here) { transaction -> StoreError? in
                    var refusal: StoreError?
                    do { _ = try transaction.erase(erasure, by: erase) } catch let error as StoreError {
                        refusal = error
                    }
                    try transaction.save(companion, id: later, over: nil, by: create)
                    return refusal
                }
                #expect(refusal == .taken(type: "specimen", field: "code"))
                let leaves = try await scene.store.read { try $0.leaves(here, from: size, limit: 10) }
                #expect(leaves.map(\.index) == [size], "the erasure's leaves are undone, and there is no gap")
                let kept = try #require(try await scene.find(made.specimen.id, in: here))
                #expect(kept.value.name == "Quibber wock" && kept.meta.erasedAt == nil)
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func aFileThatIsBeingRemovedFindsNoNewHolder(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let made = try await make(scene)
                let (here, there) = (scene.here, scene.elsewhere)
                let sha256 = String(repeating: "ab", count: 32)
                let before = try await scene.store.read { try $0.ledgerSize(here) }
                #expect(try await scene.store.read { try !$0.hasErasures(in: here, from: 0) })
                _ = try await erase(scene, made.specimen.id.raw)
                let work = ErasureWork(.file, sha256)
                let going = try await scene.store.read { reader in
                    [
                        try reader.isGoing(file: sha256, in: here), try reader.isGoing(file: sha256, in: there),
                        try reader.isGoing(file: String(repeating: "cd", count: 32), in: here),
                    ]
                }
                #expect(going == [true, false, false])
                let erased = try await scene.store.read { reader in
                    [
                        try reader.hasErasures(in: here, from: before),
                        try reader.hasErasures(in: here, from: reader.ledgerSize(here)),
                        try reader.hasErasures(in: there, from: 0),
                    ]
                }
                #expect(erased == [true, false, false])
                var other = scene.specimen("Holder", companion: made.companion)
                other.attachment = try FileReference(
                    sha256: sha256, name: "scan.pdf", mediaType: "application/pdf", bytes: 7)
                do {
                    _ = try await scene.create(other, in: here)
                    Issue.record("it began to hold a file that goes")
                } catch StoreError.away {}
                // Another organisation's file of the same content is another file.
                let elsewhere = try await scene.create(Companion(name: "Pia"), in: scene.elsewhere)
                var theirs = scene.specimen("Theirs", companion: elsewhere)
                theirs.attachment = other.attachment
                _ = try await scene.create(theirs, in: scene.elsewhere)
                try await scene.store.write(here) { try $0.finishErasureWork(work) }
                _ = try await scene.create(other, in: here)
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func anErasedRecordSaysThatItWasErasedAndNothingElse(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let made = try await make(scene)
                let id = made.specimen.id.raw
                let schema = Specimen.schema.erased
                let before = try await scene.position(scene.here)
                let outcome = try await erase(scene, id)
                #expect(outcome.versions == [1, 2, 3])
                #expect(outcome.files.contains(String(repeating: "ab", count: 32)))
                let here = scene.here
                let now = try #require(try await scene.store.read { try $0.find(schema, id, in: here, asOf: nil) })
                #expect(now.version == 4 && now.meta.isArchived && now.meta.erasedAt == scene.fixtures.now)
                #expect(now["name"] == .text("Erased") && now["summary"] == .text("Erased") && now["notes"] == .null)
                #expect(now["companion"] == .reference(made.companion.id.raw), "a required reference is an id")
                // The past says so, too.
                let past = try #require(try await scene.store.read { try $0.find(schema, id, in: here, asOf: before) })
                #expect(past.version == 3 && past.meta.erasedAt == scene.fixtures.now && !past.meta.isArchived)
                #expect(past["companions"] == .links([]))
                let history = try await scene.store.read {
                    try $0.revisions(of: id, schema, in: here, before: nil, limit: 10)
                }
                #expect(history.map(\.action) == ["erase", "update", "update", "create"])
                #expect(history.allSatisfy { $0.reason == nil && $0.record.meta.erasedAt != nil })
                for words in ["quibber", "rare", "wock none"] {
                    let found = try await scene.titles(
                        Specimen.self, where: .search(words), archived: .include, in: here, asOf: before)
                    #expect(found.isEmpty, "\(words)")
                }
                let links = try await scene.store.read {
                    (
                        try $0.links(from: [id], in: here, asOf: before, limit: 10),
                        try $0.links(to: [made.others.id.raw], in: here, asOf: before, limit: 10)
                    )
                }
                #expect(links.0.map(\.field) == ["companion"] && links.1.isEmpty)
                let list = try await scene.page(Query(schema, limit: 10), in: here, asOf: before)
                #expect(list.records.map(\.meta.erasedAt) == [scene.fixtures.now])
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func anErasedFieldTakesOnlyTheRevisionsThatHeldIt(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let made = try await make(scene)
                let (id, here) = (made.specimen.id.raw, scene.here)
                #expect(try await erase(scene, id, ["remark"]).versions == [2])
                let schema = Specimen.schema.erased
                let history = try await scene.store.read {
                    try $0.revisions(of: id, schema, in: here, before: nil, limit: 10)
                }
                #expect(history.map { $0.record.meta.erasedAt != nil } == [false, true, false])
                #expect(
                    history[0].record["companions"] == .links([made.others.id.raw]), "the present one never held it")
                // A field that is held now takes the present revision with it, and leaves one without it.
                #expect(try await erase(scene, id, ["name"]).versions == [1, 3])
                let now = try #require(try await scene.store.read { try $0.find(schema, id, in: here, asOf: nil) })
                #expect(now.version == 4 && now.meta.erasedAt == nil && !now.meta.isArchived)
                #expect(now["name"] == .text("Erased") && now["companions"] == .links([made.others.id.raw]))
                let back = try await scene.store.read {
                    try $0.links(to: [made.others.id.raw], in: here, asOf: nil, limit: 9)
                }
                #expect(back.map(\.from) == [id])
                // Nothing is left to erase, and nothing is written.
                let size = try await scene.store.read { try $0.ledgerSize(here) }
                #expect(try await erase(scene, id, ["name", "remark"]).versions == [])
                #expect(try await scene.store.read { try $0.ledgerSize(here) } == size)
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func eachErasedRevisionHasALeafWithItsCommitmentBeforeAndNothingAfter(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let made = try await make(scene)
                let commitments = try await scene.leaves(scene.here).map { try Leaf(canonicalBytes: $0.data) }.filter {
                    $0.object.id == made.specimen.id.raw.lowercased
                }.map(\.after)
                _ = try await erase(scene, made.specimen.id.raw)
                let leaves = try await scene.leaves(scene.here).suffix(4).map { try Leaf(canonicalBytes: $0.data) }
                #expect(leaves.map(\.action) == ["erase", "erase", "erase", "erase"])
                #expect(leaves.map(\.object.version) == [1, 2, 3, 4])
                #expect(
                    leaves.prefix(3).map(\.before) == commitments && leaves.prefix(3).allSatisfy { $0.after == nil })
                #expect(leaves[3].before == commitments[2] && leaves[3].after != nil)
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func workIsKeptUntilItIsDoneAndErasuresAreListed(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let made = try await make(scene)
                let (id, here) = (made.specimen.id.raw, scene.here)
                let other = try await make(scene)
                // The file of the other specimen is the same: it is held still.
                let outcome = try await erase(scene, id)
                #expect(!outcome.files.contains(String(repeating: "ab", count: 32)))
                var work = try await scene.store.read { try $0.erasureWork(in: here, limit: 10) }
                #expect(work.contains(ErasureWork(.journal, id.lowercased)) && work.contains(ErasureWork(.scrub)))
                for one in work { try await scene.store.write(here) { try $0.finishErasureWork(one) } }
                work = try await scene.store.read { try $0.erasureWork(in: here, limit: 10) }
                #expect(work.isEmpty)
                let listed = try await scene.store.read {
                    try $0.erasures(in: here, of: nil, after: nil, limit: 2)
                }
                #expect(listed.map(\.version) == [1, 2] && listed.allSatisfy { $0.record == id && $0.fields == nil })
                let rest = try await scene.store.read {
                    try $0.erasures(in: here, of: id, after: listed.last, limit: 2)
                }
                #expect(rest.map(\.version) == [3])
                // Of what is erased no content is there; of a revision that is named wrongly neither.
                let kept = try #require(listed.first)
                func named(_ record: UUID, _ commitment: String) -> ErasedRevision {
                    ErasedRevision(
                        organisation: here, type: Specimen.type, record: record, version: 1, commitment: commitment,
                        fields: nil, at: kept.at)
                }
                let commitment = try #require(
                    try await scene.leaves(here).map { try Leaf(canonicalBytes: $0.data) }.first {
                        $0.object.id == other.specimen.id.raw.lowercased
                    }?.after)
                let asked = [
                    kept, named(other.specimen.id.raw, kept.commitment), named(other.specimen.id.raw, commitment),
                ]
                let answers = try await scene.store.read { reader in try asked.map { try reader.isContentThere($0) } }
                #expect(answers == [false, false, true])
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func nobodyErasesWhatBelongsToAnotherOrganisation(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let made = try await make(scene)
                let change = scene.fixtures.change("erase")
                let erasure = Erasure(
                    schema: Specimen.schema.erased, record: made.specimen.id.raw, fields: nil, archives: true)
                await #expect(throws: StoreError.notFound(type: "specimen", id: made.specimen.id.raw)) {
                    try await scene.store.write(scene.elsewhere) { _ = try $0.erase(erasure, by: change) }
                }
            }
        }

        /// After a random history with erasures in between, both stores give the same leaves and the same answers.
        @Test func allStoresAgreeAfterRandomErasures() async throws {
            var answers: [[String]] = []
            for subject in StoreUnderTest.all {
                try await subject.run { scene in
                    var history = RandomHistory(organisation: scene.here)
                    try await history.run(scene, operations: 250)
                    let specimens = history.records[Specimen.type] ?? []
                    for (n, record) in specimens.enumerated() where n.isMultiple(of: 3) {
                        _ = try await erase(
                            scene, record.id, n.isMultiple(of: 2) ? nil : ["name", "related", "companions", "payload"])
                    }
                    for record in (history.records[Companion.type] ?? []).prefix(3) {
                        _ = try await erase(scene, record.id, nil, Companion.schema.erased)
                    }
                    answers.append(try await look(scene, specimens.map(\.id)))
                }
            }
            #expect(answers.count > 1 && answers[0].count > 300)
            for other in answers.dropFirst() { #expect(other == answers[0]) }
        }

        private func look(_ scene: Scene, _ ids: [UUID]) async throws -> [String] {
            let here = scene.here
            let leaves = try await scene.leaves(here).map { String(decoding: $0.data, as: UTF8.self) }
            return try await scene.store.read { reader in
                var lines = leaves
                let now = try reader.ledgerSize(here) - 1
                let schema = Specimen.schema.erased
                for index in [now, now * 2 / 3, now / 3] {
                    let asOf = AsOf(index: index, sharedIndex: try reader.ledgerSize(nil) - 1)
                    for sort in [Sort("name"), Sort("score", isDescending: true)] {
                        let page = try reader.page(
                            Query(schema, archived: .include, sort: sort, limit: 500), in: here, asOf: asOf)
                        lines += page.records.map(\.content)
                    }
                    for word in ["a", "erased", "st"] {
                        let page = try reader.page(
                            Query(schema, where: .search(word), archived: .include, limit: 500), in: here, asOf: asOf)
                        lines.append("\(word): \(page.records.map(\.id))")
                    }
                    lines += try reader.links(from: ids, in: here, asOf: asOf, limit: 10_000).map { "\($0)" }
                }
                for id in ids {
                    lines += try reader.revisions(of: id, schema, in: here, before: nil, limit: 100).map {
                        "\($0.record.content) \($0.action) \($0.reason ?? "-")"
                    }
                }
                return lines
            }
        }
    }
}
