// What a search over everything found: as a page, and as the list under the search dialog.
import Access
import Foundation
import Governance
import HTTPServing
import RecordKit
import Storage

/// The results of a search, with the pages whose names it fits.
struct SearchPage: Sendable {
    static let shownPerType = 5
    static let pagesShownMax = 6
    static let wordsCharactersMax = SearchService.wordsCharactersMax
    let words: String
    let results: SearchResults
    let pages: [(label: String, href: String)]
    private let schemas: [RecordType: AnySchema]

    static func load(
        _ words: String, _ services: RecordScreens.Reading, _ caller: Caller
    ) async throws -> SearchPage {
        let words = String(words.trimmingCharacters(in: .whitespacesAndNewlines).prefix(wordsCharactersMax))
        let results = try await services.services.search.find(words, perType: shownPerType, as: caller)
        let wanted = SearchText.words(words)
        let pages = Navigation.pages(for: caller, schemas: services.ordered).filter { page in
            let own = SearchText.words(page.label)
            return !wanted.isEmpty && wanted.allSatisfy { word in own.contains { $0.hasPrefix(word) } }
        }
        return SearchPage(
            words: words, results: results, pages: Array(pages.prefix(pagesShownMax)), schemas: services.schemas)
    }

    private var isEmpty: Bool {
        results.groups.isEmpty && results.requirements.isEmpty && results.views.isEmpty && pages.isEmpty
    }

    /// One place that a result leads to.
    private struct Entry {
        let title: String
        let href: String
        let note: String
    }
    private struct Section {
        let id: String
        let title: String
        let entries: [Entry]
        let moreHref: String?
    }

    /// Identifiers and pages first: they are what one types most exactly.
    private var sections: [Section] {
        var sections: [Section] = []
        if !pages.isEmpty {
            sections.append(
                Section(
                    id: "pages", title: text(.pagesFound),
                    entries: pages.map { Entry(title: $0.label, href: $0.href, note: "") }, moreHref: nil))
        }
        if !results.requirements.isEmpty {
            sections.append(
                Section(
                    id: "identifiers", title: text(.requirementsFound),
                    entries: results.requirements.map { found in
                        Entry(
                            title: "\(found.item.reference) \(found.item.title)",
                            href: Link.requirement(found.item.id).href, note: found.frameworkName)
                    }, moreHref: nil))
        }
        for group in results.groups {
            sections.append(
                Section(
                    id: group.schema.plural, title: group.schema.pluralLabel,
                    entries: group.records.map { record in
                        Entry(
                            title: record.title.isEmpty ? text(.untitled) : record.title,
                            href: Link.record(group.schema, record.id).href, note: note(record))
                    }, moreHref: group.hasMore ? Link.list(group.schema.plural, ["q": words]).href : nil))
        }
        let views = results.views.compactMap { view in
            schemas[view.type].map { schema in
                Entry(title: view.name, href: ListViews.href(view, schema), note: schema.pluralLabel)
            }
        }
        if !views.isEmpty {
            sections.append(Section(id: "views", title: text(.savedViews), entries: views, moreHref: nil))
        }
        return sections
    }

    // MARK: The page

    var markup: Markup {
        let field = FormField("q", label: text(.search), .search, values: [words], help: text(.searchHelp))
        let form: Markup = """
            <form class="card mb" method="get" action="\(Link.search().href)"><div class="form">\(raw: .field(field))\
            <div>\(raw: .submitButton(text(.search), look: .primary))</div></div></form>
            """
        let title = words.isEmpty ? text(.search) : text(.resultsFor(words))
        return "\(raw: .pageHeader(title))\(raw: form)<div class=\"stack\">\(raw: cards)</div>"
    }

    private var cards: Markup {
        if isEmpty, !words.isEmpty {
            return
                "<section class=\"card\">\(raw: .emptyState(title: text(.nothingFound), text(.nothingFoundAtAll)))</section>"
        }
        return .each(sections) { section in
            let items: Markup = .each(section.entries) { entry in
                """
                <li><a href="\(entry.href)"><bdi>\(entry.title)</bdi></a>\
                <span class="meta">\(entry.note)</span></li>
                """
            }
            let title = results.isRecent ? "\(text(.recentlyChanged)): \(section.title)" : section.title
            return .card(
                id: section.id, title: title,
                aside: section.moreHref.map { .link(text(.allResults), $0) }, "<ul class=\"list\">\(raw: items)</ul>")
        }
    }

    // MARK: The list of the dialog

    /// Options of a list box, which the script moves through by keys.
    var fragment: Markup {
        guard !isEmpty else {
            return "<p class=\"meta\">\(words.isEmpty ? Text.findAnythingHelp : .nothingFoundAtAll)</p>"
        }
        var number = 0
        return Markup(capacityBytes: 8_192) { html in
            for section in sections {
                let title = results.isRecent ? "\(text(.recentlyChanged)): \(section.title)" : section.title
                html.add("<div role=\"group\" aria-labelledby=\"find-\(section.id)\">")
                html.add("<h3 id=\"find-\(section.id)\">\(title)</h3>")
                for entry in section.entries {
                    Self.option(entry, number, &html)
                    number += 1
                }
                if let more = section.moreHref {
                    Self.option(Entry(title: text(.allResults), href: more, note: section.title), number, &html)
                    number += 1
                }
                html.raw("</div>")
            }
        }
    }

    private static func option(_ entry: Entry, _ number: Int, _ html: inout HTML) {
        html.add(
            """
            <a role="option" id="find-option-\(number)" tabindex="-1" href="\(entry.href)"><bdi>\(entry.title)</bdi>\
            <span class="meta">\(entry.note)</span></a>
            """)
    }

    /// Its state, and what it belongs to.
    private func note(_ record: StoredRecord) -> String {
        let state = record.schema.lifecycle.map { record[$0.field].text.asLabel }
        return [results.places[record.id], state].compactMap(\.self).joined(separator: " · ")
    }
}
