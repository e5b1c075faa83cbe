// Writing: versions, uniqueness, references, archiving, history, isolation, transactions.
import Foundation
import RecordKit
import Storage
import TestKit
import Testing

extension StoreContract {
    @Suite struct Writing {
        @Test(arguments: StoreUnderTest.all)
        func whatIsSavedIsFoundAsItWas(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let friend = try await scene.create(Companion(name: "Ärger \u{0301}"), in: scene.here)
                let standard = try await scene.create(Standard(key: "k", title: "Norm"), in: nil)
                let targets: [RecordType: [UUID]] = [
                    Companion.type: [friend.id.raw], Standard.type: [standard.id.raw],
                ]
                for _ in 0..<100 {
                    let valid = scene.fixtures.validRecord(Specimen.schema.erased, targets: targets)
                    let id = scene.fixtures.id()
                    let person = scene.fixtures.id()
                    let change = scene.fixtures.change(by: person)
                    let saved = try await scene.save(valid, id: id, in: scene.here, by: change)
                    let found = try await scene.store.read { [here = scene.here] in
                        try $0.find(valid.schema, id, in: here, asOf: nil)
                    }
                    #expect(found == saved)
                    #expect(found?.values == valid.values)
                    #expect(
                        found.map {
                            zip($0.values, valid.values).allSatisfy { Array($0.text.utf8) == Array($1.text.utf8) }
                        } == true)
                    #expect(saved.meta.version == 1 && !saved.meta.isArchived && saved.meta.organisation == scene.here)
                    #expect(saved.meta.createdAt == change.at && saved.meta.updatedAt == change.at)
                    #expect(saved.meta.createdBy == person && saved.meta.updatedBy == person && saved.meta.until == nil)
                }
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func anEditKeepsWhoAndWhenCreated(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let (author, editor) = (scene.fixtures.id(), scene.fixtures.id())
                var record = try await scene.create(Companion(name: "first"), in: scene.here, by: author)
                record.value.name = "second"
                let change = scene.fixtures.change("update", by: editor, reason: "a slip")
                let edited = try await scene.save(
                    Companion.schema.validated(record.value).erased, id: record.id.raw, over: 1, in: scene.here,
                    by: change)
                #expect(edited.version == 2 && edited.title == "second")
                #expect(edited.meta.createdBy == author && edited.meta.createdAt == record.meta.createdAt)
                #expect(edited.meta.updatedBy == editor && edited.meta.updatedAt == change.at)
                #expect(try await scene.find(record.id, in: scene.here)?.value.name == "second")
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func aStaleEditIsRefusedWithThePresentVersion(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let first = try await scene.create(Companion(name: "a"), in: scene.here)
                _ = try await scene.update(first, in: scene.here)
                await #expect(throws: StoreError.changedMeanwhile(type: "companion", id: first.id.raw, present: 2)) {
                    _ = try await scene.update(first, in: scene.here)
                }
                // Creating over what exists is stale, too; so is an edit of a version that is still to come.
                await #expect(throws: StoreError.changedMeanwhile(type: "companion", id: first.id.raw, present: 2)) {
                    try await scene.save(
                        Companion.schema.validated(first.value).erased, id: first.id.raw, in: scene.here)
                }
                await #expect(throws: StoreError.changedMeanwhile(type: "companion", id: first.id.raw, present: 2)) {
                    try await scene.save(
                        Companion.schema.validated(first.value).erased, id: first.id.raw, over: 3, in: scene.here)
                }
                #expect(try await scene.find(first.id, in: scene.here)?.version == 2)
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func anEditOfWhatIsNotThereIsNotFound(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let id = scene.fixtures.id()
                let valid = try Companion.schema.validated(Companion(name: "a")).erased
                await #expect(throws: StoreError.notFound(type: "companion", id: id)) {
                    try await scene.save(valid, id: id, over: 1, in: scene.here)
                }
                let theirs = try await scene.create(Companion(name: "b"), in: scene.elsewhere)
                await #expect(throws: StoreError.notFound(type: "companion", id: theirs.id.raw)) {
                    try await scene.save(valid, id: theirs.id.raw, over: 1, in: scene.here)
                }
                await #expect(throws: StoreError.self) {
                    try await scene.save(valid, id: theirs.id.raw, in: scene.here)
                }
                #expect(try await scene.find(theirs.id, in: scene.elsewhere)?.value.name == "b")
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func uniqueMeansAmongTheOrganisationsRecordsThatAreNotArchived(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let friend = try await scene.create(Companion(name: "f"), in: scene.here)
                var one = scene.specimen("one", companion: friend)
                one.code = "Köln"
                let stored = try await scene.create(one, in: scene.here)
                let taken = StoreError.taken(type: "specimen", field: "code")
                await #expect(throws: taken) { _ = try await scene.create(one, in: scene.here) }
                // Another spelling is another value: uniqueness does not fold.
                one.code = "KÖLN"
                _ = try await scene.create(one, in: scene.here)
                one.code = "Ko\u{0308}ln"
                _ = try await scene.create(one, in: scene.here)
                // Two records without a value do not collide; the same value elsewhere is no matter.
                let other = try await scene.create(Companion(name: "f"), in: scene.elsewhere)
                one.code = "Köln"
                one.companion = other.id
                _ = try await scene.create(one, in: scene.elsewhere)

                let archived = try await scene.update(stored, isArchived: true, in: scene.here)
                one.companion = friend.id
                let second = try await scene.create(one, in: scene.here)
                await #expect(throws: taken) { _ = try await scene.update(archived, isArchived: false, in: scene.here) }
                // Archiving the second as well is no collision: both are archived then.
                _ = try await scene.update(second, isArchived: true, in: scene.here)
                _ = try await scene.update(archived, isArchived: false, in: scene.here)
                #expect(try await scene.find(stored.id, in: scene.here)?.meta.isArchived == false)
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func sharedContentIsASpaceOfItsOwnForUniqueness(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                _ = try await scene.create(Standard(key: "iso", title: "shared"), in: nil)
                await #expect(throws: StoreError.taken(type: "standard", field: "key")) {
                    _ = try await scene.create(Standard(key: "iso", title: "again"), in: nil)
                }
                _ = try await scene.create(Standard(key: "iso", title: "own"), in: scene.here)
                await #expect(throws: StoreError.taken(type: "standard", field: "key")) {
                    _ = try await scene.create(Standard(key: "iso", title: "own again"), in: scene.here)
                }
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func aReferenceToNothingIsRefused(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let friend = try await scene.create(Companion(name: "f"), in: scene.here)
                let theirFriend = try await scene.create(Companion(name: "t"), in: scene.elsewhere)
                let own = try await scene.create(Standard(key: "own", title: "own"), in: scene.here)
                let theirStandard = try await scene.create(Standard(key: "t", title: "theirs"), in: scene.elsewhere)
                let unknown = scene.fixtures.id()
                func refused(_ field: String, _ id: UUID, _ edit: (inout Specimen) -> Void) async {
                    var specimen = scene.specimen("s", companion: friend)
                    edit(&specimen)
                    await #expect(throws: StoreError.unknownReference(type: "specimen", field: field, id: id)) {
                        _ = try await scene.create(specimen, in: scene.here)
                    }
                }
                await refused("companion", unknown) { $0.companion = ID(unknown) }
                await refused("parent", unknown) { $0.parent = ID(unknown) }
                await refused("related", unknown) { $0.related = Links([ID(unknown)]) }
                // Another organisation's, and one of another type.
                await refused("companion", theirFriend.id.raw) { $0.companion = theirFriend.id }
                await refused("companions", theirFriend.id.raw) { $0.companions = Links([friend.id, theirFriend.id]) }
                await refused("standards", theirStandard.id.raw) { $0.standards = Links([own.id, theirStandard.id]) }
                await refused("standard", theirStandard.id.raw) { $0.standard = theirStandard.id }
                await refused("parent", friend.id.raw) { $0.parent = ID(friend.id.raw) }
                await refused("related", friend.id.raw) { $0.related = Links([ID(friend.id.raw)]) }
                // Shared content may not point into an organisation.
                await #expect(throws: StoreError.unknownReference(type: "standard", field: "parent", id: own.id.raw)) {
                    _ = try await scene.create(Standard(key: "s", title: "s", parent: own.id), in: nil)
                }
                #expect(try await scene.titles(Specimen.self, where: .all, archived: .include, in: scene.here) == [])
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func aRecordMayPointToSharedContentAndToItself(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let friend = try await scene.create(Companion(name: "f"), in: scene.here)
                let shared = try await scene.create(Standard(key: "a", title: "a"), in: nil)
                let below = try await scene.create(Standard(key: "b", title: "b", parent: shared.id), in: nil)
                let own = try await scene.create(Standard(key: "c", title: "c", parent: below.id), in: scene.here)
                let id = scene.fixtures.id()
                var specimen = scene.specimen("s", companion: friend)
                specimen.standard = shared.id
                specimen.standards = Links([shared.id, below.id, own.id])
                specimen.parent = ID(id)
                specimen.related = Links([ID(id)])
                try await scene.save(Specimen.schema.validated(specimen).erased, id: id, in: scene.here)
                #expect(try await scene.find(ID<Specimen>(id), in: scene.here)?.value == specimen)
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func archivingHidesFromListsAndRestoringShowsAgain(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let record = try await scene.create(Companion(name: "a"), in: scene.here)
                let other = try await scene.create(Companion(name: "b"), in: scene.here)
                let archived = try await scene.update(record, isArchived: true, in: scene.here)
                #expect(archived.meta.isArchived && archived.version == 2)
                #expect(try await scene.titles(Companion.self, where: .all, in: scene.here) == ["b"])
                #expect(try await scene.titles(Companion.self, where: .all, archived: .only, in: scene.here) == ["a"])
                #expect(
                    try await scene.titles(Companion.self, where: .all, archived: .include, in: scene.here) == [
                        "a", "b",
                    ])
                #expect(try await scene.find(record.id, in: scene.here)?.meta.isArchived == true)
                let here = scene.here
                let count = try await scene.store.read {
                    try $0.count(Companion.schema.erased, where: .all, in: here, asOf: nil)
                }
                #expect(count == 1)
                // What is archived can still be pointed to.
                _ = try await scene.create(scene.specimen("s", companion: archived), in: scene.here)
                let restored = try await scene.update(archived, isArchived: false, in: scene.here)
                #expect(!restored.meta.isArchived && restored.version == 3)
                #expect(try await scene.titles(Companion.self, where: .all, in: scene.here) == ["a", "b"])
                #expect(other.version == 1)
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func theHistoryIsNewestFirstAndComplete(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let person = scene.fixtures.id()
                let id = scene.fixtures.id()
                var changes: [Change] = []
                for version in 1...7 {
                    let change = scene.fixtures.change(
                        version == 1 ? "create" : "update", by: person,
                        reason: version == 1 ? nil : "because \(version) ä",
                        request: "request-\(version)")
                    changes.append(change)
                    try await scene.save(
                        Companion.schema.validated(Companion(name: "v\(version)")).erased, id: id,
                        over: version == 1 ? nil : version - 1, isArchived: version == 5, in: scene.here, by: change)
                }
                let schema = Companion.schema.erased
                let (here, elsewhere) = (scene.here, scene.elsewhere)
                let all = try await scene.store.read {
                    try $0.revisions(of: id, schema, in: here, before: nil, limit: 100)
                }
                #expect(all.map(\.record.version) == [7, 6, 5, 4, 3, 2, 1])
                for (revision, change) in zip(all.reversed(), changes) {
                    #expect(revision.action == change.action && revision.at == change.at)
                    #expect(revision.actorKind == .person && revision.person == person && revision.auth == "session")
                    #expect(revision.reason == change.reason && revision.request == change.request)
                    #expect(revision.record.title == "v\(revision.record.version)")
                    #expect(revision.record.meta.isArchived == (revision.record.version == 5))
                    #expect(
                        revision.index == revision.record.version - 1 && revision.record.meta.since == revision.index)
                    #expect(revision.record.meta.until == (revision.index == 6 ? nil : revision.index + 1))
                }
                let part = try await scene.store.read {
                    try $0.revisions(of: id, schema, in: here, before: 5, limit: 2)
                }
                #expect(part.map(\.record.version) == [4, 3])
                let theirs = try await scene.store.read {
                    try $0.revisions(of: id, schema, in: elsewhere, before: nil, limit: 9)
                }
                #expect(theirs.isEmpty)
            }
        }
    }
}
