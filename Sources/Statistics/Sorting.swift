// Exact order: radix sort of doubles, and quantiles by linear interpolation.
import Foundation

/// A Double's bits, so that unsigned order is numeric order. −0 becomes 0; NaN must not come here.
@inline(__always) func orderKey(_ value: Double) -> UInt64 {
    let bits = (value + 0.0).bitPattern
    return bits ^ (UInt64(bitPattern: Int64(bitPattern: bits) >> 63) | (1 << 63))
}

/// The Double of an `orderKey`.
@inline(__always) func orderValue(_ key: UInt64) -> Double {
    Double(bitPattern: key ^ (((key >> 63) &- 1) | (1 << 63)))
}

/// Sorting of doubles.
public enum Sorting {
    /// Sorts finite or infinite doubles in ascending order, in time linear in their number: least significant digit
    /// radix sort with eleven bits, skipping digits that all share. Decimals of few digits are sorted as whole numbers.
    /// `scratch` is grown as needed and can be used again.
    public static func sort(_ values: inout [Double], scratch: inout [UInt64]) {
        let n = values.count
        if n < 2_000 {
            for i in 0..<n { values[i] += 0.0 }
            values.sort()
            return
        }
        if scratch.count < n { scratch = [UInt64](repeating: 0, count: n) }
        values.withUnsafeMutableBufferPointer { valuesBuffer in
            scratch.withUnsafeMutableBufferPointer { scratchBuffer in
                guard let base = valuesBuffer.baseAddress, let other = scratchBuffer.baseAddress else { return }
                if let scale = DecimalScale(base, count: n) {
                    scale.sort(base, scratch: other, count: n)
                    return
                }
                base.withMemoryRebound(to: UInt64.self, capacity: n) { sortKeys($0, other, n) }
            }
        }
    }

    /// Sorts a copy.
    public static func sorted(_ values: [Double]) -> [Double] {
        var copy = values
        var scratch: [UInt64] = []
        sort(&copy, scratch: &scratch)
        return copy
    }

    private static func sortKeys(_ data: UnsafeMutablePointer<UInt64>, _ other: UnsafeMutablePointer<UInt64>, _ n: Int)
    {
        let bits = 11
        let buckets = 1 << bits
        let mask = UInt64(buckets - 1)
        let passes = 6
        var counts = [Int32](repeating: 0, count: buckets * passes)
        counts.withUnsafeMutableBufferPointer { counts in
            for i in 0..<n {
                let key = orderKey(Double(bitPattern: data[i]))
                data[i] = key
                var k = key
                for pass in 0..<passes {
                    counts[pass * buckets + Int(k & mask)] &+= 1
                    k >>= UInt64(bits)
                }
            }
            var source = data
            var target = other
            for pass in 0..<passes {
                let offset = pass * buckets
                let shift = UInt64(pass * bits)
                if counts[offset + Int((source[0] >> shift) & mask)] == Int32(n) { continue }
                var sum: Int32 = 0
                for b in 0..<buckets {
                    let count = counts[offset + b]
                    counts[offset + b] = sum
                    sum += count
                }
                for i in 0..<n {
                    let key = source[i]
                    let b = offset + Int((key >> shift) & mask)
                    target[Int(counts[b])] = key
                    counts[b] &+= 1
                }
                swap(&source, &target)
            }
            for i in 0..<n { data[i] = orderValue(source[i]).bitPattern }
        }
    }
}

/// Quantiles of sorted numbers.
public enum Quantiles {
    /// The quantile by linear interpolation between order statistics (type 7 of Hyndman & Fan 1996).
    ///
    /// - Parameter sorted: ascending, not empty.
    public static func linear(_ sorted: UnsafeBufferPointer<Double>, _ probability: Double) -> Double {
        guard !sorted.isEmpty else { return .nan }
        let position = probability * Double(sorted.count - 1)
        let below = min(Int(position), sorted.count - 1)
        let above = min(below + 1, sorted.count - 1)
        return interpolate(sorted[below], sorted[above], position - Double(below))
    }

    /// The quantile of an ascending array.
    public static func linear(_ sorted: [Double], _ probability: Double) -> Double {
        sorted.withUnsafeBufferPointer { linear($0, probability) }
    }

    /// From the nearer end, so that a fraction near one does not lose digits.
    static func interpolate(_ a: Double, _ b: Double, _ fraction: Double) -> Double {
        fraction >= 0.5 ? b - (b - a) * (1 - fraction) : a + (b - a) * fraction
    }
}

extension Sorting {
    /// The places of finite values in ascending order; equal values keep their order.
    public static func order(_ values: [Double]) -> [Int32] {
        let n = values.count
        if n < 2_000 {
            return values.indices.map { (key: orderKey(values[$0]), place: Int32($0)) }
                .sorted { ($0.key, $0.place) < ($1.key, $1.place) }.map(\.place)
        }
        return values.withUnsafeBufferPointer { values in
            guard let base = values.baseAddress else { return [] }
            return DecimalScale(base, count: n)?.order(base, count: n) ?? order(base, n)
        }
    }

    private static func order(_ values: UnsafePointer<Double>, _ n: Int) -> [Int32] {
        let bits = 11
        let buckets = 1 << bits
        let mask = UInt64(buckets - 1)
        let passes = 6
        var counts = [Int32](repeating: 0, count: buckets * passes)
        let items = UnsafeMutablePointer<(key: UInt64, place: Int32)>.allocate(capacity: 2 * n)
        defer { items.deallocate() }
        return counts.withUnsafeMutableBufferPointer { counts in
            for i in 0..<n {
                let key = orderKey(values[i])
                items[i] = (key, Int32(i))
                for pass in 0..<passes { counts[pass * buckets + Int((key >> UInt64(pass * bits)) & mask)] &+= 1 }
            }
            var source = items
            var target = items + n
            for pass in 0..<passes {
                let offset = pass * buckets
                let shift = UInt64(pass * bits)
                if counts[offset + Int((source[0].key >> shift) & mask)] == Int32(n) { continue }
                var sum: Int32 = 0
                for b in 0..<buckets {
                    let count = counts[offset + b]
                    counts[offset + b] = sum
                    sum += count
                }
                for i in 0..<n {
                    let item = source[i]
                    let b = offset + Int((item.key >> shift) & mask)
                    target[Int(counts[b])] = item
                    counts[b] &+= 1
                }
                swap(&source, &target)
            }
            return [Int32](unsafeUninitializedCapacity: n) { buffer, initialized in
                for i in 0..<n { buffer[i] = source[i].place }
                initialized = n
            }
        }
    }
}
