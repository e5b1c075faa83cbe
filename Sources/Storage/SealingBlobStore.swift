// Files by content over raw bytes: the digest is their name, and, if there is a key, they are sealed at rest.
import Crypto
package import Foundation
import RecordKit
import Synchronization

/// Files by content, sealed if there is a key. What was kept before there was one, or is kept after, stays readable:
/// each file says whether it is sealed.
package struct SealingBlobStore: BlobStore {
    let raw: any RawBlobs
    let key: FileKey?

    package init(over raw: any RawBlobs, key: FileKey?) { (self.raw, self.key) = (raw, key) }

    package func put(_ bytes: Data, for organisation: UUID) async throws -> String {
        let sha256 = BlobName.text(SHA256.hash(data: bytes))
        if try await count(sha256, for: organisation) == bytes.count { return sha256 }
        let writer = try await writer(for: organisation, bytesMax: bytes.count)
        do {
            try await writer.append(bytes)
            return try await writer.finish().sha256
        } catch {
            await writer.abandon()
            throw error
        }
    }

    package func writer(for organisation: UUID, bytesMax: Int) async throws -> any BlobWriter {
        let header = key.map { SealedHeader(key: $0, salt: Self.randomBytes(SealedStream.saltBytes)) }
        return SealingBlobWriter(
            try await raw.writer(reserving: header == nil ? 0 : SealedHeader.bytes), organisation, bytesMax, key, header
        )
    }

    /// Random bytes of the system's own: a salt that an injected source gave twice would give two files one key.
    private static func randomBytes(_ count: Int) -> [UInt8] {
        SymmetricKey(size: .init(bitCount: count * 8)).withUnsafeBytes { Array($0) }
    }

    package func get(_ sha256: String, for organisation: UUID) async throws -> Data? {
        guard let pieces = try await open(sha256, for: organisation) else { return nil }
        var bytes = Data()
        while let piece = try await pieces.next() { bytes.append(contentsOf: piece) }
        return bytes
    }

    package func open(_ sha256: String, for organisation: UUID) async throws -> (any BlobPieces)? {
        let name = BlobName(organisation: organisation, sha256: sha256)
        guard let pieces = try await raw.open(name) else { return nil }
        return CheckedPieces(name, try await opened(pieces, name))
    }

    /// The plain bytes, which nobody has held against the digest yet.
    private func opened(_ pieces: any BlobPieces, _ name: BlobName) async throws -> any BlobPieces {
        var first: [UInt8] = []
        while first.count < SealedHeader.bytes, let piece = try await pieces.next() { first += piece }
        guard let header = SealedHeader(first) else { return PrefixedPieces(first, pieces) }
        guard let key, header.isGood(for: name, key) else {
            let isOthers = key.map { $0.nameDigest != header.keyName } ?? true
            return PrefixedPieces(first, pieces, sealedWith: isOthers ? FileKey.text(header.keyName) : nil)
        }
        return OpeningPieces(
            name, PrefixedPieces(Array(first[SealedHeader.bytes...]), pieces), header.opener(key))
    }

    package func count(_ sha256: String, for organisation: UUID) async throws -> Int? {
        let name = BlobName(organisation: organisation, sha256: sha256)
        guard let found = try await raw.look(name, first: key == nil ? 0 : SealedHeader.bytes) else { return nil }
        guard isSealed(found.first, name) else { return found.count }
        // A file that was cut off has the length of none.
        return SealedHeader.plainCount(found.count) ?? -1
    }

    private func isSealed(_ first: [UInt8], _ name: BlobName) -> Bool {
        guard let key, let header = SealedHeader(first) else { return false }
        return header.isGood(for: name, key)
    }

    package func remove(_ sha256: String, for organisation: UUID) async throws {
        try await raw.remove(BlobName(organisation: organisation, sha256: sha256))
    }

    package func forEach(_ body: (BlobName) async throws -> Void) async throws { try await raw.forEach(body) }
}

/// Takes plain bytes and hands them on, sealed if there is a key.
private final class SealingBlobWriter: BlobWriter {
    private struct State {
        var hash = SHA256()
        var count = 0
        var sealer: SealedStream.Sealer?
    }
    private let raw: any RawBlobWriter
    private let organisation: UUID
    private let bytesMax: Int
    private let key: FileKey?
    private let header: SealedHeader?
    private let state: Mutex<State>

    init(_ raw: any RawBlobWriter, _ organisation: UUID, _ bytesMax: Int, _ key: FileKey?, _ header: SealedHeader?) {
        (self.raw, self.organisation, self.bytesMax, self.key, self.header) = (raw, organisation, bytesMax, key, header)
        var sealer: SealedStream.Sealer?
        if let key, let header { sealer = header.sealer(key) }
        state = Mutex(State(sealer: sealer))
    }

    func append(_ bytes: Data) async throws {
        do {
            let sealed = try state.withLock { state in
                guard bytes.count <= bytesMax - state.count else { throw BlobError.tooLarge(bytesMax: bytesMax) }
                state.hash.update(data: bytes)
                state.count += bytes.count
                return try state.sealer?.append(bytes) ?? bytes
            }
            if !sealed.isEmpty { try await raw.append(sealed) }
        } catch {
            await raw.abandon()
            throw error
        }
    }

    func finish() async throws -> (sha256: String, bytes: Int) {
        do {
            let (last, sha256, count) = try state.withLock { state in
                (try state.sealer?.finish(), BlobName.text(state.hash.finalize()), state.count)
            }
            if let last { try await raw.append(last) }
            let name = BlobName(organisation: organisation, sha256: sha256)
            var head: [UInt8] = []
            if let key, let header { head = header.bytes(for: name, key) }
            try await raw.finish(as: name, head: head)
            return (sha256, count)
        } catch {
            await raw.abandon()
            throw error
        }
    }

    func abandon() async { await raw.abandon() }
}

/// Pieces of which the first was looked into already.
private final class PrefixedPieces: BlobPieces {
    private let first: Mutex<[UInt8]>
    private let rest: any BlobPieces
    /// The name of the key with which it seems to be sealed, if we have not that key.
    let sealedWith: String?

    init(_ first: [UInt8], _ rest: any BlobPieces, sealedWith: String? = nil) {
        self.first = Mutex(first)
        (self.rest, self.sealedWith) = (rest, sealedWith)
    }

    func next() async throws -> [UInt8]? {
        let waiting = first.withLock { first in
            defer { first = [] }
            return first
        }
        return waiting.isEmpty ? try await rest.next() : waiting
    }
}

/// The plain bytes of a sealed file.
private final class OpeningPieces: BlobPieces {
    private let name: BlobName
    private let sealed: any BlobPieces
    /// `nil` at the end.
    private let opener: Mutex<SealedStream.Opener?>

    init(_ name: BlobName, _ sealed: any BlobPieces, _ opener: SealedStream.Opener) {
        self.opener = Mutex(opener)
        (self.name, self.sealed) = (name, sealed)
    }

    func next() async throws -> [UInt8]? {
        do {
            while true {
                let piece = try await sealed.next()
                let opened = try opener.withLock { opener -> Data? in
                    guard opener != nil else { return nil }
                    if let piece { return try opener?.append(piece) }
                    defer { opener = nil }
                    return try opener?.finish()
                }
                guard let opened else { return nil }
                if !opened.isEmpty { return [UInt8](opened) }
            }
        } catch is SealedStreamError { throw BlobError.damaged(sha256: name.sha256) }
    }
}

/// Pieces that are held against the digest.
private final class CheckedPieces: BlobPieces {
    private let name: BlobName
    private let pieces: any BlobPieces
    /// `nil` at the end.
    private let hash = Mutex<SHA256?>(SHA256())

    init(_ name: BlobName, _ pieces: any BlobPieces) { (self.name, self.pieces) = (name, pieces) }

    func next() async throws -> [UInt8]? {
        if let piece = try await pieces.next() {
            hash.withLock { $0?.update(data: piece) }
            return piece
        }
        let found = hash.withLock { hash in
            defer { hash = nil }
            return hash.map { BlobName.text($0.finalize()) }
        }
        guard let found, found != name.sha256 else { return nil }
        if let key = (pieces as? PrefixedPieces)?.sealedWith { throw BlobError.sealed(sha256: name.sha256, key: key) }
        throw BlobError.damaged(sha256: name.sha256)
    }
}
