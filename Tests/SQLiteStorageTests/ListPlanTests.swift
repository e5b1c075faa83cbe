// How SQLite runs the statements of lists: along an index in the list's order, for every record type and role.
import Foundation
import GRDB
import RecordKit
import Records
import SQLiteStorage
import Storage
import TestKit
import Testing

@Suite struct ListPlanTests {
    @Test(arguments: Registry.schemas.map(\.type.name))
    func noListScansOrSorts(_ name: String) throws {
        let plans = try Plans(name)
        for predicate in plans.lists.predicates {
            for list in plans.lists.cases(predicate) {
                for plan in try plans.plans(list.query, list.phase, asOf: nil, past: nil) {
                    #expect(!plan.contains("SCAN"), "\(list.query.sort) \(predicate)\n\(plan)")
                    #expect(!plan.contains("TEMP B-TREE"), "\(list.query.sort) \(predicate)\n\(plan)")
                }
            }
        }
    }

    /// As of a moment at which much stood that was replaced since, lists by title and by creation are read in order, too;
    /// all others sort what stood then.
    @Test(arguments: Registry.schemas.map(\.type.name))
    func noListAsOfAMomentScans(_ name: String) throws {
        let plans = try Plans(name)
        let few = PastRead(end: 1_000_000, lastOfFew: 100, hasFewReplaced: true)
        let many = PastRead(end: 1_000_000, lastOfFew: nil, hasFewReplaced: false)
        for predicate in plans.lists.predicates {
            for list in plans.lists.cases(predicate) {
                let asOf = AsOf(index: 500, sharedIndex: 500)
                for (read, isLong) in [(few, false), (many, true)] {
                    let past = PastReads(own: read, shared: read)
                    for plan in try plans.plans(list.query, list.phase, asOf: asOf, past: past) {
                        #expect(!plan.contains("SCAN"), "\(list.query.sort) \(predicate)\n\(plan)")
                        let field = list.query.sort.field
                        guard isLong, field == nil || field == plans.layout.pastOrder?.name else { continue }
                        #expect(!plan.contains("TEMP B-TREE"), "\(list.query.sort) \(predicate)\n\(plan)")
                    }
                }
            }
        }
    }

    /// The plans of one record type's lists.
    private struct Plans {
        let queue: DatabaseQueue
        let lists: ListCases
        let layout: TableLayout

        init(_ name: String) throws {
            queue = try DatabaseQueue()
            try Migrations.migrator().migrate(queue)
            let schema = try #require(Registry.schemas.first { $0.type.name == name })
            lists = ListCases(schema)
            layout = TableLayout(schema, catalogue: Set(Registry.schemas.filter(\.isCatalogue).map(\.type)))
        }

        func plans(
            _ query: Query, _ phase: SQLGenerator.Phase, asOf: AsOf?, past: PastReads?
        ) throws -> [String] {
            let statements = try SQLGenerator(layout).statements(
                query, phase, in: UUID(), asOf: asOf, past: past)
            #expect(!statements.isEmpty)
            return try queue.read { db in
                try statements.map { sql in
                    // What is bound does not change the plan: there are no statistics.
                    try Row.fetchAll(
                        db, sql: "EXPLAIN QUERY PLAN " + sql.text,
                        arguments: StatementArguments(sql.values.map { _ in 0 })
                    ).map { $0["detail"] as String }.joined(separator: "\n") + "\n" + sql.text
                }
            }
        }
    }
}
