// What goes on around the rows of an assessment: sections in other people's hands, the next round, comparison, groups.
import Access
import Exchange
import Foundation
import Governance
package import HTTPServing
import HTTPTypes
package import Hummingbird
import NIOCore
import RecordKit
import Records
import Storage

/// The pages of assessments over time.
package struct RoundScreens: Sendable {
    private let services: Services
    private let frame: PageFrame
    package init(services: Services, frame: PageFrame) { (self.services, self.frame) = (services, frame) }

    /// Adds the routes.
    package func add(to router: Router<ConcordContext>) {
        func path(_ route: Link.Route) -> RouterPath { RouterPath(route.rawValue) }
        router.get(path(.sections), use: sections)
        router.post(path(.sections), use: delegate)
        router.post(path(.sectionStep), use: step)
        router.get(path(.nextAssessment), use: nextForm)
        router.post(path(.nextAssessment), use: startNext)
        router.get(path(.comparison), use: comparison)
        router.get(path(.comparisonCSV), use: comparisonCSV)
        router.get(path(.implementationGroups), use: groups)
        router.post(path(.implementationGroups), use: setGroups)
    }

    // MARK: Delegated sections

    @Sendable private func sections(_ request: Request, _ context: ConcordContext) async throws -> Response {
        try await sectionsPage(request, context, words: try request.linkQuery()["people"] ?? "")
    }

    private func sectionsPage(
        _ request: Request, _ context: ConcordContext, words: String = "", refused: ServiceError? = nil,
        sent: FormBody? = nil
    ) async throws -> Response {
        let presenter = try await presenter(context)
        let failure = refused.map { Failure($0) }
        let page = SectionsPage(
            presenter: presenter, delegated: try await DelegatedSections(services, presenter),
            people: try await PeopleChoice(services.store, presenter.caller, words: words),
            problem: failure.map(Self.words), sent: sent)
        return try await frame.page(
            text(.delegatedSections), request, context, status: failure?.status ?? .ok, content: page.markup)
    }

    @Sendable private func delegate(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await form(request, context)
        let id = try context.pathID("id", of: Assessment.schema.erased.label)
        do {
            let delegations = try self.delegations(body)
            guard !delegations.isEmpty else { throw ServiceError.invalid("sections", text(.chooseSomebody)) }
            _ = try await services.assessments.delegate(id, delegations, as: caller, request: context.requestID)
            return PageReply.see(Link.sections(id).href)
        } catch let error as ServiceError {
            return try await sectionsPage(request, context, refused: error, sent: body)
        }
    }

    private func delegations(_ body: FormBody) throws -> [Delegation] {
        let schema = SectionAssignment.schema.erased
        func value(_ name: String) throws -> FieldValue {
            guard let field = schema.field(name) else { return .null }
            do { return try FieldInput.value(body[name] ?? "", for: field) } catch {
                throw ServiceError.invalid(Invalid([error]))
            }
        }
        let (reviewer, due, note) = (try value("reviewer"), try value("dueOn"), try value("note"))
        let prefix = "assignee."
        return try body.fields.keys.filter { $0.hasPrefix(prefix) }.sorted().compactMap { name in
            guard let text = body[name], !text.isEmpty else { return nil }
            let section = String(name.dropFirst(prefix.count))
            guard let person = UUID(uuidString: text) else {
                throw ServiceError.invalid("assignee", WebUI.text(.meansNothing))
            }
            var delegation = Delegation(section: section, assignee: person)
            if case .reference(let id) = reviewer { delegation.reviewer = id }
            if case .day(let day) = due { delegation.dueOn = day }
            if case .text(let words) = note { delegation.note = words }
            return delegation
        }
    }

    /// A step of a delegated section; what is refused is said on the page of the sections.
    @Sendable private func step(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await form(request, context)
        let id = try context.pathID("id", of: Assessment.schema.erased.label)
        guard let delegation = body["delegation"].flatMap({ UUID(uuidString: $0) }),
            let version = body["version"].flatMap({ Int($0) })
        else { throw Failure.invalid("version", text(.meansNothing)) }
        do {
            _ = try await services.records.take(
                body["step"] ?? "", SectionAssignment.schema.erased, delegation, over: version, as: caller,
                reason: body["reason"], request: context.requestID)
            let rows = Link.assessment(id).href
            let sender = request.sender(under: rows) ?? request.sender(under: Link.overview.href)
            return PageReply.see(sender ?? Link.sections(id).href)
        } catch let error as ServiceError {
            if case .notFound = error { throw error }
            return try await sectionsPage(request, context, refused: error)
        }
    }

    // MARK: The next round

    @Sendable private func nextForm(_ request: Request, _ context: ConcordContext) async throws -> Response {
        try await nextPage(request, context)
    }

    private func nextPage(
        _ request: Request, _ context: ConcordContext, sent: FormBody? = nil, refused: ServiceError? = nil
    ) async throws -> Response {
        let presenter = try await presenter(context)
        guard Authorisation.mayCreate(presenter.caller, Assessment.schema.erased) else {
            throw ServiceError.forbidden(text(.mayNotCreateRecord(Assessment.schema.erased.label)))
        }
        let failure = refused.map { Failure($0) }
        let people = try await PeopleChoice(services.store, presenter.caller)
        let value = presenter.view.assessment.value
        let fields = [
            FormField(
                "title", label: text(.roundTitle), .text(lengthMax: 200), values: [sent?["title"] ?? ""],
                error: failure?.problems.first { $0.field == "title" }?.message, isRequired: true),
            FormField("startedOn", label: text(.startsOn), .day, values: [sent?["startedOn"] ?? ""], width: .half),
            FormField(
                "dueOn", label: text(.dueDay), .day, values: [sent?["dueOn"] ?? ""],
                error: failure?.problems.first { $0.field == "dueOn" }?.message, width: .half),
            people.field(
                "reviewer", owner: value.reviewer?.raw, name: value.reviewer.flatMap { presenter.names[$0.raw] },
                value: sent?["reviewer"], error: nil, width: .half, label: text(.reviewer)),
        ]
        let id = presenter.assessmentID
        let problem = failure.map { Markup.notice(.bad, title: Self.words($0), isAlert: true) }
        return try await frame.page(
            text(.nextRound), request, context, status: failure?.status ?? .ok,
            content: """
                \(raw: .pageHeader(
                    text(.nextRound), crumbs: [Crumb(value.title, Link.assessment(id).href)],
                    lead: text(.nextRoundLead)))\(raw: problem)\
                <form class="card form" method="post" action="\(Link.nextAssessment(id).href)">\
                \(raw: .hidden("csrf", context.formToken))\(raw: .each(fields) { .field($0) })\
                <div class="full">\(raw: .submitButton(text(.startNext), look: .primary))</div></form>
                """)
    }

    @Sendable private func startNext(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await form(request, context)
        let id = try context.pathID("id", of: Assessment.schema.erased.label)
        do {
            var next = NextAssessment(title: body["title"] ?? "")
            var problems: [Problem] = []
            func value(_ name: String) -> FieldValue {
                guard let field = Assessment.schema.erased.field(name) else { return .null }
                do { return try FieldInput.value(body[name] ?? "", for: field) } catch {
                    problems.append(error)
                    return .null
                }
            }
            if case .day(let day) = value("startedOn") { next.startedOn = day }
            if case .day(let day) = value("dueOn") { next.dueOn = day }
            if case .reference(let person) = value("reviewer") { next.reviewer = person }
            guard problems.isEmpty else { throw ServiceError.invalid(Invalid(problems)) }
            let made = try await services.assessments.startNext(
                from: id, next, as: caller, request: context.requestID)
            return PageReply.see(Link.assessment(made.id).href)
        } catch let error as ServiceError {
            if case .notFound = error { throw error }
            return try await nextPage(request, context, sent: body, refused: error)
        }
    }

    // MARK: Comparison

    @Sendable private func comparison(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let query = try request.linkQuery()
        let presenter = try await presenter(context)
        let (id, caller) = (presenter.assessmentID, presenter.caller)
        let schema = Assessment.schema.erased
        let others = try await services.store.read { reader in
            try reader.page(
                Query(
                    schema, where: Authorisation.visible(caller, .read, schema), sort: Sort(nil, isDescending: true),
                    limit: ComparisonPage.othersMax), in: caller.organisation, asOf: nil
            ).records.filter { $0.id != id }.map { FieldOption($0.id.lowercased, $0.title) }
        }
        let with = try other(query)
        let compared =
            with == nil && presenter.view.assessment.value.previous == nil
            ? nil : try await services.assessments.compare(id, with: with, as: caller)
        let page = try ComparisonPage(presenter: presenter, comparison: compared, others: others, query: query)
        return try await frame.page(text(.comparison), request, context, content: page.markup)
    }

    private func other(_ query: LinkQuery) throws -> UUID? {
        guard let text = query["with"], !text.isEmpty else { return nil }
        guard let id = UUID(uuidString: text) else { throw Failure.invalid("with", WebUI.text(.meansNothing)) }
        return id
    }

    /// One line for each requirement, whether it changed or not.
    @Sendable private func comparisonCSV(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let id = try context.pathID("id", of: Assessment.schema.erased.label)
        let compared = try await services.assessments.compare(
            id, with: try other(try request.linkQuery()), as: caller)
        var bytes: [UInt8] = []
        CSV.append(["framework", "reference", "title", "section", "then", "now", "change", "origin"], to: &bytes)
        for item in compared.items {
            let cells = [
                item.item.frameworkKey, item.item.reference, item.item.title, item.sectionID,
                item.then?.rawValue ?? "", item.now?.rawValue ?? "", item.change.rawValue,
                item.origin?.rawValue ?? "",
            ]
            CSV.append(cells.map(CSV.disarmed), to: &bytes)
        }
        var headers = HTTPFields()
        headers[.contentType] = "text/csv; charset=utf-8; header=present"
        headers[.contentDisposition] = FileAnswer.disposition("comparison-\(id.lowercased).csv")
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    // MARK: Implementation groups

    @Sendable private func groups(_ request: Request, _ context: ConcordContext) async throws -> Response {
        try await groupsPage(request, context)
    }

    private func groupsPage(
        _ request: Request, _ context: ConcordContext, refused: ServiceError? = nil
    ) async throws -> Response {
        let presenter = try await presenter(context)
        let assessment = presenter.view.assessment
        let chosen = assessment.value.groups
        let failure = refused.map { Failure($0) }
        let mayEdit = presenter.isOpen && presenter.seesWhole
        let fields = presenter.view.frameworks.filter { !$0.usedGroups.isEmpty }.map { framework in
            let names = Dictionary(framework.groups.map { ($0.reference, $0.name) }) { a, _ in a }
            return FormField(
                "groups.\(framework.key)", label: framework.name,
                .links(framework.usedGroups.map { FieldOption($0, names[$0] ?? $0) }),
                values: chosen[framework.key] ?? [],
                isReadOnly: !mayEdit)
        }
        let action = Link.implementationGroups(assessment.id.raw).href
        let form: Markup =
            fields.isEmpty
            ? .emptyState(title: text(.groupsTitle), text(.noGroups))
            : """
            <form class="card form" method="post" action="\(action)">\(raw: .hidden("csrf", context.formToken))\
            \(raw: .hidden("version", String(assessment.version)))\(raw: .each(fields) { .field($0) })\
            \(raw: mayEdit ? "<div class=\"full\">\(raw: .submitButton(text(.save), look: .primary))</div>" : nil)\
            </form>
            """
        let problem = failure.map { Markup.notice(.bad, title: Self.words($0), isAlert: true) }
        return try await frame.page(
            text(.groupsTitle), request, context, status: failure?.status ?? .ok,
            content: .pageHeader(
                text(.groupsTitle),
                crumbs: [Crumb(assessment.value.title, Link.assessment(assessment.id.raw).href)],
                lead: text(.groupsLead)) + (problem ?? .empty) + form)
    }

    @Sendable private func setGroups(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await form(request, context)
        let id = try context.pathID("id", of: Assessment.schema.erased.label)
        guard let version = body["version"].flatMap({ Int($0) }) else {
            throw Failure.invalid("version", text(.meansNothing))
        }
        let prefix = "groups."
        var groups: [String: [String]] = [:]
        for name in body.fields.keys where name.hasPrefix(prefix) {
            groups[String(name.dropFirst(prefix.count))] = body.all(name)
        }
        do {
            _ = try await services.assessments.setGroups(
                groups, of: id, over: version, as: caller, request: context.requestID)
            return PageReply.see(Link.assessment(id).href)
        } catch let error as ServiceError {
            if case .notFound = error { throw error }
            return try await groupsPage(request, context, refused: error)
        }
    }

    // MARK: Parts

    private func form(_ request: Request, _ context: ConcordContext) async throws -> FormBody {
        let body = try await FormBody(request)
        try context.verifyForm(body["csrf"])
        return body
    }

    private func presenter(_ context: ConcordContext) async throws -> RowPresenter {
        let caller = try frame.caller(context)
        let id = try context.pathID("id", of: Assessment.schema.erased.label)
        let view = try await services.assessments.view(id, as: caller)
        return try await AssessmentScreens(services: services, frame: frame).presenter(view, context, caller, nil)
    }

    /// Why something was refused, in a sentence.
    private static func words(_ failure: Failure) -> String {
        let problems = failure.problems.map { text(.problem($0.message)) }
        return problems.isEmpty ? failure.detail : problems.joined(separator: " ")
    }
}
