// What goes wrong between an installation and its bucket: errors, broken connections, slow and wrong answers.
import Foundation
import RecordKit
import S3Storage
import Storage
import TestKit
import Testing

/// One store for all of them: faults that one test asks for would meet another.
@Suite(.serialized) struct FaultTests {
    private static let server = Result { try S3Server() }

    /// A bucket's corner of a test's own.
    private final class Corner: Sendable {
        let server: S3Server
        let folder: WorldFolder
        let raw: S3Blobs
        let blobs: SealingBlobStore
        let organisation = UUID()

        init(
            _ limits: S3Limits = FaultTests.quick, secret: String? = nil, bucket: String? = nil, port: Int? = nil,
            clock: @escaping @Sendable () -> Instant = { Instant(Date()) }
        ) throws {
            server = try FaultTests.server.get()
            folder = try WorldFolder("faults", types: .own)
            var location = server.location("faults/\(UUID().uuidString.lowercased())")
            if let bucket { location = location.replacingOccurrences(of: S3Server.bucket, with: bucket) }
            if let port { location = location.replacingOccurrences(of: ":\(server.port)", with: ":\(port)") }
            let credentials = S3Credentials(
                accessKey: server.accessKey, secretKey: secret ?? server.secretKey)
            let client = S3Client(try S3Location(location), credentials, limits: limits, now: clock)
            raw = S3Blobs(client, spool: folder.url)
            blobs = SealingBlobStore(over: raw, key: nil)
            _ = try server.requests()
        }
    }

    /// Short pauses, and no limit that a busy machine would meet.
    private static let quick = {
        var limits = S3Limits()
        limits.pauseMilliseconds = 10
        limits.answerSeconds = 120
        limits.secondsMax = 600
        return limits
    }()

    /// The words of the error with which a body says that the store is away.
    private func away(_ body: () async throws -> Void) async throws -> String {
        do {
            try await body()
            Issue.record("it was not away")
            return ""
        } catch StoreError.away(let words) { return words }
    }

    private static let text = Data("evidence".utf8)

    @Test(arguments: [
        S3Server.Fault.status(500, code: "InternalError"), .status(503, code: "SlowDown"),
        .status(400, code: "RequestTimeout"), .drop, .lost,
    ])
    func whatMaySucceedTheNextTimeIsTriedAgain(_ fault: S3Server.Fault) async throws {
        let corner = try Corner()
        try corner.server.fail(fault, count: 2, method: "PUT")
        let sha256 = try await corner.blobs.put(Self.text, for: corner.organisation)
        #expect(try corner.server.requests().count { $0.hasPrefix("PUT") } == 3)
        try corner.server.fail(fault, count: 2, method: "GET")
        #expect(try await corner.blobs.get(sha256, for: corner.organisation) == Self.text)
        #expect(try corner.server.requests().count { $0.hasPrefix("GET") } == 3)
        try corner.server.fail(fault, count: 2, method: "DELETE")
        try await corner.blobs.remove(sha256, for: corner.organisation)
        #expect(try await corner.blobs.count(sha256, for: corner.organisation) == nil)
    }

    @Test func whatFailsEachTimeIsAwayAndSaysWhatAndWhere() async throws {
        let corner = try Corner()
        try corner.server.fail(.status(503, code: "SlowDown"), count: 4, method: "PUT")
        let words = try await away { _ = try await corner.blobs.put(Self.text, for: corner.organisation) }
        #expect(words.contains("PutObject of \(S3Server.bucket)/faults/") && words.contains("503 SlowDown"))
        #expect(!words.contains(corner.server.secretKey))
        let sha256 = try await corner.blobs.put(Self.text, for: corner.organisation)
        #expect(try await corner.blobs.get(sha256, for: corner.organisation) == Self.text)
    }

    @Test func nobodyWaitsForAStoreThatIsNotThere() async throws {
        let corner = try Corner(port: 9)
        let start = ContinuousClock.now
        let words = try await away { _ = try await corner.blobs.put(Self.text, for: corner.organisation) }
        #expect(words.contains("HeadObject"), "\(words)")
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test func anAnswerThatComesTooLateIsNotWaitedFor() async throws {
        var limits = Self.quick
        limits.answerSeconds = 5
        let corner = try Corner(limits)
        let sha256 = try await corner.blobs.put(Self.text, for: corner.organisation)
        try corner.server.fail(.late(seconds: 60), method: "GET")
        let start = ContinuousClock.now
        #expect(try await corner.blobs.get(sha256, for: corner.organisation) == Self.text)
        #expect(ContinuousClock.now - start < .seconds(50))
    }

    /// However slowly each attempt fails, the whole ends before another node may take the job over.
    @Test func allAttemptsTogetherHaveALimit() async throws {
        var limits = Self.quick
        limits.secondsMax = 2
        let corner = try Corner(limits)
        try corner.server.fail(.late(seconds: 60), count: 4, method: "DELETE")
        let start = ContinuousClock.now
        _ = try await away { try await corner.blobs.remove(String(repeating: "0", count: 64), for: UUID()) }
        #expect(ContinuousClock.now - start < .seconds(50))
        // The others that were asked for must not meet the next test.
        for _ in 0..<3 { try? await corner.blobs.remove(String(repeating: "0", count: 64), for: UUID()) }
    }

    @Test func aDownloadThatBreaksGoesOnWhereItBroke() async throws {
        let corner = try Corner()
        let bytes = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) })
        let sha256 = try await corner.blobs.put(bytes, for: corner.organisation)
        _ = try corner.server.requests()
        try corner.server.fail(.cut, count: 2, method: "GET")
        #expect(try await corner.blobs.get(sha256, for: corner.organisation) == bytes)
        #expect(try corner.server.requests().count { $0.hasPrefix("GET") } == 3)
        // One that breaks without ever bringing more is given up.
        try corner.server.fail(.drop, count: 20, method: "GET")
        _ = try await away { _ = try await corner.blobs.get(sha256, for: corner.organisation) }
        for _ in 0..<5 { _ = try? await corner.blobs.get(sha256, for: corner.organisation) }
    }

    @Test func bytesThatChangedOnTheWayAreFound() async throws {
        let corner = try Corner()
        let sha256 = try await corner.blobs.put(Self.text, for: corner.organisation)
        try corner.server.fail(.wrong, method: "GET")
        await #expect(throws: BlobError.damaged(sha256: sha256)) {
            try await corner.blobs.get(sha256, for: corner.organisation)
        }
    }

    private func upload(_ corner: Corner, _ count: Int) async throws -> (sha256: String, bytes: Int) {
        let writer = try await corner.blobs.writer(for: corner.organisation, bytesMax: count)
        for start in stride(from: 0, to: count, by: 1_000_000) {
            try await writer.append(Data(repeating: UInt8(start >> 16 & 255), count: min(1_000_000, count - start)))
        }
        return try await writer.finish()
    }

    @Test func anUploadInPartsThatFailsLeavesNothing() async throws {
        let corner = try Corner()
        try corner.server.fail(.status(500, code: "InternalError"), count: 4, method: "PUT", query: "partNumber=2")
        _ = try await away { _ = try await upload(corner, 18_000_000) }
        let asked = try corner.server.requests()
        #expect(asked.contains { $0.hasPrefix("DELETE") && $0.contains("uploadId=") }, "\(asked)")
        try await corner.blobs.forEach { Issue.record("\($0) is there") }
        let kept = try await upload(corner, 18_000_000)
        #expect(try await corner.blobs.count(kept.sha256, for: corner.organisation) == 18_000_000)
        #expect(try FileManager.default.contentsOfDirectory(atPath: corner.folder.url.path).isEmpty)
    }

    /// The parts were put together, and nobody heard of it.
    @Test func anUploadWhoseLastAnswerIsLostIsWhole() async throws {
        let corner = try Corner()
        try corner.server.fail(.lost, method: "POST", query: "uploadId=")
        let kept = try await upload(corner, 17_000_000)
        #expect(try await corner.blobs.count(kept.sha256, for: corner.organisation) == 17_000_000)
        #expect(try await corner.blobs.get(kept.sha256, for: corner.organisation)?.count == 17_000_000)
    }

    @Test func aListGoesOverManyPages() async throws {
        var limits = Self.quick
        limits.listedMax = 3
        let corner = try Corner(limits)
        var expected: Set<BlobName> = []
        for n in 0..<10 {
            let sha256 = try await corner.blobs.put(Data("\(n)".utf8), for: corner.organisation)
            expected.insert(BlobName(organisation: corner.organisation, sha256: sha256))
        }
        try await corner.raw.setNote("not a file")
        _ = try corner.server.requests()
        try corner.server.fail(.drop, count: 2, method: "GET", query: "continuation-token")
        var found: [BlobName] = []
        try await corner.blobs.forEach { found.append($0) }
        #expect(found.count == 10 && Set(found) == expected)
        #expect(try corner.server.requests().count { $0.contains("list-type=2") } == 6)
    }

    @Test func aClockThatIsWrongIsCalledSo() async throws {
        let corner = try Corner()
        try corner.server.fail(.status(403, code: "RequestTimeTooSkewed"), method: "PUT")
        do {
            _ = try await corner.blobs.put(Self.text, for: corner.organisation)
            Issue.record("it was taken")
        } catch let error as S3Error {
            guard case .clock = error else { throw error }
            #expect(error.description.contains("set the clock of this machine"))
        }
        #expect(try corner.server.requests().count { $0.hasPrefix("PUT") } == 1, "the clock is the same the next time")
    }

    @Test func wrongKeysAndAMissingBucketAreRefusedAtOnce() async throws {
        let stranger = try Corner(secret: "not-the-secret-4711")
        for body: () async throws -> Void in [
            { _ = try await stranger.raw.note() },
            { _ = try await stranger.blobs.put(Self.text, for: stranger.organisation) },
        ] {
            do {
                try await body()
                Issue.record("it was taken")
            } catch let error as S3Error {
                #expect(!error.description.contains("4711") && error.description.contains("403"), "\(error)")
            }
        }
        let nowhere = try Corner(bucket: "no-such-bucket")
        for body: () async throws -> Void in [
            { _ = try await nowhere.raw.note() },
            { try await nowhere.raw.setNote("x") },
            { try await nowhere.blobs.forEach { _ in } },
            { _ = try await nowhere.blobs.get(String(repeating: "0", count: 64), for: nowhere.organisation) },
        ] {
            do {
                try await body()
                Issue.record("there is no such bucket")
            } catch let error as S3Error { #expect(error.description.contains("NoSuchBucket"), "\(error)") }
        }
    }
}
