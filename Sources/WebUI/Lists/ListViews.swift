// The saved views above a list, and the one that the caller's lists begin with.
import Access
import Foundation
import Governance
import HTTPServing
import RecordKit
import Storage

/// The views of one list.
struct ListViews: Sendable {
    /// The value of `view` that asks for the list without a view.
    static let plain = "plain"
    let state: ListState
    let views: [StoredView]

    static func load(
        _ state: ListState, _ services: RecordScreens.Reading, _ caller: Caller
    ) async throws -> ListViews {
        ListViews(
            state: state, views: try await services.services.views.list(state.schema.type, as: caller))
    }

    /// Where the caller's list of a type begins: the default view, if nothing else was asked for.
    static func redirect(
        _ state: ListState, _ services: RecordScreens.Reading, _ caller: Caller
    ) async throws -> String? {
        guard state.query.items.isEmpty,
            let id = try await services.services.views.defaults(as: caller)[state.schema.type],
            let view = try await services.services.views.list(state.schema.type, as: caller).first(where: {
                $0.id == id
            })
        else { return nil }
        return href(view, state.schema)
    }

    /// The list as a view shows it.
    static func href(_ view: StoredView, _ schema: AnySchema) -> String {
        let query = LinkQuery(view.query) ?? [:]
        return Link.list(schema.plural, query.with("view", view.id.lowercased)).href
    }

    /// A first tab for the whole list, then the views, then where the present one gets a name.
    var markup: Markup {
        let current = state.query["view"]
        let isKnown = views.contains { $0.id.lowercased == current }
        let whole = Link.list(state.schema.plural, ["view": Self.plain]).href
        var tabs = [SavedView(text(.allRecords), href: whole, isCurrent: !isKnown && !state.isNarrowed)]
        tabs += views.map { view in
            SavedView(
                view.name, href: Self.href(view, state.schema), isCurrent: view.id.lowercased == current)
        }
        let save = Link.views(["type": state.schema.plural, "query": String(state.viewQuery.string.dropFirst())]).href
        return .savedViews(tabs, saveHref: save)
    }
}
