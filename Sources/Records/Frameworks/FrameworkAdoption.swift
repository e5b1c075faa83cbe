// Which frameworks an organisation takes on, for what scope (ISO/IEC 42001 and 27001, clause 4.3).
package import RecordKit

/// An organisation's decision to follow one edition of a framework.
package struct FrameworkAdoption: Record {
    package var name = ""
    package var framework = ID<Framework>.unset
    package var contentSHA256: String?
    package var scope: String?
    package var certificationTarget: Day?
    package var adoptedOn: Day?
    package var status = Status.planned
    package init() {}

    package enum Status: String, Choice { case planned, inScope, withdrawn }

    private static let deciders: [Role] = [.complianceLead, .topManagement]

    package static let type: RecordType = "frameworkAdoption"
    package static let schema = Schema<FrameworkAdoption>(
        label: "Adopted framework", plural: "frameworkAdoptions", pluralLabel: "Adopted frameworks", title: "name",
        help: "The standards and laws that you follow, each with its scope. Only these count in your posture.",
        permissions: Permissions(
            .allowAll(.read), .allow(.create, .update, to: deciders), .allow(.archive, to: [.complianceLead])),
        lifecycle: Lifecycle(
            "status", initial: Status.planned,
            [
                Transition(
                    "adopt", from: [Status.planned], to: .inScope, by: deciders, stamps: [.today("adoptedOn")]),
                Transition(
                    "withdraw", from: [Status.planned, .inScope], to: .withdrawn, by: deciders, needsReason: true),
                Transition(
                    "readopt", label: "Adopt again", from: [Status.withdrawn], to: .inScope, by: deciders,
                    stamps: [.today("adoptedOn")]),
            ])
    ) {
        Section("Framework") {
            Field(
                \.name, "name", help: "How it is called here, for example ISO/IEC 42001:2023.", .length(1...100),
                .listed, .searchable, .sortable)
            Field(
                \.framework, "framework", help: "The edition that you follow.", .fixed, .unique, .listed, .filterable)
            Field(
                \.scope, "scope", label: "Scope statement",
                help: "Activities, sites, systems and units that it covers, and where it ends (clause 4.3).",
                .longText, .searchable)
            Field(
                \.status, "status", help: "Only frameworks in scope are assessed and counted.", .readOnly, .listed,
                .filterable, .sortable)
        }
        Section("Dates") {
            Field(
                \.certificationTarget, "certificationTarget", label: "Certification wanted by",
                help: "The day by which the certification audit should be passed; empty if none is wanted.", .listed,
                .sortable)
            Field(
                \.adoptedOn, "adoptedOn", label: "In scope since", help: "The day of the decision.", .readOnly,
                .listed, .sortable)
            Field(
                \.contentSHA256, "contentSHA256", label: "Content SHA-256",
                help: "The fingerprint of the framework's content when it was adopted: a later change is noticed.",
                .length(64...64))
        }
    }
}
