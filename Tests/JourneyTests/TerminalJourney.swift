import Foundation
import TestKit
import Testing

/// The assessment on a terminal, typed to as a person does.
@Suite(.serialized, .withoutBrowser) struct TerminalJourney {
    private static let worlds = SharedWorlds()

    private func open(
        _ backend: Backend = .file, columns: Int = 110, rows: Int = 40
    ) async throws -> PseudoTerminal {
        let (world, token) = try await Self.worlds(backend)
        let terminal = try PseudoTerminal(
            RunningServer.program, arguments: ["assess"], environment: world.variables(token), columns: columns,
            rows: rows)
        try await terminal.wait(for: "the rows") { $0.contains("Row 1 of 163") }
        return terminal
    }

    /// Conform requirements of both standards, as the server counts them.
    private func conform(_ backend: Backend) async throws -> [Int] {
        let (world, token) = try await Self.worlds(backend)
        let found = try await world.run(["posture", "--format", "json"], as: token)
        let frameworks = (try json(found.text) as? [String: Any])?["frameworks"] as? [[String: Any]]
        return try #require(frameworks).compactMap { ($0["counts"] as? [String: Int])?["conform"] }
    }

    /// Searches for a row, which is then the only one.
    private func find(_ words: String, on terminal: PseudoTerminal) async throws {
        terminal.type("/\u{15}\(words)\r")
        try await terminal.wait(for: "\(words) to be found") { $0.contains("Row 1 of 1 with “\(words)”") }
    }

    /// Presses a key and waits until its answer is saved.
    private func answer(_ keys: String, on terminal: PseudoTerminal) async throws {
        terminal.type("?")
        try await terminal.wait(for: "the help") { $0.contains("Any key goes back") }
        terminal.type("x")
        try await terminal.wait(for: "the rows again") { $0.contains("Row ") }
        terminal.type(keys)
        try await terminal.wait(for: "“\(keys)” to be saved") { $0.contains("Saved.") }
    }

    @Test(arguments: Backend.allCases)
    func threeRowsAreAnsweredAndThePostureMoves(_ backend: Backend) async throws {
        let terminal = try await open(backend)
        #expect(terminal.mode == .raw)
        #expect(terminal.raw.contains("\u{1B}[?1049h"))
        let rows = ["clause:5.1", "clause:5.3", "clause:6.3"]
        for row in rows {
            try await find(row, on: terminal)
            try await answer("3", on: terminal)
            terminal.type("j")
        }
        let before = try await conform(backend)
        for row in rows {
            try await find(row, on: terminal)
            try await answer("1", on: terminal)
            terminal.type("j")
        }
        let after = try await conform(backend)
        #expect(after == before.map { $0 + 3 }, "both standards, from one answer each")
        #expect(after.allSatisfy { terminal.screen.contains("conform \($0)") }, "\(terminal.screen)")
        terminal.type("q")
        #expect(try await terminal.waitForExit() == .status(0))
        #expect(terminal.mode == .cooked, "the terminal is as it was")
        #expect(terminal.raw.hasSuffix("\u{1B}[?25h\u{1B}[?1049l"))
    }

    @Test(arguments: Backend.allCases)
    func noteMaturityAndSplitAreSaved(_ backend: Backend) async throws {
        let terminal = try await open(backend)
        try await find("clause:7.4", on: terminal)
        try await answer("n\u{15}Grüße, geprüft\r", on: terminal)
        try await terminal.wait(for: "the note") { $0.contains("Note: Grüße, geprüft") }
        try await answer("m4", on: terminal)
        try await terminal.wait(for: "the maturity") { $0.contains("maturity 4") }
        try await answer("u", on: terminal)
        try await terminal.wait(for: "the split") { $0.contains("Answered for each standard apart") }
        terminal.type("n\u{15}never kept\u{1B}")
        try await terminal.wait(for: "the note as it was") { $0.contains("Left as it was.") }
        #expect(!terminal.screen.contains("never kept"))
        terminal.type("5")
        try await terminal.wait(for: "the reason's line") { $0.contains("Why it does not apply:") }
        terminal.type("\u{15}Because it is a clause\r")
        try await terminal.wait(for: "the refusal") { $0.contains("controls only") }
        try await find("iso27001-2022:A.8.9", on: terminal)
        try await answer("5\u{15}Nothing is configured by us\r", on: terminal)
        try await terminal.wait(for: "the decision") { $0.contains("Not applicable: Nothing is configured by us") }
        try await answer("2", on: terminal)
        try await terminal.wait(for: "the answer") { $0.contains("assessed partlyConform") }
        terminal.type("q")
        #expect(try await terminal.waitForExit() == .status(0))
        let (world, token) = try await Self.worlds(backend)
        let listed = try await world.run(["assess", "--format", "json"], as: token)
        #expect(listed.text.contains("Grüße, geprüft"))
        #expect(!listed.text.contains("never kept"))
    }

    @Test(arguments: Backend.allCases)
    func whoAnsweredMeanwhileIsNotOverwritten(_ backend: Backend) async throws {
        let (one, two) = (try await open(backend), try await open(backend))
        for terminal in [one, two] { try await find("clause:9.3.1", on: terminal) }
        try await answer("2", on: one)
        two.type("3")
        try await two.wait(for: "the conflict") { $0.contains("Somebody answered meanwhile") }
        #expect(two.screen.contains("assessed partlyConform"), "the row is shown as the other left it")
        try await answer("3", on: two)
        for terminal in [one, two] {
            terminal.type("q")
            #expect(try await terminal.waitForExit() == .status(0))
        }
    }

    @Test func aSignalGivesTheTerminalBack() async throws {
        for (number, name) in [(SIGINT, "interrupt"), (SIGTERM, "end")] {
            let terminal = try await open()
            terminal.send(signal: number)
            #expect(try await terminal.waitForExit() == .signal(number), "\(name)")
            #expect(terminal.mode == .cooked, "\(name)")
            #expect(terminal.raw.hasSuffix("\u{1B}[?25h\u{1B}[?1049l"), "\(name)")
        }
    }

    @Test func theScreenFollowsTheWindow() async throws {
        let terminal = try await open()
        terminal.resize(columns: 70, rows: 20)
        try await terminal.wait(for: "the smaller picture") { screen in
            screen.split(separator: "\n", omittingEmptySubsequences: false).count == 20
        }
        #expect(terminal.screen.split(separator: "\n").allSatisfy { $0.count <= 70 })
        terminal.resize(columns: 30, rows: 8)
        try await terminal.wait(for: "that it is too small") { $0.contains("The window needs") }
        terminal.type("q")
        #expect(try await terminal.waitForExit() == .status(0))
    }

    @Test func withoutATerminalTheRowsArePrinted() async throws {
        let (world, token) = try await Self.worlds(.file)
        let listed = try await world.run(["assess"], as: token)
        #expect(listed.status == 0, "\(listed)")
        #expect(listed.output.count == 194, "a line for each of the 193 items, and the heading")
        let csv = try await world.run(["assess", "--format", "csv"], as: token)
        #expect(csv.rows.first == "row,standard,reference,title,shown,assessed,measured")
    }

    @Test func aTableFitsTheTerminal() async throws {
        let (world, token) = try await Self.worlds(.file)
        let terminal = try PseudoTerminal(
            RunningServer.program, arguments: ["record", "list", "controls", "--limit", "5"],
            environment: world.variables(token), columns: 80, rows: 24)
        #expect(try await terminal.waitForExit() == .status(0))
        let plain = terminal.raw.replacingOccurrences(
            of: "\u{1B}\\[[0-9;]*m", with: "", options: .regularExpression)
        let lines = plain.split(separator: "\r\n")
        #expect(lines.count == 6, "\(plain)")
        #expect(lines.allSatisfy { $0.count <= 80 })
        #expect(terminal.raw.contains("\u{1B}[1m"), "emphasis on a terminal")
    }

    @Test func aTokenIsTypedWithoutBeingShown() async throws {
        let (world, token) = try await Self.worlds(.file)
        let terminal = try PseudoTerminal(
            RunningServer.program, arguments: ["login", "--url", world.server.base],
            environment: world.variables(nil, ["XDG_CONFIG_HOME": world.file("typed").path]))
        while !terminal.raw.contains("Token: ") { try await Task.sleep(for: .milliseconds(5)) }
        while terminal.mode.isEchoing { try await Task.sleep(for: .milliseconds(5)) }
        terminal.type(token + "\n")
        #expect(try await terminal.waitForExit() == .status(0))
        #expect(!terminal.raw.contains(token))
        #expect(terminal.raw.contains("Signed in"))
        #expect(terminal.mode.isEchoing)
    }
}
