// The crosswalk on the real catalogue: own mappings and who makes them, projections that move no count, accepting one.
import SQLiteStorage
import Access
import Foundation
import Governance
import RecordKit
import Records
import Storage
import Testing

private let csf = "nist-csf-2.0"

extension World {
    var crosswalk: CrosswalkService { CrosswalkService(store: store, library: library, assessments: assessments) }

    func item(_ framework: String, _ reference: String) async throws -> LibraryItem {
        let library = try await library.current(for: organisation)
        return try #require(library.framework(framework)?.items.first { $0.reference == reference })
    }

    @discardableResult
    func map(
        _ source: LibraryItem, _ relation: Mapping.Relationship, _ target: LibraryItem, strength: Int = 8,
        _ more: [String: FieldValue] = [:], as caller: Caller? = nil
    ) async throws -> StoredRecord {
        let input: [String: FieldValue] = [
            "source": .reference(source.id), "target": .reference(target.id), "relationship": .text(relation.rawValue),
            "strength": .integer(strength), "rationale": .text("We run both as one."), "basis": .text("judgement"),
        ]
        return try await records.create(Mapping.schema.erased, input.merging(more) { $1 }, as: caller ?? lead)
    }

    /// Takes a framework into the scope of the assessment.
    func adopt(_ key: String) async throws {
        let framework = try #require(try await library.current(for: organisation).framework(key))
        let schema = FrameworkAdoption.schema.erased
        let made = try await records.create(
            schema, ["name": .text(framework.name), "framework": .reference(framework.id)], as: lead)
        _ = try await records.take("adopt", schema, made.id, over: made.version, as: lead, reason: nil)
        let whole = try await records.get(Assessment.schema.erased, try await assessment, as: lead)
        guard case .links(let scope) = whole["scope"] else { return }
        _ = try await records.update(
            Assessment.schema.erased, whole.id, over: whole.version, ["scope": .links(scope + [made.id])],
            keepsMissing: true, as: lead)
    }

    func projected(_ key: String, _ reference: String) async throws -> ProjectedItem {
        let id = try await item(key, reference).id
        return try #require(try await crosswalk.projection(of: key, as: lead).item(id))
    }

    func accept(
        _ key: String, _ reference: String, _ result: Answer.Result, reason: String = "Seen in the internal audit.",
        version: Int = 0, as caller: Caller? = nil
    ) async throws -> RowView? {
        let row = "\(key):\(reference)"
        let view = try await assessments.acceptProjection(
            try await assessment, row: row, framework: key,
            Acceptance(result: result, reason: reason, versions: [key: version]), as: caller ?? lead)
        return view.rows.first { $0.row.key == row }
    }
}

@Suite struct OwnMappingTests {
    @Test func shippedMappingsSayWhereTheyAreFromAndWhoSaysSo() async throws {
        let world = try await World()
        let graph = try await world.crosswalk.snapshot(as: world.lead).graph
        #expect(graph.mappings.count == 1_081)
        #expect(graph.dangling.isEmpty)
        #expect(graph.mappings.allSatisfy { $0.author == "Concord" && $0.origin?.isEmpty == false && !$0.isOwn })
    }

    @Test func anOwnMappingGetsItsKeyAndIsSeenAtOnce() async throws {
        let world = try await World()
        let (a, b) = (try await world.item(FrameworkLibrary.security, "A.5.23"), try await world.item(csf, "GV.SC-01"))
        let before = try await world.crosswalk.snapshot(as: world.lead).graph
        let made = try await world.map(a, .superset, b, strength: 6, ["reviewState": .text("proposed")])
        #expect(made["key"] == .text("own:iso27001-2022:A.5.23>nist-csf-2.0:GV.SC-01"))
        #expect(made["set"] == .text("own"))
        let after = try await world.crosswalk.snapshot(as: world.lead).graph
        #expect(after.mappings.count == before.mappings.count + 1)
        #expect(after.mappings.filter(\.isOwn).map(\.id) == [made.id])
        _ = try await world.records.setArchived(
            true, Mapping.schema.erased, made.id, over: made.version, as: world.lead, reason: "Wrong")
        #expect(try await world.crosswalk.snapshot(as: world.lead).graph.mappings.count == before.mappings.count)
    }

    @Test func aPairIsMappedOnceBetweenTwoFrameworksThatAreThere() async throws {
        let world = try await World()
        let (a, b) = (try await world.item(FrameworkLibrary.security, "A.5.23"), try await world.item(csf, "GV.SC-01"))
        let other = try await world.item(FrameworkLibrary.security, "A.5.24")
        try await world.map(a, .subset, b)
        func refused(_ from: LibraryItem, _ to: LibraryItem, _ more: [String: FieldValue] = [:]) async -> String? {
            do {
                try await world.map(from, .equal, to, more)
                return nil
            } catch ServiceError.invalid(let invalid) { return invalid.problems.map(\.field).joined() } catch {
                return "\(error)"
            }
        }
        #expect(await refused(a, b) == "target")
        #expect(await refused(b, a) == "target", "nor the other way round")
        #expect(await refused(a, a) == "target")
        #expect(await refused(a, other) == "target", "within one framework")
        #expect(await refused(b, other, ["target": .reference(world.environment.id())]) == "target")
        #expect(await refused(b, other, ["strength": .integer(11)]) == "strength")
        #expect(await refused(b, other, ["key": .text("own:x>y")]) == "key", "the system sets it")
    }

    @Test func sharedMappingsAreChangedByNobodyAndOwnOnesByThreeRoles() async throws {
        let world = try await World()
        let schema = Mapping.schema.erased
        let shared = try #require(
            try await world.store.read { try $0.page(Query(schema, limit: 1), in: world.organisation, asOf: nil) }
                .records.first)
        for caller in [
            world.lead, .system(organisation: world.organisation),
            .operator(user: "root", organisation: world.organisation),
        ] {
            await #expect(throws: ServiceError.self) {
                try await world.records.update(
                    schema, shared.id, over: shared.version, ["strength": .integer(1)], keepsMissing: true, as: caller)
            }
        }
        let (a, b) = (try await world.item(FrameworkLibrary.security, "A.5.23"), try await world.item(csf, "GV.SC-01"))
        for role in Role.allCases {
            let caller = try await world.member("P\(role.rawValue)", [role])
            let may = [Role.complianceLead, .aiRiskOfficer, .dataSecurityOfficer].contains(role)
            do {
                let made = try await world.map(a, .subset, b, as: caller)
                #expect(may, "\(role)")
                _ = try await world.records.setArchived(true, schema, made.id, over: 1, as: caller, reason: "Tidying")
            } catch ServiceError.forbidden { #expect(!may, "\(role)") }
        }
        for closed in [Framework.schema.erased, Requirement.schema.erased] {
            #expect(!Authorisation.mayCreate(.operator(user: "root", organisation: world.organisation), closed))
        }
    }

    @Test func aMappingThatDisagreesIsTakenAndShownAsAConflict() async throws {
        let world = try await World()
        let (a, b) = (try await world.item(FrameworkLibrary.security, "4.2"), try await world.item(csf, "GV.OC-02"))
        let shared = try await world.crosswalk.conflicts(as: world.lead).1
        try await world.map(a, .intersects, b, strength: 2)
        let now = try await world.crosswalk.conflicts(as: world.lead).1
        let ends = Set([a.id, b.id])
        let found = now.filter {
            $0.kind == .disagreement && Set([$0.mappings[0].source, $0.mappings[0].target]) == ends
        }
        #expect(found.first?.mappings.count == 2)
        #expect(now.count > shared.count)
    }

    @Test func anotherOrganisationsMappingsAreNotSeen() async throws {
        let world = try await World()
        let (a, b) = (try await world.item(FrameworkLibrary.security, "A.5.23"), try await world.item(csf, "GV.SC-01"))
        try await world.map(a, .equal, b)
        let id = try #require(world.lead.account)
        let account = try #require(try await world.store.account(id))
        let other = try await World.found("Hospital", world, account)
        let theirs = try await world.crosswalk.snapshot(as: .system(organisation: other)).graph
        let own = theirs.mappings.filter(\.isOwn)
        #expect(own.isEmpty)
    }
}

@Suite struct ProjectionServiceTests {
    @Test func anAnswerProjectsAndMovesNoCountOfTheOtherFramework() async throws {
        let world = try await World()
        #expect(try await world.projected(csf, "GV.OC-02").word == .unknown)
        try await world.answer("clause:4.2", .conform)
        let found = try await world.projected(csf, "GV.OC-02")
        #expect(found.word == .supported)
        #expect(found.shown == nil && found.offered.isEmpty, "it is not in the scope")
        let best = try #require(found.sources.first)
        #expect(best.item.reference == "4.2" && best.path.relation == .equal && !best.path.isInferred)
        #expect(found.sources.contains { $0.path.isInferred })
        try await world.adopt(csf)
        let view = try await world.view()
        #expect(view.counts[csf]?[.conform] == 0 && view.counts[csf]?.answered == 0)
        try await world.answer("clause:4.2", .nonconform)
        #expect(try await world.projected(csf, "GV.OC-02").word == .contradicted)
    }

    @Test func aMeasurementThatLowersAnAnswerLowersWhatItProjects() async throws {
        let world = try await World()
        try await world.answer("clause:4.2", .conform)
        let clause = try await world.item(FrameworkLibrary.security, "4.2")
        _ = try await world.records.create(
            Task.schema.erased,
            [
                "title": .text("Late"), "kind": .text("correctiveAction"),
                "dueOn": .day(world.clock.today.adding(days: -3)), "requirements": .links([clause.id]),
            ], as: world.lead)
        #expect(try await world.projected(csf, "GV.OC-02").word == .contradicted)
    }

    @Test func anAcceptedResultKeepsItsPathsAndTheReason() async throws {
        let world = try await World()
        try await world.answer("clause:4.2", .conform)
        try await world.adopt(csf)
        let row = try await world.accept(csf, "GV.OC-02", .conform, reason: "One register serves both.")
        let answer = try #require(row?.parts.first?.answer?.value)
        #expect(answer.result == .conform && answer.origin == .acceptedProjection)
        #expect(answer.answeredBy?.raw == world.lead.person)
        let note = try #require(answer.originNote)
        #expect(note.contains("One register serves both."))
        #expect(note.contains("ISO/IEC 27001:2022 4.2 (conform): equal to") && note.contains("strength 8, mapped"))
        let projected = try await world.projected(csf, "GV.OC-02")
        #expect(projected.word == .answered && projected.isAccepted)
    }

    @Test func anAcceptedResultCarriesNothingOn() async throws {
        let world = try await World()
        try await world.answer("clause:4.2", .conform)
        try await world.adopt(csf)
        _ = try await world.accept(csf, "GV.OC-02", .conform)
        try await world.answer("clause:4.2", .notAssessed)
        let back = try await world.projected(FrameworkLibrary.security, "4.2")
        #expect(back.sources.first { $0.item.reference == "GV.OC-02" }?.state == .accepted)
        #expect(back.word == .unknown, "results must not support themselves")
    }

    @Test func onlyWhatTheSourcesAllowIsAcceptedOnceWithAReasonAndOverTheVersionSeen() async throws {
        let world = try await World()
        try await world.answer("clause:4.2", .partlyConform)
        await #expect(throws: ServiceError.self, "not in the scope") {
            try await world.accept(csf, "GV.OC-02", .partlyConform)
        }
        try await world.adopt(csf)
        func refusal(
            _ result: Answer.Result, _ reference: String = "GV.OC-02", reason: String = "Seen in the audit.",
            version: Int = 0,
            as caller: Caller? = nil
        ) async -> String {
            do {
                _ = try await world.accept(csf, reference, result, reason: reason, version: version, as: caller)
                return "accepted"
            } catch ServiceError.invalid(let invalid) {
                return invalid.problems.map(\.field).joined()
            } catch ServiceError.conflict { return "conflict" } catch ServiceError.forbidden {
                return "forbidden"
            } catch { return "\(error)" }
        }
        #expect(await refusal(.conform) == "result", "the source is met in part only")
        #expect(await refusal(.partlyConform, reason: "  short  ") == "reason")
        #expect(await refusal(.partlyConform, "GV.OC-01") == "result", "nothing assessed reaches it")
        #expect(await refusal(.partlyConform, version: 3) == "conflict")
        let owner = try await world.member("Eve", [.controlOwner])
        #expect(await refusal(.partlyConform, as: owner) == "forbidden")
        #expect(await refusal(.partlyConform) == "accepted")
        #expect(await refusal(.nonconform, version: 1) == "conflict", "it has an answer now")
        let answered = try await world.answer("\(csf):GV.OC-02", .partlyConform)
        #expect(answered.parts.first?.answer?.value.origin == .assessed, "given anew by hand, it is a person's own")
        #expect(answered.parts.first?.answer?.value.originNote == nil)
    }

    @Test func aRowThatOneAnswerFillsIsNotAcceptedForOneStandard() async throws {
        let world = try await World()
        try await world.adopt(csf)
        try await world.answer("\(csf):GV.OC-02", .conform)
        let view = try await world.view()
        let key = try #require(view.rows.first { $0.row.key == "clause:4.2" }?.row.key)
        let id = try await world.assessment
        await #expect(throws: ServiceError.self) {
            try await world.assessments.acceptProjection(
                id, row: key, framework: FrameworkLibrary.security,
                Acceptance(
                    result: .conform, reason: "The register is there.",
                    versions: [FrameworkLibrary.security: 0, FrameworkLibrary.ai: 0]), as: world.lead)
        }
    }

    @Test func countsAfterRandomWorkAreThoseOfTheWhole() async throws {
        let world = try await World()
        try await world.adopt(csf)
        var random = StateBox(11)
        var pairs = StateBox(12)
        let library = try await world.library.current(for: world.organisation)
        var looked = 0
        try await RandomWork(world).run(steps: 40, &random) { step in
            guard step % 4 == 0 else { return }
            if step % 12 == 0,
                let a = library.framework(FrameworkLibrary.security)?.items.filter(\.isAssessable)
                    .randomElement(using: &pairs),
                let b = library.framework(csf)?.items.filter(\.isAssessable).randomElement(using: &pairs)
            {
                _ = try? await world.map(a, [.equal, .superset].randomElement(using: &pairs) ?? .equal, b)
            }
            let view = try await world.view()
            let kept = try await world.crosswalk.counts(view, as: world.lead)
            let fresh = CrosswalkService(
                store: world.store, library: LibraryHolder(store: world.store), assessments: world.assessments)
            let whole = try await fresh.counts(view, as: world.lead)
            #expect(kept.map(\.counts) == whole.map(\.counts))
            #expect(kept.map(\.framework.key) == whole.map(\.framework.key))
            looked += 1
        }
        #expect(looked == 10)
    }
}
