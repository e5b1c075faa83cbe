// Lists by ranges of days, the links that lead to narrowed lists, HEAD, and what exports leave in the ledger.
import Access
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import MerkleLog
import RecordKit
import Records
import Storage
import Synchronization
import TestKit
import Testing

@testable import WebUI

@Suite struct NarrowedListTests {
    private let world: WebWorld
    init() async throws { world = try await WebWorld.shared.value }

    private func task(_ title: String, due: Day?) async throws {
        _ = try await world.create(
            Records.Task.self, ["title": .text(title), "dueOn": due.map { .day($0) } ?? .null], as: world.lead)
    }
    private func day(_ text: String) throws -> Day { try #require(Day(text)) }

    @Test func aRangeOfDaysHasBothEndsAndEitherMayBeOpen() async throws {
        for (title, due) in [
            ("Rangework first", "2031-03-01"), ("Rangework second", "2031-03-02"), ("Rangework third", "2031-03-03"),
        ] { try await task(title, due: try day(due)) }
        try await task("Rangework undated", due: nil)
        let names = ["first", "second", "third", "undated"]
        for (query, expected) in [
            ("dueOn=..2031-03-02", ["first", "second"]), ("dueOn=2031-03-02..", ["second", "third"]),
            ("dueOn=2031-03-02..2031-03-02", ["second"]), ("dueOn=2031-03-02", ["second"]),
            ("dueOn.from=2031-03-02&dueOn.to=2031-03-03", ["second", "third"]),
            ("dueOn.from=2031-03-03", ["third"]), ("dueOn=-", ["undated"]), ("dueOn=..", names),
        ] {
            let page = try await world.get("/tasks?q=rangework&\(query)", as: world.lead)
            #expect(page.status == 200 && PageCheck(page.text).problems == [])
            let shown = names.filter { page.text.contains("Rangework \($0)") }
            #expect(shown == expected, "\(query)")
            let csv = try await world.get("/tasks.csv?q=rangework&\(query)", as: world.lead).text
            #expect(names.filter { csv.contains("Rangework \($0)") } == expected, "CSV of \(query)")
        }
        let page = try await world.get("/tasks?dueOn=2031-03-02..", as: world.lead).text
        #expect(page.between("name=\"dueOn.from\"", ">")?.contains("value=\"2031-03-02\"") == true)
    }

    @Test(arguments: ["dueOn=2031-02-30..", "dueOn=..soon", "dueOn.from=x", "dueOn.to=2031-3-1"])
    func whatIsNoDayIsNamed(_ query: String) async throws {
        let page = try await world.get("/tasks?\(query)", as: world.lead)
        #expect(page.status == 422 && page.text.contains("dueOn"))
    }

    @Test func theOverviewLeadsToOpenTasksThatAreOverdueAndToNoOthers() async throws {
        let today = world.lead.caller.today(at: world.services.environment.now())
        try await task("Latework late", due: today.adding(days: -1))
        try await task("Latework today", due: today)
        let overview = try await world.get("/", as: world.lead).text
        let card = try #require(overview.between("id=\"h-late\"", "</section>"))
        let href = try #require(card.between("href=\"", "\"")).replacingOccurrences(of: "&amp;", with: "&")
        let list = try await world.get(href, as: world.lead).text
        #expect(list.contains("Latework late") && !list.contains("Latework today"))
        #expect(href.contains("status=open") && href.contains("status=inProgress"))
    }

    // MARK: HEAD

    @Test(arguments: ["/", "/tasks", "/tasks/new", "/settings/tokens", "/nowhere", "/tasks.csv", "/sign-in"])
    func headIsAnsweredAsGetWithoutABody(_ path: String) async throws {
        let member: WebWorld.Member? = path == "/sign-in" ? nil : world.lead
        let get = try await world.get(path, as: member)
        let head = try await world.send(.head, path, as: member, headers: [:], body: [])
        #expect(head.status == get.status)
        #expect(head.headers[.contentType] == get.headers[.contentType])
        #expect(head.body.isEmpty && !get.body.isEmpty)
    }

    // MARK: Exports

    @Test func anExportIsALeafWithoutTheWordsThatWereSearchedBy() async throws {
        try await task("Exportwork one", due: nil)
        func events() async throws -> [Leaf] {
            let organisation = world.organisation
            return try await world.services.store.read { reader in
                try reader.leaves(organisation, from: 0, limit: 100_000).map { try Leaf(canonicalBytes: $0.data) }
            }.filter { $0.object.type == "export" && $0.object.id.hasPrefix("task/") }
        }
        let employee = try world.member(.complianceLead)
        func own() async throws -> [Leaf] {
            try await events().filter { $0.actor.id == employee.caller.person?.lowercased }
        }
        let before = try await own().count
        _ = try await world.send(.head, "/tasks.csv?q=exportwork", as: employee, headers: [:], body: [])
        #expect(try await own().count == before, "nothing left the server")
        let answer = try await world.get("/tasks.csv?q=exportwork", as: employee)
        #expect(answer.status == 200)
        let leaf = try #require(try await own().last)
        #expect(try await own().count == before + 1)
        #expect(leaf.action == "export" && leaf.object.id.hasSuffix("/1"), "one record")
        #expect(!"\(leaf)".lowercased().contains("exportwork"))
        let nobody = try await world.get("/tasks.csv?dueOn=x", as: employee)
        #expect(nobody.status == 422)
        #expect(try await own().count == before + 1, "what is refused was not exported")
    }

    // MARK: Queries

    /// Counts how often a page goes to the store.
    private final class CountingStore: Store {
        let inner: any Store
        let reads = Mutex(0)
        init(_ inner: any Store) { self.inner = inner }
        func read<T: Sendable>(_ body: @escaping @Sendable (any Reader) throws -> T) async throws -> T {
            reads.withLock { $0 += 1 }
            return try await inner.read(body)
        }
        func write<T: Sendable>(
            _ organisation: UUID?, isBrief: Bool, _ body: @escaping @Sendable (any Transaction) throws -> T
        ) async throws -> T { try await inner.write(organisation, isBrief: isBrief, body) }
        func scrub() async throws { try await inner.scrub() }
        var changes: ChangeHub { inner.changes }
    }

    @Test(arguments: Registry.schemas)
    func aListTakesABoundedNumberOfReadsHoweverManyRecordsItShows(_ schema: AnySchema) async throws {
        let store = CountingStore(world.services.store)
        let old = world.services
        let services = Services(
            environment: old.environment, store: store, accounts: old.accounts, blobs: old.blobs, signIn: old.signIn,
            records: RecordService(store: store, environment: old.environment, posture: PostureEngine()),
            assessments: old.assessments, organisations: old.organisations, ledger: old.ledger, library: old.library)
        let reading = RecordScreens.Reading(
            services: services, ordered: Registry.schemas,
            schemas: Dictionary(uniqueKeysWithValues: Registry.schemas.map { ($0.type, $0) }))
        let page = try await ListPage.load(try ListState(schema, [:]), reading, world.lead.caller, formToken: "")
        let targets = Set(ListState.filters(schema).compactMap(\.kind.target)).count
        // The page, its count, the titles, the saved views with the own first one, and one for each type that a filter
        // offers.
        #expect(store.reads.withLock { $0 } <= 5 + targets, "\(page.records.count) records")
    }

    @Test func aFilterWithManyTargetsIsSearchedInsteadOfListed() async throws {
        // Annex A alone has more requirements than anybody chooses from.
        let page = try await world.get("/applicabilities", as: world.lead).text
        #expect(page.contains("name=\"requirement.q\"") && !page.contains("<select id=\"f-requirement\""))
    }
}
