// Salted commitments: what a leaf says of a record's content without containing it.

import Crypto

/// Why a commitment could not be made.
public enum CommitmentError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The salt must have exactly `Commitment.saltBytes` bytes.
    case wrongSaltLength(bytes: Int)

    /// The reason as a sentence for people.
    public var description: String {
        switch self {
        case .wrongSaltLength(let bytes): "A salt has \(Commitment.saltBytes) bytes, not \(bytes)."
        }
    }
}

/// A commitment to a record revision: SHA-256(salt ‖ canonical JSON of the revision). The salt stands beside the
/// revision; when both are erased, the commitment says nothing about the content, and the log still verifies.
public enum Commitment {
    /// The length of a salt in bytes.
    public static let saltBytes = 32
    private static let prefix = "sha256:"

    /// The commitment as a leaf carries it, `sha256:` and 64 hexadecimal digits.
    /// - Parameters:
    ///   - salt: `saltBytes` random bytes, fresh for every revision.
    ///   - revision: the canonical JSON (RFC 8785) of the revision.
    /// - Throws: `CommitmentError.wrongSaltLength`.
    public static func make(salt: [UInt8], revision: [UInt8]) throws(CommitmentError) -> String {
        guard salt.count == saltBytes else { throw .wrongSaltLength(bytes: salt.count) }
        var hasher = SHA256()
        hasher.update(data: salt)
        hasher.update(data: revision)
        return prefix + Hash(hasher.finalize()).hex
    }

    /// Whether a salt and a revision open a commitment; nothing is copied.
    /// - Throws: `CommitmentError.wrongSaltLength`.
    package static func opens(
        _ commitment: UnsafeRawBufferPointer, salt: UnsafeRawBufferPointer, revision: UnsafeRawBufferPointer
    ) throws(CommitmentError) -> Bool {
        guard salt.count == saltBytes else { throw .wrongSaltLength(bytes: salt.count) }
        guard commitment.count == prefix.utf8.count + 2 * Hash.byteCount, commitment.starts(with: prefix.utf8) else {
            return false
        }
        var hasher = SHA256()
        hasher.update(bufferPointer: salt)
        hasher.update(bufferPointer: revision)
        let digits = UnsafeRawBufferPointer(rebasing: commitment[prefix.utf8.count...])
        return Hash(hasher.finalize()).withBytes { hash in
            hash.indices.allSatisfy {
                digits[2 * $0] == Hex.digit(hash[$0] >> 4) && digits[2 * $0 + 1] == Hex.digit(hash[$0] & 15)
            }
        }
    }

    /// Whether `text` has the form that `make` returns.
    public static func isWellFormed(_ text: String) -> Bool {
        guard text.utf8.count == prefix.utf8.count + 2 * Hash.byteCount, text.utf8.starts(with: prefix.utf8) else {
            return false
        }
        return text.utf8.dropFirst(prefix.utf8.count).allSatisfy(Hex.isDigit)
    }
}
