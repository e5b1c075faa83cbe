// A framework of one's own, in Concord's form: a few fields, and items inside items. It is read strictly, because a
// person writes it: a field that is not known is a mistake to be told.
import Yams

/// What a framework of one's own says, item by item, before it is checked.
package struct OwnFramework {
    /// One item; its parent by id.
    package struct Item {
        package var id = ""
        package var parent: String?
        package var title: String?
        package var text: String?
        package var guidance: String?
        /// `nil` makes an item assessable if it has none below it.
        package var isAssessable: Bool?
        package var groups: [String] = []
        package var evidence: [String] = []
        package var questions: [String] = []
        package var line: Int?
        package init() {}
    }
    package var reference = ""
    package var name = ""
    package var version: Int?
    package var description: String?
    package var publisher: String?
    package var licence: String?
    package var publishedOn: String?
    package var groups: [LibraryGroupContent] = []
    package var items: [Item] = []
    package var line: Int?
    package var faults = LibraryFaults()
    package init() {}

    /// URNs of own frameworks stand in a name space of their own.
    private static let root = "urn:concord:own"

    /// The library of this one framework.
    /// - Throws: ``LibraryFaults``, each with its line.
    package func content(_ format: LibraryContent.Format) throws(LibraryFaults) -> LibraryContent {
        var faults = faults
        let slug = reference.lowercased()
        let isName = !slug.isEmpty && slug.utf8.count <= 60 && slug.utf8.allSatisfy(Self.isSlugByte)
        if !isName {
            faults.add(
                line, reference,
                "the framework's id must have 1 to 60 letters, digits, full stops, hyphens or underscores")
        }
        if name.isEmpty { faults.add(line, reference, "the framework has no name") }
        if let version, version >= 0 {} else { faults.add(line, reference, "version must be a whole number") }
        if items.isEmpty { faults.add(line, reference, "the framework has no items") }
        if items.count > LibraryLimit.partsMax {
            throw LibraryFaults(line: line, urn: reference, "there are more than \(LibraryLimit.partsMax) items")
        }
        var made = LibraryFrameworkContent()
        made.urn = "\(Self.root):framework:\(slug)"
        made.reference = reference
        made.name = name
        made.description = description
        made.groups = groups
        made.line = line
        let known = Set(groups.map(\.reference))
        let parents = Set(items.compactMap { $0.parent?.lowercased() })
        func urn(_ id: String) -> String { "\(Self.root):req_node:\(slug):\(id.lowercased())" }
        for item in items {
            var node = LibraryItemContent()
            if item.id.isEmpty || item.id.count > 100 {
                faults.add(item.line, item.title ?? item.id, "an item needs an id of 1 to 100 characters")
                continue
            }
            node.urn = urn(item.id)
            node.parent = item.parent.map(urn)
            node.reference = item.id
            node.title = item.title
            node.text = item.text
            node.annotation = item.guidance
            node.isAssessable = item.isAssessable ?? !parents.contains(item.id.lowercased())
            node.evidence = item.evidence
            node.questions = item.questions
            node.line = item.line
            node.groups = item.groups
            for group in item.groups where !known.isEmpty && !known.contains(group) {
                faults.add(item.line, item.id, "the group \(group) is not defined")
            }
            made.items.append(node)
        }
        made.order(&faults)
        guard faults.count == 0 else { throw faults }
        var content = LibraryContent(format: format)
        content.urn = "\(Self.root):library:\(slug)"
        content.reference = reference
        content.name = name
        content.description = description
        content.version = version ?? 0
        content.provider = publisher
        content.copyright = licence
        content.publishedOn = publishedOn
        content.frameworks = [made]
        return content
    }

    private static func isSlugByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "."),
            UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    // MARK: YAML

    static func read(_ root: LibraryNode) throws(LibraryFaults) -> LibraryContent {
        var own = OwnFramework()
        own.refuseUnknown(
            root,
            [
                "framework", "name", "version", "description", "publisher", "licence", "published", "groups", "items",
            ], "the framework")
        own.line = root.line
        own.reference = root.text("framework") ?? ""
        own.name = root.text("name") ?? ""
        own.version = root.integer("version")
        own.description = root.text("description")
        own.publisher = root.text("publisher")
        own.licence = root.text("licence")
        own.publishedOn = root.text("published")
        for node in root.nodes("groups") {
            own.refuseUnknown(node, ["id", "name", "description", "default"], "the group")
            guard let id = node.text("id") else {
                own.faults.add(node.line, node.text("name") ?? "", "the group has no id")
                continue
            }
            own.groups.append(
                LibraryGroupContent(
                    reference: id, name: node.text("name") ?? id, description: node.text("description"),
                    isDefault: node.flag("default") ?? false))
        }
        own.add(root, below: nil, level: 1)
        return try own.content(.yaml)
    }

    private mutating func add(_ outer: LibraryNode, below parent: String?, level: Int) {
        guard level <= LibraryLimit.levelsMax else {
            faults.add(outer.line, parent ?? "", "items stand more than \(LibraryLimit.levelsMax) levels deep")
            return
        }
        for node in outer.nodes("items") {
            refuseUnknown(
                node,
                ["id", "title", "text", "guidance", "assessable", "groups", "evidence", "questions", "items"],
                "the item")
            var item = Item()
            item.line = node.line
            item.id = node.text("id") ?? ""
            item.parent = parent
            item.title = node.text("title")
            item.text = node.text("text")
            item.guidance = node.text("guidance")
            item.groups = node.texts("groups", separator: ",")
            item.evidence = node.texts("evidence")
            item.questions = node.texts("questions")
            if let word = node.text("assessable") {
                item.isAssessable = node.flag("assessable")
                if item.isAssessable == nil {
                    faults.add(node.line("assessable"), item.id, "assessable is “\(word)”, not true or false")
                }
            }
            items.append(item)
            add(node, below: item.id, level: level + 1)
        }
    }

    private mutating func refuseUnknown(_ node: LibraryNode, _ known: Set<String>, _ what: String) {
        for name in node.names.sorted() where !known.contains(name) {
            faults.add(node.line(name), node.text("id", "framework") ?? "", "\(name) is no field of \(what)")
        }
    }
}
