// The names of the files in a pack, and the limits of what is read from one.
public import MerkleLog

/// Names and limits of the format.
public enum PackFiles {
    /// The format that this library writes and reads.
    public static let format = "concord-audit-pack/1"
    /// The action of the leaf that records an export.
    public static let exportAction = "export.pack"
    /// The action of the leaf that records an erasure.
    public static let erasureAction = "erase"
    /// The media types under which that leaf names what it commits to.
    public static let statementMediaType = "application/vnd.concord.pack-statement+json"

    /// For people who open the pack.
    public static let readme = "README.txt"
    /// The summary for people.
    public static let index = "index.html"
    /// The signed note.
    public static let checkpoint = "checkpoint"
    /// The note that the auditor kept.
    public static let previousCheckpoint = "previous-checkpoint"
    /// The proof between both.
    public static let consistencyProof = "consistency-proof"
    /// The list of all other files; the last one.
    public static let manifest = "manifest.json"

    static let recordsFolder = "records/"
    static let evidenceFolder = "evidence/"
    static let entriesFolder = "entries/"
    static let tilesFolder = "tile/"
    static let leafSuffix = ".json"
    static let proofSuffix = ".tlog-proof"

    /// A part with revisions, one a line, in the order of their entries.
    public static func records(_ part: Int) -> String { recordsFolder + padded(part, digits: 6) + ".ndjson" }
    /// A piece of evidence, by its SHA-256.
    public static func evidence(_ sha256: Hash) -> String { evidenceFolder + sha256.hex }
    /// The entry of a selective pack.
    public static func entry(_ index: Int) -> String { entriesFolder + padded(index, digits: 12) + leafSuffix }
    /// Its proof.
    public static func proof(_ index: Int) -> String { entriesFolder + padded(index, digits: 12) + proofSuffix }

    private static func padded(_ number: Int, digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}

/// Limits of what is written and read.
public enum PackLimit {
    /// A part with revisions ends after the line that passes this.
    public static let recordsPartBytes = 4 << 20
    /// The longest line: one revision.
    public static let recordsPartBytesMax = 64 << 20
    /// The list of files.
    public static let manifestBytesMax = 256 << 20
    /// Notes, proofs and the pages for people.
    public static let smallFileBytesMax = 32 << 20
    /// Revisions and files that the statement may name one by one.
    public static let statementItemsMax = 500_000
}
