// The page of an assessment: posture on top, then sections, rows and the detail side by side.
import Access
import Foundation
import Governance
import HTTPServing
import RecordKit
import Records

/// All that the page of an assessment shows.
struct AssessmentPage {
    let presenter: RowPresenter
    let filter: RowFilter
    /// All rows that fit the filters.
    let rows: [RowView]
    /// Which of them the page shows.
    let window: Range<Int>
    /// The sections in the caller's hands.
    let delegations: DelegatedSections?
    /// The detail that stands open beside the rows.
    let detail: Markup?
    /// The ledger index of the answer that was just given, which can be taken back.
    let undoIndex: Int?

    private var view: AssessmentView { presenter.view }

    /// - Parameter from: The key of the first row to show, or of a row before it that no longer fits the filters.
    /// - Throws: ``Failure`` for a row that the assessment does not have.
    init(
        presenter: RowPresenter, filter: RowFilter, detail: Markup? = nil, undoIndex: Int? = nil, from: String? = nil,
        delegations: DelegatedSections? = nil
    ) throws {
        (self.presenter, self.filter, self.detail, self.undoIndex) = (presenter, filter, detail, undoIndex)
        self.delegations = delegations
        let view = presenter.view
        let positions = filter.positions(in: view)
        rows = positions.map { view.rows[$0] }
        var start = 0
        if let from {
            guard let place = view.rows.firstIndex(where: { $0.row.key == from }) else {
                throw Failure.invalid("from", text(.meansNothing))
            }
            start = positions.firstIndex { $0 >= place } ?? positions.count
        }
        window = start..<min(start + AssessmentService.windowRows, rows.count)
    }

    /// The rows of the window alone, for a page that shows those before.
    var moreRows: Markup {
        Markup(capacityBytes: window.count * 4_096) { html in
            html.raw("<div>")
            windowRows(&html)
            html.raw("</div>")
        }
    }

    /// The address of the page with other filters.
    func link(_ filter: RowFilter, isNow: Bool = false) -> String {
        var query = filter.query
        if !isNow { query.add("asOf", presenter.asOf) }
        return Link.assessment(presenter.assessmentID, query).href
    }

    func markup() -> Markup {
        Markup(capacityBytes: 65_536 + window.count * 4_096) { html in
            html.add(head)
            html.add(UndoOffer.place(index: undoIndex, back: link(filter), formToken: presenter.token))
            html.add(groupsNote)
            html.add(delegations?.card)
            html.add(PostureFragments(presenter).card)
            html.raw("<div class=\"split\">")
            tree(&html)
            html.raw("<section class=\"rows\"")
            html.attribute("aria-label", .rows)
            html.raw(">")
            html.add(filters)
            html.raw("<div id=\"results\">")
            html.add(
                """
                <div class="row-tools">\(raw: PostureFragments(presenter).answered)\
                \(raw: PostureFragments(presenter).origins)\
                <span class="right" data-result-count>\(Text.rowsShown(rows.count, view.rows.count))</span></div>
                """)
            results(&html)
            html.raw("</div></section>")
            html.add(
                """
                <aside class="detail" id="detail" data-detail tabindex="0" aria-label="\(Text.detailOfRow)">\
                \(raw: detail ?? "<p class=\"meta\">\(Text.openARow)</p>")</aside></div>
                """)
            html.add(.keyHints)
            html.add(.keysDialog)
        }
    }

    private var head: Markup {
        let value = view.assessment.value
        let isOpen = value.status == .open
        var next = filter
        next.shown = .unknown
        let left = view.rows.contains { $0.partsInScope.contains { $0.shown == .unknown } }
        let record = Link.record(Assessment.schema.erased, presenter.assessmentID).href
        return .pageHeader(
            value.title, crumbs: [Crumb(text(.assessments), Link.list(Assessment.schema.erased.plural).href)],
            state: isOpen ? nil : .currentPill(text(value.status == .closed ? .closed : .locked)),
            actions: """
                \(raw: presenter.seesWhole ? roundLinks + .linkButton(text(.aboutAssessment), record) : nil)\
                \(raw: left && presenter.isOpen ? .linkButton(text(.whatIsUnknown), link(next), look: .primary) : nil)
                """,
            lead: text(isOpen ? .assessmentLead : value.status == .closed ? .closedLead : .lockedLead))
    }

    /// What belongs to the assessment beside its rows.
    private var roundLinks: Markup {
        let id = presenter.assessmentID
        guard presenter.asOf == nil else { return .empty }
        return Markup { html in
            html.add(.linkButton(text(.delegatedSections), Link.sections(id).href))
            if view.assessment.value.previous != nil {
                html.add(.linkButton(text(.compare), Link.comparison(id).href))
            }
            if Authorisation.mayCreate(presenter.caller, Assessment.schema.erased) {
                html.add(.linkButton(text(.nextRound), Link.nextAssessment(id).href))
            }
        }
    }

    /// Which implementation groups are in the scope, where they were chosen.
    private var groupsNote: Markup? {
        let groups = view.assessment.value.groups
        let chosen = view.frameworks.compactMap { framework in
            groups[framework.key].map { text(.groupsOf(framework.name, $0)) }
        }
        return chosen.isEmpty ? nil : "<p class=\"meta mb\">\(chosen.joined(separator: " "))</p>"
    }

    // MARK: Sections

    private func tree(_ html: inout HTML) {
        html.add(
            """
            <nav class="tree" aria-label="\(Text.sections)"><details class="fold"><summary>\(Text.sections)</summary>\
            <ul class="items"><li><a href="\(link(with(section: nil)))"\
            \(attribute: "aria-current", filter.section == nil ? "true" : nil)><span class="ref"></span>\
            <span class="name">\(Text.allSections)</span></a></li></ul>
            """)
        var isOpen = false
        for section in view.sections {
            if section.parentID == nil {
                if isOpen { html.raw("</ul>") }
                html.add("<h3>\(raw: .link(section.title, link(with(section: section.id))))</h3><ul class=\"items\">")
                isOpen = true
                if view.sections.contains(where: { $0.parentID == section.id }) { continue }
            }
            html.raw("<li>")
            treeEntry(section, &html)
            html.raw("</li>")
        }
        if isOpen { html.raw("</ul>") }
        html.raw("</details></nav>")
    }

    private func treeEntry(_ section: LibrarySection, _ html: inout HTML) {
        html.raw("<a")
        html.attribute("href", link(with(section: section.id)))
        if filter.section == section.id { html.raw(" aria-current=\"true\"") }
        html.raw("><span class=\"ref\">")
        html.text(section.label)
        html.raw("</span><span class=\"name\"")
        html.attribute("title", section.title)
        html.raw(">")
        html.text(section.title)
        html.raw("</span>")
        html.add(PostureFragments(presenter).sectionBar(section))
        html.raw("</a>")
    }

    private func with(section: String?) -> RowFilter {
        var other = filter
        other.section = section
        return other
    }

    // MARK: Filters

    private var filters: Markup {
        let standards = view.frameworks.map { FieldOption($0.key, $0.name) }
        let sections = view.sections.map { FieldOption($0.id, "\($0.label) \($0.title)") }
        let areas = view.areas.map { FieldOption($0.id, $0.title) }
        let shown = RowFilter.Shown.allCases.map { FieldOption($0.rawValue, text($0.word)) }
        func select(_ name: String, _ label: Text, _ options: [FieldOption], _ value: String?) -> FormField {
            FormField(
                name, label: text(label), .choice([FieldOption("", text(.anyValue))] + options), values: [value ?? ""])
        }
        var hidden: [(name: String, value: String)] = []
        if let kind = filter.kind { hidden.append(("kind", kind.rawValue)) }
        if let asOf = presenter.asOf { hidden.append(("asOf", asOf)) }
        return .filterBar(
            action: Link.assessment(presenter.assessmentID).href,
            fields: [
                select("standard", .standard, standards, filter.standard),
                select("section", .section, sections, filter.section),
                select("area", .area, areas, filter.area),
                select("shown", .shownAs, shown, filter.shown?.rawValue),
                select(
                    "owner", .owner, [FieldOption("nobody", text(.nobodyYet))] + presenter.owners, filter.owner?.text),
            ],
            growing: FormField("q", label: text(.search), .search, values: [filter.words]), hidden: hidden,
            setCount: filter.setCount, resultSelector: "#results")
    }

    // MARK: Rows

    private func results(_ html: inout HTML) {
        guard !rows.isEmpty else {
            let all = view.rows.isEmpty
            html.add(
                .emptyState(
                    title: text(all ? .nothingInScope : .noRowFits),
                    text(all ? .nothingInScopeWhy : .noRowFitsWhy),
                    actions: all
                        ? .linkButton(
                            text(.aboutAssessment), Link.record(Assessment.schema.erased, presenter.assessmentID).href)
                        : .linkButton(text(.showAllRows), link(RowFilter()))))
            return
        }
        html.add(.assessmentHead)
        html.raw("<div data-rows>")
        if window.lowerBound > 0 { html.add(moreLink(from: max(0, window.lowerBound - AssessmentService.windowRows))) }
        windowRows(&html)
        html.raw("</div>")
    }

    /// A link to another window: one that follows is loaded by the script as it comes into sight.
    private func moreLink(from start: Int) -> Markup {
        var query = filter.query
        query.add("from", start == 0 ? nil : rows[start].row.key)
        query.add("asOf", presenter.asOf)
        let end = min(start + AssessmentService.windowRows, rows.count)
        let isNext = start >= window.upperBound
        return """
            <p class="more-rows"><a class="button small" href="\(Link.assessment(presenter.assessmentID, query).href)"\
            \(flag: "data-more", isNext)\(flag: "data-before", !isNext)>\(Text.rowsFromTo(start + 1, end, rows.count))</a></p>
            """
    }

    private func windowRows(_ html: inout HTML) {
        let titles = Dictionary(view.sections.map { ($0.id, $0) }) { a, _ in a }
        var present: String?
        let counts = rows.reduce(into: [:]) { $0[$1.row.sectionID, default: 0] += 1 }
        // A section that goes on has its heading above already, if the script puts these rows under the others.
        let before = window.lowerBound > 0 ? rows[window.lowerBound - 1].row.sectionID : nil
        for row in rows[window] {
            if row.row.sectionID != present {
                if present != nil { html.raw("</ul>") }
                present = row.row.sectionID
                heading(
                    titles[row.row.sectionID], counts[row.row.sectionID] ?? 0, goesOn: before == row.row.sectionID,
                    &html)
                html.raw("<ul class=\"items\">")
            }
            html.assessmentRow(presenter.row(row))
            html.add(presenter.confirmLine(row))
        }
        if present != nil { html.raw("</ul>") }
        if window.upperBound < rows.count { html.add(moreLink(from: window.upperBound)) }
    }

    private func heading(_ section: LibrarySection?, _ count: Int, goesOn: Bool, _ html: inout HTML) {
        guard let section else { return }
        html.raw(goesOn ? "<h2 data-goes-on id=\"s-" : "<h2 id=\"s-")
        html.text(RowPresenter.elementID(section.id))
        html.raw("\">")
        html.text(section.label)
        html.raw(" ")
        html.text(section.title)
        html.raw(" <span>")
        html.text(.rowCount(count))
        html.raw("</span></h2>")
    }
}

extension RowFilter.Shown {
    var word: Text {
        switch self {
        case .conform: .conform
        case .partly: .partlyConform
        case .nonconform: .nonconform
        case .unknown: .unknown
        case .notApplicable: .notApplicable
        case .gaps: .gaps
        case .lowered: .loweredRows
        case .confirm: .toConfirm
        case .reassessed: .reassessed
        case .carriedOver: .carriedOver
        }
    }
}

/// The counts of an assessment: on its page, and as fragments after somebody saved.
struct PostureFragments {
    let presenter: RowPresenter
    init(_ presenter: RowPresenter) { self.presenter = presenter }
    private var view: AssessmentView { presenter.view }

    /// The rows behind a number.
    static func href(
        _ assessment: UUID, asOf: String?, standard: String, kind: RowFilter.Kind? = nil, tone: Tone?
    ) -> String {
        var filter = RowFilter()
        filter.standard = standard
        filter.kind = kind
        filter.shown = tone.map { RowFilter.Shown($0) }
        var query = filter.query
        query.add("asOf", asOf)
        return Link.assessment(assessment, query).href
    }

    func row(_ framework: LibraryFramework) -> PostureRow {
        let (id, asOf) = (presenter.assessmentID, presenter.asOf)
        return PostureRow(
            id: RowPresenter.elementID(framework.key), label: framework.name,
            counts: view.counts[framework.key]?.posture ?? PostureCounts(), isTotal: true
        ) { tone in Self.href(id, asOf: asOf, standard: framework.key, tone: tone) }
    }

    func row(_ area: LibraryArea) -> PostureRow {
        var filter = RowFilter()
        filter.area = area.id
        let (id, asOf, rows) = (presenter.assessmentID, presenter.asOf, filter)
        return PostureRow(
            id: "area-\(area.id)", label: area.title, counts: view.areaCounts[area.id]?.posture ?? PostureCounts(),
            isTotal: false
        ) { tone in
            var filter = rows
            filter.shown = tone.map { RowFilter.Shown($0) }
            var query = filter.query
            query.add("asOf", asOf)
            return Link.assessment(id, query).href
        }
    }

    var card: Markup {
        .card(
            id: "posture", title: text(.posture), isFlush: true, class: "mb",
            footer: view.areas.isEmpty ? nil : .disclosure(text(.byArea), byArea),
            .postureTable(label: text(.posture), view.frameworks.map { row($0) }))
    }

    /// The posture by area, each number leading to its rows.
    var byArea: Markup {
        """
        <p class="meta">\(Text.byAreaLead)</p>\
        \(raw: .postureTable(label: text(.byArea), head: text(.area), view.areas.map { row($0) }))
        """
    }

    var answered: Markup {
        let total = view.total
        return """
            <span id="live-answered" data-live>\
            \(Text.answeredOf(total.answered, total.total, unknown: total[.unknown]))</span>
            """
    }

    /// How much of a continued assessment was looked at again, each number with its rows.
    var origins: Markup? {
        guard let origins = view.origins else { return nil }
        func link(_ shown: RowFilter.Shown, _ words: Text) -> Markup {
            var filter = RowFilter()
            filter.shown = shown
            var query = filter.query
            query.add("asOf", presenter.asOf)
            return .link(words.string, Link.assessment(presenter.assessmentID, query).href)
        }
        return """
            <span id="live-origins" data-live>\(raw: link(.reassessed, .countReassessed(origins.reassessed))), \
            \(raw: link(.carriedOver, .countCarriedOver(origins.carriedOver)))</span>
            """
    }

    func sectionBar(_ section: LibrarySection) -> Markup {
        let counts = view.sectionCounts[section.id]?.posture ?? PostureCounts()
        return """
            <span id="bar-\(RowPresenter.elementID(section.id))" data-live>\
            \(raw: .postureBar(counts, label: "\(section.label) \(section.title)", size: .thin))</span>
            """
    }

    /// What a saved row changes elsewhere on the page: counts, its sections, its place in the ledger.
    func swaps(after rows: [RowView]) -> Markup {
        let keys = Set(rows.map(\.row.key))
        return Markup(capacityBytes: 16_384) { html in
            for framework in view.frameworks {
                let row = row(framework)
                html.add(
                    "<template data-swap=\"#posture-\(row.id)\">\(raw: .postureRow(row))</template>")
            }
            for row in view.areas.map({ self.row($0) }) {
                html.add("<template data-swap=\"#posture-\(row.id)\">\(raw: .postureRow(row))</template>")
            }
            html.add("<template data-swap=\"#live-answered\">\(raw: answered)</template>")
            if let origins { html.add("<template data-swap=\"#live-origins\">\(raw: origins)</template>") }
            for section in view.sections where section.rowKeys.contains(where: keys.contains) {
                html.add(
                    """
                    <template data-swap="#bar-\(RowPresenter.elementID(section.id))">\(raw: sectionBar(section))\
                    </template>
                    """)
            }
            html.add(
                """
                <template data-swap="#ledger-position"><span id="ledger-position">\
                \(Text.nowAtLedger(max(0, view.ledgerSize - 1)))</span></template>
                """)
        }
    }

    /// A row for those who already see it.
    /// - Parameter name: Who else changed it just now.
    func swap(_ row: RowView, changedBy name: String? = nil) -> Markup {
        let id = RowPresenter.elementID(row.row.key)
        return Markup(capacityBytes: 4_096) { html in
            html.add("<template data-swap=\"#row-\(id)\"\(attribute: "data-by", name)>")
            html.assessmentRow(presenter.row(row))
            html.raw("</template>")
            html.add(confirmSwap(row))
        }
    }

    /// The line that asks to confirm goes when it is confirmed.
    func confirmSwap(_ row: RowView) -> Markup? {
        guard presenter.confirmLine(row) == nil else { return nil }
        let id = RowPresenter.elementID(row.row.key)
        return "<template data-swap=\"#confirm-\(id)\"><li hidden id=\"confirm-\(id)\"></li></template>"
    }
}
