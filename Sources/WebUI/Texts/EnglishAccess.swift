// The English texts of signing in, setting up and the settings.

// MARK: Signing in

extension Text {
    package static let email = Text("E-mail")
    package static let password = Text("Password")
    package static let newPassword = Text("New password")
    package static let passwordHelp = Text("At least 12 characters. A few words that only you put together are good.")
    package static let setPassword = Text("Set password and sign in")
    package static let welcomeTitle = Text("Welcome")
    package static let welcomeLead = Text("Choose the password by which you sign in from now on.")
    package static let setUpTitle = Text("Set up Concord")
    package static let setUpLead = Text(
        "You become the administrator and compliance lead of the first organisation. This link works once.")
    package static let setUpButton = Text("Create the organisation")
    package static let organisationName = Text("Organisation")
    package static let timeZone = Text("Time zone")
    package static let timeZoneHelp = Text("A name such as Europe/Berlin. Due dates are reckoned in it.")
    package static let yourName = Text("Your name")
    package static let linkNotGood = Text("This link is not good")
    package static let notAllowed = Text("Not allowed")
    package static let formFromElsewhere = Text(
        "The form was sent from another site. Open the page here and send it again.")

    package static func tooManyAttempts(_ seconds: Int) -> Text {
        Text("Too many failed attempts. Try again in \(seconds == 1 ? "1 second" : "\(count(seconds)) seconds").")
    }
}

// MARK: Settings

extension Text {
    package static let settings = Text("Settings")
    package static let membersLead = Text(
        "Who can sign in to this organisation. What somebody may do follows from their roles.")
    package static let whoHasAccess = Text("Who has access")
    package static let rolesOfPeople = Text("Roles of people")
    package static let askAdministrator = Text("Ask somebody with the administrator role.")
    package static let person = Text("Person")
    package static let accessSince = Text("Access since")
    package static let accountDisabled = Text("Account disabled")
    package static let hasPassword = Text("Signs in by password")
    package static let invitedNoPassword = Text("Invited, no password yet")
    package static let thatIsYou = Text("You cannot end your own access.")
    package static let endAccess = Text("End access")
    package static let endAccessMeaning = Text(
        "They can no longer sign in to this organisation. Their record, their roles and all they did stay.")
    package static let giveAccess = Text("Give access")
    package static let giveAccessLead = Text(
        "Makes a link that works once, within a day. You hand it over yourself: Concord sends no mail.")
    package static let everybodyHasAccess = Text("Everybody among the people of this organisation has access.")
    package static let searchForPerson = Text("Search for the person first.")
    package static let makeLink = Text("Make a one-time link")
    package static let addPerson = Text("New person")
    package static let choosePerson = Text("Choose a person first.")
    package static let hasPasswordAlready = Text(
        "The person has an account with a password already and can sign in to this organisation now.")
    package static let linkMade = Text("The link is made")
    package static let linkShownOnce = Text("It is shown once, works once, and ends within 24 hours.")
    package static let yourTokens = Text("Your tokens")
    package static let tokensLead = Text("A token lets a program work in your place in this organisation.")
    package static let noTokens = Text("No tokens yet")
    package static let newToken = Text("New token")
    package static let makeToken = Text("Make a token")
    package static let tokenMade = Text("The token is made")
    package static let tokenShownOnce = Text("It is shown once and kept nowhere: copy it now.")
    package static let tokenNameHelp = Text("What uses it, for example Nightly export.")
    package static let token = Text("Token")
    package static let name = Text("Name")
    package static let rights = Text("Rights")
    package static let endsOn = Text("Ends on")
    package static let lastDay = Text("Last day")
    package static let mustBeADay = Text("must be a date such as 2026-12-31")
    package static let readOnly = Text("May only read")
    package static let readAndWrite = Text("May read and write")
    package static let inUse = Text("In use")
    package static let revoke = Text("Revoke")
    package static let revoked = Text("Revoked")
    package static let expired = Text("Expired")
    package static let organisation = Text("Organisation")
    package static let roles = Text("Roles")
    package static let currentPassword = Text("Present password")
    package static let changePassword = Text("Change password")
    package static let otherSessionsEnd = Text("Your other sessions end when you change it.")
    package static let passwordChanged = Text("The password is changed")

    package static func endAccessOf(_ name: String) -> Text { Text("End the access of \(name)?") }
    package static func madeOn(_ time: String) -> Text { Text("made \(time)") }
    package static func tokenLastDayHelp(_ days: Int) -> Text { Text("At most \(days) days ahead.") }
}
