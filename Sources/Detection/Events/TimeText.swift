// Times of events: the forms in which products write them, as milliseconds since 1970 in UTC.

/// Reads times.
enum TimeText {
    /// The years 1970 to 2286, in which seconds, milliseconds, microseconds and nanoseconds cannot be confused.
    private static let secondsMax = 9_999_999_999.0

    static func parse(_ value: FieldValue) -> Int64? {
        switch value.kind {
        case .number: return value.number.flatMap(epoch)
        case .text: return parse(value.bytes)
        default: return nil
        }
    }

    /// Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by their size.
    static func epoch(_ number: Double) -> Int64? {
        guard number >= 0, number.isFinite else { return nil }
        var number = number
        if number <= secondsMax { return Int64((number * 1_000).rounded()) }
        var left = 3
        number /= 1_000
        while number > secondsMax, left > 1 {
            number /= 1_000
            left -= 1
        }
        return number <= secondsMax ? Int64((number * 1_000).rounded()) : nil
    }

    /// RFC 3339 and its relatives: `T` or a space, any number of fractional digits, `Z`, `UTC`, an offset or none.
    static func parse(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        if let usual = usual(text) { return usual }
        var at = 0
        func digits(_ count: Int) -> Int64? {
            guard at + count <= text.count else { return nil }
            var value: Int64 = 0
            for index in at..<(at + count) {
                guard text[index] &- UInt8(ascii: "0") < 10 else { return nil }
                value = value * 10 + Int64(text[index] - UInt8(ascii: "0"))
            }
            at += count
            return value
        }
        func accept(_ characters: StaticString) -> Bool {
            guard at < text.count else { return false }
            for index in 0..<characters.utf8CodeUnitCount where text[at] == characters.utf8Start[index] {
                at += 1
                return true
            }
            return false
        }
        guard let year = digits(4), accept("-/"), let month = digits(2), accept("-/"), let day = digits(2) else {
            let plain = String(decoding: text, as: UTF8.self)
            guard text.count <= 25, NumberText.isNumber(plain) else { return nil }
            return Double(plain).flatMap(epoch)
        }
        guard (1...12).contains(month), day >= 1, day <= CalendarTime.days(year, month) else { return nil }
        var milliseconds = CalendarTime.daysSince1970(year, month, day) * 86_400_000
        guard at < text.count else { return milliseconds }
        guard accept("Tt "), let hour = digits(2), accept(":"), let minute = digits(2), hour < 24, minute < 60 else {
            return nil
        }
        milliseconds += (hour * 60 + minute) * 60_000
        if accept(":") {
            guard let second = digits(2), second <= 60 else { return nil }
            milliseconds += second * 1_000
        }
        if accept(".,") {
            var scale: Int64 = 100
            var any = false
            while let digit = digits(1) {
                milliseconds += digit * scale
                scale /= 10
                any = true
            }
            guard any else { return nil }
        }
        _ = accept(" ")
        if at == text.count || accept("Zz") && at == text.count { return milliseconds }
        let rest = text[at...]
        if rest.elementsEqual("UTC".utf8) || rest.elementsEqual("GMT".utf8) { return milliseconds }
        let isWest = text[at] == UInt8(ascii: "-")
        guard accept("+-"), let hours = digits(2) else { return nil }
        _ = accept(":")
        let minutes = at == text.count ? 0 : digits(2)
        guard let minutes, at == text.count, hours <= 23, minutes < 60 else { return nil }
        let offset = (hours * 60 + minutes) * 60_000
        return isWest ? milliseconds + offset : milliseconds - offset
    }

    /// The forms that nearly all products write: `2026-11-02T08:15:00`, with `Z` or three fractional digits and `Z` behind
    /// it; `nil` leaves the text to the long way.
    private static func usual(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard text.count == 20 || text.count == 24 || text.count == 19 else { return nil }
        var wrong = false
        func digit(_ at: Int) -> Int64 {
            let digit = text[at] &- UInt8(ascii: "0")
            if digit > 9 { wrong = true }
            return Int64(digit)
        }
        func two(_ at: Int) -> Int64 { digit(at) * 10 + digit(at + 1) }
        guard text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            text[10] == UInt8(ascii: "T") || text[10] == UInt8(ascii: " "), text[13] == UInt8(ascii: ":"),
            text[16] == UInt8(ascii: ":")
        else { return nil }
        let (year, month, day) = (two(0) * 100 + two(2), two(5), two(8))
        let (hour, minute, second) = (two(11), two(14), two(17))
        var milliseconds: Int64 = 0
        switch text.count {
        case 20: guard text[19] == UInt8(ascii: "Z") else { return nil }
        case 24:
            guard text[19] == UInt8(ascii: "."), text[23] == UInt8(ascii: "Z") else { return nil }
            milliseconds = digit(20) * 100 + two(21)
        default: break
        }
        guard !wrong, (1...12).contains(month), day >= 1, day <= CalendarTime.days(year, month), hour < 24, minute < 60,
            second <= 60
        else { return nil }
        let days = CalendarTime.daysSince1970(year, month, day)
        return days * 86_400_000 + (hour * 3_600 + minute * 60 + second) * 1_000 + milliseconds
    }

    /// `2026-11-02T08:15:00.250Z`.
    static func format(_ milliseconds: Int64) -> String {
        let time = CalendarTime(milliseconds)
        let rest = ((milliseconds % 1_000) + 1_000) % 1_000
        var text: [UInt8] = []
        text.reserveCapacity(24)
        func put(_ number: Int64, _ digits: Int, _ after: StaticString) {
            var scale: Int64 = 1
            for _ in 1..<digits { scale *= 10 }
            // A year of more digits than expected keeps them all.
            if number < 0 || number >= scale * 10 {
                text += Array(String(number).utf8)
            } else {
                while scale > 0 {
                    text.append(UInt8(ascii: "0") + UInt8(number / scale % 10))
                    scale /= 10
                }
            }
            text.append(after.utf8Start[0])
        }
        put(time.year, 4, "-")
        put(time.month, 2, "-")
        put(time.day, 2, "T")
        put(time.hour, 2, ":")
        put(time.minute, 2, ":")
        put(time.second, 2, ".")
        put(rest, 3, "Z")
        return String(decoding: text, as: UTF8.self)
    }
}

/// A moment in the proleptic Gregorian calendar, in UTC.
struct CalendarTime {
    let year: Int64
    let month: Int64
    let day: Int64
    let hour: Int64
    let minute: Int64
    let second: Int64
    private let dayNumber: Int64

    init(_ milliseconds: Int64) {
        func floor(_ number: Int64, _ by: Int64) -> Int64 {
            number >= 0 ? number / by : -((-number + by - 1) / by)
        }
        let days = floor(milliseconds, 86_400_000)
        let rest = milliseconds - days * 86_400_000
        dayNumber = days
        // Days are counted from 0000-03-01, so that the leap day ends a year.
        let shifted = days + 719_468
        let era = floor(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        hour = rest / 3_600_000
        minute = rest / 60_000 % 60
        second = rest / 1_000 % 60
    }

    static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    static func days(_ year: Int64, _ month: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The number that a time modifier takes out; weeks are those of ISO 8601.
    func part(_ part: TimePart) -> Int64 {
        switch part {
        case .minute: return minute
        case .hour: return hour
        case .day: return day
        case .month: return month
        case .year: return year
        case .week:
            let weekday = ((dayNumber + 3) % 7 + 7) % 7
            let thursday = CalendarTime((dayNumber - weekday + 3) * 86_400_000)
            let first = Self.daysSince1970(thursday.year, 1, 1)
            return (dayNumber - weekday + 3 - first) / 7 + 1
        }
    }
}
