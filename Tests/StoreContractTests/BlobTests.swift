// Files: every place where they may lie answers alike, sealed or not.
import Crypto
import Foundation
import RecordKit
import S3Storage
import Storage
import TestKit
import Testing

/// A place for files, sealed or not, and how to open an empty one.
struct BlobsUnderTest: Sendable, CustomTestStringConvertible {
    let isBucket: Bool
    let isSealed: Bool
    var testDescription: String { (isBucket ? "bucket" : "folder") + (isSealed ? ", sealed" : "") }

    static let folder = BlobsUnderTest(isBucket: false, isSealed: false)
    static let all = [
        folder, BlobsUnderTest(isBucket: false, isSealed: true), BlobsUnderTest(isBucket: true, isSealed: false),
        BlobsUnderTest(isBucket: true, isSealed: true),
    ]
    static let key = FileKey(secret: Array(0..<32))

    /// Runs a test on an empty place, which is gone afterwards.
    func run(_ test: (SealingBlobStore, any RawBlobs) async throws -> Void) async throws {
        let folder = try WorldFolder("blobs", types: .own)
        let raw = try isBucket ? Self.bucket(folder.url) : FolderBlobs(folder.url.appendingPathComponent("files"))
        try await test(try await SealingBlobStore.opened(over: raw, key: isSealed ? Self.key : nil), raw)
        withExtendedLifetime(folder) {}
    }

    private static func bucket(_ folder: URL) throws -> any RawBlobs {
        let server = try S3Server.shared()
        let client = S3Client(
            try S3Location(server.location(folder.lastPathComponent)),
            try S3Credentials.found(in: server.environment), now: { Instant(Date()) })
        return S3Blobs(client, spool: folder)
    }
}

/// Bytes that repeat only after a while.
func someBytes(_ count: Int, seed: UInt64 = 1) -> Data {
    var state = seed
    var bytes = Data(capacity: count + 8)
    while bytes.count < count {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        withUnsafeBytes(of: state) { bytes.append(contentsOf: $0) }
    }
    return Data(bytes.prefix(count))
}

func digest(_ bytes: Data) -> String { BlobName.text(SHA256.hash(data: bytes)) }

func read(_ pieces: (any BlobPieces)?) async throws -> Data? {
    guard let pieces else { return nil }
    var all = Data()
    while let piece = try await pieces.next() {
        #expect(!piece.isEmpty)
        all.append(contentsOf: piece)
    }
    #expect(try await pieces.next() == nil, "the end stays the end")
    return all
}

@Suite struct BlobContractTests {
    /// Around the borders of pieces.
    @Test(arguments: BlobsUnderTest.all)
    func whatIsKeptComesBackAndKeepingItAgainIsNoChange(_ subject: BlobsUnderTest) async throws {
        try await subject.run { blobs, _ in
            let organisation = UUID()
            for count in [0, 1, 8, 80, 81, 82, 262_143, 262_144, 262_145, 524_288, 3_000_000] {
                let bytes = someBytes(count)
                let sha256 = try await blobs.put(bytes, for: organisation)
                #expect(sha256 == digest(bytes))
                #expect(try await blobs.put(bytes, for: organisation) == sha256)
                #expect(try await blobs.get(sha256, for: organisation) == bytes)
                #expect(try await read(blobs.open(sha256, for: organisation)) == bytes)
                #expect(try await blobs.count(sha256, for: organisation) == count)
                let other = UUID()
                #expect(try await blobs.get(sha256, for: other) == nil, "to know a digest is not to have the file")
                #expect(try await blobs.open(sha256, for: other) == nil)
                #expect(try await blobs.count(sha256, for: other) == nil)
            }
        }
    }

    @Test(arguments: BlobsUnderTest.all)
    func aFileHasNoNameBeforeItIsWhole(_ subject: BlobsUnderTest) async throws {
        try await subject.run { blobs, _ in
            let organisation = UUID()
            let bytes = someBytes(1_000_000)
            func names() async throws -> Int {
                var count = 0
                try await blobs.forEach { _ in count += 1 }
                return count
            }
            let writer = try await blobs.writer(for: organisation, bytesMax: bytes.count)
            for start in stride(from: 0, to: bytes.count, by: 300_000) {
                try await writer.append(bytes[start..<min(start + 300_000, bytes.count)])
                #expect(try await blobs.get(digest(bytes), for: organisation) == nil)
            }
            #expect(try await names() == 0)
            let kept = try await writer.finish()
            #expect(kept.sha256 == digest(bytes) && kept.bytes == bytes.count)
            await writer.abandon()
            #expect(try await blobs.get(kept.sha256, for: organisation) == bytes, "what is finished stays")

            let given = try await blobs.writer(for: organisation, bytesMax: 100)
            try await given.append(Data("half of ".utf8))
            await given.abandon()
            await #expect(throws: BlobError.self, "it is over") { _ = try await given.finish() }
            let long = try await blobs.writer(for: organisation, bytesMax: 10)
            try await long.append(someBytes(9))
            await #expect(throws: BlobError.tooLarge(bytesMax: 10)) { try await long.append(someBytes(2)) }
            await #expect(throws: BlobError.self, "it is over") { _ = try await long.finish() }
            #expect(try await names() == 1)
        }
    }

    @Test(arguments: BlobsUnderTest.all)
    func whatIsRemovedIsGoneAndTheRestIsListedOnce(_ subject: BlobsUnderTest) async throws {
        try await subject.run { blobs, _ in
            var expected: [BlobName: Int] = [:]
            let organisations = [UUID(), UUID()]
            for n in 0..<6 {
                for organisation in organisations {
                    let sha256 = try await blobs.put(Data("file \(n)".utf8), for: organisation)
                    expected[BlobName(organisation: organisation, sha256: sha256)] = 1
                }
            }
            let gone = digest(Data("file 3".utf8))
            try await blobs.remove(gone, for: organisations[0])
            try await blobs.remove(gone, for: organisations[0])
            expected[BlobName(organisation: organisations[0], sha256: gone)] = nil
            #expect(try await blobs.get(gone, for: organisations[0]) == nil)
            #expect(try await blobs.count(gone, for: organisations[0]) == nil)
            #expect(try await blobs.get(gone, for: organisations[1]) != nil)
            var found: [BlobName: Int] = [:]
            try await blobs.forEach { found[$0, default: 0] += 1 }
            #expect(found == expected)
        }
    }

    @Test(arguments: BlobsUnderTest.all)
    func otherBytesUnderANameAreFound(_ subject: BlobsUnderTest) async throws {
        try await subject.run { blobs, raw in
            let organisation = UUID()
            let sha256 = try await blobs.put(someBytes(600_000), for: organisation)
            let writer = try await raw.writer(reserving: 0)
            try await writer.append(someBytes(600_000, seed: 2))
            try await writer.finish(as: BlobName(organisation: organisation, sha256: sha256), head: [])
            await #expect(throws: BlobError.damaged(sha256: sha256)) { try await blobs.get(sha256, for: organisation) }
            await #expect(throws: BlobError.damaged(sha256: sha256)) {
                try await read(blobs.open(sha256, for: organisation))
            }
        }
    }

    @Test(arguments: BlobsUnderTest.all)
    func onlyADigestIsAName(_ subject: BlobsUnderTest) async throws {
        try await subject.run { blobs, _ in
            for name in [
                "", "../../../etc/passwd", String(repeating: "A", count: 64), String(repeating: "0", count: 63),
            ] {
                await #expect(throws: BlobError.badName(name)) { try await blobs.get(name, for: UUID()) }
                await #expect(throws: BlobError.badName(name)) { try await blobs.count(name, for: UUID()) }
                await #expect(throws: BlobError.badName(name)) { try await blobs.remove(name, for: UUID()) }
            }
        }
    }

    /// In a bucket it goes in parts.
    @Test(arguments: BlobsUnderTest.all)
    func aLargeFileComesBack(_ subject: BlobsUnderTest) async throws {
        try await subject.run { blobs, _ in
            let organisation = UUID()
            let bytes = someBytes(20_000_000)
            let writer = try await blobs.writer(for: organisation, bytesMax: bytes.count)
            for start in stride(from: 0, to: bytes.count, by: 1_000_000) {
                try await writer.append(bytes[start..<start + 1_000_000])
            }
            let sha256 = try await writer.finish().sha256
            #expect(try await read(blobs.open(sha256, for: organisation)) == bytes)
            #expect(try await blobs.count(sha256, for: organisation) == bytes.count)
        }
    }

    @Test(arguments: BlobsUnderTest.all)
    func aLineAboutTheWholeIsKeptAndIsNoFile(_ subject: BlobsUnderTest) async throws {
        try await subject.run { blobs, raw in
            try await raw.setNote(nil)
            #expect(try await raw.note() == nil)
            try await raw.setNote("one line\n")
            #expect(try await raw.note() == "one line\n")
            try await raw.setNote("another")
            #expect(try await raw.note() == "another")
            try await blobs.forEach { Issue.record("\($0) is no file") }
        }
    }

    @Test(arguments: BlobsUnderTest.all)
    func manyWriteAndReadTheSameAtOnce(_ subject: BlobsUnderTest) async throws {
        try await subject.run { blobs, _ in
            let organisation = UUID()
            let bytes = someBytes(400_000)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let sha256 = try await blobs.put(bytes, for: organisation)
                        #expect(try await blobs.get(sha256, for: organisation) == bytes)
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}

/// A folder that several nodes may share.
@Suite struct FolderBlobTests {
    private func unfinished(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix(".new-") }
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

    @Test func whatIsGivenUpLeavesNothing() async throws {
        let folder = try WorldFolder("blobs", types: .own)
        let blobs = try FolderBlobStore(folder: folder.url)
        let writer = try await blobs.writer(for: UUID(), bytesMax: 10)
        try await writer.append(someBytes(10))
        #expect(try unfinished(folder.url).count == 1)
        await #expect(throws: BlobError.tooLarge(bytesMax: 10)) { try await writer.append(someBytes(1)) }
        #expect(try unfinished(folder.url).isEmpty)
    }
}
