// What became worse within a week, and whose decision waits.
import Access
import Foundation
import Governance
import RecordKit
import Records
import SQLiteStorage
import Storage
import Testing

@Suite struct PostureChangeTests {
    private func worsened(_ world: World) async throws -> [String] {
        let view = try await world.view()
        let changes = try #require(try await world.assessments.changes(in: view, as: world.lead))
        #expect(changes.isComplete)
        return changes.worsened.map {
            "\($0.part.item.reference) \($0.before.rawValue) \($0.part.shown.rawValue)"
        }
    }

    @Test func aYoungAssessmentHasNothingToCompareWith() async throws {
        let world = try await World()
        try await world.answer("iso27001-2022:A.8.3", .nonconform)
        let view = try await world.view()
        #expect(try await world.assessments.changes(in: view, as: world.lead) == nil)
    }

    @Test func onlyWhatWasBetterAWeekAgoBecameWorse() async throws {
        let world = try await World()
        try await world.answer("iso27001-2022:A.8.3", .conform)
        try await world.answer("iso27001-2022:A.8.4", .nonconform)
        try await world.answer("iso27001-2022:A.8.5", .partlyConform)
        world.clock.advance(days: 8)
        #expect(try await worsened(world).isEmpty)
        try await world.answer("iso27001-2022:A.8.3", .partlyConform)
        try await world.answer("iso27001-2022:A.8.4", .partlyConform)
        try await world.answer("iso27001-2022:A.8.5", .conform)
        // Unknown before is no better than nonconform now.
        try await world.answer("iso27001-2022:A.8.6", .nonconform)
        #expect(try await worsened(world) == ["A.8.3 conform partlyConform"])
        world.clock.advance(days: 8)
        #expect(try await worsened(world).isEmpty, "it was so a week ago")
    }

    @Test func evidenceThatRanOutWithinTheWeekMadeItWorse() async throws {
        let world = try await World()
        let key = "iso27001-2022:A.8.3"
        let item = try await world.row(key).parts[0].item.id
        try await world.answer(key, .conform)
        let today = world.clock.today
        _ = try await world.records.create(
            Evidence.schema.erased,
            [
                "title": .text("Review"), "kind": .text("link"), "link": .text("https://example.org/review"),
                "periodFrom": .day(today.adding(days: -30)), "periodTo": .day(today),
                "validUntil": .day(today.adding(days: 5)), "requirements": .links([item]),
            ], as: world.lead)
        world.clock.advance(days: 8)
        let now = world.clock.today
        try await world.store.write(world.organisation) { [posture = world.posture] transaction in
            try posture.recompute([item], in: transaction, world.organisation, now)
        }
        #expect(try await worsened(world) == ["A.8.3 conform partlyConform"])
    }

    @Test func aDecisionWaitsForThoseWhoMayTakeItAndForNobodyElse() async throws {
        let world = try await World()
        let reviewer = try await world.member("Rita", [.internalAuditor])
        let today = world.clock.today
        let piece = try await world.records.create(
            Evidence.schema.erased,
            [
                "title": .text("Minutes"), "kind": .text("link"), "link": .text("https://example.org/minutes"),
                "periodFrom": .day(today.adding(days: -30)), "periodTo": .day(today),
            ], as: world.lead)
        let waiting = try await world.records.waitingDecisions(as: reviewer)
        #expect(waiting.map(\.record.id) == [piece.id])
        #expect(waiting.first?.transition.name == "review")
        #expect(try await world.records.waitingDecisions(as: world.lead).allSatisfy { $0.record.id != piece.id })
        let transition = try #require(waiting.first?.transition)
        _ = try await world.records.take(
            transition.name, Evidence.schema.erased, piece.id, over: piece.version, as: reviewer, reason: nil)
        #expect(try await world.records.waitingDecisions(as: reviewer).isEmpty)
    }
}
