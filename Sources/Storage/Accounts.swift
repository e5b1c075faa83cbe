// Accounts, memberships, sessions, tokens: the server's own tables, beside the records of organisations.
package import Foundation
package import RecordKit

/// Somebody who can sign in. It belongs to the server; a membership joins it to a Person of an organisation.
package struct Account: Sendable, Hashable {
    package let id: UUID
    /// Lower case; unique on the server.
    package let email: String
    /// In the format of `PasswordHash`; `nil` until a password is set.
    package var passwordHash: String?
    package var isDisabled: Bool
    /// May create organisations and accounts.
    package var isServerAdministrator: Bool
    package let createdAt: Instant
    package init(
        id: UUID, email: String, passwordHash: String?, isDisabled: Bool, isServerAdministrator: Bool,
        createdAt: Instant
    ) {
        self.id = id
        self.email = email
        self.passwordHash = passwordHash
        self.isDisabled = isDisabled
        self.isServerAdministrator = isServerAdministrator
        self.createdAt = createdAt
    }
}

/// An account's place in an organisation, with its term.
package struct Membership: Sendable, Hashable {
    package let account: UUID
    package let organisation: UUID
    package let person: UUID
    package let from: Day
    package let until: Day?
    package init(account: UUID, organisation: UUID, person: UUID, from: Day, until: Day?) {
        self.account = account
        self.organisation = organisation
        self.person = person
        self.from = from
        self.until = until
    }
}

/// A membership with its account.
package struct MemberAccount: Sendable, Hashable {
    package let membership: Membership
    package let account: Account
    /// The account has a place in another organisation, too.
    package let isUsedElsewhere: Bool
    package init(membership: Membership, account: Account, isUsedElsewhere: Bool) {
        self.membership = membership
        self.account = account
        self.isUsedElsewhere = isUsedElsewhere
    }
}

/// A signed-in browser. The cookie holds a random secret; the store only its SHA-256.
package struct Session: Sendable, Hashable {
    package let secretHash: [UInt8]
    package let account: UUID
    package var organisation: UUID?
    /// The secret of the forms of this session.
    package let formSecret: String
    package let createdAt: Instant
    package var seenAt: Instant
    package let expiresAt: Instant
    package init(
        secretHash: [UInt8], account: UUID, organisation: UUID?, formSecret: String, createdAt: Instant,
        seenAt: Instant, expiresAt: Instant
    ) {
        self.secretHash = secretHash
        self.account = account
        self.organisation = organisation
        self.formSecret = formSecret
        self.createdAt = createdAt
        self.seenAt = seenAt
        self.expiresAt = expiresAt
    }
}

/// A program's key to one organisation, shown once and kept as its SHA-256.
package struct APIToken: Sendable, Hashable {
    package let id: UUID
    package let secretHash: [UInt8]
    package let account: UUID
    package let organisation: UUID
    package let name: String
    package let mayWrite: Bool
    package let createdAt: Instant
    package let expiresAt: Instant
    package var revokedAt: Instant?
    package init(
        id: UUID, secretHash: [UInt8], account: UUID, organisation: UUID, name: String, mayWrite: Bool,
        createdAt: Instant, expiresAt: Instant, revokedAt: Instant?
    ) {
        self.id = id
        self.secretHash = secretHash
        self.account = account
        self.organisation = organisation
        self.name = name
        self.mayWrite = mayWrite
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
    }
}

/// The server's tables of who can sign in. Every method is one transaction, the leaf of what it notes included.
package protocol AccountStore: Sendable {
    func account(_ id: UUID) async throws -> Account?
    func account(email: String) async throws -> Account?
    func accountCount() async throws -> Int
    /// - Throws: ``StoreError/taken`` if the address has an account.
    func save(_ account: Account, noting event: AccountEvent?) async throws
    /// Saves a change of an account that nobody else changed meanwhile, on whichever node.
    /// - Throws: ``StoreError/changedMeanwhile(type:id:present:)``, with nothing saved or noted.
    func save(_ account: Account, over before: Account, noting event: AccountEvent?) async throws
    /// Saves the server's first account and uses up the link that it was made by.
    /// - Throws: ``StoreError/changedMeanwhile(type:id:present:)`` if there is an account, or the link is not good.
    func saveFirst(_ account: Account, by link: [UInt8], at: Instant, noting event: AccountEvent) async throws
    func memberships(of account: UUID) async throws -> [Membership]
    func memberships(in organisation: UUID) async throws -> [Membership]
    /// The memberships of an organisation with their accounts: one query, whatever their number.
    func members(of organisation: UUID) async throws -> [MemberAccount]
    func save(_ membership: Membership, noting event: AccountEvent?) async throws
    func removeMembership(account: UUID, organisation: UUID, noting event: AccountEvent?) async throws
    func session(_ secretHash: [UInt8]) async throws -> Session?
    /// Begins a session unless its account is gone or disabled, or has another password by now.
    /// - Returns: Whether it began.
    func begin(_ session: Session, ifPasswordIs hash: String?) async throws -> Bool
    /// Ends a session and begins another one in its place.
    /// - Returns: `false` if it had ended already: then nothing begins.
    func replace(_ secretHash: [UInt8], by session: Session) async throws -> Bool
    /// Notes when a session was used. One that has ended stays ended.
    func see(_ secretHash: [UInt8], at: Instant) async throws
    func removeSession(_ secretHash: [UInt8]) async throws
    /// Ends every session of an account, but the one given.
    func removeSessions(of account: UUID, except secretHash: [UInt8]?) async throws
    func removeSessions(expiredAt now: Instant) async throws
    func token(_ secretHash: [UInt8]) async throws -> APIToken?
    func tokens(of account: UUID, in organisation: UUID) async throws -> [APIToken]
    func save(_ token: APIToken, noting event: AccountEvent) async throws
    /// Failures under a key (an account, an address) since a time.
    func failures(_ key: String, since: Instant) async throws -> Int
    /// Counts one failure under the key in the minute of `at`, and returns the number since a time. Of several counted
    /// at once, on whichever nodes, each gets a number of its own.
    func countFailure(_ key: String, at: Instant, since: Instant) async throws -> Int
    /// Takes one failure back that was counted under the key in the minute of `at`.
    func takeBackFailure(_ key: String, at: Instant) async throws
    func removeFailures(_ key: String) async throws
    func removeFailures(before: Instant) async throws
    /// One-time links (set-up, invitation, new password), kept as the SHA-256 of their secret.
    func saveInvitation(
        _ secretHash: [UInt8], account: UUID?, expiresAt: Instant, noting event: AccountEvent
    ) async throws
    /// Uses a link up. Returns `nil` unless it exists, is unused and has not expired; the inner value is the account
    /// that it was made for, `nil` for the first administrator.
    func takeInvitation(_ secretHash: [UInt8], at: Instant) async throws -> UUID??
    func hasInvitation(_ secretHash: [UInt8], at: Instant) async throws -> Bool
    /// Counts up with every change of accounts, memberships, sessions, tokens, persons and role assignments: what
    /// was worked out from them is good only while this stands.
    var accessGeneration: Int { get }
}
