// Rules of the Statements of Applicability that need other records, inside the transaction of the change.
import Access
import Foundation
import RecordKit
import Records
import Storage

enum StatementRules {
    /// Adopted frameworks have one assessment at a time, a few in years: far more would be an error.
    static let assessmentsMax = 1_000

    /// An exception is for AI systems, not for any asset.
    static func checkSystems(_ value: FieldValue, in reader: any Reader, by caller: Caller) throws {
        guard case .links(let ids) = value, !ids.isEmpty else { return }
        let found = try reader.page(
            Query(Asset.schema.erased, where: .ids(ids), archived: .include, limit: Query.limitMax),
            in: caller.organisation, asOf: nil
        ).records
        if let other = found.first(where: { $0["kind"] != .text(Asset.Kind.aiSystem.rawValue) }) {
            throw Invalid("systems", "must be AI systems: \(other["name"].text) is none")
        }
    }

    /// - Throws: ``ServiceError`` conflict, if rows stand in the way or an assessment is locked.
    static func check(
        _ transition: Transition, _ record: StoredRecord, in transaction: any Transaction, by caller: Caller
    ) throws {
        guard transition.name == "approve" else { return }
        let statement = try record.decoded(as: StatementOfApplicability.self).value
        if let blocking = statement.blocking {
            throw ServiceError.conflict(.state("rows stand in the way of approval: \(blocking)"))
        }
        try checkAssessments(of: statement.framework.raw, in: transaction, caller.organisation)
    }

    /// While results are under review, nobody states on their basis what applies.
    static func checkAssessments(of framework: UUID, in reader: any Reader, _ organisation: UUID?) throws {
        let adoptions = try reader.all(
            FrameworkAdoption.self, where: .linked("framework", [framework]), in: organisation, limit: assessmentsMax)
        guard !adoptions.isEmpty else { return }
        let assessments = try reader.page(
            Query(
                Assessment.schema.erased, where: .linked("scope", adoptions.map(\.id.raw)), limit: assessmentsMax),
            in: organisation, asOf: nil
        ).records
        if let locked = assessments.first(where: { $0["status"].text == "locked" }) {
            throw ServiceError.conflict(
                .state(
                    "the assessment “\(locked["title"].text)” covers this standard and is locked for review; "
                        + "unlock or close it first"))
        }
    }

    /// The version that was in force until this approval is superseded in the same transaction.
    static func supersede(
        for transition: Transition, _ record: StoredRecord, in transaction: any Transaction, by caller: Caller,
        _ environment: Environment
    ) throws {
        guard transition.name == "approve", case .reference(let framework) = record["framework"] else { return }
        let former = try transaction.all(
            StatementOfApplicability.self,
            where: .and([
                .linked("framework", [framework]),
                .equals("status", .text(StatementOfApplicability.Status.approved.rawValue)),
            ]), in: caller.organisation, limit: 10)
        for statement in former {
            var value = statement.value
            value.status = .superseded
            try transaction.save(
                try StatementOfApplicability.schema.validated(value), id: statement.id, over: statement.version,
                by: caller.change("supersede", in: environment))
        }
    }
}
