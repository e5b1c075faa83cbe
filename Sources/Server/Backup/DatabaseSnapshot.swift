// The records of an installation in a file of their own, as of one moment, whichever store they are in.
import Foundation
import MerkleLog
package import PostgresStorage
import RecordKit
import Records
import SQLiteStorage
import Storage

/// Where records are.
package enum RecordPlace: Sendable {
    /// The file in the data folder.
    case file(path: String)
    case postgres(PostgresAddress)

    /// As a manifest names it.
    var store: String {
        switch self {
        case .file: "sqlite"
        case .postgres: "postgresql"
        }
    }

    /// Copies them, while servers go on writing, to a new file of SQLite.
    func snapshot(to path: String) throws {
        switch self {
        case .file(let source): try DatabaseFile.copy(from: source, to: path)
        case .postgres(let address):
            try PostgresMigrations.check(address)
            try PostgresSession(address).snapshot { source in try Self.fill(path, from: source) }
        }
    }

    /// Makes a file with everything that a connection sees.
    static func fill(_ path: String, from source: any SQLConnection) throws {
        try DatabaseFile.fill(path: path, schemas: Registry.schemas, migrator: try Migrations.migrator()) { target in
            try SQLCopy.copy(from: source, to: target, schemas: Registry.schemas)
        }
    }

    /// Fills an empty database from a file of the present version, compares what arrived with the ledgers, and only then
    /// commits it.
    /// - Parameter folder: Where a copy may be made to read it.
    /// - Throws: ``BackupError/doesNotVerify(_:)``, ``BackupError/notEmpty(_:)``.
    static func load(_ path: String, into address: PostgresAddress, in folder: URL, keys: [String]) throws
        -> LedgerVerification
    {
        try PostgresMigrations.migrate(address)
        let copy = folder.appendingPathComponent("arrived.sqlite").path
        defer { unlink(copy) }
        var found: LedgerVerification?
        do {
            try PostgresSession(address).fill { target in
                try DatabaseFile.read(path) { source in
                    try SQLCopy.copy(from: source, to: target, schemas: Registry.schemas)
                }
                try fill(copy, from: target)
                found = try verified(copy, keys: keys)
            }
        } catch is PostgresSession.NotEmpty {
            throw BackupError.notEmpty("the database holds records already")
        }
        guard let found else { throw BackupError.doesNotVerify("nothing was read back") }
        return found
    }

    /// Verifies a file.
    /// - Throws: ``BackupError/doesNotVerify(_:)`` with the first thing that does not fit.
    static func verified(_ path: String, keys: [String]) throws -> LedgerVerification {
        let found = try LedgerVerifier(path: path, schemas: Registry.schemas, verifierKeys: keys).verify()
        if let problem = found.firstProblem { throw BackupError.doesNotVerify(problem.description) }
        return found
    }

    /// What was found is what was there before.
    /// - Throws: ``BackupError/doesNotVerify(_:)``.
    static func compare(
        _ found: LedgerVerification, with ends: [BackupManifest.LedgerEnd]
    ) throws(BackupError) {
        let leaves = Dictionary(uniqueKeysWithValues: found.ledgers.map { ($0.ledger, $0.leaves) })
        for end in ends where leaves[end.ledger] != end.leaves {
            throw .doesNotVerify(
                "the ledger \(end.ledger) has \(leaves[end.ledger] ?? 0) leaves instead of \(end.leaves)")
        }
    }

    /// The ends of all ledgers in a file.
    static func ends(of path: String) throws -> [BackupManifest.LedgerEnd] {
        try DatabaseFile.read(path) { connection in
            let rows = try connection.rows(
                BoundSQL(
                    "SELECT l.\"ledger\", count(*), (SELECT c.\"note\" FROM \"checkpoint\" c "
                        + "WHERE c.\"ledger\" = l.\"ledger\" ORDER BY c.\"size\" DESC LIMIT 1) "
                        + "FROM \"leaf\" l GROUP BY l.\"ledger\" ORDER BY l.\"ledger\""), isAlone: true)
            defer { rows.end() }
            var ends: [BackupManifest.LedgerEnd] = []
            while try rows.next() {
                let ledger: UUID = rows[0]
                ends.append(
                    .init(
                        ledger: ledger == .unset ? "server" : ledger.lowercased, leaves: rows[1],
                        checkpoint: rows[2]))
            }
            return ends
        }
    }
}
