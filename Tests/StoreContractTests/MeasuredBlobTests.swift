// What is counted of the place where files lie.
import CoreMetrics
import Foundation
import RecordKit
import Storage
import Telemetry
import TestKit
import Testing

@Suite struct MeasuredBlobTests {
    /// A place that nobody reaches.
    private struct Away: RawBlobs {
        func writer(reserving: Int) async throws -> any RawBlobWriter { throw StoreError.away("gone") }
        func look(_ name: BlobName, first: Int) async throws -> (first: [UInt8], count: Int)? {
            throw StoreError.away("gone")
        }
        func open(_ name: BlobName) async throws -> (any BlobPieces)? { throw BlobError.cannotRead("a") }
        func remove(_ name: BlobName) async throws { throw CancellationError() }
        func forEach(_ body: (BlobName) async throws -> Void) async throws {}
        func note() async throws -> String? { throw StoreError.away("gone") }
        func setNote(_ note: String?) async throws {}
    }

    @Test func filesThatAreKeptReadAndRemovedAreTimed() async throws {
        let folder = try WorldFolder("measured", types: .own)
        let registry = MetricRegistry()
        let blobs = try withMetricsFactory(registry) {
            SealingBlobStore(over: MeasuredBlobs(try FolderBlobs(folder.url.appendingPathComponent("files"))), key: nil)
        }
        let organisation = UUID()
        let bytes = someBytes(700_000)
        let sha256 = try await blobs.put(bytes, for: organisation)
        #expect(try await blobs.get(sha256, for: organisation) == bytes)
        try await blobs.remove(sha256, for: organisation)
        let text = await registry.text()
        for operation in ["keep", "look", "open", "remove"] {
            #expect(text.contains("concord_files_duration_seconds_count{operation=\"\(operation)\"} 1"), "\(operation)")
        }
    }

    @Test func failuresAreCountedByKindAndWhoGoesAwayIsNone() async throws {
        let registry = MetricRegistry()
        let blobs = withMetricsFactory(registry) { MeasuredBlobs(Away()) }
        let name = BlobName(organisation: UUID(), sha256: String(repeating: "a", count: 64))
        await #expect(throws: StoreError.self) { try await blobs.look(name, first: 0) }
        await #expect(throws: BlobError.self) { try await blobs.open(name) }
        await #expect(throws: CancellationError.self) { try await blobs.remove(name) }
        let text = await registry.text()
        #expect(text.contains("concord_files_failures_total{operation=\"look\",kind=\"away\"} 1"))
        #expect(text.contains("concord_files_failures_total{operation=\"open\",kind=\"unavailable\"} 1"))
        #expect(!text.contains("concord_files_failures_total{operation=\"remove\",kind=\"unavailable\"} 1"))
    }
}
