// The server's routes without sockets: services over a fresh database, two organisations with a member for every
// role, tokens, a clock that only tests move. A test hands in a request and gets the answer.
package import Access
package import Foundation
package import Governance
package import HTTPServing
package import HTTPTypes
package import Hummingbird
import Logging
package import MerkleLog
import NIOCore
import NIOEmbedded
package import RecordKit
import Records
import SQLiteStorage
package import Storage
import Synchronization

/// An installation of one test.
package final class RouterHarness: Sendable {
    /// Somebody with a place in an organisation and a token that may write.
    package struct Member: Sendable {
        package let account: Account
        package let organisation: UUID
        package let person: UUID
        package let roles: Set<Role>
        package let token: String
    }

    /// An organisation with its people.
    package struct Tenant: Sendable {
        package let id: UUID
        /// Administrator and compliance lead, as ``OrganisationService`` makes them.
        package let founder: Member
        /// One person for each role, who holds that role alone.
        package let byRole: [Role: Member]
        package subscript(_ role: Role) -> Member {
            guard let member = byRole[role] else { preconditionFailure("nobody is \(role.rawValue)") }
            return member
        }
        package var people: [Member] { [founder] + Role.allCases.map { self[$0] } }
    }

    /// What the server answered.
    package struct Reply: Sendable {
        package let status: Int
        package let headers: HTTPFields
        package let body: [UInt8]
        package var text: String { String(decoding: body, as: UTF8.self) }
        package var etag: String { headers[.eTag] ?? "" }
        package var json: JSONValue { get throws { try JSONValue.parse(body) } }
    }

    package static let password = "a fine long password"
    package let clock = SteppedClock()
    package let services: Services
    package let store: any Store
    package let posture = PostureEngine()
    package let meridian: Tenant
    package let hospital: Tenant
    private let responder: RouterResponder<ConcordContext>
    private let kept: WorldFolder

    /// - Parameters:
    ///   - withCatalogue: Loads the shipped standards and laws, which takes seconds in a debug build.
    ///   - schemas: The record types of the database.
    ///   - documents: Makes documents, where a test asks for one.
    ///   - mount: Adds the routes under test.
    package init(
        withCatalogue: Bool = false, schemas: [AnySchema] = Registry.schemas,
        documents: any DocumentMaking = NoDocuments(),
        mount: (Services, Router<ConcordContext>) throws -> Void
    ) async throws {
        kept = try WorldFolder("router", types: schemas == Registry.schemas ? .product : .own)
        let folder = kept.url
        let store = try SQLiteStore(path: folder.appendingPathComponent("concord.sqlite").path, schemas: schemas)
        self.store = store
        let environment = clock.environment
        if withCatalogue { _ = try await CatalogueLoader(store: store, environment: environment).load() }
        let library = LibraryHolder(store: store)
        let hasher = PasswordHasher(parameters: .init(n: 16, r: 1, p: 1))
        let signIn = SignIn(accounts: store, store: store, hasher: hasher, environment: environment)
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
            library: library, documents: documents)
        meridian = try await Self.tenant("Meridian", services)
        hospital = try await Self.tenant("Hospital", services)
        let router = Router(context: ConcordContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: EnvelopeMiddleware(environment: environment))
        try mount(services, router)
        responder = router.buildResponder()
    }

    // MARK: Asking

    /// - Parameters:
    ///   - token: Sent as `Authorization: Bearer`.
    ///   - json: A body, sent as `application/json` unless the headers say otherwise.
    package func send(
        _ method: HTTPRequest.Method, _ path: String, as token: String? = nil, json: String? = nil,
        headers: HTTPFields = [:]
    ) async throws -> Reply {
        try await send(method, path, as: token, bytes: json.map { Array($0.utf8) }, headers: headers)
    }

    /// A body in bytes that need not be text.
    package func send(
        _ method: HTTPRequest.Method, _ path: String, as token: String? = nil, bytes: [UInt8]?,
        headers: HTTPFields = [:]
    ) async throws -> Reply {
        var headers = headers
        if let token { headers[.authorization] = "Bearer \(token)" }
        if bytes != nil, headers[.contentType] == nil { headers[.contentType] = "application/json" }
        let request = Request(
            head: HTTPRequest(
                method: method, scheme: "http", authority: "localhost", path: path, headerFields: headers),
            body: RequestBody(buffer: ByteBuffer(bytes: bytes ?? [])))
        let source = ApplicationRequestContextSource(
            channel: EmbeddedChannel(), logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        let response = try await responder.respond(to: request, context: ConcordContext(source: source))
        let collected = Collected()
        try await response.body.write(Writer(collected: collected))
        return Reply(
            status: response.status.code, headers: response.headers, body: collected.bytes.withLock { $0 })
    }

    package func send(
        _ method: HTTPRequest.Method, _ path: String, as member: Member, json: String? = nil,
        headers: HTTPFields = [:]
    ) async throws -> Reply {
        try await send(method, path, as: member.token, json: json, headers: headers)
    }
    package func send(
        _ method: HTTPRequest.Method, _ path: String, as member: Member, bytes: [UInt8], headers: HTTPFields = [:]
    ) async throws -> Reply {
        try await send(method, path, as: member.token, bytes: bytes, headers: headers)
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

    // MARK: People

    /// Another token of a member.
    package func token(_ member: Member, mayWrite: Bool) async throws -> String {
        try await Self.token(member.account.id, member.organisation, member.person, mayWrite, services)
    }

    /// A browser's session of a member: the cookie header and the secret of the forms.
    package func session(_ member: Member) async throws -> (cookie: String, formSecret: String) {
        let (session, secret) = try await services.signIn.signIn(
            email: member.account.email, password: Self.password, address: "192.0.2.1")
        return ("\(AuthenticationMiddleware.cookieName)=\(secret)", session.formSecret)
    }

    /// Saves a record past every service, as the system or as a person of the organisation.
    @discardableResult
    package func save(
        _ record: ValidRecord, in organisation: UUID?, id: UUID? = nil, over version: Int? = nil,
        isArchived: Bool = false, by person: UUID? = nil
    ) async throws -> StoredRecord {
        let environment = services.environment
        let id = id ?? environment.id()
        let caller =
            person.map { Caller(account: nil, organisation: organisation, person: $0) }
            ?? Caller.system(organisation: organisation)
        let change = caller.change(version == nil ? "create" : "update", in: environment)
        return try await store.write(organisation) { transaction in
            try transaction.save(record, id: id, over: version, isArchived: isArchived, by: change)
        }
    }

    private static func tenant(_ name: String, _ services: Services) async throws -> Tenant {
        let slug = name.lowercased()
        let account = try await services.signIn.newAccount(email: "founder@\(slug).example.org", password: password)
        try await services.accounts.save(account)
        let id = try await services.organisations.found(
            .init(name: name, timeZone: "UTC", personName: "Founder of \(name)", email: account.email),
            account: account)
        guard let membership = try await services.accounts.memberships(of: account.id).first else {
            preconditionFailure("a founder is a member")
        }
        let founder = Member(
            account: account, organisation: id, person: membership.person, roles: [.administrator, .complianceLead],
            token: try await token(account.id, id, membership.person, true, services))
        var byRole: [Role: Member] = [:]
        for role in Role.allCases { byRole[role] = try await member(role, id, slug, services) }
        return Tenant(id: id, founder: founder, byRole: byRole)
    }

    private static func member(
        _ role: Role, _ organisation: UUID, _ slug: String, _ services: Services
    ) async throws -> Member {
        let environment = services.environment
        let email = "\(role.rawValue.lowercased())@\(slug).example.org"
        let account = try await services.signIn.newAccount(email: email, password: password)
        try await services.accounts.save(account)
        var person = Person()
        person.name = "The \(role.rawValue) of \(slug)"
        person.email = email
        let id = environment.id()
        var assignment = RoleAssignment()
        assignment.person = ID(id)
        assignment.role = role
        assignment.from = SteppedClock.start.day(in: .gmt).adding(days: -30)
        assignment.status = .active
        let records = [
            (id, try Person.schema.validated(person).erased),
            (environment.id(), try RoleAssignment.schema.validated(assignment).erased),
        ]
        let system = Caller.system(organisation: organisation)
        let changes = records.map { _ in system.change("create", in: environment) }
        try await services.store.write(organisation) { transaction in
            for ((id, record), change) in zip(records, changes) {
                try transaction.save(record, id: id, over: nil, isArchived: false, by: change)
            }
        }
        try await services.accounts.save(
            Membership(
                account: account.id, organisation: organisation, person: id, from: assignment.from, until: nil))
        return Member(
            account: account, organisation: organisation, person: id, roles: [role],
            token: try await token(account.id, organisation, id, true, services))
    }

    private static func token(
        _ account: UUID, _ organisation: UUID, _ person: UUID, _ mayWrite: Bool, _ services: Services
    ) async throws -> String {
        let owner = Caller(account: account, organisation: organisation, person: person)
        return try await services.signIn.createToken(
            "test", mayWrite: mayWrite, expiresAt: services.environment.now().adding(seconds: 30 * 86_400), by: owner
        ).text
    }
}

/// A clock that only tests move, with random bytes and ids that are the same in every run.
package final class SteppedClock: Sendable {
    package static let start = Instant(millisecondsSince1970: 1_773_144_000_000)
    private let state = Mutex((now: SteppedClock.start, random: SplitMix64(seed: 42), serial: UInt64(0)))
    package init() {}

    /// 2026-03-10T12:00:00.000Z at first.
    package var now: Instant { state.withLock { $0.now } }
    package func advance(seconds: Int) { state.withLock { $0.now = $0.now.adding(seconds: seconds) } }

    package var environment: Access.Environment {
        Access.Environment(
            clock: Clock { self.now },
            random: RandomSource { count in
                self.state.withLock { state in
                    (0..<count).map { _ in UInt8(truncatingIfNeeded: state.random.next()) }
                }
            },
            ids: { now in
                // In the order in which they were made, although the clock stands.
                let serial = self.state.withLock { state in
                    state.serial += 1
                    return state.serial
                }
                return UUID.version7(at: now, random: (0, serial))
            })
    }
}
