// Who is there: signing in and out, sessions, and the caller behind a request.
package import Foundation
import RecordKit
package import Storage
import Telemetry

/// Signs people and programs in. One for the whole server: it holds what throttles and what is remembered.
package final class SignIn: Sendable {
    /// A session ends when nothing was asked for so long.
    package static let idleSecondsMax = 2 * 3600
    /// A session ends so long after the password was given, whatever was asked.
    package static let sessionSecondsMax = 12 * 3600
    /// A session's last use is written down no more often than this.
    package static let seenSecondsMin = 60
    package static let emailBytesMax = 254

    let accounts: any AccountStore
    let store: any Store
    let hasher: PasswordHasher
    let environment: Environment
    let throttle: Throttle
    let cache = CallerCache()
    private let failures = SignInFailureRecorder()
    private let successes = Metric.signIns.counter("success")
    private let refusals = Metric.signIns.counter("refused")
    private let throttlings = Metric.signIns.counter("throttled")

    package init(accounts: any AccountStore, store: any Store, hasher: PasswordHasher, environment: Environment) {
        self.accounts = accounts
        self.store = store
        self.hasher = hasher
        self.environment = environment
        throttle = Throttle(accounts: accounts)
    }

    // MARK: Signing in and out

    /// Checks a password and begins a session, in the first organisation where the account has a current place.
    /// - Parameters:
    ///   - address: The peer's IP address, for throttling.
    ///   - replaced: The secret of the browser's session till now, which ends.
    /// - Returns: The session and the secret for the cookie.
    /// - Throws: ``AccessError/notSignedIn``, alike for an unknown or disabled account and a wrong password;
    ///   ``AccessError/throttled(seconds:)``, ``AccessError/tryLater``.
    package func signIn(
        email: String, password: String, address: String, replacing replaced: String? = nil
    ) async throws -> (session: Session, secret: String) {
        let email = email.lowercased()
        let account = try await verified(email: email, password: password, address: address)
        let organisation = try await places(of: account.id).first?.membership.organisation
        if let replaced { try await signOut(replaced) }
        let now = environment.now()
        let (session, secret) = made(
            account: account.id, organisation: organisation, createdAt: now,
            expiresAt: now.adding(seconds: Self.sessionSecondsMax))
        // Who changed the password meanwhile has ended the sessions of the old one: it begins no new one.
        guard try await accounts.begin(session, ifPasswordIs: account.passwordHash) else {
            throw AccessError.notSignedIn
        }
        return (session, secret)
    }

    /// Ends a session. Ending what is no session is no error.
    package func signOut(_ sessionSecret: String) async throws {
        guard let hash = hash(ofSession: sessionSecret) else { return }
        try await accounts.removeSession(hash)
        cache.remove(hash)
    }

    /// Goes on in another organisation, under a new secret; the end of the session stays.
    /// - Throws: ``AccessError/notMember(organisation:)``, ``AccessError/unauthenticated``.
    package func switchOrganisation(
        _ sessionSecret: String, to organisation: UUID
    ) async throws -> (session: Session, secret: String) {
        guard let (_, session) = try await authenticate(sessionSecret: sessionSecret) else {
            throw AccessError.unauthenticated
        }
        guard try await places(of: session.account).contains(where: { $0.membership.organisation == organisation })
        else { throw AccessError.notMember(organisation: organisation) }
        cache.remove(session.secretHash)
        let (next, secret) = made(
            account: session.account, organisation: organisation, createdAt: session.createdAt,
            expiresAt: session.expiresAt)
        // A session that was ended meanwhile must not go on under another secret.
        guard try await accounts.replace(session.secretHash, by: next) else { throw AccessError.unauthenticated }
        return (next, secret)
    }

    /// The organisations in which an account has a current place, in the order of the store.
    package func places(of account: UUID) async throws -> [Place] {
        let memberships = try await accounts.memberships(of: account)
        let now = environment.now()
        return try await store.read { reader in try memberships.compactMap { try Place.find($0, at: now, in: reader) } }
    }

    /// Whether a form was made for this session; the comparison takes the same time wherever they differ.
    package static func verify(form secret: String, _ session: Session) -> Bool {
        secret.utf8.count <= Secret.charactersMax && Secret.areEqual(secret, session.formSecret)
    }

    // MARK: The caller of a request

    /// - Returns: `nil` unless the secret is that of a session that is not over. A caller whose place in the
    ///   organisation has ended has no organisation and no roles.
    package func authenticate(sessionSecret: String) async throws -> (caller: Caller, session: Session)? {
        guard let hash = hash(ofSession: sessionSecret) else { return nil }
        let now = environment.now()
        if let entry = cache.entry(hash, generation: accounts.accessGeneration, at: now), let session = entry.session {
            return (entry.caller, session)
        }
        // What is remembered must not be older than the generation it is remembered under.
        var generation = accounts.accessGeneration
        guard var session = try await accounts.session(hash) else { return nil }
        if Self.isOver(session, at: now) {
            try await accounts.removeSession(hash)
            return nil
        }
        if now >= session.seenAt.adding(seconds: Self.seenSecondsMin) {
            try await accounts.see(hash, at: now)
            generation = accounts.accessGeneration
            guard let again = try await accounts.session(hash) else { return nil }
            session = again
        }
        guard let account = try await accounts.account(session.account), !account.isDisabled else { return nil }
        let place = try await place(of: account.id, in: session.organisation, at: now)
        let caller =
            place?.caller(account)
            ?? Caller(
                account: account.id, organisation: nil, person: nil, personName: account.email,
                isServerAdministrator: account.isServerAdministrator)
        let idleEnd = session.seenAt.adding(seconds: Self.idleSecondsMax)
        keep(caller, session, generation, hash, at: now, notAfter: min(session.expiresAt, idleEnd))
        return (caller, session)
    }

    func place(of account: UUID, in organisation: UUID?, at now: Instant) async throws -> Place? {
        guard let organisation,
            let membership = try await accounts.memberships(of: account).first(where: {
                $0.organisation == organisation
            })
        else { return nil }
        return try await store.read { try Place.find(membership, at: now, in: $0) }
    }

    func keep(
        _ caller: Caller, _ session: Session?, _ generation: Int, _ hash: [UInt8], at now: Instant,
        notAfter limit: Instant
    ) {
        let end = CallerCache.end(from: now, zone: caller.timeZone, notAfter: limit)
        cache.keep(.init(caller: caller, session: session, generation: generation, until: end), for: hash)
    }

    // MARK: The server's housekeeping

    /// Removes sessions and failures that no longer count, and appends the minutes of refused sign-ins that are
    /// over. To be called about once a minute.
    /// - Parameter isStopping: The minute that is not over is appended, too.
    package func tidy(isStopping: Bool = false) async throws {
        let now = environment.now()
        try await append(isStopping ? failures.all() : failures.ended(at: now))
        try await accounts.removeSessions(expiredAt: now)
        try await throttle.prune(at: now)
    }

    // MARK: Steps

    /// The account of this address, if it is not disabled and the password is right.
    func verified(email: String, password: String, address: String) async throws -> Account {
        let known = email.utf8.count <= Self.emailBytesMax ? try await accounts.account(email: email) : nil
        do {
            let account = try await throttle.attempt(email: email, address: address, at: environment.now()) {
                try await verify(password, known)
            }
            guard let account else { throw AccessError.notSignedIn }
            successes.increment()
            return account
        } catch let error as AccessError {
            count(error)
            switch error {
            case .notSignedIn, .throttled: try await append(failures.count(known?.id, at: environment.now()))
            default: break
            }
            throw error
        }
    }

    /// Also of somebody who is signed in and gives their password again, to change it.
    private func count(_ error: AccessError) {
        switch error {
        case .notSignedIn: refusals.increment()
        case .throttled, .tryLater: throttlings.increment()
        default: break
        }
    }

    private func verify(_ password: String, _ account: Account?) async throws -> Account? {
        let stored = try account?.passwordHash.map { text throws(AccessError) in try PasswordHash(encoded: text) }
        guard try await hasher.verify(password, against: stored), let account, let stored, !account.isDisabled else {
            return nil
        }
        guard stored.needsRehash(hasher.parameters) else { return account }
        let renewed = try await hasher.hash(password, from: environment.random).encoded
        return try await change(account.id) { now in
            // Somebody may have changed it meanwhile; then theirs stays.
            if now.passwordHash == stored.encoded { now.passwordHash = renewed }
        }
    }

    /// Reads an account, changes it and writes it back; again, if somebody else changed it in between.
    /// - Parameter event: What the ledger says of it, if the account changes.
    /// - Returns: The account as it is now; `nil` if it is gone or disabled.
    func change(
        _ account: UUID, noting event: AccountEvent? = nil, _ body: @Sendable (inout Account) throws -> Void
    ) async throws -> Account? {
        while true {
            guard var now = try await accounts.account(account), !now.isDisabled else { return nil }
            let before = now
            try body(&now)
            guard now != before else { return now }
            do {
                try await accounts.save(now, over: before, noting: event)
                return now
            } catch StoreError.changedMeanwhile { continue }
        }
    }

    /// The SHA-256 of what may be a session's secret.
    func hash(ofSession secret: String) -> [UInt8]? {
        secret.utf8.count <= Secret.charactersMax ? Secret(text: secret).hash : nil
    }

    /// A session that is not saved yet.
    private func made(
        account: UUID, organisation: UUID?, createdAt: Instant, expiresAt: Instant
    ) -> (session: Session, secret: String) {
        let secret = Secret(from: environment.random)
        let session = Session(
            secretHash: secret.hash, account: account, organisation: organisation,
            formSecret: Secret(from: environment.random).text, createdAt: createdAt, seenAt: environment.now(),
            expiresAt: expiresAt)
        return (session, secret.text)
    }

    private static func isOver(_ session: Session, at now: Instant) -> Bool {
        now >= session.expiresAt || now >= session.seenAt.adding(seconds: idleSecondsMax)
    }

    private func append(_ events: [LedgerEvent]) async throws {
        guard !events.isEmpty else { return }
        let made = events.map { event in
            (event, Caller.system(organisation: nil).change(SignInFailureRecorder.objectType, in: environment))
        }
        try await store.write(nil) { transaction in
            for (event, change) in made { try transaction.append(event, by: change) }
        }
    }
}
