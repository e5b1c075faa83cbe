// Time, randomness and ids as arguments: a test holds them still, the server takes the system's.
package import Foundation
package import RecordKit

/// Where the present time comes from.
package struct Clock: Sendable {
    package let now: @Sendable () -> Instant
    package init(now: @escaping @Sendable () -> Instant) { self.now = now }
    /// The machine's clock.
    package static let system = Clock { Instant(Date()) }
}

/// Where random bytes come from. Secrets and salts rest on it: outside tests it is the system's own generator.
package struct RandomSource: Sendable {
    /// Returns as many random bytes as asked for.
    package let bytes: @Sendable (_ count: Int) -> [UInt8]
    package init(bytes: @escaping @Sendable (_ count: Int) -> [UInt8]) { self.bytes = bytes }
    /// The operating system's generator for cryptographic use.
    package static let system = RandomSource { count in
        // Eight bytes a call of the system.
        var generator = SystemRandomNumberGenerator()
        return Array(unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                withUnsafeBytes(of: generator.next() as UInt64) { word in
                    for byte in word.prefix(count - filled) {
                        buffer.initializeElement(at: filled, to: byte)
                        filled += 1
                    }
                }
            }
        }
    }
}

/// Everything that a service takes from outside instead of making it up.
package struct Environment: Sendable {
    package let clock: Clock
    package let random: RandomSource
    /// Makes the id of a new record at a time.
    package let ids: @Sendable (Instant) -> UUID

    package init(clock: Clock, random: RandomSource, ids: @escaping @Sendable (Instant) -> UUID) {
        self.clock = clock
        self.random = random
        self.ids = ids
    }

    /// Ids are version 7 UUIDs (RFC 9562) made of the given clock and randomness.
    package init(clock: Clock, random: RandomSource) {
        self.init(clock: clock, random: random) { now in
            let halves = random.bytes(16)
            func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
            return .version7(at: now, random: (number(halves[..<8]), number(halves[8...])))
        }
    }

    package static let system = Environment(clock: .system, random: .system)

    package func now() -> Instant { clock.now() }
    /// A new record's id.
    package func id() -> UUID { ids(clock.now()) }
    /// 32 bytes for a commitment.
    package func salt() -> [UInt8] { random.bytes(32) }
}
