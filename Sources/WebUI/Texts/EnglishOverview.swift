// The English texts of the overview, of frameworks and of the ledger.
package import RecordKit
package import Records

// MARK: Overview

extension Text {
    package static let whereWeStand = Text("Where we stand")
    package static let beginAssessment = Text("Begin the assessment")
    package static let continueAssessment = Text("Continue the assessment")
    package static let postureLead = Text(
        "What people assessed, lowered where measurements are worse. Unknown counts neither for nor against.")
    package static let howComputed = Text("How this is computed")
    /// The rule behind every number of the posture, in words.
    package static let formula = [
        Text("Each requirement of a standard in scope counts once. Headings above requirements do not count."),
        Text("Assessed is the present answer of a person. Without an answer it is unknown."),
        Text("A control counts as not applicable if its applicability decision says so. Clauses always apply."),
        Text(
            "Measured comes from evidence, tasks and findings that are linked to the requirement or to one of its "
                + "controls: supported with evidence that is in date and nothing overdue, weakened if all evidence is "
                + "out of date, a task is overdue or a minor nonconformity is open, failing if a corrective action is "
                + "overdue or a major nonconformity is open."),
        Text(
            "Shown is the assessed result, lowered where measured is worse: weakened makes conform partly, failing "
                + "makes conform and partly nonconform. A measurement never raises a result and never fills an unknown."
        ),
        Text("The parts of a bar are these counts. There is no score: a percentage over unknowns would mislead."),
    ]
    package static let clauses = Text("Clauses")
    package static let annexControls = Text("Annex A controls")
    package static let noPairs = Text("Only one standard is in scope, so no row serves two.")
    package static let whatNext = Text("What to do next")
    package static let whatNextLead = Text(
        "Gaps without an owner or without an open task: first what stands in the way of a certificate, then nonconform "
            + "before partly, then what counts for more standards.")
    package static let inTheWayOfCertificate = Text("in the way")
    package static let noTargetDay = Text("no certification day named")
    package static let nothingAnswered = Text("Nothing answered yet")
    package static let noClauseInTheWay = Text("No clause stands in the way of the certificate.")
    package static let clausesInTheWayWhy = Text("Each can be raised as a major nonconformity.")
    package static let clausesUnknownWhy = Text("Until they are answered nobody knows what stands in the way.")
    package static let nothingWorse = Text("No requirement is shown worse than then.")
    package static let nothingToCompare = Text(
        "The assessment is younger than that, so there is nothing to compare with.")
    package static let notAllCompared = Text("There are more; not all could be compared.")
    package static let waitingForYou = Text("Waiting for you")
    package static let nothingWaitsForYou = Text("No decision and no row of the assessment waits for you.")

    package static func wantedBy(_ day: Day) -> Text { Text("wanted by \(dayWords(day).string)") }
    package static func toBeAnswered(_ number: Int) -> Text { Text("\(count(number)) requirements to assess") }
    package static func clausesInTheWay(_ number: Int) -> Text {
        Text(
            number == 1
                ? "1 clause stands in the way of the certificate."
                : "\(count(number)) clauses stand in the way of the certificate.")
    }
    package static func clausesUnknown(_ number: Int) -> Text {
        Text(number == 1 ? "1 clause is unknown." : "\(count(number)) clauses are unknown.")
    }
    package static func becameWorse(_ days: Int) -> Text { Text("Became worse in the last \(days) days") }
    package static func wasBefore(_ result: String) -> Text { Text("Was \(result.lowercased()).") }
    package static func rowsOfMine(_ rows: Int) -> Text {
        Text(rows == 1 ? "1 row of yours with a gap or unknown" : "\(count(rows)) rows of yours with a gap or unknown")
    }
    package static let gap = Text("Gap")
    package static let work = Text("Work")
    package static let hasOpenTask = Text("Task open")
    package static let hasNoOpenTask = Text("No open task")
    package static let action = Text("Action")
    package static let nothingToTake = Text("No gap waits for somebody")
    package static let nothingAnsweredYet = Text("Nothing is answered yet, so nothing is known about gaps.")
    package static let noGaps = Text("No row is partly conform or nonconform. What is unknown may still be a gap.")
    package static let allGapsTaken = Text("Every gap has an owner and an open task.")
    package static let loweredLead = Text("Somebody answered better than evidence and tasks show.")
    package static let overdueTasks = Text("Overdue tasks")
    package static let noTasksOfMine = Text("No open task is yours.")
    package static let nothingOverdue = Text("No open task is overdue.")
    package static let allTasks = Text("All tasks")
    package static let evidenceEnding = Text("Evidence running out")

    package static func overviewLead(_ standards: [String], _ day: String) -> Text {
        switch standards.count {
        case 0: Text(day)
        case 1: Text("\(standards[0]), \(day).")
        default:
            Text("\(standards.dropLast().joined(separator: ", ")) and \(standards.last ?? "") in one system, \(day).")
        }
    }
    package static func rowsCover(_ rows: Int, _ items: Int) -> Text {
        Text("\(rowCount(rows).string) cover \(count(items)) items")
    }
    /// What one list for both standards saves.
    package static func workSaved(once: Int, share: Int, split: Int, own: Int) -> Text {
        Text(
            """
            Pairs of clauses: \(once) answered once for both standards, \(share) with a part for each, \
            \(split) split by a person. \(rowCount(own).string) belong to one standard only.
            """)
    }
    package static func allGaps(_ rows: Int) -> Text {
        Text(rows == 1 ? "The 1 row with a gap" : "All \(count(rows)) rows with gaps")
    }
    package static func rowsUnknown(_ rows: Int) -> Text {
        Text("\(rowCount(rows).string) with something that is unknown")
    }
    package static func forWhat(_ title: String) -> Text { Text(": \(title)") }
    package static func noEvidenceEnding(_ days: Int) -> Text {
        Text("No evidence is out of date or will be within \(days) days.")
    }
    package static func validTo(_ day: Day) -> Text { Text("valid until \(dayWords(day).string)") }
}

// MARK: Frameworks

extension Text {
    package static let originOfContent = Text("Origin of the content")
    package static let publisher = Text("Publisher")
    package static let edition = Text("Edition")
    package static let licence = Text("Licence")
    package static let originOfTexts = Text("Origin of the texts")
    package static let fullText = Text("Full text")
    package static let contentDigest = Text("SHA-256 of the content")
    package static let subject = Text("Subject")
    package static let relatedItems = Text("Related items")
    package static let noItemFits = Text("No item fits")
    package static let showAllItems = Text("Show all items")

    package static func relatedCount(_ number: Int) -> Text { Text("\(count(number)) related items") }
    package static func itemsShown(_ shown: Int, _ all: Int) -> Text {
        Text(shown == all ? "\(count(all)) items" : "\(count(shown)) of \(count(all)) items")
    }
    /// A relation read from the item of the page.
    package static func relationWords(_ relation: Mapping.Relationship, _ strength: Int) -> Text {
        let words =
            switch relation {
            case .equal: "asks for the same"
            case .subset: "is contained in it"
            case .superset: "contains it"
            case .intersects: "overlaps with it"
            }
        return Text("\(words), strength \(strength) of 10")
    }
}

// MARK: Ledger

extension Text {
    package static let ledgerLead = Text(
        "Every change of this organisation's records is one entry of an append-only ledger.")
    package static let ledgerNow = Text("The ledger now")
    package static let entries = Text("Entries")
    package static let signedName = Text("Signed as")
    package static let lastCheckpoint = Text("Last checkpoint")
    package static let notSignedYet = Text("Nothing is signed yet")
    package static let signedNote = Text("Signed note")
    package static let verifierKey = Text("Verifier key")
    package static let whatItProves = Text("What it proves")
    package static let itProves = Text("It proves")
    package static let itDoesNotProve = Text("It does not prove")
    package static let ledgerProves = [
        Text("That an entry was in the ledger when a checkpoint was signed, and has not changed since."),
        Text("That a later checkpoint continues an earlier one: nothing was taken out, changed or put in between."),
        Text("That a record's revision, shown with its salt, is the one that its entry committed to."),
        Text("Whoever kept an earlier checkpoint can check this with the verifier key, without trusting this server."),
    ]
    package static let ledgerLimits = [
        Text("That what was written is true: it shows who stated what and when, by this server's clock."),
        Text("Anything about the time after the last checkpoint; entries after it are not signed yet."),
        Text(
            "That nobody holds the signing key: who has both the key and the database can write another history, "
                + "and only a checkpoint kept elsewhere shows it."),
        Text("That everything was recorded: what was never entered leaves no trace."),
    ]
    package static let lastEntries = Text("Last entries")
    package static let noEntries = Text("No entries yet")
    package static let noEntriesWhy = Text("The first change of a record makes the first entry.")
    package static let notForEmployees = Text("The list of entries is not for the employee role")
    package static let notForEmployeesWhy = Text("Everybody who runs, owns or audits something in the system sees it.")
    package static let index = Text("Entry")
    package static let object = Text("Object")
    package static let actor = Text("Actor")
    package static let leafHash = Text("Hash of the entry")

    package static func checkpointAt(_ size: Int, _ time: String) -> Text { Text("\(count(size)) entries, \(time)") }
    package static func entriesFromTo(_ first: Int, _ last: Int) -> Text {
        Text("Entries \(count(first)) to \(count(last)), newest first.")
    }
    package static func entriesOf(_ shown: Int, _ all: Int) -> Text { Text("\(count(shown)) of \(count(all)) entries") }
    package static func objectOf(_ label: String, _ version: Int) -> Text { Text("\(label), version \(version)") }
}
