// Checkpoints: the signed size and root of each organisation's ledger.
package import Access
package import Foundation
import MerkleLog
import RecordKit
package import Storage
import Telemetry

/// Signs what the ledgers hold.
package struct LedgerService: Sendable {
    private let store: any Store
    private let environment: Environment
    private let seed: [UInt8]
    private let signed = Metric.ledgerCheckpoints.counter()
    let tileRoots = TileRoots()
    /// The name under which this server signs, such as `concord.example.org`.
    package let host: String

    /// - Parameter seed: The 32 secret bytes of the server's Ed25519 key, from a file outside the database.
    package init(store: any Store, environment: Environment, host: String, seed: [UInt8]) {
        self.store = store
        self.environment = environment
        self.host = host
        self.seed = seed
    }

    /// The origin line of an organisation's checkpoints; `nil` is the server's own ledger.
    package func origin(_ organisation: UUID?) -> String {
        "\(host)/ledger/\(organisation?.lowercased ?? "server")"
    }

    /// The public key with which an auditor checks an organisation's checkpoints.
    package func verifierKey(_ organisation: UUID?) throws -> String {
        try NoteSigner(name: origin(organisation), seed: seed).verifier.vkey
    }

    /// Signs the present size, if it grew since the last checkpoint. Before, it proves to itself that the ledger
    /// still continues the last one: it never signs a smaller or another tree.
    /// - Parameter seconds: Nothing is signed if a checkpoint is younger than that, whoever made it.
    /// - Returns: The last checkpoint; `nil` for an empty ledger.
    @discardableResult
    package func checkpoint(_ organisation: UUID?, unlessWithin seconds: Int = 0) async throws -> StoredCheckpoint? {
        let signer = try NoteSigner(name: origin(organisation), seed: seed)
        let (checkpoint, isNew) = try await store.write(organisation) { transaction -> (StoredCheckpoint?, Bool) in
            // Now that nobody else signs.
            let now = environment.now()
            let last = try transaction.lastCheckpoint(organisation)
            if let last {
                let age = now.millisecondsSince1970 - last.at.millisecondsSince1970
                guard !(0..<Int64(seconds) * 1_000).contains(age) else { return (last, false) }
            }
            let size = try transaction.ledgerSize(organisation)
            guard size > 0, size != last?.size else { return (last, false) }
            let source = transaction.hashes(organisation)
            if let last {
                guard size > last.size, try MerkleTree.root(size: last.size, source: source).bytes == last.root else {
                    throw LedgerError.doesNotContinue(organisation: organisation, size: size, signed: last.size)
                }
            }
            let root = try MerkleTree.root(size: size, source: source)
            let note = try Checkpoint(origin: signer.name, size: size, root: root).signed(by: [signer])
            let checkpoint = StoredCheckpoint(size: size, root: root.bytes, note: note.encoded, at: now)
            try transaction.saveCheckpoint(checkpoint, organisation: organisation)
            return (checkpoint, true)
        }
        if isNew { signed.increment() }
        return checkpoint
    }
}

/// Why a ledger is not signed.
package enum LedgerError: Error, Sendable {
    /// The tree no longer contains what was signed before: somebody changed or cut the database.
    case doesNotContinue(organisation: UUID?, size: Int, signed: Int)
}
