// What an audit, an assessment or an incident found (ISO/IEC 42001 and 27001, clauses 9.2 and 10.2; ISO/IEC 17021-1).
package import RecordKit

/// A finding of an audit. An open nonconformity lowers what is shown of its requirements until somebody else than its
/// author closes it.
package struct Finding: Record {
    package var code: String?
    package var title = ""
    package var kind = Kind.minorNonconformity
    package var source = Source.internalAudit
    package var description: String?
    package var requirements = Links<Requirement>()
    package var controls = Links<Control>()
    package var owner: ID<Person>?
    package var raisedOn = Day.unset
    package var dueOn: Day?
    package var evidence = Links<Evidence>()
    package var status = Status.open
    package init() {}

    /// The grades of ISO/IEC 17021-1 and ISO 19011.
    package enum Kind: String, Choice {
        case majorNonconformity, minorNonconformity, observation, opportunityForImprovement, goodPractice
        package var isNonconformity: Bool { self == .majorNonconformity || self == .minorNonconformity }
    }
    package enum Source: String, Choice {
        case internalAudit, certificationAudit, surveillanceAudit, assessment, incident
    }
    package enum Status: String, Choice { case open, closed }

    package static let type: RecordType = "finding"
    package static let schema = Schema<Finding>(
        plural: "findings", title: "title",
        help: "What audits, assessments and incidents found. Open nonconformities lower what is shown.",
        permissions: Permissions(
            .allow(.read, to: Role.allButEmployee),
            .allow(.read, to: [.employee], when: .assigned("owner")),
            .allow(.read, to: [.employee], when: .author),
            .allow(.create, .update, .archive, to: Role.leads)),
        lifecycle: Lifecycle(
            "status", initial: Status.open,
            [
                Transition(
                    "close", from: [Status.open], to: .closed, by: Role.leads + [.internalAuditor, .topManagement],
                    notByAuthor: true, needsReason: true),
                Transition("reopen", from: [Status.closed], to: .open, by: Role.leads, needsReason: true),
            ])
    ) {
        Section("Finding") {
            Field(
                \.code, "code", help: "The number in the audit report, for example NC-2026-01.", .length(0...40),
                .listed, .searchable, .sortable, .unique)
            Field(
                \.title, "title", help: "What was found, in a few words.", .length(1...200), .listed, .searchable,
                .sortable)
            Field(
                \.kind, "kind", help: "Open major and minor nonconformities lower the result of their requirements.",
                .listed, .filterable, .sortable)
            Field(
                \.source, "source", help: "Where it was found.", .listed, .filterable, .sortable)
            Field(
                \.description, "description", help: "The evidence, the criterion, and why they do not fit.", .longText,
                .searchable)
        }
        Section("What it is about") {
            Field(
                \.requirements, "requirements", help: "The requirements that are not met, or that it speaks of.",
                .filterable)
            Field(\.controls, "controls", help: "The controls where it was found.", .filterable)
        }
        Section("What follows") {
            Field(\.owner, "owner", help: "Who sees to the correction (clause 10.2).", .listed, .filterable)
            Field(\.raisedOn, "raisedOn", label: "Raised on", help: "The day of the report.", .sortable)
            Field(
                \.dueOn, "dueOn", label: "Due on", help: "The day by which it should be closed.", .listed, .sortable)
            Field(\.evidence, "evidence", help: "What shows that the cause is gone.")
            Field(
                \.status, "status", help: "Closed by somebody who did not write it, with a reason.", .readOnly,
                .listed, .filterable, .sortable)
        }
        Check("dueOn", "must not be before the day on which it was raised") { finding in
            finding.dueOn.map { $0 >= finding.raisedOn } ?? true
        }
    }
}
