// The public keys that an installation's own signing key stands for: with it at hand, nobody has to name them.
import Foundation
import MerkleLog

/// The name and the key with which ledgers are signed.
struct LedgerKeys {
    private let host: String
    private let seed: [UInt8]

    /// - Parameters:
    ///   - host: The contents of `ledger-host`.
    ///   - key: The contents of `keys/ledger.key`.
    /// - Returns: `nil` if the key is none.
    init?(host: Data, key: Data) {
        let text = String(decoding: key, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let seed = Data(base64Encoded: text), seed.count == 32 else { return nil }
        self.host = String(decoding: host, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        self.seed = [UInt8](seed)
    }

    /// Those of a data folder.
    /// - Returns: `nil` if it has none.
    /// - Throws: ``DataFolderError/damagedKey(_:)``, and if a file cannot be read.
    static func found(in folder: URL) throws -> LedgerKeys? {
        let (host, key) = (
            folder.appendingPathComponent(Backup.hostName), folder.appendingPathComponent(Backup.keyName)
        )
        guard [host, key].allSatisfy({ FileManager.default.fileExists(atPath: $0.path) }) else { return nil }
        guard let keys = LedgerKeys(host: try Data(contentsOf: host), key: try Data(contentsOf: key)) else {
            throw DataFolderError.damagedKey(key.path)
        }
        return keys
    }

    /// The key of each ledger, as `name+id+key`.
    func verifierKeys(of ledgers: [BackupManifest.LedgerEnd]) throws -> [String] {
        try ledgers.map { try NoteSigner(name: "\(host)/ledger/\($0.ledger)", seed: seed).verifier.vkey }
    }
}
