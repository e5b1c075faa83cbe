// Taking back one's own last change: the offer on a page, and the form behind it.
import Access
import Foundation
import Governance
import HTTPServing
import Hummingbird
import RecordKit
import Storage

/// A change of the caller's own that stands last on a record and is fresh.
struct UndoOffer: Sendable {
    /// An offer older than this is a nuisance; the history still offers the older values.
    static let secondsMax = 900
    let index: Int
    let version: Int
    let isUndo: Bool

    /// - Parameter last: The newest revision that the page shows.
    init?(_ record: StoredRecord, _ last: Governance.HistoryEntry?, _ caller: Caller, now: Instant) {
        guard let revision = last?.revision, revision.record.version == record.version, record.version > 1,
            let person = caller.person, revision.person == person, caller.mayWrite,
            RecordService.undoable.contains(revision.action),
            revision.at.adding(seconds: Self.secondsMax) > now
        else { return nil }
        (index, version, isUndo) = (revision.index, record.version, revision.action == "undo")
    }

    func notice(formToken: String, back: String) -> Markup {
        let title = text(isUndo ? .undone : .yourLastChange)
        let words = isUndo ? Text.undoneByYou(version) : .changedByYou(version)
        let body: Markup = "\(words) \(raw: Self.form(index: index, back: back, formToken: formToken))"
        return "<div class=\"mb\" data-undo>\(raw: .notice(.info, title: title, body))</div>"
    }

    /// The button that takes a change back and returns to a page.
    static func form(index: Int, back: String, formToken: String) -> Markup {
        """
        <form class="undo" method="post" action="\(Link.undo.href)">\(raw: .hidden("csrf", formToken))\
        \(raw: .hidden("index", String(index)))\(raw: .hidden("return", back))\
        \(raw: .submitButton(text(.undo), look: .small))</form>
        """
    }

    /// The place on an assessment's page that tells of the answer just given.
    static func place(index: Int?, back: String, formToken: String) -> Markup {
        let notice: Markup? = index.map { index in
            .notice(
                .good, title: text(.answerSaved), form(index: index, back: back, formToken: formToken))
        }
        return "<div id=\"undo-place\" class=\"undo-place\">\(raw: notice)</div>"
    }
}

/// The route of an undo.
struct UndoScreens: Sendable {
    let services: Services
    let frame: PageFrame

    func add(to router: Router<ConcordContext>) {
        router.post(RouterPath(Link.Route.undo.rawValue), use: undo)
    }

    @Sendable private func undo(_ request: Request, _ context: ConcordContext) async throws -> Response {
        let caller = try frame.caller(context)
        let body = try await FormBody(request)
        try context.verifyForm(body["csrf"])
        guard let index = body["index"].flatMap({ Int($0) }) else {
            throw Failure.invalid("index", text(.meansNothing))
        }
        let report = try await services.records.undo(upTo: index, as: caller, request: context.requestID)
        let back = LocalPath.checked(body["return"])
        guard !report.refused.isEmpty else { return PageReply.see(back) }
        // Some of a bulk edit stayed: say which and why.
        let stayed: Markup = .each(report.refused) { refused in
            "<li>\(Text.stayed(refused.record.title, Failure(refused.why).detail))</li>"
        }
        let notice: Markup = .notice(
            .warn, title: text(.undoneCount(report.restored.count)), "<ul>\(raw: stayed)</ul>", isAlert: true)
        return try await frame.page(
            text(.partlyUndone), request, context,
            content: """
                \(raw: .pageHeader(text(.partlyUndone)))<div class="stack">\(raw: notice)\
                <div class="cluster">\(raw: .linkButton(text(.next), back, look: .primary))</div></div>
                """)
    }
}
