// The tables of all record types with the statements that never change, made once.
import Foundation
package import RecordKit

/// The layouts of all types.
package struct Layouts: Sendable {
    package struct Entry: Sendable {
        package let layout: TableLayout
        package let generator: SQLGenerator
        /// Who may do what is worked out from records of this type.
        let isAccess: Bool
        /// For the position of each field that only one present record may have with a value: finds another that
        /// has it. Values: the organisation, the value, the record's own id.
        let uniqueStatements: [(position: Int, statement: String)]

        init(_ schema: AnySchema, _ layout: TableLayout, _ generator: SQLGenerator, _ dialect: Dialect) {
            (self.layout, self.generator) = (layout, generator)
            isAccess = ["person", "roleAssignment", "organisation"].contains(schema.type.name)
            uniqueStatements = layout.stored.filter { schema.fields[$0].has(.unique) }.map { position in
                (
                    position,
                    """
                    SELECT 1 FROM \(layout.table) WHERE \(dialect.keyOf("\"organisation\"")) = \(dialect.keyOf("?")) AND \
                    \(schema.fields[position].column) = ? AND "until" IS NULL AND "archived" = 0 AND "id" <> ? LIMIT 1
                    """
                )
            }
        }
    }
    package let dialect: Dialect
    package let all: [Entry]
    private let byType: [RecordType: Entry]

    /// - Parameter replacedReadMax: See ``SQLGenerator``.
    package init(
        _ schemas: [AnySchema], _ dialect: Dialect,
        replacedReadMax: Int = SQLGenerator.replacedReadMaxUsual
    ) {
        self.dialect = dialect
        let catalogue = Set(schemas.filter(\.isCatalogue).map(\.type))
        all = schemas.map { schema in
            let layout = TableLayout(schema, catalogue: catalogue)
            return Entry(
                schema, layout, SQLGenerator(layout, dialect, replacedReadMax: replacedReadMax), dialect)
        }
        byType = Dictionary(uniqueKeysWithValues: all.map { ($0.layout.schema.type, $0) })
    }

    /// Every statement that an empty database needs.
    package var definition: [String] {
        CoreTables.statements(dialect) + all.flatMap { $0.layout.definition(dialect) }
    }

    package subscript(_ schema: AnySchema) -> Entry {
        guard let entry = byType[schema.type] else {
            preconditionFailure("\(schema.type.name) is not registered")
        }
        return entry
    }
    package func named(_ name: String) -> Entry? { byType[RecordType(name)] }
}

extension StoreError {
    /// The refusal that the name of a violated unique index stands for, such as `control__unique_code`.
    package static func refusal(byIndex name: String) -> StoreError? {
        let parts = name.components(separatedBy: "__unique_")
        return parts.count == 2 ? .taken(type: camel(parts[0]), field: camel(parts[1])) : nil
    }

    private static func camel(_ column: String) -> String {
        let words = column.split(separator: "_")
        return words.prefix(1).joined()
            + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}
