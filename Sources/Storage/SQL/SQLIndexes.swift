// The indexes of a record table: lists are read from them in order, never sorted and never searched through for the
// records that somebody may see.
package import RecordKit

/// An index in whose order a list is read.
package enum ListIndex: Sendable, Hashable {
    /// Present records of an organisation.
    case present
    /// Present records that name one person in a column by which somebody who sees only a part finds their own.
    case visible(column: String)
    /// Revisions that were replaced, for lists as of a moment; there is one by title and one by creation.
    case past
    /// Replaced revisions by how long and since when they stood: finds those of a moment, which are then sorted.
    case replaced
    /// The table itself, in the order in which revisions were made: few until an early moment, which are then sorted.
    case numbered

    /// - Parameter field: What the list is sorted by; `nil` for creation.
    package func name(_ schema: AnySchema, by field: String?) -> String {
        let table = schema.type.name.asColumn
        let order = field.map { "by_\($0.asColumn)" } ?? "list"
        switch self {
        case .present: return "\(table)__\(order)"
        case .visible(let column): return "\(table)__\(order)_of_\(column)"
        case .past: return "\(table)__past_\(order)"
        case .replaced: return "\(table)__replaced"
        case .numbered: return table
        }
    }

    /// What a statement says of the index that it is read by.
    func hint(_ schema: AnySchema, by field: String?) -> String {
        switch self {
        // Both name the rows by their number, and no index helps.
        case .replaced, .numbered: " NOT INDEXED"
        case .present, .visible, .past: " INDEXED BY \(quoted(name(schema, by: field)))"
        }
    }
}

extension TableLayout {
    /// The column that says who created a record.
    package static let authorColumn = "created_by"

    /// Columns by which those roles that see only a part of the records find it.
    static func visibilityColumns(of schema: AnySchema) -> [String] {
        let conditions = Role.allCases.reduce(into: Set<Condition>()) {
            $0.formUnion(schema.permissions.conditions(for: .read, roles: [$1]))
        }
        let references = schema.fields.filter { field in
            guard case .reference = field.kind, !field.isDerived else { return false }
            return conditions.contains(.assigned(field.name)) || conditions.contains(.inScope(field.name))
        }
        return references.map(\.name.asColumn) + (conditions.contains(.author) ? [authorColumn] : [])
    }

    /// The field by whose order there is an index of replaced revisions, beside that of creation.
    package var pastOrder: FieldDescription? {
        let title = schema.fields[schema.titlePosition]
        return title.has(.sortable) && !title.isDerived ? title : nil
    }

    /// Whether the part of the records that somebody sees has an index in an order. In PostgreSQL, where every index is
    /// written with every revision, only in those of creation and of titles: what one person has is sorted for the others.
    func hasOrder(by field: FieldDescription?, _ dialect: Dialect) -> Bool {
        dialect == .sqlite || field == nil || field == pastOrder
    }

    func indexes(_ fields: [FieldDescription], _ dialect: Dialect) -> [String] {
        let present = "WHERE \"until\" IS NULL"
        let filters = fields.filter { $0.isFilter }
        // PostgreSQL writes every index anew with each revision: there they hold the order alone, and since when a revision
        // stands, so that a list of the past looks up none that came later.
        let covered = dialect == .sqlite ? filters : []
        let since = ["\"since\""]
        // Filters are read from the index, so that a filtered list looks up only the rows that it shows.
        let words = covered.filter { if case .reference = $0.kind { false } else { true } }
        let orders: [FieldDescription?] = [nil] + fields.filter { $0.has(.sortable) }
        func index(_ name: String, _ columns: [String], unique: Bool = false, _ condition: String) -> String {
            let repeated = columns.enumerated().filter { columns[..<$0.offset].contains($0.element) }.map(\.offset)
            let once = columns.indices.filter { !repeated.contains($0) }.map { columns[$0] }
            return "CREATE \(unique ? "UNIQUE " : "")INDEX \(quoted(name)) ON \(table) "
                + "(\(once.joined(separator: ", "))) \(condition)"
        }
        func key(_ order: FieldDescription?) -> [String] {
            order.map { [$0.hasSortKey ? $0.keyColumn : $0.column] } ?? []
        }
        let name = schema.type.name.asColumn
        var made = [index("\(name)__present", ["\"id\""], unique: true, present)]
        for order in orders {
            made.append(
                index(
                    ListIndex.present.name(schema, by: order?.name),
                    ["\"organisation\"", "\"archived\""] + key(order) + ["\"id\""] + covered.map(\.column) + since,
                    present))
        }
        for column in visibilityColumns {
            // That a required value is there goes without saying, and SQLite finds no use for an index that says it.
            let isRequired = fields.contains { $0.name.asColumn == column && $0.isRequired }
            let named = isRequired ? present : present + " AND \(quoted(column)) IS NOT NULL"
            for order in orders where hasOrder(by: order, dialect) {
                // A person belongs to one organisation: its column would say the same in every entry.
                made.append(
                    index(
                        ListIndex.visible(column: column).name(schema, by: order?.name),
                        [quoted(column), "\"archived\""] + key(order) + ["\"id\""] + words.map(\.column) + since,
                        named))
            }
        }
        let past = "WHERE \"until\" IS NOT NULL"
        for order in orders where order == nil || order == pastOrder {
            made.append(
                index(
                    ListIndex.past.name(schema, by: order?.name),
                    ["\"organisation\"", "\"archived\""] + key(order) + ["\"id\"", "\"since\"", "\"until\""], past))
        }
        made.append(
            index(
                ListIndex.replaced.name(schema, by: nil),
                ["\"organisation\"", dialect.lifetimeClass(), "\"since\"", "\"until\""], past))
        for field in filters where !visibilityColumns.contains(field.name.asColumn) {
            // What points nowhere is not asked for by this index, and need not be written to it.
            let isPointer = dialect == .postgres && field.kind.target != nil && !field.isRequired
            made.append(
                index(
                    "\(name)__of_\(field.name.asColumn)",
                    ["\"organisation\"", field.column, "\"archived\"", "\"id\""],
                    present + (isPointer ? " AND \(field.column) IS NOT NULL" : "")))
        }
        for field in fields where field.has(.unique) {
            made.append(
                index(
                    "\(name)__unique_\(field.name.asColumn)", [dialect.keyOf("\"organisation\""), field.column],
                    unique: true, present + " AND \"archived\" = 0"))
        }
        return made
    }
}
