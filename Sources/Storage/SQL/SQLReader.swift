// Reading from a database: the statements of `SQLGenerator`, run and decoded.
package import Foundation
package import MerkleLog
package import RecordKit

/// Reads on one connection, within one snapshot.
package class SQLReader: Reader {
    package let connection: any SQLConnection
    package let layouts: Layouts
    package init(_ connection: any SQLConnection, _ layouts: Layouts) {
        self.connection = connection
        self.layouts = layouts
    }
    var dialect: Dialect { connection.dialect }

    /// The statements that follow are about an organisation, or about shared content.
    func enter(_ organisation: UUID?) { connection.enter(.organisation(organisation)) }

    // MARK: Records

    package func find(_ schema: AnySchema, _ id: UUID, in organisation: UUID?, asOf: AsOf?) throws -> StoredRecord? {
        let entry = layouts[schema]
        enter(organisation)
        return try records(entry.generator.find(id, in: organisation, asOf: asOf), entry.layout).first
    }

    package func count(
        _ schema: AnySchema, where predicate: Criteria, archived: Archived, in organisation: UUID?, asOf: AsOf?
    ) throws -> Int {
        enter(organisation)
        return try one(layouts[schema].generator.count(predicate, archived, in: organisation, asOf: asOf)) ?? 0
    }

    package func counts(
        _ schema: AnySchema, by field: String, where predicate: Criteria, in organisation: UUID?, asOf: AsOf?
    ) throws -> [String: Int] {
        enter(organisation)
        let sql = try layouts[schema].generator.counts(by: field, predicate, in: organisation, asOf: asOf)
        var found: [String: Int] = [:]
        try each(sql) { row in found[row[0] as String? ?? ""] = row[1] }
        return found
    }

    package func titles(_ schema: AnySchema, _ ids: [UUID], in organisation: UUID?) throws -> [UUID: String] {
        guard !ids.isEmpty else { return [:] }
        enter(organisation)
        let entry = layouts[schema]
        let titleField = schema.fields[schema.titlePosition]
        guard titleField.isDerived else {
            let sql =
                BoundSQL(
                    "SELECT t.\"id\", t.\(titleField.column) FROM \(entry.layout.table) t WHERE t.\"id\" IN "
                        + "(\(marks(ids.count))) AND ", ids.map { .identifier($0) })
                + entry.generator.visible(in: organisation, asOf: nil)
            var found: [UUID: String] = [:]
            try each(sql) { row in found[row[0]] = row[1] as String? ?? "" }
            return found
        }
        var found: [UUID: String] = [:]
        for start in stride(from: 0, to: ids.count, by: Query.limitMax) {
            let part = Array(ids[start..<min(start + Query.limitMax, ids.count)])
            let page = try page(
                Query(schema, where: .ids(part), archived: .include, limit: part.count), in: organisation, asOf: nil)
            for record in page.records { found[record.id] = record.title }
        }
        return found
    }

    // MARK: History and links

    package func revisions(
        of id: UUID, _ schema: AnySchema, in organisation: UUID?, before version: Int?, limit: Int
    ) throws -> [Revision] {
        let layout = layouts[schema].layout
        enter(organisation)
        var sql = BoundSQL(
            "SELECT \(layout.selectColumns), r.\"action\", r.\"actor_kind\", r.\"person\", r.\"auth\", r.\"at\", "
                + "r.\"reason\", r.\"index\", r.\"request\" FROM \(layout.table) t "
                + "JOIN \"revision\" r ON r.\"number\" = t.\"revision\" WHERE t.\"id\" = ?", [.identifier(id)])
        if let organisation {
            sql =
                sql
                + BoundSQL(
                    schema.isCatalogue
                        ? " AND (t.\"organisation\" = ? OR t.\"organisation\" IS NULL)" : " AND t.\"organisation\" = ?",
                    [.identifier(organisation)])
        } else {
            sql.text += " AND t.\"organisation\" IS NULL"
        }
        if let version { sql = sql + BoundSQL(" AND t.\"version\" < ?", [.integer(Int64(version))]) }
        sql = sql + BoundSQL(" ORDER BY t.\"version\" DESC LIMIT ?", [.integer(Int64(limit))])
        var found: [Revision] = []
        let first = TableLayout.metaColumns.count + layout.stored.count
        try each(sql) { row in
            guard let kind = Change.ActorKind(rawValue: row[first + 1]) else {
                throw StoreError.unavailable("revision of \(id): unknown kind of actor")
            }
            found.append(
                Revision(
                    record: try decode(row, layout), action: row[first], actorKind: kind, person: row[first + 2],
                    auth: row[first + 3], at: Instant(millisecondsSince1970: row[first + 4]), reason: row[first + 5],
                    index: row[first + 6], request: row[first + 7]))
        }
        return zip(found, try marked(found.map(\.record))).map { $0.holding($1, reason: $0.reason) }
    }

    package func links(from ids: [UUID], in organisation: UUID?, asOf: AsOf?, limit: Int) throws -> [Link] {
        try links("from_id", ids, in: organisation, asOf: asOf, limit: limit)
    }
    package func links(to ids: [UUID], in organisation: UUID?, asOf: AsOf?, limit: Int) throws -> [Link] {
        try links("to_id", ids, in: organisation, asOf: asOf, limit: limit)
    }
    private func links(
        _ end: String, _ ids: [UUID], in organisation: UUID?, asOf: AsOf?, limit: Int
    ) throws -> [Link] {
        guard !ids.isEmpty else { return [] }
        enter(organisation)
        var sql = BoundSQL(
            "SELECT l.\"from_id\", l.\"from_type\", l.\"field\", l.\"to_id\" FROM \"link\" l WHERE l.\"\(end)\" IN "
                + "(\(marks(ids.count))) AND ", ids.map { .identifier($0) })
        if let organisation {
            sql =
                sql + BoundSQL("((l.\"organisation\" = ?", [.identifier(organisation)])
                + SQLGenerator.at(asOf?.index, "l") + BoundSQL(") OR (l.\"organisation\" IS NULL")
                + SQLGenerator.at(asOf?.sharedIndex, "l") + BoundSQL("))")
        } else {
            sql = sql + BoundSQL("l.\"organisation\" IS NULL") + SQLGenerator.at(asOf?.sharedIndex, "l")
        }
        sql =
            sql
            + BoundSQL(
                " ORDER BY l.\"from_id\", l.\"field\", l.\"to_id\" LIMIT ?", [.integer(Int64(limit))])
        var found: [Link] = []
        try each(sql) { row in
            found.append(Link(from: row[0], fromType: RecordType(row[1] as String), field: row[2], to: row[3]))
        }
        return found
    }

    // MARK: Ledger

    package func ledgerSize(_ organisation: UUID?) throws -> Int {
        enter(organisation)
        let sql = BoundSQL("SELECT max(\"index\") + 1 FROM \"leaf\" WHERE \"ledger\" = ?", [ledger(organisation)])
        return try one(sql) ?? 0
    }

    package func position(at time: Instant, in organisation: UUID?) throws -> AsOf? {
        guard let index = try lastIndex(organisation, at: time.millisecondsSince1970) else { return nil }
        return AsOf(index: index, sharedIndex: try lastIndex(nil, at: time.millisecondsSince1970) ?? -1)
    }

    package func position(index: Int, in organisation: UUID?) throws -> AsOf? {
        enter(organisation)
        let sql = BoundSQL(
            "SELECT \"at\" FROM \"leaf\" WHERE \"ledger\" = ? AND \"index\" = ?",
            [ledger(organisation), .integer(Int64(index))])
        guard let at: Int64 = try one(sql) else { return nil }
        guard organisation != nil else { return AsOf(index: index, sharedIndex: index) }
        return AsOf(index: index, sharedIndex: try lastIndex(nil, at: at) ?? -1)
    }

    private func lastIndex(_ organisation: UUID?, at milliseconds: Int64) throws -> Int? {
        enter(organisation)
        return try one(
            BoundSQL(
                "SELECT \"index\" FROM \"leaf\" WHERE \"ledger\" = ? AND \"at\" <= ? "
                    + "ORDER BY \"at\" DESC, \"index\" DESC LIMIT 1", [ledger(organisation), .integer(milliseconds)]))
    }

    package func leaves(_ organisation: UUID?, from index: Int, limit: Int) throws -> [StoredLeaf] {
        enter(organisation)
        var found: [StoredLeaf] = []
        let sql = BoundSQL(
            "SELECT \"index\", \"data\", \"hash\" FROM \"leaf\" WHERE \"ledger\" = ? AND \"index\" >= ? "
                + "ORDER BY \"index\" LIMIT ?", [ledger(organisation), .integer(Int64(index)), .integer(Int64(limit))])
        try each(sql) { row in
            found.append(
                StoredLeaf(index: row[0], data: Array((row[1] as String).utf8), hash: row[2]))
        }
        return found
    }

    package func hashes(_ organisation: UUID?) -> any HashSource { SQLHashes(reader: self, organisation: organisation) }

    package func lastCheckpoint(_ organisation: UUID?) throws -> StoredCheckpoint? {
        enter(organisation)
        var found: StoredCheckpoint?
        let sql = BoundSQL(
            "SELECT \"size\", \"root\", \"note\", \"at\" FROM \"checkpoint\" WHERE \"ledger\" = ? "
                + "ORDER BY \"size\" DESC LIMIT 1", [ledger(organisation)])
        try each(sql) { row in
            found = StoredCheckpoint(
                size: row[0], root: row[1], note: row[2], at: Instant(millisecondsSince1970: row[3]))
        }
        return found
    }

    // MARK: Caches and sources

    package func statuses(in organisation: UUID) throws -> [StatusRow] {
        enter(organisation)
        var found: [StatusRow] = []
        let sql = BoundSQL(
            "SELECT \"requirement\", \"controls\", \"evidence\", \"evidence_stale\", \"tasks_open\", "
                + "\"tasks_overdue\", \"measured\", \"changes_on\", \"nonconformities\", \"nonconformities_major\" "
                + "FROM \"status\" WHERE \"organisation\" = ?",
            [.identifier(organisation)])
        try each(sql) { row in
            var status = StatusRow(requirement: row[0])
            status.controls = row[1]
            status.evidence = row[2]
            status.evidenceStale = row[3]
            status.tasksOpen = row[4]
            status.tasksOverdue = row[5]
            status.measured = row[6]
            status.changesOn = (row[7] as Int?).map { Day(daysSince1970: $0) }
            status.nonconformities = row[8]
            status.nonconformitiesMajor = row[9]
            found.append(status)
        }
        return found
    }

    package func statusesDue(by day: Day, in organisation: UUID, limit: Int) throws -> [UUID] {
        enter(organisation)
        var found: [UUID] = []
        let sql = BoundSQL(
            "SELECT \"requirement\" FROM \"status\" WHERE \"organisation\" = ? AND \"changes_on\" <= ? LIMIT ?",
            [.identifier(organisation), .integer(Int64(day.daysSince1970)), .integer(Int64(limit))])
        try each(sql) { row in found.append(row[0]) }
        return found
    }

    package func loadedSource(_ name: String) throws -> String? {
        try one(BoundSQL("SELECT \"sha256\" FROM \"source\" WHERE \"name\" = ?", [.text(name)]))
    }

    package func organisations(after: UUID?, limit: Int) throws -> [UUID] {
        connection.enter(.server)
        var found: [UUID] = []
        let sql = BoundSQL(
            "SELECT \"id\" FROM \"record\" WHERE \"type\" = 'organisation' AND \"id\" = \"organisation\" "
                + "AND \"id\" > ? ORDER BY \"id\" LIMIT ?",
            [.identifier(after ?? .unset), .integer(Int64(limit))])
        try each(sql) { row in found.append(row[0]) }
        return found
    }

    // MARK: Running and decoding

    func ledger(_ organisation: UUID?) -> SQLValue { .identifier(organisation ?? .unset) }

    package func each(_ sql: BoundSQL, _ body: (any SQLRows) throws -> Void) throws {
        let rows = try connection.rows(sql, isAlone: true)
        defer { rows.end() }
        while try rows.next() { try body(rows) }
    }

    /// The first column of the first row.
    package func one<T: ColumnValue>(_ sql: BoundSQL) throws -> T? {
        let rows = try connection.rows(sql, isAlone: true)
        defer { rows.end() }
        guard try rows.next(), !rows.isNull(0) else { return nil }
        let value: T = rows[0]
        try rows.check()
        return value
    }

    package func run(_ sql: String, _ values: [SQLValue]) throws { try connection.run(BoundSQL(sql, values)) }

    func optional(_ id: UUID?) -> SQLValue { id.map { .identifier($0) } ?? .null }

    package func records(_ sql: BoundSQL, _ layout: TableLayout) throws -> [StoredRecord] {
        var found: [StoredRecord] = []
        try each(sql) { row in found.append(try decode(row, layout)) }
        return try marked(found)
    }

    /// The columns of `TableLayout.selectColumns`.
    func decode(_ row: any SQLRows, _ layout: TableLayout) throws -> StoredRecord {
        let meta = RecordMeta(
            version: row[2], isArchived: row[3], organisation: row[1], since: row[4], until: row[5],
            createdAt: Instant(millisecondsSince1970: row[6]), createdBy: row[7],
            updatedAt: Instant(millisecondsSince1970: row[8]), updatedBy: row[9])
        var values: [FieldValue] = []
        values.reserveCapacity(layout.readers.count)
        var column = TableLayout.metaColumns.count
        for reader in layout.readers {
            guard let reader else {
                values.append(.null)
                continue
            }
            values.append(try value(row, column, reader, layout))
            column += 1
        }
        if layout.schema.hasDerived { values = try layout.schema.withDerived(values) }
        return StoredRecord(schema: layout.schema, id: row[0], meta: meta, values: values)
    }

    private func value(
        _ row: any SQLRows, _ column: Int, _ reader: ColumnReader, _ layout: TableLayout
    ) throws -> FieldValue {
        if row.isNull(column) { return .null }
        func damaged() -> StoreError {
            let field = layout.schema.fields[layout.stored[column - TableLayout.metaColumns.count]]
            return .unavailable("the stored value of \(field.name) is damaged")
        }
        switch reader {
        case .text: return .text(row[column])
        case .json: return .json(row[column])
        case .integer: return .integer(row[column])
        case .bool: return .bool(row[column])
        case .day: return .day(Day(daysSince1970: row[column]))
        case .time: return .time(Instant(millisecondsSince1970: row[column]))
        case .reference: return .reference(row[column])
        case .decimal:
            guard let number = Decimal(plain: row[column]) else { throw damaged() }
            return .decimal(number)
        case .links:
            let bytes = row.bytes(column)
            guard bytes.count % 16 == 0 else { throw damaged() }
            return .links(
                stride(from: 0, to: bytes.count, by: 16).map {
                    UUID(uuid: bytes.loadUnaligned(fromByteOffset: $0, as: uuid_t.self))
                })
        case .file:
            let text: String = row[column]
            guard case .object(let parts) = try JSONValue.parse(Array(text.utf8)),
                case .string(let sha256) = parts["sha256"], case .string(let name) = parts["name"],
                case .string(let mediaType) = parts["mediaType"], case .integer(let bytes) = parts["bytes"]
            else { throw damaged() }
            return .file(try FileReference(sha256: sha256, name: name, mediaType: mediaType, bytes: bytes))
        }
    }
}

/// The tiles and leaf rows of one ledger, as the Merkle tree reads them.
private struct SQLHashes: HashSource {
    let reader: SQLReader
    let organisation: UUID?
    private var ledger: SQLValue { reader.ledger(organisation) }

    package func hashes(level: Int, tile: Int, count: Int) throws -> [Hash] {
        reader.enter(organisation)
        var bytes: [UInt8] = []
        let stored = BoundSQL(
            "SELECT \"hashes\" FROM \"tile\" WHERE \"ledger\" = ? AND \"level\" = ? AND \"index\" = ?",
            [ledger, .integer(Int64(level)), .integer(Int64(tile))])
        if let full: [UInt8] = try reader.one(stored) {
            bytes = Array(full.prefix(32 * count))
        } else if level == 0 {
            let rows = BoundSQL(
                "SELECT \"hash\" FROM \"leaf\" WHERE \"ledger\" = ? AND \"index\" >= ? ORDER BY \"index\" LIMIT ?",
                [ledger, .integer(Int64(tile * 256)), .integer(Int64(count))])
            try reader.each(rows) { row in bytes += row[0] as [UInt8] }
        } else {
            // A partial tile of a higher level: each hash is the root of a full tile one level below.
            let first = tile * 256
            var children: [Int: [UInt8]] = [:]
            let rows = BoundSQL(
                "SELECT \"index\", \"hashes\" FROM \"tile\" WHERE \"ledger\" = ? AND \"level\" = ? "
                    + "AND \"index\" >= ? AND \"index\" < ?",
                [ledger, .integer(Int64(level - 1)), .integer(Int64(first)), .integer(Int64(first + count))])
            try reader.each(rows) { row in children[row[0]] = row[1] }
            for child in first..<first + count {
                let own = try children[child].map(split) ?? hashes(level: level - 1, tile: child, count: 256)
                guard own.count == 256 else {
                    throw StoreError.unavailable("ledger tile \(level - 1)/\(child) has \(own.count) of 256 hashes")
                }
                bytes += MerkleTree.root(of: own).bytes
            }
        }
        let hashes = split(bytes)
        guard hashes.count == count else {
            throw StoreError.unavailable("ledger tile \(level)/\(tile) has \(hashes.count) of \(count) hashes")
        }
        return hashes
    }

    private func split(_ bytes: [UInt8]) -> [Hash] {
        stride(from: 0, to: bytes.count, by: 32).compactMap { Hash(Array(bytes[$0..<min($0 + 32, bytes.count)])) }
    }
}
