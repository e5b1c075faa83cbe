// The organisations of this server, for its administrator: which there are, and founding another one.
import Access
import Foundation
import Governance
package import HTTPServing
import HTTPTypes
package import Hummingbird
import RecordKit
import Records
import Storage

/// The page of the server's organisations.
package struct HostedScreens: Sendable {
    /// The address in the form for a lost password; the founder's is `email`.
    private static let resetField = "account"
    private static let fields = ["organisation", "timeZone", "name", "email"]
    private let services: Services
    private let frame: PageFrame
    package init(services: Services, frame: PageFrame) { (self.services, self.frame) = (services, frame) }

    /// Adds the routes.
    package func add(to router: Router<ConcordContext>) {
        router.get(RouterPath(Link.Route.hosted.rawValue), use: list)
        router.post(RouterPath(Link.Route.hosted.rawValue), use: found)
        router.post(RouterPath(Link.Route.resetAnyLink.rawValue), use: reset)
    }

    @Sendable private func list(_ request: Request, _ context: ConcordContext) async throws -> Response {
        try await page(request, context)
    }

    private func page(
        _ request: Request, _ context: ConcordContext, notice: Markup? = nil, problems: [Problem] = [],
        values: [String: String] = [:]
    ) async throws -> Response {
        // Not the frame's caller: whoever administers the server may have no place in an organisation.
        let caller = try context.requireCaller()
        let query = try request.linkQuery()
        let after = query["after"].flatMap { UUID(uuidString: $0) }
        let shown: ([OrganisationService.Hosted], UUID?)
        do { shown = try await services.organisations.hosted(after: after, as: caller) } catch ServiceError.forbidden(
            let why)
        {
            return try await page(
                request, context, caller, status: .forbidden,
                .notice(.info, title: why, "\(Text.onlyServerAdministrator)"))
        }
        let (organisations, next) = shown
        let more: Markup? = next.map { next in
            .linkButton(text(.moreOrganisations), Link.hosted(["after": next.lowercased]).href)
        }
        return try await page(
            request, context, caller, status: problems.isEmpty ? .ok : .unprocessableContent,
            """
            \(raw: notice)\(raw: .card(
                id: "organisations", title: text(.organisationsOfServer), isFlush: true, footer: more,
                table(organisations, caller)))\
            \(raw: .card(
                id: "found", title: text(.foundOrganisation), lead: text(.foundOrganisationLead),
                form(context, problems, values)))\
            \(raw: .card(
                id: "reset", title: text(.resetAny), lead: text(.resetAnyLead),
                resetForm(context, problems, values)))
            """)
    }

    private func page(
        _ request: Request, _ context: ConcordContext, _ caller: Caller, status: HTTPResponse.Status,
        _ content: Markup
    ) async throws -> Response {
        let head: Markup = .pageHeader(text(.settingsOrganisations), lead: text(.organisationsLead))
        let tabs = SettingsParts.tabs(.hosted(), caller)
        return try await frame.page(
            text(.settingsOrganisations), request, context, status: status,
            content: "\(raw: head)\(raw: tabs)<div class=\"stack\">\(raw: content)</div>")
    }

    private func table(_ organisations: [OrganisationService.Hosted], _ caller: Caller) -> Markup {
        .dataTable(
            label: text(.organisationsOfServer),
            columns: [.organisationName, .timeZone, .foundedOn, .state].map { TableColumn(text($0)) },
            rows: organisations.map { organisation in
                TableRow(
                    title: organisation.name,
                    cells: [
                        .escaped(organisation.timeZone),
                        .escaped(text(.dayWords(organisation.createdAt.day(in: caller.timeZone)))),
                        organisation.isArchived
                            ? .status(.notApplicable, text(.archivedOrganisation))
                            : .status(.conform, text(.inUseOrganisation)),
                    ])
            })
    }

    private func form(
        _ context: ConcordContext, _ problems: [Problem], _ values: [String: String]
    ) -> Markup {
        func field(_ name: String, _ label: Text, _ control: FormField.Control, help: Text? = nil) -> FormField {
            FormField(
                name, label: text(label), control,
                values: [values[name] ?? (name == "timeZone" ? "Europe/Berlin" : "")], help: help.map(text),
                error: problems.first { $0.field == name }.map { text(.problem($0.message)) }, isRequired: true)
        }
        let fields = [
            field("organisation", .organisationName, .text(lengthMax: 200)),
            field("timeZone", .timeZone, .text(lengthMax: 64), help: .timeZoneHelp),
            field("name", .founderName, .text(lengthMax: 200)), field("email", .founderEmail, .email),
        ]
        let errors = problems.filter { Self.fields.contains($0.field) }
            .map { (fieldID: "f-\($0.field)", message: text(.problem($0.message))) }
        return """
            <form class="stack" method="post" action="\(Link.hosted().href)">\(raw: .hidden("csrf", context.formToken))\
            \(raw: .errorSummary(errors))\(raw: .each(fields) { .field($0) })\
            <p class="cluster">\(raw: .submitButton(text(.found), look: .primary))</p></form>
            """
    }

    private func resetForm(
        _ context: ConcordContext, _ problems: [Problem], _ values: [String: String]
    ) -> Markup {
        let problem = problems.first { $0.field == Self.resetField }
        let field = FormField(
            Self.resetField, label: text(.email), .email, values: [values[Self.resetField] ?? ""],
            error: problem.map { text(.problem($0.message)) }, isRequired: true)
        return """
            <form class="stack" method="post" action="\(Link.resetAnyLink.href)">\
            \(raw: .hidden("csrf", context.formToken))\(raw: .field(field))\
            <p class="cluster">\(raw: .submitButton(text(.makeLink)))</p></form>
            """
    }

    @Sendable private func reset(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try context.requireCaller()
        let body = try await FormBody(request)
        try context.verifyForm(body["csrf"])
        let email = (body[Self.resetField] ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
        do {
            let secret = try await services.organisations.resetLink(
                email: email, asServerAdministrator: caller, request: context.requestID)
            let address = SettingsParts.origin(request) + Link.invitation(secret: secret).href
            return try await page(
                request, context, notice: SettingsParts.shownOnce(.resetLinkMade, .linkShownOnce, address))
        } catch ServiceError.invalid(let invalid) {
            let problems = invalid.problems.map { Problem(Self.resetField, $0.message) }
            return try await page(request, context, problems: problems, values: [Self.resetField: email])
        }
    }

    @Sendable private func found(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try context.requireCaller()
        let body = try await FormBody(request)
        try context.verifyForm(body["csrf"])
        var values: [String: String] = [:]
        for name in Self.fields { values[name] = (body[name] ?? "").trimmingCharacters(in: .whitespacesAndNewlines) }
        let founding = OrganisationService.Founding(
            name: values["organisation"] ?? "", timeZone: values["timeZone"] ?? "", personName: values["name"] ?? "",
            email: values["email"] ?? "")
        do {
            let made = try await services.organisations.foundAnother(
                founding, as: caller, request: context.requestID)
            let title = Text.organisationFounded(founding.name)
            guard let link = made.link else {
                return try await page(
                    request, context,
                    notice: .notice(.good, title: text(title), "\(Text.organisationFoundedReady)", isAlert: true))
            }
            let address = SettingsParts.origin(request) + Link.invitation(secret: link).href
            return try await page(
                request, context, notice: SettingsParts.shownOnce(title, .linkShownOnce, address))
        } catch let invalid as Invalid {
            return try await page(request, context, problems: invalid.problems, values: values)
        } catch ServiceError.invalid(let invalid) {
            return try await page(request, context, problems: invalid.problems, values: values)
        }
    }
}
