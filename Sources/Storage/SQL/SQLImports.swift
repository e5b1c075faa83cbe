// Staged imports in a database.
package import Foundation
import MerkleLog
package import RecordKit

extension SQLReader {
    package func importJob(_ id: UUID, in organisation: UUID) throws -> ImportJob? {
        enter(organisation)
        return try importJobs(
            BoundSQL(
                "SELECT \"body\" FROM \"import\" WHERE \"id\" = ? AND \"organisation\" = ?",
                [.identifier(id), .identifier(organisation)])
        ).first
    }

    package func importJobs(of person: UUID?, in organisation: UUID, limit: Int) throws -> [ImportJob] {
        enter(organisation)
        let owner = person.map { [SQLValue.identifier($0)] } ?? []
        return try importJobs(
            BoundSQL(
                "SELECT \"body\" FROM \"import\" WHERE \"organisation\" = ? AND \"person\" "
                    + (person == nil ? "IS NULL" : "= ?") + " ORDER BY \"id\" DESC LIMIT ?",
                [SQLValue.identifier(organisation)] + owner + [SQLValue.integer(Int64(limit))]))
    }

    private func importJobs(_ sql: BoundSQL) throws -> [ImportJob] {
        var found: [ImportJob] = []
        try each(sql) { row in
            found.append(try JSONDecoder().decode(ImportJob.self, from: Data((row[0] as String).utf8)))
        }
        return found
    }

    package func importRows(
        _ id: UUID, _ action: ImportRow.Action?, after: ImportPlace?, limit: Int
    ) throws -> [ImportRow] {
        // An import is found within its organisation; its rows are named by it alone.
        connection.enter(.server)
        var sql = BoundSQL(
            "SELECT \"position\", \"line\", \"cells\", \"formulas\", \"action\", \"rank\", \"record\", \"version\", "
                + "\"plan\" FROM \"import_row\" WHERE \"import\" = ?", [.identifier(id)])
        if let action {
            sql = sql + BoundSQL(" AND \"action\" = ?", [.text(action.rawValue)])
            if let after {
                sql =
                    sql
                    + BoundSQL(
                        " AND (\"rank\", \"position\") > (?, ?)",
                        [.integer(Int64(after.rank)), .integer(Int64(after.position))])
            }
            sql.text += " ORDER BY \"rank\", \"position\""
        } else {
            if let after { sql = sql + BoundSQL(" AND \"position\" > ?", [.integer(Int64(after.position))]) }
            sql.text += " ORDER BY \"position\""
        }
        sql = sql + BoundSQL(" LIMIT ?", [.integer(Int64(limit))])
        var found: [ImportRow] = []
        try each(sql) { row in
            let cells: [UInt8] = row[2]
            let formulas: String = row[3]
            var read = ImportRow(
                position: row[0], line: row[1],
                cells: cells.split(separator: 0, omittingEmptySubsequences: false).map {
                    String(decoding: $0, as: UTF8.self)
                }, formulas: formulas.split(separator: " ").compactMap { Int($0) })
            read.action = (row[4] as String?).flatMap { ImportRow.Action(rawValue: $0) }
            read.rank = row[5]
            read.record = row[6]
            read.version = row[7]
            try read.setPlan(row[8])
            found.append(read)
        }
        return found
    }

    package func importTargets(_ type: RecordType, in organisation: UUID) throws -> [String: String] {
        enter(organisation)
        var found: [String: String] = [:]
        try each(
            BoundSQL(
                "SELECT \"heading\", \"target\" FROM \"import_target\" WHERE \"organisation\" = ? AND \"type\" = ? "
                    + "LIMIT ?",
                [.identifier(organisation), .text(type.name), .integer(Int64(ImportRow.targetsMax))])
        ) { row in found[row[0]] = row[1] }
        return found
    }

    package func records(
        _ schema: AnySchema, whose field: String, isOneOf values: [FieldValue], in organisation: UUID?, limit: Int
    ) throws -> [StoredRecord] {
        guard let field = schema.field(field), !field.isDerived else {
            throw StoreError.unknownField(type: schema.type.name, field: field)
        }
        guard !values.isEmpty else { return [] }
        enter(organisation)
        let layout = layouts[schema].layout
        let organisations: [UUID?] = organisation != nil && schema.isCatalogue ? [organisation, nil] : [organisation]
        var found: [StoredRecord] = []
        for owner in organisations {
            // Written as the field's index has it, so that the database finds by seeks.
            let isOwn: BoundSQL
            if field.has(.unique) {
                isOwn = BoundSQL("\(dialect.keyOf("t.\"organisation\"")) = ?", [dialect.key(owner)])
            } else if let owner {
                isOwn = BoundSQL("t.\"organisation\" = ?", [.identifier(owner)])
            } else {
                isOwn = BoundSQL("t.\"organisation\" IS NULL")
            }
            var sql =
                BoundSQL("SELECT \(layout.selectColumns) FROM \(layout.table) t WHERE ") + isOwn
                + BoundSQL(" AND t.\"until\" IS NULL AND t.\"archived\" = 0")
            if !field.has(.unique), field.has(.sortable), field.hasSortKey {
                let keys = Set(values.map { field.sortKey(of: $0) }.map(\.sql))
                sql = sql + BoundSQL(" AND t.\(field.keyColumn) IN (\(marks(keys.count)))", Array(keys))
            }
            sql =
                sql + BoundSQL(" AND t.\(field.column) IN (\(marks(values.count)))", values.map(\.sql))
                + BoundSQL(" LIMIT ?", [.integer(Int64(limit))])
            try each(sql) { row in found.append(try decode(row, layout)) }
        }
        return Array(found.sorted { $0.id < $1.id }.prefix(limit))
    }
}

extension SQLTransaction {
    package func save(_ job: ImportJob) throws {
        let body = String(decoding: try JSONEncoder().encode(job), as: UTF8.self)
        try run(
            "INSERT INTO \"import\" (\"id\", \"organisation\", \"person\", \"state\", \"created_at\", \"body\") "
                + "VALUES (?, ?, ?, ?, ?, ?) "
                + "ON CONFLICT (\"id\") DO UPDATE SET \"state\" = excluded.\"state\", \"body\" = excluded.\"body\"",
            [
                .identifier(job.id), .identifier(job.organisation), job.person.map { .identifier($0) } ?? .null,
                .text(job.state.rawValue), .integer(job.createdAtMilliseconds), .text(body),
            ])
        guard let node = connection.node, job.state == .receiving || job.state == .applying else { return }
        try connection.run(
            BoundSQL(
                "INSERT INTO \"import_node\" (\"import\", \"node\") VALUES (?, ?) "
                    + "ON CONFLICT (\"import\") DO UPDATE SET \"node\" = excluded.\"node\"",
                [.identifier(job.id), .identifier(node)]))
    }

    package func save(_ rows: [ImportRow], of id: UUID) throws {
        for row in rows {
            try run(
                "INSERT INTO \"import_row\" (\"import\", \"position\", \"line\", \"cells\", \"formulas\", "
                    + "\"action\", \"rank\", \"record\", \"version\", \"plan\") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                    + Self.replacingRow,
                [
                    .identifier(id), .integer(Int64(row.position)), .integer(Int64(row.line)),
                    .bytes(Array(row.cells.map { Array($0.utf8) }.joined(separator: [0]))),
                    .text(row.formulas.map { String($0) }.joined(separator: " ")),
                    row.action.map { .text($0.rawValue) } ?? .null, .integer(Int64(row.rank)),
                    row.record.map { .identifier($0) } ?? .null,
                    row.version.map { .integer(Int64($0)) } ?? .null, .text(try row.plan()),
                ])
        }
    }

    private static let replacingRow =
        "ON CONFLICT (\"import\", \"position\") DO UPDATE SET "
        + ["line", "cells", "formulas", "action", "rank", "record", "version", "plan"].map {
            "\(quoted($0)) = excluded.\(quoted($0))"
        }.joined(separator: ", ")

    package func removeImportRows(_ id: UUID) throws {
        try run("DELETE FROM \"import_row\" WHERE \"import\" = ?", [.identifier(id)])
    }

    package func removeImport(_ id: UUID) throws {
        try run("DELETE FROM \"import\" WHERE \"id\" = ?", [.identifier(id)])
    }

    package func saveImportTargets(_ targets: [String: String], _ type: RecordType, in organisation: UUID) throws {
        for (heading, target) in targets {
            try run(
                "INSERT INTO \"import_target\" (\"organisation\", \"type\", \"heading\", \"target\") "
                    + "VALUES (?, ?, ?, ?) ON CONFLICT (\"organisation\", \"type\", \"heading\") "
                    + "DO UPDATE SET \"target\" = excluded.\"target\"",
                [.identifier(organisation), .text(type.name), .text(heading), .text(target)])
        }
    }

    package func removeImports(before: Instant) throws {
        connection.enter(.server)
        try connection.run(
            BoundSQL("DELETE FROM \"import\" WHERE \"created_at\" < ?", [.integer(before.millisecondsSince1970)]))
    }

    package func interruptImports() throws {
        connection.enter(.server)
        try connection.run(
            BoundSQL(
                "DELETE FROM \"import\" WHERE \"state\" = ?" + dialect.isAbandonedImport,
                [.text(ImportJob.State.receiving.rawValue)]))
        let applying = BoundSQL(
            "SELECT \"body\" FROM \"import\" WHERE \"state\" = ?" + dialect.isAbandonedImport,
            [.text(ImportJob.State.applying.rawValue)])
        var found: [ImportJob] = []
        try each(applying) { row in
            found.append(try JSONDecoder().decode(ImportJob.self, from: Data((row[0] as String).utf8)))
        }
        for var job in found {
            job.state = .interrupted
            connection.enter(.server)
            try connection.run(
                BoundSQL(
                    "UPDATE \"import\" SET \"state\" = ?, \"body\" = ? WHERE \"id\" = ?",
                    [
                        .text(job.state.rawValue),
                        .text(String(decoding: try JSONEncoder().encode(job), as: UTF8.self)),
                        .identifier(job.id),
                    ]))
        }
    }
}

extension ImportRow {
    /// What was worked out, as JSON; empty for nothing.
    fileprivate func plan() throws -> String {
        if input.isEmpty, problems.isEmpty, notices.isEmpty { return "" }
        func remarks(_ remarks: [Remark]) -> JSONValue {
            .array(
                remarks.map {
                    .array([$0.column.map { .integer($0) } ?? .null, .string($0.field), .string($0.message)])
                })
        }
        let plan = JSONValue.object([
            "input": .object(input.mapValues { $0.map { .string($0) } ?? .null }), "problems": remarks(problems),
            "notices": remarks(notices),
        ])
        return String(decoding: try plan.canonical(), as: UTF8.self)
    }

    fileprivate mutating func setPlan(_ text: String) throws {
        if text.isEmpty { return }
        guard case .object(let plan) = try JSONValue.parse(Array(text.utf8)), case .object(let input) = plan["input"]
        else { throw StoreError.unavailable("the plan of row \(position) is damaged") }
        func remarks(_ value: JSONValue?) -> [Remark] {
            guard case .array(let items) = value else { return [] }
            return items.compactMap { item in
                guard case .array(let parts) = item, parts.count == 3, case .string(let field) = parts[1],
                    case .string(let message) = parts[2]
                else { return nil }
                let column: Int? = if case .integer(let column) = parts[0] { column } else { nil }
                return Remark(column: column, field: field, message)
            }
        }
        self.input = input.mapValues { if case .string(let text) = $0 { text } else { nil } }
        problems = remarks(plan["problems"])
        notices = remarks(plan["notices"])
    }
}
