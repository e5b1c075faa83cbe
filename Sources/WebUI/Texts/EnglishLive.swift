// The English texts of search, saved views, bulk edit, undo and live updates.
import RecordKit

// MARK: Search

extension Text {
    package static let findAnything = Text("Find anything")
    package static let findAnythingHelp = Text("A word, the beginning of one, or an identifier such as A.5.15")
    package static let searchResults = Text("Results")
    package static let recentlyChanged = Text("Changed last")
    package static let pagesFound = Text("Pages")
    package static let requirementsFound = Text("Requirements by identifier")
    package static let finderKeys = Text("Arrow keys choose, Enter opens, Escape closes")
}

// MARK: Saved views

extension Text {
    package static let allRecords = Text("All")
    package static let viewName = Text("Name of the view")
    package static let viewNameHelp = Text("As it stands above the list, for example “Mine, overdue”.")
    package static let viewFor = Text("For whom")
    package static let viewForMe = Text("For me")
    package static let viewForAll = Text("For the organisation")
    package static let viewAsDefault = Text("Begin with it whenever I open the list")
    package static let viewSave = Text("Save the view")
    package static let viewRename = Text("Rename")
    package static let viewRemove = Text("Remove")
    package static let viewMakeDefault = Text("Begin with it")
    package static let viewNoDefault = Text("Begin with the plain list")
    package static let viewIsDefault = Text("You begin with it")
    package static let viewsYouSee = Text("Views of this list")
    package static let noViewsYet = Text("There is none yet. Filter and sort the list, then save what you see.")
    package static let presentFilters = Text("What the view keeps")
    package static let noFiltersSet = Text("No filter and the usual order.")
    /// The page on which a view of a list gets its name.
    package static func viewsOf(_ plural: String) -> Text { Text("\(plural): saved views") }
}

// MARK: Bulk edit

extension Text {
    package static let bulkChange = Text("Change …")
    package static let bulkWhat = Text("What to do")
    package static let bulkSet = Text("Set fields")
    package static let bulkSetHelp = Text("Tick the fields to change; all others stay as they are.")
    package static let bulkArchive = Text("Archive")
    package static let bulkRestore = Text("Restore from the archive")
    package static let bulkAllOrNothing = Text("All or nothing: if one is refused, change none")
    package static let bulkPreview = Text("Show what changes")
    package static let bulkApply = Text("Change them")
    package static let bulkBack = Text("Back to the list")
    package static let bulkAgain = Text("Choose something else")
    package static let bulkPreviewNote = Text("Nothing is changed yet.")
    package static let bulkRecord = Text("Record")
    package static let bulkOutcome = Text("What happens")
    package static let bulkUnchanged = Text("It is so already.")
    package static let bulkNoneWritten = Text("Nothing was changed, since not all could be.")
    package static let bulkNothingChosen = Text("Choose rows in the list first.")
    package static let bulkNoField = Text("Tick at least one field.")
    /// The value of one field set for many records.
    package static func bulkChangeField(_ label: String) -> Text { Text("Change “\(label)”") }
    package static func bulkTitle(_ number: Int, _ plural: String) -> Text {
        Text("Change \(count(number)) \(plural.prefix(1).lowercased() + plural.dropFirst())")
    }
    package static func bulkAllMatching(_ number: Int) -> Text { Text("All \(count(number)) that match") }
    package static func bulkTooMany(_ most: Int) -> Text {
        Text("Narrow the list to at most \(count(most)) to take all that match.")
    }
    package static func bulkSummary(changed: Int, unchanged: Int, refused: Int, isDone: Bool) -> Text {
        var parts = [isDone ? "\(count(changed)) changed" : "\(count(changed)) will change"]
        if unchanged > 0 { parts.append("\(count(unchanged)) \(isDone ? "were" : "are") so already") }
        if refused > 0 { parts.append("\(count(refused)) refused") }
        return Text(parts.joined(separator: ", "))
    }
}

// MARK: Undo

extension Text {
    package static let undo = Text("Undo")
    package static let undone = Text("Undone")
    package static let partlyUndone = Text("Undone in part")
    package static let yourLastChange = Text("Your last change")
    package static let answerSaved = Text("Your answer is saved")
    package static let actionUndone = Text("undone")
    package static let restoreTheseValues = Text("Restore these values")
    /// What an undo would take back.
    package static func changedByYou(_ version: Int) -> Text { Text("Version \(version) is yours.") }
    package static func undoneByYou(_ version: Int) -> Text {
        Text("Version \(version) has the former values again.")
    }
    package static func stayed(_ title: String, _ why: String) -> Text { Text("\(title) stays as it is: \(why)") }
    package static func undoneCount(_ number: Int) -> Text {
        Text(
            number == 1
                ? "One record has its former values again." : "\(count(number)) records have their former values again."
        )
    }
}

// MARK: Live updates

extension Text {
    package static let liveOffline = Text("No connection")
    package static let liveOfflineNote = Text(
        "What others change is not shown until it is back. What you type stays on this page.")
    /// With the person's name in place of the braces.
    package static let liveChangedBy = Text("{name} changed this now")
    package static let liveChangedForm = Text(
        "{name} changed this now. What you type stays; saving shows both versions.")
    package static let liveLeftList = Text("{name} changed this now; it is no longer in this list")
    package static let somebodyElse = Text("Somebody")
}
