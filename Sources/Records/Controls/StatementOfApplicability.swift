// A version of a Statement of Applicability (ISO/IEC 27001, clause 6.1.3 d; ISO/IEC 42001, clause 6.1.3), with its content.
package import RecordKit

/// What was submitted for approval, and what came of it. The verb that submits alone makes it; its content never changes.
package struct StatementOfApplicability: Record {
    package var name = ""
    package var framework = ID<Framework>.unset
    package var number = 0
    package var status = Status.submitted
    package var preparedBy: ID<Person>?
    package var submittedOn: Day?
    package var approvedBy: ID<Person>?
    package var approvedOn: Day?
    package var madeFrom = 0
    package var content: FileReference?
    package var blocking: String?
    package var note: String?
    package init() {}

    package enum Status: String, Choice { case submitted, approved, superseded, returned }

    private static let approvers: [Role] = [.topManagement, .complianceLead]

    package static let type: RecordType = "statementOfApplicability"
    package static let schema = Schema<StatementOfApplicability>(
        label: "Statement of Applicability", plural: "statementsOfApplicability",
        pluralLabel: "Statements of Applicability", title: "name",
        help: "Versions of the Statements of Applicability (clause 6.1.3). A statement is submitted on its page.",
        permissions: Permissions(
            .allow(.read, to: Role.allButEmployee),
            .allow(.read, to: [.employee], when: .assigned("preparedBy"))),
        lifecycle: Lifecycle(
            "status", initial: Status.submitted,
            [
                // Rows that stand in the way, and locked assessments, are for `StatementRules` to look at.
                Transition(
                    "approve", from: [Status.submitted], to: .approved, by: approvers, notByAuthor: true,
                    stamps: [.actor("approvedBy"), .today("approvedOn")], byVerb: true),
                Transition(
                    "return", from: [Status.submitted], to: .returned, by: approvers, assigned: ["preparedBy"],
                    needsReason: true, byVerb: true),
                Transition(
                    "withdraw", from: [Status.approved], to: .superseded, by: approvers, needsReason: true,
                    byVerb: true),
            ])
    ) {
        Section("Statement") {
            Field(
                \.name, "name", help: "The standard and the number of the version.", .readOnly, .listed, .searchable,
                .sortable)
            Field(\.framework, "framework", help: "The standard whose Annex A it covers.", .readOnly, .filterable)
            Field(
                \.number, "number", label: "Version",
                help: "Counted from 1 for each standard; a returned one is not counted.",
                .range(0...100_000), .readOnly, .listed, .sortable)
            Field(
                \.status, "status", help: "Only an approved one is in force; the next approval supersedes it.",
                .readOnly, .listed, .filterable, .sortable)
            Field(
                \.content, "content", help: "All rows as they were submitted, as canonical JSON (RFC 8785).",
                .readOnly)
            Field(
                \.madeFrom, "madeFrom", label: "Ledger entries",
                help: "How many entries the ledger had when it was made.",
                .range(0...1_000_000_000), .readOnly)
        }
        Section("Approval") {
            Field(\.preparedBy, "preparedBy", help: "Who submitted it.", .readOnly, .listed, .filterable)
            Field(\.submittedOn, "submittedOn", help: "The day of the submission.", .readOnly, .listed, .sortable)
            Field(
                \.blocking, "blocking", label: "In the way of approval",
                help: "Rows that are undecided, or included without a reason; empty if there are none.", .longText,
                .readOnly)
            Field(
                \.approvedBy, "approvedBy", help: "Somebody who did not prepare it.", .readOnly, .listed, .filterable)
            Field(\.approvedOn, "approvedOn", help: "The day of the approval.", .readOnly, .listed, .sortable)
            Field(
                \.note, "note", help: "What changed, in the words of who submitted it.", .longText, .readOnly,
                .searchable)
        }
        Check("approvedOn", "an approved statement needs the day of its approval") {
            $0.status != .approved || $0.approvedOn != nil
        }
    }
}
