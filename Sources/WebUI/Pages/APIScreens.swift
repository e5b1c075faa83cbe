// The API's reference: each call with its parameters, a command that makes it, and its answers. It says nothing that is
// secret, so that nobody needs to sign in to read it.
import Foundation
package import HTTPServing
package import Hummingbird

/// The page of the API.
package struct APIScreens: Sendable {
    private let frame: PageFrame
    /// Made once: it is the same for everybody.
    private let content: Markup
    package init(reference: APIReference, frame: PageFrame) {
        self.frame = frame
        content = APIPage(reference: reference).markup
    }

    /// Adds the route.
    package func add(to router: Router<ConcordContext>) {
        router.get(RouterPath(Link.Route.apiReference.rawValue)) { [self] request, context in
            try await frame.page(text(.apiTitle), request, context, content: content)
        }
    }
}

/// All that the page shows.
struct APIPage {
    let reference: APIReference

    var markup: Markup {
        Markup(capacityBytes: 262_144) { html in
            html.add(
                .pageHeader(
                    text(.apiTitle),
                    actions: .linkButton(text(.apiDocument), reference.documentPath), lead: text(.apiLead)))
            html.raw("<div class=\"stack\">")
            html.add(.card(id: "contents", title: text(.apiContents), contents))
            for group in reference.groups {
                html.add(
                    .card(
                        id: group.anchor, title: group.title, lead: group.words, class: "api",
                        .each(group.calls, call)))
            }
            html.add(.card(id: "types", title: text(.apiRecordTypes), class: "api", .each(reference.collections, type)))
            html.raw("</div>")
        }
    }

    private var contents: Markup {
        let calls: Markup = .each(reference.groups) { group in
            let links: Markup = .each(group.calls) { "<li><a href=\"#\($0.anchor)\">\($0.summary)</a></li>" }
            return "<div><h3>\(group.title)</h3><ul>\(raw: links)</ul></div>"
        }
        let types: Markup = .each(reference.collections) { "<li><a href=\"#\($0.anchor)\">\($0.title)</a></li>" }
        return """
            <nav class="api-contents" aria-label="\(Text.apiContents)">\(raw: calls)\
            <div><h3>\(Text.apiRecordTypes)</h3><ul>\(raw: types)</ul></div></nav>
            """
    }

    private func call(_ call: APIReference.Call) -> Markup {
        let words: Markup = call.words.isEmpty ? .empty : "<p>\(call.words)</p>"
        let items: Markup = call.items.isEmpty ? .empty : table(text(.apiParameters), call.items)
        let answers: Markup = .each(call.answers) { "<dt class=\"mono\">\($0.status)</dt><dd>\($0.words)</dd>" }
        return """
            <article class="api-call" id="\(call.anchor)"><h3><a href="#\(call.anchor)">\(call.summary)</a></h3>\
            <p><span class="pill">\(call.method)</span> <code>\(call.path)</code></p>\(raw: words)\(raw: items)\
            <pre class="mono">\(call.curl)</pre><h4>\(Text.apiAnswers)</h4><dl class="api-answers">\(raw: answers)</dl>\
            </article>
            """
    }

    private func type(_ type: APIReference.Collection) -> Markup {
        """
        <article class="api-call" id="\(type.anchor)"><h3><a href="#\(type.anchor)">\(type.title)</a></h3>\
        <p><code>\(type.path)</code></p><p>\(type.words)</p>\(raw: table(text(.apiFields), type.fields))</article>
        """
    }

    private func table(_ label: String, _ items: [APIReference.Item]) -> Markup {
        let rows: Markup = .each(items) { item in
            let required: Markup = item.isRequired ? "<br><span class=\"meta\">\(Text.apiRequired)</span>" : .empty
            return """
                <tr><th scope="row"><code>\(item.name)</code>\(raw: required)</th><td>\(item.kind)</td>\
                <td>\(item.words)</td></tr>
                """
        }
        return """
            <div class="api-table" tabindex="0" role="region" aria-label="\(label)"><table><thead><tr>\
            <th scope="col">\(Text.apiName)</th><th scope="col">\(Text.apiKind)</th>\
            <th scope="col">\(Text.apiMeaning)</th></tr></thead><tbody>\(raw: rows)</tbody></table></div>
            """
    }
}
