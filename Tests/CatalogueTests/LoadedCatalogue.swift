// The bundled catalogue, read once for all tests, and documents made of text.
import Catalogue
import Foundation

struct LoadedCatalogue: Sendable, Equatable {
    let frameworks: [FrameworkContent]
    let crosswalks: [CrosswalkSet]
    let questions: [QuestionContent]
    let policies: [PolicyOutline]
    let risks: RiskLibrary
    let titles: IntegratedTitles

    init(_ source: CatalogueSource) throws {
        frameworks = try source.frameworks()
        let index = ItemIndex(frameworks)
        crosswalks = try source.crosswalks(items: index)
        questions = try source.questions(items: index)
        policies = try source.policyOutlines(items: index)
        risks = try source.riskScenarios(items: index)
        titles = try source.integratedTitles()
    }

    private static let result = Result { try LoadedCatalogue(.bundled) }
    static var shared: LoadedCatalogue { get throws { try result.get() } }

    static let standards = ["iso42001-2023", "iso27001-2022"]

    func framework(_ id: String) throws -> FrameworkContent {
        guard let framework = frameworks.first(where: { $0.id == id }) else { throw NotFound(what: id) }
        return framework
    }

    func set(_ id: String) throws -> CrosswalkSet {
        guard let set = crosswalks.first(where: { $0.id == id }) else { throw NotFound(what: id) }
        return set
    }

    func item(_ framework: String, _ id: String) throws -> RequirementContent {
        guard let item = try self.framework(framework).items.first(where: { $0.itemID == id }) else {
            throw NotFound(what: "\(framework) \(id)")
        }
        return item
    }

    /// References to all assessable items of a framework.
    func assessable(_ framework: String) throws -> Set<ItemReference> {
        Set(
            try self.framework(framework).items.filter(\.assessable)
                .map { ItemReference(framework: framework, itemID: $0.itemID) })
    }
}

struct NotFound: Error { let what: String }

extension FrameworkContent {
    var ids: [String] { items.map(\.itemID) }
    func ids(where condition: (RequirementContent) -> Bool) -> [String] { items.filter(condition).map(\.itemID) }
}

/// A document of the given text, in which one passage was replaced.
/// - Throws: `NotFound` if the passage does not occur, so that a test cannot pass by breaking nothing.
func document(
    _ text: String, named name: String = "test.yaml", replacing passage: String? = nil, with replacement: String = ""
) throws -> CatalogueDocument {
    var text = text
    if let passage {
        guard let range = text.range(of: passage) else { throw NotFound(what: passage) }
        text.replaceSubrange(range, with: replacement)
    }
    return try CatalogueDocument(name: name, data: Data(text.utf8))
}

/// A bundled file in which the first occurrence of one passage was replaced.
func bundled(_ file: CatalogueFile, replacing passage: String, with replacement: String) throws -> CatalogueDocument {
    let text = String(decoding: try CatalogueSource.bundled.document(file).data, as: UTF8.self)
    return try document(text, named: file.rawValue, replacing: passage, with: replacement)
}
