// A framework to read: its items in order, what they ask for, how they relate to others, and where the content is from.
import Access
import Foundation
import Governance
package import HTTPServing
package import Hummingbird
import RecordKit
import Records
import Storage

/// Read-only pages of the loaded frameworks.
package struct FrameworkScreens: Sendable {
    private let services: Services
    private let frame: PageFrame
    package init(services: Services, frame: PageFrame) { (self.services, self.frame) = (services, frame) }

    /// Adds the route.
    package func add(to router: Router<ConcordContext>) {
        router.get(RouterPath(Link.Route.framework.rawValue), use: browse)
    }

    /// The place of an item on its framework's page.
    static func link(_ framework: String, item: String) -> String {
        Link.framework(key: framework).href + "#item-\(RowPresenter.elementID(item))"
    }

    @Sendable private func browse(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let key = try context.path("key")
        guard let organisation = caller.organisation else { throw ServiceError.notFound(text(.page)) }
        let library = try await services.library.current(for: organisation, with: key)
        guard let framework = library.framework(key) ?? UUID(uuidString: key).flatMap({ library.framework(id: $0) })
        else { throw ServiceError.notFound(Framework.schema.erased.label) }
        let query = try request.linkQuery()
        let (record, mappings) = try await services.store.read { reader in
            (
                try reader.find(ID<Framework>(framework.id), in: caller.organisation),
                try Self.mappings(of: framework.items.map(\.id), reader, caller)
            )
        }
        guard let record else { throw ServiceError.notFound(Framework.schema.erased.label) }
        let page = FrameworkPage(
            framework: framework, record: record.value, library: library, mappings: mappings,
            words: query["q"] ?? "", theme: query["theme"])
        return try await frame.page(framework.name, request, context, content: page.markup())
    }

    /// Relations that start or end at the items.
    private static func mappings(
        of items: [UUID], _ reader: any Reader, _ caller: Caller
    ) throws -> [Mapping] {
        var found: [UUID: Mapping] = [:]
        for start in stride(from: 0, to: items.count, by: Query.limitMax) {
            let part = Array(items[start..<min(start + Query.limitMax, items.count)])
            var cursor: String?
            repeat {
                let page = try reader.page(
                    Query(
                        Mapping.schema.erased, where: .or([.linked("source", part), .linked("target", part)]),
                        cursor: cursor, limit: Query.limitMax), in: caller.organisation, asOf: nil)
                for record in page.records { found[record.id] = try record.decoded(as: Mapping.self).value }
                cursor = page.next
            } while cursor != nil
        }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }
}

/// All that a framework's page shows.
struct FrameworkPage {
    /// A framework with more items is narrowed by subject or words.
    static let itemsShownMax = 1_000
    /// More relations than this fold away.
    static let chipsShownMax = 4
    let framework: LibraryFramework
    let record: Framework
    let library: FrameworkLibrary
    let words: String
    let theme: String?
    /// By item of this framework: the other item, and the relation read from here.
    private let related: [UUID: [(item: LibraryItem, relation: Mapping.Relationship, strength: Int)]]

    init(
        framework: LibraryFramework, record: Framework, library: FrameworkLibrary, mappings: [Mapping],
        words: String, theme: String?
    ) {
        (self.framework, self.record, self.library) = (framework, record, library)
        (self.words, self.theme) = (words, theme)
        let own = Set(framework.items.map(\.id))
        var related: [UUID: [(item: LibraryItem, relation: Mapping.Relationship, strength: Int)]] = [:]
        for mapping in mappings {
            let (source, target) = (mapping.source.raw, mapping.target.raw)
            if own.contains(source), let other = library.item(target) {
                related[source, default: []].append((other, mapping.relationship, mapping.strength))
            } else if own.contains(target), let other = library.item(source) {
                related[target, default: []].append((other, mapping.relationship.reversed, mapping.strength))
            }
        }
        self.related = related
    }

    private var items: [LibraryItem] {
        let wanted = words.lowercased().split(whereSeparator: \.isWhitespace)
        return framework.items.filter { item in
            if let theme, item.theme != theme { return false }
            guard !wanted.isEmpty else { return true }
            let all = "\(item.reference) \(item.title) \(item.text)".lowercased()
            return wanted.allSatisfy { all.contains($0) }
        }
    }

    func markup() -> Markup {
        let items = items.prefix(Self.itemsShownMax)
        return Markup(capacityBytes: 4_096 + items.count * 1_024) { html in
            html.add(
                .pageHeader(
                    framework.name,
                    crumbs: [
                        Crumb(
                            Framework.schema.erased.pluralLabel, Link.list(Framework.schema.erased.plural).href)
                    ], lead: framework.fullName))
            html.add(.frameworkTabs(framework.key, isProjection: false))
            html.add(.card(id: "origin", title: text(.originOfContent), class: "mb", origin))
            html.raw("<section class=\"card list-card\">")
            html.add(filters)
            html.raw("<div id=\"results\">")
            if items.isEmpty {
                html.add(
                    .emptyState(
                        title: text(.noItemFits), text(.noRowFitsWhy),
                        actions: .linkButton(text(.showAllItems), Link.framework(key: framework.key).href)))
            } else {
                table(Array(items), &html)
            }
            html.raw("</div></section>")
        }
    }

    private var origin: Markup {
        .descriptionList([
            (text(.publisher), .escaped(record.publisher)), (text(.edition), .escaped(record.edition)),
            (text(.licence), .escaped(record.licence)), (text(.originOfTexts), .escaped(record.textOrigin)),
            (text(.fullText), record.source.map { .userLink($0) }),
            (text(.contentDigest), .mono(record.contentSHA256)),
        ])
    }

    private var filters: Markup {
        var seen: Set<String> = []
        let themes = framework.items.map(\.theme).filter { seen.insert($0).inserted }
        return .filterBar(
            action: Link.framework(key: framework.key).href,
            fields: [
                FormField(
                    "theme", label: text(.subject),
                    .choice([FieldOption("", text(.anyValue))] + themes.map { FieldOption($0, $0) }),
                    values: [theme ?? ""])
            ], growing: FormField("q", label: text(.search), .search, values: [words]),
            setCount: (theme == nil ? 0 : 1) + (words.isEmpty ? 0 : 1), resultSelector: "#results")
    }

    private func table(_ items: [LibraryItem], _ html: inout HTML) {
        html.add(
            """
            <div class="row-tools"><span data-result-count>\(Text.itemsShown(items.count, framework.items.count))</span>\
            </div><div class="stackable"><table class="table cards" role="table" aria-label="\(framework.name)">\
            <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">\(Text.requirement)</th>\
            <th role="columnheader" scope="col">\(Text.subject)</th>\
            <th role="columnheader" scope="col">\(Text.relatedItems)</th></tr></thead><tbody role="rowgroup">
            """)
        for item in items { row(item, &html) }
        html.raw("</tbody></table></div>")
    }

    private func row(_ item: LibraryItem, _ html: inout HTML) {
        html.raw("<tr role=\"row\" id=\"item-")
        html.text(RowPresenter.elementID(item.reference))
        html.raw("\"><th role=\"rowheader\" scope=\"row\">")
        html.add(
            .link(
                item.title == item.reference ? item.reference : "\(item.reference) \(item.title)",
                Link.requirement(item.id).href, class: "title"))
        if !item.text.isEmpty, item.text != item.title {
            html.raw("<span class=\"sub\">")
            html.text(item.text)
            html.raw("</span>")
        }
        html.raw("</th><td role=\"cell\" data-label=\"")
        html.text(.subject)
        html.raw("\">")
        html.text(item.theme)
        html.raw("</td><td role=\"cell\" data-label=\"")
        html.text(.relatedItems)
        html.raw("\">")
        if let others = related[item.id] { html.add(chips(others)) }
        html.raw("</td></tr>")
    }

    private func chips(
        _ others: [(item: LibraryItem, relation: Mapping.Relationship, strength: Int)]
    ) -> Markup {
        let chips: Markup = .each(others) { other in
            let key = other.item.frameworkKey
            let chip = RequirementChip(
                RowPresenter.family(key), standard: library.framework(key)?.shortName ?? key,
                reference: other.item.reference, href: FrameworkScreens.link(key, item: other.item.reference))
            return "<span title=\"\(Text.relationWords(other.relation, other.strength))\">\(raw: .chip(chip))</span>"
        }
        let all: Markup = "<span class=\"cluster\">\(raw: chips)</span>"
        return others.count > Self.chipsShownMax ? .disclosure(text(.relatedCount(others.count)), all) : all
    }
}

extension Mapping.Relationship {
    /// The same relation read from the target.
    var reversed: Self {
        switch self {
        case .subset: .superset
        case .superset: .subset
        case .equal, .intersects: self
        }
    }
}
