// One metric: what it is called, what it says and which labels it has. All of them stand in `Metrics.swift`.
package import CoreMetrics

/// The declaration of a metric. What nobody declared is not exported, so that no label can grow without bound.
package struct Metric: Sendable, Hashable {
    package enum Kind: String, Sendable { case counter, gauge, histogram }
    /// What values are counted in.
    package enum Unit: Sendable, Hashable {
        /// Recorded in nanoseconds, shown in seconds.
        case seconds
        /// Shown as recorded.
        case plain
    }

    /// `concord_…`, with its unit: `_seconds`, `_bytes`; a counter ends in `_total`.
    package let name: String
    package let kind: Kind
    package let help: String
    /// The names of its labels. Each takes values from a set that the program knows.
    package let labels: [String]
    package let unit: Unit
    /// The upper bounds of a histogram's buckets, ascending, in nanoseconds where the unit is seconds.
    package let bounds: [Int64]

    package init(
        _ kind: Kind, _ name: String, _ help: String, labels: [String] = [], unit: Unit = .plain, bounds: [Int64] = []
    ) {
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "\(name): bounds ascend")
        self.kind = kind
        self.name = name
        self.help = help
        self.labels = labels
        self.unit = unit
        self.bounds = bounds
    }

    /// A histogram of durations.
    /// - Parameter milliseconds: The upper bounds of its buckets.
    package static func durations(
        _ name: String, _ help: String, labels: [String] = [], milliseconds: [Int64]
    ) -> Metric {
        Metric(.histogram, name, help, labels: labels, unit: .seconds, bounds: milliseconds.map { $0 * 1_000_000 })
    }

    // MARK: Instruments

    /// - Parameters:
    ///   - values: Those of ``labels``, in their order.
    ///   - factory: Where it is counted; the process's own unless a test says otherwise.
    package func counter(_ values: String..., factory: any MetricsFactory = MetricsSystem.factory) -> MetricCounter {
        precondition(kind == .counter, "\(name) is no counter")
        return MetricCounter(counter: Counter(label: name, dimensions: dimensions(values), factory: factory))
    }
    package func timer(_ values: String..., factory: any MetricsFactory = MetricsSystem.factory) -> MetricTimer {
        precondition(kind == .histogram && unit == .seconds, "\(name) does not measure durations")
        return MetricTimer(timer: CoreMetrics.Timer(label: name, dimensions: dimensions(values), factory: factory))
    }

    private func dimensions(_ values: [String]) -> [(String, String)] {
        precondition(values.count == labels.count, "\(name) has \(labels.count) labels")
        return Array(zip(labels, values))
    }
}

/// Counts what happens.
package struct MetricCounter: Sendable {
    let counter: Counter
    package func increment(by amount: Int = 1) { counter.increment(by: amount) }
}

/// Measures how long things take.
package struct MetricTimer: Sendable {
    let timer: CoreMetrics.Timer
    package func record(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        timer.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
