// A proxy on the loopback that hands each request to the next node, as a balancer without sticky sessions does: what
// works behind it keeps nothing in one node. Bodies are passed on in both directions as they come.
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A running proxy. It ends with ``stop()``.
package final class RoundRobinProxy: Sendable {
    private typealias Client = NIOAsyncChannel<HTTPServerRequestPart, HTTPPart<HTTPResponseHead, ByteBuffer>>
    private typealias Node = NIOAsyncChannel<HTTPClientResponsePart, HTTPPart<HTTPRequestHead, ByteBuffer>>

    /// Where it answers, such as `http://127.0.0.1:41234`.
    package let base: String
    private let listener: any Channel
    private let accepting: _Concurrency.Task<Void, Never>

    /// Listens on a free port of the loopback.
    /// - Parameter ports: Where the nodes listen. One that refuses a connection is passed over.
    package static func start(nodes ports: [Int]) async throws -> RoundRobinProxy {
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 256)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    // Requests of one connection are taken one after the other below, without that handler's help: it
                    // would keep from us that a client went away while it listens.
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withPipeliningAssistance: false)
                    try channel.pipeline.syncOperations.addHandler(PlainParts<HTTPResponseHead>())
                    return try Client(wrappingChannelSynchronously: channel)
                }
            }
        return RoundRobinProxy(server, ports)
    }

    private init(_ server: NIOAsyncChannel<Client, Never>, _ ports: [Int]) {
        listener = server.channel
        base = "http://127.0.0.1:\(server.channel.localAddress?.port ?? 0)"
        let turns = Turns(ports)
        accepting = _Concurrency.Task {
            // The listener was closed, or a client could not be taken: both end it.
            try? await server.executeThenClose { clients in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await client in clients {
                        group.addTask { await Self.serve(client, turns) }
                    }
                }
            }
        }
    }

    /// Ends it, with every connection that is open.
    package func stop() async {
        accepting.cancel()
        try? await listener.close()
        await accepting.value
    }

    /// Every request of a connection. What breaks it ends it, as its client sees.
    private static func serve(_ client: Client, _ turns: Turns) async {
        try? await client.executeThenClose { requests, answers in
            var parts = requests.makeAsyncIterator()
            while let part = try await parts.next() {
                guard case .head(let head) = part else { continue }
                guard let node = try await connect(to: turns.next()) else {
                    try await refuse(answers)
                    return
                }
                // Whoever leaves in the middle of an answer must not be told any more.
                client.channel.closeFuture.whenComplete { _ in node.channel.close(promise: nil) }
                let isWhole = try await node.executeThenClose { answered, asked in
                    // A node may answer before it has read everything, such as that it is too much.
                    let isSent = try await forward(head, &parts, to: asked)
                    return try await forward(answered, to: answers) && isSent
                }
                guard isWhole, head.isKeepAlive else { return }
            }
        }
    }

    private static func connect(to ports: [Int]) async throws -> Node? {
        for port in ports {
            do {
                return try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                    .connect(host: "127.0.0.1", port: port) { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try channel.pipeline.syncOperations.addHTTPClientHandlers()
                            try channel.pipeline.syncOperations.addHandler(PlainParts<HTTPRequestHead>())
                            return try Node(wrappingChannelSynchronously: channel)
                        }
                    }
            } catch is IOError {
                continue
            } catch is NIOConnectionError {
                continue
            }
        }
        return nil
    }

    /// - Returns: Whether the node took the whole request.
    private static func forward(
        _ head: HTTPRequestHead, _ parts: inout NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator,
        to node: NIOAsyncChannelOutboundWriter<HTTPPart<HTTPRequestHead, ByteBuffer>>
    ) async throws -> Bool {
        var head = head
        head.headers.replaceOrAdd(name: "Connection", value: "close")
        guard await isWritten(.head(head), to: node) else { return false }
        while let part = try await parts.next() {
            switch part {
            case .head: return false
            case .body(let bytes): guard await isWritten(.body(bytes), to: node) else { return false }
            case .end(let trailers): return await isWritten(.end(trailers), to: node)
            }
        }
        return false
    }

    private static func isWritten(
        _ part: HTTPPart<HTTPRequestHead, ByteBuffer>,
        to node: NIOAsyncChannelOutboundWriter<HTTPPart<HTTPRequestHead, ByteBuffer>>
    ) async -> Bool {
        do {
            try await node.write(part)
            return true
        } catch { return false }
    }

    /// - Returns: Whether the client may send another request: the answer was whole.
    private static func forward(
        _ answered: NIOAsyncChannelInboundStream<HTTPClientResponsePart>,
        to client: NIOAsyncChannelOutboundWriter<HTTPPart<HTTPResponseHead, ByteBuffer>>
    ) async throws -> Bool {
        var hasBegun = false
        for try await part in answered {
            switch part {
            case .head(var head):
                head.headers.remove(name: "Connection")
                hasBegun = true
                try await client.write(.head(head))
            case .body(let bytes): try await client.write(.body(bytes))
            case .end(let trailers):
                try await client.write(.end(trailers))
                return true
            }
        }
        // The node went away: before it said anything, that can be told.
        if !hasBegun { try await refuse(client) }
        return false
    }

    private static func refuse(
        _ client: NIOAsyncChannelOutboundWriter<HTTPPart<HTTPResponseHead, ByteBuffer>>
    ) async throws {
        let head = HTTPResponseHead(
            version: .http1_1, status: .badGateway, headers: ["Content-Length": "0", "Connection": "close"])
        try await client.write(contentsOf: [.head(head), .end(nil)])
    }
}

/// The encoders of NIO take bytes that may also stand in a file; here they never do.
private final class PlainParts<Head: Equatable>: ChannelOutboundHandler {
    typealias OutboundIn = HTTPPart<Head, ByteBuffer>
    typealias OutboundOut = HTTPPart<Head, IOData>

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part: OutboundOut =
            switch unwrapOutboundIn(data) {
            case .head(let head): .head(head)
            case .body(let bytes): .body(.byteBuffer(bytes))
            case .end(let trailers): .end(trailers)
            }
        context.write(wrapOutboundOut(part), promise: promise)
    }
}

/// Whose turn it is.
private final class Turns: Sendable {
    private let ports: [Int]
    private let taken = Atomic<Int>(0)
    init(_ ports: [Int]) { self.ports = ports }

    /// All ports, beginning with the next one.
    func next() -> [Int] {
        let turn = taken.add(1, ordering: .relaxed).oldValue
        return ports.indices.map { ports[(turn + $0) % ports.count] }
    }
}
