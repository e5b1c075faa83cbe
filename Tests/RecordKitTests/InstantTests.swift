// Points in time: RFC 3339 in and out, offsets, and the calendar day in a zone.
import Foundation
import RecordKit
import Testing

struct InstantTests {
    @Test func tenThousandInstantsRoundTrip() throws {
        // A linear congruence spreads over the years 1 to 9999; the seed is fixed.
        let range: UInt64 = 315_537_897_600_000
        var state: UInt64 = 42
        for _ in 0..<10_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let instant = Instant(millisecondsSince1970: Int64(state % range) - 62_135_596_800_000)
            try #require(Instant(instant.description) == instant)
            try #require(instant.description.utf8.count == 24)
        }
    }

    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59.999Z", -1),
            ("2026-11-24T12:00:00.000Z", 1_795_521_600_000),
            ("2000-02-29T23:59:59.5Z", 951_868_799_500), ("2000-02-29T23:59:59.05Z", 951_868_799_050),
            ("2000-02-29T23:59:59.123999999Z", 951_868_799_123), ("2000-02-29t23:59:59z", 951_868_799_000),
        ] as [(String, Int64)])
    func textIsReadToTheMillisecond(text: String, milliseconds: Int64) {
        #expect(Instant(text)?.millisecondsSince1970 == milliseconds)
    }

    @Test(arguments: [
        "2026-11-24T14:00:00+02:00", "2026-11-24T07:30:00-04:30", "2026-11-25T01:45:00+13:45",
        "2026-11-24T00:00:00-12:00", "2026-11-24T12:00:00+00:00", "2026-11-24T12:00:00-00:00",
    ])
    func anOffsetNamesTheSameInstant(text: String) {
        #expect(Instant(text)?.description == "2026-11-24T12:00:00.000Z")
    }

    @Test(arguments: [
        "", "2026-11-24", "2026-11-24T12:00:00", "2026-11-24 12:00:00Z", "2026-11-24T24:00:00Z",
        "2026-11-24T12:60:00Z", "2026-11-24T12:00:60Z", "2026-02-30T12:00:00Z", "2026-11-24T12:00:00.Z",
        "2026-11-24T12:00:00.1234567890Z", "2026-11-24T12:00:00.123", "2026-11-24T12:00:00+2:00",
        "2026-11-24T12:00:00+0200", "2026-11-24T12:00:00+24:00", "2026-11-24T12:00:00+02:60",
        "2026-11-24T12:00:00ZZ", "2026-11-24T12:00:00Z ", "2026-11-24T1a:00:00Z", "2026-11-24T12-00-00Z",
    ])
    func otherTextIsNoInstant(text: String) { #expect(Instant(text) == nil) }

    @Test func theDayDependsOnTheZone() throws {
        let berlin = try #require(TimeZone(identifier: "Europe/Berlin"))
        let honolulu = try #require(TimeZone(identifier: "Pacific/Honolulu"))
        let utc = try #require(TimeZone(identifier: "UTC"))
        // Berlin is one hour ahead in winter, two in summer.
        let winter = try #require(Instant("2026-01-31T22:59:59.999Z"))
        #expect(winter.day(in: berlin).description == "2026-01-31")
        #expect(winter.adding(seconds: 1).day(in: berlin).description == "2026-02-01")
        let summer = try #require(Instant("2026-06-30T22:00:00Z"))
        #expect(summer.day(in: berlin).description == "2026-07-01")
        #expect(summer.day(in: utc).description == "2026-06-30")
        #expect(try #require(Instant("2026-06-30T09:59:59Z")).day(in: honolulu).description == "2026-06-29")
        #expect(try #require(Instant("1969-12-31T12:00:00Z")).day(in: utc).description == "1969-12-31")
    }

    @Test func aDateBecomesTheMillisecondAtOrBeforeIt() {
        #expect(Instant(Date(timeIntervalSince1970: 1.9996)).millisecondsSince1970 == 1_999)
        #expect(Instant(Date(timeIntervalSince1970: -0.0004)).millisecondsSince1970 == -1)
        #expect(Instant(millisecondsSince1970: 1_500).date == Date(timeIntervalSince1970: 1.5))
    }
}
