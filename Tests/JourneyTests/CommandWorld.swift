// The command as people use it: a server on the demo, a folder of settings, and tokens of several people.
import Foundation
import FoundationNetworking
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

    init() async throws {
        folder = try await RunningServer.demo.copy().folder
        server = try await RunningServer(folder: folder)
        home = FileManager.default.temporaryDirectory.appendingPathComponent("concord-home-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    }

    deinit {
        for left in [home, folder] {
            do { try FileManager.default.removeItem(at: left) } catch { print("left behind: \(left.path): \(error)") }
        }
    }

    /// One for tests that leave each other's records alone.
    static let shared = Task { try await CommandWorld() }

    /// A token of somebody of the demo, made on the page for it.
    func token(_ name: String, mayWrite: Bool = true) async throws -> String {
        let email = "\(name)@meridian-credit.example"
        let signIn = try await post("/sign-in", ["email": email, "password": DemoFolder.password, "next": "/"])
        guard let cookie = signIn.response.value(forHTTPHeaderField: "Set-Cookie")?.prefix(while: { $0 != ";" }) else {
            throw JourneyError.unexpected("no session for \(email): \(signIn.response.statusCode)")
        }
        let page = try await post("/settings/tokens", nil, cookie: String(cookie)).text
        guard let secret = Self.value(after: "name=\"csrf\" value=\"", in: page) else {
            throw JourneyError.unexpected("no form on the page of tokens")
        }
        let lastDay = page.range(of: #"name="expiresAt"[^>]*value="[0-9-]{10}""#, options: .regularExpression)
        guard let lastDay, let day = Self.value(after: "value=\"", in: String(page[lastDay])) else {
            throw JourneyError.unexpected("no last day on the page of tokens")
        }
        let made = try await post(
            "/settings/tokens",
            ["csrf": secret, "name": "Terminal", "rights": mayWrite ? "write" : "read", "expiresAt": day],
            cookie: String(cookie))
        guard let token = made.text.range(of: "concord_[A-Za-z0-9_-]+", options: .regularExpression) else {
            throw JourneyError.unexpected("no token was made")
        }
        return String(made.text[token])
    }

    private static func value(after mark: String, in text: String) -> String? {
        text.range(of: mark).map { String(text[$0.upperBound...].prefix { $0 != "\"" }) }
    }

    /// Sends a form, or asks for a page without one; redirects are given back.
    private func post(
        _ path: String, _ form: [String: String]?, cookie: String? = nil
    ) async throws -> (text: String, response: HTTPURLResponse) {
        guard let url = URL(string: server.base + path) else { throw URLError(.badURL) }
        var request = URLRequest(url: url)
        if let form {
            request.httpMethod = "POST"
            request.setValue("application/x-www-form-urlencoded", forHTTPHeaderField: "Content-Type")
            let pairs = form.map { name, value in
                "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
            }
            request.httpBody = Data(pairs.joined(separator: "&").utf8)
        }
        if let cookie { request.setValue(cookie, forHTTPHeaderField: "Cookie") }
        let session = URLSession(configuration: .ephemeral, delegate: NoRedirects(), delegateQueue: nil)
        defer { session.finishTasksAndInvalidate() }
        let (data, response) = try await session.data(for: request)
        guard let response = response as? HTTPURLResponse else { throw URLError(.badServerResponse) }
        return (String(decoding: data, as: UTF8.self), response)
    }

    private final class NoRedirects: NSObject, URLSessionTaskDelegate, Sendable {
        func urlSession(
            _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
            newRequest request: URLRequest, completionHandler: @escaping (URLRequest?) -> Void
        ) { completionHandler(nil) }
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

/// JSON that a command printed, read loosely.
func json(_ text: String) throws -> Any { try JSONSerialization.jsonObject(with: Data(text.utf8)) }
