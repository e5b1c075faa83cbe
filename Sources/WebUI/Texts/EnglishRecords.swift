// The English texts of the screens that every record type has: lists, details, forms, search, errors, navigation.
package import Foundation
package import RecordKit

// MARK: Navigation

extension Text {
    package static let overview = Text("Overview")
    package static let assessment = Text("Assessment")
    package static let ledger = Text("Ledger")
    package static let stepGovern = Text("Govern")
    package static let stepAssess = Text("Assess")
    package static let stepSystems = Text("Systems and assets")
    package static let stepAssure = Text("Assure")
    package static let otherRecords = Text("More")
    package static let myTasks = Text("My tasks")
    package static let settingsAccount = Text("Account and password")
    package static let settingsTokens = Text("API tokens")
    package static let settingsMembers = Text("Members")
    package static let noPlaceTitle = Text("No organisation")
    package static let noPlace = Text(
        "You are signed in, but you have no current place in an organisation. Its administrator can give you one.")
    package static let toOverview = Text("To the overview")
    /// The id by which the server's log names a request.
    package static func requestNumber(_ id: String) -> Text { Text("Request \(id)") }
}

// MARK: Days and times

extension Text {
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    /// A calendar day: `24 November 2026`.
    package static func dayOf(_ day: Day) -> Text {
        let (year, month, number) = day.parts
        return Text("\(number) \(months[month - 1]) \(year)")
    }
    /// The time of day in a zone: `13:05`.
    package static func timeOfDay(_ time: Instant, in zone: TimeZone) -> Text {
        Text(String(LocalTime.text(time, in: zone).suffix(5)))
    }
    package static let timeInZone = Text("In the time zone of your organisation.")
}

// MARK: Lists and search

extension Text {
    package static let exportCSV = Text("Export CSV")
    package static let untitled = Text("Without a title")
    package static let archive = Text("Archive")
    package static let archived = Text("Archived")
    package static let archivedExcluded = Text("Current")
    package static let archivedIncluded = Text("Current and archived")
    package static let archivedOnly = Text("Archived only")
    package static let nothingFound = Text("Nothing found")
    package static let nothingFoundAtAll = Text(
        "No record that you may see has words that begin so. Try fewer words, or the beginning of a word.")
    package static let clearFilters = Text("Clear the filters")
    package static let allResults = Text("All results")
    package static let searchHelp = Text("Each word may be the beginning of a word of the record.")
    package static let notVisible = Text("Not visible to you")

    /// The button that begins a new record.
    package static func newRecord(_ label: String) -> Text { Text("New \(inSentence(label))") }
    /// The rest of what a cell or a group has no room for.
    package static func andMore(_ number: Int) -> Text { Text("and \(count(number)) more") }
    /// How many records the page shows, of how many.
    package static func shown(_ number: Int, of all: Int?) -> Text {
        guard let all else { return Text("\(count(number)) shown") }
        return Text(number == all ? "\(count(all)) in all" : "\(count(number)) of \(count(all))")
    }
    /// The filters that found nothing.
    package static func nothingFoundWith(_ filters: String) -> Text { Text("No record fits: \(filters).") }
    /// An empty register.
    package static func nothingYet(_ plural: String) -> Text { Text("\(plural): none yet") }
    /// What to do first in an empty register.
    package static func firstStep(_ label: String) -> Text { Text("Begin with the first \(inSentence(label)).") }
    /// An empty register for somebody who may not fill it.
    package static func nobodyYetMade(_ plural: String) -> Text {
        Text("Your role does not add \(inSentence(plural)); whoever does has not begun yet, or you see none of them.")
    }
    /// The heading of search results.
    package static func resultsFor(_ words: String) -> Text { Text("Results for “\(words)”") }

    /// A label inside a sentence; an abbreviation keeps its capitals.
    private static func inSentence(_ label: String) -> String {
        let second = label.dropFirst().first
        return second?.isUppercase == true ? label : label.prefix(1).lowercased() + label.dropFirst()
    }
}

// MARK: Details

extension Text {
    package static let edit = Text("Edit")
    package static let restore = Text("Restore")
    package static let archiveVerb = Text("Archive")
    package static let archiveNote = Text(
        "It leaves lists and counts, keeps its history and can be restored. Nothing is deleted.")
    package static let restoreNote = Text("It comes back into lists and counts.")
    package static let archivedNote = Text("It is in no list or count and cannot be changed until it is restored.")
    package static let archivedFirst = Text("it is archived; restore it first")
    package static let lookAtThePast = Text("As of …")
    package static let asOfDay = Text("Day")
    package static let asOfHelp = Text("The record as it stood at the end of this day, as the ledger proves it.")
    package static let asOfForm = Text("must be an index of the ledger, a day (yyyy-mm-dd) or a time (RFC 3339)")
    package static let show = Text("Show")
    package static let openRows = Text("Open the assessment")
    package static let sensitiveHidden = Text("Shown only to those who may edit it")
    package static let pointsTo = Text("Points to")
    package static let pointsHere = Text("What points here")
    package static let aboutRecord = Text("About this record")
    package static let versionLabel = Text("Version")
    package static let created = Text("Created")
    package static let lastChanged = Text("Last changed")
    package static let olderVersions = Text("Older versions")
    package static let sharedContent = Text(
        "Shared content of this server: the catalogue's loader writes it, the server's own ledger covers it.")
    package static let actionCreated = Text("created")
    package static let actionChanged = Text("changed")
    package static let actionArchived = Text("archived")
    package static let actionRestored = Text("restored")
    package static let fileLabel = Text("File")

    /// Why a transition cannot be taken yet.
    package static func fillInFirst(_ transition: String, _ fields: String) -> Text {
        Text("“\(transition)” needs to be filled in first: \(fields).")
    }
    /// Records of a type that point here by one of their fields.
    package static func linkedBy(_ plural: String, _ field: String) -> Text { Text("\(plural) (\(field))") }
    /// What covers the version that is shown.
    package static func versionIsEntry(_ version: Int, _ index: Int) -> Text {
        Text("Version \(version) is entry \(count(index)) of your ledger.")
    }
    /// The heading of a history entry.
    package static func versionChanged(_ version: Int, _ action: String) -> Text {
        Text("Version \(version): \(action)")
    }
    /// The heading of a history entry that joins several edits.
    package static func versionsChanged(_ first: Int, _ last: Int, _ action: String) -> Text {
        Text("Versions \(first) to \(last): \(action)")
    }
    /// Opens a history entry to the edits that it joins.
    package static func joinedEdits(_ edits: Int) -> Text { Text("\(edits) edits within 10 minutes") }
    /// Who and when.
    package static func byAt(_ name: String, _ time: String) -> Text { Text("\(name), \(time)") }
    /// A change by a program in somebody's name.
    package static func byProgram(_ name: String) -> Text { Text("\(name), by a program") }
    /// A change on the server's own machine.
    package static func byOperator(_ user: String) -> Text { Text("the operator \(user)") }
    /// The kind and size of a file.
    package static func fileMeta(_ mediaType: String, bytes: Int) -> Text {
        Text("\(mediaType), \(count(bytes)) bytes")
    }
}

// MARK: Forms

extension Text {
    package static let aboutThisChange = Text("About this change")
    package static let reasonHelp = Text("Why you change it; kept in the history with your name.")
    package static let noneToChoose = Text("There is none to choose yet.")
    package static let findFirst = Text("There are many: find some by their words, then choose.")
    package static let emptyFile = Text("is empty; choose the file again")
    package static let stateNote = Text("The state changes only by its own buttons on the record, never in this form.")
    package static let notChangedHere = Text("Not changed here")

    /// The heading of the form of an edit.
    package static func editRecord(_ title: String) -> Text { Text("Edit \(title)") }
    /// The state of a new record.
    package static func startsAs(_ state: String) -> Text {
        Text("It starts as “\(state)”; the state changes on its page.")
    }
    /// The heading of a conflict.
    package static func changedMeanwhile(_ title: String) -> Text { Text("\(title) was changed while you edited it") }
    /// A day and time inside a sentence.
    package static func onDay(_ time: String) -> Text { Text("on \(time)") }
    /// A version that was never saved.
    package static func noSuchVersion(_ version: Int) -> Text { Text("\(version) is no version of this record") }
    package static func mayNotCreateRecord(_ label: String) -> Text {
        Text("Your role does not allow you to create a record of this type: \(label).")
    }
    package static func mayNotEdit(_ label: String) -> Text {
        Text("Your role does not allow you to change this record: \(label).")
    }
}
