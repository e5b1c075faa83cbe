import MerkleLog
import Testing

@Suite struct LedgerAuditorTests {
    static let count = 700
    static let leaves = (0..<count).map { sampleLeafBytes($0) }
    static let hashes = leaves.map { MerkleTree.leafHash($0) }
    static let source = memorySource(hashes)

    private func entries() -> [LedgerEntry] {
        Self.leaves.indices.map { LedgerEntry(index: $0, bytes: Self.leaves[$0], storedHash: Self.hashes[$0]) }
    }

    private func checkpoint(_ size: Int) throws -> Checkpoint {
        try Checkpoint(origin: "log", size: size, root: MerkleTree.root(of: Array(Self.hashes[..<size])))
    }

    private func audit(
        _ entries: [LedgerEntry],
        checkpoints: [Checkpoint],
        organisation: String? = nil,
        tile: ((Int, Int) throws -> [Hash]?)? = nil
    ) throws -> AuditReport {
        var auditor = LedgerAuditor(checkpoints: checkpoints, organisation: organisation)
        var position = 0
        return try auditor.run(
            nextBatch: { _ in
                defer { position = min(position + 100, entries.count) }
                return Array(entries[position..<min(position + 100, entries.count)])
            },
            storedTile: tile
        )
    }

    private func storedTile(_ level: Int, _ tile: Int) throws -> [Hash]? {
        try Self.source.hashes(level: level, tile: tile, count: 256)
    }

    @Test func anUntouchedLedgerHasNoProblem() throws {
        let report = try audit(
            entries(),
            checkpoints: [checkpoint(650), checkpoint(0), checkpoint(256), checkpoint(256), checkpoint(1)],
            organisation: sampleLeaf().organisation,
            tile: storedTile
        )
        #expect(report.firstProblem == nil)
        #expect(report.entryCount == 700)
        #expect(report.coveredCount == 650)
        #expect(report.root == MerkleTree.root(of: Self.hashes))
    }

    @Test func anEmptyLedgerHasNoProblemUnlessACheckpointSaysOtherwise() throws {
        #expect(try audit([], checkpoints: []).firstProblem == nil)
        #expect(try audit([], checkpoints: [checkpoint(0)]).firstProblem == nil)
        #expect(
            try audit([], checkpoints: [checkpoint(3)]).firstProblem == .entriesMissing(from: 0, checkpointSize: 3)
        )
        let wrong = try Checkpoint(origin: "log", size: 0, root: Hash.sha256([1]))
        #expect(
            try audit([], checkpoints: [wrong]).firstProblem
                == .rootDiffers(
                    size: 0,
                    computed: MerkleTree.emptyRoot,
                    signed: wrong.root,
                    lastMatchingSize: nil
                )
        )
    }

    @Test(arguments: [0, 255, 256, 333, 699]) func aChangedLeafIsNamed(index: Int) throws {
        var altered = entries()
        let bytes = try sampleLeaf(index + 5000).canonicalBytes()
        altered[index] = LedgerEntry(index: index, bytes: bytes, storedHash: Self.hashes[index])
        let report = try audit(altered, checkpoints: [checkpoint(700)], tile: storedTile)
        #expect(
            report.firstProblem
                == .leafChanged(index: index, computed: MerkleTree.leafHash(bytes), stored: Self.hashes[index])
        )
        #expect(report.entryCount == index)
        #expect(report.firstProblem?.description.contains("Entry \(index) was changed") == true)
    }

    @Test func aLeafChangedTogetherWithItsHashIsFoundByItsTileOrElseByTheCheckpoint() throws {
        var altered = entries()
        let bytes = try sampleLeaf(9999).canonicalBytes()
        altered[300] = LedgerEntry(index: 300, bytes: bytes, storedHash: MerkleTree.leafHash(bytes))
        let byTile = try audit(altered, checkpoints: [checkpoint(700)], tile: storedTile)
        #expect(byTile.firstProblem == .tileDiffers(level: 0, tile: 1, position: 44))
        #expect(byTile.firstProblem?.description.hasPrefix("Entry 300 is not") == true)
        let byRoot = try audit(altered, checkpoints: [checkpoint(200), checkpoint(700)])
        guard case .rootDiffers(700, _, let signed, 200) = byRoot.firstProblem else {
            Issue.record("found \(String(describing: byRoot.firstProblem))")
            return
        }
        #expect(try signed == checkpoint(700).root)
        // Stored without a hash, as in a pack, it is found in the same way.
        altered[300] = LedgerEntry(index: 300, bytes: bytes, storedHash: nil)
        #expect(try audit(altered, checkpoints: [checkpoint(700)]).firstProblem != nil)
        // Without a checkpoint after it, nobody can tell.
        #expect(try audit(altered, checkpoints: [checkpoint(200)]).firstProblem == nil)
    }

    @Test func gapsRepetitionsAndMissingEntriesAreTold() throws {
        var altered = entries()
        altered.remove(at: 17)
        #expect(
            try audit(altered, checkpoints: []).firstProblem == .indexGap(expected: 17, found: 18)
        )
        altered = entries()
        altered.insert(altered[17], at: 17)
        #expect(
            try audit(altered, checkpoints: []).firstProblem == .indexGap(expected: 18, found: 17)
        )
        let report = try audit(Array(entries()[..<690]), checkpoints: [checkpoint(700)])
        #expect(report.firstProblem == .entriesMissing(from: 690, checkpointSize: 700))
        #expect(report.firstProblem?.isIncomplete == true)
    }

    @Test func storedTilesMustBeThereFullAndRight() throws {
        #expect(
            try audit(entries(), checkpoints: [], tile: { _, tile in tile == 1 ? nil : try storedTile(0, tile) })
                .firstProblem == .tileMissing(level: 0, tile: 1)
        )
        #expect(
            try audit(entries(), checkpoints: [], tile: { _, tile in try storedTile(0, tile)?.dropLast() })
                .firstProblem == .tileOfWrongWidth(level: 0, tile: 0, wanted: 256, found: 255)
        )
        let upper = Tile(level: 1, index: 0, hashes: Self.hashes.suffix(256))
        var auditor = LedgerAuditor(checkpoints: [])
        var stored = upper.hashes
        stored[3] = MerkleTree.emptyRoot
        auditor.compare(upper, stored: stored)
        #expect(auditor.firstProblem == .tileDiffers(level: 1, tile: 0, position: 3))
        #expect(auditor.firstProblem?.description.hasPrefix("Entries 768 to 1023 are not") == true)
    }

    @Test func aLeafMustBeWellFormedAndOfItsOrganisation() throws {
        let bytes = Array("{}".utf8)
        let entry = LedgerEntry(index: 0, bytes: bytes, storedHash: MerkleTree.leafHash(bytes))
        guard case .leafMalformed(0, .malformed) = try audit([entry], checkpoints: []).firstProblem else {
            Issue.record("a leaf that is none was accepted")
            return
        }
        var lenient = LedgerAuditor(checkpoints: [], readsLeaves: false)
        #expect(lenient.read([entry]).isEmpty)
        #expect(lenient.finish().firstProblem == nil)
        #expect(
            try audit(entries(), checkpoints: [], organisation: "other").firstProblem
                == .otherOrganisation(index: 0, found: sampleLeaf().organisation, wanted: "other")
        )
        let long = LedgerEntry(index: 0, bytes: [UInt8](repeating: 0, count: 65_536), storedHash: nil)
        var strict = LedgerAuditor(checkpoints: [], readsLeaves: false)
        _ = strict.read([long])
        #expect(strict.firstProblem == .leafMalformed(index: 0, .tooLong(bytes: 65_536)))
    }

    @Test func aRewrittenLedgerSignedAgainFailsAgainstTheCheckpointKeptElsewhere() throws {
        let rewritten = try (0..<700).map { try sampleLeaf($0 == 40 ? 4040 : $0).canonicalBytes() }
        let hashes = rewritten.map { MerkleTree.leafHash($0) }
        let signedAgain = try Checkpoint(origin: "log", size: 700, root: MerkleTree.root(of: hashes))
        let entries = rewritten.indices.map {
            LedgerEntry(index: $0, bytes: rewritten[$0], storedHash: hashes[$0])
        }
        #expect(try audit(entries, checkpoints: [signedAgain]).firstProblem == nil)
        let kept = try checkpoint(500)
        #expect(
            try audit(entries, checkpoints: [signedAgain, kept]).firstProblem
                == .rootDiffers(
                    size: 500,
                    computed: MerkleTree.root(of: Array(hashes[..<500])),
                    signed: kept.root,
                    lastMatchingSize: nil
                )
        )
    }
}
