// The guided path of an organisation that runs an ISMS by ISO/IEC 27001 to an AIMS by ISO/IEC 42001: where it stands,
// computed from its records and never typed in, and the verbs that take it further.
package import Access
package import Foundation
package import RecordKit
import Records
import Storage

/// Reads the path and takes its steps.
package struct PathService: Sendable {
    /// From this strength on, out of 10, a mapping says that what serves one item helps the other.
    package static let strengthMin = 5
    /// Links and controls that are looked at; beyond, the page says that there is more.
    static let linksMax = 20_000
    static let controlsMax = 2_000
    private let records: RecordService
    private let assessments: AssessmentService
    private var store: any Store { records.store }

    package init(records: RecordService, assessments: AssessmentService) {
        (self.records, self.assessments) = (records, assessments)
    }

    /// Where the organisation stands on the path, by the latest assessment that the caller may see. Some fifteen
    /// queries and two for each 500 controls that serve an addition, whatever else there is.
    package func view(as caller: Caller) async throws -> PathView {
        guard let organisation = caller.organisation else { throw ServiceError.notFound("path") }
        let library = try await assessments.library.current(for: organisation)
        var assessment: AssessmentView?
        if let id = try await assessments.latest(as: caller) { assessment = try await assessments.view(id, as: caller) }
        let found = assessment
        return try await store.read { reader in
            try PathView(assessment: found, library: library, reader: reader, caller: caller)
        }
    }

    /// Takes ISO/IEC 42001 into the scope of an assessment, or out of it. Answers stay where they are.
    package func setScope(
        includesAI: Bool, of assessment: UUID, over version: Int, as caller: Caller, request: String? = nil
    ) async throws {
        let schema = Assessment.schema.erased
        let view = try await view(as: caller)
        guard let adoption = view.ai?.id.raw else {
            throw ServiceError.conflict(.state("ISO/IEC 42001 is not adopted yet; adopt it first"))
        }
        let record = try await records.get(schema, assessment, as: caller)
        let scope = Set(record.links("scope"))
        let wanted = includesAI ? scope.union([adoption]) : scope.subtracting([adoption])
        guard wanted != scope else { return }
        _ = try await records.update(
            schema, assessment, over: version, ["scope": .links(wanted.sorted { $0 < $1 })], keepsMissing: true,
            as: caller, request: request)
    }

    // MARK: Confirming

    /// What a person says about a shared row that is answered for ISO/IEC 27001 only.
    package enum Decision: Sendable, Equatable {
        /// The same result holds for AI.
        case same
        case differs(AnswerInput.Result, note: String?)
    }

    /// Answers a shared row for ISO/IEC 42001, through the verb of the assessment. The answer for ISO/IEC 27001 keeps
    /// its result.
    /// - Parameter versions: Of the answers that the person saw, by framework.
    package func confirm(
        _ key: String, _ decision: Decision, over versions: [String: Int], as caller: Caller, request: String? = nil
    ) async throws {
        guard let assessment = try await assessments.latest(as: caller) else {
            throw ServiceError.notFound(Assessment.schema.erased.label)
        }
        let view = try await assessments.view(assessment, as: caller)
        guard let row = view.rows.first(where: { $0.row.key == key }) else { throw ServiceError.notFound("row \(key)") }
        guard PathView.isWaiting(row), let known = row.part(of: FrameworkLibrary.security)?.answer?.value.result else {
            throw ServiceError.conflict(.state("nothing of this row is left to confirm"))
        }
        var input = AnswerInput()
        input.versions = versions
        switch decision {
        case .same:
            input.result = AnswerInput.Result(rawValue: known.rawValue)
            if !row.isOneAnswer { input.part = FrameworkLibrary.ai }
        case .differs(let result, let note):
            input.result = result
            input.part = FrameworkLibrary.ai
            if let note { input.note = note }
            if row.isOneAnswer { input.isSeparate = true }
        }
        _ = try await assessments.answer(assessment, row: key, input, as: caller, request: request)
    }

    // MARK: The plan

    /// Makes tasks of some open items of ISO/IEC 42001, as ``GapService`` does: a row that one answer fills gets one task
    /// for both standards, and what has an open task gets no second one. All in one transaction.
    /// - Returns: How many were made.
    /// - Throws: ``ServiceError``: invalid for a requirement that is not open on this path.
    package func makeTasks(
        _ requirements: [UUID], assignee: UUID?, dueOn: Day?, as caller: Caller, request: String? = nil
    ) async throws -> Int {
        let schema = Task.schema.erased
        guard Authorisation.mayCreate(caller, schema) else {
            throw ServiceError.forbidden(RecordRules.whyNotCreated(schema))
        }
        guard !requirements.isEmpty else { throw ServiceError.invalid("requirements", "must name at least one") }
        guard requirements.count <= GapTasks.targetsMax else {
            throw ServiceError.invalid("requirements", "must be at most \(GapTasks.targetsMax)")
        }
        if let dueOn, dueOn < caller.today(at: records.environment.now()) {
            throw ServiceError.invalid("dueOn", "must not be in the past")
        }
        let view = try await view(as: caller)
        guard let assessment = view.assessment?.assessment.id.raw else {
            throw ServiceError.notFound(Assessment.schema.erased.label)
        }
        let gaps = Dictionary(view.gaps.map { ($0.part.item.id, $0.key) }, uniquingKeysWith: { a, _ in a })
        let keys = try requirements.map { requirement in
            guard let key = gaps[requirement] else {
                throw ServiceError.invalid(
                    "requirements", "\(requirement.lowercased) is no open item of ISO/IEC 42001 in this assessment")
            }
            return key
        }
        let outcomes = try await GapService(records: records, library: assessments.library).makeTasks(
            assessment, GapTasks(gaps: keys, assignee: assignee, dueOn: dueOn), as: caller, request: request)
        return outcomes.count { if case .made = $0.result { true } else { false } }
    }
}

extension RowView {
    /// The part of a framework, if it is in scope.
    package func part(of framework: String) -> PartView? {
        partsInScope.first { $0.item.frameworkKey == framework }
    }
}
