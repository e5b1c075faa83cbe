// Pages of lists: the statements of `SQLGenerator`, read side by side and merged in the list's order.
package import Foundation
import RecordKit

extension SQLReader {
    package func page(_ query: Query, in organisation: UUID?, asOf: AsOf?) throws -> RecordPage {
        let entry = layouts[query.schema]
        let generator = entry.generator
        let cursor = try query.cursor.map { text throws(StoreError) in try Cursor(text, for: query.sort) }
        // A forged key of another kind would be compared with what it cannot be compared with.
        if let key = cursor?.key, let field = query.sort.field.flatMap({ query.schema.field($0) }),
            !field.sorts(by: key)
        {
            throw StoreError.badCursor
        }
        let backwards = cursor?.isBackwards ?? false
        let hasNulls = try generator.sortColumn(query.sort).isNullable
        let past = try asOf.map { asOf in
            PastReads(
                own: try organisation.map { try pastRead(generator, asOf.index, in: $0) },
                shared: organisation == nil || query.schema.isCatalogue
                    ? try pastRead(generator, asOf.sharedIndex, in: nil) : nil)
        }
        enter(organisation)
        // One more than asked for tells whether the list goes on.
        let wanted = query.limit + 1
        func phase(nulls: Bool, _ limit: Int) throws -> [StoredRecord] {
            let phase = SQLGenerator.Phase(nulls: nulls, cursor: cursor, backwards: backwards, limit: limit)
            return try merged(
                try generator.statements(query, phase, in: organisation, asOf: asOf, past: past),
                by: generator.order(of: query, phase), limit, entry.layout)
        }
        var found: [StoredRecord] = []
        let startsInNulls = cursor?.key == .null && query.sort.field != nil
        if backwards {
            if startsInNulls { found = try phase(nulls: true, wanted) }
            if found.count < wanted { found += try phase(nulls: false, wanted - found.count) }
        } else {
            if !startsInNulls { found = try phase(nulls: false, wanted) }
            if hasNulls, found.count < wanted { found += try phase(nulls: true, wanted - found.count) }
        }
        let goesOn = found.count > query.limit
        if goesOn { found.removeLast() }
        if backwards { found.reverse() }
        func cursorText(_ record: StoredRecord, _ isBackwards: Bool) -> String {
            let key =
                query.sort.field.flatMap { name in
                    query.schema.field(name).map { $0.sortKey(of: record[name]) }
                } ?? .null
            return Cursor(key: key, id: record.id, isBackwards: isBackwards, sort: query.sort).text
        }
        let hasNext = backwards ? cursor != nil : goesOn
        let hasPrevious = backwards ? goesOn : cursor != nil
        return RecordPage(
            records: found, next: hasNext ? found.last.map { cursorText($0, false) } : nil,
            previous: hasPrevious ? found.first.map { cursorText($0, true) } : nil)
    }

    /// How the revisions of a ledger are found that stood at a moment.
    private func pastRead(_ generator: SQLGenerator, _ index: Int, in ledger: UUID?) throws -> PastRead {
        enter(ledger)
        let (end, last) = try pair(
            BoundSQL(
                "SELECT (SELECT max(\"index\") + 1 FROM \"leaf\" WHERE \"ledger\" = ?), "
                    + "(SELECT \"number\" FROM \"revision\" WHERE \"ledger\" = ? AND \"index\" <= ? "
                    + "ORDER BY \"index\" DESC LIMIT 1)",
                [self.ledger(ledger), self.ledger(ledger), .integer(Int64(index))]))
        let (count, replaced) = try pair(
            BoundSQL("SELECT (") + generator.count(upTo: last) + BoundSQL("), (")
                + generator.standingCount(index, in: ledger, end: end) + BoundSQL(")"))
        return PastRead(
            end: end, lastOfFew: count <= generator.replacedReadMax ? last : nil,
            hasFewReplaced: replaced <= generator.replacedReadMax)
    }

    /// Two numbers in one row, 0 where there is none: fewer round trips to a database elsewhere.
    private func pair(_ sql: BoundSQL) throws -> (Int, Int) {
        var found = (0, 0)
        try each(sql) { row in found = ((row[0] as Int?) ?? 0, (row[1] as Int?) ?? 0) }
        return found
    }

    /// The first records of several statements in one order, each record once.
    private func merged(
        _ statements: [BoundSQL], by order: ListOrder, _ limit: Int, _ layout: TableLayout
    ) throws -> [StoredRecord] {
        if statements.count == 1 { return try records(statements[0], layout) }
        let open = try connection.rows(of: statements)
        defer { for rows in open { rows.end() } }
        var heads: [any SQLRows] = []
        for rows in open where try rows.next() { heads.append(rows) }
        var found: [StoredRecord] = []
        while found.count < limit, !heads.isEmpty {
            var first = 0
            for other in heads.indices.dropFirst() where order.isBefore(heads[other], heads[first]) { first = other }
            let id: UUID = heads[first][0]
            // A record that two statements find stands at the same place in both.
            if found.last?.id != id { found.append(try decode(heads[first], layout)) }
            if try !heads[first].next() { heads.remove(at: first) }
        }
        return try marked(found)
    }
}

extension ListOrder {
    fileprivate func isBefore(_ a: any SQLRows, _ b: any SQLRows) -> Bool {
        var order = keyColumn.map { a.compare($0, with: b) } ?? 0
        if order == 0 { order = a.compare(0, with: b) }
        return isDescending ? order > 0 : order < 0
    }
}
