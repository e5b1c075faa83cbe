// The steps of the plan: by when which part of the work is to be done (both standards, clause 6.2).
package import RecordKit

/// A day by which a part of the work should be done. Tasks name it.
package struct Milestone: Record {
    package var title = ""
    package var dueOn = Day.unset
    package var owner: ID<Person>?
    package var description: String?
    package var reachedOn: Day?
    package var status = Status.planned
    package init() {}

    package enum Status: String, Choice { case planned, reached, dropped }

    package static let type: RecordType = "milestone"
    package static let schema = Schema<Milestone>(
        plural: "milestones", title: "title",
        help: "The steps of your plan, each with its day. Tasks belong to one and show how far it is.",
        permissions: Permissions(
            .allow(.read, to: Role.allButEmployee),
            .allow(.read, to: [.employee], when: .assigned("owner")),
            .allow(.create, .update, .archive, to: Role.leads)),
        lifecycle: Lifecycle(
            "status", initial: Status.planned,
            [
                Transition(
                    "reach", label: "Mark as reached", from: [Status.planned], to: .reached, by: Role.leads,
                    assigned: ["owner"], stamps: [.today("reachedOn")]),
                Transition("drop", from: [Status.planned], to: .dropped, by: Role.leads, needsReason: true),
                Transition(
                    "reopen", label: "Plan again", from: [Status.reached, .dropped], to: .planned, by: Role.leads,
                    needsReason: true, stamps: [.clear("reachedOn")]),
            ])
    ) {
        Section("Milestone") {
            Field(
                \.title, "title", help: "What is reached then, in a few words.", .length(1...200), .listed, .searchable,
                .sortable)
            Field(
                \.dueOn, "dueOn", label: "Due on", help: "The day by which its tasks should be done.", .listed,
                .sortable)
            Field(\.owner, "owner", help: "Who sees to it that it is reached.", .listed, .filterable)
            Field(\.description, "description", help: "What has to be true on that day.", .longText, .searchable)
            Field(
                \.reachedOn, "reachedOn", label: "Reached on", help: "The day on which it was marked as reached.",
                .readOnly, .sortable)
            Field(
                \.status, "status", help: "Reached is what a lead or its owner says; its tasks are shown beside.",
                .readOnly, .listed, .filterable, .sortable)
        }
    }
}
