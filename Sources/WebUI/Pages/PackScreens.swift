// Exporting an audit pack from a page: a form, and a download as the answer.
import Access
import Foundation
import Governance
package import HTTPServing
package import Hummingbird
import RecordKit

/// The export of packs.
package struct PackScreens: Sendable {
    private let services: Services
    private let frame: PageFrame
    package init(services: Services, frame: PageFrame) { (self.services, self.frame) = (services, frame) }

    /// Adds the route.
    package func add(to router: Router<ConcordContext>) {
        router.post(RouterPath(Link.Route.pack.rawValue), use: export)
    }

    @Sendable private func export(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let form = try await FormBody(request)
        try context.verifyForm(form["csrf"])
        var query: LinkQuery = [:]
        query.add("asOf", form["asOf"]?.trimmingCharacters(in: .whitespaces))
        let records = form.all("records").filter { !$0.isEmpty }
        let wanted = PackRequest(
            asOf: try await Moment.read(query, services, caller)?.asOf, records: records.isEmpty ? nil : records,
            since: form["since"])
        let pack = try await services.packs.prepare(wanted, as: caller, request: context.requestID)
        return PackAnswer.response(pack, logger: context.logger)
    }
}

/// The form on the ledger's page.
struct PackForm {
    let token: String

    var markup: Markup {
        let asOf = FormField(
            "asOf", label: text(.packAsOf), .text(lengthMax: 40), help: text(.packAsOfHelp), width: .half)
        let since = FormField("since", label: text(.packSince), .longText, help: text(.packSinceHelp))
        return """
            <form class="stack" method="post" action="\(Link.pack.href)">\(raw: .hidden("csrf", token))\
            \(raw: .field(asOf))\(raw: .field(since))<p class="meta">\(Text.packNote)</p>\
            <div>\(raw: .submitButton(text(.exportPack), look: .primary))</div></form>
            """
    }
}
