// Lists of somebody who sees a part of the records: the same pages, in the same order, wherever their records stand.
import Foundation
import RecordKit
import Storage
import TestKit
import Testing

extension StoreContract.Order {
    /// What is mine in several ways at once, some of it twice, among many others' records that all stand before it.
    @Test(arguments: StoreUnderTest.all)
    func ownRecordsAtTheEndOfAListAreReadInItsOrder(_ subject: StoreUnderTest) async throws {
        try await subject.run { scene in
            let mine = try await scene.create(Companion(name: "mine"), in: scene.here)
            let other = try await scene.create(Companion(name: "other"), in: scene.here)
            let me = scene.fixtures.id()
            var records: [StoredRecord] = []
            func add(_ name: String, _ companion: Stored<Companion>, by person: UUID, isArchived: Bool = false)
                async throws
            {
                var specimen = scene.specimen(name, companion: companion)
                specimen.rank = scene.fixtures.random.chance(50) ? 1 : 2
                specimen.score = scene.fixtures.random.chance(60) ? Int(scene.fixtures.random.next() % 5) : nil
                specimen.kind = scene.fixtures.random.pick(Specimen.Kind.allCases)
                let id = scene.fixtures.id()
                records.append(
                    try await scene.save(
                        Specimen.schema.validated(specimen).erased, id: id, in: scene.here,
                        by: scene.fixtures.change(by: person)))
                guard isArchived else { return }
                records[records.count - 1] = try await scene.save(
                    Specimen.schema.validated(specimen).erased, id: id, over: 1, isArchived: true, in: scene.here)
            }
            for number in 0..<150 { try await add("a \(number)", other, by: scene.here) }
            for number in 0..<30 {
                try await add("z \(number % 7)", mine, by: number % 3 == 0 ? me : scene.here)
                try await add("z \(number % 5)", other, by: me, isArchived: number % 6 == 0)
            }
            let visible = Criteria.or([.linked("companion", [mine.id.raw]), .createdBy(me)])
            func isVisible(_ record: StoredRecord) -> Bool {
                record["companion"] == .reference(mine.id.raw) || record.meta.createdBy == me
            }
            for sort in [
                Sort("name"), Sort("name", isDescending: true), Sort("score"), Sort("score", isDescending: true),
                Sort("kind"), .creation, Sort(nil, isDescending: true),
            ] {
                for archived in [Archived.exclude, .include] {
                    let shown = records.filter { isVisible($0) && (archived == .include || !$0.meta.isArchived) }
                    let expected = Naive.sorted(shown, by: sort, Specimen.schema.erased)
                    #expect(expected.count > 50)
                    try await walk(scene, Specimen.schema.erased, visible, archived, sort, 7, expected)
                    let some = Naive.sorted(
                        shown.filter { $0["rank"] == .integer(1) && $0["kind"] != .text("plant") }, by: sort,
                        Specimen.schema.erased)
                    #expect(some.count > 10)
                    let filtered = Criteria.and([
                        .and([visible, .equals("rank", .integer(1))]), .not(.equals("kind", .text("plant"))),
                    ])
                    try await walk(scene, Specimen.schema.erased, filtered, archived, sort, 4, some)
                }
            }
            // Two things of one kind, each a stretch of its own; and nobody.
            let both = Criteria.linked("companion", [other.id.raw, mine.id.raw])
            let all = Naive.sorted(records.filter { !$0.meta.isArchived }, by: Sort("name"), Specimen.schema.erased)
            try await walk(scene, Specimen.schema.erased, both, .exclude, Sort("name"), 50, all)
            try await walk(
                scene, Specimen.schema.erased, .or([.linked("companion", []), .none]), .exclude, Sort("name"), 5, [])
        }
    }
}
