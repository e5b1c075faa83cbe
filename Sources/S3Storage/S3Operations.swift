// The requests that an installation makes of a bucket.
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Storage

extension S3Client {
    /// There is nothing, and nothing can come: that is no answer to whether a file is there.
    private static let noBucketCode = "NoSuchBucket"

    /// What is kept under a key.
    struct Found: Sendable {
        let first: [UInt8]
        let count: Int
    }

    /// Keeps bytes under a key. They are there whole, or not at all.
    func put(_ key: String, _ bytes: Data) async throws {
        let request = S3Request(
            operation: "PutObject", method: .PUT, key: key,
            headers: [("x-amz-checksum-sha256", Self.checksum(bytes))], body: bytes)
        try await send(request) { _ = try await Self.bytes($0) }
    }

    /// The length of what is kept under a key, and at most `first` bytes of its beginning; `nil` if there is nothing.
    func look(_ key: String, first: Int) async throws -> Found? {
        guard first > 0 else { return try await head(key) }
        let request = S3Request(
            operation: "GetObject", method: .GET, key: key, headers: [("range", "bytes=0-\(first - 1)")])
        do {
            return try await send(request) { [location] answer in
                let bytes = try await Self.bytes(answer)
                guard answer.status == .partialContent else { return Found(first: bytes, count: bytes.count) }
                let range = answer.headers.first(name: "content-range") ?? ""
                guard let count = range.split(separator: "/").last.flatMap({ Int($0) }) else {
                    throw S3Error.notUnderstood(
                        operation: "GetObject", place: location.shown(key), "the range “\(range)” has no length")
                }
                return Found(first: bytes, count: count)
            }
        } catch S3Error.refused(_, _, 404, let code, _) where code != Self.noBucketCode {
            return nil
        } catch S3Error.refused(_, _, 416, _, _) {
            // There is no first byte.
            return try await head(key)
        }
    }

    private func head(_ key: String) async throws -> Found? {
        let request = S3Request(operation: "HeadObject", method: .HEAD, key: key)
        do {
            return try await send(request) { [location] answer in
                guard let count = answer.headers.first(name: "content-length").flatMap({ Int($0) }) else {
                    throw S3Error.notUnderstood(
                        operation: "HeadObject", place: location.shown(key), "it tells no length")
                }
                return Found(first: [], count: count)
            }
        } catch S3Error.refused(_, _, 404, _, _) { return nil }
    }

    /// Begins to read what is kept under a key; `nil` if there is nothing.
    /// - Parameters:
    ///   - start: The first byte.
    ///   - tag: Only if it is still the one with this tag.
    func get(_ key: String, from start: Int = 0, tag: String? = nil) async throws -> HTTPClientResponse? {
        var request = S3Request(operation: "GetObject", method: .GET, key: key)
        if start > 0 { request.headers.append(("range", "bytes=\(start)-")) }
        if let tag { request.headers.append(("if-match", tag)) }
        do {
            return try await send(request) { [location] answer in
                guard start == 0 || answer.status == .partialContent else {
                    throw S3Error.notUnderstood(
                        operation: "GetObject", place: location.shown(key), "the rest was asked for, the whole came")
                }
                return answer
            }
        } catch S3Error.refused(_, _, 404, let code, _) where code != Self.noBucketCode { return nil }
    }

    /// Removes what is kept under a key, if anything is.
    func delete(_ key: String) async throws {
        do {
            try await send(S3Request(operation: "DeleteObject", method: .DELETE, key: key)) {
                _ = try await Self.bytes($0)
            }
        } catch S3Error.refused(_, _, 404, let code, _) where code != Self.noBucketCode {}
    }

    /// Keys that begin with a text, a page at a time.
    func list(_ prefix: String, _ body: ([String]) async throws -> Void) async throws {
        var token: String?
        repeat {
            var query = [(name: "list-type", value: "2"), ("prefix", prefix), ("max-keys", "\(limits.listedMax)")]
            if let token { query.append(("continuation-token", token)) }
            let request = S3Request(operation: "ListObjectsV2", method: .GET, query: query)
            let answer = try await send(request) { S3Answer(try await Self.bytes($0)) }
            guard let isCut = answer.first("IsTruncated") else {
                throw S3Error.notUnderstood(
                    operation: "ListObjectsV2", place: location.bucket, "it does not say whether there is more")
            }
            try await body(answer.all("Key"))
            let next = isCut == "true" ? answer.first("NextContinuationToken") : nil
            guard isCut != "true" || (next != nil && next != token) else {
                throw S3Error.notUnderstood(
                    operation: "ListObjectsV2", place: location.bucket, "there is more, and it does not say where")
            }
            token = next
        } while token != nil
    }

    // MARK: In parts

    /// A part that S3 has.
    struct Part: Sendable {
        let number: Int
        let tag: String
        let checksum: String
    }

    /// - Returns: The name of the upload.
    func beginParts(_ key: String) async throws -> String {
        let request = S3Request(
            operation: "CreateMultipartUpload", method: .POST, key: key, query: [("uploads", "")],
            headers: [("x-amz-checksum-algorithm", "SHA256")])
        return try await send(request) { [location] answer in
            guard let upload = S3Answer(try await Self.bytes(answer)).first("UploadId"), !upload.isEmpty else {
                throw S3Error.notUnderstood(
                    operation: "CreateMultipartUpload", place: location.shown(key), "it names no upload")
            }
            return upload
        }
    }

    func put(_ key: String, part number: Int, of upload: String, _ bytes: Data) async throws -> Part {
        let checksum = Self.checksum(bytes)
        let request = S3Request(
            operation: "UploadPart", method: .PUT, key: key,
            query: [("partNumber", "\(number)"), ("uploadId", upload)],
            headers: [("x-amz-checksum-sha256", checksum)], body: bytes)
        return try await send(request) { [location] answer in
            _ = try await Self.bytes(answer)
            guard let tag = answer.headers.first(name: "etag") else {
                throw S3Error.notUnderstood(
                    operation: "UploadPart", place: location.shown(key), "it gives the part no tag")
            }
            return Part(number: number, tag: tag, checksum: checksum)
        }
    }

    /// Puts the parts together under their key.
    /// - Parameter count: The length of the whole.
    func finishParts(_ key: String, of upload: String, _ parts: [Part], count: Int) async throws {
        let list = parts.map { part in
            "<Part><PartNumber>\(part.number)</PartNumber><ETag>\(S3Answer.escaped(part.tag))</ETag>"
                + "<ChecksumSHA256>\(part.checksum)</ChecksumSHA256></Part>"
        }
        let body = "<CompleteMultipartUpload>\(list.joined())</CompleteMultipartUpload>"
        let operation = "CompleteMultipartUpload"
        let request = S3Request(
            operation: operation, method: .POST, key: key, query: [("uploadId", upload)],
            headers: [("content-type", "application/xml")], body: Data(body.utf8))
        do {
            try await send(request) { [location] answer in
                let told = S3Answer(try await Self.bytes(answer))
                // It begins to answer before it is done, and can still fail.
                guard let code = told.first("Code") else { return }
                if code == "InternalError" || code == "SlowDown" { throw FailedLate(code: code) }
                throw S3Error.refused(
                    operation: operation, place: location.shown(key), status: 200, code: code,
                    message: told.first("Message") ?? "")
            }
        } catch S3Error.refused(_, _, 404, "NoSuchUpload", _) {
            // An attempt whose answer was lost may have done it.
            guard try await head(key)?.count == count else {
                throw StoreError.away("S3 lost the parts of \(location.shown(key))")
            }
        }
    }

    private struct FailedLate: Error, CustomStringConvertible {
        let code: String
        var description: String { "\(code), after it had begun to answer" }
    }

    /// Forgets parts that were not put together.
    func abortParts(_ key: String, of upload: String) async throws {
        let request = S3Request(
            operation: "AbortMultipartUpload", method: .DELETE, key: key, query: [("uploadId", upload)])
        do { try await send(request) { _ = try await Self.bytes($0) } } catch S3Error.refused(_, _, 404, _, _) {}
    }
}
