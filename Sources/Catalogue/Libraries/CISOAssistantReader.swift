// Libraries in the form of CISO Assistant, of every age: singular and plural keys, one thing where a list is meant,
// URNs in mixed case, text in fields of fixed words. What can only be meant in one way is read so, and told.
import Yams

/// Reads one library.
struct CISOAssistantReader {
    private var content = LibraryContent(format: .cisoAssistant)
    private var faults = LibraryFaults()
    private var urns: Set<String> = []
    private var parts = 0

    mutating func read(_ root: LibraryNode) throws(LibraryFaults) -> LibraryContent {
        content.urn = urn(root, "urn", of: "the library") ?? ""
        content.reference = reference(root, content.urn)
        content.name = root.text("name") ?? content.reference
        content.description = root.text("description")
        content.locale = root.text("locale")
        content.provider = root.text("provider")
        content.packager = root.text("packager")
        content.publishedOn = root.text("publication_date")
        content.copyright = root.text("copyright")
        content.dependencies = (root.texts("dependencies") + root.texts("dependency")).map { $0.lowercased() }
        if let version = root.integer("version"), version >= 0 {
            content.version = version
        } else {
            faults.add(root.line("version"), content.urn, "version must be a whole number")
        }
        guard let node = root.node("objects"), let objects = LibraryNode(node) else {
            throw LibraryFaults(line: root.line("objects"), urn: content.urn, "objects must be a mapping")
        }
        readObjects(objects)
        MappingCircle.find(content.mappingSets, &faults)
        if parts == 0, faults.count == 0 { faults.add(objects.line, content.urn, "the library holds nothing") }
        guard faults.count == 0 else { throw faults }
        return content
    }

    private mutating func readObjects(_ objects: LibraryNode) {
        for node in objects.nodes("frameworks", "framework") { framework(node) }
        for node in objects.nodes("reference_controls", "reference_control") {
            if let entry = entry(node, isControl: true) { content.referenceControls.append(entry) }
        }
        for node in objects.nodes("threats", "threat") {
            if let entry = entry(node, isControl: false) { content.threats.append(entry) }
        }
        for node in objects.nodes("risk_matrix", "risk_matrices") { matrix(node) }
        // Last: their ends stand in frameworks that may come after them.
        for node in objects.nodes("requirement_mapping_sets", "requirement_mapping_set") { mappingSet(node) }
        let known: Set<String> = [
            "framework", "frameworks", "reference_control", "reference_controls", "threat", "threats", "risk_matrix",
            "risk_matrices", "requirement_mapping_set", "requirement_mapping_sets",
        ]
        for name in objects.names.sorted() where !known.contains(name) {
            keepOut(objects.line(name), content.urn, "objects of the kind \(name) are not known here")
        }
    }

    // MARK: Frameworks

    private mutating func framework(_ node: LibraryNode) {
        var made = LibraryFrameworkContent()
        guard let urn = newURN(node, "the framework") else { return }
        made.urn = urn
        made.line = node.line
        made.reference = reference(node, urn)
        made.name = node.text("name") ?? made.reference
        made.description = node.text("description")
        made.minScore = node.integer("min_score")
        made.maxScore = node.integer("max_score")
        made.scores = node.nodes("scores_definition", "score_definition").compactMap { score in
            score.integer("score").map {
                LibraryScore(score: $0, name: score.text("name") ?? "", description: score.text("description"))
            }
        }
        for group in node.nodes("implementation_groups_definition", "implementation_group_definition") {
            guard let reference = group.text("ref_id", "name") else {
                keepOut(group.line, urn, "an implementation group has no ref_id")
                continue
            }
            made.groups.append(
                LibraryGroupContent(
                    reference: reference, name: group.text("name") ?? reference,
                    description: group.text("description"), isDefault: group.flag("default_selected") ?? false))
        }
        let groups = Dictionary(made.groups.map { ($0.reference.lowercased(), $0.reference) }) { first, _ in first }
        for node in node.nodes("requirement_nodes", "requirement_node", "requirements") {
            guard counted(node.line) else { return }
            if let item = item(node, groups, hasGroups: !made.groups.isEmpty) { made.items.append(item) }
        }
        if made.items.isEmpty { faults.add(node.line, urn, "the framework has no requirement_nodes") }
        made.order(&faults)
        content.frameworks.append(made)
    }

    private mutating func item(
        _ node: LibraryNode, _ groups: [String: String], hasGroups: Bool
    ) -> LibraryItemContent? {
        var made = LibraryItemContent()
        guard let urn = urn(node, "urn", of: "a requirement node") else { return nil }
        made.urn = urn
        made.line = node.line
        made.parent = node.text("parent_urn").map { lowered($0, node.line("parent_urn"), urn) }
        made.reference = node.text("ref_id")
        made.title = node.text("name")
        made.text = node.text("description")
        made.annotation = node.text("annotation")
        made.evidence = node.texts("typical_evidence")
        made.questions = node.nodes("questions", "question").compactMap { $0.text("text") }
        made.threats = node.texts("threats", separator: ",").map { $0.lowercased() }
        made.referenceControls = node.texts("reference_controls", separator: ",").map { $0.lowercased() }
        made.weight = node.integer("weight")
        made.importance = node.text("importance")
        if let assessable = node.flag("assessable") {
            made.isAssessable = assessable
        } else if let word = node.text("assessable") {
            normalise(node.line("assessable"), urn, "assessable is “\(word)”; read as false")
        }
        for group in node.texts("implementation_groups", separator: ",") {
            guard hasGroups else {
                made.groups.append(group)
                continue
            }
            guard let known = groups[group.lowercased()] else {
                keepOut(node.line("implementation_groups"), urn, "the implementation group \(group) is not defined")
                continue
            }
            if !made.groups.contains(known) { made.groups.append(known) }
        }
        return made
    }

    // MARK: Mappings

    private mutating func mappingSet(_ node: LibraryNode) {
        var made = LibraryMappingSet()
        guard let urn = newURN(node, "the mapping set") else { return }
        made.urn = urn
        made.line = node.line
        made.name = node.text("name") ?? reference(node, urn)
        guard let source = node.text("source_framework_urn"), let target = node.text("target_framework_urn") else {
            faults.add(node.line, urn, "source_framework_urn and target_framework_urn must be there")
            return
        }
        made.source = lowered(source, node.line("source_framework_urn"), urn)
        made.target = lowered(target, node.line("target_framework_urn"), urn)
        let sources = items(of: made.source)
        let targets = items(of: made.target)
        var known: [String: LibraryMapping] = [:]
        for node in node.nodes("requirement_mappings", "requirement_mapping") {
            guard counted(node.line) else { return }
            guard let mapping = mapping(node, urn) else { continue }
            guard mapping.source != mapping.target else {
                faults.add(node.line, mapping.source, "is mapped to itself in \(urn)")
                continue
            }
            let ends = [(sources, mapping.source, made.source), (targets, mapping.target, made.target)]
            if let missing = ends.first(where: { $0.0?.contains($0.1) == false }) {
                keepOut(
                    node.line, urn,
                    "\(mapping.source) to \(mapping.target): \(missing.1) is no item of \(missing.2)")
                continue
            }
            let key = "\(mapping.source)>\(mapping.target)"
            if let first = known[key] {
                if first.relationship == mapping.relationship {
                    normalise(node.line, urn, "\(mapping.source) to \(mapping.target) stands twice; read once")
                } else {
                    faults.add(
                        node.line, urn,
                        "\(mapping.source) to \(mapping.target) stands twice, as \(first.relationship.rawValue) and "
                            + mapping.relationship.rawValue)
                }
                continue
            }
            known[key] = mapping
            made.mappings.append(mapping)
        }
        content.mappingSets.append(made)
    }

    /// The items of a framework of this library; `nil` for another's.
    private func items(of framework: String) -> Set<String>? {
        content.frameworks.first { $0.urn == framework }.map { Set($0.items.map(\.urn)) }
    }

    private mutating func mapping(_ node: LibraryNode, _ set: String) -> LibraryMapping? {
        var made = LibraryMapping()
        made.line = node.line
        guard let source = node.text("source_requirement_urn"), let target = node.text("target_requirement_urn") else {
            keepOut(node.line, set, "a mapping has only one end")
            return nil
        }
        made.source = lowered(source, node.line("source_requirement_urn"), set)
        made.target = lowered(target, node.line("target_requirement_urn"), set)
        let word = node.text("relationship") ?? ""
        let ends = "\(made.source) to \(made.target)"
        switch Self.folded(word) {
        case "equal", "equals", "equal_to": made.relationship = .equal
        case "subset", "subset_of": made.relationship = .subset
        case "superset", "superset_of": made.relationship = .superset
        case "intersect", "intersects", "intersect_with", "intersects_with": made.relationship = .intersects
        case "not_related", "no_relationship":
            keepOut(node.line, set, "\(ends): the library says that the two are not related")
            return nil
        default:
            keepOut(node.line("relationship"), set, "\(ends): “\(word)” is no relationship")
            return nil
        }
        made.rationale = node.text("rationale")
        if let text = node.text("strength_of_relationship") {
            let range = MappingContent.strengthMin...MappingContent.strengthMax
            if let number = Int(text) {
                made.strength = min(max(number, range.lowerBound), range.upperBound)
                if made.strength != number {
                    normalise(
                        node.line("strength_of_relationship"), set,
                        "\(ends): the strength \(number) is not from 1 to 10; read as \(made.strength ?? 1)")
                }
            } else {
                normalise(
                    node.line("strength_of_relationship"), set, "\(ends): the strength “\(text)” is no number; left out"
                )
            }
        }
        return made
    }

    // MARK: Controls, threats, matrices

    private static let categories: Set<String> = ["policy", "process", "technical", "physical", "procedure"]
    private static let functions: Set<String> = ["govern", "identify", "protect", "detect", "respond", "recover"]

    private mutating func entry(_ node: LibraryNode, isControl: Bool) -> LibraryEntry? {
        guard counted(node.line) else { return nil }
        var made = LibraryEntry()
        guard let urn = newURN(node, isControl ? "the reference control" : "the threat") else { return nil }
        made.urn = urn
        made.line = node.line
        made.reference = reference(node, urn)
        made.name = node.text("name") ?? made.reference
        made.description = node.text("description")
        made.annotation = node.text("annotation")
        if isControl {
            made.category = word(node, "category", Self.categories, urn)
            made.function = word(node, "csf_function", Self.functions, urn)
        }
        return made
    }

    /// One of the words that a field may have, also in other case or with spaces around it.
    private mutating func word(
        _ node: LibraryNode, _ field: String, _ words: Set<String>, _ urn: String
    ) -> String? {
        guard let text = node.text(field) else { return nil }
        let word = Self.folded(text)
        guard words.contains(word) else {
            normalise(node.line(field), urn, "\(field) is “\(text)”, which is none of its words; left out")
            return nil
        }
        if word != text { normalise(node.line(field), urn, "\(field) “\(text)” is read as \(word)") }
        return word
    }

    private mutating func matrix(_ node: LibraryNode) {
        guard counted(node.line) else { return }
        var made = LibraryMatrix()
        guard let urn = newURN(node, "the risk matrix") else { return }
        made.urn = urn
        made.line = node.line
        made.reference = reference(node, urn)
        made.name = node.text("name") ?? made.reference
        made.description = node.text("description")
        func levels(_ name: String) -> [LibraryMatrix.Level] {
            node.nodes(name).map {
                LibraryMatrix.Level(
                    abbreviation: $0.text("abbreviation"), name: $0.text("name") ?? "",
                    description: $0.text("description"), colour: $0.text("hexcolor"))
            }
        }
        made.probability = levels("probability")
        made.impact = levels("impact")
        made.risk = levels("risk")
        if case .sequence(let rows)? = node.node("grid") {
            made.grid = rows.map { row in
                guard case .sequence(let cells) = row else { return [] }
                return cells.map { $0.string.flatMap { Int($0) } ?? -1 }
            }
        }
        let fits =
            !made.risk.isEmpty && made.grid.count == made.probability.count
            && made.grid.allSatisfy { $0.count == made.impact.count && $0.allSatisfy(made.risk.indices.contains) }
        guard fits, !made.grid.isEmpty else {
            keepOut(node.line("grid"), urn, "the grid does not fit its levels of probability, impact and risk")
            return
        }
        content.matrices.append(made)
    }

    // MARK: Names

    private mutating func newURN(_ node: LibraryNode, _ what: String) -> String? {
        guard let urn = urn(node, "urn", of: what) else { return nil }
        guard urns.insert(urn).inserted else {
            faults.add(node.line, urn, "is used twice")
            return nil
        }
        return urn
    }

    private mutating func urn(_ node: LibraryNode, _ field: String, of what: String) -> String? {
        guard let text = node.text(field) else {
            faults.add(node.line, node.text("ref_id", "name") ?? content.urn, "\(what) has no urn")
            return nil
        }
        guard text.count <= LibraryLimit.urnCharactersMax, text.hasPrefix("urn:") || text.hasPrefix("URN:") else {
            faults.add(
                node.line(field), String(text.prefix(LibraryLimit.urnCharactersMax)),
                "must begin with urn: and have at most \(LibraryLimit.urnCharactersMax) characters")
            return nil
        }
        return lowered(text, node.line(field), text)
    }

    private mutating func lowered(_ text: String, _ line: Int?, _ urn: String) -> String {
        let lower = text.lowercased()
        if lower != text { normalise(line, urn, "\(text) is read in lower case") }
        return lower
    }

    /// The short name, or the last part of the URN.
    private func reference(_ node: LibraryNode, _ urn: String) -> String {
        node.text("ref_id") ?? String(urn.split(separator: ":").last ?? "")
    }

    private static func folded(_ text: String) -> String {
        text.lowercased().replacing(" ", with: "_").replacing("-", with: "_")
    }

    private mutating func counted(_ line: Int?) -> Bool {
        parts += 1
        if parts == LibraryLimit.partsMax + 1 {
            faults.add(line, content.urn, "the library has more than \(LibraryLimit.partsMax) parts")
        }
        return parts <= LibraryLimit.partsMax
    }

    private mutating func normalise(_ line: Int?, _ urn: String, _ message: String) {
        content.remarks.add(LibraryRemark(.normalised, line: line, urn: urn.lowercased(), message))
    }
    private mutating func keepOut(_ line: Int?, _ urn: String, _ message: String) {
        content.remarks.add(LibraryRemark(.keptOut, line: line, urn: urn, message))
    }
}
