// The integrated assessment: one list of rows over all frameworks in scope, one verb that answers a row.
package import Access
package import Foundation
package import RecordKit
import Records
package import Storage

/// Reads and answers assessments.
package struct AssessmentService: Sendable {
    /// Answers or applicability decisions of one assessment, of as many requirements as 20 large frameworks have.
    package static let recordsMax = 20_000
    /// Rows that a page shows at once.
    package static let windowRows = 200
    let store: any Store
    let environment: Environment
    let library: LibraryHolder
    let posture: PostureEngine
    let views = AssessmentViewCache()

    package init(store: any Store, environment: Environment, library: LibraryHolder, posture: PostureEngine) {
        self.store = store
        self.environment = environment
        self.library = library
        self.posture = posture
    }

    // MARK: Reading

    /// The latest assessment that the caller may see, or of which a section is in their hands; `nil` if there is none.
    package func latest(as caller: Caller, asOf: AsOf? = nil) async throws -> UUID? {
        @Sendable func query(_ schema: AnySchema) -> Query {
            Query(
                schema, where: Authorisation.visible(caller, .read, schema), sort: Sort(nil, isDescending: true),
                limit: 1)
        }
        return try await store.read { reader in
            if let own = try reader.page(query(Assessment.schema.erased), in: caller.organisation, asOf: asOf)
                .records.first
            {
                return own.id
            }
            return try reader.page(query(SectionAssignment.schema.erased), in: caller.organisation, asOf: asOf)
                .records.first?.links(single: "assessment")
        }
    }

    /// All rows of an assessment with what is assessed, measured and shown; for somebody who may see only sections in
    /// their own hands, those. Cost: seven queries, whatever the number of rows, then one pass over the rows; what
    /// was read last is kept, so that the next page of the same rows costs three small queries.
    package func view(_ id: UUID, as caller: Caller, asOf: AsOf? = nil) async throws -> AssessmentView {
        let library = try await library.current(for: caller.organisation)
        let today = caller.today(at: environment.now())
        return try await store.read { reader in
            let record = try assessment(id, as: caller, in: reader, asOf: asOf)
            return try visible(
                try whole(record, library, reader, asOf: asOf, today, mayKeep: true), record, to: caller)
        }
    }

    /// The assessment itself.
    /// - Throws: ``ServiceError/notFound`` unless the caller may see it or one of its sections.
    func assessment(
        _ id: UUID, as caller: Caller, in reader: any Reader, asOf: AsOf? = nil
    ) throws -> StoredRecord {
        let schema = Assessment.schema.erased
        guard caller.organisation != nil,
            let record = try reader.find(schema, id, in: caller.organisation, asOf: asOf),
            record.meta.organisation == caller.organisation
        else { throw ServiceError.notFound(schema.label) }
        if Authorisation.may(caller, .read, record) { return record }
        let delegated = SectionAssignment.schema.erased
        let own = try reader.count(
            delegated, where: .both(.linked("assessment", [id]), Authorisation.visible(caller, .read, delegated)),
            in: caller.organisation, asOf: asOf)
        guard own > 0 else { throw ServiceError.notFound(schema.label) }
        return record
    }

    private func visible(_ view: AssessmentView, _ record: StoredRecord, to caller: Caller) throws -> AssessmentView {
        Authorisation.may(caller, .read, record) ? view : view.only(delegatedTo: caller.person)
    }

    /// - Parameter mayKeep: The reader sees only what is committed.
    func whole(
        _ record: StoredRecord, _ library: FrameworkLibrary, _ reader: any Reader, asOf: AsOf? = nil, _ today: Day,
        mayKeep: Bool = false
    ) throws -> AssessmentView {
        guard let organisation = record.meta.organisation else {
            throw ServiceError.notFound(Assessment.schema.erased.label)
        }
        func made(_ statuses: [StatusRow]?) throws -> AssessmentView {
            try AssessmentView(
                assessment: record.decoded(), library: library, reader: reader, organisation: organisation,
                asOf: asOf, today: today, posture: posture, statuses: statuses)
        }
        guard asOf == nil else { return try made(nil) }
        let key = try key(record.id, library, reader, organisation)
        if let kept = views.view(key) { return kept }
        let view = try made(key.statuses)
        if mayKeep { views.keep(view, key) }
        return view
    }

    private func key(
        _ assessment: UUID, _ library: FrameworkLibrary, _ reader: any Reader, _ organisation: UUID
    ) throws -> AssessmentViewCache.Key {
        AssessmentViewCache.Key(
            assessment: assessment, ledgerSize: try reader.ledgerSize(organisation),
            serverLedgerSize: try reader.ledgerSize(nil), contents: library.frameworks.map(\.contentSHA256),
            statuses: try reader.statuses(in: organisation))
    }

    // MARK: Answering

    /// Roles that may answer any row; whoever owns a row may answer that one, and whoever has a section in hand its
    /// rows.
    static let answeringRoles: Set<Role> = [.complianceLead, .aiRiskOfficer, .dataSecurityOfficer]

    /// Whether the caller may answer a row now.
    package static func mayAnswer(_ row: RowView, as caller: Caller) -> Bool { whyNotAnswered(row, by: caller) == nil }

    /// Answers one row, or a part of it, over the versions that the caller saw.
    /// - Returns: The whole assessment as it is afterwards.
    /// - Throws: ``ServiceError``: a conflict with the present answer if somebody answered meanwhile.
    package func answer(
        _ assessmentID: UUID, row key: String, _ input: AnswerInput, as caller: Caller, request: String? = nil
    ) async throws -> AssessmentView {
        try await answer(assessmentID, row: key, input, as: caller, request: request) { _, _, _ in nil }
    }

    /// Takes over for an item what is projected on it, with a reason. Like an answer, over the versions that the caller
    /// saw; the answer keeps on which paths it rests.
    /// - Parameter framework: Whose part of the row is meant.
    /// - Throws: ``ServiceError``: invalid for a result that says more than the sources do, a conflict if the item is
    ///   answered or the crosswalk changed meanwhile.
    package func acceptProjection(
        _ assessmentID: UUID, row key: String, framework: String, _ acceptance: Acceptance, as caller: Caller,
        request: String? = nil
    ) async throws -> AssessmentView {
        guard let organisation = caller.organisation else { throw ServiceError.notFound("assessment") }
        let library = try await library.current(for: organisation)
        let snapshot = try await self.library.crosswalks.snapshot(of: organisation, library: library, store: store)
        var input = AnswerInput()
        input.result = AnswerInput.Result(rawValue: acceptance.result.rawValue)
        input.versions = acceptance.versions
        let isPair = (library.row(key)?.members.count ?? 1) > 1
        if isPair { input.part = framework }
        return try await answer(assessmentID, row: key, input, as: caller, request: request) { view, row, reader in
            guard try CrosswalkCache.sizes(ifCurrent: snapshot, in: organisation, reader) != nil else {
                throw ServiceError.conflict(.state("the crosswalk changed meanwhile; look at the projection again"))
            }
            return try acceptance.originNote(framework, row, view, snapshot, library)
        }
    }

    /// - Parameter accepted: Looks inside the transaction whether a projection may be accepted, and says on what it
    ///   rests; `nil` if the answer is a person's own.
    private func answer(
        _ assessmentID: UUID, row key: String, _ input: AnswerInput, as caller: Caller, request: String?,
        accepted: @escaping @Sendable (AssessmentView, RowView, any Reader) throws -> String?
    ) async throws -> AssessmentView {
        let library = try await library.current(for: caller.organisation)
        guard let row = library.row(key) else { throw ServiceError.notFound("row \(key)") }
        guard let organisation = caller.organisation else { throw ServiceError.notFound("assessment") }
        guard caller.mayWrite else { throw ServiceError.forbidden(Refusal.readOnlyToken.message) }
        let now = environment.now()
        let today = caller.today(at: now)
        return try await translated(Answer.schema.erased) {
            let (record, after, key) = try await store.write(organisation) { transaction in
                let record = try assessment(assessmentID, as: caller, in: transaction)
                let view = try whole(record, library, transaction, today)
                guard let current = view.rows.first(where: { $0.row.key == key }) else {
                    throw ServiceError.invalid("row", "\(key) belongs to no standard in the scope of this assessment")
                }
                if let refusal = Self.whyNotAnswered(current, by: caller) { throw refusal }
                let verb = AnswerVerb(
                    row: row, current: current, input: input, acceptedFrom: try accepted(view, current, transaction),
                    assessment: view.assessment.id, caller: caller, environment: environment, today: today,
                    request: request, transaction: transaction)
                try verb.run()
                let after = try view.renewed(current, reader: transaction, organisation: organisation)
                return (record, after, try self.key(assessmentID, library, transaction, organisation))
            }
            // It is committed: whoever looks next need not read all answers again.
            views.keep(after, key)
            return try visible(after, record, to: caller)
        }
    }

    /// The id of the answer to a requirement in an assessment: there can be no second one.
    static func answerID(_ assessment: ID<Assessment>, _ requirement: UUID) -> ID<Answer> {
        ID(CatalogueLoader.id(Answer.type, "\(assessment.raw.lowercased)/\(requirement.lowercased)"))
    }
}

/// What is said about a row. A member that is `nil` stays as it is; an inner `nil` clears it.
package struct AnswerInput: Sendable {
    /// What a person can say: the results of an answer, that it is open, or that a control does not apply.
    package enum Result: String, Sendable, CaseIterable {
        case conform, partlyConform, nonconform, notAssessed, notApplicable
    }
    /// The key of the framework whose part is meant; `nil` for the whole row.
    package var part: String?
    package var result: Result?
    package var maturity: Int??
    package var note: String??
    package var owner: UUID??
    package var dueOn: Day??
    /// Why a control does not apply, or applies again.
    package var justification: String?
    /// Splits a row that one answer fills, or joins it again.
    package var isSeparate: Bool?
    /// What was carried over still holds: it becomes an answer of this round as it stands.
    package var confirms = false
    /// The version of each framework's answer that the caller saw; 0 if there was none.
    package var versions: [String: Int] = [:]
    /// The version of each framework's decision whether the control applies that the caller saw; 0 if there was none.
    /// Needed where the answer changes that decision.
    package var applicabilityVersions: [String: Int] = [:]
    package init() {}
}

/// One answer, inside its transaction.
private struct AnswerVerb {
    let row: LibraryRow
    let current: RowView
    let input: AnswerInput
    /// On what an accepted projection rests; `nil` for a person's own answer.
    let acceptedFrom: String?
    let assessment: ID<Assessment>
    let caller: Caller
    let environment: Environment
    let today: Day
    let request: String?
    let transaction: any Transaction

    func run() throws {
        let parts = current.parts.filter(\.isInScope)
        guard input.part == nil || parts.contains(where: { $0.item.frameworkKey == input.part }) else {
            throw ServiceError.invalid("part", "\(input.part ?? "") is no standard of this row in scope")
        }
        if let separate = input.isSeparate { try checkSplit(separate, parts) }
        var answers: [String: Answer] = [:]
        for part in parts { answers[part.item.frameworkKey] = part.answer?.value ?? blank(part.item) }
        if let result = input.result { try set(result, parts, &answers) }
        let chosen = parts.filter { input.part == nil || $0.item.frameworkKey == input.part }
        if input.confirms { try confirm(chosen, &answers) }
        for part in chosen {
            let key = part.item.frameworkKey
            if let maturity = input.maturity { answers[key]?.maturity = maturity }
            if let note = input.note { answers[key]?.note = note }
            if let owner = input.owner { answers[key]?.owner = owner.map { ID($0) } }
            if let dueOn = input.dueOn { answers[key]?.dueOn = dueOn }
        }
        if let separate = input.isSeparate {
            for part in parts { answers[part.item.frameworkKey]?.isSeparate = separate }
        }
        for part in parts {
            guard let answer = answers[part.item.frameworkKey] else { continue }
            try save(answer, part)
        }
    }

    private func blank(_ item: LibraryItem) -> Answer {
        var answer = Answer()
        answer.assessment = assessment
        answer.requirement = ID(item.id)
        answer.key = "\(assessment.raw.lowercased)/\(item.id.lowercased)"
        answer.name = "\(item.reference) \(item.title)"
        return answer
    }

    private func checkSplit(_ separate: Bool, _ parts: [PartView]) throws {
        guard row.sharing == .equal else {
            throw ServiceError.invalid("isSeparate", "only a row that one answer fills can be split")
        }
        let results = Set(parts.map { $0.answer?.value.result })
        guard separate || results.count <= 1 else {
            throw ServiceError.invalid("isSeparate", "give both standards the same result before joining them")
        }
    }

    private func set(
        _ result: AnswerInput.Result, _ parts: [PartView], _ answers: inout [String: Answer]
    ) throws {
        let isOneAnswer = row.sharing == .equal && !current.isSplit && input.isSeparate != true
        if input.part == nil, parts.count > 1, !isOneAnswer {
            throw ServiceError.invalid("part", "say for which standard: the row has a part for each")
        }
        if input.part != nil, parts.count > 1, isOneAnswer {
            throw ServiceError.invalid("part", "one answer fills both standards; split the row first")
        }
        let chosen = parts.filter { input.part == nil || $0.item.frameworkKey == input.part }
        for part in chosen {
            if result == .notApplicable {
                try decide(part, isApplicable: false)
                continue
            }
            if part.applicability?.value.isApplicable == false { try decide(part, isApplicable: true) }
            let given = Answer.Result(rawValue: result.rawValue)
            let key = part.item.frameworkKey
            let isFromElsewhere = (answers[key]?.origin ?? .assessed) != .assessed
            if answers[key]?.result != given || isFromElsewhere || acceptedFrom != nil {
                give(given, to: &answers[key])
            }
        }
    }

    private func give(_ result: Answer.Result?, to answer: inout Answer?) {
        answer?.result = result
        answer?.answeredOn = result == nil ? nil : today
        answer?.answeredBy = result == nil ? nil : caller.person.map { ID($0) }
        answer?.origin = result == nil ? nil : acceptedFrom == nil ? .assessed : .acceptedProjection
        answer?.originNote = acceptedFrom
    }

    /// What was not found in this round is found again as it stands.
    private func confirm(_ parts: [PartView], _ answers: inout [String: Answer]) throws {
        let old = parts.filter { $0.origin != nil && $0.origin != .assessed }
        guard !old.isEmpty else {
            throw ServiceError.conflict(.state("there is nothing to confirm: the row was assessed in this round"))
        }
        for part in old {
            let key = part.item.frameworkKey
            if part.assessed == .notApplicable, let decision = part.applicability {
                let valid = try Applicability.schema.validated(decision.value)
                try checkSeen(part, valid.erased.values)
                try transaction.save(
                    valid, id: decision.id, over: decision.version,
                    by: caller.change("decide", request: request, in: environment))
            } else {
                give(answers[key]?.result, to: &answers[key])
            }
        }
    }

    /// Whether a control applies stands in the organisation's one decision, which both assessments and the Statement
    /// of Applicability read.
    private func decide(_ part: PartView, isApplicable: Bool) throws {
        guard !part.item.isClause else {
            throw ServiceError.invalid("result", "clauses 4 to 10 always apply: “not applicable” is for controls only")
        }
        guard part.item.kind == .control else {
            throw ServiceError.invalid("result", "“not applicable” is for the controls of Annex A")
        }
        var decision = part.applicability?.value ?? Applicability()
        if part.applicability != nil, decision.isApplicable == isApplicable, input.justification == nil { return }
        decision.requirement = ID(part.item.id)
        decision.name = "\(part.item.reference) \(part.item.title) (\(current.frameworkName(part)))"
        // What an exclusion rested on, and its exceptions, belong to the former decision.
        if decision.isApplicable != isApplicable { (decision.exclusionBasis, decision.systems) = (nil, Links()) }
        decision.isApplicable = isApplicable
        if let justification = input.justification {
            decision.justification = justification
        } else if isApplicable {
            decision.justification = "Found applicable again in the assessment of \(today)."
        } else {
            throw ServiceError.invalid("justification", "is required: say why the control does not apply")
        }
        let valid = try Applicability.schema.validated(decision)
        try checkSeen(part, valid.erased.values)
        let id: ID<Applicability> = part.applicability?.id ?? ID(environment.id())
        let change = caller.change("decide", request: request, in: environment)
        try transaction.save(valid, id: id, over: part.applicability?.version, by: change)
    }

    /// Somebody may have decided meanwhile, here or in the Statement of Applicability: then both are shown.
    private func checkSeen(_ part: PartView, _ yours: [FieldValue]) throws {
        let key = part.item.frameworkKey
        guard let seen = input.applicabilityVersions[key] else {
            throw ServiceError.invalid("applicabilityVersions", "\(key): the version that you saw is missing")
        }
        guard seen != part.applicability?.version ?? 0 else { return }
        guard let id = part.applicability?.id.raw,
            let present = try transaction.find(
                Applicability.schema.erased, id, in: caller.organisation, asOf: nil)
        else { throw ServiceError.conflict(.state("there is no decision at version \(seen)")) }
        throw ServiceError.conflict(.stale(present: present, yours: yours))
    }

    private func save(_ answer: Answer, _ part: PartView) throws {
        let valid = try Answer.schema.validated(answer)
        guard part.answer?.value != answer, part.answer != nil || answer != blank(part.item) else { return }
        let seen = input.versions[part.item.frameworkKey]
        let present = part.answer?.version ?? 0
        guard let seen else {
            throw ServiceError.invalid("versions", "\(part.item.frameworkKey): the version that you saw is missing")
        }
        guard seen == present else {
            guard let stored = part.storedAnswer else {
                throw ServiceError.conflict(.state("there is no answer at version \(seen)"))
            }
            throw ServiceError.conflict(.stale(present: stored, yours: valid.erased.values))
        }
        try transaction.save(
            valid, id: AssessmentService.answerID(assessment, part.item.id), over: part.answer?.version,
            by: caller.change(input.confirms ? "confirm" : "answer", request: request, in: environment))
    }
}
