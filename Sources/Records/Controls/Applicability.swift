// One row of the Statement of Applicability (ISO/IEC 27001, clause 6.1.3 d; ISO/IEC 42001, clause 6.1.3).
package import RecordKit

/// The decision whether a control of a standard's Annex A applies, and why.
package struct Applicability: Record {
    package var name: String?
    package var requirement = ID<Requirement>.unset
    package var isApplicable = true
    package var justification = ""
    package var reasons: String?
    package var exclusionBasis: ExclusionBasis?
    package var systems = Links<Asset>()
    package init() {}

    /// What an exclusion rests on (ISO/IEC 42001, clause 6.1.3).
    package enum ExclusionBasis: String, Choice { case riskAssessment, externalRequirement }

    package static let type: RecordType = "applicability"
    package static let schema = Schema<Applicability>(
        plural: "applicabilities", pluralLabel: "Applicability", title: "name",
        help: "Which controls of Annex A apply and why: the rows of the Statement of Applicability (clause 6.1.3).",
        permissions: Permissions(
            .allowAll(.read), .allow(.create, .update, to: Role.leads), .allow(.archive, to: [.complianceLead]))
    ) {
        Section("Decision") {
            Field(
                \.name, "name", label: "Control of the standard", help: "Filled in from the requirement.", .readOnly,
                .listed, .searchable, .sortable)
            Field(
                \.requirement, "requirement", help: "The item of Annex A that is decided on; one decision for each.",
                .fixed, .unique, .listed, .filterable)
            Field(
                \.isApplicable, "isApplicable", label: "Applicable",
                help: "Clause 6.1.3 asks to compare your controls with Annex A, so that none is forgotten.",
                .listed, .filterable, .sortable)
            Field(
                \.justification, "justification",
                help: "Why it is included or excluded; clause 6.1.3 asks for both.",
                .length(10...FieldLimit.longTextCharactersMax), .longText, .listed, .searchable)
            Field(
                \.reasons, "reasons", label: "Reasons for inclusion",
                help: "The risks, laws and contracts that call for it, beside those linked already.", .longText,
                .listed, .searchable)
        }
        Section("Exclusion") {
            Field(
                \.exclusionBasis, "exclusionBasis", label: "Basis of the exclusion",
                help: "The risk assessment, or applicable external requirements (ISO/IEC 42001, clause 6.1.3).",
                .filterable)
            Field(
                \.systems, "systems", label: "AI systems excepted",
                help: "AI systems to which an applicable control does not apply; empty if it applies to all.",
                .filterable, .later)
        }
        Check("systems", "are for a control that applies in general; one that does not apply is excluded for all") {
            $0.isApplicable || $0.systems.ids.isEmpty
        }
    }
}
