// The Merkle tree of RFC 6962, section 2.1 (the same in RFC 9162): hashing, roots, and the checking of proofs.
// Making proofs is in MerkleProofs.swift.

import Crypto

/// Hashes, roots and proof checks of the append-only tree (RFC 6962, section 2.1, with SHA-256).
public enum MerkleTree {
    /// The root of a tree without leaves: SHA-256 of nothing (RFC 6962, section 2.1).
    public static let emptyRoot = Hash.sha256([])

    /// SHA-256(0x00 ‖ leaf).
    public static func leafHash(_ leaf: [UInt8]) -> Hash {
        leaf.withUnsafeBytes { leafHash($0) }
    }

    /// SHA-256(0x00 ‖ leaf), for bytes that are not in an array.
    public static func leafHash(_ leaf: UnsafeRawBufferPointer) -> Hash {
        var hasher = SHA256()
        withUnsafeBytes(of: UInt8(0)) { hasher.update(bufferPointer: $0) }
        hasher.update(bufferPointer: leaf)
        return Hash(hasher.finalize())
    }

    /// SHA-256(0x01 ‖ left ‖ right).
    public static func nodeHash(_ left: Hash, _ right: Hash) -> Hash {
        withUnsafeTemporaryAllocation(byteCount: 1 + 2 * Hash.byteCount, alignment: 1) { buffer in
            buffer[0] = 1
            left.withBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[1..<33]).copyMemory(from: $0) }
            right.withBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[33..<65]).copyMemory(from: $0) }
            var hasher = SHA256()
            hasher.update(bufferPointer: UnsafeRawBufferPointer(buffer))
            return Hash(hasher.finalize())
        }
    }

    /// The root over `leafHashes` in order. A tile's parent hash is the root over its 256 hashes.
    public static func root(of leafHashes: [Hash]) -> Hash {
        root(of: leafHashes[...])
    }

    // Pairs are hashed level by level and an odd last node moves up unchanged, which gives the tree of RFC 6962.
    static func root(of hashes: ArraySlice<Hash>) -> Hash {
        guard let first = hashes.first else { return emptyRoot }
        guard hashes.count > 1 else { return first }
        var level = Array(hashes)
        var count = level.count
        while count > 1 {
            let pairs = count / 2
            for pair in 0..<pairs {
                level[pair] = nodeHash(level[2 * pair], level[2 * pair + 1])
            }
            if count.isMultiple(of: 2) {
                count = pairs
            } else {
                level[pairs] = level[count - 1]
                count = pairs + 1
            }
        }
        return level[0]
    }

    /// Whether `proof` shows that the leaf with `leafHash` stands at `index` in the tree of `size` leaves with `root`
    /// (RFC 9162, section 2.1.3.2). The proof does not bind the size: take size and root from a verified checkpoint.
    public static func verifyInclusion(
        leafHash: Hash,
        index: Int,
        size: Int,
        root: Hash,
        proof: [Hash]
    ) -> Bool {
        guard index >= 0, index < size else { return false }
        var node = index
        var last = size - 1
        var hash = leafHash
        for sibling in proof {
            guard last > 0 else { return false }
            if node & 1 == 1 || node == last {
                hash = nodeHash(sibling, hash)
                climb(&node, &last)
            } else {
                hash = nodeHash(hash, sibling)
            }
            node >>= 1
            last >>= 1
        }
        return last == 0 && hash == root
    }

    /// Whether `proof` shows that the tree of `oldSize` leaves with `oldRoot` is a beginning of the tree of `newSize`
    /// leaves with `newRoot` (RFC 9162, section 2.1.4.2). The empty tree is a beginning of every tree; its proof, and
    /// that between equal trees, is empty.
    public static func verifyConsistency(
        oldSize: Int,
        oldRoot: Hash,
        newSize: Int,
        newRoot: Hash,
        proof: [Hash]
    ) -> Bool {
        guard oldSize >= 0, oldSize <= newSize else { return false }
        if oldSize == newSize { return proof.isEmpty && oldRoot == newRoot && (oldSize > 0 || oldRoot == emptyRoot) }
        if oldSize == 0 { return proof.isEmpty && oldRoot == emptyRoot }
        var path = proof[...]
        var node = oldSize - 1
        var last = newSize - 1
        while node & 1 == 1 {
            node >>= 1
            last >>= 1
        }
        // A complete old tree is itself the first node of the path, so the proof leaves it out.
        let isComplete = oldSize & (oldSize - 1) == 0
        guard !proof.isEmpty, let start = isComplete ? oldRoot : path.popFirst() else { return false }
        var oldHash = start
        var newHash = start
        for sibling in path {
            guard last > 0 else { return false }
            if node & 1 == 1 || node == last {
                oldHash = nodeHash(sibling, oldHash)
                newHash = nodeHash(sibling, newHash)
                climb(&node, &last)
            } else {
                newHash = nodeHash(newHash, sibling)
            }
            node >>= 1
            last >>= 1
        }
        return last == 0 && oldHash == oldRoot && newHash == newRoot
    }

    // A last node without a sibling on its level moves up until it is a right child.
    private static func climb(_ node: inout Int, _ last: inout Int) {
        while node & 1 == 0 && node != 0 {
            node >>= 1
            last >>= 1
        }
    }
}
