// A page of a list as stretches of indexes. Each is read in the list's order from the cursor on, and the store merges
// them: so a page costs the same wherever in the order its records stand, for somebody who sees a part, too.
package import Foundation
import RecordKit

/// The columns of a list's rows by which the statements of a page are merged.
package struct ListOrder: Sendable {
    /// The column of the sort key; `nil` while a list is sorted by id.
    package let keyColumn: Int?
    package let isDescending: Bool
}

extension SQLGenerator {
    /// Persons or things of one condition that get a stretch each.
    private static let stretchesPerConditionMax = 8

    /// One phase of a page: records with a sort value, or those without one, which come last in both directions.
    package struct Phase: Sendable {
        package let nulls: Bool
        package let cursor: Cursor?
        package let backwards: Bool
        package let limit: Int
        package init(nulls: Bool, cursor: Cursor?, backwards: Bool, limit: Int) {
            self.nulls = nulls
            self.cursor = cursor
            self.backwards = backwards
            self.limit = limit
        }
    }

    /// The column of the sort key behind those of `selectColumns`, and the direction.
    package func order(of query: Query, _ phase: Phase) -> ListOrder {
        let isByKey = query.sort.field != nil && !phase.nulls
        return ListOrder(
            keyColumn: isByKey ? TableLayout.metaColumns.count + layout.stored.count : nil,
            isDescending: query.sort.field != nil && phase.nulls
                ? phase.backwards : query.sort.isDescending != phase.backwards)
    }

    /// The statements of a phase; a record may be found by more than one.
    /// - Parameter past: Needed for a list as of a moment.
    package func statements(
        _ query: Query, _ phase: Phase, in organisation: UUID?, asOf: AsOf?, past: PastReads?
    ) throws(StoreError) -> [BoundSQL] {
        let (branches, rest) = Self.split(query.predicate, layout)
        var made: [BoundSQL] = []
        for moment in moments(in: organisation, asOf: asOf, past: past, by: query.sort) {
            // The past has no index by person: there, one statement checks all ways in which it is somebody's.
            let isNamed = branches.contains { if case .ids = $0 { true } else { $0 == .none } }
            let isWhole = moment.index == .present || branches.count == 1 || isNamed
            for isArchived in query.archived.flags {
                for branch in isWhole ? branches : [.or(branches)] {
                    made.append(
                        try statement(
                            query, phase, moment, isArchived: isArchived, branch, rest, in: organisation, asOf: asOf))
                }
            }
        }
        return made
    }

    // MARK: What is read

    /// Revisions of one ledger: those that still stand, or those that were replaced.
    private struct Moment {
        let condition: BoundSQL
        let index: ListIndex
        var isShared = false
    }

    private func moments(in organisation: UUID?, asOf: AsOf?, past: PastReads?, by sort: Sort) -> [Moment] {
        var found: [Moment] = []
        func add(_ owner: UUID?, _ index: Int?, _ past: PastRead?) {
            let ledger =
                owner.map { BoundSQL("t.\"organisation\" = ?", [.identifier($0)]) }
                ?? BoundSQL("t.\"organisation\" IS NULL")
            guard let index, let past else {
                found.append(Moment(condition: ledger + BoundSQL(" AND t.\"until\" IS NULL"), index: .present))
                return
            }
            let since = BoundSQL(" AND t.\"since\" <= ?", [.integer(Int64(index))])
            let present = ledger + BoundSQL(" AND t.\"until\" IS NULL") + since
            found.append(
                past.lastOfFew.map {
                    Moment(
                        condition: present + BoundSQL(" AND t.\"revision\" <= ?", [.integer(Int64($0))]),
                        index: .numbered)
                } ?? Moment(condition: present, index: .present))
            // Nothing was replaced after the last leaf.
            guard index < past.end - 1 else { return }
            let replaced =
                ledger + BoundSQL(" AND t.\"until\" IS NOT NULL AND t.\"until\" > ?", [.integer(Int64(index))]) + since
            let hasOrder = sort.field == nil || sort.field == layout.pastOrder?.name
            guard past.hasFewReplaced || !hasOrder else {
                found.append(Moment(condition: replaced, index: .past))
                return
            }
            found.append(
                Moment(
                    condition: replaced + BoundSQL(" AND t.\"revision\" IN (")
                        + standing(index, in: owner, end: past.end) + BoundSQL(")"), index: .replaced))
        }
        if let organisation { add(organisation, asOf?.index, past?.own) }
        let own = found.count
        if organisation == nil || schema.isCatalogue { add(nil, asOf?.sharedIndex, past?.shared) }
        for place in own..<found.count { found[place].isShared = true }
        return found
    }

    /// Takes from a condition the part by which somebody finds what they may see: records that name them in one
    /// column or another. Each of these is a stretch of an index; the rest is checked along it.
    static func split(_ predicate: Criteria, _ layout: TableLayout) -> (branches: [Criteria], rest: [Criteria]) {
        var rest = conjuncts(predicate)
        for (position, part) in rest.enumerated() {
            let parts = if case .or(let parts) = part { parts } else { [part] }
            let branches = parts.flatMap { single($0, layout) ?? [] }
            guard parts.allSatisfy({ single($0, layout) != nil }), !branches.isEmpty else { continue }
            rest.remove(at: position)
            return (branches, rest)
        }
        return ([.all], rest)
    }

    private static func conjuncts(_ predicate: Criteria) -> [Criteria] {
        switch predicate {
        case .all: []
        case .and(let parts): parts.flatMap(conjuncts)
        default: [predicate]
        }
    }

    /// Conditions on one person or thing each, if a condition is such; `nil` if it is another.
    private static func single(_ predicate: Criteria, _ layout: TableLayout) -> [Criteria]? {
        switch predicate {
        case .createdBy, .ids: return [predicate]
        case .linked(let name, let ids):
            guard layout.visibilityColumns.contains(name.asColumn), ids.count <= stretchesPerConditionMax else {
                return nil
            }
            return ids.isEmpty ? [.none] : ids.map { .linked(name, [$0]) }
        default: return nil
        }
    }

    // MARK: The statement

    private func statement(
        _ query: Query, _ phase: Phase, _ moment: Moment, isArchived: Bool, _ branch: Criteria, _ rest: [Criteria],
        in organisation: UUID?, asOf: AsOf?
    ) throws(StoreError) -> BoundSQL {
        let (column, isNullable) = try sortColumn(query.sort)
        let isByKey = query.sort.field != nil && !phase.nulls
        let index = index(moment.index, branch, rest)
        var sql = BoundSQL(
            "SELECT \(layout.selectColumns)\(isByKey ? ", t.\(column)" : "") FROM \(layout.table) t"
                + dialect.hint(index?.hint(schema, by: query.sort.field) ?? "") + " WHERE ")
        sql = sql + moment.condition
        sql.text += " AND t.\"archived\" = \(isArchived ? 1 : 0)"
        for part in [branch] + rest where part != .all {
            sql = sql + BoundSQL(" AND ") + (try condition(part, in: organisation, asOf: asOf))
        }
        let down = order(of: query, phase).isDescending
        let (direction, comparison) = down ? ("DESC", "<") : ("ASC", ">")
        // What is null in all rows is said with the order: PostgreSQL does not see by itself that the index has it so.
        sql.isReadInOrder = index.map { isInOrder($0, by: query.sort.field) } ?? false
        let isByOwner = index == .present || index == .past
        let owner = moment.isShared && isByOwner ? "t.\"organisation\" \(direction), " : ""
        if isByKey {
            if isNullable { sql.text += " AND t.\(column) IS NOT NULL" }
            if let cursor = phase.cursor, cursor.key != .null {
                sql =
                    sql
                    + BoundSQL(
                        " AND (t.\(column), t.\"id\") \(comparison) (?, ?)", [cursor.key.sql, .identifier(cursor.id)])
            }
            sql.text += " ORDER BY \(owner)t.\(column) \(direction), t.\"id\" \(direction)"
        } else {
            if query.sort.field != nil { sql.text += " AND t.\(column) IS NULL" }
            if let cursor = phase.cursor, query.sort.field == nil || cursor.key == .null {
                sql = sql + BoundSQL(" AND t.\"id\" \(comparison) ?", [.identifier(cursor.id)])
            }
            let key = query.sort.field == nil ? "" : "t.\(column) \(direction), "
            sql.text += " ORDER BY \(owner)\(key)t.\"id\" \(direction)"
        }
        sql.text += " LIMIT ?"
        sql.values.append(.integer(Int64(phase.limit)))
        return sql
    }

    /// Rows are read from an index in the list's order; of the others there are few, which are sorted.
    private func isInOrder(_ index: ListIndex, by field: String?) -> Bool {
        switch index {
        case .present, .past: true
        case .visible: layout.hasOrder(by: field.flatMap { schema.field($0) }, dialect)
        case .replaced, .numbered: false
        }
    }

    /// The index that gives the list's order; `nil` where a condition names single records, which the database finds
    /// sooner by themselves.
    private func index(_ index: ListIndex, _ branch: Criteria, _ rest: [Criteria]) -> ListIndex? {
        guard !rest.contains(where: namesRecords) else { return nil }
        switch branch {
        case .all, .or: return index
        case .createdBy: return self.index(index, of: TableLayout.authorColumn)
        case .linked(let name, _): return self.index(index, of: name.asColumn)
        default: return nil
        }
    }

    private func index(_ index: ListIndex, of column: String) -> ListIndex? {
        guard index == .present else { return index }
        return layout.visibilityColumns.contains(column) ? .visible(column: column) : nil
    }

    private func namesRecords(_ part: Criteria) -> Bool {
        switch part {
        case .ids, .search, .linked, .createdBy, .none: return true
        case .and(let parts): return parts.contains(where: namesRecords)
        case .or(let parts): return parts.allSatisfy(namesRecords)
        case .equals(_, .reference), .equals(_, .text):
            guard case .equals(let name, _) = part, let field = schema.field(name) else { return false }
            return field.has(.unique) || field.kind.target != nil
        case .oneOf(let name, let values):
            guard let field = schema.field(name), field.kind.target != nil else { return false }
            return !values.contains(where: \.isUnset)
        default: return false
        }
    }
}

extension Archived {
    fileprivate var flags: [Bool] {
        switch self {
        case .exclude: [false]
        case .only: [true]
        case .include: [false, true]
        }
    }
}
