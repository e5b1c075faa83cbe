// What an erasure will remove, before a second person confirms it.
import Access
import Foundation
import Governance
package import HTTPServing
package import Hummingbird
import RecordKit
import Records
import Storage

/// The page on which an erasure is confirmed.
package struct ErasureScreens: Sendable {
    private let services: Services
    private let frame: PageFrame
    package init(services: Services, frame: PageFrame) { (self.services, self.frame) = (services, frame) }

    /// Adds the route. The form goes to the transition of the request.
    package func add(to router: Router<ConcordContext>) {
        router.get(RouterPath(Link.Route.erasurePreview.rawValue)) { request, context in
            let caller = try frame.caller(context)
            let id = try context.pathID("id", of: ErasureRequest.schema.erased.label)
            let preview = try await services.erasure.preview(id, as: caller)
            let page = ErasurePage(preview: preview, formToken: context.formToken)
            return try await frame.page(text(.carryOutTitle), request, context, content: page.markup)
        }
    }
}

/// All that the page shows.
struct ErasurePage {
    let preview: ErasureService.Preview
    let formToken: String

    private var request: StoredRecord { preview.request }
    private var subject: AnySchema { preview.subject.schema }

    var markup: Markup {
        let requestLink = Link.record(request.schema, request.id).href
        let crumbs = [
            Crumb(request.schema.pluralLabel, Link.list(request.schema.plural).href), Crumb(request.title, requestLink),
        ]
        return Markup { html in
            html.add(.pageHeader(text(.carryOutTitle), crumbs: crumbs, lead: text(.carryOutLead)))
            html.raw("<div class=\"stack\">")
            html.add(refusals)
            html.add(.card(id: "removed", title: text(.willBeRemoved), .descriptionList(facts)))
            html.add(
                .card(
                    id: "kept", title: text(.erasureKeeps),
                    "<ul class=\"list\">\(raw: .each(Text.erasureKeepsPoints) { "<li><span>\($0)</span></li>" })</ul>"))
            html.add(
                "<div class=\"cluster\">\(raw: confirm)\(raw: .linkButton(text(.backToRequest), requestLink))</div>")
            html.raw("</div>")
        }
    }

    private var refusals: Markup {
        let holds: Markup = .each(preview.holds) { hold in
            let reason = text(.holdReason(hold.value.name, hold.value.reason))
            let link: Markup = .link(reason, Link.record(Hold.schema.erased, hold.id.raw).href)
            return .notice(.bad, title: text(.heldBy), link)
        }
        let refusal = preview.refusal.map { Markup.notice(.warn, title: text(.notByYou), "\($0)") }
        return holds + (refusal ?? .empty)
    }

    private var facts: [(term: String, value: Markup?)] {
        let title = preview.subject.title.isEmpty ? text(.untitled) : preview.subject.title
        var facts: [(term: String, value: Markup?)] = [
            (
                text(.erasureSubject),
                "\(subject.label) <a href=\"\(Link.record(subject, preview.subject.id).href)\"><bdi>\(title)</bdi></a>"
            ),
            (
                text(.scopeOfErasure),
                .escaped(preview.fieldLabels.map { $0.joined(separator: ", ") } ?? text(.erasureOfWhole))
            ),
            (text(.versionsErased), .escaped(text(.versionsOf(preview.revisions, preview.revisionsAll)))),
            (text(.filesErased), files), (text(.linksErased), .escaped(Text.count(preview.linksOut))),
            (text(.linksKept), .escaped(text(.linksKeptCount(preview.linksIn)))),
        ]
        if subject.type == Person.type, preview.fieldLabels == nil {
            facts.append((text(.erasureAccount), "\(Text.accountEnds) \(Text.rolesEnd)"))
        }
        return facts
    }

    private var files: Markup {
        let rest = preview.files - preview.fileNames.count
        let more: Markup? = rest > 0 ? "<li class=\"meta\">\(Text.andMore(rest))</li>" : nil
        guard preview.files > 0 else { return .escaped(Text.count(0)) }
        return """
            <ul class="items">\(raw: .each(preview.fileNames) { "<li><bdi>\($0)</bdi></li>" })\(raw: more)</ul>
            """
    }

    private var confirm: Markup? {
        guard preview.holds.isEmpty, preview.refusal == nil else { return nil }
        let action = Link.transition(request.schema.plural, request.id, name: "carryOut").href
        return """
            <form method="post" action="\(action)">\(raw: .hidden("csrf", formToken))\
            \(raw: .hidden("version", String(request.version)))\
            \(raw: .submitButton(text(.confirmErasure), look: .danger))</form>
            """
    }
}
