// What stands before a sealed file in the clear.
import Crypto
import Foundation
import RecordKit

/// The beginning of a sealed file. Its parts, in bytes:
///
///     0   8   magic
///     8   1   version, 1
///     9   8   name of the key
///     17  32  salt: random, and never used for another file
///     49  32  HMAC-SHA-256, under a key of its own, of the organisation and the digest of the plain bytes
///
/// The last part tells a sealed file from a plain one that happens to begin alike, or was made to: nobody without the
/// key can make it, and it is good under one name only. All parts but the last are bound into the key of the stream.
struct SealedHeader: Sendable {
    static let magic: [UInt8] = [0x89] + Array("CONFILE".utf8)
    static let version: UInt8 = 1
    static let pieceBytes = BlobPiece.bytes
    static let bytes = 81
    private static let boundBytes = 49

    /// What the stream is bound to.
    let bound: [UInt8]
    let salt: [UInt8]
    let keyName: [UInt8]
    private let mark: [UInt8]

    /// A new one, for a file whose name is not yet known.
    init(key: FileKey, salt: [UInt8]) {
        self.salt = salt
        keyName = key.nameDigest
        bound = Self.magic + [Self.version] + key.nameDigest + salt
        mark = []
    }

    /// - Returns: `nil` if the bytes do not begin as a sealed file does.
    init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count >= Self.bytes, bytes.starts(with: Self.magic + [Self.version]) else { return nil }
        let all = Array(bytes.prefix(Self.bytes))
        bound = Array(all[..<Self.boundBytes])
        keyName = Array(all[9..<17])
        salt = Array(all[17..<Self.boundBytes])
        mark = Array(all[Self.boundBytes...])
    }

    /// The whole header of a file of this name.
    func bytes(for name: BlobName, _ key: FileKey) -> [UInt8] {
        bound + Array(HMAC<SHA256>.authenticationCode(for: Self.text(name), using: markKey(key)))
    }

    /// Whether this is the header of a file of this name, made with the key.
    func isGood(for name: BlobName, _ key: FileKey) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(mark, authenticating: Self.text(name), using: markKey(key))
    }

    private func markKey(_ key: FileKey) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key.secret, salt: salt, info: Data("concord file name".utf8) + bound,
            outputByteCount: 32)
    }

    private static func text(_ name: BlobName) -> Data { Data("\(name.organisation.lowercased) \(name.sha256)".utf8) }

    func sealer(_ key: FileKey) -> SealedStream.Sealer {
        SealedStream.Sealer(secret: key.secret, salt: salt, header: bound, pieceBytes: Self.pieceBytes)
    }

    func opener(_ key: FileKey) -> SealedStream.Opener {
        SealedStream.Opener(secret: key.secret, salt: salt, header: bound, pieceBytes: Self.pieceBytes)
    }

    /// The length of the plain bytes in a sealed file of `count` bytes with its header; `nil` if there is none of
    /// that length.
    static func plainCount(_ count: Int) -> Int? {
        let sealed = count - bytes
        let piece = pieceBytes + SealedStream.tagBytes
        let pieces = max(1, (sealed + piece - 1) / piece)
        let plain = sealed - pieces * SealedStream.tagBytes
        return plain >= 0 && SealedStream.sealedCount(plain, pieceBytes: pieceBytes) == sealed ? plain : nil
    }
}
