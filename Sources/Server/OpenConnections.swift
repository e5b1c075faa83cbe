// The connections of the interface at the stop: an answer that a slow reader has not fetched yet is let go to its end,
// and what is there too long is closed.
import Foundation
import NIOCore
import Synchronization

/// Every connection that is open.
final class OpenConnections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isCutOff = false
    }
    private let state = Mutex(State())
    private let answers = Atomic<Int>(0)

    /// Connections on which bytes of an answer still wait to be sent.
    var answersBeingSent: Int { answers.load(ordering: .relaxed) }
    fileprivate var isCutOff: Bool { state.withLock { $0.isCutOff } }

    /// Closes all, whatever is under way on them.
    func cutOff() {
        let channels = state.withLock { state in
            state.isCutOff = true
            return Array(state.channels.values)
        }
        for channel in channels { channel.close(promise: nil) }
    }

    fileprivate func opened(_ channel: any Channel) {
        let isLate = state.withLock { state in
            state.channels[ObjectIdentifier(channel)] = channel
            return state.isCutOff
        }
        if isLate { channel.close(promise: nil) }
    }
    fileprivate func closed(_ channel: any Channel) {
        state.withLock { _ = $0.channels.removeValue(forKey: ObjectIdentifier(channel)) }
    }
    fileprivate func begunSending() { answers.add(1, ordering: .relaxed) }
    fileprivate func endedSending() { answers.subtract(1, ordering: .relaxed) }
}

/// Closes a connection only after everything that was written to it has left. An answer is written at once and leaves as
/// fast as its reader takes it; whoever closes meanwhile would throw the rest of it away.
final class PatientClose: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = NIOAny

    private let connections: OpenConnections
    /// Writes that have not left yet.
    private var waiting = 0
    /// Somebody wants to close, and is told here when it is done.
    private var closing: EventLoopPromise<Void>?

    init(_ connections: OpenConnections) { self.connections = connections }

    func handlerAdded(context: ChannelHandlerContext) { connections.opened(context.channel) }

    func handlerRemoved(context: ChannelHandlerContext) {
        connections.closed(context.channel)
        closing?.succeed()
        closing = nil
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let promise = promise ?? context.eventLoop.makePromise(of: Void.self)
        if waiting == 0 { connections.begunSending() }
        waiting += 1
        promise.futureResult.assumeIsolated().whenComplete { _ in self.left(context) }
        context.write(data, promise: promise)
    }

    private func left(_ context: ChannelHandlerContext) {
        waiting -= 1
        guard waiting == 0 else { return }
        connections.endedSending()
        guard let promise = closing else { return }
        closing = nil
        context.close(mode: .all, promise: promise)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .all, waiting > 0, !connections.isCutOff else {
            context.close(mode: mode, promise: promise)
            return
        }
        // What was written last may not have been sent off yet.
        context.flush()
        guard waiting > 0 else {
            context.close(mode: mode, promise: promise)
            return
        }
        if let closing {
            if let promise { closing.futureResult.cascade(to: promise) }
        } else {
            closing = promise ?? context.eventLoop.makePromise(of: Void.self)
        }
    }
}
