// A matrix by which a library rates risks: levels of probability and impact, and the risk of each pair.
package import RecordKit

/// A risk matrix of a library.
package struct RiskMatrix: Record {
    package var name = ""
    package var reference = ""
    package var provider: String?
    package var description: String?
    package var definition = JSONDocument()
    package var urn = ""
    package var library = ""
    package init() {}

    package static let type: RecordType = "riskMatrix"
    package static let schema = Schema<RiskMatrix>(
        label: "Risk matrix", plural: "riskMatrices", pluralLabel: "Risk matrices", title: "name",
        help: "Matrices of probability and impact that imported libraries bring.", isCatalogue: true,
        permissions: Permissions(.allowAll(.read))
    ) {
        Section("Matrix") {
            Field(
                \.name, "name", help: "What the library calls it.", .length(1...200), .listed, .searchable,
                .sortable)
            Field(\.reference, "reference", help: "Its short name.", .length(1...100), .listed, .searchable)
            Field(\.provider, "provider", help: "Who issues the library.", .length(0...200), .listed)
            Field(\.description, "description", help: "What it is meant for.", .longText, .searchable)
            Field(
                \.definition, "definition",
                help: "Levels of probability, impact and risk, and the grid of risks by both.")
        }
        Section("Library") {
            Field(
                \.urn, "urn", label: "URN", help: "The name that its library gives it, in lower case.",
                .length(1...200), .unique)
            Field(\.library, "library", help: "The URN of the library that brought it.", .length(1...200), .listed)
        }
    }
}
