// Reading a file in pieces, so that memory does not grow with its length.
package import Foundation

/// An opened file.
package final class BlobPieces {
    package static let pieceBytes = 262_144
    private let handle: FileHandle

    init(_ handle: FileHandle) { self.handle = handle }

    /// The next piece; `nil` at the end.
    package func next() throws -> [UInt8]? {
        guard let piece = try handle.read(upToCount: Self.pieceBytes), !piece.isEmpty else { return nil }
        return [UInt8](piece)
    }

    deinit {
        // Nothing was written that could be lost.
        try? handle.close()
    }
}

extension FolderBlobStore {
    package func open(_ sha256: String, for organisation: UUID) throws -> BlobPieces? {
        let file = try path(sha256, organisation)
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        return BlobPieces(try FileHandle(forReadingFrom: file))
    }
}
