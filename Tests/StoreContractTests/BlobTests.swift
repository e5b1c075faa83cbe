// Files in a folder that several nodes may share.
import Foundation
import RecordKit
import Storage
import TestKit
import Testing

@Suite struct FolderBlobTests {
    private func unfinished(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix(".new-") }
    }

    @Test func whatIsKeptComesBackAndKeepingItAgainIsNoChange() async throws {
        let folder = try WorldFolder("blobs", types: .own)
        let blobs = try FolderBlobStore(folder: folder.url)
        let organisation = UUID()
        for bytes in [Data(), Data("evidence".utf8), Data(count: 3_000_000)] {
            let sha256 = try await blobs.put(bytes, for: organisation)
            #expect(try await blobs.put(bytes, for: organisation) == sha256)
            #expect(try await blobs.get(sha256, for: organisation) == bytes)
            #expect(try await blobs.get(sha256, for: UUID()) == nil, "to know a digest is not to have the file")
        }
        #expect(try unfinished(folder.url).isEmpty)
    }

    @Test func aNodeThatStartsLeavesTheUploadsOfOthersBe() async throws {
        let folder = try WorldFolder("blobs", types: .own)
        let organisation = UUID()
        let writer = try await FolderBlobStore(folder: folder.url).writer(for: organisation, bytesMax: 100)
        try await writer.append(Data("half of ".utf8))
        let forgotten = folder.url.appendingPathComponent(".new-forgotten")
        try Data("left by a crash".utf8).write(to: forgotten)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -7_200)], ofItemAtPath: forgotten.path)
        let other = try FolderBlobStore(folder: folder.url)
        #expect(!FileManager.default.fileExists(atPath: forgotten.path))
        try await writer.append(Data("it".utf8))
        let kept = try await writer.finish()
        #expect(try await other.get(kept.sha256, for: organisation) == Data("half of it".utf8))
        #expect(try unfinished(folder.url).isEmpty)
    }
}
