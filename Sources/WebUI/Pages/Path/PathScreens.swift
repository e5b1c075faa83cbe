// The guided path from ISO/IEC 27001 to ISO/IEC 42001: a page for each step, and the verbs of the steps.
import Access
import Foundation
import Governance
package import HTTPServing
import HTTPTypes
package import Hummingbird
import RecordKit
import Records
import Storage

/// The screens of the path.
package struct PathScreens: Sendable {
    private let services: Services
    private let frame: PageFrame
    private var path: PathService { PathService(records: services.records, assessments: services.assessments) }

    package init(services: Services, frame: PageFrame) { (self.services, self.frame) = (services, frame) }

    /// Adds the routes.
    package func add(to router: Router<ConcordContext>) {
        router.get(RouterPath(Link.Route.path.rawValue), use: show)
        router.post(RouterPath(Link.Route.pathScope.rawValue), use: scope)
        router.post(RouterPath(Link.Route.pathConfirm.rawValue), use: confirm)
        router.post(RouterPath(Link.Route.pathTasks.rawValue), use: tasks)
    }

    @Sendable private func show(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let query = try request.linkQuery()
        let step = try query["step"].map { word in
            guard let step = PathView.Step(rawValue: word) else { throw Failure.invalid("step", text(.meansNothing)) }
            return step
        }
        return try await page(step, query, request, context)
    }

    private func page(
        _ step: PathView.Step?, _ query: LinkQuery, _ request: Request, _ context: ConcordContext,
        status: HTTPResponse.Status = .ok, problems: [Problem] = [], sent: FormBody? = nil
    ) async throws -> Response {
        let caller = try frame.caller(context)
        let view = try await path.view(as: caller)
        let assignees = try await PeopleChoice(
            services.store, caller, words: sent?["assignee.search"] ?? "")
        let page = PathPage(
            view: view, library: try await services.library.current(for: caller.organisation), caller: caller,
            token: context.formToken, step: step ?? view.next, query: query, people: assignees, problems: problems,
            sent: sent)
        return try await frame.page(
            text(.pathTitle), request, context, status: status, content: page.markup)
    }

    private func form(_ request: Request, _ context: ConcordContext) async throws -> FormBody {
        let body = try await FormBody(request)
        try context.verifyForm(body["csrf"])
        return body
    }

    // MARK: Verbs

    @Sendable private func scope(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await form(request, context)
        guard let id = body["assessment"].flatMap({ UUID(uuidString: $0) }),
            let version = body["version"].flatMap({ Int($0) })
        else { throw Failure.invalid("assessment", text(.meansNothing)) }
        try await path.setScope(
            includesAI: body["ai"] == "true", of: id, over: version, as: caller, request: context.requestID)
        return PageReply.see(Link.path(["step": PathView.Step.standards.rawValue]).href)
    }

    @Sendable private func confirm(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await form(request, context)
        guard let key = body["row"] else { throw Failure.invalid("row", text(.meansNothing)) }
        let sent = try AnswerForm(body)
        let decision: PathService.Decision
        if sent.confirms {
            decision = .same
        } else if let result = sent.result?.result, result != .notAssessed {
            let note = body["note"]?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
            decision = .differs(result, note: note.isEmpty ? nil : note)
        } else {
            return try await page(
                .confirmation, ["row": key], request, context, status: .unprocessableContent,
                problems: [Problem("result", text(.chooseResult))], sent: body)
        }
        do {
            try await path.confirm(key, decision, over: sent.versions, as: caller, request: context.requestID)
        } catch ServiceError.invalid(let invalid) {
            return try await page(
                .confirmation, ["row": key], request, context, status: .unprocessableContent,
                problems: invalid.problems, sent: body)
        }
        return PageReply.see(Link.path(["step": PathView.Step.confirmation.rawValue, "row": body["next"]]).href)
    }

    @Sendable private func tasks(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await form(request, context)
        func refused(_ problems: [Problem], _ status: HTTPResponse.Status = .unprocessableContent) async throws
            -> Response
        {
            try await page(.plan, [:], request, context, status: status, problems: problems, sent: body)
        }
        if body["find"] != nil { return try await refused([], .ok) }
        let chosen = body.all("pick")
        var ids = chosen.compactMap { UUID(uuidString: $0) }
        guard ids.count == chosen.count else { throw Failure.invalid("requirements", text(.meansNothing)) }
        if body["all"] == "true" {
            ids = try await path.view(as: caller).gaps.filter { !$0.hasOpenTask }.map(\.part.item.id)
        }
        guard !ids.isEmpty else { return try await refused([Problem("requirements", text(.chooseItems))]) }
        var problems: [Problem] = []
        func value(_ name: String) -> FieldValue? {
            guard let text = body[name], let field = Records.Task.schema.erased.field(name) else { return nil }
            do { return try FieldInput.value(text, for: field) } catch {
                problems.append(error)
                return nil
            }
        }
        let assignee: UUID? = if case .reference(let id) = value("assignee") { id } else { nil }
        let dueOn: Day? = if case .day(let day) = value("dueOn") { day } else { nil }
        guard problems.isEmpty else { return try await refused(problems) }
        do {
            let made = try await path.makeTasks(
                ids, assignee: assignee, dueOn: dueOn, as: caller, request: context.requestID)
            return PageReply.see(Link.path(["step": PathView.Step.plan.rawValue, "made": String(made)]).href)
        } catch ServiceError.invalid(let invalid) {
            return try await refused(invalid.problems)
        }
    }
}
