// An installation with two organisations and a person for each role, asked through the router without sockets.
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
import Testing
import WebUI

/// Everything behind the pages, over a database of its own.
final class WebWorld: Sendable {
    /// Somebody with a session.
    struct Member: Sendable {
        let caller: Caller
        let cookie: String
        let formSecret: String
    }
    /// What the router answered.
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPFields
        let body: [UInt8]
        var text: String { String(decoding: body, as: UTF8.self) }
        var location: String? { headers[.location] }
    }

    static let shared = _Concurrency.Task { try await WebWorld() }

    private let kept: WorldFolder
    var folder: URL { kept.url }
    let services: Services
    private let responder: any HTTPResponder<ConcordContext>
    /// The founder: administrator and compliance lead.
    let lead: Member
    /// The other organisation's founder.
    let stranger: Member
    private let members: [Role: Member]
    let organisation: UUID
    let otherOrganisation: UUID

    init(schemas: [AnySchema] = Registry.schemas, withCatalogue: Bool = true) async throws {
        kept = try WorldFolder("web", types: schemas == Registry.schemas ? .product : .own)
        let folder = kept.url
        let seed = Mutex(SplitMix64(seed: 5))
        let time = TestClock()
        let environment = Access.Environment(
            clock: Clock { time.next() },
            random: RandomSource { count in
                seed.withLock { random in (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
            })
        let store = try SQLiteStore(path: folder.appendingPathComponent("concord.sqlite").path, schemas: schemas)
        if withCatalogue { _ = try await CatalogueLoader(store: store, environment: environment).load() }
        let library = LibraryHolder(store: store)
        let signIn = SignIn(
            accounts: store, store: store, hasher: PasswordHasher(parameters: .init(n: 16, r: 1, p: 1)),
            environment: environment)
        let blobs = try FolderBlobStore(folder: folder.appendingPathComponent("blobs"))
        services = Services(
            environment: environment, store: store, accounts: store, blobs: blobs, signIn: signIn,
            records: RecordService(store: store, environment: environment, posture: PostureEngine(), blobs: blobs),
            assessments: AssessmentService(
                store: store, environment: environment, library: library, posture: PostureEngine()),
            organisations: OrganisationService(
                store: store, accounts: store, signIn: signIn, environment: environment, library: library),
            ledger: LedgerService(
                store: store, environment: environment, host: "test", seed: [UInt8](repeating: 7, count: 32)),
            library: library, documents: try DocumentMaker(environment: environment))
        var ids: [UUID] = []
        for name in ["Meridian", "Hospital"] {
            let email = "founder@\(name.lowercased()).example"
            let account = try await signIn.newAccount(email: email, password: Self.password)
            try await store.save(account)
            ids.append(
                try await services.organisations.found(
                    .init(name: name, timeZone: "Europe/Berlin", personName: "Ines \(name)", email: email),
                    account: account))
        }
        organisation = ids[0]
        otherOrganisation = ids[1]
        let router = Router(context: ConcordContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: EnvelopeMiddleware(environment: environment))
        try WebRoutes(services: services, schemas: schemas).add(to: router)
        responder = router.buildResponder()
        lead = try await Self.signedIn("founder@meridian.example", signIn)
        stranger = try await Self.signedIn("founder@hospital.example", signIn)
        var members: [Role: Member] = [:]
        for role in Role.allCases { members[role] = try await Self.member(role, in: ids[0], services) }
        self.members = members
    }

    // MARK: People

    private static let password = "correct horse battery 9"

    /// Somebody with this role alone.
    func member(_ role: Role) throws -> Member { try #require(members[role]) }

    private static func member(_ role: Role, in organisation: UUID, _ services: Services) async throws -> Member {
        let email = "\(role.rawValue.lowercased())@meridian.example"
        let account = try await services.signIn.newAccount(email: email, password: password)
        try await services.accounts.save(account)
        var person = Person()
        person.name = "The \(role.rawValue)"
        person.email = email
        var assignment = RoleAssignment()
        assignment.role = role
        assignment.from = Day(daysSince1970: 20_000)
        assignment.status = .active
        let ids = [services.environment.id(), services.environment.id()]
        assignment.person = ID(ids[0])
        let system = Caller.system(organisation: organisation)
        let changes = ids.map { _ in system.change("create", in: services.environment) }
        let valid = (try Person.schema.validated(person), try RoleAssignment.schema.validated(assignment))
        try await services.store.write(organisation) { transaction in
            try transaction.save(valid.0, id: ID(ids[0]), over: nil, by: changes[0])
            try transaction.save(valid.1, id: ID(ids[1]), over: nil, by: changes[1])
        }
        try await services.accounts.save(
            Membership(
                account: account.id, organisation: organisation, person: ids[0], from: Day(daysSince1970: 20_000),
                until: nil))
        return try await signedIn(email, services.signIn)
    }

    private static func signedIn(_ email: String, _ signIn: SignIn) async throws -> Member {
        let (session, secret) = try await signIn.signIn(email: email, password: password, address: "127.0.0.1")
        let (caller, _) = try #require(try await signIn.authenticate(sessionSecret: secret))
        return Member(caller: caller, cookie: secret, formSecret: session.formSecret)
    }

    // MARK: Asking

    func get(_ path: String, as member: Member?, headers: HTTPFields = [:]) async throws -> Answer {
        try await send(.get, path, as: member, headers: headers, body: [])
    }

    /// Sends a form as browsers do; the form secret goes along unless the form has one.
    func post(_ path: String, _ fields: [(String, String)], as member: Member?) async throws -> Answer {
        var query: LinkQuery = [:]
        var text = ""
        if let member, !fields.contains(where: { $0.0 == "csrf" }) { query.add("csrf", member.formSecret) }
        text = String(query.string.dropFirst())
        for (name, value) in fields {
            var one: LinkQuery = [:]
            one.add(name, value.isEmpty ? "x" : value)
            let pair = String(one.string.dropFirst())
            text += (text.isEmpty ? "" : "&") + (value.isEmpty ? String(pair.dropLast()) : pair)
        }
        return try await send(
            .post, path, as: member, headers: [.contentType: "application/x-www-form-urlencoded"],
            body: Array(text.utf8))
    }

    /// Sends a form with a file.
    func upload(
        _ path: String, _ fields: [(String, String)], file: (field: String, name: String, bytes: [UInt8]),
        as member: Member
    ) async throws -> Answer {
        var body: [UInt8] = []
        for (name, value) in fields + [("csrf", member.formSecret)] {
            body += Array("--limit\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8)
        }
        body += Array(
            "--limit\r\nContent-Disposition: form-data; name=\"\(file.field)\"; filename=\"\(file.name)\"\r\n".utf8)
        body += Array("Content-Type: text/html\r\n\r\n".utf8) + file.bytes + Array("\r\n--limit--\r\n".utf8)
        return try await send(
            .post, path, as: member, headers: [.contentType: "multipart/form-data; boundary=limit"], body: body)
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, as member: Member?, headers: HTTPFields, body: [UInt8]
    ) async throws -> Answer {
        var headers = headers
        if let member { headers[.cookie] = "\(AuthenticationMiddleware.cookieName)=\(member.cookie)" }
        let request = Request(
            head: HTTPRequest(method: method, scheme: "https", authority: "test", path: path, headerFields: headers),
            body: RequestBody(buffer: ByteBuffer(bytes: body)))
        let channel = NIOAsyncTestingChannel()
        let context = ConcordContext(
            source: ApplicationRequestContextSource(channel: channel, logger: Logger(label: "test")))
        let response = try await responder.respond(to: request, context: context)
        let collected = Collected()
        try await response.body.write(CollectingWriter(collected: collected))
        return Answer(
            status: response.status.code, headers: response.headers, body: collected.bytes.withLock { $0 })
    }

    /// A record made by the service.
    func create<R: Record>(
        _ type: R.Type, _ values: [String: FieldValue], as member: Member
    ) async throws -> StoredRecord {
        try await services.records.create(R.schema.erased, values, as: member.caller)
    }
    func find(_ schema: AnySchema, _ id: UUID) async throws -> StoredRecord {
        let organisation = organisation
        return try #require(
            try await services.store.read { try $0.find(schema, id, in: organisation, asOf: nil) })
    }
}

/// Goes on by a second with each look.
private final class TestClock: Sendable {
    private let milliseconds = Mutex<Int64>(1_790_000_000_000)
    func next() -> Instant {
        milliseconds.withLock {
            $0 += 1000
            return Instant(millisecondsSince1970: $0)
        }
    }
}

private final class Collected: Sendable {
    let bytes = Mutex<[UInt8]>([])
}

private struct CollectingWriter: ResponseBodyWriter {
    let collected: Collected
    mutating func write(_ buffer: ByteBuffer) async throws {
        collected.bytes.withLock { $0 += Array(buffer.readableBytesView) }
    }
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

// MARK: Looking at pages

/// A page taken apart, enough to see that it holds together.
struct PageCheck {
    private static let voidTags: Set<String> = [
        "area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr",
    ]
    private(set) var problems: [String] = []
    private(set) var hrefs: [String] = []
    private(set) var ids: [String] = []

    init(_ html: String) {
        var open: [String] = []
        var referred: [(attribute: String, id: String)] = []
        for tag in Tag.all(in: html) {
            if tag.isClosing {
                if open.last == tag.name {
                    open.removeLast()
                } else {
                    problems.append("</\(tag.name)> closes \(open.last ?? "nothing")")
                }
                continue
            }
            var attributes: [String: String] = [:]
            for (name, value) in tag.attributes {
                if attributes[name] != nil { problems.append("<\(tag.name)> has \(name) twice") }
                attributes[name] = value
            }
            if let id = attributes["id"] { ids.append(id) }
            for name in ["for", "aria-describedby", "aria-labelledby", "popovertarget"] {
                for id in (attributes[name] ?? "").split(separator: " ") { referred.append((name, String(id))) }
            }
            for name in ["href", "action"] { if let value = attributes[name] { hrefs.append(value) } }
            for name in attributes.keys where name.hasPrefix("on") || name == "style" {
                problems.append("<\(tag.name)> has \(name), which the policy forbids")
            }
            if !Self.voidTags.contains(tag.name), !tag.isClosed { open.append(tag.name) }
        }
        if !open.isEmpty { problems.append("left open: \(open)") }
        for (id, same) in Dictionary(grouping: ids, by: \.self) where same.count > 1 {
            problems.append("id \(id) twice")
        }
        let known = Set(ids)
        for (attribute, id) in referred where !known.contains(id) { problems.append("\(attribute) names \(id)") }
        for href in hrefs.map({ $0.replacingOccurrences(of: "&amp;", with: "&") }) where !href.hasPrefix("http") {
            if href.hasPrefix("#") {
                if href.count > 1, !href.hasPrefix("#i-"), !known.contains(String(href.dropFirst())) {
                    problems.append("\(href) leads nowhere")
                }
            } else if Link(String(href.prefix { $0 != "#" })) == nil {
                problems.append("\(href) is no route")
            }
        }
    }
}

/// A tag of a page, as a browser splits it off.
private struct Tag {
    let isClosing: Bool
    /// With a slash at its end.
    let isClosed: Bool
    let name: String
    let attributes: [(name: String, value: String)]

    /// By bytes: a text may begin with a combining mark, which is one character with the bracket before it.
    static func all(in html: String) -> [Tag] {
        let bytes = Array(html.utf8)
        var tags: [Tag] = []
        var at = 0
        while at < bytes.count {
            guard bytes[at] == UInt8(ascii: "<"), let (tag, end) = tag(bytes, at + 1) else {
                at += 1
                continue
            }
            tags.append(tag)
            at = end
        }
        return tags
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
    private static func isInName(_ byte: UInt8) -> Bool {
        isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    /// The tag that begins behind a bracket, and where the text goes on behind it.
    private static func tag(_ bytes: [UInt8], _ start: Int) -> (Tag, end: Int)? {
        var at = start
        let isClosing = at < bytes.count && bytes[at] == UInt8(ascii: "/")
        if isClosing { at += 1 }
        let nameStart = at
        guard at < bytes.count, isLetter(bytes[at]) else { return nil }
        while at < bytes.count, isInName(bytes[at]) { at += 1 }
        let name = text(bytes[nameStart..<at])
        let restStart = at
        var quote: UInt8?
        while at < bytes.count, quote != nil || bytes[at] != UInt8(ascii: ">") {
            let byte = bytes[at]
            if byte == quote {
                quote = nil
            } else if quote == nil, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            }
            at += 1
        }
        guard at < bytes.count else { return nil }
        let rest = bytes[restStart..<at]
        let tag = Tag(
            isClosing: isClosing, isClosed: rest.last == UInt8(ascii: "/"), name: name, attributes: attributes(rest))
        return (tag, at + 1)
    }

    private static func attributes(_ rest: ArraySlice<UInt8>) -> [(name: String, value: String)] {
        var found: [(name: String, value: String)] = []
        var at = rest.startIndex
        while at + 1 < rest.endIndex {
            guard [0x20, 0x09, 0x0A, 0x0D].contains(rest[at]), isLetter(rest[at + 1]) else {
                at += 1
                continue
            }
            let start = at + 1
            at = start
            while at < rest.endIndex, isInName(rest[at]) || rest[at] == UInt8(ascii: "-") { at += 1 }
            let name = text(rest[start..<at])
            let behind = rest[at...]
            guard behind.starts(with: "=\"".utf8), let end = behind.dropFirst(2).firstIndex(of: UInt8(ascii: "\""))
            else {
                found.append((name, ""))
                continue
            }
            found.append((name, text(rest[at + 2..<end])))
            at = end + 1
        }
        return found
    }
}
