// What the organisation does about its risks and requirements (ISO/IEC 42001 and 27001, clauses 6.1.3 and 8.1).
package import Foundation
package import RecordKit

/// A measure of the organisation. One control may meet requirements of several standards.
package struct Control: Record {
    package var code = ""
    package var title = ""
    package var description: String?
    package var type = Effect.preventive
    package var owner: ID<Person>?
    package var frequency: Frequency?
    package var procedure: String?
    package var testMethod: String?
    package var costPerYear: Decimal?
    package var requirements = Links<Requirement>()
    package var assets = Links<Asset>()
    package var status = Status.planned
    /// The suggestion of the catalogue that it was made from.
    package var template: String?
    package init() {}

    /// When a control works: before, during or after what it is against (ISO/IEC 27002, control types).
    package enum Effect: String, Choice { case preventive, detective, corrective }
    package enum Frequency: String, Choice { case continuous, daily, weekly, monthly, quarterly, yearly, onEvent }
    package enum Status: String, Choice { case planned, implemented, retired }

    package static let type: RecordType = "control"
    package static let schema = Schema<Control>(
        plural: "controls", title: "title",
        help: "What you do to meet requirements and lower risks. One control may serve several standards.",
        permissions: Permissions(
            .allow(.read, to: Role.allButEmployee),
            .allow(.read, to: [.employee], when: .assigned("owner")),
            .allow(.read, to: [.employee], when: .author),
            .allow(.create, .update, .archive, to: Role.leads),
            .allow(.update, to: [.controlOwner, .aiSystemOwner], when: .assigned("owner"))),
        lifecycle: Lifecycle(
            "status", initial: Status.planned,
            [
                Transition(
                    "implement", label: "Mark as implemented", from: [Status.planned], to: .implemented,
                    by: Role.leads, assigned: ["owner"], requires: ["owner"]),
                Transition(
                    "withdraw", label: "Back to planned", from: [Status.implemented], to: .planned, by: Role.leads,
                    assigned: ["owner"], needsReason: true),
                Transition(
                    "retire", from: [Status.planned, .implemented], to: .retired, by: Role.leads, needsReason: true),
            ])
    ) {
        Section("Control") {
            Field(
                \.code, "code", help: "A short code of your own, for example AC-01.", .length(1...20), .listed,
                .searchable, .sortable, .unique)
            Field(
                \.title, "title", help: "What is done, in a few words.", .length(1...200), .listed, .searchable,
                .sortable)
            Field(
                \.description, "description", help: "What the control achieves and where it applies.", .longText,
                .searchable)
            Field(
                \.type, "type", help: "Whether it prevents, detects or corrects.", .listed, .filterable, .sortable)
            Field(
                \.owner, "owner", help: "Who sees to it that the control works (clause 5.3).", .listed, .filterable)
            Field(
                \.status, "status",
                help: "The Statement of Applicability tells from it what is implemented (clause 6.1.3).", .readOnly,
                .listed, .filterable, .sortable)
        }
        Section("How it works") {
            Field(\.frequency, "frequency", help: "How often it is carried out.", .listed, .filterable, .sortable)
            Field(
                \.procedure, "procedure", help: "The steps, so that someone else can do it (clause 8.1).", .longText,
                .searchable)
            Field(
                \.testMethod, "testMethod", help: "How one finds out whether it works (clause 9.1).", .longText)
            Field(
                \.costPerYear, "costPerYear", help: "What it costs in a year, working time included, in your currency.",
                .sortable)
        }
        Section("What it serves") {
            Field(
                \.requirements, "requirements", help: "The requirements that it helps to meet, of any standard.",
                .filterable)
            Field(\.assets, "assets", help: "The assets and AI systems that it protects.", .filterable)
            Field(
                \.template, "template", label: "Suggestion", help: "The catalogue's suggestion that it was made from.",
                .length(1...20), .readOnly)
        }
        Check("owner", "an implemented control needs an owner") { $0.status != .implemented || $0.owner != nil }
        Check("costPerYear", "must not be negative") { $0.costPerYear.map { $0 >= 0 } ?? true }
    }
}
