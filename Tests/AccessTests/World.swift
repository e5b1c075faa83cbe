// A small server for tests of sign-in: a clock that only tests move, deterministic randomness, people and roles.
import Access
import Foundation
import RecordKit
import Records
import Storage
import Synchronization
import Testing

/// A clock that only tests move.
final class MovableClock: Sendable {
    private let time: Mutex<Instant>
    init(_ start: Instant) { time = Mutex(start) }
    var now: Instant { time.withLock { $0 } }
    func set(_ instant: Instant) { time.withLock { $0 = instant } }
    func advance(seconds: Int) { time.withLock { $0 = $0.adding(seconds: seconds) } }
}

/// SplitMix64: bytes that differ, and are the same in every run.
final class DeterministicBytes: Sendable {
    private let state = Mutex<UInt64>(1)
    func take(_ count: Int) -> [UInt8] {
        state.withLock { state in
            (0..<count).map { _ in
                state &+= 0x9E37_79B9_7F4A_7C15
                var z = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
                z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
                return UInt8(truncatingIfNeeded: z ^ (z >> 31))
            }
        }
    }
}

/// Somebody with an account and a place in an organisation.
struct Member: Sendable {
    let account: Account
    let person: UUID
    let organisation: UUID
    var email: String { account.email }
}

/// Accounts, records and sign-in of one server.
final class World: Sendable {
    static let password = "a fine long password"
    static let parameters = PasswordHash.Parameters(n: 16, r: 1, p: 1)
    static let address = "192.0.2.7"

    let clock: MovableClock
    let accounts = AccountsInMemory()
    let store = MemoryStore()
    let environment: Environment
    let signIn: SignIn

    init(at start: String = "2026-03-10T12:00:10.000Z", parameters: PasswordHash.Parameters = parameters) throws {
        let clock = MovableClock(try #require(Instant(start)))
        let random = DeterministicBytes()
        self.clock = clock
        environment = Environment(clock: Clock { clock.now }, random: RandomSource { random.take($0) })
        signIn = SignIn(
            accounts: accounts, store: store, hasher: PasswordHasher(parameters: parameters),
            environment: environment)
    }

    var today: Day { clock.now.day(in: .gmt) }

    func save<R: Record>(
        _ record: R, in organisation: UUID, id: UUID? = nil, over version: Int? = nil, isArchived: Bool = false
    ) async throws -> UUID {
        let valid = try R.schema.validated(record).erased
        let id = id ?? environment.id()
        let change = Caller.system(organisation: organisation).change("create", in: environment)
        try await store.write(organisation) { transaction in
            _ = try transaction.save(valid, id: id, over: version, isArchived: isArchived, by: change)
        }
        await accounts.recordsChanged()
        return id
    }

    func organisation(_ name: String = "Meridian", timeZone: String = "UTC") async throws -> UUID {
        let id = environment.id()
        var organisation = Organisation()
        organisation.name = name
        organisation.timeZone = timeZone
        return try await save(organisation, in: id, id: id)
    }

    /// An account that is a member of an organisation, with active roles from long ago.
    func member(
        _ email: String = "ada@example.org", in organisation: UUID, roles: [Role] = [.complianceLead],
        password: String? = password, isServerAdministrator: Bool = false
    ) async throws -> Member {
        let account = try await signIn.newAccount(
            email: email, password: password, isServerAdministrator: isServerAdministrator)
        try await accounts.save(account)
        return try await join(account, organisation, roles: roles)
    }

    func join(_ account: Account, _ organisation: UUID, roles: [Role] = [.complianceLead]) async throws -> Member {
        var person = Person()
        person.name = "Ada Byron"
        person.email = account.email
        let id = try await save(person, in: organisation)
        try await accounts.save(
            Membership(
                account: account.id, organisation: organisation, person: id, from: today.adding(days: -400),
                until: nil))
        let member = Member(account: account, person: id, organisation: organisation)
        for role in roles { try await assign(role, to: member) }
        return member
    }

    @discardableResult
    func assign(
        _ role: Role, to member: Member, from: Day? = nil, to end: Day? = nil, scope: [UUID] = [],
        status: RoleAssignment.Status = .active
    ) async throws -> UUID {
        var assignment = RoleAssignment()
        assignment.person = ID(member.person)
        assignment.role = role
        assignment.from = from ?? today.adding(days: -300)
        assignment.to = end
        assignment.scope = Links(scope.map { ID($0) })
        assignment.status = status
        return try await save(assignment, in: member.organisation)
    }

    func begin(
        _ member: Member, password: String = password, address: String = address
    ) async throws -> (session: Session, secret: String) {
        try await signIn.signIn(email: member.email, password: password, address: address)
    }

    func caller(_ secret: String) async throws -> Caller? {
        try await signIn.authenticate(sessionSecret: secret)?.caller
    }

    /// Tries a password and returns why it was refused, `nil` if it was not.
    func refusal(
        _ email: String, _ password: String = "wrong password", address: String = address
    ) async throws -> AccessError? {
        do {
            _ = try await signIn.signIn(email: email, password: password, address: address)
            return nil
        } catch let error as AccessError { return error }
    }
}
