// The check of a whole database, live or copied: the file, the ledgers, and every record against its ledger. Three
// workers on connections of their own read in parallel, each in one pass and constant memory.
import Foundation
import MerkleLog
package import RecordKit
import Storage
import Synchronization

/// Verifies a database file. It writes nothing.
///
/// What it cannot find without help from outside: a checkpoint that was removed, and leaves that were removed together
/// with everything that speaks of them and every checkpoint that covers them. Keep a checkpoint elsewhere.
/// `checkpoint.at`, `status` and `source` are not signed: of them only the shape is checked. An erased revision has no
/// content to compare; that its row says nothing and an entry of the ledger says so, is checked.
package struct LedgerVerifier: Sendable {
    /// Rows that are read at once.
    package static let batchRowsMax = 2_000
    /// Revisions whose words are looked up.
    package static let searchedRevisionsMax = 200

    /// How far a verification is.
    package enum Progress: Sendable, Hashable {
        /// Leaves read so far.
        case leaves(Int)
        /// Revisions read so far.
        case revisions(Int)
    }

    private let path: String
    private let schemas: [AnySchema]
    private let keys: [NoteVerifier]

    /// - Parameters:
    ///   - schemas: every record type.
    ///   - verifierKeys: public keys as `name+id+key` (C2SP signed-note). The name is the origin of a ledger's
    ///     checkpoints, `<host>/ledger/<organisation>` or `<host>/ledger/server`. Several of one name while keys
    ///     overlap. Checkpoints of a ledger without a key are compared with the leaves, but believed from nobody.
    /// - Throws: ``LedgerVerifierError/badKey(_:reason:)``.
    package init(path: String, schemas: [AnySchema], verifierKeys: [String]) throws(LedgerVerifierError) {
        self.path = path
        self.schemas = schemas
        var keys: [NoteVerifier] = []
        for text in verifierKeys {
            do throws(NoteKeyError) { keys.append(try NoteVerifier(vkey: text)) } catch {
                throw .badKey(text, reason: error.description)
            }
        }
        self.keys = keys
    }

    /// Reads everything.
    /// - Parameter progress: called every ``batchRowsMax`` rows, from more than one thread.
    /// - Returns: what was read, and the first problem: of the ledgers, else of the records, else of the file.
    /// - Throws: ``LedgerVerifierError`` if the file cannot be judged.
    package func verify(
        progress: @Sendable (Progress) -> Void = { _ in }
    ) throws(LedgerVerifierError) -> LedgerVerification {
        guard FileManager.default.fileExists(atPath: path) else { throw .noFile(path: path) }
        let isAlone = !FileManager.default.fileExists(atPath: path + "-wal")
        // The first worker of all tells what is not a database from what is a damaged one.
        do { _ = try VerifiedFile(path: path).number("SELECT count(*) FROM sqlite_master") } catch {
            if case .damaged(let reason) = error { throw .notADatabase(path: path, reason: reason) }
            throw error
        }
        let outcomes = Mutex<[Outcome]>([])
        DispatchQueue.concurrentPerform(iterations: 3) { worker in
            let outcome = run(worker, progress)
            outcomes.withLock { $0.append(outcome) }
        }
        if isAlone, FileManager.default.fileExists(atPath: path + "-wal") { throw .openedMeanwhile(path: path) }
        return try merged(outcomes.withLock { $0 })
    }

    private struct Outcome: Sendable {
        let worker: Int
        var found = LedgerVerification()
        var failure: LedgerVerifierError?
    }

    private func run(_ worker: Int, _ progress: (Progress) -> Void) -> Outcome {
        var outcome = Outcome(worker: worker)
        do throws(LedgerVerifierError) {
            let file = try VerifiedFile(path: path)
            switch worker {
            case 0:
                var pass = LedgerPass(file, keys)
                outcome.found = try pass.run(progress)
            case 1:
                var pass = try RecordPass(file, Layouts(schemas))
                outcome.found = try pass.run(progress)
            default: outcome.found = try StructurePass(file).run()
            }
        } catch {
            outcome.failure = error
        }
        return outcome
    }

    private func merged(_ outcomes: [Outcome]) throws(LedgerVerifierError) -> LedgerVerification {
        var all = LedgerVerification()
        var damage: VerificationFault?
        for outcome in outcomes.sorted(by: { $0.worker < $1.worker }) {
            let part = outcome.found
            all.ledgers += part.ledgers
            all.leaves += part.leaves
            all.tiles += part.tiles
            all.checkpoints += part.checkpoints
            all.checkpointsWithoutKey += part.checkpointsWithoutKey
            all.records += part.records
            all.revisions += part.revisions
            all.erased += part.erased
            all.links += part.links
            all.searched += part.searched
            all.firstProblem = all.firstProblem ?? part.firstProblem
            switch outcome.failure {
            case nil: break
            case .damaged(let reason): damage = damage ?? VerificationFault("", "The file is damaged: \(reason).")
            case .otherTables(let reason): throw .notADatabase(path: path, reason: reason)
            case .some(let failure): throw failure
            }
        }
        all.firstProblem = all.firstProblem ?? damage
        return all
    }
}

/// The file itself: pages, indexes, constraints, and that what is pointed to is there.
struct StructurePass {
    private let file: VerifiedFile

    init(_ file: VerifiedFile) { self.file = file }

    func run() throws(LedgerVerifierError) -> LedgerVerification {
        var found = LedgerVerification()
        found.firstProblem = try integrity()
        if found.firstProblem == nil { found.firstProblem = try linkTargets() }
        if found.firstProblem == nil { found.firstProblem = try foreignKeys() }
        return found
    }

    private func integrity() throws(LedgerVerifierError) -> VerificationFault? {
        let rows = try file.cursor("PRAGMA integrity_check(1)")
        guard try rows.next(), let message = rows.text(0), message != "ok" else { return nil }
        return VerificationFault("", "The file is damaged: \(message).")
    }

    private func foreignKeys() throws(LedgerVerifierError) -> VerificationFault? {
        let rows = try file.cursor("PRAGMA foreign_key_check")
        guard try rows.next() else { return nil }
        let (table, parent) = (rows.text(0) ?? "?", rows.text(2) ?? "?")
        return VerificationFault(
            table,
            "A row of the table \(table)\(rows.integer(1).map { " (row \($0))" } ?? "") points to a row of \(parent) that "
                + "is not there.")
    }

    /// A link says whose its target is, and the target must say so, too.
    private func linkTargets() throws(LedgerVerifierError) -> VerificationFault? {
        let rows = try file.cursor(
            """
            SELECT l."from_id", l."field", l."to_id" FROM "link" l JOIN "record" r ON r."id" = l."to_id" \
            WHERE l."to_organisation" IS NOT r."organisation" LIMIT 1
            """)
        guard try rows.next(), let from = rows.key(0)?.id, let to = rows.key(2)?.id else { return nil }
        return VerificationFault(
            "link", column: "to_organisation", record: from,
            "The link “\(rows.text(1) ?? "")” from \(from.lowercased) to \(to.lowercased) names another organisation "
                + "than its target has (table link, column to_organisation).")
    }
}

extension Key {
    /// The ledger's name in leaves.
    var ledgerName: String { self == .server ? "server" : id.lowercased }
}
