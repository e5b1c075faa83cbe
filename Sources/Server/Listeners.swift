// The ports of the server, and how they close.
import HTTPServing
import Hummingbird
import Logging
import ServiceLifecycle

/// Keeps the node open for a while after it was told to stop: proxies notice meanwhile that it is not ready. It is the
/// last of the services, so it is the first that is told.
struct DrainPause: Service {
    let stopping: Stopping
    let seconds: Int

    func run() async throws {
        do { try await gracefulShutdown() } catch is CancellationError { return }
        await stopping.pause(seconds: seconds)
    }
}

/// The port of the interface. At the stop it takes no new connection, and live updates end; what is under way may go on
/// for some time and is then cut off.
struct BoundedListener<Listener: ApplicationProtocol>: Service {
    let listener: Listener
    let requests: RequestMetrics
    let connections: OpenConnections
    let stopping: Stopping
    /// How long requests may go on.
    let seconds: Int
    let logger: Logger

    func run() async throws {
        try await withThrowingTaskGroup(of: End.self) { tasks in
            tasks.addTask {
                try await listener.run()
                return .closed
            }
            tasks.addTask {
                do { try await gracefulShutdown() } catch is CancellationError { return .closed }
                await stopping.pause(seconds: seconds)
                return .timeIsOver
            }
            guard try await tasks.next() == .timeIsOver else {
                tasks.cancelAll()
                return
            }
            logger.warning(
                "The time for the stop is over: requests are cut off",
                metadata: [
                    "requests": "\(requests.requestsUnderWay)", "answers": "\(connections.answersBeingSent)",
                    "seconds": "\(seconds)",
                ])
            tasks.cancelAll()
            connections.cutOff()
            // It was ended, so that it says so.
            do { _ = try await tasks.next() } catch is CancellationError {}
        }
    }

    private enum End { case closed, timeIsOver }
}
