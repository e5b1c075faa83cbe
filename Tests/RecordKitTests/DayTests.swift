// Calendar days: arithmetic against a plain count of days, and the one text form.
import RecordKit
import Testing

struct DayTests {
    @Test func everyDayFrom1999To2028RoundTrips() throws {
        var number = 10_592  // 1999-01-01
        for year in 1999...2028 {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            for (index, length) in lengths.enumerated() {
                for dayOfMonth in 1...length {
                    let day = try #require(Day(year: year, month: index + 1, day: dayOfMonth))
                    try #require(day.daysSince1970 == number)
                    try #require(day.parts == (year, index + 1, dayOfMonth))
                    try #require(Day(day.description) == day)
                    number += 1
                }
                #expect(Day(year: year, month: index + 1, day: length + 1) == nil)
            }
        }
        #expect(number == 10_592 + 10_958)
    }

    @Test(arguments: [
        ("0001-01-01", -719_162), ("1600-02-29", -135_081), ("1969-12-31", -1), ("1970-01-01", 0),
        ("2000-02-29", 11_016), ("9999-12-31", 2_932_896),
    ])
    func knownDaysHaveTheirNumber(text: String, number: Int) throws {
        let day = try #require(Day(text))
        #expect(day.daysSince1970 == number)
        #expect(day.description == text)
    }

    @Test(arguments: [1600: true, 1700: false, 1900: false, 2000: true, 2024: true, 2026: false, 2100: false])
    func february29ExistsInLeapYearsOnly(year: Int, exists: Bool) {
        #expect((Day(year: year, month: 2, day: 29) != nil) == exists)
    }

    @Test(arguments: [
        "", "2026-1-01", "2026-01-1", "2026-02-29", "2026-04-31", "2026-13-01", "2026-00-10", "2026-01-00",
        "2026-01-32", "0000-01-01", "2026/01/01", "2026-01-01 ", " 2026-01-01", "2026-01-01T", "20260101",
        "-026-01-01", "+026-01-01", "2026-0a-01", "２026-01-01", "12026-01-01", "today",
    ])
    func otherTextIsNoDay(text: String) { #expect(Day(text) == nil) }

    @Test func daysCompareAndAddAcrossAYearsEnd() throws {
        let last = try #require(Day("2026-12-31"))
        let first = try #require(Day("2027-01-01"))
        #expect(last < first)
        #expect(last.adding(days: 1) == first)
        #expect(first.adding(days: -366).description == "2025-12-31")
    }
}
