// A record type made to be permitted in every way, and records with random references.
import Foundation
import RecordKit
import Records
import Storage

/// Has a permission with every condition, for roles of their own.
struct Probe: Record {
    var title = ""
    var status = Status.draft
    var owner: ID<Person>?
    var helpers = Links<Person>()
    var system: ID<Asset>?
    var assets = Links<Asset>()
    var note: String?

    enum Status: String, Choice { case draft, submitted, approved }

    static let type: RecordType = "probe"
    static let schema = Schema<Probe>(
        plural: "probes", title: "title", help: "Made for tests.",
        permissions: Permissions(
            .allow(.read, .create, .update, .archive, to: [.complianceLead]),
            .allow(.read, to: [.externalAuditor, .internalAuditor, .topManagement]),
            .allow(.read, .update, to: [.controlOwner], when: .assigned("owner")),
            .allow(.read, to: [.controlOwner], when: .assigned("helpers")),
            .allow(.read, .create, .update, to: [.employee], when: .author),
            .allow(.read, .update, to: [.aiSystemOwner], when: .inScope("system")),
            .allow(.read, to: [.humanOverseer], when: .inScope("assets")),
            .allow(.create, to: [.dataSecurityOfficer], when: .assigned("owner"))),
        lifecycle: Lifecycle(
            "status", initial: Status.draft,
            [
                Transition(
                    "submit", label: "Submit", from: [Status.draft], to: .submitted, by: [.employee],
                    assigned: ["owner", "helpers"]),
                Transition(
                    "approve", label: "Approve", from: [Status.submitted], to: .approved,
                    by: [.complianceLead, .topManagement, .externalAuditor], notByAuthor: true,
                    notByTakerOf: "submit"),
            ])
    ) {
        Section("Probe") {
            Field(\.title, "title", .listed)
            Field(\.status, "status", .readOnly, .filterable)
            Field(\.owner, "owner", label: "Owner", .filterable)
            Field(\.helpers, "helpers", label: "Helpers")
            Field(\.system, "system")
            Field(\.assets, "assets")
            Field(\.note, "note", .sensitive)
        }
    }
}

/// Makes records whose references point to few targets, so that conditions meet them often.
struct RecordMaker {
    let persons: [UUID]
    let assets: [UUID]
    let organisation: UUID
    private let bytes = DeterministicBytes()

    func draw(_ count: Int) -> Int { bytes.take(4).reduce(0) { $0 << 8 | Int($1) } % count }
    func id() -> UUID {
        UUID.version7(at: Instant(millisecondsSince1970: 1), random: (UInt64(draw(1 << 30)), UInt64(draw(1 << 30))))
    }

    func record(_ schema: AnySchema) -> StoredRecord {
        let values = zip(schema.fields, schema.blank).map { field, blank -> FieldValue in
            let targets = field.kind.target == Asset.type ? assets : persons
            return switch field.kind {
            case .reference: draw(4) == 0 ? .null : .reference(targets[draw(targets.count)])
            case .links: .links(targets.filter { _ in draw(3) == 0 })
            default: blank
            }
        }
        let isShared = schema.isCatalogue && draw(2) == 0
        let author = draw(4) == 0 ? nil : persons[draw(persons.count)]
        let now = Instant(millisecondsSince1970: 1)
        return StoredRecord(
            schema: schema, id: schema.type == Person.type ? persons[draw(persons.count)] : id(),
            meta: RecordMeta(
                version: 1, isArchived: false, organisation: isShared ? nil : organisation, since: 0, until: nil,
                createdAt: now, createdBy: author, updatedAt: now, updatedBy: persons[draw(persons.count)]),
            values: values)
    }
}

/// A second reading of predicates, apart from the one under test.
func isFound(_ record: StoredRecord, by predicate: Criteria) -> Bool {
    switch predicate {
    case .all: return true
    case .none: return false
    case .and(let parts): return parts.allSatisfy { isFound(record, by: $0) }
    case .or(let parts): return parts.contains { isFound(record, by: $0) }
    case .not(let part): return !isFound(record, by: part)
    case .linked(let field, let ids):
        switch record[field] {
        case .reference(let id): return ids.contains(id)
        case .links(let links): return !Set(links).isDisjoint(with: ids)
        default: return false
        }
    case .ids(let ids): return ids.contains(record.id)
    case .createdBy(let person): return record.meta.createdBy == person
    case .equals, .oneOf, .less, .greater, .search:
        preconditionFailure("authorisation makes no such predicate")
    }
}
