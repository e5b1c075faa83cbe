// The controls that the catalogue suggests, with the requirements that each serves: by our own list, and by those
// relations of the crosswalk that carry over.
import Catalogue
package import Foundation
import RecordKit
package import Records
import Storage

/// A control that an organisation may take over.
package struct ControlSuggestion: Sendable {
    package let id: String
    package let title: String
    package let description: String
    package let type: Control.Effect
    package let frequency: Control.Frequency
    package let procedure: String
    package let testMethod: String
    /// Working days of one person, about.
    package let effortDays: Int
    /// What the catalogue's list says; the crosswalk may add to it.
    package let requirements: [UUID]

    /// Every suggestion, in the order of the catalogue. Read once a process.
    package static func all() throws -> [ControlSuggestion] { try bundled.get() }

    private static let bundled = Result { () throws(CatalogueError) -> [ControlSuggestion] in
        let source = CatalogueSource.bundled
        return try source.controlSuggestions(items: ItemIndex(try source.frameworks())).map { ControlSuggestion($0) }
    }

    private init(_ content: SuggestionContent) {
        id = content.id
        title = content.title
        description = content.description
        type = Control.Effect(rawValue: content.type.rawValue) ?? .preventive
        frequency = Control.Frequency(rawValue: content.frequency.rawValue) ?? .onEvent
        procedure = content.procedure
        testMethod = content.testMethod
        effortDays = content.effortDays
        requirements = content.serves.flatMap { group in
            group.itemIDs.map { CatalogueLoader.id(Requirement.type, "\(group.framework):\($0)") }
        }
    }
}

/// What else is served by whatever serves a requirement: what the crosswalk calls equal to it, and what it contains.
/// Overlap alone carries nothing over. One step only: relations are judgements, and judgements do not chain.
struct CarriedOver: Sendable {
    /// Relations that are read; further ones are left out.
    static let mappingsMax = 20_000
    private let others: [UUID: Set<UUID>]

    /// Reads the present crosswalk, the organisation's own part included. Cost: one page of 1,000 for each thousand
    /// of relations that carry over; the shipped crosswalks have a few hundred.
    init(_ reader: any Reader, _ organisation: UUID) throws {
        var others: [UUID: Set<UUID>] = [:]
        var cursor: String?
        var read = 0
        repeat {
            let kinds: [Mapping.Relationship] = [.equal, .superset, .subset]
            let page = try reader.page(
                Query(
                    Mapping.schema.erased, where: .oneOf("relationship", kinds.map { .text($0.rawValue) }),
                    cursor: cursor, limit: Query.limitMax), in: organisation, asOf: nil)
            for record in page.records {
                guard case .reference(let source) = record["source"], case .reference(let target) = record["target"]
                else { continue }
                let kind = record["relationship"].text
                if kind != Mapping.Relationship.subset.rawValue { others[source, default: []].insert(target) }
                if kind != Mapping.Relationship.superset.rawValue { others[target, default: []].insert(source) }
            }
            read += page.records.count
            cursor = page.next
        } while cursor != nil && read < Self.mappingsMax
        self.others = others
    }

    /// The requirements that a suggestion serves, its own list first.
    func requirements(of suggestion: ControlSuggestion) -> [UUID] {
        var seen = Set(suggestion.requirements)
        var all = suggestion.requirements
        for requirement in suggestion.requirements {
            for other in (others[requirement] ?? []).sorted(by: { $0 < $1 }) where seen.insert(other).inserted {
                all.append(other)
            }
        }
        return all
    }
}
