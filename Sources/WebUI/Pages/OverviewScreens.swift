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
        if let view = presenter?.view {
            page.targets = try await targets(of: view, caller, asOf: moment?.asOf)
            if moment == nil { page.changes = try await services.assessments.changes(in: view, as: caller) }
        }
        if moment == nil { page.decisions = try await services.records.waitingDecisions(as: caller) }
        if let presenter, moment == nil { page.delegated = try await DelegatedSections(services, presenter) }
        return try await frame.page(
            text(.overview), request, context,
            { $0.asOf = moment?.band(backHref: Link.overview.href) }, content: page.markup())
    }
}

extension OverviewScreens {
    /// The days by which certificates are wanted, by the key of the framework.
    private func targets(
        of view: AssessmentView, _ caller: Caller, asOf: AsOf?
    ) async throws -> [String: Day] {
        let keys = Dictionary(uniqueKeysWithValues: view.frameworks.map { ($0.id, $0.key) })
        let ids = view.assessment.value.scope.ids.map(\.raw)
        let adoptions = try await services.store.read {
            try $0.all(
                FrameworkAdoption.self, where: .ids(ids), in: caller.organisation, asOf: asOf,
                limit: Query.limitMax)
        }
        return Dictionary(
            adoptions.compactMap { adoption in
                guard let key = keys[adoption.value.framework.raw] else { return nil }
                return adoption.value.certificationTarget.map { (key, $0) }
            }
        ) { a, _ in a }
    }
}

/// Tasks and evidence that a day brings up, as far as the caller may see them.
struct OpenWork: Sendable {
    static let shownMax = 5
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
    static let decisionsShownMax = 5

    let presenter: RowPresenter?
    let work: OpenWork
    let caller: Caller
    let today: Day
    /// By the key of the framework.
    var targets: [String: Day] = [:]
    /// `nil` of the past, and while there is nothing to compare with.
    var changes: PostureChanges?
    var decisions: [WaitingDecision] = []
    /// The sections of the assessment that are in the caller's hands.
    var delegated: DelegatedSections?

    func markup() -> Markup {
        Markup(capacityBytes: 49_152) { html in
            html.add(head)
            html.raw("<div class=\"stack\">")
            if let presenter {
                html.add(delegated?.card)
                html.add(certificates(presenter))
                html.raw("<div class=\"grid\"><div class=\"c8 stack\">")
                html.add(next(presenter))
                html.add(worse(presenter))
                html.add(lowered(presenter))
                html.raw("</div><div class=\"c4 stack\">")
                html.add(waiting)
                html.add(tasks)
                html.raw("</div></div>")
                html.add(posture(presenter))
            } else {
                html.add("<section class=\"card\">\(raw: NoAssessment(caller: caller).markup())</section>")
                html.add(
                    "<div class=\"grid\"><div class=\"c8 stack\">\(raw: waiting)\(raw: tasks)</div></div>")
            }
            html.raw("</div>")
        }
    }

    /// The management system standards, and whatever else a certificate is wanted for.
    private func certificates(_ presenter: RowPresenter) -> Markup? {
        let wanted = presenter.view.frameworks.filter { framework in
            [FrameworkLibrary.ai, FrameworkLibrary.security].contains(framework.key) || targets[framework.key] != nil
        }
        guard !wanted.isEmpty else { return nil }
        let cards: Markup = .each(wanted) { framework in
            CertificateCard(
                framework: framework, presenter: presenter, target: targets[framework.key], today: today
            ).markup()
        }
        return "<div class=\"certificates\">\(raw: cards)</div>"
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

    /// Rows with a gap that nobody owns or works on, in the order of ``GapReport/gaps(of:)``.
    static func gaps(_ view: AssessmentView) -> (open: [RowView], all: Int) {
        let gaps = GapReport.gaps(of: view)
        let open = gaps.filter { row in
            row.partsInScope.contains { part in
                GapReport.isGap(part) && (part.answer?.value.owner == nil || (part.status?.tasksOpen ?? 0) == 0)
            }
        }
        return (open, gaps.count)
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
        let isInTheWay = row.partsInScope.contains(where: GapReport.isInTheWay)
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
            subtitle: row.partsInScope.map { presenter.shortName($0.item.frameworkKey) }.joined(separator: ", "),
            cells: [
                .status(worst.tone, worst.shownWord) + (isInTheWay ? Self.flag : .empty),
                .person(owner.map { presenter.names[$0] ?? text(.somebody) }),
                "<span class=\"nowrap\">\(isWorkedOn ? Text.hasOpenTask : Text.hasNoOpenTask)</span>", action,
            ])
    }

    private static let flag: Markup = " <span class=\"pill nonconform\">\(Text.inTheWayOfCertificate)</span>"

    /// What is shown worse than a week ago; that nothing is, is said too.
    private func worse(_ presenter: RowPresenter) -> Markup? {
        guard presenter.asOf == nil else { return nil }
        let content: Markup
        if let changes {
            let items: Markup = .each(changes.worsened.prefix(Self.loweredShownMax)) { change in
                let part = change.part
                return """
                    <li>\(raw: .link(
                        "\(presenter.shortName(part.item.frameworkKey)) \(part.item.reference) \(change.row.row.title)",
                        presenter.rowLink(change.row.row.key)))\(raw: .status(part.shown.tone, part.shown.shownWord))\
                    <span class="meta">\(Text.wasBefore(change.before.word))\(raw: part.shown == part.assessed
                        ? nil : " \(presenter.loweredWords(part))")</span></li>
                    """
            }
            content =
                changes.worsened.isEmpty
                ? "<p class=\"meta\">\(Text.nothingWorse)</p>" : "<ul class=\"list\">\(raw: items)</ul>"
        } else {
            content = "<p class=\"meta\">\(Text.nothingToCompare)</p>"
        }
        let count = changes?.worsened.count ?? 0
        let more: Text? =
            changes?.isComplete == false
            ? .notAllCompared : count > Self.loweredShownMax ? .shownOf(Self.loweredShownMax, count) : nil
        return .card(
            id: "worse", title: text(.becameWorse(PostureChanges.days)),
            footer: more.map { .escaped(text($0)) }, content)
    }

    /// Decisions that others must not take for themselves, and rows of the assessment that are the reader's.
    private var waiting: Markup? {
        guard presenter?.asOf == nil else { return nil }
        let own = (presenter?.view.rows ?? []).filter { row in
            row.partsInScope.contains { part in
                part.answer?.value.owner?.raw == caller.person && caller.person != nil
                    && (GapReport.isGap(part) || part.shown == .unknown)
            }
        }
        let items: Markup = .each(decisions.prefix(Self.decisionsShownMax)) { decision in
            """
            <li>\(raw: .link(decision.record.title, Link.record(decision.record.schema, decision.record.id).href))\
            <span class="pill">\(decision.transition.label)</span>\
            <span class="meta">\(decision.record.schema.label)</span></li>
            """
        }
        let rows: Markup? =
            if let presenter, let person = caller.person, !own.isEmpty {
                """
                <li>\(raw: .link(
                    text(.rowsOfMine(own.count)),
                    Link.assessment(presenter.assessmentID, ["owner": person.lowercased]).href))</li>
                """
            } else { nil }
        let isEmpty = decisions.isEmpty && rows == nil
        return .card(
            id: "waiting", title: text(.waitingForYou),
            footer: decisions.count > Self.decisionsShownMax
                ? .escaped(text(.shownOf(Self.decisionsShownMax, decisions.count))) : nil,
            isEmpty
                ? "<p class=\"meta\">\(Text.nothingWaitsForYou)</p>"
                : "<ul class=\"list\">\(raw: items)\(raw: rows)</ul>")
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
