// A measure that a library suggests: a model for the organisation's own controls, never one of them.
package import RecordKit

/// A suggested control of a library.
package struct ReferenceControl: Record {
    package var name = ""
    package var reference = ""
    package var category: Category?
    package var function: Function?
    package var description: String?
    package var annotation: String?
    package var urn = ""
    package var library = ""
    package init() {}

    package enum Category: String, Choice { case policy, process, technical, physical, procedure }
    /// The functions of the NIST Cybersecurity Framework 2.0.
    package enum Function: String, Choice { case govern, identify, protect, detect, respond, recover }

    package static let type: RecordType = "referenceControl"
    package static let schema = Schema<ReferenceControl>(
        label: "Reference control", plural: "referenceControls", title: "name",
        help: "Measures that imported libraries suggest, as models for your own controls.", isCatalogue: true,
        permissions: Permissions(.allowAll(.read))
    ) {
        Section("Measure") {
            Field(
                \.name, "name", help: "What is done, in a few words.", .length(1...200), .listed, .searchable,
                .sortable)
            Field(\.reference, "reference", help: "Its short name.", .length(1...100), .listed, .searchable)
            Field(\.category, "category", help: "What kind of measure it is.", .listed, .filterable)
            Field(
                \.function, "function", help: "The function of the NIST Cybersecurity Framework that it serves.",
                .listed, .filterable)
            Field(\.description, "description", help: "What it consists of.", .longText, .searchable)
            Field(\.annotation, "annotation", help: "Notes of the library.", .longText, .searchable)
        }
        Section("Library") {
            Field(
                \.urn, "urn", label: "URN", help: "The name that its library gives it, in lower case.",
                .length(1...200), .unique)
            Field(\.library, "library", help: "The URN of the library that brought it.", .length(1...200))
        }
    }
}
