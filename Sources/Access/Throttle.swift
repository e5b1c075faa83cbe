// Slows down guessing: failures are counted per account and per address, in the store and thus across restarts.
import Foundation
import RecordKit
import Storage

/// Decides whether one more password may be tried.
final class Throttle: Sendable {
    static let windowMinutes = 15
    static let failuresPerAccountMax = 5
    static let failuresPerAddressMax = 20

    private let accounts: any AccountStore

    init(accounts: any AccountStore) { self.accounts = accounts }

    /// Runs one attempt unless there were too many, and counts it if it fails. A success clears the account's
    /// failures, but not the address's: else whoever has one account could try all others.
    /// - Parameters:
    ///   - email: In lower case; it need not have an account.
    ///   - address: The peer's IP address as text.
    /// - Returns: What the attempt returned; `nil` means that it failed.
    /// - Throws: ``AccessError/throttled(seconds:)``, and what the attempt throws, which counts as no failure.
    func attempt<T: Sendable>(
        email: String, address: String, at now: Instant, _ body: () async throws -> T?
    ) async throws -> T? {
        let account = Self.key(email: email)
        let limits = [(account, Self.failuresPerAccountMax), (Self.key(address: address), Self.failuresPerAddressMax)]
        // It counts as failed while it is being checked: else many at once would all pass, one after the other on as
        // many nodes.
        var counted: [String] = []
        do {
            for (key, max) in limits {
                let failures = try await accounts.countFailure(key, at: now, since: Self.windowStart(now))
                counted.append(key)
                if failures > max { throw AccessError.throttled(seconds: try await wait(key, max: max, at: now)) }
            }
            guard let result = try await body() else { return nil }
            for key in counted { try await accounts.takeBackFailure(key, at: now) }
            try await accounts.removeFailures(account)
            return result
        } catch {
            for key in counted { try await accounts.takeBackFailure(key, at: now) }
            throw error
        }
    }

    /// Forgets an account's failures: its owner has proved themselves in another way.
    func forget(email: String) async throws { try await accounts.removeFailures(Self.key(email: email)) }

    /// Forgets failures that no window reaches any more.
    func prune(at now: Instant) async throws { try await accounts.removeFailures(before: Self.windowStart(now)) }

    /// Seconds until an attempt is allowed again. The one that asks is counted, in the minute of `now`.
    private func wait(_ key: String, max: Int, at now: Instant) async throws -> Int {
        let start = Self.windowStart(now)
        // Failures are kept by the minute: the wait ends when enough minutes have left the window.
        var (low, high) = (1, Self.windowMinutes)
        while low < high {
            let middle = (low + high) / 2
            let left = try await accounts.failures(key, since: start.adding(seconds: middle * 60))
            // This one is among them, for it is counted in the last minute of all.
            if left <= max { high = middle } else { low = middle + 1 }
        }
        let end = Self.minute(now).adding(seconds: low * 60)
        return Int((end.millisecondsSince1970 - now.millisecondsSince1970 + 999) / 1000)
    }

    /// The beginning of the first minute that counts.
    private static func windowStart(_ now: Instant) -> Instant {
        minute(now).adding(seconds: -(windowMinutes - 1) * 60)
    }

    /// The beginning of the minute of a time.
    static func minute(_ now: Instant) -> Instant {
        let milliseconds = now.millisecondsSince1970
        return Instant(millisecondsSince1970: milliseconds - (milliseconds % 60_000 + 60_000) % 60_000)
    }

    /// Known and unknown accounts look the same, and the table holds no email address.
    static func key(email: String) -> String { "account:" + Base64URL.encode(Secret(text: email).hash) }

    static func key(address: String) -> String { "address:\(PeerAddress.network(address))" }
}
