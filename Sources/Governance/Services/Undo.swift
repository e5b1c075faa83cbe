// Taking back: the caller's own last change, and the values of an older version. History is never cut: what comes back
// is a new revision with the former values.
package import Access
package import Foundation
package import RecordKit
import Records
import Storage

/// What an undo did.
package struct UndoReport: Sendable {
    /// The records as they are now.
    package let restored: [StoredRecord]
    /// Those of a bulk edit that somebody changed since, or whose former values no longer hold.
    package let refused: [(record: StoredRecord, why: ServiceError)]
    package init(restored: [StoredRecord], refused: [(record: StoredRecord, why: ServiceError)]) {
        self.restored = restored
        self.refused = refused
    }
}

extension RecordService {
    /// What can be taken back: changes of values and of the archive. Transitions are verbs of their own.
    package static let undoable: Set<String> = ["update", "archive", "restore", "answer", "confirm", "decide", "undo"]

    /// Takes back what the caller's request that wrote a ledger entry changed: an edit, an archiving, a bulk edit, an
    /// answer.
    /// - Parameter index: The last ledger entry of that request.
    /// - Throws: ``ServiceError``: not found for an entry that is not the caller's; conflict if it was changed since
    ///   or went through a transition. Of several records those that can be are restored.
    package func undo(upTo index: Int, as caller: Caller, request: String? = nil) async throws -> UndoReport {
        let missing = ServiceError.notFound("change of yours")
        guard caller.mayWrite else { throw ServiceError.forbidden(Refusal.readOnlyToken.message) }
        guard let organisation = caller.organisation, let person = caller.person, index >= 0 else { throw missing }
        return try await store.write(organisation) { transaction in
            let entries = try transaction.revisionEntries(
                in: organisation, from: index, isBackwards: true, limit: BulkEdit.recordsMax)
            guard let last = entries.first, last.index == index, last.person == person else { throw missing }
            let own = entries.prefix {
                $0.index == index || ($0.person == person && $0.request == last.request && $0.request != nil)
            }
            var restored: [StoredRecord] = []
            var refused: [(record: StoredRecord, why: ServiceError)] = []
            for (id, changes) in Dictionary(grouping: own, by: \.id).sorted(by: { $0.key < $1.key }) {
                guard let type = changes.first?.type, let schema = byType[type],
                    let present = try transaction.find(schema, id, in: organisation, asOf: nil),
                    Authorisation.may(caller, .read, present)
                else { throw missing }
                do {
                    restored.append(
                        redacted(try undo(changes, of: present, as: caller, request: request, in: transaction), caller))
                } catch let error as ServiceError {
                    refused.append((redacted(present, caller), error))
                } catch let error as Invalid {
                    refused.append((redacted(present, caller), .invalid(error)))
                } catch let error as StoreError {
                    guard let why = ServiceError.from(error, schema) as? ServiceError else { throw error }
                    refused.append((redacted(present, caller), why))
                }
            }
            if restored.isEmpty, let first = refused.first { throw first.why }
            return UndoReport(restored: restored, refused: refused)
        }
    }

    private func undo(
        _ changes: [RevisionEntry], of present: StoredRecord, as caller: Caller, request: String?,
        in transaction: any Transaction
    ) throws -> StoredRecord {
        let schema = present.schema
        let versions = changes.map(\.version)
        guard let first = versions.min(), let last = versions.max() else { throw ServiceError.notFound(schema.label) }
        guard present.version == last else {
            throw ServiceError.conflict(.state("it was changed since and is now at version \(present.version)"))
        }
        guard changes.allSatisfy({ Self.undoable.contains($0.action) }) else {
            throw ServiceError.conflict(.state("only edits, answers and archiving can be undone"))
        }
        let former = try transaction.revisions(
            of: present.id, schema, in: caller.organisation, before: first, limit: 1
        ).first?.record
        guard former != nil || schema.type == Answer.type || schema.type == Applicability.type else {
            throw ServiceError.conflict(.state("it was created by this change; archive it instead"))
        }
        if let field = schema.lifecycle?.field, let former, former[field] != present[field] {
            throw ServiceError.conflict(.state("its state changed; take the transition back instead"))
        }
        // A decision on applicability that was not there before goes to the archive.
        let isArchived = former?.meta.isArchived ?? (schema.type == Applicability.type)
        try checkUndo(of: present, toArchived: isArchived, changes, as: caller, in: transaction)
        var values = former?.values ?? Self.unanswered(present)
        if schema.type != Answer.type, former != nil {
            values = try RecordRules.prepared(schema, old: present, values, in: transaction, by: caller)
        }
        let change = caller.change(
            "undo", reason: "Undo of version \(last)", request: request, in: environment)
        let saved = try transaction.save(
            try schema.validated(values), id: present.id, over: last, isArchived: isArchived, by: change)
        try posture.recordChanged(from: present, to: saved, in: transaction, today: caller.today(at: change.at))
        return saved
    }

    /// Whether the caller may still make such a change.
    private func checkUndo(
        of present: StoredRecord, toArchived isArchived: Bool, _ changes: [RevisionEntry], as caller: Caller,
        in transaction: any Transaction
    ) throws {
        let schema = present.schema
        if schema.type == Answer.type || changes.contains(where: { $0.action == "decide" }) {
            let isOwner = present["owner"] == caller.person.map { .reference($0) } && caller.person != nil
            guard
                !caller.roles.contains(.externalAuditor),
                isOwner || !caller.roles.isDisjoint(with: AssessmentService.answeringRoles) || caller.hasEveryPermission
            else { throw ServiceError.forbidden(RecordRules.whyNotCreated(Answer.schema.erased)) }
            guard schema.type == Answer.type else { return }
            let answer = try present.decoded(as: Answer.self)
            let assessment = try transaction.find(answer.value.assessment, in: caller.organisation)
            guard let assessment, AssessmentLock(assessment) == .none else {
                throw ServiceError.conflict(.state("the assessment is locked or closed"))
            }
            try checkSection(of: answer.value, as: caller, in: transaction)
            return
        }
        if present.meta.isArchived != isArchived {
            guard Authorisation.may(caller, .archive, present) else {
                throw ServiceError.forbidden(
                    "Your role does not allow you to archive this \(schema.label.lowercased()).")
            }
            if isArchived { try RecordRules.checkArchiving(present, in: transaction) }
        }
        if changes.contains(where: { ["update", "undo"].contains($0.action) }) {
            guard Authorisation.may(caller, .update, present) else {
                throw ServiceError.forbidden(
                    "Your role does not allow you to update this \(schema.label.lowercased()).")
            }
        }
    }

    /// What stands in a submitted or accepted section is taken back no more than it is answered. Only then is the
    /// library made to find the section.
    private func checkSection(of answer: Answer, as caller: Caller, in transaction: any Transaction) throws {
        let frozen: Criteria = .and([
            .linked("assessment", [answer.assessment.raw]),
            .oneOf("status", [SectionAssignment.Status.submitted, .accepted].map { .text($0.rawValue) }),
        ])
        let schema = SectionAssignment.schema.erased
        guard try transaction.count(schema, where: frozen, in: caller.organisation, asOf: nil) > 0,
            let assessment = try transaction.find(answer.assessment, in: caller.organisation),
            let organisation = caller.organisation
        else { return }
        let view = try AssessmentView(
            assessment: assessment, library: LibraryHolder.library(of: organisation, reading: transaction),
            reader: transaction, organisation: organisation, asOf: nil, today: caller.today(at: environment.now()),
            posture: posture)
        let row = view.rows.first { $0.parts.contains { $0.item.id == answer.requirement.raw } }
        if let why = row.flatMap({ AssessmentService.whyNotAnswered($0, by: caller) }) { throw why }
    }

    /// An answer as if nobody had given it; whatever names it stays. A decision keeps what it says.
    private static func unanswered(_ present: StoredRecord) -> [FieldValue] {
        guard present.schema.type == Answer.type else { return present.values }
        let identity: Set<String> = ["name", "assessment", "requirement", "key"]
        return zip(present.schema.fields, zip(present.values, present.schema.blank)).map { field, values in
            identity.contains(field.name) ? values.0 : values.1
        }
    }

    /// Brings back the values of an older version, as an edit of the present one.
    /// - Parameters:
    ///   - former: The version whose values come back; its state and what the system sets do not.
    ///   - version: The present version, as the caller saw it.
    package func restoreValues(
        _ schema: AnySchema, _ id: UUID, of former: Int, over version: Int, as caller: Caller, request: String? = nil
    ) async throws -> StoredRecord {
        _ = try await get(schema, id, as: caller)
        let found = try await store.read {
            try $0.revisions(of: id, schema, in: caller.organisation, before: former + 1, limit: 1).first?.record
        }
        guard let found, found.version == former else {
            throw ServiceError.invalid("former", "there is no version \(former)")
        }
        guard found.meta.erasedAt == nil else {
            throw ServiceError.conflict(.state("the content of version \(former) was erased"))
        }
        var values: [String: FieldValue] = [:]
        for (field, value) in zip(schema.fields, found.values) where Self.isOpen(field, schema) {
            values[field.name] = value
        }
        return try await update(
            schema, id, over: version, values, keepsMissing: true, as: caller,
            reason: "Values of version \(former) restored", request: request)
    }
}
