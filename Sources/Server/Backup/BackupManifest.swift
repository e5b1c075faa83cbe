// What a backup says about itself, in its first file.
import Foundation
import MerkleLog
package import RecordKit

/// The contents of `manifest.json`.
package struct BackupManifest: Hashable, Sendable {
    static let name = "manifest.json"
    static let bytesMax = 64 << 20
    private static let format = 1

    /// The end of one ledger when the backup was made.
    package struct LedgerEnd: Hashable, Sendable {
        /// An organisation's id in lower case, or `server`.
        package let ledger: String
        package let leaves: Int
        /// The last checkpoint as it was signed (C2SP tlog-checkpoint); `nil` if nothing was signed yet.
        package let checkpoint: String?
    }

    package let madeAt: Instant
    /// The version of Concord.
    package let version: String
    /// `sqlite` or `postgresql`.
    package let store: String
    package let migrations: [String]
    package let hasKey: Bool
    package let hasFiles: Bool
    package let ledgers: [LedgerEnd]

    var bytes: Data {
        get throws {
            let ends = ledgers.map { end in
                JSONValue.object([
                    "checkpoint": end.checkpoint.map { .string($0) } ?? .null, "leaves": .integer(end.leaves),
                    "ledger": .string(end.ledger),
                ])
            }
            let members: [String: JSONValue] = [
                "format": .integer(Self.format), "hasFiles": .bool(hasFiles), "hasKey": .bool(hasKey),
                "ledgers": .array(ends), "madeAt": .string(madeAt.description),
                "migrations": .array(migrations.map { .string($0) }), "store": .string(store),
                "version": .string(version),
            ]
            return Data(try JSONValue.object(members).canonical())
        }
    }

    init(
        madeAt: Instant, version: String, store: String, migrations: [String], hasKey: Bool, hasFiles: Bool,
        ledgers: [LedgerEnd]
    ) {
        self.madeAt = madeAt
        self.version = version
        self.store = store
        self.migrations = migrations
        self.hasKey = hasKey
        self.hasFiles = hasFiles
        self.ledgers = ledgers
    }

    /// - Throws: ``BackupError/notABackup(_:)``, and ``BackupError/later(_:)`` for a format that came after this version.
    init(_ bytes: Data) throws(BackupError) {
        let damaged = BackupError.notABackup("\(Self.name) cannot be read")
        let value: JSONValue
        do { value = try JSONValue.parse([UInt8](bytes)) } catch { throw damaged }
        guard case .object(let members) = value, case .integer(let format) = members["format"] else { throw damaged }
        guard format == Self.format else {
            throw .later("the backup has the format \(format); this version of Concord reads \(Self.format)")
        }
        func text(_ name: String) throws(BackupError) -> String {
            guard case .string(let text) = members[name] else { throw damaged }
            return text
        }
        guard case .bool(let hasKey) = members["hasKey"], case .bool(let hasFiles) = members["hasFiles"],
            case .array(let names) = members["migrations"], case .array(let ends) = members["ledgers"],
            let madeAt = Instant(try text("madeAt"))
        else { throw damaged }
        self.madeAt = madeAt
        self.hasKey = hasKey
        self.hasFiles = hasFiles
        version = try text("version")
        store = try text("store")
        var migrations: [String] = []
        for case .string(let name) in names { migrations.append(name) }
        var ledgers: [LedgerEnd] = []
        for case .object(let end) in ends {
            guard case .string(let ledger) = end["ledger"], case .integer(let leaves) = end["leaves"] else {
                throw damaged
            }
            var checkpoint: String?
            if case .string(let note) = end["checkpoint"] { checkpoint = note }
            ledgers.append(LedgerEnd(ledger: ledger, leaves: leaves, checkpoint: checkpoint))
        }
        guard migrations.count == names.count, ledgers.count == ends.count else { throw damaged }
        self.migrations = migrations
        self.ledgers = ledgers
    }
}
