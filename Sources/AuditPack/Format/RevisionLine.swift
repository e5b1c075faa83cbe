// One revision as a line of `records/…ndjson`: the canonical body, unchanged, in the middle of a canonical object. So
// the line is JSON for every reader, and the bytes that were committed to can be cut out of it.
import MerkleLog

/// A revision with its salt.
public struct RevisionLine: Hashable, Sendable {
    /// The index of its entry.
    public let index: Int
    /// The commitment, as the entry says it.
    public let commitment: String
    /// The 32 bytes that the commitment begins with.
    public let salt: [UInt8]
    /// The canonical JSON of the revision.
    public let body: [UInt8]

    /// See the properties.
    public init(index: Int, commitment: String, salt: [UInt8], body: [UInt8]) {
        self.index = index
        self.commitment = commitment
        self.salt = salt
        self.body = body
    }

    private static let head = Array("{\"body\":".utf8)
    private static let tailBytes = 64 + 2

    /// The line with its newline.
    public var bytes: [UInt8] {
        Self.head + body + Self.middle(commitment, index)
            + Array("\(salt.map { Self.hexadecimal($0) }.joined())\"}\n".utf8)
    }

    private static func middle(_ commitment: String, _ index: Int) -> [UInt8] {
        Array(",\"commitment\":\"\(commitment)\",\"index\":\(index),\"salt\":\"".utf8)
    }
    private static func hexadecimal(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

    /// Cuts a line apart that must be the one of this entry.
    /// - Returns: `nil` if it is not written as `bytes` writes it, for this index and commitment.
    init?(line: ArraySlice<UInt8>, index: Int, commitment: String) {
        let middle = Self.middle(commitment, index)
        let bodyEnd = line.endIndex - Self.tailBytes - middle.count
        let bodyStart = line.startIndex + Self.head.count
        guard bodyEnd > bodyStart, line.starts(with: Self.head), line[bodyEnd...].starts(with: middle),
            line.suffix(2).elementsEqual("\"}".utf8),
            let salt = Hash(hex: String(decoding: line.suffix(Self.tailBytes).dropLast(2), as: UTF8.self))
        else { return nil }
        self.init(index: index, commitment: commitment, salt: salt.bytes, body: Array(line[bodyStart..<bodyEnd]))
    }

    /// The index that a line says it has, for naming one that stands in the wrong place; `nil` for what is no line.
    static func index(of line: ArraySlice<UInt8>) -> Int? {
        guard case .object(let members) = try? JSONValue.parse(Array(line), bytesMax: PackLimit.recordsPartBytesMax),
            case .integer(let index) = members["index"]
        else { return nil }
        return index
    }
}
