import Catalogue
import Testing

@Suite struct CrosswalkTests {
    @Test(arguments: [
        ("iso42001-iso27001", 149), ("nist-ai-rmf-iso42001", 245), ("eu-ai-act-iso42001", 268), ("gdpr-iso27001", 116),
        ("nist-csf-2.0-iso27001", 232), ("eu-ai-act-gdpr", 49), ("iso42001-gdpr", 22),
    ])
    func aSetHasAllItsMappings(id: String, mappings: Int) throws {
        let set = try LoadedCatalogue.shared.set(id)
        #expect(set.mappings.count == mappings)
        #expect(set.mappings.map(\.position) == Array(0..<mappings))
        #expect(set.mappings.allSatisfy { $0.setID == id })
        #expect(set.mappings.allSatisfy { $0.source.framework == set.sourceFramework })
        #expect(set.mappings.allSatisfy { $0.target.framework == set.targetFramework })
    }

    @Test func thereAreSevenSets() throws {
        #expect(try LoadedCatalogue.shared.crosswalks.count == 7)
        #expect(try LoadedCatalogue.shared.crosswalks.map(\.mappings.count).reduce(0, +) == 1_081)
    }

    @Test func anEqualPairIsStrongAndEveryRationaleIsOneLine() throws {
        for mapping in try LoadedCatalogue.shared.crosswalks.flatMap(\.mappings) {
            let label = "\(mapping.setID): \(mapping.source) -> \(mapping.target)"
            #expect(mapping.relationship != .equal || mapping.strength >= 8, "\(label)")
            #expect((25...220).contains(mapping.rationale.count), "\(label)")
            #expect(!mapping.rationale.contains("\n"), "\(label)")
        }
    }

    @Test func aLawOnlyIntersectsAStandard() throws {
        for set in try LoadedCatalogue.shared.crosswalks where ["eu-ai-act", "gdpr"].contains(set.sourceFramework) {
            #expect(set.mappings.allSatisfy { $0.relationship == .intersects }, "\(set.id)")
        }
    }

    @Test(arguments: [
        "iso42001-iso27001", "nist-ai-rmf-iso42001", "eu-ai-act-iso42001", "gdpr-iso27001", "nist-csf-2.0-iso27001",
    ])
    func everyAssessableSourceIsMapped(id: String) throws {
        let catalogue = try LoadedCatalogue.shared
        let set = try catalogue.set(id)
        var unmapped = try catalogue.assessable(set.sourceFramework).subtracting(set.mappings.map(\.source))
        if id == "eu-ai-act-iso42001" {
            // Annex III and Art. 4a decide whether the Act applies; a management system has no counterpart.
            unmapped = unmapped.filter { !$0.itemID.hasPrefix("AnnexIII.") && !$0.itemID.hasPrefix("Art.4a(") }
        }
        #expect(unmapped.isEmpty)
    }

    @Test func aClosestControlIsBackedByAMappingOfStrengthSixOrMore() throws {
        let catalogue = try LoadedCatalogue.shared
        let strong = try catalogue.set("iso42001-iso27001").mappings.filter { $0.strength >= 6 }
            .map { [$0.source.itemID, $0.target.itemID] }
        let pairs = Set(strong)
        for item in try catalogue.framework("iso42001-2023").items where item.kind == .control {
            if let twin = item.harmonisedWith { #expect(pairs.contains([item.itemID, twin]), "\(item.itemID)") }
        }
        for item in try catalogue.framework("iso27001-2022").items where item.kind == .control {
            if let twin = item.harmonisedWith { #expect(pairs.contains([twin, item.itemID]), "\(item.itemID)") }
        }
    }

    @Test func theHarmonisedStructureIsTheThirtyClausesWithTheSameNumber() throws {
        let pairs = try LoadedCatalogue.shared.set("iso42001-iso27001").mappings
            .filter { $0.basis == .harmonisedStructure }
        #expect(pairs.map(\.source.itemID) == FrameworkTests.clauses27001)
        #expect(pairs.map(\.target.itemID) == FrameworkTests.clauses27001)
        let elsewhere = try LoadedCatalogue.shared.crosswalks.filter { $0.id != "iso42001-iso27001" }
        #expect(elsewhere.flatMap(\.mappings).allSatisfy { $0.basis != .harmonisedStructure })
    }

    @Test func publishedPairsAreMarked() throws {
        let catalogue = try LoadedCatalogue.shared
        let published = try catalogue.set("nist-ai-rmf-iso42001").mappings.count { $0.basis == .publishedCrosswalk }
        let nist = try catalogue.set("nist-csf-2.0-iso27001").mappings.count { $0.basis == .nistInformativeReference }
        #expect(published == 75)
        #expect(nist == 137)
    }

    @Test func itemsWithoutARealCounterpartAreListed() throws {
        let weak = try LoadedCatalogue.shared.set("iso42001-iso27001").weakOrUnmapped.map(\.item.itemID)
        #expect(weak == ["6.1.4", "8.4", "A.5.5", "A.7.4", "A.7.6", "A.8.3", "A.9.3", "A.10.4"])
    }
}
