// What a list's address says: conditions, words, order, place. Read once, and written back into every link of the page.
import Access
import Foundation
import Governance
import RecordKit
import Storage

/// The state of a list page.
struct ListState: Sendable {
    static let pageSize = 50
    /// The value that asks for records without one.
    static let none = "-"
    let schema: AnySchema
    let query: LinkQuery
    private(set) var filter = ListFilter()
    let asOf: String?
    /// Ranges of days, by field.
    private(set) var ranges: [String: DayRange] = [:]
    /// Words by which the target of a reference is looked for, by field.
    private(set) var targetWords: [String: String] = [:]

    /// The fields that the list can be narrowed by.
    static func filters(_ schema: AnySchema) -> [FieldDescription] {
        schema.fields.filter { field in
            // A day that a list is sorted by has an index, too, with which a range of days is found.
            let isSortedDay = if case .day = field.kind { field.has(.sortable) } else { false }
            return (field.has(.filterable) || isSortedDay) && !field.has(.sensitive)
        }
    }

    /// - Throws: ``Failure`` for values that a field cannot have.
    init(_ schema: AnySchema, _ query: LinkQuery) throws {
        self.schema = schema
        self.query = query
        asOf = query["asOf"]
        filter.limit = Self.pageSize
        filter.cursor = query["cursor"]
        filter.search = query["q"] ?? ""
        filter.archived = query["archived"].flatMap { Archived(rawValue: $0) } ?? .exclude
        filter.sort = Self.sort(query["sort"], schema)
        for field in Self.filters(schema) {
            if case .day = field.kind, query[field.name] != Self.none {
                ranges[field.name] = try DayRange(query, field)
                filter.conditions += ranges[field.name]?.conditions(field) ?? []
                continue
            }
            let values = try query.values(field.name).flatMap { text in try Self.values(text, field) }
            if !values.isEmpty { filter.conditions.append(.init(field.name, .equals, values)) }
            if field.kind.target != nil, let words = query[Self.wordsName(field)] { targetWords[field.name] = words }
        }
    }

    static func wordsName(_ field: FieldDescription) -> String { "\(field.name).q" }

    private static func values(_ text: String, _ field: FieldDescription) throws -> [FieldValue] {
        if text == none { return [.null] }
        let value: FieldValue
        do { value = try FieldInput.value(text, for: field) } catch { throw ServiceError.invalid(Invalid([error])) }
        if case .links(let ids) = value { return ids.map { .reference($0) } }
        return value == .null ? [] : [value]
    }

    private static func sort(_ text: String?, _ schema: AnySchema) -> Sort {
        guard let text else {
            let title = schema.fields[schema.titlePosition]
            return title.has(.sortable) ? Sort(title.name) : .creation
        }
        return text.hasPrefix("-") ? Sort(String(text.dropFirst()), isDescending: true) : Sort(text)
    }

    /// Records whose field names one of these; a search that found no target finds no record.
    mutating func limit(_ field: FieldDescription, to targets: [UUID]) {
        if targets.isEmpty { filter.ids = [] }
        filter.conditions.append(.init(field.name, .equals, targets.map { .reference($0) }))
    }

    /// Whether anything narrows the list.
    var isNarrowed: Bool { filtersSet > 0 }
    var filtersSet: Int {
        filter.conditions.count + (filter.search.isEmpty ? 0 : 1) + (filter.archived == .exclude ? 0 : 1)
    }

    // MARK: Links

    func list(_ query: LinkQuery) -> String { Link.list(schema.plural, query).href }
    func page(_ cursor: String?) -> String? { cursor.map { list(query.with("cursor", $0)) } }
    var csv: String { Link.csv(schema.plural, query.without("cursor")).href }
    var withoutFilters: String { list(["asOf": asOf, "sort": query["sort"], "view": ListViews.plain]) }
    /// What a saved view keeps.
    var viewQuery: LinkQuery { query.without("cursor", "asOf", "view") }

    /// The heading of a column: sorts by it, or turns the order around.
    func column(_ field: FieldDescription, priority: TableColumn.Priority) -> TableColumn {
        let isNumeric =
            switch field.kind {
            case .integer, .decimal: true
            default: false
            }
        guard field.has(.sortable), !field.has(.sensitive) else {
            return TableColumn(field.label, isNumeric: isNumeric, priority: priority)
        }
        let isSorted = filter.sort.field == field.name
        let turned = isSorted && !filter.sort.isDescending ? "-\(field.name)" : field.name
        return TableColumn(
            field.label, sortHref: list(query.without("cursor").with("sort", turned)),
            sortedBy: isSorted ? (filter.sort.isDescending ? .descending : .ascending) : nil, isNumeric: isNumeric,
            priority: priority)
    }
}
