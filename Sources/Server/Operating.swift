// What an operator looks at: health, metrics, and how far the stop is. Made once, beside an installation.
package import Access
package import HTTPServing
package import Logging
import RecordKit
package import Storage
package import Telemetry

/// Which token opens `/metrics` on the port of the interface.
package struct MetricsToken: Sendable {
    package static let charactersMin = 16
    private let text: String

    /// - Returns: `nil` for one that is too short.
    package init?(_ text: String) {
        guard text.count >= Self.charactersMin else { return nil }
        self.text = text
    }

    /// - Parameter authorization: The value of the header.
    func admits(_ authorization: String?) -> Bool {
        guard let authorization, authorization.hasPrefix("Bearer ") else { return false }
        return Secret.areEqual(String(authorization.dropFirst(7)), text)
    }
}

/// The state of a running server as its operator sees it.
package struct Operating: Sendable {
    /// An answer of the place of the files is good so long.
    private static let filesGoodFor = Duration.seconds(10)

    package let registry: MetricRegistry
    package let requests: RequestMetrics
    package let readiness: Readiness
    package let stopping: Stopping

    /// - Parameters:
    ///   - files: The place of the files.
    ///   - registry: The one that `MetricsSystem` was given before the store was opened.
    ///   - version: The version of the program.
    ///   - clock: What jobs are late by.
    package init(
        store: any DatabaseStore, files: any RawBlobs, registry: MetricRegistry, version: String, clock: Clock,
        logger: Logger
    ) {
        self.registry = registry
        requests = RequestMetrics(registry: registry)
        stopping = Stopping()
        readiness = Readiness(store: store, stopping: stopping)
        addReadings(of: store, version, clock, logger)
        let reached = Probe(goodFor: Self.filesGoodFor, within: Readiness.storeTimeMax) { _ = try await files.note() }
        registry.addSource("files", logger: logger) {
            // Every node has the same files: one that cannot reach them is as ready as the others for all else.
            let isReached = if case .success = await reached.answer() { true } else { false }
            return [MetricReading(.filesReachable, isReached ? 1 : 0)]
        }
    }

    /// What is read when somebody looks at the metrics. A gauge of something new is one more source here, with its
    /// `Metric` in `Telemetry/Metrics.swift`.
    private func addReadings(
        of store: any DatabaseStore, _ version: String, _ clock: Clock, _ logger: Logger
    ) {
        let process = ProcessReadings(version: version)
        registry.addSource("process", logger: logger) { process.read() }
        registry.addSource("server", logger: logger) { [requests, stopping] in
            [
                MetricReading(.httpInFlight, Double(requests.requestsUnderWay)),
                MetricReading(.liveStreams, Double(store.changes.subscriptionCount)),
                MetricReading(.storeWaiting, Double(store.waitingChanges)),
                MetricReading(.draining, stopping.isDraining ? 1 : 0),
            ]
        }
        registry.addSource("jobs", logger: logger) {
            let counts = try await store.jobCounts()
            let late = counts.earliestDue.map { clock.now().millisecondsSince1970 - $0.millisecondsSince1970 } ?? 0
            return Job.State.allCases.map {
                MetricReading(.jobs, Double(counts.byState[$0] ?? 0), labels: [$0.rawValue])
            } + [MetricReading(.jobsLate, Double(max(late, 0)) / 1_000)]
        }
        registry.addSource("nodes", logger: logger) {
            try await store.liveNodes().map { [MetricReading(.liveNodes, Double($0))] } ?? []
        }
    }
}
