// Who may do what with a record type. A role is a set of permissions, never a rank.

/// The roles of the integrated management system (ISO/IEC 42001 and 27001, clause 5.3), and the server's own
/// administrator of an organisation.
package enum Role: String, Choice {
    case topManagement, complianceLead, aiRiskOfficer, dataSecurityOfficer, controlOwner, aiSystemOwner
    case humanOverseer, internalAuditor, externalAuditor, employee, administrator
}

/// What can be done with a record.
package enum Action: String, Sendable, CaseIterable {
    case read, create, update, archive
}

/// Which records of a type a permission reaches.
package enum Condition: Sendable, Hashable {
    case any
    /// Records that the caller created.
    case author
    /// Records whose reference or links to a Person, in this field, name the caller.
    case assigned(String)
    /// Records whose reference or links, in this field, name something in the scope of the caller's role.
    case inScope(String)
    /// The record is the caller's own: a Person record.
    case isSelf
}

/// One line of a role's permissions for a record type.
package struct Permission: Sendable, Hashable {
    package let roles: Set<Role>
    package let actions: Set<Action>
    package let condition: Condition

    /// Permits the actions to the roles, for the records that the condition reaches.
    package static func allow(_ actions: Action..., to roles: [Role], when condition: Condition = .any) -> Permission {
        Permission(roles: Set(roles), actions: Set(actions), condition: condition)
    }
    /// Permits the actions to every role.
    package static func allowAll(_ actions: Action..., when condition: Condition = .any) -> Permission {
        Permission(roles: Set(Role.allCases), actions: Set(actions), condition: condition)
    }
}

/// All that is permitted for a record type; what is not listed is denied.
package struct Permissions: Sendable, Hashable {
    package let entries: [Permission]
    package init(_ entries: Permission...) { self.entries = entries }

    /// The conditions under which a caller with these roles may take the action; empty means never.
    package func conditions(for action: Action, roles: Set<Role>) -> Set<Condition> {
        var found: Set<Condition> = []
        for entry in entries where entry.actions.contains(action) && !entry.roles.isDisjoint(with: roles) {
            found.insert(entry.condition)
        }
        return found.contains(.any) ? [.any] : found
    }
}
