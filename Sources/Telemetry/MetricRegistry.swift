// Keeps all series of this process and hands them out as text: the backend of swift-metrics.
package import CoreMetrics
package import Logging
import Synchronization

/// A value that is read when somebody looks, not counted as it happens.
package struct MetricReading: Sendable {
    package let metric: Metric
    /// The values of the metric's labels, in their order.
    package let labels: [String]
    package let value: Double
    package init(_ metric: Metric, _ value: Double, labels: [String] = []) {
        self.metric = metric
        self.labels = labels
        self.value = value
    }
}

/// All series. Made once, by the server's start, and given to `MetricsSystem`.
package final class MetricRegistry: MetricsFactory {
    /// Combinations of label values that one metric may have; what is beyond is not kept.
    package static let seriesPerMetricMax = 5_000
    /// What is read for a look at the metrics is good so long for the next.
    package static let readingGoodFor = Duration.seconds(1)
    /// A look at the metrics waits for no reading longer than this.
    package static let readingTimeMax = Duration.seconds(2)

    enum Series: Sendable {
        case counter(CounterSeries)
        case floatingCounter(FloatingCounterSeries)
        case gauge(GaugeSeries)
        case histogram(HistogramSeries)
    }
    private struct Source: Sendable {
        let name: String
        let probe: Probe<[MetricReading]>
        let logger: Logger
    }

    private let metrics: [Metric]
    private let byName: [String: Metric]
    private let series = Mutex<[String: [[String]: Series]]>([:])
    private let sources = Mutex<[Source]>([])

    /// - Parameter metrics: What is kept; instruments of other names count nothing.
    package init(_ metrics: [Metric] = Metric.all) {
        self.metrics = metrics
        byName = Dictionary(uniqueKeysWithValues: metrics.map { ($0.name, $0) })
    }

    /// Adds values that are read when somebody looks. If reading fails or takes too long they are absent, and the log
    /// says so.
    /// - Parameter name: What is read, for the log.
    package func addSource(
        _ name: String, logger: Logger, read: @escaping @Sendable () async throws -> [MetricReading]
    ) {
        let probe = Probe(goodFor: Self.readingGoodFor, within: Self.readingTimeMax, ask: read)
        sources.withLock { $0.append(Source(name: name, probe: probe, logger: logger)) }
    }

    /// Everything in the Prometheus text format, version 0.0.4.
    package func text() async -> String {
        var readings: [String: [MetricReading]] = [:]
        for source in sources.withLock({ $0 }) {
            switch await source.probe.answer() {
            case .success(let found):
                for reading in found { readings[reading.metric.name, default: []].append(reading) }
            case .failure(let error):
                source.logger.warning(
                    "A metric was not read", metadata: ["source": "\(source.name)", "error": "\(error)"])
            }
        }
        let kept = series.withLock { $0 }
        var text = ExpositionText()
        for metric in metrics { text.append(metric, kept[metric.name] ?? [:], readings[metric.name] ?? []) }
        return text.text
    }

    /// Lets every instrument that is made from now on count here. Only once in a process.
    package func bootstrap() { MetricsSystem.bootstrap(self) }

    // MARK: MetricsFactory

    private func find(
        _ name: String, _ dimensions: [(String, String)], _ kind: Metric.Kind, _ make: (Metric) -> Series
    ) -> Series? {
        guard let metric = byName[name], metric.kind == kind, dimensions.map(\.0) == metric.labels else { return nil }
        let labels = dimensions.map(\.1)
        return series.withLock { series in
            if let known = series[name]?[labels] { return known }
            guard series[name]?.count ?? 0 < Self.seriesPerMetricMax else { return nil }
            let made = make(metric)
            series[name, default: [:]][labels] = made
            return made
        }
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        if case .counter(let series) = find(label, dimensions, .counter, { _ in .counter(CounterSeries()) }) {
            return series
        }
        return NOOPMetricsHandler.instance
    }

    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        let found = find(label, dimensions, .counter) { _ in .floatingCounter(FloatingCounterSeries()) }
        if case .floatingCounter(let series) = found { return series }
        return NOOPMetricsHandler.instance
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        if case .gauge(let series) = find(label, dimensions, .gauge, { _ in .gauge(GaugeSeries()) }) { return series }
        return NOOPMetricsHandler.instance
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        if aggregate { return histogram(label, dimensions) ?? NOOPMetricsHandler.instance }
        if case .gauge(let series) = find(label, dimensions, .gauge, { _ in .gauge(GaugeSeries()) }) { return series }
        return NOOPMetricsHandler.instance
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions) ?? NOOPMetricsHandler.instance
    }

    private func histogram(_ name: String, _ dimensions: [(String, String)]) -> HistogramSeries? {
        let found = find(name, dimensions, .histogram) { .histogram(HistogramSeries(bounds: $0.bounds)) }
        guard case .histogram(let series) = found else { return nil }
        return series
    }

    // A series stays for as long as the process does: a counter that vanished would look like a restart.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}
}
