// Writes the files of a pack in order and keeps the list of them; memory grows only by that list.
import Crypto
public import MerkleLog

/// Length, checksum and digest of a content that is read in pieces.
public struct ContentDigest: Sendable {
    private var crc = CRC32()
    private var hasher = SHA256()
    /// The length so far, in bytes.
    public private(set) var bytes = 0

    /// Of nothing.
    public init() {}

    /// Adds a piece.
    public mutating func update(_ piece: [UInt8]) {
        crc.update(piece)
        hasher.update(data: piece)
        bytes += piece.count
    }

    /// The checksum so far.
    public var crc32: UInt32 { crc.value }
    /// The digest so far.
    public var sha256: Hash {
        guard let hash = Hash(Array(hasher.finalize())) else { preconditionFailure("a SHA-256 digest has 32 bytes") }
        return hash
    }
}

/// A pack in the making. The manifest comes last, so that nothing is kept back.
public struct PackWriter<Sink: ByteSink> {
    private var zip: ZIPWriter<Sink>
    private var files: [PackManifest.File] = []

    /// Begins a pack.
    public init(sink: Sink) { zip = ZIPWriter(sink: sink) }

    /// A whole file.
    public mutating func add(_ name: String, _ content: [UInt8]) async throws {
        files.append(PackManifest.File(name: name, bytes: content.count, sha256: .sha256(content)))
        try await zip.add(name, content)
    }

    /// Begins a file whose length, checksum and digest are known.
    public mutating func begin(_ name: String, _ digest: ContentDigest) async throws {
        files.append(PackManifest.File(name: name, bytes: digest.bytes, sha256: digest.sha256))
        try await zip.begin(name, bytes: digest.bytes, crc32: digest.crc32)
    }

    /// The next piece of that file.
    public mutating func append(_ piece: [UInt8]) async throws { try await zip.append(piece) }

    /// Ends that file.
    /// - Throws: ``ZIPWriterError/otherContent(_:)`` if it was not what was said.
    public mutating func end() throws { try zip.end() }

    /// Ends the pack.
    public mutating func finish(
        checkpoint: Checkpoint, exportIndex: Int, statement: PackStatement
    ) async throws {
        let manifest = PackManifest(
            checkpoint: checkpoint, exportIndex: exportIndex, files: files, statement: statement)
        try await zip.add(PackFiles.manifest, try manifest.canonicalBytes())
        try await zip.finish()
    }
}
