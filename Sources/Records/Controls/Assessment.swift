// A gap assessment: a round of answers to the requirements of the adopted standards.
import Foundation
package import RecordKit

/// One round of answering how far the requirements are met.
package struct Assessment: Record {
    package var title = ""
    package var lead: ID<Person>?
    package var scope = Links<FrameworkAdoption>()
    package var startedOn: Day?
    package var dueOn: Day?
    package var notes: String?
    package var status = Status.open
    package var reviewer: ID<Person>?
    package var previous: ID<Assessment>?
    package var implementationGroups: JSONDocument?
    package init() {}

    package enum Status: String, Choice { case open, closed, locked }

    /// By framework key, the implementation groups that are assessed; a framework that is not named is assessed whole.
    package var groups: [String: [String]] {
        guard let text = implementationGroups?.text else { return [:] }
        return (try? JSONDecoder().decode([String: [String]].self, from: Data(text.utf8))) ?? [:]
    }

    package static let type: RecordType = "assessment"
    package static let schema = Schema<Assessment>(
        plural: "assessments", title: "title",
        help: "Rounds of answers, requirement by requirement, on how far you are. Start with both standards in one.",
        permissions: Permissions(
            .allow(.read, to: Role.allButEmployee),
            .allow(.read, to: [.employee], when: .assigned("lead")),
            .allow(.read, to: [.employee], when: .assigned("reviewer")),
            .allow(.create, .update, .archive, to: [.complianceLead])),
        lifecycle: Lifecycle(
            "status", initial: Status.open,
            [
                Transition("close", from: [Status.open, .locked], to: .closed, by: [.complianceLead]),
                Transition("reopen", from: [Status.closed], to: .open, by: [.complianceLead], needsReason: true),
                Transition("lock", from: [Status.open], to: .locked, by: [.complianceLead], assigned: ["reviewer"]),
                Transition(
                    "unlock", from: [Status.locked], to: .open, by: [.complianceLead], assigned: ["reviewer"],
                    needsReason: true),
            ])
    ) {
        Section("Assessment") {
            Field(
                \.title, "title", help: "A name with its time, for example Gap assessment spring 2026.",
                .length(1...200), .listed, .searchable, .sortable)
            Field(\.lead, "lead", help: "Who sees to it that all is answered.", .listed, .filterable)
            Field(
                \.scope, "scope", label: "Standards assessed",
                help: "The adopted frameworks whose requirements are answered.", .listed, .filterable)
            Field(
                \.status, "status", help: "Only an open assessment takes answers; locked is for the time of a review.",
                .readOnly, .listed,
                .filterable, .sortable)
        }
        Section("Time") {
            Field(\.startedOn, "startedOn", help: "The day of the first answers.", .listed, .sortable)
            Field(\.dueOn, "dueOn", label: "Due on", help: "When all should be answered.", .listed, .sortable)
            Field(
                \.notes, "notes", help: "What this round leaves out, who was asked, what to do better.", .longText,
                .searchable)
        }
        Section("Review and continuation") {
            Field(
                \.reviewer, "reviewer", help: "Who accepts sections and may lock the assessment for a review.",
                .filterable)
            Field(
                \.previous, "previous", label: "Earlier assessment",
                help: "The round that this one continues and is compared with.", .fixed, .filterable)
            Field(
                \.implementationGroups, "implementationGroups",
                help: "By framework, the implementation groups that are assessed; empty for all.", .readOnly)
        }
        Check("dueOn", "must not be before the start") { record in
            guard let start = record.startedOn, let due = record.dueOn else { return true }
            return due >= start
        }
    }
}
