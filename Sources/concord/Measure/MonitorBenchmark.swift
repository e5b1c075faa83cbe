// How many predictions a second a monitor takes in.
import ArgumentParser
import Foundation
import Monitoring
import Statistics

extension MeasureCommand {
    struct MonitorBenchmark: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "monitor-benchmark",
            abstract: "Measures the update of a monitor with made-up predictions; release builds give figures.",
            shouldDisplay: false)
        @Option(help: "Predictions.") var predictions = 10_000_000

        func validate() throws {
            guard (1_000...10_000_000_000).contains(predictions) else {
                throw ValidationError("--predictions must be 1000 to 10000000000.")
            }
        }

        func run() throws {
            let edges = BinEdges.quantiles(ofSorted: (0..<10_000).map { Double($0) / 10_000 })
            guard var monitor = PredictionMonitor(edges: edges, referenceCounts: [Int](repeating: 1_000, count: 10))
            else { throw MeasureError("the reference of the benchmark does not fit its bins") }
            // Scores that are made before the clock starts, used again and again.
            var state: UInt64 = 1
            func next() -> Double {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Double(state >> 11) / 9_007_199_254_740_992
            }
            let scores = (0..<65_536).map { _ in next() }
            let labels = scores.map { next() < $0 }
            let clock = ContinuousClock()
            let cpuBefore = Self.cpuSeconds
            let taken = clock.measure {
                for i in 0..<predictions {
                    let k = i & 65_535
                    monitor.add(label: labels[k], prediction: scores[k] >= 0.5, score: scores[k])
                }
            }
            let cpu = Self.cpuSeconds - cpuBefore
            let auc = monitor.performance.auc ?? .nan
            let encoded = try JSONEncoder().encode(monitor).count
            let perSecond = Int(Double(predictions) / (taken / .seconds(1)))
            print("\(predictions) predictions: \(perSecond) a second, \(Int(Double(predictions) / cpu)) a CPU second")
            print("AUC \(auc), median score \(monitor.quantiles.quantile(0.5) ?? .nan), encoded \(encoded) bytes")
        }

        private static var cpuSeconds: Double {
            var time = timespec()
            clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
    }
}
