// Crosswalks: which item of one framework says what an item of another says, in the style of NIST IR 8477.
import Yams

/// The mappings from one framework to another.
package struct CrosswalkSet: Sendable, Hashable {
    package let id: String
    package let sourceFramework: String
    package let targetFramework: String
    /// Whose judgement the set is, and how far it may be relied on.
    package let note: String
    package let mappings: [MappingContent]
    /// Items that have no real counterpart, although the set may hold weak links of them.
    package let weakOrUnmapped: [WeakItem]

    package init(
        id: String, sourceFramework: String, targetFramework: String, note: String, mappings: [MappingContent],
        weakOrUnmapped: [WeakItem] = []
    ) {
        self.id = id
        self.sourceFramework = sourceFramework
        self.targetFramework = targetFramework
        self.note = note
        self.mappings = mappings
        self.weakOrUnmapped = weakOrUnmapped
    }

    package struct WeakItem: Sendable, Hashable {
        package let item: ItemReference
        package let note: String
    }
}

/// One mapping, read as `source RELATIONSHIP target`.
package struct MappingContent: Sendable, Hashable {
    package enum Relationship: String, Sendable, Hashable, CaseIterable {
        /// The same concept, within an integrated management system.
        case equal
        /// The source is contained in the target.
        case subset
        /// The source contains the target.
        case superset
        /// The two overlap in part.
        case intersects
    }
    /// Where the pair comes from; relationship, strength and rationale are Concord's own judgement throughout.
    package enum Basis: String, Sendable, Hashable, CaseIterable {
        case judgement
        case harmonisedStructure = "harmonised-structure"
        case publishedCrosswalk = "published-crosswalk"
        case nistInformativeReference = "nist-informative-reference"
    }

    package static let strengthMin = 1
    package static let strengthMax = 10

    package let setID: String
    package let source: ItemReference
    package let target: ItemReference
    package let relationship: Relationship
    /// From 1, a weak link, to 10, the same thing.
    package let strength: Int
    package let rationale: String
    package let basis: Basis
    /// Place in the set, from 0.
    package let position: Int

    package init(
        setID: String, source: ItemReference, target: ItemReference, relationship: Relationship, strength: Int,
        rationale: String, basis: Basis, position: Int
    ) {
        self.setID = setID
        self.source = source
        self.target = target
        self.relationship = relationship
        self.strength = strength
        self.rationale = rationale
        self.basis = basis
        self.position = position
    }
}

extension CatalogueDocument {
    /// - Parameter items: what both ends of each mapping must be found in.
    package func crosswalks(items: ItemIndex) throws(CatalogueError) -> [CrosswalkSet] {
        var root = try root()
        root.ignore("meta")
        var sets: [CrosswalkSet] = []
        for node in try root.list("sets") {
            let set = try crosswalkSet(node, items: items)
            guard !sets.contains(where: { $0.id == set.id }) else {
                throw CatalogueError(
                    file: name, line: node.mark?.line, item: set.id, field: "id", problem: .duplicateID)
            }
            sets.append(set)
        }
        try root.finish()
        return sets
    }

    private func crosswalkSet(_ node: Node, items: ItemIndex) throws(CatalogueError) -> CrosswalkSet {
        var fields = try YAMLFields(node, file: name)
        let id = try fields.text("id")
        fields.item = id
        let source = try fields.framework("source_framework", in: items)
        let target = try fields.framework("target_framework", in: items)
        var mappings: [MappingContent] = []
        var pairs: Set<[String]> = []
        for node in try fields.list("mappings") {
            let mapping = try mapping(
                node, setID: id, frameworks: (source, target), position: mappings.count, items: items)
            guard pairs.insert([mapping.source.itemID, mapping.target.itemID]).inserted else {
                throw CatalogueError(
                    file: name, line: node.mark?.line,
                    item: Self.label(id, mapping.source.itemID, mapping.target.itemID),
                    problem: .duplicateID)
            }
            mappings.append(mapping)
        }
        var weak: [CrosswalkSet.WeakItem] = []
        for node in try fields.optionalList("weak_or_unmapped") {
            var entry = try YAMLFields(node, file: name, item: id, path: "weak_or_unmapped.")
            let framework = try entry.framework("framework", in: items)
            let item = try entry.reference("id", of: framework, in: items)
            weak.append(CrosswalkSet.WeakItem(item: item, note: try entry.text("note")))
            try entry.finish()
        }
        let set = CrosswalkSet(
            id: id, sourceFramework: source, targetFramework: target, note: try fields.text("note"),
            mappings: mappings, weakOrUnmapped: weak)
        try fields.finish()
        return set
    }

    private func mapping(
        _ node: Node, setID: String, frameworks: (source: String, target: String), position: Int, items: ItemIndex
    ) throws(CatalogueError) -> MappingContent {
        var fields = try YAMLFields(node, file: name, item: "\(setID)[\(position)]")
        let (source, target) = (try fields.text("source"), try fields.text("target"))
        fields.item = Self.label(setID, source, target)
        let mapping = MappingContent(
            setID: setID, source: try fields.reference("source", of: frameworks.source, in: items),
            target: try fields.reference("target", of: frameworks.target, in: items),
            relationship: try fields.word("relationship", as: MappingContent.Relationship.self),
            strength: try fields.integer("strength"), rationale: try fields.text("rationale"),
            basis: try fields.word("basis", as: MappingContent.Basis.self), position: position)
        let (lowest, highest) = (MappingContent.strengthMin, MappingContent.strengthMax)
        guard (lowest...highest).contains(mapping.strength) else {
            throw fields.failure(
                "strength", .outOfRange(value: mapping.strength, lowest: lowest, highest: highest))
        }
        try fields.finish()
        return mapping
    }

    private static func label(_ setID: String, _ source: String, _ target: String) -> String {
        "\(setID): \(source) -> \(target)"
    }
}

extension YAMLFields {
    mutating func framework(_ field: String, in items: ItemIndex) throws(CatalogueError) -> String {
        let framework = try text(field)
        guard items.contains(framework: framework) else { throw failure(field, .unknownFramework(framework)) }
        return framework
    }

    mutating func reference(
        _ field: String, of framework: String, in items: ItemIndex
    ) throws(CatalogueError) -> ItemReference {
        let id = try text(field)
        guard items.contains(id, of: framework) else {
            throw failure(field, .unknownItem(framework: framework, item: id))
        }
        return ItemReference(framework: framework, itemID: id)
    }

    /// A mapping from framework ids to lists of their items, such as `gdpr: [Art.32, Art.24]`.
    mutating func references(_ field: String, in items: ItemIndex) throws(CatalogueError) -> [FrameworkItems] {
        var fields = try fields(field)
        var references: [FrameworkItems] = []
        for framework in fields.allNames {
            guard items.contains(framework: framework) else {
                throw fields.failure(framework, .unknownFramework(framework))
            }
            let itemIDs = try fields.texts(framework)
            for id in itemIDs where !items.contains(id, of: framework) {
                throw fields.failure(framework, .unknownItem(framework: framework, item: id))
            }
            references.append(FrameworkItems(framework: framework, itemIDs: itemIDs))
        }
        guard !references.isEmpty else { throw failure(field, .empty) }
        return references
    }
}
