// Decimal text to the nearest Double, without a String and without the C library on the common paths.
import Foundation

/// Correctly rounded parsing of decimal numbers.
///
/// Up to 2^53 with an exponent within ±22 one exact multiplication or division suffices (Clinger 1990). Else the
/// algorithm of Eisel and Lemire (Lemire, "Number parsing at a gigabyte per second", Softw. Pract. Exp. 51, 2021)
/// decides from 128 bits of the power of five; where it cannot, the standard library's exact conversion does.
public enum DecimalParser {
    /// 10^0 … 10^22, all exact.
    static let exactPowers: [Double] = (1...22).reduce(into: [1]) { powers, place in
        powers.append(powers[place - 1] * 10)
    }

    /// The 128 leading bits of 5^q for q in −342 … 308, high word first.
    static let powersOfFive: [UInt64] = makePowers()

    /// Parses one number: sign, digits with or without a point, exponent; also `inf` and `infinity` in any case. Nil for
    /// anything else, also for `nan`, an empty text and hexadecimal.
    public static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
        guard let base = bytes.baseAddress, !bytes.isEmpty else { return nil }
        let end = base + bytes.count
        var p = base
        var isNegative = false
        if p.pointee == UInt8(ascii: "-") || p.pointee == UInt8(ascii: "+") {
            isNegative = p.pointee == UInt8(ascii: "-")
            p += 1
        }
        if p < end, p.pointee | 0x20 == UInt8(ascii: "i") {
            return isInfinity(UnsafeBufferPointer(start: p, count: end - p))
                ? (isNegative ? -.infinity : .infinity) : nil
        }
        var mantissa: UInt64 = 0
        var significant = 0
        var exponent = 0
        var isTruncated = false
        var digits = 0
        func take(_ digit: UInt8) {
            digits += 1
            if significant == 0 && digit == 0 { return }
            if significant < 19 {
                mantissa = mantissa &* 10 &+ UInt64(digit)
                significant += 1
            } else {
                if digit != 0 { isTruncated = true }
                exponent += 1
            }
        }
        while p < end, p.pointee &- 48 < 10 {
            take(p.pointee &- 48)
            p += 1
        }
        if p < end, p.pointee == UInt8(ascii: ".") {
            p += 1
            while p < end, p.pointee &- 48 < 10 {
                take(p.pointee &- 48)
                exponent -= 1
                p += 1
            }
        }
        guard digits > 0 else { return nil }
        if p < end, p.pointee | 0x20 == UInt8(ascii: "e") {
            p += 1
            var isDown = false
            if p < end, p.pointee == UInt8(ascii: "-") || p.pointee == UInt8(ascii: "+") {
                isDown = p.pointee == UInt8(ascii: "-")
                p += 1
            }
            guard p < end else { return nil }
            var power = 0
            while p < end, p.pointee &- 48 < 10 {
                if power < 1_000_000_000 { power = power * 10 + Int(p.pointee &- 48) }
                p += 1
            }
            guard p == end, (p - 1).pointee &- 48 < 10 else { return nil }
            exponent += isDown ? -power : power
        }
        guard p == end else { return nil }
        let magnitude: Double
        if let value = combine(mantissa, exponent, isTruncated) {
            magnitude = value
        } else {
            guard let exact = Double(String(decoding: bytes, as: UTF8.self)) else { return nil }
            return exact
        }
        return isNegative ? -magnitude : magnitude
    }

    /// mantissa × 10^exponent, or nil where neither quick way can tell.
    @inline(__always)
    static func combine(_ mantissa: UInt64, _ exponent: Int, _ isTruncated: Bool) -> Double? {
        if !isTruncated, mantissa <= 1 << 53, exponent >= -22, exponent <= 22 {
            return exactPowers.withUnsafeBufferPointer { powers in
                exponent < 0 ? Double(mantissa) / powers[-exponent] : Double(mantissa) * powers[exponent]
            }
        }
        guard let value = eiselLemire(mantissa, exponent) else { return nil }
        if isTruncated {
            // The digits cut off lie between this mantissa and the next.
            guard let next = eiselLemire(mantissa + 1, exponent), next == value else { return nil }
        }
        return value
    }

    /// Nil where 128 bits are not enough.
    @inline(never)
    static func eiselLemire(_ mantissa: UInt64, _ exponent: Int) -> Double? {
        if mantissa == 0 || exponent < -342 { return 0 }
        if exponent > 308 { return .infinity }
        let shift = mantissa.leadingZeroBitCount
        let w = mantissa << UInt64(shift)
        let index = 2 * (exponent + 342)
        var (high, low) = w.multipliedFullWidth(by: powersOfFive[index])
        if high & 0x1FF == 0x1FF {
            let second = w.multipliedFullWidth(by: powersOfFive[index + 1])
            let sum = low.addingReportingOverflow(second.high)
            low = sum.partialValue
            if sum.overflow { high += 1 }
        }
        if low == .max, exponent < -27 || exponent > 55 { return nil }
        let upper = Int(high >> 63)
        let cut = UInt64(upper + 9)
        var bits = high >> cut
        // ⌊exponent log₂ 10⌋ + 63, biased.
        var power = ((217_706 * exponent) >> 16) + 63 + upper - shift + 1_023
        if power <= 0 {
            if 1 - power >= 64 { return 0 }
            bits >>= UInt64(1 - power)
            bits += bits & 1
            bits >>= 1
            power = bits < 1 << 52 ? 0 : 1
        } else {
            // Exactly between two doubles: round to even.
            if low <= 1, exponent >= -4, exponent <= 23, bits & 3 == 1, bits << cut == high { bits &= ~1 }
            bits += bits & 1
            bits >>= 1
            if bits >= 1 << 53 {
                bits = 1 << 52
                power += 1
            }
            if power >= 0x7FF { return .infinity }
        }
        return Double(bitPattern: bits & ~(1 << 52) | UInt64(power) << 52)
    }

    private static func isInfinity(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let lower = bytes.prefix(9).map { $0 | 0x20 }
        return lower == Array("inf".utf8) || lower == Array("infinity".utf8)
    }

    /// Big numbers of 1,024 bits, little end first: powers up by multiplying with five, reciprocals by dividing 2^1023.
    private static func makePowers() -> [UInt64] {
        var table = [UInt64](repeating: 0, count: 2 * 651)
        func leading(_ words: [UInt64]) -> (UInt64, UInt64) {
            guard let top = words.lastIndex(where: { $0 != 0 }) else { return (0, 0) }
            func word(_ i: Int) -> UInt64 { i >= 0 ? words[i] : 0 }
            let shift = UInt64(word(top).leadingZeroBitCount)
            if shift == 0 { return (word(top), word(top - 1)) }
            return (
                word(top) << shift | word(top - 1) >> (64 - shift),
                word(top - 1) << shift | word(top - 2) >> (64 - shift)
            )
        }
        var power = [UInt64](repeating: 0, count: 16)
        power[0] = 1
        for q in 0...308 {
            (table[2 * (q + 342)], table[2 * (q + 342) + 1]) = leading(power)
            var carry: UInt64 = 0
            for i in power.indices {
                let product = power[i].multipliedFullWidth(by: 5)
                let sum = product.low.addingReportingOverflow(carry)
                power[i] = sum.partialValue
                carry = product.high + (sum.overflow ? 1 : 0)
            }
        }
        var reciprocal = [UInt64](repeating: 0, count: 16)
        reciprocal[15] = 1 << 63
        for q in 1...342 {
            var rest: UInt64 = 0
            for i in reciprocal.indices.reversed() {
                (reciprocal[i], rest) = UInt64(5).dividingFullWidth((rest, reciprocal[i]))
            }
            var (high, low) = leading(reciprocal)
            // Small negative powers are rounded up, as the proof of exactness wants.
            if q <= 27 {
                let sum = low.addingReportingOverflow(1)
                low = sum.partialValue
                if sum.overflow { high += 1 }
            }
            table[2 * (342 - q)] = high
            table[2 * (342 - q) + 1] = low
        }
        return table
    }
}
