// An installation in a temporary folder, with the real catalogue and one founded organisation.
import Access
import Foundation
import Governance
import RecordKit
import Records
import SQLiteStorage
import Storage
import Synchronization
import TestKit

/// Everything that the services need, over a database of its own.
final class World: Sendable {
    private let kept: WorldFolder
    var folder: URL { kept.url }
    let store: SQLiteStore
    let environment: Access.Environment
    let library: LibraryHolder
    let posture = PostureEngine()
    let records: RecordService
    let assessments: AssessmentService
    let organisation: UUID
    let clock: MovingClock
    var database: String { folder.appendingPathComponent("concord.sqlite").path }

    /// The founder: administrator and compliance lead.
    let lead: Caller

    init() async throws {
        kept = try WorldFolder("governance")
        let template = try await Template.shared.file()
        try FileManager.default.copyItem(at: template, to: kept.url.appendingPathComponent("concord.sqlite"))
        let clock = MovingClock()
        self.clock = clock
        environment = Access.Environment(clock: Clock { clock.now() }, random: .seeded(7))
        store = try SQLiteStore(
            path: kept.url.appendingPathComponent("concord.sqlite").path, schemas: Registry.schemas)
        library = LibraryHolder(store: store)
        records = RecordService(store: store, environment: environment, posture: posture)
        assessments = AssessmentService(store: store, environment: environment, library: library, posture: posture)
        let hasher = PasswordHasher(parameters: .init(n: 16, r: 1, p: 1))
        let signIn = SignIn(accounts: store, store: store, hasher: hasher, environment: environment)
        let account = try await signIn.newAccount(email: "ines@example.org", password: nil)
        try await store.save(account)
        let founder = OrganisationService(
            store: store, accounts: store, signIn: signIn, environment: environment, library: library)
        organisation = try await founder.found(
            .init(name: "Meridian", timeZone: "UTC", personName: "Ines", email: "ines@example.org"), account: account)
        let person = try await store.memberships(of: account.id)[0].person
        lead = Caller(
            account: account.id, organisation: organisation, person: person, personName: "Ines",
            roles: [.administrator, .complianceLead])
    }

    var assessment: UUID {
        get async throws {
            guard let id = try await assessments.latest(as: lead) else { throw StoreError.unavailable("no assessment") }
            return id
        }
    }
    func view(asOf: AsOf? = nil) async throws -> AssessmentView {
        try await assessments.view(try await assessment, as: lead, asOf: asOf)
    }
    func row(_ key: String) async throws -> RowView {
        guard let row = try await view().rows.first(where: { $0.row.key == key }) else {
            throw StoreError.unavailable("no row \(key)")
        }
        return row
    }

    /// Answers over the versions that are there now.
    @discardableResult
    func answer(
        _ key: String, _ result: AnswerInput.Result?, part: String? = nil, as caller: Caller? = nil,
        _ more: (inout AnswerInput) -> Void = { _ in }
    ) async throws -> RowView {
        var input = AnswerInput()
        input.result = result
        input.part = part
        for part in try await row(key).parts {
            input.versions[part.item.frameworkKey] = part.answer?.version ?? 0
            input.applicabilityVersions[part.item.frameworkKey] = part.applicability?.version ?? 0
        }
        more(&input)
        _ = try await assessments.answer(try await assessment, row: key, input, as: caller ?? lead)
        return try await row(key)
    }

    /// Another organisation on the same server, founded by an account.
    static func found(_ name: String, _ world: World, _ account: Account) async throws -> UUID {
        let signIn = SignIn(
            accounts: world.store, store: world.store, hasher: PasswordHasher(parameters: .init(n: 16, r: 1, p: 1)),
            environment: world.environment)
        return try await OrganisationService(
            store: world.store, accounts: world.store, signIn: signIn, environment: world.environment,
            library: world.library
        ).found(
            .init(name: name, timeZone: "UTC", personName: "Somebody", email: account.email), account: account)
    }

    /// Another member of the organisation with these roles.
    func member(_ name: String, _ roles: Set<Role>) async throws -> Caller {
        let person = try await records.create(
            Person.schema.erased, ["name": .text(name), "email": .text("\(name.lowercased())@example.org")], as: lead)
        return Caller(
            account: environment.id(), organisation: organisation, person: person.id, personName: name, roles: roles)
    }
}

/// A clock that goes on by a second with each look, and further when told.
final class MovingClock: Sendable {
    private let milliseconds = Mutex<Int64>(1_790_000_000_000)
    func now() -> Instant {
        milliseconds.withLock {
            $0 += 1000
            return Instant(millisecondsSince1970: $0)
        }
    }
    func advance(days: Int) { milliseconds.withLock { $0 += Int64(days) * 86_400_000 } }
    var today: Day { Instant(millisecondsSince1970: milliseconds.withLock { $0 }).day(in: .gmt) }
}

extension RandomSource {
    /// The same bytes on each run (SplitMix64).
    static func seeded(_ seed: UInt64) -> RandomSource {
        let state = StateBox(seed)
        return RandomSource { count in (0..<count).map { _ in UInt8(truncatingIfNeeded: state.next()) } }
    }
}

/// A generator that several threads may ask.
final class StateBox: RandomNumberGenerator, Sendable {
    private let state: Mutex<UInt64>
    init(_ seed: UInt64) { state = Mutex(seed) }
    func next() -> UInt64 {
        state.withLock {
            $0 &+= 0x9E37_79B9_7F4A_7C15
            var z = $0
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }
}

/// The loaded catalogue, made once a test run and copied for each world.
private actor Template {
    static let shared = Template()
    private var made: Swift.Task<URL, any Error>?
    func file() async throws -> URL {
        if let made { return try await made.value }
        let task = Swift.Task {
            let folder = try WorldFolder("template", goesWithTheProcess: true)
            let file = folder.url.appendingPathComponent("concord.sqlite")
            let store = try SQLiteStore(path: file.path, schemas: Registry.schemas)
            let clock = MovingClock()
            let environment = Access.Environment(clock: Clock { clock.now() }, random: .seeded(1))
            _ = try await CatalogueLoader(store: store, environment: environment).load()
            try store.close()
            return file
        }
        made = task
        return try await task.value
    }
}
