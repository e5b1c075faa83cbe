// The API guide says what the server says: its commands are run in order against a fresh installation whose clock, ids
// and randomness are always the same, and its answers are compared byte by byte.
//
// After a change of the API: `CONCORD_WRITE_GUIDE=1 swift test --filter GuideTests` writes the answers anew. Read the
// difference before it is committed.
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import MerkleLog
import TestKit
import Testing

@Suite struct GuideTests {
    private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../docs/guide/api.md").standardizedFileURL

    /// A fenced block: its info string, and its lines' place in the file.
    private struct Block {
        let info: [String]
        let lines: Range<Int>
    }

    @Test func everyAnswerInTheGuideIsTheServersOwn() async throws {
        let harness = try await RouterHarness.api(withCatalogue: true)
        _ = try await harness.services.ledger.checkpoint(harness.meridian.id)
        var variables = ["CONCORD_URL": "http://localhost", "CONCORD_TOKEN": harness.meridian.founder.token]
        let text = try String(contentsOf: Self.file, encoding: .utf8)
        var lines = text.components(separatedBy: "\n")
        let blocks = Self.blocks(of: lines)
        var answers: [(block: Block, lines: [String])] = []
        for (block, following) in zip(blocks, blocks.dropFirst()) where block.info.first == "sh" {
            guard following.info.first == "http" else { continue }
            let command = lines[block.lines].filter { !$0.hasPrefix("#") }.joined(separator: "\n")
            let call = try CurlCommand(command, variables: variables)
            let reply = try await harness.send(call.method, call.path, json: call.body, headers: call.headers)
            answers.append((following, try Self.shown(reply, as: following.info)))
            for line in lines[block.lines] {
                guard let found = line.firstMatch(of: /# the answer's (\S+) is \$(\w+) from here on/) else { continue }
                variables[String(found.2)] = try Self.value(String(found.1), in: reply)
            }
            // Between two calls a little time passes, so that times and order can be told apart.
            harness.clock.advance(seconds: 1)
        }
        #expect(answers.count >= 30)
        if ProcessInfo.processInfo.environment["CONCORD_WRITE_GUIDE"] == "1" {
            for (block, shown) in answers.reversed() { lines.replaceSubrange(block.lines, with: shown) }
            try lines.joined(separator: "\n").write(to: Self.file, atomically: true, encoding: .utf8)
            return
        }
        for (block, shown) in answers {
            let written = Array(lines[block.lines])
            #expect(written == shown, "docs/guide/api.md, line \(block.lines.lowerBound + 1)")
        }
    }

    private static func blocks(of lines: [String]) -> [Block] {
        var blocks: [Block] = []
        var open: (info: [String], start: Int)?
        for (number, line) in lines.enumerated() where line.hasPrefix("```") {
            if let block = open {
                blocks.append(Block(info: block.info, lines: block.start..<number))
                open = nil
            } else {
                open = (line.dropFirst(3).split(separator: " ").map(String.init), number + 1)
            }
        }
        return blocks
    }

    /// Status, the headers that matter, and the indented body; a number in the info string is how many lines of the
    /// body are shown, `limits` shows the headers of the rate limit.
    private static func shown(_ reply: Reply, as info: [String]) throws -> [String] {
        var lines = ["HTTP/1.1 \(reply.status) \(try #require(reasons[reply.status]))"]
        var names = [
            "Content-Type", "ETag", "Location", "Allow", "Accept-Patch", "Idempotency-Replayed", "Retry-After",
            "WWW-Authenticate",
        ]
        if info.contains("limits") { names += ["RateLimit-Policy", "RateLimit"] }
        for name in names {
            guard let field = HTTPField.Name(name), let value = reply.headers[field] else { continue }
            lines.append("\(name): \(value)")
        }
        guard !reply.body.isEmpty else { return lines }
        let body = indented(reply.text).components(separatedBy: "\n")
        let most = info.compactMap { Int($0) }.first ?? Int.max
        return lines + [""] + body.prefix(most) + (body.count > most ? ["…"] : [])
    }

    private static let reasons = [
        200: "OK", 201: "Created", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 405: "Method Not Allowed",
        406: "Not Acceptable", 412: "Precondition Failed", 415: "Unsupported Media Type", 422: "Unprocessable Content",
    ]

    private static func value(_ path: String, in reply: Reply) throws -> String {
        var value = try reply.json
        for name in path.split(separator: ".") {
            value = Int(name).map { value[$0] } ?? value[String(name)]
        }
        return try #require(value.string ?? value.int.map(String.init), "\(path) in \(reply.text.prefix(300))")
    }
}
