// Decimals as text and back. Foundation reads and writes every decimal, in half a microsecond to two; a list holds
// many, and nearly all are short, so that those are read and written here. Both ways agree to the byte.
package import Foundation

extension Decimal {
    /// Digits that are read and written here; longer numbers are Foundation's. A double holds 15 exactly.
    private static let digitsMax = 15

    /// Reads the text form that ``plainText`` writes, and whatever else Foundation reads.
    package init?(plain text: String) {
        var mantissa = 0
        var (digits, digitsAfterPoint) = (0, 0)
        var (isNegative, isPlain, hasPoint) = (false, true, false)
        for (position, byte) in text.utf8.enumerated() {
            switch byte {
            case 0x30...0x39 where digits < Self.digitsMax:
                mantissa = mantissa * 10 + Int(byte - 0x30)
                digits += 1
                if hasPoint { digitsAfterPoint += 1 }
            case 0x2D where position == 0: isNegative = true
            case 0x2E where digits > 0 && !hasPoint: hasPoint = true
            default: isPlain = false
            }
            if !isPlain { break }
        }
        if isPlain, digits > 0, !hasPoint || digitsAfterPoint > 0 {
            self =
                mantissa == 0
                ? 0
                : Decimal(
                    sign: isNegative ? .minus : .plus, exponent: -digitsAfterPoint, significand: Decimal(mantissa))
        } else {
            guard let number = Decimal(string: text, locale: nil) else { return nil }
            self = number
        }
    }

    /// The one text form: digits without an exponent, and no zeros that say nothing.
    package var plainText: String {
        let exponent = exponent
        guard (-Self.digitsMax...0).contains(exponent), !isNaN else { return description }
        let digits = NSDecimalNumber(decimal: significand).doubleValue.magnitude
        guard digits < 1e15 else { return description }
        return Self.text(Int(digits), isNegative: isSignMinus, digitsAfterPoint: -exponent)
    }

    private static func text(_ mantissa: Int, isNegative: Bool, digitsAfterPoint: Int) -> String {
        var (rest, places) = (mantissa, digitsAfterPoint)
        while places > 0, rest % 10 == 0 {
            rest /= 10
            places -= 1
        }
        guard places > 0 else { return (isNegative ? "-" : "") + String(rest) }
        let digits = String(rest).utf8
        return String(unsafeUninitializedCapacity: 2 * digitsMax + 4) { buffer in
            var at = 0
            func put(_ byte: UInt8) {
                buffer[at] = byte
                at += 1
            }
            if isNegative { put(0x2D) }
            if digits.count <= places {
                put(0x30)
                put(0x2E)
                for _ in digits.count..<places { put(0x30) }
            }
            for (position, digit) in digits.enumerated() {
                if position > 0, position == digits.count - places { put(0x2E) }
                put(digit)
            }
            return at
        }
    }
}
