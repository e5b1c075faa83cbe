// The lists of a record type that the tests of both databases look at: what each role sees, sorted by each field.
import Foundation
package import RecordKit
package import Storage

/// Lists of one record type.
package struct ListCases: Sendable {
    /// One phase of a list's page.
    package struct List: Sendable {
        package let query: Query
        package let phase: SQLGenerator.Phase
    }
    package let schema: AnySchema
    /// The person and the thing that conditions name.
    private let someone = UUID()

    package init(_ schema: AnySchema) { self.schema = schema }

    /// What each role sees, and the same with a filter.
    package var predicates: [Criteria] {
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

    package func cases(_ predicate: Criteria) -> [List] {
        var made: [List] = []
        let sorts = [nil] + schema.fields.filter { $0.has(.sortable) && !$0.isDerived }.map { Optional($0) }
        for field in sorts {
            for (isDescending, archived) in [(false, Archived.exclude), (true, .include)] {
                let sort = Sort(field?.name, isDescending: isDescending)
                let query = Query(schema, where: predicate, archived: archived, sort: sort, limit: 50)
                for nulls in field.map({ !$0.isRequired }) == true ? [false, true] : [false] {
                    let key = nulls ? .null : field.map { $0.sortKey(of: Self.value($0)) } ?? .null
                    for cursor in [nil, Cursor(key: key, id: someone, isBackwards: false, sort: sort)] {
                        made.append(
                            List(
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
}
