// A hold keeps what an audit, an incident or the law still needs (ISO/IEC 27001, A.5.28 and A.5.33): erasure waits for it.
import Foundation
package import RecordKit

/// Forbids erasure of one record, or of everything in the organisation, until somebody else lifts it or it ends.
package struct Hold: Record {
    package var name = ""
    package var kind = Kind.legal
    package var scope = Scope.record
    package var subjectType: String?
    package var subjectID: String?
    package var reason = ""
    package var from = Day.unset
    package var to: Day?
    package var status = Status.inForce
    package init() {}

    package enum Kind: String, Choice { case audit, incident, legal }
    package enum Scope: String, Choice { case record, organisation }
    package enum Status: String, Choice { case inForce, lifted }

    package static let type: RecordType = "hold"
    package static let schema = Schema<Hold>(
        plural: "holds", title: "name",
        help: "What must not be erased while an audit, an incident or the law needs it.",
        permissions: Permissions(
            .allow(.read, to: Role.allButEmployee), .allow(.read, to: [.employee], when: .author),
            .allow(.create, .update, .archive, to: [.dataSecurityOfficer, .complianceLead])),
        lifecycle: Lifecycle(
            "status", initial: Status.inForce,
            [
                // Lifting opens the way to an erasure that nobody can take back: whoever set the hold, or changed it,
                // does not lift it.
                Transition(
                    "lift", from: [Status.inForce], to: .lifted,
                    by: [.dataSecurityOfficer, .complianceLead, .topManagement], notByAuthor: true, needsReason: true)
            ])
    ) {
        Section("Hold") {
            Field(
                \.name, "name", help: "What it is about, for example Certification audit 2027.", .length(1...200),
                .listed, .searchable, .sortable)
            Field(\.kind, "kind", help: "An audit, an incident, or the law.", .listed, .filterable)
            Field(
                \.reason, "reason", help: "Why it is needed; whoever is refused an erasure reads it.",
                .length(1...500))
        }
        Section("What it keeps") {
            Field(
                \.scope, "scope", help: "One record, or everything that the organisation has.", .fixed, .listed,
                .filterable)
            Field(
                \.subjectType, "subjectType", label: "Kind of record",
                help: "The type of the record as the API names it, for example person; empty for everything.",
                .length(0...60), .fixed)
            Field(
                \.subjectID, "subjectID", label: "Record", help: "The id of the record; empty for everything.",
                .length(0...36), .fixed)
        }
        Section("Time") {
            Field(\.from, "from", label: "From", help: "The first day.", .listed, .sortable)
            Field(
                \.to, "to", label: "Until", help: "The last day; empty until somebody lifts it.", .listed, .sortable)
            Field(
                \.status, "status", help: "Lifted only by somebody who did not set it.", .readOnly, .listed,
                .filterable, .sortable)
        }
        Check("subjectID", "must be the id of the record, or empty with everything") { hold in
            hold.scope == .organisation
                ? hold.subjectID == nil && hold.subjectType == nil
                : hold.subjectType != nil && hold.subjectID.flatMap { UUID(uuidString: $0) } != nil
        }
        Check("to", "must not be before the first day") { hold in hold.to.map { $0 >= hold.from } ?? true }
    }
}
