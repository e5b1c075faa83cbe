// Lists in order: every sort, both directions, pages of several sizes forwards and backwards.
import Foundation
import RecordKit
import Storage
import TestKit
import Testing

extension StoreContract {
    @Suite struct Order {
        /// 1,000 records with nulls, umlauts and ties; the same seed makes the same records in every store, and each
        /// store is held to the same naive order, so that all agree.
        @Test(arguments: StoreUnderTest.all)
        func pagesJoinToTheNaiveOrderInBothDirections(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let world = try await World(scene, specimens: 1_000)
                let shown = world.records.filter { !$0.meta.isArchived }
                let sortable = world.schema.fields.filter { $0.has(.sortable) }.map(\.name)
                #expect(sortable.count == 16)
                for (number, field) in ([nil] + sortable as [String?]).enumerated() {
                    for isDescending in [false, true] {
                        let sort = Sort(field, isDescending: isDescending)
                        let expected = Naive.sorted(shown, by: sort, world.schema)
                        // Every order in large pages; small pages on some, to keep the suite quick.
                        for limit in number.isMultiple(of: 5) ? [29, 1_000] : [300] {
                            try await walk(scene, world.schema, .all, .exclude, sort, limit, expected)
                        }
                    }
                }
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func filteredAndArchivedListsKeepTheirOrder(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                let world = try await World(scene, specimens: 200)
                for sort in [Sort("name"), Sort("score", isDescending: true), Sort("grade"), .creation] {
                    for (archived, isShown) in [
                        (.only, { $0.meta.isArchived }), (.include, { _ in true }),
                    ] as [(Archived, (StoredRecord) -> Bool)] {
                        let expected = Naive.sorted(world.records.filter(isShown), by: sort, world.schema)
                        try await walk(scene, world.schema, .all, archived, sort, 3, expected)
                    }
                    let expected = Naive.sorted(
                        world.records.filter { !$0.meta.isArchived && Naive.finds($0, ["a"]) }, by: sort, world.schema)
                    #expect(expected.count > 20)
                    try await walk(scene, world.schema, .search("a"), .exclude, sort, 9, expected)
                }
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func sharedAndOwnContentAreOneList(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                var records: [StoredRecord] = []
                for number in 0..<60 {
                    let standard = Standard(key: "k\(number)", title: scene.fixtures.random.pick(Fixtures.words))
                    records.append(
                        try await scene.save(
                            Standard.schema.validated(standard).erased, id: scene.fixtures.id(),
                            in: number % 3 == 0 ? scene.here : nil))
                }
                for sort in [Sort("title"), Sort("key", isDescending: true), .creation] {
                    let expected = Naive.sorted(records, by: sort, Standard.schema.erased)
                    try await walk(scene, Standard.schema.erased, .all, .exclude, sort, 7, expected)
                }
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func aPageStaysWhereItIsWhenRecordsComeAndGo(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                func companion(_ name: String) async throws -> Stored<Companion> {
                    try await scene.create(Companion(name: name), in: scene.here)
                }
                func names(_ page: RecordPage) -> [String] { page.records.map(\.title) }
                func page(_ cursor: String?) async throws -> RecordPage {
                    let query = Query(Companion.schema.erased, sort: Sort("name"), cursor: cursor, limit: 2)
                    return try await scene.page(query, in: scene.here)
                }
                _ = try await companion("b")
                let last = try await companion("d")
                for name in ["f", "h"] { _ = try await companion(name) }
                let first = try await page(nil)
                #expect(names(first) == ["b", "d"] && first.previous == nil)
                // The record at the cursor goes, others come before and after it.
                _ = try await scene.update(last, isArchived: true, in: scene.here)
                for name in ["a", "c", "e"] { _ = try await companion(name) }
                let second = try await page(first.next)
                #expect(names(second) == ["e", "f"])
                let before = try await page(second.previous)
                #expect(names(before) == ["b", "c"])
                let start = try await page(before.previous)
                #expect(names(start) == ["a"] && start.previous == nil)
                #expect(names(try await page(start.next)) == ["b", "c"])
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func aCursorOfAnotherListIsRefused(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                for name in ["a", "b", "c"] { _ = try await scene.create(Companion(name: name), in: scene.here) }
                func page(_ sort: Sort, _ cursor: String?) async throws -> RecordPage {
                    try await scene.page(
                        Query(Companion.schema.erased, sort: sort, cursor: cursor, limit: 1), in: scene.here)
                }
                let cursor = try #require(try await page(Sort("name"), nil).next)
                for sort in [Sort("name", isDescending: true), Sort("rating"), .creation] {
                    await #expect(throws: StoreError.badCursor) { _ = try await page(sort, cursor) }
                }
                for text in ["", "x", "????", String(cursor.dropLast(3)), String(repeating: "A", count: 5_000)] {
                    await #expect(throws: StoreError.badCursor, "\(text.prefix(20))") {
                        _ = try await page(Sort("name"), text)
                    }
                }
            }
        }

        @Test(arguments: StoreUnderTest.all)
        func everyTitleCanBeWalkedPast(_ subject: StoreUnderTest) async throws {
            try await subject.run { scene in
                var names = Fixtures.hostile
                // As long as a text may be, of characters that take many bytes.
                names.append(String(repeating: "👩‍👩‍👧‍👦", count: FieldLimit.textCharactersMax))
                names.append(String(repeating: "ﷺ", count: FieldLimit.textCharactersMax))
                var records: [StoredRecord] = []
                for name in names {
                    records.append(
                        try await scene.save(
                            Companion.schema.validated(Companion(name: name)).erased, id: scene.fixtures.id(),
                            in: scene.here))
                }
                for isDescending in [false, true] {
                    let sort = Sort("name", isDescending: isDescending)
                    let query = Query(Companion.schema.erased, sort: sort, limit: Query.limitMax)
                    let whole = try await scene.page(query, in: scene.here).records.map(\.id)
                    #expect(Set(whole) == Set(records.map(\.id)))
                    try await walk(scene, Companion.schema.erased, .all, .exclude, sort, 1, whole)
                }
            }
        }

        /// Reads a list page by page to its end and back to its beginning.
        func walk(
            _ scene: Scene, _ schema: AnySchema, _ predicate: Criteria, _ archived: Archived, _ sort: Sort,
            _ limit: Int,
            _ expected: [UUID], location: SourceLocation = #_sourceLocation
        ) async throws {
            func page(_ cursor: String?) async throws -> RecordPage {
                try await scene.page(
                    Query(schema, where: predicate, archived: archived, sort: sort, cursor: cursor, limit: limit),
                    in: scene.here)
            }
            let label = Comment(rawValue: "\(sort) in pages of \(limit)")
            var pages = [try await page(nil)]
            #expect(pages[0].previous == nil, label, sourceLocation: location)
            while let next = pages[pages.count - 1].next, pages.count <= expected.count {
                pages.append(try await page(next))
            }
            let ids = pages.map { $0.records.map(\.id) }
            #expect(ids.flatMap { $0 } == expected, label, sourceLocation: location)
            #expect(ids.dropLast().allSatisfy { $0.count == limit }, label, sourceLocation: location)
            #expect(pages.count == max(1, (expected.count + limit - 1) / limit), label, sourceLocation: location)
            var back = [pages[pages.count - 1]]
            while let previous = back[back.count - 1].previous, back.count <= expected.count {
                back.append(try await page(previous))
            }
            #expect(back.reversed().map { $0.records.map(\.id) } == ids, label, sourceLocation: location)
            // From a page that was reached backwards, the way forwards is the same again.
            if let first = back.last, pages.count > 1 {
                let second = try await page(first.next)
                #expect(second.records.map(\.id) == ids[1], label, sourceLocation: location)
            }
        }
    }
}
