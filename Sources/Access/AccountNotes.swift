// Who is named in a ledger for a change of accounts, and in which ledger.
package import Foundation
import RecordKit
package import Storage

extension Caller {
    /// Somebody who opened a one-time link: nobody is signed in, and the account itself acts.
    package static func link(to account: UUID) -> Caller {
        Caller(account: account, organisation: nil, person: nil, auth: "link")
    }

    /// A leaf of the organisation that the caller acts in, whose person it names.
    package func note(
        _ action: String, _ type: String, _ id: UUID, request: String? = nil, in environment: Environment
    ) -> AccountEvent {
        AccountEvent(
            organisation: organisation, event: LedgerEvent(objectType: type, objectID: id.lowercased),
            change: change(action, request: request, in: environment))
    }

    /// A leaf of the server's own ledger. There are no persons in it: it names the account that acts.
    package func serverNote(
        _ action: String, _ type: String, _ id: UUID, request: String? = nil, in environment: Environment
    ) -> AccountEvent {
        AccountEvent(
            organisation: nil, event: LedgerEvent(objectType: type, objectID: id.lowercased),
            change: Change(
                actorKind: actorKind, person: account, auth: auth, action: action, at: environment.now(),
                request: request, salt: environment.salt()))
    }
}
