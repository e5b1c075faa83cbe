// Times in files, as seconds of the clock in one time zone.
import Foundation

/// Reads dates and times (RFC 3339, with the freedoms that databases take) as the clock of one time zone shows them.
///
/// Accepted are `2026-03-01`, `2026-03-01T12:30`, `2026-03-01 12:30:15.25`, each time with or without `Z`, `+01:00`,
/// `+0100` or `+01`, and Unix time: 9 to 11 digits are seconds, 12 to 14 milliseconds. A time without an offset is
/// taken as what the clock of the zone showed.
struct TimeParser {
    private let zone: TimeZone
    /// Offsets of the zone by hour of Unix time, where the whole hour has one.
    private var offsets: [Int: Double] = [:]

    init(zone: TimeZone) { self.zone = zone }

    /// Seconds from 1970-01-01 00:00 on the zone's clock; nil when the text is no time.
    mutating func parse(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        if let unix = Self.unix(text) { return unix + offset(unix) }
        var reader = Digits(text: text)
        guard let year = reader.take(4), reader.skip("-"), let month = reader.take(2), reader.skip("-"),
            let day = reader.take(2), (1...12).contains(month), day >= 1, day <= Self.days(month, year)
        else { return nil }
        var seconds = Double(Self.dayNumber(year, month, day)) * 86_400
        if reader.isAtEnd { return seconds }
        guard reader.skip("T") || reader.skip("t") || reader.skip(" "), let hour = reader.take(2), reader.skip(":"),
            let minute = reader.take(2), hour < 24, minute < 60
        else { return nil }
        seconds += Double(hour * 3_600 + minute * 60)
        if reader.skip(":") {
            guard let second = reader.take(2), second <= 60 else { return nil }
            seconds += Double(second)
            if reader.skip(".") {
                guard let fraction = reader.fraction() else { return nil }
                seconds += fraction
            }
        }
        if reader.isAtEnd { return seconds }
        guard let east = reader.offset() else { return nil }
        let unix = seconds - east
        return unix + offset(unix)
    }

    /// The zone's offset from UTC at a Unix time, in seconds east.
    private mutating func offset(_ unix: Double) -> Double {
        let hour = Int((unix / 3_600).rounded(.down))
        if let known = offsets[hour] { return known }
        func at(_ time: Double) -> Double {
            Double(zone.secondsFromGMT(for: Date(timeIntervalSince1970: time)))
        }
        let first = at(Double(hour) * 3_600)
        guard first == at(Double(hour) * 3_600 + 3_599) else { return at(unix) }
        offsets[hour] = first
        return first
    }

    private static func unix(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        guard (9...14).contains(text.count), text.allSatisfy({ $0 &- 48 < 10 }) else { return nil }
        let value = text.reduce(0.0) { $0 * 10 + Double($1 &- 48) }
        return text.count <= 11 ? value : value / 1_000
    }

    private static func days(_ month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1970-01-01 in the proleptic Gregorian calendar. Years start in March here, so that leap days come
    /// last.
    static func dayNumber(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// Year, month and day of a day number.
    static func date(_ dayNumber: Int) -> (year: Int, month: Int, day: Int) {
        let z = dayNumber + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    /// Takes a time apart from the left.
    private struct Digits {
        let text: UnsafeBufferPointer<UInt8>
        var position = 0

        init(text: UnsafeBufferPointer<UInt8>) { self.text = text }

        var isAtEnd: Bool { position == text.count }

        mutating func take(_ count: Int) -> Int? {
            guard position + count <= text.count else { return nil }
            var value = 0
            for i in position..<position + count {
                let digit = text[i] &- 48
                guard digit < 10 else { return nil }
                value = value * 10 + Int(digit)
            }
            position += count
            return value
        }

        mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
            position += 1
            return true
        }

        mutating func fraction() -> Double? {
            var value = 0.0
            var scale = 1.0
            let start = position
            while position < text.count, text[position] &- 48 < 10 {
                scale /= 10
                value += Double(text[position] &- 48) * scale
                position += 1
            }
            return position > start ? value : nil
        }

        /// The offset at the end, in seconds east of UTC.
        mutating func offset() -> Double? {
            if skip("Z") || skip("z") { return isAtEnd ? 0 : nil }
            let isEast = skip("+")
            guard isEast || skip("-"), let hours = take(2), hours <= 23 else { return nil }
            var minutes = 0
            if !isAtEnd {
                _ = skip(":")
                guard let more = take(2), more < 60, isAtEnd else { return nil }
                minutes = more
            }
            return Double((hours * 60 + minutes) * 60) * (isEast ? 1 : -1)
        }
    }
}
