// What a reference may name, for forms and filters: all of it where there is little, otherwise what a search finds.
import Access
import Foundation
import Governance
import RecordKit
import Records
import Storage

/// The records of the types that some fields name.
struct Targets: Sendable {
    /// With more records than this a type is searched instead of listed.
    static let listedMax = 200
    /// A list's filter offers no more choices than somebody reads; with more it is searched.
    static let filterListedMax = 25
    /// Results of one search.
    static let foundMax = 30
    private var listed: [RecordType: [FieldOption]] = [:]

    /// Every record of the type in alphabetical order; `nil` if there are too many.
    func all(_ type: RecordType) -> [FieldOption]? { listed[type] }

    /// One bounded query for each type.
    static func load(
        _ fields: [FieldDescription], _ services: RecordScreens.Reading, _ caller: Caller, listedMax: Int = listedMax
    ) async throws -> Targets {
        var targets = Targets()
        for type in Set(fields.compactMap(\.kind.target)) {
            guard let schema = services.schemas[type] else { continue }
            var filter = ListFilter()
            filter.limit = listedMax + 1
            let page = try await services.records.list(schema, filter, as: caller)
            if page.records.count <= listedMax { targets.listed[type] = options(page.records) }
        }
        return targets
    }

    /// What a search finds, at most ``foundMax``.
    static func found(
        _ words: String, _ type: RecordType, _ services: RecordScreens.Reading, _ caller: Caller,
        limit: Int = foundMax
    ) async throws -> [FieldOption] {
        guard let schema = services.schemas[type], !words.isEmpty else { return [] }
        var filter = ListFilter()
        filter.search = words
        filter.limit = limit
        return options(try await services.records.list(schema, filter, as: caller).records)
    }

    /// The titles of records, as far as the caller may see them, archived ones among them.
    static func named(
        _ ids: [UUID], _ type: RecordType, _ services: RecordScreens.Reading, _ caller: Caller
    ) async throws -> [FieldOption] {
        guard let schema = services.schemas[type], !ids.isEmpty else { return [] }
        var filter = ListFilter()
        filter.ids = Array(ids.prefix(Query.limitMax))
        filter.archived = .include
        filter.limit = max(1, min(ids.count, Query.limitMax))
        return options(try await services.records.list(schema, filter, as: caller).records)
    }

    static func options(_ records: [StoredRecord]) -> [FieldOption] {
        records.map { ($0, SearchText.folded($0.title)) }.sorted { $0.1 < $1.1 }
            .map { FieldOption($0.0.id.lowercased, label($0.0)) }
    }

    /// The title; of a requirement also its framework, since two of them have a clause 5.3.
    private static func label(_ record: StoredRecord) -> String {
        guard record.schema.type == Requirement.type else { return record.title }
        return text(.requirementOf(record.title, record["key"].text.prefix { $0 != ":" }))
    }
}
