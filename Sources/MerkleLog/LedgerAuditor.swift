// The check of a whole ledger: reads entries in order, in one pass and little memory, and stops at the first thing
// that does not fit. It opens no file and no database; the caller hands it what is stored.

/// One stored entry.
public struct LedgerEntry: Hashable, Sendable {
    /// Its place in the ledger, from 0.
    public let index: Int
    /// The stored bytes of the leaf.
    public let bytes: [UInt8]
    /// The stored leaf hash; `nil` where none is stored, as in an audit pack.
    public let storedHash: Hash?

    /// See the properties.
    public init(index: Int, bytes: [UInt8], storedHash: Hash?) {
        self.index = index
        self.bytes = bytes
        self.storedHash = storedHash
    }
}

/// What an audit found.
public struct AuditReport: Hashable, Sendable {
    /// Entries that were read and fit.
    public let entryCount: Int
    /// Of these, how many the largest checkpoint covers.
    public let coveredCount: Int
    /// The root over all entries that were read.
    public let root: Hash
    /// The first thing that does not fit; `nil` if everything does.
    public let firstProblem: LedgerProblem?
}

/// Verifies a ledger's entries against stored hashes, stored tiles and checkpoints whose signatures were checked.
/// Memory is one unfinished tile per level and the batch at hand.
public struct LedgerAuditor: Sendable {
    /// The first thing that does not fit. Nothing after it is looked at.
    public private(set) var firstProblem: LedgerProblem?
    private var edge = TreeEdge()
    private var checkpoints: ArraySlice<Checkpoint>
    private let coveredMax: Int
    private var matched: Int?
    private let organisation: String?
    private let readsLeaves: Bool

    /// - Parameters:
    ///   - checkpoints: every checkpoint that the ledger must agree with, in any order. Their signatures are the
    ///     caller's to check (`Checkpoint.open`).
    ///   - organisation: the organisation that every leaf must be of; `nil` for any. Needs `readsLeaves`.
    ///   - readsLeaves: whether each leaf must also be well formed and canonical, not only have the right hash.
    public init(checkpoints: [Checkpoint], organisation: String? = nil, readsLeaves: Bool = true) {
        self.checkpoints = checkpoints.sorted { $0.size < $1.size }[...]
        coveredMax = checkpoints.map(\.size).max() ?? 0
        self.organisation = organisation
        self.readsLeaves = readsLeaves
        compareCheckpoints()
    }

    /// The number of entries that were read and fit; the next one must have this index.
    public var entryCount: Int { edge.size }

    /// Reads entries that follow those read before.
    /// - Returns: the tiles that became full, as computed. Compare each with the stored one by `compare(_:stored:)`.
    public mutating func read(_ entries: some Sequence<LedgerEntry>) -> [Tile] {
        var full: [Tile] = []
        for entry in entries {
            guard firstProblem == nil else { break }
            let hash = MerkleTree.leafHash(entry.bytes)
            if let problem = problem(of: entry, hash: hash) {
                firstProblem = problem
                break
            }
            full.append(contentsOf: edge.append(hash))
            compareCheckpoints()
        }
        return full
    }

    /// Compares a tile computed from the entries with the stored one, `nil` if it is not there.
    public mutating func compare(_ computed: Tile, stored: [Hash]?) {
        guard firstProblem == nil else { return }
        guard let stored else {
            firstProblem = .tileMissing(level: computed.level, tile: computed.index)
            return
        }
        guard stored.count == computed.hashes.count else {
            firstProblem = .tileOfWrongWidth(
                level: computed.level,
                tile: computed.index,
                wanted: computed.hashes.count,
                found: stored.count
            )
            return
        }
        if let position = computed.hashes.indices.first(where: { computed.hashes[$0] != stored[$0] }) {
            firstProblem = .tileDiffers(level: computed.level, tile: computed.index, position: position)
        }
    }

    /// Ends the audit: entries that a checkpoint covers and that were not read are missing.
    public mutating func finish() -> AuditReport {
        if firstProblem == nil, edge.size < coveredMax {
            firstProblem = .entriesMissing(from: edge.size, checkpointSize: coveredMax)
        }
        return AuditReport(
            entryCount: edge.size,
            coveredCount: min(edge.size, coveredMax),
            root: edge.root(),
            firstProblem: firstProblem
        )
    }

    /// Audits from beginning to end.
    /// - Parameters:
    ///   - nextBatch: up to a few thousand entries from this index on; an empty array ends the ledger.
    ///   - storedTile: the stored full tile at a level and number, `nil` if it is not there. Without this function
    ///     tiles are not looked at.
    public mutating func run<Failure: Error>(
        nextBatch: (_ firstIndex: Int) throws(Failure) -> [LedgerEntry],
        storedTile: ((_ level: Int, _ tile: Int) throws(Failure) -> [Hash]?)? = nil
    ) throws(Failure) -> AuditReport {
        while firstProblem == nil {
            let entries = try nextBatch(edge.size)
            guard !entries.isEmpty else { break }
            for tile in read(entries) {
                guard let storedTile else { break }
                compare(tile, stored: try storedTile(tile.level, tile.index))
            }
        }
        return finish()
    }

    private func problem(of entry: LedgerEntry, hash: Hash) -> LedgerProblem? {
        guard entry.index == edge.size else { return .indexGap(expected: edge.size, found: entry.index) }
        if let stored = entry.storedHash, stored != hash {
            return .leafChanged(index: entry.index, computed: hash, stored: stored)
        }
        guard entry.bytes.count <= Leaf.bytesMax else {
            return .leafMalformed(index: entry.index, .tooLong(bytes: entry.bytes.count))
        }
        guard readsLeaves else { return nil }
        do {
            let leaf = try Leaf(canonicalBytes: entry.bytes)
            if let organisation, organisation != leaf.organisation {
                return .otherOrganisation(index: entry.index, found: leaf.organisation, wanted: organisation)
            }
            return nil
        } catch {
            return .leafMalformed(index: entry.index, error)
        }
    }

    // Checkpoints are sorted by size, so that each meets the tree at exactly its size.
    private mutating func compareCheckpoints() {
        guard let first = checkpoints.first, first.size == edge.size else { return }
        let root = edge.root()
        while firstProblem == nil, let checkpoint = checkpoints.first, checkpoint.size == edge.size {
            checkpoints.removeFirst()
            guard checkpoint.root == root else {
                firstProblem = .rootDiffers(
                    size: edge.size,
                    computed: root,
                    signed: checkpoint.root,
                    lastMatchingSize: matched
                )
                return
            }
        }
        matched = edge.size
    }
}

/// The first thing in a ledger that does not fit; its description is a sentence for people.
public enum LedgerProblem: Error, Hashable, Sendable {
    /// An index is left out, repeated or out of order.
    case indexGap(expected: Int, found: Int)
    /// The bytes of a leaf do not have the hash that is stored with it.
    case leafChanged(index: Int, computed: Hash, stored: Hash)
    /// The bytes have the stored hash but are not a canonical leaf.
    case leafMalformed(index: Int, LeafError)
    /// The leaf belongs to another organisation's ledger.
    case otherOrganisation(index: Int, found: String, wanted: String)
    /// A full tile was never stored.
    case tileMissing(level: Int, tile: Int)
    /// A stored tile is not full.
    case tileOfWrongWidth(level: Int, tile: Int, wanted: Int, found: Int)
    /// A stored tile has another hash at this position than the entries give.
    case tileDiffers(level: Int, tile: Int, position: Int)
    /// The entries do not give the root that was signed.
    case rootDiffers(size: Int, computed: Hash, signed: Hash, lastMatchingSize: Int?)
    /// A checkpoint covers more entries than there are.
    case entriesMissing(from: Int, checkpointSize: Int)

    /// Whether something is absent rather than altered.
    public var isIncomplete: Bool {
        switch self {
        case .entriesMissing, .tileMissing: true
        default: false
        }
    }
}

extension LedgerProblem: CustomStringConvertible {
    /// What does not fit, as a sentence for people.
    public var description: String {
        switch self {
        case .indexGap(let expected, let found):
            "Entry \(expected) should come next, but entry \(found) does: the numbering has a gap or a repetition."
        case .leafChanged(let index, let computed, let stored):
            "Entry \(index) was changed: its content has the hash \(computed), but \(stored) was recorded."
        case .leafMalformed(let index, let error):
            "Entry \(index) is not a valid ledger entry. \(error)"
        case .otherOrganisation(let index, let found, let wanted):
            "Entry \(index) belongs to the organisation “\(found)”, not to “\(wanted)”."
        case .tileMissing(let level, let tile):
            "The stored tile \(tile) of level \(level) is missing."
        case .tileOfWrongWidth(let level, let tile, let wanted, let found):
            "The stored tile \(tile) of level \(level) has \(found) hashes instead of \(wanted)."
        case .tileDiffers(let level, let tile, let position):
            "\(Self.entries(level: level, tile: tile, position: position)) not what the stored tile \(tile) of level "
                + "\(level) says: entries or tile were changed."
        case .rootDiffers(let size, _, let signed, let lastMatchingSize):
            "The first \(size) entries do not give the root \(signed.base64) that was signed: something "
                + (lastMatchingSize.map { $0 > 0 ? "from entry \($0) on" : "in them" } ?? "in them")
                + " was changed after signing."
        case .entriesMissing(let from, let checkpointSize):
            "A signed checkpoint covers \(checkpointSize) entries, but there are only \(from): the last "
                + "\(checkpointSize - from) are missing."
        }
    }

    // The entries under one hash of a tile.
    private static func entries(level: Int, tile: Int, position: Int) -> String {
        let number = tile * TileGeometry.widthHashes + position
        let shift = level * TileGeometry.heightBits
        guard level > 0 else { return "Entry \(number) is" }
        return "Entries \(number << shift) to \((number + 1) << shift - 1) are"
    }
}
