// Uploads: they wait on the disk until they are whole, and go to their key in one request or in parts.
import Foundation
import RecordKit
import Storage
import Synchronization

/// A file without a name, gone when it is closed or the process ends.
final class Spool: Sendable {
    private let descriptor: Int32
    private let path: String
    private let reserved: Int
    private let length: Mutex<Int>
    private let queue = DispatchQueue(label: "concord.spool")

    /// - Throws: ``BlobError/cannotWrite(_:)``.
    init(in folder: URL, reserving: Int) throws {
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        path = folder.appendingPathComponent("upload-\(UUID().uuidString)").path
        descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        reserved = reserving
        length = Mutex(reserving)
        guard descriptor >= 0, unlink(path) == 0 else { throw BlobError.cannotWrite(path) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    var count: Int { length.withLock { $0 } }

    func append(_ bytes: Data) async throws {
        try await onDisk { [self] in
            try length.withLock { length in
                try write(bytes, at: length)
                length += bytes.count
            }
        }
    }

    /// Fills in what was reserved.
    func setHead(_ head: [UInt8]) async throws {
        precondition(head.count == reserved, "the head is as long as what was reserved for it")
        try await onDisk { [self] in try write(Data(head), at: 0) }
    }

    private func write(_ bytes: Data, at start: Int) throws {
        try bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let put = pwrite(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, start + done)
                if put < 0, errno == EINTR { continue }
                // A full disk may not be full in a moment.
                if put < 0, errno == ENOSPC || errno == EDQUOT {
                    throw StoreError.away("no room for an upload in \(path)")
                }
                guard put > 0 else { throw BlobError.cannotWrite(path) }
                done += put
            }
        }
    }

    func read(at start: Int, count: Int) async throws -> Data {
        try await onDisk { [self] in
            var bytes = Data(count: count)
            let isWhole = bytes.withUnsafeMutableBytes { buffer in
                var done = 0
                while done < count {
                    let got = pread(descriptor, buffer.baseAddress.map { $0 + done }, count - done, off_t(start + done))
                    if got < 0, errno == EINTR { continue }
                    guard got > 0 else { return false }
                    done += got
                }
                return true
            }
            guard isWhole else { throw BlobError.cannotRead(path) }
            return bytes
        }
    }

    private func onDisk<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body() }) }
        }
    }
}

/// Takes an upload and sends it when it is whole.
final class S3BlobWriter: RawBlobWriter {
    /// What is longer goes in parts of this length; a part is all that is held in memory.
    static let partBytes = 8_388_608
    /// As S3 has it.
    private static let partsMax = 10_000
    private let client: S3Client
    private let key: @Sendable (BlobName) throws -> String
    /// `nil` once it is over.
    private let spool: Mutex<Spool?>

    init(_ client: S3Client, _ spool: Spool, key: @escaping @Sendable (BlobName) throws -> String) {
        self.spool = Mutex(spool)
        (self.client, self.key) = (client, key)
    }

    private func open() throws -> Spool {
        guard let spool = spool.withLock({ $0 }) else { throw BlobError.cannotWrite("an upload that is over") }
        return spool
    }

    func append(_ bytes: Data) async throws { try await open().append(bytes) }

    func finish(as name: BlobName, head: [UInt8]) async throws {
        let spool = try open()
        let key = try key(name)
        if !head.isEmpty { try await spool.setHead(head) }
        if spool.count <= Self.partBytes {
            try await client.put(key, try await spool.read(at: 0, count: spool.count))
        } else {
            try await putParts(spool, key)
        }
        await abandon()
    }

    private func putParts(_ spool: Spool, _ key: String) async throws {
        let count = spool.count
        guard count <= Self.partBytes * Self.partsMax else {
            throw S3Error.tooLarge(place: client.location.shown(key))
        }
        let upload = try await client.beginParts(key)
        do {
            var parts: [S3Client.Part] = []
            for start in stride(from: 0, to: count, by: Self.partBytes) {
                let bytes = try await spool.read(at: start, count: min(Self.partBytes, count - start))
                parts.append(try await client.put(key, part: parts.count + 1, of: upload, bytes))
            }
            try await client.finishParts(key, of: upload, parts, count: count)
        } catch {
            // S3 keeps, and charges for, parts until they are forgotten: in a task of its own, since this one may be
            // cancelled. Where that fails, too, the bucket's rule for unfinished uploads does it.
            _ = await Task { [client] in try await client.abortParts(key, of: upload) }.result
            throw error
        }
    }

    func abandon() async { spool.withLock { $0 = nil } }
}
