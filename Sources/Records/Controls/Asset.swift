// What the organisation has and has to look after (ISO/IEC 27001, A.5.9; ISO/IEC 42001, A.4).
package import RecordKit

/// Anything of value to the management system: information, a system, a supplier's service, a site.
package struct Asset: Record {
    package var name = ""
    package var kind = Kind.information
    package var description: String?
    package var owner: ID<Person>?
    package var classification: Classification?
    package var personalData = false
    package var location: String?
    package var supplier: String?
    package var dependsOn = Links<Asset>()
    package var status = Status.planned
    package init() {}

    package enum Kind: String, Choice {
        case information, dataset, model, aiSystem, software, hardware, service, site, people
    }
    /// From the least to the most protected.
    package enum Classification: String, Choice { case `public`, `internal`, confidential, restricted }
    package enum Status: String, Choice { case planned, inUse, retired }

    package static let type: RecordType = "asset"
    package static let schema = Schema<Asset>(
        plural: "assets", title: "name",
        help: "Information, data sets, models, AI systems and whatever else needs care, each with an owner.",
        permissions: Permissions(
            .allowAll(.read),
            .allow(.create, .update, .archive, to: Role.leads),
            .allow(.update, to: [.aiSystemOwner], when: .assigned("owner"))),
        lifecycle: Lifecycle(
            "status", initial: Status.planned,
            [
                Transition(
                    "commission", label: "Put into use", from: [Status.planned], to: .inUse, by: Role.leads,
                    assigned: ["owner"], requires: ["owner"]),
                Transition(
                    "retire", from: [Status.planned, .inUse], to: .retired, by: Role.leads, assigned: ["owner"],
                    needsReason: true),
            ])
    ) {
        Section("Asset") {
            Field(
                \.name, "name", help: "A name that colleagues recognise.", .length(1...200), .listed, .searchable,
                .sortable)
            Field(
                \.kind, "kind",
                help: "What sort of thing it is (ISO/IEC 27001, A.5.9; for AI systems ISO/IEC 42001, A.4).", .listed,
                .filterable, .sortable)
            Field(\.description, "description", help: "What it is and what it is used for.", .longText, .searchable)
            Field(
                \.owner, "owner", help: "The person who answers for it (ISO/IEC 27001, A.5.9).", .listed, .filterable)
            Field(
                \.status, "status", help: "Whether it is planned, in use or retired.", .readOnly, .listed,
                .filterable, .sortable)
        }
        Section("Protection") {
            Field(
                \.classification, "classification",
                help: "How much protection the information needs (ISO/IEC 27001, A.5.12).", .listed, .filterable,
                .sortable)
            Field(
                \.personalData, "personalData", label: "Contains personal data",
                help: "Whether data about people is in it (ISO/IEC 27001, A.5.34; ISO/IEC 42001, A.7).", .listed,
                .filterable)
        }
        Section("Place") {
            Field(
                \.location, "location", help: "The site, data centre or cloud region.", .length(0...200), .searchable)
            Field(
                \.supplier, "supplier",
                help: "Who provides it, if not you (ISO/IEC 27001, A.5.19; ISO/IEC 42001, A.10.3).",
                .length(0...200), .searchable, .sortable)
            Field(
                \.dependsOn, "dependsOn", help: "Other assets without which it does not work, for example its data.")
        }
        Check("owner", "an asset in use needs an owner") { $0.status != .inUse || $0.owner != nil }
    }
}
