// A section of an assessment in the hands of one person: who answers it, who looks at it, and how far it is.
package import RecordKit

/// A section that somebody answers for the lead: submitted, returned with a reason, or accepted by somebody else.
package struct SectionAssignment: Record {
    package var name: String?
    package var assessment = ID<Assessment>.unset
    package var section = ""
    package var assignee = ID<Person>.unset
    package var reviewer: ID<Person>?
    package var dueOn: Day?
    package var note: String?
    package var submittedOn: Day?
    package var acceptedBy: ID<Person>?
    package var key: String?
    package var status = Status.assigned
    package init() {}

    package enum Status: String, Choice { case assigned, submitted, returned, accepted }

    package static let type: RecordType = "sectionAssignment"
    package static let schema = Schema<SectionAssignment>(
        label: "Delegated section", plural: "sectionAssignments", pluralLabel: "Delegated sections", title: "name",
        help: "Who answers which section of an assessment. Sections are delegated on the assessment's page.",
        permissions: Permissions(
            .allow(.read, to: Role.allButEmployee),
            .allow(.read, to: [.employee], when: .assigned("assignee")),
            .allow(.read, to: [.employee], when: .assigned("reviewer")),
            .allow(.update, .archive, to: Role.leads)),
        lifecycle: Lifecycle(
            "status", initial: Status.assigned,
            [
                Transition(
                    "submit", from: [Status.assigned, .returned], to: .submitted, by: Role.leads,
                    assigned: ["assignee"], stamps: [.today("submittedOn")]),
                Transition(
                    "return", from: [Status.submitted], to: .returned, by: Role.leads, assigned: ["reviewer"],
                    needsReason: true, stamps: [.clear("submittedOn")]),
                Transition(
                    "accept", from: [Status.submitted], to: .accepted, by: Role.leads, assigned: ["reviewer"],
                    notByTakerOf: "submit", stamps: [.actor("acceptedBy")]),
                Transition(
                    "reopen", from: [Status.accepted], to: .returned, by: Role.leads, assigned: ["reviewer"],
                    needsReason: true, stamps: [.clear("acceptedBy"), .clear("submittedOn")]),
            ])
    ) {
        Section("Section") {
            Field(
                \.name, "name", label: "Section and assessment", help: "Filled in from both.", .readOnly, .listed,
                .searchable, .sortable)
            Field(\.assessment, "assessment", help: "The round that it belongs to.", .fixed, .listed, .filterable)
            Field(
                \.section, "section", label: "Section key", help: "The section as the rows of the assessment name it.",
                .length(1...200), .fixed)
        }
        Section("Who and when") {
            Field(\.assignee, "assignee", help: "Who answers its rows.", .listed, .filterable)
            Field(
                \.reviewer, "reviewer", help: "Who accepts or returns it, beside the leads.", .listed, .filterable)
            Field(\.dueOn, "dueOn", label: "Due on", help: "When it should be submitted.", .listed, .sortable)
            Field(\.note, "note", help: "What to look at, whom to ask.", .longText)
        }
        Section("Progress") {
            Field(
                \.status, "status", help: "Its rows are answered while it is assigned or returned.", .readOnly,
                .listed, .filterable, .sortable)
            Field(\.submittedOn, "submittedOn", help: "The day of the last submission.", .readOnly)
            Field(\.acceptedBy, "acceptedBy", help: "Who accepted it, not the one who submitted it.", .readOnly)
            Field(
                \.key, "key", help: "Assessment and section: a section is in one person's hands.", .length(1...300),
                .readOnly, .unique)
        }
        // Nobody looks at their own work.
        Check("reviewer", "must be somebody else than the assignee") { $0.reviewer != $0.assignee }
    }
}
