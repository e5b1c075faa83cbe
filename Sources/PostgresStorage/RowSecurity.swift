// A second wall between organisations: the database itself hands out no row of an organisation other than the one that a
// transaction has said it is about.
import RecordKit
import Storage

/// The policies of the tables.
enum RowSecurity {
    /// The organisation that a transaction is about, null for shared content alone.
    private static let organisation =
        "(SELECT NULLIF(current_setting('concord.organisation', true), '')::uuid)"
    /// The server does something for itself, over all organisations.
    private static let isServer = "(SELECT current_setting('concord.server', true)) = 'on'"
    private static let shared = "'00000000-0000-0000-0000-000000000000'::uuid"

    /// Tables whose rows are a ledger's; the server's has an identifier of zeros.
    private static let ofLedgers = [
        "revision", "leaf", "tile", "checkpoint", "search_word", "erasure",
    ]
    private static let ofOrganisations = [
        "record", "link", "status", "erasure_work", "kept_request", "view", "default_view", "import",
        "import_target",
    ]

    static func statements(_ layouts: Layouts) -> [String] {
        let ledgers = ofLedgers.flatMap { table in
            policy(
                quoted(table), "\"ledger\" = \(shared) OR \"ledger\" = \(organisation)",
                "\"ledger\" = coalesce(\(organisation), \(shared))")
        }
        let organisations = (ofOrganisations.map(quoted) + layouts.all.map(\.layout.table)).flatMap {
            table in
            policy(
                table, "\"organisation\" IS NULL OR \"organisation\" = \(organisation)",
                "\"organisation\" IS NOT DISTINCT FROM \(organisation)")
        }
        let jobs = policy(
            "\"job\"", "\"organisation\" = \(shared) OR \"organisation\" = \(organisation)",
            "\"organisation\" = coalesce(\(organisation), \(shared))")
        let isOfImport =
            "EXISTS (SELECT 1 FROM \"import\" i WHERE i.\"id\" = \"import_row\".\"import\")"
        return ledgers + organisations + jobs + policy("\"import_row\"", isOfImport, isOfImport)
    }

    private static func policy(_ table: String, _ reading: String, _ writing: String) -> [String] {
        [
            "ALTER TABLE \(table) ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE \(table) FORCE ROW LEVEL SECURITY",
            "CREATE POLICY \"organisation\" ON \(table) USING (\(reading) OR \(isServer)) "
                + "WITH CHECK (\(writing) OR \(isServer))",
        ]
    }
}
