// The tree: all entries give the signed root, or each of the chosen ones has a path to it; the export is one of them;
// and the tree continues the one that the auditor knew.
import MerkleLog

/// The tiles of a pack as a source of hashes, for trees up to that of its checkpoint.
private struct PackHashes: HashSource {
    let pack: OpenedPack
    let size: Int

    func hashes(level: Int, tile: Int, count: Int) throws -> [Hash] {
        Array(try pack.hashes(level: level, tile: tile, of: size).prefix(count))
    }

    /// The root of the first `part` leaves.
    func root(of part: Int) throws(PackProblem) -> Hash {
        do {
            return try MerkleTree.root(size: part, source: self)
        } catch let problem as PackProblem {
            throw problem
        } catch {
            throw .tilesGiveOtherRoot
        }
    }
}

/// Entries and tiles of a whole ledger against the signed root.
struct RootCheck {
    let pack: OpenedPack
    let checkpoint: Checkpoint

    func check() throws(PackProblem) {
        let size = checkpoint.size
        let width = TileGeometry.widthHashes
        // What entries say is read later, once they are known to be the signed ones.
        var auditor = LedgerAuditor(checkpoints: [checkpoint], readsLeaves: false)
        var tiles = 0
        for tile in 0..<((size + width - 1) / width) {
            let stored = try pack.hashes(level: 0, tile: tile, of: size)
            let entries = try pack.bundle(tile, of: size)
            tiles += 2
            let full = auditor.read(
                zip(entries, stored).enumerated().map { place, pair in
                    LedgerEntry(index: tile * width + place, bytes: pair.0, storedHash: pair.1)
                })
            for computed in full where computed.level > 0 {
                auditor.compare(
                    computed, stored: try pack.hashes(level: computed.level, tile: computed.index, of: size))
                tiles += 1
            }
            if let problem = auditor.firstProblem { throw .ledger(problem) }
        }
        if let problem = auditor.finish().firstProblem { throw .ledger(problem) }
        guard try PackHashes(pack: pack, size: size).root(of: size) == checkpoint.root else {
            throw .tilesGiveOtherRoot
        }
        tiles += TileGeometry.partialTiles(size: size).filter { $0.kind != .hashes(level: 0) }.count
        // All that belongs there was read; whatever else lies there does not belong.
        let names = pack.names(in: PackFiles.tilesFolder)
        guard names.count == tiles else {
            let known = Set(expected(size))
            throw .foreignFile(names.first { !known.contains($0) } ?? PackFiles.tilesFolder)
        }
    }

    private func expected(_ size: Int) -> [String] {
        let paths = TileGeometry.completedTiles(from: 0, to: size) + TileGeometry.partialTiles(size: size)
        return paths.map(\.text)
            + paths.filter { $0.kind == .hashes(level: 0) }.compactMap {
                TilePath(.entries, index: $0.index, width: $0.width)?.text
            }
    }
}

/// The entries that are in the pack against the signed root, and that of the export against what it commits to.
struct InclusionCheck {
    let pack: OpenedPack
    let checkpoint: Checkpoint
    let isWhole: Bool

    func check() throws(PackProblem) {
        if !isWhole { try checkProofs() }
        let manifest = pack.manifest
        let index = manifest.exportIndex
        let leaf = try exportLeaf(index)
        guard leaf.action == PackFiles.exportAction, manifest.statement.asOf < index,
            leaf.organisation == manifest.statement.organisation
        else { throw .notTheExport(index: index) }
        let committed: Leaf.Evidence
        do throws(JSONError) {
            committed = try manifest.statement.leafEvidence()
        } catch {
            throw .statementAltered(index: index)
        }
        guard leaf.evidence == [committed] else { throw .statementAltered(index: index) }
        for (name, digest) in [
            (PackFiles.readme, manifest.statement.readmeDigest), (PackFiles.index, manifest.statement.indexDigest),
        ] {
            guard Hash.sha256(try pack.content(name)) == digest else { throw .summaryAltered(name) }
        }
    }

    private func exportLeaf(_ index: Int) throws(PackProblem) -> Leaf {
        guard index < checkpoint.size else { throw .notTheExport(index: index) }
        let bytes: [UInt8]
        if isWhole {
            let (tile, place) = index.quotientAndRemainder(dividingBy: TileGeometry.widthHashes)
            bytes = try pack.bundle(tile, of: checkpoint.size)[place]
        } else {
            bytes = try pack.content(PackFiles.entry(index))
        }
        do throws(LeafError) { return try Leaf(canonicalBytes: bytes) } catch {
            throw .entryMalformed(index: index, error)
        }
    }

    private func checkProofs() throws(PackProblem) {
        let note = try pack.text(PackFiles.checkpoint)
        var count = 0
        try pack.entries { (index, bytes) throws(PackProblem) in
            let name = PackFiles.proof(index)
            let text = try pack.text(name)
            let proof: InclusionProofFile
            do throws(ProofFileError) {
                proof = try InclusionProofFile(parsing: text)
            } catch {
                throw .proof(name, error)
            }
            guard proof.checkpoint.utf8.elementsEqual(note.utf8) else { throw .otherCheckpoint(of: name) }
            let isIncluded = MerkleTree.verifyInclusion(
                leafHash: MerkleTree.leafHash(bytes), index: index, size: checkpoint.size, root: checkpoint.root,
                proof: proof.hashes)
            guard proof.index == index, isIncluded else { throw .notInTree(index: index) }
            count += 1
        }
        // A proof without its entry belongs to nothing.
        let names = pack.names(in: PackFiles.entriesFolder)
        guard names.count == 2 * count else {
            let alone = names.first { name in
                name.hasSuffix(PackFiles.proofSuffix)
                    && !pack.has(name.dropLast(PackFiles.proofSuffix.count) + PackFiles.leafSuffix)
            }
            throw .foreignFile(alone ?? PackFiles.entriesFolder)
        }
    }
}

/// The ledger against the checkpoint that the auditor kept.
struct ConsistencyCheck {
    let pack: OpenedPack
    let checkpoint: Checkpoint
    let isWhole: Bool
    let signed: SignatureCheck
    let oldCheckpoint: [UInt8]?

    /// - Returns: whether an older checkpoint was compared.
    func check() throws(PackProblem) -> Bool {
        let previous = try previous()
        guard let oldCheckpoint else { return previous != nil }
        let old = try older(oldCheckpoint, named: "the checkpoint that you kept")
        guard old.size <= checkpoint.size else { throw .packIsOlder(oldSize: old.size, size: checkpoint.size) }
        if let previous, previous.size == old.size {
            guard previous.root == old.root else { throw broken(old) }
        } else if old.size == checkpoint.size {
            guard checkpoint.root == old.root else { throw broken(old) }
        } else if isWhole {
            guard try PackHashes(pack: pack, size: checkpoint.size).root(of: old.size) == old.root else {
                throw broken(old)
            }
        } else {
            throw .noProofFrom(oldSize: old.size)
        }
        return true
    }

    /// The checkpoint that came with the pack, once its proof was checked.
    private func previous() throws(PackProblem) -> Checkpoint? {
        let (name, proofName) = (PackFiles.previousCheckpoint, PackFiles.consistencyProof)
        guard pack.has(name) || pack.has(proofName) else { return nil }
        let old = try older(try pack.content(name), named: name)
        let text = try pack.text(proofName)
        let proof: ConsistencyProofFile
        do throws(ProofFileError) {
            proof = try ConsistencyProofFile(parsing: text)
        } catch {
            throw .proof(proofName, error)
        }
        guard proof.checkpoint.utf8.elementsEqual(try pack.text(PackFiles.checkpoint).utf8) else {
            throw .otherCheckpoint(of: proofName)
        }
        let continues = MerkleTree.verifyConsistency(
            oldSize: old.size, oldRoot: old.root, newSize: checkpoint.size, newRoot: checkpoint.root,
            proof: proof.hashes)
        guard proof.oldSize == old.size, continues else { throw broken(old) }
        return old
    }

    private func older(_ bytes: [UInt8], named name: String) throws(PackProblem) -> Checkpoint {
        let old = try signed.open(bytes, named: name).checkpoint
        guard old.origin == checkpoint.origin else {
            throw .otherOrigin(of: name, found: old.origin, wanted: checkpoint.origin)
        }
        return old
    }

    private func broken(_ old: Checkpoint) -> PackProblem {
        .doesNotContinue(oldSize: old.size, size: checkpoint.size)
    }
}
