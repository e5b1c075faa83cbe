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

    /// Sorts values in place, `scratch` being as long.
    func sort(_ values: UnsafeMutablePointer<Double>, scratch: UnsafeMutablePointer<UInt64>, count n: Int) {
        scratch.withMemoryRebound(to: UInt32.self, capacity: 2 * n) { keys in
            for i in 0..<n { keys[i] = key(values[i]) }
            let sorted = Sorting.radixSort(keys, keys + n, count: n, keyBits: bits) { UInt64($0) }
            for i in 0..<n { values[i] = value(sorted[i]) }
        }
    }

    /// The places of values in ascending order; equal values keep their order.
    func order(_ values: UnsafePointer<Double>, count n: Int) -> [Int32] {
        // The key above the place.
        let pairs = UnsafeMutablePointer<UInt64>.allocate(capacity: 2 * n)
        defer { pairs.deallocate() }
        for i in 0..<n { pairs[i] = UInt64(key(values[i])) << 32 | UInt64(i) }
        let sorted = Sorting.radixSort(pairs, pairs + n, count: n, keyBits: bits) { $0 >> 32 }
        return (0..<n).map { Int32(truncatingIfNeeded: sorted[$0]) }
    }
}
