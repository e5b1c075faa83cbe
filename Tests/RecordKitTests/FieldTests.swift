// What each trait and kind refuses, in which words.
import Foundation
import RecordKit
import Testing

struct FieldTests {
    private func messages(_ field: String, _ value: FieldValue) throws -> [String] {
        let problems = try #require(Probe.schema.erased.field(field)).problems(of: value)
        #expect(problems.allSatisfy { $0.field == field })
        return problems.map(\.message)
    }

    @Test(
        arguments: [
            ("name", .text(""), "is required"),
            ("name", .null, "is required"),
            ("owner", .reference(.unset), "is required"),
            ("name", .text("ab"), "must have 3 to 10 characters, has 2"),
            ("name", .text("abcdefghijk"), "must have 3 to 10 characters, has 11"),
            ("brief", .text("abcdef"), "must have at most 5 characters, has 6"),
            (
                "page", .text("https://" + String(repeating: "x", count: 493)),
                "must have at most 500 characters, has 501"
            ),
            (
                "note", .text(String(repeating: "x", count: 20_001)),
                "must have at most 20000 characters, has 20001"
            ),
            ("name", .text("two\nrow"), "must be one line"),
            ("name", .text("tab\tbed"), "must be one line"),
            ("note", .text("nul\0"), "must not contain a NUL character"),
            ("page", .text("example.org"), "must start with https:// or http://"),
            ("page", .text("javascript:alert(1)"), "must start with https:// or http://"),
            ("page", .text("httpx://example.org"), "must start with https:// or http://"),
            ("rating", .integer(0), "must be 1 to 5"),
            ("rating", .integer(6), "must be 1 to 5"),
            ("kind", .text("huge"), "must be one of small, large"),
            ("extra", .json("{"), "is not JSON"),
            ("extra", .json("\"" + String(repeating: "x", count: 65_535) + "\""), "must have at most 65536 bytes"),
        ] as [(String, FieldValue, String)])
    func aBadValueIsRefusedInPlainWords(field: String, value: FieldValue, message: String) throws {
        #expect(try messages(field, value) == [message])
    }

    @Test(
        arguments: [
            ("name", .text("abc")), ("name", .text("abcdefghij")), ("name", .text("ÄÖÜäöüß€é✓")),
            ("note", .text("two\nrows")), ("note", .null), ("brief", .text("")), ("page", .text("http://a")),
            ("page", .text("https://a")), ("rating", .integer(1)), ("rating", .integer(5)), ("rating", .null),
            ("kind", .text("large")), ("extra", .json("null")), ("extra", .json("[1,{\"a\":\"b\"}]")),
            ("peers", .links([])), ("cost", .decimal(-1)),
        ] as [(String, FieldValue)])
    func aGoodValueIsAccepted(field: String, value: FieldValue) throws {
        #expect(try messages(field, value).isEmpty)
    }

    @Test func linksAreLimitedInNumber() throws {
        let ids = (0...FieldLimit.linksMax).map {
            UUID.version7(at: Instant(millisecondsSince1970: Int64($0)), random: (0, 0))
        }
        #expect(try messages("peers", .links(ids)) == ["must have at most 1000 entries, has 1001"])
        #expect(try messages("peers", .links(Array(ids.dropLast()))).isEmpty)
    }

    @Test func aLongTextMayHaveTwentyThousandCharactersOfAnyWidth() throws {
        #expect(try messages("note", .text(String(repeating: "✓", count: 20_000))).isEmpty)
    }

    @Test func theSwiftTypeSaysWhatIsRequired() throws {
        let required = Probe.schema.erased.fields.filter(\.isRequired).map(\.name)
        #expect(required == ["name", "kind", "owner", "state"])
    }

    @Test func derivedAndReadOnlyFieldsAreNotWritable() {
        let closed = Probe.schema.erased.fields.filter { !$0.isWritable }.map(\.name)
        #expect(closed == ["double", "state"])
    }

    @Test func aValueOfAnotherKindIsRefused() {
        var probe = Probe()
        for field in Probe.schema.fields {
            guard let set = field.set else { continue }
            // No field of the probe holds a bool.
            #expect(throws: Problem(field.name, "must be \(field.description.kind.noun)")) {
                try set(&probe, .bool(true))
            }
        }
        #expect(probe == Probe())
    }

    @Test func everyFieldIsReadAsItWasWritten() throws {
        var original = Probe.good
        original.note = "a\nb"
        original.rating = 4
        original.cost = Decimal(12)
        original.kind = .large
        original.page = "https://example.org"
        original.parent = original.owner
        original.peers = Links([original.owner])
        original.extra = JSONDocument("{}")
        original.from = Day("2026-01-01")
        original.state = .open
        var copy = Probe()
        for field in Probe.schema.fields { try field.set?(&copy, field.get(original)) }
        #expect(copy == original)
    }
}

struct LinksTests {
    private let ids = (1...4).map {
        ID<Probe>(UUID.version7(at: Instant(millisecondsSince1970: Int64($0)), random: (0, 0)))
    }

    @Test func orderAndRepetitionDoNotMatter() {
        let links = Links([ids[2], ids[0], ids[2], ids[1], ids[0]])
        #expect(links.ids == [ids[0], ids[1], ids[2]])
        #expect(links == Links([ids[1], ids[2], ids[0]]))
        #expect(links.fieldValue == .links([ids[0].raw, ids[1].raw, ids[2].raw]))
    }

    @Test func aSetReadFromValuesIsInOrderToo() throws {
        let read = try #require(Links<Probe>(fieldValue: .links([ids[3].raw, ids[1].raw, ids[3].raw])))
        #expect(read.ids == [ids[1], ids[3]])
        #expect(Links<Probe>(fieldValue: .null) == Links())
        #expect(Links<Probe>(fieldValue: .text("")) == nil)
    }
}
