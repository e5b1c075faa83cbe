import Access
import CoreMetrics
import Foundation
import HTTPServing
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import Server
import Storage
import Synchronization
import Telemetry
import TestKit

/// An installation with all that an operator looks at, asked without sockets.
final class ServerWorld: Sendable {
    struct Reply: Sendable {
        let status: Int
        let headers: HTTPFields
        let text: String
    }

    static let token = "a token of sixteen or more"
    let installation: Installation
    let operating: Operating
    private let responder: RouterResponder<ConcordContext>
    private let folder: WorldFolder
    private let lines = Mutex<[String]>([])

    /// - Parameters:
    ///   - metricsToken: `nil` leaves `/metrics` closed.
    ///   - requestsMax: Requests a minute for each network address.
    ///   - proxies: Whose word about their clients is taken.
    init(metricsToken: String? = nil, requestsMax: Int = 1_000, proxies: TrustedProxies = .none) async throws {
        let folder = try WorldFolder("server")
        let registry = MetricRegistry()
        // Counted from the first read on, as the command does it.
        let installation = try await withMetricsFactory(registry) {
            try await Installation(folder: folder.url, password: .init(n: 16, r: 1, p: 1))
        }
        let silent = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let operating = Operating(
            store: installation.store, files: installation.rawBlobs, registry: registry, version: "0.0.0-test",
            clock: installation.services.environment.clock, logger: silent)
        let router = try withMetricsFactory(registry) {
            try installation.router(
                limiter: RateLimiter(
                    limits: RateLimits(caller: nil, address: RateLimit(requestsMax: requestsMax)),
                    clock: installation.services.environment.clock),
                proxies: proxies, operating: operating, metricsToken: metricsToken.flatMap { MetricsToken($0) })
        }
        responder = router.buildResponder()
        self.folder = folder
        self.installation = installation
        self.operating = operating
    }

    /// Lines of the log so far, in JSON.
    var log: [String] { lines.withLock { $0 } }

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ headers: HTTPFields = [:], body: String = "",
        from peer: String? = nil
    ) async throws -> Reply {
        let request = Request(
            head: HTTPRequest(
                method: method, scheme: "http", authority: "localhost", path: path, headerFields: headers),
            body: RequestBody(buffer: ByteBuffer(string: body)))
        let logger = Logger(
            label: "concord",
            factory: { [self] label in
                JSONLogHandler(label: label, metadataProvider: .request, time: { "now" }) { [self] line in
                    lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
                }
            })
        let channel = EmbeddedChannel()
        channel.remoteAddress = try peer.map { try SocketAddress(ipAddress: $0, port: 1) }
        let source = ApplicationRequestContextSource(channel: channel, logger: logger)
        let response = try await responder.respond(to: request, context: ConcordContext(source: source))
        let collected = Collected()
        try await response.body.write(Writer(collected: collected))
        return Reply(
            status: response.status.code, headers: response.headers,
            text: String(decoding: collected.bytes.withLock { $0 }, as: UTF8.self))
    }

    /// An account that administers the server and a session of it, as a cookie.
    func signedIn() async throws -> (account: UUID, cookie: String) {
        let signIn = installation.services.signIn
        let account = try await signIn.newAccount(
            email: "ada@example.org", password: "a fine long password", isServerAdministrator: true)
        try await installation.store.save(account)
        let (_, secret) = try await signIn.signIn(
            email: account.email, password: "a fine long password", address: "192.0.2.1")
        return (account.id, "\(AuthenticationMiddleware.cookieName)=\(secret)")
    }

    func end() throws { try installation.store.close() }

    private final class Collected: Sendable {
        let bytes = Mutex<[UInt8]>([])
    }
    private struct Writer: ResponseBodyWriter {
        let collected: Collected
        func write(_ buffer: ByteBuffer) async throws {
            collected.bytes.withLock { $0.append(contentsOf: buffer.readableBytesView) }
        }
        func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}
