// Sets of rules: collections, filters, references, log sources, and files that are broken.
import Foundation
import Testing

@testable import Detection

@Suite struct RuleSetTests {
    @Test func collectionsLayDocumentsOverEachOther() throws {
        let set = loaded(
            """
            action: global
            title: Shared
            level: low
            logsource: {product: test}
            detection:
                selection: {a: 1}
            ---
            id: one
            detection: {condition: selection}
            ---
            id: two
            level: high
            detection: {other: {b: 1}, condition: selection and other}
            ---
            action: repeat
            id: three
            detection: {condition: selection or other}
            ---
            action: reset
            ---
            id: four
            title: Alone
            logsource: {product: test}
            detection: {selection: {c: 1}, condition: selection}
            """)
        #expect(set.refused.isEmpty)
        #expect(set.rules.map(\.header.id) == ["one", "two", "three", "four"])
        #expect(set.rules.map(\.header.level) == [.low, .high, .high, .medium])
        #expect(set.rules.map(\.header.source.line) == [8, 11, 15, 21])
    }

    @Test func filtersAreAddedAsTheyAreWritten() throws {
        let text = """
            title: A rule
            id: r
            name: rule_name
            logsource: {product: test, category: x}
            detection: {selection: {a: 1}, condition: selection}
            ---
            title: Leave out service accounts
            id: f
            logsource: {product: test}
            filter:
                rules: [rule_name]
                selection: {u|startswith: svc}
                condition: not selection
            """
        var options = DetectionOptions()
        options.logSource = LogSource(product: "test", category: "x")
        let events = [#"{"a":1,"u":"svc1","t":1}"#, #"{"a":1,"u":"anna","t":2}"#]
        #expect(try findings(text, events, options: options).map(\.event.line) == [2])
        let positive = text.replacingOccurrences(of: "condition: not selection", with: "condition: selection")
        #expect(try findings(positive, events, options: options).map(\.event.line) == [1])
        let any = text.replacingOccurrences(of: "[rule_name]", with: "any")
        #expect(try findings(any, events, options: options).map(\.event.line) == [2])
        let missing = loaded(text.replacingOccurrences(of: "[rule_name]", with: "[other]"))
        #expect(missing.refused.map(\.id) == ["f"])
        let elsewhere = loaded(text.replacingOccurrences(of: "{product: test}", with: "{product: other}"))
        #expect(elsewhere.refused.map(\.id) == ["f"])
    }

    @Test func labelsDecideWhichRulesSeeAnEvent() {
        let rule = LogSource(product: "windows", service: "security")
        #expect(LogSource(label: "windows/-/security")?.satisfies(rule) == true)
        #expect(LogSource(label: "Windows/process_creation/Security")?.satisfies(rule) == true)
        #expect(LogSource(label: "windows/-/-")?.satisfies(rule) == false)
        #expect(LogSource(label: "windows/-/system")?.satisfies(rule) == false)
        #expect(LogSource(label: "windows") == nil)
    }

    @Test(arguments: [
        ("title: x", "the log source is missing"), ("- a", "must be a mapping"),
        ("title: x\nlogsource: {definition: y}\ndetection: {s: {a: 1}, condition: s}", "names no product"),
        ("title: x\nlogsource: {product: y}", "the detection is missing"),
        ("title: x\nlogsource: {product: y}\ndetection: {condition: s}", "no search identifier"),
        ("title: x\nlogsource: {product: y}\ndetection: {s: {a: 1}}", "the condition is missing"),
        ("title: x\nlogsource: {product: y}\ndetection: {s: {}, condition: s}", "is empty"),
        ("title: x\nlevel: grave\nlogsource: {product: y}\ndetection: {s: {a: 1}, condition: s}", "the level must be"),
        ("logsource: {product: y}\ndetection: {s: {a: 1}, condition: s}", "the title is missing"),
        ("a: [", "not YAML"), ("a: 1\na: 2", "twice"), ("action: jump\ntitle: x", "no action jump"),
        ("\(String(repeating: "[", count: 5_000))", "nests too deep"),
        ("action: repeat\ntitle: x", "nothing to repeat"),
        ("\(String(repeating: "- ", count: 5_000))", "nests too deep"),
    ])
    func aBrokenFileIsRefusedAndNeverTheOthers(_ text: String, _ reason: String) {
        let good = ruleText("selection:\n    a: 1\ncondition: selection")
        let set = RuleSet(texts: [("bad.yml", text), ("good.yml", good)])
        #expect(set.rules.map(\.header.id) == ["r"])
        #expect(set.refused.count == 1)
        #expect(set.refused.first.map { "\($0.problem)" }?.contains(reason) == true, "\(set.refused)")
        #expect(set.refused.first?.location.file == "bad.yml")
    }

    @Test func aBombOfAliasesIsRefused() {
        var text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
        for level in 1...9 {
            let name = "*a\(level - 1)"
            text += "a\(level): &a\(level) [\(Array(repeating: name, count: 10).joined(separator: ","))]\n"
        }
        let clock = ContinuousClock()
        let time = clock.measure { #expect(refusal(text)?.problem.description.contains("aliases") == true) }
        #expect(time < .seconds(20))
    }

    @Test func anIdStandsOnce() {
        let rule = ruleText("selection:\n    a: 1\ncondition: selection")
        let set = RuleSet(texts: [("a.yml", rule), ("b.yml", rule)])
        #expect(set.rules.count == 1)
        #expect(set.refused.first?.problem.description == "the id r stands already at a.yml:1")
    }

    @Test func rulesComeAndGoWhileARunGoesOn() throws {
        let rule = try #require(loaded(ruleText("selection:\n    a: 1\ncondition: selection")).rules.first)
        let run = DetectionRun(
            rules: RuleSet(),
            options: {
                var options = DetectionOptions()
                options.logSource = LogSource(product: "test")
                return options
            }())
        func matched() throws -> Int {
            var count = 0
            try run.run(text: #"{"a":1}"#, file: "e", finding: { _ in count += 1 }, problem: { _ in })
            return count
        }
        #expect(try matched() == 0)
        run.rules.add(rule)
        #expect(try matched() == 1)
        run.rules.add(rule)
        #expect(try matched() == 1)
        run.rules.remove(id: "r")
        #expect(try matched() == 0)
    }

    @Test func randomRuleFilesNeverCrash() {
        let text = Array(
            ruleText(
                "sel*:\n    a|re|i: '[a-z]{2}(x|y)+'\n    b|windash|contains|all: ['-x', y]\ncondition: 1 of sel* and not (x)"
            )
            .utf8)
        var random = Numbers(seed: 11)
        for _ in 0..<3_000 {
            var bytes = text
            for _ in 0...random.next(4) {
                let at = random.next(bytes.count)
                switch random.next(3) {
                case 0: bytes[at] = UInt8(32 + random.next(95))
                case 1: bytes.remove(at: at)
                default: bytes.insert(contentsOf: Array("*&|'-:[{(".utf8).shuffled(using: &random.generator), at: at)
                }
            }
            let set = loaded(String(decoding: bytes, as: UTF8.self))
            #expect(set.count >= 0)
        }
    }
}

extension Numbers {
    /// For shuffling, the same in every run.
    var generator: Generator {
        get { Generator(numbers: self) }
        set { self = newValue.numbers }
    }

    struct Generator: RandomNumberGenerator {
        var numbers: Numbers
        mutating func next() -> UInt64 {
            UInt64(numbers.next(1 << 16)) << 32 | UInt64(numbers.next(1 << 16)) << 16 | UInt64(numbers.next(1 << 16))
        }
    }
}
