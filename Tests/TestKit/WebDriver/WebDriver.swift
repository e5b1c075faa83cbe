// A small client of the W3C WebDriver protocol (https://www.w3.org/TR/webdriver2/) for Debian's `chromedriver`: the
// browser tests drive a real Chromium with it and need no package of their own. This file starts the driver and
// carries commands to it; `BrowserSession` holds what a test does in a window.

import Foundation

/// Why the browser could not be driven.
package enum WebDriverError: Error, Sendable, CustomStringConvertible {
    /// These programs are not on the search path.
    case missingPrograms([String])
    /// The driver answered a command with an error (`code` is the WebDriver error code, e.g. "no such element").
    case refused(command: String, code: String, message: String)
    /// The driver did not answer, or not in the protocol's form.
    case noAnswer(command: String, reason: String)
    /// A condition did not become true; `page` says where the browser was, `last` the last refusal seen.
    case timedOut(what: String, limit: Duration, page: String, last: String?)

    package var description: String {
        switch self {
        case .missingPrograms(let names):
            "\(names.joined(separator: " and ")) not found; on Debian: apt-get install chromium chromium-driver"
        case .refused(let command, let code, let message):
            "\(command): \(code): \(message)"
        case .noAnswer(let command, let reason):
            "\(command): no answer from chromedriver: \(reason)"
        case .timedOut(let what, let limit, let page, let last):
            "\(what) did not come within \(limit) on \(page)" + (last.map { "; last refusal: \($0)" } ?? "")
        }
    }
}

/// A running `chromedriver`. One driver serves any number of sessions at once, each a browser of its own with its own
/// cookies. Use `WebDriver.run` unless a suite shares one driver.
package final class WebDriver: Sendable {
    private let child: ChildProcess
    private let transport: WebDriverTransport
    private let browser: String
    private let directory: URL

    /// Whether both programs are here: for `.enabled(if:)`.
    package static var isInstalled: Bool {
        findProgram("chromedriver") != nil && browser != nil
    }

    /// The same pages take half the processor time in the build of the browser that has no windows.
    private static var browser: String? { findProgram("chromium-headless-shell") ?? findProgram("chromium") }

    /// Starts a driver, hands it to `body`, and stops it and its browsers when `body` returns or throws.
    ///
    /// - Throws: `missingPrograms`, `ChildProcessError`, and what `body` throws.
    package static func run<Result: Sendable>(
        _ body: @Sendable (WebDriver) async throws -> Result
    ) async throws -> Result {
        let driver = try await start()
        do {
            let result = try await body(driver)
            await driver.stop()
            return result
        } catch {
            await driver.stop()
            throw error
        }
    }

    /// Starts `chromedriver` on a loopback port that it chooses itself. The caller calls `stop`.
    ///
    /// - Throws: `missingPrograms`, `ChildProcessError`.
    package static func start() async throws -> WebDriver {
        let driver = findProgram("chromedriver")
        guard let driver, let browser else {
            throw WebDriverError.missingPrograms(
                (driver == nil ? ["chromedriver"] : []) + (browser == nil ? ["chromium-headless-shell"] : []))
        }
        // Profiles and sockets of all browsers go here, so that a killed browser leaves nothing behind after `stop`.
        let directory = FileManager.default.temporaryDirectory.appending(path: "driver-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        do {
            let child = try ChildProcess(
                driver, arguments: ["--port=0"], environment: ["TMPDIR": directory.path(percentEncoded: false)])
            let started = "started successfully on port "
            let line = try await child.waitForLine(within: startLimit) { $0.contains(started) }
            let digits = line.split(separator: started, maxSplits: 1).last?.prefix { $0.isNumber } ?? ""
            guard let port = UInt16(digits) else {
                throw WebDriverError.noAnswer(command: "start", reason: "unknown first line: \(line)")
            }
            return WebDriver(
                child: child, transport: WebDriverTransport(port: port), browser: browser, directory: directory)
        } catch {
            try FileManager.default.removeItem(at: directory)
            throw error
        }
    }

    private static let startLimit = Duration.seconds(20)

    private init(child: ChildProcess, transport: WebDriverTransport, browser: String, directory: URL) {
        self.child = child
        self.transport = transport
        self.browser = browser
        self.directory = directory
    }

    /// Opens a headless browser. Width and height are of the window, in CSS pixels; below 500 use
    /// `BrowserSession.setEmulatedWidth`. `arguments` are added to the browser's command line.
    ///
    /// - Throws: `WebDriverError`.
    package func openSession(
        width: Int = 1280, height: Int = 900, arguments: [String] = []
    ) async throws -> BrowserSession {
        let fixed = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
            "--force-color-profile=srgb", "--lang=en-GB", "--window-size=\(width),\(height)",
        ]
        let options: WireValue = [
            "binary": .string(browser), "args": .array((fixed + arguments).map(WireValue.string)),
        ]
        struct Created: Decodable, Sendable { let sessionId: String }
        let created: Created = try await transport.send(
            .post, "/session",
            [
                "capabilities": [
                    "alwaysMatch": [
                        "goog:chromeOptions": options, "goog:loggingPrefs": ["browser": "ALL"],
                        "timeouts": ["pageLoad": 120000, "script": 120000],
                    ]
                ]
            ])
        return BrowserSession(id: created.sessionId, transport: transport)
    }

    /// Ends the driver and every browser it started, and removes their profiles. Safe to call twice.
    package func stop() async {
        // SIGTERM would leave the browsers to the group kill anyway, so there is no grace to give.
        await child.stop(grace: .zero)
        // The browser's crash handler leaves the group and ends a moment later; until then it may write files.
        var failure: (any Error)?
        for _ in 0..<Self.removalsMax where FileManager.default.fileExists(atPath: directory.path()) {
            do {
                try FileManager.default.removeItem(at: directory)
                failure = nil
            } catch {
                failure = error
                await ChildProcess.pause()
            }
        }
        if let failure {
            FileHandle.standardError.write(Data("browser profiles left in \(directory.path()): \(failure)\n".utf8))
        }
    }

    private static let removalsMax = 100

    private static func findProgram(_ name: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return path.split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}

/// A JSON value in a command to the driver, or an argument of a script.
package indirect enum WireValue: Sendable, Encodable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral
{
    case string(String)
    case integer(Int)
    case boolean(Bool)
    case array([WireValue])
    case object([String: WireValue])

    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
    package init(arrayLiteral elements: WireValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, WireValue)...) {
        self = .object(Dictionary(elements) { _, last in last })
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .string(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .boolean(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}
