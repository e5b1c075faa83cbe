// Search over everything that the caller may see: records of all types, framework content, requirement identifiers,
// saved views.
package import Access
package import Foundation
package import RecordKit
import Records
package import Storage

/// What was found, best first.
package struct SearchResults: Sendable {
    /// Records of one type.
    package struct Group: Sendable {
        package let schema: AnySchema
        package let records: [StoredRecord]
        /// The list of the type may have more.
        package let hasMore: Bool
    }
    /// A requirement whose identifier begins so.
    package struct Requirement: Sendable {
        package let item: LibraryItem
        package let frameworkName: String
    }
    package let requirements: [Requirement]
    package let groups: [Group]
    package let views: [StoredView]
    /// Titles of what records belong to: the assessment of an answer, the framework of a requirement.
    package let places: [UUID: String]
    /// Nothing was typed: these are the records that were changed last.
    package let isRecent: Bool
}

/// Finds records of all types for callers.
package struct SearchService: Sendable {
    package static let wordsCharactersMax = 200
    package static let recordsPerTypeMax = 20
    /// Records of a type that are read and ranked.
    static let recordsRankedMax = 60
    static let requirementsShownMax = 8
    static let viewsShownMax = 8
    static let recentShownMax = 12
    /// Ledger entries that are looked at for recent records.
    static let recentEntriesMax = 200
    let store: any Store
    let records: RecordService
    let library: LibraryHolder
    private let byType: [RecordType: AnySchema]

    package init(store: any Store, records: RecordService, library: LibraryHolder) {
        self.store = store
        self.records = records
        self.library = library
        byType = Dictionary(uniqueKeysWithValues: records.schemas.map { ($0.type, $0) })
    }

    /// - Parameter perType: Records shown of each type.
    package func find(_ text: String, perType: Int, as caller: Caller) async throws -> SearchResults {
        let text = String(text.trimmingCharacters(in: .whitespacesAndNewlines).prefix(Self.wordsCharactersMax))
        let words = SearchText.words(text)
        guard let organisation = caller.organisation else { throw ServiceError.notFound("organisation") }
        if words.isEmpty { return try await recent(organisation, perType: perType, as: caller) }
        let requirements = try await requirements(text, as: caller)
        // Every record has a word with that letter: what begins with it is what is meant.
        if words.count == 1, words[0].count == 1 {
            return try await beginning(with: words[0], organisation, perType: perType, as: caller)
        }
        return try await store.read { reader in
            let hits = Dictionary(grouping: try reader.search(text, in: organisation), by: \.type)
            var found: [(rank: Int, group: SearchResults.Group)] = []
            for schema in records.schemas {
                guard let ids = hits[schema.type]?.map(\.id) else { continue }
                let shown = try visible(schema, ids, text, as: caller, in: reader).map { (Self.rank($0, words), $0) }
                    .sorted { $0.0 == $1.0 ? $0.1.title < $1.1.title : $0.0 > $1.0 }
                guard let best = shown.first else { continue }
                found.append(
                    (
                        best.0,
                        SearchResults.Group(
                            schema: schema, records: shown.prefix(perType).map(\.1),
                            hasMore: shown.count > perType || ids.count > Self.recordsRankedMax)
                    ))
            }
            let views = try reader.views(in: organisation, of: caller.person, limit: ViewService.viewsMax)
                .filter { view in
                    let own = SearchText.words(view.name)
                    return words.allSatisfy { word in own.contains { $0.hasPrefix(word) } }
                        && byType[view.type].map { Authorisation.visible(caller, .read, $0) != .none } ?? false
                }
            // The sort is stable: types of one rank stay in the order of the registry.
            let order = found.indices.sorted { a, b in
                found[a].rank == found[b].rank ? a < b : found[a].rank > found[b].rank
            }
            let groups = order.map { found[$0].group }
            return SearchResults(
                requirements: requirements, groups: groups, views: Array(views.prefix(Self.viewsShownMax)),
                places: try places(of: groups, organisation, in: reader), isRecent: false)
        }
    }

    /// How many of the words begin a word of the title, then whether the title begins with the first of them.
    private static func rank(_ record: StoredRecord, _ words: [String]) -> Int {
        let title = SearchText.words(record.title)
        let hits = words.count { word in title.contains { $0.hasPrefix(word) } }
        let begins = words.first.map { title.first?.hasPrefix($0) ?? false } ?? false
        return hits * 2 + (begins ? 1 : 0)
    }

    /// The records that the caller may see, by the condition that every list has.
    /// - Parameter text: What found them: where there are more than were looked at, and none of these is the caller's,
    ///   the caller's own are searched for instead.
    private func visible(
        _ schema: AnySchema, _ ids: [UUID], _ text: String = "", as caller: Caller, in reader: any Reader
    ) throws -> [StoredRecord] {
        let condition = Authorisation.visible(caller, .read, schema)
        guard condition != .none, !ids.isEmpty else { return [] }
        func found(_ criteria: Criteria) throws -> [StoredRecord] {
            let query = Query(schema, where: .both(criteria, condition), limit: Self.recordsRankedMax)
            return try reader.page(query, in: caller.organisation, asOf: nil).records
        }
        // Whoever sees all sees the newest of them, too.
        var shown = try found(.ids(condition == .all ? Array(ids.prefix(Self.recordsRankedMax)) : ids))
        let isCut = ids.count == SearchLimit.hitsPerTypeMax && !text.isEmpty
        if shown.isEmpty, condition != .all, isCut { shown = try found(.search(text)) }
        return shown.map { records.redacted($0, caller) }
    }

    /// What each record belongs to, by its first required reference: one query a type.
    private func places(
        of groups: [SearchResults.Group], _ organisation: UUID, in reader: any Reader
    ) throws -> [UUID: String] {
        var owners: [UUID: UUID] = [:]
        var wanted: [RecordType: Set<UUID>] = [:]
        for group in groups {
            guard let at = Self.placePosition(group.schema), let target = group.schema.fields[at].kind.target else {
                continue
            }
            for record in group.records {
                guard case .reference(let id) = record.values[at] else { continue }
                owners[record.id] = id
                wanted[target, default: []].insert(id)
            }
        }
        var titles: [UUID: String] = [:]
        for (type, ids) in wanted {
            guard let schema = byType[type] else { continue }
            titles.merge(try reader.titles(schema, Array(ids), in: organisation)) { a, _ in a }
        }
        return owners.compactMapValues { titles[$0] }
    }

    private static func placePosition(_ schema: AnySchema) -> Int? {
        schema.fields.firstIndex { field in
            guard case .reference = field.kind else { return false }
            return field.isRequired && !field.has(.sensitive)
        }
    }

    /// Requirements by their identifier, such as "A.5.15" or "6.1.2"; one that is met exactly comes first.
    private func requirements(_ text: String, as caller: Caller) async throws -> [SearchResults.Requirement] {
        guard text.contains(where: \.isNumber), text.utf8.count <= 40,
            Authorisation.visible(caller, .read, Records.Requirement.schema.erased) != .none
        else { return [] }
        let wanted = text.lowercased()
        var found: [SearchResults.Requirement] = []
        for framework in try await library.current(for: caller.organisation).frameworks {
            for item in framework.items where item.reference.lowercased().hasPrefix(wanted) {
                found.append(SearchResults.Requirement(item: item, frameworkName: framework.name))
            }
        }
        let exact = found.filter { $0.item.reference.lowercased() == wanted }
        let others = found.filter { $0.item.reference.lowercased() != wanted }
        return Array((exact + others).prefix(Self.requirementsShownMax))
    }

    /// Records whose titles begin with a letter, from the index by which their list is sorted.
    private func beginning(
        with letter: String, _ organisation: UUID, perType: Int, as caller: Caller
    ) async throws -> SearchResults {
        try await store.read { reader in
            var groups: [SearchResults.Group] = []
            for schema in records.schemas {
                let condition = Authorisation.visible(caller, .read, schema)
                let title = schema.fields[schema.titlePosition]
                guard condition != .none, title.has(.sortable), !title.has(.sensitive), !title.isDerived else {
                    continue
                }
                let query = Query(
                    schema, where: .both(.greater(title.name, .text(letter)), condition), sort: Sort(title.name),
                    limit: perType + 1)
                let found = try reader.page(query, in: organisation, asOf: nil).records
                    .filter { SearchText.folded($0.title).hasPrefix(letter) }
                guard !found.isEmpty else { continue }
                groups.append(
                    SearchResults.Group(
                        schema: schema, records: found.prefix(perType).map { records.redacted($0, caller) },
                        hasMore: found.count > perType))
            }
            return SearchResults(
                requirements: [], groups: groups, views: [], places: try places(of: groups, organisation, in: reader),
                isRecent: false)
        }
    }

    /// The records that were changed last, the caller's own changes first.
    private func recent(
        _ organisation: UUID, perType: Int, as caller: Caller
    ) async throws -> SearchResults {
        try await store.read { reader in
            let size = try reader.ledgerSize(organisation)
            let entries = try reader.revisionEntries(
                in: organisation, from: size - 1, isBackwards: true, limit: Self.recentEntriesMax)
            let own = entries.filter { $0.person == caller.person && caller.person != nil }
            var seen: Set<UUID> = []
            let newest = (own + entries).filter { seen.insert($0.id).inserted }.prefix(Self.recentShownMax)
            let place = Dictionary(uniqueKeysWithValues: newest.enumerated().map { ($1.id, $0) })
            let groups = try Dictionary(grouping: newest, by: \.type).compactMap { type, entries in
                try byType[type].flatMap { schema -> SearchResults.Group? in
                    let shown = try visible(schema, entries.map(\.id), as: caller, in: reader)
                        .sorted { place[$0.id] ?? 0 < place[$1.id] ?? 0 }
                    return shown.isEmpty
                        ? nil
                        : SearchResults.Group(schema: schema, records: Array(shown.prefix(perType)), hasMore: false)
                }
            }.sorted { (place[$0.records[0].id] ?? 0) < (place[$1.records[0].id] ?? 0) }
            return SearchResults(
                requirements: [], groups: groups, views: [], places: try places(of: groups, organisation, in: reader),
                isRecent: true)
        }
    }
}
