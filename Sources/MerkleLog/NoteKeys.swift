// Keys of C2SP signed notes: who signs, who is believed, and the text form of a public key.

import Crypto

/// How a key signs (C2SP signed-note, "Signature types").
public enum NoteKeyType: UInt8, Hashable, Sendable {
    /// Ed25519 over the text of the note.
    case ed25519 = 0x01
    /// Ed25519 over the time and the text: a witness's cosignature (C2SP tlog-cosignature).
    case cosignature = 0x04
}

/// Why a key could not be used.
public enum NoteKeyError: Error, Hashable, Sendable {
    /// A key name is not empty and has no white space, control character or `+`.
    case malformedName(String)
    /// A seed has 32 bytes.
    case wrongSeedLength(bytes: Int)
    /// The text is not `name+id+key` with an id of eight lower-case hexadecimal digits and a base64 key.
    case malformedVerifierKey
    /// The key is of a type that this program does not know.
    case unknownType(UInt8)
    /// The key has a wrong length or is no point of the curve.
    case malformedPublicKey
    /// The id in the text is not that of the name and key: the text was altered or mistyped.
    case wrongKeyID(written: String, computed: String)
    /// The cryptographic library refused to sign.
    case signingFailed
    /// A cosignature carries a time from 1970 up to 2^63 − 1 seconds.
    case timeOutOfRange(seconds: Int64)
}

extension NoteKeyError: CustomStringConvertible {
    /// The reason as a sentence for people.
    public var description: String {
        switch self {
        case .malformedName(let name): "“\(name)” cannot be a key name: empty, or with white space or a plus sign."
        case .wrongSeedLength(let bytes): "An Ed25519 seed has 32 bytes, not \(bytes)."
        case .malformedVerifierKey: "A verifier key is written name+id+key, with eight hexadecimal digits and base64."
        case .unknownType(let type): "Keys of type \(type) are not known."
        case .malformedPublicKey: "The public key is not an Ed25519 key of 32 bytes."
        case .wrongKeyID(let written, let computed): "The key id is written \(written), but the key has \(computed)."
        case .signingFailed: "The signature could not be made."
        case .timeOutOfRange(let seconds): "A cosignature cannot carry the time \(seconds)."
        }
    }
}

/// A signature line of a note: who signed and the bytes, believed or not.
public struct NoteSignature: Hashable, Sendable {
    /// The key name.
    public let name: String
    /// The key id: with the name, it says which key it should be.
    public let keyID: UInt32
    /// The bytes after the key id, whose meaning depends on the key's type.
    public let bytes: [UInt8]

    /// See the properties.
    public init(name: String, keyID: UInt32, bytes: [UInt8]) {
        self.name = name
        self.keyID = keyID
        self.bytes = bytes
    }
}

/// The private half of a note key. Keep it out of the database and out of logs: it has no description.
public struct NoteSigner: Sendable {
    /// The key name, such as `example.com/ledger/acme`.
    public let name: String
    /// How it signs.
    public let type: NoteKeyType
    /// The public half.
    public let verifier: NoteVerifier
    private let key: Curve25519.Signing.PrivateKey

    /// A signer from a seed, the 32-byte private key of RFC 8032.
    /// - Parameter type: `ed25519` for a log, `cosignature` for a witness. Never use one seed for both.
    /// - Throws: `NoteKeyError`.
    public init(name: String, seed: [UInt8], type: NoteKeyType = .ed25519) throws(NoteKeyError) {
        guard seed.count == 32 else { throw .wrongSeedLength(bytes: seed.count) }
        do {
            key = try Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        } catch {
            throw .wrongSeedLength(bytes: seed.count)
        }
        self.name = name
        self.type = type
        verifier = try NoteVerifier(name: name, publicKey: Array(key.publicKey.rawRepresentation), type: type)
    }

    /// The key id.
    public var keyID: UInt32 { verifier.keyID }

    /// Signs the text of a note.
    /// - Parameter seconds: the time since 1970 that a cosignature states; an `ed25519` key ignores it.
    /// - Throws: `NoteKeyError`.
    public func sign(_ text: String, at seconds: Int64 = 0) throws(NoteKeyError) -> NoteSignature {
        var bytes: [UInt8] = []
        var message = Array(text.utf8)
        if type == .cosignature {
            guard seconds >= 0 else { throw .timeOutOfRange(seconds: seconds) }
            message = NoteVerifier.cosignedMessage(text, at: seconds)
            withUnsafeBytes(of: seconds.bigEndian) { bytes.append(contentsOf: $0) }
        }
        do {
            bytes.append(contentsOf: try key.signature(for: message))
        } catch {
            throw .signingFailed
        }
        return NoteSignature(name: name, keyID: keyID, bytes: bytes)
    }
}

/// The public half of a note key, as an auditor holds it.
public struct NoteVerifier: Sendable {
    /// The key name.
    public let name: String
    /// How it signs.
    public let type: NoteKeyType
    /// The first four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ key), big-endian.
    public let keyID: UInt32
    private let key: Curve25519.Signing.PublicKey

    /// A verifier from the 32 bytes of an Ed25519 public key.
    /// - Throws: `NoteKeyError`.
    public init(name: String, publicKey: [UInt8], type: NoteKeyType = .ed25519) throws(NoteKeyError) {
        guard NoteVerifier.isValidName(name) else { throw .malformedName(name) }
        do {
            key = try Curve25519.Signing.PublicKey(rawRepresentation: publicKey)
        } catch {
            throw .malformedPublicKey
        }
        self.name = name
        self.type = type
        let hash = Hash.sha256(Array(name.utf8) + [0x0a, type.rawValue] + publicKey)
        keyID = hash.withBytes { UInt32(bigEndian: $0.loadUnaligned(as: UInt32.self)) }
    }

    /// Reads a verifier key as `vkey` writes it (C2SP signed-note; Go's `note.NewVerifier`).
    /// - Throws: `NoteKeyError`.
    public init(vkey: String) throws(NoteKeyError) {
        let parts = vkey.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let id = Hex.decode(String(parts[1])), id.count == 4,
            let typedKey = Base64.decode(String(parts[2])), let typeByte = typedKey.first
        else { throw .malformedVerifierKey }
        guard let type = NoteKeyType(rawValue: typeByte) else { throw .unknownType(typeByte) }
        try self.init(name: String(parts[0]), publicKey: Array(typedKey.dropFirst()), type: type)
        guard keyIDText == parts[1] else { throw .wrongKeyID(written: String(parts[1]), computed: keyIDText) }
    }

    /// The key as text, `name+id+base64(type ‖ key)`.
    public var vkey: String {
        "\(name)+\(keyIDText)+\(Base64.encode([type.rawValue] + publicKey))"
    }

    /// The 32 bytes of the key.
    public var publicKey: [UInt8] { Array(key.rawRepresentation) }

    private var keyIDText: String {
        withUnsafeBytes(of: keyID.bigEndian) { Hex.encode($0) }
    }

    /// Whether the signature line names this key.
    func isNamed(by signature: NoteSignature) -> Bool {
        signature.keyID == keyID && signature.name.utf8.elementsEqual(name.utf8)
    }

    /// Whether `signature` is this key's over `text`.
    func accepts(_ signature: NoteSignature, of text: String) -> Bool {
        switch type {
        case .ed25519:
            return key.isValidSignature(signature.bytes, for: Array(text.utf8))
        case .cosignature:
            guard let seconds = NoteVerifier.cosignedAt(signature) else { return false }
            let message = NoteVerifier.cosignedMessage(text, at: seconds)
            return key.isValidSignature(Array(signature.bytes.dropFirst(8)), for: message)
        }
    }

    /// The time in a cosignature, seconds since 1970; `nil` if it is not one.
    static func cosignedAt(_ signature: NoteSignature) -> Int64? {
        guard signature.bytes.count == 8 + 64 else { return nil }
        let seconds = signature.bytes.withUnsafeBytes { Int64(bigEndian: $0.loadUnaligned(as: Int64.self)) }
        return seconds >= 0 ? seconds : nil
    }

    /// The message under a cosignature (C2SP tlog-cosignature, "Ed25519 signed message").
    static func cosignedMessage(_ text: String, at seconds: Int64) -> [UInt8] {
        Array("cosignature/v1\ntime \(seconds)\n\(text)".utf8)
    }

    /// Whether a name can be that of a key (C2SP signed-note, "Format").
    static func isValidName(_ name: String) -> Bool {
        !name.isEmpty
            && name.unicodeScalars.allSatisfy { $0 != "+" && $0.value >= 0x20 && !$0.properties.isWhitespace }
    }
}
