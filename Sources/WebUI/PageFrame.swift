// The frame around every page, made from who asks: navigation, organisation, place in the ledger, theme, form secret.
package import Access
import Foundation
import Governance
package import HTTPServing
package import HTTPTypes
package import Hummingbird
import Records
package import RecordKit
import Storage

/// Builds the shell of a page for a caller.
package struct PageFrame: Sendable {
    package static let themeCookie = "concord_theme"
    /// Where browsers hear of what others change: a path of the API.
    package static let events = "/api/v1/events"
    private let services: Services
    package let assets: AssetLinks

    package init(services: Services, assets: AssetLinks) {
        self.services = services
        self.assets = assets
    }

    /// Who asks, with a place in an organisation.
    /// - Throws: ``Failure``: unauthenticated, or forbidden for somebody without a current place.
    package func caller(_ context: ConcordContext) throws -> Caller {
        let caller = try context.requireCaller()
        guard caller.organisation != nil else {
            throw Failure(.forbidden, "forbidden", text(.noPlaceTitle), text(.noPlace))
        }
        return caller
    }

    /// A whole page for somebody who is signed in; whoever is signed in without an organisation gets the plain frame.
    /// - Parameter change: Sets what only this page has: the rail, a poll, the band of the past, the search words.
    package func page(
        _ title: String, _ request: Request, _ context: ConcordContext, status: HTTPResponse.Status = .ok,
        _ change: (inout Shell) -> Void = { _ in }, content: Markup
    ) async throws -> Response {
        guard let caller = context.caller, caller.organisation != nil else {
            return signedOutPage(title, request, status: status, content: content)
        }
        var shell = try await shell(title, request, context, caller)
        change(&shell)
        if shell.asOf != nil { shell.eventsHref = nil }
        return PageReply.html(shell.page(content), status: status)
    }

    /// A page of one card for somebody who is not signed in.
    package func signedOutPage(
        _ title: String, _ request: Request, status: HTTPResponse.Status = .ok, content: Markup
    ) -> Response {
        PageReply.html(
            Shell.signedOutPage(title: title, assets: assets, theme: Self.theme(request), content), status: status)
    }

    /// The appearance that the browser asked for.
    package static func theme(_ request: Request) -> Theme {
        request.cookies[themeCookie].flatMap { Theme(rawValue: $0.value) } ?? .auto
    }

    private func shell(
        _ title: String, _ request: Request, _ context: ConcordContext, _ caller: Caller
    ) async throws -> Shell {
        let organisation = caller.organisation
        let (size, checkpoint) = try await services.store.read { reader in
            (try reader.ledgerSize(organisation), try reader.lastCheckpoint(organisation)?.at)
        }
        var shell = Shell(
            title: title, assets: assets, theme: Self.theme(request),
            navigation: Navigation.groups(for: caller, path: request.uri.path),
            organisation: FieldOption(organisation?.lowercased ?? "", caller.organisationName),
            person: caller.personName, ledgerIndex: max(0, size - 1), token: context.formToken,
            path: request.method == .get ? request.uri.string : request.uri.path)
        if let account = caller.account, context.session != nil {
            shell.organisations = try await services.signIn.places(of: account).map {
                FieldOption($0.membership.organisation.lowercased, $0.organisationName)
            }
        }
        shell.personDetail = Role.allCases.filter(caller.roles.contains).map(\.label).joined(separator: ", ")
        shell.checkpoint = checkpoint.map { text(.timeOfDay($0, in: caller.timeZone)) }
        shell.menu = Navigation.menu(for: caller)
        shell.eventsHref = Self.events
        return shell
    }
}

extension Role {
    /// The role as people read it.
    package var label: String {
        let label = rawValue.asLabel
        return label.hasPrefix("Ai ") ? "AI " + label.dropFirst(3) : label
    }
}

/// What the navigation shows: the steps of the work with the record types that belong to each.
enum Navigation {
    /// One entry: a page of its own, or the list of a record type.
    private enum Entry {
        case page(Text, Link, Icon)
        /// With a name of its own where the type's plural is that of a page.
        case records(any Record.Type, Icon, name: Text? = nil)
    }

    private static let steps: [(label: Text?, entries: [Entry])] = [
        (nil, [.page(.overview, .overview, .overview)]),
        (
            .stepGovern,
            [
                .records(Organisation.self, .organisation), .records(Person.self, .attest),
                .records(RoleAssignment.self, .oversight), .records(FrameworkAdoption.self, .objectives),
                .records(Obligation.self, .policy),
            ]
        ),
        (
            .stepAssess,
            [
                .page(.assessment, .assessmentNow, .assessment), .page(.gapList, .gapsNow, .gaps),
                .page(.path, .path(), .arrowRight),
                .records(Assessment.self, .audit), .records(SectionAssignment.self, .attest),
                .records(Answer.self, .check), .records(Control.self, .controls),
                .page(.controlLibrary, .controlLibrary(), .controls),
                .page(.statements, .statements, .applicability),
                .records(StatementOfApplicability.self, .seal, name: .statementVersions),
                .records(Applicability.self, .check),
                .records(Framework.self, .policy),
                .records(Requirement.self, .both), .page(.crosswalk, .crosswalk(), .crosswalk),
                .records(Mapping.self, .arrowRight), .page(.libraries, .libraries, .assets),
                .page(.reports, .reports(), .download),
            ]
        ),
        (.stepSystems, [.records(Asset.self, .assets), .records(Risk.self, .risk)]),
        (
            .stepAssure,
            [
                .page(.plan, .plan(), .clock), .records(Milestone.self, .objectives),
                .records(Evidence.self, .evidence), .records(Finding.self, .finding),
                .records(Records.Task.self, .tasks),
                .page(.ledger, .ledger(), .ledger), .records(ErasureRequest.self, .close),
                .records(Hold.self, .key),
            ]
        ),
    ]

    private static let placed: Set<RecordType> = Set(
        steps.flatMap(\.entries).compactMap { if case .records(let type, _, _) = $0 { type.type } else { nil } })

    /// The groups with the entries that the caller may see. A type that no step names stands in the last group.
    static func groups(for caller: Caller, path: String, schemas: [AnySchema] = Registry.schemas) -> [NavGroup] {
        let byType = Dictionary(uniqueKeysWithValues: schemas.map { ($0.type, $0) })
        var groups = steps.map { step in
            NavGroup(
                step.label.map(text),
                step.entries.compactMap { entry in
                    switch entry {
                    case .page(let label, let link, let icon): self.entry(text(label), link, icon, path)
                    case .records(let type, let icon, let name):
                        byType[type.type].flatMap { list($0, icon, caller, path, name: name) }
                    }
                })
        }
        let others = schemas.filter { !placed.contains($0.type) }.compactMap { list($0, .dot, caller, path) }
        if !others.isEmpty { groups.append(NavGroup(text(.otherRecords), others)) }
        return groups.filter { !$0.entries.isEmpty }
    }

    /// The links in the person's menu.
    static func menu(for caller: Caller) -> [(label: String, href: String)] {
        var menu: [(label: String, href: String)] = []
        if let person = caller.person {
            menu.append(
                (text(.myTasks), Link.list("tasks", ["assignee": person.lowercased, "status": "open"]).href))
            menu.append(
                (
                    text(.mySections),
                    Link.list(
                        SectionAssignment.schema.erased.plural,
                        ["assignee": person.lowercased, "status": "assigned", "status": "returned"]
                    ).href
                ))
        }
        menu.append((text(.settingsAccount), Link.account.href))
        menu.append((text(.settingsTokens), Link.tokens.href))
        if caller.isServerAdministrator { menu.append((text(.settingsOrganisations), Link.hosted().href)) }
        if caller.roles.contains(.administrator) { menu.append((text(.settingsMembers), Link.members.href)) }
        return menu
    }

    /// The pages that the caller may open, by name: what search finds beside records.
    static func pages(for caller: Caller, schemas: [AnySchema]) -> [(label: String, href: String)] {
        let entries = groups(for: caller, path: "", schemas: schemas).flatMap(\.entries)
        return entries.map { ($0.label, $0.href) } + menu(for: caller)
    }

    private static func list(
        _ schema: AnySchema, _ icon: Icon, _ caller: Caller, _ path: String, name: Text? = nil
    ) -> NavEntry? {
        guard Authorisation.visible(caller, .read, schema) != .none else { return nil }
        return entry(name.map(text) ?? schema.pluralLabel, .list(schema.plural), icon, path)
    }

    private static func entry(_ label: String, _ link: Link, _ icon: Icon, _ path: String) -> NavEntry {
        NavEntry(label, href: link.href, icon: icon, isCurrent: isCurrent(link, path))
    }

    /// The rows of an assessment belong to "Assessment", not to the list of assessments.
    private static func isCurrent(_ link: Link, _ path: String) -> Bool {
        let href = link.href
        let isRows = path.hasPrefix("/assessments/") && path.contains("/rows")
        if isRows { return link == .assessmentNow }
        if path.hasPrefix("/assessments/"), path.contains("/gaps") { return link == .gapsNow }
        if path.hasPrefix(Link.controlLibrary().href) { return link == .controlLibrary() }
        return path == href || (href != "/" && path.hasPrefix(href + "/"))
    }
}
