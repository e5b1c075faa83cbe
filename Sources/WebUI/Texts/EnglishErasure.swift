// The English texts of erasure: what was erased, what would be, and why not.

extension Text {
    package static let eraseVerb = Text("Erase …")
    package static let erased = Text("Erased")
    package static let actionErased = Text("erased")
    package static let erasedNote = Text(
        "The content is gone for good, from every version. Who changed it and when, and that it was erased, stays.")
    package static let openSubject = Text("Open what it is about")
    package static let carryOutTitle = Text("Carry out the erasure")
    package static let carryOutLead = Text(
        "Look at what will be removed. Nobody can take it back: neither you, nor a restored backup.")
    package static let willBeRemoved = Text("What will be removed")
    package static let erasureSubject = Text("Record")
    package static let scopeOfErasure = Text("Scope")
    package static let erasureOfWhole = Text("The whole record")
    package static let versionsErased = Text("Versions that lose their content")
    package static let filesErased = Text("Files")
    package static let linksErased = Text("Links that start here")
    package static let linksKept = Text("Links that lead here")
    package static let erasureAccount = Text("Account")
    package static let accountEnds = Text(
        "The person's access ends. If the account has no other place on this server, its address and password go.")
    package static let rolesEnd = Text("The person's roles end today.")
    package static let erasureKeeps = Text("What stays")
    package static let erasureKeepsPoints: [Text] = [
        Text("Who changed the record and when, without what they wrote."),
        Text(
            "The commitments in the ledger, by which everything else still verifies; without content they say nothing."),
        Text("The fingerprints of files in the ledger, and the ids of records."),
        Text("Texts in other records that mention the subject: each needs a request of its own."),
    ]
    package static let confirmErasure = Text("Erase for good")
    package static let heldBy = Text("A hold forbids it")
    package static let notByYou = Text("You cannot carry it out")
    package static let backToRequest = Text("Back to the request")

    /// When content was erased.
    package static func erasedOn(_ time: String) -> Text { Text("Erased on \(time)") }
    /// How many of how many versions.
    package static func versionsOf(_ number: Int, _ all: Int) -> Text { Text("\(count(number)) of \(count(all))") }
    /// Links from other records, which then lead to what was erased.
    package static func linksKeptCount(_ number: Int) -> Text {
        Text("\(count(number)); they lead to the sign that something was erased")
    }
    /// A hold with its reason.
    package static func holdReason(_ name: String, _ reason: String) -> Text { Text("\(name): \(reason)") }
}
