// The command as people use it: a server on the demo, a folder of settings, and tokens of several people.
import Foundation
import TestKit

/// A running demo with the command beside it.
final class CommandWorld: Sendable {
    /// What a command said and how it ended.
    struct Result: Sendable, CustomStringConvertible {
        let status: Int32
        let output: [String]
        let errors: [String]
        /// The lines of CSV, which end as RFC 4180 has it.
        var rows: [String] { output.map { $0.hasSuffix("\r") ? String($0.dropLast()) : $0 } }
        var text: String { output.joined(separator: "\n") }
        var errorText: String { errors.joined(separator: "\n") }
        var description: String { "status \(status)\n\(text)\n--\n\(errorText)" }
    }

    let folder: URL
    let server: RunningServer
    /// Where settings and files of the tests are.
    let home: URL

    init(on backend: Backend = .file) async throws {
        let demo = try await RunningServer.demo.copy(on: backend)
        folder = demo.folder
        server = try await RunningServer(demo)
        home = FileManager.default.temporaryDirectory.appendingPathComponent("concord-home-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    }

    deinit {
        for left in [home, folder] {
            do { try FileManager.default.removeItem(at: left) } catch { print("left behind: \(left.path): \(error)") }
        }
    }

    /// A token of somebody of the demo.
    func token(_ name: String, mayWrite: Bool = true) async throws -> String {
        try await server.token("\(name)@meridian-credit.example", mayWrite: mayWrite)
    }

    /// The variables of a command: its settings, and the server and token that it uses.
    func variables(_ token: String?, _ more: [String: String] = [:]) -> [String: String] {
        var variables = ["XDG_CONFIG_HOME": home.path, "CONCORD_URL": "", "CONCORD_TOKEN": "", "NO_COLOR": ""]
        if let token {
            variables["CONCORD_URL"] = server.base
            variables["CONCORD_TOKEN"] = token
        }
        return variables.merging(more) { $1 }
    }

    /// Runs the command to its end.
    func run(_ arguments: [String], as token: String? = nil, _ more: [String: String] = [:]) async throws -> Result {
        try await Self.finish(
            try ChildProcess(RunningServer.program, arguments: arguments, environment: variables(token, more)))
    }

    /// Runs a line of bash, in which `concord` is the command.
    func shell(_ line: String, as token: String? = nil, _ more: [String: String] = [:]) async throws -> Result {
        let script = "concord() { \"$PROGRAM\" \"$@\"; }\n" + line
        return try await Self.finish(
            try ChildProcess(
                "/bin/bash", arguments: ["-c", script],
                environment: variables(token, more.merging(["PROGRAM": RunningServer.program]) { $1 })))
    }

    private static func finish(_ process: ChildProcess) async throws -> Result {
        let exit = try await process.waitForExit(within: .seconds(120))
        guard case .status(let status) = exit else { throw JourneyError.unexpected("\(exit)") }
        return Result(status: status, output: process.lines(), errors: process.lines(of: .errors))
    }

    /// A file in the tests' folder.
    func file(_ name: String) -> URL { home.appendingPathComponent(name) }
}

/// One world on each backend, started when it is first asked for, for tests that leave each other's records alone.
struct SharedWorlds: Sendable {
    private let file = Task { try await Self.world(on: .file) }
    private let nodes = Task { try await Self.world(on: .nodes) }

    /// The world with the token of its compliance lead.
    func callAsFunction(_ backend: Backend) async throws -> (world: CommandWorld, lead: String) {
        try await (backend == .file ? file : nodes).value
    }

    private static func world(on backend: Backend) async throws -> (world: CommandWorld, lead: String) {
        let world = try await CommandWorld(on: backend)
        return (world, try await world.token("ines.hartmann"))
    }
}

/// JSON that a command printed, read loosely.
func json(_ text: String) throws -> Any { try JSONSerialization.jsonObject(with: Data(text.utf8)) }
