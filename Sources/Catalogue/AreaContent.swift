// The areas of work that cut across frameworks, such as fairness or suppliers, and which items belong to which.
import Yams

/// An area by which items of every framework can be read.
package struct AreaContent: Sendable, Hashable {
    /// Stable name, such as `human-oversight`.
    package let id: String
    package let title: String
    /// What belongs to the area, in a sentence.
    package let help: String
}

extension CatalogueDocument {
    /// The areas, in the order of the file.
    package func areas() throws(CatalogueError) -> [AreaContent] {
        var root = try root()
        root.ignore("meta", "frameworks")
        let areas = try areas(&root)
        try root.finish()
        return areas
    }

    private func areas(_ root: inout YAMLFields) throws(CatalogueError) -> [AreaContent] {
        var areas: [AreaContent] = []
        for node in try root.list("areas") {
            var fields = try YAMLFields(node, file: name)
            let id = try fields.text("id")
            fields.item = id
            guard !areas.contains(where: { $0.id == id }) else { throw fields.failure("id", .duplicateID) }
            areas.append(AreaContent(id: id, title: try fields.text("title"), help: try fields.text("help")))
            try fields.finish()
        }
        return areas
    }

    /// The areas of every assessable item, in the order of the file. An entry holds for the item that it names and for
    /// all beneath it that no entry names nearer.
    /// - Throws: `.missing` for an assessable item without an area.
    package func itemAreas(
        _ frameworks: [FrameworkContent]
    ) throws(CatalogueError) -> [ItemReference: [String]] {
        var root = try root()
        root.ignore("meta")
        let known = try areas(&root).map(\.id)
        let index = ItemIndex(frameworks)
        var entries: [ItemReference: [String]] = [:]
        for node in try root.list("frameworks") {
            var fields = try YAMLFields(node, file: name)
            let framework = try fields.framework("id", in: index)
            fields.item = framework
            for node in try fields.list("items") {
                var entry = try YAMLFields(node, file: name, item: framework, path: "items.")
                let areas = try entry.texts("areas")
                for area in areas where !known.contains(area) {
                    throw entry.failure("areas", .notOneOf(value: area, allowed: known))
                }
                for id in try entry.texts("items") {
                    guard index.contains(id, of: framework) else {
                        throw entry.failure("items", .unknownItem(framework: framework, item: id))
                    }
                    let item = ItemReference(framework: framework, itemID: id)
                    guard entries.updateValue(known.filter(areas.contains), forKey: item) == nil else {
                        throw entry.failure("items", .duplicateValue(id))
                    }
                }
                try entry.finish()
            }
            try fields.finish()
        }
        try root.finish()
        var areas: [ItemReference: [String]] = [:]
        for framework in frameworks {
            // A parent comes before its children, so that each takes over what its parent has.
            var nearest: [String: [String]] = [:]
            for item in framework.items {
                let reference = ItemReference(framework: framework.id, itemID: item.itemID)
                nearest[item.itemID] = entries[reference] ?? item.parent.flatMap { nearest[$0] }
                guard item.assessable else { continue }
                guard let found = nearest[item.itemID] else {
                    throw CatalogueError(file: name, item: reference.description, field: "areas", problem: .missing)
                }
                areas[reference] = found
            }
        }
        return areas
    }
}
