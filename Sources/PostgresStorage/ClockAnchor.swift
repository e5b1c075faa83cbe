// What a node knows of the database's clock. The quickest of several answers says most, as in NTP (RFC 5905, section 10,
// clock filter): an answer that took long was under way for an unknown part of that time.
import RecordKit

/// A moment on the clock that only goes forward, and what the database's clock said then.
struct ClockAnchor: Sendable {
    /// By how much two clocks may drift apart, as a part of the time that passes: 100 ppm, more than quartz does.
    private static let drift = 0.000_1
    /// An answer that is further off than this is believed: the database's clock was set.
    private static let steps = Duration.seconds(1)

    let at: ContinuousClock.Instant
    let time: Instant
    /// By how much it may be wrong: half of the time that the answer took.
    let uncertainty: Duration

    /// The database's time at a moment, in whole milliseconds.
    func time(at moment: ContinuousClock.Instant) -> Instant {
        let passed = (moment - at).components
        return Instant(
            millisecondsSince1970: time.millisecondsSince1970 + passed.seconds * 1_000
                + passed.attoseconds / 1_000_000_000_000_000)
    }

    /// Whether it says more about the present than a later answer does.
    func isBetter(than later: ClockAnchor) -> Bool {
        let passed = later.at - at
        let difference = time(at: later.at).millisecondsSince1970 - later.time.millisecondsSince1970
        guard abs(difference) < Int64(Self.steps / .milliseconds(1)) else {
            // A long answer is no proof that the clock was set.
            return later.uncertainty > Self.steps / 4
        }
        return uncertainty + passed * Self.drift < later.uncertainty
    }
}
