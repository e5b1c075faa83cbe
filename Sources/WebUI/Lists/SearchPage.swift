// One search over every record type that the caller may see.
import Access
import Foundation
import Governance
import RecordKit
import Storage

/// What a search over everything found.
struct SearchPage: Sendable {
    static let shownPerType = 5
    static let wordsCharactersMax = 200
    struct Group: Sendable {
        let schema: AnySchema
        let records: [StoredRecord]
        let hasMore: Bool
    }
    let words: String
    let groups: [Group]

    static func load(
        _ words: String, _ services: RecordScreens.Reading, _ caller: Caller
    ) async throws -> SearchPage {
        let words = String(words.trimmingCharacters(in: .whitespacesAndNewlines).prefix(wordsCharactersMax))
        guard !SearchText.words(words).isEmpty else { return SearchPage(words: words, groups: []) }
        var groups: [Group] = []
        for schema in services.ordered
        where schema.fields.contains(where: { $0.has(.searchable) && !$0.has(.sensitive) })
            && Authorisation.visible(caller, .read, schema) != .none
        {
            var filter = ListFilter()
            filter.search = words
            filter.limit = shownPerType
            let page = try await services.records.list(schema, filter, as: caller)
            if !page.records.isEmpty {
                groups.append(Group(schema: schema, records: page.records, hasMore: page.next != nil))
            }
        }
        return SearchPage(words: words, groups: groups)
    }

    var markup: Markup {
        let field = FormField("q", label: text(.search), .search, values: [words], help: text(.searchHelp))
        let form: Markup = """
            <form class="card mb" method="get" action="\(Link.search().href)"><div class="form">\(raw: .field(field))\
            <div>\(raw: .submitButton(text(.search), look: .primary))</div></div></form>
            """
        let title = words.isEmpty ? text(.search) : text(.resultsFor(words))
        return "\(raw: .pageHeader(title))\(raw: form)<div class=\"stack\">\(raw: results)</div>"
    }

    private var results: Markup {
        if groups.isEmpty, !words.isEmpty {
            return
                "<section class=\"card\">\(raw: .emptyState(title: text(.nothingFound), text(.nothingFoundAtAll)))</section>"
        }
        return .each(groups) { group in
            let items: Markup = .each(group.records) { record in
                """
                <li><a href="\(Link.record(group.schema, record.id).href)"><bdi>\(record.title)</bdi></a>\
                <span class="meta">\(Self.state(record))</span></li>
                """
            }
            let more = Link.list(group.schema.plural, ["q": words]).href
            return .card(
                id: group.schema.plural, title: group.schema.pluralLabel,
                aside: group.hasMore ? .link(text(.allResults), more) : nil, "<ul class=\"list\">\(raw: items)</ul>")
        }
    }

    private static func state(_ record: StoredRecord) -> String {
        record.schema.lifecycle.map { record[$0.field].text.asLabel } ?? ""
    }
}
