import Foundation
import FoundationNetworking
import TestKit
import Testing

/// What the OpenAPI document promises, the built server keeps: Schemathesis makes requests from the document, good ones
/// and bad ones, with a fixed seed, and judges the answers.
///
/// `./test` installs it into `.build/python-tools`; without it this test fails and says so.
@Suite(.withoutBrowser) struct SchemathesisJourney {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let lead = "ines.hartmann@meridian-credit.example"
    private static let program = root.appendingPathComponent(".build/python-tools/bin/schemathesis").path

    /// Ids that exist, so that requests reach further than "not found". One's own role is left alone: without it
    /// everything else would only be refused.
    private func configuration(_ server: RunningServer, _ token: String) async throws -> String {
        var text = Self.configurationHead
        for plural in ["controls", "tasks", "assets", "assessments", "applicabilities", "answers", "requirements"] {
            let list = try await server.send("GET", "/api/v1/\(plural)?limit=1&fields=id", token: token)
            let found = String(decoding: list.body, as: UTF8.self).firstMatch(of: /"id":"([0-9a-f-]{36})"/)
            let id = try #require(found, "no \(plural): \(list)").output.1
            text += """

                [[operations]]
                include-path-regex = "^/api/v1/\(plural)/\\\\{id\\\\}"
                parameters = { "path.id" = "\(id)" }

                """
        }
        return text
    }

    /// What the checks take for a refusal is wider than their defaults: a version that was not named is 428
    /// (RFC 6585) and an old one 412, the same key at the same time is 409, and what passes its schema may still be
    /// refused by a rule that no schema can say (a reference to nothing, a cursor of another list). A version that
    /// is needed to roll a library back, and not to see what that would do, may be missing there alone.
    private static let configurationHead = """
        [checks]
        missing_required_header.expected-statuses = [400, 401, 403, 404, 406, 409, 415, 422, 428]
        positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409, 412, 422]
        negative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 406, 409, 412, 415, 422, 428]

        [[operations]]
        include-path-regex = "/roll-back$"
        checks.positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409, 412, 422, 428]

        """

    @Test func noAnswerIsAFaultOrBreaksTheDocument() async throws {
        #expect(FileManager.default.isExecutableFile(atPath: Self.program), "run ./test, which installs Schemathesis")
        let demo = try await RunningServer.demo.copy()
        let server = try await RunningServer(folder: demo.folder)
        let token = try await server.token(Self.lead)
        let file = demo.folder.appendingPathComponent("schemathesis.toml")
        try Data(try await configuration(server, token).utf8).write(to: file)
        // It keeps what it found in the folder where it runs, and asks for it again: a copy of its own is a fresh start.
        let process = try ChildProcess(
            "/bin/sh",
            arguments: [
                "-c", "cd \"$0\" && exec \"$@\"", demo.folder.path, Self.program, "--config-file", file.path,
                "--no-color", "run", server.base + "/api/openapi.json", "-H",
                "Authorization: Bearer \(token)", "--phases", "examples,coverage,fuzzing", "--max-examples", "2",
                "--seed", "42", "--workers", "1", "--no-shrink", "--continue-on-failure", "--warnings", "off",
                "--suppress-health-check", "all",
                // A document takes seconds to make.
                "--request-timeout", "60",
                // One worker: CPython 3.11 parses source in two threads at a time wrongly, and then the tool fails.
                // Nothing is deleted here, so nothing can be used after it was.
                "--exclude-checks", "use_after_free,ensure_resource_availability",
                // Its answer has no end, and the tool waits for the whole of an answer. LiveTests and LiveJourney hear it.
                "--exclude-operation-id", "getEvents",
            ], environment: ["PYTHONDONTWRITEBYTECODE": "1", "HYPOTHESIS_STORAGE_DIRECTORY": demo.folder.path])
        let exit = try await process.waitForExit(within: .seconds(1_200))
        let text = (process.lines() + process.lines(of: .errors)).joined(separator: "\n")
        #expect(exit == .status(0), "\(text.suffix(20_000))")
        let cases = try #require(text.firstMatch(of: /(\d+) generated/), "\(text.suffix(2_000))")
        #expect(Int(cases.output.1) ?? 0 > 5_000, "\(text.suffix(2_000))")
        await server.stop()
        let (status, words) = try await RunningServer.run("ledger", "verify", "--data", demo.folder.path)
        #expect(status == 0, "\(words)")
    }
}
