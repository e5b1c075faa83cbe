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
        for i in 0..<n { data[i] = orderKey(Double(bitPattern: data[i])) }
        let sorted = radixSort(data, other, count: n, keyBits: 64) { $0 }
        for i in 0..<n { data[i] = orderValue(sorted[i]).bitPattern }
    }

    /// Sorts items by the digits of their keys, at most eleven bits each, from the least significant one on; digits that
    /// all share are passed over. Items with equal keys keep their order.
    ///
    /// - Parameters:
    ///   - other: room for as many items.
    ///   - keyBits: as many low bits of a key may be set.
    /// - Returns: where the items are in the end: one of the two.
    @inline(__always) static func radixSort<Item>(
        _ items: UnsafeMutablePointer<Item>, _ other: UnsafeMutablePointer<Item>, count n: Int, keyBits: Int,
        key: (Item) -> UInt64
    ) -> UnsafeMutablePointer<Item> {
        let passes = max(1, (keyBits + 10) / 11)
        let digit = max(1, (keyBits + passes - 1) / passes)
        let buckets = 1 << digit
        let mask = UInt64(buckets - 1)
        var counts = [Int32](repeating: 0, count: buckets * passes)
        return counts.withUnsafeMutableBufferPointer { counts in
            for i in 0..<n {
                var rest = key(items[i])
                for pass in 0..<passes {
                    counts[pass * buckets + Int(rest & mask)] &+= 1
                    rest >>= UInt64(digit)
                }
            }
            var source = items
            var target = other
            for pass in 0..<passes {
                let offset = pass * buckets
                let shift = UInt64(pass * digit)
                if n > 0, counts[offset + Int((key(source[0]) >> shift) & mask)] == Int32(n) { continue }
                // Counts become the places where the items of a digit begin.
                var sum: Int32 = 0
                for b in offset..<offset + buckets {
                    let count = counts[b]
                    counts[b] = sum
                    sum += count
                }
                for i in 0..<n {
                    let item = source[i]
                    let b = offset + Int((key(item) >> shift) & mask)
                    target[Int(counts[b])] = item
                    counts[b] &+= 1
                }
                swap(&source, &target)
            }
            return source
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
            if let scale = DecimalScale(base, count: n) { return scale.order(base, count: n) }
            let items = UnsafeMutablePointer<(key: UInt64, place: Int32)>.allocate(capacity: 2 * n)
            defer { items.deallocate() }
            for i in 0..<n { items[i] = (orderKey(base[i]), Int32(i)) }
            let sorted = radixSort(items, items + n, count: n, keyBits: 64) { $0.key }
            return (0..<n).map { sorted[$0].place }
        }
    }
}
