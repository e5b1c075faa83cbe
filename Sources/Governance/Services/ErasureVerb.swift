// The verb that erases, inside the transaction in which the request becomes "carried out": either both are recorded or
// neither.
import Access
import Foundation
import RecordKit
import Records
import Storage

/// Carries out one request.
struct ErasureVerb {
    /// Role assignments of one person; more is an error.
    static let rolesMax = 500
    let schemas: [AnySchema]
    let environment: Environment
    let posture: PostureEngine

    /// - Parameter values: Those of the request as it will be saved; the counts are filled in.
    /// - Throws: ``ServiceError`` conflict, if a hold forbids it or there is no such record.
    func carryOut(
        _ request: StoredRecord, _ values: inout [FieldValue], in transaction: any Transaction, by caller: Caller
    ) throws {
        let asked = try request.decoded(as: ErasureRequest.self).value
        guard let schema = schemas.first(where: { $0.type.name == asked.subjectType }),
            let id = UUID(uuidString: asked.subjectID),
            let subject = try transaction.find(schema, id, in: caller.organisation, asOf: nil),
            subject.meta.organisation == caller.organisation
        else { throw ServiceError.conflict(.state("the record that it names is not there")) }
        guard id != request.id else {
            throw ServiceError.conflict(.state("a request does not erase itself; make another one for it"))
        }
        let now = environment.now()
        let today = caller.today(at: now)
        let holds = try ErasureRules.holds(on: schema, id, in: transaction, caller.organisation, today: today)
        if let hold = holds.first?.value {
            throw ServiceError.conflict(
                .state("the \(hold.kind.rawValue) hold “\(hold.name)” forbids it: \(hold.reason)"))
        }
        let fields = try asked.scope == .fields ? ErasureRules.fields(asked.fieldNames ?? "", of: schema) : nil
        let outcome = try erase(schema, subject, fields, in: transaction, by: caller, today: today)
        for (name, count) in [("erasedRevisions", outcome.versions.count), ("erasedFiles", outcome.files.count)] {
            if let at = request.schema.position[name] { values[at] = .integer(count) }
        }
    }

    /// Erases and brings to their end what depended on it: roles of a person, measured statuses.
    @discardableResult
    func erase(
        _ schema: AnySchema, _ subject: StoredRecord, _ fields: Set<String>?, in transaction: any Transaction,
        by caller: Caller, today: Day
    ) throws -> ErasureOutcome {
        let organisation = subject.meta.organisation
        if fields == nil, schema.type == Person.type {
            try endRoles(of: subject.id, in: transaction, by: caller, today: today)
        }
        // An organisation that is archived would lock out everybody.
        let erasure = Erasure(
            schema: schema, record: subject.id, fields: fields,
            archives: fields == nil && schema.type != Organisation.type)
        let outcome = try transaction.erase(erasure, by: caller.change("erase", in: environment))
        if !outcome.versions.isEmpty {
            try transaction.enqueue(NewJob(id: environment.id(), kind: .erasure, at: environment.now()))
        }
        if let rest = try transaction.find(schema, subject.id, in: organisation, asOf: nil) {
            try posture.recordChanged(from: subject, to: rest, in: transaction, today: today)
        }
        return outcome
    }

    private func endRoles(of person: UUID, in transaction: any Transaction, by caller: Caller, today: Day) throws {
        let held = try transaction.all(
            RoleAssignment.self,
            where: .and([
                .linked("person", [person]), .not(.equals("status", .text(RoleAssignment.Status.ended.rawValue))),
            ]), in: caller.organisation, limit: Self.rolesMax)
        for assignment in held {
            var value = assignment.value
            value.status = .ended
            value.to = today
            try transaction.save(
                try RoleAssignment.schema.validated(value), id: assignment.id, over: assignment.version,
                by: caller.change("end", in: environment))
        }
    }
}
