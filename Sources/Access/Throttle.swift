// Slows down guessing: failures are counted per account and per address, in the store and thus across restarts.
import Foundation
import RecordKit
import Storage
import Synchronization

/// Decides whether one more password may be tried.
final class Throttle: Sendable {
    static let windowMinutes = 15
    static let failuresPerAccountMax = 5
    static let failuresPerAddressMax = 20

    private let accounts: any AccountStore
    /// Attempts that are being checked: they count like failures, or many at once would all pass.
    private let running = Mutex<[String: Int]>([:])

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
        let running = self.running.withLock { running in
            limits.map { key, _ in
                running[key, default: 0] += 1
                return running[key, default: 0]
            }
        }
        defer { leave(limits.map(\.0)) }
        for ((key, max), running) in zip(limits, running) {
            try await check(key, max: max, running: running, at: now)
        }
        guard let result = try await body() else {
            for (key, _) in limits { try await accounts.countFailure(key, at: now) }
            return nil
        }
        try await accounts.removeFailures(account)
        return result
    }

    /// Forgets an account's failures: its owner has proved themselves in another way.
    func forget(email: String) async throws { try await accounts.removeFailures(Self.key(email: email)) }

    /// Forgets failures that no window reaches any more.
    func prune(at now: Instant) async throws { try await accounts.removeFailures(before: Self.windowStart(now)) }

    private func leave(_ keys: [String]) {
        running.withLock { running in
            for key in keys {
                let rest = running[key, default: 1] - 1
                running[key] = rest > 0 ? rest : nil
            }
        }
    }

    private func check(_ key: String, max: Int, running: Int, at now: Instant) async throws {
        let start = Self.windowStart(now)
        guard try await accounts.failures(key, since: start) + running > max else { return }
        // Failures are kept by the minute: the wait ends when enough minutes have left the window.
        var (low, high) = (1, Self.windowMinutes)
        while low < high {
            let middle = (low + high) / 2
            let left = try await accounts.failures(key, since: start.adding(seconds: middle * 60))
            if left < max { high = middle } else { low = middle + 1 }
        }
        let end = Self.minute(now).adding(seconds: low * 60)
        throw AccessError.throttled(seconds: Int((end.millisecondsSince1970 - now.millisecondsSince1970 + 999) / 1000))
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
