// The built program as a child process on a data folder of its own, and requests to it.
import Foundation
import FoundationNetworking
import TestKit
import Testing

/// A running `concord serve`.
final class RunningServer: Sendable {
    let folder: URL
    let base: String
    private let process: ChildProcess

    /// The program beside the test bundle.
    static let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appendingPathComponent("concord").path

    /// Starts the server on a folder, on a free port.
    init(folder: URL, environment: [String: String] = [:], preload: [String] = []) async throws {
        self.folder = folder
        process = try ChildProcess(
            Self.program, arguments: ["serve", "--data", folder.path, "--port", "0"], environment: environment,
            preload: preload)
        let mark = "answers on "
        let line = try await process.waitForLine(within: .seconds(60)) { $0.contains(mark) }
        base = String(line[(line.range(of: mark)?.upperBound ?? line.endIndex)...])
    }

    /// The first printed line of this kind.
    func line(_ isMeant: (String) -> Bool) async throws -> String {
        try await process.waitForLine(within: .seconds(60), where: isMeant)
    }

    func stop() async { _ = await process.stop() }
    func kill() async throws {
        process.send(signal: SIGKILL)
        _ = try await process.waitForExit()
    }

    /// Runs the program to its end and returns its exit status with all it printed.
    static func run(_ arguments: String..., limit: Duration = .seconds(120)) async throws -> (
        status: Int32, text: String
    ) {
        let process = try ChildProcess(program, arguments: arguments)
        let exit = try await process.waitForExit(within: limit)
        let text = (process.lines() + process.lines(of: .errors)).joined(separator: "\n")
        guard case .status(let status) = exit else { return (-1, text) }
        return (status, text)
    }

    /// A folder with the demo, made once a test run and copied for each journey; `token` is a key to its first
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

    func send(
        _ method: String, _ path: String, token: String, body: String? = nil,
        mediaType: String = "application/json"
    ) async throws -> (status: Int, body: Data) {
        guard let url = URL(string: base + path) else { throw URLError(.badURL) }
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        if let body {
            request.httpBody = Data(body.utf8)
            request.setValue(mediaType, forHTTPHeaderField: "Content-Type")
        }
        let (data, response) = try await URLSession.shared.data(for: request)
        return ((response as? HTTPURLResponse)?.statusCode ?? 0, data)
    }
}

/// The demo's data folder.
actor DemoFolder {
    struct Copy: Sendable {
        let folder: URL
        let token: String
    }
    static let password = "a journey of tests 1"
    private var made: Task<(URL, String), any Error>?

    func copy() async throws -> Copy {
        if made == nil {
            made = Task {
                let folder = try WorldFolder("journey", goesWithTheProcess: true).url
                let (status, text) = try await RunningServer.run(
                    "demo", "--data", folder.path, "--password", Self.password, "--token")
                guard status == 0, let at = text.range(of: "token: ") else { throw JourneyError.noDemo(text) }
                return (folder, String(text[at.upperBound...].prefix { !$0.isWhitespace }))
            }
        }
        guard let made else { throw JourneyError.noDemo("") }
        let (folder, token) = try await made.value
        let copy = try WorldFolder("journey", goesWithTheProcess: true).url.appendingPathComponent("data")
        try FileManager.default.copyItem(at: folder, to: copy)
        return Copy(folder: copy, token: token)
    }
}

enum JourneyError: Error {
    case noDemo(String)
    case unexpected(String)
}
