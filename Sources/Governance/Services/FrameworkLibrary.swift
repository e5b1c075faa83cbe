// The loaded frameworks in memory: what is asked, and how the two ISO standards make one list of rows. It is made from
// the database once and replaced when the loader changed something.
import Catalogue
package import Foundation
import MerkleLog
import RecordKit
package import Records
package import Storage

/// One assessable or grouping item of a framework, ready to show.
package struct LibraryItem: Sendable {
    package let id: UUID
    package let frameworkKey: String
    package let reference: String
    package let title: String
    package let text: String
    package let kind: Requirement.Kind
    package let theme: String
    package let parent: UUID?
    package let isAssessable: Bool
    package let questions: [String]
    package let typicalEvidence: [String]
    /// The reference of the twin item in the other management system standard.
    package let harmonisedWith: String?
    /// Ids of the areas that the item belongs to, in the order of ``FrameworkLibrary/areas``.
    package let areas: [String]
    package var isClause: Bool { kind == .clause }
}

/// An area of work across all frameworks, beside their clauses and themes.
package struct LibraryArea: Sendable {
    package let id: String
    package let title: String
    /// What belongs to it.
    package let help: String
}

/// One row of an assessment: an item, or a pair of clauses that both standards share.
package struct LibraryRow: Sendable {
    /// How far one answer serves both standards.
    package enum Sharing: Sendable { case equal, shared, own }
    package let key: String
    package let title: String
    /// What one standard asks for beyond the other.
    package let difference: String?
    package let sharing: Sharing
    /// "intersects", "equal" ...; only of pairs.
    package let relationship: String?
    /// 1 to 10; only of pairs.
    package let strength: Int?
    package let rationale: String?
    /// The closest control of the other standard: for information, never a merge.
    package let closestControl: String?
    package let members: [LibraryItem]
    package let sectionID: String
}

/// A part of the assessment's navigation.
package struct LibrarySection: Sendable {
    package let id: String
    package let parentID: String?
    package let label: String
    package let title: String
    package let rowKeys: [String]
}

/// A framework with its items in order.
package struct LibraryFramework: Sendable {
    package let id: UUID
    package let key: String
    package let name: String
    package let fullName: String
    package let items: [LibraryItem]
    package let contentSHA256: String
    /// "42001" for ISO/IEC 42001:2023: what a chip shows.
    package var shortName: String {
        let known = [
            "iso42001-2023": "42001", "iso27001-2022": "27001", "eu-ai-act": "AI Act", "nist-ai-rmf-1.0": "AI RMF",
            "nist-csf-2.0": "CSF", "gdpr": "GDPR",
        ]
        return known[key] ?? name
    }
}

/// All frameworks and rows.
package struct FrameworkLibrary: Sendable {
    package let frameworks: [LibraryFramework]
    /// Every row, integrated rows first, then those of the other frameworks.
    package let rows: [LibraryRow]
    package let sections: [LibrarySection]
    /// In the order in which they are shown.
    package let areas: [LibraryArea]
    private let rowPosition: [String: Int]
    private let itemByID: [UUID: LibraryItem]
    private let frameworkByKey: [String: LibraryFramework]

    package static let ai = "iso42001-2023"
    package static let security = "iso27001-2022"

    package func row(_ key: String) -> LibraryRow? { rowPosition[key].map { rows[$0] } }
    package func item(_ id: UUID) -> LibraryItem? { itemByID[id] }
    package func framework(_ key: String) -> LibraryFramework? { frameworkByKey[key] }
    package func framework(id: UUID) -> LibraryFramework? { frameworks.first { $0.id == id } }
    /// Ids of every assessable item.
    package var assessable: [UUID] {
        frameworks.flatMap { $0.items.filter(\.isAssessable).map(\.id) }
    }

    /// Reads the loaded frameworks. About 700 rows; made once per load.
    /// - Throws: if what is stored does not make a list of rows.
    package init(reading reader: any Reader) throws {
        let areas = try CatalogueSource.bundled.areas().map { LibraryArea(id: $0.id, title: $0.title, help: $0.help) }
        self.areas = areas
        let stored = try reader.all(Framework.self, in: nil, limit: 100)
        var frameworks: [LibraryFramework] = []
        for framework in stored {
            let records = try reader.all(
                Requirement.self, where: .linked("framework", [framework.id.raw]), in: nil, limit: Query.limitMax)
            let items = try records.sorted { $0.value.position < $1.value.position }.map {
                try Self.item($0, framework.value.key, areas)
            }
            frameworks.append(
                LibraryFramework(
                    id: framework.id.raw, key: framework.value.key, name: framework.value.name,
                    fullName: framework.value.fullName, items: items,
                    contentSHA256: framework.value.contentSHA256))
        }
        let order = CatalogueFile.frameworks.compactMap(\.frameworkID)
        frameworks.sort {
            (order.firstIndex(of: $0.key) ?? .max, $0.key) < (order.firstIndex(of: $1.key) ?? .max, $1.key)
        }
        self.frameworks = frameworks
        frameworkByKey = Dictionary(uniqueKeysWithValues: frameworks.map { ($0.key, $0) })
        itemByID = Dictionary(uniqueKeysWithValues: frameworks.flatMap(\.items).map { ($0.id, $0) })
        var rows: [LibraryRow] = []
        var sections: [LibrarySection] = []
        if let ai = frameworkByKey[Self.ai], let security = frameworkByKey[Self.security] {
            let integrated = try Self.integrated(ai, security, reader)
            let byReference = Dictionary(
                uniqueKeysWithValues: (ai.items + security.items).map { ("\($0.frameworkKey):\($0.reference)", $0) })
            rows = integrated.rows.map { row in
                LibraryRow(
                    key: row.key, title: row.title, difference: row.difference,
                    sharing: row.sharing == .equal ? .equal : row.sharing == .shared ? .shared : .own,
                    relationship: row.pairing?.relationship.rawValue, strength: row.pairing?.strength,
                    rationale: row.pairing?.rationale, closestControl: row.closestControl?.itemID,
                    members: row.members.compactMap { byReference[$0.description] }, sectionID: row.sectionID)
            }
            sections = integrated.sections.map {
                LibrarySection(
                    id: $0.id, parentID: $0.parentID, label: $0.label, title: $0.title, rowKeys: $0.rowKeys)
            }
        }
        for framework in frameworks where ![Self.ai, Self.security].contains(framework.key) {
            let (own, section) = Self.ownRows(framework)
            rows += own
            sections += section
        }
        self.rows = rows
        self.sections = sections
        rowPosition = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1.key, $0) })
    }

    private static func integrated(
        _ ai: LibraryFramework, _ security: LibraryFramework, _ reader: any Reader
    ) throws -> IntegratedItems {
        let set = CatalogueSource.integratedSetID
        let mappings = try reader.all(
            Mapping.self, where: .equals("set", .text(set)), in: nil, limit: Query.limitMax)
        let references = Dictionary(
            uniqueKeysWithValues: (ai.items + security.items).map {
                ($0.id, ItemReference(framework: $0.frameworkKey, itemID: $0.reference))
            })
        let pairs = try mappings.enumerated().map { n, mapping in
            guard let source = references[mapping.value.source.raw], let target = references[mapping.value.target.raw],
                let relationship = MappingContent.Relationship(rawValue: mapping.value.relationship.rawValue)
            else { throw StoreError.unavailable("mapping \(mapping.value.key) leads nowhere") }
            let basis: MappingContent.Basis =
                mapping.value.basis == .harmonisedStructure ? .harmonisedStructure : .judgement
            return MappingContent(
                setID: set, source: source, target: target, relationship: relationship,
                strength: mapping.value.strength, rationale: mapping.value.rationale, basis: basis, position: n)
        }
        return try IntegratedItems.build(
            ai: content(of: ai), security: content(of: security),
            crosswalk: CrosswalkSet(
                id: set, sourceFramework: ai.key, targetFramework: security.key, note: "", mappings: pairs),
            titles: try CatalogueSource.bundled.integratedTitles())
    }

    private static func content(of framework: LibraryFramework) -> FrameworkContent {
        let references = Dictionary(uniqueKeysWithValues: framework.items.map { ($0.id, $0.reference) })
        return FrameworkContent(
            id: framework.key, name: framework.name, fullName: framework.fullName, version: "", publisher: "",
            licence: "", textOrigin: "", checkedOn: "",
            items: framework.items.enumerated().map { n, item in
                RequirementContent(
                    itemID: item.reference, title: item.title, parent: item.parent.flatMap { references[$0] },
                    kind: RequirementKind(rawValue: item.kind.rawValue) ?? .clause, assessable: item.isAssessable,
                    theme: item.theme, text: item.text, harmonisedWith: item.harmonisedWith, position: n)
            }, sha256: framework.contentSHA256)
    }

    /// Rows of a framework that shares nothing: one for each assessable item, in sections by its topmost parents.
    private static func ownRows(_ framework: LibraryFramework) -> ([LibraryRow], [LibrarySection]) {
        let byID = Dictionary(uniqueKeysWithValues: framework.items.map { ($0.id, $0) })
        func top(_ item: LibraryItem) -> LibraryItem {
            var at = item
            while let parent = at.parent.flatMap({ byID[$0] }) { at = parent }
            return at
        }
        var keys: [String: [String]] = [:]
        var order: [LibraryItem] = []
        let rows = framework.items.filter(\.isAssessable).map { item in
            let section = top(item)
            let id = "\(framework.key):\(section.reference)"
            if keys[id] == nil { order.append(section) }
            let key = "\(framework.key):\(item.reference)"
            keys[id, default: []].append(key)
            return LibraryRow(
                key: key, title: item.title == item.reference ? item.text : item.title, difference: nil,
                sharing: .own, relationship: nil, strength: nil, rationale: nil, closestControl: nil,
                members: [item], sectionID: "section:" + id)
        }
        let outer = LibrarySection(
            id: "section:" + framework.key, parentID: nil, label: framework.shortName, title: framework.name,
            rowKeys: rows.map(\.key))
        return (
            rows,
            [outer]
                + order.map { item in
                    let id = "\(framework.key):\(item.reference)"
                    return LibrarySection(
                        id: "section:" + id, parentID: outer.id, label: item.reference, title: item.title,
                        rowKeys: keys[id] ?? [])
                }
        )
    }

    private static func item(
        _ record: Stored<Requirement>, _ frameworkKey: String, _ areas: [LibraryArea]
    ) throws -> LibraryItem {
        let own = try Self.areas(record.value.guidance)
        return LibraryItem(
            id: record.id.raw, frameworkKey: frameworkKey, reference: record.value.reference,
            title: record.value.title, text: record.value.text, kind: record.value.kind, theme: record.value.theme,
            parent: record.value.parent?.raw, isAssessable: record.value.isAssessable,
            questions: try texts(record.value.questions, member: "text"),
            typicalEvidence: try texts(record.value.typicalEvidence, member: nil),
            harmonisedWith: record.value.harmonisedWith, areas: areas.map(\.id).filter(own.contains))
    }

    /// What the guidance of a requirement names as its areas; a word that is no area is passed over.
    private static func areas(_ guidance: JSONDocument?) throws -> Set<String> {
        guard let guidance, case .object(let members) = try JSONValue.parse(Array(guidance.text.utf8)),
            case .array(let words)? = members["areas"]
        else { return [] }
        return Set(words.compactMap { if case .string(let word) = $0 { word } else { nil } })
    }

    private static func texts(_ document: JSONDocument?, member: String?) throws -> [String] {
        guard let document, case .array(let items) = try JSONValue.parse(Array(document.text.utf8)) else { return [] }
        return items.compactMap { item in
            switch item {
            case .string(let text): text
            case .object(let members):
                if let member, case .string(let text) = members[member] { text } else { nil }
            default: nil
            }
        }
    }
}

/// The library that services share; the loader replaces it.
package actor LibraryHolder {
    private let store: any Store
    private var library: FrameworkLibrary?
    package init(store: any Store) { self.store = store }

    /// The library of an organisation: the shared frameworks. Made on the first call.
    package func current(for organisation: UUID?) async throws -> FrameworkLibrary {
        if let library { return library }
        let made = try await store.read { try FrameworkLibrary(reading: $0) }
        library = made
        return made
    }
    package func reset() { library = nil }
}
