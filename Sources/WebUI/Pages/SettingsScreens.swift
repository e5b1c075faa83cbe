// Settings: who has access, programs' tokens, one's own password. What is not allowed says who may.
import Access
import Foundation
import Governance
package import HTTPServing
import HTTPTypes
package import Hummingbird
import RecordKit
import Records
import Storage

/// The pages of the settings.
package struct SettingsScreens: Sendable {
    private let services: Services
    private let frame: PageFrame
    package init(services: Services, frame: PageFrame) { (self.services, self.frame) = (services, frame) }

    /// Adds the routes.
    package func add(to router: Router<ConcordContext>) {
        router.get(RouterPath(Link.Route.members.rawValue), use: membersPage)
        router.post(RouterPath(Link.Route.invite.rawValue), use: invite)
        router.post(RouterPath(Link.Route.endAccess.rawValue), use: endAccess)
        router.post(RouterPath(Link.Route.resetLink.rawValue), use: resetLink)
        router.get(RouterPath(Link.Route.tokens.rawValue), use: tokensPage)
        router.post(RouterPath(Link.Route.tokens.rawValue), use: createToken)
        router.post(RouterPath(Link.Route.revokeToken.rawValue), use: revokeToken)
        router.get(RouterPath(Link.Route.account.rawValue), use: accountPage)
        router.post(RouterPath(Link.Route.account.rawValue), use: changePassword)
    }

    private func page(
        _ title: Text, _ link: Link, _ request: Request, _ context: ConcordContext,
        status: HTTPResponse.Status = .ok, lead: Text? = nil, _ content: Markup
    ) async throws -> Response {
        let head: Markup = .pageHeader(text(title), lead: lead.map(text))
        let tabs = SettingsParts.tabs(link, try context.requireCaller())
        return try await frame.page(
            text(title), request, context, status: status,
            content: "\(raw: head)\(raw: tabs)<div class=\"stack\">\(raw: content)</div>")
    }

    // MARK: Members

    @Sendable private func membersPage(_ request: Request, _ context: ConcordContext) async throws -> Response {
        try await members(request, context)
    }

    private func members(
        _ request: Request, _ context: ConcordContext, notice: Markup? = nil, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let caller = try frame.caller(context)
        let members: [OrganisationService.Member]
        do { members = try await services.organisations.members(as: caller) } catch ServiceError.forbidden(let why) {
            return try await page(
                .settingsMembers, .members, request, context, status: .forbidden,
                .notice(.info, title: why, "\(Text.askAdministrator)"))
        }
        let people = try await PeopleChoice(services.store, caller, words: try request.linkQuery()["q"] ?? "")
        let roles = Link.list(RoleAssignment.schema.erased.plural).href
        return try await page(
            .settingsMembers, .members, request, context, status: status, lead: .membersLead,
            """
            \(raw: notice)\(raw: .card(
                id: "members", title: text(.whoHasAccess), aside: .link(text(.rolesOfPeople), roles), isFlush: true,
                memberTable(members, caller, context)))\(raw: inviteCard(members, people, caller, context))
            """)
    }

    private func memberTable(
        _ members: [OrganisationService.Member], _ caller: Caller, _ context: ConcordContext
    ) -> Markup {
        let columns = [
            TableColumn(text(.person)), TableColumn(text(.email)), TableColumn(text(.state)),
            TableColumn(text(.accessSince)), TableColumn(text(.action)),
        ]
        let rows = members.map { member in
            let state: Markup =
                member.isDisabled
                ? .status(.nonconform, text(.accountDisabled))
                : member.hasPassword
                    ? .status(.conform, text(.hasPassword)) : .status(.unknown, text(.invitedNoPassword))
            let action: Markup =
                member.membership.account == caller.account
                ? "<span class=\"meta\">\(Text.thatIsYou)</span>"
                : "<span class=\"cluster\">\(raw: resetForm(member, context))\(raw: endForm(member, context))</span>"
            return TableRow(
                title: member.person.title, href: Link.record(Person.schema.erased, member.person.id).href,
                cells: [
                    .isolated(member.email), state, .escaped(text(.dayWords(member.membership.from))), action,
                ])
        }
        return .dataTable(label: text(.whoHasAccess), columns: columns, rows: rows)
    }

    private func resetForm(_ member: OrganisationService.Member, _ context: ConcordContext) -> Markup {
        guard member.mayReset else { return .empty }
        let id = "reset-\(member.membership.account.lowercased)"
        return """
            \(raw: .dialogButton(text(.resetPassword), opens: id, look: .small))\
            \(raw: .dialog(
                id: id, title: text(.resetOf(member.person.title)),
                """
                <p>\(Text.resetMeaning)</p><form method="post" action="\(Link.resetLink.href)">\
                \(raw: .hidden("csrf", context.formToken))\
                \(raw: .hidden("account", member.membership.account.lowercased))\
                \(raw: .submitButton(text(.makeLink), look: .primary))</form>
                """))
            """
    }

    private func endForm(_ member: OrganisationService.Member, _ context: ConcordContext) -> Markup {
        let id = "end-\(member.membership.account.lowercased)"
        return """
            \(raw: .dialogButton(text(.endAccess), opens: id, look: .small))\
            \(raw: .dialog(
                id: id, title: text(.endAccessOf(member.person.title)),
                """
                <p>\(Text.endAccessMeaning)</p><form method="post" action="\(Link.endAccess.href)">\
                \(raw: .hidden("csrf", context.formToken))\
                \(raw: .hidden("account", member.membership.account.lowercased))\
                \(raw: .submitButton(text(.endAccess), look: .danger))</form>
                """))
            """
    }

    private func inviteCard(
        _ members: [OrganisationService.Member], _ people: PeopleChoice, _ caller: Caller, _ context: ConcordContext
    ) -> Markup {
        let known = Set(members.filter(\.hasPassword).map { $0.person.id.lowercased })
        let options = people.options.filter { !known.contains($0.value) }
        let search: Markup? =
            people.isSearch
            ? """
            <form class="find" method="get" action="\(Link.members.href)"><input class="input" type="search" name="q"\
             value="\(value: people.words)" aria-label="\(Text.findIn(text(.person)))">\
            \(raw: .submitButton(text(.find)))</form>
            """ : nil
        let form: Markup =
            options.isEmpty
            ? "<p class=\"meta\">\(people.isSearch ? Text.searchForPerson : .everybodyHasAccess)</p>"
            : """
            <form class="stack" method="post" action="\(Link.invite.href)">\(raw: .hidden("csrf", context.formToken))\
            \(raw: .field(FormField("person", label: text(.person), .reference(options), isRequired: true)))\
            <p class="cluster">\(raw: .submitButton(text(.makeLink), look: .primary))</p></form>
            """
        let new: Markup? =
            Authorisation.mayCreate(caller, Person.schema.erased)
            ? .link(text(.addPerson), Link.new(Person.schema.erased.plural).href) : nil
        return .card(
            id: "invite", title: text(.giveAccess), aside: new, lead: text(.giveAccessLead),
            "\(raw: search)\(raw: form)")
    }

    @Sendable private func invite(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await FormBody(request)
        try context.verifyForm(body["csrf"])
        guard let person = body["person"].flatMap({ UUID(uuidString: $0) }) else {
            return try await members(
                request, context, notice: .notice(.bad, title: text(.choosePerson), isAlert: true),
                status: .unprocessableContent)
        }
        guard
            let secret = try await services.organisations.invite(
                person, as: caller, request: context.requestID)
        else {
            return try await members(request, context, notice: .notice(.good, title: text(.hasPasswordAlready)))
        }
        let address = SettingsParts.origin(request) + Link.invitation(secret: secret).href
        return try await members(
            request, context, notice: SettingsParts.shownOnce(.linkMade, .linkShownOnce, address))
    }

    /// A new link for somebody who has a password and lost it.
    @Sendable private func resetLink(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await FormBody(request)
        try context.verifyForm(body["csrf"])
        guard let account = body["account"].flatMap({ UUID(uuidString: $0) }) else {
            throw Failure.invalid("account", text(.meansNothing))
        }
        let secret = try await services.organisations.resetLink(
            for: account, as: caller, request: context.requestID)
        let address = SettingsParts.origin(request) + Link.invitation(secret: secret).href
        return try await members(
            request, context, notice: SettingsParts.shownOnce(.resetLinkMade, .linkShownOnce, address))
    }

    @Sendable private func endAccess(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await FormBody(request)
        try context.verifyForm(body["csrf"])
        guard let account = body["account"].flatMap({ UUID(uuidString: $0) }) else {
            throw Failure.invalid("account", text(.meansNothing))
        }
        try await services.organisations.endAccess(account: account, as: caller, request: context.requestID)
        return PageReply.see(Link.members.href)
    }

    // MARK: Tokens

    @Sendable private func tokensPage(_ request: Request, _ context: ConcordContext) async throws -> Response {
        try await tokens(request, context)
    }

    private func tokens(
        _ request: Request, _ context: ConcordContext, notice: Markup? = nil, problems: [Problem] = [],
        values: [String: String] = [:]
    ) async throws -> Response {
        let caller = try frame.caller(context)
        let tokens = try await services.signIn.tokens(of: caller)
        let now = services.environment.now()
        let list: Markup =
            tokens.isEmpty
            ? .emptyState(title: text(.noTokens), text(.tokensLead))
            : .dataTable(
                label: text(.settingsTokens),
                columns: [.name, .rights, .state, .endsOn, .action].map { TableColumn(text($0)) },
                rows: tokens.sorted { $0.createdAt > $1.createdAt }.map { row($0, now, caller, context) })
        return try await page(
            .settingsTokens, .tokens, request, context, status: problems.isEmpty ? .ok : .unprocessableContent,
            lead: .tokensLead,
            """
            \(raw: notice)\(raw: .card(
                id: "tokens", title: text(.yourTokens), aside: .link(text(.apiReference), Link.apiReference.href),
                isFlush: true, list))\
            \(raw: .card(id: "new-token", title: text(.newToken), newTokenForm(context, caller, problems, values)))
            """)
    }

    private func row(
        _ token: APIToken, _ now: Instant, _ caller: Caller, _ context: ConcordContext
    ) -> TableRow {
        let isOver = token.expiresAt <= now
        let state: Markup =
            token.revokedAt != nil
            ? .status(.notApplicable, text(.revoked))
            : isOver ? .status(.notApplicable, text(.expired)) : .status(.conform, text(.inUse))
        let action: Markup =
            token.revokedAt != nil || isOver
            ? .empty
            : """
            <form method="post" action="\(Link.revokeToken(token.id).href)">\(raw: .hidden("csrf", context.formToken))\
            \(raw: .submitButton(text(.revoke), look: .small))</form>
            """
        return TableRow(
            title: token.name, subtitle: text(.madeOn(token.createdAt.words(in: caller.timeZone))),
            cells: [
                .escaped(text(token.mayWrite ? .readAndWrite : .readOnly)), state,
                .escaped(text(.dayWords(token.expiresAt.day(in: caller.timeZone)))), action,
            ])
    }

    private func newTokenForm(
        _ context: ConcordContext, _ caller: Caller, _ problems: [Problem], _ values: [String: String]
    ) -> Markup {
        func error(_ name: String) -> String? {
            problems.first { $0.field == name }.map { text(.problem($0.message)) }
        }
        let inNinetyDays = caller.today(at: services.environment.now()).adding(days: 90).description
        let fields = [
            FormField(
                "name", label: text(.name), .text(lengthMax: 100), values: [values["name"] ?? ""],
                help: text(.tokenNameHelp), error: error("name"), isRequired: true),
            FormField(
                "rights", label: text(.rights),
                .segmented([FieldOption("read", text(.readOnly)), FieldOption("write", text(.readAndWrite))]),
                values: [values["rights"] ?? "read"], isRequired: true),
            FormField(
                "expiresAt", label: text(.lastDay), .day, values: [values["expiresAt"] ?? inNinetyDays],
                help: text(.tokenLastDayHelp(SignIn.tokenDaysMax)), error: error("expiresAt"), isRequired: true),
        ]
        let errors = problems.map { (fieldID: "f-\($0.field)", message: text(.problem($0.message))) }
        return """
            <form class="stack" method="post" action="\(Link.tokens.href)">\(raw: .hidden("csrf", context.formToken))\
            \(raw: .errorSummary(errors))\(raw: .each(fields) { .field($0) })\
            <p class="cluster">\(raw: .submitButton(text(.makeToken), look: .primary))</p></form>
            """
    }

    @Sendable private func createToken(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await FormBody(request)
        try context.verifyForm(body["csrf"])
        var values: [String: String] = [:]
        for name in ["name", "rights", "expiresAt"] { values[name] = body[name] }
        do {
            guard let day = Day(values["expiresAt"] ?? "") else {
                throw Invalid("expiresAt", text(.mustBeADay))
            }
            // Good to the end of that day, where the organisation is.
            let noon = Instant(millisecondsSince1970: Int64(day.daysSince1970) * 86_400_000)
            let end = noon.adding(seconds: 86_399 - caller.timeZone.secondsFromGMT(for: noon.date))
            let (_, secret) = try await services.signIn.createToken(
                (values["name"] ?? "").trimmingCharacters(in: .whitespaces), mayWrite: values["rights"] == "write",
                expiresAt: end, by: caller)
            return try await tokens(
                request, context, notice: SettingsParts.shownOnce(.tokenMade, .tokenShownOnce, secret))
        } catch let invalid as Invalid {
            return try await tokens(request, context, problems: invalid.problems, values: values)
        }
    }

    @Sendable private func revokeToken(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        try context.verifyForm(try await FormBody(request)["csrf"])
        try await services.signIn.revokeToken(try context.pathID("id", of: text(.token)), by: caller)
        return PageReply.see(Link.tokens.href)
    }

    // MARK: One's own password

    @Sendable private func accountPage(_ request: Request, _ context: ConcordContext) async throws -> Response {
        try await account(request, context)
    }

    private func account(
        _ request: Request, _ context: ConcordContext, notice: Markup? = nil, problems: [Problem] = [],
        status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let caller = try frame.caller(context)
        func field(_ name: String, _ label: Text, isNew: Bool) -> FormField {
            FormField(
                name, label: text(label), .password(isNew: isNew), help: isNew ? text(.passwordHelp) : nil,
                error: problems.first { $0.field == name }.map { text(.problem($0.message)) }, isRequired: true)
        }
        let errors = problems.map { (fieldID: "f-\($0.field)", message: text(.problem($0.message))) }
        let form: Markup = """
            <form class="stack" method="post" action="\(Link.account.href)">\(raw: .hidden("csrf", context.formToken))\
            \(raw: .errorSummary(errors))\(raw: .field(field("currentPassword", .currentPassword, isNew: false)))\
            \(raw: .field(field("password", .newPassword, isNew: true)))\
            <p class="cluster">\(raw: .submitButton(text(.changePassword), look: .primary))</p></form>
            """
        let roles = Role.allCases.filter(caller.roles.contains).map(\.label).joined(separator: ", ")
        return try await page(
            .settingsAccount, .account, request, context, status: status,
            """
            \(raw: notice)\(raw: .card(
                id: "you", title: text(.you),
                .descriptionList([
                    (text(.name), .isolated(caller.personName)),
                    (text(.organisation), .isolated(caller.organisationName)),
                    (text(.roles), roles.isEmpty ? nil : .escaped(roles)),
                ])))\(raw: .card(id: "password", title: text(.changePassword), lead: text(.otherSessionsEnd), form))
            """)
    }

    @Sendable private func changePassword(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let body = try await FormBody(request)
        try context.verifyForm(body["csrf"])
        guard let secret = context.sessionSecret else { throw AccessError.needsSession }
        do {
            try await services.signIn.changePassword(
                secret, current: body["currentPassword"] ?? "", new: body["password"] ?? "", address: context.address)
            return try await account(request, context, notice: .notice(.good, title: text(.passwordChanged)))
        } catch let invalid as Invalid {
            return try await account(request, context, problems: invalid.problems, status: .unprocessableContent)
        } catch AccessError.throttled(let seconds) {
            return try await account(
                request, context, notice: .notice(.bad, title: text(.tooManyAttempts(seconds)), isAlert: true),
                status: .tooManyRequests)
        }
    }
}
