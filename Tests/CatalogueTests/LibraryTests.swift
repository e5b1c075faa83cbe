import Catalogue
import Testing

@Suite struct LibraryTests {
    private func isoItems() throws -> Set<ItemReference> {
        let catalogue = try LoadedCatalogue.shared
        return try LoadedCatalogue.standards.reduce(into: []) { $0.formUnion(try catalogue.assessable($1)) }
    }

    // MARK: Questions

    @Test func everyAssessableIsoItemHasQuestions() throws {
        let contents = try LoadedCatalogue.shared.questions
        #expect(contents.count == 193)
        #expect(try Set(contents.map(\.item)) == isoItems())
        #expect(contents.map(\.position) == Array(0..<193))
        #expect(contents.map(\.questions.count).reduce(0, +) == 296)
        #expect(contents.map(\.evidence.count).reduce(0, +) == 549)
    }

    @Test func anItemHasOneToThreeQuestionsAndTwoToFourKindsOfEvidence() throws {
        for content in try LoadedCatalogue.shared.questions {
            #expect((1...3).contains(content.questions.count), "\(content.item)")
            #expect(content.questions.allSatisfy { $0.text.hasSuffix("?") }, "\(content.item)")
            #expect((2...4).contains(content.evidence.count), "\(content.item)")
            #expect(Set(content.evidence).count == content.evidence.count, "\(content.item)")
        }
    }

    @Test func questionIDsAreUnique() throws {
        let ids = try LoadedCatalogue.shared.questions.flatMap(\.questions).map(\.id)
        #expect(Set(ids).count == ids.count)
    }

    // MARK: Policies

    @Test func policiesAreComplete() throws {
        let policies = try LoadedCatalogue.shared.policies
        #expect(policies.count == 15)
        #expect(Set(policies.map(\.id)).count == 15)
        #expect(policies.map(\.sections.count).reduce(0, +) == 83)
        let statements = policies.flatMap(\.sections).flatMap(\.statements)
        #expect(statements.count == 274)
        #expect(Set(statements).count == statements.count)
        for policy in policies {
            #expect(policy.sections.count >= 4, "\(policy.id)")
            #expect(Set(policy.sections.map(\.heading)).count == policy.sections.count, "\(policy.id)")
            for section in policy.sections {
                #expect((3...6).contains(section.statements.count), "\(policy.id) \(section.heading)")
            }
        }
    }

    @Test func everyPolicyServesBothStandardsAndTogetherTheyTouchEveryIsoItem() throws {
        let isoItems = try isoItems()
        var touched: Set<ItemReference> = []
        for policy in try LoadedCatalogue.shared.policies {
            let frameworks = policy.contributesTo.map(\.framework)
            #expect(Set(LoadedCatalogue.standards).isSubset(of: frameworks), "\(policy.id)")
            for group in policy.contributesTo {
                #expect(Set(group.itemIDs).count == group.itemIDs.count, "\(policy.id) \(group.framework)")
                guard LoadedCatalogue.standards.contains(group.framework) else { continue }
                let items = Set(group.itemIDs.map { ItemReference(framework: group.framework, itemID: $0) })
                #expect(items.isSubset(of: isoItems), "\(policy.id) \(group.framework)")
                touched.formUnion(items)
            }
        }
        #expect(touched == isoItems)
    }

    // MARK: Risks

    @Test func scenariosAreComplete() throws {
        let scenarios = try LoadedCatalogue.shared.risks.scenarios
        #expect(scenarios.count == 56)
        #expect(scenarios.count { $0.id.hasPrefix("RS-AI-") } == 42)
        #expect(Set(scenarios.map(\.id)).count == 56)
        #expect(Set(scenarios.map(\.title)).count == 56)
        #expect(scenarios.map(\.monitors.count).reduce(0, +) == 112)
        for scenario in scenarios {
            #expect(!scenario.affected.isEmpty && !scenario.monitors.isEmpty, "\(scenario.id)")
        }
    }

    @Test func aScenarioNamesControlsOfBothStandards() throws {
        let isoItems = try isoItems()
        for scenario in try LoadedCatalogue.shared.risks.scenarios {
            for id in LoadedCatalogue.standards {
                let items = scenario.controls.filter { $0.framework == id }.flatMap(\.itemIDs)
                #expect(!items.isEmpty, "\(scenario.id) \(id)")
                #expect(
                    items.allSatisfy { isoItems.contains(ItemReference(framework: id, itemID: $0)) }, "\(scenario.id)")
            }
        }
    }

    @Test func everyRiskSourceOfAnnexCIsUsedAndNoOther() throws {
        let sources = try LoadedCatalogue.shared.risks.scenarios.flatMap(\.riskSources)
        #expect(Set(sources) == Set((1...7).map { "C.3.\($0)" }))
    }

    @Test func monitorsOfEveryWantedTypeExist() throws {
        let library = try LoadedCatalogue.shared.risks
        let types = Set(library.scenarios.flatMap(\.monitors).map(\.type))
        #expect(types.isSuperset(of: ["drift", "fairness", "performance", "detection"]))
        #expect(types.isSubset(of: library.monitorTypes))
    }
}
