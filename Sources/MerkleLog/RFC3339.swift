// Instants as text, by hand: leaves are made in every writing transaction, and a DateFormatter costs more than the hash.

/// RFC 3339 instants in UTC with milliseconds, such as `2026-11-24T13:30:00.000Z`.
public enum RFC3339 {
    /// The milliseconds since 1970 that four-digit years can say: years 0000 to 9999.
    public static let millisecondsRange: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

    /// The instant with exactly three digits of a second and `Z`. The argument must lie in `millisecondsRange`.
    public static func format(millisecondsSince1970 milliseconds: Int64) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24)
        append(milliseconds, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends what ``format(millisecondsSince1970:)`` returns.
    package static func append(_ milliseconds: Int64, to output: inout [UInt8]) {
        precondition(millisecondsRange.contains(milliseconds), "RFC 3339 has years 0000 to 9999")
        let dayMilliseconds: Int64 = 86_400_000
        let ofDay = ((milliseconds % dayMilliseconds) + dayMilliseconds) % dayMilliseconds
        let (year, month, day) = civil(days: Int((milliseconds - ofDay) / dayMilliseconds))
        let time = Int(ofDay)
        appendDigits(year, 4, to: &output)
        output.append(UInt8(ascii: "-"))
        appendDigits(month, 2, to: &output)
        output.append(UInt8(ascii: "-"))
        appendDigits(day, 2, to: &output)
        output.append(UInt8(ascii: "T"))
        appendDigits(time / 3_600_000, 2, to: &output)
        output.append(UInt8(ascii: ":"))
        appendDigits(time / 60_000 % 60, 2, to: &output)
        output.append(UInt8(ascii: ":"))
        appendDigits(time / 1000 % 60, 2, to: &output)
        output.append(UInt8(ascii: "."))
        appendDigits(time % 1000, 3, to: &output)
        output.append(UInt8(ascii: "Z"))
    }

    /// Milliseconds since 1970 of an RFC 3339 instant with any offset and any number of fraction digits; digits below
    /// a millisecond are cut off. `nil` if the text is not one, names a day or time that does not exist, or is a leap
    /// second (23:59:60), which has no number of its own in this scale.
    public static func parse(_ text: String) -> Int64? {
        var reader = Reader(bytes: Array(text.utf8))
        guard
            let year = reader.number(4), reader.take("-"),
            let month = reader.number(2), reader.take("-"),
            let day = reader.number(2), reader.take("T") || reader.take("t"),
            let hour = reader.number(2), reader.take(":"),
            let minute = reader.number(2), reader.take(":"),
            let second = reader.number(2),
            (1...12).contains(month), (1...dayCount(year: year, month: month)).contains(day),
            hour < 24, minute < 60, second < 60,
            let fraction = reader.fractionMilliseconds(),
            let offset = reader.offsetMinutes(), reader.isAtEnd
        else { return nil }
        let minutes = days(year: year, month: month, day: day) * 1440 + hour * 60 + minute - offset
        let milliseconds = Int64(minutes) * 60_000 + Int64(second) * 1000 + Int64(fraction)
        return millisecondsRange.contains(milliseconds) ? milliseconds : nil
    }

    private static func appendDigits(_ value: Int, _ count: Int, to output: inout [UInt8]) {
        var divisor = 1
        for _ in 1..<count { divisor *= 10 }
        while divisor > 0 {
            output.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }

    private static func dayCount(year: Int, month: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    // Both directions count from 1 March of year 0, so that the leap day is the last of its year; in such a year the
    // months of 31 and 30 days repeat every 153 days. 719,468 days lie between that day and 1970.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        let marchYear = month > 2 ? year : year - 1
        let cycle = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
        let ofCycle = marchYear - cycle * 400
        let ofYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return cycle * 146_097 + ofCycle * 365 + ofCycle / 4 - ofCycle / 100 + ofYear - 719_468
    }

    private static func civil(days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let cycle = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let ofCycle = shifted - cycle * 146_097
        let year = (ofCycle - ofCycle / 1460 + ofCycle / 36_524 - ofCycle / 146_096) / 365
        let ofYear = ofCycle - (365 * year + year / 4 - year / 100)
        let marchMonth = (5 * ofYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let day = ofYear - (153 * marchMonth + 2) / 5 + 1
        return (cycle * 400 + year + (month <= 2 ? 1 : 0), month, day)
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        var isAtEnd: Bool { position == bytes.count }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
            position += 1
            return true
        }

        mutating func digit() -> Int? {
            guard position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) else {
                return nil
            }
            position += 1
            return Int(bytes[position - 1] - UInt8(ascii: "0"))
        }

        mutating func number(_ count: Int) -> Int? {
            var value = 0
            for _ in 0..<count {
                guard let digit = digit() else { return nil }
                value = value * 10 + digit
            }
            return value
        }

        mutating func fractionMilliseconds() -> Int? {
            guard take(".") else { return 0 }
            guard var value = digit() else { return nil }
            var count = 1
            while let digit = digit() {
                if count < 3 { value = value * 10 + digit }
                count += 1
            }
            return count == 1 ? value * 100 : count == 2 ? value * 10 : value
        }

        mutating func offsetMinutes() -> Int? {
            if take("Z") || take("z") { return 0 }
            let sign: Int
            if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
            guard let hour = number(2), take(":"), let minute = number(2), hour < 24, minute < 60 else { return nil }
            return sign * (hour * 60 + minute)
        }
    }
}
