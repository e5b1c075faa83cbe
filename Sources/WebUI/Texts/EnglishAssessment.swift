// The English texts of the assessment: its page, its rows, the detail of a row.
package import Governance
package import RecordKit
package import Storage

// MARK: The page

extension Text {
    package static let assessments = Text("Assessments")
    package static let assessmentLead = Text(
        "Answer each row once. Where both standards ask for the same thing, one answer serves both.")
    package static let closed = Text("Closed")
    package static let closedLead = Text("This assessment is closed. It can be read, but takes no more answers.")
    package static let aboutAssessment = Text("About this assessment")
    package static let whatIsUnknown = Text("Continue with what is unknown")
    package static let sections = Text("Sections")
    package static let allSections = Text("All")
    package static let section = Text("Section")
    package static let rows = Text("Rows")
    package static let row = Text("Row")
    package static let page = Text("Page")
    package static let shownAs = Text("Shown as")
    package static let gaps = Text("Gaps: partly or nonconform")
    package static let loweredRows = Text("Lowered by a measurement")
    package static let toConfirm = Text("Answered for the other standard only")
    package static let detailOfRow = Text("Detail of the chosen row")
    package static let openARow = Text(
        "Open a row to see what is asked, typical evidence, linked controls and its history.")
    package static let nothingInScope = Text("No standard is in scope")
    package static let nothingInScopeWhy = Text(
        "This assessment names no adopted framework that is in force. Choose at least one in the assessment's record.")
    package static let noRowFits = Text("No row fits all filters")
    package static let noRowFitsWhy = Text("Take one of the filters away, or search for fewer words.")
    package static let showAllRows = Text("Show all rows")
    package static let noAssessmentYet = Text("No assessment yet")
    package static let firstAssessment = Text("First assessment")
    package static let posture = Text("Posture")
    package static let meansNothing = Text("has a value that means nothing here")
    package static let queryUnreadable = Text("is too long or not percent-encoded")

    /// How many rows the filters leave.
    package static func rowsShown(_ shown: Int, _ all: Int) -> Text {
        Text(shown == all ? rowCount(all).string : "\(count(shown)) of \(rowCount(all).string)")
    }
    package static func rowCount(_ rows: Int) -> Text { Text(rows == 1 ? "1 row" : "\(count(rows)) rows") }
    /// The state of the whole assessment, in items of the standards.
    package static func answeredOf(_ answered: Int, _ total: Int, unknown: Int) -> Text {
        Text("\(count(answered)) of \(count(total)) items answered, \(count(unknown)) unknown")
    }
}

// MARK: Rows

extension Text {
    package static let splitClause = Text("Shared clause, answered apart")
    package static let evidenceTooOld = Text("all evidence is out of date")
    package static let correctiveActionOverdue = Text("a corrective action is overdue")
    package static let somebody = Text("Somebody")
    package static let anotherPerson = Text("another person")
    package static let theSystem = Text("Concord")
    package static let whyNotApplicable = Text("Why does the control not apply?")
    package static let whyNotApplicableHelp = Text(
        "Only for “not applicable”: at least 10 characters. The Statement of Applicability shows this reason.")
    package static let eachHasItsNote = Text("Each standard has a note of its own here: change it in the detail.")
    package static let nothingToConfirm = Text("there is nothing to confirm any more")
    package static let rowChangedShape = Text("the row was split or joined meanwhile; reload the page and answer again")
    package static let answerNotSaved = Text("Not saved")

    package static func tasksOverdue(_ number: Int) -> Text {
        Text(number == 1 ? "a task is overdue" : "\(number) tasks are overdue")
    }
    /// A result that stands lower than what a person answered.
    package static func lowered(standard: String, from: String, because: String) -> Text {
        Text("\(standard): answered “\(from.lowercased())”, lowered because \(because).")
    }
    package static func decided(applies: Bool, _ why: String) -> Text {
        Text("\(applies ? "Applies" : "Does not apply"): \(why)")
    }
    package static func appliesNot(_ why: String) -> Text { Text("Does not apply: \(why)") }
    /// An answer that was given while the other standard was not in scope.
    package static func answeredOnlyFor(_ other: String, confirmFor: String) -> Text {
        Text("Answered for \(other) only, confirm for \(confirmFor)")
    }
    package static func confirmFor(_ standard: String, _ result: String) -> Text {
        Text("Confirm for \(standard): \(result.lowercased())")
    }
    /// A message of a service, which begins in the middle of a sentence.
    package static func problem(_ message: String) -> Text {
        let text = message.prefix(1).uppercased() + message.dropFirst()
        return Text(text.hasSuffix(".") ? text : text + ".")
    }
    /// A field with its value, in a list of what somebody changed.
    package static func fieldIs(_ label: String, _ value: String) -> Text { Text("\(label.lowercased()): \(value)") }
}

// MARK: The detail of a row

extension Text {
    package static let whyRelated = Text("Why the two are related")
    package static let oneAnswerOrTwo = Text("One answer or two")
    package static let splitRow = Text("Answer each standard apart")
    package static let whySplit = Text(
        "One answer fills both standards. Split the row if one of them is met and the other is not.")
    package static let joinRow = Text("Join the row again")
    package static let whyJoin = Text("Possible when both standards have the same result.")
    package static let assessed = Text("Assessed")
    package static let measured = Text("Measured")
    package static let whyLowered = Text("Why lower")
    package static let questions = Text("Questions to ask")
    package static let typicalEvidence = Text("Typical evidence")
    package static let noEvidenceYet = Text("No evidence is linked to this requirement or to one of its controls.")
    package static let addEvidence = Text("Add evidence")
    package static let outOfDate = Text("Out of date")
    package static let runningOut = Text("Running out")
    package static let reviewed = Text("Reviewed")
    package static let notReviewed = Text("Not reviewed")
    package static let linkedControls = Text("Controls")
    package static let noControlsYet = Text("No control is linked to this requirement.")
    package static let linkControl = Text("New control for it")
    package static let implemented = Text("Implemented")
    package static let planned = Text("Planned")
    package static let retired = Text("Retired")
    package static let tasks = Text("Tasks")
    package static let noTasksYet = Text("No task is about this requirement.")
    package static let makeTask = Text("Make a task")
    package static let overdue = Text("Overdue")
    package static let dueDay = Text("Due on")
    package static let noDueDay = Text("no due day")
    package static let closestControl = Text("Closest control of the other standard")
    package static let closestControlNote = Text(
        "For information: controls are never merged, each is answered by itself. One control of yours may serve both.")

    package static func forStandard(_ standard: String, _ reference: String) -> Text {
        Text("\(standard), \(reference)")
    }
    package static func relation(_ relation: String, _ strength: Int) -> Text {
        Text("Relation of the two: \(relation), strength \(strength) of 10.")
    }
    package static func answeredWhen(_ day: Day, _ name: String?) -> Text {
        Text([dayWords(day).string, name].compactMap(\.self).joined(separator: ", "))
    }
    /// What evidence and tasks say by themselves, with the counts that say it.
    package static func measuredWords(_ measured: Measured?, _ status: StatusRow?) -> Text {
        guard let measured, let status else { return Text("Nothing is measured: no evidence and no overdue task.") }
        let pieces = status.evidence == 1 ? "1 piece" : "\(status.evidence) pieces"
        let tasks = status.tasksOpen == 1 ? "1 open task" : "\(status.tasksOpen) open tasks"
        let counts =
            "\(pieces) of evidence, \(status.evidenceStale) out of date; \(tasks), \(status.tasksOverdue) overdue"
        let word =
            switch measured {
            case .supported: "Supported"
            case .weakened: "Weakened"
            case .failing: "Failing, a corrective action is overdue"
            }
        return Text("\(word): \(counts).")
    }
    package static func period(_ from: Day, _ to: Day) -> Text {
        Text(from == to ? dayWords(from).string : "\(dayWords(from).string) to \(dayWords(to).string)")
    }
    package static func through(_ meta: String, _ control: String) -> Text { Text("\(meta), through \(control)") }
    package static func shownOf(_ shown: Int, _ all: Int) -> Text {
        Text("The first \(count(shown)) of \(count(all)).")
    }
    package static func dueOn(_ day: Day) -> Text { Text("due \(dayWords(day).string)") }
    package static func closeGap(_ reference: String, _ title: String) -> Text {
        Text("Close the gap in \(reference) \(title)")
    }
    package static func mayNotCreate(_ plural: String) -> Text { Text("Your role does not create \(plural).") }
    package static func maturityLevel(_ level: Int) -> Text {
        let words = ["nothing", "by chance", "repeatable", "defined", "measured", "always improved"]
        return Text(words.indices.contains(level) ? "\(level) \(words[level])" : String(level))
    }
    package static func historyTitle(_ record: String, _ action: String) -> Text {
        Text("\(record): \(action.asLabel.lowercased())")
    }
    package static func byWhomAt(_ name: String, _ time: String) -> Text { Text("\(name), \(time)") }
}

// MARK: Days and times

extension Text {
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    /// A day as "24 November 2026".
    package static func dayWords(_ day: Day) -> Text {
        let parts = day.parts
        return Text("\(parts.day) \(months[parts.month - 1]) \(parts.year)")
    }
    /// A day and a time of day as "24 November 2026, 13:05".
    package static func momentWords(_ day: Day, minuteOfDay: Int) -> Text {
        let (hour, minute) = (minuteOfDay / 60, minuteOfDay % 60)
        return Text("\(dayWords(day).string), \(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)")
    }
}
