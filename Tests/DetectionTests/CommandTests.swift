// The built command as a child process: what it prints and how it ends.
import Foundation
import Testing

@Suite struct CommandTests {
    private static let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appendingPathComponent("concord")

    struct Result: CustomStringConvertible {
        let status: Int32
        let output: String
        let errors: String
        var description: String { "status \(status)\noutput: \(output)\nerrors: \(errors)" }
    }

    /// A folder with files, which is gone afterwards.
    private func withFiles(
        _ files: [String: String], _ body: (_ path: (String) -> String) throws -> Void
    ) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("detect-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
        for (name, text) in files { try Data(text.utf8).write(to: folder.appendingPathComponent(name)) }
        try body { folder.appendingPathComponent($0).path }
    }

    /// Output goes through files, so that no pipe is ever full.
    private func detect(_ arguments: [String], input: String = "") throws -> Result {
        try #require(
            FileManager.default.isExecutableFile(atPath: Self.program.path),
            "\(Self.program.path) is missing: build with swift build --build-tests")
        var result: Result?
        try withFiles(["in": input, "out": "", "err": ""]) { path in
            let process = Process()
            process.executableURL = Self.program
            process.arguments = ["detect"] + arguments
            process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: path("in")))
            process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: path("out")))
            process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: path("err")))
            try process.run()
            process.waitUntilExit()
            result = Result(
                status: process.terminationStatus, output: try String(contentsOfFile: path("out"), encoding: .utf8),
                errors: try String(contentsOfFile: path("err"), encoding: .utf8))
        }
        return try #require(result)
    }

    private static let rule = """
        title: A rule
        id: r1
        level: high
        logsource: {product: test}
        detection:
            selection: {a: x}
            condition: selection
        """
    private static let source = ["--logsource", "test/-/-"]

    @Test func matchesEndWithOneAndNoMatchWithZero() throws {
        try withFiles(["r.yml": Self.rule, "e.ndjson": "{\"a\":\"x\"}\n{\"a\":\"y\"}\n"]) { path in
            let run = ["run", "--rules", path("r.yml"), "--events", path("e.ndjson")] + Self.source
            let found = try detect(run)
            #expect(found.status == 1, "\(found)")
            let lines = found.output.split(separator: "\n")
            #expect(lines.count == 1 && lines[0].hasPrefix(#"{"kind":"detection","rule":{"id":"r1""#), "\(found)")
            #expect(found.errors.hasSuffix("2 events; 1 matches without a time.\n"), "\(found)")
            let none = try detect(
                ["run", "--rules", path("r.yml"), "--events", "-"] + Self.source, input: "{\"a\":\"y\"}\n")
            #expect(none.status == 0, "\(none)")
            #expect(none.output.isEmpty)
        }
    }

    @Test func aHangUpReadsTheRulesAgain() throws {
        try withFiles(["r.yml": Self.rule, "out": "", "err": ""]) { path in
            let (process, input) = (Process(), Pipe())
            process.executableURL = Self.program
            process.arguments = ["detect", "run", "--rules", path("r.yml"), "--events", "-"] + Self.source
            process.standardInput = input
            process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: path("out")))
            process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: path("err")))
            try process.run()
            func waits(for text: String, in name: String) throws {
                for _ in 0..<3_000 {
                    if try String(contentsOfFile: path(name), encoding: .utf8).contains(text) { return }
                    usleep(10_000)
                }
                Issue.record("\(name) never had: \(text)")
            }
            input.fileHandleForWriting.write(Data("{\"a\":\"x\",\"id\":1}\n".utf8))
            try waits(for: "r1", in: "out")
            try Data(Self.rule.replacing("selection: {a: x}", with: "selection: {a: y}").utf8).write(
                to: URL(fileURLWithPath: path("r.yml")))
            #expect(kill(process.processIdentifier, SIGHUP) == 0)
            try waits(for: "The rules were read again: 1 are used.", in: "err")
            // What cannot be read changes nothing.
            try FileManager.default.removeItem(atPath: path("r.yml"))
            #expect(kill(process.processIdentifier, SIGHUP) == 0)
            try waits(for: "The rules stay as they are: \(path("r.yml"))", in: "err")
            input.fileHandleForWriting.write(Data("{\"a\":\"x\"}\n{\"a\":\"y\"}\n".utf8))
            try input.fileHandleForWriting.close()
            process.waitUntilExit()
            #expect(process.terminationStatus == 1)
            let lines = try String(contentsOfFile: path("out"), encoding: .utf8).split(separator: "\n")
            #expect(lines.map { $0.contains(#""value":"y""#) } == [false, true], "\(lines)")
        }
    }

    @Test func everyFormatIsPrinted() throws {
        try withFiles(["r.yml": Self.rule, "e.ndjson": "{\"a\":\"x\"}\n{\"a\":\"x\"}\n"]) { path in
            let run = ["run", "--rules", path("r.yml"), "--events", path("e.ndjson")] + Self.source
            func lines(_ more: String...) throws -> [Substring] {
                let result = try detect(run + more)
                #expect(result.status == 1, "\(result)")
                return result.output.split(separator: "\n")
            }
            #expect(try lines().count == 2)
            #expect(try lines("--group", "all").count == 1)
            #expect(try lines("--group", "all").first?.contains(#""count":2"#) == true)
            #expect(try lines("--format", "ocsf").allSatisfy { $0.contains(#""class_uid":2004"#) })
            #expect(try lines("--format", "table").count == 2, "a heading and one group")
            #expect(try lines("--format", "table", "--group", "none").count == 3)
            let page = try lines("--format", "html").joined(separator: "\n")
            #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("2 findings (1 different ones)"))
        }
    }

    @Test func badInputEndsWithTwoAndIsToldByItsLine() throws {
        try withFiles(["r.yml": Self.rule, "bad.ndjson": "{\"a\"}\n\n{\"a\":}\n", "some.ndjson": "{\"a\":1}\n[1]\nx\n"])
        {
            path in
            let run = ["run", "--rules", path("r.yml")] + Self.source
            let broken = try detect(run + ["--events", path("bad.ndjson")])
            #expect(broken.status == 2, "\(broken)")
            #expect(broken.errors.contains("bad.ndjson:1: column 5: a colon is missing"), "\(broken)")
            #expect(broken.errors.contains("bad.ndjson:3: column 6: a value is missing"), "\(broken)")
            let some = try detect(run + ["--events", path("some.ndjson")])
            #expect(some.status == 0, "the rest goes on: \(some)")
            #expect(some.errors.contains("some.ndjson:2: ") && some.errors.contains("some.ndjson:3: "), "\(some)")
            #expect(some.errors.contains("2 lines that are no events"), "\(some)")
            for wrong in [
                run + ["--events", path("missing")],
                ["run", "--rules", path("missing"), "--events", path("some.ndjson")],
                run, run + ["--events", "-", "--source", "nonsense"], run + ["--events", "-", "--format", "xml"],
                run + ["--events", "-", "--logsource", "x"], run + ["--events", "-", "--group", "soon"],
                run + ["--events", "-", "--lateness", "soon"], run + ["--events", "-", "--silent-after", "0"],
                run + ["--events", "-", "--grants", path("r.yml")],
                run + ["--events", "-", "--silences", path("r.yml")],
                run + ["--events", "-", "--networks", path("r.yml")], ["networks", "--events", "-"],
                ["networks", "--networks", path("r.yml"), "--events", path("some.ndjson")],
                run + ["--events", "-", "--mapping", path("missing")], ["nonsense"],
            ] {
                let result = try detect(wrong)
                #expect(result.status == 2, "\(wrong): \(result)")
                #expect(result.output.isEmpty, "\(wrong)")
                #expect(!result.errors.isEmpty, "\(wrong)")
            }
        }
    }

    @Test func checkSaysForEachRuleWhetherItCanBeUsed() throws {
        let waiting = Self.rule.replacing("r1", with: "r2").replacing("a: x", with: "a|expand: '%names%'")
        let refused = Self.rule.replacing("r1", with: "r3").replacing("a: x", with: "a|nonsense: x")
        try withFiles(["1.yml": Self.rule, "2.yml": waiting, "3.yml": refused, "names.txt": "names: [x]"]) { path in
            let both = try detect(["check", "--rules", path("1.yml"), path("2.yml")])
            #expect(both.status == 0, "\(both)")
            #expect(both.output.hasSuffix("1 runnable, 1 waiting, 0 refused\n"), "\(both)")
            let all = try detect(["check", "--rules", path("."), "--placeholders", path("names.txt")])
            #expect(all.status == 1, "\(all)")
            #expect(all.output.contains("3.yml:6: refused: A rule: "), "\(all)")
            #expect(all.output.hasSuffix("2 runnable, 0 waiting, 1 refused\n"), "\(all)")
            #expect(try detect(["check", "--rules", path("missing")]).status == 2)
        }
    }

    @Test func testRunsTheExamplesOfRules() throws {
        let events = #"{"eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"r"}"#
        func rule(_ kind: String) -> String {
            "title: T\nid: t\nlogsource: {product: aws}\ndetection: {s: {eventName: GetObject}, condition: s}\n"
                + "examples:\n    \(kind):\n        - '\(events)'\n"
        }
        try withFiles(["good.yml": rule("match"), "bad.yml": rule("nomatch")]) { path in
            let good = try detect(["test", path("good.yml")])
            #expect(good.status == 0 && good.output == "1 examples, 1 good, 0 not\n", "\(good)")
            let bad = try detect(["test", path("bad.yml")])
            #expect(bad.status == 1 && bad.output.contains("bad.yml:7: T: the example matches, and must not"), "\(bad)")
            #expect(try detect(["test", path("missing")]).status == 2)
            let own = try detect(["test"])
            #expect(own.status == 0, "\(own)")
        }
    }

    @Test func explainShowsWhichPartHolds() throws {
        try withFiles(["r.yml": Self.rule, "e.json": #"{"a":"x"}"#, "bad.json": "{"]) { path in
            let yes = try detect(["explain", path("r.yml"), path("e.json")])
            #expect(yes.status == 1 && yes.output.hasSuffix("the rule matches\n"), "\(yes)")
            let no = try detect(["explain", path("r.yml"), "-"], input: #"{"a":"y"}"#)
            #expect(no.status == 0 && no.output.contains("- a is “x” (line 6): “y”"), "\(no)")
            let bad = try detect(["explain", path("r.yml"), path("bad.json")])
            #expect(bad.status == 2 && bad.errors.contains("column 2"), "\(bad)")
            #expect(try detect(["explain", path("missing"), path("e.json")]).status == 2)
            #expect(try detect(["explain", path("r.yml"), path("missing")]).status == 2)
        }
    }

    @Test func convertPrintsOCSF() throws {
        let line = "<38>1 2026-03-02T10:00:00Z web sshd 7 - - Accepted password\n"
        let good = try detect(["convert", "--events", "-"], input: line)
        #expect(good.status == 0, "\(good)")
        #expect(good.output.contains(#""class_uid":3002"#) && good.output.contains(#""time":1772445600000"#), "\(good)")
        #expect(try detect(["convert", "--events", "-"], input: "{\"a\":1}\n").status == 1)
        #expect(try detect(["convert", "--events", "-"], input: "x\n").status == 2)
        #expect(try detect(["convert", "--events", "-", "--source", "x"], input: line).status == 2)
    }

    @Test func networksAreLearnedKeptAndWatched() throws {
        func event(_ day: Int, _ address: String) -> String {
            #"{"eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"r","eventTime":"2026-03-0"#
                + "\(day)T08:00:00Z\",\"sourceIPAddress\":\"\(address)\","
                + #""userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::1:user/ci","userName":"ci"}}"# + "\n"
        }
        try withFiles(["n.yml": "learn: 1d\nactors: ['*ci']\n", "r.yml": Self.rule]) { path in
            let run = ["run", "--rules", path("r.yml"), "--events", "-", "--networks"]
            let quiet = try detect(
                run + [path("n.yml")], input: event(1, "192.0.2.1") + event(5, "192.0.2.9"))
            #expect(quiet.status == 0 && quiet.output.isEmpty, "\(quiet)")
            let found = try detect(run + [path("n.yml")], input: event(1, "192.0.2.1") + event(5, "203.0.113.1"))
            #expect(found.status == 1 && found.output.contains("concord-new-network"), "\(found)")
            let learned = try detect(
                ["networks", "--networks", path("n.yml"), "--events", "-"],
                input: event(1, "192.0.2.1") + event(5, "203.0.113.1"))
            #expect(learned.status == 0, "\(learned)")
            #expect(
                learned.output == "learn: 1d\nactors: [\"*ci\"]\nknown:\n"
                    + "    \"arn:aws:iam::1:user/ci\": [\"192.0.2.0/24\", \"203.0.113.0/24\"]\n", "\(learned)")
            try Data(learned.output.utf8).write(to: URL(fileURLWithPath: path("kept.yml")))
            let kept = try detect(run + [path("kept.yml")], input: event(9, "198.51.100.1"))
            #expect(kept.status == 1, "what is known needs no learning: \(kept)")
        }
    }

    @Test func findingsOfScannersAreMatches() throws {
        let finding =
            #"{"class_uid":2003,"severity_id":4,"time":1739539623,"metadata":{"product":{"name":"S"}},"#
            + #""finding_info":{"uid":"1","title":"T"},"compliance":{"control":"mfa","status_id":3}}"# + "\n"
        let result = try detect(["run", "--events", "-"], input: finding)
        #expect(result.status == 1 && result.output.contains(#""kind":"posture""#), "\(result)")
        let passed = try detect(
            ["run", "--events", "-"], input: finding.replacing("\"status_id\":3", with: "\"status_id\":1"))
        #expect(passed.status == 0 && passed.errors.contains("1 checks of scanners that passed"), "\(passed)")
    }
}
