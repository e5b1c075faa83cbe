// The routes without a socket: for the operator, whose commands take the same way as everybody's.
package import Access
import HTTPTypes
package import Hummingbird
package import Logging
import NIOCore

extension ConcordContext {
    /// The context of a request that comes from this process, by somebody who needs no sign-in.
    init(inProcess caller: Caller, logger: Logger) {
        coreContext = .init(source: LoggerSource(logger: logger))
        remoteAddress = nil
        connection = nil
        self.caller = caller
    }

    private struct LoggerSource: RequestContextSource {
        let logger: Logger
    }
}

/// Answers requests of one caller in this process.
package struct InProcessServer: Sendable {
    private let responder: RouterResponder<ConcordContext>
    private let caller: Caller
    private let logger: Logger

    /// - Parameter caller: Whose requests they are; a request with a token or a cookie is still that one's.
    package init(_ router: Router<ConcordContext>, caller: Caller, logger: Logger) {
        responder = router.buildResponder()
        self.caller = caller
        self.logger = logger
    }

    /// Answers one request.
    /// - Parameters:
    ///   - target: The path with its query.
    ///   - receive: Takes the body piece by piece, with the status of the answer.
    /// - Returns: The status, and the headers by names in lower case.
    /// - Throws: ``Failure`` for what is no method or header of HTTP; what `receive` threw.
    package func respond(
        _ method: String, _ target: String, headers: [String: String], body: [UInt8],
        receive: @escaping @Sendable (_ status: Int, _ bytes: [UInt8]) throws -> Void
    ) async throws -> (status: Int, headers: [String: String]) {
        var fields = HTTPFields()
        for (name, value) in headers {
            guard let field = HTTPField.Name(name) else { throw Failure.invalid(name, "is not a name of a header") }
            fields[field] = value
        }
        guard let method = HTTPRequest.Method(method) else { throw Failure.invalid(method, "is not a method") }
        let head = HTTPRequest(
            method: method, scheme: "http", authority: "localhost", path: target, headerFields: fields)
        let response = try await responder.respond(
            to: Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: body))),
            context: ConcordContext(inProcess: caller, logger: logger))
        try await response.body.write(Receiver(status: response.status.code, receive: receive))
        var answered: [String: String] = [:]
        for field in response.headers { answered[field.name.rawName.lowercased()] = field.value }
        return (response.status.code, answered)
    }

    private struct Receiver: ResponseBodyWriter {
        let status: Int
        let receive: @Sendable (Int, [UInt8]) throws -> Void
        func write(_ buffer: ByteBuffer) async throws { try receive(status, Array(buffer.readableBytesView)) }
        func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}
