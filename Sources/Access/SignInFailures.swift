// Refused sign-ins in the server's ledger: one leaf per account and minute, so that nobody can fill it from outside.
package import Foundation
package import RecordKit
package import Storage
import Synchronization

/// Collects refused sign-ins by account and minute, and hands out what is to be appended once a minute is over.
///
/// The leaf names the account's id, the minute and the count, `<account>/<minute>/<count>`; never an address or an
/// email. Sign-ins to accounts that do not exist share the id of zeros.
package final class SignInFailureRecorder: Sendable {
    package static let objectType = "signInFailure"

    private struct Key: Hashable {
        let account: UUID
        let minute: Instant
    }
    private let counts = Mutex<[Key: Int]>([:])

    package init() {}

    /// Counts one refused sign-in.
    /// - Parameter account: `nil` if there is no such account.
    /// - Returns: What is now to be appended: the minutes that are over.
    package func count(_ account: UUID?, at now: Instant) -> [LedgerEvent] {
        let minute = Throttle.minute(now)
        return counts.withLock { counts in
            counts[Key(account: account ?? .unset, minute: minute), default: 0] += 1
            return Self.take(from: &counts) { $0 < minute }
        }
    }

    /// What is to be appended at a time: the minutes that are over.
    package func ended(at now: Instant) -> [LedgerEvent] {
        counts.withLock { counts in Self.take(from: &counts) { $0 < Throttle.minute(now) } }
    }

    /// Everything that was counted, before the server stops.
    package func all() -> [LedgerEvent] {
        counts.withLock { counts in Self.take(from: &counts) { _ in true } }
    }

    private static func take(
        from counts: inout [Key: Int], where isWanted: (Instant) -> Bool
    ) -> [LedgerEvent] {
        let wanted = counts.filter { isWanted($0.key.minute) }
        guard !wanted.isEmpty else { return [] }
        for key in wanted.keys { counts[key] = nil }
        return wanted.sorted { ($0.key.minute, $0.key.account.lowercased) < ($1.key.minute, $1.key.account.lowercased) }
            .map { key, count in
                LedgerEvent(
                    objectType: objectType, objectID: "\(key.account.lowercased)/\(key.minute)/\(count)")
            }
    }
}
