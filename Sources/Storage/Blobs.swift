// Files by content: evidence and, later, packs. The name of a file is the SHA-256 of its bytes.
package import Crypto
package import Foundation
import RecordKit

/// Keeps files under the SHA-256 of their content, each organisation's apart: to know a digest is not to have the
/// file. Digests are lower-case hexadecimal.
package protocol BlobStore: Sendable {
    /// Keeps the bytes and returns their SHA-256. Keeping the same bytes again is no change.
    func put(_ bytes: Data, for organisation: UUID) async throws -> String
    /// Begins a file that comes piece by piece.
    func writer(for organisation: UUID, bytesMax: Int) async throws -> any BlobWriter
    /// - Returns: `nil` if there is no such file.
    /// - Throws: ``BlobError/damaged(sha256:)`` if the bytes no longer have their digest.
    func get(_ sha256: String, for organisation: UUID) async throws -> Data?
    /// The content piece by piece, for files of any length.
    /// - Returns: `nil` if there is no such file.
    func open(_ sha256: String, for organisation: UUID) async throws -> (any BlobPieces)?
    /// The length of the content in bytes; `nil` if there is no such file. It is not read for that.
    func count(_ sha256: String, for organisation: UUID) async throws -> Int?
    /// Removes the file, if it is there.
    func remove(_ sha256: String, for organisation: UUID) async throws
    /// Hands out every file of every organisation, in no stated order. What comes or goes meanwhile may be among them.
    func forEach(_ body: (BlobName) async throws -> Void) async throws
}

/// The content of a file, piece by piece. It is read by one at a time.
package protocol BlobPieces: AnyObject, Sendable {
    /// The next piece, never an empty one; `nil` at the end.
    /// - Throws: ``BlobError/damaged(sha256:)``, at the latest in place of the end, if the bytes no longer have their
    ///   digest.
    func next() async throws -> [UInt8]?
}

/// Whose file, and which.
package struct BlobName: Hashable, Sendable {
    package let organisation: UUID
    /// Lower-case hexadecimal.
    package let sha256: String
    package init(organisation: UUID, sha256: String) {
        self.organisation = organisation
        self.sha256 = sha256
    }
}

/// Why a file cannot be kept or given back.
package enum BlobError: Error, Sendable, Equatable {
    case damaged(sha256: String)
    /// It is sealed with a key that is not at hand.
    case sealed(sha256: String, key: String)
    case badName(String)
    case cannotRead(String)
    case cannotWrite(String)
    case tooLarge(bytesMax: Int)
}

/// How files are cut up on their way.
package enum BlobPiece {
    /// Bytes of a piece, but for the last.
    package static let bytes = 262_144
}

extension BlobName {
    /// The digest as files are named by it.
    package static func text(_ digest: SHA256.Digest) -> String {
        digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// - Throws: ``BlobError/badName(_:)`` unless the text is a SHA-256 in lower-case hexadecimal: nothing else may
    ///   become part of a path.
    package static func check(_ sha256: String) throws(BlobError) {
        guard isDigest(sha256) else { throw .badName(sha256) }
    }

    /// Whether the text is a SHA-256 in lower-case hexadecimal.
    package static func isDigest(_ text: String) -> Bool {
        text.utf8.count == 64
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
