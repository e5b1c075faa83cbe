import Access
import Foundation
import Governance
import RecordKit
import Records
import SQLiteStorage
import Storage
import Testing

@Suite struct AssessmentTests {
    let ai = FrameworkLibrary.ai
    let security = FrameworkLibrary.security

    @Test func theAssessableItemsOfBothStandardsAreExactly163Rows() async throws {
        let view = try await World().view()
        #expect(view.rows.count == 163)
        #expect(view.rows.reduce(0) { $0 + $1.partsInScope.count } == 193)
        #expect(view.counts[ai]?.total == 70)
        #expect(view.counts[security]?.total == 123)
        #expect(view.workSaved.answeredOnce == 16)
        #expect(view.workSaved.sharePart == 14)
        #expect(view.workSaved.own == 133)
        #expect(view.workSaved.split == 0)
    }

    @Test func nothingAssessedIsUnknownAndNeitherZeroNorAllOfIt() async throws {
        let view = try await World().view()
        #expect(view.total[.unknown] == 193)
        #expect(view.total.answered == 0)
        #expect(view.total[.conform] == 0)
    }

    @Test func oneAnswerFillsBothStandardsWhereTheCrosswalkSaysEqual() async throws {
        let world = try await World()
        let row = try await world.answer("clause:5.3", .conform)
        #expect(row.row.sharing == .equal)
        #expect(row.parts.map(\.shown) == [.conform, .conform])
        #expect(row.parts.compactMap { $0.answer?.id }.count == 2, "two results are stored, one for each standard")
        let view = try await world.view()
        #expect(view.counts[ai]?[.conform] == 1)
        #expect(view.counts[security]?[.conform] == 1)
    }

    @Test func aRowWithOwnPartsAsksForWhichStandard() async throws {
        let world = try await World()
        await #expect(throws: ServiceError.self) { try await world.answer("clause:6.1.2", .conform) }
        let row = try await world.answer("clause:6.1.2", .conform, part: security)
        #expect(row.parts.map(\.shown) == [.unknown, .conform], "a standard counts only when its own part is answered")
    }

    @Test func anAnswerWithOneStandardInScopeNeverFillsTheOther() async throws {
        let world = try await World()
        let id = try await world.assessment
        let schema = Assessment.schema.erased
        let whole = try await world.records.get(schema, id, as: world.lead)
        let scope = try await world.store.read { try $0.all(FrameworkAdoption.self, in: world.organisation, limit: 10) }
        let onlySecurity = try #require(scope.first { $0.value.name.contains("27001") })
        let narrowed = try await world.records.update(
            schema, id, over: whole.version, ["scope": .links([onlySecurity.id.raw])], keepsMissing: true,
            as: world.lead)
        try await world.answer("clause:5.3", .conform)
        _ = try await world.records.update(
            schema, id, over: narrowed.version, ["scope": whole["scope"]], keepsMissing: true, as: world.lead)
        let row = try await world.row("clause:5.3")
        #expect(row.parts.map(\.shown) == [.unknown, .conform])
        #expect(row.parts[0].answeredOnlyFor == "ISO/IEC 27001:2022")
        let confirmed = try await world.answer("clause:5.3", .conform)
        #expect(confirmed.parts.map(\.shown) == [.conform, .conform])
    }

    @Test func aPersonCanSplitARowAndJoinItAgain() async throws {
        let world = try await World()
        try await world.answer("clause:7.2", .conform)
        await #expect(throws: ServiceError.self, "one answer fills both") {
            try await world.answer("clause:7.2", .nonconform, part: ai)
        }
        try await world.answer("clause:7.2", nil) { $0.isSeparate = true }
        let split = try await world.answer("clause:7.2", .nonconform, part: ai)
        #expect(split.isSplit)
        #expect(split.parts.map(\.shown) == [.nonconform, .conform])
        await #expect(throws: ServiceError.self, "the results differ") {
            try await world.answer("clause:7.2", nil) { $0.isSeparate = false }
        }
        try await world.answer("clause:7.2", .conform, part: ai)
        let joined = try await world.answer("clause:7.2", nil) { $0.isSeparate = false }
        #expect(!joined.isSplit)
    }

    @Test func clausesAlwaysApply() async throws {
        let world = try await World()
        await #expect(throws: ServiceError.self) {
            try await world.answer("clause:5.3", .notApplicable) { $0.justification = "We do not want to." }
        }
    }

    @Test func notApplicableStandsInTheOneDecisionOfTheOrganisation() async throws {
        let world = try await World()
        let key = "iso27001-2022:A.7.4"
        await #expect(throws: ServiceError.self, "a reason is missing") {
            try await world.answer(key, .notApplicable)
        }
        let row = try await world.answer(key, .notApplicable) { $0.justification = "There are no premises to watch." }
        #expect(row.parts[0].shown == .notApplicable)
        let decisions = try await world.store.read { try $0.all(Applicability.self, in: world.organisation, limit: 9) }
        #expect(decisions.count == 1)
        #expect(decisions.first?.value.isApplicable == false)
        let again = try await world.answer(key, .conform)
        #expect(again.parts[0].shown == .conform)
        let decision = try await world.store.read { try $0.all(Applicability.self, in: world.organisation, limit: 9) }
        #expect(decision.map(\.value.isApplicable) == [true], "the same decision, not a second one")
    }

    @Test func aStaleAnswerIsRefusedWithBothVersions() async throws {
        let world = try await World()
        try await world.answer("clause:5.3", .conform)
        do {
            try await world.answer("clause:5.3", .nonconform) { $0.versions = [ai: 0, security: 0] }
            Issue.record("the stale answer was taken")
        } catch ServiceError.conflict(.stale(let present, let yours)) {
            #expect(present["result"] == .text("conform"))
            #expect(yours.contains(.text("nonconform")))
        }
        #expect(try await world.row("clause:5.3").parts.map(\.shown) == [.conform, .conform], "nothing half-written")
    }

    @Test func aStaleDecisionOnApplicabilityIsRefusedWithBothVersions() async throws {
        let world = try await World()
        let key = "iso27001-2022:A.7.4"
        try await world.answer(key, .notApplicable) { $0.justification = "There are no premises to watch." }
        do {
            try await world.answer(key, .notApplicable) {
                $0.justification = "The landlord watches them."
                $0.applicabilityVersions = [security: 0]
            }
            Issue.record("the stale decision was taken")
        } catch ServiceError.conflict(.stale(let present, let yours)) {
            #expect(present["justification"] == .text("There are no premises to watch."))
            #expect(yours.contains(.text("The landlord watches them.")))
        }
        await #expect(throws: ServiceError.self, "an answer that would make it apply again") {
            try await world.answer(key, .conform) { $0.applicabilityVersions = [security: 0] }
        }
        #expect(try await world.row(key).parts[0].applicability?.version == 1, "nothing half-written")
        await #expect(throws: ServiceError.self, "not seen at all") {
            try await world.answer(key, .conform) { $0.applicabilityVersions = [:] }
        }
    }

    @Test func peopleWhoAnswerNeighbouringRowsAtOnceLoseNothing() async throws {
        let world = try await World()
        let keys = try await world.view().rows.filter { $0.isOneAnswer }.prefix(24).map(\.row.key)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for key in keys { group.addTask { try await world.answer(key, .partlyConform) } }
            try await group.waitForAll()
        }
        let view = try await world.view()
        for key in keys {
            let row = try #require(view.rows.first { $0.row.key == key })
            #expect(row.partsInScope.allSatisfy { $0.shown == .partlyConform }, "\(key)")
        }
    }

    @Test func onlyThoseWhoMayAnswerDo() async throws {
        let world = try await World()
        let auditor = try await world.member("Otto", [.externalAuditor])
        let owner = try await world.member("Olga", [.controlOwner])
        await #expect(throws: ServiceError.self) { try await world.answer("clause:5.3", .conform, as: auditor) }
        await #expect(throws: ServiceError.self) { try await world.answer("clause:5.3", .conform, as: owner) }
        try await world.answer("clause:5.3", nil) { $0.owner = owner.person }
        let row = try await world.answer("clause:5.3", .conform, as: owner)
        #expect(row.parts[0].answer?.value.answeredBy?.raw == owner.person)
    }

    @Test func aClosedAssessmentTakesNoMoreAnswers() async throws {
        let world = try await World()
        let id = try await world.assessment
        _ = try await world.records.take(
            "close", Assessment.schema.erased, id, over: 1, as: world.lead, reason: nil)
        await #expect(throws: ServiceError.self) { try await world.answer("clause:5.3", .conform) }
    }
}
