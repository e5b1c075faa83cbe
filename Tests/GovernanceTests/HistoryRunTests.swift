// Notes are saved while they are written: the history shows what was written together as one entry, and loses nothing.
import Access
import Foundation
import Governance
import RecordKit
import Records
import Storage
import Testing

@Suite struct HistoryRunTests {
    private static let schema = Records.Task.schema.erased
    private let world: World
    private let task: UUID

    init() async throws {
        world = try await World()
        task = try await world.records.create(
            Self.schema, ["title": .text("Write it down"), "description": .text("At first.")], as: world.lead
        ).id
    }

    private func edit(_ field: String, _ words: String, as caller: Caller? = nil, reason: String? = nil) async throws {
        let version = try await world.records.get(Self.schema, task, as: world.lead).version
        _ = try await world.records.update(
            Self.schema, task, over: version, [field: .text(words)], keepsMissing: true, as: caller ?? world.lead,
            reason: reason)
    }

    private func pages(of limit: Int) async throws -> [[HistoryRun]] {
        var pages: [[HistoryRun]] = []
        var before: Int?
        repeat {
            let page = try await world.records.historyRuns(
                Self.schema, task, as: world.lead, before: before, limit: limit)
            pages.append(page.runs)
            before = page.olderThan
        } while before != nil
        return pages
    }

    private func versions(_ runs: [HistoryRun]) -> [[Int]] { runs.map { $0.entries.map(\.revision.record.version) } }

    @Test func notesOfOnePersonWithinTenMinutesAreOneEntryAndTheRevisionsStay() async throws {
        for words in ["In the", "In the middle", "At last."] { try await edit("description", words) }
        let runs = try #require(try await pages(of: 20).first)
        #expect(versions(runs) == [[4, 3, 2], [1]])
        #expect(
            runs[0].changes.map { [$0.field.name, $0.old.text, $0.new.text] } == [
                ["description", "At first.", "At last."]
            ])
        let all = try await world.records.history(Self.schema, task, as: world.lead)
        #expect(all.map(\.revision.record.version) == [4, 3, 2, 1])
    }

    @Test func aNoteThatIsAsItWasShowsNoChange() async throws {
        for words in ["Otherwise", "At first."] { try await edit("description", words) }
        let runs = try #require(try await pages(of: 20).first)
        #expect(versions(runs) == [[3, 2], [1]])
        #expect(runs[0].changes.isEmpty)
    }

    @Test func whatIsMoreThanANoteStandsAlone() async throws {
        try await edit("description", "2")
        try await edit("title", "3")
        try await edit("description", "4")
        try await edit("description", "5", reason: "The auditor asked.")
        try await edit("description", "6")
        try await edit("description", "7", as: try await world.member("Otto", [.complianceLead]))
        try await edit("description", "8")
        let runs = try #require(try await pages(of: 20).first)
        #expect(versions(runs) == [[8], [7], [6], [5], [4], [3], [2], [1]])
    }

    @Test func anEntryLastsTenMinutes() async throws {
        for words in ["2", "3", "4"] {
            try await edit("description", words)
            // Each look at the clock is a second.
            for _ in 0..<HistoryRun.secondsMax / 2 { _ = world.clock.now() }
        }
        let runs = try #require(try await pages(of: 20).first)
        #expect(versions(runs) == [[4, 3], [2], [1]])
    }

    @Test(arguments: [1, 2, 3, 7]) func pagesHoldEachRevisionOnceAndCutNoEntry(_ limit: Int) async throws {
        for number in 2...40 { try await edit(number % 7 == 0 ? "title" : "description", "Words \(number)") }
        let whole = try #require(try await pages(of: 100).first)
        #expect(whole.count == 12)
        let pages = try await pages(of: limit)
        #expect(versions(pages.flatMap(\.self)) == versions(whole))
        #expect(pages.allSatisfy { $0.count <= limit } && pages.dropLast().allSatisfy { $0.count == limit })
    }

    @Test func aRunThatIsLongerThanWhatIsReadAtOnceGoesOnOnTheNextPage() async throws {
        let many = RecordService.historyEntriesMax + 5
        for number in 2...many { try await edit("description", "Words \(number)") }
        let pages = try await pages(of: 20)
        #expect(versions(pages.flatMap(\.self)).flatMap(\.self) == (1...many).reversed())
        #expect(pages.map(\.count) == [1, 2])
    }
}
