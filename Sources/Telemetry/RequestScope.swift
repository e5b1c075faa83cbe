// What is known wherever a request is being answered: its id and its trace, for every line of the log.
package import Logging
package import ServiceContextModule

extension ServiceContext {
    /// Both under one key: each costs every request.
    private struct Scope: Sendable {
        let id: String
        let trace: TraceContext
    }
    private enum ScopeKey: ServiceContextKey { typealias Value = Scope }

    /// The trace that the request belongs to.
    package var trace: TraceContext? { self[ScopeKey.self]?.trace }
    /// The id that the answer carries.
    package var requestID: String? { self[ScopeKey.self]?.id }

    /// The surroundings of one request.
    package static func request(id: String, trace: TraceContext) -> ServiceContext {
        var context = ServiceContext.topLevel
        context[ScopeKey.self] = Scope(id: id, trace: trace)
        return context
    }
}

/// The keys under which the log names a request.
package enum LogKey {
    package static let requestID = "requestId"
    package static let traceID = "traceId"
    package static let spanID = "spanId"
    /// They stand beside the message, all other metadata below it.
    static let all = [requestID, traceID, spanID]
}

extension Logger.MetadataProvider {
    /// Names the request that is being answered; nothing outside of one.
    package static let request = Logger.MetadataProvider {
        guard let context = ServiceContext.current else { return [:] }
        var metadata: Logger.Metadata = [:]
        if let id = context.requestID { metadata[LogKey.requestID] = .string(id) }
        if let trace = context.trace {
            metadata[LogKey.traceID] = .string(trace.traceID)
            metadata[LogKey.spanID] = .string(trace.spanID)
        }
        return metadata
    }
}
