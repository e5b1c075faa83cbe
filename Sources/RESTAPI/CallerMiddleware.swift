// Who asks, and whether they have asked too often. Both belong together: only who is signed in has a limit of their
// own, everybody else shares that of their network address.
import Access
import HTTPServing
import HTTPTypes
import Hummingbird
import Storage

extension HTTPField.Name {
    static let rateLimit = named("RateLimit")
    static let rateLimitPolicy = named("RateLimit-Policy")
    static let idempotencyKey = named("Idempotency-Key")
    static let idempotencyReplayed = named("Idempotency-Replayed")
    static let acceptPatch = named("Accept-Patch")

    static func named(_ text: StaticString) -> HTTPField.Name {
        guard let name = HTTPField.Name("\(text)") else { preconditionFailure("\(text) is no name of a header") }
        return name
    }
}

/// Finds out who asks, and refuses whoever asks too often (429, with `RateLimit` headers as the IETF's
/// draft-ietf-httpapi-ratelimit-headers names them).
struct CallerMiddleware: RouterMiddleware {
    private let authentication: AuthenticationMiddleware
    private let limiter: RateLimiter

    init(signIn: SignIn, limiter: RateLimiter) {
        authentication = AuthenticationMiddleware(signIn: signIn)
        self.limiter = limiter
    }

    func handle(
        _ request: Request, context: ConcordContext, next: (Request, ConcordContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await authentication.handle(request, context: context) { request, context in
                let verdict = limiter.take(context.limiterKey)
                try verdict?.check()
                var response = try await next(request, context)
                verdict?.add(to: &response.headers)
                return response
            }
        } catch let failure as Failure where failure.status == .unauthorized {
            // A token that is none: guessing counts, too.
            try limiter.take(.address(PeerAddress.network(context.address)))?.check()
            throw failure
        }
    }
}

extension ConcordContext {
    fileprivate var limiterKey: RateLimiter.Key {
        guard let caller else { return .address(PeerAddress.network(address)) }
        if caller.actorKind == .token { return .token(caller.auth) }
        return caller.account.map { .account($0) } ?? .address(PeerAddress.network(address))
    }
}

extension RateLimiter.Verdict {
    /// - Throws: ``TooManyRequests``.
    fileprivate func check() throws {
        guard isAllowed else { throw TooManyRequests(verdict: self) }
    }

    func add(to headers: inout HTTPFields) {
        headers[.rateLimitPolicy] = "\"default\";q=\(limit.requestsMax);w=\(limit.windowSeconds)"
        headers[.rateLimit] = "\"default\";r=\(remaining);t=\(resetSeconds)"
    }
}

/// A bucket is empty.
struct TooManyRequests: Error {
    let verdict: RateLimiter.Verdict
    var failure: Failure {
        Failure(
            .tooManyRequests, "too-many-requests", "Too many requests",
            "At most \(verdict.limit.requestsMax) requests in \(verdict.limit.windowSeconds) seconds. Try again in "
                + "\(verdict.retrySeconds) s.", retryAfterSeconds: verdict.retrySeconds)
    }
}
