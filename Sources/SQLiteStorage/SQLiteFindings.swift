// Search over all types, the ledger's revisions, and saved views in the SQLite file.
import Foundation
import GRDB
import RecordKit
import Storage

extension SQLiteReader {
    /// Walks the index from its newest entries and, where those are not all, from its oldest: a register of 100,000
    /// records would otherwise hide all that is older than its newest part.
    func search(_ text: String, in organisation: UUID?) throws -> [SearchHit] {
        let words = SearchText.words(text).prefix(SearchText.queryWordsMax)
        guard !words.isEmpty else { return [] }
        let match = words.map { "\"\($0)\" *" }.joined(separator: " ")
        var pass = SearchPass()
        try walk(match, newestFirst: true, below: nil, organisation, &pass)
        if pass.scanned == SearchLimit.entriesScannedMax / 2, let lowest = pass.lowest {
            try walk(match, newestFirst: false, below: lowest, organisation, &pass)
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
        _ match: String, newestFirst: Bool, below end: Int64?, _ organisation: UUID?, _ pass: inout SearchPass
    ) throws {
        let range = end == nil ? "" : " AND rowid < ?"
        let sql = BoundSQL(
            "SELECT r.\"type\", r.\"record\", r.\"version\", r.\"number\", r.\"ledger\" = ? OR r.\"ledger\" = ? FROM "
                + "(SELECT rowid FROM \"search\" WHERE \"search\" MATCH ?\(range) "
                + "ORDER BY rowid \(newestFirst ? "DESC" : "ASC") LIMIT ?) s "
                + "CROSS JOIN \"revision\" r ON r.\"number\" = s.rowid",
            [ledger(organisation), ledger(nil), .text(match)] + (end.map { [.integer($0)] } ?? [])
                + [.integer(Int64(SearchLimit.entriesScannedMax / 2))])
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
            guard try isPresent(id, version: row[2]) else { return }
            pass.counts[type, default: 0] += 1
            pass.hits.append(SearchHit(type: type, id: id))
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

    func revisionEntries(
        in organisation: UUID?, from index: Int, isBackwards: Bool, limit: Int
    ) throws -> [RevisionEntry] {
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

    func views(in organisation: UUID, of person: UUID?, limit: Int) throws -> [StoredView] {
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

    func defaultViews(in organisation: UUID, of person: UUID) throws -> [RecordType: UUID] {
        var found: [RecordType: UUID] = [:]
        let sql = BoundSQL(
            "SELECT \"type\", \"view\" FROM \"default_view\" WHERE \"organisation\" = ? AND \"person\" = ?",
            [.identifier(organisation), .identifier(person)])
        try each(sql) { row in found[RecordType(row[0] as String)] = row[1] }
        return found
    }
}

extension SQLiteTransaction {
    func saveView(_ view: StoredView) throws {
        do {
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
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
            throw StoreError.taken(type: "view", field: "name")
        }
    }

    func removeView(_ id: UUID) throws {
        try run("DELETE FROM \"view\" WHERE \"organisation\" = ? AND \"id\" = ?", [owner, .identifier(id)])
    }

    func setDefaultView(_ view: UUID?, of person: UUID, type: RecordType) throws {
        guard let view else {
            return try run(
                "DELETE FROM \"default_view\" WHERE \"organisation\" = ? AND \"person\" = ? AND \"type\" = ?",
                [owner, .identifier(person), .text(type.name)])
        }
        try run(
            "INSERT OR REPLACE INTO \"default_view\" (\"organisation\", \"person\", \"type\", \"view\") "
                + "VALUES (?, ?, ?, ?)", [owner, .identifier(person), .text(type.name), .identifier(view)])
    }

    private var owner: SQLValue { organisation.map { .identifier($0) } ?? .null }
}
