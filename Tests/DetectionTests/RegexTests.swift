// Regular expressions: what they match, held against another implementation, and that no text takes them long.
import Foundation
import Testing

@testable import Detection

private func found(_ pattern: String, _ text: String, flags: Set<Character> = []) throws -> Bool {
    let regex: RegexPattern
    do throws(RegexError) { regex = try RegexPattern(pattern, flags: flags) } catch {
        Issue.record("\(pattern): \(error.reason)")
        return false
    }
    let matcher = RegexMatcher(try RegexProgram(regex.tree))
    let bytes = Array(text.utf8)
    let result = bytes.withUnsafeBufferPointer(matcher.matches)
    // Where literals are required, a text without them must not match.
    if result, let literals = RegexLiterals.required(regex.tree) {
        let folded = String(decoding: CaseFolding.fold(bytes), as: UTF8.self)
        let isSeen = literals.contains { folded.contains(String(decoding: $0, as: UTF8.self)) }
        #expect(isSeen, "\(pattern) in \(text)")
    }
    return result
}

@Suite struct RegexTests {
    @Test(arguments: [
        ("a.c", "abc", "ac"), ("^a$", "a", "ab"), ("a*b", "b", "a"), ("a+b", "aab", "b"), ("a?b", "b", "a"),
        ("a{2}", "aa", "a"), ("^a{2,3}$", "aaa", "aaaa"), ("^a{2,}$", "aaaaa", "a"), ("[a-c]x", "bx", "dx"),
        ("[^a-c]x", "dx", "bx"), ("a|bc", "bc", "b"), ("(ab)+c", "ababc", "ac"), ("(?:ab)c", "abc", "ab"),
        ("(?i)ab", "AB", "a"), ("a(?i)b", "aB", "AB"), ("(?i:a)b", "Ab", "AB"), ("\\d\\D", "1a", "11"),
        ("\\w\\W", "a-", "aa"), ("\\s\\S", " a", "  "), ("\\bfoo\\b", "a foo b", "afoo"), ("\\Boo", "foo", "oo"),
        ("a\\.b", "a.b", "axb"), ("[]a]", "]", "b"), ("[a\\]]", "]", "b"), ("[a-]", "-", "b"), ("\\x41", "A", "B"),
        ("\\x{e9}", "é", "e"), ("é+", "éé", "e"), ("[à-ü]", "é", "e"), ("^.$", "é", "éé"), ("^..$", "\u{1F600}a", "a"),
        ("[[:digit:]]+x", "12x", "x"), ("\\Aab\\z", "ab", "ab\n"), ("ab$", "ab\n", "ab\n\n"),
        ("\\Qa.b\\E", "a.b", "axb"),
        ("a{,2}", "a{,2}", "aa"), ("{", "{", "a"), ("x*?y", "xy", "x"), ("(?<n>a)b", "ab", "b"),
        ("(?P<n>a)b", "ab", "b"),
        ("a#b", "a#b", "a"), ("(?x) a b # c", "ab", "a b"), ("\\/", "/", "a"), ("(|a)b", "b", "a"),
        ("[^\\s]x", "ax", " x"),
        ("\\h", "\t", "a"), ("(^0oa.*|@)", "0oa1", "x0oa"), ("\\\\*m", "m", "x"), ("[\\w+|\\s]!", "|!", "-!"),
        ("(?m)^b", "a\nb", "ab"), ("(?s)a.b", "a\nb", "ab"),
    ])
    func aFormMatchesWhatItMeans(_ pattern: String, _ yes: String, _ no: String) throws {
        #expect(try found(pattern, yes))
        #expect(try !found(pattern, no))
    }

    @Test func caseIsLeftOutOnlyWithTheFlag() throws {
        #expect(try found("[^a]", "A"))
        #expect(try !found("^[^a]$", "A", flags: ["i"]))
        #expect(try !found("\\W", "abc", flags: ["i"]))
        #expect(try found("ÄB", "äb", flags: ["i"]))
    }

    @Test(arguments: [
        "(", ")", "a)", "[a", "*a", "a**+", "(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "(?>a)", "a++", "\\1", "(?P=n)",
        "\\k<n>",
        "[z-a]", "a{3,2}", "\\", "\\q", "(?z)", "[[:foo:]]", "(?#", "((a{500}){500}){500}", "\\x{110000}",
    ])
    func whatIsNoRegularExpressionIsRefused(_ pattern: String) {
        #expect(throws: RegexError.self) { try RegexPattern(pattern) }
    }

    @Test func anotherImplementationSaysTheSame() throws {
        var random = Numbers(seed: 7)
        let atoms = ["a", "b", "c", ".", "[ab]", "[^a]", "(a|bc)", "(?:b|)", "\\b", "^", "$", "\\w", "(ab)"]
        let counts = ["", "", "", "*", "+", "?", "{2}", "{1,2}", "{0,2}"]
        var compared = 0
        for _ in 0..<3_000 {
            var pattern = ""
            for _ in 0..<(1 + random.next(5)) {
                let atom = atoms[random.next(atoms.count)]
                pattern += atom
                if !["\\b", "^", "$"].contains(atom) { pattern += counts[random.next(counts.count)] }
                if random.next(8) == 0 { pattern += "|" }
            }
            let other = try NSRegularExpression(pattern: pattern)
            for _ in 0..<5 {
                let text = (0..<random.next(7)).map { _ in ["a", "b", "c", "-"][random.next(4)] }.joined()
                let expected = other.firstMatch(in: text, range: NSRange(location: 0, length: text.utf16.count)) != nil
                #expect(try found(pattern, text) == expected, "\(pattern) in “\(text)”")
                compared += 1
            }
        }
        #expect(compared == 15_000)
    }

    @Test(arguments: ["(a+)+$", "(a|a)*c", "(a*)*b", "(.*a){20}x", "a{1,500}a{1,500}b", "(x+x+)+y", ".{1000,}z"])
    func catastrophicExpressionsTakeLinearTime(_ pattern: String) throws {
        let regex = try RegexPattern(pattern)
        let matcher = RegexMatcher(try RegexProgram(regex.tree))
        func seconds(_ count: Int) -> Double {
            let text = [UInt8](repeating: UInt8(ascii: "a"), count: count) + Array("!".utf8)
            let clock = ContinuousClock()
            let time = clock.measure { #expect(!text.withUnsafeBufferPointer(matcher.matches)) }
            return Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
        }
        // Backtracking would not end within the life of the machine.
        #expect(seconds(20_000) < 20)
    }
}

/// Numbers that are the same in every run.
struct Numbers {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 33) % max(1, bound)
    }
}
