// Every error under /api as a problem document (RFC 9457): what, which field, and on a conflict both versions.
import Access
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import Hummingbird
import Logging
import MerkleLog
import NIOCore
import RecordKit
import Telemetry

/// The method is not one of those that a path knows.
struct MethodNotAllowed: Error {
    let allowed: [HTTPRequest.Method]

    init(endpoints: [Endpoint]) {
        // Whatever can be got can be asked about without its content.
        allowed = endpoints.flatMap { $0.method == .get ? [.get, .head] : [$0.method] }
    }
}

/// Turns whatever a route throws into a problem document. It stands in the chain twice: outside the sign-in, for what
/// the sign-in refuses, and inside, where it knows who asks and so what they may be shown.
struct ProblemMiddleware: RouterMiddleware {
    let resources: [RecordType: Resource]

    func handle(
        _ request: Request, context: ConcordContext, next: (Request, ConcordContext) async throws -> Response
    ) async throws -> Response {
        do { return try await next(request, context) } catch let error as MethodNotAllowed {
            let methods = error.allowed.map(\.rawValue).joined(separator: ", ")
            let failure = Failure(
                .methodNotAllowed, "invalid", "Method not allowed",
                "Here one may use \(methods), not \(request.method).")
            var response = response(failure, request, context)
            response.headers[.allow] = methods
            return response
        } catch let error as TooManyRequests {
            var response = response(error.failure, request, context)
            error.verdict.add(to: &response.headers)
            return response
        } catch let refused as BulkRefused {
            return response(refused.failure, request, context, lines: refused.refusals)
        } catch {
            let failure = Failure(error)
            if failure.isInternal {
                context.logger.error(
                    "A request failed",
                    metadata: ["error": "\(String(reflecting: error))", "path": "\(request.uri.path)"])
            }
            return response(failure, request, context)
        }
    }

    private func response(
        _ failure: Failure, _ request: Request, _ context: ConcordContext, lines: [ServiceError?]? = nil
    ) -> Response {
        var status = failure.status
        // RFC 9110, 13.1.1: a version that was named in If-Match and is no longer the present one.
        if case .stale = failure.conflict, request.headers[.ifMatch] != nil { status = .preconditionFailed }
        var headers: HTTPFields = [.contentType: "application/problem+json"]
        if status == .unauthorized { headers[.wwwAuthenticate] = "Bearer realm=\"Concord\"" }
        if status == .unsupportedMediaType, request.method == .patch { headers[.acceptPatch] = JSONBody.mergePatch }
        if let seconds = failure.retryAfterSeconds { headers[.retryAfter] = String(seconds) }
        var json = JSONWriter()
        json.object { json in
            ProblemDocument.append(failure, status, to: &json)
            json.string("instance", "urn:uuid:\(context.requestID)")
            if let trace = TraceContext.current { json.string("traceId", trace.traceID) }
            if case .stale(let present, let yours) = failure.conflict {
                let resource = resources[present.schema.type] ?? Resource(present.schema)
                json.value("present") { resource.append(present, for: context.caller, to: &$0) }
                json.value("yours") { resource.append(fields: yours, of: present, for: context.caller, to: &$0) }
            }
            if let lines { ProblemDocument.append(lines: lines, to: &json) }
        }
        return Response(
            status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: json.bytes)))
    }
}

/// The members of a problem document.
enum ProblemDocument {
    static func append(_ failure: Failure, _ status: HTTPResponse.Status, to json: inout JSONWriter) {
        json.string("type", "urn:concord:problem:\(failure.kind)")
        json.string("title", failure.title)
        json.integer("status", status.code)
        json.string("detail", failure.detail)
        guard !failure.problems.isEmpty else { return }
        json.array("errors", failure.problems) { json, problem in
            json.object {
                $0.string("field", problem.field)
                $0.string("message", problem.message)
            }
        }
    }

    /// The refused lines of a bulk creation, each with its place in the array that was sent.
    static func append(lines refusals: [ServiceError?], to json: inout JSONWriter) {
        let refused = refusals.enumerated().compactMap { index, error in error.map { (index, Failure($0)) } }
        json.array("lines", refused) { json, line in
            json.object { json in
                json.integer("index", line.0)
                json.integer("status", line.1.status.code)
                json.object("problem") { append(line.1, line.1.status, to: &$0) }
            }
        }
    }
}

/// Refuses a change by a browser's session without the secret of its forms; a token needs none.
struct FormSecretMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: ConcordContext, next: (Request, ConcordContext) async throws -> Response
    ) async throws -> Response {
        switch request.method {
        case .get, .head, .options: break
        default: try context.verifyForm(request.headers[.formSecret])
        }
        return try await next(request, context)
    }
}
