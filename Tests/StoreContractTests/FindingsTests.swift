// Reads across types, saved views, and what a commit tells: the same from every store.
import Foundation
import RecordKit
import Storage
import TestKit
import Testing

extension StoreContract {
    @Suite struct Findings {
        @Test(arguments: StoreUnderTest.all)
        func searchFindsPresentRecordsOfEveryTypeOfThisOrganisationAlone(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let here = scene.here
                let companion = try await scene.create(named("Zebra friend"), in: here)
                _ = try await scene.create(named("Zebra elsewhere"), in: scene.elsewhere)
                var specimen = try await scene.create(
                    scene.specimen("Zebrafish", companion: companion), in: here)
                let archived = try await scene.create(named("Zebra of old"), in: here)
                _ = try await scene.update(archived, isArchived: true, in: here)
                func found(_ text: String) async throws -> Set<SearchHit> {
                    Set(try await scene.store.read { try $0.search(text, in: here) })
                }
                let both: Set = [
                    SearchHit(type: Companion.type, id: companion.id.raw),
                    SearchHit(type: Specimen.type, id: specimen.id.raw),
                ]
                #expect(try await found("zebr") == both)
                #expect(try await found("z") == both)
                #expect(try await found("zebra fri") == [SearchHit(type: Companion.type, id: companion.id.raw)])
                #expect(try await found("") == [])
                specimen.value.name = "Lion"
                _ = try await scene.update(specimen, in: here)
                #expect(try await found("zebrafish") == [], "what a record said in the past does not find it")
                #expect(try await found("lion") == [SearchHit(type: Specimen.type, id: specimen.id.raw)])
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func hitsOfOneTypeAreBounded(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let here = scene.here
                for n in 0..<(SearchLimit.hitsPerTypeMax + 5) {
                    _ = try await scene.create(named("Ant \(n)"), in: here)
                }
                let hits = try await scene.store.read { try $0.search("ant", in: here) }
                #expect(hits.count == SearchLimit.hitsPerTypeMax)
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func revisionsAreReadInTheOrderOfTheLedger(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let here = scene.here
                var first = try await scene.create(named("One"), in: here)
                _ = try await scene.create(named("Two"), in: here)
                first.value.name = "One again"
                first = try await scene.update(first, in: here)
                let (forth, back) = try await scene.store.read { reader in
                    (
                        try reader.revisionEntries(in: here, from: 1, isBackwards: false, limit: 10),
                        try reader.revisionEntries(in: here, from: 2, isBackwards: true, limit: 2)
                    )
                }
                #expect(forth.map(\.index) == [1, 2] && back.map(\.index) == [2, 1])
                #expect(back[0].id == first.id.raw && back[0].version == 2 && back[0].action == "update")
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func viewsAreOfOnePersonOrOfTheOrganisation(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let here = scene.here
                let people = try await [
                    scene.create(named("A"), in: here), scene.create(named("B"), in: here),
                ]
                .map(\.id.raw)
                func view(_ name: String, owner: UUID?, in organisation: UUID) -> StoredView {
                    StoredView(
                        id: scene.fixtures.id(), organisation: organisation, owner: owner, type: Specimen.type,
                        name: name, query: "q=x", createdBy: nil, createdAt: Fixtures.start)
                }
                let own = view("Mine", owner: people[0], in: here)
                let shared = view("Ours", owner: nil, in: here)
                let other = view("Theirs", owner: nil, in: scene.elsewhere)
                try await scene.store.write(here) { transaction in
                    try transaction.saveView(own)
                    try transaction.saveView(shared)
                    try transaction.setDefaultView(shared.id, of: people[0], type: Specimen.type)
                }
                try await scene.store.write(scene.elsewhere) { try $0.saveView(other) }
                func views(_ person: UUID) async throws -> [String] {
                    try await scene.store.read { try $0.views(in: here, of: person, limit: 10).map(\.name) }
                }
                #expect(try await views(people[0]) == ["Mine", "Ours"])
                #expect(try await views(people[1]) == ["Ours"])
                await #expect(throws: StoreError.taken(type: "view", field: "name")) {
                    let twin = view("Mine", owner: people[0], in: here)
                    try await scene.store.write(here) { try $0.saveView(twin) }
                }
                // Another organisation's transaction does not reach it.
                try await scene.store.write(scene.elsewhere) { try $0.removeView(shared.id) }
                #expect(try await views(people[1]) == ["Ours"])
                try await scene.store.write(here) { try $0.removeView(shared.id) }
                let defaults = try await scene.store.read {
                    try $0.defaultViews(in: here, of: people[0])
                }
                #expect(try await views(people[0]) == ["Mine"] && defaults.isEmpty)
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func whatIsCommittedIsToldAndWhatIsUndoneIsNot(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let here = scene.here
                let subscription = try scene.store.changes.subscribe(to: scene.here, account: nil)
                struct Refused: Error {}
                let valid = try Companion.schema.validated(named("Undone")).erased
                let change = scene.fixtures.change("create")
                let id = scene.fixtures.id()
                await #expect(throws: Refused.self) {
                    try await scene.store.write(here) { transaction in
                        try transaction.save(valid, id: id, over: nil, isArchived: false, by: change)
                        throw Refused()
                    }
                }
                _ = try await scene.create(named("Elsewhere"), in: scene.elsewhere)
                let kept = try await scene.create(named("Kept"), in: here)
                var heard: [UUID] = []
                for await signal in subscription.signals {
                    guard case .changes(let changes) = signal else { continue }
                    heard += changes.map(\.record.id)
                    break
                }
                #expect(heard == [kept.id.raw])
                subscription.cancel()
                #expect(scene.store.changes.subscriptionCount == 0)
            }
        }

        private func named(_ name: String) -> Companion {
            var companion = Companion()
            companion.name = name
            return companion
        }
    }

    @Suite struct Hub {
        @Test func oneMoreStreamOfAnAccountEndsItsOldest() async throws {
            let hub = ChangeHub()
            let organisation = UUID()
            let account = UUID()
            let open = try (0..<ChangeHub.subscriptionsPerAccountMax).map { _ in
                try hub.subscribe(to: organisation, account: account)
            }
            let other = try hub.subscribe(to: organisation, account: UUID())
            let newest = try hub.subscribe(to: organisation, account: account)
            #expect(hub.subscriptionCount == ChangeHub.subscriptionsPerAccountMax + 1)
            var heard = 0
            for await _ in open[0].signals { heard += 1 }
            #expect(heard == 0, "ended, with nothing to hear")
            hub.beat()
            for listener in [open[1], other, newest] {
                var signals = listener.signals.makeAsyncIterator()
                #expect(await signals.next() != nil)
            }
        }

        @Test func whoIsTooSlowIsEndedInsteadOfLosingASignal() async throws {
            let hub = ChangeHub()
            let subscription = try hub.subscribe(to: UUID(), account: nil)
            for _ in 0...ChangeHub.signalsWaitingMax { hub.beat() }
            var count = 0
            for await _ in subscription.signals { count += 1 }
            #expect(count == ChangeHub.signalsWaitingMax)
            #expect(hub.subscriptionCount == 0)
        }
    }
}
