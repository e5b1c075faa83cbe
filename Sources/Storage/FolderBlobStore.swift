// Files in a folder, as they came: what an installation has unless it is told otherwise.
package import Foundation

/// Files by content in a folder, not sealed.
package struct FolderBlobStore: BlobStore {
    private let store: SealingBlobStore

    package init(folder: URL) throws { store = SealingBlobStore(over: try FolderBlobs(folder), key: nil) }

    package func put(_ bytes: Data, for organisation: UUID) async throws -> String {
        try await store.put(bytes, for: organisation)
    }
    package func writer(for organisation: UUID, bytesMax: Int) async throws -> any BlobWriter {
        try await store.writer(for: organisation, bytesMax: bytesMax)
    }
    package func get(_ sha256: String, for organisation: UUID) async throws -> Data? {
        try await store.get(sha256, for: organisation)
    }
    package func open(_ sha256: String, for organisation: UUID) async throws -> (any BlobPieces)? {
        try await store.open(sha256, for: organisation)
    }
    package func count(_ sha256: String, for organisation: UUID) async throws -> Int? {
        try await store.count(sha256, for: organisation)
    }
    package func remove(_ sha256: String, for organisation: UUID) async throws {
        try await store.remove(sha256, for: organisation)
    }
    package func forEach(_ body: (BlobName) async throws -> Void) async throws { try await store.forEach(body) }
}
