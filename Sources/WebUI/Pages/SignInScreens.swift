// The doors: signing in and out, the first administrator, one-time links, switching the organisation, the appearance.
import Access
import Foundation
import Governance
package import HTTPServing
import HTTPTypes
package import Hummingbird
import RecordKit
import Records
import Storage

/// Everything around the session's cookie.
package struct SignInScreens: Sendable {
    private let services: Services
    private let frame: PageFrame
    package init(services: Services, frame: PageFrame) { (self.services, self.frame) = (services, frame) }

    /// Adds the routes.
    package func add(to router: Router<ConcordContext>) {
        router.get(RouterPath(Link.Route.signIn.rawValue), use: signInPage)
        router.post(RouterPath(Link.Route.signIn.rawValue), use: signIn)
        router.post(RouterPath(Link.Route.signOut.rawValue), use: signOut)
        router.post(RouterPath(Link.Route.theme.rawValue), use: theme)
        router.post(RouterPath(Link.Route.switchOrganisation.rawValue), use: switchOrganisation)
        router.get(RouterPath(Link.Route.setUp.rawValue), use: setUpPage)
        router.post(RouterPath(Link.Route.setUp.rawValue), use: setUp)
        router.get(RouterPath(Link.Route.invitation.rawValue), use: welcomePage)
        router.post(RouterPath(Link.Route.invitation.rawValue), use: welcome)
    }

    // MARK: Signing in and out

    @Sendable private func signInPage(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let next = LocalPath.checked(try request.linkQuery()["next"])
        guard context.session == nil else { return PageReply.see(next) }
        return signInPage(request, next: next)
    }

    private func signInPage(
        _ request: Request, next: String, email: String = "", message: String? = nil,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        let notice: Markup? = message.map { .notice(.bad, title: $0, isAlert: true) }
        let fields = [
            FormField(
                "email", label: text(.email), .email, values: [email], isRequired: true, autocomplete: "username"),
            FormField("password", label: text(.password), .password(isNew: false), isRequired: true),
        ]
        let content: Markup = """
            <form class="card stack" method="post" action="\(Link.signIn().href)"><h1>\(Text.signIn)</h1>\
            \(raw: notice)\(raw: .hidden("next", next))\(raw: .each(fields) { .field($0) })\
            \(raw: .submitButton(text(.signIn), look: .primary))</form>
            """
        return frame.signedOutPage(text(.signIn), request, status: status, content: content)
    }

    @Sendable private func signIn(_ request: Request, _ context: ConcordContext) async throws -> Response {
        try request.refuseOtherSites()
        let body = try await FormBody(request)
        let next = LocalPath.checked(body["next"])
        let email = body["email"] ?? ""
        do {
            let (_, secret) = try await services.signIn.signIn(
                email: email.trimmingCharacters(in: .whitespaces), password: body["password"] ?? "",
                address: context.address, replacing: context.sessionSecret)
            return SessionCookie.set(secret, on: PageReply.see(next))
        } catch AccessError.throttled(let seconds) {
            var response = signInPage(
                request, next: next, email: email, message: text(.tooManyAttempts(seconds)), status: .tooManyRequests)
            response.headers[.retryAfter] = String(seconds)
            return response
        } catch let error as AccessError {
            let failure = Failure(error)
            guard !failure.isInternal else { throw error }
            return signInPage(request, next: next, email: email, message: error.message, status: failure.status)
        }
    }

    @Sendable private func signOut(_ request: Request, _ context: ConcordContext) async throws -> Response {
        try context.verifyForm(try await FormBody(request)["csrf"])
        if let secret = context.sessionSecret { try await services.signIn.signOut(secret) }
        return SessionCookie.clear(on: PageReply.see(Link.signIn().href))
    }

    @Sendable private func switchOrganisation(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let body = try await FormBody(request)
        try context.verifyForm(body["csrf"])
        guard let secret = context.sessionSecret else { throw Failure.unauthenticated }
        guard let organisation = body["organisation"].flatMap({ UUID(uuidString: $0) }) else {
            throw Failure.invalid("organisation", text(.meansNothing))
        }
        let (_, renewed) = try await services.signIn.switchOrganisation(secret, to: organisation)
        // The page one came from belongs to the other organisation.
        return SessionCookie.set(renewed, on: PageReply.see(Link.overview.href))
    }

    @Sendable private func theme(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let body = try await FormBody(request)
        try context.verifyForm(body["csrf"])
        guard let theme = body["theme"].flatMap(Theme.init(rawValue:)) else {
            throw Failure.invalid("theme", text(.meansNothing))
        }
        var response = request.isByScript ? PageReply.nothing : PageReply.see(LocalPath.checked(body["return"]))
        response.headers[values: .setCookie].append(
            "\(PageFrame.themeCookie)=\(theme.rawValue); Max-Age=31536000; HttpOnly; Secure; SameSite=Lax; Path=/")
        return response
    }

    // MARK: The first administrator

    @Sendable private func setUpPage(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let link = try await goodLink(context, isSetUp: true)
        return setUpPage(request, link, [:], [])
    }

    private static let setUpFields = ["organisation", "timeZone", "name", "email"]

    private func setUpPage(
        _ request: Request, _ link: String, _ values: [String: String], _ problems: [Problem]
    ) -> Response {
        func error(_ name: String) -> String? {
            problems.first { $0.field == name }.map { text(.problem($0.message)) }
        }
        func field(_ name: String, _ label: Text, _ control: FormField.Control, help: Text? = nil) -> FormField {
            FormField(
                name, label: text(label), control,
                values: [values[name] ?? (name == "timeZone" ? "Europe/Berlin" : "")],
                help: help.map(text), error: error(name), isRequired: true,
                autocomplete: name == "email" ? "username" : nil)
        }
        let fields = [
            field("organisation", .organisationName, .text(lengthMax: 200)),
            field("timeZone", .timeZone, .text(lengthMax: 64), help: .timeZoneHelp),
            field("name", .yourName, .text(lengthMax: 200)), field("email", .email, .email),
            field("password", .password, .password(isNew: true), help: .passwordHelp),
        ]
        return credentialsPage(
            request, title: .setUpTitle, lead: .setUpLead, action: .setUp(secret: link), fields, problems,
            button: .setUpButton)
    }

    @Sendable private func setUp(_ request: Request, _ context: ConcordContext) async throws -> Response {
        try request.refuseOtherSites()
        let body = try await FormBody(request)
        let link = try await goodLink(context, isSetUp: true)
        var values: [String: String] = [:]
        for name in Self.setUpFields {
            values[name] = (body[name] ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
        }
        let founding = OrganisationService.Founding(
            name: values["organisation"] ?? "", timeZone: values["timeZone"] ?? "", personName: values["name"] ?? "",
            email: values["email"] ?? "")
        let password = body["password"] ?? ""
        do {
            try founding.check()
            let account = try await services.signIn.setUpAdministrator(
                link: link, email: founding.email, password: password)
            _ = try await services.organisations.found(founding, account: account, request: context.requestID)
            let (_, secret) = try await services.signIn.signIn(
                email: founding.email, password: password, address: context.address,
                replacing: context.sessionSecret)
            return SessionCookie.set(secret, on: PageReply.see(Link.overview.href))
        } catch let invalid as Invalid { return setUpPage(request, link, values, invalid.problems) }
    }

    // MARK: A one-time link

    @Sendable private func welcomePage(_ request: Request, _ context: ConcordContext) async throws -> Response {
        welcomePage(request, try await goodLink(context, isSetUp: false), [])
    }

    private func welcomePage(_ request: Request, _ link: String, _ problems: [Problem]) -> Response {
        let field = FormField(
            "password", label: text(.newPassword), .password(isNew: true), help: text(.passwordHelp),
            error: problems.first { $0.field == "password" }.map { text(.problem($0.message)) }, isRequired: true)
        return credentialsPage(
            request, title: .welcomeTitle, lead: .welcomeLead, action: .invitation(secret: link), [field], problems,
            button: .setPassword)
    }

    @Sendable private func welcome(_ request: Request, _ context: ConcordContext) async throws -> Response {
        try request.refuseOtherSites()
        let body = try await FormBody(request)
        let link = try await goodLink(context, isSetUp: false)
        let password = body["password"] ?? ""
        do {
            let account = try await services.signIn.setPassword(link: link, password: password)
            let (_, secret) = try await services.signIn.signIn(
                email: account.email, password: password, address: context.address,
                replacing: context.sessionSecret)
            return SessionCookie.set(secret, on: PageReply.see(Link.overview.href))
        } catch let invalid as Invalid { return welcomePage(request, link, invalid.problems) }
    }

    /// - Throws: ``Failure``: not found, for a link that is used up, too old or of the other kind.
    private func goodLink(_ context: ConcordContext, isSetUp: Bool) async throws -> String {
        let secret = try context.path("secret")
        guard let account = try await services.signIn.linkAccount(secret), (account == nil) == isSetUp else {
            throw Failure(.notFound, "not-found", text(.linkNotGood), AccessError.linkNotValid.message)
        }
        return secret
    }

    private func credentialsPage(
        _ request: Request, title: Text, lead: Text, action: Link, _ fields: [FormField], _ problems: [Problem],
        button: Text
    ) -> Response {
        let errors = problems.map { (fieldID: "f-\($0.field)", message: text(.problem($0.message))) }
        let content: Markup = """
            <form class="card stack" method="post" action="\(action.href)"><h1>\(title)</h1><p>\(lead)</p>\
            \(raw: .errorSummary(errors))\(raw: .each(fields) { .field($0) })\
            \(raw: .submitButton(text(button), look: .primary))</form>
            """
        return frame.signedOutPage(
            text(title), request, status: problems.isEmpty ? .ok : .unprocessableContent, content: content)
    }
}

/// The cookie that holds a session's secret: never readable by scripts, never sent over plain HTTP or by other sites'
/// forms (RFC 6265bis, 5.6).
enum SessionCookie {
    private static let attributes = "HttpOnly; Secure; SameSite=Lax; Path=/"
    static func set(_ secret: String, on response: Response) -> Response {
        var response = response
        response.headers[values: .setCookie].append("\(AuthenticationMiddleware.cookieName)=\(secret); \(attributes)")
        return response
    }
    static func clear(on response: Response) -> Response {
        var response = response
        response.headers[values: .setCookie].append(
            "\(AuthenticationMiddleware.cookieName)=; Max-Age=0; \(attributes)")
        return response
    }
}
