// The list of a record type: columns, sort, filters, search and pages, all from the schema.
import Access
import Foundation
import Governance
import RecordKit
import Records
import Storage

/// All that a list page shows.
struct ListPage: Sendable {
    let state: ListState
    let records: [StoredRecord]
    let words: RecordWords
    /// Of the whole list; `nil` where it is not counted.
    let count: Int?
    let next: String?
    let previous: String?
    let filters: [FormField]
    /// The filters that are set, as "Status: Open".
    let filterNames: [String]
    /// Ids that filter and have no control on the page.
    let hidden: [(name: String, value: String)]
    let mayCreate: Bool
    let mayImport: Bool
    let moment: Moment?
    /// Which view is shown, and which there are.
    let views: ListViews
    /// What can be done with chosen rows; `nil` where nothing can.
    let bulk: BulkBar?

    static func load(
        _ given: ListState, _ services: RecordScreens.Reading, _ caller: Caller, formToken: String
    ) async throws -> ListPage {
        var state = given
        let schema = state.schema
        let fields = ListState.filters(schema)
        let moment = try await Moment.read(state.asOf, services, caller)
        try await state.resolveTargetWords(services, caller)
        let page = try await services.records.list(schema, state.filter, as: caller, asOf: moment?.asOf)
        var count: Int?
        if page.next == nil, page.previous == nil {
            count = page.records.count
        } else if state.filter.archived == .exclude {
            count = try await services.records.count(schema, state.filter, as: caller, asOf: moment?.asOf)
        }
        let targets = try await Targets.load(fields, services, caller, listedMax: Targets.filterListedMax)
        var named: [String: [FieldOption]] = [:]
        for field in fields {
            let ids = state.ids(field)
            if let type = field.kind.target, !ids.isEmpty {
                named[field.name] = try await Targets.named(ids, type, services, caller)
            }
        }
        var words = RecordWords(zone: caller.timeZone, schemas: services.schemas, asOf: state.asOf)
        words.titles = try await services.records.titles(of: page.records, as: caller)
        let bar = FilterFields(state: state, targets: targets, named: named)
        return ListPage(
            state: state, records: page.records, words: words, count: count, next: page.next,
            previous: page.previous, filters: bar.fields, filterNames: bar.names, hidden: bar.hidden,
            mayCreate: moment == nil && Authorisation.mayCreate(caller, schema),
            mayImport: moment == nil && schema.isWritten && ImportService.mayImport(caller, schema), moment: moment,
            views: try await ListViews.load(state, services, caller),
            bulk: moment == nil ? BulkBar(state, count: count, caller, formToken: formToken) : nil)
    }

    private var schema: AnySchema { state.schema }

    /// The page without its frame.
    var markup: Markup {
        var actions: Markup = .linkButton(text(.exportCSV), state.csv, icon: .download)
        if mayImport {
            actions =
                actions + .linkButton(text(.importVerb), Link.newImport(["type": schema.plural]).href)
        }
        if mayCreate {
            let new = Link.new(schema.plural).href
            actions = actions + .linkButton(text(.newRecord(schema.label)), new, look: .primary, icon: .plus)
        }
        let table: Markup = records.isEmpty ? empty : rows
        let pager: Markup = .pager(
            summary: text(.shown(records.count, of: count)), previousHref: state.page(previous),
            nextHref: state.page(next))
        let hasSearch = schema.fields.contains { $0.has(.searchable) && !$0.has(.sensitive) }
        let search = FormField("q", label: text(.search), .search, values: [state.filter.search])
        let bar: Markup = .filterBar(
            action: Link.list(schema.plural).href, fields: filters, growing: hasSearch ? search : nil,
            hidden: hidden, setCount: state.filtersSet, resultSelector: "#results")
        return """
            \(raw: .pageHeader(schema.pluralLabel, actions: actions, lead: schema.help))\
            <section class="card list-card" aria-label="\(schema.pluralLabel)">\(raw: views.markup)\(raw: bar)\
            \(raw: records.isEmpty ? nil : bulk?.markup)\
            <div id="results"\(attribute: "data-live-list", moment == nil ? schema.type.name : nil)>\
            \(raw: table)\(raw: pager)</div></section>
            """
    }

    /// The title first, then what is listed, in the order of the schema.
    private var columns: [(position: Int, field: FieldDescription)] {
        let listed = schema.fields.enumerated().filter {
            $0.element.has(.listed) && $0.offset != schema.titlePosition
        }
        return [(schema.titlePosition, schema.fields[schema.titlePosition])] + listed.map { ($0.offset, $0.element) }
    }

    private var rows: Markup {
        let columns = columns
        let heads = columns.enumerated().map { at, column in
            state.column(column.field, priority: at < 4 ? .always : at < 6 ? .optional : .lessOptional)
        }
        let stateField = schema.lifecycle?.field
        let rows = records.map { record in
            let erased = record.meta.erasedAt.map { text(.erasedOn($0.words(in: words.zone))) }
            return TableRow(
                pick: bulk == nil || erased != nil ? nil : BulkBar.pick(record),
                title: erased ?? (record.title.isEmpty ? text(.untitled) : record.title),
                href: Link.record(schema, record.id, ["asOf": words.asOf]).href,
                subtitle: record.meta.isArchived ? text(.archived) : nil,
                cells: columns.dropFirst().map { column in
                    words.cell(
                        erased == nil ? record.values[column.position] : .null, column.field,
                        isState: column.field.name == stateField)
                }, id: "r-\(record.id.lowercased)")
        }
        return .dataTable(
            label: schema.pluralLabel, columns: heads, rows: rows, bulkFormID: bulk == nil ? nil : BulkBar.formID)
    }

    /// Nothing found names what was asked for; nothing there says what the type is for and what to do first.
    private var empty: Markup {
        if state.isNarrowed {
            let filters = filterNames.joined(separator: "; ")
            return .emptyState(
                title: text(.nothingFound), text(.nothingFoundWith(filters)),
                actions: .linkButton(text(.clearFilters), state.withoutFilters))
        }
        let step = mayCreate ? text(.firstStep(schema.label)) : text(.nobodyYetMade(schema.pluralLabel))
        let new = Link.new(schema.plural).href
        return .emptyState(
            title: text(.nothingYet(schema.pluralLabel)), "\(schema.help) \(step)",
            actions: mayCreate ? .linkButton(text(.newRecord(schema.label)), new, icon: .plus) : nil)
    }
}

extension ListState {
    /// Turns words about a reference into the records that they find.
    mutating func resolveTargetWords(_ services: RecordScreens.Reading, _ caller: Caller) async throws {
        for field in Self.filters(schema) {
            guard let words = targetWords[field.name], let type = field.kind.target else { continue }
            let found = try await Targets.found(words, type, services, caller, limit: Targets.listedMax)
            limit(field, to: found.compactMap { UUID(uuidString: $0.value) })
        }
    }

    /// The ids that the address filters a reference by.
    func ids(_ field: FieldDescription) -> [UUID] {
        field.kind.target == nil ? [] : query.values(field.name).compactMap { UUID(uuidString: $0) }
    }
}

/// The controls of the filter bar, with the words for what is set.
private struct FilterFields {
    private(set) var fields: [FormField] = []
    private(set) var names: [String] = []
    private(set) var hidden: [(name: String, value: String)] = []

    init(state: ListState, targets: Targets, named: [String: [FieldOption]]) {
        for name in ["sort", "asOf"] {
            if let value = state.query[name] { hidden.append((name, value)) }
        }
        if !state.filter.search.isEmpty { names.append("\(text(.search)): \(state.filter.search)") }
        for field in ListState.filters(state.schema) {
            add(field, state, targets, named[field.name] ?? [])
        }
        let archived = [
            FieldOption("", text(.archivedExcluded)), FieldOption(Archived.include.rawValue, text(.archivedIncluded)),
            FieldOption(Archived.only.rawValue, text(.archivedOnly)),
        ]
        let value = state.filter.archived == .exclude ? "" : state.filter.archived.rawValue
        fields.append(FormField("archived", label: text(.archive), .choice(archived), values: [value]))
        if let chosen = archived.first(where: { $0.value == value }), !value.isEmpty { names.append(chosen.label) }
    }

    /// Two fields, from and to; what asks for records without a day stays as it is.
    private mutating func add(day field: FieldDescription, _ range: DayRange?, _ values: [String]) {
        let ends: [(String, Text, Day?)] = [
            (DayRange.firstName(field), .fromDay(field.label), range?.first),
            (DayRange.lastName(field), .toDay(field.label), range?.last),
        ]
        for (name, label, day) in ends {
            fields.append(FormField(name, label: text(label), .day, values: day.map { [$0.description] } ?? []))
        }
        if let range { names.append("\(field.label): \(range.words)") }
        if range == nil, values.contains(ListState.none) {
            hidden.append((field.name, ListState.none))
            names.append("\(field.label): \(text(.notStated))")
        }
    }

    private mutating func add(
        _ field: FieldDescription, _ state: ListState, _ targets: Targets, _ named: [FieldOption]
    ) {
        let values = state.query.values(field.name)
        if case .day = field.kind { return add(day: field, state.ranges[field.name], values) }
        var isList = false
        if case .links = field.kind { isList = true }
        let nothing = field.isRequired && !isList ? [] : [FieldOption(ListState.none, text(.notStated))]
        var options: [FieldOption]?
        switch field.kind {
        case .choice(let words): options = words.map { FieldOption($0, $0.asLabel) }
        case .bool: options = [FieldOption("true", text(.yes)), FieldOption("false", text(.no))]
        case .reference(let type), .links(let type):
            // Who is archived is no longer offered, but still says what is set.
            options = targets.all(type).map { all in all + named.filter { !all.contains($0) } }
        default: break
        }
        if let options {
            let all = [FieldOption("", text(.anyValue))] + options + nothing
            fields.append(FormField(field.name, label: field.label, .choice(all), values: Array(values.prefix(1))))
            let labels = values.compactMap { value in all.first { $0.value == value }?.label }
            if !labels.isEmpty { names.append("\(field.label): \(labels.joined(separator: ", "))") }
        } else if field.kind.target != nil {
            let words = state.targetWords[field.name]
            fields.append(
                FormField(ListState.wordsName(field), label: field.label, .search, values: words.map { [$0] } ?? []))
            hidden += values.map { (field.name, $0) }
            let labels = named.map(\.label) + (words.map { ["“\($0)”"] } ?? [])
            if !labels.isEmpty { names.append("\(field.label): \(labels.joined(separator: ", "))") }
        } else {
            let control: FormField.Control = if case .integer = field.kind { .integer(nil) } else { .search }
            fields.append(FormField(field.name, label: field.label, control, values: Array(values.prefix(1))))
            if !values.isEmpty { names.append("\(field.label): \(values.joined(separator: ", "))") }
        }
    }
}
