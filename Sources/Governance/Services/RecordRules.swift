// Rules that need other records than the one at hand. They run inside the transaction of the change, so that nothing
// they looked at can change before it is saved.
import Access
import Foundation
import RecordKit
import Records
import Storage

/// The rules by record type, called by `RecordService` at every door.
enum RecordRules {
    static func whyNotCreated(_ schema: AnySchema) -> String {
        switch schema.type {
        case Answer.type: "Answers are given on the assessment's page, which keeps both standards together."
        case SectionAssignment.type:
            "Sections are delegated on the assessment's page, by the compliance lead, the AI risk officer or the data "
                + "security officer."
        case Organisation.type: "An organisation is created by the server's administrator."
        case StatementOfApplicability.type: "A Statement of Applicability is submitted on its page, with all its rows."
        default: "Your role does not allow you to create a \(schema.label.lowercased())."
        }
    }

    /// Values as they are to be saved, with what the system fills in.
    /// - Throws: ``Invalid`` or ``ServiceError``.
    static func prepared(
        _ schema: AnySchema, old: StoredRecord?, _ values: [FieldValue], in transaction: any Reader,
        by caller: Caller
    ) throws -> [FieldValue] {
        var values = values
        func set(_ name: String, _ value: FieldValue) {
            if let at = schema.position[name] { values[at] = value }
        }
        func get(_ name: String) -> FieldValue { schema.position[name].map { values[$0] } ?? .null }
        switch schema.type {
        case Applicability.type:
            guard case .reference(let id) = get("requirement") else { break }
            guard let requirement = try transaction.find(ID<Requirement>(id), in: caller.organisation),
                requirement.value.kind == .control
            else { throw Invalid("requirement", "must be a control of Annex A: clauses 4 to 10 always apply") }
            set("name", .text(try name(of: requirement, in: transaction)))
            try StatementRules.checkSystems(get("systems"), in: transaction, by: caller)
        case FrameworkAdoption.type:
            guard old == nil, case .reference(let id) = get("framework"),
                let framework = try transaction.find(ID<Framework>(id), in: caller.organisation)
            else { break }
            set("contentSHA256", .text(framework.value.contentSHA256))
        case Mapping.type:
            if old == nil {
                set("set", .text(Mapping.ownSet))
                set("key", .text(try mappingKey(get("source"), get("target"), in: transaction, by: caller)))
            }
        case Organisation.type:
            if case .text(let zone) = get("timeZone"), TimeZone(identifier: zone) == nil {
                throw Invalid("timeZone", "is not a time zone, such as Europe/Berlin")
            }
        case Assessment.type:
            if let old, old["status"] == .text(Assessment.Status.closed.rawValue) {
                throw ServiceError.conflict(.state("the assessment is closed; reopen it first"))
            }
            if let old, old["status"] == .text(Assessment.Status.locked.rawValue) {
                throw ServiceError.conflict(.state("the assessment is locked for review; unlock it first"))
            }
        case Answer.type, StatementOfApplicability.type: throw ServiceError.forbidden(whyNotCreated(schema))
        case ErasureRequest.type, Hold.type:
            if let old {
                try ErasureRules.checkEdit(old)
            } else {
                values = try ErasureRules.prepared(schema, values, in: transaction, by: caller)
            }
        default: break
        }
        return values
    }

    /// "A.5.1 Policies for information security (ISO/IEC 27001:2022)".
    static func name(of requirement: Stored<Requirement>, in reader: any Reader) throws -> String {
        let framework = try reader.find(requirement.value.framework, in: requirement.meta.organisation)
        return String("\(requirement.value.name) (\(framework?.value.name ?? ""))".prefix(FieldLimit.textCharactersMax))
    }

    /// The key of a mapping of the organisation's own, if its ends may be mapped.
    private static func mappingKey(
        _ source: FieldValue, _ target: FieldValue, in reader: any Reader, by caller: Caller
    ) throws -> String {
        func item(_ field: String, _ value: FieldValue) throws -> Stored<Requirement>? {
            guard case .reference(let id) = value else { return nil }
            let found = try reader.find(ID<Requirement>(id), in: caller.organisation)
            guard let found, !found.meta.isArchived else { throw Invalid(field, "is no requirement at hand") }
            return found
        }
        // What is missing is said by the schema.
        guard let from = try item("source", source), let to = try item("target", target) else { return "" }
        guard from.id != to.id else { throw Invalid("target", "must not be the source itself") }
        guard from.value.framework != to.value.framework else {
            throw Invalid("target", "stands in the same framework as the source: a mapping leads to another one")
        }
        let ends = [from.id.raw, to.id.raw]
        let present = try reader.count(
            Mapping.schema.erased,
            where: .and([.linked("source", ends), .linked("target", ends), .equals("set", .text(Mapping.ownSet))]),
            archived: .exclude, in: caller.organisation, asOf: nil)
        guard present == 0 else {
            throw Invalid("target", "is mapped with the source already: change that mapping")
        }
        return "\(Mapping.ownSet):\(from.value.key)>\(to.value.key)"
    }

    /// A transition marked `byVerb` passes only here.
    static func checkTransition(
        _ transition: Transition, _ record: StoredRecord, in transaction: any Transaction, by caller: Caller
    ) throws {
        if record.schema.type == RoleAssignment.type, transition.to == RoleAssignment.Status.active.rawValue {
            return try checkRole(record.decoded(), in: transaction, by: caller)
        }
        if record.schema.type == SectionAssignment.type {
            let section = try record.decoded(as: SectionAssignment.self).value
            let assessment = try transaction.find(section.assessment, in: caller.organisation)
            guard let assessment, AssessmentLock(assessment) != .closed else {
                throw ServiceError.conflict(.state("the assessment is closed"))
            }
        }
        // `ErasureVerb` decides, in the same transaction.
        if record.schema.type == ErasureRequest.type { return }
        if record.schema.type == StatementOfApplicability.type {
            return try StatementRules.check(transition, record, in: transaction, by: caller)
        }
        guard !transition.byVerb else {
            throw ServiceError.forbidden("“\(transition.label)” is taken by the system only.")
        }
    }

    /// Roles that one person must not hold together: whoever audits, or decides on the audit's results, does not run
    /// what is audited (ISO/IEC 42001 and 27001, clause 9.2.2; ISO 19011, clause 4 e).
    static func conflicts(with role: Role) -> Set<Role> {
        let running: Set<Role> = [
            .complianceLead, .aiRiskOfficer, .dataSecurityOfficer, .controlOwner, .aiSystemOwner, .humanOverseer,
            .administrator, .topManagement,
        ]
        return switch role {
        case .internalAuditor: running.union([.externalAuditor])
        case .externalAuditor: Set(Role.allCases).subtracting([.externalAuditor])
        case .employee: [.externalAuditor]
        default: running.contains(role) ? [.internalAuditor, .externalAuditor] : []
        }
    }

    /// A young organisation has one person who may activate roles. Until there is a second, that person may also
    /// activate what they proposed for others: else nobody could ever get a role. The history shows who did both.
    static func isAlone(
        _ caller: Caller, with transition: Transition, of record: StoredRecord, in reader: any Reader
    ) throws -> Bool {
        guard record.schema.type == RoleAssignment.type, transition.notByAuthor, let person = caller.person else {
            return false
        }
        let others = try reader.count(
            RoleAssignment.schema.erased,
            where: .and([
                .equals("status", .text(RoleAssignment.Status.active.rawValue)),
                .oneOf("role", transition.roles.map { .text($0.rawValue) }), .not(.linked("person", [person])),
            ]), in: caller.organisation, asOf: nil)
        return others == 0
    }

    private static func checkRole(
        _ assignment: Stored<RoleAssignment>, in transaction: any Transaction, by caller: Caller
    ) throws {
        guard assignment.value.person.raw != caller.person else {
            throw ServiceError.forbidden("Nobody gives a role to themselves: somebody else must activate it.")
        }
        let held = try transaction.all(
            RoleAssignment.self,
            where: .and([
                .linked("person", [assignment.value.person.raw]),
                .equals("status", .text(RoleAssignment.Status.active.rawValue)),
            ]), in: caller.organisation, limit: 200)
        let conflicting = conflicts(with: assignment.value.role)
        if let other = held.first(where: { conflicting.contains($0.value.role) && $0.id != assignment.id }) {
            throw ServiceError.conflict(
                .state(
                    "the person is also \(other.value.role.rawValue.asLabel.lowercased()); "
                        + "whoever audits must be independent of what is audited (clause 9.2.2)"))
        }
    }

    /// What was erased does not come back.
    static func checkRestoring(_ record: StoredRecord) throws {
        guard record.meta.erasedAt == nil else {
            throw ServiceError.conflict(.state("it was erased; there is nothing to restore"))
        }
    }

    /// What still stands on the record must be settled before it goes to the archive.
    static func checkArchiving(_ record: StoredRecord, in transaction: any Transaction) throws {
        switch record.schema.type {
        case Organisation.type: throw ServiceError.forbidden("An organisation is not archived.")
        case Person.type:
            let roles = try transaction.count(
                RoleAssignment.schema.erased,
                where: .and([
                    .linked("person", [record.id]), .equals("status", .text(RoleAssignment.Status.active.rawValue)),
                ]), in: record.meta.organisation, asOf: nil)
            guard roles == 0 else {
                throw ServiceError.conflict(.state("the person holds \(roles) active role(s); end them first"))
            }
        default: break
        }
    }
}
