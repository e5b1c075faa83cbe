// How PostgreSQL runs the statements of lists: those that are held to an index's order never sort, for every record type
// and role, whatever the statistics say.
import Foundation
import PostgresStorage
import RecordKit
import Records
import Storage
import TestKit
import Testing

@Suite struct ListPlanTests {
    @Test func listsInOrderNeitherSortNorScan() throws {
        let world = try PostgresWorld()
        try PostgresMigrations.migrate(world.address)
        let session = try PostgresSession(world.address)
        try session.run(
            "SET plan_cache_mode = force_generic_plan; SET enable_sort = off; SET enable_bitmapscan = off")
        let catalogue = Set(Registry.schemas.filter(\.isCatalogue).map(\.type))
        let many = PastRead(end: 1_000_000, lastOfFew: nil, hasFewReplaced: false)
        var seen: Set<String> = []
        var sorted: Set<String> = []
        for schema in Registry.schemas {
            let generator = SQLGenerator(TableLayout(schema, catalogue: catalogue), .postgres)
            let lists = ListCases(schema)
            for list in lists.predicates.flatMap({ lists.cases($0) }) {
                let present = try generator.statements(list.query, list.phase, in: UUID(), asOf: nil, past: nil)
                let past = try generator.statements(
                    list.query, list.phase, in: UUID(), asOf: AsOf(index: 500, sharedIndex: 500),
                    past: PastReads(own: many, shared: many))
                for sql in present + past {
                    guard sql.isReadInOrder else {
                        sorted.insert(sql.text)
                        continue
                    }
                    guard seen.insert(sql.text).inserted else { continue }
                    let plan = try plan(of: sql, session)
                    #expect(!plan.contains("Sort"), "\(plan)\n\(sql.text)")
                    #expect(!plan.contains("Seq Scan"), "\(plan)\n\(sql.text)")
                }
            }
        }
        #expect(seen.count > 1_000)
        // What one person has is sorted but for creation and title.
        #expect(sorted.count > 100)
    }

    private func plan(of sql: BoundSQL, _ session: PostgresSession) throws -> String {
        var text = ""
        for (number, part) in sql.text.split(separator: "?", omittingEmptySubsequences: false).enumerated() {
            text += (number == 0 ? "" : "$\(number)") + part
        }
        let values = sql.values.map { _ in "NULL" }.joined(separator: ", ")
        try session.run("PREPARE list AS \(text)")
        let rows = try session.run("EXPLAIN EXECUTE list\(values.isEmpty ? "" : "(\(values))")")
        try session.run("DEALLOCATE list")
        return rows.compactMap { $0[0] }.joined(separator: "\n")
    }
}
