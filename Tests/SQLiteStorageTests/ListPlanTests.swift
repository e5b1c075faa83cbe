// How SQLite runs the statements of lists: along an index in the list's order, for every record type and role.
import Foundation
import GRDB
import RecordKit
import Records
import SQLiteStorage
import Storage
import Testing

@Suite struct ListPlanTests {
    private struct Case {
        let query: Query
        let phase: SQLGenerator.Phase
    }

    @Test(arguments: Registry.schemas.map(\.type.name))
    func noListScansOrSorts(_ name: String) throws {
        let plans = try Plans(name)
        for predicate in plans.predicates {
            for list in plans.cases(predicate) {
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
        for predicate in plans.predicates {
            for list in plans.cases(predicate) {
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
        let schema: AnySchema
        let layout: TableLayout
        let someone = UUID()

        init(_ name: String) throws {
            queue = try DatabaseQueue()
            try Migrations.migrator().migrate(queue)
            schema = try #require(Registry.schemas.first { $0.type.name == name })
            layout = TableLayout(schema, catalogue: Set(Registry.schemas.filter(\.isCatalogue).map(\.type)))
        }

        /// What each role sees, and the same with a filter.
        var predicates: [Criteria] {
            var found: [Criteria] = []
            for role in Role.allCases {
                let parts = schema.permissions.entries.filter { $0.actions.contains(.read) && $0.roles.contains(role) }
                    .map { entry -> Criteria in
                        switch entry.condition {
                        case .any: .all
                        case .author: .createdBy(someone)
                        case .assigned(let field), .inScope(let field): .linked(field, [someone])
                        case .isSelf: .ids([someone])
                        }
                    }
                let seen: Criteria = parts.isEmpty ? .none : parts.contains(.all) ? .all : .or(parts)
                if !found.contains(seen) { found.append(seen) }
            }
            let filters = schema.fields.compactMap { field -> Criteria? in
                guard field.has(.filterable), case .choice(let words) = field.kind else { return nil }
                return .equals(field.name, .text(words[0]))
            }
            return found.flatMap { seen in [seen] + filters.map { Criteria.both(seen, $0) } }
        }

        func cases(_ predicate: Criteria) -> [Case] {
            var made: [Case] = []
            let sorts = [nil] + schema.fields.filter { $0.has(.sortable) && !$0.isDerived }.map { Optional($0) }
            for field in sorts {
                for (isDescending, archived) in [(false, Archived.exclude), (true, .include)] {
                    let sort = Sort(field?.name, isDescending: isDescending)
                    let query = Query(schema, where: predicate, archived: archived, sort: sort, limit: 50)
                    for nulls in field.map({ !$0.isRequired }) == true ? [false, true] : [false] {
                        let key = nulls ? .null : field.map { $0.sortKey(of: Self.value($0)) } ?? .null
                        for cursor in [nil, Cursor(key: key, id: someone, isBackwards: false, sort: sort)] {
                            made.append(
                                Case(
                                    query: query,
                                    phase: SQLGenerator.Phase(
                                        nulls: nulls, cursor: cursor, backwards: false, limit: 51)))
                        }
                    }
                }
            }
            return made
        }

        private static func value(_ field: FieldDescription) -> FieldValue {
            switch field.kind {
            case .choice(let words): .text(words[0])
            case .text: .text("m")
            case .day: .day(Day(daysSince1970: 20_000))
            case .decimal: .decimal(7)
            case .bool: .bool(true)
            default: .integer(7)
            }
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
