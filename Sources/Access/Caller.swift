// Who asks: worked out once a request, then handed to every service.
package import Foundation
package import RecordKit
package import Storage

/// A person, a program or the server itself, with what decides about its rights.
package struct Caller: Sendable, Hashable {
    /// `nil` for the system and the operator.
    package let account: UUID?
    /// `nil` for an account without a current place in an organisation, and for the server's own work.
    package let organisation: UUID?
    package let person: UUID?
    package let personName: String
    package let organisationName: String
    /// The organisation's: "today" and "overdue" are meant in it.
    package let timeZone: TimeZone
    /// The roles whose term has begun and not ended.
    package let roles: Set<Role>
    /// The assets that a role is limited to; a role without an entry is not limited.
    package let scopes: [Role: [UUID]]
    package let actorKind: Change.ActorKind
    /// How they proved who they are, as the ledger names it: "session", "token:<id>", "operator:<user>", "system".
    package let auth: String
    /// `false` for a token that may only read.
    package let mayWrite: Bool
    package let isServerAdministrator: Bool

    package init(
        account: UUID?, organisation: UUID?, person: UUID?, personName: String = "", organisationName: String = "",
        timeZone: TimeZone = .gmt, roles: Set<Role> = [], scopes: [Role: [UUID]] = [:],
        actorKind: Change.ActorKind = .person, auth: String = "session", mayWrite: Bool = true,
        isServerAdministrator: Bool = false
    ) {
        self.account = account
        self.organisation = organisation
        self.person = person
        self.personName = personName
        self.organisationName = organisationName
        self.timeZone = timeZone
        self.roles = roles
        self.scopes = scopes
        self.actorKind = actorKind
        self.auth = auth
        self.mayWrite = mayWrite
        self.isServerAdministrator = isServerAdministrator
    }

    /// The server at work in an organisation, or on its own account (`nil`): the clock, the loader, the demo.
    package static func system(organisation: UUID?, timeZone: TimeZone = .gmt) -> Caller {
        Caller(
            account: nil, organisation: organisation, person: nil, personName: "Concord", timeZone: timeZone,
            actorKind: .system, auth: "system")
    }

    /// Somebody on the server's own machine who opened the data folder; the ledger names them.
    /// - Parameter user: Their name on that machine.
    package static func `operator`(
        user: String, organisation: UUID?, organisationName: String = "", timeZone: TimeZone = .gmt
    ) -> Caller {
        Caller(
            account: nil, organisation: organisation, person: nil, personName: user,
            organisationName: organisationName, timeZone: timeZone, actorKind: .operator, auth: "operator:\(user)")
    }

    /// The system and the operator have every permission: they hold the database itself.
    package var hasEveryPermission: Bool { actorKind == .system || actorKind == .operator }

    package func today(at now: Instant) -> Day { now.day(in: timeZone) }

    /// The change that the ledger names this caller for.
    package func change(
        _ action: String, reason: String? = nil, request: String? = nil, in environment: Environment
    ) -> Change {
        Change(
            actorKind: actorKind, person: person, personName: personName, auth: auth, action: action,
            at: environment.now(), reason: reason, request: request, salt: environment.salt())
    }
}
