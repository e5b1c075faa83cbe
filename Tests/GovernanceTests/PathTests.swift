import SQLiteStorage
import Access
import Exchange
import Foundation
import Governance
import RecordKit
import Records
import Storage
import Testing

@Suite struct PathTests {
    let ai = FrameworkLibrary.ai
    let security = FrameworkLibrary.security

    private func path(_ world: World) -> PathService {
        PathService(records: world.records, assessments: world.assessments)
    }
    private func scope(_ world: World, includesAI: Bool) async throws {
        let id = try await world.assessment
        let version = try await world.records.get(Assessment.schema.erased, id, as: world.lead).version
        try await path(world).setScope(includesAI: includesAI, of: id, over: version, as: world.lead)
    }
    private func versions(_ row: RowView) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: row.parts.map { ($0.item.frameworkKey, $0.answer?.version ?? 0) })
    }
    /// ISO/IEC 27001 alone in scope, with some shared rows answered, and then both.
    private func answered(_ world: World, _ keys: [String: AnswerInput.Result]) async throws {
        try await scope(world, includesAI: false)
        for (key, result) in keys.sorted(by: { $0.key < $1.key }) { try await world.answer(key, result) }
        try await scope(world, includesAI: true)
    }

    // MARK: Confirming

    @Test func nothingIsConformFor42001UntilItIsConfirmed() async throws {
        let world = try await World()
        let shared = try await world.view().rows.filter { $0.parts.count == 2 }.map(\.row.key)
        #expect(shared.count == 30)
        try await answered(world, Dictionary(uniqueKeysWithValues: shared.map { ($0, .conform) }))
        var view = try await world.view()
        #expect(view.counts[security]?[.conform] == 30)
        #expect(view.counts[ai]?[.unknown] == 70, "an answer for one standard never fills the other")
        let found = try await path(world).view(as: world.lead)
        #expect(Set(found.waiting.map(\.row.key)) == Set(shared))
        #expect(found.confirmed == 0 && !found.isDone(.confirmation) && found.next == .records)
        let equal = try #require(found.waiting.first { $0.row.sharing == .equal })
        let own = try #require(found.waiting.first { $0.row.sharing == .shared })
        for row in [equal, own] {
            try await path(world).confirm(row.row.key, .same, over: versions(row), as: world.lead)
        }
        view = try await world.view()
        #expect(view.counts[ai]?[.conform] == 2 && view.counts[ai]?[.unknown] == 68)
        #expect(view.counts[security]?[.conform] == 30)
        let after = try await path(world).view(as: world.lead)
        #expect(after.waiting.count == 28 && after.confirmed == 2)
        await #expect(throws: ServiceError.self, "a row is confirmed once") {
            try await path(world).confirm(equal.row.key, .same, over: versions(equal), as: world.lead)
        }
    }

    @Test func aRowThatDiffersForAIKeepsItsAnswerForInformationSecurity() async throws {
        let world = try await World()
        try await answered(world, ["clause:5.3": .conform, "clause:6.1.2": .partlyConform])
        for key in ["clause:5.3", "clause:6.1.2"] {
            let row = try await world.row(key)
            try await path(world).confirm(
                key, .differs(.nonconform, note: "No owner for AI risks"), over: versions(row), as: world.lead)
        }
        let equal = try await world.row("clause:5.3")
        #expect(equal.isSplit && equal.parts.map(\.assessed) == [.nonconform, .conform])
        #expect(equal.parts[0].answer?.value.note == "No owner for AI risks")
        #expect(equal.parts[1].answer?.value.note == nil)
        #expect(try await world.row("clause:6.1.2").parts.map(\.assessed) == [.nonconform, .partlyConform])
    }

    @Test func aStaleConfirmationIsRefused() async throws {
        let world = try await World()
        try await answered(world, ["clause:6.1.2": .conform])
        let row = try await world.row("clause:6.1.2")
        try await world.answer("clause:6.1.2", nil, part: ai) { $0.note = "Seen" }
        await #expect(throws: ServiceError.self) {
            try await path(world).confirm("clause:6.1.2", .same, over: versions(row), as: world.lead)
        }
        #expect(try await world.row("clause:6.1.2").parts[0].assessed == .unknown)
    }

    @Test func onlyWhoMayAnswerARowConfirmsIt() async throws {
        let world = try await World()
        try await answered(world, ["clause:5.3": .conform])
        let auditor = try await world.member("Audrey", [.internalAuditor])
        let row = try await world.row("clause:5.3")
        await #expect(throws: ServiceError.self) {
            try await path(world).confirm("clause:5.3", .same, over: versions(row), as: auditor)
        }
    }

    // MARK: Imports

    private func plan(_ world: World, _ schema: AnySchema, _ text: String, standard: String?) async throws -> ImportJob
    {
        let library = try await world.library.current(for: nil)
        let bytes = Array(text.utf8)
        let job = try await world.records.imports.stage(
            schema, TableFile(.csv), named: "soa.csv", standard: standard.flatMap { library.framework($0)?.id },
            as: world.lead
        ) { push in try await push(bytes) }
        return try await world.records.imports.plan(job.id, as: world.lead)
    }
    private func problems(_ world: World, _ job: ImportJob) async throws -> [String] {
        try await world.records.imports.preview(job.id, .error, limit: 10, as: world.lead)
            .flatMap { $0.row.problems.map(\.message) }
    }

    @Test func theListsOfAnISMSAreImportedByReferenceAndWriteNoResultFor42001() async throws {
        let world = try await World()
        let files: [(AnySchema, String)] = [
            (
                Applicability.schema.erased,
                """
                requirement,isApplicable,justification
                A.5.2,yes,Roles are assigned in writing.
                A.7.4,no,There are no premises of our own.

                """
            ),
            (
                Control.schema.erased,
                "code,title,requirements\nIAM-01,Access review,A.5.18; A.8.3\nSUP-01,Supplier review,A.5.19\n"
            ),
            (
                Risk.schema.erased,
                "code,title,aspect,controls,requirements\nR-01,Rights stay,informationSecurity,IAM-01,A.5.18\n"
            ),
            (
                Finding.schema.erased,
                "code,title,kind,source,raisedOn,requirements\n"
                    + "NC-1,Rights stay after a move,minorNonconformity,surveillanceAudit,2026-05-04,A.5.18\n"
            ),
        ]
        for (schema, text) in files {
            let job = try await plan(world, schema, text, standard: security)
            let told = try await problems(world, job)
            #expect(job.counts.errors == 0, "\(schema.plural): \(told)")
            _ = try await world.records.imports.apply(job.id, as: world.lead)
        }
        let view = try await world.view()
        let decided = view.rows.flatMap(\.parts).filter { $0.applicability != nil }
        #expect(decided.map(\.item.reference) == ["A.5.2", "A.7.4"])
        #expect(decided.allSatisfy { $0.item.frameworkKey == security })
        #expect(view.counts[ai]?[.unknown] == 70)
        #expect(view.rows.flatMap(\.parts).allSatisfy { $0.answer == nil })
        let part = try #require(view.rows.flatMap(\.parts).first { $0.item.reference == "A.5.18" })
        #expect(part.status?.controls == 1 && part.status?.nonconformities == 1)
        let found = try await path(world).view(as: world.lead)
        let counts: [Int] = [found.decisions, found.controls, found.risks, found.findings]
        #expect(counts == [2, 2, 1, 1])
        #expect(found.isDone(.records))
    }

    @Test func aReferenceIsLookedUpInTheChosenStandardAlone() async throws {
        let world = try await World()
        func messages(_ reference: String, _ standard: String?) async throws -> [String] {
            let text = "code,title,requirements\nC-1,One,\(reference)\n"
            return try await problems(world, try await plan(world, Control.schema.erased, text, standard: standard))
        }
        let several = try await messages("A.5.2", nil)
        #expect(several.count == 1 && several[0].contains("is the name of 2 records"))
        #expect(try await messages("A.5.2", ai) == [])
        #expect(try await messages("iso42001-2023:A.5.2", security) == [], "a key says its standard itself")
        let other = try await messages("A.6.1.2", security)
        #expect(other.count == 1 && other[0].contains("is no"), "it is a control of ISO/IEC 42001 only")
        #expect(try await messages("A.6.1.2", nil) == [], "one standard alone has it")
    }

    // MARK: What is new, and the plan

    @Test func whatTheCrosswalkPointsToIsInferredAndChangesNoResult() async throws {
        let world = try await World()
        let library = try await world.library.current(for: nil)
        let supplier = try #require(library.row("iso27001-2022:A.5.19")?.members.first)
        let control = try await world.records.create(
            Control.schema.erased,
            ["code": .text("SUP-01"), "title": .text("Supplier review"), "requirements": .links([supplier.id])],
            as: world.lead)
        func addition() async throws -> PathAddition {
            let additions = try await path(world).view(as: world.lead).additions
            #expect(additions.count == 54)
            return try #require(additions.first { $0.item.reference == "A.10.3" })
        }
        var found = try await addition()
        #expect(found.serving.isEmpty && found.inferred.map(\.id) == [control.id])
        #expect(found.related.first.map { $0.strength } == 8 && found.shown == .unknown)
        _ = try await world.records.update(
            Control.schema.erased, control.id, over: 1,
            ["requirements": .links([supplier.id, found.item.id].sorted())],
            keepsMissing: true, as: world.lead)
        found = try await addition()
        #expect(found.serving.map(\.id) == [control.id] && found.inferred.isEmpty)
        #expect(found.shown == .unknown, "a link is no answer")
    }

    @Test func theAdditionsAre14SharedClauses2ClausesAnd38Controls() async throws {
        let world = try await World()
        let own = try await path(world).view(as: world.lead).additions
        var counts = [0, 0, 0]
        for addition in own {
            switch addition.reason {
            case .ownPart(let words):
                counts[0] += 1
                #expect(!words.isEmpty)
            case .newClause: counts[1] += 1
            case .control: counts[2] += 1
            }
        }
        #expect(counts == [14, 2, 38])
    }

    @Test func anOpenItemGetsOneTaskAndAClosedOneNone() async throws {
        let world = try await World()
        let gaps = try await path(world).view(as: world.lead).gaps
        #expect(gaps.count == 70)
        let ids = gaps.prefix(3).map(\.part.item.id)
        let day = world.clock.today.adding(days: 30)
        let made = try await path(world).makeTasks(
            ids + ids, assignee: world.lead.person, dueOn: day, as: world.lead)
        #expect(made == 3)
        #expect(try await path(world).makeTasks(ids, assignee: nil, dueOn: nil, as: world.lead) == 0)
        let tasks = try await world.store.read { try $0.all(Task.self, in: world.organisation, limit: 10) }
        #expect(tasks.count == 3)
        #expect(tasks.allSatisfy { $0.value.dueOn == day && $0.value.assignee?.raw == world.lead.person })
        // One of the three rows is one answer for both standards: its task is about both.
        let about = Set(tasks.flatMap { $0.value.requirements.ids.map(\.raw) })
        #expect(about.isSuperset(of: ids) && about.count == 4)
        let after = try await path(world).view(as: world.lead)
        #expect(after.gaps.count(where: \.hasOpenTask) == 3)

        try await world.answer("iso42001-2023:A.2.2", .conform)
        let closed = try #require(try await world.row("iso42001-2023:A.2.2").parts.first?.item.id)
        let foreign = try #require(try await world.row("iso27001-2022:A.5.1").parts.first?.item.id)
        for id in [closed, foreign, UUID()] {
            await #expect(throws: ServiceError.self) {
                try await path(world).makeTasks([id], assignee: nil, dueOn: nil, as: world.lead)
            }
        }
        await #expect(throws: ServiceError.self, "a day in the past") {
            try await path(world).makeTasks(
                [gaps[10].part.item.id], assignee: nil, dueOn: world.clock.today.adding(days: -1), as: world.lead)
        }
        await #expect(throws: ServiceError.self, "nothing chosen") {
            try await path(world).makeTasks([], assignee: nil, dueOn: nil, as: world.lead)
        }
        let auditor = try await world.member("Audrey", [.externalAuditor])
        await #expect(throws: ServiceError.self) {
            try await path(world).makeTasks([gaps[10].part.item.id], assignee: nil, dueOn: nil, as: auditor)
        }
    }

    // MARK: Areas

    @Test func theCountsByAreaAreThoseOfTheirItems() async throws {
        let world = try await World()
        try await world.answer("iso27001-2022:A.6.1", .conform)
        try await world.answer("iso27001-2022:A.6.8", .nonconform)
        let view = try await world.view()
        #expect(view.areas.count == 10)
        for area in view.areas {
            let parts = view.rows.flatMap(\.partsInScope).filter { $0.item.areas.contains(area.id) }
            #expect(view.areaCounts[area.id]?.total == parts.count && !parts.isEmpty, "\(area.id)")
            for shown in Conformity.allCases {
                #expect(view.areaCounts[area.id]?[shown] == parts.count { $0.shown == shown }, "\(area.id)")
            }
        }
        #expect(view.areaCounts["people"]?[.conform] == 1 && view.areaCounts["people"]?[.nonconform] == 1)
        #expect(view.areaCounts["security-operations"]?[.nonconform] == 1, "an item of two areas counts in both")
        #expect(view.areaCounts["security-operations"]?[.conform] == 0)
    }
}
