// Rules, conditions and events that somebody has broken on purpose: whatever comes, the readers answer, and soon. The
// seeds are fixed, so that a failure comes again.
import Foundation
import Testing

@testable import Detection

@Suite struct MutationTests {
    /// Takes bytes out, doubles, swaps and replaces them, by preference with those that mean something to the reader.
    private static func mutated(_ text: [UInt8], _ random: inout Numbers, _ marks: [UInt8]) -> [UInt8] {
        var text = text
        for _ in 0...random.next(4) {
            guard !text.isEmpty else { return text }
            let at = random.next(text.count)
            switch random.next(6) {
            case 0: text.remove(at: at)
            case 1: text.insert(marks[random.next(marks.count)], at: at)
            case 2: text[at] = marks[random.next(marks.count)]
            case 3: text[at] = UInt8(random.next(256))
            case 4:
                let end = min(text.count, at + 1 + random.next(12))
                text.insert(contentsOf: text[at..<end], at: random.next(text.count))
            default: text.removeSubrange(at..<min(text.count, at + 1 + random.next(12)))
            }
        }
        return text
    }

    private static func isWithin(_ limit: Duration, _ body: () throws -> Void) rethrows -> Bool {
        try ContinuousClock().measure(body) < limit
    }

    private static let rules = [
        """
        title: A rule
        id: r
        level: high
        tags: [attack.t1078]
        logsource: {product: test}
        detection:
            selection: {a|contains|all: [x, 'y*'], b|re: '^(a|b)+c{2,3}$', c|cidr: 10.0.0.0/8, d|gte: 5}
            other: [{e: null}, {f|exists: true}, {g|base64offset|contains: text}]
            keys: ['one', 'two']
            condition: selection and not 1 of other* or all of keys
        """,
        """
        title: C
        id: c
        correlation:
            type: value_count
            rules: [r]
            group-by: [u]
            timespan: 5m
            condition: {field: x, gte: 3}
        ---
        action: global
        logsource: {product: test}
        """,
    ]

    @Test(arguments: [1, 2]) func aBrokenRuleIsARuleOrIsRefused(_ seed: UInt64) {
        var random = Numbers(seed: seed)
        let marks = Array("{}[]:,-|&*!%#'\"\\\n \t?>@\u{0}".utf8)
        var outcomes: Set<Bool> = []
        #expect(
            Self.isWithin(.seconds(60)) {
                for number in 0..<5_000 {
                    let text = Self.mutated(Array(Self.rules[number % 2].utf8), &random, marks)
                    let set = loaded(String(decoding: text, as: UTF8.self))
                    outcomes.insert(set.refused.isEmpty)
                    // What is refused has a reason and a line.
                    for refused in set.refused where refused.problem.description.isEmpty || refused.location.line < 1 {
                        Issue.record("\(refused)")
                    }
                }
            })
        #expect(outcomes == [true, false], "both happen, or the mutations are no test")
    }

    @Test(arguments: [3, 4]) func aBrokenConditionIsAConditionOrIsRefused(_ seed: UInt64) {
        var random = Numbers(seed: seed)
        let words = [
            "s1", "s2", "and", "or", "not", "(", ")", "1", "all", "of", "them", "s*", "any", "2", "|", "*", "_s", "NOT",
            "",
        ]
        var outcomes: Set<Bool> = []
        #expect(
            Self.isWithin(.seconds(60)) {
                for _ in 0..<5_000 {
                    let condition = (0..<(1 + random.next(9))).map { _ in words[random.next(words.count)] }
                        .joined(separator: " ")
                    let text = ruleText("s1: {a: 1}\ns2: {b: 2}\n_s: {c: 3}\ncondition: \"\(condition)\"")
                    outcomes.insert(loaded(text).refused.isEmpty)
                }
            })
        #expect(outcomes == [true, false])
    }

    @Test func deepAndWideConditionsEnd() {
        for condition in [
            String(repeating: "(", count: 100_000), String(repeating: "not ", count: 100_000) + "s",
            String(repeating: "(", count: 5_000) + "s" + String(repeating: ")", count: 5_000),
            Array(repeating: "s", count: 20_000).joined(separator: " and "),
        ] {
            let ended = Self.isWithin(.seconds(10)) {
                _ = loaded(ruleText("s: {a: 1}\ncondition: \"\(condition)\""))
            }
            #expect(ended, "\(condition.prefix(20))")
        }
    }

    private static let events = [
        #"{"a":"xy","b":[1,2.5e3,{"c":null}],"d":{"e":"\u00e4\n","f":true},"t":"2026-11-02T10:00:00Z"}"#,
        #"[{"a":1},{"a":"b\\"},{"Records":[{"x":"\ud83d\ude00"}]}]"#,
        "type=EXECVE msg=audit(1364481363.243:24287): argc=2 a0=\"sh\" a1=2D63 msg='op=x acct=\"y\" res=ok'",
        "<34>1 2003-10-11T22:14:15.003Z host su 7 ID47 [a@1 b=\"c\"] 'su root' failed",
        "<34>Oct 11 22:14:15 host su[7]: 'su root' failed",
        #"{"class_uid":2003,"time":1,"metadata":{"product":{"name":"p"}},"compliance":{"status_id":3},"vulnerabilities":[{}]}"#,
    ]

    /// Twenty-five thousand events a seed, in all forms, through the whole run: reader, profiles, rules, posture, OCSF.
    @Test(arguments: [5, 6]) func aBrokenEventIsAnEventOrIsToldByItsLine(_ seed: UInt64) throws {
        var random = Numbers(seed: seed)
        let marks = Array("{}[]:,\"\\\n =<>'().\u{0}-1e".utf8) + [0xFF, 0xC3, 0x1D]
        var options = DetectionOptions()
        options.workers = 1
        options.now = 1_795_953_600_000
        options.keepsEvents = true
        options.converts = true
        let run = DetectionRun(
            rules: loaded(Self.rules[0]), profiles: try SourceProfiles.builtIn(), options: options,
            controls: try ControlMapping.builtIn())
        var converted = 0
        run.converted = { _ in converted += 1 }
        var found = 0
        var problems = 0
        let ended = try Self.isWithin(.seconds(120)) {
            for _ in 0..<25 {
                var lines: [UInt8] = []
                for number in 0..<1_000 {
                    lines += Self.mutated(Array(Self.events[number % Self.events.count].utf8), &random, marks) + [0x0A]
                }
                try run.run(
                    text: String(decoding: lines, as: UTF8.self), file: "f",
                    finding: { finding in
                        found += 1
                        // What is printed is JSON, whatever the event holds.
                        _ = try JSONSerialization.jsonObject(with: Data(finding.line.utf8))
                        _ = try JSONSerialization.jsonObject(with: Data(finding.ocsf(now: 0).utf8))
                    },
                    problem: { problem in
                        problems += 1
                        #expect(problem.line >= 1 && !problem.reason.isEmpty)
                    })
            }
        }
        #expect(ended)
        #expect(problems > 250 && run.counts.events > 1_000 && found > 25 && converted > 250)
    }

    /// The reader of files gets raw bytes, also such as are no UTF-8, in blocks of any size.
    @Test(arguments: [7, 8]) func aFileOfAnyBytesIsRead(_ seed: UInt64) throws {
        var random = Numbers(seed: seed)
        let marks = Array("{}[]:,\"\\\n".utf8) + [0xFF, 0x1F, 0x8B]
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("fuzz-\(UUID().uuidString)")
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: file) } }
        for _ in 0..<300 {
            var bytes: [UInt8] = []
            for _ in 0..<random.next(20) {
                bytes += Self.mutated(Array(Self.events[random.next(3)].utf8), &random, marks) + [0x0A]
            }
            try Data(bytes).write(to: file)
            let reader = try EventReader(path: file.path, blockBytes: 1 + random.next(200))
            let worker = DetectionWorker(
                matcher: Matcher(rules: []), plan: CorrelationPlan(RuleSet()), options: DetectionOptions(),
                wantsAccesses: false)
            var blocks = 0
            do {
                while let block = try reader.next() {
                    _ = worker.run(block)
                    blocks += 1
                }
            } catch is UnreadableFile {
                // What begins like gzip and is none.
                #expect(bytes.starts(with: [0x1F, 0x8B]))
            }
            #expect(blocks <= bytes.count + 1)
        }
    }
}
