// Identifiers, files, and the one text form of every value.
import Foundation
import RecordKit
import Testing

struct UUIDTests {
    @Test func theExampleOfRFC9562IsMadeBitForBit() throws {
        let at = try #require(Instant("2022-02-22T19:22:22Z"))
        let made = UUID.version7(at: at, random: (0xCC3, 0x18C4_DC0C_0C07_398F))
        #expect(made.lowercased == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    }

    @Test func versionAndVariantStandWhateverTheRandomBits() {
        for random in [(UInt64.min, UInt64.min), (.max, .max), (0xF000, 0xC000_0000_0000_0000)] {
            let bytes = UUID.version7(at: Instant(millisecondsSince1970: 1_795_521_600_000), random: random).uuid
            #expect(bytes.6 >> 4 == 7)
            #expect(bytes.8 >> 6 == 0b10)
            // The time is not touched by the random bits.
            #expect([bytes.0, bytes.1, bytes.2, bytes.3, bytes.4, bytes.5] == [0x01, 0xA2, 0x0D, 0x6D, 0x5A, 0x00])
        }
    }

    @Test func laterMeansGreater() {
        let times = [0, 1, 255, 256, 65_535, 65_536, 1_795_521_600_000, 1_795_521_600_001, 1 << 47]
        // The earlier one has the greater random bits.
        let ids = times.map { UUID.version7(at: Instant(millisecondsSince1970: Int64($0)), random: (.max, .max)) }
        let next = times.map { UUID.version7(at: Instant(millisecondsSince1970: Int64($0 + 1)), random: (0, 0)) }
        for (earlier, later) in zip(ids, next) {
            #expect(Links<Probe>([ID(later), ID(earlier)]).ids == [ID(earlier), ID(later)])
            #expect(earlier.lowercased < later.lowercased)
        }
    }

    @Test func lowerCaseTextIsFoundationsInLowerCase() throws {
        for text in ["00000000-0000-0000-0000-000000000000", "ABCDEF01-2345-6789-ABCD-EF0123456789"] {
            let id = try #require(UUID(uuidString: text))
            #expect(id.lowercased == text.lowercased())
        }
        #expect(UUID.unset.lowercased == "00000000-0000-0000-0000-000000000000")
    }
}

struct FieldValueTests {
    static let id = UUID.version7(at: Instant(millisecondsSince1970: 1), random: (1, 1))

    @Test func everyKindHasItsText() throws {
        let other = UUID.version7(at: Instant(millisecondsSince1970: 2), random: (1, 1))
        let hash = String(repeating: "0a", count: 32)
        let file = try FileReference(sha256: hash, name: "plan.pdf", mediaType: "application/pdf", bytes: 3)
        let expected: [(FieldValue, String)] = [
            (.null, ""), (.bool(true), "true"), (.bool(false), "false"), (.integer(-12), "-12"),
            (.decimal(try #require(Decimal(string: "1234.50"))), "1234.5"), (.text("a b"), "a b"),
            (.day(Day(daysSince1970: 0)), "1970-01-01"),
            (.time(Instant(millisecondsSince1970: 0)), "1970-01-01T00:00:00.000Z"),
            (.reference(Self.id), Self.id.lowercased), (.reference(.unset), ""),
            (.links([Self.id, other]), "\(Self.id.lowercased) \(other.lowercased)"), (.links([]), ""),
            (.file(file), hash), (.json("{\"a\":1}"), "{\"a\":1}"),
        ]
        for (value, text) in expected { #expect(value.text == text) }
    }

    @Test func onlyNothingIsUnset() {
        for value in [FieldValue.null, .text(""), .reference(.unset)] { #expect(value.isUnset) }
        let set: [FieldValue] = [.text(" "), .bool(false), .integer(0), .links([]), .reference(Self.id), .json("null")]
        for value in set { #expect(!value.isUnset) }
    }

    @Test func aFileNeedsAFingerprintANameAndASize() throws {
        let good = String(repeating: "f", count: 64)
        let file = try FileReference(sha256: good, name: "a", mediaType: "text/plain", bytes: 0)
        #expect(file.sha256 == good)
        for (sha256, name, bytes) in [
            (String(repeating: "F", count: 64), "a", 0), (String(repeating: "f", count: 63), "a", 0), (good, "", 0),
            (good, "a/b", 0), (good, String(repeating: "n", count: 256), 0), (good, "a", -1),
        ] {
            #expect(throws: Problem.self) {
                try FileReference(sha256: sha256, name: name, mediaType: "text/plain", bytes: bytes)
            }
        }
    }

    @Test func namesBecomeLabelsAndColumns() {
        #expect("inherentLikelihood".asLabel == "Inherent likelihood")
        #expect("inherentLikelihood".asColumn == "inherent_likelihood")
        #expect("".asLabel.isEmpty)
    }
}
