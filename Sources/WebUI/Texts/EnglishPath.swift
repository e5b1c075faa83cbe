// The English texts of the guided path from ISO/IEC 27001 to ISO/IEC 42001.
package import Governance

extension Text {
    package static let path = Text("From 27001 to 42001")
    package static let pathTitle = Text("From ISO/IEC 27001 to ISO/IEC 42001")
    package static let pathLead = Text(
        "For an organisation that runs an ISMS already. Nothing counts as conform with ISO/IEC 42001 before a person says so."
    )
    package static let pathSteps = Text("Steps of the path")
    package static let stepDone = Text("Done")
    package static let stepOpen = Text("To do")
    package static let goOn = Text("Go on")

    package static func step(_ step: PathView.Step) -> Text {
        switch step {
        case .standards: Text("Standards")
        case .records: Text("What you have")
        case .additions: Text("What is new")
        case .confirmation: Text("Confirm for AI")
        case .plan: Text("Plan")
        }
    }
    package static func stepTitle(_ step: PathView.Step) -> Text {
        switch step {
        case .standards: Text("Adopt both standards")
        case .records: Text("Bring in what the ISMS has")
        case .additions: Text("What ISO/IEC 42001 adds")
        case .confirmation: Text("Confirm shared answers for AI")
        case .plan: Text("Turn the rest into a plan")
        }
    }
    package static func stepLead(_ step: PathView.Step) -> Text {
        switch step {
        case .standards:
            Text(
                "Answer ISO/IEC 27001 first, with only that standard in scope: an answer given then never fills the other one. Then take ISO/IEC 42001 into the scope."
            )
        case .records:
            Text("Import from CSV or a workbook. What you choose for a column is remembered for the next file.")
        case .additions:
            Text(
                "Shared clauses with an AI part of their own, clauses that only ISO/IEC 42001 has, and its controls, with what you have that may serve them."
            )
        case .confirmation:
            Text("Each row was answered for ISO/IEC 27001 only. Say for each whether the same holds for AI.")
        case .plan: Text("Every open item of ISO/IEC 42001 becomes a task with an assignee and a day.")
        }
    }
}

// MARK: Standards and records

extension Text {
    package static func adopted(_ standard: String) -> Text { Text("\(standard) is adopted") }
    package static func inScope(_ standard: String) -> Text { Text("\(standard) is in the scope of the assessment") }
    package static func adopt(_ standard: String) -> Text { Text("Adopt \(standard)") }
    package static let takeIntoScope = Text("Take ISO/IEC 42001 into the scope")
    package static let takeOutOfScope = Text("Take ISO/IEC 42001 out of the scope for now")
    package static let noAssessmentForPath = Text("There is no assessment that you may see.")
    package static func bothInScope(_ rows: Int) -> Text {
        Text(
            rows == 1
                ? "1 shared row has no answer for ISO/IEC 27001 yet"
                : "\(count(rows)) shared rows have no answer for ISO/IEC 27001 yet")
    }
    package static let bothInScopeMeans = Text(
        "With both standards in scope, an answer to a row that both ask for alike fills both. To confirm each of them for AI, take ISO/IEC 42001 out of the scope until ISO/IEC 27001 is answered."
    )
    package static let answer27001 = Text("Answer ISO/IEC 27001")
    package static let importList = Text("Import")
    package static let notInScope = Text("Not in scope")
    package static let whatItIs = Text("List")
    package static let emptyTable = Text("Empty table")
    package static let showList = Text("Show")
    package static let isNoneYet = Text("None yet")
    package static let pathDecisions = Text("Statement of Applicability")
    package static let pathDecisionsHelp = Text(
        "Whether each control of Annex A applies and why. The empty table has a row for each of the 93 controls.")
    package static let pathControlsHelp = Text("Your controls, with the controls of Annex A that each one carries.")
    package static let pathRisksHelp = Text("Your risks, with the controls that treat them.")
    package static let pathFindingsHelp = Text(
        "The open findings of the last audit. Open nonconformities lower what is shown of their requirements.")
    package static let pathFindings = Text("Result of the last audit")
    package static let importsWriteNoResult = Text("An import never writes a result for ISO/IEC 42001.")
}

// MARK: Additions

extension Text {
    package static let whyNew = Text("Why")
    package static let whatServes = Text("What you have")
    package static let newClause = Text("Only in ISO/IEC 42001")
    package static let newControl = Text("Control of Annex A")
    package static let nothingServes = Text("Nothing linked yet")
    package static let inferredServes = Text("Inferred")
    package static let inferredMeans = Text(
        "Inferred: it serves a related item of ISO/IEC 27001, by the crosswalk. Look at it and link it where it fits; it changes no result."
    )
    package static let isPartialList = Text("More is linked than is looked at here.")
    package static func servedOf(_ served: Int, _ all: Int, inferred: Int) -> Text {
        Text(
            "\(count(served)) of \(count(all)) have a control or evidence of their own, \(count(inferred)) more have something that the crosswalk points to"
        )
    }
    package static func moreServing(_ more: Int) -> Text { Text("and \(count(more)) more") }
    package static func throughItems(_ items: [String]) -> Text { Text("through \(items.joined(separator: ", "))") }
    package static func relatedItem(_ reference: String, _ relationship: String, _ strength: Int) -> Text {
        Text("27001 \(reference) (\(relationship), \(strength) of 10)")
    }
}

// MARK: Confirmation and plan

extension Text {
    package static let nothingWaits = Text("Nothing waits for a confirmation")
    package static func nothingWaitsWhy(_ confirmed: Int) -> Text {
        Text(
            confirmed == 0
                ? "As soon as shared rows are answered for ISO/IEC 27001 alone and ISO/IEC 42001 is in the scope, they stand here."
                : "\(count(confirmed)) shared rows are answered for both standards.")
    }
    package static func waitingOf(_ waiting: Int, confirmed: Int) -> Text {
        Text("\(count(waiting)) to confirm, \(count(confirmed)) answered for both")
    }
    package static let answeredFor27001 = Text("Answered for ISO/IEC 27001")
    package static let aiPart = Text("What AI adds")
    package static let asksTheSame = Text("Both standards ask for the same; look whether it also covers your AI.")
    package static let questionsForAI = Text("What to ask for AI")
    package static func confirmSame(_ result: String) -> Text { Text("Holds for AI: \(result.lowercased())") }
    package static let itDiffers = Text("It differs for AI")
    package static let resultForAI = Text("Result for ISO/IEC 42001")
    package static let noteForAI = Text("Note")
    package static let later = Text("Later")
    package static let saveDifferent = Text("Save this result")
    package static let chooseResult = Text("Choose the result for ISO/IEC 42001")
    package static let othersWaiting = Text("Also waiting")
    package static let mayNotAnswerRow = Text(
        "A row is answered by the compliance lead, the AI risk officer, the data security officer or its owner.")
    package static let noGapsLeft = Text("No open item of ISO/IEC 42001")
    package static let noGapsLeftWhy = Text("Every item in scope is conform or not applicable.")
    package static let noScopeForPlan = Text("ISO/IEC 42001 is not in the scope yet")
    package static let noScopeForPlanWhy = Text(
        "Take it into the scope in the first step; then its open items stand here.")
    package static let makeTasks = Text("Make tasks of the chosen items")
    package static let makeAllTasks = Text("Make tasks of all without one")
    package static let planAssignee = Text("Assignee of the tasks")
    package static let planDue = Text("Due on")
    package static let chooseItems = Text("Choose at least one item")
    package static func gapsOf(_ gaps: Int, withTask: Int) -> Text {
        Text("\(count(gaps)) open items, \(count(withTask)) with an open task")
    }
    package static func tasksMade(_ made: Int) -> Text {
        Text(made == 1 ? "1 task was made" : "\(count(made)) tasks were made")
    }
    package static let openTasksAreKept = Text("An item with an open task gets no second one.")
}
