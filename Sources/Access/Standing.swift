// What an account is in an organisation today: read from its records, never from the account.
import Foundation
import RecordKit
import Records
package import Storage

/// A current membership with the names that a menu shows.
package struct Place: Sendable, Hashable {
    package let membership: Membership
    package let organisationName: String
    let personName: String
    let timeZone: TimeZone
    let roles: Set<Role>
    let scopes: [Role: [UUID]]
}

extension Place {
    /// Role assignments of one person, ended ones among them; more is an error.
    static let assignmentsMax = 500

    /// - Returns: `nil` unless the membership's term, the person and the organisation are current.
    static func find(_ membership: Membership, at now: Instant, in reader: any Reader) throws -> Place? {
        let id = membership.organisation
        guard let organisation = try reader.find(ID<Organisation>(id), in: id), !organisation.meta.isArchived,
            let person = try reader.find(ID<Person>(membership.person), in: id), !person.meta.isArchived
        else { return nil }
        // The schema accepts known names only; a machine without this zone's data falls back to UTC.
        let zone = TimeZone(identifier: organisation.value.timeZone) ?? .gmt
        let today = now.day(in: zone)
        guard membership.from <= today, membership.until.map({ today <= $0 }) ?? true else { return nil }
        let assignments = try reader.all(
            RoleAssignment.self, where: .linked("person", [person.id.raw]), in: id, limit: assignmentsMax
        ).map(\.value).filter { assignment in
            assignment.status == .active && assignment.from <= today && (assignment.to.map { today <= $0 } ?? true)
        }
        var scopes: [Role: [UUID]] = [:]
        for (role, same) in Dictionary(grouping: assignments, by: \.role)
        where same.allSatisfy({ !$0.scope.ids.isEmpty }) {
            scopes[role] = Links(same.flatMap(\.scope.ids)).ids.map(\.raw)
        }
        return Place(
            membership: membership, organisationName: organisation.value.name, personName: person.value.name,
            timeZone: zone, roles: Set(assignments.map(\.role)), scopes: scopes)
    }

    /// The account in this place.
    func caller(
        _ account: Account, actorKind: Change.ActorKind = .person, auth: String = "session", mayWrite: Bool = true
    ) -> Caller {
        Caller(
            account: account.id, organisation: membership.organisation, person: membership.person,
            personName: personName, organisationName: organisationName, timeZone: timeZone, roles: roles,
            scopes: scopes, actorKind: actorKind, auth: auth, mayWrite: mayWrite,
            isServerAdministrator: account.isServerAdministrator && actorKind == .person)
    }
}
