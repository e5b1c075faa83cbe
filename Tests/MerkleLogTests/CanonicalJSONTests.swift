import Foundation
import MerkleLog
import Testing

@Suite struct CanonicalJSONTests {
    private func canonical(_ text: String) throws -> String {
        String(decoding: try JSONValue.parse(Array(text.utf8)).canonical(), as: UTF8.self)
    }

    // RFC 8785, appendix B.
    static let numbers: [(UInt64, String)] = [
        (0x0000_0000_0000_0000, "0"),
        (0x8000_0000_0000_0000, "0"),
        (0x0000_0000_0000_0001, "5e-324"),
        (0x8000_0000_0000_0001, "-5e-324"),
        (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
        (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
        (0x4340_0000_0000_0000, "9007199254740992"),
        (0xc340_0000_0000_0000, "-9007199254740992"),
        (0x4430_0000_0000_0000, "295147905179352830000"),
        (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
        (0x44b5_2d02_c7e1_4af6, "1e+23"),
        (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
        (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
        (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
        (0x444b_1ae4_d6e2_ef50, "1e+21"),
        (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
        (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
        (0x41b3_de43_5555_5553, "333333333.3333332"),
        (0x41b3_de43_5555_5554, "333333333.33333325"),
        (0x41b3_de43_5555_5555, "333333333.3333333"),
        (0x41b3_de43_5555_5556, "333333333.3333334"),
        (0x41b3_de43_5555_5557, "333333333.33333343"),
        (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
        (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
    ]

    @Test(arguments: numbers.indices) func numbersAreWrittenAsInTheTableOfTheRFC(number: Int) throws {
        let (bits, expected) = Self.numbers[number]
        let value = Double(bitPattern: bits)
        #expect(String(decoding: try JSONValue.number(value).canonical(), as: UTF8.self) == expected)
        // What is written can be read again and stays the same.
        #expect(try canonical(expected) == expected)
    }

    @Test func whatHasNoExactNumberIsRefused() throws {
        for value in [Double.nan, .infinity, -.infinity] {
            #expect(throws: JSONError.notFinite) { try JSONValue.number(value).canonical() }
        }
        let limit = JSONValue.integerMax
        #expect(try JSONValue.integer(limit).canonical() == Array("9007199254740991".utf8))
        #expect(try JSONValue.integer(-limit).canonical() == Array("-9007199254740991".utf8))
        #expect(throws: JSONError.integerOutOfRange(limit + 1)) { try JSONValue.integer(limit + 1).canonical() }
        #expect(throws: JSONError.integerOutOfRange(.min)) { try JSONValue.integer(.min).canonical() }
        #expect(try JSONValue.parse(Array("9007199254740991".utf8)) == .integer(limit))
        #expect(try JSONValue.parse(Array("-9007199254740991".utf8)) == .integer(-limit))
        for text in ["9007199254740993", "-9223372036854775809", "18446744073709551616", "1e400", "-1e400"] {
            #expect(throws: JSONError.inexactNumber(text, offset: 1)) {
                try JSONValue.parse(Array("[\(text)]".utf8))
            }
        }
    }

    @Test func theStructureExampleOfTheRFCIsReproduced() throws {
        // RFC 8785, sections 3.2.2 to 3.2.4.
        let input = #"""
            {
              "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            }
            """#
        let expected =
            #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#
            + #""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        #expect(try canonical(input) == expected)
    }

    @Test func keysAreSortedByUTF16CodeUnits() throws {
        // RFC 8785, section 3.2.3: an emoji (surrogates) comes before U+FB33, although its UTF-8 comes after.
        let input = #"""
            {
              "\u20ac": "Euro Sign",
              "\r": "Carriage Return",
              "\ufb33": "Hebrew Letter Dalet With Dagesh",
              "1": "One",
              "\ud83d\ude00": "Emoji: Grinning Face",
              "\u0080": "Control",
              "\u00f6": "Latin Small Letter O With Diaeresis"
            }
            """#
        let value = try JSONValue.parse(Array(input.utf8))
        let expected = [
            "Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign",
            "Emoji: Grinning Face", "Hebrew Letter Dalet With Dagesh",
        ]
        let text = String(decoding: try value.canonical(), as: UTF8.self)
        let places = expected.compactMap { text.range(of: $0)?.lowerBound }
        #expect(places.count == expected.count && places == places.sorted())
    }

    @Test func anyTwoKeysStandAsTheirUTF16Does() throws {
        let parts = [
            "", "a", "b", "\u{7f}", "é", "\u{7ff}", "\u{d7ff}", "\u{e000}", "\u{ffff}", "\u{10000}", "\u{10ffff}",
        ]
        let keys = parts.flatMap { first in parts.map { first + $0 } }
        for first in keys {
            for second in keys where !first.utf8.elementsEqual(second.utf8) && first != second {
                let text = try JSONValue.object([first: .integer(1), second: .integer(2)]).canonical()
                let isFirst = first.utf16.lexicographicallyPrecedes(second.utf16)
                #expect(text.firstIndex(of: 0x3a).map { text[$0 + 1] } == (isFirst ? 0x31 : 0x32))
            }
        }
    }

    @Test func theWeirdAndTheFrenchSampleAreReproduced() throws {
        // The samples of the JCS project.
        let weird = #"""
            {
              "\u20ac": "Euro Sign",
              "1": "One",
              "\u0080": "Control\u007f",
              "\ud83d\ude02": "Smiley",
              "\u00f6": "Latin Small Letter O With Diaeresis",
              "\ufb33": "Hebrew Letter Dalet With Dagesh",
              "</script>": "Browser Challenge"
            }
            """#
        #expect(
            try canonical(weird)
                == "{\"1\":\"One\",\"</script>\":\"Browser Challenge\",\"\u{80}\":\"Control\u{7f}\","
                + "\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\"😂\":\"Smiley\","
                + "\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}"
        )
        let french = #"""
            {
              "peach": "This sorting order",
              "péché": "is wrong according to French",
              "pêche": "but canonicalization MUST",
              "sin":   "ingnore locale"
            }
            """#
        #expect(
            try canonical(french)
                == #"{"peach":"This sorting order","péché":"is wrong according to French","#
                + #""pêche":"but canonicalization MUST","sin":"ingnore locale"}"#
        )
    }

    @Test func everyCharacterThatNeedsAnEscapeGetsTheShortestAtAnyPosition() throws {
        let escapes: [UInt8: String] = [
            0x08: #"\b"#, 0x09: #"\t"#, 0x0a: #"\n"#, 0x0c: #"\f"#, 0x0d: #"\r"#, 0x22: #"\""#, 0x5c: #"\\"#,
        ]
        for byte in UInt8(0)...0x7f {
            let character = String(decoding: [byte], as: UTF8.self)
            let hex = String(byte, radix: 16)
            let escape =
                escapes[byte] ?? (byte < 0x20 ? #"\u00"# + (hex.count == 1 ? "0" + hex : hex) : character)
            for before in 0...17 {
                let string = String(repeating: "é", count: before) + character + "tail of the string"
                let expected = "\"" + String(repeating: "é", count: before) + escape + "tail of the string\""
                var output: [UInt8] = []
                CanonicalWriter.appendJSONString(string, to: &output)
                #expect(output == Array(expected.utf8))
                #expect(try JSONValue.parse(output) == .string(string))
            }
        }
    }

    @Test(arguments: [
        "", " ", "nul", "truE", "[", "[1", "[1,", "[1,]", "[,1]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}",
        "{a:1}", "{1:1}", "\"", "\"a", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\n\"", "\"a\\n\t\"", "01", "-",
        "-01", "+1", ".5", "1.", "1.e5", "1e", "1e+", "0x1", "NaN", "Infinity", "1 2", "[1]]", "'a'", "// c\n1",
        "\u{feff}1", "\u{a0}1",
    ])
    func whatIsNotJSONIsRefused(text: String) {
        #expect(throws: JSONError.self) { try JSONValue.parse(Array(text.utf8)) }
    }

    @Test func theReasonForARefusalSaysWhere() {
        func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONValue { try JSONValue.parse(bytes) }
        #expect(throws: JSONError.duplicateKey("a", offset: 7)) { try parse(Array(#"{"a":1,"a":2}"#.utf8)) }
        #expect(throws: JSONError.duplicateKey("a", offset: 7)) { try parse(Array(#"{"a":1,"\u0061":2}"#.utf8)) }
        #expect(throws: JSONError.invalidUTF8(offset: 1)) { try parse([0x5b, 0x22, 0xff, 0x22, 0x5d]) }
        // An overlong slash, a surrogate and a cut-off character in UTF-8.
        #expect(throws: JSONError.invalidUTF8(offset: 0)) { try parse([0x22, 0xc0, 0xaf, 0x22]) }
        #expect(throws: JSONError.invalidUTF8(offset: 0)) { try parse([0x22, 0xed, 0xa0, 0x80, 0x22]) }
        #expect(throws: JSONError.invalidUTF8(offset: 0)) { try parse([0x22, 0x5c, 0x6e, 0xe2, 0x82, 0x22]) }
        for text in [#""\ud83d""#, #""\ud83dx""#, #""\ud83d\u0041""#, #""\ude00""#, #""\ude00\ud83d""#] {
            #expect(throws: JSONError.loneSurrogate(offset: 1)) { try parse(Array(text.utf8)) }
        }
        #expect(throws: JSONError.unexpected(offset: 4, expected: "the end")) { try parse(Array("[1] 2".utf8)) }
        #expect(throws: JSONError.tooLong(bytes: 5, bytesMax: 4)) { try JSONValue.parse([1, 2, 3, 4, 5], bytesMax: 4) }
    }

    @Test func nestingHasALimitInBothDirections() throws {
        let limit = JSONValue.nestingLevelsMax
        func nested(_ levels: Int) -> [UInt8] {
            Array((String(repeating: "[", count: levels) + String(repeating: "]", count: levels)).utf8)
        }
        var value = try JSONValue.parse(nested(limit))
        #expect(try value.canonical() == nested(limit))
        #expect(throws: JSONError.tooDeep(levelsMax: limit)) { try JSONValue.parse(nested(limit + 1)) }
        #expect(throws: JSONError.tooDeep(levelsMax: limit)) {
            try JSONValue.parse(Array(String(repeating: "{\"a\":", count: limit + 1).utf8))
        }
        value = .array([value])
        #expect(throws: JSONError.tooDeep(levelsMax: limit)) { try value.canonical() }
    }

    @Test func whiteSpaceAndOrderDoNotMatterButTheValueDoes() throws {
        let value = try JSONValue.parse(Array(" { \"b\" : [ 1 , -0 , 2.0 ] ,\r\n\t\"a\" : \"\\/\" } ".utf8))
        #expect(value == .object(["a": .string("/"), "b": .array([.integer(1), .integer(0), .number(2)])]))
        #expect(try value.canonical() == Array(#"{"a":"/","b":[1,0,2]}"#.utf8))
    }
}
