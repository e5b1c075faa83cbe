import Catalogue
import Testing

@Suite struct AreaTests {
    private func areas() throws -> [ItemReference: [String]] {
        try CatalogueSource.bundled.itemAreas(try LoadedCatalogue.shared.frameworks)
    }

    @Test func thereAreTenAreasWithATitleAndASentence() throws {
        let areas = try CatalogueSource.bundled.areas()
        #expect(
            areas.map(\.id) == [
                "governance", "data-protection", "risk-management", "transparency", "fairness", "human-oversight",
                "life-cycle", "security-operations", "suppliers", "people",
            ])
        #expect(areas.allSatisfy { $0.title.count <= 40 && $0.help.hasSuffix(".") && $0.help.count <= 120 })
    }

    @Test func everyAssessableItemOfEveryFrameworkHasAnArea() throws {
        let catalogue = try LoadedCatalogue.shared
        let areas = try areas()
        let assessable = try catalogue.frameworks.reduce(into: Set()) { $0.formUnion(try catalogue.assessable($1.id)) }
        #expect(assessable.count == 593)
        #expect(Set(areas.keys) == assessable)
        let known = try CatalogueSource.bundled.areas().map(\.id)
        #expect(areas.values.allSatisfy { !$0.isEmpty && $0 == known.filter($0.contains) })
    }

    @Test func everyAreaIsUsedByTheAIStandardAndTheAIAct() throws {
        let areas = try areas()
        for framework in ["iso42001-2023", "eu-ai-act"] {
            let used = Set(areas.filter { $0.key.framework == framework }.flatMap(\.value))
            #expect(used.count == 10, "\(framework)")
        }
    }

    @Test func theAreasOfASecurityControlAgreeWithItsAttributes() throws {
        let areas = try areas()
        var compared = 0
        for control in try LoadedCatalogue.shared.framework("iso27001-2022").items where control.kind == .control {
            let own = Set(areas[ItemReference(framework: "iso27001-2022", itemID: control.itemID)] ?? [])
            let capabilities = Set(control.attributes?.capabilities.map(\.rawValue) ?? [])
            let expected: [(Bool, Set<String>)] = [
                (control.theme == "people", ["people"]),
                (control.theme == "physical", ["security-operations"]),
                (control.theme == "technological", ["security-operations", "life-cycle"]),
                (capabilities.contains("Supplier_relationships_security"), ["suppliers"]),
                (capabilities.contains("Human_resource_security"), ["people"]),
                (capabilities.contains("Information_security_event_management"), ["security-operations", "people"]),
                (capabilities == ["Governance"], ["governance"]),
            ]
            for (applies, oneOf) in expected where applies {
                compared += 1
                #expect(!own.isDisjoint(with: oneOf), "\(control.itemID): \(own.sorted())")
            }
        }
        #expect(compared > 80)
    }

    @Test func clausesWithTheSameNumberShareAnArea() throws {
        let areas = try areas()
        let clauses = areas.filter { $0.key.framework == "iso27001-2022" && !$0.key.itemID.hasPrefix("A") }
        #expect(clauses.count == 30)
        for (item, own) in clauses {
            let twin = areas[ItemReference(framework: "iso42001-2023", itemID: item.itemID)] ?? []
            #expect(!Set(own).isDisjoint(with: twin), "\(item.itemID)")
        }
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let passage: String
        let replacement: String
        let problem: CatalogueError.Problem
        var testDescription: String { replacement }
    }

    @Test(arguments: [
        Fault(passage: "- id: people", replacement: "- id: suppliers", problem: .duplicateID),
        Fault(passage: "help: Bias", replacement: "hint: Bias", problem: .missing),
        Fault(passage: "- id: gdpr\n", replacement: "- id: gdpr2\n", problem: .unknownFramework("gdpr2")),
        Fault(
            passage: "ChII, ChIII, ChIV", replacement: "ChII, ChIX, ChIV",
            problem: .unknownItem(framework: "gdpr", item: "ChIX")),
        Fault(
            passage: "Art.35, Art.36]", replacement: "Art.35, Art.36, Art.22]", problem: .duplicateValue("Art.22")),
        Fault(passage: "ChII, ChIII, ChIV, ChV", replacement: "ChII, ChIV, ChV", problem: .missing),
    ])
    func aFaultOfTheAreasIsNamed(fault: Fault) throws {
        let document = try bundled(.areas, replacing: fault.passage, with: fault.replacement)
        let error = #expect(throws: CatalogueError.self) {
            try document.itemAreas(try LoadedCatalogue.shared.frameworks)
        }
        #expect(error?.problem == fault.problem)
        #expect(error?.file == "areas.yaml")
    }

    @Test func anUnknownAreaIsNamedWithThoseThatThereAre() throws {
        let document = try bundled(.areas, replacing: "areas: [people], items", with: "areas: [staff], items")
        let error = #expect(throws: CatalogueError.self) {
            try document.itemAreas(try LoadedCatalogue.shared.frameworks)
        }
        guard case .notOneOf(let value, let allowed)? = error?.problem else {
            Issue.record("unexpected \(String(describing: error))")
            return
        }
        #expect(value == "staff" && allowed.count == 10)
    }
}
