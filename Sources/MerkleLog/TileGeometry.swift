// Tiles and entry bundles of C2SP tlog-tiles: which exist for a tree size, how they are named, and their bytes.

/// The fixed numbers of C2SP tlog-tiles and the widths that follow from a tree size.
public enum TileGeometry {
    /// Levels of the binary tree in one tile.
    public static let heightBits = 8
    /// Hashes in a full tile, and entries in a full bundle.
    public static let widthHashes = 256
    /// The highest level a path may name (tlog-tiles, "Merkle Tree").
    public static let levelMax = 63

    /// How many hashes level `level` of a tree of `size` leaves has in all: one for each full subtree of 256^level.
    public static func hashCount(level: Int, size: Int) -> Int {
        precondition(level >= 0 && size >= 0, "levels and sizes are not negative")
        let shift = level * heightBits
        return shift < Int.bitWidth - 1 ? size >> shift : 0
    }

    /// The width of a tile in a tree of `size` leaves: 256 if full, 0 if it does not exist.
    public static func width(level: Int, tile: Int, size: Int) -> Int {
        precondition(tile >= 0, "tile numbers are not negative")
        let count = hashCount(level: level, size: size)
        guard tile <= count / widthHashes else { return 0 }
        return min(widthHashes, count - tile * widthHashes)
    }

    /// The hash tiles that become full when the tree grows from `oldSize` to `newSize` leaves, lower levels first, so
    /// that the tiles of a level can be made from the level below.
    public static func completedTiles(from oldSize: Int, to newSize: Int) -> [TilePath] {
        precondition(oldSize >= 0 && oldSize <= newSize, "a tree only grows")
        var tiles: [TilePath] = []
        var level = 0
        while true {
            let first = hashCount(level: level, size: oldSize) / widthHashes
            let end = hashCount(level: level, size: newSize) / widthHashes
            guard end > 0 else { return tiles }
            for tile in first..<end {
                tiles.append(TilePath(unchecked: .hashes(level: level), index: tile, width: widthHashes))
            }
            level += 1
        }
    }

    /// The partial hash tiles of a tree of `size` leaves, lowest level first: its right edge.
    public static func partialTiles(size: Int) -> [TilePath] {
        var tiles: [TilePath] = []
        var level = 0
        while hashCount(level: level, size: size) > 0 {
            let (tile, width) = hashCount(level: level, size: size).quotientAndRemainder(dividingBy: widthHashes)
            if width > 0 { tiles.append(TilePath(unchecked: .hashes(level: level), index: tile, width: width)) }
            level += 1
        }
        return tiles
    }
}

/// The name of one tile or entry bundle, such as `tile/0/x001/067.p/8` or `tile/entries/000`.
public struct TilePath: Hashable, Sendable {
    /// What a tile holds.
    public enum Kind: Hashable, Sendable {
        /// Tree hashes of a level (0 to 63).
        case hashes(level: Int)
        /// Log entries.
        case entries
    }

    /// Hashes or entries.
    public let kind: Kind
    /// The number of the tile within its level, from 0.
    public let index: Int
    /// How many hashes or entries the tile holds: 1 to 255 if partial, 256 if full.
    public let width: Int

    /// `nil` if a number is outside what the path format can say.
    public init?(_ kind: Kind, index: Int, width: Int = TileGeometry.widthHashes) {
        if case .hashes(let level) = kind, !(0...TileGeometry.levelMax).contains(level) { return nil }
        guard index >= 0, (1...TileGeometry.widthHashes).contains(width) else { return nil }
        self.init(unchecked: kind, index: index, width: width)
    }

    init(unchecked kind: Kind, index: Int, width: Int) {
        self.kind = kind
        self.index = index
        self.width = width
    }

    /// Reads a path as `text` writes it; `nil` for anything else, including other spellings of the same tile.
    public init?(_ text: String) {
        var parts = text.split(separator: "/", omittingEmptySubsequences: false)[...]
        guard parts.popFirst() == "tile", let kindPart = parts.popFirst() else { return nil }
        let kind: Kind
        if kindPart == "entries" {
            kind = .entries
        } else {
            guard let level = Int(kindPart) else { return nil }
            kind = .hashes(level: level)
        }
        var width = TileGeometry.widthHashes
        if parts.count > 1, let before = parts.dropLast().last, before.hasSuffix(".p") {
            guard let last = parts.popLast(), let partial = Int(last), partial < width else { return nil }
            width = partial
            parts[parts.endIndex - 1] = before.dropLast(2)
        }
        var index = 0
        for (place, part) in parts.enumerated() {
            let digits = place < parts.count - 1 ? part.dropFirst() : part
            guard let value = Int(digits), (0...999).contains(value), index <= (Int.max - value) / 1000 else {
                return nil
            }
            index = index * 1000 + value
        }
        self.init(kind, index: index, width: width)
        // Zero padding, signs, superfluous groups and a missing `x` all end here.
        guard self.text == text else { return nil }
    }

    /// The path, without a leading slash (tlog-tiles, "Merkle Tree" and "Log entries").
    public var text: String {
        var text = "tile/"
        switch kind {
        case .hashes(let level): text += "\(level)/"
        case .entries: text += "entries/"
        }
        var groups = [index % 1000]
        var rest = index / 1000
        while rest > 0 {
            groups.append(rest % 1000)
            rest /= 1000
        }
        for (place, group) in groups.reversed().enumerated() {
            if place < groups.count - 1 { text += "x" }
            text += group < 10 ? "00\(group)" : group < 100 ? "0\(group)" : "\(group)"
            if place < groups.count - 1 { text += "/" }
        }
        return width == TileGeometry.widthHashes ? text : text + ".p/\(width)"
    }
}

/// Why the bytes of a tile or bundle could not be read or made.
public enum TileError: Error, Hashable, Sendable {
    /// The bytes are not a whole number of hashes, or not as many as the path says.
    case wrongTileLength(bytes: Int, widthWanted: Int)
    /// A bundle ends inside an entry that begins at this offset in bytes.
    case truncatedBundle(offset: Int)
    /// A bundle holds another number of entries than the path says.
    case wrongBundleWidth(wanted: Int, found: Int)
    /// An entry is too long for its 16-bit length.
    case entryTooLong(position: Int, bytes: Int)
}

extension TileError: CustomStringConvertible {
    /// The reason as a sentence for people.
    public var description: String {
        switch self {
        case .wrongTileLength(let bytes, let width):
            "A tile of \(width) hashes has \(width * Hash.byteCount) bytes, not \(bytes)."
        case .truncatedBundle(let offset): "The bundle ends inside the entry that begins at byte \(offset)."
        case .wrongBundleWidth(let wanted, let found): "The bundle should have \(wanted) entries and has \(found)."
        case .entryTooLong(let position, let bytes):
            "Entry \(position) of the bundle has \(bytes) bytes; at most \(Leaf.bytesMax) fit."
        }
    }
}

/// The bytes of tiles and entry bundles (C2SP tlog-tiles).
public enum TileBytes {
    /// The hashes one after the other.
    public static func encode(_ hashes: [Hash]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(hashes.count * Hash.byteCount)
        for hash in hashes {
            hash.withBytes { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    /// Reads a tile of exactly `width` hashes.
    public static func decode(_ bytes: [UInt8], width: Int) throws(TileError) -> [Hash] {
        guard width > 0, bytes.count == width * Hash.byteCount else {
            throw .wrongTileLength(bytes: bytes.count, widthWanted: width)
        }
        return bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return [] }
            return (0..<width).map { Hash(unaligned: base + $0 * Hash.byteCount) }
        }
    }

    /// Each entry after its length as a big-endian 16-bit number.
    public static func encodeBundle(_ entries: [[UInt8]]) throws(TileError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entries.reduce(0) { $0 + $1.count + 2 })
        for (position, entry) in entries.enumerated() {
            guard let length = UInt16(exactly: entry.count) else {
                throw .entryTooLong(position: position, bytes: entry.count)
            }
            bytes.append(UInt8(length >> 8))
            bytes.append(UInt8(length & 0xff))
            bytes.append(contentsOf: entry)
        }
        return bytes
    }

    /// Reads a bundle of exactly `width` entries.
    public static func decodeBundle(_ bytes: [UInt8], width: Int) throws(TileError) -> [[UInt8]] {
        var entries: [[UInt8]] = []
        var offset = 0
        while offset < bytes.count {
            guard entries.count < width else { throw .wrongBundleWidth(wanted: width, found: entries.count + 1) }
            guard bytes.count - offset >= 2 else { throw .truncatedBundle(offset: offset) }
            let length = Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
            guard bytes.count - offset - 2 >= length else { throw .truncatedBundle(offset: offset) }
            entries.append(Array(bytes[offset + 2..<offset + 2 + length]))
            offset += 2 + length
        }
        guard entries.count == width else { throw .wrongBundleWidth(wanted: width, found: entries.count) }
        return entries
    }
}
