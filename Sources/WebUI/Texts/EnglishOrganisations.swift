// The English texts of the server's organisations, and of helping somebody who lost their password.

extension Text {
    package static let settingsOrganisations = Text("Organisations")
    package static let organisationsLead = Text(
        "The organisations on this server. They see nothing of each other, and you see no more than their names.")
    package static let organisationsOfServer = Text("On this server")
    package static let foundedOn = Text("Founded on")
    package static let inUseOrganisation = Text("In use")
    package static let archivedOrganisation = Text("Archived")
    package static let foundOrganisation = Text("Found an organisation")
    package static let foundOrganisationLead = Text(
        "Its founder becomes administrator and compliance lead, with both standards in scope and a first assessment. You get no access to it by this."
    )
    package static let founderName = Text("Founder’s name")
    package static let founderEmail = Text("Founder’s e-mail")
    package static let found = Text("Found it")
    package static let organisationFoundedReady = Text(
        "The founder has an account with a password already and can change to the new organisation now.")
    package static let moreOrganisations = Text("More")
    package static let onlyServerAdministrator = Text("Ask the administrator of the server.")

    // MARK: A lost password

    package static let resetPassword = Text("New password link")
    package static let resetMeaning = Text(
        "Makes a link that works once, within a day, by which they choose a new password. Give it to nobody else: whoever has it can act in their name. The ledger tells that you made it."
    )
    package static let resetAny = Text("Somebody lost their password")
    package static let resetAnyLead = Text(
        "Makes a link for any account of this server but your own. The administrator of an organisation can do it for accounts that belong to it alone. The server’s ledger tells that you made it."
    )
    package static let resetLinkMade = Text("The link for a new password is made")

    package static func resetOf(_ name: String) -> Text { Text("Make a new password link for \(name)?") }
    package static func organisationFounded(_ name: String) -> Text { Text("\(name) is founded") }
}
