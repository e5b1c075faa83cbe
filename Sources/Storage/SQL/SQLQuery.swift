// Statements for lists, generated from a query. Values are always bound, names come from schemas only.
package import Foundation
import MerkleLog
package import RecordKit

/// A value to bind.
package enum SQLValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case identifier(UUID)
    case bytes([UInt8])
}

/// A statement with its values.
package struct BoundSQL: Sendable, Hashable {
    package var text: String
    package var values: [SQLValue]
    /// The rows are to be read from an index in their order, never sorted, whatever the database's statistics say:
    /// a page then costs the same for every person. SQLite is told by the text.
    package var isReadInOrder = false
    package init(_ text: String, _ values: [SQLValue] = []) {
        self.text = text
        self.values = values
    }
    package static func + (a: BoundSQL, b: BoundSQL) -> BoundSQL {
        var both = BoundSQL(a.text + b.text, a.values + b.values)
        both.isReadInOrder = a.isReadInOrder || b.isReadInOrder
        return both
    }
}

extension FieldValue {
    /// What a column of this kind holds.
    package var sql: SQLValue {
        switch self {
        case .null, .reference(.unset): .null
        case .bool(let flag): .integer(flag ? 1 : 0)
        case .integer(let number): .integer(Int64(number))
        case .decimal, .text, .json: .text(text)
        case .day(let day): .integer(Int64(day.daysSince1970))
        case .time(let time): .integer(time.millisecondsSince1970)
        case .reference(let id): .identifier(id)
        case .links(let ids):
            .bytes(ids.flatMap { id in withUnsafeBytes(of: id.uuid) { Array($0) } })
        case .file: .text(fileText)
        }
    }
    private var fileText: String {
        // Canonical JSON of four members cannot fail: the size is below 2^53 by the limit on bodies.
        guard let bytes = try? canonicalJSON.canonical() else { preconditionFailure("a file reference without a form") }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Cursor.Key {
    package var sql: SQLValue {
        switch self {
        case .null: .null
        case .integer(let number): .integer(number)
        case .real(let number): .real(number)
        case .text(let text): .text(text)
        }
    }
}

/// Makes the statements of one table.
package struct SQLGenerator: Sendable {
    package let layout: TableLayout
    package let dialect: Dialect
    var schema: AnySchema { layout.schema }
    /// Lists as of a moment sort so many revisions; more are read in order.
    package let replacedReadMax: Int
    package init(
        _ layout: TableLayout, _ dialect: Dialect = .sqlite, replacedReadMax: Int = Self.replacedReadMaxUsual
    ) {
        self.layout = layout
        self.dialect = dialect
        self.replacedReadMax = replacedReadMax
    }

    /// Which revisions an organisation sees: the present ones, or those of a moment.
    package func visible(in organisation: UUID?, asOf: AsOf?) -> BoundSQL {
        guard let organisation else { return BoundSQL("t.\"organisation\" IS NULL") + Self.at(asOf?.sharedIndex, "t") }
        let own = BoundSQL("t.\"organisation\" = ?", [.identifier(organisation)])
        guard schema.isCatalogue else { return own + Self.at(asOf?.index, "t") }
        guard let asOf else {
            return BoundSQL("(") + own + BoundSQL(" OR t.\"organisation\" IS NULL)") + Self.at(nil, "t")
        }
        return BoundSQL("((") + own + Self.at(asOf.index, "t") + BoundSQL(") OR (t.\"organisation\" IS NULL")
            + Self.at(asOf.sharedIndex, "t") + BoundSQL("))")
    }

    /// The condition that a revision (or a link) stands at a ledger index, or now.
    package static func at(_ index: Int?, _ alias: String) -> BoundSQL {
        guard let index else { return BoundSQL(" AND \(alias).\"until\" IS NULL") }
        return BoundSQL(
            " AND \(alias).\"since\" <= ? AND (\(alias).\"until\" IS NULL OR \(alias).\"until\" > ?)",
            [.integer(Int64(index)), .integer(Int64(index))])
    }

    package func find(_ id: UUID, in organisation: UUID?, asOf: AsOf?) -> BoundSQL {
        BoundSQL("SELECT \(layout.selectColumns) FROM \(layout.table) t WHERE t.\"id\" = ? AND ", [.identifier(id)])
            + visible(in: organisation, asOf: asOf)
    }

    package func `where`(
        _ predicate: Criteria, _ archived: Archived, in organisation: UUID?, asOf: AsOf?
    ) throws(StoreError) -> BoundSQL {
        var sql = BoundSQL(" WHERE ") + visible(in: organisation, asOf: asOf)
        switch archived {
        case .exclude: sql.text += " AND t.\"archived\" = 0"
        case .only: sql.text += " AND t.\"archived\" = 1"
        case .include: break
        }
        if predicate != .all {
            sql = sql + BoundSQL(" AND ") + (try condition(predicate, in: organisation, asOf: asOf))
        }
        return sql
    }

    package func count(
        _ predicate: Criteria, _ archived: Archived, in organisation: UUID?, asOf: AsOf?
    ) throws(StoreError) -> BoundSQL {
        BoundSQL("SELECT count(*) FROM \(layout.table) t")
            + (try `where`(predicate, archived, in: organisation, asOf: asOf))
    }

    package func counts(
        by field: String, _ predicate: Criteria, in organisation: UUID?, asOf: AsOf?
    ) throws(StoreError) -> BoundSQL {
        let column = try described(field).column
        return BoundSQL("SELECT t.\(column), count(*) FROM \(layout.table) t")
            + (try `where`(predicate, .exclude, in: organisation, asOf: asOf)) + BoundSQL(" GROUP BY 1")
    }

    /// What a list is sorted by: its column, and whether it may be null.
    package func sortColumn(_ sort: Sort) throws(StoreError) -> (column: String, isNullable: Bool) {
        guard let name = sort.field else { return ("\"id\"", false) }
        let field = try described(name)
        guard field.has(.sortable) else {
            throw .notSupported(type: schema.type.name, field: name, use: "sort")
        }
        return (field.hasSortKey ? field.keyColumn : field.column, !field.isRequired)
    }

    func described(_ name: String) throws(StoreError) -> FieldDescription {
        guard let field = schema.field(name), !field.isDerived else {
            throw .unknownField(type: schema.type.name, field: name)
        }
        return field
    }

    func condition(_ predicate: Criteria, in organisation: UUID?, asOf: AsOf?) throws(StoreError) -> BoundSQL {
        switch predicate {
        case .all: return BoundSQL("1 = 1")
        case .none: return BoundSQL("1 = 0")
        case .and(let parts): return try joined(parts, " AND ", in: organisation, asOf: asOf)
        case .or(let parts): return try joined(parts, " OR ", in: organisation, asOf: asOf)
        case .not(let inner):
            // A comparison with null is unknown; its opposite is meant to hold.
            return BoundSQL("NOT coalesce(") + (try condition(inner, in: organisation, asOf: asOf))
                + BoundSQL(", FALSE)")
        case .equals(let name, let value): return try equals(try described(name), value)
        case .oneOf(let name, let values):
            return try joined(values.map { .equals(name, $0) }, " OR ", in: organisation, asOf: asOf)
        case .less(let name, let value): return comparison(try described(name), "<", value)
        case .greater(let name, let value): return comparison(try described(name), ">", value)
        case .linked(let name, let ids): return linked(try described(name), ids, in: organisation, asOf: asOf)
        case .ids([]): return BoundSQL("1 = 0")
        case .ids(let ids): return BoundSQL("t.\"id\" IN (\(marks(ids.count)))", ids.map { .identifier($0) })
        case .createdBy(let person): return BoundSQL("t.\"created_by\" = ?", [.identifier(person)])
        case .search(let text):
            let words = SearchText.words(text).prefix(SearchText.queryWordsMax)
            guard !words.isEmpty else { return BoundSQL("1 = 1") }
            let ledgers = organisation.map { schema.isCatalogue ? [$0, .unset] : [$0] } ?? [.unset]
            return BoundSQL("t.\"revision\" IN (") + dialect.search(words, in: ledgers) + BoundSQL(")")
        }
    }

    private func joined(
        _ parts: [Criteria], _ word: String, in organisation: UUID?, asOf: AsOf?
    ) throws(StoreError) -> BoundSQL {
        guard let first = parts.first else { return BoundSQL(word == " OR " ? "1 = 0" : "1 = 1") }
        var sql = BoundSQL("(") + (try condition(first, in: organisation, asOf: asOf))
        for part in parts.dropFirst() {
            sql = sql + BoundSQL(word) + (try condition(part, in: organisation, asOf: asOf))
        }
        return sql + BoundSQL(")")
    }

    private func equals(_ field: FieldDescription, _ value: FieldValue) throws(StoreError) -> BoundSQL {
        if value.isUnset {
            if case .links = field.kind { return BoundSQL("length(t.\(field.column)) = 0") }
            return BoundSQL("t.\(field.column) IS NULL")
        }
        return BoundSQL("t.\(field.column) = ?", [value.sql])
    }

    private func comparison(_ field: FieldDescription, _ sign: String, _ value: FieldValue) -> BoundSQL {
        field.hasSortKey
            ? BoundSQL("t.\(field.keyColumn) \(sign) ?", [field.sortKey(of: value).sql])
            : BoundSQL("t.\(field.column) \(sign) ?", [value.sql])
    }

    private func linked(_ field: FieldDescription, _ ids: [UUID], in organisation: UUID?, asOf: AsOf?) -> BoundSQL {
        guard !ids.isEmpty else { return BoundSQL("1 = 0") }
        let values = ids.map { SQLValue.identifier($0) }
        if case .reference = field.kind {
            // Only a comparison tells SQLite that the value is there, so that an index of such rows will do.
            return values.count == 1
                ? BoundSQL("t.\(field.column) = ?", values)
                : BoundSQL("t.\(field.column) IN (\(marks(ids.count)))", values)
        }
        let index = organisation == nil ? asOf?.sharedIndex : asOf?.index
        return BoundSQL(
            "t.\"id\" IN (SELECT l.\"from_id\" FROM \"link\" l WHERE l.\"to_id\" IN (\(marks(ids.count)))", values)
            + BoundSQL(
                " AND l.\"from_type\" = ? AND l.\"field\" = ?", [.text(schema.type.name), .text(field.name)])
            + Self.at(index, "l") + BoundSQL(")")
    }
}

package func marks(_ count: Int) -> String { Array(repeating: "?", count: count).joined(separator: ", ") }
