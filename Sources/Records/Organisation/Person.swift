// The people of an organisation. An account to sign in with is kept apart, by the server.
package import RecordKit

/// Someone who works for or with the organisation and can own, decide, review or be asked.
package struct Person: Record {
    package var name = ""
    package var email = ""
    package var jobTitle: String?
    package var unit: String?
    package var phone: String?
    package init() {}

    package static let type: RecordType = "person"
    package static let schema = Schema<Person>(
        plural: "people", title: "name",
        help: "Everyone who owns, decides, reviews or has to be asked. Add people before you give them roles.",
        permissions: Permissions(
            .allowAll(.read), .allow(.create, .update, .archive, to: [.administrator, .complianceLead]))
    ) {
        Section("Person") {
            Field(
                \.name, "name", help: "First and last name, as colleagues know them.", .length(1...200), .listed,
                .searchable, .sortable)
            Field(
                \.email, "email", label: "E-mail", help: "The address at work; nobody else may have the same.",
                .length(3...254), .listed, .searchable, .sortable, .unique)
            Field(
                \.jobTitle, "jobTitle", help: "The position in the organisation, for example Head of IT.",
                .length(0...200), .listed, .searchable)
            Field(
                \.unit, "unit", label: "Department", help: "The team, department or site.", .length(0...200), .listed,
                .searchable, .sortable)
            Field(
                \.phone, "phone", help: "For urgent calls. Only those who may edit people see it.", .length(0...50),
                .sensitive)
        }
        Check("email", "must be an e-mail address such as name@example.org") { isAddress($0.email) }
    }
}

/// One @ with something before it and a domain after it; whether mail arrives, only sending can tell.
private func isAddress(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && !text.contains(where: \.isWhitespace)
}
