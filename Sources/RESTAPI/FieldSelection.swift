// `fields=code,title`: only what was asked for, so that a client that needs two fields of 50 loads no more.
import Governance
import HTTPServing
import RecordKit
import Storage

/// The members of a record that a caller wants. Id and version always come along: without them nothing can be
/// addressed or changed.
struct FieldSelection: Sendable {
    let system: Set<String>
    /// Positions of fields, in declared order.
    let positions: [Int]

    /// - Throws: ``Failure`` for a name that is no member of the type's records.
    init?(_ parameters: QueryParameters, _ schema: AnySchema) throws {
        guard let text = parameters["fields"] else { return nil }
        var system: Set<String> = ["id", "version"]
        var positions: Set<Int> = []
        for name in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            if let position = schema.position[name] {
                positions.insert(position)
            } else if Resource.systemMembers.contains(name) {
                system.insert(name)
            } else {
                throw Failure.invalid("fields", "“\(name)” is not a field of \(schema.label)")
            }
        }
        self.system = system
        self.positions = positions.sorted()
    }
}

extension Resource {
    /// The chosen members, in the order in which all of them would come.
    func append(_ record: StoredRecord, _ selection: FieldSelection, hides: Bool, to json: inout JSONWriter) {
        let meta = record.meta
        json.object { json in
            for name in Self.systemMembers where selection.system.contains(name) {
                switch name {
                case "id": json.id(name, record.id)
                case "version": json.integer(name, meta.version)
                case "archived": json.bool(name, meta.isArchived)
                case "ledgerIndex": json.integer(name, meta.since)
                case "createdAt": json.value(name) { $0.append(.time(meta.createdAt)) }
                case "createdBy": json.id(name, meta.createdBy)
                case "updatedAt": json.value(name) { $0.append(.time(meta.updatedAt)) }
                case "updatedBy": json.id(name, meta.updatedBy)
                default: json.value(name) { $0.append(meta.erasedAt.map { .time($0) } ?? .null) }
                }
            }
            for position in selection.positions {
                let field = schema.fields[position]
                let isHidden = hides && field.has(.sensitive)
                json.value(field.name) { $0.append(isHidden ? .null : record.values[position]) }
            }
        }
    }
}
