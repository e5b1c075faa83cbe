// Every request seen from outside: its trace, its line in the log, its place in the metrics.
package import Access
package import Foundation
import HTTPTypes
package import Hummingbird
import Logging
import NIOCore
import RecordKit
import ServiceContextModule
import Synchronization
import Telemetry

/// What the log and the metrics say of a request that only its route gets to know.
package final class RequestNote: Sendable {
    private let known = Mutex<UUID?>(nil)
    /// Who asked, if they are signed in.
    package var account: UUID? {
        get { known.withLock { $0 } }
        set { known.withLock { $0 = newValue } }
    }
    package init() {}
}

/// Continues the trace of a request or begins one, makes both known to whatever answers it, and tells the metrics and
/// the log how it ended. It stands inside ``EnvelopeMiddleware``, which makes the id.
package struct ObservingMiddleware: RouterMiddleware {
    private let environment: Access.Environment
    private let metrics: RequestMetrics
    package init(environment: Access.Environment, metrics: RequestMetrics) {
        self.environment = environment
        self.metrics = metrics
    }

    package func handle(
        _ request: Request, context: ConcordContext, next: (Request, ConcordContext) async throws -> Response
    ) async throws -> Response {
        // The id is random enough for both, and asking the system for more bytes costs more than all else here. A trace that
        // begins here has the request's id; this step of it is the half without the time.
        let id = Self.bytes(of: context.requestUUID ?? environment.id())
        let trace = TraceContext(
            traceparent: request.headers[values: .traceparent], tracestate: request.headers[values: .tracestate],
            newTraceID: id, newSpanID: Array(id[8...]))
        let scope = ServiceContext.request(id: context.requestID, trace: trace)
        let observation = Observation(request, context, metrics)
        return try await ServiceContext.withValue(scope) {
            var response: Response
            do { response = try await next(request, context) } catch {
                // What nobody turned into an answer is one of Hummingbird's own.
                let status = (error as? any HTTPResponseError)?.status ?? .internalServerError
                observation.end(status, bytes: 0)
                throw error
            }
            observation.answered(&response, to: request, in: scope)
            return response
        }
    }

    private static func bytes(of id: UUID) -> [UInt8] { withUnsafeBytes(of: id.uuid) { Array($0) } }
}

extension HTTPField.Name {
    fileprivate static let traceparent = known("traceparent")
    fileprivate static let tracestate = known("tracestate")
    private static func known(_ text: StaticString) -> HTTPField.Name {
        guard let name = HTTPField.Name("\(text)") else { preconditionFailure("\(text) is no name of a header") }
        return name
    }
}

/// One request from its head to the end of its answer, however it ends: an answer that nobody takes ends with it.
private final class Observation: Sendable {
    private let method: HTTPRequest.Method
    private let context: ConcordContext
    private let metrics: RequestMetrics
    private let begun = ContinuousClock.now
    private let isOver = Atomic<Bool>(false)
    /// The status of an answer that is being sent.
    private let status = Atomic<Int>(0)
    private let bytes = Atomic<Int>(0)

    init(_ request: Request, _ context: ConcordContext, _ metrics: RequestMetrics) {
        method = request.method
        self.context = context
        self.metrics = metrics
        metrics.begin()
    }

    /// An answer was begun and dropped: the peer is gone.
    deinit { end(HTTPResponse.Status(code: status.load(ordering: .relaxed)), bytes: bytes.load(ordering: .relaxed)) }

    /// What is there in whole is as good as sent; of what is made while it is sent, the end is awaited.
    func answered(_ response: inout Response, to request: Request, in scope: ServiceContext) {
        let isLive = response.headers[.contentType]?.hasPrefix("text/event-stream") == true
        if isLive || request.method == .head || response.body.isWhole {
            end(response.status, bytes: response.body.contentLength ?? 0, isTimed: !isLive)
        }
        guard request.method != .head, !response.body.isWhole else { return }
        status.store(response.status.code, ordering: .relaxed)
        let body = response.body
        response.body = ResponseBody(contentLength: body.contentLength) { [self] writer in
            let counting = CountingWriter(inner: writer) { [self] in bytes.add($0, ordering: .relaxed) }
            try await ServiceContext.withValue(scope) { try await body.write(counting) }
            end(HTTPResponse.Status(code: status.load(ordering: .relaxed)), bytes: bytes.load(ordering: .relaxed))
        }
    }

    /// Tells how it ended; only once.
    func end(_ status: HTTPResponse.Status, bytes: Int, isTimed: Bool = true) {
        guard !isOver.exchange(true, ordering: .relaxed) else { return }
        metrics.end()
        let duration = ContinuousClock.now - begun
        let route = context.route
        metrics.record(method, route: route, status: status.code, isTimed ? duration : nil)
        guard context.logger.logLevel <= .info else { return }
        var metadata: Logger.Metadata = [
            "method": .string(method.rawValue), "route": .string(route), "status": .stringConvertible(status.code),
            "milliseconds": .stringConvertible(duration.milliseconds), "bytes": .stringConvertible(bytes),
        ]
        if let account = context.note.account { metadata["account"] = .string(account.lowercased) }
        context.logger.info("Request", metadata: metadata)
    }
}

extension ConcordContext {
    /// The template of the route that answered; never the path, which may hold secrets and of which there are endless many.
    fileprivate var route: String {
        guard let path = endpointPath, path != "NotFound" else { return "none" }
        return path
    }
}

extension ResponseBody {
    /// Bytes up to which an answer of known length goes into the connection's buffers at once: its end is not awaited,
    /// which would make three writes of one.
    private static let wholeBytesMax = 65_536
    fileprivate var isWhole: Bool { contentLength.map { $0 <= Self.wholeBytesMax } ?? false }
}

extension Duration {
    /// Milliseconds, to the thousandth.
    fileprivate var milliseconds: Double {
        let microseconds = components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
        return Double(microseconds) / 1_000
    }
}

/// Counts what is sent.
private struct CountingWriter: ResponseBodyWriter {
    var inner: any ResponseBodyWriter
    let count: @Sendable (Int) -> Void

    mutating func write(_ buffer: ByteBuffer) async throws {
        try await inner.write(buffer)
        count(buffer.readableBytes)
    }
    mutating func write(contentsOf buffers: some Sequence<ByteBuffer>) async throws {
        for buffer in buffers { try await write(buffer) }
    }
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws { try await inner.finish(trailingHeaders) }
}
