// A file of frameworks, mappings and catalogues that an organisation took in, in the version that counts now. Its
// earlier versions are its revisions, each with its file.
package import RecordKit

/// A framework library that was imported. Only its verbs write it.
package struct ImportedLibrary: Record {
    package var name = ""
    package var reference = ""
    package var urn = ""
    package var libraryVersion = 0
    package var provider: String?
    package var status = Status.imported
    package var format = Format.cisoAssistant
    package var licence: String?
    package var publishedOn: String?
    package var summary: String?
    package var file: FileReference?
    package var contentSHA256 = ""
    package var items = 0
    package var keptOut = 0
    package var counts = JSONDocument()
    package var remarks: JSONDocument?
    package init() {}

    package enum Status: String, Choice { case imported, rolledBack }
    /// Who defined the form of the file; the last two are Concord's own.
    package enum Format: String, Choice { case cisoAssistant, yaml, csv }

    package static let type: RecordType = "importedLibrary"
    package static let schema = Schema<ImportedLibrary>(
        label: "Imported library", plural: "importedLibraries", pluralLabel: "Imported libraries", title: "name",
        help: "Framework libraries that were imported, each in the version that counts now.",
        permissions: Permissions(.allowAll(.read))
    ) {
        Section("Library") {
            Field(
                \.name, "name", help: "What the library calls itself.", .length(1...200), .readOnly, .listed,
                .searchable, .sortable)
            Field(\.reference, "reference", help: "Its short name.", .length(1...100), .readOnly, .searchable)
            Field(
                \.urn, "urn", label: "URN", help: "Its name across installations, in lower case.", .length(1...200),
                .readOnly, .unique)
            Field(
                \.libraryVersion, "libraryVersion", label: "Library version",
                help: "The version of the content, as the library counts it.", .range(0...1_000_000_000), .readOnly,
                .listed, .sortable)
            Field(
                \.provider, "provider", help: "Who issues the content.", .length(0...200), .readOnly, .listed,
                .searchable)
            Field(
                \.status, "status", help: "Whether its content counts, or was taken back.", .readOnly, .listed,
                .filterable)
            Field(\.licence, "licence", help: "The copyright notice or licence of the content.", .longText, .readOnly)
            Field(
                \.publishedOn, "publishedOn", label: "Published on", help: "The day, as the library writes it.",
                .length(0...40), .readOnly)
            Field(\.summary, "summary", label: "Description", help: "What it is about.", .longText, .readOnly)
        }
        Section("Import") {
            Field(\.format, "format", help: "The form of the file.", .readOnly, .filterable)
            Field(\.file, "file", help: "The file as it was imported; a roll back reads it again.", .readOnly)
            Field(
                \.contentSHA256, "contentSHA256", label: "Content SHA-256", help: "The fingerprint of the file.",
                .length(64...64), .readOnly)
            Field(
                \.items, "items", help: "Records that it holds.", .range(0...1_000_000), .readOnly, .listed, .sortable)
            Field(
                \.keptOut, "keptOut", label: "Kept out", help: "Parts that were not imported; the remarks say why.",
                .range(0...1_000_000), .readOnly, .listed, .sortable)
            Field(\.counts, "counts", help: "How many records of each type it holds.", .readOnly)
            Field(
                \.remarks, "remarks", help: "What was put right or kept out: kind, line, URN and reason.", .readOnly)
        }
    }
}
