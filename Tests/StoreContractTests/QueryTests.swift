// Predicates, search and counts, each against what is true of the records themselves.
import Foundation
import RecordKit
import Storage
import TestKit
import Testing

extension StoreContract {
    @Suite struct Queries {
        @Test(arguments: StoreUnderTest.all)
        func everyWordMustBeginAWordOfTheRecord(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let friend = try await scene.create(Companion(name: "f"), in: scene.here)
                func add(_ name: String, _ edit: (inout Specimen) -> Void = { _ in }) async throws -> Stored<Specimen> {
                    var specimen = scene.specimen(name, companion: friend)
                    edit(&specimen)
                    return try await scene.create(specimen, in: scene.here)
                }
                func found(_ text: String, archived: Archived = .exclude) async throws -> [String] {
                    try await scene.titles(Specimen.self, where: .search(text), archived: archived, in: scene.here)
                }
                _ = try await add("Ärger mit Öl") { $0.notes = "die Straße\nnach Łódź" }
                _ = try await add("Risk register") { $0.secret = "geheim" }
                _ = try await add("\"quoted\" OR NEAR(a b) ^c -d col:x * 100%")
                _ = try await add("ΣΊΣΥΦΟΣ 東京 данные Ⅻ ﬁnal ½")
                _ = try await add("हिन्दी परीक्षा")
                let old = try await add("Risk retired")
                _ = try await scene.update(old, isArchived: true, in: scene.here)

                #expect(try await found("arg") == ["Ärger mit Öl"])
                #expect(try await found("ÄRGER") == ["Ärger mit Öl"])
                #expect(try await found("A\u{0308}rger") == ["Ärger mit Öl"])
                #expect(try await found("ol mit arger") == ["Ärger mit Öl"])
                #expect(try await found("strasse") == ["Ärger mit Öl"])
                #expect(try await found("STRASSE nach") == ["Ärger mit Öl"])
                #expect(try await found("ger") == [])
                #expect(try await found("arger register") == [])
                #expect(try await found("geheim") == [])
                #expect(try await found("risk") == ["Risk register"])
                #expect(try await found("risk", archived: .include) == ["Risk register", "Risk retired"])
                #expect(try await found("risk", archived: .only) == ["Risk retired"])
                #expect(try await found("  ,;risk!! ") == ["Risk register"])
                let quoted = ["\"quoted\" OR NEAR(a b) ^c -d col:x * 100%"]
                for text in [
                    "\"quoted\"", "quoted OR", "NEAR(a", "^c", "-d near", "col:x", "100%", "or near a b c d col x 100",
                    "quo*",
                ] {
                    #expect(try await found(text) == quoted, "\(text)")
                }
                let foreign = ["ΣΊΣΥΦΟΣ 東京 данные Ⅻ ﬁnal ½"]
                for text in ["σίσυφος", "σισ", "東", "ДАН", "xii", "final"] {
                    #expect(try await found(text) == foreign, "\(text)")
                }
                // Vowel signs are part of a word; a letter in a square is not one.
                for text in ["हिन्दी", "हिन", "परीक्षा हि"] { #expect(try await found(text) == ["हिन्दी परीक्षा"], "\(text)") }
                #expect(try await found("हुन्दी") == [])
                #expect(try await found("🅰 risk") == ["Risk register"])
                // Nothing that could be searched for asks for nothing.
                #expect(try await found("").count == 5)
                #expect(try await found("\"* - ()").count == 5)
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func anEditChangesWhatSearchFinds(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                var record = try await scene.create(Companion(name: "before"), in: scene.here)
                record.value.name = "after"
                _ = try await scene.update(record, in: scene.here)
                #expect(try await scene.titles(Companion.self, where: .search("before"), in: scene.here) == [])
                #expect(try await scene.titles(Companion.self, where: .search("after"), in: scene.here) == ["after"])
                let first = AsOf(index: 0, sharedIndex: -1)
                #expect(
                    try await scene.titles(Companion.self, where: .search("before"), in: scene.here, asOf: first)
                        == ["before"])
                #expect(
                    try await scene.titles(Companion.self, where: .search("after"), in: scene.here, asOf: first) == [])
            }
        }

        /// Everything that a predicate can say, over random records, against its meaning spelled out here.
        @Test(arguments: StoreUnderTest.all)
        func everyPredicateFindsWhatItSays(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let world = try await World(scene, specimens: 150)
                let authors = Set(world.records.compactMap(\.meta.createdBy))
                var cases: [(Criteria, (StoredRecord) -> Bool)] = [
                    (.all, { _ in true }), (.none, { _ in false }), (.and([]), { _ in true }),
                    (.or([]), { _ in false }),
                    (.ids([]), { _ in false }), (.oneOf("rank", []), { _ in false }),
                    (.linked("related", []), { _ in false }),
                ]
                for _ in 0..<150 { cases.append(randomCase(scene, world, depth: 2)) }
                for author in authors { cases.append((.createdBy(author), { $0.meta.createdBy == author })) }
                for (predicate, holds) in cases {
                    let expected = Set(world.records.filter { !$0.meta.isArchived && holds($0) }.map(\.id))
                    let query = Query(world.schema, where: predicate, limit: Query.limitMax)
                    let found = try await scene.page(query, in: scene.here).records
                    #expect(Set(found.map(\.id)) == expected && found.count == expected.count, "\(predicate)")
                    let (here, schema) = (scene.here, world.schema)
                    let count = try await scene.store.read {
                        try $0.count(schema, where: predicate, in: here, asOf: nil)
                    }
                    #expect(count == expected.count, "\(predicate)")
                }
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func aDecimalIsTheSameHoweverItWasWritten(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let friend = try await scene.create(Companion(name: "f"), in: scene.here)
                let written = ["1.10", "1.1", "001.100", "11e-1", "0.1e1", "1.2", "-1.1"]
                for text in written {
                    var specimen = scene.specimen(text, companion: friend)
                    specimen.price = try #require(Decimal(string: text, locale: nil))
                    _ = try await scene.create(specimen, in: scene.here)
                }
                for text in ["1.1", "1.10"] {
                    let value = FieldValue.decimal(try #require(Decimal(string: text, locale: nil)))
                    let found = try await scene.titles(Specimen.self, where: .equals("price", value), in: scene.here)
                    #expect(found == ["1.10", "1.1", "001.100", "11e-1"])
                    let above = try await scene.titles(Specimen.self, where: .greater("price", value), in: scene.here)
                    #expect(above == ["1.2"])
                    let below = try await scene.titles(Specimen.self, where: .less("price", value), in: scene.here)
                    #expect(below == ["0.1e1", "-1.1"])
                }
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func countsByAChoiceAddUp(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let world = try await World(scene, specimens: 80)
                let (here, schema) = (scene.here, world.schema)
                for field in ["kind", "grade"] {
                    for predicate in [Criteria.all, .search("a"), .greater("rank", .integer(0))] {
                        let counts = try await scene.store.read {
                            try $0.counts(schema, by: field, where: predicate, in: here, asOf: nil)
                        }
                        let query = Query(schema, where: predicate, limit: Query.limitMax)
                        let records = try await scene.page(query, in: here).records
                        #expect(!records.isEmpty)
                        #expect(counts == records.reduce(into: [:]) { $0[$1[field].text, default: 0] += 1 })
                    }
                }
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func fieldsThatAreNotThereOrNotFitAreNamed(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                func refused(_ error: StoreError, where predicate: Criteria = .all, sort: Sort = .creation) async {
                    await #expect(throws: error) {
                        _ = try await scene.page(
                            Query(Specimen.schema.erased, where: predicate, sort: sort, limit: 5), in: scene.here)
                    }
                }
                let unknown = StoreError.unknownField(type: "specimen", field: "colour")
                await refused(unknown, where: .equals("colour", .text("red")))
                await refused(unknown, where: .oneOf("colour", [.text("red")]))
                await refused(unknown, where: .less("colour", .integer(1)))
                await refused(unknown, where: .not(.and([.or([.greater("colour", .integer(1))])])))
                await refused(unknown, where: .linked("colour", [scene.here]))
                await refused(unknown, sort: Sort("colour"))
                await refused(.unknownField(type: "specimen", field: "weight"), where: .equals("weight", .integer(1)))
                await refused(.unknownField(type: "specimen", field: "weight"), sort: Sort("weight"))
                await refused(.notSupported(type: "specimen", field: "notes", use: "sort"), sort: Sort("notes"))
                await refused(.notSupported(type: "specimen", field: "related", use: "sort"), sort: Sort("related"))
                await refused(.unknownField(type: "specimen", field: "x\"; --"), where: .equals("x\"; --", .null))
                let here = scene.here
                await #expect(throws: unknown) {
                    _ = try await scene.store.read {
                        try $0.counts(Specimen.schema.erased, by: "colour", where: .all, in: here, asOf: nil)
                    }
                }
            }
        }

        // MARK: Random predicates

        private typealias Case = (Criteria, (StoredRecord) -> Bool)

        private func randomCase(_ scene: Scene, _ world: World, depth: Int) -> Case {
            if depth > 0, scene.fixtures.random.chance(50) {
                let parts = (0..<2).map { _ in randomCase(scene, world, depth: depth - 1) }
                return switch scene.fixtures.random.pick(0..<3) {
                case 0: (.and(parts.map(\.0)), { record in parts.allSatisfy { $0.1(record) } })
                case 1: (.or(parts.map(\.0)), { record in parts.contains { $0.1(record) } })
                default: (.not(parts[0].0), { !parts[0].1($0) })
                }
            }
            let sample = scene.fixtures.random.pick(world.records)
            switch scene.fixtures.random.pick(0..<7) {
            case 0, 1: return equality(scene, world, sample)
            case 2, 3: return comparison(scene, world, sample)
            case 4:
                let (field, targets) = scene.fixtures.random.pick([
                    ("related", world.records.map(\.id)), ("parent", world.records.map(\.id)),
                    ("companion", world.companions), ("companions", world.companions), ("standards", world.standards),
                    ("standard", world.standards),
                ])
                let ids = (0..<3).map { _ in scene.fixtures.random.pick(targets) }
                return (
                    .linked(field, ids),
                    { record in
                        switch record[field] {
                        case .reference(let id): ids.contains(id)
                        case .links(let links): !Set(links).isDisjoint(with: ids)
                        default: false
                        }
                    }
                )
            case 5:
                let ids = (0..<20).map { _ in scene.fixtures.random.pick(world.records).id }
                return (.ids(ids), { ids.contains($0.id) })
            default:
                let words = (0..<scene.fixtures.random.pick(1...2)).map { _ in
                    String(scene.fixtures.random.pick(Fixtures.words).prefix(scene.fixtures.random.pick(1...4)))
                }
                return (.search(words.joined(separator: " ")), { Naive.finds($0, words) })
            }
        }

        /// Equal to a value, to one of two, or without a value.
        private func equality(_ scene: Scene, _ world: World, _ sample: StoredRecord) -> Case {
            let field = scene.fixtures.random.pick([
                "name", "code", "nickname", "remark", "email", "origin", "rank", "score", "price", "cost", "isActive",
                "isVerified", "startedOn", "dueOn", "madeAt", "seenAt", "kind", "grade", "status", "companion",
                "parent",
            ])
            func equal(_ record: StoredRecord, _ value: FieldValue) -> Bool {
                record[field] == value && Array(record[field].text.utf8) == Array(value.text.utf8)
            }
            let value = sample[field]
            switch scene.fixtures.random.pick(0..<3) {
            case 0: return (.equals(field, value), { equal($0, value) })
            case 1:
                let other = scene.fixtures.random.pick(world.records)[field]
                return (.oneOf(field, [value, other]), { equal($0, value) || equal($0, other) })
            default:
                let optional = scene.fixtures.random.pick([
                    "nickname", "remark", "score", "cost", "dueOn", "seenAt", "grade", "parent", "payload",
                    "attachment",
                    "related",
                ])
                return (.equals(optional, .null), { $0[optional] == .null || $0[optional] == .links([]) })
            }
        }

        private func comparison(_ scene: Scene, _ world: World, _ sample: StoredRecord) -> Case {
            let field = scene.fixtures.random.pick([
                "name", "code", "nickname", "rank", "score", "price", "cost", "isActive", "startedOn", "dueOn",
                "madeAt",
                "seenAt", "kind", "grade",
            ])
            let bound = sample[field]
            let schema = world.schema
            if scene.fixtures.random.chance(50) {
                return (.less(field, bound), { Naive.compare($0[field], bound, field, schema) == .orderedAscending })
            }
            return (.greater(field, bound), { Naive.compare($0[field], bound, field, schema) == .orderedDescending })
        }
    }
}
