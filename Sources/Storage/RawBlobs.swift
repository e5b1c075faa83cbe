// Where the bytes of files lie: a folder, a bucket. What they mean, and whether they are what they should be, those who
// keep files there know.
package import Foundation

/// Bytes under the names of files, whatever they are.
package protocol RawBlobs: Sendable {
    /// Begins bytes whose name is known in the end.
    /// - Parameter reserving: How many bytes come before the first that is added; they are given in the end, too.
    func writer(reserving: Int) async throws -> any RawBlobWriter
    /// The length of what lies under a name, and its first bytes: at most `first` of them.
    /// - Returns: `nil` if there is nothing.
    func look(_ name: BlobName, first: Int) async throws -> (first: [UInt8], count: Int)?
    /// What lies under a name, piece by piece, as it is.
    /// - Returns: `nil` if there is nothing.
    func open(_ name: BlobName) async throws -> (any BlobPieces)?
    /// Removes what lies under the name, if anything does.
    func remove(_ name: BlobName) async throws
    /// Hands out every name, in no stated order. What comes or goes meanwhile may be among them.
    func forEach(_ body: (BlobName) async throws -> Void) async throws

    /// A line about the whole, kept beside the files; `nil` if there is none.
    func note() async throws -> String?
    /// Writes the line, or removes it.
    func setNote(_ note: String?) async throws
}

/// Takes bytes in order. It is used by one task at a time.
package protocol RawBlobWriter: Sendable {
    /// Adds bytes to the end.
    func append(_ bytes: Data) async throws
    /// Gives the bytes their name, in place of what lay there. They are under it whole, or not at all.
    /// - Parameter head: The bytes that were reserved.
    func finish(as name: BlobName, head: [UInt8]) async throws
    /// Forgets what came so far. What is finished stays.
    func abandon() async
}
