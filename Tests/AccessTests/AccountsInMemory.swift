// The server's tables of accounts, in memory, for tests of sign-in.
import Foundation
import RecordKit
import Storage
import Synchronization

/// A store of accounts that keeps what it is told. Every change counts the generation up, as the protocol says.
actor AccountsInMemory: AccountStore {
    private struct Invitation {
        let account: UUID?
        let expiresAt: Instant
    }
    private var accounts: [UUID: Account] = [:]
    private var memberships: [Membership] = []
    private var sessions: [[UInt8]: Session] = [:]
    private var tokens: [[UInt8]: APIToken] = [:]
    private var failures: [String: [Instant: Int]] = [:]
    private var invitations: [[UInt8]: Invitation] = [:]
    private nonisolated let generation = Atomic<Int>(0)
    /// How often a session was read: a caller that is remembered reads none.
    private(set) var sessionReads = 0
    private(set) var sessionWrites = 0

    nonisolated var accessGeneration: Int { generation.load(ordering: .sequentiallyConsistent) }
    private func changed() { generation.add(1, ordering: .sequentiallyConsistent) }
    /// As a change of a person or a role assignment in the records' store does.
    func recordsChanged() { changed() }

    func account(_ id: UUID) -> Account? { accounts[id] }
    func account(email: String) -> Account? { accounts.values.first { $0.email == email } }
    func accountCount() -> Int { accounts.count }
    /// What ledgers were to say, in order.
    private(set) var events: [AccountEvent] = []
    func save(_ account: Account, noting event: AccountEvent?) throws {
        guard !accounts.values.contains(where: { $0.email == account.email && $0.id != account.id }) else {
            throw StoreError.taken(type: "account", field: "email")
        }
        accounts[account.id] = account
        note(event)
        changed()
    }
    func save(_ account: Account, over before: Account, noting event: AccountEvent?) throws {
        guard accounts[account.id] == before else { throw Self.changedMeanwhile(account) }
        try save(account, noting: event)
    }
    func saveFirst(_ account: Account, by link: [UInt8], at: Instant, noting event: AccountEvent) throws {
        guard accounts.isEmpty, let taken = takeInvitation(link, at: at), taken == nil else {
            throw Self.changedMeanwhile(account)
        }
        try save(account, noting: event)
    }
    private static func changedMeanwhile(_ account: Account) -> StoreError {
        .changedMeanwhile(type: "account", id: account.id, present: 0)
    }
    /// Called before memberships are read: what happens between two steps of a sign-in.
    private var interruption: (@Sendable () async throws -> Void)?
    func interrupt(_ body: @escaping @Sendable () async throws -> Void) { interruption = body }
    func memberships(of account: UUID) async throws -> [Membership] {
        if let body = interruption {
            interruption = nil
            try await body()
        }
        return memberships.filter { $0.account == account }
    }
    func memberships(in organisation: UUID) -> [Membership] { memberships.filter { $0.organisation == organisation } }
    func members(of organisation: UUID) -> [MemberAccount] {
        memberships(in: organisation).compactMap { membership in
            accounts[membership.account].map { account in
                MemberAccount(
                    membership: membership, account: account,
                    isUsedElsewhere: memberships.contains {
                        $0.account == account.id && $0.organisation != organisation
                    })
            }
        }
    }
    private func note(_ event: AccountEvent?) { if let event { events.append(event) } }
    func save(_ membership: Membership, noting event: AccountEvent?) {
        removeMembership(account: membership.account, organisation: membership.organisation, noting: event)
        memberships.append(membership)
    }
    func removeMembership(account: UUID, organisation: UUID, noting event: AccountEvent?) {
        note(event)
        memberships.removeAll { $0.account == account && $0.organisation == organisation }
        changed()
    }
    /// Called after the session was read the given number of times more, before the reader gets it.
    private var sessionInterruption: (reads: Int, body: @Sendable () async -> Void)?
    func interruptSession(afterReads reads: Int, _ body: @escaping @Sendable () async -> Void) {
        sessionInterruption = (sessionReads + reads, body)
    }
    func session(_ secretHash: [UInt8]) async -> Session? {
        sessionReads += 1
        let found = sessions[secretHash]
        if let (reads, body) = sessionInterruption, reads == sessionReads {
            sessionInterruption = nil
            await body()
        }
        return found
    }
    private func save(_ session: Session) {
        sessions[session.secretHash] = session
        sessionWrites += 1
        changed()
    }
    func begin(_ session: Session, ifPasswordIs hash: String?) -> Bool {
        guard let account = accounts[session.account], !account.isDisabled, account.passwordHash == hash else {
            return false
        }
        save(session)
        return true
    }
    func replace(_ secretHash: [UInt8], by session: Session) -> Bool {
        guard sessions.removeValue(forKey: secretHash) != nil else { return false }
        save(session)
        return true
    }
    func see(_ secretHash: [UInt8], at: Instant) {
        guard var session = sessions[secretHash], session.seenAt < at else { return }
        session.seenAt = at
        save(session)
    }
    func removeSession(_ secretHash: [UInt8]) {
        sessions[secretHash] = nil
        changed()
    }
    func removeSessions(of account: UUID, except secretHash: [UInt8]?) {
        sessions = sessions.filter { $0.value.account != account || $0.key == secretHash }
        changed()
    }
    func removeSessions(expiredAt now: Instant) {
        sessions = sessions.filter { now < $0.value.expiresAt }
        changed()
    }
    func token(_ secretHash: [UInt8]) -> APIToken? { tokens[secretHash] }
    func tokens(of account: UUID, in organisation: UUID) -> [APIToken] {
        tokens.values.filter { $0.account == account && $0.organisation == organisation }
    }
    func save(_ token: APIToken, noting event: AccountEvent) {
        tokens[token.secretHash] = token
        note(event)
        changed()
    }
    func failures(_ key: String, since: Instant) -> Int {
        failures[key, default: [:]].filter { $0.key >= since }.values.reduce(0, +)
    }
    private static func minute(_ at: Instant) -> Instant {
        Instant(millisecondsSince1970: at.millisecondsSince1970 / 60_000 * 60_000)
    }
    func countFailure(_ key: String, at: Instant, since: Instant) -> Int {
        failures[key, default: [:]][Self.minute(at), default: 0] += 1
        return failures(key, since: since)
    }
    func takeBackFailure(_ key: String, at: Instant) {
        guard let count = failures[key]?[Self.minute(at)], count > 0 else { return }
        failures[key, default: [:]][Self.minute(at)] = count > 1 ? count - 1 : nil
        if failures[key]?.isEmpty == true { failures[key] = nil }
    }
    func removeFailures(_ key: String) { failures[key] = nil }
    func removeFailures(before: Instant) {
        failures = failures.mapValues { $0.filter { $0.key >= before } }.filter { !$0.value.isEmpty }
    }
    func saveInvitation(_ secretHash: [UInt8], account: UUID?, expiresAt: Instant, noting event: AccountEvent) {
        note(event)
        invitations[secretHash] = Invitation(account: account, expiresAt: expiresAt)
    }
    func takeInvitation(_ secretHash: [UInt8], at: Instant) -> UUID?? {
        guard let invitation = invitations.removeValue(forKey: secretHash), at < invitation.expiresAt else {
            return .none
        }
        return .some(invitation.account)
    }
    func hasInvitation(_ secretHash: [UInt8], at: Instant) -> Bool {
        invitations[secretHash].map { at < $0.expiresAt } ?? false
    }

    /// Every key under which failures are kept.
    var failureKeys: [String] { failures.keys.sorted() }
    var sessionCount: Int { sessions.count }
    /// Everything kept of sessions, tokens and accounts, as text: a secret must not be found in it.
    var dump: String { "\(sessions) \(tokens) \(accounts) \(invitations.keys)" }
}
