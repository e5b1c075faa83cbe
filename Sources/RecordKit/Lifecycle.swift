// States of a record and the named transitions between them.

/// The states of a record type, kept in one choice field that only transitions change.
package struct Lifecycle: Sendable, Hashable {
    /// The wire name of the choice field.
    package let field: String
    package let initial: String
    package let transitions: [Transition]

    package init<S: Choice>(_ field: String, initial: S, _ transitions: [Transition]) {
        self.field = field
        self.initial = initial.rawValue
        self.transitions = transitions
        precondition(Set(transitions.map(\.name)).count == transitions.count, "two transitions share a name")
    }

    package func transition(named name: String) -> Transition? { transitions.first { $0.name == name } }
}

/// One named way from state to state: who may take it, what must hold before, what it records.
package struct Transition: Sendable, Hashable {
    package let name: String
    package let label: String
    package let from: Set<String>
    package let to: String
    package let roles: Set<Role>
    /// Fields whose Person may take it beside the roles.
    package let assigned: [String]
    /// Refused to everyone who created or edited the record (separation of duties).
    package let notByAuthor: Bool
    /// Refused to whoever last took the named transition on this record.
    package let notByTakerOf: String?
    package let needsReason: Bool
    /// Fields that must be filled in before.
    package let requires: [String]
    /// Fields that the transition fills in.
    package let stamps: [Stamp]
    /// Needs other records to decide: only a verb of a service takes it.
    package let byVerb: Bool

    /// What a transition writes into a field.
    package enum Stamp: Sendable, Hashable {
        case actor(String)
        case today(String)
        case clear(String)
    }

    package init<S: Choice>(
        _ name: String, label: String? = nil, from: [S], to: S, by roles: [Role], assigned: [String] = [],
        notByAuthor: Bool = false, notByTakerOf: String? = nil, needsReason: Bool = false, requires: [String] = [],
        stamps: [Stamp] = [], byVerb: Bool = false
    ) {
        self.name = name
        self.label = label ?? name.asLabel
        self.from = Set(from.map(\.rawValue))
        self.to = to.rawValue
        self.roles = Set(roles)
        self.assigned = assigned
        self.notByAuthor = notByAuthor
        self.notByTakerOf = notByTakerOf
        self.needsReason = needsReason
        self.requires = requires
        self.stamps = stamps
        self.byVerb = byVerb
    }
}
