import MerkleLog
import Testing

@Suite struct TileTests {
    static let paths: [(TilePath.Kind, Int, Int, String)] = [
        (.hashes(level: 0), 0, 256, "tile/0/000"),
        (.hashes(level: 0), 1067, 256, "tile/0/x001/067"),
        (.hashes(level: 0), 1_234_067, 256, "tile/0/x001/x234/067"),
        (.hashes(level: 1), 273, 17, "tile/1/273.p/17"),
        (.hashes(level: 63), 0, 1, "tile/63/000.p/1"),
        (.entries, 1067, 8, "tile/entries/x001/067.p/8"),
        (.entries, 999, 256, "tile/entries/999"),
        (.entries, 1000, 256, "tile/entries/x001/000"),
    ]

    @Test(arguments: paths.indices) func pathsAreWrittenAndReadBack(number: Int) throws {
        let (kind, index, width, text) = Self.paths[number]
        let path = try #require(TilePath(kind, index: index, width: width))
        #expect(path.text == text)
        #expect(TilePath(text) == path)
    }

    @Test(arguments: [
        "", "tile", "tile/0", "tile/0/", "tile/0/67", "tile/0/0067", "tile/00/067", "tile/64/000", "tile/-1/000",
        "tile/+1/000", "tile/0/001/067", "tile/0/x001/x067", "tile/0/x000/067", "tile/0/067.p/0", "tile/0/067.p/256",
        "tile/0/067.p/08", "tile/0/067.p", "tile/0/067.p/", "/tile/0/067", "tile/0/067/", "tile/0/+67",
        "tile/entries", "tile/entries/x1/000", "tile/0/x999/x999/x999/x999/x999/x999/999", "tile/data/000",
    ])
    func otherSpellingsOfATileAreRefused(text: String) {
        #expect(TilePath(text) == nil)
    }

    @Test func theExampleOfTheSpecificationHasItsWidths() {
        // "A tree of size 70,000 …"
        #expect(TileGeometry.width(level: 0, tile: 272, size: 70_000) == 256)
        #expect(TileGeometry.width(level: 0, tile: 273, size: 70_000) == 112)
        #expect(TileGeometry.width(level: 0, tile: 274, size: 70_000) == 0)
        #expect(TileGeometry.width(level: 1, tile: 0, size: 70_000) == 256)
        #expect(TileGeometry.width(level: 1, tile: 1, size: 70_000) == 17)
        #expect(TileGeometry.width(level: 2, tile: 0, size: 70_000) == 1)
        #expect(TileGeometry.width(level: 3, tile: 0, size: 70_000) == 0)
        #expect(TileGeometry.width(level: 63, tile: 0, size: .max) == 0)
        #expect(
            TileGeometry.partialTiles(size: 70_000).map(\.text) == [
                "tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1",
            ]
        )
        #expect(TileGeometry.partialTiles(size: 256).map(\.text) == ["tile/1/000.p/1"])
        #expect(TileGeometry.partialTiles(size: 0).isEmpty)
    }

    @Test func tilesBecomeFullOnceAndLowerLevelsFirst() {
        #expect(TileGeometry.completedTiles(from: 0, to: 255).isEmpty)
        #expect(TileGeometry.completedTiles(from: 255, to: 256).map(\.text) == ["tile/0/000"])
        #expect(TileGeometry.completedTiles(from: 256, to: 511).isEmpty)
        #expect(
            TileGeometry.completedTiles(from: 65_535, to: 65_536).map(\.text) == ["tile/0/255", "tile/1/000"]
        )
        #expect(TileGeometry.completedTiles(from: 0, to: 65_536).count == 257)
    }

    @Test func tileBytesComeBackAndOtherLengthsAreRefused() throws {
        let hashes = leafHashes(3)
        let bytes = TileBytes.encode(hashes)
        #expect(bytes == hashes.flatMap(\.bytes))
        #expect(try TileBytes.decode(bytes, width: 3) == hashes)
        #expect(throws: TileError.wrongTileLength(bytes: 96, widthWanted: 4)) {
            try TileBytes.decode(bytes, width: 4)
        }
        #expect(throws: TileError.wrongTileLength(bytes: 95, widthWanted: 3)) {
            try TileBytes.decode(Array(bytes.dropLast()), width: 3)
        }
    }

    @Test func bundlesCarryBigEndianLengthsAndRefuseWhatDoesNotFit() throws {
        let entries: [[UInt8]] = [[], [1, 2, 3], Array(repeating: 7, count: 65_535)]
        let bytes = try TileBytes.encodeBundle(entries)
        #expect(bytes.prefix(9) == [0, 0, 0, 3, 1, 2, 3, 0xff, 0xff])
        #expect(try TileBytes.decodeBundle(bytes, width: 3) == entries)
        #expect(throws: TileError.truncatedBundle(offset: 7)) {
            try TileBytes.decodeBundle(Array(bytes.dropLast()), width: 3)
        }
        #expect(throws: TileError.truncatedBundle(offset: 2)) { try TileBytes.decodeBundle([0, 0, 1], width: 2) }
        #expect(throws: TileError.wrongBundleWidth(wanted: 4, found: 3)) {
            try TileBytes.decodeBundle(bytes, width: 4)
        }
        #expect(throws: TileError.wrongBundleWidth(wanted: 2, found: 3)) {
            try TileBytes.decodeBundle(bytes, width: 2)
        }
        #expect(throws: TileError.entryTooLong(position: 1, bytes: 65_536)) {
            try TileBytes.encodeBundle([[], Array(repeating: 0, count: 65_536)])
        }
    }

    @Test func aHashHasOneSpelling() throws {
        let hash = Hash.sha256([])
        #expect(hash.base64 == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
        #expect(Hash(base64: hash.base64) == hash)
        #expect(Hash(hex: hash.hex) == hash)
        #expect(Hash(hash.bytes) == hash)
        #expect(Hash(hex: hash.hex.uppercased()) == nil)
        #expect(Hash(hex: String(hash.hex.dropLast())) == nil)
        #expect(Hash(hex: String(hash.hex.dropLast(2))) == nil)
        // The last character carries two bits that no byte uses.
        #expect(Hash(base64: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=") == nil)
        #expect(Hash(base64: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU") == nil)
        #expect(Hash(hash.bytes.dropLast()) == nil)
    }
}
