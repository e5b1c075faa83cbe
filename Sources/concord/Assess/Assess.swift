// `concord assess`: the assessment in the terminal, and its rows as a list where there is none.
import ArgumentParser
import Client
import Foundation
import MerkleLog
import Terminal

struct Assess: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answers the assessment of both standards in the terminal, by keyboard.",
        discussion: """
            Keys as on the page: j and k move, 1 to 5 answer, m maturity, n note, u splits a shared row, / searches, ? \
            shows all. Every answer is saved at once. Without a terminal, or with --list, the rows are printed.
            """)
    @Option(help: "The assessment's id; without it the latest one.") var assessment: String?
    @Flag(help: "Print the rows.") var list = false
    @OptionGroup var moment: MomentOption
    @OptionGroup var printing: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withClient { client in
            var id = assessment
            if id == nil { id = try await client.get("posture", moment.query).value["assessment"].string("id") }
            guard let id, let raw = UUID(uuidString: id) else {
                throw CommandError.badInput("\(id ?? "") is not the id of an assessment.")
            }
            let path = "assessments/\(raw.uuidString.lowercased())/rows"
            let isInteractive = TerminalDevice.standardInput.isTerminal && TerminalDevice.standardOutput.isTerminal
            guard isInteractive, !list, printing.format == .table else { return try await printRows(path, client) }
            let board = AssessmentBoard(try await client.get(path, moment.query).value)
            try await AssessmentSession(client: client, path: path, query: moment.query, board: board).run()
        }
    }

    private func printRows(_ path: String, _ client: APIClient) async throws {
        let output = Output()
        let found = try await client.get(path, moment.query)
        if printing.format == .json {
            var array = JSONArrayOutput()
            for row in try found.slices("rows") { try array.append(row, to: output) }
            try array.end(output)
        } else {
            var table = TextTable(["row", "standard", "reference", "title", "shown", "assessed", "measured"])
            for row in AssessmentBoard(found.value).rows {
                for part in row.partsInScope {
                    table.append([
                        row.key, part.frameworkName, part.reference, part.title, part.shown.rawValue, part.assessed,
                        part.measured ?? "",
                    ])
                }
            }
            try output.print(table, printing.format)
        }
        try output.flush()
    }
}

/// The assessment on a terminal that was taken over.
private struct AssessmentSession {
    let client: APIClient
    let path: String
    let query: [(name: String, value: String)]
    let board: AssessmentBoard

    func run() async throws {
        let style = TerminalDevice.standardOutput.style(environment: ProcessInfo.processInfo.environment)
        let terminal = try RawTerminal()
        defer { terminal.restore() }
        var screen = AssessmentScreen(board)
        func draw() throws {
            let size = terminal.size
            let frame = AssessmentFrame(columns: size.columns, rows: size.rows, style: style).draw(screen)
            try terminal.draw(frame.lines, cursor: frame.cursor)
        }
        try draw()
        for await event in terminal.events() {
            switch event {
            case .closed: return
            case .resized: break
            case .key(let key):
                switch screen.press(key) {
                case .none: break
                case .quit: return
                case .reload:
                    screen.replace(AssessmentBoard(try await client.get(path, query).value))
                    screen.message = "Read anew."
                case .answer(let row, let members):
                    screen.message = "Saving…"
                    try draw()
                    try await answer(row, members, on: &screen)
                }
            }
            try draw()
        }
    }

    /// Sends an answer. What the server refuses is told on the screen, which goes on.
    private func answer(_ key: String, _ members: [String: JSONValue], on screen: inout AssessmentScreen) async throws {
        guard let row = screen.board.rows.first(where: { $0.key == key }) else { return }
        let seen = ["versions": row.versions, "applicabilityVersions": row.applicabilityVersions]
        let body = try JSONValue.object(members.merging(seen) { $1 }).canonical()
        do {
            screen.update(
                try await client.object(APIRequest(.put, "\(path)/\(APIRequest.encoded(key))", body: body)).value)
        } catch ClientError.refused(let problem) where problem.status != 401 && problem.status < 500 {
            if problem.isStale {
                // The row is shown as the others left it; the refused answer is in the message.
                screen.replace(AssessmentBoard(try await client.get(path, query).value))
                screen.message =
                    "Somebody answered meanwhile; not saved: \(Self.words(members)). Look, then answer again."
            } else {
                screen.message = problem.description.split(separator: "\n").joined(separator: " ")
            }
        } catch let error as ClientError {
            guard case .unreachable = error else { throw error }
            screen.message = "\(error)"
        }
    }

    private static func words(_ members: [String: JSONValue]) -> String {
        members.keys.sorted().filter { $0 != "part" }.map { name in
            switch members[name] {
            case .string(let text): "\(name) \(text)"
            case .integer(let number): "\(name) \(number)"
            case .bool(let flag): "\(name) \(flag)"
            default: "\(name) cleared"
            }
        }.joined(separator: ", ")
    }
}
