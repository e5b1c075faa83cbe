// The server's queue of jobs, for its administrator: what waits, what runs, what has given up and why.
import Access
import Foundation
import Governance
package import HTTPServing
import HTTPTypes
package import Hummingbird
import RecordKit
import Storage

/// The page of the queue.
package struct JobScreens: Sendable {
    private let services: Services
    private let frame: PageFrame
    package init(services: Services, frame: PageFrame) { (self.services, self.frame) = (services, frame) }

    /// Adds the routes.
    package func add(to router: Router<ConcordContext>) {
        router.get(RouterPath(Link.Route.jobs.rawValue), use: list)
        router.post(RouterPath(Link.Route.retryJob.rawValue), use: retry)
        router.post(RouterPath(Link.Route.discardJob.rawValue), use: discard)
    }

    @Sendable private func list(_ request: Request, _ context: ConcordContext) async throws -> Response {
        try await page(request, context)
    }

    private func page(
        _ request: Request, _ context: ConcordContext, state given: Job.State? = nil, notice: Markup? = nil
    ) async throws -> Response {
        // Not the frame's caller: whoever administers the server may have no place in an organisation.
        let caller = try context.requireCaller()
        let query = try request.linkQuery()
        let state = given ?? query["state"].flatMap(Job.State.init(rawValue:)) ?? .waiting
        let shown: JobService.Page
        do {
            shown = try await services.jobs.page(
                state, after: query["after"].flatMap { UUID(uuidString: $0) }, as: caller)
        } catch ServiceError.forbidden(let why) {
            return try await page(
                request, context, caller, status: .forbidden,
                .notice(.info, title: why, "\(Text.onlyServerAdministrator)"))
        }
        let states: Markup = .tabs(
            label: text(.settingsJobs),
            Job.State.allCases.map { one in
                (
                    text(.jobState(one, shown.counts.byState[one] ?? 0)), Link.jobs(["state": one.rawValue]).href,
                    one == state
                )
            })
        let more: Markup? = shown.next.map { next in
            .linkButton(
                text(.moreOrganisations), Link.jobs(["state": state.rawValue, "after": next.lowercased]).href)
        }
        let content: Markup =
            shown.jobs.isEmpty
            ? .emptyState(title: text(.noJobs), text(.noJobsWords(state))) : table(shown.jobs, state, caller, context)
        return try await page(
            request, context, caller, status: .ok,
            """
            \(raw: notice)\(raw: states)\(raw: .card(
                id: "jobs", title: text(.settingsJobs), isFlush: !shown.jobs.isEmpty, footer: more, content))
            """)
    }

    private func page(
        _ request: Request, _ context: ConcordContext, _ caller: Caller, status: HTTPResponse.Status,
        _ content: Markup
    ) async throws -> Response {
        let head: Markup = .pageHeader(text(.settingsJobs), lead: text(.jobsLead))
        let tabs = SettingsParts.tabs(.jobs(), caller)
        return try await frame.page(
            text(.settingsJobs), request, context, status: status,
            content: "\(raw: head)\(raw: tabs)<div class=\"stack\">\(raw: content)</div>")
    }

    private func table(
        _ jobs: [JobService.Shown], _ state: Job.State, _ caller: Caller, _ context: ConcordContext
    ) -> Markup {
        var columns = [
            TableColumn(text(.jobKind)), TableColumn(text(.organisationName)), TableColumn(text(.jobDue)),
            TableColumn(text(.jobAttempts), isNumeric: true), TableColumn(text(.jobFailure)),
        ]
        if state != .running { columns.append(TableColumn(text(.action))) }
        return .dataTable(
            label: text(.settingsJobs), columns: columns,
            rows: jobs.map { shown in
                let job = shown.job
                var cells: [Markup] = [
                    .escaped(shown.organisationName ?? text(.jobOfServer)),
                    .escaped(job.dueAt.words(in: caller.timeZone)), .escaped(Text.count(job.attempts)),
                    failure(job, caller),
                ]
                if state != .running { cells.append(actions(job, context)) }
                return TableRow(
                    title: text(.jobName(job.kind)), subtitle: job.subject.isEmpty ? nil : job.subject, cells: cells,
                    id: "job-\(job.id.lowercased)")
            })
    }

    private func failure(_ job: Job, _ caller: Caller) -> Markup {
        guard let failure = job.failure, let at = job.failedAt else { return .escaped(text(.jobNoFailure)) }
        return "<span class=\"wrap\">\(at.words(in: caller.timeZone)): \(failure)</span>"
    }

    private func actions(_ job: Job, _ context: ConcordContext) -> Markup {
        func form(_ link: Link, _ label: Text) -> Markup {
            """
            <form method="post" action="\(link.href)">\(raw: .hidden("csrf", context.formToken))\
            \(raw: .hidden("job", job.id.lowercased))\(raw: .submitButton(text(label)))</form>
            """
        }
        let discard: Markup? = job.state == .dead ? form(.discardJob, .jobDiscard) : nil
        return "<div class=\"cluster\">\(raw: form(.retryJob, .jobRetry))\(raw: discard)</div>"
    }

    @Sendable private func retry(_ request: Request, _ context: ConcordContext) async throws -> Response {
        try await change(request, context, .jobRetried, .jobRetriedWords) { id, caller in
            try await services.jobs.retry(id, as: caller, request: context.requestID)
        }
    }

    @Sendable private func discard(_ request: Request, _ context: ConcordContext) async throws -> Response {
        try await change(request, context, .jobDiscarded, .jobDiscardedWords) { id, caller in
            try await services.jobs.discard(id, as: caller, request: context.requestID)
        }
    }

    private func change(
        _ request: Request, _ context: ConcordContext, _ done: Text, _ words: Text,
        _ body: (UUID, Caller) async throws -> Void
    ) async throws -> Response {
        let caller = try context.requireCaller()
        let form = try await FormBody(request)
        try context.verifyForm(form["csrf"])
        guard let id = form["job"].flatMap({ UUID(uuidString: $0) }) else { throw ServiceError.notFound("job") }
        let state = try await services.accounts.job(id)?.state
        do {
            try await body(id, caller)
        } catch ServiceError.conflict(.state(let why)) {
            return try await page(
                request, context, state: state, notice: .notice(.warn, title: text(.problem(why)), isAlert: true))
        }
        return try await page(
            request, context, state: state, notice: .notice(.good, title: text(done), "\(words)", isAlert: true))
    }
}
