// The English texts of gaps, the plan and the library of controls.
package import Governance
package import RecordKit

// MARK: Gaps

extension Text {
    package static let gapList = Text("Gaps")
    package static let gapsLead = Text(
        "Requirements in scope that are nonconform, partly conform or unknown, and what closes them. Best first.")
    package static let byGap = Text("Gaps")
    package static let byMeasure = Text("Measures")
    package static let burndown = Text("Burn-down")
    package static let gapViews = Text("Ways to look at gaps")
    package static let gapsCounted = Text("How much is open")
    package static let severity = Text("Severity")
    package static let certification = Text("For a certificate")
    package static let closesWith = Text("What closes it")
    package static let possibleMajor = Text("Possible major")
    package static let minorAtLeast = Text("Minor at least")
    package static let notBlocking = Text("Not blocking")
    package static let notKnownYet = Text("Not known")
    package static let gapOrder = Text("Order")
    package static let orderEffect = Text("Effect against effort")
    package static let orderSeverity = Text("Severity")
    package static let orderEffort = Text("Effort, least first")
    package static let orderReference = Text("Place in the assessment")
    package static let orderOwner = Text("With an owner first")
    package static let withTask = Text("With an open task")
    package static let withoutTask = Text("Without an open task")
    package static let noGapFits = Text("No gap fits these filters")
    package static let noGapFitsWhy = Text("Show all gaps, or choose other filters.")
    package static let showAllGaps = Text("Show all gaps")
    package static let noGapAtAll = Text("Nothing is open")
    package static let noGapAtAllWhy = Text("Every requirement in scope is conform or does not apply.")
    package static let noMeasureKnown = Text("No suggestion of the catalogue serves it")
    package static let makeTasksOfGaps = Text("Make tasks")
    package static let taskOwnerHelp = Text("Without one: whoever owns the answer.")
    package static let taskDayHelp = Text("Without one: the day of the answer.")
    package static let taskMilestoneHelp = Text("Without one: outside the plan.")
    package static let dueBy = Text("Due on")
    package static let assignTo = Text("Assign to")
    package static let intoMilestone = Text("Milestone")
    package static let measure = Text("Measure")
    package static let wouldClose = Text("Would close")
    package static let effort = Text("Effort")
    package static let inYourLibrary = Text("In your library")
    package static let notInYourLibrary = Text("Not in your library")
    package static let effectPerDay = Text("Effect a day")
    package static let measureServes = Text("Open requirements that it serves")
    package static let procedureWords = Text("How")
    package static let testWords = Text("How one finds out whether it works")
    package static let gapRuleTitle = Text("How gaps are graded and put in order")
    /// The rule behind grades and order, in words.
    package static let gapRule = [
        Text("A row that one answer fills is one gap; where the standards are answered apart, each part is one."),
        Text(
            "Possible major: a clause 4 to 10 of ISO/IEC 42001 or 27001 that is nonconform or partly conform. An "
                + "auditor may find that the system does not work, and no certificate is granted while that stands."),
        Text("Minor at least: an applicable control of Annex A that is nonconform."),
        Text("Not blocking: a control that is partly conform, and every other framework. Not known: no answer yet."),
        Text(
            "A measure is a control that the catalogue suggests. It serves a requirement if the catalogue's list says "
                + "so, or if the crosswalk calls the requirement equal to one that it serves, or contained in it."),
        Text(
            "Effect: 3 points for each open requirement that may be a major nonconformity, 2 for another one that is "
                + "nonconform, 1 for partly conform, 0 for unknown. The order is by points for each day of effort."),
        Text("Days of effort are rough figures of the catalogue for a small organisation. Change them in the task."),
    ]
    package static let burndownLead = Text(
        "Computed from the revisions as of the end of each week, so that it shows what stood then.")
    package static let knownGaps = Text("Requirements nonconform or partly conform")
    package static let unknownOverTime = Text("Requirements without an answer")
    package static let openTasksOverTime = Text("Open tasks of every kind")
    package static let week = Text("Week to")
    package static let number = Text("Number")
    package static let openRecord = Text("Open")
    package static let taskWord = Text("Task")
    package static let controlWord = Text("Control")
    package static let stateWord = Text("State")

    /// "12 September": where the year is clear.
    package static func dayOfYear(_ day: Day) -> Text { Text(String(dayWords(day).string.dropLast(5))) }
    package static func effort(days: Int) -> Text { Text(days == 1 ? "1 day" : "\(count(days)) days") }
    package static func measureCloses(_ requirements: Int, _ frameworks: Int) -> Text {
        Text(
            "\(requirements == 1 ? "1 requirement" : "\(count(requirements)) requirements") of "
                + (frameworks == 1 ? "1 framework" : "\(count(frameworks)) frameworks"))
    }
    package static func pointsADay(_ text: String, _ points: Int) -> Text { Text("\(text) (\(count(points)) points)") }
    package static func gapsShown(_ first: Int, _ last: Int, _ all: Int) -> Text {
        Text(all == 0 ? "No gap" : "\(count(first)) to \(count(last)) of \(count(all)) gaps")
    }
    package static func gapsOfMeasure(_ title: String) -> Text { Text("What “\(title)” would close") }
    package static func tasksMade(_ made: Int, open: Int, gone: Int) -> Text {
        var words = [made == 1 ? "1 task was made." : "\(count(made)) tasks were made."]
        if open > 0 {
            words.append(
                open == 1 ? "1 gap has an open task already." : "\(count(open)) gaps have an open task already.")
        }
        if gone > 0 {
            words.append(gone == 1 ? "1 gap is not open any more." : "\(count(gone)) gaps are not open any more.")
        }
        return Text(words.joined(separator: " "))
    }
    package static func fromTo(_ first: Int?, _ last: Int?) -> Text {
        guard let last else { return Text("Nothing is known yet.") }
        guard let first else { return Text("\(count(last)) now; there was no such assessment when the chart begins.") }
        return Text("From \(count(first)) to \(count(last)).")
    }

    package static func certification(_ effect: CertificationEffect) -> Text {
        switch effect {
        case .possibleMajor: .possibleMajor
        case .minorAtLeast: .minorAtLeast
        case .notBlocking: .notBlocking
        case .notKnown: .notKnownYet
        }
    }
    package static func gapOrder(_ order: GapFilter.Order) -> Text {
        switch order {
        case .effect: .orderEffect
        case .severity: .orderSeverity
        case .effort: .orderEffort
        case .reference: .orderReference
        case .owner: .orderOwner
        }
    }
}

// MARK: Plan

extension Text {
    package static let plan = Text("Plan")
    package static let planLead = Text("Milestones by day, with the tasks that belong to them and what these close.")
    package static let newMilestone = Text("New milestone")
    package static let noMilestones = Text("No milestone yet")
    package static let noMilestonesWhy = Text(
        "A milestone is a day by which a part of the work should be done. Make one, then give it tasks from the gaps.")
    package static let timeline = Text("Timeline")
    package static let withoutMilestone = Text("Open tasks without a milestone")
    package static let openTasksWord = Text("Open tasks")
    package static let doneTasksWord = Text("Done")
    package static let overdueWord = Text("Overdue")
    package static let effortOpen = Text("Effort still open")
    package static let closes = Text("What it closes")
    package static let noTasksInMilestone = Text("No task belongs to it yet.")
    package static let everyTaskHasMilestone = Text("Every open task belongs to a milestone.")
    package static let todayWord = Text("Today")
    package static let planIncomplete = Text(
        "There is more than this page shows: see the lists of milestones and tasks.")
    package static let reachedWord = Text("Reached")
    package static let plannedWord = Text("Planned")
    package static let notEstimated = Text("not estimated")
    package static let toGaps = Text("To the gaps")

    /// Effort of open tasks; what nobody has estimated is counted, never taken for nothing.
    package static func effortSum(_ days: String, unestimated: Int) -> Text {
        let rest = unestimated == 1 ? "1 task not estimated" : "\(count(unestimated)) tasks not estimated"
        return Text(unestimated == 0 ? "\(days) days" : "\(days) days, \(rest)")
    }
    package static func daysOf(_ days: String) -> Text { Text(days == "1" ? "1 day" : "\(days) days") }
    package static func timelineSummary(_ planned: Int, _ reached: Int, _ late: Int) -> Text {
        Text("\(count(planned)) milestones planned, \(count(late)) of them overdue, and \(count(reached)) reached.")
    }
    package static func dueDay(_ day: Day) -> Text { Text("due on \(dayWords(day).string)") }
}

// MARK: Control library

extension Text {
    package static let controlLibrary = Text("Control library")
    package static let controlLibraryLead = Text(
        "One set of controls for all frameworks that you follow: suggested once, each with what it carries.")
    package static let libraryViews = Text("Parts of the library")
    package static let suggestedControls = Text("Suggestions")
    package static let ownControlsShown = Text("Your controls")
    package static let coverage = Text("Coverage")
    package static let duplicates = Text("Duplicates")
    package static let suggestion = Text("Suggestion")
    package static let serves = Text("Serves")
    package static let openNow = Text("Open now")
    package static let kindAndFrequency = Text("Type and frequency")
    package static let adoptChosen = Text("Take over")
    package static let takeOver = Text("Take over")
    package static let adoptAnyway = Text("Make them all the same")
    package static let suggestedLead = Text(
        "Not in your library yet. Taking over makes a planned control with all fields and requirements; change it then."
    )
    package static let everythingAdopted = Text("Every suggestion is in your library")
    package static let everythingAdoptedWhy = Text("Nothing is left to take over.")
    package static let probablyThere = Text("Probably there already")
    package static let similarNotMade = Text("Not made, since there is probably such a control")
    package static let carries = Text("Carries")
    package static let carriesNothing = Text("Nothing in your frameworks")
    package static let coverageLead = Text(
        "Requirements with an implemented control, with a planned one only, and with none. Applicability is not weighed."
    )
    package static let coveredBy = Text("Requirements and the controls that carry them")
    package static let implementedWord = Text("Implemented")
    package static let onlyPlanned = Text("Planned only")
    package static let noControl = Text("None")
    package static let duplicatesLead = Text(
        "Likeness is what two controls have in common over what either has. A pair is probable with 75 of 100 words of "
            + "the titles in common, or with 40 and half of the requirements, or from one suggestion.")
    package static let noDuplicates = Text("No probable duplicates")
    package static let noDuplicatesWhy = Text("No two controls are alike in their titles and requirements.")
    package static let notEveryPair = Text(
        "There are more controls than are compared at once: this list is not complete.")
    package static let keepThis = Text("Keep")
    package static let dropThat = Text("Retire")
    package static let mergeControls = Text("Merge")
    package static let mergeReason = Text("Why they are one")
    package static let mergeEffect = Text(
        "What the second serves is added to the first; evidence, tasks, risks and obligations follow; then it is retired "
            + "and archived.")
    package static let controlsMerged = Text("The controls were merged")
    package static let sameSuggestion = Text("From the same suggestion")

    package static func likeness(_ title: Int, _ requirements: Int) -> Text {
        Text("\(title) of 100 words of the titles, \(requirements) of 100 requirements in common")
    }
    package static func controlsAdopted(_ made: Int, already: Int) -> Text {
        let first = made == 1 ? "1 control was made." : "\(count(made)) controls were made."
        return Text(already == 0 ? first : "\(first) \(count(already)) were there already.")
    }
    package static func recordsMoved(_ moved: Int) -> Text {
        Text(moved == 1 ? "1 record names the other one now." : "\(count(moved)) records name the other one now.")
    }
    package static func similarTo(_ title: String) -> Text { Text("Alike: \(title)") }
}
