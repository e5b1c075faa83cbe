// Turns the drafts of a story into events in time.
import Foundation
import Governance
import RecordKit
import Records

extension StoryWriter {
    /// Writes the whole story. The clock stands at each event's time while it is written.
    func write(clock: MovingClock, numbers: SeededNumbers) async throws {
        var timeline = Timeline(today: today)
        timeline.add(story.founded) { try await $0.found() }
        schedulePeople(&timeline)
        scheduleAdoptions(&timeline)
        for draft in Self.inOrder(story.assets) { schedule(draft, &timeline) }
        for draft in story.controls { schedule(draft, &timeline) }
        scheduleDecisions(&timeline)
        for draft in story.risks { schedule(draft, &timeline) }
        for draft in story.obligations { schedule(draft, &timeline) }
        for draft in story.statements { schedule(draft, &timeline) }
        for draft in story.assessments { schedule(draft, &timeline) }
        for draft in story.evidence { schedule(draft, &timeline) }
        for draft in story.milestones { schedule(draft, &timeline) }
        for draft in story.tasks { schedule(draft, &timeline) }
        for draft in story.findings { schedule(draft, &timeline) }
        for event in timeline.scheduled(numbers) {
            clock.move(to: event.at)
            try await event.act(self)
        }
    }

    /// Assets after those that they depend on, whatever their order in the story.
    private static func inOrder(_ assets: [AssetDraft]) -> [AssetDraft] {
        var (done, left) = ([AssetDraft](), assets)
        var keys: Set<String> = []
        while !left.isEmpty {
            let ready = left.filter { $0.dependsOn.allSatisfy(keys.contains) }
            // In a circle, or on something unknown: the writer names what is missing.
            guard !ready.isEmpty else { return done + left }
            done += ready
            keys.formUnion(ready.map(\.key))
            left.removeAll { keys.contains($0.key) }
        }
        return done
    }

    private func schedulePeople(_ timeline: inout Timeline) {
        let (lead, head) = (story.lead, story.head)
        for draft in story.people where draft.key != lead && draft.key != head {
            timeline.add(draft.day) { try await $0.create(Self.person(draft), draft.key, by: lead) }
        }
        for (n, draft) in story.roles.enumerated() {
            let key = "\(draft.person)/\(draft.role.rawValue)/\(n)"
            timeline.add(draft.day) { writer in
                var role = RoleAssignment()
                role.person = try await writer.reference(draft.person)
                role.role = draft.role
                role.from = Timeline.workday(draft.day, before: writer.today)
                role.to = draft.until.map { writer.today.adding(days: $0) }
                role.scope = try await writer.links(draft.scope)
                role.competence = draft.competence
                try await writer.create(role, key, by: lead)
            }
            if let day = draft.activated {
                timeline.add(day) { try await $0.take("activate", RoleAssignment.schema.erased, key, by: head) }
            }
            if let (day, reason) = draft.ended {
                timeline.add(day) {
                    try await $0.take("end", RoleAssignment.schema.erased, key, by: lead, reason: reason)
                }
            }
        }
    }

    private func scheduleAdoptions(_ timeline: inout Timeline) {
        let (lead, head) = (story.lead, story.head)
        for draft in story.adoptions {
            timeline.add(draft.day) { writer in
                guard let framework = writer.library.framework(draft.framework) else {
                    throw DemoError.unknown("framework", draft.framework)
                }
                var adoption = FrameworkAdoption()
                adoption.name = framework.name
                adoption.framework = ID(framework.id)
                adoption.scope = draft.scope
                adoption.certificationTarget = draft.target.map { writer.today.adding(days: $0) }
                try await writer.create(adoption, draft.framework, by: lead)
            }
            if let day = draft.adopted {
                timeline.add(day) {
                    try await $0.take("adopt", FrameworkAdoption.schema.erased, draft.framework, by: head)
                }
            }
        }
    }

    /// Whoever may keep the inventory: the compliance lead.
    private func schedule(_ draft: AssetDraft, _ timeline: inout Timeline) {
        let lead = story.lead
        timeline.add(draft.day) { writer in
            var asset = Asset()
            asset.name = draft.name
            asset.kind = draft.kind
            asset.description = draft.text
            asset.owner = try await writer.reference(draft.owner)
            asset.classification = draft.classification
            asset.personalData = draft.personalData
            asset.location = draft.place
            asset.supplier = draft.supplier
            asset.dependsOn = try await writer.links(draft.dependsOn)
            try await writer.create(asset, draft.key, by: lead)
        }
        if let day = draft.commissioned {
            timeline.add(day) { try await $0.take("commission", Asset.schema.erased, draft.key, by: draft.owner) }
        }
    }

    private func schedule(_ draft: ControlDraft, _ timeline: inout Timeline) {
        timeline.add(draft.day) { writer in
            var control = Control()
            control.code = draft.code
            control.title = draft.title
            control.description = draft.what
            control.type = draft.type
            control.owner = try await writer.reference(draft.owner)
            control.frequency = draft.frequency
            control.procedure = draft.how
            control.testMethod = draft.test
            control.costPerYear = draft.cost.map { Decimal($0) }
            control.requirements = try await writer.requirements(security: draft.security, ai: draft.ai)
            control.assets = try await writer.links(draft.assets)
            try await writer.create(control, draft.code, by: draft.author)
        }
        if let day = draft.implemented {
            timeline.add(day) { try await $0.take("implement", Control.schema.erased, draft.code, by: draft.owner) }
        }
        if let (day, reason) = draft.retired {
            timeline.add(day) {
                try await $0.take("retire", Control.schema.erased, draft.code, by: draft.author, reason: reason)
            }
        }
    }

    private func scheduleDecisions(_ timeline: inout Timeline) {
        for draft in story.decisions {
            timeline.add(draft.day) { writer in
                var decision = Applicability()
                decision.requirement = ID(try await writer.requirement(draft.framework, draft.reference).id)
                decision.isApplicable = draft.isApplicable
                decision.justification = draft.justification
                decision.reasons = draft.reasons
                decision.exclusionBasis = draft.basis
                decision.systems = try await writer.links(draft.exceptFor)
                try await writer.create(decision, "\(draft.framework):\(draft.reference)", by: draft.by)
            }
        }
    }

    private func schedule(_ draft: RiskDraft, _ timeline: inout Timeline) {
        let lead = story.lead
        timeline.add(draft.day) { writer in
            var risk = Risk()
            risk.code = draft.code
            risk.title = draft.title
            risk.aspect = draft.aspect
            risk.description = draft.text
            risk.owner = try await writer.reference(draft.owner)
            risk.likelihood = draft.likelihood
            risk.severity = draft.severity
            risk.treatment = .modify
            risk.controls = try await writer.links(draft.controls)
            risk.requirements = try await writer.requirements(security: draft.security, ai: "")
            risk.assets = try await writer.links(draft.assets)
            try await writer.create(risk, draft.code, by: lead)
        }
        if let day = draft.treated {
            timeline.add(day) { try await $0.take("treat", Risk.schema.erased, draft.code, by: draft.owner) }
        }
    }

    private func schedule(_ draft: ObligationDraft, _ timeline: inout Timeline) {
        let lead = story.lead
        timeline.add(-33) { writer in
            var obligation = Obligation()
            obligation.code = draft.code
            obligation.title = draft.title
            obligation.kind = draft.kind
            obligation.counterparty = draft.counterparty
            obligation.description = draft.text
            obligation.source = draft.source
            obligation.owner = try await writer.reference(draft.owner)
            obligation.controls = try await writer.links(draft.controls)
            obligation.requirements = try await writer.requirements(security: draft.security, ai: draft.ai)
            try await writer.create(obligation, draft.code, by: lead)
        }
    }

    private func schedule(_ draft: StatementDraft, _ timeline: inout Timeline) {
        timeline.add(draft.day) { try await $0.submit(draft.framework, note: draft.note, by: draft.by) }
        timeline.add(draft.approved) {
            try await $0.take(
                "approve", StatementOfApplicability.schema.erased, draft.framework, by: draft.approvedBy)
        }
    }

    private func schedule(_ draft: AssessmentDraft, _ timeline: inout Timeline) {
        let lead = story.lead
        timeline.add(draft.day) { writer in
            var assessment = Assessment()
            assessment.title = draft.title
            assessment.lead = try await writer.reference(draft.lead)
            assessment.scope = try await writer.links(draft.frameworks)
            assessment.startedOn = writer.today.adding(days: draft.day)
            assessment.dueOn = writer.today.adding(days: draft.due)
            assessment.notes = draft.notes
            try await writer.create(assessment, draft.key, by: lead)
        }
        for answer in draft.answers {
            timeline.add(answer.day) { try await $0.answer(draft.key, answer) }
        }
        for section in draft.sections { schedule(section, of: draft, &timeline) }
        if let day = draft.closed {
            timeline.add(day) { try await $0.take("close", Assessment.schema.erased, draft.key, by: lead) }
        }
    }

    private func schedule(_ draft: SectionDraft, of assessment: AssessmentDraft, _ timeline: inout Timeline) {
        timeline.add(draft.day) { try await $0.delegate(assessment.key, draft) }
        let schema = SectionAssignment.schema.erased
        for step in draft.steps {
            switch step {
            case .submit(let day):
                timeline.add(day) { try await $0.take("submit", schema, draft.section, by: draft.assignee) }
            case .returned(let day, let why):
                timeline.add(day) {
                    try await $0.take("return", schema, draft.section, by: draft.reviewer, reason: why)
                }
            case .accept(let day):
                timeline.add(day) { try await $0.take("accept", schema, draft.section, by: draft.reviewer) }
            }
        }
    }

    private func schedule(_ draft: EvidenceDraft, _ timeline: inout Timeline) {
        timeline.add(draft.day) { writer in
            var evidence = Evidence()
            evidence.title = draft.title
            switch draft.content {
            case .link(let address):
                evidence.kind = .link
                evidence.link = address
            case .file(let name, let mediaType, let text):
                evidence.file = try await writer.keep(name: name, mediaType: mediaType, Data(text.utf8))
            }
            evidence.description = draft.text
            evidence.owner = try await writer.reference(draft.owner)
            evidence.periodFrom = writer.today.adding(days: draft.from)
            evidence.periodTo = writer.today.adding(days: draft.to)
            evidence.validUntil = draft.validUntil.map { writer.today.adding(days: $0) }
            evidence.controls = try await writer.links(draft.controls)
            evidence.requirements = try await writer.requirements(security: draft.security, ai: draft.ai)
            try await writer.create(evidence, draft.title, by: draft.by)
        }
        if let (person, day) = draft.review {
            timeline.add(day) { try await $0.take("review", Evidence.schema.erased, draft.title, by: person) }
        }
        if let (person, day, reason) = draft.withdrawn {
            timeline.add(day) {
                try await $0.take("withdraw", Evidence.schema.erased, draft.title, by: person, reason: reason)
            }
        }
    }

    private func schedule(_ draft: MilestoneDraft, _ timeline: inout Timeline) {
        timeline.add(draft.day) { writer in
            var milestone = Milestone()
            milestone.title = draft.title
            milestone.dueOn = writer.today.adding(days: draft.due)
            milestone.owner = try await writer.reference(draft.owner)
            milestone.description = draft.text
            try await writer.create(milestone, draft.title, by: draft.by)
        }
    }

    private func schedule(_ draft: TaskDraft, _ timeline: inout Timeline) {
        timeline.add(draft.day) { writer in
            var task = Records.Task()
            task.title = draft.title
            task.kind = draft.kind
            task.priority = draft.priority
            task.description = draft.text
            task.assignee = try await writer.reference(draft.assignee)
            task.dueOn = draft.due.map { writer.today.adding(days: $0) }
            task.requirements = try await writer.requirements(security: draft.security, ai: draft.ai)
            task.controls = try await writer.links(draft.controls)
            task.effortDays = writer.story.efforts[draft.title]
            let step = writer.story.milestones.first { $0.due >= draft.due ?? .max && $0.day < draft.day }
            if let step { task.milestone = try await writer.reference(step.title) }
            try await writer.create(task, draft.title, by: draft.by)
        }
        let schema = Records.Task.schema.erased
        for step in draft.steps {
            switch step {
            case .start(let who, let day):
                timeline.add(day) { try await $0.take("start", schema, draft.title, by: who) }
            case .complete(let who, let day):
                timeline.add(day) { try await $0.take("complete", schema, draft.title, by: who) }
            case .verify(let who, let day):
                timeline.add(day) { try await $0.take("verify", schema, draft.title, by: who) }
            case .reopen(let who, let day, let why):
                timeline.add(day) { try await $0.take("reopen", schema, draft.title, by: who, reason: why) }
            case .cancel(let who, let day, let why):
                timeline.add(day) { try await $0.take("cancel", schema, draft.title, by: who, reason: why) }
            }
        }
    }
}
