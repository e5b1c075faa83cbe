// The library of controls: what is suggested, what each own control carries, coverage, duplicates and their merge.
import Access
import Foundation
import Governance
package import HTTPServing
import HTTPTypes
package import Hummingbird
import RecordKit
import Records
import Storage

/// The pages of the library.
package struct ControlLibraryScreens: Sendable {
    private let services: Services
    private let frame: PageFrame
    package init(services: Services, frame: PageFrame) { (self.services, self.frame) = (services, frame) }

    /// Adds the routes.
    package func add(to router: Router<ConcordContext>) {
        router.get(RouterPath(Link.Route.controlLibrary.rawValue), use: library)
        router.post(RouterPath(Link.Route.adoptControls.rawValue), use: adopt)
        router.post(RouterPath(Link.Route.mergeControls.rawValue), use: merge)
    }

    @Sendable private func library(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        return try await page(try request.linkQuery(), request, context, caller)
    }

    private func page(
        _ query: LinkQuery, _ request: Request, _ context: ConcordContext, _ caller: Caller, problem: Markup? = nil,
        status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let show: ControlLibraryPage.Show
        if let word = query["show"] {
            guard let known = ControlLibraryPage.Show(rawValue: word) else {
                throw Failure.invalid("show", text(.meansNothing))
            }
            show = known
        } else {
            show = .suggestions
        }
        let library = try await services.controlLibrary.library(as: caller)
        var open: [String: Int] = [:]
        let assessment = try await services.assessments.latest(as: caller)
        if let id = assessment {
            for measure in try await services.gaps.list(id, as: caller).measures {
                open[measure.suggestion.id] = measure.requirements.count
            }
        }
        let owners = Array(Set(library.controls.compactMap { $0.value.owner?.raw }))
        let names = try await services.store.read {
            try $0.titles(Person.schema.erased, owners, in: caller.organisation)
        }
        let mayCreate = Authorisation.mayCreate(caller, Control.schema.erased)
        let people = mayCreate ? try await PeopleChoice(services.store, caller).options : []
        let page = ControlLibraryPage(
            library: library, show: show, section: query["section"], assessment: assessment, open: open, names: names,
            people: people, mayChange: mayCreate,
            formToken: context.formToken, told: ControlLibraryPage.Told(query), problem: problem)
        return try await frame.page(text(.controlLibrary), request, context, status: status, content: page.markup)
    }

    @Sendable private func adopt(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await FormBody(request)
        try context.verifyForm(body["csrf"])
        let picks = body["one"].map { [$0] } ?? body.all("pick")
        guard !picks.isEmpty else { throw Failure.invalid("pick", text(.bulkNothingChosen)) }
        var owner: UUID?
        if let value = body["owner"], !value.isEmpty {
            guard let id = UUID(uuidString: value) else { throw Failure.invalid("owner", text(.meansNothing)) }
            owner = id
        }
        let outcomes = try await services.controlLibrary.adopt(
            picks, owner: owner, evenIfSimilar: body["anyway"] == "yes", as: caller, request: context.requestID)
        var (made, already) = (0, 0)
        var similar: [String] = []
        for outcome in outcomes {
            switch outcome.result {
            case .made: made += 1
            case .already: already += 1
            case .similar: similar.append(outcome.suggestion)
            }
        }
        return PageReply.see(
            Link.controlLibrary([
                "made": String(made), "already": String(already), "similar": similar.joined(separator: ","),
            ]).href)
    }

    @Sendable private func merge(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await FormBody(request)
        try context.verifyForm(body["csrf"])
        guard let keep = body["keep"].flatMap(BulkBar.seen), let drop = body["drop"].flatMap(BulkBar.seen) else {
            throw Failure.invalid("keep", text(.meansNothing))
        }
        do {
            let (_, moved) = try await services.controlLibrary.merge(
                ControlMerge(keep: keep, drop: drop, reason: body["reason"] ?? ""), as: caller,
                request: context.requestID)
            return PageReply.see(Link.controlLibrary(["show": "duplicates", "moved": String(moved)]).href)
        } catch let error as ServiceError {
            let failure = Failure(error)
            guard failure.status != .notFound else { throw error }
            return try await page(
                ["show": "duplicates"], request, context, caller,
                problem: .notice(.bad, title: failure.title, .escaped(failure.detail), isAlert: true),
                status: failure.status)
        }
    }
}

/// All that a page of the library shows.
struct ControlLibraryPage {
    enum Show: String, CaseIterable { case suggestions, controls, coverage, duplicates }
    /// What the form that led here did.
    struct Told {
        let made: Int?
        let already: Int
        let similar: [String]
        let moved: Int?
        init(_ query: LinkQuery) {
            func number(_ name: String) -> Int? { query[name].flatMap { Int($0) }.map { max(0, $0) } }
            made = number("made")
            already = number("already") ?? 0
            similar = query["similar"]?.split(separator: ",").map(String.init) ?? []
            moved = number("moved")
        }
    }
    static let controlsShownMax = 500
    static let pairsShownMax = 50
    private static let chipsMax = 10
    private static let formID = "adopt"
    let library: ControlLibrary
    let show: Show
    /// The section whose requirements the coverage lists.
    let section: String?
    /// The latest one that the caller may see.
    let assessment: UUID?
    /// Open requirements of the latest assessment that a suggestion serves.
    let open: [String: Int]
    let names: [UUID: String]
    let people: [FieldOption]
    let mayChange: Bool
    let formToken: String
    let told: Told
    let problem: Markup?

    var markup: Markup {
        Markup(capacityBytes: 65_536) { html in
            html.add(
                .pageHeader(
                    text(.controlLibrary),
                    actions: .linkButton(text(.toGaps), Link.gapsNow.href, icon: .gaps),
                    lead: text(.controlLibraryLead)))
            let labels: [(Show, Text)] = [
                (.suggestions, .suggestedControls), (.controls, .ownControlsShown), (.coverage, .coverage),
                (.duplicates, .duplicates),
            ]
            html.add(
                .tabs(
                    label: text(.libraryViews),
                    labels.map { part, label in
                        let query: LinkQuery = ["show": part == .suggestions ? nil : part.rawValue]
                        return (text(label), Link.controlLibrary(query).href, show == part)
                    }))
            html.raw("<div class=\"stack\">")
            html.add(problem)
            html.add(notices)
            if !library.isEveryControlRead { html.add(.notice(.warn, title: text(.notEveryPair))) }
            switch show {
            case .suggestions: html.add(suggestions)
            case .controls: html.add(controls)
            case .coverage: html.add(coverage)
            case .duplicates: html.add(duplicates)
            }
            html.raw("</div>")
        }
    }

    private var notices: Markup {
        Markup { html in
            if let made = told.made {
                html.add(
                    .notice(made > 0 ? .good : .info, title: text(.controlsAdopted(made, already: told.already))))
            }
            if let moved = told.moved {
                html.add(.notice(.good, title: text(.controlsMerged), .escaped(text(.recordsMoved(moved)))))
            }
            let similar = library.suggestions.filter { told.similar.contains($0.suggestion.id) && $0.similar != nil }
            guard !similar.isEmpty, mayChange else { return }
            let items: Markup = .each(similar) { suggested in
                let control = suggested.similar?.control
                let link: Markup? = control.map {
                    .link($0.value.title, Link.record(Control.schema.erased, $0.id.raw).href)
                }
                return "<li>\(suggested.suggestion.title): \(raw: link)</li>"
            }
            let again: Markup = """
                <ul>\(raw: items)</ul><form method="post" action="\(Link.adoptControls.href)">\
                \(raw: .hidden("csrf", formToken))\(raw: .hidden("anyway", "yes"))\
                \(raw: .each(similar) { .hidden("pick", $0.suggestion.id) })\
                \(raw: .submitButton(text(.adoptAnyway), look: .small))</form>
                """
            html.add(
                """
                <div class="notice warn">\(raw: .icon(.alert))<b>\(Text.similarNotMade)</b><div>\(raw: again)</div></div>
                """)
        }
    }

    private func chips(_ items: [LibraryItem]) -> Markup {
        let shortNames = Dictionary(uniqueKeysWithValues: library.frameworks.map { ($0.key, $0.shortName) })
        let chips = items.prefix(Self.chipsMax).map { item in
            RequirementChip(
                RowPresenter.family(item.frameworkKey), standard: shortNames[item.frameworkKey] ?? "",
                reference: item.reference, href: FrameworkScreens.link(item.frameworkKey, item: item.reference))
        }
        return .chips(chips, hiddenCount: max(0, items.count - Self.chipsMax))
    }

    // MARK: Suggestions

    private var suggestions: Markup {
        let left = library.suggestions.filter { $0.control == nil && !$0.serves.isEmpty }
        guard !left.isEmpty else {
            return .emptyState(title: text(.everythingAdopted), text(.everythingAdoptedWhy))
        }
        let columns = [
            TableColumn(text(.suggestion)), TableColumn(text(.serves)), TableColumn(text(.openNow), isNumeric: true),
            TableColumn(text(.kindAndFrequency), priority: .lessOptional), TableColumn(text(.effort), isNumeric: true),
            TableColumn(text(.probablyThere), priority: .optional), TableColumn(text(.action)),
        ]
        let rows = left.map { suggested -> TableRow in
            let suggestion = suggested.suggestion
            let count = open[suggestion.id] ?? 0
            let number: Markup =
                count == 0
                ? .escaped(Text.count(0))
                : assessment.map { .link(Text.count(count), Link.gaps($0, ["measure": suggestion.id]).href) }
                    ?? .escaped(Text.count(count))
            let similar: Markup =
                suggested.similar.map {
                    .link($0.control.value.title, Link.record(Control.schema.erased, $0.control.id.raw).href)
                } ?? .empty
            let action: Markup =
                mayChange
                ? """
                <button class="button small" type="submit" form="\(Self.formID)" name="one" value="\(suggestion.id)">\
                \(Text.takeOver)<span class="visually-hidden">\(Text.forWhat(suggestion.title))</span></button>
                """ : .empty
            return TableRow(
                pick: suggestion.id, title: suggestion.title, subtitle: suggestion.description,
                cells: [
                    chips(suggested.serves), number,
                    .escaped(
                        "\(suggestion.type.rawValue.asLabel), \(suggestion.frequency.rawValue.asLabel.lowercased())"),
                    .escaped(text(.effort(days: suggestion.effortDays))), similar, action,
                ], id: "s-\(suggestion.id)")
        }
        let bar: Markup =
            mayChange
            ? .bulkBar(
                formID: Self.formID, action: Link.adoptControls.href, hidden: [("csrf", formToken)],
                actions: """
                    \(raw: people.isEmpty ? nil : .field(
                        FormField("owner", label: text(.owner), .reference(people)), class: "field"))\
                    \(raw: .submitButton(text(.adoptChosen), look: .primary))
                    """) : .empty
        return .card(
            id: "suggested", title: text(.suggestedControls), lead: text(.suggestedLead), isFlush: true,
            bar
                + .dataTable(
                    label: text(.suggestedControls), columns: columns, rows: rows,
                    bulkFormID: mayChange ? Self.formID : nil))
    }

    // MARK: Own controls

    private var controls: Markup {
        let schema = Control.schema.erased
        let columns = [
            TableColumn(text(.controlWord)), TableColumn(text(.carries)), TableColumn(text(.stateWord)),
            TableColumn(text(.owner), priority: .optional), TableColumn(text(.suggestion), priority: .lessOptional),
        ]
        let rows = library.controls.prefix(Self.controlsShownMax).map { control -> TableRow in
            let items = library.items(of: control.value)
            return TableRow(
                title: control.value.title, href: Link.record(schema, control.id.raw).href,
                subtitle: control.value.code,
                cells: [
                    items.isEmpty ? .status(.unknown, text(.carriesNothing), isPlain: true) : chips(items),
                    .pill(control.value.status.rawValue.asLabel),
                    .person(control.value.owner.map { names[$0.raw] ?? text(.somebody) }),
                    .escaped(control.value.template ?? ""),
                ])
        }
        return .card(
            id: "own", title: text(.ownControlsShown),
            aside: .link(text(.allRecords), Link.list(schema.plural).href), isFlush: true,
            footer: library.controls.count > rows.count
                ? .escaped(text(.shownOf(rows.count, library.controls.count))) : nil,
            rows.isEmpty
                ? "<p class=\"meta\">\(Text.carriesNothing)</p>"
                : .dataTable(label: text(.ownControlsShown), columns: columns, rows: rows))
    }

    // MARK: Coverage

    private var coverage: Markup {
        let frameworks = library.frameworks
        let heads: Markup = .each(frameworks) { framework in
            .each([Text.implementedWord, .onlyPlanned, .noControl]) {
                "<th scope=\"col\" class=\"num\">\(framework.shortName) \($0)</th>"
            }
        }
        let rows: Markup = .each(library.coverage) { section in
            let title = [section.section.label, section.section.title].filter { !$0.isEmpty }.joined(separator: " ")
            let href = Link.controlLibrary(["show": "coverage", "section": section.section.id]).href + "#h-covered"
            let cells: Markup = .each(frameworks) { framework in
                guard let count = section.counts[framework.key] else {
                    return .each(0..<3) { _ in "<td class=\"num\">\(Text.noValue)</td>" }
                }
                return .each([count.implemented, count.planned, count.none]) { number in
                    """
                    <td class="num"><a href="\(href)">\(Text.count(number))\
                    <span class="visually-hidden">\(Text.forWhat(title))</span></a></td>
                    """
                }
            }
            return "<tr><th scope=\"row\"><a href=\"\(href)\">\(title)</a></th>\(raw: cells)</tr>"
        }
        let matrix: Markup = .card(
            id: "coverage", title: text(.coverage), lead: text(.coverageLead), isFlush: true,
            """
            <div class="scroll" tabindex="0" role="region" aria-label="\(Text.coverage)"><table class="table">\
            <thead><tr><th scope="col">\(Text.section)</th>\(raw: heads)</tr></thead><tbody>\(raw: rows)</tbody>\
            </table></div>
            """)
        return covered + matrix
    }

    /// What the numbers of one section count: its requirements, each with the controls that carry it.
    private var covered: Markup {
        guard let section = library.coverage.first(where: { $0.section.id == section }) else { return .empty }
        var carrying: [UUID: [Stored<Control>]] = [:]
        for control in library.controls {
            for requirement in control.value.requirements.ids { carrying[requirement.raw, default: []].append(control) }
        }
        let items: Markup = .each(library.items(in: section.section)) { item in
            let found = carrying[item.id] ?? []
            let links: Markup = .each(found.prefix(Self.chipsMax), separator: ", ") {
                .link("\($0.value.code) \($0.value.title)", Link.record(Control.schema.erased, $0.id.raw).href)
            }
            return """
                <li><span class="cluster">\(raw: chips([item])) \(item.title)</span> <span>\
                \(raw: found.isEmpty ? .status(.unknown, text(.noControl), isPlain: true) : links)</span></li>
                """
        }
        return .card(
            id: "covered", title: "\(section.section.label) \(section.section.title)", lead: text(.coveredBy),
            "<ul class=\"list\">\(raw: items)</ul>")
    }

    // MARK: Duplicates

    private var duplicates: Markup {
        Markup { html in
            if !library.isEveryPairCompared { html.add(.notice(.warn, title: text(.notEveryPair))) }
            guard !library.duplicates.isEmpty else {
                return html.add(.emptyState(title: text(.noDuplicates), text(.noDuplicatesWhy)))
            }
            html.add("<p class=\"meta\">\(Text.duplicatesLead)</p>")
            for (n, pair) in library.duplicates.prefix(Self.pairsShownMax).enumerated() { html.add(card(pair, n)) }
        }
    }

    private func card(_ pair: DuplicatePair, _ n: Int) -> Markup {
        let schema = Control.schema.erased
        func line(_ control: Stored<Control>) -> Markup {
            """
            <li>\(raw: .link("\(control.value.code) \(control.value.title)", Link.record(schema, control.id.raw).href)) \
            <span class="cluster">\(raw: .pill(control.value.status.rawValue.asLabel)) \(raw: chips(library.items(of: control.value)))</span></li>
            """
        }
        func option(_ control: Stored<Control>) -> FieldOption {
            FieldOption(
                "\(control.id.raw.lowercased):\(control.version)", "\(control.value.code) \(control.value.title)")
        }
        let (first, second) = (pair.first, pair.second)
        let why =
            pair.likeness.isSameTemplate
            ? text(.sameSuggestion) : text(.likeness(pair.likeness.titlePercent, pair.likeness.requirementsPercent))
        func form(_ keep: Stored<Control>, _ drop: Stored<Control>, _ place: String) -> Markup {
            """
            <form class="fields" method="post" action="\(Link.mergeControls.href)">\(raw: .hidden("csrf", formToken))\
            \(raw: .hidden("keep", option(keep).value))\(raw: .hidden("drop", option(drop).value))\
            <div class="field"><label for="why-\(n)-\(place)">\(Text.mergeReason)</label>\
            <input class="input" id="why-\(n)-\(place)" name="reason" required maxlength="2000"></div>\
            \(raw: .submitButton("\(text(.keepThis)) \(keep.value.code), \(text(.dropThat).lowercased()) \(drop.value.code)"))</form>
            """
        }
        let forms: Markup? =
            mayChange
            ? .disclosure(
                text(.mergeControls),
                "<p class=\"meta\">\(Text.mergeEffect)</p>\(raw: form(first, second, "a"))\(raw: form(second, first, "b"))"
            )
            : nil
        return .card(
            id: "pair-\(n)", title: "\(first.value.code) / \(second.value.code)", lead: why,
            "<ul class=\"list\">\(raw: line(first))\(raw: line(second))</ul>\(raw: forms)")
    }
}
