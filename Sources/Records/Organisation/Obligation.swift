// What the organisation must keep, by law, contract or promise (ISO/IEC 27001, A.5.31; both standards, clause 4.2).
package import RecordKit

/// A law, regulation, contract or commitment that the organisation has to meet.
package struct Obligation: Record {
    package var code = ""
    package var title = ""
    package var kind = Kind.law
    package var counterparty: String?
    package var description: String?
    package var source: String?
    package var owner: ID<Person>?
    package var controls = Links<Control>()
    package var requirements = Links<Requirement>()
    package var assets = Links<Asset>()
    package var from: Day?
    package var to: Day?
    package var status = Status.inForce
    package init() {}

    package enum Kind: String, Choice { case law, regulation, contract, standard, commitment }
    package enum Status: String, Choice { case inForce, ended }

    package static let type: RecordType = "obligation"
    package static let schema = Schema<Obligation>(
        plural: "obligations", title: "title",
        help: "Laws, contracts and promises to keep, each with the controls that it calls for.",
        permissions: Permissions(
            .allow(.read, to: Role.allButEmployee),
            .allow(.read, to: [.employee], when: .assigned("owner")),
            .allow(.read, to: [.employee], when: .author),
            .allow(.create, .update, .archive, to: Role.leads)),
        lifecycle: Lifecycle(
            "status", initial: Status.inForce,
            [
                Transition("end", from: [Status.inForce], to: .ended, by: Role.leads, needsReason: true),
                Transition(
                    "renew", label: "In force again", from: [Status.ended], to: .inForce, by: Role.leads,
                    needsReason: true),
            ])
    ) {
        Section("Obligation") {
            Field(
                \.code, "code", help: "A short code of your own, for example L-03.", .length(1...20), .listed,
                .searchable, .sortable, .unique)
            Field(
                \.title, "title", help: "The law, contract or promise, in a few words.", .length(1...200), .listed,
                .searchable, .sortable)
            Field(
                \.kind, "kind", help: "Law, regulation, contract, standard or a commitment of your own.", .listed,
                .filterable, .sortable)
            Field(
                \.counterparty, "counterparty", label: "Towards",
                help: "The authority, customer or partner to whom it is owed.", .length(0...200), .listed, .searchable,
                .sortable)
            Field(\.description, "description", help: "What it asks of you.", .longText, .searchable)
            Field(\.source, "source", help: "Where the text is: an address on the web.", .webAddress)
            Field(\.owner, "owner", help: "Who watches over it.", .listed, .filterable)
        }
        Section("What it calls for") {
            Field(\.controls, "controls", help: "Your controls that meet it.", .filterable)
            Field(
                \.requirements, "requirements", label: "Requirements of the standards",
                help: "Controls of Annex A and other requirements that it calls for.", .filterable)
            Field(\.assets, "assets", help: "The assets and AI systems that it is about.", .filterable)
        }
        Section("Time") {
            Field(\.from, "from", label: "From", help: "The day from which it applies.", .sortable)
            Field(\.to, "to", label: "Until", help: "The last day; empty while there is none.", .listed, .sortable)
            Field(
                \.status, "status", help: "Only what is in force gives a reason to include a control.", .readOnly,
                .listed, .filterable, .sortable)
        }
        Check("to", "must not be before the first day") { record in
            guard let from = record.from, let to = record.to else { return true }
            return to >= from
        }
    }
}
