import SQLiteStorage
import Access
import Foundation
import Governance
import RecordKit
import Records
import Storage
import Testing

extension World {
    var gaps: GapService { GapService(records: records, library: library) }
    func gapList(asOf: AsOf? = nil) async throws -> GapList {
        try await gaps.list(try await assessment, as: lead, asOf: asOf)
    }
    /// Answers a row of one part, or the part of one standard.
    func answerAll(_ result: AnswerInput.Result) async throws {
        for row in try await view().rows {
            for part in row.isOneAnswer ? [String?.none] : row.partsInScope.map({ $0.item.frameworkKey }) {
                try await answer(row.row.key, result, part: part)
            }
        }
    }
}

@Suite struct GapTests {
    let ai = FrameworkLibrary.ai
    let security = FrameworkLibrary.security

    @Test func whatNobodyAnsweredIsAGapThatIsNotKnown() async throws {
        let list = try await World().gapList()
        #expect(list.gaps.flatMap(\.requirements).count == 193)
        #expect(list.gaps.allSatisfy { $0.severity == .unknown && $0.effect == .notKnown })
        #expect(list.measures.allSatisfy { $0.points == 0 }, "nothing that is unknown counts as an effect")
        #expect(list.gaps.allSatisfy { !$0.measures.isEmpty }, "a suggestion serves every requirement of the standards")
    }

    @Test func aClauseMayBlockACertificateAndAControlAtLeastCountsAsMinor() async throws {
        let world = try await World()
        try await world.answer("clause:5.3", .partlyConform)
        try await world.answer("iso27001-2022:A.5.1", .nonconform)
        try await world.answer("iso27001-2022:A.5.2", .partlyConform)
        try await world.answer("iso27001-2022:A.5.3", .conform)
        let list = try await world.gapList()
        #expect(list.gap("clause:5.3")?.effect == .possibleMajor)
        #expect(list.gap("clause:5.3")?.requirements.count == 2, "one answer for both standards is one gap")
        #expect(list.gap("iso27001-2022:A.5.1")?.effect == .minorAtLeast)
        #expect(list.gap("iso27001-2022:A.5.2")?.effect == .notBlocking)
        #expect(list.gap("iso27001-2022:A.5.3") == nil)
        #expect(list.count(.possibleMajor) == 1)
        #expect(list.count(.minorAtLeast) == 1)
    }

    @Test func aControlThatDoesNotApplyIsNoGap() async throws {
        let world = try await World()
        try await world.answer("iso27001-2022:A.7.4", .notApplicable) { $0.justification = "No premises." }
        #expect(try await world.gapList().gap("iso27001-2022:A.7.4") == nil)
    }

    @Test func partsThatAreAnsweredApartAreGapsOfTheirOwn() async throws {
        let world = try await World()
        try await world.answer("clause:6.1.2", .conform, part: security)
        let list = try await world.gapList()
        #expect(list.gap("clause:6.1.2@\(ai)")?.severity == .unknown)
        #expect(list.gap("clause:6.1.2@\(security)") == nil)
    }

    @Test func theEffectOfAMeasureIsWhatItServesInEveryFrameworkAndEachNumberCanBeOpened() async throws {
        let world = try await World()
        try await world.answer("clause:5.3", .nonconform)
        try await world.answer("iso42001-2023:A.3.2", .nonconform)
        try await world.answer("iso27001-2022:A.5.2", .partlyConform)
        let list = try await world.gapList()
        let measure = try #require(list.measure("MS-05"))
        #expect(measure.frameworks == [ai, security])
        #expect(measure.count(.nonconform) == 3)
        #expect(measure.count(.partlyConform) == 1)
        #expect(measure.points == 3 + 3 + 2 + 1)
        #expect(list.measures.first?.suggestion.id == "MS-05", "it has the greatest effect for its effort")
        var filter = GapFilter()
        filter.measure = "MS-05"
        let opened = list.filtered(filter).flatMap(\.requirements).map(\.item.id)
        #expect(Set(opened) == Set(measure.requirements.map(\.item.id)))
    }

    @Test func theCrosswalkCarriesAMeasureOverWhereItSaysEqualOrContained() async throws {
        let world = try await World()
        let library = try await world.library.current(for: world.organisation)
        let security = try #require(library.framework(security))
        let csf = try #require(library.framework("nist-csf-2.0"))
        // CSF PR.IR-02 contains A.7.5; no suggestion names PR.IR-02.
        let contained = try #require(security.items.first { $0.reference == "A.7.5" })
        let container = try #require(csf.items.first { $0.reference == "PR.IR-02" })
        let suggestion = try #require(try ControlSuggestion.all().first { $0.requirements.contains(contained.id) })
        #expect(!suggestion.requirements.contains(container.id))
        let shown = try await ControlLibraryService(records: world.records, library: world.library).library(
            as: world.lead)
        let served = try #require(shown.suggestions.first { $0.suggestion.id == suggestion.id }).serves
        #expect(!served.contains { $0.id == container.id }, "what contains more is not served by a part of it")
        // GDPR and AI Act only overlap, so nothing is carried over to them.
        for one in shown.suggestions { #expect(one.serves.count >= one.direct) }
    }

    @Test func filtersAndOrdersNarrowAndSort() async throws {
        let world = try await World()
        try await world.answer("clause:5.3", .nonconform) { $0.owner = .some(world.lead.person) }
        try await world.answer("iso27001-2022:A.5.1", .partlyConform)
        let list = try await world.gapList()
        var filter = GapFilter()
        filter.owner = world.lead.person
        #expect(list.filtered(filter).map(\.key) == ["clause:5.3"])
        filter = GapFilter()
        filter.severity = .partlyConform
        #expect(list.filtered(filter).map(\.key) == ["iso27001-2022:A.5.1"])
        filter = GapFilter()
        filter.framework = ai
        #expect(list.filtered(filter).allSatisfy { $0.requirements.contains { $0.item.frameworkKey == ai } })
        filter = GapFilter()
        filter.area = "suppliers"
        let suppliers = list.filtered(filter)
        #expect(suppliers.contains { $0.key == "iso27001-2022:A.5.19" } && suppliers.count < list.gaps.count)
        #expect(suppliers.allSatisfy { $0.requirements.contains { $0.item.areas.contains("suppliers") } })
        for severity in GapFilter.severities {
            let counted = list.count(severity, inArea: "suppliers")
            #expect(counted == suppliers.count { $0.severity == severity })
        }
        filter = GapFilter()
        filter.order = .severity
        #expect(list.filtered(filter).prefix(2).map(\.key) == ["clause:5.3", "iso27001-2022:A.5.1"])
        filter.order = .reference
        #expect(list.filtered(filter).first?.key == "clause:4.1@\(ai)")
        filter.order = .effort
        let days = list.filtered(filter).compactMap { list.effortDays($0) }
        #expect(days == days.sorted())
    }

    // MARK: Tasks

    @Test func oneClickMakesATaskWithOwnerDayAndLinks() async throws {
        let world = try await World()
        try await world.answer("clause:5.3", .nonconform) { $0.owner = .some(world.lead.person) }
        let milestone = try await world.records.create(
            Milestone.schema.erased, ["title": .text("Ready"), "dueOn": .day(world.clock.today.adding(days: 90))],
            as: world.lead)
        let outcomes = try await world.gaps.makeTasks(
            try await world.assessment,
            GapTasks(gaps: ["clause:5.3"], dueOn: world.clock.today.adding(days: 30), milestone: milestone.id),
            as: world.lead)
        guard case .made(let record) = try #require(outcomes.first).result else { throw StoreError.badCursor }
        let task = try record.decoded(as: Records.Task.self).value
        #expect(task.requirements.ids.count == 2)
        #expect(task.assignee?.raw == world.lead.person, "whoever owns the answer, if nobody else is named")
        #expect(task.dueOn == world.clock.today.adding(days: 30))
        #expect(task.milestone?.raw == milestone.id)
        #expect(task.priority == .high)
        #expect(task.effortDays == 3)
        let status = try await world.row("clause:5.3").parts.compactMap { $0.status?.tasksOpen }
        #expect(status == [1, 1], "the posture knows of it")
    }

    @Test func aGapGetsNoSecondOpenTask() async throws {
        let world = try await World()
        try await world.answer("clause:5.3", .nonconform)
        let id = try await world.assessment
        let wanted = GapTasks(gaps: ["clause:5.3", "clause:5.3", "clause:0"])
        let first = try await world.gaps.makeTasks(id, wanted, as: world.lead)
        #expect(first.count == 2)
        guard case .made(let task) = first[0].result, case .notOpen = first[1].result else {
            throw StoreError.badCursor
        }
        let second = try await world.gaps.makeTasks(id, GapTasks(gaps: ["clause:5.3"]), as: world.lead)
        guard case .alreadyOpen(let open, let title) = second[0].result else { throw StoreError.badCursor }
        #expect(open == task.id && title == task.title)
        // Somebody who may make tasks and may not see this one does not learn which it is.
        let employee = try await world.member("Eve", [.employee])
        let assessments = Assessment.schema.erased
        let assessment = try await world.records.get(assessments, id, as: world.lead)
        _ = try await world.records.update(
            assessments, id, over: assessment.version, ["reviewer": .reference(try #require(employee.person))],
            keepsMissing: true, as: world.lead)
        let other = try await world.gaps.makeTasks(id, GapTasks(gaps: ["clause:5.3"]), as: employee)
        guard case .alreadyOpen(nil, title: nil) = other[0].result else { throw StoreError.badCursor }
        _ = try await world.records.take(
            "cancel", Records.Task.schema.erased, task.id, over: task.version, as: world.lead, reason: "Not now.")
        let third = try await world.gaps.makeTasks(id, GapTasks(gaps: ["clause:5.3"]), as: world.lead)
        guard case .made = third[0].result else { throw StoreError.badCursor }
    }

    @Test func theEffortOfAMeasureIsCountedOnce() async throws {
        let world = try await World()
        try await world.answer("clause:5.3", .nonconform)
        try await world.answer("iso42001-2023:A.3.2", .nonconform)
        let outcomes = try await world.gaps.makeTasks(
            try await world.assessment, GapTasks(gaps: ["clause:5.3", "iso42001-2023:A.3.2"]), as: world.lead)
        let days = try outcomes.compactMap { outcome -> Decimal? in
            guard case .made(let record) = outcome.result else { return nil }
            return try record.decoded(as: Records.Task.self).value.effortDays
        }
        #expect(days == [3, 0])
    }

    @Test func aMeasureBecomesOneTaskForAllThatItServes() async throws {
        let world = try await World()
        try await world.answer("clause:5.3", .nonconform)
        let id = try await world.assessment
        let served = try #require(try await world.gapList().measure("MS-05")).requirements.count
        let outcomes = try await world.gaps.makeTasks(id, GapTasks(gaps: [], measures: ["MS-05"]), as: world.lead)
        guard case .made(let record) = outcomes[0].result else { throw StoreError.badCursor }
        #expect(try record.decoded(as: Records.Task.self).value.requirements.ids.count == served)
        let again = try await world.gaps.makeTasks(id, GapTasks(gaps: [], measures: ["MS-05"]), as: world.lead)
        guard case .alreadyOpen = again[0].result else { throw StoreError.badCursor }
    }

    @Test func badTasksAreRefusedByName() async throws {
        let world = try await World()
        let id = try await world.assessment
        func field(_ wanted: GapTasks, as caller: Caller? = nil) async -> String? {
            let error = await #expect(throws: ServiceError.self) {
                try await world.gaps.makeTasks(id, wanted, as: caller ?? world.lead)
            }
            if case .invalid(let invalid) = error { return invalid.problems.first?.field }
            return nil
        }
        #expect(await field(GapTasks(gaps: [])) == "gaps")
        #expect(await field(GapTasks(gaps: (0...200).map(String.init))) == "gaps")
        #expect(await field(GapTasks(gaps: ["clause:5.3"], assignee: id)) == "assignee")
        #expect(await field(GapTasks(gaps: ["clause:5.3"], milestone: id)) == "milestone")
        let auditor = try await world.member("Otto", [.externalAuditor])
        await #expect(throws: ServiceError.self) {
            try await world.gaps.makeTasks(id, GapTasks(gaps: ["clause:5.3"]), as: auditor)
        }
        let employee = try await world.member("Eva", [.employee])
        await #expect(throws: ServiceError.self) { try await world.gaps.list(id, as: employee) }
    }

    // MARK: Time

    @Test func thePastShowsTheGapsOfThen() async throws {
        let world = try await World()
        try await world.answer("clause:5.3", .nonconform)
        let size = try await world.store.read { try $0.ledgerSize(world.organisation) }
        let then = try await world.records.moment(index: size - 1, as: world.lead)
        try await world.answer("clause:5.3", .conform)
        #expect(try await world.gapList().gap("clause:5.3") == nil)
        #expect(try await world.gapList(asOf: then).gap("clause:5.3")?.severity == .nonconform)
    }

    @Test func theBurnDownIsWhatStoodAtTheEndOfEachWeek() async throws {
        let world = try await World()
        try await world.answer("clause:5.3", .nonconform)
        try await world.answer("iso27001-2022:A.5.1", .partlyConform)
        _ = try await world.gaps.makeTasks(
            try await world.assessment, GapTasks(gaps: ["clause:5.3"]), as: world.lead)
        world.clock.advance(days: 14)
        try await world.answer("clause:5.3", .conform)
        let points = try await world.gaps.burndown(try await world.assessment, weeks: 4, as: world.lead)
        #expect(points.map(\.gaps) == [nil, 3, 3, 1], "before there was an assessment nothing is known")
        #expect(points.map(\.unknown) == [nil, 190, 190, 190])
        #expect(points.map(\.openTasks) == [nil, 1, 1, 1])
        #expect(points.last?.day == world.clock.today && points.last?.index == nil)
        await #expect(throws: ServiceError.self) {
            try await world.gaps.burndown(try await world.assessment, weeks: 27, as: world.lead)
        }
    }

    @Test func manyStatusesAtOnceAreTheStatusesOneByOne() async throws {
        let world = try await World()
        let library = try await world.library.current(for: world.organisation)
        let requirements = library.assessable
        var control = Control()
        control.code = "C-1"
        control.title = "One"
        control.requirements = Links(requirements.prefix(5).map { ID($0) })
        let made = try await world.records.create(
            Control.schema.erased,
            ["code": .text("C-1"), "title": .text("One"), "requirements": control.requirements.fieldValue],
            as: world.lead)
        _ = try await world.records.create(
            Records.Task.schema.erased,
            [
                "title": .text("Late"), "kind": .text("correctiveAction"), "controls": .links([made.id]),
                "dueOn": .day(world.clock.today.adding(days: -1)), "requirements": .links([requirements[9]]),
            ], as: world.lead)
        // The cache was written one by one; the past is read at once.
        let size = try await world.store.read { try $0.ledgerSize(world.organisation) }
        let now = try await world.view()
        let then = try await world.view(asOf: try await world.records.moment(index: size - 1, as: world.lead))
        for (a, b) in zip(now.rows, then.rows) {
            for (one, other) in zip(a.parts, b.parts) {
                #expect(one.measured == other.measured, "\(one.item.reference)")
                #expect(one.status?.tasksOverdue ?? 0 == other.status?.tasksOverdue ?? 0)
                #expect(one.status?.controls ?? 0 == other.status?.controls ?? 0)
            }
        }
        #expect(now.rows.flatMap(\.parts).count { $0.measured == .failing } >= 6)
    }

    // MARK: Plan

    @Test func thePlanCountsWhatNobodyEstimatedApart() async throws {
        let world = try await World()
        let today = world.clock.today
        let milestone = try await world.records.create(
            Milestone.schema.erased, ["title": .text("Ready"), "dueOn": .day(today.adding(days: -1))], as: world.lead)
        func task(_ title: String, _ more: [String: FieldValue]) async throws {
            _ = try await world.records.create(
                Records.Task.schema.erased, more.merging(["title": .text(title)]) { a, _ in a }, as: world.lead)
        }
        let place = FieldValue.reference(milestone.id)
        try await task("Known", ["milestone": place, "effortDays": .decimal(2.5)])
        try await task("Unknown", ["milestone": place, "dueOn": .day(today.adding(days: -3))])
        try await task("Elsewhere", [:])
        let plan = try await world.gaps.plan(as: world.lead)
        let planned = try #require(plan.milestones.first)
        #expect(planned.isOverdue)
        #expect(planned.work.openDays == 2.5)
        #expect(planned.work.unestimated == 1)
        #expect(planned.work.overdue.map(\.value.title) == ["Unknown"])
        #expect(plan.others.tasks.map(\.value.title) == ["Elsewhere"])
        #expect(plan.isComplete)
    }
}
