// Roots and proofs made from tiles: at most two tiles of 256 hashes are read per level of 256-fold, whatever the size.

/// Where stored tree hashes are read from, in the tile geometry of C2SP tlog-tiles (tiles of height 8).
public protocol HashSource {
    /// The first `count` (1 to 256) hashes of tile number `tile` at `level`. At level 0 they are leaf hashes, above
    /// that each is the root over a full tile of the level below.
    /// - Throws: whatever the storage throws; a tile that is not there must throw rather than come back short.
    func hashes(level: Int, tile: Int, count: Int) throws -> [Hash]
}

/// Why a root or proof could not be made.
public enum ProofError: Error, Hashable, Sendable {
    /// The leaf asked for is not in a tree of this many leaves.
    case leafOutsideTree(index: Int, size: Int)
    /// The older tree must not be larger than the newer, and no size is negative.
    case sizesOutOfOrder(old: Int, new: Int)
    /// The source returned another number of hashes than was asked for.
    case wrongTileWidth(level: Int, tile: Int, wanted: Int, found: Int)
}

extension ProofError: CustomStringConvertible {
    /// The reason as a sentence for people.
    public var description: String {
        switch self {
        case .leafOutsideTree(let index, let size):
            "There is no leaf \(index) in a tree of \(size) leaves."
        case .sizesOutOfOrder(let old, let new):
            "A tree of \(old) leaves cannot be the beginning of one of \(new) leaves."
        case .wrongTileWidth(let level, let tile, let wanted, let found):
            "Tile \(tile) of level \(level) should have \(wanted) hashes and has \(found)."
        }
    }
}

extension MerkleTree {
    /// The root of the first `size` leaves of `source`.
    /// - Throws: `ProofError`, or what the source throws.
    public static func root(size: Int, source: some HashSource) throws -> Hash {
        guard size >= 0 else { throw ProofError.sizesOutOfOrder(old: 0, new: size) }
        guard size > 0 else { return emptyRoot }
        var reader = TileReader(source: source, size: size)
        return try reader.root(of: 0..<size)
    }

    /// The audit path of leaf `index` in the tree of the first `size` leaves, lowest sibling first (RFC 9162, 2.1.3.1).
    /// - Throws: `ProofError`, or what the source throws.
    public static func inclusionProof(index: Int, size: Int, source: some HashSource) throws -> [Hash] {
        guard index >= 0, index < size else { throw ProofError.leafOutsideTree(index: index, size: size) }
        var reader = TileReader(source: source, size: size)
        var siblings: [Hash] = []
        var range = 0..<size
        while range.count > 1 {
            let middle = range.lowerBound + leftCount(range.count)
            let left = range.lowerBound..<middle
            let right = middle..<range.upperBound
            siblings.append(try reader.root(of: index < middle ? right : left))
            range = index < middle ? left : right
        }
        return siblings.reversed()
    }

    /// The proof that the first `oldSize` leaves are a beginning of the first `newSize` (RFC 9162, section 2.1.4.1);
    /// empty when the sizes are equal or the old tree is empty.
    /// - Throws: `ProofError`, or what the source throws.
    public static func consistencyProof(oldSize: Int, newSize: Int, source: some HashSource) throws -> [Hash] {
        guard oldSize >= 0, oldSize <= newSize else {
            throw ProofError.sizesOutOfOrder(old: oldSize, new: newSize)
        }
        guard oldSize > 0, oldSize < newSize else { return [] }
        var reader = TileReader(source: source, size: newSize)
        var nodes: [Hash] = []
        var range = 0..<newSize
        while range.upperBound != oldSize {
            let middle = range.lowerBound + leftCount(range.count)
            let left = range.lowerBound..<middle
            let right = middle..<range.upperBound
            nodes.append(try reader.root(of: oldSize <= middle ? right : left))
            range = oldSize <= middle ? left : right
        }
        // The subtree that ends with the old tree; if it is the whole old tree, the verifier knows its root.
        if range.lowerBound > 0 { nodes.append(try reader.root(of: range)) }
        return nodes.reversed()
    }

    /// The largest power of two below `count` (at least 2): how many leaves stand left of the root.
    static func leftCount(_ count: Int) -> Int {
        1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
    }
}

/// Reads inner nodes of a tree of `size` leaves from its tiles, each tile once and in the width that this tree has.
struct TileReader<Source: HashSource> {
    private struct Key: Hashable {
        let level: Int
        let tile: Int
    }

    let source: Source
    let size: Int
    private var tiles: [Key: [Hash]] = [:]

    init(source: Source, size: Int) {
        self.source = source
        self.size = size
    }

    /// The root over a range of leaves that is a node of the tree (its lower bound is aligned by how it was split off).
    mutating func root(of range: Range<Int>) throws -> Hash {
        let count = range.count
        if count & (count - 1) == 0 {
            let height = count.trailingZeroBitCount
            return try node(height: height, index: range.lowerBound >> height)
        }
        let middle = range.lowerBound + MerkleTree.leftCount(count)
        let left = try root(of: range.lowerBound..<middle)
        return MerkleTree.nodeHash(left, try root(of: middle..<range.upperBound))
    }

    private mutating func node(height: Int, index: Int) throws -> Hash {
        let (level, inner) = height.quotientAndRemainder(dividingBy: TileGeometry.heightBits)
        let (tile, offset) = (index << inner).quotientAndRemainder(dividingBy: TileGeometry.widthHashes)
        let hashes = try hashes(level: level, tile: tile)
        return MerkleTree.root(of: hashes[offset..<offset + 1 << inner])
    }

    private mutating func hashes(level: Int, tile: Int) throws -> [Hash] {
        let key = Key(level: level, tile: tile)
        if let known = tiles[key] { return known }
        let width = TileGeometry.width(level: level, tile: tile, size: size)
        let hashes = try source.hashes(level: level, tile: tile, count: width)
        guard hashes.count == width else {
            throw ProofError.wrongTileWidth(level: level, tile: tile, wanted: width, found: hashes.count)
        }
        tiles[key] = hashes
        return hashes
    }
}

/// A whole tree's hashes in memory: for tests and for small stores without a database.
public struct MemoryHashSource: HashSource, Sendable {
    private var levels: [[Hash]] = [[]]

    /// An empty tree.
    public init() {}

    /// The number of leaves.
    public var size: Int { levels[0].count }

    /// Adds a leaf, and on every 256th the hash of the full tile one level up.
    public mutating func append(_ leafHash: Hash) {
        var level = 0
        var hash = leafHash
        while true {
            if level == levels.count { levels.append([]) }
            levels[level].append(hash)
            guard levels[level].count.isMultiple(of: TileGeometry.widthHashes) else { return }
            hash = MerkleTree.root(of: levels[level].suffix(TileGeometry.widthHashes))
            level += 1
        }
    }

    /// - Throws: `ProofError.wrongTileWidth` if the tree has fewer hashes there.
    public func hashes(level: Int, tile: Int, count: Int) throws -> [Hash] {
        let first = tile * TileGeometry.widthHashes
        let available = level < levels.count ? levels[level].count - first : 0
        guard count <= available else {
            throw ProofError.wrongTileWidth(level: level, tile: tile, wanted: count, found: max(0, available))
        }
        return Array(levels[level][first..<first + count])
    }
}
