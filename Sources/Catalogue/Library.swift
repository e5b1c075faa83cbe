// The starter libraries: questions with typical evidence, policy outlines and risk scenarios, and reading them.
import Yams

/// Some items of one framework.
package struct FrameworkItems: Sendable, Hashable {
    package let framework: String
    /// At least one, none twice.
    package let itemIDs: [String]

    package init(framework: String, itemIDs: [String]) {
        self.framework = framework
        self.itemIDs = itemIDs
    }
}

/// What to ask about an item, and what evidence is typical.
package struct QuestionContent: Sendable, Hashable {
    package struct Question: Sendable, Hashable {
        /// Unique in the catalogue, such as `Q-27001-4.1-1`.
        package let id: String
        package let text: String
    }

    package let item: ItemReference
    package let questions: [Question]
    package let evidence: [String]
    /// Place in the file, from 0.
    package let position: Int
}

/// A policy to start from, and what it contributes to.
package struct PolicyOutline: Sendable, Hashable {
    package struct Section: Sendable, Hashable {
        package let heading: String
        package let statements: [String]
    }

    package let id: String
    package let title: String
    package let purpose: String
    /// Items to which the policy contributes; it alone satisfies none of them.
    package let contributesTo: [FrameworkItems]
    package let sections: [Section]
    package let position: Int
}

/// A risk to start from.
package struct RiskScenario: Sendable, Hashable {
    package struct Monitor: Sendable, Hashable {
        /// A word of `RiskLibrary.monitorTypes`.
        package let type: String
        package let what: String
    }

    package let id: String
    package let title: String
    package let category: String
    package let source: String
    /// Risk sources of ISO/IEC 42001 Annex C.3, such as `C.3.4`; may be empty.
    package let riskSources: [String]
    package let consequence: String
    /// Words of `RiskLibrary.properties`.
    package let affected: [String]
    package let controls: [FrameworkItems]
    package let monitors: [Monitor]
    /// Place in the file, from 0.
    package let position: Int
}

/// The risk scenarios with the words that they use.
package struct RiskLibrary: Sendable, Hashable {
    package let monitorTypes: [String]
    package let properties: [String]
    package let scenarios: [RiskScenario]
}

extension CatalogueDocument {
    /// - Parameter items: what the questions' items must be found in.
    package func questions(items: ItemIndex) throws(CatalogueError) -> [QuestionContent] {
        var root = try root()
        root.ignore("meta")
        var contents: [QuestionContent] = []
        var seen: Set<ItemReference> = []
        var questionIDs: Set<String> = []
        for node in try root.list("items") {
            var fields = try YAMLFields(node, file: name)
            fields.item = try fields.text("id")
            let framework = try fields.framework("framework", in: items)
            let item = try fields.reference("id", of: framework, in: items)
            guard seen.insert(item).inserted else { throw fields.failure("id", .duplicateID) }
            var questions: [QuestionContent.Question] = []
            for node in try fields.list("questions") {
                var question = try YAMLFields(node, file: name, item: item.itemID, path: "questions.")
                let id = try question.text("id")
                guard questionIDs.insert(id).inserted else { throw question.failure("id", .duplicateValue(id)) }
                questions.append(QuestionContent.Question(id: id, text: try question.text("text")))
                try question.finish()
            }
            contents.append(
                QuestionContent(
                    item: item, questions: questions, evidence: try fields.texts("evidence"),
                    position: contents.count))
            try fields.finish()
        }
        try root.finish()
        return contents
    }

    /// - Parameter items: what the items of `satisfies` must be found in.
    package func policyOutlines(items: ItemIndex) throws(CatalogueError) -> [PolicyOutline] {
        var root = try root()
        root.ignore("meta")
        var policies: [PolicyOutline] = []
        for node in try root.list("policies") {
            var fields = try YAMLFields(node, file: name)
            let id = try fields.text("id")
            fields.item = id
            guard !policies.contains(where: { $0.id == id }) else { throw fields.failure("id", .duplicateID) }
            var sections: [PolicyOutline.Section] = []
            for node in try fields.list("sections") {
                var section = try YAMLFields(node, file: name, item: id, path: "sections.")
                let heading = try section.text("heading")
                guard !sections.contains(where: { $0.heading == heading }) else {
                    throw section.failure("heading", .duplicateValue(heading))
                }
                sections.append(
                    PolicyOutline.Section(heading: heading, statements: try section.texts("statements")))
                try section.finish()
            }
            policies.append(
                PolicyOutline(
                    id: id, title: try fields.text("title"), purpose: try fields.text("purpose"),
                    contributesTo: try fields.references("satisfies", in: items), sections: sections,
                    position: policies.count))
            try fields.finish()
        }
        try root.finish()
        return policies
    }

    /// - Parameter items: what the controls and risk sources must be found in.
    package func riskLibrary(items: ItemIndex) throws(CatalogueError) -> RiskLibrary {
        var root = try root()
        var meta = try root.fields("meta")
        meta.ignore("note")
        let monitorTypes = try meta.texts("monitor_types")
        let properties = try meta.texts("properties")
        try meta.finish()
        var scenarios: [RiskScenario] = []
        for node in try root.list("scenarios") {
            let scenario = try riskScenario(
                node, monitorTypes: monitorTypes, properties: properties, items: items, position: scenarios.count)
            guard !scenarios.contains(where: { $0.id == scenario.id }) else {
                throw CatalogueError(
                    file: name, line: node.mark?.line, item: scenario.id, field: "id", problem: .duplicateID)
            }
            scenarios.append(scenario)
        }
        try root.finish()
        return RiskLibrary(monitorTypes: monitorTypes, properties: properties, scenarios: scenarios)
    }

    private func riskScenario(
        _ node: Node, monitorTypes: [String], properties: [String], items: ItemIndex, position: Int
    ) throws(CatalogueError) -> RiskScenario {
        var fields = try YAMLFields(node, file: name)
        let id = try fields.text("id")
        fields.item = id
        let riskSources = try fields.texts("risk_sources", mayBeEmpty: true)
        let annex = "iso42001-2023"
        for source in riskSources where !items.contains(source, of: annex) {
            throw fields.failure("risk_sources", .unknownItem(framework: annex, item: source))
        }
        let affected = try fields.texts("affected")
        for property in affected where !properties.contains(property) {
            throw fields.failure("affected", .notOneOf(value: property, allowed: properties))
        }
        var monitors: [RiskScenario.Monitor] = []
        for node in try fields.list("monitors") {
            var monitor = try YAMLFields(node, file: name, item: id, path: "monitors.")
            let type = try monitor.text("type")
            guard monitorTypes.contains(type) else {
                throw monitor.failure("type", .notOneOf(value: type, allowed: monitorTypes))
            }
            monitors.append(RiskScenario.Monitor(type: type, what: try monitor.text("what")))
            try monitor.finish()
        }
        let scenario = RiskScenario(
            id: id, title: try fields.text("title"), category: try fields.text("category"),
            source: try fields.text("source"), riskSources: riskSources,
            consequence: try fields.text("consequence"), affected: affected,
            controls: try fields.references("controls", in: items), monitors: monitors, position: position)
        try fields.finish()
        return scenario
    }
}
