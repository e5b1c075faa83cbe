// Every refusal as a page with the right status: who is not signed in is sent to sign in, a script gets plain words.
import Foundation
package import HTTPServing
import HTTPTypes
package import Hummingbird
import Logging
import RecordKit

/// Turns what routes throw into pages.
package struct WebErrorMiddleware: RouterMiddleware {
    private let frame: PageFrame
    package init(frame: PageFrame) { self.frame = frame }

    package func handle(
        _ request: Request, context: ConcordContext,
        next: (Request, ConcordContext) async throws -> Response
    ) async throws -> Response {
        do { return try await next(request, context) } catch {
            let failure = Failure(error)
            if failure.isInternal { context.logger.error("\(error)") }
            return await Self.response(failure, request, context, frame)
        }
    }

    /// The answer to a refusal.
    package static func response(
        _ failure: Failure, _ request: Request, _ context: ConcordContext, _ frame: PageFrame
    ) async -> Response {
        var response: Response
        if request.isByScript {
            response = PageReply.html(.notice(.bad, title: failure.title, "\(failure.detail)"), status: failure.status)
        } else if failure.status == .unauthorized, request.method == .get || request.method == .head {
            // Where to go on: the page asked for, unless it is the sign-in page itself.
            let next = request.uri.path == Link.signIn().href || request.uri.path == "/" ? nil : request.uri.string
            return PageReply.see(Link.signIn(next: next).href)
        } else {
            response = await page(failure, request, context, frame)
        }
        if let seconds = failure.retryAfterSeconds { response.headers[.retryAfter] = String(seconds) }
        return response
    }

    private static func page(
        _ failure: Failure, _ request: Request, _ context: ConcordContext, _ frame: PageFrame
    ) async -> Response {
        let content = content(failure, requestID: context.requestID)
        do {
            return try await frame.page(
                failure.title, request, context, status: failure.status, content: content)
        } catch {
            // The frame reads the database, which may be what failed.
            context.logger.error("frame of an error page: \(error)")
            return frame.signedOutPage(failure.title, request, status: failure.status, content: content)
        }
    }

    private static func content(_ failure: Failure, requestID: String) -> Markup {
        let problems: Markup? =
            failure.problems.isEmpty
            ? nil
            : "<ul>\(raw: .each(failure.problems) { "<li>\($0.field.isEmpty ? $0.message : "\($0.field): \($0.message)")</li>" })</ul>"
        return """
            <div class="card stack"><h1>\(failure.title)</h1><p>\(failure.detail)</p>\(raw: problems)\
            <p class="cluster">\(raw: .linkButton(text(.toOverview), Link.overview.href))</p>\
            <p class="meta">\(Text.requestNumber(requestID))</p></div>
            """
    }
}
