// All rows of one database written to another, in any direction. Tables and columns are the same in both; what differs
// is the index of words.
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

    /// Writes every row of a database to an empty one with the same tables: records and ledgers, accounts and sessions,
    /// and what is under way. What nodes of PostgreSQL know of each other stays where it is.
    /// - Parameters:
    ///   - source: A connection within a transaction that sees one moment.
    ///   - target: A connection within a transaction; one of SQLite checks no foreign keys.
    /// - Throws: the error of either database.
    package static func copy(
        from source: any SQLConnection, to target: any SQLConnection, schemas: [AnySchema]
    ) throws {
        source.enter(.server)
        target.enter(.server)
        for table in tables(Layouts(schemas, .postgres)) {
            let places = marks(table.columns.count)
            let insertion = "INSERT INTO \(quoted(table.name)) (\(table.list)) VALUES (\(places))"
            try rows(of: "SELECT \(table.list) FROM \(quoted(table.name))", named: table.name, source) { row in
                try target.run(
                    BoundSQL(insertion, table.columns.indices.map { value(row, $0, table.columns[$0].kind) }))
            }
        }
        switch source.dialect {
        case .postgres: try copyWords(source, target)
        case .sqlite: try indexWords(Layouts(schemas, .sqlite), source, target)
        }
        if target.dialect == .postgres {
            try target.run(
                BoundSQL(
                    "SELECT setval('revision_number', (SELECT max(\"number\") FROM \"revision\"))"))
        }
    }

    /// What the index of words says, so that a verification of the copy finds what is wrong in it.
    private static func copyWords(_ source: any SQLConnection, _ target: any SQLConnection) throws {
        let words =
            "SELECT \"ledger\", \"revision\", string_agg(\"word\", ' ' ORDER BY \"word\") FROM \"search_word\" "
            + "GROUP BY \"ledger\", \"revision\" ORDER BY 2"
        try rows(of: words, named: "search_word", source) { row in
            let text: String = row[2]
            try target.indexWords(text.components(separatedBy: " "), revision: row[1], ledger: row[0])
        }
    }

    /// The index of SQLite keeps no words: they are taken from the records once more.
    private static func indexWords(
        _ layouts: Layouts, _ source: any SQLConnection, _ target: any SQLConnection
    ) throws {
        let reader = SQLReader(source, layouts)
        for entry in layouts.all {
            let layout = entry.layout
            let last = TableLayout.metaColumns.count + layout.stored.count
            try rows(
                of: "SELECT \(layout.selectColumns), t.\"revision\" FROM \(layout.table) t",
                named: layout.table, source
            ) { row in
                let record = try reader.decode(row, layout)
                let words = SearchText.words(of: record.values, layout.schema)
                try target.indexWords(words, revision: row[last], ledger: record.meta.organisation ?? .unset)
            }
        }
    }

    /// Reads a part at a time, so that no more than that is in memory.
    private static func rows(
        of query: String, named name: String, _ source: any SQLConnection, _ body: (any SQLRows) throws -> Void
    ) throws {
        guard source.dialect == .postgres else {
            let all = try source.rows(BoundSQL(query), isAlone: false)
            defer { all.end() }
            while try all.next() { try body(all) }
            return
        }
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
        case .real: .real(row.real(column))
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
