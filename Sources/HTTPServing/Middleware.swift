// What happens to every request before and after its route: id, headers, sign-in.
package import Access
import Foundation
package import HTTPTypes
package import Hummingbird
import Logging
import RecordKit
import Telemetry

extension HTTPField.Name {
    /// The secret of the session's forms, from scripts.
    package static let formSecret = name("X-Concord-Form")
    package static let requestID = name("X-Request-Id")
    static let forwardedFor = name("X-Forwarded-For")
    package static let permissionsPolicy = name("Permissions-Policy")
    package static let frameOptions = name("X-Frame-Options")
    package static let referrerPolicy = name("Referrer-Policy")
    package static let openerPolicy = name("Cross-Origin-Opener-Policy")

    private static func name(_ text: StaticString) -> HTTPField.Name {
        guard let name = HTTPField.Name("\(text)") else { preconditionFailure("\(text) is no name of a header") }
        return name
    }
}

/// Gives the request an id and the address that it came from, and the answer its security headers.
package struct EnvelopeMiddleware: RouterMiddleware {
    private let environment: Access.Environment
    private let proxies: TrustedProxies
    package init(environment: Access.Environment, proxies: TrustedProxies = .none) {
        self.environment = environment
        self.proxies = proxies
    }

    package func handle(
        _ request: Request, context: ConcordContext,
        next: (Request, ConcordContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        let id = environment.id()
        context.requestUUID = id
        context.requestID = id.lowercased
        if !proxies.isEmpty {
            context.forwardedAddress = proxies.client(
                of: context.peerAddress, forwarded: request.headers[values: .forwardedFor])
        }
        // One id is enough: that of Hummingbird is in no answer.
        context.logger[metadataKey: "hb.request.id"] = nil
        context.logger[metadataKey: LogKey.requestID] = .string(context.requestID)
        var response = try await next(request, context)
        response.headers[.requestID] = context.requestID
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.frameOptions] = "DENY"
        response.headers[.referrerPolicy] = "same-origin"
        response.headers[.openerPolicy] = "same-origin"
        response.headers[.permissionsPolicy] = "camera=(), microphone=(), geolocation=(), payment=()"
        if response.headers[.contentSecurityPolicy] == nil {
            response.headers[.contentSecurityPolicy] = Self.policy
        }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        // What a page or an error would say stays unsaid, but its length is told (RFC 9110, 9.3.2).
        return request.method == .head ? response.createHeadResponse() : response
    }

    /// Nothing from elsewhere, nothing inline.
    package static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        + "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
}

/// Finds out who asks: by `Authorization: Bearer`, else by the session's cookie. A request without either goes on as
/// nobody's; a bad token is refused at once.
package struct AuthenticationMiddleware: RouterMiddleware {
    package static let cookieName = "concord_session"
    private let signIn: SignIn
    package init(signIn: SignIn) { self.signIn = signIn }

    package func handle(
        _ request: Request, context: ConcordContext,
        next: (Request, ConcordContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        if let header = request.headers[.authorization] {
            guard header.hasPrefix("Bearer "),
                let caller = try await signIn.authenticate(token: String(header.dropFirst(7)))
            else { throw Failure.unauthenticated }
            context.caller = caller
            context.tokenSecret = String(header.dropFirst(7))
        } else if let secret = request.cookies[Self.cookieName]?.value,
            let (caller, session) = try await signIn.authenticate(sessionSecret: secret)
        {
            context.caller = caller
            context.session = session
            context.sessionSecret = secret
        }
        context.note.account = context.caller?.account
        return try await next(request, context)
    }
}

extension ConcordContext {
    /// Who asks now, for an answer that goes on for long: `nil` once the session or token has ended.
    package func authenticateAgain(_ signIn: SignIn) async throws -> Caller? {
        if let sessionSecret { return try await signIn.authenticate(sessionSecret: sessionSecret)?.caller }
        if let tokenSecret { return try await signIn.authenticate(token: tokenSecret) }
        return nil
    }

    /// Who asks, in an organisation.
    /// - Throws: ``Failure/unauthenticated``.
    package func requireCaller() throws -> Caller {
        guard let caller else { throw Failure.unauthenticated }
        return caller
    }

    /// Refuses a change that a browser's session was tricked into: the request must carry the session's form secret.
    /// A token is never sent by a browser on its own, so it needs none.
    package func verifyForm(_ secret: String?) throws {
        guard let session else { return }
        guard let secret, SignIn.verify(form: secret, session) else {
            throw Failure(
                .forbidden, "forbidden", "Not allowed",
                "The form has expired or was not made by this session. Go back, reload the page and send it again.")
        }
    }
}
