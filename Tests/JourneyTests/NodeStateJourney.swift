import Foundation
import FoundationNetworking
import TestKit
import Testing

/// What must not stick to one node: throttles, sessions, passwords, tokens, keys of requests, files.
@Suite(.serialized, .withoutBrowser) struct NodeStateJourney {
    /// A browser without pictures: it keeps its cookies, and asks whichever node it is told to.
    private final class Visitor: Sendable {
        private let session: URLSession
        private let server: RunningServer
        init(_ server: RunningServer) {
            self.server = server
            let configuration = URLSessionConfiguration.ephemeral
            // Cookies are kept by hand: the nodes have one name and several ports.
            configuration.httpShouldSetCookies = false
            session = URLSession(configuration: configuration, delegate: Redirects(), delegateQueue: nil)
        }

        /// Redirects are looked at, not followed.
        private final class Redirects: NSObject, URLSessionTaskDelegate {
            func urlSession(
                _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
                newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
            ) { completionHandler(nil) }
        }

        func ask(
            _ path: String, node: Int, cookie: String? = nil, form: [String: String]? = nil
        ) async throws -> (status: Int, text: String, cookie: String?) {
            var request = URLRequest(url: try #require(URL(string: server.nodes[node] + path)))
            if let cookie { request.setValue(cookie, forHTTPHeaderField: "Cookie") }
            if let form {
                request.httpMethod = "POST"
                request.setValue("application/x-www-form-urlencoded", forHTTPHeaderField: "Content-Type")
                let pairs = form.map { name, value in
                    "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
                }
                request.httpBody = Data(pairs.joined(separator: "&").utf8)
            }
            let (data, response) = try await session.data(for: request)
            let answer = try #require(response as? HTTPURLResponse)
            let set = answer.value(forHTTPHeaderField: "Set-Cookie")
                .flatMap { $0.firstMatch(of: /concord_session=[^;]+/) }.map { String($0.output) }
            return (answer.statusCode, String(decoding: data, as: UTF8.self), set)
        }

        func signIn(_ email: String, _ password: String = DemoFolder.password, node: Int) async throws -> (
            status: Int, cookie: String?
        ) {
            let answer = try await ask("/sign-in", node: node, form: ["email": email, "password": password])
            return (answer.status, answer.cookie)
        }

        /// The secret of the session's forms.
        func secret(_ path: String, node: Int, _ cookie: String) async throws -> String {
            let page = try await ask(path, node: node, cookie: cookie).text
            return String(try #require(page.firstMatch(of: /name="csrf" value="([^"]+)"/)).output.1)
        }
    }

    private static let ines = "ines.hartmann@meridian-credit.example"
    private static let katarzyna = "katarzyna.nowak@meridian-credit.example"

    private static let world = Task { () -> (demo: DemoFolder.Copy, server: RunningServer) in
        let demo = try await RunningServer.demo.copy(on: .nodes)
        return (demo, try await RunningServer(demo))
    }

    @Test func wrongPasswordsAreCountedOverAllNodes() async throws {
        let visitor = Visitor(try await Self.world.value.server)
        let email = "hanna.virtanen@meridian-credit.example"
        for n in 0..<5 { #expect(try await visitor.signIn(email, "wrong", node: n % 2).status == 401) }
        for node in 0...1 { #expect(try await visitor.signIn(email, node: node).status == 429) }
    }

    @Test func requestsAreCountedOverAllNodes() async throws {
        let demo = try await RunningServer.demo.copy(on: .nodes)
        let server = try await RunningServer(demo, options: ["--rate-limit", "40"])
        func ask(_ node: Int) async throws -> Int {
            try await server.send("GET", "/api/v1/me", token: demo.token, node: node).status
        }
        for _ in 0..<30 { #expect(try await ask(0) == 200) }
        // A few at a time, so that the nodes tell each other in between. Alone, this one would let 40 through and what a
        // minute gives back.
        let start = ContinuousClock.now
        var (allowed, isRefused) = (0, false)
        while !isRefused, ContinuousClock.now - start < .seconds(60) {
            try await Task.sleep(for: .milliseconds(300))
            for _ in 0..<3 where !isRefused {
                isRefused = try await ask(1) == 429
                allowed += isRefused ? 0 : 1
            }
        }
        let cameBack = Int((ContinuousClock.now - start) / .seconds(1) * 40 / 60)
        #expect(isRefused && allowed < 10 + cameBack + 12, "\(allowed) of 10 and \(cameBack)")
        try await eventually("the first one hears of those") {
            try await Task.sleep(for: .milliseconds(300))
            return try await ask(0) == 429
        }
        await server.stop()
    }

    @Test func aChangedPasswordEndsSessionsOnTheOtherNode() async throws {
        let visitor = Visitor(try await Self.world.value.server)
        let (one, two) = (
            try #require(try await visitor.signIn(Self.katarzyna, node: 0).cookie),
            try #require(try await visitor.signIn(Self.katarzyna, node: 1).cookie)
        )
        // Both nodes know both sessions.
        for node in 0...1 {
            for cookie in [one, two] {
                #expect(try await visitor.ask("/controls", node: node, cookie: cookie).status == 200)
            }
        }
        let form = try await visitor.secret("/settings/account", node: 0, one)
        let changed = try await visitor.ask(
            "/settings/account", node: 0, cookie: one,
            form: ["csrf": form, "currentPassword": DemoFolder.password, "password": "another journey of tests 2"])
        #expect([200, 303].contains(changed.status))
        try await eventually("the other session is over on the other node") {
            try await visitor.ask("/controls", node: 1, cookie: two).status == 303
        }
        #expect(try await visitor.ask("/controls", node: 0, cookie: two).status == 303)
        #expect(try await visitor.ask("/controls", node: 1, cookie: one).status == 200, "the own session goes on")
    }

    @Test func aSignOutCountsOnEveryNode() async throws {
        let visitor = Visitor(try await Self.world.value.server)
        let cookie = try #require(try await visitor.signIn(Self.ines, node: 0).cookie)
        #expect(try await visitor.ask("/controls", node: 1, cookie: cookie).status == 200)
        let form = try await visitor.secret("/settings/tokens", node: 0, cookie)
        _ = try await visitor.ask("/sign-out", node: 0, cookie: cookie, form: ["csrf": form])
        try await eventually("it is over on the other node") {
            try await visitor.ask("/controls", node: 1, cookie: cookie).status == 303
        }
    }

    @Test func aRequestThatIsSentToBothNodesAtOnceIsDoneOnce() async throws {
        let (demo, server) = try await Self.world.value
        let body = #"{"title":"Only one of these","kind":"other","priority":"low"}"#
        func send(_ node: Int) async throws -> (status: Int, id: String?) {
            var request = URLRequest(url: try #require(URL(string: server.nodes[node] + "/api/v1/tasks")))
            request.httpMethod = "POST"
            for (name, value) in [
                "Authorization": "Bearer \(demo.token)", "Content-Type": "application/json",
                "Idempotency-Key": "both-nodes-at-once",
            ] { request.setValue(value, forHTTPHeaderField: name) }
            request.httpBody = Data(body.utf8)
            let (data, response) = try await URLSession.shared.data(for: request)
            let answer = try json(String(decoding: data, as: UTF8.self)) as? [String: Any]
            return (try #require(response as? HTTPURLResponse).statusCode, answer?["id"] as? String)
        }
        let answers = try await withThrowingTaskGroup(of: (status: Int, id: String?).self) { group in
            for n in 0..<8 { group.addTask { try await send(n % 2) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        // Who comes while it is being carried out is told so, or answered as the first one was.
        #expect(answers.allSatisfy { [201, 409].contains($0.status) }, "\(answers)")
        let id = try #require(answers.first { $0.status == 201 }?.id)
        for node in 0...1 {
            let again = try await send(node)
            #expect(again.status == 201 && again.id == id, "\(again)")
        }
        let found = try await server.send("GET", "/api/v1/tasks?q=Only+one+of+these&limit=10", token: demo.token)
        let list = try json(String(decoding: found.body, as: UTF8.self)) as? [String: Any]
        #expect((list?["items"] as? [Any])?.count == 1)
    }

    @Test func aRevokedTokenIsNoGoodOnAnyNode() async throws {
        let (_, server) = try await Self.world.value
        let visitor = Visitor(server)
        let cookie = try #require(try await visitor.signIn(Self.ines, node: 0).cookie)
        let form = try await visitor.secret("/settings/tokens", node: 0, cookie)
        let tomorrow = String(Date(timeIntervalSinceNow: 86_400).ISO8601Format().prefix(10))
        let made = try await visitor.ask(
            "/settings/tokens", node: 0, cookie: cookie,
            form: ["csrf": form, "name": "Two nodes", "rights": "read", "expiresAt": tomorrow]
        ).text
        let token = String(try #require(made.firstMatch(of: /concord_[A-Za-z0-9_-]{20,}/)).output)
        for node in 0...1 {
            #expect(try await server.send("GET", "/api/v1/me", token: token, node: node).status == 200)
        }
        let page = try await visitor.ask("/settings/tokens", node: 0, cookie: cookie).text
        let row = try #require(page.range(of: "Two nodes"))
        let revoke = String(
            try #require(page[row.lowerBound...].firstMatch(of: /action="([^"]+)"/)).output.1)
        let id = page[row.lowerBound...].firstMatch(of: /name="id" value="([^"]+)"/).map { String($0.output.1) }
        _ = try await visitor.ask(
            revoke, node: 0, cookie: cookie, form: ["csrf": form].merging(id.map { ["id": $0] } ?? [:]) { $1 })
        try await eventually("it is refused on the other node") {
            try await server.send("GET", "/api/v1/me", token: token, node: 1).status == 401
        }
        #expect(try await server.send("GET", "/api/v1/me", token: token, node: 0).status == 401)
    }

    /// What another node did is heard of within moments, far before what is kept of callers runs out after 30 seconds.
    private func eventually(_ what: String, _ holds: () async throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(10)
        while !(try await holds()) {
            guard ContinuousClock.now < end else { throw JourneyError.unexpected("not within 10 seconds: \(what)") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Neither is the first: tables, catalogue and key come once.
    @Test func twoNodesStartOnNothingAtOnce() async throws {
        let nothing = try await DemoFolder.nothing(on: .nodes)
        let server = try await RunningServer(folder: nothing.folder, database: nothing.database)
        let visitor = Visitor(server)
        for node in 0..<2 { #expect(try await visitor.ask("/readyz", node: node).status == 200) }
        await server.stop()
        let verified = try await nothing.verify()
        #expect(verified.status == 0, "\(verified.text)")
        let keys = try FileManager.default.contentsOfDirectory(
            atPath: nothing.folder.appendingPathComponent("keys").path)
        #expect(keys == ["ledger.key"])
    }
}
