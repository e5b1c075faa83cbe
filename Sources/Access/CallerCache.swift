// Callers that were worked out a moment ago: the usual request touches no table of accounts.
import Foundation
import RecordKit
import Storage
import Synchronization

/// Callers by the SHA-256 of the secret that they sent.
final class CallerCache: Sendable {
    static let entriesMax = 10_000
    static let secondsMax = 30

    struct Entry: Sendable {
        let caller: Caller
        /// `nil` for a token.
        let session: Session?
        /// The store's ``AccountStore/accessGeneration`` from before the caller was worked out.
        let generation: Int
        /// The entry is good before this time.
        let until: Instant
    }

    private let entries = Mutex<[[UInt8]: Entry]>([:])

    func entry(_ secretHash: [UInt8], generation: Int, at now: Instant) -> Entry? {
        guard let entry = entries.withLock({ $0[secretHash] }), entry.generation == generation, now < entry.until else {
            return nil
        }
        return entry
    }

    func keep(_ entry: Entry, for secretHash: [UInt8]) {
        entries.withLock { entries in
            if entries.count >= Self.entriesMax, entries[secretHash] == nil { entries.removeAll(keepingCapacity: true) }
            entries[secretHash] = entry
        }
    }

    func remove(_ secretHash: [UInt8]) { entries.withLock { _ = $0.removeValue(forKey: secretHash) } }

    /// When an entry made now ends: soon, and not after the day, with which terms of roles begin and end.
    static func end(from now: Instant, zone: TimeZone, notAfter limit: Instant) -> Instant {
        var end = min(now.adding(seconds: secondsMax), limit)
        let today = now.day(in: zone)
        guard end.day(in: zone) != today else { return end }
        var start = now
        while end.millisecondsSince1970 - start.millisecondsSince1970 > 1 {
            let middle = Instant(
                millisecondsSince1970: (start.millisecondsSince1970 + end.millisecondsSince1970) / 2)
            if middle.day(in: zone) == today { start = middle } else { end = middle }
        }
        return end
    }
}
