import Catalogue
import Testing

@Suite struct SuggestionTests {
    private func suggestions() throws -> [SuggestionContent] {
        try CatalogueSource.bundled.controlSuggestions(items: ItemIndex(LoadedCatalogue.shared.frameworks))
    }

    private func served(_ framework: String, _ suggestions: [SuggestionContent]) -> Set<ItemReference> {
        Set(
            suggestions.flatMap(\.serves).filter { $0.framework == framework }.flatMap { group in
                group.itemIDs.map { ItemReference(framework: framework, itemID: $0) }
            })
    }

    @Test func everyAssessableIsoItemIsServed() throws {
        let all = try suggestions()
        #expect(all.count == 80)
        for framework in LoadedCatalogue.standards {
            #expect(try LoadedCatalogue.shared.assessable(framework).subtracting(served(framework, all)) == [])
        }
    }

    @Test func clausesAreServedByTheManagementSystem() throws {
        let system = try suggestions().filter { $0.id.hasPrefix("MS-") }
        for framework in LoadedCatalogue.standards {
            let clauses = try LoadedCatalogue.shared.assessable(framework).filter { !$0.itemID.hasPrefix("A.") }
            #expect(clauses.subtracting(served(framework, system)) == [])
        }
    }

    @Test func onlyWhatCanBeAssessedIsServed() throws {
        for suggestion in try suggestions() {
            for group in suggestion.serves {
                let assessable = try LoadedCatalogue.shared.assessable(group.framework)
                let items = Set(group.itemIDs.map { ItemReference(framework: group.framework, itemID: $0) })
                #expect(items.subtracting(assessable) == [], "\(suggestion.id)")
            }
        }
    }

    @Test func titlesAreUniqueAndTextsAreSentences() throws {
        let all = try suggestions()
        #expect(Set(all.map(\.title)).count == all.count)
        #expect(Set(all.map(\.procedure)).count == all.count)
        for one in all {
            #expect(one.title.count <= 80 && !one.title.hasSuffix("."), "\(one.id)")
            for text in [one.description, one.procedure, one.testMethod] { #expect(text.hasSuffix("."), "\(one.id)") }
        }
    }

    private static let text = """
        suggestions:
        - id: S-1
          title: First
          description: One.
          type: preventive
          frequency: daily
          procedure: Do it.
          test: Look.
          effort: 2
          serves:
            test-1: ['1.1']
        - id: S-2
          title: Second
          description: Two.
          type: detective
          frequency: onEvent
          procedure: Do that.
          test: Look again.
          effort: 3
          serves:
            test-1: ['1.2']

        """
    private static let index = ItemIndex(items: ["test-1": ["1.1", "1.2"]])

    struct Fault: Sendable {
        let passage: String
        let replacement: String
        let line: Int
        let field: String
        let problem: CatalogueError.Problem
        init(_ passage: String, _ replacement: String, line: Int, _ field: String, _ problem: CatalogueError.Problem) {
            (self.passage, self.replacement, self.line, self.field) = (passage, replacement, line, field)
            self.problem = problem
        }
    }

    @Test(arguments: [
        Fault("id: S-2", "id: S-1", line: 12, "id", .duplicateID),
        Fault("effort: 3", "effort: 0", line: 19, "effort", .outOfRange(value: 0, lowest: 1, highest: 1_000)),
        Fault("effort: 3", "effort: some", line: 19, "effort", .wrongType(expected: "a whole number")),
        Fault(
            "type: detective", "type: hopeful", line: 15, "type",
            .notOneOf(value: "hopeful", allowed: ["preventive", "detective", "corrective"])),
        Fault("['1.2']", "['1.9']", line: 21, "serves.test-1", .unknownItem(framework: "test-1", item: "1.9")),
        Fault("test: Look again.", "tset: Look again.", line: 12, "test", .missing),
    ])
    func aFaultIsNamedWithLineAndID(fault: Fault) throws {
        let changed = try document(Self.text, replacing: fault.passage, with: fault.replacement)
        let error = #expect(throws: CatalogueError.self) { _ = try changed.controlSuggestions(items: Self.index) }
        #expect(error?.line == fault.line)
        #expect(error?.field == fault.field)
        #expect(error?.problem == fault.problem)
        #expect(error?.item == (fault.problem == .duplicateID ? "S-1" : "S-2"))
    }
}
