// What audits found in the stories. None that is open is a nonconformity, so that results stand as they were answered.
import RecordKit
import Records

/// A finding of an audit.
struct FindingDraft: Sendable {
    let code: String
    let title: String
    let kind: Finding.Kind
    let source: Finding.Source
    let by: String
    let owner: String
    let day: Int
    let due: Int?
    var security = ""
    var ai = ""
    var controls: [String] = []
    /// Who closed it, when and why.
    var closed: (who: String, day: Int, why: String)?
    let text: String
}

extension StoryWriter {
    func schedule(_ draft: FindingDraft, _ timeline: inout Timeline) {
        timeline.add(draft.day) { writer in
            var finding = Finding()
            finding.code = draft.code
            finding.title = draft.title
            finding.kind = draft.kind
            finding.source = draft.source
            finding.description = draft.text
            finding.owner = try await writer.reference(draft.owner)
            finding.raisedOn = writer.today.adding(days: draft.day)
            finding.dueOn = draft.due.map { writer.today.adding(days: $0) }
            finding.requirements = try await writer.requirements(security: draft.security, ai: draft.ai)
            finding.controls = try await writer.links(draft.controls)
            try await writer.create(finding, draft.title, by: draft.by)
        }
        if let (who, day, why) = draft.closed {
            timeline.add(day) { try await $0.take("close", Finding.schema.erased, draft.title, by: who, reason: why) }
        }
    }
}

extension Meridian {
    static let findings: [FindingDraft] = [
        FindingDraft(
            code: "IA-01", title: "Rights outlive a change of job", kind: .minorNonconformity, source: .internalAudit,
            by: "katarzyna", owner: "tomasz", day: -120, due: -60, security: "A.5.18",
            closed: ("hanna", -70, "Three changes of job since then looked at: all rights were taken back in a day."),
            text: "Two of twelve people kept the rights of their former team for more than a month."),
        FindingDraft(
            code: "IA-02", title: "Restore test skips the feature store", kind: .observation, source: .internalAudit,
            by: "katarzyna", owner: "tomasz", day: -28, due: 60, security: "A.8.13",
            text: "Databases are restored each quarter; the feature store has never been."),
        FindingDraft(
            code: "IA-03", title: "Model cards could name their readers", kind: .opportunityForImprovement,
            source: .internalAudit, by: "rohan", owner: "yuki", day: -27, due: nil, ai: "A.8.2",
            text: "One card serves engineers and clerks. A page for each would be read more."),
    ]
}

extension StBrigid {
    static let findings: [FindingDraft] = [
        FindingDraft(
            code: "PA-01", title: "Wards keep lists of devices of their own", kind: .observation,
            source: .internalAudit, by: "orla", owner: "ciaran", day: -13, due: 45, security: "A.5.9",
            text: "Three lists of the same monitors differ. One inventory should be the source.")
    ]
}
