// The guide to the command line says what the command says: its commands are run in order on the demo, and their
// outputs are compared, but for ids, times, the server's address, the folder and the operator's name.
//
// After a change: `CONCORD_WRITE_GUIDE=1 swift test --filter CommandGuideJourney` writes the outputs anew. Read the
// difference before it is committed.
import Foundation
import TestKit
import Testing

@Suite(.withoutBrowser) struct CommandGuideJourney {
    private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../docs/guide/command-line.md").standardizedFileURL
    /// What the guide says in place of what differs between two runs.
    private static let (address, folder, user) = ("https://concord.example.org", "data/demo", "anna")
    private static let id = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    private static let time = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z"
    private static let day = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    /// A command of the guide with the lines that it printed.
    private struct Step {
        let command: String
        let output: Range<Int>
    }

    @Test func everyOutputInTheGuideIsTheCommandsOwn() async throws {
        let world = try await CommandWorld()
        let token = try await world.token("ines.hartmann")
        var lines = try String(contentsOf: Self.file, encoding: .utf8).components(separatedBy: "\n")
        let steps = Self.steps(of: lines)
        #expect(steps.count >= 12)
        // The ids of the guide, and those that took their places.
        var ids: [String: String] = [:]
        var status: Int32 = 0
        var outputs: [[String]] = []
        for step in steps {
            var command = step.command
            for (written, own) in ids { command = command.replacingOccurrences(of: written, with: own) }
            let onFolder = command.contains(Self.folder)
            if onFolder { await world.server.stop() }
            command = command.replacingOccurrences(of: Self.folder, with: world.folder.path)
            // A terminal would ask for the token, and nothing would be set that wins over it.
            command = command.replacingOccurrences(of: "login --url \(Self.address)", with: "login --url $CONCORD_URL")
            let isLogin = command.contains("concord login")
            let input = isLogin ? "echo $CONCORD_TOKEN | CONCORD_URL= CONCORD_TOKEN= " : ""
            let result = try await world.shell(
                "status() { return \(status); }; exec 2>&1; status; \(input)\(command)", as: onFolder ? nil : token)
            status = result.status
            let shown = result.output.map {
                $0.replacingOccurrences(of: world.server.base, with: Self.address)
                    .replacingOccurrences(of: world.folder.path, with: Self.folder)
                    .replacingOccurrences(of: " \(NSUserName())", with: " \(Self.user)")
                    .replacingOccurrences(of: " +$", with: "", options: .regularExpression)
            }
            for (written, own) in zip(Self.found(Self.id, lines[step.output]), Self.found(Self.id, shown)) {
                ids[written] = ids[written] ?? own
            }
            outputs.append(isLogin ? ["Token:"] + shown : shown)
        }
        if ProcessInfo.processInfo.environment["CONCORD_WRITE_GUIDE"] == "1" {
            for (step, output) in zip(steps, outputs).reversed() {
                let kept = output.map { line in
                    ids.reduce(line) { $0.replacingOccurrences(of: $1.value, with: $1.key) }
                }
                lines.replaceSubrange(step.output, with: kept)
            }
            return try lines.joined(separator: "\n").write(to: Self.file, atomically: true, encoding: .utf8)
        }
        for (step, output) in zip(steps, outputs) {
            #expect(
                lines[step.output].map(Self.plain) == output.map(Self.plain),
                "docs/guide/command-line.md, line \(step.output.lowerBound + 1): \(step.command)")
        }
    }

    private static func steps(of lines: [String]) -> [Step] {
        var steps: [Step] = []
        var open: (command: String, start: Int)?
        var isConsole = false
        for (number, line) in lines.enumerated() {
            let isFence = line.hasPrefix("```")
            guard isFence || isConsole && line.hasPrefix("$ ") else { continue }
            if let step = open { steps.append(Step(command: step.command, output: step.start..<number)) }
            open = isFence ? nil : (String(line.dropFirst(2)), number + 1)
            if isFence { isConsole = line == "```console" }
        }
        return steps
    }

    private static func found(_ pattern: String, _ lines: some Sequence<String>) -> [String] {
        lines.flatMap { line -> [String] in
            var (found, rest): ([String], Range<String.Index>) = ([], line.startIndex..<line.endIndex)
            while let match = line.range(of: pattern, options: .regularExpression, range: rest) {
                found.append(String(line[match]))
                rest = match.upperBound..<line.endIndex
            }
            return found
        }
    }

    private static func plain(_ line: String) -> String {
        [(id, "ID"), (time, "TIME"), (day, "DAY")].reduce(line) {
            $0.replacingOccurrences(of: $1.0, with: $1.1, options: .regularExpression)
        }
    }
}
