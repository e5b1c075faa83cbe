// The English texts of framework libraries.

extension Text {
    package static let libraries = Text("Libraries")
    package static let librariesLead = Text(
        "Frameworks, mappings, reference controls, threats and risk matrices from files: a library in the form of CISO Assistant, or a framework of your own in YAML or CSV."
    )
    package static let noLibraries = Text("No libraries yet")
    package static let noLibrariesHelp = Text(
        "Import a file to follow a framework that Concord does not bring. First you see what it would do.")
    package static let importLibrary = Text("Import a library")
    package static let importLibraryLead = Text(
        "Nothing changes before you have seen what the file would do. All of it is imported, or nothing.")
    package static let libraryRefused = Text("Refused, and nothing is changed: mend the file and send it again")
    package static let libraryFile = Text("File")
    package static func libraryFileHelp(_ megabytes: Int) -> Text {
        Text("YAML or CSV, up to \(count(megabytes)) MB. A newer version of a library is an update: answers stay.")
    }
    package static let libraryPreview = Text("What the library would do")
    package static let rollBackPreview = Text("What the roll back would do")
    package static let libraryVersion = Text("Version")
    package static let library = Text("Library")
    package static let uniformName = Text("URN")
    package static let wholeRecord = Text("Record and history")
    package static let provider = Text("Provider")
    package static let libraryHolds = Text("Records")
    package static let libraryKeptOut = Text("Kept out")
    package static let applyLibrary = Text("Import it")
    package static let rollBack = Text("Roll back")
    package static let cancelLibrary = Text("Cancel")
    package static let libraryTakenBack = Text("Taken back")
    package static let libraryCounts = Text("Imported")
    package static let nothingChanges = Text("Nothing would change")
    package static let nothingChangesMeans = Text("All that the file says is here already.")
    package static let dependenciesMissing = Text("It rests on libraries that are not here")
    package static let answersTouched = Text("Answers belong to what changes")
    package static func answersTouchedMeans(_ answers: Int) -> Text {
        Text(
            answers == 1
                ? "One requirement that changes or goes was answered. The answer stays, and so does what is linked to it."
                : "\(count(answers)) requirements that change or go were answered. Answers stay, and so does what is linked to them."
        )
    }
    package static let libraryChanges = Text("What changes")
    package static func libraryChangesShown(_ shown: Int, of all: Int) -> Text {
        Text(shown == all ? "All are shown." : "The first \(count(shown)) of \(count(all)) are shown.")
    }
    package static let libraryRecordType = Text("Type")
    package static let answeredBefore = Text("Answered")
    package static let libraryRemarks = Text("What was read otherwise or kept out")
    package static let libraryCreates = Text("New")
    package static let libraryUpdates = Text("Changed")
    package static let libraryArchives = Text("Archived")
    package static let libraryRestores = Text("Back from the archive")
    package static let libraryUnchanged = Text("Unchanged")
    package static let keptOutWord = Text("Kept out")
    package static let readOtherwise = Text("Read otherwise")
    package static let remarkWhy = Text("Why")
    package static let versionBefore = Text("Version now")
    package static let versionAfter = Text("Version then")
    package static let noVersion = Text("None")
    package static let libraryFrameworks = Text("Frameworks")
    package static let libraryFrameworksLead = Text(
        "A framework is assessed once it is adopted: the posture counts only what you follow.")
    package static let adoptFramework = Text("Adopt it")
    package static let adoptedAlready = Text("Adopted")
    package static let earlierVersions = Text("Earlier versions")
    package static let earlierVersionsLead = Text("A roll back reads the file that was kept. Answers stay.")
    package static let noEarlierVersions = Text(
        "There is none. A roll back takes the whole library back; answers stay.")
    package static let takeBackLibrary = Text("Take the library back")
    package static let formerItems = Text("Answers to items of former versions")
    package static let formerItemsLead = Text(
        "These items are no longer in the library. They were answered, and the answers stay.")
    package static let mayNotImportLibrary = Text("Libraries are imported by the compliance lead or an administrator.")
    package static func toVersion(_ version: Int) -> Text { Text("Back to version \(version)") }
}
