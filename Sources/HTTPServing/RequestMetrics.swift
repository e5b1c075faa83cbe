// What is counted of requests, and how many are under way.
import HTTPTypes
import Synchronization
package import Telemetry

/// The metrics of requests; one for the whole server.
package final class RequestMetrics: Sendable {
    private struct Key: Hashable {
        let method: HTTPRequest.Method
        /// The template of the route; never the path.
        let route: String
        let status: Int
    }
    private struct Instruments: Sendable {
        let count: MetricCounter
        let time: MetricTimer
    }

    private let known = Mutex<[Key: Instruments]>([:])
    private let underWay = Atomic<Int>(0)
    private let make: @Sendable (Key) -> Instruments

    /// - Parameter registry: Where they are counted; `nil` for what the process has.
    package init(registry: MetricRegistry? = nil) {
        make = { key in
            let method = Self.name(of: key.method)
            guard let registry else {
                return Instruments(
                    count: Metric.httpRequests.counter(method, key.route, "\(key.status)"),
                    time: Metric.httpDuration.timer(method, key.route))
            }
            return Instruments(
                count: Metric.httpRequests.counter(method, key.route, "\(key.status)", factory: registry),
                time: Metric.httpDuration.timer(method, key.route, factory: registry))
        }
    }

    /// Requests that were begun and not yet answered to their end, live updates left out.
    package var requestsUnderWay: Int { underWay.load(ordering: .relaxed) }

    func begin() { underWay.add(1, ordering: .relaxed) }
    func end() { underWay.subtract(1, ordering: .relaxed) }

    /// - Parameter duration: `nil` for what is not timed.
    func record(_ method: HTTPRequest.Method, route: String, status: Int, _ duration: Duration?) {
        let key = Key(method: method, route: route, status: status)
        let found = known.withLock { known -> Instruments in
            if let instruments = known[key] { return instruments }
            let made = make(key)
            // As many as the registry keeps; a client cannot make more of them than there are routes and statuses.
            if known.count < MetricRegistry.seriesPerMetricMax { known[key] = made }
            return made
        }
        found.count.increment()
        if let duration { found.time.record(duration) }
    }

    /// Methods are words that clients choose; those that no route has share one label.
    private static func name(of method: HTTPRequest.Method) -> String {
        switch method {
        case .get, .head, .post, .put, .patch, .delete, .options: method.rawValue
        default: method.rawValue == "QUERY" ? "QUERY" : "other"
        }
    }
}
