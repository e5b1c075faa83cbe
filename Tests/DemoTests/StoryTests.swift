import Access
import Demo
import Exchange
import Foundation
import Governance
import MerkleLog
import RecordKit
import Records
import SQLiteStorage
import Storage
import Testing

@Suite struct StoryTests {
    @Test func everyLifecycleWasFollowedBySomebodyWhoMay() async throws {
        let (world, report) = try await Shared.shared.seeded()
        for organisation in report.organisations {
            try await check(Control.self, world, organisation)
            try await check(Asset.self, world, organisation)
            try await check(Evidence.self, world, organisation)
            try await check(Records.Task.self, world, organisation)
            try await check(Finding.self, world, organisation)
            try await check(Assessment.self, world, organisation)
            try await check(FrameworkAdoption.self, world, organisation)
            try await check(RoleAssignment.self, world, organisation)
        }
    }

    /// Each record begins in the initial state, each step is a transition from the state before, and nobody took one
    /// that is refused to its author or to whoever took another.
    private func check<R: Record>(_ type: R.Type, _ world: DemoWorld, _ organisation: UUID) async throws {
        let lifecycle = try #require(R.schema.erased.lifecycle)
        for record in try await world.all(type, in: organisation) {
            let revisions = Array(try await world.history(of: record, in: organisation).reversed())
            let first = try #require(revisions.first)
            // The founding alone makes roles that are active from the start.
            guard first.actorKind != .system else { continue }
            #expect(first.record[lifecycle.field].text == lifecycle.initial)
            var authors: Set<UUID> = []
            var takers: [String: UUID] = [:]
            for (before, revision) in zip([first] + revisions, revisions) {
                let person = try #require(revision.person)
                #expect(revision.actorKind == .person && revision.auth == "session")
                guard let transition = lifecycle.transition(named: revision.action) else {
                    authors.insert(person)
                    continue
                }
                #expect(transition.from.contains(before.record[lifecycle.field].text))
                #expect(revision.record[lifecycle.field].text == transition.to)
                #expect(!transition.notByAuthor || !authors.contains(person), "\(R.type.name): \(revision.action)")
                if let other = transition.notByTakerOf { #expect(takers[other] != person) }
                if transition.needsReason { #expect(revision.reason != nil) }
                takers[transition.name] = person
            }
        }
    }

    @Test func reviewersDidNotBringTheEvidence() async throws {
        let (world, report) = try await Shared.shared.seeded()
        for organisation in report.organisations {
            for evidence in try await world.all(Evidence.self, in: organisation)
            where evidence.value.status == .reviewed {
                #expect(evidence.value.reviewedBy?.raw != evidence.meta.createdBy)
            }
        }
    }

    @Test func historyLiesBeforeTheDemoAndGoesForward() async throws {
        let (world, report) = try await Shared.shared.seeded()
        let midnight = Int64(DemoWorld.today.daysSince1970) * 86_400_000
        for organisation in report.organisations {
            let times = try await world.store.read { reader -> [Instant] in
                try Registry.schemas.filter { !$0.isCatalogue }.flatMap { schema in
                    try reader.page(Query(schema, limit: Query.limitMax), in: organisation, asOf: nil).records
                        .flatMap { record in
                            try reader.revisions(of: record.id, schema, in: organisation, before: nil, limit: 100)
                        }
                }.sorted { $0.index < $1.index }.map(\.at)
            }
            let leaves = try await world.store.read { reader in
                try reader.leaves(organisation, from: 0, limit: 100_000).map { try Leaf(canonicalBytes: $0.data) }
            }
            #expect(times.count == leaves.filter { $0.type == "record" }.count)
            let people = Set(leaves.filter { $0.object.type == "membership" }.map(\.object.id))
            #expect(leaves.first?.object.type == "ledger" && leaves.count == times.count + 1 + people.count)
            #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
            #expect(times.allSatisfy { $0.millisecondsSince1970 < midnight })
        }
    }

    @Test func meridianIsNearItsFigures() async throws {
        let (world, report) = try await Shared.shared.seeded()
        let meridian = report.organisations[0]
        let controls = try await world.all(Control.self, in: meridian)
        #expect((70...85).contains(controls.count))
        #expect(controls.filter { $0.value.status == .retired }.count == 2)
        #expect(try await world.all(Person.self, in: meridian).count == 17)
        let held = Set(try await world.all(RoleAssignment.self, in: meridian).map(\.value.role))
        #expect(held == Set(Role.allCases))
        #expect((43...47).contains(try await world.all(Asset.self, in: meridian).count))
        let evidence = try await world.all(Evidence.self, in: meridian)
        #expect((58...70).contains(evidence.count))
        for file in evidence.compactMap(\.value.file) {
            #expect(try await world.blobs.get(file.sha256, for: meridian)?.count == file.bytes)
        }
        let own = try #require(try await world.all(Organisation.self, in: meridian).first?.value.logo)
        #expect(ImageFile(try #require(try await world.blobs.get(own.sha256, for: meridian)))?.widthPixels == 240)
        let sections = try await world.all(SectionAssignment.self, in: meridian).map(\.value.status)
        #expect(Set(sections) == Set(SectionAssignment.Status.allCases) && sections.count == 4)
        let tasks = try await world.all(Records.Task.self, in: meridian).map(\.value)
        #expect((33...38).contains(tasks.count))
        #expect(Set(tasks.map(\.status)) == Set(Records.Task.Status.allCases))
        let overdue = tasks.filter {
            [.open, .inProgress].contains($0.status) && $0.dueOn.map { $0 < DemoWorld.today } ?? false
        }
        #expect(overdue.count == 5)
        #expect(overdue.filter { $0.kind == .correctiveAction }.count == 1)
        #expect(tasks.filter { $0.kind == .correctiveAction }.count == 2)
        let decisions = try await world.all(Applicability.self, in: meridian).map(\.value)
        #expect(decisions.count == 131)
        #expect(decisions.filter { !$0.isApplicable }.count == 8)
    }

    @Test func theStatementOfSecurityIsApprovedAndTheOneOfAIIsBlockedByRowsWithoutReason() async throws {
        let (world, report) = try await Shared.shared.seeded()
        let caller = Caller.system(organisation: report.organisations[0])
        let service = StatementService(
            store: world.store, blobs: world.blobs, environment: world.environment, library: world.library)
        let security = try await service.view(FrameworkLibrary.security, as: caller)
        #expect(security.approved?.number == 1 && security.content.blocking.isEmpty)
        #expect(!security.changes.isEmpty)
        #expect(security.content.rows.contains { $0.source == .own })
        #expect(security.content.rows.contains { $0.source == .otherFramework })
        let ai = try await service.view(FrameworkLibrary.ai, as: caller).content
        #expect(ai.blocking.map(\.reference) == ["A.3.3", "A.4.4", "A.4.5", "A.6.1.2"])
        #expect(ai.rows.contains { !$0.exceptFor.isEmpty && $0.basis == .riskAssessment })
    }

    @Test func theIntegratedAssessmentShowsTheFiguresOfTheDesign() async throws {
        let (world, report) = try await Shared.shared.seeded()
        let meridian = report.organisations[0]
        let view = try await view(world, meridian, "Integrated gap assessment, autumn")
        #expect(figures(view, FrameworkLibrary.ai) == [24, 17, 6, 2, 21])
        #expect(figures(view, FrameworkLibrary.security) == [71, 22, 5, 6, 19])
        #expect(view.workSaved.split == 2)
        let notes = view.rows.flatMap(\.parts).filter { $0.answer?.value.note != nil }
        #expect(notes.count >= 60)
        for part in view.rows.flatMap(\.partsInScope) where [.partlyConform, .nonconform].contains(part.assessed) {
            #expect(part.answer?.value.owner != nil && part.answer?.value.dueOn != nil, "\(part.item.reference)")
        }
        let last = try await self.view(world, meridian, "Gap assessment ISO/IEC 27001, last year")
        #expect(last.assessment.value.status == .closed)
        #expect(last.counts[FrameworkLibrary.security]?[.unknown] == 0)
        #expect(last.counts[FrameworkLibrary.ai] == nil)
    }

    @Test func theHospitalHasJustBegun() async throws {
        let (world, report) = try await Shared.shared.seeded()
        let hospital = report.organisations[1]
        #expect(try await world.all(Person.self, in: hospital).count == 8)
        #expect(try await world.all(Asset.self, in: hospital).count == 15)
        #expect(try await world.all(Control.self, in: hospital).count == 20)
        #expect(try await world.all(Evidence.self, in: hospital).count == 12)
        #expect(try await world.all(Records.Task.self, in: hospital).count == 8)
        let view = try await view(world, hospital, "First integrated gap assessment")
        #expect((33...42).contains(view.total.answered))
        #expect(view.total.total == 193)
    }

    private func view(_ world: DemoWorld, _ organisation: UUID, _ title: String) async throws -> AssessmentView {
        let service = AssessmentService(
            store: world.store, environment: world.environment, library: world.library, posture: world.posture)
        let found = try await world.all(Assessment.self, in: organisation).first { $0.value.title == title }
        return try await service.view(
            try #require(found).id.raw, as: .system(organisation: organisation))
    }

    private func figures(_ view: AssessmentView, _ framework: String) -> [Int] {
        let order: [Conformity] = [.conform, .partlyConform, .nonconform, .notApplicable, .unknown]
        return order.map { view.counts[framework]?[$0] ?? 0 }
    }
}
