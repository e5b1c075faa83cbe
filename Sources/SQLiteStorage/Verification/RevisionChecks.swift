// What is compared for one revision: the leaf with the revision's columns, the commitment with the body, the body with
// the row. The comparisons are of whole byte strings; only when two differ is it worked out where.
import Foundation
import MerkleLog
import RecordKit
import Storage

/// A revision and the leaf at its index.
struct LeafCheck {
    private typealias Column = RecordPass.Column
    private let row: RowCursor
    private let history: RecordPass.History

    init(_ row: RowCursor, _ history: RecordPass.History) {
        self.row = row
        self.history = history
    }

    /// - Parameters:
    ///   - evidence: the files of the revision; `nil` if they are not known, then the leaf's own are taken.
    ///   - output: kept for its memory.
    func fault(evidence: [Leaf.Evidence]?, _ output: inout [UInt8]) -> VerificationFault? {
        guard let data = row.bytes(Column.leafData) else {
            return history.fault("index", in: "revision", "there is no leaf \(history.index)")
        }
        output.removeAll(keepingCapacity: true)
        if evidence == [], append(to: &output), output.withUnsafeBytes({ data.isSame(as: $0) }) { return nil }
        let files: [Leaf.Evidence]
        if let evidence {
            files = evidence
        } else {
            do { files = try Leaf(canonicalBytes: Array(data)).evidence } catch { return malformed(error) }
        }
        let wanted = leaf(files)
        do {
            let bytes = try wanted.canonicalBytes()
            if bytes.withUnsafeBytes({ data.isSame(as: $0) }) { return nil }
        } catch .malformedCommitment {
            return history.fault("commitment", in: "revision", "its commitment is not one")
        } catch {
            return history.fault(nil, in: "revision", "no leaf can say what the revision does: \(error)")
        }
        do { return difference(try Leaf(canonicalBytes: Array(data)), wanted) } catch { return malformed(error) }
    }

    /// Writes the leaf of a revision without files straight from its columns.
    /// - Returns: `false` if a column holds what only ``Leaf`` can judge.
    private func append(to output: inout [UInt8]) -> Bool {
        guard let at = row.integer(Column.at), RFC3339.millisecondsRange.contains(Int64(at)) else { return false }
        output.appendText("{\"action\":\"")
        guard appendWord(Column.action, to: &output) else { return false }
        output.appendText("\",\"actor\":{\"auth\":\"")
        guard appendWord(Column.auth, to: &output) else { return false }
        output.appendText("\",\"id\":\"")
        if let person = row.key(Column.person) { output.appendIdentifier(person) }
        output.appendText("\",\"kind\":\"")
        guard appendWord(Column.actorKind, to: &output) else { return false }
        output.appendText("\"},\"after\":\"")
        guard appendWord(Column.commitment, to: &output) else { return false }
        if let before = history.commitment {
            output.appendText("\",\"before\":\"")
            output.append(contentsOf: before.utf8)
            output.appendText("\",\"evidence\":[],\"object\":{\"id\":\"")
        } else {
            output.appendText("\",\"before\":null,\"evidence\":[],\"object\":{\"id\":\"")
        }
        output.appendIdentifier(history.id)
        output.appendText("\",\"type\":\"")
        output.append(contentsOf: history.type.utf8)
        output.appendText("\",\"version\":")
        output.appendNumber(history.version)
        output.appendText("},\"organisation\":\"")
        if let organisation = history.organisation, organisation != .server {
            output.appendIdentifier(organisation)
        } else {
            output.append(contentsOf: Key.server.ledgerName.utf8)
        }
        output.appendText("\",\"request\":\"")
        guard row.isNull(Column.request) || appendWord(Column.request, to: &output) else { return false }
        output.appendText("\",\"time\":\"")
        RFC3339.append(Int64(at), to: &output)
        output.appendText("\",\"type\":\"record\",\"v\":1}")
        return true
    }

    /// Text of which every character stands for itself in JSON.
    private func appendWord(_ column: Int, to output: inout [UInt8]) -> Bool {
        guard let bytes = row.textBytes(column) else { return false }
        for byte in bytes where byte < 0x20 || byte > 0x7E || byte == 0x22 || byte == 0x5C { return false }
        output.append(contentsOf: bytes)
        return true
    }

    /// The body and salt open the commitment.
    func commitmentFault() -> VerificationFault? {
        guard let salt = row.bytes(Column.salt), let body = row.bytes(Column.body) else { return nil }
        do {
            if try Commitment.opens(
                row.textBytes(Column.commitment) ?? UnsafeRawBufferPointer(start: nil, count: 0), salt: salt,
                revision: body)
            {
                return nil
            }
        } catch {
            return history.fault("salt", in: "revision", "the salt has \(salt.count) bytes")
        }
        return history.fault(
            "body", in: "revision", "content and salt do not open the commitment: one of them was changed")
    }

    private func leaf(_ evidence: [Leaf.Evidence]) -> Leaf {
        Leaf(
            type: "record", organisation: (history.organisation ?? .server).ledgerName,
            timeMilliseconds: Int64(row.integer(Column.at) ?? 0),
            actor: Leaf.Actor(
                kind: row.text(Column.actorKind) ?? "", id: row.key(Column.person)?.id.lowercased ?? "",
                auth: row.text(Column.auth) ?? ""),
            action: row.text(Column.action) ?? "",
            object: Leaf.Object(type: history.type, id: history.id.id.lowercased, version: history.version),
            before: history.commitment, after: row.text(Column.commitment), evidence: evidence,
            request: row.text(Column.request) ?? "")
    }

    private func malformed(_ error: LeafError) -> VerificationFault {
        history.fault("data", in: "leaf", "its leaf is not one. \(error.description)")
    }

    private func difference(_ leaf: Leaf, _ wanted: Leaf) -> VerificationFault {
        // Leaves hold what the ledger proves: where the two differ, the revision's column was changed.
        let parts: [(String, Bool)] = [
            ("at", leaf.timeMilliseconds == wanted.timeMilliseconds),
            ("action", Self.same(leaf.action, wanted.action)),
            ("actor_kind", Self.same(leaf.actor.kind, wanted.actor.kind)),
            ("person", Self.same(leaf.actor.id, wanted.actor.id)),
            ("auth", Self.same(leaf.actor.auth, wanted.actor.auth)),
            ("request", Self.same(leaf.request, wanted.request)),
            ("commitment", Self.same(leaf.after ?? "", wanted.after ?? "")),
            ("version", leaf.object.version == wanted.object.version),
        ]
        if let (column, _) = parts.first(where: { !$0.1 }) {
            return history.fault(column, in: "revision", "its leaf \(history.index) says something else")
        }
        if !Self.same(leaf.before ?? "", wanted.before ?? "") {
            return history.fault(
                "data", in: "leaf",
                "its leaf \(history.index) does not follow the revision before: `before` is not its commitment")
        }
        if leaf.evidence != wanted.evidence {
            return history.fault("data", in: "leaf", "its leaf \(history.index) names other files")
        }
        return history.fault("data", in: "leaf", "its leaf \(history.index) is of another record")
    }

    // Swift takes composed and decomposed letters for the same; bytes do not.
    private static func same(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }
}

/// Where a row is not what its revision says.
struct BodyDifference {
    private let table: VerifiedTable
    private let row: RowCursor
    private let history: RecordPass.History

    init(_ table: VerifiedTable, _ row: RowCursor, _ history: RecordPass.History) {
        self.table = table
        self.row = row
        self.history = history
    }

    /// - Parameter broken: a column that is known to hold what its field cannot.
    func fault(_ broken: VerifiedTable.Column?) -> VerificationFault {
        if let broken { return differs(broken) }
        let bytes = row.bytes(RecordPass.Column.body).map { Array($0) } ?? []
        let value: JSONValue
        do { value = try JSONValue.parse(bytes) } catch {
            return history.fault("body", in: "revision", "its content is not JSON. \(error.description)")
        }
        guard case .object(let body) = value, case .object(let fields) = body["fields"] else {
            return history.fault("body", in: "revision", "its content is not that of a revision")
        }
        if body["archived"] != .bool(table.rows.integer(VerifiedTable.Meta.archived) == 1) {
            return history.fault("archived", "its row is archived and the revision is not, or the reverse")
        }
        for column in table.columns {
            var own: [UInt8]? = []
            if table.isLeftOut(column) {
                own = nil
            } else if own?.isEmpty == true {
                var text: [UInt8] = []
                guard table.appendValue(of: column, to: &text) else { return differs(column) }
                own = text
            }
            do {
                guard try fields[column.name]?.canonical() == own else { return differs(column) }
            } catch { return differs(column) }
        }
        let reason = row.text(RecordPass.Column.reason)
        if body["reason"] != reason.map({ .string($0) }) {
            return history.fault("reason", in: "revision", "the reason is not the one in its content")
        }
        return history.fault("body", in: "revision", "its content has fields that no column holds")
    }

    private func differs(_ column: VerifiedTable.Column) -> VerificationFault {
        history.fault(column.name.asColumn, "the field \(column.name) of its row is not what its leaf committed to")
    }
}

/// The links of one record, worked out from its rows and compared with the link table.
struct LinkCheck {
    /// `from_id`, `field`, `to_id`, `since`, `until`, `from_type`, `organisation`, in ascending order of the first four.
    let rows: RowCursor

    private struct Span {
        /// The position in `VerifiedTable.linkColumns`.
        let column: Int
        let to: Key
        let since: Int
        var until: Int?
    }
    private var spans: [Span] = []
    private var present: [[Key]] = []

    /// - Throws: ``LedgerVerifierError``.
    init(_ file: VerifiedFile) throws(LedgerVerifierError) {
        rows = try file.cursor(
            """
            SELECT "from_id", "field", "to_id", "since", "until", "from_type", "organisation" FROM "link" \
            ORDER BY "from_id", "field", "to_id", "since"
            """)
        try rows.next()
    }

    mutating func begin(_ table: VerifiedTable) {
        spans.removeAll(keepingCapacity: true)
        if present.count == table.linkColumns.count {
            for position in present.indices { present[position] = [] }
        } else {
            present = Array(repeating: [], count: table.linkColumns.count)
        }
    }

    /// The row at hand stands from this index on.
    mutating func take(_ table: VerifiedTable, _ index: Int) {
        for (position, column) in table.linkColumns.enumerated() {
            let now = table.keys(column) ?? []
            guard now != present[position] else { continue }
            let isNamed = Self.membership(of: now)
            for at in spans.indices
            where spans[at].column == position && spans[at].until == nil && !isNamed(spans[at].to) {
                spans[at].until = index
            }
            let wasNamed = Self.membership(of: present[position])
            var added: Set<Key> = []
            for key in now where !wasNamed(key) && (now.count == 1 || added.insert(key).inserted) {
                spans.append(Span(column: position, to: key, since: index, until: nil))
            }
            present[position] = now
        }
    }

    /// A set is worth its making only for many.
    private static func membership(of keys: [Key]) -> (Key) -> Bool {
        if keys.count <= 8 { return keys.contains }
        return Set(keys).contains
    }

    /// - Parameter count: grows by the links that fit.
    /// - Throws: ``LedgerVerifierError``.
    mutating func end(_ history: RecordPass.History, _ count: inout Int) throws(LedgerVerifierError)
        -> VerificationFault?
    {
        spans.sort { ($0.column, $0.to, $0.since) < ($1.column, $1.to, $1.since) }
        var next = 0
        while rows.hasRow, rows.key(0) == history.id {
            defer { next += 1 }
            if let fault = fault(next < spans.count ? spans[next] : nil, history) { return fault }
            count += 1
            try rows.next()
        }
        guard next < spans.count else { return nil }
        return missing(spans[next], history)
    }

    private func missing(_ span: Span, _ history: RecordPass.History) -> VerificationFault {
        history.fault(
            nil, in: "link",
            "its link “\(history.table.linkColumns[span.column].name)” to \(span.to.id.lowercased) from leaf \(span.since) "
                + "on is missing")
    }

    private func fault(_ span: Span?, _ history: RecordPass.History) -> VerificationFault? {
        let field = rows.text(1) ?? "?"
        guard let to = rows.key(2), let since = rows.integer(3) else {
            return history.fault("to_id", in: "link", "a link has a column of another type")
        }
        guard let span, rows.has(1, history.table.linkColumns[span.column].name), span.to == to, span.since == since
        else {
            // The link that is wanted and the one that is there: the lesser one is missing or should not be.
            if let span {
                let wanted = history.table.linkColumns[span.column].name
                if (wanted, span.to, span.since) < (field, to, since) { return missing(span, history) }
            }
            return history.fault(
                nil, in: "link",
                "no revision says its link “\(field)” to \(to.id.lowercased) from leaf \(since) on")
        }
        if rows.integer(4) != span.until || (span.until == nil && !rows.isNull(4)) {
            return history.fault(
                "until", in: "link",
                "its link “\(field)” to \(to.id.lowercased) should end at \(span.until.map { "leaf \($0)" } ?? "no leaf")"
            )
        }
        guard rows.has(5, history.type) else {
            return history.fault("from_type", in: "link", "its link “\(field)” says another type")
        }
        guard rows.key(6) == history.organisation, history.organisation != nil || rows.isNull(6) else {
            return history.fault("organisation", in: "link", "its link “\(field)” is of another organisation")
        }
        return nil
    }
}

/// The search index: as many entries as there are revisions with words, and every word of a sample.
struct SearchCheck {
    private(set) var searched = 0
    private let index: RowCursor
    // The same words in an index of their own: what counts as a word there must be found here.
    private let sample: VerifiedFile
    private let insertion: RowCursor
    private let reference: RowCursor
    private let step: Int
    private let entries: Int
    private var wanted = 0

    /// - Throws: ``LedgerVerifierError``.
    init(_ file: VerifiedFile) throws(LedgerVerifierError) {
        let query = "SELECT 1 FROM \"search\" WHERE \"search\" MATCH ? AND rowid = ?"
        index = try file.cursor(query)
        entries = try file.number("SELECT count(*) FROM \"search_docsize\"")
        step = max(1, (entries + LedgerVerifier.searchedRevisionsMax - 1) / LedgerVerifier.searchedRevisionsMax)
        sample = try VerifiedFile()
        try sample.execute(CoreTables.wordsOfSQLite)
        insertion = try sample.cursor("INSERT INTO \"search\" (rowid, \"words\") VALUES (?, ?)")
        reference = try sample.cursor(query)
    }

    /// - Throws: ``LedgerVerifierError``.
    mutating func check(
        _ table: VerifiedTable, _ number: Int, _ history: RecordPass.History
    ) throws(LedgerVerifierError) -> VerificationFault? {
        guard table.hasWords() else { return nil }
        wanted += 1
        // Counted, since numbers have gaps, which may well be regular.
        guard (wanted - 1) % step == 0 else { return nil }
        searched += 1
        let words = table.words()
        insertion.restart([.integer(number), .text(words.joined(separator: " "))])
        try insertion.next()
        for word in Set(words) {
            let query: [BoundValue] = [.text("\"\(word)\""), .integer(number)]
            reference.restart(query)
            index.restart(query)
            guard try reference.next() else { continue }
            guard try index.next() else {
                return history.fault("words", in: "search", "search does not find it by “\(word)”")
            }
        }
        return nil
    }

    func finish() -> VerificationFault? {
        guard wanted != entries else { return nil }
        return VerificationFault(
            "search", "The search index has \(entries) entries, but \(wanted) revisions have words (table search).")
    }
}
