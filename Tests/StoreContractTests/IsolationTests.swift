// What belongs to whom, what a transaction undoes, and what is kept beside the records.
import Foundation
import MerkleLog
import RecordKit
import Storage
import TestKit
import Testing

extension StoreContract {
    @Suite struct Isolation {
        private struct Refusal: Error, Equatable {}

        @Test(arguments: StoreUnderTest.all)
        func anotherOrganisationsRecordIsNeverFound(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let friend = try await scene.create(Companion(name: "theirs"), in: scene.elsewhere)
                let specimen = try await scene.create(scene.specimen("theirs", companion: friend), in: scene.elsewhere)
                let schema = Specimen.schema.erased
                for organisation in [scene.here, nil] as [UUID?] {
                    try await scene.store.read { reader throws in
                        let asOf = AsOf(index: 100, sharedIndex: 100)
                        for moment in [nil, asOf] {
                            #expect(try reader.find(schema, specimen.id.raw, in: organisation, asOf: moment) == nil)
                            let query = Query(schema, where: .ids([specimen.id.raw]), archived: .include, limit: 10)
                            #expect(try reader.page(query, in: organisation, asOf: moment).records.isEmpty)
                            #expect(
                                try reader.count(schema, where: .search("theirs"), in: organisation, asOf: moment) == 0)
                            #expect(
                                try reader.counts(schema, by: "kind", where: .all, in: organisation, asOf: moment)
                                    .isEmpty)
                            #expect(
                                try reader.links(from: [specimen.id.raw], in: organisation, asOf: moment, limit: 9)
                                    .isEmpty)
                            #expect(
                                try reader.links(to: [friend.id.raw], in: organisation, asOf: moment, limit: 9).isEmpty)
                        }
                        #expect(try reader.titles(schema, [specimen.id.raw], in: organisation).isEmpty)
                        #expect(try reader.ledgerSize(organisation) == 0)
                        #expect(try reader.leaves(organisation, from: 0, limit: 9).isEmpty)
                        #expect(try reader.position(index: 0, in: organisation) == nil)
                    }
                }
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func sharedContentIsSeenByAllAndWrittenByNoOrganisation(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let shared = try await scene.create(Standard(key: "a", title: "shared"), in: nil)
                let own = try await scene.create(Standard(key: "b", title: "own"), in: scene.here)
                let schema = Standard.schema.erased
                #expect(try await scene.titles(Standard.self, where: .all, in: scene.here) == ["shared", "own"])
                #expect(try await scene.titles(Standard.self, where: .all, in: scene.elsewhere) == ["shared"])
                #expect(try await scene.titles(Standard.self, where: .all, in: nil) == ["shared"])
                #expect(try await scene.find(shared.id, in: scene.here)?.meta.organisation == .some(nil))
                #expect(try await scene.find(own.id, in: nil) == nil)
                let (here, ids) = (scene.here, [shared.id.raw, own.id.raw])
                let titles = try await scene.store.read { try $0.titles(schema, ids, in: here) }
                #expect(titles == [shared.id.raw: "shared", own.id.raw: "own"])
                let revisions = try await scene.store.read {
                    try $0.revisions(of: ids[0], schema, in: here, before: nil, limit: 5)
                }
                #expect(revisions.count == 1)
                await #expect(throws: StoreError.notFound(type: "standard", id: shared.id.raw)) {
                    _ = try await scene.update(shared, in: scene.here)
                }
                #expect(try await scene.find(shared.id, in: nil)?.version == 1)
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func aBodyThatThrowsLeavesNothing(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let friend = try await scene.create(Companion(name: "before"), in: scene.here)
                let (id, here) = (scene.fixtures.id(), scene.here)
                let new = try Specimen.schema.validated(scene.specimen("new", companion: friend)).erased
                let edit = try Companion.schema.validated(Companion(name: "after", specimen: ID(id))).erased
                let changes = [
                    scene.fixtures.change(), scene.fixtures.change("update"), scene.fixtures.change("export"),
                ]
                var row = StatusRow(requirement: friend.id.raw)
                row.controls = 3
                let status = row
                await #expect(throws: Refusal()) {
                    try await scene.store.write(here) { transaction in
                        try transaction.save(new, id: id, over: nil, isArchived: false, by: changes[0])
                        try transaction.save(edit, id: friend.id.raw, over: 1, isArchived: true, by: changes[1])
                        try transaction.append(LedgerEvent(objectType: "export", objectID: "1"), by: changes[2])
                        try transaction.saveStatuses([status])
                        try transaction.saveLoadedSource("iso", sha256: "00")
                        let checkpoint = StoredCheckpoint(
                            size: 1, root: changes[0].salt, note: "n", at: changes[0].at)
                        try transaction.saveCheckpoint(checkpoint, organisation: here)
                        // A transaction sees what it has done so far.
                        #expect(try transaction.find(ID<Specimen>(id), in: here) != nil)
                        #expect(try transaction.find(friend.id, in: here)?.value.name == "after")
                        #expect(try transaction.links(to: [id], in: here, asOf: nil, limit: 9).count == 1)
                        #expect(try transaction.count(new.schema, where: .search("new"), in: here, asOf: nil) == 1)
                        #expect(try transaction.ledgerSize(here) == 4)
                        throw Refusal()
                    }
                }
                try await scene.store.read { reader throws in
                    #expect(try reader.find(ID<Specimen>(id), in: here) == nil)
                    #expect(try reader.find(friend.id, in: here) == friend)
                    #expect(
                        try reader.revisions(of: friend.id.raw, edit.schema, in: here, before: nil, limit: 9).count == 1
                    )
                    #expect(try reader.links(to: [id], in: here, asOf: nil, limit: 9).isEmpty)
                    #expect(try reader.links(from: [friend.id.raw], in: here, asOf: nil, limit: 9).isEmpty)
                    #expect(try reader.count(new.schema, where: .search("new"), in: here, asOf: nil) == 0)
                    #expect(try reader.ledgerSize(here) == 1)
                    #expect(try reader.statuses(in: here).isEmpty)
                    #expect(try reader.loadedSource("iso") == nil)
                    #expect(try reader.lastCheckpoint(here) == nil)
                }
                // The next change takes the index that the refused one had.
                let next = try await scene.create(Companion(name: "next"), in: scene.here)
                #expect(next.meta.since == 1)
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func aRefusedSaveThatTheBodyCatchesLeavesNothingOfItself(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let friend = try await scene.create(Companion(name: "f"), in: scene.here)
                let first = try await scene.create(scene.specimen("first", companion: friend), in: scene.here)
                let clash = try Specimen.schema.validated(first.value).erased
                let good = try Companion.schema.validated(Companion(name: "good")).erased
                let ids = [scene.fixtures.id(), scene.fixtures.id()]
                let changes = [scene.fixtures.change(), scene.fixtures.change()]
                let here = scene.here
                try await scene.store.write(here) { transaction in
                    #expect(throws: StoreError.self) {
                        try transaction.save(clash, id: ids[0], over: nil, isArchived: false, by: changes[0])
                    }
                    try transaction.save(good, id: ids[1], over: nil, isArchived: false, by: changes[1])
                }
                #expect(try await scene.find(ID<Specimen>(ids[0]), in: here) == nil)
                #expect(try await scene.find(ID<Companion>(ids[1]), in: here)?.meta.since == 2)
                #expect(try await scene.leaves(here).count == 3)
                let taken = try await scene.save(good, id: ids[0], in: here)
                #expect(taken.version == 1)
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func statusesSourcesAndCheckpointsAreKept(_ subject: StoreUnderTest) async throws {
            try await subject.run(types: .forged) { scene in
                let (here, elsewhere) = (scene.here, scene.elsewhere)
                var rows: [StatusRow] = []
                for number in 0..<5 {
                    let standard = try await scene.create(Standard(key: "k\(number)", title: "t"), in: nil)
                    var row = StatusRow(requirement: standard.id.raw)
                    row.controls = number
                    row.evidence = 2
                    row.evidenceStale = 1
                    row.tasksOpen = 4
                    row.tasksOverdue = 3
                    row.nonconformities = 4
                    row.nonconformitiesMajor = 1
                    row.measured = number == 0 ? nil : "met"
                    row.changesOn = number == 1 ? nil : Day(daysSince1970: 100 + number)
                    rows.append(row)
                }
                let saved = rows
                try await scene.store.write(here) { try $0.saveStatuses(saved) }
                try await scene.store.write(elsewhere) { try $0.saveStatuses([saved[4]]) }
                func statuses(_ organisation: UUID) async throws -> Set<StatusRow> {
                    Set(try await scene.store.read { try $0.statuses(in: organisation) })
                }
                #expect(try await statuses(here) == Set(saved))
                let due = try await scene.store.read {
                    try $0.statusesDue(by: Day(daysSince1970: 103), in: here, limit: 9)
                }
                #expect(Set(due) == [saved[0].requirement, saved[2].requirement, saved[3].requirement])
                let some = try await scene.store.read {
                    try $0.statusesDue(by: Day(daysSince1970: 103), in: here, limit: 2)
                }
                #expect(some.count == 2)
                rows[0].controls = 99
                let changed = rows
                try await scene.store.write(here) { try $0.saveStatuses([changed[0]]) }
                #expect(try await statuses(here) == Set(changed))
                try await scene.store.write(here) { try $0.removeStatuses() }
                #expect(try await statuses(here).isEmpty)
                #expect(try await statuses(elsewhere) == [saved[4]])

                try await scene.store.write(nil) { try $0.saveLoadedSource("iso", sha256: "aa") }
                try await scene.store.write(nil) { try $0.saveLoadedSource("iso", sha256: "bb") }
                let sources = try await scene.store.read { [try $0.loadedSource("iso"), try $0.loadedSource("nist")] }
                #expect(sources == ["bb", nil])

                let root = scene.fixtures.bytes(32)
                for (size, organisation) in [(3, here), (7, here), (5, here), (1, nil)] as [(Int, UUID?)] {
                    let checkpoint = StoredCheckpoint(
                        size: size, root: root, note: "ä\n\(size)", at: scene.fixtures.now)
                    try await scene.store.write(organisation) {
                        try $0.saveCheckpoint(checkpoint, organisation: organisation)
                    }
                }
                let last = try await scene.store.read { reader throws in
                    try [here, nil, elsewhere].map { try reader.lastCheckpoint($0) }
                }
                #expect(last.map { $0?.size } == [7, 1, nil])
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func organisationsAreListedInPagesInTheOrderOfTheirCreation(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                var ids: [UUID] = []
                for number in 0..<7 {
                    let id = scene.fixtures.id()
                    var workplace = Workplace()
                    workplace.name = "\(9 - number)"
                    try await scene.save(Workplace.schema.validated(workplace).erased, id: id, in: id)
                    ids.append(id)
                }
                let (all, start) = (ids, ids[2])
                try await scene.store.read { reader throws in
                    #expect(try reader.organisations(after: nil, limit: 100) == all)
                    #expect(try reader.organisations(after: start, limit: 2) == Array(all[3...4]))
                    #expect(try reader.organisations(after: all[6], limit: 2) == [])
                }
            }
        }
    }
}
