// The plan: milestones in time, their tasks, effort and what they close.
import Access
import Foundation
import Governance
package import HTTPServing
package import Hummingbird
import RecordKit
import Records
import Storage

/// The page of the plan.
package struct PlanScreens: Sendable {
    private let services: Services
    private let frame: PageFrame
    package init(services: Services, frame: PageFrame) { (self.services, self.frame) = (services, frame) }

    /// Adds the route.
    package func add(to router: Router<ConcordContext>) {
        router.get(RouterPath(Link.Route.plan.rawValue)) { request, context in
            let caller = try frame.caller(context)
            let moment = try await Moment.read(try request.linkQuery(), services, caller)
            let plan = try await services.gaps.plan(as: caller, asOf: moment?.asOf)
            let library = try await services.library.current(for: caller.organisation)
            let page = PlanPage(
                plan: plan,
                shortNames: Dictionary(uniqueKeysWithValues: library.frameworks.map { ($0.key, $0.shortName) }),
                mayAdd: moment == nil && Authorisation.mayCreate(caller, Milestone.schema.erased))
            return try await frame.page(
                text(.plan), request, context, { $0.asOf = moment?.band(backHref: Link.plan().href) },
                content: page.markup)
        }
    }
}

/// All that the page shows.
struct PlanPage {
    let plan: WorkPlan
    let shortNames: [String: String]
    let mayAdd: Bool
    private static let chipsMax = 6

    var markup: Markup {
        Markup(capacityBytes: 32_768) { html in
            let add: Markup =
                mayAdd
                ? .linkButton(
                    text(.newMilestone), Link.new(Milestone.schema.erased.plural).href, look: .primary, icon: .plus)
                : .empty
            html.add(
                .pageHeader(
                    text(.plan), actions: .linkButton(text(.toGaps), Link.gapsNow.href, icon: .gaps) + add,
                    lead: text(.planLead)))
            html.raw("<div class=\"stack\">")
            if !plan.isComplete { html.add(.notice(.warn, title: text(.planIncomplete))) }
            if plan.milestones.isEmpty {
                html.add(.emptyState(title: text(.noMilestones), text(.noMilestonesWhy), actions: add))
            } else {
                html.add(.card(id: "timeline", title: text(.timeline), isFlush: false, timeline))
            }
            for milestone in plan.milestones { html.add(card(milestone)) }
            html.add(
                .card(
                    id: "others", title: text(.withoutMilestone), lead: effort(plan.others), isFlush: true,
                    plan.others.tasks.isEmpty
                        ? "<p class=\"meta\">\(Text.everyTaskHasMilestone)</p>" : table(plan.others)))
            html.raw("</div>")
        }
    }

    private func effort(_ work: PlannedTasks) -> String {
        text(.effortSum(work.openDays.plainText, unestimated: work.unestimated))
    }

    private func state(_ milestone: PlannedMilestone) -> (tone: Tone?, word: String) {
        if milestone.isOverdue { return (.nonconform, text(.overdueWord)) }
        return milestone.milestone.value.status == .reached
            ? (.conform, text(.reachedWord)) : (nil, text(.plannedWord))
    }

    private func card(_ planned: PlannedMilestone) -> Markup {
        let milestone = planned.milestone
        let (tone, word) = state(planned)
        let late = planned.work.overdue.count
        let facts: [(String, String)] = [
            (text(.openTasksWord), Text.count(planned.work.open.count)),
            (text(.doneTasksWord), Text.count(planned.work.done.count)), (text(.overdueWord), Text.count(late)),
            (text(.effortOpen), effort(planned.work)),
        ]
        let list: Markup = .each(facts) { "<li>\($0.0): <b>\($0.1)</b></li>" }
        return .card(
            id: "m-\(milestone.id.raw.lowercased)", title: milestone.value.title,
            aside: """
                \(raw: .pill(word, tone: tone)) \(Text.dueDay(milestone.value.dueOn)) \
                \(raw: .link(text(.openRecord), Link.record(Milestone.schema.erased, milestone.id.raw).href))
                """, isFlush: true,
            footer: """
                <ul class="counts">\(raw: list)<li>\(raw: .person(milestone.value.owner.map {
                    plan.names[$0.raw] ?? text(.somebody)
                }))</li></ul>
                """,
            planned.work.tasks.isEmpty ? "<p class=\"meta\">\(Text.noTasksInMilestone)</p>" : table(planned.work))
    }

    private func table(_ work: PlannedTasks) -> Markup {
        let columns = [
            TableColumn(text(.taskWord)), TableColumn(text(.assignTo), priority: .optional), TableColumn(text(.dueBy)),
            TableColumn(text(.effort), isNumeric: true), TableColumn(text(.closes), priority: .optional),
        ]
        let rows = work.tasks.map { task -> TableRow in
            let value = task.value
            let isLate = PlannedTasks.isLate(value, work.today)
            let items = value.requirements.ids.compactMap { plan.items[$0.raw] }
            let chips = items.prefix(Self.chipsMax).map { item in
                RequirementChip(
                    RowPresenter.family(item.frameworkKey), standard: shortNames[item.frameworkKey] ?? "",
                    reference: item.reference,
                    href: FrameworkScreens.link(item.frameworkKey, item: item.reference))
            }
            let due = value.dueOn.map { text(.dayWords($0)) }
            return TableRow(
                title: value.title, href: Link.record(Task.schema.erased, task.id.raw).href,
                subtitle: value.status.rawValue.asLabel,
                cells: [
                    .person(value.assignee.map { plan.names[$0.raw] ?? text(.somebody) }),
                    isLate
                        ? .status(.nonconform, due)
                        : due.map { .escaped($0) } ?? .status(.unknown, text(.notStated), isPlain: true),
                    value.effortDays.map { .escaped(text(.daysOf($0.plainText))) }
                        ?? .status(.unknown, text(.notEstimated), isPlain: true),
                    .chips(chips, hiddenCount: max(0, items.count - Self.chipsMax)),
                ])
        }
        return .dataTable(label: text(.tasks), columns: columns, rows: rows, isSticky: false)
    }

    // MARK: Timeline

    /// Milestones and today on one line, by day; the table below says the same.
    private var timeline: Markup {
        let days = plan.milestones.map(\.milestone.value.dueOn) + [plan.today]
        let first = days.min() ?? plan.today
        let span = max(1, (days.max() ?? plan.today).daysSince1970 - first.daysSince1970)
        let (left, width) = (40.0, 800.0)
        func x(_ day: Day) -> Double {
            left + width * Double(day.daysSince1970 - first.daysSince1970) / Double(span)
        }
        let drawing = Markup(capacityBytes: 2_048) { html in
            html.add("<line class=\"axis\" x1=\"40\" y1=\"60\" x2=\"840\" y2=\"60\"/>")
            let now = x(plan.today)
            html.add(
                """
                <line class="marker" x1="\(coordinate: now)" y1="16" x2="\(coordinate: now)" y2="104"/>\
                <text class="mid" x="\(coordinate: now)" y="12">\(Text.todayWord)</text>
                """)
            for (n, planned) in plan.milestones.enumerated() {
                let at = x(planned.milestone.value.dueOn)
                let isLate = planned.isOverdue
                html.add(
                    """
                    <circle class="\(isLate ? "point bad" : "point")" cx="\(coordinate: at)" cy="60" r="7"/>\
                    <text class="mid strong" x="\(coordinate: at)" y="\(n.isMultiple(of: 2) ? 42 : 88)">\(n + 1)</text>
                    """)
            }
        }
        let rows: Markup = .each(plan.milestones.enumerated()) { n, planned in
            .chartTableRow(
                "\(n + 1). \(planned.milestone.value.title)",
                [text(.dayWords(planned.milestone.value.dueOn)), state(planned).word])
        }
        let late = plan.milestones.count(where: \.isOverdue)
        let reached = plan.milestones.count { $0.milestone.value.status == .reached }
        return """
            <figure class="figure"><div class="chart-scroll" tabindex="0" role="region" aria-label="\(Text.timeline)">\
            <svg class="chart" viewBox="0 0 880 112" role="img" aria-labelledby="t-line d-line">\
            <title id="t-line">\(Text.timeline)</title><desc id="d-line">\
            \(Text.timelineSummary(plan.milestones.count - reached, reached, late))</desc>\(raw: drawing)</svg></div>\
            \(raw: .chartTable(heads: [text(.intoMilestone), text(.dueBy), text(.stateWord)], rows))</figure>
            """
    }
}
