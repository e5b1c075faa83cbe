// The routes of an assessment: its rows, the detail of a row, an answer, and what others changed meanwhile.
import Access
import Foundation
import Governance
package import HTTPServing
import HTTPTypes
package import Hummingbird
import RecordKit
import Records
import Storage

/// The integrated gap assessment.
package struct AssessmentScreens: Sendable {
    let services: Services
    let frame: PageFrame
    package init(services: Services, frame: PageFrame) { (self.services, self.frame) = (services, frame) }

    /// Adds the routes.
    package func add(to router: Router<ConcordContext>) {
        router.get(RouterPath(Link.Route.assessmentNow.rawValue), use: now)
        router.get(RouterPath(Link.Route.assessment.rawValue), use: rows)
        router.get(RouterPath(Link.Route.assessmentChanges.rawValue), use: changes)
        router.get(RouterPath(Link.Route.row.rawValue), use: detail)
        router.post(RouterPath(Link.Route.answerRow.rawValue), use: answer)
    }

    // MARK: Reading

    /// Sends the browser to the latest assessment.
    @Sendable private func now(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        guard let id = try await services.assessments.latest(as: caller) else {
            return try await frame.page(
                text(.assessment), request, context, content: NoAssessment(caller: caller).markup())
        }
        return PageReply.see(Link.assessment(id).href)
    }

    @Sendable private func rows(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let id = try assessmentID(context)
        let query = try request.linkQuery()
        let filter = try RowFilter(query)
        let moment = try await moment(query, caller)
        let view = try await services.assessments.view(id, as: caller, asOf: moment?.asOf)
        let presenter = try await presenter(view, context, caller, moment)
        var open: Markup?
        if let key = query["open"], let row = view.rows.first(where: { $0.row.key == key }) {
            open = try await rowDetail(row, presenter, .panel, moment).markup()
        }
        let undo = moment == nil ? query["undo"].flatMap { Int($0) } : nil
        let page = try AssessmentPage(
            presenter: presenter, filter: filter, detail: open, undoIndex: undo, from: query["from"],
            delegations: moment == nil ? try await DelegatedSections(services, presenter) : nil)
        if request.isByScript, query["from"] != nil { return PageReply.html(page.moreRows) }
        let poll = moment == nil ? Link.assessmentChanges(id).href : nil
        let back = page.link(filter, isNow: true)
        return try await frame.page(
            view.assessment.value.title, request, context,
            { shell in
                shell.isRail = true
                shell.pollHref = poll
                shell.asOf = moment?.band(backHref: back)
            }, content: page.markup())
    }

    /// The rows that others changed after a ledger index, for pages that are open.
    @Sendable private func changes(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let id = try assessmentID(context)
        guard let since = try request.linkQuery()["since"].flatMap(Int.init), since >= 0 else {
            throw Failure.invalid("since", text(.meansNothing))
        }
        let size = try await services.store.read { try $0.ledgerSize(caller.organisation) }
        guard size - 1 > since else { return PageReply.nothing }
        let view = try await services.assessments.view(id, as: caller)
        // No more at once than a page shows; whoever asked asks again for the rest.
        let all = view.rows.filter { $0.lastIndex > since }.sorted { $0.lastIndex < $1.lastIndex }
        let changed = Array(all.prefix(AssessmentService.windowRows))
        guard !changed.isEmpty else {
            var response = PageReply.nothing
            response.headers[Self.ledgerHeader] = String(size - 1)
            return response
        }
        let presenter = try await presenter(view, context, caller, nil)
        let people = try await PeopleChoice(services.store, caller)
        let fragments = PostureFragments(presenter)
        let names = try await changers(of: changed, caller)
        let markup = Markup(capacityBytes: 8_192) { html in
            for row in changed {
                html.add(fragments.swap(row, changedBy: names[row.row.key]))
                html.add(RowForms(presenter: presenter, row: row, people: people, place: .panel).swaps())
            }
            html.add(fragments.swaps(after: changed))
        }
        var response = PageReply.html(markup)
        let upTo = all.count > changed.count ? changed.last?.lastIndex : nil
        response.headers[Self.ledgerHeader] = String(upTo ?? view.ledgerSize - 1)
        return response
    }

    /// Who last changed each of the rows, by its key; the caller's own changes have no name.
    private func changers(of rows: [RowView], _ caller: Caller) async throws -> [String: String] {
        var people: [String: UUID] = [:]
        for row in rows {
            let metas = row.parts.flatMap { [$0.answer?.meta, $0.applicability?.meta].compactMap(\.self) }
            guard let person = metas.max(by: { $0.since < $1.since })?.updatedBy, person != caller.person else {
                continue
            }
            people[row.row.key] = person
        }
        let ids = Array(Set(people.values))
        let names = try await services.store.read {
            try $0.titles(Person.schema.erased, ids, in: caller.organisation)
        }
        return people.compactMapValues { names[$0] }
    }

    @Sendable private func detail(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let moment = try await moment(try request.linkQuery(), caller)
        let view = try await services.assessments.view(try assessmentID(context), as: caller, asOf: moment?.asOf)
        let row = try self.row(context, in: view)
        let presenter = try await presenter(view, context, caller, moment)
        if request.isByScript {
            return PageReply.html(try await rowDetail(row, presenter, .panel, moment).markup())
        }
        let undo = moment == nil ? try request.linkQuery()["undo"].flatMap { Int($0) } : nil
        let notice = undo.map {
            UndoOffer.place(index: $0, back: presenter.rowLink(row.row.key), formToken: presenter.token)
        }
        return try await detailPage(row, presenter, request, context, moment, notice: notice)
    }

    func detailPage(
        _ row: RowView, _ presenter: RowPresenter, _ request: Request, _ context: ConcordContext,
        _ moment: Moment? = nil, status: HTTPResponse.Status = .ok, notice: Markup? = nil,
        refused: RefusedAnswer? = nil, words: String = ""
    ) async throws -> Response {
        let detail = try await rowDetail(row, presenter, .page, moment, words: words)
        let id = presenter.assessmentID
        let reference = row.partsInScope.first?.item.reference ?? ""
        let list = Link.assessment(id, ["asOf": presenter.asOf]).href
        let head: Markup = .pageHeader(
            row.row.title,
            crumbs: [
                Crumb(presenter.view.assessment.value.title, list + "#row-\(RowPresenter.elementID(row.row.key))"),
                Crumb(reference),
            ], actions: neighbours(row, presenter))
        let back = Link.row(id, key: row.row.key).href
        return try await frame.page(
            "\(reference) \(row.row.title)", request, context, status: status,
            { $0.asOf = moment?.band(backHref: back) },
            content: head + detail.markup(notice: notice, refused: refused))
    }

    private func neighbours(_ row: RowView, _ presenter: RowPresenter) -> Markup {
        let rows = presenter.view.rows
        guard let at = rows.firstIndex(where: { $0.row.key == row.row.key }) else { return .empty }
        return Markup { html in
            if at > 0 { html.add(.linkButton(text(.previous), presenter.rowLink(rows[at - 1].row.key))) }
            if at + 1 < rows.count { html.add(.linkButton(text(.next), presenter.rowLink(rows[at + 1].row.key))) }
        }
    }

    // MARK: Parts of a request

    func assessmentID(_ context: ConcordContext) throws -> UUID {
        try context.pathID("id", of: Assessment.schema.erased.label)
    }

    func row(_ context: ConcordContext, in view: AssessmentView) throws -> RowView {
        let key = try context.path("key")
        guard let row = view.rows.first(where: { $0.row.key == key }) else {
            throw ServiceError.notFound(text(.row))
        }
        return row
    }

    func presenter(
        _ view: AssessmentView, _ context: ConcordContext, _ caller: Caller, _ moment: Moment?
    ) async throws -> RowPresenter {
        let people = RowPresenter.people(in: view)
        let names =
            people.isEmpty
            ? [:]
            : try await services.store.read {
                try $0.titles(Person.schema.erased, people, in: caller.organisation)
            }
        return RowPresenter(
            view: view, caller: caller, token: context.formToken, names: names, asOf: moment?.parameter)
    }

    func rowDetail(
        _ row: RowView, _ presenter: RowPresenter, _ place: AnswerForm.Place, _ moment: Moment?,
        words: String = ""
    ) async throws -> RowDetail {
        let caller = presenter.caller
        let data = try await RowDetailData(
            row, services: RowServices(store: services.store, records: services.records), caller: caller,
            asOf: moment?.asOf)
        return RowDetail(
            presenter: presenter, row: row, data: data,
            people: try await PeopleChoice(services.store, caller, words: words),
            library: try await services.library.current(for: caller.organisation),
            today: caller.today(at: services.environment.now()),
            place: place)
    }

    func moment(_ query: LinkQuery, _ caller: Caller) async throws -> Moment? {
        try await Moment.read(query, services, caller)
    }

    static let ledgerHeader: HTTPField.Name = {
        guard let name = HTTPField.Name("Concord-Ledger") else { preconditionFailure("no name of a header") }
        return name
    }()
}

/// What stands where there is no assessment yet.
struct NoAssessment {
    let caller: Caller

    func markup() -> Markup {
        let schema = Assessment.schema.erased
        let mayCreate = Authorisation.mayCreate(caller, schema)
        return .emptyState(
            title: text(.noAssessmentYet),
            mayCreate ? schema.help : "\(schema.help) \(text(.mayNotCreate(schema.pluralLabel.lowercased())))",
            actions: mayCreate
                ? .linkButton(text(.firstAssessment), Link.new(schema.plural).href, look: .primary, icon: .plus) : nil)
    }
}
