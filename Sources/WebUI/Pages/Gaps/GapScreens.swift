// The gaps of an assessment, what closes them, and how they went down.
import Access
import Foundation
import Governance
package import HTTPServing
import HTTPTypes
package import Hummingbird
import RecordKit
import Records
import Storage

/// The pages of the gap list.
package struct GapScreens: Sendable {
    private let services: Services
    private let frame: PageFrame
    package init(services: Services, frame: PageFrame) { (self.services, self.frame) = (services, frame) }

    /// Adds the routes.
    package func add(to router: Router<ConcordContext>) {
        router.get(RouterPath(Link.Route.gapsNow.rawValue), use: now)
        router.get(RouterPath(Link.Route.gaps.rawValue), use: gaps)
        router.post(RouterPath(Link.Route.gapTasks.rawValue), use: makeTasks)
    }

    /// Sends the browser to the gaps of the latest assessment.
    @Sendable private func now(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        guard let id = try await services.assessments.latest(as: caller) else {
            return try await frame.page(
                text(.gapList), request, context, content: NoAssessment(caller: caller).markup())
        }
        return PageReply.see(Link.gaps(id, try request.linkQuery()).href)
    }

    @Sendable private func gaps(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let id = try context.pathID("id", of: Assessment.schema.erased.label)
        let query = try request.linkQuery()
        let moment = try await Moment.read(query, services, caller)
        let asked = try GapQuery(query)
        let list = try await services.gaps.list(id, as: caller, asOf: moment?.asOf)
        let points =
            asked.show == .burndown && moment == nil ? try await services.gaps.burndown(id, as: caller) : []
        let mayMake = moment == nil && Authorisation.mayCreate(caller, Task.schema.erased)
        let owners = Array(Set(list.gaps.compactMap(\.owner)))
        let names = try await services.store.read {
            try $0.titles(Person.schema.erased, owners, in: caller.organisation)
        }
        let page = GapPage(
            list: list, asked: asked, points: points, names: names, asOf: moment?.parameter,
            tasks: mayMake ? try await TaskBar.load(services, caller, formToken: context.formToken) : nil)
        return try await frame.page(
            text(.gapList), request, context,
            { $0.asOf = moment?.band(backHref: page.link(asked, isNow: true)) }, content: page.markup)
    }

    @Sendable private func makeTasks(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let id = try context.pathID("id", of: Assessment.schema.erased.label)
        let body = try await FormBody(request)
        try context.verifyForm(body["csrf"])
        func chosen(_ name: String) throws -> UUID? {
            guard let value = body[name], !value.isEmpty else { return nil }
            guard let id = UUID(uuidString: value) else { throw Failure.invalid(name, text(.meansNothing)) }
            return id
        }
        var wanted = GapTasks(
            gaps: [], assignee: try chosen("assignee"), milestone: try chosen("milestone"))
        if let value = body["dueOn"], !value.isEmpty {
            guard let day = Day(value) else { throw Failure.invalid("dueOn", text(.meansNothing)) }
            wanted.dueOn = day
        }
        // A row's own button names that row alone; the bar takes all that were chosen.
        let picks = body["one"].map { [$0] } ?? body.all("pick")
        guard !picks.isEmpty else { throw Failure.invalid("pick", text(.bulkNothingChosen)) }
        for pick in picks {
            let parts = pick.split(separator: ":", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw Failure.invalid("pick", text(.meansNothing)) }
            if parts[0] == "measure" { wanted.measures.append(parts[1]) } else { wanted.gaps.append(parts[1]) }
        }
        let outcomes = try await services.gaps.makeTasks(id, wanted, as: caller, request: context.requestID)
        var counts = (made: 0, open: 0, gone: 0)
        for outcome in outcomes {
            switch outcome.result {
            case .made: counts.made += 1
            case .alreadyOpen: counts.open += 1
            case .notOpen: counts.gone += 1
            }
        }
        var query = LinkQuery(body["query"] ?? "") ?? [:]
        for name in ["made", "open", "gone"] { query = query.without(name) }
        query.add("made", String(counts.made))
        query.add("open", String(counts.open))
        query.add("gone", String(counts.gone))
        return PageReply.see(Link.gaps(id, query).href)
    }
}

/// What the address of a gap page asks for.
struct GapQuery: Sendable {
    enum Show: String, CaseIterable { case gaps, measures, burndown }
    static let pageSize = 100
    var show = Show.gaps
    var filter = GapFilter()
    /// The number of gaps before the first one that is shown.
    var from = 0
    /// What the form that led here did.
    var made: (made: Int, open: Int, gone: Int)?

    /// - Throws: ``Failure`` that names a parameter with a value that means nothing.
    init(_ query: LinkQuery) throws {
        func word<W: RawRepresentable<String>>(_ name: String, _ type: W.Type) throws -> W? {
            guard let value = query[name] else { return nil }
            guard let word = W(rawValue: value) else { throw Failure.invalid(name, text(.meansNothing)) }
            return word
        }
        show = try word("show", Show.self) ?? .gaps
        filter.framework = query["framework"]
        filter.severity = try word("severity", Conformity.self)
        filter.effect = try word("certification", CertificationEffect.self)
        filter.area = query["area"]
        filter.measure = query["measure"]
        filter.order = try word("sort", GapFilter.Order.self) ?? .effect
        if let owner = query["owner"] {
            guard let id = UUID(uuidString: owner) else { throw Failure.invalid("owner", text(.meansNothing)) }
            filter.owner = id
        }
        if let task = query["task"] {
            guard ["yes", "no"].contains(task) else { throw Failure.invalid("task", text(.meansNothing)) }
            filter.hasTask = task == "yes"
        }
        if let value = query["from"] {
            guard let number = Int(value), number >= 0 else { throw Failure.invalid("from", text(.meansNothing)) }
            from = number
        }
        func number(_ name: String) -> Int { query[name].flatMap { Int($0) }.map { max(0, $0) } ?? 0 }
        if query["made"] != nil { made = (number("made"), number("open"), number("gone")) }
    }

    init() {}

    var query: LinkQuery {
        [
            "show": show == .gaps ? nil : show.rawValue, "framework": filter.framework,
            "severity": filter.severity?.rawValue, "certification": filter.effect?.rawValue,
            "owner": filter.owner?.lowercased, "area": filter.area, "task": filter.hasTask.map { $0 ? "yes" : "no" },
            "measure": filter.measure, "sort": filter.order == .effect ? nil : filter.order.rawValue,
            "from": from == 0 ? nil : String(from),
        ]
    }
    var setCount: Int {
        [
            filter.framework, filter.severity?.rawValue, filter.effect?.rawValue, filter.owner?.lowercased,
            filter.area, filter.measure, filter.hasTask.map { "\($0)" },
        ].compactMap(\.self).count
    }
}

/// The bar that makes tasks of what is chosen.
struct TaskBar: Sendable {
    static let formID = "gap-tasks"
    private static let milestonesMax = 100
    let people: [FieldOption]
    let milestones: [FieldOption]
    let formToken: String

    static func load(_ services: Services, _ caller: Caller, formToken: String) async throws -> TaskBar {
        let people = try await PeopleChoice(services.store, caller)
        var filter = ListFilter()
        filter.conditions = [ListFilter.Condition("status", .equals, [.text(Milestone.Status.planned.rawValue)])]
        filter.sort = Sort("dueOn")
        filter.limit = milestonesMax
        let milestones = try await services.records.list(Milestone.schema.erased, filter, as: caller)
        return TaskBar(
            people: people.options, milestones: milestones.records.map { FieldOption($0.id.lowercased, $0.title) },
            formToken: formToken)
    }

    func markup(_ assessment: UUID, _ query: LinkQuery) -> Markup {
        var fields = [FormField("dueOn", label: text(.dueBy), .day, help: text(.taskDayHelp))]
        if !people.isEmpty {
            fields.insert(
                FormField("assignee", label: text(.assignTo), .reference(people), help: text(.taskOwnerHelp)), at: 0)
        }
        if !milestones.isEmpty {
            fields.append(
                FormField(
                    "milestone", label: text(.intoMilestone), .reference(milestones), help: text(.taskMilestoneHelp)))
        }
        return .bulkBar(
            formID: Self.formID, action: Link.gapTasks(assessment).href,
            hidden: [("csrf", formToken), ("query", String(query.string.dropFirst()))],
            actions: """
                \(raw: .each(fields) { .field($0, class: "field") })\
                \(raw: .submitButton(text(.makeTasksOfGaps), look: .primary))
                """)
    }

    /// One click for one row.
    static func button(_ pick: String, title: String) -> Markup {
        """
        <button class="button small" type="submit" form="\(formID)" name="one" value="\(value: pick)">\
        \(Text.makeTask)<span class="visually-hidden">\(Text.forWhat(title))</span></button>
        """
    }
}
