// What a demo story is made of: records to be, named by short keys, each with the day on which things happened to it.
// A day is counted from the day of the demo: -20 is twenty days before it. People, assets, controls and evidence name
// each other by key, since ids exist only once the story is written.
import Foundation
import Governance
import RecordKit
import Records

/// One organisation with everything that happened in it.
struct Story: Sendable {
    /// Makes the organisation's id, so that seeding again finds it.
    let key: String
    let organisation: Organisation
    /// The day of the founding.
    let founded: Int
    /// Keys of the two people with whom the organisation begins: the compliance lead and top management.
    let lead: String
    let head: String
    /// A PNG image in Base64; `nil` for an organisation without a logo.
    var logo: String?
    var people: [PersonDraft] = []
    var roles: [RoleDraft] = []
    var adoptions: [AdoptionDraft] = []
    var assets: [AssetDraft] = []
    var controls: [ControlDraft] = []
    var evidence: [EvidenceDraft] = []
    var milestones: [MilestoneDraft] = []
    var tasks: [TaskDraft] = []
    /// Working days of tasks, by title.
    var efforts: [String: Decimal] = [:]
    var findings: [FindingDraft] = []
    var decisions: [DecisionDraft] = []
    var risks: [RiskDraft] = []
    var obligations: [ObligationDraft] = []
    var statements: [StatementDraft] = []
    var assessments: [AssessmentDraft] = []
}

struct PersonDraft: Sendable {
    let key: String
    let name: String
    let email: String
    let jobTitle: String
    let unit: String
    let day: Int
    /// May set up organisations on the demo server.
    var isServerAdministrator = false

    init(
        _ key: String, _ name: String, _ email: String, _ jobTitle: String, _ unit: String, day: Int,
        isServerAdministrator: Bool = false
    ) {
        self.key = key
        self.name = name
        self.email = email
        self.jobTitle = jobTitle
        self.unit = unit
        self.day = day
        self.isServerAdministrator = isServerAdministrator
    }
}

struct RoleDraft: Sendable {
    let person: String
    let role: Role
    let day: Int
    let until: Int?
    let scope: [String]
    let competence: String
    /// `nil` while top management has not activated it.
    let activated: Int?
    let ended: (day: Int, reason: String)?

    /// - Parameter day: The day on which it is proposed, and the first of the term.
    init(
        _ person: String, _ role: Role, day: Int, until: Int? = nil, scope: [String] = [], activated: Int?,
        ended: (day: Int, reason: String)? = nil, _ competence: String
    ) {
        self.person = person
        self.role = role
        self.day = day
        self.until = until
        self.scope = scope
        self.competence = competence
        self.activated = activated
        self.ended = ended
    }
}

struct AdoptionDraft: Sendable {
    /// The framework's key, by which the adoption is named, too.
    let framework: String
    let day: Int
    let adopted: Int?
    let target: Int?
    let scope: String
}

struct AssetDraft: Sendable {
    let key: String
    let name: String
    let kind: Asset.Kind
    let owner: String
    let classification: Asset.Classification
    let personalData: Bool
    let place: String
    let supplier: String?
    let dependsOn: [String]
    let day: Int
    /// `nil` while it is planned.
    let commissioned: Int?
    let text: String

    init(
        _ key: String, _ name: String, _ kind: Asset.Kind, _ owner: String, _ classification: Asset.Classification,
        personal: Bool = false, at place: String, from supplier: String? = nil, needs: [String] = [],
        day: Int = -64, commissioned: Int? = -56, _ text: String
    ) {
        self.key = key
        self.name = name
        self.kind = kind
        self.owner = owner
        self.classification = classification
        self.personalData = personal
        self.place = place
        self.supplier = supplier
        self.dependsOn = needs
        self.day = day
        self.commissioned = commissioned
        self.text = text
    }
}

struct ControlDraft: Sendable {
    /// The control's code names it.
    let code: String
    let title: String
    let type: Control.Effect
    let frequency: Control.Frequency
    let owner: String
    /// References of ISO/IEC 27001 and ISO/IEC 42001, separated by spaces.
    let security: String
    let ai: String
    let assets: [String]
    let cost: Int?
    let author: String
    let day: Int
    /// `nil` while it is planned.
    let implemented: Int?
    let retired: (day: Int, reason: String)?
    let what: String
    let how: String
    let test: String

    init(
        _ code: String, _ title: String, _ type: Control.Effect, _ frequency: Control.Frequency, _ owner: String,
        security: String = "", ai: String = "", on assets: [String] = [], cost: Int? = nil,
        by author: String = "katarzyna", day: Int = -60, implemented: Int? = -52,
        retired: (day: Int, reason: String)? = nil, what: String, how: String, test: String
    ) {
        self.code = code
        self.title = title
        self.type = type
        self.frequency = frequency
        self.owner = owner
        self.security = security
        self.ai = ai
        self.assets = assets
        self.cost = cost
        self.author = author
        self.day = day
        self.implemented = implemented
        self.retired = retired
        self.what = what
        self.how = how
        self.test = test
    }
}

struct EvidenceDraft: Sendable {
    /// What is shown: an address, or a file that the demo makes.
    enum Content: Sendable {
        case link(String)
        case file(name: String, mediaType: String, text: String)
    }
    let title: String
    let content: Content
    let by: String
    let owner: String
    let from: Int
    let to: Int
    let validUntil: Int?
    /// Codes of controls.
    let controls: [String]
    let security: String
    let ai: String
    let day: Int
    let review: (person: String, day: Int)?
    let withdrawn: (person: String, day: Int, reason: String)?
    let text: String

    init(
        _ title: String, _ content: Content, by: String, owner: String? = nil, covers: ClosedRange<Int>,
        validUntil: Int?, shows controls: [String] = [], security: String = "", ai: String = "", day: Int,
        review: (person: String, day: Int)? = nil, withdrawn: (person: String, day: Int, reason: String)? = nil,
        _ text: String
    ) {
        self.title = title
        self.content = content
        self.by = by
        self.owner = owner ?? by
        self.from = covers.lowerBound
        self.to = covers.upperBound
        self.validUntil = validUntil
        self.controls = controls
        self.security = security
        self.ai = ai
        self.day = day
        self.review = review
        self.withdrawn = withdrawn
        self.text = text
    }
}

struct TaskDraft: Sendable {
    /// A step of a task's life, by whom and when.
    enum Step: Sendable {
        case start(String, Int)
        case complete(String, Int)
        case verify(String, Int)
        case reopen(String, Int, String)
        case cancel(String, Int, String)
    }
    let title: String
    let kind: Records.Task.Kind
    let priority: Records.Task.Priority
    let by: String
    let assignee: String
    let day: Int
    let due: Int?
    let security: String
    let ai: String
    let controls: [String]
    let steps: [Step]
    let text: String

    init(
        _ title: String, _ kind: Records.Task.Kind, _ priority: Records.Task.Priority, by: String, to assignee: String,
        day: Int, due: Int?, security: String = "", ai: String = "", controls: [String] = [], _ steps: [Step] = [],
        text: String
    ) {
        self.title = title
        self.kind = kind
        self.priority = priority
        self.by = by
        self.assignee = assignee
        self.day = day
        self.due = due
        self.security = security
        self.ai = ai
        self.controls = controls
        self.steps = steps
        self.text = text
    }
}

/// Whether a control of Annex A applies.
struct DecisionDraft: Sendable {
    let framework: String
    let reference: String
    let isApplicable: Bool
    let by: String
    let day: Int
    let justification: String
    let reasons: String?
    var basis: Applicability.ExclusionBasis?
    /// Keys of AI systems to which it does not apply.
    var exceptFor: [String] = []
}

struct RiskDraft: Sendable {
    let code: String
    let title: String
    let aspect: Risk.Aspect
    let owner: String
    let likelihood: Int
    let severity: Int
    let controls: [String]
    let security: String
    let assets: [String]
    let day: Int
    /// `nil` while it is only identified.
    let treated: Int?
    let text: String

    init(
        _ code: String, _ title: String, _ aspect: Risk.Aspect, _ owner: String, _ likelihood: Int, _ severity: Int,
        controls: [String], security: String = "", on assets: [String], day: Int = -33, treated: Int? = -30,
        _ text: String
    ) {
        self.code = code
        self.title = title
        self.aspect = aspect
        self.owner = owner
        self.likelihood = likelihood
        self.severity = severity
        self.controls = controls
        self.security = security
        self.assets = assets
        self.day = day
        self.treated = treated
        self.text = text
    }
}

struct ObligationDraft: Sendable {
    let code: String
    let title: String
    let kind: Obligation.Kind
    let counterparty: String
    let owner: String
    let controls: [String]
    let security: String
    let ai: String
    let source: String?
    let text: String

    init(
        _ code: String, _ title: String, _ kind: Obligation.Kind, to counterparty: String, _ owner: String,
        controls: [String], security: String = "", ai: String = "", source: String? = nil, _ text: String
    ) {
        self.code = code
        self.title = title
        self.kind = kind
        self.counterparty = counterparty
        self.owner = owner
        self.controls = controls
        self.security = security
        self.ai = ai
        self.source = source
        self.text = text
    }
}

/// A version of a Statement of Applicability, submitted and approved.
struct StatementDraft: Sendable {
    let framework: String
    let by: String
    let day: Int
    let approvedBy: String
    let approved: Int
    let note: String
}

struct AssessmentDraft: Sendable {
    let key: String
    let title: String
    let lead: String
    let frameworks: [String]
    let day: Int
    let due: Int
    let notes: String
    var answers: [AnswerDraft] = []
    var sections: [SectionDraft] = []
    var closed: Int?
}

/// A section in somebody's hands, and how far it went.
struct SectionDraft: Sendable {
    enum Step: Sendable {
        case submit(Int)
        case returned(Int, String)
        case accept(Int)
    }
    /// The id of the section.
    let section: String
    /// Who delegates it.
    let by: String
    let assignee: String
    let reviewer: String
    let day: Int
    let due: Int
    let note: String
    var steps: [Step] = []
}

/// One answer to one row, or to one standard's part of it.
struct AnswerDraft: Sendable {
    let row: String
    /// The framework's key if the part of one standard is meant.
    let part: String?
    let splits: Bool
    let result: Answer.Result
    let maturity: Int
    let by: String
    let day: Int
    let note: String?
    let owner: String?
    let due: Int?
}

extension DecisionDraft {
    /// About a control of ISO/IEC 27001, Annex A.
    static func security(
        _ reference: String, by: String, day: Int, applies: Bool = true, reasons: String? = nil,
        _ justification: String
    ) -> DecisionDraft {
        DecisionDraft(
            framework: FrameworkLibrary.security, reference: reference, isApplicable: applies, by: by, day: day,
            justification: justification, reasons: reasons)
    }
    /// About a control of ISO/IEC 42001, Annex A.
    static func ai(
        _ reference: String, by: String, day: Int, applies: Bool = true, reasons: String? = nil,
        basis: Applicability.ExclusionBasis? = nil, exceptFor: [String] = [], _ justification: String
    ) -> DecisionDraft {
        DecisionDraft(
            framework: FrameworkLibrary.ai, reference: reference, isApplicable: applies, by: by, day: day,
            justification: justification, reasons: reasons, basis: basis, exceptFor: exceptFor)
    }
}

extension AnswerDraft {
    /// About a clause that one answer fills for both standards.
    static func both(
        _ clause: String, _ result: Answer.Result, _ maturity: Int, by: String, day: Int, owner: String? = nil,
        due: Int? = nil, _ note: String? = nil
    ) -> AnswerDraft {
        AnswerDraft(
            row: "clause:\(clause)", part: nil, splits: false, result: result, maturity: maturity, by: by, day: day,
            note: note, owner: owner, due: due)
    }
    /// About ISO/IEC 27001 alone: a control, or its part of a clause.
    static func security(
        _ reference: String, _ result: Answer.Result, _ maturity: Int, by: String, day: Int, splits: Bool = false,
        owner: String? = nil, due: Int? = nil, _ note: String? = nil
    ) -> AnswerDraft {
        one(FrameworkLibrary.security, reference, result, maturity, by, day, splits, owner, due, note)
    }
    /// About ISO/IEC 42001 alone: a control, a clause that only it has, or its part of a clause.
    static func ai(
        _ reference: String, _ result: Answer.Result, _ maturity: Int, by: String, day: Int, splits: Bool = false,
        owner: String? = nil, due: Int? = nil, _ note: String? = nil
    ) -> AnswerDraft {
        one(FrameworkLibrary.ai, reference, result, maturity, by, day, splits, owner, due, note)
    }

    /// Clauses of ISO/IEC 42001 without a twin in the other standard.
    private static let ownClauses = ["6.1.4", "8.4"]

    private static func one(
        _ framework: String, _ reference: String, _ result: Answer.Result, _ maturity: Int, _ by: String,
        _ day: Int, _ splits: Bool, _ owner: String?, _ due: Int?, _ note: String?
    ) -> AnswerDraft {
        let isShared = !reference.hasPrefix("A.") && !ownClauses.contains(reference)
        return AnswerDraft(
            row: isShared ? "clause:\(reference)" : "\(framework):\(reference)", part: framework, splits: splits,
            result: result, maturity: maturity, by: by, day: day, note: note, owner: owner, due: due)
    }
}
