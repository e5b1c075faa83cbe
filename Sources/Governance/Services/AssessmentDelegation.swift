// Sections in other people's hands, and who may answer what when.
package import Access
package import Foundation
package import RecordKit
import Records
import Storage

/// A section for one person.
package struct Delegation: Sendable {
    /// The id of a section of the assessment.
    package var section: String
    package var assignee: UUID
    /// Without one the reviewer of the assessment.
    package var reviewer: UUID?
    package var dueOn: Day?
    package var note: String?
    package init(section: String, assignee: UUID) { (self.section, self.assignee) = (section, assignee) }
}

extension AssessmentService {
    /// Why the caller may not answer a row; `nil` if they may. Whoever delegated goes on answering until the section
    /// is accepted; whoever has it in hand stops when they submit it.
    static func whyNotAnswered(_ row: RowView, by caller: Caller) -> ServiceError? {
        switch row.lock {
        case .closed: return .conflict(.state("the assessment is closed"))
        case .locked: return .conflict(.state("the assessment is locked for review; it must be unlocked first"))
        case .none: break
        }
        guard caller.mayWrite, !caller.roles.contains(.externalAuditor) else {
            return .forbidden("Whoever only reads gives no answers.")
        }
        let isLead = caller.hasEveryPermission || !caller.roles.isDisjoint(with: answeringRoles)
        let isOwner = caller.person != nil && row.parts.contains { $0.answer?.value.owner?.raw == caller.person }
        let isAssignee = caller.person != nil && row.delegation?.value.assignee.raw == caller.person
        guard isLead || isOwner || isAssignee else {
            return .forbidden(
                "A row is answered by the compliance lead, the AI risk officer, the data security officer, its owner "
                    + "or the person who has its section in hand.")
        }
        return row.delegation.flatMap { frozen($0.value, isLead: isLead) }
    }

    private static func frozen(_ delegation: SectionAssignment, isLead: Bool) -> ServiceError? {
        let name = delegation.name ?? delegation.section
        switch delegation.status {
        case .accepted: return .conflict(.state("“\(name)” is accepted; it must be reopened first"))
        case .submitted where !isLead:
            return .conflict(.state("“\(name)” is submitted; its rows change again if it is returned"))
        case .submitted, .assigned, .returned: return nil
        }
    }

    /// Whether the caller may put sections into people's hands.
    package static func mayDelegate(_ caller: Caller) -> Bool {
        caller.mayWrite && !caller.roles.contains(.externalAuditor)
            && (caller.hasEveryPermission || !caller.roles.isDisjoint(with: answeringRoles))
    }

    /// Puts sections into people's hands, all or none. A section in a delegated one may be in other hands: the
    /// innermost counts.
    /// - Throws: ``ServiceError``: invalid for a section that the assessment does not have or that is delegated already.
    package func delegate(
        _ id: UUID, _ delegations: [Delegation], as caller: Caller, request: String? = nil
    ) async throws -> [StoredRecord] {
        let library = try await library.current(for: caller.organisation)
        let today = caller.today(at: environment.now())
        return try await translated(SectionAssignment.schema.erased) {
            try await store.write(caller.organisation) { transaction in
                let view = try whole(assessment(id, as: caller, in: transaction), library, transaction, today)
                guard Self.mayDelegate(caller) else {
                    throw ServiceError.forbidden(RecordRules.whyNotCreated(SectionAssignment.schema.erased))
                }
                guard AssessmentLock(view.assessment) == .none else {
                    throw ServiceError.conflict(.state("the assessment is locked or closed"))
                }
                guard !delegations.isEmpty else { throw ServiceError.invalid("sections", "must name at least one") }
                var taken = Set(view.delegations.keys)
                return try delegations.map { delegation in
                    guard taken.insert(delegation.section).inserted else {
                        throw ServiceError.invalid("sections", "\(delegation.section) is delegated already")
                    }
                    return try transaction.save(
                        try SectionAssignment.schema.validated(try record(of: delegation, in: view)).erased,
                        id: environment.id(), over: nil, isArchived: false,
                        by: caller.change("create", request: request, in: environment))
                }
            }
        }
    }

    private func record(of delegation: Delegation, in view: AssessmentView) throws -> SectionAssignment {
        guard let section = view.sections.first(where: { $0.id == delegation.section }) else {
            throw ServiceError.invalid("sections", "\(delegation.section) is no section of this assessment")
        }
        var record = SectionAssignment()
        record.assessment = view.assessment.id
        record.section = section.id
        record.key = "\(view.assessment.id.raw.lowercased)/\(section.id)"
        record.name = String("\(section.name) – \(view.assessment.value.title)".prefix(FieldLimit.textCharactersMax))
        record.assignee = ID(delegation.assignee)
        // Nobody looks at their own work.
        let standing = view.assessment.value.reviewer.flatMap { $0.raw == delegation.assignee ? nil : $0 }
        record.reviewer = delegation.reviewer.map { ID($0) } ?? standing
        guard record.reviewer != record.assignee else {
            throw ServiceError.invalid("reviewer", "must be somebody else than the assignee")
        }
        record.dueOn = delegation.dueOn ?? view.assessment.value.dueOn
        record.note = delegation.note
        return record
    }

    /// Chooses which implementation groups are assessed; a framework that is not named is assessed whole. Answers
    /// outside the choice stay and count again once they are inside.
    package func setGroups(
        _ groups: [String: [String]], of id: UUID, over version: Int, as caller: Caller, request: String? = nil
    ) async throws -> StoredRecord {
        let library = try await library.current(for: caller.organisation)
        return try await translated(Assessment.schema.erased) {
            try await store.write(caller.organisation) { transaction in
                let schema = Assessment.schema.erased
                let old = try RecordService.found(schema, id, .update, in: transaction, caller)
                var value = try old.decoded(as: Assessment.self).value
                for (key, chosen) in groups.sorted(by: { $0.key < $1.key }) {
                    guard let framework = library.framework(key) else {
                        throw ServiceError.invalid("groups", "\(key) is no framework here")
                    }
                    let known = Set(framework.usedGroups)
                    guard let stray = chosen.first(where: { !known.contains($0) }) else { continue }
                    throw ServiceError.invalid("groups", "\(key) has no implementation group \(stray)")
                }
                let encoder = JSONEncoder()
                encoder.outputFormatting = .sortedKeys
                let chosen = groups.filter { !$0.value.isEmpty }
                value.implementationGroups =
                    chosen.isEmpty ? nil : JSONDocument(String(decoding: try encoder.encode(chosen), as: UTF8.self))
                let valid = try Assessment.schema.validated(value)
                guard old.version == version else {
                    throw ServiceError.conflict(.stale(present: old, yours: valid.erased.values))
                }
                guard AssessmentLock(try old.decoded(as: Assessment.self)) == .none else {
                    throw ServiceError.conflict(.state("the assessment is locked or closed"))
                }
                if schema.changes(from: old.values, to: valid.erased.values).isEmpty { return old }
                return try transaction.save(
                    valid.erased, id: id, over: version, isArchived: false,
                    by: caller.change("update", request: request, in: environment))
            }
        }
    }
}

extension LibraryFramework {
    /// Its implementation groups, in the order in which its items name them.
    package var usedGroups: [String] {
        var seen: Set<String> = []
        return items.flatMap(\.groups).filter { seen.insert($0).inserted }
    }
}
