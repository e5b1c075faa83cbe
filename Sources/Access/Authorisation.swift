// The one place that decides who may do what. What is not permitted is denied.
package import Foundation
package import RecordKit
import Records
package import Storage

/// Permissions of record types applied to a caller: for one record, and for lists the same rule as a predicate.
package enum Authorisation {
    /// Whether the caller may do this to this record: it is the caller's organisation's, or shared and only read,
    /// and ``visible(_:_:_:)`` finds it.
    package static func may(_ caller: Caller, _ action: Action, _ record: StoredRecord) -> Bool {
        guard record.meta.organisation == caller.organisation || (record.meta.organisation == nil && action == .read)
        else { return false }
        return finds(visible(caller, action, record.schema), record)
    }

    /// The records of a type to which the caller may do this, among those of the caller's organisation and the
    /// shared ones.
    package static func visible(_ caller: Caller, _ action: Action, _ schema: AnySchema) -> Storage.Criteria {
        guard action == .read || mayWriteAtAll(caller, schema) else { return .none }
        if caller.hasEveryPermission { return .all }
        guard caller.organisation != nil else { return .none }
        var found: [Storage.Criteria] = []
        // In declared order, so that the same roles always make the same SQL.
        for entry in schema.permissions.entries where entry.actions.contains(action) {
            for role in Role.allCases where caller.roles.contains(role) && entry.roles.contains(role) {
                let predicate = predicate(entry.condition, role, caller, schema)
                if predicate == .all { return .all }
                if predicate != .none, !found.contains(predicate) { found.append(predicate) }
            }
        }
        return found.count > 1 ? .or(found) : found.first ?? .none
    }

    /// Whether the caller may create a record of this type. A permission to create that depends on what the record
    /// will hold counts for nothing.
    package static func mayCreate(_ caller: Caller, _ schema: AnySchema) -> Bool {
        guard mayWriteAtAll(caller, schema) else { return false }
        if caller.hasEveryPermission { return true }
        guard caller.organisation != nil, caller.person != nil else { return false }
        let conditions = schema.permissions.conditions(for: .create, roles: caller.roles)
        return conditions.contains(.any) || conditions.contains(.author)
    }

    /// Whether sensitive fields of the record are shown to the caller: to those who may update it.
    package static func canSeeSensitive(_ caller: Caller, _ record: StoredRecord) -> Bool {
        may(caller, .update, record)
    }

    /// Whether the caller may take a record through a transition. Whether the record's state allows it is for the
    /// service to say.
    /// - Parameters:
    ///   - authors: The persons who created or edited the record.
    ///   - lastTaker: The person who last took the transition that `notByTakerOf` names, on this record.
    /// - Returns: `nil` if they may.
    package static func mayTake(
        _ transition: Transition, _ caller: Caller, _ record: StoredRecord, authors: Set<UUID>, lastTaker: UUID?
    ) -> Refusal? {
        let label = transition.label
        guard may(caller, .read, record), record.meta.organisation == caller.organisation else {
            return .notVisible(type: record.schema.label)
        }
        guard caller.mayWrite else { return .readOnlyToken }
        if caller.hasEveryPermission { return nil }
        guard !caller.roles.contains(.externalAuditor) else { return .externalAuditor }
        let isAssigned = caller.person.map { person in
            transition.assigned.contains { finds(Storage.Criteria.linked($0, [person]), record) }
        }
        guard isAssigned == true || !transition.roles.isDisjoint(with: caller.roles) else {
            return .notByRole(
                label, roles: Role.allCases.filter(transition.roles.contains),
                fields: transition.assigned.map { record.schema.field($0)?.label ?? $0 })
        }
        guard let person = caller.person else { return .notVisible(type: record.schema.label) }
        if transition.notByAuthor, authors.contains(person) { return .author(label) }
        if let other = transition.notByTakerOf, lastTaker == person {
            return .sameTaker(label, other: record.schema.lifecycle?.transition(named: other)?.label ?? other)
        }
        return nil
    }

    /// Neither a token that only reads, nor an external auditor, whatever else they are. Of framework content an
    /// organisation writes only types that say so, and only its own rows; shared rows are the loader's, which works
    /// for the server.
    private static func mayWriteAtAll(_ caller: Caller, _ schema: AnySchema) -> Bool {
        guard caller.mayWrite, !caller.roles.contains(.externalAuditor) else { return false }
        return caller.organisation == nil && schema.isCatalogue ? caller.hasEveryPermission : schema.isWritten
    }

    private static func predicate(
        _ condition: Condition, _ role: Role, _ caller: Caller, _ schema: AnySchema
    ) -> Storage.Criteria {
        guard let person = caller.person else { return .none }
        switch condition {
        case .any: return .all
        case .author: return .createdBy(person)
        case .assigned(let field): return .linked(field, [person])
        case .inScope(let field): return caller.scopes[role].map { .linked(field, $0) } ?? .all
        case .isSelf: return schema.type == Person.type ? .ids([person]) : .none
        }
    }

    /// Evaluates those predicates that ``visible(_:_:_:)`` makes.
    private static func finds(_ predicate: Storage.Criteria, _ record: StoredRecord) -> Bool {
        switch predicate {
        case .all: return true
        case .or(let parts): return parts.contains { finds($0, record) }
        case .createdBy(let person): return record.meta.createdBy == person
        case .ids(let ids): return ids.contains(record.id)
        case .linked(let field, let ids):
            switch record[field] {
            case .reference(let id): return ids.contains(id)
            case .links(let links): return links.contains(where: ids.contains)
            default: return false
            }
        default: return false
        }
    }
}

/// Why somebody may not take a transition.
package enum Refusal: Error, Sendable, Hashable {
    /// The record is not theirs to see; the answer is that there is none.
    case notVisible(type: String)
    case readOnlyToken
    case externalAuditor
    /// Neither a role that may, nor named in one of the fields.
    case notByRole(_ label: String, roles: [Role], fields: [String])
    /// Whoever created or edited the record may not (separation of duties).
    case author(_ label: String)
    /// Whoever took the other transition may not take this one.
    case sameTaker(_ label: String, other: String)

    package var message: String {
        switch self {
        case .notVisible(let type): "There is no such \(type.lowercased())."
        case .readOnlyToken: "This token may only read."
        case .externalAuditor: "An external auditor reads and changes nothing."
        case .notByRole(let label, let roles, let fields):
            "“\(label)” is for "
                + Self.list(roles.map(\.words) + fields.map { "the person named under “\($0)”" }) + "."
        case .author(let label):
            "“\(label)” is not for those who created or edited the record: somebody else must look at it."
        case .sameTaker(let label, let other):
            "“\(label)” is not for whoever took “\(other)”: somebody else must look at it."
        }
    }

    private static func list(_ words: [String]) -> String {
        guard let last = words.last else { return "nobody" }
        return words.count == 1 ? last : words.dropLast().joined(separator: ", ") + " or " + last
    }
}

extension Role {
    /// The role inside a sentence: "the AI risk officer".
    fileprivate var words: String {
        switch self {
        case .topManagement: "top management"
        case .employee: "employees"
        default: "the " + rawValue.asLabel.lowercased().replacingOccurrences(of: "ai ", with: "AI ")
        }
    }
}
