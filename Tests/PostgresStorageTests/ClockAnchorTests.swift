import RecordKit
import Testing

@testable import PostgresStorage

@Suite struct ClockAnchorTests {
    private let start = ContinuousClock.now

    private func anchor(after seconds: Double, says milliseconds: Int64, uncertainty: Double) -> ClockAnchor {
        ClockAnchor(
            at: start + .seconds(seconds), time: Instant(millisecondsSince1970: milliseconds),
            uncertainty: .milliseconds(uncertainty))
    }

    @Test func timeGoesOnFromWhatWasSaid() {
        let known = anchor(after: 0, says: 1_000, uncertainty: 1)
        #expect(known.time(at: start) == Instant(millisecondsSince1970: 1_000))
        #expect(known.time(at: start + .milliseconds(2_500)) == Instant(millisecondsSince1970: 3_500))
    }

    @Test func theQuickestAnswerCountsUntilClocksMayHaveDrifted() {
        let quick = anchor(after: 0, says: 0, uncertainty: 0.5)
        // An answer that was 40 ms under way is 20 ms off at worst.
        #expect(quick.isBetter(than: anchor(after: 8, says: 8_020, uncertainty: 20)))
        #expect(!quick.isBetter(than: anchor(after: 8, says: 8_000, uncertainty: 0.4)))
        #expect(!quick.isBetter(than: anchor(after: 8, says: 8_000, uncertainty: 1.2)), "0.5 ms, and 0.8 of drift")
        #expect(!quick.isBetter(than: anchor(after: 3_600, says: 3_600_010, uncertainty: 20)))
    }

    @Test func aClockThatWasSetIsFollowedUnlessTheAnswerTookLong() {
        let quick = anchor(after: 0, says: 0, uncertainty: 0.5)
        for milliseconds: Int64 in [18_000_000, -18_000_000, 9_000, 7_000] {
            #expect(!quick.isBetter(than: anchor(after: 8, says: milliseconds, uncertainty: 5)))
        }
        #expect(quick.isBetter(than: anchor(after: 8, says: 9_500, uncertainty: 1_500)))
    }
}
