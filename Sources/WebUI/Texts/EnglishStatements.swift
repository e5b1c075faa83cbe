// The English texts of the Statements of Applicability, on pages and in documents.
package import Governance
import RecordKit
package import Records

// MARK: Pages

extension Text {
    package static let statements = Text("Statements of Applicability")
    package static let statementVersions = Text("Versions of statements")
    package static let statementsLead = Text(
        "Which controls are necessary and why, which are excluded and why, and whether they are implemented (clause "
            + "6.1.3). Both standards read the same controls, risks and obligations.")
    package static let statement = Text("Statement of Applicability")
    package static let openStatement = Text("Open the statement")
    package static let notAdoptedYet = Text("Not adopted: a statement needs the scope of the standard")
    package static let presentState = Text("As it stands now")
    package static let noneApproved = Text("No version is approved")
    package static let controlsIncluded = Text("Included")
    package static let controlsExcluded = Text("Excluded")
    package static let controlsUndecided = Text("Undecided")
    package static let withoutReason = Text("Included without reason")
    package static let contradicted = Text("Excluded although called for")
    package static let outsideAnnex = Text("Outside Annex A")
    package static let notImplementedYet = Text("Included, not fully implemented")
    package static let partlyImplemented = Text("Partly implemented")
    package static let plannedOnly = Text("Planned")
    package static let noControlLinked = Text("Unknown: no control linked")
    package static let implementation = Text("Implementation")
    package static let decision = Text("Decision")
    package static let whyIncluded = Text("Reasons and justification")
    package static let ownControls = Text("Own controls")
    package static let measuredState = Text("Measured")
    package static let nothingMeasured = Text("Nothing measured")
    package static let stated = Text("Stated")
    package static let clauseOfStandard = Text("Clause")
    package static let basisRisk = Text("Rests on the risk assessment")
    package static let basisExternal = Text("Rests on applicable external requirements")
    package static let notInTheWay = Text("Nothing stands in the way of approval")
    package static let inTheWay = Text("In the way of approval")
    package static let decide = Text("Decide")
    package static let changeDecision = Text("Change the decision")
    package static let decideHelp = Text(
        "Risks and obligations that are linked to this control, or to a control of yours that serves it, are reasons by "
            + "themselves. Your own words are shown as stated.")
    package static let derivedReasons = Text("Reasons derived from records")
    package static let noDerivedReasons = Text("No risk or obligation calls for it yet")
    package static let noControlServes = Text("No control of yours serves it yet")
    package static let downloads = Text("Downloads")
    package static let bothInOne = Text("Both in one")
    package static let printView = Text("Print view")
    package static let versions = Text("Versions")
    package static let noVersions = Text("Nothing was submitted yet.")
    package static let version = Text("Version")
    package static let preparedBy = Text("Prepared by")
    package static let approvedBy = Text("Approved by")
    package static let fingerprint = Text("SHA-256")
    package static let compareWithNow = Text("Compare with now")
    package static let compare = Text("Compare")
    package static let compareFrom = Text("From")
    package static let compareTo = Text("To")
    package static let submitStatement = Text("Submit for approval")
    package static let submitHelp = Text(
        "What stands here now is kept as it is, with its fingerprint in the ledger. Somebody else approves it.")
    package static let noteForApprover = Text("What changed")
    package static let noteHelp = Text("A sentence for whoever approves it, and for auditors later.")
    package static let approveStatement = Text("Approve")
    package static let returnStatement = Text("Return")
    package static let returnReason = Text("Why it is returned")
    package static let waitsForApproval = Text("A version waits for approval")
    package static let approvalIsForOthers = Text("Whoever submitted a version does not approve it.")
    package static let readWhatIsApproved = Text("Read what is approved")
    package static let openRecordOfVersion = Text("History and proof")
    package static let nothingDiffers = Text("Nothing differs")
    package static let nothingDiffersWhy = Text("Decisions, reasons, exceptions and controls are the same in both.")
    package static let differencesTitle = Text("Differences")
    package static let whatDiffers = Text("What differs")
    package static let noSuchRows = Text("No row fits")
    package static let noSuchRowsWhy = Text("No row of this statement fits the filters.")
    package static let noSuchRow = Text("Not in this statement")
    package static let notStatedBasis = Text("Basis not stated")
    package static let keptContent = Text("This is the content of the version as it was submitted. It does not change.")
    package static let changedSincePill = Text("Changed since the approved version")

    /// The rows that differ from the version in force.
    package static func changedSince(_ rows: Int, version: Int) -> Text {
        Text("\(count(rows)) \(rows == 1 ? "row" : "rows") changed since version \(version)")
    }
    package static func unchangedSince(_ version: Int) -> Text { Text("Nothing changed since version \(version)") }
    package static func versionNumber(_ number: Int) -> Text { Text("Version \(number)") }
    package static func approvedVersion(_ number: Int, by name: String, on day: String) -> Text {
        Text("Version \(number), approved by \(name) on \(day)")
    }
    package static func submittedVersion(_ number: Int, by name: String, on day: String) -> Text {
        Text("Version \(number), submitted by \(name) on \(day)")
    }
    package static func statementOf(_ framework: String) -> Text { Text("\(framework): Statement of Applicability") }
    package static func notOf(_ rows: Int, _ all: Int) -> Text { Text("\(count(rows)) of \(count(all)) rows") }

    package static func statusOfVersion(_ status: StatementOfApplicability.Status) -> Text {
        switch status {
        case .submitted: Text("Submitted")
        case .approved: Text("Approved")
        case .superseded: Text("Superseded")
        case .returned: Text("Returned")
        }
    }
    package static func decisionWord(_ decision: StatementRow.Decision) -> Text {
        switch decision {
        case .included: controlsIncluded
        case .excluded: controlsExcluded
        case .undecided: controlsUndecided
        }
    }
    /// Without a linked control it is unknown.
    package static func implementationWord(_ implementation: StatementRow.Implementation?) -> Text {
        switch implementation {
        case .implemented: implemented
        case .partly: partlyImplemented
        case .planned: plannedOnly
        case nil: noControlLinked
        }
    }
    package static func basisWord(_ basis: Applicability.ExclusionBasis?) -> Text {
        switch basis {
        case .riskAssessment: basisRisk
        case .externalRequirement: basisExternal
        case nil: notStatedBasis
        }
    }
    package static func measuredWord(_ measured: Measured?) -> Text {
        switch measured {
        case .supported: Text("Supported")
        case .weakened: Text("Weakened")
        case .failing: Text("Failing")
        case nil: nothingMeasured
        }
    }
    package static func blockWord(_ block: StatementRow.Block) -> Text {
        switch block {
        case .undecided: controlsUndecided
        case .withoutReason: withoutReason
        }
    }
    package static func differingPart(_ part: StatementDifference.Part) -> Text {
        switch part {
        case .row: Text("The row itself")
        case .title: Text("Title")
        case .decision: decision
        case .justification: Text("Justification")
        case .basis: Text("Basis of the exclusion")
        case .exceptFor: Text("Excepted AI systems")
        case .reasons: Text("Reasons for inclusion")
        case .controls: Text("Own controls and their state")
        }
    }
    package static func filterWord(_ filter: StatementFilter) -> Text {
        switch filter {
        case .all: allRows
        case .included: controlsIncluded
        case .excluded: controlsExcluded
        case .undecided: controlsUndecided
        case .withoutReason: withoutReason
        case .notImplemented: notImplementedYet
        case .outside: outsideAnnex
        case .contradicted: contradicted
        case .changed: changedSincePill
        }
    }
}

// MARK: Documents

extension Text {
    package static let scopeOfStandard = Text("Scope (clause 4.3)")
    package static let noScope = Text("Not stated")
    package static let stateOfDocument = Text("State")
    package static let notApprovedState = Text("Present state, not approved")
    package static let madeOn = Text("Made on")
    package static let contentFingerprint = Text("Fingerprint of the content (SHA-256)")
    package static let ledgerEntriesThen = Text("Ledger entries that it rests on")
    package static let summary = Text("Summary")
    package static let rowsOfAnnex = Text("Controls of Annex A")
    package static let rowsOutsideAnnex = Text("Necessary controls outside Annex A")
    package static let controlOfStandard = Text("Control")
    package static let titleOfControl = Text("Title")
    package static let sourceOfControl = Text("Source")
    package static let justification = Text("Justification")
    package static let reasonsForInclusion = Text("Reasons for inclusion")
    package static let basisOfExclusion = Text("Basis of the exclusion")
    package static let exceptedSystems = Text("Excepted AI systems")
    package static let stateOfImplementation = Text("Implemented")
    package static let statementsTitle = Text("Statements of Applicability")
    package static let ownControlSource = Text("Own control")
    /// ISO/IEC 42001 does not ask whether a control is implemented.
    package static let implementationNotRequired = Text(
        "ISO/IEC 42001 does not require a statement of applicability to say whether a control is implemented; it is "
            + "shown for information.")
    package static let statementHowDerived = Text(
        "Reasons for inclusion are the risks, obligations and clauses that are linked to a control, and what a person "
            + "stated. A control is implemented if every control of the organisation that serves it is.")
    package static let openRowsWarning = Text(
        "This state cannot be approved: rows are undecided, or included without a reason.")

    package static func annexSource(_ framework: String) -> Text { Text("\(framework), Annex A") }
    package static func exceptForWith(_ systems: String, _ basis: String) -> Text {
        Text("Does not apply to \(systems). \(basis).")
    }
    package static func ownControl(_ name: String, _ state: String) -> Text { Text("\(name) (\(state))") }
}
