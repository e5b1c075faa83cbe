// What is kept of one group of a correlation: no more than the condition needs, however many events there are.
//
// Signals come in the order of their times. The window that ends with a signal holds every signal from `time - timespan`
// to `time`, both included. Signals are not used up by a match.

/// A time and a value, first in, first out.
struct TimedQueue<Value> {
    private var items: [(time: Int64, value: Value)] = []
    private var head = 0

    var count: Int { items.count - head }
    var first: (time: Int64, value: Value)? { head < items.count ? items[head] : nil }
    var last: (time: Int64, value: Value)? { head < items.count ? items[items.count - 1] : nil }

    mutating func append(_ time: Int64, _ value: Value) { items.append((time, value)) }

    mutating func removeFirst() -> (time: Int64, value: Value) {
        let item = items[head]
        head += 1
        if head > 32, head * 2 > items.count {
            items.removeFirst(head)
            head = 0
        }
        return item
    }
}

/// The window of one group.
enum GroupWindow {
    /// More signals than this in one window of a sum, an average or a percentile are not kept; the correlation says so.
    static let signalsMax = 65_536
    private static let never = Int64.min

    /// What a correlation asks of a window, without what it is for.
    final class Limits: Sendable {
        let type: CorrelationType
        let timespan: Int64
        let conditions: [CorrelationRule.Condition]
        let ruleCount: Int
        /// Beyond the largest number of the condition it does not matter how many more there are.
        let enough: Int
        /// The percentile of the numbers, if the conditions are about one.
        let percentile: Double?

        init(_ rule: CorrelationRule) {
            type = rule.type
            timespan = rule.timespan
            conditions = rule.conditions
            percentile = rule.percentile
            ruleCount = rule.rules.count
            enough = Int(min(1e9, max(0, (rule.conditions.map(\.operand).max() ?? 0).rounded(.up)))) + 2
        }

        func holds(_ number: Double) -> Bool {
            for condition in conditions where !condition.comparison.holds(number, condition.operand) { return false }
            return true
        }
    }

    /// Nothing: what it was is in hand.
    case taken
    case times(TimedQueue<Void>)
    case distinct(DistinctValues)
    /// For each rule the last time.
    case last([Int64])
    /// For each rule and length the latest beginning of a chain in order of that length that ends with the rule.
    case chains([Int64])
    case amounts(TimedQueue<Double>, sum: Double)
    case ranks(Ranks)

    init(_ limits: Limits) {
        switch limits.type {
        case .eventCount: self = .times(TimedQueue())
        case .valueCount: self = .distinct(DistinctValues())
        case .temporal: self = .last(Array(repeating: Self.never, count: limits.ruleCount))
        case .temporalOrdered:
            self = .chains(Array(repeating: Self.never, count: limits.ruleCount * limits.ruleCount))
        case .valueSum, .valueAverage: self = .amounts(TimedQueue(), sum: 0)
        case .valuePercentile, .valueMedian: self = .ranks(Ranks())
        }
    }

    /// Takes a signal in; the number that the condition is about, or `nil` if the signal has no value to take.
    mutating func take(
        _ limits: Limits, time: Int64, position: Int, value: [UInt8]?, number: Double?, overflow: inout Int
    ) -> Double? {
        let start = time - limits.timespan
        switch self {
        case .taken: return nil
        case .times(var queue):
            self = .taken
            queue.append(time, ())
            while let first = queue.first, first.time < start || queue.count > limits.enough { _ = queue.removeFirst() }
            self = .times(queue)
            return Double(queue.count)
        case .distinct(var values):
            guard let value else { return nil }
            self = .taken
            let count = values.take(value, time: time, start: start, enough: limits.enough)
            self = .distinct(values)
            return Double(count)
        case .last(var times):
            self = .taken
            times[position] = time
            self = .last(times)
            return Double(times.lazy.filter { $0 >= start }.count)
        case .chains(var starts):
            self = .taken
            let count = limits.ruleCount
            var longest = 1
            // Longer chains first, so that one signal is not two links of a chain.
            for length in stride(from: position + 1, through: 2, by: -1) {
                var latest = Self.never
                for before in 0..<position { latest = max(latest, starts[before * count + length - 2]) }
                if latest > starts[position * count + length - 1] { starts[position * count + length - 1] = latest }
                if latest >= start, latest != Self.never { longest = max(longest, length) }
            }
            starts[position * count] = time
            self = .chains(starts)
            return Double(longest)
        case .amounts(var queue, var sum):
            guard let number else { return nil }
            self = .taken
            queue.append(time, number)
            sum += number
            while let first = queue.first, first.time < start || queue.count > Self.signalsMax {
                if first.time >= start { overflow += 1 }
                sum -= queue.removeFirst().value
            }
            self = .amounts(queue, sum: sum)
            return limits.type == .valueSum ? sum : sum / Double(queue.count)
        case .ranks(var ranks):
            guard let value, limits.percentile == nil || number != nil else { return nil }
            self = .taken
            let rank = ranks.take(value, number, time: time, start: start, overflow: &overflow)
            let found = limits.percentile.map { ranks.percentile($0) } ?? rank
            self = .ranks(ranks)
            return found
        }
    }
}

/// The different values in a window, each with its last time.
struct DistinctValues {
    private var last: [[UInt8]: Int64] = [:]
    private var order = TimedQueue<[UInt8]>()

    mutating func take(_ value: [UInt8], time: Int64, start: Int64, enough: Int) -> Int {
        last[value] = time
        order.append(time, value)
        while let first = order.first, first.time < start || last.count > enough || last[first.value] != first.time {
            let (time, value) = order.removeFirst()
            if last[value] == time { last[value] = nil }
        }
        // A value that comes again and again leaves its older times behind.
        if order.count > 2 * last.count + 64 {
            order = TimedQueue()
            for (value, time) in last.sorted(by: { ($0.value, $0.key.count) < ($1.value, $1.key.count) }) {
                order.append(time, value)
            }
        }
        return last.count
    }
}

/// Where a value stands among those of its window: for numbers the share, in percent, of values that are not greater;
/// for texts the share of the values that are the same.
struct Ranks {
    private var queue = TimedQueue<(text: [UInt8], number: Double?)>()
    private var sorted: [Double] = []
    private var counts: [[UInt8]: Int] = [:]

    mutating func take(
        _ value: [UInt8], _ number: Double?, time: Int64, start: Int64, overflow: inout Int
    ) -> Double {
        queue.append(time, (value, number))
        if let number { sorted.insert(number, at: upper(number)) } else { counts[value, default: 0] += 1 }
        while let first = queue.first, first.time < start || queue.count > GroupWindow.signalsMax {
            if first.time >= start { overflow += 1 }
            let gone = queue.removeFirst().value
            if let number = gone.number {
                sorted.remove(at: upper(number) - 1)
            } else if let count = counts[gone.text] {
                counts[gone.text] = count == 1 ? nil : count - 1
            }
        }
        let same = number.map(upper) ?? counts[value] ?? 0
        return 100 * Double(same) / Double(queue.count)
    }

    /// The number below which so many percent of the numbers lie, between two of them on the straight line from one to the
    /// other (R. Hyndman, Y. Fan, "Sample quantiles in statistical packages", 1996, definition 7). There is at least one.
    func percentile(_ percent: Double) -> Double {
        let position = Double(sorted.count - 1) * percent / 100
        let below = min(sorted.count - 1, Int(position))
        let above = min(sorted.count - 1, below + 1)
        let share = position - Double(below)
        return sorted[below] + (sorted[above] - sorted[below]) * share
    }

    /// How many numbers are not greater.
    private func upper(_ number: Double) -> Int {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] <= number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
