// What is projected on a framework: the list of its items, one item with every path and its provenance, and the form
// by which a projected result is accepted.
import Access
import Foundation
import Governance
package import HTTPServing
import HTTPTypes
package import Hummingbird
import RecordKit
import Records
import Storage

/// Projections of the latest assessment.
package struct ProjectionScreens: Sendable {
    private let services: Services
    private let frame: PageFrame
    package init(services: Services, frame: PageFrame) { (self.services, self.frame) = (services, frame) }

    /// Adds the routes.
    package func add(to router: Router<ConcordContext>) {
        router.get(RouterPath(Link.Route.projection.rawValue), use: list)
        router.get(RouterPath(Link.Route.projectedItem.rawValue), use: item)
        router.post(RouterPath(Link.Route.acceptProjection.rawValue), use: accept)
    }

    @Sendable private func list(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let query = try request.linkQuery()
        var word: ProjectedWord?
        if let name = query["word"] {
            guard let known = ProjectedWord(name: name) else { throw Failure.invalid("word", text(.meansNothing)) }
            word = known
        }
        guard let from = Int(query["from"] ?? "0"), from >= 0 else {
            throw Failure.invalid("from", text(.meansNothing))
        }
        let key = try context.path("key")
        let projection: FrameworkProjection
        do {
            projection = try await services.crosswalk.projection(of: key, as: caller)
        } catch ServiceError.notFound(let what) where what == Assessment.schema.erased.label {
            return try await frame.page(
                text(.projection), request, context, content: NoAssessment(caller: caller).markup())
        }
        let page = ProjectionPage(
            projection: projection, names: ItemNames(try await services.library.current(for: caller.organisation)),
            word: word, search: query["q"] ?? "", from: from)
        return try await frame.page(
            "\(text(.projection)) · \(projection.framework.name)", request, context, content: page.markup())
    }

    @Sendable private func item(_ request: Request, _ context: ConcordContext) async throws -> Response {
        try await itemPage(request, context, caller: try frame.caller(context), form: AcceptForm())
    }

    private func itemPage(
        _ request: Request, _ context: ConcordContext, caller: Caller, form: AcceptForm,
        key: String? = nil, id: UUID? = nil, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let label = Requirement.schema.erased.label
        let projection = try await services.crosswalk.projection(of: key ?? context.path("key"), as: caller)
        let itemID = try id ?? context.pathID("id", of: label)
        guard let found = projection.item(itemID) else { throw ServiceError.notFound(label) }
        let row = found.rowKey.flatMap { key in projection.view.rows.first { $0.row.key == key } }
        let page = ProjectedItemPage(
            projection: projection, found: found, row: row,
            names: ItemNames(try await services.library.current(for: caller.organisation)),
            mayMap: Authorisation.mayCreate(caller, Mapping.schema.erased),
            mayAccept: row.map { AssessmentService.mayAnswer($0, as: caller) } ?? false, form: form,
            token: context.formToken)
        return try await frame.page(
            "\(found.item.reference) · \(text(.projection))", request, context, status: status, content: page.markup())
    }

    /// Accepts a result; what is refused comes back in the form.
    @Sendable private func accept(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await FormBody(request)
        try context.verifyForm(body["csrf"])
        let assessment = try context.pathID("id", of: Assessment.schema.erased.label)
        let key = try context.path("key")
        guard let framework = body["framework"], let item = body["item"].flatMap({ UUID(uuidString: $0) }),
            let version = body["version"].flatMap({ Int($0) })
        else { throw Failure.invalid("version", "is missing") }
        var form = AcceptForm(result: body["result"], reason: body["reason"] ?? "")
        func again(_ status: HTTPResponse.Status, _ problems: [Problem]) async throws -> Response {
            form.problems = problems
            return try await itemPage(
                request, context, caller: caller, form: form, key: framework, id: item, status: status)
        }
        guard let result = form.result.flatMap({ Answer.Result(rawValue: $0) }) else {
            return try await again(.unprocessableContent, [Problem("result", "is required")])
        }
        do {
            _ = try await services.assessments.acceptProjection(
                assessment, row: key, framework: framework,
                Acceptance(result: result, reason: form.reason, versions: [framework: version]), as: caller,
                request: context.requestID)
            return PageReply.see(Link.projectedItem(key: framework, item).href)
        } catch ServiceError.invalid(let invalid) {
            return try await again(.unprocessableContent, invalid.problems)
        } catch ServiceError.conflict(.state(let why)) {
            return try await again(.conflict, [Problem("", why)])
        } catch ServiceError.conflict(.stale) {
            return try await again(.conflict, [Problem("", text(.answeredMeanwhile))])
        }
    }
}

/// What somebody wrote into the form.
struct AcceptForm: Sendable {
    var result: String?
    var reason = ""
    var problems: [Problem] = []
}

extension ProjectedWord {
    /// The look of the word: dashed, so that nobody takes it for an answer.
    var pill: Markup { "<span class=\"pill projected \(name)\">\(Text.projectedWord(self))</span>" }
}

extension SourceState {
    var status: Markup {
        switch self {
        case .conform: .status(.conform)
        case .partlyConform: .status(.partly)
        case .nonconform: .status(.nonconform)
        case .notApplicable: .status(.notApplicable)
        case .unknown, .outOfScope: .status(.unknown)
        case .accepted: .status(.unknown, text(.accepted))
        }
    }
}

extension CrosswalkPath {
    /// "Superset, 8", and whether it is inferred.
    var words: Markup {
        let kind: Markup? = isInferred ? " <span class=\"pill projected\">\(Text.inferred)</span>" : nil
        return "<span class=\"nowrap\">\(Text.relationName(relation.relationship)), \(strength)</span>\(raw: kind)"
    }
}

extension Markup {
    /// The two views of a framework.
    static func frameworkTabs(_ key: String, isProjection: Bool) -> Markup {
        .tabs(
            label: Framework.schema.erased.label,
            [
                (text(.items), Link.framework(key: key).href, !isProjection),
                (text(.projection), Link.projection(key: key).href, isProjection),
            ])
    }
}

/// The list of a framework's items with what is projected on each.
struct ProjectionPage {
    static let itemsMax = 200
    let projection: FrameworkProjection
    let names: ItemNames
    let word: ProjectedWord?
    let search: String
    let from: Int

    private var framework: LibraryFramework { projection.framework }
    private func link(_ word: ProjectedWord?, from: Int = 0) -> String {
        Link.projection(
            key: framework.key,
            ["word": word?.name, "q": search, "from": from == 0 ? nil : String(from)]
        ).href
    }

    private var fitting: [LibraryItem] {
        let words = search.lowercased().split(whereSeparator: \.isWhitespace)
        return projection.items.filter { found in
            guard word == nil || found.word == word else { return false }
            guard !words.isEmpty else { return true }
            let all = "\(found.item.reference) \(found.item.title) \(found.item.text)".lowercased()
            return words.allSatisfy { all.contains($0) }
        }.map(\.item)
    }

    func markup() -> Markup {
        let fitting = fitting
        let shown = projection.projected(fitting.dropFirst(from).prefix(Self.itemsMax))
        return Markup(capacityBytes: 8_192 + shown.count * 1_024) { html in
            html.add(
                .pageHeader(
                    "\(text(.projection)) · \(framework.name)",
                    crumbs: [
                        Crumb(Framework.schema.erased.pluralLabel, Link.list(Framework.schema.erased.plural).href),
                        Crumb(framework.name, Link.framework(key: framework.key).href),
                    ],
                    lead: "\(text(.projectionLead)) \(text(.from(projection.view.assessment.value.title)))"))
            html.add(.frameworkTabs(framework.key, isProjection: true))
            html.add(.notice(.info, title: text(.projectionNote), .escaped(text(.projectionNoteWhy))))
            html.add(counts)
            html.raw("<section class=\"card list-card\">")
            html.add(
                .filterBar(
                    action: Link.projection(key: framework.key).href, fields: [],
                    growing: FormField("q", label: text(.search), .search, values: [search]),
                    hidden: word.map { [("word", $0.name)] } ?? [], setCount: search.isEmpty ? 0 : 1,
                    resultSelector: "#results"))
            html.raw("<div id=\"results\">")
            if shown.isEmpty {
                html.add(
                    .emptyState(
                        title: text(.noItemFits), text(.noRowFitsWhy),
                        actions: .linkButton(text(.showAllItems), Link.projection(key: framework.key).href)))
            } else {
                html.add(table(shown))
                html.add(
                    .pager(
                        summary: text(.itemsFrom(from + 1, from + shown.count, fitting.count)),
                        previousHref: from == 0 ? nil : link(word, from: max(0, from - Self.itemsMax)),
                        nextHref: from + shown.count < fitting.count ? link(word, from: from + shown.count) : nil))
            }
            html.raw("</div></section>")
        }
    }

    /// Every word with its count, each leading to its items.
    private var counts: Markup {
        func line(_ word: ProjectedWord) -> Markup {
            """
            <tr role="row"><th role="rowheader" scope="row">\(raw: word.pill)</th>\
            <td role="cell" class="num"><a href="\(link(word))"\
            \(attribute: "aria-current", self.word == word ? "true" : nil)>\(Text.count(projection.counts[word]))\
            <span class="visually-hidden"> \(Text.projectedWord(word))</span></a></td>\
            <td role="cell">\(Text.projectedMeaning(word))</td></tr>
            """
        }
        return .card(
            id: "counts", title: text(.projected), aside: word == nil ? nil : .link(text(.allItems), link(nil)),
            lead: projection.isInScope ? nil : text(.projectionOutOfScope), isFlush: true, class: "mb",
            """
            <table class="table" role="table" aria-label="\(Text.projected)"><tbody role="rowgroup">\
            \(raw: .each(ProjectedWord.allCases, line))</tbody></table>
            """)
    }

    private func table(_ items: [ProjectedItem]) -> Markup {
        .dataTable(
            label: framework.name,
            columns: [
                TableColumn(text(.requirement)), TableColumn(text(.projected)), TableColumn(text(.strongestSource)),
                TableColumn(text(.relation)), TableColumn(text(.sources), isNumeric: true),
            ],
            rows: items.map { found in
                let title = found.item.title == found.item.reference ? found.item.text : found.item.title
                let best = found.sources.first
                return TableRow(
                    title: found.item.reference, href: Link.projectedItem(key: framework.key, found.item.id).href,
                    subtitle: title,
                    cells: [
                        found.word == .answered ? answered(found) : found.word.pill,
                        best.map { names.chip($0.item.id) + " " + $0.state.status } ?? .escaped(text(.noSources)),
                        best?.path.words ?? .empty, .escaped(Text.count(found.sources.count)),
                    ])
            })
    }

    private func answered(_ found: ProjectedItem) -> Markup {
        let shown = found.shown ?? .unknown
        let origin: Markup? = found.isAccepted ? "<span class=\"sub\">\(Text.acceptedFrom)</span>" : nil
        return "\(raw: .status(shown.tone, shown.word))\(raw: origin)"
    }
}

/// One item with its sources, their paths, and the form.
struct ProjectedItemPage {
    static let sourcesMax = 100
    let projection: FrameworkProjection
    let found: ProjectedItem
    let row: RowView?
    let names: ItemNames
    let mayMap: Bool
    let mayAccept: Bool
    let form: AcceptForm
    let token: String

    private var framework: LibraryFramework { projection.framework }

    func markup() -> Markup {
        let item = found.item
        let title = item.title == item.reference ? item.reference : "\(item.reference) \(item.title)"
        let assessment = projection.view.assessment.id.raw
        return Markup(capacityBytes: 16_384) { html in
            html.add(
                .pageHeader(
                    title,
                    crumbs: [
                        Crumb(framework.name, Link.framework(key: framework.key).href),
                        Crumb(text(.projection), Link.projection(key: framework.key).href),
                    ], state: found.word.pill,
                    actions: row.map { .linkButton(text(.openRow), Link.row(assessment, key: $0.row.key).href) },
                    lead: text(.projectedMeaning(found.word))))
            if !item.text.isEmpty { html.add("<p class=\"mb\">\(item.text)</p>") }
            if found.isAccepted, let note = row?.parts.first(where: { $0.item.id == item.id })?.answer?.value.originNote
            {
                html.add(
                    .card(
                        id: "basis", title: text(.acceptedFrom), class: "mb",
                        "<p class=\"prewrap\"><bdi>\(note)</bdi></p>"))
            }
            html.add(sources)
            html.add(acceptance)
        }
    }

    private var sources: Markup {
        let shown = found.sources.prefix(Self.sourcesMax)
        let body: Markup =
            shown.isEmpty
            ? "<p class=\"meta\">\(Text.noSources)</p>"
            : .dataTable(
                label: text(.sources),
                columns: [
                    TableColumn(text(.sources)), TableColumn(text(.answerOfSource)), TableColumn(text(.relation)),
                    TableColumn(text(.weakestStrength), isNumeric: true), TableColumn(text(.provenance)),
                ],
                rows: shown.map { source in
                    TableRow(
                        title: names.name(source.item.id),
                        href: FrameworkScreens.link(source.item.frameworkKey, item: source.item.reference),
                        subtitle: source.item.title == source.item.reference ? nil : source.item.title,
                        cells: [
                            source.state.status,
                            """
                            \(Text.relationName(source.path.relation.relationship)) \
                            \(raw: source.path.isInferred
                                ? "<span class=\"pill projected\">\(Text.inferred)</span>"
                                : "<span class=\"pill\">\(Text.mapped)</span>")
                            """,
                            .escaped(Text.count(source.path.strength)),
                            .disclosure(text(.provenance), provenance(source.path)),
                        ])
                }, isSticky: false)
        let more: Markup? =
            found.sources.count > shown.count
            ? "<p class=\"meta\">\(Text.sourcesShown(shown.count, found.sources.count))</p>" : nil
        return .card(
            id: "sources", title: text(.sources), isFlush: !shown.isEmpty, class: "mb", body + (more ?? .empty))
    }

    /// Each step with every mapping that it rests on.
    private func provenance(_ path: CrosswalkPath) -> Markup {
        let graph = projection.snapshot.graph
        let nodes = graph.nodes(along: path)
        let steps: Markup = .each(path.edges.enumerated()) { place, at in
            let edge = graph.edges[at]
            let relation = edge.ends.0 == nodes[place] ? edge.relation : edge.relation.inverse
            let words = text(
                .stepWords(
                    names.name(graph.nodes[nodes[place]].id), relation.relationship,
                    names.name(graph.nodes[nodes[place + 1]].id), edge.strength))
            return "<li><b>\(words)</b>\(raw: .each(edge.mappings) { facts(graph.mappings[$0]) })</li>"
        }
        return "<ol class=\"list provenance\">\(raw: steps)</ol>"
    }

    private func facts(_ mapping: CrosswalkMapping) -> Markup {
        let schema = Mapping.schema.erased
        func label(_ name: String) -> String { schema.field(name)?.label ?? name }
        let settle: Markup? =
            mayMap
            ? mapping.isOwn
                ? .linkButton(text(.edit), Link.edit(schema.plural, mapping.id).href, look: .small)
                : .linkButton(
                    text(.settle),
                    Link.new(
                        schema.plural, ["source": mapping.source.lowercased, "target": mapping.target.lowercased]
                    ).href, look: .small) : nil
        return .descriptionList([
            (
                label("set"),
                .link(text(.ownPlace(mapping.isOwn, mapping.set)), Link.record(schema, mapping.id).href)
            ),
            (label("basis"), .escaped(mapping.basis.rawValue.asLabel)),
            (label("rationale"), .isolated(mapping.rationale)),
            (label("origin"), mapping.origin.map { .isolated($0) }),
            (label("author"), mapping.author.map { .isolated($0) }),
            (label("reviewState"), mapping.reviewState.map { .escaped($0.rawValue.asLabel) }),
        ]) + (settle ?? .empty)
    }

    // MARK: Accepting

    private var acceptance: Markup? {
        guard found.word != .answered else { return nil }
        let body: Markup
        if !projection.isInScope {
            body = "<p class=\"meta\">\(Text.projectionOutOfScope)</p>"
        } else if found.offered.isEmpty {
            body = "<p class=\"meta\">\(Text.nothingToAcceptWhy)</p>"
        } else if !mayAccept {
            body = "<p class=\"meta\">\(Text.acceptNotYours)</p>"
        } else {
            body = formMarkup
        }
        return .card(id: "accept", title: text(found.offered.isEmpty ? .nothingToAccept : .acceptTitle), body)
    }

    private var formMarkup: Markup {
        func error(_ name: String) -> String? {
            form.problems.first { $0.field == name }.map { text(.problem($0.message)) }
        }
        let others = form.problems.filter { !["result", "reason"].contains($0.field) }
        let notice: Markup = .each(others) {
            .notice(.bad, title: text(.answerNotSaved), .escaped(text(.problem($0.message))), isAlert: true)
        }
        let version = row?.parts.first { $0.item.id == found.item.id }?.answer?.version ?? 0
        let action = Link.acceptProjection(projection.view.assessment.id.raw, key: row?.row.key ?? "").href
        return """
            \(raw: notice)<form class="stack" method="post" action="\(action)">\
            \(raw: .hidden("csrf", token))\(raw: .hidden("framework", framework.key))\
            \(raw: .hidden("item", found.item.id.lowercased))\(raw: .hidden("version", String(version)))\
            \(raw: .field(
                FormField(
                    "result", label: text(.result),
                    .segmented(found.offered.map { FieldOption($0.rawValue, text($0.word)) }),
                    values: [form.result ?? ""], error: error("result"), isRequired: true)))\
            \(raw: .field(
                FormField(
                    "reason", label: text(.reason), .longText, values: [form.reason],
                    help: text(.acceptReasonHelp), error: error("reason"), isRequired: true)))\
            <div class="cluster">\(raw: .submitButton(text(.accept), look: .primary))</div></form>
            """
    }
}
