// Long files are sent piece by piece, and a damaged one never to its end.
import Foundation
import HTTPServing
import Hummingbird
import Logging
import MerkleLog
import NIOCore
import RecordKit
import Storage
import Synchronization
import TestKit
import Testing

@Suite struct FileAnswerTests {
    /// Pieces of equal length; the last is followed by the end, or by what is found at the end.
    private final class Pieces: BlobPieces {
        private let left: Mutex<Int>
        private let isDamaged: Bool
        init(_ count: Int, isDamaged: Bool) {
            left = Mutex(count)
            self.isDamaged = isDamaged
        }
        var remaining: Int { left.withLock { $0 } }
        func next() async throws -> [UInt8]? {
            let isEnd = left.withLock { left in
                defer { left = max(0, left - 1) }
                return left == 0
            }
            guard isEnd else { return Array(repeating: 7, count: BlobPiece.bytes) }
            if isDamaged { throw BlobError.damaged(sha256: "") }
            return nil
        }
    }

    private struct Blobs: BlobStore {
        let pieces: Pieces
        func put(_ bytes: Data, for organisation: UUID) async throws -> String { "" }
        func writer(for organisation: UUID, bytesMax: Int) async throws -> any BlobWriter {
            throw BlobError.cannotWrite("nothing is kept here")
        }
        func get(_ sha256: String, for organisation: UUID) async throws -> Data? { nil }
        func open(_ sha256: String, for organisation: UUID) async throws -> (any BlobPieces)? { pieces }
        func count(_ sha256: String, for organisation: UUID) async throws -> Int? { nil }
        func remove(_ sha256: String, for organisation: UUID) async throws {}
        func forEach(_ body: (BlobName) async throws -> Void) async throws {}
    }

    private final class Sent: Sendable {
        let state = Mutex((bytes: 0, isFinished: false, heldMax: 0))
    }
    private struct Writer: ResponseBodyWriter {
        let sent: Sent
        let pieces: Pieces
        let count: Int
        mutating func write(_ buffer: ByteBuffer) async throws {
            let taken = (count - pieces.remaining) * BlobPiece.bytes
            sent.state.withLock { state in
                state.heldMax = max(state.heldMax, taken - state.bytes)
                state.bytes += buffer.readableBytes
            }
        }
        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
            sent.state.withLock { $0.isFinished = true }
        }
    }

    private func answer(_ count: Int, isDamaged: Bool) async throws -> (Response, Sent, Writer) {
        let pieces = Pieces(count, isDamaged: isDamaged)
        let file = try FileReference(
            sha256: String(repeating: "a", count: 64), name: "Überblick 1.pdf", mediaType: "application/pdf",
            bytes: count * BlobPiece.bytes)
        let response = try await FileAnswer.response(
            file, for: UUID(), from: Blobs(pieces: pieces),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        let sent = Sent()
        return (try #require(response), sent, Writer(sent: sent, pieces: pieces, count: count))
    }

    @Test func aLongFileIsSentWithoutBeingHeld() async throws {
        let (response, sent, writer) = try await answer(200, isDamaged: false)
        #expect(response.body.contentLength == 200 * BlobPiece.bytes)
        #expect(response.headers[.contentDisposition] == "attachment; filename*=UTF-8''%C3%9Cberblick%201.pdf")
        try await response.body.write(writer)
        let (bytes, isFinished, heldMax) = sent.state.withLock { $0 }
        #expect(bytes == 200 * BlobPiece.bytes)
        #expect(isFinished)
        #expect(heldMax <= 8 * BlobPiece.bytes)
    }

    @Test func aDamagedLongFileBreaksOffBeforeItsEnd() async throws {
        let (response, sent, writer) = try await answer(20, isDamaged: true)
        await #expect(throws: BlobError.damaged(sha256: "")) { try await response.body.write(writer) }
        let (bytes, isFinished, _) = sent.state.withLock { $0 }
        #expect(bytes == 19 * BlobPiece.bytes)
        #expect(!isFinished)
    }

    @Test func aDamagedShortFileIsNoAnswer() async throws {
        await #expect(throws: BlobError.damaged(sha256: "")) { try await answer(2, isDamaged: true) }
        let (response, sent, writer) = try await answer(2, isDamaged: false)
        try await response.body.write(writer)
        #expect(sent.state.withLock { $0.bytes } == 2 * BlobPiece.bytes)
    }
}
