// Reads a framework file: its head, its items, and the law's dates and fines.
import Yams

extension CatalogueDocument {
    /// - Parameter id: the framework that the file must describe.
    package func framework(expecting id: String) throws(CatalogueError) -> FrameworkContent {
        var root = try root()
        var head = try root.fields("framework")
        let found = try head.text("id")
        guard found == id else { throw head.failure("id", .otherFramework(found: found, expected: id)) }
        var items: [RequirementContent] = []
        for node in try root.list("items") { items.append(try requirement(node, position: items.count)) }
        try checkTree(items)
        let law = try root.allNames.contains("timeline") ? self.law(&root) : nil
        let obtain = try head.optionalText("obtain")
        let source = try head.optionalText("source")
        let content = FrameworkContent(
            id: id, name: try head.text("name"), fullName: try head.text("full_name"),
            version: try head.text("version"), publisher: try head.text("publisher"),
            licence: try head.text("licence"), textOrigin: try head.text("text_origin"),
            checkedOn: try head.date("checked_on"), attribution: try head.optionalText("attribution"),
            address: obtain ?? source,
            notes: try head.optionalTexts("notes"), law: law, items: items, sha256: sha256)
        head.ignore("other_system", "date_fields", "modes")
        try head.finish()
        try root.finish()
        return content
    }

    private func requirement(_ node: Node, position: Int) throws(CatalogueError) -> RequirementContent {
        var fields = try YAMLFields(node, file: name)
        let id = try fields.text("id")
        fields.item = id
        let item = RequirementContent(
            itemID: id, title: try fields.text("title"), parent: try fields.nullableText("parent"),
            kind: try fields.word("kind", as: RequirementKind.self), assessable: try fields.flag("assessable"),
            theme: try fields.text("theme"), text: try fields.text("text"),
            harmonisedWith: try fields.optionalText("harmonised_with"),
            amendment: try fields.optionalText("amendment"), isNewIn2022: try fields.optionalFlag("new_in_2022"),
            attributes: try attributes(&fields), duty: try duty(&fields), position: position)
        try fields.finish()
        return item
    }

    private func attributes(_ fields: inout YAMLFields) throws(CatalogueError) -> ControlAttributes? {
        guard var attributes = try fields.optionalFields("attributes") else { return nil }
        let content = ControlAttributes(
            controlTypes: try attributes.words("control_type", as: ControlAttributes.ControlType.self),
            properties: try attributes.words("properties", as: ControlAttributes.Property.self),
            concepts: try attributes.words("concepts", as: ControlAttributes.Concept.self),
            capabilities: try attributes.words("capabilities", as: ControlAttributes.Capability.self),
            domains: try attributes.words("domains", as: ControlAttributes.Domain.self))
        try attributes.finish()
        return content
    }

    private func duty(_ fields: inout YAMLFields) throws(CatalogueError) -> LegalDuty? {
        let names = fields.allNames
        guard ["mode", "roles", "applies_from", "date_status"].contains(where: { names.contains($0) }) else {
            return nil
        }
        return LegalDuty(
            mode: try fields.word("mode", as: LegalDuty.Mode.self),
            roles: try fields.words("roles", as: LegalDuty.Role.self),
            appliesFrom: try dates(&fields, "applies_from"),
            effectiveFrom: try names.contains("effective_from") ? dates(&fields, "effective_from") : nil,
            legacyFrom: try fields.optionalDate("legacy_from"), dateNote: try fields.optionalText("date_note"),
            dateStatus: try fields.word("date_status", as: LegalDuty.DateStatus.self))
    }

    private func dates(_ fields: inout YAMLFields, _ field: String) throws(CatalogueError) -> LegalDates {
        guard fields.isMapping(field) else { return .all(try fields.date(field)) }
        var split = try fields.fields(field)
        let annexIII = try split.optionalDate("annex_iii")
        let annexI = try split.optionalDate("annex_i")
        try split.finish()
        guard annexIII != nil || annexI != nil else { throw fields.failure(field, .empty) }
        return .highRisk(annexIII: annexIII, annexI: annexI)
    }

    private func law(_ root: inout YAMLFields) throws(CatalogueError) -> LawContent {
        var penalties: [LawContent.Penalty] = []
        for node in try root.list("penalties") {
            var fields = try YAMLFields(node, file: name, path: "penalties.")
            penalties.append(
                LawContent.Penalty(
                    article: try fields.text("article"), covers: try fields.text("covers"),
                    euroMax: try fields.integer("max_eur"),
                    turnoverPercentMax: try fields.integer("max_turnover_percent")))
            try fields.finish()
        }
        var timeline: [LawContent.TimelineEntry] = []
        for node in try root.list("timeline") {
            var fields = try YAMLFields(node, file: name, path: "timeline.")
            timeline.append(
                LawContent.TimelineEntry(
                    day: try fields.date("date"), event: try fields.text("event"),
                    state: try fields.word("state", as: LawContent.TimelineEntry.State.self),
                    certainty: try fields.word("certainty", as: LegalDuty.DateStatus.self),
                    source: try fields.text("source")))
            try fields.finish()
        }
        return LawContent(penalties: penalties, penaltyRule: try root.text("penalty_rule"), timeline: timeline)
    }

    /// Ids are unique, parents exist and come first, and no chain of parents is a circle.
    private func checkTree(_ items: [RequirementContent]) throws(CatalogueError) {
        var positions: [String: Int] = [:]
        for item in items {
            guard positions.updateValue(item.position, forKey: item.itemID) == nil else {
                throw CatalogueError(file: name, item: item.itemID, field: "id", problem: .duplicateID)
            }
        }
        for item in items {
            guard let parent = item.parent else { continue }
            func fault(_ problem: CatalogueError.Problem) -> CatalogueError {
                CatalogueError(file: name, item: item.itemID, field: "parent", problem: problem)
            }
            guard let position = positions[parent] else { throw fault(.unknownParent(parent)) }
            if position < item.position { continue }
            // A circle always has a link to a later item, so it is looked for only here.
            var chain = [item.itemID]
            var next: String? = parent
            while let id = next {
                if id == item.itemID { throw fault(.parentCycle(chain + [id])) }
                if chain.contains(id) { break }
                chain.append(id)
                next = positions[id].flatMap { items[$0].parent }
            }
            throw fault(.parentAfterChild(parent))
        }
    }
}
