// Proofs as files that other programs read: C2SP tlog-proof for one entry, and the request of C2SP tlog-witness for the
// step from an older checkpoint to a newer one.

/// Why a file is not a proof.
public enum ProofFileError: Error, Hashable, Sendable {
    /// A line, counted from 1, is not what the format asks for.
    case malformed(line: Int)
    /// There is no empty line with a checkpoint after it.
    case noCheckpoint
    /// More hashes than a tree of any size has levels.
    case tooManyHashes
}

extension ProofFileError: CustomStringConvertible {
    /// The reason as a sentence for people.
    public var description: String {
        switch self {
        case .malformed(let line): "Line \(line) is not what the format of a proof asks for."
        case .noCheckpoint: "The proof holds no checkpoint."
        case .tooManyHashes: "The proof holds more hashes than a tree has levels."
        }
    }
}

/// A proof that an entry is in a log, with the signed checkpoint that it leads to (C2SP tlog-proof).
public struct InclusionProofFile: Hashable, Sendable {
    private static let firstLine = "c2sp.org/tlog-proof@v1"
    /// The index of the entry.
    public let index: Int
    /// The audit path, lowest sibling first.
    public let hashes: [Hash]
    /// The signed checkpoint.
    public let checkpoint: String

    /// See the properties.
    public init(index: Int, hashes: [Hash], checkpoint: String) {
        self.index = index
        self.hashes = hashes
        self.checkpoint = checkpoint
    }

    /// The file.
    public var text: String {
        "\(Self.firstLine)\nindex \(index)\n" + hashes.map { $0.base64 + "\n" }.joined() + "\n" + checkpoint
    }

    /// Reads a file, without looking at the signature or the path.
    public init(parsing text: String) throws(ProofFileError) {
        var (lines, checkpoint) = try ProofLines.split(text)
        guard lines.popFirst() == Self.firstLine else { throw .malformed(line: 1) }
        var number = 2
        if let extra = lines.first, extra.hasPrefix("extra ") {
            lines.removeFirst()
            number += 1
        }
        index = try ProofLines.number(lines.popFirst(), after: "index ", line: number)
        hashes = try ProofLines.hashes(lines, from: number + 1)
        self.checkpoint = checkpoint
    }
}

/// A proof that a checkpoint continues an older tree, as a witness is asked for its cosignature (C2SP tlog-witness,
/// `add-checkpoint`).
public struct ConsistencyProofFile: Hashable, Sendable {
    /// The size of the older tree.
    public let oldSize: Int
    /// The proof.
    public let hashes: [Hash]
    /// The newer checkpoint, signed.
    public let checkpoint: String

    /// See the properties.
    public init(oldSize: Int, hashes: [Hash], checkpoint: String) {
        self.oldSize = oldSize
        self.hashes = hashes
        self.checkpoint = checkpoint
    }

    /// The file.
    public var text: String {
        "old \(oldSize)\n" + hashes.map { $0.base64 + "\n" }.joined() + "\n" + checkpoint
    }

    /// Reads a file, without looking at the signature or the proof.
    public init(parsing text: String) throws(ProofFileError) {
        var (lines, checkpoint) = try ProofLines.split(text)
        oldSize = try ProofLines.number(lines.popFirst(), after: "old ", line: 1)
        hashes = try ProofLines.hashes(lines, from: 2)
        self.checkpoint = checkpoint
    }
}

/// What both formats share.
private enum ProofLines {
    /// The lines before the first empty one, and all that follows it.
    static func split(_ text: String) throws(ProofFileError) -> (lines: ArraySlice<String>, checkpoint: String) {
        let bytes = Array(text.utf8)
        guard let end = bytes.indices.dropLast().first(where: { bytes[$0] == 0x0a && bytes[$0 + 1] == 0x0a }) else {
            throw .noCheckpoint
        }
        let lines = bytes[..<end].split(separator: 0x0a, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        return (lines[...], String(decoding: bytes[(end + 2)...], as: UTF8.self))
    }

    /// A number without sign and leading zeros.
    static func number(_ line: String?, after prefix: String, line number: Int) throws(ProofFileError) -> Int {
        guard let line, line.hasPrefix(prefix), let value = Int(line.dropFirst(prefix.count)), value >= 0,
            line == prefix + String(value)
        else { throw .malformed(line: number) }
        return value
    }

    static func hashes(_ lines: ArraySlice<String>, from first: Int) throws(ProofFileError) -> [Hash] {
        guard lines.count <= 64 else { throw .tooManyHashes }
        var hashes: [Hash] = []
        for line in lines {
            guard let hash = Hash(base64: line) else { throw .malformed(line: first + hashes.count) }
            hashes.append(hash)
        }
        return hashes
    }
}
