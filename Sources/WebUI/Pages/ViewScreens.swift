// Saved views of a list: giving what one sees a name, renaming, removing, beginning with one.
import Access
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import Hummingbird
import RecordKit
import Storage

/// The page of a list's views and what its forms do.
struct ViewScreens: Sendable {
    let services: Services
    let frame: PageFrame
    let schemas: [AnySchema]

    func add(to router: Router<ConcordContext>) {
        router.get(RouterPath(Link.Route.views.rawValue)) { request, context in
            let query = try request.linkQuery()
            return try await page(try schema(query["type"]), query["query"] ?? "", request, context)
        }
        router.post(RouterPath(Link.Route.views.rawValue), use: create)
        router.post(RouterPath(Link.Route.view.rawValue), use: change)
    }

    private func schema(_ plural: String?) throws -> AnySchema {
        guard let schema = schemas.first(where: { $0.plural == plural }) else {
            throw ServiceError.notFound(text(.page))
        }
        return schema
    }

    // MARK: Forms

    @Sendable private func create(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await form(request, context)
        let schema = try schema(body["type"])
        do {
            let view = try await services.views.create(
                schema.type, name: body["name"] ?? "", query: body["query"] ?? "", isShared: body["shared"] == "true",
                as: caller)
            if body["default"] != nil { try await services.views.setDefault(view.id, for: view.type, as: caller) }
            return PageReply.see(ListViews.href(view, schema))
        } catch ServiceError.invalid(let invalid) {
            return try await page(
                schema, body["query"] ?? "", name: body["name"] ?? "", problems: invalid.problems, request, context)
        }
    }

    @Sendable private func change(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await form(request, context)
        let id = try context.pathID("id", of: text(.savedViews))
        let schema = try schema(body["type"])
        do {
            switch body["do"] {
            case "rename": _ = try await services.views.update(id, name: body["name"], query: nil, as: caller)
            case "remove": try await services.views.remove(id, as: caller)
            case "begin": try await services.views.setDefault(id, for: schema.type, as: caller)
            case "plain": try await services.views.setDefault(nil, for: schema.type, as: caller)
            default: throw Failure.invalid("do", text(.meansNothing))
            }
        } catch ServiceError.invalid(let invalid) {
            return try await page(
                schema, body["query"] ?? "", problems: invalid.problems, request, context)
        }
        return PageReply.see(Link.views(["type": schema.plural, "query": body["query"]]).href)
    }

    private func form(_ request: Request, _ context: ConcordContext) async throws -> FormBody {
        let body = try await FormBody(request)
        try context.verifyForm(body["csrf"])
        return body
    }

    // MARK: The page

    private func page(
        _ schema: AnySchema, _ query: String, name: String = "", problems: [Problem] = [], _ request: Request,
        _ context: ConcordContext
    ) async throws -> Response {
        let caller = try frame.caller(context)
        let views = try await services.views.list(schema.type, as: caller)
        let page = ViewsPage(
            schema: schema, query: query, name: name, problems: problems, views: views,
            defaultID: try await services.views.defaults(as: caller)[schema.type],
            mayShare: ViewService.mayShare(caller), mayWrite: caller.mayWrite, formToken: context.formToken)
        return try await frame.page(
            page.title, request, context, status: problems.isEmpty ? .ok : .unprocessableContent,
            content: page.markup)
    }
}

/// The views of one list, and the form for another one.
private struct ViewsPage {
    let schema: AnySchema
    let query: String
    let name: String
    let problems: [Problem]
    let views: [StoredView]
    let defaultID: UUID?
    let mayShare: Bool
    let mayWrite: Bool
    let formToken: String

    var title: String { text(.viewsOf(schema.pluralLabel)) }

    var markup: Markup {
        let crumbs = [Crumb(schema.pluralLabel, Link.list(schema.plural, LinkQuery(query) ?? [:]).href)]
        return """
            \(raw: .pageHeader(title, crumbs: crumbs))<div class="stack">\(raw: mayWrite ? newView : nil)\
            \(raw: .card(id: "views", title: text(.viewsYouSee), list))</div>
            """
    }

    private var hidden: Markup {
        """
        \(raw: .hidden("csrf", formToken))\(raw: .hidden("type", schema.plural))\(raw: .hidden("query", query))
        """
    }

    private var newView: Markup {
        let error = problems.map(\.message).first.map { FormPage.sentence($0) }
        let field = FormField(
            "name", label: text(.viewName), .text(lengthMax: ViewService.nameCharactersMax), values: [name],
            help: text(.viewNameHelp), error: error, isRequired: true)
        let whom = FormField(
            "shared", label: text(.viewFor),
            .segmented([FieldOption("false", text(.viewForMe)), FieldOption("true", text(.viewForAll))]),
            values: ["false"])
        return .card(
            id: "new", title: text(.viewSave), lead: kept,
            """
            <form class="stack" method="post" action="\(Link.views().href)">\(raw: hidden)\(raw: .field(field))\
            \(raw: mayShare ? .field(whom) : nil)\
            <label class="check"><input type="checkbox" name="default" value="1"><span>\(Text.viewAsDefault)</span>\
            </label><div>\(raw: .submitButton(text(.viewSave), look: .primary))</div></form>
            """)
    }

    /// What the view keeps, in the words of the list.
    private var kept: String {
        let items = (LinkQuery(query) ?? [:]).items.map { item in
            let field = item.name.split(separator: ".").first.flatMap { schema.field(String($0)) }
            let label = field?.label ?? item.name.asLabel
            let isID = UUID(uuidString: item.value) != nil
            return isID ? label : "\(label): \(item.value.asLabel)"
        }
        return items.isEmpty ? text(.noFiltersSet) : "\(text(.presentFilters)): \(items.joined(separator: "; "))"
    }

    private var list: Markup {
        guard !views.isEmpty else { return "<p class=\"meta\">\(Text.noViewsYet)</p>" }
        return "<ul class=\"list\">\(raw: .each(views, item))</ul>"
    }

    private func item(_ view: StoredView) -> Markup {
        let isDefault = view.id == defaultID
        let whom = text(view.owner == nil ? .viewForAll : .viewForMe)
        let note = isDefault ? "\(whom) · \(text(.viewIsDefault))" : whom
        let mayChange = mayWrite && (view.owner != nil || mayShare)
        let change = Link.view(view.id).href
        let rename: Markup? =
            mayChange
            ? """
            <form class="find" method="post" action="\(change)">\(raw: hidden)\(raw: .hidden("do", "rename"))\
            <input class="input" name="name" value="\(value: view.name)" required\
             maxlength="\(ViewService.nameCharactersMax)" aria-label="\(Text.viewName)">\
            \(raw: .submitButton(text(.viewRename)))</form>
            """ : nil
        let begin: Markup? =
            mayWrite
            ? button(change, isDefault ? "plain" : "begin", isDefault ? .viewNoDefault : .viewMakeDefault) : nil
        let remove: Markup? = mayChange ? button(change, "remove", .viewRemove) : nil
        return """
            <li><span><a class="title" href="\(ListViews.href(view, schema))"><bdi>\(view.name)</bdi></a>\
            <span class="meta">\(note)</span></span>\
            <span class="cluster">\(raw: rename)\(raw: begin)\(raw: remove)</span></li>
            """
    }

    private func button(_ action: String, _ verb: String, _ label: Text) -> Markup {
        """
        <form method="post" action="\(action)">\(raw: hidden)\(raw: .hidden("do", verb))\
        \(raw: .submitButton(text(label), look: .small))</form>
        """
    }
}
