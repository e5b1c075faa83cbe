// Live changes as server-sent events: one connection hears what its organisation committed, as far as its caller may
// see it. Nothing is read from the database while nothing happens.
import Access
import Foundation
import Governance
import HTTPServing
import HTTPTypes
import Hummingbird
import NIOCore
import RecordKit
import ServiceLifecycle
import Storage

extension RESTRoutes {
    /// `GET /events`: changes after `Last-Event-ID` (or `since`), then those that come.
    func events(_ call: Call) async throws -> Response {
        let parameters = try QueryParameters(call.request, allowed: ["since"])
        let since = try eventIndex(call.request.headers[Self.lastEventID], parameters)
        if call.request.method == .head { return EventStream.response(ResponseBody()) }
        let subscription: ChangeHub.Subscription
        do { subscription = try services.feed.subscribe(as: call.caller) } catch let error as ChangeHubError {
            throw Self.refusal(error)
        }
        let context = call.context
        context.connection?.closeFuture.whenComplete { _ in subscription.cancel() }
        let stream = EventStream(
            feed: services.feed, subscription: subscription, clock: services.environment.clock,
            generation: { [accounts = services.accounts] in accounts.accessGeneration },
            authenticate: { [signIn = services.signIn] in try await context.authenticateAgain(signIn) })
        let caller = call.caller
        return EventStream.response(
            ResponseBody { writer in
                // A server that stops ends its streams at once; browsers come back by themselves.
                try await withGracefulShutdownHandler {
                    try await stream.run(as: caller, since: since) { try await writer.write(ByteBuffer(bytes: $0)) }
                } onGracefulShutdown: {
                    subscription.cancel()
                }
                try await writer.finish(nil)
            })
    }

    private func eventIndex(_ header: String?, _ parameters: QueryParameters) throws -> Int? {
        guard let header, !header.isEmpty else { return try parameters.integer("since", in: -1...Int.max) }
        guard let index = Int(header), index >= -1 else {
            throw Failure.invalid("Last-Event-ID", "must be an index of the ledger")
        }
        return index
    }

    private static func refusal(_ error: ChangeHubError) -> Failure {
        let detail =
            switch error {
            case .tooMany(let most): "\(most) event streams are open already."
            }
        return Failure(.tooManyRequests, "conflict", "Too many event streams", detail, retryAfterSeconds: 30)
    }

    private static let lastEventID: HTTPField.Name = {
        guard let name = HTTPField.Name("Last-Event-ID") else { preconditionFailure("no name of a header") }
        return name
    }()
}

/// What one connection is sent.
struct EventStream: Sendable {
    /// A session or token is looked at again so often, and whenever anybody's access changed.
    static let authenticatedSecondsMax = 600
    /// What a browser waits before it connects again.
    static let retryMilliseconds = 3_000
    let feed: ChangeFeed
    let subscription: ChangeHub.Subscription
    let clock: Access.Clock
    let generation: @Sendable () -> Int
    /// `nil` once the caller is nobody any more.
    let authenticate: @Sendable () async throws -> Caller?

    static func response(_ body: ResponseBody) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "text/event-stream; charset=utf-8"
        // Proxies must not hold events back.
        if let name = HTTPField.Name("X-Accel-Buffering") { headers[name] = "no" }
        return Response(status: .ok, headers: headers, body: body)
    }

    /// Writes until the subscription ends, the caller's access ends, or writing fails.
    func run(
        as first: Caller, since index: Int?, write: ([UInt8]) async throws -> Void
    ) async throws {
        defer { subscription.cancel() }
        var caller = first
        var seenGeneration = generation()
        var checkedAt = clock.now()
        // The subscription stands already: what is committed from here on waits in it.
        var last = try await feed.lastIndex(as: caller)
        try await write(Array("retry: \(Self.retryMilliseconds)\n\n".utf8))
        if let index, index < last {
            if let missed = try await feed.missed(since: index, as: caller) {
                for change in missed { try await write(Self.event(change)) }
                last = max(last, missed.last?.index ?? last)
            } else {
                try await write(Self.event("reset", last))
            }
        }
        try await write(Self.event("ready", last))
        for await signal in subscription.signals {
            let now = clock.now()
            if generation() != seenGeneration || now >= checkedAt.adding(seconds: Self.authenticatedSecondsMax) {
                seenGeneration = generation()
                checkedAt = now
                guard let again = try await authenticate(), again.organisation == caller.organisation else { return }
                caller = again
            }
            switch signal {
            case .heartbeat: try await write(Array(": beat\n\n".utf8))
            case .changes(let changes):
                let shown = feed.visible(changes, to: caller).filter { $0.index > last }
                last = max(last, changes.map(\.record.meta.since).max() ?? last)
                if !shown.isEmpty { try await write(shown.flatMap { Self.event($0) }) }
            }
        }
    }

    private static func event(_ name: String, _ index: Int) -> [UInt8] {
        Array("id: \(index)\nevent: \(name)\ndata: {\"ledgerIndex\":\(index)}\n\n".utf8)
    }

    private static func event(_ change: VisibleChange) -> [UInt8] {
        var json = JSONWriter(reservingBytes: 384)
        json.object { json in
            json.string("type", change.schema.type.name)
            json.string("collection", change.schema.plural)
            json.id("id", change.id)
            json.integer("version", change.version)
            json.bool("archived", change.isArchived)
            json.string("action", change.action)
            json.id("person", change.person)
            json.string("personName", change.personName)
            json.integer("ledgerIndex", change.index)
        }
        return Array("id: \(change.index)\nevent: change\ndata: ".utf8) + json.bytes + Array("\n\n".utf8)
    }
}
