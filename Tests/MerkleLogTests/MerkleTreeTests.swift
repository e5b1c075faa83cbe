import MerkleLog
import Testing

@Suite struct MerkleTreeTests {
    // The eight leaves and the results that the Certificate Transparency reference implementation tests with.
    static let leaves: [[UInt8]] = [
        [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43],
        [0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        [0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
    ]
    static let hashes = leaves.map { MerkleTree.leafHash($0) }
    static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    @Test(arguments: 0...8) func theReferenceRootsAreComputed(size: Int) throws {
        let expected = try #require(Hash(hex: Self.roots[size]))
        #expect(MerkleTree.root(of: Array(Self.hashes[..<size])) == expected)
        #expect(try MerkleTree.root(size: size, source: memorySource(Self.hashes)) == expected)
    }

    static let inclusion: [(index: Int, size: Int, path: [String])] = [
        (0, 1, []),
        (
            0, 8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ]
        ),
        (
            5, 8,
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        ),
        (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
        (
            1, 5,
            [
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ]
        ),
    ]

    @Test(arguments: inclusion.indices) func theReferenceInclusionPathsAreMadeAndAccepted(number: Int) throws {
        let (index, size, path) = Self.inclusion[number]
        let proof = try MerkleTree.inclusionProof(index: index, size: size, source: memorySource(Self.hashes))
        #expect(proof.map(\.hex) == path)
        let root = try #require(Hash(hex: Self.roots[size]))
        #expect(
            MerkleTree.verifyInclusion(
                leafHash: Self.hashes[index],
                index: index,
                size: size,
                root: root,
                proof: proof
            )
        )
    }

    static let consistency: [(old: Int, new: Int, path: [String])] = [
        (1, 1, []),
        (
            1, 8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ]
        ),
        (
            6, 8,
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        ),
        (
            2, 5,
            [
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ]
        ),
    ]

    @Test(arguments: consistency.indices) func theReferenceConsistencyPathsAreMadeAndAccepted(number: Int) throws {
        let (old, new, path) = Self.consistency[number]
        let proof = try MerkleTree.consistencyProof(oldSize: old, newSize: new, source: memorySource(Self.hashes))
        #expect(proof.map(\.hex) == path)
        #expect(
            MerkleTree.verifyConsistency(
                oldSize: old,
                oldRoot: try #require(Hash(hex: Self.roots[old])),
                newSize: new,
                newRoot: try #require(Hash(hex: Self.roots[new])),
                proof: proof
            )
        )
    }

    // Every change of a proof that an attacker could try with it alone.
    private func alterations(_ proof: [Hash], extra: Hash) -> [[Hash]] {
        var altered = [proof + [extra], [extra] + proof]
        if !proof.isEmpty { altered += [Array(proof.dropLast()), Array(proof.dropFirst())] }
        for position in proof.indices {
            var copy = proof
            copy[position] = extra
            altered.append(copy)
            if position > 0, proof[position] != proof[position - 1] {
                copy = proof
                copy.swapAt(position, position - 1)
                altered.append(copy)
            }
        }
        return altered
    }

    @Test func everySmallTreeAgreesWithTheDefinitionAndRefusesAlteredInclusionProofs() throws {
        let hashes = leafHashes(70)
        let source = memorySource(hashes)
        let wrong = Hash.sha256([0xff])
        var edge = TreeEdge()
        for size in 0...70 {
            let leaves = hashes[..<size]
            let root = NaiveTree.root(leaves)
            #expect(try MerkleTree.root(size: size, source: source) == root)
            #expect(MerkleTree.root(of: Array(leaves)) == root)
            #expect(edge.root() == root)
            for index in 0..<size {
                let proof = try MerkleTree.inclusionProof(index: index, size: size, source: source)
                #expect(proof == NaiveTree.path(index, leaves))
                func accepts(
                    _ proof: [Hash],
                    leaf: Hash? = nil,
                    index: Int,
                    size: Int,
                    root: Hash
                ) -> Bool {
                    MerkleTree.verifyInclusion(
                        leafHash: leaf ?? hashes[index],
                        index: index,
                        size: size,
                        root: root,
                        proof: proof
                    )
                }
                #expect(accepts(proof, index: index, size: size, root: root))
                #expect(!accepts(proof, leaf: wrong, index: index, size: size, root: root))
                #expect(!accepts(proof, index: index, size: size, root: wrong))
                #expect(!accepts(proof, leaf: hashes[index], index: -1, size: size, root: root))
                #expect(!accepts(proof, leaf: hashes[index], index: size, size: size, root: root))
                for other in [index - 1, index + 1, index ^ 2] where other != index {
                    #expect(!accepts(proof, leaf: hashes[index], index: other, size: size, root: root))
                }
                for altered in alterations(proof, extra: wrong) {
                    #expect(!accepts(altered, index: index, size: size, root: root))
                }
            }
            if size < 70 { #expect(edge.append(hashes[size]).isEmpty) }
        }
    }

    @Test func everySmallTreeRefusesAlteredConsistencyProofs() throws {
        let hashes = leafHashes(70)
        let source = memorySource(hashes)
        let wrong = Hash.sha256([0xff])
        let roots = (0...70).map { NaiveTree.root(hashes[..<$0]) }
        for new in 0...70 {
            for old in 0...new {
                let proof = try MerkleTree.consistencyProof(oldSize: old, newSize: new, source: source)
                if old > 0 { #expect(proof == NaiveTree.consistency(old, hashes[..<new])) }
                func accepts(_ proof: [Hash], old: Int, oldRoot: Hash, newRoot: Hash) -> Bool {
                    MerkleTree.verifyConsistency(
                        oldSize: old,
                        oldRoot: oldRoot,
                        newSize: new,
                        newRoot: newRoot,
                        proof: proof
                    )
                }
                #expect(accepts(proof, old: old, oldRoot: roots[old], newRoot: roots[new]))
                #expect(!accepts(proof, old: old, oldRoot: wrong, newRoot: roots[new]))
                if old > 0 { #expect(!accepts(proof, old: old, oldRoot: roots[old], newRoot: wrong)) }
                #expect(!accepts(proof, old: new + 1, oldRoot: roots[old], newRoot: roots[new]))
                #expect(!accepts(proof, old: -1, oldRoot: roots[old], newRoot: roots[new]))
                for altered in alterations(proof, extra: wrong) {
                    #expect(!accepts(altered, old: old, oldRoot: roots[old], newRoot: roots[new]))
                }
            }
        }
    }

    @Test func aRewrittenBeginningIsNotConsistent() throws {
        var hashes = leafHashes(20)
        let before = MerkleTree.root(of: Array(hashes[..<13]))
        hashes[5] = Hash.sha256([9])
        let proof = try MerkleTree.consistencyProof(oldSize: 13, newSize: 20, source: memorySource(hashes))
        #expect(
            !MerkleTree.verifyConsistency(
                oldSize: 13,
                oldRoot: before,
                newSize: 20,
                newRoot: MerkleTree.root(of: hashes),
                proof: proof
            )
        )
    }

    @Test func proofsOutsideTheTreeAreRefusedWithTheReason() {
        let source = memorySource(leafHashes(3))
        #expect(throws: ProofError.leafOutsideTree(index: 3, size: 3)) {
            try MerkleTree.inclusionProof(index: 3, size: 3, source: source)
        }
        #expect(throws: ProofError.sizesOutOfOrder(old: 3, new: 2)) {
            try MerkleTree.consistencyProof(oldSize: 3, newSize: 2, source: source)
        }
        #expect(throws: ProofError.wrongTileWidth(level: 0, tile: 0, wanted: 4, found: 3)) {
            try MerkleTree.root(size: 4, source: source)
        }
    }
}

@Suite struct LargeTreeTests {
    static let hashes = leafHashes(65_537 + 256)
    static let source = memorySource(hashes)

    @Test(arguments: [255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 65_793])
    func proofsHoldAcrossTileBoundaries(size: Int) throws {
        let leaves = Self.hashes[..<size]
        let root = NaiveTree.root(leaves)
        #expect(try MerkleTree.root(size: size, source: Self.source) == root)
        #expect(MerkleTree.root(of: Array(leaves)) == root)
        #expect(try TreeEdge(size: size, source: Self.source).root() == root)
        for index in Set([0, 1, 254, 255, 256, size / 2, size - 2, size - 1]) where index < size {
            let proof = try MerkleTree.inclusionProof(index: index, size: size, source: Self.source)
            #expect(
                MerkleTree.verifyInclusion(
                    leafHash: Self.hashes[index],
                    index: index,
                    size: size,
                    root: root,
                    proof: proof
                )
            )
            #expect(
                !MerkleTree.verifyInclusion(
                    leafHash: Self.hashes[index],
                    index: index ^ 1,
                    size: size,
                    root: root,
                    proof: proof
                )
            )
        }
        for old in Set([1, 128, 255, 256, 257, size / 2, size - 1]) where old < size {
            let proof = try MerkleTree.consistencyProof(oldSize: old, newSize: size, source: Self.source)
            let oldRoot = NaiveTree.root(Self.hashes[..<old])
            #expect(
                MerkleTree.verifyConsistency(
                    oldSize: old,
                    oldRoot: oldRoot,
                    newSize: size,
                    newRoot: root,
                    proof: proof
                )
            )
            #expect(
                !MerkleTree.verifyConsistency(
                    oldSize: old,
                    oldRoot: root,
                    newSize: size,
                    newRoot: root,
                    proof: proof
                )
            )
        }
    }

    @Test func aProofReadsAtMostTwoTilesPerLevel() throws {
        let size = 65_793
        for index in [0, 255, 256, 40_000, size - 1] {
            let counting = CountingSource(Self.source)
            _ = try MerkleTree.inclusionProof(index: index, size: size, source: counting)
            #expect(counting.hashCount <= 2 * 256 * 3)
        }
        let counting = CountingSource(Self.source)
        _ = try MerkleTree.consistencyProof(oldSize: 40_001, newSize: size, source: counting)
        #expect(counting.hashCount <= 2 * 256 * 3)
    }

    @Test func anEdgeThatIsReadAgainGoesOnAsIfItHadNeverStopped() throws {
        for start in [0, 255, 256, 65_535, 65_536] {
            var edge = try TreeEdge(size: start, source: Self.source)
            var full: [Tile] = []
            for index in start..<start + 257 { full += edge.append(Self.hashes[index]) }
            #expect(edge.root() == MerkleTree.root(of: Array(Self.hashes[..<(start + 257)])))
            let expected = TileGeometry.completedTiles(from: start, to: start + 257)
            #expect(Set(full.map { TilePath(.hashes(level: $0.level), index: $0.index) }) == Set(expected))
            for tile in full {
                #expect(try Self.source.hashes(level: tile.level, tile: tile.index, count: 256) == tile.hashes)
            }
        }
    }
}
