// What counts: one counter, gauge or histogram with fixed values of its labels. Any thread may add at any time.
import CoreMetrics
import Synchronization

/// Only grows.
final class CounterSeries: CounterHandler {
    private let count = Atomic<Int64>(0)
    var value: Int64 { count.load(ordering: .relaxed) }
    func increment(by amount: Int64) { count.wrappingAdd(amount, ordering: .relaxed) }
    func reset() { count.store(0, ordering: .relaxed) }
}

/// Only grows, by parts of one.
final class FloatingCounterSeries: FloatingPointCounterHandler {
    private let sum = Mutex(0.0)
    var value: Double { sum.withLock { $0 } }
    func increment(by amount: Double) { sum.withLock { $0 += amount } }
    func reset() { sum.withLock { $0 = 0 } }
}

/// Goes up and down. Until something is known it has no value.
final class GaugeSeries: MeterHandler, RecorderHandler {
    private let present = Mutex<Double?>(nil)
    var value: Double? { present.withLock { $0 } }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { present.withLock { $0 = value } }
    func increment(by amount: Double) { present.withLock { $0 = ($0 ?? 0) + amount } }
    func decrement(by amount: Double) { increment(by: -amount) }
    func record(_ value: Int64) { set(value) }
    func record(_ value: Double) { set(value) }
}

/// Counts values by size. Whole numbers are added up, so that a sum is exact whoever adds in which order.
final class HistogramSeries: TimerHandler, RecorderHandler {
    struct State {
        /// For each bound the values up to it and above the one before; last, what is above all.
        var counts: [Int64]
        var sum: Int64 = 0
    }
    let bounds: [Int64]
    private let state: Mutex<State>

    init(bounds: [Int64]) {
        self.bounds = bounds
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    var snapshot: State { state.withLock { $0 } }

    func record(_ value: Int64) {
        var place = 0
        while place < bounds.count, value > bounds[place] { place += 1 }
        state.withLock { state in
            state.counts[place] += 1
            state.sum &+= value
        }
    }
    func record(_ value: Double) {
        guard let whole = Int64(exactly: value.rounded()) else { return }
        record(whole)
    }
    /// A clock that was set back measures nothing below zero.
    func recordNanoseconds(_ duration: Int64) { record(max(0, duration)) }
}
