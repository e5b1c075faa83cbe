// Who holds which role, for how long and for what: permissions follow from it (ISO/IEC 42001 and 27001, clause 5.3).
package import RecordKit

/// A role given to a person for a term. What it grants never changes once proposed: a wider role is a new proposal,
/// so that nobody widens what top management has approved.
package struct RoleAssignment: Record {
    package var person = ID<Person>.unset
    package var role = Role.employee
    package var from = Day.unset
    /// The last day of the term.
    package var to: Day?
    package var scope = Links<Asset>()
    package var competence: String?
    package var competenceEvidence = Links<Evidence>()
    package var status = Status.proposed
    package init() {}

    package enum Status: String, Choice { case proposed, active, ended }

    /// For example "AI risk officer (from 2026-01-01)".
    package var title: String {
        let label = role.rawValue.asLabel
        return (label.hasPrefix("Ai ") ? "AI " + label.dropFirst(3) : label) + " (from \(from))"
    }

    package static let type: RecordType = "roleAssignment"
    package static let schema = Schema<RoleAssignment>(
        plural: "roleAssignments", pluralLabel: "Roles", title: "title",
        help: "Who is responsible for what, since when and until when. Clause 5.3 of both standards asks for it.",
        permissions: Permissions(
            .allowAll(.read), .allow(.create, .update, to: [.complianceLead, .administrator, .topManagement])),
        lifecycle: Lifecycle(
            "status", initial: Status.proposed,
            [
                // Whether it conflicts with the person's other roles is for the service to decide.
                Transition(
                    "activate", from: [Status.proposed], to: .active, by: [.topManagement, .administrator],
                    notByAuthor: true, byVerb: true),
                Transition(
                    "end", from: [Status.proposed, .active], to: .ended,
                    by: [.complianceLead, .administrator, .topManagement], needsReason: true, stamps: [.today("to")]),
            ])
    ) {
        Section("Role") {
            Field(derived: \.title, "title", label: "Role and start", .listed)
            Field(\.person, "person", help: "Who takes the role.", .fixed, .listed, .filterable)
            Field(
                \.role, "role", help: "The responsibility and authority that clause 5.3 asks to assign.", .fixed,
                .listed, .filterable, .sortable)
            Field(\.from, "from", label: "From", help: "The first day of the term.", .fixed, .listed, .sortable)
            Field(
                \.to, "to", label: "Until", help: "The last day of the term; empty for no end.", .listed, .sortable)
            Field(
                \.scope, "scope", label: "Limited to",
                help: "The systems and assets that the role is for; empty for all of them.", .fixed)
            Field(
                \.status, "status", help: "A role grants rights only while it is active and within its term.",
                .readOnly, .listed, .filterable, .sortable)
        }
        Section("Competence") {
            Field(
                \.competence, "competence",
                help: "Education, training or experience that fits the person for the role (clause 7.2).", .longText,
                .searchable)
            Field(
                \.competenceEvidence, "competenceEvidence",
                help: "Certificates or training records; clause 7.2 asks to keep them.")
        }
        // A role may be ended before its term began.
        Check("to", "must not be before the first day") { record in
            record.status == .ended || record.to.map { $0 >= record.from } ?? true
        }
    }
}
