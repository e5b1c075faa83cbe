// Correlations given to pySigma, the reference implementation's own library: it parses the same, and its SQLite backend,
// which computes exact windows, sees the same matches at the same times. Each difference is listed with its reason.
import Foundation
import Testing

@testable import Detection

@Suite struct CorrelationDifferentialTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    private static let python = folder.deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent(".build/python-tools/bin/python3").path

    private struct Answer: Decodable {
        struct Case: Decodable {
            let name: String
            let rules: String
            let events: [String]
            let matches: [[Value]]
        }
        struct Parsed: Decodable {
            let name: String
            let rules: String
            let refused: String?
        }
        let cases: [Case]
        let parsed: [Parsed]
    }

    /// The time of a match, or a value of its group.
    private enum Value: Decodable {
        case time(Int64)
        case text(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let time = try? container.decode(Int64.self) {
                self = .time(time)
            } else {
                self = .text(try container.decode(String.self))
            }
        }

        var written: String {
            switch self {
            case .time(let seconds): "\(seconds)"
            case .text(let text): text
            }
        }
    }

    private static func ask() throws -> Answer {
        try #require(FileManager.default.isExecutableFile(atPath: python), "run ./test, which installs pySigma")
        let answer = FileManager.default.temporaryDirectory.appendingPathComponent("correlations-\(UUID().uuidString)")
        try Data().write(to: answer)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: answer) } }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = [folder.appendingPathComponent("Reference/pysigma_correlations.py").path]
        process.standardOutput = try FileHandle(forWritingTo: answer)
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return try JSONDecoder().decode(Answer.self, from: Data(contentsOf: answer))
    }

    /// What may differ, by the name of the case, and why.
    private static let accepted = [
        "group-missing": "A missing field is a group of its own here; the backend leaves the event out.",
        "group-cases": "Values of groups are the same only in every letter here; the backend folds ASCII.",
        "value-missing": "An event without the value ends no window here; the backend counts those before it again.",
        "condition-range": "The specification allows ranges, and pySigma one comparison.",
        "field-superfluous": "A field that is not counted is a mistake of the writer's, and is told here.",
        "aliases-unknown-rule": "An alias for a rule that is not named is a mistake of the writer's, and is told here.",
    ]

    /// The times of events of a kind.
    private static func times(of kind: String, in events: [String]) throws -> Set<String> {
        struct Row: Decodable {
            let t: Int64
            let k: String
        }
        return Set(
            try events.map { try JSONDecoder().decode(Row.self, from: Data($0.utf8)) }.filter { $0.k == kind }
                .map { "\($0.t)" })
    }

    @Test func pySigmaSeesTheSameMatches() throws {
        let answer = try Self.ask()
        var differing: Set<String> = []
        var same = 0
        #expect(answer.cases.count > 40)
        for item in answer.cases {
            let set = RuleSet(text: item.rules, file: item.name)
            #expect(set.refused.isEmpty, "\(item.name): \(set.refused)")
            var options = DetectionOptions()
            options.logSource = LogSource(product: "test")
            options.timePath = "t"
            options.workers = 1
            let run = DetectionRun(rules: set, options: options)
            var found: Set<String> = []
            func take(_ finding: Finding) {
                guard finding.kind == .correlation, finding.rule.name == "found", let time = finding.time else {
                    return
                }
                let group = finding.group.sorted { $0.field < $1.field }.map { $0.value ?? "" }
                found.insert(([String(time / 1_000)] + group).joined(separator: " "))
            }
            try run.run(
                text: item.events.joined(separator: "\n"), file: "events", finding: take,
                problem: { Issue.record("\($0)") })
            try run.finish(take)
            var matches = item.matches.map { $0.map(\.written) }
            if item.name.hasPrefix("temporal_ordered") {
                // The backend tells an order again at every event behind it, the engine at the one that completes it.
                let last = try Self.times(of: "c", in: item.events)
                matches = matches.filter { last.contains($0[0]) }
            }
            let theirs = Set(matches.map { $0.joined(separator: " ") })
            if found == theirs {
                same += theirs.count
            } else {
                differing.insert(item.name)
                if Self.accepted[item.name] == nil {
                    Issue.record(
                        "\(item.name): ours alone \(found.subtracting(theirs).sorted()), theirs alone \(theirs.subtracting(found).sorted())"
                    )
                }
            }
        }
        #expect(same > 1_500, "\(same) matches are the same")
        for item in answer.parsed {
            let set = RuleSet(text: item.rules, file: item.name)
            let refused = set.refused.first { $0.title == "Correlation" || $0.title == nil }
            #expect(set.rules.count == 3, "\(item.name): the others load")
            guard (refused == nil) != (item.refused == nil) else { continue }
            differing.insert(item.name)
            if Self.accepted[item.name] == nil {
                Issue.record("\(item.name): ours \(refused?.problem.description ?? "-"), theirs \(item.refused ?? "-")")
            }
        }
        #expect(Set(Self.accepted.keys).subtracting(differing).isEmpty, "differences that are no more")
    }
}
