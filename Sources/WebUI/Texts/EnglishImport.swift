// The English texts of imports.
package import Storage

extension Text {
    package static let importVerb = Text("Import")
    package static let importDay = Text("Sent")
    package static let mayNotImport = Text(
        "Your role neither creates nor changes records, so there is nothing to import.")
    package static let imports = Text("Imports")
    package static let importsLead = Text(
        "Your own imports. One that is not applied is forgotten after a week, with all that its file said.")
    package static let noImports = Text("No imports yet")
    package static let noImportsHelp = Text("Open a list and choose Import, or begin here.")
    package static let newImport = Text("New import")
    package static let newImportLead = Text(
        "A CSV file or an .xlsx workbook becomes records. First you see what it would do; nothing changes until you apply it."
    )
    package static let importType = Text("What the rows are")
    package static let importFile = Text("File")
    package static func importFileHelp(_ megabytes: Int, rows: Int) -> Text {
        Text("The first line has the headings. Up to \(count(megabytes)) MB and \(count(rows)) rows.")
    }
    package static let importReading = Text("How to read it")
    package static let delimiter = Text("Delimiter of a CSV file")
    package static let delimiterFound = Text("Find it")
    package static let delimiterComma = Text("Comma")
    package static let delimiterSemicolon = Text("Semicolon")
    package static let delimiterTab = Text("Tab")
    package static let encoding = Text("Encoding of a CSV file")
    package static let encodingAutomatic = Text("UTF-8, or what its byte order mark says")
    package static let encodingWindows = Text("Windows-1252")
    package static let sheet = Text("Sheet of a workbook")
    package static let sheetHelp = Text("Its name; empty takes the first one.")
    package static let readFile = Text("Read the file")
    package static let chooseFile = Text("Choose a file")
    package static let importColumns = Text("Columns")
    package static let importColumnsLead = Text(
        "Which field each column is. What you choose is remembered for the next file.")
    package static let undecided = Text("Choose …")
    package static let ignoreColumn = Text("Ignore this column")
    package static let columnID = Text("Id")
    package static let columnVersion = Text("Version at the export")
    package static let importStandard = Text("Standard of references")
    package static let importAnyStandard = Text("Any: a reference that several standards have is refused")
    package static let importStandardHelp = Text("Where a bare reference such as A.5.1 is looked up.")
    package static let importKey = Text("What tells whether a record exists already")
    package static let importKeyHelp = Text(
        "A row with the value of an existing record changes it; any other row makes a new record.")
    package static let keyNothing = Text("Nothing: every row is a new record")
    package static let keyByTitle = Text(
        "Several records can have the same value there. Where that is so, the row is an error.")
    package static let emptyCells = Text("Empty cells")
    package static let emptyLeave = Text("Leave the value as it is")
    package static let emptyClear = Text("Clear the value")
    package static let dryRun = Text("Show what it would do")
    package static let importPreview = Text("Preview")
    package static let line = Text("Line")
    package static let whatHappens = Text("What happens")
    package static let details = Text("Details")
    package static let allRows = Text("All rows")
    package static let applyImport = Text("Apply all of it")
    package static let discardImport = Text("Discard")
    package static let changeColumns = Text("Columns and options")
    package static let wholeReport = Text("Report as CSV")
    package static let nothingToApply = Text("Nothing would change")
    package static let nothingToApplyMeans = Text("Every row is as the records are. There is nothing to apply.")
    package static let importHasErrors = Text("Nothing can be applied yet")
    package static let importReady = Text("Ready to be applied")
    package static let importInterrupted = Text("The server stopped while this was applied")
    package static let importInterruptedMeans = Text("Nothing of it was done. It can be applied again.")
    package static let importApplying = Text("It is being applied")
    package static let importApplyingMeans = Text("Open this page again in a moment.")
    package static let importStaged = Text("The columns are not settled yet")
    package static let importApplied = Text("Applied")
    package static let importNoRows = Text("No such rows")
    package static let importNoRowsHelp = Text("Choose another group of rows.")
    package static let importFromRow = Text("First rows")

    package static func importErrorsMean(_ errors: Int) -> Text {
        Text("\(rows(errors).string) with errors. Mend the file and send it again, or change the columns.")
    }
    package static func importReadyMeans(_ counts: ImportJob.Counts) -> Text {
        Text("\(count(counts.creates)) new, \(count(counts.updates)) changed. All of it is done, or nothing.")
    }
    package static func importAppliedMeans(_ counts: ImportJob.Counts) -> Text {
        Text(
            "\(count(counts.creates)) records were made and \(count(counts.updates)) changed; "
                + "\(count(counts.unchanged)) rows were as the records are.")
    }
    package static func rows(_ number: Int) -> Text { Text("\(count(number)) \(number == 1 ? "row" : "rows")") }
    package static func importOf(_ plural: String) -> Text { Text("Import of \(plural)") }
    package static func importMeta(_ file: String, _ rows: Int, _ moment: String) -> Text {
        Text("\(file), \(count(rows)) \(rows == 1 ? "row" : "rows"), \(moment)")
    }
    package static func noticeRows(_ number: Int) -> Text {
        Text("\(count(number)) \(number == 1 ? "row has" : "rows have") something to look at that does not hinder.")
    }
    package static func ofRow(_ action: ImportRow.Action?) -> Text {
        switch action {
        case .create: Text("New")
        case .update: Text("Changed")
        case .unchanged: Text("Unchanged")
        case .error: Text("Error")
        case nil: Text("Not worked out")
        }
    }
    package static func stateOf(_ state: ImportJob.State) -> Text {
        switch state {
        case .receiving: Text("Being read")
        case .staged: Text("Columns open")
        case .planned: Text("Previewed")
        case .applying: Text("Being applied")
        case .interrupted: Text("Interrupted")
        case .applied: Text("Applied")
        }
    }
    /// The tab of one group of rows.
    package static func rowsOf(_ action: ImportRow.Action, _ number: Int) -> Text {
        Text("\(ofRow(action).string) (\(count(number)))")
    }
    /// A problem beside its column.
    package static func inColumn(_ heading: String, _ message: String) -> Text {
        Text(heading.isEmpty ? message : "\(heading): \(message)")
    }
}
