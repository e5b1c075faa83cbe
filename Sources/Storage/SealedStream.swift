// A stream of bytes that only the holder of a secret can read or change: files at rest and backups. It is sealed in
// pieces, so that memory does not grow with its length and nothing is handed out that was not checked.
package import Crypto
package import Foundation

/// Why sealed bytes cannot be opened.
package enum SealedStreamError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A piece, counted from 0, was changed, cut off, moved, or is sealed with another secret.
    case damaged(piece: UInt64)

    package var description: String {
        switch self {
        case .damaged(let piece): "piece \(piece) does not open: the bytes were changed, or the key is another one"
        }
    }
}

/// AES-256-GCM in pieces of one size, the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár (CRYPTO 2015):
/// the nonce is the number of the piece and whether it is the last, so that no piece can be left out, repeated, put in
/// another place or cut off. Each stream has a key of its own: HKDF (RFC 5869) of the secret with a salt that is
/// never used twice.
package enum SealedStream {
    /// Bytes that sealing adds to each piece.
    package static let tagBytes = 16
    /// Random bytes that make the key of a stream its own.
    package static let saltBytes = 32

    /// How long `count` bytes are when sealed.
    package static func sealedCount(_ count: Int, pieceBytes: Int) -> Int {
        count + tagBytes * max(1, (count + pieceBytes - 1) / pieceBytes)
    }

    private static func key(_ secret: SymmetricKey, salt: [UInt8], header: [UInt8]) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: secret, salt: salt, info: header, outputByteCount: 32)
    }

    private static func nonce(_ piece: UInt64, isLast: Bool) throws -> AES.GCM.Nonce {
        let number = withUnsafeBytes(of: piece.bigEndian) { Array($0) }
        return try AES.GCM.Nonce(data: [0, 0, 0] + number + [isLast ? 1 : 0])
    }

    /// Seals bytes as they come.
    package struct Sealer: Sendable {
        private let key: SymmetricKey
        private let pieceBytes: Int
        private var piece: UInt64 = 0
        private var waiting = Data()

        /// - Parameters:
        ///   - secret: 32 bytes that nobody else knows.
        ///   - salt: ``SealedStream/saltBytes`` random bytes.
        ///   - header: What stands before the sealed bytes in the clear: nobody can change it either.
        package init(secret: SymmetricKey, salt: [UInt8], header: [UInt8], pieceBytes: Int) {
            key = SealedStream.key(secret, salt: salt, header: header)
            self.pieceBytes = pieceBytes
        }

        /// - Returns: What can be sealed by now. The last piece is never among it.
        package mutating func append(_ bytes: some DataProtocol) throws -> Data {
            waiting.append(contentsOf: bytes)
            var sealed = Data()
            var start = waiting.startIndex
            while waiting.endIndex - start > pieceBytes {
                sealed.append(try seal(waiting[start..<start + pieceBytes], isLast: false))
                start += pieceBytes
            }
            waiting = Data(waiting[start...])
            return sealed
        }

        /// - Returns: The last piece.
        package mutating func finish() throws -> Data {
            let sealed = try seal(waiting, isLast: true)
            waiting = Data()
            return sealed
        }

        private mutating func seal(_ bytes: Data, isLast: Bool) throws -> Data {
            let box = try AES.GCM.seal(bytes, using: key, nonce: nonce(piece, isLast: isLast))
            piece += 1
            return box.ciphertext + box.tag
        }
    }

    /// Opens bytes as they come.
    package struct Opener: Sendable {
        private let key: SymmetricKey
        private let sealedBytes: Int
        private var piece: UInt64 = 0
        private var waiting = Data()

        /// The same values as the sealer had.
        package init(secret: SymmetricKey, salt: [UInt8], header: [UInt8], pieceBytes: Int) {
            key = SealedStream.key(secret, salt: salt, header: header)
            sealedBytes = pieceBytes + SealedStream.tagBytes
        }

        /// - Returns: What is whole and unchanged by now.
        /// - Throws: ``SealedStreamError``.
        package mutating func append(_ bytes: some DataProtocol) throws -> Data {
            waiting.append(contentsOf: bytes)
            var opened = Data()
            var start = waiting.startIndex
            while waiting.endIndex - start > sealedBytes {
                opened.append(try open(waiting[start..<start + sealedBytes], isLast: false))
                start += sealedBytes
            }
            waiting = Data(waiting[start...])
            return opened
        }

        /// - Returns: The end of the stream.
        /// - Throws: ``SealedStreamError`` also if the stream was cut off.
        package mutating func finish() throws -> Data {
            let opened = try open(waiting, isLast: true)
            waiting = Data()
            return opened
        }

        private mutating func open(_ bytes: Data, isLast: Bool) throws -> Data {
            guard bytes.count >= SealedStream.tagBytes else { throw SealedStreamError.damaged(piece: piece) }
            do {
                let box = try AES.GCM.SealedBox(
                    nonce: nonce(piece, isLast: isLast), ciphertext: bytes.dropLast(SealedStream.tagBytes),
                    tag: bytes.suffix(SealedStream.tagBytes))
                let opened = try AES.GCM.open(box, using: key)
                piece += 1
                return opened
            } catch is CryptoKitError { throw SealedStreamError.damaged(piece: piece) }
        }
    }
}
