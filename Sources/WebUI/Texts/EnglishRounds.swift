// The English texts of assessments over time: delegated sections, the next round, what was carried over, comparison.
package import Governance

extension Text {
    package static let locked = Text("Locked")
    package static let lockedLead = Text(
        "This assessment is locked for review. It takes answers again once it is unlocked.")
    package static let mySections = Text("My delegated sections")

    // Carried over
    package static let reassessed = Text("Re-assessed")
    package static let carriedOver = Text("Carried over")
    package static let stillTrue = Text("Still true")
    package static let keyConfirm = Text("what was carried over still holds")
    package static func carriedOverFrom(_ note: String) -> Text {
        Text(note.isEmpty ? "Carried over" : "Carried over from \(note)")
    }
    /// What holds for one standard of a row alone.
    package static func partWords(_ standard: String, _ words: String) -> Text { Text("\(standard): \(words)") }
    package static func countReassessed(_ number: Int) -> Text { Text("\(count(number)) re-assessed") }
    package static func countCarriedOver(_ number: Int) -> Text { Text("\(count(number)) carried over") }
    /// The rows of a window, as the label of the link that leads there.
    package static func rowsFromTo(_ from: Int, _ to: Int, _ all: Int) -> Text {
        Text("Rows \(count(from)) to \(count(to)) of \(count(all))")
    }

    // Delegated sections
    package static let delegatedSections = Text("Delegated sections")
    package static let delegatedLead = Text(
        "Who answers which section. Whoever has one in hand submits it; a reviewer or lead accepts it or sends it back."
    )
    package static let sectionsInYourHands = Text("Sections in your hands")
    package static let nothingDelegated = Text("No section is delegated")
    package static let nothingDelegatedWhy = Text(
        "Put a section into somebody's hands: they answer its rows and submit it to you.")
    package static let delegate = Text("Delegate")
    package static let delegateLead = Text(
        "Choose a person for each section that you give away. A section inside another one may go to somebody else.")
    package static let delegateNobody = Text("Every section is delegated.")
    package static let reviewer = Text("Reviewer")
    package static let assignee = Text("Assignee")
    package static let findPeople = Text("Find people by name")
    package static let chooseSomebody = Text("Choose a person for at least one section.")
    package static let toRows = Text("Open the rows")
    package static let reasonNeeded = Text("Reason")
    package static let groupsTitle = Text("Implementation groups")
    package static let groupsLead = Text(
        "Items of the chosen groups are assessed, and those that belong to none. With no group chosen all are.")
    package static let noGroups = Text("No framework of this assessment has implementation groups.")
    package static func groupsOf(_ framework: String, _ groups: [String]) -> Text {
        Text("\(framework): only \(groups.joined(separator: ", ")).")
    }
    package static func unknownIn(_ number: Int) -> Text {
        Text(number == 1 ? "1 item unknown" : "\(count(number)) items unknown")
    }

    // The next round
    package static let nextRound = Text("Next assessment")
    package static let nextRoundLead = Text(
        "A new assessment with the same scope. Every answer is carried over and says so until somebody looks again.")
    package static let startNext = Text("Start the assessment")
    package static let roundTitle = Text("Title")
    package static let startsOn = Text("Starts on")
    package static let steps = Text("Steps")

    // Comparison
    package static let comparison = Text("Comparison")
    package static let comparisonLead = Text(
        "What people found, then and now. What is measured is of today and left out.")
    package static let compareWith = Text("Compare with")
    package static let then = Text("Then")
    package static let now = Text("Now")
    package static let change = Text("Change")
    package static let howFound = Text("How found")
    package static let noComparison = Text("Nothing to compare with")
    package static let noComparisonWhy = Text("This assessment continues no other one. Choose one to compare it with.")
    package static let noChangeFits = Text("No requirement changed so")
    package static let noChangeFitsWhy = Text("Choose another kind of change.")
    package static let allChanges = Text("All changes")
    package static let outOfScope = Text("not in scope")
    package static func thenAndNow(_ then: String, _ now: String) -> Text { Text("“\(then)” and “\(now)”") }
    package static func change(_ change: AssessedChange) -> Text {
        switch change {
        case .better: Text("Better")
        case .worse: Text("Worse")
        case .newlyAssessed: Text("Newly assessed")
        case .noLongerAssessed: Text("No longer assessed")
        case .applicability: Text("Applicability changed")
        case .added: Text("New in scope")
        case .removed: Text("Left the scope")
        case .same: Text("Unchanged")
        }
    }
}
