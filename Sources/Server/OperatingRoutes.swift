// `/healthz`, `/readyz` and `/metrics`, on the port of the interface and on one of their own.
import Access
import HTTPServing
import HTTPTypes
import Hummingbird
import NIOCore
import Telemetry

extension Router {
    /// The process answers.
    func addHealth() { get("healthz") { _, _ in "ok\n" } }

    /// The node can work: 200, or 503 with its reasons.
    func addReadiness(_ readiness: Readiness) {
        get("readyz") { _, _ in
            let reasons = await readiness.reasons()
            guard !reasons.isEmpty else { return Response.text("ready\n") }
            return Response.text(reasons.joined(separator: "\n") + "\n", status: .serviceUnavailable)
        }
    }

    /// All metrics, to whoever asks: only for a port that outsiders do not reach.
    func addMetrics(_ registry: MetricRegistry) {
        get("metrics") { _, _ in Response.text(await registry.text(), type: MetricRegistry.mediaType) }
    }
}

extension Response {
    fileprivate static func text(
        _ text: String, status: HTTPResponse.Status = .ok, type: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(
            status: status, headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

/// Answers `/metrics` to the holder of the token. For everybody else nothing is there: the request goes on, as one for
/// any address that does not exist.
struct MetricsDoorMiddleware: RouterMiddleware {
    let registry: MetricRegistry
    let token: MetricsToken

    func handle(
        _ request: Request, context: ConcordContext, next: (Request, ConcordContext) async throws -> Response
    ) async throws -> Response {
        guard request.uri.path == "/metrics", request.method == .get || request.method == .head,
            token.admits(request.headers[.authorization])
        else { return try await next(request, context) }
        context.coreContext.endpointPath.value = "/metrics"
        return Response.text(await registry.text(), type: MetricRegistry.mediaType)
    }
}
