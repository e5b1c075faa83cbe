// C2SP signed notes: a text and the signatures under it, in one file that people can read.

/// A text with signature lines. Nothing in it is to be believed before `verified(by:)`.
public struct SignedNote: Hashable, Sendable {
    /// The longest note that is read, in bytes.
    public static let noteBytesMax = 1 << 20
    /// The most signatures that are read; the specification asks for at least 16.
    public static let signaturesMax = 100

    /// The signed text, with its final newline.
    public let text: String
    /// The signature lines in order.
    public private(set) var signatures: [NoteSignature]

    /// A note without signatures.
    /// - Throws: `NoteError` if the text has no final newline or holds control characters.
    public init(text: String) throws(NoteError) {
        guard text.utf8.last == 0x0a else { throw .noFinalNewline }
        if let control = text.utf8.first(where: { $0 < 0x20 && $0 != 0x0a }) { throw .controlCharacter(control) }
        self.text = text
        signatures = []
    }

    /// Reads a note (C2SP signed-note, "Format").
    /// - Throws: `NoteError`.
    public init(parsing bytes: [UInt8]) throws(NoteError) {
        guard bytes.count <= SignedNote.noteBytesMax else { throw .tooLong(bytes: bytes.count) }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .invalidUTF8 }
        guard bytes.last == 0x0a else { throw .noFinalNewline }
        // The text may hold empty lines itself: the last one divides.
        guard let division = bytes.indices.dropLast().last(where: { bytes[$0] == 0x0a && bytes[$0 + 1] == 0x0a })
        else { throw .noSignatures }
        try self.init(text: String(decoding: bytes[...division], as: UTF8.self))
        let lines = bytes[(division + 2)...].dropLast().split(separator: 0x0a, omittingEmptySubsequences: false)
        guard lines.count > 1 || lines.first?.isEmpty == false else { throw .noSignatures }
        guard lines.count <= SignedNote.signaturesMax else { throw .tooManySignatures(lines.count) }
        for (position, line) in lines.enumerated() {
            signatures.append(try SignedNote.signature(line, line: position + 1))
        }
    }

    private static func signature(_ line: ArraySlice<UInt8>, line number: Int) throws(NoteError) -> NoteSignature {
        let dash = Array("— ".utf8)
        guard line.starts(with: dash), let space = line.lastIndex(of: 0x20), space > line.startIndex + dash.count
        else { throw .malformedSignature(line: number) }
        let name = String(decoding: line[(line.startIndex + dash.count)..<space], as: UTF8.self)
        guard NoteVerifier.isValidName(name),
            let bytes = Base64.decode(String(decoding: line[(space + 1)...], as: UTF8.self)), bytes.count > 4
        else { throw .malformedSignature(line: number) }
        let keyID = bytes.withUnsafeBytes { UInt32(bigEndian: $0.loadUnaligned(as: UInt32.self)) }
        return NoteSignature(name: name, keyID: keyID, bytes: Array(bytes.dropFirst(4)))
    }

    /// Adds a signature line; one of the same key is replaced.
    public mutating func add(_ signature: NoteSignature) {
        signatures.removeAll { $0.keyID == signature.keyID && $0.name.utf8.elementsEqual(signature.name.utf8) }
        signatures.append(signature)
    }

    /// The note as a file.
    public var encoded: String {
        var note = text + "\n"
        for signature in signatures {
            let keyID = withUnsafeBytes(of: signature.keyID.bigEndian) { Array($0) }
            note += "— \(signature.name) \(Base64.encode(keyID + signature.bytes))\n"
        }
        return note
    }

    /// The signatures that are by one of `verifiers`, each key once. Those of unknown keys are passed over.
    /// - Throws: `NoteError.invalidSignature` if one by a known key is wrong, `.noKnownSignature` if none is known,
    ///   `.ambiguousKey` if two verifiers have the same name and id.
    public func verified(by verifiers: [NoteVerifier]) throws(NoteError) -> [VerifiedSignature] {
        var found: [VerifiedSignature] = []
        for signature in signatures {
            let named = verifiers.filter { $0.isNamed(by: signature) }
            guard let verifier = named.first else { continue }
            guard named.allSatisfy({ $0.vkey == verifier.vkey }) else { throw .ambiguousKey(name: verifier.name) }
            guard verifier.accepts(signature, of: text) else { throw .invalidSignature(name: verifier.name) }
            if found.contains(where: { $0.vkey == verifier.vkey }) { continue }
            found.append(
                VerifiedSignature(
                    name: verifier.name,
                    vkey: verifier.vkey,
                    cosignedAt: verifier.type == .cosignature ? NoteVerifier.cosignedAt(signature) : nil
                )
            )
        }
        guard !found.isEmpty else { throw .noKnownSignature }
        return found
    }
}

/// A signature that was checked against a key the caller trusts.
public struct VerifiedSignature: Hashable, Sendable {
    /// The key name.
    public let name: String
    /// The key, as text.
    public let vkey: String
    /// The time a witness states, in seconds since 1970; `nil` for a log's own signature.
    public let cosignedAt: Int64?
}

/// Why a note is not one, or is not believed.
public enum NoteError: Error, Hashable, Sendable {
    /// The note is longer than `SignedNote.noteBytesMax`.
    case tooLong(bytes: Int)
    /// The note is not valid UTF-8.
    case invalidUTF8
    /// A control character other than newline.
    case controlCharacter(UInt8)
    /// Text and note end with a newline.
    case noFinalNewline
    /// There is no empty line with signatures after it.
    case noSignatures
    /// More than `SignedNote.signaturesMax` signature lines.
    case tooManySignatures(Int)
    /// A signature line, counted from 1, is not `— name base64`.
    case malformedSignature(line: Int)
    /// Two different trusted keys have this name and the same id.
    case ambiguousKey(name: String)
    /// The signature of a trusted key does not fit the text.
    case invalidSignature(name: String)
    /// No trusted key has signed.
    case noKnownSignature
}

extension NoteError: CustomStringConvertible {
    /// The reason as a sentence for people.
    public var description: String {
        switch self {
        case .tooLong(let bytes): "The note has \(bytes) bytes; at most \(SignedNote.noteBytesMax) are read."
        case .invalidUTF8: "The note is not valid UTF-8."
        case .controlCharacter(let byte): "The note holds the control character \(byte)."
        case .noFinalNewline: "The note does not end with a newline."
        case .noSignatures: "The note has no signatures."
        case .tooManySignatures(let count): "The note has \(count) signatures; at most \(SignedNote.signaturesMax)."
        case .malformedSignature(let line): "Signature line \(line) is not “— name base64”."
        case .ambiguousKey(let name): "Two trusted keys are called “\(name)” and have the same id."
        case .invalidSignature(let name): "The signature by “\(name)” does not fit the text."
        case .noKnownSignature: "No key that is trusted has signed the note."
        }
    }
}
