// The loaded frameworks in memory: what is asked, and how the two ISO standards make one list of rows. What is shared is
// made from the database once and replaced when the loader changed something; an organisation's own frameworks that it
// adopted are added for it.
import Catalogue
package import Foundation
import MerkleLog
import RecordKit
package import Records
package import Storage

/// One assessable or grouping item of a framework, ready to show. A reference: an assessment of thousands of rows is
/// copied with every answer.
package final class LibraryItem: Sendable {
    package let id: UUID
    /// Framework and item: the key of its row.
    package let key: String
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
    /// References of the implementation groups that it belongs to.
    package let groups: [String]
    /// Ids of the areas that the item belongs to, in the order of ``FrameworkLibrary/areas``.
    package let areas: [String]

    init(
        id: UUID, key: String, frameworkKey: String, reference: String, title: String, text: String,
        kind: Requirement.Kind, theme: String, parent: UUID?, isAssessable: Bool, questions: [String],
        typicalEvidence: [String], harmonisedWith: String?, groups: [String], areas: [String]
    ) {
        self.id = id
        self.key = key
        self.frameworkKey = frameworkKey
        self.reference = reference
        self.title = title
        self.text = text
        self.kind = kind
        self.theme = theme
        self.parent = parent
        self.isAssessable = isAssessable
        self.questions = questions
        self.typicalEvidence = typicalEvidence
        self.harmonisedWith = harmonisedWith
        self.groups = groups
        self.areas = areas
    }
    package var isClause: Bool { kind == .clause }
}

/// An area of work across all frameworks, beside their clauses and themes.
package struct LibraryArea: Sendable {
    package let id: String
    package let title: String
    /// What belongs to it.
    package let help: String
}

/// One row of an assessment: an item, or a pair of clauses that both standards share. A reference, as its members are.
package final class LibraryRow: Sendable {
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

    init(
        key: String, title: String, difference: String?, sharing: Sharing, relationship: String?, strength: Int?,
        rationale: String?, closestControl: String?, members: [LibraryItem], sectionID: String
    ) {
        self.key = key
        self.title = title
        self.difference = difference
        self.sharing = sharing
        self.relationship = relationship
        self.strength = strength
        self.rationale = rationale
        self.closestControl = closestControl
        self.members = members
        self.sectionID = sectionID
    }
}

/// A part of the assessment's navigation.
package struct LibrarySection: Sendable {
    package let id: String
    package let parentID: String?
    package let label: String
    package let title: String
    package let rowKeys: [String]
    /// The outermost sections say in their title what they are.
    package var name: String { parentID == nil || title == label ? title : "\(label) \(title)" }
}

/// A part of a framework that may be taken on by itself, such as IG1.
package struct LibraryGroup: Sendable, Hashable {
    package let reference: String
    package let name: String
    package let description: String?
    /// The framework means it to be taken on unless somebody decides otherwise.
    package let isDefault: Bool
}

/// A framework with its items in order.
package struct LibraryFramework: Sendable {
    package let id: UUID
    package let key: String
    package let name: String
    package let fullName: String
    package let items: [LibraryItem]
    package let contentSHA256: String
    /// It came with an organisation's library; otherwise it is shared.
    package let isOwn: Bool
    /// Its implementation groups in order; empty if it has none.
    package let groups: [LibraryGroup]
    /// "42001" for ISO/IEC 42001:2023: what a chip shows.
    package var shortName: String {
        let known = [
            "iso42001-2023": "42001", "iso27001-2022": "27001", "eu-ai-act": "AI Act", "nist-ai-rmf-1.0": "AI RMF",
            "nist-csf-2.0": "CSF", "gdpr": "GDPR",
        ]
        return known[key] ?? (isOwn ? String(key.dropFirst(Self.ownPrefix.count)) : name)
    }
    /// Keys of own frameworks begin so, and no shared one does.
    package static let ownPrefix = "own-"

    init(_ record: Stored<Framework>, _ items: [LibraryItem]) throws {
        (id, key) = (record.id.raw, record.value.key)
        (name, fullName) = (record.value.name, record.value.fullName)
        contentSHA256 = record.value.contentSHA256
        isOwn = record.meta.organisation != nil
        self.items = items
        guard let groups = record.value.groups,
            case .array(let all) = try JSONValue.parse(Array(groups.text.utf8))
        else {
            self.groups = []
            return
        }
        self.groups = all.compactMap { group in
            guard case .object(let members) = group, case .string(let reference)? = members["reference"] else {
                return nil
            }
            func text(_ name: String) -> String? { if case .string(let text)? = members[name] { text } else { nil } }
            return LibraryGroup(
                reference: reference, name: text("name") ?? reference, description: text("description"),
                isDefault: members["isDefault"] == .bool(true))
        }
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
        let stored = try reader.all(Framework.self, in: nil, limit: 100)
        var frameworks: [LibraryFramework] = []
        for framework in stored {
            let records = try reader.every(
                Requirement.schema.erased, where: .linked("framework", [framework.id.raw]), in: nil
            ).map { try $0.decoded(as: Requirement.self) }
            let items = try records.sorted { $0.value.position < $1.value.position }.map {
                try Self.item($0, framework.value.key, areas)
            }
            frameworks.append(try LibraryFramework(framework, items))
        }
        let order = CatalogueFile.frameworks.compactMap(\.frameworkID)
        frameworks.sort {
            (order.firstIndex(of: $0.key) ?? .max, $0.key) < (order.firstIndex(of: $1.key) ?? .max, $1.key)
        }
        let frameworkByKey = Dictionary(uniqueKeysWithValues: frameworks.map { ($0.key, $0) })
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
        self.init(frameworks, rows, sections, areas)
    }

    private init(
        _ frameworks: [LibraryFramework], _ rows: [LibraryRow], _ sections: [LibrarySection], _ areas: [LibraryArea]
    ) {
        self.frameworks = frameworks
        self.areas = areas
        self.rows = rows
        self.sections = sections
        frameworkByKey = Dictionary(frameworks.map { ($0.key, $0) }) { first, _ in first }
        itemByID = Dictionary(frameworks.flatMap(\.items).map { ($0.id, $0) }) { first, _ in first }
        rowPosition = Dictionary(rows.enumerated().map { ($1.key, $0) }) { first, _ in first }
    }

    /// The same with an organisation's own frameworks at the end.
    func adding(_ own: [LibraryFramework]) -> FrameworkLibrary {
        var (rows, sections) = (rows, sections)
        for framework in own {
            let (more, parts) = Self.ownRows(framework)
            rows += more
            sections += parts
        }
        return FrameworkLibrary(frameworks + own, rows, sections, areas)
    }

    /// The most items that one framework has.
    static let itemsMax = 100_000

    /// A framework of an organisation with its items that count now, found along their links to it: the cost does not
    /// depend on what else the organisation imported.
    static func own(
        _ framework: Stored<Framework>, _ areas: [LibraryArea], _ reader: any Reader, _ organisation: UUID
    ) throws -> LibraryFramework {
        let links = try reader.links(to: [framework.id.raw], in: organisation, asOf: nil, limit: itemsMax)
        let ids = links.filter { $0.fromType == Requirement.type && $0.field == "framework" }.map(\.from)
        let records = try ids.chunks(of: 500).flatMap { part in
            try reader.all(Requirement.self, where: .ids(part), in: organisation, limit: part.count)
        }
        return try LibraryFramework(
            framework,
            records.sorted { $0.value.position < $1.value.position }.map { try item($0, framework.value.key, areas) })
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

    /// Rows of a framework that shares nothing: one for each assessable item, in sections by its topmost parents. The
    /// title of a deeper one begins with the headings between.
    private static func ownRows(_ framework: LibraryFramework) -> ([LibraryRow], [LibrarySection]) {
        let byID = Dictionary(uniqueKeysWithValues: framework.items.map { ($0.id, $0) })
        func above(_ item: LibraryItem) -> [LibraryItem] {
            var path: [LibraryItem] = []
            var at = item
            while let parent = at.parent.flatMap({ byID[$0] }), path.count < framework.items.count {
                path.append(parent)
                at = parent
            }
            return path
        }
        var keys: [String: [String]] = [:]
        var order: [LibraryItem] = []
        let rows = framework.items.filter(\.isAssessable).map { item in
            let path = above(item)
            let section = path.last ?? item
            if keys[section.key] == nil { order.append(section) }
            keys[section.key, default: []].append(item.key)
            let own = item.title == item.reference ? item.text : item.title
            let between = framework.isOwn ? path.dropLast().reversed().map(\.reference) : []
            return LibraryRow(
                key: item.key, title: (between + [own]).joined(separator: " › "), difference: nil,
                sharing: .own, relationship: nil, strength: nil, rationale: nil, closestControl: nil,
                members: [item], sectionID: "section:" + section.key)
        }
        let outer = LibrarySection(
            id: "section:" + framework.key, parentID: nil, label: framework.shortName, title: framework.name,
            rowKeys: rows.map(\.key))
        return (
            rows,
            [outer]
                + order.map { item in
                    LibrarySection(
                        id: "section:" + item.key, parentID: outer.id, label: item.reference, title: item.title,
                        rowKeys: keys[item.key] ?? [])
                }
        )
    }

    private static func item(
        _ record: Stored<Requirement>, _ frameworkKey: String, _ areas: [LibraryArea]
    ) throws -> LibraryItem {
        let own = try Self.areas(record.value.guidance)
        return LibraryItem(
            id: record.id.raw, key: record.value.key, frameworkKey: frameworkKey, reference: record.value.reference,
            title: record.value.title, text: record.value.text, kind: record.value.kind, theme: record.value.theme,
            parent: record.value.parent?.raw, isAssessable: record.value.isAssessable,
            questions: try texts(record.value.questions, member: "text"),
            typicalEvidence: try texts(record.value.typicalEvidence, member: nil),
            harmonisedWith: record.value.harmonisedWith, groups: try texts(record.value.groups, member: nil),
            areas: areas.map(\.id).filter(own.contains))
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

/// The libraries that services share: the one of all, and those of organisations that adopted frameworks of their own.
/// Each look makes sure that what is kept is still true: another node may have loaded newer content.
package actor LibraryHolder {
    /// Organisations whose libraries are kept.
    package static let organisationsMax = 64

    private struct Shared: Sendable {
        /// While the server's ledger has this size, nothing changed.
        var ledgerSize: Int
        /// What was loaded: the SHA-256 of each file of the catalogue.
        let sources: [String?]
        let library: FrameworkLibrary
    }
    private struct Kept: Sendable {
        /// While the ledger has this size, nothing changed.
        var ledgerSize: Int
        /// Those of the shared library that it was made over.
        let sources: [String?]
        /// Versions of the own frameworks that are adopted.
        let versions: [UUID: Int]
        let library: FrameworkLibrary
        var lastUse = 0
    }
    private let store: any Store
    /// The crosswalk between the items of the library.
    package let crosswalks = CrosswalkCache()
    private var shared: Shared?
    private var kept: [UUID: Kept] = [:]
    private var uses = 0
    package init(store: any Store) { self.store = store }

    /// The library of an organisation: the shared frameworks, and those of its own that it adopted. Cost: one look at
    /// the sizes of two ledgers; after a change, some small queries; the items are read only if a framework changed.
    package func current(for organisation: UUID?) async throws -> FrameworkLibrary {
        let (known, before) = (shared, organisation.flatMap { kept[$0] })
        let (common, own) = try await store.read { reader -> (Shared, Kept?) in
            let common = try Self.look(known, reader)
            let usable = before.flatMap { $0.sources == common.sources ? $0 : nil }
            return (common, try organisation.map { try Self.look($0, common, usable, reader) })
        }
        shared = common
        guard let organisation, var now = own else { return common.library }
        uses += 1
        now.lastUse = uses
        kept[organisation] = now
        if kept.count > Self.organisationsMax, let oldest = kept.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            kept[oldest.key] = nil
        }
        return now.library
    }

    /// The library of an organisation with one more of its own frameworks, adopted or not.
    /// - Parameter name: The framework's key or id.
    package func current(for organisation: UUID, with name: String) async throws -> FrameworkLibrary {
        let library = try await current(for: organisation)
        let id = UUID(uuidString: name)
        guard library.framework(name) == nil, id.flatMap({ library.framework(id: $0) }) == nil else { return library }
        let more = try await store.read { reader -> LibraryFramework? in
            let found = try reader.page(
                Query(
                    Framework.schema.erased, where: id.map { Criteria.ids([$0]) } ?? .equals("key", .text(name)),
                    limit: 1),
                in: organisation, asOf: nil
            ).records.first
            return try found.map { try FrameworkLibrary.own($0.decoded(), library.areas, reader, organisation) }
        }
        return more.map { library.adding([$0]) } ?? library
    }

    private static func look(_ before: Shared?, _ reader: any Reader) throws -> Shared {
        let size = try reader.ledgerSize(nil)
        if let before, before.ledgerSize == size { return before }
        let sources = try CatalogueFile.allCases.map { try reader.loadedSource($0.rawValue) }
        if var before, before.sources == sources {
            before.ledgerSize = size
            return before
        }
        return Shared(ledgerSize: size, sources: sources, library: try FrameworkLibrary(reading: reader))
    }

    /// The library of an organisation, read anew: for work inside a transaction.
    static func library(of organisation: UUID, reading reader: any Reader) throws -> FrameworkLibrary {
        try look(organisation, look(nil, reader), nil, reader).library
    }

    private static func look(
        _ organisation: UUID, _ common: Shared, _ before: Kept?, _ reader: any Reader
    ) throws -> Kept {
        let shared = common.library
        let size = try reader.ledgerSize(organisation)
        if let before, before.ledgerSize == size { return before }
        let sharedIDs = Set(shared.frameworks.map(\.id))
        let adopted = Set(
            try reader.all(FrameworkAdoption.self, in: organisation, limit: Query.limitMax).map(\.value.framework.raw)
        ).subtracting(sharedIDs)
        let frameworks = try adopted.sorted { $0 < $1 }.chunks(of: 500).flatMap { part in
            try reader.all(Framework.self, where: .ids(part), in: organisation, limit: part.count)
        }
        let versions = Dictionary(frameworks.map { ($0.id.raw, $0.version) }) { first, _ in first }
        if var before, before.versions == versions {
            before.ledgerSize = size
            return before
        }
        let own = try frameworks.map { try FrameworkLibrary.own($0, shared.areas, reader, organisation) }
        return Kept(
            ledgerSize: size, sources: common.sources, versions: versions,
            library: own.isEmpty ? shared : shared.adding(own.sorted { $0.key < $1.key }))
    }
}
