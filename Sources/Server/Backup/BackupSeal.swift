// What stands before the sealed bytes of a backup: how the key comes from the passphrase.
import Crypto
import CryptoExtras
import Foundation
import MerkleLog
import Storage

/// The first line of a backup that has a passphrase. Everything behind it is a ``SealedStream``.
struct BackupSeal {
    static let magic = "concord-backup "
    /// Bytes of the line, at most.
    static let lineBytesMax = 1_024
    static let pieceBytes = 1 << 20
    /// What a guess at a passphrase costs (RFC 7914): 128 MB and some 0.4 s of one core, as OWASP's sheet has it for
    /// what is kept long.
    static let usualRounds = 1 << 17
    /// A line that asks for more is none of ours: it could stop the machine.
    private static let roundsMax = 1 << 20
    private static let blockSize = 8

    let salt: [UInt8]
    let rounds: Int

    /// The line with its end.
    var line: [UInt8] {
        get throws {
            let members: [String: JSONValue] = [
                "format": .integer(1), "pieceBytes": .integer(Self.pieceBytes),
                "salt": .string(Data(salt).base64EncodedString()), "scryptRounds": .integer(rounds),
            ]
            return try Array(Self.magic.utf8) + JSONValue.object(members).canonical() + [0x0A]
        }
    }

    init(salt: [UInt8], rounds: Int) {
        self.salt = salt
        self.rounds = rounds
    }

    /// Reads the line, without its end.
    /// - Throws: ``BackupError/notABackup(_:)``.
    init(line: [UInt8], path: String) throws(BackupError) {
        let object: JSONValue
        do { object = try JSONValue.parse(Array(line.dropFirst(Self.magic.utf8.count))) } catch {
            throw .notABackup("\(path): its first line is damaged")
        }
        guard case .object(let members) = object, members["format"] == .integer(1),
            members["pieceBytes"] == .integer(Self.pieceBytes), case .string(let text) = members["salt"],
            let salt = Data(base64Encoded: text), salt.count == SealedStream.saltBytes,
            case .integer(let rounds) = members["scryptRounds"], (1 << 10...Self.roundsMax).contains(rounds),
            rounds & (rounds - 1) == 0
        else { throw .notABackup("\(path): its first line is damaged, or of a later version of Concord") }
        self.salt = [UInt8](salt)
        self.rounds = rounds
    }

    /// The secret that the passphrase stands for. It takes the time that it is made to take.
    func secret(_ passphrase: String) throws -> SymmetricKey {
        // The same words typed on another keyboard may come composed in another way (NIST SP 800-63B, 5.1.1.2).
        let normal = Array(passphrase.precomposedStringWithCompatibilityMapping.utf8)
        return try KDF.Scrypt.deriveKey(
            from: normal, salt: salt, outputByteCount: 32, rounds: rounds, blockSize: Self.blockSize, parallelism: 1,
            maxMemory: 2 * 128 * rounds * Self.blockSize)
    }
}

/// Why a backup cannot be made, read or restored. Nothing is half-written then.
package enum BackupError: Error, Sendable, Hashable, CustomStringConvertible {
    case cannotWrite(path: String, reason: String)
    case cannotRead(path: String, reason: String)
    case notABackup(String)
    /// The file was changed or cut off; the sentence says where.
    case damaged(String)
    case needsPassphrase(path: String)
    case wrongPassphrase(path: String)
    case notEmpty(String)
    /// It was made by a later version of Concord.
    case later(String)
    case doesNotVerify(String)

    package var description: String {
        switch self {
        case .cannotWrite(let path, let reason): "\(path) cannot be written: \(reason)"
        case .cannotRead(let path, let reason): "\(path) cannot be read: \(reason)"
        case .notABackup(let why): "not a backup of Concord: \(why)"
        case .damaged(let why): "the backup is damaged: \(why)"
        case .needsPassphrase(let path): "\(path) is encrypted: give --passphrase-file"
        case .wrongPassphrase(let path): "\(path) does not open: the passphrase is another one, or the file is damaged"
        case .notEmpty(let what): "\(what); a backup is restored into an empty installation only"
        case .later(let what): what
        case .doesNotVerify(let why): "the ledgers do not fit: \(why)"
        }
    }
}
