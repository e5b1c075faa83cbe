// What stands in the way of an erasure, and what a request may name. Runs inside the transaction.
import Access
import Foundation
import RecordKit
import Records
import Storage

/// Rules of requests and holds.
enum ErasureRules {
    /// Holds that a refusal names.
    static let holdsNamedMax = 5

    /// Checks what a new request or hold is about, and brings the fields of a request into their kept form.
    static func prepared(
        _ schema: AnySchema, _ values: [FieldValue], in reader: any Reader, by caller: Caller
    ) throws -> [FieldValue] {
        var values = values
        func text(_ name: String) -> String { schema.position[name].map { values[$0].text } ?? "" }
        guard text("scope") != Hold.Scope.organisation.rawValue else { return values }
        let type = text("subjectType")
        guard let subject = Registry.schema(named: type) else {
            throw Invalid("subjectType", "names no type of record; types are named as in the API, such as person")
        }
        guard let id = UUID(uuidString: text("subjectID")) else { throw Invalid("subjectID", "must be an id") }
        guard let record = try reader.find(subject, id, in: caller.organisation, asOf: nil),
            Authorisation.may(caller, .read, record)
        else { throw Invalid("subjectID", "names no \(subject.label.lowercased()) that you may see") }
        guard record.meta.organisation == caller.organisation else {
            throw Invalid("subjectID", "names shared content of the server, which holds nothing of yours")
        }
        // One spelling, by which holds are found.
        if let at = schema.position["subjectID"] { values[at] = .text(id.lowercased) }
        if let at = schema.position["fieldNames"], text("scope") == ErasureRequest.Scope.fields.rawValue {
            values[at] = .text(try fields(text("fieldNames"), of: subject).sorted().joined(separator: " "))
        }
        return values
    }

    /// What was decided stays as it was when it was decided.
    static func checkEdit(_ old: StoredRecord) throws {
        guard let lifecycle = old.schema.lifecycle, old[lifecycle.field].text != lifecycle.initial else { return }
        throw ServiceError.conflict(
            .state("it is \(old[lifecycle.field].text.asLabel.lowercased()); nothing is changed any more"))
    }

    /// Wire names from a text, each of a field that can be erased.
    static func fields(_ text: String, of schema: AnySchema) throws(Invalid) -> Set<String> {
        let names = text.split { $0 == " " || $0 == "," || $0 == "\n" }.map(String.init)
        for name in names {
            guard let field = schema.field(name) else {
                throw Invalid("fieldNames", "names \(name), which is not a field of \(schema.label)")
            }
            guard schema.isErasable(field) else {
                throw Invalid("fieldNames", "names \(name), which the record needs and which holds no content")
            }
        }
        guard !names.isEmpty else { throw Invalid("fieldNames", "must name at least one field") }
        return Set(names)
    }

    /// The holds that are in force on a record.
    static func holds(
        on subject: AnySchema, _ id: UUID, in reader: any Reader, _ organisation: UUID?, today: Day
    ) throws -> [Stored<Hold>] {
        let query = Query(
            Hold.schema.erased,
            where: .and([
                .equals("status", .text(Hold.Status.inForce.rawValue)), .less("from", .day(today.adding(days: 1))),
                .or([.equals("to", .null), .greater("to", .day(today.adding(days: -1)))]),
                .or([
                    .equals("scope", .text(Hold.Scope.organisation.rawValue)),
                    .and([
                        .equals("subjectType", .text(subject.type.name)), .equals("subjectID", .text(id.lowercased)),
                    ]),
                ]),
            ]), limit: holdsNamedMax)
        return try reader.page(query, in: organisation, asOf: nil).records.map { try $0.decoded() }
    }
}
