// Keeps the connections of live updates open: proxies and browsers give up on a line that is silent for long.
import HTTPServing
import ServiceLifecycle
import Storage

/// Reminds every listener now and then that it is still heard.
struct EventKeeper: Service {
    static let secondsBetween = 20
    let services: Services

    func run() async throws {
        while !_Concurrency.Task.isCancelled {
            do {
                try await cancelWhenGracefulShutdown {
                    try await _Concurrency.Task.sleep(for: .seconds(Self.secondsBetween))
                }
            } catch is CancellationError { return }
            services.store.changes.beat()
        }
    }
}
