// All rows of one database written to another. Tables and columns are the same in both; what differs is the index of
// words.
import Foundation
package import RecordKit

/// Copies a whole database.
package enum SQLCopy {
    /// Rows that are fetched at once.
    private static let rowsAtOnce = 2_000

    private enum Kind { case identifier, bytes, integer, real, text }
    private struct Table {
        let name: String
        var columns: [(name: String, kind: Kind)] = []
        var list: String { columns.map { quoted($0.name) }.joined(separator: ", ") }
    }

    /// Writes every row of a PostgreSQL database to an empty SQLite database with the same tables. Accounts, sessions and
    /// what nodes know of each other stay where they are, but for what records name.
    /// - Parameters:
    ///   - source: A connection within a transaction that sees one moment.
    ///   - target: A connection within a transaction, which checks no foreign keys.
    /// - Throws: the error of either database.
    package static func copy(
        fromPostgres source: any SQLConnection, toSQLite target: any SQLConnection, schemas: [AnySchema]
    ) throws {
        source.enter(.server)
        for table in tables(Layouts(schemas, .postgres)) {
            let places = marks(table.columns.count)
            try rows(of: "SELECT \(table.list) FROM \(quoted(table.name))", named: table.name, source) { row in
                try target.run(
                    BoundSQL(
                        "INSERT INTO \(quoted(table.name)) (\(table.list)) VALUES (\(places))",
                        table.columns.indices.map { value(row, $0, table.columns[$0].kind) }))
            }
        }
        let words =
            "SELECT \"revision\", string_agg(\"word\", ' ' ORDER BY \"word\") FROM \"search_word\" GROUP BY \"revision\" ORDER BY 1"
        try rows(of: words, named: "search_word", source) { row in
            try target.run(
                BoundSQL(
                    "INSERT INTO \"search\" (rowid, \"words\") VALUES (?, ?)",
                    [.integer(row[0]), .text(row[1])]))
        }
    }

    /// Reads through a cursor, so that no more than a part of the rows is in memory.
    private static func rows(
        of query: String, named name: String, _ source: any SQLConnection, _ body: (any SQLRows) throws -> Void
    ) throws {
        let cursor = quoted("copy_" + name)
        try source.run(BoundSQL("DECLARE \(cursor) NO SCROLL CURSOR FOR \(query)"))
        while true {
            let part = try source.rows(BoundSQL("FETCH \(rowsAtOnce) FROM \(cursor)"), isAlone: true)
            defer { part.end() }
            var count = 0
            while try part.next() {
                try body(part)
                count += 1
            }
            if count < rowsAtOnce { break }
        }
        try source.run(BoundSQL("CLOSE \(cursor)"))
    }

    private static func value(_ row: any SQLRows, _ column: Int, _ kind: Kind) -> SQLValue {
        if row.isNull(column) { return .null }
        return switch kind {
        case .identifier: .identifier(row[column])
        case .bytes: .bytes(row[column])
        case .integer: .integer(row[column])
        case .real: .real(Double(bitPattern: UInt64(bitPattern: row.integer(column))))
        case .text: .text(row[column])
        }
    }

    /// Tables that both databases have, as the statements that make them say.
    private static func tables(_ layouts: Layouts) -> [Table] {
        let others: Set = ["search_word", "node", "import_node"]
        return layouts.definition.compactMap { statement -> Table? in
            let lines = statement.split(separator: "\n")
            guard let first = lines.first, first.hasPrefix("CREATE TABLE \"") else { return nil }
            var table = Table(name: String(first.split(separator: "\"")[1]))
            guard !others.contains(table.name) else { return nil }
            for line in lines.dropFirst() where line.hasPrefix("  \"") {
                let parts = line.split(separator: "\"", maxSplits: 2, omittingEmptySubsequences: false)
                guard parts.count == 3, let type = parts[2].split(whereSeparator: { " ,".contains($0) }).first,
                    let kind = kind(type)
                else { continue }
                table.columns.append((String(parts[1]), kind))
            }
            return table
        }
    }

    private static func kind(_ type: Substring) -> Kind? {
        switch type {
        case "uuid": .identifier
        case "bytea": .bytes
        case "bigint": .integer
        case "double": .real
        case "text": .text
        default: nil
        }
    }
}
