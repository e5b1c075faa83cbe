import Access
import Foundation
import Governance
import RecordKit
import Records
import SQLiteStorage
import Storage
import Testing

@Suite struct SeparationTests {
    private func assignment(_ world: World, _ person: UUID?, _ role: Role) async throws -> StoredRecord {
        try await world.records.create(
            RoleAssignment.schema.erased,
            [
                "person": person.map { .reference($0) } ?? .null, "role": .text(role.rawValue),
                "from": .day(world.clock.today),
            ], as: world.lead)
    }
    private func activate(_ world: World, _ record: StoredRecord, as caller: Caller) async throws -> StoredRecord {
        try await world.records.take(
            "activate", RoleAssignment.schema.erased, record.id, over: record.version, as: caller, reason: nil)
    }

    @Test func whoeverProposedARoleDoesNotActivateIt() async throws {
        let world = try await World()
        let otto = try await world.member("Otto", [])
        let top = try await world.member("Tove", [.topManagement])
        // The founder is alone at first, and may activate a role for somebody else, but never their own.
        let own = try await assignment(world, world.lead.person, .controlOwner)
        await #expect(throws: ServiceError.self) { try await activate(world, own, as: world.lead) }
        let head = try await assignment(world, top.person, .topManagement)
        #expect(try await activate(world, head, as: world.lead)["status"] == .text("active"))
        let proposed = try await assignment(world, otto.person, .controlOwner)
        await #expect(throws: ServiceError.self) { try await activate(world, proposed, as: world.lead) }
        #expect(try await activate(world, proposed, as: top)["status"] == .text("active"))
    }

    @Test func nobodyAuditsWhatTheyRun() async throws {
        let world = try await World()
        let top = try await world.member("Tove", [.topManagement])
        let otto = try await world.member("Otto", [])
        _ = try await activate(world, try await assignment(world, otto.person, .controlOwner), as: top)
        let second = try await assignment(world, otto.person, .internalAuditor)
        do {
            _ = try await activate(world, second, as: top)
            Issue.record("one person holds both roles")
        } catch ServiceError.conflict(.state(let why)) { #expect(why.contains("9.2.2")) }
    }

    @Test func whoeverBroughtEvidenceDoesNotReviewIt() async throws {
        let world = try await World()
        let today = world.clock.today
        let evidence = try await world.records.create(
            Evidence.schema.erased,
            [
                "title": .text("Log"), "kind": .text("link"), "link": .text("https://example.org"),
                "periodFrom": .day(today), "periodTo": .day(today),
            ], as: world.lead)
        let schema = Evidence.schema.erased
        await #expect(throws: ServiceError.self) {
            try await world.records.take(
                "review", schema, evidence.id, over: 1, as: world.lead, reason: nil)
        }
        let auditor = try await world.member("Ada", [.internalAuditor])
        let reviewed = try await world.records.take(
            "review", schema, evidence.id, over: 1, as: auditor, reason: nil)
        #expect(reviewed["reviewedBy"] == .reference(try #require(auditor.person)))
        #expect(reviewed["reviewedOn"] != .null)
    }

    @Test func aStateChangesByItsTransitionOnly() async throws {
        let world = try await World()
        let schema = Control.schema.erased
        let input: [String: FieldValue] = ["code": .text("A-1"), "title": .text("One")]
        await #expect(throws: ServiceError.self) {
            try await world.records.create(
                schema, input.merging(["status": .text("implemented")]) { $1 }, as: world.lead)
        }
        let control = try await world.records.create(schema, input, as: world.lead)
        await #expect(throws: ServiceError.self) {
            try await world.records.update(
                schema, control.id, over: 1, ["status": .text("implemented")], keepsMissing: true, as: world.lead)
        }
        await #expect(throws: ServiceError.self, "an owner is required first") {
            try await world.records.take("implement", schema, control.id, over: 1, as: world.lead, reason: nil)
        }
        #expect(try await world.records.get(schema, control.id, as: world.lead)["status"] == .text("planned"))
    }
}
