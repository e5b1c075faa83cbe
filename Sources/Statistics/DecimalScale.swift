// Decimal numbers of few digits as whole numbers of 32 bits, which are sorted in half the passes over half the bytes.
import Foundation

/// The step of which all of some doubles are multiples, so that their order is that of small whole numbers.
///
/// A value is taken only when the whole number over the factor is the value itself: nothing is lost on the way.
struct DecimalScale {
    private static let digitsMax = 8
    /// Values at the top that choose the factor.
    private static let probed = 32
    /// Added and taken away again, it rounds to whole numbers (below 2^51).
    private static let rounding = 6_755_399_441_055_744.0
    /// Added to a whole number below 2^52, it brings it into the low bits.
    private static let whole = 4_503_599_627_370_496.0

    private let factor: Double
    private let minimum: Double
    /// How many bits the largest key has.
    let bits: Int

    /// Nil when the values are no decimals of up to eight digits behind the point, or too far apart.
    ///
    /// - Parameter values: finite or infinite.
    init?(_ values: UnsafePointer<Double>, count: Int) {
        guard count > 0 else { return nil }
        let probes = min(count, Self.probed)
        var factor = 1.0
        var digits = 0
        while !(0..<probes).allSatisfy({ Self.scaled(values[$0], factor) / factor == values[$0] }) {
            digits += 1
            if digits > Self.digitsMax { return nil }
            factor *= 10
        }
        var low = SIMD4<Double>(repeating: .infinity)
        var high = -low
        let lanes = SIMD4(repeating: factor)
        let magic = SIMD4(repeating: Self.rounding)
        var i = 0
        while i + 4 <= count {
            let value = SIMD4(values[i], values[i + 1], values[i + 2], values[i + 3])
            let scaled = (value * lanes + magic) - magic
            guard all(scaled / lanes .== value) else { return nil }
            low = low.replacing(with: scaled, where: scaled .< low)
            high = high.replacing(with: scaled, where: scaled .> high)
            i += 4
        }
        var least = low.min()
        var most = high.max()
        while i < count {
            let scaled = Self.scaled(values[i], factor)
            guard scaled / factor == values[i] else { return nil }
            least = min(least, scaled)
            most = max(most, scaled)
            i += 1
        }
        // Rounding by addition is right up to 2^51.
        guard least > -0x1p51, most < 0x1p51, most - least < 0x1p32 else { return nil }
        self.factor = factor
        minimum = least
        bits = UInt32.bitWidth - UInt32(most - least).leadingZeroBitCount
    }

    @inline(__always) private static func scaled(_ value: Double, _ factor: Double) -> Double {
        (value * factor + rounding) - rounding
    }

    /// The whole number of a value, from 0 on.
    @inline(__always) func key(_ value: Double) -> UInt32 {
        UInt32(truncatingIfNeeded: ((Self.scaled(value, factor) - minimum) + Self.whole).bitPattern)
    }

    /// The value of a whole number; −0 becomes 0.
    @inline(__always) func value(_ key: UInt32) -> Double { (Double(key) + minimum) / factor }

    /// The digits by which keys are sorted: how many passes, and how many bits each.
    var passes: (count: Int, bits: Int) {
        let count = max(1, (bits + 10) / 11)
        return (count, max(1, (bits + count - 1) / count))
    }

    /// Sorts values in place by least significant digits, `scratch` being as long.
    func sort(_ values: UnsafeMutablePointer<Double>, scratch: UnsafeMutablePointer<UInt64>, count n: Int) {
        scratch.withMemoryRebound(to: UInt32.self, capacity: 2 * n) { sort(values, keys: $0, count: n) }
    }

    private func sort(_ values: UnsafeMutablePointer<Double>, keys: UnsafeMutablePointer<UInt32>, count n: Int) {
        let (passes, digit) = passes
        let buckets = 1 << digit
        let mask = UInt32(buckets - 1)
        var counts = [Int32](repeating: 0, count: buckets * passes)
        counts.withUnsafeMutableBufferPointer { counts in
            for i in 0..<n {
                let key = key(values[i])
                keys[i] = key
                for pass in 0..<passes { counts[pass << digit + Int((key >> UInt32(pass * digit)) & mask)] &+= 1 }
            }
            Self.accumulate(counts, buckets)
            var source = keys
            var target = keys + n
            for pass in 0..<passes - 1 {
                let shift = UInt32(pass * digit)
                let offset = pass << digit
                for i in 0..<n {
                    let key = source[i]
                    let b = offset + Int((key >> shift) & mask)
                    target[Int(counts[b])] = key
                    counts[b] &+= 1
                }
                swap(&source, &target)
            }
            // The last pass writes values.
            let shift = UInt32((passes - 1) * digit)
            let offset = (passes - 1) << digit
            for i in 0..<n {
                let key = source[i]
                let b = offset + Int((key >> shift) & mask)
                values[Int(counts[b])] = value(key)
                counts[b] &+= 1
            }
        }
    }

    /// The places of values in ascending order; equal values keep their order.
    func order(_ values: UnsafePointer<Double>, count n: Int) -> [Int32] {
        let (passes, digit) = passes
        let buckets = 1 << digit
        let mask = UInt64(buckets - 1)
        var counts = [Int32](repeating: 0, count: buckets * passes)
        // The key above the place.
        let pairs = UnsafeMutablePointer<UInt64>.allocate(capacity: 2 * n)
        defer { pairs.deallocate() }
        return counts.withUnsafeMutableBufferPointer { counts in
            for i in 0..<n {
                let key = UInt64(key(values[i]))
                pairs[i] = key << 32 | UInt64(i)
                for pass in 0..<passes { counts[pass << digit + Int((key >> UInt64(pass * digit)) & mask)] &+= 1 }
            }
            Self.accumulate(counts, buckets)
            var source = pairs
            var target = pairs + n
            for pass in 0..<passes - 1 {
                let shift = UInt64(32 + pass * digit)
                let offset = pass << digit
                for i in 0..<n {
                    let pair = source[i]
                    let b = offset + Int((pair >> shift) & mask)
                    target[Int(counts[b])] = pair
                    counts[b] &+= 1
                }
                swap(&source, &target)
            }
            let shift = UInt64(32 + (passes - 1) * digit)
            let offset = (passes - 1) << digit
            return [Int32](unsafeUninitializedCapacity: n) { buffer, initialized in
                for i in 0..<n {
                    let pair = source[i]
                    let b = offset + Int((pair >> shift) & mask)
                    buffer[Int(counts[b])] = Int32(truncatingIfNeeded: pair)
                    counts[b] &+= 1
                }
                initialized = n
            }
        }
    }

    /// Counts of each pass become the places where their values begin.
    private static func accumulate(_ counts: UnsafeMutableBufferPointer<Int32>, _ buckets: Int) {
        var sum: Int32 = 0
        for i in counts.indices {
            if i % buckets == 0 { sum = 0 }
            let count = counts[i]
            counts[i] = sum
            sum += count
        }
    }
}
