// Assessments over time: sections in other hands, lock, the next round, comparison, implementation groups, large ones.
import SQLiteStorage
import Access
import Foundation
import Governance
import RecordKit
import Records
import Storage
import Testing

@Suite struct AssessmentRoundTests {
    let ai = FrameworkLibrary.ai
    let security = FrameworkLibrary.security

    private func delegate(
        _ world: World, _ section: String, to person: Caller, reviewer: Caller? = nil
    ) async throws -> StoredRecord {
        var delegation = Delegation(section: section, assignee: try #require(person.person))
        delegation.reviewer = reviewer?.person
        return try #require(
            try await world.assessments.delegate(try await world.assessment, [delegation], as: world.lead).first)
    }

    private func take(
        _ step: String, _ record: StoredRecord, in world: World, as caller: Caller, reason: String? = nil
    ) async throws -> StoredRecord {
        let schema = record.schema
        let now = try #require(
            try await world.store.read { try $0.find(schema, record.id, in: world.organisation, asOf: nil) })
        return try await world.records.take(step, schema, record.id, over: now.version, as: caller, reason: reason)
    }

    /// Answers over what the lead sees now.
    private func answer(
        _ key: String, in world: World, as caller: Caller, _ result: AnswerInput.Result = .conform
    ) async throws {
        try await world.answer(key, result, as: caller)
    }

    private func isConflict(_ body: () async throws -> Void) async -> Bool {
        do { try await body() } catch ServiceError.conflict(.state) { return true } catch {}
        return false
    }

    // MARK: Sections in other hands

    @Test func whoeverHasASectionInHandAnswersItsRowsAndNoOthers() async throws {
        let world = try await World()
        let amira = try await world.member("Amira", [.employee])
        await #expect(throws: ServiceError.self) { try await answer("clause:5.1", in: world, as: amira) }
        let made = try await delegate(world, "clause:5", to: amira)
        #expect(made["name"].text.hasPrefix("5 "))
        try await answer("clause:5.1", in: world, as: amira)
        await #expect(throws: ServiceError.self) { try await answer("clause:6.3", in: world, as: amira) }
        let seen = try await world.assessments.view(try await world.assessment, as: amira)
        #expect(!seen.rows.isEmpty && seen.rows.allSatisfy { $0.row.sectionID == "clause:5" })
        #expect(seen.total.total == seen.rows.reduce(0) { $0 + $1.partsInScope.count })
        #expect(try await world.assessments.latest(as: amira) == world.assessment)
        let stranger = try await world.member("Bo", [.employee])
        await #expect(throws: ServiceError.self) {
            _ = try await world.assessments.view(try await world.assessment, as: stranger)
        }
    }

    @Test func aDelegatedSectionCoversItsSubsectionsUnlessTheyAreInOtherHands() async throws {
        let world = try await World()
        let (amira, bo) = (try await world.member("Amira", [.employee]), try await world.member("Bo", [.employee]))
        let view = try await world.view()
        let parent = try #require(view.sections.first { $0.id == "clause:5" }?.parentID)
        _ = try await delegate(world, parent, to: amira)
        try await answer("clause:6.3", in: world, as: amira)
        _ = try await delegate(world, "clause:6", to: bo)
        await #expect(throws: ServiceError.self) {
            try await answer("clause:6.3", in: world, as: amira, .partlyConform)
        }
        try await answer("clause:6.3", in: world, as: bo, .partlyConform)
        try await answer("clause:5.3", in: world, as: amira)
    }

    @Test func aSubmittedSectionIsFrozenForItsAssigneeUntilItIsReturned() async throws {
        let world = try await World()
        let (amira, rosa) = (try await world.member("Amira", [.employee]), try await world.member("Rosa", [.employee]))
        let section = try await delegate(world, "clause:5", to: amira, reviewer: rosa)
        try await answer("clause:5.1", in: world, as: amira)
        _ = try await take("submit", section, in: world, as: amira)
        #expect(await isConflict { try await answer("clause:5.1", in: world, as: amira, .nonconform) })
        try await answer("clause:5.3", in: world, as: world.lead, .partlyConform)
        await #expect(throws: ServiceError.self, "a reason is missing") {
            _ = try await take("return", section, in: world, as: rosa)
        }
        _ = try await take("return", section, in: world, as: rosa, reason: "Say where the policy is kept.")
        try await answer("clause:5.1", in: world, as: amira, .nonconform)
    }

    @Test func anAcceptedSectionTakesNoAnswersFromAnybody() async throws {
        let world = try await World()
        let amira = try await world.member("Amira", [.employee])
        let section = try await delegate(world, "clause:5", to: amira)
        _ = try await take("submit", section, in: world, as: amira)
        let accepted = try await take("accept", section, in: world, as: world.lead)
        #expect(accepted["acceptedBy"] == .reference(try #require(world.lead.person)))
        #expect(await isConflict { try await answer("clause:5.1", in: world, as: world.lead) })
        _ = try await take("reopen", section, in: world, as: world.lead, reason: "A clause was forgotten.")
        try await answer("clause:5.1", in: world, as: amira)
    }

    @Test func whoeverSubmittedASectionDoesNotAcceptIt() async throws {
        let world = try await World()
        let amira = try await world.member("Amira", [.employee])
        let section = try await delegate(world, "clause:5", to: amira)
        _ = try await take("submit", section, in: world, as: world.lead)
        await #expect(throws: ServiceError.self) { _ = try await take("accept", section, in: world, as: world.lead) }
        let officer = try await world.member("Osei", [.dataSecurityOfficer])
        #expect(try await take("accept", section, in: world, as: officer)["status"] == .text("accepted"))
    }

    @Test func anAnswerOfASubmittedSectionIsNotTakenBack() async throws {
        let world = try await World()
        let amira = try await world.member("Amira", [.employee])
        let section = try await delegate(world, "clause:5", to: amira)
        try await answer("clause:5.1", in: world, as: amira)
        let index = try await world.store.read { try $0.ledgerSize(world.organisation) } - 1
        _ = try await take("submit", section, in: world, as: amira)
        await #expect(throws: ServiceError.self) { _ = try await world.records.undo(upTo: index, as: amira) }
        #expect(try await world.row("clause:5.1").parts.map(\.assessed) == [.conform, .conform])
    }

    @Test func aSectionIsDelegatedOnceAndMustExist() async throws {
        let world = try await World()
        let amira = try await world.member("Amira", [.employee])
        _ = try await delegate(world, "clause:5", to: amira)
        await #expect(throws: ServiceError.self) { _ = try await delegate(world, "clause:5", to: amira) }
        await #expect(throws: ServiceError.self) { _ = try await delegate(world, "clause:99", to: amira) }
        await #expect(throws: ServiceError.self) {
            _ = try await delegate(world, "clause:6", to: amira, reviewer: amira)
        }
        let id = try await world.assessment
        await #expect(throws: ServiceError.self, "an employee delegates nothing") {
            _ = try await world.assessments.delegate(
                id, [Delegation(section: "clause:6", assignee: try #require(amira.person))], as: amira)
        }
        await #expect(throws: ServiceError.self, "all or none") {
            _ = try await world.assessments.delegate(
                id, ["clause:6", "clause:99"].map { Delegation(section: $0, assignee: amira.person ?? .unset) },
                as: world.lead)
        }
        #expect(try await world.view().delegations.keys.sorted() == ["clause:5"])
    }

    // MARK: Lock

    @Test func aLockedAssessmentTakesNoAnswersUntilItIsUnlockedWithAReason() async throws {
        let world = try await World()
        let schema = Assessment.schema.erased
        let record = try await world.records.get(schema, try await world.assessment, as: world.lead)
        _ = try await take("lock", record, in: world, as: world.lead)
        #expect(await isConflict { try await answer("clause:5.1", in: world, as: world.lead) })
        #expect(try await !AssessmentService.mayAnswer(world.row("clause:5.1"), as: world.lead))
        await #expect(throws: ServiceError.self, "its scope is locked, too") {
            _ = try await world.records.update(
                schema, record.id, over: record.version + 1, ["title": .text("Other")], keepsMissing: true,
                as: world.lead)
        }
        await #expect(throws: ServiceError.self) { _ = try await take("unlock", record, in: world, as: world.lead) }
        _ = try await take("unlock", record, in: world, as: world.lead, reason: "The review is done.")
        try await answer("clause:5.1", in: world, as: world.lead)
    }

    @Test func theReviewerMayLockAndOthersMayNot() async throws {
        let world = try await World()
        let schema = Assessment.schema.erased
        let rosa = try await world.member("Rosa", [.employee])
        let record = try await world.records.get(schema, try await world.assessment, as: world.lead)
        await #expect(throws: ServiceError.self) { _ = try await take("lock", record, in: world, as: rosa) }
        _ = try await world.records.update(
            schema, record.id, over: record.version, ["reviewer": .reference(try #require(rosa.person))],
            keepsMissing: true, as: world.lead)
        #expect(try await take("lock", record, in: world, as: rosa)["status"] == .text("locked"))
    }

    // MARK: The next round

    /// A round with four rows answered, and the one that follows it.
    private func rounds() async throws -> (world: World, earlier: UUID) {
        let world = try await World()
        let earlier = try await world.assessment
        try await world.answer("clause:5.1", .conform) {
            $0.maturity = 3
            $0.note = "Signed by the board."
        }
        try await world.answer("clause:5.3", .partlyConform)
        try await world.answer("clause:6.1.2", .nonconform, part: security)
        try await world.answer("iso27001-2022:A.7.4", .notApplicable) { $0.justification = "There are no premises." }
        world.clock.advance(days: 300)
        _ = try await world.assessments.startNext(from: earlier, NextAssessment(title: "Next year"), as: world.lead)
        return (world, earlier)
    }

    @Test func theNextAssessmentCarriesEveryAnswerOverAndSaysSo() async throws {
        let (world, earlier) = try await rounds()
        let view = try await world.view()
        #expect(view.assessment.value.title == "Next year")
        #expect(view.assessment.value.previous?.raw == earlier)
        let before = try await world.assessments.view(earlier, as: world.lead)
        #expect(view.counts == before.counts)
        let part = try #require(try await world.row("clause:5.1").parts.first)
        let old = try #require(before.rows.first { $0.row.key == "clause:5.1" }?.parts.first?.answer?.value)
        #expect(part.origin == .carriedOver)
        #expect(part.originNote?.contains(before.assessment.value.title) == true)
        #expect(part.originNote?.contains(try #require(old.answeredOn).description) == true)
        #expect(part.answer?.value.maturity == 3 && part.answer?.value.note == "Signed by the board.")
        #expect(part.answer?.value.answeredOn == old.answeredOn && part.answer?.value.answeredBy == old.answeredBy)
        #expect(try await world.row("clause:6.3").parts.allSatisfy { $0.origin == nil }, "nothing was answered")
        #expect(try await world.row("iso27001-2022:A.7.4").parts.first?.origin == .carriedOver)
        // Two rows of two standards, one part of another, and one decision.
        #expect(view.origins == OriginCounts(reassessed: 0, carriedOver: 6))
        #expect(before.origins == nil, "a first round continues none")
    }

    @Test func aRowIsReassessedWhenSomebodyAnswersItAlsoWithTheSameResult() async throws {
        let (world, _) = try await rounds()
        try await world.answer("clause:5.3", .conform)
        #expect(try await world.row("clause:5.3").parts.map(\.origin) == [.assessed, .assessed])
        try await world.answer("clause:5.1", nil) { $0.note = "Signed again." }
        #expect(try await world.row("clause:5.1").parts.map(\.origin) == [.carriedOver, .carriedOver], "only a note")
        try await world.answer("clause:5.1", nil) { $0.confirms = true }
        let confirmed = try await world.row("clause:5.1")
        #expect(confirmed.parts.map(\.origin) == [.assessed, .assessed])
        #expect(confirmed.parts.map { $0.answer?.value.answeredOn } == [world.clock.today, world.clock.today])
        #expect(confirmed.parts.map(\.assessed) == [.conform, .conform])
        try await world.answer("clause:6.1.2", nil) { $0.confirms = true }
        #expect(try await world.row("clause:6.1.2").parts.map(\.origin) == [nil, .assessed])
        try await world.answer("iso27001-2022:A.7.4", nil) { $0.confirms = true }
        #expect(try await world.row("iso27001-2022:A.7.4").parts.map(\.origin) == [.assessed])
        #expect(try await world.view().origins == OriginCounts(reassessed: 6, carriedOver: 0))
        #expect(await isConflict { try await world.answer("clause:5.1", nil) { $0.confirms = true } })
    }

    @Test func aStaleConfirmationIsRefused() async throws {
        let (world, _) = try await rounds()
        try await world.answer("clause:5.1", .nonconform)
        try await world.answer("clause:5.3", nil) { $0.note = "Somebody else wrote this." }
        await #expect(throws: ServiceError.self) {
            try await world.answer("clause:5.3", nil) {
                $0.confirms = true
                $0.versions = [ai: 1, security: 1]
            }
        }
        #expect(try await world.row("clause:5.3").parts.map(\.origin) == [.carriedOver, .carriedOver])
    }

    @Test func whatIsCarriedOverTwiceNamesTheRoundThatFoundIt() async throws {
        let (world, earlier) = try await rounds()
        let title = try await world.assessments.view(earlier, as: world.lead).assessment.value.title
        try await world.answer("clause:5.3", .conform)
        _ = try await world.assessments.startNext(
            from: try await world.assessment, NextAssessment(title: "The year after"), as: world.lead)
        #expect(try await world.row("clause:5.1").parts.first?.originNote?.contains(title) == true)
        #expect(try await world.row("clause:5.3").parts.first?.originNote?.contains("Next year") == true)
    }

    @Test func onlyThoseWhoMayCreateAnAssessmentStartTheNext() async throws {
        let (world, earlier) = try await rounds()
        let amira = try await world.member("Amira", [.controlOwner])
        await #expect(throws: ServiceError.self) {
            _ = try await world.assessments.startNext(from: earlier, NextAssessment(title: "Mine"), as: amira)
        }
        await #expect(throws: ServiceError.self, "a title is required") {
            _ = try await world.assessments.startNext(from: earlier, NextAssessment(title: ""), as: world.lead)
        }
    }

    // MARK: Comparison

    @Test func aComparisonNamesWhatChangedAndWhatNobodyLookedAt() async throws {
        let (world, earlier) = try await rounds()
        try await world.answer("clause:5.3", .conform)
        try await world.answer("clause:5.1", .nonconform)
        try await world.answer("clause:6.3", .conform)
        let compared = try await world.assessments.compare(try await world.assessment, with: nil, as: world.lead)
        #expect(compared.then.assessment.id.raw == earlier)
        func changes(_ key: String) -> [AssessedChange] { compared.items.filter { $0.rowKey == key }.map(\.change) }
        #expect(changes("clause:5.3") == [.better, .better])
        #expect(changes("clause:5.1") == [.worse, .worse])
        #expect(changes("clause:6.3") == [.newlyAssessed, .newlyAssessed])
        #expect(changes("iso27001-2022:A.7.4") == [.same])
        let unchanged = try #require(compared.items.first { $0.rowKey == "clause:6.1.2" && $0.now == .nonconform })
        #expect(unchanged.change == .same && unchanged.origin == .carriedOver)
        #expect(compared.counts.values.reduce(0, +) == 193)
        #expect(compared.countsThen["clause:5"]?[.conform] == 2 && compared.countsNow["clause:5"]?[.nonconform] == 2)
    }

    @Test func aClosedAssessmentIsComparedAsItStoodThen() async throws {
        let (world, earlier) = try await rounds()
        let record = try await world.records.get(Assessment.schema.erased, earlier, as: world.lead)
        _ = try await take("close", record, in: world, as: world.lead)
        // The decision belongs to the organisation: it changes later, for the next round.
        try await world.answer("iso27001-2022:A.7.4", .conform)
        let compared = try await world.assessments.compare(try await world.assessment, with: earlier, as: world.lead)
        let item = try #require(compared.items.first { $0.rowKey == "iso27001-2022:A.7.4" })
        #expect(item.then == .notApplicable && item.now == .conform && item.change == .applicability)
    }

    @Test func anAssessmentIsNotComparedWithNothingOrWithItself() async throws {
        let (world, earlier) = try await rounds()
        await #expect(throws: ServiceError.self) {
            _ = try await world.assessments.compare(earlier, with: nil, as: world.lead)
        }
        await #expect(throws: ServiceError.self) {
            _ = try await world.assessments.compare(earlier, with: earlier, as: world.lead)
        }
    }

    // MARK: Implementation groups and size

    /// A framework of 2,000 items beside the shared ones, each second one of group IG1 and all of IG2, adopted and in
    /// the scope of an assessment of its own.
    private func large(_ world: World, items: Int = 2_000) async throws -> UUID {
        let system = Caller.system(organisation: nil)
        let environment = world.environment
        let framework = environment.id()
        try await world.store.write(nil) { transaction in
            var record = Framework()
            (record.key, record.name, record.fullName) = ("large", "Large", "A large framework")
            (record.edition, record.publisher, record.licence) = ("1", "Us", "Own")
            (record.textOrigin, record.contentSHA256) = ("Own", String(repeating: "a", count: 64))
            try transaction.save(
                try Framework.schema.validated(record), id: ID(framework), over: nil,
                by: system.change("load", in: environment))
            var heading = UUID.unset
            for n in 0..<items {
                let isHeading = n.isMultiple(of: 50)
                var item = Requirement()
                (item.key, item.framework, item.reference) = ("large:L.\(n)", ID(framework), "L.\(n)")
                (item.title, item.text, item.theme) = ("Requirement number \(n)", "It asks for \(n).", "Large")
                (item.isAssessable, item.position, item.kind) = (!isHeading, n, .control)
                if !isHeading { item.parent = ID(heading) }
                let groups = n.isMultiple(of: 2) ? "[\"IG1\",\"IG2\"]" : "[\"IG2\"]"
                item.groups = JSONDocument(groups)
                let id = environment.id()
                if isHeading { heading = id }
                try transaction.save(
                    try Requirement.schema.validated(item), id: ID(id), over: nil,
                    by: system.change("load", in: environment))
            }
            try transaction.saveLoadedSource("questions.yaml", sha256: "larger")
        }
        let adoption = try await world.records.create(
            FrameworkAdoption.schema.erased, ["name": .text("Large"), "framework": .reference(framework)],
            as: world.lead)
        _ = try await world.records.take(
            "adopt", FrameworkAdoption.schema.erased, adoption.id, over: 1, as: world.lead, reason: nil)
        return try await world.records.create(
            Assessment.schema.erased, ["title": .text("Large"), "scope": .links([adoption.id])], as: world.lead
        ).id
    }

    @Test func onlyChosenImplementationGroupsAreAssessed() async throws {
        let world = try await World()
        let id = try await large(world, items: 100)
        let all = try await world.assessments.view(id, as: world.lead)
        #expect(all.rows.count == 98)
        try await world.answer("large:L.1", .conform)
        _ = try await world.assessments.setGroups(["large": ["IG1"]], of: id, over: 1, as: world.lead)
        let some = try await world.assessments.view(id, as: world.lead)
        #expect(some.rows.count == 48)
        #expect(some.rows.allSatisfy { $0.partsInScope.allSatisfy { $0.item.groups.contains("IG1") } })
        #expect(some.total.answered == 0)
        _ = try await world.assessments.setGroups([:], of: id, over: 2, as: world.lead)
        #expect(try await world.assessments.view(id, as: world.lead).total.answered == 1, "the answer stayed")
        await #expect(throws: ServiceError.self) {
            _ = try await world.assessments.setGroups(["large": ["IG9"]], of: id, over: 3, as: world.lead)
        }
        await #expect(throws: ServiceError.self) {
            _ = try await world.assessments.setGroups(["none": []], of: id, over: 3, as: world.lead)
        }
        await #expect(throws: ServiceError.self, "a stale version") {
            _ = try await world.assessments.setGroups(["large": ["IG2"]], of: id, over: 1, as: world.lead)
        }
    }

    @Test func anAssessmentOf2000RowsIsAnsweredCarriedOverAndReadAgain() async throws {
        let world = try await World()
        let id = try await large(world, items: 2_050)
        let keys = try await world.assessments.view(id, as: world.lead).rows.map(\.row.key)
        #expect(keys.count == 2_009)
        for key in keys.prefix(30) {
            var input = AnswerInput()
            input.result = .conform
            input.versions = ["large": 0]
            let after = try await world.assessments.answer(id, row: key, input, as: world.lead)
            let fresh = try await world.assessments.view(id, as: world.lead)
            #expect(after.counts == fresh.counts && after.sectionCounts == fresh.sectionCounts)
            #expect(after.ledgerSize == fresh.ledgerSize)
        }
        let next = try await world.assessments.startNext(from: id, NextAssessment(title: "Again"), as: world.lead)
        let view = try await world.assessments.view(next.id, as: world.lead)
        #expect(view.origins == OriginCounts(reassessed: 0, carriedOver: 30))
    }

    @Test func aKeptViewIsNeverOlderThanTheLastChange() async throws {
        let world = try await World()
        let before = try await world.view()
        #expect(before.total.answered == 0)
        try await world.answer("clause:5.1", .conform)
        #expect(try await world.view().total.answered == 2)
        await #expect(throws: ServiceError.self) { try await world.answer("clause:5.1", nil) { $0.confirms = true } }
        #expect(try await world.view().total.answered == 2)
        // A task that the day makes overdue lowers what is shown, without any entry in the ledger.
        let item = try #require(try await world.row("clause:5.1").parts.first?.item.id)
        _ = try await world.records.create(
            Records.Task.schema.erased,
            [
                "title": .text("Sign"), "requirements": .links([item]),
                "dueOn": .day(world.clock.today.adding(days: 1)),
            ], as: world.lead)
        #expect(try await world.row("clause:5.1").parts.first?.shown == .conform)
        world.clock.advance(days: 3)
        let posture = world.posture
        let today = world.clock.today
        try await world.store.write(world.organisation) {
            try posture.recompute([item], in: $0, world.organisation, today)
        }
        #expect(try await world.row("clause:5.1").parts.first?.shown == .partlyConform)
    }
}
