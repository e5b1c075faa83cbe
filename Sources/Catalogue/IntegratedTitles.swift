// The titles and differences of clause pairs, and reading their file.

/// What a clause pair is called where both standards are shown as one row.
package struct IntegratedTitles: Sendable, Hashable {
    /// One line beneath a title has room for so many characters.
    package static let differenceCharactersMax = 90

    package struct Entry: Sendable, Hashable {
        /// Number of the clause in both standards.
        package let itemID: String
        /// `nil` where the common title of both standards is used.
        package let title: String?
        /// What one standard asks for beyond the other, in one line.
        package let difference: String?

        package init(itemID: String, title: String?, difference: String?) {
            self.itemID = itemID
            self.title = title
            self.difference = difference
        }
    }

    package let entries: [Entry]

    package init(entries: [Entry]) { self.entries = entries }
}

extension CatalogueDocument {
    /// - Throws: `.outOfRange` for a difference above `IntegratedTitles.differenceCharactersMax`.
    package func integratedTitles() throws(CatalogueError) -> IntegratedTitles {
        var root = try root()
        root.ignore("meta")
        var entries: [IntegratedTitles.Entry] = []
        for node in try root.list("titles") {
            var fields = try YAMLFields(node, file: name)
            let id = try fields.text("id")
            fields.item = id
            guard !entries.contains(where: { $0.itemID == id }) else { throw fields.failure("id", .duplicateID) }
            let title = try fields.optionalText("title")
            let difference = try fields.optionalText("difference")
            guard title != nil || difference != nil else { throw fields.failure("title", .missing) }
            if let difference, difference.count > IntegratedTitles.differenceCharactersMax {
                throw fields.failure(
                    "difference",
                    .outOfRange(
                        value: difference.count, lowest: 1, highest: IntegratedTitles.differenceCharactersMax))
            }
            entries.append(IntegratedTitles.Entry(itemID: id, title: title, difference: difference))
            try fields.finish()
        }
        try root.finish()
        return IntegratedTitles(entries: entries)
    }
}
