// A risk to information, to the organisation's AI, or to people through it (ISO/IEC 27001 and 42001, clause 6.1.2).
package import RecordKit

/// An effect of uncertainty that the organisation has identified, with what it does about it.
package struct Risk: Record {
    package var code = ""
    package var title = ""
    package var aspect = Aspect.informationSecurity
    package var description: String?
    package var source: String?
    package var consequence: String?
    package var owner: ID<Person>?
    package var likelihood: Int?
    package var severity: Int?
    package var treatment: Treatment?
    package var controls = Links<Control>()
    package var requirements = Links<Requirement>()
    package var assets = Links<Asset>()
    package var status = Status.identified
    package init() {}

    /// Which of the two management systems assesses it.
    package enum Aspect: String, Choice { case informationSecurity, ai, both }
    /// The options of ISO 31000, 6.5.2, in the words of ISO/IEC 27005.
    package enum Treatment: String, Choice { case modify, retain, avoid, share }
    package enum Status: String, Choice { case identified, treated, closed }

    package static let type: RecordType = "risk"
    package static let schema = Schema<Risk>(
        plural: "risks", title: "title",
        help: "What may go wrong, for the organisation and for people, and which controls answer it.",
        permissions: Permissions(
            .allow(.read, to: Role.allButEmployee),
            .allow(.read, to: [.employee], when: .assigned("owner")),
            .allow(.read, to: [.employee], when: .author),
            .allow(.create, .update, .archive, to: Role.leads),
            .allow(.update, to: [.controlOwner, .aiSystemOwner], when: .assigned("owner"))),
        lifecycle: Lifecycle(
            "status", initial: Status.identified,
            [
                Transition(
                    "treat", label: "Mark as treated", from: [Status.identified], to: .treated, by: Role.leads,
                    assigned: ["owner"], requires: ["owner", "treatment"]),
                Transition(
                    "reassess", label: "Assess again", from: [Status.treated, .closed], to: .identified,
                    by: Role.leads, assigned: ["owner"], needsReason: true),
                Transition(
                    "close", from: [Status.identified, .treated], to: .closed, by: Role.leads, needsReason: true),
            ])
    ) {
        Section("Risk") {
            Field(
                \.code, "code", help: "A short code of your own, for example R-01.", .length(1...20), .listed,
                .searchable, .sortable, .unique)
            Field(
                \.title, "title", help: "What may happen, in a few words.", .length(1...200), .listed, .searchable,
                .sortable)
            Field(
                \.aspect, "aspect",
                help: "Information security, AI, or both: the Statements of Applicability read it from here.", .listed,
                .filterable, .sortable)
            Field(\.description, "description", help: "The scenario: how it would come about.", .longText, .searchable)
            Field(\.source, "source", help: "Where it comes from: a threat, a weakness, a risk source.", .searchable)
            Field(
                \.consequence, "consequence",
                help: "What it would mean for the organisation, for individuals and for society.", .longText,
                .searchable)
            Field(\.owner, "owner", help: "Who answers for it and accepts what is left of it.", .listed, .filterable)
        }
        Section("Assessment") {
            Field(
                \.likelihood, "likelihood", help: "From 1, hardly ever, to 5, almost certain.", .range(1...5),
                .listed, .filterable, .sortable)
            Field(
                \.severity, "severity", help: "From 1, hardly noticed, to 5, threatens people or the organisation.",
                .range(1...5), .listed, .filterable, .sortable)
        }
        Section("Treatment") {
            Field(
                \.treatment, "treatment", help: "Modify it by controls, retain, avoid or share it (ISO 31000).",
                .filterable, .sortable)
            Field(\.controls, "controls", help: "Your controls that modify it.", .filterable)
            Field(
                \.requirements, "requirements", label: "Controls of the standards",
                help: "Controls of Annex A that it calls for, with or without one of your own.", .filterable)
            Field(\.assets, "assets", help: "The assets and AI systems that it concerns.", .filterable)
            Field(
                \.status, "status", help: "Identified, treated by what is decided above, or closed.", .readOnly,
                .listed, .filterable, .sortable)
        }
        Check("treatment", "a treated risk needs its treatment") { $0.status != .treated || $0.treatment != nil }
    }
}
