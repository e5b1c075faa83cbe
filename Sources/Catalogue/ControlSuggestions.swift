// Controls to start from, merged across the standards, and reading them.
import Yams

/// A control that an organisation may take over as its own.
package struct SuggestionContent: Sendable, Hashable {
    package enum Effect: String, Sendable, CaseIterable { case preventive, detective, corrective }
    package enum Frequency: String, Sendable, CaseIterable {
        case continuous, daily, weekly, monthly, quarterly, yearly, onEvent
    }
    /// Working days of one person.
    package static let effortDaysMax = 1_000

    /// Unique in the catalogue, such as `IS-06`.
    package let id: String
    package let title: String
    package let description: String
    package let type: Effect
    package let frequency: Frequency
    package let procedure: String
    package let testMethod: String
    /// Working days of one person until it runs, about.
    package let effortDays: Int
    /// Items that it helps to meet; it alone satisfies none of them.
    package let serves: [FrameworkItems]
    /// Place in the file, from 0.
    package let position: Int
}

extension CatalogueDocument {
    private static let idCharactersMax = 20

    /// - Parameter items: what the items that a control serves must be found in.
    package func controlSuggestions(items: ItemIndex) throws(CatalogueError) -> [SuggestionContent] {
        var root = try root()
        var suggestions: [SuggestionContent] = []
        for node in try root.list("suggestions") {
            var fields = try YAMLFields(node, file: name)
            let id = try fields.text("id")
            fields.item = id
            guard id.count <= Self.idCharactersMax else {
                throw fields.failure("id", .tooLong(bytes: id.utf8.count, bytesMax: Self.idCharactersMax))
            }
            guard !suggestions.contains(where: { $0.id == id }) else { throw fields.failure("id", .duplicateID) }
            let effort = try fields.integer("effort")
            guard (1...SuggestionContent.effortDaysMax).contains(effort) else {
                throw fields.failure(
                    "effort", .outOfRange(value: effort, lowest: 1, highest: SuggestionContent.effortDaysMax))
            }
            suggestions.append(
                SuggestionContent(
                    id: id, title: try fields.text("title"), description: try fields.text("description"),
                    type: try fields.word("type", as: SuggestionContent.Effect.self),
                    frequency: try fields.word("frequency", as: SuggestionContent.Frequency.self),
                    procedure: try fields.text("procedure"), testMethod: try fields.text("test"), effortDays: effort,
                    serves: try fields.references("serves", in: items), position: suggestions.count))
            try fields.finish()
        }
        try root.finish()
        return suggestions
    }
}

extension CatalogueSource {
    /// - Parameter items: what the items that a control serves must be found in.
    package func controlSuggestions(items: ItemIndex) throws(CatalogueError) -> [SuggestionContent] {
        try document(.controlSuggestions).controlSuggestions(items: items)
    }
}
