// The English texts of the frame and of the shared components. Texts of a page stand in a file of their own beside
// this one.

// MARK: Frame

extension Text {
    package static let productName = Text("Concord")
    package static let skipToContent = Text("Skip to content")
    package static let mainNavigation = Text("Main")
    package static let openMenu = Text("Open menu")
    package static let closeMenu = Text("Close menu")
    package static let close = Text("Close")
    package static let search = Text("Search")
    package static let searchEverything = Text("Search everything")
    package static let searchKey = Text("Ctrl K")
    package static let switchOrganisation = Text("Switch organisation")
    package static let signIn = Text("Sign in")
    package static let signOut = Text("Sign out")
    package static let theme = Text("Appearance")
    package static let themeLight = Text("Light")
    package static let themeDark = Text("Dark")
    package static let themeAuto = Text("As the system")
    package static let backToNow = Text("Back to now")
    package static let nothingCanBeChangedHere = Text("Nothing can be changed here.")
    package static let serverNote = Text(
        "Failed sign-ins are written to the ledger of this server. No data leaves it.")

    /// A title in the browser's tab.
    package static func windowTitle(_ page: String, organisation: String?) -> Text {
        Text([page, organisation, productName.string].compactMap { $0 }.joined(separator: " · "))
    }
    /// Where the page stands in the ledger.
    package static func nowAtLedger(_ index: Int) -> Text { Text("Now, ledger \(count(index))") }
    /// The latest signed checkpoint of the ledger.
    package static func checkpoint(_ time: String) -> Text { Text("checkpoint \(time)") }
    /// The band over a page that shows the past.
    package static func youLookAt(_ day: String, ledgerIndex: Int) -> Text {
        Text("You look at \(day), ledger entry \(count(ledgerIndex)).")
    }
    /// The menu of the person who is signed in.
    package static func menuOf(_ name: String) -> Text { Text("Menu of \(name)") }
}

// MARK: Saving, for the script

extension Text {
    package static let saving = Text("Saving")
    package static let saved = Text("Saved")
    package static let notSaved = Text("Not saved")
    package static let offline = Text("Waiting")
    package static let online = Text("The server is back, everything is saved")
    package static let conflict = Text("Conflict")
    package static let invalid = Text("Needs a change")
    package static let signedOut = Text("Signed out, not saved")
    package static let unsavedChanges = Text("Unsaved changes")
    package static let notPossibleHere = Text("This answer is not possible here")
    package static let noConnection = Text("No connection")
    /// Shown while answers wait; the script puts the number in place of `{n}`.
    package static let answersWait = Text(
        "Answers waiting in this browser: {n}. They are sent when the server is back. Do not close this page.")
}

// MARK: Status

extension Text {
    package static let conform = Text("Conform")
    package static let partlyConform = Text("Partly conform")
    package static let partly = Text("Partly")
    package static let nonconform = Text("Nonconform")
    package static let notApplicable = Text("Not applicable")
    package static let notApplicableShort = Text("N/A")
    package static let unknown = Text("Unknown")
    package static let notAssessed = Text("Not assessed")
    package static let nobodyYet = Text("Nobody yet")
    package static let noValue = Text("–")
    package static let yes = Text("Yes")
    package static let no = Text("No")
    package static let notStated = Text("Not stated")

    /// A stacked bar in words; parts that are zero are left out, but unknown never is.
    package static func posture(
        _ label: String, conform: Int, partly: Int, nonconform: Int, notApplicable: Int, unknown: Int
    ) -> Text {
        let parts = [
            (conform, "conform"), (partly, "partly"), (nonconform, "nonconform"), (notApplicable, "not applicable"),
        ]
        let words = parts.filter { $0.0 != 0 }.map { "\(count($0.0)) \($0.1)" } + ["\(count(unknown)) unknown"]
        return Text("\(label): \(words.joined(separator: ", "))")
    }
}

// MARK: Tables, filters, pages

extension Text {
    package static let filters = Text("Filters")
    package static let apply = Text("Apply")
    package static let anyValue = Text("Any")
    package static let savedViews = Text("Saved views")
    package static let saveView = Text("Save view")
    package static let pages = Text("Pages")
    package static let previous = Text("Previous")
    package static let next = Text("Next")
    package static let chooseAllOnPage = Text("Choose all rows on this page")
    package static let chosenRows = Text("Chosen rows")
    package static let showAsTable = Text("Show as a table")
    package static let items = Text("Items")
    package static let standard = Text("Standard")
    package static let distribution = Text("Distribution")
    package static let result = Text("Result")
    package static let count = Text("Count")
    package static let to = Text("to")
    package static let noData = Text("no data")

    /// The checkbox of one row.
    package static func choose(_ title: String) -> Text { Text("Choose \(title)") }
    /// How many filters are set, on the folded bar of a phone.
    package static func filtersSet(_ number: Int) -> Text { Text(number == 0 ? "none set" : "\(number) set") }
    /// A number in a table that leads to the items it counts.
    package static func countOf(_ what: String, _ label: String) -> Text { Text(" \(what), \(label)") }
    /// A reading with its interval.
    package static func interval(_ low: String, _ high: String) -> Text { Text("\(low) to \(high)") }
}

// MARK: Forms

extension Text {
    package static let required = Text("(required)")
    package static let save = Text("Save")
    package static let cancel = Text("Cancel")
    package static let choosePrompt = Text("Choose …")
    package static let find = Text("Find")
    package static let remove = Text("Remove")
    package static let markdownHelp = Text("Markdown")
    package static let jsonHelp = Text("JSON")
    package static let invalidJSON = Text("This is not valid JSON.")

    /// The heading of an error summary.
    package static func notSavedFields(_ number: Int) -> Text {
        Text(number == 1 ? "Not saved: 1 field needs a change" : "Not saved: \(number) fields need a change")
    }
    /// The search box of a reference with many possible targets.
    package static func findIn(_ label: String) -> Text { Text("Search for \(label)") }
    /// What a file field holds now.
    package static func currentFile(_ name: String) -> Text { Text("Now: \(name)") }
    /// The version a form started from.
    package static func editingVersion(_ version: Int) -> Text { Text("You are editing version \(version)") }
}

// MARK: Record pages

extension Text {
    package static let lifecycle = Text("Lifecycle")
    package static let history = Text("History")
    package static let proofLink = Text("Check the proof")
    package static let field = Text("Field")
    package static let before = Text("Before")
    package static let after = Text("After")
    package static let by = Text("By")
    package static let you = Text("You")
    package static let yours = Text("Yours")
    package static let changedByBoth = Text("Changed by both: choose one each")
    package static let changedByOne = Text("Changed by one: taken over")
    package static let nothingLost = Text("Nothing of yours is lost, and nothing is saved yet")
    package static let backToForm = Text("Back to the form")
    package static let dropMyChanges = Text("Drop my changes")
    package static let reason = Text("Reason")
    package static let keepMine = Text("Save mine")
    package static let takeTheirs = Text("Take theirs")

    /// A version of a record.
    package static func version(_ version: Int) -> Text { Text("Version \(version)") }
    /// A version with the person who saved it.
    package static func versionOf(_ name: String, _ version: Int) -> Text { Text("\(name), version \(version)") }
    /// The version before both changes.
    package static func beforeVersion(_ version: Int) -> Text { Text("Before, version \(version)") }
    /// The button that ends a conflict.
    package static func saveAsVersion(_ version: Int) -> Text { Text("Save as version \(version)") }
    /// What led to a conflict.
    package static func conflictStory(base: Int, name: String, theirs: Int, time: String, both: Int, one: Int) -> Text {
        Text(
            """
            You started from version \(base). \(name) saved version \(theirs) \(time). \
            Fields changed by both of you: \(both), by one of you: \(one).
            """)
    }
    /// A ledger entry.
    package static func entry(_ index: Int) -> Text { Text("entry \(count(index))") }
    /// The reason that a person gave for a change.
    package static func reasonGiven(_ reason: String) -> Text { Text("Reason given: “\(reason)”") }
    /// A conflict in one row.
    package static func answeredBy(_ name: String, _ time: String) -> Text { Text("\(name) answered this at \(time)") }
    /// What both chose in one row.
    package static func bothAnswers(theirs: String, mine: String) -> Text {
        Text("They chose “\(theirs)”, you chose “\(mine)”.")
    }
}

// MARK: Assessment rows

extension Text {
    package static let keys = Text("Keys")
    package static let allKeys = Text("All keys")
    package static let keysNote = Text("Single keys work only while the focus is in the list of rows.")
    package static let keyMove = Text("next and previous row")
    package static let keyAnswer = Text("conform, partly, nonconform, not assessed, not applicable")
    package static let keyMaturity = Text("maturity")
    package static let keyNote = Text("note")
    package static let keyEvidence = Text("evidence")
    package static let keyOpen = Text("open the detail")
    package static let keySearch = Text("search")
    package static let keyFilter = Text("filter")
    package static let keyHelp = Text("this list of keys")
    package static let keyBack = Text("back to the row")
    package static let sharedClause = Text("Shared clause, one answer serves both")
    package static let sharedOwnParts = Text("Shared clause, own part each")
    package static let note = Text("Note")
    package static let addNote = Text("Add note")
    package static let maturity = Text("Maturity")
    package static let owner = Text("Owner")
    package static let evidence = Text("Evidence")
    package static let state = Text("State")
    package static let reference = Text("Reference")
    package static let requirement = Text("Requirement")

    /// A row that belongs to one standard.
    package static func onlyIn(_ standard: String) -> Text { Text("Only in \(standard)") }
    /// The radio group of a row or of one standard's part.
    package static func resultOf(_ reference: String, _ standard: String?) -> Text {
        Text(standard.map { "Result of \(reference) for \($0)" } ?? "Result of \(reference)")
    }
    /// An answer with its key.
    package static func answerKey(_ answer: String, _ key: Int) -> Text { Text("\(answer) (\(key))") }
    /// The select of the maturity level.
    package static func maturityOf(_ reference: String) -> Text { Text("Maturity of \(reference)") }
    /// Follows the number of pieces of evidence.
    package static func evidenceOf(_ reference: String) -> Text { Text(" pieces of evidence for \(reference)") }
}
