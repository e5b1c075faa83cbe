// The public rules and events beside the checkout, where there are some: all rules load, the matcher agrees with plain
// evaluation on real events, and the attacks of the scripted database day are seen.
import Foundation
import Testing

@testable import Detection

@Suite(.enabled(if: sharedFolder != nil)) struct PublicRuleTests {
    private func shared(_ path: String) throws -> String {
        try #require(sharedFolder).appendingPathComponent(path).path
    }

    @Test func allPublicRulesLoadAndOnlyThoseWithPlaceholdersWait() throws {
        let set = try RuleSet(paths: [shared("sigmahq")])
        #expect(set.count == 3_780)
        let waiting = set.refused.filter { rule in
            if case .waitingForPlaceholders = rule.problem { true } else { false }
        }
        #expect(waiting.count == 25)
        for rule in set.refused {
            if case .invalid(let reason) = rule.problem { Issue.record("\(rule.location): \(reason)") }
        }
        #expect(set.rules.allSatisfy { !$0.header.title.isEmpty && $0.header.author != nil })
    }

    @Test func matcherAndPlainEvaluationAgreeOnRealEvents() throws {
        let set = try RuleSet(paths: [shared("sigmahq")])
        let rules = set.rules.filter { $0.logSource.product == "aws" }
        #expect(rules.count > 40)
        let route = Route(rules: Array(rules.indices), detections: rules.map(\.detection), evaluator: Evaluator())
        let state = RouteState(route)
        var events = 0
        var matches = 0
        for path in [
            "events/aws_cloudtrail_invictus/aws_cloudtrail_invictus-001.ndjson",
            "events/aws_cloudtrail_stratus/aws_cloudtrail_stratus-001.ndjson",
        ] {
            let text = try String(contentsOfFile: shared(path), encoding: .utf8)
            for line in text.split(separator: "\n").prefix(700) {
                let event = Event()
                let bytes = Array(line.utf8)
                try bytes.withUnsafeBufferPointer { buffer in
                    try event.read(buffer)
                    event.nodes("ev") { event.root = $0 }
                    var found: [Int] = []
                    state.run(event, into: &found)
                    let plain = rules.indices.filter { route.evaluator.holds(rules[$0].detection, event) }
                    #expect(found == plain, "\(path): \(line.prefix(60))")
                    for rule in found {
                        let evidence = route.evaluator.evidence(rules[rule].detection, event)
                        #expect(Set(state.evidence(rule, event)) == Set(evidence), "\(rules[rule].header.title)")
                    }
                    matches += found.count
                }
                events += 1
            }
        }
        #expect(events > 900)
        #expect(matches > 100)
    }

    /// Every rule for Windows against events that are made of the rules' own texts, so that most of them almost match.
    @Test func matcherAndPlainEvaluationAgreeOnEventsMadeOfTheRules() throws {
        let set = try RuleSet(paths: [shared("sigmahq/rules/windows/process_creation")])
        let rules = Array(set.rules.prefix(400))
        let route = Route(rules: Array(rules.indices), detections: rules.map(\.detection), evaluator: Evaluator())
        let state = RouteState(route)
        var random = Numbers(seed: 5)
        var matches = 0
        for rule in rules.prefix(120) {
            var fields: [String: [String]] = [:]
            func gather(_ detection: Detection) {
                switch detection {
                case .all(let parts), .any(let parts), .atLeast(_, let parts): parts.forEach(gather)
                case .not: return
                case .named(_, let part): gather(part)
                case .match(let match):
                    guard let field = match.field, case .text(let pattern) = match.test else { return }
                    fields[field, default: []].append(
                        pattern.elements.map { element in
                            switch element {
                            case .literal(let bytes): String(decoding: bytes, as: UTF8.self)
                            case .one: "é"
                            case .any: random.next(2) == 0 ? "" : "Xy"
                            }
                        }.joined())
                }
            }
            gather(rule.detection)
            var json: [UInt8] = Array("{".utf8)
            for (index, (field, texts)) in fields.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { json.append(UInt8(ascii: ",")) }
                JSONText.append(field, to: &json)
                json.append(UInt8(ascii: ":"))
                JSONText.append(texts.count > 6 ? texts[0] : texts.joined(), to: &json)
            }
            json.append(UInt8(ascii: "}"))
            let event = Event()
            try json.withUnsafeBufferPointer { buffer in
                try event.read(buffer)
                var found: [Int] = []
                state.run(event, into: &found)
                let plain = rules.indices.filter { route.evaluator.holds(rules[$0].detection, event) }
                #expect(found == plain, "\(rule.header.title)")
                for rule in found {
                    let evidence = route.evaluator.evidence(rules[rule].detection, event)
                    #expect(Set(state.evidence(rule, event)) == Set(evidence), "\(rules[rule].header.title)")
                }
                matches += found.count
            }
        }
        #expect(matches > 60)
    }

    @Test func theTwelveAttacksOnTheDatabaseAreSeenAndNormalTrafficIsQuiet() throws {
        var high: [String: Set<String>] = [:]
        var quiet: [String] = []
        let text = try String(contentsOfFile: shared("events/postgres_pgaudit.jsonlog"), encoding: .utf8)
        let names = text.split(separator: "\n").map { line -> String in
            let name = line.firstRange(of: "\"application_name\": \"").map {
                line[$0.upperBound...].prefix { $0 != "\"" }
            }
            return String(name ?? "")
        }
        let run = DetectionRun(rules: try RuleSet.builtIn(), profiles: try SourceProfiles.builtIn())
        try run.run(
            paths: [shared("events/postgres_pgaudit.jsonlog")],
            finding: { finding in
                guard finding.rule.level >= .high else { return }
                let name = names[finding.event.line - 1]
                // A refused sign-in has no application; the script made its guesses from 20:00 on.
                if name.first == "S", name.dropFirst().first?.isNumber == true {
                    high[String(name.prefix(3)), default: []].insert(finding.rule.title)
                } else if finding.rule.title.hasPrefix("Many failed sign-ins"), (finding.time ?? 0) >= 1_793_649_600_000
                {
                    high["S01", default: []].insert(finding.rule.title)
                } else {
                    quiet.append("\(name) \(finding.event.line) \(finding.rule.title)")
                }
            }, problem: { Issue.record("\($0)") })
        #expect(run.counts.events == 2_131)
        #expect(run.counts.unrecognised == 0)
        let all = ["S01", "S02", "S03", "S04", "S05", "S06", "S07", "S08", "S09", "S10", "S11", "S12"]
        #expect(high.keys.sorted() == all, "\(high)")
        #expect(quiet.count <= 5, "\(quiet)")
    }
}

@Suite struct OwnRuleTests {
    @Test func everyRuleOfTheEngineLoadsAndItsExamplesHold() throws {
        let set = try RuleSet.builtIn(forExamples: true)
        #expect(set.refused.isEmpty, "\(set.refused)")
        #expect(set.rules.count + set.correlations.count >= 35)
        let results = try RuleExamples.run(set, profiles: try SourceProfiles.builtIn())
        for result in results where !result.isGood {
            Issue.record("\(result.rule.source.file):\(result.example.line) \(result.problem ?? "\(result.matched)")")
        }
        #expect(results.count >= 110)
        for header in set.rules.map(\.header) + set.correlations.map(\.header) {
            let examples = results.filter { $0.rule.id == header.id }
            // Rules that only feed a correlation are run by its examples.
            guard header.name == nil else { continue }
            let matching = examples.filter(\.example.matches).count
            #expect(matching > 0 && matching < examples.count, "\(header.title)")
            #expect(!header.controls.isEmpty && header.author == "Concord", "\(header.title)")
        }
    }

    @Test func placeholdersOfExamplesAreForExamplesAlone() throws {
        let text = ruleText(
            "selection:\n    a|expand: '%names%'\ncondition: selection",
            more: "examples:\n    placeholders: {names: [x]}\n    match: ['{\"a\":\"x\"}']")
        #expect(loaded(text).refused.count == 1, "a run needs values of the user's")
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("rule-\(UUID().uuidString).yml")
        try Data(text.utf8).write(to: file)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: file) } }
        func good(_ values: [String: [String]]) throws -> [Bool] {
            let set = try RuleSet(paths: [file.path], placeholders: values, forExamples: true)
            #expect(set.refused.isEmpty)
            return try RuleExamples.run(set, profiles: nil).map(\.matched)
        }
        #expect(try good([:]) == [false], "no profile recognises the event")
        #expect(try RuleSet(paths: [file.path], forExamples: true).rules.count == 1)
        for wrong in ["placeholders: [x]", "placeholders: {names: []}", "placeholders: x"] {
            let bad = ruleText("selection:\n    a: 1\ncondition: selection", more: "examples:\n    \(wrong)")
            #expect(loaded(bad).refused.count == 1, "\(wrong)")
        }
    }

    @Test func anExampleThatDoesNotHoldIsTold() throws {
        let rule = ruleText(
            "selection:\n    a: 1\ncondition: selection", more: "examples:\n    match:\n        - '{\"a\":2}'")
        let results = try RuleExamples.run(loaded(rule), profiles: nil)
        #expect(results.map(\.isGood) == [false])
    }
}
