import Catalogue
import Foundation
import Testing

/// Rules for the items of every framework.
@Suite struct FrameworkTests {
    @Test(arguments: [
        ("iso27001-2022", 139, 123), ("iso42001-2023", 114, 70), ("eu-ai-act", 196, 174),
        ("nist-ai-rmf-1.0", 95, 72), ("gdpr", 53, 48), ("nist-csf-2.0", 134, 106),
    ])
    func aFrameworkHasAllItsItems(id: String, items: Int, assessable: Int) throws {
        let framework = try LoadedCatalogue.shared.framework(id)
        #expect(framework.items.count == items)
        #expect(framework.items.count(where: \.assessable) == assessable)
        #expect(framework.items.map(\.position) == Array(0..<items))
        #expect(Set(framework.ids).count == items)
    }

    @Test func aParentComesBeforeItsChild() throws {
        for framework in try LoadedCatalogue.shared.frameworks {
            var seen: Set<String> = []
            for item in framework.items {
                if let parent = item.parent { #expect(seen.contains(parent), "\(framework.id) \(item.itemID)") }
                seen.insert(item.itemID)
            }
        }
    }

    @Test func ourTextsHaveOneOrTwoSentencesOfReadableLength() throws {
        for framework in try LoadedCatalogue.shared.frameworks where !framework.id.hasPrefix("nist") {
            for item in framework.items {
                let text = item.text.replacing(/\b(Art|Arts|e\.g|i\.e|No)\./) { String($0.output.1) }
                let sentences = text.matches(of: /[.!?](?=\s+[A-Z]|$)/).count
                #expect((1...2).contains(sentences), "\(framework.id) \(item.itemID): \(sentences) sentences")
                #expect(item.text.count <= 420, "\(framework.id) \(item.itemID)")
            }
        }
    }

    @Test func ourTextsOfIsoStandardsDoNotSayShall() throws {
        for id in LoadedCatalogue.standards {
            for item in try LoadedCatalogue.shared.framework(id).items {
                #expect(item.text.firstMatch(of: /\bshall\b/) == nil, "\(id) \(item.itemID)")
            }
        }
    }

    // MARK: ISO/IEC 27001

    static let clauses27001 = [
        "4.1", "4.2", "4.3", "4.4", "5.1", "5.2", "5.3", "6.1.1", "6.1.2", "6.1.3", "6.2", "6.3", "7.1", "7.2", "7.3",
        "7.4", "7.5.1", "7.5.2", "7.5.3", "8.1", "8.2", "8.3", "9.1", "9.2.1", "9.2.2", "9.3.1", "9.3.2", "9.3.3",
        "10.1", "10.2",
    ]

    static let controls27001 = [("5", 37), ("6", 8), ("7", 14), ("8", 34)].flatMap { theme, count in
        (1...count).map { "A.\(theme).\($0)" }
    }

    @Test func iso27001HasItsThirtyClausesAndNinetyThreeControls() throws {
        let framework = try LoadedCatalogue.shared.framework("iso27001-2022")
        #expect(Self.controls27001.count == 93)
        #expect(framework.ids { $0.kind == .control } == Self.controls27001)
        #expect(framework.ids { $0.kind == .clause && $0.assessable } == Self.clauses27001)
        #expect(framework.items.filter { $0.kind == .control }.allSatisfy { $0.assessable })
    }

    @Test func exactlyTheControlsOfIso27001HaveAttributesAndAYear() throws {
        for framework in try LoadedCatalogue.shared.frameworks {
            let isControl = { (item: RequirementContent) in framework.id == "iso27001-2022" && item.kind == .control }
            for item in framework.items {
                #expect((item.attributes != nil) == isControl(item), "\(framework.id) \(item.itemID)")
                #expect((item.isNewIn2022 != nil) == isControl(item), "\(framework.id) \(item.itemID)")
            }
        }
        #expect(try LoadedCatalogue.shared.framework("iso27001-2022").items.count { $0.isNewIn2022 == true } == 11)
    }

    @Test func anAttributeOfAControlIsNeverEmptyAndNamesNoWordTwice() throws {
        func isSound<Word: Hashable>(_ words: [Word]) -> Bool { !words.isEmpty && Set(words).count == words.count }
        for item in try LoadedCatalogue.shared.framework("iso27001-2022").items {
            guard let attributes = item.attributes else { continue }
            #expect(isSound(attributes.controlTypes), "\(item.itemID)")
            #expect(isSound(attributes.properties), "\(item.itemID)")
            #expect(isSound(attributes.concepts), "\(item.itemID)")
            #expect(isSound(attributes.capabilities), "\(item.itemID)")
            #expect(isSound(attributes.domains), "\(item.itemID)")
        }
    }

    @Test func theCorrectiveViewHasTheFourteenControlsOfTheStandardsTable() throws {
        let corrective = try LoadedCatalogue.shared.framework("iso27001-2022").ids {
            $0.attributes?.controlTypes.contains(.corrective) ?? false
        }
        #expect(
            Set(corrective) == [
                "A.5.5", "A.5.6", "A.5.7", "A.5.24", "A.5.26", "A.5.28", "A.5.29", "A.5.30", "A.5.35", "A.5.37",
                "A.6.4", "A.8.7", "A.8.13", "A.8.16",
            ])
        #expect(corrective.count == 14)
    }

    @Test func theClimateAmendmentIsNotedWhereItApplies() throws {
        let amended = try LoadedCatalogue.shared.framework("iso27001-2022").items.filter { $0.amendment != nil }
        #expect(amended.map(\.itemID) == ["4.1", "4.2"])
        #expect(amended.first?.amendment?.contains("climate") == true)
    }

    // MARK: ISO/IEC 42001

    @Test func iso42001HasItsThirtyTwoClausesAndThirtyEightControls() throws {
        let framework = try LoadedCatalogue.shared.framework("iso42001-2023")
        let areas: [(String, ClosedRange<Int>)] = [
            ("2", 2...4), ("3", 2...3), ("4", 2...6), ("5", 2...5), ("6.1", 2...3), ("6.2", 2...8), ("7", 2...6),
            ("8", 2...5), ("9", 2...4), ("10", 2...4),
        ]
        let controls = areas.flatMap { area, numbers in numbers.map { "A.\(area).\($0)" } }
        #expect(controls.count == 38)
        #expect(framework.ids { $0.kind == .control } == controls)
        #expect(framework.ids { $0.parent == "A" } == (2...10).map { "A.\($0)" })
        var clauses = Self.clauses27001
        clauses.insert("6.1.4", at: try #require(clauses.firstIndex(of: "6.2")))
        clauses.insert("8.4", at: try #require(clauses.firstIndex(of: "9.1")))
        #expect(framework.ids { $0.kind == .clause && $0.assessable } == clauses)
    }

    @Test func annexCOfIso42001HasElevenObjectivesAndSevenRiskSources() throws {
        let framework = try LoadedCatalogue.shared.framework("iso42001-2023")
        #expect(framework.ids { $0.itemID.hasPrefix("C.2.") } == (1...11).map { "C.2.\($0)" })
        #expect(framework.ids { $0.itemID.hasPrefix("C.3.") } == (1...7).map { "C.3.\($0)" })
        #expect(framework.items.filter { $0.itemID.hasPrefix("C") }.allSatisfy { !$0.assessable })
    }

    @Test func aTwinClauseIsTheSameClauseBothWaysAndATwinControlIsAControl() throws {
        let catalogue = try LoadedCatalogue.shared
        for (id, other) in [("iso42001-2023", "iso27001-2022"), ("iso27001-2022", "iso42001-2023")] {
            for item in try catalogue.framework(id).items {
                guard let twinID = item.harmonisedWith else { continue }
                let twin = try catalogue.item(other, twinID)
                #expect(twin.kind == item.kind, "\(id) \(item.itemID)")
                if item.kind == .clause {
                    #expect(twinID == item.itemID)
                    #expect(twin.harmonisedWith == item.itemID, "\(id) \(item.itemID)")
                }
            }
        }
        let alone = try catalogue.framework("iso42001-2023").ids {
            $0.kind == .clause && $0.assessable && $0.harmonisedWith == nil
        }
        #expect(alone == ["6.1.4", "8.4"])
    }

    // MARK: NIST and GDPR

    private func childrenPerParent(_ framework: FrameworkContent) -> [String: Int] {
        framework.items.filter { $0.kind == .subcategory }.reduce(into: [:]) { $0[$1.parent ?? "", default: 0] += 1 }
    }

    private func kinds(_ framework: FrameworkContent) -> [RequirementKind: Int] {
        framework.items.reduce(into: [:]) { $0[$1.kind, default: 0] += 1 }
    }

    @Test func nistAIRMFHasItsSubcategories() throws {
        let framework = try LoadedCatalogue.shared.framework("nist-ai-rmf-1.0")
        #expect(kinds(framework) == [.function: 4, .category: 19, .subcategory: 72])
        #expect(
            childrenPerParent(framework) == [
                "GOVERN 1": 7, "GOVERN 2": 3, "GOVERN 3": 2, "GOVERN 4": 3, "GOVERN 5": 2, "GOVERN 6": 2, "MAP 1": 6,
                "MAP 2": 3, "MAP 3": 5, "MAP 4": 2, "MAP 5": 2, "MEASURE 1": 3, "MEASURE 2": 13, "MEASURE 3": 3,
                "MEASURE 4": 3, "MANAGE 1": 4, "MANAGE 2": 4, "MANAGE 3": 2, "MANAGE 4": 3,
            ])
    }

    @Test func nistCSFHasItsSubcategories() throws {
        let framework = try LoadedCatalogue.shared.framework("nist-csf-2.0")
        #expect(kinds(framework) == [.function: 6, .category: 22, .subcategory: 106])
        #expect(
            childrenPerParent(framework) == [
                "GV.OC": 5, "GV.RM": 7, "GV.RR": 4, "GV.PO": 2, "GV.OV": 3, "GV.SC": 10, "ID.AM": 7, "ID.RA": 10,
                "ID.IM": 4, "PR.AA": 6, "PR.AT": 2, "PR.DS": 4, "PR.PS": 6, "PR.IR": 4, "DE.CM": 5, "DE.AE": 6,
                "RS.MA": 5, "RS.AN": 4, "RS.CO": 2, "RS.MI": 2, "RC.RP": 6, "RC.CO": 2,
            ])
    }

    @Test func gdprHasTheArticlesThatMatterForAIAndSecurity() throws {
        let ids = Set(try LoadedCatalogue.shared.framework("gdpr").ids)
        let needed = [
            5, 6, 9, 12, 13, 14, 15, 17, 22, 24, 28, 30, 32, 33, 34, 35, 36, 37, 38, 39, 44, 45, 46,
        ].map { "Art.\($0)" }
        #expect(Set(needed + ["Art.25(1)", "Art.25(2)"]).subtracting(ids).isEmpty)
        #expect(try LoadedCatalogue.shared.item("gdpr", "Art.33(1)").text.contains("72 hours"))
    }
}
