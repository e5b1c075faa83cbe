// As of a ledger index: what is shown later must be what was seen then.
import Foundation
import RecordKit
import Storage
import TestKit
import Testing

extension StoreContract {
    @Suite struct AsOfMoments {
        @Test(arguments: StoreUnderTest.all + [.sqliteOfThePast])
        func everyFormerMomentShowsWhatWasSeenThen(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                var history = RandomHistory(organisation: scene.here)
                var moments: [(asOf: AsOf, seen: [String])] = []
                for _ in 0..<20 {
                    try await history.run(scene, operations: 50)
                    let asOf = try await scene.position(scene.here)
                    let seen = try await view(scene, history, asOf: nil)
                    #expect(seen.count > 20)
                    moments.append((asOf, seen))
                    let (here, now) = (scene.here, scene.fixtures.now)
                    let position = try await scene.store.read { try $0.position(at: now, in: here) }
                    #expect(position == asOf)
                }
                #expect(Set(moments.map(\.seen)).count == 20)
                for (asOf, seen) in moments {
                    let again = try await view(scene, history, asOf: asOf)
                    #expect(again.count == seen.count)
                    for (now, then) in zip(again, seen) where now != then {
                        Issue.record("as of \(asOf): \(now.prefix(600)) — seen then: \(then.prefix(600))")
                        break
                    }
                }
                let nothing = try await view(scene, history, asOf: AsOf(index: -1, sharedIndex: -1))
                #expect(nothing.allSatisfy { $0.hasSuffix(": ") || $0.hasSuffix(": 0") || $0.hasSuffix(": [:]") })
            }
        }

        @Test(arguments: StoreUnderTest.all + [.sqliteOfThePast])
        func ownRecordsFollowTheOwnIndexAndSharedOnesTheServers(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                var shared = try await scene.create(Standard(key: "k", title: "first"), in: nil)
                var own = try await scene.create(Standard(key: "k", title: "one"), in: scene.here)
                shared.value.title = "second"
                shared = try await scene.update(shared, in: nil)
                own.value.title = "two"
                own = try await scene.update(own, in: scene.here)
                for (index, sharedIndex, expected) in [
                    (-1, -1, []), (0, -1, ["one"]), (-1, 0, ["first"]), (0, 0, ["first", "one"]),
                    (0, 1, ["second", "one"]), (1, 0, ["first", "two"]), (1, 1, ["second", "two"]),
                    (9, 9, ["second", "two"]),
                ] as [(Int, Int, [String])] {
                    let asOf = AsOf(index: index, sharedIndex: sharedIndex)
                    let titles = try await scene.titles(Standard.self, where: .all, in: scene.here, asOf: asOf)
                    #expect(titles == expected, "\(asOf)")
                }
                let here = scene.here
                let positions = try await scene.store.read { reader throws in
                    try (0..<3).map { try reader.position(index: $0, in: here) }
                }
                #expect(positions == [AsOf(index: 0, sharedIndex: 0), AsOf(index: 1, sharedIndex: 1), nil])
                let serverPositions = try await scene.store.read { reader throws in
                    try (0..<3).map { try reader.position(index: $0, in: nil) }
                }
                #expect(serverPositions == [AsOf(index: 0, sharedIndex: 0), AsOf(index: 1, sharedIndex: 1), nil])
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func linksAreKnownBothWaysAndAsOfEveryMoment(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let friend = try await scene.create(Companion(name: "f"), in: scene.here)
                let other = try await scene.create(Companion(name: "o"), in: scene.here)
                let shared = try await scene.create(Standard(key: "k", title: "t"), in: nil)
                var record = scene.specimen("s", companion: friend)
                record.companions = Links([friend.id, other.id])
                record.standards = Links([shared.id])
                var stored = try await scene.create(record, in: scene.here)
                let before = try await scene.position(scene.here)
                stored.value.companion = other.id
                stored.value.companions = Links([other.id])
                stored.value.related = Links([stored.id])
                stored = try await scene.update(stored, in: scene.here)
                stored = try await scene.update(stored, isArchived: true, in: scene.here)
                let theirs = try await scene.create(Companion(name: "x"), in: scene.elsewhere)
                var their = scene.specimen("theirs", companion: theirs)
                their.standards = Links([shared.id])
                _ = try await scene.create(their, in: scene.elsewhere)

                let id = stored.id.raw
                @Sendable func link(_ field: String, _ target: UUID) -> Link {
                    Link(from: id, fromType: Specimen.type, field: field, to: target)
                }
                let (f, o, k) = (friend.id.raw, other.id.raw, shared.id.raw)
                let (here, elsewhere) = (scene.here, scene.elsewhere)
                try await scene.store.read { reader throws in
                    func from(_ ids: [UUID], _ asOf: AsOf? = nil) throws -> [Link] {
                        try reader.links(from: ids, in: here, asOf: asOf, limit: 100)
                    }
                    func to(_ ids: [UUID], _ asOf: AsOf? = nil) throws -> [Link] {
                        try reader.links(to: ids, in: here, asOf: asOf, limit: 100)
                    }
                    // An archived record keeps its links. They are in order of start, field and end.
                    #expect(
                        try from([id]) == [
                            link("companion", o), link("companions", o), link("related", id), link("standards", k),
                        ])
                    #expect(
                        try from([id], before) == [
                            link("companion", f), link("companions", f), link("companions", o), link("standards", k),
                        ])
                    #expect(try to([f]) == [])
                    #expect(try to([f], before) == [link("companion", f), link("companions", f)])
                    #expect(try to([o, k, id]) == from([id]))
                    #expect(try to([k]) == [link("standards", k)])
                    #expect(try to([k, k, k]) == [link("standards", k)])
                    #expect(try from([]) == [] && to([]) == [])
                    #expect(try reader.links(from: [id], in: here, asOf: nil, limit: 2).count == 2)
                    #expect(try reader.links(to: [k], in: elsewhere, asOf: nil, limit: 9).map(\.from) != [id])
                    #expect(try reader.links(to: [k], in: elsewhere, asOf: nil, limit: 9).count == 1)
                    #expect(try from([id], AsOf(index: 1, sharedIndex: 0)) == [])
                }
            }
        }

        /// All that can be seen of the organisation, in lines.
        private func view(_ scene: Scene, _ history: RandomHistory, asOf: AsOf?) async throws -> [String] {
            let here = scene.here
            let ids = history.records.values.flatMap { $0.map(\.id) }
            return try await scene.store.read { reader throws in
                var lines: [String] = []
                func list(_ query: Query) throws {
                    var query = query
                    var records: [StoredRecord] = []
                    while true {
                        let page = try reader.page(query, in: here, asOf: asOf)
                        records += page.records
                        guard let next = page.next else { break }
                        query = Query(
                            query.schema, where: query.predicate, archived: query.archived, sort: query.sort,
                            cursor: next,
                            limit: query.limit)
                    }
                    let shown = records.map { "\($0.id) \($0.version) \($0.meta.isArchived) \($0.values)" }
                    lines.append(
                        "\(query.schema.type.name) \(query.sort) \(query.predicate): \(shown.joined(separator: "; "))")
                }
                for schema in SampleRegistry.schemas {
                    try list(Query(schema, archived: .include, limit: 37))
                    lines.append("count: \(try reader.count(schema, where: .all, in: here, asOf: asOf))")
                }
                let specimen = Specimen.schema.erased
                for word in ["a", "strasse o", "дан"] { try list(Query(specimen, where: .search(word), limit: 100)) }
                for sort in [Sort("name"), Sort("score", isDescending: true), Sort("grade")] {
                    try list(Query(specimen, sort: sort, limit: 41))
                }
                for companion in (history.records[Companion.type] ?? []).prefix(5) {
                    try list(Query(specimen, where: .linked("companions", [companion.id]), limit: 100))
                    try list(Query(specimen, where: .linked("companion", [companion.id]), limit: 100))
                }
                let counts = try reader.counts(specimen, by: "kind", where: .all, in: here, asOf: asOf)
                lines.append("kinds: \(counts.isEmpty ? "[:]" : "\(counts.sorted { $0.key < $1.key })")")
                let out = try reader.links(from: ids, in: here, asOf: asOf, limit: 100_000)
                let back = try reader.links(to: ids, in: here, asOf: asOf, limit: 100_000)
                lines.append("links from: \(out.map { "\($0.from) \($0.field) \($0.to)" }.joined(separator: "; "))")
                lines.append("links to: \(back.map { "\($0.from) \($0.field) \($0.to)" }.joined(separator: "; "))")
                for record in history.records.values.joined().sorted(by: { $0.id < $1.id }) where record.id.uuid.15 < 16
                {
                    let found = try reader.find(record.schema, record.id, in: here, asOf: asOf)
                    if let found { lines[0] += " \(found.id) \(found.version) \(found.values)" }
                }
                return lines
            }
        }
    }
}
