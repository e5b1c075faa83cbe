// A threat from a library, to be named where risks are described.
package import RecordKit

/// A threat that a library describes.
package struct Threat: Record {
    package var name = ""
    package var reference = ""
    package var provider: String?
    package var description: String?
    package var annotation: String?
    package var urn = ""
    package var library = ""
    package init() {}

    package static let type: RecordType = "threat"
    package static let schema = Schema<Threat>(
        plural: "threats", title: "name", help: "Threats that imported libraries describe.", isCatalogue: true,
        permissions: Permissions(.allowAll(.read))
    ) {
        Section("Threat") {
            Field(
                \.name, "name", help: "The threat, in a few words.", .length(1...200), .listed, .searchable,
                .sortable)
            Field(\.reference, "reference", help: "Its short name.", .length(1...100), .listed, .searchable)
            Field(\.provider, "provider", help: "Who issues the library.", .length(0...200), .listed)
            Field(\.description, "description", help: "How it comes about and what it does.", .longText, .searchable)
            Field(\.annotation, "annotation", help: "Notes of the library.", .longText, .searchable)
        }
        Section("Library") {
            Field(
                \.urn, "urn", label: "URN", help: "The name that its library gives it, in lower case.",
                .length(1...200), .unique)
            Field(\.library, "library", help: "The URN of the library that brought it.", .length(1...200), .listed)
        }
    }
}
