// Erasure in a database: revisions, rows, search words, links, and the account of an erased person.
package import Foundation
import MerkleLog
import RecordKit

extension SQLReader {
    package func erasures(
        in organisation: UUID, of record: UUID?, after: ErasedRevision?, limit: Int
    ) throws -> [ErasedRevision] {
        enter(organisation)
        var sql = BoundSQL(
            "SELECT e.\"record\", e.\"version\", e.\"fields\", e.\"at\", r.\"type\", r.\"commitment\" "
                + "FROM \"erasure\" e JOIN \"revision\" r ON r.\"record\" = e.\"record\" "
                + "AND r.\"version\" = e.\"version\" WHERE e.\"ledger\" = ? AND r.\"body\" IS NULL",
            [ledger(organisation)])
        if let record { sql = sql + BoundSQL(" AND e.\"record\" = ?", [.identifier(record)]) }
        if let after {
            sql =
                sql
                + BoundSQL(
                    " AND (e.\"record\", e.\"version\") > (?, ?)",
                    [.identifier(after.record), .integer(Int64(after.version))])
        }
        sql = sql + BoundSQL(" ORDER BY e.\"record\", e.\"version\" LIMIT ?", [.integer(Int64(limit))])
        var found: [ErasedRevision] = []
        try each(sql) { row in
            found.append(
                ErasedRevision(
                    organisation: organisation, type: RecordType(row[4] as String), record: row[0], version: row[1],
                    commitment: row[5],
                    fields: (row[2] as String?).map { $0.split(separator: " ").map(String.init) },
                    at: Instant(millisecondsSince1970: row[3])))
        }
        return found
    }

    package func isContentThere(_ erased: ErasedRevision) throws -> Bool {
        enter(erased.organisation)
        let sql = BoundSQL(
            "SELECT count(*) FROM \"revision\" r WHERE r.\"record\" = ? AND r.\"version\" = ? AND r.\"ledger\" = ? "
                + "AND r.\"commitment\" = ? AND r.\"body\" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM \"erasure\" e "
                + "WHERE e.\"record\" = r.\"record\" AND e.\"version\" = r.\"version\")",
            [
                .identifier(erased.record), .integer(Int64(erased.version)), ledger(erased.organisation),
                .text(erased.commitment),
            ])
        return try one(sql) ?? 0 > 0
    }

    package func erasureWork(in organisation: UUID, limit: Int) throws -> [ErasureWork] {
        enter(organisation)
        var found: [ErasureWork] = []
        let sql = BoundSQL(
            "SELECT \"kind\", \"subject\" FROM \"erasure_work\" WHERE \"organisation\" = ? "
                + "ORDER BY \"kind\", \"subject\" LIMIT ?", [.identifier(organisation), .integer(Int64(limit))])
        try each(sql) { row in
            guard let kind = ErasureWork.Kind(rawValue: row[0]) else {
                throw StoreError.unavailable("work of an erasure of an unknown kind")
            }
            found.append(ErasureWork(kind, row[1]))
        }
        return found
    }

    package func isHeld(file sha256: String, in organisation: UUID) throws -> Bool {
        enter(organisation)
        for entry in layouts.all {
            for field in entry.layout.schema.fields where field.kind == .file && !field.isDerived {
                let sql = BoundSQL(
                    "SELECT 1 FROM \(entry.layout.table) WHERE \"organisation\" = ? "
                        + "AND \(dialect.isPart(of: field.column)) "
                        + "LIMIT 1", [.identifier(organisation), .text("\"sha256\":\"\(sha256)\"")])
                if let _: Int = try one(sql) { return true }
            }
        }
        return false
    }

    package func isGoing(file sha256: String, in organisation: UUID) throws -> Bool {
        enter(organisation)
        let found: Int? = try one(
            BoundSQL(
                "SELECT 1 FROM \"erasure_work\" WHERE \"organisation\" = ? AND \"kind\" = ? AND \"subject\" = ?",
                [.identifier(organisation), .text(ErasureWork.Kind.file.rawValue), .text(sha256)]))
        return found != nil
    }

    package func hasErasures(in organisation: UUID, from index: Int) throws -> Bool {
        enter(organisation)
        let found: Int? = try one(
            BoundSQL(
                "SELECT 1 FROM \"erasure\" WHERE \"ledger\" = ? AND \"index\" >= ? LIMIT 1",
                [ledger(organisation), .integer(Int64(index))]))
        return found != nil
    }

    /// The records, each with the time at which its content was erased: one more query, if anything ever was.
    func marked(_ records: [StoredRecord]) throws -> [StoredRecord] {
        guard !records.isEmpty else { return records }
        // Where a statement costs little, a look at the table spares most lists the other one.
        if dialect == .sqlite {
            let isAny: Int? = try one(BoundSQL("SELECT 1 FROM \"erasure\" LIMIT 1"))
            guard isAny != nil else { return records }
        }
        struct Key: Hashable {
            let id: UUID
            let version: Int
        }
        var times: [Key: Instant] = [:]
        let ids = Array(Set(records.map(\.id)))
        for start in stride(from: 0, to: ids.count, by: 500) {
            let part = ids[start..<min(start + 500, ids.count)]
            let sql = BoundSQL(
                "SELECT \"record\", \"version\", \"at\" FROM \"erasure\" WHERE \"record\" IN (\(marks(part.count)))",
                part.map { .identifier($0) })
            try each(sql) { row in
                times[Key(id: row[0], version: row[1])] = Instant(millisecondsSince1970: row[2])
            }
        }
        guard !times.isEmpty else { return records }
        return records.map { record in
            times[Key(id: record.id, version: record.version)].map { record.markedErased(at: $0) } ?? record
        }
    }
}

extension SQLTransaction {
    package func erase(_ erasure: Erasure, by change: Change) throws -> ErasureOutcome {
        try inSavepoint { try eraseWhole(erasure, by: change) }
    }

    package func finishErasureWork(_ work: ErasureWork) throws {
        try run(
            "DELETE FROM \"erasure_work\" WHERE \"organisation\" = ? AND \"kind\" = ? AND \"subject\" = ?",
            [ledger(organisation), .text(work.kind.rawValue), .text(work.subject)])
    }

    private func eraseWhole(_ erasure: Erasure, by change: Change) throws -> ErasureOutcome {
        let (schema, id) = (erasure.schema, erasure.record)
        let layout = layouts[schema].layout
        guard let organisation, let present = try find(schema, id, in: organisation, asOf: nil),
            present.meta.organisation == organisation
        else { throw StoreError.notFound(type: schema.type.name, id: id) }
        var outcome = ErasureOutcome()
        guard present.meta.erasedAt == nil else { return outcome }
        var files: Set<String> = []
        try eachRevision(of: id, layout) { row in
            guard row.hasContent, schema.hasContent(row.record.values, in: erasure.fields, of: id) else { return }
            try remove(row, layout, erasure, by: change)
            files.formUnion(row.record.fileDigests)
            outcome.versions.append(row.record.version)
        }
        guard !outcome.versions.isEmpty else { return outcome }
        // A staged file that speaks of the record must be sent again, without it.
        try run(
            "DELETE FROM \"import\" WHERE \"organisation\" = ? AND \"id\" IN "
                + "(SELECT \"import\" FROM \"import_row\" WHERE \"record\" = ?)",
            [.identifier(organisation), .identifier(id)])
        try rebuildLinks(of: id, layout)
        if outcome.versions.last == present.version {
            let rest = try schema.erasedRecord(present.values, fields: erasure.fields, of: id)
            let saved = try save(
                rest, id: id, over: present.version, isArchived: erasure.archives || present.meta.isArchived,
                by: change)
            if erasure.fields == nil {
                try insertErasure(id, saved.version, index: saved.meta.since, erasure, at: change.at)
            }
        }
        if erasure.fields == nil, schema.type.name == "person" { try endAccounts(of: id, organisation, by: change) }
        outcome.files = try files.sorted().filter { try !isHeld(file: $0, in: organisation) }
        for work in erasure.work(outcome) {
            try run(
                "INSERT INTO \"erasure_work\" (\"organisation\", \"kind\", \"subject\") VALUES (?, ?, ?) "
                    + "ON CONFLICT DO NOTHING",
                [.identifier(organisation), .text(work.kind.rawValue), .text(work.subject)])
        }
        return outcome
    }

    // MARK: Revisions

    private struct FiledRevision {
        let record: StoredRecord
        let number: Int64
        let commitment: String
        let hasContent: Bool
    }

    /// Hands out every revision of a record in ascending order, a part at a time.
    private func eachRevision(of id: UUID, _ layout: TableLayout, _ body: (FiledRevision) throws -> Void) throws {
        let first = TableLayout.metaColumns.count + layout.stored.count
        var after = 0
        while true {
            enter(organisation)
            var part: [FiledRevision] = []
            let sql = BoundSQL(
                "SELECT \(layout.selectColumns), t.\"revision\", r.\"commitment\", r.\"body\" IS NOT NULL "
                    + "FROM \(layout.table) t JOIN \"revision\" r ON r.\"number\" = t.\"revision\" "
                    + "WHERE t.\"id\" = ? AND t.\"version\" > ? ORDER BY t.\"version\" LIMIT ?",
                [.identifier(id), .integer(Int64(after)), .integer(Int64(Erasure.revisionsAtOnceMax))])
            try each(sql) { row in
                part.append(
                    FiledRevision(
                        record: try decode(row, layout), number: row[first], commitment: row[first + 1],
                        hasContent: row[first + 2]))
            }
            for row in part { try body(row) }
            guard let last = part.last, part.count == Erasure.revisionsAtOnceMax else { return }
            after = last.record.version
        }
    }

    private func remove(
        _ row: FiledRevision, _ layout: TableLayout, _ erasure: Erasure, by change: Change
    ) throws {
        let (schema, id) = (layout.schema, erasure.record)
        let values = try schema.withDerived(schema.erasedValues(row.record.values, fields: nil, of: id))
        // An index that keeps no content must be told once more which words go.
        let old = SearchText.words(of: row.record.values, schema)
        if !old.isEmpty {
            try run(dialect.unindexing(old, revision: row.number, ledger: organisation ?? .unset))
        }
        try indexWords(SearchText.words(of: values, schema), revision: row.number)
        try run(
            "UPDATE \"revision\" SET \"salt\" = NULL, \"body\" = NULL, \"reason\" = NULL WHERE \"number\" = ?",
            [.integer(row.number)])
        try blank(row.number, layout, values)
        let index = try ledgerSize(organisation)
        try insertLeaf(
            makeLeaf(
                organisation: organisation, change: change, objectType: schema.type.name, objectID: id.lowercased,
                version: row.record.version, before: row.commitment, after: nil, evidence: []), at: index,
            time: change.at)
        try insertErasure(id, row.record.version, index: index, erasure, at: change.at)
    }

    private func blank(_ number: Int64, _ layout: TableLayout, _ values: [FieldValue]) throws {
        var columns: [String] = []
        var row: [SQLValue] = []
        for position in layout.stored {
            let field = layout.schema.fields[position]
            columns.append("\(field.column) = ?")
            row.append(values[position].sql)
            if field.hasSortKey {
                columns.append("\(field.keyColumn) = ?")
                row.append(field.sortKey(of: values[position]).sql)
            }
        }
        try run(
            "UPDATE \(layout.table) SET \(columns.joined(separator: ", ")) WHERE \"revision\" = ?",
            row + [.integer(number)])
    }

    private func insertErasure(_ id: UUID, _ version: Int, index: Int, _ erasure: Erasure, at time: Instant) throws {
        try run(
            "INSERT INTO \"erasure\" (\"record\", \"version\", \"ledger\", \"index\", \"at\", \"fields\") "
                + "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (\"record\", \"version\") DO UPDATE SET "
                + "\"ledger\" = excluded.\"ledger\", \"index\" = excluded.\"index\", \"at\" = excluded.\"at\", "
                + "\"fields\" = excluded.\"fields\"",
            [
                .identifier(id), .integer(Int64(version)), ledger(organisation), .integer(Int64(index)),
                .integer(time.millisecondsSince1970),
                erasure.fieldList.map { .text($0.joined(separator: " ")) } ?? .null,
            ])
    }

    // MARK: Links

    /// Makes the links that start at a record anew from what its rows still say.
    private func rebuildLinks(of id: UUID, _ layout: TableLayout) throws {
        struct End: Hashable {
            let field: String
            let to: UUID
        }
        let schema = layout.schema
        let fields = schema.fields.indices.filter {
            schema.fields[$0].kind.target != nil && !schema.fields[$0].isDerived
        }
        guard !fields.isEmpty else { return }
        try run("DELETE FROM \"link\" WHERE \"from_id\" = ?", [.identifier(id)])
        var open: [End: Int] = [:]
        func insert(_ end: End, _ since: Int, _ until: Int?) throws {
            try run(
                "INSERT INTO \"link\" (\"from_id\", \"field\", \"to_id\", \"since\", \"until\", \"from_type\", "
                    + "\"organisation\", \"to_organisation\") SELECT ?, ?, ?, ?, ?, ?, ?, \"organisation\" "
                    + "FROM \"record\" WHERE \"id\" = ?",
                [
                    .identifier(id), .text(end.field), .identifier(end.to), .integer(Int64(since)),
                    until.map { .integer(Int64($0)) } ?? .null, .text(schema.type.name), ledger(organisation),
                    .identifier(end.to),
                ])
        }
        try eachRevision(of: id, layout) { row in
            let now = Set(
                fields.flatMap { position in
                    row.record.values[position].targets.map { End(field: schema.fields[position].name, to: $0) }
                })
            let index = row.record.meta.since
            for (end, since) in open where !now.contains(end) {
                try insert(end, since, index)
                open[end] = nil
            }
            for end in now where open[end] == nil { open[end] = index }
        }
        for (end, since) in open { try insert(end, since, nil) }
    }

    // MARK: Accounts

    /// Ends the access of an erased person. An account that has no other place loses its address and password; one
    /// that has keeps them: it is somebody's in another organisation.
    private func endAccounts(of person: UUID, _ organisation: UUID, by change: Change) throws {
        var accounts: [UUID] = []
        try each(
            BoundSQL(
                "SELECT \"account\" FROM \"membership\" WHERE \"organisation\" = ? AND \"person\" = ?",
                [.identifier(organisation), .identifier(person)])
        ) { row in accounts.append(row[0]) }
        // The names of one's own views are one's own words.
        for (table, column) in [("default_view", "person"), ("view", "owner")] {
            try run(
                "DELETE FROM \"\(table)\" WHERE \"organisation\" = ? AND \"\(column)\" = ?",
                [.identifier(organisation), .identifier(person)])
        }
        guard !accounts.isEmpty else { return }
        touchesAccess = true
        let end = Change(
            actorKind: change.actorKind, person: change.person, auth: change.auth, action: "endAccess", at: change.at,
            request: change.request, salt: change.salt)
        for account in accounts {
            try append(LedgerEvent(objectType: "membership", objectID: person.lowercased), by: end)
            let both: [SQLValue] = [.identifier(account), .identifier(organisation)]
            for table in ["membership", "token", "session"] {
                try run("DELETE FROM \"\(table)\" WHERE \"account\" = ? AND \"organisation\" = ?", both)
            }
            let others: Int? = try one(
                BoundSQL(
                    "SELECT (SELECT count(*) FROM \"membership\" WHERE \"account\" = \"id\") "
                        + "+ \"is_server_administrator\" FROM \"account\" WHERE \"id\" = ?", [.identifier(account)]))
            guard others == 0 else { continue }
            for table in ["session", "token", "invitation"] {
                try run("DELETE FROM \"\(table)\" WHERE \"account\" = ?", [.identifier(account)])
            }
            try run(
                "UPDATE \"account\" SET \"email\" = ?, \"password_hash\" = NULL, \"is_disabled\" = 1 WHERE \"id\" = ?",
                [.text("erased-\(account.lowercased)"), .identifier(account)])
        }
    }
}
