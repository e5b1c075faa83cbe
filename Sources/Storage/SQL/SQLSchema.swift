// The database that the schemas ask for, derived: tables, columns, indexes. Migrations are frozen files; a test
// compares what they build with this.
package import RecordKit

/// What a column holds: a field's kind without what only forms and rules need, so that a row is read without copying it.
package enum ColumnReader: Sendable {
    case text, json, integer, bool, day, time, reference, decimal, links, file
    package init(_ kind: FieldKind) {
        switch kind {
        case .text, .choice: self = .text
        case .json: self = .json
        case .integer: self = .integer
        case .bool: self = .bool
        case .day: self = .day
        case .time: self = .time
        case .reference: self = .reference
        case .decimal: self = .decimal
        case .links: self = .links
        case .file: self = .file
        }
    }
}

/// One record type's table: which column holds which field, and the statements that never change.
package struct TableLayout: Sendable {
    package let schema: AnySchema
    package let table: String
    /// Positions in ``AnySchema/fields`` of the stored fields, in column order.
    package let stored: [Int]
    /// The columns of ``metaColumns`` and then one for each stored field, quoted and separated by commas.
    package let selectColumns: String
    let insertion: Insertion
    /// Columns in which records name somebody who sees only a part of them: each has an index for every order.
    package let visibilityColumns: [String]
    /// How each field is read, by position; `nil` for one that is not stored.
    package let readers: [ColumnReader?]
    /// Names of the types whose content may be shared by all organisations.
    private let catalogue: Set<String>

    /// The columns that every record table has.
    package static let metaColumns = [
        "id", "organisation", "version", "archived", "since", "until", "created_at", "created_by", "updated_at",
        "updated_by",
    ]

    /// - Parameter catalogue: The types whose records may be shared: references to them cross organisations.
    package init(_ schema: AnySchema, catalogue: Set<RecordType>) {
        self.schema = schema
        self.catalogue = Set(catalogue.map(\.name))
        table = quoted(schema.type.name.asColumn)
        let stored = schema.fields.indices.filter { !schema.fields[$0].isDerived }
        self.stored = stored
        let fields = stored.map { schema.fields[$0] }
        readers = schema.fields.map { $0.isDerived ? nil : ColumnReader($0.kind) }
        visibilityColumns = Self.visibilityColumns(of: schema)
        let meta = Self.metaColumns.map(quoted)
        selectColumns = (meta + fields.map(\.column)).map { "t." + $0 }.joined(separator: ", ")
        let keys = fields.filter(\.hasSortKey).map(\.keyColumn)
        insertion = Insertion(
            into: table, [quoted("revision")] + meta + fields.map(\.column) + keys, owner: quoted("organisation"))
    }

    /// Whether the database checks that the parts of one revision are there: its record, its row, its leaf. One function
    /// writes them all in one transaction, and every test on SQLite checks it. PostgreSQL does not: it looks each up and
    /// locks it, which took a tenth of every write (decision 0025). References to other records are checked in both.
    package static func isCheckedWhole(_ dialect: Dialect) -> Bool { dialect == .sqlite }

    /// The statements that make the table and its indexes.
    package func definition(_ dialect: Dialect) -> [String] {
        let fields = stored.map { schema.fields[$0] }
        let isChecked = Self.isCheckedWhole(dialect)
        func to(_ reference: String) -> String { isChecked ? " REFERENCES " + reference : "" }
        var lines = [
            "\"revision\" \(dialect.integerType) PRIMARY KEY" + to("\"revision\" (\"number\")"),
            "\"id\" \(dialect.identifierType) NOT NULL" + to("\"record\" (\"id\")"),
            "\"organisation\" \(dialect.identifierType)" + (schema.isCatalogue ? "" : " NOT NULL"),
            "\"version\" \(dialect.integerType) NOT NULL CHECK (\"version\" > 0)",
            "\"archived\" \(dialect.integerType) NOT NULL CHECK (\"archived\" IN (0, 1))",
            "\"since\" \(dialect.integerType) NOT NULL",
            "\"until\" \(dialect.integerType) CHECK (\"until\" > \"since\")",
            "\"created_at\" \(dialect.integerType) NOT NULL", "\"created_by\" \(dialect.identifierType)",
            "\"updated_at\" \(dialect.integerType) NOT NULL", "\"updated_by\" \(dialect.identifierType)",
        ]
        for field in fields {
            let isLinks = if case .links = field.kind { true } else { false }
            lines.append(
                "\(field.column) \(dialect.columnType(field.kind))" + (field.isRequired || isLinks ? " NOT NULL" : ""))
            if field.hasSortKey { lines.append("\(field.keyColumn) \(dialect.keyType(field.kind))") }
        }
        if let lifetime = dialect.lifetimeColumn { lines.append(lifetime) }
        lines.append("UNIQUE (\"id\", \"version\")")
        if isChecked {
            lines.append("FOREIGN KEY (\"organisation\", \"id\") REFERENCES \"record\" (\"organisation\", \"id\")")
        }
        for field in fields {
            guard case .reference(let target) = field.kind else { continue }
            lines.append(
                catalogue.contains(target.name)
                    ? "FOREIGN KEY (\(field.column)) REFERENCES \"record\" (\"id\")"
                    : "FOREIGN KEY (\"organisation\", \(field.column)) REFERENCES \"record\" (\"organisation\", \"id\")"
            )
        }
        return ["CREATE TABLE \(table) (\n  \(lines.joined(separator: ",\n  "))\n)" + dialect.tableEnd]
            + indexes(fields, dialect)
    }
}

extension FieldDescription {
    package var column: String { quoted(name.asColumn) }
    package var keyColumn: String { quoted(name.asColumn + "__key") }
    /// The field has an index of its own: filters, references and the state of the lifecycle.
    package var isFilter: Bool {
        switch kind {
        case .reference: true
        case .choice, .bool, .day, .integer: has(.filterable)
        default: false
        }
    }
}

package func quoted(_ name: String) -> String { "\"\(name)\"" }
