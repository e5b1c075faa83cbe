// The story's own time and randomness: a clock that only the story moves, and ids that follow from a seed.
import Access
import Foundation
import RecordKit
import Synchronization

/// A clock that stands where it was put and goes on by a millisecond with each look, so that no two changes share a
/// time.
final class MovingClock: Sendable {
    private let milliseconds = Mutex<Int64>(0)

    func now() -> Instant {
        milliseconds.withLock {
            $0 += 1
            return Instant(millisecondsSince1970: $0)
        }
    }

    /// Moves the clock forward; it never goes back.
    func move(to time: Instant) {
        milliseconds.withLock { $0 = max($0, time.millisecondsSince1970) }
    }
}

/// A deterministic generator of random numbers (SplitMix64 of Steele, Lea and Flood, 2014). Never for secrets: the
/// demo's salts come from the random source that it is given.
final class SeededNumbers: Sendable {
    private let state: Mutex<UInt64>
    init(seed: UInt64) { state = Mutex(seed) }

    func next() -> UInt64 {
        state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    /// A number from 0 to one below the bound.
    func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

extension Access.Environment {
    /// The story's clock, salts from the given source, and version 7 ids that follow from the seed.
    static func story(clock: MovingClock, numbers: SeededNumbers, salts: RandomSource) -> Access.Environment {
        Access.Environment(clock: Clock { clock.now() }, random: salts) { now in
            .version7(at: now, random: (numbers.next(), numbers.next()))
        }
    }
}
