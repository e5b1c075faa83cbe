import Catalogue
import Testing

@Suite struct IntegratedItemsTests {
    private static let result = Result { try CatalogueSource.bundled.integratedItems() }
    private func items() throws -> IntegratedItems { try Self.result.get() }

    // MARK: The rows of the real catalogue

    @Test func thereAreExactly163RowsInTheirSplit() throws {
        let items = try items()
        #expect(items.rows.count == 163)
        let counts = items.counts
        #expect(counts.pairs == 30)
        #expect(counts.equalPairs == 16)
        #expect(counts.sharedPairs == 14)
        #expect(counts.ownClauses == 2)
        #expect(counts.securityControls == 93)
        #expect(counts.aiControls == 38)
        #expect(counts.rows == 163)
        #expect(counts.items == 193)
        #expect(items.rows.count { $0.members.count == 2 } == 30)
        #expect(items.rows.count { $0.sharing == .equal } == 16)
        #expect(items.rows.count { $0.sharing == .shared } == 14)
        #expect(items.rows.count { $0.sharing == .own } == 133)
        #expect(items.rows.map(\.position) == Array(0..<163))
        #expect(Set(items.rows.map(\.key)).count == 163)
    }

    @Test func everyAssessableIsoItemIsInExactlyOneRow() throws {
        let catalogue = try LoadedCatalogue.shared
        let items = try items()
        let members = items.rows.flatMap(\.members)
        #expect(members.count == 193)
        #expect(try Set(members) == catalogue.assessable("iso42001-2023").union(catalogue.assessable("iso27001-2022")))
        for row in items.rows {
            for member in row.members { #expect(items.row(of: member) == row) }
            #expect(items.row(row.key) == row)
        }
    }

    @Test func aPairIsTheSameClauseOfBothStandardsWithWhatTheCrosswalkSays() throws {
        let mappings = try LoadedCatalogue.shared.set("iso42001-iso27001").mappings
        for row in try items().rows where row.members.count == 2 {
            #expect(row.kind == .clause)
            #expect(row.key == "clause:\(row.number)")
            #expect(row.members.map(\.framework) == ["iso42001-2023", "iso27001-2022"])
            #expect(row.members.map(\.itemID) == [row.number, row.number])
            let mapping = try #require(
                mappings.first { $0.source.itemID == row.number && $0.target.itemID == row.number })
            #expect(row.pairing?.relationship == mapping.relationship)
            #expect(row.pairing?.strength == mapping.strength)
            #expect(row.pairing?.rationale == mapping.rationale)
            #expect((row.sharing == .equal) == (mapping.relationship == .equal))
        }
    }

    @Test func controlsAreNeverMergedAlthoughTheyNameTheClosestOne() throws {
        let items = try items()
        let controls = items.rows.filter { $0.kind == .control }
        #expect(controls.count == 131)
        #expect(controls.allSatisfy { $0.members.count == 1 && $0.sharing == .own && $0.pairing == nil })
        for row in controls {
            let member = try #require(row.members.first)
            let content = try LoadedCatalogue.shared.item(member.framework, member.itemID)
            #expect(row.key == "\(member.framework):\(member.itemID)")
            #expect(row.title == content.title)
            #expect(row.closestControl?.itemID == content.harmonisedWith)
            if let closest = row.closestControl {
                #expect(closest.framework != member.framework)
                #expect(items.row(of: closest)?.kind == .control)
            }
        }
        // Six controls that are close to one another keep six rows.
        let suppliers = ["iso42001-2023:A.10.2", "iso42001-2023:A.10.3"] + (19...22).map { "iso27001-2022:A.5.\($0)" }
        #expect(suppliers.allSatisfy { items.row($0) != nil })
    }

    @Test func theImpactAssessmentClausesBelongToTheAIStandardAlone() throws {
        let own = try items().rows.filter { $0.kind == .clause && $0.sharing == .own }
        #expect(own.map(\.key) == ["iso42001-2023:6.1.4", "iso42001-2023:8.4"])
        #expect(own.allSatisfy { $0.closestControl == nil })
    }

    @Test func rowsComeByClauseNumberThenByAnnex() throws {
        let rows = try items().rows
        var clauses = FrameworkTests.clauses27001
        clauses.insert("6.1.4", at: try #require(clauses.firstIndex(of: "6.2")))
        clauses.insert("8.4", at: try #require(clauses.firstIndex(of: "9.1")))
        #expect(rows.prefix(32).map(\.number) == clauses)
        #expect(rows.dropFirst(32).prefix(38).allSatisfy { $0.members.first?.framework == "iso42001-2023" })
        #expect(rows.suffix(93).map(\.number) == FrameworkTests.controls27001)
    }

    @Test func everySharedPairSaysWhatDiffersInOneShortLine() throws {
        for row in try items().rows {
            #expect(row.sharing != .shared || row.difference != nil, "\(row.key)")
            #expect((row.difference?.count ?? 0) <= 90, "\(row.key)")
            #expect(row.difference?.contains("\n") != true, "\(row.key)")
            #expect(!row.title.contains("\n"), "\(row.key)")
        }
        let titles = try items().rows.filter { $0.members.count == 2 }.map(\.title)
        #expect(Set(titles).count == titles.count)
        #expect(!titles.contains("General"))
    }

    @Test func aTitleOfBothStandardsIsKeptWhereTheyAgree() throws {
        let items = try items()
        #expect(items.row("clause:7.2")?.title == "Competence")
        #expect(items.row("clause:4.3")?.title == "Determining the scope of the management systems")
        #expect(items.row("clause:4.2")?.difference == nil)
    }

    // MARK: Sections

    @Test func sectionsAreATreeThatListsEveryRow() throws {
        let items = try items()
        let outer = items.sections.filter { $0.parentID == nil }
        #expect(outer.map(\.id) == ["clauses", "iso42001-2023:A", "iso27001-2022:A"])
        #expect(outer.map(\.title) == ["Clauses 4 to 10", "Annex A of ISO/IEC 42001", "Annex A of ISO/IEC 27001"])
        #expect(outer.map(\.rowKeys.count) == [32, 38, 93])
        #expect(outer.flatMap(\.rowKeys) == items.rows.map(\.key))
        for section in outer {
            let children = items.sections.filter { $0.parentID == section.id }
            #expect(children.flatMap(\.rowKeys) == section.rowKeys)
        }
        let inner = items.sections.filter { $0.parentID != nil }
        #expect(
            inner.map(\.label) == (4...10).map { "\($0)" } + (2...10).map { "A.\($0)" } + (5...8).map { "A.\($0)" })
        #expect(items.sections.count == outer.count + inner.count)
        for (index, section) in items.sections.enumerated() {
            if let parent = section.parentID {
                #expect(items.sections.prefix(index).contains { $0.id == parent })
            }
        }
    }

    @Test func aSectionNamesTheFrameworksThatHaveRowsInIt() throws {
        let sections = try items().sections
        func frameworks(_ id: String) -> [String]? { sections.first { $0.id == id }?.frameworks }
        #expect(frameworks("clause:6") == ["iso42001-2023", "iso27001-2022"])
        #expect(frameworks("iso42001-2023:A.6") == ["iso42001-2023"])
        #expect(frameworks("iso27001-2022:A.5") == ["iso27001-2022"])
    }

    @Test func theParentsOfARowLeadFromTheOutsideIn() throws {
        let items = try items()
        #expect(items.parents(of: "clause:6.1.2").map(\.id) == ["clauses", "clause:6"])
        #expect(items.parents(of: "iso42001-2023:A.6.2.4").map(\.id) == ["iso42001-2023:A", "iso42001-2023:A.6"])
        #expect(items.parents(of: "iso27001-2022:A.5.1").map(\.id) == ["iso27001-2022:A", "iso27001-2022:A.5"])
        #expect(items.parents(of: "clause:99").isEmpty)
    }

    @Test func aHeadingStandsBetweenSectionAndRowWhereTheStandardHasOne() throws {
        let items = try items()
        #expect(items.row("clause:9.2.1")?.heading == "9.2 Internal audit")
        #expect(
            items.row("iso42001-2023:A.6.1.2")?.heading == "A.6.1 Management guidance for AI system development")
        #expect(items.row("clause:4.1")?.heading == nil)
        #expect(items.row("iso27001-2022:A.5.1")?.heading == nil)
    }

    @Test func anUnknownKeyHasNoRow() throws {
        let items = try items()
        #expect(items.row("clause:6.1.4") == nil)
        #expect(items.row(of: ItemReference(framework: "iso42001-2023", itemID: "A.6")) == nil)
        #expect(items.row(of: ItemReference(framework: "gdpr", itemID: "Art.5")) == nil)
    }
}

/// Content that does not fit together is refused, with the place.
@Suite struct IntegratedItemsErrorTests {
    /// Builds from the bundled files, one of which has one passage replaced.
    private func build(
        _ file: CatalogueFile, replacing passage: String, with replacement: String, swapped: Bool = false
    ) throws -> IntegratedItems {
        let catalogue = try LoadedCatalogue.shared
        var ai = try catalogue.framework("iso42001-2023")
        var security = try catalogue.framework("iso27001-2022")
        var set = try catalogue.set("iso42001-iso27001")
        var titles = catalogue.titles
        let changed = try bundled(file, replacing: passage, with: replacement)
        switch file {
        case .iso42001: ai = try changed.framework(expecting: ai.id)
        case .iso27001: security = try changed.framework(expecting: security.id)
        case .integratedTitles: titles = try changed.integratedTitles()
        default: set = try #require(try changed.crosswalks(items: ItemIndex(catalogue.frameworks)).first)
        }
        return try IntegratedItems.build(
            ai: swapped ? security : ai, security: swapped ? ai : security, crosswalk: set, titles: titles)
    }

    private func expect(
        _ error: IntegratedItemsError, _ file: CatalogueFile, replacing passage: String, with replacement: String
    ) {
        #expect(throws: error) { try build(file, replacing: passage, with: replacement) }
    }

    @Test func aCrosswalkOfOtherFrameworksIsRefused() throws {
        #expect(
            throws: IntegratedItemsError.crosswalkOfOtherFrameworks(
                set: "iso42001-iso27001", source: "iso42001-2023", target: "iso27001-2022")
        ) {
            try build(.integratedTitles, replacing: "own wording", with: "ours", swapped: true)
        }
    }

    @Test func aPairNeedsTheSameNumberOnBothSides() {
        expect(
            .pairNumbersDiffer(source: "4.2", target: "4.1"), .crosswalks,
            replacing: "{source: '4.2', target: '4.2'", with: "{source: '4.2', target: '4.1'")
    }

    @Test func aPairThatTheCrosswalkLacksIsNamed() {
        expect(
            .pairMissing("4.2"), .crosswalks, replacing: "differs., basis: harmonised-structure",
            with: "differs., basis: judgement")
    }

    @Test func onlyAssessableClausesArePaired() {
        expect(
            .notAnAssessableClause(ItemReference(framework: "iso27001-2022", itemID: "4.2")), .iso27001,
            replacing: "parties\n  parent: '4'\n  kind: clause\n  assessable: true",
            with: "parties\n  parent: '4'\n  kind: clause\n  assessable: false")
        expect(
            .notAnAssessableClause(ItemReference(framework: "iso42001-2023", itemID: "4.2")), .iso42001,
            replacing: "parties\n  parent: '4'\n  kind: clause", with: "parties\n  parent: '4'\n  kind: control")
    }

    @Test func aPairGivenTwiceIsRefused() throws {
        let catalogue = try LoadedCatalogue.shared
        let set = try catalogue.set("iso42001-iso27001")
        let first = try #require(set.mappings.first)
        let doubled = CrosswalkSet(
            id: set.id, sourceFramework: set.sourceFramework, targetFramework: set.targetFramework, note: set.note,
            mappings: set.mappings + [first])
        #expect(throws: IntegratedItemsError.pairTwice("4.1")) {
            try IntegratedItems.build(
                ai: try catalogue.framework("iso42001-2023"), security: try catalogue.framework("iso27001-2022"),
                crosswalk: doubled, titles: catalogue.titles)
        }
    }

    @Test func titlesThatDifferNeedACommonOne() {
        expect(
            .titleMissing("7.2", ai: "Skills", security: "Competence"), .iso42001, replacing: "title: Competence",
            with: "title: Skills")
        expect(
            .titleMissing("9.2", ai: "Audits", security: "Internal audit"), .iso42001,
            replacing: "title: Internal audit\n", with: "title: Audits\n")
        expect(
            .titleMissing("10", ai: "Improving", security: "Improvement"), .iso42001, replacing: "title: Improvement",
            with: "title: Improving")
    }

    @Test func aSharedPairNeedsItsDifference() {
        expect(
            .differenceMissing("9.2.2"), .integratedTitles,
            replacing: "- id: 9.2.2\n  difference: AI adds objectives for each audit.\n", with: "")
    }

    @Test func aTitleForSomethingThatIsNoPairIsRefused() {
        expect(.titleWithoutPair("6.1.4"), .integratedTitles, replacing: "id: 9.2.1", with: "id: 6.1.4")
        expect(.titleWithoutPair("A.5"), .integratedTitles, replacing: "id: 9.2.1", with: "id: A.5")
    }

    @Test func aClosestControlMustBeAControlOfTheOtherStandard() {
        let control = ItemReference(framework: "iso27001-2022", itemID: "A.5.1")
        expect(
            .unknownClosestControl(control, closest: "A.2.9"), .iso27001, replacing: "harmonised_with: A.2.2",
            with: "harmonised_with: A.2.9")
        expect(
            .unknownClosestControl(control, closest: "A.2"), .iso27001, replacing: "harmonised_with: A.2.2",
            with: "harmonised_with: A.2")
    }

    @Test func themesOfAPairMustAgree() {
        expect(
            .themesDiffer("7.2", ai: "people", security: "support"), .iso42001,
            replacing: "title: Competence\n  parent: '7'\n  kind: clause\n  assessable: true\n  theme: support",
            with: "title: Competence\n  parent: '7'\n  kind: clause\n  assessable: true\n  theme: people")
    }

    @Test func onlyClausesAndControlsBecomeRows() {
        expect(
            .unsupportedKind(ItemReference(framework: "iso42001-2023", itemID: "C.2.5"), .subcategory), .iso42001,
            replacing: "title: Fairness\n  parent: C.2\n  kind: subcategory\n  assessable: false",
            with: "title: Fairness\n  parent: C.2\n  kind: subcategory\n  assessable: true")
    }

    @Test func aClauseNeedsANumberAndASection() {
        expect(
            .unnumberedClause(ItemReference(framework: "iso42001-2023", itemID: "8.x")), .iso42001,
            replacing: "id: '8.4'", with: "id: 8.x")
        expect(
            .noSection(ItemReference(framework: "iso42001-2023", itemID: "8.4")), .iso42001,
            replacing: "id: '8.4'\n  title: AI system impact assessment\n  parent: '8'",
            with: "id: '8.4'\n  title: AI system impact assessment\n  parent: null")
    }

    @Test func aTwinClauseThatWasAddedToOneStandardOnlyIsNamed() {
        expect(
            .pairMissing("8.4"), .iso42001,
            replacing: "id: '8.4'\n", with: "id: '8.4'\n  harmonised_with: '8.4'\n")
    }
}
