// The server from its start to its end: ports, background work, signals.
package import Access
package import HTTPServing
import Hummingbird
package import Logging
import PostgresStorage
import ServiceLifecycle
import UnixSignals

/// How a server is run.
package struct ServingOptions: Sendable {
    package var host = "127.0.0.1"
    package var port = 8080
    package var limits = RateLimits.standard
    /// Whose word about their clients' addresses is taken.
    package var proxies = TrustedProxies.none
    /// Where metrics and health are answered to everybody, if anywhere.
    package var metricsHost = "127.0.0.1"
    package var metricsPort: Int?
    /// Opens `/metrics` on the port of the interface.
    package var metricsToken: MetricsToken?
    /// How long the node goes on after it said that it is not ready any more.
    package var drainSeconds = 0
    /// How long requests may go on after the port was closed.
    package var shutdownSeconds = 30
    package init() {}
}

extension Installation {
    /// Serves until a signal says to stop (SIGTERM, SIGINT), and the stop is over. The first begins it, a second one ends
    /// all waiting.
    /// - Parameter running: Called once the port answers, with its number.
    package func serve(
        _ options: ServingOptions, _ operating: Operating, logger: Logger,
        running: @escaping @Sendable (Int) async -> Void
    ) async throws {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let group = ServiceGroup(
            configuration: .init(
                services: try listeners(options, operating, logger, running), logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            tasks.addTask {
                for await signal in signals {
                    let isFirst = !operating.stopping.isDraining
                    operating.stopping.signal()
                    logger.notice(
                        isFirst ? "Told to stop" : "Told to stop at once", metadata: ["signal": "\(signal)"])
                    if isFirst { await group.triggerGracefulShutdown() }
                }
            }
            // Signals are heard for as long as the services run; only their end ends this.
            _ = try await tasks.next()
            tasks.cancelAll()
        }
        logger.notice("Stopped")
    }

    /// Everything that runs, in the order of its start. The stop goes the other way, one after the other: first the pause,
    /// then the port, then the background work, and the signing of the ledgers last.
    private func listeners(
        _ options: ServingOptions, _ operating: Operating, _ logger: Logger,
        _ running: @escaping @Sendable (Int) async -> Void
    ) throws -> [any Service] {
        let clock = services.environment.clock
        let limiter = RateLimiter(limits: options.limits, clock: clock)
        var listeners: [any Service] = keepers(logger: logger)
        if store is PostgresStore {
            listeners.append(RequestKeeper(limiter: limiter, store: store, clock: clock, logger: logger))
        }
        if let port = options.metricsPort {
            listeners.append(metricsListener(options.metricsHost, port, operating, logger))
        }
        let connections = OpenConnections()
        let application = Application(
            router: try router(
                limiter: limiter, proxies: options.proxies, operating: operating, metricsToken: options.metricsToken),
            server: .http1(configuration: .init(additionalChannelHandlers: [PatientClose(connections)])),
            configuration: .init(address: .hostname(options.host, port: options.port), serverName: "Concord"),
            onServerRunning: { channel in await running(channel.localAddress?.port ?? options.port) }, logger: logger)
        listeners.append(
            BoundedListener(
                listener: application, requests: operating.requests, connections: connections,
                stopping: operating.stopping, seconds: options.shutdownSeconds, logger: logger))
        listeners.append(DrainPause(stopping: operating.stopping, seconds: options.drainSeconds))
        return listeners
    }

    private func metricsListener(
        _ host: String, _ port: Int, _ operating: Operating, _ logger: Logger
    ) -> any Service {
        let router = Router()
        router.addHealth()
        router.addReadiness(operating.readiness)
        router.addMetrics(operating.registry)
        return Application(
            router: router, configuration: .init(address: .hostname(host, port: port), serverName: "Concord"),
            onServerRunning: { channel in
                logger.notice(
                    "Metrics are answered",
                    metadata: ["host": "\(host)", "port": "\(channel.localAddress?.port ?? port)"])
            }, logger: logger)
    }
}
