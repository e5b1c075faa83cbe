import Foundation
import MerkleLog
import Testing

@Suite struct LeafTests {
    @Test func aLeafIsTheCanonicalJSONOfItsFields() throws {
        let bytes = try sampleLeaf().canonicalBytes()
        let expected =
            #"{"action":"update","actor":{"auth":"password","id":"0190a1b2-0000-7000-8000-0000000000aa","#
            + #""kind":"person"},"after":"sha256:"# + String(repeating: "ab", count: 32)
            + #"","before":null,"evidence":[{"bytes":3,"mediaType":"text/plain","sha256":"#
            + #""039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81"}],"#
            + #""object":{"id":"0190a1b2-0000-7000-8000-0000000000bb","type":"risk","version":7},"#
            + #""organisation":"0190a1b2-0000-7000-8000-000000000001","request":"req-0","#
            + #""time":"2026-11-24T13:30:00.000Z","type":"record","v":1}"#
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
        #expect(try JSONValue.parse(bytes).canonical() == bytes)
        #expect(try Leaf(canonicalBytes: bytes) == sampleLeaf())
    }

    @Test func unusualContentKeepsTheCanonicalForm() throws {
        var leaf = sampleLeaf()
        leaf.request = "\"\\\n\u{1}é😀\u{fb33}"
        leaf.before = leaf.after
        leaf.after = nil
        leaf.evidence = [
            Leaf.Evidence(sha256: Hash.sha256([]), bytes: 0, mediaType: ""),
            Leaf.Evidence(sha256: Hash.sha256([1]), bytes: JSONValue.integerMax, mediaType: "a/b;c=\"d\""),
        ]
        leaf.timeMilliseconds = -1
        let bytes = try leaf.canonicalBytes()
        #expect(try JSONValue.parse(bytes).canonical() == bytes)
        #expect(try Leaf(canonicalBytes: bytes) == leaf)
        leaf.evidence = []
        #expect(try Leaf(canonicalBytes: leaf.canonicalBytes()) == leaf)
    }

    @Test func theLargestLeafFitsABundleAndOneByteMoreIsRefused() throws {
        var leaf = sampleLeaf()
        let length = try leaf.canonicalBytes().count
        leaf.request += String(repeating: "x", count: Leaf.bytesMax - length)
        let bytes = try leaf.canonicalBytes()
        #expect(bytes.count == 65_535)
        #expect(try TileBytes.decodeBundle(TileBytes.encodeBundle([bytes]), width: 1) == [bytes])
        #expect(try Leaf(canonicalBytes: bytes) == leaf)
        leaf.request += "x"
        #expect(throws: LeafError.tooLong(bytes: 65_536)) { try leaf.canonicalBytes() }
        #expect(throws: LeafError.tooLong(bytes: 65_536)) { try Leaf(canonicalBytes: bytes + [0x20]) }
    }

    @Test func fieldsOutsideTheirRangeAreRefusedByName() {
        var leaf = sampleLeaf()
        leaf.object.version = -1
        #expect(throws: LeafError.integerOutOfRange(field: "version", value: -1)) { try leaf.canonicalBytes() }
        leaf = sampleLeaf()
        leaf.evidence[0].bytes = JSONValue.integerMax + 1
        #expect(throws: LeafError.integerOutOfRange(field: "bytes", value: JSONValue.integerMax + 1)) {
            try leaf.canonicalBytes()
        }
        leaf = sampleLeaf()
        leaf.before = "sha256:AB"
        #expect(throws: LeafError.malformedCommitment(field: "before")) { try leaf.canonicalBytes() }
        leaf = sampleLeaf()
        leaf.timeMilliseconds = RFC3339.millisecondsRange.upperBound + 1
        #expect(throws: LeafError.timeOutOfRange(milliseconds: 253_402_300_800_000)) { try leaf.canonicalBytes() }
    }

    static let alterations: [(String, String)] = [
        (#"{"action""#, #"{ "action""#),
        (#""v":1}"#, #""v":1} "#),
        (#""v":1}"#, #""v":1,"w":2}"#),
        (#""v":1}"#, #""v":2}"#),
        (#""v":1}"#, #""v":1.0}"#),
        (#""before":null,"#, ""),
        (#""before":null"#, #""before":"sha256:00""#),
        (#""version":7"#, #""version":-7"#),
        (#""version":7"#, #""version":-0"#),
        (#""version":7"#, #""version":07"#),
        (#""version":7"#, #""version":9007199254740992"#),
        (#""version":7"#, #""version":"7""#),
        (#""version":7"#, #""version":7.5"#),
        ("risk", #"\u0072isk"#),
        ("text/plain", #"text\/plain"#),
        (#""request":"req-0""#, #""request":"\u000A""#),
        ("13:30:00.000Z", "13:30:00Z"),
        ("13:30:00.000Z", "25:30:00.000Z"),
        ("2026-11-24T13:30:00.000Z", "2026-11-24T14:30:00.000+01:00"),
        ("039058c6", "039058C6"),
        ("039058c6", "039058c"),
        (#""type":"record","v":1"#, #""v":1,"type":"record""#),
    ]

    @Test(arguments: alterations.indices) func anyOtherSpellingIsRefused(number: Int) throws {
        let (old, new) = Self.alterations[number]
        let text = String(decoding: try sampleLeaf().canonicalBytes(), as: UTF8.self)
        let altered = text.replacingOccurrences(of: old, with: new)
        #expect(altered != text)
        #expect(throws: LeafError.self) { try Leaf(canonicalBytes: Array(altered.utf8)) }
    }

    @Test func theReasonForARefusalIsPrecise() throws {
        let text = String(decoding: try sampleLeaf().canonicalBytes(), as: UTF8.self)
        func altered(_ old: String, _ new: String) -> [UInt8] {
            Array(text.replacingOccurrences(of: old, with: new).utf8)
        }
        #expect(throws: LeafError.unknownVersion(2)) { try Leaf(canonicalBytes: altered(#""v":1"#, #""v":2"#)) }
        #expect(throws: LeafError.notCanonical) { try Leaf(canonicalBytes: altered("risk", #"\u0072isk"#)) }
        #expect(throws: LeafError.notCanonical) { try Leaf(canonicalBytes: altered("30:00.000Z", "30:00Z")) }
        #expect(throws: LeafError.malformedCommitment(field: "after")) {
            try Leaf(canonicalBytes: altered("sha256:ab", "sha256:aB"))
        }
        #expect(throws: LeafError.malformedTime("yesterday")) {
            try Leaf(canonicalBytes: altered("2026-11-24T13:30:00.000Z", "yesterday"))
        }
        #expect(throws: LeafError.malformedEvidence(position: 0)) {
            try Leaf(canonicalBytes: altered("039058c6", "x39058c6"))
        }
        #expect(throws: LeafError.malformed(.unexpected(offset: 0, expected: "{\"action\":"))) {
            try Leaf(canonicalBytes: [])
        }
    }

    @Test func aCommitmentBindsSaltAndContentAndNeedsAFullSalt() throws {
        let salt = [UInt8](repeating: 0, count: 32)
        // SHA-256 of 32 zero bytes.
        #expect(
            try Commitment.make(salt: salt, revision: [])
                == "sha256:66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"
        )
        let commitment = try Commitment.make(salt: salt, revision: Array("{}".utf8))
        #expect(Commitment.isWellFormed(commitment))
        #expect(try Commitment.make(salt: [1] + salt.dropFirst(), revision: Array("{}".utf8)) != commitment)
        #expect(try Commitment.make(salt: salt, revision: Array("[]".utf8)) != commitment)
        #expect(throws: CommitmentError.wrongSaltLength(bytes: 31)) {
            try Commitment.make(salt: Array(salt.dropFirst()), revision: [])
        }
        func opens(_ commitment: String, salt: [UInt8], _ revision: String) throws -> Bool {
            try Array(commitment.utf8).withUnsafeBytes { commitment in
                try salt.withUnsafeBytes { salt in
                    try Array(revision.utf8).withUnsafeBytes {
                        try Commitment.opens(commitment, salt: salt, revision: $0)
                    }
                }
            }
        }
        #expect(try opens(commitment, salt: salt, "{}"))
        #expect(try !opens(commitment, salt: [1] + salt.dropFirst(), "{}"))
        #expect(try !opens(commitment, salt: salt, "[]"))
        for other in [
            "", "sha256:", commitment + "0", String(commitment.dropLast()), commitment.uppercased(),
            commitment.dropLast() + (commitment.last == "0" ? "1" : "0"),
        ] {
            #expect(try !opens(other, salt: salt, "{}"))
        }
        #expect(throws: CommitmentError.wrongSaltLength(bytes: 31)) {
            try opens(commitment, salt: Array(salt.dropFirst()), "{}")
        }
        for text in [
            "", "sha256:", commitment + "0", String(commitment.dropLast()), "SHA256" + commitment.dropFirst(6),
        ] {
            #expect(!Commitment.isWellFormed(text))
        }
    }
}

@Suite struct RFC3339Tests {
    @Test func instantsAgreeWithTheCalendarOfFoundation() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        // Every 37th day of 1583 to 2999, with a time of day that moves along; Foundation is Julian before.
        var milliseconds: Int64 = -12_212_553_600_000
        while milliseconds < 32_503_680_000_000 {
            let text = RFC3339.format(millisecondsSince1970: milliseconds)
            let date = Date(timeIntervalSince1970: Double(milliseconds / 1000) + (milliseconds % 1000 < 0 ? -1 : 0))
            let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
            let expected = String(
                format: "%04d-%02d-%02dT%02d:%02d:%02d",
                parts.year ?? 0,
                parts.month ?? 0,
                parts.day ?? 0,
                parts.hour ?? 0,
                parts.minute ?? 0,
                parts.second ?? 0
            )
            #expect(text.hasPrefix(expected) && text.utf8.count == 24)
            #expect(RFC3339.parse(text) == milliseconds)
            milliseconds += 37 * 86_400_000 + 12_345_678
        }
    }

    static let spellings: [(String, Int64)] = [
        ("1970-01-01T00:00:00.000Z", 0),
        ("1969-12-31T23:59:59.999Z", -1),
        ("1985-04-12T23:20:50.52Z", 482_196_050_520),
        ("1996-12-19T16:39:57-08:00", 851_042_397_000),
        ("1937-01-01T12:00:27.87+00:20", -1_041_337_172_130),
        ("2000-02-29t00:00:00z", 951_782_400_000),
        ("2026-11-24T13:30:00.1239999Z", 1_795_527_000_123),
        ("0000-01-01T00:00:00.000Z", -62_167_219_200_000),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ]

    @Test(arguments: spellings.indices) func theSpellingsOfTheRFCAreRead(number: Int) {
        #expect(RFC3339.parse(Self.spellings[number].0) == Self.spellings[number].1)
    }

    @Test func theLimitsAreWritten() {
        #expect(
            RFC3339.format(millisecondsSince1970: RFC3339.millisecondsRange.lowerBound) == "0000-01-01T00:00:00.000Z"
        )
        #expect(
            RFC3339.format(millisecondsSince1970: RFC3339.millisecondsRange.upperBound) == "9999-12-31T23:59:59.999Z"
        )
    }

    @Test(arguments: [
        "", "2026-11-24", "2026-11-24T13:30:00", "2026-11-24 13:30:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z",
        "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-12-31T23:59:60Z", "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+0100", "2026-01-01T00:00:00Zx", "26-01-01T00:00:00Z",
        "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "+026-01-01T00:00:00Z",
    ])
    func whatIsNoInstantIsRefused(text: String) {
        #expect(RFC3339.parse(text) == nil)
    }
}
