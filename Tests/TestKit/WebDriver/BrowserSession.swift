// What a test does in one browser window: go somewhere, find, click, type, look, wait. Every method is one WebDriver
// command (https://www.w3.org/TR/webdriver2/) or one DevTools command where WebDriver has none, and throws
// `WebDriverError`.

import Foundation

/// A key that has no character of its own; raw values per WebDriver, section 17.4.2 (keyboard actions).
package enum BrowserKey: String, Sendable {
    case backspace = "\u{E003}"
    case tab = "\u{E004}"
    case enter = "\u{E007}"
    case shift = "\u{E008}"
    case control = "\u{E009}"
    case alt = "\u{E00A}"
    case escape = "\u{E00C}"
    case pageUp = "\u{E00E}"
    case pageDown = "\u{E00F}"
    case end = "\u{E010}"
    case home = "\u{E011}"
    case left = "\u{E012}"
    case up = "\u{E013}"
    case right = "\u{E014}"
    case down = "\u{E015}"
    case delete = "\u{E017}"
    case meta = "\u{E03D}"
}

/// A cookie as the driver reports and accepts it.
package struct BrowserCookie: Sendable, Decodable, Equatable {
    package let name: String
    package let value: String
    package let path: String?
    package let domain: String?
    package let secure: Bool?
    package let httpOnly: Bool?
    package let sameSite: String?
    /// Seconds since 1970; nil for a cookie that ends with the session.
    package let expiry: Int?
}

/// A line of the browser's console, among them refused requests and violations of the content security policy.
package struct ConsoleLine: Sendable, Decodable {
    /// SEVERE, WARNING, INFO or DEBUG.
    package let level: String
    package let source: String
    package let message: String
}

/// One headless browser with one window.
package struct BrowserSession: Sendable {
    package let id: String
    private let transport: WebDriverTransport

    init(id: String, transport: WebDriverTransport) {
        self.id = id
        self.transport = transport
    }

    // MARK: Where the window is

    /// Goes to `url` and returns when the page has loaded.
    package func navigate(to url: String) async throws {
        let _: NoValue = try await post("/url", ["url": .string(url)])
    }

    /// The address shown in the address bar.
    package func url() async throws -> String { try await get("/url") }
    package func title() async throws -> String { try await get("/title") }
    /// The document as it is now, serialised.
    package func source() async throws -> String { try await get("/source") }

    package func back() async throws {
        let _: NoValue = try await post("/back")
    }

    package func reload() async throws {
        let _: NoValue = try await post("/refresh")
    }

    // MARK: Elements

    /// The first element that a CSS selector matches; refused with "no such element" when there is none.
    package func find(_ css: String) async throws -> BrowserElement {
        let reference: BrowserElement.Reference = try await post("/element", Self.selector(css))
        return BrowserElement(reference: reference, session: self)
    }

    /// All elements that a CSS selector matches, in document order.
    package func findAll(_ css: String) async throws -> [BrowserElement] {
        let references: [BrowserElement.Reference] = try await post("/elements", Self.selector(css))
        return references.map { BrowserElement(reference: $0, session: self) }
    }

    /// The element that has the focus.
    package func activeElement() async throws -> BrowserElement {
        BrowserElement(reference: try await get("/element/active"), session: self)
    }

    // MARK: Keyboard

    /// Types into whatever has the focus, one key after the other.
    package func type(_ text: String) async throws {
        try await perform(text.flatMap { [("keyDown", String($0)), ("keyUp", String($0))] })
    }

    /// Presses one key on whatever has the focus, with the modifiers held: `press(.tab, holding: [.shift])`.
    package func press(_ key: BrowserKey, holding modifiers: [BrowserKey] = []) async throws {
        try await press(key.rawValue, holding: modifiers)
    }

    /// Presses a character key with the modifiers held: `press("k", holding: [.control])`.
    package func press(_ character: String, holding modifiers: [BrowserKey]) async throws {
        let held = modifiers.map(\.rawValue)
        try await perform(
            held.map { ("keyDown", $0) } + [("keyDown", character), ("keyUp", character)]
                + held.reversed().map { ("keyUp", $0) })
    }

    private func perform(_ strokes: [(kind: String, key: String)]) async throws {
        let actions = strokes.map { WireValue.object(["type": .string($0.kind), "value": .string($0.key)]) }
        let _: NoValue = try await post(
            "/actions", ["actions": [["type": "key", "id": "keyboard", "actions": .array(actions)]]])
    }

    // MARK: Scripts

    /// Runs the body of a function in the page and decodes what it returns; a promise is awaited. `arguments` are
    /// `arguments[0]`, … in the script.
    package func execute<Value: Decodable & Sendable>(
        _ script: String, _ arguments: [WireValue] = [], as type: Value.Type = Value.self
    ) async throws -> Value {
        try await post("/execute/sync", ["script": .string(script), "args": .array(arguments)])
    }

    // MARK: Waiting

    /// Asks `condition` again and again until it holds. An element that is missing or was replaced meanwhile counts as
    /// "not yet".
    ///
    /// - Parameter what: named in the error.
    /// - Throws: `WebDriverError.timedOut` with the page and the last refusal, and any other error of `condition`.
    package func wait(
        for what: String, within limit: Duration = .seconds(10), until condition: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + limit
        var last: String?
        repeat {
            do {
                if try await condition() { return }
            } catch WebDriverError.refused(let command, let code, let message) where Self.passing.contains(code) {
                last = "\(command): \(code): \(message.prefix(200))"
            }
            try await Task.sleep(for: Self.pollInterval)
        } while ContinuousClock.now < deadline
        let page = "\(try await url()) (\(try await title()))"
        throw WebDriverError.timedOut(what: what, limit: limit, page: page, last: last)
    }

    /// Waits until a CSS selector matches a visible element, and gives it.
    package func waitFor(_ css: String, within limit: Duration = .seconds(10)) async throws -> BrowserElement {
        var found: BrowserElement?
        try await wait(for: css, within: limit) {
            let element = try await find(css)
            found = try await element.isDisplayed() ? element : nil
            return found != nil
        }
        guard let found else { preconditionFailure("wait returned without its condition") }
        return found
    }

    private static let pollInterval = Duration.milliseconds(20)
    private static let passing: Set = [
        "no such element", "stale element reference", "element not interactable", "element click intercepted",
    ]

    // MARK: Looks

    /// Writes a PNG of the viewport, or of the whole page, to a file.
    package func screenshot(to path: String, wholePage: Bool = false) async throws {
        let encoded: String
        if wholePage {
            struct Capture: Decodable, Sendable { let data: String }
            let capture: Capture = try await devTools(
                "Page.captureScreenshot", ["format": "png", "captureBeyondViewport": true])
            encoded = capture.data
        } else {
            encoded = try await get("/screenshot")
        }
        guard let image = Data(base64Encoded: encoded) else {
            throw WebDriverError.noAnswer(command: "screenshot", reason: "the image is not base64")
        }
        try image.write(to: URL(filePath: path))
    }

    /// Lays the page out as on a screen of this many CSS pixels, however small; holds until changed.
    package func setEmulatedWidth(_ width: Int, height: Int = 800, touch: Bool = false) async throws {
        let _: NoValue = try await devTools(
            "Emulation.setDeviceMetricsOverride",
            ["width": .integer(width), "height": .integer(height), "deviceScaleFactor": 1, "mobile": .boolean(touch)])
    }

    /// Answers the page's media queries, e.g. `["prefers-color-scheme": "dark"]`; `print` lays it out for paper.
    package func setEmulatedMedia(_ features: [String: String] = [:], print: Bool = false) async throws {
        let list = features.map { WireValue.object(["name": .string($0.key), "value": .string($0.value)]) }
        let _: NoValue = try await devTools(
            "Emulation.setEmulatedMedia", ["media": print ? "print" : "", "features": .array(list)])
    }

    /// Turns the scripts of pages loaded from now on off or on; `execute` goes on working.
    package func setScripting(enabled: Bool) async throws {
        let _: NoValue = try await devTools(
            "Emulation.setScriptExecutionDisabled", ["value": .boolean(!enabled)])
    }

    /// The console lines since the last call.
    package func console() async throws -> [ConsoleLine] {
        try await post("/se/log", ["type": "browser"])
    }

    /// Sends a command of the Chrome DevTools Protocol and decodes its result.
    package func devTools<Value: Decodable & Sendable>(
        _ command: String, _ parameters: WireValue = [:]
    ) async throws -> Value {
        try await post("/goog/cdp/execute", ["cmd": .string(command), "params": parameters])
    }

    // MARK: Cookies

    /// The cookies that the current page would send.
    package func cookies() async throws -> [BrowserCookie] { try await get("/cookie") }

    /// Sets a cookie for the host of the current page; the window must be on a page of that host.
    package func setCookie(_ name: String, _ value: String, path: String = "/") async throws {
        let _: NoValue = try await post(
            "/cookie", ["cookie": ["name": .string(name), "value": .string(value), "path": .string(path)]])
    }

    package func deleteCookies() async throws {
        let _: NoValue = try await transport.send(.delete, path("/cookie"))
    }

    /// Closes the browser.
    package func quit() async throws {
        let _: NoValue = try await transport.send(.delete, path(""))
    }

    // MARK: Commands

    func get<Value: Decodable>(_ suffix: String) async throws -> Value {
        try await transport.send(.get, path(suffix))
    }

    func post<Value: Decodable>(_ suffix: String, _ body: WireValue = [:]) async throws -> Value {
        try await transport.send(.post, path(suffix), body)
    }

    private func path(_ suffix: String) -> String { "/session/\(id)\(suffix)" }

    static func selector(_ css: String) -> WireValue { ["using": "css selector", "value": .string(css)] }
}

/// An element of the page. It goes stale when the page replaces it.
package struct BrowserElement: Sendable {
    /// How the protocol names an element (WebDriver, section 12: web element identifier).
    struct Reference: Decodable, Sendable {
        static let key = "element-6066-11e4-a52e-4f735466cecf"

        let id: String

        init(from decoder: any Decoder) throws {
            let fields = try decoder.singleValueContainer().decode([String: String].self)
            guard let id = fields[Self.key] else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: decoder.codingPath, debugDescription: "no web element identifier"))
            }
            self.id = id
        }
    }

    private let reference: Reference
    private let session: BrowserSession

    init(reference: Reference, session: BrowserSession) {
        self.reference = reference
        self.session = session
    }

    /// The element as an argument of `BrowserSession.execute`.
    package var argument: WireValue { [Reference.key: .string(reference.id)] }

    /// Scrolls the element into view and clicks its middle; waits for a page load that the click begins.
    package func click() async throws {
        let _: NoValue = try await session.post(path("/click"))
    }

    /// Focuses the element and types; special keys may stand in the text: `type("a" + BrowserKey.tab.rawValue)`. On a file
    /// field the text is the path of the file to attach.
    package func type(_ text: String) async throws {
        let _: NoValue = try await session.post(path("/value"), ["text": .string(text)])
    }

    package func clear() async throws {
        let _: NoValue = try await session.post(path("/clear"))
    }

    /// The text as rendered: hidden text is left out.
    package func text() async throws -> String { try await session.get(path("/text")) }

    /// The attribute as the markup has it ("true" for a boolean attribute), or nil.
    package func attribute(_ name: String) async throws -> String? {
        try await session.get(path("/attribute/\(name)"))
    }

    /// The DOM property `value`: what a field holds now, or nil.
    package func value() async throws -> String? { try await session.get(path("/property/value")) }

    package func isDisplayed() async throws -> Bool { try await session.get(path("/displayed")) }
    package func isEnabled() async throws -> Bool { try await session.get(path("/enabled")) }
    package func isSelected() async throws -> Bool { try await session.get(path("/selected")) }

    /// The role that assistive technology is told (WAI-ARIA).
    package func accessibleRole() async throws -> String { try await session.get(path("/computedrole")) }
    /// The name that assistive technology is told (Accessible Name and Description Computation).
    package func accessibleName() async throws -> String { try await session.get(path("/computedlabel")) }

    /// The first descendant that a CSS selector matches.
    package func find(_ css: String) async throws -> BrowserElement {
        let found: Reference = try await session.post(path("/element"), BrowserSession.selector(css))
        return BrowserElement(reference: found, session: session)
    }

    private func path(_ suffix: String) -> String { "/element/\(reference.id)\(suffix)" }
}
