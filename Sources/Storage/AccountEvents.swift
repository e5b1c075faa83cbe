// What ledgers say of accounts: written in the transaction of the change itself, so that none can be there without the
// other.
package import Foundation

/// The leaf of a change of an account, a membership, a token or a one-time link.
package struct AccountEvent: Sendable {
    /// Whose ledger; `nil` is the server's.
    package let organisation: UUID?
    package let event: LedgerEvent
    package let change: Change
    package init(organisation: UUID?, event: LedgerEvent, change: Change) {
        self.organisation = organisation
        self.event = event
        self.change = change
    }
}

/// Changes that no ledger tells of: a password hash that is only renewed, and what is prepared outside the services.
extension AccountStore {
    package func save(_ account: Account) async throws { try await save(account, noting: nil) }
    package func save(_ membership: Membership) async throws { try await save(membership, noting: nil) }
    package func removeMembership(account: UUID, organisation: UUID) async throws {
        try await removeMembership(account: account, organisation: organisation, noting: nil)
    }
}
