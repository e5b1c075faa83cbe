// The check of a whole database, live or copied: the file, the ledgers, and every record against its ledger. What is
// to do is divided into parts for as many workers as there are processors, each with a connection of its own, in one
// pass and constant memory.
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
    /// Workers beyond these would wait for the longest part; each has a connection and its memory.
    private static let workersMax = 4
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
        // The first to read tells what is not a database from what is a damaged one.
        let tables: [String]
        do { tables = try StructurePass(VerifiedFile(path: path)).tables() } catch {
            if case .damaged(let reason) = error { throw .notADatabase(path: path, reason: reason) }
            throw error
        }
        // In the order in which their problems are named, those of the ledgers before all.
        let parts = [Part.ledgers, .records] + tables.map(Part.table) + [.pages, .references]
        // The longest first, so that no processor waits long for another at the end.
        let order = parts.indices.sorted { (parts[$0].turn, $0) < (parts[$1].turn, $1) }
        let next = Atomic<Int>(0)
        let outcomes = Mutex<[Outcome]>([])
        let workers = min(ProcessInfo.processInfo.activeProcessorCount, Self.workersMax)
        DispatchQueue.concurrentPerform(iterations: workers) { _ in
            var done: [Outcome] = []
            do throws(LedgerVerifierError) {
                let file = try VerifiedFile(path: path)
                while case let turn = next.wrappingAdd(1, ordering: .relaxed).oldValue, turn < order.count {
                    var outcome = Outcome(rank: order[turn])
                    do throws(LedgerVerifierError) {
                        outcome.found = try read(parts[order[turn]], file, progress)
                    } catch {
                        outcome.failure = error
                    }
                    done.append(outcome)
                }
            } catch {
                done.append(Outcome(rank: parts.count, failure: error))
            }
            outcomes.withLock { $0 += done }
        }
        if isAlone, FileManager.default.fileExists(atPath: path + "-wal") { throw .openedMeanwhile(path: path) }
        return try merged(outcomes.withLock { $0 })
    }

    /// A part of the work.
    private enum Part: Sendable, Hashable {
        case records
        case ledgers
        /// A table and its indexes.
        case table(String)
        case pages
        case references

        /// Those that take longest have the lowest.
        var turn: Int {
            switch self {
            case .records: 0
            case .pages: 1
            case .ledgers: 2
            case .references: 3
            case .table: 4
            }
        }
    }

    private struct Outcome: Sendable {
        /// Whose problem is named first: what the ledgers say comes before what follows from it.
        let rank: Int
        var found = LedgerVerification()
        var failure: LedgerVerifierError?
    }

    private func read(
        _ part: Part, _ file: VerifiedFile, _ progress: (Progress) -> Void
    ) throws(LedgerVerifierError) -> LedgerVerification {
        var found = LedgerVerification()
        switch part {
        case .ledgers:
            var pass = LedgerPass(file, keys)
            return try pass.run(progress)
        case .records:
            var pass = try RecordPass(file, Layouts(schemas, .sqlite))
            return try pass.run(progress)
        case .table(let name): found.firstProblem = try StructurePass(file).fault(inTable: name)
        case .pages: found.firstProblem = try StructurePass(file).pageFault()
        case .references: found.firstProblem = try StructurePass(file).referenceFault(provenBesides: schemas)
        }
        return found
    }

    private func merged(_ outcomes: [Outcome]) throws(LedgerVerifierError) -> LedgerVerification {
        var all = LedgerVerification()
        var damage: VerificationFault?
        for outcome in outcomes.sorted(by: { $0.rank < $1.rank }) {
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

extension Key {
    /// The ledger's name in leaves.
    var ledgerName: String { self == .server ? "server" : id.lowercased }
}
