// The list of erased revisions against the ledger: content may be missing only where an entry of the ledger says so, and
// must be missing there.
import Foundation
import MerkleLog
import RecordKit

/// Reads the list beside the revisions, in the same order.
struct ErasureCheck {
    /// Columns of ``rows``.
    enum Column {
        static let record = 0
        static let version = 1
        static let ledger = 2
        static let index = 3
        static let at = 4
        static let leafData = 5
    }
    let rows: RowCursor

    /// - Throws: ``LedgerVerifierError``.
    init(_ file: VerifiedFile) throws(LedgerVerifierError) {
        rows = try file.cursor(
            """
            SELECT e."record", e."version", e."ledger", e."index", e."at", l."data" FROM "erasure" e \
            LEFT JOIN "leaf" l ON l."ledger" = e."ledger" AND l."index" = e."index" \
            ORDER BY e."record", e."version"
            """)
        try rows.next()
    }

    /// Compares the revision at hand with its line of the list, if it has one, and goes on to the next line.
    /// - Throws: ``LedgerVerifierError``.
    func fault(
        of history: RecordPass.History, _ revision: RowCursor, hasContent: Bool
    ) throws(LedgerVerifierError) -> VerificationFault? {
        guard rows.hasRow, rows.key(Column.record) == history.id, rows.integer(Column.version) == history.version
        else {
            guard !hasContent else { return nil }
            return history.fault(
                "body", in: "revision", "its content is gone, but no entry of the ledger says that it was erased")
        }
        let found = listed(history, revision, hasContent: hasContent)
        try rows.next()
        return found
    }

    private func listed(
        _ history: RecordPass.History, _ revision: RowCursor, hasContent: Bool
    ) -> VerificationFault? {
        let ledger = history.organisation ?? .server
        guard rows.key(Column.ledger) == ledger, let index = rows.integer(Column.index),
            let data = rows.bytes(Column.leafData)
        else { return history.fault("index", in: "erasure", "its erasure names an entry that is not there") }
        let leaf: Leaf
        do { leaf = try Leaf(canonicalBytes: Array(data)) } catch {
            return history.fault("data", in: "leaf", "the entry of its erasure is not one. \(error.description)")
        }
        let object = Leaf.Object(type: history.type, id: history.id.id.lowercased, version: history.version)
        guard leaf.action == "erase", leaf.object == object else {
            return history.fault("index", in: "erasure", "entry \(index) does not say that this version was erased")
        }
        guard rows.integer(Column.at) == Int(leaf.timeMilliseconds) else {
            return history.fault("at", in: "erasure", "its erasure is filed under another time than its entry says")
        }
        // The last revision of an erased record says that something stood there, and is itself the entry.
        if hasContent {
            guard index == history.index else {
                return history.fault(
                    "body", in: "revision", "entry \(index) says that it was erased, but its content is there")
            }
            guard history.table.columnWithContent(id: history.id.id) == nil else {
                return history.fault("index", in: "erasure", "it is listed as erased, but holds content")
            }
            return nil
        }
        guard leaf.after == nil, leaf.before == revision.text(RecordPass.Column.commitment) else {
            return history.fault("index", in: "erasure", "entry \(index) says that other content was erased")
        }
        return nil
    }
}
