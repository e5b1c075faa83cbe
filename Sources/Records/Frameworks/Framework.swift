// A standard or law as the catalogue has it: shared content that the loader writes, or an organisation's own, which
// came with a library.
package import RecordKit

/// One edition of a standard, law or framework.
package struct Framework: Record {
    package var key = ""
    package var name = ""
    package var fullName = ""
    package var edition = ""
    package var publisher = ""
    package var licence = ""
    package var textOrigin = ""
    package var contentSHA256 = ""
    package var source: String?
    package var urn: String?
    package var library: String?
    package var groups: JSONDocument?
    package var scale: JSONDocument?
    package init() {}

    package static let type: RecordType = "framework"
    package static let schema = Schema<Framework>(
        plural: "frameworks", title: "name",
        help: "The standards and laws that Concord knows, each in one edition.", isCatalogue: true,
        permissions: Permissions(.allowAll(.read))
    ) {
        Section("Framework") {
            Field(
                \.key, "key", help: "The stable name of this edition, for example iso27001-2022.", .length(1...64),
                .listed, .unique, .fixed)
            Field(
                \.name, "name", help: "The short name, for example ISO/IEC 27001:2022.", .length(1...100), .listed,
                .searchable, .sortable)
            Field(\.fullName, "fullName", label: "Full name", help: "The official title.", .listed, .searchable)
            Field(
                \.edition, "edition", help: "The edition or consolidated state, with its amendments.",
                .length(1...100), .listed)
            Field(
                \.publisher, "publisher", help: "The body that issues it.", .length(1...100), .listed, .filterable,
                .sortable)
        }
        Section("Origin of the content") {
            Field(\.licence, "licence", help: "What the publisher's rights allow to be shown here.")
            Field(
                \.textOrigin, "textOrigin", label: "Origin of the texts",
                help: "Who wrote the texts shown here: the publisher, or this project in its own words.")
            Field(
                \.source, "source", label: "Where to obtain it", help: "The publisher's page with the full text.",
                .webAddress)
            Field(
                \.contentSHA256, "contentSHA256", label: "Content SHA-256",
                help: "The fingerprint of the content file: an adoption keeps it, so that a change is noticed.",
                .length(64...64))
        }
        Section("Library") {
            Field(\.urn, "urn", label: "URN", help: "The name that its library gives it, in lower case.")
            Field(
                \.library, "library", help: "The URN of the library that brought it; empty for what Concord ships.")
            Field(
                \.groups, "groups", label: "Implementation groups",
                help: "Parts that may be taken on by themselves: reference, name, description, isDefault.")
            Field(
                \.scale, "scale", label: "Scoring scale",
                help: "The scale that its library scores by: minimum, maximum and the meaning of each score.")
        }
    }
}
