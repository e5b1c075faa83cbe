// Each fault of a catalogue file, made by changing one passage of a sound document, with the error that names it.
import Catalogue
import Foundation
import Testing

@Suite struct LoaderErrorTests {
    static let framework = """
        framework:
          id: test-1
          name: Test:1
          full_name: A framework for tests
          version: '1'
          publisher: Nobody
          licence: None
          text_origin: Ours
          checked_on: '2026-01-31'
        items:
        - id: '1'
          title: First
          parent: null
          kind: clause
          assessable: false
          theme: one
          text: Groups.
        - id: '1.1'
          title: Second
          parent: '1'
          kind: control
          assessable: true
          theme: one
          text: Does it.
          attributes:
            control_type: [Preventive]
            properties: [Integrity]
            concepts: [Protect]
            capabilities: [Continuity]
            domains: [Defence]
        - id: '1.2'
          title: Third
          parent: '1'
          kind: article
          assessable: true
          theme: one
          text: Does more.
          mode: obligation
          roles: [provider]
          applies_from: {annex_iii: '2027-12-02'}
          date_status: confirmed

        """

    static let crosswalk = """
        sets:
        - id: one
          source_framework: test-1
          target_framework: test-1
          note: For tests.
          mappings:
          - {source: '1.1', target: '1.2', relationship: equal, strength: 9, rationale: Same., basis: judgement}
          - {source: '1.2', target: '1.2', relationship: equal, strength: 10, rationale: Itself., basis: judgement}

        """

    static let index = ItemIndex(items: ["test-1": ["1", "1.1", "1.2"], "iso42001-2023": ["C.3.1"]])

    /// A change of a sound document, and the error that must follow.
    struct Fault: Sendable, CustomTestStringConvertible {
        let passage: String
        let replacement: String
        let line: Int?
        let item: String?
        let field: String?
        let problem: CatalogueError.Problem

        init(
            _ passage: String, _ replacement: String, line: Int? = nil, item: String? = nil, field: String?,
            _ problem: CatalogueError.Problem
        ) {
            self.passage = passage
            self.replacement = replacement
            self.line = line
            self.item = item
            self.field = field
            self.problem = problem
        }

        var testDescription: String { "\(item ?? "-") \(field ?? "-"): \(problem)" }
    }

    private func expect(_ fault: Fault, in text: String, _ load: (CatalogueDocument) throws -> Void) throws {
        #expect(throws: Never.self) { try load(try document(text)) }
        let broken = try document(text, replacing: fault.passage, with: fault.replacement)
        let error = try #require(throws: CatalogueError.self) { try load(broken) }
        #expect(error.file == "test.yaml")
        #expect(error.item == fault.item)
        #expect(error.field == fault.field)
        #expect(error.problem == fault.problem)
        if let line = fault.line { #expect(error.line == line) }
    }

    // MARK: Frameworks

    static let kinds = RequirementKind.allCases.map(\.rawValue)

    @Test(arguments: [
        Fault(
            "kind: control", "kind: kontrol", line: 21, item: "1.1", field: "kind",
            .notOneOf(value: "kontrol", allowed: kinds)),
        Fault("  title: Second\n", "", line: 18, item: "1.1", field: "title", .missing),
        Fault("title: Second", "title: ''", line: 19, item: "1.1", field: "title", .empty),
        Fault("title: Second", "title:", item: "1.1", field: "title", .empty),
        Fault("title: Second", "title: null", item: "1.1", field: "title", .empty),
        Fault("title: Second", "title: 3", item: "1.1", field: "title", .wrongType(expected: "a text, in quotes")),
        Fault("title: Second", "title: yes", item: "1.1", field: "title", .wrongType(expected: "a text, in quotes")),
        Fault("title: Second", "title: [Second]", item: "1.1", field: "title", .wrongType(expected: "a text")),
        Fault(
            "text: Does it.", "text: " + String(repeating: "x", count: 2_001), item: "1.1", field: "text",
            .tooLong(bytes: 2_001, bytesMax: 2_000)),
        Fault("  parent: '1'\n", "", item: "1.1", field: "parent", .missing),
        Fault("id: '1.1'", "id: 1.1", item: nil, field: "id", .wrongType(expected: "a text, in quotes")),
        Fault("- id: '1.1'\n  title", "- title", item: nil, field: "id", .missing),
        Fault(
            "assessable: true", "assessable: 'true'", item: "1.1", field: "assessable",
            .wrongType(expected: "true or false")),
        Fault(
            "assessable: true", "assessable: maybe", item: "1.1", field: "assessable",
            .wrongType(expected: "true or false")),
        Fault(
            "theme: one\n  text: Does it.", "theme: one\n  txet: Does it.\n  text: x", line: 24, item: "1.1",
            field: "txet", .unknownField),
        Fault("id: '1.2'", "id: '1.1'", item: "1.1", field: "id", .duplicateID),
        Fault(
            "  title: Second\n", "  title: Second\n  title: Again\n", line: 19, item: "1.1", field: "title",
            .duplicateKey("title")),
        Fault("parent: '1'", "parent: '7'", item: "1.1", field: "parent", .unknownParent("7")),
        Fault("parent: '1'", "parent: '1.2'", item: "1.1", field: "parent", .parentAfterChild("1.2")),
        Fault("parent: '1'", "parent: '1.1'", item: "1.1", field: "parent", .parentCycle(["1.1", "1.1"])),
        Fault("parent: null", "parent: '1.1'", item: "1", field: "parent", .parentCycle(["1", "1.1", "1"])),
        Fault(
            "[Preventive]", "[Prevent]", item: "1.1", field: "attributes.control_type",
            .notOneOf(value: "Prevent", allowed: ["Preventive", "Detective", "Corrective"])),
        Fault("[Integrity]", "[]", item: "1.1", field: "attributes.properties", .empty),
        Fault(
            "[Integrity]", "[Integrity, Integrity]", item: "1.1", field: "attributes.properties",
            .duplicateValue("Integrity")),
        Fault("    domains: [Defence]\n", "", item: "1.1", field: "attributes.domains", .missing),
        Fault(
            "domains: [Defence]", "domains: [Defence]\n    colour: [red]", item: "1.1", field: "attributes.colour",
            .unknownField),
        Fault("  mode: obligation\n", "", item: "1.2", field: "mode", .missing),
        Fault("  roles: [provider]\n", "", item: "1.2", field: "roles", .missing),
        Fault("'2027-12-02'", "'2027-02-29'", item: "1.2", field: "applies_from.annex_iii", .notADate("2027-02-29")),
        Fault(
            "'2027-12-02'", "2027-12-02", item: "1.2", field: "applies_from.annex_iii",
            .wrongType(expected: "a text, in quotes")),
        Fault("{annex_iii: '2027-12-02'}", "{}", item: "1.2", field: "applies_from", .empty),
        Fault(
            "{annex_iii: '2027-12-02'}", "{annex_ii: '2027-12-02'}", item: "1.2", field: "applies_from.annex_ii",
            .unknownField),
        Fault(
            "id: test-1", "id: test-2", line: 2, field: "framework.id",
            .otherFramework(found: "test-2", expected: "test-1")),
        Fault("'2026-01-31'", "'31 January'", field: "framework.checked_on", .notADate("31 January")),
        Fault("  licence: None\n", "", field: "framework.licence", .missing),
        Fault("items:\n- id: '1'", "itmes:\n- id: '1'", field: "items", .missing),
        Fault("items:\n- id: '1'", "colour: red\nitems:\n- id: '1'", line: 10, field: "colour", .unknownField),
        Fault("- id: '1.1'\n", "- 7\n- id: '1.1'\n", line: 18, field: nil, .wrongType(expected: "a mapping")),
    ])
    func aFaultOfAFrameworkIsNamed(fault: Fault) throws {
        try expect(fault, in: Self.framework) { _ = try $0.framework(expecting: "test-1") }
    }

    @Test func aLongerCircleOfParentsIsNamedInOrder() throws {
        let text = Self.framework
            .replacing("title: Second\n  parent: '1'", with: "title: Second\n  parent: '1.2'")
            .replacing("title: Third\n  parent: '1'", with: "title: Third\n  parent: '1.1'")
        let error = #expect(throws: CatalogueError.self) { try document(text).framework(expecting: "test-1") }
        #expect(error?.item == "1.1")
        #expect(error?.problem == .parentCycle(["1.1", "1.2", "1.1"]))
    }

    @Test func anItemBelowACircleIsRefusedToo() throws {
        let text = Self.framework
            .replacing("title: First\n  parent: null", with: "title: First\n  parent: '1.1'")
            .replacing("title: Second\n  parent: '1'", with: "title: Second\n  parent: '1.2'")
            .replacing("title: Third\n  parent: '1'", with: "title: Third\n  parent: '1.1'")
        let error = #expect(throws: CatalogueError.self) { try document(text).framework(expecting: "test-1") }
        #expect(error?.item == "1")
        #expect(error?.problem == .parentAfterChild("1.1"))
    }

    @Test(arguments: ["", "# only a comment\n", "[1, 2", "a: b\n---\nc: d\n", "a: *b\n", "just a text"])
    func aFileThatIsNotOneMappingIsRefused(text: String) throws {
        let error = #expect(throws: CatalogueError.self) { try document(text).framework(expecting: "test-1") }
        #expect(error?.file == "test.yaml")
    }

    @Test func bytesThatAreNotUTF8AreRefused() throws {
        let broken = try CatalogueDocument(name: "test.yaml", data: Data([0x61, 0x3A, 0x20, 0xFF]))
        let error = #expect(throws: CatalogueError.self) { try broken.framework(expecting: "test-1") }
        #expect(error?.problem == .malformed("the bytes are not UTF-8"))
    }

    @Test func aPlainNumberedIDKeepsItsZero() throws {
        let text = Self.framework.replacing("'1.2'", with: "'1.10'")
        #expect(try document(text).framework(expecting: "test-1").items.last?.itemID == "1.10")
    }

    @Test func anErrorReadsAsOneLineThatNamesFileLineItemAndField() {
        let error = CatalogueError(
            file: "gdpr.yaml", line: 31, item: "Art.5", field: "kind",
            problem: .notOneOf(value: "x", allowed: ["a", "b"]))
        #expect(error.description == #"gdpr.yaml:31: item Art.5, field kind: "x" is not one of a, b"#)
        #expect(CatalogueError(file: "gdpr.yaml", problem: .missing).description == "gdpr.yaml: is missing")
    }

    // MARK: Crosswalks

    @Test(arguments: [
        Fault(
            "source: '1.1'", "source: '1.7'", line: 7, item: "one: 1.7 -> 1.2", field: "source",
            .unknownItem(framework: "test-1", item: "1.7")),
        Fault(
            "target: '1.2'", "target: A.9", item: "one: 1.1 -> A.9", field: "target",
            .unknownItem(framework: "test-1", item: "A.9")),
        Fault(
            "strength: 9", "strength: 0", item: "one: 1.1 -> 1.2", field: "strength",
            .outOfRange(value: 0, lowest: 1, highest: 10)),
        Fault(
            "strength: 9", "strength: 11", item: "one: 1.1 -> 1.2", field: "strength",
            .outOfRange(value: 11, lowest: 1, highest: 10)),
        Fault(
            "strength: 9", "strength: 9.5", item: "one: 1.1 -> 1.2", field: "strength",
            .wrongType(expected: "a whole number")),
        Fault(
            "strength: 9", "strength: '9'", item: "one: 1.1 -> 1.2", field: "strength",
            .wrongType(expected: "a whole number")),
        Fault(
            "relationship: equal", "relationship: same", item: "one: 1.1 -> 1.2", field: "relationship",
            .notOneOf(value: "same", allowed: ["equal", "subset", "superset", "intersects"])),
        Fault(
            "basis: judgement", "basis: guess", item: "one: 1.1 -> 1.2", field: "basis",
            .notOneOf(value: "guess", allowed: MappingContent.Basis.allCases.map(\.rawValue))),
        Fault("rationale: Same., ", "", item: "one: 1.1 -> 1.2", field: "rationale", .missing),
        Fault("{source: '1.2'", "{source: '1.1'", line: 8, item: "one: 1.1 -> 1.2", field: nil, .duplicateID),
        Fault(
            "strength: 9", "strength: 9, strength: 8", line: 7, item: "one", field: "strength",
            .duplicateKey("strength")),
        Fault(
            "source_framework: test-1", "source_framework: test-3", item: "one", field: "source_framework",
            .unknownFramework("test-3")),
        Fault("  note: For tests.\n", "", item: "one", field: "note", .missing),
        Fault(
            "  note: For tests.\n", "  note: x\n  weak_or_unmapped:\n  - {id: '8', framework: test-1, note: y}\n",
            item: "one", field: "weak_or_unmapped.id", .unknownItem(framework: "test-1", item: "8")),
    ])
    func aFaultOfACrosswalkIsNamed(fault: Fault) throws {
        try expect(fault, in: Self.crosswalk) { _ = try $0.crosswalks(items: Self.index) }
    }

    @Test func aSecondSetWithTheSameIDIsRefused() throws {
        let text = Self.crosswalk + Self.crosswalk.replacing("sets:\n", with: "")
        let error = #expect(throws: CatalogueError.self) { try document(text).crosswalks(items: Self.index) }
        #expect(error?.problem == .duplicateID)
        #expect(error?.item == "one")
    }

    // MARK: Libraries

    static let questions = """
        items:
        - framework: test-1
          id: '1.1'
          questions:
          - {id: Q-1, text: Is it so?}
          - {id: Q-2, text: Is it not?}
          evidence: [Minutes, Plan]
        - framework: test-1
          id: '1.2'
          questions:
          - {id: Q-3, text: Is it?}
          evidence: [Minutes]

        """

    @Test(arguments: [
        Fault("id: '1.2'", "id: '1.1'", line: 9, item: "1.1", field: "id", .duplicateID),
        Fault("id: '1.2'", "id: '1.3'", item: "1.3", field: "id", .unknownItem(framework: "test-1", item: "1.3")),
        Fault("framework: test-1", "framework: test-2", item: "1.1", field: "framework", .unknownFramework("test-2")),
        Fault("id: Q-3", "id: Q-1", item: "1.2", field: "questions.id", .duplicateValue("Q-1")),
        Fault(", text: Is it?", "", item: "1.2", field: "questions.text", .missing),
        Fault("[Minutes, Plan]", "[Minutes, Minutes]", item: "1.1", field: "evidence", .duplicateValue("Minutes")),
        Fault("[Minutes, Plan]", "Minutes", item: "1.1", field: "evidence", .wrongType(expected: "a list")),
    ])
    func aFaultOfTheQuestionsIsNamed(fault: Fault) throws {
        try expect(fault, in: Self.questions) { _ = try $0.questions(items: Self.index) }
    }

    static let policies = """
        policies:
        - id: POL-1
          title: First
          purpose: To test.
          satisfies:
            test-1: ['1.1', '1.2']
          sections:
          - heading: One
            statements: [We test., We test again.]
          - heading: Two
            statements: [We stop.]
        - id: POL-2
          title: Second
          purpose: To test.
          satisfies: {test-1: ['1.1']}
          sections:
          - {heading: One, statements: [We go on.]}

        """

    @Test(arguments: [
        Fault("id: POL-2", "id: POL-1", item: "POL-1", field: "id", .duplicateID),
        Fault(
            "['1.1', '1.2']", "['1.1', '1.7']", item: "POL-1", field: "satisfies.test-1",
            .unknownItem(framework: "test-1", item: "1.7")),
        Fault(
            "test-1: ['1.1', '1.2']", "test-9: ['1.1']", item: "POL-1", field: "satisfies.test-9",
            .unknownFramework("test-9")),
        Fault("{test-1: ['1.1']}", "{}", item: "POL-2", field: "satisfies", .empty),
        Fault("heading: Two", "heading: One", item: "POL-1", field: "sections.heading", .duplicateValue("One")),
        Fault("We test again.", "We test.", item: "POL-1", field: "sections.statements", .duplicateValue("We test.")),
        Fault("  purpose: To test.\n", "", item: "POL-1", field: "purpose", .missing),
    ])
    func aFaultOfThePoliciesIsNamed(fault: Fault) throws {
        try expect(fault, in: Self.policies) { _ = try $0.policyOutlines(items: Self.index) }
    }

    static let risks = """
        meta:
          note: For tests.
          monitor_types: [drift]
          properties: [safety]
        scenarios:
        - id: RS-1
          title: First
          category: test
          source: A test
          risk_sources: [C.3.1]
          consequence: It fails
          affected: [safety]
          controls: {test-1: ['1.1']}
          monitors:
          - {type: drift, what: the figure}
        - id: RS-2
          title: Second
          category: test
          source: A test
          risk_sources: []
          consequence: It fails
          affected: [safety]
          controls: {test-1: ['1.1']}
          monitors:
          - {type: drift, what: the figure}

        """

    @Test(arguments: [
        Fault("id: RS-2", "id: RS-1", line: 16, item: "RS-1", field: "id", .duplicateID),
        Fault(
            "[C.3.1]", "[C.3.9]", item: "RS-1", field: "risk_sources",
            .unknownItem(framework: "iso42001-2023", item: "C.3.9")),
        Fault(
            "affected: [safety]", "affected: [joy]", item: "RS-1", field: "affected",
            .notOneOf(value: "joy", allowed: ["safety"])),
        Fault("affected: [safety]", "affected: []", item: "RS-1", field: "affected", .empty),
        Fault(
            "type: drift", "type: smell", item: "RS-1", field: "monitors.type",
            .notOneOf(value: "smell", allowed: ["drift"])),
        Fault(
            "['1.1']", "['1.8']", item: "RS-1", field: "controls.test-1", .unknownItem(framework: "test-1", item: "1.8")
        ),
        Fault("  category: test\n", "", item: "RS-1", field: "category", .missing),
    ])
    func aFaultOfTheRisksIsNamed(fault: Fault) throws {
        try expect(fault, in: Self.risks) { _ = try $0.riskLibrary(items: Self.index) }
    }

    static let titles = """
        titles:
        - {id: '4.1', title: First, difference: A little.}
        - {id: '4.3', title: Second}

        """

    @Test(arguments: [
        Fault("id: '4.3'", "id: '4.1'", item: "4.1", field: "id", .duplicateID),
        Fault(", title: Second", "", item: "4.3", field: "title", .missing),
        Fault(
            "A little.", String(repeating: "d", count: 91), item: "4.1", field: "difference",
            .outOfRange(value: 91, lowest: 1, highest: 90)),
    ])
    func aFaultOfTheTitlesIsNamed(fault: Fault) throws {
        try expect(fault, in: Self.titles) { _ = try $0.integratedTitles() }
    }
}
