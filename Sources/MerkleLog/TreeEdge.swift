// The right edge of a growing tree: all that is needed to append, to know the root, and to cut full tiles.

/// A hash tile with its hashes.
public struct Tile: Hashable, Sendable {
    /// The level, 0 for leaf hashes.
    public let level: Int
    /// The number of the tile within its level.
    public let index: Int
    /// Its 1 to 256 hashes.
    public let hashes: [Hash]

    /// A tile as read from storage or cut by `TreeEdge`.
    public init(level: Int, index: Int, hashes: [Hash]) {
        self.level = level
        self.index = index
        self.hashes = hashes
    }
}

/// The unfinished tile of every level. Memory is at most 256 hashes per level (four levels hold 4·10⁹ leaves); over a
/// whole log, appending costs one hash per leaf.
public struct TreeEdge: Hashable, Sendable {
    /// The number of leaves.
    public private(set) var size: Int
    private var levels: [[Hash]]

    /// The edge of the empty tree.
    public init() {
        size = 0
        levels = [[]]
    }

    /// The edge of a stored tree of `size` leaves: reads its partial tiles.
    /// - Throws: `ProofError`, or what the source throws.
    public init(size: Int, source: some HashSource) throws {
        guard size >= 0 else { throw ProofError.sizesOutOfOrder(old: 0, new: size) }
        self.init()
        self.size = size
        var level = 0
        while TileGeometry.hashCount(level: level, size: size) > 0 {
            let count = TileGeometry.hashCount(level: level, size: size)
            let (tile, width) = count.quotientAndRemainder(dividingBy: TileGeometry.widthHashes)
            if level == levels.count { levels.append([]) }
            if width > 0 { levels[level] = try source.hashes(level: level, tile: tile, count: width) }
            guard levels[level].count == width else {
                throw ProofError.wrongTileWidth(level: level, tile: tile, wanted: width, found: levels[level].count)
            }
            level += 1
        }
    }

    /// Adds a leaf hash.
    /// - Returns: the tiles that are full with it, lowest level first; mostly none.
    public mutating func append(_ leafHash: Hash) -> [Tile] {
        size += 1
        levels[0].append(leafHash)
        guard levels[0].count == TileGeometry.widthHashes else { return [] }
        var full: [Tile] = []
        var level = 0
        while levels[level].count == TileGeometry.widthHashes {
            let index = TileGeometry.hashCount(level: level, size: size) / TileGeometry.widthHashes - 1
            full.append(Tile(level: level, index: index, hashes: levels[level]))
            let parent = MerkleTree.root(of: levels[level])
            levels[level] = []
            levels[level].reserveCapacity(TileGeometry.widthHashes)
            level += 1
            if level == levels.count { levels.append([]) }
            levels[level].append(parent)
        }
        return full
    }

    /// The root of the tree so far.
    public func root() -> Hash {
        var root: Hash?
        // Complete subtrees from right to left: within a level those of the low bits stand furthest right.
        for level in levels {
            var end = level.count
            while end > 0 {
                let count = end & -end
                let subtree = MerkleTree.root(of: level[end - count..<end])
                root = root.map { MerkleTree.nodeHash(subtree, $0) } ?? subtree
                end -= count
            }
        }
        return root ?? MerkleTree.emptyRoot
    }
}
