// The same rules and events given to pySigma, the reference implementation's own library: it parses every rule, and its
// SQLite backend finds in the events what the engine finds. Each difference is listed with its reason.
import Foundation
import Testing

@testable import Detection

@Suite(.enabled(if: sharedFolder != nil)) struct DifferentialTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    private static let python = folder.deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent(".build/python-tools/bin/python3").path

    private struct Answer: Decodable {
        let rules: Int
        let unparsed: [String: String]
        let unconverted: [String: String]
        let matches: [String: [String]]
    }

    /// Rules that may differ, and why.
    private static func accepted() throws -> [String: String] {
        let text = try String(
            contentsOf: folder.appendingPathComponent("Reference/pysigma_accepted.txt"), encoding: .utf8)
        var reasons: [String: String] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: " ", maxSplits: 1)
            try #require(parts.count == 2, "\(line)")
            reasons[String(parts[0])] = String(parts[1])
        }
        return reasons
    }

    private func ask(_ rules: String, _ events: [String], made: String, answer: String) throws -> Answer {
        try #require(
            FileManager.default.isExecutableFile(atPath: Self.python), "run ./test, which installs pySigma")
        try Data().write(to: URL(fileURLWithPath: answer))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.python)
        process.arguments =
            [Self.folder.appendingPathComponent("Reference/pysigma_matches.py").path, rules] + events + [
                "--made", made,
            ]
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: answer))
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return try JSONDecoder().decode(Answer.self, from: Data(contentsOf: URL(fileURLWithPath: answer)))
    }

    @Test func pySigmaParsesTheSameRulesAndFindsTheSameEvents() throws {
        let shared = try #require(sharedFolder)
        let rules = shared.appendingPathComponent("sigmahq").path
        let events = [
            "aws_cloudtrail_invictus/aws_cloudtrail_invictus-001.ndjson",
            "aws_cloudtrail_invictus/aws_cloudtrail_invictus-002.ndjson",
            "aws_cloudtrail_stratus/aws_cloudtrail_stratus-001.ndjson",
        ].map { shared.appendingPathComponent("events/" + $0).path }
        let made = FileManager.default.temporaryDirectory.appendingPathComponent("made-\(UUID().uuidString).ndjson")
            .path
        let answerFile = made + ".answer"
        defer {
            for file in [made, answerFile] where FileManager.default.fileExists(atPath: file) {
                #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: file) }
            }
        }
        let answer = try ask(rules, events, made: made, answer: answerFile)
        let set = try RuleSet(paths: [rules])
        #expect(answer.rules == set.count)
        #expect(answer.unparsed.isEmpty, "\(answer.unparsed)")

        var options = DetectionOptions()
        options.eventPath = "ev"
        options.logSourcePath = "ls"
        options.timePath = "ts"
        let run = DetectionRun(rules: set, options: options)
        var found: [String: Set<String>] = [:]
        try run.run(
            paths: events + [made],
            finding: { finding in
                if let event = finding.event.id { found[finding.rule.id, default: []].insert(event) }
            },
            problem: { Issue.record("\($0)") })
        var accepted = try Self.accepted()
        let waiting = Set(set.refused.compactMap(\.id))
        var same = 0
        for id in Set(found.keys).union(answer.matches.keys).sorted() {
            let (ours, theirs) = (found[id] ?? [], Set(answer.matches[id] ?? []))
            guard ours != theirs else {
                same += ours.count
                continue
            }
            if accepted.removeValue(forKey: id) == nil {
                Issue.record(
                    "\(id): ours alone \(ours.subtracting(theirs).sorted()), theirs alone \(theirs.subtracting(ours).sorted())"
                )
            }
        }
        #expect(accepted.isEmpty, "differences that are no more: \(accepted)")
        #expect(same > 3_000, "\(same) matches are the same")
        #expect(run.counts.events > 6_000)
        for id in answer.unconverted.keys {
            #expect(try waiting.contains(id) || Self.accepted()[id] != nil, "\(id): \(answer.unconverted[id] ?? "")")
        }
    }
}
