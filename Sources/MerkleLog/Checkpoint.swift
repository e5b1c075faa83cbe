// C2SP tlog-checkpoint: the signed statement of a log's size and root.

/// The size and root of a log at one moment.
public struct Checkpoint: Hashable, Sendable {
    /// The identity of the log, such as `example.com/ledger/acme`.
    public let origin: String
    /// The number of leaves.
    public let size: Int
    /// The root over them (RFC 6962).
    public let root: Hash
    /// Further lines, without meaning here; logs of this library write none.
    public let extensions: [String]

    /// - Throws: `CheckpointError` if the origin or an extension line is empty or has control characters, or the size
    ///   is negative.
    public init(origin: String, size: Int, root: Hash, extensions: [String] = []) throws(CheckpointError) {
        guard !origin.isEmpty, Checkpoint.isLine(origin) else { throw .malformedOrigin(origin) }
        guard size >= 0 else { throw .malformedSize(String(size)) }
        for (position, line) in extensions.enumerated() where line.isEmpty || !Checkpoint.isLine(line) {
            throw .malformedExtension(line: position + 4)
        }
        self.origin = origin
        self.size = size
        self.root = root
        self.extensions = extensions
    }

    /// Reads the text of a checkpoint note.
    /// - Throws: `CheckpointError`.
    public init(text: String) throws(CheckpointError) {
        guard text.utf8.last == 0x0a else { throw .noFinalNewline }
        let strings = Array(text.utf8.dropLast()).split(separator: 0x0a, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard strings.count >= 3 else { throw .tooFewLines(strings.count) }
        // No sign, no leading zero, no more than an Int holds.
        guard let size = Int(strings[1]), size >= 0, String(size) == strings[1] else {
            throw .malformedSize(strings[1])
        }
        guard let root = Hash(base64: strings[2]) else { throw .malformedRoot(strings[2]) }
        try self.init(origin: strings[0], size: size, root: root, extensions: Array(strings[3...]))
    }

    /// The text that is signed: origin, size, base64 of the root, extensions, each a line.
    public var text: String {
        ([origin, String(size), root.base64] + extensions).map { $0 + "\n" }.joined()
    }

    /// The checkpoint as a note signed by every one of `signers` (more than one while keys overlap).
    /// - Throws: `CheckpointError.key` if a key cannot sign.
    public func signed(by signers: [NoteSigner]) throws(CheckpointError) -> SignedNote {
        var note: SignedNote
        do { note = try SignedNote(text: text) } catch { throw .note(error) }
        for signer in signers {
            do { note.add(try signer.sign(text)) } catch { throw .key(error) }
        }
        return note
    }

    /// Reads a signed checkpoint and believes it only if a key of the log signed it, it is of the expected log, and
    /// enough witnesses cosigned it.
    /// - Parameters:
    ///   - note: the file.
    ///   - origin: the log that it must be of.
    ///   - logKeys: the log's keys, from outside the file.
    ///   - witnesses: the witnesses' keys.
    ///   - quorum: how many differently named witnesses must have cosigned.
    /// - Returns: the checkpoint and the signatures that were believed.
    /// - Throws: `CheckpointError`.
    public static func open(
        _ note: [UInt8],
        origin: String,
        logKeys: [NoteVerifier],
        witnesses: [NoteVerifier] = [],
        quorum: Int = 0
    ) throws(CheckpointError) -> (checkpoint: Checkpoint, signatures: [VerifiedSignature]) {
        let signatures: [VerifiedSignature]
        let parsed: SignedNote
        do {
            parsed = try SignedNote(parsing: note)
            signatures = try parsed.verified(by: logKeys + witnesses)
        } catch {
            throw .note(error)
        }
        let logNames = Set(logKeys.map(\.vkey))
        let witnessNames = Set(witnesses.map(\.vkey))
        guard signatures.contains(where: { logNames.contains($0.vkey) }) else { throw .note(.noKnownSignature) }
        let cosigners = Set(signatures.filter { witnessNames.contains($0.vkey) && $0.cosignedAt != nil }.map(\.name))
        guard cosigners.count >= quorum else { throw .quorumMissed(found: cosigners.count, wanted: quorum) }
        let checkpoint = try Checkpoint(text: parsed.text)
        guard checkpoint.origin.utf8.elementsEqual(origin.utf8) else {
            throw .otherOrigin(found: checkpoint.origin, wanted: origin)
        }
        return (checkpoint, signatures)
    }

    private static func isLine(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 }
    }
}

/// Why a checkpoint is not one, or is not believed.
public enum CheckpointError: Error, Hashable, Sendable {
    /// The text ends with a newline.
    case noFinalNewline
    /// A checkpoint has at least three lines.
    case tooFewLines(Int)
    /// The first line, the origin, is empty or has control characters.
    case malformedOrigin(String)
    /// The second line is not a number without sign and leading zeros, or too large.
    case malformedSize(String)
    /// The third line is not the base64 of 32 bytes.
    case malformedRoot(String)
    /// A line after the third, counted from 1, is empty or has control characters.
    case malformedExtension(line: Int)
    /// The checkpoint is of another log.
    case otherOrigin(found: String, wanted: String)
    /// Too few witnesses cosigned.
    case quorumMissed(found: Int, wanted: Int)
    /// The note around it is malformed or not believed.
    case note(NoteError)
    /// A key could not sign it.
    case key(NoteKeyError)
}

extension CheckpointError: CustomStringConvertible {
    /// The reason as a sentence for people.
    public var description: String {
        switch self {
        case .noFinalNewline: "The checkpoint does not end with a newline."
        case .tooFewLines(let count): "A checkpoint has at least three lines; this has \(count)."
        case .malformedOrigin(let origin): "“\(origin)” cannot be the origin of a checkpoint."
        case .malformedSize(let size): "“\(size)” is not the size of a tree."
        case .malformedRoot(let root): "“\(root)” is not a root hash in base64."
        case .malformedExtension(let line): "Line \(line) of the checkpoint is empty or has control characters."
        case .otherOrigin(let found, let wanted): "The checkpoint is of “\(found)”, not of “\(wanted)”."
        case .quorumMissed(let found, let wanted): "\(found) of the \(wanted) witnesses needed have cosigned."
        case .note(let error): error.description
        case .key(let error): error.description
        }
    }
}
