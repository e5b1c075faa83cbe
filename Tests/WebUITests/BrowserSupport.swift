import Access
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import RecordKit
import Records
import SQLiteStorage
import Storage
import Synchronization
import TestKit

@testable import WebUI

/// Installations with the shipped frameworks, one for each suite, whose tests run one after the other: loading takes
/// seconds, and what one suite answers must not move the numbers that another compares.
enum PagesUnderTest {
    static let assessment = _Concurrency.Task { try await installation() }
    static let overview = _Concurrency.Task { try await installation() }
    static let gaps = _Concurrency.Task { try await installation() }
    static let access = _Concurrency.Task { try await installation(withCatalogue: false) }

    static func installation(withCatalogue: Bool = true) async throws -> RouterHarness {
        try await RouterHarness(withCatalogue: withCatalogue, documents: try DocumentMaker(environment: .system)) {
            services, router in
            try WebRoutes(services: services).add(to: router)
        }
    }
}

/// A person's browser: its cookie, its forms, with or without the script.
struct PersonBrowser {
    let harness: RouterHarness
    let cookie: String
    let formSecret: String

    init(_ harness: RouterHarness, _ member: RouterHarness.Member) async throws {
        self.harness = harness
        (cookie, formSecret) = try await harness.session(member)
    }

    /// Somebody who need not have a place in an organisation.
    init(_ harness: RouterHarness, email: String) async throws {
        self.harness = harness
        let (session, secret) = try await harness.services.signIn.signIn(
            email: email, password: RouterHarness.password, address: "192.0.2.1")
        (cookie, formSecret) = ("\(AuthenticationMiddleware.cookieName)=\(secret)", session.formSecret)
    }

    static func headers(cookie: String? = nil, byScript: Bool = false, referer: String? = nil) -> HTTPFields {
        var headers = HTTPFields()
        if let cookie { headers[.cookie] = cookie }
        if byScript, let name = HTTPField.Name("X-Requested-With") { headers[name] = "concord" }
        if let referer { headers[.referer] = referer }
        return headers
    }

    func get(_ path: String, byScript: Bool = false) async throws -> RouterHarness.Reply {
        try await harness.send(.get, path, headers: Self.headers(cookie: cookie, byScript: byScript))
    }

    /// Sends a form with the secret of this session.
    func post(
        _ path: String, _ fields: [(String, String)], byScript: Bool = false, referer: String? = nil,
        secret: String? = nil
    ) async throws -> RouterHarness.Reply {
        try await Self.post(
            harness, path, [("csrf", secret ?? formSecret)] + fields,
            headers: Self.headers(cookie: cookie, byScript: byScript, referer: referer))
    }

    static func post(
        _ harness: RouterHarness, _ path: String, _ fields: [(String, String)], headers: HTTPFields = [:]
    ) async throws -> RouterHarness.Reply {
        var headers = headers
        headers[.contentType] = "application/x-www-form-urlencoded"
        return try await harness.send(.post, path, json: encoded(fields), headers: headers)
    }

    static func encoded(_ fields: [(String, String)]) -> String {
        fields.map { "\(LinkQuery.encoded($0.0))=\(LinkQuery.encoded($0.1))" }.joined(separator: "&")
    }
}

extension String {
    /// What stands between two texts; nil if one of them is missing.
    func between(_ start: String, _ end: String) -> String? {
        guard let from = range(of: start), let to = range(of: end, range: from.upperBound..<endIndex) else {
            return nil
        }
        return String(self[from.upperBound..<to.lowerBound])
    }
    func count(of text: String) -> Int { components(separatedBy: text).count - 1 }
    /// The row of an assessment in a page or fragment.
    func row(_ key: String) -> String? { between("<li data-row id=\"row-\(RowPresenter.elementID(key))\"", "</li>") }
    /// The value of a hidden field.
    func hidden(_ name: String) -> String? { between("name=\"\(name)\" value=\"", "\"") }
}

/// A server before its first administrator.
final class EmptyServer: Sendable {
    struct Answer {
        let status: Int
        let headers: HTTPFields
        let text: String
    }
    let services: Services
    private let kept: WorldFolder
    private let responder: RouterResponder<ConcordContext>

    init() throws {
        kept = try WorldFolder("empty")
        let folder = kept.url
        let environment = Access.Environment(clock: Clock { SteppedClock.start }, random: .system)
        let store = try SQLiteStore(
            path: folder.appendingPathComponent("concord.sqlite").path, schemas: Registry.schemas)
        let (library, posture) = (LibraryHolder(store: store), PostureEngine())
        let signIn = SignIn(
            accounts: store, store: store, hasher: PasswordHasher(parameters: .init(n: 16, r: 1, p: 1)),
            environment: environment)
        let blobs = try FolderBlobStore(folder: folder.appendingPathComponent("files"))
        services = Services(
            environment: environment, store: store, accounts: store, blobs: blobs, signIn: signIn,
            records: RecordService(store: store, environment: environment, posture: posture, blobs: blobs),
            assessments: AssessmentService(
                store: store, environment: environment, library: library, posture: posture),
            organisations: OrganisationService(
                store: store, accounts: store, signIn: signIn, environment: environment, library: library),
            ledger: LedgerService(
                store: store, environment: environment, host: "test.example.org",
                seed: Array(repeating: 7, count: 32)),
            library: library)
        let router = Router(context: ConcordContext.self, options: .autoGenerateHeadEndpoints)
        try WebRoutes(services: services).add(to: router)
        responder = router.buildResponder()
    }

    func get(_ path: String, cookie: String? = nil) async throws -> Answer {
        try await send(.get, path, PersonBrowser.headers(cookie: cookie), "")
    }
    func post(_ path: String, _ fields: [(String, String)]) async throws -> Answer {
        var headers = HTTPFields()
        headers[.contentType] = "application/x-www-form-urlencoded"
        return try await send(.post, path, headers, PersonBrowser.encoded(fields))
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, _ headers: HTTPFields, _ body: String
    ) async throws -> Answer {
        let request = Request(
            head: HTTPRequest(
                method: method, scheme: "http", authority: "localhost", path: path, headerFields: headers),
            body: RequestBody(buffer: ByteBuffer(string: body)))
        let source = ApplicationRequestContextSource(
            channel: EmbeddedChannel(), logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        let response = try await responder.respond(to: request, context: ConcordContext(source: source))
        let collected = Collected()
        try await response.body.write(Writer(collected: collected))
        return Answer(
            status: response.status.code, headers: response.headers,
            text: String(decoding: collected.bytes.withLock { $0 }, as: UTF8.self))
    }

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
