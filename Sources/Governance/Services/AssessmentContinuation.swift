// The next round of an assessment: what was found last time is carried over and says so until somebody looks again.
package import Access
package import Foundation
package import RecordKit
import Records
import Storage

/// What is said of a new round; all else is as in the earlier one.
package struct NextAssessment: Sendable {
    package var title: String
    package var lead: UUID?
    package var reviewer: UUID?
    package var startedOn: Day?
    package var dueOn: Day?
    package init(title: String) { self.title = title }
}

extension AssessmentService {
    /// Starts an assessment from an earlier one: the same scope, and every answer in it with result, maturity, note,
    /// owner and due day. Day and person of an answer stay those of the earlier one, and its origin says that it was
    /// carried over. Cost: one transaction with a revision for each answer.
    package func startNext(
        from id: UUID, _ next: NextAssessment, as caller: Caller, request: String? = nil,
        keeping claim: RequestClaim? = nil
    ) async throws -> StoredRecord {
        let schema = Assessment.schema.erased
        let library = try await library.current(for: caller.organisation)
        let now = environment.now()
        let today = caller.today(at: now)
        return try await translated(schema) {
            try await store.write(caller.organisation) { transaction in
                let earlier = try RecordService.found(schema, id, .read, in: transaction, caller)
                guard Authorisation.mayCreate(caller, schema) else {
                    throw ServiceError.forbidden(RecordRules.whyNotCreated(schema))
                }
                let view = try whole(earlier, library, transaction, today)
                let made = try transaction.save(
                    try Assessment.schema.validated(next.record(after: view.assessment, today)),
                    id: ID(environment.id()), over: nil,
                    by: caller.change("create", request: request, in: environment))
                for part in view.rows.flatMap(\.partsInScope) {
                    guard let answer = part.answer?.value else { continue }
                    let carried = answer.carriedOver(from: view.assessment.value, to: made.id, part.item)
                    try transaction.save(
                        try Answer.schema.validated(carried), id: Self.answerID(made.id, part.item.id), over: nil,
                        by: caller.change("carryOver", request: request, in: environment))
                }
                guard let saved = try transaction.find(schema, made.id.raw, in: caller.organisation, asOf: nil) else {
                    throw ServiceError.notFound(schema.label)
                }
                try claim?.keep(saved, isNew: true, in: transaction, at: now)
                return saved
            }
        }
    }
}

extension NextAssessment {
    fileprivate func record(after earlier: Stored<Assessment>, _ today: Day) -> Assessment {
        var record = Assessment()
        record.title = title
        record.lead = lead.map { ID($0) } ?? earlier.value.lead
        record.reviewer = reviewer.map { ID($0) } ?? earlier.value.reviewer
        record.scope = earlier.value.scope
        record.implementationGroups = earlier.value.implementationGroups
        record.previous = earlier.id
        record.startedOn = startedOn ?? today
        record.dueOn = dueOn
        return record
    }
}

extension Answer {
    /// The same answer for a later round. One that was carried over before still names the round that found it.
    fileprivate func carriedOver(
        from earlier: Assessment, to assessment: ID<Assessment>, _ item: LibraryItem
    ) -> Answer {
        var answer = self
        answer.assessment = assessment
        answer.key = "\(assessment.raw.lowercased)/\(item.id.lowercased)"
        guard result != nil, origin != .carriedOver else { return answer }
        answer.origin = .carriedOver
        answer.originNote = "“\(earlier.title)”\(answeredOn.map { ", \($0)" } ?? "")"
        return answer
    }
}
