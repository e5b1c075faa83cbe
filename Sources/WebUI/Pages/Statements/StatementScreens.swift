// The pages of the Statements of Applicability: both side by side, the rows of one, its versions and their differences,
// the decision on a control, the print view and the downloads.
import Access
import Foundation
import Governance
package import HTTPServing
import HTTPTypes
package import Hummingbird
package import RecordKit
import Records
import Storage

/// Which rows of a statement are shown.
package enum StatementFilter: String, Sendable, CaseIterable {
    case all, included, excluded, undecided, withoutReason, notImplemented, outside, contradicted, changed

    func matches(_ row: StatementRow, changed: Set<String>) -> Bool {
        switch self {
        case .all: true
        case .included: row.decision == .included
        case .excluded: row.decision == .excluded
        case .undecided: row.decision == .undecided
        case .withoutReason: row.block == .withoutReason
        case .notImplemented: row.decision == .included && row.implementation != .implemented
        case .outside: row.source != .annexA
        case .contradicted: row.isContradicted
        case .changed: changed.contains(row.key)
        }
    }
}

/// Routes of the statements.
package struct StatementScreens: Sendable {
    private static let both = "both"
    private let services: Services
    private let frame: PageFrame
    private let reading: RecordScreens.Reading
    private var statements: StatementService { services.statements }

    package init(services: Services, frame: PageFrame, schemas: [AnySchema]) {
        (self.services, self.frame) = (services, frame)
        reading = RecordScreens.Reading(
            services: services, ordered: schemas,
            schemas: Dictionary(uniqueKeysWithValues: schemas.map { ($0.type, $0) }))
    }

    /// Adds the routes.
    package func add(to router: Router<ConcordContext>) {
        func path(_ route: Link.Route) -> RouterPath { RouterPath(route.rawValue) }
        router.get(path(.statements), use: overview)
        router.get(path(.statement), use: statement)
        router.get(path(.statementPrint), use: print)
        router.get(path(.statementFile), use: file)
        router.get(path(.statementDifferences), use: differences)
        router.get(path(.statementDecision), use: decisionForm)
        router.post(path(.statementDecision), use: decide)
        router.post(path(.statementVerb), use: takeVerb)
    }

    // MARK: Reading

    @Sendable private func overview(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        var views: [StatementView] = []
        for key in StatementService.frameworks { views.append(try await statements.view(key, as: caller)) }
        let page = StatementsPage(views: views)
        return try await frame.page(text(.statements), request, context, content: page.markup)
    }

    @Sendable private func statement(_ request: Request, _ context: ConcordContext) async throws -> Response {
        try await statement(request, context, problem: nil)
    }

    private func statement(
        _ request: Request, _ context: ConcordContext, problem: Failure?
    ) async throws -> Response {
        let caller = try frame.caller(context)
        let key = try context.path("key")
        let query = try request.linkQuery()
        let moment = try await Moment.read(query, services, caller)
        let view = try await statements.view(key, as: caller, asOf: moment?.asOf)
        let version = try number("version", query)
        let report =
            try await version == nil
            ? StatementReport(content: view.content, version: nil)
            : statements.report(key, version: version, as: caller)
        let page = StatementPage(
            view: view, report: report, caller: caller, filter: try filter(query), words: query["q"] ?? "",
            asOf: moment?.parameter, formToken: context.formToken, problem: problem)
        return try await frame.page(
            page.title, request, context, status: problem?.status ?? .ok,
            { $0.asOf = moment?.band(backHref: Link.statement(key: key).href) }, content: page.markup)
    }

    private func filter(_ query: LinkQuery) throws -> StatementFilter {
        guard let word = query["show"] else { return .all }
        guard let filter = StatementFilter(rawValue: word) else { throw Failure.invalid("show", text(.meansNothing)) }
        return filter
    }

    private func number(_ name: String, _ query: LinkQuery) throws -> Int? {
        guard let word = query[name] else { return nil }
        guard let number = Int(word), number > 0 else { throw Failure.invalid(name, text(.meansNothing)) }
        return number
    }

    /// What a print or a file holds: one statement or both.
    private func reports(_ request: Request, _ context: ConcordContext) async throws -> [StatementReport] {
        let caller = try frame.caller(context)
        let key = try context.path("key")
        let query = try request.linkQuery()
        let asOf = try await Moment.read(query, services, caller)?.asOf
        let version = try number("version", query)
        var reports: [StatementReport] = []
        for key in key == Self.both ? StatementService.frameworks : [key] {
            reports.append(try await statements.report(key, version: version, as: caller, asOf: asOf))
        }
        return reports
    }

    @Sendable private func print(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let document = StatementDocument(reports: try await reports(request, context))
        return PageReply.html(document.page(stylesheet: Link.asset(name: DocumentMaker.stylesheetName).href))
    }

    @Sendable private func file(_ request: Request, _ context: ConcordContext) async throws -> Response {
        guard let format = DocumentFormat(rawValue: try context.path("format")) else {
            throw Failure(ServiceError.notFound(text(.fileLabel)))
        }
        let reports = try await reports(request, context)
        let data = try await services.documents.document(.statements(reports), format)
        return DocumentAnswer.response(data, format, name: StatementReport.fileName(reports))
    }

    @Sendable private func differences(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let key = try context.path("key")
        let query = try request.linkQuery()
        let view = try await statements.view(key, as: caller)
        let from = try number("from", query) ?? view.approved?.number ?? view.versions.first?.number
        let to = try number("to", query)
        let found = try await statements.differences(key, from: from, to: to, as: caller)
        let page = StatementDifferencesPage(
            view: view, before: found.before, after: found.after, rows: found.rows, from: from, to: to)
        return try await frame.page(page.title, request, context, content: page.markup)
    }

    // MARK: Verbs

    @Sendable private func takeVerb(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let form = try await FormBody(request)
        try context.verifyForm(form["csrf"])
        let (key, name) = (try context.path("key"), try context.path("name"))
        do {
            if name == "submit" {
                _ = try await statements.submit(key, note: form["note"], as: caller, request: context.requestID)
            } else {
                guard let id = form["id"].flatMap({ UUID(uuidString: $0) }),
                    let version = form["version"].flatMap({ Int($0) })
                else { throw Failure.invalid("version", text(.meansNothing)) }
                _ = try await services.records.take(
                    name, StatementOfApplicability.schema.erased, id, over: version, as: caller,
                    reason: form["reason"], request: context.requestID)
            }
            return PageReply.see(Link.statement(key: key).href)
        } catch let error as ServiceError {
            if case .notFound = error { throw error }
            return try await statement(request, context, problem: Failure(error))
        }
    }

    // MARK: Decisions

    private static let schema = Applicability.schema.erased

    /// The row, with the record of its decision if there is one.
    private func row(
        _ context: ConcordContext, _ caller: Caller
    ) async throws -> (view: StatementView, row: StatementRow, record: StoredRecord?) {
        let reference = try context.path("reference")
        let view = try await statements.view(try context.path("key"), as: caller)
        guard let row = view.content.rows.first(where: { $0.key == reference && $0.source == .annexA }) else {
            throw Failure(ServiceError.notFound(text(.controlOfStandard)))
        }
        let id = row.requirement.flatMap { UUID(uuidString: $0) }.flatMap { view.decisions[$0] }
        guard let id else { return (view, row, nil) }
        return (view, row, try await services.records.get(Self.schema, id, as: caller))
    }

    @Sendable private func decisionForm(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let (view, row, record) = try await row(context, caller)
        return try await form(view, row, record, request, context, caller)
    }

    private func form(
        _ view: StatementView, _ row: StatementRow, _ record: StoredRecord?, _ request: Request,
        _ context: ConcordContext, _ caller: Caller, status: HTTPResponse.Status = .ok, input: FormInput? = nil,
        problems: [Problem] = [], notice: String? = nil
    ) async throws -> Response {
        let fields = try await FormPage.load(
            Self.schema, record, input: input, prefilled: ["requirement": row.requirement], problems: problems,
            notice: notice, reading, caller, formToken: context.formToken)
        let mayDecide =
            record.map { Authorisation.may(caller, .update, $0) } ?? Authorisation.mayCreate(caller, Self.schema)
        let page = StatementDecisionPage(view: view, row: row, form: fields, mayDecide: mayDecide)
        return try await frame.page(page.title, request, context, status: status, content: page.markup)
    }

    @Sendable private func decide(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await FormBody(request)
        try context.verifyForm(body["csrf"])
        let (view, row, record) = try await row(context, caller)
        let input = try await FormInput(
            Self.schema, old: record, body, secret: context.formToken, zone: caller.timeZone
        ) { _ in throw Failure.invalid("file", text(.meansNothing)) }
        func again(_ status: HTTPResponse.Status, _ problems: [Problem] = [], notice: String? = nil) async throws
            -> Response
        {
            try await form(
                view, row, record, request, context, caller, status: status, input: input, problems: problems,
                notice: notice)
        }
        if input.isSearch { return try await again(.ok) }
        let problems = input.allProblems(Self.schema, old: record)
        guard problems.isEmpty else { return try await again(.unprocessableContent, problems) }
        do {
            if let record {
                guard let version = input.version else {
                    throw Failure.invalid(FormInput.version, text(.meansNothing))
                }
                _ = try await services.records.update(
                    Self.schema, record.id, over: version, input.values, keepsMissing: true, as: caller,
                    reason: input.changeReason, request: context.requestID)
            } else {
                _ = try await services.records.create(
                    Self.schema, input.values, as: caller, request: context.requestID)
            }
            return PageReply.see(
                Link.statement(key: view.content.framework).href + "#\(StatementPage.elementID(row.key))")
        } catch ServiceError.invalid(let invalid) {
            return try await again(.unprocessableContent, invalid.problems)
        } catch ServiceError.conflict(.stale(let present, let mine)) {
            let page = try await ConflictPage.load(
                present: present, mine: mine, version: input.version ?? 0, input, reading, caller,
                formToken: context.formToken)
            return try await frame.page(page.title, request, context, status: .conflict, content: page.markup)
        } catch ServiceError.conflict(let conflict) {
            let failure = Failure(ServiceError.conflict(conflict))
            return try await again(failure.status, failure.problems, notice: failure.detail)
        }
    }
}
