// Which columns a list shows, and what stands in them.
import Client
import Foundation
import RecordKit
import Records
import Storage
import Terminal

/// The columns of a list of records.
struct RecordColumns {
    /// A column of a table that would be narrower than this is left out.
    private static let columnsMin = 10
    private static let system = [
        "id", "version", "archived", "ledgerIndex", "createdAt", "createdBy", "updatedAt", "updatedBy",
    ]

    let schema: AnySchema
    private(set) var names: [String]
    private let isChosen: Bool

    /// - Parameter chosen: Names in their order; `nil` for those that the type's list page shows.
    init(_ schema: AnySchema, chosen: [String]?) throws {
        self.schema = schema
        isChosen = chosen != nil
        names = chosen ?? ["id"] + schema.fields.filter { $0.has(.listed) }.map(\.name)
        for name in names where schema.field(name) == nil && !Self.system.contains(name) {
            let known = Self.system + schema.fields.map(\.name)
            throw CommandError.badInput(
                "\(name) is no column of \(schema.plural); known are \(known.joined(separator: ", ")).")
        }
    }

    /// Leaves out, from the right, what a terminal has no room for; the choice of a caller stays.
    mutating func fit(_ columns: Int?) {
        guard let columns, !isChosen else { return }
        var used = 0
        names = Array(
            names.prefix { name in
                used += (name == "id" ? 36 : Self.columnsMin) + 2
                return used <= columns + 2
            })
    }

    /// Types whose titles the columns show.
    var targets: [AnySchema] {
        var types = names.compactMap { schema.field($0)?.kind.target }
        if names.contains("createdBy") || names.contains("updatedBy") { types.append(Person.type) }
        return types.compactMap { Registry.schema($0) }
    }

    func table() -> TextTable {
        var sides: [Int: TextTable.Side] = [:]
        for (n, name) in names.enumerated() {
            switch schema.field(name)?.kind {
            case .integer, .decimal: sides[n] = .right
            case nil where name == "version" || name == "ledgerIndex": sides[n] = .right
            default: break
            }
        }
        return TextTable(names, sides: sides, kept: names.firstIndex(of: "id").map { [$0] } ?? [])
    }

    func cells(_ record: StoredRecord, _ titles: Titles) -> [String] {
        names.map { name in
            let meta = record.meta
            return switch name {
            case "id": record.id.lowercased
            case "version": String(meta.version)
            case "archived": String(meta.isArchived)
            case "ledgerIndex": String(meta.since)
            case "createdAt": meta.createdAt.description
            case "createdBy": meta.createdBy.map { titles.text(.reference($0)) } ?? ""
            case "updatedAt": meta.updatedAt.description
            case "updatedBy": meta.updatedBy.map { titles.text(.reference($0)) } ?? ""
            default: titles.text(record[name])
            }
        }
    }
}
