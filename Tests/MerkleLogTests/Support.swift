// Small helpers of these tests: a naive tree straight from the definition, and leaves to fill it.

import MerkleLog
import Testing

/// RFC 6962, section 2.1, as written there: recursive, over leaf hashes.
enum NaiveTree {
    static func root(_ leaves: ArraySlice<Hash>) -> Hash {
        guard let first = leaves.first else { return MerkleTree.emptyRoot }
        guard leaves.count > 1 else { return first }
        let middle = leaves.startIndex + split(leaves.count)
        return MerkleTree.nodeHash(root(leaves[..<middle]), root(leaves[middle...]))
    }

    static func path(_ index: Int, _ leaves: ArraySlice<Hash>) -> [Hash] {
        guard leaves.count > 1 else { return [] }
        let count = split(leaves.count)
        let middle = leaves.startIndex + count
        return index < count
            ? path(index, leaves[..<middle]) + [root(leaves[middle...])]
            : path(index - count, leaves[middle...]) + [root(leaves[..<middle])]
    }

    static func consistency(_ oldSize: Int, _ leaves: ArraySlice<Hash>, isWhole: Bool = true) -> [Hash] {
        if oldSize == leaves.count { return isWhole ? [] : [root(leaves)] }
        let count = split(leaves.count)
        let middle = leaves.startIndex + count
        return oldSize <= count
            ? consistency(oldSize, leaves[..<middle], isWhole: isWhole) + [root(leaves[middle...])]
            : consistency(oldSize - count, leaves[middle...], isWhole: false) + [root(leaves[..<middle])]
    }

    private static func split(_ count: Int) -> Int {
        var power = 1
        while power * 2 < count { power *= 2 }
        return power
    }
}

func leafHashes(_ count: Int) -> [Hash] {
    (0..<count).map { MerkleTree.leafHash(Array("leaf \($0)".utf8)) }
}

func memorySource(_ hashes: [Hash]) -> MemoryHashSource {
    var source = MemoryHashSource()
    for hash in hashes { source.append(hash) }
    return source
}

/// Counts what is read, to hold proofs to their bound.
final class CountingSource: HashSource {
    let base: MemoryHashSource
    private(set) var hashCount = 0

    init(_ base: MemoryHashSource) { self.base = base }

    func hashes(level: Int, tile: Int, count: Int) throws -> [Hash] {
        hashCount += count
        return try base.hashes(level: level, tile: tile, count: count)
    }
}

func sampleLeaf(_ number: Int = 0) -> Leaf {
    Leaf(
        type: "record",
        organisation: "0190a1b2-0000-7000-8000-000000000001",
        timeMilliseconds: 1_795_527_000_000 + Int64(number),
        actor: Leaf.Actor(kind: "person", id: "0190a1b2-0000-7000-8000-0000000000aa", auth: "password"),
        action: "update",
        object: Leaf.Object(type: "risk", id: "0190a1b2-0000-7000-8000-0000000000bb", version: 7),
        before: nil,
        after: "sha256:" + String(repeating: "ab", count: 32),
        evidence: [Leaf.Evidence(sha256: Hash.sha256([1, 2, 3]), bytes: 3, mediaType: "text/plain")],
        request: "req-\(number)"
    )
}

func sampleLeafBytes(_ number: Int) -> [UInt8] {
    do {
        return try sampleLeaf(number).canonicalBytes()
    } catch {
        Issue.record(error)
        return []
    }
}
