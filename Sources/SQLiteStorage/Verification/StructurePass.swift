// The file itself: pages, indexes, constraints, and that what is pointed to is there.
import RecordKit
import Storage

/// Checks that need no ledger, table by table, so that they are done beside each other.
struct StructurePass {
    private let file: VerifiedFile

    init(_ file: VerifiedFile) { self.file = file }

    /// Every table, those with the most indexes first: their check takes longest.
    func tables() throws(LedgerVerifierError) -> [String] {
        let rows = try file.cursor(
            """
            SELECT t."name" FROM sqlite_master t LEFT JOIN sqlite_master i ON i."type" = 'index' \
            AND i."tbl_name" = t."name" WHERE t."type" = 'table' GROUP BY t."name" ORDER BY count(i."name") DESC, t."name"
            """)
        var found: [String] = []
        while try rows.next() { found.append(rows.text(0) ?? "") }
        return found
    }

    /// The pages of the file as a whole: that each is used once, and that rows keep the constraints of their columns.
    func pageFault() throws(LedgerVerifierError) -> VerificationFault? { try damage("PRAGMA quick_check(1)") }

    /// A table's rows and every entry of its indexes.
    func fault(inTable name: String) throws(LedgerVerifierError) -> VerificationFault? {
        if let check = try IndexCheck(file, name) { return try check.fault() }
        return try damage("PRAGMA integrity_check(\(Self.literal(name)))")
    }

    private func damage(_ check: String) throws(LedgerVerifierError) -> VerificationFault? {
        let rows = try file.cursor(check)
        guard try rows.next(), let message = rows.text(0), message != "ok" else { return nil }
        return VerificationFault("", "The file is damaged: \(message).")
    }

    /// What points to what is not there. References of records are links, and that their own revisions and leaves are
    /// there the other passes have seen: of tables under the ledger only the targets of links are left to look for.
    func referenceFault(provenBesides schemas: [AnySchema]) throws(LedgerVerifierError) -> VerificationFault? {
        if let fault = try linkTargetFault() { return fault }
        let proven = Set(schemas.map { $0.type.name.asColumn }).union(["record", "revision", "leaf", "link"])
        for table in try tables() where !proven.contains(table) {
            let rows = try file.cursor("PRAGMA foreign_key_check(\(Self.literal(table)))")
            guard try rows.next() else { continue }
            return VerificationFault(
                table,
                "A row of the table \(table)\(rows.integer(1).map { " (row \($0))" } ?? "") points to a row of "
                    + "\(rows.text(2) ?? "?") that is not there.")
        }
        return nil
    }

    /// A link says whose its target is, and the target must be there and say so, too.
    private func linkTargetFault() throws(LedgerVerifierError) -> VerificationFault? {
        let rows = try file.cursor(
            """
            SELECT l."from_id", l."field", l."to_id", r."id" IS NULL FROM "link" l LEFT JOIN "record" r \
            ON r."id" = l."to_id" WHERE r."id" IS NULL OR l."to_organisation" IS NOT r."organisation" LIMIT 1
            """)
        guard try rows.next(), let from = rows.key(0)?.id, let to = rows.key(2)?.id else { return nil }
        let link = "The link “\(rows.text(1) ?? "")” from \(from.lowercased) to \(to.lowercased)"
        guard rows.integer(3) == 0 else {
            return VerificationFault(
                "link", column: "to_id", record: from, "\(link) has no target (table link, column to_id).")
        }
        return VerificationFault(
            "link", column: "to_organisation", record: from,
            "\(link) names another organisation than its target has (table link, column to_organisation).")
    }

    private static func literal(_ name: String) -> String { "'\(name.replacing("'", with: "''"))'" }
}
