// A pack whose ZIP file and list of files fit each other. Contents are compared with the list as they are read.
import MerkleLog

/// The files of a pack.
final class OpenedPack {
    let reader: ZIPReader
    let manifest: PackManifest
    private let listed: [String: PackManifest.File]
    private let progress: ((PackProgress) -> Void)?
    private let bytesAll: Int
    private var bytesDone = 0
    /// What is being checked, for the progress.
    var step = PackStep.container

    init(path: String, progress: ((PackProgress) -> Void)?) throws(PackProblem) {
        do throws(ZIPProblem) {
            reader = try ZIPReader(path: path)
        } catch {
            throw .container(error)
        }
        self.progress = progress
        guard let last = reader.entries.last, last.name == PackFiles.manifest else { throw .noManifest }
        guard last.bytes <= PackLimit.manifestBytesMax else { throw .fileTooLong(last.name, bytes: last.bytes) }
        let bytes = try Self.content(of: last, in: reader)
        do throws(ManifestError) {
            manifest = try PackManifest(canonicalBytes: bytes)
        } catch {
            throw .manifest(error)
        }
        listed = Dictionary(manifest.files.map { ($0.name, $0) }) { first, _ in first }
        // The entries are read twice: for the root, and for what they commit to.
        bytesAll =
            reader.bytes + manifest.files.filter { $0.name.hasPrefix("tile/entries/") }.reduce(0) { $0 + $1.bytes }
        try compareLists()
    }

    private func compareLists() throws(PackProblem) {
        let found = reader.entries.dropLast()
        let names = Set(found.map(\.name))
        for entry in found where listed[entry.name] == nil { throw .fileNotListed(entry.name) }
        for file in manifest.files where !names.contains(file.name) { throw .fileMissing(file.name) }
        for (entry, file) in zip(found, manifest.files) where entry.name != file.name {
            throw .filesOutOfOrder(entry.name)
        }
        for name in [PackFiles.readme, PackFiles.index, PackFiles.checkpoint] where listed[name] == nil {
            throw .fileMissing(name)
        }
        let isWhole = manifest.statement.records == nil
        let single: Set<String> = [
            PackFiles.readme, PackFiles.index, PackFiles.checkpoint, PackFiles.previousCheckpoint,
            PackFiles.consistencyProof,
        ]
        let folders = [
            PackFiles.recordsFolder, PackFiles.evidenceFolder,
            isWhole ? PackFiles.tilesFolder : PackFiles.entriesFolder,
        ]
        for file in manifest.files {
            guard single.contains(file.name) || folders.contains(where: file.name.hasPrefix) else {
                throw .foreignFile(file.name)
            }
        }
    }

    func has(_ name: String) -> Bool { listed[name] != nil }
    func bytes(of name: String) -> Int? { listed[name]?.bytes }
    /// Names in a folder, in the order of the pack.
    func names(in folder: String) -> [String] {
        manifest.files.map(\.name).filter { $0.hasPrefix(folder) }
    }

    /// The content of a file.
    func content(_ name: String, bytesMax: Int = PackLimit.smallFileBytesMax) throws(PackProblem) -> [UInt8] {
        guard let file = listed[name], let entry = reader.entry(name) else { throw .fileMissing(name) }
        guard entry.bytes <= bytesMax else { throw .fileTooLong(name, bytes: entry.bytes) }
        let bytes = try Self.content(of: entry, in: reader)
        let digest = Hash.sha256(bytes)
        guard digest == file.sha256, bytes.count == file.bytes else {
            throw .fileAltered(name, found: digest, wanted: file.sha256)
        }
        count(bytes.count)
        return bytes
    }

    func text(_ name: String) throws(PackProblem) -> String { String(decoding: try content(name), as: UTF8.self) }

    /// The digest of a file of any length.
    func digest(_ name: String) throws(PackProblem) -> ContentDigest {
        guard let entry = reader.entry(name) else { throw .fileMissing(name) }
        var digest = ContentDigest()
        do throws(ZIPProblem) {
            try reader.read(entry) { piece in
                digest.update(piece)
                count(piece.count)
            }
        } catch {
            // The checksum of the ZIP file says the same as the digest, which says it better.
            guard case .altered = error else { throw .container(error) }
        }
        return digest
    }

    /// The listed digest of a file.
    func listedDigest(_ name: String) -> Hash? { listed[name]?.sha256 }

    private func count(_ bytes: Int) {
        bytesDone += bytes
        progress?(PackProgress(step: step, bytesDone: min(bytesDone, bytesAll), bytesAll: bytesAll))
    }

    private static func content(of entry: ZIPEntry, in reader: ZIPReader) throws(PackProblem) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entry.bytes)
        do throws(ZIPProblem) {
            try reader.read(entry) { bytes += $0 }
        } catch {
            throw .container(error)
        }
        return bytes
    }
}

extension OpenedPack {
    /// Hands out every entry that the pack holds, in order.
    func entries(_ body: (_ index: Int, _ bytes: [UInt8]) throws(PackProblem) -> Void) throws(PackProblem) {
        guard manifest.statement.records == nil else {
            for name in names(in: PackFiles.entriesFolder) where name.hasSuffix(PackFiles.leafSuffix) {
                let digits = name.dropFirst(PackFiles.entriesFolder.count).dropLast(PackFiles.leafSuffix.count)
                guard let index = Int(digits), index >= 0, PackFiles.entry(index) == name else {
                    throw .foreignFile(name)
                }
                try body(index, try content(name))
            }
            return
        }
        let size = manifest.checkpoint.size
        for tile in 0..<((size + TileGeometry.widthHashes - 1) / TileGeometry.widthHashes) {
            let first = tile * TileGeometry.widthHashes
            for (place, entry) in try bundle(tile, of: size).enumerated() { try body(first + place, entry) }
        }
    }

    /// The entries of one bundle in a tree of `size` leaves.
    func bundle(_ tile: Int, of size: Int) throws(PackProblem) -> [[UInt8]] {
        let width = TileGeometry.width(level: 0, tile: tile, size: size)
        guard let path = TilePath(.entries, index: tile, width: width) else { return [] }
        let bytes = try content(path.text)
        do throws(TileError) {
            return try TileBytes.decodeBundle(bytes, width: width)
        } catch {
            throw .tile(path.text, error)
        }
    }

    /// The hashes of one tile in a tree of `size` leaves.
    func hashes(level: Int, tile: Int, of size: Int) throws(PackProblem) -> [Hash] {
        let width = TileGeometry.width(level: level, tile: tile, size: size)
        guard let path = TilePath(.hashes(level: level), index: tile, width: width) else { return [] }
        let bytes = try content(path.text)
        do throws(TileError) {
            return try TileBytes.decode(bytes, width: width)
        } catch {
            throw .tile(path.text, error)
        }
    }
}
