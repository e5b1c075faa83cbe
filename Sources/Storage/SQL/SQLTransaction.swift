// Writing to a database: row, revision, links, search words and leaf, all in the transaction of the change.
package import Foundation
import MerkleLog
package import RecordKit

/// Where a ledger ends.
package struct LedgerEnd: Sendable, Hashable {
    /// The number of leaves.
    package let size: Int
    /// The time of the last leaf in milliseconds since 1970; the least number before the first.
    package let at: Int64
    package init(size: Int, at: Int64) {
        self.size = size
        self.at = at
    }
}

/// One change of one organisation's ledger, inside its savepoint.
package final class SQLTransaction: SQLReader, Transaction {
    package let organisation: UUID?
    /// A person, a role or the organisation itself was written.
    package internal(set) var touchesAccess = false
    /// What this transaction saved, in order.
    package private(set) var committed: [CommittedChange] = []
    /// Leaves that this transaction appended.
    package private(set) var leaves = 0
    /// What failed in the middle of a save. What was written of it can only be undone with the whole transaction.
    package private(set) var failure: (any Error)?
    /// A save is past its checks and has begun to write.
    private var isWriting = false
    /// The size of this transaction's ledger and the time of its last leaf, which only this transaction moves.
    package private(set) var end: LedgerEnd?

    /// New records' identifiers are not looked up before: a round trip less, and should one be taken, the insertion fails.
    private let isTrustingIdentifiers: Bool
    private let isShared: Bool
    private var savepoints = 0

    /// A change that shares a commit takes long: it is to run alone.
    package struct TakesLong: Error {}

    /// - Parameters:
    ///   - end: The end of the ledger, where a transaction before this one has just moved it.
    ///   - isShared: Other organisations' changes are in the same transaction of the database.
    ///   - isTrustingIdentifiers: The identifier of a new record need not be looked up: whoever commits runs all this once
    ///     more without it if the database finds it taken.
    package init(
        _ connection: any SQLConnection, _ layouts: Layouts, _ organisation: UUID?, end: LedgerEnd? = nil,
        isTrustingIdentifiers: Bool = false, isShared: Bool = false
    ) {
        self.organisation = organisation
        self.end = end
        self.isTrustingIdentifiers = isTrustingIdentifiers
        self.isShared = isShared
        super.init(connection, layouts)
    }

    package override func run(_ sql: String, _ values: [SQLValue]) throws { try run(BoundSQL(sql, values)) }
    func run(_ sql: BoundSQL) throws {
        enter(organisation)
        try connection.run(sql)
    }

    func insert(_ row: [SQLValue], _ insertion: Insertion) throws {
        enter(organisation)
        try connection.insert(row, insertion)
    }

    func indexWords(_ words: [String], revision number: Int64) throws {
        enter(organisation)
        try connection.indexWords(words, revision: number, ledger: organisation ?? .unset)
    }

    /// Runs a part in a savepoint: what it throws undoes that part, and the end of the ledger is looked up again.
    func inSavepoint<T>(_ body: () throws -> T) throws -> T {
        let before = committed.count
        let leavesBefore = leaves
        savepoints += 1
        defer { savepoints -= 1 }
        var result: T?
        do {
            try connection.inSavepoint { result = try body() }
        } catch {
            end = nil
            committed.removeLast(committed.count - before)
            leaves = leavesBefore
            throw connection.named(error)
        }
        guard let result else { preconditionFailure("a savepoint without a result") }
        return result
    }

    @discardableResult
    package func save(
        _ record: ValidRecord, id: UUID, over version: Int?, isArchived: Bool, by change: Change
    ) throws -> StoredRecord {
        isWriting = false
        do {
            let saved = try saveWhole(record, id: id, over: version, isArchived: isArchived, by: change)
            committed.append(
                CommittedChange(
                    record: saved, action: change.action, person: change.person, personName: change.personName))
            return saved
        } catch {
            // A body may catch what a save refuses, and go on without it: nothing was written. A savepoint for each
            // save would do that, too, but each costs more than the last: SQLite walks over what has changed so far.
            let error = connection.named(error)
            if isWriting { failure = failure ?? error }
            throw error
        }
    }

    private func saveWhole(
        _ record: ValidRecord, id: UUID, over version: Int?, isArchived: Bool, by change: Change
    ) throws -> StoredRecord {
        let entry = layouts[record.schema]
        let schema = record.schema
        if entry.isAccess { touchesAccess = true }
        precondition(organisation != nil || schema.isCatalogue, "\(schema.type.name) without an organisation")
        // In a savepoint the body would hear of the insertion's failure instead.
        let isNew = try version == nil && (isTrustingIdentifiers && savepoints == 0 || !isKnown(id))
        let old = isNew ? nil : try find(schema, id, in: organisation, asOf: nil)
        if version != nil {
            guard let old, old.meta.organisation == organisation else {
                throw StoreError.notFound(type: schema.type.name, id: id)
            }
        }
        if let old, old.version != version {
            throw StoreError.changedMeanwhile(type: schema.type.name, id: id, present: old.version)
        }
        let targets = try checkedReferences(of: record, id)
        if !isArchived { try checkUnique(record, id, entry) }
        if let organisation {
            try checkStays(
                Set(record.values.fileDigests).subtracting(old?.fileDigests ?? []), in: organisation)
        }
        let next = (version ?? 0) + 1
        let index = try ledgerSize(organisation)
        let body = try RevisionBody.make(
            type: schema.type, id: id, version: next, isArchived: isArchived, reason: change.reason,
            values: record.values, schema: schema)
        let commitment = try Commitment.make(salt: change.salt, revision: body)
        let before: String? = try old.flatMap { old in
            try one(
                BoundSQL(
                    "SELECT \"commitment\" FROM \"revision\" WHERE \"record\" = ? AND \"version\" = ?",
                    [.identifier(id), .integer(Int64(old.version))]))
        }
        isWriting = true
        if old == nil {
            try insert(
                [
                    .identifier(id), optional(organisation), .text(schema.type.name), .integer(Int64(next)),
                    .integer(isArchived ? 1 : 0),
                ], .record)
        } else {
            try run(
                "UPDATE \"record\" SET \"version\" = ?, \"archived\" = ? WHERE \"id\" = ?",
                [.integer(Int64(next)), .integer(isArchived ? 1 : 0), .identifier(id)])
            try run(
                "UPDATE \(entry.layout.table) SET \"until\" = ? WHERE \"id\" = ? AND \"until\" IS NULL",
                [.integer(Int64(index)), .identifier(id)])
        }
        let number = try insertRevision(
            schema, id: id, version: next, index: index, body: body, commitment: commitment, change: change)
        let meta = RecordMeta(
            version: next, isArchived: isArchived, organisation: organisation, since: index, until: nil,
            createdAt: old?.meta.createdAt ?? change.at, createdBy: old == nil ? change.person : old?.meta.createdBy,
            updatedAt: change.at, updatedBy: change.person)
        try insertRow(entry.layout, number: number, id: id, meta: meta, values: record.values)
        try updateLinks(schema, id: id, index: index, old: old?.values, new: record.values, targets: targets)
        try indexWords(SearchText.words(of: record.values, schema), revision: number)
        try insertLeaf(
            makeLeaf(
                organisation: organisation, change: change, objectType: schema.type.name, objectID: id.lowercased,
                version: next, before: before, after: commitment,
                evidence: Leaf.Evidence.files(in: record.values)), at: index, time: change.at)
        return StoredRecord(schema: schema, id: id, meta: meta, values: record.values)
    }

    @discardableResult
    package func append(_ event: LedgerEvent, by change: Change) throws -> Int {
        let index = try ledgerSize(organisation)
        try insertLeaf(
            makeLeaf(
                organisation: organisation, change: change, objectType: event.objectType, objectID: event.objectID,
                version: nil, before: nil, after: nil, evidence: event.evidence), at: index, time: change.at)
        return index
    }

    // MARK: Parts of a save

    private func insertRevision(
        _ schema: AnySchema, id: UUID, version: Int, index: Int, body: [UInt8], commitment: String, change: Change
    ) throws -> Int64 {
        let number = try connection.nextRevisionNumber()
        try insert(
            [
                number.map { .integer($0) } ?? .null, ledger(organisation), .integer(Int64(index)), .identifier(id),
                .text(schema.type.name),
                .integer(Int64(version)), .text(change.action), .integer(change.at.millisecondsSince1970),
                .text(change.actorKind.rawValue), optional(change.person), .text(change.auth),
                change.reason.map { .text($0) } ?? .null, change.request.map { .text($0) } ?? .null,
                .text(commitment), .bytes(change.salt), .text(String(decoding: body, as: UTF8.self)),
            ], .revision)
        return number ?? connection.lastRevisionNumber
    }

    private func insertRow(
        _ layout: TableLayout, number: Int64, id: UUID, meta: RecordMeta, values: [FieldValue]
    ) throws {
        var row: [SQLValue] = [
            .integer(number), .identifier(id), optional(meta.organisation), .integer(Int64(meta.version)),
            .integer(meta.isArchived ? 1 : 0), .integer(Int64(meta.since)), .null,
            .integer(meta.createdAt.millisecondsSince1970), optional(meta.createdBy),
            .integer(meta.updatedAt.millisecondsSince1970), optional(meta.updatedBy),
        ]
        for position in layout.stored { row.append(values[position].sql) }
        for position in layout.stored where layout.schema.fields[position].hasSortKey {
            row.append(layout.schema.fields[position].sortKey(of: values[position]).sql)
        }
        try insert(row, layout.insertion)
    }

    /// What a record points to, with the organisation of each target (`nil` for shared content).
    /// - Throws: ``StoreError/unknownReference`` for what is not there, of another type or of another organisation.
    private func checkedReferences(of record: ValidRecord, _ id: UUID) throws -> [UUID: UUID?] {
        var wanted: [(field: FieldDescription, target: RecordType, id: UUID)] = []
        for (field, value) in zip(record.schema.fields, record.values) where !field.isDerived {
            guard let target = field.kind.target else { continue }
            for id in value.targets { wanted.append((field, target, id)) }
        }
        guard !wanted.isEmpty else { return [:] }
        enter(organisation)
        var found: [UUID: (type: String, organisation: UUID?)] = [:]
        let unique = Array(Set(wanted.map(\.id)))
        for start in stride(from: 0, to: unique.count, by: 500) {
            let part = unique[start..<min(start + 500, unique.count)]
            let sql = BoundSQL(
                "SELECT \"id\", \"type\", \"organisation\" FROM \"record\" WHERE \"id\" IN (\(marks(part.count)))",
                part.map { .identifier($0) })
            try each(sql) { row in found[row[0]] = (row[1], row[2]) }
        }
        for (field, target, wantedID) in wanted where !(wantedID == id && target == record.schema.type) {
            guard let hit = found[wantedID], hit.type == target.name,
                hit.organisation == nil || hit.organisation == organisation
            else {
                throw StoreError.unknownReference(type: record.schema.type.name, field: field.name, id: wantedID)
            }
        }
        var targets = found.mapValues(\.organisation)
        if wanted.contains(where: { $0.id == id }) { targets[id] = .some(organisation) }
        return targets
    }

    private func isKnown(_ id: UUID) throws -> Bool {
        enter(organisation)
        let found: Int64? = try one(BoundSQL("SELECT 1 FROM \"record\" WHERE \"id\" = ?", [.identifier(id)]))
        return found != nil
    }

    /// - Throws: ``StoreError/taken`` if another present record has a value that only one may have.
    private func checkUnique(_ record: ValidRecord, _ id: UUID, _ entry: Layouts.Entry) throws {
        for (position, statement) in entry.uniqueStatements where !record.values[position].isUnset {
            enter(organisation)
            let values: [SQLValue] = [optional(organisation), record.values[position].sql, .identifier(id)]
            let found: Int64? = try one(BoundSQL(statement, values))
            guard found == nil else {
                let field = record.schema.fields[position].name
                throw StoreError.taken(type: record.schema.type.name, field: field)
            }
        }
    }

    private func updateLinks(
        _ schema: AnySchema, id: UUID, index: Int, old: [FieldValue]?, new: [FieldValue], targets: [UUID: UUID?]
    ) throws {
        for (position, field) in schema.fields.enumerated() where field.kind.target != nil && !field.isDerived {
            let before = Set(old?[position].targets ?? [])
            let after = Set(new[position].targets)
            for gone in before.subtracting(after) {
                try run(
                    "UPDATE \"link\" SET \"until\" = ? WHERE \"from_id\" = ? AND \"field\" = ? AND \"to_id\" = ? "
                        + "AND \"until\" IS NULL",
                    [.integer(Int64(index)), .identifier(id), .text(field.name), .identifier(gone)])
            }
            for added in after.subtracting(before) {
                try insert(
                    [
                        .identifier(id), .text(field.name), .identifier(added), .integer(Int64(index)),
                        .text(schema.type.name), optional(organisation), optional(targets[added] ?? nil),
                    ], .link)
            }
        }
    }

    func insertLeaf(_ data: [UInt8], at index: Int, time: Instant) throws {
        let hash = MerkleTree.leafHash(data)
        // A clock that was set back puts no leaf before those that it follows: now is always the end of the ledger.
        let at = max(time.millisecondsSince1970, try ledgerEnd().at)
        try insert(
            [
                ledger(organisation), .integer(Int64(index)), .integer(at), .bytes(hash.bytes),
                .text(String(decoding: data, as: UTF8.self)),
            ], .leaf)
        end = LedgerEnd(size: index + 1, at: at)
        leaves += 1
        try insertFullTiles(size: index + 1)
    }

    package override func ledgerSize(_ organisation: UUID?) throws -> Int {
        guard organisation == self.organisation else { return try super.ledgerSize(organisation) }
        return try ledgerEnd().size
    }

    private func ledgerEnd() throws -> LedgerEnd {
        if let end { return end }
        enter(organisation)
        var found = LedgerEnd(size: 0, at: .min)
        let sql = BoundSQL(
            "SELECT \"index\", \"at\" FROM \"leaf\" WHERE \"ledger\" = ? ORDER BY \"index\" DESC LIMIT 1",
            [ledger(organisation)])
        try each(sql) { row in found = LedgerEnd(size: (row[0] as Int) + 1, at: row[1]) }
        end = found
        return found
    }

    /// A tile is written once, when its 256 entries are there.
    private func insertFullTiles(size: Int) throws {
        var level = 0
        var span = 256
        while size % span == 0 {
            let tile = size / span - 1
            let hashes = try hashes(organisation).hashes(level: level, tile: tile, count: 256)
            try run(
                "INSERT INTO \"tile\" (\"ledger\", \"level\", \"index\", \"hashes\") VALUES (?, ?, ?, ?)",
                [
                    ledger(organisation), .integer(Int64(level)), .integer(Int64(tile)),
                    .bytes(hashes.flatMap(\.bytes)),
                ])
            level += 1
            span *= 256
        }
    }

    // MARK: The rest

    /// - Throws: ``TakesLong``.
    package func takesLong() throws { if isShared { throw TakesLong() } }

    package func saveCheckpoint(_ checkpoint: StoredCheckpoint, organisation: UUID?) throws {
        enter(organisation)
        let sql = BoundSQL(
            "INSERT INTO \"checkpoint\" (\"ledger\", \"size\", \"root\", \"note\", \"at\") "
                + "VALUES (?, ?, ?, ?, ?) ON CONFLICT (\"ledger\", \"size\") DO UPDATE SET "
                + "\"root\" = excluded.\"root\", \"note\" = excluded.\"note\", \"at\" = excluded.\"at\"",
            [
                ledger(organisation), .integer(Int64(checkpoint.size)), .bytes(checkpoint.root),
                .text(checkpoint.note), .integer(checkpoint.at.millisecondsSince1970),
            ])
        try connection.run(sql)
    }

    package func saveStatuses(_ rows: [StatusRow]) throws {
        guard let organisation else { preconditionFailure("statuses belong to an organisation") }
        for row in rows {
            try run(
                "INSERT INTO \"status\" (\"organisation\", \"requirement\", \"controls\", \"evidence\", "
                    + "\"evidence_stale\", \"tasks_open\", \"tasks_overdue\", \"measured\", \"changes_on\", "
                    + "\"nonconformities\", \"nonconformities_major\") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                    + Self.replacingStatus,
                [
                    .identifier(organisation), .identifier(row.requirement), .integer(Int64(row.controls)),
                    .integer(Int64(row.evidence)), .integer(Int64(row.evidenceStale)),
                    .integer(Int64(row.tasksOpen)), .integer(Int64(row.tasksOverdue)),
                    row.measured.map { .text($0) } ?? .null,
                    row.changesOn.map { .integer(Int64($0.daysSince1970)) } ?? .null,
                    .integer(Int64(row.nonconformities)), .integer(Int64(row.nonconformitiesMajor)),
                ])
        }
    }

    private static let replacingStatus =
        "ON CONFLICT (\"organisation\", \"requirement\") DO UPDATE SET "
        + [
            "controls", "evidence", "evidence_stale", "tasks_open", "tasks_overdue", "measured", "changes_on",
            "nonconformities", "nonconformities_major",
        ].map { "\(quoted($0)) = excluded.\(quoted($0))" }.joined(separator: ", ")

    package func removeStatuses() throws {
        try run("DELETE FROM \"status\" WHERE \"organisation\" = ?", [optional(organisation)])
    }

    package func countControl(_ requirements: [UUID]) throws {
        for requirement in requirements {
            try run(
                "INSERT INTO \"status\" (\"organisation\", \"requirement\", \"controls\", \"evidence\", "
                    + "\"evidence_stale\", \"tasks_open\", \"tasks_overdue\") VALUES (?, ?, 1, 0, 0, 0, 0) "
                    + "ON CONFLICT (\"organisation\", \"requirement\") DO UPDATE SET \"controls\" = \"status\".\"controls\" + 1",
                [optional(organisation), .identifier(requirement)])
        }
    }

    package func saveLoadedSource(_ name: String, sha256: String) throws {
        try run(
            "INSERT INTO \"source\" (\"name\", \"sha256\") VALUES (?, ?) "
                + "ON CONFLICT (\"name\") DO UPDATE SET \"sha256\" = excluded.\"sha256\"",
            [.text(name), .text(sha256)])
    }
}
