// A file that comes in piece by piece: its digest is computed as it comes, and it has no name before it is whole.
package import Foundation

/// Takes a file's bytes in order. It is used by one request alone.
package protocol BlobWriter: Sendable {
    /// Adds bytes to the end.
    /// - Throws: ``BlobError/tooLarge(bytesMax:)``: nothing of the file is kept then.
    func append(_ bytes: Data) async throws
    /// Keeps the file under its digest.
    /// - Returns: The lower-case hexadecimal SHA-256 and the length in bytes.
    func finish() async throws -> (sha256: String, bytes: Int)
    /// Forgets what came so far; a file that is finished stays.
    func abandon() async
}
