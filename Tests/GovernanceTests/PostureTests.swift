import Access
import Foundation
import Governance
import RecordKit
import Records
import SQLiteStorage
import Storage
import Testing

@Suite struct PostureTests {
    private func requirement(_ world: World, _ key: String) async throws -> UUID {
        try await world.row(key).parts[0].item.id
    }
    private func evidence(
        _ world: World, _ requirement: UUID? = nil, control: UUID? = nil, validUntil: Day?
    ) async throws -> StoredRecord {
        let today = world.clock.today
        var input: [String: FieldValue] = [
            "title": .text("Minutes"), "kind": .text("link"), "link": .text("https://example.org/minutes"),
            "periodFrom": .day(today.adding(days: -30)), "periodTo": .day(today),
        ]
        if let validUntil { input["validUntil"] = .day(validUntil) }
        if let requirement { input["requirements"] = .links([requirement]) }
        if let control { input["controls"] = .links([control]) }
        return try await world.records.create(Evidence.schema.erased, input, as: world.lead)
    }

    @Test func aMeasurementNeverMakesARequirementConform() async throws {
        let world = try await World()
        let key = "clause:9.2.1"
        _ = try await evidence(world, try await requirement(world, key), validUntil: nil)
        let row = try await world.row(key)
        #expect(row.parts[0].measured == .supported)
        #expect(row.parts[0].shown == .unknown, "without an answer it is unknown, whatever is measured")
    }

    @Test func evidenceThatRanOutLowersWhatWasAssessed() async throws {
        let world = try await World()
        let key = "clause:9.2.1"
        let id = try await requirement(world, key)
        try await world.answer(key, .conform)
        _ = try await evidence(world, id, validUntil: world.clock.today.adding(days: 3))
        #expect(try await world.row(key).parts[0].shown == .conform)
        world.clock.advance(days: 5)
        let today = world.clock.today
        let due = try await world.store.read { try $0.statusesDue(by: today, in: world.organisation, limit: 10) }
        #expect(due == [id], "the clock knows which status changes")
        try await world.store.write(world.organisation) { [posture = world.posture] transaction in
            try posture.recompute(due, in: transaction, world.organisation, today)
        }
        let row = try await world.row(key)
        #expect(row.parts[0].assessed == .conform)
        #expect(row.parts[0].measured == .weakened)
        #expect(row.parts[0].shown == .partlyConform)
        #expect(row.parts[1].shown == .conform, "the other standard has its own evidence")
    }

    @Test func anOverdueCorrectiveActionBehindAControlMakesItsRequirementFail() async throws {
        let world = try await World()
        let key = "iso27001-2022:A.8.3"
        try await world.answer(key, .conform)
        let control = try await world.records.create(
            Control.schema.erased,
            [
                "code": .text("IAM-01"), "title": .text("Access review"),
                "requirements": .links([try await requirement(world, key)]),
            ], as: world.lead)
        let task = try await world.records.create(
            Task.schema.erased,
            [
                "title": .text("Take back rights"), "kind": .text("correctiveAction"),
                "dueOn": .day(world.clock.today.adding(days: -1)), "controls": .links([control.id]),
            ], as: world.lead)
        let row = try await world.row(key)
        #expect(row.parts[0].measured == .failing)
        #expect(row.parts[0].shown == .nonconform)
        #expect(row.parts[0].status?.tasksOverdue == 1)
        #expect(row.parts[0].status?.controls == 1)
        _ = try await world.records.take(
            "cancel", Task.schema.erased, task.id, over: task.version, as: world.lead, reason: "Made in error")
        #expect(try await world.row(key).parts[0].shown == .conform)
    }

    @Test func anOpenNonconformityLowersItsRequirementsUntilSomebodyElseClosesIt() async throws {
        let world = try await World()
        let (direct, behind) = ("iso27001-2022:A.8.3", "iso27001-2022:A.8.5")
        for key in [direct, behind] { try await world.answer(key, .conform) }
        let control = try await world.records.create(
            Control.schema.erased,
            [
                "code": .text("IAM-02"), "title": .text("Sign-in with two factors"),
                "requirements": .links([try await requirement(world, behind)]),
            ], as: world.lead)
        func raise(_ kind: Finding.Kind) async throws -> StoredRecord {
            try await world.records.create(
                Finding.schema.erased,
                [
                    "title": .text("Rights are not taken back"), "kind": .text(kind.rawValue),
                    "source": .text("surveillanceAudit"), "raisedOn": .day(world.clock.today),
                    "requirements": .links([try await requirement(world, direct)]),
                    "controls": .links([control.id]),
                ], as: world.lead)
        }
        _ = try await raise(.observation)
        #expect(try await world.row(direct).parts[0].shown == .conform, "only a nonconformity lowers")
        let minor = try await raise(.minorNonconformity)
        #expect(try await world.row(direct).parts[0].shown == .partlyConform)
        let major = try await raise(.majorNonconformity)
        for key in [direct, behind] {
            let part = try await world.row(key).parts[0]
            #expect(part.measured == .failing && part.shown == .nonconform, "\(key)")
            #expect(part.status?.nonconformities == 2 && part.status?.nonconformitiesMajor == 1, "\(key)")
        }
        let schema = Finding.schema.erased
        await #expect(throws: ServiceError.self, "its author does not close it") {
            try await world.records.take(
                "close", schema, major.id, over: 1, as: world.lead, reason: "The cause is gone")
        }
        let auditor = try await world.member("Audrey", [.internalAuditor])
        await #expect(throws: ServiceError.self, "closing needs a reason") {
            try await world.records.take("close", schema, major.id, over: 1, as: auditor, reason: nil)
        }
        for finding in [major, minor] {
            #expect(try await world.row(direct).parts[0].shown != .conform)
            _ = try await world.records.take(
                "close", schema, finding.id, over: 1, as: auditor, reason: "The cause is gone")
        }
        #expect(try await world.row(direct).parts[0].shown == .conform)
    }

    @Test func theCacheEqualsARebuildAfterRandomHistories() async throws {
        let world = try await World()
        var random = StateBox(11)
        try await RandomWork(world).run(steps: 250, &random)
        let requirements = try await world.library.current(for: nil).assessable
        let today = world.clock.today
        let (kept, rebuilt, alone) = try await world.store.write(world.organisation) {
            [posture = world.posture] transaction in
            let due = try transaction.statusesDue(by: today, in: world.organisation, limit: 1_000)
            try posture.recompute(due, in: transaction, world.organisation, today)
            let kept = try transaction.statuses(in: world.organisation)
            try posture.rebuild(requirements: requirements, in: transaction, world.organisation, today)
            let rebuilt = try transaction.statuses(in: world.organisation)
            try posture.rebuild(requirements: [], in: transaction, world.organisation, today)
            return (kept, rebuilt, try transaction.statuses(in: world.organisation))
        }
        #expect(Set(alone) == Set(rebuilt), "what has a status keeps one, whether its framework is adopted or not")
        let empty = kept.filter { $0 == StatusRow(requirement: $0.requirement) }
        #expect(Set(kept).subtracting(empty) == Set(rebuilt))
        #expect(rebuilt.contains { $0.measured != nil })
        #expect(rebuilt.contains { $0.nonconformities > 0 })
    }
}
