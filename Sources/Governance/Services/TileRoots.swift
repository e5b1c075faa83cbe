// Proofs in a large ledger without hashing the same full tiles again and again.
import Foundation
import MerkleLog
import Synchronization

/// The roots of full tiles that readers made. A full tile never changes, and readers see only what is committed.
final class TileRoots: Sendable {
    /// About 10 MB; a ledger of 16 million entries has as many tiles.
    static let rootsMax = 65_536
    private struct Key: Hashable {
        let organisation: UUID?
        let level: Int
        let tile: Int
    }
    private let kept = Mutex<[Key: Hash]>([:])

    init() {}

    func root(_ organisation: UUID?, level: Int, tile: Int, _ make: () throws -> Hash) rethrows -> Hash {
        let key = Key(organisation: organisation, level: level, tile: tile)
        if let known = kept.withLock({ $0[key] }) { return known }
        let made = try make()
        kept.withLock { if $0.count < Self.rootsMax { $0[key] = made } }
        return made
    }
}

/// The hashes of one ledger, for one answer: each tile is read once, and the unfinished tiles of the upper levels are
/// put together from the roots that are known.
final class KeptHashes: HashSource {
    private struct Key: Hashable {
        let level: Int
        let tile: Int
        let count: Int
    }
    private let source: any HashSource
    private let organisation: UUID?
    private let roots: TileRoots
    private var kept: [Key: [Hash]] = [:]

    init(_ source: any HashSource, of organisation: UUID?, _ roots: TileRoots) {
        self.source = source
        self.organisation = organisation
        self.roots = roots
    }

    func hashes(level: Int, tile: Int, count: Int) throws -> [Hash] {
        let key = Key(level: level, tile: tile, count: count)
        if let known = kept[key] { return known }
        var found: [Hash] = []
        if level > 0, count < TileGeometry.widthHashes {
            for child in 0..<count {
                let number = tile * TileGeometry.widthHashes + child
                found.append(
                    try roots.root(organisation, level: level - 1, tile: number) {
                        MerkleTree.root(
                            of: try hashes(level: level - 1, tile: number, count: TileGeometry.widthHashes))
                    })
            }
        } else {
            found = try source.hashes(level: level, tile: tile, count: count)
        }
        kept[key] = found
        return found
    }
}
