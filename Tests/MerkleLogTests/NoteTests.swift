import Foundation
import MerkleLog
import Testing

@Suite struct NoteTests {
    // The example in the documentation of Go's sumdb/note.
    static let vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    static let seed = [UInt8](base64Seed: "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")
    static let text =
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    static let line =
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"

    private func reason(_ note: String, _ verifiers: [NoteVerifier]) throws(NoteError) -> [VerifiedSignature] {
        try SignedNote(parsing: Array(note.utf8)).verified(by: verifiers)
    }

    @Test func theExampleOfTheGoDocumentationVerifies() throws {
        let verifier = try NoteVerifier(vkey: Self.vkey)
        #expect(verifier.vkey == Self.vkey)
        #expect(verifier.keyID == 0xc74f_20a3)
        let note = try SignedNote(parsing: Array((Self.text + "\n" + Self.line).utf8))
        #expect(note.text == Self.text)
        #expect(try note.verified(by: [verifier]).map(\.name) == ["PeterNeumann"])
        #expect(note.encoded == Self.text + "\n" + Self.line)
    }

    @Test func theExampleSeedMakesTheSameSignature() throws {
        let signer = try NoteSigner(name: "PeterNeumann", seed: Self.seed)
        #expect(signer.verifier.vkey == Self.vkey)
        var note = try SignedNote(text: Self.text)
        note.add(try signer.sign(Self.text))
        #expect(note.encoded == Self.text + "\n" + Self.line)
    }

    @Test func alteredTextSignatureOrKeyIsRefused() throws {
        let verifier = try NoteVerifier(vkey: Self.vkey)
        let signed = Self.text + "\n" + Self.line
        let invalid = NoteError.invalidSignature(name: "PeterNeumann")
        #expect(throws: invalid) { try reason("x" + signed, [verifier]) }
        #expect(throws: invalid) { try reason("\n" + signed, [verifier]) }
        #expect(throws: invalid) {
            try reason(Self.text + "\n" + Self.line.replacing("/ZJku", with: "/ZJkv"), [verifier])
        }
        // The same name with another key, and the same key under another name, are other keys.
        let other = try NoteSigner(name: "PeterNeumann", seed: [UInt8](repeating: 7, count: 32)).verifier
        #expect(throws: NoteError.noKnownSignature) { try reason(signed, [other]) }
        let renamed = try NoteVerifier(name: "PeterNeumann2", publicKey: verifier.publicKey)
        #expect(throws: NoteError.noKnownSignature) { try reason(signed, [renamed]) }
        #expect(throws: NoteError.noKnownSignature) { try reason(signed, []) }
    }

    @Test func unknownSignaturesArePassedOverAndRepeatedOnesCountOnce() throws {
        let verifier = try NoteVerifier(vkey: Self.vkey)
        let other = try NoteSigner(name: "EnochRoot", seed: [UInt8](repeating: 7, count: 32))
        var note = try SignedNote(text: Self.text)
        note.add(try other.sign(Self.text))
        let twice = note.encoded + Self.line + Self.line
        #expect(try reason(twice, [verifier]).map(\.name) == ["PeterNeumann"])
        #expect(Set(try reason(twice, [verifier, other.verifier]).map(\.name)) == ["PeterNeumann", "EnochRoot"])
        // A wrong signature by a known key refuses the note even if another is right.
        let broken = note.encoded + Self.line.replacing("/ZJku", with: "/ZJkv")
        #expect(throws: NoteError.invalidSignature(name: "PeterNeumann")) {
            try reason(broken, [verifier, other.verifier])
        }
    }

    @Test func theTextMayHoldEmptyLines() throws {
        let signer = try NoteSigner(name: "a", seed: Self.seed)
        let text = "one\n\ntwo\n\n\n"
        var note = try SignedNote(text: text)
        note.add(try signer.sign(text))
        let read = try SignedNote(parsing: Array(note.encoded.utf8))
        #expect(read.text == text)
        #expect(try read.verified(by: [signer.verifier]).count == 1)
    }

    static let malformed: [(String, NoteError)] = [
        ("", .noFinalNewline),
        ("text\n", .noSignatures),
        ("text\n\n", .noSignatures),
        ("text\n\n" + line.dropLast(), .noFinalNewline),
        ("te\txt\n\n" + line, .controlCharacter(9)),
        ("text\r\n\n" + line, .controlCharacter(13)),
        ("text\n\nx" + line, .malformedSignature(line: 1)),
        ("text\n\n" + line + "- a b\n", .malformedSignature(line: 2)),
        ("text\n\n— a AAAAAA==\n", .malformedSignature(line: 1)),
        ("text\n\n—  AAAAAAA=\n", .malformedSignature(line: 1)),
        ("text\n\n— a+b AAAAAAA=\n", .malformedSignature(line: 1)),
        ("text\n\n— a b AAAAAAA=\n", .malformedSignature(line: 1)),
        ("text\n\n— a\u{a0}b AAAAAAA=\n", .malformedSignature(line: 1)),
        ("text\n\n— a AAAAAAB=\n", .malformedSignature(line: 1)),
        ("text\n\n— a AAAAAAA\n", .malformedSignature(line: 1)),
        ("text\n\n" + String(repeating: "— a AAAAAAA=\n", count: 101), .tooManySignatures(101)),
    ]

    @Test(arguments: malformed.indices) func aMalformedNoteIsRefusedWithTheReason(number: Int) {
        let (note, error) = Self.malformed[number]
        #expect(throws: error) { try SignedNote(parsing: Array(note.utf8)) }
    }

    @Test func aNoteHasALimitAndMustBeUTF8() {
        #expect(throws: NoteError.tooLong(bytes: 1_048_577)) {
            try SignedNote(parsing: [UInt8](repeating: 0x61, count: 1_048_577))
        }
        #expect(throws: NoteError.invalidUTF8) { try SignedNote(parsing: [0xff, 0x0a, 0x0a] + Array(Self.line.utf8)) }
        #expect(throws: NoteError.noFinalNewline) { try SignedNote(text: "a") }
        #expect(throws: NoteError.controlCharacter(0)) { try SignedNote(text: "a\u{0}\n") }
    }

    static let malformedKeys: [(String, NoteKeyError)] = [
        ("", .malformedVerifierKey),
        ("PeterNeumann", .malformedVerifierKey),
        ("PeterNeumann+c74f20a3", .malformedVerifierKey),
        ("PeterNeumann+c74f20+" + vkey.suffix(44), .malformedVerifierKey),
        ("PeterNeumann+C74F20A3+" + vkey.suffix(44), .malformedVerifierKey),
        (vkey + "A", .malformedVerifierKey),
        ("PeterNeumann+c74f20a4+" + vkey.suffix(44), .wrongKeyID(written: "c74f20a4", computed: "c74f20a3")),
        ("PeterNeumenn+c74f20a3+" + vkey.suffix(44), .wrongKeyID(written: "c74f20a3", computed: "01d56ad5")),
        ("a b+c74f20a3+" + vkey.suffix(44), .malformedName("a b")),
        ("+c74f20a3+" + vkey.suffix(44), .malformedName("")),
        ("a+c74f20a3+AwEB", .unknownType(3)),
        ("a+c74f20a3+AQEB", .malformedPublicKey),
    ]

    @Test(arguments: malformedKeys.indices) func aMalformedVerifierKeyIsRefusedWithTheReason(number: Int) {
        let (text, error) = Self.malformedKeys[number]
        #expect(throws: error) { try NoteVerifier(vkey: text) }
    }

    @Test func aSeedHasThirtyTwoBytesAndANameNoPlus() {
        #expect(throws: NoteKeyError.wrongSeedLength(bytes: 31)) {
            try NoteSigner(name: "a", seed: [UInt8](repeating: 1, count: 31))
        }
        #expect(throws: NoteKeyError.malformedName("a+b")) { try NoteSigner(name: "a+b", seed: Self.seed) }
    }

    @Test func twoTrustedKeysThatCannotBeToldApartAreRefused() throws {
        // Found by trying 115,000 seeds: the same name and the same 32-bit id, but different keys.
        let first = try NoteSigner(name: "a", seed: [0, 1, 0x0d, 0xed] + [UInt8](repeating: 0, count: 28))
        let second = try NoteSigner(name: "a", seed: [0, 1, 0xbf, 0xf0] + [UInt8](repeating: 0, count: 28))
        #expect(first.keyID == second.keyID && first.verifier.vkey != second.verifier.vkey)
        var note = try SignedNote(text: Self.text)
        note.add(try first.sign(Self.text))
        #expect(try note.verified(by: [first.verifier, first.verifier]).count == 1)
        #expect(throws: NoteError.ambiguousKey(name: "a")) {
            try note.verified(by: [first.verifier, second.verifier])
        }
        #expect(throws: NoteError.invalidSignature(name: "a")) { try note.verified(by: [second.verifier]) }
    }

    @Test func aWitnessKeyInUseElsewhereIsReadWithItsID() throws {
        let vkey = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
        let verifier = try NoteVerifier(vkey: vkey)
        #expect(verifier.type == .cosignature)
        #expect(verifier.vkey == vkey)
    }

    @Test func aCosignatureStatesItsTimeAndIsBoundToIt() throws {
        let witness = try NoteSigner(name: "w", seed: Self.seed, type: .cosignature)
        let text = "example.com/log\n0\n\(MerkleTree.emptyRoot.base64)\n"
        var note = try SignedNote(text: text)
        let signature = try witness.sign(text, at: 1_679_315_147)
        #expect(signature.bytes.count == 72)
        note.add(signature)
        #expect(try note.verified(by: [witness.verifier]).map(\.cosignedAt) == [1_679_315_147])
        var bytes = signature.bytes
        bytes[7] ^= 1
        note.add(NoteSignature(name: signature.name, keyID: signature.keyID, bytes: bytes))
        #expect(note.signatures.count == 1)
        #expect(throws: NoteError.invalidSignature(name: "w")) { try note.verified(by: [witness.verifier]) }
        bytes = [0x80] + signature.bytes.dropFirst()
        note.add(NoteSignature(name: signature.name, keyID: signature.keyID, bytes: bytes))
        #expect(throws: NoteError.invalidSignature(name: "w")) { try note.verified(by: [witness.verifier]) }
        #expect(throws: NoteKeyError.timeOutOfRange(seconds: -1)) { try witness.sign(text, at: -1) }
        // The signed message of C2SP tlog-cosignature, checked as a plain signature of the same key.
        let message = "cosignature/v1\ntime 1679315147\n" + text
        let plain = try NoteSigner(name: "w", seed: Self.seed).sign(message)
        #expect(Array(signature.bytes.dropFirst(8)) == plain.bytes)
        // A time beyond 2^63 − 1 is refused even when it is signed.
        let negative = try NoteSigner(name: "w", seed: Self.seed).sign("cosignature/v1\ntime -1\n" + text)
        bytes = [UInt8](repeating: 0xff, count: 8) + negative.bytes
        note.add(NoteSignature(name: signature.name, keyID: signature.keyID, bytes: bytes))
        #expect(throws: NoteError.invalidSignature(name: "w")) { try note.verified(by: [witness.verifier]) }
    }
}

@Suite struct CheckpointTests {
    static let origin = "example.com/behind-the-sofa"
    static let text = origin + "\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"

    @Test func theExampleOfTheSpecificationIsReadAndWrittenBack() throws {
        let checkpoint = try Checkpoint(text: Self.text)
        #expect(checkpoint.origin == Self.origin)
        #expect(checkpoint.size == 20_852_163)
        #expect(checkpoint.root.base64 == "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
        #expect(checkpoint.text == Self.text)
        #expect(try Checkpoint(text: Self.text + "more\n").extensions == ["more"])
        #expect(try Checkpoint(text: Self.text + "more\n").text == Self.text + "more\n")
    }

    static let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
    static let malformed: [(String, CheckpointError)] = [
        ("", .noFinalNewline),
        ("a\n1\n\(root)", .noFinalNewline),
        ("a\n1\n", .tooFewLines(2)),
        ("\n1\n\(root)\n", .malformedOrigin("")),
        ("a\r\n1\n\(root)\n", .malformedOrigin("a\r")),
        ("a\n01\n\(root)\n", .malformedSize("01")),
        ("a\n+1\n\(root)\n", .malformedSize("+1")),
        ("a\n-1\n\(root)\n", .malformedSize("-1")),
        ("a\n 1\n\(root)\n", .malformedSize(" 1")),
        ("a\n\n\(root)\n", .malformedSize("")),
        ("a\n1x\n\(root)\n", .malformedSize("1x")),
        ("a\n99999999999999999999\n\(root)\n", .malformedSize("99999999999999999999")),
        ("a\n1\nCsUY\n", .malformedRoot("CsUY")),
        ("a\n1\n\(root)=\n", .malformedRoot(root + "=")),
        ("a\n1\n\(root)\n\n", .malformedExtension(line: 4)),
        ("a\n1\n\(root)\nx\n\n", .malformedExtension(line: 5)),
    ]

    @Test(arguments: malformed.indices) func aMalformedCheckpointIsRefusedWithTheReason(number: Int) {
        let (text, error) = Self.malformed[number]
        #expect(throws: error) { try Checkpoint(text: text) }
    }

    @Test func aCheckpointCannotBeBuiltThatReadsAsAnother() {
        let root = MerkleTree.emptyRoot
        #expect(throws: CheckpointError.malformedOrigin("evil\n999")) {
            try Checkpoint(origin: "evil\n999", size: 1, root: root)
        }
        #expect(throws: CheckpointError.malformedSize("-1")) { try Checkpoint(origin: "a", size: -1, root: root) }
        #expect(throws: CheckpointError.malformedExtension(line: 4)) {
            try Checkpoint(origin: "a", size: 1, root: root, extensions: [""])
        }
    }

    @Test func aCheckpointIsBelievedOnlyOfItsLogWithItsKeyAndAQuorum() throws {
        func seed(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 32) }
        let log = try NoteSigner(name: Self.origin, seed: seed(1))
        let next = try NoteSigner(name: Self.origin, seed: seed(2))
        let witnesses = try (3...5).map { try NoteSigner(name: "w\($0)", seed: seed($0), type: .cosignature) }
        let checkpoint = try Checkpoint(text: Self.text)
        var note = try checkpoint.signed(by: [log, next])
        note.add(try witnesses[0].sign(note.text, at: 1000))
        note.add(try witnesses[1].sign(note.text, at: 1001))
        let bytes = Array(note.encoded.utf8)
        func open(
            _ origin: String = Self.origin,
            keys: [NoteSigner],
            quorum: Int = 0
        ) throws(CheckpointError) -> Checkpoint {
            try Checkpoint.open(
                bytes,
                origin: origin,
                logKeys: keys.map(\.verifier),
                witnesses: witnesses.map(\.verifier),
                quorum: quorum
            ).checkpoint
        }
        #expect(try open(keys: [log], quorum: 2) == checkpoint)
        #expect(try open(keys: [next]) == checkpoint)
        #expect(throws: CheckpointError.quorumMissed(found: 2, wanted: 3)) { try open(keys: [log], quorum: 3) }
        #expect(throws: CheckpointError.otherOrigin(found: Self.origin, wanted: "other")) {
            try open("other", keys: [log])
        }
        // A key that does not cosign is no witness, even if it is listed as one.
        #expect(throws: CheckpointError.quorumMissed(found: 0, wanted: 1)) {
            try Checkpoint.open(
                bytes,
                origin: Self.origin,
                logKeys: [log.verifier],
                witnesses: [next.verifier],
                quorum: 1
            )
        }
        let stranger = try NoteSigner(name: Self.origin, seed: seed(9))
        #expect(throws: CheckpointError.note(.noKnownSignature)) { try open(keys: [stranger]) }
    }
}

extension [UInt8] {
    /// The 32-byte seed in the key data of a Go signer key: a type byte, then the seed.
    init(base64Seed text: String) {
        self = Array(Data(base64Encoded: text)?.dropFirst() ?? Data())
    }
}
