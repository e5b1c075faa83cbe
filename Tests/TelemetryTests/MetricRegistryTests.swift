import CoreMetrics
import Dispatch
import Glibc
import Logging
import Synchronization
import Telemetry
import Testing

private let silent = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
private let requests = Metric(.counter, "concord_test_total", "Requests.", labels: ["method", "route"])
private let time = Metric.durations("concord_test_seconds", "A \\ and\na line.", milliseconds: [1, 10, 100])
private let sizes = Metric(.histogram, "concord_test_bytes", "Sizes.", bounds: [10, 20])
private let level = Metric(.gauge, "concord_test_level", "A level.")

private func made() -> MetricRegistry { MetricRegistry([requests, time, sizes, level]) }

/// The text format as prometheus.io describes it, to the letter.
@Suite struct MetricRegistryTests {
    @Test func aCounterIsShownWithHelpTypeAndLabelsInOrder() async {
        let registry = made()
        requests.counter("POST", "/b", factory: registry).increment()
        requests.counter("GET", "/a", factory: registry).increment(by: 41)
        requests.counter("GET", "/a", factory: registry).increment()
        let text = await registry.text()
        #expect(
            text == """
                # HELP concord_test_total Requests.
                # TYPE concord_test_total counter
                concord_test_total{method="GET",route="/a"} 42
                concord_test_total{method="POST",route="/b"} 1

                """)
    }

    @Test func valuesOfLabelsAndHelpAreEscaped() async {
        let registry = made()
        requests.counter("a\"b\\c\nd", "é", factory: registry).increment()
        time.timer(factory: registry).record(.zero)
        let text = await registry.text()
        #expect(text.contains(#"{method="a\"b\\c\nd",route="é"} 1"#))
        #expect(text.contains(#"# HELP concord_test_seconds A \\ and\na line."#))
    }

    @Test func bucketsCountWhatIsUpToTheirBound() async {
        let registry = made()
        let timer = time.timer(factory: registry)
        for duration: Duration in [.zero, .milliseconds(1), .microseconds(1_001), .milliseconds(100), .seconds(2)] {
            timer.record(duration)
        }
        let text = await registry.text()
        #expect(
            text.hasSuffix(
                """
                # TYPE concord_test_seconds histogram
                concord_test_seconds_bucket{le="0.001"} 2
                concord_test_seconds_bucket{le="0.01"} 3
                concord_test_seconds_bucket{le="0.1"} 4
                concord_test_seconds_bucket{le="+Inf"} 5
                concord_test_seconds_sum 2.102001
                concord_test_seconds_count 5

                """))
    }

    @Test func recordersOfSizesAreHistograms() async {
        let registry = made()
        let recorder = Recorder(label: "concord_test_bytes", dimensions: [], aggregate: true, factory: registry)
        recorder.record(10)
        recorder.record(11.4)
        recorder.record(Double.nan)
        let text = await registry.text()
        #expect(text.contains("concord_test_bytes_bucket{le=\"10\"} 1\n"))
        #expect(text.contains("concord_test_bytes_bucket{le=\"20\"} 2\n"))
        #expect(text.contains("concord_test_bytes_sum 21\n"))
    }

    @Test(arguments: [
        (1.5, "1.5"), (3, "3"), (-0.25, "-0.25"), (1e300, "1e+300"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
        (.nan, "NaN"),
    ])
    func numbersAreWrittenAsTheFormatReadsThem(_ value: Double, _ written: String) async {
        let registry = made()
        Meter(label: "concord_test_level", dimensions: [], factory: registry).set(value)
        let text = await registry.text()
        #expect(text.hasSuffix("concord_test_level \(written)\n"))
    }

    @Test func eightThreadsLoseNothing() async {
        let registry = made()
        let (threads, rounds) = (8, 50_000)
        let meter = Meter(label: "concord_test_level", dimensions: [], factory: registry)
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
            for round in 0..<rounds {
                // Each looks its series up anew now and then, as requests do.
                requests.counter("GET", "/\(round % 3)", factory: registry).increment()
                time.timer(factory: registry).record(.milliseconds(thread))
                meter.increment(by: 2)
                meter.decrement(by: 1)
            }
        }
        let lines = await registry.text().split(separator: "\n").map(String.init)
        func value(_ start: String) -> Double? {
            lines.first { $0.hasPrefix(start + " ") }.flatMap { Double($0.dropFirst(start.count + 1)) }
        }
        let third = (0..<3).compactMap { value("concord_test_total{method=\"GET\",route=\"/\($0)\"}") }
        #expect(third.count == 3)
        #expect(third.reduce(0, +) == Double(threads * rounds))
        #expect(value("concord_test_seconds_count") == Double(threads * rounds))
        // 0 + 1 + … + 7 ms, each as often as there are rounds.
        #expect(value("concord_test_seconds_sum") == 28 * Double(rounds) / 1_000)
        #expect(value("concord_test_seconds_bucket{le=\"0.001\"}") == Double(2 * rounds))
        #expect(value("concord_test_level") == Double(threads * rounds))
    }

    @Test func whatNobodyDeclaredIsNotKept() async {
        let registry = made()
        Counter(label: "hb_requests", dimensions: [], factory: registry).increment()
        // Another set of labels, or another kind, is another metric.
        Counter(label: "concord_test_total", dimensions: [("path", "/x")], factory: registry).increment()
        Meter(label: "concord_test_total", dimensions: [("method", "a"), ("route", "b")], factory: registry).set(1)
        #expect(await registry.text().isEmpty)
    }

    @Test func seriesOfOneMetricAreBounded() async {
        let registry = made()
        for number in 0..<(MetricRegistry.seriesPerMetricMax + 10) {
            requests.counter("GET", "/\(number)", factory: registry).increment()
        }
        let lines = await registry.text().split(separator: "\n")
        #expect(lines.count == MetricRegistry.seriesPerMetricMax + 2)
    }

    @Test func whatIsNotKnownIsAbsent() async {
        let registry = made()
        _ = Meter(label: "concord_test_level", dimensions: [], factory: registry)
        registry.addSource("nothing", logger: silent) { [] }
        #expect(await registry.text().isEmpty)
        struct Away: Error {}
        registry.addSource("broken", logger: silent) { throw Away() }
        registry.addSource("good", logger: silent) { [MetricReading(level, 7)] }
        #expect(await registry.text().hasSuffix("concord_test_level 7\n"))
    }

    @Test func aSourceThatFailsIsNamedInTheLog() async {
        let lines = Mutex<[String]>([])
        let logger = Logger(
            label: "test",
            factory: { label in
                JSONLogHandler(label: label, metadataProvider: nil, time: { "now" }) { line in
                    lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
                }
            })
        let registry = made()
        struct Away: Error {}
        registry.addSource("a database", logger: logger) { throw Away() }
        _ = await registry.text()
        #expect(lines.withLock { $0 }.contains { $0.contains("a database") && $0.contains("Away()") })
    }

    @Test func theProcessIsRead() async throws {
        let found = ProcessReadings(version: "9.9.9").read()
        func value(_ metric: Metric) throws -> Double {
            try #require(found.first { $0.metric == metric }, "\(metric.name) was not read").value
        }
        #expect(found.first { $0.metric == .build }?.labels == ["9.9.9"])
        #expect(try value(.processMemory) > 1_000_000)
        #expect(try value(.processFiles) >= 3)
        #expect(try value(.processFilesMax) > value(.processFiles))
        let age = Double(Glibc.time(nil)) - (try value(.processStart))
        #expect((-1..<86_400).contains(age), "the test process is not that old")
        #expect(try value(.processCPU) >= 0)
    }
}
