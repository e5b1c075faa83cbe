// The values that fields hold, with their one text form each: JSON, forms, CSV and the ledger all use it.
package import Foundation

/// A value of any field kind, on its way between a record, the database, JSON, a form and a CSV cell.
package enum FieldValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int)
    case decimal(Decimal)
    /// Text, long text, and the word of a choice.
    case text(String)
    case day(Day)
    case time(Instant)
    case reference(UUID)
    /// A set of references, in ascending order and without repetition.
    case links([UUID])
    case file(FileReference)
    /// A JSON document, as text.
    case json(String)

    /// Nothing was filled in: null, an empty text, the blank reference.
    package var isUnset: Bool {
        switch self {
        case .null, .text(""), .reference(.unset), .day(.unset): true
        default: false
        }
    }

    /// The one text form of a value, as forms and CSV show it and accept it back; links are joined by a space.
    package var text: String {
        switch self {
        case .null: ""
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .decimal(let value): value.plainText
        case .text(let value), .json(let value): value
        case .day(let value): value == .unset ? "" : value.description
        case .time(let value): value.description
        case .reference(let value): value == .unset ? "" : value.lowercased
        case .links(let values): values.map(\.lowercased).joined(separator: " ")
        case .file(let value): value.sha256
        }
    }
}

/// A calendar date of the proleptic Gregorian calendar, without a time zone: a due date is not an instant.
package struct Day: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Days since 1970-01-01.
    package let daysSince1970: Int
    package init(daysSince1970: Int) { self.daysSince1970 = daysSince1970 }
    /// What a blank record holds in a required day until someone chooses: 0001-01-01.
    package static let unset = Day(daysSince1970: -719_162)

    /// - Returns: `nil` unless the three make a real date between the years 1 and 9999.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        // Days from civil, counted from 1 March of year 0 so that the leap day ends a cycle.
        let y = month <= 2 ? year - 1 : year
        let era = y / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        self.init(daysSince1970: era * 146_097 + dayOfEra - 719_468)
        guard self.parts == (year, month, day) else { return nil }
    }

    /// Reads `yyyy-MM-dd`, and nothing else.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == 0x2D, bytes[7] == 0x2D,
            let year = digits(bytes[0..<4]), let month = digits(bytes[5..<7]), let day = digits(bytes[8..<10])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    package var parts: (year: Int, month: Int, day: Int) {
        let z = daysSince1970 + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let mp = (5 * dayOfYear + 2) / 153
        let month = mp < 10 ? mp + 3 : mp - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * mp + 2) / 5 + 1)
    }

    package var description: String {
        let (year, month, day) = parts
        return String(unsafeUninitializedCapacity: 10) { buffer in
            put(year, 4, in: buffer, at: 0)
            buffer[4] = 0x2D
            put(month, 2, in: buffer, at: 5)
            buffer[7] = 0x2D
            put(day, 2, in: buffer, at: 8)
            return 10
        }
    }

    package static func < (a: Self, b: Self) -> Bool { a.daysSince1970 < b.daysSince1970 }
    package func adding(days: Int) -> Day { Day(daysSince1970: daysSince1970 + days) }
}

/// A point in time to the millisecond, in UTC.
package struct Instant: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let millisecondsSince1970: Int64
    package init(millisecondsSince1970: Int64) { self.millisecondsSince1970 = millisecondsSince1970 }
    package init(_ date: Date) {
        self.init(millisecondsSince1970: Int64((date.timeIntervalSince1970 * 1000).rounded(.down)))
    }

    /// Reads RFC 3339 with an offset, to the millisecond: `2026-11-24T12:00:00.000Z`.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, let day = Day(String(decoding: bytes[0..<10], as: UTF8.self)),
            bytes[10] == 0x54 || bytes[10] == 0x74, bytes[13] == 0x3A, bytes[16] == 0x3A,
            let hour = digits(bytes[11..<13]), let minute = digits(bytes[14..<16]),
            let second = digits(bytes[17..<19]), hour < 24, minute < 60, second < 60
        else { return nil }
        var at = 19
        var milliseconds = 0
        if bytes[at] == 0x2E {
            let end = bytes[(at + 1)...].firstIndex { !(0x30...0x39).contains($0) } ?? bytes.endIndex
            guard (1...9).contains(end - at - 1), let fraction = digits(bytes[(at + 1)..<min(end, at + 4)]) else {
                return nil
            }
            milliseconds = fraction * [100, 10, 1][min(end - at - 2, 2)]
            at = end
        }
        guard at < bytes.count else { return nil }
        var offsetMinutes = 0
        switch bytes[at] {
        case 0x5A, 0x7A: guard at + 1 == bytes.count else { return nil }
        case 0x2B, 0x2D:
            guard bytes.count == at + 6, bytes[at + 3] == 0x3A, let hours = digits(bytes[(at + 1)..<(at + 3)]),
                let minutes = digits(bytes[(at + 4)..<(at + 6)]), hours < 24, minutes < 60
            else { return nil }
            offsetMinutes = (hours * 60 + minutes) * (bytes[at] == 0x2B ? 1 : -1)
        default: return nil
        }
        let seconds = day.daysSince1970 * 86_400 + hour * 3600 + (minute - offsetMinutes) * 60 + second
        self.init(millisecondsSince1970: Int64(seconds) * 1000 + Int64(milliseconds))
    }

    /// RFC 3339 in UTC with milliseconds.
    package var description: String {
        let milliseconds = Int(millisecondsSince1970)
        let days = milliseconds >= 0 ? milliseconds / 86_400_000 : (milliseconds - 86_399_999) / 86_400_000
        let rest = milliseconds - days * 86_400_000
        let (year, month, day) = Day(daysSince1970: days).parts
        return String(unsafeUninitializedCapacity: 24) { buffer in
            put(year, 4, in: buffer, at: 0)
            put(month, 2, in: buffer, at: 5)
            put(day, 2, in: buffer, at: 8)
            put(rest / 3_600_000, 2, in: buffer, at: 11)
            put(rest / 60_000 % 60, 2, in: buffer, at: 14)
            put(rest / 1000 % 60, 2, in: buffer, at: 17)
            put(rest % 1000, 3, in: buffer, at: 20)
            (buffer[4], buffer[7], buffer[10], buffer[13], buffer[16]) = (0x2D, 0x2D, 0x54, 0x3A, 0x3A)
            (buffer[19], buffer[23]) = (0x2E, 0x5A)
            return 24
        }
    }

    package var date: Date { Date(timeIntervalSince1970: Double(millisecondsSince1970) / 1000) }
    /// The calendar day of this instant in a time zone.
    package func day(in zone: TimeZone) -> Day {
        let seconds = Int((Double(millisecondsSince1970) / 1000).rounded(.down)) + zone.secondsFromGMT(for: date)
        return Day(daysSince1970: seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400)
    }
    package func adding(seconds: Int) -> Instant {
        Instant(millisecondsSince1970: millisecondsSince1970 + Int64(seconds) * 1000)
    }
    package static func < (a: Self, b: Self) -> Bool { a.millisecondsSince1970 < b.millisecondsSince1970 }
}

/// A file in the blob store, named by its content.
package struct FileReference: Sendable, Hashable {
    /// Lower-case hexadecimal SHA-256 of the bytes.
    package let sha256: String
    package let name: String
    package let mediaType: String
    package let bytes: Int

    /// - Throws: ``Problem`` (without a field name) that says which part does not fit.
    package init(sha256: String, name: String, mediaType: String, bytes: Int) throws(Problem) {
        guard sha256.utf8.count == 64,
            sha256.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { throw Problem("", "the file's SHA-256 is not 64 lower-case hexadecimal digits") }
        guard !name.isEmpty, name.utf8.count <= 255,
            !name.unicodeScalars.contains(where: { $0.value < 0x20 || $0 == "/" })
        else {
            throw Problem("", "the file's name is empty, longer than 255 bytes or has a slash or a control character")
        }
        guard bytes >= 0 else { throw Problem("", "the file's size is negative") }
        self.sha256 = sha256
        self.name = name
        self.mediaType = mediaType
        self.bytes = bytes
    }
}

/// A JSON document that a field keeps whole.
package struct JSONDocument: Sendable, Hashable {
    package let text: String
    package init(_ text: String = "null") { self.text = text }
}

extension UUID {
    package static let unset = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    package var lowercased: String {
        let b = uuid
        let bytes: [UInt8] = [
            b.0, b.1, b.2, b.3, b.4, b.5, b.6, b.7, b.8, b.9, b.10, b.11, b.12, b.13, b.14, b.15,
        ]
        return String(unsafeUninitializedCapacity: 36) { buffer in
            var at = 0
            for (n, byte) in bytes.enumerated() {
                if n == 4 || n == 6 || n == 8 || n == 10 {
                    buffer[at] = 0x2D
                    at += 1
                }
                buffer[at] = hexDigit(byte >> 4)
                buffer[at + 1] = hexDigit(byte & 15)
                at += 2
            }
            return 36
        }
    }
    /// A version 7 UUID (RFC 9562): 48 bits of milliseconds, then random bits.
    package static func version7(at now: Instant, random: (UInt64, UInt64)) -> UUID {
        let ms = UInt64(bitPattern: now.millisecondsSince1970)
        let high = (ms << 16) | 0x7000 | (random.0 & 0x0FFF)
        let low = (random.1 & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000
        func byte(_ value: UInt64, _ n: Int) -> UInt8 { UInt8(truncatingIfNeeded: value >> UInt64(56 - 8 * n)) }
        return UUID(
            uuid: (
                byte(high, 0), byte(high, 1), byte(high, 2), byte(high, 3), byte(high, 4), byte(high, 5),
                byte(high, 6), byte(high, 7), byte(low, 0), byte(low, 1), byte(low, 2), byte(low, 3), byte(low, 4),
                byte(low, 5), byte(low, 6), byte(low, 7)
            ))
    }
}

private func hexDigit(_ n: UInt8) -> UInt8 { n < 10 ? 0x30 + n : 0x57 + n }

private func digits(_ bytes: ArraySlice<UInt8>) -> Int? {
    var value = 0
    for byte in bytes {
        guard (0x30...0x39).contains(byte) else { return nil }
        value = value * 10 + Int(byte - 0x30)
    }
    return bytes.isEmpty ? nil : value
}

private func put(_ value: Int, _ width: Int, in buffer: UnsafeMutableBufferPointer<UInt8>, at: Int) {
    var rest = value
    for n in stride(from: width - 1, through: 0, by: -1) {
        buffer[at + n] = UInt8(0x30 + rest % 10)
        rest /= 10
    }
}
