// Decimals as text: to the byte what Foundation reads and writes.
import Foundation
import RecordKit
import Testing

/// A linear congruential generator (Knuth's constants): the same numbers in every run.
private struct Numbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33 | state << 31
    }
}

@Suite struct PlainDecimalTests {
    @Test func anyDecimalIsReadAndWrittenAsFoundationDoes() throws {
        var random = Numbers(state: 2)
        for _ in 0..<20_000 {
            var text = (random.next() % 10 < 4) ? "-" : ""
            for _ in 0...Int.random(in: 0...17, using: &random) { text += String(random.next() % 10) }
            if random.next() % 10 < 6 {
                text += "."
                for _ in 0...Int.random(in: 0...9, using: &random) {
                    text += (random.next() % 10 < 4) ? "0" : String(random.next() % 10)
                }
            }
            let known = try #require(Decimal(string: text, locale: nil))
            let read = try #require(Decimal(plain: text), "\(text)")
            #expect(read == known && read.hashValue == known.hashValue, "\(text)")
            #expect(known.plainText == known.description, "\(text)")
            #expect(read.plainText == known.description && read.description == known.description, "\(text)")
        }
    }

    @Test(arguments: [
        "0", "-0", "0.0", "-0.00", ".5", "5.", "-.5", "1e3", "1E-3", "1 ", " 1", "+1", "abc", "", "-", "--1", "1.2.3",
        "1,5", "12abc", "999999999999999", "1000000000000000", "0.000000000000001", "0.0000000000000001",
        "123456789012345678901234567890", "NaN",
    ])
    func oddTextsAreReadAsFoundationDoes(_ text: String) {
        #expect(Decimal(plain: text) == Decimal(string: text, locale: nil))
    }

    @Test(arguments: [
        Decimal(sign: .plus, exponent: 3, significand: 12), Decimal(sign: .minus, exponent: -20, significand: 5),
        Decimal(sign: .plus, exponent: -2, significand: 1_500), .nan, .greatestFiniteMagnitude,
        .leastNonzeroMagnitude, -Decimal(0.1), Decimal(9_007_199_254_740_993),
    ])
    func oddDecimalsAreWrittenAsFoundationDoes(_ number: Decimal) {
        #expect(number.plainText == number.description)
    }
}
