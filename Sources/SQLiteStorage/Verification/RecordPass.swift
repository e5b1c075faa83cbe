// Every record against its ledger: revisions, leaves, rows, links and search words, in one walk over all records in
// ascending order of id. Every table is read in that order beside it, so that nothing is looked up twice and a row that
// belongs to no record is met on the way.
import Foundation
import MerkleLog
import RecordKit
import Storage

/// Reads the records of a file.
struct RecordPass {
    private let records: RowCursor
    private let revisions: RowCursor
    private let tables: [String: VerifiedTable]
    private let every: [VerifiedTable]
    private var links: LinkCheck
    private var search: SearchCheck
    private let erasures: ErasureCheck
    private var found = LedgerVerification()
    // Kept for their memory.
    private var body: [UInt8] = []
    private var leafBytes: [UInt8] = []

    /// Columns of ``revisions``.
    enum Column {
        static let number = 0
        static let ledger = 1
        static let index = 2
        static let record = 3
        static let type = 4
        static let version = 5
        static let action = 6
        static let at = 7
        static let actorKind = 8
        static let person = 9
        static let auth = 10
        static let reason = 11
        static let request = 12
        static let commitment = 13
        static let salt = 14
        static let body = 15
        static let leafData = 16
    }

    /// - Throws: ``LedgerVerifierError``.
    init(_ file: VerifiedFile, _ layouts: Layouts) throws(LedgerVerifierError) {
        records = try file.cursor(
            "SELECT \"id\", \"organisation\", \"type\", \"version\", \"archived\" FROM \"record\" ORDER BY \"id\"")
        revisions = try file.cursor(
            """
            SELECT r."number", r."ledger", r."index", r."record", r."type", r."version", r."action", r."at", \
            r."actor_kind", r."person", r."auth", r."reason", r."request", r."commitment", r."salt", r."body", \
            l."data" FROM "revision" r LEFT JOIN "leaf" l ON l."ledger" = r."ledger" \
            AND l."index" = r."index" ORDER BY r."record", r."version"
            """)
        try revisions.next()
        var tables: [String: VerifiedTable] = [:]
        for entry in layouts.all {
            tables[entry.layout.schema.type.name] = try VerifiedTable(file, entry.layout)
        }
        self.tables = tables
        every = Array(tables.values)
        links = try LinkCheck(file)
        search = try SearchCheck(file)
        erasures = try ErasureCheck(file)
    }

    mutating func run(_ progress: (LedgerVerifier.Progress) -> Void) throws(LedgerVerifierError) -> LedgerVerification {
        var reported = 0
        while try records.next(), found.firstProblem == nil {
            found.firstProblem = try record()
            if found.revisions - reported >= LedgerVerifier.batchRowsMax {
                reported = found.revisions
                progress(.revisions(reported))
            }
        }
        if found.firstProblem == nil { found.firstProblem = remains(before: nil) ?? search.finish() }
        found.searched = search.searched
        progress(.revisions(found.revisions))
        return found
    }

    // MARK: One record

    /// What is known of the record while its revisions are read.
    struct History {
        let id: Key
        let organisation: Key?
        let table: VerifiedTable
        var type: String { table.schema.type.name }
        /// The number of revisions read.
        var version = 0
        var commitment: String?
        var index = -1
        /// The last row's `until`; `.none` before the first row.
        var until: Int??
        var isArchived: Bool?
        var created: (at: Int, by: Key?) = (0, nil)

        func fault(_ column: String?, in table: String? = nil, _ what: String) -> VerificationFault {
            let table = table ?? self.table.table
            return VerificationFault(
                table, column: column, ledger: (organisation ?? .server).ledgerName, index: index < 0 ? nil : index,
                record: id.id, version: version == 0 ? nil : version,
                "\(type) \(id.id.lowercased)\(version == 0 ? "" : ", version \(version)"): \(what) "
                    + "(table \(table)\(column.map { ", column \($0)" } ?? "")).")
        }
    }

    private mutating func record() throws(LedgerVerifierError) -> VerificationFault? {
        guard let id = records.key(0), records.isNull(1) || records.key(1) != nil else {
            return VerificationFault("record", column: "id", "A record's id or organisation is not 16 bytes.")
        }
        if let fault = remains(before: id) { return fault }
        guard let type = records.text(2), let table = tables[type] else {
            return VerificationFault(
                "record", column: "type", record: id.id,
                "The record \(id.id.lowercased) is of an unknown type (table record, column type).")
        }
        var history = History(id: id, organisation: records.key(1), table: table)
        links.begin(table)
        while revisions.hasRow, revisions.key(Column.record) == id {
            if let fault = try revision(&history) { return fault }
            found.revisions += 1
            try revisions.next()
        }
        if let fault = try end(history) { return fault }
        found.records += 1
        return nil
    }

    private mutating func end(_ history: History) throws(LedgerVerifierError) -> VerificationFault? {
        guard history.version > 0 else { return history.fault(nil, in: "revision", "it has no revision") }
        guard records.integer(3) == history.version else {
            return history.fault("version", in: "record", "the record does not say that this is its version")
        }
        if let isArchived = history.isArchived, records.integer(4) != (isArchived ? 1 : 0) {
            return history.fault(
                "archived", in: "record", "the record is archived and its last revision is not, or the reverse")
        }
        if case .some(.some(_)) = history.until {
            return history.fault("until", "the present revision is said to have been replaced")
        }
        return try links.end(history, &found.links)
    }

    private mutating func revision(_ history: inout History) throws(LedgerVerifierError) -> VerificationFault? {
        history.version += 1
        guard let index = revisions.integer(Column.index), let at = revisions.integer(Column.at) else {
            return history.fault("index", in: "revision", "its index or time is not a number")
        }
        guard revisions.integer(Column.version) == history.version else {
            return history.fault(
                "version", in: "revision",
                "this version should come next, but version \(revisions.integer(Column.version) ?? -1) does")
        }
        guard revisions.has(Column.type, history.type) else {
            return history.fault("type", in: "revision", "the revision is of another type than its record")
        }
        let ledger = history.organisation ?? .server
        guard revisions.key(Column.ledger) == ledger else {
            return history.fault("ledger", in: "revision", "the revision is in another ledger than its record's")
        }
        guard index > history.index else {
            return history.fault("index", in: "revision", "the revision stands before the one that it follows")
        }
        // The row before ends where this revision begins.
        if case .some(let until) = history.until, until != index {
            history.version -= 1
            return history.fault(
                "until", "it ends at \(until.map(String.init) ?? "no index"), but leaf \(index) replaced it")
        }
        history.index = index
        let person = revisions.key(Column.person)
        guard person != nil || revisions.isNull(Column.person) else {
            return history.fault("person", in: "revision", "the person is not 16 bytes")
        }
        if history.version == 1 { history.created = (at, person) }
        let (hasSalt, hasBody) = (!revisions.isNull(Column.salt), !revisions.isNull(Column.body))
        let fault: VerificationFault?
        if hasSalt || hasBody {
            guard hasSalt, hasBody else {
                return history.fault(
                    hasSalt ? "body" : "salt", in: "revision", "content and salt are not erased together")
            }
            fault = try row(&history, at, person)
        } else {
            fault = try erased(&history, at, person)
        }
        history.commitment = revisions.text(Column.commitment)
        return fault
    }

    /// A revision without content: an entry of the ledger must say so, and its row must hold nothing any more.
    private mutating func erased(
        _ history: inout History, _ at: Int, _ person: Key?
    ) throws(LedgerVerifierError) -> VerificationFault? {
        let rows = history.table.rows
        if let fault = LeafCheck(revisions, history).fault(evidence: nil, &leafBytes) { return fault }
        if let fault = try erasures.fault(of: history, revisions, hasContent: false) { return fault }
        guard rows.hasRow, rows.key(VerifiedTable.Meta.id) == history.id,
            rows.integer(VerifiedTable.Meta.version) == history.version
        else { return history.fault("version", "the revision has no row") }
        guard revisions.isNull(Column.reason) else {
            return history.fault("reason", in: "revision", "the revision was erased, but not its reason")
        }
        if let column = history.table.columnWithContent(id: history.id.id) {
            return history.fault(
                column.name.asColumn, "the revision was erased, but its field \(column.name) still holds something")
        }
        found.erased += 1
        return try frame(&history, at, person)
    }

    /// A revision that is not erased: its leaf, its body and its row.
    private mutating func row(
        _ history: inout History, _ at: Int, _ person: Key?
    ) throws(LedgerVerifierError) -> VerificationFault? {
        typealias Meta = VerifiedTable.Meta
        let table = history.table
        let rows = table.rows
        let leaf = LeafCheck(revisions, history)
        guard rows.hasRow, rows.key(Meta.id) == history.id, rows.integer(Meta.version) == history.version else {
            return leaf.fault(evidence: nil, &leafBytes) ?? history.fault("version", "the revision has no row")
        }
        body.removeAll(keepingCapacity: true)
        let broken = table.appendBody(
            id: history.id, version: history.version, reason: revisions.bytes(Column.reason), to: &body)
        let isSame = broken == nil && revisions.has(Column.body, body)
        // What the leaf says is compared with the file of the row only if the row is the body.
        let files = isSame ? table.files() : nil
        if let fault = leaf.fault(evidence: files, &leafBytes) ?? leaf.commitmentFault() { return fault }
        guard isSame, files != nil else {
            return BodyDifference(table, revisions, history).fault(broken)
        }
        if let fault = try erasures.fault(of: history, revisions, hasContent: true) { return fault }
        return try frame(&history, at, person)
    }

    /// What a row says of its revision beside the fields, and what follows from the fields.
    private mutating func frame(
        _ history: inout History, _ at: Int, _ person: Key?
    ) throws(LedgerVerifierError) -> VerificationFault? {
        typealias Meta = VerifiedTable.Meta
        let table = history.table
        let rows = table.rows
        let wrong: (String, String)? =
            if rows.integer(Meta.revision) != revisions.integer(Column.number) {
                ("revision", "its row is filed under another revision")
            } else if rows.key(Meta.organisation) != history.organisation
                || (history.organisation == nil && !rows.isNull(Meta.organisation))
            {
                ("organisation", "its row is of another organisation")
            } else if rows.integer(Meta.since) != history.index {
                ("since", "its row does not begin at its leaf")
            } else if rows.integer(Meta.createdAt) != history.created.at {
                ("created_at", "its row says another time of creation")
            } else if rows.key(Meta.createdBy) != history.created.by
                || (history.created.by == nil && !rows.isNull(Meta.createdBy))
            {
                ("created_by", "its row says another creator")
            } else if rows.integer(Meta.updatedAt) != at {
                ("updated_at", "its row says another time of change")
            } else if rows.key(Meta.updatedBy) != person || (person == nil && !rows.isNull(Meta.updatedBy)) {
                ("updated_by", "its row says another author")
            } else if !rows.isNull(Meta.until), rows.integer(Meta.until) == nil {
                ("until", "its end is not a number")
            } else {
                nil
            }
        if let (column, what) = wrong { return history.fault(column, what) }
        if let column = table.wrongSortKey() {
            return history.fault(
                column.name.asColumn + "__key", "lists would sort it by something else than its field \(column.name)")
        }
        history.until = .some(rows.integer(Meta.until))
        history.isArchived = rows.integer(Meta.archived) == 1
        if let fault = try search.check(table, revisions.integer(Column.number) ?? 0, history) { return fault }
        links.take(table, history.index)
        try rows.next()
        return nil
    }

    // MARK: What belongs to no record

    /// A row of any table whose record is not there: every cursor must have reached this record.
    private func remains(before id: Key?) -> VerificationFault? {
        func isLeft(_ cursor: RowCursor, _ column: Int) -> Bool {
            guard cursor.hasRow else { return false }
            guard let id, let own = cursor.key(column) else { return true }
            return own < id
        }
        func fault(_ table: String, _ cursor: RowCursor, _ column: Int, version: Int?) -> VerificationFault {
            let own = cursor.key(column)?.id
            return VerificationFault(
                table, record: own, version: version,
                "The table \(table) has a row \(version.map { "of version \($0) " } ?? "")of the record "
                    + "\(own?.lowercased ?? "?"), which has no such revision.")
        }
        if isLeft(revisions, Column.record) {
            return fault("revision", revisions, Column.record, version: revisions.integer(Column.version))
        }
        // A type's rows are left behind only by the record before; looking at all is cheap beside reading a record.
        for table in every where isLeft(table.rows, VerifiedTable.Meta.id) {
            return fault(
                table.table, table.rows, VerifiedTable.Meta.id, version: table.rows.integer(VerifiedTable.Meta.version))
        }
        if isLeft(links.rows, 0) { return fault("link", links.rows, 0, version: nil) }
        if isLeft(erasures.rows, ErasureCheck.Column.record) {
            return fault(
                "erasure", erasures.rows, ErasureCheck.Column.record,
                version: erasures.rows.integer(ErasureCheck.Column.version))
        }
        return nil
    }
}
