// Work that someone has to do by a day: closing gaps, corrective actions (clause 10.2 of both standards), reviews.
package import Foundation
package import RecordKit

/// A piece of work with an assignee. Done means that the assignee says so; verified, that someone else agrees.
package struct Task: Record {
    package var title = ""
    package var description: String?
    package var kind = Kind.gap
    package var priority = Priority.medium
    package var assignee: ID<Person>?
    package var dueOn: Day?
    package var requirements = Links<Requirement>()
    package var controls = Links<Control>()
    package var evidence = Links<Evidence>()
    package var completedOn: Day?
    package var verifiedBy: ID<Person>?
    package var status = Status.open
    package var effortDays: Decimal?
    package var milestone: ID<Milestone>?
    package init() {}

    package enum Kind: String, Choice { case gap, correctiveAction, review, other }
    package enum Priority: String, Choice { case low, medium, high }
    package enum Status: String, Choice { case open, inProgress, done, verified, cancelled }

    package static let type: RecordType = "task"
    package static let schema = Schema<Task>(
        plural: "tasks", title: "title",
        help: "What has to be done, by whom and by when. Gaps of an assessment become tasks with one click.",
        permissions: Permissions(
            .allow(.read, to: Role.allButEmployee),
            .allow(.read, to: [.employee], when: .assigned("assignee")),
            .allow(.read, to: [.employee], when: .author),
            .allow(.create, to: Role.leads + Role.owners + [.employee]),
            .allow(.update, .archive, to: Role.leads),
            .allow(.update, to: Role.owners, when: .assigned("assignee")),
            .allow(.update, to: Role.owners + [.employee], when: .author)),
        lifecycle: Lifecycle(
            "status", initial: Status.open,
            [
                Transition("start", from: [Status.open], to: .inProgress, by: Role.leads, assigned: ["assignee"]),
                Transition(
                    "complete", label: "Mark as done", from: [Status.inProgress], to: .done, by: Role.leads,
                    assigned: ["assignee"], stamps: [.today("completedOn")]),
                Transition(
                    "verify", from: [Status.done], to: .verified, by: Role.leads + [.internalAuditor],
                    notByTakerOf: "complete", stamps: [.actor("verifiedBy")]),
                Transition(
                    "reopen", from: [Status.done], to: .open, by: Role.leads, assigned: ["assignee"],
                    needsReason: true, stamps: [.clear("completedOn")]),
                Transition(
                    "cancel", from: [Status.open, .inProgress], to: .cancelled, by: Role.leads, needsReason: true),
            ])
    ) {
        Section("Task") {
            Field(
                \.title, "title", help: "What has to be done, in a few words.", .length(1...200), .listed,
                .searchable, .sortable)
            Field(
                \.description, "description", help: "What counts as done, and why it is needed.", .longText,
                .searchable)
            Field(
                \.kind, "kind", help: "A corrective action answers a nonconformity (clause 10.2).", .listed,
                .filterable, .sortable)
            Field(\.priority, "priority", help: "What to do first.", .listed, .filterable, .sortable)
            Field(\.assignee, "assignee", help: "Who does it.", .listed, .filterable)
            Field(\.dueOn, "dueOn", label: "Due on", help: "The day by which it should be done.", .listed, .sortable)
        }
        Section("What it is about") {
            Field(\.requirements, "requirements", help: "The requirements that it brings nearer.", .filterable)
            Field(\.controls, "controls", help: "The controls that it builds or repairs.", .filterable)
            Field(\.evidence, "evidence", help: "What shows that it was done.")
        }
        Section("Progress") {
            Field(
                \.status, "status", help: "Done is what the assignee says; verified is what someone else confirms.",
                .readOnly, .listed, .filterable, .sortable)
            Field(
                \.completedOn, "completedOn", help: "The day on which it was marked as done.", .readOnly, .sortable)
            Field(\.verifiedBy, "verifiedBy", help: "Who confirmed it, not the one who did it.", .readOnly, .filterable)
        }
        Section("Plan") {
            Field(
                \.effortDays, "effortDays", label: "Effort in days",
                help: "Working days of one person, about; empty while nobody knows.", .sortable)
            Field(\.milestone, "milestone", help: "The milestone of the plan that it belongs to.", .filterable)
        }
        Check("effortDays", "must be 0 to 1,000") { $0.effortDays.map { (0...1_000).contains($0) } ?? true }
    }
}
