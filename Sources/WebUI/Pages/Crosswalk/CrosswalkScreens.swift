// The crosswalk's pages: two frameworks as a matrix and a graph, and the list of conflicts.
import Access
import Foundation
import Governance
package import HTTPServing
package import Hummingbird
import RecordKit
import Records
import Storage

/// Matrix, graph and conflicts.
package struct CrosswalkScreens: Sendable {
    private let services: Services
    private let frame: PageFrame
    package init(services: Services, frame: PageFrame) { (self.services, self.frame) = (services, frame) }

    /// Adds the routes.
    package func add(to router: Router<ConcordContext>) {
        router.get(RouterPath(Link.Route.crosswalk.rawValue), use: compare)
        router.get(RouterPath(Link.Route.crosswalkConflicts.rawValue), use: conflicts)
    }

    @Sendable private func compare(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let query = try request.linkQuery()
        let snapshot = try await services.crosswalk.snapshot(as: caller)
        func chosen(_ name: String, _ usual: String, _ place: Int) throws -> LibraryFramework? {
            if let key = query[name] {
                guard let found = snapshot.frameworks.first(where: { $0.key == key }) else {
                    throw ServiceError.notFound(Framework.schema.erased.label)
                }
                return found
            }
            return snapshot.frameworks.first { $0.key == usual } ?? snapshot.frameworks.dropFirst(place).first
        }
        let from = try chosen("from", FrameworkLibrary.ai, 0)
        let to = try chosen("to", FrameworkLibrary.security, 1)
        func number(_ name: String) throws -> Int? {
            guard let value = query[name] else { return nil }
            guard let number = Int(value), number >= 0 else { throw Failure.invalid(name, text(.meansNothing)) }
            return number
        }
        var table: CrosswalkTable?
        if let from, let to, from.key != to.key { table = CrosswalkTable(from, to, snapshot.graph) }
        let (row, column) = (try number("row"), try number("column"))
        if let row, !(table?.rows.indices.contains(row) ?? false) { throw Failure.invalid("row", text(.meansNothing)) }
        if let column, !(table?.columns.indices.contains(column) ?? false) {
            throw Failure.invalid("column", text(.meansNothing))
        }
        let page = CrosswalkPage(
            frameworks: snapshot.frameworks, projections: try await projections(caller), from: from, to: to,
            table: table, row: row, column: column,
            mayMap: Authorisation.mayCreate(caller, Mapping.schema.erased))
        return try await frame.page(text(.crosswalk), request, context, content: page.markup())
    }

    /// What the latest assessment projects on each framework; nothing while there is none.
    private func projections(
        _ caller: Caller
    ) async throws -> [(framework: LibraryFramework, counts: ProjectionCounts)] {
        guard let id = try await services.assessments.latest(as: caller) else { return [] }
        let view = try await services.assessments.view(id, as: caller)
        return try await services.crosswalk.counts(view, as: caller)
    }

    @Sendable private func conflicts(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let (snapshot, conflicts) = try await services.crosswalk.conflicts(as: caller)
        let page = ConflictsPage(
            names: ItemNames(try await services.library.current(for: caller.organisation)), graph: snapshot.graph,
            conflicts: conflicts, mayMap: Authorisation.mayCreate(caller, Mapping.schema.erased))
        return try await frame.page(text(.conflicts), request, context, content: page.markup())
    }
}

/// Names of items with their frameworks.
struct ItemNames: Sendable {
    let library: FrameworkLibrary
    init(_ library: FrameworkLibrary) { self.library = library }

    /// "27001 A.5.1"; an item that is not at hand is named by its id.
    func name(_ id: UUID) -> String {
        guard let item = library.item(id) else { return id.lowercased }
        return "\(library.framework(item.frameworkKey)?.shortName ?? item.frameworkKey) \(item.reference)"
    }

    func chip(_ id: UUID) -> Markup {
        guard let item = library.item(id) else { return .mono(id.lowercased) }
        let key = item.frameworkKey
        return .chip(
            RequirementChip(
                RowPresenter.family(key), standard: library.framework(key)?.shortName ?? key, reference: item.reference,
                href: FrameworkScreens.link(key, item: item.reference)))
    }
}

/// All that the page of two frameworks shows.
struct CrosswalkPage {
    let frameworks: [LibraryFramework]
    let projections: [(framework: LibraryFramework, counts: ProjectionCounts)]
    let from: LibraryFramework?
    let to: LibraryFramework?
    /// `nil` if the two are one.
    let table: CrosswalkTable?
    let row: Int?
    let column: Int?
    let mayMap: Bool

    func markup() -> Markup {
        let plural = Mapping.schema.erased.plural
        let actions: Markup = """
            \(raw: .linkButton(text(.conflicts), Link.crosswalkConflicts.href))\
            \(raw: .linkButton(text(.allMappings), Link.list(plural).href))\
            \(raw: mayMap ? .linkButton(text(.newMapping), Link.new(plural).href, look: .primary, icon: .plus) : nil)
            """
        return Markup(capacityBytes: 65_536) { html in
            html.add(.pageHeader(text(.crosswalk), actions: actions, lead: text(.crosswalkLead)))
            html.add(projected)
            html.add(choice)
            guard let table else {
                html.add(.emptyState(title: text(.chooseTwo), text(.crosswalkLead)))
                return
            }
            guard !table.pairs.isEmpty else {
                html.add(
                    .card(
                        id: "matrix", title: names(table),
                        .emptyState(
                            title: text(.nothingMapped), text(.nothingMappedWhy))))
                return
            }
            let rows = row.map { [table.rows[$0]] }
            let columns = column.map { [table.columns[$0]] }
            if let rows, let columns {
                html.add(items(table, rows[0], columns[0]))
            } else {
                html.add(sections(table, rows ?? table.rows, columns ?? table.columns))
            }
        }
    }

    private func names(_ table: CrosswalkTable) -> String { "\(table.from.name) · \(table.to.name)" }

    private func link(row: Int? = nil, column: Int? = nil) -> String {
        Link.crosswalk([
            "from": from?.key, "to": to?.key, "row": row.map(String.init), "column": column.map(String.init),
        ]).href
    }

    /// Each framework with the counts of what is projected on it, each leading to its items.
    private var projected: Markup? {
        guard !projections.isEmpty else { return nil }
        let rows = projections.map { framework, counts in
            TableRow(
                title: framework.name, href: Link.projection(key: framework.key).href,
                cells: ProjectedWord.allCases.map { word in
                    let href = Link.projection(key: framework.key, ["word": word.name]).href
                    return """
                        <a\(attribute: "class", counts[word] == 0 ? "zero" : nil) href="\(href)">\(Text.count(counts[word]))\
                        <span class="visually-hidden"> \(Text.projectedWord(word)), \(framework.name)</span></a>
                        """
                })
        }
        return .card(
            id: "projected", title: text(.projected), lead: text(.projectedLead), isFlush: true, class: "mb",
            .dataTable(
                label: text(.projected),
                columns: [TableColumn(Framework.schema.erased.label)]
                    + ProjectedWord.allCases.map { TableColumn(text(.projectedWord($0)), isNumeric: true) },
                rows: rows, isSticky: false))
    }

    private var choice: Markup {
        func select(_ name: String, _ label: Text, _ chosen: LibraryFramework?) -> Markup {
            .field(
                FormField(
                    name, label: text(label), .choice(frameworks.map { FieldOption($0.key, $0.name) }),
                    values: [chosen?.key ?? ""], isRequired: true), class: "field")
        }
        return """
            <form class="filters card mb" method="get" action="\(Link.crosswalk().href)">\
            \(raw: select("from", .from, from))\(raw: select("to", .toFramework, to))\
            <button class="button" type="submit">\(Text.compareFrameworks)</button></form>
            """
    }

    // MARK: Sections

    private func sections(
        _ table: CrosswalkTable, _ rows: [CrosswalkSection], _ columns: [CrosswalkSection]
    ) -> Markup {
        let counts = rows.map { row in columns.map { table.count(row, $0) } }
        let body: Markup = .each(zip(rows, counts)) { row, counts in
            let cells: Markup = .each(zip(columns, counts)) { column, count in
                guard count.mapped + count.inferred > 0 else { return "<td></td>" }
                let words = text(.sectionPairs(row.label, column.label, count.mapped, inferred: count.inferred))
                let shade = count.mapped == 0 ? "inferred" : count.mapped < 4 ? "x1" : count.mapped < 12 ? "x2" : "x3"
                return """
                    <td class="\(shade)"><a href="\(link(row: row.number, column: column.number))" title="\(words)">\
                    \(Text.pairs(count.mapped, inferred: count.inferred))\
                    <span class="visually-hidden">\(words)</span></a></td>
                    """
            }
            return "<tr><th scope=\"row\">\(row.label) <span class=\"sub\">\(row.title)</span></th>\(raw: cells)</tr>"
        }
        var lines: [CrosswalkDrawing.Line] = []
        for (i, row) in rows.enumerated() {
            for (j, column) in columns.enumerated() where counts[i][j].mapped + counts[i][j].inferred > 0 {
                let count = counts[i][j]
                lines.append(
                    .init(
                        left: i, right: j, weight: min(10, 1 + max(count.mapped, 0) / 2), kind: "pairs",
                        isInferred: count.mapped == 0,
                        words: text(.sectionPairs(row.label, column.label, count.mapped, inferred: count.inferred))))
            }
        }
        return .card(
            id: "matrix", title: text(.matrix), lead: text(.sectionsLead), class: "mb",
            grid(names(table), columns.map { ($0.label, $0.title) }, body))
            + graph(
                table, rows.map { Self.label($0) }, columns.map { Self.label($0) }, lines)
    }

    private static func label(_ section: CrosswalkSection) -> String {
        section.title.isEmpty ? section.label : "\(section.label) \(section.title)"
    }

    private func grid(_ caption: String, _ columns: [(label: String, title: String)], _ body: Markup) -> Markup {
        let heads: Markup = .each(columns) {
            "<th scope=\"col\"\(attribute: "title", $0.title.isEmpty ? nil : $0.title)>\($0.label)</th>"
        }
        return """
            <div class="scroll" tabindex="0" role="region" aria-label="\(caption)"><table class="crosswalk-matrix">\
            <caption class="visually-hidden">\(caption)</caption><thead><tr><td></td>\(raw: heads)</tr></thead>\
            <tbody>\(raw: body)</tbody></table></div>
            """
    }

    // MARK: Items

    private func items(_ table: CrosswalkTable, _ row: CrosswalkSection, _ column: CrosswalkSection) -> Markup {
        let body: Markup = .each(row.items) { item in
            let cells: Markup = .each(column.items) { other in
                cell(item, other, table.pairs[item.id]?[other.id])
            }
            return """
                <tr><th scope="row" title="\(item.title)">\
                \(raw: .link(item.reference, FrameworkScreens.link(table.from.key, item: item.reference)))</th>\
                \(raw: cells)</tr>
                """
        }
        var lines: [CrosswalkDrawing.Line] = []
        let rows = row.items.filter { item in column.items.contains { table.pairs[item.id]?[$0.id] != nil } }
        let columns = column.items.filter { other in row.items.contains { table.pairs[$0.id]?[other.id] != nil } }
        for (i, item) in rows.enumerated() {
            for (j, other) in columns.enumerated() {
                guard let pair = table.pairs[item.id]?[other.id] else { continue }
                lines.append(
                    .init(
                        left: i, right: j, weight: pair.strength, kind: pair.relation.rawValue,
                        isInferred: pair.isInferred,
                        words: text(
                            .pairWords(
                                item.reference, pair.relation, other.reference, pair.strength,
                                isInferred: pair.isInferred))))
            }
        }
        func label(_ item: LibraryItem) -> String {
            item.title == item.reference ? item.reference : "\(item.reference) \(item.title)"
        }
        return .card(
            id: "matrix", title: "\(Self.label(row)) · \(Self.label(column))",
            aside: .link(text(.backToSections), link()), lead: text(.itemsLead), class: "mb",
            grid(names(table), column.items.map { ($0.reference, $0.title) }, body))
            + graph(table, rows.map(label), columns.map(label), lines)
    }

    private func cell(_ item: LibraryItem, _ other: LibraryItem, _ pair: CrosswalkPair?) -> Markup {
        let new = Link.new(
            Mapping.schema.erased.plural, ["source": item.id.lowercased, "target": other.id.lowercased]
        ).href
        guard let pair else {
            guard mayMap else { return "<td></td>" }
            let words = "\(text(.mapThese)): \(item.reference), \(other.reference)"
            return "<td class=\"unmapped\"><a href=\"\(new)\" title=\"\(words)\" aria-label=\"\(words)\">+</a></td>"
        }
        let words = text(
            .pairWords(
                item.reference, pair.relation, other.reference, pair.strength, isInferred: pair.isInferred))
        let sign: Markup = "\(Text.relationSign(pair.relation)) \(pair.strength)"
        // What follows from others can be said in a mapping of its own.
        let href = pair.mapping.map { Link.record(Mapping.schema.erased, $0).href } ?? (mayMap ? new : nil)
        let inside: Markup = href.map { "<a href=\"\($0)\" title=\"\(words)\">\(raw: sign)</a>" } ?? sign
        return """
            <td class="\(pair.isInferred ? "inferred" : pair.relation.rawValue)">\(raw: inside)\
            <span class="visually-hidden">\(words)</span></td>
            """
    }

    // MARK: Graph

    private func graph(
        _ table: CrosswalkTable, _ left: [String], _ right: [String], _ lines: [CrosswalkDrawing.Line]
    ) -> Markup {
        let shown = lines.sorted { ($0.isInferred ? 0 : 1, $0.weight) > ($1.isInferred ? 0 : 1, $1.weight) }
            .prefix(CrosswalkDrawing.linesMax)
        let drawing = CrosswalkDrawing(
            title: names(table), summary: text(.graphSummary(table.from.name, table.to.name, lines.count)),
            left: left, right: right, lines: shown.reversed())
        let legend: Markup = .each(Mapping.Relationship.allCases) {
            "<li class=\"xw-key \($0.rawValue)\">\(Text.relationSign($0)) \(Text.relationName($0))</li>"
        }
        let cut: Markup? =
            lines.count > shown.count ? "<p class=\"meta\">\(Text.linesLeftOut(shown.count, lines.count))</p>" : nil
        return .card(
            id: "graph", title: text(.graph), lead: drawing.summary,
            """
            <ul class="legend">\(raw: legend)<li class="xw-key inferred">\(Text.inferred)</li></ul>\(raw: cut)\
            \(raw: drawing.markup())
            """)
    }
}

/// All that the page of conflicts shows.
struct ConflictsPage {
    static let shownMax = 200
    let names: ItemNames
    let graph: CrosswalkGraph
    let conflicts: [CrosswalkConflict]
    let mayMap: Bool

    func markup() -> Markup {
        let head: Markup = .pageHeader(
            text(.conflicts), crumbs: [Crumb(text(.crosswalk), Link.crosswalk().href)], lead: text(.conflictsLead))
        guard !conflicts.isEmpty else {
            return head + .emptyState(title: text(.noConflicts), text(.noConflictsWhy))
        }
        let shown = conflicts.prefix(Self.shownMax)
        let rows = shown.map { conflict in
            TableRow(
                title: text(.conflictKind(conflict.kind)),
                cells: [pair(conflict), said(conflict), action(conflict) ?? .empty])
        }
        let table: Markup = .dataTable(
            label: text(.conflicts),
            columns: [
                TableColumn(text(.conflicts)), TableColumn(text(.pair)), TableColumn(text(.whatIsSaid)),
                TableColumn(text(.action)),
            ], rows: rows, isSticky: false)
        let more: Markup? =
            conflicts.count > shown.count
            ? "<p class=\"meta\">\(Text.shownOf(shown.count, conflicts.count))</p>" : nil
        return """
            \(raw: head)<section class="card list-card"><div class="row-tools">\
            <span>\(Text.conflictCount(conflicts.count))</span></div>\(raw: more)\(raw: table)</section>
            """
    }

    private func pair(_ conflict: CrosswalkConflict) -> Markup {
        guard let first = conflict.mappings.first else { return .empty }
        return "<span class=\"cluster\">\(raw: names.chip(first.source))\(raw: names.chip(first.target))</span>"
    }

    private func said(_ conflict: CrosswalkConflict) -> Markup {
        let mappings: Markup = .each(conflict.mappings) { mapping in
            let words = text(
                .stepWords(
                    names.name(mapping.source), mapping.relation.relationship, names.name(mapping.target),
                    mapping.strength))
            return """
                <li>\(raw: .link(words, Link.record(Mapping.schema.erased, mapping.id).href)) \
                <span class="meta">\(Text.ownPlace(mapping.isOwn, mapping.set))</span></li>
                """
        }
        let path: Markup? = conflict.path.map { path in
            let nodes = graph.nodes(along: path).map { names.name(graph.nodes[$0].id) }
            let words = text(
                .stepWords(nodes.first ?? "", path.relation.relationship, nodes.last ?? "", path.strength))
            return "<li>\(words) <span class=\"meta\">\(Text.inferred): \(nodes.joined(separator: " → "))</span></li>"
        }
        return "<ul class=\"list\">\(raw: mappings)\(raw: path)</ul>"
    }

    private func action(_ conflict: CrosswalkConflict) -> Markup? {
        guard mayMap, let first = conflict.mappings.first else { return nil }
        let schema = Mapping.schema.erased
        if let own = conflict.mappings.first(where: \.isOwn) {
            return .linkButton(text(.edit), Link.edit(schema.plural, own.id).href, look: .small)
        }
        guard conflict.kind != .dangling else { return nil }
        let query: LinkQuery = ["source": first.source.lowercased, "target": first.target.lowercased]
        return .linkButton(text(.settle), Link.new(schema.plural, query).href, look: .small)
    }
}
