// One item of a framework: a clause, a control, an article, or a heading above them.
package import RecordKit

/// One item of a framework, in the framework's own order and hierarchy.
package struct Requirement: Record {
    package var key = ""
    package var framework = ID<Framework>.unset
    package var reference = ""
    package var title = ""
    package var parent: ID<Requirement>?
    package var kind = Kind.clause
    package var isAssessable = true
    package var theme = ""
    package var text = ""
    package var position = 0
    package var harmonisedWith: String?
    package var guidance: JSONDocument?
    package var questions: JSONDocument?
    package var typicalEvidence: JSONDocument?
    package var urn: String?
    package var library: String?
    package var groups: JSONDocument?
    package init() {}

    /// The last two are what libraries bring: what can be answered, and headings over it, at any depth.
    package enum Kind: String, Choice {
        case clause, control, article, function, category, subcategory, requirement, section
    }

    /// For example "A.5.1 Policies for information security"; the reference alone for items without a title of
    /// their own.
    package var name: String { reference == title ? reference : "\(reference) \(title)" }

    package static let type: RecordType = "requirement"
    package static let schema = Schema<Requirement>(
        plural: "requirements", title: "name",
        help: "What each standard or law asks for, item by item.", isCatalogue: true,
        permissions: Permissions(.allowAll(.read))
    ) {
        Section("Requirement") {
            Field(derived: \.name, "name", label: "Requirement", .listed)
            Field(\.framework, "framework", help: "The standard or law it stands in.", .fixed, .listed, .filterable)
            Field(
                \.reference, "reference", help: "Its number there, for example A.5.1.", .length(1...50),
                .searchable)
            Field(\.title, "title", help: "Its short title.", .length(1...200), .searchable, .sortable)
            Field(
                \.text, "text", label: "What it asks for", help: "In short; the standard itself decides.", .longText,
                .searchable)
            Field(\.parent, "parent", label: "Part of", help: "The heading above it.", .filterable)
            Field(\.kind, "kind", help: "What the framework calls such an item.", .listed, .filterable)
            Field(
                \.isAssessable, "isAssessable", label: "Assessable",
                help: "Whether it can be answered; a heading cannot.", .listed, .filterable)
            Field(
                \.theme, "theme", help: "The subject by which items are grouped.", .length(1...100), .listed,
                .filterable)
        }
        Section("Guidance") {
            Field(
                \.harmonisedWith, "harmonisedWith", label: "Twin in the other standard",
                help: "The reference of the closest item of the other management system standard.", .length(0...50))
            Field(
                \.guidance, "guidance", label: "Attributes",
                help: "Attributes of a control; roles and dates of application of a law.")
            Field(\.questions, "questions", help: "What to ask when assessing it: a list of id and text.")
            Field(\.typicalEvidence, "typicalEvidence", help: "What commonly shows that it is met: a list of texts.")
        }
        Section("Place in the catalogue") {
            Field(
                \.key, "key", help: "Framework and reference, for example iso27001-2022:A.5.1.", .length(3...120),
                .unique, .fixed)
            Field(
                \.position, "position", label: "Order", help: "Its place in the framework, counted from 0.",
                .range(0...100_000), .sortable)
        }
        Section("Library") {
            Field(\.urn, "urn", label: "URN", help: "The name that its library gives it, in lower case.")
            Field(
                \.library, "library", help: "The URN of the library that brought it; empty for what Concord ships.")
            Field(
                \.groups, "groups", label: "Implementation groups",
                help: "The references of the framework's groups that it belongs to.")
        }
    }
}
