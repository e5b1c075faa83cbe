// A pack that is ready to be written: front to back, in batches, with the same memory whatever its length.
package import AuditPack
import Foundation
import MerkleLog
import RecordKit
import Storage

/// A recorded and signed export whose bytes are made as they are taken.
package struct PreparedPack: Sendable {
    static let revisionsAtOnce = 200
    let store: any Store
    let blobs: any BlobStore
    let organisation: UUID
    package let statement: PackStatement
    /// The entry of the export.
    package let exportIndex: Int
    let signed: StoredCheckpoint
    let previous: PreviousCheckpoint?
    let survey: PackSurvey
    let chosen: [UUID]?
    let digests: [Hash: ContentDigest]
    let page: [UInt8]
    let readme: [UInt8]

    /// A name that sorts by entry and says what it is.
    package var fileName: String {
        let name = statement.organisationName.unicodeScalars.map { scalar -> Character in
            scalar.isASCII && scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) ? Character(scalar) : "-"
        }
        return "audit-pack-\(String(name).lowercased())-\(exportIndex).zip"
    }

    /// Writes the pack.
    /// - Throws: ``PackError`` if something went away meanwhile; then what was written is no pack.
    package func write(to sink: some ByteSink) async throws {
        let checkpoint = try Checkpoint(text: try SignedNote(parsing: Array(signed.note.utf8)).text)
        var writer = PackWriter(sink: sink)
        try await writer.add(PackFiles.readme, readme)
        try await writer.add(PackFiles.index, page)
        try await writer.add(PackFiles.checkpoint, Array(signed.note.utf8))
        try await writePrevious(to: &writer)
        if let entries = survey.entries {
            try await write(entries: (entries + [exportIndex]).sorted(), to: &writer)
        } else {
            try await writeEntries(to: &writer)
            try await writeTiles(to: &writer)
        }
        try await writeRevisions(to: &writer)
        try await writeFiles(to: &writer)
        try await writer.finish(checkpoint: checkpoint, exportIndex: exportIndex, statement: statement)
    }

    private func writePrevious<Sink: ByteSink>(to writer: inout PackWriter<Sink>) async throws {
        guard let previous else { return }
        let hashes = try await store.read { reader in
            try MerkleTree.consistencyProof(
                oldSize: previous.size, newSize: signed.size, source: reader.hashes(organisation))
        }
        let proof = ConsistencyProofFile(oldSize: previous.size, hashes: hashes, checkpoint: signed.note)
        try await writer.add(PackFiles.previousCheckpoint, Array(previous.note.utf8))
        try await writer.add(PackFiles.consistencyProof, Array(proof.text.utf8))
    }

    // MARK: The whole ledger

    private func writeEntries<Sink: ByteSink>(to writer: inout PackWriter<Sink>) async throws {
        let width = TileGeometry.widthHashes
        for tile in 0..<((signed.size + width - 1) / width) {
            let count = TileGeometry.width(level: 0, tile: tile, size: signed.size)
            guard let path = TilePath(.entries, index: tile, width: count) else { continue }
            let leaves = try await store.read { try $0.leaves(organisation, from: tile * width, limit: count) }
            try await writer.add(path.text, try TileBytes.encodeBundle(leaves.map(\.data)))
        }
    }

    private func writeTiles<Sink: ByteSink>(to writer: inout PackWriter<Sink>) async throws {
        let paths =
            TileGeometry.completedTiles(from: 0, to: signed.size) + TileGeometry.partialTiles(size: signed.size)
        for path in paths {
            guard case .hashes(let level) = path.kind else { continue }
            let hashes = try await store.read { reader in
                try reader.hashes(organisation).hashes(level: level, tile: path.index, count: path.width)
            }
            try await writer.add(path.text, TileBytes.encode(hashes))
        }
    }

    // MARK: Chosen entries

    private func write<Sink: ByteSink>(entries: [Int], to writer: inout PackWriter<Sink>) async throws {
        for index in entries {
            let (leaf, hashes) = try await store.read { reader in
                (
                    try reader.leaves(organisation, from: index, limit: 1).first,
                    try MerkleTree.inclusionProof(
                        index: index, size: signed.size, source: reader.hashes(organisation))
                )
            }
            guard let leaf else { throw StoreError.unavailable("entry \(index) of \(organisation.lowercased) is gone") }
            let proof = InclusionProofFile(index: index, hashes: hashes, checkpoint: signed.note)
            try await writer.add(PackFiles.entry(index), leaf.data)
            try await writer.add(PackFiles.proof(index), Array(proof.text.utf8))
        }
    }

    // MARK: Contents

    private func writeRevisions<Sink: ByteSink>(to writer: inout PackWriter<Sink>) async throws {
        var part: [UInt8] = []
        var number = 0
        var next = 0
        while next <= statement.asOf {
            let first = next
            let sealed = try await store.read { reader in
                try reader.sealedRevisions(
                    in: organisation, from: first, of: chosen, limit: Self.revisionsAtOnce)
            }
            guard let last = sealed.last else { break }
            next = last.index + 1
            for revision in sealed where revision.index <= statement.asOf {
                guard !survey.excluded.contains(revision.index) else { continue }
                guard let content = revision.content else {
                    throw PackError.erasedMeanwhile(index: revision.index)
                }
                part +=
                    RevisionLine(
                        index: revision.index, commitment: revision.commitment, salt: content.salt, body: content.body
                    ).bytes
                if part.count >= PackLimit.recordsPartBytes {
                    try await writer.add(PackFiles.records(number), part)
                    number += 1
                    part.removeAll(keepingCapacity: true)
                }
            }
        }
        if !part.isEmpty { try await writer.add(PackFiles.records(number), part) }
    }

    private func writeFiles<Sink: ByteSink>(to writer: inout PackWriter<Sink>) async throws {
        for (hash, _) in survey.files {
            guard let digest = digests[hash], let pieces = try await blobs.open(hash.hex, for: organisation) else {
                throw PackError.fileChanged(sha256: hash.hex)
            }
            try await writer.begin(PackFiles.evidence(hash), digest)
            do {
                while let piece = try await pieces.next() { try await writer.append(piece) }
                try writer.end()
            } catch is ZIPWriterError, is BlobError {
                throw PackError.fileChanged(sha256: hash.hex)
            }
        }
    }
}
