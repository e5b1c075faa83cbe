// The built program as a child process on a data folder of its own, and requests to it.
import Foundation
import FoundationNetworking
import TestKit
import Testing

/// Where a journey's records are, and how many processes answer.
enum Backend: String, Sendable, CaseIterable, CustomTestStringConvertible {
    /// One process over a file of SQLite.
    case file
    /// Two processes over PostgreSQL, behind a proxy that hands each request to the next one.
    case nodes

    var testDescription: String { self == .file ? "SQLite" : "PostgreSQL, two nodes" }
}

/// A running `concord serve`, or two of them over one database.
final class RunningServer: Sendable {
    let folder: URL
    /// Where people reach it: the server itself, or the proxy before the nodes.
    let base: String
    /// Where each process answers by itself.
    let nodes: [String]
    private let processes: [ChildProcess]
    private let proxy: RoundRobinProxy?

    /// The program beside the test bundle.
    static let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appendingPathComponent("concord").path

    /// Starts the server on a demo's folder, on a free port; two of them if its records are in PostgreSQL.
    convenience init(_ demo: DemoFolder.Copy, options: [String] = []) async throws {
        try await self.init(folder: demo.folder, database: demo.database, options: options)
    }

    /// - Parameters:
    ///   - database: A PostgreSQL database, over which two nodes are started.
    ///   - isEmpty: Nothing is there yet: the first node makes it before the second one starts.
    ///   - options: More of the command line.
    ///   - ofSecondNode: Variables that only the second node gets.
    ///   - preload: Libraries of all processes, or, with `ofSecondNode`, of the second node.
    init(
        folder: URL, database: String? = nil, isEmpty: Bool = false, options: [String] = [],
        environment: [String: String] = [:], ofSecondNode: [String: String]? = nil, preload: [String] = []
    ) async throws {
        self.folder = folder
        let arguments =
            ["serve", "--data", folder.path, "--port", "0"] + (database.map { ["--database", $0] } ?? []) + options
        func start(_ number: Int) throws -> ChildProcess {
            let isPreloaded = ofSecondNode == nil || number == 1
            return try ChildProcess(
                Self.program, arguments: arguments,
                environment: environment.merging(number == 1 ? ofSecondNode ?? [:] : [:]) { $1 },
                preload: isPreloaded ? preload : [])
        }
        var started = [try start(0)]
        var bases: [String] = []
        if isEmpty { bases.append(try await Self.address(of: started[0])) }
        if database != nil { started.append(try start(1)) }
        for process in started[bases.count...] { bases.append(try await Self.address(of: process)) }
        processes = started
        nodes = bases
        guard database != nil else {
            proxy = nil
            base = bases[0]
            return
        }
        let proxy = try await RoundRobinProxy.start(nodes: bases.compactMap { URL(string: $0)?.port })
        self.proxy = proxy
        base = proxy.base
    }

    private static func address(of process: ChildProcess) async throws -> String {
        let mark = "answers on "
        let line = try await process.waitForLine(within: .seconds(60)) { $0.contains(mark) }
        return String(line[(line.range(of: mark)?.upperBound ?? line.endIndex)...])
    }

    /// The first line of this kind that the first process printed.
    func line(_ isMeant: (String) -> Bool) async throws -> String {
        try await processes[0].waitForLine(within: .seconds(60), where: isMeant)
    }

    func stop() async {
        await proxy?.stop()
        for process in processes { process.send(signal: SIGTERM) }
        for process in processes { _ = await process.stop() }
    }
    /// Kills every process, or one of them.
    func kill(node: Int? = nil) async throws {
        let meant = node.map { [processes[$0]] } ?? processes
        for process in meant { process.send(signal: SIGKILL) }
        for process in meant { _ = try await process.waitForExit() }
    }
    /// What a process printed as errors; for messages of tests.
    func log(node: Int) -> String { processes[node].lines(of: .errors).suffix(20).joined(separator: "\n") }

    /// Runs the program to its end and returns its exit status with all it printed.
    static func run(_ arguments: String..., limit: Duration = .seconds(120)) async throws -> (
        status: Int32, text: String
    ) {
        try await run(arguments, limit: limit)
    }
    static func run(_ arguments: [String], limit: Duration) async throws -> (status: Int32, text: String) {
        let process = try ChildProcess(program, arguments: arguments)
        let exit = try await process.waitForExit(within: limit)
        let text = (process.lines() + process.lines(of: .errors)).joined(separator: "\n")
        guard case .status(let status) = exit else { return (-1, text) }
        return (status, text)
    }

    /// The demo, made once a test run on each backend and copied for each journey; `token` is a key to its first
    /// organisation.
    static let demo = DemoFolder()

    /// A token of somebody of the demo, made as a person makes it: on the page of the settings.
    func token(_ email: String, mayWrite: Bool = true) async throws -> String {
        let session = URLSession(configuration: .ephemeral)
        func page(_ path: String, _ form: [String: String]? = nil) async throws -> String {
            var request = URLRequest(url: try #require(URL(string: base + path)))
            if let form {
                request.httpMethod = "POST"
                request.setValue("application/x-www-form-urlencoded", forHTTPHeaderField: "Content-Type")
                let pairs = form.map { name, value in
                    "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
                }
                request.httpBody = Data(pairs.joined(separator: "&").utf8)
            }
            return String(decoding: try await session.data(for: request).0, as: UTF8.self)
        }
        _ = try await page(
            "/sign-in", ["email": email, "password": DemoFolder.password])
        let settings = try await page("/settings/tokens")
        let secret = try #require(settings.firstMatch(of: /name="csrf" value="([^"]+)"/)).output.1
        let tomorrow = Date(timeIntervalSinceNow: 86_400).ISO8601Format().prefix(10)
        let made = try await page(
            "/settings/tokens",
            [
                "csrf": String(secret), "name": "Terminal", "rights": mayWrite ? "write" : "read",
                "expiresAt": String(tomorrow),
            ])
        return String(try #require(made.firstMatch(of: /concord_[A-Za-z0-9_-]{20,}/)).output)
    }

    /// - Parameters:
    ///   - version: The version of the record that is changed.
    ///   - node: Asks this one past the proxy.
    func send(
        _ method: String, _ path: String, token: String, body: String? = nil,
        mediaType: String = "application/json", version: Int? = nil, node: Int? = nil
    ) async throws -> (status: Int, body: Data) {
        guard let url = URL(string: (node.map { nodes[$0] } ?? base) + path) else { throw URLError(.badURL) }
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        if let version { request.setValue("\"\(version)\"", forHTTPHeaderField: "If-Match") }
        if let body {
            request.httpBody = Data(body.utf8)
            request.setValue(mediaType, forHTTPHeaderField: "Content-Type")
        }
        let (data, response) = try await URLSession.shared.data(for: request)
        return ((response as? HTTPURLResponse)?.statusCode ?? 0, data)
    }
}

/// The demo's data folder, and its database where it has one.
actor DemoFolder {
    struct Copy: Sendable {
        let folder: URL
        /// The address of its PostgreSQL database; `nil` where the records are in the folder.
        let database: String?
        let token: String

        /// What `concord ledger verify` ends with and says, also while it is served.
        func verify() async throws -> (status: Int32, text: String) {
            if let database { return try await RunningServer.run("ledger", "verify", "--database", database) }
            return try await RunningServer.run("ledger", "verify", "--data", folder.path)
        }
    }
    static let password = "a journey of tests 1"
    private struct Made: Sendable {
        let folder: URL
        /// The name of its database.
        let database: String?
        let token: String
    }
    private var made: [Backend: Task<Made, any Error>] = [:]

    /// A copy for one journey.
    /// - Parameters:
    ///   - server: A PostgreSQL of the journey's own, where it is filled anew; else one that all share.
    ///   - place: Where the folder is copied to.
    func copy(
        on backend: Backend = .file, of server: PostgresServer? = nil, to place: URL? = nil
    ) async throws -> Copy {
        if let server {
            let made = try await Self.make(server)
            return Copy(folder: made.folder, database: made.database.map { server.url($0) }, token: made.token)
        }
        let making = made[backend] ?? Task { try await Self.make(backend == .file ? nil : .shared()) }
        made[backend] = making
        let made = try await making.value
        let parent = try place ?? WorldFolder("journey", goesWithTheProcess: true).url
        let copy = parent.appendingPathComponent("data")
        try FileManager.default.copyItem(at: made.folder, to: copy)
        guard let template = made.database else { return Copy(folder: copy, database: nil, token: made.token) }
        let shared = try PostgresServer.shared()
        return Copy(
            folder: copy, database: shared.url(try shared.makeDatabase(copying: template)), token: made.token)
    }

    /// A folder that is not there yet, with an empty database.
    static func nothing(on backend: Backend) async throws -> Copy {
        let folder = try WorldFolder("set-up", goesWithTheProcess: true).url.appendingPathComponent("data")
        guard backend == .nodes else { return Copy(folder: folder, database: nil, token: "") }
        let server = try PostgresServer.shared()
        return Copy(folder: folder, database: server.url(try server.makeDatabase()), token: "")
    }

    private static func make(_ server: PostgresServer?) async throws -> Made {
        let folder = try WorldFolder("journey", goesWithTheProcess: true).url
        let database = try server?.makeDatabase()
        var arguments = ["demo", "--data", folder.path, "--password", password, "--token"]
        if let server, let database { arguments += ["--database", server.url(database)] }
        let (status, text) = try await RunningServer.run(arguments, limit: .seconds(240))
        guard status == 0, let at = text.range(of: "token: ") else { throw JourneyError.noDemo(text) }
        return Made(
            folder: folder, database: database, token: String(text[at.upperBound...].prefix { !$0.isWhitespace }))
    }
}

enum JourneyError: Error {
    case noDemo(String)
    case unexpected(String)
}
