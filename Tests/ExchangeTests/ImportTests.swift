// Imports: what a file would do is told before it does it, all of it is done or nothing, and an export that comes back
// changes nothing.
import Access
import Exchange
import Foundation
import Governance
import RecordKit
import Records
import SQLiteStorage
import Storage
import Synchronization
import TestKit
import Testing

private let controls = Control.schema.erased
private let assets = Asset.schema.erased

@Suite struct RoundTripTests {
    /// The law over all types: export, import, nothing changes; whatever the texts hold.
    @Test func whatWasExportedComesBackUnchangedForEveryType() async throws {
        let world = try await ImportWorld()
        var targets: [RecordType: [UUID]] = [Person.type: [world.person]]
        let operatorCaller = Caller.operator(user: "test", organisation: world.organisation)
        for schema in ImportWorld.schemas {
            targets[schema.type, default: []] += try await world.fill(
                schema, schema.type == Specimen.type ? 60 : 12, targets: targets)
        }
        let size = try await world.ledgerSize()
        for schema in ImportWorld.schemas {
            if !schema.isWritten {
                // Shared content is the loader's: there is no import of it at all.
                await #expect(throws: ServiceError.self) {
                    _ = try await world.stage(schema, "id,name\n", as: operatorCaller)
                }
                continue
            }
            for empty in ImportJob.EmptyCells.allCases {
                let text = try await world.export(schema, as: operatorCaller)
                let job = try await world.plan(schema, text, as: operatorCaller) { $0.emptyCells = empty }
                #expect(job.state == .planned, "\(schema.type.name)")
                #expect(try await world.problems(job, as: operatorCaller) == [], "\(schema.type.name)")
                #expect(job.counts.rows >= 12)
                #expect(job.counts.unchanged == job.counts.rows, "\(schema.type.name)")
                let applied = try await world.imports.apply(job.id, as: operatorCaller)
                #expect(applied.state == .applied)
            }
        }
        #expect(try await world.ledgerSize() == size)
    }

    @Test func whoeverSeesLessImportsTheirExportUnchanged() async throws {
        let world = try await ImportWorld()
        let secret = "only for those who may update"
        _ = try await world.fill(
            Specimen.schema.erased, 5,
            targets: [Companion.type: try await world.fill(Companion.schema.erased, 1, targets: [:])],
            overrides: ["secret": .text(secret)])
        let owner = try await world.member("Olaf", [.controlOwner, .complianceLead])
        let text = try await world.export(Specimen.schema.erased, as: owner)
        let job = try await world.plan(Specimen.schema.erased, text, as: owner) { $0.emptyCells = .clear }
        #expect(job.counts.unchanged == 5)
    }
}

@Suite struct ImportTests {
    @Test func aDryRunTellsAllAndChangesNothing() async throws {
        let world = try await ImportWorld()
        let first = try await world.records.create(
            controls, ["code": .text("A-1"), "title": .text("Old"), "type": .text("preventive")], as: world.lead)
        let size = try await world.ledgerSize()
        let job = try await world.plan(
            controls,
            "Code,Title,Type,Cost per year,Owner\nA-1,New title,Preventive,,Ines\nA-2,Second,detective,\"12,50\",ines@example.org\n"
        )
        #expect(job.settings.key == "code")
        #expect(job.counts.creates == 1 && job.counts.updates == 1 && job.counts.errors == 0)
        let shown = try await world.imports.preview(job.id, limit: 10, as: world.lead)
        #expect(shown[0].row.record == first.id)
        #expect(
            shown[0].changes.map { "\($0.field.name): \($0.old.text) → \($0.new.text)" } == [
                "title: Old → New title", "owner:  → \(world.person.lowercased)",
            ])
        #expect(shown[1].title == "Second")
        #expect(try await world.ledgerSize() == size)

        let applied = try await world.imports.apply(job.id, as: world.lead, reason: "migration", request: "r1")
        #expect(applied.state == .applied)
        let all = try await world.all(controls)
        #expect(all.map { $0["title"].text } == ["New title", "Second"])
        #expect(all[1]["costPerYear"] == .decimal(Decimal(string: "12.50") ?? 0))
        #expect(all[1]["status"] == .text("planned"))
        #expect(try await world.ledgerSize() == size + 3)
        let history = try await world.records.history(controls, first.id, as: world.lead)
        #expect(history.map(\.revision.reason) == ["migration", nil])
        #expect(history[0].revision.request == job.id.lowercased)
    }

    @Test func theImportHasALeafWithItsFileAndItsCounts() async throws {
        let world = try await ImportWorld()
        let job = try await world.plan(controls, "code,title\nA-1,One\nA-2,Two\n")
        _ = try await world.imports.apply(job.id, as: world.lead)
        let organisation = world.organisation
        let leaf = try await world.store.read { reader in
            let size = try reader.ledgerSize(organisation)
            return try reader.leaves(organisation, from: size - 1, limit: 1)[0]
        }
        let text = String(decoding: leaf.data, as: UTF8.self)
        #expect(text.contains("\"action\":\"import\""))
        #expect(text.contains(job.id.lowercased))
        #expect(text.contains(job.sha256))
        #expect(text.contains("created=2; updated=0; unchanged=0"))
    }

    /// A node that says nothing for long is taken for gone, and comes back.
    @Test(arguments: [true, false])
    func whoWasTakenForGoneAppliesNothing(_ othersApplyIt: Bool) async throws {
        let world = try await ImportWorld()
        let job = try await world.plan(controls, "code,title\nA-1,One\nA-2,Two\n")
        let paused = PausedStore(world.store) {
            try await world.store.write(world.organisation) { transaction in
                guard var present = try transaction.importJob(job.id, in: world.organisation) else { return }
                present.state = .interrupted
                try transaction.save(present)
            }
            if othersApplyIt { _ = try await world.imports.apply(job.id, as: world.lead) }
        }
        let late = RecordService(
            store: paused, environment: .system, posture: PostureEngine(), schemas: ImportWorld.schemas)
        await #expect(throws: ServiceError.self) { try await late.imports.apply(job.id, as: world.lead) }
        let organisation = world.organisation
        let state = try await world.store.read { try $0.importJob(job.id, in: organisation)?.state }
        #expect(state == (othersApplyIt ? .applied : .interrupted))
        if !othersApplyIt { _ = try await world.imports.apply(job.id, as: world.lead) }
        #expect(try await world.all(controls).count == 2)
        let size = try await world.ledgerSize()
        let leaves = try await world.store.read { try $0.leaves(organisation, from: 0, limit: size) }
        let told = leaves.filter { String(decoding: $0.data, as: UTF8.self).contains("\"action\":\"import\"") }
        #expect(told.count == 1)
    }

    @Test func nothingIsAppliedWhileOneRowHasAnError() async throws {
        let world = try await ImportWorld()
        let job = try await world.plan(controls, "code,title,type\nA-1,One,preventive\nA-2,,wrong\n")
        #expect(
            try await world.problems(job) == [
                "3 title: is required", "3 type: must be one of preventive, detective, corrective",
            ])
        await #expect(throws: ServiceError.self) { try await world.imports.apply(job.id, as: world.lead) }
        #expect(try await world.all(controls).isEmpty)
    }

    @Test func whatARowMayNotHoldIsNamedByLineAndColumn() async throws {
        let world = try await ImportWorld()
        _ = try await world.records.create(
            controls, ["code": .text("A-1"), "title": .text("One")], as: world.lead)
        let job = try await world.plan(
            controls,
            """
            code,title,status,costPerYear,owner,requirements,frequency
            A-1,One,implemented,,,,
            A-2,Two,planned,"1,234",,,
            A-3,Three,,,Nobody,,
            A-4,Four,,,,X.9 Y.9,
            A-5,,,,,,
            A-5,Six,,,,,
            A-6,Seven,,-1,,,daily
            A-7,Eight
            A-8,Nine,,,,,,,surplus
            """)
        #expect(
            try await world.problems(job) == [
                "2 status: changes only by a transition; ignore the column",
                "3 costPerYear: could be read in two ways; write it with a point, and nothing between thousands",
                "4 owner: “Nobody” is no person that you can see, by id, unique field or title",
                "5 requirements: “X.9 Y.9” is no requirement that you can see, by id, unique field or title",
                "6 title: is required", "7 code: is the same as on line 6", "8 costPerYear: must not be negative",
                "9 : has 2 cells, and the header has 7", "10 : has 9 cells, and the header has 7",
            ])
        #expect(job.counts.errors == 9)
    }

    @Test func aHeaderThatIsNoneIsRefused() async throws {
        let world = try await ImportWorld()
        let cases = [
            ("", "is empty: there is no header line"), ("\n\n", "is empty: there is no header line"),
            ("Code,Title,code\n", "has the heading “code” twice, over columns 1 and 3"),
            ("code,,title\n", "has no heading over column 2"),
        ]
        for (text, message) in cases {
            await #expect {
                _ = try await world.stage(controls, text)
            } throws: { error in
                guard case .invalid(let invalid) = error as? ServiceError else { return false }
                return invalid.problems.map(\.message) == [message]
            }
        }
        await #expect {
            _ = try await world.stage(controls, "Code;Title\nA;B\n", delimiter: .comma)
        } throws: { error in
            guard case .invalid(let invalid) = error as? ServiceError else { return false }
            return invalid.problems.map(\.message) == ["has one column, “Code;Title”; is the delimiter a semicolon?"]
        }
        #expect(try await world.imports.jobs(as: world.lead).isEmpty)
    }

    @Test func aColumnWithoutAFieldIsIgnoredOnlyByChoiceWhichIsRemembered() async throws {
        let world = try await ImportWorld()
        let text = "Code,Bezeichnung,Remark\nA-1,One,x\n"
        let job = try await world.plan(controls, text)
        #expect(job.state == .staged)
        #expect(try world.imports.mapping(job).problems.map(\.field) == ["Bezeichnung", "Remark"])
        let planned = try await world.imports.plan(
            job.id, .init(targets: ["code", "title", ""], key: "code"), as: world.lead)
        #expect(planned.state == .planned && planned.counts.creates == 1)
        let again = try await world.stage(controls, "remark,bezeichnung\nx,Two\n")
        #expect(again.settings.targets == ["", "title"])
        #expect(try world.imports.mapping(again).keyIsAmbiguous)
        #expect(try await world.stage(assets, "bezeichnung\nx\n").settings.targets == [nil])
    }

    @Test func emptyCellsLeaveOrClearByChoice() async throws {
        let world = try await ImportWorld()
        let made = try await world.records.create(
            controls, ["code": .text("A-1"), "title": .text("One"), "description": .text("Text")], as: world.lead)
        let text = "code,title,description\nA-1,,\n"
        #expect(try await world.plan(controls, text).counts.unchanged == 1)
        let job = try await world.plan(controls, text) { $0.emptyCells = .clear }
        #expect(try await world.problems(job) == ["2 title: is required"])
        let clear = try await world.plan(controls, "code,description\nA-1,\n") { $0.emptyCells = .clear }
        _ = try await world.imports.apply(clear.id, as: world.lead)
        #expect(try await world.records.get(controls, made.id, as: world.lead)["description"] == .null)
    }

    @Test func aRowMayNameRecordsFurtherDown() async throws {
        let world = try await ImportWorld()
        let job = try await world.plan(
            assets, "name,kind,dependsOn\nFront,software,Middle;Back\nMiddle,software,Back\nBack,software,\n")
        #expect(try await world.problems(job) == [])
        _ = try await world.imports.apply(job.id, as: world.lead)
        let all = Dictionary(uniqueKeysWithValues: try await world.all(assets).map { ($0["name"].text, $0) })
        let back = try #require(all["Back"])
        let middle = try #require(all["Middle"])
        #expect(middle["dependsOn"] == .links([back.id]))
        #expect(all["Front"]?["dependsOn"] == .links([back.id, middle.id].sorted { $0 < $1 }))
    }

    @Test func newRecordsThatNameEachOtherInACircleAreRefused() async throws {
        let world = try await ImportWorld()
        let job = try await world.plan(assets, "name,kind,dependsOn\nA,software,B\nB,software,A\nC,software,C\n")
        #expect(job.counts.errors == 2 && job.counts.creates == 1)
        #expect(try await world.problems(job).allSatisfy { $0.contains("names a new record that names this one") })
    }

    @Test func aNameOfSeveralRecordsIsNoReferenceAndNoKey() async throws {
        let world = try await ImportWorld()
        for _ in 0..<2 {
            _ = try await world.records.create(
                assets, ["name": .text("Twin"), "kind": .text("software")], as: world.lead)
        }
        let job = try await world.plan(assets, "name,kind,dependsOn\nTwin,software,\nNew,software,Twin\n")
        #expect(
            try await world.problems(job) == [
                "2 name: is the same in 2 records; use the id to say which one is meant",
                "3 dependsOn: “Twin” is the name of 2 records; write the id of the one meant",
            ])
    }

    @Test func ofTwoImportsTheSecondIsRefusedByLine() async throws {
        let world = try await ImportWorld()
        for code in ["A-1", "A-2"] {
            _ = try await world.records.create(
                controls, ["code": .text(code), "title": .text("Old")], as: world.lead)
        }
        let first = try await world.plan(controls, "code,title\nA-1,First\nB-1,New\n")
        let second = try await world.plan(controls, "code,title\nA-2,Second\nA-1,Second\nB-1,New\n")
        _ = try await world.imports.apply(first.id, as: world.lead)
        let size = try await world.ledgerSize()
        await #expect {
            _ = try await world.imports.apply(second.id, as: world.lead)
        } throws: { error in
            guard case .conflict(.state(let why)) = error as? ServiceError else { return false }
            return why.contains("on lines 4, 3;")
        }
        #expect(try await world.ledgerSize() == size)
        let after = try await world.imports.job(second.id, as: world.lead)
        #expect(after.state == .planned && after.counts.errors == 2)
        #expect(
            Set(try await world.problems(after)) == [
                "4 code: is taken by another record since the dry run",
                "3 : was changed since the dry run: it was version 1, and is 2 now",
            ])
        let again = try await world.imports.plan(second.id, as: world.lead)
        #expect(again.counts.errors == 0 && again.counts.updates == 2 && again.counts.unchanged == 1)
        _ = try await world.imports.apply(again.id, as: world.lead)
        #expect(Set(try await world.all(controls).map { $0["title"].text }) == ["Second", "New"])
    }

    @Test func anOldVersionInTheFileIsRefusedIfItWouldOverwrite() async throws {
        let world = try await ImportWorld()
        let made = try await world.records.create(
            controls, ["code": .text("A-1"), "title": .text("Old")], as: world.lead)
        _ = try await world.records.update(
            controls, made.id, over: 1, ["title": .text("Newer")], keepsMissing: true, as: world.lead)
        let job = try await world.plan(
            controls, "id,version,title\n\(made.id.lowercased),1,Mine\n")
        #expect(
            try await world.problems(job) == [
                "2 version: is 1, and the record is at version 2 now: it was changed since the export"
            ])
    }

    @Test func anInterruptedImportIsFoundNotAppliedAndGoesOn() async throws {
        let world = try await ImportWorld()
        let job = try await world.plan(controls, "code,title\nA-1,One\n")
        let organisation = world.organisation
        let killed = try await world.store.write(organisation) { transaction in
            var job = job
            job.state = .applying
            try transaction.save(job)
            return job
        }
        await #expect(throws: ServiceError.self) { try await world.imports.apply(killed.id, as: world.lead) }
        try await world.imports.recover()
        #expect(try await world.imports.job(job.id, as: world.lead).state == .interrupted)
        #expect(try await world.all(controls).isEmpty)
        #expect(try await world.imports.apply(job.id, as: world.lead).state == .applied)
        #expect(try await world.all(controls).count == 1)
        await #expect(throws: ServiceError.self) { try await world.imports.apply(job.id, as: world.lead) }
    }

    @Test func whoMayNotWriteARecordMayNotImportIt() async throws {
        let world = try await ImportWorld()
        let owner = try await world.member("Olaf", [.controlOwner])
        let reader = try await world.member("Rita", [.internalAuditor])
        for (code, person) in [("A-1", owner.person), ("A-2", world.lead.person)] {
            _ = try await world.records.create(
                controls, ["code": .text(code), "title": .text("Old"), "owner": .reference(try #require(person))],
                as: world.lead)
        }
        let text = "code,title\nA-1,Mine\nA-2,Not mine\nA-3,New\n"
        await #expect(throws: ServiceError.self) { _ = try await world.stage(controls, text, as: reader) }
        let job = try await world.plan(controls, text, as: owner)
        #expect(
            try await world.problems(job, as: owner) == [
                "3 : Your role does not allow you to update this control.",
                "4 : Your role does not allow you to create a control.",
            ])
        let own = try await world.plan(controls, "code,title\nA-1,Mine\nA-2,Old\n", as: owner)
        #expect(own.counts.updates == 1 && own.counts.unchanged == 1)
        await #expect(throws: ServiceError.self) { _ = try await world.imports.job(own.id, as: world.lead) }
        await #expect(throws: ServiceError.self) { try await world.imports.discard(own.id, as: world.lead) }
    }

    @Test func theStatusesAreThoseOfARebuild() async throws {
        let world = try await ImportWorld()
        let framework = try await world.fill(Framework.schema.erased, 1, targets: [:])
        let requirements = try await world.fill(
            Requirement.schema.erased, 3, targets: [Framework.type: framework])
        let keys = requirements.map(\.lowercased)
        let job = try await world.plan(
            controls, "code,title,requirements\nA-1,One,\(keys[0]) \(keys[1])\nA-2,Two,\(keys[0]);\(keys[2])\n")
        #expect(try await world.problems(job) == [])
        _ = try await world.imports.apply(job.id, as: world.lead)
        let tasks = try await world.plan(
            Records.Task.schema.erased, "title,kind,dueOn,controls\nLate,correctiveAction,01.02.2020,One\n")
        #expect(try await world.problems(tasks) == [])
        _ = try await world.imports.apply(tasks.id, as: world.lead)
        let organisation = world.organisation
        let kept = try await world.store.read { Set(try $0.statuses(in: organisation)) }
        #expect(kept.filter { $0.measured == "failing" }.count == 2)
        let rebuilt = try await world.store.write(organisation) { transaction in
            try PostureEngine().rebuild(
                requirements: requirements, in: transaction, organisation, Day(daysSince1970: 20_500))
            return Set(try transaction.statuses(in: organisation))
        }
        #expect(kept == rebuilt)
    }

    @Test func theReportHasALineForEachChangeAndProblem() async throws {
        let world = try await ImportWorld()
        let job = try await world.plan(controls, "code,title\nA-1,=1+1\nA-2,\n")
        var bytes: [UInt8] = []
        try await world.imports.report(job.id, as: world.lead) { bytes += $0 }
        let rows = try CSVReader.rows(bytes).map(\.cells)
        #expect(rows[0].prefix(2) == ["line", "action"])
        #expect(rows[2][0] == "2" && rows[2][5] == "title" && rows[2][7] == "'=1+1")
        #expect(rows.last?.last == "is required")
        #expect(rows.count == 5)
    }

    @Test func oldImportsAreForgotten() async throws {
        let world = try await ImportWorld()
        let job = try await world.plan(controls, "code,title\nA-1,One\n")
        try await world.imports.tidy()
        #expect(try await world.imports.jobs(as: world.lead).map(\.id) == [job.id])
        try await world.store.write(nil) { try $0.removeImports(before: job.createdAt.adding(seconds: 1)) }
        #expect(try await world.imports.jobs(as: world.lead).isEmpty)
    }
}

/// A store in which much happens after the first change that goes through it.
private final class PausedStore: Storage.Store {
    private let store: SQLiteStore
    private let meanwhile: Mutex<(@Sendable () async throws -> Void)?>

    init(_ store: SQLiteStore, _ meanwhile: @escaping @Sendable () async throws -> Void) {
        self.store = store
        self.meanwhile = Mutex(meanwhile)
    }

    func read<T: Sendable>(_ body: @escaping @Sendable (any Reader) throws -> T) async throws -> T {
        try await store.read(body)
    }
    func write<T: Sendable>(
        _ organisation: UUID?, isBrief: Bool, _ body: @escaping @Sendable (any Transaction) throws -> T
    ) async throws -> T {
        let result = try await store.write(organisation, isBrief: isBrief, body)
        let meanwhile = meanwhile.withLock { meanwhile in
            defer { meanwhile = nil }
            return meanwhile
        }
        try await meanwhile?()
        return result
    }
    func scrub() async throws { try await store.scrub() }
    var changes: ChangeHub { store.changes }
}
