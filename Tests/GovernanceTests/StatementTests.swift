// Statements of Applicability: what a row says and where it comes from, what stands in the way of approval, who may
// approve, and that a version stays what it was.
import Access
import Foundation
import Governance
import RecordKit
import Records
import SQLiteStorage
import Storage
import Testing

/// A world with the means to make what statements rest on.
private struct StatementWorld {
    let world: World
    let service: StatementService
    /// Somebody of top management.
    let head: Caller

    init() async throws {
        world = try await World()
        service = StatementService(
            store: world.store, blobs: try FolderBlobStore(folder: world.folder.appendingPathComponent("blobs")),
            environment: world.environment, library: world.library)
        head = try await world.member("Charlotte", [.topManagement])
        for key in StatementService.frameworks { try await adopt(key) }
    }

    @discardableResult
    func create<R: Record>(_ record: R) async throws -> ID<R> {
        var input: [String: FieldValue] = [:]
        for field in R.schema.fields
        where field.description.isWritable && field.name != R.schema.erased.lifecycle?.field {
            input[field.name] = field.get(record)
        }
        return ID(try await world.records.create(R.schema.erased, input, as: world.lead).id)
    }

    /// The founding plans both standards; a statement needs one that is in scope.
    private func adopt(_ key: String) async throws {
        let framework = try #require(try await world.library.current(for: nil).framework(key))
        let organisation = world.organisation
        let found = try await world.store.read {
            try $0.all(FrameworkAdoption.self, where: .linked("framework", [framework.id]), in: organisation, limit: 5)
        }
        let adoption = try #require(found.first)
        guard adoption.value.status != .inScope else { return }
        _ = try await take("adopt", FrameworkAdoption.schema.erased, adoption.id.raw, as: world.lead)
    }

    @discardableResult
    func take(
        _ name: String, _ schema: AnySchema, _ id: UUID, as caller: Caller, reason: String? = nil
    ) async throws -> StoredRecord {
        let record = try await world.records.get(schema, id, as: world.lead)
        return try await world.records.take(name, schema, id, over: record.version, as: caller, reason: reason)
    }

    func item(_ key: String, _ reference: String) async throws -> ID<Requirement> {
        let items = try #require(try await world.library.current(for: nil).framework(key)).items
        return ID(try #require(items.first { $0.reference == reference }).id)
    }

    @discardableResult
    func decide(
        _ key: String, _ reference: String, applies: Bool = true, reasons: String? = nil,
        except systems: [ID<Asset>] = [], basis: Applicability.ExclusionBasis? = nil
    ) async throws -> ID<Applicability> {
        var decision = Applicability()
        decision.requirement = try await item(key, reference)
        decision.isApplicable = applies
        decision.justification = "Because of what we do."
        decision.reasons = reasons
        decision.systems = Links(systems)
        decision.exclusionBasis = basis
        return try await create(decision)
    }

    func control(_ code: String, serves: [ID<Requirement>], implemented: Bool = false) async throws -> ID<Control> {
        var control = Control()
        control.code = code
        control.title = "Control \(code)"
        control.owner = world.lead.person.map { ID($0) }
        control.requirements = Links(serves)
        let id = try await create(control)
        if implemented { try await take("implement", Control.schema.erased, id.raw, as: world.lead) }
        return id
    }

    @discardableResult
    func risk(
        _ code: String, _ aspect: Risk.Aspect = .informationSecurity, controls: [ID<Control>] = [],
        items: [ID<Requirement>] = []
    ) async throws -> ID<Risk> {
        var risk = Risk()
        risk.code = code
        risk.title = "Risk \(code)"
        risk.aspect = aspect
        risk.controls = Links(controls)
        risk.requirements = Links(items)
        return try await create(risk)
    }

    func row(_ key: String, _ row: String) async throws -> StatementRow {
        let rows = try await service.view(key, as: world.lead).content.rows
        return try #require(rows.first { $0.key == row || $0.reference == row })
    }

    /// Decides on every control of Annex A, with a reason for each.
    func complete(_ key: String) async throws {
        let items = try #require(try await world.library.current(for: nil).framework(key)).items
        for item in items where item.kind == .control && item.isAssessable {
            try await decide(key, item.reference, reasons: "Agreed by the board")
        }
    }
}

private let security = FrameworkLibrary.security
private let ai = FrameworkLibrary.ai

@Suite struct StatementTests {
    @Test func theFirstStatementHasEveryControlOfAnnexAAndAllAreUndecided() async throws {
        let it = try await StatementWorld()
        for (key, count) in [(security, 93), (ai, 38)] {
            let content = try await it.service.view(key, as: it.world.lead).content
            #expect(content.rows.count == count)
            #expect(content.rows(.undecided) == count)
            #expect(content.blocking.count == count)
            #expect(content.rows.allSatisfy { $0.implementation == nil && $0.reasons.isEmpty })
        }
    }

    @Test func reasonsAreDerivedFromRisksAndObligationsThroughTheItemAndThroughAControl() async throws {
        let it = try await StatementWorld()
        let (direct, through) = (try await it.item(security, "A.5.7"), try await it.item(security, "A.8.13"))
        try await it.decide(security, "A.5.7")
        try await it.decide(security, "A.8.13")
        let backup = try await it.control("BCM-01", serves: [through], implemented: true)
        #expect(try await it.row(security, "A.5.7").block == .withoutReason)
        try await it.risk("R-01", items: [direct])
        let closed = try await it.risk("R-02", controls: [backup])
        var obligation = Obligation()
        obligation.code = "L-01"
        obligation.title = "Contract"
        obligation.controls = Links([backup])
        try await it.create(obligation)
        obligation.code = "L-02"
        obligation.to = Day(daysSince1970: 10)
        try await it.create(obligation)
        #expect(try await it.row(security, "A.5.7").reasons.map(\.text) == ["R-01 Risk R-01"])
        #expect(try await it.row(security, "A.8.13").reasons.map(\.text) == ["R-02 Risk R-02", "L-01 Contract"])
        #expect(try await it.row(security, "A.8.13").implementation == .implemented)
        try await it.take("close", Risk.schema.erased, closed.raw, as: it.world.lead, reason: "Sold the business")
        let row = try await it.row(security, "A.8.13")
        #expect(row.reasons.map(\.kind) == ["obligation"])
        #expect(row.block == nil)
    }

    @Test func whatAPersonStatesIsAReasonAndShownAsStated() async throws {
        let it = try await StatementWorld()
        try await it.decide(security, "A.5.1", reasons: "The board wants it")
        let reasons = try await it.row(security, "A.5.1").reasons
        #expect(reasons.map(\.kind) == ["stated"] && reasons.map(\.text) == ["The board wants it"])
        #expect(reasons.allSatisfy { $0.record == nil })
    }

    @Test func implementationFollowsTheLinkedControlsAndIsUnknownWithout() async throws {
        let it = try await StatementWorld()
        let item = try await it.item(security, "A.8.7")
        #expect(try await it.row(security, "A.8.7").implementation == nil)
        let planned = try await it.control("OPS-01", serves: [item])
        #expect(try await it.row(security, "A.8.7").implementation == .planned)
        _ = try await it.control("OPS-02", serves: [item], implemented: true)
        #expect(try await it.row(security, "A.8.7").implementation == .partly)
        try await it.take("retire", Control.schema.erased, planned.raw, as: it.world.lead, reason: "Of no use")
        let row = try await it.row(security, "A.8.7")
        #expect(row.implementation == .implemented && row.controls.map(\.control.name) == ["OPS-02 Control OPS-02"])
    }

    @Test func aNecessaryControlOutsideAnnexAHasARowOfItsOwnWithItsSource() async throws {
        let it = try await StatementWorld()
        let clause = try await it.control("AUD-01", serves: [it.item(security, "9.2.1")])
        let own = try await it.control("X-01", serves: [])
        let foreign = try await it.control("AIG-01", serves: [it.item(ai, "A.5.2")])
        let idle = try await it.control("X-02", serves: [])
        try await it.risk("R-01", .both, controls: [own, foreign])
        try await it.risk("R-02", .ai, controls: [idle])
        let rows = try await it.service.view(security, as: it.world.lead).content.rows.filter { $0.source != .annexA }
        #expect(rows.map(\.reference) == ["AIG-01", "AUD-01", "X-01"])
        #expect(rows.map(\.source) == [.otherFramework, .own, .own])
        #expect(rows[0].sourceName == "ISO/IEC 42001:2023")
        #expect(rows[1].reasons.map(\.kind) == ["requirement"])
        #expect(rows.allSatisfy { $0.decision == .included && $0.block == nil })
        let inAI = try await it.service.view(ai, as: it.world.lead).content.rows.filter { $0.source != .annexA }
        #expect(inAI.map(\.reference) == ["X-01", "X-02"])
        #expect(inAI.allSatisfy { $0.key != "control:\(clause.raw.uuidString.lowercased())" })
    }

    @Test func anExclusionNeedsItsJustificationAndIsSeenWhereARiskCallsForTheControl() async throws {
        let it = try await StatementWorld()
        var bare = Applicability()
        bare.requirement = try await it.item(security, "A.7.8")
        bare.isApplicable = false
        await #expect(throws: ServiceError.self) { try await it.create(bare) }
        try await it.decide(security, "A.7.8", applies: false, basis: .riskAssessment)
        let excluded = try await it.row(security, "A.7.8")
        #expect(excluded.decision == .excluded && excluded.block == nil && !excluded.isContradicted)
        #expect(excluded.basis == .riskAssessment)
        try await it.risk("R-01", items: [it.item(security, "A.7.8")])
        #expect(try await it.row(security, "A.7.8").isContradicted)
    }

    @Test func aControlMayBeExceptedForNamedAISystemsAndForNothingElse() async throws {
        let it = try await StatementWorld()
        var asset = Asset()
        asset.name = "Chatbot"
        asset.kind = .aiSystem
        let bot = try await it.create(asset)
        asset.name = "Laptop"
        asset.kind = .hardware
        let laptop = try await it.create(asset)
        await #expect(throws: ServiceError.self) { try await it.decide(ai, "A.6.2.3", except: [laptop]) }
        await #expect(throws: ServiceError.self) {
            try await it.decide(ai, "A.6.2.3", applies: false, except: [bot])
        }
        try await it.decide(ai, "A.6.2.3", reasons: "Agreed", except: [bot], basis: .externalRequirement)
        let row = try await it.row(ai, "A.6.2.3")
        #expect(row.decision == .included && row.exceptFor.map(\.name) == ["Chatbot"])
        #expect(row.basis == .externalRequirement)
    }
}

@Suite struct StatementApprovalTests {
    private let schema = StatementOfApplicability.schema.erased

    @Test func rowsInTheWayAreNamedAndRefuseTheApproval() async throws {
        let it = try await StatementWorld()
        try await it.decide(security, "A.5.1")
        let submitted = try await it.service.submit(security, note: nil, as: it.world.lead)
        let blocking = submitted["blocking"].text
        #expect(blocking.hasPrefix("undecided: A.5.2, A.5.3") && blocking.hasSuffix("included without reason: A.5.1"))
        await #expect {
            try await it.take("approve", schema, submitted.id, as: it.head)
        } throws: { error in
            guard case ServiceError.conflict(.state(let why)) = error else { return false }
            return why.contains("A.5.1") && why.contains("A.8.34")
        }
        await #expect(throws: ServiceError.self) { try await it.service.submit(security, note: nil, as: it.world.lead) }
        await #expect(throws: ServiceError.self) { try await it.take("return", schema, submitted.id, as: it.head) }
        try await it.take("return", schema, submitted.id, as: it.head, reason: "Not complete")
        let again = try await it.service.submit(security, note: nil, as: it.world.lead)
        #expect(again["number"] == .integer(1))
    }

    @Test func whoeverSubmittedDoesNotApproveAndAVersionNeverChanges() async throws {
        let it = try await StatementWorld()
        try await it.complete(ai)
        let first = try await it.service.submit(ai, note: " First ", as: it.world.lead)
        #expect(first["blocking"] == .null && first["note"] == .text("First"))
        await #expect {
            try await it.take("approve", schema, first.id, as: it.world.lead)
        } throws: { if case ServiceError.forbidden = $0 { true } else { false } }
        let approved = try await it.take("approve", schema, first.id, as: it.head)
        #expect(approved["status"] == .text("approved"))
        let kept = try await it.service.report(ai, version: 1, as: it.world.lead)
        #expect(kept.version?.approvedBy == "Charlotte")
        #expect(try await it.service.view(ai, as: it.world.lead).changes.isEmpty)

        try await it.risk("R-01", .ai, items: [it.item(ai, "A.5.2")])
        let view = try await it.service.view(ai, as: it.world.lead)
        #expect(view.changes.map { $0.row?.key } == ["A.5.2"] && view.changes[0].parts == [.reasons])
        #expect(try await it.service.report(ai, version: 1, as: it.world.lead) == kept)

        let second = try await it.service.submit(ai, note: nil, as: it.world.lead)
        try await it.take("approve", schema, second.id, as: it.head)
        let versions = try await it.service.view(ai, as: it.world.lead).versions
        #expect(versions.map(\.number) == [2, 1] && versions.map(\.status) == [.approved, .superseded])
        let found = try await it.service.differences(ai, from: 1, to: 2, as: it.world.lead)
        #expect(found.rows.map { $0.row?.key } == ["A.5.2"])
        #expect(found.before.content == kept.content)
    }

    @Test func theSameContentHasTheSameBytesAndReadsBack() async throws {
        let it = try await StatementWorld()
        try await it.decide(security, "A.5.1", reasons: "ä \u{2028} \"quoted\"")
        let content = try await it.service.view(security, as: it.world.lead).content
        let data = try content.canonical()
        #expect(try StatementContent(canonical: data) == content)
        #expect(try StatementContent(canonical: data).canonical() == data)
    }

    @Test func noDoorButSubmittingMakesAVersionAndNoneChangesIt() async throws {
        let it = try await StatementWorld()
        await #expect(throws: ServiceError.self) {
            try await it.world.records.create(schema, [:], as: it.world.lead)
        }
        let user = Caller.operator(user: "root", organisation: it.world.organisation)
        let made = try await it.service.submit(security, note: nil, as: it.world.lead)
        await #expect(throws: ServiceError.self) {
            try await it.world.records.update(
                schema, made.id, over: made.version, ["note": .text("x")], keepsMissing: true, as: user)
        }
        await #expect(throws: ServiceError.self) {
            try await it.world.records.create(schema, ["number": .integer(9)], as: user)
        }
    }

    @Test func anEmployeeAndAStrangerSeeNoStatement() async throws {
        let it = try await StatementWorld()
        let employee = Caller(
            account: nil, organisation: it.world.organisation, person: it.head.person, roles: [.employee])
        await #expect(throws: ServiceError.self) { try await it.service.view(security, as: employee) }
        await #expect(throws: ServiceError.self) { try await it.service.view("gdpr", as: it.world.lead) }
        await #expect(throws: ServiceError.self) { try await it.service.submit(security, note: nil, as: it.head) }
    }

    @Test(.enabled(if: Assessment.Status(rawValue: "locked") != nil))
    func aLockedAssessmentRefusesSubmissionAndApproval() async throws {
        let it = try await StatementWorld()
        try await it.complete(ai)
        let submitted = try await it.service.submit(ai, note: nil, as: it.world.lead)
        let assessment = try await it.world.assessment
        try await it.take("lock", Assessment.schema.erased, assessment, as: it.world.lead)
        for attempt in ["approve", "submit"] {
            await #expect {
                if attempt == "approve" {
                    try await it.take("approve", schema, submitted.id, as: it.head)
                } else {
                    _ = try await it.service.submit(security, note: nil, as: it.world.lead)
                }
            } throws: { error in
                guard case ServiceError.conflict(.state(let why)) = error else { return false }
                return why.contains("locked")
            }
        }
    }

    @Test func thePastShowsTheStatementOfThen() async throws {
        let it = try await StatementWorld()
        try await it.decide(security, "A.5.1")
        let size = try await it.service.view(security, as: it.world.lead).content.ledgerSize
        let then = try await it.world.records.moment(index: size - 1, as: it.world.lead)
        try await it.risk("R-01", items: [it.item(security, "A.5.1")])
        let past = try await it.service.view(security, as: it.world.lead, asOf: then).content
        let row = try #require(past.rows.first { $0.key == "A.5.1" })
        #expect(row.block == .withoutReason && past.ledgerSize == size)
        #expect(try await it.row(security, "A.5.1").block == nil)
    }
}
