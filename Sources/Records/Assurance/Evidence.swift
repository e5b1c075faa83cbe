// What shows that something is so (ISO/IEC 42001 and 27001, clauses 7.5 and 9.1), with the period that it covers.
package import RecordKit

/// A file or a link that shows something for a stated period. What was collected never changes: other content is
/// other evidence, so that a review stays a review of what was seen.
package struct Evidence: Record {
    package var title = ""
    package var kind = Kind.file
    package var file: FileReference?
    package var link: String?
    package var description: String?
    package var periodFrom = Day.unset
    package var periodTo = Day.unset
    package var validUntil: Day?
    package var owner: ID<Person>?
    package var requirements = Links<Requirement>()
    package var controls = Links<Control>()
    package var reviewedBy: ID<Person>?
    package var reviewedOn: Day?
    package var status = Status.collected
    package init() {}

    package enum Kind: String, Choice { case file, link }
    package enum Status: String, Choice { case collected, reviewed, withdrawn }

    package static let type: RecordType = "evidence"
    package static let schema = Schema<Evidence>(
        plural: "evidence", title: "title",
        help: "Files and links that show what you do. Auditors ask for the period covered, not for the day of upload.",
        permissions: Permissions(
            .allow(.read, to: Role.allButEmployee),
            .allow(.read, to: [.employee], when: .assigned("owner")),
            .allow(.read, to: [.employee], when: .author),
            .allow(.create, to: Role.leads + Role.owners),
            .allow(.update, .archive, to: Role.leads),
            .allow(.update, to: Role.owners, when: .assigned("owner")),
            .allow(.update, to: Role.owners, when: .author)),
        lifecycle: Lifecycle(
            "status", initial: Status.collected,
            [
                Transition(
                    "review", label: "Mark as reviewed", from: [Status.collected], to: .reviewed,
                    by: Role.leads + [.internalAuditor], notByAuthor: true,
                    stamps: [.actor("reviewedBy"), .today("reviewedOn")]),
                Transition(
                    "withdraw", from: [Status.collected, .reviewed], to: .withdrawn, by: Role.leads,
                    assigned: ["owner"], needsReason: true),
            ])
    ) {
        Section("Evidence") {
            Field(
                \.title, "title", help: "What it shows, for example Access review of the first quarter.",
                .length(1...200), .listed, .searchable, .sortable)
            Field(
                \.kind, "kind", help: "A file kept here, or a link to where it is kept.", .fixed, .listed,
                .filterable)
            Field(
                \.file, "file", help: "Kept with its fingerprint, so that a change would show (clause 7.5.3).",
                .fixed)
            Field(
                \.link, "link", help: "The address of the page or document.", .length(0...2_000), .webAddress, .fixed)
            Field(
                \.description, "description", help: "How it was made and what to look at.", .longText, .searchable)
            Field(\.owner, "owner", help: "Who brings the next one.", .listed, .filterable)
        }
        Section("Time") {
            Field(
                \.periodFrom, "periodFrom", label: "Covers from", help: "The first day of the time that it speaks of.",
                .fixed, .listed, .sortable)
            Field(
                \.periodTo, "periodTo", label: "Covers until",
                help: "The last day of that time; the same day for a snapshot.", .fixed, .listed, .sortable)
            Field(
                \.validUntil, "validUntil", label: "Valid until",
                help: "When it is too old to count; empty if it does not age.", .fixed, .listed, .sortable)
        }
        Section("What it supports") {
            Field(\.requirements, "requirements", help: "The requirements that it helps to show.", .filterable)
            Field(\.controls, "controls", help: "The controls that it shows at work.", .filterable)
        }
        Section("Review") {
            Field(
                \.status, "status", help: "Reviewed by someone other than the person who brought it.", .readOnly,
                .listed, .filterable, .sortable)
            Field(\.reviewedBy, "reviewedBy", help: "Who found it sufficient.", .readOnly, .filterable)
            Field(\.reviewedOn, "reviewedOn", help: "The day of the review.", .readOnly, .sortable)
        }
        Check("file", "is required for evidence that is a file") { $0.kind != .file || $0.file != nil }
        Check("file", "must be empty for evidence that is a link") { $0.kind != .link || $0.file == nil }
        Check("link", "is required for evidence that is a link") { $0.kind != .link || !($0.link ?? "").isEmpty }
        Check("link", "must be empty for evidence that is a file") { $0.kind != .file || ($0.link ?? "").isEmpty }
        Check("periodTo", "must not be before the first day") {
            $0.periodTo >= $0.periodFrom
        }
        Check("validUntil", "must not be before the last day covered") { record in
            record.validUntil.map { $0 >= record.periodTo } ?? true
        }
    }
}
