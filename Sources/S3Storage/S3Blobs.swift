// Files in a bucket.
import AsyncHTTPClient
package import Foundation
import NIOCore
import NIOHTTP1
import RecordKit
package import Storage
import Synchronization

/// Bytes in a bucket, under organisation and name.
package struct S3Blobs: RawBlobs {
    /// The name of the line about the whole.
    private static let noteName = "sealed"
    private static let noteBytesMax = 4_096
    let client: S3Client
    private let spool: URL

    /// - Parameter spool: A folder in which uploads wait until they are whole: only then is their name known. Nothing
    ///   stays in it.
    package init(_ client: S3Client, spool: URL) { (self.client, self.spool) = (client, spool) }

    /// Makes sure that the bucket is there and may be read.
    /// - Throws: ``S3Error``, ``StoreError/away(_:)``.
    package func check() async throws { _ = try await note() }

    private func key(_ name: BlobName) throws(BlobError) -> String {
        try BlobName.check(name.sha256)
        return client.location.key("\(name.organisation.lowercased)/\(name.sha256)")
    }

    package func writer(reserving: Int) async throws -> any RawBlobWriter {
        S3BlobWriter(client, try Spool(in: spool, reserving: reserving)) { name in try key(name) }
    }

    package func look(_ name: BlobName, first: Int) async throws -> (first: [UInt8], count: Int)? {
        try await client.look(try key(name), first: first).map { ($0.first, $0.count) }
    }

    package func open(_ name: BlobName) async throws -> (any BlobPieces)? {
        let key = try key(name)
        guard let answer = try await client.get(key) else { return nil }
        return S3Pieces(client, key, name, answer)
    }

    package func remove(_ name: BlobName) async throws { try await client.delete(try key(name)) }

    package func forEach(_ body: (BlobName) async throws -> Void) async throws {
        let prefix = client.location.key("")
        try await client.list(prefix) { keys in
            for key in keys {
                let parts = key.dropFirst(prefix.count).split(separator: "/", omittingEmptySubsequences: false)
                guard parts.count == 2, let organisation = UUID(uuidString: String(parts[0])),
                    organisation.lowercased == parts[0], BlobName.isDigest(String(parts[1]))
                else { continue }
                try await body(BlobName(organisation: organisation, sha256: String(parts[1])))
            }
        }
    }

    package func note() async throws -> String? {
        try await client.look(client.location.key(Self.noteName), first: Self.noteBytesMax)
            .map { String(decoding: $0.first, as: UTF8.self) }
    }

    package func setNote(_ note: String?) async throws {
        let key = client.location.key(Self.noteName)
        if let note { try await client.put(key, Data(note.utf8)) } else { try await client.delete(key) }
    }
}

/// What is kept under a key, piece by piece. A connection that breaks is made anew where it broke.
private final class S3Pieces: BlobPieces, @unchecked Sendable {
    /// How often in a row the rest is asked for without getting any of it.
    private static let breaksMax = 3
    private let client: S3Client
    private let key: String
    private let name: BlobName
    private let tag: String?
    private let count: Int?
    // Unchecked: the protocol says that one task at a time reads.
    private var body: HTTPClientResponse.Body.AsyncIterator?
    private var offset = 0
    private var breaks = 0

    init(_ client: S3Client, _ key: String, _ name: BlobName, _ answer: HTTPClientResponse) {
        (self.client, self.key, self.name) = (client, key, name)
        tag = answer.headers.first(name: "etag")
        count = answer.headers.first(name: "content-length").flatMap { Int($0) }
        body = answer.body.makeAsyncIterator()
    }

    func next() async throws -> [UInt8]? {
        while true {
            do {
                guard let buffer = try await body?.next() else {
                    body = nil
                    return nil
                }
                guard buffer.readableBytes > 0 else { continue }
                offset += buffer.readableBytes
                breaks = 0
                return Array(buffer: buffer)
            } catch {
                try Task.checkCancellation()
                try await reconnect(after: error)
            }
        }
    }

    private func reconnect(after error: any Error) async throws {
        body = nil
        breaks += 1
        guard breaks <= Self.breaksMax else {
            throw StoreError.away("S3 breaks off \(client.location.shown(key)) at byte \(offset): \(error)")
        }
        if offset == count { return }
        do {
            guard let answer = try await client.get(key, from: offset, tag: tag) else {
                throw StoreError.away("\(client.location.shown(key)) was removed while it was read")
            }
            body = answer.body.makeAsyncIterator()
        } catch S3Error.refused(_, _, 412, _, _) {
            throw StoreError.away("\(client.location.shown(key)) was written again while it was read")
        }
    }
}
