// The first page: where the organisation stands, computed from answers and measurements, and what to do next.
import Access
import Foundation
import Governance
package import HTTPServing
package import Hummingbird
import RecordKit
import Records
import Storage

/// The overview.
package struct OverviewScreens: Sendable {
    private let services: Services
    private let frame: PageFrame
    package init(services: Services, frame: PageFrame) { (self.services, self.frame) = (services, frame) }

    /// Adds the route.
    package func add(to router: Router<ConcordContext>) {
        router.get(RouterPath(Link.Route.overview.rawValue), use: overview)
    }

    @Sendable private func overview(_ request: Request, _ context: ConcordContext) async throws -> Response {
        // Who administers the server need not have a place in an organisation.
        if let caller = context.caller, caller.organisation == nil, caller.isServerAdministrator {
            return PageReply.see(Link.hosted().href)
        }
        let caller = try frame.caller(context)
        let moment = try await Moment.read(try request.linkQuery(), services, caller)
        let today = caller.today(at: services.environment.now())
        var presenter: RowPresenter?
        if let id = try await services.assessments.latest(as: caller, asOf: moment?.asOf) {
            let view = try await services.assessments.view(id, as: caller, asOf: moment?.asOf)
            let people = RowPresenter.people(in: view)
            let names = try await services.store.read {
                try $0.titles(Person.schema.erased, people, in: caller.organisation)
            }
            presenter = RowPresenter(
                view: view, caller: caller, token: context.formToken, names: names, asOf: moment?.parameter)
        }
        let work = try await OpenWork(services.store, caller, today: today, asOf: moment?.asOf)
        var page = OverviewPage(presenter: presenter, work: work, caller: caller, today: today)
        if let presenter, moment == nil { page.delegated = try await DelegatedSections(services, presenter) }
        return try await frame.page(
            text(.overview), request, context,
            { $0.asOf = moment?.band(backHref: Link.overview.href) }, content: page.markup())
    }
}

/// Tasks and evidence that a day brings up, as far as the caller may see them.
struct OpenWork: Sendable {
    static let shownMax = 8
    static let warningDays = 30

    /// A short list with the number of all that belong on it.
    struct Part<R: Record>: Sendable {
        let shown: [Stored<R>]
        let count: Int
    }
    /// Open tasks of the caller, the next due first.
    let mine: Part<Task>
    /// Open tasks of everybody that should have been done.
    let overdue: Part<Task>
    /// Evidence that is out of date, or will be within ``warningDays``.
    let ending: Part<Evidence>
    let names: [UUID: String]

    /// States of tasks that are not done, and of evidence that counts.
    static let openTasks: [Task.Status] = [.open, .inProgress]
    static let countedEvidence: [Evidence.Status] = [.collected, .reviewed]

    init(_ store: any Store, _ caller: Caller, today: Day, asOf: AsOf?) async throws {
        let isOpen = Criteria.oneOf(
            "status", Self.openTasks.map { .text($0.rawValue) })
        let isMine = caller.person.map { Criteria.linked("assignee", [$0]) } ?? .none
        let isLate = Criteria.less("dueOn", .day(today))
        let counts = Criteria.oneOf(
            "status", Self.countedEvidence.map { .text($0.rawValue) })
        let isEnding = Criteria.less("validUntil", .day(today.adding(days: Self.warningDays + 1)))
        (mine, overdue, ending, names) = try await store.read { reader in
            func part<R: Record>(_ criteria: [Criteria], sort: String) throws -> Part<R> {
                let schema = R.schema.erased
                let all = Criteria.both(.and(criteria), Authorisation.visible(caller, .read, schema))
                let page = try reader.page(
                    Query(schema, where: all, sort: Sort(sort), limit: Self.shownMax), in: caller.organisation,
                    asOf: asOf)
                let shown: [Stored<R>] = try page.records.map { try $0.decoded() }
                let count =
                    page.next == nil
                    ? shown.count : try reader.count(schema, where: all, in: caller.organisation, asOf: asOf)
                return Part(shown: shown, count: count)
            }
            let mine: Part<Task> = try part([isOpen, isMine], sort: "dueOn")
            let overdue: Part<Task> = try part([isOpen, isLate], sort: "dueOn")
            let ending: Part<Evidence> = try part([counts, isEnding], sort: "validUntil")
            let people = Set((mine.shown + overdue.shown).compactMap { $0.value.assignee?.raw })
            return (
                mine, overdue, ending,
                try reader.titles(Person.schema.erased, Array(people), in: caller.organisation)
            )
        }
    }
}

/// All that the overview shows.
struct OverviewPage {
    static let gapsShownMax = 8
    static let loweredShownMax = 10

    let presenter: RowPresenter?
    let work: OpenWork
    let caller: Caller
    let today: Day
    /// The sections of the assessment that are in the caller's hands.
    var delegated: DelegatedSections?

    func markup() -> Markup {
        Markup(capacityBytes: 32_768) { html in
            html.add(head)
            html.raw("<div class=\"stack\">")
            if let presenter {
                html.add(delegated?.card)
                html.add(posture(presenter))
                html.raw("<div class=\"grid\"><div class=\"c8 stack\">")
                html.add(next(presenter))
                html.add(lowered(presenter))
                html.raw("</div><div class=\"c4 stack\">")
                html.add(tasks)
                html.raw("</div></div>")
            } else {
                html.add("<section class=\"card\">\(raw: NoAssessment(caller: caller).markup())</section>")
                html.add("<div class=\"grid\"><div class=\"c8 stack\">\(raw: tasks)</div></div>")
            }
            html.raw("</div>")
        }
    }

    private var head: Markup {
        let names = presenter?.view.frameworks.map(\.name) ?? []
        var action: Markup?
        if let presenter, presenter.isOpen {
            let view = presenter.view
            var query: LinkQuery = [:]
            if view.total[.unknown] > 0, view.total.answered > 0 { query.add("shown", "unknown") }
            action = .linkButton(
                text(view.total.answered == 0 ? .beginAssessment : .continueAssessment),
                Link.assessment(presenter.assessmentID, query).href, look: .primary)
        }
        return .pageHeader(
            text(.whereWeStand), actions: action, lead: text(.overviewLead(names, text(.dayWords(today)))))
    }

    // MARK: Posture

    /// The rows of the table: each standard, and beneath it its clauses and its annex, where it has both.
    static func postureRows(_ presenter: RowPresenter) -> [PostureRow] {
        let view = presenter.view
        var parts: [String: [RowFilter.Kind: ConformityCounts]] = [:]
        for row in view.rows {
            for part in row.partsInScope {
                let kind: RowFilter.Kind = part.item.isClause ? .clauses : .controls
                parts[part.item.frameworkKey, default: [:]][kind, default: ConformityCounts()]
                    .add(part.shown, assessed: part.assessed)
            }
        }
        let (id, asOf) = (presenter.assessmentID, presenter.asOf)
        return view.frameworks.flatMap { framework in
            var rows = [PostureFragments(presenter).row(framework)]
            guard let own = parts[framework.key], own.count > 1 else { return rows }
            for (kind, label) in [(RowFilter.Kind.clauses, Text.clauses), (.controls, .annexControls)] {
                let key = framework.key
                rows.append(
                    PostureRow(
                        id: "\(RowPresenter.elementID(key))-\(kind.rawValue)", label: text(label),
                        counts: own[kind]?.posture ?? PostureCounts(), isTotal: false
                    ) { tone in PostureFragments.href(id, asOf: asOf, standard: key, kind: kind, tone: tone) })
            }
            return rows
        }
    }

    private func posture(_ presenter: RowPresenter) -> Markup {
        let view = presenter.view
        let all = Link.assessment(presenter.assessmentID, ["asOf": presenter.asOf]).href
        let formula: Markup = """
            <ul class="list">\(raw: .each(Text.formula) { "<li><span>\($0)</span></li>" })</ul>
            """
        return .card(
            id: "posture", title: text(.posture), lead: text(.postureLead), isFlush: true,
            footer: """
                <span class="cluster"><span>\
                \(raw: .link(text(.rowsCover(view.rows.count, view.total.total)), all))</span>\
                <span>\(workSaved(view.workSaved))</span></span>\(raw: .disclosure(text(.howComputed), formula))
                """,
            .postureTable(label: text(.posture), Self.postureRows(presenter)))
    }

    /// Only what is so, and nothing about pairs where only one standard is in scope.
    private func workSaved(_ work: WorkSaved) -> String {
        let pairs = work.answeredOnce + work.sharePart + work.split
        guard pairs > 0 else { return text(.noPairs) }
        return text(
            .workSaved(once: work.answeredOnce, share: work.sharePart, split: work.split, own: work.own))
    }

    // MARK: What to do

    /// Rows with a gap that nobody owns or works on, nonconform first.
    static func gaps(_ view: AssessmentView) -> (open: [RowView], all: Int) {
        let isGap: (PartView) -> Bool = { RowFilter.Shown.gaps.matches($0) }
        let gaps = view.rows.filter { $0.partsInScope.contains(where: isGap) }
        let open = gaps.filter { row in
            row.partsInScope.contains { part in
                isGap(part) && (part.answer?.value.owner == nil || (part.status?.tasksOpen ?? 0) == 0)
            }
        }
        func weight(_ row: RowView) -> Int {
            row.partsInScope.reduce(0) { sum, part in
                sum + (part.shown == .nonconform ? 100 : part.shown == .partlyConform ? 1 : 0)
            }
        }
        let sorted = open.enumerated().sorted { a, b in
            let (first, second) = (weight(a.element), weight(b.element))
            return first == second ? a.offset < b.offset : first > second
        }
        return (sorted.map(\.element), gaps.count)
    }

    private func next(_ presenter: RowPresenter) -> Markup {
        let view = presenter.view
        let (open, all) = Self.gaps(view)
        let allLink = Link.assessment(presenter.assessmentID, ["shown": "gaps", "asOf": presenter.asOf]).href
        let unknown = Link.assessment(presenter.assessmentID, ["shown": "unknown", "asOf": presenter.asOf]).href
        let unknownRows = view.rows.count { $0.partsInScope.contains { $0.shown == .unknown } }
        let content: Markup
        if open.isEmpty {
            let why: Text = view.total.answered == 0 ? .nothingAnsweredYet : all == 0 ? .noGaps : .allGapsTaken
            content = .emptyState(title: text(.nothingToTake), text(why))
        } else {
            let rows = open.prefix(Self.gapsShownMax).map { gapRow($0, presenter) }
            content = .dataTable(
                label: text(.whatNext),
                columns: [.gap, .shownAs, .owner, .work, .action].map { TableColumn(text($0)) }, rows: rows,
                isSticky: false)
        }
        return .card(
            id: "next", title: text(.whatNext),
            aside: all == 0 ? nil : .link(text(.allGaps(all)), allLink), lead: text(.whatNextLead), isFlush: true,
            footer: unknownRows == 0
                ? nil
                : """
                <span class="cluster">\(raw: .icon(.unknown, isSmall: true))\
                \(raw: .link(text(.rowsUnknown(unknownRows)), unknown))</span>
                """,
            content)
    }

    private func gapRow(_ row: RowView, _ presenter: RowPresenter) -> TableRow {
        let worst = row.worst
        let owner = row.partsInScope.lazy.compactMap { $0.answer?.value.owner?.raw }.first
        let isWorkedOn = row.partsInScope.contains { ($0.status?.tasksOpen ?? 0) > 0 }
        let reference = row.partsInScope.first?.item.reference ?? ""
        var query: LinkQuery = ["title": String(text(.closeGap(reference, row.row.title)).prefix(200))]
        for part in row.partsInScope { query.add("requirements", part.item.id.lowercased) }
        let schema = Task.schema.erased
        let action: Markup =
            presenter.asOf == nil && Authorisation.mayCreate(caller, schema)
            ? """
            <a class="button small" href="\(Link.new(schema.plural, query).href)">\(Text.makeTask)\
            <span class="visually-hidden">\(Text.forWhat(row.row.title))</span></a>
            """ : .empty
        return TableRow(
            title: "\(reference) \(row.row.title)", href: presenter.rowLink(row.row.key),
            subtitle: row.partsInScope.map { row.frameworkName($0) }.joined(separator: ", "),
            cells: [
                .status(worst.tone, worst.shownWord), .person(owner.map { presenter.names[$0] ?? text(.somebody) }),
                .escaped(text(isWorkedOn ? .hasOpenTask : .hasNoOpenTask)), action,
            ])
    }

    private func lowered(_ presenter: RowPresenter) -> Markup? {
        let rows = presenter.view.rows.filter { row in row.partsInScope.contains { $0.shown != $0.assessed } }
        guard !rows.isEmpty else { return nil }
        let href = Link.assessment(presenter.assessmentID, ["shown": "lowered", "asOf": presenter.asOf]).href
        let items: Markup = .each(rows.prefix(Self.loweredShownMax)) { row in
            let parts = row.partsInScope.filter { $0.shown != $0.assessed }
            let reference = parts.first?.item.reference ?? ""
            return """
                <li>\(raw: .link("\(reference) \(row.row.title)", presenter.rowLink(row.row.key)))\
                \(raw: .status(row.worst.tone, row.worst.shownWord))\
                <span class="meta">\(parts.map { presenter.loweredWords($0) }.joined(separator: " "))</span></li>
                """
        }
        return .card(
            id: "lowered", title: text(.loweredRows), aside: .link(text(.rowCount(rows.count)), href),
            lead: text(.loweredLead), "<ul class=\"list\">\(raw: items)</ul>")
    }

    // MARK: Work with a day

    private var tasks: Markup {
        let byDay = Link.list(Task.schema.erased.plural, ["sort": "dueOn"]).href
        var late: LinkQuery = [
            "sort": "dueOn", "dueOn": DayRange(first: nil, last: today.adding(days: -1))?.text,
        ]
        for status in OpenWork.openTasks { late.add("status", status.rawValue) }
        let lateTasks = Link.list(Task.schema.erased.plural, late).href
        var ending: LinkQuery = [
            "sort": "validUntil",
            "validUntil": DayRange(first: nil, last: today.adding(days: OpenWork.warningDays))?.text,
        ]
        for status in OpenWork.countedEvidence { ending.add("status", status.rawValue) }
        let evidence = Link.list(Evidence.schema.erased.plural, ending).href
        return Markup { html in
            html.add(list("mine", .myTasks, work.mine, empty: .noTasksOfMine, all: .link(text(.allTasks), byDay)))
            html.add(
                list(
                    "late", .overdueTasks, work.overdue, empty: .nothingOverdue,
                    all: .link(text(.allOverdueTasks), lateTasks)))
            let items: Markup = .each(work.ending.shown) { piece in
                let isOld = piece.value.validUntil.map { $0 < today } ?? false
                let day = piece.value.validUntil.map { text(.validTo($0)) } ?? ""
                return """
                    <li>\(raw: .link(
                        piece.value.title, Link.record(Evidence.schema.erased, piece.id.raw).href))\
                    \(raw: isOld ? .status(.nonconform, text(.outOfDate)) : .status(.partly, text(.runningOut)))\
                    <span class="meta">\(day)</span></li>
                    """
            }
            html.add(
                card(
                    "ending", .evidenceEnding, work.ending.count, work.ending.shown.count,
                    empty: .noEvidenceEnding(OpenWork.warningDays), all: .link(text(.allEndingEvidence), evidence),
                    items))
        }
    }

    private func list(
        _ id: String, _ title: Text, _ part: OpenWork.Part<Task>, empty: Text, all: Markup
    ) -> Markup {
        let items: Markup = .each(part.shown) { task in
            .taskLine(task, today: today, name: task.value.assignee.flatMap { work.names[$0.raw] })
        }
        return card(id, title, part.count, part.shown.count, empty: empty, all: all, items)
    }

    private func card(
        _ id: String, _ title: Text, _ count: Int, _ shown: Int, empty: Text, all: Markup, _ items: Markup
    ) -> Markup {
        .card(
            id: id, title: text(title), aside: all,
            footer: count > shown ? .escaped(text(.shownOf(shown, count))) : nil,
            count == 0 ? "<p class=\"meta\">\(empty)</p>" : "<ul class=\"list\">\(raw: items)</ul>")
    }
}
