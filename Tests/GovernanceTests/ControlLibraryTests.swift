import SQLiteStorage
import Access
import Foundation
import Governance
import RecordKit
import Records
import Storage
import Testing

@Suite struct ControlLibraryTests {
    private func service(_ world: World) -> ControlLibraryService {
        ControlLibraryService(records: world.records, library: world.library)
    }

    private func control(
        _ world: World, _ code: String, _ title: String, _ requirements: [UUID] = []
    ) async throws -> StoredRecord {
        try await world.records.create(
            Control.schema.erased,
            ["code": .text(code), "title": .text(title), "requirements": .links(requirements.sorted { $0 < $1 })],
            as: world.lead)
    }

    private func made(_ outcome: AdoptOutcome?) throws -> Control {
        guard case .made(let record)? = outcome?.result else { throw StoreError.badCursor }
        return try record.decoded(as: Control.self).value
    }

    @Test func takingOverMakesAPlannedControlForBothStandards() async throws {
        let world = try await World()
        let outcomes = try await service(world).adopt(["MS-04"], owner: world.lead.person, as: world.lead)
        let control = try made(outcomes.first)
        #expect(control.status == .planned && control.template == "MS-04" && control.code == "MS-04")
        #expect(control.owner?.raw == world.lead.person)
        #expect(control.procedure?.isEmpty == false && control.testMethod?.isEmpty == false)
        let library = try await world.library.current(for: world.organisation)
        let frameworks = Set(control.requirements.ids.compactMap { library.item($0.raw)?.frameworkKey })
        #expect(
            frameworks == [FrameworkLibrary.ai, FrameworkLibrary.security], "and nothing of frameworks not followed")
    }

    @Test func whatWasTakenOverIsRecognisedByItsSuggestion() async throws {
        let world = try await World()
        _ = try await service(world).adopt(["MS-04"], as: world.lead)
        let again = try await service(world).adopt(["MS-04", "MS-04"], evenIfSimilar: true, as: world.lead)
        #expect(again.count == 1)
        guard case .already = again[0].result else { throw StoreError.badCursor }
    }

    @Test func whatIsProbablyThereUnderAnotherNameIsToldAndNotMade() async throws {
        let world = try await World()
        let own = try await control(world, "X-1", "Backup and restoration")
        let first = try await service(world).adopt(["IS-30"], as: world.lead)
        guard case .similar(let id, _, let likeness) = first[0].result else { throw StoreError.badCursor }
        #expect(id == own.id && likeness.title == 1)
        _ = try made(try await service(world).adopt(["IS-30"], evenIfSimilar: true, as: world.lead).first)
    }

    @Test func aCodeThatIsTakenGetsANumber() async throws {
        let world = try await World()
        _ = try await control(world, "IS-30", "Something else entirely")
        #expect(try made(try await service(world).adopt(["IS-30"], as: world.lead).first).code == "IS-30-2")
    }

    @Test func controlsThatDoNotApplyAreLeftOut() async throws {
        let world = try await World()
        try await world.answer("iso27001-2022:A.8.13", .notApplicable) {
            $0.justification = "There is no data to keep."
        }
        let control = try made(try await service(world).adopt(["IS-30"], as: world.lead).first)
        #expect(control.requirements.ids.isEmpty)
    }

    @Test func unknownSuggestionsAndForeignOwnersAreRefused() async throws {
        let world = try await World()
        for body in [(["IS-99"], nil), ([], nil), (["IS-30"], world.organisation)] as [([String], UUID?)] {
            await #expect(throws: ServiceError.self) {
                try await service(world).adopt(body.0, owner: body.1, as: world.lead)
            }
        }
        let auditor = try await world.member("Otto", [.internalAuditor])
        await #expect(throws: ServiceError.self) { try await service(world).adopt(["IS-30"], as: auditor) }
    }

    @Test func likenessIsByWordsAndRequirements() async throws {
        let world = try await World()
        let library = try await world.library.current(for: world.organisation)
        let some = Array(library.assessable.prefix(4))
        _ = try await control(world, "A", "Review of access rights", some)
        _ = try await control(world, "B", "Access rights reviewed quarterly", Array(some.prefix(3)))
        _ = try await control(world, "C", "Access to premises", some)
        _ = try await control(world, "D", "Review of access rights")
        let pairs = try await service(world).library(as: world.lead).duplicates
        let codes = Set(pairs.map { [$0.first.value.code, $0.second.value.code].sorted() })
        #expect(codes == [["A", "B"], ["A", "D"]])
    }

    @Test func mergingMovesEverythingAndRetiresTheOther() async throws {
        let world = try await World()
        let library = try await world.library.current(for: world.organisation)
        let some = Array(library.assessable.prefix(3))
        let keep = try await control(world, "A", "Backup of data", [some[0]])
        let drop = try await control(world, "B", "Backup of all data", [some[1], some[2]])
        let task = try await world.records.create(
            Records.Task.schema.erased, ["title": .text("Test it"), "controls": .links([drop.id])], as: world.lead)
        let risk = try await world.records.create(
            Risk.schema.erased,
            [
                "code": .text("R-1"), "title": .text("Loss"),
                "controls": .links([keep.id, drop.id].sorted { $0 < $1 }),
            ], as: world.lead)
        let (kept, moved) = try await service(world).merge(
            ControlMerge(
                keep: SeenRecord(id: keep.id, version: keep.version),
                drop: SeenRecord(id: drop.id, version: drop.version), reason: "The same."), as: world.lead)
        #expect(moved == 2)
        #expect(kept["requirements"] == .links(some.sorted { $0 < $1 }))
        #expect(
            try await world.records.get(Records.Task.schema.erased, task.id, as: world.lead)["controls"]
                == .links([keep.id]))
        #expect(
            try await world.records.get(Risk.schema.erased, risk.id, as: world.lead)["controls"] == .links([keep.id]))
        let gone = try await world.records.get(Control.schema.erased, drop.id, as: world.lead)
        #expect(gone.meta.isArchived && gone["status"] == .text("retired"))
        let history = try await world.store.read {
            try $0.revisions(of: drop.id, Control.schema.erased, in: world.organisation, before: nil, limit: 10)
        }
        #expect(history.prefix(2).map(\.action) == ["archive", "retire"])
        #expect(history[0].reason?.contains("Merged into “Backup of data”: The same.") == true)
        // The cache of measured statuses is what a rebuild makes.
        let before = try await world.store.read { try $0.statuses(in: world.organisation) }
        try await world.store.write(world.organisation) { [posture = world.posture, today = world.clock.today] in
            try posture.rebuild(requirements: library.assessable, in: $0, world.organisation, today)
        }
        let after = try await world.store.read { try $0.statuses(in: world.organisation) }
        #expect(Set(after).isSubset(of: Set(before)))
        for id in some { #expect(after.first { $0.requirement == id }?.controls == 1) }
    }

    @Test func aMergeOverAnOldVersionOrOfOneControlIsRefused() async throws {
        let world = try await World()
        let keep = try await control(world, "A", "Backup of data")
        let drop = try await control(world, "B", "Backup of all data")
        let good = SeenRecord(id: keep.id, version: keep.version)
        for (a, b, reason) in [
            (good, SeenRecord(id: drop.id, version: 7), "Same."), (good, good, "Same."),
            (good, SeenRecord(id: drop.id, version: 1), " "),
            (good, SeenRecord(id: world.organisation, version: 1), "Same."),
        ] {
            await #expect(throws: ServiceError.self) {
                try await service(world).merge(ControlMerge(keep: a, drop: b, reason: reason), as: world.lead)
            }
        }
        let owner = try await world.member("Olga", [.controlOwner])
        await #expect(throws: ServiceError.self) {
            try await service(world).merge(
                ControlMerge(keep: good, drop: SeenRecord(id: drop.id, version: 1), reason: "Same."), as: owner)
        }
        #expect(try await world.records.get(Control.schema.erased, drop.id, as: world.lead).meta.isArchived == false)
    }

    @Test func coverageCountsEachRequirementOnce() async throws {
        let world = try await World()
        _ = try await service(world).adopt(["MS-05"], as: world.lead)
        let library = try await service(world).library(as: world.lead)
        let outer = library.coverage.filter { $0.section.parentID == nil }
        let planned = outer.reduce(0) { $0 + $1.counts.values.reduce(0) { $0 + $1.planned } }
        let all = outer.reduce(0) { $0 + $1.counts.values.reduce(0) { $0 + $1.all } }
        #expect(all == 193)
        #expect(planned == library.items(of: try #require(library.controls.first).value).count)
        #expect(planned == 4)
    }
}
