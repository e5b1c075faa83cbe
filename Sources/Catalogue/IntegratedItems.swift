// The rows of the integrated assessment: two management system standards, each assessable item in exactly one row.
//
// Only clauses are merged. A control keeps a row of its own, because the closest control of the other standard is many
// to one: merging on it would put several controls of an audit into one row.

/// One row of the integrated assessment.
package struct IntegratedItem: Sendable, Hashable {
    /// How far one answer serves both standards.
    package enum Sharing: Sendable, Hashable {
        /// The crosswalk calls the pair equal: one answer fills both.
        case equal
        /// A shared part, and a part of its own for each standard.
        case shared
        /// The row belongs to one standard.
        case own
    }

    /// What the crosswalk says of a pair, from the AI standard to the security standard.
    package struct Pairing: Sendable, Hashable {
        package let relationship: MappingContent.Relationship
        /// 1 to 10.
        package let strength: Int
        package let rationale: String
    }

    /// Stable name of the row: `clause:6.1.2` for a pair, else the item, such as `iso27001-2022:A.5.1`.
    package let key: String
    /// Number of the clause or control, alike for both members of a pair.
    package let number: String
    /// One item, or two: first that of the AI standard, then that of the security standard.
    package let members: [ItemReference]
    package let title: String
    /// What one standard asks for beyond the other, in at most `IntegratedTitles.differenceCharactersMax` characters.
    package let difference: String?
    package let theme: String
    package let kind: RequirementKind
    package let sharing: Sharing
    /// Present exactly for pairs.
    package let pairing: Pairing?
    /// For a control, the closest control of the other standard: for information, never a merge.
    package let closestControl: ItemReference?
    /// The innermost section that lists the row.
    package let sectionID: String
    /// The heading between section and row, such as `9.2 Internal audit`.
    package let heading: String?
    /// Place among all rows, from 0.
    package let position: Int
}

/// A part of the navigation: the clauses of both standards or the annex of one, and beneath it a clause or an area.
package struct IntegratedSection: Sendable, Hashable {
    /// Stable name: `clauses`, `clause:6`, `iso42001-2023:A`, `iso42001-2023:A.6`.
    package let id: String
    /// Section above; `nil` for the outermost three.
    package let parentID: String?
    /// Short form, such as `6` or `A.5`.
    package let label: String
    package let title: String
    /// Ids of the frameworks that have rows here.
    package let frameworks: [String]
    /// Keys of all rows beneath, in order.
    package let rowKeys: [String]
}

/// How many rows there are of each kind: the work that is saved, and what is left.
package struct IntegratedCounts: Sendable, Hashable {
    /// Pairs that are answered once for both standards.
    package var equalPairs = 0
    /// Pairs that share a part.
    package var sharedPairs = 0
    package var ownClauses = 0
    package var aiControls = 0
    package var securityControls = 0

    package var pairs: Int { equalPairs + sharedPairs }
    package var rows: Int { pairs + ownClauses + aiControls + securityControls }
    /// Assessable items of both standards: a pair holds two.
    package var items: Int { rows + pairs }
}

/// Why the rows cannot be made of the given content.
package enum IntegratedItemsError: Error, Sendable, Hashable {
    case crosswalkOfOtherFrameworks(set: String, source: String, target: String)
    /// A pair of the harmonised structure must have the same number on both sides.
    case pairNumbersDiffer(source: String, target: String)
    case pairTwice(String)
    /// One side of the pair is no assessable clause.
    case notAnAssessableClause(ItemReference)
    /// The framework names a twin clause, but the crosswalk has no pair of the harmonised structure.
    case pairMissing(String)
    /// The titles differ, and the table of titles has none for both.
    case titleMissing(String, ai: String, security: String)
    case differenceMissing(String)
    case themesDiffer(String, ai: String, security: String)
    /// The table of titles names something that is neither a pair nor a common heading.
    case titleWithoutPair(String)
    case unknownClosestControl(ItemReference, closest: String)
    /// Only clauses and controls can be rows.
    case unsupportedKind(ItemReference, RequirementKind)
    /// The item is beneath no section.
    case noSection(ItemReference)
    case unnumberedClause(ItemReference)
}

/// All rows and sections of the integrated assessment.
package struct IntegratedItems: Sendable, Hashable {
    /// The clauses by number, then the controls of the AI standard, then those of the security standard.
    package let rows: [IntegratedItem]
    /// Depth first: each section comes after its parent.
    package let sections: [IntegratedSection]
    package let counts: IntegratedCounts
    private let positions: [String: Int]
    private let keys: [ItemReference: String]

    init(rows: [IntegratedItem], sections: [IntegratedSection], counts: IntegratedCounts) {
        self.rows = rows
        self.sections = sections
        self.counts = counts
        var positions: [String: Int] = [:]
        var keys: [ItemReference: String] = [:]
        for row in rows {
            positions[row.key] = row.position
            for member in row.members { keys[member] = row.key }
        }
        self.positions = positions
        self.keys = keys
    }

    /// - Returns: `nil` if no row has this key.
    package func row(_ key: String) -> IntegratedItem? { positions[key].map { rows[$0] } }

    /// - Returns: the one row that holds the item; `nil` if the item is not assessable or of another framework.
    package func row(of item: ItemReference) -> IntegratedItem? { keys[item].flatMap { row($0) } }

    /// The sections above a row, outermost first; empty if no row has this key.
    package func parents(of key: String) -> [IntegratedSection] {
        var parents: [IntegratedSection] = []
        var next = row(key)?.sectionID
        while let id = next, let section = sections.first(where: { $0.id == id }) {
            parents.insert(section, at: 0)
            next = section.parentID
        }
        return parents
    }

    /// - Parameters:
    ///   - ai: the framework at the source of the crosswalk.
    ///   - security: the framework at its target.
    ///   - crosswalk: its mappings of basis `harmonised-structure` are the pairs.
    package static func build(
        ai: FrameworkContent, security: FrameworkContent, crosswalk: CrosswalkSet, titles: IntegratedTitles
    ) throws(IntegratedItemsError) -> IntegratedItems {
        try IntegratedBuilder(ai: ai, security: security, crosswalk: crosswalk, titles: titles).build()
    }
}

extension CatalogueSource {
    /// The crosswalk set whose clause pairs are merged.
    package static let integratedSetID = "iso42001-iso27001"

    /// Reads what the rows are made of, and makes them.
    /// - Throws: `CatalogueError` for a fault in a file, `IntegratedItemsError` if the files do not fit together.
    package func integratedItems() throws -> IntegratedItems {
        let (ai, security) = (try framework(.iso42001), try framework(.iso27001))
        var frameworks = [ai, security]
        for file in CatalogueFile.frameworks where file != .iso42001 && file != .iso27001 {
            frameworks.append(try framework(file))
        }
        let sets = try crosswalks(items: ItemIndex(frameworks))
        guard let set = sets.first(where: { $0.id == Self.integratedSetID }) else {
            throw CatalogueError(
                file: CatalogueFile.crosswalks.rawValue, item: Self.integratedSetID, problem: .missing)
        }
        return try IntegratedItems.build(
            ai: ai, security: security, crosswalk: set, titles: try integratedTitles())
    }
}
