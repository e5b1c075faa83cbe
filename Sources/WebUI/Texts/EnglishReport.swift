// The English texts of the gap assessment report and of the page where one is chosen.
import Foundation
package import Governance
package import RecordKit

// MARK: The page

extension Text {
    package static let reports = Text("Reports")
    package static let gapReport = Text("Gap assessment report")
    package static let reportsLead = Text(
        "The gap assessment as a document: to read, to print, to send. It shows what you may see, as of one entry of "
            + "the ledger, and says how to verify that.")
    package static let reportAssessment = Text("Assessment")
    package static let reportSections = Text("Sections")
    package static let reportSectionsHelp = Text("None chosen means all.")
    package static let reportAsOf = Text("As of")
    package static let reportAsOfHelp = Text("A day (2026-06-30), a time or an entry of the ledger; empty for now.")
    package static let reportFormat = Text("Format")
    package static let reportShow = Text("Show and print")
    package static let reportDownload = Text("Download")
    package static let reportLeavesEntry = Text("Each download is an entry of the ledger, which is signed at once.")
    package static let reportLogo = Text("Name and logo")
    package static let reportNoLogo = Text("No logo is stored.")
    package static let reportChangeLogo = Text("Change name and logo")

    package static func noSuchForm(_ format: String) -> Text { Text("A gap report has no form \(format).") }
    package static func formatName(_ format: String) -> Text {
        switch format {
        case "pdf": Text("PDF, to send and to print")
        case "docx": Text("DOCX, to edit in a word processor")
        default: Text("HTML, one file that opens offline")
        }
    }
    package static func partTitle(_ part: GapReport.Part) -> Text {
        switch part {
        case .scope: Text("Scope")
        case .method: Text("Method")
        case .summary: Text("Management summary")
        case .strengths: Text("Strengths")
        case .gaps: Text("Gaps")
        case .areas: Text("By area")
        case .plan: Text("Plan")
        case .clauses: Text("Requirements, clause by clause")
        case .ledger: Text("Ledger and verification")
        }
    }
}

// MARK: The document

extension Text {
    package static let reportOrganisation = Text("Organisation")
    package static let reportLegalName = Text("Registered name")
    package static let reportStandards = Text("Standards")
    package static let reportShows = Text("Shows")
    package static let reportPrepared = Text("Prepared")
    package static let reportState = Text("State")
    package static let reportContents = Text("Contents")
    package static let reportScopeStatement = Text("Scope statement")
    package static let reportInScopeSince = Text("In scope since")
    package static let reportWanted = Text("Certification wanted by")
    package static let reportSector = Text("Sector")
    package static let reportAIRole = Text("Role towards AI")
    package static let reportLead = Text("Led by")
    package static let reportStarted = Text("Started")
    package static let reportDue = Text("Due")
    package static let reportNotes = Text("Notes")
    package static let reportRowsOf = Text("Rows")
    package static let reportMaturityScale = Text("Maturity")
    package static let reportOnce = Text("Answered once")
    package static let reportOrigins = Text("Where results come from")
    package static let reportByStandard = Text("Results by standard")
    package static let reportBySection = Text("Results by clause and theme")
    package static let reportByArea = Text("Results by area")
    package static let reportNoGapInArea = Text("Nothing of this area is shown as partly conform or nonconform.")
    package static let reportNoAreas = Text("No requirement in scope belongs to an area.")
    package static let reportSection = Text("Clause or theme")
    package static let reportTotal = Text("All")
    package static let reportReference = Text("Reference")
    package static let reportFinding = Text("Finding")
    package static let reportFollowUp = Text("Follow-up")
    package static let reportAsks = Text("What it asks")
    package static let reportProof = Text("Evidence and controls")
    package static let reportTask = Text("Task")
    package static let reportAssignee = Text("Assigned to")
    package static let reportAbout = Text("About")
    package static let reportNobody = Text("nobody")
    package static let reportInTheWay = Text("in the way of a certificate")
    package static let reportNotKnown = Text("Not known yet")
    package static let reportNotKnownLead = Text(
        "These requirements are not answered. They count neither for nor against; each may be a gap.")
    package static let reportNoGaps = Text("No requirement is shown as partly conform or nonconform.")
    package static let reportNoStrengths = Text(
        "Nothing is shown as conform with evidence in date or with a maturity of 4 or more.")
    package static let reportStrengthsLead = Text(
        "Conform in everything that is in scope, with evidence in date or with a maturity of 4 or more.")
    package static let reportNoPlan = Text("No open task is about a requirement in scope.")
    package static let reportGapsLead = Text(
        "What is partly conform or nonconform. A clause that is not fully met comes first: an auditor may raise a major "
            + "nonconformity, and then there is no certificate before it is closed.")
    package static let reportNoAnswer = Text("No finding was written.")
    package static let reportKey = Text("Verifier key")
    package static let reportSize = Text("Entries signed")
    package static let reportRoot = Text("Root")
    package static let reportCheckpoint = Text("Checkpoint (signed note)")
    package static let reportHowToVerify = Text("How to verify")
    package static let reportNotSigned = Text(
        "No checkpoint covers what this report shows yet. A downloaded report is signed at once.")
    package static let reportVerifySteps = [
        Text(
            "Keep this report, and with it the checkpoint and the key. Nobody can change an earlier entry of the ledger "
                + "unnoticed by whoever kept a checkpoint."),
        Text(
            "Ask for an audit pack as of the same entry and check it on your own machine, without a network; it also "
                + "proves that the ledger continues this checkpoint:"),
        Text("Or check a copy of the whole database, which shows the root of the same size:"),
        Text("What is verified is that nothing was changed since. That what was written is true, no ledger proves."),
    ]
    package static let reportOnceWords = Text(
        "Both standards share the structure of clauses 4 to 10. Where they ask for the same thing, one answer counts for "
            + "both; where they differ, each has a part of its own. Controls are never merged.")
    package static let reportMaturityWords = Text(
        "0 nothing, 1 by chance, 2 repeatable, 3 defined, 4 measured, 5 always improved. Maturity is a person's "
            + "judgement and changes no result.")

    package static func reportAsOfEntry(_ index: Int, _ moment: String?) -> Text {
        Text("the state at ledger entry \(count(index))" + (moment.map { ", \($0)" } ?? ""))
    }
    package static func reportPreparedBy(_ moment: String, _ name: String) -> Text {
        Text(name.isEmpty ? moment : "\(moment), by \(name)")
    }
    package static func reportStateWords(isClosed: Bool) -> Text {
        Text(isClosed ? "closed assessment" : "assessment under way")
    }
    package static func conformOf(_ conform: Int, _ total: Int) -> Text {
        Text("of \(count(total)) requirements conform")
    }
    /// What a standard's counts say, in a sentence.
    package static func reportSentence(
        conform: Int, partly: Int, nonconform: Int, notApplicable: Int, unknown: Int
    ) -> Text {
        Text(
            """
            \(count(conform)) conform, \(count(partly)) partly conform, \(count(nonconform)) nonconform, \
            \(count(notApplicable)) not applicable, \(count(unknown)) unknown.
            """)
    }
    package static func reportInTheWayCount(_ number: Int) -> Text {
        Text(
            number == 0
                ? "No answered clause stands in the way of a certificate."
                : number == 1
                    ? "1 clause stands in the way of a certificate."
                    : "\(count(number)) clauses stand in the way of a certificate.")
    }
    package static func reportLowered(_ number: Int) -> Text {
        Text(
            number == 1
                ? "1 result is shown lower than it was assessed, because of what is measured."
                : "\(count(number)) results are shown lower than they were assessed, because of what is measured.")
    }
    package static func reportDaysLeft(_ days: Int) -> Text {
        Text(
            days < 0
                ? "the day has passed \(-days == 1 ? "yesterday" : "\(count(-days)) days ago")"
                : days == 0 ? "today" : days == 1 ? "1 day left" : "\(count(days)) days left")
    }
    package static func reportOriginWords(assessed: Int, carried: Int, projected: Int, unanswered: Int) -> Text {
        Text(
            """
            \(count(assessed)) results were given by a person in this assessment, \(count(carried)) were carried over \
            from an earlier one, \(count(projected)) were accepted from a crosswalk; \(count(unanswered)) requirements \
            have none.
            """)
    }
    package static func reportResult(assessed: String, measured: String?) -> Text {
        Text(
            ["assessed: \(assessed.lowercased())", measured.map { "measured: \($0)" }].compactMap(\.self).joined(
                separator: ", "))
    }
    package static func reportMeasured(_ word: String) -> Text { Text("measured: \(word)") }
    package static func reportMaturity(_ level: Int) -> Text { Text("maturity \(level)") }
    package static func reportAnswered(_ day: Day, _ name: String?) -> Text {
        Text("answered \(answeredWhen(day, name).string)")
    }
    package static let reportCarried = Text("carried over")
    package static let reportProjected = Text("accepted from a crosswalk")
    package static func reportOwner(_ name: String?) -> Text { Text("owner: \(name ?? "nobody")") }
    package static func reportTasks(open: Int, overdue: Int) -> Text {
        Text(
            open == 0
                ? "no open task"
                : "\(open == 1 ? "1 open task" : "\(count(open)) open tasks")"
                    + (overdue > 0 ? ", \(count(overdue)) overdue" : ""))
    }
    package static func reportEvidence(_ number: Int, outOfDate: Int) -> Text {
        Text(
            number == 0
                ? "no evidence"
                : "\(number == 1 ? "1 piece" : "\(count(number)) pieces") of evidence"
                    + (outOfDate > 0 ? ", \(count(outOfDate)) out of date" : ""))
    }
    package static let reportNoControl = Text("no control")
    package static func reportControl(_ code: String, _ title: String, _ status: String) -> Text {
        Text("\(code) \(title) (\(status.lowercased()))")
    }
    package static func reportGapsWithoutWork(_ rows: Int) -> Text {
        Text(
            rows == 0
                ? "Every gap has an owner and an open task."
                : "\(rowCount(rows).string) with a gap \(rows == 1 ? "has" : "have") no owner or no open task.")
    }
    package static func reportTasksCut(_ shown: Int) -> Text {
        Text("Only the first \(count(shown)) tasks by due day are listed.")
    }
    package static func reportDocumentTitle(_ organisation: String) -> Text {
        Text("Gap assessment report, \(organisation)")
    }
}
