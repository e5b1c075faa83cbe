// Search over all types, the ledger's revisions, and saved views in a database.
package import Foundation
package import RecordKit

extension SQLReader {
    /// Walks the index from its newest entries and, where those are not all, from its oldest: a register of 100,000
    /// records would otherwise hide all that is older than its newest part.
    package func search(_ text: String, in organisation: UUID?) throws -> [SearchHit] {
        let words = SearchText.words(text).prefix(SearchText.queryWordsMax)
        guard !words.isEmpty else { return [] }
        enter(organisation)
        var pass = SearchPass()
        try walk(words, newestFirst: true, below: nil, organisation, &pass)
        if pass.scanned == SearchLimit.entriesScannedMax / 2, let lowest = pass.lowest {
            try walk(words, newestFirst: false, below: lowest, organisation, &pass)
        }
        return pass.hits
    }

    /// What one search has found so far.
    private struct SearchPass {
        var hits: [SearchHit] = []
        var counts: [RecordType: Int] = [:]
        var scanned = 0
        var lowest: Int64?
        /// Neighbours are mostly of one type: its name is made once.
        var present = (bytes: [UInt8](), type: RecordType(""))
    }

    private func walk(
        _ words: ArraySlice<String>, newestFirst: Bool, below end: Int64?, _ organisation: UUID?,
        _ pass: inout SearchPass
    ) throws {
        let sql = searched(words, newestFirst: newestFirst, below: end, organisation)
        try each(sql) { row in
            pass.scanned += 1
            if newestFirst { pass.lowest = row[3] }
            guard row[4] else { return }
            let bytes = row.bytes(0)
            if !bytes.elementsEqual(pass.present.bytes) {
                pass.present = (Array(bytes), RecordType(String(decoding: bytes, as: UTF8.self)))
            }
            let type = pass.present.type
            guard pass.counts[type, default: 0] < SearchLimit.hitsPerTypeMax else { return }
            let id: UUID = row[1]
            guard try dialect == .postgres || isPresent(id, version: row[2]) else { return }
            pass.counts[type, default: 0] += 1
            pass.hits.append(SearchHit(type: type, id: id))
        }
    }

    /// Entries of the index with their revisions. What SQLite says last is whether the entry is visible to the
    /// organisation; PostgreSQL, whose index knows that, says whether it is the present revision.
    private func searched(
        _ words: ArraySlice<String>, newestFirst: Bool, below end: Int64?, _ organisation: UUID?
    ) -> BoundSQL {
        let order = newestFirst ? "DESC" : "ASC"
        let below: [SQLValue] = end.map { [SQLValue.integer($0)] } ?? []
        let limit: [SQLValue] = [.integer(Int64(SearchLimit.entriesScannedMax / 2))]
        switch dialect {
        case .sqlite:
            let range = end == nil ? "" : " AND rowid < ?"
            return BoundSQL(
                "SELECT r.\"type\", r.\"record\", r.\"version\", r.\"number\", r.\"ledger\" = ? OR r.\"ledger\" = ? "
                    + "FROM (SELECT rowid FROM \"search\" WHERE \"search\" MATCH ?\(range) "
                    + "ORDER BY rowid \(order) LIMIT ?) s CROSS JOIN \"revision\" r ON r.\"number\" = s.rowid",
                [ledger(organisation), ledger(nil), .text(Dialect.match(words))] + below + limit)
        case .postgres:
            let range = end == nil ? "" : " WHERE f.\"revision\" < ?"
            return BoundSQL(
                "SELECT r.\"type\", r.\"record\", r.\"version\", r.\"number\", EXISTS (SELECT 1 FROM \"record\" p "
                    + "WHERE p.\"id\" = r.\"record\" AND p.\"version\" = r.\"version\" AND p.\"archived\" = 0) "
                    + "FROM (SELECT DISTINCT f.\"revision\" FROM (")
                + dialect.search(words, in: organisation.map { [$0, .unset] } ?? [.unset])
                + BoundSQL(
                    ") f\(range) ORDER BY 1 \(order) LIMIT ?) s JOIN \"revision\" r ON r.\"number\" = s.\"revision\" "
                        + "ORDER BY r.\"number\" \(order)", below + limit)
        }
    }

    /// The index also holds what records said in the past.
    private func isPresent(_ id: UUID, version: Int) throws -> Bool {
        let found: Int? = try one(
            BoundSQL(
                "SELECT 1 FROM \"record\" WHERE \"id\" = ? AND \"version\" = ? AND \"archived\" = 0",
                [.identifier(id), .integer(Int64(version))]))
        return found != nil
    }

    package func revisionEntries(
        in organisation: UUID?, from index: Int, isBackwards: Bool, limit: Int
    ) throws -> [RevisionEntry] {
        enter(organisation)
        var found: [RevisionEntry] = []
        let sql = BoundSQL(
            "SELECT \"index\", \"type\", \"record\", \"version\", \"action\", \"actor_kind\", \"person\", \"request\" "
                + "FROM \"revision\" WHERE \"ledger\" = ? AND \"index\" \(isBackwards ? "<=" : ">=") ? "
                + "ORDER BY \"index\" \(isBackwards ? "DESC" : "ASC") LIMIT ?",
            [ledger(organisation), .integer(Int64(index)), .integer(Int64(limit))])
        try each(sql) { row in
            guard let kind = Change.ActorKind(rawValue: row[5]) else {
                throw StoreError.unavailable("ledger entry \(row[0] as Int): unknown kind of actor")
            }
            found.append(
                RevisionEntry(
                    index: row[0], type: RecordType(row[1] as String), id: row[2], version: row[3], action: row[4],
                    actorKind: kind, person: row[6], request: row[7]))
        }
        return found
    }

    package func views(in organisation: UUID, of person: UUID?, limit: Int) throws -> [StoredView] {
        enter(organisation)
        var found: [StoredView] = []
        let sql = BoundSQL(
            "SELECT \"id\", \"owner\", \"type\", \"name\", \"query\", \"created_by\", \"created_at\" FROM \"view\" "
                + "WHERE \"organisation\" = ? AND (\"owner\" IS NULL OR \"owner\" = ?) "
                + "ORDER BY \"type\", \"name\", \"id\" LIMIT ?",
            [
                .identifier(organisation), person.map { .identifier($0) } ?? .null, .integer(Int64(limit)),
            ])
        try each(sql) { row in
            found.append(
                StoredView(
                    id: row[0], organisation: organisation, owner: row[1], type: RecordType(row[2] as String),
                    name: row[3], query: row[4], createdBy: row[5],
                    createdAt: Instant(millisecondsSince1970: row[6])))
        }
        return found
    }

    package func defaultViews(in organisation: UUID, of person: UUID) throws -> [RecordType: UUID] {
        enter(organisation)
        var found: [RecordType: UUID] = [:]
        let sql = BoundSQL(
            "SELECT \"type\", \"view\" FROM \"default_view\" WHERE \"organisation\" = ? AND \"person\" = ?",
            [.identifier(organisation), .identifier(person)])
        try each(sql) { row in found[RecordType(row[0] as String)] = row[1] }
        return found
    }
}

extension SQLTransaction {
    package func saveView(_ view: StoredView) throws {
        let isOwners =
            view.owner == nil ? BoundSQL("\"owner\" IS NULL") : BoundSQL("\"owner\" = ?", [optional(view.owner)])
        enter(organisation)
        let isTaken: Int? = try one(
            BoundSQL("SELECT 1 FROM \"view\" WHERE \"organisation\" = ? AND ", [owner]) + isOwners
                + BoundSQL(
                    " AND \"type\" = ? AND \"name\" = ? AND \"id\" <> ? LIMIT 1",
                    [.text(view.type.name), .text(view.name), .identifier(view.id)]))
        guard isTaken == nil else { throw StoreError.taken(type: "view", field: "name") }
        try run(
            "INSERT INTO \"view\" (\"id\", \"organisation\", \"owner\", \"type\", \"name\", \"query\", "
                + "\"created_by\", \"created_at\") VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
                + "ON CONFLICT (\"id\") DO UPDATE SET \"name\" = excluded.\"name\", "
                + "\"query\" = excluded.\"query\"",
            [
                .identifier(view.id), owner, view.owner.map { .identifier($0) } ?? .null, .text(view.type.name),
                .text(view.name), .text(view.query), view.createdBy.map { .identifier($0) } ?? .null,
                .integer(view.createdAt.millisecondsSince1970),
            ])
    }

    package func removeView(_ id: UUID) throws {
        try run("DELETE FROM \"view\" WHERE \"organisation\" = ? AND \"id\" = ?", [owner, .identifier(id)])
    }

    package func setDefaultView(_ view: UUID?, of person: UUID, type: RecordType) throws {
        guard let view else {
            return try run(
                "DELETE FROM \"default_view\" WHERE \"organisation\" = ? AND \"person\" = ? AND \"type\" = ?",
                [owner, .identifier(person), .text(type.name)])
        }
        try run(
            "INSERT INTO \"default_view\" (\"organisation\", \"person\", \"type\", \"view\") "
                + "VALUES (?, ?, ?, ?) ON CONFLICT (\"organisation\", \"person\", \"type\") "
                + "DO UPDATE SET \"view\" = excluded.\"view\"",
            [owner, .identifier(person), .text(type.name), .identifier(view)])
    }

    private var owner: SQLValue { organisation.map { .identifier($0) } ?? .null }
}
