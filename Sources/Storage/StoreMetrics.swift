// What is counted of a store: how long reads and writes take, what fails, what the ledgers gain.
import Telemetry

/// The metrics of one store.
package struct StoreMetrics: Sendable {
    /// What is done with a store.
    package enum Operation: String, Sendable { case read, write }
    private let reads = Metric.storeDuration.timer(Operation.read.rawValue)
    private let writes = Metric.storeDuration.timer(Operation.write.rawValue)
    private let leaves = Metric.ledgerLeaves.counter()

    package init() {}

    /// Measures one operation from where it is asked for to its end.
    /// - Throws: what the body throws.
    package func measure<T>(_ operation: Operation, _ body: () async throws -> T) async throws -> T {
        let begun = ContinuousClock.now
        defer { (operation == .read ? reads : writes).record(ContinuousClock.now - begun) }
        do { return try await body() } catch {
            if let kind = Self.kind(of: error) { Metric.storeFailures.counter(operation.rawValue, kind).increment() }
            throw error
        }
    }

    /// Leaves that a commit made last.
    package func committed(leaves count: Int) {
        if count > 0 { leaves.increment(by: count) }
    }

    /// What failed; `nil` if the store did what it should, and refused.
    private static func kind(of error: any Error) -> String? {
        switch error as? StoreError {
        case .away: "away"
        case .unavailable: "unavailable"
        default: nil
        }
    }
}
